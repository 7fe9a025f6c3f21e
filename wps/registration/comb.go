package registration

import (
	"math/bits"
	"sync"

	"filippo.io/bigmod"
)

// A public key is a power of 2, always of the same 2, so most of the work can
// be done beforehand: the comb of Lim and Lee ("More Flexible Exponentiation
// with Precomputation", CRYPTO '94).
//
// The 256 bits of the exponent are written in five rows of 52, the teeth of the
// comb, the least significant first. A column then is a number of five bits
// that stands for the product of up to five powers of 2, which are 52 squarings
// apart. The 52 columns are cut into 13 blocks of four, and each block has a
// table of its 32 products. The public key is the product of 52 table entries
// with only three squarings between: 55 multiplications, where a general
// exponentiation has 256 squarings and 64 multiplications.
//
// These figures are measured. The tables take 78 KiB and a millisecond to
// make, and a key costs 0.36 of a general exponentiation. 24 KiB would give
// 0.41, and 156 KiB still 0.36: [bigmod.Nat.Mul] costs what it costs.
const (
	combTeeth   = 5
	combBlocks  = 13
	combDepth   = 4 // columns of a block
	combColumns = combBlocks * combDepth

	exponentSize = 32 // octets of a private exponent of ours
)

// element is an element of the group as [bigmod.Nat] holds it, so that it can
// be copied in and out.
type element [groupLimbs]uint

// combTable is what one block needs: entry d is the product of 2^(2^(52t+c))
// over the bits t of d, where c is the first column of the block.
type combTable [1 << combTeeth]element

// combTables returns the tables. They follow from p and the generator alone and
// are never written again, so they are constants like p; only programs that
// register anything pay for them.
var combTables = sync.OnceValue(func() *[combBlocks]combTable {
	tables := new([combBlocks]combTable)
	power := bigmod.NewNat().SetUint(2).ExpandFor(modulus) // 2^(2^position)
	for position := range combTeeth * combColumns {
		tooth, column := position/combColumns, position%combColumns
		if column%combDepth == 0 {
			tables[column/combDepth].addTooth(tooth, power)
		}
		power.Mul(power, modulus)
	}
	return tables
})

// addTooth fills in the entries whose highest bit is tooth: those below, which
// are there already, times the tooth's power.
func (t *combTable) addTooth(tooth int, power *bigmod.Nat) {
	t[0] = element{1}
	product := bigmod.NewNat().ExpandFor(modulus)
	for d := range 1 << tooth {
		copy(product.Bits(), t[d][:])
		product.Mul(power, modulus)
		copy(t[1<<tooth|d][:], product.Bits())
	}
}

// look copies entry digit to dst. It reads every entry, because the digit is
// secret and which memory is touched would show.
func (t *combTable) look(dst *bigmod.Nat, digit uint) {
	var found element
	for d := range t {
		differs := uint(d) ^ digit
		mask := (differs|-differs)>>(bits.UintSize-1) - 1 // all ones if they are equal, else 0
		for i, limb := range &t[d] {
			found[i] |= mask & limb
		}
	}
	copy(dst.Bits(), found[:])
	clear(found[:])
}

// powerOfTwo sets dst to 2^x mod p. Its time and the memory that it touches do
// not depend on x.
func powerOfTwo(dst *[groupSize]byte, x *[exponentSize]byte) {
	tables := combTables()
	product := bigmod.NewNat().SetUint(1).ExpandFor(modulus)
	factor := bigmod.NewNat().ExpandFor(modulus)
	for depth := combDepth - 1; depth >= 0; depth-- {
		if depth < combDepth-1 {
			product.Mul(product, modulus)
		}
		for block := range tables {
			tables[block].look(factor, combDigit(x, block*combDepth+depth))
			product.Mul(factor, modulus)
		}
	}
	putElement(dst, product)
	clear(product.Bits())
	clear(factor.Bits())
}

// combDigit returns column of the exponent written as a comb. The four bits
// that five rows of 52 have above the 256 are zero.
func combDigit(x *[exponentSize]byte, column int) (digit uint) {
	for tooth := range combTeeth {
		if bit := tooth*combColumns + column; bit < 8*exponentSize {
			octet := x[exponentSize-1-bit/8]
			digit |= uint(octet>>(bit%8)&1) << tooth
		}
	}
	return digit
}
