package capture

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
)

// Management is what an 802.11 management frame says, as far as it bears on WPS. Frames of one sender that say the same share one
// Management, so that comparing pointers finds the repetition of a beacon.
type Management struct {
	// Capability is the capability information field of beacons, probe responses and association frames.
	Capability uint16
	// Status is the status code of an authentication or of an association response; 0 is success.
	Status uint16
	// Reason is the reason code of a disassociation or deauthentication.
	Reason uint16
	// Algorithm and Transaction are the fields of an authentication frame: the algorithm (0 open, 3 SAE) and the step, from 1.
	Algorithm, Transaction uint16

	// SSID is the network's name, octets of any kind; more than 32 are an error that Note tells. Empty in a probe request to all, and where Hidden is set.
	SSID string
	// Hidden is set for a beacon or probe response that keeps the name to itself: an SSID element of no octets or only zeros.
	Hidden bool
	// Channel is the primary channel by the DSSS Parameter Set or the HT Operation element; 0 without them.
	Channel int
	// WPS is the joined body of all WPS elements, in order and without their prefix 00:50:F2:04. It is nil without such an
	// element, and empty but not nil if they carry nothing.
	WPS []byte
	// RSN and WPA are the facts of these elements, nil where there is none.
	RSN, WPA *Security
}

// Privacy reports the privacy bit: whether the network encrypts. Without RSN and WPA this means WEP.
func (m *Management) Privacy() bool { return m.Capability&0x10 != 0 }

// Security is what an RSN element (IEEE Std 802.11-2020 9.4.2.24) or a WPA element says.
type Security struct {
	Group    Cipher
	Pairwise []Cipher
	AKMs     []AKM
	// PMFCapable and PMFRequired tell of protected management frames.
	PMFCapable, PMFRequired bool
}

// A Cipher is a cipher suite selector: OUI and type as one big-endian number.
type Cipher uint32

// Cipher suites that WPS has to do with. WPA elements have the same types under another OUI; they are reported as these.
const (
	CipherUseGroup Cipher = 0x000fac00
	CipherWEP40    Cipher = 0x000fac01
	CipherTKIP     Cipher = 0x000fac02
	CipherCCMP     Cipher = 0x000fac04
	CipherWEP104   Cipher = 0x000fac05
	CipherGCMP     Cipher = 0x000fac08
	CipherGCMP256  Cipher = 0x000fac09
	CipherCCMP256  Cipher = 0x000fac0a
)

var cipherNames = map[Cipher]string{
	CipherUseGroup: "group cipher",
	CipherWEP40:    "WEP-40",
	CipherTKIP:     "TKIP",
	CipherCCMP:     "CCMP",
	CipherWEP104:   "WEP-104",
	CipherGCMP:     "GCMP-128",
	CipherGCMP256:  "GCMP-256",
	CipherCCMP256:  "CCMP-256",
}

// String returns the usual name, or the selector as 00-0F-AC:7.
func (c Cipher) String() string {
	if name, ok := cipherNames[c]; ok {
		return name
	}
	return selector(uint32(c))
}

// An AKM is an authentication and key management suite selector: OUI and type as one big-endian number.
type AKM uint32

// AKM suites. WPA elements have the first two types under another OUI; they are reported as these.
const (
	AKM8021X       AKM = 0x000fac01
	AKMPSK         AKM = 0x000fac02
	AKMFT8021X     AKM = 0x000fac03
	AKMFTPSK       AKM = 0x000fac04
	AKM8021XSHA256 AKM = 0x000fac05
	AKMPSKSHA256   AKM = 0x000fac06
	AKMSAE         AKM = 0x000fac08
	AKMFTSAE       AKM = 0x000fac09
	AKMSuiteB      AKM = 0x000fac0b
	AKMSuiteB192   AKM = 0x000fac0c
	AKMFT8021X384  AKM = 0x000fac0d
	AKMOWE         AKM = 0x000fac12
	AKMSAEExt      AKM = 0x000fac18
	AKMFTSAEExt    AKM = 0x000fac19
	AKMDPP         AKM = 0x506f9a02
)

var akmNames = map[AKM]string{
	AKM8021X:       "802.1X",
	AKMPSK:         "PSK",
	AKMFT8021X:     "FT-802.1X",
	AKMFTPSK:       "FT-PSK",
	AKM8021XSHA256: "802.1X-SHA256",
	AKMPSKSHA256:   "PSK-SHA256",
	AKMSAE:         "SAE",
	AKMFTSAE:       "FT-SAE",
	AKMSuiteB:      "Suite-B",
	AKMSuiteB192:   "Suite-B-192",
	AKMFT8021X384:  "FT-802.1X-SHA384",
	AKMOWE:         "OWE",
	AKMSAEExt:      "SAE-EXT-KEY",
	AKMFTSAEExt:    "FT-SAE-EXT-KEY",
	AKMDPP:         "DPP",
}

// String returns the usual name, or the selector as 00-0F-AC:7.
func (a AKM) String() string {
	if name, ok := akmNames[a]; ok {
		return name
	}
	return selector(uint32(a))
}

func selector(s uint32) string {
	return fmt.Sprintf("%02X-%02X-%02X:%d", byte(s>>24), byte(s>>16), byte(s>>8), byte(s))
}

// managementLayouts lists, by the subtype of the frame, what event it makes and where its fixed fields stand: -1 for none.
var managementLayouts = [16]struct {
	kind                                               Kind
	size                                               int // of all fixed fields; the elements follow
	capability, status, reason, algorithm, transaction int
}{
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
}

// Element identifiers, IEEE Std 802.11-2020 9.4.2.1.
const (
	elementSSID        = 0
	elementDSSS        = 3
	elementRSN         = 48
	elementHTOperation = 61
	elementVendor      = 221
)

// Vendor elements of Microsoft's OUI 00:50:F2, with their type octet.
const (
	vendorWPA = 0x0050f201
	vendorWPS = 0x0050f204
)

// A managementKey says whose frames are compared: those of one kind of one sender in one network.
type managementKey struct {
	subtype    uint16
	src, bssid [6]byte
}

// A managementSeen is the last such frame.
type managementSeen struct {
	digest     uint64
	management *Management
	problem    problem
}

// maxManagement bounds what is kept of one frame: the longest management frame, IEEE Std 802.11-2020 table 9-34.
const maxManagement = 11454

// management reports a management frame. cut tells that the capture lacks its end.
func (d *decoder) management(subtype uint16, protected, cut bool, b []byte) {
	layout := &managementLayouts[subtype]
	switch {
	case layout.kind == 0:
		return // action frames and the like
	case protected:
		// Its fields are ciphertext; that the frame was sent is known all the same.
		e := d.emit(layout.kind)
		e.Management = new(Management)
		e.Note = problems[managementProtected].text
		return
	case len(b) < layout.size:
		d.note(managementShort)
		return
	}
	fixed, elements := b[:layout.size], b[layout.size:min(len(b), maxManagement)]

	// Beacons are most of what a capture in the air holds: one that repeats costs a walk over its elements, and no memory.
	key := managementKey{subtype, d.src, d.bssid}
	digest := d.digest(fixed, layout.capability, elements)
	seen, ok := d.managements.get(key)
	if !ok || seen.digest != digest {
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
		seen = managementSeen{digest, m, m.parseElements(elements)}
		m.Hidden = m.Hidden && (layout.kind == KindBeacon || layout.kind == KindProbeResponse)
		d.managements.put(key, seen)
	}
	e := d.emit(layout.kind)
	e.Management = seen.management
	prob := seen.problem
	if cut {
		prob = elementsCut
	}
	e.Truncated = prob == elementsCut || prob == elementsMalformed
	e.Note = problems[prob].text
}

// digest condenses what parseElements would look at. Timestamps, the traffic map and other things that change from beacon to beacon stay out.
func (d *decoder) digest(fixed []byte, capability int, elements []byte) uint64 {
	if capability >= 0 {
		fixed = fixed[capability:]
	}
	sum := maphash.Bytes(d.seed, fixed)
	for len(elements) > 0 {
		id, body, rest := nextElement(elements)
		if body == nil {
			return sum ^ uint64(len(elements)) // what is left of a cut frame
		}
		switch id {
		case elementHTOperation:
			body = body[:min(len(body), 1)]
			fallthrough
		case elementSSID, elementDSSS, elementRSN, elementVendor:
			if id != elementVendor || vendorType(body) != 0 {
				sum = sum*0x9e3779b97f4a7c15 + uint64(id) + maphash.Bytes(d.seed, body)
			}
		}
		elements = rest
	}
	return sum
}

// nextElement splits the first element off. Its body is nil if it is not whole.
func nextElement(b []byte) (id byte, body, rest []byte) {
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return 0, nil, nil
	}
	end := 2 + int(b[1])
	return b[0], b[2:end], b[end:]
}

// vendorType returns the OUI and type of a vendor element that is of interest here, else 0.
func vendorType(body []byte) uint32 {
	if len(body) >= 4 {
		if t := binary.BigEndian.Uint32(body); t == vendorWPA || t == vendorWPS {
			return t
		}
	}
	return 0
}

// parseElements takes over what the elements say, and returns what is wrong with them.
func (m *Management) parseElements(b []byte) problem {
	prob := noProblem
	for len(b) > 0 {
		id, body, rest := nextElement(b)
		if body == nil {
			return elementsMalformed
		}
		switch id {
		case elementSSID:
			if len(body) > 32 {
				prob = ssidLong
			}
			m.Hidden = len(body) == 0 || !slices.ContainsFunc(body, func(c byte) bool { return c != 0 })
			if !m.Hidden {
				m.SSID = string(body)
			}
		case elementDSSS:
			if len(body) >= 1 {
				m.Channel = int(body[0])
			}
		case elementHTOperation:
			if len(body) >= 1 && m.Channel == 0 {
				m.Channel = int(body[0])
			}
		case elementRSN:
			if m.RSN = parseSecurity(body); m.RSN == nil {
				prob = securityMalformed
			}
		case elementVendor:
			switch vendorType(body) {
			case vendorWPA:
				if m.WPA = parseSecurity(body[4:]); m.WPA == nil {
					prob = securityMalformed
				}
			case vendorWPS:
				m.WPS = append(m.WPS, body[4:]...)
				if m.WPS == nil {
					m.WPS = []byte{}
				}
			}
		}
		b = rest
	}
	return prob
}

// parseSecurity parses version (2), group cipher (4), pairwise ciphers and AKM suites (each a count (2) and selectors (4)) and
// capabilities (2). A sender may stop after any of them; what it leaves out has the default. nil means malformed.
func parseSecurity(b []byte) *Security {
	s := &Security{Group: CipherCCMP}
	if len(b) < 2 {
		return nil
	}
	b = b[2:]
	if len(b) >= 4 {
		s.Group, b = Cipher(suite(b)), b[4:]
	}
	ciphers, b, ok := suites(b)
	akms, b, ok2 := suites(b)
	if !ok || !ok2 {
		return nil
	}
	for _, c := range ciphers {
		s.Pairwise = append(s.Pairwise, Cipher(c))
	}
	for _, a := range akms {
		s.AKMs = append(s.AKMs, AKM(a))
	}
	if len(b) >= 2 {
		const required, capable = 1 << 6, 1 << 7
		capabilities := binary.LittleEndian.Uint16(b)
		s.PMFRequired, s.PMFCapable = capabilities&required != 0, capabilities&capable != 0
	}
	return s
}

// suites takes a list of selectors off the front of b. None at all is a list that was left out.
func suites(b []byte) (list []uint32, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, b, true
	}
	n := int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; n > len(b)/4 {
		return nil, nil, false
	}
	for ; n > 0; n-- {
		list, b = append(list, suite(b)), b[4:]
	}
	return list, b, true
}

// suite reads a selector, and one of WPA (00:50:F2) as its counterpart of 802.11 (00:0F:AC).
func suite(b []byte) uint32 {
	s := binary.BigEndian.Uint32(b)
	if s>>8 == vendorWPA>>8 {
		s = 0x000fac<<8 | s&0xff
	}
	return s
}
