package sim

import (
	"fmt"
	"slices"

	"github.com/gowps/gowps/wps"
)

// Security is how a network is protected.
type Security uint8

// The ways of protecting a network. WPA2 is the default.
const (
	WPA2     Security = iota // WPA2-Personal with AES
	WPA2WPA3                 // transition: WPA2 or WPA3, PMF as the station can
	WPA3                     // SAE only, PMF required
	WPAWPA2                  // mixed: WPA with TKIP, or WPA2 with AES
	WPA                      // TKIP only
	WEP
	Open
)

// securityRow is what a Security means on the air and to WPS.
type securityRow struct {
	name string
	auth wps.AuthType
	encr wps.EncrType
	rsn  *suites
	wpa  *suites
	// noWPS is why there is no WPS with it; hostapd switches it off for the
	// same reasons.
	noWPS string
}

var securities = [...]securityRow{
	WPA2: {
		name: "WPA2", auth: wps.AuthWPA2Personal, encr: wps.EncrAES,
		rsn: &suites{group: cipherCCMP, ciphers: []byte{cipherCCMP}, akms: []byte{akmPSK}},
	},
	WPA2WPA3: {
		name: "WPA2/WPA3", auth: wps.AuthWPA2Personal, encr: wps.EncrAES,
		rsn: &suites{group: cipherCCMP, ciphers: []byte{cipherCCMP}, akms: []byte{akmPSK, akmSAE}, capabilities: mfpCapable},
	},
	WPA3: {
		name: "WPA3", auth: wps.AuthWPA2Personal, encr: wps.EncrAES,
		rsn:   &suites{group: cipherCCMP, ciphers: []byte{cipherCCMP}, akms: []byte{akmSAE}, capabilities: mfpCapable | mfpRequired},
		noWPS: "the network is WPA3 only",
	},
	WPAWPA2: {
		name: "WPA/WPA2", auth: wps.AuthMixed, encr: wps.EncrMixed,
		rsn: &suites{group: cipherTKIP, ciphers: []byte{cipherCCMP, cipherTKIP}, akms: []byte{akmPSK}},
		wpa: &suites{group: cipherTKIP, ciphers: []byte{cipherTKIP}, akms: []byte{akmPSK}},
	},
	WPA: {
		name: "WPA", auth: wps.AuthWPAPersonal, encr: wps.EncrTKIP,
		wpa:   &suites{group: cipherTKIP, ciphers: []byte{cipherTKIP}, akms: []byte{akmPSK}},
		noWPS: "the network allows TKIP only",
	},
	WEP:  {name: "WEP", auth: wps.AuthShared, encr: wps.EncrWEP, noWPS: "the network uses WEP"},
	Open: {name: "open", auth: wps.AuthOpen, encr: wps.EncrNone},
}

// known reports whether the security is one of those.
func (s Security) known() bool { return int(s) < len(securities) }

// row returns what a security means that is known.
func (s Security) row() *securityRow { return &securities[s] }

// String returns the name that web pages use, such as "WPA2/WPA3".
func (s Security) String() string {
	if !s.known() {
		return fmt.Sprintf("Security(%d)", uint8(s))
	}
	return s.row().name
}

// securityOf returns the security that a credential describes.
func securityOf(c *wps.Credential) Security {
	switch {
	case c.AuthType&wps.AuthWPA2Personal != 0 && c.AuthType&wps.AuthWPAPersonal != 0:
		return WPAWPA2
	case c.AuthType&wps.AuthWPA2Personal != 0:
		return WPA2
	case c.AuthType&wps.AuthWPAPersonal != 0:
		return WPA
	case c.EncrType&wps.EncrWEP != 0:
		return WEP
	}
	return Open
}

// encrypts reports whether the Privacy bit is set.
func (r *securityRow) encrypts() bool { return r.encr != wps.EncrNone }

// append appends the elements that announce the security.
func (r *securityRow) append(dst []byte) []byte {
	if r.rsn != nil {
		dst = r.rsn.appendRSN(dst)
	}
	if r.wpa != nil {
		dst = r.wpa.appendWPA(dst)
	}
	return dst
}

// stationRSN is the RSN element of a station without WPA3, as it asks for
// WPA2.
func stationRSN(group byte) []byte {
	s := suites{group: group, ciphers: []byte{cipherCCMP}, akms: []byte{akmPSK}}
	return s.appendRSN(nil)
}

// allows reports whether a station without WPA3 can join: the network offers
// WPA2 with AES and does not insist on protected management frames.
func (s *suites) allows() bool {
	return slices.Contains(s.akms, akmPSK) && slices.Contains(s.ciphers, cipherCCMP) && s.capabilities&mfpRequired == 0
}
