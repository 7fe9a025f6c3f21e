//go:build amd64 && !purego

package group5

import (
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// needBMI2 skips a test of the assembly, or fails it if WPS_BMI2 requires it.
func needBMI2(t *testing.T) {
	t.Helper()
	if hasBMI {
		return
	}
	if os.Getenv("WPS_BMI2") == "required" {
		t.Fatal("this processor has no BMI2, which WPS_BMI2 requires")
	}
	t.Skip("this processor has no BMI2: Go computes the Legendre symbol")
}

// TestHalvings compares the assembly with halvingsPortable, which TestLegendre
// reaches only on other processors.
func TestHalvings(t *testing.T) {
	needBMI2(t)
	check := func(a, b, highA, highB uint64) {
		t.Helper()
		var got, want [5]uint64
		got[0], got[1], got[2], got[3], got[4] = halvingsBMI2(a, b, highA, highB)
		want[0], want[1], want[2], want[3], want[4] = halvingsPortable(a, b, highA, highB)
		if got != want {
			t.Fatalf("halvingsBMI2(%#x, %#x, %#x, %#x) = %#x, want %#x", a, b, highA, highB, got, want)
		}
	}
	edges := []uint64{0, 1, 2, 3, 4, 1 << 61, 1 << 62, 1 << 63, 1<<62 - 1, 1<<62 + 1, 1<<63 - 1, ^uint64(0), ^uint64(0) - 1, 0x5555555555555555}
	for _, a := range edges {
		for _, b := range edges {
			for _, highA := range edges {
				for _, highB := range edges {
					check(a, b|1, highA, highB) // b is odd
				}
			}
		}
	}
	random := rand.New(rand.NewPCG(1536, 62))
	for range 100_000 {
		check(random.Uint64()>>random.UintN(64), random.Uint64()|1, random.Uint64(), random.Uint64()>>random.UintN(64))
	}
}

// TestDifference compares the assembly with differencePortable.
func TestDifference(t *testing.T) {
	needBMI2(t)
	random := rand.New(rand.NewPCG(62, 1536))
	word := func() uint64 {
		switch random.IntN(4) {
		case 0:
			return 0
		case 1:
			return ^uint64(0)
		}
		return random.Uint64()
	}
	negative := 0
	for range 100_000 {
		n := 2 + random.IntN(Size/8-1)
		x, y := make([]uint64, n), make([]uint64, n)
		for i := range n {
			x[i], y[i] = word(), word()
		}
		f := random.Uint64N(1<<batch + 1)
		g := random.Uint64N(1<<batch - f + 1)
		got, want := make([]uint64, n), make([]uint64, n)
		sign := differencePortable(want, x, y, f, g)
		if difference(got, x, y, f, g) != sign || !slices.Equal(got, want) {
			t.Fatalf("difference(%#x, %#x, %#x, %#x) = %#x, want %#x, negative %t", x, y, f, g, got, want, sign)
		}
		if sign {
			negative++
		}
	}
	if negative < 10_000 {
		t.Errorf("only %d were negative", negative)
	}
}
