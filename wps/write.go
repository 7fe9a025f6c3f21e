package wps

import (
	"encoding/binary"
	"fmt"
)

// value appends the encoding of the field at place to dst; zero reports whether
// it is the zero value, for which an optional attribute is left out.
func value(dst []byte, place any) (v []byte, zero bool) {
	switch p := place.(type) {
	case *uint8:
		return append(dst, *p), *p == 0
	case *bool:
		if *p {
			return append(dst, 1), false
		}
		return append(dst, 0), true
	case *Nonce:
		return append(dst, p[:]...), *p == Nonce{}
	case *SecretNonce:
		return append(dst, p[:]...), *p == SecretNonce{}
	case *[8]byte:
		return append(dst, p[:]...), *p == [8]byte{}
	case *[32]byte:
		return append(dst, p[:]...), *p == [32]byte{}
	case *MAC:
		return append(dst, p[:]...), *p == MAC{}
	case *UUID:
		return append(dst, p[:]...), *p == UUID{}
	case *PublicKey:
		return append(dst, p[:]...), *p == PublicKey{}
	case *string:
		return append(dst, *p...), *p == ""
	case *[]byte:
		return append(dst, *p...), len(*p) == 0
	case *Redacted:
		return append(dst, *p...), len(*p) == 0
	case *AuthType:
		return binary.BigEndian.AppendUint16(dst, uint16(*p)), *p == 0
	case *EncrType:
		return binary.BigEndian.AppendUint16(dst, uint16(*p)), *p == 0
	case *ConnType:
		return append(dst, uint8(*p)), *p == 0
	case *ConfigMethods:
		return binary.BigEndian.AppendUint16(dst, uint16(*p)), *p == 0
	case *ConfigError:
		return binary.BigEndian.AppendUint16(dst, uint16(*p)), *p == 0
	case *DevicePasswordID:
		return binary.BigEndian.AppendUint16(dst, uint16(*p)), *p == 0
	case *AssociationState:
		return binary.BigEndian.AppendUint16(dst, uint16(*p)), *p == 0
	case *RequestType:
		return append(dst, uint8(*p)), *p == 0
	case *ResponseType:
		return append(dst, uint8(*p)), *p == 0
	case *RFBands:
		return append(dst, uint8(*p)), *p == 0
	case *State:
		return append(dst, uint8(*p)), *p == 0
	case *MultiAP:
		return append(dst, uint8(*p)), *p == 0
	case *uint16:
		return binary.BigEndian.AppendUint16(dst, *p), *p == 0
	case *uint32:
		return binary.BigEndian.AppendUint32(dst, *p), *p == 0
	case *DeviceType:
		return append(dst, p[:]...), *p == DeviceType{}
	case *[]DeviceType:
		for _, t := range *p {
			dst = append(dst, t[:]...)
		}
		return dst, len(*p) == 0
	case *SSID:
		return append(dst, *p...), *p == ""
	case *NetworkKey:
		return append(dst, *p...), len(*p) == 0
	case *OOBPassword:
		return p.append(dst), p.ID == 0
	case *[]MAC:
		for _, m := range *p {
			dst = append(dst, m[:]...)
		}
		return dst, len(*p) == 0
	}
	panic(fmt.Sprintf("wps: a field of type %T cannot be written", place)) // the tests write every field
}

// encoder appends attributes to octets.
type encoder struct {
	octets []byte
	err    *Error // the first fault; the octets are of no use then
}

// list appends a list in the order of its layout.
func (e *encoder) list(l List) {
	h := l.Attributes()
	lay := l.layout()
	for i := range lay.rows {
		row := &lay.rows[i]
		switch row.Attribute {
		case AttrVersion:
			version := h.Version
			if version == 0 {
				version = 0x10
			}
			e.attribute(AttrVersion, []byte{version})
		case AttrMessageType:
			t, _ := l.Kind().MessageType()
			e.attribute(AttrMessageType, []byte{byte(t)})
		case AttrVendorExtension:
			e.extensions(h)
		case AttrCredential:
			e.credentials(*row.place(l).(*[]Credential), row.needed(l, Strict), row.Clause)
		case AttrRequestedDeviceType:
			types := *row.place(l).(*[]DeviceType)
			if len(types) > maxRepeated {
				e.refuse(tooMany(row.Attribute))
				return
			}
			for _, t := range types {
				e.attribute(row.Attribute, t[:])
			}
		default:
			e.field(l, h, row)
		}
	}
}

// field appends the attribute of a field, unless it can be left out.
func (e *encoder) field(l List, h *Header, row *row) {
	at := e.begin(row.Attribute)
	var zero bool
	if e.octets, zero = value(e.octets, row.place(l)); !h.Has(row.Attribute) {
		if zero && !row.needed(l, Strict) && row.Attribute != AttrNetworkKey { // iwd requires the key even if it is empty
			e.octets = e.octets[:at-attributeHeader]
			return
		}
		e.adjust(row, at)
	}
	e.end(row.Attribute, row.info, at)
}

// adjust changes the value that starts at an offset, which the program set, to
// the one that is sent. A decoded value is sent unchanged.
func (e *encoder) adjust(row *row, at int) {
	switch v := e.octets[at:]; {
	case row.Attribute == AttrNetworkIndex && v[0] == 0:
		v[0] = 1 // deprecated in 2.0; iwd and hostap require it all the same
	case row.Attribute == AttrOSVersion:
		v[0] |= 0x80 // reserved, sent as 1 [hostap, iwd]
	case len(v) == 0 && (row.info.Encoding == ASCII || row.info.Encoding == UTF8):
		e.octets = append(e.octets, ' ') // an empty attribute breaks some parsers [hostap, iwd]
	}
}

// extensions appends the vendor extensions and the unknown attributes.
func (e *encoder) extensions(h *Header) {
	e.wfa(&h.WFA)
	if len(h.Vendor) > maxRepeated {
		e.refuse(tooMany(AttrVendorExtension))
		return
	}
	for _, x := range h.Vendor {
		at := e.begin(AttrVendorExtension)
		e.octets = append(append(e.octets, x.Vendor[:]...), x.Data...)
		e.end(AttrVendorExtension, AttrVendorExtension.info(), at)
	}
	for _, a := range h.Unknown {
		e.attribute(a.ID, a.Value)
	}
}

// attribute appends an attribute with a value.
func (e *encoder) attribute(id AttributeID, v []byte) {
	at := e.begin(id)
	e.octets = append(e.octets, v...)
	e.end(id, id.info(), at)
}

// begin appends the type of an attribute, and room for its length. It returns
// the offset at which the value starts.
func (e *encoder) begin(id AttributeID) (at int) {
	e.octets = append(e.octets, byte(id>>8), byte(id), 0, 0)
	return len(e.octets)
}

// end fills in the length of the attribute whose value starts at an offset and
// goes up to the end. Without a row in the table, any length that fits into the
// field is allowed.
func (e *encoder) end(id AttributeID, row *AttributeInfo, at int) {
	n := len(e.octets) - at
	switch {
	case row != nil && !row.allows(n):
		e.refuse(row.lengthError(n))
	case n > maxAttribute:
		e.refuse(&Error{Attribute: id, Err: ErrLength, Detail: "it is longer than its length field allows"})
	default:
		binary.BigEndian.PutUint16(e.octets[at-2:], uint16(n))
	}
}

// refuse makes the encoding fail; the first reason is kept.
func (e *encoder) refuse(err *Error) {
	if e.err == nil {
		e.err = err
	}
}

func tooMany(id AttributeID) *Error {
	return &Error{Attribute: id, Clause: "hostap", Err: ErrTooMany, Detail: fmt.Sprintf("more than %d", maxRepeated)}
}
