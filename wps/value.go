package wps

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Values describes the allowed values of an attribute, as a strict receiver
// (hostap's validators) checks them.
type Values struct {
	Text     string // in words that follow the name: "is 0 to 4"
	Quirks   Quirks // the quirks of devices with other values
	Version2 bool   // only in version 2.0
	Vital    bool   // even a tolerant reader accepts no other

	wrong   func(v []byte) string         // returns what is wrong with a value of an allowed length, or ""
	wrongIn func(k Kind, v []byte) string // the same where it depends on the kind of list; nil if it does not
}

// Values that several attributes share.
var (
	truthValues  = &Values{Text: "is 0 or 1", Quirks: QuirkBoolean, wrong: atMost(1)}
	textValues   = &Values{Text: "does not end in a zero octet", Quirks: QuirkTerminatedText, wrong: noTrailingNUL}
	methodValues = &Values{Text: "distinguishes virtual and physical displays and push buttons", Version2: true, wrong: configMethods}
)

// number reads a big-endian integer of one to eight octets.
func number(v []byte) uint64 {
	var wide [8]byte
	copy(wide[8-len(v):], v)
	return binary.BigEndian.Uint64(wide[:])
}

func within(low, high uint64) func([]byte) string {
	return func(v []byte) string {
		if n := number(v); n < low || n > high {
			return fmt.Sprintf("%#x is not within %d to %d", n, low, high)
		}
		return ""
	}
}

func atMost(high uint64) func([]byte) string { return within(0, high) }

func exactly(want uint64) func([]byte) string {
	return func(v []byte) string {
		if n := number(v); n != want {
			return fmt.Sprintf("%#x is not %#x", n, want)
		}
		return ""
	}
}

// oneBitOf allows a single bit of known, or one of the pairs that mean a mixed
// network.
func oneBitOf(known uint16, pairs ...uint16) func([]byte) string {
	return func(v []byte) string {
		n := uint16(number(v))
		switch {
		case n&^known != 0:
			return fmt.Sprintf("%#x has bits that are not defined", n)
		case slices.Contains(pairs, n), n != 0 && n&(n-1) == 0:
			return ""
		}
		return fmt.Sprintf("%#x is not a single type", n)
	}
}

// flagsWith allows bits of known only, and requires the bits of must.
func flagsWith(known, must uint16) func([]byte) string {
	return func(v []byte) string {
		n := uint16(number(v))
		switch {
		case n&^known != 0:
			return fmt.Sprintf("%#x has bits that are not defined", n)
		case n&must != must:
			return fmt.Sprintf("%#x lacks %#x, which every device supports", n, must)
		}
		return ""
	}
}

// configMethods requires that a display and a push button are virtual or
// physical, as in version 2.0.
func configMethods(v []byte) string {
	m := ConfigMethods(number(v))
	const displayKind, buttonKind = 0x6000, 0x0600
	switch {
	case m.Has(MethodDisplay) != (m&displayKind != 0):
		return fmt.Sprintf("%#04x: Display goes with Virtual or Physical Display", uint16(m))
	case m.Has(MethodPushButton) != (m&buttonKind != 0):
		return fmt.Sprintf("%#04x: Push Button goes with Virtual or Physical Push Button", uint16(m))
	}
	return ""
}

// devicePasswordID refuses the reserved values. hostap refuses 8 too.
func devicePasswordID(v []byte) string {
	if id := DevicePasswordID(number(v)); id.Reserved() {
		return fmt.Sprintf("%#x is reserved", uint16(id))
	}
	return ""
}

// oobPassword requires the password, which only a handover omits.
func oobPassword(v []byte) string {
	const fixed, shortest = 22, 16
	if n := len(v) - fixed; n < shortest && DevicePasswordID(number(v[20:fixed])) != PasswordNFCHandover {
		return fmt.Sprintf("a password of %d octets, want 16 to 32", n)
	}
	return ""
}

func rfBands(v []byte) string {
	switch v[0] {
	case 1, 2, 3, 4, 7:
		return ""
	}
	return fmt.Sprintf("%#x is not a set of bands", v[0])
}

func noTrailingNUL(v []byte) string {
	if len(v) > 0 && v[len(v)-1] == 0 {
		return "ends in a zero octet"
	}
	return ""
}

func ssid(v []byte) string {
	if len(v) == 0 {
		return "is empty"
	}
	return noTrailingNUL(v)
}

// credentialAddress allows the broadcast address only in a credential. In a
// configuration token it stands for any device that reads the tag.
func credentialAddress(k Kind, v []byte) string {
	if MAC(v).Group() && (k != KindCredential || MAC(v) != Broadcast) {
		return "is a group address"
	}
	return ""
}

func wholeBlocks(v []byte) string {
	if len(v)%16 != 0 {
		return fmt.Sprintf("%d octets are not whole cipher blocks", len(v))
	}
	return ""
}

func wholeDeviceTypes(v []byte) string {
	if len(v)%8 != 0 {
		return fmt.Sprintf("%d octets are not whole device types", len(v))
	}
	return ""
}
