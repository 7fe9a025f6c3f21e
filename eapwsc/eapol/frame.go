package eapol

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// EtherType is the protocol number of EAPOL on Ethernet, and after the LLC
// and SNAP header on 802.11.
const EtherType = 0x888E

// PAEGroup is the address to which a station on Ethernet sends EAPOL before it
// knows the authenticator. Bridges do not forward it. On 802.11, frames are
// sent to the BSSID.
var PAEGroup = wps.MAC{0x01, 0x80, 0xC2, 0x00, 0x00, 0x03}

// Versions of the frame: IEEE 802.1X-2001, -2004 and -2010. A receiver accepts
// any. Some access points drop frames of another version than 1, so supplicants
// send 1 for compatibility [hostap].
const (
	Version1 = 1
	Version2 = 2
	Version3 = 3
)

const (
	headerLen = 4 // Version, Type, Length

	// An EAP packet begins with Code, Identifier and its Length in two octets.
	eapLengthOffset = 2
	eapHeaderLen    = 4
)

// Type is the type of a frame: IEEE 802.1X-2010 §11.3.2.
type Type uint8

// The types in use between a station and an access point.
const (
	TypeEAP    Type = 0 // an EAP packet
	TypeStart  Type = 1 // from the station: asks for an EAP-Request; no body
	TypeLogoff Type = 2 // from the station; no body
	TypeKey    Type = 3 // the 4-way and the group key handshake
)

var typeNames = [...]string{
	TypeEAP: "EAP-Packet", TypeStart: "EAPOL-Start", TypeLogoff: "EAPOL-Logoff", TypeKey: "EAPOL-Key",
	4: "EAPOL-Encapsulated-ASF-Alert", 5: "EAPOL-MKA",
}

// String returns the type's name in the standard, such as "EAPOL-Start".
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// Frame is an EAPOL frame, without the header of the link.
type Frame struct {
	Version uint8
	Type    Type
	// Length is the length of the body according to the header, right or wrong.
	// It allows judging received frames; AppendTo writes the length of Body
	// instead.
	Length uint16
	// Body of an EAP frame is exactly the EAP packet. In a frame from
	// ParseFrame it shares memory with the input.
	Body []byte
}

// ParseFrame reads the EAPOL frame at the start of b. The body ends where its
// Length says, or at the end of b. The body of an EAP frame ends where the EAP
// packet ends if b holds all of it, whatever the frame's Length says;
// [eap.ParsePacket] detects a truncated EAP packet.
//
// The only error is [eap.ErrTruncated]: fewer octets than the header has.
func ParseFrame(b []byte) (Frame, error) {
	if len(b) < headerLen {
		return Frame{}, &eap.Error{
			Field: "EAPOL header", Clause: "IEEE 802.1X-2010 §11.3", Err: eap.ErrTruncated,
			Detail: fmt.Sprintf("%d octets received, the header has %d", len(b), headerLen),
		}
	}
	f := Frame{Version: b[0], Type: Type(b[1]), Length: binary.BigEndian.Uint16(b[2:])}
	body := b[headerLen:]
	length := min(int(f.Length), len(body))
	if f.Type == TypeEAP {
		if eapLength, ok := eapLength(body); ok {
			length = eapLength
		}
	}
	f.Body = body[:length:length]
	return f, nil
}

// eapLength returns the Length of the EAP packet in body, or false if that
// cannot be the length of a packet in body.
func eapLength(body []byte) (int, bool) {
	if len(body) < eapHeaderLen {
		return 0, false
	}
	length := int(binary.BigEndian.Uint16(body[eapLengthOffset:]))
	return length, length >= eapHeaderLen && length <= len(body)
}

// AppendTo appends the frame's octets to dst, with the length of Body as its
// Length. It fails with [eap.ErrTooLong], returning dst as it was, if that
// is more than 65535.
func (f Frame) AppendTo(dst []byte) ([]byte, error) {
	if len(f.Body) > math.MaxUint16 {
		return dst, &eap.Error{
			Field: "EAPOL Length", Offset: 2, Clause: "IEEE 802.1X-2010 §11.3.3", Err: eap.ErrTooLong,
			Detail: fmt.Sprintf("%d octets, a frame carries at most %d", len(f.Body), math.MaxUint16),
		}
	}
	dst = slices.Grow(dst, headerLen+len(f.Body))
	dst = append(dst, f.Version, byte(f.Type))
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(f.Body)))
	return append(dst, f.Body...), nil
}
