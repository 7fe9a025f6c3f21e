package anonymise

import (
	"encoding/binary"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// Bits of the frame control field: IEEE Std 802.11-2020 9.2.4.1.
const (
	typeData = 0x0008
	toDS     = 0x0100
	fromDS   = 0x0200
	retry    = 0x0800
)

// radiotap writes what the radio says: no frame check sequence, channel and
// signal.
func radiotap(r capture.RadioInfo) []byte {
	const flags, channel, signal = 1 << 1, 1 << 3, 1 << 5
	b := []byte{0, 0, 15, 0, flags | channel | signal, 0, 0, 0, 0, 0}
	b = binary.LittleEndian.AppendUint16(b, r.Frequency)
	band := uint16(0x0080)
	if r.Frequency > 3000 {
		band = 0x0100
	}
	b = binary.LittleEndian.AppendUint16(b, band)
	return append(b, byte(r.Signal))
}

// header writes the radiotap and the 802.11 header.
func header(e *capture.Event, control uint16, addresses ...[6]byte) []byte {
	if e.Radio.Retry {
		control |= retry
	}
	b := binary.LittleEndian.AppendUint16(radiotap(e.Radio), control)
	b = append(b, 0, 0) // duration
	for i, a := range addresses {
		if i == 3 {
			break
		}
		b = append(b, a[:]...)
	}
	b = binary.LittleEndian.AppendUint16(b, e.Radio.Sequence<<4)
	if len(addresses) == 4 {
		b = append(b, addresses[3][:]...)
	}
	return b
}

// snap is the header of LLC and SNAP before an EtherType.
var snap = []byte{0xaa, 0xaa, 3, 0, 0, 0}

const (
	etherEAPOL = 0x888e
	ether1905  = 0x893a
)

// frame writes an EAPOL frame, on the air or on a wire.
func (a *anonymiser) frame(e *capture.Event) {
	src, dst, bssid := a.mask.mac(e.Src), a.mask.mac(e.Dst), a.mask.mac(e.BSSID)
	var b []byte
	s := a.begin(e.Time, onWire)
	if e.Radio.OnAir {
		s.Interface = onAir
		switch {
		case e.BSSID == [6]byte{}:
			b = header(e, typeData|toDS|fromDS, [6]byte{}, [6]byte{}, dst, src)
		case e.BSSID == e.Src:
			b = header(e, typeData|fromDS, dst, bssid, src)
		case e.BSSID == e.Dst:
			b = header(e, typeData|toDS, bssid, src, dst)
		default:
			b = header(e, typeData, dst, src, bssid)
		}
		b = append(b, snap...)
	} else {
		b = append(append(b, dst[:]...), src[:]...)
	}
	b = binary.BigEndian.AppendUint16(b, etherEAPOL)
	direction := string(e.Src[:]) + string(e.Dst[:]) + string(e.BSSID[:])
	cut := e.Truncated
	a.eapol(direction, e.Data, cut, func(frame []byte) {
		s.Data, s.ready = append(b, frame...), true
		if cut {
			s.Length = len(s.Data) + 1
		}
	})
}

// subtypes are the frame control fields of management frames, and the lengths of
// what stands before their elements.
var subtypes = map[capture.EventKind]struct {
	control  uint16
	elements bool
}{
	capture.KindAssociationRequest:    {0x00, true},
	capture.KindAssociationResponse:   {0x10, true},
	capture.KindReassociationRequest:  {0x20, true},
	capture.KindReassociationResponse: {0x30, true},
	capture.KindProbeRequest:          {0x40, true},
	capture.KindProbeResponse:         {0x50, true},
	capture.KindBeacon:                {0x80, true},
	capture.KindDisassociation:        {0xa0, false},
	capture.KindAuthentication:        {0xb0, false},
	capture.KindDeauthentication:      {0xc0, false},
}

// A body is what stands behind the header of a management frame: repeated ones
// are made once.
type body struct {
	kind       capture.EventKind
	management *capture.Management
}

const maxBodies = 4096

// management writes a management frame.
func (a *anonymiser) management(e *capture.Event) {
	row, ok := subtypes[e.Kind]
	if !ok {
		return
	}
	key := body{e.Kind, e.Management}
	b, ok := a.bodies[key]
	if !ok {
		b = fixed(e.Kind, e.Management)
		if row.elements {
			b = append(b, a.elements(e.Kind, &e.Management.Elements)...)
		}
		if len(a.bodies) >= maxBodies {
			clear(a.bodies)
		}
		a.bodies[key] = b
	}
	s := a.begin(e.Time, onAir)
	s.Data, s.ready = append(header(e, row.control, a.mask.mac(e.Dst), a.mask.mac(e.Src), a.mask.mac(e.BSSID)), b...), true
	if e.Truncated {
		s.Length = len(s.Data) + 1
	}
}

// fixed writes the fields before the elements: IEEE Std 802.11-2020 9.3.3.
func fixed(kind capture.EventKind, m *capture.Management) (b []byte) {
	numbers := func(values ...uint16) {
		for _, v := range values {
			b = binary.LittleEndian.AppendUint16(b, v)
		}
	}
	const interval, associationID, known = 100, 0xc001, 255
	number := func(v uint16) uint16 { // an unassigned code is no number
		if v > known {
			return 0xffff
		}
		return v
	}
	switch kind {
	case capture.KindBeacon, capture.KindProbeResponse:
		numbers(0, 0, 0, 0, interval, m.Capability) // behind a time stamp
	case capture.KindAssociationRequest:
		numbers(m.Capability, 0)
	case capture.KindReassociationRequest:
		numbers(m.Capability, 0, 0, 0, 0) // with the address of the access point before
	case capture.KindAssociationResponse, capture.KindReassociationResponse:
		numbers(m.Capability, number(m.Status), associationID)
	case capture.KindAuthentication:
		numbers(number(m.Algorithm), number(m.Transaction), number(m.Status))
	case capture.KindDisassociation, capture.KindDeauthentication:
		numbers(number(m.Reason))
	}
	return b
}

// The elements that are written: IEEE Std 802.11-2020 9.4.2.1.
const (
	elementSSID        = 0
	elementRates       = 1
	elementDSSS        = 3
	elementRSN         = 48
	elementHTOperation = 61
	elementVendor      = 221
)

// elements writes what the elements of a frame say of WPS.
func (a *anonymiser) elements(kind capture.EventKind, e *dot11.Elements) (b []byte) {
	element := func(id byte, body ...byte) {
		body = body[:min(len(body), 255)]
		b = append(append(b, id, byte(len(body))), body...)
	}
	if len(e.SSID) > 0 || e.Hidden || kind == capture.KindProbeRequest {
		element(elementSSID, []byte(a.mask.ssid(e.SSID))...)
	}
	element(elementRates, 0x82, 0x84, 0x8b, 0x96) // no frame is without
	switch c := e.Channel; {
	case c > 0 && c <= 14:
		element(elementDSSS, byte(c))
	case c > 0:
		element(elementHTOperation, append([]byte{byte(c)}, make([]byte, 21)...)...)
	}
	if e.RSN != nil {
		element(elementRSN, security(e.RSN)...)
	}
	if e.WPA != nil {
		element(elementVendor, append([]byte{0, 0x50, 0xf2, 1}, security(e.WPA)...)...)
	}
	if e.WPS != nil {
		if attributes := a.mask.attributes(e.WPS); len(attributes) > 0 {
			b = append(b, wps.SplitElements(attributes)...)
		} else {
			element(elementVendor, 0, 0x50, 0xf2, 4)
		}
	}
	if e.P2P {
		const capability = 2
		element(elementVendor, 0x50, 0x6f, 0x9a, 9, capability, 2, 0, 0, 0)
	}
	return b
}

// security writes the contents of an RSN element, which are those of a WPA
// element behind its type as well.
func security(s *dot11.Security) []byte {
	const version, most = 1, 16
	b := binary.LittleEndian.AppendUint16(nil, version)
	b = binary.BigEndian.AppendUint32(b, suite(uint32(s.Group)))
	b = binary.LittleEndian.AppendUint16(b, uint16(min(len(s.Pairwise), most)))
	for _, c := range s.Pairwise[:min(len(s.Pairwise), most)] {
		b = binary.BigEndian.AppendUint32(b, suite(uint32(c)))
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(min(len(s.AKMs), most)))
	for _, k := range s.AKMs[:min(len(s.AKMs), most)] {
		b = binary.BigEndian.AppendUint32(b, suite(uint32(k)))
	}
	const required, capable = 1 << 6, 1 << 7
	capabilities := uint16(0)
	if s.PMFRequired {
		capabilities |= required
	}
	if s.PMFCapable {
		capabilities |= capable
	}
	return binary.LittleEndian.AppendUint16(b, capabilities)
}

// suite keeps the selectors of 802.11 and the Wi-Fi Alliance. Those of vendors
// are replaced by one that is not in use.
func suite(s uint32) uint32 {
	switch s >> 8 {
	case 0x000fac, 0x506f9a:
		return s
	}
	return 0xfefefe01
}
