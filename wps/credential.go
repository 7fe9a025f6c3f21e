package wps

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SSID is the name of a network, at most 32 octets of any value.
type SSID string

// String returns the name unchanged if it is printable UTF-8, otherwise quoted.
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

// PSK returns the pre-shared key if the key consists of 64 hexadecimal digits,
// in either case.
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
// same attributes and use this type.
type Credential struct {
	Header                     // what every list has: Version, extensions, the octets
	NetworkIndex    uint8      // deprecated in 2.0; 0 is sent as 1
	SSID            SSID       // the name of the network, at most 32 octets
	AuthType        AuthType   // one type, or a pair for a mixed network
	EncrType        EncrType   // one type, or TKIP and AES
	NetworkKeyIndex uint8      // of WEP
	NetworkKey      NetworkKey // a passphrase, a pre-shared key, or empty for an open network
	MAC             MAC        // of the enrollee; of the access point in its settings

	EAPType                  []byte // enterprise networks; obsolete
	EAPIdentity              []byte // obsolete
	KeyProvidedAutomatically bool   // obsolete
	Enabled8021X             bool   // obsolete
}

// Kind returns [KindCredential].
func (*Credential) Kind() Kind { return KindCredential }

func (*Credential) layout() *layout { return credentialLayout }

var credentialLayout = layoutOf("WSC 2.0, Credential; as hostap and iwd implement it",
	mustBut(AttrNetworkIndex, QuirkNetworkIndex, func(c *Credential) *uint8 { return &c.NetworkIndex }),
	must(AttrSSID, func(c *Credential) *SSID { return &c.SSID }),
	must(AttrAuthType, func(c *Credential) *AuthType { return &c.AuthType }),
	must(AttrEncrType, func(c *Credential) *EncrType { return &c.EncrType }),
	may(AttrNetworkKeyIndex, func(c *Credential) *uint8 { return &c.NetworkKeyIndex }),
	networkKey(func(c *Credential) *NetworkKey { return &c.NetworkKey }),
	must(AttrMACAddress, func(c *Credential) *MAC { return &c.MAC }),
	may(AttrEAPType, func(c *Credential) *[]byte { return &c.EAPType }),
	may(AttrEAPIdentity, func(c *Credential) *[]byte { return &c.EAPIdentity }),
	may(AttrKeyProvidedAutomatically, func(c *Credential) *bool { return &c.KeyProvidedAutomatically }),
	may(Attr8021XEnabled, func(c *Credential) *bool { return &c.Enabled8021X }),
	extensions(),
)

// networkKey is the row of Network Key, which only an open network may omit.
func networkKey[L List](of func(L) *NetworkKey) row {
	return field(Rule{Attribute: AttrNetworkKey, Presence: Mandatory, When: whenSecured, Missing: QuirkMissingKey}, of)
}

func (c *Credential) finish(d *Decoder) {
	if c.Has(AttrNetworkIndex) && c.NetworkIndex != 1 && !d.allow(QuirkNetworkIndex, AttrNetworkIndex) {
		return
	}
	c.normalise(d, &c.Header)
}

// normalise removes the quirks of real access points from a credential. h is
// the header of its list.
func (c *Credential) normalise(d *Decoder, h *Header) {
	switch {
	case c.AuthType == 0:
		d.fail(AttrAuthType, ErrValue, "no type at all")
		return
	case c.EncrType == 0:
		d.fail(AttrEncrType, ErrValue, "no type at all")
		return
	}
	if cut := SSID(strings.TrimRight(string(c.SSID), "\x00")); cut != c.SSID {
		if !d.allow(QuirkPaddedSSID, AttrSSID) {
			return
		}
		c.SSID = cut
	}
	if n := len(c.NetworkKey); c.AuthType&AuthMixed != 0 && n > 8 && n < 64 && c.NetworkKey[n-1] == 0 {
		if !d.allow(QuirkTerminatedKey, AttrNetworkKey) {
			return
		}
		c.NetworkKey = c.NetworkKey[:n-1]
	}
	if c.EncrType&EncrWEP == 0 && h.Has(AttrNetworkKeyIndex) {
		d.allow(QuirkKeyIndex, AttrNetworkKeyIndex)
	}
	if c.AuthType == AuthMixed || c.EncrType == EncrMixed {
		d.allow(QuirkMixedType, AttrAuthType)
	}
}

func (c *Credential) open() bool { return c.AuthType == AuthOpen && c.EncrType == EncrNone }

// Reasons why a well-formed credential cannot be used; see [Credential.Usable].
var (
	// ErrUnusable is the class of the following errors.
	ErrUnusable = errors.New("credential cannot be used")
	// ErrNoSSID: the credential names no network.
	ErrNoSSID = fmt.Errorf("%w: it names no network", ErrUnusable)
	// ErrWEP: the network uses WEP, which version 2.0 forbids.
	ErrWEP = fmt.Errorf("%w: the network uses WEP", ErrUnusable)
	// ErrTKIP: the network allows TKIP only, which version 2.0 forbids.
	ErrTKIP = fmt.Errorf("%w: the network allows TKIP only", ErrUnusable)
	// ErrNetworkKey: the key is neither a passphrase nor a pre-shared key.
	ErrNetworkKey = fmt.Errorf("%w: its key is neither a passphrase of 8 to 63 characters nor 64 hexadecimal digits", ErrUnusable)
	// ErrCipher: the network is secured, but the credential names no cipher.
	ErrCipher = fmt.Errorf("%w: it names no cipher", ErrUnusable)
	// ErrDPP: the network is joined by DPP, not by a password.
	ErrDPP = fmt.Errorf("%w: the network is joined by DPP (Wi-Fi Easy Connect), not by a password", ErrUnusable)
	// ErrAuthType: the network uses an authentication that WPS cannot provide.
	ErrAuthType = fmt.Errorf("%w: its authentication type is not a personal one", ErrUnusable)
)

// Usable returns why a station cannot join a network with the credential, or
// nil. WEP and TKIP alone are refused, as version 2.0 requires.
func (c *Credential) Usable() error {
	switch {
	case c.SSID == "":
		return ErrNoSSID
	case c.EncrType == EncrWEP || c.AuthType == AuthShared:
		return ErrWEP
	case c.open():
		return nil
	case c.AuthType&authPersonal == 0 && c.AuthType&AuthDPP != 0:
		return ErrDPP
	case c.AuthType&authPersonal == 0:
		return ErrAuthType
	case c.EncrType&(EncrTKIP|EncrAES) == 0:
		return ErrCipher
	case c.EncrType&EncrAES == 0:
		return ErrTKIP
	case c.AuthType&AuthMixed == 0 && len(c.NetworkKey) > 0:
		return nil // an SAE password may have any length (IEEE 802.11-2020 §12.4.3)
	}
	_, passphrase := c.NetworkKey.Passphrase()
	_, psk := c.NetworkKey.PSK()
	if !passphrase && !psk {
		return ErrNetworkKey
	}
	return nil
}

// Strongest returns the credential for one type of authentication and of
// encryption, the stronger one. A receiver should use it for a mixed
// credential, and a sender should send it, since some peers refuse the pair.
func (c Credential) Strongest() Credential {
	switch { // a transition stays one: stations without SAE join it too
	case c.AuthType&(AuthSAE|AuthSAEExt) != 0:
		c.AuthType &^= AuthWPAPersonal
	case c.AuthType&AuthWPA2Personal != 0:
		c.AuthType = AuthWPA2Personal
	}
	if c.EncrType&EncrAES != 0 {
		c.EncrType = EncrAES
	}
	return c
}

// MergeCredentials merges the credentials of one network that an access point
// in mixed mode sends separately, one for WPA with TKIP, one for WPA2 with AES,
// if their keys are equal [hostap's wpa_supplicant]. The result has each
// network at its first place, with all its types: see [Credential.Strongest].
func MergeCredentials(list []Credential) []Credential {
	var merged []Credential
	for _, c := range list {
		i := slices.IndexFunc(merged, func(m Credential) bool {
			return m.SSID == c.SSID && m.AuthType&AuthMixed != 0 && c.AuthType&AuthMixed != 0 && bytes.Equal(m.NetworkKey, c.NetworkKey)
		})
		if i < 0 {
			merged = append(merged, c)
			continue
		}
		merged[i].AuthType |= c.AuthType
		merged[i].EncrType |= c.EncrType
	}
	return merged
}

// Clear overwrites the key, and also the octets that the credential was decoded
// from.
func (c *Credential) Clear() {
	clear(c.NetworkKey)
	c.NetworkKey = nil
	c.Raw = nil
}

// same reports whether two credentials are the same one, sent twice.
func (c *Credential) same(o *Credential) bool {
	return c.SSID == o.SSID && c.AuthType == o.AuthType && c.EncrType == o.EncrType && bytes.Equal(c.NetworkKey, o.NetworkKey)
}

func appendCredential(d *Decoder, list []Credential, v []byte) []Credential {
	n := len(list)
	longer := append(list, Credential{})
	c := &longer[n]
	inner := Decoder{data: v, mode: d.mode, kind: KindCredential}
	inner.decode(c)
	if inner.err != nil {
		inner.err.Offset += d.at + attributeHeader
		d.err = inner.err
		return list
	}
	d.quirks |= inner.quirks
	for i := range list {
		if list[i].same(c) {
			d.allow(QuirkRepeated, AttrCredential)
			return list
		}
	}
	if n == maxRepeated {
		d.allow(QuirkExcess, AttrCredential)
		return list
	}
	return longer
}

// credentials appends a Credential for each network. needed says whether there
// must be one, and clause why.
func (e *encoder) credentials(list []Credential, needed bool, clause string) {
	switch {
	case len(list) == 0 && needed:
		e.refuse(&Error{Attribute: AttrCredential, Clause: clause, Err: ErrMissing, Detail: "there is nothing to give"})
		return
	case len(list) > maxRepeated:
		e.refuse(tooMany(AttrCredential))
		return
	}
	for i := range list {
		at := e.begin(AttrCredential)
		e.list(&list[i])
		e.end(AttrCredential, AttrCredential.info(), at)
	}
}
