package wps

import (
	"fmt"
	"strings"
)

// name is a row of an enumeration: a value, or a mask of bits, and its name.
type name[T ~uint8 | ~uint16] struct {
	value T
	name  string
}

// enumString returns the name of an enumeration's value; a value without a name
// prints as Type(0x0042).
func enumString[T ~uint8 | ~uint16](typ string, table []name[T], v T) string {
	for _, row := range table {
		if row.value == v {
			return row.name
		}
	}
	return fmt.Sprintf("%s(%#04x)", typ, uint16(v))
}

// flagString returns the names in a mask joined by "|". Rows are tried in order
// and remove their bits, so that wide masks come before their parts.
func flagString[T ~uint8 | ~uint16](typ string, table []name[T], v T) string {
	if v == 0 {
		return enumString(typ, table, v)
	}
	var parts []string
	for _, row := range table {
		if row.value != 0 && v&row.value == row.value {
			parts = append(parts, row.name)
			v &^= row.value
		}
	}
	if v != 0 {
		parts = append(parts, fmt.Sprintf("%s(%#04x)", typ, uint16(v)))
	}
	return strings.Join(parts, "|")
}

// MessageType is the Message Type attribute (0x1022), one octet: WSC 2.0
// Table 39. 1 to 3 are reserved for 802.11 frames and never carried.
//
// Its values are [MessageBeacon], [MessageProbeRequest],
// [MessageProbeResponse], [MessageM1], [MessageM2], [MessageM2D], [MessageM3],
// [MessageM4], [MessageM5], [MessageM6], [MessageM7], [MessageM8],
// [MessageACK], [MessageNACK] and [MessageDone].
type MessageType uint8

// The message types of the Registration Protocol.
const (
	MessageBeacon        MessageType = 0x01
	MessageProbeRequest  MessageType = 0x02
	MessageProbeResponse MessageType = 0x03
	MessageM1            MessageType = 0x04
	MessageM2            MessageType = 0x05
	MessageM2D           MessageType = 0x06
	MessageM3            MessageType = 0x07
	MessageM4            MessageType = 0x08
	MessageM5            MessageType = 0x09
	MessageM6            MessageType = 0x0A
	MessageM7            MessageType = 0x0B
	MessageM8            MessageType = 0x0C
	MessageACK           MessageType = 0x0D
	MessageNACK          MessageType = 0x0E
	MessageDone          MessageType = 0x0F
)

var messageTypeNames = []name[MessageType]{
	{MessageBeacon, "Beacon"}, {MessageProbeRequest, "Probe Request"}, {MessageProbeResponse, "Probe Response"},
	{MessageM1, "M1"}, {MessageM2, "M2"}, {MessageM2D, "M2D"}, {MessageM3, "M3"}, {MessageM4, "M4"},
	{MessageM5, "M5"}, {MessageM6, "M6"}, {MessageM7, "M7"}, {MessageM8, "M8"},
	{MessageACK, "WSC_ACK"}, {MessageNACK, "WSC_NACK"}, {MessageDone, "WSC_Done"},
}

// String returns the message's name, such as "M4" or "WSC_NACK".
func (t MessageType) String() string { return enumString("MessageType", messageTypeNames, t) }

// Kind returns the kind of message of the type, or 0 if no message has the
// type.
func (t MessageType) Kind() Kind {
	if t >= MessageM1 && t <= MessageDone {
		return KindM1 + Kind(t-MessageM1)
	}
	return 0
}

// AuthType is the Authentication Type attribute (0x1003), one bit or
// [AuthMixed], and the Authentication Type Flags (0x1004), a mask: WSC 2.0
// Table 32. The specification has no bit for WPA3. EasyMesh and deployed
// devices use those above 0x0020; a station with a WPA2-Personal credential
// joins by SAE with the same passphrase, if the network offers it.
//
// Its values are [AuthOpen], [AuthWPAPersonal], [AuthShared],
// [AuthWPAEnterprise], [AuthWPA2Enterprise], [AuthWPA2Personal], [AuthSAE],
// [AuthDPP], [AuthSAEExt], [AuthTransition] and [AuthKnown].
type AuthType uint16

// The authentication types.
const (
	AuthOpen           AuthType = 0x0001
	AuthWPAPersonal    AuthType = 0x0002 // deprecated in 2.0 except in AuthMixed
	AuthShared         AuthType = 0x0004 // WEP; deprecated in 2.0
	AuthWPAEnterprise  AuthType = 0x0008
	AuthWPA2Enterprise AuthType = 0x0010
	AuthWPA2Personal   AuthType = 0x0020
	AuthSAE            AuthType = 0x0040                             // WPA3-Personal [EasyMesh]
	AuthDPP            AuthType = 0x0080                             // Wi-Fi Easy Connect [EasyMesh]
	AuthSAEExt         AuthType = 0x0100                             // SAE with AKM 24, whose hash depends on the group [EasyMesh]
	AuthMixed          AuthType = AuthWPAPersonal | AuthWPA2Personal // the only pair that the specification allows as a type
	AuthTransition     AuthType = AuthWPA2Personal | AuthSAE         // WPA2 and WPA3 [EasyMesh]
	AuthKnown          AuthType = 0x003F                             // every bit that the specification defines

	// authPersonal are the types that use a passphrase.
	authPersonal = AuthMixed | AuthSAE | AuthSAEExt
	// authField are all bits in use.
	authField = AuthKnown | AuthSAE | AuthDPP | AuthSAEExt
)

var authTypeNames = []name[AuthType]{
	{AuthOpen, "Open"}, {AuthWPAPersonal, "WPA-Personal"}, {AuthShared, "Shared"}, {AuthWPAEnterprise, "WPA-Enterprise"},
	{AuthWPA2Enterprise, "WPA2-Enterprise"}, {AuthWPA2Personal, "WPA2-Personal"},
	{AuthSAE, "SAE"}, {AuthDPP, "DPP"}, {AuthSAEExt, "SAE (AKM 24)"},
}

// String lists the types, joined by "|".
func (a AuthType) String() string { return flagString("AuthType", authTypeNames, a) }

// EncrType is the Encryption Type attribute (0x100F), one bit or [EncrMixed],
// and the Encryption Type Flags (0x1010), a mask: WSC 2.0 Table 38.
type EncrType uint16

// The encryption types.
const (
	EncrNone  EncrType = 0x0001
	EncrWEP   EncrType = 0x0002 // deprecated in 2.0
	EncrTKIP  EncrType = 0x0004 // deprecated in 2.0 except in EncrMixed
	EncrAES   EncrType = 0x0008 // CCMP
	EncrMixed EncrType = EncrTKIP | EncrAES
	EncrKnown EncrType = 0x000F // every bit defined
)

var encrTypeNames = []name[EncrType]{{EncrNone, "None"}, {EncrWEP, "WEP"}, {EncrTKIP, "TKIP"}, {EncrAES, "AES"}}

// String lists the types, joined by "|".
func (e EncrType) String() string { return flagString("EncrType", encrTypeNames, e) }

// ConnType is the Connection Type (0x100C) and its flags (0x100D), one octet.
type ConnType uint8

// The connection types.
const (
	ConnESS  ConnType = 0x01
	ConnIBSS ConnType = 0x02
)

var connTypeNames = []name[ConnType]{{0, "none"}, {ConnESS, "ESS"}, {ConnIBSS, "IBSS"}}

// String lists the types, joined by "|".
func (c ConnType) String() string { return flagString("ConnType", connTypeNames, c) }

// ConfigMethods is the mask of Config Methods (0x1008), Permitted Config
// Methods (0x1052) and Selected Registrar Config Methods (0x1053): WSC 2.0
// Table 33. Version 1.0 uses the low nine bits only.
//
// Its values are [MethodUSB], [MethodEthernet], [MethodLabel], [MethodDisplay],
// [MethodExternalNFCToken], [MethodIntegratedNFCToken], [MethodNFCInterface],
// [MethodPushButton], [MethodKeypad], [MethodVirtualPushButton],
// [MethodPhysicalPushButton], [MethodP2PS], [MethodVirtualDisplay] and
// [MethodPhysicalDisplay].
type ConfigMethods uint16

// The configuration methods. Version 2.0 distinguishes virtual and physical
// displays and push buttons; the names without either word are the bits of 1.0,
// which the 2.0 masks contain.
const (
	MethodUSB                ConfigMethods = 0x0001 // 1.0 only
	MethodEthernet           ConfigMethods = 0x0002 // 1.0 only
	MethodLabel              ConfigMethods = 0x0004
	MethodDisplay            ConfigMethods = 0x0008
	MethodExternalNFCToken   ConfigMethods = 0x0010
	MethodIntegratedNFCToken ConfigMethods = 0x0020
	MethodNFCInterface       ConfigMethods = 0x0040
	MethodPushButton         ConfigMethods = 0x0080
	MethodKeypad             ConfigMethods = 0x0100
	MethodVirtualPushButton  ConfigMethods = 0x0280
	MethodPhysicalPushButton ConfigMethods = 0x0480
	MethodP2PS               ConfigMethods = 0x1000 // hostap
	MethodVirtualDisplay     ConfigMethods = 0x2008
	MethodPhysicalDisplay    ConfigMethods = 0x4008
)

var configMethodNames = []name[ConfigMethods]{
	{0, "none"},
	{MethodVirtualPushButton | MethodPhysicalPushButton, "Virtual and Physical Push Button"},
	{MethodVirtualDisplay | MethodPhysicalDisplay, "Virtual and Physical Display"},
	{MethodVirtualPushButton, "Virtual Push Button"}, {MethodPhysicalPushButton, "Physical Push Button"},
	{MethodVirtualDisplay, "Virtual Display"}, {MethodPhysicalDisplay, "Physical Display"},
	{MethodUSB, "USB"}, {MethodEthernet, "Ethernet"}, {MethodLabel, "Label"}, {MethodDisplay, "Display"},
	{MethodExternalNFCToken, "External NFC Token"}, {MethodIntegratedNFCToken, "Integrated NFC Token"},
	{MethodNFCInterface, "NFC Interface"}, {MethodPushButton, "Push Button"}, {MethodKeypad, "Keypad"}, {MethodP2PS, "P2PS"},
}

// String lists the methods, joined by "|".
func (m ConfigMethods) String() string { return flagString("ConfigMethods", configMethodNames, m) }

// Has reports whether every bit of method is set. For a virtual or physical
// method, compare the whole mask, never its one bit [hostap].
func (m ConfigMethods) Has(method ConfigMethods) bool { return m&method == method }

// DevicePasswordID is the Device Password ID attribute (0x1012), two octets:
// the password that the sender uses. WSC 2.0 Table 37. From 0x0010 on it is the
// random identifier of an out-of-band (NFC) password.
//
// Its values are [PasswordDefault], [PasswordUserSpecified],
// [PasswordMachineSpecified], [PasswordRekey], [PasswordPushButton],
// [PasswordRegistrarSpecified], [PasswordNFCHandover], [PasswordP2PS] and
// [PasswordOOBFirst].
type DevicePasswordID uint16

// The Device Password IDs that are not random.
const (
	PasswordDefault            DevicePasswordID = 0x0000 // the PIN of the label or display
	PasswordUserSpecified      DevicePasswordID = 0x0001
	PasswordMachineSpecified   DevicePasswordID = 0x0002
	PasswordRekey              DevicePasswordID = 0x0003 // obsolete
	PasswordPushButton         DevicePasswordID = 0x0004
	PasswordRegistrarSpecified DevicePasswordID = 0x0005
	PasswordNFCHandover        DevicePasswordID = 0x0007 // no password: public-key hashes only
	PasswordP2PS               DevicePasswordID = 0x0008
	PasswordOOBFirst           DevicePasswordID = 0x0010 // from here on: out-of-band passwords
)

var devicePasswordNames = []name[DevicePasswordID]{
	{PasswordDefault, "Default (PIN)"}, {PasswordUserSpecified, "User-specified"}, {PasswordMachineSpecified, "Machine-specified"},
	{PasswordRekey, "Rekey"}, {PasswordPushButton, "PushButton"}, {PasswordRegistrarSpecified, "Registrar-specified"},
	{PasswordNFCHandover, "NFC Connection Handover"}, {PasswordP2PS, "P2PS default"},
}

// String returns the name of the password.
func (id DevicePasswordID) String() string {
	if id.OutOfBand() {
		return fmt.Sprintf("out-of-band %#04x", uint16(id))
	}
	return enumString("DevicePasswordID", devicePasswordNames, id)
}

// OutOfBand reports whether id is that of an out-of-band password.
func (id DevicePasswordID) OutOfBand() bool { return id >= PasswordOOBFirst }

// Reserved reports whether id is one of the values without a meaning, from 9 to
// 15. Value 8 is reserved too, but iwd uses it for P2P services.
func (id DevicePasswordID) Reserved() bool { return id > PasswordP2PS && id < PasswordOOBFirst }

// ConfigError is the Configuration Error attribute (0x1009), two octets: the
// reason of a refusal, or 0. WSC 2.0 Table 34.
//
// Its values are [NoError], [OOBReadError], [DecryptionCRCFailure],
// [Channel24NotSupported], [Channel50NotSupported], [SignalTooWeak],
// [NetworkAuthFailure], [NetworkAssocFailure], [NoDHCPResponse],
// [FailedDHCPConfig], [IPAddressConflict], [NoConnectionToRegistrar],
// [MultiplePBCSessions], [RogueActivitySuspected], [DeviceBusy], [SetupLocked],
// [MessageTimeout], [RegistrationTimeout], [DevicePasswordAuthFailed],
// [Channel60NotSupported] and [PublicKeyHashMismatch].
type ConfigError uint16

// The configuration errors.
const (
	NoError                  ConfigError = 0
	OOBReadError             ConfigError = 1
	DecryptionCRCFailure     ConfigError = 2
	Channel24NotSupported    ConfigError = 3
	Channel50NotSupported    ConfigError = 4
	SignalTooWeak            ConfigError = 5
	NetworkAuthFailure       ConfigError = 6
	NetworkAssocFailure      ConfigError = 7
	NoDHCPResponse           ConfigError = 8
	FailedDHCPConfig         ConfigError = 9
	IPAddressConflict        ConfigError = 10
	NoConnectionToRegistrar  ConfigError = 11
	MultiplePBCSessions      ConfigError = 12
	RogueActivitySuspected   ConfigError = 13
	DeviceBusy               ConfigError = 14
	SetupLocked              ConfigError = 15
	MessageTimeout           ConfigError = 16
	RegistrationTimeout      ConfigError = 17
	DevicePasswordAuthFailed ConfigError = 18
	Channel60NotSupported    ConfigError = 19
	PublicKeyHashMismatch    ConfigError = 20
)

var configErrorNames = []name[ConfigError]{
	{NoError, "no error"}, {OOBReadError, "out-of-band interface read error"}, {DecryptionCRCFailure, "decryption CRC failure"},
	{Channel24NotSupported, "2.4 GHz channel not supported"}, {Channel50NotSupported, "5 GHz channel not supported"},
	{SignalTooWeak, "signal too weak"}, {NetworkAuthFailure, "network authentication failure"},
	{NetworkAssocFailure, "network association failure"}, {NoDHCPResponse, "no DHCP response"},
	{FailedDHCPConfig, "failed DHCP configuration"}, {IPAddressConflict, "IP address conflict"},
	{NoConnectionToRegistrar, "could not connect to registrar"}, {MultiplePBCSessions, "multiple PBC sessions detected"},
	{RogueActivitySuspected, "rogue activity suspected"}, {DeviceBusy, "device busy"}, {SetupLocked, "setup locked"},
	{MessageTimeout, "message timeout"}, {RegistrationTimeout, "registration session timeout"},
	{DevicePasswordAuthFailed, "device password authentication failure"}, {Channel60NotSupported, "60 GHz channel not supported"},
	{PublicKeyHashMismatch, "public key hash mismatch"},
}

// String returns what the error means, in words.
func (e ConfigError) String() string { return enumString("ConfigError", configErrorNames, e) }

// AssociationState is the Association State attribute (0x1002), two octets:
// WSC 2.0 Table 31.
type AssociationState uint16

// The association states.
const (
	NotAssociated        AssociationState = 0
	ConnectionSuccess    AssociationState = 1
	ConfigurationFailure AssociationState = 2
	AssociationFailure   AssociationState = 3
	IPFailure            AssociationState = 4
)

var associationStateNames = []name[AssociationState]{
	{NotAssociated, "not associated"}, {ConnectionSuccess, "connection success"}, {ConfigurationFailure, "configuration failure"},
	{AssociationFailure, "association failure"}, {IPFailure, "IP failure"},
}

// String returns the state in words.
func (s AssociationState) String() string {
	return enumString("AssociationState", associationStateNames, s)
}

// RequestType is the Request Type attribute (0x103A), one octet: what a
// station asks for. WSC 2.0 Table 42.
type RequestType uint8

// The request types. While searching, hostap's station sends
// RequestEnrollee8021X and iwd's RequestEnrolleeInfo; both are right.
const (
	RequestEnrolleeInfo         RequestType = 0
	RequestEnrollee8021X        RequestType = 1
	RequestRegistrar            RequestType = 2
	RequestWLANManagerRegistrar RequestType = 3
)

var requestTypeNames = []name[RequestType]{
	{RequestEnrolleeInfo, "Enrollee, information only"}, {RequestEnrollee8021X, "Enrollee, open 802.1X"},
	{RequestRegistrar, "Registrar"}, {RequestWLANManagerRegistrar, "WLAN Manager Registrar"},
}

// String returns the request in words.
func (t RequestType) String() string { return enumString("RequestType", requestTypeNames, t) }

// ResponseType is the Response Type attribute (0x103B), one octet: WSC 2.0
// Table 43. Access points always answer ResponseAP.
type ResponseType uint8

// The response types.
const (
	ResponseEnrolleeInfo  ResponseType = 0
	ResponseEnrollee8021X ResponseType = 1
	ResponseRegistrar     ResponseType = 2
	ResponseAP            ResponseType = 3
)

var responseTypeNames = []name[ResponseType]{
	{ResponseEnrolleeInfo, "Enrollee, information only"}, {ResponseEnrollee8021X, "Enrollee, open 802.1X"},
	{ResponseRegistrar, "Registrar"}, {ResponseAP, "AP"},
}

// String returns the response in words.
func (t ResponseType) String() string { return enumString("ResponseType", responseTypeNames, t) }

// RFBands is the RF Bands attribute (0x103C), one octet: WSC 2.0 Table 44. In
// M1 and M2 it is the one band in use, elsewhere every band supported. It has
// no value for 6 GHz, where WPS does not exist.
type RFBands uint8

// The bands.
const (
	Band24GHz RFBands = 0x01
	Band5GHz  RFBands = 0x02
	Band60GHz RFBands = 0x04
)

var rfBandNames = []name[RFBands]{{0, "none"}, {Band24GHz, "2.4 GHz"}, {Band5GHz, "5 GHz"}, {Band60GHz, "60 GHz"}}

// String lists the bands, joined by "|".
func (b RFBands) String() string { return flagString("RFBands", rfBandNames, b) }

// State is the Wi-Fi Simple Configuration State attribute (0x1044), one octet:
// whether the device has its network settings.
type State uint8

// The states.
const (
	NotConfigured State = 1
	Configured    State = 2
)

var stateNames = []name[State]{{NotConfigured, "not configured"}, {Configured, "configured"}}

// String returns the state in words.
func (s State) String() string { return enumString("State", stateNames, s) }

// MultiAP is the Multi-AP Extension of EasyMesh devices (WFA sub-element 6),
// one octet.
type MultiAP uint8

// The bits of the Multi-AP Extension [hostap, Wi-Fi EasyMesh].
const (
	MultiAPBackhaulSTA              MultiAP = 0x80
	MultiAPBackhaulBSS              MultiAP = 0x40
	MultiAPFronthaulBSS             MultiAP = 0x20
	MultiAPTearDown                 MultiAP = 0x10
	MultiAPProfile1BackhaulExcluded MultiAP = 0x08
	MultiAPProfile2BackhaulExcluded MultiAP = 0x04
)

var multiAPNames = []name[MultiAP]{
	{0, "none"},
	{MultiAPBackhaulSTA, "backhaul STA"}, {MultiAPBackhaulBSS, "backhaul BSS"}, {MultiAPFronthaulBSS, "fronthaul BSS"},
	{MultiAPTearDown, "tear down"}, {MultiAPProfile1BackhaulExcluded, "profile-1 backhaul STA excluded"},
	{MultiAPProfile2BackhaulExcluded, "profile-2 backhaul STA excluded"},
}

// String lists the bits, joined by "|".
func (m MultiAP) String() string { return flagString("MultiAP", multiAPNames, m) }
