package capture

import (
	"bytes"
	"container/list"
	"net/netip"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
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
// Memory is bounded by the number of devices that are active at a time.
type Collector struct {
	keys     *KeyLog
	open     map[party]*conversation
	order    *list.List // of *conversation, the one heard last at the back
	networks map[wps.MAC]*Network
	presses  []Press
	done     []*Exchange
	notes    int
	now      time.Time
	sweep    time.Time
}

const (
	// maxConversations bounds the devices that are followed at a time.
	maxConversations = 4096
	// maxSteps bounds the steps that are kept of one exchange.
	maxSteps = 512
	// linger is how long after its end an exchange is kept open for what
	// becomes of the credential; idle how long silence may last within one.
	linger = 30 * time.Second
	idle   = 150 * time.Second
	// maxPresses bounds the stations remembered in push-button mode.
	maxPresses = 256
)

// party identifies a conversation: a station, or a registrar at an access
// point.
type party struct {
	transport Transport
	station   wps.MAC
	ap        netip.Addr // UPnP and RADIUS
	registrar netip.Addr // UPnP, of an access point as enrollee
}

// conversation is what is known of one party.
type conversation struct {
	party party
	place *list.Element // in Collector.order
	x     *Exchange
	last  time.Time
	ended bool // EAP-Failure came, or the run came to its end
	// packets holds the last EAP packet of each direction, to tell a
	// retransmission; stations' last.
	packets [2][]byte
	joins   [2]eapwsc.Reassembler
	parts   [2]int
	wsc     bool // there is evidence of WPS, not of other EAP
}

// NewCollector returns a collector. The key log may be nil.
func NewCollector(keys *KeyLog) *Collector {
	return &Collector{keys: keys, open: map[party]*conversation{}, order: list.New(), networks: map[wps.MAC]*Network{}}
}

// Add takes the next event and returns the exchanges that have ended by it.
func (c *Collector) Add(e *Event) []*Exchange {
	if e.Time.After(c.now) {
		c.now = e.Time
	}
	switch e.Kind {
	case KindNote:
		c.notes++
	case KindBeacon, KindProbeResponse:
		c.network(e)
	case KindProbeRequest:
		c.probe(e)
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
	if c.now.After(c.sweep) {
		c.expire()
	}
	return c.take()
}

// Close returns the exchanges that the capture leaves open.
func (c *Collector) Close() []*Exchange {
	for c.order.Len() > 0 {
		c.drop(c.order.Front().Value.(*conversation))
	}
	return c.take()
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

// Presses returns the stations that were heard in push-button mode.
func (c *Collector) Presses() []Press { return c.presses }

// Notes returns how many notes about damage there were.
func (c *Collector) Notes() int { return c.notes }

func (c *Collector) take() []*Exchange {
	out := c.done
	c.done = nil
	return out
}

// expire ends the conversations that time is over for.
func (c *Collector) expire() {
	c.sweep = c.now.Add(time.Second)
	for at := c.order.Front(); at != nil; {
		v := at.Value.(*conversation)
		at = at.Next()
		silence := c.now.Sub(v.last)
		if silence < linger {
			return
		}
		if v.ended || silence >= idle {
			c.drop(v)
		}
	}
}

// drop forgets a conversation and gives out its exchange.
func (c *Collector) drop(v *conversation) {
	c.finish(v)
	c.order.Remove(v.place)
	delete(c.open, v.party)
}

// finish gives out the exchange of a conversation, if it is one of WPS.
func (c *Collector) finish(v *conversation) {
	if v.x == nil || !v.wsc {
		return
	}
	x := v.x
	v.x = nil
	if x.Transport == TransportUPnP && x.APEnrollee && len(x.Steps) == 1 {
		return // a registrar that asked an access point who it is, no more
	}
	if m1, m2 := x.M1(), x.M2(); m1 != nil && m2 != nil {
		x.Keys = c.keys.Keys(m1.EnrolleeNonce, m2.RegistrarNonce)
	}
	if n := c.networks[x.AP]; n != nil && x.AP != (wps.MAC{}) {
		x.Network = n
	}
	c.done = append(c.done, x)
}

// conversation returns the conversation of a party, a new one if need be.
func (c *Collector) conversation(p party) *conversation {
	v := c.open[p]
	if v == nil {
		if c.order.Len() >= maxConversations {
			c.drop(c.order.Front().Value.(*conversation))
		}
		v = &conversation{party: p}
		c.open[p] = v
		v.place = c.order.PushBack(v)
	}
	return v
}

// exchange returns the exchange that a step at the event's time belongs to.
func (c *Collector) exchange(v *conversation, e *Event) *Exchange {
	c.heard(v, e)
	if v.x == nil {
		v.x = &Exchange{
			Transport: v.party.transport, Station: v.party.station, Began: e.Time, Ended: e.Time,
			APAddress: v.party.ap, Registrar: v.party.registrar,
		}
		v.ended, v.wsc = false, false
		v.packets = [2][]byte{}
		v.joins, v.parts = [2]eapwsc.Reassembler{}, [2]int{}
	}
	return v.x
}

// heard notes that a conversation goes on.
func (c *Collector) heard(v *conversation, e *Event) {
	v.last = e.Time
	c.order.MoveToBack(v.place)
}

// renew gives out the exchange that has come to its end and begins the next.
func (c *Collector) renew(v *conversation) {
	c.finish(v)
	v.x = nil
}

// step adds a step to an exchange.
func (v *conversation) step(e *Event, s Step) {
	s.Time, s.Frame = e.Time, e.Frame
	x := v.x
	if len(x.Steps) >= maxSteps {
		x.Cut = true
		return
	}
	x.Steps = append(x.Steps, s)
	x.Ended = e.Time
}

// associate begins an exchange if the station associates for WPS.
func (c *Collector) associate(e *Event) {
	p := party{transport: TransportEAPOL, station: e.Src}
	if e.Management.WPS == nil {
		// It joins a network: what was before is over, but for the
		// handshake that is to come.
		if v := c.open[p]; v != nil && v.x != nil {
			v.ended = true
		}
		return
	}
	v := c.conversation(p)
	if v.x != nil && (v.ended || len(v.x.Steps) > 0 && v.x.Steps[len(v.x.Steps)-1].Signal != SignalAssociationRequest) {
		c.renew(v)
	}
	c.exchange(v, e).AP = e.BSSID
	v.wsc = true
	if n := len(v.x.Steps); n > 0 && v.x.Steps[n-1].Signal == SignalAssociationRequest {
		v.x.Steps[n-1].Repeats++
		return
	}
	s := Step{FromStation: true, Signal: SignalAssociationRequest, Octets: bytes.Clone(e.Management.WPS)}
	var list wps.AssociationRequest
	if s.Err = wps.Decode(&list, s.Octets, wps.Tolerant); s.Err == nil {
		s.List = &list
	}
	v.step(e, s)
}

func (c *Collector) associated(e *Event) {
	v := c.open[party{transport: TransportEAPOL, station: e.Dst}]
	if v == nil || v.x == nil || v.ended || v.x.AP != e.BSSID {
		return
	}
	if n := len(v.x.Steps); n > 0 && v.x.Steps[n-1].Signal == SignalAssociationResponse {
		v.x.Steps[n-1].Repeats++
		return
	}
	v.step(e, Step{Signal: SignalAssociationResponse, Code: e.Management.Status})
}

func (c *Collector) disconnect(e *Event) {
	station, fromStation := wps.MAC(e.Src), true
	if e.Src == e.BSSID {
		station, fromStation = e.Dst, false
	}
	v := c.open[party{transport: TransportEAPOL, station: station}]
	if v == nil || v.x == nil {
		return
	}
	if v.x.Handshake.Seen() {
		v.x.Handshake.Disconnected = e.Management.Reason
		return
	}
	if n := len(v.x.Steps); n == 0 || v.x.Steps[n-1].Signal == SignalDisconnect {
		return
	}
	v.step(e, Step{FromStation: fromStation, Signal: SignalDisconnect, Code: e.Management.Reason})
	v.ended = true
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
	case eapol.TypeKey:
		c.handshake(e, f.KeyMessage())
	case eapol.TypeEAP:
		packet, err := eapwsc.ParsePacket(f.Body)
		if err != nil {
			return
		}
		station, ap := wps.MAC(e.Src), wps.MAC(e.Dst)
		if packet.Code != eapwsc.CodeResponse {
			station, ap = ap, station
		}
		if station == pae {
			station = c.stationOf(ap)
		}
		if ap == pae {
			ap = wps.MAC{}
		}
		v := c.conversation(party{transport: TransportEAPOL, station: station})
		c.eap(v, e, packet, f.Body[:packet.Len()], ap)
	}
}

// stationOf finds the station that a request to the group address is for: the
// one that this access point talked to last, or that nobody has answered.
func (c *Collector) stationOf(ap wps.MAC) wps.MAC {
	v := c.latest(func(v *conversation) bool {
		return v.party.transport == TransportEAPOL && (v.x.AP == ap || v.x.AP == wps.MAC{})
	})
	if v == nil {
		return wps.MAC{}
	}
	return v.party.station
}

// latest returns the conversation heard last that has an exchange and fits.
func (c *Collector) latest(fits func(*conversation) bool) *conversation {
	for at := c.order.Back(); at != nil; at = at.Prev() {
		if v := at.Value.(*conversation); v.x != nil && fits(v) {
			return v
		}
	}
	return nil
}

func (c *Collector) eapolStart(e *Event) {
	v := c.conversation(party{transport: TransportEAPOL, station: e.Src})
	if v.ended {
		c.renew(v)
	}
	x := c.exchange(v, e)
	if n := len(x.Steps); n > 0 && x.Steps[n-1].Signal == SignalEAPOLStart {
		x.Steps[n-1].Repeats++
		return
	}
	v.step(e, Step{FromStation: true, Signal: SignalEAPOLStart})
}

// handshake notes the 4-way handshake of a station that has registered.
func (c *Collector) handshake(e *Event, m eapol.KeyMessage) {
	if m < eapol.Pairwise1 || m > eapol.Pairwise4 {
		return
	}
	station := wps.MAC(e.Dst)
	if m == eapol.Pairwise2 || m == eapol.Pairwise4 {
		station = e.Src
	}
	v := c.open[party{transport: TransportEAPOL, station: station}]
	if v == nil || v.x == nil || !v.wsc {
		return
	}
	c.heard(v, e)
	v.ended = true
	h := &v.x.Handshake
	h.BSSID = e.BSSID
	if n := &h.Messages[m-eapol.Pairwise1]; *n < 100 {
		*n++
	}
}

// radius takes the EAP packet of a RADIUS packet. The station is told by its
// address; where the access point did not give it, by its own.
func (c *Collector) radius(e *Event) {
	if len(e.Data) == 0 {
		return
	}
	packet, err := eapwsc.ParsePacket(e.Data)
	if err != nil {
		return
	}
	r := e.RADIUS
	v := c.conversation(party{transport: TransportRADIUS, station: r.Station, ap: r.Client.Addr()})
	c.eap(v, e, packet, e.Data[:packet.Len()], r.AP)
	if v.x != nil {
		v.x.Registrar = r.Server.Addr()
	}
}

// eap takes an EAP packet of a conversation.
func (c *Collector) eap(v *conversation, e *Event, p eapwsc.Packet, octets []byte, ap wps.MAC) {
	side := 0
	if p.Code == eapwsc.CodeResponse {
		side = 1
	}
	if v.x != nil && bytes.Equal(octets, v.packets[side]) {
		c.heard(v, e)
		v.repeat(side == 1)
		return
	}
	if c.begins(v, p) {
		c.renew(v)
	}
	x := c.exchange(v, e)
	differs := len(v.packets[side]) > 1 && v.packets[side][1] == p.ID && v.packets[side][0] == byte(p.Code) && !v.ended
	v.packets[side] = bytes.Clone(octets)
	if ap != (wps.MAC{}) {
		x.AP = ap
	}
	s := Step{FromStation: side == 1, EAP: p.Code, ID: p.ID, Differs: differs}
	switch {
	case p.Code == eapwsc.CodeFailure:
		s.Signal = SignalEAPFailure
		v.ended = true
	case p.Code == eapwsc.CodeSuccess:
		s.Signal = SignalEAPSuccess
		v.ended = true
	case p.Type == eapwsc.TypeIdentity && side == 0:
		s.Signal = SignalIdentityRequest
	case p.Type == eapwsc.TypeIdentity:
		s.Signal = SignalIdentity
		x.Identity = string(p.Data[:min(len(p.Data), 253)])
		x.APEnrollee = x.Identity == eapwsc.RegistrarIdentity
		v.wsc = v.wsc || x.APEnrollee || x.Identity == eapwsc.EnrolleeIdentity
	case p.IsNak():
		s.Signal = SignalNak
	case !p.IsWSC():
		return
	case p.OpCode == eapwsc.OpStart:
		s.Signal, s.OpCode = SignalStart, p.OpCode
		v.wsc = true
	default:
		v.wsc = true
		v.message(e, s, p)
		return
	}
	v.step(e, s)
}

// begins reports whether an EAP packet begins another exchange than the one
// that goes on.
func (c *Collector) begins(v *conversation, p eapwsc.Packet) bool {
	if v.x == nil || len(v.x.Steps) == 0 {
		return false
	}
	if v.ended {
		return p.Code == eapwsc.CodeRequest || p.Code == eapwsc.CodeResponse
	}
	if p.Code != eapwsc.CodeRequest || p.Type != eapwsc.TypeIdentity {
		return false
	}
	// The identity is asked for again, with a new Identifier: a new start,
	// if there was more before it.
	return slices.ContainsFunc(v.x.Steps, func(s Step) bool { return s.Signal == NoSignal })
}

// repeat counts a retransmission of the last step of a direction.
func (v *conversation) repeat(fromStation bool) {
	for i := len(v.x.Steps) - 1; i >= 0; i-- {
		if v.x.Steps[i].FromStation == fromStation {
			v.x.Steps[i].Repeats++
			return
		}
	}
}

// message takes a WSC packet that carries a message or a fragment of one.
func (v *conversation) message(e *Event, s Step, p eapwsc.Packet) {
	side := 0
	if s.FromStation {
		side = 1
	}
	if p.OpCode == eapwsc.OpFragACK {
		return
	}
	join := &v.joins[side]
	octets, complete, err := join.Add(p)
	if err != nil {
		// A fragment was lost, or is not one: what it carries is all
		// that can be had.
		join.Reset()
		v.parts[side] = 0
		octets, complete = p.Data, true
	}
	v.parts[side]++
	if !complete {
		return
	}
	s.OpCode, s.Fragments = p.OpCode, v.parts[side]
	v.parts[side] = 0
	v.wscMessage(e, s, bytes.Clone(octets))
	if s.Err = err; err != nil {
		v.x.Steps[len(v.x.Steps)-1].Err = err
	}
}

// wscMessage adds a whole message as a step.
func (v *conversation) wscMessage(e *Event, s Step, octets []byte) {
	s.Octets = octets
	if s.List, s.Err = wps.ParseMessage(octets, wps.Tolerant); s.Err != nil {
		s.List = nil
	}
	if _, ok := s.List.(*wps.M1); ok {
		// M1 comes from the enrollee: where the identity was not seen, its
		// direction tells who that is.
		v.x.APEnrollee = !s.FromStation
	}
	v.step(e, s)
}

// upnp takes an action or event that carries a message.
func (c *Collector) upnp(e *Event) {
	u := e.UPnP
	if len(e.Data) == 0 {
		return
	}
	switch u.Action {
	case ActionGetDeviceInfo, ActionPutMessage:
		c.upnpMessage(party{transport: TransportUPnP, ap: u.AP.Addr(), registrar: u.Registrar.Addr()}, e, !u.Response)
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
		if v := c.open[p]; v != nil && v.x != nil && u.Action == ActionPutWLANResponse {
			v.x.Registrar = u.Registrar.Addr()
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
	t, err := wps.PeekMessageType(e.Data)
	if v.x != nil && v.isRepeated(e.Data, fromStation) {
		return
	}
	if err == nil && t == wps.MessageM1 && v.x != nil && len(v.x.Steps) > 0 {
		c.renew(v)
	}
	c.exchange(v, e)
	v.wsc = true
	v.wscMessage(e, Step{FromStation: fromStation}, bytes.Clone(e.Data))
	v.ended = err == nil && (t == wps.MessageDone || t == wps.MessageNACK)
}

// isRepeated reports whether the message was seen before: an event goes to
// every subscriber.
func (v *conversation) isRepeated(octets []byte, fromStation bool) bool {
	for i := len(v.x.Steps) - 1; i >= 0; i-- {
		if s := &v.x.Steps[i]; s.FromStation == fromStation {
			if bytes.Equal(s.Octets, octets) {
				s.Repeats++
				return true
			}
			return false
		}
	}
	return false
}

// network notes what an access point says of itself.
func (c *Collector) network(e *Event) {
	n := c.networks[e.BSSID]
	if n == nil {
		if len(c.networks) >= maxNetworks {
			return
		}
		n = &Network{BSSID: e.BSSID, First: e.Time}
		c.networks[e.BSSID] = n
	}
	n.Last = e.Time
	if e.Radio.Signal != 0 {
		n.Signal = e.Radio.Signal
	}
	if e.Management == n.Management || e.Management == n.Response {
		return
	}
	response := e.Kind == KindProbeResponse
	n.Management = e.Management
	if response {
		n.Response = e.Management
	}
	if n.Channel = e.Management.Channel; n.Channel == 0 {
		n.Channel = e.Radio.Channel()
	}
	c.change(n, e, response)
}

// change notes a WPS element that differs from the last one of its kind.
func (c *Collector) change(n *Network, e *Event, response bool) {
	for i := len(n.Changes) - 1; i >= 0; i-- {
		if n.Changes[i].Response == response {
			if bytes.Equal(n.Changes[i].Octets, e.Management.WPS) && (n.Changes[i].Octets == nil) == (e.Management.WPS == nil) {
				return
			}
			break
		}
	}
	ch := Change{Time: e.Time, Frame: e.Frame, Octets: e.Management.WPS, Response: response}
	if ch.Octets != nil && !e.Truncated {
		var err error
		if ch.Element, err = readElement(ch.Octets, response); err != nil {
			ch.Err = err
		}
	}
	if len(n.Changes) == maxChanges {
		n.Changes = slices.Delete(n.Changes, 0, 1)
	}
	n.Changes = append(n.Changes, ch)
}

func readElement(octets []byte, response bool) (*wps.Beacon, error) {
	if response {
		var e wps.ProbeResponse
		err := wps.Decode(&e, octets, wps.Tolerant)
		return &e.Beacon, err
	}
	var e wps.Beacon
	err := wps.Decode(&e, octets, wps.Tolerant)
	return &e, err
}

// probe notes a station in push-button mode.
func (c *Collector) probe(e *Event) {
	if e.Management.WPS == nil {
		return
	}
	var p wps.ProbeRequest
	if wps.Decode(&p, e.Management.WPS, wps.Tolerant) != nil || p.DevicePasswordID != wps.PasswordPushButton {
		return
	}
	for i := range c.presses {
		if s := &c.presses[i]; s.UUID == p.UUIDE && s.MAC == e.Src && e.Time.Sub(s.Last) < eapwsc.MonitorTime {
			s.Last = e.Time
			return
		}
	}
	if len(c.presses) == maxPresses {
		c.presses = slices.Delete(c.presses, 0, 1)
	}
	c.presses = append(c.presses, Press{MAC: e.Src, UUID: p.UUIDE, First: e.Time, Last: e.Time, Frame: e.Frame})
}
