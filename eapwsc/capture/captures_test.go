package capture

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

var update = flag.Bool("update", false, "update the golden files")

// readAll returns copies of the events of a capture.
func readAll(t testing.TB, r io.Reader) []Event {
	t.Helper()
	reader, err := NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
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

func readFile(t testing.TB, name string) []Event {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return readAll(t, bytes.NewReader(b))
}

// eapPackets returns the EAP packets in the EAPOL and RADIUS events, in
// hexadecimal.
func eapPackets(events []Event) (packets []string) {
	for _, e := range events {
		switch {
		case e.Kind == KindRADIUS:
			packets = append(packets, hex.EncodeToString(e.Data))
		case e.Kind == KindEAPOL && e.Data[1] == 0:
			packets = append(packets, hex.EncodeToString(e.Data[4:]))
		}
	}
	return packets
}

func captures(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*/*.pcap")
	if err != nil || len(names) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	return names
}

// TestWired compares the EAP packets with the list beside each capture, which
// was made by other programs.
func TestWired(t *testing.T) {
	names, _ := filepath.Glob("testdata/wired/*.json")
	if len(names) < 40 {
		t.Fatalf("%d captures with a list", len(names))
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var want struct {
			EAPFrames []string `json:"eap_frames"`
		}
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		capture := strings.TrimSuffix(name, ".json") + ".pcap"
		if _, err := os.Stat(capture); errors.Is(err, os.ErrNotExist) {
			capture = strings.TrimSuffix(name, ".json") + ".eapol.pcap"
		}
		if diff := cmp.Diff(want.EAPFrames, eapPackets(readFile(t, capture))); diff != "" {
			t.Errorf("%s: EAP packets (-list +read):\n%s", capture, diff)
		}
	}
}

// TestEvents compares the events of each capture with a golden file. An event
// is a line, followed by a line for each attribute of a new element.
func TestEvents(t *testing.T) {
	for _, name := range captures(t) {
		var got bytes.Buffer
		seen := make(map[*Management]int)
		for _, e := range readFile(t, name) {
			fmt.Fprintln(&got, describe(e, seen))
		}
		golden := strings.TrimSuffix(name, ".pcap") + ".golden"
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", golden, diff)
		}
	}
}

// attributes formats the attributes of an element, one per line.
func attributes(b []byte) string {
	var out strings.Builder
	d := wps.NewDecoder(b, wps.Tolerant)
	for d.Next() {
		a := wps.Attribute{ID: d.ID(), Value: d.Value()}
		text, _ := a.Describe()
		fmt.Fprintf(&out, "\n\t%v: %s", a.ID, text)
	}
	if err := d.Err(); err != nil {
		fmt.Fprintf(&out, "\n\t%v", err)
	}
	return out.String()
}

// describe formats an event as a line, with the length and checksum of its
// data. A Management that was seen before is named by the frame that it came
// with.
func describe(e Event, seen map[*Management]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s %s %x>%x", e.Frame, e.Time.Format("15:04:05.000000"), e.Kind, e.Src, e.Dst)
	if e.Radio.OnAir {
		fmt.Fprintf(&b, " bssid=%x seq=%d channel=%d", e.BSSID, e.Radio.Sequence, e.Radio.Channel())
		if e.Radio.Retry {
			b.WriteString(" retry")
		}
	}
	if m := e.Management; m != nil {
		if frame, ok := seen[m]; ok {
			fmt.Fprintf(&b, " as %d", frame)
		} else {
			seen[m] = e.Frame
			fmt.Fprintf(&b, " capability=%04x status=%d reason=%d auth=%d/%d ssid=%q hidden=%t channel=%d", m.Capability, m.Status, m.Reason,
				m.Algorithm, m.Transaction, m.SSID, m.Hidden, m.Channel)
			for _, s := range []struct {
				name string
				*dot11.Security
			}{{"rsn", m.RSN}, {"wpa", m.WPA}} {
				if s.Security != nil {
					fmt.Fprintf(&b, " %s=%v/%v/%v pmf=%t/%t", s.name, s.AKMs, s.Pairwise, s.Group, s.PMFCapable, s.PMFRequired)
				}
			}
		}
	}
	if r := e.RADIUS; r != nil {
		fmt.Fprintf(&b, " code=%d id=%d client=%v server=%v state=%x calling=%q called=%q station=%x ap=%x", r.Code, r.Identifier, r.Client, r.Server,
			r.State, r.CallingStationID, r.CalledStationID, r.Station, r.AP)
	}
	if u := e.UPnP; u != nil {
		fmt.Fprintf(&b, " %s response=%t ap=%v registrar=%v station=%x type=%d fault=%d", u.Action, u.Response, u.AP, u.Registrar, u.Station,
			u.EventType, u.Fault)
	}
	if len(e.Data) > 0 {
		fmt.Fprintf(&b, " data=%d:%08x", len(e.Data), crc32.ChecksumIEEE(e.Data))
	}
	if e.Truncated {
		b.WriteString(" truncated")
	}
	if e.Note != "" {
		fmt.Fprintf(&b, " note=%q", e.Note)
	}
	if m := e.Management; m != nil && m.WPS != nil && seen[m] == e.Frame {
		fmt.Fprintf(&b, " wps=%d:%08x%s", len(m.WPS), crc32.ChecksumIEEE(m.WPS), attributes(m.WPS))
	}
	return b.String()
}

// TestUPnPInner checks that the registrar's messages M1 to M8 over UPnP are
// those on the station's side of the same run.
func TestUPnPInner(t *testing.T) {
	for _, run := range []string{"u3-er-pin", "u4-er-pbc"} {
		var proxied []string
		for _, e := range readFile(t, "testdata/wired/"+run+".er.pcap") {
			if u := e.UPnP; e.Kind == KindUPnP && !u.Response && u.EventType == 2 && u.Station != [6]byte{} {
				proxied = append(proxied, hex.EncodeToString(e.Data))
			}
		}
		if len(proxied) < 8 {
			t.Errorf("%s: %d messages through the registrar", run, len(proxied))
		}
		onWire := eapPackets(readFile(t, "testdata/wired/"+run+".eapol.pcap"))
		for i, message := range proxied {
			if !slices.ContainsFunc(onWire, func(packet string) bool { return strings.HasSuffix(packet, message) }) {
				t.Errorf("%s: message %d of the registrar's side is not among the station's: %.80s", run, i, message)
			}
		}
	}
}
