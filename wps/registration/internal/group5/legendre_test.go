package group5

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"testing"
)

// legendreEdges returns numbers that are difficult in some way.
func legendreEdges() (edges []*big.Int) {
	around := func(x *big.Int) {
		for n := int64(-2); n <= 2; n++ {
			y := big.NewInt(n)
			if y.Add(y, x); y.Sign() >= 0 && y.BitLen() <= 8*Size {
				edges = append(edges, y)
			}
		}
	}
	around(new(big.Int)) // 0, a multiple of p
	around(prime)        // p, and what is above it
	// Words of zeros and of ones, up to the largest number that fits in a key.
	for n := uint(1); n <= 8*Size; n += 5 {
		around(new(big.Int).Lsh(big.NewInt(1), n))
	}
	random := rand.New(rand.NewPCG(1536, 5))
	for factor := int64(3); factor < 100; factor += 2 {
		x := randomNumber(random)
		edges = append(edges, x.Rsh(x, 7).Mul(x, big.NewInt(factor)))
	}
	// Near a fraction u/v of p, all but the lowest bits of a and b are the same
	// once v has vanished, at any point of a batch.
	for range 200 {
		v := randomNumber(random)
		v.Rsh(v, random.UintN(8*Size)).Add(v, big.NewInt(1))
		u := randomNumber(random)
		u.Mod(u, v)
		around(u.Mul(u, prime).Quo(u, v))
	}
	return edges
}

func randomNumber(random *rand.Rand) *big.Int {
	var octets [Size]byte
	for i := 0; i < len(octets); i += 8 {
		binary.BigEndian.PutUint64(octets[i:], random.Uint64())
	}
	return new(big.Int).SetBytes(octets[:])
}

func checkLegendre(t *testing.T, x *big.Int) {
	t.Helper()
	if got, want := Legendre(octetsOf(x)), big.Jacobi(x, prime); got != want {
		t.Errorf("Legendre(%x) = %d, want %d", x, got, want)
	}
}

// TestLegendre compares with math/big, which uses Euclid's algorithm.
func TestLegendre(t *testing.T) {
	for _, x := range legendreEdges() {
		checkLegendre(t, x)
	}
	random := rand.New(rand.NewPCG(5, 1536))
	for range 1000 {
		x := randomNumber(random)
		checkLegendre(t, x)
		checkLegendre(t, x.Rsh(x, random.UintN(8*Size)))
	}
}

func FuzzLegendre(f *testing.F) {
	for i, x := range legendreEdges() {
		if i%100 == 0 {
			f.Add(x.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		checkLegendre(t, new(big.Int).SetBytes(octets[:min(len(octets), Size)]))
	})
}

// BenchmarkLegendre compares with math/big, over enough keys that the branch
// predictor cannot learn their bits.
func BenchmarkLegendre(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	keys := make([][Size]byte, 256)
	for i := range keys {
		keys[i] = *octetsOf(randomNumber(random))
	}
	for _, bench := range []struct {
		name   string
		symbol func(*[Size]byte) int
	}{
		{"batches", Legendre},
		{"math-big", func(key *[Size]byte) int {
			return big.Jacobi(new(big.Int).SetBytes(key[:]), prime)
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				bench.symbol(&keys[i%len(keys)])
			}
		})
	}
}
