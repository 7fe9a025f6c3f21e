package pin

import (
	"strings"
	"unicode"
)

// letters lists the look-alike characters of each digit.
var letters = [10]string{
	0: "OoQ",
	1: "Il|i!",
	2: "Zz",
	5: "Ss",
	6: "Gb",
	8: "B",
	9: "gq",
}

// alikeDigit returns the digit that a character looks like, or whose equivalent
// in another script it is.
func alikeDigit(r rune) (digit int, ok bool) {
	if unicode.IsDigit(r) {
		// The digits of a script follow each other, from its zero.
		for unicode.IsDigit(r - 1) {
			r--
			digit++
		}
		return digit % 10, true
	}
	for digit, alike := range letters {
		if strings.ContainsRune(alike, r) {
			return digit, true
		}
	}
	return 0, false
}
