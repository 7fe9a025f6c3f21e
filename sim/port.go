package sim

import (
	"fmt"
	"time"

	"github.com/gowps/gowps/wps"
)

// Device is anything with a radio: a [Router], a [Printer], a [Computer], and
// other devices of a test. It acts through the [Port] that [World.Join]
// returned.
type Device interface {
	// Handle processes a frame that the device has received, with its signal in
	// dBm.
	Handle(now time.Time, f *Frame, signal int)
	// Timeout is called at the time that was set with [Port.Wake].
	Timeout(now time.Time)
}

// Place is where a device is, such as one of many homes. Devices in one place
// are in range of each other; those in different places are not, unless they
// have a [Link].
type Place int

type place struct {
	members []*Port  // in the order of joining
	beacons []*Radio // that send beacons
}

// Port is a device's access to the world: its clock, its timer, its radios, its
// randomness.
type Port struct {
	world  *World
	id     int
	name   string
	place  *place
	device Device
	radios []Radio
	// neighbours are devices of other places with a link to this one.
	neighbours []*Port
	wake       time.Duration // when the timer is to ring; never if negative
	planned    time.Duration // the time of the timer event that counts; none if negative
}

const never = time.Duration(-1)

// Join adds a device to the world. Its name must be unique, and so must the
// addresses of its radios, which are switched off at first. The error is
// [ErrConfig].
func (w *World) Join(d Device, name string, at Place, addresses ...wps.MAC) (*Port, error) {
	switch {
	case name == "":
		return nil, configError("a device needs a name")
	case w.byName[name] != nil:
		return nil, configError("there is a device named %q already", name)
	}
	for i, mac := range addresses {
		if mac.Group() || w.byMAC[mac] != nil {
			return nil, configError("%q cannot have the address %v", name, mac)
		}
		for _, other := range addresses[:i] {
			if other == mac {
				return nil, configError("%q has the address %v twice", name, mac)
			}
		}
	}
	home := w.places[at]
	if home == nil {
		home = new(place)
		w.places[at] = home
	}
	p := &Port{world: w, id: len(w.ports), name: name, place: home, device: d, wake: never, planned: never}
	p.radios = make([]Radio, len(addresses))
	for i, mac := range addresses {
		p.radios[i] = Radio{port: p, mac: mac}
		w.byMAC[mac] = p
	}
	w.ports = append(w.ports, p)
	w.byName[name] = p
	home.members = append(home.members, p)
	return p, nil
}

// NewAddress returns an address that no device has: 02:00:00:00:00:01 and
// onwards.
func (w *World) NewAddress() wps.MAC {
	for n := len(w.byMAC) + 1; ; n++ {
		mac := wps.MAC{0x02, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
		if w.byMAC[mac] == nil {
			return mac
		}
	}
}

// Name returns the name of the device.
func (p *Port) Name() string { return p.name }

// Now returns the time.
func (p *Port) Now() time.Time { return p.world.Now() }

// Radio returns the radio with the index that its address had in
// [World.Join].
func (p *Port) Radio(i int) *Radio { return &p.radios[i] }

// Rand returns the device's random stream for a purpose, from its beginning: a
// caller that needs it more than once must keep it.
func (p *Port) Rand(purpose string) *RandomSource {
	return NewRandomSource(p.world.cfg.Seed, p.name, purpose)
}

// Note adds a remark to the trace.
func (p *Port) Note(format string, args ...any) {
	p.note(Remark, fmt.Sprintf(format, args...))
}

// note adds a note of this package to the trace.
func (p *Port) note(a Note, detail string) {
	p.world.emit(Event{Kind: Noted, From: p.name, Note: a, Detail: detail})
}

// Wake sets the timer of the device. It replaces the earlier time. The zero
// time is never.
func (p *Port) Wake(at time.Time) {
	if at.IsZero() {
		p.wake = never
		return
	}
	p.wake = max(at.Sub(Epoch), p.world.now)
	p.plan()
}

// plan makes sure that the queue has an event no later than the timer's time.
// Moving the timer into the future costs nothing: the scheduled event finds
// out.
func (p *Port) plan() {
	if p.wake != never && (p.planned == never || p.wake < p.planned) {
		p.planned = p.wake
		p.world.queue.push(p.wake, queuedEvent{to: p})
	}
}

// fireTimer is called when the timer event is due.
func (p *Port) fireTimer() {
	if p.world.now != p.planned {
		return // an earlier one was scheduled after this one
	}
	p.planned = never
	if p.wake > p.world.now || p.wake == never {
		p.plan()
		return
	}
	p.wake = never
	p.device.Timeout(p.Now())
}

// Radio is one address of a device. It receives frames to its address, or to
// all, on the bands that it is tuned to.
type Radio struct {
	port     *Port
	beacons  *beacons // nil if it has never sent one
	mac      wps.MAC
	bands    wps.RFBands
	scanning bool
}

// MAC returns the address.
func (r *Radio) MAC() wps.MAC { return r.mac }

// SetMAC gives the radio another address, as devices do that do not want to be
// recognised. The error is [ErrConfig] if it cannot have that address.
func (r *Radio) SetMAC(mac wps.MAC) error {
	w := r.port.world
	if mac.Group() || w.byMAC[mac] != nil {
		return configError("%q cannot have the address %v", r.port.name, mac)
	}
	delete(w.byMAC, r.mac)
	r.mac, w.byMAC[mac] = mac, r.port
	return nil
}

// Tune tunes the radio to one or several bands, or switches it off with 0.
func (r *Radio) Tune(bands wps.RFBands) { r.bands, r.scanning = bands, false }

// Scan tunes the radio to a band and listens to beacons, until the next Scan
// or Tune.
func (r *Radio) Scan(band wps.RFBands) {
	r.bands, r.scanning = band, true
	r.port.world.scheduleBeacons(r)
}
