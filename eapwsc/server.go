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

// Timeouts of a [Server], the same as hostap's.
const (
	// RetransmitTimeout is the time after which a request is sent again.
	RetransmitTimeout = 5 * time.Second
	// MaxRetransmits is how many times a request is sent again.
	MaxRetransmits = 2
)

// identityTimeouts are the times after which the request for the identity is
// sent again, one per repetition: the station may not be listening yet
// [hostap].
var identityTimeouts = []time.Duration{3 * time.Second, 6 * time.Second, 12 * time.Second, 20 * time.Second, 20 * time.Second}

// ServerConfig configures a [Server].
type ServerConfig struct {
	// Registrar creates the machine for a station that wants to be registered.
	// It is called when the station has sent its identity.
	Registrar func(now time.Time) (Machine, error)
	// Enrollee creates the machine for a station that is an external registrar:
	// the access point is the Enrollee. If it is nil, such stations are refused.
	Enrollee func(now time.Time) (Machine, error)
	// FragmentSize limits packets: see [eap.NewFragmenter]. 0 is the default.
	FragmentSize int
	// MessageLimit limits messages received: see [eap.Reassembler].
	MessageLimit int
	// FirstID is the Identifier of the first request.
	FirstID uint8
	// LateM2 is how long the server keeps an Enrollee that has acknowledged
	// M2D, for a later decision: see [Server.Answer]. 0 ends the exchange at
	// once; hostap uses 5 s for external registrars.
	LateM2 time.Duration
	// Retransmit and Total replace [RetransmitTimeout] and [ExchangeTimeout] if
	// not zero.
	Retransmit, Total time.Duration
}

// Server is the access point's side of EAP-WSC: it sends requests. Send the
// packet of [Server.Start], feed the server with the station's EAP packets, and
// call [Server.Timeout] at the deadline of the last [Step].
type Server struct {
	exchange
	newRegistrar func(now time.Time) (Machine, error)
	newEnrollee  func(now time.Time) (Machine, error)
	lateM2       time.Duration
	retransmit   time.Duration
	total        time.Duration
	deadline     time.Time
	repeats      uint8 // how many times the current request was sent again
	id           uint8 // the Identifier of that request
	waiting      bool  // the station waits for Answer, and there is no current request
}

// NewServer returns a server for one exchange with one station. The error is
// of class [registration.ErrConfig] or that of [eap.NewFragmenter].
func NewServer(cfg ServerConfig) (*Server, error) {
	if cfg.Registrar == nil && cfg.Enrollee == nil {
		return nil, fmt.Errorf("eapwsc: %w: a server needs a registrar or an enrollee", registration.ErrConfig)
	}
	if _, err := eap.NewFragmenter(eap.OpMSG, nil, cfg.FragmentSize); err != nil {
		return nil, err
	}
	s := &Server{
		newRegistrar: cfg.Registrar, newEnrollee: cfg.Enrollee, lateM2: cfg.LateM2, id: cfg.FirstID - 1,
		retransmit: cmp.Or(cfg.Retransmit, RetransmitTimeout), total: cmp.Or(cfg.Total, ExchangeTimeout),
	}
	s.size, s.incoming.Limit = uint16(cfg.FragmentSize), cfg.MessageLimit
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
	s.deadline = Earlier(now.Add(s.responseTimeout()), s.limit)
	return Step{Send: packet, Deadline: s.deadline}
}

// responseTimeout returns how long to wait for the response to a request.
func (s *Server) responseTimeout() time.Duration {
	if s.machine == nil {
		return identityTimeouts[s.repeats]
	}
	return s.retransmit
}

// maxRepeats returns how many times a request is sent again.
func (s *Server) maxRepeats() uint8 {
	if s.machine == nil {
		return uint8(len(identityTimeouts) - 1)
	}
	return MaxRetransmits
}

// Handle processes an EAP packet of the station and returns the next step.
// Errors are those of [Peer.Handle]. The last step sends the EAP-Failure that
// ends every exchange.
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
		return s.handleIdentity(now, in)
	case in.IsNak():
		return s.endEAP(s.machine.Abort(ErrEAP))
	case !in.IsWSC():
		return s.ignorePacket(s.deadline, ignore(eap.FieldType.Fault(eap.ErrNotWSC, "%v", in)))
	case in.OpCode == eap.OpFragACK:
		return s.sendFragment(now)
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
	return s.handleMessage(now, in.OpCode, message)
}

// handleIdentity processes the station's identity, which says what the station
// wants to be. It creates the machine of the opposite role.
func (s *Server) handleIdentity(now time.Time, in eap.Packet) (Step, error) {
	if in.Type != eap.TypeIdentity {
		return s.ignorePacket(s.deadline, ignore(eap.FieldType.Fault(eap.ErrNotWSC, "%v instead of an identity", in)))
	}
	var newMachine func(now time.Time) (Machine, error)
	switch string(in.Data) {
	case eap.EnrolleeIdentity:
		newMachine = s.newRegistrar
	case eap.RegistrarIdentity:
		newMachine = s.newEnrollee
	}
	if newMachine == nil {
		return s.endEAP(fmt.Errorf("%w: the station's identity is not served here", ErrEAP))
	}
	m, err := newMachine(now)
	if err != nil {
		return s.endEAP(err)
	}
	s.machine, s.newRegistrar, s.newEnrollee = m, nil, nil // there is one run
	first, err := m.Start()
	switch {
	case err != nil:
		return s.endEAP(err)
	case first == nil:
		s.id++
		return s.request(now, encode(eap.NewWSC(eap.CodeRequest, s.id, eap.OpStart, nil))), nil
	}
	return s.sendMessage(now, first)
}

// handleMessage passes a message to the machine, and sends the machine's answer
// to the station. If the answer comes later, the step has Waiting set.
func (s *Server) handleMessage(now time.Time, op eap.OpCode, message []byte) (Step, error) {
	if s.machine.Ended() {
		return s.endEAP(s.machine.Err()) // the message answers our WSC_NACK
	}
	out, err := s.machine.Handle(message)
	switch {
	case errors.Is(err, registration.ErrIgnored) && s.machine.Settled():
		return s.endEAP(s.machine.Closed()) // whatever answers WSC_Done ends the exchange
	case errors.Is(err, registration.ErrIgnored):
		return s.ignorePacket(s.deadline, ignore(err))
	case err != nil && (out == nil || op == eap.OpNACK):
		return s.endEAP(err) // a WSC_NACK in a Response is answered with EAP-Failure
	case out != nil:
		return s.sendMessage(now, out)
	case s.machine.Ended():
		return s.endEAP(s.machine.Err())
	case s.machine.Waiting() && op != eap.OpACK:
		return s.wait(s.limit), nil
	case s.machine.Waiting() && s.lateM2 > 0: // WSC_ACK answers M2D, and a later decision may follow
		return s.wait(Earlier(now.Add(s.lateM2), s.limit)), nil
	}
	return s.endEAP(s.machine.Closed())
}

// wait keeps the station waiting for [Server.Answer].
func (s *Server) wait(deadline time.Time) Step {
	s.waiting, s.deadline = true, deadline
	return Step{Waiting: true, Deadline: deadline}
}

// Waiting reports whether the station waits for [Server.Answer].
func (s *Server) Waiting() bool { return s.waiting && !s.over }

// Answer sends the station the answer that Handle did not return: to an M1, the
// result of [registration.Registrar.Decide]; to an M8 with new settings, that
// of [registration.Enrollee.Adopt] or [registration.Enrollee.Reject]. Call it
// when a [Step] has Waiting set, at once or later. If both message and err are
// nil the station waits on; an error without a message ends the exchange.
//
// The error is [ErrOver] if the station does not wait for an answer, or err if
// that ended the exchange.
func (s *Server) Answer(now time.Time, message []byte, err error) (Step, error) {
	switch {
	case !s.Waiting():
		return Step{Done: s.over, Deadline: s.deadline}, ErrOver
	case message == nil && err == nil:
		return Step{Waiting: true, Deadline: s.deadline}, nil
	case message == nil:
		s.waiting = false
		return s.endEAP(err)
	}
	s.waiting = false
	return s.sendMessage(now, message)
}

// sendMessage sends the first packet of a message.
func (s *Server) sendMessage(now time.Time, message []byte) (Step, error) {
	t, err := wps.PeekMessageType(message)
	if err == nil {
		s.outgoing, err = eap.NewFragmenter(opCodeOf(t), message, int(s.size))
	}
	if err != nil {
		return s.endEAP(s.machine.Abort(err))
	}
	return s.sendFragment(now)
}

// sendFragment sends the next fragment.
func (s *Server) sendFragment(now time.Time) (Step, error) {
	packet, ok := s.outgoing.Next(eap.CodeRequest, s.id+1)
	if !ok {
		return s.ignorePacket(s.deadline, ignore(eap.FieldOpCode.Fault(eap.ErrFragment, "%v, and there is no fragment left", eap.OpFragACK)))
	}
	s.id++
	step := s.request(now, encode(packet))
	if _, message := s.outgoing.Message(); len(packet.Data) == len(message) {
		s.sent = nil // the machine keeps the message, and the packet is cheap to rebuild
	}
	return step, nil
}

// lastRequest returns the request sent last.
func (s *Server) lastRequest() []byte {
	if s.sent != nil {
		return s.sent
	}
	op, message := s.outgoing.Message()
	return encode(eap.NewWSC(eap.CodeRequest, s.id, op, message))
}

// endEAP ends the exchange with EAP-Failure, as every exchange of EAP-WSC ends.
// The error is nil after a success.
func (s *Server) endEAP(err error) (Step, error) {
	return s.end(encode(eap.Packet{Code: eap.CodeFailure, ID: s.id}), err)
}

// Timeout handles an expired deadline: the request is sent again, or the
// exchange fails.
func (s *Server) Timeout(now time.Time) (Step, error) {
	switch {
	case s.over:
		return Step{Done: true}, ErrOver
	case now.Before(s.deadline):
		return Step{Deadline: s.deadline}, nil
	case s.waiting:
		return s.endEAP(s.machine.Closed())
	case s.repeats < s.maxRepeats() && now.Before(s.limit):
		s.repeats++
		s.deadline = Earlier(now.Add(s.responseTimeout()), s.limit)
		return Step{Send: s.lastRequest(), Deadline: s.deadline}, nil
	case s.machine != nil && s.machine.Ended():
		return s.endEAP(s.machine.Err())
	}
	if s.machine != nil && s.machine.Settled() {
		return s.endEAP(s.machine.Closed())
	}
	return s.endEAP(s.timeout())
}
