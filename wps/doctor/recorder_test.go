package doctor

import (
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
)

// TestRecorderRepeats counts the packets that are received again: those after
// the last new one, and those of the whole attempt. A new attempt begins at
// zero.
func TestRecorderRepeats(t *testing.T) {
	var r Recorder
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	identity, start := []byte{1, 1, 0, 5, 1}, []byte{1, 2, 0, 14, 254, 0, 0x37, 0x2A, 0, 0, 0, 1, 1, 0}
	for range 2 {
		r.Begin(began, wps.MAC{2, 1}, wps.MAC{2, 2}, false)
		for i, step := range []struct {
			packet         []byte
			repeats, total int
		}{
			{identity, 0, 0}, {identity, 1, 1}, {start, 0, 1}, {start, 1, 2}, {start, 2, 3}, {identity, 0, 3},
		} {
			r.Packet(began, true, step.packet)
			if a := r.attempt; a.Repeats != step.repeats || a.Retransmissions != step.total {
				t.Errorf("after packet %d: %d repeats, %d retransmissions; want %d, %d", i, a.Repeats, a.Retransmissions, step.repeats, step.total)
			}
		}
		r.Packet(began, false, identity) // one that was sent
		if r.attempt.Repeats != 0 {
			t.Error("a packet of this side counts as a repetition")
		}
	}
}
