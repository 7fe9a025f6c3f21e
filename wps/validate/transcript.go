package validate

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Transcript is an exchange as somebody saw it: one run of the Registration
// Protocol, from the first packet of its EAP conversation to the last, or its
// messages as UPnP carried them. What is not known is left zero; the more there
// is, the more is judged.
type Transcript struct {
	Steps []Step // in the order of time, retransmissions with them

	// Identity is what the client gave in its EAP-Response/Identity.
	Identity string
	// Client and AP are the link-layer addresses of the two ends.
	Client, AP wps.MAC
	// Keys are those of the run: from a key log, or of one's own machine.
	Keys *registration.Keys
	// Lossy tells that steps may be missing, as from captures on the air.
	Lossy bool
	// Ended tells that nothing follows. An EAP-Failure among the steps tells
	// it as well.
	Ended bool
}

// Step is a message, or an EAP packet without one, such as WSC_Start or
// EAP-Failure. Fragments are joined; their acknowledgements are no steps.
type Step struct {
	Time time.Time
	From End

	// Code is that of the EAP packet: 1 Request, 2 Response, 3 Success, 4
	// Failure. Leave it 0 if there is no EAP, or its Identifier is not known.
	Code      uint8
	ID        uint8 // Identifier, of the first fragment
	OpCode    uint8 // of EAP-WSC; 0 if it is none, or not known
	Fragments int   // in how many packets the message came; 0 is 1

	Body []byte // the message, if there is one
}

// End is one of the two that talk.
type End uint8

// The ends. Which of them is the enrollee depends on the exchange.
const (
	EndClient End = iota + 1 // the station; the external registrar of UPnP
	EndAP                    // the access point, or the RADIUS server behind it
)

// String returns the end in words.
func (e End) String() string {
	switch e {
	case EndClient:
		return "the client"
	case EndAP:
		return "the access point"
	}
	return "somebody"
}

// The numbers of EAP and EAP-WSC that rules are about: RFC 3748 §4, WSC 2.0.5
// §7.7.1.
const (
	codeRequest  = 1
	codeResponse = 2
	codeSuccess  = 3
	codeFailure  = 4

	opStart   = 1
	opACK     = 2
	opNACK    = 3
	opMSG     = 4
	opDone    = 5
	opFragACK = 6
)

// exchange is a transcript taken apart.
type exchange struct {
	*Transcript
	steps    []step
	enrollee End // 0 if it cannot be told
	cipher   *registration.Cipher
}

// step is a step taken apart.
type step struct {
	*Step
	index   int
	from    End   // by From, or by the code of EAP
	list    *list // of the message; nil if there is none
	kind    wps.Kind
	repeats bool // it is the same as the one before it of its kind: retransmitted
	changed bool // it answers what was answered before, with something else

	chain     chain
	seal      seal
	settings  *list  // what was encrypted, or nil
	decrypted []byte // its octets
}

// exchanges keeps exchanges for others to be taken apart into.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// newExchange takes a transcript apart. Release it when it is judged.
func newExchange(t *Transcript) *exchange {
	x := exchanges.Get().(*exchange)
	x.Transcript, x.steps = t, slices.Grow(x.steps, len(t.Steps))[:len(t.Steps)]
	if t.Keys != nil {
		x.cipher = registration.NewCipher(t.Keys)
	}
	for i := range t.Steps {
		s := &x.steps[i]
		s.Step, s.index, s.from = &t.Steps[i], i, t.Steps[i].end()
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

// release overwrites what was decrypted, and gives the exchange back. It must
// not be used any more.
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

// end returns who sent a step.
func (s *Step) end() End {
	switch {
	case s.From != 0:
		return s.From
	case s.Code == codeResponse:
		return EndClient
	case s.Code != 0:
		return EndAP
	}
	return 0
}

// The identities that tell the client's role.
const (
	enrolleeIdentity  = "WFA-SimpleConfig-Enrollee-1-0"
	registrarIdentity = "WFA-SimpleConfig-Registrar-1-0"
)

// findEnrollee tells the roles by who sent M1, or by the identity.
func (x *exchange) findEnrollee() {
	m1 := x.first(wps.KindM1)
	switch {
	case m1 != nil && m1.from != 0:
		x.enrollee = m1.from
	case x.Identity == enrolleeIdentity:
		x.enrollee = EndClient
	case x.Identity == registrarIdentity:
		x.enrollee = EndAP
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

// role returns who a message is from in the protocol, 0 if that is not known.
func (x *exchange) role(s *step) registration.Role {
	if x.enrollee == 0 || s.from == 0 {
		return roleOf(s.kind)
	}
	if s.from == x.enrollee {
		return registration.RoleEnrollee
	}
	return registration.RoleRegistrar
}

// roleOf returns who sends messages of a kind, 0 if both do.
func roleOf(kind wps.Kind) registration.Role {
	switch kind {
	case wps.KindM1, wps.KindM3, wps.KindM5, wps.KindM7, wps.KindDone:
		return registration.RoleEnrollee
	case wps.KindM2, wps.KindM2D, wps.KindM4, wps.KindM6, wps.KindM8:
		return registration.RoleRegistrar
	}
	return 0
}

// findRepetitions tells retransmissions from answers that were made anew: by
// the identifier of EAP, else by what a run has but one of.
func (x *exchange) findRepetitions() {
	var ofKind [wps.KindDone + 1]*step
	var ofCode [codeResponse + 1]*step
	for i := range x.steps {
		s := &x.steps[i]
		if s.Code == codeRequest || s.Code == codeResponse {
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

// ofOneRun reports whether two messages of one kind, M1 to M8, have the nonce
// that makes them messages of one run, which has one of each kind.
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

// findVersions makes the version that a side speaks in M1, M2 or M2D that of
// all its messages: some access points omit it in later ones.
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
