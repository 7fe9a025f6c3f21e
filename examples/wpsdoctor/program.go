package main

import (
	"bufio"
	"bytes"
	"context"

	"github.com/gowps/gowps/examples/internal/diagnosis"

	_ "embed"
	"fmt"
	"io"
	"os"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/validate"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/pflag"
)

// example is read if no file is given: a printer registers at a router with a
// wrong PIN.
//
//go:embed example.pcap
var example []byte

const exampleName = "example.pcap"

// invocation is a run of wpsdoctor.
type invocation struct {
	program.IO
	wifi func(iface string) (radio, error)
	// untilInterrupted returns a context that ends when the user interrupts a
	// scan. Reading of files simply stops.
	untilInterrupted func(context.Context) (context.Context, context.CancelFunc)

	json, quiet, strict bool
	whole               bool
	keysFile            string
	summary, showKey    bool
	pageFile            string
	anonymousFile       string
	force               bool
	networksOnly        bool
	device              wps.MAC
	look                look

	mode   wps.Mode
	keys   *exchange.KeyLog
	page   *pageFile // nil if none is wanted
	hidden *hidden   // nil if none is wanted
	totals totals    // for -summary
	worst  int       // the exit status so far
}

// flags defines the flags.
func (p *invocation) flags(f *pflag.FlagSet) {
	f.BoolVar(&p.json, "json", false, "print one JSON object for each attempt, on a line")
	f.StringVar(&p.keysFile, "keys", "", "a key log in `FILE`: verify every message, and decrypt the settings")
	f.BoolVar(&p.strict, "strict", false, "judge strictly, as before a device ships")
	f.BoolVarP(&p.quiet, "quiet", "q", false, "no ladder of messages and no progress bar")
	f.BoolVar(&p.whole, "whole", false, "leave out no part of a file, even if it has very many attempts")
	f.BoolVar(&p.summary, "summary", false, "count the attempts by device, network and cause, for files with many")
	f.StringVar(&p.pageFile, "html", "", "also write a report in HTML to `FILE`")
	f.StringVar(&p.anonymousFile, "anonymise", "", "write the capture to `FILE` without addresses, names and secrets, to show it to others")
	f.BoolVar(&p.force, "force", false, "let -anonymise overwrite a file")
	f.BoolVar(&p.showKey, "show-key", false, "show the keys decrypted by -keys in the report of -html; only you can read it then")
	f.BoolVar(&p.networksOnly, "networks", false, "list all networks that were heard, and their state of WPS")
	f.Func("device", "report on the device with this `ADDRESS`", func(s string) (err error) {
		p.device, err = wps.ParseMAC(s)
		return err
	})
	p.look.flags(f)
}

// run runs the program and returns its exit status.
func (p *invocation) run(ctx context.Context, streams program.IO, files []string) (int, error) {
	p.IO = streams
	if p.strict {
		p.mode = wps.Strict
	}
	switch {
	case p.pageFile != "" && p.look.watch:
		return program.Unable, program.Usagef("-html is for one look, not for -watch")
	case p.showKey && p.pageFile == "":
		return program.Unable, program.Usagef("-show-key is for -html FILE")
	case p.look.iface != "" && (len(files) > 0 || p.keysFile != ""):
		return program.Unable, program.Usagef("-i excludes FILE and -keys")
	case p.look.iface == "" && p.look.watch:
		return program.Unable, program.Usagef("-watch is for -i INTERFACE")
	case p.look.iface != "" && p.device != (wps.MAC{}):
		return program.Unable, program.Usagef("-device is for FILE")
	case p.anonymousFile != "" && p.look.iface != "":
		return program.Unable, program.Usagef("-anonymise is for FILE")
	case p.anonymousFile != "" && len(files) > 1:
		return program.Unable, program.Usagef("-anonymise takes one FILE at a time")
	case p.force && p.anonymousFile == "":
		return program.Unable, program.Usagef("-force is for -anonymise FILE")
	case p.networksOnly && (p.summary || p.pageFile != ""):
		return program.Unable, program.Usagef("-networks excludes -summary and -html")
	}
	if p.pageFile != "" {
		var err error
		if p.page, err = newPageFile(p.pageFile, p.showKey); err != nil {
			return program.Unable, err
		}
	}
	if p.anonymousFile != "" {
		var err error
		if p.hidden, err = newHidden(p.anonymousFile, p.force); err != nil {
			return program.Unable, err
		}
	}
	status, err := p.diagnose(ctx, files)
	if p.hidden != nil {
		if failure := p.hidden.finish(p.IO, status != program.Unable && err == nil); err == nil && failure != nil {
			status, err = program.Unable, failure
		}
	}
	switch {
	case p.page == nil:
	case err != nil:
		p.page.discard()
	default:
		err = p.page.finish(p.showKey)
	}
	return status, err
}

// diagnose diagnoses the files or scans.
func (p *invocation) diagnose(ctx context.Context, files []string) (int, error) {
	if p.look.iface != "" {
		return p.lookAround(ctx, &p.look)
	}
	if p.keysFile != "" {
		if err := p.readKeys(p.keysFile); err != nil {
			return program.Unable, err
		}
	}
	out := bufio.NewWriterSize(p.writer(), 1<<16)
	switch {
	case len(files) == 0 && p.Piped:
		files = []string{"-"}
	case len(files) == 0:
		p.doctor(out, exampleName, bytes.NewReader(example), 0)
		if !p.json {
			fmt.Fprintf(out, "This was the built-in example. For a capture of your own: wpsdoctor FILE\n")
		}
	}
	for _, name := range files {
		p.file(out, name)
	}
	if p.summary {
		p.totals.write(p, out)
	}
	return p.worst, out.Flush()
}

// writer returns the writer of text or JSON to standard output.
func (p *invocation) writer() io.Writer {
	if p.json {
		return printable.NewWriter(p.Out, printable.Lossless)
	}
	return p.Text()
}

func (p *invocation) readKeys(name string) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if p.keys, err = exchange.ReadKeyLog(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// fail reports that a file cannot be read. The others are read.
func (p *invocation) fail(err error) {
	program.Complain(p.IO, "wpsdoctor", err)
	p.worst = program.Unable
}

// file reads one of the files.
func (p *invocation) file(out io.Writer, name string) {
	if name == "-" {
		p.doctor(out, name, p.In, 0)
		return
	}
	f, err := os.Open(name)
	if err != nil {
		p.fail(err)
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

// doctor reads a capture and reports on it. Size is 0 if not known.
func (p *invocation) doctor(out io.Writer, name string, r io.Reader, size int64) {
	if p.Terminal && !p.quiet && size >= largeFile {
		bar := progressbar.NewOptions64(size, progressbar.OptionSetWriter(p.Err), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(diagnosis.Shown(name)), progressbar.OptionClearOnFinish())
		defer bar.Finish()
		r = io.TeeReader(r, bar)
	}
	if err := p.read(r, newWriter(p, out, name)); err != nil {
		p.fail(fmt.Errorf("%s: %w", diagnosis.Shown(name), err))
	}
}

// judge updates the exit status for a report.
func (p *invocation) judge(problem bool, worst validate.Severity) {
	if problem || worst >= validate.Error {
		p.worst = max(p.worst, program.Problem)
	}
}
