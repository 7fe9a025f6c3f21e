package text

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/wps/validate"
)

// tsharkForms are the forms in which tshark writes packets with their fields. Of
// the last one only the most usual fields.
var tsharkForms = []struct {
	name string
	args []string
	// exact is that the messages are rebuilt octet by octet, so that the
	// findings are those of the capture.
	exact bool
}{
	{"json", []string{"-T", "json"}, true},
	{"json -x", []string{"-T", "json", "-x"}, true},
	{"pdml", []string{"-T", "pdml"}, true},
	{"ek", []string{"-T", "ek"}, false},
	{"fields", strings.Fields("-T fields -E header=y -e frame.number -e frame.time_relative -e wlan.fc.type_subtype -e wlan.sa -e wlan.da -e eth.src -e eth.dst " +
		"-e wlan.ssid -e wlan.fixed.status_code -e wlan.fixed.reason_code -e wlan.rsn.akms -e eapol.type -e eap.code -e eap.id -e eap.type -e eap.identity -e eap.wps.code " +
		"-e wlan_rsna_eapol.keydes.msgnr -e wps.message_type -e wps.configuration_error -e wps.device_password_id -e wps.enrollee_nonce -e wps.selected_registrar " +
		"-e wps.ap_setup_locked -e wps.wifi_protected_setup_state -e wps.request_type -e wps.response_type"), false},
}

// TestTshark checks that tshark's output of a capture, in each form, leads to the
// causes of the capture itself. Without tshark it is skipped; testdata/posts.txt
// of wpsdoctor has an example of each form. tshark takes half a second to start:
// every capture is read in every form with WPS_PEERS=required only, else in one
// form each.
func TestTshark(t *testing.T) {
	every := os.Getenv("WPS_PEERS") == "required"
	if _, err := exec.LookPath("tshark"); err != nil {
		if every {
			t.Fatal("WPS_PEERS=required, but there is no tshark:", err)
		}
		t.Skip("there is no tshark to read the captures:", err)
	}
	for i, name := range []string{
		"radio-supplicant-wrong-half2", "radio-supplicant-no-pin", "radio-iwd-overlap", "wired-hostapd-wep-refused", "wired-supplicant-ap-wrong-first-half",
	} {
		packed, err := os.ReadFile(filepath.Join("testdata", "pairs", name+".pcap.gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		octets, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		r, err := capture.NewReader(bytes.NewReader(octets))
		if err != nil {
			t.Fatal(err)
		}
		want := judge(t, r, nil)
		file := filepath.Join(t.TempDir(), "x.pcap")
		if err := os.WriteFile(file, octets, 0o600); err != nil {
			t.Fatal(err)
		}
		for j, form := range tsharkForms {
			if !every && i%len(tsharkForms) != j {
				continue
			}
			out, err := exec.Command("tshark", append([]string{"-r", file}, form.args...)...).Output()
			if err != nil {
				t.Fatal(err)
			}
			text := NewReader(bytes.NewReader(out))
			got := judge(t, text, nil)
			if len(got) != len(want) {
				t.Errorf("%s, %s: %d verdicts, want %d", name, form.name, len(got), len(want))
				continue
			}
			for i := range got {
				if got[i].Cause != want[i].Cause {
					t.Errorf("%s, %s: %s, want %s", name, form.name, got[i].Cause, want[i].Cause)
				}
				if w, g := rules(want[i]), rules(got[i]); form.exact && !slices.Equal(w, g) {
					t.Errorf("%s, %s: findings %v, want %v", name, form.name, g, w)
				}
			}
		}
	}
}

// rules returns the rules of the findings about the messages of an exchange.
func rules(v verdict) (all []string) {
	if v.exchange != nil {
		for _, f := range v.exchange.Findings(0) {
			if f.Severity > validate.Note {
				all = append(all, f.Rule)
			}
		}
	}
	return all
}
