package pintest

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/sim"
)

// lockPlay is a lockout, and its model.
type lockPlay struct {
	*play
	now    time.Duration
	real   ap.Lockout
	policy ap.SetupLock
	model  modelLock
	timed  bool // Timeout must report the end of the lock
}

// lockBases are lengths of the first lock: Lockout.Base, and the resulting
// length.
var lockBases = []struct{ base, first time.Duration }{
	{0, time.Minute},
	{10 * time.Second, 10 * time.Second},
	{1500 * time.Millisecond, 1500 * time.Millisecond},
	{200 * 24 * time.Hour, 200 * 24 * time.Hour},
	{1 << 62, 365 * 24 * time.Hour},
}

const lockoutSteps = 80

func (p *play) lockout() {
	base := lockBases[p.rand.IntN(len(lockBases))]
	l := &lockPlay{play: p, real: ap.Lockout{Base: base.base}, model: modelLock{p: p, base: base.first, state: lockNone}}
	p.note("the first lock is of %v", base.first)
	for range lockoutSteps {
		actByChance(p.rand, l, []action[*lockPlay]{
			{30, (*lockPlay).wait},
			{50, (*lockPlay).guess},
			{3, (*lockPlay).knows},
			{10, (*lockPlay).timeout},
			{2, (*lockPlay).newPIN},
			{2, (*lockPlay).setPolicy},
			{6, (*lockPlay).restart},
			{2, (*lockPlay).damaged},
		})
		l.compare()
	}
}

func (l *lockPlay) time() time.Time { return sim.Epoch.Add(l.now) }

func (l *lockPlay) compare() {
	want := l.policy
	if l.model.locked() {
		want = ap.Locked
	}
	l.check(l.real.Status(l.time()) == want, "%v, want %v: %s", l.real.Status(l.time()), want, l.model.state)
	var deadline time.Time
	if l.timed {
		deadline = sim.Epoch.Add(l.model.until)
	}
	s := l.real.State(l.time())
	l.check(s.Failures == l.model.total && s.Consecutive == l.model.row, "%d wrong guesses, %d in a row; want %d, %d",
		s.Failures, s.Consecutive, l.model.total, l.model.row)
	l.check(l.real.Deadline().Equal(deadline), "locked until %v, want %v", l.real.Deadline(), deadline)
}

func (l *lockPlay) wait() {
	l.now += time.Duration(1+l.rand.IntN(40)) * time.Second
	if l.timed && l.model.until > l.now && l.rand.IntN(2) == 0 {
		l.now = l.model.until - time.Duration(l.rand.IntN(2)) // the last moment before it, or the first after it
	}
	l.note("it is %v", l.now)
	l.model.at(l.now)
}

func (l *lockPlay) guess() {
	l.note("a wrong guess")
	l.real.Failure(l.time())
	l.model.failure(l.now)
	l.timed = l.model.state == lockTimed
}

func (l *lockPlay) knows() {
	l.note("a right guess")
	l.real.Success()
	l.model.success()
}

func (l *lockPlay) timeout() {
	l.note("Timeout")
	over := l.timed && l.model.state == lockOpen
	l.check(l.real.Timeout(l.time()) == over, "Timeout reports the lock's end: %t, want %t", !over, over)
	l.timed = l.timed && !over
}

func (l *lockPlay) newPIN() {
	l.note("a new PIN")
	l.real.NewPIN()
	l.model.newPIN()
	l.policy, l.timed = ap.Unlocked, false
}

func (l *lockPlay) setPolicy() {
	l.policy = []ap.SetupLock{ap.Unlocked, ap.Unlocked, ap.ReadOnly, ap.Locked}[l.rand.IntN(4)]
	l.note("policy %v", l.policy)
	l.real.SetPolicy(l.policy)
	l.model.policy = l.policy != ap.Unlocked
}

// stored returns the state as it is stored.
func (l *lockPlay) stored() (s ap.LockoutState) {
	text, err := json.Marshal(l.real.State(l.time()))
	l.check(err == nil, "storing: %v", err)
	l.check(json.Unmarshal(text, &s) == nil, "stored as %s", text)
	return s
}

// restart cuts the power. A router without a clock may then have any time.
func (l *lockPlay) restart() {
	s := l.stored()
	before := l.now
	l.now = time.Duration(l.rand.IntN(1000)) * time.Second
	l.note("power cut; after it, it is %v", l.now)
	l.real = ap.Lockout{Base: l.real.Base}
	err := l.real.Restore(l.time(), s)
	l.check(err == nil, "Restore(%+v): %v", s, err)
	l.model.restart(before, l.now)
	l.timed = l.model.state == lockTimed
}

// damaged restores a damaged state: it is either refused, or it is a possible
// state. A router that restarts continues with it or without.
func (l *lockPlay) damaged() {
	s := l.stored()
	fields := []func(by int64){
		func(by int64) { s.Policy += ap.SetupLock(by) },
		func(by int64) { s.Failures += int(by) },
		func(by int64) { s.Consecutive += int(by) },
		func(by int64) { s.LastSeconds += by },
		func(by int64) { s.Locked = !s.Locked },
		func(by int64) { s.Remaining += by },
	}
	by := int64(1) << l.rand.IntN(30)
	if l.rand.IntN(2) == 0 {
		by = -by
	}
	fields[l.rand.IntN(len(fields))](by)
	l.note("damaged state %+v", s)
	other := ap.Lockout{Base: l.real.Base}
	other.Failure(l.time())
	before := other.State(l.time())
	err := other.Restore(l.time(), s)
	switch after := other.State(l.time()); {
	case err == nil:
		l.check(after == s, "Restore(%+v) makes it %+v", s, after)
	case errors.Is(err, ap.ErrLockoutState):
		l.check(after == before, "Restore(%+v) fails, and makes it %+v", s, after)
	default:
		l.check(false, "Restore(%+v): %v", s, err)
	}
}
