package group5

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// radix describes the numbers of a kernel, for tests of its code and of its
// listing.
type radix struct {
	kernel string
	bits   uint     // of a digit
	count  uint     // digits of a number: R = 2^(bits·count)
	size   int      // words that a number takes in memory
	limit  *big.Int // factors are below it
}

var radices = []radix{
	{"IFMA", 52, 30, 32, new(big.Int).Lsh(prime, 1)},
	{"ADX", 64, 24, 24, new(big.Int).Lsh(big.NewInt(1), 8*Size)},
}

// r returns R.
func (r *radix) r() *big.Int { return new(big.Int).Lsh(big.NewInt(1), r.bits*r.count) }

// digits returns x as a kernel has it in memory, for an x below R.
func (r *radix) digits(x *big.Int) []uint64 {
	z := make([]uint64, r.size)
	mask := new(big.Int).SetUint64(1<<r.bits - 1)
	var rest, digit big.Int
	rest.Set(x)
	for i := range z {
		z[i] = digit.And(&rest, mask).Uint64()
		rest.Rsh(&rest, r.bits)
	}
	return z
}

// product returns a Montgomery product by its definition: (x·y + q·p) / R with q
// = −x·y/p modulo R, and that minus p if it is not below R.
func (r *radix) product(x, y *big.Int) *big.Int {
	montgomeryR := r.r()
	q := new(big.Int).ModInverse(prime, montgomeryR)
	z := new(big.Int).Mul(x, y)
	q.Mul(q, z).Neg(q).Mod(q, montgomeryR)
	z.Add(z, q.Mul(q, prime)).Rsh(z, r.bits*r.count)
	if z.Cmp(montgomeryR) >= 0 {
		z.Sub(z, prime)
	}
	return z
}

// multiplication sets z to the product of x and y, which may be the same slice
// as z and as each other.
type multiplication func(z, x, y []uint64)

// check compares a multiplication with the definition, to the last bit, with all
// ways in which arguments may be the same.
func (r *radix) check(t *testing.T, multiply multiplication, x, y *big.Int) {
	t.Helper()
	want := r.digits(r.product(x, y))
	expect := func(how string, got []uint64) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %x · %x:\n got %x\nwant %x", how, x, y, got, want)
		}
	}
	z, a, b := r.digits(big.NewInt(12345)), r.digits(x), r.digits(y)
	multiply(z, a, b)
	expect("three numbers", z)
	if !slices.Equal(a, r.digits(x)) || !slices.Equal(b, r.digits(y)) {
		t.Errorf("%x · %x: a factor was changed", x, y)
	}
	multiply(b, a, b)
	expect("z is y", b)
	if x.Cmp(y) == 0 {
		multiply(z, a, a)
		expect("x is y", z)
		multiply(a, a, a)
		expect("all are one", a)
		return
	}
	b = r.digits(y)
	multiply(a, a, b)
	expect("z is x", a)
}

// edges are critical factors: the ends of the range, and near multiples of p.
func (r *radix) edges() (all []*big.Int) {
	for n := int64(-2); n <= 2; n++ {
		for multiple := int64(0); multiple <= 2; multiple++ {
			x := new(big.Int).Mul(prime, big.NewInt(multiple))
			if x.Add(x, big.NewInt(n)); x.Sign() >= 0 && x.Cmp(r.limit) < 0 {
				all = append(all, x)
			}
		}
	}
	all = append(all, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 8*Size), big.NewInt(1))) // 1536 bits
	return append(all, new(big.Int).Sub(r.limit, big.NewInt(1)))
}

// boundaries are factors whose digits are zeros or ones up to a boundary.
func (r *radix) boundaries() (all []*big.Int) {
	one := big.NewInt(1)
	for i := uint(1); i < r.count; i++ {
		power := new(big.Int).Lsh(one, i*r.bits)
		all = append(all, power, new(big.Int).Sub(power, one), new(big.Int).Sub(prime, power),
			new(big.Int).Sub(power, new(big.Int).Rsh(power, r.bits))) // a single digit
	}
	return all
}

// ripples are factors in whose squares a carry passes through several words. The
// sum of the products of different words among the eight highest has ones in the
// words from 8 to last. The words below are all ones, so that their products by
// the highest carry into word 8.
func (r *radix) ripples() (all []*big.Int) {
	const word, block = 64, 8
	one := big.NewInt(1)
	// crossed returns the sum of the products of different words of x.
	crossed := func(x *big.Int) *big.Int {
		sum := new(big.Int).Mul(x, x)
		mask := new(big.Int).SetUint64(1<<word - 1)
		for i := uint(0); i < block; i++ {
			w := new(big.Int).Rsh(x, word*i)
			w.And(w, mask)
			sum.Sub(sum, w.Mul(w, w).Lsh(w, 2*word*i))
		}
		return sum.Rsh(sum, 1)
	}
	for last := uint(block); last < block+6; last++ {
		want := new(big.Int).Lsh(one, word*(last+1))
		want.Sub(want, one)
		// With the highest word known, the others follow from the highest words
		// of the sum, and change the lower ones, by less each time.
		highest := new(big.Int).Lsh(one, 20+word*(block-1))
		low := new(big.Int)
		for range 100 {
			low.Sub(want, crossed(low)).Div(low, highest)
		}
		x := new(big.Int).Or(highest, low)
		x.Lsh(x, 2*word*block) // all words below are ones
		all = append(all, x.Add(x, new(big.Int).Lsh(one, 2*word*block)).Sub(x, one))
	}
	return all
}

// carries calls check with products whose digits from one boundary to another
// are all zeros or all ones, for each pair of boundaries. For zeros, a carry has
// passed through all of them.
func (r *radix) carries(check func(x, y *big.Int)) {
	random := rand.New(rand.NewPCG(uint64(r.count), uint64(r.bits)))
	y := randomNumber(random)
	y.Mod(y, prime)
	// x·y/R = z for x = z·R/y.
	factor := new(big.Int).ModInverse(y, prime)
	factor.Mul(factor, r.r())
	for low := uint(0); low < r.count; low++ {
		for high := low + 1; high <= r.count; high++ {
			run := new(big.Int).Lsh(big.NewInt(1), (high-low)*r.bits)
			run.Lsh(run.Sub(run, big.NewInt(1)), low*r.bits)
			base := randomNumber(random)
			base.Rsh(base, 1) // below p
			for _, z := range []*big.Int{new(big.Int).AndNot(base, run), new(big.Int).Or(base, run)} {
				z.Mod(z, prime) // changes only runs of ones up to the highest bit
				x := z.Mul(z, factor)
				check(x.Mod(x, prime), y)
			}
		}
	}
}

// random calls check with factors of 1536 bits, some of them squared.
func (r *radix) random(n int, check func(x, y *big.Int)) {
	random := rand.New(rand.NewPCG(uint64(r.bits), uint64(r.count)))
	for i := range n {
		x, y := randomNumber(random), randomNumber(random)
		if i%4 == 0 {
			y = x
		}
		check(x, y)
	}
}
