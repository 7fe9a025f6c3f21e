package doctor

import (
	"slices"

	"github.com/gowps/gowps/wps"
)

// togetherRow is a conclusion from several attempts.
type togetherRow struct {
	text string
	when func(*view) bool
}

// togetherRows are all tried; every one that matches is reported.
var togetherRows = []togetherRow{
	{"Others are waiting too: {also}. Make sure that you use the right one.",
		func(v *view) bool {
			return v.noAttempt() && v.net != nil && v.net.waited(PIN, PushButton, OutOfBand) &&
				slices.ContainsFunc(v.Networks, func(n Network) bool { return v.otherWaits(&n) })
		}},
	{"Wi-Fi Direct was heard too: {direct}. Devices use it among themselves; it does not involve the router, or affect this diagnosis.",
		func(v *view) bool { return v.noAttempt() && len(v.Direct) > 0 }},
	{"WPS does not find {unfindable}. If yours is among these, that is why.",
		func(v *view) bool { return v.noAttempt() && !v.waitingNow() && v.notFindable() != "" }},
	{"Before this, the PIN was refused; now the button has worked with the same devices. So everything else is in order: the PIN was wrong.",
		func(v *view) bool { return v.succeeded() && v.usesMethod(PushButton) && v.sameDevice(enteredWrongPIN) }},
	{"The button has worked with the same devices before. So everything else is in order: the PIN is wrong.",
		func(v *view) bool {
			return v.failed() && v.attempt.wrongPIN() && v.sameDevice(func(b *Attempt) bool { return b.End == EndDone && b.Method == PushButton })
		}},
	{"The PIN was wrong before, and is right now.",
		func(v *view) bool { return v.succeeded() && v.usesMethod(PIN) && v.sameDevice(enteredWrongPIN) }},
	{"The router was not ready at first; WPS worked as soon as it was.",
		func(v *view) bool { return v.succeeded() && v.sameDevice(notReady) && !v.sameDevice(enteredWrongPIN) }},
	{"This keeps happening: the device tries again and again, and the router is not ready for it. Something must be done at the router first.",
		func(v *view) bool { return v.failed() && notReady(v.attempt) && v.count(notReady) >= 2 }},
	{"The PIN has been refused {wrong} times: trying the same one again will not help. Read the PIN again.",
		func(v *view) bool { return v.failed() && v.attempt.wrongPIN() && v.count(enteredWrongPIN) >= 1 }},
	{"Wrong PINs were tried {wrong} times before this: that is why the router has locked its PIN.",
		func(v *view) bool { return v.refused(wps.SetupLocked) && v.count(enteredWrongPIN) >= 1 }},
	{"It has worked with another router or mesh node: set the device up near that one.",
		func(v *view) bool {
			return v.failed() && v.other(func(b *Attempt) bool { return b.End == EndDone })
		}},
}

// succeeded reports whether the settings were handed over.
func (v *view) succeeded() bool { return v.ended(EndDone) }

func enteredWrongPIN(b *Attempt) bool { return b.wrongPIN() }

// notReady reports whether the registrar was not ready.
func notReady(b *Attempt) bool {
	return b.End == EndM2D && b.ConfigError == wps.NoError && !b.ConfigErrorUnknown
}

// sameDevice reports whether an earlier attempt of the same two devices in the
// same roles satisfies such. A device may have changed its address.
func (v *view) sameDevice(such func(*Attempt) bool) bool {
	for _, b := range v.before() {
		if v.sameParties(b) && such(b) {
			return true
		}
	}
	return false
}

func (v *view) sameParties(b *Attempt) bool {
	return b.APEnrollee == v.attempt.APEnrollee && b.AP == v.attempt.AP &&
		(b.Station == v.attempt.Station || b.Enrollee.UUID == v.attempt.Enrollee.UUID && b.Enrollee.UUID != wps.UUID{})
}

// count returns how many earlier attempts satisfy such, of those with the same
// access point in the same role since the last success. The other side may
// differ.
func (v *view) count(such func(*Attempt) bool) (n int) {
	for _, b := range slices.Backward(v.before()) {
		if b.AP != v.attempt.AP || b.APEnrollee != v.attempt.APEnrollee {
			continue
		}
		if b.End == EndDone {
			break
		}
		if such(b) {
			n++
		}
	}
	return n
}

// other reports whether an earlier attempt of the station with another access
// point satisfies such.
func (v *view) other(such func(*Attempt) bool) bool {
	for _, b := range v.before() {
		if b.Station == v.attempt.Station && b.AP != v.attempt.AP && v.attempt.Station != (wps.MAC{}) && such(b) {
			return true
		}
	}
	return false
}

// memory is how many attempts a History keeps.
const memory = 256

// History keeps the latest 256 attempts, as context for the next ones. The zero
// value is empty.
type History struct {
	attempts []*Attempt // the latest ones come last
}

// Add adds an attempt, and returns it after the ones before it, for use as
// [Evidence].Attempts. Neither the attempt nor the slice must change any more.
func (h *History) Add(a *Attempt) []*Attempt {
	if len(h.attempts) >= 2*memory {
		h.attempts = slices.Clone(h.attempts[memory:]) // the old array is in use
	}
	h.attempts = append(h.attempts, a)
	return h.latest()
}

// latest returns the latest attempt after the ones before it.
func (h *History) latest() []*Attempt {
	n := len(h.attempts)
	return h.attempts[max(0, n-1-memory):n:n]
}
