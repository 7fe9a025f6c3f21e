//go:build amd64 && !purego

package group5

import "golang.org/x/sys/cpu"

var hasBMI = cpu.X86.HasBMI1 && cpu.X86.HasBMI2

// halvings is [halvingsPortable].
func halvings(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64) {
	if hasBMI {
		return halvingsBMI2(a, b, highA, highB)
	}
	return halvingsPortable(a, b, highA, highB)
}

// difference is [differencePortable].
func difference(dst, x, y []uint64, f, g uint64) (negative bool) {
	if !hasBMI {
		return differencePortable(dst, x, y, f, g)
	}
	n := len(dst)
	x, y = x[:n], y[:n]
	high := differenceBMI2(&dst[0], &x[0], &y[0], n, f, g)
	if int64(high) >= 0 {
		return false
	}
	negate(dst)
	return true
}

//go:noescape
func halvingsBMI2(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64)

//go:noescape
func differenceBMI2(dst, x, y *uint64, n int, ofX, ofY uint64) (high uint64)
