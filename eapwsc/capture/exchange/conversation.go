package exchange

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// party identifies a conversation: a station, or a registrar at an access
// point.
type party struct {
	transport Transport
	station   wps.MAC
	link      int        // the program's interface, for a station without an address
	ap        netip.Addr // UPnP and RADIUS
	registrar netip.Addr // UPnP, of an access point as enrollee
}

// conversation is the state of one party. Each of its methods handles an event.
// Those that return a bool report whether the event concerned the party.
type conversation struct {
	party     party
	queue     *queue        // of its exchanges
	place     *list.Element // in conversations.recent
	last      time.Time     // time of the last event
	link      int           // the program's interface of the last event
	connected wps.MAC       // the access point with which conversations.byAP has it

	exchange     *queued      // the current exchange, or nil
	ended        bool         // EAP-Failure was seen, or the run has ended
	gaveSettings bool         // M8 or WSC_Done was seen: the use of the settings is of interest
	wsc          bool         // there is evidence of WPS, not of other EAP
	directions   [2]direction // from the client, and from the access point
	room         []byte       // memory for the packets of the exchange
	resumes      bool         // the next exchange may have begun before an interruption
}

// maxSteps limits the steps that are kept of one exchange.
const maxSteps = 256

// begin starts an exchange at the event's time, unless there is one.
func (v *conversation) begin(e *capture.Event) {
	if v.exchange != nil {
		return
	}
	resumes := v.resumes
	*v = conversation{party: v.party, queue: v.queue, place: v.place, last: v.last, link: v.link, connected: v.connected}
	v.exchange = v.queue.begin(&Exchange{
		Transcript: validate.Transcript{Client: v.party.station, Lossy: true},
		Transport:  v.party.transport, OnAir: e.Radio.OnAir, Began: e.Time, Ended: e.Time,
		APAddress: v.party.ap, Registrar: v.party.registrar,
	})
	v.exchange.resumes = resumes
}

// finish ends the current exchange. It is dropped if a registrar only asked an
// access point for its identity, a station used another EAP method, or there is
// only a part of a message.
func (v *conversation) finish() {
	if v.exchange == nil {
		return
	}
	x := v.exchange
	asked := x.Transport == TransportUPnP && x.APEnrollee && len(x.Entries) == 1
	v.exchange = nil
	begins := x.hasBeginning()
	switch {
	case x.resumes:
		x.partial = x.partial || !begins && v.queue.beginnings >= 0
	case v.wsc && begins:
		v.queue.beginnings++
	case v.wsc:
		v.queue.beginnings--
	}
	v.queue.end(x, !v.wsc || len(x.Entries) == 0 || asked)
}

// renew ends the exchange because one of the two begins another. An EAPOL-Start
// that came last belongs to the new one.
func (v *conversation) renew(e *capture.Event, from validate.Side) {
	x, start := v.exchange, []validate.Entry(nil)
	if last := len(x.Entries) - 1; last > 0 && x.Entries[last].Signal == validate.SignalEAPOLStart {
		x.Entries, start, from = x.Entries[:last], []validate.Entry{x.Entries[last]}, validate.SideClient
	}
	if !v.ended {
		x.Restarted = from
	}
	v.finish()
	v.begin(e)
	v.exchange.Entries = start
}

// patience returns how long a conversation may be silent before it has ended.
func (v *conversation) patience() time.Duration {
	switch {
	case !v.ended:
		return idleTime
	case v.gaveSettings:
		return lingerTime
	}
	return settleTime
}

// step adds a step to the exchange.
func (v *conversation) step(e *capture.Event, s validate.Entry) {
	s.Time, s.Frame = e.Time, e.Frame
	v.queue.steps++
	x := v.exchange
	if len(x.Entries) >= maxSteps {
		x.Cut = true
		return
	}
	switch n := len(x.Entries); {
	case n >= typicalSteps:
		v.queue.addMemory(x, stepOctets)
	case n == cap(x.Entries):
		x.Entries = append(make([]validate.Entry, 0, min(max(fewSteps, 3*n), typicalSteps)), x.Entries...)
	}
	x.Entries = append(x.Entries, s)
}

const (
	// typicalSteps is the largest number of steps of most exchanges, fewSteps
	// that of most which come to nothing.
	typicalSteps = 18
	fewSteps     = 2
	// stepOctets is the memory of a step, besides its message, while the slice
	// of steps grows.
	stepOctets = 400
)

// repeatsLast counts the repetition of a signal, if it was the last step.
func (v *conversation) repeatsLast(s validate.Signal, e *capture.Event) bool {
	n := len(v.exchange.Entries)
	if n == 0 || v.exchange.Entries[n-1].Signal != s {
		return false
	}
	v.exchange.Entries[n-1].Repeat(e.Time, e.Frame)
	return true
}

// echo is the time within which the same octets are not a retransmission, which
// takes at least a second, but another copy of the frame: from a switch, or
// from a recording at both ends of a wire.
const echo = 100 * time.Millisecond

// resent counts a repeated message or packet.
func resent(s *validate.Entry, e *capture.Event) {
	if e.Time.Sub(s.LastSent()) >= echo {
		s.Repeat(e.Time, e.Frame)
	}
}

// lastOf returns the last step from a side, or nil.
func (v *conversation) lastOf(from validate.Side) *validate.Entry {
	for i := len(v.exchange.Entries) - 1; i >= 0; i-- {
		if s := &v.exchange.Entries[i]; s.From == from {
			return s
		}
	}
	return nil
}

// keep copies a packet into the memory of the exchange, because most packets
// are kept until it ends.
func (v *conversation) keep(packet []byte) []byte {
	v.queue.addMemory(v.exchange, len(packet))
	if len(packet) > cap(v.room)-len(v.room) {
		v.room = make([]byte, 0, max(len(packet), min(4*cap(v.room), roomForPackets))) // the first one may be the only one
	}
	start := len(v.room)
	v.room = append(v.room, packet...)
	return v.room[start:len(v.room):len(v.room)]
}

// roomForPackets is the size of a piece of that memory in octets: half an
// exchange.
const roomForPackets = 2048

// associate handles an association request for WPS. It starts another exchange,
// unless one has just started in the same way.
func (v *conversation) associate(e *capture.Event) {
	if v.exchange != nil && v.began(e) {
		v.step(e, validate.Entry{From: validate.SideClient, Signal: validate.SignalAssociationRequest, Body: v.keep(e.Management.WPS), Truncated: e.Truncated})
		return
	}
	if v.exchange != nil && (v.ended || !v.isAssociating(e.BSSID)) {
		v.renew(e, validate.SideClient)
	}
	v.begin(e)
	v.exchange.AP = e.BSSID
	v.wsc = true
	if v.isRetry(e, validate.SideClient) || v.repeatsLast(validate.SignalAssociationRequest, e) {
		return
	}
	body := e.Management.WPS
	v.queue.addMemory(v.exchange, len(body))
	v.step(e, validate.Entry{From: validate.SideClient, Signal: validate.SignalAssociationRequest, Body: body, Truncated: e.Truncated})
}

// began reports whether an association belongs to the exchange, in which it comes
// late: a few frames are out of order, or the file is backwards.
func (v *conversation) began(e *capture.Event) bool {
	x := v.exchange
	return len(x.Entries) > 0 && x.AP == e.BSSID && e.Time.Before(x.Entries[0].Time) && x.Entries[0].Time.Sub(e.Time) < idleTime &&
		!slices.ContainsFunc(x.Entries, func(s validate.Entry) bool { return s.Signal == validate.SignalAssociationRequest })
}

// isAssociating reports whether only association requests to an access point,
// or the response to one, were seen so far.
func (v *conversation) isAssociating(ap wps.MAC) bool {
	return v.exchange.AP == ap && !slices.ContainsFunc(v.exchange.Entries, func(s validate.Entry) bool {
		return s.Signal != validate.SignalAssociationRequest
	})
}

// associated handles an association response: to a request to register, or to
// join the network with the settings.
func (v *conversation) associated(e *capture.Event) {
	switch {
	case v.exchange == nil || v.isRetry(e, validate.SideAP):
	case v.ended:
		v.exchange.Joining.Status = e.Management.Status
	case v.exchange.AP == e.BSSID && !v.repeatsLast(validate.SignalAssociationResponse, e):
		v.step(e, validate.Entry{From: validate.SideAP, Signal: validate.SignalAssociationResponse, Status: e.Management.Status})
	}
}

// algorithmSAE is the authentication of WPA3: IEEE Std 802.11-2020 9.4.1.1.
const algorithmSAE = 3

// saeGoesOn lists the status codes with which SAE continues: success, a token
// to be returned, another group, and ways to compute the element. IEEE Std
// 802.11-2020 9.4.1.9.
var saeGoesOn = []uint16{0, 76, 77, 126, 127}

// noteJoin handles the access point's response to the first frame of a station
// that joins the network with the settings.
func (v *conversation) noteJoin(m *capture.Management) {
	if m.Algorithm != algorithmSAE {
		return
	}
	v.exchange.Joining.SAEStatus = 0
	if !slices.Contains(saeGoesOn, m.Status) {
		v.exchange.Joining.SAEStatus = m.Status
	}
}

// refused handles the response of an access point that refuses a station before
// it has registered.
func (v *conversation) refused(e *capture.Event) {
	v.begin(e)
	v.exchange.AP = e.BSSID
	v.wsc = true
	if !v.repeatsLast(validate.SignalAuthentication, e) {
		v.step(e, validate.Entry{From: validate.SideAP, Signal: validate.SignalAuthentication, Status: e.Management.Status})
	}
}

// disconnected handles the end of the association.
func (v *conversation) disconnected(e *capture.Event, from validate.Side) {
	if v.exchange == nil || v.isRetry(e, from) {
		return
	}
	x := v.exchange
	if x.Joining.Seen() {
		x.Joining.Disconnected = e.Management.Reason
		return
	}
	if len(x.Entries) == 0 || v.repeatsLast(validate.SignalDisconnect, e) {
		return
	}
	v.step(e, validate.Entry{From: from, Signal: validate.SignalDisconnect, Status: e.Management.Reason})
	v.ended = true
}

// eapolStart handles EAPOL-Start.
func (v *conversation) eapolStart(e *capture.Event) {
	if v.ended {
		v.finish()
	}
	v.begin(e)
	if !v.isRetry(e, validate.SideClient) && !v.repeatsLast(validate.SignalEAPOLStart, e) {
		v.step(e, validate.Entry{From: validate.SideClient, Signal: validate.SignalEAPOLStart})
	}
}

// logoff handles EAPOL-Logoff. It ends the current exchange: the station gives
// up.
func (v *conversation) logoff(e *capture.Event) bool {
	if v.exchange == nil || v.ended || len(v.exchange.Entries) == 0 || v.isRetry(e, validate.SideClient) {
		return false
	}
	v.step(e, validate.Entry{From: validate.SideClient, Signal: validate.SignalLogoff})
	v.ended = true
	return true
}

// handshake counts the messages of the 4-way handshake of a station that has
// registered.
func (v *conversation) handshake(e *capture.Event, m eapol.KeyMessage, from validate.Side) bool {
	if v.exchange == nil {
		return false
	}
	if !v.wsc {
		v.exchange.ordinary = true
		return false
	}
	if v.isRetry(e, from) {
		return false
	}
	v.ended = true
	h := &v.exchange.Joining
	h.BSSID = e.BSSID
	if n := &h.Messages[m-eapol.Pairwise1]; *n < 100 {
		*n++
	}
	return true
}

// eap handles an EAP packet; octets is the captured part of it.
func (v *conversation) eap(e *capture.Event, p eap.Packet, octets []byte, ap wps.MAC) {
	from := sender(p)
	d := &v.directions[index(from)]
	if v.exchange != nil && bytes.Equal(octets, d.packet) {
		if s := v.lastOf(from); s != nil {
			resent(s, e)
		}
		return
	}
	if v.restartsEAP(p, e.Time) {
		v.renew(e, from)
	}
	v.begin(e)
	x := v.exchange
	differs := len(d.packet) > 1 && d.packet[1] == p.ID && d.packet[0] == byte(p.Code) && !v.ended
	d.packet = v.keep(octets)
	if ap != (wps.MAC{}) {
		x.AP = ap
	}
	s := validate.Entry{From: from, Code: p.Code, ID: p.ID, Differs: differs, Truncated: p.Len() < announcedLength(octets)}
	if s.Signal = eapSignal(p); s.Signal == validate.NoSignal {
		if p.IsWSC() {
			v.wsc = true
			v.packet(e, s, eapPacket(d.packet, p))
		}
		return
	}
	switch s.Signal {
	case validate.SignalEAPFailure, validate.SignalEAPSuccess:
		v.ended = true
	case validate.SignalIdentity:
		x.Identity = string(p.Data[:min(len(p.Data), maxIdentity)])
		x.APEnrollee = x.Identity == eap.RegistrarIdentity
		v.wsc = v.wsc || x.APEnrollee || x.Identity == eap.EnrolleeIdentity
	case validate.SignalStart:
		s.OpCode = p.OpCode
		v.wsc = true
	}
	v.step(e, s)
}

// sender returns the sender of an EAP packet.
func sender(p eap.Packet) validate.Side {
	if p.Code == eap.CodeResponse {
		return validate.SideClient
	}
	return validate.SideAP
}

// eapSignal returns the signal of an EAP packet without a message.
func eapSignal(p eap.Packet) validate.Signal {
	switch {
	case p.Code == eap.CodeFailure:
		return validate.SignalEAPFailure
	case p.Code == eap.CodeSuccess:
		return validate.SignalEAPSuccess
	case p.Type == eap.TypeIdentity && p.Code == eap.CodeResponse:
		return validate.SignalIdentity
	case p.Type == eap.TypeIdentity:
		return validate.SignalIdentityRequest
	case p.IsNak():
		return validate.SignalNak
	case p.IsWSC() && p.OpCode == eap.OpStart:
		return validate.SignalStart
	}
	return validate.NoSignal
}

// parsePacket parses an EAP packet. A truncated packet is parsed as far as
// possible: its type and the type of its message are at the start. Octets is
// then shorter than the packet says.
func parsePacket(b []byte) (p eap.Packet, octets []byte, err error) {
	if len(b) < eapHeader || announcedLength(b) <= len(b) {
		p, err = eap.ParsePacket(b)
		return p, b[:min(len(b), p.Len())], err
	}
	short := bytes.Clone(b)
	binary.BigEndian.PutUint16(short[2:], uint16(len(b)))
	p, err = eap.ParsePacket(short)
	return p, b, err
}

const (
	// eapHeader is the length of Code, Identifier and Length.
	eapHeader = 4
	// maxIdentity is the longest identity that is kept: a network access
	// identifier has at most 253 octets.
	maxIdentity = 253
)

// announcedLength returns the Length of an EAP packet.
func announcedLength(octets []byte) int { return int(binary.BigEndian.Uint16(octets[2:])) }

// eapPacket returns p with its data in octets, which are kept, and not in the
// event, which is not kept.
func eapPacket(octets []byte, p eap.Packet) eap.Packet {
	p.Data = octets[len(octets)-len(p.Data):]
	return p
}

// restartsEAP reports whether an EAP packet starts another exchange than the
// current one.
func (v *conversation) restartsEAP(p eap.Packet, now time.Time) bool {
	if v.exchange == nil || len(v.exchange.Entries) == 0 {
		return false
	}
	steps := v.exchange.Entries
	if v.ended {
		// Packets sent before the end, or answers to them, are only late.
		end := &steps[len(steps)-1]
		late := now.Before(end.Time) && end.Time.Sub(now) < settleTime || p.Code == eap.CodeResponse && p.IsWSC() && (p.ID == end.ID || p.ID == end.ID-1)
		return !late && (p.Code == eap.CodeRequest || p.Code == eap.CodeResponse)
	}
	// A request for the identity with a new Identifier is a new start, if there
	// were other packets before it.
	// One that is earlier than these is only out of order.
	first := slices.IndexFunc(steps, isMessage)
	return p.Code == eap.CodeRequest && p.Type == eap.TypeIdentity && first >= 0 && !now.Before(steps[first].Time)
}

func isMessage(s validate.Entry) bool { return s.IsMessage() }

// packet handles a WSC packet with a message or a fragment.
func (v *conversation) packet(e *capture.Event, s validate.Entry, p eap.Packet) {
	if p.OpCode == eap.OpFragACK {
		v.directions[1-index(s.From)].asked = true
		return
	}
	octets, complete := v.directions[index(s.From)].add(&s, p)
	if !complete {
		return
	}
	s.Type, _ = wps.PeekMessageType(octets)
	if v.isOfAnotherRun(&s, octets) {
		v.renew(e, s.From)
		v.wsc = true
	}
	v.message(e, s, octets)
}

// isOfAnotherRun reports whether a message belongs to another run than the current
// one. Its nonce differs, and it is an M1, or the beginning of its run was not
// captured: by its Identifier, it answers nothing in the exchange.
func (v *conversation) isOfAnotherRun(s *validate.Entry, octets []byte) bool {
	m1 := v.exchange.first(wps.MessageM1)
	if m1 == nil {
		return false
	}
	own, nonce := m1.Attribute(wps.AttrEnrolleeNonce), wps.Find(octets, wps.AttrEnrolleeNonce)
	if bytes.Equal(own, nonce) {
		return false
	}
	return s.Type == wps.MessageM1 || own != nil && nonce != nil && !v.exchange.follows(s)
}

// message adds a message as a step. s has its type.
func (v *conversation) message(e *capture.Event, s validate.Entry, octets []byte) {
	s.Body = octets
	switch s.Type {
	case wps.MessageM1:
		// M1 comes from the enrollee: if the identity was not seen, its
		// direction shows the roles.
		v.exchange.APEnrollee = s.From == validate.SideAP
	case wps.MessageM8, wps.MessageDone:
		v.gaveSettings = true // WSC_Done may be lost
		v.exchange.guessRole(&s)
	default:
		v.exchange.guessRole(&s)
	}
	v.step(e, s)
}

// upnp handles a message over UPnP. In an exchange with an access point as
// enrollee the registrar is the client.
func (v *conversation) upnp(e *capture.Event, from validate.Side) bool {
	t, _ := wps.PeekMessageType(e.Data)
	if v.exchange != nil {
		// Every subscriber receives the event.
		if s := v.lastOf(from); s != nil && bytes.Equal(s.Body, e.Data) {
			resent(s, e)
			return false
		}
		if t == wps.MessageM1 && len(v.exchange.Entries) > 0 {
			v.finish()
		}
	}
	v.begin(e)
	v.wsc = true
	v.message(e, validate.Entry{From: from, Type: t}, v.keep(e.Data))
	v.ended = t == wps.MessageDone || t == wps.MessageNACK
	return true
}

// autoconfiguration handles a message over IEEE 1905.1. The controller answers
// M1 with an M2 for each network, and nothing follows.
func (v *conversation) autoconfiguration(e *capture.Event, from validate.Side) bool {
	heard := v.upnp(e, from)
	if t, _ := wps.PeekMessageType(e.Data); t == wps.MessageM2 || t == wps.MessageM2D {
		v.ended = true
	}
	return heard
}
