package capture

import (
	"net/netip"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Transport is what carried an exchange.
type Transport uint8

// The transports.
const (
	// TransportEAPOL: EAP between station and access point.
	TransportEAPOL Transport = iota + 1
	// TransportRADIUS: EAP between access point and server.
	TransportRADIUS
	// TransportUPnP: WFAWLANConfig between external registrar and access
	// point.
	TransportUPnP
)

var transportNames = [...]string{TransportEAPOL: "eapol", TransportRADIUS: "radius", TransportUPnP: "upnp"}

// String returns the transport in a word.
func (t Transport) String() string {
	if t > 0 && int(t) < len(transportNames) {
		return transportNames[t]
	}
	return "unknown"
}

// Exchange is one attempt to register, as far as the capture shows it: from
// the association for WPS, or the first packet of EAP-WSC, to the EAP-Failure
// that ends every exchange, and what became of the credential.
type Exchange struct {
	Transport Transport
	// Station and AP are the addresses of the two ends of the EAP exchange;
	// zero where the transport does not tell.
	Station, AP wps.MAC
	// Registrar and APAddress are the ends of a UPnP exchange, or the server
	// and client of a RADIUS one.
	Registrar, APAddress netip.Addr
	// Identity is what the station answered to EAP-Request/Identity.
	Identity string
	// APEnrollee tells that the access point is the enrollee: an external
	// registrar reads or configures it.
	APEnrollee bool

	// Began and Ended are the times of the first and the last step.
	Began, Ended time.Time
	// Steps are what was seen, in order, without retransmissions.
	Steps []Step
	// Cut tells that there were more steps than are kept.
	Cut bool
	// Network is what the access point said of itself last before or in the
	// exchange; nil if nothing was heard.
	Network *Network
	// Keys are the keys of the run, if a key log has them.
	Keys *registration.Keys
	// Handshake is the station's 4-way handshake after the exchange.
	Handshake Handshake
}

// Signal is a step of an exchange that is no WSC message.
type Signal uint8

// The signals.
const (
	NoSignal Signal = iota
	SignalAssociationRequest
	SignalAssociationResponse
	SignalEAPOLStart
	SignalIdentityRequest
	SignalIdentity
	SignalStart
	SignalNak
	SignalEAPFailure
	SignalEAPSuccess
	SignalDisconnect
)

var signalNames = [...]string{
	NoSignal:                 "WSC message",
	SignalAssociationRequest: "Association Request", SignalAssociationResponse: "Association Response",
	SignalEAPOLStart: "EAPOL-Start", SignalIdentityRequest: "EAP-Request/Identity", SignalIdentity: "EAP-Response/Identity",
	SignalStart: "WSC_Start", SignalNak: "EAP-Nak", SignalEAPFailure: "EAP-Failure", SignalEAPSuccess: "EAP-Success",
	SignalDisconnect: "Deauthentication",
}

// String returns the name of the step.
func (s Signal) String() string {
	if int(s) < len(signalNames) {
		return signalNames[s]
	}
	return "unknown"
}

// Step is one step of an exchange.
type Step struct {
	Time  time.Time
	Frame int // of the capture, from 1
	// FromStation is the direction: from the station or, over UPnP to an
	// access point as enrollee, from the registrar.
	FromStation bool
	// Signal is NoSignal for a WSC message.
	Signal Signal
	// Code is the status code of an association response, the reason code
	// of a deauthentication; else 0.
	Code uint16

	// EAP, ID and OpCode are those of the EAP packet; EAP is zero over UPnP.
	EAP    eapwsc.Code
	ID     uint8
	OpCode eapwsc.OpCode
	// Fragments is how many packets the message took.
	Fragments int
	// Octets is a WSC message as it was sent, List what it says, and Err why
	// it cannot be read.
	Octets []byte
	List   wps.List
	Err    error
	// Repeats counts retransmissions; Differs tells that this packet has the
	// Identifier of the one before it and says something else.
	Repeats int
	Differs bool
}

// Type returns the Message Type of a WSC message; 0 for a signal, or a
// message that does not tell its type.
func (s *Step) Type() wps.MessageType {
	if s.List == nil {
		t, err := wps.PeekMessageType(s.Octets)
		if err != nil {
			return 0
		}
		return t
	}
	t, _ := s.List.Kind().MessageType()
	return t
}

// Handshake is what was seen of the 4-way handshake with which a station
// joins the network that it was given.
type Handshake struct {
	// Messages counts each of the four messages.
	Messages [4]int
	// Disconnected is the reason code of a deauthentication behind it.
	Disconnected uint16
	BSSID        wps.MAC
}

// Seen reports whether there was a handshake at all.
func (h *Handshake) Seen() bool { return h.Messages[0] > 0 }

// Failed reports whether the handshake broke off: the station answered, the
// access point never confirmed, and one of them gave up. This is how a wrong
// key shows.
func (h *Handshake) Failed() bool {
	return h.Messages[1] > 0 && h.Messages[2] == 0 && (h.Messages[1] > 1 || h.Messages[0] > 1 || h.Disconnected != 0)
}

// Enrollee and registrar's descriptions, nonces: the messages that have them.

// M1 returns the first M1 of the exchange, or nil.
func (x *Exchange) M1() *wps.M1 { return first[*wps.M1](x) }

// M2 returns the first M2 of the exchange, or nil.
func (x *Exchange) M2() *wps.M2 { return first[*wps.M2](x) }

// first returns the first message of a type, or its zero value.
func first[T wps.List](x *Exchange) (m T) {
	for i := range x.Steps {
		if m, ok := x.Steps[i].List.(T); ok {
			return m
		}
	}
	return m
}

// Messages yields the WSC messages of the exchange.
func (x *Exchange) Messages(yield func(*Step) bool) {
	for i := range x.Steps {
		if x.Steps[i].Signal == NoSignal && !yield(&x.Steps[i]) {
			return
		}
	}
}

// FromEnrollee reports whether a step came from the enrollee.
func (x *Exchange) FromEnrollee(s *Step) bool { return s.FromStation != x.APEnrollee }
