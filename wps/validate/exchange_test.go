package validate_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// lab is a captured exchange with its keys, for modification.
type lab struct {
	validate.Transcript
	tb     testing.TB
	cipher *registration.Cipher // nil without keys
}

// newLab returns the last exchange of a capture. It corrects the one fault of
// wpa_supplicant's wired driver, so that RF Bands names one band.
func newLab(tb testing.TB, name string) *lab {
	tb.Helper()
	for _, c := range wired(tb) {
		if c.Name != name {
			continue
		}
		all := c.transcripts()
		l := &lab{Transcript: all[len(all)-1], tb: tb}
		if l.Keys != nil {
			l.cipher = registration.NewCipher(l.Keys)
		}
		for _, kind := range []wps.Kind{wps.KindM1, wps.KindM2, wps.KindM2D} {
			if l.index(kind) >= 0 {
				l.set(kind, wps.AttrRFBands, []byte{1})
			}
		}
		return l
	}
	tb.Fatalf("no capture is named %s", name)
	return nil
}

// index returns the index of the first message of a kind, or -1.
func (l *lab) index(kind wps.Kind) int {
	return slices.IndexFunc(l.Entries, func(s validate.Entry) bool { return kindOf(s.Body) == kind })
}

func (l *lab) step(kind wps.Kind) *validate.Entry {
	i := l.index(kind)
	if i < 0 {
		l.tb.Fatalf("there is no %v", kind)
	}
	return &l.Entries[i]
}

func (l *lab) message(kind wps.Kind) sample {
	return sample{kind: kind, attrs: split(l.step(kind).Body)}
}

func (l *lab) get(kind wps.Kind, id wps.AttributeID) []byte { return wps.Find(l.step(kind).Body, id) }

// set changes or removes (nil) an attribute of a message, and recomputes the
// Authenticators.
func (l *lab) set(kind wps.Kind, id wps.AttributeID, v []byte) *lab {
	l.step(kind).Body = l.message(kind).with(id, v).bytes()
	return l.authenticate()
}

// authenticate computes the Authenticators of M2 to M8.
func (l *lab) authenticate() *lab {
	const attribute = 12
	var previous []byte
	for i, s := range l.Entries {
		kind := kindOf(s.Body)
		switch {
		case l.cipher == nil || kind == 0 || kind == wps.KindM2D || kind > wps.KindM8:
			continue
		case kind > wps.KindM1:
			l.Entries[i].Body = l.cipher.AppendAuthenticator(previous, slices.Clone(s.Body[:len(s.Body)-attribute]))
		}
		previous = l.Entries[i].Body
	}
	return l
}

// settings returns the decrypted settings of a message.
func (l *lab) settings(kind wps.Kind) sample {
	b, err := l.cipher.OpenSettings(l.get(kind, wps.AttrEncryptedSettings))
	if err != nil {
		l.tb.Fatal(err)
	}
	return sample{kind: settingsKind(kind, b), attrs: split(b)}
}

// seal replaces the settings of a message, with the old initialization vector.
func (l *lab) seal(kind wps.Kind, settings sample) *lab {
	iv := [16]byte(l.get(kind, wps.AttrEncryptedSettings))
	return l.set(kind, wps.AttrEncryptedSettings, l.cipher.SealSettings(nil, &iv, settings.bytes()))
}

// encrypt replaces the plaintext of a message's settings, including its
// padding.
func (l *lab) encrypt(kind wps.Kind, plaintext []byte) *lab {
	block, err := aes.NewCipher(l.Keys.KeyWrapKey[:])
	if err != nil {
		l.tb.Fatal(err)
	}
	value := append(make([]byte, aes.BlockSize), plaintext...)
	cipher.NewCBCEncrypter(block, value[:aes.BlockSize]).CryptBlocks(value[aes.BlockSize:], plaintext)
	return l.set(kind, wps.AttrEncryptedSettings, value)
}

// pad pads a plaintext.
func pad(b []byte) []byte {
	n := aes.BlockSize - len(b)%aes.BlockSize
	return append(b, bytes.Repeat([]byte{byte(n)}, n)...)
}

// remove removes the first message of a kind.
func (l *lab) remove(kind wps.Kind) *lab {
	l.step(kind)
	i := l.index(kind)
	l.Entries = slices.Delete(l.Entries, i, i+1)
	return l
}

// insert inserts steps after the first message of a kind.
func (l *lab) insert(kind wps.Kind, steps ...validate.Entry) *lab {
	l.Entries = slices.Insert(l.Entries, l.index(kind)+1, steps...)
	return l
}

// edit changes a step.
func (l *lab) edit(kind wps.Kind, f func(s *validate.Entry)) *lab {
	f(l.step(kind))
	return l
}

// last changes the last step.
func (l *lab) last(f func(s *validate.Entry)) *lab {
	f(&l.Entries[len(l.Entries)-1])
	return l
}

// TestLabConforms checks that there are no findings in the unmodified
// exchanges.
func TestLabConforms(t *testing.T) {
	for _, name := range []string{"s01-pin-ok", "s02-pbc-ok", "s05-pin-wrong-half1", "s07-appin-reg-learn", "s08-appin-reg-config", "s14-m2d-nopin", "s35-ap-setup-locked", "t3-nfc-handover"} {
		only(t, name, validate.Exchange(&newLab(t, name).Transcript, wps.Strict))
	}
}

// withM2D returns an exchange in which the access point and an external
// registrar answer M1, the first with M2D, and M2 is authenticated over M1 or
// M2D.
func withM2D(t *testing.T, over wps.Kind) *lab {
	l, refused := newLab(t, "s01-pin-ok"), newLab(t, "s14-m2d-nopin")
	nonce := l.get(wps.KindM1, wps.AttrEnrolleeNonce)
	m2d := refused.set(wps.KindM2D, wps.AttrEnrolleeNonce, nonce).step(wps.KindM2D)
	ack := refused.set(wps.KindACK, wps.AttrEnrolleeNonce, nonce).step(wps.KindACK)
	m2d.ID, ack.ID = 100, 100
	l.insert(wps.KindM1, *m2d, *ack)
	previous := l.step(over).Body
	for _, kind := range []wps.Kind{wps.KindM2, wps.KindM3, wps.KindM4, wps.KindM5, wps.KindM6, wps.KindM7, wps.KindM8} {
		previous = l.cipher.AppendAuthenticator(previous, l.message(kind).with(wps.AttrAuthenticator, nil).bytes())
		l.step(kind).Body = previous
	}
	return l
}

// breakExchangeRules breaks the rules about whole exchanges, one by one.
func breakExchangeRules(t *testing.T) {
	pin := func() *lab { return newLab(t, "s01-pin-ok") }
	button := func() *lab { return newLab(t, "s02-pbc-ok") }
	wrong := func() *lab { return newLab(t, "s05-pin-wrong-half1") }
	read := func() *lab { return newLab(t, "s07-appin-reg-learn") }
	refuse := func(l *lab, code byte) *lab { return l.set(wps.KindNACK, wps.AttrConfigError, []byte{0, code}) }
	at := func(d time.Duration) time.Time { return time.Unix(1000, 0).Add(d) }
	wfa := func(elements string) []byte { return append(wps.VendorWFA[:], elements...) }
	other := times("n", 16)
	for _, test := range []struct {
		name  string
		lab   *lab
		rules []string
	}{
		{"M3 is missing", pin().remove(wps.KindM3), []string{"MESSAGE-ORDER"}},
		{"M1 is missing", pin().remove(wps.KindM1), []string{"MESSAGE-ORDER"}},
		{"M4 comes again after M5, made anew", pin().insert(wps.KindM5, *pin().edit(wps.KindM4, func(s *validate.Entry) { s.ID = 77 }).set(wps.KindM4, wps.AttrEnrolleeNonce, other).step(wps.KindM4)),
			[]string{"MESSAGE-ORDER", "ENROLLEE-NONCE-ECHO", "IV-REPEATED"}},
		{"M3 was not captured", pin().remove(wps.KindM3).lossy(), []string{"MESSAGE-UNSEEN"}},
		{"M1 was not captured", pin().remove(wps.KindM1).lossy(), []string{"MESSAGE-UNSEEN"}},
		{"M3 from the access point", pin().edit(wps.KindM3, func(s *validate.Entry) { s.From, s.Code = validate.SideAP, 0 }), []string{"MESSAGE-DIRECTION"}},
		{"M3 again", pin().insert(wps.KindM3, *pin().step(wps.KindM3)), nil},
		{"M3 again, with another hash", pin().insert(wps.KindM3, *pin().set(wps.KindM3, wps.AttrEHash1, other).set(wps.KindM3, wps.AttrEHash1, times("h", 32)).step(wps.KindM3)), []string{"RETRANSMISSION-CHANGED"}},
		{"WSC_Done after M7", pin().remove(wps.KindM8), []string{"DONE-WITHOUT-M8", "EAP-ID"}},
		{"nothing after M8", pin().remove(wps.KindDone), []string{"DONE-MISSING"}},
		{"M4 without Version2", pin().set(wps.KindM4, wps.AttrVendorExtension, nil), []string{"WFA-MISSING"}},
		{"M4 with another Version2", pin().set(wps.KindM4, wps.AttrVendorExtension, wfa("\x00\x01\x21")), []string{"WFA-VERSION2-CHANGED"}},

		{"another identity", pin().identity("someone@example.org"), []string{"IDENTITY-UNKNOWN"}},
		{"the identity of a registrar", pin().identity("WFA-SimpleConfig-Registrar-1-0"), []string{"IDENTITY-ROLE"}},
		{"the identity of an enrollee", read().identity("WFA-SimpleConfig-Enrollee-1-0"), []string{"IDENTITY-ROLE"}},
		{"another address", pin().client(wps.MAC{2, 9, 9, 9, 9, 9}), []string{"M1-MAC-ADDRESS-LINK"}},
		{"the same address", pin().client(wps.MAC(pin().get(wps.KindM1, wps.AttrMACAddress))), nil},
		{"a Response of the access point", pin().edit(wps.KindM3, func(s *validate.Entry) { s.From = validate.SideAP }), []string{"EAP-CODE", "MESSAGE-DIRECTION"}},
		{"a wrong Identifier", pin().edit(wps.KindM3, func(s *validate.Entry) { s.ID += 7 }), []string{"EAP-ID"}},
		{"a wrong Identifier, on the air", pin().edit(wps.KindM3, func(s *validate.Entry) { s.ID += 7 }).lossy(), nil},
		{"a wrong Identifier of EAP-Failure", pin().last(func(s *validate.Entry) { s.ID += 9 }), []string{"EAP-FAILURE-ID"}},
		{"EAP-Success", pin().last(func(s *validate.Entry) { s.Code = 3 }), []string{"EAP-SUCCESS"}},
		{"M3 as WSC_Done", pin().edit(wps.KindM3, func(s *validate.Entry) { s.OpCode = 5 }), []string{"OP-CODE"}},
		{"WSC_NACK as WSC_MSG", wrong().edit(wps.KindNACK, func(s *validate.Entry) { s.OpCode = 4 }), []string{"OP-CODE"}},
		{"M3 as nothing", pin().edit(wps.KindM3, func(s *validate.Entry) { s.OpCode = 9 }), []string{"OP-CODE-UNKNOWN"}},
		{"WSC_Start of the client", pin().insert(wps.KindM1, validate.Entry{From: validate.SideClient, OpCode: 1}), []string{"WSC-START"}},
		{"WSC_Start again", pin().insert(wps.KindM1, validate.Entry{From: validate.SideAP, OpCode: 1}), []string{"WSC-START"}},
		{"WSC_Start to a registrar", read().start(validate.Entry{From: validate.SideAP, OpCode: 1}), []string{"WSC-START"}},
		{"WSC_Start with a body", pin().start(validate.Entry{From: validate.SideAP, OpCode: 1, Body: []byte{1}}), []string{"WSC-START", "MESSAGE-TYPE-MISSING", "LIST-TRUNCATED"}},

		{"another Enrollee Nonce", pin().set(wps.KindM4, wps.AttrEnrolleeNonce, other), []string{"ENROLLEE-NONCE-ECHO"}},
		{"another Registrar Nonce", pin().set(wps.KindM5, wps.AttrRegistrarNonce, other), []string{"REGISTRAR-NONCE-ECHO"}},
		{"another Registrar Nonce at the end", pin().set(wps.KindDone, wps.AttrRegistrarNonce, other), []string{"REGISTRAR-NONCE-ECHO"}},
		{"the Enrollee Nonce sent back", pin().renonce(), []string{"NONCE-REFLECTED"}},
		{"the public key sent back", pin().set(wps.KindM2, wps.AttrPublicKey, pin().get(wps.KindM1, wps.AttrPublicKey)), []string{"PUBLIC-KEY-REFLECTED"}},
		{"a hash sent back", pin().set(wps.KindM4, wps.AttrRHash2, pin().get(wps.KindM3, wps.AttrEHash1)), []string{"HASH-REFLECTED"}},
		{"a button for a PIN", pin().set(wps.KindM2, wps.AttrDevicePasswordID, []byte{0, 4}), []string{"DEVICE-PASSWORD-ID-CHANGED"}},
		{"a PIN for a button", button().set(wps.KindM2, wps.AttrDevicePasswordID, []byte{0, 0}), []string{"DEVICE-PASSWORD-ID-BUTTON"}},
		{"the registrar's PIN", pin().set(wps.KindM2, wps.AttrDevicePasswordID, []byte{0, 5}), nil},
		{"a tag for the access point's PIN", read().set(wps.KindM2, wps.AttrDevicePasswordID, []byte{0x12, 0x34}), nil},
		{"a tag for a station's PIN", pin().set(wps.KindM2, wps.AttrDevicePasswordID, []byte{0x12, 0x34}), []string{"DEVICE-PASSWORD-ID-CHANGED"}},
		{"nothing in common", pin().set(wps.KindM2, wps.AttrAuthTypeFlags, []byte{0, 8}), []string{"TYPES-DISJOINT", "AUTH-TYPE-FLAGS-VALUE"}},
		{"a configured station", pin().set(wps.KindM1, wps.AttrState, []byte{2}), []string{"STATION-CONFIGURED"}},
		{"an access point with a button", read().set(wps.KindM1, wps.AttrConfigMethods, []byte{0x06, 0x80}), []string{"M1-CONFIG-METHODS-BUTTON"}},
		{"settings in M2", pin().put(wps.KindM2, wps.AttrEncryptedSettings, pin().get(wps.KindM8, wps.AttrEncryptedSettings)).set(wps.KindM8, wps.AttrEncryptedSettings, resealed(pin())), []string{"M2-SETTINGS"}},
		{"an initialization vector again", pin().set(wps.KindM6, wps.AttrEncryptedSettings, pin().get(wps.KindM4, wps.AttrEncryptedSettings)), []string{"IV-REPEATED", "M6-SETTINGS-R-SNONCE2-MISSING", "ATTRIBUTE-OUT-OF-PLACE"}},

		{"18 after M2", refuse(newLab(t, "s35-ap-setup-locked"), 18), []string{"NACK-PASSWORD"}},
		{"12 for a PIN", refuse(wrong(), 12), []string{"NACK-OVERLAP"}},
		{"15 of a station", refuse(wrong(), 15), []string{"NACK-LOCKED"}},
		{"20 after M4", refuse(wrong(), 20), []string{"NACK-KEY-HASH"}},
		{"2 after M4", refuse(wrong(), 2), nil},
		{"2 after M3", refuse(newLab(t, "m03-badauth-m3"), 2), []string{"NACK-DECRYPTION"}},
		{"0 after M4", refuse(wrong(), 0), []string{"NACK-REASON"}},
		{"16 after M4", refuse(wrong(), 16), nil},
		{"12 in M2D for a PIN", newLab(t, "s14-m2d-nopin").set(wps.KindM2D, wps.AttrConfigError, []byte{0, 12}), []string{"NACK-OVERLAP"}},
		{"M2D refused in turn", newLab(t, "s14-m2d-nopin").nackM2D(), nil},
		{"15 in M2D", newLab(t, "s14-m2d-nopin").set(wps.KindM2D, wps.AttrConfigError, []byte{0, 15}), nil},

		{"a changed octet", pin().edit(wps.KindM6, func(s *validate.Entry) { s.Body = slices.Clone(s.Body); s.Body[len(s.Body)-1] ^= 1 }), []string{"AUTHENTICATOR-WRONG"}},
		{"M2D and M2 over M1", withM2D(t, wps.KindM1), nil},
		{"M2D and M2 over it", withM2D(t, wps.KindM2D), []string{"AUTHENTICATOR-OVER-M2D"}},
		{"no padding", pin().encrypt(wps.KindM4, make([]byte, 48)), []string{"SETTINGS-PADDING"}},
		{"too much padding", pin().encrypt(wps.KindM4, times("\x11", 48)), []string{"SETTINGS-PADDING"}},
		{"no Key Wrap Authenticator", pin().encrypt(wps.KindM4, pad(pin().settings(wps.KindM4).bytes())), []string{"KEY-WRAP-MISSING"}},
		{"a wrong Key Wrap Authenticator", pin().encrypt(wps.KindM4, pad(pin().settings(wps.KindM4).with(wps.AttrKeyWrapAuthenticator, times("k", 8)).bytes())), []string{"KEY-WRAP-WRONG"}},
		{"something behind the Key Wrap Authenticator", pin().encrypt(wps.KindM4, pad(pin().settings(wps.KindM4).with(wps.AttrKeyWrapAuthenticator, times("k", 8)).with(0x10FA, []byte{1}).bytes())), []string{"KEY-WRAP-LAST"}},
		{"equal secret nonces", pin().seal(wps.KindM7, pin().settings(wps.KindM7).with(wps.AttrESNonce2, wps.Find(pin().settings(wps.KindM5).bytes(), wps.AttrESNonce1))), []string{"S-NONCES-EQUAL"}},
		{"a secret nonce that is not", pin().seal(wps.KindM7, pin().settings(wps.KindM7).with(wps.AttrESNonce2, pin().get(wps.KindM1, wps.AttrEnrolleeNonce))), []string{"S-NONCE-PUBLIC"}},
		{"a foreign address in the credential", pin().credential(wps.AttrMACAddress, []byte{2, 9, 9, 9, 9, 9}), []string{"CREDENTIAL-MAC"}},
		{"a foreign address in new settings", func() *lab {
			l := newLab(t, "s08-appin-reg-config")
			return l.seal(wps.KindM8, l.settings(wps.KindM8).with(wps.AttrMACAddress, []byte{2, 9, 9, 9, 9, 9}))
		}(), nil},
		{"a credential that the enrollee cannot use", pin().credential(wps.AttrAuthType, []byte{0, 0x10}), []string{"CREDENTIAL-UNSUPPORTED", "CREDENTIAL-ENTERPRISE"}},

		{"an answer in the last moment", pin().times(at(0), at(15*time.Second)), nil},
		{"a late answer", pin().times(at(0), at(16*time.Second)), []string{"STEP-LATE"}},
		{"a long exchange", pin().times(at(0), at(10*time.Second), at(20*time.Second), at(30*time.Second), at(40*time.Second), at(50*time.Second), at(60*time.Second), at(70*time.Second), at(80*time.Second), at(90*time.Second), at(100*time.Second), at(110*time.Second), at(121*time.Second)), []string{"EXCHANGE-LONG"}},
		{"no steps", &lab{}, nil},
	} {
		only(t, test.name, validate.Exchange(&test.lab.Transcript, wps.Tolerant), test.rules...)
	}
}

func (l *lab) lossy() *lab {
	l.Lossy = true
	return l
}

func (l *lab) identity(s string) *lab {
	l.Identity = s
	return l
}

func (l *lab) client(mac wps.MAC) *lab {
	l.Client = mac
	return l
}

// start inserts a step before all others.
func (l *lab) start(s validate.Entry) *lab {
	l.Entries = slices.Insert(l.Entries, 0, s)
	return l
}

// times sets the times of the first steps.
func (l *lab) times(times ...time.Time) *lab {
	for i, at := range times {
		l.Entries[i].Time = at
	}
	return l
}

// renonce replaces the Registrar Nonce by the Enrollee Nonce everywhere.
func (l *lab) renonce() *lab {
	nonce := l.get(wps.KindM1, wps.AttrEnrolleeNonce)
	for _, kind := range []wps.Kind{wps.KindM2, wps.KindM3, wps.KindM5, wps.KindM7, wps.KindDone} {
		l.set(kind, wps.AttrRegistrarNonce, nonce)
	}
	return l
}

// nackM2D replaces WSC_ACK by WSC_NACK, as an access point answers M2D.
func (l *lab) nackM2D() *lab {
	s := l.step(wps.KindACK)
	nack := sample{attrs: split(s.Body)}.with(wps.AttrMessageType, []byte{byte(wps.MessageNACK)})
	s.OpCode, s.Body = 3, join(slices.Insert(nack.attrs, 4, tlv{wps.AttrConfigError, []byte{0, 0}})...)
	return l
}

// put adds an attribute before the Authenticator.
func (l *lab) put(kind wps.Kind, id wps.AttributeID, v []byte) *lab {
	attrs := split(l.step(kind).Body)
	l.step(kind).Body = join(slices.Insert(attrs, len(attrs)-1, tlv{id, v})...)
	return l.authenticate()
}

// resealed returns the settings of M8, encrypted with another initialization
// vector.
func resealed(l *lab) []byte {
	return l.cipher.SealSettings(nil, &[16]byte{1}, l.settings(wps.KindM8).bytes())
}

// credential changes an attribute of the credential in M8.
func (l *lab) credential(id wps.AttributeID, v []byte) *lab {
	settings := l.settings(wps.KindM8)
	inner := sample{attrs: split(wps.Find(settings.bytes(), wps.AttrCredential))}
	return l.seal(wps.KindM8, settings.with(wps.AttrCredential, inner.with(id, v).bytes()))
}
