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

// The times of a [Server], hostap's.
const (
	// RetransmitTimeout is after how long a request is sent again.
	RetransmitTimeout = 5 * time.Second
	// MaxRetransmits is how often it is.
	MaxRetransmits = 2
)

// identityTimeouts are after how long the request for the identity is sent
// again, and how often: the station may not be listening yet [hostap].
var identityTimeouts = []time.Duration{3 * time.Second, 6 * time.Second, 12 * time.Second, 20 * time.Second, 20 * time.Second}

// ServerConfig configures a [Server].
type ServerConfig struct {
	// Registrar makes the run of a station that wants to be registered, at
	// the time when the station says so.
	Registrar func(now time.Time) (Machine, error)
	// Enrollee makes the run of a station that is an external registrar:
	// the access point is the Enrollee. Without it such stations are
	// refused.
	Enrollee func(now time.Time) (Machine, error)
	// FragmentSize limits packets: see [eap.NewFragmenter]. 0 is the default.
	FragmentSize int
	// MessageLimit limits messages received: see [eap.Reassembler].
	MessageLimit int
	// FirstID is the Identifier of the first request.
	FirstID uint8
	// LateM2 is how long an Enrollee that has acknowledged M2D is kept for a
	// later decision: see [Server.Answer]. 0 ends the exchange at once; 5 s
	// is hostap's time for external registrars.
	LateM2 time.Duration
	// Retransmit and Total replace [RetransmitTimeout] and
	// [ExchangeTimeout] if they are not zero.
	Retransmit, Total time.Duration
}

// Server is the access point's side of EAP-WSC: it makes requests. Send the
// packet of [Server.Start], feed the server with the station's EAP packets,
// and call [Server.Timeout] at the deadline of the last [Step].
type Server struct {
	exchange
	newRegistrar func(now time.Time) (Machine, error)
	newEnrollee  func(now time.Time) (Machine, error)
	lateM2       time.Duration
	retransmit   time.Duration
	total        time.Duration
	deadline     time.Time
	repeats      int   // how often the request that waits for its response was sent again
	id           uint8 // of that request
	waiting      bool  // for Answer
}

// NewServer returns a server for one exchange with one station. The error is
// of class [registration.ErrConfig] or that of [eap.NewFragmenter].
func NewServer(cfg ServerConfig) (*Server, error) {
	if cfg.Registrar == nil && cfg.Enrollee == nil {
		return nil, fmt.Errorf("%w: a server needs a registrar or an enrollee", registration.ErrConfig)
	}
	if _, err := eap.NewFragmenter(eap.OpMSG, nil, cfg.FragmentSize); err != nil {
		return nil, err
	}
	s := &Server{
		newRegistrar: cfg.Registrar, newEnrollee: cfg.Enrollee, lateM2: cfg.LateM2, id: cfg.FirstID - 1,
		retransmit: cmp.Or(cfg.Retransmit, RetransmitTimeout), total: cmp.Or(cfg.Total, ExchangeTimeout),
	}
	s.size, s.incoming.Limit = cfg.FragmentSize, cfg.MessageLimit
	return s, nil
}

// Start asks the station for its identity.
func (s *Server) Start(now time.Time) Step {
	s.limit = now.Add(s.total)
	s.id++
	return s.request(now, encode(eap.Packet{Code: eap.CodeRequest, ID: s.id, Type: eap.TypeIdentity}))
}

// request sends a request and waits for the response.
func (s *Server) request(now time.Time, packet []byte) Step {
	s.sent, s.repeats = packet, 0
	s.deadline = Earlier(now.Add(s.patience()), s.limit)
	return Step{Send: packet, Deadline: s.deadline}
}

// patience is how long to wait for the response to a request.
func (s *Server) patience() time.Duration {
	if s.machine == nil {
		return identityTimeouts[min(s.repeats, len(identityTimeouts)-1)]
	}
	return s.retransmit
}

// maxRepeats is how often a request is sent again.
func (s *Server) maxRepeats() int {
	if s.machine == nil {
		return len(identityTimeouts) - 1
	}
	return MaxRetransmits
}

// Handle processes an EAP packet of the station and returns the next step. Errors are as with [Peer.Handle];
// the last step holds the EAP-Failure that ends every exchange.
func (s *Server) Handle(now time.Time, packet []byte) (Step, error) {
	if s.over {
		return Step{Done: true}, ErrOver
	}
	in, err := eap.ParsePacket(packet)
	switch {
	case err != nil:
		return s.ignorePacket(s.deadline, ignore(err))
	case in.Code != eap.CodeResponse || in.ID != s.id || s.waiting:
		return s.ignorePacket(s.deadline, ignore(eap.FieldCode.Fault(eap.ErrCode, "%v %d is not the response to request %d", in.Code, in.ID, s.id)))
	case s.machine == nil:
		return s.identified(now, in)
	case in.IsNak():
		return s.fail(s.machine.Abort(ErrEAP))
	case !in.IsWSC():
		return s.ignorePacket(s.deadline, ignore(eap.FieldType.Fault(eap.ErrNotWSC, "%v", in)))
	case in.OpCode == eap.OpFragACK:
		return s.fragment(now)
	}
	message, complete, err := s.incoming.Add(in)
	switch {
	case err != nil:
		return s.ignorePacket(s.deadline, ignore(err))
	case !complete:
		s.id++
		return s.request(now, encode(eap.NewWSC(eap.CodeRequest, s.id, eap.OpFragACK, nil))), nil
	}
	if err := checkOpCode(in.OpCode, message); err != nil {
		return s.ignorePacket(s.deadline, err)
	}
	return s.message(now, in.OpCode, message)
}

// identified makes the run that the station's identity asks for.
func (s *Server) identified(now time.Time, in eap.Packet) (Step, error) {
	if in.Type != eap.TypeIdentity {
		return s.ignorePacket(s.deadline, ignore(eap.FieldType.Fault(eap.ErrNotWSC, "%v where the identity is due", in)))
	}
	var newMachine func(now time.Time) (Machine, error)
	switch string(in.Data) {
	case eap.EnrolleeIdentity:
		newMachine = s.newRegistrar
	case eap.RegistrarIdentity:
		newMachine = s.newEnrollee
	}
	if newMachine == nil {
		return s.fail(fmt.Errorf("%w: the station's identity is none that is served here", ErrEAP))
	}
	m, err := newMachine(now)
	if err != nil {
		return s.fail(err)
	}
	s.machine = m
	first, err := m.Start()
	switch {
	case err != nil:
		return s.fail(err)
	case first == nil:
		s.id++
		return s.request(now, encode(eap.NewWSC(eap.CodeRequest, s.id, eap.OpStart, nil))), nil
	}
	return s.say(now, first)
}

// message gives the machine a message, and sends its answer to the station.
func (s *Server) message(now time.Time, op eap.OpCode, message []byte) (Step, error) {
	if s.machine.Ended() {
		return s.fail(s.machine.Err()) // it answers our WSC_NACK
	}
	out, err := s.machine.Handle(message)
	switch {
	case errors.Is(err, registration.ErrIgnored):
		return s.afterDone(err)
	case err != nil && (out == nil || op == eap.OpNACK):
		return s.fail(err) // a response WSC_NACK is answered by EAP-Failure
	case out != nil:
		return s.say(now, out)
	case s.machine.Ended():
		return s.fail(s.machine.Err())
	case s.machine.Waiting() && (op != eap.OpACK || s.lateM2 > 0):
		s.waiting, s.deadline = true, s.limit
		if op == eap.OpACK {
			s.deadline = Earlier(now.Add(s.lateM2), s.limit)
		}
		return Step{Waiting: true, Deadline: s.deadline}, nil
	}
	return s.fail(s.machine.Closed())
}

// afterDone decides on a response that the machine ignored. Only the answer
// to WSC_Done may be anything at all: the run is over.
func (s *Server) afterDone(err error) (Step, error) {
	if s.machine.Settled() {
		return s.fail(s.machine.Closed())
	}
	return s.ignorePacket(s.deadline, ignore(err))
}

// Waiting reports whether the station waits for [Server.Answer].
func (s *Server) Waiting() bool { return s.waiting && !s.over }

// Answer sends the station the answer that the machine did not return from
// Handle: the decision on an M1, as [registration.Registrar.Decide] returns
// it. It is due when a [Step] has Waiting set, for as long as the station
// waits. Without a message and an error nothing happens; an error without a
// message ends the exchange.
//
// The error is [ErrOver] if the station does not wait for an answer, or the
// one given if it ended the exchange.
func (s *Server) Answer(now time.Time, message []byte, err error) (Step, error) {
	switch {
	case !s.Waiting():
		return Step{Done: s.over, Deadline: s.deadline}, ErrOver
	case message == nil && err == nil:
		return Step{Waiting: true, Deadline: s.deadline}, nil
	case message == nil:
		s.waiting = false
		return s.fail(err)
	}
	s.waiting = false
	return s.say(now, message)
}

// say begins to send a message.
func (s *Server) say(now time.Time, message []byte) (Step, error) {
	t, err := wps.PeekMessageType(message)
	if err == nil {
		s.outgoing, err = eap.NewFragmenter(opCodeOf(t), message, s.size)
	}
	if err != nil {
		return s.fail(s.machine.Abort(err))
	}
	return s.fragment(now)
}

// fragment sends the next fragment.
func (s *Server) fragment(now time.Time) (Step, error) {
	packet, ok := s.outgoing.Next(eap.CodeRequest, s.id+1)
	if !ok {
		return s.ignorePacket(s.deadline, ignore(eap.FieldOpCode.Fault(eap.ErrFragment, "%v, and there is no fragment left", eap.OpFragACK)))
	}
	s.id++
	step := s.request(now, encode(packet))
	if _, message := s.outgoing.Message(); len(packet.Data) == len(message) {
		s.sent = nil // the machine keeps the message, and the packet is quickly made again
	}
	return step, nil
}

// again returns the request sent last.
func (s *Server) again() []byte {
	if s.sent != nil {
		return s.sent
	}
	op, message := s.outgoing.Message()
	return encode(eap.NewWSC(eap.CodeRequest, s.id, op, message))
}

// fail ends the exchange by EAP-Failure, as success is ended too.
func (s *Server) fail(err error) (Step, error) {
	return s.end(encode(eap.Packet{Code: eap.CodeFailure, ID: s.id}), err)
}

// Timeout processes the end of the deadline: the request is sent again, or the
// exchange given up.
func (s *Server) Timeout(now time.Time) (Step, error) {
	switch {
	case s.over:
		return Step{Done: true}, ErrOver
	case now.Before(s.deadline):
		return Step{Deadline: s.deadline}, nil
	case s.waiting:
		return s.fail(s.machine.Closed())
	case s.repeats < s.maxRepeats() && now.Before(s.limit):
		s.repeats++
		s.deadline = Earlier(now.Add(s.patience()), s.limit)
		return Step{Send: s.again(), Deadline: s.deadline}, nil
	case s.machine != nil && s.machine.Ended():
		return s.fail(s.machine.Err())
	}
	if s.machine != nil && s.machine.Settled() {
		return s.fail(s.machine.Closed())
	}
	return s.fail(s.timeout())
}
