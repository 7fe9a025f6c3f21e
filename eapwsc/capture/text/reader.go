package text

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
)

// Reader reads events from text, as [capture.Reader] reads them from a capture.
// It uses a limited amount of memory.
type Reader struct {
	lines  *bufio.Reader
	in     interpreter
	find   *finder
	hits   []hit
	cuts   []int // of a line
	match  match // of the line
	other  match // of another row, for comparison
	given  int
	err    error
	number int
	offset int64

	// held is a line that may continue on the next one.
	held       []byte
	heldRoom   []byte
	heldNumber int
	pieces     int
	hex        hexBlock
	// prefix is a line with a time and no known message: it may end before or
	// within its message.
	prefix, prefixRoom []byte
	wide               int // the width at which a terminal has wrapped lines; 0 if it has not
	partial            []byte
	ahead              []byte // a line read in advance
	aheadErr           error
}

// NewReader returns a Reader of the text in r, which is UTF-8, UTF-16, or of another
// character set that has ASCII in it.
func NewReader(r io.Reader) *Reader {
	in := bufio.NewReaderSize(r, bufferSize)
	head, _ := in.Peek(2)
	if len(head) == 2 && (head[0] == 0 || head[1] == 0) {
		head, _ = in.Peek(512)
	}
	if big, ok := utf16Order(head); ok {
		in = bufio.NewReaderSize(&utf16Reader{in: in, big: big}, bufferSize)
	}
	reader := &Reader{lines: in, find: allRows().finder}
	reader.in.init()
	sample, _ := in.Peek(bufferSize / 2)
	reader.wide = brokenAt(sample)
	return reader
}

const (
	bufferSize = 1 << 17
	// maxLine limits the length of a line, maxPieces the number of pieces of a
	// wrapped line, maxPrefix the text before a message.
	maxLine   = 1 << 16
	maxPieces = 8
	maxPrefix = 120
)

func (in *interpreter) init() {
	in.links, in.aps, in.heard = map[string]*link{}, map[wps.MAC]*network{}, map[Program]int{}
	in.keys, in.missing = new(exchange.KeyLog), map[int]bool{}
}

// table holds all rows, and the automaton that finds them.
type table struct {
	rows   []Pattern
	finder *finder
}

// allRows returns the table. It is built at the first use.
var allRows = sync.OnceValue(func() *table {
	t := new(table)
	for _, rows := range [][]Pattern{hostapRows, radiusRows, rowsOfOctets(), iwdRows, espRows, scanRows, statusRows, deviceRows, wiresharkRows, rowsOfFields()} {
		t.rows = append(t.rows, rows...)
	}
	var pointers []*Pattern
	for i := range t.rows {
		t.rows[i].compile()
		pointers = append(pointers, &t.rows[i])
	}
	t.finder = newFinder(pointers)
	return t
})

// Patterns returns the kinds of lines that are understood.
func Patterns() []Pattern { return append([]Pattern(nil), allRows().rows...) }

// Next returns the next event. It is valid until the following call. At the end
// the error is [io.EOF]; any other error is that of the io.Reader. Missing
// information is not an error.
func (r *Reader) Next() (*capture.Event, error) {
	for {
		if r.given < len(r.in.events) {
			r.given++
			return &r.in.events[r.given-1], nil
		}
		if r.err != nil {
			return nil, r.err
		}
		r.given, r.in.events = 0, r.in.events[:0]
		line, err := r.readLine()
		if err == nil || len(line) > 0 {
			r.line(line)
		}
		if err != nil {
			r.finish()
			if r.err = err; errors.Is(err, io.EOF) {
				r.err = io.EOF
			}
		}
	}
}

// Offset returns how many octets of the text were read, in UTF-8: up to the end
// of the line after which the last event was known.
func (r *Reader) Offset() int64 { return r.offset }

// Skip passes over the lines in the next octets of the text, and over the rest
// of the last one. What was under way is dropped.
func (r *Reader) Skip(octets int64) {
	r.held, r.prefix, r.ahead, r.hex = nil, nil, nil, hexBlock{}
	r.in.interrupt()
	r.given, r.in.events = 0, r.in.events[:0]
	for start := r.offset; r.err == nil && r.offset-start < octets; {
		if _, err := r.physicalLine(); err != nil {
			r.err = err
		}
	}
}

// readLine returns the next line without its end, truncated if it is too long.
// Lines that a terminal has wrapped are joined.
func (r *Reader) readLine() ([]byte, error) {
	if r.wide == 0 {
		return r.physicalLine()
	}
	line, err := r.ahead, r.aheadErr
	if r.ahead, r.aheadErr = nil, nil; line == nil && err == nil {
		line, err = r.physicalLine()
	}
	r.partial = append(r.partial[:0], line...)
	for width := len(line); err == nil && width == r.wide && len(r.partial) < maxLine; {
		var next []byte
		next, r.aheadErr = r.physicalLine()
		if startsNewLine(r.partial, next) {
			r.ahead = bytes.Clone(next)
			break
		}
		r.partial = append(r.partial, next...)
		width, err, r.aheadErr = len(next), r.aheadErr, nil
	}
	return r.partial, err
}

// startsNewLine reports whether next is not the rest of line: it has a time,
// begins like line, both are of a dump, or it is empty.
func startsNewLine(line, next []byte) bool {
	if len(next) == 0 {
		return true
	}
	if _, kind := stamp(next[:min(len(next), 40)]); kind != noStamp {
		return true
	}
	n := min(4, len(line), len(next))
	return bytes.Equal(line[:n], next[:n]) || isDumpLine(line) && isDumpLine(next)
}

func (r *Reader) physicalLine() ([]byte, error) {
	line, err := r.lines.ReadSlice('\n')
	if len(line) > 0 {
		r.number++
	}
	r.offset += int64(len(line))
	if errors.Is(err, bufio.ErrBufferFull) {
		kept := bytes.Clone(line[:maxLine])
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.lines.ReadSlice('\n')
			r.offset += int64(len(line))
		}
		line = kept
	}
	if len(line) > maxLine {
		line = line[:maxLine]
	}
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, err
}

// brokenAt returns the width at which a terminal or a page has wrapped the
// lines of a text: no line is longer, many have exactly that length, and the
// lines after those begin differently.
func brokenAt(sample []byte) int {
	longest, lines := 0, 0
	count := map[int]int{}
	var before []byte
	for len(sample) > 0 {
		line, rest, whole := bytes.Cut(sample, []byte("\n"))
		if !whole {
			break
		}
		sample = rest
		line = bytes.TrimRight(line, "\r")
		longest = max(longest, len(line))
		if lines++; !startsNewLine(before, line) {
			count[len(before)]++
		}
		before = line
	}
	if longest < 60 || longest > 300 || count[longest] < 3 || count[longest]*50 < lines {
		return 0
	}
	return longest
}

// line handles a line, which may be several that were joined.
func (r *Reader) line(raw []byte) {
	r.in.line = r.number
	for i := bytes.IndexByte(raw, '\r'); i >= 0; i = bytes.IndexByte(raw, '\r') {
		r.whole(raw[:i:i]) // the line ends of old systems, and of progress bars
		raw = raw[i+1:]
	}
	r.whole(raw)
}

// whole handles a line without line ends in it.
func (r *Reader) whole(raw []byte) {
	line := clean(raw)
	if bytes.IndexByte(line, '\\') < 0 || isByteString(line) {
		r.page(line)
		return
	}
	for begins := true; line != nil; begins = false {
		var first []byte
		first, line = cutEscaped(line, begins)
		r.page(first)
	}
}

// page handles a line that may be of the source of a page.
func (r *Reader) page(line []byte) {
	for rest := plain(line); rest != nil; {
		line, rest = cutAt(rest, bytes.IndexByte(rest, '\n'))
		r.joined(trimmed(line))
	}
}

// joined handles a line that may have several events without marks between
// them.
func (r *Reader) joined(line []byte) {
	from := 0
	for _, to := range r.joints(line) {
		r.one(line[from:to:to])
		from = to
	}
	r.one(line[from:])
}

// one handles a line.
func (r *Reader) one(line []byte) {
	if d := r.in.dump; d != nil {
		if r.dumpLine(d, line) {
			return
		}
		r.in.endDump()
	}
	if r.held != nil && r.join(line) {
		return
	}
	if r.prefix != nil {
		if _, kind := stamp(line[:min(len(line), 40)]); kind == noStamp && len(line) > 0 && line[0] != ' ' {
			line = append(append(r.prefix, ' '), line...)
		}
		r.prefix = nil
	}
	r.take(line)
}

// dumpLine handles a line of a dump in progress. It reports whether it was one.
func (r *Reader) dumpLine(d *dump, line []byte) bool {
	s := bytes.TrimLeft(line, " \t")
	if len(s) < 2 || !d.line(s) {
		// ESP-IDF puts "D (47764) wpa: " before each.
		i := bytes.LastIndex(s, []byte(": "))
		if i < 0 || !d.line(s[i+2:]) {
			return false
		}
	}
	r.in.finishDump()
	return true
}

// take finds the meaning of a line.
func (r *Reader) take(line []byte) {
	if r.in.fields != nil && r.in.fieldLine(line) {
		return
	}
	r.hits = r.find.hits(r.hits[:0], line)
	m := &r.match
	for _, h := range r.hits {
		row := r.find.rows[h.row]
		switch m.try(row, line, h.at) {
		case wholeFit:
			if m.open && len(line) < 1000 {
				r.hold(line)
				return
			}
			r.apply(m)
			return
		case partialFit:
			r.hold(line)
			return
		}
	}
	if (r.in.columns == nil || !r.in.tableLine(line)) && (bytes.IndexByte(line, '\\') < 0 || !r.in.terseLine(line)) {
		if len(line) < maxPrefix && len(line) > 0 && !isTimed(line) {
			if _, kind := stamp(line[:min(len(line), 40)]); kind != noStamp {
				r.prefix = append(r.prefixRoom[:0], line...)
				r.prefixRoom = r.prefix
			}
		}
		if r.in.dissected == nil { // or its octets are in its fields
			r.hex.line(&r.in, line)
		}
	}
}

// hold keeps a line that may continue on the next one.
func (r *Reader) hold(line []byte) {
	r.heldRoom = append(r.heldRoom[:0], line...)
	r.held, r.heldNumber = r.heldRoom, r.in.line
	r.pieces = 1
}

// join joins a held line with the next one. It reports whether that is used up.
func (r *Reader) join(line []byte) bool {
	held := r.held
	r.held = nil
	next := bytes.TrimLeft(line, " \t")
	if len(next) > 0 && r.pieces < maxPieces && len(held) < 4096 && r.goesOn(line) {
		for _, between := range []string{" ", ""} {
			joined := append(append(bytes.Clone(held), between...), next...)
			r.hits = r.find.hits(r.hits[:0], joined)
			m := &r.match
			for _, h := range r.hits {
				if h.at >= len(held) {
					continue
				}
				switch before, after := r.fitOf(h, held), m.try(r.find.rows[h.row], joined, h.at); {
				case after == wholeFit && m.end > len(held) && (before != wholeFit || m.n > r.valuesOf(h, held)):
					r.in.line = r.heldNumber
					if m.open {
						r.hold(joined)
						r.pieces++
					} else {
						r.apply(m)
					}
					return true
				case after == partialFit && before == partialFit:
					pieces := r.pieces
					r.hold(joined)
					r.pieces = pieces + 1
					return true
				}
			}
		}
	}
	number := r.in.line
	r.in.line = r.heldNumber
	r.release(held)
	r.in.line = number
	if d := r.in.dump; d != nil {
		if r.dumpLine(d, line) {
			return true
		}
		r.in.endDump()
	}
	return false
}

func (r *Reader) fitOf(h hit, line []byte) fit { return r.other.try(r.find.rows[h.row], line, h.at) }

// valuesOf returns how many values a line has, -1 if it does not match.
func (r *Reader) valuesOf(h hit, line []byte) int {
	if r.fitOf(h, line) != wholeFit {
		return -1
	}
	return r.other.n
}

// goesOn reports whether a line may be the rest of the one before: it has no
// time of its own, and no meaning by itself.
func (r *Reader) goesOn(line []byte) bool {
	if _, kind := stamp(line[:min(len(line), 40)]); kind != noStamp {
		return false
	}
	r.hits = r.find.hits(r.hits[:0], line)
	for _, h := range r.hits {
		if !r.find.rows[h.row].begins && r.fitOf(h, line) == wholeFit {
			return false
		}
	}
	return true
}

// release handles a held line as it is.
func (r *Reader) release(line []byte) {
	r.hits = r.find.hits(r.hits[:0], line)
	m := &r.match
	for _, h := range r.hits {
		if m.try(r.find.rows[h.row], line, h.at) == wholeFit {
			r.apply(m)
			return
		}
	}
}

// apply calls the action of a row.
func (r *Reader) apply(m *match) {
	in := &r.in
	r.hex.end(in)
	if t, kind := stamp(m.line[:m.at]); kind != noStamp {
		in.now, in.facts.timed = t, true
	} else if !in.facts.timed {
		in.facts.untimed = true
	}
	in.heard[m.row.Program]++
	m.row.means(in, m)
}

// finish handles the end of the text.
func (r *Reader) finish() {
	if r.held != nil {
		held := r.held
		r.held = nil
		r.release(held)
	}
	r.hex.end(&r.in)
	r.in.endDump()
	r.in.endPacket()
	r.in.flush()
	for _, l := range r.in.links {
		for _, f := range l.failed { // no line says which station it was
			r.in.fail(l.with(wps.MAC{}), f.kind, f.error, f.known)
		}
		if l.undecided { // most are stations
			l.is(sideStation)
		}
	}
	r.in.endVisible()
}

// utf16Reader converts UTF-16 to UTF-8.
type utf16Reader struct {
	in   *bufio.Reader
	big  bool
	left []byte
	high rune
}

func (u *utf16Reader) Read(p []byte) (n int, err error) {
	for len(u.left) == 0 {
		var b [2]byte
		if _, err := io.ReadFull(u.in, b[:]); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			return 0, err
		}
		c := rune(b[0]) | rune(b[1])<<8
		if u.big {
			c = rune(b[1]) | rune(b[0])<<8
		}
		switch {
		case c == 0xfeff:
			continue
		case u.high != 0:
			c, u.high = utf16.DecodeRune(u.high, c), 0
		case utf16.IsSurrogate(c):
			u.high = c
			continue
		}
		u.left = utf8.AppendRune(u.left[:0], c)
	}
	n = copy(p, u.left)
	u.left = u.left[n:]
	return n, nil
}

// IsText reports whether a file that begins with head may be text: it does not begin
// like a capture or an archive, and few octets are control characters. Text that is
// not UTF-8, and what a device wrote before its serial line had the right speed, are
// no exception. Some hundred octets are enough.
func IsText(head []byte) bool {
	if _, ok := utf16Order(head); ok {
		return true
	}
	if len(head) == 0 || capture.HasMagic(head) {
		return false
	}
	controls := 0
	for _, c := range head {
		if c < ' ' && (c < '\b' || c > '\r') && c != 0x1b || c == 0x7f {
			controls++
		}
	}
	const most = 10 // percent
	return controls*100 <= len(head)*most
}

// utf16Order returns the order of the octets of text in UTF-16; ok is false if it is
// none. Without a byte order mark it is recognised by ASCII characters.
func utf16Order(head []byte) (big, ok bool) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return false, true
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return true, true
	}
	const enough = 16
	if len(head) < enough {
		return false, false
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	return zeros[0] > 0, zeros[0] == 0 && zeros[1]*10 > half*9 || zeros[1] == 0 && zeros[0]*10 > half*9
}
