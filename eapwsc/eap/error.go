package eap

import (
	"errors"
	"fmt"
)

// The classes of error that reading, joining and cutting packets return;
// branch on them with [errors.Is]. The error itself is an [*Error].
var (
	// ErrTruncated: fewer octets than the packet's own Length says.
	ErrTruncated = errors.New("truncated")
	// ErrLength: a length, or another number, that contradicts what it
	// describes or does not fit in its field.
	ErrLength = errors.New("wrong length")
	// ErrTooLong: more octets than the limit allows.
	ErrTooLong = errors.New("too long")
	// ErrCode: an EAP code that is not in use. RFC 3748 §4 wants such packets
	// ignored; some access points send code 10 now and then [hostap].
	ErrCode = errors.New("unexpected EAP code")
	// ErrNotWSC: an EAP packet of another method.
	ErrNotWSC = errors.New("not EAP-WSC")
	// ErrOpCode: an op-code that is unknown, or that cannot stand here.
	ErrOpCode = errors.New("unexpected op-code")
	// ErrFlags: flags that are reserved, or that cannot stand here.
	ErrFlags = errors.New("unexpected flags")
	// ErrFragment: a fragment that does not continue what came before it.
	ErrFragment = errors.New("fragment out of order")
)

// Error says what is wrong with a packet or frame, and where. It holds
// lengths and type numbers but never content, so that it can be logged.
type Error struct {
	Field  string // the field at fault, such as "EAP Length"
	Offset int    // of that field, in octets from the start of the packet or frame
	Clause string // the clause, or the implementation, that the rule comes from
	Err    error  // the class: ErrTruncated, ErrLength, …
	Detail string // what is wrong, for a person
}

// Field is a place in a packet: its name in errors, its offset and the clause
// that defines it.
type Field struct {
	name   string
	offset int
	clause string
}

// The fields of an EAP-WSC packet.
var (
	fieldHeader        = Field{"EAP header", 0, "RFC 3748 §4"}
	FieldCode          = Field{"EAP Code", 0, "RFC 3748 §4"}
	fieldLength        = Field{"EAP Length", 2, "RFC 3748 §4"}
	FieldType          = Field{"EAP Type", 4, "RFC 3748 §5"}
	fieldVendor        = Field{"Vendor-Id", 5, "RFC 3748 §5.7"}
	FieldOpCode        = Field{"Op-Code", 12, "WSC 2.0.5 §7.7.1"}
	fieldFragment      = Field{"Fragment", 12, "hostap"} // what a fragment size counts
	fieldFlags         = Field{"Flags", 13, "WSC 2.0.5 §7.7.1"}
	fieldMessageLength = Field{"Message Length", 14, "WSC 2.0.5 §7.7.1"}
)

// NewField returns a field of the packets that other packages read: EAPOL
// frames, RADIUS packets. The offset counts octets from the start of the packet.
func NewField(name string, offset int, clause string) Field { return Field{name, offset, clause} }

// At returns the field at another offset.
func (f Field) At(offset int) Field {
	f.offset = offset
	return f
}

// Fault returns the error of a class at the field.
func (f Field) Fault(class error, format string, args ...any) *Error {
	return &Error{Field: f.name, Offset: f.offset, Clause: f.clause, Err: class, Detail: fmt.Sprintf(format, args...)}
}

// From returns the field with another origin of the rule about it.
func (f Field) From(clause string) Field {
	f.clause = clause
	return f
}

// Error returns one sentence: where, what and by which rule.
func (e *Error) Error() string {
	return fmt.Sprintf("%s at offset %d: %v: %s (%s)", e.Field, e.Offset, e.Err, e.Detail, e.Clause)
}

// Unwrap returns the class of the error.
func (e *Error) Unwrap() error { return e.Err }
