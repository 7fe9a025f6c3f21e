package pin

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// texts are seeds: typical input, right and wrong.
var texts = []string{
	"", " ", "\n", "0", "12", "123", "1234", "12345", "123456", "1234567", "12345670", "123456701", "1234567012",
	"00000000", "00000017", "0000", "12345671", "12345678", "24681353", "99999995",
	"1234-5670", "1234 5670", "12-34-56-70", " 1234 - 5670\r\n", "1234--5670", "-12345670", "12345670-", "+12345670",
	"1234\u00a05670", "1234\u20135670", "1234\u22125670", "1234\u200b5670", "\ufeff12345670", "1234\n5670", "1234\x005670",
	"１２３４５６７０", "١٢٣٤٥٦٧٠", "𝟙𝟚𝟛𝟜", "12٣45670", "½2345670", "1234567O", "l2345670", "12345x70", "12.34.56.70", "1234_5670",
	"PIN 12345670", "0x12345670", "1e7", "12345670.0", "\xff\xfe", "1234\xff5670", "1234\xe2\x805670",
}

// typedDigits parses a text independently: it returns its digits, and the right
// check digit for the first seven.
func typedDigits(s string) (digits string, check byte) {
	digits = strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789", r) {
			return r
		}
		return -1
	}, s)
	sum := 0
	for i := range min(len(digits), 7) {
		sum += int(digits[i]-'0') * []int{3, 1}[i%2]
	}
	return digits, "0987654321"[sum%10]
}

// threeDigits finds digits of a PIN in a message. A code point is not one.
var (
	threeDigits = regexp.MustCompile(`[0-9]{3}`)
	codePoint   = regexp.MustCompile(`U\+[0-9A-F]+`)
)

// FuzzParse checks that Parse returns the PIN in the text, or a correct error
// without secrets.
func FuzzParse(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		digits, check := typedDigits(s)
		p, err := Parse(s)
		loose, looseErr := ParseAnyChecksum(s)
		completed, completeErr := Complete(s)

		var e *Error
		switch {
		case err == nil:
			if p.Digits() != digits || !p.Valid() || p.IsZero() || p.Len() != len(digits) {
				t.Fatalf("%q: PIN %s, Valid %t", s, p.Digits(), p.Valid())
			}
			if len(digits) != 4 && (len(digits) != 8 || digits[7] != check) {
				t.Fatalf("%q: accepted, check digit %c", s, check)
			}
			if again, err := Parse(p.Digits()); err != nil || again != p {
				t.Fatalf("%q: reread as %s, %v", s, again.Digits(), err)
			}
			if first, second := p.Halves(); first+second != digits || len(first) != len(second) {
				t.Fatalf("%q: halves %s and %s", s, first, second)
			}
			if loose != p || looseErr != nil {
				t.Fatalf("%q: ParseAnyChecksum: %v", s, looseErr)
			}
			return
		case !errors.As(err, &e):
			t.Fatalf("%q: %T", s, err)
		case !p.IsZero():
			t.Fatalf("%q: a PIN and %v", s, err)
		}

		if errors.Is(err, ErrChecksum) {
			if loose.Digits() != digits || loose.Valid() || looseErr != nil {
				t.Fatalf("%q: ParseAnyChecksum: %s, %v", s, loose.Digits(), looseErr)
			}
		} else if !loose.IsZero() || looseErr == nil || *looseErr.(*Error) != *e {
			t.Fatalf("%q: ParseAnyChecksum: %v", s, looseErr)
		}
		if completeErr == nil && (completed.Digits() != digits+string(check) || !completed.Valid()) {
			t.Fatalf("%q: completed to %s", s, completed.Digits())
		}

		switch e.Err {
		case ErrLength:
			if e.Digits != len(digits) || len(digits) == 4 || len(digits) == 8 || (len(digits) == 7) != (completeErr == nil) {
				t.Fatalf("%q: %v", s, err)
			}
		case ErrChecksum:
			if len(digits) != 8 || s[e.Offset] != digits[7] || digits[7] == check || e.Want != int(check-'0') {
				t.Fatalf("%q: %v", s, err)
			}
		case ErrCharacter:
			if c := s[e.Offset]; '0' <= c && c <= '9' || completeErr == nil {
				t.Fatalf("%q: %v", s, err)
			}
		default:
			t.Fatalf("%q: class %v", s, e.Err)
		}
		if e.Err != ErrLength && (e.Pos < 1 || e.Pos > utf8.RuneCountInString(s[:e.Offset])+1) {
			t.Fatalf("%q: character %d at offset %d", s, e.Pos, e.Offset)
		}
		if len(s) < 100 && threeDigits.MatchString(codePoint.ReplaceAllString(err.Error(), "")) {
			t.Fatalf("%q: %v gives the PIN away", s, err)
		}
	})
}

// FuzzSuggest checks that suggestions are few, different, valid and ranked, and
// that there are none for a valid text.
func FuzzSuggest(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		suggestions := Suggest(s)
		if _, err := Parse(s); err == nil && suggestions != nil {
			t.Fatalf("%q is right, and yet: %v", s, suggestions)
		}
		if len(suggestions) > 10 {
			t.Fatalf("%q: %d suggestions", s, len(suggestions))
		}
		seen := make(map[PIN]bool)
		rank := LookAlike
		for _, suggestion := range suggestions {
			p := suggestion.PIN
			if !p.Valid() || seen[p] || suggestion.Reason < rank || suggestion.Reason > OtherDigit {
				t.Fatalf("%q: %s, %v", s, p.Digits(), suggestion.Reason)
			}
			if suggestion.Pos < 0 || suggestion.Pos > 9 || threeDigits.MatchString(suggestion.String()) {
				t.Fatalf("%q: digit %d, %v", s, suggestion.Pos, suggestion)
			}
			seen[p] = true
			rank = suggestion.Reason
		}
	})
}

// FuzzGenerate checks that the PIN is valid for any randomness.
func FuzzGenerate(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 1})
	f.Add([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x25, 0xa9, 0x47})
	f.Fuzz(func(t *testing.T, octets []byte) {
		p, err := Generate(strings.NewReader(string(octets)))
		if err != nil {
			if !p.IsZero() {
				t.Fatalf("a PIN and %v", err)
			}
			return
		}
		if name, known := p.WellKnown(); !p.Valid() || p.Len() != 8 || known {
			t.Fatalf("%s: Valid %t, %s", p.Digits(), p.Valid(), name)
		}
	})
}
