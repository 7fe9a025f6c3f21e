package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/examples/internal/program"
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
	remedy   []string // of the report before
	outcomes map[doctor.Outcome]int
	causes   map[doctor.Cause]int
}

// exchange reports an exchange.
func (w *writer) exchange(index int, j *job, d *doctor.Diagnosis) {
	r := newReport(w.file, index, d)
	r.describe(j)
	w.report(r)
	if w.json {
		return
	}
	w.heading(r, j)
	if !w.quiet {
		w.ladder(j)
	}
	w.verdict(r)
}

// nothing reports that there was no exchange, and why as far as the elements
// of access points and devices show.
func (w *writer) nothing(c *exchange.Collector) {
	e := c.Evidence()
	d := doctor.Diagnose(e)
	r := newReport(w.file, 0, &d)
	for _, n := range c.Networks() {
		r.find(n.Findings(w.mode), nil)
	}
	w.report(r)
	if w.json {
		return
	}
	fmt.Fprintf(w.out, "%s\n", bold(fmt.Sprintf("%s: no attempt to connect by WPS", shown(w.file))))
	w.noAttempt(r, e)
}

// noAttempt reports what there is without an attempt.
func (w *writer) noAttempt(r *report, e *doctor.Evidence) {
	if !w.quiet {
		w.surroundings(e)
		for _, f := range r.Findings {
			w.finding(&f)
		}
		fmt.Fprintln(w.out)
	}
	w.verdict(r)
}

// report counts a report and, if that is wanted, writes it as JSON.
func (w *writer) report(r *report) {
	w.judge(r)
	if w.outcomes == nil {
		w.outcomes, w.causes = map[doctor.Outcome]int{}, map[doctor.Cause]int{}
	}
	w.outcomes[r.Outcome]++
	w.causes[r.Cause]++
	if !w.json {
		return
	}
	if w.lines == nil {
		w.lines = json.NewEncoder(w.out)
		w.lines.SetEscapeHTML(false)
	}
	w.lines.Encode(r) // what cannot be written shows when the output is flushed
}

// outcomesInOrder are the outcomes in the order of the summary.
var outcomesInOrder = []doctor.Outcome{
	doctor.Registered, doctor.OutcomeRead, doctor.Refused, doctor.Failed, doctor.Incomplete,
}

// end sums up a file with several exchanges, and says what is wrong with the
// file itself.
func (w *writer) end(notes []exchange.Note) {
	if w.json {
		return
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
		fmt.Fprintf(w.out, "%s: %d attempts: %s\n\n", shown(w.file), total, strings.Join(parts, ", "))
	}
	for _, n := range notes {
		fmt.Fprintf(w.out, "%s, frame %d: %s", shown(w.file), n.Frame, n.Text)
		if n.Count > 1 {
			fmt.Fprintf(w.out, " (%d times)", n.Count)
		}
		fmt.Fprintln(w.out)
	}
	if len(notes) > 0 {
		fmt.Fprintln(w.out)
	}
}

// methodWords are the methods for people.
var methodWords = map[string]string{"pin": "by PIN", "pbc": "by button", "oob": "by NFC"}

// transportWords are the transports for people.
var transportWords = map[exchange.Transport]string{
	exchange.TransportEAPOL: "EAPOL", exchange.TransportRADIUS: "RADIUS", exchange.TransportUPnP: "UPnP",
}

// heading says who meets whom.
func (w *writer) heading(r *report, j *job) {
	x := j.exchange
	fmt.Fprintf(w.out, "%s\n", bold(fmt.Sprintf("%s, attempt %d", shown(w.file), r.Index)))
	enrollee, registrar := "device", "router"
	if x.APEnrollee {
		enrollee, registrar = "router", "computer"
	}
	for _, side := range []struct {
		word           string
		name, identity *string
	}{{enrollee, r.EnrolleeName, r.Enrollee}, {registrar, r.RegistrarName, r.Registrar}} {
		fmt.Fprintf(w.out, "  %-9s %s", side.word, known(side.identity))
		if side.name != nil {
			fmt.Fprintf(w.out, " %s", doctor.Quote(*side.name))
		}
		fmt.Fprintln(w.out)
	}
	if r.SSID != nil {
		fmt.Fprintf(w.out, "  %-9s %s\n", "network", doctor.Quote(*r.SSID))
	}
	how := "method not seen"
	if r.Method != nil {
		how = methodWords[*r.Method]
	}
	if x.APEnrollee {
		how += ", to read or change the router's settings"
	}
	fmt.Fprintf(w.out, "  %-9s %s, over %s, %s\n\n", "how", how, transportWords[x.Transport], x.Began.UTC().Format("2006-01-02 15:04:05 UTC"))
}

func known(s *string) string {
	if s == nil {
		return "unknown"
	}
	return *s
}

// surroundings lists the access points and devices that were heard.
func (w *writer) surroundings(e *doctor.Evidence) {
	const most = 20
	for i, n := range e.Networks {
		if i == most {
			fmt.Fprintf(w.out, "  and %d networks more\n", len(e.Networks)-most)
			break
		}
		state := "no WPS"
		if len(n.Adverts) > 0 {
			if e := n.Adverts[len(n.Adverts)-1].Element; e != nil {
				state = "WPS on, not waiting"
				switch {
				case e.SelectedRegistrar:
					state = fmt.Sprintf("WPS waiting (%v)", e.DevicePasswordID)
				case e.APSetupLocked:
					state = "WPS on, router's PIN locked"
				}
			}
		}
		fmt.Fprintf(w.out, "  network %v %s, channel %d: %s\n", n.BSSID, doctor.Quote(string(n.SSID)), n.Channel, state)
	}
	for i, s := range e.Stations {
		if i == most {
			fmt.Fprintf(w.out, "  and %d devices more\n", len(e.Stations)-most)
			break
		}
		what := "looks around for WPS"
		if s.Method == doctor.PushButton {
			what = "button pressed"
		}
		fmt.Fprintf(w.out, "  device  %v: %s\n", s.MAC, what)
	}
}

// verdict writes the end of a report: what it was and what to do.
func (w *writer) verdict(r *report) {
	good := !r.problem()
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
	fmt.Fprintf(w.out, "  (%s)\n", cause)
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
	fmt.Fprintf(w.out, "\n  For an engineer: %s\n\n", w.wrap(r.Engineer, "    "))
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

// wrap breaks a text into lines; those behind the first begin with indent.
func (w *writer) wrap(s, indent string) string { return program.Wrap(s, w.width(), indent) }

// width is how many characters a line has at most.
func (w *writer) width() int {
	if w.Width == 0 {
		return 96
	}
	return w.Width
}

// shown returns the name of a file as a terminal can show it.
func shown(name string) string {
	if name == "-" {
		return "standard input"
	}
	if q := fmt.Sprintf("%q", name); q[1:len(q)-1] != name {
		return q
	}
	return name
}
