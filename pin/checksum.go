package pin

// Checksum returns the check digit, 0 to 9, of the seven digits of a number
// from 0 to 9999999 (the rule of hostap's wps_pin_checksum): the digits count
// three times and once in turn, from the last; the check digit makes the sum a
// multiple of ten. The rule extends to numbers of any length.
func Checksum(seven uint32) int {
	// The sum is of the negated weights: modulo ten, -3 is 7 and -1 is 9.
	var sum uint32
	for ; seven > 0; seven /= 100 {
		sum += 7*(seven%10) + 9*(seven/10%10)
	}
	return int(sum % 10)
}

// Valid reports whether p is a PIN and its checksum holds. A PIN of 4 digits has
// no checksum that could fail.
func (p PIN) Valid() bool {
	number, digits := p.parts()
	switch digits {
	case 8:
		return Checksum(number/10) == int(number%10)
	case 4:
		return true
	default:
		return false
	}
}
