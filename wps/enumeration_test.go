package wps_test

import (
	"fmt"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestEnumerations(t *testing.T) {
	tests := []struct {
		value fmt.Stringer
		want  string
	}{
		{wps.MessageM1, "M1"}, {wps.MessageM2D, "M2D"}, {wps.MessageNACK, "WSC_NACK"}, {wps.MessageProbeRequest, "Probe Request"}, {wps.MessageType(0x42), "MessageType(0x0042)"},
		{wps.AuthWPA2Personal, "WPA2-Personal"}, {wps.AuthMixed, "WPA-Personal|WPA2-Personal"}, {wps.AuthOpen, "Open"},
		{wps.AuthType(0), "AuthType(0x0000)"}, {wps.AuthType(0x0202), "WPA-Personal|AuthType(0x0200)"},
		{wps.EncrNone, "None"}, {wps.EncrMixed, "TKIP|AES"}, {wps.EncrType(0), "EncrType(0x0000)"}, {wps.EncrType(0x100), "EncrType(0x0100)"},
		{wps.ConnESS, "ESS"}, {wps.ConnESS | wps.ConnIBSS, "ESS|IBSS"}, {wps.ConnType(0), "none"},
		{wps.ConfigMethods(0), "none"}, {wps.MethodLabel | wps.MethodKeypad, "Label|Keypad"},
		{wps.MethodVirtualPushButton, "Virtual Push Button"}, {wps.MethodPhysicalPushButton | wps.MethodVirtualPushButton, "Virtual and Physical Push Button"},
		{wps.MethodPushButton | wps.MethodDisplay, "Display|Push Button"}, {wps.MethodVirtualDisplay | wps.MethodLabel, "Virtual Display|Label"},
		{wps.ConfigMethods(0x0200), "ConfigMethods(0x0200)"}, {wps.MethodUSB | wps.MethodEthernet, "USB|Ethernet"},
		{wps.PasswordDefault, "Default (PIN)"}, {wps.PasswordPushButton, "PushButton"}, {wps.PasswordNFCHandover, "NFC Connection Handover"},
		{wps.DevicePasswordID(6), "DevicePasswordID(0x0006)"}, {wps.DevicePasswordID(0x1234), "out-of-band 0x1234"}, {wps.PasswordOOBFirst, "out-of-band 0x0010"},
		{wps.NoError, "no error"}, {wps.SetupLocked, "setup locked"}, {wps.DevicePasswordAuthFailed, "device password authentication failure"},
		{wps.PublicKeyHashMismatch, "public key hash mismatch"}, {wps.ConfigError(21), "ConfigError(0x0015)"},
		{wps.NotAssociated, "not associated"}, {wps.IPFailure, "IP failure"}, {wps.AssociationState(9), "AssociationState(0x0009)"},
		{wps.RequestEnrollee8021X, "Enrollee, open 802.1X"}, {wps.RequestType(4), "RequestType(0x0004)"},
		{wps.ResponseAP, "AP"}, {wps.ResponseType(4), "ResponseType(0x0004)"},
		{wps.Band24GHz | wps.Band5GHz, "2.4 GHz|5 GHz"}, {wps.RFBands(0), "none"}, {wps.RFBands(8), "RFBands(0x0008)"},
		{wps.Configured, "configured"}, {wps.State(0), "State(0x0000)"},
		{wps.MultiAPBackhaulSTA, "backhaul STA"}, {wps.MultiAPFronthaulBSS | wps.MultiAPBackhaulBSS, "backhaul BSS|fronthaul BSS"}, {wps.MultiAP(0), "none"}, {wps.MultiAP(1), "MultiAP(0x0001)"},
		{wps.Mandatory2, "mandatory in 2.0"}, {wps.Presence(0), "Presence(0x0000)"},
		{wps.Nested, "attributes"}, {wps.Encoding(99), "Encoding(0x0063)"},
	}
	for _, test := range tests {
		if got := test.value.String(); got != test.want {
			t.Errorf("%T prints as %q, want %q", test.value, got, test.want)
		}
	}
}

// TestConfigMethodsHas checks that a method is compared with its whole mask.
func TestConfigMethodsHas(t *testing.T) {
	const old = wps.MethodPushButton | wps.MethodDisplay
	if old.Has(wps.MethodVirtualPushButton) || old.Has(wps.MethodPhysicalDisplay) {
		t.Error("methods of 1.0 have those of 2.0")
	}
	if !wps.MethodPhysicalPushButton.Has(wps.MethodPushButton) || wps.MethodPhysicalPushButton.Has(wps.MethodVirtualPushButton) {
		t.Error("a physical push button is a push button, and not virtual")
	}
}

func TestDefaultDevice(t *testing.T) {
	m := wps.M1{Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20}}, Device: wps.DefaultDevice()}
	m.PublicKey[191] = 2
	b, err := wps.Append(nil, &m)
	if err != nil {
		t.Fatal(err)
	}
	if err := wps.Decode(new(wps.M1), b, wps.Strict); err != nil {
		t.Errorf("a strict peer refuses it: %v", err)
	}
}
