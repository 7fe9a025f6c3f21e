package conformance

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// authenticity is the state of a message's Authenticator.
type authenticity uint8

const (
	authRight authenticity = iota
	authWrong
	authMissing
	authShort
	authDoubled
)

// deviation is how the suite's own side departs from the protocol in one
// message. The zero value does not depart from it.
type deviation struct {
	at       wps.MessageType // the message that is sent wrong; 0 is none
	settings edit            // of the Encrypted Settings, before they are sealed
	wrap     wrapping        // how the settings are sealed
	list     edit            // of the message, before the Authenticator
	auth     authenticity
	octets   func([]byte) []byte // of the finished message
	proof    bool                // the proof of the message (hash or secret nonce) is wrong
}

// wrapping is how Encrypted Settings are sealed.
type wrapping uint8

const (
	wrapRight       wrapping = iota
	wrapNoKWA                // no Key Wrap Authenticator
	wrapWrongKWA             // one that does not verify
	wrapBehindKWA            // attributes behind it
	wrapPadding              // padding whose octets differ
	wrapShort                // one block too few
	wrapNotOfBlocks          // a length that is no multiple of 16
	wrapEmpty                // no octet
)

// side is the suite's half of a run, at the level of messages: an enrollee that
// faces a registrar under test, or a registrar that faces an enrollee. It is
// independent of the machines of package registration and uses their
// cryptography only, so that it can send anything.
type side struct {
	role      registration.Role
	device    wps.Device
	version10 bool
	version   byte      // of the WFA extension; 0 is 2.0
	passwords [2][]byte // the halves of the password
	id        wps.DevicePasswordID
	external  bool             // a registrar that reads or writes the settings of an access point
	settings  wps.Credential   // what a registrar gives
	more      []wps.Credential // given beside it
	write     bool             // an external registrar writes instead of only reading
	random    io.Reader
	deviate   deviation
	secret    []byte // the shared secret instead of the one that the keys lead to
	reflect   bool   // a registrar gives the device its own public key

	own         *registration.KeyPair
	pke, pkr    wps.PublicKey
	n1, n2      wps.Nonce
	mac         wps.MAC // of the enrollee
	peer        wps.Device
	peerVersion byte // of the WFA extension in M1 or M2
	keys        *registration.Keys
	cipher      *registration.Cipher
	s1, s2      wps.SecretNonce // own secret nonces
	peerHash    [2][32]byte
	previous    []byte // the last message of the chain

	ivs         [][]byte          // of the device's Encrypted Settings
	secrets     []wps.SecretNonce // that the device has revealed
	received    []wps.MessageType
	sent        []wps.MessageType
	faults      []string         // what was wrong with messages of the device, as far as this side sees
	credentials []wps.Credential // received
	quirks      wps.Quirks       // of what M8 hides
	ap          *wps.Credential  // settings of an access point, received in M7
	nack        *wps.ConfigError // received
	done        bool             // WSC_Done was received or sent
	m2d         *wps.M2D
}

// begin generates the keys and nonces of a run.
func (s *side) begin() error {
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.own == nil {
		var err error
		if s.own, err = registration.NewKeyPair(s.random); err != nil {
			return err
		}
	}
	for _, n := range []*[16]byte{(*[16]byte)(&s.n1), (*[16]byte)(&s.s1), (*[16]byte)(&s.s2)} {
		if *n != [16]byte{} {
			continue
		}
		if _, err := io.ReadFull(s.random, n[:]); err != nil {
			return err
		}
	}
	if s.role == registration.RoleRegistrar {
		s.n2, s.n1 = s.n1, wps.Nonce{}
	} else {
		s.mac = s.device.MAC
	}
	return nil
}

// m1 returns the first message of an enrollee.
func (s *side) m1() []byte {
	s.pke = s.own.PublicKey()
	m := &wps.M1{Header: s.header(), Device: s.device, EnrolleeNonce: s.n1, PublicKey: s.pke, DevicePasswordID: s.id}
	return s.finish(wps.MessageM1, m, nil)
}

func (s *side) header() wps.Header {
	var h wps.Header
	if !s.version10 {
		h.WFA.Version2 = 0x20
	}
	if s.version != 0 {
		h.WFA.Version2 = s.version
	}
	return h
}

// finish encodes a message, with its deviation, and adds it to the chain.
func (s *side) finish(t wps.MessageType, m wps.List, settings wps.List) []byte {
	d := deviation{}
	if s.deviate.at == t {
		d = s.deviate
	}
	b, err := wps.Append(nil, m)
	if err != nil {
		panic(fmt.Sprintf("conformance: %v of the suite: %v", t, err)) // an error of the suite
	}
	l := parseList(b)
	authenticated := t >= wps.MessageM2 && t <= wps.MessageM8 && t != wps.MessageM2D
	if authenticated {
		l = remove(wps.AttrAuthenticator)(l)
	}
	if settings != nil {
		l = set(wps.AttrEncryptedSettings, s.seal(settings, d))(l)
	}
	if d.list != nil {
		l = d.list(l)
	}
	b = l.octets()
	if authenticated && s.cipher != nil && d.auth != authMissing {
		b = s.cipher.AppendAuthenticator(s.previous, b)
		switch last := len(b) - 1; d.auth {
		case authWrong:
			b[last] ^= 1
		case authShort:
			b = b[:last]
			b[len(b)-8]--
		case authDoubled:
			b = append(b, b[len(b)-12:]...)
		}
	}
	if d.octets != nil {
		b = d.octets(b)
	}
	if authenticated || t == wps.MessageM1 {
		s.previous = b
	}
	s.sent = append(s.sent, t)
	return b
}

// seal encrypts settings, correctly or not.
func (s *side) seal(settings wps.List, d deviation) []byte {
	b, err := wps.Append(nil, settings)
	if err != nil {
		panic(fmt.Sprintf("conformance: settings of the suite: %v", err))
	}
	l := remove(wps.AttrKeyWrapAuthenticator)(parseList(b))
	if d.settings != nil {
		l = d.settings(l)
	}
	b = l.octets()
	var iv [16]byte
	if _, err := io.ReadFull(s.random, iv[:]); err != nil {
		panic(fmt.Sprintf("conformance: %v", err))
	}
	if d.wrap == wrapRight {
		return s.cipher.SealSettings(nil, &iv, b)
	}
	return sealWrong(s.keys, iv, b, d.wrap)
}

// half computes R-Hash and E-Hash: WSC 2.0 §7.4.
func (s *side) half(nonce wps.SecretNonce, n int) [32]byte {
	psk := hmac.New(sha256.New, s.keys.AuthKey[:])
	psk.Write(s.passwords[n])
	h := hmac.New(sha256.New, s.keys.AuthKey[:])
	h.Write(nonce[:])
	h.Write(psk.Sum(nil)[:16])
	h.Write(s.pke[:])
	h.Write(s.pkr[:])
	return [32]byte(h.Sum(nil))
}

// hashes returns the commitments of this side.
func (s *side) hashes(t wps.MessageType) (first, second [32]byte) {
	first, second = s.half(s.s1, 0), s.half(s.s2, 1)
	if s.deviate.proof && s.deviate.at == t {
		first[0] ^= 1
	}
	return first, second
}

// proofOf returns a secret nonce, or a wrong one.
func (s *side) proofOf(n wps.SecretNonce, t wps.MessageType) wps.SecretNonce {
	if s.deviate.proof && s.deviate.at == t {
		n[0] ^= 1
	}
	return n
}

// errUnexpected is a message that this side has no answer for.
var errUnexpected = errors.New("unexpected message")

// answer processes a message of the device and returns the next one, or nil.
// Departures of the device from the protocol are recorded in faults; the run
// continues as far as possible.
func (s *side) answer(message []byte) (wps.MessageType, []byte, error) {
	t, err := wps.PeekMessageType(message)
	if err != nil {
		s.fault("a message without a type: %v", err)
		return 0, nil, err
	}
	s.received = append(s.received, t)
	handle, ok := answers[s.role][t]
	if !ok {
		s.fault("%v, which this role never receives", t)
		return 0, nil, errUnexpected
	}
	return handle(s, message)
}

func (s *side) fault(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

// read decodes a message of the device, and checks its Authenticator.
func (s *side) read(t wps.MessageType, m wps.List, message []byte) error {
	if err := wps.Decode(m, message, wps.Tolerant); err != nil {
		s.fault("%v: %v", t, err)
		return err
	}
	if s.cipher != nil && t != wps.MessageM2D && t <= wps.MessageM8 {
		if err := s.cipher.VerifyAuthenticator(s.previous, message); err != nil {
			s.fault("%v: the Authenticator does not verify", t)
			return err
		}
		s.previous = message
	}
	return nil
}

// open decrypts settings of the device.
func (s *side) open(t wps.MessageType, value []byte, l wps.List) error {
	if len(value) >= 16 {
		s.ivs = append(s.ivs, value[:16:16])
	}
	plain, err := s.cipher.OpenSettings(value)
	if err == nil {
		err = wps.Decode(l, plain, wps.Tolerant)
	}
	if err != nil {
		s.fault("Encrypted Settings of %v: %v", t, err)
	}
	return err
}

// agree derives the keys.
func (s *side) agree(peer *wps.PublicKey) error {
	if err := registration.CheckPublicKey(peer, nil); err != nil {
		s.fault("%v", err)
		return err
	}
	keys, err := s.own.Keys(peer, s.n1, s.mac, s.n2)
	if err != nil {
		return err
	}
	if s.secret != nil {
		keys = keysOf(s.secret, s.n1, s.mac, s.n2)
	}
	s.keys, s.cipher = keys, registration.NewCipher(keys)
	return nil
}

type answerFunc func(s *side, message []byte) (wps.MessageType, []byte, error)

var answers = map[registration.Role]map[wps.MessageType]answerFunc{
	registration.RoleEnrollee: {
		wps.MessageM2: (*side).onM2, wps.MessageM2D: (*side).onM2D, wps.MessageM4: (*side).onM4,
		wps.MessageM6: (*side).onM6, wps.MessageM8: (*side).onM8,
		wps.MessageNACK: (*side).onNACK, wps.MessageACK: (*side).onACK, wps.MessageDone: (*side).onDone,
	},
	registration.RoleRegistrar: {
		wps.MessageM1: (*side).onM1, wps.MessageM3: (*side).onM3, wps.MessageM5: (*side).onM5,
		wps.MessageM7: (*side).onM7, wps.MessageDone: (*side).onDone,
		wps.MessageNACK: (*side).onNACK, wps.MessageACK: (*side).onACK,
	},
}

func (s *side) onM1(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M1)
	if err := s.read(wps.MessageM1, m, message); err != nil {
		return 0, nil, err
	}
	s.n1, s.mac, s.pke, s.peer, s.pkr = m.EnrolleeNonce, m.MAC, m.PublicKey, m.Device, s.own.PublicKey()
	s.peerVersion = m.WFA.Version2
	if err := s.agree(&s.pke); err != nil {
		return 0, nil, err
	}
	s.previous = message
	id := s.id
	if id != wps.PasswordPushButton {
		id = m.DevicePasswordID
	}
	m2 := &wps.M2{Header: s.header(), Device: s.device, EnrolleeNonce: s.n1, RegistrarNonce: s.n2, PublicKey: s.pkr, DevicePasswordID: id}
	if s.reflect {
		m2.PublicKey = s.pke
	}
	return wps.MessageM2, s.finish(wps.MessageM2, m2, nil), nil
}

func (s *side) onM2(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M2)
	if err := wps.Decode(m, message, wps.Tolerant); err != nil {
		s.fault("M2: %v", err)
		return 0, nil, err
	}
	if m.EnrolleeNonce != s.n1 {
		s.fault("M2: the Enrollee Nonce is not that of M1")
	}
	s.n2, s.pkr, s.peer = m.RegistrarNonce, m.PublicKey, m.Device
	s.peerVersion = m.WFA.Version2
	if err := s.agree(&s.pkr); err != nil {
		return 0, nil, err
	}
	if err := s.cipher.VerifyAuthenticator(s.previous, message); err != nil {
		s.fault("M2: the Authenticator does not verify")
		return 0, nil, err
	}
	s.previous = message
	first, second := s.hashes(wps.MessageM3)
	m3 := &wps.M3{Header: s.header(), RegistrarNonce: s.n2, EHash1: first, EHash2: second}
	return wps.MessageM3, s.finish(wps.MessageM3, m3, nil), nil
}

func (s *side) onM2D(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M2D)
	if err := s.read(wps.MessageM2D, m, message); err != nil {
		return 0, nil, err
	}
	s.m2d, s.n2 = m, m.RegistrarNonce
	return wps.MessageACK, s.plain(wps.MessageACK, 0), nil
}

func (s *side) onM3(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M3)
	if err := s.read(wps.MessageM3, m, message); err != nil {
		return 0, nil, err
	}
	s.peerHash = [2][32]byte{m.EHash1, m.EHash2}
	first, second := s.hashes(wps.MessageM4)
	m4 := &wps.M4{Header: s.header(), EnrolleeNonce: s.n1, RHash1: first, RHash2: second, EncryptedSettings: placeholder}
	return wps.MessageM4, s.finish(wps.MessageM4, m4, &wps.M4Settings{RSNonce1: s.proofOf(s.s1, 0)}), nil
}

func (s *side) onM4(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M4)
	if err := s.read(wps.MessageM4, m, message); err != nil {
		return 0, nil, err
	}
	s.peerHash = [2][32]byte{m.RHash1, m.RHash2}
	inner := new(wps.M4Settings)
	if err := s.open(wps.MessageM4, m.EncryptedSettings, inner); err != nil {
		return 0, nil, err
	}
	s.secrets = append(s.secrets, inner.RSNonce1)
	if s.half(inner.RSNonce1, 0) != s.peerHash[0] {
		s.fault("M4: R-Hash1 is not that of R-S1 and the password")
	}
	m5 := new(wps.M5)
	m5.Header, m5.RegistrarNonce, m5.EncryptedSettings = s.header(), s.n2, placeholder
	return wps.MessageM5, s.finish(wps.MessageM5, m5, &wps.M5Settings{ESNonce1: s.proofOf(s.s1, wps.MessageM5)}), nil
}

func (s *side) onM5(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M5)
	if err := s.read(wps.MessageM5, m, message); err != nil {
		return 0, nil, err
	}
	inner := new(wps.M5Settings)
	if err := s.open(wps.MessageM5, m.EncryptedSettings, inner); err != nil {
		return 0, nil, err
	}
	s.secrets = append(s.secrets, inner.ESNonce1)
	if s.half(inner.ESNonce1, 0) != s.peerHash[0] {
		s.fault("M5: E-Hash1 is not that of E-S1 and the password")
	}
	m6 := new(wps.M6)
	m6.Header, m6.EnrolleeNonce, m6.EncryptedSettings = s.header(), s.n1, placeholder
	return wps.MessageM6, s.finish(wps.MessageM6, m6, &wps.M6Settings{RSNonce2: s.proofOf(s.s2, wps.MessageM6)}), nil
}

func (s *side) onM6(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M6)
	if err := s.read(wps.MessageM6, m, message); err != nil {
		return 0, nil, err
	}
	inner := new(wps.M6Settings)
	if err := s.open(wps.MessageM6, m.EncryptedSettings, inner); err != nil {
		return 0, nil, err
	}
	s.secrets = append(s.secrets, inner.RSNonce2)
	if s.half(inner.RSNonce2, 1) != s.peerHash[1] {
		s.fault("M6: R-Hash2 is not that of R-S2 and the password")
	}
	m7 := new(wps.M7)
	m7.Header, m7.RegistrarNonce, m7.EncryptedSettings = s.header(), s.n2, placeholder
	inner7 := &wps.M7Settings{ESNonce2: s.proofOf(s.s2, wps.MessageM7)}
	if s.external { // an access point, which is read
		inner7.AP = &s.settings
	}
	return wps.MessageM7, s.finish(wps.MessageM7, m7, inner7), nil
}

func (s *side) onM7(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M7)
	if err := s.read(wps.MessageM7, m, message); err != nil {
		return 0, nil, err
	}
	inner := new(wps.M7Settings)
	if s.external {
		inner.AP = new(wps.Credential)
	}
	if err := s.open(wps.MessageM7, m.EncryptedSettings, inner); err != nil {
		return 0, nil, err
	}
	s.ap = inner.AP
	s.secrets = append(s.secrets, inner.ESNonce2)
	if s.half(inner.ESNonce2, 1) != s.peerHash[1] {
		s.fault("M7: E-Hash2 is not that of E-S2 and the password")
	}
	if s.external && !s.write {
		s.done = true
		return wps.MessageNACK, s.plain(wps.MessageNACK, wps.NoError), nil
	}
	m8 := new(wps.M8)
	m8.Header, m8.EnrolleeNonce, m8.EncryptedSettings = s.header(), s.n1, placeholder
	settings := s.settings
	settings.MAC = s.mac
	if s.external {
		return wps.MessageM8, s.finish(wps.MessageM8, m8, &wps.M8Settings{AP: &settings}), nil
	}
	return wps.MessageM8, s.finish(wps.MessageM8, m8, &wps.M8Settings{Credentials: append([]wps.Credential{settings}, s.more...)}), nil
}

func (s *side) onM8(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.M8)
	if err := s.read(wps.MessageM8, m, message); err != nil {
		return 0, nil, err
	}
	inner := new(wps.M8Settings)
	if s.external {
		inner.AP = new(wps.Credential)
	}
	if err := s.open(wps.MessageM8, m.EncryptedSettings, inner); err != nil {
		return 0, nil, err
	}
	s.credentials, s.quirks = inner.Credentials, inner.Quirks
	if inner.AP != nil {
		s.credentials = []wps.Credential{*inner.AP}
	}
	s.done = true
	return wps.MessageDone, s.plain(wps.MessageDone, 0), nil
}

func (s *side) onDone([]byte) (wps.MessageType, []byte, error) {
	s.done = true
	if s.role == registration.RoleRegistrar && s.external {
		return wps.MessageACK, s.plain(wps.MessageACK, 0), nil
	}
	return 0, nil, nil
}

func (s *side) onACK([]byte) (wps.MessageType, []byte, error) { return 0, nil, nil }

func (s *side) onNACK(message []byte) (wps.MessageType, []byte, error) {
	m := new(wps.NACK)
	if err := wps.Decode(m, message, wps.Tolerant); err != nil {
		s.fault("NACK: %v", err)
		m.ConfigError = wps.NoError
	}
	s.nack = &m.ConfigError
	if s.external && s.role == registration.RoleEnrollee && m.ConfigError == wps.NoError && slices.Contains(s.sent, wps.MessageM7) {
		s.done = true // a registrar that only reads ends so: WSC 2.0 Table 34 [via iwd]
	}
	return wps.MessageNACK, s.plain(wps.MessageNACK, m.ConfigError), nil
}

// plain writes WSC_ACK, WSC_NACK or WSC_Done.
func (s *side) plain(t wps.MessageType, ce wps.ConfigError) []byte {
	switch t {
	case wps.MessageACK:
		m := new(wps.ACK)
		m.Header, m.EnrolleeNonce, m.RegistrarNonce = s.header(), s.n1, s.n2
		return s.finish(t, m, nil)
	case wps.MessageNACK:
		m := &wps.NACK{ConfigError: ce}
		m.Header, m.EnrolleeNonce, m.RegistrarNonce = s.header(), s.n1, s.n2
		return s.finish(t, m, nil)
	}
	m := new(wps.Done)
	m.Header, m.EnrolleeNonce, m.RegistrarNonce = s.header(), s.n1, s.n2
	return s.finish(wps.MessageDone, m, nil)
}

// placeholder stands for Encrypted Settings until they are sealed.
var placeholder = make([]byte, 32)
