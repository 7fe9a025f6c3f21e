package text

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// Dump is a hexadecimal dump of something of WPS.
type Dump struct {
	// Line is the line of its first octets.
	Line int
	// Name says what it is, such as "WSC message M4", "WPS element" or "NDEF
	// record, password token".
	Name string
	// Kind is the list of attributes in it, 0 if there is none.
	Kind wps.Kind
	// Octets are the attributes, and Offset is where they begin in the dump.
	Octets wps.Redacted
	Offset int
	// Frame is the whole dump.
	Frame wps.Redacted
}

// hexBlock is a block of consecutive lines of hexadecimal.
type hexBlock struct {
	octets  []byte
	lines   []int // where each line ends in octets
	first   int   // the number of the first line
	columns bool  // offsets stand in front

	// coded is base64 in lines of its own, coded first in a line.
	coded      []byte
	codedFirst int
}

// maxHex limits the size of a dump in octets.
const maxHex = 1 << 16

// line adds a line that is nothing else.
func (h *hexBlock) line(in *interpreter, s []byte) {
	goesOn := len(h.octets) > 0
	if !goesOn && isTimed(s) {
		return
	}
	l := hexLine(s, goesOn)
	if len(l.octets) == 0 && h.base64(in, s) {
		return
	}
	h.endBase64(in)
	if goesOn && (len(l.octets) == 0 || l.begins || l.column != h.columns) {
		h.end(in)
	}
	if len(l.octets) == 0 {
		return
	}
	if len(h.octets) == 0 {
		h.first, h.columns = in.line, l.column
	}
	if len(h.octets)+len(l.octets) <= maxHex {
		h.octets = append(h.octets, l.octets...)
		h.lines = append(h.lines, len(h.octets))
	}
}

// isTimed reports whether a line begins with a time as "hostapd -t" prints it,
// as most lines of a large log do.
func isTimed(s []byte) bool { return len(s) > 17 && s[10] == '.' && s[17] == ':' && isDigit(s[0]) }

// end handles the end of the lines. Each may be a packet of its own.
func (h *hexBlock) end(in *interpreter) {
	h.endBase64(in)
	if !h.each(in) && len(h.octets) >= minDump {
		in.dumped(bytes.Clone(h.octets), h.first)
	}
	h.octets, h.lines = h.octets[:0], h.lines[:0]
}

// base64 reads a line with base64. It reports whether it has any that may go on in
// the next line.
func (h *hexBlock) base64(in *interpreter, s []byte) bool {
	s = bytes.TrimSpace(s)
	if n := span(s, isBase64); n == len(s) && n >= minBase64 && len(h.coded)+n <= 2*maxHex {
		if len(h.coded) == 0 {
			h.codedFirst = in.line
		}
		h.coded = append(h.coded, s...)
		return true
	}
	h.endBase64(in)
	for len(s) > 0 {
		n := span(s, isBase64)
		if b := decodedBase64(s[:n]); b != nil {
			in.dumped(b, in.line)
		}
		s = s[min(n+1, len(s)):]
	}
	return false
}

// endBase64 handles the end of lines of base64.
func (h *hexBlock) endBase64(in *interpreter) {
	if len(h.coded) == 0 {
		return
	}
	if b := decodedBase64(h.coded); b != nil {
		in.dumped(b, h.codedFirst)
	}
	h.coded = h.coded[:0]
}

// minBase64 is the length of the shortest base64 that is recognised.
const minBase64 = 16

func isBase64(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '+' || c == '/' || c == '-' || c == '_' || c == '='
}

// decodedBase64 decodes base64 of something of WPS, nil if it is none.
func decodedBase64(s []byte) []byte {
	if len(s) < minBase64 || !bytes.ContainsRune([]byte("3AE0"), rune(s[0])) { // how those begin: see below
		return nil
	}
	s = bytes.TrimRight(s, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		b := make([]byte, encoding.DecodedLen(len(s)))
		if n, err := encoding.Decode(b, s); err == nil && isOfWPS(b[:n]) {
			return b[:n]
		}
	}
	return nil
}

// isOfWPS reports whether octets are an element, an EAPOL or EAP packet, a message
// or an NDEF record of WPS.
func isOfWPS(b []byte) bool {
	return len(b) >= minDump && (b[0] == 0xdd && bytes.HasPrefix(b[2:], wpsElement) || isEAPOL(b) || isEAP(b) && len(b) > 14 ||
		wps.Find(b, wps.AttrVersion) != nil && isAttributes(b) || bytes.Contains(b[:min(len(b), 64)], []byte(nfc.MediaType)))
}

func (h *hexBlock) each(in *interpreter) bool {
	if h.columns || len(h.lines) < 2 {
		return false
	}
	begin := 0
	for _, end := range h.lines {
		if !isComplete(h.octets[begin:end]) {
			return false
		}
		begin = end
	}
	begin = 0
	for i, end := range h.lines {
		in.dumped(bytes.Clone(h.octets[begin:end]), h.first+i)
		begin = end
	}
	return true
}

// isComplete reports whether octets are one whole packet, element or list of
// attributes, and nothing else.
func isComplete(b []byte) bool {
	if len(b) < minDump {
		return false
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	switch {
	case isEAPOL(b):
		return length == len(b)-4
	case isEAP(b):
		return length == len(b)
	case b[0] == 0xdd:
		return int(b[1]) == len(b)-2
	}
	return wps.Find(b, wps.AttrVersion) != nil && attributesEnd(b) == len(b)
}

// attributesEnd returns the end of the attributes at the start of b.
func attributesEnd(b []byte) int {
	at := 0
	for len(b)-at >= 4 {
		id, length := binary.BigEndian.Uint16(b[at:]), int(binary.BigEndian.Uint16(b[at+2:]))
		if id < 0x1001 || id > 0x10ff || length > len(b)-at-4 {
			break
		}
		at += 4 + length
	}
	return at
}

// minDump is the size of the shortest dump that is recognised: an EAP-Failure
// has four octets, but so has a year.
const minDump = 8

// octetLine is the content of a line of a dump.
type octetLine struct {
	octets []byte
	column bool // an offset stands in front
	begins bool // it does not continue the lines before
}

// hexLine parses a line of a dump, in the forms of xxd, hexdump -C, od -t x1,
// tcpdump -x and Wireshark, of C, Go, Python and JSON, and of people. GoesOn
// reports that the previous line was of a dump.
func hexLine(s []byte, goesOn bool) (l octetLine) {
	s = bytes.TrimSpace(s)
	if offset, rest, ok := hexOffset(s); ok {
		return octetLine{hexColumn(rest), true, offset == 0}
	}
	if octets, begins := quotedOctets(s); len(octets) >= 4 {
		return octetLine{octets, false, begins}
	}
	// Octets may follow a name, or be part of a line of a program.
	bare := true // only marks are in front
	for i := 0; i < min(len(s), maxName); i++ {
		if i == 0 || isMark(s[i-1]) {
			octets, n := hexRun(s[i:])
			least := 4
			if !bare {
				least = 8
			} else if goesOn {
				least = 1
			}
			if len(octets) >= least && isTail(s[i+n:]) {
				return octetLine{octets, false, !bare}
			}
		}
		bare = bare && (isMark(s[i]) || s[i] == 'b')
	}
	return octetLine{}
}

// isDumpLine reports whether a line begins like those of dumps, without a name.
func isDumpLine(s []byte) bool {
	s = bytes.TrimSpace(s[:min(len(s), 64)])
	if _, rest, ok := hexOffset(s); ok && len(hexColumn(rest)) > 0 {
		return true
	}
	octets, end := hexRun(s)
	return len(octets) >= 4 && (end+3 >= len(s) || isTail(s[end:]))
}

// maxName limits the text before the octets of a line.
const maxName = 160

// isMark reports whether octets may follow c.
func isMark(c byte) bool {
	switch c {
	case ' ', '\t', ',', ':', ';', '"', '\'', '`', '=', '(', '[', '{', '>', '|':
		return true
	}
	return false
}

// isTail reports whether only closing marks and a comment follow octets.
func isTail(s []byte) bool {
	s = bytes.TrimLeft(s, " \t\"'`,;)]}|\\.")
	return len(s) == 0 || s[0] == '#' || s[0] == '<' || bytes.HasPrefix(s, []byte("//")) || bytes.HasPrefix(s, []byte("/*"))
}

// hexOffset reads the offset in front of the octets of a line.
func hexOffset(s []byte) (offset int, rest []byte, ok bool) {
	t := bytes.TrimPrefix(s, []byte("0x"))
	n := span(t, isHexDigit)
	if n < 4 || n > 8 || n == len(t) {
		return 0, nil, false
	}
	for _, c := range t[:n] {
		offset = offset<<4 | int(nibble(c))
	}
	rest = t[n:]
	switch {
	case rest[0] == ':' && len(rest) > 1 && (rest[1] == ' ' || rest[1] == '\t'): // xxd, tcpdump
		return offset, rest[1:], true
	case len(rest) > 2 && rest[0] == ' ' && rest[1] == ' ' && offset%8 == 0: // hexdump -C, Wireshark
		return offset, rest, true
	case rest[0] == ' ' && n >= 6 && offset%8 == 0: // od -A x
		return offset, rest, true
	}
	return 0, nil, false
}

// hexColumn reads the octets after an offset, until the column of characters,
// which is separated by two blanks or by anything else that is not an octet.
func hexColumn(s []byte) (octets []byte) {
	s = bytes.TrimLeft(s, " \t")
	for len(s) > 0 {
		n := span(s, isHexDigit)
		if n == 0 || n%2 == 1 || n > 16 || n < len(s) && s[n] != ' ' && s[n] != '\t' && s[n] != '-' {
			break
		}
		octets = appendHex(octets, s[:n])
		s = s[n:]
		gap := span(s, func(c byte) bool { return c == ' ' || c == '\t' || c == '-' })
		s = s[gap:]
		// Some leave two blanks between octets 8 and 9.
		if gap > 1 && !(gap <= 3 && len(octets) == 8 && len(s) > 2 && span(s[:3], isHexDigit) == 2 && s[2] == ' ') {
			break
		}
	}
	return octets
}

func appendHex(octets, digits []byte) []byte {
	for i := 0; i+1 < len(digits); i += 2 {
		octets = append(octets, nibble(digits[i])<<4|nibble(digits[i+1]))
	}
	return octets
}

// hexRun reads octets and what separates them, and returns how much of s that
// is.
func hexRun(s []byte) (octets []byte, end int) {
	at := 0
	for {
		from := at
		for at < len(s) && isSeparator(s[at]) {
			at++
		}
		prefixed := at+2 < len(s) && (s[at] == '0' || s[at] == '\\') && (s[at+1] == 'x' || s[at+1] == 'X')
		if prefixed {
			at += 2
		}
		n := span(s[at:], isHexDigit)
		switch next := at + n; {
		case n == 0 || next < len(s) && isWordByte(s[next]):
			return octets, from
		case prefixed && n == 1:
			octets = append(octets, nibble(s[at]))
		case n%2 == 1:
			return octets, from
		default:
			octets = appendHex(octets, s[at:next])
		}
		at += n
		end = at
		if at == len(s) {
			return octets, end
		}
	}
}

// isWordByte reports whether c continues a word, so that digits before it are
// not octets.
func isWordByte(c byte) bool {
	return c >= 'g' && c <= 'z' || c >= 'G' && c <= 'Z' || c == '_' || c == '.' || c == '/' || c >= 0x80
}

// isSeparator reports whether c can separate octets.
func isSeparator(c byte) bool {
	switch c {
	case ' ', '\t', ',', ':', '-', ';', '"', '\'', '(', '[', '{':
		return true
	}
	return false
}

// quotedOctets reads a string of C, Python or Go with octets as "\x10",
// possibly with literal characters between them.
func quotedOctets(s []byte) (octets []byte, begins bool) {
	first := bytes.Index(s, []byte(`\x`))
	if first < 0 {
		return nil, false
	}
	open := bytes.LastIndexAny(s[:first], `"'`)
	if open < 0 {
		return nil, false
	}
	if i := bytes.IndexByte(s[:first], s[open]); i < open && bytes.Count(s[:first], s[open:open+1]) == 1 {
		open = i
	}
	quote := s[open]
	begins = len(bytes.Trim(s[:open], " \tb(\"'")) > 0
	for at := open + 1; at < len(s); at++ {
		c := s[at]
		switch {
		case c == quote:
			return octets, begins
		case c != '\\':
			octets = append(octets, c)
			continue
		case at+1 == len(s):
			return nil, false
		}
		at++
		switch e := s[at]; {
		case e == 'x' && at+2 < len(s) && isHexDigit(s[at+1]) && isHexDigit(s[at+2]):
			octets = append(octets, nibble(s[at+1])<<4|nibble(s[at+2]))
			at += 2
		case e == 'x':
			return nil, false
		default:
			if i := bytes.IndexByte([]byte("abtnvfr"), e); i >= 0 {
				e = byte('\a' + i)
			} else if e == '0' {
				e = 0
			}
			octets = append(octets, e)
		}
	}
	return nil, false
}

// dumped detects what a dump is, and emits the events in it.
func (in *interpreter) dumped(b []byte, line int) {
	now := in.line
	in.line = line
	defer func() { in.line = now }()
	in.flush()
	for _, read := range []func(*interpreter, []byte) bool{
		(*interpreter).dumpedEthernet, (*interpreter).dumped80211, (*interpreter).dumpedEAPOL, (*interpreter).dumpedEAP,
		(*interpreter).dumpedNDEF, (*interpreter).dumpedHandover, (*interpreter).dumpedElements, (*interpreter).dumpedAttributes,
	} {
		if read(in, b) {
			return
		}
	}
}

// noteDump notes a dump.
func (in *interpreter) noteDump(name string, kind wps.Kind, attributes []byte, offset int, whole []byte) {
	if len(in.dumps) < maxDumps {
		in.dumps = append(in.dumps, Dump{Line: in.line, Name: name, Kind: kind, Octets: attributes, Offset: offset, Frame: whole})
		in.heard[HexDump]++
	}
}

// dumpConversation returns the conversation that dumped packets belong to.
func (in *interpreter) dumpConversation() *conversation {
	l := in.linkNamed("hex dump")
	l.is(sideStation)
	t := l.with(wps.MAC{})
	t.dumped = true
	return t
}

// dumpedEthernet handles an Ethernet frame with EAPOL, and EAPOL after the LLC
// header of a radio frame.
func (in *interpreter) dumpedEthernet(b []byte) bool {
	if len(b) < 18 || b[12] != 0x88 || b[13] != 0x8e || !isEAPOL(b[14:]) {
		return false
	}
	in.packet(b[14:], b, 14, wps.MAC(b[6:12]), wps.MAC(b[:6]))
	return true
}

// llc is the header of EAPOL in frames of 802.11.
var llc = []byte{0xaa, 0xaa, 0x03, 0, 0, 0, 0x88, 0x8e}

func (in *interpreter) dumped80211(b []byte) bool {
	if i := bytes.Index(b[:min(len(b), 96)], llc); i >= 0 && isEAPOL(b[i+len(llc):]) {
		in.packet(b[i+len(llc):], b, i+len(llc), wps.MAC{}, wps.MAC{})
		return true
	}
	const header = 24
	if len(b) <= header || b[0]&0x0f != 0 || b[1] != 0 {
		return false
	}
	row, ok := managementFrames[b[0]>>4]
	if !ok || row.elements == 2 || len(b) < header+row.elements {
		return false
	}
	attributes, ok := wps.JoinElements(b[header+row.elements:])
	if !ok {
		return false
	}
	in.management(b)
	kind := elementKinds[row.kind]
	in.noteDump("802.11 frame, "+row.kind.String(), kind, attributes, bytes.Index(b, attributes), b)
	return true
}

var elementKinds = map[capture.EventKind]wps.Kind{
	capture.KindBeacon: wps.KindBeacon, capture.KindProbeRequest: wps.KindProbeRequest, capture.KindProbeResponse: wps.KindProbeResponse,
	capture.KindAssociationRequest: wps.KindAssociationRequest, capture.KindReassociationRequest: wps.KindAssociationRequest,
	capture.KindAssociationResponse: wps.KindAssociationResponse, capture.KindReassociationResponse: wps.KindAssociationResponse,
}

// isEAPOL reports whether octets are an EAPOL frame that carries EAP, or
// EAPOL-Start.
func isEAPOL(b []byte) bool {
	if len(b) < 4 || b[0] < 1 || b[0] > 3 || b[1] > 3 {
		return false
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	return b[1] == byte(eapol.TypeEAP) && len(b) > 8 && isEAP(b[4:]) || b[1] == byte(eapol.TypeStart) && length == 0
}

// isEAP reports whether octets are an EAP packet, or the beginning of one of
// EAP-WSC.
func isEAP(b []byte) bool {
	if len(b) < 4 || b[0] < 1 || b[0] > 4 {
		return false
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if len(b) >= 14 && bytes.Equal(b[4:12], []byte{254, 0, 0x37, 0x2a, 0, 0, 0, 1}) {
		return true
	}
	return length == len(b) && (length == 4 || b[4] == byte(eap.TypeIdentity))
}

func (in *interpreter) dumpedEAPOL(b []byte) bool {
	if !isEAPOL(b) {
		return false
	}
	in.packet(b, b, 0, wps.MAC{}, wps.MAC{})
	return true
}

func (in *interpreter) dumpedEAP(b []byte) bool {
	if !isEAP(b) {
		return false
	}
	frame := append([]byte{eapol.Version1, byte(eapol.TypeEAP), b[2], b[3]}, b...)
	in.packet(frame, b, -4, wps.MAC{}, wps.MAC{})
	return true
}

// packet emits an EAPOL frame of a dump. Offset is where it begins in whole.
func (in *interpreter) packet(frame, whole []byte, offset int, src, dst wps.MAC) {
	name, kind := "EAPOL frame", wps.Kind(0)
	var attributes []byte
	at := 0
	t := in.dumpConversation()
	fromStation := len(frame) > 4 && frame[1] == byte(eapol.TypeEAP) && frame[4] == byte(eap.CodeResponse) || frame[1] == byte(eapol.TypeStart)
	if f, err := eapol.ParseFrame(frame); err == nil && f.Type == eapol.TypeEAP && len(f.Body) >= 14 {
		body := bytes.Clone(f.Body)
		if binary.BigEndian.Uint16(body[2:]) != uint16(len(body)) {
			binary.BigEndian.PutUint16(body[2:], uint16(len(body)))
		}
		if p, err := eap.ParsePacket(body); err == nil && p.IsWSC() {
			name = "EAP-WSC packet, " + p.OpCode.String()
			if k, message, ok := messageKind(p.Data); ok {
				name, kind, attributes = "WSC message "+message, k, p.Data
				at = offset + 4 + len(body) - len(p.Data)
			}
		} else {
			name = "EAP packet"
		}
	}
	in.noteDump(name, kind, attributes, at, whole)
	e := in.emit(capture.KindEAPOL)
	e.Data = frame
	e.Src, e.Dst = src, dst
	if (src == wps.MAC{}) {
		e.Src, e.Dst, e.BSSID = t.ap, t.station, t.ap
		if fromStation {
			e.Src, e.Dst = t.station, t.ap
		}
	}
}

// messageKind returns the kind and name of a WSC message.
func messageKind(b []byte) (kind wps.Kind, name string, ok bool) {
	t, err := wps.PeekMessageType(b)
	if err != nil || t < wps.MessageM1 {
		return 0, "", false
	}
	l, _ := wps.ParseMessage(b, wps.Tolerant)
	if l == nil {
		return 0, t.String(), true
	}
	return l.Kind(), t.String(), true
}

// tokenNames are the names of NFC payloads.
var tokenNames = map[wps.Kind]string{
	wps.KindPasswordToken: "password token", wps.KindConfigurationToken: "configuration token",
	wps.KindHandoverRequest: "handover request", wps.KindHandoverSelect: "handover select",
}

func (in *interpreter) dumpedNDEF(b []byte) bool {
	if !bytes.Contains(b[:min(len(b), 1024)], []byte(nfc.MediaType)) {
		return false
	}
	token, err := nfc.Read(b, wps.Tolerant)
	if err != nil || token.List == nil {
		in.noteDump("NDEF record of WPS that cannot be read", 0, nil, 0, b)
		return true
	}
	kind, raw := token.List.Kind(), []byte(token.List.Attributes().Raw)
	in.noteDump("NDEF record, "+tokenNames[kind], kind, raw, max(0, bytes.Index(b, raw)), b)
	return true
}

// dumpedHandover handles what hostap calls a carrier record in the form "WPS":
// the payload of a connection handover record after its length.
func (in *interpreter) dumpedHandover(b []byte) bool {
	if len(b) < minDump || int(binary.BigEndian.Uint16(b)) != len(b)-2 || attributesEnd(b[2:]) != len(b)-2 {
		return false
	}
	message, err := nfc.AppendMessage(nil, nfc.Record{TNF: nfc.MIME, Type: nfc.MediaType, Payload: b})
	if err != nil {
		return false
	}
	token, err := nfc.Read(message, wps.Tolerant)
	if err != nil || token.List == nil {
		return false
	}
	in.noteDump("NFC "+tokenNames[token.List.Kind()], token.List.Kind(), b[2:], 2, b)
	return true
}

func (in *interpreter) dumpedElements(b []byte) bool {
	elements := b
	switch {
	case len(b) > 6 && b[0] == 0xdd && bytes.Equal(b[2:6], []byte{0, 0x50, 0xf2, 4}):
	case len(b) > 8 && bytes.Equal(b[:4], []byte{0, 0x50, 0xf2, 4}): // without its header
		elements = wps.SplitElements(b[4:])
	case bytes.Contains(b, []byte{0, 0x50, 0xf2, 4}):
		if _, err := dot11.Parse(b); err != nil {
			return false
		}
	default:
		return false
	}
	parsed, _ := dot11.Parse(elements)
	if parsed.WPS == nil {
		return false
	}
	offset := bytes.Index(b, parsed.WPS)
	in.element80211(parsed, b, offset)
	return true
}

// element80211 emits an element, whose content shows in which frame it was.
func (in *interpreter) element80211(parsed dot11.Elements, whole []byte, offset int) {
	parsed.WPS = bytes.Clone(parsed.WPS)
	kind, name := capture.KindBeacon, "WPS element of a beacon"
	switch {
	case wps.Find(parsed.WPS, wps.AttrResponseType) != nil:
		kind, name = capture.KindProbeResponse, "WPS element of a probe or association response"
		if wps.Find(parsed.WPS, wps.AttrState) == nil {
			in.noteDump("WPS element of an association response", wps.KindAssociationResponse, parsed.WPS, offset, whole)
			return
		}
	case wps.Find(parsed.WPS, wps.AttrRequestType) != nil && wps.Find(parsed.WPS, wps.AttrDevicePasswordID) == nil:
		in.noteDump("WPS element of an association request", wps.KindAssociationRequest, parsed.WPS, offset, whole)
		return
	case wps.Find(parsed.WPS, wps.AttrRequestType) != nil:
		kind, name = capture.KindProbeRequest, "WPS element of a probe request"
	}
	in.noteDump(name, elementKinds[kind], parsed.WPS, offset, whole)
	e := in.emit(kind)
	e.Radio.OnAir = true
	m := &capture.Management{Capability: 1 | dot11.Privacy, Elements: parsed}
	if m.RSN == nil && m.WPA == nil {
		m.RSN = personal
	}
	if kind == capture.KindProbeRequest {
		m.Capability, m.RSN = 0, nil
	}
	e.Management = m
}

// dumpedAttributes handles a list of attributes: a message, or the content of
// an element or a token.
func (in *interpreter) dumpedAttributes(b []byte) bool {
	if !isAttributes(b) {
		return false
	}
	if kind, name, ok := messageKind(b); ok {
		in.noteDump("WSC message "+name, kind, b, 0, b)
		t := in.dumpConversation()
		mt, _ := wps.PeekMessageType(b)
		op := eap.OpMSG
		if o, ok := opCodes[mt]; ok {
			op = o
		}
		if mt == wps.MessageM1 && t.last != 0 {
			t.last = 0
		}
		t.last = mt
		in.emitWSC(t, t.sender(mt, true), op, b, len(b))
		return true
	}
	if wps.Find(b, wps.AttrOOBDevicePassword) != nil || wps.Find(b, wps.AttrCredential) != nil {
		if token, err := nfc.Read(b, wps.Tolerant); err == nil && token.List != nil {
			in.noteDump("NFC "+tokenNames[token.List.Kind()], token.List.Kind(), b, 0, b)
			return true
		}
	}
	if v := wps.Find(b, wps.AttrCredential); v != nil || wps.Find(b, wps.AttrNetworkKey) != nil && wps.Find(b, wps.AttrSSID) != nil {
		in.noteDump("credential", wps.KindCredential, b, 0, b)
		return true
	}
	if wps.Find(b, wps.AttrState) != nil || wps.Find(b, wps.AttrRequestType) != nil || wps.Find(b, wps.AttrResponseType) != nil {
		in.element80211(dot11.Elements{WPS: b}, b, 0)
		return true
	}
	in.noteDump("attributes of WPS", 0, b, 0, b)
	return true
}

// isAttributes reports whether octets are a list of WPS attributes, or the
// beginning of one.
func isAttributes(b []byte) bool {
	n := 0
	for len(b) >= 4 {
		id, length := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if id < 0x1001 || id > 0x10ff {
			return false
		}
		n++
		if 4+length > len(b) {
			return n > 2
		}
		b = b[4+length:]
	}
	return n > 1 && len(b) == 0 || n > 2
}
