package wps_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestQuirkTable(t *testing.T) {
	next, names := wps.QuirkZeroPadding, map[string]bool{}
	for row := range wps.QuirkTable() {
		if row.Quirk != next {
			t.Errorf("%s is %#x, want %#x", row.Name, uint32(row.Quirk), uint32(next))
		}
		if names[row.Name] || row.Name == "" || row.Seen == "" || row.Reading == "" || row.Origin == "" {
			t.Errorf("row %+v", row)
		}
		if row.Quirk.String() != row.Name {
			t.Errorf("%s prints as %q", row.Name, row.Quirk)
		}
		names[row.Name] = true
		next <<= 1
	}
	if n := len(constants(t, "quirk.go", "Quirks")); n != len(names) || n == 0 {
		t.Errorf("%d constants, %d rows", n, len(names))
	}
	for range wps.QuirkTable() {
		break // the iterator must support this
	}
	both := wps.QuirkVersion | wps.QuirkBoolean
	if both.String() != "version,boolean" || wps.Quirks(0).String() != "" {
		t.Errorf("%q, %q", both, wps.Quirks(0))
	}
	if !both.Has(wps.QuirkBoolean) || both.Has(wps.QuirkBoolean|wps.QuirkDuplicate) || !both.Has(0) {
		t.Error("Has")
	}
}

// conforming returns a list of a kind that a strict reader accepts: its
// required attributes and the WFA extension.
func conforming(t *testing.T, kind wps.Kind) (list []byte) {
	t.Helper()
	if kind == wps.KindM1 {
		return m1(t)
	}
	for _, row := range kind.Layout() {
		if row.Presence == wps.Optional && row.Attribute != wps.AttrVendorExtension || row.Presence == wps.Conditional && row.Attribute != wps.AttrUUIDE {
			continue
		}
		v := sample(t, kind, row.Attribute)
		switch row.Attribute {
		case wps.AttrState, wps.AttrRFBands, wps.AttrRequestType, wps.AttrConnTypeFlags:
			v = []byte{1}
		case wps.AttrMACAddress:
			v = []byte{2, 0, 0, 0, 0, 1}
		case wps.AttrConfigMethods:
			v = []byte{0x26, 0x88}
		case wps.AttrAssociationState, wps.AttrConfigError, wps.AttrDevicePasswordID:
			v = []byte{0, 0}
		}
		list = append(list, attr(row.Attribute, string(v))...)
	}
	return list
}

// TestQuirkExamples reads the examples of each quirk: they show that quirk and
// no other, a tolerant reader interprets them as the row says, and a strict one
// rejects them unless the protocol allows the quirk.
func TestQuirkExamples(t *testing.T) {
	for row := range wps.QuirkTable() {
		if len(row.Examples) == 0 {
			t.Errorf("%s has no example", row.Name)
		}
		for _, example := range row.Examples {
			t.Run(row.Name+" "+example.Kind.String(), func(t *testing.T) {
				good := conforming(t, example.Kind)
				if l := wps.NewList(example.Kind); wps.Decode(l, good, wps.Strict) != nil || l.Attributes().Quirks != 0 {
					t.Fatalf("the list before the change: %v, quirks %v", wps.Decode(wps.NewList(example.Kind), good, wps.Strict), l.Attributes().Quirks)
				}
				b := example.In(good)
				l := wps.NewList(example.Kind)
				if err := wps.Decode(l, b, wps.Tolerant); err != nil || l.Attributes().Quirks != row.Quirk {
					t.Fatalf("quirks %v, error %v", l.Attributes().Quirks, err)
				}
				written, err := wps.Append(nil, l)
				if err != nil {
					t.Fatalf("it cannot be written: %v", err)
				}
				for _, a := range example.Read {
					if got := wps.Find(written, a.ID); !bytes.Equal(got, a.Value) {
						t.Errorf("%v was understood as %x, want %x", a.ID, got, a.Value)
					}
				}
				strict := wps.NewList(example.Kind)
				if err := wps.Decode(strict, b, wps.Strict); !errors.Is(err, row.Err) {
					t.Errorf("strict: error %v, want %v", err, row.Err)
				} else if err == nil && strict.Attributes().Quirks != row.Quirk {
					t.Errorf("strict: quirks %v", strict.Attributes().Quirks)
				}
			})
		}
	}
}

// TestQuirkTableCopied changes a row: the table must not change.
func TestQuirkTableCopied(t *testing.T) {
	first := func() wps.QuirkInfo {
		for row := range wps.QuirkTable() {
			return row
		}
		panic("no row")
	}
	row := first()
	row.Examples[0].Changes[0].Value[0] = 'x'
	row.Examples[0].Changes[0].ID = wps.AttrSSID
	if got := first().Examples[0].Changes[0]; got.ID != 0 || got.Value[0] != 0 {
		t.Errorf("the table has %v", got)
	}
}

// TestQuirks shows the quirks in more forms than the examples of the table: how
// a tolerant reader interprets them, and where the error of a strict one is.
func TestQuirks(t *testing.T) {
	enrollee := m1(t)
	at := func(list []byte, id wps.AttributeID) int { return offsetOf(t, list, id) }
	inM8 := func(credentials ...[]byte) (list []byte) {
		for _, c := range credentials {
			list = append(list, attr(wps.AttrCredential, string(c))...)
		}
		return list
	}
	plain, open := credential("network", "passphrase"), openCredential("network")
	beacon := join(attr(wps.AttrVersion, "\x10"), attr(wps.AttrState, "\x02"))
	apSettings := join(attr(wps.AttrESNonce2, strings.Repeat("s", 16)), attr(wps.AttrSSID, "network"), attr(wps.AttrMACAddress, "\x02\x00\x00\x00\x00\x01"),
		attr(wps.AttrAuthType, "\x00\x01"), attr(wps.AttrEncrType, "\x00\x01"), attr(wps.AttrNetworkKey, ""))
	var eleven [][]byte
	for i := range 11 {
		eleven = append(eleven, credential("network "+string(rune('a'+i)), "passphrase"))
	}
	probe := elementList(t, wps.KindProbeRequest)
	device := attr(wps.AttrRequestedDeviceType, "\x00\x03\x00\x50\xF2\x04\x00\x01")

	first := func(l wps.List) wps.Credential { return l.(*wps.M8Settings).Credentials[0] }
	var m2dWithoutModel []byte
	for _, row := range wps.KindM2D.Layout() {
		if row.Attribute != wps.AttrModelNumber {
			m2dWithoutModel = append(m2dWithoutModel, attr(row.Attribute, string(sample(t, wps.KindM2D, row.Attribute)))...)
		}
	}
	tests := []struct {
		name  string
		quirk wps.Quirks
		kind  wps.Kind
		list  []byte
		check func(l wps.List) bool // the result of a tolerant reader

		class  error // of the strict reader
		id     wps.AttributeID
		offset int
	}{
		{"zeros after M1", wps.QuirkZeroPadding, wps.KindM1, join(enrollee, make([]byte, 8)), nil,
			wps.ErrLength, 0, len(enrollee)},
		{"one zero after M1", wps.QuirkZeroPadding, wps.KindM1, join(enrollee, []byte{0}), nil,
			wps.ErrLength, 0, len(enrollee)},
		{"octet after the key", wps.QuirkExtraOctet, wps.KindM8Settings,
			inM8(change(t, open, wps.AttrNetworkKey, func([]byte) []byte { return join(attr(wps.AttrNetworkKey, ""), []byte{0}) })),
			func(l wps.List) bool { return first(l).MAC == wps.MAC{2, 0, 0, 0, 0, 2} },
			wps.ErrLength, wps.AttrNetworkKey, 4 + at(open, wps.AttrNetworkKey)},
		{"octet that is not zero after the key", wps.QuirkExtraOctet, wps.KindM8Settings,
			inM8(change(t, plain, wps.AttrNetworkKey, func(v []byte) []byte { return join(attr(wps.AttrNetworkKey, string(v)), []byte("x")) })),
			func(l wps.List) bool { return string(first(l).NetworkKey) == "passphrase" },
			wps.ErrLength, wps.AttrNetworkKey, 4 + at(plain, wps.AttrNetworkKey)},
		{"octet after the key at the end", wps.QuirkExtraOctet, wps.KindM7APSettings, join(apSettings, []byte{0}), nil,
			wps.ErrLength, wps.AttrNetworkKey, at(apSettings, wps.AttrNetworkKey)},
		{"padded SSID", wps.QuirkPaddedSSID, wps.KindM8Settings, inM8(with(t, plain, wps.AttrSSID, "network"+strings.Repeat("\x00", 25))),
			func(l wps.List) bool { return first(l).SSID == "network" },
			wps.ErrValue, wps.AttrSSID, 4 + at(plain, wps.AttrSSID)},
		{"padded SSID of an access point", wps.QuirkPaddedSSID, wps.KindM7APSettings, with(t, apSettings, wps.AttrSSID, "network\x00"),
			func(l wps.List) bool { return l.(*wps.M7Settings).AP.SSID == "network" },
			wps.ErrValue, wps.AttrSSID, at(apSettings, wps.AttrSSID)},
		{"terminated passphrase", wps.QuirkTerminatedKey, wps.KindM8Settings, inM8(with(t, plain, wps.AttrNetworkKey, "passphrase\x00")),
			func(l wps.List) bool { return string(first(l).NetworkKey) == "passphrase" },
			wps.ErrValue, wps.AttrNetworkKey, 4 + at(plain, wps.AttrNetworkKey)},
		{"passphrase with two NULs", wps.QuirkTerminatedKey, wps.KindM8Settings, inM8(with(t, plain, wps.AttrNetworkKey, "passphrase\x00\x00")),
			func(l wps.List) bool {
				c := first(l)
				return string(c.NetworkKey) == "passphrase\x00" && c.Usable() == wps.ErrNetworkKey
			},
			wps.ErrValue, wps.AttrNetworkKey, 4 + at(plain, wps.AttrNetworkKey)},
		{"open network without a key", wps.QuirkMissingKey, wps.KindM8Settings, inM8(without(t, open, wps.AttrNetworkKey)),
			func(l wps.List) bool { return len(first(l).NetworkKey) == 0 },
			wps.ErrMissing, wps.AttrNetworkKey, len(open)},
		{"no Network Index", wps.QuirkNetworkIndex, wps.KindM8Settings, inM8(without(t, plain, wps.AttrNetworkIndex)), nil,
			wps.ErrMissing, wps.AttrNetworkIndex, 4 + len(plain) - 5},
		{"Network Index 0", wps.QuirkNetworkIndex, wps.KindM8Settings, inM8(with(t, plain, wps.AttrNetworkIndex, "\x00")), nil,
			wps.ErrValue, wps.AttrNetworkIndex, 4},
		{"Network Key Index", wps.QuirkKeyIndex, wps.KindM8Settings,
			inM8(change(t, plain, wps.AttrNetworkKey, func(v []byte) []byte {
				return join(attr(wps.AttrNetworkKeyIndex, "\x00"), attr(wps.AttrNetworkKey, string(v)))
			})), nil, nil, 0, 0},
		{"Version 0x20", wps.QuirkVersion, wps.KindM1, with(t, enrollee, wps.AttrVersion, "\x20"),
			func(l wps.List) bool { return l.Attributes().Version == 0x20 },
			wps.ErrValue, wps.AttrVersion, 0},
		{"Version 0x11", wps.QuirkVersion, wps.KindM1, with(t, enrollee, wps.AttrVersion, "\x11"), nil,
			wps.ErrValue, wps.AttrVersion, 0},
		{"long serial number", wps.QuirkLongString, wps.KindM1, with(t, enrollee, wps.AttrSerialNumber, strings.Repeat("1", 33)),
			func(l wps.List) bool { return l.(*wps.M1).SerialNumber == strings.Repeat("1", 32) },
			wps.ErrLength, wps.AttrSerialNumber, at(enrollee, wps.AttrSerialNumber)},
		{"terminated name", wps.QuirkTerminatedText, wps.KindM1, with(t, enrollee, wps.AttrModelName, "WAP\x00\x00"),
			func(l wps.List) bool { return l.(*wps.M1).ModelName == "WAP" },
			wps.ErrValue, wps.AttrModelName, at(enrollee, wps.AttrModelName)},
		{"locked is 0xFF", wps.QuirkBoolean, wps.KindBeacon, join(beacon, attr(wps.AttrAPSetupLocked, "\xFF")),
			func(l wps.List) bool { return l.(*wps.Beacon).APSetupLocked },
			wps.ErrValue, wps.AttrAPSetupLocked, len(beacon)},
		{"request to enroll is 2", wps.QuirkBoolean, wps.KindM1, with(t, enrollee, wps.AttrVendorExtension, "\x00\x37\x2A\x00\x01\x20\x03\x01\x02"),
			func(l wps.List) bool { return l.Attributes().WFA.RequestToEnroll },
			wps.ErrValue, wps.AttrVendorExtension, at(enrollee, wps.AttrVendorExtension)},
		{"two names", wps.QuirkDuplicate, wps.KindM1, twice(t, enrollee, wps.AttrDeviceName, "second"),
			func(l wps.List) bool { return l.(*wps.M1).DeviceName == "second" },
			wps.ErrDuplicate, wps.AttrDeviceName, at(twice(t, enrollee, wps.AttrDeviceName, ""), wps.AttrDeviceName) + 4 + len("Go WPS STA")},
		{"two lists of secondary types", wps.QuirkDuplicate, wps.KindProbeRequest,
			join(probe, attr(wps.AttrSecondaryDeviceTypeList, "AAAAAAAABBBBBBBB"), attr(wps.AttrSecondaryDeviceTypeList, "CCCCCCCC")),
			func(l wps.List) bool { return len(l.(*wps.ProbeRequest).SecondaryDeviceTypes) == 1 },
			wps.ErrDuplicate, wps.AttrSecondaryDeviceTypeList, len(probe) + 20},
		{"type flags without WPA2-Personal", wps.QuirkAuthFlags, wps.KindM1, with(t, enrollee, wps.AttrAuthTypeFlags, "\x00\x1B"),
			func(l wps.List) bool { return l.(*wps.M1).AuthTypes == 0x3B },
			wps.ErrValue, wps.AttrAuthTypeFlags, at(enrollee, wps.AttrAuthTypeFlags)},
		{"authentication flags swapped", wps.QuirkSwappedFlags, wps.KindM1, with(t, enrollee, wps.AttrAuthTypeFlags, "\x22\x00"),
			func(l wps.List) bool { return l.(*wps.M1).AuthTypes == wps.AuthMixed },
			wps.ErrValue, wps.AttrAuthTypeFlags, at(enrollee, wps.AttrAuthTypeFlags)},
		{"encryption flags swapped", wps.QuirkSwappedFlags, wps.KindM1, with(t, enrollee, wps.AttrEncrTypeFlags, "\x0C\x00"),
			func(l wps.List) bool { return l.(*wps.M1).EncrTypes == wps.EncrMixed },
			wps.ErrValue, wps.AttrEncrTypeFlags, at(enrollee, wps.AttrEncrTypeFlags)},
		{"mixed authentication", wps.QuirkMixedType, wps.KindM8Settings, inM8(with(t, plain, wps.AttrAuthType, "\x00\x22")), nil, nil, 0, 0},
		{"mixed encryption", wps.QuirkMixedType, wps.KindM8Settings, inM8(with(t, plain, wps.AttrEncrType, "\x00\x0C")), nil, nil, 0, 0},
		{"AuthorizedMACs of seven octets", wps.QuirkAuthorizedMACs, wps.KindBeacon,
			join(beacon, attr(wps.AttrVendorExtension, "\x00\x37\x2A\x00\x01\x20\x01\x071234567")),
			func(l wps.List) bool {
				return l.Attributes().WFA.AuthorizedMACs == nil && l.Attributes().WFA.Version2 == 0x20
			},
			wps.ErrLength, wps.AttrVendorExtension, len(beacon)},
		{"six AuthorizedMACs", wps.QuirkAuthorizedMACs, wps.KindBeacon,
			join(beacon, attr(wps.AttrVendorExtension, "\x00\x37\x2A\x01\x24"+strings.Repeat("m", 36))), nil,
			wps.ErrLength, wps.AttrVendorExtension, len(beacon)},
		{"no AuthorizedMACs", wps.QuirkAuthorizedMACs, wps.KindBeacon,
			join(beacon, attr(wps.AttrVendorExtension, "\x00\x37\x2A\x01\x00")), nil,
			wps.ErrLength, wps.AttrVendorExtension, len(beacon)},
		{"the same credential twice", wps.QuirkRepeated, wps.KindM8Settings, inM8(plain, plain),
			func(l wps.List) bool { return len(l.(*wps.M8Settings).Credentials) == 1 },
			wps.ErrDuplicate, wps.AttrCredential, 4 + len(plain)},
		{"eleven credentials", wps.QuirkExcess, wps.KindM8Settings, inM8(eleven...),
			func(l wps.List) bool { return len(l.(*wps.M8Settings).Credentials) == 10 },
			wps.ErrTooMany, wps.AttrCredential, 10 * (4 + len(eleven[0]))},
		{"eleven requested types", wps.QuirkExcess, wps.KindProbeRequest, join(probe, []byte(strings.Repeat(string(device), 11))),
			func(l wps.List) bool { return len(l.(*wps.ProbeRequest).RequestedDeviceTypes) == 10 },
			wps.ErrTooMany, wps.AttrRequestedDeviceType, len(probe) + 120},
		{"Apple AirPort", wps.QuirkPSKOnly, wps.KindM1,
			with(t, with(t, enrollee, wps.AttrManufacturer, "Apple Inc."), wps.AttrModelName, "AirPort"), nil, nil, 0, 0},
		{"beacon without Version", wps.QuirkIncomplete, wps.KindBeacon, attr(wps.AttrState, "\x02"),
			func(l wps.List) bool { return l.(*wps.Beacon).State == wps.Configured },
			wps.ErrMissing, wps.AttrVersion, 5},
		{"octets behind the last attribute", wps.QuirkTrailingOctets, wps.KindBeacon, join(beacon, []byte("\x10\x49\x00")),
			func(l wps.List) bool { return l.(*wps.Beacon).State == wps.Configured },
			wps.ErrTruncated, 0, len(beacon)},
		{"sub-element cut", wps.QuirkCutExtension, wps.KindBeacon,
			join(beacon, attr(wps.AttrVendorExtension, "\x00\x37\x2A\x00\x01\x20\x00")),
			func(l wps.List) bool { return l.Attributes().WFA.Version2 == 0x20 },
			wps.ErrTruncated, wps.AttrVendorExtension, len(beacon)},
		{"extension of no octet", wps.QuirkShortExtension, wps.KindBeacon, join(beacon, attr(wps.AttrVendorExtension, "")),
			func(l wps.List) bool { return len(l.Attributes().Vendor) == 0 }, wps.ErrLength, wps.AttrVendorExtension, len(beacon)},
		{"extension of two octets before others", wps.QuirkShortExtension, wps.KindBeacon,
			join(beacon, attr(wps.AttrVendorExtension, "\x00\x37"), attr(wps.AttrVendorExtension, "\x00\x37\x2A\x00\x01\x20")),
			func(l wps.List) bool { return l.Attributes().WFA.Version2 == 0x20 }, wps.ErrLength, wps.AttrVendorExtension, len(beacon)},
		{"M2D without Model Number", wps.QuirkMissingDescription, wps.KindM2D, m2dWithoutModel,
			func(l wps.List) bool { return l.(*wps.M2D).ModelNumber == "" }, wps.ErrMissing, wps.AttrModelNumber, len(m2dWithoutModel)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newList[test.kind]()
			if err := wps.Decode(l, test.list, wps.Tolerant); err != nil {
				t.Fatalf("tolerant: %v", err)
			}
			if got := l.Attributes().Quirks; got != test.quirk {
				t.Errorf("quirks %v, want %v", got, test.quirk)
			}
			if test.check != nil && !test.check(l) {
				t.Errorf("understood as %+v", l)
			}
			strict := newList[test.kind]()
			err := wps.Decode(strict, test.list, wps.Strict)
			switch {
			case test.class != nil:
				wantError(t, err, test.class, test.id, test.offset)
			case err != nil:
				t.Errorf("strict: %v", err)
			case strict.Attributes().Quirks != test.quirk:
				t.Errorf("strict: quirks %v, want %v", strict.Attributes().Quirks, test.quirk)
			}
		})
	}
}

// TestNoQuirk has lists that look like a quirk but are not.
func TestNoQuirk(t *testing.T) {
	enrollee := m1(t)
	tests := []struct {
		name string
		kind wps.Kind
		list []byte
	}{
		{"empty strings", wps.KindM1, with(t, with(t, enrollee, wps.AttrSerialNumber, ""), wps.AttrModelNumber, "")},
		{"name that is not ASCII", wps.KindM1, with(t, enrollee, wps.AttrManufacturer, "Bücher & Söhne")},
		{"OS version without its reserved bit", wps.KindM1, with(t, enrollee, wps.AttrOSVersion, "\x01\x02\x03\x04")},
		{"device type of all zeros", wps.KindM1, with(t, enrollee, wps.AttrPrimaryDeviceType, "\x00\x00\x00\x00\x00\x00\x00\x00")},
		{"sub-element that nobody knows", wps.KindM1, with(t, enrollee, wps.AttrVendorExtension, "\x00\x37\x2A\x00\x01\x20\x7F\x03abc")},
		{"extension of another vendor", wps.KindM1, join(enrollee, attr(wps.AttrVendorExtension, "\x00\x01\x37abc"))},
		{"WEP key with its index", wps.KindCredential, join(
			attr(wps.AttrNetworkIndex, "\x01"), attr(wps.AttrSSID, "n"), attr(wps.AttrAuthType, "\x00\x01"), attr(wps.AttrEncrType, "\x00\x02"),
			attr(wps.AttrNetworkKeyIndex, "\x01"), attr(wps.AttrNetworkKey, "12345"), attr(wps.AttrMACAddress, "\x02\x00\x00\x00\x00\x02"))},
		{"key of 64 octets", wps.KindCredential, credential("n", strings.Repeat("0aF9", 16))},
		{"address of somebody else", wps.KindCredential, with(t, credential("n", "passphrase"), wps.AttrMACAddress, "\x00\x00\x00\x00\x00\x00")},
		{"encryption flags without meaning, swapped or not", wps.KindM1, with(t, without(t, enrollee, wps.AttrVendorExtension), wps.AttrEncrTypeFlags, "\x80\x00")},
		{"Apple, not AirPort", wps.KindM1, with(t, enrollee, wps.AttrManufacturer, "Apple Inc.")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
				l := newList[test.kind]()
				if err := wps.Decode(l, test.list, mode); err != nil || l.Attributes().Quirks != 0 {
					t.Errorf("mode %d: %v, quirks %v", mode, err, l.Attributes().Quirks)
				}
				if got, err := wps.Append(nil, l); err != nil || string(got) != string(test.list) {
					t.Errorf("wrote\n%x\nwant\n%x\n%v", got, test.list, err)
				}
			}
		})
	}
}

// elementList returns the list of a captured element.
func elementList(t *testing.T, kind wps.Kind) []byte {
	t.Helper()
	for _, e := range elements(t) {
		if e.kind == kind {
			list, _ := wps.JoinElements(e.octets)
			return list
		}
	}
	t.Fatalf("no %v in the captures", kind)
	return nil
}

// TestKeysNotCut: a NUL at the end of a key is removed only if a valid
// passphrase remains. A passphrase has 8 to 63 octets and a pre-shared key 64,
// so a key of 65 octets remains as it is, and cannot be used.
func TestKeysNotCut(t *testing.T) {
	c := wps.Credential{NetworkIndex: 1, SSID: "network", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, MAC: wps.MAC{2, 0, 0, 0, 0, 2}}
	for key, want := range map[string]string{
		strings.Repeat("a", 63) + "\x00": strings.Repeat("a", 63) + "\x00",
		strings.Repeat("a", 62) + "\x00": strings.Repeat("a", 62),
		strings.Repeat("a", 8) + "\x00":  strings.Repeat("a", 8),
		strings.Repeat("a", 7) + "\x00":  strings.Repeat("a", 7) + "\x00",
	} {
		c.NetworkKey = wps.NetworkKey(strings.Repeat("k", len(key)))
		list, err := wps.Append(nil, &wps.M8Settings{Credentials: []wps.Credential{c}})
		if err != nil {
			t.Fatal(err)
		}
		list = []byte(strings.ReplaceAll(string(list), string(c.NetworkKey), key))
		var m wps.M8Settings
		if err := wps.Decode(&m, list, wps.Tolerant); err != nil {
			t.Fatal(err)
		}
		if got := string(m.Credentials[0].NetworkKey); got != want {
			t.Errorf("%q became %q", key, got)
		}
	}
}
