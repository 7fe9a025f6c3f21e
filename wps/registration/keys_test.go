package registration

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration/internal/group5"
)

func TestVectorKeys(t *testing.T) {
	forEachVector(t, func(t *testing.T, v *vector) {
		z := [group5.Size]byte(v.SharedSecret)
		dh := dhKey(&z)
		same(t, "DHKey", dh[:], v.DHKey)
		kdk := keyDerivationKey(&dh, wps.Nonce(v.N1), wps.MAC(v.MAC), wps.Nonce(v.N2))
		same(t, "KDK", kdk[:], v.KDK)
		keys := expandKeys(&kdk)
		same(t, "AuthKey", keys.AuthKey[:], v.AuthKey)
		same(t, "KeyWrapKey", keys.KeyWrapKey[:], v.KeyWrapKey)
		same(t, "EMSK", keys.EMSK[:], v.EMSK)
	})
}

// TestVectorUnpaddedSecret: if the shared secret begins with a zero, the
// vectors also contain the DHKey of an implementation that drops the zero. Ours
// must differ.
func TestVectorUnpaddedSecret(t *testing.T) {
	tested := false
	forEachVector(t, func(t *testing.T, v *vector) {
		if v.DHKeyUnpadded == nil {
			return
		}
		tested = true
		wrong := sha256.Sum256(bytes.TrimLeft(v.SharedSecret, "\x00"))
		same(t, "DHKey without the zero", wrong[:], v.DHKeyUnpadded)
		if dh := dhKey((*[group5.Size]byte)(v.SharedSecret)); bytes.Equal(dh[:], v.DHKeyUnpadded) {
			t.Error("DHKey is that of the secret without its leading zero")
		}
		if v.PKE[0] != 0 || v.SharedSecret[0] != 0 {
			t.Error("the vector is not the one with leading zeros")
		}
	})
	if !tested {
		t.Error("no vector has dh_if_unpadded_WRONG")
	}
}

func BenchmarkKeys(b *testing.B) {
	v := loadVectors(b)[0]
	z := [group5.Size]byte(v.SharedSecret)
	n1, n2, mac := wps.Nonce(v.N1), wps.Nonce(v.N2), wps.MAC(v.MAC)
	b.ReportAllocs()
	for b.Loop() {
		deriveKeys(&z, n1, mac, n2)
	}
}
