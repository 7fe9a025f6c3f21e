package radius

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var (
	secret = []byte("a secret of this client")
	client = netip.MustParseAddrPort("192.0.2.1:40000")
)

// registrar is a server that follows the rules of our access point.
type registrar struct {
	*Server
	point *ap.AccessPoint
	ended []error
	seen  []Access
}

func newRegistrar(t testing.TB, maxSessions int) *registrar {
	t.Helper()
	d := fixture.Device(1)
	d.State = wps.Configured
	return newRegistrarOf(t, ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{fixture.Network}, PIN: fixture.PIN(t, "12345670"),
		LateM2: 5 * time.Second,
	}, maxSessions)
}

func newRegistrarOf(t testing.TB, cfg ap.Config, maxSessions int) *registrar {
	t.Helper()
	point, err := newPoint(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := &registrar{point: point}
	r.Server, err = NewServer(Config{
		Secret: func(a netip.Addr) []byte {
			if a == client.Addr() {
				return secret
			}
			return nil
		},
		NewSession: func(_ time.Time, a Access) (Session, error) {
			r.seen = append(r.seen, a)
			return r.point.NewSession(a.Station, a.FirstID)
		},
		Ended:       func(_ time.Time, _ Access, _ Session, err error) { r.ended = append(r.ended, err) },
		MaxSessions: maxSessions,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// passThrough is an access point that forwards a station's EAP packets: the
// client of the server. It is written independently of the package, after RFC
// 3579 §2.
type passThrough struct {
	secret     []byte
	peer       *eapwsc.Peer
	mac        wps.MAC
	identifier uint8
	state      []byte
	last       *Packet // the request that waits for a response
	raw        []byte
	rejected   bool
	stepErr    error
	step       eapwsc.Step
}

func newStation(t testing.TB, mac byte, password registration.Password) *passThrough {
	t.Helper()
	m, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: fixture.Device(mac)}, Password: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	return newPassThrough(t, m, fixture.Device(mac).MAC)
}

func newPassThrough(t testing.TB, m eapwsc.Machine, mac wps.MAC) *passThrough {
	t.Helper()
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	if err != nil {
		t.Fatal(err)
	}
	return &passThrough{secret: secret, peer: peer, mac: mac}
}

// begin asks the station for its identity, as an access point does.
func (c *passThrough) begin(t testing.TB, now time.Time) []byte {
	t.Helper()
	c.peer.Start(now)
	return c.toStation(t, now, []byte{1, 41, 0, 5, 1})
}

// toStation gives the station an EAP packet and returns the Access-Request
// with its answer, or nil.
func (c *passThrough) toStation(t testing.TB, now time.Time, packet []byte) []byte {
	t.Helper()
	step, err := c.peer.Handle(now, packet)
	c.step = step
	if step.Done {
		c.stepErr = err
	}
	if step.Send == nil {
		return nil
	}
	c.identifier++
	p := &Packet{Code: AccessRequest, Identifier: c.identifier}
	p.Authenticator = [16]byte{1, c.identifier, c.mac[5], c.mac[4], c.mac[3]}
	p.Add(UserName, []byte(eap.EnrolleeIdentity))
	p.Add(CalledStationID, []byte("02-00-00-00-00-FE:lab"))
	p.Add(CallingStationID, fmt.Appendf(nil, "%X-%X-%X-%X-%X-%X", c.mac[0:1], c.mac[1:2], c.mac[2:3], c.mac[3:4], c.mac[4:5], c.mac[5:6]))
	p.Add(FramedMTU, []byte{0, 0, 5, 0x78})
	p.Add(ProxyState, []byte("proxy"))
	p.AddEAP(step.Send)
	if c.state != nil {
		p.Add(State, c.state)
	}
	var err2 error
	if c.raw, err2 = p.EncodeRequest(c.secret); err2 != nil {
		t.Fatal(err2)
	}
	c.last = p
	return c.raw
}

// fromServer passes a response to the access point and returns its next
// request.
func (c *passThrough) fromServer(t testing.TB, now time.Time, b []byte) []byte {
	t.Helper()
	p, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if c.last == nil || p.Identifier != c.last.Identifier {
		return nil // a copy of an answer already received
	}
	if err := p.CheckResponse(c.secret, c.last); err != nil {
		t.Fatal(err)
	}
	if string(p.Get(ProxyState)) != "proxy" {
		t.Errorf("%v: Proxy-State %q", p.Code, p.Get(ProxyState))
	}
	c.last = nil
	switch p.Code {
	case AccessReject:
		c.rejected = true
		if in, err := eap.ParsePacket(p.EAP()); err != nil || in.Code != eap.CodeFailure {
			t.Errorf("Access-Reject with %v, %v", in, err)
		}
	case AccessChallenge:
		c.state = bytes.Clone(p.Get(State))
	default:
		t.Fatalf("%v", p.Code)
	}
	return c.toStation(t, now, p.EAP())
}

// run registers a station over a path that delivers each datagram as often as
// copies returns.
func (r *registrar) run(t testing.TB, c *passThrough, now time.Time, copies func() int) {
	t.Helper()
	request := c.begin(t, now)
	for repeats := 0; request != nil && !c.rejected; {
		var answers [][]byte
		for range copies() {
			out, _ := r.Handle(now, client, request)
			for _, d := range out {
				if d.To != client {
					t.Fatalf("to %v", d.To)
				}
				answers = append(answers, d.Data)
			}
		}
		for i := 1; i < len(answers); i++ {
			if !bytes.Equal(answers[i], answers[0]) {
				t.Error("copies of a request got different answers")
			}
		}
		var next []byte
		for _, a := range answers {
			for range copies() {
				if n := c.fromServer(t, now, a); n != nil {
					next = n
				}
			}
		}
		if next != nil || c.rejected {
			request, repeats = next, 0
			continue
		}
		now = now.Add(3 * time.Second) // the client repeats its request
		for _, d := range r.Timeout(now) {
			if n := c.fromServer(t, now, d.Data); n != nil {
				request = n
			}
		}
		if repeats++; repeats > 4 {
			return
		}
	}
}

func once() int { return 1 }

func TestRegister(t *testing.T) {
	now := fixture.Began
	for _, tt := range []struct {
		name    string
		station func() *passThrough
		prepare func(r *registrar)
		want    error
	}{
		{"PIN", func() *passThrough { return newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353"))) },
			func(r *registrar) { r.enter(t, now, "24681353") }, nil},
		{"button", func() *passThrough { return newStation(t, 2, registration.PushButton()) },
			func(r *registrar) { r.press(t, now) }, nil},
		{"wrong first half", func() *passThrough { return newStation(t, 2, registration.PIN(fixture.PIN(t, "12345670"))) },
			func(r *registrar) { r.enter(t, now, "24681353") }, registration.ErrPassword},
		{"nobody entered a PIN", func() *passThrough { return newStation(t, 2, registration.PIN(fixture.PIN(t, "12345670"))) },
			func(*registrar) {}, registration.ErrNoRegistrar},
		{"external registrar reads", func() *passThrough {
			m, err := registration.NewRegistrar(registration.RegistrarConfig{
				Config: registration.Config{Device: fixture.Device(3)}, AP: true, Password: registration.PIN(fixture.PIN(t, "12345670")),
			})
			if err != nil {
				t.Fatal(err)
			}
			return newPassThrough(t, m, fixture.Device(3).MAC)
		}, func(*registrar) {}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistrar(t, 0)
			tt.prepare(r)
			c := tt.station()
			r.run(t, c, now, once)
			if !c.rejected {
				t.Error("the exchange did not end with Access-Reject")
			}
			if !errors.Is(c.stepErr, tt.want) || len(r.ended) != 1 || !errors.Is(r.ended[0], tt.want) {
				t.Errorf("station: %v, registrar: %v, want %v", c.stepErr, r.ended, tt.want)
			}
			if a := r.seen[0]; a.SSID != "lab" || a.AP != (wps.MAC{2, 0, 0, 0, 0, 0xfe}) || a.Station != c.mac || a.MTU != 1400 || a.FirstID != 41 {
				t.Errorf("%+v", a)
			}
			r.Timeout(now.Add(time.Hour))
			if r.Sessions() != 0 || len(r.requests) != 0 || len(r.stations) != 0 || !r.Deadline().IsZero() {
				t.Errorf("%d sessions, %d requests, %d stations are kept", r.Sessions(), len(r.requests), len(r.stations))
			}
		})
	}
}

func (r *registrar) enter(t testing.TB, now time.Time, digits string) {
	t.Helper()
	if err := r.point.EnterPIN(now, ap.PINEntry{PIN: fixture.PIN(t, digits)}); err != nil {
		t.Fatal(err)
	}
}

func (r *registrar) press(t testing.TB, now time.Time) {
	t.Helper()
	if err := r.point.PressButton(now); err != nil {
		t.Fatal(err)
	}
}

// TestLoss loses and duplicates datagrams at random: every registration still
// succeeds.
func TestLoss(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		r := newRegistrar(t, 0)
		r.enter(t, fixture.Began, "24681353")
		c := newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
		r.run(t, c, fixture.Began, func() int { return [...]int{1, 1, 1, 1, 2, 3, 0}[random.IntN(7)] })
		if c.peer.Result() == nil {
			t.Errorf("seed %d: %v, registrar %v", seed, c.stepErr, r.ended)
		}
	}
}

// TestDiscarded sends a server datagrams that it must not answer.
func TestDiscarded(t *testing.T) {
	now := fixture.Began
	r := newRegistrar(t, 0)
	c := newStation(t, 2, registration.PushButton())
	request := c.begin(t, now)
	unsigned := *c.last
	plain, _ := unsigned.appendTo(nil)
	other, _ := c.last.EncodeRequest([]byte("another secret"))
	challenge := &Packet{Code: AccessChallenge}
	foreign, _ := challenge.EncodeResponse(secret, c.last)
	for _, tt := range []struct {
		name  string
		from  netip.AddrPort
		b     []byte
		class error
	}{
		{"unknown client", netip.MustParseAddrPort("192.0.2.9:1"), request, ErrClient},
		{"no Message-Authenticator", client, plain, ErrUnsigned},
		{"another secret", client, other, ErrSecret},
		{"a response", client, foreign, eap.ErrCode},
		{"garbage", client, []byte("garbage"), eap.ErrTruncated},
	} {
		if out, err := r.Handle(now, tt.from, tt.b); out != nil || !errors.Is(err, tt.class) {
			t.Errorf("%s: %d answers, %v", tt.name, len(out), err)
		}
	}
	if r.Sessions() != 0 {
		t.Errorf("%d sessions", r.Sessions())
	}
	// An IPv4-mapped IPv6 address, as a dual-stack socket returns it, is the
	// same client.
	mapped := netip.AddrPortFrom(netip.AddrFrom16(client.Addr().As16()), client.Port())
	if out, err := r.Handle(now, mapped, request); len(out) != 1 || err != nil {
		t.Errorf("%d answers, %v", len(out), err)
	}
	// Another client must not continue the session.
	status := &Packet{Code: StatusServer, Identifier: 1}
	b, _ := status.EncodeRequest(secret)
	out, err := r.Handle(now, client, b)
	if err != nil || len(out) != 1 || Code(out[0].Data[0]) != AccessAccept {
		t.Errorf("Status-Server: %v, %v", out, err)
	}
	// EAP packets of an unknown session are rejected.
	lost := &Packet{Code: AccessRequest, Identifier: 9}
	lost.Add(CallingStationID, []byte("020000000007"))
	lost.Add(State, []byte("0123456789abcdef"))
	lost.AddEAP([]byte{2, 1, 0, 6, 3, 254})
	b, _ = lost.EncodeRequest(secret)
	out, err = r.Handle(now, client, b)
	if !errors.Is(err, ErrDiscarded) || len(out) != 1 || Code(out[0].Data[0]) != AccessReject {
		t.Fatalf("unknown State: %v, %v", out, err)
	}
	answer, err := Parse(out[0].Data)
	if err != nil || !bytes.Equal(answer.EAP(), []byte{byte(eap.CodeFailure), 1, 0, 4}) {
		t.Errorf("unknown State: EAP %x, %v", answer.EAP(), err)
	}
}

// TestLateDecision keeps a station waiting after M2D. If the owner acts, the
// answer to the waiting request is M2; otherwise the session ends.
func TestLateDecision(t *testing.T) {
	for _, tt := range []struct {
		name string
		act  func(r *registrar, now time.Time)
		want error
	}{
		{"PIN", func(r *registrar, now time.Time) { r.enter(t, now, "24681353") }, nil},
		{"nothing", func(*registrar, time.Time) {}, registration.ErrNoRegistrar},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := fixture.Began
			r := newRegistrar(t, 0)
			c := newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
			request := c.begin(t, now)
			for request != nil {
				out, err := r.Handle(now, client, request)
				if err != nil {
					t.Fatal(err)
				}
				if len(out) == 0 {
					break // WSC_ACK, which must wait
				}
				request = c.fromServer(t, now, out[0].Data)
			}
			if request == nil {
				t.Fatalf("the station did not wait: %v", c.stepErr)
			}
			if out, err := r.Handle(now, client, request); len(out) != 0 || err != nil {
				t.Errorf("a copy of the request that waits: %v, %v", out, err)
			}
			now = now.Add(2 * time.Second)
			tt.act(r, now)
			out := r.Poll(now)
			if (len(out) == 1) != (tt.want == nil) {
				t.Errorf("%d answers at once", len(out))
			}
			if len(out) == 0 {
				now = now.Add(4 * time.Second)
				out = r.Timeout(now)
			}
			for len(out) == 1 {
				next := c.fromServer(t, now, out[0].Data)
				if next == nil {
					break
				}
				out, _ = r.Handle(now, client, next)
			}
			if !c.rejected || !errors.Is(c.stepErr, tt.want) || len(r.ended) != 1 || !errors.Is(r.ended[0], tt.want) {
				t.Errorf("station %v, registrar %v, want %v", c.stepErr, r.ended, tt.want)
			}
		})
	}
}

// TestRestart restarts a station in the middle of a run: the old session ends,
// and the new one registers.
func TestRestart(t *testing.T) {
	now := fixture.Began
	r := newRegistrar(t, 0)
	r.enter(t, now, "24681353")
	first := newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
	out, err := r.Handle(now, client, first.begin(t, now))
	if err != nil {
		t.Fatal(err)
	}
	if request := first.fromServer(t, now, out[0].Data); request == nil {
		t.Fatal("no M1")
	} else if _, err := r.Handle(now, client, request); err != nil {
		t.Fatal(err)
	}
	second := newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
	second.identifier = 100
	r.run(t, second, now, once)
	if second.peer.Result() == nil || len(r.ended) != 2 {
		t.Errorf("%v, %v", second.stepErr, r.ended)
	}
}

// TestManySessions opens more sessions than the server holds: ten thousand.
func TestManySessions(t *testing.T) {
	const more = 200
	now := fixture.Began
	r := newRegistrar(t, 0)
	for i := range MaxSessions + more {
		c := newStation(t, 2, registration.PushButton())
		c.mac[3], c.mac[4] = byte(i>>8), byte(i)
		if _, err := r.Handle(now.Add(time.Duration(i)*time.Millisecond), client, c.begin(t, now)); err != nil {
			t.Fatal(err)
		}
		if r.Sessions() > MaxSessions {
			t.Fatalf("%d sessions", r.Sessions())
		}
	}
	if len(r.ended) != more {
		t.Errorf("%d were ended", len(r.ended))
	}
	r.Timeout(now.Add(10 * time.Minute))
	r.Timeout(now.Add(20 * time.Minute))
	if r.Sessions() != 0 {
		t.Errorf("%d sessions are kept", r.Sessions())
	}
}

// TestCrowd opens many times as many sessions from one client as the server
// holds. They replace the client's own sessions, those idle longest first, and
// sessions that have ended, but not those of another client.
func TestCrowd(t *testing.T) {
	const most = 8
	other := netip.MustParseAddrPort("192.0.2.2:40000")
	var closed []Access
	s, err := NewServer(Config{
		Secret:      func(netip.Addr) []byte { return secret },
		NewSession:  func(time.Time, Access) (Session, error) { return &sessionDouble{}, nil },
		Ended:       func(_ time.Time, a Access, _ Session, _ error) { closed = append(closed, a) },
		MaxSessions: most,
	})
	if err != nil {
		t.Fatal(err)
	}
	now := fixture.Began
	begin := func(from netip.AddrPort, station int) []byte {
		t.Helper()
		c := newStation(t, 2, registration.PushButton())
		c.mac[3], c.mac[4] = byte(station>>8), byte(station)
		out, err := s.Handle(now, from, c.begin(t, now))
		if err != nil || len(out) != 1 {
			t.Fatalf("station %d: %d datagrams, %v", station, len(out), err)
		}
		return c.fromServer(t, now, out[0].Data)
	}
	quiet, again := begin(other, 1000), begin(client, 0)
	for i := 1; i < most-1; i++ {
		begin(client, i)
	}
	if _, err := s.Handle(now, client, again); err != nil { // active again, so not the first to be replaced
		t.Fatal(err)
	}
	for i := most; i < 10*most; i++ {
		begin(client, i)
		if n := s.Sessions(); n != most {
			t.Fatalf("%d sessions", n)
		}
	}
	for i, a := range closed {
		want := i + 1
		if i == most-2 {
			want = 0 // it was heard after the others of the start
		}
		if station := int(a.Station[3])<<8 | int(a.Station[4]); a.Client != client || station != want {
			t.Errorf("closed station %d of %v; want %d", station, a.Client, want)
		}
	}
	if len(closed) != 9*most {
		t.Errorf("%d sessions were closed", len(closed))
	}
	if out, err := s.Handle(now, other, quiet); err != nil || len(out) != 1 {
		t.Errorf("the other client's session: %d datagrams, %v", len(out), err)
	}
}

// sessionDouble answers every packet with the same one.
type sessionDouble struct{}

func (*sessionDouble) Start(now time.Time) eapwsc.Step {
	return eapwsc.Step{Deadline: now.Add(time.Minute)}
}
func (*sessionDouble) Handle(now time.Time, _ []byte) (eapwsc.Step, error) {
	return eapwsc.Step{Send: []byte{1, 42, 0, 5, 1}, Deadline: now.Add(time.Minute)}, nil
}
func (d *sessionDouble) Timeout(now time.Time) (eapwsc.Step, error) { return d.Handle(now, nil) }
func (*sessionDouble) Close(time.Time, error) error                 { return nil }

func TestConfig(t *testing.T) {
	newSession := func(time.Time, Access) (Session, error) { return nil, nil }
	for _, cfg := range []Config{
		{}, {NewSession: newSession}, {Secret: func(netip.Addr) []byte { return nil }},
		{Secret: func(netip.Addr) []byte { return nil }, NewSession: newSession, MaxSessions: -1},
	} {
		if _, err := NewServer(cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%v", err)
		}
	}
}

func newPoint(cfg ap.Config) (*ap.AccessPoint, error) { return ap.New(cfg) }
