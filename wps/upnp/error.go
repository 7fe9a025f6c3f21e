package upnp

import (
	"errors"
	"fmt"
	"strconv"
)

// The classes of error that this package returns; branch on them with
// [errors.Is]. What was received and is wrong gives an [*Error], what an
// access point refuses a [*Fault].
var (
	// ErrMalformed: a datagram, document or message cannot be read.
	ErrMalformed = errors.New("malformed")
	// ErrTooLong: it is longer, deeper or more than is accepted.
	ErrTooLong = errors.New("too long")
	// ErrAddress: an address that is not http with a numeric IPv4 address of
	// the local network. It is never called.
	ErrAddress = errors.New("address not accepted")
	// ErrIgnored: what was received is not for this machine, or more than it
	// serves at a time. It changes nothing.
	ErrIgnored = errors.New("ignored")
	// ErrUnknown: no access point or station of that name is known.
	ErrUnknown = errors.New("not known")
	// ErrNoSettings: the registrar has no settings of the access point to give
	// to an enrollee: they must be read or set before.
	ErrNoSettings = errors.New("the settings of the access point are not known")
	// ErrHTTP: the other side answered by an HTTP status other than 200, or
	// not at all.
	ErrHTTP = errors.New("HTTP request failed")
	// ErrConfig: a configuration with which no machine can be made.
	ErrConfig = errors.New("configuration cannot be used")
)

// Error says what is wrong with something received. It shows no content but
// addresses and names, and those quoted.
type Error struct {
	Object string // what was read: "SSDP datagram", "description", …
	Field  string // the header field or element concerned, or ""
	Err    error  // the class
	Detail string // what is wrong, for a person
}

// Error returns one sentence: what, where and why.
func (e *Error) Error() string {
	s := "upnp: " + e.Object + ": "
	if e.Field != "" {
		s += e.Field + ": "
	}
	s += e.Err.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap returns the class.
func (e *Error) Unwrap() error { return e.Err }

// wrong makes an error about something received.
func wrong(object, field string, class error, format string, args ...any) *Error {
	return &Error{Object: object, Field: field, Err: class, Detail: fmt.Sprintf(format, args...)}
}

// Fault is how an access point refuses an action, or this one refuses one.
type Fault struct {
	Action Action
	Code   FaultCode
	Err    error // why, on this side, or nil
}

// Error returns the action and the code in words.
func (f *Fault) Error() string {
	s := "upnp: " + string(f.Action) + " refused: " + f.Code.String()
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap returns why it was refused on this side.
func (f *Fault) Unwrap() error { return f.Err }

// FaultCode is an error code of UPnP Device Architecture 1.0 §3.2.2.
type FaultCode int

// The codes.
const (
	FaultInvalidAction    FaultCode = 401
	FaultInvalidArguments FaultCode = 402
	FaultActionFailed     FaultCode = 501
	FaultArgumentValue    FaultCode = 600
	FaultOptionalAction   FaultCode = 602 // an optional action that is not implemented
)

var faultTexts = map[FaultCode]string{
	FaultInvalidAction: "Invalid Action", FaultInvalidArguments: "Invalid Args", FaultActionFailed: "Action Failed",
	FaultArgumentValue: "Argument Value Invalid", FaultOptionalAction: "Optional Action Not Implemented",
}

// String returns the number and its description.
func (c FaultCode) String() string {
	if text, ok := faultTexts[c]; ok {
		return strconv.Itoa(int(c)) + " " + text
	}
	return "FaultCode(" + strconv.Itoa(int(c)) + ")"
}
