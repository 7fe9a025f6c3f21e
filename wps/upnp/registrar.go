package upnp

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Times and limits of a [Registrar].
const (
	// EnrolleeTime is how long a station is listed [hostap].
	EnrolleeTime = 300 * time.Second

	callTime     = 10 * time.Second
	searchMX     = 3 // seconds [hostap]
	searchAgain  = 500 * time.Millisecond
	askedTime    = 1800              // seconds: the requested subscription [hostap]
	selectAgain  = 100 * time.Second // before wps.WalkTime is over
	lateTime     = 10 * time.Second  // an M1 may be answered this late
	stationTime  = 30 * time.Second  // silence of a station in a run
	retryTime    = 30 * time.Second  // after a failed subscription
	maxAge       = 24 * time.Hour    // of an announcement
	maxPoints    = 32                // access points
	maxSameHost  = 4                 // of them with one address
	maxEnrollees = 64                // at an access point
	maxOrders    = 64                //
	maxSettings  = 64                // including access points that have gone
	maxCalls     = 64                // waiting for an access point
	maxEvents    = 1024              //
	anyButton    = wps.MethodPushButton | wps.MethodVirtualPushButton | wps.MethodPhysicalPushButton
)

// RegistrarConfig configures a [Registrar].
type RegistrarConfig struct {
	// LAN is the address and network of the interface. The Registrar ignores
	// hosts outside it and does not call them.
	LAN netip.Prefix
	// Port is the port of the HTTP server at the address, which receives
	// events.
	Port uint16
	// Registration is the configuration of every run: the registrar's description
	// with its UUID-R, the version, the randomness, the key log.
	Registration registration.Config
	// Only, if set, is the only access point to look for.
	Only netip.Addr
	// Rand is the source of identifiers; crypto/rand by default.
	Rand io.Reader
}

// Registrar is an external registrar: it finds access points, reads and writes
// their settings with their own PIN, and registers stations through them. It is
// a [Machine].
//
//	r.Learn(now, ap, registration.PIN(p))    // the settings of an access point
//	r.Enroll(now, upnp.Order{Password: …})   // a station may join it
//
// [Registrar.Events] returns what has happened.
type Registrar struct {
	cfg    RegistrarConfig
	out    Output
	events []Event

	searches []time.Time
	points   []*point
	orders   []*order
	settings []known
	pressed  map[wps.UUID]time.Time // devices with their button pressed
	call     uint64
	stopped  bool
}

// known is the settings of an access point, kept while it is away.
type known struct {
	uuid     wps.UUID
	settings wps.Credential
}

// point is an access point.
type point struct {
	uuid     wps.UUID
	location address
	expires  time.Time
	device   described
	ready    bool // its description is complete
	m1       *wps.M1

	path     string // of its events
	sid      string
	renew    time.Time // of the subscription
	failures int       // consecutive failures of the subscription
	lastSEQ  string    // SEQ

	queue       []*pending // the first is in flight
	run         *pointRun
	enrollees   []*enrollee
	announced   wps.SetSelectedRegistrar
	announcedAt time.Time
}

// pending is a call with a function for its response.
type pending struct {
	call Call
	sent bool
	done func(now time.Time, r *Response, err error)
}

// pointRun is a run with an access point about its settings.
type pointRun struct {
	machine *registration.Registrar
	write   *wps.Credential
}

// enrollee is a station at an access point.
type enrollee struct {
	Enrollee
	expires  time.Time
	m1       []byte // the last one
	m1At     time.Time
	run      *registration.Registrar
	order    *order
	used     time.Time // time of its last message in the run
	answered bool      // it has answered M2
}

// Enrollee is a station that an access point has reported.
type Enrollee struct {
	AccessPoint wps.UUID
	MAC         wps.MAC
	UUID        wps.UUID
	Device      wps.Device
	Password    wps.DevicePasswordID // the method with which it wants to register
}

// Order says which station a [Registrar] waits for, and with which password.
type Order struct {
	// UUID is the UUID-E of the enrollee; nil means the first one that asks.
	UUID *wps.UUID
	// MAC is its address; nil means any.
	MAC *wps.MAC
	// Password is the password it must prove: its PIN, the push button, the
	// password of its NFC token.
	Password registration.Password
	// PeerKeyHash, if set, is the hash of the enrollee's public key from an NFC
	// token.
	PeerKeyHash *[20]byte
	// KeyPair is the registrar's key pair whose hash was sent in an NFC
	// connection handover. By default each run generates its own.
	KeyPair *registration.KeyPair
	// AccessPoints are those at which it may register; nil means all.
	AccessPoints []wps.UUID
	// For is how long the order is valid; 0 means [wps.WalkTime].
	For time.Duration
}

// order is an Order in force.
type order struct {
	Order
	until  time.Time
	bound  *wps.UUID // the station that has used a PIN for any station
	failed int
	user   *enrollee // the station whose run uses it now
	// overlap: two devices have their button pressed; none is admitted.
	overlap bool
}

// EventKind is the kind of an [Event].
//
// Its values are [EventAccessPoint], [EventAccessPointGone], [EventEnrollee],
// [EventEnrolleeGone], [EventSettingsRead], [EventSettingsWritten],
// [EventRegistered], [EventFailed], [EventOverlap] and [EventOrderOver].
type EventKind uint8

// The events.
const (
	// EventAccessPoint: an access point was found.
	EventAccessPoint EventKind = iota + 1
	// EventAccessPointGone: the access point has left, or is silent.
	EventAccessPointGone
	// EventEnrollee: a station wants to register.
	EventEnrollee
	// EventEnrolleeGone: the station was silent for too long.
	EventEnrolleeGone
	// EventSettingsRead and EventSettingsWritten: [Registrar.Learn] and
	// [Registrar.Configure] have succeeded.
	EventSettingsRead
	EventSettingsWritten
	// EventRegistered: a station was given the settings.
	EventRegistered
	// EventFailed: a run, or a call, failed; Err has the reason.
	EventFailed
	// EventOverlap: more than one station has its button pressed.
	EventOverlap
	// EventOrderOver: an order was not used in time, or its PIN is spent.
	EventOrderOver
)

var eventNames = [...]string{
	EventAccessPoint: "access point found", EventAccessPointGone: "access point gone", EventEnrollee: "enrollee heard",
	EventEnrolleeGone: "enrollee gone", EventSettingsRead: "settings read", EventSettingsWritten: "settings written",
	EventRegistered: "registered", EventFailed: "failed", EventOverlap: "overlap", EventOrderOver: "order over",
}

// String returns the event in words.
func (k EventKind) String() string {
	if int(k) < len(eventNames) && eventNames[k] != "" {
		return eventNames[k]
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// Event is an event of a [Registrar].
type Event struct {
	Kind        EventKind
	Time        time.Time
	AccessPoint wps.UUID
	Address     netip.Addr   // of the access point
	Description *Description // of EventAccessPoint
	Station     wps.MAC      // the enrollee concerned, or zero
	UUID        wps.UUID     // its UUID-E
	Device      wps.Device   // its description; of EventAccessPoint, that of the access point in M1
	Settings    *wps.Credential
	Err         error // of EventFailed
}

// NewRegistrar returns an external registrar. The error is of class
// [ErrConfig].
func NewRegistrar(cfg RegistrarConfig) (*Registrar, error) {
	if err := checkLAN(cfg.LAN); err != nil {
		return nil, err
	}
	switch {
	case cfg.Port == 0:
		return nil, fmt.Errorf("upnp: Port: %w: it is the port of the HTTP server, and must not be zero", ErrConfig)
	case cfg.Registration.Device.UUID == wps.UUID{}:
		return nil, fmt.Errorf("upnp: Run.Device.UUID: %w: it is the registrar's UUID-R, and must not be zero", ErrConfig)
	case cfg.Only.IsValid() && !neighbour(cfg.LAN, cfg.Only):
		return nil, fmt.Errorf("upnp: Only: %w: %v is not in %v", ErrConfig, cfg.Only, cfg.LAN.Masked())
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	return &Registrar{cfg: cfg, pressed: make(map[wps.UUID]time.Time)}, nil
}

// Events returns the events since the last call. Beyond a thousand, events
// about stations that only ask are dropped first.
func (r *Registrar) Events() []Event {
	events := r.events
	r.events = nil
	return events
}

func (r *Registrar) event(e Event) {
	if len(r.events) == maxEvents {
		i := slices.IndexFunc(r.events, func(e Event) bool { return e.Kind == EventEnrollee || e.Kind == EventEnrolleeGone })
		r.events = slices.Delete(r.events, max(i, 0), max(i, 0)+1)
	}
	r.events = append(r.events, e)
}

// pointEvent adds an event about an access point.
func (r *Registrar) pointEvent(now time.Time, kind EventKind, p *point, err error) {
	e := Event{Kind: kind, Time: now, AccessPoint: p.uuid, Address: p.location.host.Addr(), Err: err}
	if p.m1 != nil {
		e.Device = p.m1.Device
	}
	if kind == EventAccessPoint {
		d := p.device.Description
		e.Description = &d
	}
	r.event(e)
}

// enrolleeEvent adds an event about a station.
func (r *Registrar) enrolleeEvent(now time.Time, kind EventKind, p *point, e *enrollee, err error) {
	r.event(Event{
		Kind: kind, Time: now, AccessPoint: p.uuid, Address: p.location.host.Addr(),
		Station: e.MAC, UUID: e.UUID, Device: e.Device, Err: err,
	})
}

// Start searches for access points.
func (r *Registrar) Start(now time.Time) {
	r.stopped = false
	r.searches = []time.Time{now, now.Add(searchAgain)}
	r.Timeout(now)
}

// Search searches for access points once more.
func (r *Registrar) Search(now time.Time) {
	r.searches = append(r.searches, now)
	r.Timeout(now)
}

// Stop withdraws what access points advertise for this registrar, and ends the
// subscriptions and all runs.
func (r *Registrar) Stop(now time.Time) {
	if r.stopped {
		return
	}
	r.searches = nil
	for _, o := range slices.Clone(r.orders) {
		r.remove(o)
	}
	for _, p := range r.points {
		p.queue = slices.DeleteFunc(p.queue, func(c *pending) bool { return !c.sent })
		r.sendSelectedRegistrar(now, p)
		if p.sid != "" {
			r.queueCall(p, p.device.event.host, Request{Method: "UNSUBSCRIBE", Path: p.device.event.path, Header: Header{"SID": p.sid}}, nil)
		}
	}
	r.stopped = true
}

// Output returns what to send. It returns everything once.
func (r *Registrar) Output() Output {
	for _, p := range r.points {
		if len(p.queue) > 0 && !p.queue[0].sent {
			p.queue[0].sent = true
			r.out.Calls = append(r.out.Calls, p.queue[0].call)
		}
	}
	out := r.out
	r.out = Output{}
	return out
}

// queueCall queues a call to an access point. Calls are made one at a time, so that
// they arrive in order.
func (r *Registrar) queueCall(p *point, to netip.AddrPort, request Request, done func(now time.Time, r *Response, err error)) {
	r.call++
	c := &pending{Call{ID: r.call, To: to, Request: request, Timeout: callTime}, false, done}
	if len(p.queue) == maxCalls {
		// It does not answer. The oldest call is of least use; the first one is
		// in flight.
		p.queue = slices.Delete(p.queue, 1, 2)
	}
	p.queue = append(p.queue, c)
}

// act calls an action of an access point. done receives its binary argument.
func (r *Registrar) act(p *point, action Action, values []value, done func(now time.Time, argument []byte, err error)) {
	r.queueCall(p, p.device.control.host, callAction(p.device.control, action, values...), func(now time.Time, resp *Response, err error) {
		if done == nil {
			return
		}
		if err != nil {
			done(now, nil, err)
			return
		}
		argument, err := parseAnswer(action, resp)
		done(now, argument, err)
	})
}

// Answer processes the response to a call.
func (r *Registrar) Answer(now time.Time, id uint64, resp *Response, err error) {
	for _, p := range r.points {
		if len(p.queue) == 0 || p.queue[0].call.ID != id || !p.queue[0].sent {
			continue
		}
		c := p.queue[0]
		p.queue = p.queue[1:]
		if resp == nil && err == nil {
			err = ErrHTTP
		}
		if err != nil {
			err = &Error{Object: c.call.Request.Method, Field: c.call.To.String(), Err: ErrHTTP, Detail: err.Error()}
		}
		if c.done != nil && !r.stopped {
			c.done(now, resp, err)
		}
		return
	}
}

// Deadline returns when to call [Registrar.Timeout].
func (r *Registrar) Deadline() (next time.Time) {
	if r.stopped {
		return time.Time{}
	}
	for _, t := range r.searches {
		next = earlier(next, t)
	}
	for _, o := range r.orders {
		next = earlier(next, o.until)
	}
	for _, p := range r.points {
		next = earlier(earlier(next, p.expires), p.renew)
		if p.announced.SelectedRegistrar {
			next = earlier(next, p.announcedAt.Add(selectAgain))
		}
		for _, e := range p.enrollees {
			next = earlier(next, e.expires)
			if e.run != nil {
				next = earlier(next, e.used.Add(stationTime))
			}
		}
	}
	return next
}

// Timeout searches, renews subscriptions and selections, and removes silent
// stations and runs.
func (r *Registrar) Timeout(now time.Time) {
	if r.stopped {
		return
	}
	r.searches = slices.DeleteFunc(r.searches, func(t time.Time) bool {
		due := !now.Before(t)
		if due {
			r.out.Datagrams = append(r.out.Datagrams, search(DeviceType, searchMX))
		}
		return due
	})
	for _, o := range slices.Clone(r.orders) {
		if !now.Before(o.until) && o.user == nil {
			r.endOrder(now, o)
		}
	}
	for _, p := range slices.Clone(r.points) {
		if !now.Before(p.expires) {
			r.pointGone(now, p)
			continue
		}
		if !p.renew.IsZero() && !now.Before(p.renew) {
			r.subscribe(p)
		}
		for _, e := range slices.Clone(p.enrollees) {
			r.expire(now, p, e)
		}
		r.sendSelectedRegistrar(now, p)
	}
	for uuid, at := range r.pressed {
		if !now.Before(at.Add(wps.MonitorTime)) {
			delete(r.pressed, uuid)
		}
	}
}

// expire removes a station, or its run, that was silent for too long.
func (r *Registrar) expire(now time.Time, p *point, e *enrollee) {
	if e.run != nil && !now.Before(e.used.Add(stationTime)) {
		err := e.run.Abort(registration.ErrTimeout)
		r.endRun(now, p, e, err)
	}
	if !now.Before(e.expires) && e.run == nil {
		p.enrollees = slices.DeleteFunc(p.enrollees, func(other *enrollee) bool { return other == e })
		r.enrolleeEvent(now, EventEnrolleeGone, p, e, nil)
	}
}

// point returns an access point.
func (r *Registrar) point(uuid wps.UUID) *point {
	for _, p := range r.points {
		if p.uuid == uuid {
			return p
		}
	}
	return nil
}

// Datagram processes an SSDP datagram: an announcement, or the answer to a
// search.
func (r *Registrar) Datagram(now time.Time, from netip.AddrPort, b []byte) error {
	const object = "SSDP datagram"
	host := from.Addr().Unmap()
	if !neighbour(r.cfg.LAN, host) || r.stopped || r.cfg.Only.IsValid() && host != r.cfg.Only {
		return wrong(object, "", ErrIgnored, "from %v", host)
	}
	m, err := parseSSDP(b)
	switch {
	case err != nil:
		return err
	case m.kind == ssdpSearch:
		return wrong(object, "", ErrIgnored, "a search")
	case !hasType(m.target, DeviceType) && !hasType(m.target, ServiceType):
		return wrong(object, "", ErrIgnored, "another device")
	}
	p := r.point(m.usn)
	if m.kind == ssdpByebye {
		if p == nil || p.location.host.Addr() != host {
			return wrong(object, "", ErrIgnored, "the access point is unknown")
		}
		r.pointGone(now, p)
		return nil
	}
	location, err := parseAddress(object, "LOCATION", m.location, r.cfg.LAN, nil)
	switch {
	case err != nil:
		return err
	case location.host.Addr() != host:
		return wrong(object, "LOCATION", ErrAddress, "%v, which is not the sender", location.host)
	}
	age := time.Duration(m.maxAge) * time.Second
	if age == 0 {
		age = MaxAge
	}
	expires := now.Add(min(age, maxAge))
	if p != nil && p.location == location {
		p.expires = expires
		return nil
	}
	if p != nil {
		r.pointGone(now, p) // it has moved
	}
	same := 0
	for _, p := range r.points {
		if p.location.host.Addr() == host {
			same++
		}
	}
	if len(r.points) == maxPoints || same == maxSameHost {
		return wrong(object, "", ErrIgnored, "too many access points")
	}
	var token [8]byte
	if _, err := io.ReadFull(r.cfg.Rand, token[:]); err != nil {
		return err
	}
	p = &point{uuid: m.usn, location: location, expires: expires, path: "/event/" + hex.EncodeToString(token[:])}
	r.points = append(r.points, p)
	r.queueCall(p, location.host, Request{Method: "GET", Path: location.path, Header: Header{"ACCEPT": "text/xml, application/xml"}},
		func(now time.Time, resp *Response, err error) { r.describe(now, p, resp, err) })
	return nil
}

// forget removes an access point, and everything that waits for it.
func (r *Registrar) forget(p *point) {
	r.points = slices.DeleteFunc(r.points, func(other *point) bool { return other == p })
}

// pointGone handles an access point that has gone.
func (r *Registrar) pointGone(now time.Time, p *point) {
	r.forget(p)
	if !p.ready {
		return
	}
	if p.run != nil {
		r.pointEvent(now, EventFailed, p, p.run.machine.Abort(registration.ErrTimeout))
	}
	for _, e := range p.enrollees {
		if e.run != nil {
			r.endRun(now, p, e, e.run.Abort(registration.ErrTimeout))
		}
	}
	r.pointEvent(now, EventAccessPointGone, p, nil)
}

// describe handles the description of an access point, subscribes to its events
// and asks for its M1, which it may refuse.
func (r *Registrar) describe(now time.Time, p *point, resp *Response, err error) {
	if err == nil && resp.Status != 200 {
		err = wrong("description", "", ErrHTTP, "status %d", resp.Status)
	}
	var list []described
	if err == nil {
		list, err = parseDescription(resp.Body, p.location, r.cfg.LAN)
	}
	if err == nil {
		i := slices.IndexFunc(list, func(d described) bool { return d.UUID == p.uuid })
		if i < 0 {
			err = wrong("description", "UDN", ErrMalformed, "the announced device is not in it")
		} else {
			p.device = list[i]
		}
	}
	if err != nil {
		r.pointEvent(now, EventFailed, p, err)
		r.forget(p)
		return
	}
	p.ready = true
	r.act(p, ActionGetDeviceInfo, nil, func(now time.Time, m1 []byte, err error) {
		if err == nil {
			p.m1, _ = readM1(m1)
		}
		r.pointEvent(now, EventAccessPoint, p, nil)
	})
	r.subscribe(p)
}

// readM1 parses an M1.
func readM1(b []byte) (*wps.M1, error) {
	m := new(wps.M1)
	if err := wps.Decode(m, b, wps.Tolerant); err != nil {
		return nil, err
	}
	return m, nil
}

// subscribe starts or renews the subscription to an access point's events.
func (r *Registrar) subscribe(p *point) {
	h := Header{"TIMEOUT": fmt.Sprintf("Second-%d", askedTime)}
	if p.sid != "" {
		h["SID"] = p.sid
	} else {
		h["NT"] = "upnp:event"
		h["CALLBACK"] = fmt.Sprintf("<%v>", address{netip.AddrPortFrom(r.cfg.LAN.Addr(), r.cfg.Port), p.path})
	}
	p.renew = time.Time{}
	r.queueCall(p, p.device.event.host, Request{Method: "SUBSCRIBE", Path: p.device.event.path, Header: h},
		func(now time.Time, resp *Response, err error) { r.subscribed(now, p, resp, err) })
}

// subscribed handles the response to a subscription. A lost subscription is
// started again; after three failures the access point counts as gone.
func (r *Registrar) subscribed(now time.Time, p *point, resp *Response, err error) {
	const object = "answer to SUBSCRIBE"
	sid := ""
	if err == nil {
		sid = strings.TrimSpace(resp.Header["SID"])
		_, ok := parseUUID(sid)
		switch {
		case resp.Status != 200:
			err = wrong(object, "", ErrHTTP, "status %d", resp.Status)
		case !ok:
			err = wrong(object, "SID", ErrMalformed, "%q", sid)
		}
	}
	if err != nil {
		renewal := p.sid != ""
		p.sid, p.announced = "", wps.SetSelectedRegistrar{}
		if p.failures++; p.failures == 3 {
			r.pointEvent(now, EventFailed, p, err)
			r.pointGone(now, p)
			return
		}
		p.renew = now.Add(retryTime)
		if renewal {
			p.renew = now
		} else {
			r.pointEvent(now, EventFailed, p, err)
		}
		return
	}
	seconds := uint64(askedTime)
	if text, ok := strings.CutPrefix(strings.ToLower(resp.Header["TIMEOUT"]), "second-"); ok {
		if n, err := parseNumber(strings.TrimSpace(text), 1, 1<<31); err == nil {
			seconds = min(n, uint64(maxAge/time.Second))
		}
	}
	if p.sid != sid {
		p.lastSEQ = ""
	}
	p.sid, p.failures = sid, 0
	p.renew = now.Add(max(time.Duration(seconds)*time.Second/2, time.Second))
	r.sendSelectedRegistrar(now, p)
}

// Handle processes an HTTP request: an event of an access point.
func (r *Registrar) Handle(now time.Time, q *Request) *Response {
	if q.Method != "NOTIFY" {
		return respond(501)
	}
	path, _, _ := strings.Cut(q.Path, "?")
	i := slices.IndexFunc(r.points, func(p *point) bool { return p.path == path })
	if i < 0 || r.stopped {
		return respond(404)
	}
	p := r.points[i]
	switch nt, ok := q.Header["NT"]; {
	case q.From.Addr().Unmap() != p.location.host.Addr():
		return respond(403)
	case ok && !strings.EqualFold(nt, "upnp:event"):
		return respond(412)
	case p.sid != "" && !strings.EqualFold(strings.TrimSpace(q.Header["SID"]), p.sid):
		return respond(412) // the first event may arrive before the response to SUBSCRIBE
	case len(q.Body) > MaxBody:
		return respond(413)
	}
	e, err := parseProperties(q.Body)
	if err != nil && !errors.Is(err, ErrIgnored) {
		return respond(400)
	}
	if seq := q.Header["SEQ"]; seq == "" || seq != p.lastSEQ {
		// The same number again is a repetition of an event whose response was
		// lost.
		p.lastSEQ = seq
		if e != nil {
			r.handleEvent(now, p, e)
		}
	}
	return respond(200)
}
