package conformance

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// Wire is a device at the other end of an EAPOL link: an access point or a
// station on Ethernet, or behind a connection that carries EAPOL. It runs in
// real time.
type Wire struct {
	// Listen opens the link under an address of the suite's: package link
	// does that for a network interface.
	Listen func(mac wps.MAC) (eapol.Conn, error)
	// Role is what the device is. A station is waited for; to an access point
	// the suite's station sends EAPOL-Start.
	Role Role
	// Patience is how long the device may take to begin; 0 is 10 s.
	Patience time.Duration

	realTime
}

// waits implements patient.
func (w *Wire) waits() time.Duration { return cmp.Or(w.Patience, defaultPatience) }

// Open begins an exchange.
func (w *Wire) Open(mac wps.MAC) (Link, error) {
	return w.OpenTriggered(mac, func() error { return nil })
}

// OpenTriggered begins an exchange: see [Triggered].
func (w *Wire) OpenTriggered(mac wps.MAC, trigger func() error) (Link, error) {
	conn, err := w.Listen(mac)
	if err != nil {
		return nil, err
	}
	if err := trigger(); err != nil {
		conn.Close()
		return nil, err
	}
	l := &wireLink{conn: conn, remote: eapol.PAEGroup, station: w.CanStartAgain()}
	patience := cmp.Or(w.Patience, defaultPatience)
	if err := l.begin(w.Role, patience); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// wireLink is an exchange on a Wire.
type wireLink struct {
	conn    eapol.Conn
	remote  wps.MAC
	station bool   // the suite is one
	first   []byte // an EAP packet that came while the exchange began
	closed  bool
}

// defaultPatience is how long a device may take to begin.
const defaultPatience = 10 * time.Second

// startInterval is after how long EAPOL-Start is repeated.
const startInterval = 2 * time.Second

// begin lets the device begin.
func (l *wireLink) begin(role Role, patience time.Duration) error {
	over := time.Now().Add(patience)
	if role == Station || role == Registrar {
		return l.beginStation(over)
	}
	for time.Now().Before(over) {
		if err := l.write(eapol.Frame{Version: eapol.Version1, Type: eapol.TypeStart}); err != nil {
			return err
		}
		f, from, err := l.read(time.Now().Add(startInterval))
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue
		case err != nil:
			return err
		case f.Type == eapol.TypeEAP:
			l.remote, l.first = from, append([]byte(nil), f.Body...)
			return nil
		}
	}
	return errors.New("conformance: the access point does not answer EAPOL-Start")
}

// askInterval is how often a station is asked for its identity until it comes.
// It may say EAPOL-Start first, which some do a second or two after they have
// associated.
const askInterval = 250 * time.Millisecond

// beginStation waits until the station says something.
func (l *wireLink) beginStation(over time.Time) error {
	ask, err := eap.Packet{Code: eap.CodeRequest, ID: 39, Type: eap.TypeIdentity}.AppendTo(nil)
	if err != nil {
		return err
	}
	for time.Now().Before(over) {
		if err := l.Send(ask); err != nil {
			return err
		}
		for until := time.Now().Add(askInterval); ; {
			f, from, err := l.read(until)
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
			case err != nil:
				return fmt.Errorf("conformance: no station has come: %w", err)
			case f.Type == eapol.TypeStart || f.Type == eapol.TypeEAP:
				l.remote = from
				return nil
			default:
				continue
			}
			break
		}
	}
	return errors.New("conformance: no station has come")
}

// read returns the next EAPOL frame.
func (l *wireLink) read(until time.Time) (eapol.Frame, wps.MAC, error) {
	if err := l.conn.SetReadDeadline(until); err != nil {
		return eapol.Frame{}, wps.MAC{}, err
	}
	b := make([]byte, 1<<16)
	for {
		n, from, err := l.conn.ReadFrame(b)
		if err != nil {
			return eapol.Frame{}, from, err
		}
		if f, err := eapol.ParseFrame(b[:n]); err == nil {
			return f, from, nil
		}
	}
}

func (l *wireLink) write(f eapol.Frame) error {
	b, err := f.AppendTo(nil)
	if err != nil {
		return err
	}
	return l.conn.WriteFrame(b, l.remote)
}

// Send sends an EAP packet.
func (l *wireLink) Send(packet []byte) error {
	return l.write(eapol.Frame{Version: eapol.Version1, Type: eapol.TypeEAP, Body: packet})
}

// Receive returns the next EAP packet.
func (l *wireLink) Receive(until time.Time) ([]byte, error) {
	if b := l.first; b != nil {
		l.first = nil
		return b, nil
	}
	for {
		f, from, err := l.read(until)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, nil
		case err != nil:
			return nil, err
		case f.Type == eapol.TypeEAP && (from == l.remote || l.remote == eapol.PAEGroup):
			return append([]byte(nil), f.Body...), nil
		}
	}
}

// CanStartAgain reports that a station can: see [Restartable].
func (w *Wire) CanStartAgain() bool { return w.Role == APRegistrar || w.Role == APEnrollee }

// StartAgain says EAPOL-Start: see [Starter].
func (l *wireLink) StartAgain() error {
	return l.write(eapol.Frame{Version: eapol.Version1, Type: eapol.TypeStart})
}

// Close leaves: a station says EAPOL-Logoff.
func (l *wireLink) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	if !l.station {
		return l.conn.Close()
	}
	_ = l.write(eapol.Frame{Version: eapol.Version1, Type: eapol.TypeLogoff}) // it may be gone
	return l.conn.Close()
}
