package ap

import (
	"fmt"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// EventKind tells what an [Event] reports.
type EventKind uint8

// The events.
const (
	// EventRegistered: a station was given the network.
	EventRegistered EventKind = iota + 1
	// EventFailed: a run failed; Err says why.
	EventFailed
	// EventPINNeeded: a station asked with a PIN that nobody has entered.
	EventPINNeeded
	// EventOverlap: more than one device is in push-button mode.
	EventOverlap
	// EventPushButtonOver: the walk time ended, and nobody came.
	EventPushButtonOver
	// EventPINGone: a PIN was taken off the list; PIN says why.
	EventPINGone
	// EventSettingsRead: an external registrar has read the settings.
	EventSettingsRead
	// EventNewSettings: the settings have changed, by an external registrar
	// or because the first enrollee came. Apply Settings in a moment, when
	// the station has gone.
	EventNewSettings
	// EventLocked and EventUnlocked: the access point's PIN.
	EventLocked
	EventUnlocked
	// EventStationMessage and EventStationProbe: a station has sent Message,
	// of which external registrars are to be told: see
	// [AccessPoint.SetListening]. It is no news for the owner.
	EventStationMessage
	EventStationProbe
)

var eventNames = []string{
	EventRegistered: "registered", EventFailed: "failed", EventPINNeeded: "PIN needed", EventOverlap: "overlap",
	EventPushButtonOver: "push button over", EventPINGone: "PIN gone", EventSettingsRead: "settings read",
	EventNewSettings: "new settings", EventLocked: "locked", EventUnlocked: "unlocked",
	EventStationMessage: "station's message", EventStationProbe: "station's probe",
}

// String returns the event in words.
func (k EventKind) String() string { return eventKindString(k) }

func eventKindString(k EventKind) string {
	if int(k) < len(eventNames) && eventNames[k] != "" {
		return eventNames[k]
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// Event is something that happened at an access point.
type Event struct {
	Kind     EventKind
	Time     time.Time
	Station  wps.MAC           // the station concerned, or zero
	UUID     wps.UUID          // its UUID-E or UUID-R, as far as it is known
	Device   wps.Device        // its description
	Role     registration.Role // the access point's in the run: the enrollee of an external registrar; 0 if there was none
	Settings *wps.Credential   // of EventNewSettings
	PIN      PINState          // of EventPINGone
	Err      error             // of EventFailed
	From     string            // where the external registrar of a [Run] is
	External bool              // an external registrar has, or had, the run
	Message  []byte            // of EventStationMessage, and the attributes of EventStationProbe
}

// Events returns what has happened since it was called last.
func (a *AccessPoint) Events() []Event {
	events := a.events
	a.events = nil
	return events
}

// maxEvents bounds what is kept for an owner who does not look.
const maxEvents = 1024

func (a *AccessPoint) event(e Event) {
	if len(a.events) < maxEvents {
		a.events = append(a.events, e)
	}
}
