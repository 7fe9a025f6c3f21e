package exchange

import (
	"net/netip"
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/validate"
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
	// TransportIEEE1905: AP-Autoconfiguration between an agent, which is the
	// enrollee, and the controller of a mesh: M1, and an M2 for each network.
	TransportIEEE1905
)

var transportNames = [...]string{TransportEAPOL: "eapol", TransportRADIUS: "radius", TransportUPnP: "upnp", TransportIEEE1905: "1905"}

// String returns the name of the transport.
func (t Transport) String() string {
	if t > 0 && int(t) < len(transportNames) {
		return transportNames[t]
	}
	return "unknown"
}

// Exchange is one attempt to register, as far as the capture shows it: from the
// association for WPS, or the first packet of EAP-WSC, to the EAP-Failure that
// ends every exchange, and the use of the credential.
type Exchange struct {
	// Transcript is the input of package validate: the steps in the order of
	// time, retransmissions counted and fragments joined. Client is the station
	// or, over UPnP, the external registrar; its address and the access point's
	// are zero if the transport does not have them.
	validate.Transcript

	Transport Transport
	// Registrar and APAddress are the ends of a UPnP exchange, or the server
	// and client of a RADIUS one.
	Registrar, APAddress netip.Addr
	// APEnrollee reports whether the access point is the enrollee: an external
	// registrar reads or configures it.
	APEnrollee bool
	// OnAir reports whether it was captured on the air, where frames get lost.
	OnAir bool

	// Began and Ended are the times of the first and the last step. Watched is
	// the time until which the capture continues.
	Began, Ended, Watched time.Time
	// Cut reports whether there were more steps than are kept.
	Cut bool
	// Restarted is the side that started another exchange before this one had
	// ended: the client by EAPOL-Start or a new association, otherwise the
	// access point. It is 0 if neither did.
	Restarted validate.Side
	// Network is what the access point had advertised until then; nil if
	// nothing was received.
	Network *doctor.Network
	// Stations are the stations that were in push-button mode meanwhile.
	Stations []doctor.Station
	// Joining is how the station used the settings.
	Joining Joining
}

// Joining is what was captured of a station that joins the network with the
// settings.
type Joining struct {
	// Messages counts each of the four messages of the 4-way handshake.
	Messages [4]int
	BSSID    wps.MAC
	// Disconnected is the reason code of a deauthentication after it.
	Disconnected uint16
	// Status is the status code with which the association was refused,
	// SAEStatus that of SAE; 0 if not refused.
	Status, SAEStatus uint16
}

// Seen reports whether there was a 4-way handshake at all.
func (j *Joining) Seen() bool { return j.Messages[0] > 0 }

// Failed reports whether the handshake failed: the access point never confirmed
// the station's answer, if that was captured, and one of them gave up. A wrong
// key shows in this way.
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
	// handshakeTries is how often access points send message 1 before they give
	// up [hostap].
	handshakeTries = 4
)

// first returns the first message of a type, or nil.
func (x *Exchange) first(t wps.MessageType) *validate.Entry {
	for i := range x.Entries {
		if x.Entries[i].Type == t {
			return &x.Entries[i]
		}
	}
	return nil
}

// hasBeginning reports whether the exchange shows how it began. What a text does not
// say of its first steps may have been assumed, and an M1 in EAP may answer M2D.
func (x *Exchange) hasBeginning() bool {
	if len(x.Entries) == 0 {
		return false
	}
	first := &x.Entries[0]
	switch x.Transport {
	case TransportRADIUS:
		return first.Signal == validate.SignalIdentity
	case TransportUPnP, TransportIEEE1905:
		return first.Type == wps.MessageM1
	}
	return slices.Contains(firstSignals, first.Signal)
}

// firstSignals are those with which an exchange over EAPOL may begin.
var firstSignals = []validate.Signal{
	validate.SignalAuthentication, validate.SignalAssociationRequest, validate.SignalEAPOLStart, validate.SignalIdentityRequest,
}

// isDecided reports whether the exchange had a message that ends it. What may come
// after that changes nothing.
func (x *Exchange) isDecided() bool {
	return x.first(wps.MessageNACK) != nil || x.first(wps.MessageDone) != nil
}

// Messages yields the WSC messages of the exchange.
func (x *Exchange) Messages(yield func(*validate.Entry) bool) {
	for i := range x.Entries {
		if x.Entries[i].IsMessage() && !yield(&x.Entries[i]) {
			return
		}
	}
}

// FromEnrollee reports whether the enrollee sent a step.
func (x *Exchange) FromEnrollee(s *validate.Entry) bool {
	return s.From == x.enrollee()
}

// enrollee returns the side that is the enrollee.
func (x *Exchange) enrollee() validate.Side {
	if x.APEnrollee {
		return validate.SideAP
	}
	return validate.SideClient
}

// ofEnrollee maps the messages that only one role sends to whether that is the
// enrollee.
var ofEnrollee = map[wps.MessageType]bool{
	wps.MessageM2: false, wps.MessageM2D: false, wps.MessageM3: true, wps.MessageM4: false, wps.MessageM5: true,
	wps.MessageM6: false, wps.MessageM7: true, wps.MessageM8: false, wps.MessageDone: true,
}

// guessRole infers from a message which side is the enrollee, if the capture
// has neither the identity nor M1.
func (x *Exchange) guessRole(s *validate.Entry) {
	if enrollee, ok := ofEnrollee[s.Type]; ok && x.Identity == "" && x.first(wps.MessageM1) == nil {
		x.APEnrollee = enrollee == (s.From == validate.SideAP)
	}
}
