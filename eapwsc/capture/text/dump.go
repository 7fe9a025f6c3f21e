package text

import (
	"bytes"
	"encoding/binary"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// Dump is a dump of octets in hexadecimal that is something of WPS.
type Dump struct {
	// Line is that of its first octets.
	Line int
	// Name says what it is, such as "WSC message M4", "WPS element" or "NDEF
	// record, password token".
	Name string
	// Kind is the list of attributes in it, 0 if there is none.
	Kind wps.Kind
	// Octets are the attributes, and Offset is where they begin in the dump.
	Octets wps.Redacted
	Offset int
	// Frame is the whole of the dump.
	Frame wps.Redacted
}

// hexBlock is consecutive lines of hexadecimal.
type hexBlock struct {
	octets []byte
	first  int // the number of the first line
}

// maxHex bounds a dump.
const maxHex = 1 << 16

// line takes a line that is nothing else.
func (h *hexBlock) line(in *interpreter, s []byte) {
	if len(h.octets) == 0 && isTimed(s) {
		return
	}
	octets, offset, ok := hexLine(s, len(h.octets) > 0)
	if !ok || len(octets) == 0 {
		h.end(in)
		return
	}
	if offset == 0 && len(h.octets) > 0 {
		h.end(in)
	}
	if len(h.octets) == 0 {
		h.first = in.line
	}
	if len(h.octets)+len(octets) <= maxHex {
		h.octets = append(h.octets, octets...)
	}
}

// isTimed reports whether a line begins with a time as "hostapd -t" prints it,
// which most lines of a large log do.
func isTimed(s []byte) bool { return len(s) > 17 && s[10] == '.' && s[17] == ':' && isDigit(s[0]) }

// end takes the end of the lines.
func (h *hexBlock) end(in *interpreter) {
	if len(h.octets) >= minDump {
		in.dumped(bytes.Clone(h.octets), h.first)
	}
	h.octets = h.octets[:0]
}

// minDump is the least of which a dump is taken for one: an EAP-Failure has
// four octets, but so has a year.
const minDump = 8

// hexLine reads a line of a dump, in the forms of xxd, hexdump -C, od -t x1,
// tcpdump -x and Wireshark, of C, Go and Python, and of people. Offset is that
// in front, -1 if there is none.
func hexLine(s []byte, goesOn bool) (octets []byte, offset int, ok bool) {
	s = bytes.TrimSpace(s)
	offset = -1
	if n := len(s); n > 2 && s[n-1] == '|' { // hexdump -C
		if i := bytes.IndexByte(s, '|'); i < n-1 {
			s = bytes.TrimSpace(s[:i])
		}
	}
	if i := bytes.IndexByte(s, '{'); i >= 0 && i < 120 {
		s = s[i+1:]
	}
	if i := bytes.IndexByte(s, '}'); i >= 0 {
		s = s[:i]
	}
	if i := bytes.Index(s, []byte("/*")); i >= 0 {
		s = s[:i]
	}
	if i := bytes.Index(s, []byte("//")); i >= 0 {
		s = s[:i]
	}
	column := false // the octets are followed by characters
	if at, rest, found := hexOffset(s); found {
		offset, s, column = at, rest, true
	}
	if !column && len(s) > 0 && !goesOn {
		s = afterName(s)
	}
	octets, ok = hexOctets(s, column)
	return octets, offset, ok && (len(octets) >= 4 || goesOn || column)
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

// afterName returns what follows a name in front of octets: "M1: 10 4a …",
// "ie=dd18…", "octets = \"\\x10…".
func afterName(s []byte) []byte {
	if i := bytes.IndexAny(s, "=\"'"); i >= 0 && i < 80 {
		s = bytes.TrimLeft(s[i+1:], " \"'")
	} else if i := bytes.Index(s, []byte(": ")); i >= 0 && i < 80 && span(s[:i], isHexDigit) < i {
		s = s[i+2:]
	}
	return bytes.TrimSpace(s)
}

// hexOctets reads octets and what separates them. With a column of characters
// behind them it ends there.
func hexOctets(s []byte, column bool) (octets []byte, ok bool) {
	for len(s) > 0 {
		gap := 0
		for len(s) > 0 && isSeparator(s[0]) {
			if s[0] == ' ' || s[0] == '\t' {
				gap++
			} else {
				gap = 0
			}
			s = s[1:]
		}
		if len(s) == 0 {
			break
		}
		if column && len(octets) > 0 && gap > 1 && (len(octets) != 8 || !startsOctet(s)) {
			return octets, true
		}
		if len(s) > 1 && (s[0] == '0' || s[0] == '\\') && (s[1] == 'x' || s[1] == 'X') {
			s = s[2:]
		}
		n := span(s, isHexDigit)
		if n == 0 || n%2 == 1 {
			return octets, column && len(octets) > 0
		}
		if n < len(s) && !isSeparator(s[n]) && s[n] != '\\' {
			return octets, column && len(octets) > 0
		}
		for i := 0; i < n; i += 2 {
			octets = append(octets, nibble(s[i])<<4|nibble(s[i+1]))
		}
		s = s[n:]
	}
	return octets, true
}

func startsOctet(s []byte) bool {
	return len(s) >= 2 && isHexDigit(s[0]) && isHexDigit(s[1]) && (len(s) == 2 || s[2] == ' ')
}

func isSeparator(c byte) bool {
	return c == ' ' || c == '\t' || c == ',' || c == ':' || c == '-' || c == ';' || c == '"' || c == '\'' || c == '[' || c == ']' || c == '(' || c == ')'
}

// dumped finds out what a dump is, and emits events of what it holds.
func (in *interpreter) dumped(b []byte, line int) {
	now := in.line
	in.line = line
	defer func() { in.line = now }()
	in.flush()
	for _, read := range []func(*interpreter, []byte) bool{
		(*interpreter).dumpedEthernet, (*interpreter).dumped80211, (*interpreter).dumpedEAPOL, (*interpreter).dumpedEAP,
		(*interpreter).dumpedNDEF, (*interpreter).dumpedElements, (*interpreter).dumpedAttributes,
	} {
		if read(in, b) {
			return
		}
	}
}

// keep notes a dump.
func (in *interpreter) keep(name string, kind wps.Kind, attributes []byte, offset int, whole []byte) {
	if len(in.dumps) < maxDumps {
		in.dumps = append(in.dumps, Dump{Line: in.line, Name: name, Kind: kind, Octets: attributes, Offset: offset, Frame: whole})
		in.heard[HexDump]++
	}
}

// dumpTalk returns what dumps of packets belong to.
func (in *interpreter) dumpTalk() *talk {
	l := in.on("hex dump")
	l.is(sideStation)
	t := l.with(wps.MAC{})
	t.dumped = true
	return t
}

// dumpedEthernet takes an Ethernet frame with EAPOL, and the same after the LLC
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
	in.keep("802.11 frame, "+row.kind.String(), kind, attributes, bytes.Index(b, attributes), b)
	return true
}

var elementKinds = map[capture.Kind]wps.Kind{
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
	t := in.dumpTalk()
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
	in.keep(name, kind, attributes, at, whole)
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

// tokenNames are what NFC payloads are called.
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
		in.keep("NDEF record of WPS that cannot be read", 0, nil, 0, b)
		return true
	}
	kind, raw := token.List.Kind(), []byte(token.List.Attributes().Raw)
	in.keep("NDEF record, "+tokenNames[kind], kind, raw, max(0, bytes.Index(b, raw)), b)
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

// element80211 emits an element, of which only its contents tell in which frame
// it was.
func (in *interpreter) element80211(parsed dot11.Elements, whole []byte, offset int) {
	parsed.WPS = bytes.Clone(parsed.WPS)
	kind, name := capture.KindBeacon, "WPS element of a beacon"
	switch {
	case wps.Find(parsed.WPS, wps.AttrResponseType) != nil:
		kind, name = capture.KindProbeResponse, "WPS element of a probe or association response"
		if wps.Find(parsed.WPS, wps.AttrState) == nil {
			in.keep("WPS element of an association response", wps.KindAssociationResponse, parsed.WPS, offset, whole)
			return
		}
	case wps.Find(parsed.WPS, wps.AttrRequestType) != nil && wps.Find(parsed.WPS, wps.AttrDevicePasswordID) == nil:
		in.keep("WPS element of an association request", wps.KindAssociationRequest, parsed.WPS, offset, whole)
		return
	case wps.Find(parsed.WPS, wps.AttrRequestType) != nil:
		kind, name = capture.KindProbeRequest, "WPS element of a probe request"
	}
	in.keep(name, elementKinds[kind], parsed.WPS, offset, whole)
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

// dumpedAttributes takes a list of attributes: a message, or what an element or
// a token holds.
func (in *interpreter) dumpedAttributes(b []byte) bool {
	if !isAttributes(b) {
		return false
	}
	if kind, name, ok := messageKind(b); ok {
		in.keep("WSC message "+name, kind, b, 0, b)
		t := in.dumpTalk()
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
			in.keep("NFC "+tokenNames[token.List.Kind()], token.List.Kind(), b, 0, b)
			return true
		}
	}
	if v := wps.Find(b, wps.AttrCredential); v != nil || wps.Find(b, wps.AttrNetworkKey) != nil && wps.Find(b, wps.AttrSSID) != nil {
		in.keep("credential", wps.KindCredential, b, 0, b)
		return true
	}
	if wps.Find(b, wps.AttrState) != nil || wps.Find(b, wps.AttrRequestType) != nil || wps.Find(b, wps.AttrResponseType) != nil {
		in.element80211(dot11.Elements{WPS: b}, b, 0)
		return true
	}
	in.keep("attributes of WPS", 0, b, 0, b)
	return true
}

// isAttributes reports whether octets are a list of attributes of WPS, or the
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
