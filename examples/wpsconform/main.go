// Wpsconform runs the conformance suite against an access point, a station, an
// external registrar, or an agent or controller of IEEE 1905.1. Run it with
// -help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gowps/gowps/examples/internal/program"
)

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	program.Main(ctx, command(open))
}

// command returns the program.
func command(open opener) *program.Command {
	var (
		r = run{device: device{open: open}}
		l = load{device: device{open: open}}
		p = replay{device: device{open: open}}
		s = list{}
		d = serve{}
	)
	values := map[string]program.Values{
		"dut": program.Words(roleNames()...), "level": program.Words("must", "should", "may", "robustness"),
		"junit": program.Files, "html": program.Files, "expect": program.Files, "captures": program.Files, "secret-file": program.Files, "radius": program.Nothing, "upnp": program.Nothing, "bssid": program.Nothing, "interface": program.Nothing,
	}
	return &program.Command{
		Name: "wpsconform", Short: "test a device for conformance with Wi-Fi Protected Setup",
		Synopsis: []string{"COMMAND [flags]"},
		Long: `The device is at the other end of an Ethernet interface and speaks EAPOL, such as hostapd with driver=wired or wpa_supplicant -D wired. The program needs root, or the capability CAP_NET_RAW.

Some cases need the button of the device pressed or a PIN entered: by commands (-press, -enter-pin and so on, in which {pin} stands for the PIN), or by you when the program asks (-ask). Without these, such cases are not applicable.`,
		Examples: []program.Example{
			{Line: "wpsconform list -dut ap", Does: "List the cases for an access point"},
			{Line: "wpsconform run -dut ap -i eth1 -enter-pin 'hostapd_cli wps_pin any {pin}' -press 'hostapd_cli wps_pbc' -cancel 'hostapd_cli wps_cancel'", Does: "Test hostapd as registrar"},
			{Line: "wpsconform run -dut ap-enrollee -i eth1 -pin 12345670 -unlock 'hostapd_cli wps_ap_pin set 12345670'", Does: "Test hostapd as enrollee of external registrars"},
			{Line: "wpsconform explain AP-REG-PBC-06", Does: "Show what a case does, and why"},
		},
		Exit: []string{
			"all cases that must pass have passed", "a case that must pass has failed, and is not a known difference",
			"wrong use, or an interface or file that cannot be used", "a case has no verdict, or the run was interrupted; nothing has failed",
		},
		Commands: []*program.Command{
			{
				Name: "run", Short: "run the cases", Synopsis: []string{"-dut ROLE -i INTERFACE [-only PATTERN] [-level LEVEL] [controls] [reports]"},
				Flags: r.flags, Run: r.run, Values: values,
			},
			{Name: "list", Short: "list the cases", Synopsis: []string{"[-dut ROLE] [-json]"}, Flags: s.flags, Run: s.run, Values: values},
			{Name: "explain", Short: "show what a case does, and why", Synopsis: []string{"ID..."}, Run: explain, Operands: program.Words(ids()...)},
			{
				Name: "replay", Short: "run the case of a capture again", Synopsis: []string{"-dut ROLE -i INTERFACE [controls] FILE"},
				Flags: p.flags, Run: p.run, Values: values, Operands: program.Files,
			},
			{
				Name: "serve", Short: "be a device of IEEE 1905.1, to test the suite itself", Synopsis: []string{"-dut agent|controller -i INTERFACE"},
				Flags: d.flags, Run: d.run, Values: values,
			},
			{
				Name: "load", Short: "measure how many exchanges a device can handle", Synopsis: []string{"-dut ROLE -i INTERFACE [-n N] [-parallel N] [controls]"},
				Flags: l.flags, Run: l.run, Values: values,
			},
		},
	}
}
