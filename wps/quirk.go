package wps

import (
	"encoding/binary"
	"iter"
	"slices"
	"strings"
)

// Quirks is a set of known deviations of devices from the protocol, or from
// what readers expect, which do not prevent understanding. Tolerant decoding
// collects them; strict decoding refuses those that the protocol does not
// allow: see [QuirkInfo].
//
// Its values are [QuirkZeroPadding], [QuirkExtraOctet], [QuirkPaddedSSID],
// [QuirkTerminatedKey], [QuirkMissingKey], [QuirkNetworkIndex],
// [QuirkKeyIndex], [QuirkVersion], [QuirkLongString], [QuirkTerminatedText],
// [QuirkBoolean], [QuirkDuplicate], [QuirkAuthFlags], [QuirkSwappedFlags],
// [QuirkMixedType], [QuirkAuthorizedMACs], [QuirkRepeated], [QuirkExcess],
// [QuirkPSKOnly], [QuirkIncomplete], [QuirkTrailingOctets],
// [QuirkCutExtension], [QuirkShortExtension] and [QuirkMissingDescription].
type Quirks uint32

// The quirks.
const (
	QuirkZeroPadding        Quirks = 1 << iota // zeros after the last attribute
	QuirkExtraOctet                            // one octet too many after Network Key
	QuirkPaddedSSID                            // SSID of a credential padded with zeros
	QuirkTerminatedKey                         // passphrase with a NUL at its end
	QuirkMissingKey                            // open network without Network Key
	QuirkNetworkIndex                          // Network Index missing or not 1
	QuirkKeyIndex                              // Network Key Index in a credential that is not WEP
	QuirkVersion                               // Version is not 0x10
	QuirkLongString                            // string that is too long
	QuirkTerminatedText                        // string with a NUL at its end
	QuirkBoolean                               // truth value above 1
	QuirkDuplicate                             // harmless attribute repeated
	QuirkAuthFlags                             // Authentication Type Flags without WPA2-Personal
	QuirkSwappedFlags                          // type flags with swapped octets
	QuirkMixedType                             // credential for WPA and WPA2, or TKIP and AES
	QuirkAuthorizedMACs                        // AuthorizedMACs whose length is not 6·n
	QuirkRepeated                              // the same credential twice
	QuirkExcess                                // more than ten Credentials or Requested Device Types
	QuirkPSKOnly                               // enrollee that accepts no passphrase
	QuirkIncomplete                            // element of an 802.11 frame without a required attribute
	QuirkTrailingOctets                        // one to three octets after the last attribute of an element
	QuirkCutExtension                          // WFA extension of an element that ends within a sub-element
	QuirkShortExtension                        // vendor extension too short for the identifier of its vendor
	QuirkMissingDescription                    // M2 or M2D without a part of its sender's description
)

// QuirkInfo is a row of the table of quirks.
type QuirkInfo struct {
	Quirk   Quirks
	Name    string // short and stable
	Seen    string // what it is, and where it was seen
	Reading string // how a tolerant reader interprets it
	Origin  string
	Err     error // the class of a strict reader's error; nil if the protocol allows the quirk

	// Rule is what the list should be instead, in a sentence. Package validate
	// makes its rule of it. It is empty if other rules report the quirk, such
	// as those about the lengths of attributes.
	Rule string
	// Examples are lists that show the quirk, one of each kind of list that
	// Rule is about.
	Examples []QuirkExample
}

// QuirkExample describes a list that shows a quirk: how it differs from a list
// without quirks.
type QuirkExample struct {
	Kind Kind
	// Changes are the attributes that differ. They replace those of their
	// types, or follow the others if the list has none. One with the ID 0 is
	// the octets that follow the attribute before it, or the whole list if
	// there is none before it; one whose Value is nil is left out. The
	// first one is where the quirk shows.
	Changes []Attribute
	// Read are attributes as a tolerant reader understands them, if that is
	// not what the octets say.
	Read []Attribute
}

// In returns a copy of a list without quirks, changed so that it shows the
// quirk. The list should have the kind of the example.
func (e QuirkExample) In(list []byte) []byte {
	var out []byte
	written := make([]bool, len(e.Changes))
	write := func(i int) {
		for id := e.Changes[i].ID; i < len(e.Changes) && (e.Changes[i].ID == id || e.Changes[i].ID == 0); i++ {
			if !written[i] {
				out = appendChange(out, e.Changes[i])
			}
			written[i] = true
		}
	}
	for d := NewDecoder(list, Tolerant); d.Next(); {
		if i := slices.IndexFunc(e.Changes, func(a Attribute) bool { return a.ID == d.id }); i >= 0 {
			write(i)
		} else {
			out = append(out, list[d.at:d.next]...)
		}
	}
	for i := range e.Changes {
		write(i)
	}
	return out
}

func appendChange(dst []byte, a Attribute) []byte {
	switch {
	case a.ID == 0:
		return append(dst, a.Value...)
	case a.Value == nil:
		return dst
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(a.ID))
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(a.Value)))
	return append(dst, a.Value...)
}

// clone returns a copy that shares no memory with e.
func (e QuirkExample) clone() QuirkExample {
	for _, list := range []*[]Attribute{&e.Changes, &e.Read} {
		*list = slices.Clone(*list)
		for i := range *list {
			(*list)[i].Value = slices.Clone((*list)[i].Value)
		}
	}
	return e
}

// quirks is the table behind [QuirkTable], in the order of the constants.
var quirks = []QuirkInfo{
	{Quirk: QuirkZeroPadding, Name: "zero-padding", Origin: "hostap", Err: ErrLength,
		Seen:     "zero octets after the last attribute (Mac OS X 10.6 and others)",
		Reading:  "the list ends before them",
		Examples: []QuirkExample{{Kind: KindM1, Changes: []Attribute{{0, []byte("\x00\x00\x00")}}}}},
	{Quirk: QuirkExtraOctet, Name: "extra-octet", Origin: "hostap", Err: ErrLength,
		Seen:     "a stray octet after Network Key (access points, mostly for open networks)",
		Reading:  "skipped",
		Examples: []QuirkExample{{Kind: KindCredential, Changes: []Attribute{{AttrNetworkKey, []byte("passphrase")}, {0, []byte("x")}}, Read: []Attribute{{AttrNetworkKey, []byte("passphrase")}}}}},
	{Quirk: QuirkPaddedSSID, Name: "padded-ssid", Origin: "hostap, iwd", Err: ErrValue,
		Seen:     "SSID of a credential padded with zeros",
		Reading:  "cut",
		Examples: []QuirkExample{{Kind: KindCredential, Changes: []Attribute{{AttrSSID, []byte("network\x00\x00")}}, Read: []Attribute{{AttrSSID, []byte("network")}}}}},
	{Quirk: QuirkTerminatedKey, Name: "terminated-key", Origin: "WSC 2.0 §12 (via iwd), hostap", Err: ErrValue,
		Seen:     "passphrase ending in a NUL, which 1.0h allowed",
		Reading:  "cut",
		Examples: []QuirkExample{{Kind: KindCredential, Changes: []Attribute{{AttrNetworkKey, []byte("passphrase\x00")}}, Read: []Attribute{{AttrNetworkKey, []byte("passphrase")}}}}},
	{Quirk: QuirkMissingKey, Name: "missing-key", Origin: "hostap", Err: ErrMissing,
		Seen:     "credential of an open network without a Network Key",
		Reading:  "the key is empty",
		Examples: []QuirkExample{{Kind: KindCredential, Changes: []Attribute{{AttrNetworkKey, nil}, {AttrAuthType, []byte("\x00\x01")}, {AttrEncrType, []byte("\x00\x01")}}}}},
	{Quirk: QuirkNetworkIndex, Name: "network-index", Origin: "hostap, iwd", Err: ErrValue,
		Seen:     "Network Index missing or not 1",
		Reading:  "ignored, 2.0 deprecates it",
		Examples: []QuirkExample{{Kind: KindCredential, Changes: []Attribute{{AttrNetworkIndex, []byte("\x02")}}}}},
	{Quirk: QuirkKeyIndex, Name: "key-index", Origin: "iwd",
		Seen:     "Network Key Index beside a key that is not WEP",
		Reading:  "ignored",
		Examples: []QuirkExample{{Kind: KindCredential, Changes: []Attribute{{AttrNetworkKeyIndex, []byte("\x01")}}}}},
	{Quirk: QuirkVersion, Name: "version", Origin: "hostap", Err: ErrValue,
		Seen:     "Version is not 0x10",
		Reading:  "ignored, Version2 has the version",
		Examples: []QuirkExample{{Kind: KindM1, Changes: []Attribute{{AttrVersion, []byte("\x11")}}}}},
	{Quirk: QuirkLongString, Name: "long-string", Origin: "hostap", Err: ErrLength,
		Seen:     "string longer than the attribute may be",
		Reading:  "cut",
		Examples: []QuirkExample{{Kind: KindM1, Changes: []Attribute{{AttrSerialNumber, []byte("123456789012345678901234567890123")}}, Read: []Attribute{{AttrSerialNumber, []byte("12345678901234567890123456789012")}}}}},
	{Quirk: QuirkTerminatedText, Name: "terminated-text", Origin: "hostap", Err: ErrValue,
		Seen:     "string ending in zeros",
		Reading:  "cut",
		Examples: []QuirkExample{{Kind: KindM1, Changes: []Attribute{{AttrModelName, []byte("WAP\x00\x00")}}, Read: []Attribute{{AttrModelName, []byte("WAP")}}}}},
	{Quirk: QuirkBoolean, Name: "boolean", Origin: "hostap", Err: ErrValue,
		Seen:     "truth value above 1",
		Reading:  "true",
		Examples: []QuirkExample{{Kind: KindBeacon, Changes: []Attribute{{AttrAPSetupLocked, []byte("\xFF")}}, Read: []Attribute{{AttrAPSetupLocked, []byte("\x01")}}}}},
	{Quirk: QuirkDuplicate, Name: "duplicate", Origin: "hostap", Err: ErrDuplicate,
		Seen:     "attribute without effect on security repeated",
		Reading:  "the last counts",
		Examples: []QuirkExample{{Kind: KindM1, Changes: []Attribute{{AttrDeviceName, []byte("first")}, {AttrDeviceName, []byte("second")}}, Read: []Attribute{{AttrDeviceName, []byte("second")}}}}},
	{Quirk: QuirkAuthFlags, Name: "auth-flags", Origin: "hostap", Err: ErrValue,
		Seen:     "Authentication Type Flags of M1 such as 0x001b, without WPA2-Personal",
		Reading:  "WPA2-Personal is assumed",
		Examples: []QuirkExample{{Kind: KindM1, Changes: []Attribute{{AttrAuthTypeFlags, []byte("\x00\x1B")}}, Read: []Attribute{{AttrAuthTypeFlags, []byte("\x00\x3B")}}}}},
	{Quirk: QuirkSwappedFlags, Name: "swapped-flags", Origin: "hostap", Err: ErrValue,
		Seen:    "type flags of M1 with their octets swapped (Linksys WRT350N)",
		Reading: "swapped back",
		Examples: []QuirkExample{
			{Kind: KindM1, Changes: []Attribute{{AttrAuthTypeFlags, []byte("\x22\x00")}}, Read: []Attribute{{AttrAuthTypeFlags, []byte("\x00\x22")}}},
			{Kind: KindM1, Changes: []Attribute{{AttrEncrTypeFlags, []byte("\x0C\x00")}}, Read: []Attribute{{AttrEncrTypeFlags, []byte("\x00\x0C")}}},
		}},
	{Quirk: QuirkMixedType, Name: "mixed-type", Origin: "hostap",
		Seen:     "credential with both types of a mixed network, where some peers expect one",
		Reading:  "the stronger one is used: see Credential.Strongest",
		Examples: []QuirkExample{{Kind: KindCredential, Changes: []Attribute{{AttrAuthType, []byte("\x00\x22")}, {AttrEncrType, []byte("\x00\x0C")}}}}},
	{Quirk: QuirkAuthorizedMACs, Name: "authorized-macs", Origin: "iwd", Err: ErrLength,
		Seen:     "AuthorizedMACs that are not one to five addresses",
		Reading:  "ignored",
		Examples: []QuirkExample{{Kind: KindBeacon, Changes: []Attribute{{AttrVendorExtension, []byte("\x00\x37\x2A\x00\x01\x20\x01\x05abcde")}}}}},
	{Quirk: QuirkRepeated, Name: "repeated-credential", Origin: "iwd", Err: ErrDuplicate,
		Seen:     "the same credential twice",
		Reading:  "the second is dropped",
		Examples: []QuirkExample{{Kind: KindM8Settings, Changes: slices.Repeat([]Attribute{{AttrCredential, []byte(exampleCredential)}}, 2), Read: []Attribute{{AttrCredential, []byte(exampleCredential)}}}}},
	{Quirk: QuirkExcess, Name: "excess", Origin: "hostap", Err: ErrTooMany,
		Seen:     "more than ten Credentials or Requested Device Types",
		Reading:  "the first ten are kept",
		Examples: []QuirkExample{{Kind: KindProbeRequest, Changes: slices.Repeat([]Attribute{{AttrRequestedDeviceType, []byte("\x00\x03\x00\x50\xF2\x04\x00\x01")}}, 11)}}},
	{Quirk: QuirkPSKOnly, Name: "psk-only", Origin: "hostap",
		Seen:     "enrollee that accepts no passphrase (Apple AirPort, Mac OS X 10.6.3 and 10.6.4)",
		Reading:  "the registrar should send it the pre-shared key",
		Rule:     "An enrollee takes a passphrase. AirPort of Mac OS X 10.6.3 and 10.6.4 takes the 64 digits of the pre-shared key only.",
		Examples: []QuirkExample{{Kind: KindM1, Changes: []Attribute{{AttrModelName, []byte("AirPort")}, {AttrManufacturer, []byte("Apple Inc.")}}}}},
	{Quirk: QuirkIncomplete, Name: "incomplete", Origin: "hostap, Wireshark", Err: ErrMissing,
		Seen:     "element of an 802.11 frame without a required attribute, usually Version",
		Reading:  "the others are read",
		Examples: []QuirkExample{{Kind: KindBeacon, Changes: []Attribute{{AttrVersion, nil}}}}},
	{Quirk: QuirkTrailingOctets, Name: "trailing-octets", Origin: "hostap", Err: ErrTruncated,
		Seen:     "one to three octets after the last attribute of an element",
		Reading:  "skipped",
		Examples: []QuirkExample{{Kind: KindBeacon, Changes: []Attribute{{0, []byte("\x10\x49\x00")}}}}},
	{Quirk: QuirkCutExtension, Name: "cut-extension", Origin: "hostap", Err: ErrTruncated,
		Seen:     "WFA extension of an element that ends within a sub-element",
		Reading:  "the sub-elements before it are read",
		Examples: []QuirkExample{{Kind: KindBeacon, Changes: []Attribute{{AttrVendorExtension, []byte("\x00\x37\x2A\x00\x01\x20\x00")}}}}},
	{Quirk: QuirkShortExtension, Name: "short-extension", Origin: "hostap", Err: ErrLength,
		Seen:     "vendor extension of less than the three octets of the vendor's identifier",
		Reading:  "skipped",
		Examples: []QuirkExample{{Kind: KindBeacon, Changes: []Attribute{{AttrVendorExtension, []byte("\x00\x37")}}}}},
	{Quirk: QuirkMissingDescription, Name: "missing-description", Origin: "hostap", Err: ErrMissing,
		Seen:     "M2 or M2D without a part of its sender's description: Model Number (access points), type flags (EasyMesh controllers)",
		Reading:  "the part is empty",
		Examples: []QuirkExample{{Kind: KindM2D, Changes: []Attribute{{AttrModelNumber, nil}}}}},
}

// exampleCredential is a Credential of an example.
const exampleCredential = "\x10\x26\x00\x01\x01\x10\x45\x00\x07network\x10\x03\x00\x02\x00\x20\x10\x0F\x00\x02\x00\x08" +
	"\x10\x27\x00\x0Apassphrase\x10\x20\x00\x06\x02\x00\x00\x00\x00\x02"

// QuirkTable yields every known and tolerated quirk.
func QuirkTable() iter.Seq[QuirkInfo] {
	return func(yield func(QuirkInfo) bool) {
		for _, row := range quirks {
			row.Examples = slices.Clone(row.Examples)
			for i := range row.Examples {
				row.Examples[i] = row.Examples[i].clone()
			}
			if !yield(row) {
				return
			}
		}
	}
}

// Has reports whether q contains all quirks of q2.
func (q Quirks) Has(q2 Quirks) bool { return q&q2 == q2 }

// String lists the names of the quirks, joined by commas.
func (q Quirks) String() string {
	var names []string
	for _, row := range quirks {
		if q.Has(row.Quirk) {
			names = append(names, row.Name)
		}
	}
	return strings.Join(names, ",")
}

// finish calls the finish method of lists that must check the decoded list as a
// whole. A method of List would be shorter, but each Decoder would then be
// allocated on the heap.
func (d *Decoder) finish(l List) {
	switch l := l.(type) {
	case *M1:
		l.finish(d)
	case *Credential:
		l.finish(d)
	case *M2Settings:
		l.finish(d)
	case *M7Settings:
		l.finish(d)
	case *M8Settings:
		l.finish(d)
	}
}

// Mode says how to treat known deviations from the protocol.
type Mode uint8

const (
	// Tolerant accepts the quirks of deployed devices and collects them.
	Tolerant Mode = iota
	// Strict refuses quirks that the protocol does not allow, requires
	// conditional attributes, and checks values as hostap's strict validators
	// do: those of messages only if the sender is a version 2.0 device.
	Strict
)
