package conformance

import (
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
	// the server is told; both may be empty.
	AP   wps.MAC
	SSID wps.SSID
}

// Format prints no secret, whatever the verb.
func (RADIUS) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[conformance.RADIUS]") }

// Now returns the time.
func (r *RADIUS) Now() time.Time { return time.Now() }

// Sleep waits.
func (r *RADIUS) Sleep(d time.Duration) { time.Sleep(d) }

// Open begins an exchange.
func (r *RADIUS) Open(mac wps.MAC) (Link, error) {
	conn, err := r.Dial()
	if err != nil {
		return nil, err
	}
	// The access point asks for the identity, not the server.
	ask, err := eap.Packet{Code: eap.CodeRequest, ID: 1, Type: eap.TypeIdentity}.AppendTo(nil)
	return &radiusLink{radius: r, conn: conn, mac: mac, queue: [][]byte{ask}}, err
}

// The attributes that an access point sends: RFC 2865 §5.
const (
	radiusUserName  radius.Type = 1
	radiusState     radius.Type = 24
	radiusCalled    radius.Type = 30
	radiusCalling   radius.Type = 31
	radiusNASID     radius.Type = 32
	radiusRepeat                = 3 * time.Second
	radiusMaxPacket             = 4096
)

// radiusLink is an exchange over RADIUS.
type radiusLink struct {
	radius  *RADIUS
	conn    net.Conn
	mac     wps.MAC
	queue   [][]byte
	user    []byte
	state   []byte
	id      uint8
	request *radius.Packet
	sent    []byte // the datagram of the request
	at      time.Time
}

// Send passes a packet of the station on.
func (l *radiusLink) Send(packet []byte) error {
	if p, err := eap.ParsePacket(packet); err == nil && p.Type == eap.TypeIdentity {
		l.user = append([]byte(nil), p.Data...)
	}
	l.id++
	p := &radius.Packet{Code: radius.AccessRequest, Identifier: l.id}
	if _, err := rand.Read(p.Authenticator[:]); err != nil {
		return err
	}
	p.Add(radiusUserName, l.user)
	p.Add(radiusNASID, []byte("conformance"))
	p.Add(radiusCalling, []byte(stationID(l.mac)))
	if called := stationID(l.radius.AP); l.radius.AP != (wps.MAC{}) {
		p.Add(radiusCalled, []byte(called+":"+string(l.radius.SSID)))
	}
	if l.state != nil {
		p.Add(radiusState, l.state)
	}
	p.AddEAP(packet)
	datagram, err := p.EncodeRequest(l.radius.Secret)
	if err != nil {
		return fmt.Errorf("conformance: RADIUS: %w", err)
	}
	l.request, l.sent, l.at = p, datagram, time.Now()
	_, _ = l.conn.Write(datagram) // a server that is gone says nothing
	return nil
}

// stationID writes an address as access points do: RFC 3580 §3.20.
func stationID(m wps.MAC) string {
	return fmt.Sprintf("%02X-%02X-%02X-%02X-%02X-%02X", m[0], m[1], m[2], m[3], m[4], m[5])
}

// Receive returns the next packet of the server. A request that gets no answer
// is repeated, as access points do.
func (l *radiusLink) Receive(until time.Time) ([]byte, error) {
	if len(l.queue) > 0 {
		return next(&l.queue), nil
	}
	b := make([]byte, radiusMaxPacket)
	for time.Now().Before(until) {
		wait := until
		if again := l.at.Add(radiusRepeat); l.sent != nil && again.Before(wait) {
			wait = again
		}
		if err := l.conn.SetReadDeadline(wait); err != nil {
			return nil, err
		}
		n, err := l.conn.Read(b)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if l.sent != nil {
				l.at = time.Now()
				_, _ = l.conn.Write(l.sent) // as in Send
			}
			continue
		case err != nil: // the port is closed: silence
			time.Sleep(min(radiusRepeat, time.Until(until)))
			continue
		}
		p, err := radius.Parse(b[:n])
		if err != nil || l.request == nil || p.Identifier != l.request.Identifier || p.CheckResponse(l.radius.Secret, l.request) != nil {
			continue // not of this exchange
		}
		l.sent = nil
		if state := p.Get(radiusState); state != nil {
			l.state = append([]byte(nil), state...)
		}
		if packet := p.EAP(); packet != nil {
			return append([]byte(nil), packet...), nil
		}
		if p.Code == radius.AccessReject { // it means EAP-Failure: RFC 3579 §2.6.3
			return eap.Packet{Code: eap.CodeFailure, ID: l.id}.AppendTo(nil)
		}
	}
	return nil, nil
}

// Close leaves: a server hears nothing of it.
func (l *radiusLink) Close() error { return l.conn.Close() }
