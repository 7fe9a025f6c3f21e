// Package group5 is the arithmetic of Diffie-Hellman group 5 (RFC 3526 §2):
// integers modulo a safe prime p of 1536 bits, p = 2q + 1 with q prime, and
// generator 2. As p ≡ 7 (mod 8), 2 is a square, and its powers are the subgroup
// of the q squares.
//
// Numbers go in and out as 192 octets, the most significant first. What is done
// with a secret exponent takes the same time and touches the same memory for every
// exponent of its length. What is done with public keys alone need not.
package group5

import (
	"encoding/binary"
	"encoding/hex"
	"sync"
)

const (
	// Size is the number of octets of p, of a public key and of a shared secret.
	Size = 192

	// exponentSize is the number of octets of a private exponent of ours, and
	// the most that the comb takes.
	exponentSize = 32

	primeHex = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
		"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
		"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
		"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
		"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF"
)

// arithmetic is an implementation of what needs to be fast or takes a secret.
// Both kinds are tested against each other and against math/big.
type arithmetic interface {
	// power sets z to base^exponent mod p. The base is below p. Time and memory
	// touched depend on the length of the exponent alone.
	power(z, base *[Size]byte, exponent []byte)

	// powerOfTwo sets z to 2^exponent mod p with the comb's tables, which the
	// first call makes. Time and memory touched do not depend on the exponent.
	powerOfTwo(z *[Size]byte, exponent *[exponentSize]byte)
}

// chosen is the implementation for this processor. A program that makes no key
// does not pay for it.
var chosen = sync.OnceValue(func() arithmetic {
	if a := newIFMA(); a != nil {
		return a
	}
	return newPortable()
})

// words is a number of 1536 bits, its lowest word first.
type words [Size / 8]uint64

func wordsOf(octets *[Size]byte) (w words) {
	for i := range w {
		w[i] = binary.BigEndian.Uint64(octets[Size-8*(i+1):])
	}
	return w
}

// octets writes w to dst.
func (w *words) octets(dst *[Size]byte) {
	for i, word := range w {
		binary.BigEndian.PutUint64(dst[Size-8*(i+1):], word)
	}
}

var (
	primeOctets = [Size]byte(mustDecode(primeHex))
	primeWords  = wordsOf(&primeOctets)
)

func mustDecode(digits string) []byte {
	octets, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	return octets
}

// Prime returns p, as octets.
func Prime() []byte { return append([]byte(nil), primeOctets[:]...) }
