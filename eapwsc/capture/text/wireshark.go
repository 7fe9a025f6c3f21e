package text

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// wiresharkRows are lines of the packet list of Wireshark and tshark (number,
// time, source, destination, protocol, length and what the packet is), and of the
// details of a packet. Configuration errors are in the details only.
var wiresharkRows = []Pattern{
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Text: "Request, Identity", Example: "   23   0.977880 02:00:00:00:00:00 → 02:00:00:00:01:00 EAP 63 Request, Identity",
		means: func(in *interpreter, m *match) {
			if t := in.listed(m, false); t != nil {
				in.start(t)
			}
		}},
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Text: "Request, Expanded Type, WPS[, {name:word}]", Example: "   33   1.154544 02:00:00:00:00:00 → 02:00:00:00:01:00 EAP 497 Request, Expanded Type, WPS, M2",
		means: func(in *interpreter, m *match) { in.listedMessage(m, false) }},
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Text: "Response, Expanded Type, WPS[, {name:word}]", Example: "   30   1.065004 02:00:00:00:01:00 → 02:00:00:00:00:00 EAP 481 Response, Expanded Type, WPS, M1",
		means: func(in *interpreter, m *match) { in.listedMessage(m, true) }},
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Text: "EAP {length:int} Failure", Example: "   41   1.229300 02:00:00:00:00:00 → 02:00:00:00:01:00 EAP 62 Failure",
		means: func(in *interpreter, m *match) {
			if t := in.listed(m, false); t != nil && t.wsc {
				in.failure(t)
			}
		}},
	{Program: Wireshark, Origin: "packet-eap.c, the columns in CSV", Text: `"EAP","{length:int}","Failure`, Example: `"41","1.229300","02:00:00:00:00:00","02:00:00:00:01:00","EAP","62","Failure"`,
		means: func(in *interpreter, m *match) {
			if t := in.listed(m, false); t != nil && t.wsc {
				in.failure(t)
			}
		}},
	{Program: Wireshark, Origin: "packet-frame.c, the details of a packet (tshark -V)", Text: "^Frame {number:int}: {length:int} bytes on wire", Example: "Frame 25: 92 bytes on wire (736 bits), 92 bytes captured (736 bits)",
		means: func(in *interpreter, _ *match) {
			in.flush()
			in.details = new(packetDetails)
		}},
	{Program: Wireshark, Origin: "packet-frame.c", Text: "Time since reference or first frame: {time:upto} seconds", Example: "    [Time since reference or first frame: 1.003443000 seconds]",
		means: func(in *interpreter, m *match) {
			if in.details != nil {
				in.sinceFirst(string(m.text("time")))
			}
		}},
	{Program: Wireshark, Origin: "packet-ieee80211.c, packet-eth.c", Text: "^Source[ address]: {name:upto} ({mac:mac})", Example: "    Source address: 02:00:00:00:00:00 (02:00:00:00:00:00)",
		means: func(in *interpreter, m *match) {
			if in.details != nil {
				in.details.src = m.mac("mac")
			}
		}},
	{Program: Wireshark, Origin: "packet-ieee80211.c, packet-eth.c", Text: "^Destination[ address]: {name:upto} ({mac:mac})", Example: "    Destination address: 02:00:00:00:01:00 (02:00:00:00:01:00)",
		means: func(in *interpreter, m *match) {
			if in.details != nil {
				in.details.dst = m.mac("mac")
			}
		}},
	{Program: Wireshark, Origin: "packet-eap.c", Text: "^Code: {name:word} ({code:int})", Example: "    Code: Request (1)",
		means: func(in *interpreter, m *match) {
			if code, ok := m.number("code"); ok && in.details != nil {
				in.detailedPacket(eap.Code(code))
			}
		}},
	{Program: Wireshark, Origin: "packet-eap.c", Text: "^Type: Identity (1)", Example: "    Type: Identity (1)",
		means: func(in *interpreter, _ *match) {
			if d := in.details; d != nil && d.conversation != nil && !d.fromStation {
				in.start(d.conversation)
			}
		}},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Opcode: WSC {name:upto} ({code:int})", Example: "        Opcode: WSC Start (1)",
		means: func(in *interpreter, m *match) {
			code, _ := m.number("code")
			if d := in.details; d != nil && d.conversation != nil {
				d.conversation.wsc = true
				if eap.OpCode(code) == eap.OpStart {
					in.emitSignal(d.conversation, signalStart)
				}
			}
		}},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Message Type: {name:word} ({type:hex})", Example: "            Message Type: M1 (0x04)",
		means: func(in *interpreter, m *match) {
			if v, ok := m.hexNumber("type"); ok {
				in.detailedMessage(wps.MessageType(v))
			}
		}},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Configuration Error: {value:rest}", Example: "            Configuration Error: Device Password Auth Failure (0x0012)",
		means: detailed16(wps.AttrConfigError)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Device Password ID: {value:rest}", Example: "            Device Password ID: PIN (default) (0x0000)",
		means: detailed16(wps.AttrDevicePasswordID)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Enrollee Nonce: {value:word}", Example: "            Enrollee Nonce: 335809d48984a07239adda293bf6188d", means: detailedOctets(wps.AttrEnrolleeNonce)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Registrar Nonce: {value:word}", Example: "            Registrar Nonce: 821eac7ad550c9b08552e89e44748b7a", means: detailedOctets(wps.AttrRegistrarNonce)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^UUID Enrollee: {value:word}", Example: "            UUID Enrollee: 876543219abcdef01234000000000001", means: detailedOctets(wps.AttrUUIDE)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^UUID Registrar: {value:word}", Example: "            UUID Registrar: 123456789abcdef01234000000000000", means: detailedOctets(wps.AttrUUIDR)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^MAC: {name:upto} ({mac:mac})", Example: "            MAC: 02:00:00:00:01:00 (02:00:00:00:01:00)",
		means: func(in *interpreter, m *match) {
			if mac := m.mac("mac"); in.details != nil && mac != (wps.MAC{}) {
				in.attribute(wps.AttrMACAddress, mac[:])
			}
		}},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Manufacturer: {value:rest}", Example: "        Manufacturer: Example Works", means: detailedText(wps.AttrManufacturer)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Model Name: {value:rest}", Example: "        Model Name: Golden Client", means: detailedText(wps.AttrModelName)},
	{Program: Wireshark, Origin: "packet-wps.c", Text: "^Device Name: {value:rest}", Example: "        Device Name: RadioLab STA wlan1", means: detailedText(wps.AttrDeviceName)},
}

// packetDetails is a packet whose details are being read.
type packetDetails struct {
	src, dst     wps.MAC
	conversation *conversation // nil before its EAP code
	fromStation  bool
}

// detailedPacket handles the code of an EAP packet in the details of a packet.
func (in *interpreter) detailedPacket(code eap.Code) {
	in.facts.details = true
	d := in.details
	d.fromStation = code == eap.CodeResponse
	d.conversation = in.packetConversation(d.src, d.dst, d.fromStation)
	if code == eap.CodeFailure && d.conversation.wsc {
		in.failure(d.conversation)
	}
}

// detailedMessage handles the type of a message in the details of a packet,
// which stand twice.
func (in *interpreter) detailedMessage(kind wps.MessageType) {
	d := in.details
	if d == nil || d.conversation == nil || in.pending != nil || kind < wps.MessageM1 || kind > wps.MessageDone {
		return
	}
	t := d.conversation
	if kind == wps.MessageM1 {
		if t.signals&(signalNACKOfAP|signalNACKOfStation|signalFailure|bit(wps.MessageDone, false)) != 0 {
			t.renew()
		}
		t.apEnrollee = !d.fromStation
	}
	t.wsc = true
	in.facts.messages = true
	in.pending = &message{conversation: t, line: in.line, at: in.now, kind: kind, fromStation: d.fromStation, has: map[wps.AttributeID]bool{}}
}

// detailed16 is the meaning of an attribute of two octets in the details of a
// packet: a name with the number in parentheses behind it.
func detailed16(id wps.AttributeID) func(*interpreter, *match) {
	return func(in *interpreter, m *match) {
		_, number, _ := strings.Cut(string(m.text("value")), "(0x")
		if v, err := strconv.ParseUint(strings.TrimSuffix(number, ")"), 16, 16); err == nil && in.details != nil {
			in.attribute16(id, int(v))
		}
	}
}

// detailedOctets is the meaning of an attribute of 16 octets in the details of
// a packet.
func detailedOctets(id wps.AttributeID) func(*interpreter, *match) {
	return func(in *interpreter, m *match) {
		if b, err := hex.DecodeString(string(m.text("value"))); err == nil && len(b) == 16 && in.details != nil {
			in.attribute(id, b)
		}
	}
}

// detailedText is the meaning of a text in the details of a packet.
func detailedText(id wps.AttributeID) func(*interpreter, *match) {
	return func(in *interpreter, m *match) {
		if info, _ := id.Info(); in.details != nil && len(m.text("value")) > 0 {
			value := m.text("value")
			in.attribute(id, value[:min(len(value), info.Max)])
		}
	}
}

// listed returns the conversation of a packet in a list, nil if the line is none. Its time
// counts from the first packet. In Wireshark's exports there is no arrow between
// the addresses.
func (in *interpreter) listed(m *match, fromStation bool) *conversation {
	text := strings.NewReplacer("→", " → ", "->", " → ", `","`, " ", `"`, " ").Replace(string(m.line[:m.at]))
	words := strings.Fields(text)
	src, dst := slices.Index(words, "→")-1, slices.Index(words, "→")+1
	if src < 0 { // number, time, source, destination, protocol, length
		n := len(words)
		if n > 0 && digits([]byte(words[n-1])) > 0 {
			n--
		}
		if n > 0 && words[n-1] == "EAP" {
			n--
		}
		if src, dst = n-2, n-1; src < 2 || digits([]byte(words[0])) < 0 || !isAddress(words[src]) || !isAddress(words[dst]) {
			return nil
		}
	}
	address := func(at int) wps.MAC {
		if at >= len(words) || len(words[at]) != macLen {
			return wps.MAC{}
		}
		a, err := wps.ParseMAC(words[at])
		if err != nil {
			return wps.MAC{} // a name
		}
		return a
	}
	if src > 0 {
		in.sinceFirst(words[src-1])
	}
	return in.packetConversation(address(src), address(dst), fromStation)
}

// isAddress reports whether a word may be an address in a list of packets: one in
// digits, one whose maker has a name, or a name.
func isAddress(word string) bool {
	return strings.Contains(word, ":") || strings.Contains(word, "_") || word == "Nearest" || strings.HasPrefix(word, "Nearest-") || word == "Broadcast"
}

// sinceFirst sets the time to seconds since the first packet, such as
// "0.977880".
func (in *interpreter) sinceFirst(seconds string) {
	whole, part, ok := strings.Cut(seconds, ".")
	if n := digits([]byte(whole)); ok && n >= 0 && len(whole) > 0 && len(whole) < 8 {
		in.now = yearless.Add(time.Duration(n)*time.Second + fraction([]byte("."+part)))
		in.facts.timed = true
	}
}

// packetConversation returns the conversation of a packet. A zero address is unknown.
func (in *interpreter) packetConversation(src, dst wps.MAC, fromStation bool) *conversation {
	if isGroup(dst) {
		dst = wps.MAC{}
	}
	l := in.linkNamed("packet list")
	l.is(sideStation)
	station, ap := dst, src
	if fromStation {
		station, ap = src, dst
	}
	if l.conversation != nil && ap == (wps.MAC{}) {
		ap = l.conversation.ap
	}
	t := l.with(ap)
	if station != (wps.MAC{}) {
		t.station = station
	}
	return t
}

// listedMessage handles a message in a list; without a name a request is
// WSC_Start.
func (in *interpreter) listedMessage(m *match, fromStation bool) {
	t := in.listed(m, fromStation)
	if t == nil {
		return
	}
	t.wsc = true
	name := strings.TrimPrefix(strings.Trim(string(m.text("name")), `"`), "WSC_")
	if strings.EqualFold(name, "Done") {
		name = "Done"
	}
	kind, ok := messageNames[name]
	switch {
	case !ok && !fromStation && t.signals&signalStart == 0 && t.last == 0:
		in.emitSignal(t, signalStart)
		return
	case !ok:
		return
	case kind == wps.MessageM1:
		t.apEnrollee = !fromStation
	}
	in.facts.messages = true
	in.emitMessage(&message{conversation: t, kind: kind, fromStation: fromStation, has: map[wps.AttributeID]bool{}})
}
