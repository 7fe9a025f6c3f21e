package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/sim/campaign"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/pflag"
)

// world has the flags that determine a world.
type world struct {
	faults  campaign.Rates
	profile string
	reuse   bool
}

// flags defines the flags.
func (w *world) flags(f *pflag.FlagSet) {
	f.TextVar(&w.faults, "faults", campaign.DefaultRates(), "what the air does: none, swarm, or `KINDS` with a probability or a range, such as loss=0.02,delay=0..0.1")
	f.StringVar(&w.profile, "profile", "", "`ROWS` to choose from: router=NAME,printer=NAME,person=NAME (see wpssim profiles)")
	f.BoolVar(&w.reuse, "reuse-keys", false, "reuse Diffie-Hellman keys, which is many times faster")
}

// campaign returns the campaign of the flags.
func (w *world) campaign(seed uint64) (*campaign.Campaign, error) {
	c := &campaign.Campaign{Seed: seed, Faults: w.faults, ReuseKeys: w.reuse}
	var names struct{ router, printer, person string }
	fields := map[string]*string{"router": &names.router, "printer": &names.printer, "person": &names.person}
	for part := range strings.SplitSeq(w.profile, ",") {
		if part == "" {
			continue
		}
		kind, name, _ := strings.Cut(part, "=")
		field := fields[kind]
		if field == nil {
			return nil, fmt.Errorf("there are profiles of router, printer and person, none of %q", kind)
		}
		*field = name
	}
	return c, c.Only(names.router, names.printer, names.person)
}

// run has the flags of wpssim run.
type run struct {
	world
	seed, n  uint64
	duration time.Duration
	workers  int
	shard    string
	output   string
	page     string
	json     bool
}

func (r *run) flags(f *pflag.FlagSet) {
	r.world.flags(f)
	f.Uint64Var(&r.seed, "seed", 1, "random seed `N`")
	f.Uint64VarP(&r.n, "worlds", "n", 0, "how many worlds to play, all shards together: `N` (default 1000, without -for)")
	f.DurationVar(&r.duration, "for", 0, "for how long to play: `TIME`")
	f.IntVar(&r.workers, "workers", 0, "`N` worlds at once (default: one per processor)")
	f.StringVar(&r.shard, "shard", "0/1", "`I/N`: play part i of n, from 0 on")
	f.StringVarP(&r.output, "output", "o", "", "write each play and the report to a `FILE`, as lines of JSON")
	f.StringVar(&r.page, "html", "", "write the report in HTML to `FILE` too")
	f.BoolVar(&r.json, "json", false, "print the report as one JSON object")
}

// play plays a campaign.
func (r *run) play(ctx context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is not a flag", operands[0])
	}
	c, err := r.campaign(r.seed)
	if err != nil {
		return program.Unable, err
	}
	if c.Shard, c.Shards, err = parseShard(r.shard); err != nil {
		return program.Unable, err
	}
	c.N, c.Workers = r.n, r.workers
	if c.N == 0 && r.duration == 0 {
		c.N = 1000
	}
	if os.Getenv("GOGC") == "" {
		// A world lives for a millisecond, and nearly all memory is garbage.
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if r.duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.duration)
		defer cancel()
	}
	page, err := createPage(r.page)
	if err != nil {
		return program.Unable, err
	}
	t := newTrace(r.output)
	bar := newBar(streams, c)
	c.Trace = func(p *campaign.Play) error {
		bar.played(p)
		return t.write(playJSON{playSchema, p})
	}
	report, err := c.Run(ctx)
	bar.finish()
	if err == nil {
		err = t.write(reportJSON{reportSchema, report})
	}
	if err := errors.Join(err, t.close()); err != nil {
		return program.Unable, err
	}
	var incomplete []string
	if report.Interrupted {
		incomplete = append(incomplete, fmt.Sprintf("the campaign was interrupted after %d worlds", report.Registrations))
	}
	if err := writePage(page, report, incomplete); err != nil {
		return program.Unable, err
	}
	return show(streams, report, incomplete, r.json)
}

// parseShard reads i/n.
func parseShard(text string) (i, n uint64, err error) {
	first, second, _ := strings.Cut(text, "/")
	i, err1 := strconv.ParseUint(first, 10, 32)
	n, err2 := strconv.ParseUint(second, 10, 32)
	if err1 != nil || err2 != nil || i >= n {
		return 0, 0, fmt.Errorf("%q is no shard i/n, from 0/n on", text)
	}
	return i, n, nil
}

// trace is a file of lines of JSON, or none.
type trace struct {
	file   *os.File
	buffer *bufio.Writer
	err    error
}

func newTrace(name string) *trace {
	t := new(trace)
	if name != "" {
		if t.file, t.err = outfile.Create(name); t.err == nil {
			t.buffer = bufio.NewWriter(t.file)
		}
	}
	return t
}

// Versions of the schemas: see schema.json.
const (
	reportSchema = "wpssim-report/1"
	playSchema   = "wpssim-play/1"
	pinsSchema   = "wpssim-pins/1"
)

// reportJSON is the report of a campaign with its schema version.
type reportJSON struct {
	Schema string `json:"schema"`
	*campaign.Report
}

// playJSON is a play with its schema version.
type playJSON struct {
	Schema string `json:"schema"`
	*campaign.Play
}

func (t *trace) write(v any) error {
	if t.err != nil || t.file == nil {
		return t.err
	}
	line, err := json.Marshal(v)
	if err == nil {
		_, err = t.buffer.Write(append(line, '\n'))
	}
	return err
}

func (t *trace) close() error {
	if t.file == nil {
		return nil
	}
	return errors.Join(t.buffer.Flush(), t.file.Close())
}

// bar is a progress bar, shown on terminals only.
type bar struct {
	*progressbar.ProgressBar
	found int
}

func newBar(streams program.IO, c *campaign.Campaign) *bar {
	if !streams.Terminal {
		return new(bar)
	}
	total := int64(-1)
	if c.N > 0 {
		total = int64((c.N - min(c.N, c.Shard) + c.Shards - 1) / c.Shards)
	}
	return &bar{ProgressBar: progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(streams.Err), progressbar.OptionShowIts(), progressbar.OptionShowCount(),
		progressbar.OptionSetItsString("registrations"), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish())}
}

// played counts a play.
func (b *bar) played(p *campaign.Play) {
	if b.ProgressBar == nil {
		return
	}
	if len(p.Violations) > 0 {
		b.found++
		b.Describe(fmt.Sprintf("%d violations", b.found))
	}
	_ = b.Add(1) // only the display can fail
}

func (b *bar) finish() {
	if b.ProgressBar != nil {
		_ = b.Finish()
	}
}

// show prints a report, and to standard error why it is incomplete.
func show(streams program.IO, r *campaign.Report, incomplete []string, asJSON bool) (int, error) {
	status := program.Fine
	for _, reason := range incomplete {
		fmt.Fprintf(streams.ErrText(), "wpssim: incomplete: %s\n", reason)
		status = program.Incomplete
	}
	if r.Failed > 0 {
		status = program.Problem
	}
	if asJSON {
		return status, program.JSON(streams.Out).Encode(reportJSON{reportSchema, r})
	}
	var b bytes.Buffer
	table(&b, r)
	_, err := streams.Text().Write(b.Bytes())
	return status, err
}

// causesOf returns the causes of a report, the most frequent first.
func causesOf(r *campaign.Report) []doctor.Cause {
	return slices.SortedFunc(maps.Keys(r.Outcomes), func(a, b doctor.Cause) int {
		return cmp.Or(cmp.Compare(r.Outcomes[b], r.Outcomes[a]), cmp.Compare(a, b))
	})
}

// table prints a report as text.
func table(b *bytes.Buffer, r *campaign.Report) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(n any, what string) { fmt.Fprintf(w, "%v\t %s\n", n, what) }
	row(r.Registrations, fmt.Sprintf("registrations, seed %d", r.Seed)+shards(r))
	row(r.Succeeded, "succeeded")
	row(r.Exchanges, "runs of M1 to M8 began")
	row(r.PINs, "PINs tried")
	row(fmt.Sprintf("%.1f", r.Seconds), "seconds")
	row(fmt.Sprintf("%.0f", r.PerSecond), "registrations per second")
	row(r.Failed, "worlds with violations")
	w.Flush()
	fmt.Fprintln(b, "\nOutcomes")
	for _, cause := range causesOf(r) {
		row(r.Outcomes[cause], string(cause))
	}
	w.Flush()
	fmt.Fprintln(b, "\nFrom the panel to the connection, in virtual time")
	bounds := r.Latency.Bounds()
	most := slices.Max(r.Latency.Counts[:])
	for i, n := range r.Latency.Counts {
		label := "longer"
		if i < len(bounds) {
			label = "≤ " + bounds[i].String()
		}
		row(n, fmt.Sprintf("%-8s %s", label, strings.Repeat("█", int(40*n/max(most, 1)))))
	}
	w.Flush()
	fmt.Fprintf(b, "\nTrace %s\n", r.TraceHash)
	for _, world := range r.Worlds {
		fmt.Fprintln(b)
		for _, v := range world.Violations {
			fmt.Fprintln(b, v)
		}
		fmt.Fprintf(b, "  %s\n", world.Command)
	}
}

// shards describes which shards a report covers, or "" for all.
func shards(r *campaign.Report) string {
	if uint64(len(r.Parts)) == r.Shards {
		return ""
	}
	return fmt.Sprintf(", %d of %d shards: %s", len(r.Parts), r.Shards, numbers(r.Parts))
}

// numbers formats a list of numbers, at most ten.
func numbers(list []uint64) string {
	const most = 10
	var texts []string
	for i, n := range list {
		if i == most {
			texts = append(texts, "...")
			break
		}
		texts = append(texts, strconv.FormatUint(n, 10))
	}
	return strings.Join(texts, ", ")
}

// replay is wpssim replay.
func (w *world) replay(_ context.Context, streams program.IO, operands []string) (int, error) {
	c, scenarios, err := w.scenarios(operands)
	if err != nil {
		return program.Unable, err
	}
	status := program.Fine
	for _, s := range scenarios {
		out := bufio.NewWriter(streams.Text())
		fmt.Fprintf(out, "%d:%d: router %s, printer %s, person %s, faults %v\n\n", s.Seed, s.Index, s.Router, s.Printer, s.Person, s.Faults)
		play, err := c.Play(s, func(e sim.Event) { fmt.Fprintln(out, e) })
		if err != nil {
			return program.Unable, err
		}
		verdict(out, &play)
		if err := out.Flush(); err != nil {
			return program.Unable, err
		}
		if len(play.Violations) > 0 {
			status = program.Problem
		}
	}
	return status, nil
}

// verdict prints the result of a play.
func verdict(out io.Writer, p *campaign.Play) {
	fmt.Fprintf(out, "\nThe doctor says: %s\nTrace %s\n", p.Cause, p.Trace)
	for _, v := range p.Violations {
		fmt.Fprintf(out, "VIOLATION %s\n", v)
	}
}

// scenarios reads what to play: a seed with an index, or a file written by
// wpssim run or wpssim shrink. Of a campaign it selects the plays with
// violations.
func (w *world) scenarios(operands []string) (*campaign.Campaign, []campaign.Scenario, error) {
	if len(operands) != 1 {
		return nil, nil, program.Usagef("say what to play: SEED, SEED:INDEX or a file")
	}
	operand := operands[0]
	first, second, _ := strings.Cut(operand, ":")
	if second == "" {
		second = "0"
	}
	seed, err1 := strconv.ParseUint(first, 10, 64)
	index, err2 := strconv.ParseUint(second, 10, 64)
	if err1 == nil && err2 == nil {
		c, err := w.campaign(seed)
		if err != nil {
			return nil, nil, err
		}
		s, err := c.Scenario(index)
		return c, []campaign.Scenario{s}, err
	}
	plays, _, err := readTrace(operand)
	if err != nil {
		return nil, nil, err
	}
	c := new(campaign.Campaign)
	var all []campaign.Scenario
	for _, p := range plays {
		if len(p.Violations) > 0 {
			all = append(all, p.Scenario)
		}
	}
	return c, all, nil
}

// readTrace reads a file of plays, and the report at its end if there is one.
// It ignores an incomplete last line.
func readTrace(name string) (plays []campaign.Play, report *campaign.Report, err error) {
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	d := json.NewDecoder(file)
	for {
		var line json.RawMessage
		if err := d.Decode(&line); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return plays, report, nil
		} else if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		var r campaign.Report
		if err := json.Unmarshal(line, &r); err == nil && r.TraceHash != "" {
			report = &r
			continue
		}
		var p campaign.Play
		if err := json.Unmarshal(line, &p); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		if len(p.Violations) > 0 { // a campaign may have millions without
			plays = append(plays, p)
		}
	}
}

// shrinking has the flags of wpssim shrink.
type shrinking struct {
	world
	output string
}

func (x *shrinking) flags(f *pflag.FlagSet) {
	x.world.flags(f)
	f.StringVarP(&x.output, "output", "o", "shrunk.ndjson", "write what was found to a `FILE`, for wpssim replay")
}

// run is wpssim shrink.
func (x *shrinking) run(_ context.Context, streams program.IO, operands []string) (int, error) {
	c, scenarios, err := x.scenarios(operands)
	if err != nil {
		return program.Unable, err
	}
	if len(scenarios) == 0 {
		return program.Unable, errors.New("there is no violation in the file")
	}
	s, play, err := c.Shrink(scenarios[0])
	if err != nil {
		return program.Unable, err
	}
	t := newTrace(x.output)
	if err := errors.Join(t.write(playJSON{playSchema, &play}), t.close()); err != nil {
		return program.Unable, err
	}
	out := streams.Text()
	fmt.Fprintf(out, "router %s, printer %s, person %s, faults %v\n", s.Router, s.Printer, s.Person, s.Faults)
	for _, name := range s.Keep {
		fmt.Fprintf(out, "  %s\n", name)
	}
	verdict(out, &play)
	fmt.Fprintf(out, "\nwpssim replay %s\n", x.output)
	return program.Problem, nil
}

// merging has the flags of wpssim merge.
type merging struct {
	page string
	json bool
}

func (m *merging) flags(f *pflag.FlagSet) {
	f.StringVar(&m.page, "html", "", "write the report in HTML to `FILE` too")
	f.BoolVar(&m.json, "json", false, "print the report as one JSON object")
}

// run is wpssim merge.
func (m *merging) run(_ context.Context, streams program.IO, files []string) (int, error) {
	var total *campaign.Report
	var incomplete []string
	for _, name := range files {
		_, r, err := readTrace(name)
		switch {
		case err != nil:
			return program.Unable, err
		case r == nil:
			incomplete = append(incomplete, name+" has no report at its end: that part did not end")
			continue
		case r.Interrupted:
			incomplete = append(incomplete, name+" is of a part that was interrupted")
		}
		switch {
		case total == nil:
			total = r
		default:
			if err := total.Merge(r); err != nil {
				return program.Unable, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	switch {
	case len(files) == 0:
		return program.Unable, program.Usagef("say which files to merge")
	case total == nil:
		return program.Unable, errors.New("there is no report in the files")
	}
	if missing := total.Missing(); len(missing) > 0 {
		incomplete = append(incomplete, fmt.Sprintf("of %d shards, these are missing: %s", total.Shards, numbers(missing)))
	}
	page, err := createPage(m.page)
	if err == nil {
		err = writePage(page, total, incomplete)
	}
	if err != nil {
		return program.Unable, err
	}
	return show(streams, total, incomplete, m.json)
}

// profiles is wpssim profiles.
func profiles(_ context.Context, streams program.IO, operands []string) (int, error) {
	if len(operands) > 0 {
		return program.Unable, program.Usagef("%q is not a flag", operands[0])
	}
	w := tabwriter.NewWriter(streams.Text(), 0, 0, 2, ' ', 0)
	for _, r := range campaign.RouterProfiles() {
		fmt.Fprintf(w, "router=%s\t%s\n", r.Name, r.About)
	}
	for _, p := range campaign.PrinterProfiles() {
		fmt.Fprintf(w, "printer=%s\t%s\n", p.Name, p.About)
	}
	for _, p := range campaign.People() {
		fmt.Fprintf(w, "person=%s\t%s\n", p.Name, p.About)
	}
	return program.Fine, w.Flush()
}
