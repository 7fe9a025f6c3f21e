package registration

import (
	"crypto/subtle"

	"github.com/gowps/gowps/wps"
)

// psk returns PSK1 or PSK2, derived from a half of the device password under
// this run's AuthKey (WSC 2.0 §7.4).
func (c *Cipher) psk(half []byte) (psk [16]byte) {
	sum := c.hmac(half)
	copy(psk[:], sum[:])
	return psk
}

// proof returns E-Hash1, E-Hash2, R-Hash1 or R-Hash2: the commitment to a half
// of the password, which is sent before the secret nonce in it and proves
// knowledge of the half once the nonce is known. Both sides put the enrollee's
// public key first [hostap, iwd].
//
//	HMAC(AuthKey, secret nonce ‖ PSK ‖ PKE ‖ PKR)
func (c *Cipher) proof(secret *wps.SecretNonce, psk *[16]byte, pke, pkr *wps.PublicKey) [32]byte {
	return c.hmac(secret[:], psk[:], pke[:], pkr[:])
}

// verifyProof reports, in constant time, whether the peer's hash is the proof.
func (c *Cipher) verifyProof(hash *[32]byte, secret *wps.SecretNonce, psk *[16]byte, pke, pkr *wps.PublicKey) bool {
	want := c.proof(secret, psk, pke, pkr)
	return subtle.ConstantTimeCompare(hash[:], want[:]) == 1
}
