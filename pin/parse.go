package pin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads a PIN as people type or paste it: 8 digits with the right check
// digit, or 4 digits.
//
//	12345670   1234-5670   1234 5670   12 34 56 70   " 12345670\n"   1234
//
// White space around the PIN is ignored. Between two digits there may be spaces
// and one dash. A no-break or other Unicode space, and a hyphen, dash or minus
// sign that a word processor has put in place of "-", count as such. Digits are
// 0 to 9 of ASCII, as the protocol's.
//
// The error is an [*Error] of class [ErrCharacter] if something does not belong
// in a PIN, else [ErrLength], else [ErrChecksum].
func Parse(s string) (PIN, error) {
	number, count, last, err := scan(s)
	if err != nil {
		return PIN{}, err
	}
	if count == 8 {
		if want := Checksum(number / 10); want != int(number%10) {
			return PIN{}, checksumError(s, last, want)
		}
	}
	return ofDigits(number, count)
}

// ParseAnyChecksum is like [Parse] but takes 8 digits with any check digit.
// Users have set such PINs on some devices, and neither hostap nor iwd refuses
// them. [PIN.Valid] reports whether the checksum is right; if not, warn the
// person who typed it.
func ParseAnyChecksum(s string) (PIN, error) {
	number, count, _, err := scan(s)
	if err != nil {
		return PIN{}, err
	}
	return ofDigits(number, count)
}

// MustParse is like [Parse] but panics if s is not a valid PIN. It is for
// PINs in source, as in tests.
func MustParse(s string) PIN {
	p, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}

// Complete adds the check digit to seven digits, which may be written as in
// [Parse]. It fails with an [*Error] of class [ErrCharacter] or [ErrLength].
func Complete(digits string) (PIN, error) {
	number, count, _, err := scan(digits)
	if err != nil {
		return PIN{}, err
	}
	if count != 7 {
		return PIN{}, lengthError(count, "7 are needed, all but the check digit")
	}
	return of8(10*number + uint32(Checksum(number))), nil
}

// ofDigits returns the PIN of a number and its count of digits.
func ofDigits(number uint32, count int) (PIN, error) {
	switch count {
	case 8:
		return of8(number), nil
	case 4:
		return of4(number), nil
	default:
		return PIN{}, lengthError(count, "8 or 4 are needed")
	}
}

// scan reads digits and separators: the number that the digits form (if they
// are not more than 9), how many they are, and the offset of the last.
func scan(s string) (number uint32, count, last int, err error) {
	end := len(strings.TrimRightFunc(s, unicode.IsSpace))
	dash := 0 // offset of a dash after the last digit; 0 is none, because a digit stands before it
	for i := 0; i < end; {
		c := s[i]
		if '0' <= c && c <= '9' {
			number = 10*number + uint32(c-'0')
			count++
			last = i
			dash = 0
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:end])
		switch {
		case isSpace(r), count == 0 && unicode.IsSpace(r):
		case isDash(r) && count > 0 && dash == 0:
			dash = i
		default:
			return 0, 0, 0, characterError(s, i)
		}
		i += size
	}
	if dash > 0 {
		return 0, 0, 0, characterError(s, dash)
	}
	return number, count, last, nil
}

// isSpace reports whether r may stand between digits as a space. A line's end
// may not: what follows is another line.
func isSpace(r rune) bool { return r == ' ' || r == '\t' || unicode.Is(unicode.Zs, r) }

// isDash reports whether r is a dash, or what copied text has in place of one.
func isDash(r rune) bool {
	const minus, softHyphen = '\u2212', '\u00ad'
	return r == '-' || r == minus || r == softHyphen || unicode.Is(unicode.Pd, r)
}

// lengthError says how many digits there are and how many there should be.
func lengthError(count int, needed string) error {
	return &Error{
		Err:    ErrLength,
		Digits: count,
		Detail: fmt.Sprintf("%d where %s", count, needed),
	}
}

// checksumError says which check digit should stand at the offset.
func checksumError(s string, offset, want int) error {
	return &Error{
		Err:    ErrChecksum,
		Pos:    position(s, offset),
		Offset: offset,
		Want:   want,
		Detail: fmt.Sprintf("the last digit should be %d", want),
	}
}

// characterError says what stands at the offset.
func characterError(s string, offset int) error {
	pos := position(s, offset)
	return &Error{
		Err:    ErrCharacter,
		Pos:    pos,
		Offset: offset,
		Detail: fmt.Sprintf("character %d is %s", pos, describe(s[offset:])),
	}
}

// position returns the number of the character at the offset, from 1, not
// counting the space before the PIN.
func position(s string, offset int) int {
	return 1 + utf8.RuneCountInString(strings.TrimLeftFunc(s[:offset], unicode.IsSpace))
}

// describe describes the first character of s, so that a person who cannot see
// a difference to a digit can find it.
func describe(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	digit, alike := alikeDigit(r)
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf("the octet 0x%02x, which is not UTF-8 text", s[0])
	case r == '\n' || r == '\r':
		return "the end of a line"
	case isDash(r):
		return fmt.Sprintf("%q, which may only stand between two digits", r)
	case unicode.IsDigit(r):
		return fmt.Sprintf("%q, a digit of another script; type %d", r, digit)
	case alike && unicode.IsLetter(r):
		return fmt.Sprintf("the letter %q, not the digit %d", r, digit)
	case !unicode.IsGraphic(r):
		return fmt.Sprintf("%U, which cannot be seen", r)
	default:
		return fmt.Sprintf("%q", r)
	}
}
