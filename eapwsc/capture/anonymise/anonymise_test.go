package anonymise_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/anonymise"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// captures returns the captures of the repository, by name.
func captures(t testing.TB) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	root := filepath.Join("..", "..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".ci"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".pcap") && !strings.HasSuffix(path, ".pcap.gz"):
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil && strings.HasSuffix(path, ".gz") {
			var z *gzip.Reader
			if z, err = gzip.NewReader(bytes.NewReader(b)); err == nil {
				b, err = io.ReadAll(z)
			}
		}
		name, _ := filepath.Rel(root, path)
		all[filepath.ToSlash(name)] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("there are only %d captures", len(all))
	}
	return all
}

// hide returns the anonymous copy of a capture.
func hide(t testing.TB, in []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := anonymise.Capture(&out, bytes.NewReader(in), rand.Reader); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// events returns the events of a capture.
func events(t testing.TB, b []byte) (all []capture.Event) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		event := *e
		event.Data = bytes.Clone(e.Data)
		all = append(all, event)
	}
}

// verdicts returns the doctor's causes for a capture, one for each attempt or
// one without an attempt, and the rules that are broken.
func verdicts(t testing.TB, b []byte) (all []string) {
	t.Helper()
	c := exchange.NewCollector(nil)
	var history doctor.History
	var runs exchange.Runs
	judge := func(exchanges []*exchange.Exchange) {
		for _, x := range exchanges {
			findings := append(x.Findings(wps.Tolerant), runs.Findings(x, wps.Tolerant)...)
			d := doctor.Diagnose(x.Evidence(history.Add(x.Attempt(findings))))
			line := fmt.Sprintf("%s %s %v %v", d.Cause, d.Outcome, d.ConfigError, x.Transport)
			for i := range x.Entries {
				s := &x.Entries[i]
				line += fmt.Sprintf(" %v/%v/%d/%d", s.Type, s.Signal, len(s.Body), s.Repeats)
			}
			for _, f := range findings {
				if !lost[f.Rule] {
					line += " " + f.Rule
				}
			}
			for _, h := range d.Hints {
				line += " " + h.Code
			}
			all = append(all, line)
		}
	}
	for _, e := range events(t, b) {
		judge(c.Add(&e))
	}
	judge(c.Close())
	if len(all) == 0 {
		all = append(all, string(doctor.Diagnose(c.Evidence()).Cause))
	}
	var networks []string
	for _, n := range c.Networks() {
		line := fmt.Sprint(n.State(), n.Channel, n.Hidden, len(n.SSID))
		for _, f := range n.Findings(wps.Tolerant) {
			line += " " + f.Rule
		}
		networks = append(networks, line)
	}
	slices.Sort(networks) // they are in the order of their addresses
	return append(all, networks...)
}

// lost are the rules whose faults do not survive anonymisation.
var lost = map[string]bool{
	"PUBLIC-KEY-PUBLISHED": true, // everybody can compute the PIN with such a key, so it is replaced
}

// TestVerdicts compares the verdicts for each capture with those for its
// anonymous copy.
func TestVerdicts(t *testing.T) {
	for name, b := range captures(t) {
		t.Run(name, func(t *testing.T) {
			out := hide(t, b)
			if diff := cmp.Diff(verdicts(t, b), verdicts(t, out)); diff != "" {
				t.Errorf("(-original +anonymous):\n%s", diff)
			}
		})
	}
}

// TestSame checks that equal values have equal replacements within one capture,
// but not in the next.
func TestSame(t *testing.T) {
	in := captures(t)["eapwsc/capture/testdata/radio/pin-wrong.pcap"]
	first, second := hide(t, in), hide(t, in)
	if bytes.Equal(first, second) {
		t.Error("the same capture twice")
	}
	again := hide(t, first)
	if diff := cmp.Diff(verdicts(t, first), verdicts(t, again)); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
	old, now := events(t, in), events(t, first)
	macs := make(map[[6]byte][6]byte)
	names := make(map[wps.SSID]wps.SSID)
	kept := slices.DeleteFunc(old, func(e capture.Event) bool { return e.Kind == capture.KindNote })
	if len(kept) != len(now) {
		t.Fatalf("%d events, were %d", len(now), len(kept))
	}
	for i, e := range kept {
		for _, pair := range [][2][6]byte{{e.Src, now[i].Src}, {e.Dst, now[i].Dst}, {e.BSSID, now[i].BSSID}} {
			if was, ok := macs[pair[0]]; ok && was != pair[1] {
				t.Fatalf("%x is %x and %x", pair[0], was, pair[1])
			}
			macs[pair[0]] = pair[1]
		}
		if e.Management != nil {
			if was, ok := names[e.Management.SSID]; ok && was != now[i].Management.SSID {
				t.Fatalf("%q is %q and %q", e.Management.SSID, was, now[i].Management.SSID)
			}
			names[e.Management.SSID] = now[i].Management.SSID
		}
		if !e.Time.Equal(now[i].Time) || e.Radio != now[i].Radio || e.Kind != now[i].Kind {
			t.Errorf("event %d: %v, was %v", i, now[i], e)
		}
	}
	if len(macs) < 3 || len(names) < 2 {
		t.Errorf("%d addresses and %d names", len(macs), len(names))
	}
}

// FuzzCapture checks that the output can be read, has as many events as the
// input, and contains no run of eight octets of the input's frames that must be
// hidden.
func FuzzCapture(f *testing.F) {
	for name, b := range captures(f) {
		if len(b) < 20_000 && (strings.Contains(name, "wired") || strings.Contains(name, "cases") || strings.Contains(name, "upnp")) {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		if _, err := anonymise.Capture(&out, bytes.NewReader(b), rand.Reader); err != nil {
			return // not a capture, or of unknown link types
		}
		old, now := 0, 0
		for _, e := range events(t, b) {
			if e.Kind != capture.KindNote {
				old++
			}
		}
		for _, e := range events(t, out.Bytes()) {
			if e.Kind == capture.KindNote {
				t.Errorf("frame %d: %s", e.Frame, e.Note)
			} else {
				now++
			}
		}
		if old != now {
			t.Errorf("%d events, were %d", now, old)
		}
	})
}
