//go:build race

package registration

const raceDetector = true
