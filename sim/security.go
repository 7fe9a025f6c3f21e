package sim

import (
	"fmt"
	"slices"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// Security is the protection of a network.
type Security uint8

// The ways of protecting a network. WPA2 is the default.
const (
	WPA2     Security = iota // WPA2-Personal with AES
	WPA2WPA3                 // transition: WPA2 or WPA3, PMF if the station supports it
	WPA3                     // SAE only, PMF required
	WPAWPA2                  // mixed: WPA with TKIP, or WPA2 with AES
	WPA                      // TKIP only
	WEP
	Open
)

// securityRow describes a Security on the air and in WPS.
type securityRow struct {
	name     string
	auth     wps.AuthType
	encr     wps.EncrType
	rsn, wpa *dot11.Security
	// noWPS is why WPS is off with it, for the same reasons as in hostapd.
	noWPS error
}

var (
	ccmp = []dot11.CipherSuite{dot11.CipherCCMP}
	tkip = []dot11.CipherSuite{dot11.CipherTKIP}
	psks = []dot11.AKM{dot11.AKMPSK}
)

var securities = [...]securityRow{
	WPA2: {
		name: "WPA2", auth: wps.AuthWPA2Personal, encr: wps.EncrAES,
		rsn: &dot11.Security{Group: dot11.CipherCCMP, Pairwise: ccmp, AKMs: psks},
	},
	WPA2WPA3: {
		name: "WPA2/WPA3", auth: wps.AuthWPA2Personal, encr: wps.EncrAES,
		rsn: &dot11.Security{Group: dot11.CipherCCMP, Pairwise: ccmp, AKMs: []dot11.AKM{dot11.AKMPSK, dot11.AKMSAE}, PMFCapable: true},
	},
	WPA3: {
		name: "WPA3", auth: wps.AuthWPA2Personal, encr: wps.EncrAES,
		rsn:   &dot11.Security{Group: dot11.CipherCCMP, Pairwise: ccmp, AKMs: []dot11.AKM{dot11.AKMSAE}, PMFCapable: true, PMFRequired: true},
		noWPS: fmt.Errorf("%w: the network is WPA3 only", ErrWPSOff),
	},
	WPAWPA2: {
		name: "WPA/WPA2", auth: wps.AuthMixed, encr: wps.EncrMixed,
		rsn: &dot11.Security{Group: dot11.CipherTKIP, Pairwise: slices.Concat(ccmp, tkip), AKMs: psks},
		wpa: &dot11.Security{Group: dot11.CipherTKIP, Pairwise: tkip, AKMs: psks},
	},
	WPA: {
		name: "WPA", auth: wps.AuthWPAPersonal, encr: wps.EncrTKIP,
		wpa:   &dot11.Security{Group: dot11.CipherTKIP, Pairwise: tkip, AKMs: psks},
		noWPS: fmt.Errorf("%w: the network allows TKIP only", ErrWPSOff),
	},
	WEP:  {name: "WEP", auth: wps.AuthShared, encr: wps.EncrWEP, noWPS: fmt.Errorf("%w: the network uses WEP", ErrWPSOff)},
	Open: {name: "open", auth: wps.AuthOpen, encr: wps.EncrNone},
}

// known reports whether the security is one of the constants.
func (s Security) known() bool { return int(s) < len(securities) }

// row returns the row of a known security.
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
		dst = appendRSN(dst, r.rsn)
	}
	if r.wpa != nil {
		dst = appendWPA(dst, r.wpa)
	}
	return dst
}

// stationRSN is the RSN element of a station without WPA3 that asks for WPA2.
func stationRSN(group dot11.CipherSuite) []byte {
	return appendRSN(nil, &dot11.Security{Group: group, Pairwise: ccmp, AKMs: psks})
}

// joinable reports whether a station without WPA3 can join: the network offers
// WPA2 with AES and does not require protected management frames.
func joinable(s *dot11.Security) bool {
	return s != nil && slices.Contains(s.AKMs, dot11.AKMPSK) && slices.Contains(s.Pairwise, dot11.CipherCCMP) && !s.PMFRequired
}

// offers reports whether a network offers what a station asks for in its RSN
// element: one cipher and one key management suite.
func (r *securityRow) offers(wanted *dot11.Security) bool {
	return joinable(wanted) && r.rsn != nil &&
		len(wanted.Pairwise) == 1 && slices.Contains(r.rsn.Pairwise, wanted.Pairwise[0]) &&
		len(wanted.AKMs) == 1 && slices.Contains(r.rsn.AKMs, wanted.AKMs[0])
}
