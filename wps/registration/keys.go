package registration

import (
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

// keyBits is the number of key bits that the function derives, which is part of
// its input.
const keyBits = 8 * (32 + 16 + 32)

// deriveKeys derives the keys from the shared secret, 192 octets with its
// leading zeros (WSC 2.0 §7.3).
func deriveKeys(z *[group5.Size]byte, enrolleeNonce wps.Nonce, enrolleeMAC wps.MAC, registrarNonce wps.Nonce) Keys {
	dh := dhKey(z)
	kdk := keyDerivationKey(&dh, enrolleeNonce, enrolleeMAC, registrarNonce)
	clear(dh[:])
	keys := expandKeys(&kdk)
	clear(kdk[:])
	return keys
}

// dhKey returns DHKey, the hash of the shared secret. The zeros before the
// secret count: without them one run in 256 fails.
func dhKey(z *[group5.Size]byte) [32]byte { return sha256.Sum256(z[:]) }

// keyDerivationKey returns the KDK.
func keyDerivationKey(dh *[32]byte, enrolleeNonce wps.Nonce, enrolleeMAC wps.MAC, registrarNonce wps.Nonce) [32]byte {
	return hmacSHA256(dh, enrolleeNonce[:], enrolleeMAC[:], registrarNonce[:])
}

// expandKeys is the key derivation function: as many blocks of
// HMAC(KDK, number ‖ personalization ‖ bits) as the keys need, numbered from 1.
func expandKeys(kdk *[32]byte) (k Keys) {
	var stream [(keyBits/8 + sha256.Size - 1) / sha256.Size * sha256.Size]byte
	for number := 0; number*sha256.Size < len(stream); number++ {
		message := binary.BigEndian.AppendUint32(make([]byte, 0, len(personalization)+8), uint32(number+1))
		message = append(message, personalization...)
		message = binary.BigEndian.AppendUint32(message, keyBits)
		block := hmacSHA256(kdk, message)
		copy(stream[number*sha256.Size:], block[:])
	}
	rest := stream[copy(k.AuthKey[:], stream[:]):]
	rest = rest[copy(k.KeyWrapKey[:], rest):]
	copy(k.EMSK[:], rest)
	clear(stream[:])
	return k
}
