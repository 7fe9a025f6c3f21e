package eapwsc

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// began is when every exchange of these tests begins.
var began = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// scripted is a machine that expects the messages of a capture and gives the
// answers in it, so that the EAP around them can be compared.
type scripted struct {
	t        *testing.T
	role     registration.Role
	first    []byte
	expected [][]byte
	answers  [][]byte
	heard    []byte // the last message
	replied  []byte // the answer to it
	ended    bool
	err      error
}

func (m *scripted) Role() registration.Role      { return m.role }
func (m *scripted) Start() ([]byte, error)       { return m.first, nil }
func (m *scripted) Ended() bool                  { return m.ended }
func (m *scripted) Err() error                   { return m.err }
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

// scriptOf splits a capture's messages by side. A machine is scripted from
// what it received; what it said next is the answer.
func scriptOf(t *testing.T, c capture, code Code) *scripted {
	m := &scripted{t: t, role: registration.RoleEnrollee}
	if c.WSCMessages[0].Code != code {
		m.role = registration.RoleRegistrar
	}
	for i, msg := range c.WSCMessages {
		switch {
		case msg.Code == code && i == 0:
			m.first = msg.Hex
		case msg.Code == code:
			m.answers[len(m.answers)-1] = msg.Hex
		default:
			m.expected = append(m.expected, msg.Hex)
			m.answers = append(m.answers, nil)
		}
	}
	return m
}

// odd are the captures whose frames were tampered with or hold two
// exchanges; they are looked at elsewhere.
var odd = map[string]bool{
	"l2-pbc-m1-before-button": true, "m06-nack-instead-m3": true, "m09-dup-m4": true, "m12-drop-m5": true,
	"r3-registrar": true, "m03-badauth-m3": true, "m10-trunc-m5": true,
}

func fragmentSize(c capture) int {
	if c.Name == "s11-frag" {
		return 100
	}
	return 0
}

// TestPeerReplay has our Peer answer the requests that hostapd sent: it says
// octet for octet what wpa_supplicant said.
func TestPeerReplay(t *testing.T) {
	for _, c := range readCaptures(t) {
		if odd[c.Name] {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			p, err := NewPeer(PeerConfig{Machine: scriptOf(t, c, CodeResponse), FragmentSize: fragmentSize(c)})
			if err != nil {
				t.Fatal(err)
			}
			p.Start(began)
			var said []byte
			for i, frame := range c.EAPFrames {
				in := mustParse(t, frame)
				if in.Code == CodeResponse {
					if !bytes.Equal(said, frame) {
						t.Fatalf("frame %d: said\n%x\nwant\n%x", i, said, frame)
					}
					continue
				}
				step, err := p.Handle(began, frame)
				if step.Done != (in.Code == CodeFailure) {
					t.Fatalf("frame %d, %v: done is %v, %v", i, in, step.Done, err)
				}
				said = step.Send
				again, _ := p.Handle(began, frame)
				if !step.Done && !bytes.Equal(again.Send, said) {
					t.Errorf("frame %d, %v: repeated, it is answered by %x", i, in, again.Send)
				}
			}
		})
	}
}

// TestOvertaken replays captures to our Peer, and gives it each request again
// that has been overtaken by others. None is answered, and what it says to the
// others is as if they had not come.
func TestOvertaken(t *testing.T) {
	for _, c := range readCaptures(t) {
		if odd[c.Name] {
			continue
		}
		p, err := NewPeer(PeerConfig{Machine: scriptOf(t, c, CodeResponse), FragmentSize: fragmentSize(c)})
		if err != nil {
			t.Fatal(err)
		}
		p.Start(began)
		var said []byte
		var before [][]byte
		for i, frame := range c.EAPFrames {
			in := mustParse(t, frame)
			if in.Code == CodeResponse && !bytes.Equal(said, frame) {
				t.Fatalf("%s, frame %d: said\n%x\nwant\n%x", c.Name, i, said, frame)
			}
			if in.Code != CodeRequest {
				continue
			}
			step, _ := p.Handle(began, frame)
			said = bytes.Clone(step.Send)
			for _, late := range before {
				if step, err := p.Handle(began, late); step.Send != nil || !errors.Is(err, ErrIgnored) {
					t.Errorf("%s: request %x, late, is answered by %x", c.Name, late, step.Send)
				}
			}
			before = append(before, frame)
		}
	}
	// An access point that does not count its requests is heard in any order.
	identity := func(id uint8) Packet { return Packet{Code: CodeRequest, ID: id, Type: TypeIdentity} }
	notification := func(id uint8, text string) Packet {
		return Packet{Code: CodeRequest, ID: id, Type: TypeNotification, Data: []byte(text)}
	}
	for name, requests := range map[string][]Packet{
		"numbers at random":  {identity(7), identity(200), NewWSC(CodeRequest, 30, OpStart, nil)},
		"the same one twice": {identity(5), notification(6, "a"), notification(6, "b"), NewWSC(CodeRequest, 4, OpStart, nil)},
	} {
		p := newStation(t, 2, registration.PushButton())
		p.Start(began)
		for _, request := range requests {
			if step, err := p.Handle(began, encode(request)); step.Send == nil {
				t.Errorf("%s: %v is not answered: %v", name, request, err)
			}
		}
	}
}

// TestServerReplay has our Server take the responses that wpa_supplicant
// sent: it says octet for octet what hostapd said.
func TestServerReplay(t *testing.T) {
	for _, c := range readCaptures(t) {
		if odd[c.Name] {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			machine := func() (Machine, error) { return scriptOf(t, c, CodeRequest), nil }
			cfg := ServerConfig{Registrar: machine, Enrollee: machine, FragmentSize: fragmentSize(c)}
			cfg.FirstID = mustParse(t, c.EAPFrames[0]).ID
			s, err := NewServer(cfg)
			if err != nil {
				t.Fatal(err)
			}
			said := s.Start(began).Send
			for i, frame := range c.EAPFrames {
				in := mustParse(t, frame)
				if in.Code != CodeResponse {
					if c.Name == "s17-open" && in.Code == CodeFailure {
						continue // hostapd failed to build M8, with the Identifier already raised
					}
					if !bytes.Equal(said, frame) {
						t.Fatalf("frame %d: said\n%x\nwant\n%x", i, said, frame)
					}
					continue
				}
				step, err := s.Handle(began, frame)
				if err != nil && !step.Done {
					t.Fatalf("frame %d, %v: %v", i, in, err)
				}
				said = step.Send
			}
		})
	}
}

// device returns a description for our own machines.
func device(mac byte) wps.Device {
	d := wps.DefaultDevice()
	d.MAC = wps.MAC{0x02, 0, 0, 0, 0, mac}
	d.UUID = wps.UUIDFromMAC(d.MAC)
	d.Manufacturer, d.ModelName, d.DeviceName = "Example", "Model", fmt.Sprintf("Device %d", mac)
	return d
}

func mustPIN(t testing.TB, s string) pin.PIN {
	t.Helper()
	p, err := pin.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var network = wps.Credential{SSID: "Café", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse")}

func newAccessPoint(t testing.TB) *AccessPoint {
	t.Helper()
	d := device(1)
	d.ConfigMethods |= wps.MethodLabel
	d.State = wps.Configured
	return NewAccessPoint(AccessPointConfig{
		Run: registration.Config{Device: d}, Credentials: []wps.Credential{network}, PIN: mustPIN(t, "12345670"),
	})
}

func newStation(t testing.TB, mac byte, password registration.Password) *Peer {
	t.Helper()
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(mac)}, Password: password})
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

// air carries packets between a station and an access point on virtual time.
// lose, if set, tells whether a packet is lost.
type air struct {
	now  time.Time
	lose func(n int) bool
	sent int
}

func (a *air) deliver(packet []byte) []byte {
	if packet == nil {
		return nil
	}
	if a.sent++; a.lose != nil && a.lose(a.sent) {
		return nil
	}
	return packet
}

// run lets a station register at an access point and returns how it ended on
// both sides.
func (a *air) run(t testing.TB, p *Peer, s *Session) (peerErr, serverErr error) {
	t.Helper()
	peerStep, serverStep := p.Start(a.now), s.Start(a.now)
	for steps := 0; !peerStep.Done || !serverStep.Done; steps++ {
		if steps > 1000 {
			t.Fatal("the exchange does not end")
		}
		request := a.deliver(serverStep.Send)
		serverStep.Send = nil
		if request != nil && !peerStep.Done {
			step, err := p.Handle(a.now, request)
			if peerStep = step; step.Done {
				peerErr = err
			}
		}
		response := a.deliver(peerStep.Send)
		peerStep.Send = nil
		if response != nil && !serverStep.Done {
			step, err := s.Handle(a.now, response)
			if serverStep = step; step.Done {
				serverErr = err
			}
			continue
		}
		if serverStep.Send != nil {
			continue
		}
		a.now = sooner(peerStep.Deadline, serverStep.Deadline)
		if !peerStep.Done && !a.now.Before(peerStep.Deadline) {
			step, err := p.Timeout(a.now)
			if peerStep = step; step.Done {
				peerErr = err
			}
		}
		if !serverStep.Done && !a.now.Before(serverStep.Deadline) {
			step, err := s.Timeout(a.now)
			if serverStep = step; step.Done {
				serverErr = err
			}
		}
	}
	return peerErr, serverErr
}

func session(t testing.TB, ap *AccessPoint, mac byte) *Session {
	t.Helper()
	s, err := ap.NewSession(device(mac).MAC, 7)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func kinds(events []Event) (k []EventKind) {
	for _, e := range events {
		k = append(k, e.Kind)
	}
	return k
}

// TestEveryPacketLost loses each packet of a registration once: it succeeds
// all the same, by retransmission.
func TestEveryPacketLost(t *testing.T) {
	for lost := 1; lost <= 13; lost++ {
		ap := newAccessPoint(t)
		if err := ap.EnterPIN(began, PINEntry{PIN: mustPIN(t, "24681353")}); err != nil {
			t.Fatal(err)
		}
		a := &air{now: began, lose: func(n int) bool { return n == lost }}
		p := newStation(t, 2, registration.PIN(mustPIN(t, "24681353")))
		peerErr, serverErr := a.run(t, p, session(t, ap, 2))
		if peerErr != nil || serverErr != nil || p.Result() == nil {
			t.Errorf("packet %d lost: station %v, access point %v", lost, peerErr, serverErr)
		}
	}
}

// TestSilence has one side vanish at each point: the other ends by a time-out
// within the protocol's own times.
func TestSilence(t *testing.T) {
	for last := 0; last < 12; last++ { // the twelfth is WSC_Done
		ap := newAccessPoint(t)
		if err := ap.EnterPIN(began, PINEntry{PIN: mustPIN(t, "24681353")}); err != nil {
			t.Fatal(err)
		}
		a := &air{now: began, lose: func(n int) bool { return n > last }}
		p := newStation(t, 2, registration.PIN(mustPIN(t, "24681353")))
		peerErr, serverErr := a.run(t, p, session(t, ap, 2))
		if !errors.Is(serverErr, registration.ErrTimeout) {
			t.Errorf("silence after %d packets: access point %v", last, serverErr)
		}
		if p.Result() == nil && !errors.Is(peerErr, registration.ErrTimeout) {
			t.Errorf("silence after %d packets: station %v", last, peerErr)
		}
		if took := a.now.Sub(began); took > ExchangeTimeout {
			t.Errorf("silence after %d packets: took %v", last, took)
		}
	}
}

// TestPeerClose has the link vanish after each message of a registration that
// fails at M6, and of one that succeeds: Close tells what the peer knows.
func TestPeerClose(t *testing.T) {
	for _, c := range []struct {
		pin   string
		after wps.MessageType // at the access point
		want  error
	}{
		{"24681353", 0, registration.ErrRefused},
		{"24681353", wps.MessageM1, registration.ErrRefused},
		{"24681353", wps.MessageM7, registration.ErrRefused},
		{"24681353", wps.MessageDone, nil},
		{"24689991", wps.MessageM5, registration.ErrRefused},
		{"24689991", wps.MessageNACK, registration.ErrPassword},
	} {
		ap := newAccessPoint(t)
		if err := ap.EnterPIN(began, PINEntry{PIN: mustPIN(t, "24681353")}); err != nil {
			t.Fatal(err)
		}
		p, s := newStation(t, 2, registration.PIN(mustPIN(t, c.pin))), session(t, ap, 2)
		p.Start(began)
		for server := s.Start(began); c.after != 0; {
			peer, err := p.Handle(began, server.Send)
			if err != nil {
				t.Fatal(err)
			}
			in, err := ParsePacket(peer.Send)
			if err != nil {
				t.Fatal(err)
			}
			if said, err := wps.PeekMessageType(in.Data); err == nil && said == c.after {
				break
			}
			if server, err = s.Handle(began, peer.Send); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the second changes nothing
			if err := p.Close(); !errors.Is(err, c.want) || (err == nil) != (p.Result() != nil) {
				t.Errorf("after %v: %v, want %v", c.after, err, c.want)
			}
		}
		if step, err := p.Timeout(began); !step.Done || !errors.Is(err, ErrOver) {
			t.Errorf("after Close: %v, %v", step, err)
		}
	}
}
