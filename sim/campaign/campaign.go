package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps/doctor"
)

// Campaign is a set of worlds, each with a router, a printer, a person and a
// link that are drawn from its seed. The invariants of all worlds are checked
// in each. Zero values are sensible defaults.
//
// A world depends only on the seed of the campaign and its index: it is the
// same on every run and platform, for any number of workers and shards.
type Campaign struct {
	Seed uint64
	// N is the number of worlds in all shards together; 0 is no limit.
	N uint64
	// Shard and Shards split the campaign over machines: this one runs the
	// worlds whose index modulo Shards is Shard. 0 Shards means one.
	Shard, Shards uint64
	// Workers is how many worlds run in parallel; 0 is one per processor.
	Workers int
	// Faults are the rates of faults on the link, such as [DefaultRates]. The
	// zero value has no faults.
	Faults Rates
	// Routers, Printers and People are the tables from which each world draws a
	// row; if empty, [RouterProfiles], [PrinterProfiles] and [People].
	Routers  []RouterProfile
	Printers []PrinterProfile
	People   []Person
	// ReuseKeys makes all runs use the same Diffie-Hellman keys, whose shared
	// secret is computed in advance, for fuzzing that is not about keys: fresh
	// keys take most of the time of a registration.
	ReuseKeys bool
	// Trace, if set, is called with each play, in any order and one at a time.
	// An error from it ends the campaign.
	Trace func(*Play) error

	psks      sim.PSKs
	reusable  sync.Pool // of *reusable, if nothing else can keep what is in them
	ownRows   bool      // all rows are from this package
	filled    sync.Once
	configErr error // what is wrong with the configuration
}

// fill fills in empty fields and checks the others, when the campaign is first
// used.
func (c *Campaign) fill() error {
	c.filled.Do(func() { c.configErr = c.complete() })
	return c.configErr
}

func (c *Campaign) complete() error {
	c.reusable.New = newReusable
	c.ownRows = len(c.Routers) == 0 && len(c.Printers) == 0 && len(c.People) == 0
	if len(c.Routers) == 0 {
		c.Routers = routerProfiles
	}
	if len(c.Printers) == 0 {
		c.Printers = printerProfiles
	}
	if len(c.People) == 0 {
		c.People = people
	}
	c.Shards = max(c.Shards, 1)
	if c.Shard >= c.Shards {
		return configError("there is no shard %d of %d: they begin at 0", c.Shard, c.Shards)
	}
	for _, row := range c.People {
		if !slices.ContainsFunc(c.Routers, func(r RouterProfile) bool {
			return slices.ContainsFunc(c.Printers, func(p PrinterProfile) bool { return fits(&row, &r, &p) })
		}) {
			return configError("the person %q finds no router and printer with the required method", row.Name)
		}
	}
	return nil
}

// fits reports whether both devices support the person's method.
func fits(person *Person, r *RouterProfile, p *PrinterProfile) bool {
	lacks := r.Lacks | p.Lacks
	return person.Method&lacks == 0
}

// Scenario draws the scenario of the world with an index. The error is
// [ErrConfig].
func (c *Campaign) Scenario(index uint64) (Scenario, error) {
	if err := c.fill(); err != nil {
		return Scenario{}, err
	}
	return c.scenario(index), nil
}

func (c *Campaign) scenario(index uint64) Scenario {
	s := Scenario{Seed: c.Seed, Index: index, ReuseKeys: c.ReuseKeys}
	person := draw(s, "person", c.People)()
	routers, printers := draw(s, "router", c.Routers), draw(s, "printer", c.Printers)
	for {
		r, p := routers(), printers()
		if fits(person, r, p) {
			s.Router, s.Printer, s.Person = r.Name, p.Name, person.Name
			break
		}
	}
	if c.Faults != (Rates{}) {
		s.Faults = c.Faults.draw(s.stream("rates"))
	}
	return s
}

// draw returns a function that draws rows of a table.
func draw[T any](s Scenario, purpose string, rows []T) func() *T {
	if len(rows) == 1 { // no random choice
		return func() *T { return &rows[0] }
	}
	random := s.stream(purpose)
	return func() *T { return &rows[random.IntN(len(rows))] }
}

// row returns the row of a table with a name.
func row[T any](rows []T, name string, of func(*T) string) (*T, error) {
	var names []string
	for i := range rows {
		if of(&rows[i]) == name {
			return &rows[i], nil
		}
		names = append(names, of(&rows[i]))
	}
	return nil, configError("there is no %q: %s", name, strings.Join(names, ", "))
}

func routerName(r *RouterProfile) string   { return r.Name }
func printerName(p *PrinterProfile) string { return p.Name }
func personName(p *Person) string          { return p.Name }

// Only restricts the tables to the rows with these names; an empty name leaves
// all rows. The error is [ErrConfig].
func (c *Campaign) Only(router, printer, person string) error {
	if err := c.fill(); err != nil {
		return err
	}
	if router != "" {
		r, err := row(c.Routers, router, routerName)
		if err != nil {
			return err
		}
		c.Routers = []RouterProfile{*r}
	}
	if printer != "" {
		p, err := row(c.Printers, printer, printerName)
		if err != nil {
			return err
		}
		c.Printers = []PrinterProfile{*p}
	}
	if person != "" {
		p, err := row(c.People, person, personName)
		if err != nil {
			return err
		}
		c.People = []Person{*p}
	}
	// Remove the people whose method no remaining device supports.
	c.People = slices.DeleteFunc(slices.Clone(c.People), func(who Person) bool {
		return !slices.ContainsFunc(c.Routers, func(r RouterProfile) bool {
			return slices.ContainsFunc(c.Printers, func(p PrinterProfile) bool { return fits(&who, &r, &p) })
		})
	})
	if len(c.People) == 0 {
		return configError("the devices lack what the person needs")
	}
	return nil
}

// Play runs a scenario, and calls observe, if set, with each event. The error
// is [ErrConfig] if the scenario has a name that is not in the tables.
func (c *Campaign) Play(s Scenario, observe func(sim.Event)) (Play, error) {
	if err := c.fill(); err != nil {
		return Play{}, err
	}
	router, err := row(c.Routers, s.Router, routerName)
	if err != nil {
		return Play{}, err
	}
	printer, err := row(c.Printers, s.Printer, printerName)
	if err != nil {
		return Play{}, err
	}
	person, err := row(c.People, s.Person, personName)
	if err != nil {
		return Play{}, err
	}
	stage, err := newStage(s, router, printer, &c.psks, c.reusable.Get().(*reusable), observe)
	if err != nil {
		return Play{}, err
	}
	cause := stage.perform(router, printer, person)
	play := stage.result()
	play.Cause = cause
	if c.ownRows {
		c.reusable.Put(stage.release())
	}
	return play, nil
}

// perform runs the scenario and judges the outcome. A panic is caught.
func (s *stage) perform(router *RouterProfile, printer *PrinterProfile, person *Person) (cause doctor.Cause) {
	defer s.recoverPanic()
	cause = doctor.Unknown // if there is a panic
	s.play(person)
	cause = s.judge()
	s.checkCause(cause, person.Noisy, router.Causes, printer.Causes, person.Causes)
	return cause
}

// Run plays the campaign until all its worlds have run or ctx is done. A
// deadline of ctx ends the campaign in time; if ctx is cancelled in another
// way, the report says that the campaign was interrupted. The error is
// [ErrConfig] or that of Trace.
func (c *Campaign) Run(ctx context.Context) (*Report, error) {
	if err := c.fill(); err != nil {
		return nil, err
	}
	began := time.Now()
	total := newTally(c)
	workers := cmp.Or(c.Workers, runtime.GOMAXPROCS(0))
	playing, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var dealt atomic.Uint64 // worlds; a channel would cost as much as running a world
	var unplayed atomic.Bool
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for {
				index := c.Shard + (dealt.Add(1)-1)*c.Shards
				if c.N != 0 && index >= c.N {
					return
				}
				if playing.Err() != nil {
					unplayed.Store(true)
					return
				}
				play, err := c.Play(c.scenario(index), nil)
				if err == nil {
					err = total.add(&play)
				}
				if err != nil {
					stop(failure{err})
				}
			}
		})
	}
	wait.Wait()
	if failed := (failure{}); errors.As(context.Cause(playing), &failed) {
		return nil, failed.error
	}
	r := total.finish()
	r.Interrupted = unplayed.Load() && !errors.Is(ctx.Err(), context.DeadlineExceeded)
	r.time(time.Since(began).Seconds())
	return r, nil
}

// failure is an error that ends a campaign.
type failure struct{ error }

// command returns the command line that plays a world again.
func (c *Campaign) command(index uint64) string {
	var b strings.Builder
	b.WriteString("wpssim replay")
	if c.Faults != DefaultRates() {
		fmt.Fprintf(&b, " -faults %v", c.Faults)
	}
	if p := c.profile(); p != "" {
		fmt.Fprintf(&b, " -profile %s", p)
	}
	if c.ReuseKeys {
		b.WriteString(" -reuse-keys")
	}
	fmt.Fprintf(&b, " %d:%d", c.Seed, index)
	return b.String()
}

// profile returns the selection of [Campaign.Only] as command-line flags.
func (c *Campaign) profile() string {
	var parts []string
	if len(c.Routers) == 1 {
		parts = append(parts, "router="+c.Routers[0].Name)
	}
	if len(c.Printers) == 1 {
		parts = append(parts, "printer="+c.Printers[0].Name)
	}
	if len(c.People) == 1 {
		parts = append(parts, "person="+c.People[0].Name)
	}
	return strings.Join(parts, ",")
}
