package pin

import (
	"crypto/subtle"
	"math/rand/v2"
)

// PIN is a device password of 8 or 4 decimal digits. It is a small value that
// can be compared with == and used as the key of a map. The zero value is no
// PIN.
//
// A PIN comes from [Parse], [ParseAnyChecksum], [Complete], [Generate] or
// [All].
type PIN struct {
	// scrambled is the code of the PIN times scramble, modulo 2³². The code
	// is 0 for no PIN, 1… for the PINs of 8 digits and eights+1… for those
	// of 4, in the order of their numbers.
	scrambled uint32
}

// eights and fours are how many numbers of 8 and of 4 digits there are.
const (
	eights = 100_000_000
	fours  = 10_000
)

// scramble hides the number from a dump that reaches into a PIN, where package
// fmt can call no method. It is odd, so it has an inverse, and differs in
// each process, so that a log does not reveal the PIN to someone who has
// this source. It need not be cryptographically strong, and it must not wait for
// entropy when a device starts.
var (
	scramble   = rand.Uint32() | 1
	unscramble = inverse(scramble)
)

// inverse returns the inverse modulo 2³² of an odd number: x is right to 3
// bits, and each of Newton's steps doubles that.
func inverse(odd uint32) uint32 {
	x := odd
	for range 4 {
		x *= 2 - odd*x
	}
	return x
}

// of8 returns the PIN with the 8 digits of number, which is below eights.
func of8(number uint32) PIN { return PIN{(1 + number) * scramble} }

// of4 returns the PIN with the 4 digits of number, which is below fours.
func of4(number uint32) PIN { return PIN{(1 + eights + number) * scramble} }

// parts returns the number that the digits form and how many they are.
func (p PIN) parts() (number uint32, digits int) {
	code := p.scrambled * unscramble
	switch {
	case code == 0:
		return 0, 0
	case code <= eights:
		return code - 1, 8
	default:
		return code - 1 - eights, 4
	}
}

// IsZero reports whether p is no PIN.
func (p PIN) IsZero() bool { return p == PIN{} }

// Len returns the number of digits: 8, 4, or 0 for no PIN.
func (p PIN) Len() int {
	_, digits := p.parts()
	return digits
}

// Equal reports whether p and q are the same PIN, in constant time. PINs of
// different length are different: 0012 is not 00000012.
func (p PIN) Equal(q PIN) bool {
	return subtle.ConstantTimeEq(int32(p.scrambled), int32(q.scrambled)) == 1
}

// Digits returns the digits, with leading zeros and without separators; the
// empty string for no PIN. This is the secret itself, for a display or a label.
func (p PIN) Digits() string {
	var digits [8]byte
	return string(p.AppendDigits(digits[:0]))
}

// AppendDigits appends the digits as ASCII to dst: the device password as the
// protocol uses it (WSC 2.0 §7.4). Unlike a string, dst can be cleared.
func (p PIN) AppendDigits(dst []byte) []byte {
	number, digits := p.parts()
	start := len(dst)
	dst = append(dst, "00000000"[:digits]...)
	for i := len(dst) - 1; i >= start; i-- {
		dst[i] = '0' + byte(number%10)
		number /= 10
	}
	return dst
}

// Halves returns the two halves of the digits, which the Registration Protocol
// proves one after the other (WSC 2.0 §7.4): 4 and 4 digits of 8, 2 and 2 of 4.
func (p PIN) Halves() (first, second string) {
	digits := p.Digits()
	half := len(digits) / 2
	return digits[:half], digits[half:]
}
