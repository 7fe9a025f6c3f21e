//go:build linux

package station_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/wps"
)

// oddNetworks are networks whose names and keys test the quoting in profiles.
var oddNetworks = []struct {
	name string
	ssid wps.SSID
	key  string // a passphrase, or a pre-shared key of 64 digits; empty for an open network
	sae  bool
}{
	{name: "plain", ssid: network, key: passphrase},
	{name: "plain-sae", ssid: network, key: passphrase, sae: true},
	{name: "utf8", ssid: "Müllers Netz 🏠", key: `quote " and \ slash`},
	{name: "blanks", ssid: " a = b; [c] ", key: `  two blanks, and one behind `},
	{name: "octets", ssid: "\xff\xfe\x00\n\x01", key: `ends in a backslash\`},
	{name: "numbers", ssid: "1;22;", key: "12345678"},
	{name: "number", ssid: "65", key: `"in quotes"`},
	{name: "path", ssid: "../../escape\\t", key: `#\s;\n\x41\`, sae: true},
	{name: "comment", ssid: "# \"no\" $comment", key: "; [no] = {comment}"},
	{name: "psk64", ssid: "a key of 64 digits", key: "0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdefABCD"},
	{name: "open", ssid: "café = ouvert"},
}

// managers are the programs that use a profile, and how each is started with
// it.
var managers = []struct {
	manager station.Manager
	start   func(w *world, radio int, p station.Profile) (stop func())
}{
	{station.WPASupplicant, func(w *world, radio int, p station.Profile) func() { return w.supplicant(radio, p.Text).stop }},
	{station.NetworkManager, (*world).networkManager},
	{station.IWD, func(w *world, radio int, p station.Profile) func() { return w.iwdWith(radio, p).stop }},
}

// managerCases returns a case for each network whose name use selects: a
// station registers, and then each manager joins with the profile.
func managerCases(use func(name string) bool) (all []radioCase) {
	for _, n := range oddNetworks {
		if !use(n.name) {
			continue
		}
		all = append(all, radioCase{"managers-" + n.name, func(w *world) {
			lines, akm := []string{"ssid2=" + hex.EncodeToString([]byte(n.ssid)), "wpa_passphrase=" + n.key}, "00-0f-ac-2"
			switch {
			case n.key == "":
				lines, akm = append(lines[:1], "wpa=0", "wpa_passphrase"), ""
			case len(n.key) == 64:
				lines = append(lines[:1], "wpa_passphrase", "wpa_psk="+n.key)
			case n.sae:
				lines, akm = append(lines, "wpa_key_mgmt=WPA-PSK SAE", "ieee80211w=1", "sae_require_mfp=1"), "00-0f-ac-8"
			}
			point := w.accessPoint(0, "", lines...)
			point.ask("wps_pbc")
			e := w.enroll(1, byButton())
			if e.err != nil {
				w.Fatal(e.err)
			}
			if c := e.network.Credential; c.SSID != n.ssid || !strings.EqualFold(string(c.NetworkKey), n.key) {
				w.Errorf("received %+v, key right: %t", c, string(c.NetworkKey) == n.key)
			}
			point.loses(e.mac)
			point.at = len(point.output()) // it was connected to register, at an open network
			for _, m := range managers {
				profile, err := station.NewProfile(m.manager, &e.network)
				if m.manager == station.IWD && !utf8.ValidString(string(n.ssid)) {
					// It ignores such networks.
					if !errors.Is(err, wps.ErrUnusable) {
						w.Errorf("%v: %v", m.manager, err)
					}
					continue
				}
				if err != nil {
					w.Fatal(err)
				}
				stop := m.start(w, 1, profile)
				point.wait("AP-STA-CONNECTED")
				if status := point.ask("sta", e.mac.String()); akm != "" && !strings.Contains(status, "AKMSuiteSelector="+akm) {
					w.Errorf("%v joined with\n%s", m.manager, status)
				}
				stop()
				point.loses(e.mac)
			}
		}})
	}
	return all
}

// TestRadioManagers makes stock managers of interfaces join with profiles of
// all odd networks. It is a separate test because it runs nightly; TestRadio
// has some of its cases.
func TestRadioManagers(t *testing.T) {
	inRadioLab(t, func(t *testing.T) { runRadio(t, managerCases(func(string) bool { return true })) })
}

// usualManagers reports whether a case is one of those in TestRadio.
func usualManagers(name string) bool { return slices.Contains([]string{"plain-sae", "blanks"}, name) }

// networkManager starts NetworkManager on a radio with a profile, and the
// wpa_supplicant that it uses.
func (w *world) networkManager(radio int, profile station.Profile) (stop func()) {
	w.Helper()
	w.store("/run/NetworkManager")
	w.store("/var/lib/NetworkManager")
	w.store("/etc/NetworkManager", profile)
	w.write("/etc/NetworkManager/NetworkManager.conf", `[main]
plugins=keyfile
auth-polkit=false
[logging]
level=DEBUG
[keyfile]
unmanaged-devices=except:interface-name:`+radioName(radio)+"\n")
	w.startBus()
	supplicant := w.start("bus", "wpa_supplicant", "-u")
	// If /sys is read-only, as in a container, it does not expect udev.
	manager := w.start("manager", "unshare", "-m", "sh", "-c", "mount -o remount,ro,bind /sys && exec NetworkManager --no-daemon")
	return func() {
		manager.stop()
		supplicant.stop()
	}
}
