package wps

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// MAC is an IEEE 802 address, six octets.
type MAC [6]byte

// Broadcast, in AuthorizedMACs, stands for any enrollee: a push button, a PIN
// for the first station that asks, or a version 1.0 registrar.
var Broadcast = MAC{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}

// String returns the address as 02:00:00:00:00:01.
func (m MAC) String() string {
	const digits = "0123456789abcdef"
	var text [3*len(m) - 1]byte
	for i, octet := range m {
		if i > 0 {
			text[3*i-1] = ':'
		}
		text[3*i], text[3*i+1] = digits[octet>>4], digits[octet&15]
	}
	return string(text[:])
}

// Group reports whether the address is a group address, which no device has.
func (m MAC) Group() bool { return m[0]&1 != 0 }

// Private reports whether the address is locally administered, as the
// randomised addresses of phones and laptops are.
func (m MAC) Private() bool { return m[0]&2 != 0 }

// ParseMAC parses six octets in hexadecimal, with colons, dashes, dots (some
// external registrars send them [hostap]) or nothing between them. The error is
// of class [ErrLength] or [ErrValue].
func ParseMAC(s string) (MAC, error) {
	var m MAC
	if err := parseHex(m[:], s, ":-."); err != nil {
		return MAC{}, fmt.Errorf("wps: MAC address %q: %w", s, err)
	}
	return m, nil
}

// CutMAC parses the twelve hexadecimal digits of an address at the start of s,
// with colons, dashes, dots or nothing between them, and returns the rest. RFC
// 3580 §3.20 writes the Called-Station-Id of RADIUS in this form, with the
// network name after it: "00-10-A4-23-19-C0:home". ok is false if s does not
// begin with an address.
func CutMAC(s string) (m MAC, rest string, ok bool) {
	digits := 0
	for i := 0; i < len(s); i++ {
		var nibble byte
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			nibble = c - '0'
		case c >= 'a' && c <= 'f':
			nibble = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			nibble = c - 'A' + 10
		case c == ':' || c == '-' || c == '.':
			continue
		default:
			return MAC{}, "", false
		}
		m[digits/2] = m[digits/2]<<4 | nibble
		if digits++; digits == 2*len(m) {
			return m, s[i+1:], true
		}
	}
	return MAC{}, "", false
}

// UUID identifies a device: UUID-E (0x1047) or UUID-R (0x1048), sixteen octets
// in the order of the text form.
type UUID [16]byte

// String returns the UUID as 12345678-9abc-def0-1234-56789abcdef0.
func (u UUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

// ParseUUID reads the text form of a UUID, with or without dashes. The error
// is of class [ErrLength] or [ErrValue].
func ParseUUID(s string) (UUID, error) {
	var u UUID
	if err := parseHex(u[:], s, "-"); err != nil {
		return UUID{}, fmt.Errorf("wps: UUID %q: %w", s, err)
	}
	return u, nil
}

// uuidNamespace is the name space under which hostap derives UUIDs.
var uuidNamespace = UUID{0x52, 0x64, 0x80, 0xf8, 0xc9, 0x9b, 0x4b, 0xe5, 0xa6, 0x55, 0x58, 0xed, 0x5f, 0x5d, 0x60, 0x84}

// UUIDFromMAC derives a device's UUID from its address, for a device that has
// none stored: RFC 4122 version 5 in hostap's name space. All radios of one
// device use the UUID of one address: peers consider two UUIDs as two devices.
func UUIDFromMAC(m MAC) UUID {
	sum := sha1.Sum(append(uuidNamespace[:], m[:]...))
	var u UUID
	copy(u[:], sum[:])
	u[6] = u[6]&0x0F | 0x50
	u[8] = u[8]&0x3F | 0x80
	return u
}

// RandomUUID returns a random UUID: RFC 4122 version 4. Unlike [UUIDFromMAC] it
// does not disclose the device's address, but it must be stored if the device
// is to be recognised. Randomness is read from random, or from package
// crypto/rand if that is nil; then it does not fail.
func RandomUUID(random io.Reader) (UUID, error) {
	if random == nil {
		random = rand.Reader
	}
	var u UUID
	if _, err := io.ReadFull(random, u[:]); err != nil {
		return UUID{}, fmt.Errorf("wps: reading randomness: %w", err)
	}
	u[6] = u[6]&0x0F | 0x40
	u[8] = u[8]&0x3F | 0x80
	return u, nil
}

// Nonce is an Enrollee Nonce or a Registrar Nonce, sixteen octets.
type Nonce [16]byte

// String returns the nonce in hexadecimal.
func (n Nonce) String() string { return hex.EncodeToString(n[:]) }

// PublicKey is the Public Key attribute (0x1032): a Diffie-Hellman value of
// group 5, 192 octets with leading zeros.
type PublicKey [192]byte

// parseHex fills dst from the hexadecimal digits of s, ignoring separators.
func parseHex(dst []byte, s, separators string) error {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(separators, r) {
			return -1
		}
		return r
	}, s)
	if len(digits) != 2*len(dst) {
		return fmt.Errorf("%w: want %d hexadecimal digits", ErrLength, 2*len(dst))
	}
	if _, err := hex.Decode(dst, []byte(digits)); err != nil {
		return fmt.Errorf("%w: not hexadecimal", ErrValue)
	}
	return nil
}
