package wps

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
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

// encode adds a list in the order of its layout.
func encode(b *cryptobyte.Builder, l List) {
	h := l.Attributes()
	var scratch [256]byte // for a value: most are shorter
	lay := l.layout()
	for i := range lay.rows {
		row := &lay.rows[i]
		switch row.Attribute {
		case AttrVersion:
			version := h.Version
			if version == 0 {
				version = 0x10
			}
			addAttribute(b, AttrVersion, []byte{version})
		case AttrMessageType:
			t, _ := l.Kind().MessageType()
			addAttribute(b, AttrMessageType, []byte{byte(t)})
		case AttrVendorExtension:
			h.encodeExtensions(b)
		case AttrCredential:
			encodeCredentials(b, l, row)
		case AttrRequestedDeviceType:
			types := *row.place(l).(*[]DeviceType)
			if len(types) > maxRepeated {
				refuse(b, tooMany(row.Attribute))
			}
			for _, t := range types {
				addAttribute(b, row.Attribute, t[:])
			}
		default:
			encodeRow(b, l, h, row, scratch[:0])
		}
	}
}

func encodeRow(b *cryptobyte.Builder, l List, h *Header, row *row, scratch []byte) {
	v, zero := value(scratch, row.place(l))
	if !h.Has(row.Attribute) {
		if zero && !row.needed(l, Strict) && row.Attribute != AttrNetworkKey { // iwd requires the key even if it is empty
			return
		}
		v = asSent(row.Attribute, v)
	}
	if row.info.addHeader(b, row.Attribute, len(v)) {
		b.AddBytes(v)
	}
}

// asSent returns the value to send for the one that the program set: a decoded
// value is sent unchanged.
func asSent(id AttributeID, v []byte) []byte {
	switch encoding := id.info().Encoding; {
	case id == AttrNetworkIndex && v[0] == 0:
		v[0] = 1 // deprecated in 2.0; iwd and hostap require it all the same
	case id == AttrOSVersion:
		v[0] |= 0x80 // reserved, sent as 1 [hostap, iwd]
	case len(v) == 0 && (encoding == ASCII || encoding == UTF8):
		v = append(v, ' ') // an empty attribute breaks some parsers [hostap, iwd]
	}
	return v
}

func (h *Header) encodeExtensions(b *cryptobyte.Builder) {
	h.WFA.encode(b)
	if len(h.Vendor) > maxRepeated {
		refuse(b, tooMany(AttrVendorExtension))
	}
	for _, e := range h.Vendor {
		addVendor(b, e.Vendor, e.Data)
	}
	for _, a := range h.Unknown {
		addAttribute(b, a.ID, a.Value)
	}
}

func addVendor(b *cryptobyte.Builder, vendor [3]byte, data []byte) {
	if AttrVendorExtension.info().addHeader(b, AttrVendorExtension, len(vendor)+len(data)) {
		b.AddBytes(vendor[:])
		b.AddBytes(data)
	}
}

// addAttribute adds an attribute, whose length the table allows.
func addAttribute(b *cryptobyte.Builder, id AttributeID, v []byte) {
	if id.info().addHeader(b, id, len(v)) {
		b.AddBytes(v)
	}
}

// addHeader adds the type and the length of an attribute whose length is known,
// and reports whether the table allows the length; without a row it does. Most
// of what a machine sends goes through here: the builder's own way, which fills
// in the length later, takes three times as long.
func (row *AttributeInfo) addHeader(b *cryptobyte.Builder, id AttributeID, n int) bool {
	switch {
	case row != nil && !row.allows(n):
		refuse(b, row.lengthError(n))
		return false
	case n > maxAttribute:
		refuse(b, &Error{Attribute: id, Err: ErrLength, Detail: "it is longer than its length field allows"})
		return false
	}
	b.AddUint16(uint16(id))
	b.AddUint16(uint16(n))
	return true
}

// refuse makes the builder fail; the first reason is kept.
func refuse(b *cryptobyte.Builder, err *Error) {
	if _, failed := b.Bytes(); failed == nil {
		b.SetError(err)
	}
}

func tooMany(id AttributeID) *Error {
	return &Error{Attribute: id, Clause: "hostap", Err: ErrTooMany, Detail: fmt.Sprintf("more than %d", maxRepeated)}
}
