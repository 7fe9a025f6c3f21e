package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// transportFault is how the suite's side departs from EAP-WSC in carrying its
// messages. The zero value does not depart from it. Fields with a message type
// concern that message; 0 is none.
type transportFault struct {
	fragment   int             // size of packets; 0 is the default
	identity   string          // instead of the one that belongs to the role
	opCode     eap.OpCode      // of message at
	at         wps.MessageType // the message that opCode, twice, instead, silent and packet concern
	twice      bool            // the message is sent twice
	instead    wps.MessageType // the message is replaced by one of this type
	silent     bool            // the message is not sent, and nothing after it
	leave      bool            // it is not sent, and the link is closed
	packet     func([]byte) []byte
	repeatPrev bool // the previous message is sent once more first
	badACK     bool // fragments are acknowledged with a wrong op-code
	lost       bool // the message is lost, and sent again after the timeout of the device or the suite
	late       time.Duration
	failure    bool   // EAP-Failure is sent in its place
	restart    bool   // EAPOL-Start is sent in its place
	replay     bool   // the message of an earlier exchange is sent in its place
	recorded   []byte // the message that replay sends
}

// frame is a packet of an exchange.
type frame struct {
	at     time.Time
	sent   bool // by the suite
	packet []byte
}

// outcome is how an exchange ended.
type outcome struct {
	side      *side
	frames    []frame
	began     time.Time
	ended     time.Time
	failure   bool                       // EAP-Failure came
	silence   bool                       // nothing arrived until the limit
	err       error                      // of the link or the device
	deviated  bool                       // the deviation was sent
	restarted bool                       // the device has restarted in the middle
	sentAfter []wps.MessageType          // what the device sent after it
	messages  map[wps.MessageType][]byte // that the suite has sent
}

// received reports whether the device sent a message of the type.
func (o *outcome) received(t wps.MessageType) bool {
	for _, r := range o.side.received {
		if r == t {
			return true
		}
	}
	return false
}

// exchange is the suite's end of a [Link].
type exchange struct {
	link     Link
	trial    *trial
	side     *side
	fault    transportFault
	limit    time.Duration
	out      *outcome
	incoming eap.Reassembler
	outgoing eap.Fragmenter
	id       uint8    // of the packet sent or answered last
	last     []byte   // the packet sent last
	heard    []byte   // the packet received last
	messages [][]byte // of the device
	current  wps.MessageType
	stopped  bool
	prevMsg  []byte
	prevOp   eap.OpCode
	repeats  int
	pending  func() bool                  // sends an answer that was held back
	before   func(t wps.MessageType) bool // called before a message is sent; false ends the exchange
	lost     bool                         // the message has been lost once
	left     bool                         // the suite has closed the link
	patient  bool                         // an answer is wanted, however late
}

// silenceLimit is how long a device may be silent before an exchange is given
// up: longer than all timeouts of the protocol (15 s, 30 s).
const silenceLimit = 35 * time.Second

// ignored is how long the suite waits for a device that repeats its request
// after a wrong message. The device has ignored the message, and will only
// repeat its request for a minute.
const ignored = time.Second

// run runs an exchange to its end.
func (x *exchange) run() *outcome {
	x.out = &outcome{side: x.side, began: x.trial.now()}
	if x.limit == 0 {
		x.limit = 130 * time.Second
	}
	defer func() { x.out.ended = x.trial.now() }()
	if x.side.role == registration.RoleRegistrar && !x.side.external || x.side.role == registration.RoleEnrollee && x.side.external {
		x.server() // the suite is the access point
	} else {
		x.peer()
	}
	return x.out
}

// send sends a packet to the device.
func (x *exchange) send(packet []byte) bool {
	x.last = packet
	x.out.frames = append(x.out.frames, frame{x.trial.now(), true, packet})
	if err := x.link.Send(packet); err != nil {
		x.out.err = err
		return false
	}
	return true
}

// receive returns the next packet of the device, or false at the end.
func (x *exchange) receive(wait time.Duration) (eap.Packet, bool) {
	for {
		until := x.trial.now().Add(wait)
		if end := x.out.began.Add(x.limit); until.After(end) {
			until = end
		}
		b, err := x.link.Receive(until)
		switch {
		case errors.Is(err, errGone):
			x.out.silence = true
			return eap.Packet{}, false
		case err != nil:
			x.out.err = err
			return eap.Packet{}, false
		case b == nil:
			x.out.silence = true
			return eap.Packet{}, false
		}
		x.out.frames = append(x.out.frames, frame{x.trial.now(), false, bytes.Clone(b[:min(len(b), maxPacket)])})
		if len(b) > maxPacket {
			x.side.fault("a packet of %d octets: EAP has no more than %d", len(b), maxPacket)
			continue
		}
		p, err := eap.ParsePacket(b)
		if err != nil {
			x.side.fault("a packet that is not EAP: %v", err)
			continue
		}
		if bytes.Equal(b, x.heard) && x.last != nil { // a retransmission: the same answer again
			if x.repeats++; x.repeats > 8 {
				x.out.silence = true
				return eap.Packet{}, false
			}
			if !x.stopped && !x.send(x.last) {
				return eap.Packet{}, false
			}
			if x.ignoredIt() {
				wait = ignored
			}
			continue
		}
		x.heard, x.repeats = b, 0
		return p, true
	}
}

// ignoredIt reports whether the device does not answer a wrong message, but
// repeats its request.
func (x *exchange) ignoredIt() bool {
	return x.out.deviated && !x.stopped && x.repeats > 0 && x.code() == eap.CodeResponse && !x.patient
}

// peer is the station's end: it answers requests.
func (x *exchange) peer() {
	identity := eap.EnrolleeIdentity
	if x.side.role == registration.RoleRegistrar {
		identity = eap.RegistrarIdentity
	}
	if x.fault.identity != "" {
		identity = x.fault.identity
	}
	for {
		in, ok := x.receive(silenceLimit)
		if !ok {
			return
		}
		x.id = in.ID
		switch {
		case in.Code == eap.CodeFailure:
			x.out.failure = true
			return
		case in.Code != eap.CodeRequest:
			x.side.fault("an access point sent %v", in.Code)
			return
		case in.Type == eap.TypeIdentity:
			if !x.packet(eap.Packet{Code: eap.CodeResponse, ID: x.id, Type: eap.TypeIdentity, Data: []byte(identity)}) {
				return
			}
			continue
		case !in.IsWSC():
			x.side.fault("%v instead of EAP-WSC", in)
			return
		case in.OpCode == eap.OpStart:
			if x.side.role != registration.RoleEnrollee {
				x.side.fault("WSC_Start to a registrar")
				return
			}
			if !x.sendMessage(wps.MessageM1, x.side.m1()) {
				return
			}
			continue
		case in.OpCode == eap.OpFragACK:
			if !x.fragment() {
				return
			}
			continue
		}
		if !x.message(in) {
			return
		}
	}
}

// server is the access point's end: it sends requests.
func (x *exchange) server() {
	x.id = 40
	if !x.packet(eap.Packet{Code: eap.CodeRequest, ID: x.id, Type: eap.TypeIdentity}) {
		return
	}
	want := eap.EnrolleeIdentity
	if x.side.role == registration.RoleEnrollee {
		want = eap.RegistrarIdentity
	}
	tries := 0
	for {
		wait, most := 5*time.Second, 2
		if x.out.deviated && !x.patient {
			wait, most = 2*time.Second, 1
		}
		in, ok := x.receive(wait)
		if !ok {
			if tries++; x.out.err != nil || tries > most || x.stopped {
				x.failure()
				return
			}
			x.out.silence = false
			if !x.send(x.last) { // a request is repeated
				return
			}
			continue
		}
		tries = 0
		switch {
		case in.Code != eap.CodeResponse || in.ID != x.id:
			continue // a late copy
		case in.Type == eap.TypeIdentity:
			if string(in.Data) != want {
				x.side.fault("identity %q, want %q", in.Data, want)
				x.failure()
				return
			}
			x.id++
			if x.side.role == registration.RoleEnrollee {
				if !x.sendMessage(wps.MessageM1, x.side.m1()) {
					return
				}
			} else if !x.packet(eap.NewWSC(eap.CodeRequest, x.id, eap.OpStart, nil)) {
				return
			}
			continue
		case !in.IsWSC():
			x.side.fault("%v instead of EAP-WSC", in)
			x.failure()
			return
		case in.OpCode == eap.OpFragACK:
			x.id++
			if !x.fragment() {
				return
			}
			continue
		}
		x.id++
		if !x.message(in) {
			x.failure()
			return
		}
	}
}

// failure ends an exchange as an access point does.
func (x *exchange) failure() {
	if x.out.err == nil && !x.out.failure && !x.left {
		x.out.failure = true
		x.packet(eap.Packet{Code: eap.CodeFailure, ID: x.id})
		// Further packets of the device are part of the outcome.
		if x.side.role == registration.RoleRegistrar && !x.side.done {
			return
		}
	}
}

// message handles a WSC packet, and answers the message when it is complete. It
// reports whether the exchange continues.
func (x *exchange) message(in eap.Packet) bool {
	message, complete, err := x.incoming.Add(in)
	if err != nil {
		x.side.fault("%v", err)
		return false
	}
	if !complete {
		op := eap.OpFragACK
		if x.fault.badACK {
			op = eap.OpACK
		}
		return x.packet(eap.NewWSC(x.code(), x.id, op, nil))
	}
	message = bytes.Clone(message)
	// A device that ignores a message may answer it by its own previous one, which
	// is no step forward.
	again := slices.ContainsFunc(x.messages, func(m []byte) bool { return bytes.Equal(m, message) })
	x.messages = append(x.messages, message)
	if x.out.deviated && !again {
		if t, err := wps.PeekMessageType(message); err == nil {
			x.out.sentAfter = append(x.out.sentAfter, t)
		}
	}
	t, answer, err := x.side.answer(message)
	switch {
	case err != nil && errors.Is(err, errUnexpected), err != nil:
		// The device has sent something unreadable or out of place: the run
		// cannot continue.
		return x.refuse()
	case answer == nil, x.side.nack != nil && x.code() == eap.CodeRequest:
		return false // an access point answers WSC_NACK by EAP-Failure
	}
	return x.sendMessage(t, answer)
}

// refuse sends a NACK, once.
func (x *exchange) refuse() bool {
	if x.stopped {
		return false
	}
	x.stopped = true
	return x.send(mustAppend(eap.NewWSC(x.code(), x.id, eap.OpNACK, x.side.plain(wps.MessageNACK, wps.NoError))))
}

func (x *exchange) code() eap.Code {
	if x.side.role == registration.RoleRegistrar && !x.side.external || x.side.role == registration.RoleEnrollee && x.side.external {
		return eap.CodeRequest
	}
	return eap.CodeResponse
}

// opCodes are the op-codes of messages: WSC 2.0 §7.7.1.
var opCodes = map[wps.MessageType]eap.OpCode{wps.MessageACK: eap.OpACK, wps.MessageNACK: eap.OpNACK, wps.MessageDone: eap.OpDone}

func opCodeOf(t wps.MessageType) eap.OpCode {
	if op, ok := opCodes[t]; ok {
		return op
	}
	return eap.OpMSG
}

// sendMessage sends a message, with its deviation.
func (x *exchange) sendMessage(t wps.MessageType, message []byte) bool {
	op := opCodeOf(t)
	c := x.fault
	x.current = t
	if x.side.deviate.at == t && t != 0 {
		x.out.deviated = true
	}
	if x.before != nil && !x.before(t) {
		x.stopped = true
		return false
	}
	if c.at == t && t != 0 {
		x.out.deviated = true
		switch {
		case c.late != 0:
			x.trial.sleep(c.late)
		case c.failure:
			x.stopped = true
			x.out.failure = true
			return x.send(mustAppend(eap.Packet{Code: eap.CodeFailure, ID: x.id}))
		case c.restart:
			return x.startAgain()
		case c.replay && c.recorded != nil:
			message = c.recorded
		case c.silent:
			x.stopped = true
			return true
		case c.leave:
			x.stopped, x.left = true, true
			x.out.err = x.link.Close()
			return false
		case c.instead != 0:
			op = opCodeOf(c.instead)
			message = x.side.foreign(c.instead)
		}
		if c.opCode != 0 {
			op = c.opCode
		}
		if c.repeatPrev && x.prevMsg != nil {
			message, op = x.prevMsg, x.prevOp
		}
	} else {
		x.prevMsg, x.prevOp = message, op
	}
	if x.out.messages == nil {
		x.out.messages = map[wps.MessageType][]byte{}
	}
	x.out.messages[t] = bytes.Clone(message)
	var err error
	if op == eap.OpStart || op == eap.OpFragACK || op > eap.OpFragACK || op == 0 {
		return x.packet(eap.NewWSC(x.code(), x.id, op, message))
	}
	if x.outgoing, err = eap.NewFragmenter(op, message, c.fragment); err != nil {
		x.out.err = fmt.Errorf("conformance: the suite cannot send %v: %w", t, err)
		return false
	}
	return x.fragment()
}

// startAgain restarts in the middle of the exchange, like a station that was
// reset: the device has to ask for its identity.
func (x *exchange) startAgain() bool {
	x.stopped = true
	if err := x.link.(Starter).StartAgain(); err != nil {
		x.out.err = err
		return false
	}
	for {
		in, ok := x.receive(10 * time.Second)
		switch {
		case !ok:
			return false
		case in.Code == eap.CodeRequest && in.Type == eap.TypeIdentity:
			x.out.restarted = true
			return false
		}
	}
}

// fragment sends the next packet of the message.
func (x *exchange) fragment() bool {
	p, ok := x.outgoing.Next(x.code(), x.id)
	if !ok {
		x.side.fault("WSC_FRAG_ACK, and there is no fragment left")
		return false
	}
	return x.packet(p)
}

// packet sends a packet, twice or changed if the conduct says so.
func (x *exchange) packet(p eap.Packet) bool {
	b := mustAppend(p)
	c := x.fault
	here := c.at != 0 && c.at == x.current && p.IsWSC() && p.OpCode != eap.OpFragACK && p.OpCode != eap.OpStart
	if here && c.packet != nil {
		b = c.packet(b)
	}
	if here && c.lost && !x.lost {
		x.lost, x.last = true, b
		return true
	}
	if !x.send(b) {
		return false
	}
	if here && c.twice {
		return x.send(b)
	}
	return true
}

func mustAppend(p eap.Packet) []byte {
	b, err := p.AppendTo(nil)
	if err != nil {
		panic(fmt.Sprintf("conformance: a packet of the suite: %v", err))
	}
	return b
}

// foreign returns a message that is out of place, but well-formed and with the
// nonces and, if there are keys, the Authenticator of this run.
func (s *side) foreign(t wps.MessageType) []byte {
	saved, previous := s.deviate, s.previous
	sent := s.sent
	if s.deviate.at != t {
		s.deviate = deviation{}
	}
	defer func() { s.deviate, s.previous, s.sent = saved, previous, sent }()
	hash := [32]byte{1, 2, 3}
	seal := func(l wps.List) wps.List {
		if s.cipher == nil {
			return nil
		}
		return l
	}
	switch t {
	case wps.MessageM1:
		return s.finish(t, &wps.M1{Header: s.header(), Device: s.device, EnrolleeNonce: s.n1, PublicKey: s.own.PublicKey(), DevicePasswordID: s.id}, nil)
	case wps.MessageM2:
		return s.finish(t, &wps.M2{Header: s.header(), Device: s.device, EnrolleeNonce: s.n1, RegistrarNonce: s.n2, PublicKey: s.own.PublicKey(), DevicePasswordID: s.id}, nil)
	case wps.MessageM2D:
		return s.finish(t, &wps.M2D{Header: s.header(), Device: s.device, EnrolleeNonce: s.n1, RegistrarNonce: s.n2}, nil)
	case wps.MessageM3:
		return s.finish(t, &wps.M3{Header: s.header(), RegistrarNonce: s.n2, EHash1: hash, EHash2: hash}, nil)
	case wps.MessageM4:
		return s.finish(t, &wps.M4{Header: s.header(), EnrolleeNonce: s.n1, RHash1: hash, RHash2: hash, EncryptedSettings: make([]byte, 32)}, seal(&wps.M4Settings{RSNonce1: s.s1}))
	case wps.MessageM5:
		m := new(wps.M5)
		m.Header, m.RegistrarNonce, m.EncryptedSettings = s.header(), s.n2, make([]byte, 32)
		return s.finish(t, m, seal(&wps.M5Settings{ESNonce1: wps.SecretNonce{1}}))
	case wps.MessageM6:
		m := new(wps.M6)
		m.Header, m.EnrolleeNonce, m.EncryptedSettings = s.header(), s.n1, make([]byte, 32)
		return s.finish(t, m, seal(&wps.M6Settings{RSNonce2: wps.SecretNonce{1}}))
	case wps.MessageM7:
		m := new(wps.M7)
		m.Header, m.RegistrarNonce, m.EncryptedSettings = s.header(), s.n2, make([]byte, 32)
		return s.finish(t, m, seal(&wps.M7Settings{ESNonce2: wps.SecretNonce{1}}))
	case wps.MessageM8:
		m := new(wps.M8)
		m.Header, m.EnrolleeNonce, m.EncryptedSettings = s.header(), s.n1, make([]byte, 32)
		return s.finish(t, m, seal(&wps.M8Settings{Credentials: []wps.Credential{s.settings}}))
	}
	return s.plain(t, wps.NoError)
}
