package wps

import (
	"fmt"
	"reflect"
	"testing"
)

// TestValueZero checks for every field of every list that its zero value is
// recognised as one, and no other is: an optional attribute is sent exactly if
// its field was set.
func TestValueZero(t *testing.T) {
	fields := make(map[reflect.Type]string)
	for kind := Kind(1); kind < kindEnd; kind++ {
		l := NewList(kind)
		for _, row := range l.layout().rows {
			if row.place != nil {
				fields[reflect.TypeOf(row.place(l)).Elem()] = fmt.Sprintf("%v in %v", row.Attribute, kind)
			}
		}
	}
	for i := range wfaElements {
		fields[reflect.TypeOf(wfaElements[i].place(new(WFAExtension))).Elem()] = wfaElements[i].name
	}
	delete(fields, reflect.TypeFor[[]Credential]()) // encodeCredentials
	if len(fields) < 30 {
		t.Fatalf("%d types of fields", len(fields))
	}
	for typ, where := range fields {
		place := reflect.New(typ)
		if _, zero := value(nil, place.Interface()); !zero {
			t.Errorf("%s: the zero value of %v is not zero", where, typ)
		}
		fill(place.Elem())
		if v, zero := value(nil, place.Interface()); zero || len(v) == 0 {
			t.Errorf("%s: %x of %v is zero", where, v, typ)
		}
	}
}

// fill sets the smallest value that is not zero, in the last octet of an array.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Array:
		fill(v.Index(v.Len() - 1))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1)) // a length counts, whatever the octets
	case reflect.Struct:
		v.Set(reflect.ValueOf(OOBPassword{ID: 1}))
	default:
		v.SetUint(1)
	}
}
