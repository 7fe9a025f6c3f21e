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

// Epoch is the start time of every world.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrConfig is the class of configuration errors.
var ErrConfig = errors.New("sim: invalid configuration")

func configError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrConfig}, args...)...)
}

// Config configures a [World]. Zero values are sensible defaults.
type Config struct {
	// Seed is the source of all randomness. Two worlds with the same seed and
	// the same actions have the same trace.
	Seed uint64
	// Link is the link between devices of one place that have no link of their
	// own: see [World.SetLink].
	Link Link
	// PSKs caches pre-shared keys that were computed from passphrases. Worlds
	// that share it share the work; it changes nothing else. By default a world
	// has its own.
	PSKs *PSKs
	// Observe, if set, is called with every event, as it happens.
	Observe func(Event)
}

// World is a set of devices, the air between them and a clock. It is not safe
// for concurrent use; different worlds are independent of each other.
type World struct {
	*reusable
	cfg    Config
	now    time.Duration  // since Epoch
	links  map[pair]*Link // links of pairs, created when needed like the following
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
	unhashed []byte // the last part of the trace

	// announced is what the devices of the world have announced last, as far as
	// others have read it.
	announced map[announcer]*bss

	// Scratch values for encoding and decoding, used one at a time.
	m1                  wps.M1
	probeResponse       wps.ProbeResponse
	associationRequest  wps.AssociationRequest
	associationResponse wps.AssociationResponse
	octets              []byte
	arrivals            []Arrival

	validDevices []wps.Device // descriptions that were checked
}

func newReusable() *reusable {
	return &reusable{
		byMAC: make(map[wps.MAC]*Port), byName: make(map[string]*Port), places: make(map[Place]*place),
		announced: make(map[announcer]*bss), hash: sha256.New(), unhashed: make([]byte, 0, 2*hashAtOnce),
	}
}

// New returns an empty world.
func New(cfg Config) *World {
	w := &World{reusable: newReusable()}
	w.Reset(cfg)
	return w
}

// Reset makes the world a new, empty one that reuses the memory. The devices of
// the old world must not be used any more.
func (w *World) Reset(cfg Config) {
	if cfg.PSKs == nil {
		cfg.PSKs = new(PSKs)
	}
	w.reusable.clear()
	*w = World{reusable: w.reusable, cfg: cfg, keys: cfg.PSKs}
}

// clear discards everything but the memory and the checked descriptions.
func (r *reusable) clear() {
	r.queue.clear()
	clear(r.ports)
	clear(r.byMAC)
	clear(r.byName)
	clear(r.places)
	clear(r.announced)
	r.hash.Reset()
	*r = reusable{
		queue: r.queue, ports: r.ports[:0], byMAC: r.byMAC, byName: r.byName, places: r.places, announced: r.announced,
		hash: r.hash, unhashed: r.unhashed[:0], octets: r.octets, arrivals: r.arrivals, validDevices: r.validDevices,
	}
}

// SetAir sets the air between the devices of each place that have no link of
// their own, from now on: it replaces [Config].Link.
func (w *World) SetAir(l Link) { w.cfg.Link = l }

// Now returns the time in the world.
func (w *World) Now() time.Time { return Epoch.Add(w.now) }

// Elapsed returns how long the world exists, in its own time.
func (w *World) Elapsed() time.Duration { return w.now }

// After schedules an action, such as one of a person.
func (w *World) After(d time.Duration, act func()) {
	w.queue.push(w.now+max(d, 0), queuedEvent{act: act})
}

// Run advances the time.
func (w *World) Run(d time.Duration) { w.RunUntil(d, func() bool { return false }) }

// RunUntil advances the time until a condition holds, at most by limit, and
// reports whether it holds.
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

// dispatch advances the clock and handles one event.
func (w *World) dispatch(at time.Duration, e queuedEvent) {
	w.now = at
	switch {
	case e.act != nil:
		e.act()
	case e.frame != nil:
		w.arrive(&e)
	default:
		e.to.fireTimer()
	}
}
