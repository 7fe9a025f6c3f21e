package conformance

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/gowps/gowps/wps"
)

// list is a list of attributes that may be invalid. If an attribute announces
// another length than that of its value, length is set.
type list []attribute

type attribute struct {
	id     wps.AttributeID
	value  []byte
	length *uint16 // announced instead of the real one
}

// parseList splits attributes. It stops at the first invalid one.
func parseList(b []byte) list {
	var l list
	for len(b) >= 4 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b)-4 {
			break
		}
		l = append(l, attribute{id: wps.AttributeID(binary.BigEndian.Uint16(b)), value: bytes.Clone(b[4 : 4+n])})
		b = b[4+n:]
	}
	return l
}

// octets writes the list.
func (l list) octets() []byte {
	var b []byte
	for _, a := range l {
		n := uint16(len(a.value))
		if a.length != nil {
			n = *a.length
		}
		b = binary.BigEndian.AppendUint16(b, uint16(a.id))
		b = append(binary.BigEndian.AppendUint16(b, n), a.value...)
	}
	return b
}

func (l list) index(id wps.AttributeID) int {
	return slices.IndexFunc(l, func(a attribute) bool { return a.id == id })
}

// edit changes a list.
type edit func(l list) list

// remove removes an attribute.
func remove(id wps.AttributeID) edit {
	return func(l list) list { return slices.DeleteFunc(l, func(a attribute) bool { return a.id == id }) }
}

// double repeats an attribute, with the same value.
func double(id wps.AttributeID) edit {
	return func(l list) list {
		if i := l.index(id); i >= 0 {
			return slices.Insert(l, i, l[i])
		}
		return l
	}
}

// set gives an attribute another value, or adds it.
func set(id wps.AttributeID, value []byte) edit {
	return func(l list) list {
		if i := l.index(id); i >= 0 {
			l[i].value = value
			return l
		}
		return append(l, attribute{id: id, value: value})
	}
}

// change replaces an attribute's value by a function of it.
func change(id wps.AttributeID, f func(v []byte) []byte) edit {
	return func(l list) list {
		if i := l.index(id); i >= 0 {
			l[i].value = f(bytes.Clone(l[i].value))
		}
		return l
	}
}

// shorten removes the last octet of an attribute, lengthen adds one.
func shorten(id wps.AttributeID) edit {
	return change(id, func(v []byte) []byte { return v[:max(0, len(v)-1)] })
}

func lengthen(id wps.AttributeID) edit {
	return change(id, func(v []byte) []byte { return append(v, 0x41) })
}

// flip changes one bit of an attribute.
func flip(id wps.AttributeID) edit {
	return change(id, func(v []byte) []byte {
		if len(v) > 0 {
			v[len(v)-1] ^= 1
		}
		return v
	})
}

// overrun makes the last attribute announce more octets than there are.
func overrun(l list) list {
	if len(l) > 0 {
		n := uint16(len(l[len(l)-1].value) + 9)
		l[len(l)-1].length = &n
	}
	return l
}

// add appends attributes to a list: after a WFA extension, before the
// Authenticator, which is added later.
func add(attributes ...attribute) edit {
	return func(l list) list { return append(l, attributes...) }
}
