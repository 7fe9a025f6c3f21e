// Wpstraffic writes a large capture for measurements: many exchanges of Wi-Fi
// Protected Setup with different keys, among other traffic. Run it with -help.
package main

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
)

func main() { program.Main(context.Background(), command()) }

// command returns the program.
func command() *program.Command {
	var t traffic
	var size int
	return &program.Command{
		Name: "wpstraffic", Short: "write a large capture with WPS exchanges among other traffic",
		Synopsis: []string{"[-exchanges N] [-size MB] [-wired] [-seed N] FILE"},
		Long:     `FILE may be - for standard output. The exchanges are made by the machines of this module: most succeed, by PIN or by button; in others the first or the second half of the PIN is wrong, or the registrar is not waiting. Stations, keys and nonces differ; the same seed makes the same capture.`,
		Examples: []program.Example{
			{Line: "wpstraffic big.pcap", Does: "Write 200 MB with ten thousand exchanges"},
			{Line: "wpstraffic -exchanges 10 -size 1 - | wpsdoctor -summary", Does: "Write a small one, and diagnose it"},
		},
		Exit: []string{"the capture was written", "", "wrong use, or the capture could not be written"},
		Flags: func(f *pflag.FlagSet) {
			f.IntVar(&t.exchanges, "exchanges", 10_000, "how many exchanges: `N`")
			f.IntVar(&size, "size", 200, "how large the capture is at least, in `MB` of 10^6 octets")
			f.BoolVar(&t.wired, "wired", false, "on Ethernet, not in the air")
			f.Uint64Var(&t.seed, "seed", 1, "`N` makes another capture")
		},
		Operands: program.Files,
		Run: func(_ context.Context, streams program.IO, operands []string) (int, error) {
			switch {
			case len(operands) != 1:
				return program.Unable, program.Usagef("one FILE is needed")
			case t.exchanges < 0:
				return program.Unable, program.Usagef("-exchanges must not be negative")
			case size < 0:
				return program.Unable, program.Usagef("-size must not be negative")
			}
			t.size = int64(size) * 1_000_000
			return program.Fine, save(operands[0], streams.Out, t.write)
		},
	}
}

// save calls write with a file, or standard output.
func save(name string, stdout io.Writer, write func(io.Writer) error) error {
	if name == "-" {
		return buffered(stdout, write)
	}
	f, err := outfile.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(buffered(f, write), f.Close())
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if err := write(out); err != nil {
		return err
	}
	return out.Flush()
}
