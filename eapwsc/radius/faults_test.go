package radius

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var manyFaults = flag.Int("faults", 0, "how many faults TestEveryFault combines, in every way: 1 or 2; 0 is every single fault and a sample of the pairs")

// TestEveryFault applies every fault to every datagram between an access point
// that forwards EAP and the server, and every pair of faults. RADIUS repeats
// requests, answers duplicates with the same response and authenticates each
// datagram, so no fault may change the result of a registration.
//
//	go test ./eapwsc/radius -run TestEveryFault -faults 2   # every pair
func TestEveryFault(t *testing.T) {
	for _, f := range []form{
		{name: "by PIN", password: byPIN("24681353"), done: ap.EventRegistered},
		{name: "by PIN, in fragments", password: byPIN("24681353"), done: ap.EventRegistered, fragment: 150},
		{name: "first half wrong", password: byPIN("12345670"), done: ap.EventFailed, want: registration.ErrPassword},
		{name: "second half wrong", password: byPIN("24680004"), done: ap.EventFailed, want: registration.ErrPassword},
		{name: "by button", password: registration.PushButton(), done: ap.EventRegistered},
		{name: "by button, in fragments", password: registration.PushButton(), done: ap.EventRegistered, fragment: 150},
		{name: "external registrar reads", outside: true, password: byPIN("12345670"), done: ap.EventSettingsRead},
		{name: "external registrar writes", outside: true, password: byPIN("12345670"), done: ap.EventNewSettings, settings: &newSettings},
		{name: "external registrar, first half wrong", outside: true, password: byPIN("24681353"), done: ap.EventFailed, want: registration.ErrPassword},
		{name: "external registrar, second half wrong", outside: true, password: byPIN("12340002"), done: ap.EventFailed, want: registration.ErrPassword},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			every := 1
			if *manyFaults == 0 {
				every = samplePairs
			}
			runs, turn := 0, 0
			undisturbed := f.play(t, nil)
			for _, one := range faultsFrom(undisturbed, 0) {
				runs++
				w := f.play(t, []fault{one})
				if *manyFaults == 1 {
					continue
				}
				for _, two := range faultsFrom(w, one.datagram) {
					if turn++; turn%every == 0 {
						runs++
						f.play(t, []fault{one, two})
					}
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("%d datagrams, %d runs", len(undisturbed.sent), runs)
		})
	}
}

// By default go test runs one of samplePairs pairs. It is a prime.
const samplePairs = 797

// form is a registration. The PIN of the station is 24681353, or its button is
// pressed on both sides; that of the access point is 12345670.
type form struct {
	name     string
	password registration.Password
	outside  bool            // the station is an external registrar
	settings *wps.Credential // that it writes
	done     ap.EventKind    // the one event of the end
	want     error
	fragment int // octets
}

func byPIN(digits string) registration.Password { return registration.PIN(pin.MustParse(digits)) }

var newSettings = wps.Credential{
	SSID: "new name", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("a new passphrase"),
}

// machine returns the station.
func (f *form) machine() (eapwsc.Machine, error) {
	cfg := registration.Config{Device: fixture.Device(2), KeyPair: keyPairs()[1]}
	if f.outside {
		return registration.NewRegistrar(registration.RegistrarConfig{Config: cfg, Password: f.password, AP: true, NewSettings: f.settings})
	}
	return registration.NewEnrollee(registration.EnrolleeConfig{Config: cfg, Password: f.password})
}

// faultKind is a fault of a datagram.
type faultKind int

const (
	lost faultKind = iota
	doubled
	lateByOne // arrives after the next one sent
	lateByFour
	cut
	flipped // an octet is changed
	unsigned
	replayed // an earlier datagram of that direction arrives first
	stranger // a datagram of another client's exchange arrives first
	faultKinds
)

var faultNames = [...]string{"lost", "doubled", "late by one", "late by four", "cut", "flipped", "unsigned", "replayed", "stranger"}

type fault struct {
	datagram int // its number among all that are sent
	kind     faultKind
	at       int // offset of the octet that is flipped
}

func (f fault) String() string {
	return fmt.Sprintf("datagram %d %s (%d)", f.datagram, faultNames[f.kind], f.at)
}

// faultsFrom returns the faults of every datagram of a run from number first
// on.
func faultsFrom(w *hop, first int) (all []fault) {
	for n := first; n < len(w.sent); n++ {
		size := len(w.sent[n].data)
		for k := range faultKinds {
			if k != flipped {
				all = append(all, fault{n, k, 0})
				continue
			}
			// Code, Identifier, Length, Authenticator, the first attribute and
			// its value.
			for _, at := range []int{0, 1, 3, 4, 20, 21, 22, 38, 40, size / 2, size - 1} {
				all = append(all, fault{n, k, min(at, size-1)})
			}
		}
	}
	return all
}

// keyPairs are those of the registrar and of the station.
var keyPairs = sync.OnceValue(func() (keys [2]*registration.KeyPair) {
	for i := range keys {
		keys[i], _ = registration.NewKeyPairFromExponent(bytes.Repeat([]byte{byte(0x41 + i), 0x2b}, 15))
	}
	for i, key := range keys {
		public := keys[1-i].PublicKey()
		if err := key.Precompute(&public); err != nil {
			panic(err)
		}
	}
	return keys
})

// hop is a run, with the datagrams between the access point and the server.
type hop struct {
	t       testing.TB
	plan    []fault
	now     time.Time
	server  *registrar
	station *passThrough
	sent    []hopDatagram
	queue   []hopDatagram

	request []byte    // waiting for its response
	repeat  time.Time // when it is repeated
	repeats int
	answers map[string][]byte // to requests, by their octets
	trouble []string
}

type hopDatagram struct {
	toServer bool
	data     []byte
	after    int // how many datagrams must be sent before it arrives
}

// The timers of a client, as in hostapd.
const (
	repeatTime = 3 * time.Second
	maxRepeats = 8
)

func (w *hop) fail(format string, args ...any) {
	w.trouble = append(w.trouble, fmt.Sprintf(format, args...))
}

// play makes a run and checks it.
func (f *form) play(t testing.TB, plan []fault) *hop {
	t.Helper()
	d := fixture.Device(1)
	d.State = wps.Configured
	r := newRegistrarOf(t, ap.Config{
		Registration: registration.Config{Device: d, KeyPair: keyPairs()[0]}, Credentials: []wps.Credential{fixture.Network}, FragmentSize: f.fragment,
		PIN: pin.MustParse("12345670"),
	}, 0)
	m, err := f.machine()
	if err != nil {
		t.Fatal(err)
	}
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m, FragmentSize: f.fragment, Total: time.Hour, Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	w := &hop{
		t: t, plan: plan, now: fixture.Began, server: r, answers: make(map[string][]byte),
		station: &passThrough{secret: secret, peer: peer, mac: fixture.Device(2).MAC},
	}
	if f.password.ID == wps.PasswordPushButton {
		err = r.point.PressButton(w.now)
	} else {
		err = r.point.EnterPIN(w.now, ap.PINEntry{PIN: pin.MustParse("24681353")})
	}
	if err != nil {
		t.Fatal(err)
	}
	w.asks(w.station.begin(t, w.now))
	for range 1000 {
		if w.step() {
			break
		}
	}
	w.judge(f)
	if len(w.trouble) > 0 {
		t.Errorf("%v: %s", plan, strings.Join(w.trouble, "\n\t"))
	}
	return w
}

// asks sends a request to the server, unless the exchange is over.
func (w *hop) asks(request []byte) {
	w.request, w.repeats = request, 0
	if request != nil {
		w.repeat = w.now.Add(repeatTime)
		w.send(true, request)
	}
}

// send queues a datagram, and applies its faults.
func (w *hop) send(toServer bool, data []byte) {
	n := len(w.sent)
	d := hopDatagram{toServer: toServer, data: data}
	w.sent = append(w.sent, d)
	ways := []hopDatagram{d}
	for _, f := range w.plan {
		last := len(ways) - 1
		if f.datagram != n || last < 0 {
			continue
		}
		switch f.kind {
		case lost:
			ways = ways[:last]
		case doubled:
			ways = append(ways, ways[last])
		case lateByOne:
			ways[last].after = n + 2
		case lateByFour:
			ways[last].after = n + 5
		case cut:
			ways[last].data = ways[last].data[:len(ways[last].data)/2]
		case flipped:
			ways[last].data = bytes.Clone(ways[last].data)
			if f.at < len(ways[last].data) {
				ways[last].data[f.at] ^= 0x01
			}
		case unsigned:
			ways[last].data = withoutSignature(ways[last].data)
		case replayed:
			for _, earlier := range w.sent[:n] {
				if earlier.toServer == toServer {
					ways = append([]hopDatagram{earlier}, ways...)
					break
				}
			}
		case stranger:
			p, err := Parse(data)
			if err != nil {
				continue
			}
			p.Attributes = p.Attributes[1:]
			theirs, err := p.sign([]byte("the secret of another"), p.Authenticator)
			if err == nil {
				ways = append([]hopDatagram{{toServer: toServer, data: theirs}}, ways...)
			}
		}
	}
	w.queue = append(w.queue, ways...)
}

// withoutSignature removes the Message-Authenticator, which is the first
// attribute.
func withoutSignature(b []byte) []byte {
	const attribute = 2 + macLen
	if len(b) < headerLen+attribute {
		return nil
	}
	b = append(bytes.Clone(b[:headerLen]), b[headerLen+attribute:]...)
	b[2], b[3] = byte(len(b)>>8), byte(len(b))
	return b
}

// step delivers one datagram, or advances the time. It reports whether the
// exchange has ended.
func (w *hop) step() bool {
	for i, d := range w.queue {
		if d.after <= len(w.sent) {
			w.queue = append(w.queue[:i:i], w.queue[i+1:]...)
			w.arrives(d)
			return false
		}
	}
	if w.request == nil {
		// What was late arrives after the end.
		if len(w.queue) == 0 {
			return true
		}
		w.queue[0].after = 0
		return false
	}
	w.now = eapwsc.Earlier(w.repeat, w.server.Deadline())
	for _, out := range w.server.Timeout(w.now) {
		w.send(false, out.Data)
	}
	if !w.repeat.After(w.now) {
		if w.repeats++; w.repeats > maxRepeats {
			w.request = nil
			return false
		}
		w.repeat = w.now.Add(repeatTime)
		w.send(true, w.request)
	}
	return false
}

func (w *hop) arrives(d hopDatagram) {
	if d.toServer {
		out, _ := w.server.Handle(w.now, client, d.data)
		for _, answer := range out {
			key := string(d.data)
			if before, ok := w.answers[key]; ok && !bytes.Equal(before, answer.Data) {
				w.fail("a copy of a request has another answer")
			}
			w.answers[key] = bytes.Clone(answer.Data)
			w.send(false, answer.Data)
		}
		return
	}
	p, err := Parse(d.data)
	if err != nil || w.request == nil || w.station.last == nil || p.Identifier != w.station.last.Identifier ||
		p.CheckResponse(secret, w.station.last) != nil {
		return // the client keeps waiting: RFC 2865 §3
	}
	w.asks(w.station.fromServer(w.t, w.now, d.data))
}

// judge compares the end of a run with the expected one.
func (w *hop) judge(f *form) {
	if w.request != nil {
		w.fail("the exchange does not end")
	}
	if w.repeats > maxRepeats {
		w.fail("the server does not answer")
	}
	result := w.station.peer.Result()
	var ends []ap.EventKind
	for _, e := range w.server.point.Events() {
		switch e.Kind {
		case ap.EventRegistered, ap.EventFailed, ap.EventSettingsRead, ap.EventNewSettings:
			ends = append(ends, e.Kind)
		}
	}
	if len(ends) != 1 || ends[0] != f.done {
		w.fail("the access point says %v, and not once %v", ends, f.done)
	}
	switch key := w.server.point.Settings().NetworkKey; {
	case f.want != nil:
		if result != nil || !errors.Is(w.station.stepErr, f.want) {
			w.fail("the station: %v", w.station.stepErr)
		}
	case result == nil:
		w.fail("the station: %v", w.station.peer.Err())
	case !f.outside && (len(result.Credentials) != 1 || !bytes.Equal(result.Credentials[0].NetworkKey, fixture.Network.NetworkKey)):
		w.fail("the station was given something else")
	case f.outside && f.settings == nil && (result.AP == nil || !bytes.Equal(result.AP.NetworkKey, fixture.Network.NetworkKey)):
		w.fail("the external registrar read something else")
	case f.settings != nil && !bytes.Equal(key, f.settings.NetworkKey), f.settings == nil && !bytes.Equal(key, fixture.Network.NetworkKey):
		w.fail("the access point has other settings")
	}
	if len(w.server.ended) != 1 || !errors.Is(w.server.ended[0], f.want) {
		w.fail("the server: %v", w.server.ended)
	}
	w.server.Timeout(w.now.Add(time.Hour))
	if n := w.server.Sessions(); n != 0 || len(w.server.requests) != 0 || len(w.server.stations) != 0 {
		w.fail("%d sessions are kept", n)
	}
}
