package registration

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

// TestMAC compares with crypto/hmac, for messages of every length, in one and
// two parts, up to more than the stack has room for.
func TestMAC(t *testing.T) {
	octets := bytes.Repeat([]byte("0123456789abcdef\x00\xFF"), 100)
	key := [32]byte(octets)
	for size := range octets {
		want := hmac.New(sha256.New, key[:])
		want.Write(octets[:size])
		for _, split := range []int{0, size / 2, size} {
			if got := hmacSHA256(&key, octets[:split], octets[split:size]); !hmac.Equal(got[:], want.Sum(nil)) {
				t.Fatalf("message of %d octets: %x", size, got)
			}
		}
	}
	message := octets[:900]
	if n := testing.AllocsPerRun(10, func() { hmacSHA256(&key, message) }); n != 0 {
		t.Errorf("%.0f allocations", n)
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
	c.Clear()
	if *c != (Cipher{}) {
		t.Error("the cipher still has its keys")
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
