package conformance

import (
	"context"
	"errors"
	"time"
)

// Control is an action of an operator at the device.
//
// Its values are [Press], [EnterPIN], [Cancel], [ShowPIN], [Unlock], [Restart],
// [EnrollPIN], [EnrollButton], [ReadAP] and [WriteAP].
type Control uint8

// The controls.
const (
	Press        Control = iota + 1 // press the button
	EnterPIN                        // enter a device's PIN
	Cancel                          // cancel the button, and remove entered PINs
	ShowPIN                         // read the device's own PIN
	Unlock                          // unlock the device's own PIN
	Restart                         // restart the device
	EnrollPIN                       // start to enroll by the device's own PIN (stations)
	EnrollButton                    // start to enroll by button (stations)
	ReadAP                          // start to read an access point's settings with its PIN (external registrars)
	WriteAP                         // start to write an access point's settings with its PIN (external registrars)
	controlEnd
)

var controls = [...]string{
	Press: "press the button", EnterPIN: "enter PIN", Cancel: "cancel", ShowPIN: "show its PIN", Unlock: "unlock its PIN",
	Restart: "restart", EnrollPIN: "enroll by PIN", EnrollButton: "enroll by button", ReadAP: "read an access point", WriteAP: "configure an access point",
}

// String returns the control in words.
func (c Control) String() string { return word("Control", controls[:], uint8(c)) }

// ErrNoControl is the class of the error for a control that the operator does
// not have.
var ErrNoControl = errors.New("conformance: no such control")

// Controls are the actions of an operator. A missing control makes the cases
// that need it [NotApplicable].
type Controls interface {
	// Has reports whether the operator has the control.
	Has(c Control) bool
	// Do carries out the control. pin is the PIN for EnterPIN, ReadAP and
	// WriteAP; answer is the PIN that ShowPIN reads. Do returns when the action
	// is complete.
	Do(ctx context.Context, c Control, pin string) (answer string, err error)
}

// waits implements patient.
func (cs combined) waits() (longest time.Duration) {
	for _, c := range cs {
		longest = max(longest, waiting(c))
	}
	return longest
}

// Funcs are controls as functions.
type Funcs map[Control]func(pin string) (answer string, err error)

// Has reports whether there is a function for it.
func (f Funcs) Has(c Control) bool { return f[c] != nil }

// Do calls the function.
func (f Funcs) Do(_ context.Context, c Control, pin string) (string, error) {
	if f[c] == nil {
		return "", ErrNoControl
	}
	return f[c](pin)
}

// Combine returns controls that use the first of all that has a control.
func Combine(all ...Controls) Controls { return combined(all) }

type combined []Controls

func (cs combined) Has(c Control) bool {
	for _, x := range cs {
		if x.Has(c) {
			return true
		}
	}
	return false
}

func (cs combined) Do(ctx context.Context, c Control, pin string) (string, error) {
	for _, x := range cs {
		if x.Has(c) {
			return x.Do(ctx, c, pin)
		}
	}
	return "", ErrNoControl
}
