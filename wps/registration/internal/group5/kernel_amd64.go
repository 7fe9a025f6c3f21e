//go:build amd64 && !purego

package group5

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

var kernels = []kernel{
	{"IFMA", newIFMA},
	{"ADX", newADX},
}

// montgomery has the constants of a kernel whose elements are in Montgomery
// form: x is represented by x·R mod p, or that plus p.
type montgomery[E any] struct {
	one, two, square E // R, 2R and R² mod p
	comb             comb[E]
}

// init computes the constants for R = 2^size.
func (m *montgomery[E]) init(set func(z *E, octets *[Size]byte), size uint) {
	p := new(big.Int).SetBytes(primeOctets[:])
	r := new(big.Int).Lsh(big.NewInt(1), size)
	for _, c := range []struct {
		constant *E
		value    *big.Int
	}{
		{&m.one, r},
		{&m.two, new(big.Int).Lsh(r, 1)},
		{&m.square, new(big.Int).Mul(r, r)},
	} {
		var octets [Size]byte
		c.value.Mod(c.value, p).FillBytes(octets[:])
		set(c.constant, &octets)
	}
}

func (m *montgomery[E]) power2(z *E, n uint) {
	*z = m.one
	if n == 1 {
		*z = m.two
	}
}

// power sets z to x^exponent mod p for an x in Montgomery form. It processes the
// exponent four bits at a time, the highest first.
func (m *montgomery[E]) power(f field[E], z *[Size]byte, x *E, exponent []byte) {
	var work struct { // one allocation: they pass through an interface
		table          [16]E // x^0 to x^15
		result, factor E
	}
	table, result, factor := &work.table, &work.result, &work.factor
	table[0], table[1] = m.one, *x
	for i := 2; i < len(table); i++ {
		f.multiply(&table[i], &table[i-1], &table[1])
	}
	*result = m.one
	for i, octet := range exponent {
		for half, digit := range [2]byte{octet >> 4, octet & 15} {
			f.look(factor, table[:], uint(digit))
			if i == 0 && half == 0 {
				*result = *factor
				continue
			}
			for range 4 {
				f.multiply(result, result, result)
			}
			f.multiply(result, result, factor)
		}
	}
	f.octets(z, result)
	clear(table[:])
	var zero E
	*result, *factor = zero, zero
}

// reduce subtracts p from w if w is not below p. It is done in place, so that
// no copy of w is left on the stack.
func (w *words) reduce() {
	var borrow uint64
	for i := range w {
		_, borrow = bits.Sub64(w[i], primeWords[i], borrow)
	}
	mask := borrow - 1 // all ones if w is not below p
	borrow = 0
	for i := range w {
		w[i], borrow = bits.Sub64(w[i], primeWords[i]&mask, borrow)
	}
}

// octets writes w to dst.
func (w *words) octets(dst *[Size]byte) {
	for i, word := range w {
		binary.BigEndian.PutUint64(dst[Size-8*(i+1):], word)
	}
}
