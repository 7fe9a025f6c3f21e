package campaign

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/bits"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// Scenario determines one world of a [Campaign]: the configuration and what was
// drawn from the seed. [Campaign.Scenario] draws one, [Campaign.Play] runs it.
type Scenario struct {
	Seed    uint64 `json:"seed"`
	Index   uint64 `json:"index"`
	Router  string `json:"router"`  // names of profiles
	Printer string `json:"printer"` //
	Person  string `json:"person"`
	Faults  Rates  `json:"faults"`
	// Keep, if not nil, lists the names of the only faults that happen: see
	// [Campaign.Shrink].
	Keep      []string `json:"keep,omitzero"`
	ReuseKeys bool     `json:"reuse_keys,omitempty"`
}

// Play is the outcome of a [Scenario].
type Play struct {
	Scenario
	// Cause is the doctor's verdict: [doctor.Success], or why not.
	Cause doctor.Cause `json:"cause"`
	// Latency is the time from the last set-up at the panel to the connection,
	// in the time of the world; 0 if there was none.
	Latency time.Duration `json:"latency_ns,omitempty"`
	// Exchanges is how many runs of the Registration Protocol began, PINs how
	// many PINs people typed.
	Exchanges int `json:"exchanges"`
	PINs      int `json:"pins"`
	// Violations are the violations of rules, at most the first ten.
	Violations []Violation `json:"violations,omitempty"`
	// Trace is [sim.World.TraceHash], in hexadecimal digits.
	Trace string `json:"trace"`

	happened []faultName // the faults
}

// Times of a scene.
const (
	// sceneLimit is when everything must be over: two set-ups with the time a
	// person needs between them, and a restart of the router.
	sceneLimit = 15 * time.Minute
	// aftermath is for the last frames.
	aftermath = 300 * time.Millisecond
	// joinPatience is how long a printer may try to join a network from WPS.
	joinPatience = 45 * time.Second
	// longestWalk is from one device to the other; shortestWalk is when they
	// are side by side.
	shortestWalk, longestWalk = time.Second, 20 * time.Second
)

// stage is a world in which a scenario runs.
type stage struct {
	scenario     Scenario
	world        *sim.World
	scene        *Scene
	check        *checker
	random       *rand.Rand
	walk         time.Duration
	faults       *faultSelection  // nil without faults
	config       sim.RouterConfig // of the router
	printerBands wps.RFBands
	guest        *sim.Router
	routers      []*sim.Router // all of them
	printers     []*sim.Printer
}

// stream returns the randomness of the scenario for a purpose.
func (s Scenario) stream(purpose string) *rand.Rand {
	return rand.New(sim.NewRandomSource(s.Seed, strconv.FormatUint(s.Index, 10), purpose))
}

// reusable is memory that one play leaves to the next: allocating it again
// costs a twentieth of a play without public-key cryptography.
type reusable struct {
	world *sim.World
	check *checker
}

func newReusable() any { return &reusable{sim.New(sim.Config{}), newChecker()} }

// release takes down a stage, and returns the memory for the next play.
func (s *stage) release() *reusable {
	s.check.reset()
	return &reusable{s.world, s.check}
}

// newStage creates the world for three rows of the tables.
func newStage(sc Scenario, router *RouterProfile, printer *PrinterProfile, psks *sim.PSKs, p *reusable, observe func(sim.Event)) (*stage, error) {
	s := &stage{scenario: sc, check: p.check, random: sc.stream("stage")}
	s.walk = shortestWalk + time.Duration(s.random.Int64N(int64(longestWalk-shortestWalk)))
	watch := s.check.observe
	if observe != nil {
		watch = func(e sim.Event) { s.check.observe(e); observe(e) }
	}
	s.world = p.world
	s.world.Reset(sim.Config{Seed: sc.stream("world").Uint64(), PSKs: psks, Observe: watch})
	link := sim.Link{Rate: int(1000 * sc.Faults.Kbps.Low)}
	var air sim.Faults
	for _, fault := range []sim.Fault{router.Air, printer.Air} {
		if fault != nil {
			air = append(air, fault)
		}
	}
	if sc.Faults != (Rates{}) {
		if faults := sc.Faults.faults(s.world, sc.stream("faults")); faults != nil {
			s.faults = newSelection(faults, sc.Keep)
			air = append(air, s.faults)
		}
	}
	if air != nil {
		link.Fault = air
	}
	s.world.SetAir(link)

	cfg := sim.RouterConfig{Name: "router"}
	if router.Configure != nil {
		router.Configure(&cfg)
	}
	s.config = cfg
	if cfg.SeparateRadios {
		s.check.lists = max(bits.OnesCount8(uint8(cfg.Bands)), 1)
	}
	s.scene = &Scene{World: s.world, check: s.check, stage: s}
	var err error
	if s.scene.Router, err = s.newRouter(cfg); err != nil {
		return nil, configError("the router %q: %w", router.Name, err)
	}
	if router.Guest {
		guest := sim.RouterConfig{Name: "guest", Settings: sim.Settings{SSID: "guest"}}
		guest.Device.UUID = s.scene.Router.Device().UUID
		if s.guest, err = s.newRouter(guest); err != nil {
			return nil, err
		}
	}
	pc := sim.PrinterConfig{Name: "printer"}
	if printer.Configure != nil {
		printer.Configure(&pc)
	}
	s.printerBands = pc.Bands
	if s.scene.Printer, err = s.newPrinter(pc); err != nil {
		return nil, configError("the printer %q: %w", printer.Name, err)
	}
	if router.Start != nil {
		return s, router.Start(s.scene.Router)
	}
	return s, nil
}

// newRouter adds a router. Its key is a pre-shared key, unless the
// configuration has one: computing it from a passphrase costs more than a
// registration.
func (s *stage) newRouter(cfg sim.RouterConfig) (*sim.Router, error) {
	if len(cfg.Settings.Key) == 0 {
		var psk [32]byte
		for i := 0; i < len(psk); i += 8 {
			binary.BigEndian.PutUint64(psk[i:], s.random.Uint64())
		}
		cfg.Settings.Key = hex.AppendEncode(nil, psk[:])
	}
	custom := cfg.Customize
	cfg.Customize = func(c *ap.Config) {
		if s.scenario.ReuseKeys {
			_, c.Registration.KeyPair = sim.KnownKeyPairs()
		}
		if custom != nil {
			custom(c)
		}
		for _, given := range c.Credentials {
			s.check.addNetwork(given.SSID, given.NetworkKey)
		}
	}
	r, err := sim.NewRouter(s.world, cfg)
	if err == nil {
		s.routers = append(s.routers, r)
	}
	return r, err
}

func (s *stage) newPrinter(cfg sim.PrinterConfig) (*sim.Printer, error) {
	if custom := cfg.Customize; s.scenario.ReuseKeys {
		cfg.Customize = func(c *registration.EnrolleeConfig) {
			c.KeyPair, _ = sim.KnownKeyPairs()
			if custom != nil {
				custom(c)
			}
		}
	}
	p, err := sim.NewPrinter(s.world, cfg)
	if err == nil {
		s.printers = append(s.printers, p)
	}
	return p, err
}

// router adds another router, printer another printer, and newComputer a
// computer, all with an ordinary configuration.
func (s *stage) router(cfg sim.RouterConfig) *sim.Router { return ordinary(s.newRouter(cfg)) }

func (s *stage) printer(cfg sim.PrinterConfig) *sim.Printer { return ordinary(s.newPrinter(cfg)) }

func (s *stage) newComputer() *sim.Computer {
	cfg := sim.ComputerConfig{Name: "computer", Bands: s.config.Bands}
	if s.scenario.ReuseKeys {
		cfg.Customize = func(c *registration.RegistrarConfig) { c.KeyPair, _ = sim.KnownKeyPairs() }
	}
	return ordinary(sim.NewComputer(s.world, cfg))
}

// ordinary returns a device whose configuration comes from this package, and so
// has no error.
func ordinary[T any](device T, err error) T {
	if err != nil {
		panic(err)
	}
	return device
}

// isIdle reports whether no device and no person is active any more.
func (s *stage) isIdle() bool {
	if s.scene.pending > 0 || s.scene.computer != nil && s.scene.computer.Busy() {
		return false
	}
	for _, p := range s.printers {
		if p.Busy() {
			return false
		}
	}
	return true
}

// play lets the person act, and advances the time until all is over.
func (s *stage) play(person *Person) {
	person.Do(s.scene)
	for {
		if !s.world.RunUntil(sceneLimit-s.world.Elapsed(), s.isIdle) {
			s.fail(RuleEnd, "a device or the person is still busy")
			return
		}
		s.world.Run(aftermath)
		if s.isIdle() {
			break
		}
	}
	connecting := func() bool { return s.scene.Printer.Status().State == sim.Connecting }
	if connecting() {
		s.world.RunUntil(joinPatience, func() bool { return !connecting() })
	}
}

// judge checks the rules for the end, and returns the doctor's verdict.
func (s *stage) judge() doctor.Cause {
	for _, p := range s.printers {
		for _, n := range p.Networks() {
			made := s.config.Unconfigured && slices.ContainsFunc(s.routers, func(r *sim.Router) bool { return r.Settings().SSID == n.SSID }) // with a key that was generated for it
			if !s.check.hasNetwork(&n) && !made {
				s.fail(RuleKnownNetwork, "%s has the network %v, which no router gave", p.Port().Name(), n.SSID)
			}
		}
	}
	evidence, err := s.scene.Printer.Evidence(), s.scene.Printer.Status().Err
	for _, p := range s.printers[1:] {
		evidence.Stations = append(evidence.Stations, p.Evidence().Stations...)
	}
	connected := s.scene.Printer.Status().State == sim.Connected
	if c := s.scene.computer; c != nil {
		evidence = c.Evidence()
		_, err = c.Outcome()
		connected = err == nil
	}
	var panel *sim.Failure
	if !connected && (!errors.As(err, &panel) || panel.Text == "") {
		s.fail(RuleReason, "a failure without a reason: %v", err)
	}
	return doctor.Diagnose(evidence).Cause
}

// noiseCauses are the causes that faults of the link may have if no bits are
// changed.
var noiseCauses = []doctor.Cause{
	doctor.Success, doctor.SettingsRead, doctor.Timeout, doctor.EndedEarly, doctor.NoIdentityRequest,
	doctor.NoRegistrarSession, doctor.NoSelectedRegistrar, doctor.NetworkNotFound, doctor.WrongKey,
	doctor.AssociationRefused, doctor.JoiningRefused, doctor.InternalRefusal, doctor.SetupLocked,
	doctor.WPSDisabled, doctor.MethodMismatch, doctor.OtherBand, doctor.DeviceNotSearching, doctor.LossyLink,
}

// checkCause checks that the doctor names what is wrong in the scenario. If
// bits are changed, any cause but Unknown is right: refusals are not
// authenticated. Worse are additional causes if the link is bad.
func (s *stage) checkCause(cause doctor.Cause, worse []doctor.Cause, lists ...[]doctor.Cause) {
	var may []doctor.Cause
	well := true
	for _, list := range lists {
		may = append(may, list...)
		well = well && (len(list) == 0 || slices.Contains(list, doctor.Success))
	}
	well = well && cause == doctor.Success
	faults := s.scenario.Faults
	changed := faults.Corrupt.Low > 0 || faults.Truncate.Low > 0
	switch {
	case slices.Contains(may, cause) && cause != doctor.Success, well:
	case faults == (Rates{}):
		s.fail(RuleCause, "the doctor says %s, and it is one of %v", cause, may)
	case slices.Contains(worse, cause):
	case cause == doctor.Unknown:
		if err := s.scene.Printer.Status().Err; !errors.Is(err, sim.ErrNothingHeard) && s.scene.computer == nil {
			s.fail(RuleCause, "the doctor does not know why: %v", err)
		}
	case !changed && !slices.Contains(noiseCauses, cause):
		s.fail(RuleCause, "the doctor says %s, and it is one of %v, or the air", cause, may)
	}
}

// fail records a violation at the present time.
func (s *stage) fail(rule Rule, format string, args ...any) {
	s.check.now = s.world.Elapsed()
	s.check.fail(rule, format, args...)
}

// result returns the outcome of the play.
func (s *stage) result() Play {
	hash := s.world.TraceHash()
	p := Play{
		Scenario: s.scenario, Latency: s.check.latency, Exchanges: s.check.exchanges, PINs: s.scene.pins,
		Violations: s.check.violations, Trace: hex.EncodeToString(hash[:]),
	}
	if s.faults != nil {
		p.happened = s.faults.happened
	}
	return p
}

// recoverPanic turns a panic into a violation with its place.
func (s *stage) recoverPanic() {
	if r := recover(); r != nil {
		stack := debug.Stack()
		if p, ok := r.(*sim.Panic); ok {
			r, stack = p.Value, p.Stack
		}
		s.fail(RulePanic, "%v in %s", r, panicOrigin(string(stack)))
	}
}

// panicOrigin returns the innermost function of this module in a stack, apart
// from this package's own recovery.
func panicOrigin(stack string) string {
	_, stack, _ = strings.Cut(stack, "panic(")
	for line := range strings.Lines(stack) {
		if name, ok := strings.CutPrefix(line, "github.com/gowps/gowps/"); ok {
			name, _, _ = strings.Cut(strings.TrimSpace(name), "(0x")
			return name
		}
	}
	return "an unknown function"
}

// faultSelection applies only some of the faults.
type faultSelection struct {
	faults   sim.Faults
	keep     map[string]bool   // nil keeps all
	frames   map[direction]int // sent so far
	happened []faultName
}

// faultName names a fault.
type faultName struct {
	direction
	number int // of the frame in its direction
}

// String returns the name in a [Scenario].
func (n faultName) String() string {
	return n.from.String() + ">" + n.to.String() + "#" + strconv.Itoa(n.number)
}

// direction is one of the two directions between two addresses.
type direction struct{ from, to wps.MAC }

func newSelection(faults sim.Faults, keep []string) *faultSelection {
	s := &faultSelection{faults: faults, frames: make(map[direction]int)}
	if keep != nil {
		s.keep = make(map[string]bool)
		for _, name := range keep {
			s.keep[name] = true
		}
	}
	return s
}

// Apply applies a fault, if it is selected and changes something. A fault is
// named by its direction and the number of its frame there, so that leaving out
// one does not rename those in the other direction.
func (s *faultSelection) Apply(arrivals []sim.Arrival, f *sim.Frame, r *rand.Rand) []sim.Arrival {
	way := direction{f.From, f.To}
	number := s.frames[way] + 1
	s.frames[way] = number
	before := len(arrivals)
	arrivals = s.faults.Apply(arrivals, f, r)
	if now := arrivals[before:]; len(now) == 1 && now[0].Damage == 0 {
		return arrivals
	}
	name := faultName{way, number}
	if s.keep != nil && !s.keep[name.String()] {
		return append(arrivals[:before], sim.Arrival{Frame: f})
	}
	s.happened = append(s.happened, name)
	return arrivals
}
