package validate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Transcript is a recorded exchange: one run of the Registration Protocol, from
// the first packet of its EAP conversation to the last, or its messages over
// UPnP. Unknown fields are zero; the more is known, the more is checked.
type Transcript struct {
	Entries []Entry // in the order of time, with retransmissions as steps or counted in Repeats

	// Identity is the client's identity in its EAP-Response/Identity.
	Identity string
	// Client and AP are the link-layer addresses of the two ends.
	Client, AP wps.MAC
	// Traits are the properties of the access point's network.
	Traits dot11.Traits
	// Keys are the keys of the run, from a key log or from your own machine.
	Keys *registration.Keys
	// Lossy reports that steps may be missing, as in captures on the air.
	Lossy bool
	// Complete reports that nothing follows. So does an EAP-Failure among the
	// steps.
	Complete bool
}

// Entry is one thing that one end sent to the other: a message, an EAP packet
// without one, such as WSC_Start or EAP-Failure, or another frame that belongs
// to the exchange. Fragments are joined; their acknowledgements are not steps.
type Entry struct {
	Time  time.Time
	Frame int // of the capture, from 1; 0 if there is none
	From  Side

	// Signal is what was sent if it was not a message; 0 for a message, or if
	// Code and OpCode alone describe it.
	Signal Signal
	// Status is the status code of an authentication or association response,
	// or the reason code of a disconnection.
	Status uint16

	// Code is the code of the EAP packet. It is 0 if there is no EAP, or its
	// Identifier is unknown.
	Code      eap.Code
	ID        uint8      // Identifier, of the first fragment
	OpCode    eap.OpCode // of EAP-WSC; 0 if none or unknown
	Fragments int        // number of packets of the message; 0 means 1

	// Type is the Message Type of a message; 0 if it has none, or if it was not
	// read.
	Type wps.MessageType
	// Body is the message, if there is one; of an association request it is the
	// WPS element.
	Body []byte
	// Truncated reports that Body has only the beginning: it is not checked.
	Truncated bool
	// Differs reports that this packet has the Identifier of the previous one
	// from the same side, but different content.
	Differs bool

	// Repeats counts retransmissions; Last is the time of the last one.
	Repeats int
	Last    time.Time
	// Repetitions are the retransmissions, the first 32 of them.
	Repetitions []Repetition
}

// Repetition is a retransmission of a step.
type Repetition struct {
	Time  time.Time
	Frame int // of the capture, from 1; 0 if there is none
}

// maxRepetitions is how many retransmissions of a step are kept.
const maxRepetitions = 32

// Repeat counts a retransmission.
func (s *Entry) Repeat(at time.Time, frame int) {
	s.Repeats++
	s.Last = at
	if len(s.Repetitions) < maxRepetitions {
		s.Repetitions = append(s.Repetitions, Repetition{at, frame})
	}
}

// IsMessage reports whether the step is a message, or a part of one.
func (s *Entry) IsMessage() bool {
	return s.Signal == NoSignal && (len(s.Body) > 0 || s.OpCode.IsMessage())
}

// LastSent returns when the step was last sent.
func (s *Entry) LastSent() time.Time {
	if s.Last.After(s.Time) {
		return s.Last
	}
	return s.Time
}

// Attribute returns the value of an attribute of a message, even if the message
// is truncated after it; nil if it is missing.
func (s *Entry) Attribute(id wps.AttributeID) []byte { return wps.Find(s.Body, id) }

// Number returns the value of an attribute of two octets, and whether there is
// one.
func (s *Entry) Number(id wps.AttributeID) (n uint16, ok bool) {
	v := s.Attribute(id)
	if len(v) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(v), true
}

// ConfigError returns the Configuration Error of a message, and whether it has
// one.
func (s *Entry) ConfigError() (wps.ConfigError, bool) {
	n, ok := s.Number(wps.AttrConfigError)
	return wps.ConfigError(n), ok
}

// Side is one of the two ends of an exchange.
type Side uint8

// The sides. Which of them is the enrollee depends on the exchange.
const (
	SideClient Side = iota + 1 // the station; the external registrar of UPnP
	SideAP                     // the access point, or the RADIUS server behind it
)

// String returns the side in words.
func (s Side) String() string {
	switch s {
	case SideClient:
		return "the client"
	case SideAP:
		return "the access point"
	}
	return "somebody"
}

// Signal is a step that is not a message.
//
// Its values are [NoSignal], [SignalAssociationRequest],
// [SignalAssociationResponse], [SignalEAPOLStart], [SignalIdentityRequest],
// [SignalIdentity], [SignalStart], [SignalNak], [SignalEAPFailure],
// [SignalEAPSuccess], [SignalDisconnect], [SignalAuthentication] and
// [SignalLogoff].
type Signal uint8

// The signals.
const (
	NoSignal Signal = iota
	SignalAssociationRequest
	SignalAssociationResponse
	SignalEAPOLStart
	SignalIdentityRequest
	SignalIdentity
	SignalStart
	SignalNak
	SignalEAPFailure
	SignalEAPSuccess
	SignalDisconnect
	SignalAuthentication
	SignalLogoff
)

var signalNames = [...]string{
	NoSignal:                 "WSC message",
	SignalAssociationRequest: "Association Request", SignalAssociationResponse: "Association Response",
	SignalEAPOLStart: "EAPOL-Start", SignalIdentityRequest: "EAP-Request/Identity", SignalIdentity: "EAP-Response/Identity",
	SignalStart: "WSC_Start", SignalNak: "EAP-Nak", SignalEAPFailure: "EAP-Failure", SignalEAPSuccess: "EAP-Success",
	SignalDisconnect: "Deauthentication", SignalAuthentication: "Authentication", SignalLogoff: "EAPOL-Logoff",
}

// String returns the name of the frame or packet.
func (s Signal) String() string {
	if int(s) < len(signalNames) {
		return signalNames[s]
	}
	return fmt.Sprintf("Signal(%d)", uint8(s))
}

// exchange is a parsed transcript.
type exchange struct {
	*Transcript
	steps    []step
	enrollee Side // 0 if unknown
	cipher   *registration.Cipher
}

// step is a parsed step.
type step struct {
	*Entry
	index   int
	from    Side  // by From, or by the code of EAP
	list    *list // of the message; nil if there is none
	kind    wps.Kind
	repeats bool // it equals the previous one of its kind: a retransmission
	changed bool // it answers what was answered before, with different content

	chain     chain
	seal      seal
	settings  *list  // the decrypted settings, or nil
	decrypted []byte // its octets
}

// exchanges is a pool of exchanges.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// newExchange parses a transcript. Release it after use.
func newExchange(t *Transcript) *exchange {
	x := exchanges.Get().(*exchange)
	x.Transcript, x.steps = t, slices.Grow(x.steps, len(t.Entries))
	if t.Keys != nil {
		x.cipher = registration.NewCipher(t.Keys)
	}
	for i := range t.Entries {
		if !t.Entries[i].judged() {
			continue
		}
		x.steps = append(x.steps, step{Entry: &t.Entries[i], index: i, from: t.Entries[i].side()})
		s := &x.steps[len(x.steps)-1]
		if len(s.Body) > 0 {
			s.list = newMessage(s.Body)
			s.kind = s.list.kind
		}
	}
	x.findEnrollee()
	x.findRepetitions()
	x.findVersions()
	if x.cipher != nil {
		x.followChain()
		x.openSettings()
	}
	return x
}

// release overwrites decrypted data, and returns the exchange to the pool. It
// must not be used any more.
func (x *exchange) release() {
	for i := range x.steps {
		s := &x.steps[i]
		clear(s.decrypted)
		for _, l := range []*list{s.list, s.settings} {
			if l != nil {
				l.release()
			}
		}
	}
	if x.cipher != nil {
		x.cipher.Clear()
	}
	clear(x.steps)
	*x = exchange{steps: x.steps[:0]}
	exchanges.Put(x)
}

// judged reports whether the rules for exchanges apply to a step: a whole
// message or an EAP packet.
func (s *Entry) judged() bool {
	if s.IsMessage() {
		return !s.Truncated
	}
	return s.Code != 0 || s.Signal == NoSignal
}

// side returns the sender of a step.
func (s *Entry) side() Side {
	switch {
	case s.From != 0:
		return s.From
	case s.Code == eap.CodeResponse:
		return SideClient
	case s.Code != 0:
		return SideAP
	}
	return 0
}

// findEnrollee finds the roles from the sender of M1, or from the identity.
func (x *exchange) findEnrollee() {
	m1 := x.first(wps.KindM1)
	switch {
	case m1 != nil && m1.from != 0:
		x.enrollee = m1.from
	case x.Identity == eap.EnrolleeIdentity:
		x.enrollee = SideClient
	case x.Identity == eap.RegistrarIdentity:
		x.enrollee = SideAP
	}
}

// first returns the first message of a kind, or nil.
func (x *exchange) first(kind wps.Kind) *step {
	for i := range x.steps {
		if x.steps[i].kind == kind {
			return &x.steps[i]
		}
	}
	return nil
}

// role returns the role of a message's sender, 0 if unknown.
func (x *exchange) role(s *step) registration.Role {
	if x.enrollee == 0 || s.from == 0 {
		return roleOf(s.kind)
	}
	if s.from == x.enrollee {
		return registration.RoleEnrollee
	}
	return registration.RoleRegistrar
}

// roleOf returns the role that sends messages of a kind, 0 if both do.
func roleOf(kind wps.Kind) registration.Role {
	switch kind {
	case wps.KindM1, wps.KindM3, wps.KindM5, wps.KindM7, wps.KindDone:
		return registration.RoleEnrollee
	case wps.KindM2, wps.KindM2D, wps.KindM4, wps.KindM6, wps.KindM8:
		return registration.RoleRegistrar
	}
	return 0
}

// findRepetitions distinguishes retransmissions from new answers: by the EAP
// Identifier, otherwise by values that are unique in a run.
func (x *exchange) findRepetitions() {
	var ofKind [wps.KindDone + 1]*step
	var ofCode [eap.CodeResponse + 1]*step
	for i := range x.steps {
		s := &x.steps[i]
		if s.Code == eap.CodeRequest || s.Code == eap.CodeResponse {
			if before := ofCode[s.Code]; before != nil && before.ID == s.ID {
				s.repeats = bytes.Equal(s.Body, before.Body) && s.OpCode == before.OpCode
				s.changed = !s.repeats
			}
			ofCode[s.Code] = s
		}
		if s.kind == 0 {
			continue
		}
		if before := ofKind[s.kind]; before != nil && !s.repeats {
			s.repeats = bytes.Equal(s.Body, before.Body)
			s.changed = !s.repeats && (s.changed || ofOneRun(s.list, before.list))
		}
		ofKind[s.kind] = s
	}
}

// ofOneRun reports whether two messages of one kind, M1 to M8, have the same
// nonce and so belong to one run, which has one of each kind.
func ofOneRun(a, b *list) bool {
	if a.kind == wps.KindM2D || a.kind > wps.KindM8 {
		return false
	}
	id := wps.AttrEnrolleeNonce
	if a.kind == wps.KindM2 || a.kind != wps.KindM1 && roleOf(a.kind) == registration.RoleEnrollee {
		id = wps.AttrRegistrarNonce
	}
	nonce := a.get(id)
	return nonce != nil && bytes.Equal(nonce, b.get(id))
}

// findVersions applies the version of a side's M1, M2 or M2D to all its
// messages: some access points omit it in later ones.
func (x *exchange) findVersions() {
	var spoken [registration.RoleRegistrar + 1]Versions
	for i := range x.steps {
		if s := &x.steps[i]; s.kind == wps.KindM1 || s.kind == wps.KindM2 || s.kind == wps.KindM2D {
			spoken[roleOf(s.kind)] = max(spoken[roleOf(s.kind)], s.list.sender) // the later version
		}
	}
	for i := range x.steps {
		if s := &x.steps[i]; s.list != nil {
			s.list.sender = max(s.list.sender, spoken[x.role(s)])
		}
	}
}
