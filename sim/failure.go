package sim

import (
	"errors"
	"fmt"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Reasons why a device does not register or connect, besides the classes of
// package registration. The error of a [Status] is a [*Failure]; compare its
// class with [errors.Is].
var (
	// ErrNothingHeard: there is no access point in range at all.
	ErrNothingHeard = errors.New("no access point in range")
	// ErrNoWPS: there are access points, but none with WPS.
	ErrNoWPS = errors.New("no access point in range has WPS")
	// ErrNotWaiting: there are access points with WPS, but none of them waits
	// for a device.
	ErrNotWaiting = errors.New("no access point is waiting for a device")
	// ErrOtherDevice: an access point waits for another device.
	ErrOtherDevice = errors.New("the access point is waiting for another device")
	// ErrOtherMethod: an access point waits for a PIN and the device for a
	// button, or the other way round.
	ErrOtherMethod = errors.New("the access point is waiting with another method")
	// ErrNotAdmitted: authentication or association was refused.
	ErrNotAdmitted = errors.New("the access point refuses the device")
	// ErrDisconnected: the access point disconnected the device.
	ErrDisconnected = errors.New("the access point disconnected the device")

	// ErrNetworkNotFound: the network of the credential is not in range.
	ErrNetworkNotFound = errors.New("the network is not in range")
	// ErrSecurity: the network requires security that the device does not
	// support.
	ErrSecurity = errors.New("the device does not support the network's security")
	// ErrWrongKey: the 4-way handshake fails.
	ErrWrongKey = errors.New("the network key is wrong")
)

// Failure is the reason why a device is not connected.
type Failure struct {
	// Text is what the panel of the device shows: the reason, and what to do
	// about it.
	Text string
	// Err is the cause, for [errors.Is].
	Err error
}

// Error returns the text and the cause.
func (f *Failure) Error() string { return fmt.Sprintf("%s [%v]", f.Text, f.Err) }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// failureText is the text for a class of error.
type failureText struct {
	class error
	text  string
}

// wizardTexts are the texts of a computer's wizard that differ from those of a
// panel.
var wizardTexts = []failureText{
	{registration.ErrPassword, "This is not the router's PIN: read the label of the router again, not that of another device."},
	{registration.ErrLocked, "The router's PIN is switched off, or locked after wrong PINs: wait, or restart the router."},
}

// panelTexts are the texts of a panel; the first row that matches applies.
var panelTexts = []failureText{
	{ErrNothingHeard, "No Wi-Fi network found: move the device nearer to the router."},
	{ErrNoWPS, "No router with WPS found: switch WPS on in the router's web page."},
	{ErrNotWaiting, "The router did not wait for this device: press its button, or enter the PIN in its web page, within two minutes."},
	{ErrOtherDevice, "The router waits for another device: enter the PIN of this one."},
	{ErrOtherMethod, "The router waits with another method: use the push button on both sides, or the PIN on both."},
	{ErrNotAdmitted, "The router refuses this device: look for a list of allowed devices in its web page, or restart it."},
	{ErrNetworkNotFound, "The network is not in range: the router may be off, or its network has another name now."},
	{ErrSecurity, "This device does not support the network's security: set the router to WPA2 with AES, or to WPA2/WPA3."},
	{ErrWrongKey, "The network's key has changed, or was given wrongly: set Wi-Fi up again."},
	{registration.ErrPassword, "The PIN entered at the router is not the one of this device: enter the PIN shown now, all digits."},
	{registration.ErrOverlap, "More than one device or router is in push-button mode: wait two minutes, and press one of each."},
	{registration.ErrNoRegistrar, "The router has no PIN for this device, or its button was not pressed: do so, and try again."},
	{registration.ErrLocked, "The router's set-up is locked: restart the router, wait, or use the push button."},
	{registration.ErrTimeout, "The router did not answer in time: move the device nearer, and try again."},
	{wps.ErrUnusable, "The router gave settings that cannot be used: set the router to WPA2 with AES."},
	{ErrDisconnected, "The router ended the connection: try again."},
	{eapwsc.ErrEAP, "The router did not continue with WPS: restart it, and try again."},
	{registration.ErrRefused, "The router stopped the registration: restart the device and the router, and try again."},
	{registration.ErrDecrypt, "The registration was damaged: try again."},
	{registration.ErrProtocol, "The router broke the protocol: restart it, and look for newer firmware."},
}

// failure returns the first text that matches an error.
func failure(err error, texts []failureText) *Failure {
	for _, row := range texts {
		if errors.Is(err, row.class) {
			return &Failure{Text: row.text, Err: err}
		}
	}
	return &Failure{Text: "Wi-Fi could not be set up.", Err: err}
}

// sighting is what scans show to a device that looks for a waiting router.
type sighting uint8

// The sightings, in increasing order of significance.
const (
	sawNothing sighting = iota
	sawNoWPS
	sawNobodyWaiting
	sawOtherMethod
	sawOtherDevice
)

var sightingErrors = [...]error{
	sawNothing: ErrNothingHeard, sawNoWPS: ErrNoWPS, sawNobodyWaiting: ErrNotWaiting,
	sawOtherMethod: ErrOtherMethod, sawOtherDevice: ErrOtherDevice,
}

// sightings maps verdicts on access points to sightings.
var sightings = map[selection.Verdict]sighting{
	selection.Ready:         sawNobodyWaiting, // the attempt shows the rest
	selection.NotSelected:   sawNobodyWaiting,
	selection.OtherMethod:   sawOtherMethod,
	selection.NotAuthorized: sawOtherDevice,
}
