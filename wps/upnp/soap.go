package upnp

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/gowps/gowps/wps"
)

// Action is an action of the service WFAWLANConfig:1.
type Action string

// The actions that every access point has.
const (
	ActionGetDeviceInfo        Action = "GetDeviceInfo"
	ActionPutMessage           Action = "PutMessage"
	ActionPutWLANResponse      Action = "PutWLANResponse"
	ActionSetSelectedRegistrar Action = "SetSelectedRegistrar"
)

// The arguments, with their related state variables.
const (
	argMessage    = "NewMessage"
	argInMessage  = "NewInMessage"
	argOutMessage = "NewOutMessage"
	argDeviceInfo = "NewDeviceInfo"
	argEventType  = "NewWLANEventType"
	argEventMAC   = "NewWLANEventMAC"
)

// argument is a row of the service description.
type argument struct {
	name     string
	out      bool
	variable string
}

// actions are the actions that this package implements.
var actions = []struct {
	action    Action
	arguments []argument
}{
	{ActionGetDeviceInfo, []argument{{argDeviceInfo, true, "DeviceInfo"}}},
	{ActionPutMessage, []argument{{argInMessage, false, "InMessage"}, {argOutMessage, true, "OutMessage"}}},
	{ActionPutWLANResponse, []argument{
		{argMessage, false, "Message"}, {argEventType, false, "WLANEventType"}, {argEventMAC, false, "WLANEventMAC"},
	}},
	{ActionSetSelectedRegistrar, []argument{{argMessage, false, "Message"}}},
}

// optionalActions are optional actions that it does not implement.
var optionalActions = []Action{
	"GetAPSettings", "SetAPSettings", "DelAPSettings", "GetSTASettings", "SetSTASettings", "DelSTASettings",
	"RebootAP", "ResetAP", "RebootSTA", "ResetSTA",
}

const (
	envelopeHead = xmlHead + `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">
<s:Body>
`
	envelopeTail = "</s:Body>\n</s:Envelope>\n"
	xmlHead      = `<?xml version="1.0"?>` + "\n"
)

// value is an argument with its text.
type value struct{ name, text string }

// octets is an argument of type bin.base64.
func octets(name string, b []byte) value {
	return value{name, base64.StdEncoding.EncodeToString(b)}
}

// appendAction appends the document of an action or its response.
func appendAction(dst []byte, name string, values []value) []byte {
	dst = append(dst, envelopeHead...)
	dst = append(dst, "<u:"+name+` xmlns:u="`+ServiceType+"\">\n"...)
	for _, v := range values {
		dst = appendElement(dst, v.name, v.text)
	}
	dst = append(dst, "</u:"+name+">\n"...)
	return append(dst, envelopeTail...)
}

// appendFault appends the document of a fault.
func appendFault(dst []byte, code FaultCode) []byte {
	dst = append(dst, envelopeHead...)
	dst = append(dst, "<s:Fault>\n<faultcode>s:Client</faultcode>\n<faultstring>UPnPError</faultstring>\n<detail>\n"+
		`<UPnPError xmlns="urn:schemas-upnp-org:control-1-0">`+"\n"...)
	dst = appendElement(dst, "errorCode", strconv.Itoa(int(code)))
	dst = appendElement(dst, "errorDescription", faultTexts[code])
	dst = append(dst, "</UPnPError>\n</detail>\n</s:Fault>\n"...)
	return append(dst, envelopeTail...)
}

// callAction returns the request for an action.
func callAction(control address, action Action, values ...value) Request {
	return Request{
		Method: "POST", Path: control.path,
		Header: Header{"CONTENT-TYPE": xmlType, "SOAPACTION": `"` + ServiceType + "#" + string(action) + `"`},
		Body:   appendAction(nil, string(action), values),
	}
}

// parseSOAPAction parses the header field with the name of the action. Any
// version of the service is accepted [hostap].
func parseSOAPAction(s string) (Action, bool) {
	s, quoted := strings.CutPrefix(s, `"`)
	s, closed := strings.CutSuffix(s, `"`)
	service, action, ok := strings.Cut(s, "#")
	name, _ := strings.CutSuffix(ServiceType, ":1")
	return Action(action), ok && quoted && closed && len(service) > len(name) &&
		strings.EqualFold(service[:len(name)+1], name+":") && action != ""
}

// binary returns an argument of type bin.base64.
func (e *element) binary(object, name string) ([]byte, error) {
	a := e.find(name)
	if a == nil {
		return nil, wrong(object, name, ErrMalformed, "missing")
	}
	b, err := decodeBase64(a.text)
	if err != nil {
		return nil, wrong(object, name, ErrMalformed, "not in base64")
	}
	return b, nil
}

// parseAnswer parses the response to an action and returns its binary argument,
// if it has one.
func parseAnswer(action Action, r *Response) ([]byte, error) {
	object := "answer to " + string(action)
	doc, err := parseXML(object, r.Body, MaxBody)
	if err == nil {
		if code := doc.find("errorCode"); code != nil {
			n, err := parseNumber(strings.TrimSpace(code.text), 1, 9999)
			if err != nil {
				return nil, wrong(object, "errorCode", ErrMalformed, "%q", code.text)
			}
			return nil, &Fault{Action: action, Code: FaultCode(n)}
		}
	}
	if r.Status != 200 {
		return nil, wrong(object, "", ErrHTTP, "status %d", r.Status)
	}
	for _, a := range actions {
		if a.action != action {
			continue
		}
		for _, arg := range a.arguments {
			if arg.out && err == nil {
				return doc.binary(object, arg.name)
			} else if arg.out {
				return nil, err
			}
		}
	}
	return nil, nil
}

// parseEventMAC parses an address as external registrars write it: some use
// dots, some send invalid ones [hostap], which result in zeros.
func parseEventMAC(s string) wps.MAC {
	m, _ := wps.ParseMAC(strings.TrimSpace(s))
	return m
}
