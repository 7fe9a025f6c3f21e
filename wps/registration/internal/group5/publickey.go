package group5

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
)

// The least and the greatest public key that is in order, 2 and p−2, and the
// number above it.
var (
	leastKey    = [Size]byte{Size - 1: 2}
	greatestKey = belowPrime(2)
	minusOne    = belowPrime(1)
)

// belowPrime returns p−n.
func belowPrime(n byte) [Size]byte {
	k := primeOctets
	k[Size-1] -= n // from 255
	return k
}

// ErrPublicKey is the class of every error about a peer's public key. The three
// below say what is wrong with it.
var ErrPublicKey = errors.New("public key refused")

var (
	// ErrPublicKeyRange: the key is not in 2…p−2. The shared secret would be
	// known to everyone.
	ErrPublicKeyRange = fmt.Errorf("%w: it is not between 2 and p−2, so the secret would be known to everyone", ErrPublicKey)
	// ErrPublicKeyReflected: the peer sent our own key back.
	ErrPublicKeyReflected = fmt.Errorf("%w: it is our own, sent back to us", ErrPublicKey)
	// ErrPublicKeySubgroup: the key is no power of the generator. No honest
	// peer has such a key; with it, one learns the last bit of our exponent.
	ErrPublicKeySubgroup = fmt.Errorf("%w: it is not in the subgroup that 2 generates", ErrPublicKey)
)

// CheckPublicKey makes the checks that every peer's key must pass: it is in
// 2…p−2 and is not own, the key that this side sent. With a nil own, for a key
// seen before there is another, only the range is checked. Keys are public, so
// time may depend on them.
//
// The errors are [ErrPublicKeyRange] and [ErrPublicKeyReflected].
func CheckPublicKey(peer, own *[Size]byte) error {
	if bytes.Compare(peer[:], leastKey[:]) < 0 || bytes.Compare(peer[:], greatestKey[:]) > 0 {
		return ErrPublicKeyRange
	}
	if own != nil && *peer == *own {
		return ErrPublicKeyReflected
	}
	return nil
}

// CheckSubgroup checks that a public key in which [CheckPublicKey] found nothing
// wrong is a power of the generator. Every honest key is. Against a stranger
// the other check is enough, because one bit of an exponent used once is of no use;
// this one is for who wants to know of a peer that is not honest.
//
// The subgroup is that of the squares, so the Legendre symbol decides. It takes
// 5 µs on a processor that takes 70 for the symbol by math/big, 220 for the
// shared secret and 1300 to raise the key to the power q. Its time depends on the
// key, which is allowed because the key is public and the prime is too.
//
// The error is [ErrPublicKeySubgroup].
func CheckSubgroup(peer *[Size]byte) error {
	if Legendre(peer) != 1 {
		return ErrPublicKeySubgroup
	}
	return nil
}

// ExponentIsPlain reports whether everyone can read the private exponent of a
// public key off it, because the key is 2^x with x so small (below 1536) that
// nothing was reduced. The mathematics are in order, but a listener then has
// the keys of the run. Tools made for attack send such keys, to save time.
func ExponentIsPlain(key *[Size]byte) bool {
	ones := 0
	for _, octet := range key {
		ones += bits.OnesCount8(octet)
	}
	return ones == 1
}
