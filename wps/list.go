package wps

// Header is what every list has besides its own attributes.
type Header struct {
	// Version is 0x10 in all versions: the WFA extension has the actual
	// version. 0 is sent as 0x10.
	Version uint8
	// Quirks says how the list departs from the protocol.
	Quirks Quirks
	// WFA is the Wi-Fi Alliance extension, which has the attributes of version
	// 2.0.
	WFA WFAExtension
	// Vendor holds the extensions of other vendors.
	Vendor []VendorExtension
	// Unknown holds attributes that are not in the layout of this list, in
	// their order. They are sent after the WFA extension.
	Unknown []Attribute

	// Raw is the input that the list was decoded from, or nil. Authenticators
	// are computed over it, never over a list that was encoded again.
	Raw Redacted

	seen idSet
}

// Has reports whether the attribute was in the decoded list.
func (h *Header) Has(id AttributeID) bool { return h.seen.has(id) }

// Attributes returns the header itself.
func (h *Header) Attributes() *Header { return h }

// List is a list of attributes: a message, an element, a Credential, decrypted
// settings, a token. Only this package implements it.
type List interface {
	// Kind returns the kind of the list.
	Kind() Kind
	// Attributes returns the header of the list.
	Attributes() *Header

	// layout returns the layout of the list.
	layout() *layout
}

// newList has a function for each kind of list.
var newList = [kindEnd]func() List{
	KindBeacon:               func() List { return new(Beacon) },
	KindProbeRequest:         func() List { return new(ProbeRequest) },
	KindProbeResponse:        func() List { return new(ProbeResponse) },
	KindAssociationRequest:   func() List { return new(AssociationRequest) },
	KindAssociationResponse:  func() List { return new(AssociationResponse) },
	KindM1:                   func() List { return new(M1) },
	KindM2:                   func() List { return new(M2) },
	KindM2D:                  func() List { return new(M2D) },
	KindM3:                   func() List { return new(M3) },
	KindM4:                   func() List { return new(M4) },
	KindM5:                   func() List { return new(M5) },
	KindM6:                   func() List { return new(M6) },
	KindM7:                   func() List { return new(M7) },
	KindM8:                   func() List { return new(M8) },
	KindACK:                  func() List { return new(ACK) },
	KindNACK:                 func() List { return new(NACK) },
	KindDone:                 func() List { return new(Done) },
	KindM2Settings:           func() List { return new(M2Settings) },
	KindM4Settings:           func() List { return new(M4Settings) },
	KindM5Settings:           func() List { return new(M5Settings) },
	KindM6Settings:           func() List { return new(M6Settings) },
	KindM7Settings:           func() List { return new(M7Settings) },
	KindM7APSettings:         func() List { return &M7Settings{AP: new(Credential)} },
	KindM8Settings:           func() List { return new(M8Settings) },
	KindM8APSettings:         func() List { return &M8Settings{AP: new(Credential)} },
	KindCredential:           func() List { return new(Credential) },
	KindSetSelectedRegistrar: func() List { return new(SetSelectedRegistrar) },
	KindPasswordToken:        func() List { return new(PasswordToken) },
	KindConfigurationToken:   func() List { return new(ConfigurationToken) },
	KindHandoverRequest:      func() List { return new(HandoverRequest) },
	KindHandoverSelect:       func() List { return new(HandoverSelect) },
}

// NewList returns an empty list of a kind, for [Decode], or nil if there is no
// such kind.
func NewList(kind Kind) List {
	if kind == 0 || kind >= kindEnd {
		return nil
	}
	return newList[kind]()
}

// Decode decodes the attributes in b, in any order, into l, which must be the
// zero value of its type. Byte slices of l share memory with b. The error is an
// [*Error].
func Decode(l List, b []byte, mode Mode) error {
	d := Decoder{data: b, mode: mode, kind: l.Kind()}
	d.decode(l)
	return d.Err()
}

// initialCapacity is the initial capacity in octets for a list: more than most need,
// except M1 and M2.
const initialCapacity = 256

// Append appends the encoding of l to dst, in the protocol's order. The error
// is an [*Error].
func Append(dst []byte, l List) ([]byte, error) {
	if dst == nil {
		dst = make([]byte, 0, initialCapacity)
	}
	e := encoder{octets: dst}
	if e.list(l); e.err == nil {
		return e.octets, nil
	}
	if e.err.Kind == 0 {
		e.err.Kind = l.Kind()
	}
	return dst, e.err
}

// maxRepeated limits the number of Credentials, of Requested Device Types and
// of extensions of unknown vendors in a list [hostap].
const maxRepeated = 10

// idSet is a set of the attributes 0x1000 to 0x107F, which include all named
// ones.
type idSet [2]uint64

func (s *idSet) has(id AttributeID) bool {
	return id&^0x7F == 0x1000 && s[id>>6&1]>>(id&63)&1 != 0
}

func (s *idSet) add(id AttributeID) {
	if id&^0x7F == 0x1000 {
		s[id>>6&1] |= 1 << (id & 63)
	}
}

// put adds an attribute of the set's range, and reports whether it was in the
// set already.
func (s *idSet) put(id AttributeID) (had bool) {
	word, bit := &s[id>>6&1], uint64(1)<<(id&63)
	had = *word&bit != 0
	*word |= bit
	return had
}

// within reports whether s is a subset of o.
func (s *idSet) within(o idSet) bool { return s[0]&^o[0]|s[1]&^o[1] == 0 }
