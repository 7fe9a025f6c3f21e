//go:build amd64 && !purego

package group5

import "golang.org/x/sys/cpu"

// The kernel uses Montgomery multiplication in words of 64 bits. A number has 24
// words, and R = 2^1536. To multiply x by y modulo p, compute the product, which
// has 48 words, then add the multiple Q·p that makes the lower half zero. The
// upper half is the result, (x·y + Q·p) / R.
//
// It is below R + p, as x, y and Q are below R. So a factor may be any number of
// 24 words, and p is subtracted once if the result has a bit above them ("almost
// Montgomery"). Numbers are reduced below p only at the end.
//
// For this prime, the next word of Q is the lowest word of the sum that is left,
// because p ≡ −1 modulo 2^64. And word + word·p = word·(p + 1) is a multiple of
// 2^64, so what is added is word·P, one word higher, with P = (p + 1) / 2^64.
//
// Everything is made of rows: a word times a block of eight words, added to eight
// registers. MULX changes no flags, ADCX uses only the carry flag and ADOX only
// the overflow flag, so the additions of the low and of the high halves of the
// eight products are two chains that do not wait for each other. A row adds its
// lowest word to the word in memory where it belongs. MULX writes each high half
// to a register whose word was just added to the register below, so that after a
// row every register is one word higher, without a move. Eight rows multiply two
// blocks:
//
//   - A product has nine pairs of blocks.
//   - A square has only three pairs of different blocks, because x[i]·x[j] is
//     x[j]·x[i], and in each block 28 pairs of different words. The sum of all
//     these products is doubled, and the squares of the words are added.
//   - The reduction, Q times P, has nine pairs of blocks. The words of Q are read
//     from memory, where each row writes the word that the next row reads.
//
// That is 1,152 multiplications for a product and 876 for a square, without the 24
// of the last subtraction. With loops over rows and blocks it is less than 5 KB of
// code.
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
