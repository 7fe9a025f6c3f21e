package conformance

import (
	"bytes"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// UPnP is an access point that external registrars reach over UPnP, in the role
// [APEnrollee]. The suite is such a registrar. It runs in real time.
//
// UPnP carries the messages without EAP. The link puts them into EAP packets
// for the suite, so that exchanges look the same over all links: they begin with
// a request for the identity, and an access point that has no more to say ends
// them by EAP-Failure. Cases about EAP itself are [NotApplicable].
type UPnP struct {
	// Info is the action GetDeviceInfo: it returns M1. Put is the action
	// PutMessage: it returns the access point's answer to a message of the
	// registrar. An error, or no answer, means that the access point ends the
	// exchange. The method Act of upnp.Registrar calls both.
	Info func() ([]byte, error)
	Put  func(message []byte) ([]byte, error)

	realTime
}

// unmetNeeds implements limited. An access point has one run with external
// registrars at a time: every request for M1 starts it again.
func (u *UPnP) unmetNeeds() Need { return NeedEAP | NeedStations }

// Open begins an exchange.
func (u *UPnP) Open(wps.MAC) (Link, error) {
	l := &upnpLink{upnp: u, id: 1}
	l.queuePacket(eap.Packet{Code: eap.CodeRequest, ID: l.id, Type: eap.TypeIdentity})
	return l, nil
}

// upnpLink is an exchange over UPnP.
type upnpLink struct {
	upnp     *UPnP
	id       uint8
	queue    [][]byte
	incoming eap.Reassembler
	over     bool
}

// queuePacket queues a packet for the suite.
func (l *upnpLink) queuePacket(p eap.Packet) { l.queue = append(l.queue, mustAppend(p)) }

// Send gives the access point the message in a packet.
func (l *upnpLink) Send(packet []byte) error {
	p, err := eap.ParsePacket(packet)
	if err != nil || l.over {
		return nil // there is no EAP at the access point that could see it
	}
	l.id++
	if p.Type == eap.TypeIdentity {
		l.answer(l.upnp.Info())
		return nil
	}
	message, complete, err := l.incoming.Add(p)
	switch {
	case err != nil:
		return fmt.Errorf("conformance: %w", err)
	case !complete:
		l.queuePacket(eap.NewWSC(eap.CodeRequest, l.id, eap.OpFragACK, nil))
	default:
		l.answer(l.upnp.Put(bytes.Clone(message)))
	}
	return nil
}

// answer passes a message of the access point on.
func (l *upnpLink) answer(message []byte, err error) {
	if err != nil || len(message) == 0 {
		l.over = true
		l.queuePacket(eap.Packet{Code: eap.CodeFailure, ID: l.id})
		return
	}
	t, _ := wps.PeekMessageType(message)
	l.queuePacket(eap.NewWSC(eap.CodeRequest, l.id, opCodeOf(t), message))
}

// Receive returns the next packet, if there is one: the access point speaks only
// when it is spoken to.
func (l *upnpLink) Receive(time.Time) ([]byte, error) { return next(&l.queue), nil }

// Close leaves, which UPnP has no words for.
func (l *upnpLink) Close() error { return nil }
