package doctor

import (
	"slices"

	"github.com/gowps/gowps/wps"
)

// togetherRow is what several attempts tell together.
type togetherRow struct {
	text string
	when func(*view) bool
}

// togetherRows are tried all; those that fit are told.
var togetherRows = []togetherRow{
	{"Others wait as well: {also}. Make sure that you use the right one.",
		func(v *view) bool {
			return v.none() && v.net != nil && v.net.waited(PIN, PushButton, OutOfBand) &&
				slices.ContainsFunc(v.Networks, func(n Network) bool { return v.otherWaits(&n) })
		}},
	{"Wi-Fi Direct was heard too: {direct}. That goes on between devices; the router, and what is said of it here, has no part in it.",
		func(v *view) bool { return v.none() && len(v.Direct) > 0 }},
	{"WPS does not find {unfindable}. If yours is among these, that is why.",
		func(v *view) bool { return v.none() && !v.waitingNow() && v.unfindable() != "" }},
	{"Before this, the PIN was refused; now the button has worked with the same devices. So everything else is in order: the PIN was wrong.",
		func(v *view) bool { return v.succeeded() && v.by(PushButton) && v.sameDevice(enteredWrongPIN) }},
	{"By button it has worked with the same devices before. So everything else is in order: it is the PIN that is wrong.",
		func(v *view) bool {
			return v.failed() && v.a.wrongPIN() && v.sameDevice(func(b *Attempt) bool { return b.End == EndDone && b.Method == PushButton })
		}},
	{"The PIN was wrong before, and is right now.",
		func(v *view) bool { return v.succeeded() && v.by(PIN) && v.sameDevice(enteredWrongPIN) }},
	{"The router was not ready at first; it worked as soon as it was.",
		func(v *view) bool { return v.succeeded() && v.sameDevice(notReady) && !v.sameDevice(enteredWrongPIN) }},
	{"It is always the same: the device asks again and again, and the router is not ready for it. Something has to be done at the router first.",
		func(v *view) bool { return v.failed() && notReady(v.a) && v.count(notReady) >= 2 }},
	{"The PIN has been refused {wrong} times: it will not become right by trying again. Read it anew.",
		func(v *view) bool { return v.failed() && v.a.wrongPIN() && v.count(enteredWrongPIN) >= 1 }},
	{"Wrong PINs were tried {wrong} times before this: that is why the router has locked its PIN.",
		func(v *view) bool { return v.refused(wps.SetupLocked) && v.count(enteredWrongPIN) >= 1 }},
	{"With another router or mesh node it has worked: set the device up near that one.",
		func(v *view) bool {
			return v.failed() && v.other(func(b *Attempt) bool { return b.End == EndDone })
		}},
}

// succeeded reports whether the settings were handed over.
func (v *view) succeeded() bool { return v.ended(EndDone) }

func enteredWrongPIN(b *Attempt) bool { return b.wrongPIN() }

// notReady reports whether the registrar was not ready.
func notReady(b *Attempt) bool { return b.End == EndM2D && b.ConfigError == wps.NoError }

// sameDevice reports whether an earlier attempt of the same two devices in the
// same roles was one. A device may have changed its address.
func (v *view) sameDevice(such func(*Attempt) bool) bool {
	for _, b := range v.before {
		if v.sameTwo(b) && such(b) {
			return true
		}
	}
	return false
}

func (v *view) sameTwo(b *Attempt) bool {
	return b.APEnrollee == v.a.APEnrollee && b.AP == v.a.AP &&
		(b.Station == v.a.Station || b.Enrollee.UUID == v.a.Enrollee.UUID && b.Enrollee.UUID != wps.UUID{})
}

// count returns how many attempts before this one with the same access point,
// in the same role and since the last success, were such, whatever the other
// was.
func (v *view) count(such func(*Attempt) bool) (n int) {
	for i := len(v.before) - 1; i >= 0; i-- {
		b := v.before[i]
		if b.AP != v.a.AP || b.APEnrollee != v.a.APEnrollee {
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
// point was one.
func (v *view) other(such func(*Attempt) bool) bool {
	for _, b := range v.before {
		if b.Station == v.a.Station && b.AP != v.a.AP && v.a.Station != (wps.MAC{}) && such(b) {
			return true
		}
	}
	return false
}

// memory is how many attempts a History keeps.
const memory = 256

// History keeps the latest attempts, so that the next can be judged in their
// light: 256 of them, however many there were. The zero value is empty.
type History struct {
	attempts []remembered // a ring, once it is full
	oldest   int
	related  []*Attempt // of the last one that was added
}

// remembered is an attempt, and who had part in it: to compare with hundreds is
// quick only if they need not be looked up one by one.
type remembered struct {
	parties
	attempt *Attempt
}

// Add adds an attempt, and returns it with those before it that have to do
// with the same devices: what [Evidence].Attempts is to be. The attempt must
// not change any more; the slice is the caller's.
func (h *History) Add(a *Attempt) []*Attempt {
	p := a.parties()
	related := h.related[:0]
	for _, half := range [][]remembered{h.attempts[h.oldest:], h.attempts[:h.oldest]} {
		for i := range half {
			if b := &half[i]; p.meet(&b.parties) {
				related = append(related, b.attempt)
			}
		}
	}
	if len(h.attempts) < memory {
		h.attempts = append(h.attempts, remembered{p, a})
	} else {
		h.attempts[h.oldest] = remembered{p, a}
		h.oldest = (h.oldest + 1) % memory
	}
	related = append(related, a)
	defer clear(related) // to keep none alive
	h.related = related
	return slices.Clone(related)
}
