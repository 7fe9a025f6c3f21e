package sim_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
)

// These files implement the Registration Protocol and its transport a second
// time, from the octets up and with the standard library alone, so that errors
// in our packages cannot cancel out. This file has what both sides need.

// Attributes, message types and op-codes that occur: WSC 2.0 §12 and §7.7.
const (
	atAuthType, atAuthenticator, atConfigError, atCredential             = 0x1003, 0x1005, 0x1009, 0x100E
	atEncrType, atEHash1, atEHash2, atESNonce1, atESNonce2               = 0x100F, 0x1014, 0x1015, 0x1016, 0x1017
	atSettings, atEnrolleeNonce, atKeyWrap, atMAC, atMessageType         = 0x1018, 0x101A, 0x101E, 0x1020, 0x1022
	atNetworkKey, atPublicKey, atRegistrarNonce, atRHash1, atRHash2      = 0x1027, 0x1032, 0x1039, 0x103D, 0x103E
	atRSNonce1, atRSNonce2, atSSID, atUUIDE, atUUIDR, atPasswordID       = 0x103F, 0x1040, 0x1045, 0x1047, 0x1048, 0x1012
	handM1, handM2, handM2D, handM3, handM4, handM5, handM6              = 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A
	handM7, handM8, handACK, handNACK, handDone                          = 0x0B, 0x0C, 0x0D, 0x0E, 0x0F
	opStart, opACK, opNACK, opMSG, opDone, opFragACK                byte = 1, 2, 3, 4, 5, 6
	authFailed                                                      byte = 18 // Configuration Error
)

// group5 is the prime of RFC 3526 §2.
var group5, _ = new(big.Int).SetString("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"+
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"+
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"+
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"+
	"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"+
	"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF", 16)

// byHand is the state that both sides of a run keep.
type byHand struct {
	random              io.Reader
	x                   *big.Int
	own                 []byte // public key
	pke, pkr            []byte
	n1, n2              []byte
	authKey, keyWrapKey []byte
	psk1, psk2          []byte
	s1, s2              []byte
	hash1, hash2        []byte // the other side's
	previous            []byte // message of the chain
}

// newByHand draws the randomness of a run. The exponent is short, because
// secrecy does not matter here.
func newByHand(random io.Reader) byHand {
	h := byHand{random: random}
	h.x = new(big.Int).SetBytes(h.draw(20))
	h.own = new(big.Int).Exp(big.NewInt(2), h.x, group5).FillBytes(make([]byte, 192))
	h.s1, h.s2 = h.draw(16), h.draw(16)
	return h
}

func (h *byHand) draw(n int) []byte {
	b := make([]byte, n)
	h.random.Read(b)
	return b
}

// tlv is one attribute.
func tlv(id uint16, value ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// firstOf removes the first attribute from a list.
func firstOf(list []byte) (id uint16, value, rest []byte, ok bool) {
	if len(list) < 4 {
		return 0, nil, nil, false
	}
	n := 4 + int(binary.BigEndian.Uint16(list[2:]))
	if len(list) < n {
		return 0, nil, nil, false
	}
	return binary.BigEndian.Uint16(list), list[4:n], list[n:], true
}

// attribute returns the value of the first attribute in a list that has the
// identifier, or nil.
func attribute(list []byte, want uint16) []byte {
	for id, value, rest, ok := firstOf(list); ok; id, value, rest, ok = firstOf(rest) {
		if id == want {
			return value
		}
	}
	return nil
}

func hmac256(key []byte, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// agree derives the keys: WSC 2.0 §7.3 and §7.4. It reports whether the other
// side's public key is valid.
func (h *byHand) agree(peer, address []byte, password string) bool {
	y := new(big.Int).SetBytes(peer)
	if len(peer) != 192 || y.Cmp(big.NewInt(1)) <= 0 || y.Cmp(new(big.Int).Sub(group5, big.NewInt(1))) >= 0 {
		return false
	}
	dhKey := sha256.Sum256(y.Exp(y, h.x, group5).FillBytes(make([]byte, 192)))
	kdk := hmac256(dhKey[:], h.n1, address, h.n2)
	var stream []byte
	for i := byte(1); i <= 3; i++ {
		stream = append(stream, hmac256(kdk, []byte{0, 0, 0, i}, []byte("Wi-Fi Easy and Secure Key Derivation"), []byte{0, 0, 2, 128})...)
	}
	h.authKey, h.keyWrapKey = stream[:32], stream[32:48]
	half := (len(password) + 1) / 2
	h.psk1, h.psk2 = hmac256(h.authKey, []byte(password[:half]))[:16], hmac256(h.authKey, []byte(password[half:]))[:16]
	return true
}

// proof computes E-Hash or R-Hash in M3 and M4: §7.4.
func (h *byHand) proof(nonce, psk []byte) []byte { return hmac256(h.authKey, nonce, psk, h.pke, h.pkr) }

// seal returns the Encrypted Settings attribute: §7.5.
func (h *byHand) seal(attributes ...[]byte) []byte {
	plain := bytes.Join(attributes, nil)
	plain = append(plain, tlv(atKeyWrap, hmac256(h.authKey, plain)[:8]...)...)
	k := 16 - len(plain)%16
	plain = append(plain, bytes.Repeat([]byte{byte(k)}, k)...)
	block, _ := aes.NewCipher(h.keyWrapKey)
	iv := h.draw(16)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(plain, plain)
	return tlv(atSettings, append(iv, plain...)...)
}

// open decrypts the settings of an authentic message; nil if they are wrong.
func (h *byHand) open(message []byte) []byte {
	value := attribute(message, atSettings)
	if len(value) < 32 || len(value)%16 != 0 {
		return nil
	}
	block, _ := aes.NewCipher(h.keyWrapKey)
	plain := make([]byte, len(value)-16)
	cipher.NewCBCDecrypter(block, value[:16]).CryptBlocks(plain, value[16:])
	k := int(plain[len(plain)-1])
	if k > 16 || len(plain) < k+12 {
		return nil
	}
	plain = plain[:len(plain)-k]
	settings, wrap := plain[:len(plain)-12], plain[len(plain)-12:]
	if !bytes.Equal(wrap, tlv(atKeyWrap, hmac256(h.authKey, settings)[:8]...)) {
		return nil
	}
	return settings
}

// say builds a message, signs M2 to M8, and keeps what the next Authenticator
// covers.
func (h *byHand) say(kind byte, attributes ...[]byte) []byte {
	m := append(tlv(0x104A, 0x10), tlv(atMessageType, kind)...)
	m = append(m, bytes.Join(attributes, nil)...)
	m = append(m, tlv(0x1049, 0x00, 0x37, 0x2A, 0x00, 0x01, 0x20)...) // version 2.0
	if kind == handM2 || handM3 <= kind && kind <= handM8 {
		m = append(m, tlv(atAuthenticator, hmac256(h.authKey, h.previous, m)[:8]...)...)
	}
	if kind <= handM8 && kind != handM2D {
		h.previous = m
	}
	return m
}

// authentic reports whether a message belongs to this run: its nonce and its
// Authenticator, which is its last attribute. Our next Authenticator then
// covers it.
func (h *byHand) authentic(message []byte, nonceID uint16, nonce []byte) bool {
	at := len(message) - 12
	if at < 0 || !bytes.Equal(attribute(message, nonceID), nonce) {
		return false
	}
	if !bytes.Equal(message[at:], tlv(atAuthenticator, hmac256(h.authKey, h.previous, message[:at])[:8]...)) {
		return false
	}
	h.previous = bytes.Clone(message)
	return true
}

// kindOf returns the type of a message, or 0.
func kindOf(message []byte) byte {
	if t := attribute(message, atMessageType); len(t) == 1 {
		return t[0]
	}
	return 0
}

// capabilities are the flags and methods of M1 and M2: open, WPA and WPA2 with a
// passphrase, without encryption, TKIP and AES; ESS; display, button, keypad.
func capabilities() []byte {
	return bytes.Join([][]byte{tlv(0x1004, 0, 0x23), tlv(0x1010, 0, 0x0D), tlv(0x100D, 1), tlv(0x1008, 0x23, 0x88)}, nil)
}

// description is the human-readable part of M1 and M2.
func description(name string, deviceType ...byte) []byte {
	return bytes.Join([][]byte{
		tlv(0x1021, []byte("By hand")...), tlv(0x1023, []byte(name)...), tlv(0x1024, '1'), tlv(0x1042, '1'),
		tlv(0x1054, deviceType...), tlv(0x1011, []byte(name)...), tlv(0x103C, 1), tlv(0x1002, 0, 0),
	}, nil)
}

// EAP: RFC 3748 §4. Codes, and the types that occur.
const (
	eapRequest, eapResponse, eapFailure  byte = 1, 2, 4
	eapIdentity, eapNotification, eapNak byte = 1, 2, 3
	wscType                                   = "\xFE\x00\x37\x2A\x00\x00\x00\x01" // expanded: WFA, SimpleConfig
	wscHeader                                 = 4 + len(wscType) + 2
)

// eapPacket puts a packet together.
func eapPacket(code, id byte, data ...[]byte) []byte {
	body := bytes.Join(data, nil)
	return append(binary.BigEndian.AppendUint16([]byte{code, id}, uint16(4+len(body))), body...)
}

// cutEAP returns a packet without trailing octets; nil if it is truncated.
func cutEAP(b []byte) []byte {
	if len(b) < 4 {
		return nil
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < 4 || n > len(b) {
		return nil
	}
	return b[:n]
}

// pieces are the fragments of a message that are still to be sent: WSC 2.0
// §7.7.1.
type pieces struct {
	op    byte
	rest  []byte
	size  int // octets of message data in one; 0 is all
	begun bool
}

// next returns the data of the next packet, or nil.
func (p *pieces) next() []byte {
	if len(p.rest) == 0 {
		return nil
	}
	n := len(p.rest)
	if p.size > 0 {
		n = min(n, p.size)
	}
	data := append([]byte(wscType), p.op, 0)
	if n < len(p.rest) {
		data[9] |= 1 // more fragments
		if !p.begun {
			data[9] |= 2 // length field
			data = binary.BigEndian.AppendUint16(data, uint16(len(p.rest)))
		}
	}
	p.begun = true
	data = append(data, p.rest[:n]...)
	p.rest = p.rest[n:]
	return data
}

// collected is the part of a message that has arrived.
type collected struct {
	octets []byte
	total  int
}

// add adds a packet, and returns whether it was accepted, and the message if it
// was the last.
func (c *collected) add(packet []byte) (message []byte, complete, ok bool) {
	flags, data := packet[wscHeader-1], packet[wscHeader:]
	first := len(c.octets) == 0
	if flags&2 != 0 {
		if len(data) < 2 {
			return nil, false, false
		}
		if first {
			c.total = int(binary.BigEndian.Uint16(data))
		}
		data = data[2:]
	} else if first {
		if flags&1 != 0 {
			return nil, false, false // the first of several announces the length
		}
		c.total = len(data)
	}
	if len(c.octets)+len(data) > c.total {
		*c = collected{}
		return nil, false, false
	}
	c.octets = append(c.octets, data...)
	if flags&1 != 0 {
		return nil, false, true
	}
	message = c.octets
	*c = collected{}
	return message, true, true
}

// isWSC reports whether an EAP packet carries WSC.
func isWSC(packet []byte) bool {
	return len(packet) >= wscHeader && string(packet[4:4+len(wscType)]) == wscType
}

// stopped is why a run has ended early.
type stopped struct {
	code  byte // Configuration Error
	kind  byte // the message that it is about: received if we found it, else sent
	found bool // by ourselves
}

func (s *stopped) Error() string {
	who := "the other side"
	if s.found {
		who = "this side"
	}
	return fmt.Sprintf("stopped by %s at message %#x with configuration error %d", who, s.kind, s.code)
}

// half returns which half of the password is wrong, or 0.
func (s *stopped) half() int {
	switch {
	case s.code != authFailed:
		return 0
	case s.kind <= handM5:
		return 1
	}
	return 2
}
