package conformance

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/wps"
)

// RADIUS is a registrar that serves access points over RADIUS. The suite is
// the access point that passes EAP on, and the station behind it. It runs in
// real time.
type RADIUS struct {
	// Dial connects to the server, for one exchange: a UDP connection.
	Dial func() (net.Conn, error)
	// Secret is what the suite shares with the server.
	Secret []byte `json:"-"`
	// AP is the address of the suite's access point, and SSID its network, as
	// sent to the server; both may be empty.
	AP   wps.MAC
	SSID wps.SSID
	// Forget is how long the server keeps the session of a station that has
	// left in the middle of an exchange, which no packet says. The suite waits
	// that long before the next exchange: a server may refuse a PIN that such a
	// session still uses. The zero value does not wait.
	Forget time.Duration

	realTime
}

// Format prints no secret, whatever the verb.
func (RADIUS) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[conformance.RADIUS]") }

// waits implements patient.
func (r *RADIUS) waits() time.Duration { return r.Forget }

// Open begins an exchange.
func (r *RADIUS) Open(mac wps.MAC) (Link, error) {
	conn, err := r.Dial()
	if err != nil {
		return nil, err
	}
	// The access point asks for the identity, not the server.
	ask, err := eap.Packet{Code: eap.CodeRequest, ID: 1, Type: eap.TypeIdentity}.AppendTo(nil)
	return &radiusLink{radius: r, conn: conn, mac: mac, asked: ask, due: true}, err
}

// Limits of RADIUS in octets: RFC 2865 §3 and §5.
const (
	radiusMaxValue  = 253 // of an attribute
	radiusMaxPacket = 4096
)

// radiusRepeat is how long the access point waits for the server before it
// repeats its request, and for the station before it repeats the server's.
const radiusRepeat = 3 * time.Second

// radiusLink is an exchange over RADIUS. It does what an access point does that
// passes EAP on: the server repeats nothing (RFC 3579 §2.2), so the link repeats
// the server's EAP request to a silent station, and drops an EAP response that
// it has passed on already.
type radiusLink struct {
	radius *RADIUS
	conn   net.Conn
	mac    wps.MAC
	user   []byte
	state  []byte
	id     uint8
	over   bool // the server has ended the exchange
	closed bool
	heard  time.Time // when the server has heard the station last

	asked  []byte    // the EAP packet for the station
	passed []byte    // the station's response that was passed on
	due    bool      // asked has to be delivered
	again  time.Time // when to repeat what is waited for; zero is never

	request *radius.Packet // to the server, which has not answered it
	sent    []byte         // its datagram
	repeats int            // how often it was sent again
}

// Send passes a packet of the station on.
func (l *radiusLink) Send(packet []byte) error {
	if l.passed != nil && bytes.Equal(packet, l.passed) {
		return nil
	}
	if p, err := eap.ParsePacket(packet); err == nil && p.Type == eap.TypeIdentity {
		l.user = append([]byte(nil), p.Data[:min(len(p.Data), radiusMaxValue)]...)
	}
	l.id++
	p := &radius.Packet{Code: radius.AccessRequest, Identifier: l.id}
	if _, err := rand.Read(p.Authenticator[:]); err != nil {
		return err
	}
	p.Add(radius.UserName, l.user)
	p.Add(radius.NASIdentifier, []byte("conformance"))
	p.Add(radius.CallingStationID, []byte(stationID(l.mac)))
	if called := stationID(l.radius.AP); l.radius.AP != (wps.MAC{}) {
		p.Add(radius.CalledStationID, []byte(called+":"+string(l.radius.SSID)))
	}
	if l.state != nil {
		p.Add(radius.State, l.state)
	}
	p.AddEAP(packet)
	datagram, err := p.EncodeRequest(l.radius.Secret)
	if err != nil {
		return fmt.Errorf("conformance: RADIUS: %w", err)
	}
	l.passed = append([]byte(nil), packet...)
	l.request, l.sent, l.repeats = p, datagram, 0
	l.transmit()
	return nil
}

// transmit sends the request to the server.
func (l *radiusLink) transmit() {
	l.heard = time.Now()
	l.again = l.heard.Add(radiusRepeat)
	_, _ = l.conn.Write(l.sent) // a server that is gone says nothing
}

// stationID writes an address as access points do: RFC 3580 §3.20.
func stationID(m wps.MAC) string {
	return fmt.Sprintf("%02X-%02X-%02X-%02X-%02X-%02X", m[0], m[1], m[2], m[3], m[4], m[5])
}

// Receive returns the next packet for the station.
func (l *radiusLink) Receive(until time.Time) ([]byte, error) {
	b := make([]byte, radiusMaxPacket)
	for !l.due {
		wait := until
		if !l.again.IsZero() && l.again.Before(wait) {
			wait = l.again
		}
		if err := l.conn.SetReadDeadline(wait); err != nil {
			return nil, err
		}
		n, err := l.conn.Read(b)
		switch {
		case err == nil:
			if err := l.answer(b[:n]); err != nil {
				return nil, err
			}
			continue
		case !errors.Is(err, os.ErrDeadlineExceeded): // the port is closed: silence
			time.Sleep(time.Until(wait))
		}
		if !time.Now().Before(until) {
			return nil, nil
		}
		l.repeat()
	}
	l.due, l.again = false, time.Now().Add(radiusRepeat)
	if p, err := eap.ParsePacket(l.asked); err == nil && p.Code != eap.CodeRequest {
		l.over, l.again = true, time.Time{}
	}
	return l.asked, nil
}

// repeat repeats what got no answer. A server that does not answer the request
// even when it is repeated has ignored the station's response: the station is
// asked again.
func (l *radiusLink) repeat() {
	if l.sent != nil && l.repeats == 0 {
		l.repeats++
		l.transmit()
		return
	}
	l.sent, l.passed, l.due = nil, nil, true
}

// answer handles a datagram of the server.
func (l *radiusLink) answer(datagram []byte) error {
	p, err := radius.Parse(datagram)
	if err != nil || l.request == nil || p.Identifier != l.request.Identifier || p.CheckResponse(l.radius.Secret, l.request) != nil {
		return nil // not of this exchange
	}
	l.request, l.sent = nil, nil
	if state := p.Get(radius.State); state != nil {
		l.state = append([]byte(nil), state...)
	}
	packet := p.EAP()
	if packet == nil && p.Code == radius.AccessReject { // it means EAP-Failure: RFC 3579 §2.6.3
		if packet, err = (eap.Packet{Code: eap.CodeFailure, ID: l.id}).AppendTo(nil); err != nil {
			return err
		}
	}
	if packet == nil {
		l.again = time.Time{}
		return nil
	}
	l.asked, l.passed, l.due = append([]byte(nil), packet...), nil, true
	return nil
}

// Close leaves: a server hears nothing of it, and has to forget the station.
func (l *radiusLink) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	if !l.over && l.radius.Forget > 0 {
		time.Sleep(time.Until(l.heard.Add(l.radius.Forget)))
	}
	return l.conn.Close()
}
