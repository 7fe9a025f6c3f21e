package doctor

import (
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestByState checks the order: networks that wait, then locked ones; the
// nearest first among equals.
func TestByState(t *testing.T) {
	far := network(func(n *Network, _ *wps.Beacon) { n.SSID, n.Signal = "far", -80 })
	networks := []Network{
		{SSID: "unknown", Silent: true}, {SSID: "off"}, far, network(plain),
		network(func(n *Network, _ *wps.Beacon) { n.SSID, n.Adverts = "damaged", []Advert{{Err: wps.ErrTruncated}} }),
		network(func(n *Network, e *wps.Beacon) { n.SSID, e.APSetupLocked = "locked", true }),
		network(func(n *Network, e *wps.Beacon) { n.SSID, e.SelectedRegistrar = "pin", true }),
		selected(wps.PasswordPushButton),
	}
	want := []State{StateButton, StatePIN, StateLocked, StateIdle, StateIdle, StateDamaged, StateOff, StateUnknown}
	for i, n := range ByState(networks) {
		if n.State() != want[i] {
			t.Errorf("%d: %q is %v, want %v", i, n.SSID, n.State(), want[i])
		}
		if want[i] == StateIdle && (n.SSID == "far") != (i == 4) {
			t.Errorf("%q stands at %d", n.SSID, i)
		}
	}
	if s := State(99).String(); s != "State(99)" {
		t.Error(s)
	}
}

// TestNetworksUnknown diagnoses a log without networks. Unlike a scan, it does
// not show that there is none.
func TestNetworksUnknown(t *testing.T) {
	scan := Diagnose(&Evidence{StationsUnknown: true})
	log := Diagnose(&Evidence{StationsUnknown: true, NetworksUnknown: true})
	if !strings.Contains(scan.Verdict, "No router was found") || strings.Contains(log.Verdict, "router") {
		t.Errorf("a scan: %s\na log: %s", scan.Verdict, log.Verdict)
	}
}

// TestOwnedByDevice checks which networks are not the router of a home. A router
// has one element whose category was damaged on its way, as in the worlds 29058,
// 89698, 117659, 141924 and 163463 of the campaign with seed 1.
func TestOwnedByDevice(t *testing.T) {
	advert := func(of wps.DeviceType) Advert { return Advert{Element: &wps.Beacon{PrimaryDeviceType: of}} }
	described := func(of wps.DeviceType) *wps.ProbeResponse {
		return &wps.ProbeResponse{Beacon: wps.Beacon{PrimaryDeviceType: of}}
	}
	damaged := wps.DeviceTypeRouter
	damaged[1] ^= 4
	if !devices[damaged.Category()] {
		t.Fatal("the damaged type is not that of a device")
	}
	for name, tt := range map[string]struct {
		network Network
		want    bool
	}{
		"router":                      {Network{Adverts: []Advert{advert(wps.DeviceTypeRouter)}}, false},
		"printer":                     {Network{Adverts: []Advert{advert(wps.DeviceTypePrinter)}}, true},
		"no type":                     {Network{Adverts: []Advert{advert(wps.DeviceType{}), {}}}, false},
		"printer, beacons without":    {Network{Description: described(wps.DeviceTypePrinter), Adverts: []Advert{advert(wps.DeviceType{})}}, true},
		"router, last one damaged":    {Network{Description: described(damaged), Adverts: []Advert{advert(wps.DeviceTypeRouter), advert(damaged)}}, false},
		"router, one of many damaged": {Network{Description: described(wps.DeviceTypeRouter), Adverts: []Advert{advert(wps.DeviceTypeRouter), advert(damaged), {}}}, false},
		"by name":                     {Network{SSID: "DIRECT-ab", Adverts: []Advert{advert(wps.DeviceTypeRouter)}}, true},
	} {
		if got := tt.network.OwnedByDevice(); got != tt.want {
			t.Errorf("%s: %t, want %t", name, got, tt.want)
		}
	}
}
