package registration

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
)

// Cipher applies the keys of a run: to the Authenticator of a message, its
// Encrypted Settings, and the proofs of the password. It is not safe for
// concurrent use.
//
// The machines have their own. Others use a Cipher if they have the keys of a
// run, such as a reader of captures with a key log.
type Cipher struct {
	redacted
	authKey    [32]byte
	keyWrapKey [16]byte
	aes        cipher.Block // under KeyWrapKey, created when needed
}

// NewCipher returns a cipher with a copy of the keys.
func NewCipher(k *Keys) *Cipher {
	c := new(Cipher)
	c.setKeys(k)
	return c
}

func (c *Cipher) setKeys(k *Keys) { c.authKey, c.keyWrapKey = k.AuthKey, k.KeyWrapKey }

// block returns AES-128 under KeyWrapKey.
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

// rest drops the state of AES, half a KiB. A machine waits for a message most
// of its time, and there may be many machines.
func (c *Cipher) rest() { c.aes = nil }

// hmac returns HMAC-SHA-256 under AuthKey over the concatenated parts.
func (c *Cipher) hmac(parts ...[]byte) [sha256.Size]byte { return hmacSHA256(&c.authKey, parts...) }

// Clear ends the use of the cipher. It overwrites the keys, and drops the state
// derived from KeyWrapKey, which the standard library cannot overwrite. The
// cipher must not be used afterwards: its keys are then zeros, which protect
// nothing.
func (c *Cipher) Clear() { *c = Cipher{} }
