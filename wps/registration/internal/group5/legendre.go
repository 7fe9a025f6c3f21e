package group5

import "math/bits"

// The Legendre symbol follows from three rules of the Jacobi symbol (a/b), where
// b is odd. They are the steps of the binary gcd, which makes a and b smaller
// until a is 0; there is only a sign to add:
//
//	halve an even a     (a/b) = (a/2 / b), negated if b ≡ 3 or 5 (mod 8)
//	exchange odd a, b   (a/b) = (b/a), negated if a ≡ b ≡ 3 (mod 4)
//	subtract            (a/b) = (a−b / b)
//
// As in Pornin's "Optimized Binary GCD for Modular Inversion" (2020), 62 halvings
// are a batch, which looks only at the lowest 64 bits of a and b and at the
// highest 64. The low bits are exact, and the sign depends on no others. The high
// bits tell which number is smaller, and they are rounded: where they are wrong,
// a−b is negative. The symbol does not suffer. The rules hold with one number
// negative, if (a/−b) is taken to be (a/b) for positive a; and it is never both,
// because where b is negative, a−b is positive.
//
// Nor does it go on forever. With the highest bits as a number, and its last
// place as the unit, a halving takes one bit off such a number, or off a itself
// where a has none left, and adds at most half a unit to the error, which stays
// below 32. So at the end a and b have at most six bits more than is seen of
// them, and a batch has taken off 62 − 2·6 together, or left no more than 2·6.

// batch is how many halvings are done at once. Two of the low 64 bits remain
// then; the sign needs three before the last halving.
const batch = 62

// Legendre returns the Legendre symbol (key/p): 1 for a square, −1 for a number
// that is not a square, 0 for a multiple of p. Its time depends on the key, so
// it must be used with public keys only.
func Legendre(key *[Size]byte) int {
	numbers := [4]words{wordsOf(key), primeWords}
	a, b, nextA, nextB := numbers[0][:], numbers[1][:], numbers[2][:], numbers[3][:]
	var flips uint64 // bit 1: how often the symbol was negated, modulo 2
	for !isZero(a) {
		n := len(a)
		for n > 2 && a[n-1]|b[n-1] == 0 {
			n--
		}
		a, b, nextA, nextB = a[:n], b[:n], nextA[:n], nextB[:n]

		lead := bits.LeadingZeros64(a[n-1] | b[n-1])
		highA := a[n-1]<<lead | a[n-2]>>(64-lead)
		highB := b[n-1]<<lead | b[n-2]>>(64-lead)
		aa, ab, ba, bb, flipped := halvings(a[0], b[0], highA, highB)
		flips ^= flipped

		var negative bool
		if flipped&1 == 0 {
			negative = difference(nextA, a, b, aa, ab)
			difference(nextB, b, a, bb, ba)
		} else {
			negative = difference(nextA, b, a, ab, aa)
			difference(nextB, a, b, ba, bb)
		}
		if negative {
			flips ^= nextB[0] // (−a/b) = (a/b), negated if b ≡ 3 (mod 4)
		}
		a, b, nextA, nextB = nextA, nextB, a, b
	}
	if b[0] != 1 { // b is the greatest common divisor, 1 or p
		return 0
	}
	return 1 - int(flips&2)
}

func isZero(x []uint64) bool {
	for _, word := range x {
		if word != 0 {
			return false
		}
	}
	return true
}

// halvingsPortable computes a batch from the lowest and the highest 64 bits of a
// and b. It returns the new a and b as combinations of the old ones, times 2^62:
//
//	aa·a − ab·b and bb·b − ba·a, both negated if bit 0 of flips is set
//
// Neither aa + ab nor ba + bb exceeds 2^62. The symbol is negated if bit 1 of
// flips is set. There is no branch on which number is smaller, since half of
// such branches would be mispredicted.
func halvingsPortable(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64) {
	aa, bb = 1, 1
	end := uint64(1) << batch
	for zeros := bits.TrailingZeros64(a | end); ; {
		zeros &= 63 // this saves a check of the shifts
		a >>= zeros
		highA >>= zeros
		ba <<= zeros // instead of halving aa and ab
		bb <<= zeros
		flips ^= uint64(zeros<<1) & (b ^ b>>1)
		if end >>= zeros; end == 1 {
			return aa, ab, ba, bb, flips
		}
		// Both are odd. The smaller becomes b, and a the difference.
		difference, borrow := bits.Sub64(highA, highB, 0)
		exchange := -borrow       // all ones, or 0
		flips ^= a & b & exchange // bit 0 is set in both, and counts the exchanges
		highB += difference & exchange
		highA = (difference ^ exchange) - exchange
		difference = a - b
		zeros = bits.TrailingZeros64(difference | end) // does not depend on the sign
		b += difference & exchange
		a = (difference ^ exchange) - exchange
		// The signs of aa and ba differ, so that subtracting adds.
		swapA, swapB := (aa^ba)&exchange, (ab^bb)&exchange
		aa += ba
		ab += bb
		ba ^= swapA
		bb ^= swapB
	}
}

// differencePortable sets dst to |f·x − g·y| / 2^62, which is an integer, and
// reports whether f·x < g·y. The sum of f and g is at most 2^62.
func differencePortable(dst, x, y []uint64, f, g uint64) (negative bool) {
	x, y = x[:len(dst)], y[:len(dst)]
	// With n words, f·x − g·y is f·x + g·(^y) + g − g·2^64n. The lowest 62 bits of
	// it are zeros.
	below, carry := multiplyAdd(f, x[0], g, ^y[0], g)
	for i := 1; i < len(dst); i++ {
		var word uint64
		word, carry = multiplyAdd(f, x[i], g, ^y[i], carry)
		dst[i-1] = word<<(64-batch) | below>>batch
		below = word
	}
	carry -= g
	dst[len(dst)-1] = carry<<(64-batch) | below>>batch
	if int64(carry) >= 0 {
		return false
	}
	negate(dst)
	return true
}

// negate changes the sign of a number.
func negate(x []uint64) {
	var borrow uint64
	for i := range x {
		x[i], borrow = bits.Sub64(0, x[i], borrow)
	}
}

// multiplyAdd returns f·x + g·y + carry. The sum of f and g is at most 2^62.
// Each carry is added where it belongs at once, so it costs only the addition.
func multiplyAdd(f, x, g, y, carry uint64) (low, high uint64) {
	highX, lowX := bits.Mul64(f, x)
	highY, lowY := bits.Mul64(g, y)
	low, c := bits.Add64(lowX, lowY, 0)
	high, _ = bits.Add64(highX, highY, c)
	low, c = bits.Add64(low, carry, 0)
	high, _ = bits.Add64(high, 0, c)
	return low, high
}
