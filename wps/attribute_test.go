package wps_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestAttributeTable(t *testing.T) {
	names := map[string]bool{}
	last := wps.AttributeID(0x1000)
	for row := range wps.Attributes() {
		switch {
		case row.ID <= last || row.ID > 0x107F:
			t.Errorf("%v (%#04x) stands behind %#04x", row.Name, uint16(row.ID), uint16(last))
		case row.Name == "" || names[row.Name]:
			t.Errorf("%#04x: name %q", uint16(row.ID), row.Name)
		case row.Min < 0 || row.Max < row.Min || row.Max > 0xFFFF:
			t.Errorf("%v: %d to %d octets", row.Name, row.Min, row.Max)
		case row.Origin == "":
			t.Errorf("%v: no origin", row.Name)
		case row.Encoding == wps.Boolean && row.Max != 1:
			t.Errorf("%v: a truth value of %d octets", row.Name, row.Max)
		case (row.Encoding == wps.Integer || row.Encoding == wps.Mask) && row.Min != row.Max:
			t.Errorf("%v: a number of %d to %d octets", row.Name, row.Min, row.Max)
		case strings.HasPrefix(row.Encoding.String(), "Encoding("):
			t.Errorf("%v: %v", row.Name, row.Encoding)
		}
		names[row.Name], last = true, row.ID
		if row.ID.String() != row.Name {
			t.Errorf("%#04x prints as %q", uint16(row.ID), row.ID)
		}
		if info, ok := row.ID.Info(); !ok || info.ID != row.ID {
			t.Errorf("%v: Info returns %v, %v", row.Name, info.ID, ok)
		}
	}
	if n := len(constants(t, "attribute.go", "AttributeID")); n != len(names) || n == 0 {
		t.Errorf("%d constants, %d rows", n, len(names))
	}
	for range wps.Attributes() {
		break // the iterator must support this
	}
}

// constants returns the names of the constants of a type, or of the block that
// begins with a name, in a file of the package.
func constants(t *testing.T, file, typ string) (names []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range parsed.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.CONST {
			continue
		}
		of := ""
		for _, spec := range block.Specs {
			v := spec.(*ast.ValueSpec)
			if name, ok := v.Type.(*ast.Ident); ok {
				of = name.Name
			} else if len(v.Values) > 0 {
				of = ""
			}
			for _, name := range v.Names {
				if of == typ && name.IsExported() {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

func TestAttributeWithoutName(t *testing.T) {
	for _, id := range []wps.AttributeID{0, 0x1000, 0x1006, 0x1043, 0x107F, 0x10FA, 0x2001, 0xFFFF} {
		if info, ok := id.Info(); ok {
			t.Errorf("%#04x is %v", uint16(id), info.Name)
		}
		if !strings.HasPrefix(id.String(), "AttributeID(0x") {
			t.Errorf("%#04x prints as %q", uint16(id), id)
		}
		if err := (wps.Attribute{ID: id, Value: make([]byte, 70)}).Valid(); err != nil {
			t.Errorf("%#04x: %v", uint16(id), err)
		}
	}
}

func TestAttributeLengths(t *testing.T) {
	for row := range wps.Attributes() {
		for _, n := range []int{row.Min - 1, row.Max + 1} {
			if n < 0 || n > 0xFFFF {
				continue
			}
			err := wps.Attribute{ID: row.ID, Value: make([]byte, n)}.Valid()
			wantError(t, err, wps.ErrLength, row.ID, 0)
		}
	}
}

// TestAttributeValues checks which values are valid, according to hostap's
// strict validators.
func TestAttributeValues(t *testing.T) {
	tests := []struct {
		id        wps.AttributeID
		good, bad []string
	}{
		{wps.AttrVersion, []string{"\x10"}, []string{"\x11", "\x20", "\x00"}},
		{wps.AttrMessageType, []string{"\x01", "\x0F"}, []string{"\x00", "\x10"}},
		{wps.AttrRequestType, []string{"\x00", "\x03"}, []string{"\x04"}},
		{wps.AttrResponseType, []string{"\x00", "\x03"}, []string{"\x04"}},
		{wps.AttrState, []string{"\x01", "\x02"}, []string{"\x00", "\x03"}},
		{wps.AttrAssociationState, []string{"\x00\x00", "\x00\x04"}, []string{"\x00\x05", "\x01\x00"}},
		{wps.AttrConfigError, []string{"\x00\x00", "\x00\x14"}, []string{"\x00\x15", "\x12\x00"}},
		{wps.AttrDevicePasswordID, []string{"\x00\x00", "\x00\x08", "\x00\x10", "\xFF\xFF"}, []string{"\x00\x09", "\x00\x0F"}},
		{wps.AttrRFBands, []string{"\x01", "\x02", "\x03", "\x04", "\x07"}, []string{"\x00", "\x05", "\x06", "\x08"}},
		{wps.AttrAuthType, []string{"\x00\x01", "\x00\x20", "\x00\x22", "\x00\x40", "\x00\x60", "\x00\x80", "\x01\x00"}, []string{"\x00\x00", "\x00\x03", "\x00\x21", "\x02\x00", "\x20\x00"}},
		{wps.AttrEncrType, []string{"\x00\x01", "\x00\x08", "\x00\x0C"}, []string{"\x00\x00", "\x00\x09", "\x00\x10"}},
		{wps.AttrAuthTypeFlags, []string{"\x00\x20", "\x00\x3F", "\x00\x60"}, []string{"\x00\x1B", "\x00\x00", "\x02\x20"}},
		{wps.AttrEncrTypeFlags, []string{"\x00\x08", "\x00\x0F"}, []string{"\x00\x04", "\x00\x00", "\x00\x18"}},
		{wps.AttrConnType, []string{"\x01", "\x02"}, []string{"\x00", "\x03", "\x04"}},
		{wps.AttrConnTypeFlags, []string{"\x01", "\x03"}, []string{"\x00", "\x02", "\x05"}},
		{wps.AttrConfigMethods, []string{"\x00\x00", "\x01\x04", "\x20\x08", "\x40\x08", "\x02\x80", "\x26\x88"}, []string{"\x00\x08", "\x20\x00", "\x00\x80", "\x02\x00"}},
		{wps.AttrSelectedRegistrarConfigMethods, []string{"\x04\x80"}, []string{"\x00\x80"}},
		{wps.AttrPermittedConfigMethods, []string{"\x04\x80"}, []string{"\x04\x00"}},
		{wps.AttrSelectedRegistrar, []string{"\x00", "\x01"}, []string{"\x02"}},
		{wps.AttrAPSetupLocked, []string{"\x00", "\x01"}, []string{"\xFF"}},
		{wps.AttrManufacturer, []string{"", " ", "Acme", "\xFF"}, []string{"Acme\x00", "\x00"}},
		{wps.AttrDeviceName, []string{"Büro"}, []string{"Büro\x00"}},
		{wps.AttrSSID, []string{"net", "a\x00b"}, []string{"", "net\x00"}},
		{wps.AttrMACAddress, []string{"\x02\x00\x00\x00\x00\x01", "\x00\x00\x00\x00\x00\x00"}, []string{"\x01\x00\x5E\x00\x00\x01", "\xFF\xFF\xFF\xFF\xFF\xFF"}},
		{wps.AttrEncryptedSettings, []string{strings.Repeat("x", 32), strings.Repeat("x", 64)}, []string{strings.Repeat("x", 33)}},
		{wps.AttrSecondaryDeviceTypeList, []string{"", strings.Repeat("x", 128)}, []string{"x"}},
		{wps.AttrOOBDevicePassword, []string{strings.Repeat("x", 20) + "\x00\x07", strings.Repeat("x", 38)}, []string{strings.Repeat("x", 37)}},
	}
	for _, test := range tests {
		t.Run(test.id.String(), func(t *testing.T) {
			for _, v := range test.good {
				if err := (wps.Attribute{ID: test.id, Value: []byte(v)}).Valid(); err != nil {
					t.Errorf("%x: %v", v, err)
				}
			}
			for _, v := range test.bad {
				err := wps.Attribute{ID: test.id, Value: []byte(v)}.Valid()
				if !errors.Is(err, wps.ErrValue) {
					t.Errorf("%x: error %v", v, err)
				}
			}
		})
	}
}

// TestBroadcastInCredential allows the broadcast address in a credential: the
// reader of a configuration token is not known when it is made, so its credential
// is for any device, as Android writes it. It must not be a device's own address.
func TestBroadcastInCredential(t *testing.T) {
	for _, tt := range []struct {
		kind wps.Kind
		mac  wps.MAC
		good bool
	}{
		{wps.KindCredential, wps.Broadcast, true}, {wps.KindCredential, wps.MAC{0x01, 0, 0x5E}, false},
		{wps.KindM1, wps.Broadcast, false}, {wps.KindM7APSettings, wps.Broadcast, false}, {wps.KindConfigurationToken, wps.Broadcast, false},
	} {
		err := wps.Attribute{ID: wps.AttrMACAddress, Value: tt.mac[:]}.ValidIn(tt.kind)
		if tt.good != (err == nil) || err != nil && !errors.Is(err, wps.ErrValue) {
			t.Errorf("%v in %v: %v", tt.mac, tt.kind, err)
		}
	}
	token := &wps.ConfigurationToken{Credentials: []wps.Credential{{
		SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("a passphrase"), MAC: wps.Broadcast,
	}}}
	token.WFA.Version2 = 0x20
	b, err := wps.Append(nil, token)
	if err != nil {
		t.Fatal(err)
	}
	if err := wps.Decode(new(wps.ConfigurationToken), b, wps.Strict); err != nil {
		t.Error(err)
	}
}
