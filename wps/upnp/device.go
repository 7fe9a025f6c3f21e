package upnp

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/wps"
)

// Times and limits of a [Device].
const (
	// MaxAge is how long an announcement is valid.
	MaxAge = 1801 * time.Second
	// SubscriptionTime is how long a subscription is valid.
	SubscriptionTime = 1801 * time.Second

	announceGap = 100 * time.Millisecond // between the two of a pair
	maxMX       = 120                    // seconds [hostap]
	maxReplies  = 20                     // delayed answers to searches [hostap]

	maxRuns   = 4 // of external registrars, by their addresses [hostap]
	runTime   = 60 * time.Second
	runRate   = 8 // per second; each costs a key pair
	probeRate = 5 // events per second [hostap]
)

// AccessPoint is the access point of a [Device], whose rules decide everything.
type AccessPoint interface {
	// Configure starts a run in which an external registrar reads or writes the
	// settings with the access point's own PIN. It counts towards the lockout
	// of the PIN like every other run.
	Configure(now time.Time, from netip.Addr) (Run, error)
	// Deliver passes on a message of an external registrar to a station that is
	// registering. Some registrars send a zero or wrong address of the station.
	Deliver(now time.Time, from netip.Addr, station wps.MAC, message []byte) error
	// Select is called when an external registrar says which station it waits
	// for. Selected Registrar is false when the registrar has gone.
	Select(now time.Time, from netip.Addr, m *wps.SetSelectedRegistrar)
	// SetListening is called with whether any external registrar has subscribed
	// to events.
	SetListening(now time.Time, listening bool)
}

// Run is an access point's run with an external registrar: an Enrollee of
// package registration under the access point's rules.
type Run interface {
	// Start returns M1.
	Start(now time.Time) ([]byte, error)
	// Handle processes a message and returns the answer, as the Enrollee
	// does.
	Handle(now time.Time, message []byte) ([]byte, error)
	// Ended reports whether the run is over.
	Ended() bool
	// Close ends the run, because the registrar is silent or starts another.
	Close(now time.Time)
}

// DeviceConfig configures a [Device].
type DeviceConfig struct {
	// LAN is the address and network of the interface. The Device ignores hosts
	// outside it and does not call them.
	LAN netip.Prefix
	// Port is the port of the HTTP server at the address.
	Port uint16
	// Description describes the access point; see [Describe].
	Description Description
	// AccessPoint is the access point with its rules.
	AccessPoint AccessPoint
	// Rand is the source of subscription identifiers and delays; crypto/rand by
	// default.
	Rand io.Reader
}

// Device is the service WFAWLANConfig of an access point: it answers searches,
// describes itself, lets external registrars read and write the settings, and
// carries messages between them and stations. It is a [Machine].
//
// The only authentication is the PIN within the messages. So use a Device on
// the interface of the local network only, and only if the owner wants it: most
// access points need none.
type Device struct {
	cfg DeviceConfig
	out Output

	announcements []announcement // in the order of time
	replies       []reply
	subscriptions []*subscription // earliest first
	runs          []*deviceRun    // least recently used first
	latest        WLANEvent
	probes, begun rate
	call          uint64
	stopped       bool
}

// announcement is a scheduled set of datagrams.
type announcement struct {
	at    time.Time
	alive bool
	again bool // the first of a pair, to be repeated
}

// reply is a scheduled answer to a search.
type reply struct {
	at     time.Time
	to     netip.AddrPort
	target string
}

// deviceRun is a run with an external registrar.
type deviceRun struct {
	Run
	from netip.Addr
	used time.Time
}

// rate limits how often something happens within a second.
type rate struct {
	since time.Time
	n     int
}

func (r *rate) allow(now time.Time, perSecond int) bool {
	if now.Sub(r.since) >= time.Second || now.Before(r.since) {
		r.since, r.n = now, 0
	}
	r.n++
	return r.n <= perSecond
}

// checkLAN checks the network of a machine.
func checkLAN(lan netip.Prefix) error {
	if !lan.IsValid() || !neighbour(lan, lan.Addr()) {
		return fmt.Errorf("upnp: LAN: %w: %v is not the IPv4 address of a host and its network", ErrConfig, lan)
	}
	return nil
}

// NewDevice returns the service of an access point. The error is of class
// [ErrConfig].
func NewDevice(cfg DeviceConfig) (*Device, error) {
	if err := checkLAN(cfg.LAN); err != nil {
		return nil, err
	}
	switch {
	case cfg.Port == 0:
		return nil, fmt.Errorf("upnp: Port: %w: it is the port of the HTTP server, and must not be zero", ErrConfig)
	case cfg.AccessPoint == nil:
		return nil, fmt.Errorf("upnp: AccessPoint: %w: it is missing", ErrConfig)
	case cfg.Description.UUID == wps.UUID{}:
		return nil, fmt.Errorf("upnp: Description.UUID: %w: it is the access point's UUID-E, and must not be zero", ErrConfig)
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	return &Device{cfg: cfg, latest: noEvent()}, nil
}

// noEvent is the first event for a subscriber if there was none yet: a WSC_ACK
// with zero nonces [hostap].
func noEvent() WLANEvent {
	ack := new(wps.ACK)
	ack.WFA.Version2 = 0x20
	message, err := wps.Append(nil, ack)
	if err != nil {
		panic("upnp: an empty WSC_ACK: " + err.Error())
	}
	return WLANEvent{Type: EventEAP, Message: message}
}

// Start revokes earlier announcements of the access point, and announces it.
func (d *Device) Start(now time.Time) {
	d.stopped = false
	d.announcements = []announcement{{now, false, true}, {now.Add(2 * announceGap), true, true}}
	d.Timeout(now)
}

// Stop revokes the announcement and ends all subscriptions and runs.
func (d *Device) Stop(now time.Time) {
	d.stopped, d.announcements, d.replies = true, nil, nil
	d.announce(false)
	d.announce(false)
	for _, r := range d.runs {
		r.Close(now)
	}
	d.runs = nil
	for len(d.subscriptions) > 0 {
		d.drop(now, d.subscriptions[0])
	}
}

// Output returns what to send. It returns everything once.
func (d *Device) Output() Output {
	out := d.out
	d.out = Output{}
	return out
}

// Deadline returns when to call [Device.Timeout].
func (d *Device) Deadline() (next time.Time) {
	if len(d.announcements) > 0 {
		next = d.announcements[0].at
	}
	for _, r := range d.replies {
		next = earlier(next, r.at)
	}
	for _, s := range d.subscriptions {
		next = earlier(next, s.expires)
		if s.call == 0 && len(s.queue) > 0 {
			next = earlier(next, s.pause)
		}
	}
	for _, r := range d.runs {
		next = earlier(next, r.used.Add(runTime))
	}
	return next
}

// Timeout sends announcements, answers to searches and repeated events, and
// drops silent subscribers and runs.
func (d *Device) Timeout(now time.Time) {
	for len(d.announcements) > 0 && !now.Before(d.announcements[0].at) {
		a := d.announcements[0]
		d.announcements = d.announcements[1:]
		d.announce(a.alive)
		switch {
		case a.again:
			d.plan(announcement{a.at.Add(announceGap), a.alive, false})
		case a.alive:
			// Between a quarter and half of the time that it is valid.
			d.plan(announcement{now.Add(MaxAge/4 + d.random(MaxAge/4)), true, true})
		}
	}
	d.replies = slices.DeleteFunc(d.replies, func(r reply) bool {
		if now.Before(r.at) {
			return false
		}
		d.answerSearch(r)
		return true
	})
	for _, s := range slices.Clone(d.subscriptions) {
		if !now.Before(s.expires) {
			d.drop(now, s)
			continue
		}
		d.notify(now, s)
	}
	d.runs = slices.DeleteFunc(d.runs, func(r *deviceRun) bool {
		silent := !now.Before(r.used.Add(runTime))
		if silent {
			r.Close(now)
		}
		return silent
	})
}

func (d *Device) plan(a announcement) {
	d.announcements = append(d.announcements, a)
	slices.SortStableFunc(d.announcements, func(a, b announcement) int { return a.at.Compare(b.at) })
}

// random returns a random time shorter than limit.
func (d *Device) random(limit time.Duration) time.Duration {
	var b [8]byte
	if _, err := io.ReadFull(d.cfg.Rand, b[:]); err != nil || limit <= 0 {
		return 0
	}
	return time.Duration(binary.BigEndian.Uint64(b[:])>>1) % limit
}

// server is the value of SERVER: the field has three products, the second being
// UPnP.
const server = "Unspecified, UPnP/1.0, Unspecified"

// location is the URL of the description.
func (d *Device) location() string {
	return address{netip.AddrPortFrom(d.cfg.LAN.Addr(), d.cfg.Port), pathDescription}.String()
}

// announce sends or revokes the four announcements.
func (d *Device) announce(alive bool) {
	for _, target := range targets(d.cfg.Description.UUID) {
		b := fmt.Appendf(nil, "NOTIFY * HTTP/1.1\r\nHOST: %v\r\nCACHE-CONTROL: max-age=%d\r\n", MulticastGroup, MaxAge/time.Second)
		if alive {
			b = fmt.Appendf(b, "LOCATION: %s\r\nNTS: ssdp:alive\r\n", d.location())
		} else {
			b = append(b, "NTS: ssdp:byebye\r\n"...)
		}
		b = fmt.Appendf(b, "SERVER: %s\r\nNT: %s\r\nUSN: %s\r\n\r\n", server, target, usn(d.cfg.Description.UUID, target))
		d.out.Datagrams = append(d.out.Datagrams, Datagram{MulticastGroup, b})
	}
}

// Datagram processes an SSDP datagram. Searches are answered after a delay. If
// more than twenty answers are scheduled, the host with most of them loses one.
func (d *Device) Datagram(now time.Time, from netip.AddrPort, b []byte) error {
	if !neighbour(d.cfg.LAN, from.Addr()) {
		return wrong("SSDP datagram", "", ErrIgnored, "from outside the network: %v", from)
	}
	m, err := parseSSDP(b)
	switch {
	case err != nil:
		return err
	case d.stopped || m.kind != ssdpSearch:
		return wrong("SSDP datagram", "", ErrIgnored, "not a search")
	}
	own := targets(d.cfg.Description.UUID)
	i := slices.IndexFunc(own[:], func(t string) bool { return strings.EqualFold(t, m.target) })
	if i < 0 && m.target != targetAll {
		return wrong("SSDP search", "ST", ErrIgnored, "not for this device")
	}
	r := reply{now.Add(d.random(time.Duration(m.mx) * time.Second)), from, m.target}
	if len(d.replies) == maxReplies {
		victim := d.replyToDrop(from.Addr())
		if victim < 0 {
			return wrong("SSDP search", "", ErrIgnored, "%d answers are scheduled already", maxReplies)
		}
		d.replies = slices.Delete(d.replies, victim, victim+1)
	}
	d.replies = append(d.replies, r)
	return nil
}

// replyToDrop returns the index of the last reply to the host with most replies, if
// that has more than another.
func (d *Device) replyToDrop(other netip.Addr) int {
	count := make(map[netip.Addr]int)
	for _, r := range d.replies {
		count[r.to.Addr()]++
	}
	victim := -1
	for i, r := range d.replies {
		n := count[r.to.Addr()]
		if n > count[other]+1 && (victim < 0 || n >= count[d.replies[victim].to.Addr()]) {
			victim = i
		}
	}
	return victim
}

// answerSearch answers a search.
func (d *Device) answerSearch(r reply) {
	list := []string{r.target}
	if r.target == targetAll {
		all := targets(d.cfg.Description.UUID)
		list = all[:]
	}
	for _, target := range list {
		b := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=%d\r\nEXT:\r\nLOCATION: %s\r\nSERVER: %s\r\nST: %s\r\nUSN: %s\r\n\r\n",
			MaxAge/time.Second, d.location(), server, target, usn(d.cfg.Description.UUID, target))
		d.out.Datagrams = append(d.out.Datagrams, Datagram{r.to, b})
	}
}

// Handle processes an HTTP request and returns the response.
func (d *Device) Handle(now time.Time, r *Request) *Response {
	from := r.From.Addr().Unmap()
	switch {
	case !neighbour(d.cfg.LAN, from) || d.stopped:
		return respond(403)
	case len(r.Body) > MaxBody:
		return respond(413)
	case !d.addressed(r.Header["HOST"]):
		return respond(400)
	}
	path, _, _ := strings.Cut(r.Path, "?")
	switch r.Method {
	case "GET":
		switch path {
		case pathDescription:
			return respondXML(200, d.cfg.Description.append(nil))
		case pathService:
			return respondXML(200, serviceDescription)
		}
		return respond(404)
	case "POST":
		if path != pathControl {
			return respond(404)
		}
		return d.control(now, from, r)
	case "SUBSCRIBE", "UNSUBSCRIBE":
		if path != pathEvent {
			return respond(412)
		}
		if r.Method == "SUBSCRIBE" {
			return d.subscribe(now, from, r.Header)
		}
		return d.unsubscribe(now, r.Header)
	}
	return respond(501)
}

// addressed checks HOST, against DNS rebinding: a page in a browser whose name
// resolves to this address must not reach the service.
func (d *Device) addressed(host string) bool {
	own := d.cfg.LAN.Addr().String()
	return host == "" || host == own || host == netip.AddrPortFrom(d.cfg.LAN.Addr(), d.cfg.Port).String()
}

// control serves an action.
func (d *Device) control(now time.Time, from netip.Addr, r *Request) *Response {
	action, ok := parseSOAPAction(r.Header["SOAPACTION"])
	var values []value
	fault := &Fault{Action: action, Code: FaultInvalidAction}
	if ok {
		values, fault = d.act(now, from, action, r.Body)
	}
	if fault != nil {
		return respondXML(500, appendFault(nil, fault.Code))
	}
	return respondXML(200, appendAction(nil, string(action)+"Response", values))
}

// act carries out an action.
func (d *Device) act(now time.Time, from netip.Addr, action Action, body []byte) ([]value, *Fault) {
	failed := func(code FaultCode, err error) ([]value, *Fault) { return nil, &Fault{action, code, err} }
	switch action {
	case ActionGetDeviceInfo:
		m1, err := d.beginRun(now, from)
		if err != nil {
			return failed(FaultActionFailed, err)
		}
		return []value{octets(argDeviceInfo, m1)}, nil
	case ActionPutMessage, ActionPutWLANResponse, ActionSetSelectedRegistrar:
	default:
		if slices.Contains(optionalActions, action) {
			return failed(FaultOptionalAction, nil)
		}
		return failed(FaultInvalidAction, nil)
	}
	doc, err := parseXML(string(action), body, MaxBody)
	if err != nil {
		return failed(FaultInvalidArguments, err)
	}
	name := argMessage
	if action == ActionPutMessage {
		name = argInMessage
	}
	message, err := doc.binary(string(action), name)
	if err != nil {
		return failed(FaultArgumentValue, err)
	}
	switch action {
	case ActionPutMessage:
		out, err := d.continueRun(now, from, message)
		if err != nil {
			return failed(FaultActionFailed, err)
		}
		return []value{octets(argOutMessage, out)}, nil
	case ActionPutWLANResponse:
		kind, mac := doc.find(argEventType), doc.find(argEventMAC)
		if kind == nil || mac == nil {
			return failed(FaultArgumentValue, nil)
		}
		n, err := parseNumber(strings.TrimSpace(kind.text), 0, 255)
		switch {
		case err != nil:
			return failed(FaultArgumentValue, err)
		case !d.subscribed(from):
			return failed(FaultActionFailed, errNotSubscribed)
		case EventType(n) == EventProbe:
			return nil, nil // harmless, and without effect
		case EventType(n) != EventEAP:
			return failed(FaultArgumentValue, nil)
		}
		if err := d.cfg.AccessPoint.Deliver(now, from, parseEventMAC(mac.text), message); err != nil {
			return failed(FaultActionFailed, err)
		}
	case ActionSetSelectedRegistrar:
		var m wps.SetSelectedRegistrar
		if !d.subscribed(from) {
			return failed(FaultActionFailed, errNotSubscribed)
		}
		if err := wps.Decode(&m, message, wps.Tolerant); err != nil {
			return failed(FaultArgumentValue, err)
		}
		d.cfg.AccessPoint.Select(now, from, &m)
	}
	return nil, nil
}

var (
	errNotSubscribed = fmt.Errorf("upnp: %w: the registrar has no subscription", ErrIgnored)
	errNoRun         = fmt.Errorf("upnp: %w: the registrar has not asked for M1", ErrIgnored)
	errNoAnswer      = errors.New("upnp: the run has ended, and there is no answer")
	errTooManyRuns   = fmt.Errorf("upnp: %w: too many runs", ErrIgnored)
)

// beginRun starts a run with a registrar, and returns M1. An earlier run with
// the same registrar ends.
func (d *Device) beginRun(now time.Time, from netip.Addr) ([]byte, error) {
	if !d.begun.allow(now, runRate) {
		return nil, errTooManyRuns
	}
	d.runs = slices.DeleteFunc(d.runs, func(r *deviceRun) bool {
		old := r.from == from
		if old {
			r.Close(now)
		}
		return old
	})
	run, err := d.cfg.AccessPoint.Configure(now, from)
	if err != nil {
		return nil, err
	}
	m1, err := run.Start(now)
	if err != nil {
		run.Close(now)
		return nil, err
	}
	if len(d.runs) == maxRuns {
		// A run that has ended makes room, otherwise the one that was silent
		// longest.
		i := max(slices.IndexFunc(d.runs, func(r *deviceRun) bool { return r.Ended() }), 0)
		d.runs[i].Close(now)
		d.runs = slices.Delete(d.runs, i, i+1)
	}
	d.runs = append(d.runs, &deviceRun{run, from, now})
	return m1, nil
}

// continueRun passes the registrar's message to the run, and returns the
// answer. If there is none the action fails, as with hostapd: wpa_supplicant's
// registrar takes an answer without a message for one that is still to come,
// and then stops serving the access point.
func (d *Device) continueRun(now time.Time, from netip.Addr, message []byte) ([]byte, error) {
	i := slices.IndexFunc(d.runs, func(r *deviceRun) bool { return r.from == from })
	if i < 0 {
		return nil, errNoRun
	}
	r := d.runs[i]
	d.runs = append(slices.Delete(d.runs, i, i+1), r)
	r.used = now
	out, err := r.Handle(now, message)
	switch {
	case out != nil: // a WSC_NACK is returned with the error, and is the answer
		return out, nil
	case err == nil:
		return nil, errNoAnswer
	}
	return nil, err
}

// Probe forwards the attributes of the WPS element in a probe request to
// external registrars, at most five a second.
func (d *Device) Probe(now time.Time, station wps.MAC, attributes []byte) {
	if len(d.subscriptions) > 0 && d.probes.allow(now, probeRate) {
		d.event(now, &WLANEvent{EventProbe, station, attributes})
	}
}

// Message forwards a station's message to external registrars.
func (d *Device) Message(now time.Time, station wps.MAC, message []byte) {
	d.event(now, &WLANEvent{EventEAP, station, message})
}

// Subscribed reports whether there are external registrars.
func (d *Device) Subscribed() bool { return len(d.subscriptions) > 0 }
