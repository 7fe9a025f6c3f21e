package validate

import (
	"bytes"

	"github.com/gowps/gowps/wps"
)

// settingsRules are rules about decrypted Encrypted Settings, and about the
// Credentials in them and in NFC tokens.
var settingsRules = []rule{
	{Rule: Rule{ID: "S-NONCE-ZERO", Area: AreaSettings, Tolerant: Error, Strict: Error, Versions: Both, Kinds: from(wps.KindM4Settings, wps.KindM7APSettings),
		Clause: "advice",
		Text:   "A secret nonce is random: if it is zeros, a listener can find the PIN from the hashes."},
		list: checkSNonceZero},
	{Rule: Rule{ID: "KEY-WRAP-LAST", Area: AreaSettings, Tolerant: Error, Strict: Error, Versions: Both, Kinds: plaintexts,
		Clause: "hostap, iwd",
		Text:   "The Key Wrap Authenticator is the last attribute of the settings, so that it covers all others."},
		list: checkKeyWrapLast},
	{Rule: Rule{ID: "CREDENTIAL-NO-TYPE", Area: AreaSettings, Tolerant: Error, Strict: Error, Versions: Both, Kinds: credentials,
		Clause: "hostap, iwd",
		Text:   "A credential names a type of authentication and one of encryption."},
		list: checkNoType},
	{Rule: Rule{ID: "CREDENTIAL-TYPES", Area: AreaSettings, Tolerant: Error, Strict: Error, Versions: Both, Kinds: credentials,
		Clause: "WSC 2.0 Tables 32 and 38",
		Text:   "Authentication and encryption go together: a personal or enterprise network is encrypted with TKIP or AES, an open one with nothing or WEP."},
		list: checkTypes},
	{Rule: Rule{ID: "CREDENTIAL-WEP", Area: AreaSettings, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: credentials,
		Clause: "WSC 2.0, hostap",
		Text:   "No network with WEP is handed out: 2.0 prohibits it and stations refuse it."},
		list: checkWEP},
	{Rule: Rule{ID: "CREDENTIAL-TKIP", Area: AreaSettings, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: credentials,
		Clause: "WSC 2.0, hostap",
		Text:   "TKIP is handed out together with AES only: 2.0 prohibits it alone."},
		list: checkTKIP},
	{Rule: Rule{ID: "CREDENTIAL-WPA", Area: AreaSettings, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: credentials,
		Clause: "WSC 2.0 Table 32, hostap",
		Text:   "WPA-Personal is handed out together with WPA2-Personal only."},
		list: checkWPA},
	{Rule: Rule{ID: "CREDENTIAL-ENTERPRISE", Area: AreaSettings, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: credentials,
		Clause: "iwd, hostap",
		Text:   "Settings are those of a personal or open network: WPS supports no others."},
		list: checkEnterprise},
	{Rule: Rule{ID: "CREDENTIAL-MIXED", Area: AreaSettings, Tolerant: Note, Strict: Note, Versions: Both, Kinds: credentials,
		Clause: "hostap",
		Text:   "A credential names only one type of authentication and one of encryption: some peers, such as Windows 7, refuse combinations.",
		Quirk:  wps.QuirkMixedType},
		list: checkMixed},
	{Rule: Rule{ID: "NETWORK-KEY-SHAPE", Area: AreaSettings, Tolerant: Error, Strict: Error, Versions: Both, Kinds: credentials,
		Clause: "hostap, iwd; IEEE 802.11",
		Text:   "The key of a personal network is a passphrase of 8 to 63 characters or 64 hexadecimal digits, a WEP key has 5 or 13 octets, or 10 or 26 digits."},
		list: checkKeyShape},
	{Rule: Rule{ID: "NETWORK-KEY-TERMINATED", Area: AreaSettings, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: credentials,
		Clause: "WSC 2.0 §12 (via iwd), hostap",
		Text:   "A passphrase is not terminated by a zero octet, which 1.0h allowed.",
		Quirk:  wps.QuirkTerminatedKey},
		list: checkKeyTerminated},
	{Rule: Rule{ID: "NETWORK-KEY-CHARACTERS", Area: AreaSettings, Tolerant: Note, Strict: Warning, Versions: Both, Kinds: credentials,
		Clause: "IEEE 802.11",
		Text:   "A passphrase is ASCII: one with other characters cannot be typed at every device."},
		list: checkKeyCharacters},
	{Rule: Rule{ID: "NETWORK-KEY-OPEN", Area: AreaSettings, Tolerant: Note, Strict: Warning, Versions: Both, Kinds: credentials,
		Clause: "hostap",
		Text:   "The key of an open network is empty."},
		list: checkKeyOpen},
	{Rule: Rule{ID: "NETWORK-KEY-INDEX", Area: AreaSettings, Tolerant: Note, Strict: Note, Versions: Both, Kinds: credentials,
		Clause: "iwd",
		Text:   "Network Key Index is for WEP only.",
		Quirk:  wps.QuirkKeyIndex},
		list: checkKeyIndex},
	{Rule: Rule{ID: "NETWORK-INDEX", Area: AreaSettings, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: []wps.Kind{wps.KindCredential},
		Clause: "hostap, iwd",
		Text:   "Network Index, deprecated in 2.0, is 1.",
		Quirk:  wps.QuirkNetworkIndex},
		list: checkNetworkIndex},
	{Rule: Rule{ID: "CREDENTIAL-REPEATED", Area: AreaSettings, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: credentialHolders,
		Clause: "iwd",
		Text:   "A credential is given once.",
		Quirk:  wps.QuirkRepeated},
		list: checkCredentialRepeated},
	{Rule: Rule{ID: "CREDENTIALS-MANY", Area: AreaSettings, Tolerant: Warning, Strict: Error, Versions: Both, Kinds: credentialHolders,
		Clause: "hostap (keeps 10), iwd (keeps 3)",
		Text:   "At most ten Credentials are given.",
		Quirk:  wps.QuirkExcess},
		list: checkCredentialsMany},
}

// credentialHolders are the lists that contain Credentials.
var credentialHolders = []wps.Kind{wps.KindM2Settings, wps.KindM8Settings, wps.KindConfigurationToken}

// secretNonces are the attributes that an honest peer never sends as zeros.
var secretNonces = []wps.AttributeID{wps.AttrESNonce1, wps.AttrESNonce2, wps.AttrRSNonce1, wps.AttrRSNonce2}

func checkSNonceZero(l *list, r *reporter) {
	for _, id := range secretNonces {
		if v := l.get(id); v != nil && wps.Nonce(v) == (wps.Nonce{}) {
			r.add(id, l.at(id), "%v is all zeros: anyone who sees the hashes can find the PIN.", id)
		}
	}
}

func checkKeyWrapLast(l *list, r *reporter) {
	if !l.has(wps.AttrKeyWrapAuthenticator) {
		return
	}
	if last := l.attrs[len(l.attrs)-1]; last.id != wps.AttrKeyWrapAuthenticator {
		r.add(wps.AttrKeyWrapAuthenticator, l.at(wps.AttrKeyWrapAuthenticator), "The Key Wrap Authenticator is not last: it does not cover what follows.")
	}
}

// types returns the two types of a network's settings, and whether both are
// present.
func (l *list) types() (wps.AuthType, wps.EncrType, bool) {
	auth, ok1 := l.number(wps.AttrAuthType)
	encr, ok2 := l.number(wps.AttrEncrType)
	return wps.AuthType(auth), wps.EncrType(encr), ok1 && ok2
}

const (
	personal   = wps.AuthMixed
	enterprise = wps.AuthWPAEnterprise | wps.AuthWPA2Enterprise
)

func checkNoType(l *list, r *reporter) {
	for _, id := range []wps.AttributeID{wps.AttrAuthType, wps.AttrEncrType} {
		if l.is(id, 0) {
			r.add(id, l.at(id), "%v is 0, which is not a type.", id)
		}
	}
}

func checkTypes(l *list, r *reporter) {
	auth, encr, ok := l.types()
	if !ok || auth == 0 || encr == 0 {
		return
	}
	if auth&(personal|enterprise) != 0 && encr&wps.EncrMixed == 0 || auth == wps.AuthOpen && encr&wps.EncrMixed != 0 {
		r.add(wps.AttrEncrType, l.at(wps.AttrEncrType), "A network of type %v cannot be encrypted with %v.", auth, encr)
	}
}

func checkWEP(l *list, r *reporter) {
	auth, encr, _ := l.types()
	switch {
	case encr&wps.EncrWEP != 0:
		r.add(wps.AttrEncrType, l.at(wps.AttrEncrType), "The network uses WEP: stations refuse it.")
	case auth&wps.AuthShared != 0:
		r.add(wps.AttrAuthType, l.at(wps.AttrAuthType), "The network uses the shared key authentication of WEP: stations refuse it.")
	}
}

func checkTKIP(l *list, r *reporter) {
	if l.is(wps.AttrEncrType, uint64(wps.EncrTKIP)) {
		r.add(wps.AttrEncrType, l.at(wps.AttrEncrType), "The network allows TKIP only.")
	}
}

func checkWPA(l *list, r *reporter) {
	if l.is(wps.AttrAuthType, uint64(wps.AuthWPAPersonal)) {
		r.add(wps.AttrAuthType, l.at(wps.AttrAuthType), "The network allows WPA-Personal only.")
	}
}

func checkEnterprise(l *list, r *reporter) {
	if auth, _, _ := l.types(); auth&enterprise != 0 {
		r.add(wps.AttrAuthType, l.at(wps.AttrAuthType), "The network uses %v, for which WPS has no credentials.", auth)
	}
}

func checkMixed(l *list, r *reporter) {
	auth, encr, _ := l.types()
	if auth == wps.AuthMixed || encr == wps.EncrMixed {
		r.add(wps.AttrAuthType, l.at(wps.AttrAuthType), "The network is described by a pair of types, %v and %v: some peers expect single ones.", auth, encr)
	}
}

// key returns the key of a personal network without a terminator, and
// whether it had one.
func (l *list) key() (key wps.NetworkKey, terminated bool) {
	key = l.get(wps.AttrNetworkKey)
	if n := len(key); n > 8 && n < 64 && key[n-1] == 0 {
		return key[:n-1], true
	}
	return key, false
}

func checkKeyShape(l *list, r *reporter) {
	auth, encr, ok := l.types()
	if !ok || l.get(wps.AttrNetworkKey) == nil {
		return
	}
	key, _ := l.key()
	_, passphrase := key.Passphrase()
	_, psk := key.PSK()
	switch {
	case auth&personal != 0 && !passphrase && !psk:
		r.add(wps.AttrNetworkKey, l.at(wps.AttrNetworkKey), "The network key, of %d octets, is neither a passphrase of 8 to 63 characters nor 64 hexadecimal digits.", len(key))
	case auth&personal == 0 && encr&wps.EncrWEP != 0 && !wepLength(len(key)):
		r.add(wps.AttrNetworkKey, l.at(wps.AttrNetworkKey), "The network key, of %d octets, is not a WEP key.", len(key))
	}
}

func wepLength(n int) bool { return n == 5 || n == 10 || n == 13 || n == 26 }

func checkKeyTerminated(l *list, r *reporter) {
	if auth, _, _ := l.types(); auth&personal != 0 {
		if _, terminated := l.key(); terminated {
			r.add(wps.AttrNetworkKey, l.at(wps.AttrNetworkKey), "The passphrase is terminated by a zero octet.")
		}
	}
}

func checkKeyCharacters(l *list, r *reporter) {
	key, _ := l.key()
	if passphrase, ok := key.Passphrase(); ok && bytes.ContainsFunc([]byte(passphrase), func(c rune) bool { return c > 0x7E }) {
		r.add(wps.AttrNetworkKey, l.at(wps.AttrNetworkKey), "The passphrase has characters that are not ASCII.")
	}
}

func checkKeyOpen(l *list, r *reporter) {
	if key := l.get(wps.AttrNetworkKey); l.open() && len(key) > 0 {
		r.add(wps.AttrNetworkKey, l.at(wps.AttrNetworkKey), "The network is open, but has a key of %d octets.", len(key))
	}
}

func checkKeyIndex(l *list, r *reporter) {
	if _, encr, ok := l.types(); ok && encr&wps.EncrWEP == 0 && l.has(wps.AttrNetworkKeyIndex) {
		r.add(wps.AttrNetworkKeyIndex, l.at(wps.AttrNetworkKeyIndex), "There is a Network Key Index, but the key is not a WEP key.")
	}
}

func checkNetworkIndex(l *list, r *reporter) {
	if n, ok := l.number(wps.AttrNetworkIndex); ok && n != 1 {
		r.add(wps.AttrNetworkIndex, l.at(wps.AttrNetworkIndex), "Network Index is %d.", n)
	}
}

// credential is what identifies a Credential.
type credential struct{ ssid, types, key string }

func checkCredentialRepeated(l *list, r *reporter) {
	seen := map[credential]bool{}
	for _, a := range l.attrs {
		if a.id != wps.AttrCredential {
			continue
		}
		inner := newList(wps.KindCredential, l.value(a))
		key, _ := inner.key()
		c := credential{
			ssid:  string(bytes.TrimRight(inner.get(wps.AttrSSID), "\x00")),
			types: string(inner.get(wps.AttrAuthType)) + string(inner.get(wps.AttrEncrType)),
			key:   string(key),
		}
		inner.release()
		if seen[c] {
			r.add(a.id, a.at, "A Credential is given twice.")
		}
		seen[c] = true
	}
}

func checkCredentialsMany(l *list, r *reporter) { reportMany(l, wps.AttrCredential, r) }

// reportMany reports the eleventh attribute of a type.
func reportMany(l *list, id wps.AttributeID, r *reporter) {
	n := 0
	for _, a := range l.attrs {
		if a.id != id {
			continue
		}
		if n++; n == maxRepeated+1 {
			r.add(id, a.at, "More than ten of %v: some receivers keep only the first ten.", id)
		}
	}
}
