package ap

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

const (
	// maxAttempts is how many registrations may use a PIN that was entered
	// without a UUID-E [hostap].
	maxAttempts = 2
	// maxPINs bounds the list: the oldest PIN makes room for a new one.
	maxPINs = 64
)

// PINEntry is an enrollee's PIN as the owner of a registrar enters it.
type PINEntry struct {
	PIN pin.PIN
	// UUID is the UUID-E of the enrollee. If it is nil, the PIN is a wildcard:
	// it is for the first enrollee that asks, and for two attempts only.
	UUID *wps.UUID
	// MAC is the only address that may use the PIN. Zero, or [wps.Broadcast],
	// leaves it open. hostap only advertises the address, in AuthorizedMACs.
	MAC wps.MAC
	// Lifetime is for how long the PIN can be used; 0 is without end.
	Lifetime time.Duration
}

// ErrEmptyPIN is what [PINList.Add] returns for an entry without a PIN.
var ErrEmptyPIN = errors.New("PIN list: the entry has no PIN")

// PINList is the PINs that the owner has entered at a registrar, for
// registrations whose M1 has a Device Password ID other than that of the push
// button. The zero value is an empty list; its methods must not be called at
// the same time.
//
// A PIN is good for one success. It is also spent once M6 was sent in a
// registration that failed, because from then on the other side can find it by
// trying, offline; and by the second attempt if it is a wildcard. While one
// registration uses it, no other can: the rules for spending it would not
// hold. These are hostap's rules; that a wildcard stays with the first
// enrollee that asked for it, where hostap lets another have the second
// attempt, is stricter.
type PINList struct {
	// Max is how many PINs the list holds; 0 means 64.
	Max int

	entries []*listedPIN // latest first
}

// listedPIN is a PIN on the list, or one that was on it while its run lasts.
type listedPIN struct {
	pin      pin.PIN
	wildcard bool
	uuid     wps.UUID // of a wildcard: from the first attempt on
	mac      wps.MAC  // wps.Broadcast for any
	expires  time.Time
	announce time.Time // until when it is advertised
	attempts int
	inUse    bool
	state    PINState
}

// PINState is the state of a PIN that was entered.
type PINState uint8

// The states. All but PINKept take the PIN from the list.
const (
	PINKept      PINState = iota // on the list, for another attempt
	PINSucceeded                 // the device has proved that it has it
	PINRevealed                  // a registration has failed after M6 was sent
	PINWornOut                   // a wildcard has had its two attempts
	PINExpired                   // its lifetime is over
	PINReplaced                  // another was entered in its place
	PINRemoved                   // the owner took it back
)

var pinStateNames = [...]string{
	PINKept: "kept for another attempt", PINSucceeded: "spent: the device has proved it",
	PINRevealed: "spent: registration failed after M6", PINWornOut: "spent: second attempt failed",
	PINExpired: "expired", PINReplaced: "replaced by another PIN", PINRemoved: "removed",
}

// String returns the state in words.
func (f PINState) String() string {
	if int(f) >= len(pinStateNames) {
		return fmt.Sprintf("PINState(%d)", uint8(f))
	}
	return pinStateNames[f]
}

// PINEvent reports that a PIN has left the list, or has been put back, and
// whose it was. It does not hold the PIN.
type PINEvent struct {
	State PINState
	UUID  *wps.UUID // nil for a wildcard that nobody had asked for
	MAC   wps.MAC   // as entered; wps.Broadcast if none was
}

func (p *listedPIN) event() PINEvent {
	e := PINEvent{State: p.state, MAC: p.mac}
	if !p.wildcard || p.attempts > 0 {
		uuid := p.uuid
		e.UUID = &uuid
	}
	return e
}

// Add puts a PIN on the list. It replaces the PIN of the same UUID-E; a
// wildcard replaces one that nobody has asked for yet. The events are those of
// the PINs that it replaces. The error is [ErrEmptyPIN].
//
// A registrar then advertises that it waits for an enrollee, and leaves the
// push-button mode: see [SelectedRegistrar.PIN].
func (l *PINList) Add(now time.Time, e PINEntry) ([]PINEvent, error) {
	if e.PIN.IsZero() {
		return nil, ErrEmptyPIN
	}
	p := &listedPIN{pin: e.PIN, wildcard: e.UUID == nil, mac: e.MAC}
	if p.mac == (wps.MAC{}) {
		p.mac = wps.Broadcast
	}
	if e.UUID != nil {
		p.uuid = *e.UUID
	}
	p.announce = now.Add(wps.WalkTime)
	if e.Lifetime > 0 {
		p.expires = now.Add(e.Lifetime)
		p.announce = eapwsc.Earlier(p.announce, p.expires)
	}
	events := l.remove(PINReplaced, func(o *listedPIN) bool {
		if p.wildcard {
			return o.wildcard && o.attempts == 0
		}
		return !o.wildcard && o.uuid == p.uuid
	})
	if limit := cmp.Or(l.Max, maxPINs); len(l.entries) >= limit {
		oldest := l.entries[len(l.entries)-1]
		events = append(events, l.remove(PINReplaced, func(o *listedPIN) bool { return o == oldest })...)
	}
	l.entries = slices.Insert(l.entries, 0, p)
	return events, nil
}

// remove takes PINs from the list, and clears them.
func (l *PINList) remove(state PINState, which func(*listedPIN) bool) (events []PINEvent) {
	l.entries = slices.DeleteFunc(l.entries, func(p *listedPIN) bool {
		if !which(p) {
			return false
		}
		p.state, p.pin = state, pin.PIN{}
		events = append(events, p.event())
		return true
	})
	return events
}

// PINUse is the use of a PIN by one registration, from M1 to its end.
type PINUse struct {
	list     *PINList
	entry    *listedPIN
	pin      pin.PIN
	finished bool
}

// Use finds the PIN for an enrollee's M1 and lends it to its registration
// until [PINUse.Finish], which has to be called however that ends. A PIN for
// the UUID-E goes before a wildcard, and a later one before an earlier one.
//
// On [ErrNoPIN] or [ErrPINInUse], the answer to M1 is M2D with Configuration
// Error 0, or 15 while the access point's own PIN is locked [hostap]; the
// owner may then be asked for the PIN.
func (l *PINList) Use(now time.Time, uuid wps.UUID, mac wps.MAC) (*PINUse, error) {
	p := l.find(func(p *listedPIN) bool { return p.usable(now, mac) && !p.wildcard && p.uuid == uuid })
	if p == nil {
		p = l.find(func(p *listedPIN) bool {
			return p.usable(now, mac) && p.wildcard && (p.attempts == 0 || p.uuid == uuid)
		})
	}
	switch {
	case p == nil:
		return nil, ErrNoPIN
	case p.inUse:
		return nil, ErrPINInUse
	}
	p.inUse, p.uuid = true, uuid
	p.attempts++
	return &PINUse{list: l, entry: p, pin: p.pin}, nil
}

func (l *PINList) find(which func(*listedPIN) bool) *listedPIN {
	if i := slices.IndexFunc(l.entries, which); i >= 0 {
		return l.entries[i]
	}
	return nil
}

func (p *listedPIN) expired(now time.Time) bool { return !p.expires.IsZero() && !now.Before(p.expires) }

func (p *listedPIN) usable(now time.Time, mac wps.MAC) bool {
	return !p.expired(now) && (p.mac == wps.Broadcast || p.mac == mac)
}

// Err returns [ErrWithdrawn] if the owner has removed the PIN since, and nil
// otherwise. That the PIN has expired is no reason to stop.
func (u *PINUse) Err() error {
	if u.entry.state == PINRemoved {
		return ErrWithdrawn
	}
	return nil
}

// PIN returns the PIN, or no PIN after [PINUse.Finish].
func (u *PINUse) PIN() pin.PIN { return u.pin }

// PINResult is how far a registration came with a PIN.
type PINResult uint8

// The results.
const (
	// PINFailed: it failed before M6 was sent.
	PINFailed PINResult = iota
	// PINFailedAfterM6: it failed after M6 was sent and before the enrollee had
	// proved the PIN.
	PINFailedAfterM6
	// PINProved: E-Hash2 was verified at M7. The enrollee has the PIN, whatever
	// follows.
	PINProved
)

// Finish gives the PIN back and says what becomes of it. Only the first call
// counts. It clears what [PINUse.PIN] returns.
func (u *PINUse) Finish(result PINResult) PINEvent {
	p := u.entry
	if u.finished {
		return p.event()
	}
	u.finished, u.pin, p.inUse = true, pin.PIN{}, false
	state := PINKept
	switch {
	case result == PINProved:
		state = PINSucceeded
	case result == PINFailedAfterM6:
		state = PINRevealed
	case p.wildcard && p.attempts >= maxAttempts:
		state = PINWornOut
	}
	if state != PINKept {
		u.list.remove(state, func(o *listedPIN) bool { return o == p })
	}
	return p.event()
}

// Remove takes back the PIN of a UUID-E, or the wildcards if it is nil.
// [PINUse.Err] reports it to the registrations that use them.
func (l *PINList) Remove(uuid *wps.UUID) []PINEvent {
	return l.remove(PINRemoved, func(p *listedPIN) bool {
		if uuid == nil {
			return p.wildcard
		}
		return !p.wildcard && p.uuid == *uuid
	})
}

// Clear takes back all PINs.
func (l *PINList) Clear() []PINEvent {
	return l.remove(PINRemoved, func(*listedPIN) bool { return true })
}

// Len returns the number of PINs on the list.
func (l *PINList) Len() int { return len(l.entries) }

// AuthorizedMACs returns the addresses that the PINs were entered for, latest
// first, each once; [wps.Broadcast] stands for any.
func (l *PINList) AuthorizedMACs() []wps.MAC {
	var macs []wps.MAC
	for _, p := range l.entries {
		if !slices.Contains(macs, p.mac) {
			macs = append(macs, p.mac)
		}
	}
	return macs
}

// advertised returns the addresses of the PINs that are advertised now, latest
// first, and when that changes next.
func (l *PINList) advertised(now time.Time) (macs []wps.MAC, until time.Time) {
	for _, p := range l.entries {
		if !now.Before(p.announce) {
			continue
		}
		until = eapwsc.Earlier(until, p.announce)
		if !slices.Contains(macs, p.mac) {
			macs = append(macs, p.mac)
		}
	}
	return macs, until
}

// Deadline returns when the next PIN expires, or the zero time if none does.
func (l *PINList) Deadline() time.Time {
	var next time.Time
	for _, p := range l.entries {
		next = eapwsc.Earlier(next, p.expires)
	}
	return next
}

// Timeout takes expired PINs from the list.
func (l *PINList) Timeout(now time.Time) []PINEvent {
	return l.remove(PINExpired, func(p *listedPIN) bool { return p.expired(now) })
}
