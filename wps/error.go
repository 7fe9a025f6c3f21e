package wps

import (
	"errors"
	"fmt"
	"strings"
)

// Classes of errors; compare with [errors.Is]. The error itself is an [*Error],
// which says where and why.
var (
	// ErrTruncated: the input ends within an attribute, element or message.
	ErrTruncated = errors.New("truncated")
	// ErrLength: an attribute has a length that is not allowed.
	ErrLength = errors.New("wrong length")
	// ErrValue: an attribute has a value that is not allowed.
	ErrValue = errors.New("value not allowed")
	// ErrMissing: a required attribute is missing.
	ErrMissing = errors.New("attribute missing")
	// ErrDuplicate: an attribute that must occur once is repeated.
	ErrDuplicate = errors.New("attribute repeated")
	// ErrOrder: an attribute is in a place that is not allowed.
	ErrOrder = errors.New("attribute out of place")
	// ErrMessageType: the Message Type is unknown or not the one expected.
	ErrMessageType = errors.New("unexpected message type")
	// ErrTooMany: more repetitions of an attribute than any device sends.
	ErrTooMany = errors.New("too many")
)

// Error describes a fault of something received or about to be sent. It
// contains numbers and types, but never keys or text, so that it can be logged.
type Error struct {
	Kind      Kind        // what was being decoded or encoded; 0 if unknown
	Attribute AttributeID // the attribute concerned; 0 if none
	Offset    int         // octets from the start of the input; its end for a missing attribute
	Clause    string      // the clause, or the origin, of the rule
	Err       error       // the class: ErrTruncated, ErrLength, …
	Detail    string      // what is wrong, for people
}

// Error returns one sentence: what, where, why and by which rule.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Kind != 0 {
		b.WriteString(e.Kind.String())
		b.WriteString(": ")
	}
	switch {
	case e.Attribute != 0:
		fmt.Fprintf(&b, "%v at offset %d: ", e.Attribute, e.Offset)
	case e.Offset != 0:
		fmt.Fprintf(&b, "offset %d: ", e.Offset)
	}
	b.WriteString(e.Err.Error())
	if e.Detail != "" {
		b.WriteString(": ")
		b.WriteString(e.Detail)
	}
	if e.Clause != "" {
		b.WriteString(" (")
		b.WriteString(e.Clause)
		b.WriteString(")")
	}
	return b.String()
}

// Unwrap returns the class of the error.
func (e *Error) Unwrap() error { return e.Err }
