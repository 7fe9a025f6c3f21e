package eapwsc

import (
	"errors"
	"fmt"
)

// The classes of error that reading, joining and cutting packets return;
// branch on them with [errors.Is]. The error itself is a [*PacketError].
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

// PacketError says what is wrong with a packet or frame, and where. It holds
// lengths and type numbers but never content, so that it can be logged.
type PacketError struct {
	Field  string // the field at fault, such as "EAP Length"
	Offset int    // of that field, in octets from the start of the packet or frame
	Clause string // the clause, or the implementation, that the rule comes from
	Err    error  // the class: ErrTruncated, ErrLength, …
	Detail string // what is wrong, for a person
}

// field is a place in a packet: how an error names it, where it stands and
// which clause lays it down.
type field struct {
	name   string
	offset int
	clause string
}

// The fields of an EAP-WSC packet.
var (
	fieldHeader        = field{"EAP header", 0, "RFC 3748 §4"}
	fieldCode          = field{"EAP Code", 0, "RFC 3748 §4"}
	fieldLength        = field{"EAP Length", 2, "RFC 3748 §4"}
	fieldType          = field{"EAP Type", 4, "RFC 3748 §5"}
	fieldVendor        = field{"Vendor-Id", 5, "RFC 3748 §5.7"}
	fieldOpCode        = field{"Op-Code", 12, "WSC 2.0.5 §7.7.1"}
	fieldFragment      = field{"Fragment", 12, "hostap"} // what a fragment size counts
	fieldFlags         = field{"Flags", 13, "WSC 2.0.5 §7.7.1"}
	fieldMessageLength = field{"Message Length", 14, "WSC 2.0.5 §7.7.1"}
)

// fault returns the error of a class at the field.
func (f field) fault(class error, format string, args ...any) *PacketError {
	return &PacketError{Field: f.name, Offset: f.offset, Clause: f.clause, Err: class, Detail: fmt.Sprintf(format, args...)}
}

// from returns the field with another origin of the rule about it.
func (f field) from(clause string) field {
	f.clause = clause
	return f
}

// Error returns one sentence: where, what and by which rule.
func (e *PacketError) Error() string {
	return fmt.Sprintf("%s at offset %d: %v: %s (%s)", e.Field, e.Offset, e.Err, e.Detail, e.Clause)
}

// Unwrap returns the class of the error.
func (e *PacketError) Unwrap() error { return e.Err }
