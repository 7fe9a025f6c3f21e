package registration

import (
	"crypto/aes"
	"crypto/cipher"
)

// Cipher is what the keys of a run do: the Authenticator of a message and its
// Encrypted Settings, and the proofs of the password. It holds the state that
// AuthKey leads to, so that a message costs no key set-up. It is not safe for
// concurrent use.
//
// The machines have their own. Another is for who has the keys of a run
// otherwise, such as a reader of captures with a key log.
type Cipher struct {
	redacted
	mac        mac          // under AuthKey
	aes        cipher.Block // under KeyWrapKey, once it is needed
	keyWrapKey [16]byte

	// room is where a machine seals and opens settings that hold no more than a
	// secret nonce: they are encoded into the message, or read, at once.
	room [aes.BlockSize + secretNonceRoom + maxSealing]byte
}

// secretNonceRoom is how many octets settings take that hold a secret nonce.
const secretNonceRoom = 32

// NewCipher returns the cipher of the keys, which it copies.
func NewCipher(k *Keys) *Cipher {
	c := &Cipher{mac: newMAC()}
	c.setKeys(k)
	return c
}

func (c *Cipher) setKeys(k *Keys) {
	c.mac.setKey(k.AuthKey[:])
	c.keyWrapKey = k.KeyWrapKey
}

// block returns AES-128 under KeyWrapKey. A run has no use for it until M4, and
// most runs that wait wait before that: half a KiB each.
func (c *Cipher) block() cipher.Block {
	if c.aes == nil {
		block, err := aes.NewCipher(c.keyWrapKey[:])
		if err != nil {
			panic("registration: AES refuses a key of 16 octets: " + err.Error())
		}
		c.aes = block
	}
	return c.aes
}

// hmac returns HMAC-SHA-256 under AuthKey over the parts, one after another.
// The result is good until the next call.
func (c *Cipher) hmac(parts ...[]byte) []byte { return c.mac.of(parts...) }

// Clear ends the use of the cipher. It overwrites KeyWrapKey and what AuthKey has
// led to, and lets go of what KeyWrapKey has led to, which the standard library has
// no way to overwrite.
func (c *Cipher) Clear() {
	if c.mac.hash != nil {
		c.mac.clear()
	}
	*c = Cipher{}
}
