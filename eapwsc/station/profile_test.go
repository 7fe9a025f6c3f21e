package station

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/wps"
)

func TestProfile(t *testing.T) {
	plain := wps.Credential{SSID: "My home-1", AuthType: wps.AuthMixed, EncrType: wps.EncrMixed, NetworkKey: wps.NetworkKey("correct horse battery")}
	odd := wps.Credential{SSID: " Müllers \"Netz\"; \\1", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(` a "b" \c; `)}
	binary := wps.Credential{SSID: "a\xff\x00", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(strings.Repeat("0123456789ABCDEF", 4))}
	open := wps.Credential{SSID: "guest", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
	const psk = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const addresses = "\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n"
	for _, tt := range []struct {
		name       string
		manager    Manager
		credential wps.Credential
		path       string
		text       string
	}{
		{"plain", WPASupplicant, plain, "/etc/wpa_supplicant/wpa_supplicant.conf",
			"network={\n\tssid=\"My home-1\"\n\tpsk=\"correct horse battery\"\n\tkey_mgmt=WPA-PSK\n}\n"},
		{"odd", WPASupplicant, odd, "/etc/wpa_supplicant/wpa_supplicant.conf",
			"network={\n\tssid=204dc3bc6c6c65727320224e65747a223b205c31\n\tpsk=\" a \"b\" \\c; \"\n\tkey_mgmt=WPA-PSK\n}\n"},
		{"binary", WPASupplicant, binary, "/etc/wpa_supplicant/wpa_supplicant.conf",
			"network={\n\tssid=61ff00\n\tpsk=" + psk + "\n\tkey_mgmt=WPA-PSK\n}\n"},
		{"open", WPASupplicant, open, "/etc/wpa_supplicant/wpa_supplicant.conf",
			"network={\n\tssid=\"guest\"\n\tkey_mgmt=NONE\n}\n"},

		{"plain", NetworkManager, plain, "/etc/NetworkManager/system-connections/My home-1.nmconnection",
			"[connection]\nid=My home-1\ntype=wifi\n\n[wifi]\nmode=infrastructure\nssid=My home-1\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=correct horse battery\n" + addresses},
		{"odd", NetworkManager, odd, "/etc/NetworkManager/system-connections/wifi-204dc3bc6c6c65727320224e65747a223b205c31.nmconnection",
			"[connection]\nid=wifi-204dc3bc6c6c65727320224e65747a223b205c31\ntype=wifi\n\n[wifi]\nmode=infrastructure\n" +
				"ssid=32;77;195;188;108;108;101;114;115;32;34;78;101;116;122;34;59;32;92;49;\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=\\sa \"b\" \\\\c;\\s\n" + addresses},
		{"binary", NetworkManager, binary, "/etc/NetworkManager/system-connections/wifi-61ff00.nmconnection",
			"[connection]\nid=wifi-61ff00\ntype=wifi\n\n[wifi]\nmode=infrastructure\nssid=97;255;0;\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=" + psk + "\n" + addresses},
		{"open", NetworkManager, open, "/etc/NetworkManager/system-connections/guest.nmconnection",
			"[connection]\nid=guest\ntype=wifi\n\n[wifi]\nmode=infrastructure\nssid=guest\n" + addresses},

		{"plain", IWD, plain, "/var/lib/iwd/My home-1.psk", "[Security]\nPassphrase=correct horse battery\n"},
		{"odd", IWD, odd, "/var/lib/iwd/=204dc3bc6c6c65727320224e65747a223b205c31.psk", "[Security]\nPassphrase=\\sa \"b\" \\\\c;\\s\n"},
		{"binary", IWD, binary, "/var/lib/iwd/=61ff00.psk", "[Security]\nPreSharedKey=" + psk + "\n"},
		{"open", IWD, open, "/var/lib/iwd/guest.open", "[Settings]\nAutoConnect=true\n"},
	} {
		got, err := NewProfile(tt.manager, &tt.credential)
		if err != nil {
			t.Errorf("%v, %s: %v", tt.manager, tt.name, err)
		}
		if diff := cmp.Diff(Profile{tt.path, tt.text}, got); diff != "" {
			t.Errorf("%v, %s (-want +got):\n%s", tt.manager, tt.name, diff)
		}
	}
	// Names in ASCII are normally written in quotes; these would end the quotes
	// or the line.
	for name, want := range map[string]string{
		`my "home"`: "6d792022686f6d6522", "a\nnetwork={": "610a6e6574776f726b3d7b", "a\x7f": "617f", "~ ": `"~ "`, `a\b`: `"a\b"`,
	} {
		c := wps.Credential{SSID: wps.SSID(name), AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
		got, err := NewProfile(WPASupplicant, &c)
		if err != nil || got.Text != "network={\n\tssid="+want+"\n\tkey_mgmt=NONE\n}\n" {
			t.Errorf("the name %q: %q, %v", name, got.Text, err)
		}
	}
	wep := wps.Credential{SSID: "old", AuthType: wps.AuthOpen, EncrType: wps.EncrWEP, NetworkKey: wps.NetworkKey("12345")}
	if p, err := NewProfile(IWD, &wep); !errors.Is(err, wps.ErrUnusable) || p != (Profile{}) {
		t.Errorf("WEP: %v", err)
	}
	if p, err := NewProfile(9, &plain); err == nil || err.Error() != "station: Manager(9) is not a manager of interfaces" || p != (Profile{}) {
		t.Errorf("no manager: %v", err)
	}
}
