package exchange

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
)

var update = flag.Bool("update", false, "update the golden files")

// Addresses of the synthetic frames.
var (
	stationMAC = [6]byte{2, 0, 0, 0, 1, 0}
	apMAC      = [6]byte{2, 0, 0, 0, 0, 1}
	otherMAC   = [6]byte{2, 0, 0, 0, 9, 9}
	bootTime   = time.Date(2026, 11, 23, 1, 2, 3, 456789000, time.UTC)
)

// readFile returns copies of the events of a capture.
func readFile(t testing.TB, name string) []capture.Event {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := capture.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var events []capture.Event
	for {
		e, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		kept := *e
		kept.Data = bytes.Clone(e.Data)
		events = append(events, kept)
	}
}

// captures returns the names of the captures, which are in the test data of
// package capture.
func captures(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("../testdata/*/*.pcap")
	if err != nil || len(names) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	return names
}
