// Command ifma writes the AVX-512 IFMA kernel of package group5. The comments
// below go into the assembly; the method is explained in ifma_amd64.go.
package main

import (
	"math/big"

	"github.com/gowps/gowps/wps/registration/internal/group5/gen/prime"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	radix   = 52
	digits  = 30
	lanes   = 8 // of a ZMM register
	vectors = 4 // registers of a number
	rounds  = digits / 2
	ones    = 1<<radix - 1
)

func main() {
	ConstraintExpr("amd64,!purego")
	multiply(primeTable())
	look()
	Generate()
}

// quotientDigit returns digit i of P = (p + 1) / 2^52, and 0 outside it.
func quotientDigit(i int) uint64 {
	if i < 0 {
		return 0
	}
	p := prime.Above(uint(radix * (i + 1)))
	return p.And(p, big.NewInt(ones)).Uint64()
}

// primeTable is P with a zero before and zeros after it, so that it can be loaded
// shifted by a digit either way.
func primeTable() Mem {
	table := GLOBL("primeDigits", RODATA|NOPTR)
	for i := range vectors*lanes + 2 {
		DATA(8*i, U64(quotientDigit(i-1)))
	}
	return table
}

// vector is a number of 32 digits, or the sums of digits.
type vector [vectors]VecVirtual

func newVector() (v vector) {
	for i := range v {
		v[i] = ZMM()
	}
	return v
}

// addProducts adds to sum the low or high halves of factor times multiplicand,
// where factor is a digit in all lanes.
func addProducts(sum, multiplicand vector, factor VecVirtual, high bool) {
	for i := range sum {
		if high {
			VPMADD52HUQ(multiplicand[i], factor, sum[i])
		} else {
			VPMADD52LUQ(multiplicand[i], factor, sum[i])
		}
	}
}

// drop shifts sum by two digits down.
func drop(sum vector, zero VecVirtual) {
	for i := range sum {
		above := zero
		if i+1 < vectors {
			above = sum[i+1]
		}
		VALIGNQ(Imm(2), sum[i], above, sum[i])
	}
}

func multiply(table Mem) {
	TEXT("multiplyIFMA", NOSPLIT, "func(z, x, y *[32]uint64)")
	Doc("multiplyIFMA sets z to x·y / 2^1560 modulo p, and below 2p if x and y are.")

	Comment("The digits of x, and the same moved up by one and by two.")
	zero := ZMM()
	VPXORQ(zero, zero, zero)
	address := Load(Param("x"), GP64())
	x, x1, x2 := newVector(), newVector(), newVector()
	for i := range x {
		VMOVDQU64(Mem{Base: address, Disp: 64 * i}, x[i])
	}
	for i, below := 0, zero; i < vectors; i++ {
		VALIGNQ(Imm(7), below, x[i], x1[i])
		VALIGNQ(Imm(6), below, x[i], x2[i])
		below = x[i]
	}

	Comment("The digits of P, in vectors and as numbers.")
	base := GP64()
	LEAQ(table.Offset(8), base)
	modulus := newVector()
	for i := range modulus {
		VMOVDQU64(Mem{Base: base, Disp: 64 * i}, modulus[i])
	}
	p0, p1, p2, mask := GP64(), GP64(), GP64(), GP64()
	MOVQ(U64(quotientDigit(0)<<(64-radix)), p0)
	MOVQ(U64(quotientDigit(1)<<(64-radix)), p1)
	MOVQ(U64(quotientDigit(2)), p2)
	MOVQ(U64(ones), mask)

	Comment("The loop is entered where the first two digits of y are multiplied: both sums",
		"are zero then, and so is what the quotient adds.")
	y := Load(Param("y"), GP64())
	product, quotient, kept := newVector(), newVector(), XMM()
	for i := range product {
		VPXORQ(product[i], product[i], product[i])
		VPXORQ(quotient[i], quotient[i], quotient[i])
	}
	VPXORQ(kept, kept, kept)
	q0, q1, carry, high := RDX, GP64(), GP64(), GP64()
	for _, r := range []Register{q0, q1, carry, high} {
		XORL(r.(GP).As32(), r.(GP).As32())
	}
	s0, s1, count := GP64(), GP64(), GP64()
	MOVL(U32(rounds), count.As32())
	JMP(LabelRef("row"))

	Label("round")
	Comment("q0 and q1, two digits of the quotient; carry, what the two digits that are",
		"zero now give to the next; high, what q0·P gives to it.")
	low, b0, b1 := GP64(), ZMM(), ZMM()
	MOVQ(s0, q0)
	ANDQ(mask, q0)
	VPBROADCASTQ(q0, b0)
	SHRQ(Imm(radix), s0)
	ADDQ(s0, s1)
	MULXQ(p0, low, high)
	SHRQ(Imm(64-radix), low)
	ADDQ(low, s1)
	MOVQ(s1, q1)
	ANDQ(mask, q1)
	VPBROADCASTQ(q1, b1)
	MOVQ(s1, carry)
	SHRQ(Imm(radix), carry)

	Comment("The quotient's sum drops the two, and takes in q0·P and q1·P. What its lowest",
		"lanes were before is kept for s0 and s1.")
	drop(quotient, zero)
	VMOVDQA64(quotient[0].AsX(), kept)
	for i := range quotient {
		VPMADD52LUQ(Mem{Base: base, Disp: 64*i + 8}, b0, quotient[i])
	}
	addProducts(quotient, modulus, b0, true)
	addProducts(quotient, modulus, b1, false)
	for i := range quotient {
		VPMADD52HUQ(Mem{Base: base, Disp: 64*i - 8}, b1, quotient[i])
	}

	Comment("So does the product's sum, with two more digits of y.")
	drop(product, zero)
	DECQ(count)
	JZ(LabelRef("last"))

	Label("row")
	y0, y1 := ZMM(), ZMM()
	VPBROADCASTQ(Mem{Base: y}, y0)
	VPBROADCASTQ(Mem{Base: y, Disp: 8}, y1)
	ADDQ(Imm(16), y)
	addProducts(product, x, y0, false)
	addProducts(product, x1, y0, true)
	addProducts(product, x1, y1, false)
	addProducts(product, x2, y1, true)

	Comment("The two lowest digits of both sums. To wait for the quotient's would take",
		"twice as long as to work out here what q0 and q1 gave to them:",
		"s0 = kept + carry + high(q0·P0) + low(q0·P1) + low(q1·P0)",
		"s1 = kept + high(q0·P1) + low(q0·P2) + high(q1·P0) + low(q1·P1)")
	both := XMM()
	VPADDQ(product[0].AsX(), kept, both)
	t := GP64()
	LEAQ(Mem{Base: carry, Index: high, Scale: 1}, t)
	MULXQ(p1, low, high)
	SHRQ(Imm(64-radix), low)
	ADDQ(low, t)
	IMULQ(p2, q0)
	ANDQ(mask, q0)
	ADDQ(q0, high)
	MOVQ(q1, RDX)
	low1, high1 := GP64(), GP64()
	MULXQ(p0, low1, high1)
	SHRQ(Imm(64-radix), low1)
	ADDQ(low1, t)
	ADDQ(high1, high)
	IMULQ(p1, RDX)
	SHRQ(Imm(64-radix), RDX)
	ADDQ(RDX, high)
	VMOVQ(both, s0)
	VPEXTRQ(Imm(1), both, s1)
	ADDQ(t, s0)
	ADDQ(high, s1)
	JMP(LabelRef("round"))

	Label("last")
	Comment("The sum of both, and the carry. No lane exceeds 2^59: each gives what is above",
		"its digit to the lane above it.")
	top := XMM()
	VMOVQ(carry, top)
	VPADDQ(top.AsZ(), product[0], product[0])
	ones, above := ZMM(), newVector()
	VPBROADCASTQ(mask, ones)
	for i := range product {
		VPADDQ(quotient[i], product[i], product[i])
		VPSRLQ(Imm(radix), product[i], above[i])
		VPANDQ(ones, product[i], product[i])
	}
	for i := vectors - 1; i >= 0; i-- {
		below := zero
		if i > 0 {
			below = above[i-1]
		}
		VALIGNQ(Imm(7), below, above[i], above[i])
		VPADDQ(above[i], product[i], product[i])
	}

	Comment("Now a lane gives at most 1 to the next: those above 2^52−1 do, and those that",
		"are 2^52−1 if they are given 1. An addition of the lanes' bits carries that.")
	gives, passes := laneBits(product, ones, 6), laneBits(product, ones, 0)
	LEAL(Mem{Base: passes, Index: gives, Scale: 2}, gives)
	XORL(passes, gives)
	all := zero
	VPTERNLOGQ(Imm(0xFF), all, all, all)
	taken := K()
	KMOVD(gives, taken)
	address = Load(Param("z"), GP64())
	for i := range product {
		VPSUBQ(all, product[i], taken, product[i])
		VPANDQ(ones, product[i], product[i])
		VMOVDQU64(product[i], Mem{Base: address, Disp: 64 * i})
		if i+1 < vectors {
			KSHIFTRD(Imm(lanes), taken, taken)
		}
	}
	VZEROUPPER()
	RET()
}

// laneBits compares each lane with ones and returns a bit for each.
func laneBits(v vector, ones VecVirtual, predicate uint64) GPVirtual {
	var k [vectors]OpmaskVirtual
	for i := range k {
		k[i] = K()
		VPCMPUQ(Imm(predicate), ones, v[i], k[i])
	}
	KUNPCKBW(k[0], k[1], k[0])
	KUNPCKBW(k[2], k[3], k[2])
	KUNPCKWD(k[0], k[2], k[0])
	bits := GP32()
	KMOVD(k[0], bits)
	return bits
}

func look() {
	TEXT("lookIFMA", NOSPLIT, "func(z, table *[32]uint64, n, index uint64)")
	Doc("lookIFMA sets z to entry index of a table of n numbers. It reads all of them.")
	table := Load(Param("table"), GP64())
	n := Load(Param("n"), GP64())
	index, at, one := ZMM(), ZMM(), ZMM()
	VPBROADCASTQ(NewParamAddr("index", 24), index)
	VPXORQ(at, at, at)
	all := ZMM()
	VPTERNLOGQ(Imm(0xFF), all, all, all)
	VPSRLQ(Imm(63), all, one)
	found := newVector()
	for i := range found {
		VPXORQ(found[i], found[i], found[i])
	}

	Label("entry")
	Comment("A mask of ones if this is the entry, else of zeros.")
	same, mask, entry := K(), ZMM(), ZMM()
	VPCMPEQQ(index, at, same)
	VMOVDQU64_Z(all, same, mask)
	for i := range found {
		VPANDQ(Mem{Base: table, Disp: 64 * i}, mask, entry)
		VPORQ(entry, found[i], found[i])
	}
	VPADDQ(one, at, at)
	ADDQ(U32(8*vectors*lanes), table)
	DECQ(n)
	JNZ(LabelRef("entry"))

	address := Load(Param("z"), GP64())
	for i := range found {
		VMOVDQU64(found[i], Mem{Base: address, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}
