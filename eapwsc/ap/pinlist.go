package ap

import (
	"cmp"
	"container/list"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/internal/indexed"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

const (
	// maxAttempts is how many registrations may use a PIN that was entered
	// without a UUID-E [hostap].
	maxAttempts = 2
	// maxPINs limits the list: a new PIN replaces the oldest.
	maxPINs = 64
)

// PINEntry is an enrollee's PIN as the owner enters it at a registrar.
type PINEntry struct {
	PIN pin.PIN
	// UUID is the UUID-E of the enrollee. If it is nil, the PIN is a wildcard:
	// for the first enrollee that asks, and for two attempts only.
	UUID *wps.UUID
	// MAC is the only address that may use the PIN; zero, or [wps.Broadcast],
	// means any. hostap only advertises the address, in AuthorizedMACs.
	MAC wps.MAC
	// Lifetime is how long the PIN can be used; 0 means without end.
	Lifetime time.Duration
}

// ErrEmptyPIN is the error for an entry without a PIN.
var ErrEmptyPIN = errors.New("ap: the entry has no PIN")

// PINList is the PINs that the owner has entered at a registrar, for
// registrations whose M1 has a Device Password ID other than that of the push
// button. The zero value is an empty list; its methods must not be called at
// the same time.
//
// A PIN is valid for one success. It is also spent by a failed registration in
// which M6 was sent, because the other side can then find it offline by trying;
// and by the second attempt if it is a wildcard. While one registration uses
// it, no other can, because the rules for spending it would not hold. These are
// hostap's rules, with two exceptions: a wildcard stays with the first enrollee
// that asked for it, while hostap lets another one have the second attempt; and
// the list holds a PIN once, while hostap keeps it as often as it was entered,
// and a PIN that is spent then admits one more enrollee.
type PINList struct {
	// Max is how many PINs the list holds; 0 means 64.
	Max int

	// The cost of finding, adding and removing a PIN does not depend on their
	// number.
	latest    list.List // all, latest first
	byUUID    map[wps.UUID]*listedPIN
	byPIN     map[pin.PIN]*listedPIN
	wild      []*listedPIN                             // those without a UUID-E, latest first: few, because each replaces another
	expiring  indexed.Heap[*listedPIN, byExpiry]       // those that expire
	shown     list.List                                // those that are advertised, latest first
	announced indexed.Heap[*listedPIN, byAnnouncement] // the same, by when that ends

	lent map[pin.PIN]*listedPIN // those in use, on the list or not
}

// listedPIN is a PIN on the list, or one in use that was on it.
type listedPIN struct {
	pin      pin.PIN
	wildcard bool
	uuid     wps.UUID // of a wildcard: from the first attempt on
	mac      wps.MAC  // wps.Broadcast for any
	expires  time.Time
	announce time.Time // until when it is advertised
	attempts int
	state    PINState

	place, shown        *list.Element // in the lists; nil if it is in none
	expiring, announced int           // in the heaps
}

// PINState is the state of a PIN that was entered.
type PINState uint8

// The states. All but PINKept remove the PIN from the list.
const (
	PINKept      PINState = iota // on the list, for another attempt
	PINSucceeded                 // the device has proved the PIN
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

// PINEvent reports that a PIN was removed from the list, or returned to it, and
// whose it was. It does not hold the PIN.
type PINEvent struct {
	State PINState
	UUID  *wps.UUID // nil for a wildcard that was not used
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

// Add puts a PIN on the list. It replaces the PIN of the same UUID-E, and the
// same PIN of any UUID-E; a wildcard replaces an unused one. The same PIN
// can be used when a registration that still uses the replaced one has failed
// before M6. The events are those of the replaced PINs. The error is
// [ErrEmptyPIN].
//
// The registrar should then advertise that it waits for an enrollee, and leave
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
	var replaced []*listedPIN
	if o := l.byUUID[p.uuid]; o != nil && !p.wildcard {
		replaced = append(replaced, o)
	}
	for _, o := range l.wild {
		if p.wildcard && o.attempts == 0 {
			replaced = append(replaced, o)
		}
	}
	if o := l.byPIN[p.pin]; o != nil && !slices.Contains(replaced, o) {
		replaced = append(replaced, o)
	}
	events := l.removeAll(PINReplaced, replaced)
	if l.Len() >= cmp.Or(l.Max, maxPINs) {
		events = append(events, l.remove(PINReplaced, l.latest.Back().Value.(*listedPIN)))
	}
	l.insert(p)
	return events, nil
}

// insert puts a PIN into the list.
func (l *PINList) insert(p *listedPIN) {
	p.place = l.latest.PushFront(p)
	if l.byPIN == nil {
		l.byPIN = make(map[pin.PIN]*listedPIN)
	}
	l.byPIN[p.pin] = p
	if p.wildcard {
		l.wild = slices.Insert(l.wild, 0, p)
	} else {
		if l.byUUID == nil {
			l.byUUID = make(map[wps.UUID]*listedPIN)
		}
		l.byUUID[p.uuid] = p
	}
	if !p.expires.IsZero() {
		l.expiring.Push(p)
	}
	p.shown = l.shown.PushFront(p)
	l.announced.Push(p)
}

// remove removes a PIN from the list, and clears it.
func (l *PINList) remove(state PINState, p *listedPIN) PINEvent {
	l.latest.Remove(p.place)
	delete(l.byPIN, p.pin)
	if p.wildcard {
		l.wild = slices.DeleteFunc(l.wild, func(o *listedPIN) bool { return o == p })
	} else {
		delete(l.byUUID, p.uuid)
	}
	if !p.expires.IsZero() {
		l.expiring.Remove(p)
	}
	l.conceal(p)
	p.state, p.pin, p.place = state, pin.PIN{}, nil
	return p.event()
}

// conceal records that a PIN is not advertised any more.
func (l *PINList) conceal(p *listedPIN) {
	if p.shown == nil {
		return
	}
	l.shown.Remove(p.shown)
	l.announced.Remove(p)
	p.shown = nil
}

func (l *PINList) removeAll(state PINState, pins []*listedPIN) (events []PINEvent) {
	for _, p := range pins {
		events = append(events, l.remove(state, p))
	}
	return events
}

// all returns the PINs, latest first.
func (l *PINList) all() (pins []*listedPIN) {
	for e := l.latest.Front(); e != nil; e = e.Next() {
		pins = append(pins, e.Value.(*listedPIN))
	}
	return pins
}

type (
	byExpiry       struct{}
	byAnnouncement struct{}
)

// Less compares when PINs expire.
func (byExpiry) Less(a, b *listedPIN) bool { return a.expires.Before(b.expires) }

// Index returns the index in expiring.
func (byExpiry) Index(p *listedPIN) *int { return &p.expiring }

// Less compares until when PINs are advertised.
func (byAnnouncement) Less(a, b *listedPIN) bool { return a.announce.Before(b.announce) }

// Index returns the index in announced.
func (byAnnouncement) Index(p *listedPIN) *int { return &p.announced }

// PINUse is the use of a PIN by one registration, from M1 to its end.
type PINUse struct {
	list     *PINList
	entry    *listedPIN
	pin      pin.PIN
	finished bool
}

// Use finds the PIN for an enrollee's M1 and lends it to its registration until
// [PINUse.Finish], which must be called however that ends. A PIN for the UUID-E
// takes precedence over a wildcard, and a later one over an earlier one.
//
// On [ErrNoPIN] or [ErrPINInUse], the answer to M1 is M2D with Configuration
// Error 0, or 15 while the access point's own PIN is locked [hostap]; the owner
// may then be asked for the PIN.
func (l *PINList) Use(now time.Time, uuid wps.UUID, mac wps.MAC) (*PINUse, error) {
	p := l.byUUID[uuid]
	if p == nil || !p.usable(now, mac) {
		p = nil
		i := slices.IndexFunc(l.wild, func(p *listedPIN) bool {
			return p.usable(now, mac) && (p.attempts == 0 || p.uuid == uuid)
		})
		if i >= 0 {
			p = l.wild[i]
		}
	}
	switch {
	case p == nil:
		return nil, ErrNoPIN
	case l.lent[p.pin] != nil:
		return nil, ErrPINInUse
	}
	p.uuid = uuid
	if l.lent == nil {
		l.lent = make(map[pin.PIN]*listedPIN)
	}
	l.lent[p.pin] = p
	p.attempts++
	return &PINUse{list: l, entry: p, pin: p.pin}, nil
}

func (p *listedPIN) expired(now time.Time) bool { return !p.expires.IsZero() && !now.Before(p.expires) }

func (p *listedPIN) usable(now time.Time, mac wps.MAC) bool {
	return !p.expired(now) && (p.mac == wps.Broadcast || p.mac == mac)
}

// Err returns [ErrWithdrawn] if the owner has removed the PIN since, and nil
// otherwise. An expired PIN is not a reason to stop.
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

// Finish returns the PIN to the list and returns its new state. A result that
// spends the PIN spends it also if it was entered again meanwhile. Only the
// first call counts. It clears what [PINUse.PIN] returns.
func (u *PINUse) Finish(result PINResult) PINEvent {
	p := u.entry
	if u.finished {
		return p.event()
	}
	listed := u.list.byPIN[u.pin] // p, the same PIN in its place, or nil
	delete(u.list.lent, u.pin)
	u.finished, u.pin = true, pin.PIN{}
	switch {
	case listed == nil:
	case result == PINProved:
		return u.list.remove(PINSucceeded, listed)
	case result == PINFailedAfterM6:
		return u.list.remove(PINRevealed, listed)
	case listed == p && p.wildcard && p.attempts >= maxAttempts:
		return u.list.remove(PINWornOut, p)
	}
	return p.event()
}

// Remove removes the PIN of a UUID-E, or the wildcards if uuid is nil, including
// those in use that have left the list. [PINUse.Err] reports it to the
// registrations that use them.
func (l *PINList) Remove(uuid *wps.UUID) []PINEvent {
	var events []PINEvent
	if uuid == nil {
		events = l.removeAll(PINRemoved, slices.Clone(l.wild))
	} else if p := l.byUUID[*uuid]; p != nil {
		events = []PINEvent{l.remove(PINRemoved, p)}
	}
	l.withdraw(func(p *listedPIN) bool { return p.wildcard == (uuid == nil) && (uuid == nil || p.uuid == *uuid) })
	return events
}

// Clear removes all PINs, including those in use that have left the list.
func (l *PINList) Clear() []PINEvent {
	events := l.removeAll(PINRemoved, l.all())
	l.withdraw(func(*listedPIN) bool { return true })
	return events
}

// withdraw marks PINs in use as removed.
func (l *PINList) withdraw(which func(*listedPIN) bool) {
	for _, p := range l.lent {
		if which(p) {
			p.state = PINRemoved
		}
	}
}

// Len returns the number of PINs on the list.
func (l *PINList) Len() int { return l.latest.Len() }

// AuthorizedMACs returns the addresses of the PINs, latest first, each once;
// [wps.Broadcast] stands for any.
func (l *PINList) AuthorizedMACs() []wps.MAC {
	var macs []wps.MAC
	for _, p := range l.all() {
		if !slices.Contains(macs, p.mac) {
			macs = append(macs, p.mac)
		}
	}
	return macs
}

// maxShown is how many of the latest PINs are considered for the advertised
// addresses, of which there can be five.
const maxShown = 64

// advertised returns the addresses of the PINs that are advertised now, latest
// first, and when that changes next.
func (l *PINList) advertised(now time.Time) (macs []wps.MAC, until time.Time) {
	for l.announced.Len() > 0 && !now.Before(l.announced.First().announce) {
		l.conceal(l.announced.First())
	}
	n := 0
	for e := l.shown.Front(); e != nil && n < maxShown && len(macs) < maxAuthorizedMACs; e = e.Next() {
		n++
		if p := e.Value.(*listedPIN); !slices.Contains(macs, p.mac) {
			macs = append(macs, p.mac)
		}
	}
	if n > 0 {
		until = l.announced.First().announce
	}
	return macs, until
}

// Deadline returns when the next PIN expires, or the zero time if none does.
func (l *PINList) Deadline() time.Time {
	if l.expiring.Len() == 0 {
		return time.Time{}
	}
	return l.expiring.First().expires
}

// Timeout removes expired PINs from the list.
func (l *PINList) Timeout(now time.Time) (events []PINEvent) {
	for l.expiring.Len() > 0 && l.expiring.First().expired(now) {
		events = append(events, l.remove(PINExpired, l.expiring.First()))
	}
	return events
}
