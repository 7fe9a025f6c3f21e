//go:build race

package pin

// raceDetector says that the race detector makes everything ten times slower.
const raceDetector = true
