package eapwsc

import (
	"fmt"

	"github.com/gowps/gowps/wps"
)

// Refusal is why the session rules (push button, PIN list) do not let a
// registration begin or go on. It is an error and a plain value: branch on it
// with [errors.Is], and ask it for the Configuration Error to send.
type Refusal uint8

// The refusals.
const (
	// ErrNotPressed: no button was pressed at this registrar in the last two
	// minutes.
	ErrNotPressed Refusal = iota + 1
	// ErrOverlap: more than one device, or more than one access point, is in
	// push-button mode. Nobody can tell which of them is meant.
	ErrOverlap
	// ErrOtherDevice: the button was pressed for another device.
	ErrOtherDevice
	// ErrNotHeard: the device did not announce its own button before it came.
	ErrNotHeard
	// ErrNoPIN: no PIN was entered for this device.
	ErrNoPIN
	// ErrPINInUse: another registration is using the device's PIN.
	ErrPINInUse
	// ErrNoAccessPoint: no access point is ready for this station.
	ErrNoAccessPoint
)

var refusals = [...]struct {
	text        string
	configError wps.ConfigError
	clause      string
}{
	ErrNotPressed:    {"push button: no button has been pressed here", wps.NoError, "hostap"},
	ErrOverlap:       {"push button: session overlap: more than one device is pressing, wait two minutes", wps.MultiplePBCSessions, "WSC 2.0 §11.3"},
	ErrOtherDevice:   {"push button: the button was pressed for another device", wps.MultiplePBCSessions, "hostap"},
	ErrNotHeard:      {"push button: the device did not announce its own button", wps.MultiplePBCSessions, "WSC 2.0 §11.3, iwd"},
	ErrNoPIN:         {"PIN: none has been entered for this device", wps.NoError, "hostap"},
	ErrPINInUse:      {"PIN: another registration is using it", wps.NoError, "hostap"},
	ErrNoAccessPoint: {"no access point is ready for this device", wps.NoError, "hostap, iwd"},
}

// Error returns the reason, for a person, and the origin of the rule.
func (r Refusal) Error() string {
	if r == 0 || int(r) >= len(refusals) {
		return fmt.Sprintf("Refusal(%d)", uint8(r))
	}
	return refusals[r].text + " (" + refusals[r].clause + ")"
}

// ConfigError returns what to send: in M2D as the answer to M1, in WSC_NACK
// to a later message.
func (r Refusal) ConfigError() wps.ConfigError {
	if int(r) >= len(refusals) {
		return wps.NoError
	}
	return refusals[r].configError
}
