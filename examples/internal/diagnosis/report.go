package diagnosis

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// Entry is the report on one exchange, a line of JSON. A field that is not
// known is null.
type Entry struct {
	Schema        string           `json:"schema"`
	File          string           `json:"file"`
	Index         int              `json:"index"` // from 1; 0 if there was no exchange
	Transport     *string          `json:"transport"`
	Enrollee      *string          `json:"enrollee"`
	Registrar     *string          `json:"registrar"`
	EnrolleeRole  *string          `json:"enrollee_role"`
	Method        *string          `json:"method"`
	Outcome       doctor.Outcome   `json:"outcome"`
	Cause         doctor.Cause     `json:"cause"`
	Code          string           `json:"code"` // the row of the doctor's table
	DetectedBy    *string          `json:"detected_by"`
	ConfigError   *wps.ConfigError `json:"config_error"`
	Messages      []string         `json:"messages"`
	Steps         []step           `json:"steps,omitempty"`
	Findings      []Finding        `json:"findings"`
	Verdict       string           `json:"verdict"`
	Remedy        []string         `json:"remedy"`
	Engineer      string           `json:"engineer"`
	Hints         []hint           `json:"hints,omitempty"`
	Together      []string         `json:"together,omitempty"`
	SSID          *string          `json:"ssid"`
	SSIDHex       *string          `json:"ssid_hex"`
	BSSID         *string          `json:"bssid"` // of the network that the diagnosis is about
	EnrolleeName  *string          `json:"enrollee_name"`
	RegistrarName *string          `json:"registrar_name"`
	Began         *string          `json:"began"`
	Seconds       float64          `json:"seconds"`
	FirstFrame    int              `json:"first_frame,omitempty"`
	Retransmitted int              `json:"retransmissions"`
	KeysKnown     bool             `json:"keys"`
	Settings      []settings       `json:"settings,omitempty"` // the settings handed over, without the key
	Source        *Origin          `json:"source,omitempty"`   // the kind of text; left out for a capture

	Worst  validate.Severity `json:"-"`
	Octets bool              `json:"-"` // only octets, in which no attempt can fail
}

// schemaName is the version of the schema: see schema.json.
const schemaName = "wpsdoctor/1"

// step is a message or another step of the exchange.
type step struct {
	Name        string       `json:"name"`
	From        string       `json:"from"` // "enrollee" or "registrar"
	Frame       int          `json:"frame"`
	Seconds     float64      `json:"seconds"` // since the exchange began
	Repetitions []repetition `json:"repetitions,omitempty"`
}

// repetition is a retransmission.
type repetition struct {
	Frame   int     `json:"frame"`
	Seconds float64 `json:"seconds"`
}

// Finding is a finding of the validator.
type Finding struct {
	Rule      string  `json:"rule"`
	Severity  string  `json:"severity"`
	Message   *string `json:"message"` // null if the finding is about the whole exchange
	Frame     int     `json:"frame,omitempty"`
	Attribute *string `json:"attribute"`
	Offset    int     `json:"offset"`
	Text      string  `json:"text"`
	BSSID     *string `json:"bssid,omitempty"` // the access point whose element has the fault

	Level validate.Severity `json:"-"`
}

// hint is a circumstance that may have contributed.
type hint struct {
	Code     string       `json:"code"`
	Cause    doctor.Cause `json:"cause"`
	Text     string       `json:"text"`
	Engineer string       `json:"engineer"`
}

// settings describes a network's settings without the key.
type settings struct {
	SSID      string `json:"ssid"`
	Auth      string `json:"auth"`
	Encr      string `json:"encr"`
	KeyLength int    `json:"key_length"`
	PSK       bool   `json:"psk"` // 64 hexadecimal digits
	Problem   string `json:"problem,omitempty"`
}

// Problem reports whether the attempt failed or a fault was found.
func (r *Entry) Problem() bool { return !r.Octets && IsProblem(r.Cause) }

// IsProblem reports whether a cause means that an attempt failed or a fault was
// found.
func IsProblem(c doctor.Cause) bool {
	return c != doctor.Success && c != doctor.SettingsRead && c != doctor.Ready
}

// text returns a pointer to a text, or nil if it is empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// NewEntry begins a report with the diagnosis.
func NewEntry(file string, index int, d *doctor.Diagnosis) *Entry {
	r := &Entry{
		Schema: schemaName, File: file, Index: index, Outcome: d.Outcome, Cause: d.Cause, Code: d.Code, ConfigError: d.ConfigError,
		Messages: []string{}, Findings: []Finding{}, Verdict: d.Verdict, Remedy: append([]string{}, d.Remedy...),
		Engineer: d.Engineer, Together: d.Together,
	}
	if d.DetectedBy != 0 {
		r.DetectedBy = text(d.DetectedBy.String())
	}
	for _, h := range d.Hints {
		r.Hints = append(r.Hints, hint(h))
	}
	if n := d.Network; n != nil {
		r.SetSSID(n.SSID)
		r.BSSID = Address(n.BSSID)
	}
	return r
}

// Describe adds the details of the exchange.
func (r *Entry) Describe(j *Job) {
	x, a := j.Exchange, j.Attempt
	r.Transport = text(x.Transport.String())
	r.EnrolleeRole = text(roleName(x.APEnrollee))
	if a.Method != doctor.MethodUnknown {
		r.Method = text(a.Method.String())
	}
	r.Messages = make([]string, 0, len(x.Entries))
	for s := range x.Messages {
		r.Messages = append(r.Messages, messageName(s))
	}
	r.Steps = make([]step, len(x.Entries))
	for i := range x.Entries {
		r.Steps[i] = newStep(x, &x.Entries[i])
	}
	enrollee, registrar := j.Identities()
	r.Enrollee, r.Registrar = enrollee.Text(), registrar.Text()
	r.EnrolleeName, r.RegistrarName = j.EnrolleeName(), text(a.Registrar.DeviceName)
	if x.Network != nil && (r.SSID == nil || *r.SSID != string(x.Network.SSID)) {
		r.SetSSID(x.Network.SSID)
	}
	r.Source = NewOrigin(j.Source)
	r.Began = Moment(x.Began)
	r.Seconds = x.Ended.Sub(x.Began).Seconds()
	r.Retransmitted = a.Retransmissions
	r.KeysKnown = x.Keys != nil
	if len(x.Entries) > 0 {
		r.FirstFrame = x.Entries[0].Frame
	}
	for _, s := range a.Settings {
		shape := settings{SSID: string(s.SSID), Auth: s.Auth.String(), Encr: s.Encr.String(), KeyLength: s.KeyLength, PSK: s.HexKey}
		if s.Err != nil {
			shape.Problem = s.Err.Error()
		}
		r.Settings = append(r.Settings, shape)
	}
	r.Find(j.Elements, x)
	r.Find(j.Findings, x)
}

// Find adds findings; x is nil if they do not belong to an exchange.
func (r *Entry) Find(all validate.Findings, x *exchange.Exchange) {
	r.Worst = max(r.Worst, all.Worst())
	for _, f := range all {
		out := Finding{Rule: f.Rule, Severity: f.Severity.String(), Offset: f.Offset, Text: f.Text, Level: f.Severity}
		if f.Kind != 0 {
			out.Message = text(strings.TrimPrefix(f.Kind.String(), "WSC_"))
		}
		if f.Message != validate.Whole && x != nil {
			out.Frame = x.Entries[f.Message].Frame
		}
		if f.Attribute != 0 {
			out.Attribute = text(f.Attribute.String())
		}
		r.Findings = append(r.Findings, out)
	}
}

// FindIn adds findings about the elements of a network.
func (r *Entry) FindIn(n *doctor.Network, all validate.Findings) {
	before := len(r.Findings)
	r.Find(all, nil)
	for i := range r.Findings[before:] {
		f := &r.Findings[before+i]
		f.BSSID = Address(n.BSSID)
	}
}

// Moment returns a time for JSON, or nil if it is not known.
func Moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return text(t.UTC().Format("2006-01-02T15:04:05.000000Z"))
}

// Address returns an address for JSON, or nil if it is not known.
func Address(a wps.MAC) *string {
	if a == (wps.MAC{}) {
		return nil
	}
	return text(a.String())
}

// SetSSID sets the name of the network.
func (r *Entry) SetSSID(ssid wps.SSID) { r.SSID, r.SSIDHex = SSID(ssid) }

// SSID returns the name of a network for JSON, as text and in hexadecimal.
func SSID(ssid wps.SSID) (name, digits *string) {
	return text(string(ssid)), text(hex.EncodeToString([]byte(ssid)))
}

// newStep describes a step of an exchange.
func newStep(x *exchange.Exchange, s *validate.Entry) step {
	seconds := func(t time.Time) float64 { return t.Sub(x.Began).Round(time.Microsecond).Seconds() }
	out := step{Name: StepName(s), From: "registrar", Frame: s.Frame, Seconds: seconds(s.Time)}
	if x.FromEnrollee(s) {
		out.From = "enrollee"
	}
	for _, r := range s.Repetitions {
		out.Repetitions = append(out.Repetitions, repetition{r.Frame, seconds(r.Time)})
	}
	return out
}

func roleName(ap bool) string {
	if ap {
		return "ap"
	}
	return "station"
}

// messageName returns the name of a message without the prefix that some have.
func messageName(s *validate.Entry) string {
	t := s.Type
	if t == 0 {
		return "unknown"
	}
	return strings.TrimPrefix(t.String(), "WSC_")
}

// Identity names a side: by its address or, if the transport has none, by its
// description of itself, of which the UUID comes last.
type Identity struct {
	MAC  wps.MAC
	UUID wps.UUID
}

// Identities returns the identities of the enrollee and the registrar.
func (j *Job) Identities() (enrollee, registrar Identity) {
	station, ap := j.Exchange.Client, j.Attempt.AP
	if j.Exchange.APEnrollee {
		station, ap = ap, station
	}
	return identify(station, &j.Attempt.Enrollee), identify(ap, &j.Attempt.Registrar)
}

// EnrolleeName returns the name of the enrollee, or nil if it is not known.
func (j *Job) EnrolleeName() *string { return text(j.Attempt.Enrollee.DeviceName) }

func identify(mac wps.MAC, d *wps.Device) Identity {
	switch {
	case mac != wps.MAC{}:
		return Identity{MAC: mac}
	case d.MAC != wps.MAC{}:
		return Identity{MAC: d.MAC}
	}
	return Identity{UUID: d.UUID}
}

// Text returns an identity for JSON, or nil if it is not known.
func (i Identity) Text() *string {
	if i.UUID != (wps.UUID{}) {
		return text(i.UUID.String())
	}
	return Address(i.MAC)
}

// sideName returns the role of a side in the words of users.
func sideName(role registration.Role, ap bool) string {
	if (role == registration.RoleEnrollee) == ap {
		return "router"
	}
	if ap {
		return "computer"
	}
	return "device"
}

// SimilarityKey returns a string that is equal for attempts that look alike.
func (r *Entry) SimilarityKey() string {
	var b strings.Builder
	fmt.Fprint(&b, Known(r.Transport), Known(r.Enrollee), Known(r.Registrar), Known(r.SSID), Known(r.Method), r.Code, r.Cause, r.Verdict, r.Remedy, r.Worst)
	for _, s := range r.Steps {
		fmt.Fprint(&b, "\x00", s.Name, s.From, len(s.Repetitions) > 0)
	}
	for _, f := range r.Findings {
		fmt.Fprint(&b, "\x00", f.Rule, f.Text)
	}
	return b.String()
}
