package diagnosis

import (
	"slices"
	"testing"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// TestElements checks that the remembered findings about elements are those of the
// network, whatever network came before it.
func TestElements(t *testing.T) {
	good, err := wps.Append(nil, &wps.Beacon{State: wps.Configured})
	if err != nil {
		t.Fatal(err)
	}
	adverts := func(octets []byte) []doctor.Advert { return []doctor.Advert{{Octets: octets}} }
	network := func(address byte, a []doctor.Advert, traits dot11.Traits) *doctor.Network {
		return &doctor.Network{BSSID: wps.MAC{2, 0, 0, 0, 0, address}, Adverts: a, Traits: traits}
	}
	fine, bad, some := adverts(good), adverts(good[:len(good)-1]), adverts(good)
	networks := []*doctor.Network{
		network(1, fine, dot11.Traits{}), network(1, fine, dot11.Traits{}), network(1, bad, dot11.Traits{}), network(1, some, dot11.Traits{}),
		network(1, some, dot11.Traits{WEP: true}), network(1, nil, dot11.Traits{}), network(17, bad, dot11.Traits{}), network(2, fine, dot11.Traits{SAEOnly: true}),
	}
	var differ bool
	for _, mode := range []wps.Mode{wps.Tolerant, wps.Strict} {
		for i, n := range networks {
			for j, before := range networks {
				g := judge{mode: mode}
				g.elements(before)
				got, want := g.elements(n), n.Findings(mode)
				if !slices.Equal(got, want) {
					t.Errorf("network %d after %d: %v, want %v", i, j, got, want)
				}
				differ = differ || len(want) != len(before.Findings(mode))
			}
		}
	}
	if !differ {
		t.Error("all networks have the same findings")
	}
}
