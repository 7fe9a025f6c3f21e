//go:build !amd64 || purego

package group5

// halvings is [halvingsPortable].
func halvings(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64) {
	return halvingsPortable(a, b, highA, highB)
}

// difference is [differencePortable].
func difference(dst, x, y []uint64, f, g uint64) (negative bool) {
	return differencePortable(dst, x, y, f, g)
}
