package pin

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSuggest compares the complete text for a person.
func TestSuggest(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"12345678", []string{
			"12345670: check-digit: digit 8, the check digit, is wrong",
			"21345678: swapped: digits 1 and 2 are swapped",
			"12435678: swapped: digits 3 and 4 are swapped",
			"12346578: swapped: digits 5 and 6 are swapped",
			"12345687: swapped: digits 7 and 8 are swapped",
			"12345878: near-digit: digit 6 is wrong, easily mistyped or misread",
			"12345618: near-digit: digit 7 is wrong, easily mistyped or misread",
			"52345678: other-digit: digit 1 is wrong",
			"14345678: other-digit: digit 2 is wrong",
			"12745678: other-digit: digit 3 is wrong",
		}},
		{"24683153", []string{
			"24683159: check-digit: digit 8, the check digit, is wrong",
			"26483153: swapped: digits 2 and 3 are swapped",
			"24681353: swapped: digits 5 and 6 are swapped",
			"24683135: swapped: digits 7 and 8 are swapped",
			"24883153: near-digit: digit 3 is wrong, easily mistyped or misread",
			"24685153: near-digit: digit 5 is wrong, easily mistyped or misread",
			"24683753: near-digit: digit 6 is wrong, easily mistyped or misread",
			"44683153: other-digit: digit 1 is wrong",
			"20683153: other-digit: digit 2 is wrong",
			"24643153: other-digit: digit 4 is wrong",
		}},
		{"1234567", []string{
			"12345670: missing-check-digit: digit 8, the check digit, is missing",
			"12344567: missing-double: digit 4, the same as its neighbour, is missing",
			"61234567: missing-digit: digit 1 is missing",
			"16234567: missing-digit: digit 2 is missing",
			"12034567: missing-digit: digit 3 is missing",
			"12345267: missing-digit: digit 6 is missing",
			"12345687: missing-digit: digit 7 is missing",
		}},
		{"123", []string{"0123: leading-zeros: zeros at the beginning are missing"}},
		{"12", []string{"0012: leading-zeros: zeros at the beginning are missing"}},
		{"12344", []string{
			"1234: extra-double: digit 5 was typed twice",
			"2344: extra-digit: digit 1 is too many",
			"1344: extra-digit: digit 2 is too many",
			"1244: extra-digit: digit 3 is too many",
		}},
		{"123345670", []string{"12345670: extra-double: digit 4 was typed twice"}},
		{"123945670", []string{"12345670: extra-digit: digit 4 is too many"}},
		{"0000017", []string{
			"00000017: leading-zeros: zeros at the beginning are missing",
			"00000178: missing-check-digit: digit 8, the check digit, is missing",
			"00000147: missing-digit: digit 7 is missing",
		}},
		{"123457", []string{"00123457: leading-zeros: zeros at the beginning are missing"}},
		{"123453", nil},
		{"1234--5670", []string{"12345670: stray: characters that do not belong to a PIN were typed"}},
		{"12E4567O", nil},
		{"S678901o", []string{"56789010: look-alike: characters that look like digits were typed for digits"}},
		{"1234567O", []string{"12345670: look-alike: characters that look like digits were typed for digits"}},
		{"l234-567O", []string{"12345670: look-alike: characters that look like digits were typed for digits"}},
		{"１２３４５６７０", []string{"12345670: look-alike: characters that look like digits were typed for digits"}},
		{"PIN: 1234-5670", []string{"12345670: stray: characters that do not belong to a PIN were typed"}},
		{"12.34.56.70", []string{"12345670: stray: characters that do not belong to a PIN were typed"}},
		{"1234\u200b5670\u200e", []string{"12345670: stray: characters that do not belong to a PIN were typed"}},
		{"-12345670", []string{"12345670: stray: characters that do not belong to a PIN were typed"}},
		{"1234\n5670", []string{"12345670: stray: characters that do not belong to a PIN were typed"}},
		{"123#5670", []string{"12345670: unreadable: digit 4 is missing, something else stands there"}},
		{"12345670", nil},
		{" 1234-5670 ", nil},
		{"1234", nil},
		{"", nil},
		{"1", nil},
		{"1234567012", nil},
		{"router", nil},
		{strings.Repeat("1", 1000), nil},
		{strings.Repeat("x", 1000) + "12345670", []string{"12345670: stray: characters that do not belong to a PIN were typed"}},
		{strings.Repeat("O", 1000), nil},
	}
	for _, tt := range tests {
		var got []string
		for _, s := range Suggest(tt.text) {
			got = append(got, fmt.Sprintf("%s: %v: %v", s.PIN.Digits(), s.Reason, s))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("Suggest(%.40q):\n got %s\nwant %s", tt.text, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
		}
	}
}

// TestSuggestFindsTheSlip makes each typing error in many PINs: the right PIN
// is among the suggestions, with the right reason.
func TestSuggestFindsTheSlip(t *testing.T) {
	find := func(text string, meant PIN, reasons ...Reason) (found bool) {
		t.Helper()
		for _, s := range Suggest(text) {
			if s.PIN == meant {
				found = true
				if !slices.Contains(reasons, s.Reason) {
					t.Errorf("%s for %s: %v", text, meant.Digits(), s.Reason)
				}
			}
		}
		return found
	}
	var wrong, wrongFound int
	for p := range every(99_991, All(PIN{})) {
		digits := p.Digits()
		for i := range digits {
			before, digit, after := digits[:i], digits[i], digits[i+1:]

			if text := before + after; !find(text, p, LeadingZeros, MissingCheckDigit, MissingDouble, MissingDigit) {
				t.Errorf("%s, digit %d missing: not found", digits, i+1)
			}
			if text := before + "x" + after; !find(text, p, Unreadable) {
				t.Errorf("%s, digit %d unreadable: not found", digits, i+1)
			}
			if text := before + string(digit) + digits[i:]; !find(text, p, ExtraDouble) {
				t.Errorf("%s, digit %d doubled: not found", digits, i+1)
			}
			for other := byte('0'); other <= '9'; other++ {
				if text := before + string(other) + digits[i:]; !find(text, p, ExtraDigit, ExtraDouble) {
					t.Errorf("%s, %c before digit %d: not found", digits, other, i+1)
				}
				if other != digit {
					wrong++
					if find(before+string(other)+after, p, CheckDigit, NearDigit, OtherDigit) {
						wrongFound++
					}
				}
			}
			if after == "" || after[0] == digit {
				continue
			}
			text := before + after[:1] + string(digit) + after[1:]
			// The checksum does not detect that two digits are swapped whose
			// difference is five.
			if _, err := Parse(text); err != nil && !find(text, p, Swapped) {
				t.Errorf("%s, digits %d and %d swapped: not found", digits, i+1, i+2)
			}
		}
	}
	// Where more than ten PINs are possible, some are not suggested.
	if wrongFound*100 < wrong*95 {
		t.Errorf("of %d wrong digits, %d PINs were found", wrong, wrongFound)
	}
}

// TestNear checks that near digits are symmetric.
func TestNear(t *testing.T) {
	for digit, others := range near {
		for _, other := range others {
			if int(other-'0') == digit || !strings.ContainsRune(near[other-'0'], rune('0'+digit)) {
				t.Errorf("%d is near %c, not the other way round", digit, other)
			}
		}
	}
}

func TestReasonsPrint(t *testing.T) {
	for r := LookAlike; r <= OtherDigit; r++ {
		if row := reasons[r]; r.String() != row.name || row.name == "" || row.words == "" {
			t.Errorf("%d: %+v", int(r), row)
		}
	}
	for _, r := range []Reason{-1, 0, OtherDigit + 1} {
		if want := fmt.Sprintf("Reason(%d)", int(r)); r.String() != want || fmt.Sprint(Suggestion{Reason: r}) != want {
			t.Errorf("%v, want %s", r, want)
		}
	}
}

// TestSuggestionRedacts checks that logging a suggestion does not reveal the
// PIN.
func TestSuggestionRedacts(t *testing.T) {
	s := Suggestion{MustParse("71938240"), Swapped, 2}
	if got := fmt.Sprintf("%v; %#v", s, s); got != "digits 2 and 3 are swapped; pin.Suggestion{PIN:PIN(redacted), Reason:11, Pos:2}" {
		t.Error(got)
	}
}
