package group5

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"os"
	"testing"
)

// implementations are those available on this processor and in this build.
var implementations = func() map[string]arithmetic {
	all := map[string]arithmetic{"portable": newPortable()}
	for _, k := range kernels {
		if a := k.new(); a != nil {
			all[k.name] = a
		}
	}
	return all
}()

// TestKernels reports the kernels that are not tested on this processor. Each
// can be required by the variable WPS_ with its name.
func TestKernels(t *testing.T) {
	for _, r := range radices {
		name := r.kernel
		t.Run(name, func(t *testing.T) {
			if implementations[name] != nil {
				return
			}
			if variable := "WPS_" + name; os.Getenv(variable) == "required" {
				t.Fatalf("this processor or this build has no %s, which %s requires", name, variable)
			}
			t.Skipf("this processor or this build has no %s: the kernel is only interpreted", name)
		})
	}
}

// exponents are exponents that are critical for a comb.
func exponents() map[string][]byte {
	x := map[string][]byte{
		"one":          {1},
		"two":          {2},
		"leading zero": append(make([]byte, 31), 3),
		"all ones":     bytes.Repeat([]byte{0xFF}, exponentSize),
		"bits 01":      bytes.Repeat([]byte{0x55}, exponentSize),
		"bits 10":      bytes.Repeat([]byte{0xAA}, exponentSize),
		"25 octets":    bytes.Repeat([]byte{0x9C}, 25),
		"33 octets":    bytes.Repeat([]byte{0x9C}, 33),
		"192 octets":   bytes.Repeat([]byte{0xFE}, Size),
	}
	for _, bit := range []int{1, 51, 52, 103, 104, 155, 156, 207, 208, 254, 255} {
		x[fmt.Sprintf("bit %d", bit)] = new(big.Int).Lsh(big.NewInt(1), uint(bit)).Bytes()
	}
	for tooth := range combTeeth { // a single tooth: every digit has one bit
		x[fmt.Sprintf("tooth %d", tooth)] = new(big.Int).Lsh(big.NewInt(1<<combColumns-1), uint(tooth*combColumns)).Bytes()
		if tooth == combTeeth-1 { // of which only 48 are in the exponent
			x[fmt.Sprintf("tooth %d", tooth)] = new(big.Int).Lsh(big.NewInt(1<<48-1), uint(tooth*combColumns)).Bytes()
		}
	}
	for column := range combColumns { // a single column: all other digits are zero
		bits := new(big.Int)
		for bit := column; bit < 8*exponentSize; bit += combColumns {
			bits.SetBit(bits, bit, 1)
		}
		x[fmt.Sprintf("column %d", column)] = bits.Bytes()
	}
	return x
}

// bases are critical numbers below p: at either end, and with runs of zeros and
// of ones that end at the boundary of a word or a digit.
func bases() (all []*big.Int) {
	one := big.NewInt(1)
	for n := int64(0); n < 4; n++ {
		all = append(all, big.NewInt(n), new(big.Int).Sub(prime, big.NewInt(n+1)))
	}
	for _, size := range []uint{52, 64} {
		for bit := size; bit < 8*Size; bit += size {
			power := new(big.Int).Lsh(one, bit)
			all = append(all, power, new(big.Int).Sub(power, one), new(big.Int).Sub(prime, power))
		}
	}
	random := mathrand.New(mathrand.NewPCG(5, 3526))
	for range 10 {
		x := randomNumber(random)
		all = append(all, x.Mod(x, prime))
	}
	return all
}

func checkPower(t *testing.T, a arithmetic, base *big.Int, exponent []byte) {
	t.Helper()
	var z [Size]byte
	a.power(&z, octetsOf(base), exponent)
	if want := octetsOf(new(big.Int).Exp(base, new(big.Int).SetBytes(exponent), prime)); z != *want {
		t.Errorf("%x^%x:\n got %x\nwant %x", base, exponent, z, *want)
	}
}

func checkPowerOfTwo(t *testing.T, a arithmetic, exponent []byte) {
	t.Helper()
	var x [exponentSize]byte
	copy(x[exponentSize-len(exponent):], exponent)
	var z [Size]byte
	a.powerOfTwo(&z, &x)
	if want := octetsOf(new(big.Int).Exp(big.NewInt(2), new(big.Int).SetBytes(exponent), prime)); z != *want {
		t.Errorf("2^%x:\n got %x\nwant %x", exponent, z, *want)
	}
}

// TestPower compares with math/big.
func TestPower(t *testing.T) {
	for name, a := range implementations {
		t.Run(name, func(t *testing.T) {
			for _, base := range bases() {
				for _, exponent := range [][]byte{{}, {0}, {1}, {2}, {3}, {0, 0x10}, {0x8F, 0xF0, 0x01}} {
					checkPower(t, a, base, exponent)
				}
			}
			random := big.NewInt(0).Sub(prime, big.NewInt(12345))
			for _, exponent := range exponents() {
				checkPower(t, a, random, exponent)
			}
		})
	}
}

// TestComb compares with math/big.
func TestComb(t *testing.T) {
	for name, a := range implementations {
		t.Run(name, func(t *testing.T) {
			for _, exponent := range exponents() {
				if len(exponent) <= exponentSize {
					checkPowerOfTwo(t, a, exponent)
				}
			}
			exponent := make([]byte, exponentSize)
			for range 200 {
				rand.Read(exponent)
				checkPowerOfTwo(t, a, exponent)
			}
		})
	}
}

// FuzzPower compares all implementations with math/big.
func FuzzPower(f *testing.F) {
	for _, exponent := range exponents() {
		f.Add(plus(-3)[:], exponent)
	}
	for _, base := range bases() {
		f.Add(base.Bytes(), []byte{3})
	}
	f.Fuzz(func(t *testing.T, base, exponent []byte) {
		x := new(big.Int).SetBytes(base)
		x.Mod(x, prime)
		exponent = exponent[:min(len(exponent), Size)]
		for _, a := range implementations {
			checkPower(t, a, x, exponent)
			if len(exponent) <= exponentSize {
				checkPowerOfTwo(t, a, exponent)
			}
		}
	})
}

// TestKnownAnswers checks the key agreements in the vectors of iwd and hostap.
func TestKnownAnswers(t *testing.T) {
	text, err := os.ReadFile("../../testdata/kat.json")
	if err != nil {
		t.Fatal(err)
	}
	var runs []struct {
		Tag                    string
		E                      string `json:"e_priv"`
		R                      string `json:"r_priv"`
		PKE, PKR, SharedSecret string
	}
	text = bytes.ReplaceAll(text, []byte(`"ss":`), []byte(`"SharedSecret":`))
	if err := json.Unmarshal(text, &runs); err != nil || len(runs) != 4 {
		t.Fatalf("%d runs, error %v", len(runs), err)
	}
	number := func(digits string) *big.Int {
		x, ok := new(big.Int).SetString(digits, 16)
		if !ok {
			t.Fatalf("%q is no number", digits)
		}
		return x
	}
	for name, a := range implementations {
		for _, run := range runs {
			t.Run(name+"/"+run.Tag, func(t *testing.T) {
				for _, power := range []struct{ what, base, exponent, want string }{
					{"PKE", "2", run.E, run.PKE},
					{"PKR", "2", run.R, run.PKR},
					{"the enrollee's secret", run.PKR, run.E, run.SharedSecret},
					{"the registrar's secret", run.PKE, run.R, run.SharedSecret},
				} {
					var z [Size]byte
					a.power(&z, octetsOf(number(power.base)), number(power.exponent).Bytes())
					if want := octetsOf(number(power.want)); z != *want {
						t.Errorf("%s: %s, want %s", power.what, hex.EncodeToString(z[:]), power.want)
					}
				}
			})
		}
	}
}

func BenchmarkPower256(b *testing.B) {
	exponent := make([]byte, exponentSize)
	rand.Read(exponent)
	for name, a := range implementations {
		b.Run(name, func(b *testing.B) {
			var z [Size]byte
			b.ReportAllocs()
			for b.Loop() {
				a.power(&z, plus(-12345), exponent)
			}
		})
	}
}

func BenchmarkKeyPair(b *testing.B) {
	var x [exponentSize]byte
	rand.Read(x[:])
	for name, a := range implementations {
		b.Run(name, func(b *testing.B) {
			var z [Size]byte
			a.powerOfTwo(&z, &x)
			b.ReportAllocs()
			for b.Loop() {
				a.powerOfTwo(&z, &x)
			}
		})
	}
}

// BenchmarkFirstKey is the cost of the only key of a program: the choice of the
// arithmetic with its constants, and an exponentiation without the comb.
func BenchmarkFirstKey(b *testing.B) {
	var x [exponentSize]byte
	rand.Read(x[:])
	portable := kernel{"portable", func() arithmetic { return newPortable() }}
	for _, k := range append([]kernel{portable}, kernels...) {
		b.Run(k.name, func(b *testing.B) {
			if k.new() == nil {
				b.Skip("this processor cannot execute it")
			}
			var z [Size]byte
			for b.Loop() {
				k.new().power(&z, &[Size]byte{Size - 1: 2}, x[:])
			}
		})
	}
}
