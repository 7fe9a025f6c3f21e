// Wpsdoctor reads captures and logs of Wi-Fi Protected Setup and reports what
// happened, whose fault it was, and what the owner of the printer or router
// should do. Run it with -help.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/program"
)

func main() {
	boundMemory()
	program.Main(context.Background(), command(&invocation{
		wifi: func(name string) (radio, error) {
			s, err := live.OpenWiFi(name)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		untilInterrupted: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		},
	}))
}

// boundMemory reduces garbage collection while there is enough memory: large
// captures make much garbage, and little of it is kept. 200 MB take 0.89 s of
// CPU and 40 MB at 400, 0.95 s and 29 MB at 200, 1.04 s and 23 MB at 100.
func boundMemory() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(96 << 20)
}

// command returns the program.
func command(p *invocation) *program.Command {
	return &program.Command{
		Name: "wpsdoctor", Short: "explain why Wi-Fi Protected Setup failed, and what to do",
		Synopsis: []string{
			"[-json] [-summary] [-keys FILE] [-strict] [-q] [-html FILE] [-ssid NAME | -bssid ADDRESS] [-device ADDRESS] [FILE... | -]",
			"-anonymise FILE [-force] [-json] [-q] [FILE | -]",
			"-networks [-json] [-strict] [-ssid NAME | -bssid ADDRESS] [FILE... | - | -i INTERFACE]",
			"-i INTERFACE [-ssid NAME | -bssid ADDRESS] [-watch] [-json] [-strict] [-q] [-html FILE]",
		},
		Long: `It reads captures (pcap or pcapng, plain or gzip; of the air, a wire, RADIUS or UPnP) and text, and explains for each attempt to connect by WPS what happened, whose fault it was, and what to do. - is standard input, which is also read when input is piped in. Without a file it reads a built-in example.

The text may be a log of hostapd, wpa_supplicant (best with -dd -K -t), iwd (-d) or ESP-IDF; the output of "iw dev wlan0 scan", iwlist, "wpa_cli scan_results" and "bss", nmcli or "hostapd_cli wps_get_status"; or hex dumps of packets, messages, elements and NFC tags. What the text cannot show is listed at the end. The format of each file is detected from its contents. Parts of a file are left out if it consists of little else than attempts: of more than a few hundred, and more than one in a kilobyte. Attempts that such a part cuts are not reported. The report says so and the exit status is 1; -whole leaves out nothing.

With -i it scans on a Wi-Fi interface instead, and reports whether WPS could work now, and if not, why. It needs root, or the capability CAP_NET_ADMIN.`,
		Examples: []program.Example{
			{Line: "tcpdump -i wlan0mon -w wps.pcap", Does: "Make a capture on a computer with Wi-Fi in monitor mode, while you try to connect the device"},
			{Line: "wpsdoctor wps.pcap", Does: "Explain what happened in it"},
			{Line: "journalctl -u hostapd | wpsdoctor", Does: "Explain what happened from the log of the router"},
			{Line: "wpsdoctor -json -keys keys wps.pcap", Does: "Verify and decrypt it with a key log, and print JSON for a program"},
			{Line: "wpsdoctor -html report.html wps.pcap", Does: "Also write a report as an HTML page"},
			{Line: "wpsdoctor -q -anonymise public.pcapng wps.pcap", Does: "Write a capture that you can post: addresses, names and secrets are replaced"},
			{Line: "wpsdoctor -networks wps.pcap", Does: "List the networks that were heard: which of them wait, and what is wrong with their elements"},
			{Line: "wpsdoctor -i wlan0 -watch", Does: "Report whether WPS could work now, and each time that changes"},
		},
		Exit: []string{
			"every attempt succeeded, or a router is ready, and nothing is wrong", "a problem was found",
			"wrong use, or input that cannot be read",
		},
		Flags: p.flags, Run: p.run, Operands: program.Files,
		Values: map[string]program.Values{"keys": program.Files, "html": program.Files, "anonymise": program.Files, "interface": {Words: live.Interfaces}},
	}
}
