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

//go:noescape
func halvingsBMI2(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64)
