package wps

import (
	"fmt"
	"iter"
)

// AttributeID is the type of an attribute, the first two octets of a TLV.
//
// Its values are [AttrVersion], [AttrVendorExtension],
// [AttrApplicationExtension], [AttrMessageType], [AttrAuthenticator],
// [AttrConfigError], [AttrDevicePasswordID], [AttrEHash1], [AttrEHash2],
// [AttrESNonce1], [AttrESNonce2], [AttrEncryptedSettings], [AttrEnrolleeNonce],
// [AttrIdentityProof], [AttrKeyWrapAuthenticator], [AttrNewDeviceName],
// [AttrNewPassword], [AttrOOBDevicePassword], [AttrPublicKey],
// [AttrRegistrarNonce], [AttrRHash1], [AttrRHash2], [AttrRSNonce1],
// [AttrRSNonce2], [AttrX509CertificateRequest], [AttrX509Certificate],
// [AttrPublicKeyHash], [AttrUUIDE], [AttrAssociationState],
// [AttrAuthTypeFlags], [AttrConfigMethods], [AttrConnTypeFlags],
// [AttrEncrTypeFlags], [AttrDeviceName], [AttrFeatureID], [AttrMACAddress],
// [AttrManufacturer], [AttrModelName], [AttrModelNumber], [AttrOSVersion],
// [AttrRFBands], [AttrSerialNumber], [AttrState], [AttrUUIDR],
// [AttrPrimaryDeviceType], [AttrSecondaryDeviceTypeList], [AttrPortableDevice],
// [AttrRequestedDeviceType], [AttrCredential], [AttrAPChannel], [AttrAuthType],
// [AttrConnType], [AttrEncrType], [AttrNetworkIndex], [AttrNetworkKey],
// [AttrNetworkKeyIndex], [AttrSSID], [AttrTotalNetworks], [AttrEAPIdentity],
// [AttrMessageCounter], [AttrRekeyKey], [AttrKeyLifetime], [AttrEAPType],
// [AttrInitializationVector], [AttrKeyProvidedAutomatically],
// [Attr8021XEnabled], [AttrAppSessionKey], [AttrWEPTransmitKey],
// [AttrSelectedRegistrar], [AttrRequestType], [AttrResponseType],
// [AttrSelectedRegistrarConfigMethods], [AttrAPSetupLocked],
// [AttrConfirmationURL4], [AttrConfirmationURL6], [AttrIdentity],
// [AttrKeyIdentifier], [AttrPowerLevel], [AttrPSKCurrent], [AttrPSKMax],
// [AttrRadioEnabled], [AttrReboot], [AttrRegistrarCurrent],
// [AttrRegistrarEstablished], [AttrRegistrarList], [AttrRegistrarMax] and
// [AttrPermittedConfigMethods].
type AttributeID uint16

// Attributes that every list may have.
const (
	AttrVersion              AttributeID = 0x104A
	AttrVendorExtension      AttributeID = 0x1049
	AttrApplicationExtension AttributeID = 0x1058
)

// Attributes of a run, M1 to WSC_Done, and of its Encrypted Settings.
const (
	AttrMessageType            AttributeID = 0x1022
	AttrAuthenticator          AttributeID = 0x1005
	AttrConfigError            AttributeID = 0x1009
	AttrDevicePasswordID       AttributeID = 0x1012
	AttrEHash1                 AttributeID = 0x1014
	AttrEHash2                 AttributeID = 0x1015
	AttrESNonce1               AttributeID = 0x1016
	AttrESNonce2               AttributeID = 0x1017
	AttrEncryptedSettings      AttributeID = 0x1018
	AttrEnrolleeNonce          AttributeID = 0x101A
	AttrIdentityProof          AttributeID = 0x101D
	AttrKeyWrapAuthenticator   AttributeID = 0x101E
	AttrNewDeviceName          AttributeID = 0x1029
	AttrNewPassword            AttributeID = 0x102A
	AttrOOBDevicePassword      AttributeID = 0x102C
	AttrPublicKey              AttributeID = 0x1032
	AttrRegistrarNonce         AttributeID = 0x1039
	AttrRHash1                 AttributeID = 0x103D
	AttrRHash2                 AttributeID = 0x103E
	AttrRSNonce1               AttributeID = 0x103F
	AttrRSNonce2               AttributeID = 0x1040
	AttrX509CertificateRequest AttributeID = 0x104B
	AttrX509Certificate        AttributeID = 0x104C
	AttrPublicKeyHash          AttributeID = 0x104F
)

// Attributes that describe a device.
const (
	AttrUUIDE                   AttributeID = 0x1047
	AttrAssociationState        AttributeID = 0x1002
	AttrAuthTypeFlags           AttributeID = 0x1004
	AttrConfigMethods           AttributeID = 0x1008
	AttrConnTypeFlags           AttributeID = 0x100D
	AttrEncrTypeFlags           AttributeID = 0x1010
	AttrDeviceName              AttributeID = 0x1011
	AttrFeatureID               AttributeID = 0x101B
	AttrMACAddress              AttributeID = 0x1020
	AttrManufacturer            AttributeID = 0x1021
	AttrModelName               AttributeID = 0x1023
	AttrModelNumber             AttributeID = 0x1024
	AttrOSVersion               AttributeID = 0x102D
	AttrRFBands                 AttributeID = 0x103C
	AttrSerialNumber            AttributeID = 0x1042
	AttrState                   AttributeID = 0x1044
	AttrUUIDR                   AttributeID = 0x1048
	AttrPrimaryDeviceType       AttributeID = 0x1054
	AttrSecondaryDeviceTypeList AttributeID = 0x1055
	AttrPortableDevice          AttributeID = 0x1056
	AttrRequestedDeviceType     AttributeID = 0x106A
)

// Attributes of a network and its credentials.
const (
	AttrCredential               AttributeID = 0x100E
	AttrAPChannel                AttributeID = 0x1001
	AttrAuthType                 AttributeID = 0x1003
	AttrConnType                 AttributeID = 0x100C
	AttrEncrType                 AttributeID = 0x100F
	AttrNetworkIndex             AttributeID = 0x1026
	AttrNetworkKey               AttributeID = 0x1027
	AttrNetworkKeyIndex          AttributeID = 0x1028
	AttrSSID                     AttributeID = 0x1045
	AttrTotalNetworks            AttributeID = 0x1046
	AttrEAPIdentity              AttributeID = 0x104D
	AttrMessageCounter           AttributeID = 0x104E
	AttrRekeyKey                 AttributeID = 0x1050
	AttrKeyLifetime              AttributeID = 0x1051
	AttrEAPType                  AttributeID = 0x1059
	AttrInitializationVector     AttributeID = 0x1060
	AttrKeyProvidedAutomatically AttributeID = 0x1061
	Attr8021XEnabled             AttributeID = 0x1062
	AttrAppSessionKey            AttributeID = 0x1063
	AttrWEPTransmitKey           AttributeID = 0x1064
)

// Attributes of what a device says on the air.
const (
	AttrSelectedRegistrar              AttributeID = 0x1041
	AttrRequestType                    AttributeID = 0x103A
	AttrResponseType                   AttributeID = 0x103B
	AttrSelectedRegistrarConfigMethods AttributeID = 0x1053
	AttrAPSetupLocked                  AttributeID = 0x1057
)

// Attributes that hardly any device sends.
const (
	AttrConfirmationURL4       AttributeID = 0x100A
	AttrConfirmationURL6       AttributeID = 0x100B
	AttrIdentity               AttributeID = 0x101C
	AttrKeyIdentifier          AttributeID = 0x101F
	AttrPowerLevel             AttributeID = 0x102F
	AttrPSKCurrent             AttributeID = 0x1030
	AttrPSKMax                 AttributeID = 0x1031
	AttrRadioEnabled           AttributeID = 0x1033
	AttrReboot                 AttributeID = 0x1034
	AttrRegistrarCurrent       AttributeID = 0x1035
	AttrRegistrarEstablished   AttributeID = 0x1036
	AttrRegistrarList          AttributeID = 0x1037
	AttrRegistrarMax           AttributeID = 0x1038
	AttrPermittedConfigMethods AttributeID = 0x1052
)

// Encoding is the encoding of an attribute's value.
//
// Its values are [Octets], [Integer], [Boolean], [Mask], [ASCII], [UTF8],
// [Nested] and [Secret].
type Encoding uint8

// The encodings. Integers are big-endian; strings have no terminator.
const (
	Octets  Encoding = iota // opaque
	Integer                 // 1, 2, 4 or 8 octets
	Boolean                 // one octet, 0 or 1
	Mask                    // an integer of bits
	ASCII                   // a string of printable ASCII
	UTF8                    // a string of UTF-8
	Nested                  // a list of attributes
	Secret                  // opaque, never printed
)

var encodingNames = []name[Encoding]{
	{Octets, "octets"}, {Integer, "integer"}, {Boolean, "boolean"}, {Mask, "mask"}, {ASCII, "ASCII"},
	{UTF8, "UTF-8"}, {Nested, "attributes"}, {Secret, "secret"},
}

// String returns the encoding in a word.
func (e Encoding) String() string { return enumString("Encoding", encodingNames, e) }

// AttributeInfo is a row of the table of attributes.
type AttributeInfo struct {
	ID       AttributeID
	Name     string
	Encoding Encoding
	Min, Max int     // length in octets, inclusive
	Repeat   Repeat  // the meaning of repetition in a list
	Origin   string  // the source of the row
	Values   *Values // the allowed values; nil if any
}

// Repeat is the meaning of an attribute that is repeated in a list.
type Repeat uint8

// The meanings.
const (
	RepeatLast  Repeat = iota // a habit of the field: the last counts
	RepeatMany                // allowed: it is one of several
	RepeatNever               // an attack or a fault: which of the two counts would decide what a run proves
)

var repeatNames = []name[Repeat]{{RepeatLast, "the last counts"}, {RepeatMany, "one of several"}, {RepeatNever, "never"}}

// String returns the meaning in words.
func (r Repeat) String() string { return enumString("Repeat", repeatNames, r) }

// maxAttribute is the longest value that two octets of length can announce.
const maxAttribute = 0xFFFF

// The sources of this table. The text of the specification was not available:
// tables are cited as the authors of iwd and hostap cite them.
const (
	originHIW = "hostap, iwd, Wireshark"
	originW   = "Wireshark"
	originHW  = "hostap, Wireshark"
)

// attributes is the table of all attributes of the protocol. Unknown
// identifiers are skipped on receipt.
var attributes = []AttributeInfo{
	{AttrAPChannel, "AP Channel", Integer, 2, 2, RepeatLast, originHIW, nil},
	{AttrAssociationState, "Association State", Integer, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 31", &Values{Text: "is 0 to 4", wrong: atMost(4)}},
	{AttrAuthType, "Authentication Type", Mask, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 32", &Values{Text: "is one type, or WPA-Personal and WPA2-Personal", wrong: oneBitOf(uint16(authField), uint16(AuthMixed), uint16(AuthTransition), uint16(AuthTransition|AuthSAEExt), uint16(AuthSAE|AuthSAEExt))}},
	{AttrAuthTypeFlags, "Authentication Type Flags", Mask, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 32", &Values{Text: "has defined types only, and WPA2-Personal, which every device supports", Quirks: QuirkAuthFlags | QuirkSwappedFlags, wrong: flagsWith(uint16(authField), uint16(AuthWPA2Personal))}},
	{AttrAuthenticator, "Authenticator", Octets, 8, 8, RepeatNever, originHIW, nil},
	{AttrConfigMethods, "Config Methods", Mask, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 33", methodValues},
	{AttrConfigError, "Configuration Error", Integer, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 34", &Values{Text: "is 0 to 20", wrong: atMost(20)}},
	{AttrConfirmationURL4, "Confirmation URL4", ASCII, 0, 64, RepeatLast, originHIW, nil},
	{AttrConfirmationURL6, "Confirmation URL6", ASCII, 0, 76, RepeatLast, originHIW, nil},
	{AttrConnType, "Connection Type", Mask, 1, 1, RepeatLast, originHIW, &Values{Text: "is ESS or IBSS", wrong: oneBitOf(uint16(ConnESS | ConnIBSS))}},
	{AttrConnTypeFlags, "Connection Type Flags", Mask, 1, 1, RepeatLast, originHIW, &Values{Text: "has ESS, and optionally IBSS", wrong: flagsWith(uint16(ConnESS|ConnIBSS), uint16(ConnESS))}},
	{AttrCredential, "Credential", Nested, 0, maxAttribute, RepeatMany, originHIW, nil},
	{AttrEncrType, "Encryption Type", Mask, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 38", &Values{Text: "is one type, or TKIP and AES", wrong: oneBitOf(uint16(EncrKnown), uint16(EncrMixed))}},
	{AttrEncrTypeFlags, "Encryption Type Flags", Mask, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 38", &Values{Text: "has defined types only, and AES, which every device supports", Quirks: QuirkSwappedFlags, wrong: flagsWith(uint16(EncrKnown), uint16(EncrAES))}},
	{AttrDeviceName, "Device Name", UTF8, 0, 32, RepeatLast, originHIW, textValues},
	{AttrDevicePasswordID, "Device Password ID", Integer, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 37", &Values{Text: "is not a reserved value", wrong: devicePasswordID}},
	{AttrEHash1, "E-Hash1", Octets, 32, 32, RepeatNever, originHIW, nil},
	{AttrEHash2, "E-Hash2", Octets, 32, 32, RepeatNever, originHIW, nil},
	{AttrESNonce1, "E-SNonce1", Secret, 16, 16, RepeatNever, originHIW, nil},
	{AttrESNonce2, "E-SNonce2", Secret, 16, 16, RepeatNever, originHIW, nil},
	{AttrEncryptedSettings, "Encrypted Settings", Octets, 32, maxAttribute, RepeatNever, originHIW, &Values{Text: "consists of whole cipher blocks", Vital: true, wrong: wholeBlocks}},
	{AttrEnrolleeNonce, "Enrollee Nonce", Octets, 16, 16, RepeatNever, originHIW, nil},
	{AttrFeatureID, "Feature ID", Integer, 4, 4, RepeatLast, originHIW, nil},
	{AttrIdentity, "Identity", ASCII, 0, 80, RepeatLast, originHIW, nil},
	{AttrIdentityProof, "Identity Proof", Secret, 0, maxAttribute, RepeatLast, originHIW, nil},
	{AttrKeyWrapAuthenticator, "Key Wrap Authenticator", Octets, 8, 8, RepeatNever, originHIW, nil},
	{AttrKeyIdentifier, "Key Identifier", Octets, 16, 16, RepeatLast, originHIW, nil},
	{AttrMACAddress, "MAC Address", Octets, 6, 6, RepeatLast, originHIW, &Values{Text: "is not a group address; in a Credential it may be the broadcast address, for anyone", wrongIn: credentialAddress}},
	{AttrManufacturer, "Manufacturer", ASCII, 0, 64, RepeatLast, originHIW, textValues},
	{AttrMessageType, "Message Type", Integer, 1, 1, RepeatNever, originHIW + "; WSC 2.0 Table 39", &Values{Text: "is 1 to 15", Vital: true, wrong: within(1, 15)}},
	{AttrModelName, "Model Name", ASCII, 0, 32, RepeatLast, originHIW, textValues},
	{AttrModelNumber, "Model Number", ASCII, 0, 32, RepeatLast, originHIW, textValues},
	{AttrNetworkIndex, "Network Index", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrNetworkKey, "Network Key", Secret, 0, 64, RepeatLast, originHIW, nil},
	{AttrNetworkKeyIndex, "Network Key Index", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrNewDeviceName, "New Device Name", UTF8, 0, 32, RepeatLast, originHIW, textValues},
	{AttrNewPassword, "New Password", Secret, 0, 64, RepeatLast, originHIW, nil},
	{AttrOOBDevicePassword, "OOB Device Password", Secret, 22, 54, RepeatLast, originHIW, &Values{Text: "contains a password of at least 16 octets, or none in a connection handover", Vital: true, wrong: oobPassword}},
	{AttrOSVersion, "OS Version", Integer, 4, 4, RepeatLast, originHIW, nil},
	{AttrPowerLevel, "Power Level", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrPSKCurrent, "PSK Current", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrPSKMax, "PSK Max", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrPublicKey, "Public Key", Octets, 192, 192, RepeatNever, originHIW, nil},
	{AttrRadioEnabled, "Radio Enabled", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{AttrReboot, "Reboot", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{AttrRegistrarCurrent, "Registrar Current", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrRegistrarEstablished, "Registrar Established", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{AttrRegistrarList, "Registrar List", Octets, 0, maxAttribute, RepeatLast, originHIW, nil},
	{AttrRegistrarMax, "Registrar Max", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrRegistrarNonce, "Registrar Nonce", Octets, 16, 16, RepeatNever, originHIW, nil},
	{AttrRequestType, "Request Type", Integer, 1, 1, RepeatLast, originHIW + "; WSC 2.0 Table 42", &Values{Text: "is 0 to 3", wrong: atMost(3)}},
	{AttrResponseType, "Response Type", Integer, 1, 1, RepeatLast, originHIW + "; WSC 2.0 Table 43", &Values{Text: "is 0 to 3", wrong: atMost(3)}},
	{AttrRFBands, "RF Bands", Mask, 1, 1, RepeatLast, originHIW + "; WSC 2.0 Table 44", &Values{Text: "is one of the bands, the first two or all three", wrong: rfBands}},
	{AttrRHash1, "R-Hash1", Octets, 32, 32, RepeatNever, originHIW, nil},
	{AttrRHash2, "R-Hash2", Octets, 32, 32, RepeatNever, originHIW, nil},
	{AttrRSNonce1, "R-SNonce1", Secret, 16, 16, RepeatNever, originHIW, nil},
	{AttrRSNonce2, "R-SNonce2", Secret, 16, 16, RepeatNever, originHIW, nil},
	{AttrSelectedRegistrar, "Selected Registrar", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{AttrSerialNumber, "Serial Number", ASCII, 0, 32, RepeatLast, originHIW, textValues},
	{AttrState, "Wi-Fi Simple Configuration State", Integer, 1, 1, RepeatLast, originHIW, &Values{Text: "is 1 or 2", wrong: within(1, 2)}},
	{AttrSSID, "SSID", Octets, 0, 32, RepeatLast, originHIW, &Values{Text: "is not empty and does not end in a zero octet", Quirks: QuirkPaddedSSID, wrong: ssid}},
	{AttrTotalNetworks, "Total Networks", Integer, 1, 1, RepeatLast, originHIW, nil},
	{AttrUUIDE, "UUID-E", Octets, 16, 16, RepeatLast, originHIW, nil},
	{AttrUUIDR, "UUID-R", Octets, 16, 16, RepeatLast, originHIW, nil},
	{AttrVendorExtension, "Vendor Extension", Octets, 3, 1024, RepeatMany, originHIW, nil},
	{AttrVersion, "Version", Integer, 1, 1, RepeatLast, originHIW, &Values{Text: "is 0x10 in every version", Quirks: QuirkVersion, wrong: exactly(0x10)}},
	{AttrX509CertificateRequest, "X.509 Certificate Request", Octets, 0, maxAttribute, RepeatLast, originHIW, nil},
	{AttrX509Certificate, "X.509 Certificate", Octets, 0, maxAttribute, RepeatLast, originHIW, nil},
	{AttrEAPIdentity, "EAP Identity", Octets, 0, 64, RepeatLast, originHIW, nil},
	{AttrMessageCounter, "Message Counter", Integer, 8, 8, RepeatLast, originHIW, nil},
	{AttrPublicKeyHash, "Public Key Hash", Octets, 20, 20, RepeatLast, originHIW, nil},
	{AttrRekeyKey, "Rekey Key", Secret, 32, 32, RepeatLast, originHIW, nil},
	{AttrKeyLifetime, "Key Lifetime", Integer, 4, 4, RepeatLast, originHIW, nil},
	{AttrPermittedConfigMethods, "Permitted Config Methods", Mask, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 33", methodValues},
	{AttrSelectedRegistrarConfigMethods, "Selected Registrar Config Methods", Mask, 2, 2, RepeatLast, originHIW + "; WSC 2.0 Table 33", methodValues},
	{AttrPrimaryDeviceType, "Primary Device Type", Octets, 8, 8, RepeatLast, originHIW + "; WSC 2.0 Table 41", nil},
	{AttrSecondaryDeviceTypeList, "Secondary Device Type List", Octets, 0, 128, RepeatLast, originHIW, &Values{Text: "consists of whole device types", Vital: true, wrong: wholeDeviceTypes}},
	{AttrPortableDevice, "Portable Device", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{AttrAPSetupLocked, "AP Setup Locked", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{AttrApplicationExtension, "Application Extension", Octets, 16, 512, RepeatMany, originHIW, nil},
	{AttrEAPType, "EAP Type", Octets, 0, 8, RepeatLast, originHIW, nil},
	{AttrInitializationVector, "Initialization Vector", Octets, 32, 32, RepeatLast, originW + "; obsolete", nil},
	{AttrKeyProvidedAutomatically, "Key Provided Automatically", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{Attr8021XEnabled, "802.1X Enabled", Boolean, 1, 1, RepeatLast, originHIW, truthValues},
	{AttrAppSessionKey, "AppSessionKey", Secret, 0, 128, RepeatLast, originHIW, nil},
	{AttrWEPTransmitKey, "WEP Transmit Key", Integer, 1, 1, RepeatLast, originHW, nil},
	{AttrRequestedDeviceType, "Requested Device Type", Octets, 8, 8, RepeatMany, originHIW, nil},
}

// attributeIndex finds a row by the low octet of its identifier; -1 is none.
var attributeIndex = func() (index [0x80]int8) {
	for i := range index {
		index[i] = -1
	}
	for i := range attributes {
		index[attributes[i].ID&0x7F] = int8(i)
	}
	return index
}()

// info returns the row of an attribute, or nil.
func (id AttributeID) info() *AttributeInfo {
	if id&^0x7F != 0x1000 {
		return nil
	}
	if i := attributeIndex[id&0x7F]; i >= 0 {
		return &attributes[i]
	}
	return nil
}

// Info returns the row of the table for an attribute, and whether it has one.
func (id AttributeID) Info() (AttributeInfo, bool) {
	if row := id.info(); row != nil {
		return *row, true
	}
	return AttributeInfo{}, false
}

// String returns the attribute's name, or AttributeID(0x10fa) if it has none.
func (id AttributeID) String() string {
	if row := id.info(); row != nil {
		return row.Name
	}
	return fmt.Sprintf("AttributeID(%#04x)", uint16(id))
}

// Attributes yields the table of attributes, in order of their identifiers.
func Attributes() iter.Seq[AttributeInfo] {
	return func(yield func(AttributeInfo) bool) {
		for _, row := range attributes {
			if !yield(row) {
				return
			}
		}
	}
}

// Attribute is one attribute of a list.
type Attribute struct {
	ID    AttributeID
	Value Redacted // printed as its length only: settings hold secrets
}

// Valid returns what is wrong with the length or value of an attribute by the
// rules of a strict receiver of version 2.0, or nil. Attributes that are not in
// the table are valid. The error is an [*Error] with offset 0.
func (a Attribute) Valid() error { return a.ValidIn(0) }

// ValidIn is [Attribute.Valid] for an attribute of a kind of list, which may
// allow more.
func (a Attribute) ValidIn(k Kind) error {
	row := a.ID.info()
	if row == nil {
		return nil
	}
	if !row.allows(len(a.Value)) {
		return row.lengthError(len(a.Value))
	}
	if why := row.wrong(k, a.Value); why != "" {
		return &Error{Attribute: a.ID, Clause: row.Origin, Err: ErrValue, Detail: why}
	}
	return nil
}

// allows reports whether a value may have n octets.
func (row *AttributeInfo) allows(n int) bool { return row.Min <= n && n <= row.Max }

// wrong returns what is wrong with a value of an allowed length in a kind of
// list, or "".
func (row *AttributeInfo) wrong(k Kind, v []byte) string {
	switch {
	case row.Values == nil:
		return ""
	case row.Values.wrongIn != nil:
		return row.Values.wrongIn(k, v)
	}
	return row.Values.wrong(v)
}

func (row *AttributeInfo) lengthError(n int) *Error {
	want := fmt.Sprintf("%d", row.Min)
	switch {
	case row.Max == maxAttribute:
		want = fmt.Sprintf("at least %d", row.Min)
	case row.Min == 0:
		want = fmt.Sprintf("at most %d", row.Max)
	case row.Min != row.Max:
		want = fmt.Sprintf("%d to %d", row.Min, row.Max)
	}
	return &Error{Attribute: row.ID, Clause: row.Origin, Err: ErrLength, Detail: fmt.Sprintf("%d octets where it has %s", n, want)}
}
