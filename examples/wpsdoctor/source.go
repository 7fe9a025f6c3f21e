package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	printed "github.com/gowps/gowps/eapwsc/capture/text"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/report"
	"github.com/gowps/gowps/wps/validate"
)

// source is what a file holds: a capture, or text.
type source struct {
	events interface {
		Next() (*capture.Event, error)
	}
	text   *printed.Reader // nil for a capture
	dumped int             // how many of its dumps belong to jobs
}

// openSource finds out what r holds, by its contents.
func openSource(r io.Reader) (*source, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if head, _ := in.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: gzip: %w", capture.ErrFormat, err)
		}
		in = bufio.NewReaderSize(unpacked, 1<<16)
	}
	head, _ := in.Peek(4)
	if printed.Looks(head) {
		if head, _ = in.Peek(512); printed.Looks(head) {
			reader := printed.NewReader(in)
			return &source{events: reader, text: reader}, nil
		}
	}
	reader, err := capture.NewReader(in)
	if err != nil {
		return nil, err
	}
	return &source{events: reader}, nil
}

// keys returns the key log for the exchanges of the source: the one that was
// given, and for a text without one that of the text.
func (s *source) keys(given *exchange.KeyLog) *exchange.KeyLog {
	if s.text != nil && given == nil {
		return s.text.Keys()
	}
	return given
}

// take notes in a job what a text says beside the events of its exchange. It is
// called where the events are read.
func (s *source) take(j *job) {
	if s.text != nil {
		about := s.text.Source()
		j.source = &about
		j.told = s.text.SettingsOf(j.exchange)
		j.dumps, s.dumped = s.text.Dumps()[s.dumped:], len(s.text.Dumps())
	}
}

// errNothing is for text of something else.
var errNothing = fmt.Errorf("%w: it is text, and nothing in it is known to be of Wi-Fi Protected Setup", capture.ErrFormat)

// origin is what kind of text a report comes from, for JSON. A capture has none.
type origin struct {
	Kind     string   `json:"kind"` // "log", "scan", "status" or "dump"
	Programs []string `json:"programs"`
	Limits   []string `json:"limits"` // what it does not tell
	Dumps    []dump   `json:"dumps,omitempty"`
}

func newOrigin(s *printed.Source) *origin {
	if s == nil {
		return nil
	}
	o := &origin{Kind: s.Kind, Programs: []string{}, Limits: append([]string{}, s.Limits...)}
	for _, p := range s.Programs {
		o.Programs = append(o.Programs, p.String())
	}
	return o
}

// String says in a few words what the text is.
func (o *origin) String() string {
	if len(o.Programs) == 0 {
		return "text"
	}
	if o.Kind == "dump" {
		return "hex dump"
	}
	return o.Kind + " of " + strings.Join(o.Programs, " and ")
}

// dump is a hex dump, decoded.
type dump struct {
	Line       int         `json:"line"`
	Name       string      `json:"name"`
	Octets     int         `json:"octets"`
	Attributes []attribute `json:"attributes"`
	Findings   []finding   `json:"findings"`
}

// attribute is an attribute of a dump. Value is left out of what is secret.
type attribute struct {
	Offset     int         `json:"offset"` // from the beginning of the dump
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Length     int         `json:"length"`
	Value      *string     `json:"value"`
	Attributes []attribute `json:"attributes,omitempty"`
}

// dumps decodes and judges the hex dumps of a text.
func (p *invocation) dumps(all []printed.Dump) (out []dump, worst validate.Severity) {
	for _, d := range all {
		x := dump{Line: d.Line, Name: d.Name, Octets: len(d.Frame), Attributes: newAttributes(report.Attributes(d.Octets, nil), d.Offset), Findings: []finding{}}
		if x.Attributes == nil {
			x.Attributes = []attribute{}
		}
		var e entry
		e.find(p.judgeDump(&d), nil)
		x.Findings = append(x.Findings, e.Findings...)
		worst = max(worst, e.worst)
		out = append(out, x)
	}
	return out, worst
}

// dumpOnly makes the entry one of octets that are neither an attempt nor an
// element, such as a tag's.
func (r *entry) dumpOnly() {
	r.octets = true
	r.Verdict = "These are octets of WPS, and no attempt to connect."
	r.Remedy = []string{}
	r.Engineer = "A dump of what is no exchange and no element of an access point or device."
}

// judgeDump returns what is wrong with a dump.
func (p *invocation) judgeDump(d *printed.Dump) validate.Findings {
	switch k := d.Kind; {
	case k == 0:
		return nil
	case k >= wps.KindM1 && k <= wps.KindDone:
		return validate.Message(d.Octets, p.mode)
	case k == wps.KindBeacon || k == wps.KindProbeResponse || k == wps.KindProbeRequest || k == wps.KindAssociationRequest || k == wps.KindAssociationResponse:
		return validate.Element(k, d.Octets, dot11.Traits{}, p.mode)
	}
	return validate.List(d.Kind, d.Octets, p.mode)
}

func newAttributes(all []report.Attribute, offset int) (out []attribute) {
	for _, a := range all {
		x := attribute{Offset: offset + a.Offset, ID: a.ID, Name: a.Name, Length: a.Length, Attributes: newAttributes(a.Attributes, offset)}
		if !a.Secret {
			x.Value = &a.Value
		}
		out = append(out, x)
	}
	return out
}

// writeDumps writes the hex dumps, attribute by attribute.
func (w *writer) writeDumps(all []dump) {
	for _, d := range all {
		fmt.Fprintf(w.out, "%s\n", bold(w.wrap(fmt.Sprintf("%s, line %d: %s, %d octets", shown(w.file), d.Line, d.Name, d.Octets), "")))
		w.writeAttributes(d.Attributes, 1)
		for i := range d.Findings {
			w.finding(&d.Findings[i])
		}
		fmt.Fprintln(w.out)
	}
}

func (w *writer) writeAttributes(all []attribute, depth int) {
	for _, a := range all {
		value := "(not shown)"
		if a.Value != nil {
			value = *a.Value
		}
		line := fmt.Sprintf("%s%5d  %s  %-26s ", strings.Repeat("  ", depth), a.Offset, a.ID, a.Name)
		fmt.Fprintf(w.out, "%s%s\n", line, w.wrap(value, strings.Repeat(" ", len(line))))
		w.writeAttributes(a.Attributes, depth+1)
	}
}

// limits writes what a text does not tell.
func (w *writer) limits(o *origin) {
	if o == nil || len(o.Limits) == 0 || w.quiet {
		return
	}
	fmt.Fprintf(w.out, "%s\n", bold(w.wrap("What this "+o.Kind+" does not tell", "")))
	for _, text := range o.Limits {
		fmt.Fprintf(w.out, "  -  %s\n", w.wrap(text, "     "))
	}
	fmt.Fprintln(w.out)
}

// textEvidence adds to the evidence what a text says beside its events.
func (s *source) textEvidence(e *doctor.Evidence) {
	if s.text != nil {
		e.Reports, e.StationsUnknown = s.text.Reports(), s.text.Source().StationsUnknown
	}
}
