package ap

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

func TestRefusal(t *testing.T) {
	for r, want := range map[Refusal]wps.ConfigError{
		ErrNotPressed: wps.NoError, ErrOverlap: wps.MultiplePBCSessions, ErrOtherDevice: wps.MultiplePBCSessions,
		ErrNotHeard: wps.MultiplePBCSessions, ErrNoPIN: wps.NoError, ErrPINInUse: wps.NoError,
		ErrWithdrawn: wps.NoError, ErrNoToken: wps.NoError, ErrTokenKey: wps.PublicKeyHashMismatch, 0: wps.NoError, ErrNotRequested + 1: wps.NoError,
	} {
		if got := r.ConfigError(); got != want {
			t.Errorf("%v: %v, want %v", r, got, want)
		}
	}
	for r := ErrNotPressed; r <= ErrPINInUse; r++ {
		if errors.Is(r, registration.ErrOverlap) != (r == ErrOverlap) || errors.Is(r, registration.ErrNoRegistrar) == (r == ErrOverlap) {
			t.Errorf("%v: class %v", r, errors.Unwrap(r))
		}
	}
	if errors.Unwrap(ErrNotRequested+1) != nil {
		t.Error("an unknown refusal has a class")
	}
	wrapped := fmt.Errorf("printer: %w", ErrOverlap)
	var r Refusal
	if !errors.Is(wrapped, ErrOverlap) || errors.Is(wrapped, ErrNoPIN) || !errors.As(wrapped, &r) || r.ConfigError() != 12 {
		t.Error("a wrapped refusal is not recognised")
	}
	if got, want := (ErrNotRequested + 1).Error(), "Refusal(11)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSessionNames checks that every value of the enumerations has its own
// text.
func TestSessionNames(t *testing.T) {
	seen := map[string]bool{}
	check := func(name string) {
		t.Helper()
		if name == "" || strings.Contains(name, "(0)") || seen[name] {
			t.Errorf("%q", name)
		}
		seen[name] = true
	}
	for r := ErrNotPressed; r <= ErrNotRequested; r++ {
		check(r.Error())
	}
	for v := selection.Ready; v <= selection.NotNamed; v++ {
		check(v.String())
	}
	for f := PINKept; f <= PINRemoved; f++ {
		check(f.String())
	}
	for k := EventRegistered; k <= EventTokenGiven; k++ {
		check(k.String())
	}
	got := fmt.Sprint(selection.Verdict(0), selection.NotNamed+1, PINRemoved+1, EventKind(0), EventTokenGiven+1)
	if want := "Verdict(0) Verdict(8) PINState(7) EventKind(0) EventKind(27)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
