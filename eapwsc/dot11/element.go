package dot11

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/gowps/gowps/wps"
)

// Errors of a list of elements; compare with errors.Is.
var (
	// ErrMalformed: an element is longer than the rest of the list, or the list
	// ends in the middle of its header.
	ErrMalformed = errors.New("dot11: an element is longer than what is left of the frame")
	// ErrSSID: the name of the network has more than 32 octets.
	ErrSSID = errors.New("dot11: the SSID is longer than 32 octets")
	// ErrSecurity: the RSN or WPA element is malformed.
	ErrSecurity = errors.New("dot11: the RSN or WPA element is malformed")
)

// Elements is a parsed list of elements. The zero value of a field means that
// the element is missing or malformed.
type Elements struct {
	// SSID is the network's name, octets of any kind. It is empty in a probe
	// request to all, and where Hidden is set.
	SSID wps.SSID
	// Hidden reports whether the name is hidden: there is an SSID element, and
	// it is empty or has only zeros. In a probe request it means all networks.
	Hidden bool
	// Channel is the number of the primary channel by the DSSS Parameter Set
	// or the HT Operation element.
	Channel int
	// WPS holds the joined attributes of the WPS elements: see
	// [wps.JoinElements]. It is empty but not nil if they are empty.
	WPS []byte
	// RSN and WPA are the parsed elements of these names.
	RSN, WPA *Security
	// H2EOnly reports that SAE supports hash-to-element only: a station may
	// have to be configured for it.
	H2EOnly bool
	// P2P reports the Wi-Fi Direct element of devices; access points that only
	// manage such devices have another one.
	P2P bool
}

// The elements that are read: 9.4.2.1.
const (
	elementSSID        = 0
	elementRates       = 1
	elementDSSS        = 3
	elementRSN         = 48
	elementMoreRates   = 50
	elementHTOperation = 61
	elementVendor      = 221
)

// h2eOnly is the rate, with the bit of a basic one, that means "only by
// hash-to-element": 9.4.2.3.
const h2eOnly = 0x80 | 123

// Vendor elements of Microsoft's OUI 00:50:F2 and of the Wi-Fi Alliance's
// 50:6F:9A, with their type octet.
const (
	vendorWPA = 0x0050f201
	vendorWPS = 0x0050f204
	vendorP2P = 0x506f9a09
)

// Attributes of the P2P element that devices with Wi-Fi Direct send: P2P
// Capability, Device ID and Device Info. Wi-Fi Direct 1.7 table 6.
const (
	p2pCapability = 2
	p2pDeviceID   = 3
	p2pDeviceInfo = 13
)

// isP2PDevice reports whether the attributes of a P2P element are those of a
// device with Wi-Fi Direct.
func isP2PDevice(attributes []byte) bool {
	for len(attributes) >= 3 {
		switch attributes[0] {
		case p2pCapability, p2pDeviceID, p2pDeviceInfo:
			return true
		}
		size := 3 + int(binary.LittleEndian.Uint16(attributes[1:]))
		if size > len(attributes) {
			return false
		}
		attributes = attributes[size:]
	}
	return false
}

const maxSSID = 32 // octets

// Next splits the first element off a list. Its body is nil if it is truncated.
func Next(b []byte) (id byte, body, rest []byte) {
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return 0, nil, nil
	}
	end := 2 + int(b[1])
	return b[0], b[2:end], b[end:]
}

// Relevant returns the part of an element that [Parse] reads; ok is false if
// there is none. Lists with equal relevant parts have the same meaning.
func Relevant(id byte, body []byte) (part []byte, ok bool) {
	switch id {
	case elementSSID, elementDSSS, elementRSN:
		return body, true
	case elementRates, elementMoreRates:
		if i := bytes.IndexByte(body, h2eOnly); i >= 0 {
			return body[i : i+1], true
		}
	case elementHTOperation:
		return body[:min(len(body), 1)], true
	case elementVendor:
		return body, vendorType(body) != 0
	}
	return nil, false
}

// vendorType returns the OUI and type of a known vendor element, otherwise 0.
func vendorType(body []byte) uint32 {
	if len(body) >= 4 {
		if t := binary.BigEndian.Uint32(body); t == vendorWPA || t == vendorWPS || t == vendorP2P {
			return t
		}
	}
	return 0
}

// Parse parses a list of elements. Even with an error, the result has what
// could be read: anyone can send anything. Its WPS shares memory with b if the
// list has one WPS element.
func Parse(b []byte) (Elements, error) {
	var e Elements
	var fault error
	e.WPS, _ = wps.JoinElements(b)
	for len(b) > 0 {
		id, body, rest := Next(b)
		if body == nil {
			return e, ErrMalformed
		}
		switch id {
		case elementSSID:
			if len(body) > maxSSID {
				fault = ErrSSID
			}
			if e.Hidden = !slices.ContainsFunc(body, func(c byte) bool { return c != 0 }); !e.Hidden {
				e.SSID = wps.SSID(body)
			}
		case elementRates, elementMoreRates:
			e.H2EOnly = e.H2EOnly || bytes.IndexByte(body, h2eOnly) >= 0
		case elementDSSS:
			if len(body) >= 1 {
				e.Channel = int(body[0])
			}
		case elementHTOperation:
			if len(body) >= 1 && e.Channel == 0 {
				e.Channel = int(body[0])
			}
		case elementRSN:
			if e.RSN = parseSecurity(body); e.RSN == nil {
				fault = ErrSecurity
			}
		case elementVendor:
			switch vendorType(body) {
			case vendorWPA:
				if e.WPA = parseSecurity(body[4:]); e.WPA == nil {
					fault = ErrSecurity
				}
			case vendorP2P:
				e.P2P = e.P2P || isP2PDevice(body[4:])
			}
		}
		b = rest
	}
	return e, fault
}
