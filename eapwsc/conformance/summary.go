package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/wps/report"
)

// Report is the result of a run.
type Report struct {
	Device  string // the operator's name for it
	Role    Role
	Began   time.Time
	Seed    uint64 // of the suite's randomness; 0 if it was not repeatable
	Results []*Result
	// NotRun are the cases that an interrupted run has not come to.
	NotRun []*Case
	// Baseline holds the known differences that were expected; nil if there
	// are none.
	Baseline Baseline
}

// Complete reports whether every applicable case has a verdict.
func (r *Report) Complete() bool {
	return len(r.NotRun) == 0 && !slices.ContainsFunc(r.Results, func(x *Result) bool { return x.Verdict == Inconclusive })
}

// Conforms reports whether no case of level Must has failed, except known
// differences of the baseline.
func (r *Report) Conforms() bool {
	return !slices.ContainsFunc(r.Results, func(x *Result) bool {
		return x.Verdict == Fail && x.Case.Level == Must && !r.Baseline.expects(x)
	})
}

// count returns how many results have a verdict.
func (r *Report) count(v Verdict) (n int) {
	for _, x := range r.Results {
		if x.Verdict == v {
			n++
		}
	}
	return n
}

// Baseline holds known differences of a device: the cases that it does not
// pass, each with the reason.
type Baseline map[string]string

// ReadBaseline parses a baseline: a line for each case with its id and, after a
// blank, the reason. Lines that begin with # are comments.
func ReadBaseline(r io.Reader) (Baseline, error) {
	b := Baseline{}
	ids := map[string]bool{}
	for _, c := range Cases() {
		ids[c.ID] = true
	}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		id, reason, _ := strings.Cut(line, " ")
		switch {
		case !ids[id]:
			return nil, fmt.Errorf("conformance: baseline line %d: no case %q", n, id)
		case strings.TrimSpace(reason) == "":
			return nil, fmt.Errorf("conformance: baseline line %d: %s has no reason", n, id)
		}
		b[id] = strings.TrimSpace(reason)
	}
	return b, lines.Err()
}

func (b Baseline) expects(r *Result) bool {
	_, ok := b[r.Case.ID]
	return ok
}

// Changes returns the results that differ from the baseline: new failures, and
// cases that now pass.
func (r *Report) Changes() (failures, healed []*Result) {
	for _, x := range r.Results {
		switch known := r.Baseline.expects(x); {
		case x.Verdict == Fail && !known:
			failures = append(failures, x)
		case x.Verdict == Pass && known:
			healed = append(healed, x)
		}
	}
	return failures, healed
}

// changed returns a line for each difference from the baseline.
func (r *Report) changed() (lines []string) {
	if r.Baseline == nil {
		return nil
	}
	failures, healed := r.Changes()
	for _, x := range failures {
		lines = append(lines, fmt.Sprintf("new failure: %s %s", x.Case.ID, x.Case.Title))
	}
	for _, x := range healed {
		lines = append(lines, fmt.Sprintf("healed: %s %s", x.Case.ID, x.Case.Title))
	}
	return lines
}

// idsOf returns the IDs of the cases of results.
func idsOf(results []*Result) (ids []string) {
	for _, x := range results {
		ids = append(ids, x.Case.ID)
	}
	return ids
}

// Summary returns the counts in one line.
func (r *Report) Summary() string {
	text := fmt.Sprintf("%d cases: %d pass, %d fail, %d inconclusive, %d not applicable",
		len(r.Results)+len(r.NotRun), r.count(Pass), r.count(Fail), r.count(Inconclusive), r.count(NotApplicable))
	if len(r.NotRun) > 0 {
		text += fmt.Sprintf(", %d not run", len(r.NotRun))
	}
	return text
}

// WriteText writes the report for a terminal.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %v\n\n", r.Device, r.Role)
	for _, x := range r.Results {
		if x.Verdict == Pass || x.Verdict == NotApplicable {
			continue
		}
		b.WriteString(x.Text())
		if reason, ok := r.Baseline[x.Case.ID]; ok && x.Verdict == Fail {
			fmt.Fprintf(&b, "    known: %s\n", reason)
		}
		b.WriteByte('\n')
	}
	for _, line := range r.changed() {
		b.WriteString(line + "\n")
	}
	b.WriteString(r.Summary() + "\n")
	for _, line := range r.missing() {
		b.WriteString("  " + line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// missing returns what a reader of the counts has to know: a line for each
// reason why cases were not applicable, or began in an unknown state of the
// device, with the number of cases, and one with those that were not run.
func (r *Report) missing() []string {
	counts := map[string]int{}
	for _, x := range r.Results {
		if x.Verdict == NotApplicable {
			counts["not applicable: "+x.Reason]++
		}
		if x.Unreset != "" {
			counts["where the device could not be reset: "+x.Unreset]++
		}
	}
	var lines []string
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, fmt.Sprintf("%d %s", counts[reason], reason))
	}
	if len(r.NotRun) > 0 {
		ids := make([]string, len(r.NotRun))
		for i, c := range r.NotRun {
			ids[i] = c.ID
		}
		lines = append(lines, fmt.Sprintf("%d not run: %s", len(ids), strings.Join(ids, " ")))
	}
	return lines
}

// SchemaVersion is that of the JSON of [Report.WriteJSON].
const SchemaVersion = 1

type jsonReport struct {
	Schema  int          `json:"schema"`
	Device  string       `json:"device"`
	Role    string       `json:"role"`
	Began   time.Time    `json:"began"`
	Seed    uint64       `json:"seed,omitempty"`
	Pass    int          `json:"pass"`
	Fail    int          `json:"fail"`
	Unknown int          `json:"inconclusive"`
	Skipped int          `json:"not_applicable"`
	NotRun  []string     `json:"not_run,omitempty"`
	New     []string     `json:"new_failures,omitempty"` // with a baseline
	Healed  []string     `json:"healed,omitempty"`
	Results []jsonResult `json:"results"`
}

type jsonResult struct {
	ID       string  `json:"id"`
	Title    string  `json:"title"`
	Level    string  `json:"level"`
	Origin   string  `json:"origin"`
	Verdict  string  `json:"verdict"`
	Input    string  `json:"input,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	Known    string  `json:"known,omitempty"`
	Unusable bool    `json:"unusable,omitempty"`
	Unreset  string  `json:"unreset,omitempty"`
	Seconds  float64 `json:"seconds"`
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	out := jsonReport{
		Schema: SchemaVersion, Device: r.Device, Role: r.Role.String(), Began: r.Began.UTC(), Seed: r.Seed,
		Pass: r.count(Pass), Fail: r.count(Fail), Unknown: r.count(Inconclusive), Skipped: r.count(NotApplicable),
		Results: []jsonResult{},
	}
	for _, x := range r.Results {
		out.Results = append(out.Results, jsonResult{
			x.Case.ID, x.Case.Title, x.Case.Level.String(), x.Case.Origin, x.Verdict.String(), x.Input, x.Reason,
			r.Baseline[x.Case.ID], x.Unusable, x.Unreset, x.Took.Seconds(),
		})
	}
	for _, c := range r.NotRun {
		out.NotRun = append(out.NotRun, c.ID)
	}
	if r.Baseline != nil {
		failures, healed := r.Changes()
		out.New, out.Healed = idsOf(failures), idsOf(healed)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitProblem `xml:"failure,omitempty"`
	Error   *junitProblem `xml:"error,omitempty"`
	Skipped *junitProblem `xml:"skipped,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML, which continuous integration
// reads. A failure that is in the baseline is a skipped test; an inconclusive
// case is an error.
func (r *Report) WriteJUnit(w io.Writer) error {
	s := junitSuite{Name: "WPS conformance: " + r.Role.String(), Tests: len(r.Results) + len(r.NotRun), Skipped: r.count(NotApplicable) + len(r.NotRun), Errors: r.count(Inconclusive)}
	for _, x := range r.Results {
		c := junitCase{Class: strings.ReplaceAll(x.Case.Level.String(), " ", "_"), Name: x.Case.ID + " " + x.Case.Title, Time: fmt.Sprintf("%.3f", x.Took.Seconds())}
		reason, known := r.Baseline[x.Case.ID]
		switch {
		case x.Verdict == Fail && known:
			c.Skipped = &junitProblem{Message: "known: " + reason}
			s.Skipped++
		case x.Verdict == Fail:
			c.Failure = &junitProblem{Message: x.Reason, Text: x.Text()}
			s.Failures++
		case x.Verdict == Inconclusive:
			c.Error = &junitProblem{Message: x.Reason}
		case x.Verdict == NotApplicable:
			c.Skipped = &junitProblem{Message: x.Reason}
		}
		s.Cases = append(s.Cases, c)
	}
	for _, c := range r.NotRun {
		s.Cases = append(s.Cases, junitCase{Class: c.Level.String(), Name: c.ID + " " + c.Title, Time: "0.000", Skipped: &junitProblem{Message: "not run: the run was interrupted"}})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// Document returns the report as a page: see package report.
func (r *Report) Document() *report.Document {
	d := &report.Document{
		Title: "Conformance of " + r.Device,
		Lead:  fmt.Sprintf("%v, %s", r.Role, r.Began.Format("2006-01-02 15:04")),
	}
	v := &report.Verdict{Mood: report.Good, Label: "conforms", Text: "No case that must pass has failed."}
	switch {
	case !r.Conforms():
		v = &report.Verdict{Mood: report.Bad, Label: "does not conform", Text: "Cases that must pass have failed."}
	case !r.Complete():
		v = &report.Verdict{Mood: report.Warning, Label: "incomplete", Text: "Not every case came to a verdict."}
	}
	v.Detail = r.Summary()
	d.Parts = append(d.Parts, report.Part{Heading: "Verdict", Verdict: v, Bars: []report.Bars{{
		Caption: "Verdicts", Unit: "cases", Bars: []report.Bar{
			{Label: "pass", Count: int64(r.count(Pass)), Mood: report.Good}, {Label: "fail", Count: int64(r.count(Fail)), Mood: report.Bad},
			{Label: "inconclusive", Count: int64(r.count(Inconclusive)), Mood: report.Warning}, {Label: "not applicable", Count: int64(r.count(NotApplicable))},
		},
	}}})
	for _, x := range r.Results {
		if x.Verdict == Fail || x.Verdict == Inconclusive {
			d.Parts = append(d.Parts, x.part(r.Baseline[x.Case.ID]))
		}
	}
	d.Parts[0].Notes = append(r.changed(), r.missing()...)
	table := report.Table{Caption: "All cases", Head: []string{"case", "level", "verdict", "what it proves"}}
	for _, x := range r.Results {
		table.Rows = append(table.Rows, []string{x.Case.ID, x.Case.Level.String(), x.Verdict.String(), x.Case.Title + ": " + x.Case.Proves})
		table.Moods = append(table.Moods, moods[x.Verdict])
	}
	for _, c := range r.NotRun {
		table.Rows = append(table.Rows, []string{c.ID, c.Level.String(), "not run", c.Title + ": " + c.Proves})
		table.Moods = append(table.Moods, report.Warning)
	}
	d.Parts = append(d.Parts, report.Part{Heading: "Cases", Tables: []report.Table{table}})
	return d
}

var moods = map[Verdict]report.Mood{Pass: report.Good, Fail: report.Bad, Inconclusive: report.Warning}

// part is the section of a case that did not pass.
func (r *Result) part(known string) report.Part {
	p := report.Part{
		Heading: r.Case.ID + " " + r.Case.Title,
		Verdict: &report.Verdict{Mood: moods[r.Verdict], Label: r.Verdict.String(), Text: r.Reason},
		Facts:   []report.Fact{{Name: "level", Value: r.Case.Level.String()}, {Name: "origin", Value: r.Case.Origin}, {Name: "proves", Value: r.Case.Proves}},
	}
	if r.Input != "" {
		p.Facts = append(p.Facts, report.Fact{Name: "input", Value: r.Input})
	}
	if known != "" {
		p.Notes = append(p.Notes, "Known: "+known)
	}
	if n := len(r.outcomes); n > 0 {
		o := r.outcomes[n-1]
		frames, hidden := shown(o.frames)
		l := &report.Ladder{Title: "The exchange that decided it", Left: "suite", Right: "device"}
		if hidden > 0 {
			p.Notes = append(p.Notes, fmt.Sprintf("%d packets in the middle of the exchange are left out.", hidden))
		}
		for _, f := range frames {
			name, text := describe(f.packet)
			l.Arrows = append(l.Arrows, report.Arrow{At: f.at.Sub(o.began), FromLeft: f.sent, Name: name, Text: text})
		}
		p.Ladder = l
	}
	if d, err := r.Diagnose(); err == nil {
		for _, f := range d.Findings {
			p.Notes = append(p.Notes, "Validator: "+f)
		}
		if d.Cause != "" {
			p.Facts = append(p.Facts, report.Fact{Name: "doctor's cause", Value: d.Cause})
		}
	}
	return p
}

// WriteHTML writes the report as a page.
func (r *Report) WriteHTML(w io.Writer) error {
	var b bytes.Buffer
	if err := r.Document().HTML(&b, report.Options{}); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}
