package wps_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestDecoder(t *testing.T) {
	list := unhex(t, "104A0001 10 1044 0001 02 10FA 0003 AABBCC 1045 0000 1049 0006 00372A 00 01 20")
	type step struct {
		id     wps.AttributeID
		offset int
		value  string
	}
	want := []step{
		{wps.AttrVersion, 0, "\x10"}, {wps.AttrState, 5, "\x02"}, {0x10FA, 10, "\xAA\xBB\xCC"},
		{wps.AttrSSID, 17, ""}, {wps.AttrVendorExtension, 21, "\x00\x37\x2A\x00\x01\x20"},
	}
	d := wps.NewDecoder(list, wps.Strict)
	for i, w := range want {
		if !d.Next() {
			t.Fatalf("the walk ended before attribute %d: %v", i, d.Err())
		}
		if d.ID() != w.id || d.Offset() != w.offset || string(d.Value()) != w.value {
			t.Errorf("attribute %d: %v at %d: %x", i, d.ID(), d.Offset(), d.Value())
		}
		if len(d.Value()) != cap(d.Value()) {
			t.Errorf("attribute %d: appending to its value would overwrite the list", i)
		}
	}
	for range 2 {
		if d.Next() || d.Err() != nil || d.Quirks() != 0 {
			t.Errorf("at the end: %v, quirks %v", d.Err(), d.Quirks())
		}
	}
}

func TestDecoderFaults(t *testing.T) {
	tests := []struct {
		name   string
		list   string
		walked int // attributes before the fault
		class  error
		id     wps.AttributeID
		offset int
	}{
		{"one octet", "10", 0, wps.ErrTruncated, 0, 0},
		{"type without length", "104A 00", 0, wps.ErrTruncated, 0, 0},
		{"header cut behind an attribute", "104A0001 10 1044", 1, wps.ErrTruncated, 0, 5},
		{"value missing", "104A 0001", 0, wps.ErrTruncated, wps.AttrVersion, 0},
		{"value cut", "104A0001 10 101A0010 0102030405", 1, wps.ErrTruncated, wps.AttrEnrolleeNonce, 5},
		{"longest length", "1045 FFFF 41", 0, wps.ErrTruncated, wps.AttrSSID, 0},
		{"unknown attribute cut", "10FA 0002 41", 0, wps.ErrTruncated, 0x10FA, 0},
		{"number too long", "104A 0002 1010", 0, wps.ErrLength, wps.AttrVersion, 0},
		{"number too short", "104A0001 10 1012 0001 04", 1, wps.ErrLength, wps.AttrDevicePasswordID, 5},
		{"no octet at all", "1044 0000", 0, wps.ErrLength, wps.AttrState, 0},
		{"SSID too long", "1045 0021" + strings.Repeat("41", 33), 0, wps.ErrLength, wps.AttrSSID, 0},
		{"key too long", "1027 0041" + strings.Repeat("41", 65), 0, wps.ErrLength, wps.AttrNetworkKey, 0},
		{"public key of 191 octets", "1032 00BF" + strings.Repeat("41", 191), 0, wps.ErrLength, wps.AttrPublicKey, 0},
		{"one block of settings", "1018 0010" + strings.Repeat("41", 16), 0, wps.ErrLength, wps.AttrEncryptedSettings, 0},
		{"out-of-band password cut", "102C 0015" + strings.Repeat("41", 21), 0, wps.ErrLength, wps.AttrOOBDevicePassword, 0},
		{"zeros, then something", "104A0001 10 00000000 00000001", 2, wps.ErrTruncated, 0, 9},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			list := unhex(t, test.list)
			for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
				d := wps.NewDecoder(list[:len(list):len(list)], mode)
				n := 0
				for d.Next() {
					n++
				}
				wantError(t, d.Err(), test.class, test.id, test.offset)
				if n != test.walked {
					t.Errorf("walked over %d attributes, want %d", n, test.walked)
				}
				if d.Next() {
					t.Error("the walk goes on behind a fault")
				}
			}
		})
	}
}

// TestDecoderCut truncates a list at every octet: the attributes before the end
// must be returned.
func TestDecoderCut(t *testing.T) {
	list := m1(t)
	ends := map[int]bool{0: true}
	for d := wps.NewDecoder(list, wps.Strict); d.Next(); {
		ends[d.Offset()+4+len(d.Value())] = true
	}
	for n := range list {
		d := wps.NewDecoder(list[:n:n], wps.Strict)
		for d.Next() {
		}
		if err := d.Err(); (err == nil) != ends[n] || err != nil && !errors.Is(err, wps.ErrTruncated) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
}

func TestWalkAllocatesNothing(t *testing.T) {
	list := m1(t)
	if n := testing.AllocsPerRun(100, func() {
		for d := wps.NewDecoder(list, wps.Tolerant); d.Next(); {
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFind(t *testing.T) {
	list := unhex(t, "104A0001 10 1045 0001 41 1045 0001 42 1027 0041")
	if v := wps.Find(list, wps.AttrSSID); string(v) != "A" {
		t.Errorf("SSID %q, want the first", v)
	}
	for _, id := range []wps.AttributeID{wps.AttrNetworkKey, wps.AttrState} {
		if v := wps.Find(list, id); v != nil {
			t.Errorf("%v: %x", id, v)
		}
	}
}

// TestLongText checks that names that are too long are shortened at a character
// boundary.
func TestLongText(t *testing.T) {
	tests := []struct{ name, sent, want string }{
		{"ASCII", strings.Repeat("a", 40), strings.Repeat("a", 32)},
		{"a character within", strings.Repeat("a", 31) + "ü", strings.Repeat("a", 31)},
		{"a wide character within", strings.Repeat("a", 29) + "🖨🖨", strings.Repeat("a", 29)},
		{"characters up to the limit", strings.Repeat("ü", 17), strings.Repeat("ü", 16)},
		{"not UTF-8", strings.Repeat("\x80", 40), strings.Repeat("\x80", 32)},
		{"not UTF-8 after a letter", strings.Repeat("a", 29) + strings.Repeat("\x80", 11), strings.Repeat("a", 29) + strings.Repeat("\x80", 3)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var m wps.M1
			if err := wps.Decode(&m, with(t, m1(t), wps.AttrDeviceName, test.sent), wps.Tolerant); err != nil {
				t.Fatal(err)
			}
			if m.DeviceName != test.want || m.Quirks != wps.QuirkLongString {
				t.Errorf("%q, quirks %v; want %q", m.DeviceName, m.Quirks, test.want)
			}
		})
	}
}

// TestManyFalsePaddings walks a list in which, at each attribute, the rest
// looks like padding: the time must not be quadratic.
func TestManyFalsePaddings(t *testing.T) {
	list := append(make([]byte, 4<<20), 0, 0, 0, 1, 'x')
	n := 0
	d := wps.NewDecoder(list, wps.Tolerant)
	for d.Next() {
		n++
	}
	if d.Err() != nil || n != 1<<20+1 {
		t.Errorf("%d attributes, %v", n, d.Err())
	}
}

func TestDecodeFaults(t *testing.T) {
	good := m1(t)
	cred := func(c []byte) []byte { return attr(wps.AttrCredential, string(c)) }
	wfa := func(data string) []byte {
		return with(t, good, wps.AttrVendorExtension, "\x00\x37\x2A"+data)
	}
	offset := func(id wps.AttributeID) int { return offsetOf(t, good, id) }
	end, extension := len(good), offset(wps.AttrVendorExtension)
	second := join(cred(credential("a", "passphrase")), cred(without(t, credential("b", "passphrase"), wps.AttrNetworkKey)))
	oob := func(id string, password int) []byte {
		return attr(wps.AttrOOBDevicePassword, strings.Repeat("h", 20)+id+strings.Repeat("p", password))
	}
	tests := []struct {
		name   string
		kind   wps.Kind
		list   []byte
		class  error
		id     wps.AttributeID
		offset int
	}{
		{"nothing", wps.KindM1, nil, wps.ErrMissing, wps.AttrVersion, 0},
		{"M1 is not M2", wps.KindM2, good, wps.ErrMessageType, wps.AttrMessageType, 5},
		{"M1 without UUID-E", wps.KindM1, without(t, good, wps.AttrUUIDE), wps.ErrMissing, wps.AttrUUIDE, end - 20},
		{"version 0", wps.KindM1, with(t, good, wps.AttrVersion, "\x00"), wps.ErrValue, wps.AttrVersion, 0},
		{"version 5.7", wps.KindM1, with(t, good, wps.AttrVersion, "\x57"), wps.ErrValue, wps.AttrVersion, 0},
		{"two nonces", wps.KindM1, twice(t, good, wps.AttrEnrolleeNonce, strings.Repeat("n", 16)), wps.ErrDuplicate, wps.AttrEnrolleeNonce, offset(wps.AttrEnrolleeNonce) + 20},
		{"two public keys", wps.KindM1, twice(t, good, wps.AttrPublicKey, strings.Repeat("k", 192)), wps.ErrDuplicate, wps.AttrPublicKey, offset(wps.AttrPublicKey) + 196},
		{"Version2 of two octets", wps.KindM1, wfa("\x00\x02\x20\x00"), wps.ErrLength, wps.AttrVendorExtension, extension},
		{"sub-element cut", wps.KindM1, wfa("\x00\x01\x20\x03\x02\x01"), wps.ErrTruncated, wps.AttrVendorExtension, extension},
		{"sub-element without length", wps.KindM1, wfa("\x00\x01\x20\x03"), wps.ErrTruncated, wps.AttrVendorExtension, extension},
		{"eleven vendors", wps.KindM1, join(good, bytes.Repeat(attr(wps.AttrVendorExtension, "\x00\x01\x37"), 11)), wps.ErrTooMany, wps.AttrVendorExtension, end + 70},
		{"secondary device types cut", wps.KindProbeResponse, attr(wps.AttrSecondaryDeviceTypeList, "123456789"), wps.ErrLength, wps.AttrSecondaryDeviceTypeList, 0},
		{"no credential", wps.KindM8Settings, nil, wps.ErrMissing, wps.AttrCredential, 0},
		{"credential without SSID", wps.KindM8Settings, cred(without(t, credential("n", "passphrase"), wps.AttrSSID)), wps.ErrMissing, wps.AttrSSID, 4 + 41},
		{"second credential without key", wps.KindM8Settings, second, wps.ErrMissing, wps.AttrNetworkKey, len(second)},
		{"credential with a key too long", wps.KindM8Settings, cred(credential("n", strings.Repeat("k", 65))), wps.ErrLength, wps.AttrNetworkKey, 4 + 5 + 5 + 6 + 6},
		{"credential cut", wps.KindM8Settings, cred(credential("n", "passphrase")[:20]), wps.ErrTruncated, wps.AttrEncrType, 4 + 16},
		{"no authentication type", wps.KindCredential, with(t, credential("n", "passphrase"), wps.AttrAuthType, "\x00\x00"), wps.ErrValue, wps.AttrAuthType, 10},
		{"no encryption type", wps.KindCredential, with(t, credential("n", "passphrase"), wps.AttrEncrType, "\x00\x00"), wps.ErrValue, wps.AttrEncrType, 16},
		{"password of 15 octets", wps.KindPasswordToken, oob("\x12\x34", 15), wps.ErrLength, wps.AttrOOBDevicePassword, 0},
		{"no password", wps.KindPasswordToken, oob("\x12\x34", 0), wps.ErrLength, wps.AttrOOBDevicePassword, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
				wantError(t, wps.Decode(newList[test.kind](), test.list, mode), test.class, test.id, test.offset)
			}
		})
	}
}

// TestStrictFaults has faults that tolerant readers accept and that no quirk
// covers.
func TestStrictFaults(t *testing.T) {
	good := m1(t)
	offset := func(id wps.AttributeID) int { return offsetOf(t, good, id) }
	x := exchanges(t)["s01-pin-ok"]
	m3 := unhex(t, x.Messages[2].Hex)
	beacon := join(attr(wps.AttrVersion, "\x10"), attr(wps.AttrState, "\x02"), attr(wps.AttrRFBands, "\x01"))
	tests := []struct {
		name   string
		kind   wps.Kind
		list   []byte
		class  error
		id     wps.AttributeID
		offset int
	}{
		{"reserved password", wps.KindM1, with(t, good, wps.AttrDevicePasswordID, "\x00\x0F"), wps.ErrValue, wps.AttrDevicePasswordID, offset(wps.AttrDevicePasswordID)},
		{"push button of 1.0 from a 2.0 device", wps.KindM1, with(t, good, wps.AttrConfigMethods, "\x00\x80"), wps.ErrValue, wps.AttrConfigMethods, offset(wps.AttrConfigMethods)},
		{"group address", wps.KindM1, with(t, good, wps.AttrMACAddress, "\x03\x00\x00\x00\x00\x01"), wps.ErrValue, wps.AttrMACAddress, offset(wps.AttrMACAddress)},
		{"state 3 in a beacon of 1.0", wps.KindBeacon, with(t, beacon, wps.AttrState, "\x03"), wps.ErrValue, wps.AttrState, 5},
		{"two types in a credential", wps.KindM8Settings, attr(wps.AttrCredential, string(with(t, credential("n", "passphrase"), wps.AttrAuthType, "\x00\x30"))), wps.ErrValue, wps.AttrAuthType, 4 + 10},
		{"behind the Authenticator", wps.KindM3, join(m3, attr(0x10FA, "x")), wps.ErrOrder, 0x10FA, len(m3)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newList[test.kind]()
			if err := wps.Decode(l, test.list, wps.Tolerant); err != nil || l.Attributes().Quirks != 0 {
				t.Errorf("tolerant: %v, quirks %v", err, l.Attributes().Quirks)
			}
			wantError(t, wps.Decode(newList[test.kind](), test.list, wps.Strict), test.class, test.id, test.offset)
		})
	}

	old := without(t, good, wps.AttrVendorExtension)
	if err := wps.Decode(new(wps.M1), with(t, old, wps.AttrConfigMethods, "\x00\x80"), wps.Strict); err != nil {
		t.Errorf("push button of 1.0 from a 1.0 device: %v", err)
	}
	if err := wps.Decode(new(wps.Beacon), join(beacon, attr(wps.AttrSelectedRegistrarConfigMethods, "\x00\x80")), wps.Strict); err != nil {
		t.Errorf("push button of 1.0 in the beacon of a 1.0 device: %v", err)
	}
}

func TestParseMessage(t *testing.T) {
	x := exchanges(t)["s01-pin-ok"]
	for _, m := range x.Messages {
		b := unhex(t, m.Hex)
		msg, err := wps.ParseMessage(b, wps.Tolerant)
		if err != nil {
			t.Fatal(err)
		}
		typ, _ := msg.Kind().MessageType()
		if peeked, err := wps.PeekMessageType(b); err != nil || peeked != typ {
			t.Errorf("%v: peeked %v, %v", msg.Kind(), peeked, err)
		}
	}
	good := m1(t)
	tests := []struct {
		name   string
		list   []byte
		class  error
		id     wps.AttributeID
		offset int
	}{
		{"nothing", nil, wps.ErrMissing, wps.AttrMessageType, 0},
		{"no Message Type", without(t, good, wps.AttrMessageType), wps.ErrMissing, wps.AttrMessageType, len(good) - 5},
		{"a beacon", with(t, good, wps.AttrMessageType, "\x01"), wps.ErrMessageType, wps.AttrMessageType, 5},
		{"type 16", with(t, good, wps.AttrMessageType, "\x10"), wps.ErrMessageType, wps.AttrMessageType, 5},
		{"cut before the type", good[:4], wps.ErrTruncated, wps.AttrVersion, 0},
		{"cut behind the type", good[:12], wps.ErrTruncated, 0, 10},
		{"two types", join(good, attr(wps.AttrMessageType, "\x05")), wps.ErrDuplicate, wps.AttrMessageType, len(good)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			msg, err := wps.ParseMessage(test.list, wps.Tolerant)
			wantError(t, err, test.class, test.id, test.offset)
			if msg != nil {
				t.Errorf("a message beside the error: %v", msg.Kind())
			}
		})
	}
}

// TestZerosWithin checks zeros in the middle of a message. If they were kept as
// an attribute, they would become padding at the end when the message is
// written.
func TestZerosWithin(t *testing.T) {
	good := m1(t)
	m, err := wps.ParseMessage(join(good[:10], make([]byte, 8), good[10:]), wps.Strict)
	if err != nil || len(m.Attributes().Unknown) > 0 {
		t.Fatalf("%d unknown attributes, %v", len(m.Attributes().Unknown), err)
	}
	if b, err := wps.Append(nil, m); err != nil || !bytes.Equal(b, good) {
		t.Errorf("wrote\n%x\nwant\n%x\n%v", b, good, err)
	}
}

// TestAnyOrder reads a message with its attributes in reverse order.
func TestAnyOrder(t *testing.T) {
	good := m1(t)
	var backwards []byte
	for d := wps.NewDecoder(good, wps.Strict); d.Next(); {
		backwards = append(attr(d.ID(), string(d.Value())), backwards...)
	}
	m, err := wps.ParseMessage(backwards, wps.Strict)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := wps.Append(nil, m); err != nil || !bytes.Equal(b, good) {
		t.Errorf("wrote\n%x\nwant\n%x\n%v", b, good, err)
	}
}

func TestErrorSentence(t *testing.T) {
	tests := []struct {
		err  *wps.Error
		want string
	}{
		{&wps.Error{Err: wps.ErrMissing}, "attribute missing"},
		{&wps.Error{Err: wps.ErrTruncated, Offset: 7, Detail: "cut"}, "offset 7: truncated: cut"},
		{&wps.Error{Kind: wps.KindM1, Attribute: wps.AttrState, Offset: 5, Err: wps.ErrValue, Detail: "0x3 is not within 1 to 2", Clause: "hostap"},
			"M1: Wi-Fi Simple Configuration State at offset 5: value not allowed: 0x3 is not within 1 to 2 (hostap)"},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
