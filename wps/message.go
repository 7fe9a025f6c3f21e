package wps

import (
	"math/bits"
	"strings"
)

// M1 opens a run: the enrollee describes itself and gives its Diffie-Hellman
// key. WSC 2.0 §8.3.1.
type M1 struct {
	Header                            // what every list has: Version, extensions, the octets
	Device                            // the enrollee; UUID is the UUID-E
	EnrolleeNonce    Nonce            // 16 random octets, new in each run
	PublicKey        PublicKey        // the enrollee's Diffie-Hellman key
	DevicePasswordID DevicePasswordID // which password the enrollee means
	ConfigError      ConfigError      // of the attempt before; NoError mostly
}

// Kind returns [KindM1].
func (*M1) Kind() Kind { return KindM1 }

func (m *M1) field(id AttributeID) any {
	switch id {
	case AttrUUIDE:
		return &m.UUID
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrPublicKey:
		return &m.PublicKey
	case AttrDevicePasswordID:
		return &m.DevicePasswordID
	case AttrConfigError:
		return &m.ConfigError
	}
	return m.Device.field(id)
}

// finish sees enrollees whose type flags cannot be meant as they stand, which
// a strict reader leaves to the check of values, and one that wants the PSK.
func (m *M1) finish(d *Decoder) {
	if strings.HasPrefix(m.Manufacturer, "Apple ") && m.ModelName == "AirPort" {
		d.allow(QuirkPSKOnly, AttrModelName)
	}
	if d.mode == Strict {
		return
	}
	if types, ok := unswap(m.AuthTypes, AuthKnown); ok {
		m.AuthTypes = types
		d.allow(QuirkSwappedFlags, AttrAuthTypeFlags)
	}
	if types, ok := unswap(m.EncrTypes, EncrKnown); ok {
		m.EncrTypes = types
		d.allow(QuirkSwappedFlags, AttrEncrTypeFlags)
	}
	if m.AuthTypes&AuthWPA2Personal == 0 && m.AuthTypes != 0 {
		m.AuthTypes |= AuthWPA2Personal
		d.allow(QuirkAuthFlags, AttrAuthTypeFlags)
	}
}

// unswap returns flags that have a meaning only if their octets are swapped.
func unswap[T ~uint16](flags, known T) (T, bool) {
	swapped := T(bits.ReverseBytes16(uint16(flags)))
	return swapped, flags&known == 0 && swapped&known != 0
}

// M2 is the registrar's answer: its description, its key, and the first
// Authenticator. WSC 2.0 §8.3.2.
type M2 struct {
	Header                             // what every list has: Version, extensions, the octets
	Device                             // the registrar; UUID is the UUID-R; State is not sent, nor MAC
	EnrolleeNonce     Nonce            // of M1
	RegistrarNonce    Nonce            // 16 random octets, new in each run
	PublicKey         PublicKey        // the registrar's Diffie-Hellman key
	DevicePasswordID  DevicePasswordID // which password the registrar means
	ConfigError       ConfigError      // NoError mostly
	EncryptedSettings []byte           // of [M2Settings], only where the run ends with M2
	Authenticator     [8]byte          // over M1 and the octets of M2 before it
}

// Kind returns [KindM2].
func (*M2) Kind() Kind { return KindM2 }

func (m *M2) field(id AttributeID) any {
	switch id {
	case AttrUUIDR:
		return &m.UUID
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	case AttrPublicKey:
		return &m.PublicKey
	case AttrDevicePasswordID:
		return &m.DevicePasswordID
	case AttrConfigError:
		return &m.ConfigError
	case AttrEncryptedSettings:
		return &m.EncryptedSettings
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return m.Device.field(id)
}

// M2D is the registrar's answer when it will not register the enrollee now:
// discovery only. Nothing in it is authenticated. WSC 2.0 §8.3.3.
type M2D struct {
	Header                     // what every list has: Version, extensions, the octets
	Device                     // the registrar; UUID is the UUID-R; State is not sent, nor MAC
	EnrolleeNonce  Nonce       // of M1
	RegistrarNonce Nonce       // 16 random octets
	ConfigError    ConfigError // why not; NoError means that nobody entered a PIN or pressed a button
}

// Kind returns [KindM2D].
func (*M2D) Kind() Kind { return KindM2D }

func (m *M2D) field(id AttributeID) any {
	switch id {
	case AttrUUIDR:
		return &m.UUID
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	case AttrConfigError:
		return &m.ConfigError
	}
	return m.Device.field(id)
}

// M3 commits the enrollee to both halves of the password. WSC 2.0 §8.3.4.
type M3 struct {
	Header                  // what every list has: Version, extensions, the octets
	RegistrarNonce Nonce    // of M2
	EHash1         [32]byte // the commitment to the first half: HMAC-SHA-256 over E-S1, PSK1 and both public keys
	EHash2         [32]byte // the commitment to the second half: the same over E-S2 and PSK2
	Authenticator  [8]byte  // over M2 and the octets of M3 before it
}

// Kind returns [KindM3].
func (*M3) Kind() Kind { return KindM3 }

func (m *M3) field(id AttributeID) any {
	switch id {
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	case AttrEHash1:
		return &m.EHash1
	case AttrEHash2:
		return &m.EHash2
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return nil
}

// M4 commits the registrar to both halves and opens the first. WSC 2.0 §8.3.5.
type M4 struct {
	Header                     // what every list has: Version, extensions, the octets
	EnrolleeNonce     Nonce    // of M1
	RHash1            [32]byte // the commitment to the first half: HMAC-SHA-256 over R-S1, PSK1 and both public keys
	RHash2            [32]byte // the commitment to the second half: the same over R-S2 and PSK2
	EncryptedSettings []byte   // of [M4Settings]: the initialization vector and the ciphertext
	Authenticator     [8]byte  // over M3 and the octets of M4 before it
}

// Kind returns [KindM4].
func (*M4) Kind() Kind { return KindM4 }

func (m *M4) field(id AttributeID) any {
	switch id {
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrRHash1:
		return &m.RHash1
	case AttrRHash2:
		return &m.RHash2
	case AttrEncryptedSettings:
		return &m.EncryptedSettings
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return nil
}

// M5 opens the enrollee's commitment to the first half of the password: it has the
// secret nonce of E-Hash1. WSC 2.0 §8.3.6.
type M5 struct {
	Header                    // what every list has: Version, extensions, the octets
	RegistrarNonce    Nonce   // of M2
	EncryptedSettings []byte  // of [M5Settings]: the initialization vector and the ciphertext
	Authenticator     [8]byte // over M4 and the octets of M5 before it
}

// Kind returns [KindM5].
func (*M5) Kind() Kind { return KindM5 }

func (m *M5) field(id AttributeID) any {
	switch id {
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	case AttrEncryptedSettings:
		return &m.EncryptedSettings
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return nil
}

// M6 opens the registrar's commitment to the second half: it has the secret nonce of
// R-Hash2. An enrollee that has M6 can compute the PIN. WSC 2.0 §8.3.7.
type M6 struct {
	Header                    // what every list has: Version, extensions, the octets
	EnrolleeNonce     Nonce   // of M1
	EncryptedSettings []byte  // of [M6Settings]: the initialization vector and the ciphertext
	Authenticator     [8]byte // over M5 and the octets of M6 before it
}

// Kind returns [KindM6].
func (*M6) Kind() Kind { return KindM6 }

func (m *M6) field(id AttributeID) any {
	switch id {
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrEncryptedSettings:
		return &m.EncryptedSettings
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return nil
}

// M7 opens the enrollee's commitment to the second half. From an access point it has
// the present settings too. WSC 2.0 §8.3.8.
type M7 struct {
	Header                    // what every list has: Version, extensions, the octets
	RegistrarNonce    Nonce   // of M2
	EncryptedSettings []byte  // of [M7Settings]: the initialization vector and the ciphertext
	Authenticator     [8]byte // over M6 and the octets of M7 before it
}

// Kind returns [KindM7].
func (*M7) Kind() Kind { return KindM7 }

func (m *M7) field(id AttributeID) any {
	switch id {
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	case AttrEncryptedSettings:
		return &m.EncryptedSettings
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return nil
}

// M8 gives the enrollee its credentials, or an access point its new settings. WSC 2.0 §8.3.9.
type M8 struct {
	Header                    // what every list has: Version, extensions, the octets
	EnrolleeNonce     Nonce   // of M1
	EncryptedSettings []byte  // of [M8Settings]: the initialization vector and the ciphertext
	Authenticator     [8]byte // over M7 and the octets of M8 before it
}

// Kind returns [KindM8].
func (*M8) Kind() Kind { return KindM8 }

func (m *M8) field(id AttributeID) any {
	switch id {
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrEncryptedSettings:
		return &m.EncryptedSettings
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return nil
}

// ACK is WSC_ACK: the answer to M2D, and to WSC_Done of an access point. Nothing in it
// is authenticated. WSC 2.0 §8.3.10.
type ACK struct {
	Header               // what every list has: Version, extensions, the octets
	EnrolleeNonce  Nonce // of M1
	RegistrarNonce Nonce // of M2 or M2D; zero while it is not known
}

// Kind returns [KindACK].
func (*ACK) Kind() Kind { return KindACK }

func (m *ACK) field(id AttributeID) any {
	switch id {
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	}
	return nil
}

// NACK is WSC_NACK: the sender stops the run. Nothing in it is authenticated. WSC 2.0
// §8.3.11.
type NACK struct {
	Header                     // what every list has: Version, extensions, the octets
	EnrolleeNonce  Nonce       // of M1
	RegistrarNonce Nonce       // of M2 or M2D; zero while it is not known
	ConfigError    ConfigError // why
}

// Kind returns [KindNACK].
func (*NACK) Kind() Kind { return KindNACK }

func (m *NACK) field(id AttributeID) any {
	switch id {
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	case AttrConfigError:
		return &m.ConfigError
	}
	return nil
}

// Done is WSC_Done: the enrollee has what M8 gave. Nothing in it is authenticated. WSC
// 2.0 §8.3.12.
type Done struct {
	Header               // what every list has: Version, extensions, the octets
	EnrolleeNonce  Nonce // of M1
	RegistrarNonce Nonce // of M2 or M2D; zero while it is not known
}

// Kind returns [KindDone].
func (*Done) Kind() Kind { return KindDone }

func (m *Done) field(id AttributeID) any {
	switch id {
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	}
	return nil
}

// newMessage makes the empty message of each type, from M1 on.
var newMessage = [...]func() List{
	func() List { return new(M1) }, func() List { return new(M2) }, func() List { return new(M2D) },
	func() List { return new(M3) }, func() List { return new(M4) }, func() List { return new(M5) },
	func() List { return new(M6) }, func() List { return new(M7) }, func() List { return new(M8) },
	func() List { return new(ACK) }, func() List { return new(NACK) }, func() List { return new(Done) },
}

// ParseMessage reads the body of a message of the Registration Protocol:
// what EAP, UPnP and IEEE 1905.1 carry. Switch on its type, *M1 to *Done. The
// message keeps and refers to b, which must not change. The error is an
// [*Error].
func ParseMessage(b []byte, mode Mode) (List, error) {
	t, err := PeekMessageType(b)
	if err != nil {
		return nil, err
	}
	m := newMessage[t-MessageM1]()
	if err := Decode(m, b, mode); err != nil {
		return nil, err
	}
	return m, nil
}

// PeekMessageType returns the Message Type of a message, M1 to Done, without
// reading the rest of it.
func PeekMessageType(b []byte) (MessageType, error) {
	d := NewDecoder(b, Tolerant)
	for d.Next() {
		if d.id != AttrMessageType {
			continue
		}
		t := MessageType(d.value[0])
		if t.Kind() == 0 {
			return 0, &Error{Attribute: AttrMessageType, Offset: d.at, Clause: "WSC 2.0 Table 39", Err: ErrMessageType, Detail: t.String() + " is no message of the Registration Protocol"}
		}
		return t, nil
	}
	if err := d.Err(); err != nil {
		return 0, err
	}
	return 0, &Error{Attribute: AttrMessageType, Offset: len(b), Clause: "WSC 2.0 §8.3", Err: ErrMissing, Detail: "without it a message cannot be told"}
}
