package capture

import (
	"bytes"
	"container/list"
	"net/netip"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// Collector makes exchanges of the events of a capture. It pairs the two
// directions, joins fragments, tells retransmissions from new messages and
// keeps the exchanges of many devices apart. Feed it all events, and take the
// exchanges as they end:
//
//	c := capture.NewCollector(keys)
//	for event, err := reader.Next(); err == nil; event, err = reader.Next() {
//		for _, x := range c.Add(event) { … }
//	}
//	for _, x := range c.Close() { … }
//
// Exchanges come in the order in which they began, as long as there are not
// too many at a time. What was given out is not touched again. Memory is
// bounded by the number of devices that are active at a time, and by limits
// that no honest capture meets.
type Collector struct {
	keys     *KeyLog
	open     map[party]*conversation
	recent   *list.List // of *conversation, the one heard last at the back
	begun    []*entry   // the exchanges not given out yet, as they began
	networks map[wps.MAC]*Network
	lately   [256]*Network // those heard lately, by the last octet of their addresses: quicker than networks
	seekers  []Seeker
	done     []*Exchange
	given    bool        // an exchange was given out
	unheard  []*Exchange // EAPOL-Start and no more, the first few of them
	crowd    int         // how many may have begun before some are given out of order
	notes    []Note
	now      time.Time // the time of the capture
	sweep    time.Time // when to look for conversations that are over
	// settled is the last of those at the front of recent that were found to
	// linger: none of them is over before it has done so. It is nil if that is
	// not known. unordered tells that recent is not in the order of time.
	settled   *list.Element
	unordered bool
}

const (
	// maxConversations bounds the devices that are followed at a time,
	// maxBegun the exchanges that wait for one that began before them.
	maxConversations = 4096
	maxBegun         = 1024
	// maxUnheard bounds the calls without an answer that are kept.
	maxUnheard = 16
	// maxSteps bounds the steps that are kept of one exchange.
	maxSteps = 256

	// linger is how long after a success an exchange is kept open for what
	// becomes of the settings, settle how long after a failure for what
	// comes late; idle is how long silence may last within one.
	linger = 30 * time.Second
	settle = 2 * time.Second
	idle   = 150 * time.Second
	// leap is by how much time may go forward from one frame to the next
	// before a damaged time stamp is thought of.
	leap = time.Hour
)

// party identifies a conversation: a station, or a registrar at an access
// point.
type party struct {
	transport Transport
	station   wps.MAC
	ap        netip.Addr // UPnP and RADIUS
	registrar netip.Addr // UPnP, of an access point as enrollee
}

// Note is something that is wrong with the capture itself.
type Note struct {
	Text  string // a sentence
	Frame int    // where it was met first
	Count int    // how often; see [Event] for what is not counted
}

// entry is an exchange in the queue of those that have begun.
type entry struct {
	x    *Exchange
	over bool // it can be given out
	void bool // it is none of WPS
}

// NewCollector returns a collector. The key log may be nil.
func NewCollector(keys *KeyLog) *Collector {
	return &Collector{keys: keys, open: map[party]*conversation{}, recent: list.New(), networks: map[wps.MAC]*Network{}, crowd: maxBegun}
}

// Add takes the next event and returns the exchanges that are over by now.
func (c *Collector) Add(e *Event) []*Exchange {
	c.clock(e.Time)
	switch e.Kind {
	case KindNote:
		c.note(e)
	case KindBeacon, KindProbeResponse:
		c.network(e)
	case KindProbeRequest:
		c.probe(e)
	case KindAuthentication:
		c.authenticate(e)
	case KindAssociationRequest, KindReassociationRequest:
		c.associate(e)
	case KindAssociationResponse, KindReassociationResponse:
		c.associated(e)
	case KindDeauthentication, KindDisassociation:
		c.disconnect(e)
	case KindEAPOL:
		c.eapol(e)
	case KindRADIUS:
		c.radius(e)
	case KindUPnP:
		c.upnp(e)
	}
	return c.take()
}

// clock follows the time of the capture. It may go back a little, where frames
// are out of order, or a lot, where captures were joined.
func (c *Collector) clock(t time.Time) {
	switch step := t.Sub(c.now); {
	case t.IsZero(): // a note about the file
	case step > leap || step < -idle:
		c.now, c.sweep, c.settled = t, t.Add(time.Second), nil
	case step > 0:
		if c.now = t; t.After(c.sweep) {
			c.sweep = t.Add(time.Second)
			c.expire()
		}
	}
}

// Close returns the exchanges that the capture leaves open. If it has none at
// all, stations that have called an access point and were never asked who they
// are count as such.
func (c *Collector) Close() []*Exchange {
	for c.recent.Len() > 0 {
		c.drop(c.recent.Front().Value.(*conversation))
	}
	if out := c.take(); c.given {
		return out
	}
	return c.unheard
}

// Networks returns the access points that were heard, in order of their
// addresses.
func (c *Collector) Networks() []*Network {
	out := make([]*Network, 0, len(c.networks))
	for _, n := range c.networks {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b *Network) int { return bytes.Compare(a.BSSID[:], b.BSSID[:]) })
	return out
}

// Seekers returns the stations that were heard looking for a registrar.
func (c *Collector) Seekers() []Seeker { return c.seekers }

// Notes returns what is wrong with the capture, in the order in which it was
// met.
func (c *Collector) Notes() []Note { return c.notes }

// note counts a note. A reader has few sentences.
func (c *Collector) note(e *Event) {
	for i := range c.notes {
		if c.notes[i].Text == e.Note {
			c.notes[i].Count++
			return
		}
	}
	if len(c.notes) < len(problems) {
		c.notes = append(c.notes, Note{e.Note, e.Frame, 1})
	}
}

// take gives out the exchanges that are over and wait for no other.
func (c *Collector) take() []*Exchange {
	for len(c.begun) > 0 && c.begun[0].over {
		c.give(c.begun[0])
		c.begun[0] = nil
		c.begun = c.begun[1:]
	}
	if len(c.begun) > c.crowd {
		c.begun = slices.DeleteFunc(c.begun, func(b *entry) bool {
			if b.over {
				c.give(b)
			}
			return b.over
		})
		c.crowd = max(maxBegun, 2*len(c.begun)) // not at every event
	}
	out := c.done
	c.done = nil
	return out
}

func (c *Collector) give(b *entry) {
	switch {
	case !b.void:
		c.done, c.given = append(c.done, b.x), true
	case b.x.isUnheard() && len(c.unheard) < maxUnheard:
		c.unheard = append(c.unheard, b.x)
	}
}

// isUnheard reports whether a station has sent EAPOL-Start, and nothing else was
// seen of the two.
func (x *Exchange) isUnheard() bool {
	return len(x.Steps) == 1 && x.Steps[0].Signal == SignalEAPOLStart
}

// expire ends the conversations that time is over for.
func (c *Collector) expire() {
	// Of those that linger, the one heard first is over first: if it is not, go
	// on behind them.
	behind := c.settled == nil
	for at := c.recent.Front(); at != nil; {
		v := at.Value.(*conversation)
		silence := c.now.Sub(v.last)
		if !behind && silence < linger {
			behind, at = true, c.settled.Next()
			continue
		}
		behind = behind || at == c.settled
		at = at.Next()
		switch {
		case silence < settle:
			return
		case silence >= v.patience():
			c.drop(v)
		case behind && !c.unordered:
			c.settled = v.place
		}
	}
}

// patience returns how long a conversation may be silent before it is over.
func (v *conversation) patience() time.Duration {
	switch {
	case !v.ended:
		return idle
	case v.done:
		return linger
	}
	return settle
}

// unsettle is for a conversation that leaves its place: it is not to be the
// last of those that linger.
func (c *Collector) unsettle(v *conversation) {
	if c.settled == v.place {
		c.settled = v.place.Prev()
	}
}

// drop forgets a conversation and gives out its exchange.
func (c *Collector) drop(v *conversation) {
	c.finish(v)
	c.unsettle(v)
	c.recent.Remove(v.place)
	delete(c.open, v.party)
}

// finish ends the exchange of a conversation.
func (c *Collector) finish(v *conversation) {
	if v.entry == nil {
		return
	}
	x := v.entry.x
	// A registrar that asked an access point who it is, and no more, has
	// begun nothing; nor has a station that did other EAP, or of which there
	// is but a piece of a message.
	v.entry.over = true
	v.entry.void = !v.wsc || len(x.Steps) == 0 || x.Transport == TransportUPnP && x.APEnrollee && len(x.Steps) == 1
	v.entry = nil
	x.sort()
	for i := range x.Steps {
		if i == 0 {
			x.Began, x.Ended = x.Steps[0].Time, x.Steps[0].Time
		}
		if last := x.Steps[i].last(); last.After(x.Ended) {
			x.Ended = last
		}
	}
	x.Watched = c.now
	if m2 := x.first(wps.MessageM2); m2 != nil {
		x.Keys = c.keys.find(m2.attribute(wps.AttrEnrolleeNonce), m2.attribute(wps.AttrRegistrarNonce))
	}
	if n := c.networks[x.AP]; n != nil {
		x.Network = n.snapshot()
	}
	x.Seekers = c.pressing(x)
}

// sort puts the steps in the order of time, unless the protocol shows that the
// clock of the capture is wrong and not the order of its frames.
func (x *Exchange) sort() {
	if inOrder(x.Steps) {
		return
	}
	sorted := slices.Clone(x.Steps)
	slices.SortStableFunc(sorted, byTime)
	if disorder(sorted) <= disorder(x.Steps) {
		x.Steps = sorted
	}
}

func byTime(a, b Step) int { return a.Time.Compare(b.Time) }

// inOrder reports whether the steps are in the order of time, as nearly all are.
func inOrder(steps []Step) bool {
	for i := 1; i < len(steps); i++ {
		if steps[i].Time.Before(steps[i-1].Time) {
			return false
		}
	}
	return true
}

// disorder counts the steps that come before one that they follow in every
// exchange. WSC_ACK may stand anywhere.
func disorder(steps []Step) (n int) {
	last := 0
	for i := range steps {
		if place := place(&steps[i]); place != 0 {
			if place < last {
				n++
			}
			last = place
		}
	}
	return n
}

// place is where a step stands in an exchange, 0 if that is not certain.
func place(s *Step) int {
	switch {
	case s.Type == wps.MessageACK, s.Signal == NoSignal && s.Type == 0:
		return 0
	case s.Type == wps.MessageM2D:
		return int(wps.MessageM2)
	case s.Type != 0:
		return int(s.Type)
	case s.Signal == SignalEAPFailure:
		return int(wps.MessageDone) + 1
	case s.Signal <= SignalAssociationResponse, s.Signal == SignalIdentityRequest, s.Signal == SignalIdentity, s.Signal == SignalStart:
		return 1
	}
	return 0
}

// conversation returns the conversation of a party, a new one if need be.
func (c *Collector) conversation(p party) *conversation {
	v := c.open[p]
	if v == nil {
		if c.recent.Len() >= maxConversations {
			c.drop(c.recent.Front().Value.(*conversation))
		}
		v = &conversation{party: p}
		c.open[p] = v
		v.place = c.recent.PushBack(v)
	}
	return v
}

// exchange returns the exchange that a step at the event's time belongs to.
func (c *Collector) exchange(v *conversation, e *Event) *Exchange {
	c.heard(v, e)
	if v.entry == nil {
		*v = conversation{party: v.party, place: v.place, last: v.last}
		v.entry = &entry{x: &Exchange{
			Transport: v.party.transport, Station: v.party.station, OnAir: e.Radio.OnAir, Began: e.Time, Ended: e.Time,
			APAddress: v.party.ap, Registrar: v.party.registrar,
		}}
		c.begun = append(c.begun, v.entry)
	}
	return v.entry.x
}

// heard notes that a conversation goes on.
func (c *Collector) heard(v *conversation, e *Event) {
	v.last = e.Time
	c.unsettle(v)
	c.recent.MoveToBack(v.place)
	if before := v.place.Prev(); before != nil && before.Value.(*conversation).last.After(e.Time) {
		c.settled, c.unordered = nil, true
	}
}

// latest returns the conversation heard last that has an exchange and fits.
func (c *Collector) latest(fits func(*conversation) bool) *conversation {
	for at := c.recent.Back(); at != nil; at = at.Prev() {
		if v := at.Value.(*conversation); v.entry != nil && fits(v) {
			return v
		}
	}
	return nil
}

// radius takes the EAP packet of a RADIUS packet. The station is told by its
// address; where the access point did not give it, by its own.
func (c *Collector) radius(e *Event) {
	if len(e.Data) == 0 {
		return
	}
	packet, err := eap.ParsePacket(e.Data)
	if err != nil {
		return
	}
	r := e.RADIUS
	v := c.conversation(party{transport: TransportRADIUS, station: r.Station, ap: r.Client.Addr()})
	c.eap(v, e, packet, e.Data[:packet.Len()], r.AP)
	if v.entry != nil {
		v.entry.x.Registrar = r.Server.Addr()
	}
}

// upnp takes an action or event that carries a message.
func (c *Collector) upnp(e *Event) {
	u := e.UPnP
	if len(e.Data) == 0 {
		return
	}
	switch u.Action {
	case ActionGetDeviceInfo, ActionPutMessage:
		p := party{transport: TransportUPnP, ap: u.AP.Addr(), registrar: u.Registrar.Addr()}
		c.upnpMessage(p, e, !u.Response)
		c.open[p].entry.x.APEnrollee = true
	case ActionPutWLANResponse, EventWLAN:
		if u.EventType != upnpEAP {
			return
		}
		station := wps.MAC(u.Station)
		if station == (wps.MAC{}) && u.Action == EventWLAN {
			return // the event that hostap makes up for a new subscriber
		}
		p := party{transport: TransportUPnP, station: station, ap: u.AP.Addr()}
		if u.Action == ActionPutWLANResponse && c.open[p] == nil {
			p = c.anyStation(p)
		}
		c.upnpMessage(p, e, u.Action == EventWLAN)
		if v := c.open[p]; v != nil && v.entry != nil && u.Action == ActionPutWLANResponse {
			v.entry.x.Registrar = u.Registrar.Addr()
		}
	}
}

// upnpEAP is the WLANEventType of EAP messages; 1 is that of probes.
const upnpEAP = 2

// anyStation finds the station that an external registrar means that sends a
// bogus address, as some do: the one heard last [hostap].
func (c *Collector) anyStation(p party) party {
	v := c.latest(func(v *conversation) bool {
		return v.party.transport == TransportUPnP && v.party.ap == p.ap && v.party.station != wps.MAC{}
	})
	if v == nil {
		return p
	}
	return v.party
}

// upnpMessage adds a message. In an exchange with an access point as enrollee
// the registrar takes the station's part.
func (c *Collector) upnpMessage(p party, e *Event, fromStation bool) {
	v := c.conversation(p)
	t, _ := wps.PeekMessageType(e.Data)
	if v.entry != nil && v.isRepeated(e.Data, fromStation, e) {
		return
	}
	if t == wps.MessageM1 && v.entry != nil && len(v.entry.x.Steps) > 0 {
		c.finish(v)
	}
	c.exchange(v, e)
	v.wsc = true
	v.wscMessage(e, Step{FromStation: fromStation}, v.keep(e.Data))
	v.ended = t == wps.MessageDone || t == wps.MessageNACK
}

// isRepeated reports whether a message over UPnP was seen before: an event
// goes to every subscriber.
func (v *conversation) isRepeated(octets []byte, fromStation bool, e *Event) bool {
	for i := len(v.entry.x.Steps) - 1; i >= 0; i-- {
		if s := &v.entry.x.Steps[i]; s.FromStation == fromStation {
			if bytes.Equal(s.Octets, octets) {
				s.resent(e)
				return true
			}
			return false
		}
	}
	return false
}
