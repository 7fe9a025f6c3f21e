package registration

import (
	"crypto/sha256"
	"crypto/subtle"
)

// hmacSHA256 returns HMAC-SHA-256 (RFC 2104) under a key over the concatenated
// parts. A run computes 22 of them. Unlike package crypto/hmac it allocates
// nothing, so that nothing that follows from a key stays on the heap, and a
// waiting run keeps only the key.
func hmacSHA256(key *[32]byte, parts ...[]byte) (sum [sha256.Size]byte) {
	block := innerPad
	subtle.XORBytes(block[:], block[:], key[:])
	inner := sha256.New()
	inner.Write(block[:])
	for _, part := range parts {
		inner.Write(part)
	}
	inner.Sum(sum[:0])

	block = outerPad
	subtle.XORBytes(block[:], block[:], key[:])
	outer := sha256.New()
	outer.Write(block[:])
	outer.Write(sum[:])
	outer.Sum(sum[:0])
	clear(block[:])
	return sum
}

// innerPad and outerPad are xored with the key, and hashed first.
var (
	innerPad = padOf(0x36)
	outerPad = padOf(0x5C)
)

func padOf(octet byte) (pad [sha256.BlockSize]byte) {
	for i := range pad {
		pad[i] = octet
	}
	return pad
}
