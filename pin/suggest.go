package pin

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Suggestion is a valid PIN that may have been meant.
type Suggestion struct {
	PIN    PIN
	Reason Reason
	// Pos is the digit concerned, from 1, the first of two if they are
	// swapped. It counts the digits of the PIN suggested, or those that were
	// typed if one is too many. It is 0 if no single digit is concerned.
	Pos int
}

// String says in words, and without the digits, how what was typed differs from
// the PIN.
func (s Suggestion) String() string {
	return strings.NewReplacer("{n}", strconv.Itoa(s.Pos), "{n+1}", strconv.Itoa(s.Pos+1)).
		Replace(s.Reason.row().words)
}

// Reason is how what was typed differs from the PIN suggested. The constants
// stand in order of rank: what explains more, or happens more often, first.
//
// Its values are [LookAlike], [Stray], [Unreadable], [LeadingZeros],
// [MissingCheckDigit], [MissingDouble], [MissingDigit], [ExtraDouble],
// [ExtraDigit], [CheckDigit], [Swapped], [NearDigit] and [OtherDigit].
type Reason int

// The reasons.
const (
	LookAlike         Reason = iota + 1 // letters or other characters that look like digits
	Stray                               // characters that do not belong to the PIN
	Unreadable                          // one character is not a digit; the checksum shows which it was
	LeadingZeros                        // one or two zeros at the beginning are missing, as after a spreadsheet
	MissingCheckDigit                   // the last of 8 digits is missing
	MissingDouble                       // one of two equal neighbours is missing
	MissingDigit                        // another digit is missing
	ExtraDouble                         // a digit was typed twice
	ExtraDigit                          // another digit is too many
	CheckDigit                          // the last digit does not fit the others
	Swapped                             // two neighbours are swapped
	NearDigit                           // a digit stands for another that is near on a keypad or similar in print
	OtherDigit                          // another digit is wrong
)

// reasonRow is the text of a Reason: its name, and its description, in which
// {n} is the digit concerned and {n+1} the one after it.
type reasonRow struct{ name, words string }

var reasons = [...]reasonRow{
	LookAlike:         {"look-alike", "characters that look like digits were typed for digits"},
	Stray:             {"stray", "characters that do not belong to a PIN were typed"},
	Unreadable:        {"unreadable", "digit {n} is missing, something else stands there"},
	LeadingZeros:      {"leading-zeros", "zeros at the beginning are missing"},
	MissingCheckDigit: {"missing-check-digit", "digit {n}, the check digit, is missing"},
	MissingDouble:     {"missing-double", "digit {n}, the same as its neighbour, is missing"},
	MissingDigit:      {"missing-digit", "digit {n} is missing"},
	ExtraDouble:       {"extra-double", "digit {n} was typed twice"},
	ExtraDigit:        {"extra-digit", "digit {n} is too many"},
	CheckDigit:        {"check-digit", "digit {n}, the check digit, is wrong"},
	Swapped:           {"swapped", "digits {n} and {n+1} are swapped"},
	NearDigit:         {"near-digit", "digit {n} is wrong, easily mistyped or misread"},
	OtherDigit:        {"other-digit", "digit {n} is wrong"},
}

// String returns the name of the reason, as "check-digit".
func (r Reason) String() string { return r.row().name }

// row returns the text of r.
func (r Reason) row() reasonRow {
	if r < LookAlike || r > OtherDigit {
		unknown := fmt.Sprintf("Reason(%d)", int(r))
		return reasonRow{unknown, unknown}
	}
	return reasons[r]
}

// maxSuggestions is the largest number of suggestions.
const maxSuggestions = 10

// Suggest returns what was probably meant by a text that is not a valid PIN: at
// most ten PINs, each one slip away from the text, ranked by [Reason] and then by
// the place of the slip. It returns none for a valid PIN, and if no single slip
// explains the text.
//
// If the slip in a PIN of 8 digits was one digit missing or too many, or two
// neighbours swapped, then that PIN is among the suggestions; if it was one wrong
// digit, nearly always. PINs of 4 digits have no checksum to go by.
func Suggest(s string) []Suggestion {
	if _, err := Parse(s); err == nil {
		return nil
	}
	var (
		c         candidates
		digits    []byte // the digits
		alike     []byte // the digits, and those that other characters look like
		others    int    // how many characters are neither digits nor separators
		lastOther int    // how many digits stand before the last of them
		stray     bool   // whether one of them does not look like a digit
	)
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits = append(digits, byte(r-'0'))
			alike = append(alike, byte(r-'0'))
		case unicode.IsSpace(r), isDash(r):
		default:
			others++
			lastOther = len(digits)
			digit, ok := alikeDigit(r)
			alike = append(alike, byte(digit))
			stray = stray || !ok
		}
		// Nothing with so many digits is one slip away from a PIN.
		if len(digits) > 9 {
			return nil
		}
		// What is too long to be read with look-alikes need not grow.
		alike = alike[:min(len(alike), 9)]
	}
	c.add(digits, Stray, 0)
	if others == 0 {
		if len(c) == 0 { // else only the separators are wrong
			c.mistyped(digits)
		}
		return c.ranked()
	}
	if !stray {
		c.add(alike, LookAlike, 0)
	}
	if others == 1 && len(digits) == 7 {
		for digit := range byte(10) {
			c.add(slices.Insert(slices.Clone(digits), lastOther, digit), Unreadable, lastOther+1)
		}
	}
	return c.ranked()
}

// candidates are the suggestions found so far.
type candidates []Suggestion

// add adds the PIN of these digits, if they form a valid one.
func (c *candidates) add(digits []byte, reason Reason, pos int) {
	var number uint32
	for _, d := range digits {
		number = 10*number + uint32(d)
	}
	var p PIN
	switch len(digits) {
	case 8:
		p = of8(number)
	case 4:
		p = of4(number)
	}
	if p.Valid() {
		*c = append(*c, Suggestion{p, reason, pos})
	}
}

// ranked returns the best of the candidates.
func (c candidates) ranked() []Suggestion {
	slices.SortStableFunc(c, func(a, b Suggestion) int { return cmp.Compare(a.Reason, b.Reason) })
	var best []Suggestion
	for _, s := range c {
		same := func(t Suggestion) bool { return t.PIN == s.PIN }
		if len(best) < maxSuggestions && !slices.ContainsFunc(best, same) {
			best = append(best, s)
		}
	}
	return best
}

// mistyped adds the PINs that are one slip away from the digits.
func (c *candidates) mistyped(digits []byte) {
	switch len(digits) {
	case 2, 3, 6:
		c.add(append(make([]byte, 4-len(digits)%4), digits...), LeadingZeros, 0)
	case 7:
		c.withMissing(digits)
	case 8:
		c.withSwapped(digits)
		c.withWrong(digits)
	case 5, 9:
		c.withExtra(digits)
	}
}

// withMissing adds the PINs that have one more digit.
func (c *candidates) withMissing(digits []byte) {
	for i := range len(digits) + 1 {
		for digit := range byte(10) {
			pos, reason := i+1, MissingDigit
			switch {
			case i == 0 && digit == 0:
				pos, reason = 0, LeadingZeros
			case i == len(digits):
				reason = MissingCheckDigit
			case digit == digits[i]:
				reason = MissingDouble
			}
			c.add(slices.Insert(slices.Clone(digits), i, digit), reason, pos)
		}
	}
}

// withExtra adds the PINs that have one digit less.
func (c *candidates) withExtra(digits []byte) {
	for i, digit := range digits {
		reason := ExtraDigit
		if i > 0 && digits[i-1] == digit {
			reason = ExtraDouble
		}
		c.add(slices.Delete(slices.Clone(digits), i, i+1), reason, i+1)
	}
}

// withSwapped adds the PINs in which two neighbours stand the other way round.
func (c *candidates) withSwapped(digits []byte) {
	for i := range len(digits) - 1 {
		swapped := slices.Clone(digits)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		c.add(swapped, Swapped, i+1)
	}
}

// withWrong adds the PINs in which one digit is another.
func (c *candidates) withWrong(digits []byte) {
	for i, typed := range digits {
		for digit := range byte(10) {
			reason := OtherDigit
			switch {
			case i == len(digits)-1:
				reason = CheckDigit
			case strings.IndexByte(near[typed], '0'+digit) >= 0:
				reason = NearDigit
			}
			replaced := slices.Clone(digits)
			replaced[i] = digit
			c.add(replaced, reason, i+1)
		}
	}
}

// near lists for each digit those that are next to it on a telephone's or a
// calculator's keypad or in a keyboard's row, or that look similar.
var near = [10]string{
	0: "12689",
	1: "0247",
	2: "01357",
	3: "24568",
	4: "13579",
	5: "23468",
	6: "035789",
	7: "12468",
	8: "035679",
	9: "0468",
}
