package wps_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/wps"
)

// FuzzDecoder walks arbitrary octets: each attribute begins where the previous
// one ended, within the input, and the details of an error are correct.
func FuzzDecoder(f *testing.F) {
	for _, c := range captured(f) {
		f.Add(c.octets)
	}
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
			d := wps.NewDecoder(b, mode)
			end := 0
			for d.Next() {
				skipped := d.Offset() - end
				if skipped != 0 && (skipped != 1 || !d.Quirks().Has(wps.QuirkExtraOctet)) {
					t.Fatalf("%v begins at %d, %d octets behind the one before it", d.ID(), d.Offset(), skipped)
				}
				n := int(b[d.Offset()+2])<<8 | int(b[d.Offset()+3])
				if end = d.Offset() + 4 + n; end > len(b) {
					t.Fatalf("%v at %d ends at %d of %d", d.ID(), d.Offset(), end, len(b))
				}
				if v := d.Value(); !bytes.HasPrefix(b[d.Offset()+4:end], v) || len(v) != n && !d.Quirks().Has(wps.QuirkLongString) {
					t.Fatalf("%v at %d: value %x", d.ID(), d.Offset(), v)
				}
			}
			var e *wps.Error
			switch err := d.Err(); {
			case err != nil && (!errors.As(err, &e) || e.Offset < 0 || e.Offset > len(b) || err.Error() == ""):
				t.Fatalf("error %v", err)
			case err == nil && end < len(b) && d.Quirks() == 0:
				t.Fatalf("the walk ended at %d of %d", end, len(b))
			case mode == wps.Strict && d.Quirks() != 0:
				t.Fatalf("strict, yet quirks %v", d.Quirks())
			}
		}
	})
}

// sameContents compares lists, ignoring how they were encoded.
var sameContents = cmp.Options{
	cmp.Exporter(func(reflect.Type) bool { return true }),
	cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".Raw" || name == ".Quirks" || name == ".seen"
	}, cmp.Ignore()),
	cmp.Comparer(func(a, b []byte) bool { return bytes.Equal(a, b) }),
}

// FuzzMessage reads arbitrary octets as each kind of list. A list that can be
// read can be written, and reading that gives the same list; a list accepted by
// a strict reader must be unchanged already after the first time.
func FuzzMessage(f *testing.F) {
	for _, c := range captured(f) {
		f.Add(uint8(c.kind), c.octets)
	}
	f.Add(uint8(wps.KindM1), join(m1(f)[:10], make([]byte, 4), m1(f)[10:])) // see TestZerosWithin
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		list := newList[wps.Kind(kind)]
		if list == nil {
			return
		}
		for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
			first := list()
			if err := wps.Decode(first, b, mode); err != nil {
				var e *wps.Error
				if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(b) || err.Error() == "" {
					t.Fatalf("error %v", err)
				}
				continue
			}
			if typ, message := wps.Kind(kind).MessageType(); message {
				if peeked, err := wps.PeekMessageType(b); err != nil || peeked != typ {
					t.Fatalf("%v is taken for %v, %v", typ, peeked, err)
				}
			}
			written, err := wps.Append(nil, first)
			if tooLong(err) {
				continue
			}
			if err != nil {
				t.Fatalf("%v was read and cannot be written: %v", first.Kind(), err)
			}
			second := list()
			if err := wps.Decode(second, written, mode); err != nil {
				t.Fatalf("%v was written and cannot be read: %v\n%x", first.Kind(), err, written)
			}
			if mode == wps.Strict {
				if diff := cmp.Diff(first, second, sameContents); diff != "" {
					t.Fatalf("%v read strictly, written and read again: %s", first.Kind(), diff)
				}
			}
			if second.Attributes().Quirks.Has(wps.QuirkTerminatedKey) {
				continue // of several NULs, one is removed each time
			}
			again, err := wps.Append(nil, second)
			if err != nil || !bytes.Equal(written, again) {
				t.Fatalf("%v written\n%x\nand after reading it\n%x\n%v", first.Kind(), written, again, err)
			}
		}
	})
}

// tooLong reports whether several extensions of the Wi-Fi Alliance do not fit
// into one.
func tooLong(err error) bool {
	var e *wps.Error
	return errors.As(err, &e) && e.Err == wps.ErrLength && e.Attribute == wps.AttrVendorExtension
}

// FuzzElements joins arbitrary elements; splitting and joining must give the
// same list.
func FuzzElements(f *testing.F) {
	for _, e := range elements(f) {
		f.Add(e.octets)
	}
	f.Add(bytes.Repeat([]byte{0xDD}, 600))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		list, ok := wps.JoinElements(b)
		if len(list) > len(b) || !ok && list != nil {
			t.Fatalf("joined %d octets of %d, %v", len(list), len(b), ok)
		}
		if !bytes.Equal(b, before) {
			t.Fatal("joining changed the elements")
		}
		split := wps.SplitElements(b)
		if back, ok := wps.JoinElements(split); !ok || !bytes.Equal(back, b) {
			t.Fatalf("split and joined: %x, want %x", back, b)
		}
		if got, ok := wps.JoinElements(append([]byte{0, 1, 'n'}, split...)); !ok || !bytes.Equal(got, b) {
			t.Fatalf("behind another element: %x, want %x", got, b)
		}
	})
}

// FuzzCredential reads arbitrary octets as a credential: the size is bounded,
// and no way to format it shows the key.
func FuzzCredential(f *testing.F) {
	for _, c := range captured(f) {
		if c.kind == wps.KindCredential {
			f.Add(c.octets)
		}
	}
	f.Add(openCredential("open"))
	f.Add(without(f, openCredential("open"), wps.AttrNetworkKey))
	f.Add(with(f, credential("padded\x00\x00", "passphrase\x00"), wps.AttrAuthType, "\x00\x22"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c wps.Credential
		if wps.Decode(&c, b, wps.Tolerant) != nil {
			return
		}
		if len(c.SSID) > 32 || len(c.NetworkKey) > 64 || c.AuthType == 0 || c.EncrType == 0 {
			t.Fatalf("SSID of %d octets, key of %d, %v, %v", len(c.SSID), len(c.NetworkKey), c.AuthType, c.EncrType)
		}
		if len(c.NetworkKey) == 0 && c.Usable() == nil && (c.AuthType != wps.AuthOpen || c.EncrType != wps.EncrNone) {
			t.Fatal("usable without a key")
		}
		if s := c.Strongest(); c.Usable() == nil && s.Usable() != nil {
			t.Fatalf("its strongest form cannot be used: %v", s.Usable())
		}
		other := c
		other.NetworkKey = bytes.Repeat([]byte{'k'}, len(c.NetworkKey))
		if a, b := fmt.Sprintf("%v %+v %s %x", c, c, c, c), fmt.Sprintf("%v %+v %s %x", other, other, other, other); a != b {
			t.Fatalf("what is printed depends on the key: %s", a)
		}
	})
}
