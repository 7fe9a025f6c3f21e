package registration

import (
	"bytes"
	"errors"
	"testing"
)

func TestVectorAuthenticators(t *testing.T) {
	forEachVector(t, func(t *testing.T, v *vector) {
		c := NewCipher(v.keys())
		messages := []hexBytes{v.M1, v.M2, v.M3, v.M4, v.M5, v.M6, v.M7, v.M8}
		for i := 1; i < len(messages); i++ {
			previous, message := messages[i-1], messages[i]
			if err := c.VerifyAuthenticator(previous, message); err != nil {
				t.Errorf("M%d: %v", i+1, err)
			}
			body := bytes.Clone(message[:len(message)-authenticatorSize])
			same(t, "message", c.AppendAuthenticator(previous, body), message)
		}
	})
}

func TestVerifyAuthenticatorRefuses(t *testing.T) {
	v := loadVectors(t)[0]
	c := NewCipher(v.keys())
	last := func(m []byte) []byte { return m[len(m)-authenticatorSize:] }
	for _, test := range []struct {
		name   string
		change func(previous, message []byte) (p, m []byte)
		want   error
	}{
		{"nothing at all", func(p, m []byte) ([]byte, []byte) { return nil, nil }, errAuthenticatorPlace},
		{"eleven octets", func(p, m []byte) ([]byte, []byte) { return p, last(m)[1:] }, errAuthenticatorPlace},
		{"the attribute alone", func(p, m []byte) ([]byte, []byte) { return p, last(m) }, errAuthenticatorValue},
		{"other type", func(p, m []byte) ([]byte, []byte) { last(m)[1] = 0x04; return p, m }, errAuthenticatorPlace},
		{"other length", func(p, m []byte) ([]byte, []byte) { last(m)[3] = 9; return p, m }, errAuthenticatorPlace},
		{"an octet after it", func(p, m []byte) ([]byte, []byte) { return p, append(m, 0) }, errAuthenticatorPlace},
		{"cut off", func(p, m []byte) ([]byte, []byte) { return p, m[:len(m)-authenticatorSize] }, errAuthenticatorPlace},
		{"first octet of the value", func(p, m []byte) ([]byte, []byte) { last(m)[4] ^= 1; return p, m }, errAuthenticatorValue},
		{"last octet of the value", func(p, m []byte) ([]byte, []byte) { last(m)[11] ^= 0x80; return p, m }, errAuthenticatorValue},
		{"message changed", func(p, m []byte) ([]byte, []byte) { m[20] ^= 1; return p, m }, errAuthenticatorValue},
		{"previous message changed", func(p, m []byte) ([]byte, []byte) { p[len(p)-1] ^= 1; return p, m }, errAuthenticatorValue},
		{"previous message without its end", func(p, m []byte) ([]byte, []byte) { return p[:len(p)-authenticatorSize], m }, errAuthenticatorValue},
		{"no previous message", func(p, m []byte) ([]byte, []byte) { return nil, m }, errAuthenticatorValue},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := c.VerifyAuthenticator(test.change(bytes.Clone(v.M2), bytes.Clone(v.M3)))
			if err != test.want || !errors.Is(err, ErrAuthenticator) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

// FuzzVerifyAuthenticator checks that only the output of AppendAuthenticator is
// accepted.
func FuzzVerifyAuthenticator(f *testing.F) {
	v := loadVectors(f)[0]
	c := NewCipher(v.keys())
	f.Add([]byte(v.M1), []byte(v.M2))
	f.Add([]byte(v.M7), []byte(v.M8))
	f.Add([]byte{}, []byte(authenticatorHeader+"12345678"))
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, previous, message []byte) {
		made := c.AppendAuthenticator(previous, bytes.Clone(message))
		if err := c.VerifyAuthenticator(previous, made); err != nil {
			t.Errorf("own Authenticator refused: %v", err)
		}
		err := c.VerifyAuthenticator(previous, message)
		if err != nil {
			if !errors.Is(err, ErrAuthenticator) {
				t.Errorf("error %v is not of class ErrAuthenticator", err)
			}
			return
		}
		body := bytes.Clone(message[:len(message)-authenticatorSize])
		if !bytes.Equal(c.AppendAuthenticator(previous, body), message) {
			t.Error("accepted what AppendAuthenticator does not make")
		}
	})
}

func BenchmarkVerifyAuthenticator(b *testing.B) {
	v := loadVectors(b)[0]
	c := NewCipher(v.keys())
	b.ReportAllocs()
	for b.Loop() {
		if err := c.VerifyAuthenticator(v.M1, v.M2); err != nil {
			b.Fatal(err)
		}
	}
}
