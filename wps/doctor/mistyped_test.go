package doctor

import "testing"

// TestWrongPIN checks which ends show that a PIN was mistyped.
func TestWrongPIN(t *testing.T) {
	for _, tt := range []struct {
		name string
		a    func(*Attempt)
		want bool
	}{
		{"the enrollee, after M4", nacked(18, enrollee, StageM4), true},
		{"the enrollee, after M6", nacked(18, enrollee, StageM6), true},
		{"method not seen", by(MethodUnknown, nacked(18, enrollee, StageM4)), true},
		{"the enrollee, after M2", nacked(18, enrollee, StageM2), false},
		{"the enrollee, after M8", nacked(18, enrollee, StageM8), false},
		{"the registrar", nacked(18, registrar, StageM4), false},
		{"push button", by(PushButton, nacked(18, enrollee, StageM4)), false},
		{"another error", nacked(15, enrollee, StageM4), false},
		{"a time-out", with(nacked(18, enrollee, StageM4), func(a *Attempt) { a.End = EndFailure }), false},
	} {
		a := attempt(tt.a)
		if got := a.wrongPIN(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestLockedBefore checks that wrong PINs of a device do not count as a reason
// for a lock of the access point's own PIN.
func TestLockedBefore(t *testing.T) {
	refused := asAP(nacked(15, enrollee, StageM2))
	for _, tt := range []struct {
		name   string
		before func(*Attempt)
		want   Cause
	}{
		{"the access point's PIN was wrong", asAP(nacked(18, enrollee, StageM4)), SetupLocked},
		{"a device's PIN was wrong", nacked(18, enrollee, StageM4), APPINDisabled},
	} {
		e := only(tt.before, refused).in(network(plain))
		if d := Diagnose(&e); d.Cause != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, d.Cause, tt.want)
		}
	}
}
