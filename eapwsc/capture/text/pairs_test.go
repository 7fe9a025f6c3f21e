package text

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/wps/doctor"
)

// The files of testdata/pairs are from runs between stock programs: a capture
// and the log of each side. RUN.pcap.gz and RUN.SIDE.log.gz are written by the
// tests of package eapol with -keep (wired-…: hostapd and wpa_supplicant 2.10
// with their wired drivers, each with the other as its peer) and by TestRadio
// of package station with -artifacts (radio-…: hostapd and wpa_supplicant 2.10
// and iwd 2.3 on simulated radios).

// coarser are the logs that give another cause than the capture of their run.
// All other logs must give the same causes in the same order.
var coarser = map[string]struct {
	causes string
	reason string
}{
	"radio-iwd-overlap.hostapd-wlan0":        {"not-meeting", "A router does not log what other routers send: only that its device searches and does not come."},
	"radio-iwd-overlap.hostapd-wlan2":        {"not-meeting", "A router does not log what other routers send: only that its device searches and does not come."},
	"radio-supplicant-overlap.hostapd-wlan0": {"not-meeting", "A router does not log what other routers send: only that its device searches and does not come."},
	"radio-supplicant-overlap.hostapd-wlan2": {"not-meeting", "A router does not log what other routers send: only that its device searches and does not come."},

	"radio-iwd-pin-of-another.iwd-wlan1": {"ended-early", "iwd does not log messages, so M2D does not show."},
	"radio-iwd-radius-m2d.iwd-wlan1":     {"ended-early", "iwd does not log messages, so M2D does not show."},
	"radio-iwd-wrong-half1.iwd-wlan1":    {"ended-early", "iwd does not log messages, nor which half it found wrong."},
	"radio-iwd-wrong-half2.iwd-wlan1":    {"ended-early", "iwd does not log messages, nor which half it found wrong."},

	"radio-supplicant-ap-vanishes.hostapd-wlan0":             {"ended-early", "hostapd went before it received the WSC_Done that is in the capture."},
	"radio-supplicant-no-ap-pin.wpa_supplicant-wlan1":        {"setup-locked", "wpa_supplicant does not log whether the element says that the router is locked; the words of the doctor name both."},
	"radio-supplicant-pin-while-button.wpa_supplicant-wlan1": {"no-registrar-session", "wpa_supplicant does not log the Device Password ID of the element."},
	"radio-supplicant-two-stations.wpa_supplicant-wlan1":     {"no-selected-registrar", "A station does not log what other stations send."},
	"radio-supplicant-two-stations.wpa_supplicant-wlan3":     {"no-selected-registrar", "A station does not log what other stations send."},

	"wired-hostapd-authorized-mac.hostapd": {"not-authorized success", "Finer: hostapd logs its list of authorized addresses, and its wired driver sends no beacon that has it."},
}

// coarserLines are the logs whose event lines alone give another cause than the
// capture.
var coarserLines = map[string]struct {
	causes string
	reason string
}{
	"radio-iwd-nobody-entered-the-pin.hostapd-wlan0":         {"unknown", noElement},
	"radio-iwd-nobody-pressed.hostapd-wlan0":                 {"unknown", noElement},
	"radio-supplicant-nobody-pressed.hostapd-wlan0":          {"unknown", noElement},
	"radio-supplicant-wps-off.hostapd-wlan0":                 {"unknown", noElement},
	"radio-supplicant-wps-off.wpa_supplicant-wlan1":          {"no-selected-registrar", noElement},
	"radio-supplicant-pin-while-button.hostapd-wlan0":        {"no-registrar-session", noElement},
	"radio-supplicant-pin-while-button.wpa_supplicant-wlan1": {"no-registrar-session", noElement},
	"radio-supplicant-no-ap-pin.wpa_supplicant-wlan1":        {"setup-locked", noElement},

	"radio-iwd-overlap.hostapd-wlan0":                    {"ready", noStations},
	"radio-iwd-overlap.hostapd-wlan2":                    {"ready", noStations},
	"radio-supplicant-overlap.hostapd-wlan0":             {"ready", noStations},
	"radio-supplicant-overlap.hostapd-wlan2":             {"ready", noStations},
	"radio-supplicant-refused.hostapd-wlan0":             {"ready", noStations},
	"radio-supplicant-two-stations.wpa_supplicant-wlan1": {"unknown", noStations},
	"radio-supplicant-two-stations.wpa_supplicant-wlan3": {"unknown", noStations},

	"radio-iwd-radius-m2d.hostapd-wlan0":                {"unknown", passedOn},
	"radio-supplicant-radius-fragments.hostapd-wlan0":   {"unknown", passedOn},
	"radio-supplicant-radius-pbc.hostapd-wlan0":         {"ready", passedOn},
	"radio-supplicant-radius-wrong-half2.hostapd-wlan0": {"unknown", passedOn},

	"radio-supplicant-ap-vanishes.hostapd-wlan0": {"unknown", noMessages},
	"radio-supplicant-locked.hostapd-wlan0":      {"ended-early", noMessages},
	"radio-supplicant-no-ap-pin.hostapd-wlan0":   {"ended-early", noMessages},
	"wired-hostapd-ap-locked.hostapd":            {"pin-first-half pin-first-half pin-first-half ended-early", noMessages},
	"wired-hostapd-ap-no-ap-pin.hostapd":         {"ended-early", noMessages},
	"wired-hostapd-pbc-not-active.hostapd":       {"ended-early", noMessages},
}

// Reasons why event lines show less.
const (
	noElement  = "The lines do not show what the router's element says."
	noStations = "The lines do not show stations that never come to EAP, nor those of others."
	passedOn   = "hostapd has no event lines for a registration that it passes on by RADIUS."
	noMessages = "The end has no line of its own: hostapd prints none when it refuses or is refused without a wrong PIN."
)

// pair is a log and the capture of the same run.
type pair struct {
	name string // RUN.SIDE
	log  []byte
	want []doctor.Cause // in the capture
}

// program returns the program that wrote the log.
func (p *pair) program() string {
	_, side, _ := strings.Cut(p.name, ".")
	program, _, _ := strings.Cut(side, "-")
	return program
}

func unzip(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(path, err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(path, err)
	}
	return all
}

func causesOf(all []verdict) (causes []doctor.Cause) {
	for _, v := range all {
		causes = append(causes, v.Cause)
	}
	return causes
}

// pairs returns all pairs in testdata.
func pairs(t *testing.T) (all []pair) {
	captures, err := filepath.Glob("testdata/pairs/*.pcap.gz")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range captures {
		r, err := capture.NewReader(bytes.NewReader(unzip(t, path)))
		if err != nil {
			t.Fatal(path, err)
		}
		want := causesOf(judge(t, r, nil))
		logs, err := filepath.Glob(strings.TrimSuffix(path, ".pcap.gz") + ".*.log.gz")
		if err != nil || len(logs) == 0 {
			t.Fatal(path, "has no log", err)
		}
		for _, log := range logs {
			all = append(all, pair{strings.TrimSuffix(filepath.Base(log), ".log.gz"), unzip(t, log), want})
		}
	}
	return all
}

func words(causes []doctor.Cause) string {
	var all []string
	for _, c := range causes {
		all = append(all, string(c))
	}
	return strings.Join(all, " ")
}

// TestPairs compares the logs of stock programs with captures of the same runs.
func TestPairs(t *testing.T) {
	failing := map[string]int{}
	used := map[string]bool{}
	for _, p := range pairs(t) {
		r := NewReader(bytes.NewReader(p.log))
		got := causesOf(judge(t, r, r.Keys()))
		if !slices.Equal(got, p.want) {
			if exception, ok := coarser[p.name]; !ok || exception.causes != words(got) {
				t.Errorf("%s: the log gives %s, the capture %s", p.name, words(got), words(p.want))
			}
			used[p.name] = true
		}
		if slices.ContainsFunc(p.want, func(c doctor.Cause) bool { return c != doctor.Success }) {
			failing[p.program()]++
		}
		if s := r.Source(); s.Kind != "log" || len(s.Programs) != 1 {
			t.Errorf("%s is taken for a %s of %v", p.name, s.Kind, s.Programs)
		}
	}
	for name := range coarser {
		if !used[name] {
			t.Errorf("%s gives what its capture gives", name)
		}
	}
	t.Logf("failing pairs: %v", failing)
	if failing["hostapd"] < 20 || failing["wpa_supplicant"] < 20 || failing["iwd"] < 5 {
		t.Errorf("failing pairs: %v", failing)
	}
}

// eventLine matches a line that hostapd and wpa_supplicant print without -d.
var eventLine = regexp.MustCompile(`^(\d+\.\d+: )?(\S+: )?(WPS-|CTRL-EVENT-|AP-|SME: |Trying to |Associated with |STA \S+ |CTRL-)`)

// TestEventLines does the same with the output of hostapd and wpa_supplicant
// without options, which has no messages and no times.
func TestEventLines(t *testing.T) {
	used := map[string]bool{}
	for _, p := range pairs(t) {
		if p.program() == "iwd" {
			continue
		}
		var kept bytes.Buffer
		for line := range bytes.Lines(p.log) {
			if m := eventLine.FindSubmatchIndex(line); m != nil {
				if m[3] > 0 {
					line = line[m[3]:]
				}
				kept.Write(line)
			}
		}
		r := NewReader(&kept)
		got := causesOf(judge(t, r, r.Keys()))
		if !slices.Equal(got, p.want) {
			if exception, ok := coarserLines[p.name]; !ok || exception.causes != words(got) {
				t.Errorf("%s: the lines give %s, the capture %s", p.name, words(got), words(p.want))
			}
			used[p.name] = true
		}
	}
	for name := range coarserLines {
		if !used[name] {
			t.Errorf("%s gives what its capture gives", name)
		}
	}
}
