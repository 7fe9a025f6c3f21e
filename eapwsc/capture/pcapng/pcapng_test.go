package pcapng_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/eapwsc/capture/pcapng"
)

const label = "WSC"

// TestWriter reads the output with gopacket.
func TestWriter(t *testing.T) {
	var b bytes.Buffer
	log := "WSC 00 11 22 33\nWSC 44 55 66 77\n"
	w, err := pcapng.NewWriter(&b, pcapng.Header{LinkType: pcapng.Ethernet, Program: "gowps", Name: "lab", Comment: "of the lab", KeyLog: []byte(log)})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 29, 12, 0, 0, 123456789, time.UTC)
	if n, err := w.AddInterface(pcapng.Radiotap, "air"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	packets := []string{"", "a", "abcd", strings.Repeat("x", 1501)}
	for i, p := range packets {
		if err := w.WritePacket(pcapng.Packet{Interface: i % 2, Time: at.Add(time.Duration(i) * time.Second), Data: []byte(p), Length: 1000}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WritePacket(pcapng.Packet{Interface: 2}); err == nil {
		t.Error("a packet of no interface")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := string(pcapng.KeyLog(b.Bytes(), label)); got != log {
		t.Errorf("key log %q", got)
	}
	r, err := pcapgo.NewNgReader(&b, pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.SectionInfo(); got.Comment != strings.TrimSpace(log) || got.Application != "gowps" { // gopacket keeps the last comment
		t.Errorf("%+v", got)
	}
	for i, want := range packets {
		got, info, err := r.ReadPacketData()
		if err != nil || string(got) != want || info.InterfaceIndex != i%2 || info.Length != max(1000, len(want)) || !info.Timestamp.Equal(at.Add(time.Duration(i)*time.Second)) {
			t.Errorf("packet %d: %q at %v, %v", i, got, info.Timestamp, err)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Error(err)
	}
}

func TestErrors(t *testing.T) {
	if _, err := pcapng.NewWriter(io.Discard, pcapng.Header{KeyLog: bytes.Repeat([]byte("x"), 1<<16)}); !errors.Is(err, pcapng.ErrTooLong) {
		t.Error(err)
	}
	r, w := io.Pipe()
	r.Close()
	ng, err := pcapng.NewWriter(w, pcapng.Header{})
	if err == nil {
		err = ng.Flush()
	}
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

// FuzzKeyLog searches arbitrary input for a key log.
func FuzzKeyLog(f *testing.F) {
	var b bytes.Buffer
	w, err := pcapng.NewWriter(&b, pcapng.Header{KeyLog: []byte("WSC 1 2 3 4")})
	if err != nil {
		f.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte{0x0a, 0x0d, 0x0d, 0x0a, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		if log := pcapng.KeyLog(b, label); len(log) > 2*len(b) {
			t.Errorf("%d octets of key log in %d", len(log), len(b))
		}
	})
}
