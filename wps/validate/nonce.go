package validate

import (
	"bytes"
	"crypto/aes"
	"slices"

	"github.com/gowps/gowps/wps"
)

// nonceRules are rules about values that one message must or must not repeat
// from another.
var nonceRules = []rule{
	{Rule: Rule{ID: "ENROLLEE-NONCE-ECHO", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: kinds([]wps.Kind{wps.KindM2, wps.KindM2D, wps.KindM4, wps.KindM6}, from(wps.KindM8, wps.KindDone)),
		Clause: "WSC 2.0 §7.1 (via iwd), hostap",
		Text:   "The Enrollee Nonce is that of M1."},
		exchange: checkEnrolleeNonce},
	{Rule: Rule{ID: "REGISTRAR-NONCE-ECHO", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: kinds([]wps.Kind{wps.KindM3, wps.KindM5, wps.KindM7}, from(wps.KindACK, wps.KindDone)),
		Clause: "WSC 2.0 §7.1 (via iwd), hostap",
		Text:   "The Registrar Nonce is that of M2 or M2D; zeros before one was received."},
		exchange: checkRegistrarNonce},
	{Rule: Rule{ID: "NONCE-REFLECTED", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM2, wps.KindM2D},
		Clause: "advice",
		Text:   "The Registrar Nonce is not the Enrollee Nonce."},
		exchange: checkReflected(wps.AttrEnrolleeNonce, wps.AttrRegistrarNonce)},
	{Rule: Rule{ID: "PUBLIC-KEY-REFLECTED", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM2},
		Clause: "advice",
		Text:   "The registrar's public key is not the enrollee's."},
		exchange: checkReflected(wps.AttrPublicKey, wps.AttrPublicKey)},
	{Rule: Rule{ID: "HASH-REFLECTED", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM4},
		Clause: "advice",
		Text:   "The registrar's hashes are not the enrollee's."},
		exchange: checkHashReflected},
	{Rule: Rule{ID: "DEVICE-PASSWORD-ID-CHANGED", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM2},
		Clause: "WSC 2.0 §8.3.2, as hostap implements it",
		Text:   "M2 has the Device Password ID of M1, but an access point may be read with an NFC password, and 0 and 5 are both PINs."},
		exchange: checkPasswordChanged},
	{Rule: Rule{ID: "DEVICE-PASSWORD-ID-BUTTON", Area: AreaExchange, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM2},
		Clause: "hostap",
		Text:   "A registrar repeats Device Password ID 4 of a push button, and does not send 0 instead."},
		exchange: checkButtonChanged},
	{Rule: Rule{ID: "TYPES-DISJOINT", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: []wps.Kind{wps.KindM2},
		Clause: "hostap, iwd",
		Text:   "The two sides have a type of authentication and one of encryption in common."},
		exchange: checkDisjoint},
	{Rule: Rule{ID: "STATION-CONFIGURED", Area: AreaExchange, Tolerant: Note, Strict: Note, Versions: Both, Kinds: []wps.Kind{wps.KindM1},
		Clause: "iwd",
		Text:   "A station's State is 1, not configured: iwd's registrar ignores another."},
		exchange: checkStationState},
	{Rule: Rule{ID: "M1-CONFIG-METHODS-BUTTON", Area: AreaExchange, Tolerant: Note, Strict: Note, Versions: Both, Kinds: []wps.Kind{wps.KindM1},
		Clause: "hostap",
		Text:   "An access point as enrollee has no push button: it cannot add an external registrar."},
		exchange: checkEnrolleeButton},
	{Rule: Rule{ID: "M2-SETTINGS", Area: AreaExchange, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM2},
		Clause: "hostap; NFC connection handover",
		Text:   "M2 has settings only where the run ends with it: Device Password ID 7."},
		exchange: checkM2Settings},
	{Rule: Rule{ID: "IV-REPEATED", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: sealed,
		Clause: "advice",
		Text:   "Each Encrypted Settings has a different initialization vector."},
		exchange: checkIVs},
}

// reportEcho reports that a nonce differs from the one it should repeat.
func reportEcho(r *reporter, s *step, id wps.AttributeID, origin wps.Kind) {
	r.at(s, id, "The %v in %v is not that of %v: the message is of another run, or forged.", id, s.kind, origin)
}

func checkEnrolleeNonce(x *exchange, r *reporter) {
	const id = wps.AttrEnrolleeNonce
	var known []byte
	x.messages(func(s *step) {
		nonce := s.list.get(id)
		switch {
		case nonce == nil:
		case s.kind == wps.KindM1 || known == nil:
			known = nonce
		case !bytes.Equal(nonce, known):
			reportEcho(r, s, id, wps.KindM1)
		}
	})
}

// checkRegistrarNonce also accepts the nonce of M2D in messages that end a run:
// an access point and an external registrar may both answer M1.
func checkRegistrarNonce(x *exchange, r *reporter) {
	const id = wps.AttrRegistrarNonce
	var ofM2, ofM2D []byte
	x.messages(func(s *step) {
		nonce := s.list.get(id)
		switch {
		case nonce == nil:
		case s.kind == wps.KindM2D:
			ofM2D = nonce
		case s.kind == wps.KindM2 || ofM2 == nil && s.kind < wps.KindACK:
			ofM2 = nonce
		case bytes.Equal(nonce, ofM2), s.kind >= wps.KindACK && (bytes.Equal(nonce, ofM2D) || ofM2 == nil && ofM2D == nil):
		default:
			reportEcho(r, s, id, wps.KindM2)
		}
	})
}

// messages calls f with each message that is not a retransmission.
func (x *exchange) messages(f func(s *step)) {
	for i := range x.steps {
		if s := &x.steps[i]; s.kind != 0 && !s.repeats {
			f(s)
		}
	}
}

// checkReflected compares an attribute of M1 with one of the answers to it.
func checkReflected(sent, answered wps.AttributeID) func(*exchange, *reporter) {
	return func(x *exchange, r *reporter) {
		m1 := x.first(wps.KindM1)
		if m1 == nil {
			return
		}
		own := m1.list.get(sent)
		x.messages(func(s *step) {
			if slices.Contains(r.rule.Kinds, s.kind) && own != nil && bytes.Equal(s.list.get(answered), own) {
				r.at(s, answered, "The %v of %v is the %v of M1, sent back.", answered, s.kind, sent)
			}
		})
	}
}

func checkHashReflected(x *exchange, r *reporter) {
	m3 := x.first(wps.KindM3)
	if m3 == nil {
		return
	}
	x.messages(func(s *step) {
		if s.kind != wps.KindM4 {
			return
		}
		for _, own := range []wps.AttributeID{wps.AttrEHash1, wps.AttrEHash2} {
			for _, id := range []wps.AttributeID{wps.AttrRHash1, wps.AttrRHash2} {
				if v := m3.list.get(own); v != nil && bytes.Equal(s.list.get(id), v) {
					r.at(s, id, "%v is %v of M3, sent back.", id, own)
				}
			}
		}
	})
}

// passwords calls f with each M2 and the passwords of M1 and M2.
func (x *exchange) passwords(f func(m2 *step, asked, answered wps.DevicePasswordID)) {
	m1 := x.first(wps.KindM1)
	if m1 == nil {
		return
	}
	asked, ok1 := m1.list.number(wps.AttrDevicePasswordID)
	x.messages(func(s *step) {
		if answered, ok2 := s.list.number(wps.AttrDevicePasswordID); ok1 && ok2 && s.kind == wps.KindM2 {
			f(s, wps.DevicePasswordID(asked), wps.DevicePasswordID(answered))
		}
	})
}

// isPIN reports whether a password is a PIN, which has two identifiers.
func isPIN(id wps.DevicePasswordID) bool {
	return id == wps.PasswordDefault || id == wps.PasswordRegistrarSpecified
}

func buttonDropped(asked, answered wps.DevicePasswordID) bool {
	return asked == wps.PasswordPushButton && answered == wps.PasswordDefault
}

func checkPasswordChanged(x *exchange, r *reporter) {
	x.passwords(func(m2 *step, asked, answered wps.DevicePasswordID) {
		switch {
		case asked == answered, isPIN(asked) && isPIN(answered), buttonDropped(asked, answered):
		case x.enrollee != SideClient && isPIN(asked) && answered.OutOfBand():
		default:
			r.at(m2, wps.AttrDevicePasswordID, "M1 has the password %v, M2 %v.", asked, answered)
		}
	})
}

func checkButtonChanged(x *exchange, r *reporter) {
	x.passwords(func(m2 *step, asked, answered wps.DevicePasswordID) {
		if buttonDropped(asked, answered) {
			r.at(m2, wps.AttrDevicePasswordID, "M1 has the push button, M2 a PIN.")
		}
	})
}

func checkDisjoint(x *exchange, r *reporter) {
	m1 := x.first(wps.KindM1)
	if m1 == nil {
		return
	}
	x.messages(func(s *step) {
		if s.kind != wps.KindM2 {
			return
		}
		for _, id := range []wps.AttributeID{wps.AttrAuthTypeFlags, wps.AttrEncrTypeFlags} {
			own, ok1 := m1.list.number(id)
			other, ok2 := s.list.number(id)
			if ok1 && ok2 && own&other == 0 {
				r.at(s, id, "%v of M1 (%#x) and of M2 (%#x) have nothing in common.", id, own, other)
			}
		}
	})
}

func checkStationState(x *exchange, r *reporter) {
	if m1 := x.first(wps.KindM1); m1 != nil && x.enrollee == SideClient && m1.list.is(wps.AttrState, uint64(wps.Configured)) {
		r.at(m1, wps.AttrState, "The station's State is configured.")
	}
}

func checkEnrolleeButton(x *exchange, r *reporter) {
	m1 := x.first(wps.KindM1)
	if m1 == nil || x.enrollee != SideAP {
		return
	}
	if m, ok := m1.list.methods(wps.AttrConfigMethods); ok && m.Has(wps.MethodPushButton) {
		r.at(m1, wps.AttrConfigMethods, "The access point has a push button among its methods as enrollee: %v.", m)
	}
}

// checkM2Settings is for EAP: IEEE 1905.1 carries such an M2 for any password.
func checkM2Settings(x *exchange, r *reporter) {
	x.messages(func(s *step) {
		if s.kind == wps.KindM2 && s.Code != 0 && s.list.has(wps.AttrEncryptedSettings) && !s.list.is(wps.AttrDevicePasswordID, uint64(wps.PasswordNFCHandover)) {
			r.at(s, wps.AttrEncryptedSettings, "M2 hands out settings before the enrollee has proved anything.")
		}
	})
}

func checkIVs(x *exchange, r *reporter) {
	seen := map[[aes.BlockSize]byte]wps.Kind{}
	x.messages(func(s *step) {
		v := s.list.get(wps.AttrEncryptedSettings)
		if v == nil {
			return
		}
		iv := [aes.BlockSize]byte(v)
		if before, ok := seen[iv]; ok {
			r.at(s, wps.AttrEncryptedSettings, "The initialization vector is that of %v.", before)
		}
		seen[iv] = s.kind
	})
}
