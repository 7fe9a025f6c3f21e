package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/report"
	"github.com/gowps/gowps/wps/validate"
)

// The page shows the first firstParts attempts in full, and the first one with
// each cause, up to maxParts. The others have a row each, up to maxRows.
const (
	firstParts = 20
	maxParts   = 100
	maxRows    = 5000
)

// Page is an HTML report under construction.
type Page struct {
	Document report.Document
	overview report.Table
	attempts int
	full     int                   // attempts that are shown in full
	causes   map[doctor.Cause]bool // of the attempts so far
	notes    []string              // about the attempts
}

// verdictOf returns the verdict of a report.
func verdictOf(r *Entry) *report.Verdict {
	v := &report.Verdict{Mood: report.Bad, Text: r.Verdict, Label: string(r.Cause), Steps: r.Remedy, Detail: r.Engineer}
	if !r.Problem() {
		v.Mood = report.Good
	}
	v.Besides = append(v.Besides, r.Together...)
	for _, h := range r.Hints {
		v.Besides = append(v.Besides, h.Text)
	}
	return v
}

// Attempt adds an exchange.
func (p *Page) Attempt(file string, r *Entry, j *Job) {
	p.attempts++
	v := verdictOf(r)
	if p.attempts <= maxRows {
		p.overview.Rows = append(p.overview.Rows, []string{
			fmt.Sprint(r.Index), strings.TrimPrefix(Began(j.Exchange), ", "), NameAndAddress(r.Enrollee, r.EnrolleeName), NetworkName(r), MethodAndTransport(r, j.Exchange), v.Label,
		})
		p.overview.Moods = append(p.overview.Moods, v.Mood)
	}
	known := p.causes[r.Cause]
	p.causes[r.Cause] = true
	if known && p.attempts > firstParts || p.full >= maxParts {
		return
	}
	p.full++
	part := report.Part{
		Heading: fmt.Sprintf("%s, attempt %d", Shown(file), r.Index), Verdict: v, Facts: facts(r, j),
		Ladder: ladderOf(j), Messages: messages(j), Findings: findings(r.Findings, validate.Note),
	}
	p.Document.Parts = append(p.Document.Parts, part)
}

// Unread notes that parts of a file were left out.
func (p *Page) Unread(file string, u *Unread) {
	p.notes = append(p.notes, file+": "+u.String())
}

// Nothing adds a file or a scan without an attempt.
func (p *Page) Nothing(heading string, r *Entry, e *doctor.Evidence) {
	part := report.Part{Heading: heading, Verdict: verdictOf(r), Findings: findings(r.Findings, validate.Note)}
	if t := networkTable(e); len(t.Rows) > 0 {
		part.Tables = append(part.Tables, t)
	}
	p.Document.Parts = append(p.Document.Parts, part)
}

// Networks adds the networks and devices that were heard.
func (p *Page) Networks(file string, e *doctor.Evidence) {
	if t := networkTable(e); len(t.Rows) > 0 {
		p.Document.Parts = append(p.Document.Parts, report.Part{Heading: file + ": what was heard", Tables: []report.Table{t}})
	}
}

// networkTable returns a table of the networks and devices that were heard.
func networkTable(e *doctor.Evidence) report.Table {
	t := report.Table{Caption: "Networks and devices", Head: []string{"address", "name", "channel", "state"}, Numeric: []int{2}}
	for i := range e.Networks[:min(len(e.Networks), maxRows)] {
		n := &e.Networks[i]
		t.Rows = append(t.Rows, []string{KnownMAC(n.BSSID), doctor.Quote(string(n.SSID)), fmt.Sprint(n.Channel), NetworkState(n)})
	}
	for i := range e.Stations[:min(len(e.Stations), maxRows)] {
		s := &e.Stations[i]
		t.Rows = append(t.Rows, []string{KnownMAC(s.MAC), "", "", "device: " + StationState(s)})
	}
	return t
}

// NameAndAddress returns the name and address of a side.
func NameAndAddress(identity, name *string) string {
	if name == nil {
		return Known(identity)
	}
	return Known(identity) + " " + doctor.Quote(*name)
}

func NetworkName(r *Entry) string {
	if r.SSID == nil {
		return ""
	}
	return doctor.Quote(*r.SSID)
}

// facts returns the devices and the network of an exchange.
func facts(r *Entry, j *Job) []report.Fact {
	enrollee, registrar := Sides(j.Exchange)
	all := []report.Fact{{Name: enrollee, Value: NameAndAddress(r.Enrollee, r.EnrolleeName)}, {Name: registrar, Value: NameAndAddress(r.Registrar, r.RegistrarName)}}
	if r.SSID != nil {
		all = append(all, report.Fact{Name: "network", Value: NetworkName(r)})
	}
	all = append(all, report.Fact{Name: "how", Value: MethodAndTransport(r, j.Exchange)})
	if when := Began(j.Exchange); when != "" {
		all = append(all, report.Fact{Name: "when", Value: fmt.Sprintf("%s, %.1f seconds", strings.TrimPrefix(when, ", "), r.Seconds)})
	}
	if r.Source != nil {
		all = append(all, report.Fact{Name: "source", Value: r.Source.String()})
		for _, limit := range r.Source.Limits {
			all = append(all, report.Fact{Name: "not told", Value: limit})
		}
	}
	return all
}

// moods maps the severities of findings.
var moods = map[validate.Severity]report.Mood{validate.Error: report.Bad, validate.Warning: report.Warning, validate.Note: report.Neutral}

// findings returns the findings with at least a severity.
func findings(all []Finding, least validate.Severity) (out []report.Finding) {
	for _, f := range all {
		if f.Level < least {
			continue
		}
		var where []string
		if f.Message != nil {
			where = append(where, *f.Message)
		}
		if f.Frame > 0 {
			where = append(where, fmt.Sprintf("frame %d", f.Frame))
		}
		if f.Attribute != nil {
			where = append(where, fmt.Sprintf("%s, offset %d", *f.Attribute, f.Offset))
		}
		out = append(out, report.Finding{Mood: moods[f.Level], Rule: f.Rule, Where: strings.Join(where, ", "), Text: f.Text})
	}
	return out
}

// ladderOf returns the ladder of an exchange.
func ladderOf(j *Job) *report.Ladder {
	x := j.Exchange
	l := &report.Ladder{Left: LeftSide(x), Right: "router", End: Joining(x)}
	for i := range x.Entries {
		s := &x.Entries[i]
		step := report.Arrow{
			At: s.Time.Sub(x.Began), Frame: s.Frame, FromLeft: s.From == validate.SideClient, Name: StepName(s), Text: j.Meaning(i),
			Encrypted: s.Attribute(wps.AttrEncryptedSettings) != nil, Opened: j.open(s) != nil,
		}
		for _, r := range s.Repetitions {
			step.Repeats = append(step.Repeats, report.Retransmission{At: r.Time.Sub(x.Began), Frame: r.Frame})
		}
		for _, f := range j.Findings {
			if f.Message == i && f.Severity > validate.Note {
				step.Findings = append(step.Findings, report.Finding{Mood: moods[f.Severity], Rule: f.Rule, Text: f.Text})
				step.Mood = max(step.Mood, moods[f.Severity])
			}
		}
		if refusesPassword(s) {
			step.Mood = report.Bad
		}
		l.Arrows = append(l.Arrows, step)
	}
	return l
}

// open returns the decrypted settings in a message, or nil if there are none or
// the key is not known.
func (j *Job) open(s *validate.Entry) []byte {
	sealed := s.Attribute(wps.AttrEncryptedSettings)
	if sealed == nil {
		return nil
	}
	return j.openSettings(sealed)
}

func (j *Job) openSettings(sealed []byte) []byte {
	if j.Exchange.Keys == nil {
		return nil
	}
	plain, err := registration.NewCipher(j.Exchange.Keys).OpenSettings(sealed)
	if err != nil {
		return nil
	}
	return plain
}

// messages decodes the messages of an exchange.
func messages(j *Job) (all []report.Message) {
	x := j.Exchange
	for i := range x.Entries {
		s := &x.Entries[i]
		if len(s.Body) == 0 {
			continue
		}
		from, to := LeftSide(x), "router"
		if s.From != validate.SideClient {
			from, to = to, from
		}
		m := report.Message{
			Name:       StepName(s),
			Note:       fmt.Sprintf("frame %d, %.3f s, %s to %s, %d octets", s.Frame, s.Time.Sub(x.Began).Seconds(), from, to, len(s.Body)),
			Attributes: report.Attributes(s.Body, j.openSettings),
		}
		all = append(all, m)
	}
	return all
}

// Joining describes how the station joined the network after the exchange.
func Joining(x *exchange.Exchange) string {
	h := &x.Joining
	switch {
	case h.Failed():
		return "then the 4-way handshake: the router does not accept the key"
	case h.Messages[2] > 0:
		return "then the 4-way handshake: the key is right"
	case h.SAEStatus != 0:
		return fmt.Sprintf("then WPA3 (SAE): refused with status %d", h.SAEStatus)
	case h.Status != 0:
		return fmt.Sprintf("then the association: refused with status %d", h.Status)
	}
	return ""
}

// NewPage begins a page.
func NewPage() Page {
	return Page{
		causes:   map[doctor.Cause]bool{},
		Document: report.Document{Title: "Wi-Fi Protected Setup: what happened, and what to do"},
		overview: report.Table{
			Caption: "All attempts", Head: []string{"", "when", "device", "network", "how", "result"}, Numeric: []int{0},
		},
	}
}

// Whole returns the document, with a table of all attempts if there are several.
func (p *Page) Whole() *report.Document {
	d := p.Document
	notes := slices.Clone(p.notes)
	switch {
	case p.attempts > 1:
		if p.attempts > p.full {
			notes = append(notes, fmt.Sprintf("%d attempts are shown in full: the first %d, and the first with each cause.", p.full, firstParts))
		}
		d.Parts = append([]report.Part{{Heading: fmt.Sprintf("%d attempts", p.attempts), Tables: []report.Table{p.overview}, Notes: notes}}, d.Parts...)
	case len(notes) > 0:
		d.Parts = append([]report.Part{{Heading: "What was not read", Notes: notes}}, d.Parts...)
	}
	return &d
}

// Dumps adds the hex dumps of a text, attribute by attribute.
func (p *Page) Dumps(from *Source, mode wps.Mode) {
	if from.Text == nil {
		return
	}
	part := report.Part{Heading: "Contents of the dumps"}
	for _, d := range from.Text.Dumps() {
		part.Messages = append(part.Messages, report.Message{
			Name: d.Name, Note: fmt.Sprintf("line %d, %d octets", d.Line, len(d.Frame)), Attributes: report.Attributes(d.Octets, nil),
		})
		var e Entry
		e.Find(judgeDump(&d, mode), nil)
		part.Findings = append(part.Findings, findings(e.Findings, validate.Note)...)
	}
	if len(part.Messages) > 0 {
		p.Document.Parts = append(p.Document.Parts, part)
	}
}
