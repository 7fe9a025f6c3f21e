package registration

import (
	"crypto/rand"
	"runtime"
	"testing"

	"filippo.io/bigmod"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration/internal/group5"
)

// TestAllocations limits a whole registration with fresh keys, both roles, to
// 60 allocations.
func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates too")
	}
	f := station()
	run := func() {
		e, r := f.machines(t)
		f.until(t, e, r, wps.KindDone)
	}
	for range 10 { // the first ones make the tables of the comb
		run()
	}
	if n := testing.AllocsPerRun(10, run); n > 60 {
		t.Errorf("%.0f allocations", n)
	}
}

// BenchmarkRegistrationPIN is a whole registration by PIN, both roles, with
// fresh keys, from M1 to WSC_Done. Compare BenchmarkModExp256: a run needs two
// such exponentiations, and two that are cheap because of the comb.
func BenchmarkRegistrationPIN(b *testing.B) {
	f := station()
	for range 20 { // the first keys of a program are made without the comb
		if _, err := NewKeyPair(nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		e, r := f.machines(b)
		out, err := e.Start()
		for out != nil && err == nil {
			if out, err = r.Handle(out); err == nil && out != nil {
				out, err = e.Handle(out)
			}
		}
		if err != nil || r.Result() == nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkModExp256 is the reference for the time of a registration: one
// exponentiation by bigmod with a random base and an exponent of 256 bits.
func BenchmarkModExp256(b *testing.B) {
	modulus, err := bigmod.NewModulus(group5.Prime())
	if err != nil {
		b.Fatal(err)
	}
	exponent := make([]byte, 32)
	rand.Read(exponent)
	base := make([]byte, group5.Size)
	rand.Read(base[1:])
	y, err := bigmod.NewNat().SetBytes(base, modulus)
	if err != nil {
		b.Fatal(err)
	}
	out := bigmod.NewNat()
	b.ReportAllocs()
	for b.Loop() {
		out.Exp(y, exponent, modulus)
	}
}

// BenchmarkMessages is the same run without public-key cryptography: the two
// key pairs have a precomputed secret.
func BenchmarkMessages(b *testing.B) {
	f := station()
	f.cheap()
	b.ReportAllocs()
	for b.Loop() {
		e, r := f.machines(b)
		f.until(b, e, r, wps.KindDone)
	}
}

// BenchmarkIdleRun measures how much memory a machine keeps while it waits for its
// peer: an enrollee that has sent M1, and a registrar that has sent M2.
func BenchmarkIdleRun(b *testing.B) {
	const runs = 1000
	f := station()
	f.cheap()
	f.enrollee.KeyPair, f.registrar.KeyPair = nil, nil // each run has its own
	f.enrollee.Rand, f.registrar.Rand = nil, nil
	enrollee := func() machine {
		e, _ := f.machines(b)
		f.until(b, e, nil, wps.KindM1)
		return e
	}
	m1 := enrollee().(*Enrollee).chain
	registrar := func() machine {
		_, r := f.machines(b)
		if _, err := r.Handle(m1); err != nil {
			b.Fatal(err)
		}
		return r
	}
	for name, newMachine := range map[string]func() machine{"enrollee": enrollee, "registrar": registrar} {
		b.Run(name, func(b *testing.B) {
			kept := make([]machine, runs)
			for b.Loop() {
				clear(kept)
				before := heap()
				for i := range kept {
					kept[i] = newMachine()
				}
				b.ReportMetric(float64(heap()-before)/runs, "bytes/run")
			}
			runtime.KeepAlive(kept)
		})
	}
}

// heap returns how many octets are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
