package station

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gowps/gowps/wps"
)

// Manager is a program that connects Wi-Fi interfaces.
type Manager uint8

// The managers.
const (
	WPASupplicant Manager = iota + 1
	NetworkManager
	IWD
)

var managerNames = [...]string{WPASupplicant: "wpa_supplicant", NetworkManager: "NetworkManager", IWD: "iwd"}

// String returns the name of the program.
func (m Manager) String() string {
	if m == 0 || int(m) >= len(managerNames) {
		return fmt.Sprintf("Manager(%d)", uint8(m))
	}
	return managerNames[m]
}

// Profile is a credential in the configuration format of a [Manager]. It holds
// the network key in the clear: write it to a file that only root can read.
type Profile struct {
	// Path is where the manager looks for the file. For wpa_supplicant it is a
	// whole configuration, to be given with -c, or a part to be appended to
	// one.
	Path string
	// Text is the content of the file.
	Text string `json:"-"` // it has the network key
}

// Format prints the path and no content, whatever the verb.
func (p Profile) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "[profile %s]", p.Path) }

// NewProfile writes a credential as a profile. The error is of class
// [wps.ErrUnusable].
func NewProfile(m Manager, c *wps.Credential) (Profile, error) {
	if err := c.Usable(); err != nil {
		return Profile{}, err
	}
	strongest := c.Strongest()
	switch m {
	case WPASupplicant:
		return wpaSupplicantProfile(&strongest), nil
	case NetworkManager:
		return networkManagerProfile(&strongest), nil
	case IWD:
		return iwdProfile(&strongest), nil
	}
	return Profile{}, fmt.Errorf("station: %v is not a manager of interfaces", m)
}

// key returns the key of a credential, and whether it is a passphrase.
func key(c *wps.Credential) (text string, passphrase bool) {
	if _, psk := c.NetworkKey.PSK(); psk {
		return strings.ToLower(string(c.NetworkKey)), false
	}
	return string(c.NetworkKey), true
}

// wpaSupplicantProfile writes names and passphrases that contain quotes or
// characters other than printable ASCII in the forms for arbitrary octets:
// hexadecimal, and P"…" with escapes.
func wpaSupplicantProfile(c *wps.Credential) Profile {
	var b strings.Builder
	fmt.Fprintf(&b, "network={\n\tssid=%s\n", hexUnlessPlain(string(c.SSID)))
	switch text, passphrase := key(c); {
	case c.AuthType == wps.AuthOpen:
		b.WriteString("\tkey_mgmt=NONE\n")
	case passphrase:
		// A passphrase is written in quotes unchanged: the last quote ends it.
		fmt.Fprintf(&b, "\tpsk=\"%s\"\n\tkey_mgmt=WPA-PSK\n", text)
	default:
		fmt.Fprintf(&b, "\tpsk=%s\n\tkey_mgmt=WPA-PSK\n", text)
	}
	b.WriteString("}\n")
	return Profile{"/etc/wpa_supplicant/wpa_supplicant.conf", b.String()}
}

// hexUnlessPlain writes a string in quotes, or in hexadecimal if it contains
// quotes or characters other than printable ASCII.
func hexUnlessPlain(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' }) {
		return hex.EncodeToString([]byte(s))
	}
	return `"` + s + `"`
}

// networkManagerProfile writes a keyfile: see nm-settings-keyfile(5).
func networkManagerProfile(c *wps.Credential) Profile {
	name := fileName(string(c.SSID), "wifi-")
	var b strings.Builder
	fmt.Fprintf(&b, "[connection]\nid=%s\ntype=wifi\n\n[wifi]\nmode=infrastructure\nssid=%s\n", name, keyfileOctets(string(c.SSID)))
	if c.AuthType != wps.AuthOpen {
		text, _ := key(c)
		fmt.Fprintf(&b, "\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=%s\n", keyfileString(text))
	}
	b.WriteString("\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n")
	return Profile{"/etc/NetworkManager/system-connections/" + name + ".nmconnection", b.String()}
}

// keyfileOctets writes octets for a keyfile: as text, or as a list of decimal
// numbers if they are not UTF-8 or look like such a list.
func keyfileOctets(s string) string {
	if utf8.ValidString(s) && !strings.ContainsAny(s, ";\x00") {
		return keyfileString(s)
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%d;", c)
	}
	return b.String()
}

// keyfileString escapes the special characters of a keyfile's value.
func keyfileString(s string) string {
	s = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
	if strings.HasPrefix(s, " ") {
		s = `\s` + s[1:]
	}
	if strings.HasSuffix(s, " ") {
		s = s[:len(s)-1] + `\s`
	}
	return s
}

// iwdProfile writes a network configuration file: see iwd.network(5).
func iwdProfile(c *wps.Credential) Profile {
	suffix := ".psk"
	var b strings.Builder
	switch text, passphrase := key(c); {
	case c.AuthType == wps.AuthOpen:
		suffix = ".open"
		b.WriteString("[Settings]\nAutoConnect=true\n")
	case passphrase:
		fmt.Fprintf(&b, "[Security]\nPassphrase=%s\n", keyfileString(text))
	default:
		fmt.Fprintf(&b, "[Security]\nPreSharedKey=%s\n", text)
	}
	return Profile{"/var/lib/iwd/" + fileName(string(c.SSID), "=") + suffix, b.String()}
}

// fileName converts a network name to a file name: unchanged if it consists of
// letters, digits, spaces, dashes and underscores only, as in iwd, otherwise a
// prefix and the octets in hexadecimal.
func fileName(s, prefix string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == ' ' || r == '-' || r == '_'
	}
	if strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return prefix + hex.EncodeToString([]byte(s))
	}
	return s
}
