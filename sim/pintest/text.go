package pintest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gowps/gowps/pin"
)

// rightPIN returns the digits of a PIN, usually 8, with leading zeros more
// often than at random.
func rightPIN(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return fmt.Sprintf("%04d", r.IntN(10_000))
	}
	return eightDigits(r)
}

func eightDigits(r *rand.Rand) string {
	number := r.IntN(10_000_000)
	if r.IntN(8) == 0 {
		number %= 1_000
	}
	seven := fmt.Sprintf("%07d", number)
	return seven + string(checkDigit(seven))
}

// wrongPIN returns a PIN with a valid check digit whose first wrong half is
// half.
func wrongPIN(r *rand.Rand, right string, half int) string {
	digits := []byte(right)
	at := r.IntN(len(digits) / 2)
	if half == 2 {
		at = len(digits)/2 + r.IntN((len(digits)-1)/2)
	}
	digits[at] = otherDigit(r, digits[at])
	if len(digits) == 8 {
		digits[7] = checkDigit(string(digits))
	}
	return string(digits)
}

// otherDigit returns any other digit.
func otherDigit(r *rand.Rand, digit byte) byte { return '0' + (digit-'0'+1+byte(r.IntN(9)))%10 }

// textKind is a kind of text that people, programs and attackers enter as a
// PIN, with its possible outcomes.
type textKind struct {
	name    string
	write   func(r *rand.Rand, right string) string
	read    []string
	suggest bool // if it is not accepted, the right PIN must be suggested
}

// Characters in texts.
var (
	typedSpaces   = []rune(" \t\u00a0\u2009\u202f\u3000")
	typedLineEnds = []rune("\n\v\f\r\u0085\u2028\u2029")
	typedDashes   = []rune("-\u2010\u2011\u2012\u2013\u2014\u2212\u00ad\uff0d")
	scriptZeros   = []rune("\u0660\u06f0\u0966\u0e50\u17e0\uff10\U0001d7d8\U0001fbf0") // of other scripts
	unseenRunes   = []rune("\u200b\u200c\u200d\u200e\u202e\u2060\u2066\ufeff\u180e")
	lookalikes    = []rune("OoQIl|i!ZzSsGbBgq")
)

func anyOf(r *rand.Rand, of []rune) string { return string(of[r.IntN(len(of))]) }

// insertAnywhere puts something into a text at any place.
func insertAnywhere(r *rand.Rand, text, what string) string {
	at := r.IntN(len(text) + 1)
	return text[:at] + what + text[at:]
}

var textKinds = []textKind{
	{name: "a PIN", read: []string{textAccepted},
		write: func(_ *rand.Rand, right string) string { return right }},
	{name: "zeros before it lost", read: []string{textLength, textAccepted},
		write: func(r *rand.Rand, _ string) string {
			seven := fmt.Sprintf("%07d", r.IntN(10_000))
			return strings.TrimLeft(seven+string(checkDigit(seven)), "0")
		}},
	{name: "one half", read: []string{textAccepted, textLength},
		write: func(r *rand.Rand, right string) string {
			half := len(right) / 2
			return []string{right[:half], right[half:]}[r.IntN(2)]
		}},
	{name: "0 to 64 digits", read: []string{textAccepted, textLength, textCheckDigit},
		write: func(r *rand.Rand, _ string) string {
			digits := make([]byte, r.IntN(65))
			for i := range digits {
				digits[i] = '0' + byte(r.IntN(10))
			}
			return string(digits)
		}},
	{name: "one digit wrong", read: []string{textCheckDigit},
		write: func(r *rand.Rand, _ string) string {
			digits := []byte(eightDigits(r))
			at := r.IntN(8)
			digits[at] = otherDigit(r, digits[at])
			return string(digits)
		}},
	{name: "neighbours swapped", read: []string{textAccepted, textCheckDigit}, suggest: true,
		write: func(r *rand.Rand, right string) string {
			digits := []byte(right)
			at := r.IntN(len(digits) - 1)
			digits[at], digits[at+1] = digits[at+1], digits[at]
			return string(digits)
		}},
	{name: "a digit missing", read: []string{textLength}, suggest: true,
		write: func(r *rand.Rand, right string) string {
			at := r.IntN(len(right))
			return right[:at] + right[at+1:]
		}},
	{name: "a digit too many", read: []string{textLength}, suggest: true,
		write: func(r *rand.Rand, right string) string {
			return insertAnywhere(r, right, string('0'+rune(r.IntN(10))))
		}},
	{name: "separators", read: []string{textAccepted},
		write: func(r *rand.Rand, right string) string {
			text := right[:1]
			for _, digit := range right[1:] {
				for range r.IntN(2) {
					text += anyOf(r, typedSpaces)
				}
				if r.IntN(3) == 0 {
					text += anyOf(r, typedDashes)
				}
				for range r.IntN(2) {
					text += anyOf(r, typedSpaces)
				}
				text += string(digit)
			}
			return text
		}},
	{name: "separators out of place", read: []string{textCharacter},
		write: func(r *rand.Rand, right string) string {
			dash, at := anyOf(r, typedDashes), 1+r.IntN(len(right)-1)
			return []string{
				dash + right, right + dash,
				right[:at] + dash + anyOf(r, typedSpaces) + anyOf(r, typedDashes) + right[at:],
				right[:at] + anyOf(r, typedLineEnds) + right[at:],
			}[r.IntN(4)]
		}},
	{name: "white space around", read: []string{textAccepted},
		write: func(r *rand.Rand, right string) string {
			white := append(slices.Clone(typedSpaces), typedLineEnds...)
			return anyOf(r, white) + anyOf(r, white) + right + anyOf(r, white) + anyOf(r, white)
		}},
	{name: "digits of another script", read: []string{textCharacter},
		write: func(r *rand.Rand, right string) string {
			zero, some := scriptZeros[r.IntN(len(scriptZeros))], 1+r.IntN(1<<len(right)-1)
			var b strings.Builder
			for i, digit := range right {
				if some>>i&1 != 0 {
					digit += zero - '0'
				}
				b.WriteRune(digit)
			}
			return b.String()
		}},
	{name: "control character", read: []string{textCharacter, textAccepted}, // white space at the ends
		write: func(r *rand.Rand, right string) string {
			return insertAnywhere(r, right, string(rune([]int{r.IntN(0x20), 0x7f + r.IntN(0x21)}[r.IntN(2)])))
		}},
	{name: "unseen character", read: []string{textCharacter},
		write: func(r *rand.Rand, right string) string { return insertAnywhere(r, right, anyOf(r, unseenRunes)) }},
	{name: "octet that is not UTF-8", read: []string{textCharacter},
		write: func(r *rand.Rand, right string) string {
			return insertAnywhere(r, right, string([]byte{0x80 + byte(r.IntN(0x80))}))
		}},
	{name: "letter for a digit", read: []string{textCharacter},
		write: func(r *rand.Rand, right string) string {
			at := r.IntN(len(right))
			return right[:at] + anyOf(r, lookalikes) + right[at+1:]
		}},
	{name: "0 to 64 of anything", read: []string{textAccepted, textCharacter, textLength, textCheckDigit},
		write: func(r *rand.Rand, _ string) string {
			var b strings.Builder
			for range r.IntN(65) {
				switch r.IntN(64) {
				case 0:
					b.WriteRune(rune(r.IntN(unicode.MaxRune + 1)))
				case 1:
					b.WriteByte(byte(r.IntN(256)))
				case 2:
					b.WriteString(anyOf(r, typedDashes))
				case 3, 4:
					b.WriteString(anyOf(r, typedSpaces))
				default:
					b.WriteByte('0' + byte(r.IntN(10)))
				}
			}
			return b.String()
		}},
}

// textSteps is how many texts of each kind are parsed in a play.
const textSteps = 2

// texts tests texts of all kinds.
func (p *play) texts() {
	for range textSteps {
		for _, kind := range textKinds {
			right := rightPIN(p.rand)
			if kind.suggest {
				right = eightDigits(p.rand)
			}
			text := kind.write(p.rand, right)
			p.note("%s: %q", kind.name, text)
			p.trace = append(p.trace, text...)
			outcome, digits := readText(text)
			p.count(modelText, kind.name, "read", outcome)
			p.text(text, outcome, digits)
			if kind.suggest && outcome != textAccepted {
				meant := func(s pin.Suggestion) bool { return s.PIN.Digits() == right }
				p.check(slices.ContainsFunc(pin.Suggest(text), meant), "Suggest(%q) does not suggest %s", text, right)
			}
		}
	}
}

// textOutcome names the outcome of a text.
func textOutcome(err error) string {
	switch {
	case err == nil:
		return textAccepted
	case errors.Is(err, pin.ErrCharacter):
		return textCharacter
	case errors.Is(err, pin.ErrLength):
		return textLength
	case errors.Is(err, pin.ErrChecksum):
		return textCheckDigit
	}
	return err.Error()
}

// text compares everything that the package does with a text.
func (p *play) text(text, outcome, digits string) {
	got, err := pin.Parse(text)
	p.check(textOutcome(err) == outcome, "Parse(%q): %v; want %s", text, err, outcome)
	var unmarshaled pin.PIN
	err2 := unmarshaled.UnmarshalText([]byte(text))
	p.check(unmarshaled == got && textOutcome(err2) == outcome, "UnmarshalText(%q): %v; want %s", text, err2, outcome)

	loose, looseErr := pin.ParseAnyChecksum(text)
	wantLoose := outcome
	if outcome == textCheckDigit {
		wantLoose = textAccepted
	}
	p.check(textOutcome(looseErr) == wantLoose, "ParseAnyChecksum(%q): %v; want %s", text, looseErr, wantLoose)
	if looseErr == nil {
		p.check(loose.Digits() == digits && loose.Valid() == (outcome == textAccepted),
			"ParseAnyChecksum(%q): %s, valid %t", text, loose.Digits(), loose.Valid())
	}

	completed, completeErr := pin.Complete(text)
	if outcome != textCharacter && len(digits) == 7 {
		want := digits + string(checkDigit(digits))
		p.check(completeErr == nil && completed.Digits() == want, "Complete(%q): %s, %v; want %s", text, completed.Digits(), completeErr, want)
	} else {
		p.check(completeErr != nil && completed.IsZero(), "Complete(%q): %s, %v", text, completed.Digits(), completeErr)
	}

	suggestions := pin.Suggest(text)
	p.check(len(suggestions) <= 10 && (err != nil || suggestions == nil), "Suggest(%q): %d suggestions", text, len(suggestions))
	for i, s := range suggestions {
		read, _ := readText(s.PIN.Digits())
		same := func(t pin.Suggestion) bool { return t.PIN == s.PIN }
		p.check(read == textAccepted && slices.IndexFunc(suggestions, same) == i, "Suggest(%q) suggests %s", text, s.PIN.Digits())
	}

	if err != nil {
		p.refused(text, digits, got, err)
		return
	}
	p.accepted(text, digits, got)
}

// accepted checks a PIN that was parsed from a text.
func (p *play) accepted(text, digits string, got pin.PIN) {
	first, second := got.Halves()
	half := len(digits) / 2
	p.check(got.Digits() == digits && got.Len() == len(digits) && got.Valid() && !got.IsZero(), "%q is read as %s", text, got.Digits())
	p.check(first == digits[:half] && second == digits[half:], "%q has the halves %s and %s", text, first, second)
	again, err := pin.Parse(got.Digits())
	p.check(err == nil && again == got && again.Equal(got), "%q is read as %s, and that as %s, %v", text, digits, again.Digits(), err)
	shown := fmt.Sprintf("%v %+v %#v %s %q %d %x", got, got, got, got, got, got, []any{got})
	p.check(!strings.Contains(shown, first+second), "%q is printed: %s", text, shown)
}

var (
	codePoint  = regexp.MustCompile(`U\+[0-9A-F]+`)
	fourDigits = regexp.MustCompile(`[0-9]{4}`)
)

// refused checks what is said about a text that is no PIN.
func (p *play) refused(text, digits string, got pin.PIN, err error) {
	var e *pin.Error
	p.check(errors.As(err, &e) && got.IsZero(), "Parse(%q): %s, %v", text, got.Digits(), err)
	p.check(!fourDigits.MatchString(codePoint.ReplaceAllString(err.Error(), "")), "Parse(%q) gives digits away: %v", text, err)
	if e.Err == pin.ErrLength {
		p.check(e.Digits == len(digits) && e.Pos == 0 && e.Offset == 0, "Parse(%q): %+v", text, *e)
		return
	}
	p.check(e.Offset < len(text), "Parse(%q): %+v", text, *e)
	before, rest := strings.TrimLeftFunc(text[:e.Offset], unicode.IsSpace), text[e.Offset:]
	p.check(e.Pos == 1+utf8.RuneCountInString(before), "Parse(%q): %+v", text, *e)
	if e.Err == pin.ErrChecksum {
		p.check(rest[0] == digits[7] && e.Want == int(checkDigit(digits)-'0'), "Parse(%q): %+v", text, *e)
		return
	}
	// What stands before it could go on; with it, it could not.
	r, size := utf8.DecodeRuneInString(rest)
	p.check(!strings.ContainsRune("0123456789", r), "Parse(%q): %+v", text, *e)
	could, _ := readText(text[:e.Offset] + "0")
	cannot, _ := readText(text[:e.Offset+size] + "0")
	atEnd := typedPIN.MatchString(text[:e.Offset] + rest[size:])
	p.check(could != textCharacter && (cannot == textCharacter || atEnd), "Parse(%q): %+v", text, *e)
}
