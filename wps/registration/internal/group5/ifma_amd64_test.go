//go:build amd64 && !purego

package group5

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"
)

// kernel returns the arithmetic with the kernel under test.
func kernel(t testing.TB) *ifma {
	t.Helper()
	a, _ := newIFMA().(*ifma)
	if a == nil {
		if os.Getenv("WPS_IFMA") == "required" {
			t.Fatal("no AVX-512 IFMA, which WPS_IFMA requires")
		}
		t.Skip("no AVX-512 IFMA here: the kernel is not tested")
	}
	return a
}

// number returns x as digits, up to the 1560 bits that 30 digits hold.
func number(x *big.Int) (z digits) {
	var rest, digit big.Int
	rest.Set(x)
	for i := range digitCount {
		z[i] = digit.And(&rest, big.NewInt(digitMask)).Uint64()
		rest.Rsh(&rest, digitBits)
	}
	return z
}

func (z *digits) number() *big.Int {
	x := new(big.Int)
	for i := len(z) - 1; i >= 0; i-- {
		x.Lsh(x, digitBits)
		x.Add(x, new(big.Int).SetUint64(z[i]))
	}
	return x
}

var (
	montgomeryR  = new(big.Int).Lsh(big.NewInt(1), digitCount*digitBits)
	negInversePR = new(big.Int).Sub(montgomeryR, new(big.Int).ModInverse(prime, montgomeryR)) // −1/p modulo R
)

// checkMultiply compares the kernel with the definition of a Montgomery product,
// to the last bit: (x·y + q·p) / R with q = −x·y/p modulo R.
func checkMultiply(t *testing.T, x, y *big.Int) {
	t.Helper()
	product := new(big.Int).Mul(x, y)
	q := new(big.Int).Mul(product, negInversePR)
	q.And(q, new(big.Int).Sub(montgomeryR, big.NewInt(1)))
	want := product.Add(product, q.Mul(q, prime))
	want.Rsh(want, digitCount*digitBits)

	var z digits
	a, b := number(x), number(y)
	multiplyIFMA(&z, &a, &b)
	if z != number(want) {
		t.Errorf("%x · %x:\n got %x\nwant %x", x, y, z.number(), want)
	}
	if x == y { // both arguments may be the same
		multiplyIFMA(&a, &a, &a)
		if a != z {
			t.Errorf("%x²: %x in place, %x elsewhere", x, a.number(), z.number())
		}
	}
}

// multiplicands are critical numbers up to 2p, and one number of 30 digits that
// are all ones, which exceeds the range that the kernel is used with.
func multiplicands() (all []*big.Int) {
	one := big.NewInt(1)
	for n := int64(-2); n <= 2; n++ {
		for multiple := int64(0); multiple <= 2; multiple++ {
			x := new(big.Int).Mul(prime, big.NewInt(multiple))
			if x.Add(x, big.NewInt(n)); x.Sign() >= 0 {
				all = append(all, x)
			}
		}
	}
	for i := uint(1); i < digitCount; i++ {
		power := new(big.Int).Lsh(one, i*digitBits)
		all = append(all, power, new(big.Int).Sub(power, one), new(big.Int).Sub(prime, power),
			new(big.Int).Lsh(big.NewInt(digitMask), (i-1)*digitBits)) // a single digit
	}
	return append(all,
		new(big.Int).Sub(new(big.Int).Lsh(one, 8*Size), one), // all 1536 bits
		new(big.Int).Sub(montgomeryR, one))
}

// TestMultiply tries every pair of multiplicands.
func TestMultiply(t *testing.T) {
	kernel(t)
	all := multiplicands()
	limit := new(big.Int).Lsh(prime, 1)
	for i, x := range all {
		for _, y := range all[:i+1] {
			if x.Cmp(limit) > 0 && y.Cmp(limit) > 0 {
				continue // their product over R has more than 30 digits
			}
			checkMultiply(t, x, y)
			checkMultiply(t, y, x)
		}
	}
	random := rand.New(rand.NewPCG(52, 30))
	for range 1000 {
		checkMultiply(t, randomNumber(random), randomNumber(random))
	}
}

// TestCarries makes products whose digits from one boundary to another are all
// zeros or all ones, for each pair of boundaries. For zeros, a carry has passed
// through all of them.
func TestCarries(t *testing.T) {
	kernel(t)
	random := rand.New(rand.NewPCG(30, 52))
	y := randomNumber(random)
	y.Mod(y, prime)
	// x·y/R = z for x = z·R/y.
	factor := new(big.Int).ModInverse(y, prime)
	factor.Mul(factor, montgomeryR)
	for low := uint(0); low < digitCount; low++ {
		for high := low + 1; high <= digitCount; high++ {
			run := new(big.Int).Lsh(big.NewInt(1), (high-low)*digitBits)
			run.Lsh(run.Sub(run, big.NewInt(1)), low*digitBits)
			base := randomNumber(random)
			base.Rsh(base, 1) // below p
			for _, z := range []*big.Int{new(big.Int).AndNot(base, run), new(big.Int).Or(base, run)} {
				z.Mod(z, prime) // changes only runs of ones up to the highest bit
				x := z.Mul(z, factor)
				checkMultiply(t, x.Mod(x, prime), y)
			}
		}
	}
}

// TestLook checks that each entry is found, and nothing beyond the table.
func TestLook(t *testing.T) {
	kernel(t)
	var table [32]digits
	for i := range table {
		for j := range table[i] {
			table[i][j] = rand.Uint64()
		}
	}
	for _, n := range []uint64{1, 16, 32} {
		for i := range n + 1 {
			z := digits{1, 2, 3}
			lookIFMA(&z, &table[0], n, i)
			want := digits{}
			if i < n {
				want = table[i]
			}
			if z != want {
				t.Errorf("entry %d of %d: %x, want %x", i, n, z, want)
			}
		}
	}
}

// TestOctets checks the conversion to and from Montgomery form, and the final
// reduction.
func TestOctets(t *testing.T) {
	a := kernel(t)
	for _, x := range bases() {
		for _, form := range []*big.Int{x, new(big.Int).Add(x, prime)} {
			held := new(big.Int).Mul(form, montgomeryR)
			held.Mod(held, prime)
			for _, more := range []*big.Int{new(big.Int), prime} {
				d := number(new(big.Int).Add(held, more))
				var z [Size]byte
				if a.octets(&z, &d); z != *octetsOf(x) {
					t.Errorf("%x is %x", x, z)
				}
			}
			var d digits
			if form.BitLen() <= 8*Size {
				if d.set(octetsOf(form)); d != number(form) {
					t.Errorf("%x as digits is %x", form, d.number())
				}
			}
		}
	}
}

// FuzzMultiply compares the kernel with math/big on any numbers below 2p.
func FuzzMultiply(f *testing.F) {
	kernel(f)
	for i, x := range multiplicands() {
		if i%5 == 0 {
			f.Add(x.Bytes(), x.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, y := new(big.Int).SetBytes(a), new(big.Int).SetBytes(b)
		limit := new(big.Int).Lsh(prime, 1)
		checkMultiply(t, x.Mod(x, limit), y.Mod(y, limit))
	})
}

func BenchmarkMultiply(b *testing.B) {
	kernel(b)
	var octets [Size]byte
	for i := 0; i < Size; i += 8 {
		binary.BigEndian.PutUint64(octets[i:], rand.Uint64())
	}
	var x digits
	x.set(&octets)
	for b.Loop() {
		multiplyIFMA(&x, &x, &x)
	}
}
