// Wpspin checks, generates and completes PINs of Wi-Fi Protected Setup. Run it
// with -help.
package main

import (
	"context"
	"errors"
	"net"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/examples/internal/program"
)

func main() { program.Main(context.Background(), command(new(invocation))) }

// command returns the program.
func command(p *invocation) *program.Command {
	json := func(f *pflag.FlagSet) {
		f.BoolVar(&p.json, "json", false, "print one JSON object for each PIN, each on a line")
	}
	run := func(do func(*invocation, []string) (bool, error)) func(context.Context, program.IO, []string) (int, error) {
		return func(_ context.Context, streams program.IO, words []string) (int, error) {
			p.IO = streams
			valid, err := do(p, words)
			return status(valid || err != nil), err
		}
	}
	return &program.Command{
		Name: "wpspin", Short: "check, make and complete PINs of Wi-Fi Protected Setup (WPS)",
		Synopsis: []string{"check [-any-checksum] [-mac ADDRESS] [-json] PIN...", "new [-n N] [-json]", "complete [-json] DIGITS..."},
		Long:     `Which PIN goes where: the device that wants to join the network, such as a printer, shows its PIN; type that PIN into the router's web page. The PIN on the router's own label is for setting up the router, not for a printer.`,
		Examples: []program.Example{
			{Line: "wpspin check 1234-5671", Does: "Explain what is wrong with a PIN, and what was meant"},
			{Line: "wpspin new -n 3", Does: "Make three PINs"},
			{Line: "wpspin complete 1234567", Does: "Add the check digit"},
		},
		Exit:     []string{"all PINs are valid, or accepted", "one is not", "wrong use, or input or output failed"},
		Operands: program.Nothing,
		Commands: []*program.Command{
			{
				Name: "check", Short: "report for each PIN whether it is valid, and if not, what was probably meant",
				Synopsis: []string{"[-any-checksum] [-mac ADDRESS] [-json] PIN..."},
				Long:     `A PIN has 8 digits, the last a check digit, or 4 digits. Spaces between digits need quotes: "1234 5670". With - for a PIN, or without one when input is piped in, each line of standard input is checked.`,
				Flags: func(f *pflag.FlagSet) {
					json(f)
					f.BoolVar(&p.anyChecksum, "any-checksum", false, "accept 8 digits with a wrong check digit, as some devices do")
					f.Func("mac", "warn if the PIN can be computed from this MAC `ADDRESS`", func(s string) error {
						mac, err := net.ParseMAC(s)
						if err != nil || len(mac) != 6 {
							return errors.New("not a MAC address")
						}
						p.mac = (*[6]byte)(mac)
						return nil
					})
				},
				Run: run((*invocation).check),
			},
			{
				Name: "new", Short: "make new PINs of 8 digits", Synopsis: []string{"[-n N] [-json]"},
				Flags: func(f *pflag.FlagSet) {
					json(f)
					f.IntVarP(&p.n, "count", "n", 1, "how many PINs to make: `N`")
				},
				Run: run((*invocation).generate),
			},
			{
				Name: "complete", Short: "add the check digit to seven digits", Synopsis: []string{"[-json] DIGITS..."},
				Flags: json,
				Run:   run((*invocation).complete),
			},
		},
	}
}
