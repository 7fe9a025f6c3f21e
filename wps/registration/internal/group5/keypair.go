package group5

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

// ErrExponent is the error for a private exponent that cannot be used: it has
// no octets or more than 192, or its public key is one that every peer refuses,
// as that of zero is.
var ErrExponent = errors.New("private exponent refused")

// KeyPair is a private exponent and its public key.
type KeyPair struct {
	Exponent []byte // big-endian, 1 to 192 octets; their number is not secret
	Public   [Size]byte
}

// NewKeyPair makes a key pair with an exponent of 256 bits read from random, or
// from [crypto/rand] if that is nil.
//
// The error is that of random, or [ErrExponent] if all that it gave is zeros.
func NewKeyPair(random io.Reader) (KeyPair, error) {
	if random == nil {
		random = rand.Reader
	}
	x := make([]byte, exponentSize)
	if _, err := io.ReadFull(random, x); err != nil {
		clear(x)
		return KeyPair{}, fmt.Errorf("reading a private exponent: %w", err)
	}
	return newKeyPair(x)
}

// NewKeyPairFromExponent makes the key pair of a private exponent, given in 1
// to 192 octets, the most significant first. The exponent is copied.
//
// The error is [ErrExponent].
func NewKeyPairFromExponent(exponent []byte) (KeyPair, error) {
	if len(exponent) == 0 || len(exponent) > Size {
		return KeyPair{}, fmt.Errorf("%w: it has %d octets, not 1 to %d", ErrExponent, len(exponent), Size)
	}
	return newKeyPair(append([]byte(nil), exponent...))
}

// newKeyPair takes over the exponent.
func newKeyPair(exponent []byte) (KeyPair, error) {
	k := KeyPair{Exponent: exponent}
	powerOfTwo(&k.Public, exponent)
	if CheckPublicKey(&k.Public, nil) != nil {
		k.Clear()
		return KeyPair{}, fmt.Errorf("%w: it is a multiple of the group's order, as zero is", ErrExponent)
	}
	return k, nil
}

// SharedSecret returns the peer's key to the power of our exponent. Its time
// depends on the length of the exponent alone.
//
// The errors are those of [CheckPublicKey], and [ErrExponent] if the exponent was
// cleared.
func (k *KeyPair) SharedSecret(peer *[Size]byte) (z [Size]byte, err error) {
	if err := CheckPublicKey(peer, &k.Public); err != nil {
		return z, err
	}
	if len(k.Exponent) == 0 {
		return z, fmt.Errorf("%w: it was cleared", ErrExponent)
	}
	chosen().power(&z, peer, k.Exponent)
	if isKnown(&z) == 1 {
		clear(z[:])
		return z, ErrPublicKeyRange
	}
	return z, nil
}

// isKnown returns 1 if z is 0, 1 or p−1, a secret that everyone knows, else 0.
// What was checked before leaves none of them; this does not rely on it.
func isKnown(z *[Size]byte) int {
	known := 0
	for _, x := range [...][Size]byte{{}, {Size - 1: 1}, minusOne} {
		known |= subtle.ConstantTimeCompare(z[:], x[:])
	}
	return known
}

// Clear overwrites the private exponent. The public key stays.
func (k *KeyPair) Clear() {
	clear(k.Exponent)
	k.Exponent = nil
}
