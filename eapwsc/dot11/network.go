package dot11

import (
	"slices"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// Privacy is the bit of the Capability Information field that tells that the
// network encrypts: 9.4.1.4.
const Privacy = 0x10

// The AKM suites of personal networks and of 802.1X.
var (
	pskSuites        = []AKM{AKMPSK, AKMPSKSHA256, AKMFTPSK}
	saeSuites        = []AKM{AKMSAE, AKMFTSAE, AKMSAEExt, AKMFTSAEExt}
	enterpriseSuites = []AKM{AKM8021X, AKM8021XSHA256, AKMFT8021X, AKMSuiteB, AKMSuiteB192, AKMFT8021X384}
)

// Network returns the facts of a network that matter for WPS: those of its
// elements, of its Capability Information field and of its frequency in MHz,
// 0 if that is not known.
func (e *Elements) Network(capability uint16, frequency int) validate.Network {
	private, secured := capability&Privacy != 0, e.RSN != nil || e.WPA != nil
	n := validate.Network{
		Open: !private && !secured, WEP: private && !secured,
		TKIPOnly: secured, Hidden: e.Hidden, PMFRequired: e.RSN != nil && e.RSN.PMFRequired,
		Band: Band(frequency), SixGHz: is6GHz(frequency),
	}
	var psk, sae, enterprise bool
	for _, s := range []*Security{e.RSN, e.WPA} {
		if s == nil {
			continue
		}
		aes := s == e.RSN && s.Pairwise == nil || slices.ContainsFunc(s.Pairwise, func(c Cipher) bool { return c != CipherTKIP })
		n.TKIPOnly = n.TKIPOnly && !aes
		offers := func(suites []AKM) bool {
			return slices.ContainsFunc(s.AKMs, func(a AKM) bool { return slices.Contains(suites, a) })
		}
		psk, sae, enterprise = psk || offers(pskSuites), sae || offers(saeSuites), enterprise || offers(enterpriseSuites)
	}
	n.SAEOnly, n.Enterprise = sae && !psk, enterprise && !psk && !sae
	if frequency == 0 && e.Channel > 0 {
		n.Band = wps.Band24GHz
		if e.Channel > 14 {
			n.Band = wps.Band5GHz
		}
	}
	return n
}
