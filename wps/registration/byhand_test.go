package registration

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"testing"
)

// manual is one side of a run, implemented a second time: attributes assembled
// from octets, cryptography from the standard library. It uses nothing from the
// packages under test but the prime, which TestGroup compares with π. That our
// machines work with it means more than that they work with each other.
type manual struct {
	t                   *testing.T
	x                   *big.Int
	own                 []byte // public key
	pke, pkr            []byte
	authKey, keyWrapKey []byte
	psk1, psk2          []byte
	s1, s2              []byte
	previous            []byte // message of the chain
}

func randomOctets(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func newManual(t *testing.T) *manual {
	h := &manual{t: t, x: new(big.Int).SetBytes(randomOctets(40)), s1: randomOctets(16), s2: randomOctets(16)}
	h.own = new(big.Int).Exp(big.NewInt(2), h.x, prime).FillBytes(make([]byte, 192))
	return h
}

// tlv returns one attribute.
func tlv(id uint16, value ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

func text(id uint16, value string) []byte { return tlv(id, []byte(value)...) }

// attribute returns the value of an attribute in a list.
func (h *manual) attribute(list []byte, id uint16) []byte {
	h.t.Helper()
	for len(list) >= 4 {
		n := int(binary.BigEndian.Uint16(list[2:]))
		if binary.BigEndian.Uint16(list) == id {
			return list[4 : 4+n]
		}
		list = list[4+n:]
	}
	h.t.Fatalf("there is no attribute %#x", id)
	return nil
}

func (h *manual) mac(key []byte, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// agree derives the keys.
func (h *manual) agree(peer, n1, address, n2 []byte, password string) {
	z := new(big.Int).Exp(new(big.Int).SetBytes(peer), h.x, prime).FillBytes(make([]byte, 192))
	dhKey := sha256.Sum256(z)
	kdk := h.mac(dhKey[:], n1, address, n2)
	var stream []byte
	for i := byte(1); i <= 3; i++ {
		stream = append(stream, h.mac(kdk, []byte{0, 0, 0, i}, []byte("Wi-Fi Easy and Secure Key Derivation"), []byte{0, 0, 2, 128})...)
	}
	h.authKey, h.keyWrapKey = stream[:32], stream[32:48]
	h.psk1 = h.mac(h.authKey, []byte(password[:len(password)/2]))[:16]
	h.psk2 = h.mac(h.authKey, []byte(password[len(password)/2:]))[:16]
}

func (h *manual) proof(nonce, psk []byte) []byte { return h.mac(h.authKey, nonce, psk, h.pke, h.pkr) }

// seal returns the Encrypted Settings attribute.
func (h *manual) seal(attributes ...[]byte) []byte {
	plain := bytes.Join(attributes, nil)
	plain = append(plain, tlv(0x101E, h.mac(h.authKey, plain)[:8]...)...)
	k := 16 - len(plain)%16
	plain = append(plain, bytes.Repeat([]byte{byte(k)}, k)...)
	block, err := aes.NewCipher(h.keyWrapKey)
	if err != nil {
		h.t.Fatal(err)
	}
	iv := randomOctets(16)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	return tlv(0x1018, append(iv, plain...)...)
}

// open decrypts the settings of a message.
func (h *manual) open(message []byte) []byte {
	h.t.Helper()
	value := h.attribute(message, 0x1018)
	block, err := aes.NewCipher(h.keyWrapKey)
	if err != nil {
		h.t.Fatal(err)
	}
	plain := make([]byte, len(value)-16)
	cipher.NewCBCDecrypter(block, value[:16]).CryptBlocks(plain, value[16:])
	plain = plain[:len(plain)-int(plain[len(plain)-1])]
	settings, kwa := plain[:len(plain)-12], plain[len(plain)-8:]
	if !bytes.Equal(kwa, h.mac(h.authKey, settings)[:8]) {
		h.t.Fatal("wrong Key Wrap Authenticator")
	}
	return settings
}

// say builds a message, signs it unless it is M1 or an end, and keeps it for
// the next Authenticator.
func (h *manual) say(messageType byte, attributes ...[]byte) []byte {
	m := append(tlv(0x104A, 0x10), tlv(0x1022, messageType)...)
	m = append(m, bytes.Join(attributes, nil)...)
	m = append(m, tlv(0x1049, 0x00, 0x37, 0x2A, 0x00, 0x01, 0x20)...) // version 2.0
	if 0x05 <= messageType && messageType <= 0x0C {
		m = append(m, tlv(0x1005, h.mac(h.authKey, h.previous, m)[:8]...)...)
	}
	h.previous = m
	return m
}

// hear checks the type and the Authenticator of a message, and keeps it for the
// next Authenticator.
func (h *manual) hear(message []byte, messageType byte) []byte {
	h.t.Helper()
	if got := h.attribute(message, 0x1022); got[0] != messageType {
		h.t.Fatalf("message type %#x, want %#x", got, messageType)
	}
	if 0x05 <= messageType && messageType <= 0x0C {
		body, tag := message[:len(message)-12], message[len(message)-8:]
		if !bytes.Equal(tag, h.mac(h.authKey, h.previous, body)[:8]) {
			h.t.Fatalf("wrong Authenticator in message type %#x", messageType)
		}
	}
	h.previous = message
	return message
}

// description is the part of M1 and M2 that describes a device.
func description(name string) []byte {
	return bytes.Join([][]byte{
		text(0x1021, "By hand"), text(0x1023, name), text(0x1024, "1"), text(0x1042, "1"),
		tlv(0x1054, 0, 6, 0, 0x50, 0xF2, 4, 0, 1), text(0x1011, name), tlv(0x103C, 1), tlv(0x1002, 0, 0),
	}, nil)
}

// capabilities returns the type flags and config methods of M1 and M2.
func capabilities() []byte {
	return bytes.Join([][]byte{tlv(0x1004, 0, 0x23), tlv(0x1010, 0, 0x0D), tlv(0x100D, 1), tlv(0x1008, 0x31, 0x48)}, nil)
}

// must returns the output of a machine, or ends the test.
func must(t *testing.T) func(out []byte, err error) []byte {
	return func(out []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

const handPIN = "12345670"

// TestEnrolleeByHand registers our enrollee with a registrar that is not ours.
//
// hostap: test_wps_ext test_wps_ext_cred_proto_success
// test_wps_ext_ap_settings_success
func TestEnrolleeByHand(t *testing.T) {
	e, err := NewEnrollee(EnrolleeConfig{Config: Config{Device: enrolleeDevice}, Password: mustPIN(handPIN)})
	if err != nil {
		t.Fatal(err)
	}
	said := must(t)
	h := newManual(t)

	m1 := h.hear(said(e.Start()), 0x04)
	n1, n2 := h.attribute(m1, 0x101A), randomOctets(16)
	h.pke, h.pkr = h.attribute(m1, 0x1032), h.own
	h.agree(h.pke, n1, h.attribute(m1, 0x1020), n2, handPIN)

	m2 := h.say(0x05, tlv(0x101A, n1...), tlv(0x1039, n2...), tlv(0x1048, randomOctets(16)...), tlv(0x1032, h.own...),
		capabilities(), description("Registrar"), tlv(0x1009, 0, 0), tlv(0x1012, h.attribute(m1, 0x1012)...), tlv(0x102D, 0x80, 0, 0, 0))
	m3 := h.hear(said(e.Handle(m2)), 0x07)

	m4 := h.say(0x08, tlv(0x101A, n1...), tlv(0x103D, h.proof(h.s1, h.psk1)...), tlv(0x103E, h.proof(h.s2, h.psk2)...),
		h.seal(tlv(0x103F, h.s1...)))
	m5 := h.hear(said(e.Handle(m4)), 0x09)
	same(t, "proof of E-S1", h.attribute(m3, 0x1014), h.proof(h.attribute(h.open(m5), 0x1016), h.psk1))

	m6 := h.say(0x0A, tlv(0x101A, n1...), h.seal(tlv(0x1040, h.s2...)))
	m7 := h.hear(said(e.Handle(m6)), 0x0B)
	same(t, "proof of E-S2", h.attribute(m3, 0x1015), h.proof(h.attribute(h.open(m7), 0x1017), h.psk2))

	credential := bytes.Join([][]byte{
		tlv(0x1026, 1), text(0x1045, "by hand"), tlv(0x1003, 0, 0x20), tlv(0x100F, 0, 8), text(0x1027, "correct horse"), tlv(0x1020, 2, 0, 0, 0, 0, 0xE),
	}, nil)
	m8 := h.say(0x0C, tlv(0x101A, n1...), h.seal(tlv(0x100E, credential...)))
	done := h.hear(said(e.Handle(m8)), 0x0F)
	same(t, "E-Nonce of Done", h.attribute(done, 0x101A), n1)
	same(t, "R-Nonce of Done", h.attribute(done, 0x1039), n2)

	if got := e.Result().Credentials; len(got) != 1 || got[0].SSID != "by hand" || string(got[0].NetworkKey) != "correct horse" {
		t.Errorf("credentials %v", got)
	}
}

// TestRegistrarByHand registers an enrollee that is not ours with our
// registrar.
func TestRegistrarByHand(t *testing.T) {
	f := station()
	r, err := NewRegistrar(f.registrar)
	if err != nil {
		t.Fatal(err)
	}
	said := must(t)
	h := newManual(t)
	n1, address := randomOctets(16), []byte{2, 0, 0, 0, 0, 7}

	m1 := h.say(0x04, tlv(0x1047, randomOctets(16)...), tlv(0x1020, address...), tlv(0x101A, n1...), tlv(0x1032, h.own...),
		capabilities(), tlv(0x1044, 1), description("Enrollee"), tlv(0x1012, 0, 0), tlv(0x1009, 0, 0), tlv(0x102D, 0x80, 0, 0, 0))
	m2 := said(r.Handle(m1))
	n2 := h.attribute(m2, 0x1039)
	h.pke, h.pkr = h.own, h.attribute(m2, 0x1032)
	h.agree(h.pkr, n1, address, n2, handPIN)
	h.hear(m2, 0x05)

	m3 := h.say(0x07, tlv(0x1039, n2...), tlv(0x1014, h.proof(h.s1, h.psk1)...), tlv(0x1015, h.proof(h.s2, h.psk2)...))
	m4 := h.hear(said(r.Handle(m3)), 0x08)
	same(t, "proof of R-S1", h.attribute(m4, 0x103D), h.proof(h.attribute(h.open(m4), 0x103F), h.psk1))

	m5 := h.say(0x09, tlv(0x1039, n2...), h.seal(tlv(0x1016, h.s1...)))
	m6 := h.hear(said(r.Handle(m5)), 0x0A)
	same(t, "proof of R-S2", h.attribute(m4, 0x103E), h.proof(h.attribute(h.open(m6), 0x1040), h.psk2))

	m7 := h.say(0x0B, tlv(0x1039, n2...), h.seal(tlv(0x1017, h.s2...)))
	m8 := h.hear(said(r.Handle(m7)), 0x0C)
	credential := h.attribute(h.open(m8), 0x100E)
	same(t, "SSID", h.attribute(credential, 0x1045), []byte("Zuhause"))
	same(t, "Network Key", h.attribute(credential, 0x1027), []byte("correct horse"))
	same(t, "MAC Address", h.attribute(credential, 0x1020), address)

	if out := said(r.Handle(h.say(0x0F, tlv(0x101A, n1...), tlv(0x1039, n2...)))); out != nil || r.Result() == nil {
		t.Errorf("Done is answered by %x; error %v", out, r.Err())
	}
}
