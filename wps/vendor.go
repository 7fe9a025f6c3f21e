package wps

import "fmt"

// VendorWFA is the vendor identifier of the Wi-Fi Alliance: extensions of it
// hold the attributes of version 2.0.
var VendorWFA = [3]byte{0x00, 0x37, 0x2A}

// VendorExtension is a Vendor Extension attribute (0x1049) of a vendor other
// than the Wi-Fi Alliance: three octets of identifier, and opaque data.
type VendorExtension struct {
	Vendor [3]byte
	Data   Redacted // printed as its length only, like all unknown data
}

// WFAElement is a sub-element of the WFA extension: one octet of identifier,
// one of length.
type WFAElement struct {
	ID   WFAElementID
	Data Redacted
}

// WFAElementID identifies a sub-element of the WFA extension.
//
// Its values are [WFAVersion2], [WFAAuthorizedMACs], [WFANetworkKeyShareable],
// [WFARequestToEnroll], [WFASettingsDelayTime], [WFARegistrarConfigMethods],
// [WFAMultiAP], [WFAMultiAPProfile] and [WFAMultiAP8021Q].
type WFAElementID uint8

// The sub-elements of the WFA extension: WSC 2.0 Table 29.
const (
	WFAVersion2               WFAElementID = 0x00
	WFAAuthorizedMACs         WFAElementID = 0x01
	WFANetworkKeyShareable    WFAElementID = 0x02
	WFARequestToEnroll        WFAElementID = 0x03
	WFASettingsDelayTime      WFAElementID = 0x04
	WFARegistrarConfigMethods WFAElementID = 0x05
	WFAMultiAP                WFAElementID = 0x06
	WFAMultiAPProfile         WFAElementID = 0x07
	WFAMultiAP8021Q           WFAElementID = 0x08
)

// wfaElement is a row of the table of sub-elements.
type wfaElement struct {
	id    WFAElementID
	name  string
	size  int                     // octets; -1 is checked by its reader
	place func(*WFAExtension) any // returns a pointer to the field
}

// wfaElements is in the order of encoding, which is hostap's: Version2 comes
// first, as iwd requires.
var wfaElements = []wfaElement{
	wfa(WFAVersion2, "Version2", 1, func(w *WFAExtension) *uint8 { return &w.Version2 }),
	wfa(WFARequestToEnroll, "Request to Enroll", 1, func(w *WFAExtension) *bool { return &w.RequestToEnroll }),
	wfa(WFAAuthorizedMACs, "AuthorizedMACs", -1, func(w *WFAExtension) *[]MAC { return &w.AuthorizedMACs }),
	wfa(WFANetworkKeyShareable, "Network Key Shareable", 1, func(w *WFAExtension) *bool { return &w.NetworkKeyShareable }),
	wfa(WFASettingsDelayTime, "Settings Delay Time", 1, func(w *WFAExtension) *uint8 { return &w.SettingsDelayTime }),
	wfa(WFARegistrarConfigMethods, "Registrar Configuration Methods", 2, func(w *WFAExtension) *ConfigMethods { return &w.RegistrarConfigMethods }),
	wfa(WFAMultiAP, "Multi-AP Extension", 1, func(w *WFAExtension) *MultiAP { return &w.MultiAP }),
	wfa(WFAMultiAPProfile, "Multi-AP Profile", 1, func(w *WFAExtension) *uint8 { return &w.MultiAPProfile }),
	wfa(WFAMultiAP8021Q, "Multi-AP Default 802.1Q Setting", 2, func(w *WFAExtension) *uint16 { return &w.MultiAPVLAN }),
}

func wfa[T fieldType](id WFAElementID, name string, size int, of func(*WFAExtension) *T) wfaElement {
	return wfaElement{id, name, size, func(w *WFAExtension) any { return of(w) }}
}

// Size returns the length of a sub-element in octets; ok is false if the length
// varies or the sub-element is unknown.
func (id WFAElementID) Size() (octets int, ok bool) {
	for i := range wfaElements {
		if row := &wfaElements[i]; row.id == id {
			return row.size, row.size >= 0
		}
	}
	return 0, false
}

// swapped returns the value of a sub-element that, unlike all others, is
// little-endian, in big-endian order [Wireshark].
func (id WFAElementID) swapped(v []byte) []byte {
	if id == WFAMultiAP8021Q && len(v) == 2 {
		return []byte{v[1], v[0]}
	}
	return v
}

// String returns the sub-element's name.
func (id WFAElementID) String() string {
	for _, row := range wfaElements {
		if row.id == id {
			return row.name
		}
	}
	return fmt.Sprintf("WFAElementID(%#02x)", uint8(id))
}

// WFAExtension is the content of the Wi-Fi Alliance's vendor extension. The
// zero value is that of a version 1.0 device: nothing is sent.
type WFAExtension struct {
	Version2               uint8         // 0x20 or above from a 2.0 device, 0 from a 1.0 one
	RequestToEnroll        bool          // in Probe Request and M1
	AuthorizedMACs         []MAC         // in Beacon, Probe Response and SetSelectedRegistrar; at most five
	NetworkKeyShareable    bool          // in Credential
	SettingsDelayTime      uint8         // in M7 of an access point or M8, seconds
	RegistrarConfigMethods ConfigMethods // the methods of the registrar, in M2 and elements
	MultiAP                MultiAP       // the part in a mesh, of EasyMesh
	MultiAPProfile         uint8         // the profile of EasyMesh
	MultiAPVLAN            uint16        // primary VLAN identifier of the default 802.1Q setting
	Unknown                []WFAElement  // sub-elements without a field, in their order
}

// maxAuthorizedMACs is how many addresses AuthorizedMACs may hold.
const maxAuthorizedMACs = 5

// decode decodes the sub-elements in data, the value of d's current attribute.
func (w *WFAExtension) decode(d *Decoder, data []byte) {
	for len(data) > 0 && d.err == nil {
		if len(data) < 2 || int(data[1]) > len(data)-2 {
			if d.kind.isElement() {
				d.allow(QuirkCutExtension, AttrVendorExtension)
			} else {
				d.fail(AttrVendorExtension, ErrTruncated, "a sub-element of the WFA extension is cut")
			}
			return
		}
		id, v := WFAElementID(data[0]), data[2:2+int(data[1]):2+int(data[1])]
		data = data[2+len(v):]
		w.element(d, id, v)
	}
}

func (w *WFAExtension) element(d *Decoder, id WFAElementID, v []byte) {
	for _, row := range wfaElements {
		if row.id != id {
			continue
		}
		if row.size >= 0 && len(v) != row.size {
			d.failf(AttrVendorExtension, ErrLength, "%s of %d octets where it has %d", row.name, len(v), row.size)
			return
		}
		set(d, row.place(w), id.swapped(v))
		return
	}
	w.Unknown = append(w.Unknown, WFAElement{id, v})
}

// authorizedMACs reads the addresses of AuthorizedMACs. A value that cannot be
// addresses has no effect.
func authorizedMACs(d *Decoder, before []MAC, v []byte) []MAC {
	if len(v) == 0 || len(v)%6 != 0 || len(v) > 6*maxAuthorizedMACs {
		d.allow(QuirkAuthorizedMACs, AttrVendorExtension)
		return before
	}
	macs := make([]MAC, len(v)/6)
	for i := range macs {
		macs[i] = MAC(v[6*i:])
	}
	return macs
}

// wfa appends the extension as one attribute, unless it is empty.
func (e *encoder) wfa(w *WFAExtension) {
	if len(w.AuthorizedMACs) > maxAuthorizedMACs {
		e.refuse(&Error{Attribute: AttrVendorExtension, Err: ErrTooMany, Detail: "AuthorizedMACs holds five addresses at most"})
		return
	}
	at := e.begin(AttrVendorExtension)
	e.octets = append(e.octets, VendorWFA[:]...)
	first := len(e.octets)
	for i := range wfaElements {
		row := &wfaElements[i]
		start := e.beginWFA(row.id)
		var zero bool
		if e.octets, zero = value(e.octets, row.place(w)); zero {
			e.octets = e.octets[:start-wfaHeader]
			continue
		}
		copy(e.octets[start:], row.id.swapped(e.octets[start:]))
		e.endWFA(start)
	}
	for _, u := range w.Unknown {
		start := e.beginWFA(u.ID)
		e.octets = append(e.octets, u.Data...)
		e.endWFA(start)
	}
	if len(e.octets) == first {
		e.octets = e.octets[:at-attributeHeader]
		return
	}
	e.end(AttrVendorExtension, AttrVendorExtension.info(), at)
}

const (
	wfaHeader     = 2    // octets of a sub-element before its value
	maxWFAElement = 0xFF // the longest value that one octet of length can announce
)

// beginWFA and endWFA do for a sub-element what begin and end do for an
// attribute.
func (e *encoder) beginWFA(id WFAElementID) (at int) {
	e.octets = append(e.octets, byte(id), 0)
	return len(e.octets)
}

func (e *encoder) endWFA(at int) {
	n := len(e.octets) - at
	if n > maxWFAElement {
		e.refuse(&Error{Attribute: AttrVendorExtension, Err: ErrLength, Detail: "a sub-element of the WFA extension is longer than 255 octets"})
		return
	}
	e.octets[at-1] = byte(n)
}
