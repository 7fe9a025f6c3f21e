package capture

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
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

	// OnAir tells that it was captured in the air, where frames get lost.
	OnAir bool

	// Began and Ended are the times of the first and the last step, Watched
	// the time until which the capture tells that nothing followed.
	Began, Ended, Watched time.Time
	// Steps are what was seen, in the order of time, without retransmissions.
	Steps []Step
	// Cut tells that there were more steps than are kept.
	Cut bool
	// Anew is who began another exchange before this one had ended: the
	// station by EAPOL-Start or a new association, or else the access point.
	// [NoEnd] if nobody did.
	Anew End
	// Network is what the access point has said of itself until then; nil if
	// nothing was heard.
	Network *Network
	// Seekers are the stations that were in push-button mode meanwhile.
	Seekers []Seeker
	// Keys are the keys of the run, if a key log has them.
	Keys *registration.Keys
	// Joining is what became of the settings that the station was given.
	Joining Joining
}

// End is one of the two ends of an exchange.
type End uint8

// The ends.
const (
	NoEnd End = iota
	EndStation
	EndAP
)

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
	SignalAuthentication
	SignalLogoff
)

var signalNames = [...]string{
	NoSignal:                 "WSC message",
	SignalAssociationRequest: "Association Request", SignalAssociationResponse: "Association Response",
	SignalEAPOLStart: "EAPOL-Start", SignalIdentityRequest: "EAP-Request/Identity", SignalIdentity: "EAP-Response/Identity",
	SignalStart: "WSC_Start", SignalNak: "EAP-Nak", SignalEAPFailure: "EAP-Failure", SignalEAPSuccess: "EAP-Success",
	SignalDisconnect: "Deauthentication", SignalAuthentication: "Authentication", SignalLogoff: "EAPOL-Logoff",
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
	// Code is the status code of an authentication or association response,
	// the reason code of a deauthentication; else 0.
	Code uint16

	// EAP, ID and OpCode are those of the EAP packet; EAP is zero over UPnP.
	EAP    eap.Code
	ID     uint8
	OpCode eap.OpCode
	// Type is the Message Type of a WSC message; 0 for a signal, or a
	// message that does not tell its type.
	Type wps.MessageType
	// Truncated tells that the capture has not all of Octets, Differs that
	// this packet has the Identifier of the one before it and says something
	// else.
	Truncated, Differs bool
	// Fragments is how many packets the message took.
	Fragments int
	// Octets is a WSC message as it was sent; of an association request it
	// is the WPS element.
	Octets []byte
	// Repeats counts retransmissions, of which Last is the time of the last.
	Repeats int
	Last    time.Time
	// Repetitions are the retransmissions, the first 32 of them.
	Repetitions []Repetition
}

// Repetition is a retransmission of a step.
type Repetition struct {
	Time  time.Time
	Frame int // of the capture, from 1
}

// maxRepetitions is how many retransmissions of a step are kept.
const maxRepetitions = 32

// repeat counts a retransmission.
func (s *Step) repeat(e *Event) {
	s.Repeats++
	s.Last = e.Time
	if len(s.Repetitions) < maxRepetitions {
		s.Repetitions = append(s.Repetitions, Repetition{e.Time, e.Frame})
	}
}

// echo is the time within which the same octets are no retransmission, which
// takes a second at least, but another copy of the frame: of a switch, or of a
// recording on both ends of a wire.
const echo = 100 * time.Millisecond

// resent takes a message or packet that was seen before.
func (s *Step) resent(e *Event) {
	if e.Time.Sub(s.last()) >= echo {
		s.repeat(e)
	}
}

// last returns when the step was sent last.
func (s *Step) last() time.Time {
	if s.Last.After(s.Time) {
		return s.Last
	}
	return s.Time
}

// IsMessage reports whether the step is a WSC message.
func (s *Step) IsMessage() bool { return s.Signal == NoSignal }

// attribute returns the value of an attribute of a message, also of one that
// is cut behind it; nil if it is not there.
func (s *Step) attribute(id wps.AttributeID) []byte { return wps.Find(s.Octets, id) }

// number returns the value of an attribute of two octets.
func (s *Step) number(id wps.AttributeID) (n uint16, ok bool) {
	v := s.attribute(id)
	if len(v) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(v), true
}

// ConfigError returns the Configuration Error of a message, and whether it has
// one.
func (s *Step) ConfigError() (wps.ConfigError, bool) {
	n, ok := s.number(wps.AttrConfigError)
	return wps.ConfigError(n), ok
}

// EncryptedSettings returns the Encrypted Settings of a message, nil if it has
// none.
func (s *Step) EncryptedSettings() []byte { return s.attribute(wps.AttrEncryptedSettings) }

// Joining is what was seen of a station that joins the network with what it
// was given.
type Joining struct {
	// Messages counts each of the four messages of the 4-way handshake.
	Messages [4]int
	BSSID    wps.MAC
	// Disconnected is the reason code of a deauthentication behind it.
	Disconnected uint16
	// Status is the status code with which the association was refused, and
	// SAEStatus the one of SAE; 0 if it was not.
	Status, SAEStatus uint16
}

// Seen reports whether there was a handshake at all.
func (j *Joining) Seen() bool { return j.Messages[0] > 0 }

// Failed reports whether the handshake broke off: the access point never
// confirmed what the station answered, if that was seen, and one of them gave
// up. This is how a wrong key shows.
func (j *Joining) Failed() bool {
	switch {
	case j.Disconnected == reasonHandshake:
		return j.Seen() && j.Messages[3] == 0
	case j.Messages[1] == 0:
		return j.Messages[2] == 0 && j.Messages[0] >= handshakeTries
	}
	return j.Messages[2] == 0 && (j.Messages[1] > 1 || j.Messages[0] > 1 || j.Disconnected != 0)
}

const (
	// reasonHandshake is the reason code of a 4-way handshake that timed out:
	// IEEE Std 802.11-2020 table 9-49.
	reasonHandshake = 15
	// handshakeTries is how often access points send message 1, and then
	// give up [hostap].
	handshakeTries = 4
)

// first returns the first message of a type, or nil.
func (x *Exchange) first(t wps.MessageType) *Step {
	for i := range x.Steps {
		if x.Steps[i].Type == t {
			return &x.Steps[i]
		}
	}
	return nil
}

// Messages yields the WSC messages of the exchange.
func (x *Exchange) Messages(yield func(*Step) bool) {
	for i := range x.Steps {
		if x.Steps[i].IsMessage() && !yield(&x.Steps[i]) {
			return
		}
	}
}

// FromEnrollee reports whether a step came from the enrollee.
func (x *Exchange) FromEnrollee(s *Step) bool { return s.FromStation != x.APEnrollee }
