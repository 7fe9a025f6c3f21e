package validate

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// list is a parsed list of attributes, as far as its damage allows.
type list struct {
	listData
	first [0x80]int32 // 1 + index of the first attribute 0x1000 to 0x107F
}

// listData is a list without its index, which is too large to be cleared for every
// list.
type listData struct {
	kind        wps.Kind
	data        []byte
	attrs       []attribute
	wfa         []wfaElement // of all extensions of the Wi-Fi Alliance
	wfaCut      []wfaElement // the rest of those that are truncated
	set         attributeSet // attributes of the table that are present
	hasRepeated bool         // one of them is repeated
	quirks      wps.Quirks   // of the octets between the attributes; with decoded, of the whole list
	decoded     bool         // tolerated was called

	cut    *wps.Error // where the list ends within an attribute, or nil
	sender Versions   // the version of the sender, as far as known

	network dot11.Traits
}

// attribute is the place of an attribute in its list.
type attribute struct {
	id      wps.AttributeID
	at, end int
}

// attributeSet is a set of types 0x1000 to 0x107F. Most rules concern
// attributes that a list lacks, or has as it should: the set shows that
// quickly.
type attributeSet [2]uint64

func (s *attributeSet) add(id wps.AttributeID) { s[id>>6&1] |= 1 << (id & 0x3F) }

// meets reports whether two sets have a type in common.
func (s *attributeSet) meets(t *attributeSet) bool { return s[0]&t[0]|s[1]&t[1] != 0 }

// has reports whether another set is a subset of this one.
func (s *attributeSet) has(t *attributeSet) bool { return t[0]&^s[0]|t[1]&^s[1] == 0 }

// attributesWith returns the types whose rows match.
func attributesWith(such func(*wps.AttributeInfo) bool) (set attributeSet) {
	for row := range wps.Attributes() {
		if such(&row) {
			set.add(row.ID)
		}
	}
	return set
}

// wfaElement is a sub-element of an extension of the Wi-Fi Alliance.
type wfaElement struct {
	id    wps.WFAElementID
	value []byte
	at    int // where the attribute begins
}

// attributeHeader is the length of an attribute's type and length, in octets.
const attributeHeader = 4

// lists is a pool of lists: an exchange has ten, and allocating them takes
// longer than judging them.
var lists = sync.Pool{New: func() any { return new(list) }}

// newList parses a list. wps.Decoder stops at the first fault; if only an
// attribute's length is wrong, a validator continues after it. An unknown kind
// counts as none. Release the list after use.
func newList(kind wps.Kind, data []byte) *list {
	if kind > wps.KindHandoverSelect {
		kind = 0
	}
	l := lists.Get().(*list)
	l.kind, l.data, l.sender = kind, data, Version1
	for base := 0; base < len(data); {
		d := wps.NewDecoder(data[base:], wps.Tolerant)
		for d.Next() {
			l.add(d.ID(), base+d.Offset())
		}
		l.quirks |= d.Quirks()
		fault, ok := errors.AsType[*wps.Error](d.Err())
		if !ok {
			break
		}
		if fault.Err != wps.ErrLength {
			fault.Offset += base
			l.cut = fault
			break
		}
		l.add(fault.Attribute, base+fault.Offset)
		base = l.attrs[len(l.attrs)-1].end
	}
	for _, e := range l.wfa {
		if e.id == wps.WFAVersion2 {
			l.sender = Version2
		}
	}
	return l
}

// release returns a list to the pool. It must not be used any more.
func (l *list) release() {
	for _, a := range l.attrs {
		if slot := l.slot(a.id); slot != nil {
			*slot = 0
		}
	}
	clear(l.wfa) // they refer to the octets of the list
	clear(l.wfaCut)
	l.listData = listData{attrs: l.attrs[:0], wfa: l.wfa[:0], wfaCut: l.wfaCut[:0]}
	lists.Put(l)
}

// newMessage parses a message. Its kind is 0 if it has no type; unlike
// wps.PeekMessageType it ignores what precedes the Message Type.
func newMessage(data []byte) *list {
	l := newList(0, data)
	t, _ := l.number(wps.AttrMessageType)
	l.kind = wps.MessageType(t).Kind()
	return l
}

// add records the whole attribute at an offset.
func (l *list) add(id wps.AttributeID, at int) {
	end := at + attributeHeader + int(binary.BigEndian.Uint16(l.data[at+2:]))
	l.attrs = append(l.attrs, attribute{id, at, end})
	if slot := l.slot(id); slot != nil {
		l.hasRepeated = l.hasRepeated || *slot != 0
		if *slot == 0 {
			*slot = int32(len(l.attrs))
			l.set.add(id)
		}
	}
	if v := l.data[at+attributeHeader : end]; id == wps.AttrVendorExtension && len(v) >= 3 && [3]byte(v) == wps.VendorWFA {
		l.addWFA(v[3:], at)
	}
}

// addWFA records the sub-elements of an extension.
func (l *list) addWFA(v []byte, at int) {
	for len(v) >= 2 && len(v)-2 >= int(v[1]) {
		end := 2 + int(v[1])
		l.wfa = append(l.wfa, wfaElement{wps.WFAElementID(v[0]), v[2:end], at})
		v = v[end:]
	}
	if len(v) > 0 {
		l.wfaCut = append(l.wfaCut, wfaElement{value: v, at: at})
	}
}

// slot is the index entry of the first attribute of a type, nil for types
// outside the table of attributes.
func (l *list) slot(id wps.AttributeID) *int32 {
	if id&^0x7F != 0x1000 {
		return nil
	}
	return &l.first[id&0x7F]
}

// infos are the rows of the table of attributes, by the low bits of the type,
// so that they need not be copied for each attribute and rule.
var infos = func() (all [0x80]*wps.AttributeInfo) {
	for row := range wps.Attributes() {
		all[row.ID&0x7F] = &row
	}
	return all
}()

// infoOf returns the row of the table for an attribute, or nil.
func infoOf(id wps.AttributeID) *wps.AttributeInfo {
	if id&^0x7F != 0x1000 {
		return nil
	}
	return infos[id&0x7F]
}

// allows reports whether the table lets an attribute have n octets.
func allows(row *wps.AttributeInfo, n int) bool { return row.Min <= n && n <= row.Max }

// value returns the octets of an attribute.
func (l *list) value(a attribute) []byte { return l.data[a.at+attributeHeader : a.end] }

// has reports whether an attribute is present, with any length.
func (l *list) has(id wps.AttributeID) bool { return *l.slot(id) != 0 }

// at returns the offset of an attribute, or the end of the list if it is
// missing.
func (l *list) at(id wps.AttributeID) int {
	if i := *l.slot(id); i != 0 {
		return l.attrs[i-1].at
	}
	return len(l.data)
}

// get returns the value of an attribute; nil if it is missing or has a length
// that the table does not allow.
func (l *list) get(id wps.AttributeID) []byte {
	i := *l.slot(id)
	if i == 0 {
		return nil
	}
	v := l.value(l.attrs[i-1])
	if row := infoOf(id); row == nil || !allows(row, len(v)) {
		return nil
	}
	return v
}

// number returns the value of an attribute of up to eight octets.
func (l *list) number(id wps.AttributeID) (n uint64, ok bool) {
	v := l.get(id)
	if len(v) == 0 || len(v) > 8 {
		return 0, false
	}
	for _, c := range v {
		n = n<<8 | uint64(c)
	}
	return n, true
}

// is reports whether an attribute is present with a value.
func (l *list) is(id wps.AttributeID, want uint64) bool {
	n, ok := l.number(id)
	return ok && n == want
}

// methods returns the value of an attribute that is a mask of methods.
func (l *list) methods(id wps.AttributeID) (wps.ConfigMethods, bool) {
	n, ok := l.number(id)
	return wps.ConfigMethods(n), ok
}

// element returns the first sub-element of a type, or nil.
func (l *list) element(id wps.WFAElementID) *wfaElement {
	for i := range l.wfa {
		if l.wfa[i].id == id {
			return &l.wfa[i]
		}
	}
	return nil
}
