package registration

import (
	"crypto/aes"
	"crypto/subtle"
	"errors"
	"slices"
)

// ErrDecrypt is the error of [Cipher.OpenSettings], whatever is wrong: length,
// padding or key wrap authenticator. A peer that could tell one from another
// could decrypt what it has no key for.
var ErrDecrypt = errors.New("settings cannot be decrypted: they are damaged, or the sides do not have the same keys")

// keyWrapHeader is type and length of the Key Wrap Authenticator (0x101E), and
// keyWrapSize how many octets the whole attribute takes.
const (
	keyWrapHeader = "\x10\x1E\x00\x08"
	keyWrapSize   = len(keyWrapHeader) + 8
)

// SealSettings appends to dst the value of an Encrypted Settings attribute
// (0x1018) that holds the attributes in settings. The IV must be random and
// never used before under these keys. Settings and dst must not overlap.
//
//	KWA   = first 8 octets of HMAC(AuthKey, settings)
//	value = IV ‖ AES-128-CBC(KeyWrapKey, IV, settings ‖ {0x101E, 8, KWA} ‖ padding)
//
// The padding is 1 to 16 octets, each of which is their number.
func (c *Cipher) SealSettings(dst []byte, iv *[16]byte, settings []byte) []byte {
	// Room for all of it first: to grow later would leave plaintext behind.
	dst = slices.Grow(dst, len(iv)+len(settings)+maxSealing)
	start := len(dst)
	dst = append(dst, iv[:]...)
	return c.sealInPlace(append(dst, settings...), start)
}

// maxSealing is how many octets sealing adds behind the settings, at most.
const maxSealing = keyWrapSize + aes.BlockSize

// sealInPlace makes what stands in dst from start on, the IV and settings in
// plaintext, the value of an Encrypted Settings attribute.
func (c *Cipher) sealInPlace(dst []byte, start int) []byte {
	iv, settings := dst[start:start+aes.BlockSize], dst[start+aes.BlockSize:]
	padding := aes.BlockSize - (len(settings)+keyWrapSize)%aes.BlockSize
	sum := c.hmac(settings)
	dst = append(dst, keyWrapHeader...)
	dst = append(dst, sum[:8]...)
	for range padding {
		dst = append(dst, byte(padding))
	}
	block, previous := c.block(), iv
	for rest := dst[start+aes.BlockSize:]; len(rest) > 0; rest = rest[aes.BlockSize:] {
		subtle.XORBytes(rest, rest[:aes.BlockSize], previous)
		block.Encrypt(rest, rest)
		previous = rest[:aes.BlockSize]
	}
	return dst
}

// OpenSettings decrypts the value of an Encrypted Settings attribute and returns
// the attributes in it, without the Key Wrap Authenticator, which must be the
// last. It checks no Authenticator; do that first. The result is new memory, for
// the caller to clear.
//
// The error is [ErrDecrypt]. Padding and authenticator are judged together,
// without a branch on either; only how much is hashed follows from the padding,
// by at most one block.
func (c *Cipher) OpenSettings(value []byte) ([]byte, error) { return c.openSettings(nil, value) }

// openSettings is [Cipher.OpenSettings] with memory for the result, which is used
// if it is enough.
func (c *Cipher) openSettings(room, value []byte) ([]byte, error) {
	if len(value) < 2*aes.BlockSize || len(value)%aes.BlockSize != 0 {
		return nil, ErrDecrypt
	}
	size := len(value) - aes.BlockSize
	if cap(room) < size {
		room = make([]byte, size)
	}
	return c.openInto(room[:size], value)
}

// openInto decrypts into plaintext, which is as long as value without the IV.
// After an error nothing is left in it.
func (c *Cipher) openInto(plaintext, value []byte) ([]byte, error) {
	block := c.block()
	for i := 0; i < len(plaintext); i += aes.BlockSize { // CBC
		block.Decrypt(plaintext[i:], value[i+aes.BlockSize:])
		subtle.XORBytes(plaintext[i:], plaintext[i:i+aes.BlockSize], value[i:])
	}

	padding, good := checkPadding(plaintext)
	// If the padding is bad, continue as if there were one octet of it.
	padding = subtle.ConstantTimeSelect(good, padding, 1)
	end := len(plaintext) - padding
	settings, attribute := plaintext[:end-keyWrapSize], plaintext[end-keyWrapSize:end]
	header, kwa := attribute[:len(keyWrapHeader)], attribute[len(keyWrapHeader):]
	good &= subtle.ConstantTimeCompare(header, []byte(keyWrapHeader))
	sum := c.hmac(settings)
	good &= subtle.ConstantTimeCompare(kwa, sum[:8])
	if good != 1 {
		clear(plaintext)
		return nil, ErrDecrypt
	}
	return slices.Clip(settings), nil
}

// checkPadding returns the last octet of the plaintext, of at least one block,
// and 1 if it is the number of octets of padding, each equal to it, and leaves
// room for the Key Wrap Authenticator; else 0. It reads the whole last block
// whatever the octet is.
func checkPadding(plaintext []byte) (padding, good int) {
	last := plaintext[len(plaintext)-aes.BlockSize:]
	padding = int(last[aes.BlockSize-1])
	good = subtle.ConstantTimeLessOrEq(1, padding) &
		subtle.ConstantTimeLessOrEq(padding, min(aes.BlockSize, len(plaintext)-keyWrapSize))
	for i, octet := range last {
		outside := subtle.ConstantTimeLessOrEq(padding, aes.BlockSize-1-i)
		good &= outside | subtle.ConstantTimeByteEq(octet, byte(padding))
	}
	return padding, good
}
