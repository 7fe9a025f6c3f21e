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

// Machine is one run of the Registration Protocol, in one of its roles: a
// [*registration.Enrollee] or a [*registration.Registrar].
type Machine interface {
	// Role returns the role of the machine.
	Role() registration.Role
	// Start returns the first message of the role, or nil if the other side
	// begins.
	Start() ([]byte, error)
	// Handle processes a message and returns the answer. A repetition of the
	// last message gets the same answer without an error, even after the run
	// has ended.
	Handle(message []byte) ([]byte, error)
	// Waiting reports whether Handle left the last message without an answer,
	// because the caller has to decide: about an M1 with
	// [registration.Registrar.Decide], about new settings in M8 with
	// [registration.Enrollee.Adopt] or [registration.Enrollee.Reject].
	Waiting() bool
	// Settled reports whether the run has succeeded and only waits for the
	// confirmation of the other side. Nothing that follows can make it fail.
	Settled() bool
	// Closed ends the run because the exchange has ended. It returns the
	// error of the run, or nil.
	Closed() error
	// Abort ends the run because the transport failed.
	Abort(cause error) error
	// Ended reports whether the run is over. Err returns why it failed and
	// Result what it yielded.
	Ended() bool
	Err() error
	Result() *registration.Result
}

// Step is what a [Peer] or [Server] asks its caller to do.
type Step struct {
	// Send is the EAP packet to send now, or nil. It belongs to the machine
	// and must not be changed.
	Send []byte
	// Done reports that the exchange is over. The error returned with it says
	// why it failed, or is nil.
	Done bool
	// Waiting reports that the station waits for an answer that Handle did not
	// return: see [Server.Answer].
	Waiting bool
	// Deadline is when to call Timeout if no packet arrives first. It is zero
	// when Done is set.
	Deadline time.Time
}

// Errors of the exchange itself, not of the registration.
var (
	// ErrIgnored is the class of errors that say why a packet was ignored. The
	// exchange continues as if the packet had not arrived.
	ErrIgnored = errors.New("eapwsc: packet ignored")
	// ErrEAP: the other side does not support EAP-WSC, or ended EAP too early.
	ErrEAP = errors.New("eapwsc: EAP ended before the registration began")
	// ErrOver: the exchange has ended already.
	ErrOver = errors.New("eapwsc: the exchange is over")
)

// ignore returns the error for a packet that is ignored.
func ignore(why error) error { return fmt.Errorf("%w: %w", ErrIgnored, why) }

// opCodeOf returns the op-code for messages of a type: WSC 2.0 §7.7.1.
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

// checkOpCode checks that a message came with the right op-code. The machine
// judges messages without a readable type.
func checkOpCode(op eap.OpCode, message []byte) error {
	t, err := wps.PeekMessageType(message)
	if err == nil && opCodeOf(t) != op {
		return ignore(eap.FieldOpCode.Fault(eap.ErrOpCode, "%v carries %v", op, t))
	}
	return nil
}

// exchange is what Peer and Server have in common: one EAP conversation that
// carries one run.
type exchange struct {
	machine  Machine // the run; nil at a server until the station has sent its identity
	incoming eap.Reassembler
	outgoing eap.Fragmenter
	sent     []byte    // the packet sent last; nil if it can be rebuilt
	limit    time.Time // when the whole exchange times out
	ignored  error     // why the last ignored packet was ignored
	err      error
	size     uint16 // of fragments: see eap.NewFragmenter
	over     bool
}

// Identified reports whether the run has begun. At a server it begins when the
// station has sent its identity.
func (x *exchange) Identified() bool { return x.machine != nil }

// Close ends the exchange because the link has failed or the other side has
// gone. Cause, if not nil, becomes the class of the error. Close returns why
// the exchange failed, or nil if it had already succeeded (after WSC_Done).
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

// Result returns what the run yielded, or nil if it failed or is still running.
func (x *exchange) Result() *registration.Result {
	if x.machine == nil {
		return nil
	}
	return x.machine.Result()
}

// Err returns why the exchange failed, or nil.
func (x *exchange) Err() error { return x.err }

// Ignored returns why the last ignored packet was ignored, or nil.
func (x *exchange) Ignored() error { return x.ignored }

// ignorePacket records why a packet was ignored, for the error of a later
// timeout.
func (x *exchange) ignorePacket(deadline time.Time, err error) (Step, error) {
	x.ignored = err
	return Step{Deadline: deadline}, err
}

// timeout returns the error of an exchange in which no packet, or no acceptable
// packet, arrived in time.
func (x *exchange) timeout() error {
	err := registration.ErrTimeout
	if x.ignored != nil {
		err = fmt.Errorf("%w: %w", err, x.ignored)
	}
	if x.machine == nil {
		return fmt.Errorf("eapwsc: %w", err)
	}
	return x.machine.Abort(err)
}

// end returns the last step.
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

// encode writes a packet of our own, which has no invalid field.
func encode(p eap.Packet) []byte {
	b, err := p.AppendTo(nil)
	if err != nil {
		panic("eapwsc: a packet of our own: " + err.Error())
	}
	return b
}
