package registration

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration/internal/group5"
)

// Keys are the keys of one run, which both sides derive from the shared secret,
// the nonces and the enrollee's address. The registrar has them when it builds
// M2, the enrollee when it has received it. They show neither in formatted
// output nor in a log.
type Keys struct {
	redacted
	AuthKey    [32]byte // authenticates messages, settings and the password
	KeyWrapKey [16]byte // encrypts settings
	EMSK       [32]byte // for other protocols; this one does not use it
}

// Clear overwrites the keys.
func (k *Keys) Clear() { *k = Keys{} }

// personalization is the label of the key derivation function (WSC 2.0 §7.3).
const personalization = "Wi-Fi Easy and Secure Key Derivation"

// keyBits is how much key the function is asked for, as it is told in its input.
const keyBits = 8 * (32 + 16 + 32)

// deriveKeys goes from the shared secret, 192 octets with its leading zeros, to
// the keys (WSC 2.0 §7.3).
func deriveKeys(z *[group5.Size]byte, enrolleeNonce wps.Nonce, enrolleeMAC wps.MAC, registrarNonce wps.Nonce) *Keys {
	dh := dhKey(z)
	defer clear(dh[:])
	kdk := keyDerivationKey(&dh, enrolleeNonce, enrolleeMAC, registrarNonce)
	defer clear(kdk[:])
	return expandKeys(&kdk)
}

// dhKey returns DHKey, the hash of the shared secret. The zeros before the
// secret count: without them one run in 256 fails.
func dhKey(z *[group5.Size]byte) [32]byte { return sha256.Sum256(z[:]) }

// keyDerivationKey returns the KDK.
func keyDerivationKey(dhKey *[32]byte, enrolleeNonce wps.Nonce, enrolleeMAC wps.MAC, registrarNonce wps.Nonce) (kdk [32]byte) {
	mac := hmac.New(sha256.New, dhKey[:])
	mac.Write(enrolleeNonce[:])
	mac.Write(enrolleeMAC[:])
	mac.Write(registrarNonce[:])
	mac.Sum(kdk[:0])
	return kdk
}

// expandKeys is the key derivation function: as many blocks of
// HMAC(KDK, number ‖ personalization ‖ bits) as the keys need, numbered from 1.
func expandKeys(kdk *[32]byte) *Keys {
	input := make([]byte, 4, 4+len(personalization)+4)
	input = append(input, personalization...)
	input = binary.BigEndian.AppendUint32(input, keyBits)

	mac := hmac.New(sha256.New, kdk[:])
	stream := make([]byte, 0, 3*sha256.Size)
	for number := uint32(1); 8*len(stream) < keyBits; number++ {
		binary.BigEndian.PutUint32(input, number)
		mac.Reset()
		mac.Write(input)
		stream = mac.Sum(stream)
	}
	defer clear(stream)

	k := new(Keys)
	rest := stream[copy(k.AuthKey[:], stream):]
	rest = rest[copy(k.KeyWrapKey[:], rest):]
	copy(k.EMSK[:], rest)
	return k
}
