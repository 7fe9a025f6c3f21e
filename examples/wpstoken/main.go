// Wpstoken reads and makes NFC tags for Wi-Fi Protected Setup. Run it with
// -help.
package main

import (
	"context"

	"github.com/gowps/gowps/examples/internal/program"
)

func main() { program.Main(context.Background(), command()) }

// command returns the program.
func command() *program.Command {
	var r read
	var c config
	return &program.Command{
		Name: "wpstoken", Short: "read and make NFC tags for WPS",
		Synopsis: []string{"COMMAND [flags]"},
		Long: `A tag on a device holds a password token, one for guests a configuration token with the settings of a network; two devices that touch exchange a Handover Request and a Handover Select.

A FILE holds the octets of a tag in any form: an NDEF message, the memory of a type 2 tag, the file of a type 4 tag, or the bare attributes; as they are, or as hexadecimal digits.`,
		Examples: []program.Example{
			{Line: "wpstoken read tag.bin", Does: "Show the contents of a tag, without its secrets"},
			{Line: "wpstoken config -ssid home -passphrase 'correct horse' > tag.ndef", Does: "Make a tag with which guests join"},
			{Line: "wpstoken config -ssid cafe -open -hex", Does: "Print one in hexadecimal digits"},
		},
		Exit: []string{"the tag was read, or made", "it is not a token, or damaged", "wrong use, or a file that cannot be read"},
		Commands: []*program.Command{
			{Name: "read", Short: "show the contents of a tag", Synopsis: []string{"[-json] [-show-secrets] [-strict] [FILE]"}, Flags: r.flags, Run: r.run, Operands: program.Files},
			{
				Name: "config", Short: "make a configuration token", Synopsis: []string{"-ssid NAME -passphrase TEXT | -open [-hex]"}, Flags: c.flags, Run: c.run,
				Values: map[string]program.Values{"ssid": program.Nothing, "passphrase": program.Nothing},
			},
		},
	}
}
