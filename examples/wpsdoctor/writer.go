package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/validate"
)

// writer writes the reports of one file.
type writer struct {
	*invocation
	out  io.Writer
	file string

	lines    *json.Encoder
	entry    []byte   // the last line that [diagnosis.Entry.AppendJSON] made
	block    block    // attempts that are alike and not yet written
	remedy   []string // of the previous report
	outcomes map[doctor.Outcome]int
}

func newWriter(p *invocation, out io.Writer, file string) *writer {
	return &writer{invocation: p, out: out, file: file, outcomes: map[doctor.Outcome]int{}}
}

// exchange reports an exchange.
func (w *writer) exchange(index int, j *diagnosis.Job, d *doctor.Diagnosis) {
	r := diagnosis.NewEntry(w.file, index, d)
	r.Describe(j)
	if r.Source != nil {
		r.Source.Dumps, _ = diagnosis.DumpsOf(j.Dumps, w.mode)
	}
	w.report(r)
	if w.page != nil {
		w.page.Attempt(w.file, r, j)
	}
	switch {
	case w.summary:
		w.totals.addAttempt(j, r.Cause)
	case w.json:
	case w.block.includes(r):
		w.block.add(r, j)
	default:
		w.flush()
		w.block.add(r, j)
	}
}

// count counts an attempt.
func (w *writer) count(j *diagnosis.Job, cause doctor.Cause, outcome doctor.Outcome) {
	w.judge(diagnosis.IsProblem(cause), j.Worst())
	w.outcomes[outcome]++
	w.totals.addAttempt(j, cause)
}

// flush writes the pending block of attempts.
func (w *writer) flush() {
	if w.block.n == 0 {
		return
	}
	r, j := w.block.last, w.block.job
	w.heading(r, j)
	if !w.quiet {
		w.ladder(j)
	}
	w.verdict(r)
	w.block = block{}
}

// nothing reports that there was no exchange, and why, as far as the elements
// show it.
func (w *writer) nothing(c *exchange.Collector, from *diagnosis.Source) {
	e := c.Evidence()
	choice := w.choice()
	if choice.narrow(e); len(e.Networks) == 0 && (choice.ssid != "" || choice.bssid != wps.MAC{}) {
		program.Complain(w.IO, diagnosis.Shown(w.file), choice.absent(c.Networks()))
	}
	from.TextEvidence(e)
	r := diagnosis.NewNothing(w.file, e, from, w.mode)
	if r.Octets {
		w.report(r)
		return
	}
	w.report(r)
	w.noAttempt(from.Nothing(w.file), r, e)
}

// noAttempt writes a report without an attempt.
func (w *writer) noAttempt(heading string, r *diagnosis.Entry, e *doctor.Evidence) {
	if w.page != nil {
		w.page.Nothing(heading, r, e)
	}
	switch {
	case w.summary:
		w.totals.addEntry(r)
		return
	case w.json:
		return
	}
	fmt.Fprintln(w.out, bold(w.wrap(heading, "")))
	if !w.quiet {
		w.surroundings(e)
		for _, f := range r.Findings {
			w.finding(&f)
		}
		fmt.Fprintln(w.out)
	}
	w.verdict(r)
}

// report counts a report and, with -json, writes it.
func (w *writer) report(r *diagnosis.Entry) {
	w.judge(r.Problem(), r.Worst)
	w.outcomes[r.Outcome]++
	if w.json && !w.summary {
		w.entry = append(r.AppendJSON(w.entry[:0]), '\n')
		w.out.Write(w.entry) // an error shows when the output is flushed
	}
}

// line writes a line of JSON.
func (w *writer) line(v any) {
	if w.lines == nil {
		w.lines = json.NewEncoder(w.out)
		w.lines.SetEscapeHTML(false)
	}
	w.lines.Encode(v) // an error shows when the output is flushed
}

// outcomesInOrder are the outcomes in the order of the totals.
var outcomesInOrder = []doctor.Outcome{
	doctor.Registered, doctor.OutcomeRead, doctor.Refused, doctor.Failed, doctor.Incomplete,
}

// end writes the totals of a file with several exchanges, and what is wrong
// with the file itself.
func (w *writer) end(notes []exchange.Note, from *diagnosis.Source) {
	if from.Unread() {
		defer w.unread(diagnosis.NewUnread(w.file, from))
	}
	if w.json || w.summary {
		return
	}
	w.flush()
	if from.Text != nil {
		about := from.Text.Source()
		dumps, _ := diagnosis.DumpsOf(from.Text.Dumps(), w.mode)
		w.writeDumps(dumps)
		w.limits(diagnosis.NewOrigin(&about))
	}
	total := 0
	var parts []string
	for _, o := range outcomesInOrder {
		if n := w.outcomes[o]; n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if total > 1 {
		fmt.Fprintf(w.out, "%s\n\n", w.wrap(fmt.Sprintf("%s: %d attempts: %s", diagnosis.Shown(w.file), total, strings.Join(parts, ", ")), ""))
	}
	for _, n := range notes {
		text := fmt.Sprintf("%s, frame %d: %s", diagnosis.Shown(w.file), n.Frame, n.Text)
		if n.Count > 1 {
			text += fmt.Sprintf(" (%d times)", n.Count)
		}
		fmt.Fprintln(w.out, w.wrap(text, "  "))
	}
	if len(notes) > 0 {
		fmt.Fprintln(w.out)
	}
}

// unread reports that parts of the file were left out. There may be a problem in
// these.
func (w *writer) unread(u *diagnosis.Unread) {
	w.judge(true, 0)
	if w.page != nil {
		w.page.Unread(diagnosis.Shown(w.file), u)
	}
	if w.json {
		w.line(u)
		return
	}
	fmt.Fprintf(w.out, "%s\n\n", w.wrap(diagnosis.Shown(w.file)+": "+u.String()+" Run with -whole to read it all.", ""))
}

// heading writes the two sides and the time.
func (w *writer) heading(r *diagnosis.Entry, j *diagnosis.Job) {
	heading := fmt.Sprintf("%s, attempt %d", diagnosis.Shown(w.file), r.Index)
	if w.block.n > 1 {
		heading = fmt.Sprintf("%s, attempts %d to %d, which are alike", diagnosis.Shown(w.file), w.block.first, r.Index)
	}
	fmt.Fprintln(w.out, bold(w.wrap(heading, "")))
	enrollee, registrar := diagnosis.Sides(j.Exchange)
	w.fact(enrollee, diagnosis.NameAndAddress(r.Enrollee, r.EnrolleeName))
	w.fact(registrar, diagnosis.NameAndAddress(r.Registrar, r.RegistrarName))
	if r.SSID != nil {
		w.fact("network", diagnosis.NetworkName(r))
	}
	w.fact("how", diagnosis.MethodAndTransport(r, j.Exchange)+diagnosis.Began(j.Exchange))
	if r.Source != nil {
		w.fact("source", r.Source.String())
	}
	if w.block.n > 1 {
		w.fact("times", w.block.began())
	}
	fmt.Fprintln(w.out)
}

// fact writes a name and a value.
func (w *writer) fact(name, value string) {
	fmt.Fprintf(w.out, "  %-9s %s\n", name, w.wrap(value, "            "))
}

// surroundings lists the access points and devices that were heard.
func (w *writer) surroundings(e *doctor.Evidence) {
	const most = 20
	for i, n := range doctor.ByState(e.Networks) {
		if i == most {
			fmt.Fprintf(w.out, "  and %d networks more\n", len(e.Networks)-most)
			break
		}
		w.fact("network", named(n)+": "+diagnosis.NetworkState(n))
	}
	for i := range e.Stations {
		s := &e.Stations[i]
		if i == most {
			fmt.Fprintf(w.out, "  and %d devices more\n", len(e.Stations)-most)
			break
		}
		w.fact("device", diagnosis.KnownMAC(s.MAC)+": "+diagnosis.StationState(s))
	}
}

// named returns the name and address of a network.
func named(n *doctor.Network) string {
	name := "of unknown name"
	if n.SSID != "" {
		name = doctor.Quote(string(n.SSID))
	} else if n.Hidden {
		name = "(hidden)"
	}
	if n.BSSID != (wps.MAC{}) {
		name = n.BSSID.String() + " " + name
	}
	if n.Channel != 0 {
		name += fmt.Sprintf(", channel %d", n.Channel)
	}
	return name
}

// verdict writes the end of a report: the verdict and the steps.
func (w *writer) verdict(r *diagnosis.Entry) {
	good := !r.Problem()
	fmt.Fprintf(w.out, "  %s\n", printable.Paint(verdictColor(good), w.wrap(r.Verdict, "  ")))
	cause := string(r.Outcome)
	if cause != string(r.Cause) {
		cause += ", " + string(r.Cause)
	}
	if r.DetectedBy != nil && !good {
		cause += ", found by the " + *r.DetectedBy
	}
	if r.ConfigError != nil && *r.ConfigError != 0 {
		cause += fmt.Sprintf(", configuration error %d (%v)", *r.ConfigError, *r.ConfigError)
	}
	fmt.Fprintf(w.out, "  %s\n", w.wrap("("+cause+")", "  "))
	w.errors(r, good)
	for _, s := range r.Together {
		fmt.Fprintf(w.out, "  %s\n", w.wrap(s, "  "))
	}
	switch {
	case len(r.Remedy) == 0:
	case slices.Equal(r.Remedy, w.remedy):
		fmt.Fprintf(w.out, "\n  %s: the same as above.\n", bold("What to do"))
	default:
		fmt.Fprintf(w.out, "\n  %s\n", bold("What to do"))
		for i, s := range r.Remedy {
			fmt.Fprintf(w.out, "  %2d. %s\n", i+1, w.wrap(s, "      "))
		}
	}
	w.remedy = r.Remedy
	for i, h := range r.Hints {
		if i == 0 {
			fmt.Fprintf(w.out, "\n  %s\n", bold("Besides"))
		}
		fmt.Fprintf(w.out, "   -  %s\n", w.wrap(h.Text, "      "))
	}
	fmt.Fprintf(w.out, "\n  %s\n\n", w.wrap("For an engineer: "+r.Engineer, "    "))
}

// errors writes the findings that make the exit status Problem, if they have
// not been written: without a ladder, or for an attempt that succeeded.
func (w *writer) errors(r *diagnosis.Entry, good bool) {
	if r.Worst < validate.Error || !good && !w.quiet {
		return
	}
	for _, f := range r.Findings {
		if f.Level == validate.Error {
			w.findingLine(f.Severity, diagnosis.Known(f.Message)+": "+f.Text, f.Rule)
		}
	}
}

func verdictColor(good bool) printable.Style {
	if good {
		return printable.Green
	}
	return printable.Red
}

// severityColors are the colours of findings.
var severityColors = map[string]printable.Style{
	validate.Error.String(): printable.Red, validate.Warning.String(): printable.Yellow, validate.Note.String(): printable.Faint,
}

func bold(s string) string { return printable.Paint(printable.Bold, s) }

// wrap breaks a text into lines; those after the first begin with indent.
func (w *writer) wrap(s, indent string) string { return program.Wrap(s, w.width(), indent) }

// width returns the maximum length of a line in characters.
func (w *writer) width() int {
	if w.Width == 0 {
		return 96
	}
	return w.Width
}
