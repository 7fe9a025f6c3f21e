//go:build amd64 && !purego

package group5

import "golang.org/x/sys/cpu"

// The kernel uses Montgomery multiplication in digits of 52 bits, for which
// AVX-512 IFMA is made: VPMADD52LUQ and VPMADD52HUQ multiply eight pairs of
// digits, and add the low or the high 52 bits of the products to eight sums of
// 64 bits. A number has 30 digits, in four registers of eight lanes.
//
// To multiply x by y modulo p, for each digit of y add x·y[i] to a sum, then
// the multiple q·p that makes the lowest digit of the sum zero, and drop this
// digit. After 30 digits the sum is (x·y + Q·p) / R, where R = 2^1560 and Q <
// R. With x and y below 2p, that is below p + 4p²/R < 2p, because R > 2^23·p.
// So products need no subtraction in between ("almost Montgomery"), only a
// final one.
//
// This prime and these processors allow more:
//
//   - q is the lowest digit itself, because p ≡ −1 modulo 2^52 (and 2^64). And
//     digit + q·p = q·(p + 1) is a multiple of 2^52, so there is no multiplication by
//     the lowest digit of p, and the value added one digit up is q·P, with
//     P = (p + 1) / 2^52, which the assembly calls P.
//   - A lane is a sum of halves of products, up to 2^59. It is carried into the next
//     lane only where a digit is dropped. All carries are done once, at the end.
//   - Each round processes two digits of y. Then the high half of a product by the
//     first belongs in the lane of the low half of the next, and so on. With x also
//     shifted up by one and by two digits, everything is added in place, and only the
//     sum is shifted, by two lanes a round.
//   - There are two sums, x·y and Q·P, so that the first does not wait for q.
//   - The next q needs the two lowest lanes of both sums. Extracting them from the
//     vectors after Q·P was added would make each round wait for the previous one.
//     They are extracted before, and five multiplications of ordinary registers add
//     what is missing, exactly as in the lanes.
//
// The only branch is on the count of rounds, and all addresses are those of
// arguments, constants and the count, so neither depends on a digit.

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

// newIFMA returns nil if this processor lacks an instruction of the kernel.
func newIFMA() arithmetic {
	if !cpu.X86.HasAVX512IFMA || !cpu.X86.HasAVX512BW || !cpu.X86.HasAVX512DQ || !cpu.X86.HasBMI2 {
		return nil
	}
	return newMontgomery[digits](digitCount * digitBits)
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

// toWords sets w to z, which is below 2^1536.
func (z *digits) toWords(w *words) {
	clear(w[:])
	for i, digit := range z[:digitCount] {
		word, shift := i*digitBits/64, uint(i*digitBits%64)
		w[word] |= digit << shift
		if word+1 < len(w) {
			w[word+1] |= digit >> (64 - shift)
		}
	}
}
