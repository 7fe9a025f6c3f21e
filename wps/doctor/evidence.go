package doctor

import (
	"fmt"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/validate"
)

// Evidence is what is known about a case, from any source: a capture, a scan,
// or one of the two devices itself. All fields are optional.
type Evidence struct {
	// Networks are the access points that were heard.
	Networks []Network
	// Stations are the devices that were heard searching for a registrar.
	Stations []Station
	// Direct are the devices that were heard using Wi-Fi Direct.
	Direct []DirectDevice
	// StationsUnknown reports that the evidence does not cover devices, as in a
	// scan: an empty Stations then means nothing.
	StationsUnknown bool
	// NetworksUnknown reports that the evidence does not list the networks in
	// range, as in most logs: an empty Networks then means nothing.
	NetworksUnknown bool
	// Live reports that the evidence is what one of the two sees now: nothing
	// was recorded, so it makes no sense to advise recording again.
	Live bool
	// Notices are what programs reported that no frame shows, in the order of
	// time.
	Notices []Notice
	// Attempts are the attempts to register, in the order of time. [Diagnose]
	// explains the last one; the earlier ones are context.
	Attempts []*Attempt
}

// DirectDevice is a device that was heard using Wi-Fi Direct. Such devices
// exchange WPS attributes among themselves, without a router.
type DirectDevice struct {
	MAC        wps.MAC
	Name       string // "" if not known
	LastAction string // the last thing it did, in a few words
}

// Station is a device that searches for a registrar, as its probe requests show
// it.
type Station struct {
	MAC  wps.MAC
	UUID wps.UUID
	// Method is the method chosen at the device. A device that asks for a PIN
	// may just be scanning.
	Method Method
	// Bands are the bands that it supports, as it advertises them; 0 if not
	// known.
	Bands       wps.RFBands
	First, Last time.Time
}

// Attempt is one attempt to register, from the association on. A field with the
// zero value is not known.
type Attempt struct {
	Began, Ended time.Time
	// Enrollee and Registrar are the descriptions in M1 and in M2 or M2D.
	Enrollee, Registrar wps.Device
	// Station and AP are the addresses of the two ends.
	Station, AP wps.MAC
	// APEnrollee reports that the access point is the enrollee: an external
	// registrar, such as a PC, reads or configures it with the router's own
	// PIN.
	APEnrollee bool
	// Method is the method in M1, Answered the one in M2.
	Method, Answered Method

	// Reached is how far the attempt came.
	Reached Stage
	// End is how the attempt ended, By the role that ended it, and ConfigError
	// the configuration error in a WSC_NACK or M2D.
	End         End
	DetectedBy  registration.Role
	ConfigError wps.ConfigError
	// ConfigErrorUnknown reports that ConfigError is not known, because the message was
	// not captured completely. Partial reports that the message before the end
	// was not seen.
	ConfigErrorUnknown, Partial bool
	// Skipped reports that messages between Reached and a WSC_NACK were not seen:
	// the attempt may have come further.
	Skipped bool
	// MoreUnknown reports that more messages were exchanged about which nothing is
	// known: the attempt came further than Reached.
	MoreUnknown bool
	// Status is the status code with which the association was refused.
	Status uint16
	// DisconnectReason is the reason code of the disconnection that ended the attempt; 0 if
	// there was none.
	DisconnectReason uint16
	// Fault is a fault that was found in a message.
	Fault Fault

	// M2Lost reports that M1 was sent again after M2: the enrollee has not
	// received M2.
	M2Lost bool
	// Ordinary reports that the access point began the 4-way handshake of an
	// ordinary association instead of EAP, although no settings had been given.
	Ordinary bool
	// Wired reports that the two sides, or those whose messages were seen, are
	// not connected by radio, so that moving them closer does not help.
	Wired bool
	// Mesh reports that the enrollee is a node of a mesh, configured by its
	// controller over IEEE 1905.1.
	Mesh bool

	// After is what happened after the settings were handed over.
	After After
	// Settings are the networks that were handed over, as far as they could be
	// read.
	Settings []Settings

	// Repeats is how often the last message was sent again without an answer,
	// Silence how long nothing was heard before the end of the attempt or of
	// the evidence.
	Repeats int
	Silence time.Duration
	// Retransmissions counts the messages of the whole attempt that were sent
	// again.
	Retransmissions int
}

// Method is the kind of password used in an attempt.
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

// MethodOf returns the method of a Device Password ID.
func MethodOf(id wps.DevicePasswordID) Method {
	switch {
	case id == wps.PasswordPushButton:
		return PushButton
	case id == wps.PasswordNFCHandover || id.OutOfBand():
		return OutOfBand
	}
	return PIN
}

// Stage is how far an attempt came: the last step that was reached in order.
//
// Its values are [StageNone], [StageAssociating], [StageAssociated],
// [StageAsked], [StageIdentified], [StageStarted], [StageM1], [StageM2],
// [StageM3], [StageM4], [StageM5], [StageM6], [StageM7], [StageM8] and
// [StageDone].
type Stage uint8

// The stages.
const (
	StageNone        Stage = iota
	StageAssociating       // the station sent an association request
	StageAssociated        // the access point accepted it
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

// String returns the name of the message or step.
func (s Stage) String() string {
	if int(s) < len(stageNames) {
		return stageNames[s]
	}
	return fmt.Sprintf("Stage(%d)", uint8(s))
}

// StageOf returns the stage of a message, or StageNone for M2D, WSC_ACK and
// WSC_NACK.
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
//
// Its values are [EndOpen], [EndDone], [EndM2D], [EndNACK], [EndFailure],
// [EndDisconnect], [EndTimeout] and [EndRestarted].
type End uint8

// The ends.
const (
	EndOpen       End = iota // not seen
	EndDone                  // WSC_Done: the enrollee has the settings
	EndM2D                   // M2D without an M2 after it
	EndNACK                  // WSC_NACK
	EndFailure               // EAP-Failure without a reason before it
	EndDisconnect            // deauthentication or disassociation without a reason before it
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

// Fault is what is wrong with a message. It is known only for our own machines
// and for captures with the keys of the run.
type Fault uint8

// The faults.
const (
	NoFault            Fault = iota
	FaultAuthenticator       // the Authenticator is wrong
	FaultSettings            // Encrypted Settings cannot be decrypted
	FaultNonce               // a nonce of another run
)

// faultRules lists the rules of package validate that show a fault.
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
// Faults in WSC_ACK, WSC_NACK or WSC_Done do not stop an exchange.
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

// Settings describe the settings of a network that were handed over: whether
// they can be used, never the key.
type Settings struct {
	SSID      wps.SSID
	Auth      wps.AuthType
	Encr      wps.EncrType
	KeyLength int
	// HexKey reports that the key is a pre-shared key of 64 hexadecimal digits.
	HexKey bool
	// Err is why the settings cannot be used: see [wps.Credential.Usable].
	Err error
}

// NewSettings describes a credential.
func NewSettings(c *wps.Credential) Settings {
	_, hex := c.NetworkKey.PSK()
	return Settings{SSID: c.SSID, Auth: c.AuthType, Encr: c.EncrType, KeyLength: len(c.NetworkKey), HexKey: hex, Err: c.Usable()}
}

// After is what happened after a station was given settings.
type After struct {
	// Handshake is the result of the 4-way handshake.
	Handshake Handshake
	// Reason is the reason code of a disconnection after the handshake.
	Reason uint16
	// Status is the status code with which the association was refused, and
	// SAEStatus the one with which SAE (WPA3) was refused.
	Status, SAEStatus uint16

	// NotFound: no network with the name was found. NoAddress: the device
	// joined, but DHCP gave no address. Unreachable: it has an address, but
	// others cannot reach it. Only the device or its owner can report these.
	NotFound, NoAddress, Unreachable bool
}

// Handshake is the result of the 4-way handshake.
type Handshake uint8

// The results of a handshake.
const (
	HandshakeNotSeen Handshake = iota
	HandshakeCompleted
	HandshakeFailed // the access point rejected the station's key
)
