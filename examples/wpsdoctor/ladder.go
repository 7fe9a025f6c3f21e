package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// ladder writes the steps of an exchange: frame, time, in which direction, what,
// what it proved, and what is wrong with it.
func (w *writer) ladder(j *job) {
	x := j.exchange
	counted := "frame"
	if j.source != nil {
		counted = " line"
	}
	fmt.Fprintf(w.out, "   %s  seconds  %s ──► router\n", counted, leftSide(x))
	for _, r := range rungs(x) {
		s := &x.Steps[r.step]
		arrow := "◄──"
		if s.From == validate.SideClient {
			arrow = "──►"
		}
		if r.again {
			w.rung(r.frame, r.at.Sub(x.Began), arrow, stepName(s), "again")
			continue
		}
		w.rung(r.frame, r.at.Sub(x.Began), arrow, stepName(s), w.meaning(j, r.step))
		for _, f := range j.findings {
			if f.Message == r.step && f.Severity > validate.Note {
				w.inPlace(f)
			}
		}
	}
	for _, f := range j.findings {
		if f.Message == validate.Whole && f.Severity > validate.Note {
			w.inPlace(f)
		}
	}
	if x.Cut {
		w.below("(there were more messages than are shown)")
	}
	if text := joining(x); text != "" {
		w.below(text)
	}
	fmt.Fprintln(w.out)
}

// rung is a line of the ladder: a step, or a retransmission of one.
type rung struct {
	step  int // its index
	again bool
	frame int
	at    time.Time
}

// rungs returns the steps and their retransmissions in the order of time.
func rungs(x *exchange.Exchange) (all []rung) {
	for i := range x.Steps {
		s := &x.Steps[i]
		all = append(all, rung{i, false, s.Frame, s.Time})
		for _, r := range s.Repetitions {
			all = append(all, rung{i, true, r.Frame, r.Time})
		}
	}
	slices.SortStableFunc(all, func(a, b rung) int { return a.at.Compare(b.at) })
	return all
}

// Columns of the ladder: where a text below a message begins, and where the
// meaning of a message does. A terminal narrower than that has the meaning on a line
// of its own.
const (
	belowColumn   = 20
	meaningColumn = 47
	narrowest     = 76
)

// rung writes a line of the ladder.
func (w *writer) rung(frame int, at time.Duration, arrow, name, meaning string) {
	number := ""
	if frame > 0 {
		number = strconv.Itoa(frame)
	}
	line := fmt.Sprintf("%8s%9.3f  %s  %s", number, at.Seconds(), arrow, name)
	if meaning == "" {
		fmt.Fprintln(w.out, line)
		return
	}
	if w.width() < narrowest {
		fmt.Fprintln(w.out, line)
		w.below(meaning)
		return
	}
	indent := strings.Repeat(" ", meaningColumn)
	fmt.Fprintf(w.out, "%s%s%s\n", line, strings.Repeat(" ", max(1, meaningColumn-utf8.RuneCountInString(line))), w.wrap(meaning, indent))
}

// below writes a text below a message.
func (w *writer) below(text string) {
	indent := strings.Repeat(" ", belowColumn)
	fmt.Fprintf(w.out, "%s%s\n", indent, w.wrap(text, indent))
}

// stepName names a step.
func stepName(s *validate.Step) string {
	if !s.IsMessage() {
		return s.Signal.String()
	}
	return messageName(s)
}

// inPlace writes a finding below what it is about.
func (w *writer) inPlace(f validate.Finding) {
	place := ""
	if f.Message == validate.Whole && f.Kind != 0 {
		place = f.Kind.String() + ": "
	}
	w.findingLine(f.Severity.String(), place+f.Text, f.Rule)
}

// finding writes a finding that is about no exchange.
func (w *writer) finding(f *finding) {
	if f.Severity != validate.Note.String() {
		place := known(f.Message)
		if f.BSSID != nil {
			place += " of " + *f.BSSID
		}
		w.findingLine(f.Severity, place+": "+f.Text, f.Rule)
	}
}

func (w *writer) findingLine(severity, text, rule string) {
	const mark = "! "
	indent := strings.Repeat(" ", belowColumn)
	fmt.Fprintf(w.out, "%s%s\n", indent, printable.Paint(severityColors[severity], mark+w.wrap(severity+": "+text+" ["+rule+"]", indent+strings.Repeat(" ", len(mark)))))
}

// meaning returns what a step says or proves, as the steps behind it show.
func (w *writer) meaning(j *job, i int) string {
	x := j.exchange
	s := &x.Steps[i]
	var parts []string
	if !s.IsMessage() {
		parts = append(parts, signalMeaning(x, s))
	} else {
		parts = append(parts, messageMeaning(j, i))
	}
	if j.authentic(i) {
		parts = append(parts, "authentic")
	}
	if more := s.Repeats - len(s.Repetitions); more > 0 {
		parts = append(parts, fmt.Sprintf("sent %d times more than is shown", more))
	}
	if s.Fragments > 1 {
		parts = append(parts, fmt.Sprintf("in %d packets", s.Fragments))
	}
	if s.Truncated && j.source == nil { // a text shows a part of each message
		parts = append(parts, "not wholly captured")
	}
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, "; ")
}

// authentic reports whether the keys of the run show that a message is.
func (j *job) authentic(i int) bool {
	s := &j.exchange.Steps[i]
	if j.exchange.Keys == nil || !s.IsMessage() || wps.Find(s.Body, wps.AttrAuthenticator) == nil {
		return false
	}
	for _, f := range j.findings {
		if f.Message == i && strings.HasPrefix(f.Rule, "AUTHENTICATOR-") {
			return false
		}
	}
	return true
}

// signalMeaning says what a step without a message means.
func signalMeaning(x *exchange.Exchange, s *validate.Step) string {
	switch s.Signal {
	case validate.SignalAssociationRequest:
		return "asks to be let in for WPS"
	case validate.SignalAssociationResponse, validate.SignalAuthentication:
		if s.Status == 0 {
			return "lets it in"
		}
		return fmt.Sprintf("refuses, status %d", s.Status)
	case validate.SignalEAPOLStart:
		return "asks to begin"
	case validate.SignalIdentityRequest:
		return "asks who is there"
	case validate.SignalIdentity:
		if x.APEnrollee {
			return "a computer that wants to set up the router"
		}
		return "a device that wants to be connected"
	case validate.SignalStart:
		return "begins WPS"
	case validate.SignalNak:
		return "does not want this method"
	case validate.SignalEAPFailure:
		return "the end, as always with WPS, whether it worked or not"
	case validate.SignalLogoff:
		return "gives up"
	case validate.SignalDisconnect:
		return fmt.Sprintf("reason %d, %v", s.Status, dot11.Reason(s.Status))
	}
	return ""
}

// passwordWords say what is proved, by method.
var passwordWords = map[doctor.Method]string{
	doctor.MethodUnknown: "the password", doctor.PIN: "the PIN", doctor.PushButton: "the password of the button",
	doctor.OutOfBand: "the NFC password",
}

// proof is what a message proves, and the message that shows that it was
// accepted.
type proof struct {
	half     string
	accepted wps.MessageType
}

var proofs = map[wps.MessageType]proof{
	wps.MessageM4: {"first", wps.MessageM5}, wps.MessageM5: {"first", wps.MessageM6},
	wps.MessageM6: {"second", wps.MessageM7}, wps.MessageM7: {"second", wps.MessageM8},
}

// messageMeaning returns what a message says or proves.
func messageMeaning(j *job, i int) string {
	x := j.exchange
	s := &x.Steps[i]
	enrollee, registrar := sideName(registration.RoleEnrollee, x.APEnrollee), sideName(registration.RoleRegistrar, x.APEnrollee)
	t := s.Type
	switch t {
	case wps.MessageM1:
		return fmt.Sprintf("who the %s is, and its part of the keys", enrollee)
	case wps.MessageM2:
		if s.Attribute(wps.AttrEncryptedSettings) != nil {
			return fmt.Sprintf("who the %s is, and the Wi-Fi settings, encrypted%s", registrar, j.given())
		}
		return fmt.Sprintf("who the %s is, and its part of the keys", registrar)
	case wps.MessageM2D:
		return fmt.Sprintf("the %s will not register it now%s", registrar, errorWords(s))
	case wps.MessageM3:
		return fmt.Sprintf("the %s commits to %s without telling it", enrollee, passwordWords[j.attempt.Method])
	case wps.MessageM4, wps.MessageM5, wps.MessageM6, wps.MessageM7:
		return j.proofWords(i, proofs[t])
	case wps.MessageM8:
		if x.APEnrollee {
			return "new settings for the router, encrypted" + j.given()
		}
		return "the Wi-Fi settings, encrypted" + j.given()
	case wps.MessageACK:
		return "heard"
	case wps.MessageNACK:
		return "stops" + errorWords(s)
	case wps.MessageDone:
		return fmt.Sprintf("the %s has the settings", enrollee)
	}
	return "a message that cannot be read"
}

// errorWords returns the configuration error of a message in words.
func errorWords(s *validate.Step) string {
	ce, ok := s.ConfigError()
	switch {
	case !ok:
		return ""
	case ce != wps.NoError:
		return fmt.Sprintf(": error %d, %v", ce, ce)
	}
	return ", without a reason"
}

// proofWords says what a message should prove, and whether it did.
func (j *job) proofWords(i int, p proof) string {
	x := j.exchange
	s := &x.Steps[i]
	half := fmt.Sprintf("the %s half of %s", p.half, passwordWords[j.attempt.Method])
	who := sideName(registration.RoleRegistrar, x.APEnrollee)
	if x.FromEnrollee(s) {
		who = sideName(registration.RoleEnrollee, x.APEnrollee)
	}
	for k := i + 1; k < len(x.Steps); k++ {
		next := &x.Steps[k]
		switch t := next.Type; {
		case !next.IsMessage():
		case t == p.accepted || t == wps.MessageNACK && s.Type == wps.MessageM7 && j.attempt.Reached == doctor.StageM7 && readOnly(x, next):
			return fmt.Sprintf("proves that the %s knows %s", who, half)
		case t == wps.MessageNACK && refusesPassword(next):
			return fmt.Sprintf("the %s has %s wrong", who, half)
		}
	}
	return fmt.Sprintf("should prove that the %s knows %s", who, half)
}

// readOnly reports whether a WSC_NACK is the end of an external registrar that
// only wanted to read.
func readOnly(x *exchange.Exchange, s *validate.Step) bool {
	return x.APEnrollee && !x.FromEnrollee(s) && !refusesPassword(s)
}

func refusesPassword(s *validate.Step) bool {
	ce, _ := s.ConfigError()
	return ce == wps.DevicePasswordAuthFailed
}

// given describes the settings that were handed over, if they could be read.
func (j *job) given() string {
	var all []string
	for _, s := range j.attempt.Settings {
		all = append(all, fmt.Sprintf("%s, %v, %v, a key of %d characters", doctor.Quote(string(s.SSID)), s.Auth, s.Encr, s.KeyLength))
	}
	if len(all) == 0 {
		return ""
	}
	return ": " + strings.Join(all, "; ")
}
