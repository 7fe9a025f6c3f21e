package group5

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// A public key is a power of 2, always of the same base, so most of the work
// can be done in advance: the comb of Lim and Lee ("More Flexible
// Exponentiation with Precomputation", CRYPTO '94).
//
// The 256 bits of the exponent are written in five rows of 52, the teeth of the
// comb, the least significant first. A column is then a number of five bits
// that stands for the product of up to five powers of 2, which are 52 squarings
// apart. The 52 columns are divided into 13 blocks of four, and each block has
// a table of its 32 products. The public key is the product of 52 table entries
// with only three squarings in between: 55 multiplications, where a general
// exponentiation has 256 squarings and 64 multiplications.
//
// Computing the tables takes 663 multiplications, as long as two general
// exponentiations by a kernel or four by bigmod, so the first keys of a program do
// not use them.
const (
	combTeeth   = 5
	combBlocks  = 13
	combDepth   = 4 // columns per block
	combColumns = combBlocks * combDepth

	// combAfter is how many keys are made without the comb. A program that
	// makes one key never waits for the tables, and one that makes thousands
	// loses little time.
	combAfter = 8
)

// withoutComb counts the keys that were made without the comb, up to combAfter.
var withoutComb atomic.Uint32

// powerOfTwo sets z to 2^exponent mod p. Its time and the memory that it
// accesses depend only on the length of the exponent, and on how many keys were
// made before.
func powerOfTwo(z *[Size]byte, exponent []byte) {
	if len(exponent) > exponentSize || withoutComb.Load() < combAfter {
		withoutComb.Add(1)
		chosen().power(z, &[Size]byte{Size - 1: 2}, exponent)
		return
	}
	if len(exponent) == exponentSize {
		chosen().powerOfTwo(z, (*[exponentSize]byte)(exponent))
		return
	}
	var x [exponentSize]byte
	copy(x[exponentSize-len(exponent):], exponent)
	chosen().powerOfTwo(z, &x)
	clear(x[:])
}

// field is the multiplication of an implementation, on elements in its own
// form.
type field[E any] interface {
	// power2 sets z to 2^n for n = 0 or 1.
	power2(z *E, n uint)
	// multiply sets z to x·y, which may be z itself.
	multiply(z, x, y *E)
	// look copies entry digit of the table to z. The length of the table is a
	// multiple of eight. Every entry is read, because the digit is secret and
	// memory accesses are observable.
	look(z *E, table []E, digit uint)
	// octets writes x, reduced, to z.
	octets(z *[Size]byte, x *E)
}

// comb has the tables for one form of elements. They follow from p and the
// generator, and are never modified.
type comb[E any] struct {
	once   sync.Once
	blocks *[combBlocks][1 << combTeeth]E
}

// make computes the tables: entry d of a block is the product of 2^(2^(52t+c))
// over the bits t of d, where c is the first column of the block.
func (c *comb[E]) make(f field[E]) {
	c.blocks = new([combBlocks][1 << combTeeth]E)
	power := new(E) // 2^(2^position)
	f.power2(power, 1)
	for position := range combTeeth * combColumns {
		tooth, column := position/combColumns, position%combColumns
		if column%combDepth == 0 {
			// The entries whose highest bit is tooth are the lower entries
			// times its power.
			table := &c.blocks[column/combDepth]
			f.power2(&table[0], 0)
			for d := range 1 << tooth {
				f.multiply(&table[1<<tooth|d], &table[d], power)
			}
		}
		f.multiply(power, power, power)
	}
}

// powerOfTwo sets z to 2^x mod p.
func (c *comb[E]) powerOfTwo(f field[E], z *[Size]byte, x *[exponentSize]byte) {
	c.once.Do(func() { c.make(f) })
	var work struct{ product, factor E } // one allocation: they pass through an interface
	product, factor := &work.product, &work.factor
	for depth := combDepth - 1; depth >= 0; depth-- {
		for block := range c.blocks {
			digit := combDigit(x, block*combDepth+depth)
			if depth == combDepth-1 && block == 0 {
				f.look(product, c.blocks[block][:], digit)
				continue
			}
			if block == 0 {
				f.multiply(product, product, product)
			}
			f.look(factor, c.blocks[block][:], digit)
			f.multiply(product, product, factor)
		}
	}
	f.octets(z, product)
	var zero E
	*product, *factor = zero, zero
}

// combDigit returns a column of the exponent in comb form. The four bits by
// which five rows of 52 exceed 256 are zero.
func combDigit(x *[exponentSize]byte, column int) (digit uint) {
	for tooth := range combTeeth {
		if bit := tooth*combColumns + column; bit < 8*exponentSize {
			octet := x[exponentSize-1-bit/8]
			digit |= uint(octet>>(bit%8)&1) << tooth
		}
	}
	return digit
}

// ifEqual returns all ones if x and y are equal, else 0.
func ifEqual(x, y uint) uint {
	differs := x ^ y
	return (differs|-differs)>>(bits.UintSize-1) - 1
}
