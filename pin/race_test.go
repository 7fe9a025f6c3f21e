//go:build race

package pin

// raceDetector reports that the race detector makes everything ten times
// slower.
const raceDetector = true
