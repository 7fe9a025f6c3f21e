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
	// Eight entries at a time: a limb of z is then loaded and stored an eighth
	// as often, which halves the time.
	var found limbs
	for ; len(table) > 0; table = table[8:] {
		x := (*[8]limbs)(table)
		m0, m1, m2, m3 := ifEqual(0, digit), ifEqual(1, digit), ifEqual(2, digit), ifEqual(3, digit)
		m4, m5, m6, m7 := ifEqual(4, digit), ifEqual(5, digit), ifEqual(6, digit), ifEqual(7, digit)
		for i := range found {
			found[i] |= m0&x[0][i] | m1&x[1][i] | m2&x[2][i] | m3&x[3][i] |
				m4&x[4][i] | m5&x[5][i] | m6&x[6][i] | m7&x[7][i]
		}
		digit -= uint(len(x))
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
