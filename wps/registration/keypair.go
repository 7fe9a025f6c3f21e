package registration

import (
	"io"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration/internal/group5"
)

// ErrExponent is the error for an unusable private exponent: it has no octets
// or more than 192, or its public key is one that every peer refuses, as for
// zero.
var ErrExponent = group5.ErrExponent

// KeyPair is one side's private exponent and public key. Each run has its own,
// except that the pair of an NFC token is valid as long as the token. It shows
// neither in formatted output nor in a log.
type KeyPair struct {
	redacted
	pair  group5.KeyPair
	known *knownSecret // with one peer, if precomputed
}

// knownSecret is the secret that a key pair shares with one peer.
type knownSecret struct {
	peer wps.PublicKey
	z    [group5.Size]byte
}

// NewKeyPair generates a key pair with an exponent of 256 bits read from
// random, or from [crypto/rand] if that is nil. More bits would add nothing:
// group 5 has about 120 bits of strength, 240 bits of exponent (RFC 3526 §8).
//
// The error is that of random, or [ErrExponent] if it returns zeros only.
func NewKeyPair(random io.Reader) (*KeyPair, error) {
	k := new(KeyPair)
	if err := k.pair.Generate(random); err != nil {
		return nil, err
	}
	return k, nil
}

// NewKeyPairFromExponent returns the key pair of a private exponent of 1 to 192
// octets, most significant first: that of an NFC token, or of a run that is
// replayed. The exponent is copied.
//
// The error is [ErrExponent].
func NewKeyPairFromExponent(exponent []byte) (*KeyPair, error) {
	k := new(KeyPair)
	if err := k.pair.SetExponent(exponent); err != nil {
		return nil, err
	}
	return k, nil
}

// PublicKey returns the public key, as the Public Key attribute (0x1032) holds
// it.
func (k *KeyPair) PublicKey() wps.PublicKey { return k.pair.Public }

// publicKey returns a pointer to the public key, for a run that needs no copy.
func (k *KeyPair) publicKey() *wps.PublicKey { return (*wps.PublicKey)(&k.pair.Public) }

// Keys derives the keys of a run with the peer that has the public key. Both
// nonces and the address, which is the MAC Address attribute of M1, are the
// same on both sides.
//
// The errors are those of [CheckPublicKey].
func (k *KeyPair) Keys(peer *wps.PublicKey, enrolleeNonce wps.Nonce, enrolleeMAC wps.MAC, registrarNonce wps.Nonce) (*Keys, error) {
	keys, err := k.agree(peer, enrolleeNonce, enrolleeMAC, registrarNonce)
	if err != nil {
		return nil, err
	}
	return &keys, nil
}

// agree is [KeyPair.Keys] without an allocation.
func (k *KeyPair) agree(peer *wps.PublicKey, enrolleeNonce wps.Nonce, enrolleeMAC wps.MAC, registrarNonce wps.Nonce) (Keys, error) {
	if k.known != nil && k.known.peer == *peer {
		return deriveKeys(&k.known.z, enrolleeNonce, enrolleeMAC, registrarNonce), nil
	}
	var z [group5.Size]byte
	if err := k.pair.SharedSecret(&z, (*[group5.Size]byte)(peer)); err != nil {
		return Keys{}, err
	}
	defer clear(z[:])
	return deriveKeys(&z, enrolleeNonce, enrolleeMAC, registrarNonce), nil
}

// Precompute computes the secret shared with the peer that has the public key,
// and keeps it until [KeyPair.Clear]: runs with that peer then cost no
// exponentiation. It is for simulators and fuzzers, which use the same two key
// pairs again and again; real registrations have new keys for each run. It must
// not be called while a run uses the key pair.
//
// The errors are those of [CheckPublicKey].
func (k *KeyPair) Precompute(peer *wps.PublicKey) error {
	known := &knownSecret{peer: *peer}
	if err := k.pair.SharedSecret(&known.z, (*[group5.Size]byte)(peer)); err != nil {
		return err
	}
	k.known = known
	return nil
}

// Clear overwrites the private exponent and what was computed with it. The
// public key stays.
func (k *KeyPair) Clear() {
	k.pair.Clear()
	if k.known != nil {
		*k.known = knownSecret{}
		k.known = nil
	}
}
