package validate

import (
	"bytes"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// messageRules are about single messages of the Registration Protocol.
var messageRules = []rule{
	{Rule: Rule{"MESSAGE-TYPE-MISSING", AreaMessage, Error, Error, Both, nil, "WSC 2.0 §8.3",
		"A message has a Message Type.", 0}, list: checkTypeMissing},
	{Rule: Rule{"MESSAGE-TYPE-UNKNOWN", AreaMessage, Error, Error, Both, nil, "WSC 2.0 Table 39",
		"Message Type is 4 (M1) to 15 (WSC_Done); 1 to 3 are never sent.", 0}, list: checkTypeUnknown},
	{Rule: Rule{"MESSAGE-TYPE-MISMATCH", AreaMessage, Error, Error, Both, messages, "WSC 2.0 Table 39",
		"Message Type is that of the message.", 0}, list: checkTypeMismatch},
	{Rule: Rule{"MESSAGE-SIZE", AreaMessage, Error, Error, Both, messages, "hostap",
		"A message has 50,000 octets at most.", 0}, list: checkSize},
	{Rule: Rule{"NONCE-ZERO", AreaMessage, Error, Error, Both, agreements, "advice",
		"The sender's own nonce is random and not all zeros, but for the one in M2D: hostap has none then.", 0}, list: checkNonceZero},
	{Rule: Rule{"PUBLIC-KEY-RANGE", AreaMessage, Error, Error, Both, agreements, "iwd; RFC 3526 group 5",
		"A public key is between 2 and p−2: with another everyone knows the secret.", 0}, list: checkKey(keyRange)},
	{Rule: Rule{"PUBLIC-KEY-SUBGROUP", AreaMessage, Warning, Error, Both, agreements, "advice; RFC 3526 group 5",
		"A public key is a power of the generator 2, as that of every honest peer is.", 0}, list: checkKey(keySubgroup)},
	{Rule: Rule{"PUBLIC-KEY-PLAIN", AreaMessage, Warning, Error, Both, agreements, "advice",
		"A public key does not show its private exponent: 2, 4, 8 and so on are keys of attack tools.", 0}, list: checkKey(keyPlain)},
	{Rule: Rule{"PUBLIC-KEY-PUBLISHED", AreaMessage, Error, Error, Both, agreements, "pixiewps; the vectors of this module",
		"A public key is not one whose private exponent has been published, as that of a sample or a software kit.", 0}, list: checkKey(keyPublished)},
	{Rule: Rule{"OS-VERSION-BIT", AreaMessage, Note, Note, Both, descriptions, "hostap, iwd",
		"The highest bit of OS Version is sent as 1.", 0}, list: checkOSVersion},
	{Rule: Rule{"RF-BANDS-ONE", AreaMessage, Warning, Error, Both, descriptions, "WSC 2.0 §8.3.1, §8.3.2 (via iwd)",
		"RF Bands names the one band on which the exchange takes place.", 0}, list: checkOneBand},
	{Rule: Rule{"PUSH-BUTTON-METHOD", AreaMessage, Warning, Warning, Both, []wps.Kind{wps.KindM1, wps.KindProbeRequest}, "iwd",
		"Who was pressed (Device Password ID 4) has Push Button among its Config Methods: iwd does not see it otherwise.", 0}, list: checkPushButtonMethod},
	{Rule: Rule{"PSK-ONLY", AreaMessage, Note, Note, Both, []wps.Kind{wps.KindM1}, "hostap",
		"An enrollee takes a passphrase. AirPort of Mac OS X 10.6.3 and 10.6.4 takes the 64 digits of the pre-shared key only.", wps.QuirkPSKOnly}, list: checkPSKOnly},
	{Rule: Rule{"M1-CONFIG-ERROR", AreaMessage, Note, Note, Both, []wps.Kind{wps.KindM1}, "iwd",
		"Configuration Error in M1 is 0: iwd's registrar ignores an M1 with another.", 0}, list: checkConfigError},
	{Rule: Rule{"M2-CONFIG-ERROR", AreaMessage, Warning, Warning, Both, []wps.Kind{wps.KindM2}, "WSC 2.0 §8.3.2, as hostap holds it",
		"Configuration Error in M2 is 0: a registrar that refuses sends M2D.", 0}, list: checkConfigError},
	{Rule: Rule{"M2D-CONFIG-ERROR", AreaMessage, Note, Warning, Both, []wps.Kind{wps.KindM2D}, "hostap",
		"Configuration Error in M2D is 0 (no registrar is waiting), 12 (overlap), 15 (locked) or 20 (key hash).", 0}, list: checkM2DError},
	{Rule: Rule{"HASHES-EQUAL", AreaMessage, Error, Error, Both, []wps.Kind{wps.KindM3, wps.KindM4}, "advice",
		"The hashes of the two halves differ, since their secret nonces do.", 0}, list: checkHashesEqual},
	{Rule: Rule{"AUTHENTICATOR-LAST", AreaMessage, Error, Error, Both, authenticated, "WSC 2.0 §7.1 (via iwd), hostap",
		"The Authenticator is the last attribute, so that it covers all others.", 0}, list: checkAuthenticatorLast},
}

func checkTypeMissing(l *list, r *reporter) {
	if l.kind == 0 && !l.has(wps.AttrMessageType) {
		r.add(wps.AttrMessageType, len(l.data), "There is no Message Type: without it a message cannot be told.")
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

// maxMessage is the longest message that hostap takes.
const maxMessage = 50000

func checkSize(l *list, r *reporter) {
	if len(l.data) > maxMessage {
		r.add(0, 0, "The message has %d octets.", len(l.data))
	}
}

// ownNonce returns the nonce that a description's sender made.
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
		return "is not between 2 and p−2: everyone knows the keys of the run"
	}
	return ""
}

func keySubgroup(k *wps.PublicKey) string {
	if registration.CheckPublicKey(k, nil) == nil && registration.CheckSubgroup(k) != nil {
		return "is no power of the generator: its sender learns a bit of the other side's exponent"
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

func checkPSKOnly(l *list, r *reporter) {
	if bytes.HasPrefix(l.get(wps.AttrManufacturer), []byte("Apple ")) && string(bytes.TrimRight(l.get(wps.AttrModelName), "\x00")) == "AirPort" {
		r.add(wps.AttrModelName, l.at(wps.AttrModelName), "This enrollee takes the pre-shared key in 64 digits only, no passphrase.")
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
		r.add(second, l.at(second), "%v is %v once more.", second, first)
	}
}

func checkAuthenticatorLast(l *list, r *reporter) {
	if !l.has(wps.AttrAuthenticator) {
		return
	}
	if last := l.attrs[len(l.attrs)-1]; last.id != wps.AttrAuthenticator {
		r.add(wps.AttrAuthenticator, l.at(wps.AttrAuthenticator), "The Authenticator is not last: it proves nothing of what follows.")
	}
}
