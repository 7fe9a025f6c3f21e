package pintest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/sim"
)

// TestPINs plays enough to cover everything in the models. The expected hash is
// the same on every platform; it changes with the models.
func TestPINs(t *testing.T) {
	const want = "4264e60b3caa3fb35bd4d466355763435173ca702e6f3c54722acd90cafaad07"
	r := Run(Config{Seed: 1, N: 500})
	if r.Found != 0 || len(r.Violations) != 0 || r.Plays != 500 {
		t.Error(r)
	}
	for _, c := range r.Coverage {
		if c.Count == 0 {
			t.Errorf("%s, in state %q: %s, and then: %s: has not happened in %d plays", c.Model, c.State, c.Event, c.Next, r.Plays)
		}
	}
	if r.TraceHash != want {
		t.Errorf("the trace is\n%s, and was\n%s", r.TraceHash, want)
	}
}

// TestPINsWorkers plays with one worker and with several, and in two halves.
func TestPINsWorkers(t *testing.T) {
	progress := 0
	one := Run(Config{Seed: 7, N: 30, Workers: 1, Progress: func(plays, found int) {
		if progress++; plays != progress || found != 0 {
			t.Errorf("after %d plays: progress of %d, with violations in %d", progress, plays, found)
		}
	}})
	if several := Run(Config{Seed: 7, N: 30, Workers: 3}); !reflect.DeepEqual(one, several) {
		t.Errorf("one worker:\n%v\nthree:\n%v", one, several)
	}
	first, second := Run(Config{Seed: 7, N: 15}), Run(Config{Seed: 22, N: 15})
	if one.Steps != first.Steps+second.Steps || one.TraceHash == first.TraceHash {
		t.Errorf("%d steps, in halves %d and %d", one.Steps, first.Steps, second.Steps)
	}
	if progress != 30 {
		t.Errorf("progress of %d plays", progress)
	}
}

// TestPINsFind changes a model to report an error, so that a violation is
// found.
func TestPINsFind(t *testing.T) {
	right := lockBases[0].first
	defer func() { lockBases[0].first = right }()
	lockBases[0].first = time.Hour

	r := Run(Config{Seed: 5, N: 20})
	if r.Found < 2 || len(r.Violations) != r.Found || !slices.IsSortedFunc(r.Violations, func(a, b Violation) int { return int(a.Seed) - int(b.Seed) }) {
		t.Fatal(r)
	}
	v := r.Violations[1]
	if want := fmt.Sprintf("go run ./examples/wpssim pins -seed %d -n 1", v.Seed); v.Command != want {
		t.Errorf("to be repeated by %q, want %q", v.Command, want)
	}
	alone := Run(Config{Seed: v.Seed, N: 1})
	if len(alone.Violations) != 1 || !reflect.DeepEqual(alone.Violations[0], v) {
		t.Errorf("repeated: %v, was %+v", alone, v)
	}
	last := v.History[len(v.History)-1]
	if len(v.History) > maxHistory || !strings.HasPrefix(last, fmt.Sprintf("%d: ", v.Step)) || !strings.HasPrefix(v.What, "locked until") {
		t.Errorf("%+v", v)
	}
	for _, part := range []string{v.What, v.Command, last, fmt.Sprintf("violations in %d plays", r.Found)} {
		if !strings.Contains(r.String(), part) {
			t.Errorf("the report lacks %q:\n%v", part, r)
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("%v: %s", err, text)
	}
}

// TestPINsPanic makes the code panic in every play.
func TestPINsPanic(t *testing.T) {
	before := parts
	defer func() { parts = before }()
	parts = append(parts[:1:1], parts[0])
	parts[1].play = func(p *play) {
		var nothing []int
		_ = nothing[p.step]
	}
	r := Run(Config{N: maxViolations + 20})
	if r.Found != r.Plays || len(r.Violations) != maxViolations {
		t.Fatalf("%d violations of %d", len(r.Violations), r.Found)
	}
	for i, v := range r.Violations {
		if v.Seed != uint64(i) || !strings.Contains(v.What, "index out of range") || !strings.Contains(v.What, "pintest_test.go") {
			t.Fatalf("violation %d: %+v", i, v)
		}
	}
}

// octets is a random source controlled by a fuzzer: one octet for each draw,
// then values derived from the last ones.
type octets struct {
	left []byte
	rest rand.PCG
}

func (o *octets) Uint64() uint64 {
	if len(o.left) == 0 {
		return o.rest.Uint64()
	}
	v := uint64(o.left[0]) * 0x0101010101010101
	o.left = o.left[1:]
	return v
}

// FuzzPINs plays a part from a byte-coded schedule: the first octet selects the
// part, each of the others is a random draw.
func FuzzPINs(f *testing.F) {
	for part := range parts {
		f.Add([]byte{byte(part)})
		f.Add(append([]byte{byte(part)}, strings.Repeat("\x40\x80\xc0\x20", 40)...))
	}
	f.Fuzz(func(t *testing.T, schedule []byte) {
		if len(schedule) == 0 {
			return
		}
		p := newPlay()
		source := &octets{left: schedule[1:]}
		var seed [8]byte
		copy(seed[:], schedule[max(0, len(schedule)-8):])
		source.rest.Seed(binary.BigEndian.Uint64(seed[:]), 0)
		p.rand, p.nonces = rand.New(source), sim.NewRandomSource(0, "", "nonces")
		defer func() {
			if fault, ok := recover().(mismatch); ok {
				t.Fatal(fault)
			}
		}()
		parts[int(schedule[0])%len(parts)].play(p)
	})
}
