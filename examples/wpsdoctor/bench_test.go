package main

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// BenchmarkDoctor reads a capture with one exchange and reports on it. For a
// large one see examples/wpstraffic.
func BenchmarkDoctor(b *testing.B) {
	capture, err := os.ReadFile(captures + "radio/pin.pcap")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(capture)))
	b.ReportAllocs()
	for b.Loop() {
		p := program{stdin: bytes.NewReader(capture), stdout: io.Discard, stderr: io.Discard}
		if status := p.run(b.Context(), []string{"-json", "-"}); status != exitFine {
			b.Fatalf("exit status %d", status)
		}
	}
}
