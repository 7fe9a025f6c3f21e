package ap

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"pgregory.net/rapid"
)

// guess makes n guesses with wrong PINs, each as soon as the lock ends. It
// returns for how long each failure locked the PIN, in seconds; -1 is for good.
func guess(l *Lockout, now *time.Time, n int) []int {
	var locks []int
	for range n {
		l.Failure(*now)
		lock := 0
		switch {
		case !l.Deadline().IsZero():
			lock = int(l.Deadline().Sub(*now) / time.Second)
			*now = l.Deadline()
			l.Timeout(*now)
		case l.Status(*now) == Locked:
			lock = -1
		}
		locks = append(locks, lock)
	}
	return locks
}

// hostap: test_ap_wps_setup_locked_timeout
func TestLockoutTimes(t *testing.T) {
	// success, policies and new PINs occur between runs of failures.
	const day = 24 * 60 * 60
	for _, tt := range []struct {
		name string
		base time.Duration
		play func(l *Lockout, now *time.Time) []int
		want []int
	}{
		{name: "ten in a row", play: func(l *Lockout, now *time.Time) []int {
			return guess(l, now, 11)
		}, want: []int{0, 0, 60, 60, 60, 120, 120, 120, 240, -1, -1}},
		{name: "another base", base: 10 * time.Second, play: func(l *Lockout, now *time.Time) []int {
			return guess(l, now, 10)
		}, want: []int{0, 0, 10, 10, 10, 20, 20, 20, 40, -1}},
		{name: "a base above a year", base: 1 << 62, play: func(l *Lockout, now *time.Time) []int {
			return guess(l, now, 6)
		}, want: []int{0, 0, 365 * day, 365 * day, 365 * day, 365 * day}},
		{name: "success ends the row but not the total", play: func(l *Lockout, now *time.Time) []int {
			locks := guess(l, now, 9)
			l.Success()
			return append(locks, guess(l, now, 10)...)
		}, want: []int{0, 0, 60, 60, 60, 120, 120, 120, 240, 240, 240, 480, 480, 480, 960, 960, 960, 1920, -1}},
		{name: "a new PIN forgets the failures, not the last lock", play: func(l *Lockout, now *time.Time) []int {
			locks := guess(l, now, 10)
			l.NewPIN()
			return append(locks, guess(l, now, 4)...)
		}, want: []int{0, 0, 60, 60, 60, 120, 120, 120, 240, -1, 0, 0, 480, 480}},
		{name: "below a year it doubles", play: func(l *Lockout, now *time.Time) []int {
			for range 65 {
				guess(l, now, 1)
				l.Success()
			}
			var locks []int
			for range 4 {
				locks = append(locks, guess(l, now, 1)...)
				l.Success()
			}
			return locks
		}, want: []int{60 << 20, 60 << 20, 60 << 20, 60 << 20}}, // 60<<19 is still below
		{name: "read-only: a lock by failures has no end", play: func(l *Lockout, now *time.Time) []int {
			l.SetPolicy(ReadOnly)
			return guess(l, now, 4)
		}, want: []int{0, 0, -1, -1}},
		{name: "a new PIN lifts the policy", play: func(l *Lockout, now *time.Time) []int {
			l.SetPolicy(ReadOnly)
			l.NewPIN()
			return guess(l, now, 3)
		}, want: []int{0, 0, 60}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := fixture.Began
			l := Lockout{Base: tt.base}
			if got := tt.play(&l, &now); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
}

func TestLockoutStatus(t *testing.T) {
	var l Lockout
	check := func(seconds float64, want SetupLock) {
		t.Helper()
		if got := l.Status(fixture.At(seconds)); got != want {
			t.Errorf("%v s: %v, want %v", seconds, got, want)
		}
	}
	check(0, Unlocked)
	l.SetPolicy(ReadOnly)
	check(0, ReadOnly)
	l.SetPolicy(Locked)
	check(0, Locked)
	l.SetPolicy(Unlocked)

	for range 3 {
		l.Failure(fixture.At(0))
	}
	check(0, Locked)
	l.SetPolicy(ReadOnly)
	check(59.9, Locked)
	check(60, ReadOnly) // also before Timeout is called
	l.SetPolicy(Unlocked)
	if l.Timeout(fixture.At(59.9)) {
		t.Error("unlocked too early")
	}
	if !l.Timeout(fixture.At(60)) || l.Timeout(fixture.At(60)) {
		t.Error("Timeout does not tell once that the lock has ended")
	}
	check(60, Unlocked)

	// A run that began before the lock fails during it: the lock starts again.
	l.Failure(fixture.At(100))
	l.Failure(fixture.At(130))
	if got := l.Deadline(); !got.Equal(fixture.At(190)) {
		t.Errorf("locked until %v", got.Sub(fixture.Began))
	}
	// A run that succeeds during the lock does not end it.
	l.Success()
	check(189, Locked)
	l.NewPIN()
	check(189, Unlocked)
}

func TestSetupLockString(t *testing.T) {
	got := fmt.Sprint(Unlocked, ReadOnly, Locked, SetupLock(7))
	if want := "unlocked read-only locked SetupLock(7)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLockoutState(t *testing.T) {
	var l Lockout
	for range 6 {
		l.Failure(fixture.At(0))
	}
	text, err := json.Marshal(l.State(fixture.At(30.5)))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"policy":0,"failures":6,"consecutive":6,"last_seconds":120,"locked":true,"remaining_seconds":90}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if got := l.State(fixture.At(120)); got.Locked || got.Remaining != 0 {
		t.Errorf("after the lock: %+v", got)
	}

	var s LockoutState
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	restarted := Lockout{Base: time.Hour}
	if err := restarted.Restore(fixture.At(1000), s); err != nil {
		t.Fatal(err)
	}
	if got := restarted.Deadline(); !got.Equal(fixture.At(1090)) {
		t.Errorf("after a restart locked until %v", got.Sub(fixture.Began))
	}
	if restarted.Base != time.Hour {
		t.Error("Restore lost Base")
	}
	now := fixture.At(1090)
	if got, want := fmt.Sprint(guess(&restarted, &now, 4)), "[120 120 240 -1]"; got != want {
		t.Errorf("after a restart: %s, want %s", got, want)
	}
}

func TestLockoutRestoreRefuses(t *testing.T) {
	good := LockoutState{Failures: 9, Consecutive: 9, LastSeconds: 240, Locked: true, Remaining: 240}
	for name, s := range map[string]LockoutState{
		"usual": good, "fresh": {}, "locked by policy": {Policy: Locked}, "locked for good": {Failures: 10, Consecutive: 10, Locked: true},
		"extreme": {Failures: maxFailures, Consecutive: 9, LastSeconds: 2 * 365 * 24 * 60 * 60},
	} {
		var l Lockout
		if err := l.Restore(fixture.Began, s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := l.State(fixture.Began); got != s {
			t.Errorf("%s: %+v became %+v", name, s, got)
		}
	}
	for name, spoil := range map[string]func(*LockoutState){
		"policy":                    func(s *LockoutState) { s.Policy = 3 },
		"failures negative":         func(s *LockoutState) { s.Failures, s.Consecutive = -1, -2 },
		"failures beyond all":       func(s *LockoutState) { s.Failures = maxFailures + 1 },
		"consecutive negative":      func(s *LockoutState) { s.Consecutive = -1 },
		"consecutive above total":   func(s *LockoutState) { s.Consecutive = 10 },
		"locked by two failures":    func(s *LockoutState) { s.Failures, s.Consecutive = 2, 2 },
		"not locked by ten":         func(s *LockoutState) { *s = LockoutState{Failures: 10, Consecutive: 10} },
		"lock negative":             func(s *LockoutState) { s.LastSeconds = -1 },
		"lock too long":             func(s *LockoutState) { s.LastSeconds = 1 << 40 },
		"rest negative":             func(s *LockoutState) { s.Remaining = -1 },
		"rest longer than lock":     func(s *LockoutState) { s.Remaining = 241 },
		"rest without being locked": func(s *LockoutState) { s.Locked = false },
	} {
		t.Run(name, func(t *testing.T) {
			s := good
			spoil(&s)
			var l Lockout
			l.Failure(fixture.Began)
			if err := l.Restore(fixture.Began, s); err != ErrLockoutState {
				t.Errorf("error %v", err)
			}
			if l.State(fixture.Began).Failures != 1 {
				t.Error("a refused state was taken")
			}
		})
	}
}

// TestLockoutModel compares with the rules as a formula over the history.
func TestLockoutModel(t *testing.T) { rapid.Check(t, checkLockout) }

func FuzzLockout(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkLockout)) }

func checkLockout(t *rapid.T) {
	const failure, success, newPIN = "failure", "success", "new PIN"
	var l Lockout
	now := fixture.Began
	var history []string
	var unlock time.Time
	forGood := false
	t.Repeat(map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			want := Unlocked
			if forGood || now.Before(unlock) {
				want = Locked
			}
			if got := l.Status(now); got != want {
				t.Fatalf("after %v: %v, want %v", history, got, want)
			}
		},
		failure: func(*rapid.T) {
			history = append(history, failure)
			l.Failure(now)
			total, row, thirds := 0, 0, 0
			for _, event := range history {
				switch event {
				case failure:
					total++
					row++
					if total%3 == 0 && row < 10 {
						thirds++
					}
				case success:
					row = 0
				case newPIN:
					total, row = 0, 0
				}
			}
			if total >= 3 {
				forGood = row >= 10
				unlock = now.Add(time.Minute << min(thirds-1, 20))
			}
		},
		success: func(*rapid.T) {
			history = append(history, success)
			l.Success()
		},
		newPIN: func(t *rapid.T) {
			if rapid.IntRange(0, 9).Draw(t, "rarely") > 0 {
				return
			}
			history = append(history, newPIN)
			l.NewPIN()
			forGood, unlock = false, now
		},
		"wait": func(t *rapid.T) {
			now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "seconds")) * time.Second)
		},
		"timeout": func(t *rapid.T) {
			if l.Timeout(now) && (forGood || now.Before(unlock)) {
				t.Fatal("unlocked too early")
			}
		},
		"restart": func(t *rapid.T) {
			state := l.State(now)
			off := time.Duration(rapid.IntRange(0, 400).Draw(t, "seconds off")) * time.Second
			if now.Before(unlock) {
				unlock = unlock.Add(off)
			}
			now = now.Add(off)
			l = Lockout{}
			if err := l.Restore(now, state); err != nil {
				t.Fatal(err)
			}
		},
	})
}

func BenchmarkLockoutFailure(b *testing.B) {
	var l Lockout
	b.ReportAllocs()
	for b.Loop() {
		l.Failure(fixture.Began)
		l.Success()
	}
}
