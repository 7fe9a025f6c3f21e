package dot11

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Security is what an RSN element (9.4.2.24) or a WPA element says.
type Security struct {
	Group CipherSuite
	// Pairwise and AKMs are empty if the element does not list them. Then an
	// RSN element means CCMP and 802.1X, a WPA element TKIP and 802.1X.
	Pairwise []CipherSuite
	AKMs     []AKM
	// PMFCapable and PMFRequired describe the protection of management frames.
	PMFCapable, PMFRequired bool
}

// CipherSuite is a cipher suite selector: OUI and type as one big-endian number.
//
// Its values are [CipherUseGroup], [CipherWEP40], [CipherTKIP], [CipherCCMP],
// [CipherWEP104], [CipherGCMP], [CipherGCMP256] and [CipherCCMP256].
type CipherSuite uint32

// Cipher suites that matter to WPS. WPA elements have the same types under
// another OUI; they are reported as these.
const (
	CipherUseGroup CipherSuite = 0x000fac00
	CipherWEP40    CipherSuite = 0x000fac01
	CipherTKIP     CipherSuite = 0x000fac02
	CipherCCMP     CipherSuite = 0x000fac04
	CipherWEP104   CipherSuite = 0x000fac05
	CipherGCMP     CipherSuite = 0x000fac08
	CipherGCMP256  CipherSuite = 0x000fac09
	CipherCCMP256  CipherSuite = 0x000fac0a
)

var cipherNames = map[CipherSuite]string{
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
func (c CipherSuite) String() string {
	if name, ok := cipherNames[c]; ok {
		return name
	}
	return selector(uint32(c))
}

// An AKM is an authentication and key management suite selector: OUI and type
// as one big-endian number.
//
// Its values are [AKM8021X], [AKMPSK], [AKMFT8021X], [AKMFTPSK],
// [AKM8021XSHA256], [AKMPSKSHA256], [AKMSAE], [AKMFTSAE], [AKMSuiteB],
// [AKMSuiteB192], [AKMFT8021X384], [AKMOWE], [AKMSAEExt], [AKMFTSAEExt] and
// [AKMDPP].
type AKM uint32

// AKM suites. WPA elements have the first two types under another OUI; they are
// reported as these.
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

// parseSecurity parses version (2), group cipher (4), pairwise ciphers and AKM
// suites (each a count (2) and selectors (4)) and capabilities (2). A sender
// may stop after any of them. nil means malformed.
func parseSecurity(b []byte) *Security {
	s := &Security{Group: CipherCCMP}
	if len(b) < 2 {
		return nil
	}
	b = b[2:]
	if len(b) >= 4 {
		s.Group, b = CipherSuite(suite(b)), b[4:]
	}
	var ok, ok2 bool
	s.Pairwise, b, ok = suites[CipherSuite](b)
	s.AKMs, b, ok2 = suites[AKM](b)
	if !ok || !ok2 {
		return nil
	}
	if len(b) >= 2 {
		const required, capable = 1 << 6, 1 << 7
		capabilities := binary.LittleEndian.Uint16(b)
		s.PMFRequired, s.PMFCapable = capabilities&required != 0, capabilities&capable != 0
	}
	return s
}

// suites removes a list of selectors from the front of b. An empty b means that
// the list was omitted.
func suites[T CipherSuite | AKM](b []byte) (list []T, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, b, true
	}
	n := int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; n > len(b)/4 {
		return nil, nil, false
	}
	if n > 0 {
		list = make([]T, n)
	}
	for i := range list {
		list[i], b = T(suite(b)), b[4:]
	}
	return list, b, true
}

// suite reads a selector, and maps one of WPA (00:50:F2) to its 802.11
// counterpart (00:0F:AC).
func suite(b []byte) uint32 {
	s := binary.BigEndian.Uint32(b)
	if s>>8 == vendorWPA>>8 {
		s = 0x000fac<<8 | s&0xff
	}
	return s
}

// PSK reports whether the AKM is one of WPA2-Personal.
func (a AKM) PSK() bool { return slices.Contains(pskSuites, a) }

// SAE reports whether the AKM is one of WPA3-Personal.
func (a AKM) SAE() bool { return slices.Contains(saeSuites, a) }
