package group5

import (
	"math/bits"

	"filippo.io/bigmod"
)

// portable is the arithmetic of [bigmod].
type portable struct {
	modulus *bigmod.Modulus
	comb    comb[limbs]
}

// limbs is an element in the representation of [bigmod.Nat], so that it can be
// copied in and out.
type limbs [8 * Size / bits.UintSize]uint

func newPortable() *portable {
	modulus, err := bigmod.NewModulus(primeOctets[:])
	if err != nil {
		panic(err) // p is odd
	}
	return &portable{modulus: modulus}
}

func (a *portable) power(z, base *[Size]byte, exponent []byte) {
	x := bigmod.NewNat()
	if _, err := x.SetBytes(base[:], a.modulus); err != nil {
		panic("group5: the base is not below p")
	}
	result := bigmod.NewNat().Exp(x, exponent, a.modulus)
	putLimbs(z, result.Bits())
	clear(result.Bits())
}

func (a *portable) powerOfTwo(z *[Size]byte, exponent *[exponentSize]byte) {
	a.comb.powerOfTwo(a, z, exponent)
}

func (a *portable) power2(z *limbs, n uint) { *z = limbs{1 << n} }

func (a *portable) multiply(z, x, y *limbs) {
	product := bigmod.NewNat().ExpandFor(a.modulus)
	factor := bigmod.NewNat().ExpandFor(a.modulus)
	copy(product.Bits(), x[:])
	copy(factor.Bits(), y[:])
	product.Mul(factor, a.modulus)
	copy(z[:], product.Bits())
	clear(product.Bits())
	clear(factor.Bits())
}

func (a *portable) look(z *limbs, table []limbs, digit uint) {
	var found limbs
	for d := range table {
		mask := ifEqual(uint(d), digit)
		for i, limb := range &table[d] {
			found[i] |= mask & limb
		}
	}
	*z = found
	clear(found[:])
}

func (a *portable) octets(z *[Size]byte, x *limbs) { putLimbs(z, x[:]) }

// putLimbs writes a number as octets. Unlike [bigmod.Nat.Bytes] it leaves no
// copy on the heap.
func putLimbs(z *[Size]byte, limbs []uint) {
	end := Size
	for _, limb := range limbs {
		for range bits.UintSize / 8 {
			end--
			z[end] = byte(limb)
			limb >>= 8
		}
	}
}
