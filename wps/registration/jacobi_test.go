package registration

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestLegendre compares with math/big, for keys of every size and the ends of
// the range.
func TestLegendre(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	check := func(x *big.Int) {
		t.Helper()
		key := publicKeyOf(x)
		if got, want := legendre(&key), big.Jacobi(x, prime); got != want {
			t.Errorf("(%x/p) is %d, not %d", x, got, want)
		}
	}
	for i := range int64(300) {
		check(big.NewInt(i))
		check(new(big.Int).Sub(prime, big.NewInt(i)))
	}
	for size := range 8 * groupSize {
		check(new(big.Int).Lsh(big.NewInt(1), uint(size)))
		check(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(size)), big.NewInt(1)))
	}
	for range 2000 {
		var key wps.PublicKey
		for i := range key {
			key[i] = byte(random.Uint32())
		}
		check(new(big.Int).Rsh(new(big.Int).SetBytes(key[:]), uint(random.IntN(8*groupSize))))
	}
}

func FuzzLegendre(f *testing.F) {
	f.Add([]byte{2})
	f.Add(prime.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		x := new(big.Int).SetBytes(b[:min(len(b), groupSize)])
		key := publicKeyOf(x)
		if got, want := legendre(&key), big.Jacobi(x, prime); got != want {
			t.Errorf("(%x/p) is %d, not %d", x, got, want)
		}
	})
}

func BenchmarkLegendre(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var keys [64]wps.PublicKey
	for i := range keys {
		for j := range keys[i] {
			keys[i][j] = byte(random.Uint32())
		}
	}
	b.Run("ours", func(b *testing.B) {
		for i := range b.N {
			legendre(&keys[i%len(keys)])
		}
	})
	b.Run("reference=math/big", func(b *testing.B) {
		for i := range b.N {
			big.Jacobi(new(big.Int).SetBytes(keys[i%len(keys)][:]), prime)
		}
	})
}
