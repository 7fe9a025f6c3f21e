package text

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// fieldLayers are the layers of a packet whose fields are read, in the names
// that Wireshark gives them. Versions before 2.0 have wlan_mgt.
var fieldLayers = []struct{ name, member, value string }{
	{"frame", "number", "23"}, {"eth", "src", "02:00:00:00:01:00"}, {"sll", "src.eth", "02:00:00:00:01:00"},
	{"radiotap", "dbm_antsignal", "-40"}, {"wlan_radio", "frequency", "2437"},
	{"wlan", "sa", "02:00:00:00:01:00"}, {"wlan_mgt", "ssid", "home"}, {"wlan_rsna_eapol", "keydes.msgnr", "1"}, {"wifi_p2p", "type", "13"},
	{"eapol", "type", "0"}, {"eap", "code", "2"}, {"wps", "message_type", "0x04"},
}

// rowsOfFields are the forms in which Wireshark and tshark list the fields of packets
// by their names: JSON, that of Elasticsearch, PDML, and a table of chosen fields.
func rowsOfFields() (rows []Pattern) {
	const of = "packet-wps.c, packet-eap.c and others, "
	for _, l := range fieldLayers {
		rows = append(rows,
			Pattern{Program: Wireshark, Origin: of + "tshark -T json, Wireshark's export of dissections", Text: `"` + l.name + `.{name:within}":{gap:upto}"{value:upto}"`,
				Example: `          "` + l.name + `.` + l.member + `": "` + l.value + `",`,
				means:   func(in *interpreter, m *match) { in.members(m.line[m.at:]) }},
			Pattern{Program: Wireshark, Origin: of + "tshark -T pdml", Text: `<field name="` + l.name + `.{name:within}"{gap:within}show="{value:upto}"{rest:rest}`,
				Example: `    <field name="` + l.name + `.` + l.member + `" showname="x" size="1" pos="1" show="` + l.value + `" value="00"/>`,
				means: func(in *interpreter, m *match) {
					_, digits, _ := bytes.Cut(m.text("rest"), []byte(`value="`))
					digits, _, _ = bytes.Cut(digits, []byte{'"'})
					octets, _ := hex.DecodeString(string(digits))
					in.field(l.name+"."+string(m.text("name")), string(m.text("value")), octets)
				}},
			Pattern{Program: Wireshark, Origin: of + "tshark -T fields -E header=y", Text: `^` + l.name + `.`, Example: l.name + "." + l.member + "\twps.message_type",
				means: func(in *interpreter, m *match) { in.fieldHead(string(m.line)) }})
	}
	return append(rows,
		Pattern{Program: Wireshark, Origin: of + "tshark -T ek, jq -c", Text: `"layers":`, Example: `{"timestamp":"1795422510820","layers":{"frame":{"frame_frame_number":"20"},"eap":{"eap_eap_code":"1"}}}`,
			means: func(in *interpreter, m *match) { in.members(m.line[m.at:]) }},
		Pattern{Program: Wireshark, Origin: "tshark -T json", Text: `^"_source":`, Example: `    "_source": {`,
			means: func(in *interpreter, m *match) { in.endPacket(); in.dissected = &fieldPacket{line: in.line} }},
		Pattern{Program: Wireshark, Origin: "tshark, its command line", Text: "-T fields {rest:rest}", Example: "$ tshark -r wps.pcap -T fields -e frame.number -e wps.message_type",
			means: func(in *interpreter, m *match) { in.fieldCommand(strings.Fields(string(m.text("rest")))) }},
	)
}

// fieldPacket is a packet whose fields are being read.
type fieldPacket struct {
	line   int
	begun  bool // a field after those of the frame was read
	whole  bool // all fields are listed, not a choice of them
	values map[string]string
	akms   []dot11.AKM
	wpa    []dot11.AKM

	tag        int    // the length of the element being listed
	octets     int    // of the attributes in elements of WPS
	attributes []byte // of WPS
	id, length int    // of the next one; -1 if not known
	partial    bool   // an attribute is missing, or its form is not known
	named      bool   // attributes are listed without their types
	asked      bool   // WPS was among the fields that were asked for
	wps        bool   // there are fields of WPS
	found      map[wps.AttributeID]bool
}

// packetFields are the fields that are kept, other than those of WPS, by their
// names with underscores.
var packetFields = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{
		"frame.number", "frame.time_epoch", "frame.time_relative", "eth.src", "eth.dst", "sll.src.eth", "wlan.sa", "wlan.da", "wlan.bssid", "wlan.fc.type_subtype",
		"wlan.ssid", "wlan.ds.current_channel", "wlan.fixed.capabilities", "wlan.fixed.status_code", "wlan.fixed.reason_code", "wlan.fixed.auth.alg",
		"wlan.fixed.auth_seq", "wlan.rsn.version", "wlan.rsn.capabilities.mfpr", "wlan.rsn.capabilities.mfpc", "wlan.wfa.ie.wpa.version",
		"radiotap.channel.freq", "radiotap.dbm_antsignal", "wlan_radio.frequency", "wlan_radio.signal_dbm", "wlan_rsna_eapol.keydes.msgnr",
		"wifi_p2p.type", "eapol.type", "eap.code", "eap.id", "eap.len", "eap.type", "eap.identity", "eap.desired_type", "eap.wps.code",
		"eap.wps.flags.more", "wlan.tag.length", "wlan.rsn.akms", "wlan.wfa.ie.wpa.akms.type",
	} {
		names[underscored(name)] = name
	}
	return names
})

// members reads the members of JSON objects in a line, in their order.
func (in *interpreter) members(s []byte) {
	cut := func() (text string, ok bool) {
		if len(s) == 0 || s[0] != '"' {
			return "", false
		}
		end := bytes.IndexByte(s[1:], '"')
		if end < 0 {
			return "", false
		}
		text, s = string(s[1:1+end]), s[end+2:]
		return text, true
	}
	member := func(name, value string) {
		switch field := fieldName(name); {
		case name == "" || strings.HasSuffix(name, "_raw"): // the octets, with -x
		case field != name && (field == "wps.type" || field == "wps.length"): // those of all attributes
		default:
			in.field(field, value, nil)
		}
	}
	name := ""
	for len(s) > 0 {
		switch {
		case s[0] == '"':
			text, ok := cut()
			if !ok {
				return
			}
			if s = bytes.TrimLeft(s, " \t"); len(s) > 0 && s[0] == ':' {
				name, s = text, bytes.TrimLeft(s[1:], " \t")
			} else {
				member(name, text)
			}
		case bytes.HasPrefix(s, []byte("true")):
			member(name, "1")
			s = s[len("true"):]
		case s[0] == '{' || s[0] == '}':
			name, s = "", s[1:]
		default:
			s = s[1:]
		}
	}
}

// fieldName returns the name of a field that may be in the form of
// Elasticsearch: eap_eap_code or eap_code for eap.code.
func fieldName(name string) string {
	if strings.Contains(name, ".") {
		return name
	}
	for _, l := range fieldLayers {
		if rest, ok := strings.CutPrefix(name, l.name+"_"+l.name+"_"); ok {
			return l.name + "." + rest
		}
	}
	for _, l := range fieldLayers {
		if rest, ok := strings.CutPrefix(name, l.name+"_"); ok {
			return l.name + "." + rest
		}
	}
	return name
}

// field handles a field of a packet. Octets are its value, if they are known.
func (in *interpreter) field(name, value string, octets []byte) {
	if rest, ok := strings.CutPrefix(name, "wlan_mgt."); ok {
		name = "wlan." + rest
	}
	p := in.dissected
	ofFrame := strings.HasPrefix(name, "frame.")
	if p == nil || ofFrame && p.begun {
		in.endPacket()
		p = &fieldPacket{line: in.line}
		in.dissected = p
	}
	p.begun = p.begun || !ofFrame
	p.whole = p.whole || name == "frame.protocols" // which nobody asks for
	if attribute, ok := strings.CutPrefix(name, "wps."); ok {
		p.attribute(attribute, value, octets)
		return
	}
	kept, ok := packetFields()[underscored(name)]
	if !ok {
		return
	}
	number, _ := strconv.ParseUint(value, 0, 32)
	switch kept {
	case "wlan.tag.length":
		p.tag = int(number)
	case "wlan.rsn.akms":
		if len(p.akms) < 16 {
			p.akms = append(p.akms, dot11.AKM(number))
		}
	case "wlan.wfa.ie.wpa.akms.type":
		if len(p.wpa) < 16 {
			p.wpa = append(p.wpa, dot11.AKM8021X&^0xff|dot11.AKM(number&0xff))
		}
	default:
		if p.values == nil {
			p.values = map[string]string{}
		}
		if _, twice := p.values[kept]; !twice {
			p.values[kept] = value
		}
	}
}

// underscored replaces points by underscores, as the form of Elasticsearch does.
func underscored(name string) string { return strings.ReplaceAll(name, ".", "_") }

// attributeNames maps the names of Wireshark's fields of WPS to attributes.
var attributeNames = sync.OnceValue(func() map[string]wps.AttributeID {
	names := map[string]wps.AttributeID{"wifi_protected_setup_state": wps.AttrState}
	for a := range wps.Attributes() {
		names[strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(a.Name))] = a.ID
	}
	return names
})

// attribute handles a field of an attribute: its type, its length, its value, or a
// part of its value.
func (p *fieldPacket) attribute(name, value string, octets []byte) {
	if p.wps = true; p.tag > len(wpsElement) {
		p.octets, p.tag = p.octets+p.tag-len(wpsElement), 0
	}
	number, err := strconv.ParseUint(value, 0, 16)
	switch {
	case name == "type" && err == nil:
		p.partial = p.partial || p.id != 0 // the one before has no value
		p.id, p.length = int(number), -1
		return
	case name == "length" && err == nil:
		if p.length = int(number); p.length == 0 {
			p.add(wps.AttributeID(p.id), nil)
			p.id = 0
		}
		return
	}
	named, known := attributeNames()[name]
	id := wps.AttributeID(p.id)
	switch {
	case p.id == 0 && known && !p.found[named]:
		id, p.named = named, true
	case p.id == 0 || strings.HasPrefix(name, "ext."):
		return // a part of a value that was read
	}
	length := p.length
	if p.id == 0 {
		length = -1
	}
	p.id = 0
	if octets == nil {
		octets = octetsOf(id, value, length)
	}
	if octets == nil || length >= 0 && len(octets) != length {
		p.partial = true
		return
	}
	p.add(id, octets)
}

// add adds an attribute.
func (p *fieldPacket) add(id wps.AttributeID, value []byte) {
	if len(p.attributes) > 1<<14 {
		p.partial = true
		return
	}
	if p.found == nil {
		p.found = map[wps.AttributeID]bool{}
	}
	p.found[id] = true
	p.attributes = binary.BigEndian.AppendUint16(p.attributes, uint16(id))
	p.attributes = binary.BigEndian.AppendUint16(p.attributes, uint16(len(value)))
	p.attributes = append(p.attributes, value...)
}

// octetsOf returns the value of an attribute that is written as a number, as octets
// with or without colons, or as text. Length is -1 if it is not known.
func octetsOf(id wps.AttributeID, value string, length int) []byte {
	info, _ := id.Info()
	switch info.Encoding {
	case wps.ASCII, wps.UTF8:
		return []byte(value)
	case wps.Integer, wps.Mask, wps.Boolean:
		value, _, _ = strings.Cut(value, ",") // of several in a table, the first
		if n, err := strconv.ParseUint(value, 0, 64); err == nil {
			if length < 0 {
				length = info.Min
			}
			return binary.BigEndian.AppendUint64(nil, n)[max(0, 8-length):]
		}
	}
	octets, err := hex.DecodeString(strings.NewReplacer(":", "", "-", "").Replace(value))
	if err != nil || len(octets) == 0 {
		return nil
	}
	return octets
}

// number returns a field that is a number; ok is false if it is not there.
func (p *fieldPacket) number(name string) (n int, ok bool) {
	value, _, _ := strings.Cut(p.values[name], ",")
	v, err := strconv.ParseInt(value, 0, 32)
	return int(v), err == nil
}

// address returns the first address among fields.
func (p *fieldPacket) address(names ...string) wps.MAC {
	for _, name := range names {
		value, _, _ := strings.Cut(p.values[name], ",")
		if a, err := wps.ParseMAC(value); err == nil {
			return a
		}
	}
	return wps.MAC{}
}

// endPacket emits the packet whose fields were read.
func (in *interpreter) endPacket() {
	p := in.dissected
	in.dissected = nil
	if p == nil || !p.begun {
		return
	}
	line, now := in.line, in.now
	defer func() { in.line, in.now = line, now }()
	in.line, in.now = p.line, time.Time{}
	if at := p.values["frame.time_relative"]; at != "" {
		in.sinceFirst(at)
	}
	if at, kind := stamp([]byte(p.values["frame.time_epoch"])); kind != noStamp {
		in.now, in.facts.timed = at, true
	}
	if n, ok := p.number("frame.number"); !ok || n != in.numberedFrames+1 {
		in.facts.filtered = true
	} else {
		in.numberedFrames = n
	}
	_, isEAP := p.number("eap.code")
	kind, isEAPOL := p.number("eapol.type")
	_, typed := p.number("wlan.fc.type_subtype")
	switch {
	case isEAP || p.found[wps.AttrMessageType]:
		in.fieldEAP(p)
	case isEAPOL && kind == int(eapol.TypeStart):
		in.fieldFrame(p, true, []byte{eapol.Version1, byte(eapol.TypeStart), 0, 0})
	case p.values["wlan_rsna_eapol.keydes.msgnr"] != "":
		if n, ok := p.number("wlan_rsna_eapol.keydes.msgnr"); ok && n >= 1 && n <= 4 {
			in.fieldFrame(p, n%2 == 0, keyFrame(n-1))
		}
	case typed:
		in.fieldManagement(p)
	}
}

// fieldFrame emits an EAPOL frame.
func (in *interpreter) fieldFrame(p *fieldPacket, fromStation bool, frame []byte) {
	in.facts.fields, in.facts.chosen = true, in.facts.chosen || !p.whole
	e := in.emit(capture.KindEAPOL)
	e.Data, e.Radio = frame, p.radio()
	e.Src, e.Dst, e.BSSID = p.address("wlan.sa", "eth.src", "sll.src.eth"), p.address("wlan.da", "eth.dst"), p.address("wlan.bssid")
	if e.Src == (wps.MAC{}) && e.Dst == (wps.MAC{}) {
		t := in.packetConversation(e.Src, e.Dst, fromStation)
		e.Src, e.Dst, e.Interface = t.ap, t.station, t.link.number
		if fromStation {
			e.Src, e.Dst = e.Dst, e.Src
		}
	}
	if len(frame) >= 8 && frame[1] == byte(eapol.TypeEAP) {
		e.Truncated = len(frame) < 4+int(binary.BigEndian.Uint16(frame[6:]))
	}
}

// radio returns what is known of the radio.
func (p *fieldPacket) radio() (r capture.RadioInfo) {
	freq, ok := p.number("wlan_radio.frequency")
	if !ok {
		freq, _ = p.number("radiotap.channel.freq")
	}
	signal, ok := p.number("wlan_radio.signal_dbm")
	if !ok {
		signal, _ = p.number("radiotap.dbm_antsignal")
	}
	r.OnAir = p.values["wlan.sa"] != "" || p.values["wlan.fc.type_subtype"] != ""
	r.Frequency, r.Signal = uint16(max(0, min(freq, 0xffff))), int8(max(-128, min(signal, 0)))
	return r
}

// fieldEAP emits an EAP packet.
func (in *interpreter) fieldEAP(p *fieldPacket) {
	op, opKnown := p.number("eap.wps.code")
	if more, _ := p.number("eap.wps.flags.more"); more != 0 || eap.OpCode(op) == eap.OpFragACK {
		return // the last fragment has the fields of the whole message
	}
	code, ok := p.number("eap.code")
	kind, _ := wps.PeekMessageType(p.attributes)
	if !ok { // the side shows in the kind of the message, or in who sent M1
		src := p.address("wlan.sa", "eth.src")
		enrollee, one := ofEnrollee(kind)
		switch {
		case kind == wps.MessageM1:
			in.enrollee = src
		case !one && in.enrollee != (wps.MAC{}):
			enrollee = src == in.enrollee
		case !one:
			return
		}
		if code = int(eap.CodeRequest); enrollee {
			code = int(eap.CodeResponse)
		}
	}
	id, _ := p.number("eap.id")
	length, lengthKnown := p.number("eap.len")
	packet := []byte{byte(code), byte(id), 0, 0}
	switch typ, typed := p.number("eap.type"); {
	case code == int(eap.CodeSuccess) || code == int(eap.CodeFailure):
		lengthKnown = false
	case eap.Type(typ) == eap.TypeIdentity && p.attributes == nil:
		packet = append(append(packet, byte(typ)), p.values["eap.identity"]...)
		if p.values["eap.identity"] == "" && code == int(eap.CodeResponse) && !lengthKnown {
			length, lengthKnown = len(packet)+1, true // what it is was not asked for
		}
	case p.wps || opKnown || eap.Type(typ) == eap.TypeExpanded:
		if !opKnown && p.wps {
			op = int(eap.OpMSG)
			if o, ok := opCodes[kind]; ok {
				op = int(o)
			}
		}
		whole, err := eap.NewWSC(eap.Code(code), uint8(id), eap.OpCode(op), p.attributes).AppendTo(nil)
		if err != nil {
			return
		}
		packet = whole
		switch {
		case (p.partial || p.named) && p.wps:
			length, lengthKnown = max(length, len(packet)+1), true
		case lengthKnown && length != len(packet):
			length = max(length, len(packet)) // reassembled, or cut
			lengthKnown = length <= len(packet)+4 || p.attributes != nil
		}
		in.facts.messages = in.facts.messages || p.wps
	case eap.Type(typ) == eap.TypeNak:
		packet = append(packet, byte(typ))
		if desired, ok := p.number("eap.desired_type"); ok {
			packet = append(packet, byte(desired))
		}
	case typed:
		packet = append(packet, byte(typ))
	default:
		return
	}
	if !lengthKnown {
		length = len(packet)
	}
	length = min(max(length, len(packet)), 0xffff)
	binary.BigEndian.PutUint16(packet[2:], uint16(length))
	frame := append([]byte{eapol.Version2, byte(eapol.TypeEAP), byte(length >> 8), byte(length)}, packet...)
	in.fieldFrame(p, code == int(eap.CodeResponse), frame)
}

// fieldManagement emits a management frame.
func (in *interpreter) fieldManagement(p *fieldPacket) {
	subtype, _ := p.number("wlan.fc.type_subtype")
	row, ok := managementFrames[byte(subtype)]
	if !ok || subtype > 15 {
		return
	}
	m := new(capture.Management)
	u16 := func(name string) uint16 { n, _ := p.number(name); return uint16(n) }
	m.Capability, m.Status, m.Reason = u16("wlan.fixed.capabilities"), u16("wlan.fixed.status_code"), u16("wlan.fixed.reason_code")
	m.Algorithm, m.Transaction = u16("wlan.fixed.auth.alg"), u16("wlan.fixed.auth_seq")
	m.SSID = fieldSSID(p.values["wlan.ssid"])
	m.Channel, _ = p.number("wlan.ds.current_channel")
	m.P2P = p.values["wifi_p2p.type"] != ""
	if len(p.akms) > 0 || p.values["wlan.rsn.version"] != "" {
		m.RSN = &dot11.Security{Group: dot11.CipherCCMP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: p.akms}
		required, _ := p.number("wlan.rsn.capabilities.mfpr")
		capable, _ := p.number("wlan.rsn.capabilities.mfpc")
		m.RSN.PMFRequired, m.RSN.PMFCapable = required != 0, capable != 0
	}
	if len(p.wpa) > 0 {
		m.WPA = &dot11.Security{Group: dot11.CipherTKIP, Pairwise: []dot11.CipherSuite{dot11.CipherTKIP}, AKMs: p.wpa}
	}
	_, capable := p.number("wlan.fixed.capabilities")
	if !capable && (row.kind == capture.KindBeacon || row.kind == capture.KindProbeResponse) {
		m.Capability = dot11.ESS | dot11.Privacy
		if m.RSN == nil && m.WPA == nil {
			m.RSN = personal
		}
	}
	switch {
	case row.kind == capture.KindProbeRequest && p.wps && !p.whole:
		var uuid wps.UUID
		copy(uuid[:], wps.Find(p.attributes, wps.AttrUUIDE))
		in.probe(p.address("wlan.sa"), uuid, wps.DevicePasswordID(p.find16(wps.AttrDevicePasswordID)), wps.ConfigMethods(p.find16(wps.AttrConfigMethods)))
		in.facts.fields, in.facts.chosen, in.facts.probes, in.facts.listens = true, true, true, true
		return
	case p.whole && !p.partial && !p.named:
		// In the place of octets that are no attribute, and are not listed.
		for n := p.octets - len(p.attributes); n > 0 && n < 256; n-- {
			p.attributes = append(p.attributes, 0xff)
		}
	}
	if len(p.attributes) > 0 {
		m.WPS = bytes.Clone(p.attributes)
	}
	in.facts.fields, in.facts.chosen = true, in.facts.chosen || !p.whole
	e := in.emit(row.kind)
	e.Src, e.Dst, e.BSSID, e.Radio = p.address("wlan.sa"), p.address("wlan.da"), p.address("wlan.bssid", "wlan.sa"), p.radio()
	e.Management = m
	if row.kind == capture.KindBeacon || row.kind == capture.KindProbeResponse {
		m.Hidden = m.SSID == "" && p.whole
	}
	e.Described = !p.whole || p.partial
	e.Truncated = p.partial || m.WPS == nil && !p.whole && !p.asked
	if row.kind == capture.KindProbeRequest {
		in.facts.probes, in.facts.listens = true, true
	}
	in.facts.air = true
}

// find16 returns an attribute of two octets, 0 if it is not there.
func (p *fieldPacket) find16(id wps.AttributeID) uint16 {
	if v := wps.Find(p.attributes, id); len(v) == 2 {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

// fieldSSID returns a network's name, which versions from 3.0 on write as octets.
func fieldSSID(value string) wps.SSID {
	if octets, err := hex.DecodeString(strings.ReplaceAll(value, ":", "")); err == nil && (strings.Contains(value, ":") || utf8.Valid(octets)) {
		value = string(octets)
	}
	if strings.Trim(value, "\x00") == "" || value == "<MISSING>" {
		return ""
	}
	return wps.SSID(limited([]byte(value), 32))
}

// fieldTable is the names of the columns of a table of fields.
type fieldTable struct {
	names     []string
	separator string
}

// fieldHead begins a table of fields, if the line is the head of one.
func (in *interpreter) fieldHead(line string) {
	for _, separator := range []string{"\t", ",", ";", "|", " "} {
		names := strings.Split(line, separator)
		for i := range names {
			names[i] = strings.Trim(names[i], `"' `)
		}
		if !slices.ContainsFunc(names, func(n string) bool { return !isFieldName(n) }) {
			in.fields = &fieldTable{names, separator}
			return
		}
	}
	in.heard[Wireshark]--
}

// isFieldName reports whether a text has the form of the name of a field.
func isFieldName(s string) bool {
	return strings.Contains(s, ".") && len(s) > 4 && span([]byte(s), func(c byte) bool { return isNameByte(c) && c != '@' && c != '-' }) == len(s)
}

// fieldCommand begins a table of fields whose columns are the options of a
// command line.
func (in *interpreter) fieldCommand(options []string) {
	t := &fieldTable{separator: "\t"}
	for i, o := range options {
		if i == 0 {
			continue
		}
		switch options[i-1] {
		case "-e":
			t.names = append(t.names, strings.Trim(o, `"'`))
		case "-E":
			if s, ok := strings.CutPrefix(o, "separator="); ok && strings.Trim(s, `"'`) != "/t" {
				t.separator = strings.Trim(s, `"'`)
			}
		}
	}
	if len(t.names) > 0 && t.separator != "" {
		in.fields = t
	}
}

// fieldLine handles a line of a table of fields. It reports whether it was one.
func (in *interpreter) fieldLine(line []byte) bool {
	t := in.fields
	values := strings.Split(string(line), t.separator)
	if len(values) > len(t.names) || len(values) < 2 && len(t.names) > 1 || len(t.names) == 1 && !strings.HasPrefix(values[0], "0x") || isFieldName(values[0]) {
		in.fields = nil
		return false
	}
	in.heard[Wireshark]++
	in.endPacket()
	in.dissected = &fieldPacket{line: in.line, asked: slices.ContainsFunc(t.names, func(n string) bool { return strings.HasPrefix(n, "wps.") })}
	for i, v := range values {
		if v = strings.Trim(v, `"'`); v != "" && t.names[i] != "wps.type" && t.names[i] != "wps.length" {
			in.field(t.names[i], v, nil)
		}
	}
	in.dissected.begun = true
	in.endPacket()
	return true
}
