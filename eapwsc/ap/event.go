package ap

import (
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// EventKind is what an [Event] reports.
//
// Its values are [EventRegistered], [EventFailed], [EventPINNeeded],
// [EventOverlap], [EventPushButtonOver], [EventPINGone], [EventSettingsRead],
// [EventNewSettings], [EventLocked], [EventUnlocked], [EventStationMessage],
// [EventStationProbe], [EventWrongPIN], [EventSettingsReceived], [EventsLost],
// [EventTokenGone], [EventPressed], [EventPINEntered], [EventCancelled],
// [EventDeviceSeen], [EventStarted], [EventPINChanged], [EventLockSet],
// [EventTokenEntered], [EventTokenChanged] and [EventTokenGiven].
type EventKind uint8

// The events.
const (
	// EventRegistered: a station was given the network.
	EventRegistered EventKind = iota + 1
	// EventFailed: a run failed; Err says why.
	EventFailed
	// EventPINNeeded: a station asked with a PIN that was not entered.
	EventPINNeeded
	// EventOverlap: more than one device is in push-button mode.
	EventOverlap
	// EventPushButtonOver: the walk time ended without a registration.
	EventPushButtonOver
	// EventPINGone: a PIN was removed from the list; PIN says why.
	EventPINGone
	// EventSettingsRead: an external registrar has read the settings.
	EventSettingsRead
	// EventNewSettings: the settings have changed, by an external registrar or
	// because of the first enrollee. Apply Settings after a moment, when the
	// station has disconnected.
	EventNewSettings
	// EventLocked and EventUnlocked: the access point's PIN.
	EventLocked
	EventUnlocked
	// EventStationMessage and EventStationProbe: a station has sent Message,
	// which external registrars should receive: see [AccessPoint.SetListening].
	// It is not for the owner.
	EventStationMessage
	EventStationProbe
	// EventWrongPIN: an external registrar had a wrong PIN of the access point;
	// store Lockout before the answer is sent.
	EventWrongPIN
	// EventSettingsReceived: Settings wait for the owner: see
	// [Config.AskOwner].
	EventSettingsReceived
	// EventsLost: Lost events were dropped, because [AccessPoint.Events] was
	// not called. None of them is about a registration, settings, a PIN that is
	// gone or the lockout.
	EventsLost
	// EventTokenGone: the token or handover of a device is not valid any more;
	// PIN says why, and Token which one it was.
	EventTokenGone
	// EventPressed, EventPINEntered and EventCancelled: the owner has acted.
	EventPressed
	EventPINEntered
	EventCancelled
	// EventDeviceSeen: a device that may want to register was received for the
	// first time in [wps.MonitorTime]; Device has the description in its probe
	// request.
	EventDeviceSeen
	// EventStarted: a station is being registered; for an external registrar,
	// it has begun.
	EventStarted
	// EventPINChanged: the access point's own PIN was set or disabled, or has
	// expired.
	EventPINChanged
	// EventLockSet: the owner has set what external registrars may do with the
	// access point's PIN: see [AccessPoint.SetLock].
	EventLockSet
	// EventTokenEntered: the password token of a device, or its part of a
	// handover, was received by NFC.
	EventTokenEntered
	// EventTokenChanged: the access point's own password token was created,
	// enabled or disabled.
	EventTokenChanged
	// EventTokenGiven: a tag with the networks was created.
	EventTokenGiven
)

var eventNames = []string{
	EventRegistered: "registered", EventFailed: "failed", EventPINNeeded: "PIN needed", EventOverlap: "overlap",
	EventPushButtonOver: "push button over", EventPINGone: "PIN gone", EventSettingsRead: "settings read",
	EventNewSettings: "new settings", EventLocked: "locked", EventUnlocked: "unlocked",
	EventStationMessage: "station's message", EventStationProbe: "station's probe", EventWrongPIN: "wrong PIN",
	EventSettingsReceived: "settings received", EventsLost: "events lost", EventPressed: "button pressed",
	EventPINEntered: "PIN entered", EventCancelled: "cancelled", EventDeviceSeen: "device seen",
	EventStarted: "started", EventPINChanged: "access point's PIN changed", EventLockSet: "lock set", EventTokenGone: "token gone",
	EventTokenEntered: "token entered", EventTokenChanged: "access point's token changed", EventTokenGiven: "token given",
}

// String returns the event in words.
func (k EventKind) String() string { return eventKindString(k) }

func eventKindString(k EventKind) string {
	if int(k) < len(eventNames) && eventNames[k] != "" {
		return eventNames[k]
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// Routine reports whether an event only shows progress: the owner has acted, a
// device was seen, a registration has started. A program that reports results
// can leave it out.
func (k EventKind) Routine() bool { return k >= EventPressed }

// Event is an event of an access point.
type Event struct {
	Kind     EventKind
	Time     time.Time
	Radio    wps.MAC              // the BSSID of the radio concerned, if there are several
	Station  wps.MAC              // the station concerned, or zero
	UUID     wps.UUID             // its UUID-E or UUID-R, as far as it is known
	Device   wps.Device           // its description
	Role     registration.Role    // the access point's role in the run: enrollee of an external registrar; 0 if there was no run
	Settings *wps.Credential      // a copy; of EventNewSettings and EventSettingsReceived
	Result   *registration.Result // a copy; of EventRegistered: what the station was given
	Lockout  *LockoutState        // of EventWrongPIN
	Lost     int                  // of EventsLost
	PIN      PINState             // of EventPINGone and EventTokenGone
	Token    wps.DevicePasswordID // of the events of tokens: which one
	Err      error                // of EventFailed
	From     string               // the address of the external registrar of a [Run]
	External bool                 // an external registrar had the run
	Message  []byte               // of EventStationMessage, and the attributes of EventStationProbe
}

// Events returns the events since the last call, earliest first. Call it before
// the packet of a [eapwsc.Step] is sent, and store the state if necessary, so
// that a wrong guess of the access point's PIN counts even if the power fails.
func (a *AccessPoint) Events() []Event {
	events := a.events
	if a.lost > 0 {
		events = append([]Event{{Kind: EventsLost, Time: events[0].Time, Lost: a.lost}}, events...)
	}
	a.events, a.lost = nil, 0
	return events
}

// maxEvents limits the events that other devices can cause while the owner does
// not read them.
const maxEvents = 1024

// neverDropped are the events that are never dropped. Each requires something that
// only the owner has, or replaces the one before it.
var neverDropped = map[EventKind]bool{
	EventRegistered: true, EventPINGone: true, EventTokenGone: true, EventNewSettings: true, EventSettingsRead: true,
	EventSettingsReceived: true, EventLocked: true, EventUnlocked: true, EventWrongPIN: true,
}

// event adds an event. A full list drops the earliest one that may be dropped.
// A wrong guess replaces the previous one, whose state is out of date.
func (a *AccessPoint) event(e Event) {
	if len(a.events) >= maxEvents {
		i := slices.IndexFunc(a.events, func(o Event) bool {
			return !neverDropped[o.Kind] || o.Kind == EventWrongPIN && e.Kind == EventWrongPIN
		})
		if i >= 0 {
			if !neverDropped[a.events[i].Kind] {
				a.lost++
			}
			a.events = slices.Delete(a.events, i, i+1)
		}
	}
	a.events = append(a.events, e)
	switch e.Kind {
	case EventRegistered, EventFailed, EventSettingsRead, EventNewSettings:
		a.last = &e
	}
}
