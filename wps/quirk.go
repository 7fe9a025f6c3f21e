package wps

import (
	"iter"
	"strings"
)

// Quirks is a set of known deviations of devices from the protocol, or from
// what readers expect, which do not prevent understanding. Tolerant decoding
// collects them; strict decoding refuses those that the protocol does not
// allow: see [QuirkInfo].
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
	quirkEnd
)

// QuirkInfo is a row of the table of quirks.
type QuirkInfo struct {
	Quirk   Quirks
	Name    string // short and stable
	Seen    string // what it is, and where it was seen
	Reading string // how a tolerant reader interprets it
	Origin  string
	Err     error // the class of a strict reader's error; nil if the protocol allows the quirk
}

// quirks is the table behind [QuirkTable], in the order of the constants.
var quirks = []QuirkInfo{
	{QuirkZeroPadding, "zero-padding", "zero octets after the last attribute (Mac OS X 10.6 and others)", "the list ends before them", "hostap", ErrLength},
	{QuirkExtraOctet, "extra-octet", "a stray octet after Network Key (access points, mostly for open networks)", "skipped", "hostap", ErrLength},
	{QuirkPaddedSSID, "padded-ssid", "SSID of a credential padded with zeros", "cut", "hostap, iwd", ErrValue},
	{QuirkTerminatedKey, "terminated-key", "passphrase ending in a NUL, which 1.0h allowed", "cut", "WSC 2.0 §12 (via iwd), hostap", ErrValue},
	{QuirkMissingKey, "missing-key", "credential of an open network without a Network Key", "the key is empty", "hostap", ErrMissing},
	{QuirkNetworkIndex, "network-index", "Network Index missing or not 1", "ignored, 2.0 deprecates it", "hostap, iwd", ErrValue},
	{QuirkKeyIndex, "key-index", "Network Key Index beside a key that is not WEP", "ignored", "iwd", nil},
	{QuirkVersion, "version", "Version is not 0x10", "ignored, Version2 has the version", "hostap", ErrValue},
	{QuirkLongString, "long-string", "string longer than the attribute may be", "cut", "hostap", ErrLength},
	{QuirkTerminatedText, "terminated-text", "string ending in zeros", "cut", "hostap", ErrValue},
	{QuirkBoolean, "boolean", "truth value above 1", "true", "hostap", ErrValue},
	{QuirkDuplicate, "duplicate", "attribute without effect on security repeated", "the last counts", "hostap", ErrDuplicate},
	{QuirkAuthFlags, "auth-flags", "Authentication Type Flags of M1 such as 0x001b, without WPA2-Personal", "WPA2-Personal is assumed", "hostap", ErrValue},
	{QuirkSwappedFlags, "swapped-flags", "type flags of M1 with their octets swapped (Linksys WRT350N)", "swapped back", "hostap", ErrValue},
	{QuirkMixedType, "mixed-type", "credential with both types of a mixed network, where some peers expect one", "the stronger one is used: see Credential.Strongest", "hostap", nil},
	{QuirkAuthorizedMACs, "authorized-macs", "AuthorizedMACs that are not one to five addresses", "ignored", "iwd", ErrLength},
	{QuirkRepeated, "repeated-credential", "the same credential twice", "the second is dropped", "iwd", ErrDuplicate},
	{QuirkExcess, "excess", "more than ten Credentials or Requested Device Types", "the first ten are kept", "hostap", ErrTooMany},
	{QuirkPSKOnly, "psk-only", "enrollee that accepts no passphrase (Apple AirPort, Mac OS X 10.6.3 and 10.6.4)", "the registrar should send it the pre-shared key", "hostap", nil},
	{QuirkIncomplete, "incomplete", "element of an 802.11 frame without a required attribute, usually Version", "the others are read", "hostap, Wireshark", ErrMissing},
	{QuirkTrailingOctets, "trailing-octets", "one to three octets after the last attribute of an element", "skipped", "hostap", ErrTruncated},
	{QuirkCutExtension, "cut-extension", "WFA extension of an element that ends within a sub-element", "the sub-elements before it are read", "hostap", ErrTruncated},
	{QuirkShortExtension, "short-extension", "vendor extension of less than the three octets of the vendor's identifier", "skipped", "hostap", ErrLength},
	{QuirkMissingDescription, "missing-description", "M2 or M2D without a part of its sender's description: Model Number (access points), type flags (EasyMesh controllers)", "the part is empty", "hostap", ErrMissing},
}

// QuirkTable yields every known and tolerated quirk.
func QuirkTable() iter.Seq[QuirkInfo] {
	return func(yield func(QuirkInfo) bool) {
		for _, row := range quirks {
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
