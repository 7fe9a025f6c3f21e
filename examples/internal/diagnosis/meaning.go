package diagnosis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// Rung is a line of the ladder: a step, or a retransmission of one.
type Rung struct {
	Step  int // index of the step
	Again bool
	Frame int
	At    time.Time
}

// Rungs returns the steps and their retransmissions in the order of time.
func Rungs(x *exchange.Exchange) (all []Rung) {
	for i := range x.Entries {
		s := &x.Entries[i]
		all = append(all, Rung{i, false, s.Frame, s.Time})
		for _, r := range s.Repetitions {
			all = append(all, Rung{i, true, r.Frame, r.Time})
		}
	}
	slices.SortStableFunc(all, func(a, b Rung) int { return a.At.Compare(b.At) })
	return all
}

// StepName returns the name of a step.
func StepName(s *validate.Entry) string {
	if !s.IsMessage() {
		return s.Signal.String()
	}
	return messageName(s)
}

// Meaning returns what a step means or proves. It also looks at later steps.
func (j *Job) Meaning(i int) string {
	x := j.Exchange
	s := &x.Entries[i]
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
	if s.Truncated && j.Source == nil { // a text has only a part of each message
		parts = append(parts, "not captured completely")
	}
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, "; ")
}

// authentic reports whether the keys of the run show that a message is
// authentic.
func (j *Job) authentic(i int) bool {
	s := &j.Exchange.Entries[i]
	if j.Exchange.Keys == nil || !s.IsMessage() || wps.Find(s.Body, wps.AttrAuthenticator) == nil {
		return false
	}
	for _, f := range j.Findings {
		if f.Message == i && strings.HasPrefix(f.Rule, "AUTHENTICATOR-") {
			return false
		}
	}
	return true
}

// signalMeaning returns the meaning of a step without a message.
func signalMeaning(x *exchange.Exchange, s *validate.Entry) string {
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
			return "a computer that asks to set up the router"
		}
		return "a device that asks to be connected"
	case validate.SignalStart:
		return "begins WPS"
	case validate.SignalNak:
		return "does not accept this method"
	case validate.SignalEAPFailure:
		return "the end, as always with WPS, whether it worked or not"
	case validate.SignalLogoff:
		return "gives up"
	case validate.SignalDisconnect:
		return fmt.Sprintf("reason %d, %v", s.Status, dot11.ReasonCode(s.Status))
	}
	return ""
}

// passwordWords name what is proved, by method.
var passwordWords = map[doctor.Method]string{
	doctor.MethodUnknown: "the password", doctor.PIN: "the PIN", doctor.PushButton: "the password of the button",
	doctor.OutOfBand: "the NFC password",
}

// proof is what a message proves, and the message that shows that the other
// side accepted the proof.
type proof struct {
	half     string
	accepted wps.MessageType
}

var proofs = map[wps.MessageType]proof{
	wps.MessageM4: {"first", wps.MessageM5}, wps.MessageM5: {"first", wps.MessageM6},
	wps.MessageM6: {"second", wps.MessageM7}, wps.MessageM7: {"second", wps.MessageM8},
}

// messageMeaning returns what a message means or proves.
func messageMeaning(j *Job, i int) string {
	x := j.Exchange
	s := &x.Entries[i]
	enrollee, registrar := sideName(registration.RoleEnrollee, x.APEnrollee), sideName(registration.RoleRegistrar, x.APEnrollee)
	t := s.Type
	switch t {
	case wps.MessageM1:
		return fmt.Sprintf("who the %s is, and its part of the keys", enrollee)
	case wps.MessageM2:
		if s.Attribute(wps.AttrEncryptedSettings) != nil {
			return fmt.Sprintf("who the %s is, and the Wi-Fi settings, encrypted%s", registrar, j.SettingsWords())
		}
		return fmt.Sprintf("who the %s is, and its part of the keys", registrar)
	case wps.MessageM2D:
		return fmt.Sprintf("the %s will not register it now%s", registrar, errorWords(s))
	case wps.MessageM3:
		return fmt.Sprintf("the %s commits to %s without revealing it", enrollee, passwordWords[j.Attempt.Method])
	case wps.MessageM4, wps.MessageM5, wps.MessageM6, wps.MessageM7:
		return j.proofWords(i, proofs[t])
	case wps.MessageM8:
		if x.APEnrollee {
			return "new settings for the router, encrypted" + j.SettingsWords()
		}
		return "the Wi-Fi settings, encrypted" + j.SettingsWords()
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
func errorWords(s *validate.Entry) string {
	ce, ok := s.ConfigError()
	switch {
	case !ok:
		return ""
	case ce != wps.NoError:
		return fmt.Sprintf(": error %d, %v", ce, ce)
	}
	return ", without a reason"
}

// proofWords returns what a message is meant to prove, and whether it did.
func (j *Job) proofWords(i int, p proof) string {
	x := j.Exchange
	s := &x.Entries[i]
	half := fmt.Sprintf("the %s half of %s", p.half, passwordWords[j.Attempt.Method])
	who := sideName(registration.RoleRegistrar, x.APEnrollee)
	if x.FromEnrollee(s) {
		who = sideName(registration.RoleEnrollee, x.APEnrollee)
	}
	for k := i + 1; k < len(x.Entries); k++ {
		next := &x.Entries[k]
		switch t := next.Type; {
		case !next.IsMessage():
		case t == p.accepted || t == wps.MessageNACK && s.Type == wps.MessageM7 && j.Attempt.Reached == doctor.StageM7 && readOnly(x, next):
			return fmt.Sprintf("proves that the %s knows %s", who, half)
		case t == wps.MessageNACK && refusesPassword(next):
			return fmt.Sprintf("the %s has %s wrong", who, half)
		}
	}
	return fmt.Sprintf("should prove that the %s knows %s", who, half)
}

// readOnly reports whether a WSC_NACK is the end of an external registrar that
// only reads the settings.
func readOnly(x *exchange.Exchange, s *validate.Entry) bool {
	return x.APEnrollee && !x.FromEnrollee(s) && !refusesPassword(s)
}

func refusesPassword(s *validate.Entry) bool {
	ce, _ := s.ConfigError()
	return ce == wps.DevicePasswordAuthFailed
}

// SettingsWords describes the settings that were handed over, if they could be read.
func (j *Job) SettingsWords() string {
	var all []string
	for _, s := range j.Attempt.Settings {
		all = append(all, fmt.Sprintf("%s, %v, %v, a key of %d characters", doctor.Quote(string(s.SSID)), s.Auth, s.Encr, s.KeyLength))
	}
	if len(all) == 0 {
		return ""
	}
	return ": " + strings.Join(all, "; ")
}
