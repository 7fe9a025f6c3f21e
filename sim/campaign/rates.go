package campaign

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/gowps/gowps/sim"
)

// Range is an interval with both bounds; equal bounds are a single number.
type Range struct{ Low, High float64 }

// pick draws a number of the range.
func (r Range) pick(random *rand.Rand) float64 { return r.Low + random.Float64()*(r.High-r.Low) }

// Rates are the rates of faults on the links of a [Campaign]. For each kind of
// fault there is a range, from which each world draws its own rate: worlds with
// a little of everything hide what those with much of one kind show (swarm
// testing). The zero value has no faults.
type Rates struct {
	// The probabilities of [sim.Noise], for each frame.
	Loss, Double, Delay, Corrupt, Truncate Range
	// Outage is how many seconds the devices are out of range of each other,
	// once, in the first half minute.
	Outage Range
	// Interference is the fraction of the time that a source of noise is
	// active, which loses half of the frames.
	Interference Range
	// Kbps is the capacity of a link in kilobits per second; 0 is no limit.
	Kbps Range
	// Swarm draws for each world which kinds of faults occur, each with
	// probability one half; a quarter of the worlds has none.
	Swarm bool
}

// DefaultRates are the rates in a house with many neighbours, sometimes far
// worse.
func DefaultRates() Rates {
	return Rates{
		Loss: Range{0, 0.2}, Double: Range{0, 0.2}, Delay: Range{0, 0.3}, Corrupt: Range{0, 0.05}, Truncate: Range{0, 0.05},
		Outage: Range{0, 20}, Interference: Range{0, 0.5}, Kbps: Range{50, 1000}, Swarm: true,
	}
}

// rateRow is a kind of fault: its name on the command line, and its field.
type rateRow struct {
	name string
	of   func(*Rates) *Range
	max  float64
}

const maxOutage, maxKbps = 600, 1e6

var rateRows = [...]rateRow{
	{"loss", func(r *Rates) *Range { return &r.Loss }, 1},
	{"double", func(r *Rates) *Range { return &r.Double }, 1},
	{"delay", func(r *Rates) *Range { return &r.Delay }, 1},
	{"corrupt", func(r *Rates) *Range { return &r.Corrupt }, 1},
	{"truncate", func(r *Rates) *Range { return &r.Truncate }, 1},
	{"outage", func(r *Rates) *Range { return &r.Outage }, maxOutage},
	{"interference", func(r *Rates) *Range { return &r.Interference }, 1},
	{"kbps", func(r *Rates) *Range { return &r.Kbps }, maxKbps},
}

// MarshalText returns the rates as [Rates.UnmarshalText] reads them:
// "swarm" for the default, "none", or a list such as "loss=0.1,delay=0..0.5".
func (r Rates) MarshalText() ([]byte, error) {
	switch r {
	case Rates{}:
		return []byte("none"), nil
	case DefaultRates():
		return []byte("swarm"), nil
	}
	var parts []string
	if r.Swarm {
		parts = append(parts, "swarm")
	}
	for _, row := range rateRows {
		v := *row.of(&r)
		zero := Range{}
		if r.Swarm {
			d := DefaultRates()
			zero = *row.of(&d)
		}
		if v != zero {
			text := row.name + "=" + number(v.Low)
			if v.High != v.Low {
				text += ".." + number(v.High)
			}
			parts = append(parts, text)
		}
	}
	return []byte(strings.Join(parts, ",")), nil
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// UnmarshalText parses rates: "none", "swarm" for [DefaultRates], and kinds
// with a probability or a range, such as "loss=0.02,delay=0..0.1". Kinds after
// "swarm" change the default. The error is [ErrConfig].
func (r *Rates) UnmarshalText(text []byte) error {
	var rates Rates
	for i, part := range strings.Split(string(text), ",") {
		if i == 0 && part == "none" {
			continue
		}
		if i == 0 && part == "swarm" {
			rates = DefaultRates()
			continue
		}
		if err := rates.set(part); err != nil {
			return err
		}
	}
	*r = rates
	return nil
}

// set parses one kind with its range.
func (r *Rates) set(text string) error {
	name, value, _ := strings.Cut(text, "=")
	for _, row := range rateRows {
		if row.name != name {
			continue
		}
		low, high, isRange := strings.Cut(value, "..")
		if !isRange {
			high = low
		}
		from, err1 := strconv.ParseFloat(low, 64)
		to, err2 := strconv.ParseFloat(high, 64)
		if err1 != nil || err2 != nil || !(0 <= from && from <= to && to <= row.max) {
			return configError("%q is not %s=NUMBER or %s=LOW..HIGH, from 0 to %v", text, name, name, row.max)
		}
		*row.of(r) = Range{from, to}
		return nil
	}
	return configError("there is no fault %q: none, swarm, or a list of %s", name, rateNames())
}

func rateNames() string {
	var names []string
	for _, row := range rateRows {
		names = append(names, row.name)
	}
	return strings.Join(names, ", ")
}

// draw draws the rates of a world.
func (r Rates) draw(random *rand.Rand) Rates {
	clean := r.Swarm && random.IntN(4) == 0
	var own Rates
	for _, row := range rateRows {
		v := row.of(&r).pick(random)
		if on := !r.Swarm || random.IntN(2) == 0; on && !clean {
			*row.of(&own) = Range{v, v}
		}
	}
	return own
}

// faults returns the faults for the rates of a world, or nil if there are none.
func (r Rates) faults(w *sim.World, random *rand.Rand) sim.Faults {
	var all sim.Faults
	noise := sim.Noise{Loss: r.Loss.Low, Double: r.Double.Low, Delay: r.Delay.Low, Corrupt: r.Corrupt.Low, Truncate: r.Truncate.Low}
	if noise != (sim.Noise{}) {
		all = append(all, noise)
	}
	if r.Interference.Low > 0 {
		all = append(all, sim.Interference{World: w, Duty: r.Interference.Low, Loss: 0.5})
	}
	if r.Outage.Low > 0 {
		from := time.Duration(random.Float64() * float64(30*time.Second))
		all = append(all, sim.Outage{World: w, From: from, Until: from + time.Duration(r.Outage.Low*float64(time.Second))})
	}
	return all
}

// String returns the rates as text.
func (r Rates) String() string {
	text, _ := r.MarshalText()
	return string(text)
}
