package nfc_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// record returns an NDEF record with the flags MB and ME.
func record(header byte, typ string, payload []byte) []byte {
	return join([]byte{header | 0x10, byte(len(typ)), byte(len(payload))}, []byte(typ), payload)
}

// credential returns a Credential attribute with the attributes.
func credential(attributes ...[]byte) []byte {
	return attr(wps.AttrCredential, string(join(attributes...)))
}

// TestTags reads tags in the formats of deployed devices.
func TestTags(t *testing.T) {
	full := credential(
		attr(wps.AttrNetworkIndex, "\x01"), attr(wps.AttrSSID, "Café"), attr(wps.AttrAuthType, "\x00\x20"),
		attr(wps.AttrEncrType, "\x00\x08"), attr(wps.AttrNetworkKey, "correct horse"), attr(wps.AttrMACAddress, "\xff\xff\xff\xff\xff\xff"),
	)
	minimal := credential(attr(wps.AttrSSID, "Café"), attr(wps.AttrNetworkKey, "correct horse"))
	message := record(0xC2, nfc.MediaType, full)
	long := make([]byte, 300) // a vendor's attribute that makes the payload long
	longBody := join(full, attr(0x2000, string(long)))
	longMessage := join([]byte{0xC2, byte(len(nfc.MediaType)), 0, 0, byte(len(longBody) >> 8), byte(len(longBody))}, []byte(nfc.MediaType), longBody)
	aar := record(0x54, "android.com:pkg", []byte("com.example.printer"))
	header := []byte{4, 0x11, 0x22, 0xBF, 0x33, 0x44, 0x55, 0x66, 0x44, 0x48, 0, 0, 0xE1, 0x10, 0x3E, 0}
	for _, tt := range []struct {
		name string
		b    []byte
		form nfc.Form
	}{
		{"NDEF message", message, nfc.Message},
		{"SSID and key only, as Android writes", record(0xD2, nfc.MediaType, minimal), nfc.Message},
		{"media type in other case", record(0xC2, "Application/vnd.WFA.wsc", full), nfc.Message},
		{"long record", longMessage, nfc.Message},
		{"identifier", join([]byte{0xDA, byte(len(nfc.MediaType)), byte(len(full)), 1}, []byte(nfc.MediaType), []byte("0"), full), nfc.Message},
		{"Android Application Record behind it", join(record(0x92, nfc.MediaType, full), aar), nfc.Message},
		{"draft Version2 0x1067", record(0xC2, nfc.MediaType, join(attr(0x104A, "\x10"), full, attr(0x1067, "\x20"))), nfc.Message},
		{"no flag ME", record(0x92, nfc.MediaType, full), nfc.Message},
		{"bare attributes", full, nfc.Attributes},
		{"type 2 memory", join(header, []byte{3, byte(len(message))}, message, []byte{0xFE, 0, 0}), nfc.Type2Memory},
		{"type 2 memory from page 3", join(header[12:], []byte{3, byte(len(message))}, message, []byte{0xFE}), nfc.Type2Memory},
		{"type 2 blocks", join([]byte{0, 1, 3, 0xA0, 0x10, 0x44, 3, byte(len(message))}, message, []byte{0xFE}), nfc.Type2Memory},
		{"type 2 length of three octets", join(header, []byte{3, 0xFF, byte(len(longMessage) >> 8), byte(len(longMessage))}, longMessage, []byte{0xFE}), nfc.Type2Memory},
		{"type 4 file", join([]byte{0, byte(len(message))}, message), nfc.Type4File},
		{"type 4 file with octets behind it", join([]byte{0, byte(len(message))}, message, make([]byte, 40)), nfc.Type4File},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token, err := nfc.Read(tt.b, wps.Tolerant)
			if err != nil {
				t.Fatal(err)
			}
			if token.Form != tt.form {
				t.Errorf("form %v, want %v", token.Form, tt.form)
			}
			c, ok := token.List.(*wps.ConfigurationToken)
			if !ok || len(c.Credentials) != 1 || c.Credentials[0].SSID != "Café" || string(c.Credentials[0].NetworkKey) != "correct horse" {
				t.Errorf("%T %+v", token.List, token.List)
			}
			if minimal := strings.HasPrefix(tt.name, "SSID"); minimal != slices.Equal(token.Assumed, []wps.AttributeID{wps.AttrAuthType, wps.AttrEncrType, wps.AttrMACAddress}) {
				t.Errorf("assumed %v", token.Assumed)
			}
			if err := c.Credentials[0].Usable(); err != nil {
				t.Error(err)
			}
			if s := fmt.Sprintf("%v %+v %s", token, token.List, token.List); strings.Contains(s, "correct horse") {
				t.Errorf("the network key is printed: %s", s)
			}
		})
	}
}

// TestReadKinds checks that every token of hostap is recognised.
func TestReadKinds(t *testing.T) {
	for _, k := range tokens(t) {
		token, err := nfc.Read(k.octets, wps.Strict)
		if err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		if token.List.Kind() != k.kind || (token.Form == nfc.Message) != k.ndef {
			t.Errorf("%s: %v, %v", k.name, token.List.Kind(), token.Form)
		}
	}
}

// TestReadFaults checks that the offset of a fault counts from the start of the
// input, for every kind of wrapping.
func TestReadFaults(t *testing.T) {
	bad := credential(attr(wps.AttrSSID, strings.Repeat("x", 33)))
	message := record(0xD2, nfc.MediaType, bad)
	prefix := len(message) - len(bad)
	for _, tt := range []struct {
		name   string
		b      []byte
		offset int
	}{
		{"attributes", bad, 4},
		{"message", message, prefix + 4},
		{"type 4 file", join([]byte{0, byte(len(message))}, message), 2 + prefix + 4},
		{"type 2 memory", join([]byte{3, byte(len(message))}, message), 2 + prefix + 4},
	} {
		_, err := nfc.Read(tt.b, wps.Strict)
		t.Run(tt.name, func(t *testing.T) { wantError(t, err, wps.ErrLength, wps.AttrSSID, tt.offset) })
	}
	if _, err := nfc.Read(nil, wps.Tolerant); err == nil {
		t.Error("nothing was read as a token")
	}
	many := bytes.Repeat([]byte{0x10, 0, 0}, 100)
	many[0] |= 0x80
	if _, err := nfc.Read(many, wps.Tolerant); err == nil {
		t.Error("100 empty records were read")
	}
}

// TestHandover writes handover messages and reads them. Their layout is that of
// the example in Connection Handover 1.3, Appendix A.
func TestHandover(t *testing.T) {
	var request wps.HandoverRequest
	var answer wps.HandoverSelect
	for _, k := range tokens(t) {
		switch k.name {
		case "t3-nfc-handover.req.hex":
			if err := nfc.Decode(&request, k.octets, wps.Strict); err != nil {
				t.Fatal(err)
			}
		case "t3-nfc-handover.sel.hex":
			if err := nfc.Decode(&answer, k.octets, wps.Strict); err != nil {
				t.Fatal(err)
			}
		}
	}
	b, err := nfc.AppendHandoverRequest(nil, 0x1234, &request)
	if err != nil {
		t.Fatal(err)
	}
	want := unhex(t, "91 02 11 48 72 12  91 02 02 63 72 12 34  51 02 04 61 63 01 01 30 00")
	if !bytes.HasPrefix(b, append(want, 0x5A, 23)) {
		t.Errorf("wrote\n%x, want it to begin\n%x", b, want)
	}
	token, err := nfc.Read(b, wps.Strict)
	if err != nil {
		t.Fatal(err)
	}
	if got := token.List.(*wps.HandoverRequest); got.OOB.PublicKeyHash != request.OOB.PublicKeyHash || got.UUIDE != request.UUIDE {
		t.Errorf("%+v", got)
	}
	h, err := nfc.ParseHandover(token.Records)
	if err != nil || h.Select || h.Collision != 0x1234 || h.Version != 0x12 || len(h.Carriers) != 1 || !h.Carriers[0].WSC || h.Carriers[0].State != 1 {
		t.Errorf("%+v, %v", h, err)
	}
	if b, err = nfc.AppendHandoverSelect(nil, &answer); err != nil {
		t.Fatal(err)
	}
	if token, err = nfc.Read(b, wps.Strict); err != nil {
		t.Fatal(err)
	}
	if got := token.List.(*wps.HandoverSelect); got.SSID != answer.SSID || got.OOB.PublicKeyHash != answer.OOB.PublicKeyHash {
		t.Errorf("%+v", got)
	}
	if h, err := nfc.ParseHandover(token.Records); err != nil || !h.Select || len(h.Carriers) != 1 || !h.Carriers[0].WSC {
		t.Errorf("%+v, %v", h, err)
	}
	// A request of a phone: Bluetooth first, then WSC.
	carriers := []byte{0x12}
	carriers = append(carriers, unhex(t, "91 02 02 63 72 AB CD  11 02 04 61 63 01 01 62 00  51 02 04 61 63 03 01 77 00")...)
	bluetooth := nfc.Record{TNF: nfc.MIME, Type: "application/vnd.bluetooth.ep.oob", ID: "b", Payload: []byte{8, 0, 1, 2, 3, 4, 5, 6}}
	single, _ := nfc.Append(nil, &request)
	records, _ := nfc.ParseMessage(single)
	records[0].ID = "w"
	b, err = nfc.AppendMessage(nil, nfc.Record{TNF: nfc.WellKnown, Type: "Hr", Payload: carriers}, bluetooth, records[0])
	if err != nil {
		t.Fatal(err)
	}
	if token, err = nfc.Read(b, wps.Strict); err != nil {
		t.Fatal(err)
	}
	h, err = nfc.ParseHandover(token.Records)
	if err != nil || len(h.Carriers) != 2 || h.Carriers[0].WSC || !h.Carriers[1].WSC || h.Carriers[1].State != 3 {
		t.Errorf("%+v, %v", h, err)
	}
	for _, bad := range []nfc.Record{
		{TNF: nfc.MIME, Type: nfc.MediaType}, {TNF: nfc.WellKnown, Type: "Hr"}, {TNF: nfc.WellKnown, Type: "Hr", Payload: []byte{0x12, 0x91}},
	} {
		if _, err := nfc.ParseHandover([]nfc.Record{bad}); err == nil {
			t.Errorf("%+v is a handover message", bad)
		}
	}
	if _, err := nfc.ParseHandover(nil); err == nil {
		t.Error("nothing is a handover message")
	}
}

// TestCarrierReference refers to a record by names of all lengths, and by one that
// is truncated.
func TestCarrierReference(t *testing.T) {
	for n := range 256 {
		id := strings.Repeat("i", n)
		reference := nfc.Record{TNF: nfc.WellKnown, Type: "ac", Payload: join([]byte{1, byte(n)}, []byte(id), []byte{0})}
		carrier := nfc.Record{TNF: nfc.MIME, Type: nfc.MediaType, ID: id}
		for cut, want := range []int{1, 1, 0} { // the number of auxiliary data may be missing
			r := reference
			r.Payload = r.Payload[:len(r.Payload)-cut]
			if n == 0 && cut == 2 {
				continue
			}
			inner, err := nfc.AppendMessage([]byte{0x12}, r)
			if err != nil {
				t.Fatal(err)
			}
			h, err := nfc.ParseHandover([]nfc.Record{{TNF: nfc.WellKnown, Type: "Hs", Payload: inner}, carrier})
			if err != nil || len(h.Carriers) != want {
				t.Errorf("a name of %d octets, %d cut off: %+v, %v", n, cut, h, err)
			}
		}
	}
	for _, payload := range []string{"", "\x01"} {
		inner, err := nfc.AppendMessage([]byte{0x12}, nfc.Record{TNF: nfc.WellKnown, Type: "ac", Payload: wps.Redacted(payload)})
		if err != nil {
			t.Fatal(err)
		}
		if h, err := nfc.ParseHandover([]nfc.Record{{TNF: nfc.WellKnown, Type: "Hs", Payload: inner}, {}}); err != nil || len(h.Carriers) != 0 {
			t.Errorf("%d octets: %+v, %v", len(payload), h, err)
		}
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, k := range tokens(f) {
		f.Add(k.octets)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := nfc.ParseMessage(b)
		_, _ = nfc.Read(b, wps.Tolerant)
		if h, err := nfc.ParseHandover(records); err == nil && len(h.Carriers) > 64 {
			t.Errorf("%d carriers", len(h.Carriers))
		}
		if err != nil || len(records) == 0 {
			return
		}
		written, err := nfc.AppendMessage(nil, records...)
		if err != nil {
			t.Fatal(err)
		}
		again, err := nfc.ParseMessage(written)
		if err != nil || !slices.EqualFunc(records, again, func(a, b nfc.Record) bool {
			return a.TNF == b.TNF && a.Type == b.Type && a.ID == b.ID && bytes.Equal(a.Payload, b.Payload)
		}) {
			t.Errorf("%+v is read again as %+v, %v", records, again, err)
		}
	})
}

// TestStationSelect has a station answer the Handover Request of an access
// point: the answer has the station's hash and UUID-E.
func TestStationSelect(t *testing.T) {
	carrier := &wps.HandoverRequest{
		OOB: wps.OOBPassword{PublicKeyHash: [20]byte{1, 2, 3}, ID: wps.PasswordNFCHandover}, UUIDE: wps.UUID{4, 5, 6},
	}
	message, err := nfc.AppendStationSelect(nil, carrier)
	if err != nil {
		t.Fatal(err)
	}
	token, err := nfc.Read(message, wps.Strict)
	if err != nil {
		t.Fatal(err)
	}
	h, err := nfc.ParseHandover(token.Records)
	if err != nil || !h.Select || len(h.Carriers) != 1 || !h.Carriers[0].WSC {
		t.Errorf("%+v, %v", h, err)
	}
	if got, ok := token.List.(*wps.HandoverRequest); !ok || got.UUIDE != carrier.UUIDE || got.OOB.PublicKeyHash != carrier.OOB.PublicKeyHash {
		t.Errorf("%+v", token.List)
	}
}
