package capture

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"strconv"

	"github.com/gowps/gowps/eapwsc/dot11"
)

// Management is the content of an 802.11 management frame that is relevant to
// WPS. Frames of one sender with the same content share one Management, so that
// comparing pointers detects repeated beacons.
type Management struct {
	// Capability is the capability information field of beacons, probe responses and association frames.
	Capability uint16
	// Status is the status code of an authentication or of an association response; 0 is success.
	Status uint16
	// Reason is the reason code of a disassociation or deauthentication.
	Reason uint16
	// Algorithm and Transaction are the fields of an authentication frame: the algorithm (0 open, 3 SAE) and the step, from 1.
	Algorithm, Transaction uint16
	// Direct is the subtype of a public action frame of Wi-Fi Direct.
	Direct DirectFrame

	// Elements holds the parsed information elements. Hidden is set for beacons
	// and probe responses only.
	dot11.Elements
}

// Privacy reports the privacy bit: whether the network encrypts. Without RSN and WPA this means WEP.
func (m *Management) Privacy() bool { return m.Capability&dot11.Privacy != 0 }

// managementLayout is the kind of event of a management frame, and the offsets of
// its fixed fields: -1 for none.
type managementLayout struct {
	kind                                               EventKind
	size                                               int // of all fixed fields; the elements follow
	capability, status, reason, algorithm, transaction int
}

// managementLayouts has the layouts by the subtype of the frame.
var managementLayouts = [16]managementLayout{
	0:  {KindAssociationRequest, 4, 0, -1, -1, -1, -1},
	1:  {KindAssociationResponse, 6, 0, 2, -1, -1, -1},
	2:  {KindReassociationRequest, 10, 0, -1, -1, -1, -1},
	3:  {KindReassociationResponse, 6, 0, 2, -1, -1, -1},
	4:  {KindProbeRequest, 0, -1, -1, -1, -1, -1},
	5:  {KindProbeResponse, 12, 10, -1, -1, -1, -1},
	8:  {KindBeacon, 12, 10, -1, -1, -1, -1},
	10: {KindDisassociation, 2, -1, -1, 0, -1, -1},
	11: {KindAuthentication, 6, -1, 4, -1, 0, 2},
	12: {KindDeauthentication, 2, -1, -1, 0, -1, -1},
	13: {KindDirect, directFixed, -1, -1, -1, -1, -1},
}

// DirectFrame is the subtype of a public action frame of Wi-Fi Direct, as hostap's src/common/ieee802_11_defs.h has them.
type DirectFrame uint8

var directNames = [...]string{
	"GO negotiation request", "GO negotiation response", "GO negotiation confirmation", "invitation request", "invitation response",
	"device discoverability request", "device discoverability response", "provision discovery request", "provision discovery response",
}

// String returns the name of the frame, such as "provision discovery request".
func (f DirectFrame) String() string {
	if int(f) < len(directNames) {
		return directNames[f]
	}
	return "DirectFrame(" + strconv.Itoa(int(f)) + ")"
}

// directHeader is how the public action frames of Wi-Fi Direct begin: category 4 (public), action 9 (vendor specific), the OUI of the
// Wi-Fi Alliance and its type 9. The subtype and a dialog token follow.
const (
	directHeader = "\x04\x09\x50\x6f\x9a\x09"
	directFixed  = len(directHeader) + 2
)

// A managementKey selects the frames that are compared: those of one kind from
// one sender in one network.
type managementKey struct {
	subtype    uint16
	src, bssid [6]byte
}

// A managementSeen is the last such frame.
type managementSeen struct {
	key        managementKey
	digest     uint64
	management *Management
	problem    problem
	// beacon is the frame after its header and time stamp, if it is a beacon
	// that is completely captured, and long enough for this to be worth the
	// memory; otherwise empty. fcs is what was known about its end.
	beacon []byte
	fcs    fcs
}

const (
	subtypeBeacon = 8
	// timestamp is the length of the first field of a beacon, which differs in
	// each.
	timestamp = 8
	maxBeacon = 512
)

// maxManagement limits what is kept of one frame: the longest management frame,
// IEEE Std 802.11-2020 table 9-34.
const maxManagement = 11454

// repeatedBeacon emits a beacon, b with a header of the given length, if it
// equals the previous one of its sender apart from the time stamp, and reports
// whether it does. Most frames of a capture on the air do, and they cost this
// comparison only. A frame check
// sequence needs no special care, because it would differ from that of the
// previous beacon.
func (d *decoder) repeatedBeacon(b []byte, header int, state fcs) bool {
	if len(b) <= header+timestamp || d.frame.wire != len(d.frame.data) {
		return false
	}
	seen := d.beacons[b[15]]
	if seen == nil || seen.key != (managementKey{subtypeBeacon, [6]byte(b[10:]), [6]byte(b[16:])}) || seen.fcs != state || !bytes.Equal(seen.beacon, b[header+timestamp:]) {
		return false
	}
	d.addresses(b)
	d.emitManagement(KindBeacon, seen, false)
	return true
}

// addresses reads the addresses of a management frame.
func (d *decoder) addresses(b []byte) {
	copy(d.dst[:], b[4:])
	copy(d.src[:], b[10:])
	copy(d.bssid[:], b[16:])
}

// rememberBeacon keeps a beacon for comparison with the next one.
func (d *decoder) rememberBeacon(seen *managementSeen, b []byte, header int, state fcs) {
	d.beacons[d.src[5]] = seen
	seen.beacon, seen.fcs = seen.beacon[:0], state
	if body := b[header:]; d.frame.wire == len(d.frame.data) && len(body) > timestamp && len(body) <= maxBeacon {
		seen.beacon = append(seen.beacon, body[timestamp:]...)
	}
}

// management emits a management frame. Cut reports that the capture lacks its
// end. It returns what is kept of the frame, nil if nothing is.
func (d *decoder) management(subtype uint16, protected, cut bool, b []byte) *managementSeen {
	layout := &managementLayouts[subtype]
	switch {
	case layout.kind == 0:
		return nil // measurements and others
	case layout.kind == KindDirect && (protected || len(b) < directFixed || string(b[:len(directHeader)]) != directHeader || int(b[len(directHeader)]) >= len(directNames)):
		return nil // other action frames
	case protected:
		// Its fields are encrypted, but the frame itself was seen.
		e := d.emit(layout.kind)
		e.Management = new(Management)
		e.Note = problems[managementProtected].text
		return nil
	case len(b) < layout.size:
		d.note(managementShort)
		return nil
	}
	fixed, elements := b[:layout.size], b[layout.size:min(len(b), maxManagement)]

	// A frame with the same elements as the last one of its kind and sender
	// costs a walk over them, and no memory.
	key := managementKey{subtype, d.src, d.bssid}
	digest := d.digest(fixed, layout.capability, elements)
	seen, ok := d.managements.get(key)
	if !ok {
		seen = &managementSeen{key: key}
		d.managements.put(key, seen)
	}
	if !ok || seen.digest != digest {
		seen.digest = digest
		seen.management, seen.problem = layout.parse(fixed, elements)
	}
	d.emitManagement(layout.kind, seen, cut)
	return seen
}

// parse reads the fixed fields and the elements of a management frame.
func (layout *managementLayout) parse(fixed, elements []byte) (*Management, problem) {
	m := new(Management)
	for _, field := range [...]struct {
		at    int
		value *uint16
	}{
		{layout.capability, &m.Capability},
		{layout.status, &m.Status},
		{layout.reason, &m.Reason},
		{layout.algorithm, &m.Algorithm},
		{layout.transaction, &m.Transaction},
	} {
		if field.at >= 0 {
			*field.value = binary.LittleEndian.Uint16(fixed[field.at:])
		}
	}
	if layout.kind == KindDirect {
		m.Direct = DirectFrame(fixed[len(directHeader)])
	}
	var fault error
	m.Elements, fault = dot11.Parse(elements)
	m.WPS = bytes.Clone(m.WPS)
	m.Hidden = m.Hidden && (layout.kind == KindBeacon || layout.kind == KindProbeResponse)
	return m, elementProblems[fault]
}

// emitManagement emits the event of a management frame.
func (d *decoder) emitManagement(kind EventKind, seen *managementSeen, cut bool) {
	e := d.emit(kind)
	e.Management = seen.management
	prob := seen.problem
	if cut {
		prob = elementsCut
	}
	e.Truncated = prob == elementsCut || prob == elementsMalformed
	e.Note = problems[prob].text
}

// elementProblems maps errors of dot11.Parse to problems.
var elementProblems = map[error]problem{
	nil:                noProblem,
	dot11.ErrMalformed: elementsMalformed,
	dot11.ErrSSID:      ssidLong,
	dot11.ErrSecurity:  securityMalformed,
}

// digest hashes the elements that dot11.Parse reads. Timestamps, the traffic
// map and other fields that change from beacon to beacon are left out.
func (d *decoder) digest(fixed []byte, capability int, elements []byte) uint64 {
	if capability >= 0 {
		fixed = fixed[capability:]
	}
	sum := maphash.Bytes(d.seed, fixed)
	for len(elements) > 0 {
		id, body, rest := dot11.Next(elements)
		if body == nil {
			return sum ^ uint64(len(elements)) // the rest of a truncated frame
		}
		if part, ok := dot11.Relevant(id, body); ok {
			sum = sum*0x9e3779b97f4a7c15 + uint64(id) + maphash.Bytes(d.seed, part)
		}
		elements = rest
	}
	return sum
}
