package conformance

import (
	"bytes"
	"cmp"
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

// RADIUSStation is a station, or an external registrar, at an access point that
// passes EAP on over RADIUS. The suite is the server. It runs in real time.
//
// A RADIUS server only answers: what the suite says when the access point has
// asked nothing is not sent, and the access point repeats the last packet to a
// silent station by itself.
type RADIUSStation struct {
	// Conn receives the access point's requests: a UDP socket.
	Conn net.PacketConn
	// Secret is what the suite shares with the access point.
	Secret []byte `json:"-"`
	// Patience is how long the device may take to begin; 0 is 10 s.
	Patience time.Duration

	realTime
}

// Format prints no secret, whatever the verb.
func (RADIUSStation) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[conformance.RADIUSStation]") }

// waits implements patient.
func (r *RADIUSStation) waits() time.Duration { return cmp.Or(r.Patience, defaultPatience) }

// Open begins an exchange.
func (r *RADIUSStation) Open(mac wps.MAC) (Link, error) {
	return r.OpenTriggered(mac, func() error { return nil })
}

// OpenTriggered begins an exchange: see [Triggered].
func (r *RADIUSStation) OpenTriggered(_ wps.MAC, trigger func() error) (Link, error) {
	l := &serverLink{device: r, state: make([]byte, 8)}
	if _, err := rand.Read(l.state); err != nil {
		return nil, err
	}
	if err := l.discard(); err != nil {
		return nil, err
	}
	if err := trigger(); err != nil {
		return nil, err
	}
	until := time.Now().Add(cmp.Or(r.Patience, defaultPatience))
	for {
		switch packet, err := l.read(until); {
		case err != nil:
			return nil, err
		case packet == nil && l.wrong != nil:
			return nil, fmt.Errorf("conformance: no station has come, and a packet of the access point was discarded: %w", l.wrong)
		case packet == nil:
			return nil, errors.New("conformance: no station has come")
		case l.station != nil:
			l.identity = packet
			return l, nil
		}
	}
}

// serverLink is an exchange over RADIUS in which the suite is the server.
type serverLink struct {
	device   *RADIUSStation
	state    []byte // State of this exchange
	station  []byte // Calling-Station-Id of the device
	identity []byte // the EAP packet with which the access point began
	asked    uint8  // the suite's identifier of the request that it answers
	// shift is added to the identifiers of the suite's packets: they continue
	// from that under which the access point has asked for the identity. A
	// request with the same identifier would be a repetition to the station:
	// RFC 3748 §4.1.
	shift uint8
	queue [][]byte
	wrong error // why a packet was discarded

	start   []byte         // the first packet for the station, until it has answered it
	from    net.Addr       // of request
	request *radius.Packet // that the suite has not answered
	handled *radius.Packet // the previous one
	answer  []byte         // the answer to handled, for a copy of it
}

// discard drops what has arrived for earlier exchanges.
func (l *serverLink) discard() error {
	const moment = 5 * time.Millisecond
	b := make([]byte, radiusMaxPacket)
	for {
		if err := l.device.Conn.SetReadDeadline(time.Now().Add(moment)); err != nil {
			return err
		}
		switch _, _, err := l.device.Conn.ReadFrom(b); {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil
		case err != nil:
			return err
		}
	}
}

// read returns the EAP packet of the next request that belongs to the exchange,
// or nil if none has arrived by the time until.
func (l *serverLink) read(until time.Time) ([]byte, error) {
	b := make([]byte, radiusMaxPacket)
	for {
		if err := l.device.Conn.SetReadDeadline(until); err != nil {
			return nil, err
		}
		n, from, err := l.device.Conn.ReadFrom(b)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, nil
		case err != nil:
			return nil, err
		}
		if packet := l.take(b[:n], from); packet != nil {
			return packet, nil
		}
	}
}

// take returns the EAP packet of a datagram, or nil if it is no new request of
// this exchange.
func (l *serverLink) take(datagram []byte, from net.Addr) []byte {
	p, err := radius.Parse(bytes.Clone(datagram))
	if err == nil {
		err = p.CheckRequest(l.device.Secret)
	}
	switch {
	case err != nil:
		l.wrong = err
		return nil
	case p.Code != radius.AccessRequest || p.EAP() == nil:
		return nil
	case isCopy(p, l.request):
		return nil // repeated, because the suite takes its time
	case isCopy(p, l.handled):
		_, _ = l.device.Conn.WriteTo(l.answer, from) // the answer was lost
		return nil
	case l.station == nil:
		in, err := eap.ParsePacket(p.EAP())
		if err != nil || in.Type != eap.TypeIdentity || p.Get(radius.State) != nil {
			return nil // of an earlier exchange
		}
		l.station = append([]byte{}, p.Get(radius.CallingStationID)...)
	case !bytes.Equal(p.Get(radius.CallingStationID), l.station):
		return nil
	case p.Get(radius.State) == nil:
		l.restarted(p, from)
		return nil
	case !bytes.Equal(p.Get(radius.State), l.state):
		return nil
	}
	l.request, l.from, l.start = p, from, nil
	return shifted(p.EAP(), -l.shift)
}

// shifted returns a packet with another identifier.
func shifted(packet []byte, by uint8) []byte {
	packet = bytes.Clone(packet)
	if len(packet) > 1 {
		packet[1] += by
	}
	return packet
}

// restarted handles the request of an access point that begins again, because
// the station has sent EAPOL-Start. Before the first message of the station this
// is harmless: it is sent the first packet once more.
func (l *serverLink) restarted(p *radius.Packet, from net.Addr) {
	if l.handled != nil && l.start == nil {
		return
	}
	in, err := eap.ParsePacket(p.EAP())
	if err != nil || in.Type != eap.TypeIdentity {
		return
	}
	l.request, l.from = p, from
	if l.identity != nil {
		l.identity = bytes.Clone(p.EAP()) // the suite has not taken the first
	} else {
		l.shift = in.ID - l.asked
	}
	if l.start != nil {
		_ = l.Send(l.start)
	}
}

// isCopy reports whether a request is a copy of another.
func isCopy(p, other *radius.Packet) bool {
	return other != nil && p.Identifier == other.Identifier && p.Authenticator == other.Authenticator
}

// Send answers the access point's request with a packet for the station.
func (l *serverLink) Send(packet []byte) error {
	in, err := eap.ParsePacket(packet)
	if err == nil && in.Code == eap.CodeRequest && in.Type == eap.TypeIdentity {
		// The access point has asked for the identity, under an identifier of its own.
		if l.identity != nil {
			l.asked, l.shift = in.ID, l.identity[1]-in.ID
			l.queue, l.identity = append(l.queue, shifted(l.identity, -l.shift)), nil
		}
		return nil
	}
	if l.request == nil || len(packet) == 0 {
		return nil
	}
	p := &radius.Packet{Code: radius.AccessChallenge, Identifier: l.request.Identifier}
	if err == nil && in.Code == eap.CodeFailure {
		p.Code = radius.AccessReject
	} else {
		p.Add(radius.State, l.state)
	}
	p.AddEAP(shifted(packet, l.shift))
	for _, a := range l.request.Attributes {
		if a.Type == radius.ProxyState {
			p.Add(a.Type, a.Value)
		}
	}
	if l.handled == nil {
		l.start = bytes.Clone(packet)
	}
	datagram, err := p.EncodeResponse(l.device.Secret, l.request)
	if err != nil {
		return fmt.Errorf("conformance: RADIUS: %w", err)
	}
	l.handled, l.answer, l.request = l.request, datagram, nil
	_, _ = l.device.Conn.WriteTo(datagram, l.from) // if the access point has gone, no answer arrives
	return nil
}

// Receive returns the next packet of the station.
func (l *serverLink) Receive(until time.Time) ([]byte, error) {
	if packet := next(&l.queue); packet != nil {
		return packet, nil
	}
	return l.read(until)
}

// Close does nothing: a RADIUS server cannot end an exchange by itself.
func (l *serverLink) Close() error { return nil }
