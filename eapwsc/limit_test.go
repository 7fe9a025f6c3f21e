package eapwsc

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// pair is an exchange of a station and an access point with the same PIN.
type pair struct {
	peer      *Peer
	server    *Server
	registrar *registration.Registrar
	enrollee  *registration.Enrollee
	request   []byte // the last request of the access point
	response  []byte // the last response of the station
}

// newPair returns a pair. If deferred is set, the registrar decides later.
func newPair(t *testing.T, deferred bool) *pair {
	t.Helper()
	known := registration.PIN(pin.MustParse("12345670"))
	keys := cheapKeys()
	p := new(pair)
	var err error
	p.enrollee, err = registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: fixture.Device(2), KeyPair: keys[0]}, Password: known,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.peer = newPeer(t, p.enrollee, 0)
	p.server, err = NewServer(ServerConfig{FirstID: 40, Registrar: func(time.Time) (m Machine, err error) {
		cfg := registration.RegistrarConfig{
			Config: registration.Config{Device: fixture.Device(1), KeyPair: keys[1]}, Credentials: []wps.Credential{fixture.Network}, Deferred: deferred,
		}
		if !deferred {
			cfg.Password = known
		}
		p.registrar, err = registration.NewRegistrar(cfg)
		return p.registrar, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.peer.Start(fixture.Began)
	p.request = bytes.Clone(p.server.Start(fixture.Began).Send)
	return p
}

// answer lets the station answer n requests, and passes all but the last
// response to the access point.
func (p *pair) answer(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		if i > 0 {
			step, err := p.server.Handle(fixture.Began, p.response)
			if err != nil {
				t.Fatal(err)
			}
			p.request = bytes.Clone(step.Send)
		}
		step, err := p.peer.Handle(fixture.Began, p.request)
		if err != nil {
			t.Fatal(err)
		}
		p.response = bytes.Clone(step.Send)
	}
}

// The requests of an exchange, by number.
const (
	askedIdentity = 1 + iota
	saidStart
	saidM2
	saidM4
)

// TestFailureIdentifier checks that EAP-Failure ends the exchange with the
// Identifier of the last request or the next one. With any other it may be
// forged, or belong to another exchange.
func TestFailureIdentifier(t *testing.T) {
	p := newPair(t, false)
	p.answer(t, saidM2)
	last := p.request[1]
	for offset := range 256 {
		id := last + byte(offset)
		for _, code := range []byte{byte(eap.CodeFailure), byte(eap.CodeSuccess)} {
			if offset < 2 {
				continue
			}
			if step, err := p.peer.Handle(fixture.Began, []byte{code, id, 0, 4}); step.Done || !errors.Is(err, ErrIgnored) {
				t.Fatalf("code %d under Identifier %d after request %d: %+v, %v", code, id, last, step, err)
			}
		}
	}
	for offset := range 2 {
		p := newPair(t, false)
		p.answer(t, saidM2)
		if step, err := p.peer.Handle(fixture.Began, []byte{4, p.request[1] + byte(offset), 0, 4}); !step.Done || !errors.Is(err, registration.ErrRefused) {
			t.Errorf("EAP-Failure under Identifier +%d: %+v, %v", offset, step, err)
		}
	}
	// Before the first request there is no Identifier to compare with.
	p = newPair(t, false)
	if step, err := p.peer.Handle(fixture.Began, []byte{4, 77, 0, 4}); !step.Done || !errors.Is(err, ErrEAP) {
		t.Errorf("EAP-Failure before the first request: %+v, %v", step, err)
	}
}

// TestOpCodeOfMessage checks that both sides ignore a message with the op-code
// of another, and continue with the right one.
//
// hostap: test_ap_wps_m2_unknown_opcode3 test_wps_ext_proto_nack_m3_invalid_msg_type
// test_wps_ext_proto_ack_m3_invalid_msg_type test_wps_ext_m2_nack_invalid_msg_type
// test_wps_ext_m2_ack_invalid_msg_type test_wps_ext_wsc_done_wrong_msg_type
func TestOpCodeOfMessage(t *testing.T) {
	for _, round := range []int{saidM2, saidM4} {
		p := newPair(t, false)
		p.answer(t, round)
		next, err := p.server.Handle(fixture.Began, withOpCode(p.response, eap.OpACK))
		if !errors.Is(err, ErrIgnored) || next.Send != nil {
			t.Fatalf("round %d: the access point accepts a message with WSC_ACK: %v", round, err)
		}
		for _, op := range []eap.OpCode{eap.OpACK, eap.OpNACK, eap.OpDone} {
			if step, err := p.server.Handle(fixture.Began, withOpCode(p.response, op)); step.Done || !errors.Is(err, ErrIgnored) || !errors.Is(err, eap.ErrOpCode) {
				t.Errorf("round %d: the access point accepts a message with %v: %v", round, op, err)
			}
		}
		step, err := p.server.Handle(fixture.Began, p.response)
		if err != nil {
			t.Fatal(err)
		}
		request := bytes.Clone(step.Send)
		for _, op := range []eap.OpCode{eap.OpACK, eap.OpNACK, eap.OpDone} {
			if step, err := p.peer.Handle(fixture.Began, withOpCode(request, op)); step.Done || step.Send != nil || !errors.Is(err, ErrIgnored) || !errors.Is(err, eap.ErrOpCode) {
				t.Errorf("round %d: the station accepts a message with %v: %v", round, op, err)
			}
		}
		if step, err := p.peer.Handle(fixture.Began, request); err != nil || step.Send == nil {
			t.Errorf("round %d: the right message is not accepted: %v", round, err)
		}
	}
}

func withOpCode(packet []byte, op eap.OpCode) []byte {
	packet = bytes.Clone(packet)
	packet[12] = byte(op)
	return packet
}

// TestExchangeLimit checks that the exchange ends after two minutes, however
// busy the other side keeps it.
func TestExchangeLimit(t *testing.T) {
	end := fixture.Began.Add(ExchangeTimeout)

	p := newPair(t, false)
	p.answer(t, saidStart)
	var step Step
	for now, id := fixture.Began, byte(100); now.Before(end); now, id = now.Add(9*time.Second), id+1 {
		var err error
		step, err = p.peer.Handle(now, encode(eap.Packet{Code: eap.CodeRequest, ID: id, Type: eap.TypeNotification, Data: []byte("wait")}))
		if err != nil || step.Deadline.After(end) {
			t.Fatalf("the station, after %v: %+v, %v", now.Sub(fixture.Began), step, err)
		}
	}
	if step, err := p.peer.Timeout(end); !step.Done || !errors.Is(err, registration.ErrTimeout) {
		t.Errorf("the station at the limit: %+v, %v", step, err)
	}

	p = newPair(t, false)
	p.answer(t, saidStart)
	id := p.request[1]
	part := eap.Packet{Code: eap.CodeResponse, Type: eap.TypeExpanded, VendorID: eap.VendorWFA, VendorType: eap.VendorTypeWSC,
		OpCode: eap.OpMSG, Flags: eap.FlagMoreFragments | eap.FlagLengthField, MessageLength: 4000, Data: []byte("part")}
	for now := fixture.Began; now.Before(end); now = now.Add(4 * time.Second) {
		part.ID = id
		step, err := p.server.Handle(now, encode(part))
		if err != nil || step.Send == nil || step.Deadline.After(end) {
			t.Fatalf("the access point, after %v: %+v, %v", now.Sub(fixture.Began), step, err)
		}
		id = step.Send[1]
		part.Flags = eap.FlagMoreFragments
	}
	step, err := p.server.Timeout(end)
	if !step.Done || !errors.Is(err, registration.ErrTimeout) || len(step.Send) != 4 || step.Send[0] != byte(eap.CodeFailure) {
		t.Errorf("the access point at the limit: %+v, %v", step, err)
	}
}

// TestPeerPatience checks how long a station waits: after M2D longer than after
// other messages, since the user may still enter the PIN.
func TestPeerPatience(t *testing.T) {
	p := newPair(t, true)
	wait := func(step Step, err error) time.Duration {
		t.Helper()
		if err != nil || step.Done {
			t.Fatalf("%+v, %v", step, err)
		}
		return step.Deadline.Sub(fixture.Began)
	}
	if d := wait(p.peer.Start(fixture.Began), nil); d != PeerTimeout {
		t.Errorf("for the first request: %v", d)
	}
	p.answer(t, saidStart)
	if d := wait(p.peer.Handle(fixture.Began, p.request)); d != PeerTimeout {
		t.Errorf("for an answer to M1: %v", d)
	}
	if _, err := p.server.Handle(fixture.Began, p.response); err != nil {
		t.Fatal(err)
	}
	step, err := p.server.Answer(fixture.Began, mustDecide(t, p.registrar, registration.Decision{}), nil)
	wait(step, err)
	m2d := bytes.Clone(step.Send)
	if d := wait(p.peer.Handle(fixture.Began, m2d)); d != PeerLateTimeout {
		t.Errorf("after M2D: %v", d)
	}
}

func mustDecide(t *testing.T, r *registration.Registrar, d registration.Decision) []byte {
	t.Helper()
	message, err := r.Decide(d)
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// TestWaitingIgnoresPackets checks that while an M1 waits for a decision, no
// packet with the Identifier of the request continues or ends the run.
func TestWaitingIgnoresPackets(t *testing.T) {
	p := newPair(t, true)
	p.answer(t, saidStart)
	step, err := p.server.Handle(fixture.Began, p.response)
	if err != nil || !step.Waiting || step.Send != nil || !p.server.Waiting() {
		t.Fatalf("M1: %+v, %v", step, err)
	}
	id := p.request[1]
	m1, err := p.enrollee.Start()
	if err != nil {
		t.Fatal(err)
	}
	nack := &wps.NACK{ConfigError: wps.DeviceBusy}
	nack.EnrolleeNonce = wps.Nonce(wps.Find(m1, wps.AttrEnrolleeNonce))
	body, err := wps.Append(nil, nack)
	if err != nil {
		t.Fatal(err)
	}
	for name, packet := range map[string]eap.Packet{
		"M1 again": eap.NewWSC(eap.CodeResponse, id, eap.OpMSG, m1),
		"WSC_NACK": eap.NewWSC(eap.CodeResponse, id, eap.OpNACK, body),
		"Nak":      {Code: eap.CodeResponse, ID: id, Type: eap.TypeNak, Data: []byte{254}},
		"FRAG_ACK": eap.NewWSC(eap.CodeResponse, id, eap.OpFragACK, nil),
	} {
		if step, err := p.server.Handle(fixture.Began, encode(packet)); step.Done || step.Send != nil || !errors.Is(err, ErrIgnored) || !p.server.Waiting() {
			t.Errorf("%s: %+v, %v", name, step, err)
		}
	}
}

// TestWrongDirection checks that the access point ignores requests, its own
// included, and the station responses.
func TestWrongDirection(t *testing.T) {
	p := newPair(t, false)
	identity := eap.Packet{Code: eap.CodeRequest, ID: p.request[1], Type: eap.TypeIdentity, Data: []byte(eap.EnrolleeIdentity)}
	if step, err := p.server.Handle(fixture.Began, encode(identity)); step.Send != nil || !errors.Is(err, ErrIgnored) {
		t.Errorf("a request to the access point: %+v, %v", step, err)
	}
	p.answer(t, saidStart)
	if step, err := p.peer.Handle(fixture.Began, p.response); step.Send != nil || !errors.Is(err, ErrIgnored) {
		t.Errorf("a response to the station: %+v, %v", step, err)
	}
	request := bytes.Clone(p.response)
	request[0] = byte(eap.CodeRequest)
	if step, err := p.server.Handle(fixture.Began, request); step.Send != nil || !errors.Is(err, ErrIgnored) {
		t.Errorf("M1 as a request to the access point: %+v, %v", step, err)
	}
}

// TestIdentities begins with the identities of WSC and with others: a server of
// registrations serves only whom it is for.
//
// hostap: test_ap_wps_eap_wsc
func TestIdentities(t *testing.T) {
	for identity, want := range map[string]bool{
		eap.EnrolleeIdentity: true, eap.RegistrarIdentity: false, "": false, "someone@example.org": false,
		eap.EnrolleeIdentity + "x": false, "wfa-simpleconfig-enrollee-1-0": false, "WFA-SimpleConfig": false,
	} {
		p := newPair(t, false)
		packet := eap.Packet{Code: eap.CodeResponse, ID: p.request[1], Type: eap.TypeIdentity, Data: []byte(identity)}
		step, err := p.server.Handle(fixture.Began, encode(packet))
		answer, parseErr := eap.ParsePacket(step.Send)
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		if started := answer.Code == eap.CodeRequest && answer.IsWSC(); started != want || step.Done == want || (err == nil) != want {
			t.Errorf("%q: %+v, %v", identity, step, err)
		}
	}
}
