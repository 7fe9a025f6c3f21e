package wps

import "golang.org/x/crypto/cryptobyte"

// Header is what every list of attributes carries around its own.
type Header struct {
	// Version is 0x10 whatever the version: the WFA extension has it. 0
	// sends 0x10.
	Version uint8
	// WFA is the Wi-Fi Alliance's extension, in which version 2.0 lives.
	WFA WFAExtension
	// Vendor holds the extensions of other vendors.
	Vendor []VendorExtension
	// Unknown holds attributes that have no place in this list, in the
	// order in which they stood. They are sent after the WFA extension.
	Unknown []Attribute
	// Quirks says by which of the field's habits the list departs from
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

// List is anything that consists of attributes: a message, an element, a
// Credential, decrypted settings, a token. Only this package makes lists.
type List interface {
	// Kind says which list it is.
	Kind() Kind
	// Attributes returns what all Lists have in common.
	Attributes() *Header

	// layout is the row of each attribute that the list has a place for.
	layout() *layout
}

// Decode reads the attributes in b into l, which is the zero value of its
// type, in whatever order they stand. Byte slices of l are parts of b. The
// error is an [*Error].
func Decode(l List, b []byte, mode Mode) error {
	d := Decoder{data: b, mode: mode, kind: l.Kind()}
	d.decode(l)
	return d.Err()
}

// room is how many octets a list is given that is encoded into no slice: more
// than most need, M1 and M2 aside.
const room = 256

// Append encodes l behind dst, in the protocol's order. The error is an
// [*Error].
func Append(dst []byte, l List) ([]byte, error) {
	if dst == nil {
		dst = make([]byte, 0, room)
	}
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

// maxRepeated is how many Credentials, how many Requested Device Types and
// how many extensions of unknown vendors a list may carry [hostap].
const maxRepeated = 10

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

// idSetOf makes a set of attributes.
func idSetOf(ids ...AttributeID) (s idSet) {
	for _, id := range ids {
		s.add(id)
	}
	return s
}
