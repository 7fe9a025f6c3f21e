package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/gopacket/pcapgo"
	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
)

// run is the command run.
type run struct {
	device
	only, level              string
	short, json, verbose     bool
	junit, html, expect, dir string
	seed                     uint64
}

func (r *run) flags(f *pflag.FlagSet) {
	r.device.flags(f)
	f.StringVar(&r.only, "only", "", "run the cases whose id matches this `PATTERN` or begins with it")
	f.StringVar(&r.level, "level", "", "run the cases of this `LEVEL`")
	f.BoolVar(&r.short, "short", false, "leave out the cases that take more than a minute")
	f.BoolVarP(&r.verbose, "verbose", "v", false, "print a line for each case as it ends")
	f.BoolVar(&r.json, "json", false, "print the report as JSON")
	f.StringVar(&r.junit, "junit", "", "write the report as JUnit XML to this `FILE`")
	f.StringVar(&r.html, "html", "", "write the report as a page to this `FILE`")
	f.StringVar(&r.expect, "expect", "", "`FILE` with known differences: a line for each with the id of the case and the reason")
	f.StringVar(&r.dir, "captures", "", "write a capture of each case that does not pass into this `DIRECTORY`")
	f.Uint64Var(&r.seed, "seed", 1, "seed `N` of the random mutations")
}

// run runs the suite and writes the reports.
func (r *run) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is too much", operands[0])
	}
	cfg, err := r.config(ctx, streams)
	if err != nil {
		return program.Unable, err
	}
	cfg.Only, cfg.Short, cfg.Seed = r.only, r.short, r.seed
	if r.level != "" {
		if cfg.Level, err = conformance.ParseLevel(r.level); err != nil {
			return program.Unable, &program.UsageError{Err: err}
		}
	}
	report := &conformance.Report{Device: r.name, Role: cfg.Role, Began: time.Now(), Seed: r.seed}
	if r.expect != "" {
		if report.Baseline, err = readBaseline(r.expect); err != nil {
			return program.Unable, err
		}
	}
	outputs, err := r.outputs(report)
	if err != nil {
		return program.Unable, err
	}
	return r.execute(ctx, streams, cfg, report, outputs)
}

// execute runs the cases and writes the reports.
func (r *run) execute(ctx context.Context, streams program.IO, cfg conformance.Config, report *conformance.Report, outputs []output) (int, error) {
	total, done, counts := 0, 0, map[conformance.Verdict]int{}
	cfg.Ended = func(x *conformance.Result) {
		done++
		if streams.Terminal {
			fmt.Fprintf(streams.Err, "\r%s\r", strings.Repeat(" ", barWidth))
		}
		if r.verbose {
			fmt.Fprintf(streams.ErrText(), "%d/%d %s %v %.1fs\n", done, total, x.Case.ID, x.Verdict, x.Took.Seconds())
		}
		if x.Verdict == conformance.Fail || x.Verdict == conformance.Inconclusive {
			fmt.Fprintf(streams.ErrText(), "%d/%d %s %v: %s\n", done, total, x.Case.ID, x.Verdict, x.Reason)
		}
		counts[x.Verdict]++
	}
	if streams.Terminal {
		cfg.Began = func(c *conformance.Case) {
			fmt.Fprintf(streams.Err, "\r%s", bar(done, total, counts, c.ID))
		}
	}
	suite, err := conformance.New(cfg)
	if err != nil {
		return program.Unable, err
	}
	if total = len(suite.Cases()); total == 0 {
		return program.Unable, program.Usagef("no case is selected")
	}
	report.Results = suite.Run(ctx)
	report.NotRun = suite.Cases()[len(report.Results):]
	if streams.Terminal {
		fmt.Fprintf(streams.Err, "\r%s\r", strings.Repeat(" ", barWidth))
	}
	if ctx.Err() != nil {
		fmt.Fprintf(streams.Err, "Stopped by you after %d of %d cases.\n", done, total)
	}
	write := report.WriteText
	if r.json {
		write = report.WriteJSON
	}
	out := io.Writer(streams.Text())
	if r.json {
		out = streams.Out
	}
	err = write(out)
	for _, o := range outputs {
		err = errors.Join(err, o.write())
	}
	if r.dir != "" {
		err = errors.Join(err, r.captures(report))
	}
	switch {
	case err != nil:
		return program.Unable, err
	case !report.Conforms():
		return program.Problem, nil
	case !report.Complete():
		return program.Incomplete, nil
	}
	return program.Fine, nil
}

// barWidth is the width of the progress bar in characters.
const barWidth = 78

// bar returns the progress of a run in a line of barWidth characters: the
// number of cases, the verdicts so far, and the current case.
func bar(done, total int, counts map[conformance.Verdict]int, id string) string {
	const cells = 20
	full := cells * done / max(total, 1)
	line := fmt.Sprintf("[%s%s] %d/%d  %d pass, %d fail, %d open  %s", strings.Repeat("#", full), strings.Repeat(".", cells-full),
		done, total, counts[conformance.Pass], counts[conformance.Fail], counts[conformance.Inconclusive], id)
	if len(line) > barWidth {
		line = line[:barWidth]
	}
	return fmt.Sprintf("%-*s", barWidth, line)
}

// output is a report file. It is opened before the run begins.
type output struct {
	file *os.File
	form func(io.Writer) error
}

func (o output) write() error { return errors.Join(o.form(o.file), o.file.Close()) }

// outputs opens the report files.
func (r *run) outputs(report *conformance.Report) ([]output, error) {
	var all []output
	for _, o := range []struct {
		name string
		form func(io.Writer) error
	}{{r.junit, report.WriteJUnit}, {r.html, report.WriteHTML}} {
		if o.name == "" {
			continue
		}
		f, err := outfile.Create(o.name)
		if err != nil {
			return nil, err
		}
		all = append(all, output{f, o.form})
	}
	if r.dir != "" {
		if err := os.MkdirAll(r.dir, 0o700); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// captures writes a capture of each case that did not pass. The files contain
// keys, so only their owner can read them.
func (r *run) captures(report *conformance.Report) error {
	for _, x := range report.Results {
		if x.Exchanges() == 0 || x.Verdict == conformance.Pass {
			continue
		}
		f, err := outfile.CreateSecret(filepath.Join(r.dir, x.Case.ID+".pcapng"), true)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := x.WriteCapture(&b); err != nil {
			f.Discard()
			return err
		}
		if err := f.Write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func readBaseline(name string) (conformance.Baseline, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := conformance.ReadBaseline(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// replay is the command replay.
type replay struct{ device }

func (p *replay) flags(f *pflag.FlagSet) { p.device.flags(f) }

func (p *replay) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) != 1 {
		return program.Unable, program.Usagef("one FILE is needed, that -captures has written")
	}
	id, input, err := caseOf(operands[0])
	if err != nil {
		return program.Unable, err
	}
	cfg, err := p.config(ctx, streams)
	if err != nil {
		return program.Unable, err
	}
	cfg.Only, cfg.Input = id, input
	return (&run{}).execute(ctx, streams, cfg, &conformance.Report{Device: p.name, Role: cfg.Role, Began: time.Now()}, nil)
}

// caseOf returns the ID of the case that a capture shows, and its input.
func caseOf(name string) (id, input string, err error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return "", "", err
	}
	r, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", name, err)
	}
	id, input, ok := conformance.ReadCapture(r.SectionInfo().Application)
	if !ok {
		return "", "", fmt.Errorf("%s is not a capture of this program", name)
	}
	return id, input, nil
}
