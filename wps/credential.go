package wps

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
)

// SSID is the name of a network, at most 32 octets of any value.
type SSID string

// String returns the name as it is if it is printable UTF-8, else quoted.
func (s SSID) String() string {
	if utf8.ValidString(string(s)) && strconv.Quote(string(s)) == `"`+string(s)+`"` {
		return string(s)
	}
	return strconv.Quote(string(s))
}

// NetworkKey is the Network Key attribute (0x1027): a passphrase of 8 to 63
// octets, a pre-shared key of 64 hexadecimal digits, a WEP key, or empty for
// an open network. It is never printed: convert it to a string to see it.
type NetworkKey []byte

// PSK returns the pre-shared key if the key is one of 64 hexadecimal digits,
// of any case.
func (k NetworkKey) PSK() (psk [32]byte, ok bool) {
	if len(k) != 2*len(psk) {
		return psk, false
	}
	_, err := hex.Decode(psk[:], k)
	return psk, err == nil
}

// Passphrase returns the passphrase if the key is one: 8 to 63 octets
// without control characters.
func (k NetworkKey) Passphrase() (passphrase string, ok bool) {
	if len(k) < 8 || len(k) > 63 {
		return "", false
	}
	for _, c := range k {
		if c < 0x20 || c == 0x7F {
			return "", false
		}
	}
	return string(k), true
}

// Credential is what a station needs to join a network: the Credential
// attribute (0x100E). The settings of an access point, in M7 and M8, have the
// same attributes, and this type.
type Credential struct {
	Header
	NetworkIndex    uint8 // deprecated; 1
	SSID            SSID
	AuthType        AuthType
	EncrType        EncrType
	NetworkKeyIndex uint8 // of WEP
	NetworkKey      NetworkKey
	MAC             MAC // of the enrollee; of the access point in its settings

	EAPType                  []byte // enterprise networks; obsolete
	EAPIdentity              []byte // obsolete
	KeyProvidedAutomatically bool   // obsolete
	Enabled8021X             bool   // obsolete
}

// Kind returns [KindCredential].
func (*Credential) Kind() Kind { return KindCredential }

func (c *Credential) field(id AttributeID) any {
	switch id {
	case AttrNetworkIndex:
		return &c.NetworkIndex
	case AttrSSID:
		return &c.SSID
	case AttrAuthType:
		return &c.AuthType
	case AttrEncrType:
		return &c.EncrType
	case AttrNetworkKeyIndex:
		return &c.NetworkKeyIndex
	case AttrNetworkKey:
		return &c.NetworkKey
	case AttrMACAddress:
		return &c.MAC
	case AttrEAPType:
		return &c.EAPType
	case AttrEAPIdentity:
		return &c.EAPIdentity
	case AttrKeyProvidedAutomatically:
		return &c.KeyProvidedAutomatically
	case Attr8021XEnabled:
		return &c.Enabled8021X
	}
	return nil
}

func (c *Credential) finish(d *Decoder) {
	c.normalise(d, &c.Header)
	if !c.Has(AttrNetworkIndex) || c.NetworkIndex != 1 {
		d.allow(QuirkNetworkIndex, AttrNetworkIndex)
	}
}

// normalise takes the habits of real access points out of a credential. h is
// the list in which its attributes stood.
func (c *Credential) normalise(d *Decoder, h *Header) {
	if c.EncrType == 0 || c.AuthType == 0 {
		d.fail(AttrEncrType, ErrValue, "no type at all")
		return
	}
	if !h.Has(AttrNetworkKey) {
		if !c.open() {
			d.fail(AttrNetworkKey, ErrMissing, "only an open network does without it")
			return
		}
		d.allow(QuirkMissingKey, AttrNetworkKey)
	}
	if cut := bytes.TrimRight([]byte(c.SSID), "\x00"); len(cut) < len(c.SSID) && d.allow(QuirkPaddedSSID, AttrSSID) {
		c.SSID = SSID(cut)
	}
	if n := len(c.NetworkKey); c.AuthType&AuthMixed != 0 && n > 8 && n < 64 && c.NetworkKey[n-1] == 0 && d.allow(QuirkTerminatedKey, AttrNetworkKey) {
		c.NetworkKey = c.NetworkKey[:n-1]
	}
	if c.EncrType&EncrWEP == 0 && h.Has(AttrNetworkKeyIndex) {
		d.allow(QuirkKeyIndex, AttrNetworkKeyIndex)
	}
	if c.AuthType == AuthMixed || c.EncrType == EncrMixed {
		// Legal, yet a peer that takes the field for one type fails on it.
		d.quirks |= QuirkMixedType
	}
}

func (c *Credential) open() bool { return c.AuthType == AuthOpen && c.EncrType == EncrNone }

// Why a credential that is well formed cannot be used; see [Credential.Usable].
var (
	// ErrUnusable is the class of the others.
	ErrUnusable = errors.New("credential cannot be used")
	// ErrNoSSID: the credential names no network.
	ErrNoSSID = fmt.Errorf("%w: it names no network", ErrUnusable)
	// ErrWEP: the network uses WEP, which version 2.0 forbids.
	ErrWEP = fmt.Errorf("%w: the network uses WEP", ErrUnusable)
	// ErrTKIP: the network allows TKIP only, which version 2.0 forbids.
	ErrTKIP = fmt.Errorf("%w: the network allows TKIP only", ErrUnusable)
	// ErrNetworkKey: the key is no passphrase and no pre-shared key.
	ErrNetworkKey = fmt.Errorf("%w: its key is neither a passphrase of 8 to 63 characters nor 64 hexadecimal digits", ErrUnusable)
	// ErrAuthType: the network uses an authentication that WPS cannot provide.
	ErrAuthType = fmt.Errorf("%w: its authentication type is not a personal one", ErrUnusable)
)

// Usable says why a station cannot join a network with the credential, or
// nil. WEP and TKIP alone are refused, as version 2.0 demands.
func (c *Credential) Usable() error {
	switch {
	case c.SSID == "":
		return ErrNoSSID
	case c.EncrType == EncrWEP || c.AuthType == AuthShared:
		return ErrWEP
	case c.open():
		return nil
	case c.AuthType&AuthMixed == 0:
		return ErrAuthType
	case c.EncrType&EncrAES == 0:
		return ErrTKIP
	}
	_, passphrase := c.NetworkKey.Passphrase()
	_, psk := c.NetworkKey.PSK()
	if !passphrase && !psk {
		return ErrNetworkKey
	}
	return nil
}

// Strongest returns the credential for one type of authentication and of
// encryption, the stronger one: what a receiver should make of a mixed one,
// and a sender should send, since some peers refuse the pair.
func (c Credential) Strongest() Credential {
	if c.AuthType.hasAll(AuthMixed) {
		c.AuthType = AuthWPA2Personal
	}
	if c.EncrType&EncrAES != 0 {
		c.EncrType = EncrAES
	}
	return c
}

func (a AuthType) hasAll(b AuthType) bool { return a&b == b }

// Clear overwrites the key.
func (c *Credential) Clear() {
	clear(c.NetworkKey)
	c.NetworkKey = nil
	c.Raw = nil
}

// same reports whether two credentials are one credential sent twice.
func (c *Credential) same(o *Credential) bool {
	return c.SSID == o.SSID && c.AuthType == o.AuthType && c.EncrType == o.EncrType && bytes.Equal(c.NetworkKey, o.NetworkKey)
}

// maxCredentials is how many credentials a message may carry [hostap].
const maxCredentials = 10

func appendCredential(d *Decoder, list []Credential, v []byte) []Credential {
	if len(list) == maxCredentials {
		d.failf(AttrCredential, ErrTooMany, "more than %d", maxCredentials)
		return list
	}
	var c Credential
	inner := Decoder{data: v, mode: d.mode, kind: KindCredential}
	inner.decode(&c)
	if inner.err != nil {
		d.err = inner.err
		return list
	}
	d.quirks |= inner.quirks
	for i := range list {
		if list[i].same(&c) {
			d.allow(QuirkRepeated, AttrCredential)
			return list
		}
	}
	return append(list, c)
}

func encodeCredentials(b *cryptobyte.Builder, list []Credential) {
	for i := range list {
		b.AddUint16(uint16(AttrCredential))
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { encode(b, &list[i]) })
	}
}
