package diagnosis

import (
	"fmt"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// methodWords are the methods in words.
var methodWords = map[string]string{"pin": "by PIN", "pbc": "by button", "oob": "by NFC"}

// transportWords are the transports in words.
var transportWords = map[exchange.Transport]string{
	exchange.TransportEAPOL: "EAPOL", exchange.TransportRADIUS: "RADIUS", exchange.TransportUPnP: "UPnP",
	exchange.TransportIEEE1905: "IEEE 1905.1",
}

// Sides names the enrollee and the registrar of an exchange.
func Sides(x *exchange.Exchange) (enrollee, registrar string) {
	if x.APEnrollee {
		return "router", "computer"
	}
	return "device", "router"
}

// LeftSide names the side that is not the router.
func LeftSide(x *exchange.Exchange) string {
	if x.APEnrollee {
		return "computer"
	}
	return "device"
}

// MethodAndTransport returns the method and transport of an exchange in words.
func MethodAndTransport(r *Entry, x *exchange.Exchange) string {
	how := "method not seen"
	if r.Method != nil {
		how = methodWords[*r.Method]
	}
	if x.APEnrollee {
		how += ", to read or change the router's settings"
	}
	return how + ", over " + transportWords[x.Transport]
}

// Began returns when an exchange began, with a comma before it, or "" if that
// is not known. Many logs have no year.
func Began(x *exchange.Exchange) string {
	switch t := x.Began.UTC(); {
	case t.IsZero():
		return ""
	case t.Year() == 0 && t.YearDay() == 1:
		return ", " + t.Format("15:04:05")
	case t.Year() == 0:
		return ", " + t.Format("Jan 2 15:04:05")
	default:
		return ", " + t.Format("2006-01-02 15:04:05 UTC")
	}
}

func Known(s *string) string {
	if s == nil {
		return "unknown"
	}
	return *s
}

// NetworkState describes the state of WPS at a network.
func NetworkState(n *doctor.Network) string {
	switch state := n.State(); state {
	case doctor.StateOff:
		return state.String()
	case doctor.StateButton, doctor.StatePIN:
		return fmt.Sprintf("WPS waiting (%v)", n.Adverts[len(n.Adverts)-1].Element.DevicePasswordID)
	case doctor.StateDamaged:
		return "WPS on, its element damaged"
	case doctor.StateUnknown:
		return "whether it has WPS is not known"
	default:
		return "WPS on, " + state.String()
	}
}

// StationState describes what a device is searching for.
func StationState(s *doctor.Station) string {
	if s.Method == doctor.PushButton {
		return "button pressed"
	}
	return "scans for WPS"
}

// Shown returns the name of a file in a form that is safe for a terminal.
func Shown(name string) string {
	if name == "-" {
		return "standard input"
	}
	if q := fmt.Sprintf("%q", name); q[1:len(q)-1] != name {
		return q
	}
	return name
}

// KnownMAC returns an address as text.
func KnownMAC(a wps.MAC) string { return Known(Address(a)) }
