package registration

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

// TestMAC compares with crypto/hmac, for keys and messages of every length up
// to a few blocks.
func TestMAC(t *testing.T) {
	m := newMAC()
	octets := bytes.Repeat([]byte("0123456789abcdef\x00\xFF"), 12)
	for length := range sha256.BlockSize + 1 {
		m.setKey(octets[:length])
		for size := range 3 * sha256.BlockSize {
			want := hmac.New(sha256.New, octets[:length])
			want.Write(octets[:size])
			for _, split := range []int{0, size / 2, size} {
				if got := m.of(octets[:split], octets[split:size]); !hmac.Equal(got, want.Sum(nil)) {
					t.Fatalf("key of %d octets, message of %d: %x", length, size, got)
				}
			}
		}
	}
}

func TestClear(t *testing.T) {
	v := loadVectors(t)[0]
	keys := v.keys()
	c := NewCipher(keys)
	keys.Clear()
	if *keys != (Keys{}) {
		t.Error("keys are still there")
	}
	if err := c.VerifyAuthenticator(v.M1, v.M2); err != nil {
		t.Errorf("the cipher does not have its own copy: %v", err)
	}
	hash := c.mac.hash
	c.Clear()
	if *c != (Cipher{}) {
		t.Error("the cipher still has its keys")
	}
	state, err := hash.AppendBinary(nil)
	fresh, _ := sha256.New().(sha256Hash).AppendBinary(nil)
	if err != nil || !bytes.Equal(state, fresh) {
		t.Errorf("the hash holds %x, error %v", state, err)
	}
}

// TestVectorOfOtherRun checks that the keys of one run decrypt nothing of
// another.
func TestVectorOfOtherRun(t *testing.T) {
	vectors := loadVectors(t)
	for i, v := range vectors {
		other := vectors[(i+1)%len(vectors)]
		c := NewCipher(other.keys())
		if err := c.VerifyAuthenticator(v.M1, v.M2); err != errAuthenticatorValue {
			t.Errorf("%s with the keys of %s: M2: %v", v.Tag, other.Tag, err)
		}
		if _, err := c.OpenSettings(encryptedSettings(t, v.M8)); err != ErrDecrypt {
			t.Errorf("%s with the keys of %s: M8: %v", v.Tag, other.Tag, err)
		}
	}
}

func BenchmarkNewCipher(b *testing.B) {
	keys := loadVectors(b)[0].keys()
	b.ReportAllocs()
	for b.Loop() {
		NewCipher(keys)
	}
}
