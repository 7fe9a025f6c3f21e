package validate

import (
	"bytes"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// messageRules are about single messages of the Registration Protocol.
var messageRules = []rule{
	{Rule: Rule{ID: "MESSAGE-TYPE-MISSING", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "WSC 2.0 §8.3",
		Text:   "A message has a Message Type."},
		list: checkTypeMissing},
	{Rule: Rule{ID: "MESSAGE-TYPE-UNKNOWN", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both,
		Clause: "WSC 2.0 Table 39",
		Text:   "Message Type is 4 (M1) to 15 (WSC_Done); 1 to 3 are never sent."},
		list: checkTypeUnknown},
	{Rule: Rule{ID: "MESSAGE-TYPE-MISMATCH", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both, Kinds: messages,
		Clause: "WSC 2.0 Table 39",
		Text:   "Message Type is that of the message."},
		list: checkTypeMismatch},
	{Rule: Rule{ID: "MESSAGE-SIZE", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both, Kinds: messages,
		Clause: "hostap",
		Text:   "A message has at most 50,000 octets."},
		list: checkSize},
	{Rule: Rule{ID: "NONCE-ZERO", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both, Kinds: agreements,
		Clause: "advice",
		Text:   "The sender's own nonce is random and not all zeros, except in M2D, where hostap has none yet."},
		list: checkNonceZero},
	{Rule: Rule{ID: "PUBLIC-KEY-RANGE", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both, Kinds: agreements,
		Clause: "iwd; RFC 3526 group 5",
		Text:   "A public key is between 2 and p−2: with any other, the shared secret is known to everyone."},
		list: checkKey(keyRange)},
	{Rule: Rule{ID: "PUBLIC-KEY-SUBGROUP", Area: AreaMessage, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: agreements,
		Clause: "advice; RFC 3526 group 5",
		Text:   "A public key is a power of the generator 2, as every correctly generated key is."},
		list: checkKey(keySubgroup)},
	{Rule: Rule{ID: "PUBLIC-KEY-PLAIN", Area: AreaMessage, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: agreements,
		Clause: "advice",
		Text:   "A public key does not show its private exponent: 2, 4, 8 and so on are keys of attack tools."},
		list: checkKey(keyPlain)},
	{Rule: Rule{ID: "PUBLIC-KEY-PUBLISHED", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both, Kinds: agreements,
		Clause: "pixiewps; iwd's unit tests; the vectors of this module",
		Text:   "A public key is not one whose private exponent has been published, such as that of a sample or a software kit."},
		list: checkKey(keyPublished)},
	{Rule: Rule{ID: "OS-VERSION-BIT", Area: AreaMessage, Tolerant: Note, Strict: Note, Versions: Both, Kinds: descriptions,
		Clause: "hostap, iwd",
		Text:   "The highest bit of OS Version is sent as 1."},
		list: checkOSVersion},
	{Rule: Rule{ID: "RF-BANDS-ONE", Area: AreaMessage, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: descriptions,
		Clause: "WSC 2.0 §8.3.1, §8.3.2 (via iwd)",
		Text:   "RF Bands names the one band on which the exchange takes place."},
		list: checkOneBand},
	{Rule: Rule{ID: "PUSH-BUTTON-METHOD", Area: AreaMessage, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: []wps.Kind{wps.KindM1, wps.KindProbeRequest},
		Clause: "iwd",
		Text:   "A device in push-button mode (Device Password ID 4) has Push Button in its Config Methods: otherwise iwd ignores it."},
		list: checkPushButtonMethod},
	{Rule: Rule{ID: "M1-CONFIG-ERROR", Area: AreaMessage, Tolerant: Note, Strict: Note, Versions: Both, Kinds: []wps.Kind{wps.KindM1},
		Clause: "iwd",
		Text:   "Configuration Error in M1 is 0: iwd's registrar ignores an M1 with another."},
		list: checkConfigError},
	{Rule: Rule{ID: "M2-CONFIG-ERROR", Area: AreaMessage, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: []wps.Kind{wps.KindM2},
		Clause: "WSC 2.0 §8.3.2, as hostap implements it",
		Text:   "Configuration Error in M2 is 0: a registrar that refuses sends M2D."},
		list: checkConfigError},
	{Rule: Rule{ID: "M2D-CONFIG-ERROR", Area: AreaMessage, Tolerant: Note, Strict: Warning, Versions: Both, Kinds: []wps.Kind{wps.KindM2D},
		Clause: "hostap",
		Text:   "Configuration Error in M2D is 0 (no registrar is waiting), 12 (overlap), 15 (locked) or 20 (key hash)."},
		list: checkM2DError},
	{Rule: Rule{ID: "HASHES-EQUAL", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindM3, wps.KindM4},
		Clause: "advice",
		Text:   "The hashes of the two halves differ, since their secret nonces do."},
		list: checkHashesEqual},
	{Rule: Rule{ID: "AUTHENTICATOR-LAST", Area: AreaMessage, Tolerant: Error, Strict: Error, Versions: Both, Kinds: authenticated,
		Clause: "WSC 2.0 §7.1 (via iwd), hostap",
		Text:   "The Authenticator is the last attribute, so that it covers all others."},
		list: checkAuthenticatorLast},
}

func checkTypeMissing(l *list, r *reporter) {
	if l.kind == 0 && !l.has(wps.AttrMessageType) {
		r.add(wps.AttrMessageType, len(l.data), "There is no Message Type, so the message is not known.")
	}
}

func checkTypeUnknown(l *list, r *reporter) {
	if t, ok := l.number(wps.AttrMessageType); ok && wps.MessageType(t).Kind() == 0 {
		r.add(wps.AttrMessageType, l.at(wps.AttrMessageType), "Message Type is %#02x, which no message has.", t)
	}
}

func checkTypeMismatch(l *list, r *reporter) {
	if t, ok := l.number(wps.AttrMessageType); ok && wps.MessageType(t).Kind() != l.kind && wps.MessageType(t).Kind() != 0 {
		r.add(wps.AttrMessageType, l.at(wps.AttrMessageType), "Message Type is that of %v, not of %v.", wps.MessageType(t), l.kind)
	}
}

// maxMessage is the longest message that hostap accepts.
const maxMessage = 50000

func checkSize(l *list, r *reporter) {
	if len(l.data) > maxMessage {
		r.add(0, 0, "The message has %d octets.", len(l.data))
	}
}

// ownNonce returns the nonce that the sender of a message generates.
func ownNonce(k wps.Kind) wps.AttributeID {
	if k == wps.KindM1 {
		return wps.AttrEnrolleeNonce
	}
	return wps.AttrRegistrarNonce
}

func checkNonceZero(l *list, r *reporter) {
	id := ownNonce(l.kind)
	if v := l.get(id); v != nil && wps.Nonce(v) == (wps.Nonce{}) {
		r.add(id, l.at(id), "%v is all zeros.", id)
	}
}

// checkKey applies a check to a public key.
func checkKey(wrong func(*wps.PublicKey) string) func(*list, *reporter) {
	return func(l *list, r *reporter) {
		v := l.get(wps.AttrPublicKey)
		if v == nil {
			return
		}
		if why := wrong((*wps.PublicKey)(v)); why != "" {
			r.add(wps.AttrPublicKey, l.at(wps.AttrPublicKey), "The public key %s.", why)
		}
	}
}

func keyRange(k *wps.PublicKey) string {
	if registration.CheckPublicKey(k, nil) != nil {
		return "is not between 2 and p−2: anyone can compute the keys of the run"
	}
	return ""
}

func keySubgroup(k *wps.PublicKey) string {
	if registration.CheckPublicKey(k, nil) == nil && registration.CheckSubgroup(k) != nil {
		return "is not a power of the generator: its sender learns a bit of the other side's exponent"
	}
	return ""
}

func keyPlain(k *wps.PublicKey) string {
	if registration.CheckPublicKey(k, nil) == nil && registration.ExponentIsPlain(k) {
		return "is a small power of two: every listener can compute the keys of the run"
	}
	return ""
}

func checkOSVersion(l *list, r *reporter) {
	if v, ok := l.number(wps.AttrOSVersion); ok && v>>31 == 0 {
		r.add(wps.AttrOSVersion, l.at(wps.AttrOSVersion), "The highest bit of OS Version is 0.")
	}
}

func checkOneBand(l *list, r *reporter) {
	if v, ok := l.number(wps.AttrRFBands); ok && v&(v-1) != 0 {
		r.add(wps.AttrRFBands, l.at(wps.AttrRFBands), "RF Bands names several bands: %v.", wps.RFBands(v))
	}
}

func checkPushButtonMethod(l *list, r *reporter) {
	m, ok := l.methods(wps.AttrConfigMethods)
	if ok && !m.Has(wps.MethodPushButton) && l.is(wps.AttrDevicePasswordID, uint64(wps.PasswordPushButton)) {
		r.add(wps.AttrConfigMethods, l.at(wps.AttrConfigMethods), "Device Password ID is that of the push button, which Config Methods lack: %v.", m)
	}
}

func checkConfigError(l *list, r *reporter) {
	if e, ok := l.number(wps.AttrConfigError); ok && e != 0 {
		r.add(wps.AttrConfigError, l.at(wps.AttrConfigError), "Configuration Error is %d, %v.", e, wps.ConfigError(e))
	}
}

func checkM2DError(l *list, r *reporter) {
	e, ok := l.number(wps.AttrConfigError)
	switch wps.ConfigError(e) {
	case wps.NoError, wps.MultiplePBCSessions, wps.SetupLocked, wps.PublicKeyHashMismatch:
		return
	}
	if ok {
		r.add(wps.AttrConfigError, l.at(wps.AttrConfigError), "Configuration Error of M2D is %d, %v.", e, wps.ConfigError(e))
	}
}

func checkHashesEqual(l *list, r *reporter) {
	first, second := wps.AttrEHash1, wps.AttrEHash2
	if l.kind == wps.KindM4 {
		first, second = wps.AttrRHash1, wps.AttrRHash2
	}
	if v := l.get(first); v != nil && bytes.Equal(v, l.get(second)) {
		r.add(second, l.at(second), "%v equals %v.", second, first)
	}
}

func checkAuthenticatorLast(l *list, r *reporter) {
	if !l.has(wps.AttrAuthenticator) {
		return
	}
	if last := l.attrs[len(l.attrs)-1]; last.id != wps.AttrAuthenticator {
		r.add(wps.AttrAuthenticator, l.at(wps.AttrAuthenticator), "The Authenticator is not last: it does not cover what follows.")
	}
}
