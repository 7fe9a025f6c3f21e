// Package printable makes untrusted text safe to print.
//
// Names, keys and error texts come from devices, captures, logs and command
// lines. They may contain control characters, which move the cursor of a
// terminal or forge lines of a log, and formatting characters, which reverse
// the reading order of a line. [Text] returns a string without them, and a
// [Writer] removes them from what a program writes. Both keep the characters
// visible: each is replaced by a JSON escape, such as \u001b, and each octet
// that is not UTF-8 by one such as \xff.
//
// JSON that passes through a Writer loses nothing, since JSON readers decode
// the escapes. The only exception are octets that are not UTF-8, and the encoder
// of JSON has replaced these before they reach a Writer.
package printable

import (
	"encoding/binary"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns s in one line, with an escape for each character that is not
// printable by [strconv.IsPrint]: control characters including line ends,
// bidirectional and other formatting characters, unassigned characters, and all
// spaces but U+0020. Backslashes are not escaped: the result is for reading,
// not for decoding.
func Text(s string) string {
	if clean(s) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		b = appendRune(b, r, s[:n])
		s = s[n:]
	}
	return string(b)
}

// Name returns the text of a name between the given quotation marks. A name
// that is empty or blank would be invisible, so it is described in words.
func Name(s, opening, closing string) string {
	blank := true
	for _, r := range s {
		blank = blank && r == ' '
	}
	switch {
	case s == "":
		return "(no name)"
	case blank && len(s) == 1:
		return "(a name of one blank)"
	case blank:
		return "(a name of " + strconv.Itoa(len(s)) + " blanks)"
	}
	return opening + Text(s) + closing
}

// clean reports whether Text returns the string unchanged.
func clean(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return cleanRunes(s)
		}
	}
	return true
}

func cleanRunes(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// appendRune appends a character or its escape. Octets are those of the
// character.
func appendRune(b []byte, r rune, octets string) []byte {
	switch {
	case r == utf8.RuneError && len(octets) == 1:
		b = append(b, `\x`...)
		return append(b, hexDigits[octets[0]>>4], hexDigits[octets[0]&15])
	case strconv.IsPrint(r):
		return append(b, octets...)
	}
	return appendEscape(b, r)
}

const hexDigits = "0123456789abcdef"

// appendEscape appends the JSON escape of a character: a surrogate pair for
// characters beyond U+FFFF.
func appendEscape(b []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return appendEscape(appendEscape(b, high), low)
	}
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// Style is a way to display text on a terminal.
type Style rune

// The styles. Each is a noncharacter of Unicode, which [Text] never returns.
const (
	Normal Style = 0xfdd0 + iota
	Bold
	Faint
	Red
	Green
	Yellow
)

// sequences are the terminal sequences of the styles.
var sequences = map[Style]string{
	Normal: "\x1b[0m", Bold: "\x1b[1m", Faint: "\x1b[2m", Red: "\x1b[31m", Green: "\x1b[32m", Yellow: "\x1b[33m",
}

// Paint returns a text with marks that a [Writer] of form [Plain] or [Color]
// interprets.
func Paint(s Style, text string) string { return string(s) + text + string(Normal) }

// Marks is how a [Writer] treats the marks of [Paint].
type Marks int

// The forms.
const (
	Lossless Marks = iota // marks are ordinary characters: for JSON
	Plain                 // marks are left out
	Color                 // marks become terminal sequences
)

// Writer passes text on to another writer, and replaces characters that are not
// printable, other than line ends and tabs. It is not safe for concurrent use.
type Writer struct {
	Marks Marks
	ASCII bool // replace characters outside ASCII; not for Lossless

	to   io.Writer
	rest []byte // an incomplete character at the end of the last Write
	out  []byte // the buffer of Write
	err  error
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer, marks Marks) *Writer { return &Writer{to: w, Marks: marks} }

// Err returns the first error of the underlying writer.
func (w *Writer) Err() error { return w.err }

// Write implements [io.Writer]. A character may be split over two calls.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	in := p
	if len(w.rest) > 0 {
		in = append(w.rest, p...)
		w.rest = nil
	}
	w.out = w.out[:0]
	for i := 0; i < len(in); {
		if n := asciiPrefix(in[i:]); n > 0 {
			w.out = append(w.out, in[i:i+n]...)
			i += n
			continue
		}
		if !utf8.FullRune(in[i:]) {
			w.rest = append([]byte(nil), in[i:]...)
			break
		}
		r, n := utf8.DecodeRune(in[i:])
		w.rune(r, string(in[i:i+n]))
		i += n
	}
	if _, w.err = w.to.Write(w.out); w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// asciiPrefix returns how many octets at the beginning are printable ASCII,
// line ends or tabs.
func asciiPrefix(b []byte) int {
	for i := 0; i < len(b); i++ {
		for i+8 <= len(b) && allPrintable(binary.LittleEndian.Uint64(b[i:])) {
			i += 8
		}
		if i == len(b) {
			break
		}
		if c := b[i]; (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return i
		}
	}
	return len(b)
}

// allPrintable reports whether eight octets are all printable ASCII. The highest
// bit of an octet is set if it is above ASCII, if subtracting a space borrows, or if
// adding 1 makes 0x80 of it. A carry or borrow from one octet into the next comes
// only from one that is not printable.
func allPrintable(octets uint64) bool {
	const ones = 0x0101010101010101
	return (octets|(octets-ones*' ')|(octets+ones))&(ones*0x80) == 0
}

// rune appends a character outside printable ASCII to the output.
func (w *Writer) rune(r rune, octets string) {
	sequence, mark := sequences[Style(r)]
	switch {
	case mark && w.Marks == Color:
		w.out = append(w.out, sequence...)
	case mark && w.Marks == Plain:
	case w.ASCII && r > '~' && replacements[r] != "":
		w.out = append(w.out, replacements[r]...)
	case w.ASCII && r > '~' && !(r == utf8.RuneError && len(octets) == 1):
		w.out = appendEscape(w.out, r)
	default:
		w.out = appendRune(w.out, r, octets)
	}
}

// replacements are written instead of the characters outside ASCII that the
// programs and packages of this module use. Line drawing characters have
// replacements of one character, so that columns stay aligned.
var replacements = map[rune]string{
	'─': "-", '│': "|", '►': ">", '◄': "<", '▶': ">", '◀': "<", '✕': "x", '█': "#", '•': "*",
	'“': `"`, '”': `"`, '‘': "'", '’': "'", '…': "...", '≤': "<=", '≥': ">=", '×': "x", '–': "-", '—': "-", '→': "->", '←': "<-",
}
