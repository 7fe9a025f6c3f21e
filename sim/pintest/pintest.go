package pintest

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps/registration"
)

// Config configures [Run]. Zero values are the defaults.
type Config struct {
	// Seed is the seed of the first play; the next has Seed+1, and so on. So
	// the seed alone repeats one play of many, and a campaign is split over
	// machines by dividing the seeds.
	Seed uint64
	// N is the number of plays; 0 means 1000.
	N int
	// Workers is how many plays run in parallel; 0 means one per processor. The
	// report is the same for any number.
	Workers int
	// Progress, if set, is called after each play with the number of plays that
	// have ended and the number with violations. It is called by one worker at
	// a time.
	Progress func(plays, found int)
}

const defaultPlays = 1000

// Report is the result of [Run].
type Report struct {
	Seed  uint64 `json:"seed"`
	Plays int    `json:"plays"`
	// Steps is the number of steps: a text, an owner's entry, a registration's
	// next packet, a wait.
	Steps uint64 `json:"steps"`
	// Coverage counts the transitions of the models, in the order of their
	// tables, including those that never happened.
	Coverage []Transition `json:"coverage"`
	// Found is the number of plays in which the code and a model disagreed.
	// Violations has those with the 100 lowest seeds.
	Found      int         `json:"found"`
	Violations []Violation `json:"violations"`
	// TraceHash is a digest of all inputs and results. It is the same on every
	// run and platform, for any number of workers.
	TraceHash string `json:"trace_hash"`
}

// Transition is a row of a model: an event in a state, the next state, and how
// often it happened.
type Transition struct {
	Model string `json:"model"`
	State string `json:"state"`
	Event string `json:"event"`
	Next  string `json:"next"`
	Count uint64 `json:"count"`
}

// Violation is a step at which the code and the model disagree. It ends the
// play.
type Violation struct {
	Seed uint64 `json:"seed"`
	Step uint64 `json:"step"`
	What string `json:"what"`
	// History is the last steps of the play. PINs in it are made up.
	History []string `json:"history"`
	// Command repeats the play.
	Command string `json:"command"`
}

// How many violations are kept, and how many steps of the history of each.
const (
	maxViolations = 100
	maxHistory    = 24
)

// Run makes the plays and returns the report, which is the same for any number
// of workers.
func Run(cfg Config) Report {
	if cfg.N == 0 {
		cfg.N = defaultPlays
	}
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	r := Report{Seed: cfg.Seed, Coverage: slices.Clone(transitions), Violations: []Violation{}}
	var hash [sha256.Size]byte
	var mu sync.Mutex // guards all of these, and next
	next := 0
	var workers sync.WaitGroup
	for range min(cfg.Workers, cfg.N) {
		workers.Go(func() {
			p := newPlay()
			mu.Lock()
			defer mu.Unlock()
			for next < cfg.N {
				seed := cfg.Seed + uint64(next)
				next++
				mu.Unlock()
				violation := p.play(seed)
				sum := sha256.Sum256(p.trace)
				mu.Lock()
				r.Plays++
				r.Steps += p.step
				for i := range hash {
					hash[i] ^= sum[i] // plays end in any order
				}
				if violation != nil {
					r.add(*violation)
				}
				if cfg.Progress != nil {
					cfg.Progress(r.Plays, r.Found)
				}
			}
			for i, n := range p.counts {
				r.Coverage[i].Count += n
			}
		})
	}
	workers.Wait()
	for i := range r.Violations {
		r.Violations[i].explain()
	}
	r.TraceHash = hex.EncodeToString(hash[:])
	return r
}

// add keeps a violation if its seed is low enough.
func (r *Report) add(v Violation) {
	r.Found++
	at, _ := slices.BinarySearchFunc(r.Violations, v, func(a, b Violation) int { return cmp.Compare(a.Seed, b.Seed) })
	r.Violations = slices.Insert(r.Violations, at, v)
	r.Violations = r.Violations[:min(len(r.Violations), maxViolations)]
}

// explain repeats the play and records the steps before the violation.
func (v *Violation) explain() {
	p := newPlay()
	p.log = func(format string, args ...any) {
		v.History = append(v.History, fmt.Sprintf("%d: ", p.step)+fmt.Sprintf(format, args...))
		v.History = v.History[max(0, len(v.History)-maxHistory):]
	}
	p.play(v.Seed)
	v.Command = fmt.Sprintf("go run ./examples/wpssim pins -seed %d -n 1", v.Seed)
}

// String returns the report as a table, and the violations with their commands.
func (r Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "model\tin state\thappens\tand then\ttimes")
	reached := 0
	for _, t := range r.Coverage {
		times := "never"
		if t.Count > 0 {
			reached++
			times = fmt.Sprint(t.Count)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.Model, t.State, t.Event, t.Next, times)
	}
	w.Flush() // a Builder accepts everything
	fmt.Fprintf(&b, "\nseed %d: %d plays, %d steps, %d of %d transitions, violations in %d plays\ntrace %s\n",
		r.Seed, r.Plays, r.Steps, reached, len(r.Coverage), r.Found, r.TraceHash)
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "\nseed %d, step %d: %s\n", v.Seed, v.Step, v.What)
		for _, line := range v.History {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		fmt.Fprintf(&b, "repeat: %s\n", v.Command)
	}
	return b.String()
}

// play makes one play after another. It belongs to one worker.
type play struct {
	rand   *rand.Rand
	nonces *sim.RandomSource // of the machines
	counts []uint64          // of transitions
	trace  []byte            // the input of the hash
	step   uint64
	log    func(format string, args ...any) // set only while a violation is explained

	keys [2]*registration.KeyPair // of registrars and enrollees
}

func newPlay() *play {
	p := &play{counts: make([]uint64, len(transitions))}
	for i := range p.keys {
		pair, err := registration.NewKeyPairFromExponent([]byte{2 + byte(i), 3})
		if err != nil {
			panic(err) // an exponent other than zero makes a key pair
		}
		p.keys[i] = pair
	}
	return p
}

// mismatch is the panic value of a play in which the code and the model
// disagree.
type mismatch string

// play runs the parts, and returns the violation that ended it, if any.
func (p *play) play(seed uint64) (v *Violation) {
	p.trace = binary.BigEndian.AppendUint64(p.trace[:0], seed)
	p.step = 0
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case mismatch:
			v = &Violation{Seed: seed, Step: p.step, What: string(cause)}
		default:
			v = &Violation{Seed: seed, Step: p.step, What: fmt.Sprintf("panic: %v\n%s", cause, debug.Stack())}
		}
	}()
	for _, part := range parts {
		p.rand = rand.New(sim.NewRandomSource(seed, part.name, "actions"))
		p.nonces = sim.NewRandomSource(seed, part.name, "nonces")
		if p.log != nil {
			p.log("%s", part.name)
		}
		part.play(p)
	}
	return nil
}

// pinParts are the parts of a play. Each has its own randomness.
var parts = []struct {
	name string
	play func(*play)
}{
	{modelText, (*play).texts},
	{modelList, (*play).list},
	{modelLockout, (*play).lockout},
	{modelAP, (*play).accessPoint},
}

// note starts a step.
func (p *play) note(format string, args ...any) {
	p.step++
	if p.log != nil {
		p.log(format, args...)
	}
}

// check ends the play unless the code agrees with the model.
func (p *play) check(ok bool, format string, args ...any) {
	if !ok {
		panic(mismatch(fmt.Sprintf(format, args...)))
	}
}

// action is an action in a part of a play with its relative frequency.
type action[P any] struct {
	often int
	do    func(P)
}

// actByChance draws and runs an action.
func actByChance[P any](r *rand.Rand, part P, actions []action[P]) {
	total := 0
	for _, a := range actions {
		total += a.often
	}
	n := r.IntN(total)
	for _, a := range actions {
		if n -= a.often; n < 0 {
			a.do(part)
			return
		}
	}
}
