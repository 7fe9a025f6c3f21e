package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
)

// FuzzReader checks that any text is read to its end, with the same result for
// any size of reads, at a cost bounded by its length.
func FuzzReader(f *testing.F) {
	for _, row := range Patterns() {
		f.Add([]byte("1700000000.123456: " + row.Example + "\n"))
	}
	for _, pattern := range []string{"testdata/tokens/*.hex", "testdata/prints/*.txt"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Add([]byte(wrongHalf))
	f.Add([]byte(iwdWrong))
	f.Add(utf16Of(wrongHalf))
	f.Add([]byte("WPS: Received M1\nWPS: Received M3\n - hexdump(len=9): 10 4a 00 01 10\n10 22 00 01\nframe = b'\\x10J\\x00\\x01\\x10'\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole := describe(t, NewReader(bytes.NewReader(b)), b)
		if parts := describe(t, NewReader(iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(b)))), b); parts != whole {
			t.Errorf("in parts:\n%s\nwhole:\n%s", parts, whole)
		}
	})
}

// FuzzSkip checks that parts of any text can be passed over, after any of its events.
func FuzzSkip(f *testing.F) {
	for _, row := range Patterns() {
		f.Add([]byte("wlan0: WPS-PBC-ACTIVE\nwlan0: WPS-SUCCESS\n"+row.Example+"\n"+row.Example+"\nwlan0: WPS-SUCCESS\n"+row.Example+"\n"), uint8(1), int64(1))
	}
	files, err := filepath.Glob("testdata/prints/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(2), int64(200))
	}
	f.Fuzz(func(t *testing.T, b []byte, every uint8, octets int64) {
		r := NewReader(bytes.NewReader(b))
		c := exchange.NewCollector(r.Keys())
		frame, offset := 0, int64(0)
		for n := 1; ; n++ {
			e, err := r.Next()
			if err != nil {
				break
			}
			if e.Frame < 0 || r.Offset() < offset {
				t.Fatalf("line %d at %d after line %d at %d", e.Frame, r.Offset(), frame, offset)
			}
			frame, offset = e.Frame, r.Offset()
			c.Add(e)
			if every > 0 && n%int(every) == 0 {
				c.Interrupt()
				r.Skip(octets)
			}
		}
		c.Close()
		for _, d := range r.Dumps() {
			if d.Line < 1 || d.Line > r.Source().Lines || d.Name == "" {
				t.Errorf("%s in line %d of %d", d.Name, d.Line, r.Source().Lines)
			}
		}
	})
}

// describe returns the results of a reader as text, after checking them.
func describe(t *testing.T, r *Reader, b []byte) string {
	var s bytes.Buffer
	c := exchange.NewCollector(r.Keys())
	n, octets := 0, 0
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
		octets += len(e.Data)
		fmt.Fprintln(&s, e.Frame, e.Kind, e.Time, e.Src, e.Dst, len(e.Data), e.Truncated)
		c.Add(e)
	}
	for _, x := range c.Close() {
		fmt.Fprintln(&s, len(x.Entries))
	}
	source := r.Source()
	if source.Understood > source.Lines+n || n > 40*(source.Lines+1) || octets > 200*len(b)+10000 {
		t.Errorf("%d octets, %d lines: %d understood, %d events, %d octets in them", len(b), source.Lines, source.Understood, n, octets)
	}
	for _, d := range r.Dumps() {
		if d.Offset > len(d.Frame) || d.Offset >= 0 && d.Offset+len(d.Octets) > len(d.Frame) || d.Line < 1 || d.Line > source.Lines || d.Name == "" {
			t.Errorf("%s in line %d: %d octets at %d of %d", d.Name, d.Line, len(d.Octets), d.Offset, len(d.Frame))
		}
	}
	fmt.Fprintln(&s, source, len(r.Dumps()), len(r.Notices()))
	return s.String()
}

// again reads the same octets several times.
type again struct {
	octets []byte
	at     int
	times  int
}

func (a *again) Read(p []byte) (int, error) {
	if a.at == len(a.octets) {
		a.at = 0
		if a.times--; a.times <= 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, a.octets[a.at:])
	a.at += n
	return n, nil
}

// TestLength checks that the memory of a reader does not grow with the length
// of a log, nor with the number of its dumps.
func TestLength(t *testing.T) {
	log := unzip(t, "testdata/pairs/radio-supplicant-wrong-half1.hostapd-wlan0.log.gz")
	var m1 bytes.Buffer
	fmt.Fprintf(&m1, "M1: 10 4a 00 01 10 10 22 00 01 04 10 47 00 10 %032x\n\n", 1)
	for name, octets := range map[string][]byte{"log": log, "dumps": m1.Bytes(), "one line": []byte("0123456789abcdef")} {
		kept := func(size int) int64 {
			r := NewReader(&again{octets: octets, times: size / len(octets)})
			for {
				if _, err := r.Next(); err != nil {
					break
				}
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			runtime.KeepAlive(r)
			r = nil
			runtime.GC()
			runtime.ReadMemStats(&after)
			return int64(before.HeapAlloc) - int64(after.HeapAlloc)
		}
		const most = 8 << 20
		if n := kept(16 << 20); n > most {
			t.Errorf("%s: %d octets are kept", name, n)
		}
	}
}
