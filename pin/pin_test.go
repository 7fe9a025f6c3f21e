package pin

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
)

// withoutTime are handler options that leave the time out: its digits may be
// those of a secret.
var withoutTime = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

// hostap: test_ap_wps_check_pin
func TestParse(t *testing.T) {
	tests := []struct{ text, want string }{
		{"12345670", "12345670"},
		{"1234-5670", "12345670"},
		{"1234 5670", "12345670"},
		{"1234 - 5670", "12345670"},
		{"12-34-56-70", "12345670"},
		{"1 2 3 4  5 6 7 0", "12345670"},
		{"1234\t5670", "12345670"},
		{" 12345670 ", "12345670"},
		{"\n12345670\r\n", "12345670"},
		{"24681353", "24681353"},
		{"00000000", "00000000"},
		{"00000017", "00000017"},
		{"99999995", "99999995"},
		{"1234", "1234"},
		{"12-34", "1234"},
		{"0000", "0000"},
		{"0012", "0012"},
		{"9999", "9999"},
		{"1234\u00a05670", "12345670"},        // no-break space
		{"1234\u202f5670", "12345670"},        // narrow no-break space
		{"\u30001234\u20075670", "12345670"},  // ideographic and figure space
		{"1234\u20105670", "12345670"},        // hyphen
		{"1234\u20115670", "12345670"},        // no-break hyphen
		{"1234\u20135670", "12345670"},        // en dash
		{"1234 \u2014 5670", "12345670"},      // em dash
		{"1234\u22125670", "12345670"},        // minus sign
		{"1234\u00ad5670", "12345670"},        // soft hyphen
		{"\u00851234-5670\u2028", "12345670"}, // ends of line of Unicode
		{strings.Repeat(" ", 1e5) + "1234", "1234"},
	}
	for _, tt := range tests {
		p, err := Parse(tt.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.text, err)
			continue
		}
		if got := p.Digits(); got != tt.want {
			t.Errorf("Parse(%q) = %s, want %s", tt.text, got, tt.want)
		}
		if p.Len() != len(tt.want) || p.IsZero() || !p.Valid() {
			t.Errorf("Parse(%q): Len %d, IsZero %t, Valid %t", tt.text, p.Len(), p.IsZero(), p.Valid())
		}
		if unchecked, err := ParseAnyChecksum(tt.text); err != nil || unchecked != p {
			t.Errorf("ParseAnyChecksum(%q) = %s, %v", tt.text, unchecked.Digits(), err)
		}
		if allocs := testing.AllocsPerRun(10, func() { _, err = Parse(tt.text) }); allocs != 0 {
			t.Errorf("Parse(%q): %v allocations", tt.text, allocs)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		text string
		want Error
	}{
		{"", Error{Err: ErrLength, Detail: "0 where 8 or 4 are needed"}},
		{" \n", Error{Err: ErrLength, Detail: "0 where 8 or 4 are needed"}},
		{"123", Error{Err: ErrLength, Digits: 3, Detail: "3 where 8 or 4 are needed"}},
		{"1234567", Error{Err: ErrLength, Digits: 7, Detail: "7 where 8 or 4 are needed"}},
		{"1234-56701", Error{Err: ErrLength, Digits: 9, Detail: "9 where 8 or 4 are needed"}},
		{"1234567012345670", Error{Err: ErrLength, Digits: 16, Detail: "16 where 8 or 4 are needed"}},

		{"12345671", Error{ErrChecksum, 8, 7, 0, 0, "the last digit should be 0"}},
		{" 1234-5671 ", Error{ErrChecksum, 9, 9, 0, 0, "the last digit should be 0"}},
		{"24681350", Error{ErrChecksum, 8, 7, 0, 3, "the last digit should be 3"}},
		{"99999999", Error{ErrChecksum, 8, 7, 0, 5, "the last digit should be 5"}}, // the largest number of 8 digits

		{"1234567O", Error{ErrCharacter, 8, 7, 0, 0, "character 8 is the letter 'O', not the digit 0"}},
		{"l2345670", Error{ErrCharacter, 1, 0, 0, 0, "character 1 is the letter 'l', not the digit 1"}},
		{"  12x45670", Error{ErrCharacter, 3, 4, 0, 0, "character 3 is 'x'"}},
		{"1234.5670", Error{ErrCharacter, 5, 4, 0, 0, "character 5 is '.'"}},
		{"PIN 12345670", Error{ErrCharacter, 1, 0, 0, 0, "character 1 is 'P'"}},
		{"1234–x", Error{ErrCharacter, 6, 7, 0, 0, "character 6 is 'x'"}},
		{"12345é70", Error{ErrCharacter, 6, 5, 0, 0, "character 6 is 'é'"}},
		{"-1234", Error{ErrCharacter, 1, 0, 0, 0, "character 1 is '-', which may only stand between two digits"}},
		{"1234-", Error{ErrCharacter, 5, 4, 0, 0, "character 5 is '-', which may only stand between two digits"}},
		{"1234 - \n", Error{ErrCharacter, 6, 5, 0, 0, "character 6 is '-', which may only stand between two digits"}},
		{"1234--5670", Error{ErrCharacter, 6, 5, 0, 0, "character 6 is '-', which may only stand between two digits"}},
		{"1234\n5670", Error{ErrCharacter, 5, 4, 0, 0, "character 5 is the end of a line"}},
		{"1234\u200b5670", Error{ErrCharacter, 5, 4, 0, 0, "character 5 is U+200B, which cannot be seen"}},
		{"1234\x005670", Error{ErrCharacter, 5, 4, 0, 0, "character 5 is U+0000, which cannot be seen"}},
		{"1234\xff5670", Error{ErrCharacter, 5, 4, 0, 0, "character 5 is the octet 0xff, which is not UTF-8 text"}},
		{"1234\ufffd5670", Error{ErrCharacter, 5, 4, 0, 0, "character 5 is '\ufffd'"}},
		{"１２３４５６７０", Error{ErrCharacter, 1, 0, 0, 0, "character 1 is '１', a digit of another script; type 1"}},
		{"12٣45670", Error{ErrCharacter, 3, 2, 0, 0, "character 3 is '٣', a digit of another script; type 3"}},
		{"1234567𝟘", Error{ErrCharacter, 8, 7, 0, 0, "character 8 is '𝟘', a digit of another script; type 0"}},
		{"1234567x8901234", Error{ErrCharacter, 8, 7, 0, 0, "character 8 is 'x'"}},
	}
	for _, tt := range tests {
		p, err := Parse(tt.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Parse(%q): %v, want an *Error", tt.text, err)
			continue
		}
		if *e != tt.want {
			t.Errorf("Parse(%q):\n got %#v\nwant %#v", tt.text, *e, tt.want)
		}
		if !errors.Is(err, tt.want.Err) {
			t.Errorf("Parse(%q): %v is not of its class", tt.text, err)
		}
		if want := "pin: " + tt.want.Err.Error() + ": " + tt.want.Detail; err.Error() != want {
			t.Errorf("Parse(%q): %q, want %q", tt.text, err, want)
		}
		if !p.IsZero() {
			t.Errorf("Parse(%q) returned a PIN with an error", tt.text)
		}
		p, err = ParseAnyChecksum(tt.text)
		switch {
		case tt.want.Err != ErrChecksum:
			if !errors.As(err, &e) || *e != tt.want || !p.IsZero() {
				t.Errorf("ParseAnyChecksum(%q): %v, %v", tt.text, p, err)
			}
		case err != nil || p.Valid() || p.Len() != 8:
			t.Errorf("ParseAnyChecksum(%q): %v, Valid %t, Len %d", tt.text, err, p.Valid(), p.Len())
		}
	}
}

func TestMustParse(t *testing.T) {
	if got := MustParse("1234-5670").Digits(); got != "12345670" {
		t.Errorf("got %s", got)
	}
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, ErrChecksum) {
			t.Errorf("panic with %v, want ErrChecksum", err)
		}
	}()
	MustParse("12345671")
}

func TestComplete(t *testing.T) {
	for text, want := range map[string]string{
		"1234567": "12345670", "2468135": "24681353", "0000000": "00000000",
		"9999999": "99999995", " 123-4567\n": "12345670", "0000001": "00000017",
	} {
		if p, err := Complete(text); err != nil || p.Digits() != want {
			t.Errorf("Complete(%q) = %s, %v, want %s", text, p.Digits(), err, want)
		}
	}
	for text, want := range map[string]string{
		"":         "pin: wrong number of digits: 0 where 7 are needed, all but the check digit",
		"123456":   "pin: wrong number of digits: 6 where 7 are needed, all but the check digit",
		"12345670": "pin: wrong number of digits: 8 where 7 are needed, all but the check digit",
		"123456x":  "pin: not a digit: character 7 is 'x'",
	} {
		if p, err := Complete(text); err == nil || err.Error() != want || !p.IsZero() {
			t.Errorf("Complete(%q): %v, want %s", text, err, want)
		}
	}
}

func TestHalves(t *testing.T) {
	tests := []struct {
		p             PIN
		first, second string
	}{
		{MustParse("12345670"), "1234", "5670"},
		{MustParse("00000017"), "0000", "0017"},
		{MustParse("1234"), "12", "34"},
		{PIN{}, "", ""},
	}
	for _, tt := range tests {
		first, second := tt.p.Halves()
		if first != tt.first || second != tt.second {
			t.Errorf("%s: %q, %q", tt.p.Digits(), first, second)
		}
		if got := string(tt.p.AppendDigits([]byte("x"))); got != "x"+first+second {
			t.Errorf("AppendDigits: %q", got)
		}
	}
}

// TestIdentity checks which PINs are equal.
func TestIdentity(t *testing.T) {
	zero, four, eight := PIN{}, MustParse("0000"), MustParse("00000000")
	for i, p := range []PIN{zero, four, eight} {
		for j, q := range []PIN{zero, four, eight} {
			if (p == q) != (i == j) || p.Equal(q) != (i == j) {
				t.Errorf("%q and %q: == %t, Equal %t", p.Digits(), q.Digits(), p == q, p.Equal(q))
			}
		}
	}
	if !zero.IsZero() || zero.Valid() || zero.Len() != 0 || zero.Digits() != "" {
		t.Errorf("zero value: IsZero %t, Valid %t, Len %d, %q", zero.IsZero(), zero.Valid(), zero.Len(), zero.Digits())
	}
	if four.IsZero() || eight.IsZero() {
		t.Error("a PIN of zeros is taken for none")
	}
}

// TestEqual checks that PINs that differ in any one bit of their representation
// are different. With an overflow or a narrower comparison some would be equal.
func TestEqual(t *testing.T) {
	p := MustParse("24681353")
	for bit := range 32 {
		if q := (PIN{p.scrambled ^ 1<<bit}); p.Equal(q) || q.Equal(p) {
			t.Errorf("PINs that differ in bit %d are equal", bit)
		}
	}
	if !p.Equal(p) {
		t.Error("a PIN is not equal to itself")
	}
}

// TestEveryFormatRedacts prints a PIN in each way in which code may print it by
// mistake.
func TestEveryFormatRedacts(t *testing.T) {
	p := MustParse("71938240")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%08d", "%c", "%U", "%t", "%g", "%o"} {
		if got := fmt.Sprintf(verb, p); got != "PIN(redacted)" {
			t.Errorf("%s prints %q", verb, got)
		}
		if got := fmt.Sprintf(verb, PIN{}); got != "PIN(none)" {
			t.Errorf("%s prints %q for no PIN", verb, got)
		}
	}

	type exported struct{ P PIN }
	type unexported struct {
		p    PIN
		list []PIN
		m    map[PIN]PIN
	}
	var out bytes.Buffer
	values := []any{p, &p, exported{p}, &exported{p}, unexported{p, []PIN{p}, map[PIN]PIN{p: p}}, []PIN{p}, map[PIN]bool{p: true}}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%p"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		fmt.Fprintln(&out, v, p.String())
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, withoutTime), slog.NewJSONHandler(&out, withoutTime)} {
			slog.New(h).Info("m", "v", v)
		}
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Errorf("JSON of %T: %v", v, err)
		}
	}
	// The digits as text and in hexadecimal, their number and its code.
	number, _ := p.parts()
	for _, secret := range []string{
		"71938240", fmt.Sprintf("%x", "71938240"),
		fmt.Sprint(number), fmt.Sprintf("%x", number),
		fmt.Sprint(number + 1), fmt.Sprintf("%x", number+1),
	} {
		if strings.Contains(strings.ToLower(out.String()), secret) {
			t.Errorf("%s is in\n%s", secret, out.String())
		}
	}
}

func TestText(t *testing.T) {
	var config struct {
		PIN   PIN `json:"pin,omitzero"`
		AP    PIN `json:"ap,omitzero"`
		Other PIN `json:"other,omitzero"`
	}
	if err := json.Unmarshal([]byte(`{"pin":"1234-5670","ap":"0012"}`), &config); err != nil {
		t.Fatal(err)
	}
	if config.PIN != MustParse("12345670") || config.AP != MustParse("0012") || !config.Other.IsZero() {
		t.Errorf("read %s, %s, %s", config.PIN.Digits(), config.AP.Digits(), config.Other.Digits())
	}
	const dump = `{"pin":"PIN(redacted)","ap":"PIN(redacted)"}`
	if got, err := json.Marshal(config); err != nil || string(got) != dump {
		t.Errorf("wrote %s, %v", got, err)
	}
	before := config.PIN
	if err := json.Unmarshal([]byte(dump), &config); !errors.Is(err, ErrCharacter) || config.PIN != before {
		t.Errorf("a redacted PIN was read back: %v, now %s", err, config.PIN.Digits())
	}

	var p PIN
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.TextVar(&p, "pin", PIN{}, "")
	if err := flags.Parse([]string{"-pin", "1234 5670"}); err != nil || p.Digits() != "12345670" {
		t.Errorf("from a flag: %s, %v", p.Digits(), err)
	}
}

func TestInverse(t *testing.T) {
	for _, odd := range []uint32{1, 3, 5, 7, 9, 0x7fffffff, 0x80000001, 0xfffffffd, 0xffffffff, scramble} {
		if odd*inverse(odd) != 1 {
			t.Errorf("inverse(%d) = %d", odd, inverse(odd))
		}
	}
}
