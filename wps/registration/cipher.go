package registration

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
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
	mac        hash.Hash // HMAC-SHA-256 under AuthKey
	keyWrapKey [16]byte
	sum        [sha256.Size]byte
}

// NewCipher returns the cipher of the keys, which it copies.
func NewCipher(k *Keys) *Cipher {
	return &Cipher{mac: hmac.New(sha256.New, k.AuthKey[:]), keyWrapKey: k.KeyWrapKey}
}

// block returns AES-128 under KeyWrapKey. It is made for each use: a run has
// four, between which half a KiB would wait.
func (c *Cipher) block() cipher.Block {
	block, err := aes.NewCipher(c.keyWrapKey[:])
	if err != nil {
		panic("registration: AES refuses a key of 16 octets: " + err.Error())
	}
	return block
}

// hmac returns HMAC-SHA-256 under AuthKey over the parts, one after another.
// The result is good until the next call.
func (c *Cipher) hmac(parts ...[]byte) []byte {
	c.mac.Reset()
	for _, part := range parts {
		c.mac.Write(part)
	}
	return c.mac.Sum(c.sum[:0])
}

// Clear ends the use of the cipher. It overwrites KeyWrapKey, and lets go of
// what AuthKey has led to, which the standard library has no way to overwrite.
func (c *Cipher) Clear() { *c = Cipher{} }
