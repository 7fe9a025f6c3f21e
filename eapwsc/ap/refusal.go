package ap

import (
	"fmt"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Refusal is the reason why the rules (push button, PIN list) do not let a
// registration begin or continue. Compare it with [errors.Is], or its class,
// which is what the other side sees: [registration.ErrOverlap],
// [registration.ErrNoRegistrar] or [registration.ErrRefused].
//
// Its values are [ErrNotPressed], [ErrOtherDevice], [ErrNotHeard], [ErrNoPIN],
// [ErrPINInUse], [ErrWithdrawn], [ErrNoToken], [ErrTokenKey] and
// [ErrNotRequested].
type Refusal uint8

// The refusals.
const (
	// ErrNotPressed: no button was pressed at this registrar in the last two
	// minutes.
	ErrNotPressed Refusal = iota + 1
	// ErrOverlap: more than one device, or more than one access point, is in
	// push-button mode, so it is unknown which one is meant.
	ErrOverlap
	// ErrOtherDevice: the button was pressed for another device.
	ErrOtherDevice
	// ErrNotHeard: the device did not announce its own button before it came.
	ErrNotHeard
	// ErrNoPIN: no PIN was entered for this device.
	ErrNoPIN
	// ErrPINInUse: another registration is using the device's PIN.
	ErrPINInUse
	// ErrWithdrawn: the owner has withdrawn the permission: cancelled, removed
	// the PIN, or set another one.
	ErrWithdrawn
	// ErrNoToken: the device uses the password of a tag, or completes a
	// handover, that was not read.
	ErrNoToken
	// ErrTokenKey: the device does not have the key of the tag or handover that
	// was read.
	ErrTokenKey
	// ErrNotRequested: a handover was answered that was not requested.
	ErrNotRequested
)

var refusals = [...]struct {
	text        string
	configError wps.ConfigError
	class       error
	clause      string
}{
	ErrNotPressed: {
		"push button: no button has been pressed here", wps.NoError, registration.ErrNoRegistrar, "hostap"},
	ErrOverlap: {
		"push button: session overlap: more than one device is in push-button mode, wait two minutes",
		wps.MultiplePBCSessions, registration.ErrOverlap, "WSC 2.0 §11.3"},
	ErrOtherDevice: {
		"push button: the button was pressed for another device", wps.MultiplePBCSessions, registration.ErrNoRegistrar, "hostap"},
	ErrNotHeard: {
		"push button: the device did not announce its own button",
		wps.MultiplePBCSessions, registration.ErrNoRegistrar, "WSC 2.0 §11.3, iwd"},
	ErrNoPIN: {
		"PIN: none has been entered for this device", wps.NoError, registration.ErrNoRegistrar, "hostap"},
	ErrWithdrawn: {
		"the owner has withdrawn the permission", wps.NoError, registration.ErrRefused, "hostap"},
	ErrNoToken: {
		"NFC: no token of this device has been read", wps.NoError, registration.ErrNoRegistrar, "hostap"},
	ErrTokenKey: {
		"NFC: the device's public key is not the one whose hash was read", wps.PublicKeyHashMismatch, registration.ErrKeyHash, "WSC 2.0 §10.1, hostap"},
	ErrNotRequested: {
		"NFC: no handover was requested", wps.NoError, registration.ErrRefused, "limit set"},
	ErrPINInUse: {
		"PIN: another registration is using it", wps.NoError, registration.ErrNoRegistrar, "hostap"},
}

// known reports whether r is one of the refusals.
func (r Refusal) known() bool { return r != 0 && int(r) < len(refusals) }

// Error returns the reason and the origin of the rule.
func (r Refusal) Error() string {
	if !r.known() {
		return fmt.Sprintf("Refusal(%d)", uint8(r))
	}
	return refusals[r].text + " (" + refusals[r].clause + ")"
}

// ConfigError returns what to send: in M2D as the answer to M1, in WSC_NACK
// to a later message.
func (r Refusal) ConfigError() wps.ConfigError {
	if !r.known() {
		return wps.NoError
	}
	return refusals[r].configError
}

// Unwrap returns the class.
func (r Refusal) Unwrap() error {
	if !r.known() {
		return nil
	}
	return refusals[r].class
}
