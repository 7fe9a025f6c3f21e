package station

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// KnownNetwork is a network that a station can join.
type KnownNetwork struct {
	// Credential is what WPS gave.
	Credential wps.Credential
	// Heard is what an access point of the network says of it, or nil if none
	// was heard. It says whether there is WPA3-Personal, which WPS seldom does.
	Heard *dot11.Elements
}

// Format prints the name of the network, and no key, whatever the verb.
func (n KnownNetwork) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "[network %v]", n.Credential.SSID) }

// KnownNetworks returns the networks of the credentials that can be used, in the
// order in which to try them: those that were heard first. Credentials of one
// network become one, for the strongest type of security. If none can be used,
// the error is the first one's, of class [wps.ErrUnusable].
func KnownNetworks(received []wps.Credential, found []ScanResult) ([]KnownNetwork, error) {
	var networks []KnownNetwork
	var fault error
	for _, c := range wps.MergeCredentials(received) {
		n := KnownNetwork{Credential: c.Strongest(), Heard: heard(found, c.SSID)}
		switch _, err := newSecurity(&n); {
		case err == nil:
			networks = append(networks, n)
		case fault == nil:
			fault = err
		}
	}
	if networks == nil {
		return nil, fault
	}
	slices.SortStableFunc(networks, func(a, b KnownNetwork) int { return cmp.Compare(absent(a), absent(b)) })
	return networks, nil
}

// absent is 1 for a network that was not heard.
func absent(n KnownNetwork) int {
	if n.Heard == nil {
		return 1
	}
	return 0
}

// heard returns what the strongest access point of a network says.
func heard(found []ScanResult, ssid wps.SSID) *dot11.Elements {
	var best *ScanResult
	for i := range found {
		if point := &found[i]; point.SSID == ssid && (best == nil || point.Signal > best.Signal) {
			best = point
		}
	}
	if best == nil {
		return nil
	}
	elements := best.Elements
	return &elements
}
