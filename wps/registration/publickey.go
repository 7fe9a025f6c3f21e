package registration

import (
	"crypto/sha256"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration/internal/group5"
)

// Diffie-Hellman runs in group 5 of RFC 3526: integers modulo a safe prime p
// of 1536 bits, p = 2q + 1 with q prime, and generator 2. As p ≡ 7 (mod 8), 2 is
// a square, and its powers are the subgroup of the q squares.

// ErrPublicKey is the class of every error about a peer's public key. The three
// below say what is wrong with it.
var ErrPublicKey = group5.ErrPublicKey

var (
	// ErrPublicKeyRange: the key is not in 2…p−2. Anyone could compute the
	// shared secret.
	ErrPublicKeyRange = group5.ErrPublicKeyRange
	// ErrPublicKeyReflected: the peer sent our own key back.
	ErrPublicKeyReflected = group5.ErrPublicKeyReflected
	// ErrPublicKeySubgroup: the key is not a power of the generator. No honest
	// peer has such a key; a dishonest one learns the last bit of our exponent
	// with it.
	ErrPublicKeySubgroup = group5.ErrPublicKeySubgroup
)

// CheckPublicKey makes the checks that every peer's key must pass: it is in
// 2…p−2 and differs from own, the key that this side sent. If own is nil, for a
// key that arrives before there is an own one, only the range is checked. Keys
// are public, so the time may depend on them.
//
// The errors are [ErrPublicKeyRange] and [ErrPublicKeyReflected].
func CheckPublicKey(peer, own *wps.PublicKey) error {
	return group5.CheckPublicKey((*[group5.Size]byte)(peer), (*[group5.Size]byte)(own))
}

// CheckSubgroup checks that a public key that has passed [CheckPublicKey] is a
// power of the generator, as every honest key is. [CheckPublicKey] is
// sufficient for security, because one bit of an exponent that is used once is
// of no use; this check detects a dishonest peer.
//
// The subgroup is that of the squares, so the Legendre symbol decides. It takes
// 5 µs on a processor that takes 70 for the symbol by math/big, 220 for the
// shared secret and 1300 to raise the key to the power q. Its time depends on
// the key, which is allowed because the key is public and the prime is too.
//
// The error is [ErrPublicKeySubgroup].
func CheckSubgroup(peer *wps.PublicKey) error {
	return group5.CheckSubgroup((*[group5.Size]byte)(peer))
}

// ExponentIsPlain reports whether the private exponent of a public key is
// evident, because the key is 2^x with x so small (below 1536) that it was not
// reduced. Such a key works, but a listener can compute the keys of the run.
// Attack tools send such keys, to save time.
func ExponentIsPlain(key *wps.PublicKey) bool {
	return group5.ExponentIsPlain((*[group5.Size]byte)(key))
}

// PublicKeyHash returns the hash of a public key in out-of-band channels: the
// first 20 octets of SHA-256 over its 192 octets [hostap, Wireshark].
func PublicKeyHash(key *wps.PublicKey) (hash [20]byte) {
	sum := sha256.Sum256(key[:])
	copy(hash[:], sum[:])
	return hash
}

// cloneHash returns a copy of a hash, which the caller may then change, or nil.
func cloneHash(hash *[20]byte) *[20]byte {
	if hash == nil {
		return nil
	}
	c := *hash
	return &c
}
