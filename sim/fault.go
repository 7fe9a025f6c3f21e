package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Fault decides what happens to the frames on a [Link]. It is called once for
// each frame and receiver, in the order in which the frames are sent. It must
// use no randomness but r, so that a world can be repeated.
type Fault interface {
	// Apply appends to arrivals what arrives of a frame: nothing if it is lost.
	// The frame itself must not be changed.
	Apply(arrivals []Arrival, f *Frame, r *rand.Rand) []Arrival
}

// Arrival is what arrives of a frame.
type Arrival struct {
	Frame *Frame
	// Late is how much later the frame arrives than without the fault. A frame
	// that is late enough arrives after frames sent later.
	Late time.Duration
	// Damage is the damage to the frame, for the trace.
	Damage Damage
}

// Damage is a set of faults of a frame.
type Damage uint8

// The kinds of damage. A lost frame has none of the first four.
const (
	Doubled    Damage = 1 << iota // it is a second copy
	Delayed                       // it is late
	Corrupted                     // bits were changed
	Truncated                     // its end is missing
	OutOfRange                    // the receiver is too far away
	Unheard                       // the receiver is switched off, or on another band
	Foreign                       // sent by another device, with the content of an earlier frame
)

var damageNames = [...]string{"doubled", "delayed", "corrupted", "truncated", "out of range", "unheard", "foreign"}

// String lists the kinds of damage, joined by commas.
func (d Damage) String() string {
	var names []string
	for i, name := range damageNames {
		if d>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Noise is a random fault: the probabilities with which a frame is lost,
// duplicated, delayed by up to MaxDelay (so that others overtake it), changed
// in one bit, or truncated. A lost frame has no other fault.
type Noise struct {
	Loss, Double, Delay, Corrupt, Truncate float64
	// MaxDelay bounds the delay; 0 means 50 milliseconds.
	MaxDelay time.Duration
}

const defaultMaxDelay = 50 * time.Millisecond

// Apply applies the fault. It draws the same number of random values for every
// frame, so that changing one probability does not affect the others.
func (n Noise) Apply(arrivals []Arrival, f *Frame, r *rand.Rand) []Arrival {
	longest := n.MaxDelay
	if longest == 0 {
		longest = defaultMaxDelay
	}
	lost, doubled := r.Float64() < n.Loss, r.Float64() < n.Double
	delayed, late := r.Float64() < n.Delay, time.Duration(r.Float64()*float64(longest))
	corrupted, bit := r.Float64() < n.Corrupt, r.Float64()
	truncated, length := r.Float64() < n.Truncate, r.Float64()
	if lost {
		return arrivals
	}
	a := Arrival{Frame: f}
	if corrupted {
		a = a.flip(int(bit * float64(8*len(f.Body))))
	}
	if truncated {
		a = a.cut(int(length * float64(len(f.Body))))
	}
	if delayed {
		a = a.late(late)
	}
	arrivals = append(arrivals, a)
	if doubled {
		arrivals = append(arrivals, a.again())
	}
	return arrivals
}

// flip changes a bit of the body, if there is one.
func (a Arrival) flip(bit int) Arrival {
	if len(a.Frame.Body) == 0 {
		return a
	}
	f := *a.Frame
	f.Body = slices.Clone(f.Body)
	f.Body[bit/8%len(f.Body)] ^= 1 << (bit % 8)
	a.Frame, a.Damage = &f, a.Damage|Corrupted
	return a
}

// foreign is the frame with another body.
func (a Arrival) foreign(body []byte) Arrival {
	f := *a.Frame
	f.Body = body
	a.Frame, a.Damage = &f, a.Damage|Foreign
	return a
}

// cut truncates the body.
func (a Arrival) cut(length int) Arrival {
	if length >= len(a.Frame.Body) {
		return a
	}
	f := *a.Frame
	f.Body = f.Body[:length:length]
	a.Frame, a.Damage = &f, a.Damage|Truncated
	return a
}

func (a Arrival) late(d time.Duration) Arrival {
	a.Late, a.Damage = a.Late+d, a.Damage|Delayed
	return a
}

func (a Arrival) again() Arrival {
	a.Damage |= Doubled
	return a
}

// Late is a fault that delays every frame. With [Only] it simulates a device
// with slow arithmetic.
type Late time.Duration

// Apply delays the frame.
func (d Late) Apply(arrivals []Arrival, f *Frame, _ *rand.Rand) []Arrival {
	return append(arrivals, Arrival{Frame: f}.late(time.Duration(d)))
}

// Interference is periodic noise: in the first part of each period it loses
// frames with a probability. A microwave oven does so every 20 milliseconds, a
// neighbour's download every few seconds.
type Interference struct {
	// World is the source of the time.
	World *World
	// Period is the time from the start of a burst to the start of the next; 0
	// means 20 milliseconds. Duty is the fraction of it that the burst takes, 0
	// to 1.
	Period time.Duration
	Duty   float64
	// Loss is the probability that a frame is lost during a burst.
	Loss float64
}

// Apply loses the frame, if it falls into a burst.
func (i Interference) Apply(arrivals []Arrival, f *Frame, r *rand.Rand) []Arrival {
	period := cmp.Or(i.Period, 20*time.Millisecond)
	hit := r.Float64() < i.Loss
	if hit && float64(i.World.now%period) < i.Duty*float64(period) {
		return arrivals
	}
	return append(arrivals, Arrival{Frame: f})
}

// Outage is a temporary partition: nothing arrives between two times of the
// world.
type Outage struct {
	World       *World
	From, Until time.Duration
}

// Apply loses the frame during the outage.
func (o Outage) Apply(arrivals []Arrival, f *Frame, _ *rand.Rand) []Arrival {
	if o.World.now >= o.From && o.World.now < o.Until {
		return arrivals
	}
	return append(arrivals, Arrival{Frame: f})
}

// Faults applies several faults in order: each one to what the ones before it
// let through.
type Faults []Fault

// Apply applies all.
func (s Faults) Apply(arrivals []Arrival, f *Frame, r *rand.Rand) []Arrival {
	if len(s) == 1 {
		return s[0].Apply(arrivals, f, r)
	}
	first := len(arrivals)
	arrivals = append(arrivals, Arrival{Frame: f})
	for _, fault := range s {
		// Append what this fault lets through, and then remove what it was given.
		given := len(arrivals)
		for i := first; i < given; i++ {
			a, passed := arrivals[i], len(arrivals)
			arrivals = fault.Apply(arrivals, a.Frame, r)
			for j := passed; j < len(arrivals); j++ {
				arrivals[j].Late += a.Late
				arrivals[j].Damage |= a.Damage
			}
		}
		arrivals = slices.Delete(arrivals, first, given)
	}
	return arrivals
}

// Only applies a fault to selected frames, and passes the others.
type Only struct {
	If func(*Frame) bool
	Fault
}

// Apply applies the fault if the frame is selected.
func (o Only) Apply(arrivals []Arrival, f *Frame, r *rand.Rand) []Arrival {
	if !o.If(f) {
		return append(arrivals, Arrival{Frame: f})
	}
	return o.Fault.Apply(arrivals, f, r)
}

// Script is a fault that is programmed frame by frame, for fuzzing and for
// replaying: each octet says what happens to the next frame. After the last
// octet, all frames pass. The lower three bits select:
//
//	0, 1     it arrives
//	2        a foreign frame arrives before it, with the body of one of the last 32
//	         frames of its type; the upper five bits say which
//	3        it is lost, so that the side that waits for it times out
//	4        it arrives twice
//	5        it is late by the upper five bits times 3 milliseconds, and arrives
//	         after the frames that arrive meanwhile
//	6        a bit is changed; the upper five bits say about where
//	7        it is truncated; the upper five bits say about where
type Script struct {
	Octets []byte

	bodies map[FrameType][][]byte // of the last frames of each type, latest last
}

// maxBodies is how many bodies of a type are kept: as many as five bits can
// select.
const maxBodies = 32

// Apply does what the next octet says.
func (s *Script) Apply(arrivals []Arrival, f *Frame, _ *rand.Rand) []Arrival {
	a := Arrival{Frame: f}
	if len(s.Octets) == 0 {
		return append(arrivals, a)
	}
	op, n := s.Octets[0]&7, int(s.Octets[0]>>3)
	s.Octets = s.Octets[1:]
	if s.bodies == nil {
		s.bodies = make(map[FrameType][][]byte)
	}
	earlier := s.bodies[f.Type]
	s.bodies[f.Type] = append(earlier[max(0, len(earlier)-maxBodies+1):], f.Body)
	switch op {
	case 2:
		if len(earlier) > 0 {
			return append(arrivals, a.foreign(earlier[n%len(earlier)]), a)
		}
	case 3:
		return arrivals
	case 4:
		return append(arrivals, a, a.again())
	case 5:
		a = a.late(time.Duration(n) * 3 * time.Millisecond)
	case 6:
		a = a.flip(n * 8 * len(f.Body) / 32)
	case 7:
		a = a.cut(n * len(f.Body) / 32)
	}
	return append(arrivals, a)
}
