package sim

import (
	"fmt"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// FrameType is the type of a [Frame]: the subtypes of 802.11 management frames
// that matter to WPS, and data frames with EAPOL.
//
// Its values are [Beacon], [ProbeRequest], [ProbeResponse], [Authentication],
// [AssociationRequest], [AssociationResponse], [Deauthentication] and [Data].
type FrameType uint8

// The types of frames.
const (
	Beacon FrameType = iota + 1
	ProbeRequest
	ProbeResponse
	Authentication
	AssociationRequest
	AssociationResponse
	Deauthentication
	Data // carries EAPOL
)

var frameTypeNames = [...]string{
	Beacon: "beacon", ProbeRequest: "probe request", ProbeResponse: "probe response", Authentication: "authentication",
	AssociationRequest: "association request", AssociationResponse: "association response",
	Deauthentication: "deauthentication", Data: "data",
}

// String returns the type's name in the standard, such as "probe request".
func (t FrameType) String() string { return enumString("FrameType", frameTypeNames[:], uint8(t)) }

// enumString returns names[v], or typ(v) when the table has no such row.
func enumString(typ string, names []string, v uint8) string {
	if int(v) < len(names) && names[v] != "" {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", typ, v)
}

// Status codes and reason codes in [Frame].Code: IEEE 802.11-2020 §9.4.1.9
// and §9.4.1.7.
const (
	StatusSuccess        = 0
	StatusFailure        = 1  // unspecified
	StatusFull           = 17 // too many stations
	StatusInvalidElement = 40
	StatusInvalidAKMP    = 43

	ReasonNotAuthenticated = 2 // the access point does not know the station (any more)
	ReasonLeaving          = 3
	ReasonHandshakeTimeout = 15 // the 4-way handshake did not complete: usually a wrong key
	Reason8021XFailed      = 23 // how the association for WPS ends, also after a success
)

// Frame is a frame of 802.11 with the fields that matter to WPS. Its content is
// octets, which the receiver has to parse like those of a real frame: a frame
// may be truncated or corrupted on its way.
//
// A frame must not be changed after it was sent.
type Frame struct {
	Type     FrameType
	From, To wps.MAC     // To is [wps.Broadcast] for everyone
	BSSID    wps.MAC     // the access point's; wps.Broadcast in probe requests
	Band     wps.RFBands // one bit
	// Privacy is the bit of the Capability Information that says that the
	// network encrypts, in beacons, probe and association responses.
	Privacy bool
	// Code is the status code of an authentication or association response,
	// the reason code of a deauthentication.
	Code uint16
	// Body holds the information elements of a management frame, the EAPOL
	// frame of a data frame.
	Body []byte
}

// Name names the content of the frame in a word or two: "M4", "EAP-Failure",
// "message 2 of 4", "beacon".
func (f *Frame) Name() string {
	if f.Type != Data {
		return f.Type.String()
	}
	e, err := eapol.ParseFrame(f.Body)
	if err != nil {
		return "EAPOL, unreadable"
	}
	switch e.Type {
	case eapol.TypeEAP:
		return nameOfEAP(e.Body)
	case eapol.TypeKey:
		return e.KeyMessage().String()
	}
	return e.Type.String()
}

func nameOfEAP(body []byte) string {
	p, err := eap.ParsePacket(body)
	switch {
	case err != nil:
		return "EAP-Packet, unreadable"
	case p.IsWSC() && p.Flags&(eap.FlagMoreFragments|eap.FlagLengthField) == 0 && len(p.Data) > 0:
		t, err := wps.PeekMessageType(p.Data)
		if err != nil {
			return p.OpCode.String() + ", unreadable"
		}
		return t.String()
	case p.IsWSC() && len(p.Data) > 0:
		return p.OpCode.String() + " fragment"
	case p.IsWSC():
		return p.OpCode.String()
	case p.Code == eap.CodeSuccess || p.Code == eap.CodeFailure:
		return "EAP-" + p.Code.String()
	}
	return fmt.Sprintf("EAP-%v/%v", p.Code, p.Type)
}

// String describes the frame in a line without its content.
func (f *Frame) String() string {
	return fmt.Sprintf("%v > %v %s, %d octets", f.From, f.To, f.Name(), len(f.Body))
}
