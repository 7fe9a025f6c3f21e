//go:build amd64 && !purego

package group5

import (
	"math/rand/v2"
	"testing"
)

// TestHalvings compares the assembly with halvingsPortable, which TestLegendre
// reaches only on other processors.
func TestHalvings(t *testing.T) {
	if !hasBMI {
		t.Skip("this processor lacks BMI2")
	}
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
