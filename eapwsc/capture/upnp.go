package capture

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/gowps/gowps/wps"
)

// upnpActions lists the actions of WFAWLANConfig:1 with their binary arguments, in and out.
var upnpActions = map[string]struct{ in, out string }{
	ActionGetDeviceInfo:        {"", "NewDeviceInfo"},
	ActionPutMessage:           {"NewInMessage", "NewOutMessage"},
	ActionPutWLANResponse:      {"NewMessage", ""},
	ActionSetSelectedRegistrar: {"NewMessage", ""},
	"GetAPSettings":            {"NewMessage", "NewAPSettings"},
	"SetAPSettings":            {"NewAPSettings", ""},
	"DelAPSettings":            {"NewAPSettings", ""},
	"GetSTASettings":           {"NewMessage", "NewSTASettings"},
	"SetSTASettings":           {"NewSTASettings", ""},
	"DelSTASettings":           {"NewSTASettings", ""},
	"RebootAP":                 {"NewAPSettings", ""},
	"ResetAP":                  {"NewMessage", ""},
	"RebootSTA":                {"NewSTASettings", ""},
	"ResetSTA":                 {"NewMessage", ""},
}

// UPnPArguments returns the names of the arguments of an action of WFAWLANConfig:1
// that hold octets: of the request and of its answer, empty without one. ok is
// false for other actions.
func UPnPArguments(action string) (in, out string, ok bool) {
	a, ok := upnpActions[action]
	return a.in, a.out, ok
}

// A soapBody is the parsed XML of an action, an answer or an event.
type soapBody struct {
	action    string
	response  bool
	arguments map[string]string // the text of the elements without children
}

// parseSOAP collects the elements regardless of namespaces and nesting, as
// other implementations do. It supports no entities but XML's own and no
// document type. What precedes an error in the XML is used.
func parseSOAP(b []byte) soapBody {
	body := soapBody{arguments: make(map[string]string)}
	tokens := xml.NewDecoder(bytes.NewReader(b))
	tokens.Strict = false
	tokens.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // only ASCII matters
	name, text := "", []byte(nil)
	for {
		token, err := tokens.RawToken()
		if err != nil {
			return body
		}
		switch token := token.(type) {
		case xml.StartElement:
			name, text = token.Name.Local, text[:0]
			action, response := strings.CutSuffix(name, "Response")
			if _, exact := upnpActions[name]; exact { // PutWLANResponse
				action, response = name, false
			}
			if _, ok := upnpActions[action]; ok && body.action == "" {
				body.action, body.response = action, response
			}
		case xml.CharData:
			text = append(text, token...)
		case xml.EndElement:
			if token.Name.Local == name {
				body.arguments[name] = string(text)
			}
			name = ""
		}
	}
}

// upnp reports an HTTP message that is an action of WFAWLANConfig, its answer, or an event with a WLANEvent.
func (d *decoder) upnp(key flowKey, s *stream, m *httpMessage, p ipPacket) {
	body := parseSOAP(m.body)
	src, dst := addrPort(p.src, key.srcPort), addrPort(p.dst, key.dstPort)
	u := &UPnPMessage{Action: body.action, Response: m.method == "", AP: dst, Registrar: src}
	argument := ""
	switch {
	case m.method == "NOTIFY":
		u.Action, u.AP, u.Registrar = EventWLAN, src, dst
		if argument = EventWLAN; body.arguments[argument] == "" {
			return
		}
	case m.method == "POST":
		if u.Action == "" {
			u.Action = m.action
		}
		s.action = u.Action
		argument = upnpActions[u.Action].in
	default:
		u.AP, u.Registrar = src, dst
		if fault, err := strconv.Atoi(strings.TrimSpace(body.arguments["errorCode"])); err == nil {
			u.Fault = fault
			if request, ok := d.streams.get(key.reverse()); ok {
				u.Action = request.action
			}
		} else if u.Action == "" || !body.response {
			return
		}
		argument = upnpActions[u.Action].out
	}
	if u.Action == ActionPutWLANResponse && m.method != "" {
		kind, _ := strconv.ParseUint(strings.TrimSpace(body.arguments["NewWLANEventType"]), 10, 8)
		u.EventType = uint8(kind)
		u.Station, _, _ = wps.CutMAC(strings.TrimSpace(body.arguments["NewWLANEventMAC"]))
	}
	data, err := decodeBase64(body.arguments[argument])
	prob := noProblem
	if err != nil {
		prob = soapBase64
	} else if u.Action == EventWLAN {
		// Type (1), address as 17 characters, then what the station sent.
		const prefix = 1 + 17
		if len(data) < prefix {
			prob = soapEvent
		} else {
			u.EventType = data[0]
			u.Station, _, _ = wps.CutMAC(string(data[1:prefix]))
			data = data[prefix:]
		}
	}
	e := d.emit(KindUPnP)
	e.UPnP, e.Data, e.Note = u, data, problems[prob].text
}

// decodeBase64 tolerates white space anywhere and missing padding.
func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(strings.Join(strings.Fields(s), ""), "=")
	return base64.RawStdEncoding.DecodeString(s)
}
