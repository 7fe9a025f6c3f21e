package group5

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
)

// generated, of and secret are Generate, SetExponent and SharedSecret as functions.
func generated(random io.Reader) (*KeyPair, error) {
	k := new(KeyPair)
	return k, k.Generate(random)
}

func of(exponent []byte) (*KeyPair, error) {
	k := new(KeyPair)
	return k, k.SetExponent(exponent)
}

func secret(k *KeyPair, peer *[Size]byte) (z [Size]byte, err error) {
	err = k.SharedSecret(&z, peer)
	return z, err
}

// TestKeyPair also checks the public keys and shared secrets after the first
// keys, which are made without the comb.
func TestKeyPair(t *testing.T) {
	peer := small(3)
	for range combAfter + 3 {
		k, err := generated(nil)
		if err != nil {
			t.Fatal(err)
		}
		x := new(big.Int).SetBytes(k.Exponent)
		if public := k.Public; public != *octetsOf(new(big.Int).Exp(big.NewInt(2), x, prime)) {
			t.Errorf("2^%x = %x", x, public)
		}
		z, err := secret(k, peer)
		if err != nil || z != *octetsOf(new(big.Int).Exp(big.NewInt(3), x, prime)) {
			t.Errorf("3^%x = %x, error %v", x, z, err)
		}
	}
}

func TestKeyPairFromExponent(t *testing.T) {
	for name, exponent := range exponents() {
		k, err := of(exponent)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if k.Public != *octetsOf(new(big.Int).Exp(big.NewInt(2), new(big.Int).SetBytes(exponent), prime)) {
			t.Errorf("%s: 2^%x = %x", name, exponent, k.Public)
		}
	}
}

func TestKeyPairExponentRefused(t *testing.T) {
	q := new(big.Int).Rsh(prime, 1)
	for _, test := range []struct {
		name     string
		exponent []byte
		says     string
	}{
		{"none", nil, "it has 0 octets, not 1 to 192"},
		{"empty", []byte{}, "it has 0 octets, not 1 to 192"},
		{"long", make([]byte, Size+1), "it has 193 octets, not 1 to 192"},
		{"zero", make([]byte, 1), "it is a multiple of the group's order"},
		{"zero of 192 octets", make([]byte, Size), "it is a multiple of the group's order"},
		{"order of the subgroup", q.Bytes(), "it is a multiple of the group's order"},
		{"order of the group", new(big.Int).Lsh(q, 1).Bytes(), "it is a multiple of the group's order"},
	} {
		t.Run(test.name, func(t *testing.T) {
			k, err := of(test.exponent)
			if k.Exponent != nil || !errors.Is(err, ErrExponent) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want ErrExponent saying %q", err, test.says)
			}
		})
	}
}

func TestGenerate(t *testing.T) {
	stream := bytes.Repeat([]byte{0xC3, 0x5A}, exponentSize)
	random := bytes.NewReader(stream)
	k, err := generated(random)
	if err != nil {
		t.Fatal(err)
	}
	if read := len(stream) - random.Len(); read != exponentSize {
		t.Errorf("read %d octets of randomness, want %d", read, exponentSize)
	}
	again, err := of(stream[:exponentSize])
	if err != nil {
		t.Fatal(err)
	}
	if k.Public != again.Public {
		t.Error("the exponent is not what was read")
	}

	k1, err := generated(nil)
	if err != nil {
		t.Fatal(err)
	}
	k2, err := generated(nil)
	if err != nil {
		t.Fatal(err)
	}
	if k1.Public == k2.Public {
		t.Error("two fresh key pairs are the same")
	}

	if _, err := generated(bytes.NewReader(stream[:exponentSize-1])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short of randomness: error %v", err)
	}
	if _, err := generated(bytes.NewReader(make([]byte, exponentSize))); !errors.Is(err, ErrExponent) {
		t.Errorf("nothing but zeros as randomness: error %v", err)
	}
}

func TestKeyPairCopiesExponent(t *testing.T) {
	exponent := []byte{0x12, 0x34}
	k, err := of(exponent)
	if err != nil {
		t.Fatal(err)
	}
	kept := k.Exponent
	k.Clear()
	if !bytes.Equal(kept, []byte{0, 0}) {
		t.Error("Clear leaves the exponent in memory")
	}
	if !bytes.Equal(exponent, []byte{0x12, 0x34}) {
		t.Error("Clear overwrites the caller's exponent")
	}
}

// TestIsKnown checks that a secret that everyone can compute is never returned,
// even if the earlier checks fail.
func TestIsKnown(t *testing.T) {
	for n, want := range map[int64]int{0: 1, 1: 1, 2: 0, 256: 0} {
		if got := isKnown(small(n)); got != want {
			t.Errorf("%d: %d", n, got)
		}
	}
	for n, want := range map[int64]int{-1: 1, -2: 0} {
		if got := isKnown(plus(n)); got != want {
			t.Errorf("p%+d: %d", n, got)
		}
	}
}

func TestClear(t *testing.T) {
	k, err := of([]byte{0x12, 0x34})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secret(k, small(2)); err != nil {
		t.Fatal(err)
	}
	k.Clear()
	if z, err := secret(k, small(2)); !errors.Is(err, ErrExponent) || z != [Size]byte{} {
		t.Errorf("a secret after Clear: %x, error %v", z, err)
	}
}
