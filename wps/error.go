package wps

import (
	"errors"
	"fmt"
	"strings"
)

// The classes of error that this package returns; branch on them with
// [errors.Is]. The error itself is an [*Error], which says where and why.
var (
	// ErrTruncated: octets end within an attribute, element or message.
	ErrTruncated = errors.New("truncated")
	// ErrLength: an attribute has a length that it may not have.
	ErrLength = errors.New("wrong length")
	// ErrValue: an attribute has a value that it may not have.
	ErrValue = errors.New("value not allowed")
	// ErrMissing: an attribute that must be there is not.
	ErrMissing = errors.New("attribute missing")
	// ErrDuplicate: an attribute that may stand once stands twice.
	ErrDuplicate = errors.New("attribute repeated")
	// ErrOrder: an attribute stands where it may not.
	ErrOrder = errors.New("attribute out of place")
	// ErrMessageType: the Message Type is unknown or not the one expected.
	ErrMessageType = errors.New("unexpected message type")
	// ErrTooMany: more repetitions of an attribute than any device sends.
	ErrTooMany = errors.New("too many")
)

// Error says what is wrong with something received or about to be sent. Of
// values it has numbers and types only, never keys or text: it can be logged.
type Error struct {
	Kind      Kind        // what was being read or built; 0 if not known
	Attribute AttributeID // the attribute concerned; 0 if none
	Offset    int         // octets from the start of what was read; its end for a missing attribute
	Clause    string      // the clause, or the origin, of the rule broken
	Err       error       // the class: ErrTruncated, ErrLength, …
	Detail    string      // what is wrong, for a person
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
