package sim

import (
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
)

const (
	// defaultDelay is how long a frame takes from one device to another,
	// including the time to get access to the medium.
	defaultDelay = time.Millisecond
	// frameOverhead is the 802.11 header, LLC and check sequence.
	frameOverhead = 36
	// defaultSignal is the signal of devices some metres apart.
	defaultSignal = -50 // dBm
	// beaconInterval is the interval of almost every access point.
	beaconInterval = 102400 * time.Microsecond
)

// Link is the air between two devices, the same in both directions.
type Link struct {
	// Delay is how long a frame takes; 0 means a millisecond.
	Delay time.Duration
	// Rate is the capacity in bits per second in each direction; 0 is no limit.
	// Frames queue behind earlier ones.
	Rate int
	// Signal is how strong frames are received, in dBm; 0 means -50.
	Signal int
	// Cut: the devices are out of each other's range.
	Cut bool
	// Fault decides what happens to each frame; nil passes all.
	Fault Fault
}

// pair is two devices by their numbers.
type pair struct{ from, to int }

// SetLink sets the air between two devices, from now on.
func (w *World) SetLink(a, b *Port, l Link) {
	if a.place != b.place && !slices.Contains(a.neighbours, b) {
		a.neighbours = append(a.neighbours, b)
		b.neighbours = append(b.neighbours, a)
	}
	if w.links == nil {
		w.links = make(map[pair]*Link)
	}
	w.links[pair{min(a.id, b.id), max(a.id, b.id)}] = &l
}

// link returns the air between two devices, or nil if there is none.
func (w *World) link(a, b *Port) *Link {
	if l := w.links[pair{min(a.id, b.id), max(a.id, b.id)}]; l != nil {
		return l
	}
	if a.place == b.place {
		return &w.cfg.Link
	}
	return nil
}

// within yields the devices that may hear this one.
func (p *Port) within() iter.Seq[*Port] {
	return func(yield func(*Port) bool) {
		for _, list := range [...][]*Port{p.place.members, p.neighbours} {
			for _, q := range list {
				if q != p && !yield(q) {
					return
				}
			}
		}
	}
}

// Send sends a frame. It must not be changed afterwards, nor what it refers
// to.
func (p *Port) Send(f *Frame) {
	w := p.world
	if f.To == wps.Broadcast {
		w.emit(Event{Kind: Sent, From: p.name, Frame: f})
		for q := range p.within() {
			if !q.hears(f) {
				continue
			}
			if l := w.link(p, q); !l.Cut {
				w.carry(l, p, q, f)
			}
		}
		return
	}
	e := Event{Kind: Sent, From: p.name, Frame: f}
	q := w.byMAC[f.To]
	if q != nil {
		e.To = q.name
	}
	w.emit(e)
	if q == nil {
		return
	}
	l := w.link(p, q)
	if l == nil || l.Cut {
		w.emit(Event{Kind: Lost, From: p.name, To: q.name, Frame: f, Damage: OutOfRange})
		return
	}
	w.carry(l, p, q, f)
}

// carry sends a frame over a link and applies the link's fault.
func (w *World) carry(l *Link, from, to *Port, f *Frame) {
	delay := l.Delay
	if delay == 0 {
		delay = defaultDelay
	}
	if l.Rate > 0 {
		way := pair{from.id, to.id}
		start := max(w.busy[way], w.now)
		if w.busy == nil {
			w.busy = make(map[pair]time.Duration)
		}
		w.busy[way] = start + time.Duration(8*(frameOverhead+len(f.Body)))*time.Second/time.Duration(l.Rate)
		delay += w.busy[way] - w.now
	}
	if l.Fault == nil {
		w.queue.push(w.now+delay, queuedEvent{from: from, to: to, frame: f})
		return
	}
	w.arrivals = l.Fault.Apply(w.arrivals[:0], f, w.noise(from, to))
	if len(w.arrivals) == 0 {
		w.emit(Event{Kind: Lost, From: from.name, To: to.name, Frame: f})
	}
	for _, a := range w.arrivals {
		w.queue.push(w.now+delay+max(a.Late, 0), queuedEvent{from: from, to: to, frame: a.Frame, damage: a.Damage})
	}
}

// noise returns the randomness of the faults in one direction of a link.
func (w *World) noise(from, to *Port) *rand.Rand {
	key := pair{from.id, to.id}
	r := w.noises[key]
	if r == nil {
		r = newRand(w.cfg.Seed, from.name+"\x00"+to.name, "air")
		if w.noises == nil {
			w.noises = make(map[pair]*rand.Rand)
		}
		w.noises[key] = r
	}
	return r
}

// arrive delivers a frame to its receiver.
func (w *World) arrive(a *queuedEvent) {
	e := Event{Kind: Arrived, From: a.from.name, To: a.to.name, Frame: a.frame, Damage: a.damage}
	if !a.to.hears(a.frame) {
		e.Kind, e.Damage = Lost, e.Damage|Unheard
		w.emit(e)
		return
	}
	w.emit(e)
	signal := defaultSignal
	if l := w.link(a.from, a.to); l != nil && l.Signal != 0 {
		signal = l.Signal
	}
	a.to.device.Handle(w.Now(), a.frame, signal)
}

// hears reports whether one of the device's radios receives the frame.
func (p *Port) hears(f *Frame) bool {
	for i := range p.radios {
		r := &p.radios[i]
		switch {
		case r.bands&f.Band == 0:
		case f.To != wps.Broadcast:
			if r.mac == f.To {
				return true
			}
		case f.Type == Beacon:
			if r.scanning {
				return true
			}
		case f.Type == ProbeRequest:
			if r.beacons.active() {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// Beacon makes the radio that of an access point: it receives probe requests,
// and sends the beacon returned by next every 102.4 milliseconds. Beacons that
// no device listens to are left out, and cost nothing. A nil next stops the
// beacons.
func (r *Radio) Beacon(next func(now time.Time) *Frame) {
	w, home := r.port.world, r.port.place
	if r.beacons == nil {
		r.beacons = &beacons{due: r.beaconDue}
	}
	b := r.beacons
	if next != nil && !b.active() {
		home.beacons = append(home.beacons, r)
		b.origin = w.now
	}
	if next == nil && b.active() {
		home.beacons = slices.DeleteFunc(home.beacons, func(o *Radio) bool { return o == r })
	}
	if b.next = next; next != nil {
		r.planBeacon()
	}
}

// beacons are the beacons of a radio.
type beacons struct {
	next    func(now time.Time) *Frame // nil if it sends none now
	origin  time.Duration              // when it began
	pending bool                       // the next one is scheduled
	due     func()                     // beaconDue of the radio, for the queue
}

// active reports whether the radio sends beacons.
func (b *beacons) active() bool { return b != nil && b.next != nil }

// planBeacon schedules the next beacon, if it is not scheduled yet.
func (r *Radio) planBeacon() {
	b := r.beacons
	if b.pending {
		return
	}
	b.pending = true
	w := r.port.world
	at := b.origin + ((w.now-b.origin)/beaconInterval+1)*beaconInterval
	w.queue.push(at, queuedEvent{act: b.due})
}

// scheduleBeacons schedules the beacons that a radio may receive now that it listens.
func (w *World) scheduleBeacons(r *Radio) {
	for _, b := range r.port.place.beacons {
		b.planBeacon()
	}
	for _, q := range r.port.neighbours {
		for i := range q.radios {
			if o := &q.radios[i]; o.beacons.active() {
				o.planBeacon()
			}
		}
	}
}

// beaconDue sends a beacon, if a device listens.
func (r *Radio) beaconDue() {
	r.beacons.pending = false
	if !r.beacons.active() {
		return
	}
	for q := range r.port.within() {
		for _, o := range q.radios {
			if o.scanning && o.bands&r.bands != 0 {
				r.port.Send(r.beacons.next(r.port.Now()))
				r.planBeacon()
				return
			}
		}
	}
}
