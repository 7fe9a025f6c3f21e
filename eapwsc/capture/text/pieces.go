package text

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// A page, an issue tracker or a program that keeps logs in JSON may put several
// lines into one: with a mark in the place of each end, or with nothing.

// cutEscaped returns the first of the lines between which a line as pasted has the
// escape of a line end, and the rest, nil if there is none. It decodes the
// escapes of JSON, in place. Begins is that it is the beginning of the whole.
func cutEscaped(line []byte, begins bool) (first, rest []byte) {
	var name nameState
	for i := range line {
		if inside := name.inside(line, i); line[i] != '\\' || i+1 == len(line) || line[i+1] != 'n' || inside {
			continue
		}
		end := i
		for end > 0 && line[end-1] == '\\' { // JSON in JSON
			end--
		}
		if end > 1 && line[end-1] == 'r' && line[end-2] == '\\' {
			end -= 2
		}
		first = line[:end:end]
		if begins {
			first = withoutMember(first)
		}
		return withoutEscapes(first), line[i+2:]
	}
	if isJSON(line) {
		line = withoutEscapes(line)
	}
	return line, nil
}

// isJSON reports whether a line begins like one of JSON.
func isJSON(line []byte) bool {
	s := bytes.TrimLeft(line, " \t")
	return len(s) > 0 && (s[0] == '{' || s[0] == '"' || s[0] == '[')
}

// withoutMember removes the name of the member of a JSON object of whose value a
// line is the beginning, unless there is a time in front.
func withoutMember(line []byte) []byte {
	if !isJSON(line) {
		return line
	}
	const quote = '"'
	value := bytes.IndexByte(line, quote) + 1
	for _, mark := range []string{`":"`, `": "`} {
		if i := bytes.LastIndex(line, []byte(mark)); i >= 0 {
			value = max(value, i+len(mark))
		}
	}
	if _, kind := stamp(line[:value]); kind != noStamp {
		return line
	}
	return line[value:]
}

// cutAt cuts an octet out of a line, whose place is -1 if it is not there.
func cutAt(line []byte, at int) (first, rest []byte) {
	if at < 0 {
		return line, nil
	}
	return line[:at:at], line[at+1:]
}

// plain decodes what the source of a page has in the place of characters and line
// ends.
func plain(line []byte) []byte {
	for range 2 { // a page that shows the source of a page has entities of entities
		if bytes.IndexByte(line, '&') >= 0 {
			line = withoutEntities(line)
		}
	}
	if bytes.IndexByte(line, '<') >= 0 {
		line = withoutTags(line)
	}
	return line
}

// isByteString reports whether a line has octets as strings of C and Python do,
// in which \n is an octet.
func isByteString(line []byte) bool {
	i := bytes.Index(line, []byte(`\x`))
	return i >= 0 && i+3 < len(line) && isHexDigit(line[i+2]) && isHexDigit(line[i+3]) && !insideName(line[:i])
}

// insideName reports whether what follows is part of a network's name, in which
// hostap escapes characters.
func insideName(before []byte) bool {
	var name nameState
	for i := range before {
		name.inside(before, i)
	}
	return name.inside(before, len(before))
}

// nameState follows a line from its beginning, octet by octet, since looking
// back at each would take very long in a long line.
type nameState struct {
	begins bool // after "ssid=", before its quotation mark
	quote  byte // of the name, or 0
}

// inside reports whether the octet at i is part of a name. It is called with
// each i in turn.
func (n *nameState) inside(line []byte, i int) bool {
	if i == 0 {
		return false
	}
	switch c := line[i-1]; {
	case c == '=' && i >= len("ssid=") && (string(line[i-len("ssid="):i]) == "ssid=" || string(line[i-len("ssid="):i]) == "SSID="):
		n.begins, n.quote = true, 0
	case n.begins && c != '\\':
		if n.begins = false; c == '\'' || c == '"' {
			n.quote = c
		}
	case c == n.quote:
		n.quote = 0
	}
	return n.quote != 0
}

// withoutEscapes decodes the escapes of a JSON string, in place. Those of names,
// which hostap has written, stay.
func withoutEscapes(line []byte) []byte {
	out := line[:0]
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c != '\\' || i+1 == len(line) {
			out = append(out, c)
			continue
		}
		switch e := line[i+1]; {
		case e == '"' || e == '/' || e == '\\':
			out = append(out, e)
			i++
		case e == 't':
			out = append(out, '\t')
			i++
		case e == 'u' && i+5 < len(line):
			r, err := strconv.ParseUint(string(line[i+2:i+6]), 16, 16)
			if err != nil {
				out = append(out, c)
				continue
			}
			if r >= ' ' { // UTF-8 of one is not longer than its escape
				out = utf8.AppendRune(out, rune(r))
			}
			i += 5
		default:
			out = append(out, c)
		}
	}
	return out
}

// tags are the elements of HTML in which logs stand, and whether one ends a line.
var tags = map[string]bool{
	"pre": true, "p": true, "div": true, "br": true, "li": true, "tr": true, "blockquote": true, "table": true, "tbody": true, "ul": true, "ol": true, "hr": true,
	"code": false, "span": false, "b": false, "i": false, "em": false, "strong": false, "tt": false, "td": false, "th": false,
	"a": false, "font": false, "samp": false, "kbd": false, "small": false, "u": false, "details": true, "summary": true,
}

// withoutTags puts the end of a line in the place of tags of HTML that end one,
// and nothing in that of others, in place.
func withoutTags(line []byte) []byte {
	out := line[:0]
	for i := 0; i < len(line); {
		if line[i] == '<' {
			if n, ends, cell := tag(line[i:]); n > 0 {
				switch {
				case ends && len(out) > 0:
					out = append(out, '\n')
				case cell:
					out = append(out, ' ')
				}
				i += n
				continue
			}
		}
		out = append(out, line[i])
		i++
	}
	return bytes.TrimRight(out, "\n")
}

// maxTag is the length of the longest tag that is recognised.
const maxTag = 200

// tag returns the length of the tag at the beginning of s, 0 if it is none, and
// whether it ends a line or a cell of a table.
func tag(s []byte) (n int, ends, cell bool) {
	at := 1
	if at < len(s) && s[at] == '/' {
		at++
	}
	start := at
	for at < len(s) && (s[at]|0x20 >= 'a' && s[at]|0x20 <= 'z') {
		at++
	}
	if at == start || at-start > len("blockquote") {
		return 0, false, false
	}
	ends, known := tags[string(bytes.ToLower(s[start:at]))]
	if !known {
		return 0, false, false
	}
	end := bytes.IndexByte(s[at:min(len(s), maxTag)], '>')
	if end < 0 || end > 0 && s[at] != ' ' && s[at] != '/' {
		return 0, false, false
	}
	return at + end + 1, ends, s[start] == 't'
}

// joints returns where other lines begin in a line that has one already: event
// lines of hostap behind their interface, or behind the number that wpa_cli puts
// in front.
func (r *Reader) joints(line []byte) []int {
	r.hits, r.cuts = r.find.hits(r.hits[:0], line), r.cuts[:0]
	if len(r.hits) < 2 {
		return nil
	}
	known := 0 // the end of the anchor of the event before
	for i, h := range r.hits {
		row := r.find.rows[h.row]
		end := h.at + len(row.anchor())
		if i == 0 {
			known = end
			continue
		}
		if h.at < known || row.begins || row.Program > WPASupplicant {
			continue
		}
		if start := known + beginning(line[known:h.at]); start < h.at && r.fitOf(h, line) == wholeFit {
			r.cuts = append(r.cuts, start)
			known = end
		}
	}
	return r.cuts
}

// beginning returns where the text before an event begins that belongs to it:
// the interface, and the time before that. It is the length of the text if there
// is no interface.
func beginning(before []byte) int {
	if skip := len(before) - maxBeginning; skip > 0 {
		return skip + beginning(before[skip:])
	}
	s := bytes.TrimRight(before, " ")
	for _, module := range []string{"SME:", "WPA:", "EAP:", "EAPOL:"} {
		s = bytes.TrimRight(bytes.TrimSuffix(s, []byte(module)), " ")
	}
	start := len(before)
	switch name := interfaceBefore(s); {
	case len(s) > 2 && s[len(s)-1] == '>' && isDigit(s[len(s)-2]) && s[len(s)-3] == '<':
		start = len(s) - 3
		if i := bytes.LastIndex(s[:start], []byte("IFNAME=")); i >= 0 && start-i < 24 {
			start = i
		}
	case name != nil && bytes.HasSuffix(s, []byte(":")):
		start = len(s) - 1 - len(name)
	default:
		return start
	}
	for i := start - 1; i >= max(0, start-maxStamp); i-- {
		if i > 0 && !isBreak(before[i-1]) {
			continue
		}
		if _, kind := stampAt(before[i:start]); kind != noStamp {
			start = i
		}
	}
	return start
}

const (
	// maxStamp is the length of a time, a host and a program before an event.
	maxStamp = 80
	// maxBeginning is the length of these and the interface.
	maxBeginning = 200
)
