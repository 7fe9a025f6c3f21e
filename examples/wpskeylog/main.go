// Wpskeylog makes a key log for wpsdoctor -keys from the output of hostapd or
// wpa_supplicant with -K -dd. Run it with -help.
package main

import (
	"context"

	"github.com/gowps/gowps/examples/internal/program"
)

func main() { program.Main(context.Background(), command()) }

// command returns the program.
func command() *program.Command {
	return &program.Command{
		Name: "wpskeylog", Short: "make a key log from the output of hostapd -K -dd or wpa_supplicant -K -dd",
		Synopsis: []string{"[FILE... | -]"},
		Long: `It reads the files, or standard input, and prints a line for each run whose keys they contain, for wpsdoctor -keys. The log of either side will do. A file may also be JSON: an array with an object for each run, whose members have the names and hexadecimal values of the log.

The keys open what was encrypted in the runs, the network key with it: treat them as you would that.`,
		Examples: []program.Example{
			{Line: "hostapd -K -dd hostapd.conf > hostapd.log", Does: "Keep the output of hostapd"},
			{Line: "wpskeylog hostapd.log > keys", Does: "Make the key log"},
			{Line: "wpsdoctor -keys keys wps.pcap", Does: "Decrypt a capture of the same runs with it"},
		},
		Exit:     []string{"there were keys", "there were none", "wrong use, or a file that cannot be read"},
		Operands: program.Files,
		Run:      convert,
	}
}
