package wps

import (
	"math/bits"
)

// M1 opens a run: the enrollee's description and Diffie-Hellman key. WSC 2.0
// §8.3.1.
type M1 struct {
	Header                            // what every list has: Version, extensions, the octets
	Device                            // the enrollee; UUID is the UUID-E
	EnrolleeNonce    Nonce            // 16 random octets, new in each run
	PublicKey        PublicKey        // the enrollee's Diffie-Hellman key
	DevicePasswordID DevicePasswordID // which password the enrollee means
	ConfigError      ConfigError      // of the previous attempt; usually NoError
}

// Kind returns [KindM1].
func (*M1) Kind() Kind { return KindM1 }

func (*M1) layout() *layout { return m1Layout }

var m1Layout = layoutOf("WSC 2.0 §8.3.1, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrUUIDE, func(m *M1) *UUID { return &m.UUID }),
	must(AttrMACAddress, func(m *M1) *MAC { return &m.MAC }),
	must(AttrEnrolleeNonce, func(m *M1) *Nonce { return &m.EnrolleeNonce }),
	must(AttrPublicKey, func(m *M1) *PublicKey { return &m.PublicKey }),
	must(AttrAuthTypeFlags, func(m *M1) *AuthType { return &m.AuthTypes }),
	must(AttrEncrTypeFlags, func(m *M1) *EncrType { return &m.EncrTypes }),
	must(AttrConnTypeFlags, func(m *M1) *ConnType { return &m.ConnTypes }),
	must(AttrConfigMethods, func(m *M1) *ConfigMethods { return &m.ConfigMethods }),
	must(AttrState, func(m *M1) *State { return &m.State }),
	must(AttrManufacturer, func(m *M1) *string { return &m.Manufacturer }),
	must(AttrModelName, func(m *M1) *string { return &m.ModelName }),
	must(AttrModelNumber, func(m *M1) *string { return &m.ModelNumber }),
	must(AttrSerialNumber, func(m *M1) *string { return &m.SerialNumber }),
	must(AttrPrimaryDeviceType, func(m *M1) *DeviceType { return &m.PrimaryDeviceType }),
	must(AttrDeviceName, func(m *M1) *string { return &m.DeviceName }),
	must(AttrRFBands, func(m *M1) *RFBands { return &m.RFBands }),
	must(AttrAssociationState, func(m *M1) *AssociationState { return &m.AssociationState }),
	must(AttrDevicePasswordID, func(m *M1) *DevicePasswordID { return &m.DevicePasswordID }),
	must(AttrConfigError, func(m *M1) *ConfigError { return &m.ConfigError }),
	must(AttrOSVersion, func(m *M1) *uint32 { return &m.OSVersion }),
	extensions(),
)

// finish detects enrollees whose type flags are implausible, which a strict
// reader leaves to the check of values, and one that needs the PSK.
func (m *M1) finish(d *Decoder) {
	if m.PSKOnly() {
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
	ConfigError       ConfigError      // usually NoError
	EncryptedSettings []byte           // of [M2Settings], only if the run ends with M2
	Authenticator     [8]byte          // over M1 and the octets of M2 before it
}

// Kind returns [KindM2].
func (*M2) Kind() Kind { return KindM2 }

func (*M2) layout() *layout { return m2Layout }

var m2Layout = layoutOf("WSC 2.0 §8.3.2, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *M2) *Nonce { return &m.EnrolleeNonce }),
	must(AttrRegistrarNonce, func(m *M2) *Nonce { return &m.RegistrarNonce }),
	must(AttrUUIDR, func(m *M2) *UUID { return &m.UUID }),
	must(AttrPublicKey, func(m *M2) *PublicKey { return &m.PublicKey }),
	described(AttrAuthTypeFlags, func(m *M2) *AuthType { return &m.AuthTypes }),
	described(AttrEncrTypeFlags, func(m *M2) *EncrType { return &m.EncrTypes }),
	described(AttrConnTypeFlags, func(m *M2) *ConnType { return &m.ConnTypes }),
	described(AttrConfigMethods, func(m *M2) *ConfigMethods { return &m.ConfigMethods }),
	described(AttrManufacturer, func(m *M2) *string { return &m.Manufacturer }),
	described(AttrModelName, func(m *M2) *string { return &m.ModelName }),
	described(AttrModelNumber, func(m *M2) *string { return &m.ModelNumber }),
	described(AttrSerialNumber, func(m *M2) *string { return &m.SerialNumber }),
	described(AttrPrimaryDeviceType, func(m *M2) *DeviceType { return &m.PrimaryDeviceType }),
	described(AttrDeviceName, func(m *M2) *string { return &m.DeviceName }),
	described(AttrRFBands, func(m *M2) *RFBands { return &m.RFBands }),
	described(AttrAssociationState, func(m *M2) *AssociationState { return &m.AssociationState }),
	described(AttrConfigError, func(m *M2) *ConfigError { return &m.ConfigError }),
	must(AttrDevicePasswordID, func(m *M2) *DevicePasswordID { return &m.DevicePasswordID }),
	described(AttrOSVersion, func(m *M2) *uint32 { return &m.OSVersion }),
	extensions(),
	onlyIf(AttrEncryptedSettings, unobservable("the run ends with M2: NFC connection handover, IEEE 1905.1"), func(m *M2) *[]byte { return &m.EncryptedSettings }),
	must(AttrAuthenticator, func(m *M2) *[8]byte { return &m.Authenticator }),
)

// M2D is the registrar's answer if it does not register the enrollee now:
// discovery only. Nothing in it is authenticated. WSC 2.0 §8.3.3.
type M2D struct {
	Header                     // what every list has: Version, extensions, the octets
	Device                     // the registrar; UUID is the UUID-R; State is not sent, nor MAC
	EnrolleeNonce  Nonce       // of M1
	RegistrarNonce Nonce       // 16 random octets
	ConfigError    ConfigError // why not; NoError means that no PIN was entered and no button pressed
}

// Kind returns [KindM2D].
func (*M2D) Kind() Kind { return KindM2D }

func (*M2D) layout() *layout { return m2dLayout }

var m2dLayout = layoutOf("WSC 2.0 §8.3.3, as hostap implements it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *M2D) *Nonce { return &m.EnrolleeNonce }),
	must(AttrRegistrarNonce, func(m *M2D) *Nonce { return &m.RegistrarNonce }),
	must(AttrUUIDR, func(m *M2D) *UUID { return &m.UUID }),
	described(AttrAuthTypeFlags, func(m *M2D) *AuthType { return &m.AuthTypes }),
	described(AttrEncrTypeFlags, func(m *M2D) *EncrType { return &m.EncrTypes }),
	described(AttrConnTypeFlags, func(m *M2D) *ConnType { return &m.ConnTypes }),
	described(AttrConfigMethods, func(m *M2D) *ConfigMethods { return &m.ConfigMethods }),
	described(AttrManufacturer, func(m *M2D) *string { return &m.Manufacturer }),
	described(AttrModelName, func(m *M2D) *string { return &m.ModelName }),
	described(AttrModelNumber, func(m *M2D) *string { return &m.ModelNumber }),
	described(AttrSerialNumber, func(m *M2D) *string { return &m.SerialNumber }),
	described(AttrPrimaryDeviceType, func(m *M2D) *DeviceType { return &m.PrimaryDeviceType }),
	described(AttrDeviceName, func(m *M2D) *string { return &m.DeviceName }),
	described(AttrRFBands, func(m *M2D) *RFBands { return &m.RFBands }),
	described(AttrAssociationState, func(m *M2D) *AssociationState { return &m.AssociationState }),
	must(AttrConfigError, func(m *M2D) *ConfigError { return &m.ConfigError }),
	described(AttrOSVersion, func(m *M2D) *uint32 { return &m.OSVersion }),
	extensions(),
)

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

func (*M3) layout() *layout { return m3Layout }

var m3Layout = layoutOf("WSC 2.0 §8.3.4, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrRegistrarNonce, func(m *M3) *Nonce { return &m.RegistrarNonce }),
	must(AttrEHash1, func(m *M3) *[32]byte { return &m.EHash1 }),
	must(AttrEHash2, func(m *M3) *[32]byte { return &m.EHash2 }),
	extensions(),
	must(AttrAuthenticator, func(m *M3) *[8]byte { return &m.Authenticator }),
)

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

func (*M4) layout() *layout { return m4Layout }

var m4Layout = layoutOf("WSC 2.0 §8.3.5, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *M4) *Nonce { return &m.EnrolleeNonce }),
	must(AttrRHash1, func(m *M4) *[32]byte { return &m.RHash1 }),
	must(AttrRHash2, func(m *M4) *[32]byte { return &m.RHash2 }),
	must(AttrEncryptedSettings, func(m *M4) *[]byte { return &m.EncryptedSettings }),
	extensions(),
	must(AttrAuthenticator, func(m *M4) *[8]byte { return &m.Authenticator }),
)

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

func (*M5) layout() *layout { return m5Layout }

var m5Layout = layoutOf("WSC 2.0 §8.3.6, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrRegistrarNonce, func(m *M5) *Nonce { return &m.RegistrarNonce }),
	must(AttrEncryptedSettings, func(m *M5) *[]byte { return &m.EncryptedSettings }),
	extensions(),
	must(AttrAuthenticator, func(m *M5) *[8]byte { return &m.Authenticator }),
)

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

func (*M6) layout() *layout { return m6Layout }

var m6Layout = layoutOf("WSC 2.0 §8.3.7, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *M6) *Nonce { return &m.EnrolleeNonce }),
	must(AttrEncryptedSettings, func(m *M6) *[]byte { return &m.EncryptedSettings }),
	extensions(),
	must(AttrAuthenticator, func(m *M6) *[8]byte { return &m.Authenticator }),
)

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

func (*M7) layout() *layout { return m7Layout }

var m7Layout = layoutOf("WSC 2.0 §8.3.8, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrRegistrarNonce, func(m *M7) *Nonce { return &m.RegistrarNonce }),
	must(AttrEncryptedSettings, func(m *M7) *[]byte { return &m.EncryptedSettings }),
	extensions(),
	must(AttrAuthenticator, func(m *M7) *[8]byte { return &m.Authenticator }),
)

// M8 gives the enrollee its credentials, or an access point its new settings. WSC 2.0 §8.3.9.
type M8 struct {
	Header                    // what every list has: Version, extensions, the octets
	EnrolleeNonce     Nonce   // of M1
	EncryptedSettings []byte  // of [M8Settings]: the initialization vector and the ciphertext
	Authenticator     [8]byte // over M7 and the octets of M8 before it
}

// Kind returns [KindM8].
func (*M8) Kind() Kind { return KindM8 }

func (*M8) layout() *layout { return m8Layout }

var m8Layout = layoutOf("WSC 2.0 §8.3.9, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *M8) *Nonce { return &m.EnrolleeNonce }),
	must(AttrEncryptedSettings, func(m *M8) *[]byte { return &m.EncryptedSettings }),
	extensions(),
	must(AttrAuthenticator, func(m *M8) *[8]byte { return &m.Authenticator }),
)

// ACK is WSC_ACK: the answer to M2D, and to WSC_Done of an access point. Nothing in it
// is authenticated. WSC 2.0 §8.3.10.
type ACK struct {
	Header               // what every list has: Version, extensions, the octets
	EnrolleeNonce  Nonce // of M1
	RegistrarNonce Nonce // of M2 or M2D; zero while it is not known
}

// Kind returns [KindACK].
func (*ACK) Kind() Kind { return KindACK }

func (*ACK) layout() *layout { return ackLayout }

var ackLayout = layoutOf("WSC 2.0 §8.3.10, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *ACK) *Nonce { return &m.EnrolleeNonce }),
	must(AttrRegistrarNonce, func(m *ACK) *Nonce { return &m.RegistrarNonce }),
	extensions(),
)

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

func (*NACK) layout() *layout { return nackLayout }

var nackLayout = layoutOf("WSC 2.0 §8.3.11, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *NACK) *Nonce { return &m.EnrolleeNonce }),
	must(AttrRegistrarNonce, func(m *NACK) *Nonce { return &m.RegistrarNonce }),
	must(AttrConfigError, func(m *NACK) *ConfigError { return &m.ConfigError }),
	extensions(),
)

// Done is WSC_Done: the enrollee has received M8. Nothing in it is
// authenticated. WSC 2.0 §8.3.12.
type Done struct {
	Header               // what every list has: Version, extensions, the octets
	EnrolleeNonce  Nonce // of M1
	RegistrarNonce Nonce // of M2 or M2D; zero while it is not known
}

// Kind returns [KindDone].
func (*Done) Kind() Kind { return KindDone }

func (*Done) layout() *layout { return doneLayout }

var doneLayout = layoutOf("WSC 2.0 §8.3.12, as hostap and iwd implement it",
	version(0),
	messageType(),
	must(AttrEnrolleeNonce, func(m *Done) *Nonce { return &m.EnrolleeNonce }),
	must(AttrRegistrarNonce, func(m *Done) *Nonce { return &m.RegistrarNonce }),
	extensions(),
)

// ParseMessage decodes a message of the Registration Protocol, as carried by
// EAP, UPnP and IEEE 1905.1. Switch on its type, *M1 to *Done. The message
// refers to b, which must not change. The error is an [*Error].
func ParseMessage(b []byte, mode Mode) (List, error) {
	t, err := PeekMessageType(b)
	if err != nil {
		return nil, err
	}
	m := NewList(t.Kind())
	if err := Decode(m, b, mode); err != nil {
		return nil, err
	}
	return m, nil
}

// PeekMessageType returns the Message Type of a message, M1 to Done, without
// decoding the rest.
func PeekMessageType(b []byte) (MessageType, error) {
	d := NewDecoder(b, Tolerant)
	for d.Next() {
		if d.id != AttrMessageType {
			continue
		}
		t := MessageType(d.value[0])
		if t.Kind() == 0 {
			return 0, &Error{Attribute: AttrMessageType, Offset: d.at, Clause: "WSC 2.0 Table 39", Err: ErrMessageType, Detail: t.String() + " is not a message of the Registration Protocol"}
		}
		return t, nil
	}
	if err := d.Err(); err != nil {
		return 0, err
	}
	return 0, &Error{Attribute: AttrMessageType, Offset: len(b), Clause: "WSC 2.0 §8.3", Err: ErrMissing, Detail: "without it the type of a message is unknown"}
}
