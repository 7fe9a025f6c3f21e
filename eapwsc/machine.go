package eapwsc

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Machine is a role of the Registration Protocol: a [*registration.Enrollee]
// or a [*registration.Registrar].
type Machine interface {
	// Role returns which of the two it is.
	Role() registration.Role
	// Start returns the message that the role begins with, or nothing.
	Start() ([]byte, error)
	// Handle processes a message and returns the answer. A repetition of the
	// last message gets the same answer, without an error, also when the run
	// is over.
	Handle(message []byte) ([]byte, error)
	// Waiting reports whether the answer to the last message comes later, by
	// another method of the role: the decision on an M1.
	Waiting() bool
	// Settled reports whether the run has succeeded and only waits for the
	// other side to confirm it. Nothing that follows makes it fail.
	Settled() bool
	// Closed ends the run because the exchange has ended. It returns the
	// error of the run, or nil.
	Closed() error
	// Abort ends the run because of a failure of the transport.
	Abort(cause error) error
	// Ended reports whether the run is over, Err why it failed and Result
	// what it yielded.
	Ended() bool
	Err() error
	Result() *registration.Result
}

// Step is what a [Peer] or [Server] wants after an event.
type Step struct {
	// Send is the EAP packet to send now, or nil. It belongs to the machine
	// and must not be changed.
	Send []byte
	// Done reports that the exchange is over. The error that comes with it is
	// why it failed, or nil.
	Done bool
	// Waiting reports that the station waits for [Server.Answer].
	Waiting bool
	// Deadline is when Timeout is to be called unless something is received
	// before; zero when Done.
	Deadline time.Time
}

// Errors of the exchange that are not errors of the registration.
var (
	// ErrIgnored is the class of what a packet was ignored for. The
	// exchange goes on as if it had not come.
	ErrIgnored = errors.New("packet ignored")
	// ErrEAP: the other side does not do EAP-WSC, or ended EAP where it
	// may not.
	ErrEAP = errors.New("EAP ended before the registration began")
	// ErrOver: the exchange is over.
	ErrOver = errors.New("the exchange is over")
)

// ignore returns the error of a packet that is ignored.
func ignore(why error) error { return fmt.Errorf("%w: %w", ErrIgnored, why) }

// opCodeOf returns the op-code that carries messages of a type: WSC 2.0
// §7.7.1.
func opCodeOf(t wps.MessageType) eap.OpCode {
	switch t {
	case wps.MessageACK:
		return eap.OpACK
	case wps.MessageNACK:
		return eap.OpNACK
	case wps.MessageDone:
		return eap.OpDone
	}
	return eap.OpMSG
}

// checkOpCode checks that a message came under its op-code. A message without
// a readable type is left to the machine to judge.
func checkOpCode(op eap.OpCode, message []byte) error {
	t, err := wps.PeekMessageType(message)
	if err == nil && opCodeOf(t) != op {
		return ignore(eap.FieldOpCode.Fault(eap.ErrOpCode, "%v carries %v", op, t))
	}
	return nil
}

// exchange is what Peer and Server have in common: one EAP conversation about
// one run.
type exchange struct {
	machine  Machine
	size     int // fragment size
	incoming eap.Reassembler
	outgoing eap.Fragmenter
	sent     []byte // the packet sent last; nil if it can be made again
	limit    time.Time
	ignored  error // why the last packet that was ignored was
	over     bool
	err      error
}

// Identified reports whether the run has begun: at a server, whether the
// station has sent its identity.
func (x *exchange) Identified() bool { return x.machine != nil }

// Close ends the exchange because the link does not carry it any further: it
// has failed, or the other side has gone. Cause, if not nil, becomes the class
// of the error. Close returns why the exchange failed, or nil: after WSC_Done
// it has not.
func (x *exchange) Close(_ time.Time, cause error) error {
	switch {
	case x.over:
	case x.machine == nil:
		x.end(nil, cmp.Or(cause, ErrEAP))
	case cause != nil:
		x.end(nil, x.machine.Abort(cause))
	default:
		x.end(nil, x.machine.Closed())
	}
	return x.err
}

// Result returns what the run yielded, or nil if it failed or goes on.
func (x *exchange) Result() *registration.Result {
	if x.machine == nil {
		return nil
	}
	return x.machine.Result()
}

// Err returns why the exchange failed, or nil.
func (x *exchange) Err() error { return x.err }

// Ignored returns why the last packet that was ignored was, or nil.
func (x *exchange) Ignored() error { return x.ignored }

// ignorePacket remembers why a packet was ignored, for a later time-out.
func (x *exchange) ignorePacket(deadline time.Time, err error) (Step, error) {
	x.ignored = err
	return Step{Deadline: deadline}, err
}

// timeout is the error of an exchange in which nothing came in time, or
// nothing that could be heard.
func (x *exchange) timeout() error {
	err := registration.ErrTimeout
	if x.ignored != nil {
		err = fmt.Errorf("%w: %w", err, x.ignored)
	}
	if x.machine == nil {
		return err
	}
	return x.machine.Abort(err)
}

// end makes the last step.
func (x *exchange) end(send []byte, err error) (Step, error) {
	x.over, x.err, x.sent = true, err, send
	return Step{Send: send, Done: true}, err
}

// Earlier returns the earlier of two deadlines. The zero time is no deadline.
func Earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// encode writes a packet of ours, which has no fields that could be wrong.
func encode(p eap.Packet) []byte {
	b, err := p.AppendTo(nil)
	if err != nil {
		panic("eapwsc: a packet of our own: " + err.Error())
	}
	return b
}
