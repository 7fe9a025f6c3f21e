package group5

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
)

// The smallest and the largest valid public key, 2 and p−2, and the number
// above it.
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
// errors below give the reason.
var ErrPublicKey = errors.New("public key refused")

var (
	// ErrPublicKeyRange: the key is not in 2…p−2. The shared secret would be
	// known to everyone.
	ErrPublicKeyRange = fmt.Errorf("%w: it is not between 2 and p−2, so the secret would be known to everyone", ErrPublicKey)
	// ErrPublicKeyReflected: the peer sent our own key back.
	ErrPublicKeyReflected = fmt.Errorf("%w: it is our own, sent back to us", ErrPublicKey)
	// ErrPublicKeySubgroup: the key is not a power of the generator. A
	// correctly generated key is; from a key that is not, the peer learns the
	// last bit of our exponent.
	ErrPublicKeySubgroup = fmt.Errorf("%w: it is not in the subgroup that 2 generates", ErrPublicKey)
)

// CheckPublicKey makes the checks that every peer's key must pass: it is in
// 2…p−2 and is not own, the key that this side sent. If own is nil, because
// this side has sent none yet, only the range is checked. Keys are public, so
// the time may depend on them.
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

// CheckSubgroup checks that a public key accepted by [CheckPublicKey] is a
// power of the generator, as every correctly generated key is. For a
// registration CheckPublicKey is enough, because one bit of an exponent that is
// used once is of no use to the peer; CheckSubgroup is for validators.
//
// The subgroup is that of the squares, so the Legendre symbol decides. It takes
// 5 µs on a processor on which math/big takes 70 for the symbol, and bigmod 1300
// to raise the key to the power q. Its time depends on the key, which is allowed
// because the key and the prime are public.
//
// The error is [ErrPublicKeySubgroup].
func CheckSubgroup(peer *[Size]byte) error {
	if Legendre(peer) != 1 {
		return ErrPublicKeySubgroup
	}
	return nil
}

// ExponentIsPlain reports whether the private exponent can be read off a public
// key, because the key is 2^x with x so small (below 1536) that there was no
// reduction. Such a key is mathematically valid, but a listener can compute the
// keys of the run. Attack tools send such keys to save time.
func ExponentIsPlain(key *[Size]byte) bool {
	ones := 0
	for _, octet := range key {
		ones += bits.OnesCount8(octet)
	}
	return ones == 1
}
