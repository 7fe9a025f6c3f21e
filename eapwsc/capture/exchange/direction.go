package exchange

import (
	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps/validate"
)

// direction is what was received last from one side of a conversation.
type direction struct {
	packet []byte // the last EAP packet, to detect retransmissions
	join   eap.Reassembler
	parts  int  // number of packets of the message that is being joined
	length int  // its announced length, 0 if none
	cut    bool // its beginning is truncated: the rest cannot be joined
	asked  bool // the other side has asked for the next fragment
	// sequence is the sequence number of the last frame on the air, to detect
	// frames that only the radio repeated.
	sequence uint16
	onAir    bool
}

// index returns the index of a side in conversation.directions.
func index(from validate.Side) int {
	if from == validate.SideAP {
		return 1
	}
	return 0
}

// isRetry reports whether the radio repeated the same frame because it got no
// acknowledgement. That is not a retransmission of EAP.
func (v *conversation) isRetry(e *capture.Event, from validate.Side) bool {
	s := &v.directions[index(from)]
	again := e.Radio.Retry && s.onAir && s.sequence == e.Radio.Sequence
	s.onAir, s.sequence = e.Radio.OnAir, e.Radio.Sequence
	return again
}

// add adds a packet and returns the message if it is complete. A message with a
// missing part is marked as truncated, and its step is where it began: packets
// after a gap cannot be joined to it.
func (d *direction) add(s *validate.Entry, p eap.Packet) (octets []byte, complete bool) {
	more, first := p.Flags.Has(eap.FlagMoreFragments), p.Flags.Has(eap.FlagLengthField)
	lost := d.cut || d.parts == 0 && d.asked && !first // the beginning is missing
	d.parts++
	d.asked = false
	s.OpCode, s.Fragments = p.OpCode, d.parts
	if first {
		d.length = int(p.MessageLength)
	}
	switch {
	case lost:
		complete, d.cut = false, true
	case s.Truncated:
		octets, complete, d.cut = p.Data, true, more
	default:
		var err error
		if octets, complete, err = d.join.Add(p); err != nil {
			// The end of the previous message was lost: start with this one.
			d.join.Reset()
			d.parts, s.Fragments = 1, 1
			octets, complete, err = d.join.Add(p)
		}
		if s.Truncated = complete && len(octets) < d.length; err != nil {
			octets, complete, d.cut, s.Truncated = p.Data, !more || first, more, true
		}
	}
	if !more {
		*d = direction{packet: d.packet, sequence: d.sequence, onAir: d.onAir}
	}
	return octets, complete
}
