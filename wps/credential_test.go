package wps_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestUsable(t *testing.T) {
	const passphrase = "correct horse battery"
	psk := strings.Repeat("0123456789abcDEF", 4)
	tests := []struct {
		name string
		ssid wps.SSID
		auth wps.AuthType
		encr wps.EncrType
		key  string
		want error
	}{
		{"WPA2 and a passphrase", "n", wps.AuthWPA2Personal, wps.EncrAES, passphrase, nil},
		{"WPA2 and a pre-shared key", "n", wps.AuthWPA2Personal, wps.EncrAES, psk, nil},
		{"shortest passphrase", "n", wps.AuthWPA2Personal, wps.EncrAES, "12345678", nil},
		{"longest passphrase", "n", wps.AuthWPA2Personal, wps.EncrAES, strings.Repeat("k", 63), nil},
		{"passphrase beyond ASCII", "n", wps.AuthWPA2Personal, wps.EncrAES, "Brötchen für alle", nil},
		{"mixed", "n", wps.AuthMixed, wps.EncrMixed, passphrase, nil},
		{"open", "n", wps.AuthOpen, wps.EncrNone, "", nil},
		{"no network", "", wps.AuthWPA2Personal, wps.EncrAES, passphrase, wps.ErrNoSSID},
		{"WEP", "n", wps.AuthOpen, wps.EncrWEP, "12345", wps.ErrWEP},
		{"shared key", "n", wps.AuthShared, wps.EncrWEP, "12345", wps.ErrWEP},
		{"shared key and AES", "n", wps.AuthShared, wps.EncrAES, passphrase, wps.ErrWEP},
		{"shared key without encryption", "n", wps.AuthShared, wps.EncrNone, "", wps.ErrWEP},
		{"WPA and TKIP", "n", wps.AuthWPAPersonal, wps.EncrTKIP, passphrase, wps.ErrTKIP},
		{"WPA2 and TKIP", "n", wps.AuthWPA2Personal, wps.EncrTKIP, passphrase, wps.ErrTKIP},
		{"enterprise", "n", wps.AuthWPA2Enterprise, wps.EncrAES, passphrase, wps.ErrAuthType},
		{"DPP", "n", wps.AuthDPP, wps.EncrAES, passphrase, wps.ErrDPP},
		{"DPP beside SAE", "n", wps.AuthDPP | wps.AuthSAE, wps.EncrAES, passphrase, nil},
		{"SAE and a short password", "n", wps.AuthSAE, wps.EncrAES, "abc", nil},
		{"SAE and a password of 64 characters", "n", wps.AuthSAE, wps.EncrAES, strings.Repeat("k", 64), nil},
		{"SAE without a password", "n", wps.AuthSAE, wps.EncrAES, "", wps.ErrNetworkKey},
		{"SAE beside WPA2 and a short password", "n", wps.AuthTransition, wps.EncrAES, "abc", wps.ErrNetworkKey},
		{"unknown type", "n", 0x4000, wps.EncrAES, passphrase, wps.ErrAuthType},
		{"open and AES", "n", wps.AuthOpen, wps.EncrAES, passphrase, wps.ErrAuthType},
		{"no key", "n", wps.AuthWPA2Personal, wps.EncrAES, "", wps.ErrNetworkKey},
		{"passphrase too short", "n", wps.AuthWPA2Personal, wps.EncrAES, "1234567", wps.ErrNetworkKey},
		{"control character", "n", wps.AuthWPA2Personal, wps.EncrAES, "pass\tphrase", wps.ErrNetworkKey},
		{"DEL", "n", wps.AuthWPA2Personal, wps.EncrAES, "passphrase\x7F", wps.ErrNetworkKey},
		{"64 characters, not hexadecimal", "n", wps.AuthWPA2Personal, wps.EncrAES, strings.Repeat("k", 64), wps.ErrNetworkKey},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := wps.Credential{SSID: test.ssid, AuthType: test.auth, EncrType: test.encr, NetworkKey: wps.NetworkKey(test.key)}
			err := c.Usable()
			if !errors.Is(err, test.want) || test.want != nil && !errors.Is(err, wps.ErrUnusable) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

func TestNetworkKey(t *testing.T) {
	for _, digits := range []string{strings.Repeat("00fF", 16), strings.Repeat("00Ff", 16)} {
		key := wps.NetworkKey(digits)
		psk, ok := key.PSK()
		if want := [32]byte(bytes.Repeat([]byte{0x00, 0xFF}, 16)); !ok || psk != want {
			t.Errorf("PSK %x, %v", psk, ok)
		}
		if p, ok := key.Passphrase(); ok || p != "" {
			t.Error("64 digits are no passphrase")
		}
	}
	key := wps.NetworkKey("passphrase")
	if p, ok := key.Passphrase(); !ok || p != "passphrase" {
		t.Errorf("passphrase %q, %v", p, ok)
	}
	if _, ok := key.PSK(); ok {
		t.Error("a passphrase is no PSK")
	}
}

func TestStrongest(t *testing.T) {
	tests := []struct {
		auth, wantAuth wps.AuthType
		encr, wantEncr wps.EncrType
	}{
		{wps.AuthMixed, wps.AuthWPA2Personal, wps.EncrMixed, wps.EncrAES},
		{wps.AuthWPA2Personal, wps.AuthWPA2Personal, wps.EncrAES, wps.EncrAES},
		{wps.AuthWPAPersonal, wps.AuthWPAPersonal, wps.EncrTKIP, wps.EncrTKIP},
		{wps.AuthWPAPersonal, wps.AuthWPAPersonal, wps.EncrMixed, wps.EncrAES},
		{wps.AuthOpen, wps.AuthOpen, wps.EncrNone, wps.EncrNone},
	}
	for _, test := range tests {
		c := wps.Credential{SSID: "n", AuthType: test.auth, EncrType: test.encr}
		got := c.Strongest()
		if got.AuthType != test.wantAuth || got.EncrType != test.wantEncr || got.SSID != "n" {
			t.Errorf("%v, %v: %v, %v", test.auth, test.encr, got.AuthType, got.EncrType)
		}
		if c.AuthType != test.auth {
			t.Error("the credential itself was changed")
		}
	}
}

func TestMergeCredentials(t *testing.T) {
	key, other := wps.NetworkKey("passphrase"), wps.NetworkKey("another passphrase")
	tkip := wps.Credential{SSID: "home", AuthType: wps.AuthWPAPersonal, EncrType: wps.EncrTKIP, NetworkKey: key}
	aes := wps.Credential{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: key}
	changed := aes
	changed.NetworkKey = other
	guest := wps.Credential{SSID: "guest", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
	tests := []struct {
		name string
		list []wps.Credential
		want string
	}{
		{"none", nil, ""},
		{"mixed mode", []wps.Credential{tkip, guest, aes}, "home WPA-Personal|WPA2-Personal TKIP|AES, guest Open None, "},
		{"another key", []wps.Credential{tkip, changed}, "home WPA-Personal TKIP, home WPA2-Personal AES, "},
		{"open", []wps.Credential{guest, guest}, "guest Open None, guest Open None, "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			for _, c := range wps.MergeCredentials(test.list) {
				got += fmt.Sprintf("%v %v %v, ", c.SSID, c.AuthType, c.EncrType)
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	if tkip.AuthType != wps.AuthWPAPersonal {
		t.Error("the list itself was changed")
	}
}

// TestReceivedCredentials checks the credentials that the registrars in the
// captures gave.
func TestReceivedCredentials(t *testing.T) {
	tests := []struct {
		exchange string
		ssid     wps.SSID
		key      string
		usable   error
	}{
		{"s01-pin-ok", "interop-net", "correct horse battery", nil},
		{"s21-cred-tkip", "tkip-net", "tkip-pass!", wps.ErrTKIP},
		{"s21-skip-cred-build", "extra-net", "extra-pass", nil},
		{"s21-cred-wep", "wep-net", "12345", wps.ErrWEP},
	}
	all := exchanges(t)
	for _, test := range tests {
		t.Run(test.exchange, func(t *testing.T) {
			x := all[test.exchange]
			var got []wps.Credential
			for _, plain := range x.logged(t, "Decrypted Encrypted Settings") {
				var s wps.M8Settings
				if wps.Decode(&s, settings(t, plain), wps.Strict) == nil {
					got = s.Credentials
				}
			}
			if len(got) != 1 || got[0].SSID != test.ssid || string(got[0].NetworkKey) != test.key {
				t.Fatalf("%d credentials: %v", len(got), got)
			}
			if err := got[0].Usable(); !errors.Is(err, test.usable) {
				t.Errorf("usable: %v, want %v", err, test.usable)
			}
		})
	}
	var s wps.M8Settings
	x := all["s20-extra-cred"]
	for _, plain := range x.logged(t, "Decrypted Encrypted Settings") {
		if settingsKind(t, x.Name, plain) == wps.KindM8Settings {
			if err := wps.Decode(&s, settings(t, plain), wps.Strict); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(s.Credentials) < 2 {
		t.Errorf("%s: %d credentials, want several", x.Name, len(s.Credentials))
	}
}

// TestCredentialDefaults writes a credential in which only the essential fields
// are set.
func TestCredentialDefaults(t *testing.T) {
	c := wps.Credential{SSID: "n", AuthType: wps.AuthOpen, EncrType: wps.EncrNone, MAC: wps.MAC{2, 0, 0, 0, 0, 2}}
	got, err := wps.Append(nil, &c)
	if want := openCredential("n"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("wrote\n%x\nwant\n%x\n%v", got, want, err)
	}
}

func TestClear(t *testing.T) {
	list := credential("n", "passphrase")
	var c wps.Credential
	if err := wps.Decode(&c, list, wps.Strict); err != nil {
		t.Fatal(err)
	}
	c.Clear()
	if c.NetworkKey != nil || c.Raw != nil || bytes.Contains(list, []byte("passphrase")) {
		t.Errorf("left: %x in %x", []byte(c.NetworkKey), list)
	}
}

func TestSSIDString(t *testing.T) {
	for ssid, want := range map[wps.SSID]string{
		"home": "home", "Büro": "Büro", "": "", "a b": "a b", `say "hi"`: `"say \"hi\""`,
		"line\nfeed": `"line\nfeed"`, "\xFF\xFE": `"\xff\xfe"`, "a\x00": `"a\x00"`,
	} {
		if got := ssid.String(); got != want {
			t.Errorf("%q prints as %s, want %s", string(ssid), got, want)
		}
	}
}
