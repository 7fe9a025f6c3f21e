// Wpsregistrar is the WPS side of an access point on an Ethernet interface: it
// registers devices, by their PIN or by push button, and lets external
// registrars read and write its settings. Run it with -help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/program"
)

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	program.Main(ctx, command(&service{listen: live.Open}))
}

// command returns the program.
func command(s *service) *program.Command {
	return &program.Command{
		Name: "wpsregistrar", Short: "register devices by WPS and give them the settings of a network",
		Synopsis: []string{"-i INTERFACE [-ssid NAME [-passphrase TEXT | -open]] [-pin PIN]... [-pbc] [-nfc FILE [-nfc-answer FILE]] [-nfc-token FILE] [-nfc-config FILE] [-ap-pin PIN] [-upnp INTERFACE]",
			"-radius ADDRESS -secret-file FILE | -tls-cert FILE -tls-key FILE -tls-ca FILE [-hostapd-control DIRECTORY] [-ssid NAME [-passphrase TEXT | -open]] [-pin PIN]... [-pbc]"},
		Long: `INTERFACE is an Ethernet interface or a bridge, connected to devices that speak EAPOL, such as wpsenroll or wpa_supplicant -D wired. A bridge must forward EAPOL: "ip link set BRIDGE type bridge group_fwd_mask 8". It needs root, or the capability CAP_NET_RAW.

With -radius, access points of any make forward the EAP packets of their devices. The access point needs the address of this machine as its RADIUS server, the same secret, and its own EAP server switched off; for hostapd: wps_state=2, eap_server=0, own_ip_addr, auth_server_addr, auth_server_port and auth_server_shared_secret. FILE has a line for each access point, or for a network of them: the address, a blank, and the secret. The SSID and the passphrase are those that the access points already have. With -hostapd-control, hostapd on this machine advertises what this program waits for; otherwise call hostapd_cli wps_pbc or wps_pin yourself, and wps_cancel afterwards.

With -tls-cert, RADIUS runs over TLS (RFC 6614), and certificates replace the secrets. hostapd does not support it: run a proxy such as radsecproxy beside it.

With -upnp, external registrars can also reach the access point over the local network: they register devices, or with the PIN of the access point read and write its settings. Anyone in that network can try; do not use it unless you need it.

Without -passphrase and -open the access point is not configured yet: the first device makes it choose a passphrase.

With -nfc, the tag of a device replaces its PIN; for a connection handover, -nfc-answer writes the answer. -nfc-token makes a tag of the access point, with which devices register and external registrars read and write the settings. -nfc-config writes the network itself. "wpstoken" shows what is in a tag.

It ends when each PIN and the button have been used, or with Ctrl-C.`,
		Examples: []program.Example{
			{Line: "wpsregistrar -i eth1 -pin 12345670 -ssid home -passphrase 'correct horse'", Does: "Register the device that shows this PIN"},
			{Line: "wpsregistrar -i eth1 -pbc", Does: "Register the device whose button is pressed within two minutes"},
			{Line: "wpsregistrar -radius 127.0.0.1 -secret-file clients -hostapd-control /run/hostapd -pbc -ssid home -passphrase 'correct horse'", Does: "Press the button of the access points of hostapd"},
			{Line: "wpsregistrar -i eth1 -upnp eth0 -ap-pin 12345670 -ssid home -passphrase 'correct horse'", Does: "Serve external registrars in the network of eth0"},
			{Line: "wpsregistrar -i eth1 -ap-pin 12345670 -ssid home -open", Does: "Accept external registrars with the PIN of the access point"},
		},
		Exit: []string{
			"a device was registered, or the settings were read or written", "no device came, or none was admitted",
			"wrong use, or an interface or file that cannot be opened or used",
		},
		Flags: s.flags, Values: live.Values(map[string]program.Values{"upnp": {Words: live.Interfaces}, "nfc": program.Files, "nfc-answer": program.Files, "nfc-token": program.Files, "nfc-config": program.Files}), Run: s.run,
	}
}
