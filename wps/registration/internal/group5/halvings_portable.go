//go:build !amd64 || purego

package group5

// halvings is [halvingsPortable].
func halvings(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64) {
	return halvingsPortable(a, b, highA, highB)
}
