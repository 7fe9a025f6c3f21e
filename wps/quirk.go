package wps

import (
	"iter"
	"strings"
)

// Quirks is a set of the ways in which devices of the field depart from the
// protocol and are understood all the same. Parsing tolerantly collects
// them; parsing strictly makes each an error.
type Quirks uint32

// The quirks.
const (
	QuirkZeroPadding    Quirks = 1 << iota // zeros after the last attribute
	QuirkExtraOctet                        // one octet too many after Network Key
	QuirkPaddedSSID                        // SSID of a credential padded with zeros
	QuirkTerminatedKey                     // passphrase with a NUL at its end
	QuirkMissingKey                        // open network without Network Key
	QuirkNetworkIndex                      // Network Index missing, or not 1
	QuirkKeyIndex                          // Network Key Index in a credential that is not WEP
	QuirkVersion                           // Version is not 0x10
	QuirkLongString                        // string longer than it may be; cut
	QuirkTerminatedText                    // string with a NUL at its end
	QuirkBoolean                           // truth value above 1
	QuirkDuplicate                         // harmless attribute repeated; the last counts
	QuirkAuthFlags                         // Authentication Type Flags without WPA2-Personal
	QuirkSwappedFlags                      // type flags in the wrong order of octets
	QuirkMixedType                         // credential for WPA and WPA2, or TKIP and AES
	QuirkAuthorizedMACs                    // AuthorizedMACs of a length that is not 6·n; ignored
	QuirkRepeated                          // the same credential twice
	quirkEnd
)

// QuirkInfo is a row of the table of quirks.
type QuirkInfo struct {
	Quirk  Quirks
	Name   string // a short name that stays
	Seen   string // where it was seen, and what is done about it
	Origin string
}

// quirks is the table behind [QuirkTable]; order is that of the constants.
var quirks = []QuirkInfo{
	{QuirkZeroPadding, "zero-padding", "zero octets after the last attribute (Mac OS X 10.6 and others): reading stops there", "hostap"},
	{QuirkExtraOctet, "extra-octet", "a stray octet after Network Key, mostly for open networks: skipped", "hostap"},
	{QuirkPaddedSSID, "padded-ssid", "SSID of a credential padded with zeros to 32 octets: cut", "hostap, iwd"},
	{QuirkTerminatedKey, "terminated-key", "passphrase ending in a NUL, which 1.0h allowed: cut", "WSC 2.0 §12 (via iwd), hostap"},
	{QuirkMissingKey, "missing-key", "credential of an open network without a Network Key: taken as empty", "hostap"},
	{QuirkNetworkIndex, "network-index", "Network Index missing or not 1: ignored, 2.0 deprecates it", "hostap, iwd"},
	{QuirkKeyIndex, "key-index", "Network Key Index beside a key that is not WEP: ignored", "iwd"},
	{QuirkVersion, "version", "Version is not 0x10: ignored, Version2 tells the version", "hostap"},
	{QuirkLongString, "long-string", "string longer than the attribute may be: cut", "hostap"},
	{QuirkTerminatedText, "terminated-text", "string ending in zeros: cut", "hostap"},
	{QuirkBoolean, "boolean", "truth value above 1: true", "hostap"},
	{QuirkDuplicate, "duplicate", "attribute without weight for security repeated: the last counts", "hostap"},
	{QuirkAuthFlags, "auth-flags", "Authentication Type Flags such as 0x001b without WPA2-Personal: it is assumed", "hostap"},
	{QuirkSwappedFlags, "swapped-flags", "type flags with their octets swapped (Linksys WRT350N): all types are assumed", "hostap"},
	{QuirkMixedType, "mixed-type", "credential with two types of a mixed network: the stronger is meant", "hostap"},
	{QuirkAuthorizedMACs, "authorized-macs", "AuthorizedMACs that are not one to five addresses: ignored", "iwd"},
	{QuirkRepeated, "repeated-credential", "the same credential twice: the second is dropped", "iwd"},
}

// QuirkTable yields every quirk that is known and tolerated.
func QuirkTable() iter.Seq[QuirkInfo] {
	return func(yield func(QuirkInfo) bool) {
		for _, row := range quirks {
			if !yield(row) {
				return
			}
		}
	}
}

// Has reports whether all quirks of q2 are in q.
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

// Mode tells what to do with a message that departs from the protocol in a
// way that the field is known for.
type Mode uint8

const (
	// Tolerant understands the quirks of the field and collects them.
	Tolerant Mode = iota
	// Strict makes each quirk an error, and checks the values of messages
	// of version 2.0 as hostap's strict validators do.
	Strict
)
