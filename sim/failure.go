package sim

import (
	"errors"
	"fmt"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
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
	// Text is what the panel of the device says, and what to do about it: the
	// verdict of package doctor on what the device knows, and its first step.
	Text string
	// Err is the cause, for [errors.Is].
	Err error
}

// Error returns the text and the cause.
func (f *Failure) Error() string { return fmt.Sprintf("%s [%v]", f.Text, f.Err) }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// failureEvidence is what a device knows when it has met an error of a class: the evidence
// from which package doctor makes the words.
type failureEvidence struct {
	class  error
	method doctor.Method // of the set-up; MethodUnknown is any
	found  doctor.Evidence
}

// failureTable has what is known of each class that is none of a run that failed;
// the first row that fits counts.
var failureTable = []failureEvidence{
	{ErrNothingHeard, doctor.MethodUnknown, doctor.Evidence{StationsUnknown: true}},
	{ErrNoWPS, doctor.MethodUnknown, scan(nil)},
	{ErrNotWaiting, doctor.MethodUnknown, scan(&wps.Beacon{State: wps.Configured})},
	{ErrOtherDevice, doctor.MethodUnknown, searching(doctor.PIN, &wps.Beacon{
		State: wps.Configured, SelectedRegistrar: true, DevicePasswordID: wps.PasswordDefault,
		Header: wps.Header{WFA: wps.WFAExtension{AuthorizedMACs: []wps.MAC{{2}}}}})},
	{ErrOtherMethod, doctor.PushButton, searching(doctor.PushButton, &wps.Beacon{
		State: wps.Configured, SelectedRegistrar: true, DevicePasswordID: wps.PasswordDefault})},
	{ErrOtherMethod, doctor.MethodUnknown, searching(doctor.PIN, &wps.Beacon{
		State: wps.Configured, SelectedRegistrar: true, DevicePasswordID: wps.PasswordPushButton})},
	{ErrNotAdmitted, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageAssociating, End: doctor.EndFailure, Status: StatusFailure})},
	{ErrNetworkNotFound, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageDone, End: doctor.EndDone, After: doctor.After{NotFound: true}})},
	{ErrSecurity, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageDone, End: doctor.EndDone, AP: someAP, After: doctor.After{Status: StatusFailure}},
		doctor.Network{BSSID: someAP, Traits: dot11.Traits{SAEOnly: true}})},
	{ErrWrongKey, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageDone, End: doctor.EndDone, After: doctor.After{Handshake: doctor.HandshakeFailed}})},
	{wps.ErrUnusable, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageDone, End: doctor.EndDone, Settings: []doctor.Settings{{Err: wps.ErrUnusable}}})},
	{ErrDisconnected, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageM1, End: doctor.EndDisconnect})},
	{eapwsc.ErrEAP, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageIdentified, End: doctor.EndFailure})},
	{registration.ErrTimeout, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageM1, End: doctor.EndTimeout})},
	{registration.ErrOverlap, doctor.MethodUnknown, doctor.Evidence{Notices: []doctor.Notice{{Kind: doctor.NoticeOverlap}}}},
	{registration.ErrNoRegistrar, doctor.MethodUnknown, scan(&wps.Beacon{State: wps.Configured})},
	{registration.ErrDecrypt, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageM4, End: doctor.EndNACK, Fault: doctor.FaultSettings})},
	{registration.ErrProtocol, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageM1, End: doctor.EndNACK})},
	{registration.ErrRefused, doctor.MethodUnknown, attempt(doctor.Attempt{Reached: doctor.StageM1, End: doctor.EndFailure})},
}

// someAP is the address of an access point of which the evidence says more.
var someAP = wps.MAC{2, 1}

// scan is the evidence of a device that has found one access point, with an
// element or without WPS.
func scan(element *wps.Beacon) doctor.Evidence {
	return doctor.Evidence{Networks: []doctor.Network{{BSSID: someAP, Adverts: []doctor.Advert{{Element: element}}}}}
}

// searching is scan for a device that uses a method.
func searching(method doctor.Method, element *wps.Beacon) doctor.Evidence {
	found := scan(element)
	found.Stations = []doctor.Station{{MAC: wps.MAC{2, 2}, Method: method}}
	return found
}

// attempt is the evidence of a single attempt.
func attempt(a doctor.Attempt, networks ...doctor.Network) doctor.Evidence {
	return doctor.Evidence{Attempts: []*doctor.Attempt{&a}, Networks: networks}
}

// failure returns an error in the words of package doctor. external says that
// the device is a computer that sets up the router.
func failure(err error, method doctor.Method, external bool) *Failure {
	d := diagnosis(err, method, external)
	text := d.Verdict
	if len(d.Remedy) > 0 {
		text += " " + d.Remedy[0]
	}
	return &Failure{Text: text, Err: err}
}

// diagnosis is what package doctor makes of an error.
func diagnosis(err error, method doctor.Method, external bool) doctor.Diagnosis {
	var run *registration.Error
	if errors.As(err, &run) {
		a := doctor.FromError(run, method)
		a.APEnrollee = external
		found := attempt(*a)
		return doctor.Diagnose(&found)
	}
	for i := range failureTable {
		row := &failureTable[i]
		if errors.Is(err, row.class) && (row.method == method || row.method == doctor.MethodUnknown) {
			return doctor.Diagnose(&row.found)
		}
	}
	return doctor.Diagnose(&doctor.Evidence{Notices: []doctor.Notice{{Kind: doctor.NoticeFailed}}})
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

var searchErrors = [...]error{
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
