package wps_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

// unhex decodes hexadecimal digits with spaces.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// attr returns one attribute.
func attr(id wps.AttributeID, value string) []byte {
	return append([]byte{byte(id >> 8), byte(id), byte(len(value) >> 8), byte(len(value))}, value...)
}

// join concatenates lists.
func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// change returns a list in which f has replaced each attribute of a type; f
// returns everything that takes its place.
func change(t testing.TB, list []byte, id wps.AttributeID, f func(value []byte) []byte) (out []byte) {
	t.Helper()
	found := false
	d := wps.NewDecoder(list, wps.Tolerant)
	for d.Next() {
		if d.ID() != id {
			out = append(out, attr(d.ID(), string(d.Value()))...)
			continue
		}
		found = true
		out = append(out, f(d.Value())...)
	}
	if d.Err() != nil || !found {
		t.Fatalf("no %v in the list: %v", id, d.Err())
	}
	return out
}

// with returns a list with another value of an attribute.
func with(t testing.TB, list []byte, id wps.AttributeID, value string) []byte {
	t.Helper()
	return change(t, list, id, func([]byte) []byte { return attr(id, value) })
}

// without returns a list without an attribute.
func without(t testing.TB, list []byte, id wps.AttributeID) []byte {
	t.Helper()
	return change(t, list, id, func([]byte) []byte { return nil })
}

// twice returns a list with an attribute followed by another one of its type.
func twice(t testing.TB, list []byte, id wps.AttributeID, second string) []byte {
	t.Helper()
	return change(t, list, id, func(v []byte) []byte { return join(attr(id, string(v)), attr(id, second)) })
}

// offsetOf returns the offset of an attribute.
func offsetOf(t testing.TB, list []byte, id wps.AttributeID) int {
	t.Helper()
	for d := wps.NewDecoder(list, wps.Tolerant); d.Next(); {
		if d.ID() == id {
			return d.Offset()
		}
	}
	t.Fatalf("no %v in the list", id)
	return 0
}

// credential returns the attributes of a Credential of a protected network.
func credential(ssid, key string) []byte {
	return join(
		attr(wps.AttrNetworkIndex, "\x01"), attr(wps.AttrSSID, ssid),
		attr(wps.AttrAuthType, "\x00\x20"), attr(wps.AttrEncrType, "\x00\x08"),
		attr(wps.AttrNetworkKey, key), attr(wps.AttrMACAddress, "\x02\x00\x00\x00\x00\x02"),
	)
}

// openCredential returns the attributes of a Credential of an open network.
func openCredential(ssid string) []byte {
	return join(
		attr(wps.AttrNetworkIndex, "\x01"), attr(wps.AttrSSID, ssid),
		attr(wps.AttrAuthType, "\x00\x01"), attr(wps.AttrEncrType, "\x00\x01"),
		attr(wps.AttrNetworkKey, ""), attr(wps.AttrMACAddress, "\x02\x00\x00\x00\x00\x02"),
	)
}

// newList returns an empty list of each kind.
var newList = func() map[wps.Kind]func() wps.List {
	all := map[wps.Kind]func() wps.List{}
	for kind := wps.KindBeacon; kind <= wps.KindHandoverSelect; kind++ {
		all[kind] = func() wps.List { return wps.NewList(kind) }
	}
	return all
}()

// wantError checks the class, attribute and offset of an error.
func wantError(t *testing.T, err, class error, id wps.AttributeID, offset int) {
	t.Helper()
	var e *wps.Error
	switch {
	case err == nil:
		t.Errorf("no error, want %v", class)
	case !errors.As(err, &e):
		t.Errorf("error %T is not a *wps.Error", err)
	case e.Err != class || e.Attribute != id || e.Offset != offset:
		t.Errorf("error %q: class %v, attribute %v, offset %d; want %v, %v, %d", e, e.Err, e.Attribute, e.Offset, class, id, offset)
	}
}
