package pin

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
)

// Generate returns a new random PIN of 8 digits. All valid PINs are equally
// probable, except that it never returns a PIN of which [PIN.WellKnown] warns.
//
// Randomness is read from rand, four octets for each draw, or from package
// crypto/rand if rand is nil; then Generate does not fail. It fails with the
// error of rand, or with [ErrRandom] if rand yields nothing usable in 100
// draws, which does not happen by chance.
func Generate(rand io.Reader) (PIN, error) {
	const (
		sevens = eights / 10
		// usable draws are a multiple of sevens, so that their remainders
		// are without bias.
		usable = 1<<32 - 1<<32%sevens
	)
	if rand == nil {
		rand = crand.Reader
	}
	var draw [4]byte
	for range 100 {
		if _, err := io.ReadFull(rand, draw[:]); err != nil {
			return PIN{}, fmt.Errorf("pin: reading randomness: %w", err)
		}
		n := binary.BigEndian.Uint32(draw[:])
		if n >= usable {
			continue
		}
		seven := n % sevens
		p := of8(10*seven + uint32(Checksum(seven)))
		if _, known := p.WellKnown(); !known {
			return p, nil
		}
	}
	return PIN{}, fmt.Errorf("pin: %w", ErrRandom)
}
