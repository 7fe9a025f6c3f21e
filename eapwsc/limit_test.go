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

// TestRetransmissions has a station that never answers: how often and when a
// request is sent again, and how the exchange ends.
func TestRetransmissions(t *testing.T) {
	for name, c := range map[string]struct {
		answers int // of the station, before it falls silent
		seconds []int
		class   error
	}{
		"identity":  {0, []int{3, 6, 12, 20, 20}, registration.ErrTimeout},
		"WSC_Start": {askedIdentity, []int{5, 5, 5}, registration.ErrTimeout},
		"M2":        {saidStart, []int{5, 5, 5}, registration.ErrTimeout},
	} {
		p := newPair(t, false)
		now := fixture.Began
		step := Step{Send: p.request, Deadline: now.Add(time.Duration(c.seconds[0]) * time.Second)}
		if c.answers > 0 {
			p.answer(t, c.answers)
			var err error
			if step, err = p.server.Handle(now, p.response); err != nil {
				t.Fatal(err)
			}
		}
		request := bytes.Clone(step.Send)
		for i, seconds := range c.seconds {
			if !bytes.Equal(step.Send, request) || step.Deadline.Sub(now) != time.Duration(seconds)*time.Second {
				t.Errorf("%s: %d: %x for %v, want %x for %d s", name, i, step.Send, step.Deadline.Sub(now), request, seconds)
			}
			if early, err := p.server.Timeout(step.Deadline.Add(-1)); early.Send != nil || early.Done || err != nil || early.Deadline != step.Deadline {
				t.Errorf("%s: %d: before the deadline: %+v, %v", name, i, early, err)
			}
			now = step.Deadline
			var err error
			if step, err = p.server.Timeout(now); step.Done != (i == len(c.seconds)-1) || step.Done != errors.Is(err, c.class) {
				t.Errorf("%s: %d: %+v, %v", name, i, step, err)
			}
		}
	}
}

// TestFragmentRetransmitted loses a fragment: the same fragment is sent again.
func TestFragmentRetransmitted(t *testing.T) {
	p := newPair(t, false)
	p.server.size = 100
	p.answer(t, saidStart)
	step, err := p.server.Handle(fixture.Began, p.response)
	for i := range 2 { // the first fragment of M2, and the second
		if err != nil || len(step.Send) > 120 {
			t.Fatalf("fragment %d: %d octets, %v", i, len(step.Send), err)
		}
		fragment := bytes.Clone(step.Send)
		if step, err = p.server.Timeout(step.Deadline); err != nil || !bytes.Equal(step.Send, fragment) {
			t.Errorf("fragment %d is sent again as\n%x, %v, want\n%x", i, step.Send, err, fragment)
		}
		answer, err := p.peer.Handle(fixture.Began, fragment)
		if err != nil {
			t.Fatal(err)
		}
		step, err = p.server.Handle(fixture.Began, answer.Send)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestNACKs checks how a failed run ends: an access point that has found the fault
// sends WSC_NACK, and EAP-Failure after the answer to it; the station's WSC_NACK is
// answered with EAP-Failure at once.
func TestNACKs(t *testing.T) {
	other := registration.PIN(pin.MustParse("24681353"))
	isNACK := func(packet []byte) bool {
		in := mustParse(t, packet)
		return in.IsWSC() && in.OpCode == eap.OpNACK
	}

	// The station finds in M4 that the access point has another PIN.
	p := newPair(t, false)
	enrollee, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: fixture.Device(2), KeyPair: cheapKeys()[0]}, Password: other,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.peer = newPeer(t, enrollee, 0)
	p.peer.Start(fixture.Began)
	p.answer(t, saidM4)
	if !isNACK(p.response) {
		t.Fatalf("the station answers M4 with %x", p.response)
	}
	if step, err := p.server.Handle(fixture.Began, p.response); !step.Done || !errors.Is(err, registration.ErrPassword) || step.Send[0] != byte(eap.CodeFailure) {
		t.Errorf("the station's WSC_NACK: %+v, %v", step, err)
	}

	// The access point finds in M4 that the external registrar has another PIN.
	registrar, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: fixture.Device(2), KeyPair: cheapKeys()[0]}, Password: other, AP: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	p = &pair{peer: newPeer(t, registrar, 0)}
	p.server, err = NewServer(ServerConfig{Enrollee: func(time.Time) (Machine, error) {
		return registration.NewEnrollee(registration.EnrolleeConfig{
			Config:   registration.Config{Device: fixture.Device(1), KeyPair: cheapKeys()[1]},
			Password: registration.PIN(pin.MustParse("12345670")), AP: &fixture.Network,
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.peer.Start(fixture.Began)
	p.request = bytes.Clone(p.server.Start(fixture.Began).Send)
	p.answer(t, 3) // identity, M2, M4
	step, err := p.server.Handle(fixture.Began, p.response)
	if err != nil || step.Done || !isNACK(step.Send) {
		t.Fatalf("the access point's WSC_NACK: %+v, %v", step, err)
	}
	answer, err := p.peer.Handle(fixture.Began, step.Send)
	if err != nil || !isNACK(answer.Send) {
		t.Fatalf("the answer to it: %+v, %v", answer, err)
	}
	if step, err := p.server.Handle(fixture.Began, answer.Send); !step.Done || !errors.Is(err, registration.ErrPassword) || step.Send[0] != byte(eap.CodeFailure) {
		t.Errorf("after the answer: %+v, %v", step, err)
	}
}

// TestLateM2 acknowledges M2D: the access point ends the exchange, or keeps the
// station for the time that is configured.
func TestLateM2(t *testing.T) {
	for _, late := range []time.Duration{0, 1, 5 * time.Second, time.Hour} {
		p := newPair(t, true)
		p.server.lateM2 = late
		p.answer(t, saidStart)
		if step, err := p.server.Handle(fixture.Began, p.response); err != nil || !step.Waiting || step.Deadline != fixture.Began.Add(ExchangeTimeout) {
			t.Fatalf("M1: %+v, %v", step, err)
		}
		if step, err := p.server.Answer(fixture.Began, nil, nil); err != nil || !step.Waiting || step.Send != nil || step.Deadline != fixture.Began.Add(ExchangeTimeout) {
			t.Errorf("no decision yet: %+v, %v", step, err)
		}
		step, err := p.server.Answer(fixture.Began, mustDecide(t, p.registrar, registration.Decision{}), nil)
		if err != nil {
			t.Fatal(err)
		}
		ack, err := p.peer.Handle(fixture.Began, step.Send)
		if err != nil {
			t.Fatal(err)
		}
		step, err = p.server.Handle(fixture.Began, ack.Send)
		if late == 0 {
			if !step.Done || !errors.Is(err, registration.ErrNoRegistrar) {
				t.Errorf("at once: %+v, %v", step, err)
			}
			continue
		}
		if end := fixture.Began.Add(min(late, ExchangeTimeout)); err != nil || !step.Waiting || !p.server.Waiting() || step.Deadline != end {
			t.Errorf("for %v: %+v, %v", late, step, err)
		}
		cause := errors.New("no decision any more")
		if step, err := p.server.Answer(fixture.Began, nil, cause); !step.Done || !errors.Is(err, cause) || p.server.Waiting() {
			t.Errorf("for %v, an error: %+v, %v", late, step, err)
		}
		if step, err := p.server.Answer(fixture.Began, nil, nil); !step.Done || !errors.Is(err, ErrOver) {
			t.Errorf("for %v, after the end: %+v, %v", late, step, err)
		}
	}
}

// TestClose closes exchanges at several points.
func TestClose(t *testing.T) {
	gone := errors.New("the station has gone")
	for name, c := range map[string]struct {
		rounds     int
		cause      error
		want       error
		identified bool
	}{
		"before the identity":              {0, nil, ErrEAP, false},
		"before the identity, with cause":  {0, gone, gone, false},
		"in mid-run":                       {saidM2, nil, registration.ErrRefused, true},
		"in mid-run, with cause":           {saidM2, gone, gone, true},
		"after the identity":               {saidStart, nil, registration.ErrRefused, true},
		"after the identity, with a cause": {saidStart, gone, gone, true},
	} {
		p := newPair(t, false)
		p.answer(t, c.rounds)
		if p.server.Identified() != c.identified || !p.peer.Identified() {
			t.Errorf("%s: Identified is %v", name, p.server.Identified())
		}
		err := p.server.Close(fixture.Began, c.cause)
		if !errors.Is(err, c.want) || !errors.Is(p.server.Err(), c.want) || p.server.Result() != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if again := p.server.Close(fixture.Began, errors.New("another cause")); again != err {
			t.Errorf("%s: closed again: %v", name, again)
		}
	}
}

// TestTimeoutSaysWhatWasIgnored lets exchanges time out after a packet that was
// ignored, and without one.
func TestTimeoutSaysWhatWasIgnored(t *testing.T) {
	for _, rounds := range []int{0, saidM2} {
		for _, ignored := range []bool{false, true} {
			p := newPair(t, false)
			p.answer(t, rounds)
			end := fixture.Began.Add(ExchangeTimeout)
			if ignored {
				if _, err := p.server.Handle(fixture.Began, []byte{1, 2, 3}); !errors.Is(err, ErrIgnored) || p.server.Ignored() == nil {
					t.Fatal(err)
				}
			}
			step, err := p.server.Timeout(end)
			if !step.Done || !errors.Is(err, registration.ErrTimeout) || errors.Is(err, ErrIgnored) != ignored {
				t.Errorf("after %d rounds, ignored %v: %+v, %v", rounds, ignored, step, err)
			}
		}
	}
}

// silent is a machine that gives no answer to messages.
type silent struct {
	Machine
	err   error
	ended bool
}

func (m *silent) Handle([]byte) ([]byte, error) { return nil, m.err }
func (m *silent) Ended() bool                   { return m.ended }
func (m *silent) Err() error {
	if m.ended {
		return m.err
	}
	return nil
}

// TestPeerWithoutAnswer has the machine of a station give no answer: the request
// is ignored, with the reason, unless the run has failed.
func TestPeerWithoutAnswer(t *testing.T) {
	why := errors.New("no randomness")
	for name, c := range map[string]struct {
		err   error
		ended bool
		done  bool
		text  string
	}{
		"no error":  {nil, false, false, "eapwsc: packet ignored: there is no answer to it"},
		"error":     {why, false, false, "eapwsc: packet ignored: no randomness"},
		"failed":    {why, true, true, "no randomness"},
		"succeeded": {nil, true, false, "eapwsc: packet ignored: there is no answer to it"},
	} {
		p := newPair(t, false)
		p.answer(t, saidStart)
		step, err := p.server.Handle(fixture.Began, p.response)
		if err != nil {
			t.Fatal(err)
		}
		p.peer.machine = &silent{Machine: p.peer.machine, err: c.err, ended: c.ended}
		got, err := p.peer.Handle(fixture.Began, step.Send)
		if got.Done != c.done || got.Send != nil || err == nil || err.Error() != c.text || errors.Is(err, ErrIgnored) == c.done {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
