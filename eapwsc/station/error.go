package station

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gowps/gowps/wps"
)

// Classes of errors; compare with [errors.Is]. Most errors are an [*Error].
var (
	// ErrUnsupported: this is not Linux, or its kernel has no nl80211.
	ErrUnsupported = errors.New("Wi-Fi interfaces can be used on Linux with nl80211 only")
	// ErrNoInterface: no Wi-Fi interface has the name.
	ErrNoInterface = errors.New("there is no such Wi-Fi interface")
	// ErrMode: the interface is not in station mode, but in access point or
	// monitor mode, for example.
	ErrMode = errors.New("the interface is not in station mode")
	// ErrPermission: the process lacks a capability.
	ErrPermission = errors.New("not permitted: this needs root, or the capabilities CAP_NET_ADMIN (to scan and associate) and CAP_NET_RAW (for EAPOL): setcap cap_net_admin,cap_net_raw+ep PROGRAM")
	// ErrHeld: another program uses the interface. The error is a
	// [*HeldError].
	ErrHeld = errors.New("another program holds the interface")
	// ErrRadioOff: the radio is switched off, by a hardware switch or by
	// software.
	ErrRadioOff = errors.New("the radio is switched off: rfkill unblock wifi")
	// ErrDown: the interface was switched off while it was used. That is not
	// the access point's doing.
	ErrDown = errors.New("the interface was switched off while it was in use: find out by what, and start again")
	// ErrDriver: the driver does not support the operation.
	ErrDriver = errors.New("the driver of the interface does not support this")
	// ErrScan: the scan was aborted.
	ErrScan = errors.New("the scan was aborted")
	// ErrAssociation: the access point did not let the station associate, or
	// did not answer. The error is an [*AssociationError].
	ErrAssociation = errors.New("station: the station could not associate")
	// ErrLost: the association ended in the middle of the exchange.
	ErrLost = errors.New("station: the connection to the access point was lost")
	// ErrWalkTime: the walk time, or the time that was given instead, ended. The
	// error says what the last problem was.
	ErrWalkTime = errors.New("station: the time to register is over")
	// ErrNoScan: the time was shorter than one scan. It is of class
	// [ErrWalkTime].
	ErrNoScan = fmt.Errorf("%w before the first scan was complete: a scan takes some seconds, allow more time", ErrWalkTime)
	// ErrSelection: the settings do not select exactly one access point.
	ErrSelection = errors.New("station: the selection does not name exactly one access point")
)

// Error is an error of an interface.
type Error struct {
	Interface string // its name
	Op        string // the operation, such as "scan"
	Class     error  // ErrPermission, …
	Cause     error  // the error of the system, or nil
}

// Error returns one sentence.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %s: %v", e.Interface, e.Op, e.Class)
	if e.Cause != nil {
		text += fmt.Sprintf(" (%v)", e.Cause)
	}
	return text
}

// Unwrap returns the class and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Class}
	}
	return []error{e.Class, e.Cause}
}

// AssociationError says why a station could not associate.
type AssociationError struct {
	BSSID wps.MAC
	// Status is the status code of the access point's refusal; 0 if it did not
	// answer.
	Status uint16
}

// statusTexts explain the status codes that an owner can do something about:
// IEEE Std 802.11-2020 table 9-50.
var statusTexts = map[uint16]string{
	1:  "it gave no reason: perhaps a list of allowed devices",
	17: "it has too many stations",
	30: "it asks the station to try again later",
	37: "it declined",
	40: "it found an element of the request malformed",
	82: "it rejects requests at present",
}

// Error returns one sentence.
func (e *AssociationError) Error() string {
	switch text, ok := statusTexts[e.Status]; {
	case e.Status == 0:
		return fmt.Sprintf("%v: %v did not answer", ErrAssociation, e.BSSID)
	case ok:
		return fmt.Sprintf("%v: %v refused with status %d: %s", ErrAssociation, e.BSSID, e.Status, text)
	}
	return fmt.Sprintf("%v: %v refused with status %d", ErrAssociation, e.BSSID, e.Status)
}

// Unwrap returns [ErrAssociation].
func (e *AssociationError) Unwrap() error { return ErrAssociation }

// LostError describes how the association ended.
type LostError struct {
	// Reason is the reason code of the disconnection; 0 if unknown.
	Reason uint16
	// ByAP reports whether the access point ended it, not this side.
	ByAP bool
}

// Error returns one sentence.
func (e *LostError) Error() string {
	who := "it is no longer received"
	if e.ByAP {
		who = "it disconnected the station"
	}
	if e.Reason == 0 {
		return fmt.Sprintf("%v: %s", ErrLost, who)
	}
	return fmt.Sprintf("%v: %s, reason %d", ErrLost, who, e.Reason)
}

// Unwrap returns [ErrLost].
func (e *LostError) Unwrap() error { return ErrLost }

// interfaceFaults are the classes of errors that no access point can cause.
var interfaceFaults = []error{ErrHeld, ErrPermission, ErrRadioOff, ErrDown, ErrNoInterface, ErrMode, ErrDriver, ErrUnsupported}

// OfInterface reports whether an error is caused by this side's interface, not by
// an access point, so that trying another one would fail in the same way.
func OfInterface(err error) bool {
	return slices.ContainsFunc(interfaceFaults, func(class error) bool { return errors.Is(err, class) })
}
