package printable

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"home", "home"},
		{"Café 日本", "Café 日本"},
		{"a\x1b[2Jb", `a\u001b[2Jb`},
		{"a\u009b2Jb", `a\u009b2Jb`},
		{"two\r\nlines\t.", `two\u000d\u000alines\u0009.`},
		{"a\u202eb\u2066c", `a\u202eb\u2066c`},
		{"a\u200bb\ufeffc", `a\u200bb\ufeffc`},
		{"a\xffb\xc3", `a\xffb\xc3`},
		{"a\u00a0b", `a\u00a0b`},
		{"\U000e0041", `\udb40\udc41`},
		{"\ufdd1red", `\ufdd1red`},
		{`back\slash`, `back\slash`},
		{"\ufffd", "\ufffd"},
		{"\x7f", `\u007f`},
	} {
		if got := Text(tt.in); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestName(t *testing.T) {
	for in, want := range map[string]string{
		"home": "“home”", "": "(no name)", " ": "(a name of one blank)", "   ": "(a name of 3 blanks)", " a ": "“ a ”", "\x00": `“\u0000”`,
	} {
		if got := Name(in, "“", "”"); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestWriter(t *testing.T) {
	text := "one\ntwo \x1b[31m" + Paint(Red, "ERROR") + " “Café” ──► \u202e\xff\r\n"
	for _, tt := range []struct {
		w    Writer
		want string
	}{
		{Writer{Marks: Plain}, "one\ntwo \\u001b[31mERROR “Café” ──► \\u202e\\xff\\u000d\n"},
		{Writer{Marks: Color}, "one\ntwo \\u001b[31m\x1b[31mERROR\x1b[0m “Café” ──► \\u202e\\xff\\u000d\n"},
		{Writer{Marks: Plain, ASCII: true}, "one\ntwo \\u001b[31mERROR \"Caf\\u00e9\" --> \\u202e\\xff\\u000d\n"},
	} {
		for _, size := range []int{1, 2, 3, len(text)} {
			var b bytes.Buffer
			w := tt.w
			w.to = &b
			for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
				if _, err := w.Write(rest[:min(size, len(rest))]); err != nil {
					t.Fatal(err)
				}
			}
			if b.String() != tt.want {
				t.Errorf("%d octets at a time:\n%q, want\n%q", size, b.String(), tt.want)
			}
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriterFails(t *testing.T) {
	w := NewWriter(full{}, Plain)
	if _, err := w.Write([]byte("a")); err != errFull || w.Err() != errFull {
		t.Error(err, w.Err())
	}
}

// FuzzPrintable checks that no harmful character passes, and that JSON keeps
// its meaning.
func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b\u009b\u202e\U000e0041\xff \ufdd2\x7f")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Text(s) {
			if !strconv.IsPrint(r) {
				t.Fatalf("Text(%q) has %q", s, r)
			}
		}
		valid := strings.ToValidUTF8(s, "")
		var b bytes.Buffer
		e := json.NewEncoder(NewWriter(&b, Lossless))
		e.SetEscapeHTML(false)
		if err := e.Encode(valid); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && r != '\t' && !strconv.IsPrint(r) {
				t.Fatalf("the JSON of %q has %q", s, r)
			}
		}
		var back string
		if err := json.Unmarshal(b.Bytes(), &back); err != nil || back != valid {
			t.Fatalf("%q became %q: %v", valid, back, err)
		}
		b.Reset()
		w := &Writer{Marks: Plain, ASCII: true, to: &b}
		if _, err := w.Write([]byte(s + "x")); err != nil || !utf8.Valid(b.Bytes()) {
			t.Fatalf("%q: %v", b.Bytes(), err)
		}
		for _, c := range b.Bytes() {
			if c > '~' || c < ' ' && c != '\n' && c != '\t' {
				t.Fatalf("the ASCII of %q is %q", s, b.Bytes())
			}
		}
	})
}

// TestASCIIPrefix has each octet at each place of text that is otherwise printable.
func TestASCIIPrefix(t *testing.T) {
	for _, filler := range []byte{' ', 'A', '~', '\t'} {
		for length := range 20 {
			for at := range length {
				for c := range 0x100 {
					b := bytes.Repeat([]byte{filler}, length)
					b[at] = byte(c)
					want := length
					if c < ' ' && c != '\n' && c != '\t' || c > '~' {
						want = at
					}
					if got := asciiPrefix(b); got != want {
						t.Fatalf("asciiPrefix(%q) = %d, want %d", b, got, want)
					}
				}
			}
		}
	}
}
