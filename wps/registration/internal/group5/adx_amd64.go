//go:build amd64 && !purego

package group5

import "golang.org/x/sys/cpu"

// The kernel uses Montgomery multiplication in words of 64 bits. A number has 24
// words, and R = 2^1536. To multiply x by y modulo p, compute the product of
// twice 24 words, then add the multiple Q·p that makes the lower half zero. The
// upper half is the result, (x·y + Q·p) / R.
//
// It is below R + p, as x and y are below R. So a factor may be any number of
// 24 words, and p is subtracted once if the result has a bit above them
// ("almost Montgomery"). Numbers are reduced below p only at the end.
//
// For this prime, the next word of Q is the lowest word of the sum itself,
// because p ≡ −1 modulo 2^64. And word + word·p = word·(p + 1) is a multiple of
// 2^64, so what is added is word·P, one word higher, with P = (p + 1) / 2^64.
//
// Everything is made of one piece, the product of a word by a block of eight
// words, which adds to eight registers. MULX changes no flags, ADCX uses only
// the carry flag and ADOX only the overflow flag: the low and the high halves of
// the eight products are two chains of additions that do not wait for each
// other. The lowest word is added to the word in memory where it belongs, and
// MULX writes the high half where the chain continues, so that the registers
// shift by themselves. Eight such rows are the product of two blocks:
//
//   - A product is nine blocks.
//   - A square is three blocks, two of its off-diagonal products being equal, and
//     the products within each of its three blocks, 28 instead of 64. Then it is
//     doubled, and the squares of the words are added.
//   - The reduction is nine blocks, Q times P. The words of Q are read from
//     memory, where the row before has just written the next one.
//
// That is 1,152 multiplications for a product, and 876 for a square. With loops
// over rows and blocks it is less than 5 KB of code.
//
// All branches are on the count of rows and blocks, except for one on whether
// the two factors are at the same address. Addresses are those of arguments,
// constants, the stack and the count, so neither depends on a word.

//go:noescape
func multiplyADX(z, x, y *words)

//go:noescape
func lookADX(z, table *words, n, index uint64)

// newADX returns nil if this processor lacks an instruction of the kernel.
func newADX() arithmetic {
	if !cpu.X86.HasADX || !cpu.X86.HasBMI2 || !cpu.X86.HasAVX2 {
		return nil
	}
	return newMontgomery[words](8 * Size)
}
