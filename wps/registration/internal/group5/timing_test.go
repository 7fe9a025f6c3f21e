package group5

import (
	"crypto/rand"
	"flag"
	"math"
	"math/big"
	"slices"
	"testing"
	"time"
)

var timing = flag.Int("timing", 0, "measurements of each exponentiation for TestTiming, such as 1000000; they take minutes")

// TestTiming looks for a dependence of time on the exponent, as dudect does
// (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", 2017): the
// times of one exponent are compared with those of random ones, in random
// order, by Welch's t-test. |t| above 4.5 is a difference that chance does not
// make. An exponentiation whose time depends on the exponent is measured too,
// and must be caught, or the measurement proves nothing.
//
// It depends on the machine and on what else that does, so it must be run
// explicitly:
//
//	go test ./wps/registration/internal/group5 -run TestTiming -v -timing 1000000 -timeout 2h
func TestTiming(t *testing.T) {
	if *timing == 0 {
		t.Skip("a measurement of minutes: run by hand with -timing 1000000")
	}
	base := plus(-12345)
	type operation struct {
		name   string
		leaks  bool
		do     func(z *[Size]byte, x *[exponentSize]byte)
		points int
	}
	operations := []operation{{"control: math/big", true, func(z *[Size]byte, x *[exponentSize]byte) {
		y := new(big.Int).SetBytes(base[:])
		y.Exp(y, new(big.Int).SetBytes(x[:]), prime).FillBytes(z[:])
	}, min(*timing, 20_000)}}
	for name, a := range implementations {
		operations = append(operations,
			operation{name + ": power", false, func(z *[Size]byte, x *[exponentSize]byte) { a.power(z, base, x[:]) }, *timing},
			operation{name + ": comb", false, a.powerOfTwo, *timing})
	}
	for _, op := range operations {
		// The exponents that a mistake would show with: nearly nothing to do, and
		// everything.
		for _, fixed := range []struct {
			name string
			x    [exponentSize]byte
		}{{"one", [exponentSize]byte{exponentSize - 1: 1}}, {"all ones", allOnes()}} {
			t.Run(op.name+"/"+fixed.name, func(t *testing.T) {
				score := leakage(op.points, &fixed.x, op.do)
				t.Logf("|t| = %.2f after %d measurements", score, op.points)
				switch {
				case op.leaks && fixed.name == "one" && score < 4.5:
					t.Error("the control was not caught: this machine is too noisy, or the measurements too few")
				case !op.leaks && score >= 4.5:
					t.Error("time depends on the exponent")
				}
			})
		}
	}
}

func allOnes() (x [exponentSize]byte) {
	for i := range x {
		x[i] = 0xFF
	}
	return x
}

// leakage measures do and returns the greatest |t| of all measurements and of
// those below some percentiles: what the system does meanwhile makes the slow ones.
func leakage(points int, fixed *[exponentSize]byte, do func(*[Size]byte, *[exponentSize]byte)) (score float64) {
	const batch = 1000
	var z [Size]byte
	exponents, class := make([][exponentSize]byte, batch), make([]byte, batch)
	type point struct {
		time  float64
		fixed bool
	}
	all := make([]point, 0, points)
	do(&z, fixed)
	for len(all) < points {
		rand.Read(class)
		for i := range exponents { // before any is measured, so that the caches are alike
			rand.Read(exponents[i][:])
			if class[i]&1 == 1 {
				exponents[i] = *fixed
			}
		}
		for i := range exponents {
			start := time.Now()
			do(&z, &exponents[i])
			all = append(all, point{float64(time.Since(start)), class[i]&1 == 1})
		}
	}
	times := make([]float64, len(all))
	for i, p := range all {
		times[i] = p.time
	}
	slices.Sort(times)
	for _, share := range []float64{0.5, 0.8, 0.9, 0.95, 1} {
		limit := times[int(share*float64(len(times)-1))]
		var n, mean, squares [2]float64 // Welford's mean and variance
		for _, p := range all {
			if p.time > limit {
				continue
			}
			c := 0
			if p.fixed {
				c = 1
			}
			n[c]++
			d := p.time - mean[c]
			mean[c] += d / n[c]
			squares[c] += d * (p.time - mean[c])
		}
		if min(n[0], n[1]) < 2 { // no time of one class is among these
			continue
		}
		score = max(score, math.Abs(mean[0]-mean[1])/math.Sqrt(squares[0]/(n[0]-1)/n[0]+squares[1]/(n[1]-1)/n[1]))
	}
	return score
}
