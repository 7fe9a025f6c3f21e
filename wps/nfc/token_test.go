package nfc_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// token is a token or carrier record that hostapd or wpa_supplicant wrote.
type token struct {
	name   string
	kind   wps.Kind
	ndef   bool
	octets []byte
}

func tokens(t testing.TB) (all []token) {
	t.Helper()
	files, err := filepath.Glob("../testdata/tokens/*.hex")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tokens in testdata: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		k := token{name: filepath.Base(f), octets: unhex(t, strings.TrimSpace(string(text)))}
		switch {
		case strings.Contains(k.name, "config-token"):
			k.kind = wps.KindConfigurationToken
		case strings.Contains(k.name, "password"):
			k.kind = wps.KindPasswordToken
		case strings.Contains(k.name, "handover-req"), strings.Contains(k.name, "handover.req"):
			k.kind = wps.KindHandoverRequest
		case strings.Contains(k.name, "handover-sel"), strings.Contains(k.name, "handover.sel"):
			k.kind = wps.KindHandoverSelect
		default:
			t.Fatalf("%s: what is it?", k.name)
		}
		k.ndef = k.octets[0] == 0xD2
		all = append(all, k)
	}
	return all
}

// TestTokensRoundTrip reads each token as an NDEF record and bare, and writes
// it.
func TestTokensRoundTrip(t *testing.T) {
	for _, k := range tokens(t) {
		t.Run(k.name, func(t *testing.T) {
			l := wps.NewList(k.kind)
			if err := nfc.Decode(l, k.octets, wps.Strict); err != nil {
				t.Fatal(err)
			}
			h := l.Attributes()
			if h.Quirks != 0 || len(h.Unknown) > 0 || h.WFA.Version2 != 0x20 {
				t.Errorf("quirks %v, %d unknown attributes, Version2 %#x", h.Quirks, len(h.Unknown), h.WFA.Version2)
			}
			record, err := nfc.Append(nil, l)
			if err != nil {
				t.Fatal(err)
			}
			if k.ndef && !bytes.Equal(record, k.octets) {
				t.Errorf("wrote\n%x\nwant\n%x", record, k.octets)
			}
			if !k.ndef && !bytes.HasSuffix(record, k.octets) {
				t.Errorf("wrote\n%x\nwhich does not end in\n%x", record, k.octets)
			}
			bare, err := wps.Append(nil, l)
			if err != nil || !bytes.HasSuffix(k.octets, bare) {
				t.Errorf("wrote %x, %v", bare, err)
			}
			again := wps.NewList(k.kind)
			if err := nfc.Decode(again, bare, wps.Strict); err != nil {
				t.Errorf("bare: %v", err)
			}
		})
	}
}

func TestTokenContents(t *testing.T) {
	find := func(name string) []byte {
		for _, k := range tokens(t) {
			if k.name == name {
				return k.octets
			}
		}
		t.Fatalf("no token %s", name)
		return nil
	}
	var config wps.ConfigurationToken
	if err := nfc.Decode(&config, find("hostapd-nfc-config-token-NDEF.hex"), wps.Strict); err != nil {
		t.Fatal(err)
	}
	c := config.Credentials[0]
	if c.SSID != "interop-net" || string(c.NetworkKey) != "correct horse battery" || config.RFBands != wps.Band24GHz || config.BSSID.String() != "02:00:00:00:00:01" {
		t.Errorf("configuration token: %+v", config)
	}
	var password wps.PasswordToken
	if err := nfc.Decode(&password, find("wpas-nfc-password-token-WPS.hex"), wps.Strict); err != nil {
		t.Fatal(err)
	}
	if !password.OOB.ID.OutOfBand() || len(password.OOB.Password) != 32 {
		t.Errorf("password token: %v", password.OOB)
	}
	var request wps.HandoverRequest
	if err := nfc.Decode(&request, find("t3-nfc-handover.req.hex"), wps.Strict); err != nil {
		t.Fatal(err)
	}
	if request.OOB.ID != wps.PasswordNFCHandover || len(request.OOB.Password) != 0 || request.UUIDE.String() != "12345678-9abc-def0-1234-56789abcdef0" {
		t.Errorf("handover request: %+v", request)
	}
}

// TestNDEF has records in the formats of other programs.
//
// hostap: test_nfc_invalid_ndef_record
func TestNDEF(t *testing.T) {
	const mime = "application/vnd.wfa.wsc"
	body := join(attr(wps.AttrOOBDevicePassword, strings.Repeat("h", 20)+"\x12\x34"+strings.Repeat("p", 16)), attr(wps.AttrVendorExtension, "\x00\x37\x2A\x00\x01\x20"))
	short := func(header byte, typ string, id, payload []byte) []byte {
		b := []byte{header | 0x10, byte(len(typ)), byte(len(payload))}
		if header&0x08 != 0 {
			b = append(b, byte(len(id)))
		}
		return join(b, []byte(typ), id, payload)
	}
	long := join([]byte{0xC2, byte(len(mime)), 0, 0, 0, byte(len(body))}, []byte(mime), body)
	handover := short(0x91, "Hr", nil, []byte("\x12"))
	tests := []struct {
		name    string
		message []byte
		class   error
		offset  int
	}{
		{"long record", long, nil, 0},
		{"record with an identifier", short(0xCA, mime, []byte("0"), body), nil, 0},
		{"record behind another", join(handover, short(0x42, mime, nil, body)), nil, 0},
		{"record before another", join(short(0x82, mime, nil, body), short(0x41, "U", nil, []byte("\x04x"))), nil, 0},
		{"length before the list", join([]byte{0, byte(len(body))}, body, []byte("rest")), nil, 0},
		{"another type", short(0xC2, "text/plain", nil, body), wps.ErrMissing, 0},
		{"another namespace", short(0xC4, mime, nil, body), wps.ErrMissing, 0},
		{"chunk without another", short(0xA2, mime, nil, body), wps.ErrTruncated, 3 + len(mime) + len(body)},
		{"chunks", join(short(0xA2, mime, nil, body[:9]), short(0x36, "", nil, body[9:20]), short(0x56, "", nil, body[20:])), nil, 0},
		{"chunk of nothing", join(short(0x82, mime, nil, body), short(0x56, "", nil, body)), wps.ErrOrder, 3 + len(mime) + len(body)},
		{"record within chunks", join(short(0xA2, mime, nil, body[:9]), short(0x52, mime, nil, body)), wps.ErrOrder, 3 + len(mime) + 9},
		{"header cut", []byte{0xD2}, wps.ErrTruncated, 1},
		{"long length cut", long[:5], wps.ErrTruncated, 2},
		{"type cut", long[:10], wps.ErrTruncated, 6},
		{"payload cut", long[:len(long)-1], wps.ErrTruncated, 6 + len(mime)},
		{"identifier missing", []byte{0xDA, 0, 0}, wps.ErrTruncated, 3},
		{"payload of 4 GiB", join([]byte{0xC2, 0, 0xFF, 0xFF, 0xFF, 0xFF}, body), wps.ErrTruncated, 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var k wps.PasswordToken
			err := nfc.Decode(&k, test.message, wps.Strict)
			if test.class != nil {
				wantError(t, err, test.class, 0, test.offset)
				return
			}
			if err != nil || len(k.OOB.Password) != 16 {
				t.Errorf("%+v, %v", k, err)
			}
		})
	}
	faulty := join(attr(wps.AttrOOBDevicePassword, "short"), body[4+38:])
	wantError(t, nfc.Decode(new(wps.PasswordToken), short(0xC2, mime, nil, faulty), wps.Strict), wps.ErrLength, wps.AttrOOBDevicePassword, 3+len(mime))
}

// TestLongToken writes a record whose payload does not fit into 255 octets.
func TestLongToken(t *testing.T) {
	k := wps.ConfigurationToken{}
	for i := range 5 {
		k.Credentials = append(k.Credentials, wps.Credential{
			SSID: wps.SSID(strings.Repeat(string(rune('a'+i)), 32)), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("passphrase"),
		})
	}
	b, err := nfc.Append([]byte("head"), &k)
	if err != nil {
		t.Fatal(err)
	}
	var back wps.ConfigurationToken
	if err := nfc.Decode(&back, b[4:], wps.Strict); err != nil || len(back.Credentials) != 5 {
		t.Errorf("%d credentials, %v", len(back.Credentials), err)
	}
	body, err := wps.Append(nil, &k)
	if err != nil {
		t.Fatal(err)
	}
	rest := 0xFFFF - len(body) - 4 // of 65535 octets, behind another attribute's header
	k.Unknown = []wps.Attribute{{ID: 0x2000, Value: make([]byte, rest)}}
	if _, err := nfc.Append(nil, &k); err != nil {
		t.Errorf("the longest token: %v", err)
	}
	k.Unknown = []wps.Attribute{{ID: 0x2000, Value: make([]byte, rest+1)}}
	b, err = nfc.Append([]byte("head"), &k)
	wantError(t, err, wps.ErrLength, 0, 0)
	if string(b) != "head" {
		t.Errorf("with an error it returned %q", b)
	}
}

// FuzzToken reads arbitrary octets as each kind of token; a token that can be
// read can be written as an NDEF record, and read again.
func FuzzToken(f *testing.F) {
	for _, k := range tokens(f) {
		f.Add(k.octets)
	}
	f.Add([]byte("\xC2\x00\xFF\xFF\xFF\xFF"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []wps.Kind{wps.KindPasswordToken, wps.KindConfigurationToken, wps.KindHandoverRequest, wps.KindHandoverSelect} {
			first := wps.NewList(kind)
			if err := nfc.Decode(first, b, wps.Tolerant); err != nil {
				var e *wps.Error
				if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(b) || e.Kind == 0 {
					t.Fatalf("error %v", err)
				}
				continue
			}
			written, err := nfc.Append(nil, first)
			if e, ok := errors.AsType[*wps.Error](err); ok && e.Err == wps.ErrLength && e.Attribute == wps.AttrVendorExtension {
				continue
			}
			if err != nil {
				t.Fatalf("%v was read and cannot be written: %v", kind, err)
			}
			second := wps.NewList(kind)
			if err := nfc.Decode(second, written, wps.Tolerant); err != nil {
				t.Fatalf("%v was written and cannot be read: %v\n%x", kind, err, written)
			}
			if second.Attributes().Quirks.Has(wps.QuirkTerminatedKey) {
				continue // of several NULs, one is removed each time
			}
			again, err := nfc.Append(nil, second)
			if err != nil || !bytes.Equal(written, again) {
				t.Fatalf("%v written\n%x\nand after reading it\n%x\n%v", kind, written, again, err)
			}
		}
	})
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// attr returns an attribute.
func attr(id wps.AttributeID, value string) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(id))
	return append(binary.BigEndian.AppendUint16(b, uint16(len(value))), value...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func wantError(t *testing.T, err, class error, id wps.AttributeID, offset int) {
	t.Helper()
	e, ok := errors.AsType[*wps.Error](err)
	if !ok || !errors.Is(err, class) || e.Attribute != id || e.Offset != offset {
		t.Errorf("error %v, want class %v, attribute %v at offset %d", err, class, id, offset)
	}
}

// TestHandoverChannels names access points of all bands in a handover record.
//
// hostap: test_nfc_wps_handover_5ghz test_nfc_wps_handover_chan14
func TestHandoverChannels(t *testing.T) {
	for _, tt := range []struct {
		bands   wps.RFBands
		channel uint16
	}{{wps.Band24GHz, 6}, {wps.Band24GHz, 14}, {wps.Band5GHz, 36}, {wps.Band5GHz, 165}} {
		s := &wps.HandoverSelect{SSID: "home", RFBands: tt.bands, APChannel: tt.channel, BSSID: wps.MAC{2, 0, 0, 0, 0, 1}}
		s.OOB.ID = wps.PasswordNFCHandover
		message, err := nfc.AppendHandoverSelect(nil, s)
		if err != nil {
			t.Fatal(err)
		}
		token, err := nfc.Read(message, wps.Strict)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := token.List.(*wps.HandoverSelect); !ok || got.RFBands != tt.bands || got.APChannel != tt.channel {
			t.Errorf("channel %d: %+v", tt.channel, token.List)
		}
	}
}
