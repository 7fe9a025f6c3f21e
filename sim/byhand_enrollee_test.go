package sim_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"time"
)

// enrolleeByHand is a second implementation of an enrollee with an EAP peer, in
// the style of a program with a socket.
type enrolleeByHand struct {
	byHand
	address, uuid []byte
	password      string
	passwordID    byte
	size          int  // of the fragments it sends; 0 sends no fragments
	careless      bool // it does not verify the registrar's proofs

	answered map[string][]byte
	last     byte // Identifier of the last request
	out      pieces
	in       collected
	due      byte // the message that it waits for
	networks []networkByHand
	done     bool
	err      error
}

// networkByHand is a credential.
type networkByHand struct {
	ssid, key  string
	auth, encr []byte
}

// line is what the enrollee needs from a socket.
type line interface {
	io.ReadWriter
	SetReadDeadline(time.Time) error
	Now() time.Time
}

var (
	errSilence = errors.New("the access point fell silent")
	errNotNow  = errors.New("the registrar does not wait for us")
	errDropped = errors.New("the access point ended EAP")
)

// register answers the access point until EAP has ended.
func (e *enrolleeByHand) register(c line) ([]networkByHand, error) {
	e.answered = make(map[string][]byte)
	limit := c.Now().Add(2 * time.Minute)
	b := make([]byte, 4096)
	for {
		patience := 30 * time.Second
		if e.done || e.err != nil {
			patience = 6 * time.Second
		}
		until := c.Now().Add(patience)
		if until.After(limit) {
			until = limit
		}
		c.SetReadDeadline(until)
		n, err := c.Read(b)
		if err != nil {
			switch {
			case e.done, e.err != nil: // only the end of EAP is missing
				return e.networks, e.err
			case errors.Is(err, os.ErrDeadlineExceeded):
				return nil, errSilence
			}
			return nil, err
		}
		packet := cutEAP(b[:n])
		switch {
		case packet == nil:
		case packet[0] == eapFailure && (packet[1] == e.last || packet[1] == e.last+1):
			if !e.done && e.err == nil {
				e.err = errDropped
			}
			return e.networks, e.err
		case packet[0] == eapRequest && len(packet) > 4:
			answer, known := e.answered[string(packet)]
			if !known {
				answer = e.answer(packet)
			}
			if answer != nil {
				e.answered[string(packet)], e.last = answer, packet[1]
				c.Write(answer)
			}
		}
	}
}

// answer returns the response to a new request, or nil.
func (e *enrolleeByHand) answer(packet []byte) []byte {
	id := packet[1]
	switch {
	case packet[4] == eapIdentity:
		return eapPacket(eapResponse, id, []byte{eapIdentity}, []byte("WFA-SimpleConfig-Enrollee-1-0"))
	case packet[4] == eapNotification:
		return eapPacket(eapResponse, id, []byte{eapNotification})
	case packet[4] != wscType[0]:
		return eapPacket(eapResponse, id, []byte{eapNak, wscType[0]})
	case !isWSC(packet):
		return nil
	}
	switch op := packet[12]; op {
	case opStart:
		if e.due != 0 {
			return nil
		}
		e.due = handM2
		return e.send(id, opMSG, e.m1())
	case opFragACK:
		return e.piece(id)
	case opMSG, opACK, opNACK, opDone:
		message, complete, ok := e.in.add(packet)
		switch {
		case !ok:
			return nil
		case !complete:
			return eapPacket(eapResponse, id, []byte(wscType), []byte{opFragACK, 0})
		}
		op, message = e.hear(op, message)
		return e.send(id, op, message)
	}
	return nil
}

// send begins to send a message, if there is one.
func (e *enrolleeByHand) send(id, op byte, message []byte) []byte {
	if message == nil {
		return nil
	}
	e.out = pieces{op: op, rest: message, size: e.size}
	return e.piece(id)
}

func (e *enrolleeByHand) piece(id byte) []byte {
	if data := e.out.next(); data != nil {
		return eapPacket(eapResponse, id, data)
	}
	return nil
}

// m1 begins a run.
func (e *enrolleeByHand) m1() []byte {
	e.n1, e.n2, e.pke = e.draw(16), make([]byte, 16), e.own
	return e.say(handM1, tlv(atUUIDE, e.uuid...), tlv(atMAC, e.address...), tlv(atEnrolleeNonce, e.n1...), tlv(atPublicKey, e.own...),
		capabilities(), tlv(0x1044, 1), description("Enrollee", 0, 3, 0, 0x50, 0xF2, 4, 0, 1), tlv(atPasswordID, 0, e.passwordID), tlv(atConfigError, 0, 0),
		tlv(0x102D, 0x80, 0, 0, 0))
}

// hear processes a message, and returns the answer and its op-code. Messages of
// another run or out of order are not answered.
func (e *enrolleeByHand) hear(op byte, m []byte) (byte, []byte) {
	kind := kindOf(m)
	switch {
	case e.done || e.err != nil || !bytes.Equal(attribute(m, atEnrolleeNonce), e.n1):
	case op == opNACK && kind == handNACK && e.due != 0 && (e.due == handM2 || bytes.Equal(attribute(m, atRegistrarNonce), e.n2)):
		code := attribute(m, atConfigError)
		if len(code) != 2 {
			break
		}
		sent := map[byte]byte{handM2: handM1, handM4: handM3, handM6: handM5, handM8: handM7}[e.due]
		e.err = &stopped{code: code[1], kind: sent}
		return opNACK, e.nack(code[1])
	case op != opMSG:
	case kind == handM2D && e.due == handM2:
		e.err = errNotNow
		if code := attribute(m, atConfigError); len(code) == 2 && code[1] != 0 {
			e.err = &stopped{code: code[1], kind: handM1}
		}
		return opACK, e.say(handACK, tlv(atEnrolleeNonce, e.n1...), tlv(atRegistrarNonce, attribute(m, atRegistrarNonce)...))
	case kind != e.due:
	case kind == handM2:
		return e.m3(m)
	case !e.authentic(m, atEnrolleeNonce, e.n1):
	default:
		settings := e.open(m)
		if settings == nil {
			return e.stop(kind, 2) // decryption failure
		}
		return e.proceed(kind, m, settings)
	}
	return 0, nil
}

// m3 answers M2.
func (e *enrolleeByHand) m3(m []byte) (byte, []byte) {
	n2, key := attribute(m, atRegistrarNonce), attribute(m, atPublicKey)
	if len(n2) != 16 {
		return 0, nil
	}
	e.n2, e.pkr = bytes.Clone(n2), bytes.Clone(key)
	if !e.agree(key, e.address, e.password) || !e.authentic(m, atEnrolleeNonce, e.n1) {
		return 0, nil
	}
	if !bytes.Equal(attribute(m, atPasswordID), []byte{0, e.passwordID}) {
		return e.stop(handM2, 0)
	}
	e.due = handM4
	return opMSG, e.say(handM3, tlv(atRegistrarNonce, e.n2...), tlv(atEHash1, e.proof(e.s1, e.psk1)...), tlv(atEHash2, e.proof(e.s2, e.psk2)...))
}

// proceed answers M4, M6 and M8.
func (e *enrolleeByHand) proceed(kind byte, m, settings []byte) (byte, []byte) {
	proved := func(id uint16, psk, hash []byte) bool {
		nonce := attribute(settings, id)
		return e.careless || len(nonce) == 16 && bytes.Equal(e.proof(nonce, psk), hash)
	}
	switch kind {
	case handM4:
		e.hash1, e.hash2 = bytes.Clone(attribute(m, atRHash1)), bytes.Clone(attribute(m, atRHash2))
		if !proved(atRSNonce1, e.psk1, e.hash1) {
			return e.stop(kind, authFailed)
		}
		e.due = handM6
		return opMSG, e.say(handM5, tlv(atRegistrarNonce, e.n2...), e.seal(tlv(atESNonce1, e.s1...)))
	case handM6:
		if !proved(atRSNonce2, e.psk2, e.hash2) {
			return e.stop(kind, authFailed)
		}
		e.due = handM8
		return opMSG, e.say(handM7, tlv(atRegistrarNonce, e.n2...), e.seal(tlv(atESNonce2, e.s2...)))
	}
	e.networks = readCredentials(settings)
	if e.networks == nil {
		return e.stop(kind, 2)
	}
	e.done = true
	return opDone, e.say(handDone, tlv(atEnrolleeNonce, e.n1...), tlv(atRegistrarNonce, e.n2...))
}

// readCredentials parses the credentials of M8. Zeros after names and keys are
// accepted.
func readCredentials(settings []byte) (networks []networkByHand) {
	for id, c, rest, ok := firstOf(settings); ok; id, c, rest, ok = firstOf(rest) {
		if id == atCredential {
			text := func(id uint16) string { return strings.TrimRight(string(attribute(c, id)), "\x00") }
			networks = append(networks, networkByHand{text(atSSID), text(atNetworkKey), attribute(c, atAuthType), attribute(c, atEncrType)})
		}
	}
	return networks
}

// stop ends the run because a message is wrong.
func (e *enrolleeByHand) stop(kind, code byte) (byte, []byte) {
	e.err = &stopped{code: code, kind: kind, found: true}
	return opNACK, e.nack(code)
}

func (e *enrolleeByHand) nack(code byte) []byte {
	return e.say(handNACK, tlv(atEnrolleeNonce, e.n1...), tlv(atRegistrarNonce, e.n2...), tlv(atConfigError, 0, code))
}
