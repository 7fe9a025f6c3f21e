package diagnosis

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

// Source is the contents of a file: a capture or text.
type Source struct {
	Events Events
	Text   *printed.Reader // nil for a capture
	dumped int             // how many of its dumps belong to jobs
	unread int64           // octets that were left out
}

// Unread reports whether parts of the source were left out.
func (s *Source) Unread() bool { return s.unread > 0 }

// Events are those of a capture or text: see [capture.Reader].
type Events interface {
	Next() (*capture.Event, error)
	Offset() int64
	Skip(octets int64)
}

// Open detects the format of r by its contents.
func Open(r io.Reader) (*Source, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if head, _ := in.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: gzip: %w", capture.ErrFormat, err)
		}
		in = bufio.NewReaderSize(unpacked, 1<<16)
	}
	head, _ := in.Peek(4)
	if !capture.HasMagic(head) {
		if head, _ = in.Peek(512); printed.IsText(head) {
			reader := printed.NewReader(in)
			return &Source{Events: reader, Text: reader}, nil
		}
	}
	reader, err := capture.NewReader(in)
	if err != nil {
		return nil, err
	}
	return &Source{Events: reader}, nil
}

// Keys returns the key log for the exchanges of the source: the given one, or
// else the one that the text contains.
func (s *Source) Keys(given *exchange.KeyLog) *exchange.KeyLog {
	if s.Text != nil && given == nil {
		return s.Text.Keys()
	}
	return given
}

// addText adds to a job what a text reports beside the events of its exchange,
// and what is known of the text if the job is listed. It must be called by the
// goroutine that reads the events.
func (s *Source) addText(j *Job, listed bool) {
	if s.Text != nil {
		if listed {
			about := s.Text.Source()
			j.Source = &about
		}
		j.settings, j.notFound = s.Text.SettingsOf(j.Exchange), s.Text.NotFound(j.Exchange)
		j.Dumps, s.dumped = s.Text.Dumps()[s.dumped:], len(s.Text.Dumps())
	}
}

// errNothing is the error for text without anything of WPS.
var errNothing = fmt.Errorf("%w: it is text, and nothing in it is known to be of Wi-Fi Protected Setup", capture.ErrFormat)

// Origin describes the text that a report comes from, for JSON. A capture has
// none.
type Origin struct {
	Kind     string   `json:"kind"` // "log", "scan", "status" or "dump"
	Programs []string `json:"programs"`
	Limits   []string `json:"limits"` // what this kind of text does not show
	Dumps    []Dump   `json:"dumps,omitempty"`
}

func NewOrigin(s *printed.Source) *Origin {
	if s == nil {
		return nil
	}
	o := &Origin{Kind: s.Kind, Programs: []string{}, Limits: append([]string{}, s.Limits...)}
	for _, p := range s.Programs {
		o.Programs = append(o.Programs, p.String())
	}
	return o
}

// String describes the text in a few words.
func (o *Origin) String() string {
	if len(o.Programs) == 0 {
		return "text"
	}
	if o.Kind == "dump" {
		return "hex dump"
	}
	return o.Kind + " of " + strings.Join(o.Programs, " and ")
}

// Dump is a hex dump, decoded.
type Dump struct {
	Line       int         `json:"line"`
	Name       string      `json:"name"`
	Octets     int         `json:"octets"`
	Attributes []Attribute `json:"attributes"`
	Findings   []Finding   `json:"findings"`
}

// Attribute is an attribute of a dump. Value is omitted if it is secret.
type Attribute struct {
	Offset     int         `json:"offset"` // from the beginning of the dump
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Length     int         `json:"length"`
	Value      *string     `json:"value"`
	Attributes []Attribute `json:"attributes,omitempty"`
}

// DumpsOf decodes and validates the hex dumps of a text.
func DumpsOf(all []printed.Dump, mode wps.Mode) (out []Dump, worst validate.Severity) {
	for _, d := range all {
		x := Dump{Line: d.Line, Name: d.Name, Octets: len(d.Frame), Attributes: newAttributes(report.Attributes(d.Octets, nil), d.Offset), Findings: []Finding{}}
		if x.Attributes == nil {
			x.Attributes = []Attribute{}
		}
		var e Entry
		e.Find(judgeDump(&d, mode), nil)
		x.Findings = append(x.Findings, e.Findings...)
		worst = max(worst, e.Worst)
		out = append(out, x)
	}
	return out, worst
}

// dumpOnly marks the entry as one of octets that are neither an attempt nor an
// element, such as those of an NFC tag.
func (r *Entry) dumpOnly() {
	r.Octets = true
	r.Verdict = "These are octets of WPS, not an attempt to connect."
	r.Remedy = []string{}
	r.Engineer = "A dump of octets that are neither an exchange nor an element of an access point or device."
}

// noneWhole marks the entry as one of a source of which so much was left out that no
// attempt was read from its beginning to its end.
func (r *Entry) noneWhole() {
	r.Verdict = "No attempt to connect by WPS was read from its beginning to its end, because parts of the file were left out."
	r.Remedy = []string{}
	r.Engineer = "Each exchange in what was read is cut by a part that was left out."
}

// judgeDump returns the findings about a dump.
func judgeDump(d *printed.Dump, mode wps.Mode) validate.Findings {
	switch k := d.Kind; {
	case k == 0:
		return nil
	case k >= wps.KindM1 && k <= wps.KindDone:
		return validate.Message(d.Octets, mode)
	case k == wps.KindBeacon || k == wps.KindProbeResponse || k == wps.KindProbeRequest || k == wps.KindAssociationRequest || k == wps.KindAssociationResponse:
		return validate.Element(k, d.Octets, dot11.Traits{}, mode)
	}
	return validate.List(d.Kind, d.Octets, mode)
}

func newAttributes(all []report.Attribute, offset int) (out []Attribute) {
	for _, a := range all {
		x := Attribute{Offset: offset + a.Offset, ID: a.ID, Name: a.Name, Length: a.Length, Attributes: newAttributes(a.Attributes, offset)}
		if !a.Secret {
			x.Value = &a.Value
		}
		out = append(out, x)
	}
	return out
}

// TextEvidence adds to the evidence what a text reports beside its events.
func (s *Source) TextEvidence(e *doctor.Evidence) {
	if s.Text != nil {
		source := s.Text.Source()
		e.Notices, e.StationsUnknown, e.NetworksUnknown = s.Text.Notices(), source.StationsUnknown, source.NetworksUnknown
	}
}
