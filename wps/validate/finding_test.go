package validate_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

func TestFindingString(t *testing.T) {
	for _, test := range []struct {
		finding validate.Finding
		want    string
	}{
		{validate.Finding{Rule: "A-B", Severity: validate.Note, Text: "It is so."}, "note A-B: It is so."},
		{validate.Finding{Rule: "A-B", Severity: validate.Warning, Kind: wps.KindM1, Text: "It is so."}, "warning A-B: M1: It is so."},
		{validate.Finding{Rule: "A-B", Severity: validate.Error, Kind: wps.KindM1, Attribute: wps.AttrUUIDE, Offset: 7, Text: "It is so."}, "error A-B: M1, UUID-E at offset 7: It is so."},
	} {
		if got := test.finding.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if s := fmt.Sprint(validate.Severity(0), validate.Severity(9), validate.Area(0), validate.AreaForm, validate.Version1, validate.Version2, validate.Both, validate.Side(0), validate.SideAP, validate.SideClient); s != "Severity(0) Severity(9) Area(0) form 1.0 2.0 both somebody the access point the client" {
		t.Error(s)
	}
}

func TestFindings(t *testing.T) {
	var none validate.Findings
	some := validate.Findings{{Rule: "A", Severity: validate.Note}, {Rule: "B", Severity: validate.Warning}, {Rule: "C", Severity: validate.Note}}
	if none.Worst() != 0 || some.Worst() != validate.Warning || none.Has("A") || !some.Has("C") || some.Has("D") {
		t.Errorf("worst %v and %v", none.Worst(), some.Worst())
	}
}

// TestFindingsAreBounded has more faults than are listed.
func TestFindingsAreBounded(t *testing.T) {
	b := join(conforming(wps.KindDone).attrs...)
	for range 1000 {
		b = append(b, join(tlv{wps.AttrUUIDE, []byte("short")})...)
	}
	findings := validate.List(wps.KindDone, b, wps.Tolerant)
	const kept = 5
	if n := len(findings); n > 3*kept {
		t.Errorf("%d findings", n)
	}
	last := findings[len(findings)-1]
	if last.Rule != "UUID-E-LENGTH" || last.Message != validate.Whole || last.Text != "The same was found 995 more times." {
		t.Errorf("%+v", last)
	}
}

// TestOrder checks that findings are in the order of the messages and of the
// octets.
func TestOrder(t *testing.T) {
	l := newLab(t, "s01-pin-ok").set(wps.KindM4, wps.AttrEnrolleeNonce, times("n", 16)).set(wps.KindM1, wps.AttrOSVersion, make([]byte, 4)).
		set(wps.KindM1, wps.AttrUUIDE, make([]byte, 16)).identity("someone")
	var got []string
	for _, f := range validate.Exchange(&l.Transcript, wps.Tolerant) {
		got = append(got, fmt.Sprintf("%d:%d %s", f.Message, f.Offset, f.Rule))
	}
	want := "3:10 UUID-ZERO, 3:372 OS-VERSION-BIT, 6:10 ENROLLEE-NONCE-ECHO, -1:0 IDENTITY-UNKNOWN"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}

// TestOffsets checks that offsets count octets of the message, or of the
// plaintext for a Credential.
func TestOffsets(t *testing.T) {
	l := newLab(t, "s01-pin-ok").credential(wps.AttrNetworkIndex, []byte{2})
	findings := validate.Exchange(&l.Transcript, wps.Strict)
	if len(findings) != 1 {
		t.Fatal(findings)
	}
	f := findings[0]
	plaintext := l.settings(wps.KindM8).bytes()
	if f.Kind != wps.KindCredential || f.Message != l.index(wps.KindM8) || string(plaintext[f.Offset:f.Offset+2]) != "\x10\x26" || f.Severity != validate.Error {
		t.Errorf("%+v", f)
	}
}

// TestSecrets replaces every secret in all captures, and searches for it in the
// findings.
func TestSecrets(t *testing.T) {
	for _, s := range samples(t) {
		var secrets []string
		for _, a := range s.attrs {
			if info, ok := a.id.Info(); ok && info.Encoding == wps.Secret && len(a.value) > 0 {
				secrets = append(secrets, string(a.value), hex.EncodeToString(a.value), strings.ToUpper(hex.EncodeToString(a.value)))
			}
		}
		for i := range s.attrs {
			for _, c := range changes {
				for _, f := range validate.List(s.kind, c.apply(s, i), wps.Strict) {
					for _, secret := range secrets {
						if strings.Contains(f.String(), secret) {
							t.Errorf("%s, %s: %q shows a secret", s.name, c.name, f)
						}
					}
				}
			}
		}
	}
}
