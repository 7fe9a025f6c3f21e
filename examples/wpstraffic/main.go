// Wpstraffic writes a large capture for measurements: many exchanges of Wi-Fi
// Protected Setup, with keys of their own, among other traffic.
//
//	wpstraffic [-exchanges N] [-size MB] [-wired] [-seed N] FILE
//
// FILE may be - for standard output. The exchanges are made by the machines of
// this module: most succeed, by PIN or by button; in others the first or the
// second half of the PIN is wrong, or the registrar is not waiting. Stations,
// keys and nonces differ; the same seed makes the same capture.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs the program and returns its exit status: 0, 1 if the capture could
// not be written, 2 if it was not used as it should.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("wpstraffic", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var t traffic
	flags.IntVar(&t.exchanges, "exchanges", 10_000, "how many exchanges")
	size := flags.Int("size", 200, "how large the capture is at least, in MB (10^6 octets)")
	flags.BoolVar(&t.wired, "wired", false, "on Ethernet, not in the air")
	flags.Uint64Var(&t.seed, "seed", 1, "what makes the capture another one")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() != 1 || t.exchanges < 0 || *size < 0 {
		fmt.Fprintln(stderr, "usage: wpstraffic [-exchanges N] [-size MB] [-wired] [-seed N] FILE")
		return 2
	}
	t.size = int64(*size) * 1_000_000
	if err := save(flags.Arg(0), stdout, t.write); err != nil {
		fmt.Fprintln(stderr, "wpstraffic:", err)
		return 1
	}
	return 0
}

// save lets write fill a file, or standard output.
func save(name string, stdout io.Writer, write func(io.Writer) error) error {
	if name == "-" {
		return buffered(stdout, write)
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := buffered(f, write); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if err := write(out); err != nil {
		return err
	}
	return out.Flush()
}
