//go:build !race

package pin

const raceDetector = false
