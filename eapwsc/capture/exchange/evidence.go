package exchange

import (
	"slices"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// Findings judges the exchange, and the elements of the access point and the
// station. Message is an index of x.Entries; an element of the access point has
// [validate.Whole].
func (x *Exchange) Findings(mode wps.Mode) validate.Findings {
	findings := validate.Exchange(&x.Transcript, mode)
	if x.Network == nil {
		return findings
	}
	return append(x.Network.Findings(mode), findings...)
}

// Evidence returns the surroundings of the exchange for package doctor. The
// caller provides the attempts, the last of which is x.Attempt, because earlier
// ones may have been returned long ago.
func (x *Exchange) Evidence(attempts []*doctor.Attempt) *doctor.Evidence {
	e := &doctor.Evidence{Attempts: attempts, Stations: x.Stations}
	if x.Network != nil {
		e.Networks = []doctor.Network{*x.Network}
	}
	return e
}

// Evidence returns what access points and stations have advertised so far, for
// package doctor: if there was no exchange, it shows why.
func (c *Collector) Evidence() *doctor.Evidence {
	return &doctor.Evidence{Stations: c.Stations(), Networks: c.Networks(), Direct: slices.Clone(c.air.direct)}
}

// Attempt describes the exchange for package doctor. It includes the findings
// about authenticity and encryption.
func (x *Exchange) Attempt(findings validate.Findings) *doctor.Attempt {
	a := &doctor.Attempt{
		Began: x.Began, Ended: x.Ended, Station: x.Client, AP: x.AP, APEnrollee: x.APEnrollee,
		Fault: doctor.FaultIn(findings), After: x.Joining.evidence(), Settings: x.settings(),
	}
	for s := range x.Messages {
		a.Describe(s.Type, s.Body)
	}
	if a.Method == doctor.MethodUnknown {
		a.Method, a.Answered = a.Answered, doctor.MethodUnknown
	}
	if x.Transport == TransportUPnP && x.APEnrollee {
		a.AP = a.Enrollee.MAC
	}
	newCourse(x).describe(a)
	return a
}

func (j *Joining) evidence() doctor.After {
	after := doctor.After{Reason: j.Disconnected, Status: j.Status, SAEStatus: j.SAEStatus}
	switch {
	case j.Failed():
		after.Handshake = doctor.HandshakeFailed
	case j.Messages[2] > 0:
		after.Handshake = doctor.HandshakeCompleted
	}
	return after
}

// settings returns the form of the settings that were sent, if the keys of the
// run are known: in M8, in M2 if the run ended with it, or in M7 of an access
// point that was read.
func (x *Exchange) settings() (all []doctor.Settings) {
	if x.Keys == nil {
		return nil
	}
	cipher := registration.NewCipher(x.Keys)
	defer cipher.Clear()
	for s := range x.Messages {
		t := s.Type
		value := s.Attribute(wps.AttrEncryptedSettings)
		if value == nil || t != wps.MessageM2 && t != wps.MessageM8 && !(t == wps.MessageM7 && x.APEnrollee) {
			continue
		}
		plain, err := cipher.OpenSettings(value)
		if err != nil {
			continue
		}
		all = described(plain, t, x.APEnrollee)
		clear(plain)
	}
	return all
}

// described returns the form of the networks in decrypted settings.
func described(plain []byte, t wps.MessageType, ofAP bool) (all []doctor.Settings) {
	switch {
	case t == wps.MessageM7:
		s := wps.M7Settings{AP: new(wps.Credential)}
		if wps.Decode(&s, plain, wps.Tolerant) == nil {
			all = append(all, doctor.NewSettings(s.AP))
		}
	default:
		var s wps.M8Settings
		if ofAP {
			s.AP = new(wps.Credential)
		}
		if wps.Decode(&s, plain, wps.Tolerant) != nil {
			return nil
		}
		if ofAP {
			s.Credentials = []wps.Credential{*s.AP}
		}
		for i := range s.Credentials {
			all = append(all, doctor.NewSettings(&s.Credentials[i]))
		}
	}
	return all
}
