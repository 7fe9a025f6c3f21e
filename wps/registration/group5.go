package registration

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"math/bits"

	"filippo.io/bigmod"

	"github.com/gowps/gowps/wps"
)

// Diffie-Hellman runs in group 5 of RFC 3526: integers modulo a safe prime p
// of 1536 bits, p = 2q + 1 with q prime, and generator 2. As p ≡ 7 (mod 8), 2 is
// a square, and its powers are the subgroup of the q squares.
const (
	groupSize  = 192 // octets of p, of a public key and of a shared secret
	groupLimbs = 8 * groupSize / bits.UintSize

	primeHex = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
		"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
		"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
		"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
		"9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF"
)

// The group never changes: these are constants, in types that Go has none for.
var (
	prime, _   = new(big.Int).SetString(primeHex, 16)
	modulus, _ = bigmod.NewModulus(prime.Bytes())

	// The least and the greatest public key that is in order: 2 and p−2.
	leastKey    = publicKeyOf(big.NewInt(2))
	greatestKey = publicKeyOf(new(big.Int).Sub(prime, big.NewInt(2)))
)

func publicKeyOf(x *big.Int) (k wps.PublicKey) {
	x.FillBytes(k[:])
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
func CheckPublicKey(peer, own *wps.PublicKey) error {
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
// the other check is enough, for one bit of an exponent used once helps nobody;
// this one is for who wants to know of a peer that is not honest.
//
// The subgroup is that of the squares, so the Legendre symbol tells. It takes
// 5 µs on a processor that takes 70 for the symbol by math/big, 220 for the
// shared secret and 1300 to raise the key to the power q. Its time depends on the
// key, which is allowed because the key is public and the prime is too.
//
// The error is [ErrPublicKeySubgroup].
func CheckSubgroup(peer *wps.PublicKey) error {
	if legendre(peer) != 1 {
		return ErrPublicKeySubgroup
	}
	return nil
}

// ExponentIsPlain reports whether everyone can read the private exponent of a
// public key off it, because the key is 2^x with x so small (below 1536) that
// nothing was reduced. The mathematics are in order, but a listener then has
// the keys of the run. Tools made for attack send such keys, to save time.
func ExponentIsPlain(key *wps.PublicKey) bool {
	ones := 0
	for _, octet := range key {
		ones += bits.OnesCount8(octet)
	}
	return ones == 1
}

// PublicKeyHash returns the hash by which an out-of-band channel announces a
// public key: the first 20 octets of SHA-256 over its 192 octets
// [hostap, Wireshark].
func PublicKeyHash(key *wps.PublicKey) (hash [20]byte) {
	sum := sha256.Sum256(key[:])
	copy(hash[:], sum[:])
	return hash
}

// putElement writes x, an element of the group, as 192 octets. Unlike
// [bigmod.Nat.Bytes] it leaves no copy on the heap.
func putElement(dst *[groupSize]byte, x *bigmod.Nat) {
	end := groupSize
	for _, limb := range x.Bits() {
		for range bits.UintSize / 8 {
			end--
			dst[end] = byte(limb)
			limb >>= 8
		}
	}
}
