package group5

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

// ErrExponent is the error for an invalid private exponent: it is empty or
// longer than 192 octets, or its public key is one that every peer refuses,
// such as that of zero.
var ErrExponent = errors.New("private exponent refused")

// KeyPair is a private exponent and its public key. It must not be copied.
type KeyPair struct {
	Exponent []byte // big-endian, 1 to 192 octets; the length is not secret
	Public   [Size]byte

	memory [exponentSize]byte // for an exponent of that length
}

// Generate makes k a key pair with an exponent of 256 bits read from random, or
// from [crypto/rand] if random is nil.
//
// The error is that of random, or [ErrExponent] if random returns only zeros.
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

// SetExponent makes k the key pair of a private exponent of 1 to 192 octets,
// the most significant first. The exponent is copied.
//
// The error is [ErrExponent].
func (k *KeyPair) SetExponent(exponent []byte) error {
	if len(exponent) == 0 || len(exponent) > Size {
		return fmt.Errorf("%w: it has %d octets, not 1 to %d", ErrExponent, len(exponent), Size)
	}
	k.Exponent = append(k.memory[:0], exponent...)
	return k.raise()
}

// raise computes the public key.
func (k *KeyPair) raise() error {
	powerOfTwo(&k.Public, k.Exponent)
	if CheckPublicKey(&k.Public, nil) != nil {
		k.Clear()
		return fmt.Errorf("%w: it is a multiple of the group's order, as zero is", ErrExponent)
	}
	return nil
}

// SharedSecret sets z to the peer's key raised to our exponent, or to zero if
// there is an error. Its time depends only on the length of the exponent.
//
// The errors are those of [CheckPublicKey], and [ErrExponent] if the exponent
// was cleared.
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

// isKnown returns 1 if z is 0, 1 or p−1, which are secrets that everyone can
// compute, else 0. The earlier checks exclude all of them; this is an
// additional safeguard.
func isKnown(z *[Size]byte) int {
	known := 0
	for _, x := range [...][Size]byte{{}, {Size - 1: 1}, minusOne} {
		known |= subtle.ConstantTimeCompare(z[:], x[:])
	}
	return known
}

// Clear overwrites the private exponent. The public key remains.
func (k *KeyPair) Clear() {
	clear(k.Exponent)
	k.Exponent = nil
}
