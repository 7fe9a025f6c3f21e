package registration

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"filippo.io/bigmod"

	"github.com/gowps/gowps/wps"
)

// ErrExponent is the error for a private exponent that cannot be used: it has
// no octets or more than 192, or its public key is one that every peer refuses,
// as that of zero is.
var ErrExponent = errors.New("private exponent refused")

// KeyPair is one side's private exponent and public key. Each run has its own;
// only that of an NFC token lives as long as the token. It shows neither in
// formatted output nor in a log.
type KeyPair struct {
	redacted
	exponent []byte // big-endian; its length is not secret
	public   wps.PublicKey
	known    *knownSecret // with one peer, if it was asked for
}

// knownSecret is the secret that a key pair shares with one peer.
type knownSecret struct {
	peer wps.PublicKey
	z    [groupSize]byte
}

// NewKeyPair makes a key pair with an exponent of 256 bits read from random, or
// from [crypto/rand] if that is nil. More bits would buy nothing: group 5 is
// worth about 120 bits of strength, 240 bits of exponent (RFC 3526 §8).
//
// The error is that of random, or [ErrExponent] if all that it gave is zeros.
func NewKeyPair(random io.Reader) (*KeyPair, error) {
	if random == nil {
		random = rand.Reader
	}
	x := make([]byte, exponentSize)
	if _, err := io.ReadFull(random, x); err != nil {
		clear(x)
		return nil, fmt.Errorf("reading a private exponent: %w", err)
	}
	return newKeyPair(x)
}

// NewKeyPairFromExponent makes the key pair of a private exponent, given in 1
// to 192 octets, the most significant first: that of an NFC token, or of a run
// that is played again. The exponent is copied.
//
// The error is [ErrExponent].
func NewKeyPairFromExponent(exponent []byte) (*KeyPair, error) {
	if len(exponent) == 0 || len(exponent) > groupSize {
		return nil, fmt.Errorf("%w: it has %d octets, not 1 to %d", ErrExponent, len(exponent), groupSize)
	}
	return newKeyPair(append([]byte(nil), exponent...))
}

// newKeyPair takes over the exponent.
func newKeyPair(exponent []byte) (*KeyPair, error) {
	k := &KeyPair{exponent: exponent}
	if len(exponent) <= exponentSize {
		var x [exponentSize]byte
		copy(x[exponentSize-len(exponent):], exponent)
		powerOfTwo((*[groupSize]byte)(&k.public), &x)
		clear(x[:])
	} else {
		two := bigmod.NewNat().SetUint(2).ExpandFor(modulus)
		putElement((*[groupSize]byte)(&k.public), bigmod.NewNat().Exp(two, exponent, modulus))
	}
	if CheckPublicKey(&k.public, nil) != nil {
		k.Clear()
		return nil, fmt.Errorf("%w: it is a multiple of the group's order, as zero is", ErrExponent)
	}
	return k, nil
}

// PublicKey returns the public key, as the Public Key attribute (0x1032) holds
// it.
func (k *KeyPair) PublicKey() wps.PublicKey { return k.public }

// Keys agrees on the keys of a run with the peer that has the public key. Both
// nonces and the address, which is the MAC Address attribute of M1, are the
// same on both sides.
//
// The errors are those of [CheckPublicKey].
func (k *KeyPair) Keys(peer *wps.PublicKey, enrolleeNonce wps.Nonce, enrolleeMAC wps.MAC, registrarNonce wps.Nonce) (*Keys, error) {
	if err := CheckPublicKey(peer, &k.public); err != nil {
		return nil, err
	}
	if k.known != nil && k.known.peer == *peer {
		return deriveKeys(&k.known.z, enrolleeNonce, enrolleeMAC, registrarNonce), nil
	}
	z, err := k.sharedSecret(peer)
	if err != nil {
		return nil, err
	}
	defer clear(z[:])
	return deriveKeys(&z, enrolleeNonce, enrolleeMAC, registrarNonce), nil
}

// Precompute works out the secret shared with the peer that has the public key,
// and keeps it until [KeyPair.Clear]: runs with that peer then cost no
// exponentiation, those with others what they did. It is for simulators and
// fuzzers, where the same two key pairs meet again and again; who registers
// devices has new keys for each run. It must not be called while a run uses the
// key pair.
//
// The errors are those of [CheckPublicKey].
func (k *KeyPair) Precompute(peer *wps.PublicKey) error {
	if err := CheckPublicKey(peer, &k.public); err != nil {
		return err
	}
	z, err := k.sharedSecret(peer)
	if err != nil {
		return err
	}
	k.known = &knownSecret{*peer, z}
	return nil
}

// sharedSecret returns Z, the peer's key to the power of our exponent, with
// zeros before it as the key derivation takes it. Its time depends on the
// length of the exponent alone. It refuses a peer's key that makes Z 0, 1 or
// p−1 itself, and does not rely on what was checked before.
func (k *KeyPair) sharedSecret(peer *wps.PublicKey) (z [groupSize]byte, err error) {
	y, err := bigmod.NewNat().SetBytes(peer[:], modulus)
	if err != nil {
		return z, ErrPublicKeyRange
	}
	secret := bigmod.NewNat().Exp(y, k.exponent, modulus)
	defer clear(secret.Bits())
	if secret.IsZero()|secret.IsOne()|secret.IsMinusOne(modulus) == 1 {
		return z, ErrPublicKeyRange
	}
	putElement(&z, secret)
	return z, nil
}

// Clear overwrites the private exponent and what was computed with it. The
// public key stays.
func (k *KeyPair) Clear() {
	clear(k.exponent)
	k.exponent = nil
	if k.known != nil {
		*k.known = knownSecret{}
		k.known = nil
	}
}
