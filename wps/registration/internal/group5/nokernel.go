//go:build !amd64 || purego

package group5

// kernels is empty: there is no assembly for this build.
var kernels []kernel
