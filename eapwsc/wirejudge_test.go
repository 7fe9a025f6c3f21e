package eapwsc_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"sync"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// The wire judge checks the frames of a run with separate cryptography and
// parsers, written from the formulas and independent of package registration:
// what each side sent, what it had received by then, and whether it was allowed
// to send it.

// Message types and attributes, as numbers of the protocol.
const (
	typeM1, typeM2, typeM3, typeM4, typeM5, typeM6, typeM7, typeM8 = 4, 5, 7, 8, 9, 10, 11, 12
	typeACK, typeNACK, typeDone                                    = 13, 14, 15

	attrAuthenticator = 0x1005
	attrEHash1        = 0x1014
	attrEHash2        = 0x1015
	attrESNonce1      = 0x1016
	attrESNonce2      = 0x1017
	attrSettings      = 0x1018
	attrENonce        = 0x101a
	attrMAC           = 0x1020
	attrMessageType   = 0x1022
	attrPublicKey     = 0x1032
	attrRNonce        = 0x1039
	attrRHash1        = 0x103d
	attrRHash2        = 0x103e
	attrRSNonce1      = 0x103f
	attrRSNonce2      = 0x1040
)

// attribute returns the value of the first attribute with the number, or nil.
func attribute(message []byte, number int) []byte {
	for len(message) >= 4 {
		length := int(binary.BigEndian.Uint16(message[2:]))
		if len(message) < 4+length {
			return nil
		}
		if int(binary.BigEndian.Uint16(message)) == number {
			return message[4 : 4+length]
		}
		message = message[4+length:]
	}
	return nil
}

func typeOf(message []byte) int {
	if v := attribute(message, attrMessageType); len(v) == 1 {
		return int(v[0])
	}
	return 0
}

func mac256(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// sharedZ is the secret shared by the two key pairs of a run, computed as
// 2^(xy) mod p.
var sharedZ = sync.OnceValue(func() []byte {
	p, _ := new(big.Int).SetString(`FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74`+
		`020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437`+
		`4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED`+
		`EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05`+
		`98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB`+
		`9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF`, 16)
	x := new(big.Int).SetBytes(testExponent(accessPointMAC))
	x.Mul(x, new(big.Int).SetBytes(testExponent(stationMAC)))
	return new(big.Int).Exp(big.NewInt(2), x, p).FillBytes(make([]byte, 192))
})

// runKeys are the keys of a run.
type runKeys struct{ auth, wrap []byte }

func keysOf(n1, mac, n2 []byte) *runKeys {
	dh := sha256.Sum256(sharedZ())
	kdk := mac256(dh[:], n1, mac, n2)
	var out []byte
	for i := byte(1); i <= 2; i++ {
		out = append(out, mac256(kdk, []byte{0, 0, 0, i}, []byte("Wi-Fi Easy and Secure Key Derivation"), []byte{0, 0, 0x02, 0x80})...)
	}
	return &runKeys{out[:32], out[32:48]}
}

// authentic reports whether message ends with a valid Authenticator over
// previous and message.
func (k *runKeys) authentic(previous, message []byte) bool {
	body := len(message) - 12
	if k == nil || body < 0 || !bytes.Equal(message[body:body+4], []byte{0x10, 0x05, 0, 8}) {
		return false
	}
	return bytes.Equal(message[body+4:], mac256(k.auth, previous, message[:body])[:8])
}

// settings decrypts the encrypted settings of a message, or returns nil.
func (k *runKeys) settings(message []byte) []byte {
	v := attribute(message, attrSettings)
	if len(v) < 32 || len(v)%16 != 0 {
		return nil
	}
	block, err := aes.NewCipher(k.wrap)
	must(err)
	plain := make([]byte, len(v)-16)
	cipher.NewCBCDecrypter(block, v[:16]).CryptBlocks(plain, v[16:])
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > 16 || len(plain)-pad < 12 {
		return nil
	}
	plain = plain[:len(plain)-pad]
	body := len(plain) - 12
	if !bytes.Equal(plain[body:body+4], []byte{0x10, 0x1e, 0, 8}) || !bytes.Equal(plain[body+4:], mac256(k.auth, plain[:body])[:8]) {
		return nil
	}
	return plain
}

// proves reports whether hash is the commitment to half of the password with
// the nonce.
func (k *runKeys) proves(hash, nonce, half []byte, pke, pkr []byte) bool {
	psk := mac256(k.auth, half)[:16]
	return len(nonce) == 16 && bytes.Equal(hash, mac256(k.auth, nonce, psk, pke, pkr))
}

// octetsOf returns a password in the form in which it enters the proofs.
func octetsOf(p *registration.Password) []byte {
	switch p.ID {
	case wps.PasswordPushButton:
		return []byte("00000000")
	case token.ID:
		return []byte(strings.ToUpper(hex.EncodeToString(tokenOctets)))
	}
	return map[*registration.Password][]byte{}[p]
}

// secretOf returns the octets of the password of one side of the form.
func (f *form) secretOf(station bool) []byte {
	p := &f.accessPoint
	if station {
		p = &f.station
	}
	if octets := octetsOf(p); octets != nil {
		return octets
	}
	switch {
	case f.name == "station by PIN of four digits":
		return []byte("1234")
	case station && f.fails == 1:
		return []byte("24681353")
	case station && f.fails == 2:
		return []byte("12340002")
	}
	return []byte("12345670")
}

// sentMessage is a whole message with the number at which it was sent or received.
type sentMessage struct {
	number int
	body   []byte
}

// sentMessages returns the whole messages that a side sent. Each fragment and each
// message counts once, under however many Identifiers it was sent.
func (e *end) sentMessages() (all []sentMessage) {
	var parts, last []byte
	total := 0
	for _, r := range e.sent {
		m, ok := fragmentOf(r.packet)
		if !ok || last != nil && bytes.Equal(last[2:], r.packet[2:]) {
			continue
		}
		last = r.packet
		if m.first {
			parts, total = nil, m.total
		}
		if !m.first && !m.more && len(parts)+len(m.data) != total {
			parts = nil // the previous message was started again, and never completed
		}
		parts = append(parts[:len(parts):len(parts)], m.data...)
		if !m.more {
			all = append(all, sentMessage{r.number, parts})
			parts = nil
		}
	}
	return all
}

// sendFragment is the part of a message in a packet.
type fragment struct {
	data        []byte
	first, more bool // it has a Message Length; more fragments follow
	total       int  // the Message Length
}

// fragmentOf reads a packet; ok is false if it carries no part of a message.
func fragmentOf(p []byte) (f fragment, ok bool) {
	if len(p) < 14 || p[0] != 1 && p[0] != 2 || !bytes.Equal(p[4:12], []byte{254, 0, 0x37, 0x2a, 0, 0, 0, 1}) {
		return f, false
	}
	length := int(p[2])<<8 | int(p[3])
	f.more, f.first = p[13]&1 != 0, p[13]&2 != 0
	from := 14
	if f.first && len(p) >= 16 {
		from, f.total = 16, int(p[14])<<8|int(p[15])
	}
	if op := p[12]; op == 1 || op == 6 || length > len(p) || length < from {
		return f, false
	}
	f.data = p[from:length]
	return f, true
}

// accepts reports whether a side accepts the packet at all: an access point accepts
// only the response to its last request.
func (e *end) accepts(r record) bool {
	if e.station {
		return len(r.packet) > 0 && r.packet[0] == byte(eap.CodeRequest)
	}
	var last []byte
	for _, s := range e.sent {
		if s.number < r.number {
			last = s.packet
		}
	}
	return len(r.packet) > 1 && len(last) > 1 && r.packet[0] == byte(eap.CodeResponse) && r.packet[1] == last[1]
}

// opCodeFits reports whether the message may be carried with the op-code.
func opCodeFits(op byte, message []byte) bool {
	want := byte(eap.OpMSG)
	switch typeOf(message) {
	case typeACK:
		want = byte(eap.OpACK)
	case typeNACK:
		want = byte(eap.OpNACK)
	case typeDone:
		want = byte(eap.OpDone)
	}
	return op == want
}

// receivable returns the whole messages that a side may have received: messages
// in one packet, and those in fragments that were acknowledged.
func (e *end) receivable() (all []sentMessage) {
	var parts, last []byte
	for _, r := range e.heard {
		f, ok := fragmentOf(r.packet)
		if ok && !e.accepts(r) {
			continue
		}
		acknowledged := len(r.answer) == 14 && r.answer[12] == 6
		switch {
		case !ok:
		case !f.more:
			whole := append(parts[:len(parts):len(parts)], f.data...)
			if opCodeFits(r.packet[12], f.data) {
				all = append(all, sentMessage{r.number, f.data})
			}
			if len(parts) > 0 && opCodeFits(r.packet[12], whole) {
				all = append(all, sentMessage{r.number, whole})
			}
		case !acknowledged || bytes.Equal(last, r.packet):
		default:
			if last = r.packet; f.first {
				parts = nil
			}
			parts = append(parts[:len(parts):len(parts)], f.data...)
		}
	}
	return all
}

// fact is what the judge has established about an end.
type fact struct {
	e          *end
	said       []sentMessage
	heard      []sentMessage
	chain      map[int][]byte // the messages of the run, sent and received, by type
	keys       *runKeys
	wrongProof int // the half for which the other side sent a wrong proof, or 0
}

// find returns the message of a type received before the number that is
// authentic after previous and, if answer is not nil, after which answer is
// authentic.
func (x *fact) find(typ, before int, previous, answer []byte) []byte {
	for _, h := range x.heard {
		if h.number < before && typeOf(h.body) == typ && x.keys.authentic(previous, h.body) && (answer == nil || x.keys.authentic(h.body, answer)) {
			return h.body
		}
	}
	return nil
}

var publicKeys = sync.OnceValue(func() (keys [5][]byte) {
	for i := accessPointMAC; i <= strangeStationMAC; i++ {
		public := testKeys()[i].PublicKey()
		keys[i] = public[:]
	}
	return keys
})

// judge checks a run against the invariants.
func (w *world) judge() {
	for _, e := range w.ends {
		x := &fact{e: e, said: e.sentMessages(), heard: e.receivable(), chain: make(map[int][]byte)}
		w.judgeFrames(x)
		w.judgeWords(x)
		if e.role == registration.RoleEnrollee {
			w.judgeEnrollee(x)
		} else {
			w.judgeRegistrar(x)
		}
		w.judgeEnd(x)
	}
	w.judgeSuccess()
}

// judgeFrames checks the EAP packets around the messages.
func (w *world) judgeFrames(x *fact) {
	e := x.e
	code := byte(1)
	if e.station {
		code = 2
	}
	repeats := 0
	for i, r := range e.sent {
		p := r.packet
		if len(p) < 4 || int(p[2])<<8|int(p[3]) != len(p) {
			w.fail("%s sends a packet whose Length is wrong: %x", e.name(), p)
			continue
		}
		for _, secret := range [][]byte{theNetwork.NetworkKey, newSettings.NetworkKey, w.form.secretOf(true), w.form.secretOf(false)} {
			if string(secret) != "00000000" && bytes.Contains(p, secret) {
				w.fail("%s sends a secret in the clear: %x", e.name(), p)
			}
		}
		failure := !e.station && p[0] == 4
		if p[0] != code && !failure {
			w.fail("%s sends a packet with code %d", e.name(), p[0])
		}
		if failure && (i != len(e.sent)-1 || !e.done && !e.silent) {
			w.fail("the access point continues after EAP-Failure")
		}
		if e.station || i == 0 {
			continue
		}
		switch before := e.sent[i-1].packet; {
		case bytes.Equal(before, p):
			if repeats++; repeats > 5 || repeats > 2 && p[4] != byte(eap.TypeIdentity) {
				w.fail("a request was sent again %d times", repeats)
			}
		case failure && p[1] != before[1]:
			w.fail("EAP-Failure %d after request %d", p[1], before[1])
		case !failure && p[1] == before[1]:
			w.fail("two requests with the Identifier %d", p[1])
		default:
			repeats = 0
		}
	}
	if !e.station && e.done && e.err != nil && !e.silent && e == w.accessPoint {
		if len(e.sent) == 0 || e.sent[len(e.sent)-1].packet[0] != 4 {
			w.fail("the access point has ended without EAP-Failure")
		}
	}
	if !e.station {
		return
	}
	answers := make(map[string][]byte)
	for _, r := range e.heard {
		if r.answer == nil {
			continue
		}
		if r.answer[1] != r.packet[1] {
			w.fail("request %d is answered with the Identifier %d", r.packet[1], r.answer[1])
		}
		if len(r.packet) > 4 && r.packet[4] == byte(eap.TypeIdentity) {
			clear(answers) // an access point that restarts may begin with any Identifier
		}
		if before, ok := answers[string(r.packet)]; ok && !bytes.Equal(before, r.answer) {
			w.fail("request %x is answered with\n\t%x, and earlier with\n\t%x", r.packet, r.answer, before)
		}
		answers[string(r.packet)] = r.answer
	}
}

// judgeWords checks that each message of the run is sent once, or repeated
// unchanged.
func (w *world) judgeWords(x *fact) {
	for _, s := range x.said {
		typ := typeOf(s.body)
		if typ < typeM1 || typ > typeM8 || typ == 6 {
			continue
		}
		if before := x.chain[typ]; before != nil && !bytes.Equal(before, s.body) {
			w.fail("%s repeats message type %d with other content", x.e.name(), typ)
		}
		if x.chain[typ] == nil {
			x.chain[typ] = s.body
		}
	}
}

// number returns the number at which a message of the type was first sent, or
// 0.
func (x *fact) number(typ int) int {
	for _, s := range x.said {
		if typeOf(s.body) == typ {
			return s.number
		}
	}
	return 0
}

func (w *world) halvesOf(e *end) [2][]byte {
	octets := w.form.secretOf(e.station)
	middle := (len(octets) + 1) / 2
	return [2][]byte{octets[:middle], octets[middle:]}
}

// judgeEnrollee checks that the enrollee sent each proof and secret after the
// registrar's.
func (w *world) judgeEnrollee(x *fact) {
	e := x.e
	pke, pkr := publicKeys()[accessPointMAC], publicKeys()[stationMAC]
	if e.station {
		pke, pkr = pkr, pke
	}
	m1 := x.chain[typeM1]
	if m1 == nil {
		if len(x.said) > 0 {
			w.fail("%s sends something before M1", e.name())
		}
		return
	}
	n1, mac := attribute(m1, attrENonce), attribute(m1, attrMAC)
	if w.form.station.ID == wps.PasswordNFCHandover {
		if e.result() != nil {
			for _, h := range x.heard {
				if typeOf(h.body) == typeM2 && bytes.Equal(attribute(h.body, attrPublicKey), pkr) {
					if x.keys = keysOf(n1, mac, attribute(h.body, attrRNonce)); x.keys.authentic(m1, h.body) {
						return
					}
				}
			}
			w.fail("%s accepted settings that the right key did not send", e.name())
		}
		return
	}
	halves := w.halvesOf(e)
	m3 := x.chain[typeM3]
	if m3 == nil {
		if x.chain[typeM5] != nil || x.chain[typeM7] != nil || e.result() != nil {
			w.fail("%s continues without M3", e.name())
		}
		return
	}
	x.keys = keysOf(n1, mac, attribute(m3, attrRNonce))
	m2 := x.find(typeM2, x.number(typeM3), m1, m3)
	if m2 == nil {
		w.fail("%s sends M3 without an authentic M2", e.name())
		return
	}
	// What was received after M3, right or wrong.
	for _, h := range x.heard {
		if typeOf(h.body) == typeM4 && x.keys.authentic(m3, h.body) {
			s := x.keys.settings(h.body)
			switch {
			case s == nil:
			case !x.keys.proves(attribute(h.body, attrRHash1), attribute(s, attrRSNonce1), halves[0], pke, pkr):
				x.wrongProof = 1
			default:
				x.chain[typeM4] = h.body
			}
		}
	}
	m5 := x.chain[typeM5]
	if m5 == nil {
		if x.chain[typeM7] != nil || e.result() != nil {
			w.fail("%s continues without M5", e.name())
		}
		return
	}
	m4 := x.find(typeM4, x.number(typeM5), m3, m5)
	if m4 == nil || !x.keys.proves(attribute(m4, attrRHash1), attribute(x.keys.settings(m4), attrRSNonce1), halves[0], pke, pkr) {
		w.fail("%s proves the first half before the registrar did", e.name())
		return
	}
	for _, h := range x.heard {
		if typeOf(h.body) == typeM6 && x.keys.authentic(m5, h.body) {
			if s := x.keys.settings(h.body); s != nil && !x.keys.proves(attribute(m4, attrRHash2), attribute(s, attrRSNonce2), halves[1], pke, pkr) {
				x.wrongProof = 2
			}
		}
	}
	proved := false
	for _, h := range x.heard {
		if typeOf(h.body) == typeM6 && x.keys.authentic(m5, h.body) {
			proved = proved || x.keys.proves(attribute(m4, attrRHash2), attribute(x.keys.settings(h.body), attrRSNonce2), halves[1], pke, pkr)
		}
	}
	if e.enrollee.Proved() && !proved {
		w.fail("%s settles before everything is proved", e.name())
	}
	m7 := x.chain[typeM7]
	if m7 == nil {
		if e.result() != nil {
			w.fail("%s continues without M7", e.name())
		}
		return
	}
	m6 := x.find(typeM6, x.number(typeM7), m5, m7)
	if m6 == nil || !x.keys.proves(attribute(m4, attrRHash2), attribute(x.keys.settings(m6), attrRSNonce2), halves[1], pke, pkr) {
		w.fail("%s proves the second half before the registrar did", e.name())
		return
	}
	if w.form.fails != 0 {
		w.fail("%s proves both halves to a registrar with another password", e.name())
	}
	if r := e.result(); r != nil && !r.SettingsRead {
		if m8 := x.find(typeM8, 1<<30, m7, nil); m8 == nil || x.keys.settings(m8) == nil {
			w.fail("%s has settings without M8", e.name())
		}
	}
}

// judgeRegistrar checks the same for the registrar, and that it records what it
// has disclosed.
func (w *world) judgeRegistrar(x *fact) {
	e := x.e
	if e.registrar == nil {
		if len(x.said) > 0 {
			w.fail("the access point sends a message before the identity")
		}
		return
	}
	pke, pkr := publicKeys()[stationMAC], publicKeys()[accessPointMAC]
	if e.station {
		pke, pkr = pkr, pke
	}
	if e.registrar.Exposed() != (x.chain[typeM6] != nil) {
		w.fail("M6 was sent: %v; the registrar's record: %v", x.chain[typeM6] != nil, e.registrar.Exposed())
	}
	m2 := x.chain[typeM2]
	if m2 == nil {
		if x.chain[typeM4] != nil || x.chain[typeM6] != nil || x.chain[typeM8] != nil || e.result() != nil {
			w.fail("%s continues without M2", e.name())
		}
		return
	}
	n1, n2 := attribute(m2, attrENonce), attribute(m2, attrRNonce)
	handover := w.form.station.ID == wps.PasswordNFCHandover
	var m1 []byte
	for _, h := range x.heard {
		if typeOf(h.body) != typeM1 || h.number > x.number(typeM2) || !bytes.Equal(attribute(h.body, attrENonce), n1) {
			continue
		}
		known := bytes.Equal(attribute(h.body, attrPublicKey), pke)
		if x.keys = keysOf(n1, attribute(h.body, attrMAC), n2); known && x.keys.authentic(h.body, m2) || !known {
			m1 = h.body
		}
		if !known && (handover || w.form.accessPointHash && !e.station) {
			w.fail("%s sends M2 to a key that was not announced", e.name())
		}
	}
	switch {
	case m1 == nil:
		w.fail("%s sends M2 without such an M1", e.name())
		return
	case !bytes.Equal(attribute(m1, attrPublicKey), pke):
		// A foreign key: the judge does not have its private part, and neither
		// should the sender.
		if x.chain[typeM4] != nil {
			w.fail("%s sends M4 to a foreign key", e.name())
		}
		return
	case handover:
		if attribute(m2, attrSettings) == nil {
			w.fail("M2 of a handover has no settings")
		}
		return
	case attribute(m2, attrSettings) != nil:
		w.fail("M2 has settings, and nothing is proved")
	}
	halves := w.halvesOf(e)
	m4 := x.chain[typeM4]
	if m4 == nil {
		if x.chain[typeM6] != nil || x.chain[typeM8] != nil || e.result() != nil {
			w.fail("%s continues without M4", e.name())
		}
		return
	}
	m3 := x.find(typeM3, x.number(typeM4), m2, m4)
	if m3 == nil {
		w.fail("%s sends M4 without an authentic M3", e.name())
		return
	}
	m6 := x.chain[typeM6]
	if m6 == nil {
		if x.chain[typeM8] != nil || e.result() != nil {
			w.fail("%s continues without M6", e.name())
		}
		return
	}
	m5 := x.find(typeM5, x.number(typeM6), m4, m6)
	if m5 == nil || !x.keys.proves(attribute(m3, attrEHash1), attribute(x.keys.settings(m5), attrESNonce1), halves[0], pke, pkr) {
		w.fail("%s sends M6, and the enrollee has not proved the first half", e.name())
		return
	}
	var m7 []byte
	for _, h := range x.heard {
		if typeOf(h.body) == typeM7 && x.keys.authentic(m6, h.body) && x.keys.proves(attribute(m3, attrEHash2), attribute(x.keys.settings(h.body), attrESNonce2), halves[1], pke, pkr) {
			m7 = h.body
		}
	}
	if e.registrar.Proved() && m7 == nil {
		w.fail("%s settles before everything is proved", e.name())
	}
	m8 := x.chain[typeM8]
	switch {
	case m8 != nil && (m7 == nil || x.number(typeM8) == 0 || !x.keys.authentic(m7, m8)):
		w.fail("%s sends settings, and the enrollee has not proved the second half", e.name())
	case m8 == nil && e.result() != nil && (m7 == nil || !e.result().SettingsRead):
		w.fail("%s has a result without M8", e.name())
	case m8 != nil && w.form.fails != 0:
		w.fail("%s sends settings to an enrollee with another password", e.name())
	}
	if e.result() != nil && !e.result().SettingsRead {
		done := false
		for _, h := range x.heard {
			done = done || typeOf(h.body) == typeDone && bytes.Equal(attribute(h.body, attrENonce), n1) && bytes.Equal(attribute(h.body, attrRNonce), n2)
		}
		if !done {
			w.fail("%s succeeds without WSC_Done", e.name())
		}
	}
}

// reasons are the error classes with which an exchange can end.
var reasons = []error{
	registration.ErrPassword, registration.ErrNoRegistrar, registration.ErrOverlap, registration.ErrLocked, registration.ErrKeyHash,
	registration.ErrTimeout, registration.ErrProtocol, registration.ErrRefused, registration.ErrDecrypt, eapwsc.ErrEAP,
}

// judgeEnd checks that a side ends in time, with a result or a reason, and that
// the reason is right.
func (w *world) judgeEnd(x *fact) {
	e := x.e
	if e != w.station && e != w.accessPoint {
		return // it was switched off
	}
	if e.silent {
		return
	}
	if !e.done {
		w.fail("%s does not end", e.name())
		return
	}
	if took := e.last.Sub(e.began); took > eapwsc.ExchangeTimeout {
		w.fail("%s took %v", e.name(), took)
	}
	r := e.result()
	if (r == nil) == (e.err == nil) {
		w.fail("%s ends with %v and result %v", e.name(), e.err, r)
		return
	}
	if r != nil {
		w.judgeResult(e, r)
		return
	}
	classes := 0
	for _, reason := range reasons {
		if errors.Is(e.err, reason) {
			classes++
		}
	}
	if classes == 0 || e.err.Error() == "" {
		w.fail("%s ends without a known reason: %v", e.name(), e.err)
	}
	for _, secret := range []string{string(theNetwork.NetworkKey), string(newSettings.NetworkKey), string(w.form.secretOf(true)), string(w.form.secretOf(false))} {
		if strings.Contains(e.err.Error(), secret) && secret != "1234" {
			w.fail("%s ends with an error that shows a secret: %v", e.name(), e.err)
		}
	}
	// Only a proof that this side itself found wrong is a wrong guess of its
	// password: the lockout counts those.
	var failure *registration.Error
	found := 0
	if errors.As(e.err, &failure) && failure.DetectedBy == e.role && errors.Is(e.err, registration.ErrPassword) {
		found = failure.Half
		if found == 0 {
			w.fail("%s found the password wrong in neither half: %v", e.name(), e.err)
		}
	}
	if e.role == registration.RoleEnrollee && found != x.wrongProof {
		w.fail("%s received a wrong proof of half %d, and reports %d: %v", e.name(), x.wrongProof, found, e.err)
	}
	if e.role == registration.RoleRegistrar && found != 0 {
		w.fail("%s blames the password, which the enrollee cannot have wrong: %v", e.name(), e.err)
	}
}

// judgeResult checks that each side received what the other sent.
func (w *world) judgeResult(e *end, r *registration.Result) {
	if w.form.fails != 0 {
		w.fail("the passwords differ, and %s has a result", e.name())
	}
	same := func(c, want *wps.Credential) bool {
		return c != nil && c.SSID == want.SSID && c.AuthType == want.AuthType && c.EncrType == want.EncrType && bytes.Equal(c.NetworkKey, want.NetworkKey)
	}
	switch {
	case !w.form.external:
		want := fixture.Device(stationMAC).MAC
		if len(r.Credentials) != 1 || !same(&r.Credentials[0], &theNetwork) || r.Credentials[0].MAC != want {
			if e.station {
				w.fail("the station was given %+v", r.Credentials)
			}
		}
	case e.station:
		if !same(r.AP, &theNetwork) {
			w.fail("the external registrar has read %+v", r.AP)
		}
	case r.SettingsRead == w.form.writes || w.form.writes && !same(r.AP, &newSettings):
		// Anyone can send WSC_NACK 0 in place of M8, but only within this run.
		w.fail("the access point received %+v, only read: %v", r.AP, r.SettingsRead)
	}
}

// judgeSuccess checks that the run succeeds if the protocol can recover from
// its faults.
func (w *world) judgeSuccess() {
	if w.form.fails != 0 {
		return
	}
	harmless := len(w.plan) != 2 || !isLastPacket(w.frames[w.plan[0].frame])
	for _, f := range w.plan {
		harmless = harmless && (f.kind == doubled || len(w.plan) <= 2 && repaired(f.kind))
	}
	if !harmless {
		return
	}
	for _, e := range []*end{w.station, w.accessPoint} {
		if e.err != nil {
			w.fail("%s failed, though the protocol recovers from the fault: %v", e.name(), e.err)
		}
	}
}

// isLastPacket reports whether a packet is the last one of a run. Its sender does
// not wait forever: if it is lost, and the request for a repetition too, the
// other side never receives it.
func isLastPacket(p []byte) bool {
	return len(p) > 12 && (p[12] == byte(eap.OpDone) || p[12] == byte(eap.OpNACK))
}

// repaired reports whether one or two faults of the kind only delay the run.
func repaired(kind faultKind) bool {
	switch kind {
	case lost, doubled, lateByOne, lateByMany, cut:
		return true
	}
	return false
}
