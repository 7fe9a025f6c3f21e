//go:build amd64 && !purego

package group5

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"unsafe"
)

// code is the assembly of a kernel, as it is executed.
type code struct {
	multiply multiplication
	look     func(z, table []uint64, n, index uint64)
}

var codes = map[string]code{
	"IFMA": {
		func(z, x, y []uint64) { multiplyIFMA((*digits)(z), (*digits)(x), (*digits)(y)) },
		func(z, table []uint64, n, index uint64) { lookIFMA((*digits)(z), (*digits)(table), n, index) },
	},
	"ADX": {
		func(z, x, y []uint64) { multiplyADX((*words)(z), (*words)(x), (*words)(y)) },
		func(z, table []uint64, n, index uint64) { lookADX((*words)(z), (*words)(table), n, index) },
	},
}

// forEachKernel runs a test with each kernel that this processor can execute.
// TestKernels reports the others.
func forEachKernel(t *testing.T, test func(t *testing.T, r *radix, c code)) {
	for _, r := range radices {
		if implementations[r.kernel] != nil {
			t.Run(r.kernel, func(t *testing.T) { test(t, &r, codes[r.kernel]) })
		}
	}
}

// TestMultiply tries every pair of critical factors.
func TestMultiply(t *testing.T) {
	forEachKernel(t, func(t *testing.T, r *radix, c code) {
		check := func(x, y *big.Int) { t.Helper(); r.check(t, c.multiply, x, y) }
		all := slices.Concat(r.edges(), r.boundaries(), r.ripples())
		for _, x := range all {
			for _, y := range all {
				check(x, y)
			}
		}
		// All digits ones, which may be beyond the range of one factor.
		ones := new(big.Int).Sub(r.r(), big.NewInt(1))
		check(ones, all[len(all)-1])
		check(all[len(all)-1], ones)
		r.random(1000, check)
	})
}

func TestCarries(t *testing.T) {
	forEachKernel(t, func(t *testing.T, r *radix, c code) {
		r.carries(func(x, y *big.Int) { t.Helper(); r.check(t, c.multiply, x, y) })
	})
}

// TestLook checks that each entry is found, and nothing beyond the table.
func TestLook(t *testing.T) {
	forEachKernel(t, func(t *testing.T, r *radix, c code) {
		table := make([]uint64, 32*r.size)
		for i := range table {
			table[i] = rand.Uint64()
		}
		for _, n := range []uint64{1, 16, 32} {
			for i := range n + 1 {
				z := r.digits(big.NewInt(12345))
				c.look(z, table, n, i)
				want := make([]uint64, r.size)
				if i < n {
					copy(want, table[int(i)*r.size:])
				}
				if !slices.Equal(z, want) {
					t.Errorf("entry %d of %d: %x, want %x", i, n, z, want)
				}
			}
		}
	})
}

// TestOctets checks the conversion to and from Montgomery form, and the final
// reduction.
func TestOctets(t *testing.T) {
	forEachKernel(t, func(t *testing.T, r *radix, _ code) {
		for _, x := range bases() {
			held := new(big.Int).Mul(x, r.r())
			held.Mod(held, prime)
			for _, form := range []*big.Int{held, new(big.Int).Add(held, prime)} {
				if form.Cmp(r.limit) >= 0 {
					continue
				}
				var z [Size]byte
				switch a := implementations[r.kernel].(type) {
				case *montgomery[digits]:
					a.octets(&z, (*digits)(r.digits(form)))
				case *montgomery[words]:
					a.octets(&z, (*words)(r.digits(form)))
				}
				if z != *octetsOf(x) {
					t.Errorf("%x is %x", x, z)
				}
			}
		}
	})
}

// TestStack checks that power leaves no copy of the result or of the exponent on
// the stack.
func TestStack(t *testing.T) {
	forEachKernel(t, func(t *testing.T, r *radix, _ code) {
		defer debug.SetGCPercent(debug.SetGCPercent(-1)) // so that the stack does not shrink
		// A preemption saves registers on the stack, so what a single run leaves
		// there does not count.
		var left map[string]int
		for range 3 {
			if left = copiesLeft(r); len(left) == 0 {
				return
			}
		}
		for what, words := range left {
			t.Errorf("%d words of %s are on the stack", words, what)
		}
	})
}

// copiesLeft returns what power leaves on the stack: how many words of what. A
// single word is not a copy.
func copiesLeft(r *radix) map[string]int {
	deepen()
	base, exponent, z := plus(-12345), make([]byte, exponentSize), new([Size]byte)
	for i := range exponent {
		exponent[i] = byte(rand.Uint32())
	}
	implementations[r.kernel].power(z, base, exponent)
	readBelow(&below)

	plain, result := wordsOf(z), new(big.Int).SetBytes(z[:])
	held := func(x *big.Int) *big.Int {
		x = new(big.Int).Mul(x, r.r())
		return x.Mod(x, prime)
	}
	factor := new(big.Int).SetBytes(base[:])
	factor.Exp(factor, big.NewInt(int64(exponent[exponentSize-1]&15)), prime)
	left := make(map[string]int)
	for what, words := range map[string][]uint64{
		"the result, in octets":                 littleEndian(z[:]),
		"the result, in words":                  plain[:],
		"the result, in digits":                 r.digits(result),
		"the result in Montgomery form":         r.digits(held(result)),
		"the result in Montgomery form, plus p": r.digits(new(big.Int).Add(held(result), prime)),
		"the last factor":                       r.digits(held(factor)),
		"the exponent":                          littleEndian(exponent),
	} {
		n := 0
		for _, word := range words {
			if word != 0 && slices.Contains(below[:], word) {
				n++
			}
		}
		if n > 1 {
			left[what] = n
		}
	}
	return left
}

// deepen makes the stack so large that readBelow does not leave it.
//
//go:noinline
func deepen() {
	var space [4 * len(below)]uint64
	runtime.KeepAlive(&space)
}

// below is what readBelow reads. It is not on the stack, so it does not overwrite
// what is left there.
var below [1024]uint64

// readBelow reads the stack below its own frame, where the functions called
// before had theirs.
//
//go:noinline
//go:nosplit
//go:norace
func readBelow(dst *[1024]uint64) {
	var here uint64
	for i := range dst {
		dst[i] = *(*uint64)(unsafe.Add(unsafe.Pointer(&here), -8*(i+1)))
	}
}

// littleEndian returns octets as the processor reads them.
func littleEndian(octets []byte) (words []uint64) {
	for ; len(octets) > 0; octets = octets[8:] {
		words = append(words, binary.LittleEndian.Uint64(octets))
	}
	return words
}

// TestDigits checks the conversion of octets to digits, and of digits to words,
// of numbers up to 1536 bits.
func TestDigits(t *testing.T) {
	r := radices[0]
	for _, x := range append(bases(), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 8*Size), big.NewInt(1))) {
		var d digits
		if d.set(octetsOf(x)); !slices.Equal(d[:], r.digits(x)) {
			t.Errorf("%x as digits is %x", x, d)
		}
		var w words
		if d.toWords(&w); w != wordsOf(octetsOf(x)) {
			t.Errorf("%x as words is %x", x, w)
		}
	}
}

// FuzzMultiply compares the kernels with math/big on any factors.
func FuzzMultiply(f *testing.F) {
	for _, r := range radices {
		for _, x := range append(r.edges(), r.boundaries()...) {
			f.Add(x.Bytes(), x.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		for _, r := range radices {
			if implementations[r.kernel] == nil {
				continue
			}
			x, y := new(big.Int).SetBytes(a), new(big.Int).SetBytes(b)
			r.check(t, codes[r.kernel].multiply, x.Mod(x, r.limit), y.Mod(y, r.limit))
		}
	})
}

func BenchmarkMultiply(b *testing.B) {
	for _, r := range radices {
		x := r.digits(new(big.Int).Sub(prime, big.NewInt(12345)))
		y := slices.Clone(x)
		for _, op := range []struct {
			name   string
			factor []uint64
		}{{"product", y}, {"square", x}} {
			b.Run(r.kernel+"/"+op.name, func(b *testing.B) {
				if implementations[r.kernel] == nil {
					b.Skip("this processor cannot execute it")
				}
				for b.Loop() {
					codes[r.kernel].multiply(x, x, op.factor)
				}
			})
		}
	}
}
