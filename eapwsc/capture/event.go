package capture

import (
	"errors"
	"net/netip"
	"strconv"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
)

// Classes of error, for errors.Is. Damage inside a capture is never an error: it is an [Event] of [KindNote].
var (
	// ErrFormat: the input is not a readable capture: neither pcap nor pcapng,
	// or not compressed with gzip.
	ErrFormat = errors.New("capture: not a readable capture")
	// ErrLinkType: the capture holds frames, but none of a link type that can carry WPS.
	ErrLinkType = errors.New("capture: no frame of a known link type")
)

// EventKind is the kind of an [Event].
//
// Its values are [KindNote], [KindBeacon], [KindProbeRequest],
// [KindProbeResponse], [KindAuthentication], [KindAssociationRequest],
// [KindAssociationResponse], [KindReassociationRequest],
// [KindReassociationResponse], [KindDisassociation], [KindDeauthentication],
// [KindDirect], [KindEAPOL], [KindRADIUS], [KindUPnP] and [KindIEEE1905].
type EventKind uint8

// The kinds of event.
const (
	// KindNote is damage or a limit of this reader. Note has the sentence; no
	// other field is set.
	KindNote EventKind = iota + 1

	// The management frames of IEEE 802.11. Management is set.
	KindBeacon
	KindProbeRequest
	KindProbeResponse
	KindAuthentication
	KindAssociationRequest
	KindAssociationResponse
	KindReassociationRequest
	KindReassociationResponse
	KindDisassociation
	KindDeauthentication
	// KindDirect is a public action frame of Wi-Fi Direct: two devices negotiate between themselves, with attributes of WPS in it.
	// It has nothing to do with the WPS of a router. Management.Direct says which frame it is.
	KindDirect

	// KindEAPOL is an EAPOL frame, on Ethernet or 802.11. Data is the frame
	// from its version octet on.
	KindEAPOL
	// KindRADIUS is a RADIUS access packet. RADIUS is set; Data is the EAP packet of its EAP-Message attributes, empty without any.
	KindRADIUS
	// KindUPnP is an action or event of WFAWLANConfig. UPnP is set; Data is its
	// binary argument, if any.
	KindUPnP
	// KindIEEE1905 is a WSC message in an AP-Autoconfiguration message of IEEE 1905.1 (EasyMesh). Data is the WSC message.
	KindIEEE1905
)

var kindNames = [...]string{
	KindNote:                  "Note",
	KindBeacon:                "Beacon",
	KindProbeRequest:          "ProbeRequest",
	KindProbeResponse:         "ProbeResponse",
	KindAuthentication:        "Authentication",
	KindAssociationRequest:    "AssociationRequest",
	KindAssociationResponse:   "AssociationResponse",
	KindReassociationRequest:  "ReassociationRequest",
	KindReassociationResponse: "ReassociationResponse",
	KindDisassociation:        "Disassociation",
	KindDeauthentication:      "Deauthentication",
	KindDirect:                "Direct",
	KindEAPOL:                 "EAPOL",
	KindRADIUS:                "RADIUS",
	KindUPnP:                  "UPnP",
	KindIEEE1905:              "IEEE1905",
}

// String returns the name of the kind, such as "ProbeRequest".
func (k EventKind) String() string {
	if k > 0 && int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "EventKind(" + strconv.Itoa(int(k)) + ")"
}

// An Event is one observation in a capture. The Event itself and Data are valid
// until the next call of [Reader.Next]; the values that Management, RADIUS and
// UPnP point to do not change and may be kept.
type Event struct {
	Kind EventKind
	// Frame counts the frames of the capture from 1, as Wireshark does. An
	// event from several frames (UPnP) has the number and time of the last one.
	Frame int
	Time  time.Time

	// Src and Dst are the link-layer source and destination. Zero where the link layer has none: raw IP, loopback, and
	// the destination on Linux cooked captures. EAPOL on a wire is often sent to the group address 01:80:c2:00:00:03.
	Src, Dst [6]byte
	// BSSID is the access point's address in 802.11 frames. Zero elsewhere, and in four-address frames.
	BSSID [6]byte
	// Radio is the information of the radio; its zero value means that the
	// frame was not captured on the air.
	Radio RadioInfo

	// Data is the payload that Kind names.
	Data []byte

	Management *Management
	RADIUS     *RADIUSPacket
	UPnP       *UPnPMessage

	// Truncated reports that the frame is shorter than its lengths say. Data or
	// Management then has only the beginning.
	Truncated bool
	// Note is a sentence about a problem with this frame, or empty.
	Note string
	// Described reports that the event comes from the output of a program, not
	// from a captured frame: see package text. Data and Management then hold
	// only what the program printed, and nothing follows from what is missing.
	Described bool
	// Interface distinguishes the interfaces of the programs whose output is
	// read; it is 0 in captures. It identifies a station or an access point whose
	// address is not known.
	Interface int
}

// RadioInfo describes a frame captured on the air. A retransmission has the
// sequence number and the transmitter of the first copy, and the retry bit.
type RadioInfo struct {
	// OnAir is set for each 802.11 frame.
	OnAir bool
	// Retry is the retry bit of the frame control field.
	Retry bool
	// Sequence is the sequence number, 0 to 4095.
	Sequence uint16
	// Frequency is the centre frequency of the channel in MHz; 0 if unknown.
	Frequency uint16
	// Signal is the received power in dBm; 0 if unknown.
	Signal int8
}

// Channel returns the channel number of the frequency, or 0 if unknown.
func (r RadioInfo) Channel() int { return dot11.Channel(int(r.Frequency)) }

// RADIUSPacket is a RADIUS packet between an access point (the client) and a server, RFC 2865.
type RADIUSPacket struct {
	// Code is 1 Access-Request, 2 Access-Accept, 3 Access-Reject or 11 Access-Challenge.
	Code       uint8
	Identifier uint8
	// Client and Server are the two ends, whichever of them sent the packet.
	Client, Server netip.AddrPort
	// State is the State attribute (24), which ties a request to the challenge
	// that it answers; nil if absent.
	State []byte
	// CallingStationID and CalledStationID are the attributes 31 and 30 as sent, of a request.
	CallingStationID, CalledStationID string
	// Station and AP are the addresses in these attributes, zero where there is none. An answer has those of the request with its identifier.
	Station, AP [6]byte
}

// RADIUS codes, RFC 2865 section 4.
const (
	RADIUSAccessRequest   = 1
	RADIUSAccessAccept    = 2
	RADIUSAccessReject    = 3
	RADIUSAccessChallenge = 11
)

// UPnPMessage is an action of the WFAWLANConfig:1 service between an external registrar and an access point, or its event WLANEvent.
type UPnPMessage struct {
	// Action is the name of the action, such as "PutMessage", or "WLANEvent". Empty in a fault whose request was not seen.
	Action string
	// Response is set for the answer to an action.
	Response bool
	// AP and Registrar are the two ends: an action goes to the access point, an event to the registrar.
	AP, Registrar netip.AddrPort
	// Station is the station of PutWLANResponse or WLANEvent, otherwise zero.
	// Some registrars send a wrong one.
	Station [6]byte
	// EventType, in PutWLANResponse and WLANEvent, is 1 for a probe request and 2 for EAP.
	EventType uint8
	// Fault is the UPnP error code of a refused action, such as 401; 0 if the action was not refused.
	Fault int
}

// Names of the actions of WFAWLANConfig:1 that access points implement, and of its event.
const (
	ActionGetDeviceInfo        = "GetDeviceInfo"
	ActionPutMessage           = "PutMessage"
	ActionPutWLANResponse      = "PutWLANResponse"
	ActionSetSelectedRegistrar = "SetSelectedRegistrar"
	EventWLAN                  = "WLANEvent"
)
