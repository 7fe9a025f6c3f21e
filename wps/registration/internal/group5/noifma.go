//go:build !amd64 || purego

package group5

// newIFMA returns nil: there is no kernel for this processor.
func newIFMA() arithmetic { return nil }
