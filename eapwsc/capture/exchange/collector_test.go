package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// ladder formats the steps of an exchange in a line: > from the station, < to
// it, how often, and in how many packets.
func ladder(x *Exchange) string {
	var b strings.Builder
	for i := range x.Entries {
		s := &x.Entries[i]
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteByte("><"[index(s.From)])
		switch {
		case s.IsMessage():
			b.WriteString(s.Type.String())
		default:
			b.WriteString(strings.ReplaceAll(s.Signal.String(), " ", ""))
		}
		if s.Status != 0 {
			fmt.Fprintf(&b, "[%d]", s.Status)
		}
		if s.Fragments > 1 {
			fmt.Fprintf(&b, "/%d", s.Fragments)
		}
		if s.Repeats > 0 {
			fmt.Fprintf(&b, "×%d", s.Repeats+1)
		}
		if s.Differs {
			b.WriteByte('!')
		}
		if s.Truncated {
			b.WriteByte('~')
		}
	}
	return b.String()
}

// TestExchanges compares the exchanges of all captures with a golden file.
func TestExchanges(t *testing.T) {
	var got bytes.Buffer
	for _, name := range captures(t) {
		fmt.Fprintf(&got, "# %s\n", filepath.Base(name))
		all, c := collect(readFile(t, name), nil)
		for _, x := range all {
			ends := fmt.Sprintf("%v %v", x.Client, x.AP)
			if x.Transport != TransportEAPOL {
				ends += fmt.Sprintf(" %v %v", x.APAddress, x.Registrar)
			}
			fmt.Fprintf(&got, "%v %s ap-enrollee=%t %q handshake=%v\n  %s\n", x.Transport, ends, x.APEnrollee, x.Identity, x.Joining.Messages, ladder(x))
		}
		for _, n := range c.Networks() {
			fmt.Fprintf(&got, "network %v %q channel %d:", n.BSSID, n.SSID, n.Channel)
			for _, ch := range n.Adverts {
				kind := "beacon"
				if ch.Response {
					kind = "response"
				}
				e := ch.Element
				fmt.Fprintf(&got, " %d %s state=%d locked=%t selected=%t id=%d macs=%v;", ch.Frame, kind, e.State, e.APSetupLocked,
					e.SelectedRegistrar, e.DevicePasswordID, e.WFA.AuthorizedMACs)
			}
			fmt.Fprintln(&got)
		}
		for _, s := range c.Stations() {
			fmt.Fprintf(&got, "station %v %v %v\n", s.MAC, s.UUID, s.Method)
		}
	}
	golden := filepath.Join("testdata", "exchanges.golden")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
}

// fragmented returns the events of an exchange with fragments.
func fragmented(t testing.TB) []capture.Event { return readFile(t, "../testdata/wired/s11-frag.pcap") }

// plain returns the events of an exchange without fragments.
func plain(t testing.TB) []capture.Event { return readFile(t, "../testdata/wired/s01-pin-ok.pcap") }

// one returns the only exchange in events.
func one(t testing.TB, events []capture.Event) *Exchange {
	t.Helper()
	all, _ := collect(events, nil)
	if len(all) != 1 {
		t.Fatalf("%d exchanges", len(all))
	}
	return all[0]
}

// TestDuplicates checks that if each frame is captured twice there is one
// exchange, with retransmissions only if the second copy is late enough.
func TestDuplicates(t *testing.T) {
	for _, tt := range []struct {
		events  []capture.Event
		between time.Duration
	}{{plain(t), 0}, {fragmented(t), 0}, {plain(t), time.Second}, {fragmented(t), time.Second}} {
		want := one(t, tt.events)
		var twice []capture.Event
		for i, e := range tt.events {
			e.Time = e.Time.Add(time.Duration(i) * tt.between)
			again := e
			again.Time = e.Time.Add(tt.between)
			twice = append(twice, e, again)
		}
		got := one(t, twice)
		if len(got.Entries) != len(want.Entries) {
			t.Fatalf("%s\nwant %s", ladder(got), ladder(want))
		}
		for i := range got.Entries {
			if g, w := &got.Entries[i], &want.Entries[i]; !bytes.Equal(g.Body, w.Body) || g.Signal != w.Signal || (g.Repeats > 0) != (tt.between > 0 || g.Signal == validate.SignalEAPOLStart) || g.Fragments != w.Fragments {
				t.Errorf("step %d: %+v, want %+v", i, g, w)
			}
		}
	}
}

// TestRadioRetries checks that retries of the radio do not count as
// retransmissions of EAP.
func TestRadioRetries(t *testing.T) {
	s := newScene(t)
	s.associate(0)
	newRun(s).play(s)
	s.handshake(true)
	want := one(t, s.events)
	var again []capture.Event
	for _, e := range s.events {
		retry := e
		retry.Radio.Retry = true
		again = append(again, e, retry, retry)
	}
	got := one(t, again)
	if diff := cmp.Diff(ladder(want), ladder(got)); diff != "" || got.Joining != want.Joining {
		t.Errorf("(-want +got):\n%s%+v, want %+v", diff, got.Joining, want.Joining)
	}
}

// TestLosses checks that if any one frame is lost there is one exchange, whose
// success shows unless WSC_Done is lost.
func TestLosses(t *testing.T) {
	for _, events := range [][]capture.Event{plain(t), fragmented(t)} {
		whole := one(t, events)
		done := whole.Entries[len(whole.Entries)-2].Frame
		for i := range events {
			x := one(t, slices.Delete(slices.Clone(events), i, i+1))
			if got := x.Attempt(nil).End == doctor.EndDone; got != (events[i].Frame != done) {
				t.Errorf("without frame %d: done %t: %s", i+1, got, ladder(x))
			}
			for _, f := range x.Findings(wps.Tolerant) {
				if f.Severity == validate.Error {
					t.Errorf("without frame %d: %v", i+1, f)
				}
			}
		}
		for n := range events {
			all, _ := collect(events[:n], nil)
			if len(all) > 1 {
				t.Errorf("%d frames: %d exchanges", n, len(all))
			}
		}
	}
}

// TestReordered checks that frames in another order than that of their times
// give the same exchange.
func TestReordered(t *testing.T) {
	events := plain(t)
	want := ladder(one(t, events))
	for i := range len(events) - 1 {
		swapped := slices.Clone(events)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		if got := ladder(one(t, swapped)); got != want {
			t.Errorf("frames %d and %d: %s", i+1, i+2, got)
		}
	}
}

// TestReorderedWithoutTimes checks that the verdict stays the same if the times
// do not show the order.
func TestReorderedWithoutTimes(t *testing.T) {
	for _, name := range []string{"s01-pin-ok", "s05-pin-wrong-half1", "s14-m2d-nopin", "s08-appin-reg-config"} {
		events := readFile(t, "../testdata/wired/"+name+".pcap")
		want := diagnose(one(t, events))
		for i := range len(events) - 1 {
			swapped := slices.Clone(events)
			swapped[i].Data, swapped[i+1].Data = swapped[i+1].Data, swapped[i].Data
			swapped[i].Src, swapped[i+1].Src = swapped[i+1].Src, swapped[i].Src
			swapped[i].Dst, swapped[i+1].Dst = swapped[i+1].Dst, swapped[i].Dst
			all, _ := collect(swapped, nil)
			found := false
			for _, x := range all {
				found = found || diagnose(x).Cause == want.Cause
			}
			if !found || len(all) > 2 {
				t.Errorf("%s, frames %d and %d: %d exchanges, %s", name, i+1, i+2, len(all), ladder(all[0]))
			}
		}
	}
}

// filtered returns the events that satisfy such.
func filtered(events []capture.Event, such func(*capture.Event) bool) (out []capture.Event) {
	for i := range events {
		if such(&events[i]) {
			out = append(out, events[i])
		}
	}
	return out
}

// carries reports whether an event is a message of a type.
func carries(e *capture.Event, t wps.MessageType) bool {
	return e.Kind == capture.KindEAPOL && len(e.Data) > 4 && typeOf(e.Data[4:]) == t
}

// TestOneSide captures only one direction. The doctor must not treat the
// missing messages as a failure, and must use what the captured side sends.
func TestOneSide(t *testing.T) {
	for _, tt := range []struct {
		capture     string
		station, ap doctor.Cause // the causes if only that side was captured
	}{
		{"s01-pin-ok", doctor.Success, doctor.Unknown},
		{"s05-pin-wrong-half1", doctor.PINFirstHalf, doctor.Unknown},
		{"s07-appin-reg-learn", doctor.Unknown, doctor.Unknown},
		{"s08-appin-reg-config", doctor.Success, doctor.Success},
		{"s09-appin-wrong-half1", doctor.Unknown, doctor.PINFirstHalf},
		{"s14-m2d-nopin", doctor.Unknown, doctor.NoRegistrarSession},
		{"s35-ap-setup-locked", doctor.Unknown, doctor.SetupLocked},
		{"m03-badauth-m3", doctor.Unknown, doctor.Unknown},
		{"m12-drop-m5", doctor.Timeout, doctor.Timeout},
	} {
		events := readFile(t, "../testdata/wired/"+tt.capture+".pcap")
		for _, side := range []struct {
			name string
			mac  wps.MAC
			want doctor.Cause
		}{{"station", wps.MAC{2, 0, 0, 0, 0, 2}, tt.station}, {"access point", wps.MAC{2, 0, 0, 0, 0, 1}, tt.ap}} {
			x := one(t, filtered(events, func(e *capture.Event) bool { return e.Src == side.mac }))
			if d := diagnose(x); d.Cause != side.want {
				t.Errorf("%s, %s only: %s, want %s: %s", tt.capture, side.name, d.Cause, side.want, ladder(x))
			}
		}
	}
}

// TestLostM4 checks that a wrong PIN shows even if the message that proves it
// was not captured.
func TestLostM4(t *testing.T) {
	for _, name := range []string{"s05-pin-wrong-half1", "s09-appin-wrong-half1"} {
		x := one(t, filtered(readFile(t, "../testdata/wired/"+name+".pcap"), func(e *capture.Event) bool { return !carries(e, wps.MessageM4) }))
		if d := diagnose(x); d.Cause != doctor.PINFirstHalf {
			t.Errorf("%s: %s", name, d.Cause)
		}
	}
}

// TestLostEnd loses the last message of one side. That is not a refusal by the
// other side, and a station that joins the network has received the settings.
func TestLostEnd(t *testing.T) {
	for _, tt := range []struct {
		capture     string
		lost        wps.MessageType
		fromStation bool
		cause       doctor.Cause
	}{
		{"pin", wps.MessageDone, true, doctor.Success},
		{"pin-wrong", wps.MessageNACK, true, doctor.Unknown},
		{"reg", wps.MessageM7, false, doctor.Unknown},
		{"reg", wps.MessageNACK, true, doctor.Unknown},
		{"reg-wrong", wps.MessageNACK, false, doctor.Unknown},
		{"reg-wrong", wps.MessageNACK, true, doctor.PINFirstHalf},
		{"locked", wps.MessageNACK, false, doctor.Unknown},
	} {
		x := one(t, filtered(readFile(t, "../testdata/radio/"+tt.capture+".pcap"), func(e *capture.Event) bool {
			return !carries(e, tt.lost) || (e.Src != e.BSSID) != tt.fromStation
		}))
		if d := diagnose(x); d.Cause != tt.cause {
			t.Errorf("%s without %v: %s, want %s: %s", tt.capture, tt.lost, d.Cause, tt.cause, ladder(x))
		}
	}
}

// TestBeginningMissed checks that the messages show which side is the enrollee
// if the capture begins after the identity and M1.
func TestBeginningMissed(t *testing.T) {
	for name, ap := range map[string]bool{"s01-pin-ok": false, "s08-appin-reg-config": true, "s07-appin-reg-learn": true} {
		events := readFile(t, "../testdata/wired/"+name+".pcap")
		for n := range events {
			all, _ := collect(events[n:], nil)
			for _, x := range all {
				if known := slices.ContainsFunc(x.Entries, func(s validate.Entry) bool { return s.Type != 0 && s.Type < wps.MessageACK }); known && x.APEnrollee != ap {
					t.Errorf("%s from frame %d: %s", name, n+1, ladder(x))
				}
			}
		}
	}
}

// TestClockGoesBack checks that a clock that is set back, or stands still,
// neither reorders messages nor causes findings.
func TestClockGoesBack(t *testing.T) {
	for _, step := range []time.Duration{-time.Second, 0} {
		events := plain(t)
		want := one(t, events)
		for i := range events {
			events[i].Time = bootTime.Add(time.Duration(i) * step)
		}
		x := one(t, events)
		if ladder(x) != ladder(want) || diagnose(x).Cause != doctor.Success || x.Findings(wps.Tolerant).Worst() >= validate.Error {
			t.Errorf("%v a frame: %s, %v", step, ladder(x), x.Findings(wps.Tolerant))
		}
	}
}

// TestRestart checks that a station that sends EAPOL-Start again has ended its
// attempt, and that the EAPOL-Start belongs to the next one.
func TestRestart(t *testing.T) {
	for _, called := range []bool{true, false} {
		s := newScene(t)
		ends(s, wps.MessageM5)
		if called {
			s.eapol(true, eapol.TypeStart, nil)
		}
		newRun(s).play(s)
		all, _ := collect(s.events, nil)
		if len(all) != 2 {
			t.Fatalf("%d exchanges", len(all))
		}
		by := registration.RoleRegistrar
		if called {
			by = registration.RoleEnrollee
		}
		if d := diagnose(all[0]); d.Cause != doctor.EndedEarly || d.DetectedBy != by {
			t.Errorf("%s by %v: %s", d.Cause, d.DetectedBy, ladder(all[0]))
		}
		if d := diagnose(all[1]); d.Cause != doctor.Success || (all[1].Entries[0].Signal == validate.SignalEAPOLStart) != called {
			t.Errorf("%s: %s", d.Cause, ladder(all[1]))
		}
	}
}

// TestRefusedTwice checks that a station whose association is refused twice was
// refused by the access point both times.
func TestRefusedTwice(t *testing.T) {
	s := newScene(t)
	s.associate(17)
	s.associate(17)
	all, _ := collect(s.events, nil)
	for _, x := range all {
		if d := diagnose(x); d.Cause != doctor.AssociationRefused || d.DetectedBy != registration.RoleRegistrar {
			t.Errorf("%s by %v: %s", d.Cause, d.DetectedBy, ladder(x))
		}
	}
	if len(all) != 2 {
		t.Errorf("%d exchanges", len(all))
	}
}

// TestNobodyAnswers checks that an EAPOL-Start without an answer is an attempt
// if there is no other.
func TestNobodyAnswers(t *testing.T) {
	call := func(s *scene) { s.eapol(true, eapol.TypeStart, nil) }
	s := newScene(t)
	call(s)
	if x := one(t, s.events); diagnose(x).Cause != doctor.NoIdentityRequest || x.Client != s.sta {
		t.Errorf("%s: %s", diagnose(x).Cause, ladder(x))
	}
	s = newScene(t)
	newRun(s).play(s)
	s.wait(10 * time.Second)
	call(s)
	if x := one(t, s.events); diagnose(x).Cause != doctor.Success {
		t.Errorf("%s: %s", diagnose(x).Cause, ladder(x))
	}
}

// TestConfigErrorUnknown checks that a WSC_NACK truncated before its Configuration
// Error has no reason.
func TestConfigErrorUnknown(t *testing.T) {
	events := readFile(t, "../testdata/wired/s05-pin-wrong-half1.pcap")
	for i := range events {
		if e := &events[i]; len(e.Data) > 50 {
			e.Data, e.Truncated = e.Data[:50], true
		}
	}
	if d := diagnose(one(t, events)); d.Cause != doctor.Unknown || d.ConfigError != nil || d.Outcome != doctor.Failed {
		t.Errorf("%s, %v", d.Cause, d.ConfigError)
	}
}

// TestShortFrames checks that frames truncated to 100 octets still show what
// happened.
func TestShortFrames(t *testing.T) {
	for _, tt := range []struct {
		capture string
		cause   doctor.Cause
	}{
		{"s01-pin-ok", doctor.Success}, {"s05-pin-wrong-half1", doctor.PINFirstHalf}, {"s14-m2d-nopin", doctor.NoRegistrarSession},
		{"s11-frag", doctor.Success}, {"s09-appin-wrong-half1", doctor.PINFirstHalf}, {"s35-ap-setup-locked", doctor.SetupLocked},
	} {
		events := readFile(t, "../testdata/wired/"+tt.capture+".pcap")
		for i := range events {
			if e := &events[i]; len(e.Data) > 86 {
				e.Data, e.Truncated = e.Data[:86], true
			}
		}
		x := one(t, events)
		if d := diagnose(x); d.Cause != tt.cause {
			t.Errorf("%s: %s: %s", tt.capture, d.Cause, ladder(x))
		}
		for _, f := range x.Findings(wps.Strict) {
			if f.Rule == "LIST-TRUNCATED" || f.Severity == validate.Error {
				t.Errorf("%s: the capture's fault is put on the devices: %v", tt.capture, f)
			}
		}
	}
}

// TestInterleaved mixes the frames of many devices, each with one of the
// captured exchanges.
func TestInterleaved(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	names := []string{"s01-pin-ok", "s11-frag", "s05-pin-wrong-half1", "s14-m2d-nopin", "s07-appin-reg-learn", "s09-appin-wrong-half1", "s17-open"}
	const devices = 200
	var queues [][]capture.Event
	want := map[wps.MAC]string{}
	for i := range devices {
		events := readFile(t, "../testdata/wired/"+names[i%len(names)]+".pcap")
		station, ap := wps.MAC{2, 1, 0, 0, 0, byte(i)}, wps.MAC{2, 2, 0, 0, 0, byte(i)}
		want[station] = ladder(one(t, events))
		for k := range events {
			e := &events[k]
			fromStation := e.Src == [6]byte{2, 0, 0, 0, 0, 2}
			if e.Src, e.Dst = ap, station; fromStation {
				e.Src, e.Dst = station, ap
			}
		}
		queues = append(queues, events)
	}
	var mixed []capture.Event
	for now := bootTime; len(queues) > 0; now = now.Add(time.Millisecond) {
		i := random.IntN(len(queues))
		e := queues[i][0]
		e.Time, e.Frame = now, len(mixed)+1
		mixed = append(mixed, e)
		if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
			queues = slices.Delete(queues, i, i+1)
		}
	}
	all, _ := collect(mixed, nil)
	var began time.Time
	for _, x := range all {
		if got := ladder(x); got != want[x.Client] {
			t.Errorf("%v: %s\nwant %s", x.Client, got, want[x.Client])
		}
		if x.Began.Before(began) {
			t.Errorf("%v began at %v, and comes behind %v", x.Client, x.Began, began)
		}
		began = x.Began
		delete(want, x.Client)
	}
	if len(want) > 0 {
		t.Errorf("%d exchanges were not found", len(want))
	}
}

// TestOneAfterAnother checks that a device that tries again begins another
// exchange, however it begins and whichever frame of the previous one was lost.
func TestOneAfterAnother(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(s *scene)
	}{
		{"after success", func(s *scene) { newRun(s).play(s) }},
		{"after EAP-Failure was lost", func(s *scene) { newRun(s).play(s); s.events = s.events[:len(s.events)-1] }},
		{"in mid-run", func(s *scene) { ends(s, wps.MessageM5) }},
		{"after a wrong key", func(s *scene) { newRun(s).play(s); s.join(0); s.handshake(true) }},
		{"minutes later", func(s *scene) { ends(s, wps.MessageM5); s.wait(5 * time.Minute) }},
	} {
		for _, begin := range []struct {
			name string
			play func(s *scene)
		}{
			{"by association", func(s *scene) { s.associate(0) }},
			{"by EAPOL-Start", func(s *scene) { s.eapol(true, 1, nil) }},
			{"by identity", func(*scene) {}},
		} {
			if strings.Contains(tt.name, "mid-run") && begin.name == "by EAPOL-Start" {
				continue // may also be a retransmission in the current exchange
			}
			s := newScene(t)
			tt.before(s)
			begin.play(s)
			newRun(s).play(s)
			all, _ := collect(s.events, nil)
			if len(all) != 2 || all[1].Attempt(nil).End != doctor.EndDone {
				t.Errorf("%s, %s: %d exchanges", tt.name, begin.name, len(all))
				for _, x := range all {
					t.Log(ladder(x))
				}
			}
		}
	}
}

// TestNewRun checks that an M1 with another nonce is another run, even within
// one EAP conversation.
func TestNewRun(t *testing.T) {
	s := newScene(t)
	ends(s, wps.MessageM5)
	from := len(s.events)
	newRun(s).play(s)
	s.events = slices.DeleteFunc(s.events, func(e capture.Event) bool { return e.Frame > from && e.Frame <= from+3 }) // identity and WSC_Start
	if all, _ := collect(s.events, nil); len(all) != 2 || all[1].Attempt(nil).End != doctor.EndDone {
		t.Errorf("%d exchanges", len(all))
	}
}

// TestOtherEAP checks that EAP methods other than WPS give no exchange.
func TestOtherEAP(t *testing.T) {
	s := newScene(t)
	s.eap(eap.Packet{Code: eap.CodeRequest, ID: 1, Type: eap.TypeIdentity})
	s.eap(eap.Packet{Code: eap.CodeResponse, ID: 1, Type: eap.TypeIdentity, Data: []byte("somebody@example.org")})
	s.eap(eap.Packet{Code: eap.CodeRequest, ID: 2, Type: 25, Data: []byte{0x20}})
	s.eap(eap.Packet{Code: eap.CodeResponse, ID: 2, Type: 25, Data: []byte{0}})
	s.eap(eap.Packet{Code: eap.CodeSuccess, ID: 2})
	s.handshake(false)
	s.join(0)
	if all, _ := collect(s.events, nil); len(all) != 0 {
		t.Errorf("%d exchanges", len(all))
	}
}

// TestBounds checks that memory does not grow with the number of devices,
// networks and messages.
func TestBounds(t *testing.T) {
	c := NewCollector(nil)
	given := 0
	s := newScene(t)
	newRun(s).play(s)
	m1 := s.events[3]
	if typeOf(m1.Data[4:]) != wps.MessageM1 {
		t.Fatal("M1 is not where it was thought")
	}
	for i := range maxConversations + 500 {
		mac := wps.MAC{2, 9, byte(i >> 16), byte(i >> 8), byte(i)}
		e := m1
		e.Time, e.Src = m1.Time.Add(time.Duration(i)*time.Microsecond), mac
		given += len(c.Add(&e))
		c.Add(&capture.Event{Kind: capture.KindBeacon, Time: e.Time, BSSID: mac, Src: mac, Management: &capture.Management{Elements: dot11.Elements{WPS: []byte{byte(i), byte(i >> 8)}}}})
		c.Add(&capture.Event{Kind: capture.KindProbeRequest, Time: e.Time, Src: mac, Management: &capture.Management{Elements: dot11.Elements{WPS: encoded(t, &wps.ProbeRequest{UUIDE: wps.UUID{byte(i), byte(i >> 8)}})}}})
		c.Add(&capture.Event{Kind: capture.KindBeacon, Time: e.Time, BSSID: apMAC, Src: apMAC, Management: &capture.Management{Elements: dot11.Elements{WPS: []byte{byte(i), byte(i >> 8)}}}})
	}
	if n := len(c.conversations.byParty); n > maxConversations || c.conversations.recent.Len() != n || len(c.conversations.byAP) != 1 {
		t.Errorf("%d conversations", n)
	}
	if len(c.queue.begun) > maxConversations || len(c.air.heard) > maxNetworks || len(c.air.probing) > maxStations || c.air.heard[keyOf(apMAC, 0)] == nil || len(c.air.heard[keyOf(apMAC, 0)].Adverts) > 64 {
		t.Errorf("%d exchanges wait, %d networks, %d stations", len(c.queue.begun), len(c.air.heard), len(c.air.probing))
	}
	given += len(c.Close())
	if given != maxConversations+500 {
		t.Errorf("%d exchanges", given)
	}

	c = NewCollector(nil)
	for i := range 3 * maxSteps {
		e := m1
		e.Data = bytes.Clone(m1.Data)
		e.Data[5] = byte(i) // the Identifier
		c.Add(&e)
	}
	if all := c.Close(); len(all) != 1 || len(all[0].Entries) > maxSteps || !all[0].Cut {
		t.Errorf("%d exchanges, %d steps", len(all), len(all[0].Entries))
	}
}

// TestReturnedWhenOver checks that an exchange is returned when it has ended,
// not at the end of the capture.
func TestReturnedWhenOver(t *testing.T) {
	for _, tt := range []struct {
		name  string
		play  func(s *scene)
		after time.Duration
	}{
		{"failed", func(s *scene) { wrongPIN("12345670")(s) }, settleTime},
		{"succeeded", func(s *scene) { newRun(s).play(s) }, lingerTime},
		{"stopped", func(s *scene) { ends(s, wps.MessageM4) }, idleTime},
	} {
		s := newScene(t)
		tt.play(s)
		c := NewCollector(nil)
		for i := range s.events {
			if len(c.Add(&s.events[i])) > 0 {
				t.Fatalf("%s: returned while it goes on", tt.name)
			}
		}
		end := s.now
		var given time.Duration
		for given < 10*time.Minute {
			given += 500 * time.Millisecond
			if len(c.Add(&capture.Event{Kind: capture.KindEAPOL, Time: end.Add(given), Src: otherMAC, Data: []byte{1, 2, 0, 0}})) > 0 {
				break
			}
		}
		if given < tt.after || given > tt.after+3*time.Second {
			t.Errorf("%s: returned after %v, not %v", tt.name, given, tt.after)
		}
	}
}

// TestClock checks that a damaged time stamp does not end an exchange.
func TestClock(t *testing.T) {
	for _, leap := range []time.Duration{100 * 365 * 24 * time.Hour, -100 * 365 * 24 * time.Hour, 2 * time.Hour, -time.Hour} {
		events := plain(t)
		i := len(events) / 2
		wild := capture.Event{Kind: capture.KindBeacon, Time: events[i].Time.Add(leap), Src: apMAC, BSSID: apMAC, Management: &capture.Management{}}
		if x := one(t, slices.Insert(events, i, wild)); x.Attempt(nil).End != doctor.EndDone {
			t.Errorf("%v: %s", leap, ladder(x))
		}
	}
}

// TestJoining distinguishes a handshake with a wrong key from one with lost
// messages.
func TestJoining(t *testing.T) {
	for _, tt := range []struct {
		messages     [4]int
		disconnected uint16
		failed       bool
	}{
		{[4]int{1, 1, 1, 1}, 0, false}, {[4]int{0, 0, 0, 0}, 3, false}, {[4]int{4, 0, 0, 0}, 15, true}, {[4]int{1, 0, 0, 0}, 3, false}, {[4]int{0, 0, 0, 0}, 15, false}, {[4]int{1, 1, 0, 0}, 0, false},
		{[4]int{1, 1, 0, 0}, 15, true}, {[4]int{4, 4, 0, 0}, 0, true}, {[4]int{2, 1, 0, 0}, 0, true}, {[4]int{4, 4, 1, 1}, 0, false},
	} {
		j := Joining{Messages: tt.messages, Disconnected: tt.disconnected}
		if j.Failed() != tt.failed {
			t.Errorf("%v, reason %d: failed %t", tt.messages, tt.disconnected, j.Failed())
		}
	}
}

// keysOf makes a key log from the logs of both sides of a wired capture.
func keysOf(t testing.TB, name string) *KeyLog {
	t.Helper()
	b, err := os.ReadFile("../testdata/wired/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var logged map[string]json.RawMessage
	if err := json.Unmarshal(b, &logged); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, side := range []string{"hostapd", "wpa_supplicant"} {
		var values map[string][]string
		if json.Unmarshal(logged[side], &values) != nil {
			continue
		}
		for i, key := range values["AuthKey"] {
			enrollee, registrar := values["Enrollee Nonce"], values["Registrar Nonce"]
			if i < len(enrollee) && i < len(registrar) {
				fmt.Fprintf(&lines, "WSC %s %s %s %s\n", enrollee[i], registrar[i], key, values["KeyWrapKey"][i])
			}
		}
	}
	keys, err := ReadKeyLog(strings.NewReader(lines.String()))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return keys
}

// TestKeys checks that with the keys every Authenticator in the captures of
// hostap is verified, the settings are read, and damage is found.
func TestKeys(t *testing.T) {
	ok := []doctor.Settings{{SSID: "interop-net", Auth: wps.AuthWPA2Personal, Encr: wps.EncrAES, KeyLength: len("correct horse battery")}}
	for _, tt := range []struct {
		capture  string
		fault    doctor.Fault
		cause    doctor.Cause
		settings []doctor.Settings
	}{
		{"s01-pin-ok", doctor.NoFault, doctor.Success, ok},
		{"s11-frag", doctor.NoFault, doctor.Success, ok},
		{"s07-appin-reg-learn", doctor.NoFault, doctor.SettingsRead, ok},
		{"s18-psk64hex", doctor.NoFault, doctor.Success, []doctor.Settings{{SSID: "interop-net", Auth: wps.AuthWPA2Personal, Encr: wps.EncrAES, KeyLength: 64, HexKey: true}}},
		{"s21-cred-wep", doctor.NoFault, doctor.CredentialRefused, []doctor.Settings{{SSID: "wep-net", Auth: wps.AuthOpen, Encr: wps.EncrWEP, KeyLength: 5, Err: wps.ErrWEP}}},
		{"t3-nfc-handover", doctor.NoFault, doctor.Success, ok},
		{"m02-badauth-m2", doctor.FaultAuthenticator, doctor.AuthenticatorBad, nil},
		{"m04-badauth-m4", doctor.FaultAuthenticator, doctor.AuthenticatorBad, nil},
		{"m05-badenc-m4", doctor.FaultSettings, doctor.DecryptionFailure, nil},
	} {
		all, _ := collect(readFile(t, "../testdata/wired/"+tt.capture+".pcap"), keysOf(t, tt.capture))
		x := all[0]
		if x.Keys == nil {
			t.Errorf("%s: no keys", tt.capture)
			continue
		}
		a := x.Attempt(x.Findings(wps.Tolerant))
		if d := diagnose(x); a.Fault != tt.fault || d.Cause != tt.cause {
			t.Errorf("%s: fault %d, %s; want %d, %s", tt.capture, a.Fault, d.Cause, tt.fault, tt.cause)
		}
		if diff := cmp.Diff(tt.settings, a.Settings, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
			t.Errorf("%s: settings (-want +got):\n%s", tt.capture, diff)
		}
	}
}

// TestReadKeyLog checks that invalid lines are rejected, without showing them
// in the error.
func TestReadKeyLog(t *testing.T) {
	nonce, key, wrap := strings.Repeat("ab", 16), strings.Repeat("5E", 32), strings.Repeat("c3", 16)
	good := strings.Join([]string{"WSC", nonce, nonce, key, wrap}, " ")
	log, err := ReadKeyLog(strings.NewReader("# keys\n\n" + good + "\r\n  " + good + "\n"))
	if err != nil || log.Keys(wps.Nonce(bytes.Repeat([]byte{0xab}, 16)), wps.Nonce(bytes.Repeat([]byte{0xab}, 16))) == nil {
		t.Errorf("a good log: %v", err)
	}
	if log.Keys(wps.Nonce{}, wps.Nonce{}) != nil || (*KeyLog)(nil).Keys(wps.Nonce{}, wps.Nonce{}) != nil {
		t.Error("keys of a run that has none")
	}
	for _, line := range []string{
		"WPS " + good[4:], good + " x", good[:len(good)-2], good[:len(good)-2] + "zz", "WSC " + nonce + " " + nonce + " " + wrap + " " + key,
		strings.Repeat("x", 1<<17),
	} {
		_, err := ReadKeyLog(strings.NewReader(good + "\n" + line))
		if err == nil || strings.Contains(strings.ToLower(err.Error()), key[:8]) || strings.Contains(err.Error(), wrap[:8]) {
			t.Errorf("%.60s: %v", line, err)
		}
	}
}

// FuzzCollector changes the events of a capture: each three octets of input
// drop, repeat, move or truncate an event, or change an octet of it.
func FuzzCollector(f *testing.F) {
	var all [][]capture.Event
	for _, name := range []string{"wired/s11-frag", "wired/s05-pin-wrong-half1", "wired/u3-er-pin.er", "wired/r2-radius.lo", "radio/pbc", "radio/reg-config"} {
		all = append(all, readFile(f, "../testdata/"+name+".pcap"))
	}
	f.Add(byte(0), []byte{0, 3, 0, 1, 5, 0, 2, 7, 9})
	f.Add(byte(1), []byte{3, 4, 30, 4, 5, 40, 4, 6, 13})
	f.Add(byte(2), []byte{2, 20, 60, 4, 30, 2})
	f.Add(byte(4), []byte{5, 50, 200, 0, 51, 0, 3, 52, 12})
	f.Fuzz(func(t *testing.T, which byte, program []byte) {
		events := slices.Clone(all[int(which)%len(all)])
		for ; len(program) >= 3 && len(events) > 0; program = program[3:] {
			i, v := int(program[1])%len(events), int(program[2])
			e := events[i]
			switch program[0] % 6 {
			case 0:
				events = slices.Delete(events, i, i+1)
			case 1:
				events = slices.Insert(events, i, e)
			case 2:
				events = slices.Insert(slices.Delete(events, i, i+1), v%len(events), e)
			case 3:
				e.Data, e.Truncated = e.Data[:v%(len(e.Data)+1)], true
				events[i] = e
			case 4:
				if e.Data = bytes.Clone(e.Data); len(e.Data) > 0 {
					e.Data[v%len(e.Data)] ^= 1 << (program[0] / 6 % 8)
				}
				events[i] = e
			case 5:
				e.Time = e.Time.Add(time.Duration(v-128) * 10 * time.Second)
				events[i] = e
			}
		}
		exchanges, c := collect(events, nil)
		for _, x := range exchanges {
			if len(x.Entries) == 0 || len(x.Entries) > maxSteps || x.Ended.Before(x.Began) {
				t.Fatalf("%d steps, from %v to %v", len(x.Entries), x.Began, x.Ended)
			}
			for _, finding := range x.Findings(wps.Strict) {
				if finding.Message >= len(x.Entries) {
					t.Fatalf("a finding about step %d of %d", finding.Message, len(x.Entries))
				}
			}
			if d := diagnose(x); d.Cause == "" || d.Verdict == "" {
				t.Fatalf("no diagnosis: %+v", d)
			}
		}
		if d := doctor.Diagnose(c.Evidence()); d.Cause == "" {
			t.Fatal("no diagnosis of the surroundings")
		}
	})
}

// TestNotes checks that each sentence is kept once.
func TestNotes(t *testing.T) {
	c := NewCollector(nil)
	for i := range 5 {
		c.Add(&capture.Event{Kind: capture.KindNote, Frame: 10 + i, Note: "The frame is shorter than its 802.11 header."})
		c.Add(&capture.Event{Kind: capture.KindNote, Frame: 20 + i, Note: "The capture ends in the middle of a record."})
	}
	want := []Note{{"The frame is shorter than its 802.11 header.", 10, 5}, {"The capture ends in the middle of a record.", 20, 5}}
	if diff := cmp.Diff(want, c.Notes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSameLastOctet alternates between two access points whose addresses have
// the same last octet. They must remain two networks.
func TestSameLastOctet(t *testing.T) {
	c := NewCollector(nil)
	names := map[wps.MAC]wps.SSID{{2, 1, 5: 7}: "one", {2, 2, 5: 7}: "two"}
	for i := range 4 {
		mac := wps.MAC{2, byte(1 + i%2), 5: 7}
		m := &capture.Management{Elements: dot11.Elements{SSID: names[mac]}}
		c.Add(&capture.Event{Kind: capture.KindBeacon, Time: bootTime.Add(time.Duration(i) * time.Second), Src: mac, BSSID: mac, Management: m})
	}
	networks := c.Networks()
	if len(networks) != 2 {
		t.Fatalf("%d networks", len(networks))
	}
	for i, n := range networks {
		if n.SSID != names[n.BSSID] || n.Last.Sub(n.First) != 2*time.Second || n.First != bootTime.Add(time.Duration(i)*time.Second) {
			t.Errorf("%v is %v, heard from %v to %v", n.BSSID, n.SSID, n.First, n.Last)
		}
	}
}

// TestInterrupt checks that an exchange is returned if its beginning and its end were
// read, wherever the capture is interrupted, and that the next one of the station is.
func TestInterrupt(t *testing.T) {
	events := readFile(t, "../testdata/wired/m01-clean-none-driver.pcap")
	last := slices.IndexFunc(events, func(e capture.Event) bool {
		return bytes.Contains(e.Data, []byte{0x10, 0x22, 0, 1, byte(wps.MessageDone)})
	})
	for at := 1; at < len(events); at++ {
		c := NewCollector(nil)
		var all []*Exchange
		for i := range events {
			if i == at {
				all = append(all, c.Interrupt()...)
			}
			all = append(all, c.Add(&events[i])...)
		}
		want := 0
		if at == 1 || at > last { // the first event is EAPOL-Start, which is not needed
			want = 1
		}
		if all = append(all, c.Close()...); len(all) != want {
			t.Errorf("interrupted before event %d: %d exchanges, want %d", at, len(all), want)
		}
		for i := range events {
			e := events[i]
			e.Time = e.Time.Add(time.Minute)
			all = append(all, c.Add(&e)...)
		}
		if all = append(all, c.Close()...); len(all) != want+1 {
			t.Errorf("interrupted before event %d: %d exchanges with the next one, want %d", at, len(all), want+1)
		}
		if exchanges, steps := c.Count(); exchanges < len(all) || steps < len(all[len(all)-1].Entries) {
			t.Errorf("%d exchanges and %d steps counted", exchanges, steps)
		}
	}
}

// TestInterruptStart checks that EAPOL-Start after an interruption is not reported as
// one that nobody answered, if there was an exchange.
func TestInterruptStart(t *testing.T) {
	events := readFile(t, "../testdata/wired/m01-clean-none-driver.pcap")
	start := slices.IndexFunc(events, func(e capture.Event) bool { return e.Kind == capture.KindEAPOL && len(e.Data) > 1 && e.Data[1] == 1 })
	c := NewCollector(nil)
	for i := range events[:len(events)/2] {
		c.Add(&events[i])
	}
	c.Interrupt()
	c.Add(&events[start])
	if all := c.Close(); len(all) != 0 {
		t.Errorf("%d exchanges", len(all))
	}
}
