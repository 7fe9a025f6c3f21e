package sim

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// psk is the pre-shared key of a WPA2 network.
type psk [32]byte

// networkSecret is what a pre-shared key is computed from.
type networkSecret struct{ ssid, key string }

var errNoPSK = errors.New("the network key is neither a passphrase nor a pre-shared key")

// PSKs caches the pre-shared keys of networks. The zero value is empty; it may
// be used by several worlds concurrently.
type PSKs struct{ known sync.Map } // psk by networkSecret

// psk returns the pre-shared key of a network key: IEEE 802.11-2020 §J.4. The
// computation is slow by design; it is done once for each network.
func (k *PSKs) psk(ssid wps.SSID, key wps.NetworkKey) (psk, error) {
	if k, ok := key.PSK(); ok {
		return k, nil
	}
	passphrase, ok := key.Passphrase()
	if !ok {
		return psk{}, errNoPSK
	}
	secret := networkSecret{string(ssid), passphrase}
	if known, ok := k.known.Load(secret); ok {
		return known.(psk), nil
	}
	b, err := pbkdf2.Key(sha1.New, passphrase, []byte(ssid), 4096, len(psk{}))
	if err != nil {
		return psk{}, err
	}
	k.known.Store(secret, psk(b))
	return psk(b), nil
}

// The body of an EAPOL-Key frame of WPA2: IEEE 802.11-2020 §12.7.2.
const (
	keyInfoAt    = 1
	keyLengthAt  = 3
	keyReplayAt  = 5
	keyNonceAt   = 13
	keyMICAt     = 77
	keyDataLenAt = 93
	keyDataAt    = 95
	keyDataRoom  = 128 // for most bodies

	eapolHeaderLen = 4

	keyDescriptor = 2      // RSN
	keyVersion    = 2      // HMAC-SHA1-128 and AES key wrap
	keyLength     = 16     // of AES, as the access point announces it
	keyPairwise   = 1 << 3 // bits of the Key Information
	keyInstall    = 1 << 6
	keyACK        = 1 << 7
	keyMIC        = 1 << 8
	keySecure     = 1 << 9
)

// pairwise is one side of a 4-way handshake, by which a station and an access
// point prove to each other that they have the same pre-shared key: IEEE
// 802.11-2020 §12.7.6. Nothing in the simulated air is encrypted afterwards,
// so message 3 carries no group key; the rest is as on the air.
type pairwise struct {
	psk            psk
	point, station wps.MAC
	rsn            []byte // the RSN element of the station, at the station
	anonce, snonce [32]byte
	replay         uint64    // the counter of the access point's last message
	integrity      hash.Hash // computes the MICs; nil before both nonces are known
	sum            [sha1.Size]byte
}

// agree computes the key of the MICs, KCK, from both nonces: the first 128 bits
// of PRF-384 (§12.7.1.2).
func (p *pairwise) agree() {
	low, high := p.point[:], p.station[:]
	if bytes.Compare(low, high) > 0 {
		low, high = high, low
	}
	first, second := p.anonce[:], p.snonce[:]
	if bytes.Compare(first, second) > 0 {
		first, second = second, first
	}
	message := make([]byte, 0, 128)
	for _, part := range [...][]byte{[]byte("Pairwise key expansion\x00"), low, high, first, second, {0}} {
		message = append(message, part...)
	}
	m := hmac.New(sha1.New, p.psk[:])
	m.Write(message)
	p.integrity = hmac.New(sha1.New, m.Sum(p.sum[:0])[:16])
}

// frame builds an EAPOL-Key frame, with a MIC if the bits say so.
func (p *pairwise) frame(version uint8, info uint16, nonce *[32]byte, data []byte) []byte {
	f := newEAPOLFrame(version, eapol.TypeKey, append(make([]byte, keyDataAt, keyDataRoom), data...))
	body := f[eapolHeaderLen:]
	body[0] = keyDescriptor
	binary.BigEndian.PutUint16(body[keyInfoAt:], info|keyVersion|keyPairwise)
	if info&keyACK != 0 {
		binary.BigEndian.PutUint16(body[keyLengthAt:], keyLength)
	}
	binary.BigEndian.PutUint64(body[keyReplayAt:], p.replay)
	if nonce != nil {
		copy(body[keyNonceAt:], nonce[:])
	}
	binary.BigEndian.PutUint16(body[keyDataLenAt:], uint16(len(data)))
	if info&keyMIC != 0 {
		copy(f[eapolHeaderLen+keyMICAt:], p.mic(f))
	}
	return f
}

// mic computes the MIC of a frame, whose own MIC counts as zero. The result is
// valid until the next call.
func (p *pairwise) mic(frame []byte) []byte {
	const at = eapolHeaderLen + keyMICAt
	p.integrity.Reset()
	p.integrity.Write(frame[:at])
	p.integrity.Write(zeroMIC[:])
	p.integrity.Write(frame[at+len(zeroMIC):])
	return p.integrity.Sum(p.sum[:0])[:len(zeroMIC)]
}

var zeroMIC [16]byte

// authentic checks the MIC of a received frame.
func (p *pairwise) authentic(frame []byte) bool {
	if p.integrity == nil {
		return false
	}
	return hmac.Equal(p.mic(frame), frame[eapolHeaderLen+keyMICAt:][:len(zeroMIC)])
}

// newEAPOLFrame builds an EAPOL frame of ours, which is never too long.
func newEAPOLFrame(version uint8, t eapol.Type, body []byte) []byte {
	f, err := eapol.Frame{Version: version, Type: t, Body: body}.AppendTo(nil)
	if err != nil {
		panic("sim: an EAPOL frame of our own: " + err.Error())
	}
	return f
}

// readKey returns the key message in a frame, and the frame truncated to its
// length, with room for all fields.
func readKey(frame []byte) (eapol.KeyMessage, []byte) {
	f, err := eapol.ParseFrame(frame)
	if err != nil || len(f.Body) < keyDataAt {
		return eapol.KeyOther, nil
	}
	return f.KeyMessage(), frame[:eapolHeaderLen+len(f.Body)]
}

// message1 starts the access point's side. It returns the same message if it is
// called again.
func (p *pairwise) message1(random io.Reader) []byte {
	if p.replay == 0 {
		random.Read(p.anonce[:])
	}
	p.replay++
	return p.frame(eapol.Version2, keyACK, &p.anonce, nil)
}

// message2 answers message 1: the station's proof.
func (p *pairwise) message2(message1 []byte) []byte {
	body := message1[eapolHeaderLen:]
	p.replay = binary.BigEndian.Uint64(body[keyReplayAt:])
	copy(p.anonce[:], body[keyNonceAt:])
	p.agree()
	return p.frame(eapol.Version1, keyMIC, &p.snonce, p.rsn)
}

// proves checks message 2.
func (p *pairwise) proves(message2 []byte) bool {
	body := message2[eapolHeaderLen:]
	if binary.BigEndian.Uint64(body[keyReplayAt:]) != p.replay {
		return false
	}
	copy(p.snonce[:], body[keyNonceAt:])
	p.agree()
	return p.authentic(message2)
}

// message3 is the access point's proof.
func (p *pairwise) message3(rsn []byte) []byte {
	p.replay++
	return p.frame(eapol.Version2, keyACK|keyMIC|keyInstall|keySecure, &p.anonce, rsn)
}

// message4 answers message 3, if that proves the key.
func (p *pairwise) message4(message3 []byte) ([]byte, bool) {
	body := message3[eapolHeaderLen:]
	if [32]byte(body[keyNonceAt:]) != p.anonce || !p.authentic(message3) {
		return nil, false
	}
	p.replay = binary.BigEndian.Uint64(body[keyReplayAt:])
	return p.frame(eapol.Version1, keyMIC|keySecure, nil, nil), true
}

// confirms checks message 4.
func (p *pairwise) confirms(message4 []byte) bool {
	return binary.BigEndian.Uint64(message4[eapolHeaderLen+keyReplayAt:]) == p.replay && p.authentic(message4)
}
