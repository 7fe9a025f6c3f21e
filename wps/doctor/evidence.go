package doctor

import (
	"fmt"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// Evidence is what is known of a case, whatever its source: a capture, a scan, or
// one of the two devices itself. All of it is optional.
type Evidence struct {
	// Networks are the access points heard.
	Networks []Network
	// Stations are the devices heard that look for a registrar.
	Stations []Station
	// Direct are the devices heard that speak Wi-Fi Direct with one another.
	Direct []DirectDevice
	// StationsUnknown reports that nobody listened for devices, as in a scan:
	// that none was heard means nothing.
	StationsUnknown bool
	// NetworksUnknown reports that nobody listed the networks in range, as in
	// most logs: that none was heard means nothing.
	NetworksUnknown bool
	// Live reports that it is what one of the two sees now: nothing was recorded,
	// and there is nothing to record again.
	Live bool
	// Reports are what programs said that no frame shows, in the order of time.
	Reports []Report
	// Attempts are the attempts to register, in the order of time. The last
	// one is the one to be judged, in the light of those before it.
	Attempts []*Attempt
}

// DirectDevice is a device that was heard speaking Wi-Fi Direct. Such devices
// exchange attributes of WPS among themselves, which no router takes part in.
type DirectDevice struct {
	MAC  wps.MAC
	Name string // "" if it has not told it
	Said string // what it did last, in a few words
}

// Station is a device that looks for a registrar, as its probe requests show it.
type Station struct {
	MAC  wps.MAC
	UUID wps.UUID
	// Method is what its owner has chosen at it. A device that looks for PIN
	// may as well just look around.
	Method Method
	// Bands are those that it says it has; 0 if not known.
	Bands       wps.RFBands
	First, Last time.Time
}

// Attempt is one attempt to register, from the association on. The zero value
// of a field is that nothing is known of it.
type Attempt struct {
	Began, Ended time.Time
	// Station and AP are the addresses of the two ends.
	Station, AP wps.MAC
	// APEnrollee reports that the access point is the enrollee: an external
	// registrar, say a PC, reads or configures it with the router's own PIN.
	APEnrollee bool

	// Enrollee and Registrar are as M1 and M2 or M2D describe them.
	Enrollee, Registrar wps.Device
	// Method is that of M1, Answered that of M2.
	Method, Answered Method

	// Reached is how far it came.
	Reached Stage
	// End is how it ended, By whose doing that was, and ConfigError what a
	// WSC_NACK or M2D said.
	End         End
	By          registration.Role
	ConfigError wps.ConfigError
	// Reasonless reports that ConfigError is not known, since the message was
	// not seen as a whole; Partial that it was not seen what the end answers.
	Reasonless, Partial bool
	// Untold means that messages went to and fro of which nothing else is
	// known: the attempt came further than Reached.
	Untold bool
	// Status is the status code with which the association was refused.
	Status uint16
	// Left is the reason code of the disconnection that ended it; 0 if there
	// was none.
	Left uint16
	// Fault is what is known to be wrong with a message.
	Fault Fault
	// Repeats is how often the last message was sent again in vain, Silence
	// how long nothing was heard before the end, or before the watch ended.
	Repeats int
	Silence time.Duration
	// Retransmissions counts the messages of the whole attempt that were
	// sent again.
	Retransmissions int

	// M2Lost reports that M1 came again after M2: the enrollee has not received
	// it.
	M2Lost bool
	// Ordinary reports that the access point began the 4-way handshake of an
	// ordinary association instead of EAP, although it had given no settings.
	Ordinary bool
	// Wired reports that the two, or those whose messages were seen, are not
	// connected by radio: nobody can move them nearer to each other.
	Wired bool
	// Mesh reports that the enrollee is a node of a mesh, configured by its
	// controller over IEEE 1905.1.
	Mesh bool

	// Settings are the networks that were handed over, as far as they could
	// be read.
	Settings []Settings
	// After is what became of them.
	After After
}

// Method is the kind of password of an attempt.
type Method uint8

// The methods.
const (
	MethodUnknown Method = iota
	PIN
	PushButton
	OutOfBand // NFC
)

var methodNames = [...]string{MethodUnknown: "unknown", PIN: "pin", PushButton: "pbc", OutOfBand: "oob"}

// String returns the usual abbreviation.
func (m Method) String() string {
	if int(m) < len(methodNames) {
		return methodNames[m]
	}
	return fmt.Sprintf("Method(%d)", uint8(m))
}

// MethodOf returns the method that a Device Password ID means.
func MethodOf(id wps.DevicePasswordID) Method {
	switch {
	case id == wps.PasswordPushButton:
		return PushButton
	case id == wps.PasswordNFCHandover || id.OutOfBand():
		return OutOfBand
	}
	return PIN
}

// Stage is how far an attempt came: the last thing that was sent in order.
type Stage uint8

// The stages.
const (
	StageNone        Stage = iota
	StageAssociating       // the station asked to associate
	StageAssociated        // the access point agreed
	StageAsked             // EAP-Request/Identity
	StageIdentified        // EAP-Response/Identity
	StageStarted           // WSC_Start
	StageM1
	StageM2
	StageM3
	StageM4
	StageM5
	StageM6
	StageM7
	StageM8
	StageDone
)

var stageNames = [...]string{
	StageNone: "nothing", StageAssociating: "Association Request", StageAssociated: "Association Response",
	StageAsked: "EAP-Request/Identity", StageIdentified: "EAP-Response/Identity", StageStarted: "WSC_Start",
	StageM1: "M1", StageM2: "M2", StageM3: "M3", StageM4: "M4", StageM5: "M5", StageM6: "M6", StageM7: "M7", StageM8: "M8",
	StageDone: "WSC_Done",
}

// String returns the name of the message.
func (s Stage) String() string {
	if int(s) < len(stageNames) {
		return stageNames[s]
	}
	return fmt.Sprintf("Stage(%d)", uint8(s))
}

// StageOf returns the stage that a message means; M2D, WSC_ACK and WSC_NACK
// mean none.
func StageOf(t wps.MessageType) Stage {
	switch {
	case t == wps.MessageM1 || t == wps.MessageM2:
		return StageM1 + Stage(t-wps.MessageM1)
	case t >= wps.MessageM3 && t <= wps.MessageM8:
		return StageM3 + Stage(t-wps.MessageM3)
	case t == wps.MessageDone:
		return StageDone
	}
	return StageNone
}

// End is how an attempt ended.
type End uint8

// The ends.
const (
	EndOpen       End = iota // not seen
	EndDone                  // WSC_Done: the enrollee has what it wanted
	EndM2D                   // M2D, and no M2 behind it
	EndNACK                  // WSC_NACK
	EndFailure               // EAP-Failure, though nobody had said why
	EndDisconnect            // deauthentication or disassociation, the same
	EndTimeout               // one side gave up waiting for the other
	EndRestarted             // one side began another attempt
)

var endNames = [...]string{
	EndOpen: "not seen", EndDone: "WSC_Done", EndM2D: "M2D", EndNACK: "WSC_NACK", EndFailure: "EAP-Failure",
	EndDisconnect: "disconnection", EndTimeout: "time-out", EndRestarted: "new start",
}

// String returns the end in a word.
func (e End) String() string {
	if int(e) < len(endNames) {
		return endNames[e]
	}
	return fmt.Sprintf("End(%d)", uint8(e))
}

// Fault is what is wrong with a message, where the evidence goes that deep: in
// one of our own machines, or in a capture with the keys of the run.
type Fault uint8

// The faults.
const (
	NoFault            Fault = iota
	FaultAuthenticator       // the Authenticator is wrong
	FaultSettings            // Encrypted Settings cannot be decrypted
	FaultNonce               // a nonce of another run
)

// faultRules says which rules of package validate show a fault.
var faultRules = []struct {
	rule  string
	fault Fault
}{
	{"AUTHENTICATOR-WRONG", FaultAuthenticator},
	{"AUTHENTICATOR-OVER-M2D", FaultAuthenticator},
	{"SETTINGS-PADDING", FaultSettings},
	{"KEY-WRAP-MISSING", FaultSettings},
	{"KEY-WRAP-WRONG", FaultSettings},
	{"ENROLLEE-NONCE-ECHO", FaultNonce},
	{"REGISTRAR-NONCE-ECHO", FaultNonce},
}

// FaultIn returns the fault in M2 to M8 that findings about an exchange show.
// What is wrong with WSC_ACK, WSC_NACK or WSC_Done stops nobody.
func FaultIn(findings validate.Findings) Fault {
	for _, f := range findings {
		for _, row := range faultRules {
			if f.Rule == row.rule && f.Kind <= wps.KindM8 {
				return row.fault
			}
		}
	}
	return NoFault
}

// Settings are the shape of the settings of a network that were handed over:
// whether they can be used, and never the key.
type Settings struct {
	SSID      wps.SSID
	Auth      wps.AuthType
	Encr      wps.EncrType
	KeyLength int
	// HexKey reports that the key is a pre-shared key of 64 hexadecimal digits.
	HexKey bool
	// Err is why they cannot be used: see [wps.Credential.Usable].
	Err error
}

// NewSettings describes a credential.
func NewSettings(c *wps.Credential) Settings {
	_, hex := c.NetworkKey.PSK()
	return Settings{SSID: c.SSID, Auth: c.AuthType, Encr: c.EncrType, KeyLength: len(c.NetworkKey), HexKey: hex, Err: c.Usable()}
}

// After is what became of the settings that a station was given.
type After struct {
	// Handshake is the 4-way handshake.
	Handshake Handshake
	// Reason is the reason code of a disconnection behind it.
	Reason uint16
	// Status is the status code with which the association was refused, and
	// SAEStatus the one of SAE (WPA3).
	Status, SAEStatus uint16

	// NotFound: no network with the name could be found. NoAddress: it
	// joined, and DHCP gave no address. Unreachable: it has an address, and
	// others cannot reach it. Only the device or its owner can tell.
	NotFound, NoAddress, Unreachable bool
}

// Handshake is what became of the 4-way handshake.
type Handshake uint8

// The results of a handshake.
const (
	HandshakeNotSeen Handshake = iota
	HandshakeCompleted
	HandshakeFailed // the access point did not accept the station's key
)
