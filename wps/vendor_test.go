package wps_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestWFAExtension has the hand-made examples of the extension, and each of
// its sub-elements.
func TestWFAExtension(t *testing.T) {
	tests := []struct {
		name string
		wfa  wps.WFAExtension
		want string
	}{
		{"none", wps.WFAExtension{}, ""},
		{"Version2 alone", wps.WFAExtension{Version2: 0x20}, "1049 0006 00372A 00 01 20"},
		{"Request to Enroll", wps.WFAExtension{Version2: 0x20, RequestToEnroll: true}, "1049 0009 00372A 000120 030101"},
		{"push button", wps.WFAExtension{Version2: 0x20, AuthorizedMACs: []wps.MAC{wps.Broadcast}}, "1049 000E 00372A 000120 0106 FFFFFFFFFFFF"},
		{"two addresses", wps.WFAExtension{Version2: 0x20, AuthorizedMACs: []wps.MAC{{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}}},
			"1049 0014 00372A 000120 010C 020000000001 020000000002"},
		{"key to share", wps.WFAExtension{NetworkKeyShareable: true}, "1049 0006 00372A 020101"},
		{"delay", wps.WFAExtension{Version2: 0x21, SettingsDelayTime: 5}, "1049 0009 00372A 000121 040105"},
		{"registrar's methods", wps.WFAExtension{Version2: 0x20, RegistrarConfigMethods: wps.MethodKeypad}, "1049 000A 00372A 000120 05020100"},
		{"EasyMesh", wps.WFAExtension{Version2: 0x20, MultiAP: wps.MultiAPBackhaulSTA, MultiAPProfile: 2, MultiAPVLAN: 0x0102},
			"1049 0010 00372A 000120 060180 070102 08020201"},
		{"unknown", wps.WFAExtension{Version2: 0x20, Unknown: []wps.WFAElement{{ID: 0x7F, Data: []byte("ab")}}}, "1049 000A 00372A 000120 7F026162"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			head := unhex(t, "104A000110 103A000101")
			want := join(head, unhex(t, test.want))
			a := wps.AssociationRequest{Header: wps.Header{WFA: test.wfa}, RequestType: wps.RequestEnrollee8021X}
			got, err := wps.Append(nil, &a)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("wrote\n%x\nwant\n%x\n%v", got, want, err)
			}
			var back wps.AssociationRequest
			if err := wps.Decode(&back, got, wps.Strict); err != nil || !reflect.DeepEqual(back.WFA, test.wfa) {
				t.Errorf("read %+v, %v", back.WFA, err)
			}
		})
	}
}

// TestSeveralExtensions reads extensions of several vendors, and two of the
// Wi-Fi Alliance, which are one.
func TestSeveralExtensions(t *testing.T) {
	list := unhex(t, "104A000110 103A000101 1049 0006 000137 AABBCC 1049 0006 00372A 000120 1049 0003 001018 1049 0006 00372A 060180")
	var a wps.AssociationRequest
	if err := wps.Decode(&a, list, wps.Strict); err != nil {
		t.Fatal(err)
	}
	if a.WFA.Version2 != 0x20 || a.WFA.MultiAP != wps.MultiAPBackhaulSTA {
		t.Errorf("WFA extension %+v", a.WFA)
	}
	want := []wps.VendorExtension{{Vendor: [3]byte{0, 1, 0x37}, Data: []byte{0xAA, 0xBB, 0xCC}}, {Vendor: [3]byte{0, 0x10, 0x18}, Data: []byte{}}}
	if !reflect.DeepEqual(a.Vendor, want) {
		t.Errorf("vendors %v", a.Vendor)
	}
	if !a.Has(wps.AttrVendorExtension) {
		t.Error("the extensions were not seen")
	}
}

func TestWFAElementID(t *testing.T) {
	for id, want := range map[wps.WFAElementID]string{
		wps.WFAVersion2: "Version2", wps.WFAAuthorizedMACs: "AuthorizedMACs", wps.WFAMultiAP8021Q: "Multi-AP Default 802.1Q Setting", 0x7F: "WFAElementID(0x7f)",
	} {
		if got := id.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestWFAElementSize checks which sub-elements have a fixed length.
func TestWFAElementSize(t *testing.T) {
	for id, want := range map[wps.WFAElementID]int{wps.WFAVersion2: 1, wps.WFAMultiAP: 1, wps.WFARegistrarConfigMethods: 2, wps.WFAAuthorizedMACs: -1, 0x7F: -1} {
		if n, ok := id.Size(); ok != (want >= 0) || ok && n != want {
			t.Errorf("%v: %d, %t; want %d", id, n, ok, want)
		}
	}
}
