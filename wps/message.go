package wps

import (
	"math/bits"
	"strings"
)

// M1 opens a run: the enrollee describes itself and gives its Diffie-Hellman
// key. WSC 2.0 §8.3.1.
type M1 struct {
	Header
	Device           // UUID is the UUID-E
	EnrolleeNonce    Nonce
	PublicKey        PublicKey
	DevicePasswordID DevicePasswordID
	ConfigError      ConfigError
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
	Header
	Device            // UUID is the UUID-R; State is not sent, nor MAC
	EnrolleeNonce     Nonce
	RegistrarNonce    Nonce
	PublicKey         PublicKey
	DevicePasswordID  DevicePasswordID
	ConfigError       ConfigError
	EncryptedSettings []byte // only where the run ends with M2
	Authenticator     [8]byte
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
	Header
	Device         // UUID is the UUID-R; State is not sent, nor MAC
	EnrolleeNonce  Nonce
	RegistrarNonce Nonce
	ConfigError    ConfigError // why not; 0 means that nobody entered a PIN or pressed a button
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
	Header
	RegistrarNonce Nonce
	EHash1, EHash2 [32]byte
	Authenticator  [8]byte
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
	Header
	EnrolleeNonce     Nonce
	RHash1, RHash2    [32]byte
	EncryptedSettings []byte // of [M4Settings]
	Authenticator     [8]byte
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

// sealed is what M5 to M8 carry: a nonce, settings, an Authenticator.
type sealed struct {
	Header
	// Nonce is the receiver's: the Registrar Nonce in M5 and M7, the
	// Enrollee Nonce in M6 and M8.
	Nonce             Nonce
	EncryptedSettings []byte
	Authenticator     [8]byte
}

func (m *sealed) place(id, nonce AttributeID) any {
	switch id {
	case nonce:
		return &m.Nonce
	case AttrEncryptedSettings:
		return &m.EncryptedSettings
	case AttrAuthenticator:
		return &m.Authenticator
	}
	return nil
}

// M5 opens the enrollee's first half: [M5Settings]. WSC 2.0 §8.3.6.
type M5 struct{ sealed }

// Kind returns [KindM5].
func (*M5) Kind() Kind { return KindM5 }

func (m *M5) field(id AttributeID) any { return m.place(id, AttrRegistrarNonce) }

// M6 opens the registrar's second half: [M6Settings]. WSC 2.0 §8.3.7.
type M6 struct{ sealed }

// Kind returns [KindM6].
func (*M6) Kind() Kind { return KindM6 }

func (m *M6) field(id AttributeID) any { return m.place(id, AttrEnrolleeNonce) }

// M7 opens the enrollee's second half, and an access point's settings:
// [M7Settings]. WSC 2.0 §8.3.8.
type M7 struct{ sealed }

// Kind returns [KindM7].
func (*M7) Kind() Kind { return KindM7 }

func (m *M7) field(id AttributeID) any { return m.place(id, AttrRegistrarNonce) }

// M8 gives the credentials, or an access point its new settings:
// [M8Settings]. WSC 2.0 §8.3.9.
type M8 struct{ sealed }

// Kind returns [KindM8].
func (*M8) Kind() Kind { return KindM8 }

func (m *M8) field(id AttributeID) any { return m.place(id, AttrEnrolleeNonce) }

// nonces is what the messages that end a run carry. None is authenticated.
type nonces struct {
	Header
	EnrolleeNonce  Nonce
	RegistrarNonce Nonce // zero while it is not known
}

func (m *nonces) field(id AttributeID) any {
	switch id {
	case AttrEnrolleeNonce:
		return &m.EnrolleeNonce
	case AttrRegistrarNonce:
		return &m.RegistrarNonce
	}
	return nil
}

// ACK is WSC_ACK: the answer to M2D, and to WSC_Done of an access point. WSC
// 2.0 §8.3.10.
type ACK struct{ nonces }

// Kind returns [KindACK].
func (*ACK) Kind() Kind { return KindACK }

// NACK is WSC_NACK: the sender stops the run. WSC 2.0 §8.3.11.
type NACK struct {
	nonces
	ConfigError ConfigError // why
}

// Kind returns [KindNACK].
func (*NACK) Kind() Kind { return KindNACK }

func (m *NACK) field(id AttributeID) any {
	if id == AttrConfigError {
		return &m.ConfigError
	}
	return m.nonces.field(id)
}

// Done is WSC_Done: the enrollee has what M8 gave. WSC 2.0 §8.3.12.
type Done struct{ nonces }

// Kind returns [KindDone].
func (*Done) Kind() Kind { return KindDone }

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
