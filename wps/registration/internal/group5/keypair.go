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

// KeyPair is a private exponent and its public key. It must not be copied.
type KeyPair struct {
	Exponent []byte // big-endian, 1 to 192 octets; their number is not secret
	Public   [Size]byte

	memory [exponentSize]byte // for an exponent of that length
}

// Generate makes k a key pair with an exponent of 256 bits read from random, or
// from [crypto/rand] if that is nil.
//
// The error is that of random, or [ErrExponent] if all that it gave is zeros.
func (k *KeyPair) Generate(random io.Reader) error {
	if random == nil {
		random = rand.Reader
	}
	k.Exponent = k.memory[:]
	if _, err := io.ReadFull(random, k.Exponent); err != nil {
		k.Clear()
		return fmt.Errorf("reading a private exponent: %w", err)
	}
	return k.raise()
}

// SetExponent makes k the key pair of a private exponent, given in 1 to 192
// octets, the most significant first. The exponent is copied.
//
// The error is [ErrExponent].
func (k *KeyPair) SetExponent(exponent []byte) error {
	if len(exponent) == 0 || len(exponent) > Size {
		return fmt.Errorf("%w: it has %d octets, not 1 to %d", ErrExponent, len(exponent), Size)
	}
	k.Exponent = append(k.memory[:0], exponent...)
	return k.raise()
}

// raise sets the public key.
func (k *KeyPair) raise() error {
	powerOfTwo(&k.Public, k.Exponent)
	if CheckPublicKey(&k.Public, nil) != nil {
		k.Clear()
		return fmt.Errorf("%w: it is a multiple of the group's order, as zero is", ErrExponent)
	}
	return nil
}

// SharedSecret sets z to the peer's key to the power of our exponent, or to zero
// if there is an error. Its time depends on the length of the exponent alone.
//
// The errors are those of [CheckPublicKey], and [ErrExponent] if the exponent was
// cleared.
func (k *KeyPair) SharedSecret(z, peer *[Size]byte) error {
	clear(z[:])
	if err := CheckPublicKey(peer, &k.Public); err != nil {
		return err
	}
	if len(k.Exponent) == 0 {
		return fmt.Errorf("%w: it was cleared", ErrExponent)
	}
	chosen().power(z, peer, k.Exponent)
	if isKnown(z) == 1 {
		clear(z[:])
		return ErrPublicKeyRange
	}
	return nil
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
