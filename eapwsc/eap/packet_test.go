package eap

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
)

// unhex returns the octets of a test vector; spaces separate its fields.
func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(s), []byte(" "), nil)))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestCaptures reads and writes every packet of hostapd and wpa_supplicant in
// the captures, and counts them by kind to make sure that all are covered.
func TestCaptures(t *testing.T) {
	kinds := map[string]int{}
	for _, c := range fixture.Captures(t) {
		for i, frame := range c.EAPFrames {
			p := mustParse(t, frame)
			if got := mustAppend(t, p); !bytes.Equal(got, frame) {
				t.Errorf("%s frame %d: got %x\nwant %x", c.Name, i, got, frame)
			}
			if p.Len() != len(frame) {
				t.Errorf("%s frame %d: Len %d, want %d", c.Name, i, p.Len(), len(frame))
			}
			if faults := p.Faults(); faults != nil {
				t.Errorf("%s frame %d: %v", c.Name, i, faults)
			}
			kind := p.Code.String()
			switch {
			case p.IsWSC():
				kind += " " + p.OpCode.String()
			case p.hasType():
				kind += " " + p.Type.String() + " " + string(p.Data)
			}
			kinds[kind]++
		}
	}
	want := map[string]int{
		"Request Identity ":                      45,
		"Response Identity " + EnrolleeIdentity:  35,
		"Response Identity " + RegistrarIdentity: 10,
		"Request WSC_Start":                      35,
		"Request WSC_NACK":                       5,
		"Request WSC_MSG":                        150,
		"Request WSC_Done":                       2,
		"Request WSC_FRAG_ACK":                   6,
		"Response WSC_ACK":                       5,
		"Response WSC_NACK":                      15,
		"Response WSC_MSG":                       149,
		"Response WSC_Done":                      22,
		"Response WSC_FRAG_ACK":                  7,
		"Failure":                                44,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("packets in the captures (-want +got):\n%s", diff)
	}
}

var packetTests = []struct {
	name   string
	octets string
	packet Packet
	text   string
}{
	{"identity request", "01 73 0005 01",
		Packet{Code: CodeRequest, ID: 0x73, Type: TypeIdentity, Data: []byte{}},
		"Request 115 Identity"},
	{"identity response", "02 73 0022 01 5746412d53696d706c65436f6e6669672d456e726f6c6c65652d312d30",
		Packet{Code: CodeResponse, ID: 0x73, Type: TypeIdentity, Data: []byte(EnrolleeIdentity)},
		"Response 115 Identity, 29 octets"},
	{"nak", "02 08 0006 03 fe",
		Packet{Code: CodeResponse, ID: 8, Type: TypeNak, Data: []byte{254}},
		"Response 8 Nak, 1 octets"},
	{"another method", "01 09 0007 19 2000",
		Packet{Code: CodeRequest, ID: 9, Type: 25, Data: []byte{0x20, 0}},
		"Request 9 PEAP, 2 octets"},
	{"unnamed method", "01 09 0005 c8",
		Packet{Code: CodeRequest, ID: 9, Type: 200, Data: []byte{}},
		"Request 9 Type(200)"},
	{"expanded nak", "02 08 0014 fe 000000 00000003 fe 00372a 00000001",
		Packet{Code: CodeResponse, ID: 8, Type: TypeExpanded, VendorType: 3, Data: []byte{254, 0, 0x37, 0x2a, 0, 0, 0, 1}},
		"Response 8 Expanded 000000/3, 8 octets"},
	{"another vendor", "01 0a 000d fe 000137 00000001 ff",
		Packet{Code: CodeRequest, ID: 10, Type: TypeExpanded, VendorID: 0x137, VendorType: 1, Data: []byte{0xff}},
		"Request 10 Expanded 000137/1, 1 octets"},
	{"the last vendor", "01 0a 000c fe ffffff 00000001",
		Packet{Code: CodeRequest, ID: 10, Type: TypeExpanded, VendorID: 0xffffff, VendorType: 1, Data: []byte{}},
		"Request 10 Expanded ffffff/1"},
	{"another method of the same vendor", "01 0a 000c fe 00372a 00000002",
		Packet{Code: CodeRequest, ID: 10, Type: TypeExpanded, VendorID: VendorWFA, VendorType: 2, Data: []byte{}},
		"Request 10 Expanded 00372a/2"},
	{"start", "01 74 000e fe 00372a 00000001 01 00",
		NewWSC(CodeRequest, 0x74, OpStart, []byte{}),
		"Request 116 WSC_Start"},
	{"message", "02 75 0010 fe 00372a 00000001 04 00 104a",
		NewWSC(CodeResponse, 0x75, OpMSG, []byte{0x10, 0x4a}),
		"Response 117 WSC_MSG, 2 octets"},
	{"first fragment", "02 74 0012 fe 00372a 00000001 04 03 0186 104a",
		Packet{Code: CodeResponse, ID: 0x74, Type: TypeExpanded, VendorID: VendorWFA, VendorType: VendorTypeWSC,
			OpCode: OpMSG, Flags: FlagMoreFragments | FlagLengthField, MessageLength: 390, Data: []byte{0x10, 0x4a}},
		"Response 116 WSC_MSG MF|LF, 2 of 390 octets"},
	{"length without data", "02 74 0010 fe 00372a 00000001 04 03 0186",
		Packet{Code: CodeResponse, ID: 0x74, Type: TypeExpanded, VendorID: VendorWFA, VendorType: VendorTypeWSC,
			OpCode: OpMSG, Flags: FlagMoreFragments | FlagLengthField, MessageLength: 390, Data: []byte{}},
		"Response 116 WSC_MSG MF|LF, 0 of 390 octets"},
	{"reserved flags and unknown op-code", "01 74 000f fe 00372a 00000001 07 81 00",
		Packet{Code: CodeRequest, ID: 0x74, Type: TypeExpanded, VendorID: VendorWFA, VendorType: VendorTypeWSC,
			OpCode: 7, Flags: 0x81, Data: []byte{0}},
		"Request 116 OpCode(7) MF|0x80, 1 octets"},
	{"success", "03 85 0004", Packet{Code: CodeSuccess, ID: 0x85, Data: []byte{}}, "Success 133"},
	{"failure", "04 85 0004", Packet{Code: CodeFailure, ID: 0x85, Data: []byte{}}, "Failure 133"},
	{"failure with data", "04 85 0005 fe", Packet{Code: CodeFailure, ID: 0x85, Data: []byte{254}}, "Failure 133, 1 octets"},
}

func TestPacket(t *testing.T) {
	for _, tt := range packetTests {
		t.Run(tt.name, func(t *testing.T) {
			b := unhex(t, tt.octets)
			p := mustParse(t, b)
			if diff := cmp.Diff(tt.packet, p); diff != "" {
				t.Errorf("ParsePacket (-want +got):\n%s", diff)
			}
			if got := mustAppend(t, tt.packet); !bytes.Equal(got, b) {
				t.Errorf("AppendTo: got %x, want %x", got, b)
			}
			if got := p.String(); got != tt.text {
				t.Errorf("String: got %q, want %q", got, tt.text)
			}
			if p.Len() != len(b) {
				t.Errorf("Len: got %d, want %d", p.Len(), len(b))
			}
		})
	}
}

// TestPacketEndsAtLength checks that neither the data of a packet nor its
// capacity includes octets after the packet.
func TestPacketEndsAtLength(t *testing.T) {
	for _, tt := range packetTests {
		b := unhex(t, tt.octets)
		frame := append(b[:len(b):len(b)], "padding"...)
		p := mustParse(t, frame)
		if diff := cmp.Diff(tt.packet, p); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if cap(p.Data) != len(p.Data) {
			t.Errorf("%s: appending to Data would overwrite what follows the packet", tt.name)
		}
	}
}

// TestPacketCut checks that a truncated packet is not accepted.
func TestPacketCut(t *testing.T) {
	for _, tt := range packetTests {
		b := unhex(t, tt.octets)
		for n := range b {
			offset := 2
			if n < 4 {
				offset = 0
			}
			_, err := ParsePacket(b[:n:n])
			wantFault(t, err, ErrTruncated, offset)
		}
	}
}

func TestParsePacketErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		octets string
		class  error
		offset int
		text   string
	}{
		{"empty", "", ErrTruncated, 0,
			"EAP header at offset 0: truncated: 0 octets received, the header has 4 (RFC 3748 §4)"},
		{"code 0", "00 01 0004", ErrCode, 0,
			"EAP Code at offset 0: unexpected EAP code: packets of code 0 are ignored (RFC 3748 §4)"},
		{"code 10", "0a 01 0004", ErrCode, 0,
			"EAP Code at offset 0: unexpected EAP code: packets of code 10 are ignored (RFC 3748 §4)"},
		{"longer than the frame", "01 01 0006 01", ErrTruncated, 2,
			"EAP Length at offset 2: truncated: 6 octets announced, 5 received (RFC 3748 §4)"},
		{"shorter than the header", "04 01 0003", ErrLength, 2,
			"EAP Length at offset 2: wrong length: 3 octets, the header alone has 4 (RFC 3748 §4)"},
		{"no type", "01 01 0004 01", ErrLength, 4,
			"EAP Type at offset 4: wrong length: the packet ends before it, at 4 octets (RFC 3748 §5)"},
		{"half a vendor", "01 01 000b fe 00372a 00000001", ErrLength, 5,
			"Vendor-Id at offset 5: wrong length: the packet ends before the Vendor-Type does, at 11 octets (RFC 3748 §5.7)"},
		{"no flags", "01 01 000d fe 00372a 00000001 04 00", ErrLength, 12,
			"Op-Code at offset 12: wrong length: the packet ends before the Flags do, at 13 octets (WSC 2.0.5 §7.7.1)"},
		{"half a message length", "01 01 000f fe 00372a 00000001 04 03 0186", ErrLength, 14,
			"Message Length at offset 14: wrong length: announced by its flag, but the packet ends at 15 octets (WSC 2.0.5 §7.7.1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := ParsePacket(unhex(t, tt.octets))
			wantFault(t, err, tt.class, tt.offset)
			if err.Error() != tt.text {
				t.Errorf("got  %q\nwant %q", err, tt.text)
			}
			if diff := cmp.Diff(Packet{}, p); diff != "" {
				t.Errorf("a packet beside the error:\n%s", diff)
			}
		})
	}
}

func TestAppendToErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		packet Packet
		class  error
		offset int
	}{
		{"zero value", Packet{}, ErrCode, 0},
		{"code 10", Packet{Code: 10}, ErrCode, 0},
		{"too long", NewWSC(CodeRequest, 1, OpMSG, make([]byte, maxPacketLen-wscLen+1)), ErrTooLong, 2},
		{"too long with its length", Packet{Code: CodeRequest, Type: TypeExpanded, VendorID: VendorWFA, VendorType: VendorTypeWSC,
			Flags: FlagLengthField, Data: make([]byte, maxPacketLen-wscLen-1)}, ErrTooLong, 2},
		{"vendor of 25 bits", Packet{Code: CodeRequest, Type: TypeExpanded, VendorID: 1 << 24}, ErrLength, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dst := []byte("before")
			got, err := tt.packet.AppendTo(dst)
			wantFault(t, err, tt.class, tt.offset)
			if string(got) != "before" {
				t.Errorf("dst is now %q", got)
			}
		})
	}
}

func TestLongestPacket(t *testing.T) {
	p := NewWSC(CodeRequest, 1, OpMSG, make([]byte, maxPacketLen-wscLen))
	if diff := cmp.Diff(p, mustParse(t, mustAppend(t, p))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// hostap: test_eap_proto_wsc, its part about an expanded Nak
func TestNak(t *testing.T) {
	for _, tt := range []struct{ name, request, nak string }{
		{"plain", "01 09 0007 19 2000", "02 09 0006 03 fe"},
		{"expanded", "01 0a 000c fe 000137 00000001", "02 0a 0014 fe 000000 00000003 fe 00372a 00000001"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request := mustParse(t, unhex(t, tt.request))
			if request.IsNak() {
				t.Error("the request is taken for a Nak")
			}
			nak := NewNak(request)
			if got, want := mustAppend(t, nak), unhex(t, tt.nak); !bytes.Equal(got, want) {
				t.Errorf("got %x, want %x", got, want)
			}
			if !nak.IsNak() || nak.IsWSC() {
				t.Errorf("%v: IsNak %v, IsWSC %v", nak, nak.IsNak(), nak.IsWSC())
			}
		})
	}
	if mustParse(t, unhex(t, "01 0a 0014 fe 000000 00000003 fe 00372a 00000001")).IsNak() {
		t.Error("a Request is taken for a Nak: only a Response can be one")
	}
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		octets string
		class  error // nil: no fault
		offset int
	}{
		{"start", "01 74 000e fe 00372a 00000001 01 00", nil, 0},
		{"frag ack of a peer", "02 74 000e fe 00372a 00000001 06 00", nil, 0},
		{"message", "02 75 0010 fe 00372a 00000001 04 00 104a", nil, 0},
		{"first fragment", "02 74 0012 fe 00372a 00000001 04 03 0186 104a", nil, 0},
		{"another method", "01 09 0007 19 2000", nil, 0},
		{"failure", "04 85 0004", nil, 0},
		{"success", "03 85 0004", ErrCode, 0},
		{"failure with data", "04 85 0005 fe", ErrLength, 2},
		{"op-code 0", "01 74 000e fe 00372a 00000001 00 00", ErrOpCode, 12},
		{"op-code 7", "01 74 000e fe 00372a 00000001 07 00", ErrOpCode, 12},
		{"start from a peer", "02 74 000e fe 00372a 00000001 01 00", ErrOpCode, 12},
		{"start with flags", "01 74 000e fe 00372a 00000001 01 01", ErrFlags, 13},
		{"start with data", "01 74 000f fe 00372a 00000001 01 00 00", ErrLength, 2},
		{"frag ack with flags", "01 74 000e fe 00372a 00000001 06 01", ErrFlags, 13},
		{"frag ack with data", "01 74 000f fe 00372a 00000001 06 00 00", ErrLength, 2},
		{"reserved flag", "02 75 0010 fe 00372a 00000001 04 04 104a", ErrFlags, 13},
		{"no message", "02 75 000e fe 00372a 00000001 04 00", ErrLength, 2},
		{"length without more", "02 75 0012 fe 00372a 00000001 04 02 0002 104a", ErrFlags, 13},
		{"length below the fragment", "02 75 0012 fe 00372a 00000001 04 03 0001 104a", ErrLength, 14},
	} {
		t.Run(tt.name, func(t *testing.T) {
			faults := mustParse(t, unhex(t, tt.octets)).Faults()
			if tt.class == nil {
				if faults != nil {
					t.Errorf("got %v", faults)
				}
				return
			}
			if len(faults) != 1 {
				t.Fatalf("got %d faults, want one: %v", len(faults), faults)
			}
			wantFault(t, faults[0], tt.class, tt.offset)
		})
	}

	t.Run("several", func(t *testing.T) {
		faults := mustParse(t, unhex(t, "02 75 0011 fe 00372a 00000001 04 82 0000 10")).Faults()
		if len(faults) != 3 {
			t.Errorf("got %d faults, want three: %v", len(faults), faults)
		}
	})
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{CodeRequest.String(), "Request"},
		{CodeFailure.String(), "Failure"},
		{Code(0).String(), "Code(0)"},
		{Code(10).String(), "Code(10)"},
		{TypeNotification.String(), "Notification"},
		{TypeExpanded.String(), "Expanded"},
		{Type(0).String(), "Type(0)"},
		{Type(255).String(), "Type(255)"},
		{OpFragACK.String(), "WSC_FRAG_ACK"},
		{OpCode(0).String(), "OpCode(0)"},
		{Flags(0).String(), "0"},
		{(FlagMoreFragments | FlagLengthField).String(), "MF|LF"},
		{Flags(0xFC).String(), "0xfc"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// FuzzPacket checks that a packet that can be read is written as the same
// octets, lies within its Length, and can be described and validated.
func FuzzPacket(f *testing.F) {
	for _, frame := range readCapture(f, "s11-frag").EAPFrames {
		f.Add([]byte(frame))
	}
	for _, tt := range packetTests {
		f.Add(unhex(f, tt.octets))
	}
	f.Add(unhex(f, "01 01 000f fe 00372a 00000001 04 03 0186"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePacket(b)
		if err != nil {
			if fault, ok := err.(*Error); !ok || fault.Offset > len(b) {
				t.Errorf("ParsePacket: %v in %d octets", err, len(b))
			}
			return
		}
		if got := mustAppend(t, p); !bytes.Equal(got, b[:p.Len()]) {
			t.Errorf("got %x, want %x", got, b[:p.Len()])
		}
		_ = p.String()
		for _, fault := range p.Faults() {
			if fault.Offset > p.Len() {
				t.Errorf("%v in %d octets", fault, p.Len())
			}
		}
	})
}

func BenchmarkParsePacket(b *testing.B) {
	frame := readCapture(b, "s01-pin-ok").EAPFrames[3] // M1
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParsePacket(frame); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendTo(b *testing.B) {
	frame := readCapture(b, "s01-pin-ok").EAPFrames[3] // M1
	p := mustParse(b, frame)
	dst := make([]byte, 0, len(frame))
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.AppendTo(dst); err != nil {
			b.Fatal(err)
		}
	}
}
