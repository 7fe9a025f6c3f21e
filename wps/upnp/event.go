package upnp

import (
	"encoding/base64"

	"github.com/gowps/gowps/wps"
)

// EventType is the type of a [WLANEvent].
type EventType uint8

// The types.
const (
	// EventProbe: the attributes of a station's probe request.
	EventProbe EventType = 1
	// EventEAP: a message of the Registration Protocol from a station.
	EventEAP EventType = 2
)

// WLANEvent is what an access point sends to its external registrars about a
// station: the value of the state variable of that name.
//
//	0   Type      1
//	1   address  17, as text
//	18  message   …
type WLANEvent struct {
	Type    EventType
	Station wps.MAC
	Message []byte // the attributes of WSC
}

// eventHeaderLen is the length of the fields before the message.
const eventHeaderLen = 1 + 17

// AppendTo appends the event to dst.
func (e *WLANEvent) AppendTo(dst []byte) []byte {
	dst = append(dst, byte(e.Type))
	dst = append(dst, e.Station.String()...)
	return append(dst, e.Message...)
}

// ParseWLANEvent reads an event. Its message shares memory with b. The error is
// of class [ErrMalformed].
func ParseWLANEvent(b []byte) (*WLANEvent, error) {
	const object = "WLANEvent"
	if len(b) < eventHeaderLen {
		return nil, wrong(object, "", ErrMalformed, "%d octets", len(b))
	}
	mac, err := wps.ParseMAC(string(b[1:eventHeaderLen]))
	if err != nil {
		return nil, wrong(object, "", ErrMalformed, "its address")
	}
	if b[0] != byte(EventProbe) && b[0] != byte(EventEAP) {
		return nil, wrong(object, "", ErrIgnored, "type %d", b[0])
	}
	return &WLANEvent{EventType(b[0]), mac, b[eventHeaderLen:]}, nil
}

// appendProperties appends the body of a NOTIFY. The first one of a
// subscription has all evented state variables (UPnP Device Architecture 1.0
// §4.2.1).
func appendProperties(dst []byte, first bool, event *WLANEvent) []byte {
	property := func(name, text string) {
		dst = append(dst, "<e:property>"...)
		dst = appendElement(dst, name, text)
		dst = append(dst, "</e:property>\n"...)
	}
	dst = append(dst, `<?xml version="1.0" encoding="utf-8"?>`+"\n"+
		`<e:propertyset xmlns:e="urn:schemas-upnp-org:event-1-0">`+"\n"...)
	if first {
		property("STAStatus", "1")
		property("APStatus", "1")
	}
	property("WLANEvent", base64.StdEncoding.EncodeToString(event.AppendTo(nil)))
	return append(dst, "</e:propertyset>\n"...)
}

// parseProperties parses the body of a NOTIFY, and returns the event in it, or
// nil if there is none.
func parseProperties(b []byte) (*WLANEvent, error) {
	const object = "event"
	doc, err := parseXML(object, b, MaxBody)
	if err != nil {
		return nil, err
	}
	e := doc.find("WLANEvent")
	if e == nil {
		return nil, nil
	}
	octets, err := decodeBase64(e.text)
	if err != nil {
		return nil, wrong(object, "WLANEvent", ErrMalformed, "not in base64")
	}
	return ParseWLANEvent(octets)
}
