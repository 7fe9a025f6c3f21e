package wps

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// Header is what every list of attributes carries around its own.
type Header struct {
	// Version is 0x10 whatever the version: the WFA extension tells. 0
	// sends 0x10.
	Version uint8
	// WFA is the Wi-Fi Alliance's extension, in which version 2.0 lives.
	WFA WFAExtension
	// Vendor holds the extensions of other vendors.
	Vendor []VendorExtension
	// Unknown holds attributes that have no place in this list, in the
	// order in which they stood. They are sent after the WFA extension.
	Unknown []Attribute
	// Quirks tells by which of the field's habits the list departs from
	// the protocol.
	Quirks Quirks

	// Raw is what the list was read from, or nil. Authenticators are
	// computed over it: never over a list that was encoded again.
	Raw Redacted

	seen idSet
}

// Has reports whether the attribute stood in the list that was read.
func (h *Header) Has(id AttributeID) bool { return h.seen.has(id) }

// Attributes returns the header itself: what all Lists have in common.
func (h *Header) Attributes() *Header { return h }

// idSet is a set of the attributes 0x1000 to 0x107F, which are all that
// have a name.
type idSet [2]uint64

func (s *idSet) has(id AttributeID) bool {
	return id&^0x7F == 0x1000 && s[id>>6&1]>>(id&63)&1 != 0
}

func (s *idSet) add(id AttributeID) {
	if id&^0x7F == 0x1000 {
		s[id>>6&1] |= 1 << (id & 63)
	}
}

// within reports whether all of s is in o.
func (s *idSet) within(o idSet) bool { return s[0]&^o[0]|s[1]&^o[1] == 0 }

// List is anything that consists of attributes: a message, an element, a
// Credential, decrypted settings, a token. Only this package makes lists.
type List interface {
	// Kind tells which list it is.
	Kind() Kind
	// Attributes returns what all Lists have in common.
	Attributes() *Header

	// field points at the place of an attribute, or is nil.
	field(id AttributeID) any
}

// Decode reads the attributes in b into l, which is the zero value of its
// type, in whatever order they stand. Byte slices of l are parts of b. The
// error is an [*Error].
func Decode(l List, b []byte, mode Mode) error {
	d := Decoder{data: b, mode: mode, kind: l.Kind()}
	d.decode(l)
	return d.Err()
}

// Append encodes l behind dst, in the protocol's order. The error is an
// [*Error].
func Append(dst []byte, l List) ([]byte, error) {
	b := cryptobyte.NewBuilder(dst)
	encode(b, l)
	out, err := b.Bytes()
	if err == nil {
		return out, nil
	}
	wrong, ok := err.(*Error)
	if !ok {
		wrong = &Error{Err: ErrLength, Detail: "something is longer than its length can tell"}
	}
	if wrong.Kind == 0 {
		wrong.Kind = l.Kind()
	}
	return dst, wrong
}

// finisher is a List that has to look at what was read as a whole.
type finisher interface{ finish(d *Decoder) }

// idSetOf makes a set of attributes.
func idSetOf(ids ...AttributeID) (s idSet) {
	for _, id := range ids {
		s.add(id)
	}
	return s
}

// onceOnly are the attributes whose repetition is an attack or a fault, not
// a habit: which of two counts would decide what the run proves.
var onceOnly = idSetOf(
	AttrEnrolleeNonce, AttrRegistrarNonce, AttrPublicKey, AttrAuthenticator, AttrEncryptedSettings,
	AttrEHash1, AttrEHash2, AttrRHash1, AttrRHash2, AttrESNonce1, AttrESNonce2, AttrRSNonce1, AttrRSNonce2,
	AttrKeyWrapAuthenticator, AttrMessageType,
)

// maxRepeated is how many Credentials, how many Requested Device Types and
// how many extensions of unknown vendors a list may carry [hostap].
const maxRepeated = 10

func (d *Decoder) decode(l List) {
	h, lay := l.Attributes(), &layouts[d.kind]
	h.Raw = d.data
	for d.Next() {
		if !lay.all.has(d.id) {
			h.Unknown = append(h.Unknown, Attribute{d.id, d.value})
			continue
		}
		if h.Has(d.id) && !d.row.Repeats && !d.repeated() {
			return
		}
		h.seen.add(d.id)
		switch d.id {
		case AttrVersion:
			d.version(h)
		case AttrMessageType:
			d.messageType()
		case AttrVendorExtension:
			d.vendor(h)
		default:
			set(d, l.field(d.id), d.value)
		}
	}
	if d.err == nil {
		d.checkPresence(l, h, lay)
	}
	if f, ok := l.(finisher); ok && d.err == nil {
		if f.finish(d); d.err != nil {
			d.err.Offset = d.offset(d.err.Attribute)
		}
	}
	if d.mode == Strict && d.err == nil {
		d.checkOrder(h)
		d.checkValues(h.WFA.Version2 != 0)
	}
	h.Quirks |= d.quirks
}

// version takes any version that a device could mean. Those of the field all
// send 1.0 [hostap checks nothing, iwd and strict hostap want 0x10].
func (d *Decoder) version(h *Header) {
	h.Version = d.value[0]
	switch major := h.Version >> 4; {
	case h.Version == 0x10:
	case major == 1 || major == 2:
		d.allow(QuirkVersion, d.id)
	default:
		d.failf(d.id, ErrValue, "major version %d", major)
	}
}

// messageType compares the Message Type, which is known beforehand.
func (d *Decoder) messageType() {
	if t := MessageType(d.value[0]); t.Kind() != d.kind {
		d.failf(d.id, ErrMessageType, "it is %v", t)
	}
}

func (d *Decoder) vendor(h *Header) {
	vendor, data := [3]byte(d.value), d.value[3:]
	switch {
	case vendor == VendorWFA:
		h.WFA.decode(d, data)
	case len(h.Vendor) == maxRepeated:
		d.failf(d.id, ErrTooMany, "more than %d extensions of unknown vendors", maxRepeated)
	default:
		h.Vendor = append(h.Vendor, VendorExtension{vendor, data})
	}
}

// repeated decides on an attribute that stands twice.
func (d *Decoder) repeated() bool {
	if onceOnly.has(d.id) {
		d.fail(d.id, ErrDuplicate, "it may stand once only")
		return false
	}
	return d.allow(QuirkDuplicate, d.id)
}

// checkPresence finds the first attribute that the layout demands in vain.
func (d *Decoder) checkPresence(l List, h *Header, lay *layout) {
	if d.mode == Tolerant && lay.must.within(h.seen) {
		return
	}
	for i := range lay.rows {
		row := &lay.rows[i]
		switch {
		case h.Has(row.Attribute):
		case row.needed(l, d.mode):
			detail := fmt.Sprintf("%v cannot do without it", d.kind)
			if row.Need == Conditional {
				detail = "needed if " + row.When
			}
			d.fail(row.Attribute, ErrMissing, detail)
			d.err.Clause = row.Clause
			return
		case row.Missing != 0:
			d.quirks |= row.Missing
		}
	}
}

// checkOrder wants the Authenticator to be last, so that it proves all that
// stands before it.
func (d *Decoder) checkOrder(h *Header) {
	if h.Has(AttrAuthenticator) && d.id != AttrAuthenticator {
		d.fail(d.id, ErrOrder, "nothing may follow the Authenticator")
		d.err.Offset = d.offset(d.id)
	}
}

// since2 are the attributes whose values only version 2.0 restricts.
var since2 = idSetOf(AttrConfigMethods, AttrPermittedConfigMethods, AttrSelectedRegistrarConfigMethods)

// checkValues is a strict reader's second pass, over the values. hostap lets
// the messages, and they alone, of version 1.0 devices pass.
func (d *Decoder) checkValues(version2 bool) {
	if _, message := d.kind.MessageType(); message && !version2 || d.err != nil {
		return
	}
	again := Decoder{data: d.data, mode: Strict, kind: d.kind}
	for again.Next() {
		if again.row == nil || !version2 && since2.has(again.id) {
			continue
		}
		if why := again.row.wrong(again.value); why != "" {
			again.fail(again.id, ErrValue, why)
			again.err.Clause = again.row.Origin
		}
	}
	d.err = again.err
}

// set stores the value of an attribute, of a length that the table allows.
func set(d *Decoder, place any, v []byte) {
	switch p := place.(type) {
	case *uint8:
		*p = v[0]
	case *bool:
		*p = v[0] != 0
		if v[0] > 1 {
			d.allow(QuirkBoolean, d.id)
		}
	case *Nonce:
		*p = Nonce(v)
	case *SecretNonce:
		*p = SecretNonce(v)
	case *[8]byte:
		*p = [8]byte(v)
	case *[32]byte:
		*p = [32]byte(v)
	case *MAC:
		*p = MAC(v)
	case *UUID:
		*p = UUID(v)
	case *PublicKey:
		*p = PublicKey(v)
	case *string:
		*p = d.text(v)
	case *[]byte:
		*p = v
	case *Redacted:
		*p = v
	case *AuthType:
		*p = AuthType(binary.BigEndian.Uint16(v))
	case *EncrType:
		*p = EncrType(binary.BigEndian.Uint16(v))
	case *ConnType:
		*p = ConnType(v[0])
	case *ConfigMethods:
		*p = ConfigMethods(binary.BigEndian.Uint16(v))
	case *ConfigError:
		*p = ConfigError(binary.BigEndian.Uint16(v))
	case *DevicePasswordID:
		*p = DevicePasswordID(binary.BigEndian.Uint16(v))
	case *AssociationState:
		*p = AssociationState(binary.BigEndian.Uint16(v))
	case *RequestType:
		*p = RequestType(v[0])
	case *ResponseType:
		*p = ResponseType(v[0])
	case *RFBands:
		*p = RFBands(v[0])
	case *State:
		*p = State(v[0])
	case *MultiAP:
		*p = MultiAP(v[0])
	case *uint16:
		*p = binary.BigEndian.Uint16(v)
	case *uint32:
		*p = binary.BigEndian.Uint32(v)
	case *DeviceType:
		*p = DeviceType(v)
	case *[]DeviceType:
		*p = appendDeviceTypes(d, *p, v)
	case *SSID:
		*p = SSID(v)
	case *NetworkKey:
		*p = NetworkKey(v)
	case *OOBPassword:
		p.decode(d, v)
	case *[]Credential:
		*p = appendCredential(d, *p, v)
	}
}

// text reads a string, cutting a terminator that should not be there.
func (d *Decoder) text(v []byte) string {
	if len(v) > 0 && v[len(v)-1] == 0 && d.allow(QuirkTerminatedText, d.id) {
		return strings.TrimRight(string(v), "\x00")
	}
	return string(v)
}

// appendDeviceTypes reads a Requested Device Type, of which there may be
// several, or a Secondary Device Type List.
func appendDeviceTypes(d *Decoder, list []DeviceType, v []byte) []DeviceType {
	if d.id == AttrSecondaryDeviceTypeList {
		list = nil
		if why := wholeDeviceTypes(v); why != "" {
			d.fail(d.id, ErrLength, why)
		}
	}
	for ; len(v) >= 8; v = v[8:] {
		if d.id == AttrRequestedDeviceType && len(list) == maxRepeated {
			d.allow(QuirkExcess, d.id)
			break
		}
		list = append(list, DeviceType(v))
	}
	return list
}

// value appends the value kept at a place to dst; zero tells that it is the
// zero value, which an optional attribute is left out for.
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
	}
	return dst, true
}

// encode adds a list in the order of its layout.
func encode(b *cryptobyte.Builder, l List) {
	h := l.Attributes()
	for i := range layouts[l.Kind()].rows {
		row := &layouts[l.Kind()].rows[i]
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
			types := *l.field(AttrRequestedDeviceType).(*[]DeviceType)
			if len(types) > maxRepeated {
				refuse(b, tooMany(row.Attribute))
			}
			for _, t := range types {
				addAttribute(b, row.Attribute, t[:])
			}
		default:
			encodeRow(b, l, h, row)
		}
	}
}

func encodeRow(b *cryptobyte.Builder, l List, h *Header, row *Rule) {
	var scratch [256]byte
	v, zero := value(scratch[:0], l.field(row.Attribute))
	if !h.Has(row.Attribute) {
		if zero && !row.needed(l, Strict) && row.Attribute != AttrNetworkKey { // iwd wants the key even if it is empty
			return
		}
		v = asSent(row.Attribute, v)
	}
	addAttribute(b, row.Attribute, v)
}

// asSent is the value that goes out for one that the program set: what was
// read goes out as it came in.
func asSent(id AttributeID, v []byte) []byte {
	switch encoding := id.info().Encoding; {
	case id == AttrNetworkIndex && v[0] == 0:
		v[0] = 1 // deprecated in 2.0; iwd and hostap want it all the same
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
	addAttribute(b, AttrVendorExtension, append(vendor[:], data...))
}

// addAttribute adds an attribute, of a length that the table allows.
func addAttribute(b *cryptobyte.Builder, id AttributeID, v []byte) {
	if row := id.info(); row != nil && !row.allows(len(v)) {
		refuse(b, row.lengthError(len(v)))
		return
	}
	b.AddUint16(uint16(id))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(v) })
}

// refuse makes the builder fail; the first reason stays.
func refuse(b *cryptobyte.Builder, err *Error) {
	if _, failed := b.Bytes(); failed == nil {
		b.SetError(err)
	}
}

func tooMany(id AttributeID) *Error {
	return &Error{Attribute: id, Clause: "hostap", Err: ErrTooMany, Detail: fmt.Sprintf("more than %d", maxRepeated)}
}
