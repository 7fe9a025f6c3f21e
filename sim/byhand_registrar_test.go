package sim_test

import (
	"bytes"
	"errors"
)

// registrarByHand is a second implementation of an access point's registrar
// with an EAP server. It has no clock: its caller repeats the last request.
type registrarByHand struct {
	byHand
	password   string // of the device it waits for
	passwordID byte
	network    networkByHand
	size       int // of the fragments it sends; 0 sends no fragments

	id         byte   // of the request that is waiting for its response
	request    []byte // that one
	identified bool
	out        pieces
	in         collected
	due        byte // the message that it waits for; 0 is none
	address    []byte
	registered bool
	over       bool
	err        error
}

var (
	errOtherPeer = errors.New("the station is no enrollee")
	errTurnedOff = errors.New("an enrollee that nobody waits for")
)

// ask makes the next request.
func (r *registrarByHand) ask(data ...[]byte) []byte {
	r.id++
	r.request = eapPacket(eapRequest, r.id, data...)
	return r.request
}

// start asks the station for its identity.
func (r *registrarByHand) start() []byte { return r.ask([]byte{eapIdentity}) }

// end ends EAP, with EAP-Failure in any case.
func (r *registrarByHand) end(err error) []byte {
	if r.err == nil {
		r.err = err
	}
	r.over = true
	return eapPacket(eapFailure, r.id)
}

// handle processes a packet of the station, and returns what to send, or nil.
func (r *registrarByHand) handle(b []byte) []byte {
	packet := cutEAP(b)
	if r.over || len(packet) < 5 || packet[0] != eapResponse || packet[1] != r.id {
		return nil
	}
	switch {
	case !r.identified && packet[4] == eapIdentity:
		if string(packet[5:]) != "WFA-SimpleConfig-Enrollee-1-0" {
			return r.end(errOtherPeer)
		}
		r.identified, r.due = true, handM1
		return r.ask([]byte(wscType), []byte{opStart, 0})
	case packet[4] == eapNak:
		return r.end(errOtherPeer)
	case !r.identified || !isWSC(packet):
		return nil
	case packet[12] == opFragACK:
		return r.piece()
	}
	message, complete, ok := r.in.add(packet)
	switch {
	case !ok:
		return nil
	case !complete:
		return r.ask([]byte(wscType), []byte{opFragACK, 0})
	}
	return r.hear(packet[12], message)
}

// send begins to send a message.
func (r *registrarByHand) send(op byte, message []byte) []byte {
	r.out = pieces{op: op, rest: message, size: r.size}
	return r.piece()
}

func (r *registrarByHand) piece() []byte {
	if data := r.out.next(); data != nil {
		return r.ask(data)
	}
	return nil
}

// hear processes a message. Messages of another run or out of order are not
// answered.
func (r *registrarByHand) hear(op byte, m []byte) []byte {
	kind := kindOf(m)
	ours := bytes.Equal(attribute(m, atEnrolleeNonce), r.n1) && bytes.Equal(attribute(m, atRegistrarNonce), r.n2)
	switch {
	case op == opMSG && kind == handM1 && r.due == handM1:
		return r.m2(m)
	case op == opMSG && kind == r.due && kind != handDone && kind != handACK:
		if !r.authentic(m, atRegistrarNonce, r.n2) {
			return nil
		}
		return r.proceed(kind, m)
	case op == opNACK && kind == handNACK && ours:
		if code := attribute(m, atConfigError); len(code) == 2 && r.err == nil {
			sent := map[byte]byte{handM3: handM2, handM5: handM4, handM7: handM6, handDone: handM8}[r.due]
			r.err = &stopped{code: code[1], kind: sent}
		}
		return r.end(r.err)
	case op == opACK && kind == handACK && r.due == handACK && ours:
		return r.end(errTurnedOff)
	case op == opDone && kind == handDone && r.due == handDone && ours:
		r.registered = true
		return r.end(nil)
	}
	return nil
}

// m2 answers M1, with M2D if it does not wait for this enrollee.
func (r *registrarByHand) m2(m []byte) []byte {
	n1, address, key, id := attribute(m, atEnrolleeNonce), attribute(m, atMAC), attribute(m, atPublicKey), attribute(m, atPasswordID)
	if len(n1) != 16 || len(address) != 6 || len(key) != 192 || len(id) != 2 {
		return nil
	}
	r.n1, r.n2, r.address = bytes.Clone(n1), r.draw(16), bytes.Clone(address)
	r.pke, r.pkr, r.previous = bytes.Clone(key), r.own, bytes.Clone(m)
	uuid := tlv(atUUIDR, 0xB, 0xA, 0xD, 0xE, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1)
	device := description("Registrar", 0, 6, 0, 0x50, 0xF2, 4, 0, 1)
	if !bytes.Equal(id, []byte{0, r.passwordID}) {
		r.due = handACK
		return r.send(opMSG, r.say(handM2D, tlv(atEnrolleeNonce, r.n1...), tlv(atRegistrarNonce, r.n2...), uuid,
			capabilities(), device, tlv(atConfigError, 0, 0), tlv(0x102D, 0x80, 0, 0, 0)))
	}
	if !r.agree(key, address, r.password) {
		return nil
	}
	r.due = handM3
	return r.send(opMSG, r.say(handM2, tlv(atEnrolleeNonce, r.n1...), tlv(atRegistrarNonce, r.n2...), uuid, tlv(atPublicKey, r.own...),
		capabilities(), device, tlv(atConfigError, 0, 0), tlv(atPasswordID, id...), tlv(0x102D, 0x80, 0, 0, 0)))
}

// proceed answers M3, M5 and M7.
func (r *registrarByHand) proceed(kind byte, m []byte) []byte {
	nonce := tlv(atEnrolleeNonce, r.n1...)
	if kind == handM3 {
		r.hash1, r.hash2, r.due = bytes.Clone(attribute(m, atEHash1)), bytes.Clone(attribute(m, atEHash2)), handM5
		return r.send(opMSG, r.say(handM4, nonce, tlv(atRHash1, r.proof(r.s1, r.psk1)...), tlv(atRHash2, r.proof(r.s2, r.psk2)...),
			r.seal(tlv(atRSNonce1, r.s1...))))
	}
	settings, id, psk, hash := r.open(m), uint16(atESNonce1), r.psk1, r.hash1
	if kind == handM7 {
		id, psk, hash = atESNonce2, r.psk2, r.hash2
	}
	secret := attribute(settings, id)
	switch {
	case settings == nil:
		return r.stop(kind, 2)
	case len(secret) != 16 || !bytes.Equal(r.proof(secret, psk), hash):
		return r.stop(kind, authFailed)
	case kind == handM5:
		r.due = handM7
		return r.send(opMSG, r.say(handM6, nonce, r.seal(tlv(atRSNonce2, r.s2...))))
	}
	r.due = handDone
	credential := bytes.Join([][]byte{
		tlv(0x1026, 1), tlv(atSSID, []byte(r.network.ssid)...), tlv(atAuthType, r.network.auth...), tlv(atEncrType, r.network.encr...),
		tlv(atNetworkKey, []byte(r.network.key)...), tlv(atMAC, r.address...),
	}, nil)
	return r.send(opMSG, r.say(handM8, nonce, r.seal(tlv(atCredential, credential...))))
}

// stop refuses to continue. The station's answer ends EAP.
func (r *registrarByHand) stop(kind, code byte) []byte {
	r.err, r.due = &stopped{code: code, kind: kind, found: true}, 0
	return r.send(opNACK, r.say(handNACK, tlv(atEnrolleeNonce, r.n1...), tlv(atRegistrarNonce, r.n2...), tlv(atConfigError, 0, code)))
}
