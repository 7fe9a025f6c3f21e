package ap

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Constants of the lockout [hostap].
const (
	// defaultLock is how long the first lock lasts.
	defaultLock = 60 * time.Second
	// failuresToLock is the failure from which on every failure locks, and the
	// number of failures after which the time doubles.
	failuresToLock = 3
	// consecutiveForGood is how many failures in a row lock until a new PIN
	// is set.
	consecutiveForGood = 10
	// longLock is a lock that is not doubled any more.
	longLock = 365 * 24 * time.Hour
	// maxFailures is more than can occur.
	maxFailures = 1 << 30
)

// SetupLock is what an external registrar with the AP PIN may do.
type SetupLock uint8

// The locks. hostap's ap_setup_locked uses other numbers: 0, 2 and 1.
const (
	// Unlocked: read the settings and write them.
	Unlocked SetupLock = iota
	// ReadOnly: read the settings, up to M7. M8 is answered by WSC_NACK with
	// Configuration Error 15. AP Setup Locked is not advertised.
	ReadOnly
	// Locked: nothing. M2 is answered by WSC_NACK with Configuration Error 15,
	// and AP Setup Locked is advertised. A device that registers by push button
	// or by its own PIN is not affected.
	Locked
)

// String returns "unlocked", "read-only" or "locked".
func (l SetupLock) String() string {
	switch l {
	case Unlocked:
		return "unlocked"
	case ReadOnly:
		return "read-only"
	case Locked:
		return "locked"
	}
	return fmt.Sprintf("SetupLock(%d)", uint8(l))
}

// Lockout slows down the guessing of an access point's own PIN, which is found
// with at most 11 000 guesses: its two halves are proved one after the other.
// One Lockout serves the whole device. It counts all registrars together, since
// an address is easily changed. The zero value is ready for use; its methods
// must not be called at the same time.
//
// The third failure and every later one lock the PIN for a minute. That time
// doubles at the sixth failure, the ninth and so on, while it is below a year.
// Ten failures in a row lock until a new PIN is set. These are hostap's rules.
type Lockout struct {
	// Base is how long the first lock lasts; 0 means 60 seconds. More than a
	// year counts as a year.
	Base time.Duration

	policy      SetupLock
	failures    int
	consecutive int
	last        time.Duration // how long the last lock lasts; 0 before the first
	locked      bool          // by failures
	until       time.Time     // end of that lock; zero if it has none
}

// Failure counts a registrar with a wrong PIN: R-Hash1 wrong at M4 or R-Hash2
// wrong at M6. A run that ends before M4 has tried no PIN and does not count.
func (l *Lockout) Failure(now time.Time) {
	l.failures++
	l.consecutive++
	if l.failures < failuresToLock {
		return
	}
	l.locked, l.until = true, time.Time{}
	if l.policy != Unlocked || l.consecutive >= consecutiveForGood {
		return
	}
	switch {
	case l.last == 0 && l.Base > 0:
		l.last = min(l.Base, longLock)
	case l.last == 0:
		l.last = defaultLock
	case l.last < longLock && l.failures%failuresToLock == 0:
		l.last *= 2
	}
	l.until = now.Add(l.last)
}

// Success records a registrar with the right PIN: R-Hash2 right at M6. It ends
// a row of failures; their total still counts.
func (l *Lockout) Success() { l.consecutive = 0 }

// SetPolicy sets what is allowed irrespective of failures: [Unlocked],
// [ReadOnly] or [Locked]. Under the last two, a lock by failures has no end.
func (l *Lockout) SetPolicy(p SetupLock) { l.policy = p }

// NewPIN records that the owner has set or enabled another AP PIN. It unlocks,
// resets the policy and the failures, but not the length of the last lock: a
// registrar that continues guessing waits longer.
func (l *Lockout) NewPIN() {
	*l = Lockout{Base: l.Base, last: l.last}
}

// Status returns what is allowed now.
func (l *Lockout) Status(now time.Time) SetupLock {
	if l.lockedByFailures(now) {
		return Locked
	}
	return l.policy
}

func (l *Lockout) lockedByFailures(now time.Time) bool {
	return l.locked && (l.until.IsZero() || now.Before(l.until))
}

// Deadline returns when the lock ends, or the zero time if there is none or
// it has no end.
func (l *Lockout) Deadline() time.Time { return l.until }

// Timeout ends a lock that has expired, and reports whether it did.
func (l *Lockout) Timeout(now time.Time) bool {
	if l.until.IsZero() || now.Before(l.until) {
		return false
	}
	l.locked, l.until = false, time.Time{}
	return true
}

// LockoutState is the stored form of a [Lockout], so that cutting the power
// does not allow new guesses. It has no time of day, because many access points
// do not know it when they start: the rest of a lock is served from the start.
type LockoutState struct {
	Policy      SetupLock `json:"policy"`      // 0 unlocked, 1 read-only, 2 locked
	Failures    int       `json:"failures"`    // since the PIN was set
	Consecutive int       `json:"consecutive"` // of these, since the last success
	LastSeconds int64     `json:"last_seconds"`
	Locked      bool      `json:"locked"`            // by failures
	Remaining   int64     `json:"remaining_seconds"` // until unlocked; 0 if locked for good
}

// ErrLockoutState is what [Lockout.Restore] returns for a state that no
// [Lockout] can be in.
var ErrLockoutState = errors.New("ap: stored state of the lockout is not valid")

// State returns the state at now, to be stored after each [Lockout.Failure],
// [Lockout.Success], [Lockout.SetPolicy] and [Lockout.NewPIN].
func (l *Lockout) State(now time.Time) LockoutState {
	s := LockoutState{
		Policy: l.policy, Failures: l.failures, Consecutive: l.consecutive,
		LastSeconds: seconds(l.last), Locked: l.lockedByFailures(now),
	}
	if s.Locked && !l.until.IsZero() {
		s.Remaining = seconds(l.until.Sub(now))
	}
	return s
}

// seconds rounds up, so that storing a state never shortens a lock; down only
// where a duration would not have room for the result.
func seconds(d time.Duration) int64 {
	const almost = time.Second - 1
	return int64((min(d, math.MaxInt64-almost) + almost) / time.Second)
}

// Restore restores a state when the device starts. It keeps Base. On
// [ErrLockoutState] it changes nothing; the safe thing to do is then to set the
// policy [Locked] until the owner sets a PIN.
func (l *Lockout) Restore(now time.Time, s LockoutState) error {
	const longest = int64(2 * longLock / time.Second)
	switch {
	case s.Policy > Locked,
		s.Failures > maxFailures, s.Consecutive < 0, s.Consecutive > s.Failures,
		s.Locked && s.Failures < failuresToLock, !s.Locked && s.Consecutive >= consecutiveForGood,
		s.LastSeconds < 0, s.LastSeconds > longest,
		s.Remaining < 0, s.Remaining > s.LastSeconds,
		s.Remaining > 0 && !s.Locked:
		return ErrLockoutState
	}
	*l = Lockout{
		Base: l.Base, policy: s.Policy, failures: s.Failures, consecutive: s.Consecutive,
		last: time.Duration(s.LastSeconds) * time.Second, locked: s.Locked,
	}
	if s.Remaining > 0 {
		l.until = now.Add(time.Duration(s.Remaining) * time.Second)
	}
	return nil
}
