package validate

import (
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// orderRules are rules about the order of messages and their senders.
var orderRules = []rule{
	{Rule: Rule{ID: "MESSAGE-ORDER", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: messages,
		Clause: "WSC 2.0 §7.7.3 (via iwd), hostap",
		Text:   "Messages are in the order of the Registration Protocol."},
		exchange: checkSequence},
	{Rule: Rule{ID: "MESSAGE-UNSEEN", Area: AreaExchange, Tolerant: Note, Strict: Note, Versions: Both, Kinds: messages,
		Clause: "WSC 2.0 §7.7.3 (via iwd)",
		Text:   "No message is missing from the capture."},
		exchange: checkUnseen},
	{Rule: Rule{ID: "MESSAGE-DIRECTION", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: messages,
		Clause: "WSC 2.0 §7.7.1 (via iwd), hostap",
		Text:   "M1, M3, M5, M7 and WSC_Done are sent by the enrollee, M2, M2D, M4, M6 and M8 by the registrar."},
		exchange: checkDirection},
	{Rule: Rule{ID: "RETRANSMISSION-CHANGED", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: messages,
		Clause: "hostap, iwd",
		Text:   "A repeated request gets the same answer, octet for octet."},
		exchange: checkChanged},
	{Rule: Rule{ID: "DONE-WITHOUT-M8", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindDone},
		Clause: "WSC 2.0 §8.3.12, hostap",
		Text:   "WSC_Done answers M8, or an M2 with settings."},
		exchange: checkDoneEarly},
	{Rule: Rule{ID: "DONE-MISSING", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: []wps.Kind{wps.KindM8},
		Clause: "hostap, iwd",
		Text:   "M8 is answered, by WSC_Done or WSC_NACK: without it the registrar does not count the run as a success."},
		exchange: checkDoneMissing},
	{Rule: Rule{ID: "WFA-MISSING", Area: AreaExchange, Tolerant: Note, Strict: Warning, Versions: Version2, Kinds: messages,
		Clause: "WSC 2.0 Table 29 (via iwd)",
		Text:   "A 2.0 device sends its Version2 in every message."},
		exchange: checkWFAMissing},
	{Rule: Rule{ID: "WFA-VERSION2-CHANGED", Area: AreaExchange, Tolerant: Note, Strict: Warning, Versions: Version2, Kinds: messages,
		Clause: "WSC 2.0 Table 29 (via iwd)",
		Text:   "A device sends the same Version2 in every message."},
		exchange: checkVersionChanged},
}

// following lists what may follow a message of each kind; 0 is the start.
var following = [wps.KindDone + 1][]wps.Kind{
	0:            {wps.KindM1},
	wps.KindM1:   {wps.KindM2, wps.KindM2D, wps.KindNACK},
	wps.KindM2:   {wps.KindM3, wps.KindNACK, wps.KindDone},
	wps.KindM2D:  {wps.KindACK, wps.KindNACK, wps.KindM2, wps.KindM2D},
	wps.KindM3:   {wps.KindM4, wps.KindNACK},
	wps.KindM4:   {wps.KindM5, wps.KindNACK},
	wps.KindM5:   {wps.KindM6, wps.KindNACK},
	wps.KindM6:   {wps.KindM7, wps.KindNACK},
	wps.KindM7:   {wps.KindM8, wps.KindNACK},
	wps.KindM8:   {wps.KindDone, wps.KindNACK},
	wps.KindACK:  {wps.KindM2, wps.KindM2D}, // of another registrar
	wps.KindNACK: {wps.KindNACK, wps.KindACK, wps.KindDone},
	wps.KindDone: {wps.KindACK, wps.KindNACK},
}

// eachOrderBreak calls f with each message that may not follow the one before it, and
// whether missing messages would explain it.
func (x *exchange) eachOrderBreak(f func(s *step, before wps.Kind, unseen bool)) {
	before := wps.Kind(0)
	for i := range x.steps {
		s := &x.steps[i]
		if s.kind == 0 || s.repeats || s.changed {
			continue
		}
		another := s.kind == wps.KindM2 && before == wps.KindM2 && s.list.has(wps.AttrEncryptedSettings) // IEEE 1905.1: one for each network
		if !another && !slices.Contains(following[before], s.kind) && s.kind != wps.KindDone {
			f(s, before, before == wps.KindACK || before < wps.KindACK && s.kind > before)
		}
		before = s.kind
	}
}

func checkSequence(x *exchange, r *reporter) {
	x.eachOrderBreak(func(s *step, before wps.Kind, unseen bool) {
		switch {
		case unseen && x.Lossy:
		case before == 0:
			r.at(s, wps.AttrMessageType, "The exchange begins with %v, not with M1.", s.kind)
		default:
			r.at(s, wps.AttrMessageType, "%v cannot follow %v.", s.kind, before)
		}
	})
}

func checkUnseen(x *exchange, r *reporter) {
	x.eachOrderBreak(func(s *step, before wps.Kind, unseen bool) {
		switch {
		case !unseen || !x.Lossy:
		case before == 0:
			r.at(s, wps.AttrMessageType, "The message before %v was not captured.", s.kind)
		default:
			r.at(s, wps.AttrMessageType, "A message between %v and %v was not captured.", before, s.kind)
		}
	})
}

func checkDirection(x *exchange, r *reporter) {
	for i := range x.steps {
		s := &x.steps[i]
		if want := roleOf(s.kind); want != 0 && x.role(s) != want {
			r.at(s, wps.AttrMessageType, "%v is sent by the %v; here %v, the %v, sent it.", s.kind, want, s.from, x.role(s))
		}
	}
}

func checkChanged(x *exchange, r *reporter) {
	for i := range x.steps {
		if s := &x.steps[i]; s.changed && s.list != nil {
			r.at(s, 0, "%v was sent before with other content: an answer must be repeated unchanged.", messageName(s.kind))
		}
	}
}

// messageName names a message, even one of unknown type.
func messageName(k wps.Kind) string {
	if k == 0 {
		return "A message"
	}
	return k.String()
}

func checkDoneEarly(x *exchange, r *reporter) {
	given := false
	for i := range x.steps {
		s := &x.steps[i]
		switch {
		case s.kind == wps.KindM8, s.kind == wps.KindM2 && s.list.has(wps.AttrEncryptedSettings):
			given = true
		case s.kind == wps.KindDone && !given && !s.repeats && !x.Lossy:
			r.at(s, wps.AttrMessageType, "WSC_Done was sent, but no settings were given.")
		}
	}
}

// ended reports whether nothing is known to follow.
func (x *exchange) ended() bool {
	return x.Complete || slices.ContainsFunc(x.steps, func(s step) bool { return s.Code == eap.CodeFailure || s.Code == eap.CodeSuccess })
}

func checkDoneMissing(x *exchange, r *reporter) {
	last := (*step)(nil)
	for i := range x.steps {
		if x.steps[i].kind != 0 {
			last = &x.steps[i]
		}
	}
	if last != nil && last.kind == wps.KindM8 && x.ended() && !x.Lossy {
		r.at(last, 0, "M8 was not answered: its sender does not count the run as a success.")
	}
}

// byVersion calls f with each message of a side that uses version 2.0, and the
// first Version2 of that side.
func (x *exchange) byVersion(f func(s *step, own *wfaElement, first *wfaElement)) {
	var first [registration.RoleRegistrar + 1]*wfaElement
	for i := range x.steps {
		s := &x.steps[i]
		if s.list == nil || s.repeats {
			continue
		}
		own, role := s.list.element(wps.WFAVersion2), x.role(s)
		if first[role] != nil {
			f(s, own, first[role])
		} else {
			first[role] = own
		}
	}
}

func checkWFAMissing(x *exchange, r *reporter) {
	x.byVersion(func(s *step, own, _ *wfaElement) {
		if own == nil {
			r.at(s, wps.AttrVendorExtension, "%v lacks the Version2 that its sender sent before.", messageName(s.kind))
		}
	})
}

func checkVersionChanged(x *exchange, r *reporter) {
	x.byVersion(func(s *step, own, first *wfaElement) {
		if own != nil && len(own.value) == 1 && len(first.value) == 1 && own.value[0] != first.value[0] {
			r.at(s, wps.AttrVendorExtension, "Version2 is %#02x; its sender sent %#02x before.", own.value[0], first.value[0])
		}
	})
}

// timeRules are rules about the duration of an exchange.
var timeRules = []rule{
	{Rule: Rule{ID: "STEP-LATE", Area: AreaExchange, Tolerant: Note, Strict: Note, Versions: Both,
		Clause: "hostap",
		Text:   "An answer comes within 15 seconds: hostap sends a request three times, five seconds apart, and gives up."},
		exchange: checkLate},
	{Rule: Rule{ID: "EXCHANGE-LONG", Area: AreaExchange, Tolerant: Note, Strict: Note, Versions: Both,
		Clause: "hostap, iwd",
		Text:   "An exchange takes no longer than the walk time of 120 seconds."},
		exchange: checkLong},
}

const (
	answerTime = 15 * time.Second
	walkTime   = 120 * time.Second
)

func checkLate(x *exchange, r *reporter) {
	for i := 1; i < len(x.steps); i++ {
		s, before := &x.steps[i], &x.steps[i-1]
		if d := s.Time.Sub(before.Time); !s.Time.IsZero() && !before.Time.IsZero() && d > answerTime {
			r.at(s, 0, "This came %v after the previous message.", d.Round(time.Millisecond))
		}
	}
}

func checkLong(x *exchange, r *reporter) {
	if len(x.steps) == 0 {
		return
	}
	s, first := &x.steps[len(x.steps)-1], x.steps[0].Time
	if d := s.Time.Sub(first); !s.Time.IsZero() && !first.IsZero() && d > walkTime {
		r.at(s, 0, "The exchange took %v.", d.Round(time.Millisecond))
	}
}
