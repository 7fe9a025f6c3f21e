package registration

import "testing"

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
	if c.mac != nil || c.keyWrapKey != [16]byte{} || c.sum != [32]byte{} {
		t.Error("the cipher still has its keys")
	}
}

// TestVectorOfOtherRun: the keys of one run open nothing of another.
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
