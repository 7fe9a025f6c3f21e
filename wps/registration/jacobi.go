package registration

import (
	"encoding/binary"
	"math/big"
	"math/bits"

	"github.com/gowps/gowps/wps"
)

// jacobiLimbs is how many 64-bit limbs a number of the group has.
const jacobiLimbs = groupSize / 8

// primeLimbs is p, the least significant limb first.
var primeLimbs = jacobiNumber((*[groupSize]byte)(prime.Bytes()))

func jacobiNumber(b *[groupSize]byte) (n [jacobiLimbs]uint64) {
	for i := range n {
		n[i] = binary.BigEndian.Uint64(b[groupSize-8*(i+1):])
	}
	return n
}

// batch is how many steps are made on the lowest limbs before the numbers
// themselves follow.
const batch = 62

// legendre returns the Legendre symbol of a number modulo p, in a time that
// depends on the number.
//
// It is the method of Bernstein and Yang, "Fast constant-time gcd computation
// and modular inversion" (2019), with the changes by which libsecp256k1 keeps
// the numbers positive: the greatest common divisor of the number and p is
// sought by halving, adding and swapping, each of which changes the symbol in a
// known way. What happens in 62 steps depends on the lowest limbs alone, so the
// long numbers are touched once in 62 steps, by a matrix. math/big divides long
// numbers instead, and takes eight times as long.
func legendre(key *wps.PublicKey) int {
	f, g := primeLimbs, jacobiNumber((*[groupSize]byte)(key))
	n := jacobiLimbs
	s := jacobiSteps{delta: 1}
	// Nobody has proved that it ends. It does after 74 batches or so; for
	// zero it never does.
	for range 100 {
		m := s.batch(f[0], g[0])
		m.apply(f[:n], g[:n])
		for n > 1 && f[n-1]|g[n-1] == 0 {
			n--
		}
		if n == 1 && f[0] == 1 {
			return 1 - 2*int(s.negative&1)
		}
	}
	return big.Jacobi(new(big.Int).SetBytes(key[:]), prime)
}

// jacobiSteps is the state from batch to batch.
type jacobiSteps struct {
	delta    int    // by how many halvings g is ahead of f
	negative uint64 // bit 0: the symbol has changed its sign
}

// jacobiMatrix is what a batch does: f becomes (uf + vg) / 2^62, and g becomes
// (qf + rg) / 2^62. Both divisions leave no remainder, and neither sum of a row
// exceeds 2^62.
type jacobiMatrix struct{ u, v, q, r uint64 }

// batch makes 62 steps with the lowest limbs of f, which is odd, and g.
func (s *jacobiSteps) batch(f, g uint64) jacobiMatrix {
	m := jacobiMatrix{u: 1, r: 1}
	for left := batch; ; {
		// Halve g while it is even. (2/f) is −1 if f is 3 or 5 modulo 8.
		zeros := bits.TrailingZeros64(g | ^uint64(0)<<left)
		g >>= zeros
		m.u <<= zeros
		m.v <<= zeros
		s.delta += zeros
		left -= zeros
		s.negative ^= uint64(zeros) & (f>>1 ^ f>>2)
		if left == 0 {
			return m
		}
		// Both are odd. Swap them if g has been halved more often; by the
		// law of reciprocity (f/g) is −(g/f) if both are 3 modulo 4.
		if s.delta > 0 {
			s.delta = -s.delta
			s.negative ^= f & g >> 1
			f, g = g, f
			m.u, m.q = m.q, m.u
			m.v, m.r = m.r, m.v
		}
		// Add so much of f to g that up to six of its lowest bits vanish,
		// but not so many that the next swap, or the end, is passed:
		// f(f² − 2) is the inverse of −f modulo 2^6.
		limit := min(1-s.delta, left)
		w := f * (f*f - 2) * g & 63 & (1<<limit - 1)
		g += f * w
		m.q += m.u * w
		m.r += m.v * w
	}
}

// apply changes f and g by a matrix.
func (m *jacobiMatrix) apply(f, g []uint64) {
	var cf, cg sum // what has been added up, beyond the limbs written
	for i := range f {
		a, b := f[i], g[i]
		lowF, lowG := cf.add(m.u, a, m.v, b), cg.add(m.q, a, m.r, b)
		if i > 0 {
			f[i-1] |= lowF << (64 - batch)
			g[i-1] |= lowG << (64 - batch)
		}
		f[i], g[i] = lowF>>batch, lowG>>batch
	}
	f[len(f)-1] |= cf.high << (64 - batch)
	g[len(g)-1] |= cg.high << (64 - batch)
}

// sum adds up the limbs of a row.
type sum struct{ high uint64 }

// add adds xa + yb to what was carried, and returns the lowest limb.
func (s *sum) add(x, a, y, b uint64) uint64 {
	h1, l1 := bits.Mul64(x, a)
	h2, l2 := bits.Mul64(y, b)
	low, carry := bits.Add64(l1, l2, 0)
	high := h1 + h2 + carry
	low, carry = bits.Add64(low, s.high, 0)
	s.high = high + carry
	return low
}
