package capture

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// conversation is what is known of one party.
type conversation struct {
	party party
	place *list.Element // in Collector.recent
	last  time.Time     // when it was heard last
	entry *entry        // of the exchange that goes on, or nil
	ended bool          // EAP-Failure came, or the run came to its end
	done  bool          // M8 or WSC_Done came: it is of interest what becomes of the settings
	wsc   bool          // there is evidence of WPS, not of other EAP
	side  [2]side       // of the access point, and of the station
	room  []byte        // for the packets of the exchange
}

// side is what is known of one direction.
type side struct {
	packet []byte // the last EAP packet, to tell a retransmission
	join   eap.Reassembler
	parts  int  // the packets of the message that is being joined
	length int  // its announced length, 0 if none
	cut    bool // its beginning is not whole: the rest of it cannot be joined
	asked  bool // the other side has asked for the next fragment
	// sequence is the sequence number of the last frame in the air, to tell
	// one that only the radio sent again.
	sequence uint16
	onAir    bool
}

// direction returns the index of a side.
func direction(fromStation bool) int {
	if fromStation {
		return 1
	}
	return 0
}

// isRetry reports whether the radio sent the same frame again because it had
// no acknowledgement. That is no retransmission of EAP.
func (v *conversation) isRetry(e *Event, fromStation bool) bool {
	s := &v.side[direction(fromStation)]
	again := e.Radio.Retry && s.onAir && s.sequence == e.Radio.Sequence
	s.onAir, s.sequence = e.Radio.OnAir, e.Radio.Sequence
	return again
}

// keep copies a packet to where the others of the exchange are: few of them are
// let go of before it is over.
func (v *conversation) keep(packet []byte) []byte {
	if len(packet) > cap(v.room)-len(v.room) {
		v.room = make([]byte, 0, max(len(packet), roomForPackets))
	}
	start := len(v.room)
	v.room = append(v.room, packet...)
	return v.room[start:len(v.room):len(v.room)]
}

// roomForPackets is for how many octets there is room at a time: those of half
// an exchange.
const roomForPackets = 2048

// step adds a step to an exchange.
func (v *conversation) step(e *Event, s Step) {
	s.Time, s.Frame = e.Time, e.Frame
	x := v.entry.x
	if len(x.Steps) >= maxSteps {
		x.Cut = true
		return
	}
	if x.Steps == nil {
		x.Steps = make([]Step, 0, typicalSteps)
	}
	x.Steps = append(x.Steps, s)
}

// typicalSteps is how many steps most exchanges have at most.
const typicalSteps = 18

// again counts the repetition of a signal, if it was the last step.
func (v *conversation) again(s Signal, e *Event) bool {
	n := len(v.entry.x.Steps)
	if n == 0 || v.entry.x.Steps[n-1].Signal != s {
		return false
	}
	v.entry.x.Steps[n-1].repeat(e)
	return true
}

// pae is the group address to which EAPOL is sent where the other end's
// address is not known.
var pae = wps.MAC(eapol.PAEGroup)

func (c *Collector) eapol(e *Event) {
	f, err := eapol.ParseFrame(e.Data)
	if err != nil {
		return
	}
	switch f.Type {
	case eapol.TypeStart:
		c.eapolStart(e)
	case eapol.TypeLogoff:
		c.logoff(e)
	case eapol.TypeKey:
		c.handshake(e, f.KeyMessage())
	case eapol.TypeEAP:
		packet, octets, err := parsePacket(f.Body)
		if err != nil {
			return
		}
		station, ap := wps.MAC(e.Src), wps.MAC(e.Dst)
		if packet.Code != eap.CodeResponse {
			station, ap = ap, station
		}
		if station == pae || station == (wps.MAC{}) {
			station = c.stationOf(ap)
		}
		if ap == pae {
			ap = wps.MAC{}
		}
		v := c.conversation(party{transport: TransportEAPOL, station: station})
		if !v.isRetry(e, packet.Code == eap.CodeResponse) {
			c.eap(v, e, packet, octets, ap)
		}
	}
}

// parsePacket reads an EAP packet. One that the capture has not wholly is read
// as far as it goes: its type, and which message it carries, stand in front.
// Then octets is shorter than the packet says.
func parsePacket(b []byte) (p eap.Packet, octets []byte, err error) {
	p, err = eap.ParsePacket(b)
	if !errors.Is(err, eap.ErrTruncated) || len(b) < eapHeader {
		return p, b[:min(len(b), p.Len())], err
	}
	short := bytes.Clone(b)
	binary.BigEndian.PutUint16(short[2:], uint16(len(b)))
	p, err = eap.ParsePacket(short)
	return p, b, err
}

// eapHeader is the length of Code, Identifier and Length.
const eapHeader = 4

// stationOf finds the station that a request to the group address is for: the
// one that this access point talked to last, or that nobody has answered.
func (c *Collector) stationOf(ap wps.MAC) wps.MAC {
	v := c.latest(func(v *conversation) bool {
		return v.party.transport == TransportEAPOL && (v.entry.x.AP == ap || v.entry.x.AP == wps.MAC{})
	})
	if v == nil {
		return wps.MAC{}
	}
	return v.party.station
}

func (c *Collector) eapolStart(e *Event) {
	v := c.conversation(party{transport: TransportEAPOL, station: e.Src})
	if v.ended {
		c.finish(v)
	}
	c.exchange(v, e)
	if !v.isRetry(e, true) && !v.again(SignalEAPOLStart, e) {
		v.step(e, Step{FromStation: true, Signal: SignalEAPOLStart})
	}
}

// logoff ends an exchange that goes on: the station gives up.
func (c *Collector) logoff(e *Event) {
	v := c.open[party{transport: TransportEAPOL, station: e.Src}]
	if v == nil || v.entry == nil || v.ended || len(v.entry.x.Steps) == 0 || v.isRetry(e, true) {
		return
	}
	c.heard(v, e)
	v.step(e, Step{FromStation: true, Signal: SignalLogoff})
	v.ended = true
}

// handshake notes the 4-way handshake of a station that has registered.
func (c *Collector) handshake(e *Event, m eapol.KeyMessage) {
	if m < eapol.Pairwise1 || m > eapol.Pairwise4 {
		return
	}
	fromStation := m == eapol.Pairwise2 || m == eapol.Pairwise4
	station := wps.MAC(e.Dst)
	if fromStation {
		station = e.Src
	}
	v := c.open[party{transport: TransportEAPOL, station: station}]
	if v == nil || v.entry == nil || !v.wsc || v.isRetry(e, fromStation) {
		return
	}
	c.heard(v, e)
	v.ended = true
	h := &v.entry.x.Joining
	h.BSSID = e.BSSID
	if n := &h.Messages[m-eapol.Pairwise1]; *n < 100 {
		*n++
	}
}

// eap takes an EAP packet of a conversation; octets are what there is of it.
func (c *Collector) eap(v *conversation, e *Event, p eap.Packet, octets []byte, ap wps.MAC) {
	fromStation := p.Code == eap.CodeResponse
	side := &v.side[direction(fromStation)]
	if v.entry != nil && bytes.Equal(octets, side.packet) {
		c.heard(v, e)
		v.repeat(fromStation, e)
		return
	}
	if c.begins(v, p, e.Time) {
		c.renew(v, e, fromStation)
	}
	x := c.exchange(v, e)
	differs := len(side.packet) > 1 && side.packet[1] == p.ID && side.packet[0] == byte(p.Code) && !v.ended
	side.packet = v.keep(octets)
	if ap != (wps.MAC{}) {
		x.AP = ap
	}
	s := Step{FromStation: fromStation, EAP: p.Code, ID: p.ID, Differs: differs, Truncated: p.Len() < announcedLength(octets)}
	switch {
	case p.Code == eap.CodeFailure:
		s.Signal = SignalEAPFailure
		v.ended = true
	case p.Code == eap.CodeSuccess:
		s.Signal = SignalEAPSuccess
		v.ended = true
	case p.Type == eap.TypeIdentity && !fromStation:
		s.Signal = SignalIdentityRequest
	case p.Type == eap.TypeIdentity:
		s.Signal = SignalIdentity
		x.Identity = string(p.Data[:min(len(p.Data), maxIdentity)])
		x.APEnrollee = x.Identity == eap.RegistrarIdentity
		v.wsc = v.wsc || x.APEnrollee || x.Identity == eap.EnrolleeIdentity
	case p.IsNak():
		s.Signal = SignalNak
	case !p.IsWSC():
		return
	case p.OpCode == eap.OpStart:
		s.Signal, s.OpCode = SignalStart, p.OpCode
		v.wsc = true
	default:
		v.wsc = true
		c.message(v, e, s, eapPacket(side.packet, p))
		return
	}
	v.step(e, s)
}

// maxIdentity is the longest identity that is kept: a network access
// identifier has 253 octets at most.
const maxIdentity = 253

// announcedLength returns the Length of an EAP packet.
func announcedLength(octets []byte) int { return int(binary.BigEndian.Uint16(octets[2:])) }

// eapPacket returns p with its data in octets, which are kept, and not in the
// event, which is not.
func eapPacket(octets []byte, p eap.Packet) eap.Packet {
	p.Data = octets[len(octets)-len(p.Data):]
	return p
}

// begins reports whether an EAP packet begins another exchange than the one
// that goes on.
func (c *Collector) begins(v *conversation, p eap.Packet, now time.Time) bool {
	if v.entry == nil || len(v.entry.x.Steps) == 0 {
		return false
	}
	steps := v.entry.x.Steps
	if v.ended {
		// What was sent before the end, or answers what was, is late only.
		end := &steps[len(steps)-1]
		late := now.Before(end.Time) || p.Code == eap.CodeResponse && p.IsWSC() && (p.ID == end.ID || p.ID == end.ID-1)
		return !late && (p.Code == eap.CodeRequest || p.Code == eap.CodeResponse)
	}
	// The identity is asked for again, with a new Identifier: a new start, if
	// there was more before it.
	return p.Code == eap.CodeRequest && p.Type == eap.TypeIdentity &&
		slices.ContainsFunc(steps, func(s Step) bool { return s.IsMessage() })
}

// renew ends the exchange of a conversation, because one of the two begins
// another. An EAPOL-Start that was heard last is the station's, and belongs to
// the other.
func (c *Collector) renew(v *conversation, e *Event, byStation bool) {
	x, start := v.entry.x, []Step(nil)
	if last := len(x.Steps) - 1; last > 0 && x.Steps[last].Signal == SignalEAPOLStart {
		x.Steps, start, byStation = x.Steps[:last], []Step{x.Steps[last]}, true
	}
	if !v.ended {
		x.Anew = EndAP
		if byStation {
			x.Anew = EndStation
		}
	}
	c.finish(v)
	c.exchange(v, e).Steps = start
}

// repeat counts a retransmission of the last step of a direction.
func (v *conversation) repeat(fromStation bool, e *Event) {
	for i := len(v.entry.x.Steps) - 1; i >= 0; i-- {
		if s := &v.entry.x.Steps[i]; s.FromStation == fromStation {
			s.resent(e)
			return
		}
	}
}

// message takes a WSC packet that carries a message or a fragment of one.
func (c *Collector) message(v *conversation, e *Event, s Step, p eap.Packet) {
	if p.OpCode == eap.OpFragACK {
		v.side[direction(!s.FromStation)].asked = true
		return
	}
	octets, complete := v.side[direction(s.FromStation)].add(&s, p)
	if !complete {
		return
	}
	if v.restarts(octets) {
		c.renew(v, e, s.FromStation)
		v.wsc = true
	}
	v.wscMessage(e, s, octets)
}

// add takes a packet and returns the message if it is complete. One of which a
// part is missing is marked as truncated, and stands where its beginning does:
// what follows a gap cannot be joined to it.
func (d *side) add(s *Step, p eap.Packet) (octets []byte, complete bool) {
	more, first := p.Flags.Has(eap.FlagMoreFragments), p.Flags.Has(eap.FlagLengthField)
	lost := d.cut || d.parts == 0 && d.asked && !first // the beginning is not here
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
			// The end of the message before was lost: begin with this one.
			d.join.Reset()
			d.parts, s.Fragments = 1, 1
			octets, complete, err = d.join.Add(p)
		}
		if s.Truncated = complete && len(octets) < d.length; err != nil {
			octets, complete, d.cut, s.Truncated = p.Data, !more || first, more, true
		}
	}
	if !more {
		*d = side{packet: d.packet, sequence: d.sequence, onAir: d.onAir}
	}
	return octets, complete
}

// restarts reports whether a message is the M1 of another run than the one
// that goes on.
func (v *conversation) restarts(octets []byte) bool {
	if t, _ := wps.PeekMessageType(octets); t != wps.MessageM1 {
		return false
	}
	m1 := v.entry.x.first(wps.MessageM1)
	return m1 != nil && !bytes.Equal(m1.attribute(wps.AttrEnrolleeNonce), wps.Find(octets, wps.AttrEnrolleeNonce))
}

// ofEnrollee tells of which role the messages are that one role only sends.
var ofEnrollee = map[wps.MessageType]bool{
	wps.MessageM2: false, wps.MessageM2D: false, wps.MessageM3: true, wps.MessageM4: false, wps.MessageM5: true,
	wps.MessageM6: false, wps.MessageM7: true, wps.MessageM8: false, wps.MessageDone: true,
}

// guessRole tells by a message which of the two is the enrollee, where the
// capture has neither the identity nor M1.
func (x *Exchange) guessRole(s *Step) {
	if enrollee, ok := ofEnrollee[s.Type]; ok && x.Identity == "" && x.first(wps.MessageM1) == nil {
		x.APEnrollee = enrollee != s.FromStation
	}
}

// wscMessage adds a message as a step.
func (v *conversation) wscMessage(e *Event, s Step, octets []byte) {
	s.Octets = octets
	s.Type, _ = wps.PeekMessageType(octets)
	switch s.Type {
	case wps.MessageM1:
		// M1 comes from the enrollee: where the identity was not seen, its
		// direction tells who that is.
		v.entry.x.APEnrollee = !s.FromStation
	case wps.MessageM8, wps.MessageDone:
		v.done = true // or WSC_Done may be lost
		v.entry.x.guessRole(&s)
	default:
		v.entry.x.guessRole(&s)
	}
	v.step(e, s)
}
