package station

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// security is how to join a network: what a credential allows, and the network
// offers.
type security struct {
	open bool
	akms []dot11.AKM
	pmf  pmf
	// pairwise and group are the ciphers to choose from, nil for CCMP and what
	// goes with it.
	pairwise, group []dot11.CipherSuite
	h2eOnly         bool

	key        string
	passphrase bool // it is a passphrase of 8 to 63 characters
	rawKey     bool // it is a pre-shared key in hexadecimal
}

// pmf is what to do about protected management frames. The values are those of
// wpa_supplicant.
type pmf uint8

const (
	pmfUnset pmf = iota
	pmfOptional
	pmfRequired
)

// ErrSAEOnly: the network does SAE only, and its key is a pre-shared key, which
// SAE cannot use.
var ErrSAEOnly = fmt.Errorf("%w: the network does WPA3-Personal only, which takes a passphrase and no pre-shared key", wps.ErrUnusable)

// errZeroOctet: no program takes such a password.
var errZeroOctet = fmt.Errorf("%w: its password has a zero octet", wps.ErrUnusable)

// akmRows are the ways to prove a password, in the order of preference among
// those of one kind, with wpa_supplicant's names. Those for fast transition are
// missing: a network that has them has the others too.
var akmRows = []struct {
	akm  dot11.AKM
	name string
}{
	{dot11.AKMPSK, "WPA-PSK"},
	{dot11.AKMPSKSHA256, "WPA-PSK-SHA256"},
	{dot11.AKMSAE, "SAE"},
	{dot11.AKMSAEExt, "SAE-EXT-KEY"},
}

// newSecurity says how to join a network.
func newSecurity(n *KnownNetwork) (*security, error) {
	c, network := n.Credential.Strongest(), n.Heard
	if err := c.Usable(); err != nil {
		return nil, err
	}
	s := &security{key: string(c.NetworkKey)}
	if c.AuthType == wps.AuthOpen {
		s.open = true
		return s, nil
	}
	_, s.passphrase = c.NetworkKey.Passphrase()
	_, hexadecimal := c.NetworkKey.PSK()
	psk, sae := c.AuthType&wps.AuthMixed != 0, c.AuthType&(wps.AuthSAE|wps.AuthSAEExt) != 0
	var offered []dot11.AKM
	if network != nil && network.RSN != nil {
		offered = network.RSN.AKMs
	}
	switch {
	case slices.ContainsFunc(offered, dot11.AKM.SAE):
		// A key of 64 digits is a password where the credential says SAE.
		sae = s.passphrase || !psk
		psk = psk && (slices.ContainsFunc(offered, dot11.AKM.PSK) || network.WPA != nil)
	case psk && network != nil:
		sae = false
	}
	s.rawKey = psk && hexadecimal
	sae = sae && !s.rawKey
	switch {
	case !psk && !sae:
		return nil, ErrSAEOnly
	case strings.ContainsRune(s.key, 0):
		return nil, errZeroOctet
	case s.rawKey:
		s.key = strings.ToLower(s.key)
	}
	for _, row := range akmRows {
		wanted := psk
		if row.akm.SAE() {
			wanted = sae
		}
		if row.akm == dot11.AKMSAEExt && s.sae() {
			continue // a program that is older would not read the profile
		}
		if wanted && (slices.Contains(offered, row.akm) || assumeOffered(row.akm, &c, offered)) {
			s.akms = append(s.akms, row.akm)
		}
	}
	switch {
	case !psk, network != nil && network.RSN != nil && network.RSN.PMFRequired:
		s.pmf = pmfRequired
	case sae, network != nil && network.RSN != nil && network.RSN.PMFCapable:
		s.pmf = pmfOptional
	}
	if network != nil && network.RSN != nil {
		s.ciphers(network.RSN)
	}
	s.h2eOnly = network != nil && network.H2EOnly
	return s, nil
}

// assumeOffered reports whether to name an AKM that the network was not heard to
// offer: the usual one, if none of its kind was heard.
func assumeOffered(akm dot11.AKM, c *wps.Credential, offered []dot11.AKM) bool {
	switch akm {
	case dot11.AKMPSK:
		return !slices.Contains(offered, dot11.AKMPSKSHA256)
	case dot11.AKMSAE:
		return !slices.ContainsFunc(offered, dot11.AKM.SAE) && c.AuthType&wps.AuthSAE != 0
	case dot11.AKMSAEExt:
		return !slices.ContainsFunc(offered, dot11.AKM.SAE) && c.AuthType&(wps.AuthSAE|wps.AuthSAEExt) == wps.AuthSAEExt
	}
	return false
}

// defaultCiphers are the ciphers that a station tries by itself.
var defaultCiphers = []dot11.CipherSuite{dot11.CipherCCMP, dot11.CipherTKIP}

// newer are those that have to be named.
var newer = []dot11.CipherSuite{dot11.CipherGCMP256, dot11.CipherCCMP256, dot11.CipherGCMP, dot11.CipherCCMP}

// ciphers names the ciphers of a network if it offers none, or has a group
// cipher, that a station does not try by itself. WPS calls them all AES.
func (s *security) ciphers(rsn *dot11.Security) {
	known := func(c dot11.CipherSuite) bool { return slices.Contains(defaultCiphers, c) }
	if (len(rsn.Pairwise) == 0 || slices.ContainsFunc(rsn.Pairwise, known)) && !slices.Contains(newer[:3], rsn.Group) {
		return
	}
	for _, c := range newer {
		if slices.Contains(rsn.Pairwise, c) {
			s.pairwise = append(s.pairwise, c)
		}
	}
	if s.pairwise == nil {
		s.pairwise = []dot11.CipherSuite{dot11.CipherCCMP}
	}
	s.group = []dot11.CipherSuite{rsn.Group}
}

// psk reports whether WPA2-Personal is among the ways.
func (s *security) psk() bool { return slices.ContainsFunc(s.akms, dot11.AKM.PSK) }

// sae reports whether WPA3-Personal is among the ways.
func (s *security) sae() bool { return slices.ContainsFunc(s.akms, dot11.AKM.SAE) }

// names returns wpa_supplicant's names of the ways.
func (s *security) names() (names []string) {
	if s.open {
		return []string{"NONE"}
	}
	for _, row := range akmRows {
		if slices.Contains(s.akms, row.akm) {
			names = append(names, row.name)
		}
	}
	return names
}
