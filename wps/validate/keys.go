package validate

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"

	"github.com/gowps/gowps/wps"
)

// keyRules are rules that need the keys of the run.
var keyRules = []rule{
	{Rule: Rule{ID: "AUTHENTICATOR-WRONG", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: authenticated,
		Clause: "WSC 2.0 §7.1 (via iwd), hostap",
		Text:   "The Authenticator is computed over the previous message and this one."},
		exchange: checkChain(chainWrong, "The Authenticator is wrong: the message was changed on the way, or the keys are not those of this run.")},
	{Rule: Rule{ID: "AUTHENTICATOR-OVER-M2D", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: authenticated,
		Clause: "hostap, iwd",
		Text:   "M2D is not in the chain of Authenticators: an M2 after it is authenticated over M1."},
		exchange: checkChain(chainOverM2D, "The Authenticator is computed over M2D, which is not in the chain.")},
	{Rule: Rule{ID: "SETTINGS-PADDING", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: sealed,
		Clause: "hostap, iwd",
		Text:   "Encrypted Settings end with 1 to 16 octets of padding, each with the value of their number."},
		exchange: checkSealed(badPadding, "The settings cannot be decrypted: their padding is not 1 to 16 octets of that value.")},
	{Rule: Rule{ID: "KEY-WRAP-MISSING", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: sealed,
		Clause: "hostap, iwd",
		Text:   "Encrypted Settings contain a Key Wrap Authenticator."},
		exchange: checkSealed(noKeyWrap, "The settings contain no Key Wrap Authenticator.")},
	{Rule: Rule{ID: "KEY-WRAP-WRONG", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: sealed,
		Clause: "hostap, iwd",
		Text:   "The Key Wrap Authenticator is computed over the settings before it."},
		exchange: checkSealed(wrongKeyWrap, "The Key Wrap Authenticator is wrong.")},
	{Rule: Rule{ID: "S-NONCES-EQUAL", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: from(wps.KindM4Settings, wps.KindM7APSettings),
		Clause: "advice",
		Text:   "The secret nonces of a run differ: a second one that is already known proves nothing."},
		exchange: checkSNoncesEqual},
	{Rule: Rule{ID: "S-NONCE-PUBLIC", Area: AreaExchange, Tolerant: Error, Strict: Error, Versions: Both, Kinds: from(wps.KindM4Settings, wps.KindM7APSettings),
		Clause: "advice",
		Text:   "A secret nonce is not one of the values that are sent in the clear."},
		exchange: checkSNoncePublic},
	{Rule: Rule{ID: "CREDENTIAL-MAC", Area: AreaExchange, Tolerant: Note, Strict: Note, Versions: Both, Kinds: []wps.Kind{wps.KindCredential},
		Clause: "hostap (deployed access points send others)",
		Text:   "The MAC Address in a Credential is that of the enrollee."},
		exchange: checkCredentialMAC},
	{Rule: Rule{ID: "CREDENTIAL-UNSUPPORTED", Area: AreaExchange, Tolerant: Warning, Strict: Warning, Versions: Both, Kinds: credentials,
		Clause: "hostap, iwd",
		Text:   "The types in a Credential are among those that the enrollee listed in M1."},
		exchange: checkUnsupported},
}

// sealed are the messages with Encrypted Settings.
var sealed = kinds([]wps.Kind{wps.KindM2}, from(wps.KindM4, wps.KindM8))

// chain is the result of verifying an Authenticator.
type chain uint8

const (
	chainUnknown chain = iota // there is none, or no key to verify it with
	chainGood
	chainWrong
	chainOverM2D
)

// predecessor returns the kind of message over which a message of a kind is
// authenticated.
func predecessor(kind wps.Kind) wps.Kind {
	switch kind {
	case wps.KindM3:
		return wps.KindM2
	case wps.KindM2, wps.KindM4, wps.KindM5, wps.KindM6, wps.KindM7, wps.KindM8:
		return kind - 1
	}
	return 0
}

// followChain verifies the Authenticators. A message that is not authentic
// does not enter the chain, as its receiver ignores it.
func (x *exchange) followChain() {
	var previous, m2d *step
	for i := range x.steps {
		s := &x.steps[i]
		switch {
		case s.repeats || s.changed:
		case s.kind == wps.KindM1:
			previous, m2d = s, nil
		case s.kind == wps.KindM2D:
			m2d = s
		case predecessor(s.kind) == 0:
		case previous == nil || previous.kind != predecessor(s.kind):
			previous = s // a message is missing: continue from here
		case x.cipher.VerifyAuthenticator(previous.Body, s.Body) == nil:
			s.chain, previous = chainGood, s
		case m2d != nil && x.cipher.VerifyAuthenticator(m2d.Body, s.Body) == nil:
			s.chain, previous = chainOverM2D, s
		default:
			s.chain = chainWrong
		}
	}
}

func checkChain(c chain, text string) func(*exchange, *reporter) {
	return func(x *exchange, r *reporter) {
		for i := range x.steps {
			if s := &x.steps[i]; s.chain == c {
				r.at(s, wps.AttrAuthenticator, "%s", text)
			}
		}
	}
}

// at reports that the current rule is broken at an attribute of a message.
func (r *reporter) at(s *step, id wps.AttributeID, format string, args ...any) {
	r.message, r.kind = s.index, s.kind
	offset := 0
	if s.list != nil && id != 0 {
		offset = s.list.at(id)
	}
	r.add(id, offset, format, args...)
}

// inside reports that the current rule is broken at an attribute of the
// settings in a message.
func (r *reporter) inside(s *step, id wps.AttributeID, format string, args ...any) {
	r.message, r.kind = s.index, s.settings.kind
	r.add(id, s.settings.at(id), format, args...)
}

// seal is the fault of Encrypted Settings that cannot be opened.
type seal uint8

const (
	sealGood seal = iota
	badPadding
	noKeyWrap
	wrongKeyWrap
)

// openSettings decrypts what can be decrypted.
func (x *exchange) openSettings() {
	for i := range x.steps {
		s := &x.steps[i]
		if s.repeats || s.list == nil {
			continue
		}
		value := s.list.get(wps.AttrEncryptedSettings)
		if value == nil || len(value)%aes.BlockSize != 0 {
			continue // the rules about its length report this
		}
		settings, err := x.cipher.OpenSettings(value)
		if err != nil {
			settings, s.seal = x.breakSeal(value)
		}
		if settings != nil {
			s.decrypted, s.settings = settings, newList(0, settings)
			s.settings.kind = x.settingsKind(s)
			s.settings.sender = s.list.sender
		}
	}
}

// breakSeal finds the fault of settings that cannot be opened. If only their
// form is wrong, it returns them, with the Key Wrap Authenticator.
func (x *exchange) breakSeal(value []byte) ([]byte, seal) {
	block, err := aes.NewCipher(x.Keys.KeyWrapKey[:])
	if err != nil {
		panic("validate: AES refuses a key of 16 octets: " + err.Error())
	}
	plaintext := make([]byte, len(value)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, value[:aes.BlockSize]).CryptBlocks(plaintext, value[aes.BlockSize:])
	n := int(plaintext[len(plaintext)-1])
	if n == 0 || n > aes.BlockSize || !bytes.Equal(plaintext[len(plaintext)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		clear(plaintext)
		return nil, badPadding
	}
	plaintext = plaintext[:len(plaintext)-n]
	l := newList(0, plaintext)
	defer l.release()
	switch {
	case !l.has(wps.AttrKeyWrapAuthenticator):
		return plaintext, noKeyWrap
	case l.attrs[len(l.attrs)-1].id != wps.AttrKeyWrapAuthenticator:
		return plaintext, sealGood // KEY-WRAP-LAST reports this
	}
	return plaintext, wrongKeyWrap
}

// settingsKind returns the kind of the settings in a message.
func (x *exchange) settingsKind(s *step) wps.Kind {
	ofAP := x.enrollee == SideAP || x.enrollee == 0 && s.settings.has(wps.AttrSSID)
	switch s.kind {
	case wps.KindM2:
		if ofAP {
			return wps.KindM8APSettings
		}
		return wps.KindM2Settings
	case wps.KindM7:
		if ofAP {
			return wps.KindM7APSettings
		}
		return wps.KindM7Settings
	case wps.KindM8:
		if ofAP {
			return wps.KindM8APSettings
		}
		return wps.KindM8Settings
	case wps.KindM4, wps.KindM5, wps.KindM6:
		return wps.KindM4Settings + (s.kind - wps.KindM4)
	}
	return 0
}

func checkSealed(what seal, text string) func(*exchange, *reporter) {
	return func(x *exchange, r *reporter) {
		for i := range x.steps {
			if s := &x.steps[i]; s.seal == what {
				r.at(s, wps.AttrEncryptedSettings, "%s", text)
			}
		}
	}
}

// secrets calls f with each decrypted secret nonce.
func (x *exchange) secrets(f func(s *step, id wps.AttributeID, nonce wps.Nonce)) {
	for i := range x.steps {
		s := &x.steps[i]
		if s.settings == nil {
			continue
		}
		for _, id := range secretNonces {
			if v := s.settings.get(id); v != nil {
				f(s, id, wps.Nonce(v))
			}
		}
	}
}

func checkSNoncesEqual(x *exchange, r *reporter) {
	seen := map[wps.Nonce]wps.AttributeID{}
	x.secrets(func(s *step, id wps.AttributeID, nonce wps.Nonce) {
		if before, ok := seen[nonce]; ok && before != id {
			r.inside(s, id, "%v equals %v.", id, before)
		}
		seen[nonce] = id
	})
}

// checkSNoncePublic compares the secret nonces with the nonces and
// initialization vectors, and with parts of public keys and hashes that a
// careless device might reuse.
func checkSNoncePublic(x *exchange, r *reporter) {
	if x.cipher == nil {
		return
	}
	public := map[wps.Nonce]string{}
	for i := range x.steps {
		s := &x.steps[i]
		if s.list == nil {
			continue
		}
		for _, a := range s.list.attrs {
			switch a.id {
			case wps.AttrEnrolleeNonce, wps.AttrRegistrarNonce, wps.AttrUUIDE, wps.AttrUUIDR, wps.AttrPublicKey,
				wps.AttrEHash1, wps.AttrEHash2, wps.AttrRHash1, wps.AttrRHash2, wps.AttrEncryptedSettings:
				v := s.list.value(a)
				for ; len(v) >= len(wps.Nonce{}); v = v[len(wps.Nonce{}):] {
					public[wps.Nonce(v)] = a.id.String()
				}
			}
		}
	}
	x.secrets(func(s *step, id wps.AttributeID, nonce wps.Nonce) {
		if where, ok := public[nonce]; ok && nonce != (wps.Nonce{}) {
			r.inside(s, id, "%v is a part of %s, which was sent in the clear.", id, where)
		}
	})
}

// networks calls f with the decrypted settings of each network, and their
// offset.
func (x *exchange) networks(f func(s *step, l *list, at int)) {
	for i := range x.steps {
		s := &x.steps[i]
		switch {
		case s.settings == nil:
		case s.settings.kind == wps.KindM7APSettings || s.settings.kind == wps.KindM8APSettings:
			f(s, s.settings, 0)
		default:
			for _, a := range s.settings.attrs {
				if a.id == wps.AttrCredential {
					inner := newList(wps.KindCredential, s.settings.value(a))
					f(s, inner, a.at+attributeHeader)
					inner.release()
				}
			}
		}
	}
}

func checkCredentialMAC(x *exchange, r *reporter) {
	m1 := x.first(wps.KindM1)
	if m1 == nil {
		return
	}
	own := m1.list.get(wps.AttrMACAddress)
	x.networks(func(s *step, l *list, at int) {
		mac := l.get(wps.AttrMACAddress)
		if l.kind == wps.KindCredential && own != nil && mac != nil && !bytes.Equal(mac, own) {
			r.message, r.kind = s.index, l.kind
			r.add(wps.AttrMACAddress, at+l.at(wps.AttrMACAddress), "The MAC Address in the Credential is %v, that of the enrollee %v.", wps.MAC(mac), wps.MAC(own))
		}
	})
}

func checkUnsupported(x *exchange, r *reporter) {
	m1 := x.first(wps.KindM1)
	if m1 == nil {
		return
	}
	auths, ok1 := m1.list.number(wps.AttrAuthTypeFlags)
	encrs, ok2 := m1.list.number(wps.AttrEncrTypeFlags)
	x.networks(func(s *step, l *list, at int) {
		auth, encr, ok := l.types()
		if !ok1 || !ok2 || !ok || s.kind == wps.KindM7 || auth == 0 || encr == 0 {
			return
		}
		r.message, r.kind = s.index, l.kind
		if uint64(auth)&auths == 0 {
			r.add(wps.AttrAuthType, at+l.at(wps.AttrAuthType), "The network uses %v; the enrollee supports %v.", auth, wps.AuthType(auths))
		}
		if uint64(encr)&encrs == 0 {
			r.add(wps.AttrEncrType, at+l.at(wps.AttrEncrType), "The network is encrypted with %v; the enrollee supports %v.", encr, wps.EncrType(encrs))
		}
	})
}
