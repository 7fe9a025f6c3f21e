package exchange

import (
	"os"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/validate"
)

// TestCases diagnoses small captures of iwd and of problems that people
// reported, which were recreated. It checks the cause of the last attempt or of
// there being none, the network named, the findings, and words that must not
// appear.
func TestCases(t *testing.T) {
	for _, tt := range []struct {
		file     string
		cause    doctor.Cause
		network  wps.SSID
		findings string // all must be present
		never    string // must not appear in the texts, in small letters
	}{
		{"both-wait-air", doctor.NotMeeting, "home", "", ""},
		{"easymesh-autoconfiguration", doctor.Success, "", "", "nearer"},
		{"element-damaged-last-attribute-cut", doctor.ElementDamaged, "home", "LIST-TRUNCATED", "switched off"},
		{"element-damaged-trailing-octet", doctor.DeviceNotSearching, "home", "WFA-TRUNCATED", "switched off"},
		{"element-without-version-beacon", doctor.DeviceNotSearching, "home", "BEACON-VERSION-MISSING", "switched off"},
		{"enhanced-open-owe", doctor.EnhancedOpen, "cafe", "", "wpa3"},
		{"external-registrar-remedy-eap-failure-after-m4", doctor.EndedEarly, "", "", "button"},
		{"four-way-handshake-instead-of-wsc-air", doctor.NoIdentityRequest, "hap", "", "recorded ends"},
		{"many-networks-air", doctor.DeviceNotSearching, "net-33", "", ""},
		{"nack-15-in-mid-run-after-m4", doctor.SetupLocked, "", "", "read its settings"},
		{"ordinary-join-ordinary", doctor.Unknown, "", "", "hangs"},
		{"pcap-microseconds-out-of-range-usec", doctor.PINFirstHalf, "golden-wps", "", ""},
		{"registrar-write-refused-write", doctor.CredentialRefused, "n1 \"quote\" ü", "", "too old"},
		{"router-waits-for-a-pin-beacon", doctor.DeviceNotSearching, "net-24", "", ""},
		{"same-public-key-three-runs", doctor.PINFirstHalf, "", "RANDOM-KEY-REPEATED HASHES-EQUAL", ""},
		{"iwd/base-pbc", doctor.Success, "lab", "", ""},
		{"iwd/base-wrong", doctor.PINFirstHalf, "lab", "", ""},
		{"iwd/reg-pin", doctor.Success, "lab", "", ""},
		{"iwd/reg-m2d", doctor.NoRegistrarSession, "lab", "", "sent again"},
		{"iwd/p2p-discovery", doctor.Unknown, "", "", "direct-"},
		{"iwd/station-left-early", doctor.EndedEarly, "DIRECT-Jn-(none)", "", "router of"},
	} {
		var keys *KeyLog
		if f, err := os.Open("testdata/cases/" + tt.file + ".keys"); err == nil {
			if keys, err = ReadKeyLog(f); err != nil {
				t.Fatal(tt.file, err)
			}
			f.Close()
		}
		all, c := collect(readFile(t, "testdata/cases/"+tt.file+".pcap"), keys)
		evidence := c.Evidence()
		var findings validate.Findings
		for _, n := range evidence.Networks {
			findings = append(findings, n.Findings(wps.Tolerant)...)
		}
		var history doctor.History
		var runs Runs
		for _, x := range all {
			findings = append(x.Findings(wps.Tolerant), runs.Findings(x, wps.Tolerant)...)
			evidence = x.Evidence(history.Add(x.Attempt(findings)))
		}
		d := doctor.Diagnose(evidence)
		if d.Cause != tt.cause {
			t.Errorf("%s: %s, want %s", tt.file, d.Cause, tt.cause)
		}
		if name := named(&d); name != tt.network {
			t.Errorf("%s: the network is %q, want %q", tt.file, name, tt.network)
		}
		for _, rule := range strings.Fields(tt.findings) {
			if !findings.Has(rule) {
				t.Errorf("%s: no %s in %v", tt.file, rule, findings)
			}
		}
		said := strings.ToLower(d.Verdict + " " + strings.Join(d.Remedy, " "))
		for _, h := range d.Hints {
			said += " " + strings.ToLower(h.Text)
		}
		if tt.never != "" && strings.Contains(said, tt.never) {
			t.Errorf("%s: %q in %s", tt.file, tt.never, said)
		}
		if strings.HasPrefix(tt.file, "iwd/p2p") && (findings.Has("NETWORK-WEP") || findings.Has("RESPONSE-TYPE-AP")) {
			t.Errorf("%s: %v", tt.file, findings)
		}
	}
}

func named(d *doctor.Diagnosis) wps.SSID {
	if d.Network == nil {
		return ""
	}
	return d.Network.SSID
}
