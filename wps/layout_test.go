package wps_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestKinds(t *testing.T) {
	names := map[string]bool{}
	for kind := wps.KindBeacon; len(kind.Layout()) > 0; kind++ {
		if names[kind.String()] || kind.String() == "" {
			t.Errorf("kind %d is called %q", kind, kind)
		}
		names[kind.String()] = true
		if newList[kind] == nil {
			t.Fatalf("no list of kind %v to test", kind)
		}
		if got := newList[kind]().Kind(); got != kind {
			t.Errorf("the list for %v is of kind %v", kind, got)
		}
		typ, message := kind.MessageType()
		if message && (typ.Kind() != kind || typ.String() != kind.String()) {
			t.Errorf("%v: message type %v, of kind %v", kind, typ, typ.Kind())
		}
	}
	if len(names) != len(newList) {
		t.Errorf("%d kinds with a layout, %d lists", len(names), len(newList))
	}
	for _, kind := range []wps.Kind{0, 200} {
		if kind.Layout() != nil || wps.NewList(kind) != nil || !strings.HasPrefix(kind.String(), "Kind(") {
			t.Errorf("kind %d: layout of %d, called %q", kind, len(kind.Layout()), kind)
		}
	}
	for _, typ := range []wps.MessageType{0, wps.MessageBeacon, wps.MessageProbeResponse, 0x10} {
		if typ.Kind() != 0 {
			t.Errorf("%v is of kind %v", typ, typ.Kind())
		}
	}
}

// sample returns a valid value of an attribute, as long as possible and without
// zero octets.
func sample(t *testing.T, kind wps.Kind, id wps.AttributeID) []byte {
	t.Helper()
	info, ok := id.Info()
	if !ok {
		t.Fatalf("%v: %v is not in the table of attributes", kind, id)
	}
	typ, message := kind.MessageType()
	switch {
	case id == wps.AttrVersion:
		return []byte{0x10}
	case id == wps.AttrMessageType && message:
		return []byte{byte(typ)}
	case id == wps.AttrNetworkIndex, info.Encoding == wps.Boolean:
		return []byte{1}
	case id == wps.AttrVendorExtension:
		return []byte("\x00\x37\x2A\x00\x01\x20")
	case id == wps.AttrCredential:
		return credential("network", "passphrase")
	case id == wps.AttrNetworkKey:
		return []byte("passphrase")
	case id == wps.AttrAuthType || id == wps.AttrAuthTypeFlags:
		return []byte{0x00, 0x20}
	case id == wps.AttrEncrType || id == wps.AttrEncrTypeFlags:
		return []byte{0x00, 0x08}
	case id == wps.AttrOOBDevicePassword && (kind == wps.KindHandoverRequest || kind == wps.KindHandoverSelect):
		return append(bytes.Repeat([]byte("h"), 20), 0, 7)
	}
	return bytes.Repeat([]byte("A"), min(info.Max, 256))
}

// TestLayouts puts each attribute of each kind of list into a list, reads it
// and writes it: each must have a field and a row in the table, and keep the
// order of the layout.
func TestLayouts(t *testing.T) {
	for kind, list := range newList {
		t.Run(kind.String(), func(t *testing.T) {
			var want, reversed []byte
			for _, row := range kind.Layout() {
				a := attr(row.Attribute, string(sample(t, kind, row.Attribute)))
				want, reversed = append(want, a...), append(a, reversed...)
				if row.Clause == "" || strings.HasPrefix(row.Presence.String(), "Presence(") {
					t.Errorf("%v: clause %q, need %v", row.Attribute, row.Clause, row.Presence)
				}
				if row.Presence == wps.Conditional && (row.When == nil || row.When.Text == "" || strings.HasPrefix(row.When.RequiredBy.String(), "Demand(")) {
					t.Errorf("%v: %v, when %+v", row.Attribute, row.Presence, row.When)
				}
			}
			l := list()
			if err := wps.Decode(l, reversed, wps.Tolerant); err != nil {
				t.Fatal(err)
			}
			h := l.Attributes()
			if len(h.Unknown) > 0 {
				t.Errorf("%v has no place", h.Unknown[0].ID)
			}
			for _, row := range kind.Layout() {
				if !h.Has(row.Attribute) {
					t.Errorf("%v was not seen", row.Attribute)
				}
			}
			got, err := wps.Append(nil, l)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("wrote\n%x\nwant\n%x\n%v", got, want, err)
			}
		})
	}
}

// TestNeeds removes each attribute from each list in turn.
func TestNeeds(t *testing.T) {
	for kind, list := range newList {
		t.Run(kind.String(), func(t *testing.T) {
			layout := kind.Layout()
			for _, left := range layout {
				var b []byte
				for _, row := range layout {
					if row.Attribute != left.Attribute {
						b = append(b, attr(row.Attribute, string(sample(t, kind, row.Attribute)))...)
					}
				}
				l := list()
				err := wps.Decode(l, b, wps.Tolerant)
				if left.Presence == wps.Mandatory && left.Missing == 0 || left.Attribute == wps.AttrNetworkKey {
					wantError(t, err, wps.ErrMissing, left.Attribute, len(b))
				} else if err != nil {
					t.Errorf("without %v: %v", left.Attribute, err)
				} else if got := l.Attributes().Quirks & left.Missing; got != left.Missing {
					t.Errorf("without %v: quirks %v, want %v", left.Attribute, l.Attributes().Quirks, left.Missing)
				}
			}
		})
	}
}

// TestConditions checks attributes that only strict readers require.
func TestConditions(t *testing.T) {
	version, version2 := attr(wps.AttrVersion, "\x10"), attr(wps.AttrVendorExtension, "\x00\x37\x2A\x00\x01\x20")
	id, methods := attr(wps.AttrDevicePasswordID, "\x00\x00"), attr(wps.AttrSelectedRegistrarConfigMethods, "\x20\x08")
	state, selected := attr(wps.AttrState, "\x02"), attr(wps.AttrSelectedRegistrar, "\x01")
	probe := func(uuid, text []byte) []byte {
		return join(version, attr(wps.AttrRequestType, "\x01"), attr(wps.AttrConfigMethods, "\x20\x08"), uuid,
			attr(wps.AttrPrimaryDeviceType, "\x00\x03\x00\x50\xF2\x04\x00\x01"), attr(wps.AttrRFBands, "\x01"),
			attr(wps.AttrAssociationState, "\x00\x00"), attr(wps.AttrConfigError, "\x00\x00"), id, text)
	}
	uuid := strings.Repeat("u", 16)
	strings2 := join(attr(wps.AttrManufacturer, "m"), attr(wps.AttrModelName, "n"), attr(wps.AttrModelNumber, "1"))
	tests := []struct {
		name    string
		kind    wps.Kind
		list    []byte
		missing wps.AttributeID // 0 is none
	}{
		{"nobody selected", wps.KindBeacon, join(version, state), 0},
		{"Selected Registrar is 0", wps.KindBeacon, join(version, state, attr(wps.AttrSelectedRegistrar, "\x00")), 0},
		{"selected", wps.KindBeacon, join(version, state, selected, id, methods), 0},
		{"selected without Device Password ID", wps.KindBeacon, join(version, state, selected, methods), wps.AttrDevicePasswordID},
		{"selected without its methods", wps.KindBeacon, join(version, state, selected, id), wps.AttrSelectedRegistrarConfigMethods},
		{"registrar told without Device Password ID", wps.KindSetSelectedRegistrar, join(version, selected, methods), wps.AttrDevicePasswordID},
		{"registrar of 1.0 without UUID-R", wps.KindSetSelectedRegistrar, join(version, attr(wps.AttrSelectedRegistrar, "\x00")), 0},
		{"registrar of 2.0 without UUID-R", wps.KindSetSelectedRegistrar, join(version, attr(wps.AttrSelectedRegistrar, "\x00"), version2), wps.AttrUUIDR},
		{"probe with UUID-E", wps.KindProbeRequest, probe(attr(wps.AttrUUIDE, uuid), nil), 0},
		{"probe with UUID-R", wps.KindProbeRequest, probe(attr(wps.AttrUUIDR, uuid), nil), 0},
		{"probe without UUID", wps.KindProbeRequest, probe(nil, nil), wps.AttrUUIDE},
		{"probe of 2.0 without Device Name", wps.KindProbeRequest, probe(attr(wps.AttrUUIDE, uuid), join(strings2, version2)), wps.AttrDeviceName},
		{"new password without its name", wps.KindM8Settings,
			join(attr(wps.AttrCredential, string(credential("n", "passphrase"))), attr(wps.AttrNewPassword, "12345670")), wps.AttrDevicePasswordID},
		{"new password with its name", wps.KindM8Settings,
			join(attr(wps.AttrCredential, string(credential("n", "passphrase"))), attr(wps.AttrNewPassword, "12345670"), id), 0},
		{"new settings of an open network without a key", wps.KindM8APSettings, without(t, openCredential("n"), wps.AttrNetworkKey), 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newList[test.kind]()
			if err := wps.Decode(l, test.list, wps.Tolerant); err != nil {
				t.Errorf("tolerant: %v", err)
			}
			if l.Attributes().Quirks != 0 {
				t.Errorf("quirks %v", l.Attributes().Quirks)
			}
			err := wps.Decode(newList[test.kind](), test.list, wps.Strict)
			if test.missing == 0 && err != nil {
				t.Errorf("strict: %v", err)
			}
			if test.missing != 0 {
				wantError(t, err, wps.ErrMissing, test.missing, len(test.list))
			}
		})
	}
}

// TestAppendZero writes the zero value of each kind. If it cannot be sent, that
// is an error; otherwise it is written as the protocol requires.
func TestAppendZero(t *testing.T) {
	refused := map[wps.Kind]wps.AttributeID{
		wps.KindM4: wps.AttrEncryptedSettings, wps.KindM5: wps.AttrEncryptedSettings, wps.KindM6: wps.AttrEncryptedSettings,
		wps.KindM7: wps.AttrEncryptedSettings, wps.KindM8: wps.AttrEncryptedSettings,
		wps.KindM2Settings: wps.AttrCredential, wps.KindM8Settings: wps.AttrCredential, wps.KindConfigurationToken: wps.AttrCredential,
	}
	for kind, list := range newList {
		t.Run(kind.String(), func(t *testing.T) {
			b, err := wps.Append([]byte("head"), list())
			if id := refused[kind]; id != 0 {
				var e *wps.Error
				if !errors.As(err, &e) || e.Attribute != id || e.Kind != kind {
					t.Errorf("error %v", err)
				}
				if string(b) != "head" {
					t.Errorf("with an error it returned %q", b)
				}
				return
			}
			if err != nil || !bytes.HasPrefix(b, []byte("head")) {
				t.Fatalf("%q, %v", b, err)
			}
			d := wps.NewDecoder(b[4:], wps.Strict)
			for d.Next() {
				info, _ := d.ID().Info()
				if len(d.Value()) == 0 && (info.Encoding == wps.ASCII || info.Encoding == wps.UTF8) {
					t.Errorf("%v is empty", d.ID())
				}
			}
			if d.Err() != nil {
				t.Error(d.Err())
			}
			for id, want := range map[wps.AttributeID]string{wps.AttrVersion: "\x10", wps.AttrOSVersion: "\x80\x00\x00\x00"} {
				if got := wps.Find(b[4:], id); got != nil && string(got) != want {
					t.Errorf("%v is %x", id, got)
				}
			}
		})
	}
}

// TestAppendAtLimits writes and reads lists with as much as they may have.
func TestAppendAtLimits(t *testing.T) {
	header := func(h wps.Header) wps.List { return &wps.AssociationRequest{Header: h} }
	ten := make([]wps.Credential, 10)
	for i := range ten {
		ten[i] = wps.Credential{SSID: wps.SSID(strings.Repeat(string(rune('a'+i)), 32)), AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
	}
	for name, list := range map[string]wps.List{
		"ten credentials":                     &wps.M8Settings{Credentials: ten},
		"ten device types":                    &wps.ProbeRequest{RFBands: wps.Band24GHz, RequestedDeviceTypes: make([]wps.DeviceType, 10)},
		"sixteen secondary device types":      &wps.ProbeResponse{Beacon: wps.Beacon{State: wps.Configured}, SecondaryDeviceTypes: make([]wps.DeviceType, 16)},
		"ten extensions":                      header(wps.Header{Vendor: make([]wps.VendorExtension, 10)}),
		"extension of 1021 octets":            header(wps.Header{Vendor: []wps.VendorExtension{{Data: make([]byte, 1021)}}}),
		"five authorized addresses":           header(wps.Header{WFA: wps.WFAExtension{AuthorizedMACs: []wps.MAC{{1}, {2}, {3}, {4}, {5}}}}),
		"sub-element of 255 octets":           header(wps.Header{WFA: wps.WFAExtension{Unknown: []wps.WFAElement{{ID: 9, Data: make([]byte, 255)}}}}),
		"attribute as long as its length may": header(wps.Header{Unknown: []wps.Attribute{{ID: 0x2000, Value: make([]byte, 0xFFFF)}}}),
	} {
		b, err := wps.Append(nil, list)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		read := newList[list.Kind()]()
		if err := wps.Decode(read, b, wps.Strict); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again, err := wps.Append(nil, read); err != nil || !bytes.Equal(again, b) || read.Attributes().Quirks != 0 {
			t.Errorf("%s: read and written again, %v, quirks %v", name, err, read.Attributes().Quirks)
		}
	}
}

// TestAppendFaults tries to write lists that no peer would accept.
func TestAppendFaults(t *testing.T) {
	long := strings.Repeat("x", 0x10000)
	eleven := make([]wps.Credential, 11)
	for i := range eleven {
		eleven[i] = wps.Credential{SSID: wps.SSID("n"), AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
	}
	header := func(h wps.Header) wps.List { return &wps.AssociationRequest{Header: h} }
	tests := []struct {
		name  string
		list  wps.List
		class error
		id    wps.AttributeID
	}{
		{"long name", &wps.M1{Device: wps.Device{DeviceName: strings.Repeat("n", 33)}}, wps.ErrLength, wps.AttrDeviceName},
		{"long SSID", &wps.Credential{SSID: wps.SSID(strings.Repeat("n", 33))}, wps.ErrLength, wps.AttrSSID},
		{"long key in a credential of M8", &wps.M8Settings{Credentials: []wps.Credential{{NetworkKey: make([]byte, 65)}}}, wps.ErrLength, wps.AttrNetworkKey},
		{"short settings", &wps.M5{}, wps.ErrLength, wps.AttrEncryptedSettings},
		{"eleven credentials", &wps.M8Settings{Credentials: eleven}, wps.ErrTooMany, wps.AttrCredential},
		{"eleven device types", &wps.ProbeRequest{RequestedDeviceTypes: make([]wps.DeviceType, 11)}, wps.ErrTooMany, wps.AttrRequestedDeviceType},
		{"seventeen secondary device types", &wps.ProbeResponse{SecondaryDeviceTypes: make([]wps.DeviceType, 17)}, wps.ErrLength, wps.AttrSecondaryDeviceTypeList},
		{"eleven extensions", header(wps.Header{Vendor: make([]wps.VendorExtension, 11)}), wps.ErrTooMany, wps.AttrVendorExtension},
		{"long extension", header(wps.Header{Vendor: []wps.VendorExtension{{Data: make([]byte, 1022)}}}), wps.ErrLength, wps.AttrVendorExtension},
		{"six authorized addresses", header(wps.Header{WFA: wps.WFAExtension{AuthorizedMACs: make([]wps.MAC, 6)}}), wps.ErrTooMany, wps.AttrVendorExtension},
		{"long sub-element", header(wps.Header{WFA: wps.WFAExtension{Unknown: []wps.WFAElement{{ID: 9, Data: make([]byte, 256)}}}}), wps.ErrLength, wps.AttrVendorExtension},
		{"named attribute of a wrong length", header(wps.Header{Unknown: []wps.Attribute{{ID: wps.AttrSSID, Value: make([]byte, 33)}}}), wps.ErrLength, wps.AttrSSID},
		{"attribute beyond its length", header(wps.Header{Unknown: []wps.Attribute{{ID: 0x2000, Value: []byte(long)}}}), wps.ErrLength, 0x2000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := wps.Append(nil, test.list)
			wantError(t, err, test.class, test.id, 0)
			var e *wps.Error
			if errors.As(err, &e) && e.Kind != test.list.Kind() {
				t.Errorf("the error is of %v", e.Kind)
			}
		})
	}
}
