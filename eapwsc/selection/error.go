package selection

import "github.com/gowps/gowps/wps/registration"

// Error is a reason why no access point was chosen. Compare it, or its class,
// with [errors.Is].
type Error struct {
	text  string
	class error
}

// Error returns the reason and the origin of the rule.
func (e *Error) Error() string { return e.text }

// Unwrap returns the class: [registration.ErrNoRegistrar] or
// [registration.ErrOverlap].
func (e *Error) Unwrap() error { return e.class }

// The reasons.
var (
	// ErrNoAccessPoint: no access point is ready for this station.
	ErrNoAccessPoint error = &Error{"no access point is ready for this device (hostap, iwd)", registration.ErrNoRegistrar}
	// ErrOverlap: several access points are in push-button mode, so it is
	// unknown which one the user means.
	ErrOverlap error = &Error{"push button: session overlap: more than one access point is in push-button mode, wait two minutes (WSC 2.0 §11.3)", registration.ErrOverlap}
)
