package conformance

import (
	"context"
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
)

// Link transports EAP packets between the suite and the device under test, for
// one exchange. At a device that is an access point, a link is one station that
// has associated for WPS. At a station, it is the station's association with
// the suite's access point. At an agent or a controller of IEEE 1905.1 it
// carries the messages themselves, without EAP, and that of an agent is
// [Configured].
//
// A Link is not used concurrently.
type Link interface {
	// Send sends an EAP packet to the device.
	Send(packet []byte) error
	// Receive returns the next EAP packet of the device, or nil if none has
	// arrived by the time until.
	Receive(until time.Time) ([]byte, error)
	// Close ends the exchange: the station leaves.
	Close() error
}

// Device is a device under test.
type Device interface {
	// Open starts an exchange. mac is the address of the suite's station, or of
	// its access point. An error means that the device could not be made to
	// start: the case is then [Inconclusive].
	Open(mac wps.MAC) (Link, error)
	// Now returns the time at the device, and Sleep waits. A device within
	// this process runs on a clock of its own.
	Now() time.Time
	Sleep(d time.Duration)
}

// Triggered is a [Device] whose link must be open before its operator makes it
// start, because a station sends its first frame at once.
type Triggered interface {
	// OpenTriggered starts an exchange like Open, and calls trigger as soon as
	// no frame of the device can be missed.
	OpenTriggered(mac wps.MAC, trigger func() error) (Link, error)
}

// Starter is a [Link] to an access point on which the station can restart in
// the middle of an exchange, by EAPOL-Start.
type Starter interface{ StartAgain() error }

// Restartable is a [Device] whose links may be a [Starter].
type Restartable interface{ CanStartAgain() bool }

// Advertiser is a [Device] whose elements can be read: an access point's in
// its beacons and probe responses. The attributes are those of the WSC element,
// joined; nil says that there is none.
type Advertiser interface {
	Beacon() ([]byte, error)
	ProbeResponse() ([]byte, error)
}

// Associator is an [Advertiser] whose association responses can be read as well.
type Associator interface {
	Advertiser
	AssociationResponse() ([]byte, error)
}

// Requester is a [Device] that is a station, whose elements can be read: those
// of its probe requests and of its association requests. Its operator's
// controls decide by which method it wants to register.
type Requester interface {
	ProbeRequest() ([]byte, error)
	AssociationRequest() ([]byte, error)
}

// limited is a [Device] whose links lack something.
type limited interface{ unmetNeeds() Need }

// Prober is a [Device] that receives the suite's probe requests: an access
// point with a radio.
type Prober interface {
	Probe(mac wps.MAC, element *wps.ProbeRequest) error
}

// ErrCrashed is the class of the error of a device in this process that
// panicked.
var ErrCrashed = errors.New("conformance: the device panicked")

// Handler is one exchange of a device within this process: an [eapwsc.Peer],
// an [eapwsc.Server] or a session of package ap.
type Handler interface {
	Start(now time.Time) eapwsc.Step
	Handle(now time.Time, packet []byte) (eapwsc.Step, error)
	Timeout(now time.Time) (eapwsc.Step, error)
}

// realTime is the clock of devices that run in real time.
type realTime struct{}

// Now returns the time.
func (realTime) Now() time.Time { return time.Now() }

// Sleep waits.
func (realTime) Sleep(d time.Duration) { time.Sleep(d) }

// Process is a device within this process, on virtual time. New is required.
//
// A function or a Handler that panics or does not return fails the case, not
// the suite.
type Process struct {
	// New starts an exchange.
	New func(now time.Time, mac wps.MAC) (Handler, error)
	// Left, if set, is called when the suite's station has left.
	Left func(now time.Time, h Handler)
	// Timer, if set, is called when the time advances, for timers outside of an
	// exchange. Deadline returns when to call it next; the zero time is never.
	Timer    func(now time.Time)
	Deadline func() time.Time

	now   time.Time
	links []*processLink // open ones
	err   error          // of Timer or Deadline
	callGuard
}

// callProcess calls the implementation.
func callProcess[T any](p *Process, f func() (T, error)) (T, error) {
	return guard(context.Background(), p.limit(), f)
}

// epoch is the start of virtual time.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Now returns the virtual time.
func (p *Process) Now() time.Time {
	if p.now.IsZero() {
		p.now = epoch
	}
	return p.now
}

// Sleep advances virtual time, for all exchanges.
func (p *Process) Sleep(d time.Duration) { p.advance(p.Now().Add(d), nil) }

// Open starts an exchange.
func (p *Process) Open(mac wps.MAC) (Link, error) {
	now := p.Now()
	if errors.Is(p.err, ErrHung) {
		return nil, p.err
	}
	h, err := callProcess(p, func() (Handler, error) { return p.New(now, mac) })
	if err != nil {
		return nil, err
	}
	s, err := callProcess(p, func() (eapwsc.Step, error) { return h.Start(now), nil })
	if err != nil {
		return nil, err
	}
	x := &processLink{process: p, handler: h}
	x.step(s)
	p.links = append(p.links, x)
	return x, nil
}

// maxStanding is how many calls a device may need without that the time
// advances. There may be a hundred exchanges.
const maxStanding = 1000

// advance advances the time until a moment, or until a link has received a
// packet.
func (p *Process) advance(until time.Time, wanted *processLink) {
	standing := 0
	for wanted == nil || len(wanted.queue) == 0 && wanted.err == nil && p.err == nil {
		next := until
		var due *processLink
		if d := p.deadline(); !d.IsZero() && d.Before(next) {
			next = d
		}
		for _, x := range p.links {
			if !x.done && !x.deadline.IsZero() && x.deadline.Before(next) {
				next, due = x.deadline, x
			}
		}
		if standing++; next.After(p.now) {
			p.now, standing = next, 0
		} else if standing > maxStanding && p.now.Before(until) { // a device must not stop the clock
			p.now, standing = p.now.Add(min(time.Second, until.Sub(p.now))), 0
		}
		p.timer()
		if due != nil {
			due.timeout()
			continue
		}
		if !p.now.Before(until) {
			return
		}
	}
}

// deadline returns when to call Timer next.
func (p *Process) deadline() time.Time {
	if p.Deadline == nil || p.err != nil {
		return time.Time{}
	}
	var d time.Time
	d, p.err = callProcess(p, func() (time.Time, error) { return p.Deadline(), nil })
	return d
}

// timer calls Timer.
func (p *Process) timer() {
	if p.Timer == nil || p.err != nil {
		return
	}
	now := p.now
	_, p.err = callProcess(p, func() (struct{}, error) { p.Timer(now); return struct{}{}, nil })
}

type processLink struct {
	process  *Process
	handler  Handler
	queue    [][]byte
	flood    flood
	deadline time.Time
	done     bool
	err      error
}

func (x *processLink) step(s eapwsc.Step) {
	if s.Send != nil {
		x.queue = append(x.queue, append([]byte(nil), s.Send...))
		if x.flood.add(s.Send) {
			x.fail(errFlood)
		}
	}
	x.done, x.deadline = x.err != nil || s.Done, s.Deadline
}

// fail ends an exchange in which the device has failed.
func (x *processLink) fail(err error) { x.err, x.done = err, true }

func (x *processLink) timeout() {
	before, now := x.deadline, x.process.now
	s, err := callProcess(x.process, func() (eapwsc.Step, error) {
		s, _ := x.handler.Timeout(now)
		return s, nil
	})
	if err != nil {
		x.fail(err)
		return
	}
	if !s.Done && !s.Deadline.After(before) && s.Send == nil {
		s.Deadline = before.Add(time.Second) // a device must not stop the clock
	}
	x.step(s)
}

// Send gives the device a packet.
func (x *processLink) Send(packet []byte) error {
	if x.err != nil {
		return x.err
	}
	if x.done {
		return nil // the exchange is over
	}
	now := x.process.now
	s, err := callProcess(x.process, func() (eapwsc.Step, error) {
		s, _ := x.handler.Handle(now, append([]byte(nil), packet...))
		return s, nil
	})
	if err != nil {
		x.fail(err)
		return err
	}
	x.step(s)
	return nil
}

// Receive returns the next packet.
func (x *processLink) Receive(until time.Time) ([]byte, error) {
	x.process.advance(until, x)
	if len(x.queue) > 0 {
		packet := x.queue[0]
		x.queue = x.queue[1:]
		return packet, nil
	}
	if err := x.process.err; err != nil {
		if !errors.Is(err, ErrHung) {
			x.process.err = nil // reported once
		}
		return nil, err
	}
	return nil, x.err
}

// Close ends the exchange.
func (x *processLink) Close() error {
	p := x.process
	for i, l := range p.links {
		if l == x {
			p.links = append(p.links[:i:i], p.links[i+1:]...)
			break
		}
	}
	left := p.Left != nil && !x.done
	x.done = true
	if !left {
		return nil
	}
	now := p.now
	_, err := callProcess(p, func() (struct{}, error) { p.Left(now, x.handler); return struct{}{}, nil })
	return err
}
