package upnp

import (
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gowps/gowps/wps"
)

// Limits of subscriptions, the same as hostap's.
const (
	maxSubscriptions = 4
	maxCallbacks     = 8
	maxQueue         = 20
	maxFailures      = 10 // consecutive failures of one callback
)

const (
	// notifyTime is the timeout of an event's delivery. A station waits five
	// seconds for the result.
	notifyTime = 5 * time.Second
	// notifyPause is the pause after a failed delivery.
	notifyPause = time.Second
)

// subscription is the subscription of an external registrar. Events are sent to
// it one at a time.
type subscription struct {
	sid       wps.UUID
	from      netip.Addr
	callbacks []callback
	expires   time.Time
	queue     []notice
	sequence  uint32
	call      uint64    // the call with the first event of the queue; 0 if none
	at        int       // the callback in use
	tried     int       // how many callbacks have failed for the first event of the queue
	pause     time.Time // nothing is sent before this time
}

// callback is an address of a subscriber.
type callback struct {
	address
	failures int
}

// notice is an event that waits for delivery.
type notice struct {
	body  []byte
	probe bool
}

// subscribe handles SUBSCRIBE: UPnP Device Architecture 1.0 §4.1.2, with
// hostap's response 400 to another NT.
func (d *Device) subscribe(now time.Time, from netip.Addr, h Header) *Response {
	nt, hasNT := h["NT"]
	text, hasCallback := h["CALLBACK"]
	sid, renewal := h["SID"]
	if hasNT && !strings.EqualFold(nt, "upnp:event") {
		return respond(400)
	}
	if renewal {
		uuid, ok := parseUUID(sid)
		if !ok || hasCallback {
			return respond(400)
		}
		s := d.subscription(uuid)
		if s == nil {
			return respond(412)
		}
		s.expires = now.Add(SubscriptionTime)
		return s.accepted()
	}
	if !hasCallback || !hasNT {
		return respond(412)
	}
	callbacks := d.parseCallbacks(from, text)
	if len(callbacks) == 0 {
		return respond(412)
	}
	s := &subscription{from: from, callbacks: callbacks, expires: now.Add(SubscriptionTime), pause: now}
	if _, err := io.ReadFull(d.cfg.Rand, s.sid[:]); err != nil {
		return respond(500)
	}
	s.sid[6], s.sid[8] = s.sid[6]&0x0F|0x40, s.sid[8]&0x3F|0x80 // a random UUID: RFC 4122 §4.4
	// A host that subscribes again has forgotten its subscription.
	for _, old := range slices.Clone(d.subscriptions) {
		if old.from == from && old.callbacks[0].address == callbacks[0].address {
			d.remove(old)
		}
	}
	if len(d.subscriptions) == maxSubscriptions {
		// The subscriptions of the same host make room before those of others.
		i := max(slices.IndexFunc(d.subscriptions, func(s *subscription) bool { return s.from == from }), 0)
		d.drop(now, d.subscriptions[i])
	}
	d.subscriptions = append(d.subscriptions, s)
	if len(d.subscriptions) == 1 {
		d.cfg.AccessPoint.SetListening(now, true)
	}
	s.queue = append(s.queue, notice{body: appendProperties(nil, true, &d.latest)})
	d.notify(now, s)
	return s.accepted()
}

// accepted is the response to a subscription.
func (s *subscription) accepted() *Response {
	r := respond(200)
	r.Header["SERVER"] = server
	r.Header["SID"] = "uuid:" + s.sid.String()
	r.Header["TIMEOUT"] = "Second-" + strconv.Itoa(int(SubscriptionTime/time.Second))
	return r
}

// parseCallbacks parses URLs in angle brackets, and returns those that may be
// called. This device's own address is accepted from this host only.
func (d *Device) parseCallbacks(from netip.Addr, text string) (list []callback) {
	for len(list) < maxCallbacks {
		_, rest, ok := strings.Cut(text, "<")
		inner, rest, closed := strings.Cut(rest, ">")
		if !ok || !closed {
			break
		}
		text = rest
		a, err := parseAddress("subscription", "CALLBACK", inner, d.cfg.LAN, nil)
		if err != nil || a.host.Addr() == d.cfg.LAN.Addr() && from != d.cfg.LAN.Addr() {
			continue
		}
		list = append(list, callback{address: a})
	}
	return list
}

// unsubscribe handles UNSUBSCRIBE: UPnP Device Architecture 1.0 §4.1.3.
func (d *Device) unsubscribe(now time.Time, h Header) *Response {
	_, hasNT := h["NT"]
	_, hasCallback := h["CALLBACK"]
	sid, ok := h["SID"]
	if !ok && !hasNT && !hasCallback {
		return respond(412)
	}
	uuid, ok := parseUUID(sid)
	if !ok || hasNT || hasCallback {
		return respond(400)
	}
	s := d.subscription(uuid)
	if s == nil {
		return respond(412)
	}
	d.drop(now, s)
	return respond(200)
}

// subscription finds a subscription.
func (d *Device) subscription(sid wps.UUID) *subscription {
	for _, s := range d.subscriptions {
		if s.sid == sid {
			return s
		}
	}
	return nil
}

// subscribed reports whether a host has a subscription.
func (d *Device) subscribed(from netip.Addr) bool {
	return slices.ContainsFunc(d.subscriptions, func(s *subscription) bool { return s.from == from })
}

// remove removes a subscription from the list.
func (d *Device) remove(s *subscription) {
	d.subscriptions = slices.DeleteFunc(d.subscriptions, func(other *subscription) bool { return other == s })
}

// drop ends a subscription. When its last one ends, a registrar waits for no
// station any more.
func (d *Device) drop(now time.Time, s *subscription) {
	d.remove(s)
	if !d.subscribed(s.from) {
		d.cfg.AccessPoint.Select(now, s.from, new(wps.SetSelectedRegistrar))
	}
	if len(d.subscriptions) == 0 {
		d.cfg.AccessPoint.SetListening(now, false)
	}
}

// event queues an event for all subscribers. A full queue drops a probe
// request, or the oldest event if the new one is a message [hostap].
func (d *Device) event(now time.Time, e *WLANEvent) {
	d.latest = WLANEvent{e.Type, e.Station, slices.Clone(e.Message)}
	if len(d.subscriptions) == 0 {
		return
	}
	n := notice{appendProperties(nil, false, e), e.Type == EventProbe}
	for _, s := range slices.Clone(d.subscriptions) {
		if len(s.queue) == maxQueue {
			if n.probe {
				continue
			}
			first := 0
			if s.call != 0 {
				first = 1 // in flight
			}
			i := slices.IndexFunc(s.queue[first:], func(n notice) bool { return n.probe })
			i = max(i, 0) + first
			s.queue = slices.Delete(s.queue, i, i+1)
		}
		s.queue = append(s.queue, n)
		d.notify(now, s)
	}
}

// notify sends the first event of a queue.
func (d *Device) notify(now time.Time, s *subscription) {
	if s.call != 0 || len(s.queue) == 0 || now.Before(s.pause) {
		return
	}
	d.call++
	s.call = d.call
	to := s.callbacks[s.at]
	d.out.Calls = append(d.out.Calls, Call{
		ID: s.call, To: to.host, Timeout: notifyTime,
		Request: Request{
			Method: "NOTIFY", Path: to.path,
			Header: Header{
				"CONTENT-TYPE": xmlType, "NT": "upnp:event", "NTS": "upnp:propchange", "SERVER": server,
				"SID": "uuid:" + s.sid.String(), "SEQ": strconv.FormatUint(uint64(s.sequence), 10),
			},
			Body: s.queue[0].body,
		},
	})
}

// Answer processes the response to an event. An event that no callback accepts
// is lost. A callback that fails ten times in a row is dropped, and with its
// last callback the subscription.
func (d *Device) Answer(now time.Time, id uint64, r *Response, err error) {
	i := slices.IndexFunc(d.subscriptions, func(s *subscription) bool { return s.call == id })
	if i < 0 || id == 0 {
		return
	}
	s := d.subscriptions[i]
	s.call = 0
	if err == nil && r != nil && r.Status == 200 {
		s.callbacks[s.at].failures = 0
		s.next()
		d.notify(now, s)
		return
	}
	c := &s.callbacks[s.at]
	if c.failures++; c.failures == maxFailures {
		if s.callbacks = slices.Delete(s.callbacks, s.at, s.at+1); len(s.callbacks) == 0 {
			d.drop(now, s)
			return
		}
	} else {
		s.tried++
		s.at++
	}
	s.at %= len(s.callbacks)
	if s.tried >= len(s.callbacks) {
		s.next()
		s.pause = now.Add(notifyPause)
	}
	d.notify(now, s)
}

// next moves on to the next event. The number after the highest is 1, because 0
// is the first event of a subscription.
func (s *subscription) next() {
	s.queue, s.tried = s.queue[1:], 0
	if s.sequence++; s.sequence == 0 {
		s.sequence = 1
	}
}
