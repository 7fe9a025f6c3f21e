package wps

import (
	"encoding/binary"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// Header is what every list of attributes carries around its own.
type Header struct {
	// Version is 0x10 on the wire, whatever the version; 0 sends 0x10.
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

// idSet is a set of the attributes 0x1000 to 0x107F.
type idSet [2]uint64

func (s *idSet) has(id AttributeID) bool {
	return id&^0x7F == 0x1000 && s[id>>6&1]>>(id&63)&1 != 0
}

func (s *idSet) add(id AttributeID) {
	if id&^0x7F == 0x1000 {
		s[id>>6&1] |= 1 << (id & 63)
	}
}

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
	return b.Bytes()
}

// finisher is a List that has to look at what was read as a whole.
type finisher interface{ finish(d *Decoder) }

// onceOnly are the attributes whose repetition is an attack or a fault, not
// a habit: which of two counts would decide what the run proves.
var onceOnly = func() (s idSet) {
	for _, id := range []AttributeID{
		AttrEnrolleeNonce, AttrRegistrarNonce, AttrPublicKey, AttrAuthenticator, AttrEncryptedSettings,
		AttrEHash1, AttrEHash2, AttrRHash1, AttrRHash2, AttrESNonce1, AttrESNonce2, AttrRSNonce1, AttrRSNonce2,
		AttrKeyWrapAuthenticator, AttrMessageType,
	} {
		s.add(id)
	}
	return s
}()

func (d *Decoder) decode(l List) {
	h := l.Attributes()
	h.Raw = d.data
	for d.Next() {
		if d.id == AttrVendorExtension {
			h.vendor(d)
			continue
		}
		p := place(l, h, d.id)
		if p == nil {
			h.Unknown = append(h.Unknown, Attribute{d.id, d.value})
			continue
		}
		if h.seen.has(d.id) && !d.row.Repeats && !d.repeated() {
			return
		}
		h.seen.add(d.id)
		set(d, p, d.value)
	}
	if d.err == nil {
		checkPresence(d, l, h)
	}
	if f, ok := l.(finisher); ok && d.err == nil {
		f.finish(d)
	}
	if d.mode == Strict && h.WFA.Version2 != 0 && d.err == nil {
		checkValues(d)
	}
	h.Quirks |= d.quirks
}

// place points at where an attribute of the list is kept; nil is nowhere.
func place(l List, h *Header, id AttributeID) any {
	switch id {
	case AttrVersion:
		return &h.Version
	case AttrMessageType:
		if _, ok := l.Kind().MessageType(); ok {
			return checkedType(l.Kind())
		}
		return nil
	}
	return l.field(id)
}

// checkedType is the place of a Message Type: known beforehand, so compared.
type checkedType Kind

func (h *Header) vendor(d *Decoder) {
	if [3]byte(d.value) == VendorWFA {
		h.WFA.decode(d, d.value[3:])
		return
	}
	if len(h.Vendor) == maxVendorExtensions {
		d.failf(AttrVendorExtension, ErrTooMany, "more than %d extensions of unknown vendors", maxVendorExtensions)
		return
	}
	h.Vendor = append(h.Vendor, VendorExtension{[3]byte(d.value), d.value[3:]})
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
func checkPresence(d *Decoder, l List, h *Header) {
	lay := &layouts[l.Kind()]
	must := lay.must
	if d.mode == Strict && h.WFA.Version2 != 0 {
		must[0] |= lay.must2[0]
		must[1] |= lay.must2[1]
	}
	if must[0]&^h.seen[0]|must[1]&^h.seen[1] == 0 {
		return
	}
	for _, row := range lay.rows {
		if must.has(row.Attribute) && !h.seen.has(row.Attribute) {
			d.at = len(d.data)
			d.failf(row.Attribute, ErrMissing, "%v cannot do without it", l.Kind())
			d.err.Clause = row.Clause
			return
		}
	}
}

// checkValues is the strict validator's pass over what was read.
func checkValues(d *Decoder) {
	again := Decoder{data: d.data, mode: Strict, kind: d.kind}
	for again.Next() {
		if err, ok := (Attribute{again.id, again.value}).Valid().(*Error); ok {
			err.Kind, err.Offset = d.kind, again.at
			d.err = err
			return
		}
	}
}

// set stores the value of an attribute, of a length that the table allows.
func set(d *Decoder, place any, v []byte) {
	switch p := place.(type) {
	case *uint8:
		*p = v[0]
		if d.id == AttrVersion && v[0] != 0x10 {
			d.allow(QuirkVersion, d.id)
		}
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
	case checkedType:
		if t := MessageType(v[0]); t.Kind() != Kind(p) {
			d.failf(d.id, ErrMessageType, "it is %v", t)
		}
	}
}

// text reads a string, cutting a terminator that should not be there.
func (d *Decoder) text(v []byte) string {
	if len(v) > 0 && v[len(v)-1] == 0 && d.allow(QuirkTerminatedText, d.id) {
		return strings.TrimRight(string(v), "\x00")
	}
	return string(v)
}

// maxDeviceTypes is how many requested device types are kept [hostap].
const maxDeviceTypes = 16

func appendDeviceTypes(d *Decoder, list []DeviceType, v []byte) []DeviceType {
	if len(v)%8 != 0 {
		d.fail(d.id, ErrLength, wholeDeviceTypes(v))
		return list
	}
	for ; len(v) > 0 && len(list) < maxDeviceTypes; v = v[8:] {
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
	for _, row := range layouts[l.Kind()].rows {
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
			encodeCredentials(b, *l.field(AttrCredential).(*[]Credential))
		case AttrRequestedDeviceType:
			for _, t := range *l.field(AttrRequestedDeviceType).(*[]DeviceType) {
				addAttribute(b, row.Attribute, t[:])
			}
		default:
			encodeRow(b, l, h, row)
		}
	}
}

func encodeRow(b *cryptobyte.Builder, l List, h *Header, row Rule) {
	var scratch [256]byte
	v, zero := value(scratch[:0], l.field(row.Attribute))
	if zero && !h.Has(row.Attribute) && !row.sent(l) {
		return
	}
	info := row.Attribute.info()
	if len(v) == 0 && (info.Encoding == ASCII || info.Encoding == UTF8) && !h.Has(row.Attribute) {
		v = append(v, ' ') // an empty attribute breaks some parsers [hostap, iwd]
	}
	if len(v) > info.Max {
		err := info.lengthError(len(v))
		err.Kind = l.Kind()
		b.SetError(err)
		return
	}
	addAttribute(b, row.Attribute, v)
}

func (h *Header) encodeExtensions(b *cryptobyte.Builder) {
	h.WFA.encode(b)
	for _, e := range h.Vendor {
		addVendor(b, e.Vendor, e.Data)
	}
	for _, a := range h.Unknown {
		addAttribute(b, a.ID, a.Value)
	}
}

func addAttribute(b *cryptobyte.Builder, id AttributeID, v []byte) {
	b.AddUint16(uint16(id))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(v) })
}
