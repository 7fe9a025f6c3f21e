//go:build amd64 && !purego

package group5

import (
	"math/big"
	"math/bits"

	"golang.org/x/sys/cpu"
)

// The kernel multiplies as Montgomery does, in digits of 52 bits, which is what
// AVX-512 IFMA is made for: VPMADD52LUQ and VPMADD52HUQ multiply eight pairs of
// digits, and add the low or the high 52 bits of the products to eight sums of 64
// bits. A number has 30 digits, in four registers of eight lanes.
//
// To multiply x by y modulo p, one digit of y at a time, add x·y[i] to a sum, then
// the multiple q·p that makes the lowest digit of the sum zero, and drop this
// digit. After 30 digits the sum is (x·y + Q·p) / R, where R = 2^1560 and Q < R.
// With x and y below 2p, that is below p + 4p²/R < 2p, because R > 2^23·p: so
// products need no subtraction between them ("almost Montgomery"), only the last
// one does.
//
// What this prime and these processors add to it:
//
//   - q is the lowest digit itself, because p ≡ −1 modulo 2^52 (and 2^64). And
//     digit + q·p = q·(p + 1) is a multiple of 2^52: so nothing is multiplied by the
//     lowest digit of p, and what is added one digit up is q·P, with
//     P = (p + 1) / 2^52, which the assembly calls P.
//   - A lane is a sum of products' halves, up to 2^59, and is not carried to the
//     next but where a digit is dropped. All carries are made once, at the end.
//   - Two digits of y make one round. Then the high half of a product by the first
//     belongs in the lane of the low half of the next, and so on: with x also moved
//     up by one and by two digits, all are added in place, and only the sum moves,
//     by two lanes a round.
//   - There are two sums, x·y and Q·P, so that the first does not wait for q.
//   - The next q needs the two lowest lanes of both sums. To take them out of the
//     vectors after Q·P was added would make each round wait for all of the one
//     before it. They are taken out before, and five multiplications of ordinary
//     registers add what is missing, exactly as the lanes have it.
//
// There is no branch but on the count of rounds, and no address but of arguments,
// constants and the count: so neither depends on a digit.

// digits is a number of 30 digits of 52 bits, the lowest first, and two zeros.
type digits [32]uint64

const (
	digitBits  = 52
	digitCount = 30
	digitMask  = 1<<digitBits - 1
)

//go:noescape
func multiplyIFMA(z, x, y *digits)

//go:noescape
func lookIFMA(z, table *digits, n, index uint64)

// ifma is the arithmetic of AVX-512 IFMA. Its elements are digits in Montgomery
// form: x is held as x·R mod p, or that plus p.
type ifma struct {
	one, two, square digits // R, 2R and R² mod p
	comb             comb[digits]
}

// newIFMA returns nil if this processor has no AVX-512 IFMA.
func newIFMA() arithmetic {
	if !cpu.X86.HasAVX512IFMA || !cpu.X86.HasAVX512BW || !cpu.X86.HasAVX512DQ || !cpu.X86.HasBMI2 {
		return nil
	}
	a := new(ifma)
	p := new(big.Int).SetBytes(primeOctets[:])
	r := new(big.Int).Lsh(big.NewInt(1), digitCount*digitBits)
	r.Mod(r, p)
	a.one = digitsOf(r)
	a.two = digitsOf(new(big.Int).Mod(new(big.Int).Lsh(r, 1), p))
	a.square = digitsOf(r.Mod(r.Mul(r, r), p))
	return a
}

func digitsOf(x *big.Int) (z digits) {
	var octets [Size]byte
	z.set((*[Size]byte)(x.FillBytes(octets[:])))
	return z
}

// set sets z to a number of 192 octets.
func (z *digits) set(octets *[Size]byte) {
	var low [Size/8 + 1]uint64 // with a zero above it
	w := wordsOf(octets)
	copy(low[:], w[:])
	for i := range digitCount {
		word, shift := i*digitBits/64, uint(i*digitBits%64)
		z[i] = (low[word]>>shift | low[word+1]<<(64-shift)) & digitMask
	}
	clear(low[:])
	clear(w[:])
}

// octets writes x, which is below 2p, reduced and no longer in Montgomery form.
func (a *ifma) octets(z *[Size]byte, x *digits) {
	var plain digits
	multiplyIFMA(&plain, x, &digits{1}) // at most p
	var w, reduced words
	for i, digit := range plain[:digitCount] {
		word, shift := i*digitBits/64, uint(i*digitBits%64)
		w[word] |= digit << shift
		if word+1 < len(w) {
			w[word+1] |= digit >> (64 - shift)
		}
	}
	var borrow uint64
	for i := range w {
		reduced[i], borrow = bits.Sub64(w[i], primeWords[i], borrow)
	}
	for i := range w {
		w[i] ^= (w[i] ^ reduced[i]) & (borrow - 1)
	}
	w.octets(z)
	clear(plain[:])
	clear(w[:])
	clear(reduced[:])
}

func (a *ifma) power2(z *digits, n uint) {
	*z = a.one
	if n == 1 {
		*z = a.two
	}
}

func (a *ifma) multiply(z, x, y *digits) { multiplyIFMA(z, x, y) }

func (a *ifma) look(z *digits, table []digits, digit uint) {
	lookIFMA(z, &table[0], uint64(len(table)), uint64(digit))
}

func (a *ifma) powerOfTwo(z *[Size]byte, exponent *[exponentSize]byte) {
	a.comb.powerOfTwo(a, z, exponent)
}

// power takes the exponent four bits at a time, the highest first.
func (a *ifma) power(z, base *[Size]byte, exponent []byte) {
	var table [16]digits // base^0 to base^15
	table[0] = a.one
	table[1].set(base)
	a.multiply(&table[1], &table[1], &a.square)
	for i := 2; i < len(table); i++ {
		a.multiply(&table[i], &table[i-1], &table[1])
	}
	result, factor := a.one, digits{}
	for i, octet := range exponent {
		for half, digit := range [2]byte{octet >> 4, octet & 15} {
			a.look(&factor, table[:], uint(digit))
			if i == 0 && half == 0 {
				result = factor
				continue
			}
			for range 4 {
				a.multiply(&result, &result, &result)
			}
			a.multiply(&result, &result, &factor)
		}
	}
	a.octets(z, &result)
	clear(table[:])
	clear(result[:])
	clear(factor[:])
}
