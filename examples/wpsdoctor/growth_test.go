package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
)

// BenchmarkGrowth diagnoses more and more of the same: networks that are heard,
// exchanges of different devices, and exchanges of one device that tries again
// and again. The time of processors and the memory are those of a process of its
// own. The time of one network or exchange does not grow with their number:
// -benchtime 1x takes five minutes.
//
// The traffic is a capture of hostapd and wpa_supplicant with other addresses,
// names, UUIDs and nonces, and is made while it is read, because a million
// exchanges are 12 GB.
func BenchmarkGrowth(b *testing.B) {
	all := recorded(b, captures+"radio/pin.pcap")
	values := identities(all)
	heard := all[:0:0] // frames of the access point that announce it
	for _, f := range all {
		if control := f.octets[radiotapSize(f.octets)]; control == beaconFrame || control == probeResponse {
			heard = append(heard, f)
		}
	}
	for _, kind := range []struct {
		name   string
		frames []recording
		vary   []string // what differs from one to the next
		counts []int
	}{
		{"networks", heard, []string{"access point", "SSID", "registrar's UUID"}, []int{100, 1000, 10_000, 100_000}},
		{"exchanges", all, []string{"station", "UUID", "nonces"}, []int{1000, 10_000, 100_000, 1_000_000}},
		{"exchanges-of-one-device", all, []string{"nonces"}, []int{1000, 10_000, 100_000, 1_000_000}},
	} {
		varied := vary(b, kind.frames, values, kind.vary)
		b.Run(kind.name, func(b *testing.B) {
			// The counts are measured in turns, because the speed of a machine
			// changes within minutes, and the fastest run of each counts, less that
			// with only one of them.
			counts := append([]int{1}, kind.counts...)
			fastest := make([]time.Duration, len(counts))
			memory := 0
			for b.Loop() {
				for i, n := range counts {
					for range max(1, min(20, 10_000/n)) {
						took, most, status := costOf(b, "-", func(w io.Writer) error { return repeat(w, varied, n) })
						if status == program.Unable {
							b.Fatal("the program cannot read it")
						}
						if fastest[i] == 0 || took < fastest[i] {
							fastest[i] = took
						}
						memory = max(memory, most)
					}
				}
			}
			for i, n := range counts[1:] {
				b.ReportMetric(float64((fastest[i+1]-fastest[0]).Nanoseconds())/float64(n-1), fmt.Sprintf("ns/one-of-%d", n))
			}
			b.ReportMetric(float64(memory>>20), "MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// Types of 802.11 frames, with the version.
const (
	probeResponse = 0x50
	beaconFrame   = 0x80
)

// recording is a frame of a capture.
type recording struct {
	octets []byte
	after  time.Duration // since the previous frame
}

func radiotapSize(frame []byte) int { return int(binary.LittleEndian.Uint16(frame[2:])) }

func recorded(b *testing.B, file string) (frames []recording) {
	b.Helper()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	var last time.Time
	for {
		octets, info, err := r.ReadPacketData()
		if err == io.EOF {
			return frames
		}
		if err != nil {
			b.Fatal(err)
		}
		frame := recording{octets: octets}
		if !last.IsZero() {
			frame.after = info.Timestamp.Sub(last)
		}
		last = info.Timestamp
		frames = append(frames, frame)
	}
}

// identities are values of the capture that differ between networks or between
// exchanges, each at least four octets.
func identities(frames []recording) map[string][][]byte {
	// value returns the attribute with an ID and a length in the first frame that
	// has it after an octet string.
	value := func(after []byte, id wps.AttributeID, size byte) []byte {
		header := []byte{byte(id >> 8), byte(id), 0, size}
		for _, f := range frames {
			if at := bytes.Index(f.octets, after); at >= 0 {
				if i := bytes.Index(f.octets[at:], header); i >= 0 {
					return f.octets[at+i+len(header):][:size]
				}
			}
		}
		return nil
	}
	m1, m2 := []byte{0x10, 0x22, 0, 1, 4}, []byte{0x10, 0x22, 0, 1, 5}
	return map[string][][]byte{
		"station":          {value(m1, wps.AttrMACAddress, 6)},
		"UUID":             {value(m1, wps.AttrUUIDE, 16)},
		"nonces":           {value(m1, wps.AttrEnrolleeNonce, 16), value(m2, wps.AttrRegistrarNonce, 16)},
		"registrar's UUID": {value(m2, wps.AttrUUIDR, 16)},
		"access point":     {{2, 0, 0, 0, 0, 0}},
		"SSID":             {[]byte("golden-wps")},
	}
}

// template is a frame with the places of what differs.
type template struct {
	recording
	places []int // of four octets each
}

func vary(b *testing.B, frames []recording, values map[string][][]byte, names []string) (templates []template) {
	b.Helper()
	for _, name := range names {
		for _, value := range values[name] {
			if len(value) < 4 {
				b.Fatalf("the capture has no %s", name)
			}
		}
	}
	for _, f := range frames {
		t := template{recording: recording{bytes.Clone(f.octets), f.after}}
		for _, name := range names {
			for _, value := range values[name] {
				for at := 0; ; {
					i := bytes.Index(f.octets[at:], value)
					if i < 0 {
						break
					}
					at += i + len(value)
					t.places = append(t.places, at-4)
				}
			}
		}
		templates = append(templates, t)
	}
	return templates
}

// repeat writes a capture of n times the frames, each time with other values, and
// a second in between.
func repeat(out io.Writer, templates []template, n int) error {
	w := bufio.NewWriterSize(out, 1<<18)
	file := newPcap(linkRadiotap)
	now := file.at
	if _, err := file.WriteTo(w); err != nil {
		return err
	}
	const letters = "abcdefghijklmnopqrstuvwxyz012345"
	var header [16]byte
	for i := range n {
		now = now.Add(time.Second)
		for _, t := range templates {
			for _, place := range t.places {
				for j := range 4 {
					t.octets[place+j] = letters[i>>(5*j)%len(letters)]
				}
			}
			now = now.Add(t.after)
			binary.LittleEndian.PutUint32(header[0:], uint32(now.Unix()))
			binary.LittleEndian.PutUint32(header[4:], uint32(now.Nanosecond()/1000))
			binary.LittleEndian.PutUint32(header[8:], uint32(len(t.octets)))
			binary.LittleEndian.PutUint32(header[12:], uint32(len(t.octets)))
			w.Write(header[:])
			if _, err := w.Write(t.octets); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

const linkRadiotap = 127
