package anonymise

import (
	"encoding/binary"
	"slices"

	"github.com/gowps/gowps/wps"
)

// unknownAttribute is the identifier that replaces those of unknown attributes.
const unknownAttribute = 0x1fff

// treatments say how to replace the values of attributes. Others are treated by
// their encoding.
var treatments = map[wps.AttributeID]func(*mask, []byte) []byte{
	wps.AttrVersion:                 keep(1),
	wps.AttrMessageCounter:          (*mask).octets,
	wps.AttrFeatureID:               zeroed,
	wps.AttrOSVersion:               func(_ *mask, v []byte) []byte { return first(v, 0x80) },
	wps.AttrDevicePasswordID:        (*mask).passwordID,
	wps.AttrSSID:                    func(m *mask, v []byte) []byte { return []byte(m.ssid(wps.SSID(v))) },
	wps.AttrMACAddress:              (*mask).addresses,
	wps.AttrUUIDE:                   (*mask).uuid,
	wps.AttrUUIDR:                   (*mask).uuid,
	wps.AttrPublicKey:               (*mask).publicKey,
	wps.AttrPrimaryDeviceType:       (*mask).deviceTypes,
	wps.AttrSecondaryDeviceTypeList: (*mask).deviceTypes,
	wps.AttrRequestedDeviceType:     (*mask).deviceTypes,
	wps.AttrVendorExtension:         (*mask).vendorExtension,
	wps.AttrEAPIdentity:             (*mask).identity,
	wps.AttrIdentity:                (*mask).identity,
	wps.AttrOOBDevicePassword:       (*mask).oobPassword,
	wps.AttrNetworkKey:              (*mask).name,
	wps.AttrNewPassword:             (*mask).name,
}

// maxDepth limits the nesting of lists.
const maxDepth = 4

// attributes replaces the values in a list of attributes. The result has the
// same length.
func (m *mask) attributes(list []byte) []byte { return m.list(list, 0) }

func (m *mask) list(list []byte, depth int) []byte {
	if depth > maxDepth {
		return m.octets(list)
	}
	out := make([]byte, 0, len(list))
	for at := 0; at < len(list); {
		rest := list[at:]
		if zeros(rest) {
			return append(out, rest...) // padding
		}
		if len(rest) < 4 {
			return append(out, slices.Repeat([]byte{0xff}, len(rest))...)
		}
		id, n := wps.AttributeID(binary.BigEndian.Uint16(rest)), int(binary.BigEndian.Uint16(rest[2:]))
		info, known := id.Info()
		if !known && !(id == 0 && n == 0) {
			id = unknownAttribute
		}
		value := rest[4:]
		if n > len(value) { // cut: the length is a number that WPS defines, or just too large
			if !known || n < info.Min || n > info.Max {
				n = len(value) + 1
			}
		} else {
			value = value[:n]
		}
		out = binary.BigEndian.AppendUint16(out, uint16(id))
		out = binary.BigEndian.AppendUint16(out, uint16(n))
		if known {
			out = append(out, m.value(info, value, depth)...)
		} else {
			out = append(out, m.octets(value)...)
		}
		at += 4 + len(value)
		// Some access points put an octet too many behind a key.
		if rest := list[at:]; id == wps.AttrNetworkKey && len(rest) >= 5 && rest[0] != 0x10 && rest[1] == 0x10 {
			out, at = append(out, 0), at+1
		}
	}
	return out
}

// value replaces the value of a known attribute.
func (m *mask) value(info wps.AttributeInfo, value []byte, depth int) []byte {
	if treat := treatments[info.ID]; treat != nil {
		return treat(m, value)
	}
	switch info.Encoding {
	case wps.Integer, wps.Mask, wps.Boolean:
		if len(value) > 2 || len(value) > info.Max {
			return make([]byte, len(value)) // whatever it is, it is not that number
		}
		return value
	case wps.ASCII, wps.UTF8:
		return m.name(value)
	case wps.Nested:
		return m.list(value, depth+1)
	}
	return m.octets(value)
}

// keep keeps a value with the given number of octets: a number.
func keep(size int) func(*mask, []byte) []byte {
	return func(m *mask, v []byte) []byte {
		if len(v) != size {
			return m.octets(v)
		}
		return v
	}
}

func zeroed(_ *mask, v []byte) []byte { return make([]byte, len(v)) }

// first returns as many zeros as v has octets, behind a first one.
func first(v []byte, octet byte) []byte {
	out := make([]byte, len(v))
	if len(out) > 0 {
		out[0] = octet
	}
	return out
}

// passwordID replaces the number of a password that only one device or token has:
// 16 and above.
func (m *mask) passwordID(v []byte) []byte {
	if len(v) != 2 {
		return make([]byte, len(v))
	}
	if binary.BigEndian.Uint16(v) < 0x10 {
		return v
	}
	out := m.octets(v)
	out[0] |= 0x10
	return out
}

// addresses replaces consecutive addresses.
func (m *mask) addresses(v []byte) (out []byte) {
	for ; len(v) >= 6; v = v[6:] {
		a := m.mac([6]byte(v))
		out = append(out, a[:]...)
	}
	return append(out, make([]byte, len(v))...)
}

// deviceTypes keeps the types of the Wi-Fi Alliance's list, and replaces those of
// makers.
func (m *mask) deviceTypes(v []byte) (out []byte) {
	for ; len(v) >= 8; v = v[8:] {
		t := wps.DeviceType(v)
		own := wps.NewDeviceType(t.Category(), t.Subcategory())
		switch category, subcategory := own.Names(); {
		case own != t || category == "":
			out = append(out, m.octets(v[:8])...)
		case subcategory == "":
			own = wps.NewDeviceType(t.Category(), 0)
			out = append(out, own[:]...)
		default:
			out = append(out, t[:]...)
		}
	}
	return append(out, make([]byte, len(v))...)
}

// oobPassword replaces the hash, the number and the password of a token.
func (m *mask) oobPassword(v []byte) []byte {
	const hash, id = 20, 2
	if len(v) < hash+id {
		return m.octets(v)
	}
	return slices.Concat(m.octets(v[:hash]), m.passwordID(v[hash:hash+id]), m.octets(v[hash+id:]))
}

// wfaTreatments say what is done with the sub-elements of the Wi-Fi Alliance's
// extension.
var wfaTreatments = map[wps.WFAElementID]func(*mask, []byte) []byte{
	wps.WFAVersion2:               keep(1),
	wps.WFAAuthorizedMACs:         (*mask).addresses,
	wps.WFANetworkKeyShareable:    keep(1),
	wps.WFARequestToEnroll:        keep(1),
	wps.WFASettingsDelayTime:      keep(1),
	wps.WFARegistrarConfigMethods: keep(2),
	wps.WFAMultiAP:                keep(1),
	wps.WFAMultiAPProfile:         keep(1),
	wps.WFAMultiAP8021Q:           keep(2),
}

// vendorExtension replaces the extensions of makers with their octets, and reads
// that of the Wi-Fi Alliance.
func (m *mask) vendorExtension(v []byte) []byte {
	if len(v) < 3 {
		return make([]byte, len(v))
	}
	if [3]byte(v[:3]) != wps.VendorWFA {
		out := m.octets(v)
		out[0] |= 2 // an unassigned identifier
		return out
	}
	out := slices.Clone(v[:3])
	for rest := v[3:]; len(rest) > 0; {
		if len(rest) < 2 || int(rest[1]) > len(rest)-2 {
			out = append(out, rest[0]&0x0f)
			if len(rest) > 1 {
				out = append(out, 0xff)
				out = append(out, m.octets(rest[2:])...)
			}
			return out
		}
		id, value := wps.WFAElementID(rest[0]), rest[2:2+int(rest[1])]
		treat := wfaTreatments[id]
		if treat == nil {
			id, treat = 0xfe, (*mask).octets
		}
		out = append(out, byte(id), byte(len(value)))
		out = append(out, treat(m, value)...)
		rest = rest[2+len(value):]
	}
	return out
}
