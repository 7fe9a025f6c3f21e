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
