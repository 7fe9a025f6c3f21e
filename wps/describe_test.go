package wps_test

import (
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		id     wps.AttributeID
		value  string
		want   string
		secret bool
	}{
		{wps.AttrVersion, "\x10", "1.0 (0x10)", false},
		{wps.AttrConfigError, "\x00\x12", "device password authentication failure (0x0012)", false},
		{wps.AttrConfigError, "\x12", "12", false},
		{wps.AttrMessageType, "\x04", "M1 (0x04)", false},
		{wps.AttrAPSetupLocked, "\x01", "yes", false},
		{wps.AttrMACAddress, "\x02\x00\x00\x00\x00\x01", "02:00:00:00:00:01", false},
		{wps.AttrDeviceName, "a\x1b\xe2\x80\xaeb", `"a\x1b\u202eb"`, false},
		{wps.AttrSSID, "home", "home", false},
		{wps.AttrNetworkKey, "correct horse", `"correct horse"`, true},
		{wps.AttrRSNonce1, strings.Repeat("\xab", 16), strings.Repeat("ab", 16), true},
		{wps.AttrPrimaryDeviceType, "\x00\x03\x00\x50\xf2\x04\x00\x01", "3-0050F204-1", false},
		{wps.AttrSecondaryDeviceTypeList, "\x00\x03\x00\x50\xf2\x04\x00\x01\x00\x06\x00\x50\xf2\x04\x00\x02", "3-0050F204-1, 6-0050F204-2", false},
		{0x2001, "\x01\x02", "0102", false},
	} {
		if text, secret := (wps.Attribute{ID: tt.id, Value: []byte(tt.value)}).Describe(); text != tt.want || secret != tt.secret {
			t.Errorf("%v %x: %s, %t, want %s", tt.id, tt.value, text, secret, tt.want)
		}
	}
	// Any length gives a description.
	for row := range wps.Attributes() {
		for n := range 40 {
			if text, secret := (wps.Attribute{ID: row.ID, Value: make([]byte, n)}).Describe(); secret != (row.Encoding == wps.Secret) || n > 0 && text == "" && row.Encoding != wps.Octets {
				t.Errorf("%v of %d octets: %q, %t", row.ID, n, text, secret)
			}
		}
	}
}
