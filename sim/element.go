package sim

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"github.com/gowps/gowps/wps"
)

// Information elements: IEEE 802.11-2020 §9.4.2.
const (
	elementSSID   = 0
	elementRSN    = 48
	elementVendor = 221
)

// Suite selectors of the RSN element (§9.4.2.24) and of WPA's, which is the
// same behind another OUI.
const (
	cipherTKIP = 2
	cipherCCMP = 4

	akmPSK = 2
	akmSAE = 8

	mfpRequired = 1 << 6 // RSN Capabilities
	mfpCapable  = 1 << 7
)

var (
	ouiRSN = [3]byte{0x00, 0x0F, 0xAC}
	ouiWPA = [3]byte{0x00, 0x50, 0xF2}
)

// appendSSID appends the element that names a network; an empty name stands
// for any, or hides it.
func appendSSID(dst []byte, ssid wps.SSID) []byte {
	return append(append(dst, elementSSID, byte(len(ssid))), ssid...)
}

// suites is what an RSN or WPA element says.
type suites struct {
	group        byte
	ciphers      []byte
	akms         []byte
	capabilities uint16
}

// appendBody appends the part that RSN and WPA elements have in common.
func (s *suites) appendBody(dst []byte, oui [3]byte) []byte {
	dst = append(dst, 1, 0) // version
	dst = append(append(dst, oui[:]...), s.group)
	for _, list := range [][]byte{s.ciphers, s.akms} {
		dst = append(dst, byte(len(list)), 0)
		for _, suite := range list {
			dst = append(append(dst, oui[:]...), suite)
		}
	}
	return dst
}

func (s *suites) appendRSN(dst []byte) []byte {
	body := binary.LittleEndian.AppendUint16(s.appendBody(nil, ouiRSN), s.capabilities)
	return append(append(dst, elementRSN, byte(len(body))), body...)
}

func (s *suites) appendWPA(dst []byte) []byte {
	body := s.appendBody(append(ouiWPA[:], 1), ouiWPA)
	return append(append(dst, elementVendor, byte(len(body))), body...)
}

// parseSuites reads what follows the element's header, at least the ciphers
// and the key management. Selectors of other vendors are left out.
func parseSuites(b cryptobyte.String, oui [3]byte) (s suites, ok bool) {
	var group, capabilities []byte
	if !b.Skip(2) || !b.ReadBytes(&group, 4) || !readSelectors(&b, &s.ciphers, oui) || !readSelectors(&b, &s.akms, oui) {
		return s, false
	}
	s.group = group[3]
	if b.ReadBytes(&capabilities, 2) {
		s.capabilities = binary.LittleEndian.Uint16(capabilities)
	}
	return s, true
}

// readSelectors reads a list of suite selectors behind its count.
func readSelectors(b *cryptobyte.String, suites *[]byte, oui [3]byte) bool {
	var count, selector []byte
	if !b.ReadBytes(&count, 2) {
		return false
	}
	for range binary.LittleEndian.Uint16(count) {
		if !b.ReadBytes(&selector, 4) {
			return false
		}
		if bytes.HasPrefix(selector, oui[:]) {
			*suites = append(*suites, selector[3])
		}
	}
	return true
}

// network is what the elements of a beacon, probe or association frame say.
type network struct {
	ssid    wps.SSID
	hasSSID bool
	rsn     *suites
	wpa     bool
	wps     []byte // attributes; nil without a WPS element
}

// parseElements reads a list of elements as far as it goes.
func parseElements(b []byte) (n network) {
	n.wps, _ = wps.JoinElements(b)
	for len(b) >= 2 && len(b)-2 >= int(b[1]) {
		id, body := b[0], b[2:2+int(b[1])]
		b = b[2+len(body):]
		switch {
		case id == elementSSID && len(body) <= 32:
			n.ssid, n.hasSSID = wps.SSID(body), true
		case id == elementRSN:
			if s, ok := parseSuites(body, ouiRSN); ok {
				n.rsn = &s
			}
		case id == elementVendor && len(body) > 4 && [3]byte(body) == ouiWPA && body[3] == 1:
			n.wpa = true
		}
	}
	return n
}

// appendWPS appends a WPS element of a device of ours, in which everything
// can be encoded: its description was tried when it was put into the world.
func appendWPS(dst []byte, l wps.List) []byte {
	dst, err := wps.AppendElements(dst, l)
	if err != nil {
		panic(fmt.Sprintf("sim: an element of our own: %v", err))
	}
	return dst
}
