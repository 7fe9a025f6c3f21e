// Command legendre writes the functions of the Legendre symbol in package group5
// for processors with BMI1 and BMI2. The comments below go into the assembly; the
// method is explained in legendre.go.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const batch = 62 // halvings

func main() {
	ConstraintExpr("amd64,!purego")
	halvings()
	difference()
	Generate()
}

func halvings() {
	TEXT("halvingsBMI2", NOSPLIT, "func(a, b, highA, highB uint64) (aa, ab, ba, bb, flips uint64)")
	Doc("halvingsBMI2 computes the same as halvingsPortable, in half the time: TZCNT is",
		"faster than BSF, which the compiler must use, the shifts of BMI2 take their count",
		"from any register, and no value leaves the registers.")
	a, b := Load(Param("a"), GP64()), Load(Param("b"), GP64())
	highA, highB := Load(Param("highA"), GP64()), Load(Param("highB"), GP64())
	aa, ab, ba, bb, flips, end := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	for _, one := range []GPVirtual{aa, bb} {
		MOVL(U32(1), one.As32())
	}
	for _, zero := range []GPVirtual{ab, ba, flips} {
		XORL(zero.As32(), zero.As32())
	}
	MOVQ(U64(1<<batch), end)
	zeros, none, tmp := GP64(), GP64(), GP64()
	countZeros := func(x Register) {
		MOVQ(x, zeros)
		ORQ(end, zeros)
		TZCNTQ(zeros, zeros)
	}
	countZeros(a)

	Label("round")
	Comment("Halve a. Instead of halving aa and ab, double ba and bb.")
	SHRXQ(zeros, a, a)
	SHRXQ(zeros, highA, highA)
	SHLXQ(zeros, ba, ba)
	SHLXQ(zeros, bb, bb)
	SHRXQ(zeros, end, end)

	Comment("flips ^= zeros<<1 & (b ^ b>>1)")
	both := GP64()
	MOVQ(b, both)
	SHRQ(Imm(1), both)
	XORQ(b, both)
	ADDQ(zeros, zeros)
	ANDQ(zeros, both)
	XORQ(both, flips)
	CMPQ(end, Imm(1))
	JEQ(LabelRef("done"))

	Comment("Both are odd: a&b for flips, and the zeros of a−b, whatever its sign.")
	MOVQ(a, both)
	ANDQ(b, both)
	difference := GP64()
	MOVQ(a, difference)
	SUBQ(b, difference)
	countZeros(difference)
	XORL(none.As32(), none.As32())

	Comment("The smaller becomes b, with its coefficients. Conditional moves, and LEA for",
		"sums, do not change the carry flag.")
	MOVQ(highA, tmp)
	CMPQ(highA, highB)
	CMOVQCS(highB, highA)
	CMOVQCS(tmp, highB)
	MOVQ(a, tmp)
	CMOVQCS(b, a)
	CMOVQCS(tmp, b)
	CMOVQCC(none, both)
	sum := GP64()
	LEAQ(Mem{Base: aa, Index: ba, Scale: 1}, sum)
	CMOVQCS(aa, ba)
	MOVQ(sum, aa)
	LEAQ(Mem{Base: ab, Index: bb, Scale: 1}, sum)
	CMOVQCS(ab, bb)
	MOVQ(sum, ab)

	Comment("a becomes the difference.")
	SUBQ(highB, highA)
	SUBQ(b, a)
	XORQ(both, flips)
	JMP(LabelRef("round"))

	Label("done")
	for i, r := range []Register{aa, ab, ba, bb, flips} {
		Store(r, ReturnIndex(i))
	}
	RET()
}

func difference() {
	TEXT("differenceBMI2", NOSPLIT, "func(dst, x, y *uint64, n int, ofX, ofY uint64) (high uint64)")
	Doc("differenceBMI2 sets dst to (ofX·x − ofY·y) / 2^62 as differencePortable does, but",
		"does not change its sign. high is what is above the n words of the result, so its",
		"highest bit is the sign.")
	dst, x, y := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	n, f, g := Load(Param("n"), GP64()), Load(Param("ofX"), GP64()), Load(Param("ofY"), GP64())
	index, carry, below := GP64(), GP64(), GP64()
	word, low, high := GP64(), GP64(), GP64()

	// add sets sum and carry to f·x + g·(^y) + more, for the words at an index.
	add := func(i Register, sum, more Register) {
		at := func(base Register) Mem {
			if i == nil {
				return Mem{Base: base}
			}
			return Mem{Base: base, Index: i, Scale: 8}
		}
		above := GP64()
		MOVQ(at(x), RDX)
		MULXQ(f, sum, above)
		MOVQ(at(y), RDX)
		NOTQ(RDX)
		MULXQ(g, low, high)
		ADDQ(low, sum)
		ADCQ(high, above)
		ADDQ(more, sum)
		ADCQ(Imm(0), above)
		MOVQ(above, carry)
	}
	// put writes the word that is divided by 2^62: above is the next one.
	put := func(above Register, to Mem) {
		SHRQ(Imm(batch), below)
		LEAQ(Mem{Base: below, Index: above, Scale: 1 << (64 - batch)}, below)
		MOVQ(below, to)
	}
	add(nil, below, g)
	MOVL(U32(1), index.As32())
	JMP(LabelRef("count"))

	Label("digit")
	add(index, word, carry)
	put(word, Mem{Base: dst, Index: index, Scale: 8, Disp: -8})
	MOVQ(word, below)
	INCQ(index)

	Label("count")
	CMPQ(index, n)
	JLT(LabelRef("digit"))
	SUBQ(g, carry)
	put(carry, Mem{Base: dst, Index: n, Scale: 8, Disp: -8})
	Store(carry, ReturnIndex(0))
	RET()
}
