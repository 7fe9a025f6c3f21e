package wps

import "strconv"

// Kind is the kind of a list of attributes: a message, an element of an 802.11
// frame, or a structure inside or besides them.
//
// Its values are [KindBeacon], [KindProbeRequest], [KindProbeResponse],
// [KindAssociationRequest], [KindAssociationResponse], [KindM1], [KindM2],
// [KindM2D], [KindM3], [KindM4], [KindM5], [KindM6], [KindM7], [KindM8],
// [KindACK], [KindNACK], [KindDone], [KindM2Settings], [KindM4Settings],
// [KindM5Settings], [KindM6Settings], [KindM7Settings], [KindM7APSettings],
// [KindM8Settings], [KindM8APSettings], [KindCredential],
// [KindSetSelectedRegistrar], [KindPasswordToken], [KindConfigurationToken],
// [KindHandoverRequest] and [KindHandoverSelect].
type Kind uint8

// Elements of 802.11 frames.
const (
	KindBeacon Kind = iota + 1
	KindProbeRequest
	KindProbeResponse
	KindAssociationRequest
	KindAssociationResponse
)

// Messages of the Registration Protocol, in the order of their types.
const (
	KindM1 Kind = iota + KindAssociationResponse + 1
	KindM2
	KindM2D
	KindM3
	KindM4
	KindM5
	KindM6
	KindM7
	KindM8
	KindACK
	KindNACK
	KindDone
)

// Plaintexts of Encrypted Settings, and the Credentials in them.
const (
	KindM2Settings Kind = iota + KindDone + 1
	KindM4Settings
	KindM5Settings
	KindM6Settings
	KindM7Settings
	KindM7APSettings // from an access point
	KindM8Settings
	KindM8APSettings // for an access point
	KindCredential
)

// What UPnP and NFC carry.
const (
	KindSetSelectedRegistrar Kind = iota + KindCredential + 1
	KindPasswordToken
	KindConfigurationToken
	KindHandoverRequest
	KindHandoverSelect
	kindEnd
)

var kindNames = [kindEnd]string{
	KindBeacon:               "Beacon",
	KindProbeRequest:         "Probe Request",
	KindProbeResponse:        "Probe Response",
	KindAssociationRequest:   "Association Request",
	KindAssociationResponse:  "Association Response",
	KindM1:                   "M1",
	KindM2:                   "M2",
	KindM2D:                  "M2D",
	KindM3:                   "M3",
	KindM4:                   "M4",
	KindM5:                   "M5",
	KindM6:                   "M6",
	KindM7:                   "M7",
	KindM8:                   "M8",
	KindACK:                  "WSC_ACK",
	KindNACK:                 "WSC_NACK",
	KindDone:                 "WSC_Done",
	KindM2Settings:           "M2 Encrypted Settings",
	KindM4Settings:           "M4 Encrypted Settings",
	KindM5Settings:           "M5 Encrypted Settings",
	KindM6Settings:           "M6 Encrypted Settings",
	KindM7Settings:           "M7 Encrypted Settings",
	KindM7APSettings:         "M7 Encrypted Settings (access point)",
	KindM8Settings:           "M8 Encrypted Settings",
	KindM8APSettings:         "M8 Encrypted Settings (access point)",
	KindCredential:           "Credential",
	KindSetSelectedRegistrar: "SetSelectedRegistrar",
	KindPasswordToken:        "password token",
	KindConfigurationToken:   "configuration token",
	KindHandoverRequest:      "handover request",
	KindHandoverSelect:       "handover select",
}

// String returns the usual name, such as "M2D".
func (k Kind) String() string {
	if k > 0 && k < kindEnd {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// MessageType returns the Message Type attribute of messages of this kind, and
// whether they have one.
func (k Kind) MessageType() (MessageType, bool) {
	if k >= KindM1 && k <= KindDone {
		return MessageM1 + MessageType(k-KindM1), true
	}
	return 0, false
}

// isElement reports whether lists of the kind are elements of 802.11 frames.
func (k Kind) isElement() bool { return k >= KindBeacon && k <= KindAssociationResponse }
