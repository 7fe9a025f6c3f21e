package text

import (
	"bytes"
	"strings"
	"time"

	"github.com/gowps/gowps/wps"
)

// wiresharkRows are lines of the packet list of Wireshark and tshark: number,
// time, source, destination, protocol, length and what the packet is. The list
// does not show configuration errors.
var wiresharkRows = []Row{
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Pattern: "Request, Identity", Example: "   23   0.977880 02:00:00:00:00:00 → 02:00:00:00:01:00 EAP 63 Request, Identity",
		means: func(in *interpreter, m *match) {
			if t := in.listed(m, false); t != nil {
				in.start(t)
			}
		}},
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Pattern: "Request, Expanded Type, WPS[, {name:word}]", Example: "   33   1.154544 02:00:00:00:00:00 → 02:00:00:00:01:00 EAP 497 Request, Expanded Type, WPS, M2",
		means: func(in *interpreter, m *match) { in.listedMessage(m, false) }},
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Pattern: "Response, Expanded Type, WPS[, {name:word}]", Example: "   30   1.065004 02:00:00:00:01:00 → 02:00:00:00:00:00 EAP 481 Response, Expanded Type, WPS, M1",
		means: func(in *interpreter, m *match) { in.listedMessage(m, true) }},
	{Program: Wireshark, Origin: "packet-eap.c, the column Info", Pattern: "EAP {length:int} Failure", Example: "   41   1.229300 02:00:00:00:00:00 → 02:00:00:00:01:00 EAP 62 Failure",
		means: func(in *interpreter, m *match) {
			if t := in.listed(m, false); t != nil && t.wsc {
				in.failure(t)
			}
		}},
}

// listed returns the talk of a packet in a list, nil if the line is none. Its time
// counts from the first packet.
func (in *interpreter) listed(m *match, fromStation bool) *talk {
	from, to, ok := bytes.Cut(m.line[:m.at], []byte("→"))
	if !ok {
		if from, to, ok = bytes.Cut(m.line[:m.at], []byte("->")); !ok {
			return nil
		}
	}
	address := func(words []string, at int) wps.MAC {
		if at < 0 || at >= len(words) {
			return wps.MAC{}
		}
		a, err := wps.ParseMAC(words[at])
		if err != nil || len(words[at]) != macLen {
			return wps.MAC{} // a name
		}
		return a
	}
	words := strings.Fields(string(from))
	src, dst := address(words, len(words)-1), address(strings.Fields(string(to)), 0)
	if isGroup(dst) {
		dst = wps.MAC{}
	}
	if len(words) > 1 {
		if seconds := words[len(words)-2]; span([]byte(seconds), isDigit) > 0 && strings.Contains(seconds, ".") {
			whole, part, _ := strings.Cut(seconds, ".")
			if n := digits([]byte(whole)); n >= 0 && len(whole) < 8 {
				in.now = yearless.Add(time.Duration(n)*time.Second + fraction([]byte("."+part)))
				in.facts.timed = true
			}
		}
	}
	l := in.on("packet list")
	l.is(sideStation)
	station, ap := dst, src
	if fromStation {
		station, ap = src, dst
	}
	if l.talk != nil && ap == (wps.MAC{}) {
		ap = l.talk.ap
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
	name := strings.TrimPrefix(string(m.text("name")), "WSC_")
	if strings.EqualFold(name, "Done") {
		name = "Done"
	}
	kind, ok := messageNames[name]
	switch {
	case !ok && !fromStation && t.said&saidStart == 0 && t.last == 0:
		in.emitSignal(t, saidStart)
		return
	case !ok:
		return
	case kind == wps.MessageM1:
		t.apEnrollee = !fromStation
	}
	in.facts.messages = true
	in.emitMessage(&message{talk: t, kind: kind, fromStation: fromStation, has: map[wps.AttributeID]bool{}})
}
