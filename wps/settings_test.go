package wps_test

import (
	"bytes"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestM2SettingsOfAccessPoint has settings in an M2 that ends the run, as in
// IEEE 1905.1: for an access point they are those of M8, not Credentials.
func TestM2SettingsOfAccessPoint(t *testing.T) {
	list := without(t, credential("backhaul", "passphrase"), wps.AttrNetworkIndex)
	s := wps.M2Settings{AP: new(wps.Credential)}
	if err := wps.Decode(&s, list, wps.Strict); err != nil {
		t.Fatal(err)
	}
	if s.Kind() != wps.KindM8APSettings || s.AP.SSID != "backhaul" || s.AP.Usable() != nil {
		t.Errorf("%v: %v", s.Kind(), s.AP)
	}
	if got, err := wps.Append(nil, &s); err != nil || !bytes.Equal(got, list) {
		t.Errorf("wrote\n%x\nwant\n%x\n%v", got, list, err)
	}
	wantError(t, wps.Decode(new(wps.M2Settings), list, wps.Tolerant), wps.ErrMissing, wps.AttrCredential, len(list))
}
