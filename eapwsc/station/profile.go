package station

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/dot11"
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

// supplicantPath is where Debian's wpa_supplicant looks.
const supplicantPath = "/etc/wpa_supplicant/wpa_supplicant.conf"

// Update returns the content of a file in which the profile takes the place of
// what was there for its network. Of a configuration of wpa_supplicant everything
// else stays; the other managers have a file for each network.
func (p Profile) Update(content string) string {
	if p.Path != supplicantPath {
		return p.Text
	}
	own, _ := supplicantSSID(p.Text)
	var b, block strings.Builder
	inside := false
	for line := range strings.Lines(content) {
		word := strings.TrimSpace(line)
		switch {
		case !inside && strings.HasPrefix(p.Text, word+"\n") && strings.HasPrefix(word, "sae_pwe="):
		case !inside && word == "network={":
			inside = true
			block.Reset()
			block.WriteString(line)
		case inside:
			block.WriteString(line)
			if word != "}" {
				break
			}
			inside = false
			if ssid, ok := supplicantSSID(block.String()); !ok || ssid != own {
				b.WriteString(block.String())
			}
		default:
			b.WriteString(line)
		}
	}
	if inside { // it has no end: wpa_supplicant refuses the file, which is not for us to mend
		b.WriteString(block.String())
	}
	if text := b.String(); text != "" && !strings.HasSuffix(text, "\n") {
		b.WriteString("\n")
	}
	return b.String() + p.Text
}

// supplicantSSID returns the name of the network of a block.
func supplicantSSID(block string) (ssid string, ok bool) {
	for line := range strings.Lines(block) {
		value, found := strings.CutPrefix(strings.TrimSpace(line), "ssid=")
		switch {
		case !found:
		case strings.HasPrefix(value, `P"`): // printf's escapes, most of which Go has
			s, err := strconv.Unquote(strings.ReplaceAll(value[1:], `\e`, `\x1b`))
			return s, err == nil
		case len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"':
			return value[1 : len(value)-1], true
		default:
			octets, err := hex.DecodeString(value)
			return string(octets), err == nil
		}
	}
	return "", false
}

// NewProfile writes a network as a profile. Where an access point of it was
// heard, the profile is one for WPA3-Personal beside WPA2-Personal, or instead of
// it, as the network offers: the credential may name WPA2 alone, since WPS is
// older than WPA3. The error is of class [wps.ErrUnusable].
func NewProfile(m Manager, n *KnownNetwork) (Profile, error) {
	s, err := newSecurity(n)
	if err != nil {
		return Profile{}, err
	}
	switch m {
	case WPASupplicant:
		return wpaSupplicantProfile(n.Credential.SSID, s), nil
	case NetworkManager:
		return networkManagerProfile(n.Credential.SSID, s), nil
	case IWD:
		return iwdProfile(n.Credential.SSID, s)
	}
	return Profile{}, fmt.Errorf("station: %v is not a manager of interfaces", m)
}

// wpaSupplicantProfile writes names and passwords that hold quotes or other
// than printable ASCII in the forms that take any octets: hexadecimal, and
// P"…" with escapes.
func wpaSupplicantProfile(ssid wps.SSID, s *security) Profile {
	var b strings.Builder
	if s.h2eOnly {
		b.WriteString("sae_pwe=2\n") // by default wpa_supplicant does not know this way
	}
	fmt.Fprintf(&b, "network={\n\tssid=%s\n", hexUnlessPlain(string(ssid)))
	switch {
	case s.open:
	case s.rawKey:
		fmt.Fprintf(&b, "\tpsk=%s\n", s.key)
	case s.psk():
		// A passphrase stands in quotes as it is: the last quote ends it.
		fmt.Fprintf(&b, "\tpsk=\"%s\"\n", s.key)
	default:
		fmt.Fprintf(&b, "\tsae_password=%s\n", hexUnlessPlain(s.key))
	}
	fmt.Fprintf(&b, "\tkey_mgmt=%s\n", strings.Join(s.names(), " "))
	if s.pmf != pmfUnset {
		fmt.Fprintf(&b, "\tieee80211w=%d\n", s.pmf)
	}
	if len(s.pairwise) > 0 {
		fmt.Fprintf(&b, "\tpairwise=%s\n\tgroup=%s\n", supplicantCiphers(s.pairwise), supplicantCiphers(s.group))
	}
	b.WriteString("}\n")
	return Profile{supplicantPath, b.String()}
}

// supplicantCiphers writes ciphers as wpa_supplicant does.
func supplicantCiphers(ciphers []dot11.CipherSuite) string {
	var names []string
	for _, c := range ciphers {
		names = append(names, strings.TrimSuffix(c.String(), "-128"))
	}
	return strings.Join(names, " ")
}

// hexUnlessPlain writes a string in quotes, or in hexadecimal if it contains
// quotes or characters other than printable ASCII.
func hexUnlessPlain(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' }) {
		return hex.EncodeToString([]byte(s))
	}
	return `"` + s + `"`
}

// networkManagerProfile writes a keyfile: see nm-settings-keyfile(5). Its
// wpa-psk is SAE as well, where the network offers it.
func networkManagerProfile(ssid wps.SSID, s *security) Profile {
	name := fileName(string(ssid), "wifi-")
	var b strings.Builder
	fmt.Fprintf(&b, "[connection]\nid=%s\ntype=wifi\n\n[wifi]\nmode=infrastructure\nssid=%s\n", name, keyfileOctets(string(ssid)))
	if !s.open {
		management := "sae"
		if s.psk() {
			management = "wpa-psk"
		}
		fmt.Fprintf(&b, "\n[wifi-security]\nkey-mgmt=%s\npsk=%s\n", management, keyfileString(s.key))
		if s.pmf != pmfUnset {
			fmt.Fprintf(&b, "pmf=%d\n", s.pmf+1)
		}
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

// iwdProfile writes a network configuration file: see iwd.network(5). With a
// passphrase iwd chooses by itself between PSK and SAE.
func iwdProfile(ssid wps.SSID, s *security) (Profile, error) {
	suffix := ".psk"
	var b strings.Builder
	switch {
	case !utf8.ValidString(string(ssid)):
		return Profile{}, fmt.Errorf("%w: iwd ignores networks whose name is not UTF-8", wps.ErrUnusable)
	case s.open:
		suffix = ".open"
		b.WriteString("[Settings]\nAutoConnect=true\n")
	case s.rawKey:
		fmt.Fprintf(&b, "[Security]\nPreSharedKey=%s\n", s.key)
	case !s.passphrase:
		return Profile{}, fmt.Errorf("%w: iwd takes passwords of 8 to 63 characters only", wps.ErrUnusable)
	default:
		fmt.Fprintf(&b, "[Security]\nPassphrase=%s\n", keyfileString(s.key))
	}
	return Profile{"/var/lib/iwd/" + fileName(string(ssid), "=") + suffix, b.String()}, nil
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
