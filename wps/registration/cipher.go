package registration

import (
	"crypto/aes"
	"crypto/cipher"
)

// Cipher applies the keys of a run: to the Authenticator of a message, its
// Encrypted Settings, and the proofs of the password. It keeps the state
// derived from AuthKey, so that a message needs no key set-up. It is not safe
// for concurrent use.
//
// The machines have their own. Others use a Cipher if they have the keys of a
// run, such as a reader of captures with a key log.
type Cipher struct {
	redacted
	mac        mac          // under AuthKey
	aes        cipher.Block // under KeyWrapKey, created when needed
	keyWrapKey [16]byte

	// room is the buffer in which a machine encrypts and decrypts settings that
	// hold only a secret nonce: they are encoded into the message, or parsed,
	// at once.
	room [aes.BlockSize + secretNonceRoom + maxSealing]byte
}

// secretNonceRoom is the size in octets of settings with a secret nonce.
const secretNonceRoom = 32

// NewCipher returns a cipher with a copy of the keys.
func NewCipher(k *Keys) *Cipher {
	c := &Cipher{mac: newMAC()}
	c.setKeys(k)
	return c
}

func (c *Cipher) setKeys(k *Keys) {
	c.mac.setKey(k.AuthKey[:])
	c.keyWrapKey = k.KeyWrapKey
}

// block returns AES-128 under KeyWrapKey. A run does not need it before M4, and
// most waiting runs are before that: half a KiB each.
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

// hmac returns HMAC-SHA-256 under AuthKey over the concatenated parts. The
// result is valid until the next call.
func (c *Cipher) hmac(parts ...[]byte) []byte { return c.mac.of(parts...) }

// Clear ends the use of the cipher. It overwrites KeyWrapKey and the state
// derived from AuthKey, and drops the state derived from KeyWrapKey, which the
// standard library cannot overwrite.
func (c *Cipher) Clear() {
	if c.mac.hash != nil {
		c.mac.clear()
	}
	*c = Cipher{}
}
