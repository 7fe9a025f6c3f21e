package group5

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/big"
	"testing"
)

// TestGroup checks the constants of the group against its definition in RFC
// 3526 §2: p = 2^1536 − 2^1472 − 1 + 2^64·(⌊2^1406·π⌋ + 741804).
func TestGroup(t *testing.T) {
	if n := prime.BitLen(); n != 1536 {
		t.Fatalf("p has %d bits", n)
	}
	q := new(big.Int).Rsh(prime, 1)
	if !prime.ProbablyPrime(1) || !q.ProbablyPrime(1) {
		t.Error("p is not a safe prime")
	}
	if new(big.Int).Exp(big.NewInt(2), q, prime).Cmp(big.NewInt(1)) != 0 {
		t.Error("2 does not generate the subgroup of order q")
	}

	// The digits of π that are in p, by Machin's formula
	// π/4 = 4·arctan(1/5) − arctan(1/239), with 64 bits to spare.
	const precision = 1406 + 64
	arctan := func(x int64) *big.Int {
		term := new(big.Int).Lsh(big.NewInt(1), precision)
		term.Quo(term, big.NewInt(x))
		sum, quotient := new(big.Int).Set(term), new(big.Int)
		for n := int64(3); term.Sign() != 0; n += 2 {
			term.Quo(term, big.NewInt(-x*x))
			sum.Add(sum, quotient.Quo(term, big.NewInt(n)))
		}
		return sum
	}
	pi := new(big.Int).Lsh(arctan(5), 2)
	pi.Sub(pi, arctan(239))
	pi.Rsh(pi, 64-2)

	power := func(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }
	p := pi.Add(pi, big.NewInt(741804))
	p.Lsh(p, 64)
	p.Add(p, power(1536))
	p.Sub(p, power(1472))
	p.Sub(p, big.NewInt(1))
	if p.Cmp(prime) != 0 {
		t.Errorf("p = %x,\nby its definition %x", prime, p)
	}
}

var prime = new(big.Int).SetBytes(primeOctets[:])

// octetsOf returns x, which has at most 1536 bits, as octets.
func octetsOf(x *big.Int) *[Size]byte {
	return (*[Size]byte)(x.FillBytes(make([]byte, Size)))
}

// plus returns p + n; a negative n is below the prime.
func plus(n int64) *[Size]byte { return octetsOf(new(big.Int).Add(prime, big.NewInt(n))) }

func small(n int64) *[Size]byte { return octetsOf(big.NewInt(n)) }

func ones() *[Size]byte {
	return (*[Size]byte)(bytes.Repeat([]byte{0xFF}, Size))
}

func TestCheckPublicKey(t *testing.T) {
	k, err := generated(nil)
	if err != nil {
		t.Fatal(err)
	}
	own := k.Public
	for _, test := range []struct {
		name     string
		peer     *[Size]byte
		own      *[Size]byte
		want     error
		subgroup error // of CheckSubgroup
	}{
		{"zero", small(0), &own, ErrPublicKeyRange, ErrPublicKeySubgroup},
		{"one", small(1), &own, ErrPublicKeyRange, nil},
		{"two", small(2), &own, nil, nil},
		{"two, and no own key", small(2), nil, nil, nil},
		{"thirty-one, no square", small(31), &own, nil, ErrPublicKeySubgroup},
		{"p−31, a square", plus(-31), &own, nil, nil},
		{"p−2, the greatest, no square", plus(-2), &own, nil, ErrPublicKeySubgroup},
		{"p−1", plus(-1), &own, ErrPublicKeyRange, ErrPublicKeySubgroup},
		{"p−1, and no own key", plus(-1), nil, ErrPublicKeyRange, ErrPublicKeySubgroup},
		{"p", plus(0), &own, ErrPublicKeyRange, ErrPublicKeySubgroup},
		{"p+1, a square modulo p", plus(1), &own, ErrPublicKeyRange, nil},
		{"all ones, a square modulo p", ones(), &own, ErrPublicKeyRange, nil},
		{"own", &own, &own, ErrPublicKeyReflected, nil},
		{"own, and no own key", &own, nil, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := CheckPublicKey(test.peer, test.own)
			if err != test.want {
				t.Errorf("CheckPublicKey: error %v, want %v", err, test.want)
			}
			if err != nil && !errors.Is(err, ErrPublicKey) {
				t.Errorf("%v is not of class ErrPublicKey", err)
			}
			if err := CheckSubgroup(test.peer); err != test.subgroup {
				t.Errorf("CheckSubgroup: error %v, want %v", err, test.subgroup)
			}
			if test.own == nil {
				return
			}
			z, err := secret(k, test.peer)
			if err != test.want || (z == [Size]byte{}) != (err != nil) {
				t.Errorf("SharedSecret: error %v, want %v", err, test.want)
			}
		})
	}
}

// TestCheckSubgroup compares the Legendre symbol with the definition: the key
// to the power q is 1.
func TestCheckSubgroup(t *testing.T) {
	q := new(big.Int).Rsh(prime, 1)
	for range 20 {
		y, err := rand.Int(rand.Reader, prime)
		if err != nil {
			t.Fatal(err)
		}
		var want error
		if new(big.Int).Exp(y, q, prime).Cmp(big.NewInt(1)) != 0 {
			want = ErrPublicKeySubgroup
		}
		key := octetsOf(y)
		if err := CheckSubgroup(key); err != want {
			t.Errorf("%x: error %v, want %v", *key, err, want)
		}
	}
}

func TestExponentIsPlain(t *testing.T) {
	for _, exponent := range []int{1, 2, 255, 1535} {
		key := octetsOf(new(big.Int).Lsh(big.NewInt(1), uint(exponent)))
		if !ExponentIsPlain(key) {
			t.Errorf("2^%d: not found", exponent)
		}
	}
	k, err := of([]byte{0x06, 0x00}) // 2^1536 is reduced
	if err != nil {
		t.Fatal(err)
	}
	reduced := k.Public
	for _, key := range []*[Size]byte{&reduced, small(0), small(3), ones()} {
		if ExponentIsPlain(key) {
			t.Errorf("%x: found", *key)
		}
	}
}

func BenchmarkCheckSubgroup(b *testing.B) {
	k, err := generated(nil)
	if err != nil {
		b.Fatal(err)
	}
	peer := k.Public
	b.ReportAllocs()
	for b.Loop() {
		if err := CheckSubgroup(&peer); err != nil {
			b.Fatal(err)
		}
	}
}
