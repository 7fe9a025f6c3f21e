package text

import (
	"bytes"
	"html"
	"strconv"
	"time"
)

// clean removes terminal control from a line, in place: colours and other
// escape sequences, and control characters except tabs.
func clean(line []byte) []byte {
	i := 0
	for i < len(line) && (line[i] >= ' ' && line[i] != 0x7f || line[i] == '\t') {
		i++
	}
	if i == len(line) {
		return line
	}
	out := line[:i]
	for i < len(line) {
		switch c := line[i]; {
		case c == 0x1b:
			i += escape(line[i:])
			continue
		case c >= ' ' && c != 0x7f || c == '\t':
			out = append(out, c)
		}
		i++
	}
	return out
}

// trimmed returns a line without blanks at its end, and without the marks with
// which mail and forums quote.
func trimmed(line []byte) []byte {
	for n := len(line); n > 0 && (line[n-1] == ' ' || line[n-1] == '\t' || line[n-1] == '\r'); n-- {
		line = line[:n-1]
	}
	for n := quoteMark(line); n > 0; n = quoteMark(line) {
		line = line[n:]
	}
	// grep -n puts the number of the line in front of what iw indents by tabs.
	if n := span(line, isDigit); n > 0 && n < 7 && n+1 < len(line) && (line[n] == ':' || line[n] == '-') && line[n+1] == '\t' {
		line = line[n+1:]
	}
	return line
}

// quoteMark returns the length of the mark at the beginning of a quoted line, 0 if
// there is none: some mail programs put a name in front, or no blank behind.
func quoteMark(line []byte) int {
	n := span(line, func(c byte) bool { return isNameByte(c) })
	if n > 0 && (n > 12 || n+1 >= len(line) || line[n+1] != ' ') || n == len(line) || line[n] != '>' {
		return 0
	}
	if n++; n < len(line) && line[n] == ' ' {
		n++
	}
	return n
}

// maxEntity is the length of the longest name of an entity, in octets.
const maxEntity = 32

// withoutEntities puts characters in the place of entities. A no-break space
// becomes a space. What has no semicolon stays: it may be a network's name.
func withoutEntities(line []byte) []byte {
	out := make([]byte, 0, len(line))
	for {
		at := bytes.IndexByte(line, '&')
		if at < 0 {
			return append(out, line...)
		}
		out, line = append(out, line[:at]...), line[at:]
		n := 1
		for n < min(len(line), maxEntity) && (isHexDigit(line[n]) || isWordByte(line[n]) || line[n] == '#') {
			n++
		}
		if n == len(line) || line[n] != ';' {
			out, line = append(out, line[:n]...), line[n:]
			continue
		}
		n++
		if c := html.UnescapeString(string(line[:n])); c == "\u00a0" {
			out = append(out, ' ')
		} else {
			out = append(out, c...)
		}
		line = line[n:]
	}
}

// escape returns the length of the escape sequence at the beginning of s:
// ECMA-48 5.4 (CSI), and operating system commands.
func escape(s []byte) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
		}
		return len(s)
	case ']':
		for i := 2; i < len(s); i++ {
			if s[i] == 0x07 {
				return i + 1
			}
		}
		return len(s)
	}
	return 2
}

// stampKind is the form of a line's timestamp, in order of increasing
// precision.
type stampKind uint8

const (
	noStamp   stampKind = iota
	sinceBoot           // "I (47724) wpa:", "[ 1234.567890]"
	ofDay               // "12:30:48"
	ofYear              // "Oct 26 12:30:48", "10-26 12:30:48.123": without a year
	ofEra               // with a year
	epoch               // seconds since 1970, as with "hostapd -t"
)

// stamp parses the time in the prefix of a message: the most precise one, since
// hostapd under syslog has two. A time without a year is in the year 0, and so
// is one that counts from the boot.
func stamp(prefix []byte) (t time.Time, kind stampKind) {
	for i := 0; i < len(prefix) && kind < epoch; i++ {
		if i > 0 && !isBreak(prefix[i-1]) {
			continue
		}
		if at, k := stampAt(prefix[i:]); k > kind {
			t, kind = at, k
		}
	}
	return t, kind
}

func isBreak(c byte) bool {
	return c == ' ' || c == '\t' || c == '[' || c == '(' || c == '<' || c == '|'
}

// stampAt parses the time at the start of s.
func stampAt(s []byte) (time.Time, stampKind) {
	switch c := s[0]; {
	case isDigit(c):
		return digitStamp(s)
	case c >= 'A' && c <= 'Z':
		if len(s) > 4 && s[1] == ' ' && s[2] == '(' && bytes.IndexByte([]byte("EWIDV"), c) >= 0 {
			// ESP-IDF: milliseconds since the start.
			if n := span(s[3:], isDigit); n > 0 && 3+n < len(s) && s[3+n] == ')' {
				ms, _ := strconv.ParseInt(string(s[3:3+n]), 10, 48)
				return yearless.Add(time.Duration(ms) * time.Millisecond), sinceBoot
			}
		}
		return monthStamp(s)
	case c == ' ' && len(s) > 1 && isDigit(s[1]):
		return digitStamp(s[1:])
	}
	return time.Time{}, noStamp
}

// yearless is the beginning of the year 0.
var yearless = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)

// digitStamp parses a time that begins with a digit.
func digitStamp(s []byte) (time.Time, stampKind) {
	n := span(s, isDigit)
	switch {
	case n == len(s):
	case s[n] == '.' && (n == 9 || n == 10): // 1795993035.246497:
		if f := span(s[n+1:], isDigit); f >= 3 && f <= 9 {
			seconds, _ := strconv.ParseInt(string(s[:n]), 10, 64)
			return time.Unix(seconds, int64(fraction(s[n:]))).UTC(), epoch
		}
	case s[n] == '.' && n < 9: // [ 1234.567890]
		if f := span(s[n+1:], isDigit); f >= 3 && f <= 9 && n+1+f < len(s) && s[n+1+f] == ']' {
			seconds, _ := strconv.ParseInt(string(s[:n]), 10, 64)
			return yearless.Add(time.Duration(seconds)*time.Second + fraction(s[n:])), sinceBoot
		}
	case s[n] == ':' && n <= 2:
		if day, rest, ok := clock(s); ok && (len(rest) == 0 || rest[0] != ':') { // not an address
			return yearless.Add(day), ofDay
		}
	case s[n] == '-' && n == 4 && len(s) > 11: // 2023-10-26T12:30:48.123+0200
		month, day := digits(s[5:7]), digits(s[8:10])
		if s[7] == '-' && month >= 1 && month <= 12 && day >= 1 && day <= 31 && (s[10] == 'T' || s[10] == ' ') {
			if at, rest, ok := clock(s[11:]); ok {
				t := time.Date(digits(s[:4]), time.Month(month), day, 0, 0, 0, 0, time.UTC).Add(at)
				return t.Add(-zone(rest)), ofEra
			}
		}
	case s[n] == '-' && n == 2 && len(s) > 6: // 10-26 12:30:48.123
		month, day := digits(s[:2]), digits(s[3:5])
		if month >= 1 && month <= 12 && day >= 1 && day <= 31 && s[5] == ' ' {
			if at, _, ok := clock(s[6:]); ok {
				return time.Date(0, time.Month(month), day, 0, 0, 0, 0, time.UTC).Add(at), ofYear
			}
		}
	}
	return time.Time{}, noStamp
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// monthStamp parses a time that begins with the name of a month: "Oct 26
// 12:30:48", possibly with a year after it as logread prints it.
func monthStamp(s []byte) (time.Time, stampKind) {
	if len(s) < len("Oct 26 12:30:48") || s[3] != ' ' {
		return time.Time{}, noStamp
	}
	month := bytes.Index([]byte(months), s[:3])
	if month < 0 || month%3 != 0 {
		return time.Time{}, noStamp
	}
	rest := bytes.TrimLeft(s[3:], " ")
	n := span(rest, isDigit)
	if n < 1 || n > 2 || n == len(rest) || rest[n] != ' ' {
		return time.Time{}, noStamp
	}
	day := digits(rest[:n])
	at, rest, ok := clock(rest[n+1:])
	if !ok || day < 1 || day > 31 {
		return time.Time{}, noStamp
	}
	year, kind := 0, ofYear
	if len(rest) >= 5 && rest[0] == ' ' && span(rest[1:], isDigit) == 4 {
		year, kind = digits(rest[1:5]), ofEra
	}
	return time.Date(year, time.Month(month/3+1), day, 0, 0, 0, 0, time.UTC).Add(at), kind
}

// clock parses a time of day: hh:mm:ss with an optional fraction.
func clock(s []byte) (at time.Duration, rest []byte, ok bool) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' || !isDigit(s[0]) || !isDigit(s[1]) || !isDigit(s[3]) || !isDigit(s[4]) || !isDigit(s[6]) || !isDigit(s[7]) {
		return 0, nil, false
	}
	h, m, sec := digits(s[:2]), digits(s[3:5]), digits(s[6:8])
	if h > 23 || m > 59 || sec > 60 {
		return 0, nil, false
	}
	at = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
	rest = s[8:]
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') && isDigit(rest[1]) {
		at += fraction(rest)
		rest = rest[1+span(rest[1:], isDigit):]
	}
	return at, rest, true
}

// fraction parses a fraction of a second, including the point.
func fraction(s []byte) (d time.Duration) {
	unit := time.Second / 10
	for _, c := range s[1:] {
		if !isDigit(c) || unit == 0 {
			break
		}
		d += time.Duration(c-'0') * unit
		unit /= 10
	}
	return d
}

// zone parses the offset of a clock from UTC: "Z", "+02:00", "+0200" or
// nothing.
func zone(s []byte) time.Duration {
	if len(s) < 5 || s[0] != '+' && s[0] != '-' {
		return 0
	}
	minutes := s[3:]
	if minutes[0] == ':' {
		minutes = minutes[1:]
	}
	if len(minutes) < 2 || span(s[1:3], isDigit) != 2 || span(minutes[:2], isDigit) != 2 {
		return 0
	}
	d := time.Duration(digits(s[1:3]))*time.Hour + time.Duration(digits(minutes[:2]))*time.Minute
	if s[0] == '-' {
		return -d
	}
	return d
}

// digits parses a number of a few decimal digits, -1 if s has other characters.
func digits(s []byte) (n int) {
	for _, c := range s {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// interfaceBefore returns the name of the interface in the prefix of a message,
// as in "wlan0: WPS-SUCCESS" and "IFNAME=wlan0 <3>WPS-SUCCESS".
func interfaceBefore(prefix []byte) []byte {
	if i := bytes.LastIndex(prefix, []byte("IFNAME=")); i >= 0 {
		name := prefix[i+len("IFNAME="):]
		return name[:span(name, func(c byte) bool { return c > ' ' })]
	}
	prefix = bytes.TrimRight(prefix, " ")
	if i := bytes.LastIndex(prefix, []byte(": STA ")); i >= 0 {
		prefix = prefix[:i+1]
	}
	if len(prefix) == 0 || prefix[len(prefix)-1] != ':' {
		return nil
	}
	prefix = prefix[:len(prefix)-1]
	start := len(prefix)
	for start > 0 && isNameByte(prefix[start-1]) {
		start--
	}
	name := prefix[start:]
	if span(name, isDigit) == len(name) || len(name) > 24 || start > 0 && prefix[start-1] != ' ' {
		return nil // nothing, a time, or something else
	}
	for _, no := range notInterfaces {
		if string(name) == no {
			return nil
		}
	}
	return name
}

// notInterfaces are words in the place of an interface name.
var notInterfaces = []string{"wpa", "hostapd", "wpa_supplicant", "iwd", "wps", "wifi", "phy_init", "SME", "WPA", "EAP", "EAPOL"}

func isNameByte(c byte) bool {
	return isHexDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '-' || c == '_' || c == '.' || c == '@'
}
