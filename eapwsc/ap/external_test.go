package ap

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// relayed is a station at an access point with an external registrar.
type relayed struct {
	*lateRun
	registrar *registration.Registrar
}

// relayTo brings a station to the point where the access point is about to send a
// message; 0 is as far as it comes without the external registrar. The registrar
// has the PIN.
func relayTo(t *testing.T, ap *AccessPoint, digits string, until wps.MessageType) *relayed {
	t.Helper()
	ap.SetListening(true)
	r, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: fixture.Device(9)}, Password: registration.PIN(fixture.PIN(t, digits)), Credentials: []wps.Credential{fixture.Network},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &relayed{begin(t, ap, newStation(t, 2, registration.PIN(fixture.PIN(t, thePIN))), 2, until).lateRun, r}
}

// message returns the only message of the station that was reported since the
// last call, or nil.
func (r *relayed) message() (octets []byte) {
	r.t.Helper()
	for _, e := range r.ap.Events() {
		if e.Kind != EventStationMessage {
			continue
		}
		if octets != nil || e.Station != fixture.Device(2).MAC || !e.Time.Equal(r.now) {
			r.t.Fatalf("also reported: %+v", e)
		}
		octets = e.Message
	}
	return octets
}

// answer returns the registrar's answer to the station's message, of a kind.
func (r *relayed) answer(want wps.MessageType) []byte {
	r.t.Helper()
	message := r.message()
	if message == nil {
		r.t.Fatal("no message of the station is reported")
	}
	answer, err := r.registrar.Handle(message)
	if kind, _ := wps.PeekMessageType(answer); err != nil || kind != want {
		r.t.Fatalf("the registrar answers with %v, %v, not %v", kind, err, want)
	}
	return answer
}

// deliver delivers a message to the station, and runs the exchange as far as it
// comes.
func (r *relayed) deliver(octets []byte) {
	r.t.Helper()
	if err := r.ap.Deliver(r.now, "a", fixture.Device(2).MAC, octets); err != nil {
		r.t.Fatal(err)
	}
	r.ready()
	r.exchange(0)
}

// refused checks that a message is not delivered.
func (r *relayed) refused(what, from string, to wps.MAC, octets []byte) {
	r.t.Helper()
	if err := r.ap.Deliver(r.now, from, to, octets); !errors.Is(err, ErrNotExpected) {
		r.t.Errorf("%s: %v", what, err)
	}
}

// last returns the event of the end of the session.
func (r *relayed) last() Event {
	r.t.Helper()
	events := r.ap.Events()
	if len(events) == 0 || !r.step.Done || !r.session.ended {
		r.t.Fatalf("not ended: %+v, %v", r.step, events)
	}
	return events[len(events)-1]
}

// handle passes a message of the station to the session in the next response.
func (r *relayed) handle(id uint8, octets []byte) error {
	packet, err := eap.NewWSC(eap.CodeResponse, id, eap.OpMSG, octets).AppendTo(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	step, err := r.session.Handle(r.now, packet)
	if step.Send != nil || step.Done {
		r.t.Errorf("%x is answered with %+v", octets, step)
	}
	return err
}

// TestExternal has an external registrar register a station. At each step the
// messages that do not belong there are refused.
func TestExternal(t *testing.T) {
	r := relayTo(t, newAccessPoint(t), thePIN, 0)
	station := fixture.Device(2).MAC
	if !r.step.Waiting || r.step.Deadline != r.now.Add(externalM2) {
		t.Fatalf("%+v", r.step)
	}
	if err := r.ap.Deliver(r.now, "a", station, []byte{1}); err == nil || errors.Is(err, ErrNotExpected) {
		t.Errorf("nonsense: %v", err)
	}
	m2 := r.answer(wps.MessageM2)
	change := func(attribute wps.AttributeID, to ...byte) []byte {
		changed := slices.Clone(m2)
		v := wps.Find(changed, attribute)
		clear(v)
		copy(v, to)
		return changed
	}
	r.refused("another nonce", "a", station, change(wps.AttrEnrolleeNonce, 1))
	r.refused("no nonce, another station", "a", fixture.Device(3).MAC, change(wps.AttrEnrolleeNonce))
	r.refused("M4 before M2", "a", station, change(wps.AttrMessageType, byte(wps.MessageM4)))
	if err := r.ap.Deliver(r.now, "a", station, change(wps.AttrMessageType, byte(wps.MessageM2D))); err != nil || len(r.ap.Ready()) != 0 {
		t.Errorf("M2D: %v, ready %v", err, r.ap.Ready())
	}
	// The nonce names the run, whatever the address.
	if err := r.ap.Deliver(r.now, "a", fixture.Device(3).MAC, m2); err != nil {
		t.Fatal(err)
	}
	r.refused("a second M2", "b", station, m2)
	r.ready()
	r.exchange(0)
	if !r.step.Waiting || r.step.Deadline != r.now.Add(externalAnswer) {
		t.Fatalf("after M3: %+v", r.step)
	}

	m4 := r.answer(wps.MessageM4)
	r.refused("M2 after M3", "a", station, m2)
	r.refused("M4 of another", "b", station, m4)
	r.deliver(m4)
	m6 := r.answer(wps.MessageM6)
	r.deliver(m6)
	m8 := r.answer(wps.MessageM8)
	r.deliver(m8)
	if result := r.station.Result(); result == nil || result.Credentials[0].SSID != fixture.Network.SSID {
		t.Errorf("given %v, %v", result, r.station.Err())
	}
	if e := r.last(); e.Kind != EventRegistered || !e.External || e.Err != nil || e.Station != station || e.UUID != fixture.Device(2).UUID {
		t.Errorf("%+v", e)
	}
	r.refused("after the end", "a", station, m8)
}

// TestExternalMessages checks which messages of a station are passed on.
func TestExternalMessages(t *testing.T) {
	r := relayTo(t, newAccessPoint(t), thePIN, wps.MessageM2D)
	m1 := slices.Clone(r.message())
	if kind, err := wps.PeekMessageType(m1); err != nil || kind != wps.MessageM1 {
		t.Fatalf("M1 is reported as %v, %v", kind, err)
	}
	if err := r.handle(r.step.Send[1], []byte{1, 2, 3}); err == nil || r.message() != nil {
		t.Errorf("nonsense before the run is handed over: %v", err)
	}
	m2, err := r.registrar.Handle(m1)
	if err != nil {
		t.Fatal(err)
	}
	// It comes before the station has acknowledged M2D.
	if err := r.ap.Deliver(r.now, "a", fixture.Device(2).MAC, m2); err != nil || len(r.ap.Ready()) != 0 {
		t.Fatalf("%v, ready %v", err, r.ap.Ready())
	}
	r.exchange(wps.MessageM2)
	if kind, err := messageIn(r.step.Send); err != nil || kind != wps.MessageM2 {
		t.Fatalf("M2D acknowledged: %v, %v", kind, err)
	}
	if octets := r.message(); octets != nil {
		t.Errorf("the acknowledgement is reported: %x", octets)
	}
	for what, octets := range map[string][]byte{"nonsense": {1, 2, 3}, "M1": m1} {
		if err := r.handle(r.step.Send[1], octets); !errors.Is(err, registration.ErrIgnored) || r.message() != nil {
			t.Errorf("%s after the run is handed over: %v", what, err)
		}
	}
	r.exchange(0)
	if kind, err := wps.PeekMessageType(r.message()); err != nil || kind != wps.MessageM3 {
		t.Errorf("M3 is reported as %v, %v", kind, err)
	}
}

// TestExternalFails ends runs with an external registrar, and without its answer.
func TestExternalFails(t *testing.T) {
	gone := errors.New("the station has gone")
	silent := func(r *relayed) {
		for !r.step.Done {
			r.now = r.step.Deadline
			r.step, r.err = r.session.Timeout(r.now)
		}
	}
	closed := func(r *relayed) {
		r.err = r.session.Close(r.now, gone)
		r.step.Done = true
	}
	for name, c := range map[string]struct {
		digits   string // of the registrar
		begin    func(*relayed)
		end      func(*relayed)
		want     error
		external bool
		after    time.Duration
	}{
		"no registrar answers":        {thePIN, func(*relayed) {}, silent, registration.ErrNoRegistrar, false, externalM2},
		"gone, without an answer":     {thePIN, func(*relayed) {}, closed, gone, false, 0},
		"the registrar falls silent":  {thePIN, func(r *relayed) { r.deliver(r.answer(wps.MessageM2)) }, silent, registration.ErrTimeout, true, externalAnswer},
		"gone, with a registrar":      {thePIN, func(r *relayed) { r.deliver(r.answer(wps.MessageM2)) }, closed, gone, true, 0},
		"the registrar's PIN differs": {"99995676", func(r *relayed) { r.deliver(r.answer(wps.MessageM2)); r.deliver(r.answer(wps.MessageM4)) }, func(*relayed) {}, registration.ErrRefused, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := relayTo(t, newAccessPoint(t), c.digits, 0)
			c.begin(r)
			c.end(r)
			if e := r.last(); e.Kind != EventFailed || e.External != c.external || !errors.Is(e.Err, c.want) || !errors.Is(r.err, c.want) {
				t.Errorf("%v, %+v", r.err, e)
			}
			if d := r.now.Sub(fixture.Began); d != c.after || r.station.Result() != nil {
				t.Errorf("ended after %v, given %v", d, r.station.Result())
			}
		})
	}
}

// TestExternalTooLate has the access point register the station itself, while
// there are external registrars.
func TestExternalTooLate(t *testing.T) {
	ap := newAccessPoint(t)
	if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, thePIN)}); err != nil {
		t.Fatal(err)
	}
	r := relayTo(t, ap, thePIN, wps.MessageM2)
	r.refused("M2", "a", fixture.Device(2).MAC, r.answer(wps.MessageM2))
	step := r.step // the station does not answer
	for !step.Done {
		r.now = step.Deadline
		step, r.err = r.session.Timeout(r.now)
	}
	r.step = step
	if e := r.last(); e.Kind != EventFailed || e.External || !errors.Is(e.Err, registration.ErrTimeout) {
		t.Errorf("%+v", e)
	}
}

// TestExternalProbes checks which probe requests are reported for external
// registrars: those that were received, and only if there are registrars.
func TestExternalProbes(t *testing.T) {
	octets, err := wps.Append(nil, &wps.ProbeRequest{RequestType: wps.RequestEnrolleeInfo, UUIDE: fixture.Device(2).UUID})
	if err != nil {
		t.Fatal(err)
	}
	var received wps.ProbeRequest
	if err := wps.Decode(&received, octets, wps.Tolerant); err != nil {
		t.Fatal(err)
	}
	made := received
	made.Raw = nil
	for _, listening := range []bool{false, true} {
		for _, e := range []*wps.ProbeRequest{&received, &made} {
			ap := newAccessPoint(t)
			ap.SetListening(listening)
			ap.Probe(fixture.Began, fixture.Device(2).MAC, e)
			events := ap.Events()
			i := slices.IndexFunc(events, func(e Event) bool { return e.Kind == EventStationProbe })
			if want := listening && e == &received; (i >= 0) != want || want && !slices.Equal(events[i].Message, received.Raw) {
				t.Errorf("listening %v, octets %x: %v", listening, e.Raw, events)
			}
		}
	}
}
