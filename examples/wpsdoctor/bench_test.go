package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gowps/gowps/examples/internal/program"
)

// BenchmarkDoctor reads a capture with one exchange and reports on it.
func BenchmarkDoctor(b *testing.B) {
	capture, err := os.ReadFile(captures + "radio/pin.pcap")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(capture)))
	b.ReportAllocs()
	for b.Loop() {
		streams := program.IO{In: bytes.NewReader(capture), Out: io.Discard, Err: io.Discard}
		if status := program.Run(b.Context(), command(new(invocation)), streams, []string{"-json", "-"}); status != program.Fine {
			b.Fatalf("exit status %d", status)
		}
	}
}

// BenchmarkLarge reads a tenth of the capture that examples/wpstraffic makes:
// 20 MB with 1000 exchanges among other traffic.
func BenchmarkLarge(b *testing.B) {
	file := filepath.Join(b.TempDir(), "large.pcap")
	if out, err := exec.Command("go", "run", "../wpstraffic", "-size", "20", "-exchanges", "1000", file).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		streams := program.IO{Out: io.Discard, Err: io.Discard}
		if status := program.Run(b.Context(), command(new(invocation)), streams, []string{"-json", "-q", file}); status != program.Problem {
			b.Fatalf("exit status %d", status)
		}
	}
}
