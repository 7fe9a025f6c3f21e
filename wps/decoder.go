package wps

import (
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// Decoder walks the attributes of a list: a message, an element, a Credential,
// decrypted settings. It allocates nothing, never reads past its input and
// stops at the first fault, which [Decoder.Err] returns:
//
//	d := wps.NewDecoder(body, wps.Tolerant)
//	for d.Next() {
//		fmt.Println(d.ID(), len(d.Value()))
//	}
//	if err := d.Err(); err != nil { … }
//
// Lengths are checked against the table of attributes, values are not. Unknown
// attributes are returned like any other.
type Decoder struct {
	data    []byte
	next    int // offset of the next attribute
	at      int // offset of the current one
	id      AttributeID
	row     *AttributeInfo // of the current one; nil if unknown
	value   []byte
	nonZero int // up to here, data is known to have a non-zero octet after it
	kind    Kind
	mode    Mode
	quirks  Quirks
	err     *Error
}

// attributeHeader is the length of an attribute's type and length, in octets.
const attributeHeader = 4

// NewDecoder returns a decoder of the attributes in b.
func NewDecoder(b []byte, mode Mode) Decoder { return Decoder{data: b, mode: mode} }

// Next moves to the next attribute. It returns false at the end or at a fault.
func (d *Decoder) Next() bool {
	if d.err != nil {
		return false
	}
	if d.id == AttrNetworkKey && d.extraOctet() {
		if !d.allow(QuirkExtraOctet, AttrNetworkKey) {
			return false
		}
		d.next++
	}
	rest := d.data[d.next:]
	d.at = d.next
	switch {
	case len(rest) == 0:
		return false
	case rest[0] == 0 && d.zeroToEnd():
		d.next = len(d.data)
		d.allow(QuirkZeroPadding, 0)
		return false
	case len(rest) < attributeHeader && d.kind.isElement():
		d.next = len(d.data)
		d.allow(QuirkTrailingOctets, 0)
		return false
	case len(rest) < attributeHeader:
		d.fail(0, ErrTruncated, "an attribute's type and length need four octets, fewer are left")
		return false
	}
	id := AttributeID(rest[0])<<8 | AttributeID(rest[1])
	n := int(rest[2])<<8 | int(rest[3])
	if n > len(rest)-attributeHeader {
		d.failf(id, ErrTruncated, "announces %d octets, %d are left", n, len(rest)-attributeHeader)
		return false
	}
	d.id, d.row = id, id.info()
	d.value = rest[attributeHeader : attributeHeader+n : attributeHeader+n]
	d.next += attributeHeader + n
	if d.row != nil && !d.row.allows(n) {
		return d.wrongLength()
	}
	return true
}

// wrongLength truncates a string that is too long, accepts an extension without
// a vendor, and refuses any other length that the table does not allow.
func (d *Decoder) wrongLength() bool {
	text := d.row.Encoding == ASCII || d.row.Encoding == UTF8
	if d.id == AttrVendorExtension && len(d.value) < d.row.Min && d.mode == Tolerant {
		return d.allow(QuirkShortExtension, d.id)
	}
	if text && d.mode == Tolerant {
		d.allow(QuirkLongString, d.id)
		d.value = cutText(d.value, d.row.Max)
		return true
	}
	d.err = d.row.lengthError(len(d.value))
	d.err.Kind, d.err.Offset = d.kind, d.at
	return false
}

// cutText truncates a string to at most n octets, at the end of a character.
func cutText(v []byte, n int) []byte {
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(v[i]) {
			return v[:i]
		}
	}
	return v[:n] // not UTF-8
}

// extraOctet detects the extra octet that some access points send after Network
// Key: no valid attribute follows, but one octet later there is one, or the
// list ends.
func (d *Decoder) extraOctet() bool {
	rest := d.data[d.next:]
	return len(rest) == 1 || len(rest) > 1 && rest[0] != 0x10 && rest[1] == 0x10
}

// ID returns the type of the current attribute.
func (d *Decoder) ID() AttributeID { return d.id }

// Value returns the value of the current attribute. It shares memory with the
// input.
func (d *Decoder) Value() []byte { return d.value }

// Offset returns the offset of the current attribute, in octets from the start
// of the input.
func (d *Decoder) Offset() int { return d.at }

// Quirks returns the quirks seen so far.
func (d *Decoder) Quirks() Quirks { return d.quirks }

// Err returns the fault that ended the walk, an [*Error], or nil.
func (d *Decoder) Err() error {
	if d.err == nil {
		return nil
	}
	return d.err
}

// allow records a quirk. In strict mode it fails, unless the protocol allows
// the quirk.
func (d *Decoder) allow(q Quirks, id AttributeID) bool {
	row := &quirks[bits.TrailingZeros32(uint32(q))]
	if d.mode == Tolerant || row.Err == nil {
		d.quirks |= q
		return true
	}
	d.fail(id, row.Err, row.Seen)
	d.err.Clause = row.Origin
	return false
}

func (d *Decoder) fail(id AttributeID, class error, detail string) {
	d.err = &Error{Kind: d.kind, Attribute: id, Offset: d.at, Err: class, Detail: detail}
}

func (d *Decoder) failf(id AttributeID, class error, format string, args ...any) {
	d.fail(id, class, fmt.Sprintf(format, args...))
}

// zeroToEnd reports whether only zeros follow. It remembers the octet that is
// not zero, so that a hostile list is not searched again for each attribute.
func (d *Decoder) zeroToEnd() bool {
	if d.next < d.nonZero {
		return false
	}
	for i, c := range d.data[d.next:] {
		if c != 0 {
			d.nonZero = d.next + i + 1
			return false
		}
	}
	return true
}

// offset returns the offset of the last attribute of a type, or the end of the
// list if there is none.
func (d *Decoder) offset(id AttributeID) int {
	at := len(d.data)
	for again := NewDecoder(d.data, Tolerant); again.Next(); {
		if again.id == id {
			at = again.at
		}
	}
	return at
}

// Find returns the value of the first attribute of a type, or nil. It stops at
// the first fault of the list.
func Find(b []byte, id AttributeID) []byte {
	d := NewDecoder(b, Tolerant)
	for d.Next() {
		if d.id == id {
			return d.value
		}
	}
	return nil
}
