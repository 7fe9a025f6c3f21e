package dot11

import (
	"slices"

	"github.com/gowps/gowps/wps"
)

// Traits are the properties of a network, besides its WPS element, that the
// rules of package validate and the causes of package doctor depend on. The
// zero value means that nothing is known.
type Traits struct {
	Open        bool // no encryption at all
	WEP         bool // encrypted without an RSN or WPA element
	TKIPOnly    bool // neither its RSN nor its WPA element offers AES
	SAE         bool // it offers WPA3, with or without WPA2-Personal
	SAEOnly     bool // WPA3 without WPA2-Personal
	PMFRequired bool // protection of management frames is required
	Enterprise  bool // 802.1X
	OWE         bool // Enhanced Open: encryption without a password
	Hidden      bool // the SSID is empty or zeros

	Band   wps.RFBands // the single band on which it was received; 0 if unknown
	SixGHz bool        // it was heard on 6 GHz, for which RF Bands has no value

	P2P bool // it sends the element of a Wi-Fi Direct device
	// Discovery reports that it is a Wi-Fi Direct device that is being
	// discovered, not a network: its frames have no ESS bit.
	Discovery bool
}

// Privacy is the bit of the Capability Information field that is set if the
// network encrypts: 9.4.1.4.
const Privacy = 0x10

// ESS is the bit of the Capability Information field that an access point sets.
const ESS = 0x01

// The AKM suites of personal networks and of 802.1X.
var (
	pskSuites        = []AKM{AKMPSK, AKMPSKSHA256, AKMFTPSK}
	saeSuites        = []AKM{AKMSAE, AKMFTSAE, AKMSAEExt, AKMFTSAEExt}
	oweSuites        = []AKM{AKMOWE}
	enterpriseSuites = []AKM{AKM8021X, AKM8021XSHA256, AKMFT8021X, AKMSuiteB, AKMSuiteB192, AKMFT8021X384}
)

// Traits returns the properties of the network that sent the elements.
// Capability is its Capability Information field, frequency that of its channel
// in MHz, 0 if unknown.
func (e *Elements) Traits(capability uint16, frequency int) Traits {
	private, secured := capability&Privacy != 0, e.RSN != nil || e.WPA != nil
	n := Traits{
		Open: !private && !secured, WEP: private && !secured,
		TKIPOnly: secured, Hidden: e.Hidden, PMFRequired: e.RSN != nil && e.RSN.PMFRequired,
		Band: Band(frequency), SixGHz: is6GHz(frequency),
		P2P: e.P2P, Discovery: e.P2P && capability&ESS == 0,
	}
	var psk, sae, enterprise, owe bool
	for _, s := range []*Security{e.RSN, e.WPA} {
		if s == nil {
			continue
		}
		aes := s == e.RSN && s.Pairwise == nil || slices.ContainsFunc(s.Pairwise, func(c CipherSuite) bool { return c != CipherTKIP })
		n.TKIPOnly = n.TKIPOnly && !aes
		offers := func(suites []AKM) bool {
			return slices.ContainsFunc(s.AKMs, func(a AKM) bool { return slices.Contains(suites, a) })
		}
		psk, sae, enterprise = psk || offers(pskSuites), sae || offers(saeSuites), enterprise || offers(enterpriseSuites)
		owe = owe || offers(oweSuites)
	}
	n.SAE, n.SAEOnly, n.Enterprise = sae, sae && !psk, enterprise && !psk && !sae
	n.OWE = owe && !psk && !sae && !enterprise
	if frequency == 0 && e.Channel > 0 {
		n.Band = wps.Band24GHz
		if e.Channel > 14 {
			n.Band = wps.Band5GHz
		}
	}
	return n
}
