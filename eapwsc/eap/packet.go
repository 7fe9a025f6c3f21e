package eap

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Identities that a station gives in its EAP-Response/Identity. They have not
// changed since version 1.0 of the protocol.
const (
	// EnrolleeIdentity, 29 octets: the station is the Enrollee and the access
	// point the Registrar, which begins with WSC_Start.
	EnrolleeIdentity = "WFA-SimpleConfig-Enrollee-1-0"
	// RegistrarIdentity, 30 octets: the station is an external Registrar and
	// the access point the Enrollee, which begins with M1.
	RegistrarIdentity = "WFA-SimpleConfig-Registrar-1-0"
)

// Numbers in the expanded type of an EAP-WSC packet: WSC 2.0.5 §7.7.1.
const (
	// VendorWFA is the Vendor-Id of the Wi-Fi Alliance, three octets.
	VendorWFA = 0x00372A
	// VendorTypeWSC is the Vendor-Type of Wi-Fi Simple Configuration, four octets.
	VendorTypeWSC = 1

	// The expanded Nak is type 3 of Vendor-Id 0, the IETF: RFC 3748 §5.3.2.
	vendorIETF    = 0
	vendorTypeNak = 3
)

// Lengths in octets, from the start of the packet.
const (
	headerLen        = 4  // Code, Identifier, Length
	typeLen          = 5  // … and Type
	expandedLen      = 12 // … and Vendor-Id, Vendor-Type
	wscLen           = 14 // … and Op-Code, Flags
	messageLengthLen = 2  // the Message Length, when there is one

	maxPacketLen = math.MaxUint16 // what Length can say
	maxVendorID  = 1<<24 - 1
)

// Code is the first octet of an EAP packet: RFC 3748 §4.
type Code uint8

// The EAP codes. EAP-WSC always ends with Failure: what Registration brought
// about is no access to the network but the means to get it.
const (
	CodeRequest  Code = 1 // server to peer
	CodeResponse Code = 2 // peer to server
	CodeSuccess  Code = 3 // not used by EAP-WSC
	CodeFailure  Code = 4 // the normal end of EAP-WSC
)

var codeNames = []string{CodeRequest: "Request", CodeResponse: "Response", CodeSuccess: "Success", CodeFailure: "Failure"}

// String returns the code's name in RFC 3748, such as "Request".
func (c Code) String() string { return enumString("Code", codeNames, uint8(c)) }

// known reports whether the code is one of the four.
func (c Code) known() bool { return c >= CodeRequest && c <= CodeFailure }

// Type is the method of an EAP Request or Response: RFC 3748 §5.
type Type uint8

// The EAP types that a device with WPS has to know.
const (
	TypeIdentity     Type = 1
	TypeNotification Type = 2
	TypeNak          Type = 3 // Response only: the peer will not do this method
	TypeExpanded     Type = 254
)

// typeNames has the methods that a station meets when it asks for WPS at an
// access point that takes it for a user of its network.
var typeNames = []string{
	TypeIdentity: "Identity", TypeNotification: "Notification", TypeNak: "Nak",
	4: "MD5-Challenge", 6: "GTC", 13: "TLS", 17: "LEAP", 18: "SIM", 21: "TTLS", 23: "AKA", 25: "PEAP",
	26: "MSCHAPv2", 43: "FAST", 47: "PSK", 50: "AKA'", 52: "PWD", 55: "TEAP",
	TypeExpanded: "Expanded",
}

// String returns the type's name, such as "Identity".
func (t Type) String() string { return enumString("Type", typeNames, uint8(t)) }

// OpCode says what an EAP-WSC packet carries: WSC 2.0.5 §7.7.1.
type OpCode uint8

// The op-codes.
const (
	OpStart   OpCode = 1 // server to peer, before M1 of a station; no data
	OpACK     OpCode = 2 // a WSC_ACK message
	OpNACK    OpCode = 3 // a WSC_NACK message
	OpMSG     OpCode = 4 // M1 to M8 and M2D
	OpDone    OpCode = 5 // a WSC_Done message; from the Enrollee only
	OpFragACK OpCode = 6 // asks for the next fragment; no data
)

var opCodeNames = []string{
	OpStart: "WSC_Start", OpACK: "WSC_ACK", OpNACK: "WSC_NACK", OpMSG: "WSC_MSG", OpDone: "WSC_Done", OpFragACK: "WSC_FRAG_ACK",
}

// String returns the op-code's name in the specification, such as "WSC_MSG".
func (o OpCode) String() string { return enumString("OpCode", opCodeNames, uint8(o)) }

// IsMessage reports whether packets of the op-code carry a WSC message or a
// fragment of one.
func (o OpCode) IsMessage() bool { return o >= OpACK && o <= OpDone }

// signal reports whether packets of the op-code carry nothing.
func (o OpCode) signal() bool { return o == OpStart || o == OpFragACK }

// enumString returns names[v], or typ(v) when the table has no such row.
func enumString(typ string, names []string, v uint8) string {
	if int(v) < len(names) && names[v] != "" {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", typ, v)
}

// Flags is the octet after the op-code: WSC 2.0.5 §7.7.1.
type Flags uint8

// The flags; the other bits are reserved.
const (
	FlagMoreFragments Flags = 0x01 // MF: this is not the last fragment
	FlagLengthField   Flags = 0x02 // LF: a Message Length follows

	flagsReserved = ^(FlagMoreFragments | FlagLengthField)
)

// String lists the flags as the specification abbreviates them: "MF|LF", or
// "0" for none.
func (f Flags) String() string {
	if f == 0 {
		return "0"
	}
	var set []string
	if f.Has(FlagMoreFragments) {
		set = append(set, "MF")
	}
	if f.Has(FlagLengthField) {
		set = append(set, "LF")
	}
	if r := f & flagsReserved; r != 0 {
		set = append(set, fmt.Sprintf("%#02x", uint8(r)))
	}
	return strings.Join(set, "|")
}

// Has reports whether the flag is set.
func (f Flags) Has(flag Flags) bool { return f&flag == flag }

// Packet is an EAP packet. Which fields count depends on those before them:
// Success and Failure have no Type, only the expanded type has a vendor, and
// only EAP-WSC ([Packet.IsWSC]) has op-code and flags.
type Packet struct {
	Code Code
	ID   uint8 // Identifier: a Response and a Failure repeat that of the Request
	Type Type

	VendorID   uint32 // 24 bits
	VendorType uint32

	OpCode        OpCode
	Flags         Flags
	MessageLength uint16 // of the whole message; counts with FlagLengthField

	// Data is all that follows the fields above, up to the packet's Length:
	// the WSC message or fragment, the identity, what another method carries.
	// In a packet from ParsePacket it shares memory with the input.
	Data []byte
}

// NewWSC returns an EAP-WSC packet with a whole message, or without any for
// OpStart and OpFragACK. Longer messages go through a [Fragmenter].
func NewWSC(code Code, id uint8, op OpCode, message []byte) Packet {
	return Packet{
		Code: code, ID: id, Type: TypeExpanded, VendorID: VendorWFA, VendorType: VendorTypeWSC,
		OpCode: op, Data: message,
	}
}

// NewNak returns the Response of a peer that is asked for another method than
// EAP-WSC and wants EAP-WSC: the plain Nak, or the expanded one if the request
// is of the expanded type. RFC 3748 §5.3.
func NewNak(request Packet) Packet {
	nak := Packet{Code: CodeResponse, ID: request.ID, Type: TypeNak, Data: []byte{byte(TypeExpanded)}}
	if request.Type == TypeExpanded {
		nak.Type, nak.VendorID, nak.VendorType = TypeExpanded, vendorIETF, vendorTypeNak
		nak.Data = appendExpanded(nil, VendorWFA, VendorTypeWSC)
	}
	return nak
}

// IsWSC reports whether the packet is an EAP-WSC Request or Response.
func (p Packet) IsWSC() bool {
	return p.hasType() && p.Type == TypeExpanded && p.VendorID == VendorWFA && p.VendorType == VendorTypeWSC
}

// IsNak reports whether the packet refuses the method of the Request, in the
// plain or the expanded form.
func (p Packet) IsNak() bool {
	return p.Code == CodeResponse && (p.Type == TypeNak ||
		p.Type == TypeExpanded && p.VendorID == vendorIETF && p.VendorType == vendorTypeNak)
}

// hasType reports whether the packet is a Request or a Response.
func (p Packet) hasType() bool { return p.Code == CodeRequest || p.Code == CodeResponse }

// dataOffset returns where Data starts in the packet.
func (p Packet) dataOffset() int {
	switch {
	case !p.hasType():
		return headerLen
	case p.Type != TypeExpanded:
		return typeLen
	case !p.IsWSC():
		return expandedLen
	case p.Flags.Has(FlagLengthField):
		return wscLen + messageLengthLen
	default:
		return wscLen
	}
}

// Len returns the EAP Length of the packet in octets. What a frame holds
// beyond it is not part of the packet.
func (p Packet) Len() int { return p.dataOffset() + len(p.Data) }

// String describes the packet in a line without showing its content:
// "Response 116 WSC_MSG MF|LF, 96 of 390 octets".
func (p Packet) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %d", p.Code, p.ID)
	switch {
	case p.IsWSC():
		fmt.Fprintf(&b, " %v", p.OpCode)
		if p.Flags != 0 {
			fmt.Fprintf(&b, " %v", p.Flags)
		}
	case p.hasType() && p.Type == TypeExpanded:
		fmt.Fprintf(&b, " %v %06x/%d", p.Type, p.VendorID, p.VendorType)
	case p.hasType():
		fmt.Fprintf(&b, " %v", p.Type)
	}
	switch {
	case p.IsWSC() && p.Flags.Has(FlagLengthField):
		fmt.Fprintf(&b, ", %d of %d octets", len(p.Data), p.MessageLength)
	case len(p.Data) > 0:
		fmt.Fprintf(&b, ", %d octets", len(p.Data))
	}
	return b.String()
}

// ParsePacket reads the EAP packet at the start of b, and no more of b than
// the packet's Length covers. The error is a [*Error] of class
// [ErrTruncated], [ErrLength] or [ErrCode]; every other packet is returned,
// also one with flags, op-codes or a Message Length that make no sense, so
// that it can be judged ([Packet.Faults]).
func ParsePacket(b []byte) (Packet, error) {
	if len(b) < headerLen {
		return Packet{}, fieldHeader.Fault(ErrTruncated, "%d octets received, the header has %d", len(b), headerLen)
	}
	p := Packet{Code: Code(b[0]), ID: b[1]}
	if !p.Code.known() {
		return Packet{}, FieldCode.Fault(ErrCode, "packets of code %d are ignored", p.Code)
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length > len(b) {
		return Packet{}, fieldLength.Fault(ErrTruncated, "%d octets announced, %d received", length, len(b))
	}
	if length < headerLen {
		return Packet{}, fieldLength.Fault(ErrLength, "%d octets, the header alone has %d", length, headerLen)
	}
	b = b[:length:length]

	if p.hasType() {
		if length < typeLen {
			return Packet{}, FieldType.Fault(ErrLength, "the packet ends before it, at %d octets", length)
		}
		p.Type = Type(b[4])
		if p.Type == TypeExpanded {
			if length < expandedLen {
				return Packet{}, fieldVendor.Fault(ErrLength, "the packet ends before the Vendor-Type does, at %d octets", length)
			}
			p.VendorID = binary.BigEndian.Uint32(b[4:]) & maxVendorID
			p.VendorType = binary.BigEndian.Uint32(b[8:])
		}
	}
	if p.IsWSC() {
		if length < wscLen {
			return Packet{}, FieldOpCode.Fault(ErrLength, "the packet ends before the Flags do, at %d octets", length)
		}
		p.OpCode, p.Flags = OpCode(b[12]), Flags(b[13])
		if p.Flags.Has(FlagLengthField) {
			if length < wscLen+messageLengthLen {
				return Packet{}, fieldMessageLength.Fault(ErrLength, "announced by its flag, but the packet ends at %d octets", length)
			}
			p.MessageLength = binary.BigEndian.Uint16(b[14:])
		}
	}
	p.Data = b[p.dataOffset():]
	return p, nil
}

// AppendTo appends the packet's octets to dst. It fails, returning dst as it
// was, if the code is none of the four ([ErrCode]), if the packet is longer
// than its Length can say ([ErrTooLong]) or the Vendor-Id has more than 24
// bits ([ErrLength]). A packet from [ParsePacket], [NewNak] or a [Fragmenter]
// always succeeds.
func (p Packet) AppendTo(dst []byte) ([]byte, error) {
	if !p.Code.known() {
		return dst, FieldCode.Fault(ErrCode, "no packet has code %d", p.Code)
	}
	length := p.Len()
	if length > maxPacketLen {
		return dst, fieldLength.Fault(ErrTooLong, "%d octets, a packet has at most %d", length, maxPacketLen)
	}
	if p.VendorID > maxVendorID {
		return dst, fieldVendor.Fault(ErrLength, "%#x has more than 24 bits", p.VendorID)
	}

	dst = slices.Grow(dst, length)
	dst = append(dst, byte(p.Code), p.ID)
	dst = binary.BigEndian.AppendUint16(dst, uint16(length))
	switch {
	case !p.hasType():
	case p.Type == TypeExpanded:
		dst = appendExpanded(dst, p.VendorID, p.VendorType)
	default:
		dst = append(dst, byte(p.Type))
	}
	if p.IsWSC() {
		dst = append(dst, byte(p.OpCode), byte(p.Flags))
		if p.Flags.Has(FlagLengthField) {
			dst = binary.BigEndian.AppendUint16(dst, p.MessageLength)
		}
	}
	return append(dst, p.Data...), nil
}

// appendExpanded appends an expanded type: RFC 3748 §5.7.
func appendExpanded(dst []byte, vendorID, vendorType uint32) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(TypeExpanded)<<24|vendorID)
	return binary.BigEndian.AppendUint32(dst, vendorType)
}
