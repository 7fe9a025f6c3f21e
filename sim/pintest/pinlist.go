package pintest

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
)

// deviceUUID and deviceMAC return the addresses of a device. The first device's
// UUID is all zeros, which is not a wildcard.
func deviceUUID(device int) (u wps.UUID) {
	binary.BigEndian.PutUint32(u[12:], uint32(device))
	return u
}

func deviceMAC(device int) wps.MAC { return wps.MAC{0x02, 0, 0, 0, byte(device >> 8), byte(device)} }

// pinFates maps the events that remove a PIN to the list's states.
var pinFates = map[string]ap.PINState{
	"": ap.PINKept, pinProved: ap.PINSucceeded, pinRevealed: ap.PINRevealed, pinFailed: ap.PINWornOut,
	pinExpires: ap.PINExpired, pinReplaced: ap.PINReplaced, pinRemoved: ap.PINRemoved,
}

// pinResults maps the ends of a run to the list's results.
var pinResults = map[string]ap.PINResult{
	pinFailed: ap.PINFailed, pinRevealed: ap.PINFailedAfterM6, pinProved: ap.PINProved,
}

// listPlay is a registrar's list of PINs, and its model.
type listPlay struct {
	*play
	now   time.Duration
	real  ap.PINList
	model modelPINs
	runs  []*listRun
	over  []*listRun // some that have ended
	burst int        // the last device entered by enterMany
}

// listRun is a registration that uses a PIN.
type listRun struct {
	use   *ap.PINUse
	model *modelPIN
}

const (
	listDevices = 4
	listSteps   = 150
)

func (p *play) list() {
	l := &listPlay{play: p, model: modelPINs{p: p}, burst: listDevices}
	for range listSteps {
		actByChance(p.rand, l, []action[*listPlay]{
			{16, (*listPlay).wait},
			{20, (*listPlay).enter},
			{30, (*listPlay).ask},
			{24, (*listPlay).finish},
			{2, (*listPlay).finishAgain},
			{3, (*listPlay).remove},
			{10, (*listPlay).timeout},
			{1, (*listPlay).enterMany},
		})
		l.compare()
	}
}

func (l *listPlay) time() time.Time { return sim.Epoch.Add(l.now) }

// compare compares what the list shows.
func (l *listPlay) compare() {
	var deadline time.Time
	var macs []wps.MAC
	for _, m := range slices.Backward(l.model.pins) {
		mac := wps.Broadcast
		if m.mac >= 0 {
			mac = deviceMAC(m.mac)
		}
		if !slices.Contains(macs, mac) {
			macs = append(macs, mac)
		}
		if expires := sim.Epoch.Add(m.expires); m.expires != 0 && (deadline.IsZero() || expires.Before(deadline)) {
			deadline = expires
		}
	}
	l.check(l.real.Len() == len(l.model.pins), "%d PINs on the list, want %d", l.real.Len(), len(l.model.pins))
	l.check(l.real.Deadline().Equal(deadline), "the list's deadline is %v, want %v", l.real.Deadline(), deadline)
	l.check(slices.Equal(l.real.AuthorizedMACs(), macs), "the list authorizes %v, want %v", l.real.AuthorizedMACs(), macs)
}

// gone compares the events of PINs that were removed from the list.
func (l *listPlay) gone(events []ap.PINEvent, gone []*modelPIN) {
	l.check(len(events) == len(gone), "%d PINs leave the list, want %d", len(events), len(gone))
	for _, m := range gone {
		same := func(e ap.PINEvent) bool { return l.isEventOf(e, m) }
		l.check(slices.ContainsFunc(events, same), "the PIN of device %d leaves the list: %s; the event is %v", m.device, m.fate, events)
	}
}

func (l *listPlay) isEventOf(e ap.PINEvent, m *modelPIN) bool {
	mac := wps.Broadcast
	if m.mac >= 0 {
		mac = deviceMAC(m.mac)
	}
	uuid := m.device >= 0 && e.UUID != nil && *e.UUID == deviceUUID(m.device) || m.device < 0 && e.UUID == nil
	return uuid && e.MAC == mac && e.State == pinFates[m.fate]
}

func (l *listPlay) wait() {
	l.now += time.Duration(1+l.rand.IntN(60)) * time.Second
	if deadline := l.real.Deadline(); l.rand.IntN(4) == 0 && deadline.After(l.time()) {
		l.now = deadline.Sub(sim.Epoch) - time.Duration(l.rand.IntN(2)) // the last moment before it, or the first after it
	}
	l.note("it is %v", l.now)
}

func (l *listPlay) enter() {
	m := &modelPIN{digits: rightPIN(l.rand), device: l.rand.IntN(listDevices+2) - 2, mac: -1}
	if len(l.model.pins) > 0 && l.rand.IntN(6) == 0 { // again
		m.digits = l.model.pins[l.rand.IntN(len(l.model.pins))].digits
	}
	m.device = max(m.device, -1)
	if l.rand.IntN(5) == 0 {
		m.mac = l.rand.IntN(listDevices)
	}
	var lifetime time.Duration
	if l.rand.IntN(2) == 0 {
		lifetime = 2 * time.Minute
	}
	l.add(m, lifetime)
}

// add enters a PIN.
func (l *listPlay) add(m *modelPIN, lifetime time.Duration) {
	l.note("%s is entered for device %d, address %d, %v", m.digits, m.device, m.mac, lifetime)
	e := ap.PINEntry{PIN: pin.MustParse(m.digits), Lifetime: lifetime}
	if m.device >= 0 {
		uuid := deviceUUID(m.device)
		e.UUID = &uuid
	}
	if m.mac >= 0 {
		e.MAC = deviceMAC(m.mac)
	}
	if lifetime > 0 {
		m.expires = l.now + lifetime
	}
	events, err := l.real.Add(l.time(), e)
	l.check(err == nil, "Add: %v", err)
	l.gone(events, l.model.enter(m))
}

// enterMany enters one PIN more than the list holds, for devices that never ask
// for it.
func (l *listPlay) enterMany() {
	for range 65 {
		l.burst++
		l.add(&modelPIN{digits: rightPIN(l.rand), device: l.burst, mac: -1}, 0)
	}
}

func (l *listPlay) ask() {
	device := l.rand.IntN(listDevices)
	mac := device
	if l.rand.IntN(6) == 0 {
		mac = l.rand.IntN(listDevices)
	}
	l.note("device %d asks from address %d", device, mac)
	use, err := l.real.Use(l.time(), deviceUUID(device), deviceMAC(mac))
	m, lent := l.model.ask(l.now, device, mac)
	switch {
	case lent:
		l.check(err == nil, "Use: %v; want %s", err, m.digits)
		l.check(use.PIN().Digits() == m.digits, "Use: %s, want %s", use.PIN().Digits(), m.digits)
		l.runs = append(l.runs, &listRun{use, m})
	case m != nil:
		l.check(errors.Is(err, ap.ErrPINInUse), "Use: %v, want %v", err, ap.ErrPINInUse)
	default:
		l.check(errors.Is(err, ap.ErrNoPIN), "Use: %v, want %v", err, ap.ErrNoPIN)
	}
}

func (l *listPlay) finish() {
	if len(l.runs) == 0 {
		return
	}
	i := l.rand.IntN(len(l.runs))
	run := l.runs[i]
	l.runs = slices.Delete(l.runs, i, i+1)
	event := []string{pinFailed, pinFailed, pinFailed, pinRevealed, pinProved}[l.rand.IntN(5)]
	l.note("the run of device %d: %s", run.model.device, event)
	m := run.model
	spent, _ := l.model.finish(m, event)
	if spent != nil {
		m = spent
	}
	e := run.use.Finish(pinResults[event])
	l.check(e.State == pinFates[m.fate] && l.isEventOf(e, m), "the PIN is %v, want %v", e.State, pinFates[m.fate])
	l.check(run.use.PIN().IsZero(), "the run still has its PIN")
	l.over = append(l.over, run)[max(0, len(l.over)-7):]
}

// finishAgain ends a run that has ended: this must have no effect.
func (l *listPlay) finishAgain() {
	if len(l.over) == 0 {
		return
	}
	run := l.over[l.rand.IntN(len(l.over))]
	l.note("the run of device %d ends again", run.model.device)
	e := run.use.Finish(ap.PINProved)
	l.check(e.State == pinFates[run.model.fate], "ended again, the PIN is %v; want %v", e.State, pinFates[run.model.fate])
}

func (l *listPlay) remove() {
	device := l.rand.IntN(listDevices+2) - 2
	switch device {
	case -2:
		l.note("all PINs are taken back")
		l.gone(l.real.Clear(), l.model.takeBack(everyPIN))
	case -1:
		l.note("PINs for anyone are taken back")
		l.gone(l.real.Remove(nil), l.model.takeBack(func(m *modelPIN) bool { return m.wild }))
	default:
		l.note("the PIN for device %d is taken back", device)
		uuid := deviceUUID(device)
		l.gone(l.real.Remove(&uuid), l.model.takeBack(func(m *modelPIN) bool { return !m.wild && m.device == device }))
	}
	for _, run := range l.runs {
		l.check(errors.Is(run.use.Err(), ap.ErrWithdrawn) == (run.model.fate == pinRemoved),
			"the run of device %d: %v, and its PIN: %s", run.model.device, run.use.Err(), run.model.fate)
	}
}

func (l *listPlay) timeout() {
	l.note("Timeout")
	l.gone(l.real.Timeout(l.time()), l.model.expire(l.now))
}
