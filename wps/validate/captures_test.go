package validate_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// octets are hexadecimal digits in JSON.
type octets []byte

func (o *octets) UnmarshalText(text []byte) (err error) {
	*o, err = hex.DecodeString(string(text))
	return err
}

// log is what one side logged: values by their labels.
type log map[string][]octets

// capture is an exchange between hostapd and wpa_supplicant.
type capture struct {
	Name      string
	EAPFrames []octets `json:"eap_frames"` // in order, from both sides

	Hostapd       log
	WPASupplicant log `json:"wpa_supplicant"`
}

// wired returns every capture of ../testdata/wired.
func wired(tb testing.TB) []capture {
	tb.Helper()
	captures, err := readWired()
	if err != nil {
		tb.Fatal(err)
	}
	return captures
}

var readWired = sync.OnceValues(func() ([]capture, error) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "wired", "*.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no captures: %v", err)
	}
	captures := make([]capture, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &captures[i]); err != nil {
			return nil, fmt.Errorf("%s: %v", file, err)
		}
	}
	return captures, nil
})

// keys returns the keys of the capture's last run, or nil if none were logged.
func (c *capture) keys() *registration.Keys {
	for _, l := range []log{c.WPASupplicant, c.Hostapd} {
		if auth, wrap := l["AuthKey"], l["KeyWrapKey"]; len(auth) > 0 && len(wrap) > 0 {
			return &registration.Keys{AuthKey: [32]byte(auth[len(auth)-1]), KeyWrapKey: [16]byte(wrap[len(wrap)-1])}
		}
	}
	return nil
}

// transcripts returns the EAP conversations of the capture. The keys belong to
// the last one that reached M2.
func (c *capture) transcripts() []validate.Transcript {
	const (
		identity      = byte(eap.TypeIdentity)
		moreFragments = 1
		lengthField   = 2
	)
	all := []validate.Transcript{{}}
	var message []byte
	fragments, first := 0, byte(0)
	for i, frame := range c.EAPFrames {
		t := &all[len(all)-1]
		s := validate.Entry{Code: eap.Code(frame[0]), ID: frame[1]}
		switch {
		case len(frame) > 5 && frame[4] == identity:
			t.Identity = string(frame[5:])
		case len(frame) > 4 && frame[4] != identity:
			s.OpCode = eap.OpCode(frame[12])
			data := frame[14:]
			if frame[13]&lengthField != 0 {
				data = data[2:]
			}
			if s.OpCode == eap.OpFragACK {
				continue
			}
			if fragments++; fragments == 1 {
				first = s.ID
			}
			if message = append(message, data...); frame[13]&moreFragments != 0 {
				continue
			}
			s.ID, s.Fragments, s.Body = first, fragments, message
			message, fragments = nil, 0
		}
		t.Entries = append(t.Entries, s)
		if s.Code == eap.CodeFailure && i < len(c.EAPFrames)-1 {
			all = append(all, validate.Transcript{})
		}
	}
	all[len(all)-1].Keys = c.keys()
	return all
}

// name returns the message of a step of a transcript.
func name(s validate.Entry) string {
	if t, err := wps.PeekMessageType(s.Body); err == nil {
		return t.String()
	}
	return "packet"
}

// succeeded are the captures of hostapd and wpa_supplicant whose runs
// succeeded.
var succeeded = []string{
	"l2-pbc-m1-before-button", "m01-clean-none-driver", "m08-dup-m3", "m09-dup-m4", "r3-registrar", "s01-pin-ok", "s02-pbc-ok",
	"s03-pin-wpacli", "s04-pbc-wpacli", "s07-appin-reg-learn", "s08-appin-reg-config", "s11-frag", "s13-pbc-in-m1", "s18-psk64hex",
	"s19-unconfigured", "s20-extra-cred", "s21-cred-tkip", "s21-skip-cred-build", "s23-version10", "s23-version11", "s24-version57-ext",
	"s27-pin4", "s29-sae", "s30-credproc1", "s32-reg-new-open", "s38-appin-4", "s39-appin-cli", "s43-wps_reg-pae", "t3-nfc-handover",
}

// argued has every finding in the captures of hostapd and wpa_supplicant, and
// the reason why it is correct.
var argued = []struct{ capture, message, rule, why string }{
	{"*", "M1 or M2", "RF-BANDS-ONE", "over its driver for wires wpa_supplicant knows no channel and names all bands; iwd refuses that"},

	{"r3-registrar", "M1", "MAC-ADDRESS-ZERO", "hostapd without a radio has no address to give"},
	{"r3-registrar", "M7", "MAC-ADDRESS-ZERO", "the same, as BSSID"},
	{"s21-cred-tkip", "M8", "CREDENTIAL-TKIP", "the test's credential is one for TKIP alone; wpa_supplicant joins no such network"},
	{"s21-cred-tkip", "M8", "CREDENTIAL-WPA", "and for WPA alone"},
	{"s23-version10", "M2", "CONFIG-METHODS-VERSION", "hostapd, told to speak 1.0, drops Version2 and keeps the methods of 2.0"},
	{"s23-version11", "M2", "WFA-VALUE", "hostapd, told to speak 1.1, sends 0x11 in Version2, where 2.0 begins with 0x20"},
	{"s23-version11", "M4", "WFA-VALUE", "the same"},
	{"s23-version11", "M6", "WFA-VALUE", "the same"},
	{"s23-version11", "M8", "WFA-VALUE", "the same"},

	{"m02-badauth-m2", "M2", "AUTHENTICATOR-WRONG", "it was changed on the wire"},
	{"m02-badauth-m2", "WSC_NACK", "NACK-REASON", "hostap gives no reason for a wrong Authenticator"},
	{"m03-badauth-m3", "WSC_NACK", "NACK-REASON", "the same; the capture has M3 as it was sent"},
	{"m04-badauth-m4", "M4", "AUTHENTICATOR-WRONG", "it was changed on the wire"},
	{"m04-badauth-m4", "WSC_NACK", "NACK-REASON", "hostap gives no reason for a wrong Authenticator"},
	{"m05-badenc-m4", "M4", "SETTINGS-PADDING", "its settings were changed on the wire"},
	{"m05-badenc-m4", "M4", "AUTHENTICATOR-WRONG", "which the Authenticator shows"},
	{"m05-badenc-m4", "WSC_NACK", "NACK-REASON", "hostap gives no reason for a wrong Authenticator"},
	{"m10-trunc-m5", "WSC_NACK", "NACK-REASON", "hostap gives no reason for a message that was cut; the capture has M5 as it was sent"},
	{"s21-cred-wep", "M8", "CREDENTIAL-WEP", "the test's credential is one for WEP, which wpa_supplicant refuses"},
	{"s21-cred-wep", "M8", "CREDENTIAL-UNSUPPORTED", "as its M1 told"},
	{"s21-cred-wep", "WSC_NACK", "NACK-REASON", "hostap gives no reason for refusing a credential"},
}

// TestCaptures compares all findings in all captures with those in argued.
func TestCaptures(t *testing.T) {
	used := make([]bool, len(argued))
	for _, c := range wired(t) {
		t.Run(c.Name, func(t *testing.T) {
			for _, transcript := range c.transcripts() {
				for _, f := range validate.Exchange(&transcript, wps.Tolerant) {
					message := name(transcript.Entries[f.Message])
					i := slices.IndexFunc(argued, func(a struct{ capture, message, rule, why string }) bool {
						return (a.capture == c.Name || a.capture == "*") && strings.Contains(a.message, message) && a.rule == f.Rule
					})
					if i < 0 {
						t.Errorf("nobody has argued for %s: %v", message, f)
						continue
					}
					used[i] = true
					if f.Severity == validate.Error && slices.Contains(succeeded, c.Name) {
						t.Errorf("an error in a run that succeeded: %v", f)
					}
				}
			}
		})
	}
	for i, a := range argued {
		if !used[i] {
			t.Errorf("%s: %s is not found in %s", a.capture, a.rule, a.message)
		}
	}
}

// readJSON reads a file of testdata.
func readJSON(tb testing.TB, name string, v any) {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}

// TestRadioCaptures checks that there are no findings in the captures of the
// air, where wpa_supplicant uses its real channel: successes, wrong PINs,
// refusals.
func TestRadioCaptures(t *testing.T) {
	var captures []capture
	readJSON(t, "radio.json", &captures)
	for _, c := range captures {
		transcripts := c.transcripts()
		for _, transcript := range transcripts {
			if findings := validate.Exchange(&transcript, wps.Strict); findings != nil {
				t.Errorf("%s: %v", c.Name, findings)
			}
		}
		if findings := validate.Randomness(transcripts, wps.Strict); findings != nil {
			t.Errorf("randomness of %s: %v", c.Name, findings)
		}
	}
}

// element is the WPS element of a frame between hostapd and wpa_supplicant.
type element struct {
	Capture, Kind string
	Hex           octets
}

func (e *element) kind() wps.Kind {
	for k := wps.KindBeacon; k <= wps.KindAssociationResponse; k++ {
		if k.String() == e.Kind {
			return k
		}
	}
	return 0
}

// captured returns the elements in the captures of the air.
func captured(tb testing.TB) []element {
	tb.Helper()
	var all []element
	readJSON(tb, "elements.json", &all)
	return all
}

// TestCapturedElements checks that there is only one finding in the elements of
// hostapd and wpa_supplicant.
func TestCapturedElements(t *testing.T) {
	for _, e := range captured(t) {
		findings := validate.Element(e.kind(), e.Hex, dot11.Traits{Band: wps.Band24GHz}, wps.Strict)
		if e.Capture == "pin" && e.Kind == "Beacon" {
			// Between M8 and WSC_Done hostapd has deleted the PIN, and with it
			// AuthorizedMACs, but still advertises a selected registrar.
			if len(findings) != 1 || findings[0].Rule != "AUTHORIZED-MACS-MISSING" {
				t.Errorf("findings in the last beacon: %v", findings)
			}
			continue
		}
		if len(findings) != 0 {
			t.Errorf("%s, %s: %v", e.Capture, e.Kind, findings)
		}
	}
}
