// Command adx writes the ADX kernel of package group5. The comments below go
// into the assembly; the method is explained in adx_amd64.go.
package main

import (
	"github.com/gowps/gowps/wps/registration/internal/group5/gen/prime"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	words     = 24
	block     = 8 // words of a block
	blocks    = words / block
	wordSize  = 8
	blockSize = block * wordSize
	size      = words * wordSize
)

func main() {
	ConstraintExpr("amd64,!purego")
	multiply()
	look()
	Generate()
}

// kernel is what the parts of multiplyADX share.
type kernel struct {
	sum      [block]GPVirtual // what the rows so far give to the eight words from t
	x, y     Register         // the next word of one factor, and the block of the other
	t        Register         // the word of the product
	low, tmp GPVirtual
	scratch  Mem // the product, of 48 words, and a word above it
	rowsEnd  Mem // where x is after the rows
	yEnd     Mem // where y is after the blocks
	xEnd     Mem // where x is after all blocks
	carry    Mem // from one block row of the reduction to the next: 0, or all ones
}

func at(base Register, word int) Mem { return Mem{Base: base, Disp: wordSize * word} }

func multiply() {
	p := GLOBL("prime", RODATA|NOPTR)
	for i, word := range prime.Words(prime.P()) {
		DATA(wordSize*i, U64(word))
	}
	quotient := GLOBL("primeAbove", RODATA|NOPTR)
	for i, word := range prime.Words(prime.Above(64)) {
		DATA(wordSize*i, U64(word))
	}

	TEXT("multiplyADX", NOSPLIT, "func(z, x, y *[24]uint64)")
	Doc("multiplyADX sets z to x·y / 2^1536 modulo p, and below 2^1536. It is faster if x",
		"and y are the same pointer.")
	k := &kernel{x: GP64(), y: GP64(), t: GP64(), low: GP64(), tmp: GP64()}
	for i := range k.sum {
		k.sum[i] = GP64()
	}
	k.scratch = AllocLocal((2*words + 1) * wordSize)
	k.rowsEnd, k.yEnd, k.xEnd = AllocLocal(wordSize), AllocLocal(wordSize), AllocLocal(wordSize)
	k.carry = AllocLocal(wordSize)

	Load(Param("x"), k.x)
	Load(Param("y"), k.y)
	LEAQ(k.scratch, k.t)
	CMPQ(k.x, k.y)
	JEQ(LabelRef("square"))

	Comment("The product of different numbers: for each block of x, three blocks of y.")
	XORL(k.low.As32(), k.low.As32())
	for i := range words {
		MOVQ(k.low, k.scratch.Offset(wordSize*i))
	}
	LEAQ(at(k.x, words), k.tmp)
	MOVQ(k.tmp, k.xEnd)
	LEAQ(at(k.y, words), k.tmp)
	MOVQ(k.tmp, k.yEnd)
	Label("product")
	k.blockRow("product")
	for i := range k.sum {
		MOVQ(k.sum[i], at(k.t, i))
	}
	SUBQ(Imm(size-blockSize), k.t)
	SUBQ(U32(size), k.y)
	ADDQ(Imm(blockSize), k.x)
	CMPQ(k.x, k.xEnd)
	JNE(LabelRef("product"))
	JMP(LabelRef("reduce"))

	Label("square")
	k.square()

	Label("reduce")
	Comment("The reduction: the lowest block of the product, which is the next block of Q,",
		"times three blocks of P, added one word higher.")
	LEAQ(k.scratch, k.x)
	LEAQ(at(k.x, words), k.tmp)
	MOVQ(k.tmp, k.xEnd)
	LEAQ(at(k.x, 1), k.t)
	LEAQ(quotient, k.y)
	LEAQ(at(k.y, words), k.tmp)
	MOVQ(k.tmp, k.yEnd)
	XORL(k.tmp.As32(), k.tmp.As32())
	MOVQ(k.tmp, k.carry)
	MOVQ(k.tmp, k.scratch.Offset(2*size))
	Label("quotient")
	k.blockRow("quotient")
	MOVQ(k.carry, k.low)
	ADDQ(k.low, k.low)
	for i := range k.sum {
		ADCQ(at(k.t, i), k.sum[i])
		MOVQ(k.sum[i], at(k.t, i))
	}
	SBBQ(k.low, k.low)
	MOVQ(k.low, k.carry)
	SUBQ(Imm(size-blockSize), k.t)
	SUBQ(U32(size), k.y)
	ADDQ(Imm(blockSize), k.x)
	CMPQ(k.x, k.xEnd)
	JNE(LabelRef("quotient"))

	Comment("The upper half is the result, or the result plus p, if there is a word above it.",
		"MULX multiplies p by this word, 0 or 1, and does not change the borrow.")
	Load(Param("z"), k.y)
	LEAQ(p, k.t)
	MOVQ(k.scratch.Offset(2*size), RDX)
	XORL(k.tmp.As32(), k.tmp.As32())
	for i := range words {
		word := k.sum[i%block]
		MULXQ(at(k.t, i), k.low, k.tmp)
		MOVQ(at(k.x, i), word)
		SBBQ(k.low, word)
		MOVQ(word, at(k.y, i))
	}
	Comment("No copy of the product is left on the stack.")
	zero := XMM()
	PXOR(zero, zero)
	for i := range words {
		MOVUPS(zero, k.scratch.Offset(2*wordSize*i))
	}
	RET()
}

// blockRow multiplies a block at x by the blocks from y to yEnd, and adds to the
// words from t. At the end t is after them, and sum is what belongs there.
func (k *kernel) blockRow(label string) {
	for _, r := range k.sum {
		XORL(r.As32(), r.As32())
	}
	LEAQ(at(k.x, block), k.tmp)
	MOVQ(k.tmp, k.rowsEnd)
	Label(label + "Block")
	k.rows(label)
	SUBQ(Imm(blockSize), k.x)
	ADDQ(Imm(blockSize), k.y)
	CMPQ(k.y, k.yEnd)
	JNE(LabelRef(label + "Block"))
}

// rows multiplies the words from x to rowsEnd by the block at y, and adds the
// product and sum to the words from t. It leaves x and t after the words, and
// what belongs there in sum.
func (k *kernel) rows(label string) {
	Label(label + "Row")
	k.row()
	ADDQ(Imm(wordSize), k.x)
	ADDQ(Imm(wordSize), k.t)
	CMPQ(k.x, k.rowsEnd)
	JNE(LabelRef(label + "Row"))
}

// row multiplies a word at x by the block at y, adds the product to sum and the
// word at t, writes the lowest word there, and shifts sum by it.
func (k *kernel) row() {
	sum := k.sum
	XORL(k.tmp.As32(), k.tmp.As32()) // no carry in either chain
	MOVQ(at(k.x, 0), RDX)
	MOVQ(sum[0], k.tmp)
	MULXQ(at(k.y, 0), k.low, sum[0])
	ADCXQ(k.tmp, k.low)
	ADOXQ(at(k.t, 0), k.low)
	MOVQ(k.low, at(k.t, 0))
	for i := 1; i < block; i++ {
		ADOXQ(sum[i], sum[i-1])
		MULXQ(at(k.y, i), k.low, sum[i])
		ADCXQ(k.low, sum[i-1])
	}
	MOVL(U32(0), k.tmp.As32()) // unlike XORL, this keeps the carries
	ADOXQ(k.tmp, sum[block-1])
	ADCXQ(k.tmp, sum[block-1])
}

// square sets scratch to the square of x.
func (k *kernel) square() {
	Comment("The square: first the products of different words of a block, for each block.")
	LEAQ(at(k.x, words), k.tmp)
	MOVQ(k.tmp, k.xEnd)
	Label("triangle")
	XORL(k.tmp.As32(), k.tmp.As32()) // no carry in either chain, and no row leaves one
	var position [2 * block]GPVirtual
	for i := range block - 1 {
		MOVQ(at(k.x, i), RDX)
		for j := i + 1; j < block; j++ {
			high := GP64()
			if position[i+j] == nil { // only in the first row
				position[i+j] = GP64()
				MULXQ(at(k.x, j), position[i+j], high)
			} else {
				MULXQ(at(k.x, j), k.low, high)
				ADCXQ(k.low, position[i+j])
			}
			if position[i+j+1] == nil {
				position[i+j+1] = high
			} else {
				ADOXQ(high, position[i+j+1])
			}
		}
		ADCXQ(k.tmp, position[i+block])
		ADOXQ(k.tmp, position[i+block])
		MOVQ(position[2*i+1], at(k.t, 2*i+1))
		MOVQ(position[2*i+2], at(k.t, 2*i+2))
	}
	MOVQ(k.tmp, at(k.t, 0))
	MOVQ(k.tmp, at(k.t, 2*block-1))
	ADDQ(Imm(blockSize), k.x)
	ADDQ(U32(2*blockSize), k.t)
	CMPQ(k.x, k.xEnd)
	JNE(LabelRef("triangle"))

	Comment("Then the products of different blocks: block 0 by block 1, and blocks 0 and 1 by",
		"block 2, which is one product of sixteen rows.")
	SUBQ(U32(size), k.x)
	LEAQ(k.scratch.Offset(blockSize), k.t)
	for _, r := range k.sum {
		XORL(r.As32(), r.As32())
	}
	LEAQ(at(k.x, block), k.y)
	MOVQ(k.y, k.rowsEnd)
	k.rows("square1")
	SUBQ(Imm(blockSize), k.x)
	ADDQ(Imm(blockSize), k.y)
	MOVQ(k.y, k.rowsEnd)
	k.rows("square2")
	for i := range k.sum {
		if i == 0 {
			ADDQ(k.sum[i], at(k.t, i))
		} else {
			ADCQ(k.sum[i], at(k.t, i))
		}
	}
	for i := block; i < 2*block-1; i++ { // the highest word remains zero
		ADCQ(Imm(0), at(k.t, i))
	}

	Comment("All of them twice, and the squares of the words.")
	SUBQ(Imm(2*blockSize), k.x)
	high := GP64()
	XORL(high.As32(), high.As32())
	for i := range words {
		MOVQ(at(k.x, i), RDX)
		MULXQ(RDX, k.low, high)
		for j, part := range []Register{k.low, high} {
			word := k.scratch.Offset(wordSize * (2*i + j))
			MOVQ(word, k.tmp)
			ADCXQ(k.tmp, k.tmp)
			ADOXQ(part, k.tmp)
			MOVQ(k.tmp, word)
		}
	}
}

func look() {
	TEXT("lookADX", NOSPLIT, "func(z, table *[24]uint64, n, index uint64)")
	Doc("lookADX sets z to entry index of a table of n numbers. It reads all of them.")
	const lanes = 4 // of a YMM register
	table := Load(Param("table"), GP64())
	n := Load(Param("n"), GP64())
	index, entry, one := YMM(), YMM(), YMM()
	VPBROADCASTQ(NewParamAddr("index", 24), index)
	VPXOR(entry, entry, entry)
	VPCMPEQQ(one, one, one)
	VPSRLQ(Imm(63), one, one)
	var found [words / lanes]VecVirtual
	for i := range found {
		found[i] = YMM()
		VPXOR(found[i], found[i], found[i])
	}

	Label("entry")
	Comment("A mask of ones if this is the entry, else of zeros.")
	mask := YMM()
	VPCMPEQQ(index, entry, mask)
	for i := range found {
		masked := YMM()
		VPAND(Mem{Base: table, Disp: 8 * lanes * i}, mask, masked)
		VPOR(masked, found[i], found[i])
	}
	VPADDQ(one, entry, entry)
	ADDQ(U32(size), table)
	DECQ(n)
	JNZ(LabelRef("entry"))

	z := Load(Param("z"), GP64())
	for i := range found {
		VMOVDQU(found[i], Mem{Base: z, Disp: 8 * lanes * i})
	}
	VZEROUPPER()
	RET()
}
