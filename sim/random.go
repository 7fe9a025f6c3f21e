package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// RandomSource is a source of randomness for one purpose of one device. Its bits
// depend only on the seed of the world, the device's name and the purpose, so
// that drawing more for one purpose does not change another. Anyone who has the
// seed can compute them. It is not safe for concurrent use.
type RandomSource struct{ rand.PCG }

// NewRandomSource returns the source of a purpose, from its beginning. Devices in a
// world use [Port.Rand].
func NewRandomSource(seed uint64, who, purpose string) *RandomSource {
	s := new(RandomSource)
	s.begin(seed, who, purpose)
	return s
}

func (s *RandomSource) begin(seed uint64, who, purpose string) {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 64), seed)
	b = append(append(b, who...), 0)
	sum := sha256.Sum256(append(b, purpose...))
	s.Seed(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))
}

// newRand returns the source of a purpose as numbers.
func newRand(seed uint64, who, purpose string) *rand.Rand {
	r := new(struct {
		stream  RandomSource
		numbers rand.Rand
	})
	r.stream.begin(seed, who, purpose)
	r.numbers = *rand.New(&r.stream)
	return &r.numbers
}

// Read fills b. It never fails.
func (s *RandomSource) Read(b []byte) (int, error) {
	n := len(b)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, s.Uint64())
		b = b[8:]
	}
	if len(b) > 0 {
		var last [8]byte
		binary.LittleEndian.PutUint64(last[:], s.Uint64())
		copy(b, last[:])
	}
	return n, nil
}
