package eapwsc

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// scripted is a machine that expects the messages of a capture and returns the
// answers in it, so that the EAP packets around them can be compared.
type scripted struct {
	t        *testing.T
	role     registration.Role
	first    []byte
	expected [][]byte
	answers  [][]byte
	heard    []byte // the last message received
	replied  []byte // the answer to it
	ended    bool
	err      error
}

func (m *scripted) Role() registration.Role      { return m.role }
func (m *scripted) Start() ([]byte, error)       { return m.first, nil }
func (m *scripted) Ended() bool                  { return m.ended }
func (m *scripted) Err() error                   { return m.err }
func (m *scripted) Waiting() bool                { return false }
func (m *scripted) Settled() bool                { return false }
func (m *scripted) Result() *registration.Result { return nil }
func (m *scripted) Closed() error                { m.ended = true; return m.err }
func (m *scripted) Abort(cause error) error      { m.ended, m.err = true, cause; return cause }
func (m *scripted) Handle(msg []byte) ([]byte, error) {
	if m.heard != nil && bytes.Equal(msg, m.heard) {
		return m.replied, nil
	}
	if len(m.expected) == 0 || !bytes.Equal(msg, m.expected[0]) {
		m.t.Fatalf("the machine was given %x, not the next message", msg)
	}
	answer := m.answers[0]
	m.heard, m.replied = bytes.Clone(msg), answer
	m.expected, m.answers = m.expected[1:], m.answers[1:]
	if len(m.expected) == 0 {
		m.ended = true
	}
	if t, err := wps.PeekMessageType(msg); err == nil && t == wps.MessageNACK {
		m.err = registration.ErrRefused
		return answer, m.err
	}
	return answer, nil
}

// scriptOf splits a capture's messages by side. The machine's script is what it
// received; what it sent next is the answer.
func scriptOf(t *testing.T, c fixture.Capture, code eap.Code) *scripted {
	m := &scripted{t: t, role: registration.RoleEnrollee}
	if c.WSCMessages[0].Code != uint8(code) {
		m.role = registration.RoleRegistrar
	}
	for i, msg := range c.WSCMessages {
		switch {
		case msg.Code == uint8(code) && i == 0:
			m.first = msg.Hex
		case msg.Code == uint8(code):
			m.answers[len(m.answers)-1] = msg.Hex
		default:
			m.expected = append(m.expected, msg.Hex)
			m.answers = append(m.answers, nil)
		}
	}
	return m
}

// tampered are the captures with changed frames or two exchanges; other tests
// use them.
var tampered = map[string]bool{
	"l2-pbc-m1-before-button": true, "m06-nack-instead-m3": true, "m09-dup-m4": true, "m12-drop-m5": true,
	"r3-registrar": true, "m03-badauth-m3": true, "m10-trunc-m5": true,
}

func fragmentSize(c fixture.Capture) int {
	if c.Name == "s11-frag" {
		return 100
	}
	return 0
}

// TestPeerReplay replays the requests that hostapd sent to our Peer, and
// compares its responses octet for octet with those of wpa_supplicant.
func TestPeerReplay(t *testing.T) {
	for _, c := range fixture.Captures(t) {
		if tampered[c.Name] {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			p, err := NewPeer(PeerConfig{Machine: scriptOf(t, c, eap.CodeResponse), FragmentSize: fragmentSize(c)})
			if err != nil {
				t.Fatal(err)
			}
			p.Start(fixture.Began)
			var said []byte
			for i, frame := range c.EAPFrames {
				in := mustParse(t, frame)
				if in.Code == eap.CodeResponse {
					if !bytes.Equal(said, frame) {
						t.Fatalf("frame %d: sent\n%x\nwant\n%x", i, said, frame)
					}
					continue
				}
				step, err := p.Handle(fixture.Began, frame)
				if step.Done != (in.Code == eap.CodeFailure) {
					t.Fatalf("frame %d, %v: done is %v, %v", i, in, step.Done, err)
				}
				said = step.Send
				again, _ := p.Handle(fixture.Began, frame)
				if !step.Done && !bytes.Equal(again.Send, said) {
					t.Errorf("frame %d, %v: repeated, it is answered with %x", i, in, again.Send)
				}
			}
		})
	}
}

// TestLateRequests replays captures to our Peer and repeats each request after
// later ones. The late copies are not answered, and the other responses stay
// the same.
func TestLateRequests(t *testing.T) {
	for _, c := range fixture.Captures(t) {
		if tampered[c.Name] {
			continue
		}
		p, err := NewPeer(PeerConfig{Machine: scriptOf(t, c, eap.CodeResponse), FragmentSize: fragmentSize(c)})
		if err != nil {
			t.Fatal(err)
		}
		p.Start(fixture.Began)
		var said []byte
		var before [][]byte
		for i, frame := range c.EAPFrames {
			in := mustParse(t, frame)
			if in.Code == eap.CodeResponse && !bytes.Equal(said, frame) {
				t.Fatalf("%s, frame %d: sent\n%x\nwant\n%x", c.Name, i, said, frame)
			}
			if in.Code != eap.CodeRequest {
				continue
			}
			step, _ := p.Handle(fixture.Began, frame)
			said = bytes.Clone(step.Send)
			for _, late := range before {
				if step, err := p.Handle(fixture.Began, late); step.Send != nil || !errors.Is(err, ErrIgnored) {
					t.Errorf("%s: the late request %x is answered with %x", c.Name, late, step.Send)
				}
			}
			before = append(before, frame)
		}
	}
	// Requests are accepted in any order if the access point does not count.
	identity := func(id uint8) eap.Packet { return eap.Packet{Code: eap.CodeRequest, ID: id, Type: eap.TypeIdentity} }
	notification := func(id uint8, text string) eap.Packet {
		return eap.Packet{Code: eap.CodeRequest, ID: id, Type: eap.TypeNotification, Data: []byte(text)}
	}
	for name, requests := range map[string][]eap.Packet{
		"random Identifiers":        {identity(7), identity(200), eap.NewWSC(eap.CodeRequest, 30, eap.OpStart, nil)},
		"an earlier Identifier":     {identity(100), notification(101, "a"), notification(102, "b"), eap.NewWSC(eap.CodeRequest, 40, eap.OpStart, nil)},
		"the same Identifier twice": {identity(5), notification(6, "a"), notification(6, "b"), eap.NewWSC(eap.CodeRequest, 4, eap.OpStart, nil)},
	} {
		p := newStation(t, 2, registration.PushButton())
		p.Start(fixture.Began)
		for _, request := range requests {
			if step, err := p.Handle(fixture.Began, encode(request)); step.Send == nil {
				t.Errorf("%s: %v is not answered: %v", name, request, err)
			}
		}
	}
}

// TestServerReplay replays the responses that wpa_supplicant sent to our
// Server, and compares its requests octet for octet with those of hostapd.
func TestServerReplay(t *testing.T) {
	for _, c := range fixture.Captures(t) {
		if tampered[c.Name] {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			machine := func(time.Time) (Machine, error) { return scriptOf(t, c, eap.CodeRequest), nil }
			cfg := ServerConfig{Registrar: machine, Enrollee: machine, FragmentSize: fragmentSize(c)}
			cfg.FirstID = mustParse(t, c.EAPFrames[0]).ID
			s, err := NewServer(cfg)
			if err != nil {
				t.Fatal(err)
			}
			said := s.Start(fixture.Began).Send
			for i, frame := range c.EAPFrames {
				in := mustParse(t, frame)
				if in.Code != eap.CodeResponse {
					if c.Name == "s17-open" && in.Code == eap.CodeFailure {
						continue // hostapd failed to build M8 after incrementing the Identifier
					}
					if !bytes.Equal(said, frame) {
						t.Fatalf("frame %d: sent\n%x\nwant\n%x", i, said, frame)
					}
					continue
				}
				step, err := s.Handle(fixture.Began, frame)
				if err != nil && !step.Done {
					t.Fatalf("frame %d, %v: %v", i, in, err)
				}
				said = step.Send
			}
		})
	}
}

func newStation(t testing.TB, mac byte, password registration.Password) *Peer {
	t.Helper()
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: fixture.Device(mac)}, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, e, 0)
}

func newPeer(t testing.TB, m Machine, size int) *Peer {
	t.Helper()
	p, err := NewPeer(PeerConfig{Machine: m, FragmentSize: size})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mustParse returns the packet in b.
func mustParse(tb testing.TB, b []byte) eap.Packet {
	tb.Helper()
	p, err := eap.ParsePacket(b)
	if err != nil {
		tb.Fatalf("ParsePacket(%x): %v", b, err)
	}
	return p
}
