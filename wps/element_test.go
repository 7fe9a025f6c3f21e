package wps_test

import (
	"bytes"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestMinimalBeacon reads a hand-made element of an idle access point.
func TestMinimalBeacon(t *testing.T) {
	want := unhex(t, "DD 18 0050F204 104A000110 1044000102 1049000600372A000120")
	b := wps.Beacon{Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20}}, State: wps.Configured}
	got, err := wps.AppendElements(nil, &b)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("wrote\n%x\nwant\n%x\n%v", got, want, err)
	}
}

// TestBeacon writes attributes as in the examples of the protocol, and reads
// the elements of real access points.
func TestBeacon(t *testing.T) {
	b := wps.Beacon{
		Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20, AuthorizedMACs: []wps.MAC{wps.Broadcast}}},
		State:  wps.Configured, APSetupLocked: true, SelectedRegistrar: true,
		DevicePasswordID: wps.PasswordPushButton, SelectedRegistrarConfigMethods: wps.MethodPhysicalPushButton,
	}
	want := unhex(t, "104A000110 1044000102 1057000101 1041000101 101200020004 105300020480 1049000E 00372A 000120 0106 FFFFFFFFFFFF")
	if got, err := wps.Append(nil, &b); err != nil || !bytes.Equal(got, want) {
		t.Errorf("wrote\n%x\nwant\n%x\n%v", got, want, err)
	}
	var pressed wps.Beacon
	for _, e := range elements(t) {
		if e.name == "pbc.pcap:7-beacon" {
			list, _ := wps.JoinElements(e.octets)
			if err := wps.Decode(&pressed, list, wps.Strict); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !pressed.SelectedRegistrar || pressed.DevicePasswordID != wps.PasswordPushButton || pressed.State != wps.Configured ||
		len(pressed.WFA.AuthorizedMACs) != 1 || pressed.WFA.AuthorizedMACs[0] != wps.Broadcast ||
		!pressed.SelectedRegistrarConfigMethods.Has(wps.MethodVirtualPushButton) {
		t.Errorf("beacon while the button is pressed: %+v", pressed)
	}
}

// TestSplitJoin splits lists of all lengths around the limit of an element.
func TestSplitJoin(t *testing.T) {
	other := []byte{0x00, 0x03, 'n', 'e', 't', 0xDD, 0x05, 0x00, 0x50, 0xF2, 0x01, 'x'}
	list := bytes.Repeat([]byte("0123456789abcdef"), 70)
	for n := range len(list) {
		split := wps.SplitElements(list[:n])
		if want := max(1, (n+250)/251); len(split) != n+6*want {
			t.Fatalf("%d octets of attributes in %d octets, want %d elements", n, len(split), want)
		}
		got, ok := wps.JoinElements(join(other, split, other))
		if !ok || !bytes.Equal(got, list[:n]) {
			t.Fatalf("%d octets: joined %d octets, %v", n, len(got), ok)
		}
	}
}

// TestSplitAnywhere splits a list at each octet, with other elements in
// between.
//
// hostap: test_ap_wps_ie_fragmentation
func TestSplitAnywhere(t *testing.T) {
	list := elementList(t, wps.KindProbeResponse)
	element := func(b []byte) []byte {
		return join([]byte{0xDD, byte(4 + len(b)), 0x00, 0x50, 0xF2, 0x04}, b)
	}
	for i := range len(list) + 1 {
		for _, j := range []int{i, len(list)} {
			got, ok := wps.JoinElements(join(element(list[:i]), []byte{0x2A, 1, 0}, element(list[i:j]), element(list[j:])))
			if !ok || !bytes.Equal(got, list) {
				t.Fatalf("cut at %d and %d: %x", i, j, got)
			}
			var p wps.ProbeResponse
			if err := wps.Decode(&p, got, wps.Strict); err != nil {
				t.Fatalf("cut at %d: %v", i, err)
			}
		}
	}
}

func TestJoinElements(t *testing.T) {
	tests := []struct {
		name, elements, want string
		ok                   bool
	}{
		{"nothing", "", "", false},
		{"no vendor element", "0003 6E6574 2A0100", "", false},
		{"another vendor", "DD05 0017F204 AA", "", false},
		{"another type", "DD05 0050F201 AA", "", false},
		{"too short for a type", "DD03 0050F2", "", false},
		{"empty", "DD04 0050F204", "", true},
		{"one", "DD06 0050F204 AABB", "AABB", true},
		{"two", "DD06 0050F204 AABB DD05 0050F204 CC", "AABBCC", true},
		{"three, others between", "DD05 0050F204 AA 0000 DD05 0050F204 BB DD05 0050F201 FF DD05 0050F204 CC", "AABBCC", true},
		{"cut within the second", "DD05 0050F204 AA DD05 0050F204", "AA", true},
		{"cut within the first", "DD05 0050F204", "", false},
		{"identifier without length", "DD05 0050F204 AA DD", "AA", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			elements := unhex(t, test.elements)
			before := bytes.Clone(elements)
			got, ok := wps.JoinElements(elements)
			if ok != test.ok || !bytes.Equal(got, unhex(t, test.want)) {
				t.Errorf("%x, %v", got, ok)
			}
			_ = append(got, 0xEE)
			if !bytes.Equal(elements, before) {
				t.Error("appending to the list writes into the elements")
			}
		})
	}
}

func TestAppendElementsFault(t *testing.T) {
	got, err := wps.AppendElements([]byte("head"), &wps.AssociationRequest{Header: wps.Header{Vendor: make([]wps.VendorExtension, 11)}})
	wantError(t, err, wps.ErrTooMany, wps.AttrVendorExtension, 0)
	if string(got) != "head" {
		t.Errorf("%q", got)
	}
}

// TestApplicationExtension puts an extension of an application into the
// elements of an access point: sixteen octets of UUID and its own data.
//
// hostap: test_ap_wps_appl_ext
func TestApplicationExtension(t *testing.T) {
	extension := append(bytes.Repeat([]byte{0xA5}, 16), "data"...)
	b := &wps.Beacon{State: wps.Configured, Header: wps.Header{Unknown: []wps.Attribute{{ID: wps.AttrApplicationExtension, Value: extension}}}}
	elements, err := wps.AppendElements(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	attributes, _ := wps.JoinElements(elements)
	var got wps.Beacon
	if err := wps.Decode(&got, attributes, wps.Strict); err != nil || len(got.Unknown) != 1 || got.Unknown[0].ID != wps.AttrApplicationExtension || !bytes.Equal(got.Unknown[0].Value, extension) {
		t.Errorf("%+v, %v", got.Unknown, err)
	}
}
