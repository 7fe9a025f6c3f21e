package ap

import (
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

func newAccessPoint(t testing.TB) *AccessPoint {
	t.Helper()
	d := fixture.Device(1)
	d.ConfigMethods |= wps.MethodLabel
	d.State = wps.Configured
	return MustNew(Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{fixture.Network}, PIN: fixture.PIN(t, "12345670"),
	})
}

// air carries packets between a station and an access point in virtual time.
// lose, if set, reports whether a packet is lost.
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

// run registers a station at an access point and returns the result of both
// sides.
func (a *air) run(t testing.TB, p *eapwsc.Peer, s *Session) (peerErr, serverErr error) {
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
		a.now = eapwsc.Earlier(peerStep.Deadline, serverStep.Deadline)
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
	s, err := ap.NewSession(fixture.Device(mac).MAC, 7)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kinds returns the kinds of events, except routine ones.
func kinds(events []Event) (k []EventKind) {
	for _, e := range events {
		if !e.Kind.Routine() {
			k = append(k, e.Kind)
		}
	}
	return k
}

// TestEveryPacketLost loses each packet of a registration once: it succeeds
// all the same, by retransmission.
func TestEveryPacketLost(t *testing.T) {
	for lost := 1; lost <= 13; lost++ {
		ap := newAccessPoint(t)
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
			t.Fatal(err)
		}
		a := &air{now: fixture.Began, lose: func(n int) bool { return n == lost }}
		p := newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
		peerErr, serverErr := a.run(t, p, session(t, ap, 2))
		if peerErr != nil || serverErr != nil || p.Result() == nil {
			t.Errorf("packet %d lost: station %v, access point %v", lost, peerErr, serverErr)
		}
	}
}

// TestSilence has one side disappear at each point: the other ends by a
// time-out of the protocol.
func TestSilence(t *testing.T) {
	for last := 0; last < 12; last++ { // the twelfth is WSC_Done
		ap := newAccessPoint(t)
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
			t.Fatal(err)
		}
		a := &air{now: fixture.Began, lose: func(n int) bool { return n > last }}
		p := newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
		peerErr, serverErr := a.run(t, p, session(t, ap, 2))
		if !errors.Is(serverErr, registration.ErrTimeout) {
			t.Errorf("silence after %d packets: access point %v", last, serverErr)
		}
		if p.Result() == nil && !errors.Is(peerErr, registration.ErrTimeout) {
			t.Errorf("silence after %d packets: station %v", last, peerErr)
		}
		if took := a.now.Sub(fixture.Began); took > eapwsc.ExchangeTimeout {
			t.Errorf("silence after %d packets: took %v", last, took)
		}
	}
}

// TestPeerClose closes the link after each message of a registration that fails
// at M6, and of one that succeeds: Close returns the result that the peer has.
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
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
			t.Fatal(err)
		}
		p, s := newStation(t, 2, registration.PIN(fixture.PIN(t, c.pin))), session(t, ap, 2)
		p.Start(fixture.Began)
		for server := s.Start(fixture.Began); c.after != 0; {
			peer, err := p.Handle(fixture.Began, server.Send)
			if err != nil {
				t.Fatal(err)
			}
			in, err := eap.ParsePacket(peer.Send)
			if err != nil {
				t.Fatal(err)
			}
			if said, err := wps.PeekMessageType(in.Data); err == nil && said == c.after {
				break
			}
			if server, err = s.Handle(fixture.Began, peer.Send); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the second changes nothing
			if err := p.Close(fixture.Began, nil); !errors.Is(err, c.want) || (err == nil) != (p.Result() != nil) {
				t.Errorf("after %v: %v, want %v", c.after, err, c.want)
			}
		}
		if step, err := p.Timeout(fixture.Began); !step.Done || !errors.Is(err, eapwsc.ErrOver) {
			t.Errorf("after Close: %v, %v", step, err)
		}
	}
}
