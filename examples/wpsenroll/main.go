// Wpsenroll registers at a router by WPS over a network interface, as a printer
// does, or reads and writes the settings of an access point as an external
// registrar. Run it with -help.
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
	program.Main(ctx, command(&invocation{listen: live.Open, wifi: openRadio}))
}

// openRadio opens a Wi-Fi interface.
func openRadio(name string) (radio, error) {
	s, err := live.OpenWiFi(name)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// command returns the program.
func command(p *invocation) *program.Command {
	return &program.Command{
		Name: "wpsenroll", Short: "get the settings of a network by WPS, as a printer does",
		Synopsis: []string{
			"-i INTERFACE -pin PIN | -new-pin | -pbc",
			"-i INTERFACE -registrar -ap-pin PIN [-ssid NAME -passphrase TEXT | -open]",
			"[-i INTERFACE] [-nfc-request FILE] -nfc FILE",
			"-i INTERFACE -nfc-token FILE",
			"-i INTERFACE -list",
			"-registrar -upnp [-i INTERFACE] [ADDRESS] -ap-pin PIN [-ssid NAME -passphrase TEXT | -open]",
			"-list -upnp -i INTERFACE",
		},
		Long: `The first form gets the settings of a network: with a PIN of this device, which is typed at the router, or by push button. The second reads the settings of an access point with the PIN on its label, as an external registrar; with -ssid it writes new ones. The third lists the access points in range, and their state of WPS.

With -nfc, an NFC tag is used instead of the PIN: a router's password token; or networks, which are read from the tag itself, without INTERFACE. For a connection handover, -nfc-request writes a request for the router, and -nfc has its answer. -nfc-token makes a tag for the router to read. "wpstoken" shows what is in a tag.

Settings are printed without their key, unless -show-key asks for it or -o FILE writes it.

INTERFACE is a Wi-Fi interface that no other program manages; or an Ethernet interface connected to an access point that speaks EAPOL, such as wpsregistrar or hostapd with driver=wired. It needs root, or for Wi-Fi the capabilities CAP_NET_ADMIN and CAP_NET_RAW, for Ethernet CAP_NET_RAW.

With -upnp, access points are reached over the local network, if their service WFAWLANConfig is switched on: ADDRESS is the address of one, INTERFACE the interface to the network. This needs no special rights.`,
		Examples: []program.Example{
			{Line: "wpsenroll -i wlan0 -pbc -profile NetworkManager -o home.nmconnection", Does: "Register by push button, and write a profile with the key"},
			{Line: "wpsenroll -i wlan0 -new-pin", Does: "Make a PIN, show it, and register with it"},
			{Line: "wpsenroll -i wlan0 -registrar -ap-pin 12345670 -show-key", Does: "Read the settings of the only access point with WPS in range"},
			{Line: "wpsenroll -registrar -upnp 192.168.1.1 -ap-pin 12345670 -show-key", Does: "Read the settings of the access point with this address"},
			{Line: "wpsenroll -nfc tag -profile iwd -o home.psk", Does: "Write a profile with the network that a tag holds"},
			{Line: "wpsenroll -i wlan0 -list -json", Does: "List the access points in range, for a program"},
		},
		Exit: []string{
			"registered, or the settings were read or written", "not registered",
			"wrong use, or an interface or file that cannot be opened or used",
		},
		Flags: p.flags, Run: p.run,
		Values: live.Values(map[string]program.Values{
			"output": program.Files, "nfc": program.Files, "nfc-token": program.Files, "nfc-request": program.Files, "profile": {Words: managerNames},
		}),
	}
}
