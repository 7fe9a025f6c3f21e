package registration

import (
	"bytes"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestVectorProofs(t *testing.T) {
	forEachVector(t, func(t *testing.T, v *vector) {
		c := NewCipher(v.keys())
		middle := (len(v.Password) + 1) / 2
		psk1, psk2 := c.psk([]byte(v.Password[:middle])), c.psk([]byte(v.Password[middle:]))
		same(t, "PSK1", psk1[:], v.PSK1)
		same(t, "PSK2", psk2[:], v.PSK2)

		for _, p := range []struct {
			name         string
			secret, hash hexBytes
			psk          *[16]byte
			message      hexBytes
		}{
			{"E-Hash1", v.ES1, v.EHash1, &psk1, v.M3},
			{"E-Hash2", v.ES2, v.EHash2, &psk2, v.M3},
			{"R-Hash1", v.RS1, v.RHash1, &psk1, v.M4},
			{"R-Hash2", v.RS2, v.RHash2, &psk2, v.M4},
		} {
			secret, pke, pkr := (*wps.SecretNonce)(p.secret), v.PKE.key(), v.PKR.key()
			hash := c.proof(secret, p.psk, pke, pkr)
			same(t, p.name, hash[:], p.hash)
			if !bytes.Contains(p.message, hash[:]) {
				t.Errorf("%s is not in the message", p.name)
			}
			if !c.verifyProof(&hash, secret, p.psk, pke, pkr) {
				t.Errorf("%s is refused", p.name)
			}
			if c.verifyProof(&hash, secret, p.psk, pkr, pke) {
				t.Errorf("%s is accepted with the public keys swapped", p.name)
			}
			other := *p.psk
			other[15] ^= 1
			if c.verifyProof(&hash, secret, &other, pke, pkr) {
				t.Errorf("%s is accepted with another PSK", p.name)
			}
			hash[31] ^= 0x80
			if c.verifyProof(&hash, secret, p.psk, pke, pkr) {
				t.Errorf("%s is accepted with a bit changed", p.name)
			}
		}
	})
}

func BenchmarkProof(b *testing.B) {
	v := loadVectors(b)[0]
	c := NewCipher(v.keys())
	secret, psk, pke, pkr := (*wps.SecretNonce)(v.ES1), (*[16]byte)(v.PSK1), v.PKE.key(), v.PKR.key()
	b.ReportAllocs()
	for b.Loop() {
		c.proof(secret, psk, pke, pkr)
	}
}
