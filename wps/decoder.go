package wps

import "fmt"

// Decoder walks the attributes of a list: a message, an element, a
// Credential, decrypted settings. It allocates nothing, never reads past its
// input and stops at the first fault, which [Decoder.Err] tells:
//
//	d := wps.NewDecoder(body, wps.Tolerant)
//	for d.Next() {
//		fmt.Println(d.ID(), len(d.Value()))
//	}
//	if err := d.Err(); err != nil { … }
//
// The lengths that the table of attributes gives are checked, values are
// not. Attributes that the table lacks are walked over like any other.
type Decoder struct {
	data   []byte
	next   int // where the next attribute begins
	at     int // where the current one begins
	id     AttributeID
	row    *AttributeInfo
	value  []byte
	kind   Kind
	mode   Mode
	quirks Quirks
	err    *Error
}

// attributeHeader is the length of an attribute's type and length, in octets.
const attributeHeader = 4

// NewDecoder returns a decoder of the attributes in b.
func NewDecoder(b []byte, mode Mode) Decoder { return Decoder{data: b, mode: mode} }

// Next moves to the next attribute; false is the end or a fault.
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
	case rest[0] == 0 && allZero(rest):
		d.next = len(d.data)
		d.allow(QuirkZeroPadding, 0)
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
	if d.row != nil && (n < d.row.Min || n > d.row.Max) {
		return d.wrongLength()
	}
	return true
}

// wrongLength cuts a string that is too long, and refuses any other length
// that the table does not allow.
func (d *Decoder) wrongLength() bool {
	if (d.row.Encoding == ASCII || d.row.Encoding == UTF8) && d.allow(QuirkLongString, d.id) {
		d.value = d.value[:d.row.Max]
		return true
	}
	if d.err == nil {
		d.err = d.row.lengthError(len(d.value))
		d.err.Kind, d.err.Offset = d.kind, d.at
	}
	return false
}

// extraOctet sees the octet too many that some access points leave after
// Network Key: what follows is no attribute, one octet further it is, or the
// list ends.
func (d *Decoder) extraOctet() bool {
	rest := d.data[d.next:]
	return len(rest) == 1 || len(rest) > 1 && rest[0] != 0x10 && rest[1] == 0x10
}

// ID returns the type of the current attribute.
func (d *Decoder) ID() AttributeID { return d.id }

// Value returns the value of the current attribute: a part of the input, not
// a copy.
func (d *Decoder) Value() []byte { return d.value }

// Offset returns where the current attribute begins, in octets from the
// start of the input.
func (d *Decoder) Offset() int { return d.at }

// Quirks returns the quirks met so far.
func (d *Decoder) Quirks() Quirks { return d.quirks }

// Err returns the fault that ended the walk, an [*Error], or nil.
func (d *Decoder) Err() error {
	if d.err == nil {
		return nil
	}
	return d.err
}

// allow notes a quirk, or in strict mode fails by it.
func (d *Decoder) allow(q Quirks, id AttributeID) bool {
	if d.mode == Tolerant {
		d.quirks |= q
		return true
	}
	for i := range quirks {
		if quirks[i].Quirk == q {
			d.fail(id, ErrValue, quirks[i].Seen)
			d.err.Clause = quirks[i].Origin
		}
	}
	return false
}

func (d *Decoder) fail(id AttributeID, class error, detail string) {
	d.err = &Error{Kind: d.kind, Attribute: id, Offset: d.at, Err: class, Detail: detail}
}

func (d *Decoder) failf(id AttributeID, class error, format string, args ...any) {
	d.fail(id, class, fmt.Sprintf(format, args...))
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// Find returns the value of the first attribute with the given type, or nil.
// It looks no further than the first fault of the list.
func Find(b []byte, id AttributeID) []byte {
	d := NewDecoder(b, Tolerant)
	for d.Next() {
		if d.id == id {
			return d.value
		}
	}
	return nil
}
