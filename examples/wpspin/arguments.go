package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
)

// help is what -help prints.
const help = `wpspin checks, makes and completes PINs of Wi-Fi Protected Setup (WPS).

usage:
  wpspin check [-any-checksum] [-mac ADDRESS] PIN…
        Say of each PIN whether it is valid, and if it is not, what is wrong and
        what was probably meant. A PIN has 8 digits, the last a check digit, or
        4 digits. Spaces between digits need quotes: "1234 5670". With - for a
        PIN, check each line of standard input.
  wpspin new [-n N]
        Make N new PINs of 8 digits.
  wpspin complete DIGITS…
        Add the check digit to seven digits.

flags, before or after the command:
  -json          print one JSON object for each PIN, on a line of its own
  -n N           how many PINs to make (1)
  -any-checksum  accept 8 digits with a wrong check digit, as some devices do
  -mac ADDRESS   warn if the PIN can be computed from this MAC address

exit status: 0 all PINs are valid (or accepted), 1 one is not, 2 wrong usage, or
input or output failed.

Which PIN goes where: the device that wants to join the network, such as a
printer, shows its PIN; type that PIN into the router's web page. The PIN on the
router's own label is for setting up the router, not for a printer.
`

// arguments are the command line after parsing.
type arguments struct {
	command     command
	words       []string // what follows the command
	json        bool
	n           int
	anyChecksum bool
	mac         *[6]byte
}

// command is a row of the table of commands.
type command struct {
	name    string
	flags   []string // the flags that it takes besides -json
	operand string   // what must follow it; "" if nothing may
	run     func(program, arguments) (valid bool, err error)
}

var commands = []command{
	{name: "check", flags: []string{"any-checksum", "mac"}, operand: "a PIN", run: program.check},
	{name: "new", flags: []string{"n"}, run: program.generate},
	{name: "complete", operand: "seven digits", run: program.complete},
}

// parse reads the command line. The error is flag.ErrHelp if help was asked for.
func parse(args []string) (a arguments, err error) {
	flags := flag.NewFlagSet("wpspin", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	flags.BoolVar(&a.json, "json", false, "")
	flags.IntVar(&a.n, "n", 1, "")
	flags.BoolVar(&a.anyChecksum, "any-checksum", false, "")
	flags.Func("mac", "", func(s string) error {
		mac, err := net.ParseMAC(s)
		if err != nil || len(mac) != 6 {
			return errors.New("not a MAC address")
		}
		a.mac = (*[6]byte)(mac)
		return nil
	})

	words, err := interleaved(flags, args)
	switch {
	case err != nil:
		return a, err
	case len(words) == 0:
		return a, errors.New("a command is missing")
	case words[0] == "help":
		return a, flag.ErrHelp
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == words[0] })
	if i < 0 {
		return a, fmt.Errorf("there is no command %q", words[0])
	}
	a.command, a.words = commands[i], words[1:]

	flags.Visit(func(f *flag.Flag) {
		if f.Name != "json" && !slices.Contains(a.command.flags, f.Name) {
			err = fmt.Errorf("%s takes no flag -%s", a.command.name, f.Name)
		}
	})
	switch {
	case err != nil:
		return a, err
	case a.command.operand != "" && len(a.words) == 0:
		return a, fmt.Errorf("%s needs %s", a.command.name, a.command.operand)
	case a.command.operand == "" && len(a.words) > 0:
		return a, fmt.Errorf("%s takes nothing more, but there is %q", a.command.name, strings.Join(a.words, " "))
	case a.n < 1:
		return a, fmt.Errorf("-n %d: the number of PINs must be at least 1", a.n)
	}
	return a, nil
}

// interleaved parses flags wherever they stand, until "--", and returns the
// other words.
func interleaved(flags *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		parsed := args[:len(args)-len(rest)]
		if len(rest) == 0 || len(parsed) > 0 && parsed[len(parsed)-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}
