package sim

import (
	"fmt"
	"strings"

	"github.com/gowps/gowps/eapwsc/ap"
)

// Note is what happened at a device, in an [Event] of kind [Noted].
//
// Its values are [Remark], [SetupByPINBegun], [SetupByPushButtonBegun],
// [SetupCancelled], [NetworksReset], [PrinterRestarted], [AttemptFailed],
// [SetupFailed], [CredentialReceived], [PrinterConnected], [NotConnected],
// [SettingsApplied], [ButtonPressed], [PINEntered], [WPSCancelled],
// [APPINChanged], [APPINPolicySet], [RouterRestarted], [FactoryReset],
// [Reported], [RouterStarted], [SessionRefused], [StationConnected],
// [WizardStarted], [WizardFailed] and [WizardDone].
type Note uint8

// The notes. The trace hash covers their numbers, so new ones go to the end.
const (
	Remark Note = iota + 1 // a remark of [Port.Note], which is in Detail

	// Actions of the owner at a printer.
	SetupByPINBegun
	SetupByPushButtonBegun
	SetupCancelled
	NetworksReset
	PrinterRestarted

	// Events at a printer.
	AttemptFailed      // to register with one access point; Detail is the error
	SetupFailed        // Detail is what the panel shows
	CredentialReceived // Detail is the network
	PrinterConnected   // Detail is the network
	NotConnected       // Detail is what the panel shows

	// Actions of the owner at a router.
	SettingsApplied
	ButtonPressed
	PINEntered // the PIN of a device
	WPSCancelled
	APPINChanged
	APPINPolicySet // Detail is the policy
	RouterRestarted
	FactoryReset

	// Events at a router.
	Reported         // an event of its access point: see [Event.Report]
	RouterStarted    // it answers again after a restart
	SessionRefused   // a station wants to register and gets no session; Detail is the error
	StationConnected // Detail is the address of the station

	// The wizard of a computer, which its owner starts.
	WizardStarted
	WizardFailed // Detail is what the wizard shows
	WizardDone

	lastNote = WizardDone
)

// noteRow describes a note in words.
type noteRow struct {
	text  string // with %s for the detail of the event, if it has one
	owner bool   // the owner does it
}

var noteRows = [lastNote + 1]noteRow{
	Remark: {"%s", false},

	SetupByPINBegun:        {"sets up Wi-Fi by PIN", true},
	SetupByPushButtonBegun: {"sets up Wi-Fi by push button", true},
	SetupCancelled:         {"cancels the set-up", true},
	NetworksReset:          {"resets the network settings", true},
	PrinterRestarted:       {"restarts it", true},

	AttemptFailed:      {"attempt failed: %s", false},
	SetupFailed:        {"set-up failed: %s", false},
	CredentialReceived: {"has received the network %s", false},
	PrinterConnected:   {"is connected to %s", false},
	NotConnected:       {"not connected: %s", false},

	SettingsApplied: {"new settings in the web page", true},
	ButtonPressed:   {"presses the button", true},
	PINEntered:      {"enters the PIN of a device", true},
	WPSCancelled:    {"cancels WPS", true},
	APPINChanged:    {"changes its own PIN", true},
	APPINPolicySet:  {"sets its own PIN to %s", true},
	RouterRestarted: {"restarts it", true},
	FactoryReset:    {"resets it to factory settings", true},

	Reported:         {"%s", false},
	RouterStarted:    {"the router has started", false},
	SessionRefused:   {"no session: %s", false},
	StationConnected: {"%s is connected", false},

	WizardStarted: {"starts the wizard", true},
	WizardFailed:  {"the wizard failed: %s", false},
	WizardDone:    {"the wizard has finished", false},
}

// row returns the description of the note.
func (n Note) row() noteRow {
	if n == 0 || n > lastNote {
		return noteRow{text: fmt.Sprintf("Note(%d)", uint8(n))}
	}
	return noteRows[n]
}

// ByOwner reports whether the owner does it; the other notes are events at a
// device.
func (n Note) ByOwner() bool { return n.row().owner }

// String returns the note as a sentence without its subject, with … for the
// detail: "presses the button", "is connected to …".
func (n Note) String() string { return n.text("…") }

func (n Note) text(detail string) string {
	text := n.row().text
	if !strings.Contains(text, "%s") {
		return text
	}
	return fmt.Sprintf(text, detail)
}

// Text returns what happened in words, without the subject, if the event is
// [Noted].
func (e Event) Text() string {
	if e.Kind != Noted {
		return ""
	}
	detail := e.Detail
	if e.Report != nil {
		detail = reportText(e.Report)
	}
	return e.Note.text(detail)
}

// reportText describes an event of an access point.
func reportText(e *ap.Event) string {
	text := e.Kind.String()
	if e.Kind == ap.EventPINGone {
		text += ", " + e.PIN.String()
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}
