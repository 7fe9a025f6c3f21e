package exchange

import (
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/validate"
)

// Collector groups the events of a capture into exchanges. It pairs the two
// directions, joins fragments, distinguishes retransmissions from new messages
// and keeps the exchanges of many devices apart. Pass it all events, and use
// the exchanges as they end:
//
//	c := exchange.NewCollector(keys)
//	for event, err := reader.Next(); err == nil; event, err = reader.Next() {
//		for _, x := range c.Add(event) { … }
//	}
//	for _, x := range c.Close() { … }
//
// Exchanges are returned in the order in which they began, unless too many are
// open at a time. An exchange that was returned does not change any more.
// Memory is limited by the number of devices that are active at a time, and by
// limits that real captures do not reach.
//
// Add finds the conversation of an event, whose method adds a step to its
// exchange. Exchanges that have ended are completed with what was received from
// the air, and returned.
type Collector struct {
	keys          *KeyLog
	air           air
	conversations conversations
	queue         queue
	notes         []Note
	now           time.Time // the time of the capture
	nextSweep     time.Time // when to look for conversations that are over
	link          int       // the interface of the event: see [capture.Event]

	// since has the parties that were heard after the last interruption; it is nil
	// if no exchange that began before can go on any more. resumed is when the
	// first of them was heard.
	resumed time.Time
	since   map[party]struct{}
}

const (
	// maxTimeStep is the largest plausible time between two frames; a longer one is a
	// damaged time stamp.
	maxTimeStep = time.Hour
	// maxNotes limits the different notes. A reader has fewer sentences.
	maxNotes = 64
)

// Note is a problem of the capture itself.
type Note struct {
	Text  string // a sentence
	Frame int    // where it first occurred
	Count int    // how often it occurred; see [capture.Event] for what is not counted
}

// NewCollector returns a collector. The key log may be nil.
func NewCollector(keys *KeyLog) *Collector {
	return &Collector{keys: keys, air: newAir(), conversations: newConversations(), queue: queue{maxOpen: maxBegun}}
}

// Add processes the next event and returns the exchanges that have ended.
func (c *Collector) Add(e *capture.Event) []*Exchange {
	c.follow(e.Time)
	c.link = e.Interface
	switch e.Kind {
	case capture.KindNote:
		c.note(e)
	case capture.KindBeacon, capture.KindProbeResponse:
		c.air.advertisement(e)
	case capture.KindProbeRequest:
		c.air.probe(e)
	case capture.KindDirect:
		c.air.directFrame(e, e.Management.Direct.String())
	case capture.KindAuthentication:
		c.authentication(e)
	case capture.KindAssociationRequest, capture.KindReassociationRequest:
		c.associationRequest(e)
	case capture.KindAssociationResponse, capture.KindReassociationResponse:
		if v := c.find(e.Dst); v != nil {
			v.associated(e)
		}
	case capture.KindDeauthentication, capture.KindDisassociation:
		c.disconnection(e)
	case capture.KindEAPOL:
		c.eapol(e)
	case capture.KindRADIUS:
		c.radius(e)
	case capture.KindUPnP:
		c.upnp(e)
	case capture.KindIEEE1905:
		c.ieee1905(e)
	}
	for c.queue.full() && c.conversations.oldest() != nil {
		c.drop(c.conversations.oldest())
	}
	c.complete()
	return c.queue.take()
}

// follow follows the time of the capture. It may go back a little if frames are
// out of order, or a lot if captures were joined.
func (c *Collector) follow(t time.Time) {
	switch step := t.Sub(c.now); {
	case t.IsZero(): // a note about the file
	case step > maxTimeStep || step < -idleTime:
		c.now, c.nextSweep, c.conversations.lingering = t, t.Add(time.Second), nil
	case step > 0:
		if c.now = t; t.After(c.nextSweep) {
			c.nextSweep = t.Add(time.Second)
			c.conversations.expired(c.now, c.drop)
			c.complete()
		}
	}
}

// Interrupt must be called where a part of the capture is left out. It returns
// the exchanges that have ended and are not returned yet. An exchange whose end
// or beginning may be in that part is dropped, because the rest of it can be
// misleading. If most exchanges so far had no beginning, as in a log of single
// lines, none is dropped for lack of it.
func (c *Collector) Interrupt() []*Exchange {
	for _, v := range c.conversations.byParty {
		if x := v.exchange; x != nil {
			x.partial = !v.ended && !x.isDecided() || x.Joining.Failed() // so far
		}
	}
	c.since = map[party]struct{}{}
	return c.endAll()
}

// endAll ends all exchanges and returns those that are not returned yet.
func (c *Collector) endAll() []*Exchange {
	for v := c.conversations.oldest(); v != nil; v = c.conversations.oldest() {
		c.drop(v)
	}
	c.complete()
	return c.queue.take()
}

// resumes reports whether the next exchange of a party may be the rest of one
// that began before the last interruption or in the part that was left out.
func (c *Collector) resumes(p party) bool {
	if c.since == nil {
		return false
	}
	if _, known := c.since[p]; known {
		return false
	}
	if len(c.since) == 0 {
		c.resumed = c.now
	}
	if len(c.since) >= maxConversations || c.now.Sub(c.resumed) > idleTime {
		c.since = nil
		return false
	}
	c.since[p] = struct{}{}
	return true
}

// Close returns the exchanges that are still open. If the capture has none at
// all, stations that sent EAPOL-Start and got no request for their identity
// count as exchanges.
func (c *Collector) Close() []*Exchange {
	if out := c.endAll(); c.queue.hadAny {
		return out
	}
	return c.queue.unanswered
}

// Count returns how many exchanges have begun, and how many steps they have in
// all.
func (c *Collector) Count() (exchanges, steps int) { return c.queue.exchanges, c.queue.steps }

// Notes returns the problems of the capture, in order of their first
// occurrence.
func (c *Collector) Notes() []Note { return c.notes }

// note counts a note.
func (c *Collector) note(e *capture.Event) {
	for i := range c.notes {
		if c.notes[i].Text == e.Note {
			c.notes[i].Count++
			return
		}
	}
	if len(c.notes) < maxNotes {
		c.notes = append(c.notes, Note{e.Note, e.Frame, 1})
	}
}

// drop forgets a conversation and ends its exchange.
func (c *Collector) drop(v *conversation) {
	v.finish()
	c.conversations.remove(v)
}

// complete adds what was received from the air, and the keys of the run, to the
// exchanges that have ended.
func (c *Collector) complete() {
	for _, e := range c.queue.ended {
		x := e.Exchange
		x.sort()
		for i := range x.Entries {
			if i == 0 {
				x.Began, x.Ended = x.Entries[0].Time, x.Entries[0].Time
			}
			if last := x.Entries[i].LastSent(); last.After(x.Ended) {
				x.Ended = last
			}
		}
		x.Watched = c.now
		if m2 := x.first(wps.MessageM2); m2 != nil {
			x.Keys = c.keys.find(m2.Attribute(wps.AttrEnrolleeNonce), m2.Attribute(wps.AttrRegistrarNonce))
		}
		var octets int
		if x.Network, octets = c.air.snapshot(keyOf(x.AP, c.link)); x.Network != nil {
			x.Traits = x.Network.Traits
			c.queue.addMemory(e, octets)
		}
		x.Stations = c.air.pressing(x)
		e.complete = true
	}
	c.queue.ended = c.queue.ended[:0]
}

// find returns the conversation of a station over EAPOL that has an exchange,
// nil if there is none.
func (c *Collector) find(station wps.MAC) *conversation {
	v := c.conversations.byParty[c.overEAPOL(station)]
	if v == nil || v.exchange == nil {
		return nil
	}
	return v
}

// conversation returns the conversation of a party, a new one if need be.
func (c *Collector) conversation(p party) *conversation {
	v := c.conversations.byParty[p]
	if v == nil {
		if c.conversations.recent.Len() >= maxConversations {
			c.drop(c.conversations.oldest())
		}
		v = &conversation{party: p, queue: &c.queue, resumes: c.resumes(p)}
		c.conversations.add(v)
	}
	return v
}

// conversationWith returns the conversation with a station over EAPOL.
func (c *Collector) conversationWith(mac wps.MAC) *conversation {
	return c.conversation(c.overEAPOL(mac))
}

func (c *Collector) overEAPOL(station wps.MAC) party {
	p := party{transport: TransportEAPOL, station: station}
	if station == (wps.MAC{}) {
		p.link = c.link
	}
	return p
}

// touch records that an event concerned the party of a conversation, which is
// then the last to time out.
func (c *Collector) touch(v *conversation, e *capture.Event) {
	v.link = e.Interface
	c.conversations.touch(v, e.Time)
	c.conversations.connect(v)
}

// authentication handles an access point's response to the first frame of a
// station: a refusal before it registers, or the result of SAE when it joins.
func (c *Collector) authentication(e *capture.Event) {
	m := e.Management
	if e.Src != e.BSSID {
		return
	}
	if v := c.find(e.Dst); v != nil && !v.isRetry(e, validate.SideAP) && v.ended {
		v.noteJoin(m)
		return
	}
	if m.Status == 0 || m.Algorithm == algorithmSAE || !c.air.searchedRecently(e.Dst, c.now) {
		return
	}
	v := c.conversationWith(e.Dst)
	v.refused(e)
	c.touch(v, e)
}

// associationRequest handles the association request of a station. Without a
// WPS element the station wants to join a network: what was before is over,
// apart from the use of the settings.
func (c *Collector) associationRequest(e *capture.Event) {
	if e.Management.WPS != nil {
		v := c.conversationWith(e.Src)
		v.associate(e)
		c.touch(v, e)
		return
	}
	c.air.recordJoining(e.Src, e.Time)
	if v := c.find(e.Src); v != nil {
		v.exchange.ordinary = true
		v.ended = true
		c.conversations.endedUnheard(v, c.now)
	}
}

// disconnection handles the end of an association, or of all associations of an
// access point.
func (c *Collector) disconnection(e *capture.Event) {
	if e.Src == e.BSSID && e.Dst == wps.Broadcast {
		for v := range c.conversations.byAP[e.BSSID] {
			c.disconnected(v, e, validate.SideAP)
		}
		return
	}
	station, from := wps.MAC(e.Src), validate.SideClient
	if e.Src == e.BSSID {
		station, from = e.Dst, validate.SideAP
	}
	if v := c.find(station); v != nil {
		c.disconnected(v, e, from)
	}
}

func (c *Collector) disconnected(v *conversation, e *capture.Event, from validate.Side) {
	before := v.ended
	if v.disconnected(e, from); v.ended && !before {
		c.conversations.endedUnheard(v, c.now)
	}
	c.conversations.disconnect(v)
}

// pae is the group address to which EAPOL is sent while the other end's address
// is unknown.
var pae = wps.MAC(eapol.PAEGroup)

// eapol handles an EAPOL frame.
func (c *Collector) eapol(e *capture.Event) {
	f, err := eapol.ParseFrame(e.Data)
	if err != nil {
		return
	}
	switch f.Type {
	case eapol.TypeStart:
		v := c.conversationWith(e.Src)
		v.eapolStart(e)
		c.touch(v, e)
		v.exchange.ordinary = v.exchange.ordinary || c.air.joinedRecently(e.Src, e.Time)
	case eapol.TypeLogoff:
		if v := c.find(e.Src); v != nil && v.logoff(e) {
			c.touch(v, e)
		}
	case eapol.TypeKey:
		c.handshake(e, f.KeyMessage())
	case eapol.TypeEAP:
		if packet, octets, err := parsePacket(f.Body); err == nil {
			c.eap(e, packet, octets)
		}
	}
}

// eap handles an EAP packet in an EAPOL frame.
func (c *Collector) eap(e *capture.Event, packet eap.Packet, octets []byte) {
	station, ap := wps.MAC(e.Src), wps.MAC(e.Dst)
	if sender(packet) == validate.SideAP {
		station, ap = ap, station
	}
	if station == pae || station == (wps.MAC{}) {
		station = c.stationOf(ap)
	}
	if ap == pae {
		ap = wps.MAC{}
	}
	v := c.conversationWith(station)
	if !v.isRetry(e, sender(packet)) {
		v.eap(e, packet, octets, ap)
		c.touch(v, e)
	}
}

// stationOf returns the station that a request to the group address is for: the
// one that this access point last communicated with on the same interface, or one
// without an answer.
func (c *Collector) stationOf(ap wps.MAC) wps.MAC {
	v := c.conversations.latest(func(v *conversation) bool {
		return v.party.transport == TransportEAPOL && v.link == c.link && (v.exchange.AP == ap || v.exchange.AP == wps.MAC{})
	})
	if v == nil {
		return wps.MAC{}
	}
	return v.party.station
}

// handshake handles a message of the 4-way handshake.
func (c *Collector) handshake(e *capture.Event, m eapol.KeyMessage) {
	if m < eapol.Pairwise1 || m > eapol.Pairwise4 {
		return
	}
	station, from := wps.MAC(e.Dst), validate.SideAP
	if m == eapol.Pairwise2 || m == eapol.Pairwise4 {
		station, from = e.Src, validate.SideClient
	}
	if v := c.find(station); v != nil && v.handshake(e, m, from) {
		c.touch(v, e)
	}
}

// radius handles the EAP packet of a RADIUS packet. The station is known by its
// address; if the access point did not give it, by the access point's address.
func (c *Collector) radius(e *capture.Event) {
	packet, err := eap.ParsePacket(e.Data)
	if err != nil {
		return
	}
	r := e.RADIUS
	v := c.conversation(party{transport: TransportRADIUS, station: r.Station, ap: r.Client.Addr()})
	v.eap(e, packet, e.Data[:packet.Len()], r.AP)
	c.touch(v, e)
	if v.exchange != nil {
		v.exchange.Registrar = r.Server.Addr()
	}
}

// upnp handles an action or event that carries a message.
func (c *Collector) upnp(e *capture.Event) {
	u := e.UPnP
	if len(e.Data) == 0 {
		return
	}
	switch u.Action {
	case capture.ActionGetDeviceInfo, capture.ActionPutMessage:
		v := c.conversation(party{transport: TransportUPnP, ap: u.AP.Addr(), registrar: u.Registrar.Addr()})
		from := validate.SideClient
		if u.Response {
			from = validate.SideAP
		}
		if v.upnp(e, from) {
			c.touch(v, e)
		}
		v.exchange.APEnrollee = true
	case capture.ActionPutWLANResponse, capture.EventWLAN:
		c.upnpProxy(e)
	}
}

// upnpProxy handles a message between a station and an external registrar,
// which the access point forwards.
func (c *Collector) upnpProxy(e *capture.Event) {
	u := e.UPnP
	fromStation := u.Action == capture.EventWLAN
	if u.EventType != upnpEAP || fromStation && u.Station == [6]byte{} {
		return // hostapd sends an artificial event without a station to a new subscriber
	}
	p := party{transport: TransportUPnP, station: u.Station, ap: u.AP.Addr()}
	if fromStation {
		v := c.conversation(p)
		if v.upnp(e, validate.SideClient) {
			c.touch(v, e)
		}
		return
	}
	if c.conversations.byParty[p] == nil {
		p = c.anyStation(p)
	}
	v := c.conversation(p)
	if v.upnp(e, validate.SideAP) {
		c.touch(v, e)
	}
	v.exchange.Registrar = u.Registrar.Addr()
}

// upnpEAP is the WLANEventType of EAP messages; 1 is that of probe requests.
const upnpEAP = 2

// anyStation finds the station for an external registrar that sends a wrong
// address: the most recent one [hostap].
func (c *Collector) anyStation(p party) party {
	v := c.conversations.latest(func(v *conversation) bool {
		return v.party.transport == TransportUPnP && v.party.ap == p.ap && v.party.station != wps.MAC{}
	})
	if v == nil {
		return p
	}
	return v.party
}

// ieee1905 handles a message between an agent and a controller. The agent is
// the enrollee.
func (c *Collector) ieee1905(e *capture.Event) {
	agent, controller, from := wps.MAC(e.Dst), wps.MAC(e.Src), validate.SideAP
	if t, _ := wps.PeekMessageType(e.Data); ofEnrollee[t] || t == wps.MessageM1 {
		agent, controller, from = controller, agent, validate.SideClient
	}
	v := c.conversation(party{transport: TransportIEEE1905, station: agent})
	if v.autoconfiguration(e, from) {
		c.touch(v, e)
	}
	v.exchange.AP = controller
}

// Networks returns the access points that were received, in order of their
// addresses.
func (c *Collector) Networks() []doctor.Network { return c.air.networks() }

// Stations returns the stations that looked for a registrar.
func (c *Collector) Stations() []doctor.Station { return c.air.stations() }
