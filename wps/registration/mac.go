package registration

import (
	"crypto/sha256"
	"encoding"
	"hash"
)

// mac is HMAC-SHA-256 (RFC 2104), under one key after another. A run computes
// 22 MACs under three keys: mac keeps the states derived from the key, as
// package crypto/hmac does, but allocates nothing and can be cleared.
type mac struct {
	hash         sha256Hash
	inner, outer [sha256State]byte // after the block that is the key, xor 0x36 and 0x5C
	sum          [sha256.Size]byte
	scratch      [sha256.BlockSize]byte // a key's block, or a short message
}

// sha256Hash is the type returned by crypto/sha256.
type sha256Hash interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// sha256State is the length of its state, in octets.
const sha256State = 108

// newMAC returns a MAC without a key.
func newMAC() mac { return mac{hash: sha256.New().(sha256Hash)} }

// setKey sets a key of at most 64 octets, and keeps no reference to it.
func (m *mac) setKey(key []byte) {
	m.prepare(&m.inner, key, 0x36)
	m.prepare(&m.outer, key, 0x5C)
}

func (m *mac) prepare(state *[sha256State]byte, key []byte, pad byte) {
	clear(m.scratch[copy(m.scratch[:], key):])
	for i := range m.scratch {
		m.scratch[i] ^= pad
	}
	m.hash.Reset()
	m.hash.Write(m.scratch[:])
	if s, err := m.hash.AppendBinary(state[:0]); err != nil || len(s) != len(state) {
		panic("registration: the state of SHA-256 is not one of 108 octets")
	}
}

func (m *mac) restore(state *[sha256State]byte) {
	if err := m.hash.UnmarshalBinary(state[:]); err != nil {
		panic("registration: SHA-256 refuses a state of its own: " + err.Error())
	}
}

// of returns the MAC of the concatenated parts. The result is valid until the
// next call.
func (m *mac) of(parts ...[]byte) []byte {
	m.restore(&m.inner)
	for _, part := range parts {
		m.hash.Write(part)
	}
	sum := m.hash.Sum(m.sum[:0])
	m.restore(&m.outer)
	m.hash.Write(sum)
	return m.hash.Sum(m.sum[:0])
}

// clear overwrites everything derived from the key.
func (m *mac) clear() {
	m.hash.Reset()
	if state, err := m.hash.AppendBinary(m.inner[:0]); err == nil {
		m.hash.UnmarshalBinary(state) // overwrites the buffered block, which Reset does not
	}
	*m = mac{hash: m.hash}
}
