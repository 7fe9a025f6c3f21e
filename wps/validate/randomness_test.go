package validate_test

import (
	"slices"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// runs returns several runs of one pair of devices.
func runs(labs ...*lab) []validate.Transcript {
	var all []validate.Transcript
	for _, l := range labs {
		all = append(all, l.Transcript)
	}
	return all
}

// threeRuns returns three successful runs whose M1 has the given nonces.
func threeRuns(t *testing.T, nonces ...string) []validate.Transcript {
	labs := []*lab{newLab(t, "s01-pin-ok"), newLab(t, "s03-pin-wpacli"), newLab(t, "s18-psk64hex")}
	for i, nonce := range nonces {
		labs[i].set(wps.KindM1, wps.AttrEnrolleeNonce, []byte(nonce))
	}
	return runs(labs...)
}

// breakRandomnessRules has devices with bad generators.
func breakRandomnessRules(t *testing.T) {
	first, second := newLab(t, "s01-pin-ok"), newLab(t, "s03-pin-wpacli")
	handover := newLab(t, "t3-nfc-handover")
	for _, test := range []struct {
		name  string
		runs  []validate.Transcript
		rules []string
	}{
		{"hostapd and wpa_supplicant", threeRuns(t), nil},
		{"a nonce again", runs(first, newLab(t, "s03-pin-wpacli").set(wps.KindM1, wps.AttrEnrolleeNonce, first.get(wps.KindM1, wps.AttrEnrolleeNonce))), []string{"RANDOM-NONCE-REPEATED"}},
		{"a public key again", runs(first, newLab(t, "s03-pin-wpacli").set(wps.KindM2, wps.AttrPublicKey, first.get(wps.KindM2, wps.AttrPublicKey))), []string{"RANDOM-KEY-REPEATED"}},
		{"a token's public key again", runs(handover, handover), []string{"RANDOM-NONCE-REPEATED", "RANDOM-IV-REPEATED"}},
		{"a secret nonce again", runs(first, newLab(t, "s03-pin-wpacli").seal(wps.KindM5, first.settings(wps.KindM5))), []string{"RANDOM-S-NONCE-REPEATED"}},
		{"an initialization vector again", runs(first, newLab(t, "s03-pin-wpacli").set(wps.KindM4, wps.AttrEncryptedSettings,
			second.cipher.SealSettings(nil, (*[16]byte)(first.get(wps.KindM4, wps.AttrEncryptedSettings)), second.settings(wps.KindM4).bytes()))), []string{"RANDOM-IV-REPEATED"}},
		{"equal secret nonces", runs(newLab(t, "s01-pin-ok").seal(wps.KindM7, first.settings(wps.KindM7).with(wps.AttrESNonce2, wps.Find(first.settings(wps.KindM5).bytes(), wps.AttrESNonce1)))), []string{"RANDOM-S-NONCE-REPEATED"}},
		{"a nonce of zeros", runs(newLab(t, "s01-pin-ok").set(wps.KindM1, wps.AttrEnrolleeNonce, make([]byte, 16))), []string{"RANDOM-ZERO"}},
		{"a secret nonce of zeros", runs(newLab(t, "s01-pin-ok").seal(wps.KindM7, first.settings(wps.KindM7).with(wps.AttrESNonce2, make([]byte, 16)))), []string{"RANDOM-ZERO"}},
		{"a counter", threeRuns(t, "\xA0random octets_\x01", "\xA0random octets_\x04", "\xA0random octets_\x07"), []string{"RANDOM-COUNTER", "RANDOM-CONSTANT"}},
		{"a counter from the other end", threeRuns(t, "\xFF\x00random octets_", "\x01\x01random octets_", "\x03\x01random octets_"), []string{"RANDOM-COUNTER", "RANDOM-CONSTANT"}},
		{"a counter down", threeRuns(t, "\xA0random octets_\x07", "\xA0random octets_\x04", "\xA0random octets_\x01"), []string{"RANDOM-COUNTER", "RANDOM-CONSTANT"}},
		{"few octets that change", threeRuns(t, "random octets_\x01\x07", "random octets_\x61\x04", "random octets_\x17\x01"), []string{"RANDOM-CONSTANT"}},
		{"two runs tell no pattern", threeRuns(t, "\xA0random octets_\x01", "\xA0random octets_\x04", "\xA0random octets_\x07")[:2], nil},
		{"no runs", nil, nil},
	} {
		only(t, test.name, validate.Randomness(test.runs, wps.Tolerant), test.rules...)
	}
}

// TestRandomnessPlace checks which run and message a finding names.
func TestRandomnessPlace(t *testing.T) {
	first := newLab(t, "s01-pin-ok")
	findings := validate.Randomness(runs(first, newLab(t, "s03-pin-wpacli"), first), wps.Tolerant)
	i := slices.IndexFunc(findings, func(f validate.Finding) bool { return f.Rule == "RANDOM-KEY-REPEATED" })
	if i < 0 {
		t.Fatalf("no key is repeated in %v", findings)
	}
	if f := findings[i]; f.Run != 2 || f.Message != first.index(wps.KindM1) || f.Kind != wps.KindM1 || f.Attribute != wps.AttrPublicKey || f.Text != "Public Key in M1 is Public Key in M1 of run 1: it is not random." {
		t.Errorf("%+v", f)
	}
}
