package ap

import (
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
)

// Status is the state of an access point for its owner's page. It holds no
// secret.
type Status struct {
	State     wps.State
	SSID      wps.SSID
	Waiting   Waiting       // what the access point's own registrar waits for
	Remaining time.Duration // for how much longer; 0 means without end, or that it does not wait
	Overlap   bool          // more than one device is in push-button mode
	PINs      int           // devices' PINs that were entered and not used up
	Tokens    int           // devices' tokens and handovers, likewise
	HasToken  bool          // the access point has a password token of its own, and it is enabled
	HasPIN    bool          // the access point has a PIN of its own
	PINLeft   time.Duration // the rest of its lifetime; 0 without end
	Lock      SetupLock     // of that PIN
	LockLeft  time.Duration // the rest of a lock; 0 without end
	Failures  int           // wrong guesses since the PIN was set
	Undecided int           // stations that wait for the owner: after M2D, or with settings
	Last      *Event        // how the last registration ended, without settings; nil if there was none
}

// Waiting is what an access point waits for.
type Waiting uint8

// The values of Waiting.
const (
	WaitsForNobody Waiting = iota
	WaitsForButton         // a device whose button is pressed
	WaitsForPIN            // a device whose PIN was entered
	WaitsForToken          // a device whose tag was read, or that has begun a handover
)

// String returns "none", "push button", "PIN" or "token".
func (w Waiting) String() string {
	return [...]string{"none", "push button", "PIN", "token"}[min(w, WaitsForToken)]
}

// Status returns the state of the access point.
func (a *AccessPoint) Status(now time.Time) Status {
	lock := a.lockout.State(now)
	s := Status{
		State: a.State(), SSID: a.Settings().SSID, PINs: a.pins.Len(), Tokens: len(a.tokens.entries), HasPIN: !a.cfg.PIN.IsZero(),
		PINLeft: remaining(now, a.pinUntil), Lock: a.lockout.Status(now), LockLeft: remaining(now, a.lockout.Deadline()),
		Failures: lock.Failures, Undecided: a.refused.len() + a.asked.len(), Overlap: a.button.Active(now) && a.button.overlap,
	}
	_, until := a.pins.advertised(now)
	switch {
	case a.button.Active(now):
		s.Waiting, s.Remaining = WaitsForButton, remaining(now, a.button.Deadline())
	case a.pins.Len() > 0:
		s.Waiting, s.Remaining = WaitsForPIN, remaining(now, until)
	case len(a.tokens.entries) > 0:
		_, until = a.tokens.advertised(now)
		s.Waiting, s.Remaining = WaitsForToken, remaining(now, until)
	}
	_, s.HasToken = a.Token()
	if a.last != nil {
		last := *a.last
		last.Settings, last.Lockout, last.Result = nil, nil, nil
		s.Last = &last
	}
	return s
}

// remaining returns how long it is until a time; 0 for the zero time.
func remaining(now, until time.Time) time.Duration {
	if until.IsZero() {
		return 0
	}
	return max(until.Sub(now), 0)
}

// maxSeen is how many devices are remembered, to report each once.
const maxSeen = 64

// noteProbe reports a device that was not heard within the monitor time.
// A device with a UUID-E is one, whatever its addresses and radios.
func (a *AccessPoint) noteProbe(now time.Time, r *Radio, mac wps.MAC, e *wps.ProbeRequest) {
	if e.RequestType != wps.RequestEnrolleeInfo && e.RequestType != wps.RequestEnrollee8021X {
		return
	}
	i := slices.IndexFunc(a.seen, func(m Monitored) bool { return m.UUID == e.UUIDE && (m.MAC == mac || m.UUID != wps.UUID{}) })
	known := i >= 0 && monitored(now, a.seen[i].At)
	switch {
	case i >= 0:
		a.seen = slices.Delete(a.seen, i, i+1)
	case len(a.seen) == maxSeen:
		a.seen = a.seen[1:]
	}
	a.seen = append(a.seen, Monitored{e.UUIDE, mac, now})
	if known {
		return
	}
	a.event(Event{Kind: EventDeviceSeen, Time: now, Radio: r.bssid(), Station: mac, UUID: e.UUIDE, Device: wps.Device{
		UUID: e.UUIDE, MAC: mac, Manufacturer: e.Manufacturer, ModelName: e.ModelName, ModelNumber: e.ModelNumber,
		DeviceName: e.DeviceName, PrimaryDeviceType: e.PrimaryDeviceType, ConfigMethods: e.ConfigMethods,
	}})
}
