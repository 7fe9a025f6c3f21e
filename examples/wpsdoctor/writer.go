package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
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
	block    block    // the attempts that are alike and not yet written
	remedy   []string // of the report before
	outcomes map[doctor.Outcome]int
	causes   map[doctor.Cause]int
}

// exchange reports an exchange.
func (w *writer) exchange(index int, j *job, d *doctor.Diagnosis) {
	r := newEntry(w.file, index, d)
	r.describe(j)
	if r.Source != nil {
		r.Source.Dumps, _ = w.dumps(j.dumps)
	}
	w.report(r)
	if w.page != nil {
		w.page.attempt(w, r, j)
	}
	switch {
	case w.json:
	case w.summary:
		w.totals.add(r)
	case w.block.takes(r):
		w.block.add(r, j)
	default:
		w.flush()
		w.block.add(r, j)
	}
}

// flush writes the attempts that are alike and have not been written.
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

// nothing reports that there was no exchange, and why as far as the elements
// of access points and devices show.
func (w *writer) nothing(c *exchange.Collector, from *source) {
	e := c.Evidence()
	choice := w.choice()
	if choice.narrow(e); len(e.Networks) == 0 && (choice.ssid != "" || choice.bssid != wps.MAC{}) {
		program.Complain(w.IO, shown(w.file), choice.absent(c.Networks()))
	}
	from.textEvidence(e)
	d := doctor.Diagnose(e)
	r := newEntry(w.file, 0, &d)
	for _, n := range doctor.ByState(e.Networks) {
		r.findIn(n, n.Findings(w.mode))
	}
	if from.text != nil {
		about := from.text.Source()
		r.Source = newOrigin(&about)
		var worst validate.Severity
		r.Source.Dumps, worst = w.dumps(from.text.Dumps())
		r.worst = max(r.worst, worst)
		if r.Source.Kind == "dump" && len(e.Networks) == 0 && len(e.Stations) == 0 {
			r.dumpOnly()
			w.report(r)
			return
		}
	}
	w.report(r)
	w.noAttempt(shown(w.file)+": no attempt to connect by WPS", r, e)
}

// noAttempt reports what there is without an attempt.
func (w *writer) noAttempt(heading string, r *entry, e *doctor.Evidence) {
	if w.page != nil {
		w.page.nothing(heading, r, e)
	}
	switch {
	case w.json:
		return
	case w.summary:
		w.totals.add(r)
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

// report counts a report and, if that is wanted, writes it as JSON.
func (w *writer) report(r *entry) {
	w.judge(r)
	if w.outcomes == nil {
		w.outcomes, w.causes = map[doctor.Outcome]int{}, map[doctor.Cause]int{}
	}
	w.outcomes[r.Outcome]++
	w.causes[r.Cause]++
	if !w.json || w.summary {
		if w.json {
			w.totals.add(r)
		}
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
func (w *writer) end(notes []exchange.Note, from *source) {
	if w.json || w.summary {
		return
	}
	w.flush()
	if from.text != nil {
		about := from.text.Source()
		dumps, _ := w.dumps(from.text.Dumps())
		w.writeDumps(dumps)
		w.limits(newOrigin(&about))
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
		fmt.Fprintf(w.out, "%s\n\n", w.wrap(fmt.Sprintf("%s: %d attempts: %s", shown(w.file), total, strings.Join(parts, ", ")), ""))
	}
	for _, n := range notes {
		text := fmt.Sprintf("%s, frame %d: %s", shown(w.file), n.Frame, n.Text)
		if n.Count > 1 {
			text += fmt.Sprintf(" (%d times)", n.Count)
		}
		fmt.Fprintln(w.out, w.wrap(text, "  "))
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
	exchange.TransportIEEE1905: "IEEE 1905.1",
}

// sides names the enrollee and the registrar of an exchange.
func sides(x *exchange.Exchange) (enrollee, registrar string) {
	if x.APEnrollee {
		return "router", "computer"
	}
	return "device", "router"
}

// leftSide names the side that is no router.
func leftSide(x *exchange.Exchange) string {
	if x.APEnrollee {
		return "computer"
	}
	return "device"
}

// howWords says by which method and over what.
func howWords(r *entry, x *exchange.Exchange) string {
	how := "method not seen"
	if r.Method != nil {
		how = methodWords[*r.Method]
	}
	if x.APEnrollee {
		how += ", to read or change the router's settings"
	}
	return how + ", over " + transportWords[x.Transport]
}

// began says when an exchange began: with a comma before it, nothing if that is
// not known. Many logs have no year.
func began(x *exchange.Exchange) string {
	switch t := x.Began.UTC(); {
	case t.IsZero():
		return ""
	case t.Year() == 0 && t.YearDay() == 1:
		return ", " + t.Format("15:04:05")
	case t.Year() == 0:
		return ", " + t.Format("Jan 2 15:04:05")
	default:
		return ", " + t.Format("2006-01-02 15:04:05 UTC")
	}
}

// heading says who meets whom, and when.
func (w *writer) heading(r *entry, j *job) {
	heading := fmt.Sprintf("%s, attempt %d", shown(w.file), r.Index)
	if w.block.n > 1 {
		heading = fmt.Sprintf("%s, attempts %d to %d, which are alike", shown(w.file), w.block.first, r.Index)
	}
	fmt.Fprintln(w.out, bold(w.wrap(heading, "")))
	enrollee, registrar := sides(j.exchange)
	w.fact(enrollee, who(r.Enrollee, r.EnrolleeName))
	w.fact(registrar, who(r.Registrar, r.RegistrarName))
	if r.SSID != nil {
		w.fact("network", networkName(r))
	}
	w.fact("how", howWords(r, j.exchange)+began(j.exchange))
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

// knownMAC returns an address for people.
func knownMAC(a wps.MAC) string { return known(address(a)) }

func known(s *string) string {
	if s == nil {
		return "unknown"
	}
	return *s
}

// surroundings lists the access points and devices that were heard.
func (w *writer) surroundings(e *doctor.Evidence) {
	const most = 20
	for i, n := range doctor.ByState(e.Networks) {
		if i == most {
			fmt.Fprintf(w.out, "  and %d networks more\n", len(e.Networks)-most)
			break
		}
		w.fact("network", named(n)+": "+networkState(n))
	}
	for i := range e.Stations {
		s := &e.Stations[i]
		if i == most {
			fmt.Fprintf(w.out, "  and %d devices more\n", len(e.Stations)-most)
			break
		}
		w.fact("device", knownMAC(s.MAC)+": "+stationState(s))
	}
}

// named names a network by what is known of it.
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

// networkState says what a network offers of WPS.
func networkState(n *doctor.Network) string {
	switch state := n.State(); state {
	case doctor.StateOff:
		return state.String()
	case doctor.StateButton, doctor.StatePIN:
		return fmt.Sprintf("WPS waiting (%v)", n.Adverts[len(n.Adverts)-1].Element.DevicePasswordID)
	case doctor.StateDamaged:
		return "WPS on, its element damaged"
	case doctor.StateUnknown:
		return "whether it has WPS is not known"
	default:
		return "WPS on, " + state.String()
	}
}

// stationState says what a device does.
func stationState(s *doctor.Station) string {
	if s.Method == doctor.PushButton {
		return "button pressed"
	}
	return "looks around for WPS"
}

// verdict writes the end of a report: what it was and what to do.
func (w *writer) verdict(r *entry) {
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

// errors writes the findings that make the exit status that of a problem, where
// they have not been written: without a ladder, or at an attempt that succeeded.
func (w *writer) errors(r *entry, good bool) {
	if r.worst < validate.Error || !good && !w.quiet {
		return
	}
	for _, f := range r.Findings {
		if f.severity == validate.Error {
			w.findingLine(f.Severity, known(f.Message)+": "+f.Text, f.Rule)
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
