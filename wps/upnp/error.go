package upnp

import (
	"errors"
	"fmt"
	"strconv"
)

// Classes of errors; compare with [errors.Is]. Invalid input results in an
// [*Error], a refusal by an access point in a [*Fault].
var (
	// ErrMalformed: a datagram, document or message cannot be read.
	ErrMalformed = errors.New("malformed")
	// ErrTooLong: it exceeds a limit of length, depth or number.
	ErrTooLong = errors.New("too long")
	// ErrAddress: an address that is not http with a numeric IPv4 address of
	// the local network. Such an address is never called.
	ErrAddress = errors.New("address not accepted")
	// ErrIgnored: the input is not for this machine, or exceeds what it serves
	// at a time. It has no effect.
	ErrIgnored = errors.New("ignored")
	// ErrUnknown: the access point or station is unknown.
	ErrUnknown = errors.New("not known")
	// ErrNoSettings: the registrar has no settings of the access point to give
	// to an enrollee: they must be read or set first.
	ErrNoSettings = errors.New("the settings of the access point are not known")
	// ErrHTTP: the response had an HTTP status other than 200, or there was
	// none.
	ErrHTTP = errors.New("HTTP request failed")
	// ErrConfig: the configuration is invalid.
	ErrConfig = errors.New("invalid configuration")
)

// Error describes invalid input. It shows no content but addresses and names,
// which are quoted.
type Error struct {
	Object string // what was read: "SSDP datagram", "description", …
	Field  string // the header field or element concerned, or ""
	Err    error  // the class
	Detail string // what is wrong, for people
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

// wrong returns an error about invalid input.
func wrong(object, field string, class error, format string, args ...any) *Error {
	return &Error{Object: object, Field: field, Err: class, Detail: fmt.Sprintf(format, args...)}
}

// Fault is the refusal of an action, by an access point or by this side.
type Fault struct {
	Action Action
	Code   FaultCode
	Err    error // the reason on this side, or nil
}

// Error returns the action and the code in words.
func (f *Fault) Error() string {
	s := "upnp: " + string(f.Action) + " refused: " + f.Code.String()
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap returns the reason for a refusal by this side.
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
