package capture

import (
	"bytes"
	"slices"

	"github.com/gowps/gowps/wps"
)

// associate begins an exchange if the station associates for WPS.
func (c *Collector) associate(e *Event) {
	p := party{transport: TransportEAPOL, station: e.Src}
	if e.Management.WPS == nil {
		// It joins a network: what was before is over, but for what
		// becomes of the settings.
		if v := c.open[p]; v != nil && v.entry != nil {
			c.end(v)
		}
		return
	}
	v := c.conversation(p)
	if v.entry != nil && (v.ended || !v.isAssociating(wps.MAC(e.BSSID))) {
		c.renew(v, e, true)
	}
	c.exchange(v, e).AP = e.BSSID
	v.wsc = true
	if v.isRetry(e, true) || v.again(SignalAssociationRequest, e) {
		return
	}
	v.step(e, Step{FromStation: true, Signal: SignalAssociationRequest, Octets: e.Management.WPS, Truncated: e.Truncated})
}

// isAssociating reports whether nothing but association requests to an access
// point, or the answer to one, was seen yet.
func (v *conversation) isAssociating(ap wps.MAC) bool {
	return v.entry.x.AP == ap && !slices.ContainsFunc(v.entry.x.Steps, func(s Step) bool { return s.Signal != SignalAssociationRequest })
}

// answered returns the conversation that the answer of an access point is for,
// or nil.
func (c *Collector) answered(e *Event) *conversation {
	v := c.open[party{transport: TransportEAPOL, station: e.Dst}]
	if v == nil || v.entry == nil || v.isRetry(e, false) {
		return nil
	}
	return v
}

// associated takes the answer to a station: to its request to register, or to
// join the network with what it was given.
func (c *Collector) associated(e *Event) {
	v := c.answered(e)
	switch {
	case v == nil:
	case v.ended:
		v.entry.x.Joining.Status = e.Management.Status
	case v.entry.x.AP == e.BSSID && !v.again(SignalAssociationResponse, e):
		v.step(e, Step{Signal: SignalAssociationResponse, Code: e.Management.Status})
	}
}

// algorithmSAE is the authentication of WPA3: IEEE Std 802.11-2020 9.4.1.1.
const algorithmSAE = 3

// saeGoesOn are the status codes with which SAE goes on: success, a token to
// be sent again, another group to be tried, and ways to make the element. IEEE
// Std 802.11-2020 9.4.1.9.
var saeGoesOn = []uint16{0, 76, 77, 126, 127}

// authenticate takes an access point's answer to the first frame of a station:
// a refusal before it registers, or what comes of WPA3 when it joins.
func (c *Collector) authenticate(e *Event) {
	m := e.Management
	if e.Src != e.BSSID {
		return
	}
	if v := c.answered(e); v != nil && v.ended {
		if m.Algorithm == algorithmSAE {
			v.entry.x.Joining.SAEStatus = 0
			if !slices.Contains(saeGoesOn, m.Status) {
				v.entry.x.Joining.SAEStatus = m.Status
			}
		}
		return
	}
	if m.Status == 0 || m.Algorithm == algorithmSAE || !c.seeks(e.Dst) {
		return
	}
	v := c.conversation(party{transport: TransportEAPOL, station: e.Dst})
	c.exchange(v, e).AP = e.BSSID
	v.wsc = true
	if !v.again(SignalAuthentication, e) {
		v.step(e, Step{Signal: SignalAuthentication, Code: m.Status})
	}
}

// seeks reports whether a station was heard looking for a registrar lately.
func (c *Collector) seeks(station wps.MAC) bool {
	return slices.ContainsFunc(c.seekers, func(s Seeker) bool { return s.MAC == station && c.now.Sub(s.Last) < wps.MonitorTime })
}

func (c *Collector) disconnect(e *Event) {
	if e.Src == e.BSSID && e.Dst == wps.Broadcast {
		for _, v := range c.open {
			if v.entry != nil && v.party.transport == TransportEAPOL && v.entry.x.AP == e.BSSID {
				c.disconnected(v, e, false)
			}
		}
		return
	}
	station, fromStation := wps.MAC(e.Src), true
	if e.Src == e.BSSID {
		station, fromStation = e.Dst, false
	}
	c.disconnected(c.open[party{transport: TransportEAPOL, station: station}], e, fromStation)
}

// disconnected takes the end of the association of a conversation, which may be
// nil.
func (c *Collector) disconnected(v *conversation, e *Event, fromStation bool) {
	if v == nil || v.entry == nil || v.isRetry(e, fromStation) {
		return
	}
	x := v.entry.x
	if x.Joining.Seen() {
		x.Joining.Disconnected = e.Management.Reason
		return
	}
	if len(x.Steps) == 0 || v.again(SignalDisconnect, e) {
		return
	}
	v.step(e, Step{FromStation: fromStation, Signal: SignalDisconnect, Code: e.Management.Reason})
	c.end(v)
}

// end notes that a conversation has ended, though nothing was heard in it: it
// may be over before it was expected to be.
func (c *Collector) end(v *conversation) {
	if v.ended = true; c.now.Sub(v.last) >= settle {
		c.settled = nil
	}
}

// network notes what an access point says of itself.
func (c *Collector) network(e *Event) {
	n := c.lately[e.BSSID[5]]
	if n == nil || n.BSSID != e.BSSID {
		if n = c.networks[e.BSSID]; n == nil {
			if len(c.networks) >= maxNetworks {
				return
			}
			n = &Network{BSSID: e.BSSID, First: e.Time}
			c.networks[e.BSSID] = n
		}
		c.lately[e.BSSID[5]] = n
	}
	n.Last = e.Time
	if e.Radio.Signal != 0 {
		n.Signal = e.Radio.Signal
	}
	if e.Management == n.Beacon || e.Management == n.Response {
		return
	}
	response := e.Kind == KindProbeResponse
	if response {
		n.Response = e.Management
	} else {
		n.Beacon = e.Management
	}
	if n.Channel, n.Frequency = e.Management.Channel, e.Radio.Frequency; n.Channel == 0 {
		n.Channel = e.Radio.Channel()
	}
	if !e.Truncated {
		n.change(e, response)
	}
}

// change notes a WPS element that differs from the last one of its kind.
func (n *Network) change(e *Event, response bool) {
	for i := len(n.Changes) - 1; i >= 0; i-- {
		if n.Changes[i].Response == response {
			if bytes.Equal(n.Changes[i].Octets, e.Management.WPS) && (n.Changes[i].Octets == nil) == (e.Management.WPS == nil) {
				return
			}
			break
		}
	}
	ch := Change{Time: e.Time, Frame: e.Frame, Octets: e.Management.WPS, Response: response, Described: e.Described}
	if ch.Octets != nil {
		ch.Element, ch.Err = readElement(ch.Octets, response)
	}
	if len(n.Changes) == maxChanges {
		n.Changes = slices.Delete(n.Changes, 0, 1)
	}
	n.Changes = append(n.Changes, ch)
}

// readElement reads the WPS element of a beacon, or what a probe response has
// in common with one.
func readElement(octets []byte, response bool) (*wps.Beacon, error) {
	var e wps.ProbeResponse
	var list wps.List = &e.Beacon
	if response {
		list = &e
	}
	if err := wps.Decode(list, octets, wps.Tolerant); err != nil {
		return nil, err
	}
	return &e.Beacon, nil
}

// probe notes a station that looks for a registrar.
func (c *Collector) probe(e *Event) {
	if e.Management.WPS == nil {
		return
	}
	for i := range c.seekers {
		if s := &c.seekers[i]; s.said == e.Management && s.MAC == e.Src {
			s.Last = e.Time
			return
		}
	}
	var p wps.ProbeRequest
	if wps.Decode(&p, e.Management.WPS, wps.Tolerant) != nil {
		return
	}
	for i := range c.seekers {
		s := &c.seekers[i]
		if s.UUID == p.UUIDE && s.MAC == e.Src && s.Password == p.DevicePasswordID && e.Time.Sub(s.Last) < wps.MonitorTime {
			s.Last, s.said = e.Time, e.Management
			return
		}
	}
	if len(c.seekers) == maxSeekers {
		c.seekers = slices.Delete(c.seekers, 0, 1)
	}
	c.seekers = append(c.seekers, Seeker{
		MAC: e.Src, UUID: p.UUIDE, Password: p.DevicePasswordID, Bands: p.RFBands, First: e.Time, Last: e.Time, Frame: e.Frame, said: e.Management,
	})
}

// pressing returns the stations that a registrar has heard in push-button mode
// when an exchange ends.
func (c *Collector) pressing(x *Exchange) (out []Seeker) {
	for _, s := range c.seekers {
		if s.Password == wps.PasswordPushButton && s.First.Before(x.Ended) && x.Began.Sub(s.Last) < wps.MonitorTime {
			out = append(out, s)
		}
	}
	return out
}
