package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// Exit status.
const (
	exitFine    = 0 // every exchange succeeded, and no finding is an error
	exitProblem = 1 // there is a problem
	exitUsage   = 2 // wrong use, or input that cannot be read
)

const help = `Usage: wpsdoctor [-json] [-keys FILE] [-strict] [-q] [FILE... | -]
       wpsdoctor -i INTERFACE [-ssid NAME | -bssid ADDRESS] [-watch] [-json] [-strict] [-q]

Reads captures (pcap or pcapng, plain or gzip; of the air, a wire, RADIUS or
UPnP) and says of each attempt to connect by WPS what happened, whose fault it
was, and what to do. - is standard input. Without a file it reads a capture of
its own, as an example.

With -i it looks around on a Wi-Fi interface instead, and says whether WPS could
work now, and if not, why. It takes root, or the capability CAP_NET_ADMIN.

  -i INTERFACE   look around on a Wi-Fi interface
  -ssid NAME     judge this network; a hidden one is asked for by its name
  -bssid ADDRESS judge this access point
  -watch         go on looking, and report whenever something has changed

  -json       one JSON object for each attempt, on a line
  -keys FILE  a key log: verifies every message, and decrypts the settings
  -strict     judge by the letter, as one does before a device ships
  -q          no ladder of messages and no progress bar

Exit status: 0 every attempt succeeded, or a router is ready, and nothing is
wrong; 1 a problem was found; 2 wrong use, or input that cannot be read.

How to make a capture: on a computer with Wi-Fi in monitor mode,
"tcpdump -i wlan0mon -w wps.pcap", while you try to connect the device.
`

// example is what is read if no file is given: a printer is set up at a router
// with a PIN that is wrong.
//
//go:embed example.pcap
var example []byte

const exampleName = "example.pcap"

// program is a run of wpsdoctor.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	color          bool // use colour on stdout
	bar            bool // stderr is a terminal
	wifi           func(iface string) (radio, error)
	// untilInterrupted returns a context that ends when the user has enough
	// of looking around. Reading of files is just cut off.
	untilInterrupted func(context.Context) (context.Context, context.CancelFunc)

	json, quiet bool
	mode        wps.Mode
	keys        *capture.KeyLog
	worst       int // the exit status so far
}

// run runs the program and returns its exit status.
func (p *program) run(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("wpsdoctor", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&p.json, "json", false, "")
	flags.BoolVar(&p.quiet, "q", false, "")
	strict := flags.Bool("strict", false, "")
	keys := flags.String("keys", "", "")
	var l look
	l.flags(flags)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(p.stdout, help)
		return exitFine
	} else if err != nil {
		return p.fail("%v; \"wpsdoctor -help\" tells how to use it", err)
	}
	if *strict {
		p.mode = wps.Strict
	}
	switch {
	case l.iface != "" && (flags.NArg() > 0 || *keys != ""):
		return p.fail("-i excludes FILE and -keys")
	case l.iface == "" && l != (look{}):
		return p.fail("-ssid, -bssid and -watch are for -i INTERFACE")
	case l.iface != "":
		return p.lookAround(ctx, &l)
	}
	if *keys != "" {
		if err := p.readKeys(*keys); err != nil {
			return p.fail("%v", err)
		}
	}
	out := bufio.NewWriterSize(p.stdout, 1<<16)
	files := flags.Args()
	if len(files) == 0 {
		p.doctor(out, exampleName, bytes.NewReader(example), 0)
		if !p.json {
			fmt.Fprintf(out, "This was the example that the program has in it. For a capture of yours: wpsdoctor FILE\n")
		}
	}
	for _, name := range files {
		p.file(out, name)
	}
	if err := out.Flush(); err != nil {
		return p.fail("%v", err)
	}
	return p.worst
}

func (p *program) readKeys(name string) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if p.keys, err = capture.ReadKeyLog(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// fail tells why the program cannot do what it should.
func (p *program) fail(format string, args ...any) int {
	fmt.Fprintf(p.stderr, "wpsdoctor: "+format+"\n", args...)
	p.worst = exitUsage
	return exitUsage
}

// file reads one of the files named.
func (p *program) file(out io.Writer, name string) {
	if name == "-" {
		p.doctor(out, name, p.stdin, 0)
		return
	}
	f, err := os.Open(name)
	if err != nil {
		p.fail("%v", err)
		return
	}
	defer f.Close()
	var size int64
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	p.doctor(out, name, f, size)
}

// largeFile is the size in octets from which on a progress bar is shown.
const largeFile = 64 << 20

// doctor reads a capture and reports. Size is 0 if it is not known.
func (p *program) doctor(out io.Writer, name string, r io.Reader, size int64) {
	if p.bar && !p.quiet && size >= largeFile {
		bar := progressbar.NewOptions64(size, progressbar.OptionSetWriter(p.stderr), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(shown(name)), progressbar.OptionClearOnFinish())
		defer bar.Finish()
		r = io.TeeReader(r, bar)
	}
	w := writer{program: p, out: out, file: name}
	if err := p.read(r, &w); err != nil {
		p.fail("%s: %v", shown(name), err)
	}
}

// judge makes the exit status what a report demands.
func (p *program) judge(r *report) {
	if r.problem() || r.worst >= validate.Error {
		p.worst = max(p.worst, exitProblem)
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// colorWanted reports whether colour may be used: on terminals that can show
// it, unless NO_COLOR is set (no-color.org).
func colorWanted(f *os.File, env func(string) string) bool {
	return env("NO_COLOR") == "" && env("TERM") != "dumb" && isTerminal(f)
}
