package validate

import (
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// refusalRules are rules about the configuration errors of refusals, and
// whether they match the message that they answer. Refusals are not
// authenticated, so one that does not match may be forged.
var refusalRules = []rule{
	{Rule: Rule{ID: "NACK-PASSWORD", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: refusals,
		Clause: "WSC 2.0 Table 34 (via iwd), hostap",
		Text:   "Error 18, a wrong password, answers a message that proves a half: the enrollee sends it after M4 and M6, the registrar after M5 and M7."},
		exchange: onRefusal(wps.DevicePasswordAuthFailed, passwordFits)},
	{Rule: Rule{ID: "NACK-OVERLAP", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: refusals,
		Clause: "WSC 2.0 §11.3 (via iwd), hostap",
		Text:   "Error 12, a session overlap, is for push buttons: Device Password ID 4."},
		exchange: onRefusal(wps.MultiplePBCSessions, overlapFits)},
	{Rule: Rule{ID: "NACK-LOCKED", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: refusals,
		Clause: "hostap",
		Text:   "Error 15, locked, is sent by an access point for its own PIN: after M2 or M8, or in M2D."},
		exchange: onRefusal(wps.SetupLocked, lockedFits)},
	{Rule: Rule{ID: "NACK-KEY-HASH", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: refusals,
		Clause: "hostap",
		Text:   "Error 20, a wrong hash of the public key, is for passwords out of band, after M1 or M2."},
		exchange: onRefusal(wps.PublicKeyHashMismatch, keyHashFits)},
	{Rule: Rule{ID: "NACK-DECRYPTION", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: refusals,
		Clause: "iwd",
		Text:   "Error 2, settings that cannot be decrypted, answers a message with Encrypted Settings."},
		exchange: onRefusal(wps.DecryptionCRCFailure, decryptionFits)},
	{Rule: Rule{ID: "NACK-REASON", Area: AreaExchange, Tolerant: Note, Strict: Note, Versions: Both, Kinds: []wps.Kind{wps.KindNACK},
		Clause: "WSC 2.0 Table 34 (via iwd)",
		Text:   "A refusal has a reason; error 0 is for a registrar that only reads the settings of an access point, after M7."},
		exchange: onRefusal(wps.NoError, reasonFits)},
}

var refusals = []wps.Kind{wps.KindM2D, wps.KindNACK}

// refusal is M2D or WSC_NACK, and what it answers.
type refusal struct {
	kind     wps.Kind
	role     registration.Role // the side that refuses; 0 if unknown
	enrollee Side
	answers  wps.Kind             // 0 if it is the first message
	password wps.DevicePasswordID // in M1
	m1       bool                 // whether password is known
}

// onRefusal reports refusals with an error for which misfit returns a reason.
func onRefusal(code wps.ConfigError, misfit func(refusal) string) func(*exchange, *reporter) {
	return func(x *exchange, r *reporter) {
		x.refusals(func(s *step, why refusal) {
			if !s.list.is(wps.AttrConfigError, uint64(code)) {
				return
			}
			if text := misfit(why); text != "" {
				r.at(s, wps.AttrConfigError, "Configuration Error is %d, %v: %s.", code, code, text)
			}
		})
	}
}

// refusals calls f with each refusal. One that answers another refusal repeats
// its reason, or has none, and is left out.
func (x *exchange) refusals(f func(s *step, why refusal)) {
	before, why := wps.Kind(0), refusal{enrollee: x.enrollee}
	x.messages(func(s *step) {
		if s.kind == wps.KindM1 {
			id, ok := s.list.number(wps.AttrDevicePasswordID)
			why.password, why.m1 = wps.DevicePasswordID(id), ok
		}
		if s.kind == wps.KindM2D || s.kind == wps.KindNACK && before != wps.KindNACK && before != wps.KindM2D {
			why.kind, why.role, why.answers = s.kind, x.role(s), before
			f(s, why)
		}
		before = s.kind
	})
}

func passwordFits(why refusal) string {
	switch why.answers {
	case wps.KindM4, wps.KindM6:
		if why.role != registration.RoleRegistrar {
			return ""
		}
	case wps.KindM5, wps.KindM7:
		if why.role != registration.RoleEnrollee {
			return ""
		}
	}
	return "the message before it proves no password"
}

func overlapFits(why refusal) string {
	if why.m1 && why.password != wps.PasswordPushButton {
		return "the enrollee did not use its push button"
	}
	return ""
}

func lockedFits(why refusal) string {
	switch {
	case why.kind == wps.KindM2D:
		return ""
	case why.enrollee == SideClient || why.role == registration.RoleRegistrar:
		return "only an access point that is the enrollee has a PIN to lock"
	case why.answers != wps.KindM2 && why.answers != wps.KindM8:
		return "an access point sends this after M2 or M8"
	}
	return ""
}

func keyHashFits(why refusal) string {
	switch {
	case why.answers != wps.KindM1 && why.answers != wps.KindM2:
		return "public keys come in M1 and M2"
	case why.m1 && why.role == registration.RoleRegistrar && !why.password.OutOfBand() && why.password != wps.PasswordNFCHandover:
		return "there is no password out of band"
	}
	return ""
}

func decryptionFits(why refusal) string {
	if why.answers == wps.KindM2 || why.answers >= wps.KindM4 && why.answers <= wps.KindM8 {
		return ""
	}
	return "the message before it has no encrypted settings"
}

func reasonFits(why refusal) string {
	if why.kind == wps.KindM2D || why.answers == wps.KindM7 && why.enrollee != SideClient || why.answers == wps.KindDone {
		return ""
	}
	return "the message gives no reason"
}
