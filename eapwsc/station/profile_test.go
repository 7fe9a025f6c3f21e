package station

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

func TestProfile(t *testing.T) {
	plain := wps.Credential{SSID: "My home-1", AuthType: wps.AuthMixed, EncrType: wps.EncrMixed, NetworkKey: wps.NetworkKey("correct horse battery")}
	odd := wps.Credential{SSID: " Müllers \"Netz\"; \\1", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(` a "b" \c; `)}
	binary := wps.Credential{SSID: "a\xff\x00", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(strings.Repeat("0123456789ABCDEF", 4))}
	digits := binary
	digits.SSID = "aü"
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
		{"digits", IWD, digits, "/var/lib/iwd/=61c3bc.psk", "[Security]\nPreSharedKey=" + psk + "\n"},
		{"open", IWD, open, "/var/lib/iwd/guest.open", "[Settings]\nAutoConnect=true\n"},
	} {
		got, err := NewProfile(tt.manager, &KnownNetwork{Credential: tt.credential})
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
		got, err := NewProfile(WPASupplicant, &KnownNetwork{Credential: c})
		if err != nil || got.Text != "network={\n\tssid="+want+"\n\tkey_mgmt=NONE\n}\n" {
			t.Errorf("the name %q: %q, %v", name, got.Text, err)
		}
	}
	wep := wps.Credential{SSID: "old", AuthType: wps.AuthOpen, EncrType: wps.EncrWEP, NetworkKey: wps.NetworkKey("12345")}
	if p, err := NewProfile(IWD, &KnownNetwork{Credential: wep}); !errors.Is(err, wps.ErrUnusable) || p != (Profile{}) {
		t.Errorf("WEP: %v", err)
	}
	if p, err := NewProfile(IWD, &KnownNetwork{Credential: binary}); !errors.Is(err, wps.ErrUnusable) || p != (Profile{}) {
		t.Errorf("a name that is not UTF-8: %v", err)
	}
	if p, err := NewProfile(9, &KnownNetwork{Credential: plain}); err == nil || err.Error() != "station: Manager(9) is not a manager of interfaces" || p != (Profile{}) {
		t.Errorf("no manager: %v", err)
	}
}

// TestProfileWPA3 writes profiles according to the security that access points
// announce.
//
// hostap: test_ap_wps_and_sae test_ap_wps_conf_pin_gcmp_128
// test_ap_wps_conf_pin_gcmp_256 test_ap_wps_conf_pin_ccmp_256
func TestProfileWPA3(t *testing.T) {
	passphrase, digits := wps.NetworkKey("a passphrase"), wps.NetworkKey(strings.Repeat("01", 32))
	heard := func(pairwise dot11.CipherSuite, pmfRequired bool, akms ...dot11.AKM) *dot11.Elements {
		return &dot11.Elements{RSN: &dot11.Security{Group: pairwise, Pairwise: []dot11.CipherSuite{pairwise}, AKMs: akms, PMFCapable: true, PMFRequired: pmfRequired}}
	}
	plain := heard(dot11.CipherCCMP, false, dot11.AKMPSK)
	plain.RSN.PMFCapable = false
	h2e := heard(dot11.CipherCCMP, true, dot11.AKMSAE)
	h2e.H2EOnly = true
	mixed := heard(dot11.CipherCCMP, false, dot11.AKMSAE)
	mixed.WPA = &dot11.Security{AKMs: []dot11.AKM{dot11.AKMPSK}}
	for _, tt := range []struct {
		name  string
		auth  wps.AuthType
		key   wps.NetworkKey
		heard *dot11.Elements
		// What is between the name and the end, of wpa_supplicant; key-mgmt and
		// pmf of NetworkManager; the kind of key of iwd.
		supplicant, manager, iwd string
		err                      error
	}{
		{"WPA2, not heard", wps.AuthWPA2Personal, passphrase, nil, `psk="a passphrase" key_mgmt=WPA-PSK`, "wpa-psk", "Passphrase", nil},
		{"WPA2", wps.AuthWPA2Personal, passphrase, plain, `psk="a passphrase" key_mgmt=WPA-PSK`, "wpa-psk", "Passphrase", nil},
		{"WPA2 with PMF", wps.AuthWPA2Personal, passphrase, heard(dot11.CipherCCMP, false, dot11.AKMPSK, dot11.AKMPSKSHA256),
			`psk="a passphrase" key_mgmt=WPA-PSK WPA-PSK-SHA256 ieee80211w=1`, "wpa-psk 2", "Passphrase", nil},
		{"WPA2 with PMF required", wps.AuthWPA2Personal, digits, heard(dot11.CipherCCMP, true, dot11.AKMPSKSHA256),
			"psk=" + string(digits) + " key_mgmt=WPA-PSK-SHA256 ieee80211w=2", "wpa-psk 3", "PreSharedKey", nil},
		{"transition, of which WPS knows nothing", wps.AuthWPA2Personal, passphrase, heard(dot11.CipherCCMP, false, dot11.AKMPSK, dot11.AKMSAE),
			`psk="a passphrase" key_mgmt=WPA-PSK SAE ieee80211w=1`, "wpa-psk 2", "Passphrase", nil},
		{"transition, not heard", wps.AuthTransition, passphrase, nil, `psk="a passphrase" key_mgmt=WPA-PSK SAE ieee80211w=1`, "wpa-psk 2", "Passphrase", nil},
		{"transition that is over", wps.AuthTransition, passphrase, plain, `psk="a passphrase" key_mgmt=WPA-PSK`, "wpa-psk", "Passphrase", nil},
		{"transition, a key that SAE cannot use", wps.AuthTransition, digits, heard(dot11.CipherCCMP, false, dot11.AKMPSK, dot11.AKMSAE),
			"psk=" + string(digits) + " key_mgmt=WPA-PSK ieee80211w=1", "wpa-psk 2", "PreSharedKey", nil},
		{"WPA beside WPA3", wps.AuthMixed, passphrase, mixed, `psk="a passphrase" key_mgmt=WPA-PSK SAE ieee80211w=1`, "wpa-psk 2", "Passphrase", nil},
		{"WPA3", wps.AuthWPA2Personal, passphrase, heard(dot11.CipherCCMP, true, dot11.AKMSAE),
			`sae_password="a passphrase" key_mgmt=SAE ieee80211w=2`, "sae 3", "Passphrase", nil},
		{"WPA3, a key that SAE cannot use", wps.AuthWPA2Personal, digits, heard(dot11.CipherCCMP, true, dot11.AKMSAE), "", "", "", ErrSAEOnly},
		{"WPA3, a password of 64 digits", wps.AuthSAE, digits, heard(dot11.CipherCCMP, true, dot11.AKMSAE),
			`sae_password="` + string(digits) + `" key_mgmt=SAE ieee80211w=2`, "sae 3", "", nil},
		{"WPA3, a short password with a line", wps.AuthSAE, wps.NetworkKey("a\n}"), nil, `sae_password=610a7d key_mgmt=SAE ieee80211w=2`, "sae 3", "", nil},
		{"WPA3, a password with a zero", wps.AuthSAE, wps.NetworkKey("a\x00b"), nil, "", "", "", errZeroOctet},
		{"WPA3, AKM 24 beside 8", wps.AuthSAE, passphrase, heard(dot11.CipherCCMP, true, dot11.AKMSAE, dot11.AKMSAEExt),
			`sae_password="a passphrase" key_mgmt=SAE ieee80211w=2`, "sae 3", "Passphrase", nil},
		{"WPA3, AKM 24 only", wps.AuthSAEExt, passphrase, nil, `sae_password="a passphrase" key_mgmt=SAE-EXT-KEY ieee80211w=2`, "sae 3", "Passphrase", nil},
		{"WPA3, by hash-to-element only", wps.AuthSAE, passphrase, h2e, `sae_password="a passphrase" key_mgmt=SAE ieee80211w=2`, "sae 3", "Passphrase", nil},
		{"GCMP-256", wps.AuthWPA2Personal, passphrase, heard(dot11.CipherGCMP256, false, dot11.AKMPSK),
			`psk="a passphrase" key_mgmt=WPA-PSK ieee80211w=1 pairwise=GCMP-256 group=GCMP-256`, "wpa-psk 2", "Passphrase", nil},
		{"GCMP", wps.AuthWPA2Personal, passphrase, heard(dot11.CipherGCMP, false, dot11.AKMPSK),
			`psk="a passphrase" key_mgmt=WPA-PSK ieee80211w=1 pairwise=GCMP group=GCMP`, "wpa-psk 2", "Passphrase", nil},
		{"CCMP-256", wps.AuthWPA2Personal, passphrase, heard(dot11.CipherCCMP256, false, dot11.AKMPSK),
			`psk="a passphrase" key_mgmt=WPA-PSK ieee80211w=1 pairwise=CCMP-256 group=CCMP-256`, "wpa-psk 2", "Passphrase", nil},
	} {
		n := &KnownNetwork{wps.Credential{SSID: "home", AuthType: tt.auth, EncrType: wps.EncrAES, NetworkKey: tt.key}, tt.heard}
		p, err := NewProfile(WPASupplicant, n)
		before, inner, _ := strings.Cut(p.Text, "network={\n\tssid=\"home\"\n\t")
		got := strings.ReplaceAll(strings.TrimSuffix(inner, "\n}\n"), "\n\t", " ")
		if got != tt.supplicant || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) || (before == "sae_pwe=2\n") != (tt.heard == h2e) {
			t.Errorf("%s, wpa_supplicant: %s%s, %v\nwant %s", tt.name, before, got, err, tt.supplicant)
		}
		if tt.err != nil {
			continue
		}
		p, err = NewProfile(NetworkManager, n)
		var said []string
		for line := range strings.Lines(p.Text) {
			if key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key == "key-mgmt" || key == "pmf" {
				said = append(said, value)
			}
		}
		if got := strings.Join(said, " "); err != nil || got != tt.manager {
			t.Errorf("%s, NetworkManager: %s, %v", tt.name, p.Text, err)
		}
		p, err = NewProfile(IWD, n)
		if tt.iwd == "" && !errors.Is(err, wps.ErrUnusable) || tt.iwd != "" && (err != nil || !strings.HasPrefix(p.Text, "[Security]\n"+tt.iwd+"=")) {
			t.Errorf("%s, iwd: %s, %v", tt.name, p.Text, err)
		}
	}
}

// TestProfileUpdate registers a second time: the stored network is replaced.
//
// hostap: test_ap_wps_twice
func TestProfileUpdate(t *testing.T) {
	const before = "ctrl_interface=/run/wpa_supplicant\nsae_pwe=2\n"
	const other = "network={\n\tssid=\"other\"\n\tkey_mgmt=NONE\n}\n"
	const after = "# the end"
	network := func(ssid, passphrase string) *KnownNetwork {
		return &KnownNetwork{Credential: wps.Credential{SSID: wps.SSID(ssid), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(passphrase)}}
	}
	for _, ssid := range []string{"home", `my "home"`, "a\xff\x00"} {
		first, err := NewProfile(WPASupplicant, network(ssid, "the first key"))
		if err != nil {
			t.Fatal(err)
		}
		second, err := NewProfile(WPASupplicant, network(ssid, "the second key"))
		if err != nil {
			t.Fatal(err)
		}
		stored := first.Update(before + other + after)
		if want := before + other + after + "\n" + first.Text; stored != want {
			t.Errorf("%q, first: %s", ssid, stored)
		}
		if got, want := second.Update(stored), before+other+after+"\n"+second.Text; got != want {
			t.Errorf("%q, second: %s", ssid, got)
		}
	}
	home, err := NewProfile(WPASupplicant, network("home", "the second key"))
	if err != nil {
		t.Fatal(err)
	}
	h2e := network("home", "the second key")
	h2e.Heard = &dot11.Elements{H2EOnly: true, RSN: &dot11.Security{AKMs: []dot11.AKM{dot11.AKMSAE}}}
	only, err := NewProfile(WPASupplicant, h2e)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, stored, want string
		profile            Profile
	}{
		{"nothing stored", "", home.Text, home},
		{"in hexadecimal", "network={\n ssid=686f6d65\n}\n", home.Text, home},
		{"with escapes", "network={\n ssid=P\"ho\\x6de\"\n}\n", home.Text, home},
		{"without a name", "network={\n}\n", "network={\n}\n" + home.Text, home},
		{"with a name that cannot be read", "network={\nssid=xyz\n}\n", "network={\nssid=xyz\n}\n" + home.Text, home},
		{"without an end", "network={\nssid=\"home\"\n", "network={\nssid=\"home\"\n" + home.Text, home},
		{"the way of SAE once", only.Text, only.Text, only},
	} {
		if got := tt.profile.Update(tt.stored); got != tt.want {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, tt.want)
		}
	}
	p, err := NewProfile(IWD, network("home", "the second key"))
	if err != nil || p.Update("anything") != p.Text {
		t.Errorf("iwd: %v", err)
	}
}
