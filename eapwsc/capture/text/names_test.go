package text

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestInsideName compares the search from left to right for the names of
// networks with a search from right to left.
func TestInsideName(t *testing.T) {
	backwards := func(before []byte) bool {
		i := max(bytes.LastIndex(before, []byte("ssid=")), bytes.LastIndex(before, []byte("SSID=")))
		if i < 0 {
			return false
		}
		name := bytes.TrimLeft(before[i+len("ssid="):], `\`)
		return len(name) > 0 && (name[0] == '\'' || name[0] == '"') && bytes.IndexByte(name[1:], name[0]) < 0
	}
	pieces := []string{"ssid=", "SSID=", "ssid", "=", `'`, `"`, `\`, "n", "a", `\n`}
	random := rand.New(rand.NewPCG(1, 2))
	inside := 0
	for range 20_000 {
		var line []byte
		for range random.IntN(12) {
			line = append(line, pieces[random.IntN(len(pieces))]...)
		}
		if got := insideName(line); got != backwards(line) {
			t.Fatalf("%q: %t", line, got)
		} else if got {
			inside++
		}
	}
	if inside < 1000 {
		t.Errorf("only %d are inside a name", inside)
	}
}
