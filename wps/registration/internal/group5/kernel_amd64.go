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

// element is a number in the form of a kernel: words of ADX, digits of IFMA.
type element interface{ words | digits }

// montgomery is the arithmetic with a kernel. Its elements are in Montgomery
// form: x is represented by x·R mod p, or that plus p.
type montgomery[E element] struct {
	one, two, square E // R, 2R and R² mod p
	comb             comb[E]
}

// newMontgomery computes the constants for R = 2^size.
func newMontgomery[E element](size uint) *montgomery[E] {
	m := new(montgomery[E])
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
	return m
}

// The next four functions choose the kernel by the type of the element. If they
// were methods of an interface, their arguments would be moved to the heap.

// set sets z to a number of 192 octets.
func set[E element](z *E, octets *[Size]byte) {
	switch z := any(z).(type) {
	case *words:
		*z = wordsOf(octets)
	case *digits:
		z.set(octets)
	}
}

// toWords sets w to x, which is below 2^1536.
func toWords[E element](w *words, x *E) {
	switch x := any(x).(type) {
	case *words:
		*w = *x
	case *digits:
		x.toWords(w)
	}
}

// multiply sets z to x·y / R modulo p. In Montgomery form that is the product.
func multiply[E element](z, x, y *E) {
	switch z := any(z).(type) {
	case *words:
		multiplyADX(z, any(x).(*words), any(y).(*words))
	case *digits:
		multiplyIFMA(z, any(x).(*digits), any(y).(*digits))
	}
}

// look sets z to entry digit of a table of n elements. It reads all of them.
func look[E element](z, table *E, n int, digit uint) {
	switch z := any(z).(type) {
	case *words:
		lookADX(z, any(table).(*words), uint64(n), uint64(digit))
	case *digits:
		lookIFMA(z, any(table).(*digits), uint64(n), uint64(digit))
	}
}

// power2, multiply, look and octets are the methods of [field].

func (m *montgomery[E]) power2(z *E, n uint) {
	*z = m.one
	if n == 1 {
		*z = m.two
	}
}

func (m *montgomery[E]) multiply(z, x, y *E) { multiply(z, x, y) }

func (m *montgomery[E]) look(z *E, table []E, digit uint) {
	look(z, &table[0], len(table), digit)
}

// octets writes x reduced and converted from Montgomery form.
func (m *montgomery[E]) octets(z *[Size]byte, x *E) {
	var one, plain, zero E
	one[0] = 1
	multiply(&plain, x, &one) // at most p
	var w words
	toWords(&w, &plain)
	w.reduce()
	w.octets(z)
	plain = zero
	clear(w[:])
}

func (m *montgomery[E]) powerOfTwo(z *[Size]byte, exponent *[exponentSize]byte) {
	m.comb.powerOfTwo(m, z, exponent)
}

// power processes the exponent four bits at a time, the highest first.
func (m *montgomery[E]) power(z, base *[Size]byte, exponent []byte) {
	var table [16]E // base^0 to base^15
	table[0] = m.one
	set(&table[1], base)
	multiply(&table[1], &table[1], &m.square) // converts to Montgomery form
	for i := 2; i < len(table); i++ {
		multiply(&table[i], &table[i-1], &table[1])
	}
	result := m.one
	var factor, zero E
	for i, octet := range exponent {
		for half, digit := range [2]byte{octet >> 4, octet & 15} {
			look(&factor, &table[0], len(table), uint(digit))
			if i == 0 && half == 0 {
				result = factor
				continue
			}
			for range 4 {
				multiply(&result, &result, &result)
			}
			multiply(&result, &result, &factor)
		}
	}
	m.octets(z, &result)
	clear(table[:])
	result, factor = zero, zero
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
