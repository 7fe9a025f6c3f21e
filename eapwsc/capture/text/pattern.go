package text

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gowps/gowps/wps"
)

// Pattern is a kind of line that a program prints, with its meaning.
type Pattern struct {
	// Program prints the line. Origin is the source file of the program, and
	// the versions if not all have it.
	Program Program
	Origin  string
	// Text is the text of the line. {NAME:TYPE} is a value, a space any
	// number of blanks, and [ ] encloses an optional part. The types are mac,
	// int, hex (a number, with or without 0x), uuid, word, upto (until the text
	// that follows in the pattern), within (the same, where that text is in the
	// same line) and rest (of the line). Any text may precede
	// the pattern in a line, unless the pattern begins with ^: then only blanks
	// may.
	Text string
	// Example is an actual line.
	Example string

	means  func(*interpreter, *match)
	parts  []part
	begins bool // only blanks may precede it
}

// part is a piece of a pattern.
type part struct {
	literal  string // "" for a value
	name     string
	kind     valueKind
	optional []part // an optional part
}

type valueKind uint8

const (
	valueMAC valueKind = iota + 1
	valueInt
	valueHex
	valueUUID
	valueWord
	valueUpto
	valueWithin
	valueRest
)

var valueKinds = map[string]valueKind{
	"mac": valueMAC, "int": valueInt, "hex": valueHex, "uuid": valueUUID, "word": valueWord, "upto": valueUpto, "within": valueWithin, "rest": valueRest,
}

// compile parses a pattern. An invalid pattern is an error in a table of this
// package, so it panics.
func compile(pattern string) (parts []part) {
	for pattern != "" {
		switch pattern[0] {
		case '{':
			end := strings.IndexByte(pattern, '}')
			name, kind, ok := strings.Cut(pattern[1:end], ":")
			if !ok || valueKinds[kind] == 0 {
				panic("text: unknown value: " + pattern)
			}
			parts = append(parts, part{name: name, kind: valueKinds[kind]})
			pattern = pattern[end+1:]
		case '[':
			end := strings.IndexByte(pattern, ']')
			parts = append(parts, part{optional: compile(pattern[1:end])})
			pattern = pattern[end+1:]
		default:
			end := strings.IndexAny(pattern, "{[")
			if end < 0 {
				end = len(pattern)
			}
			literal := pattern[:end]
			literal = strings.ReplaceAll(strings.ReplaceAll(literal, "⟦", "["), "⟧", "]")
			parts = append(parts, part{literal: literal})
			pattern = pattern[end:]
		}
	}
	return parts
}

// anchor is the text by which a row is found in a line.
func (r *Pattern) anchor() string { return r.parts[0].literal }

// compile prepares a row.
func (r *Pattern) compile() {
	pattern, begins := strings.CutPrefix(r.Text, "^")
	r.begins, r.parts = begins, compile(pattern)
}

// match is a line that matches a row.
type match struct {
	row  *Pattern
	line []byte // as received, without colours
	at   int    // where the pattern begins in it

	values [8]value
	n      int
	end    int  // where the pattern ends
	open   bool // the line ends where more may follow
}

type value struct {
	name string
	text []byte
}

// fit is how well a line matches a row.
type fit uint8

const (
	noFit      fit = iota
	partialFit     // as far as the line goes: the rest may be on the next one
	wholeFit
)

// try matches a line, from an anchor on, with a row.
func (m *match) try(r *Pattern, line []byte, at int) fit {
	m.row, m.line, m.at, m.n, m.open = r, line, at, 0, false
	if r.begins && blanks(line) < at {
		return noFit
	}
	rest, f := m.follow(r.parts, line[at:])
	m.end = len(line) - len(rest)
	return f
}

// follow matches a text with parts, and returns the rest of it.
func (m *match) follow(parts []part, s []byte) (rest []byte, f fit) {
	for i := range parts {
		p := &parts[i]
		switch {
		case p.optional != nil:
			before := m.n
			if after, f := m.follow(p.optional, s); f == wholeFit {
				s = after
			} else {
				m.n = before
				m.open = m.open || f == partialFit
			}
		case p.literal != "":
			if s, f = literal(p.literal, s); f != wholeFit {
				return nil, f
			}
		default:
			next := ""
			if i+1 < len(parts) {
				next = parts[i+1].literal
			}
			var v []byte
			if v, s, f = take(p.kind, s, next); f != wholeFit {
				return nil, f
			}
			if m.n < len(m.values) {
				m.values[m.n] = value{p.name, v}
				m.n++
			}
		}
	}
	return s, wholeFit
}

// literal matches the beginning of s with a text in which a blank stands for
// any number of them.
func literal(want string, s []byte) ([]byte, fit) {
	for i := 0; i < len(want); i++ {
		if want[i] == ' ' {
			for i+1 < len(want) && want[i+1] == ' ' {
				i++
			}
			n := blanks(s)
			if n == 0 && len(s) > 0 {
				return nil, noFit
			}
			s = s[n:]
			continue
		}
		if len(s) == 0 {
			return nil, partialFit
		}
		if s[0] != want[i] {
			return nil, noFit
		}
		s = s[1:]
	}
	return s, wholeFit
}

func blanks(s []byte) int {
	n := 0
	for n < len(s) && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}

// take splits a value off the beginning of s.
func take(kind valueKind, s []byte, next string) (v, rest []byte, f fit) {
	var n int
	switch kind {
	case valueRest:
		return bytes.TrimSpace(s), nil, wholeFit
	case valueUpto:
		if n = bytes.Index(s[:min(len(s), maxUpto)], []byte(next)); n < 0 {
			if len(s) > maxUpto {
				return nil, nil, noFit
			}
			return nil, nil, partialFit
		}
		return s[:n], s[n:], wholeFit
	case valueWithin:
		if n = bytes.Index(s[:min(len(s), maxWithin)], []byte(next)); n < 0 {
			return nil, nil, noFit
		}
		return s[:n], s[n:], wholeFit
	case valueMAC:
		n = span(s, isMACDigit)
		if n > macLen {
			n = macLen
		}
		if n < macLen {
			return nil, nil, fitOfPrefix(s, n)
		}
		return s[:n], s[n:], wholeFit
	case valueInt:
		if len(s) > 0 && s[0] == '-' {
			n = 1
		}
		n += span(s[n:], isDigit)
	case valueHex:
		if n = 0; len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
			n = 2
		}
		n += span(s[n:], isHexDigit)
	case valueUUID:
		if n = span(s, func(c byte) bool { return isHexDigit(c) || c == '-' }); n < uuidLen {
			return nil, nil, fitOfPrefix(s, n)
		}
		n = uuidLen
	case valueWord:
		n = span(s, func(c byte) bool { return c > ' ' && (next == "" || c != next[0]) })
	}
	if n == 0 {
		return nil, nil, fitOfPrefix(s, n)
	}
	return s[:n], s[n:], wholeFit
}

// maxUpto and maxWithin limit where the text after a value is looked for, since
// a line may have very many places at which one might begin. The longest values
// are messages in hexadecimal digits.
const (
	maxUpto   = 1 << 14
	maxWithin = 512
)

const (
	macLen  = len("00:11:22:33:44:55")
	uuidLen = len("00112233-4455-6677-8899-aabbccddeeff")
)

func fitOfPrefix(s []byte, n int) fit {
	if n == len(s) {
		return partialFit
	}
	return noFit
}

func span(s []byte, is func(byte) bool) int {
	n := 0
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// isMACDigit also accepts characters that people use to mask digits.
func isMACDigit(c byte) bool {
	return isHexDigit(c) || c == ':' || c == '-' || c == 'x' || c == 'X' || c == '*' || c == '#'
}

// text returns a value, or nil.
func (m *match) text(name string) []byte {
	for i := range m.values[:m.n] {
		if m.values[i].name == name {
			return m.values[i].text
		}
	}
	return nil
}

// number returns a decimal value, and whether it is there.
func (m *match) number(name string) (int, bool) {
	n, err := strconv.Atoi(string(m.text(name)))
	return n, err == nil
}

// hexNumber returns a hexadecimal value, and whether it is there.
func (m *match) hexNumber(name string) (int, bool) {
	s := strings.TrimPrefix(strings.ToLower(string(m.text(name))), "0x")
	n, err := strconv.ParseUint(s, 16, 32)
	return int(n), err == nil
}

// mac returns an address, the zero value if it is missing or masked.
func (m *match) mac(name string) wps.MAC {
	a, err := wps.ParseMAC(string(m.text(name)))
	if err != nil {
		return wps.MAC{}
	}
	return a
}

// uuid returns a UUID, or the zero value.
func (m *match) uuid(name string) (u wps.UUID) {
	b, err := hex.DecodeString(strings.ReplaceAll(string(m.text(name)), "-", ""))
	if err == nil && len(b) == len(u) {
		copy(u[:], b)
	}
	return u
}

// unescaped decodes the escapes with which hostap prints names (printf_encode).
func unescaped(s []byte) []byte {
	if bytes.IndexByte(s, '\\') < 0 {
		return s
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'e':
			out = append(out, 0x1b)
		case 'x':
			if i+2 < len(s) {
				if b, err := hex.DecodeString(string(s[i+1 : i+3])); err == nil {
					out = append(out, b[0])
					i += 2
					continue
				}
			}
			out = append(out, '\\', 'x')
		default:
			out = append(out, s[i])
		}
	}
	return out
}

// finder finds the anchors of many rows in one pass over a line, with the
// automaton of Aho and Corasick.
type finder struct {
	class   [256]uint8 // of octets: those in no anchor are one class
	classes int
	next    []uint16 // by state and class
	found   [][]int  // the rows whose anchors end in a state
	rows    []*Pattern
}

// newFinder builds the automaton.
func newFinder(rows []*Pattern) *finder {
	f := &finder{rows: rows, classes: 1}
	for _, r := range rows {
		for _, c := range []byte(r.anchor()) {
			if f.class[c] == 0 {
				f.class[c] = uint8(f.classes)
				f.classes++
			}
		}
	}
	type node struct {
		next []uint16
		fail uint16
		rows []int
	}
	nodes := []node{{next: make([]uint16, f.classes)}}
	for i, r := range rows {
		at := uint16(0)
		if len(r.anchor()) < 3 {
			panic(fmt.Sprintf("text: the pattern %q begins with too little text", r.Text))
		}
		for _, c := range []byte(r.anchor()) {
			class := f.class[c]
			if nodes[at].next[class] == 0 {
				nodes = append(nodes, node{next: make([]uint16, f.classes)})
				nodes[at].next[class] = uint16(len(nodes) - 1)
			}
			at = nodes[at].next[class]
		}
		nodes[at].rows = append(nodes[at].rows, i)
	}
	queue := []uint16{}
	for _, to := range nodes[0].next {
		if to != 0 {
			queue = append(queue, to)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for class, to := range nodes[at].next {
			fail := nodes[nodes[at].fail].next[class]
			if to == 0 {
				nodes[at].next[class] = fail
				continue
			}
			nodes[to].fail = fail
			nodes[to].rows = append(nodes[to].rows, nodes[fail].rows...)
			queue = append(queue, to)
		}
	}
	for i := range nodes {
		f.next = append(f.next, nodes[i].next...)
		f.found = append(f.found, nodes[i].rows)
	}
	return f
}

// hit is an anchor in a line.
type hit struct {
	at  int
	row int
}

// hits appends the anchors in a line, in order; of those at one place the
// longest comes first.
func (f *finder) hits(dst []hit, line []byte) []hit {
	state, classes := 0, f.classes
	for i, c := range line {
		class := f.class[c]
		if class == 0 {
			state = 0
			continue
		}
		if state = int(f.next[state*classes+int(class)]); state == 0 || f.found[state] == nil {
			continue
		}
		for _, r := range f.found[state] {
			dst = append(dst, hit{i + 1 - len(f.rows[r].anchor()), r})
		}
	}
	if len(dst) > 1 {
		slices.SortStableFunc(dst, func(a, b hit) int {
			if a.at != b.at {
				return a.at - b.at
			}
			ra, rb := f.rows[a.row], f.rows[b.row]
			return cmp.Or(len(rb.anchor())-len(ra.anchor()), len(rb.Text)-len(ra.Text))
		})
	}
	return dst
}
