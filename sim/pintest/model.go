package pintest

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// The models predict the outcome for PINs independently: a text is parsed by a
// regular expression; a PIN on the list, the lockout and a run at an access
// point are state machines, given by tables. The rules are hostap's, with those
// that package eapwsc/ap documents as its own.

// The models' names.
const (
	modelText    = "text"
	modelList    = "PIN list"
	modelLockout = "lockout"
	modelAP      = "access point"
)

// Outcomes of a text.
const (
	textAccepted   = "accepted"
	textCharacter  = "not a digit"
	textLength     = "wrong number of digits"
	textCheckDigit = "wrong check digit"
)

// typedPIN is what may be typed: digits, possibly with spaces and one dash
// between them, and white space around them.
var typedPIN = regexp.MustCompile(
	`^[\t-\r\x{85}\p{Z}]*(?:[0-9](?:[\t\p{Zs}]*[\p{Pd}\x{2212}\x{AD}]?[\t\p{Zs}]*[0-9])*)?[\t-\r\x{85}\p{Z}]*$`)

// readText returns the expected outcome of a text, and its digits.
func readText(text string) (outcome, digits string) {
	digits = strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789", r) {
			return r
		}
		return -1
	}, text)
	switch {
	case !typedPIN.MatchString(text):
		return textCharacter, digits
	case len(digits) == 8 && digits[7] != checkDigit(digits):
		return textCheckDigit, digits
	case len(digits) == 8 || len(digits) == 4:
		return textAccepted, digits
	}
	return textLength, digits
}

// checkDigit returns the eighth digit of a PIN that has at least seven: 3·d1 +
// d2 + 3·d3 + … + d8 is a multiple of ten.
func checkDigit(digits string) byte {
	sum := 0
	for i, weight := range []int{3, 1, 3, 1, 3, 1, 3} {
		sum += weight * int(digits[i]-'0')
	}
	return "0987654321"[sum%10]
}

// wrongHalf returns the first wrong half of a PIN, or 0.
func wrongHalf(right, guess string) int {
	switch {
	case right == guess:
		return 0
	case len(right) == len(guess) && right[:len(right)/2] == guess[:len(guess)/2]:
		return 2
	}
	return 1
}

// The states of a PIN that was entered at a registrar: for one device, or for
// the first that asks, which gets two attempts.
const (
	pinNew     = "not entered"
	pinWaits   = "for one device: waits"
	pinLent    = "for one device: in use"
	pinUnasked = "for anyone: waits"
	pinFirst   = "for anyone: first attempt"
	pinTried   = "for anyone: waits again"
	pinSecond  = "for anyone: second attempt"
	pinOff     = "in use, off the list"
	pinGone    = "gone"
)

// Events of a PIN.
const (
	pinEntered     = "entered for one device"
	pinEnteredAny  = "entered for anyone"
	pinAsked       = "asked for"
	pinAskedAgain  = "asked for by another run"
	pinOtherDevice = "asked for by another device"
	pinOtherMAC    = "asked for from another address"
	pinAskedLate   = "asked for when expired"
	pinFailed      = "run fails before M6"
	pinRevealed    = "run fails after M6"
	pinProved      = "run proves the PIN"
	pinExpires     = "expires"
	pinReplaced    = "another is entered"
	pinRemoved     = "taken back"
)

// The states of the lockout, and its events. A policy is in force while the
// owner has limited or switched off the PIN.
const (
	lockNone    = "no wrong guess"
	lockOne     = "1 wrong guess"
	lockTwo     = "2 wrong guesses"
	lockTimed   = "locked for a time"
	lockOpen    = "open again"
	lockForGood = "locked for good"

	lockFailure  = "wrong guess"
	lockTenth    = "tenth in a row, or later"
	lockByPolicy = "wrong guess under a policy"
	lockSuccess  = "right guess"
	lockEnds     = "time is over"
	lockNewPIN   = "new PIN"
	lockRestart  = "power cut"
)

// The stations at an access point, how their runs end, and the effect on the
// PIN.
const (
	apNoPIN  = "device without PIN"
	apLocked = "device without PIN while locked"
	apInUse  = "device whose PIN is in use"
	apRight  = "device with the right PIN"

	apWithdrawn = "device whose PIN was removed"

	apHalf1  = "device with the first half wrong"
	apHalf2  = "device with the second half wrong"
	extLock  = "registrar while locked"
	extRight = "registrar with the right PIN"
	extHalf1 = "registrar with the first half wrong"
	extHalf2 = "registrar with the second half wrong"

	apRefused  = "refused"
	apSucceeds = "succeeds"
	apFails    = "fails"
	apVanishes = "vanishes before the proof"
	apExposed  = "vanishes when M6 was sent"
	apProved   = "vanishes after the proof"

	apNothing    = "-"
	pinKept      = "PIN kept"
	pinSpent     = "PIN spent"
	apNotCounted = "not counted"
	apWrongGuess = "counted as wrong"
	apRightGuess = "counted as right"
)

// pinTransitions are the tables of all models.
var transitions = tables()

func tables() (all []Transition) {
	row := func(model, state, event string, next ...string) {
		for _, next := range next {
			all = append(all, Transition{Model: model, State: state, Event: event, Next: next})
		}
	}
	for _, kind := range textKinds {
		row(modelText, kind.name, "read", kind.read...)
	}

	row(modelList, pinNew, pinEntered, pinWaits)
	row(modelList, pinNew, pinEnteredAny, pinUnasked)
	row(modelList, pinWaits, pinAsked, pinLent)
	row(modelList, pinUnasked, pinAsked, pinFirst)
	row(modelList, pinTried, pinAsked, pinSecond)
	row(modelList, pinLent, pinFailed, pinWaits)
	row(modelList, pinFirst, pinFailed, pinTried)
	row(modelList, pinSecond, pinFailed, pinGone)
	row(modelList, pinOff, pinFailed, pinGone)
	for _, lent := range []string{pinLent, pinFirst, pinSecond, pinOff} {
		row(modelList, lent, pinRevealed, pinGone)
		row(modelList, lent, pinProved, pinGone)
	}
	for _, lent := range []string{pinLent, pinFirst, pinSecond} {
		row(modelList, lent, pinAskedAgain, lent)
		row(modelList, lent, pinExpires, pinOff)
		row(modelList, lent, pinRemoved, pinOff)
		row(modelList, lent, pinReplaced, pinOff) // a PIN for anyone: only by the 65th
	}
	for _, waits := range []string{pinWaits, pinUnasked, pinTried} {
		row(modelList, waits, pinExpires, pinGone)
		row(modelList, waits, pinRemoved, pinGone)
		row(modelList, waits, pinReplaced, pinGone)
		row(modelList, waits, pinOtherMAC, waits)
		row(modelList, waits, pinAskedLate, waits)
	}
	for _, again := range []string{pinWaits, pinUnasked} { // entered again while a run uses the same PIN
		row(modelList, again, pinAskedAgain, again)
		row(modelList, again, pinRevealed, pinGone)
		row(modelList, again, pinProved, pinGone)
	}
	row(modelList, pinWaits, pinOtherDevice, pinWaits)
	row(modelList, pinTried, pinOtherDevice, pinTried)

	row(modelLockout, lockNone, lockFailure, lockOne)
	row(modelLockout, lockOne, lockFailure, lockTwo)
	for _, third := range []string{lockTwo, lockTimed, lockOpen, lockForGood} {
		row(modelLockout, third, lockFailure, lockTimed)
		row(modelLockout, third, lockByPolicy, lockForGood)
	}
	for _, tenth := range []string{lockTimed, lockOpen, lockForGood} {
		row(modelLockout, tenth, lockTenth, lockForGood)
	}
	row(modelLockout, lockTimed, lockEnds, lockOpen)
	for _, state := range []string{lockNone, lockOne, lockTwo, lockTimed, lockOpen, lockForGood} {
		row(modelLockout, state, lockSuccess, state)
		row(modelLockout, state, lockRestart, state)
		row(modelLockout, state, lockNewPIN, lockNone)
	}

	row(modelAP, apNoPIN, apRefused, apNothing)
	row(modelAP, apLocked, apRefused, apNothing)
	row(modelAP, apInUse, apRefused, apNothing)
	row(modelAP, apRight, apSucceeds, pinSpent)
	row(modelAP, apRight, apVanishes, pinKept, pinSpent)
	row(modelAP, apRight, apExposed, pinSpent)
	row(modelAP, apRight, apProved, pinSpent)
	row(modelAP, apWithdrawn, apFails, pinSpent)
	row(modelAP, apWithdrawn, apVanishes, pinSpent)
	row(modelAP, apWithdrawn, apExposed, pinSpent)
	row(modelAP, apHalf1, apFails, pinKept, pinSpent)
	row(modelAP, apHalf1, apVanishes, pinKept, pinSpent)
	row(modelAP, apHalf2, apFails, pinSpent)
	row(modelAP, apHalf2, apVanishes, pinKept, pinSpent)
	row(modelAP, apHalf2, apExposed, pinSpent)
	row(modelAP, extLock, apRefused, apNotCounted)
	row(modelAP, extRight, apSucceeds, apRightGuess)
	row(modelAP, extRight, apVanishes, apNotCounted)
	row(modelAP, extRight, apProved, apRightGuess)
	for _, wrong := range []string{extHalf1, extHalf2} {
		row(modelAP, wrong, apFails, apWrongGuess)
		row(modelAP, wrong, apVanishes, apNotCounted)
	}
	return all
}

// pinRows finds rows of the tables by everything but the count.
var pinRows = func() map[Transition]int {
	rows := make(map[Transition]int, len(transitions))
	for i, t := range transitions {
		rows[t] = i
	}
	return rows
}()

// pinNext returns the next state where the tables determine it.
var pinNext = func() map[[3]string]string {
	next := make(map[[3]string]string, len(transitions))
	for _, t := range transitions {
		next[[3]string{t.Model, t.State, t.Event}] = t.Next
	}
	return next
}()

// count counts a transition, which must be in the tables.
func (p *play) count(model, state, event, next string) {
	row, ok := pinRows[Transition{Model: model, State: state, Event: event, Next: next}]
	p.check(ok, "%s, in state %q: %s, and then: %s", model, state, event, next)
	p.counts[row]++
	p.trace = append(p.trace, byte(row>>8), byte(row))
}

// move applies an event to the state of a model.
func (p *play) move(model string, state *string, event string) {
	next := pinNext[[3]string{model, *state, event}]
	p.count(model, *state, event, next)
	*state = next
}

// modelPIN is a PIN that was entered at a registrar.
type modelPIN struct {
	state   string
	digits  string
	device  int           // the device it is for, or that has asked for it; -1 is none
	mac     int           // the device whose address may use it; -1 is any
	expires time.Duration // 0 is never
	fate    string        // the event that removed it from the list, or withdrew it later; "" while it is listed
	wild    bool          // entered for anyone
}

func (m *modelPIN) listed() bool { return m.fate == "" }

func (m *modelPIN) anyone() bool {
	return m.state == pinUnasked || m.state == pinFirst || m.state == pinTried || m.state == pinSecond
}

func (m *modelPIN) inUse() bool {
	return m.state == pinLent || m.state == pinFirst || m.state == pinSecond || m.state == pinOff
}

func (m *modelPIN) expired(now time.Duration) bool { return m.expires != 0 && now >= m.expires }

// modelPINs is a registrar's list, in the order of entry.
type modelPINs struct {
	p    *play
	pins []*modelPIN
	lent map[string]*modelPIN // those in use, on the list or not, by their digits
}

// off removes PINs from the list, and returns them.
func (l *modelPINs) off(event string, which func(*modelPIN) bool) (gone []*modelPIN) {
	l.pins = slices.DeleteFunc(l.pins, func(m *modelPIN) bool {
		if !which(m) {
			return false
		}
		l.p.move(modelList, &m.state, event)
		m.fate = event
		gone = append(gone, m)
		return true
	})
	return gone
}

// takeBack takes PINs back, also those in use that have left the list.
func (l *modelPINs) takeBack(which func(*modelPIN) bool) (gone []*modelPIN) {
	gone = l.off(pinRemoved, which)
	for _, m := range l.lent {
		if which(m) {
			m.fate = pinRemoved
		}
	}
	return gone
}

func everyPIN(*modelPIN) bool { return true }

// enter enters a PIN for a device, or for anyone if that is -1.
func (l *modelPINs) enter(m *modelPIN) (gone []*modelPIN) {
	m.state, m.wild = pinNew, m.device < 0
	event := pinEntered
	if m.wild {
		event = pinEnteredAny
	}
	l.p.move(modelList, &m.state, event)
	gone = l.off(pinReplaced, func(o *modelPIN) bool {
		switch {
		case o.digits == m.digits:
			return true
		case m.anyone():
			return o.state == pinUnasked
		}
		return !o.anyone() && o.device == m.device
	})
	if len(l.pins) == 64 {
		oldest := l.pins[0]
		gone = append(gone, l.off(pinReplaced, func(o *modelPIN) bool { return o == oldest })...)
	}
	l.pins = append(l.pins, m)
	return gone
}

// ask returns the PIN that a device gets, or the PIN in use that it would get,
// or nil.
func (l *modelPINs) ask(now time.Duration, device, mac int) (m *modelPIN, lent bool) {
	allowed := func(m *modelPIN) bool {
		return !m.expired(now) && (m.mac < 0 || m.mac == mac) && (m.device == device || m.state == pinUnasked)
	}
	for _, anyone := range []bool{true, false} { // the last that matches applies
		for _, o := range l.pins {
			if o.anyone() == anyone && allowed(o) {
				m = o
			}
		}
	}
	switch {
	case m == nil:
		l.refuse(now, device, mac)
		return nil, false
	case l.lent[m.digits] != nil:
		l.p.move(modelList, &m.state, pinAskedAgain)
		return m, false
	}
	if l.lent == nil {
		l.lent = make(map[string]*modelPIN)
	}
	l.p.move(modelList, &m.state, pinAsked)
	m.device, l.lent[m.digits] = device, m
	return m, true
}

// refuse counts why a device gets none of the waiting PINs.
func (l *modelPINs) refuse(now time.Duration, device, mac int) {
	for _, m := range l.pins {
		switch {
		case m.inUse():
		case m.expired(now):
			l.p.move(modelList, &m.state, pinAskedLate)
		case m.mac >= 0 && m.mac != mac:
			l.p.move(modelList, &m.state, pinOtherMAC)
		default:
			l.p.move(modelList, &m.state, pinOtherDevice)
		}
	}
}

// finish ends the use of a PIN. It returns the PIN that is used up, which is
// another one if it was entered again, and the event that removed m from the
// list, or "".
func (l *modelPINs) finish(m *modelPIN, event string) (spent *modelPIN, fate string) {
	delete(l.lent, m.digits)
	listed := m.listed()
	l.p.move(modelList, &m.state, event)
	switch {
	case m.state == pinGone && listed:
		m.fate, spent = event, m
		l.pins = slices.DeleteFunc(l.pins, func(o *modelPIN) bool { return o == m })
	case event != pinFailed:
		for _, o := range l.off(event, func(o *modelPIN) bool { return o.digits == m.digits }) {
			spent = o
		}
	}
	return spent, m.fate
}

// expire removes expired PINs.
func (l *modelPINs) expire(now time.Duration) []*modelPIN {
	return l.off(pinExpires, func(m *modelPIN) bool { return m.expired(now) })
}

// modelLock is the lockout of a router's own PIN.
type modelLock struct {
	p      *play
	base   time.Duration
	policy bool // something other than "unlocked" is in force

	state  string
	total  int           // wrong guesses at this PIN
	row    int           // of these, since the last right one
	length time.Duration // of the last lock
	until  time.Duration // its end, in lockTimed
}

func (l *modelLock) locked() bool { return l.state == lockTimed || l.state == lockForGood }

// at advances the time.
func (l *modelLock) at(now time.Duration) {
	if l.state == lockTimed && now >= l.until {
		l.p.move(modelLockout, &l.state, lockEnds)
	}
}

func (l *modelLock) failure(now time.Duration) {
	l.total++
	l.row++
	switch {
	case l.total < 3:
		l.p.move(modelLockout, &l.state, lockFailure)
	case l.policy:
		l.p.move(modelLockout, &l.state, lockByPolicy)
	case l.row >= 10:
		l.p.move(modelLockout, &l.state, lockTenth)
	default:
		l.p.move(modelLockout, &l.state, lockFailure)
		const year = 365 * 24 * time.Hour
		switch {
		case l.length == 0:
			l.length = min(l.base, year)
		case l.total%3 == 0 && l.length < year:
			l.length *= 2
		}
		l.until = now + l.length
	}
}

func (l *modelLock) success() {
	l.row = 0
	l.p.move(modelLockout, &l.state, lockSuccess)
}

func (l *modelLock) newPIN() {
	l.total, l.row, l.policy = 0, 0, false
	l.p.move(modelLockout, &l.state, lockNewPIN)
}

// restart switches the router off, and on again with another time of day.
// Stored times are rounded up to seconds.
func (l *modelLock) restart(before, after time.Duration) {
	roundUp := func(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }
	l.until = after + roundUp(l.until-before)
	l.length = roundUp(l.length)
	l.p.move(modelLockout, &l.state, lockRestart)
}
