package report

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/gowps/gowps/wps"
)

// Attributes decodes a list of attributes, such as a message, an element or a
// Credential, as far as possible. Open returns the plaintext of Encrypted
// Settings, or nil if it cannot decrypt them; open may be nil. If the list is
// damaged, the last Attribute holds the remaining octets.
func Attributes(list []byte, open func(encrypted []byte) []byte) []Attribute {
	return attributes(list, open, 0, 0)
}

// maxDepth bounds the nesting of lists.
const maxDepth = 4

// attributes decodes a list at an offset in the message.
func attributes(list []byte, open func([]byte) []byte, offset, depth int) (all []Attribute) {
	for at := 0; at < len(list); {
		rest := list[at:]
		if len(rest) < 4 || int(binary.BigEndian.Uint16(rest[2:])) > len(rest)-4 {
			return append(all, Attribute{
				Name: "octets that are no whole attribute", Offset: offset + at, Length: len(rest),
				Value: hex.EncodeToString(rest), Secret: depth > 0, Mood: Bad,
			})
		}
		id, n := wps.AttributeID(binary.BigEndian.Uint16(rest)), int(binary.BigEndian.Uint16(rest[2:]))
		a := attribute(id, rest[4:4+n], open, offset+at, depth)
		all = append(all, a)
		at += 4 + n
	}
	return all
}

// attribute describes an attribute and the attributes inside it.
func attribute(id wps.AttributeID, value []byte, open func([]byte) []byte, offset, depth int) Attribute {
	a := Attribute{Name: id.String(), ID: fmt.Sprintf("0x%04x", uint16(id)), Offset: offset, Length: len(value)}
	info, known := id.Info()
	a.Value, a.Secret = wps.Attribute{ID: id, Value: value}.Describe()
	if !known {
		a.Name = "unknown attribute"
		a.Secret = depth > 0 // it was encrypted, or is next to a key
	}
	if (wps.Attribute{ID: id, Value: value}).Valid() != nil {
		a.Mood = Warning
	}
	switch {
	case depth >= maxDepth:
	case known && info.Encoding == wps.Nested:
		a.Value = ""
		a.Attributes = attributes(value, open, offset+4, depth+1)
	case id == wps.AttrEncryptedSettings && open != nil:
		if plain := open(value); plain != nil {
			a.Value = "opened with the keys of the run; offsets are those of the plaintext"
			a.Attributes = attributes(plain, open, 0, depth+1)
		}
	case id == wps.AttrVendorExtension && len(value) >= 3 && [3]byte(value[:3]) == wps.VendorWFA:
		a.Name = "Vendor Extension of the Wi-Fi Alliance"
		a.Attributes = elements(value[3:], offset+7)
	}
	return a
}

// elements decodes the sub-elements of the Wi-Fi Alliance extension, which have
// one octet of type and one of length.
func elements(list []byte, offset int) (all []Attribute) {
	for at := 0; at < len(list); {
		rest := list[at:]
		if len(rest) < 2 || int(rest[1]) > len(rest)-2 {
			return append(all, Attribute{Name: "octets that are no whole sub-element", Offset: offset + at, Length: len(rest), Value: hex.EncodeToString(rest), Mood: Bad})
		}
		n := int(rest[1])
		all = append(all, Attribute{
			Name: wps.WFAElementID(rest[0]).String(), ID: fmt.Sprintf("0x%02x", rest[0]), Offset: offset + at, Length: n, Value: hex.EncodeToString(rest[2 : 2+n]),
		})
		at += 2 + n
	}
	return all
}
