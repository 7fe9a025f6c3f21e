package sim

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"time"

	"github.com/gowps/gowps/wps"
)

// Epoch is when every world begins.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrConfig is the class of a configuration that cannot be used.
var ErrConfig = errors.New("sim: configuration cannot be used")

func configError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...)
}

// Config is what a [World] is told. The zero value of a field is the sensible
// default.
type Config struct {
	// Seed decides on everything that is left to chance. Two worlds with the
	// same seed in which the same is done have the same trace.
	Seed uint64
	// Link is the air between devices of one place that have no link of
	// their own: see [World.SetLink].
	Link Link
	// PSKs remembers pre-shared keys that were computed from passphrases.
	// Worlds that are given the same one share the work; it changes nothing
	// else. By default a world has its own.
	PSKs *PSKs
	// Observe, if set, is told of every event, as it happens.
	Observe func(Event)
}

// World is a number of devices, the air between them and a clock. It is not
// safe for concurrent use; worlds are independent of each other.
type World struct {
	*reusable
	cfg    Config
	now    time.Duration  // since Epoch
	links  map[pair]*Link // of their own, made when needed, as the following are
	noises map[pair]*rand.Rand
	busy   map[pair]time.Duration // until when a direction of a link is in use
	keys   *PSKs
}

// reusable is memory that [World.Reset] keeps.
type reusable struct {
	queue    queue
	ports    []*Port
	byMAC    map[wps.MAC]*Port
	byName   map[string]*Port
	places   map[Place]*place
	hash     hash.Hash
	unhashed []byte // the end of the trace

	// What is made only to be read or written by, one at a time.
	m1                  wps.M1
	probeRequest        wps.ProbeRequest
	probeResponse       wps.ProbeResponse
	associationRequest  wps.AssociationRequest
	associationResponse wps.AssociationResponse
	octets              []byte

	validDevices []wps.Device // descriptions that can be sent
}

func newReusable() *reusable {
	return &reusable{
		byMAC: make(map[wps.MAC]*Port), byName: make(map[string]*Port), places: make(map[Place]*place),
		hash: sha256.New(), unhashed: make([]byte, 0, 2*hashAtOnce),
	}
}

// New returns an empty world.
func New(cfg Config) *World {
	w := &World{reusable: newReusable()}
	w.Reset(cfg)
	return w
}

// Reset makes the world a new, empty one, and reuses its memory. The devices of
// the old world must not be used any more.
func (w *World) Reset(cfg Config) {
	if cfg.PSKs == nil {
		cfg.PSKs = new(PSKs)
	}
	w.reusable.clear()
	*w = World{reusable: w.reusable, cfg: cfg, keys: cfg.PSKs}
}

// clear forgets all but the memory, and the descriptions that were validDevices.
func (r *reusable) clear() {
	r.queue.clear()
	clear(r.ports)
	clear(r.byMAC)
	clear(r.byName)
	clear(r.places)
	r.hash.Reset()
	*r = reusable{
		queue: r.queue, ports: r.ports[:0], byMAC: r.byMAC, byName: r.byName, places: r.places,
		hash: r.hash, unhashed: r.unhashed[:0], octets: r.octets, validDevices: r.validDevices,
	}
}

// SetAir sets the air between the devices of each place that have no link of
// their own, from now on: it replaces [Config].Link.
func (w *World) SetAir(l Link) { w.cfg.Link = l }

// Now returns the time in the world.
func (w *World) Now() time.Time { return Epoch.Add(w.now) }

// Elapsed returns for how long the world exists, in its own time.
func (w *World) Elapsed() time.Duration { return w.now }

// After plans something, such as what a person will do.
func (w *World) After(d time.Duration, act func()) {
	w.queue.push(w.now+max(d, 0), queuedEvent{act: act})
}

// Run lets time pass.
func (w *World) Run(d time.Duration) { w.RunUntil(d, func() bool { return false }) }

// RunUntil lets time pass until a condition holds, and reports whether it
// does. After the limit it gives up.
func (w *World) RunUntil(limit time.Duration, condition func() bool) bool {
	end := w.now + limit
	for !condition() {
		if at, ok := w.queue.next(); !ok || at > end {
			w.now = end
			return condition()
		}
		w.dispatch(w.queue.pop())
	}
	return true
}

// dispatch moves the clock and lets one thing dispatch.
func (w *World) dispatch(at time.Duration, e queuedEvent) {
	w.now = at
	switch {
	case e.act != nil:
		e.act()
	case e.timer != nil:
		e.timer.fireTimer()
	case e.beacon != nil:
		e.beacon.beaconDue()
	default:
		w.arrive(&e.arrival)
	}
}
