package selection

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
)

// accessPoint parses a candidate from a line "BSSID UUID band dBm attributes…",
// with "-" for no UUID. The attributes are v2, pbc and pin for a registrar that
// waits, and addresses for AuthorizedMACs.
func accessPoint(t *testing.T, line string) Candidate {
	t.Helper()
	f := strings.Fields(line)
	c := Candidate{BSSID: fixture.MAC(f[0])}
	if f[1] != "-" {
		uuid := fixture.UUID(f[1])
		c.UUID = &uuid
	}
	switch f[2] {
	case "2.4":
		c.Band = wps.Band24GHz
	case "5":
		c.Band = wps.Band5GHz
	case "60":
		c.Band = wps.Band60GHz
	default:
		t.Fatalf("%q: unknown band", line)
	}
	if _, err := fmt.Sscan(f[3], &c.Signal); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	for _, attribute := range f[4:] {
		switch attribute {
		case "v2":
			c.Version2 = true
		case "pbc":
			c.SelectedRegistrar, c.DevicePasswordID = true, wps.PasswordPushButton
		case "pin":
			c.SelectedRegistrar, c.DevicePasswordID = true, wps.PasswordDefault
		case "any":
			c.AuthorizedMACs = append(c.AuthorizedMACs, wps.Broadcast)
		default:
			c.AuthorizedMACs = append(c.AuthorizedMACs, fixture.MAC(attribute))
		}
	}
	return c
}

// verdictLetters are the abbreviations of verdicts in the tables below.
var verdictLetters = map[Verdict]string{
	Ready: "R", Unselected: "U", Overlapping: "O", NotSelected: "-", OtherMethod: "M", NotAuthorized: "A", NotNamed: "N",
}

// describeChoice formats a choice as "BSSIDs in order / verdicts".
func describeChoice(candidates []Candidate, c Choice) string {
	var order []string
	for _, i := range c.Order {
		order = append(order, fixture.MACName(candidates[i].BSSID))
	}
	verdicts := ""
	for _, v := range c.Verdicts {
		verdicts += verdictLetters[v]
	}
	return strings.Join(order, " ") + " / " + verdicts
}

var own = fixture.MAC("me")

type selectCase struct {
	name     string
	selector Selector
	aps      string
	want     string
	err      error
}

func (tt selectCase) run(t *testing.T, choose func(Selector, []Candidate) (Choice, error)) {
	t.Helper()
	t.Run(tt.name, func(t *testing.T) {
		t.Helper()
		var candidates []Candidate
		for _, line := range strings.Split(tt.aps, "\n") {
			if strings.TrimSpace(line) != "" {
				candidates = append(candidates, accessPoint(t, line))
			}
		}
		tt.selector.MAC = own
		choice, err := choose(tt.selector, candidates)
		if got := describeChoice(candidates, choice); got != tt.want || err != tt.err {
			t.Errorf("got  %s (%v)\nwant %s (%v)", got, err, tt.want, tt.err)
		}
	})
}

// hostap: test_ap_wps_pbc_2ap
func TestSelectPushButton(t *testing.T) {
	iwd := Selector{OnePerBand: true}
	for _, tt := range []selectCase{
		{name: "none", want: " / ", err: ErrNoAccessPoint},
		{name: "none active", aps: `
			a1 A 2.4 -40 v2
			b1 B 2.4 -50 v2 pin any`,
			want: " / -M", err: ErrNoAccessPoint},
		{name: "one active", aps: `
			a1 A 2.4 -40 v2
			b1 B 2.4 -90 v2 pbc any`,
			want: "b1 / -R"},
		{name: "one active without UUID-E", aps: `
			b1 - 2.4 -90 pbc`,
			want: "b1 / R"},
		{name: "two active", aps: `
			a1 A 2.4 -60 v2 pbc any
			b1 B 2.4 -50 v2 pbc any`,
			want: " / OR", err: ErrOverlap},
		{name: "two radios of one", aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 A 5   -60 v2 pbc any`,
			want: "a1 a2 / RR"},
		{name: "two radios of one, for iwd", selector: iwd, aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 A 5   -60 v2 pbc any`,
			want: "a2 a1 / RR"},
		{name: "two radios with different UUID-E", aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 B 5   -60 v2 pbc any`,
			want: " / RO", err: ErrOverlap},
		{name: "two radios, one without UUID-E", aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 - 5   -60 v2 pbc any`,
			want: " / RO", err: ErrOverlap},
		{name: "two without UUID-E", aps: `
			a1 - 2.4 -40 pbc
			a2 - 5   -60 pbc`,
			want: " / RO", err: ErrOverlap},
		{name: "one found twice without UUID-E", aps: `
			a1 - 2.4 -40 pbc
			a1 - 2.4 -41 pbc`,
			want: "a1 a1 / RR"},
		{name: "UUID-E of zeros are equal", aps: `
			a1 0 2.4 -40 pbc
			a2 0 5   -60 pbc`,
			want: "a1 a2 / RR"},
		{name: "three radios of one, for iwd", selector: iwd, aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 A 60  -50 v2 pbc any
			a3 A 5   -60 v2 pbc any`,
			want: "a3 a1 a2 / RRR"},
		{name: "two networks of one radio", aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 A 2.4 -41 v2 pbc any`,
			want: "a1 a2 / RR"},
		{name: "two networks of one radio, for iwd", selector: iwd, aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 A 2.4 -41 v2 pbc any`,
			want: " / RO", err: ErrOverlap},
		{name: "one found twice, for iwd", selector: iwd, aps: `
			a1 A 2.4 -40 v2 pbc any
			a1 A 2.4 -41 v2 pbc any`,
			want: "a1 a1 / RR"},
		{name: "three, one of them another's", aps: `
			a1 A 2.4 -40 v2 pbc any
			b1 B 5   -50 v2 pbc any
			a2 A 5   -60 v2 pbc any`,
			want: " / ROR", err: ErrOverlap},
		{name: "named by the user: no overlap", selector: Selector{BSSID: fixture.MAC("b1")}, aps: `
			a1 A 2.4 -40 v2 pbc any
			b1 B 2.4 -50 v2 pbc any`,
			want: "b1 / NR"},
		{name: "named by the user and not active", selector: Selector{BSSID: fixture.MAC("b1")}, aps: `
			a1 A 2.4 -40 v2 pbc any
			b1 B 2.4 -50 v2`,
			want: " / N-", err: ErrNoAccessPoint},
		{name: "authorized by address", aps: `
			a1 A 2.4 -40 v2 pbc other me`,
			want: "a1 / R"},
		{name: "authorizes others: neither chosen nor an overlap", aps: `
			a1 A 2.4 -40 v2 pbc other
			b1 B 2.4 -50 v2 pbc any`,
			want: "b1 / AR"},
		{name: "2.0 that authorizes nobody by name or at all", aps: `
			a1 A 2.4 -40 v2 pbc`,
			want: "a1 / R"},
		{name: "1.0 knows no AuthorizedMACs", aps: `
			a1 A 2.4 -40 pbc other`,
			want: "a1 / R"},
		{name: "equal signals stay in order", aps: `
			a1 A 2.4 -40 v2 pbc any
			a2 A 5   -40 v2 pbc any`,
			want: "a1 a2 / RR"},
	} {
		tt.run(t, Selector.PushButton)
	}
}

// hostap: test_ap_wps_pbc_pin_mismatch test_ap_wps_scan_prio_order
func TestSelectPIN(t *testing.T) {
	const every = `
		a1 A 2.4 -20 pin
		b1 B 2.4 -30
		c1 C 2.4 -90 v2 pin other me
		d1 D 2.4 -50 v2 pin any
		e1 E 2.4 -40 v2 pin any
		f1 F 2.4 -10 v2 pin other
		g1 G 5   -15 v2 pbc any
		h1 H 5   -80 pin
		i1 I 5   -35 v2 pin
		j1 J 5   -70 v2 pin me
		k1 K 5   -25 v2`
	for _, tt := range []selectCase{
		{name: "none", want: " / ", err: ErrNoAccessPoint},
		{name: "order", aps: every, want: "j1 c1 e1 d1 a1 i1 h1 / R-RRRAMRRR-"},
		{name: "named by the user", selector: Selector{BSSID: fixture.MAC("d1")}, aps: every, want: "d1 / NNNRNNNNNNN"},
		{name: "none waits", aps: `
			a1 A 2.4 -20 v2
			b1 B 2.4 -20 v2 pbc any
			c1 C 2.4 -20 v2 pin other`,
			want: " / -MA", err: ErrNoAccessPoint},
	} {
		tt.run(t, func(s Selector, c []Candidate) (Choice, error) { return s.PIN(c, false) })
	}
	for _, tt := range []selectCase{
		{name: "none at last", want: " / ", err: ErrNoAccessPoint},
		{name: "order at last", aps: every, want: "j1 c1 e1 d1 a1 i1 h1 g1 k1 b1 / RURRRAURRRU"},
		{name: "authorizes others", aps: `c1 C 2.4 -20 v2 pin other`, want: " / A", err: ErrNoAccessPoint},
		{name: "named by the user at last", selector: Selector{BSSID: fixture.MAC("b1")}, aps: every, want: "b1 / NUNNNNNNNNN"},
	} {
		tt.run(t, func(s Selector, c []Candidate) (Choice, error) { return s.PIN(c, true) })
	}
}

func TestTryUnselected(t *testing.T) {
	for _, tt := range []struct {
		scans     int
		searching time.Duration
		want      bool
	}{{0, 0, false}, {2, time.Minute, false}, {3, 4999 * time.Millisecond, false}, {3, 5 * time.Second, true}, {4, time.Minute, true}} {
		if got := TryUnselected(tt.scans, tt.searching); got != tt.want {
			t.Errorf("%d scans, %v: %v", tt.scans, tt.searching, got)
		}
	}
}

// TestNewCandidate converts the elements of a real access point: idle, with its
// button pressed, with a PIN entered.
func TestNewCandidate(t *testing.T) {
	for _, tt := range []struct {
		capture string
		button  string
		pin     string
	}{
		{"pbc", "-R-", "-M-"},
		{"pin", "-MM-", "-RR-"}, // the second without AuthorizedMACs: the PIN is no longer valid
		{"locked", "-", "-"},
	} {
		var beacons []Candidate
		for _, frame := range fixture.Air(t, tt.capture) {
			switch frame.Kind {
			case "beacon":
				var e wps.Beacon
				if err := wps.Decode(&e, frame.Attributes, wps.Strict); err != nil {
					t.Fatal(err)
				}
				beacons = append(beacons, NewCandidate(frame.From, wps.Band24GHz, -30, &e))
			case "probe-response":
				var e wps.ProbeResponse
				if err := wps.Decode(&e, frame.Attributes, wps.Strict); err != nil {
					t.Fatal(err)
				}
				c := NewCandidate(frame.From, wps.Band24GHz, -30, &e.Beacon)
				if c.UUID == nil || *c.UUID != e.UUIDE || !c.Version2 {
					t.Errorf("%s: the UUID-E or the version of the Probe Response is lost: %+v", tt.capture, c)
				}
				if beacon := beacons[len(beacons)-1]; beacon.UUID != nil || beacon.Version2 != c.Version2 ||
					beacon.SelectedRegistrar != c.SelectedRegistrar || beacon.DevicePasswordID != c.DevicePasswordID ||
					fmt.Sprint(beacon.AuthorizedMACs) != fmt.Sprint(c.AuthorizedMACs) {
					t.Errorf("%s: Probe Response %+v, Beacon %+v", tt.capture, c, beacon)
				}
			}
		}
		button, pin := "", ""
		for _, c := range beacons {
			choice, _ := Selector{MAC: own}.PushButton([]Candidate{c})
			button += verdictLetters[choice.Verdicts[0]]
			choice, _ = Selector{MAC: own}.PIN([]Candidate{c}, false)
			pin += verdictLetters[choice.Verdicts[0]]
		}
		if button != tt.button || pin != tt.pin {
			t.Errorf("%s: push button %s, PIN %s; want %s, %s", tt.capture, button, pin, tt.button, tt.pin)
		}
	}
}
