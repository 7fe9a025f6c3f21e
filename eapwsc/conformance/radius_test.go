package conformance

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/wps"
)

// radiusServer is a server on pipes; each write is a datagram.
type radiusServer struct {
	mu     sync.Mutex
	using  sync.Mutex
	server *radius.Server
	pipes  map[netip.AddrPort]net.Conn
	alarm  *time.Timer
}

// dial connects an access point with its own port.
func (s *radiusServer) dial() (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	near, far := net.Pipe()
	from := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1024+len(s.pipes)))
	s.pipes[from] = far
	go func() {
		b := make([]byte, radiusMaxPacket)
		for {
			n, err := far.Read(b)
			if err != nil {
				return
			}
			s.do(func(now time.Time) []radius.Datagram {
				out, _ := s.server.Handle(now, from, bytes.Clone(b[:n]))
				return out
			})
		}
	}()
	return near, nil
}

// do calls the server, and sends its answers.
func (s *radiusServer) do(f func(now time.Time) []radius.Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var answers []radius.Datagram
	var next time.Time
	s.use(func(now time.Time) { answers, next = f(now), s.server.Deadline() })
	for _, d := range answers {
		_ = s.pipes[d.To].SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = s.pipes[d.To].Write(d.Data) // the access point may be gone
	}
	if !next.IsZero() {
		s.alarm.Reset(time.Until(next))
	}
}

// use calls f, which uses the server or its access point. The connections are
// not waited for, unlike in do: the owner's calls come from the goroutine that
// reads them.
func (s *radiusServer) use(f func(now time.Time)) {
	s.using.Lock()
	defer s.using.Unlock()
	f(time.Now())
}

// TestRADIUS tests our registrar behind RADIUS with the right secret, and with
// a wrong one, whose packets it must not answer.
func TestRADIUS(t *testing.T) {
	for _, secret := range []string{"shared secret", "another"} {
		synctest.Test(t, func(t *testing.T) {
			inner, _ := newAccessPoint(t)
			point := inner.(*accessPoint).point
			authority, err := radius.NewServer(radius.Config{
				Secret: func(netip.Addr) []byte { return []byte(secret) },
				NewSession: func(_ time.Time, a radius.Access) (radius.Session, error) {
					return point.NewSession(a.Station, a.FirstID)
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			server := &radiusServer{server: authority, pipes: map[netip.AddrPort]net.Conn{}}
			server.alarm = time.AfterFunc(time.Hour, func() { server.do(authority.Timeout) })
			device := &RADIUS{Secret: []byte("shared secret"), AP: wps.MAC{2, 0, 0, 0, 0, 1}, SSID: "net", Dial: server.dial, Forget: time.Minute}
			hands := Funcs{
				EnterPIN: func(digits string) (_ string, err error) {
					server.use(func(now time.Time) { err = enterAt(point, now, digits) })
					return "", err
				},
				Cancel: func(string) (string, error) { server.use(point.Cancel); return "", nil },
			}
			cfg := Config{Device: device, Role: APRegistrar, Controls: hands, Only: "AP-REG-[PMI]*-[0-2][1-79]"}
			if secret == "another" {
				cfg.Only = "AP-REG-PIN-01"
			}
			s, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			results := s.Run(t.Context())
			if len(results) == 0 {
				t.Fatal("no case")
			}
			for _, r := range results {
				if want := map[bool]Verdict{true: Pass, false: Fail}[secret == "shared secret"]; r.Verdict != want && r.Verdict != NotApplicable {
					t.Errorf("want %v: %s", want, r.Text())
				}
			}
		})
	}
}

// radiusPort is the suite's end of pipes to access points; each write is a
// datagram.
type radiusPort struct {
	mu       sync.Mutex
	pipes    map[string]net.Conn
	received chan radiusDatagram
	deadline time.Time
}

type radiusDatagram struct {
	from net.Addr
	data []byte
}

func newRADIUSPort() *radiusPort {
	return &radiusPort{pipes: map[string]net.Conn{}, received: make(chan radiusDatagram, 100)}
}

// dial connects an access point with its own port.
func (p *radiusPort) dial() (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	near, far := net.Pipe()
	from := &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1024 + len(p.pipes)}
	p.pipes[from.String()] = far
	go func() {
		b := make([]byte, radiusMaxPacket)
		for {
			n, err := far.Read(b)
			if err != nil {
				return
			}
			p.received <- radiusDatagram{from, bytes.Clone(b[:n])}
		}
	}()
	return near, nil
}

func (p *radiusPort) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-p.received:
		return copy(b, d.data), d.from, nil
	case <-time.After(time.Until(p.deadline)):
		return 0, nil, os.ErrDeadlineExceeded
	}
}

func (p *radiusPort) WriteTo(b []byte, to net.Addr) (int, error) {
	p.mu.Lock()
	pipe := p.pipes[to.String()]
	p.mu.Unlock()
	if err := pipe.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return 0, err
	}
	return pipe.Write(b)
}

func (p *radiusPort) SetReadDeadline(t time.Time) error { p.deadline = t; return nil }
func (p *radiusPort) SetWriteDeadline(time.Time) error  { return nil }
func (p *radiusPort) SetDeadline(time.Time) error       { return nil }
func (p *radiusPort) LocalAddr() net.Addr               { return nil }
func (p *radiusPort) Close() error                      { return nil }

// TestRADIUSStation tests our station at an access point that passes EAP on to
// the suite: with the right secret, with a wrong one, and with nobody there.
func TestRADIUSStation(t *testing.T) {
	for _, secret := range []string{"shared secret", "another", ""} {
		synctest.Test(t, func(t *testing.T) {
			port := newRADIUSPort()
			// The access point is that with which the suite tests registrars.
			point := &RADIUS{Secret: []byte(secret), AP: wps.MAC{2, 0, 0, 0, 0, 1}, SSID: "net", Dial: port.dial}
			stations := sync.WaitGroup{}
			stop := func() {}
			enroll := func(string) (string, error) {
				stop()
				if secret == "" {
					return "", nil
				}
				link, err := point.Open(wps.MAC{2, 0, 0, 0, 0, 2})
				if err != nil {
					return "", err
				}
				left := make(chan struct{})
				stop = sync.OnceFunc(func() { close(left) })
				stations.Go(func() {
					defer link.Close()
					p := peer(t, nil)
					for step := p.Start(time.Now()); !step.Done; {
						packet, err := link.Receive(time.Now().Add(time.Second))
						select {
						case <-left:
							return
						default:
						}
						switch {
						case err != nil:
							return
						case packet != nil:
							step, _ = p.Handle(time.Now(), packet)
						case step.Deadline.After(time.Now()):
							continue
						default:
							step, _ = p.Timeout(time.Now())
						}
						if step.Send != nil && link.Send(step.Send) != nil {
							return
						}
					}
				})
				return "", nil
			}
			device := &RADIUSStation{Conn: port, Secret: []byte("shared secret")}
			cfg := Config{Device: device, Role: Station, OwnPIN: ownPIN, Controls: Funcs{EnrollPIN: enroll}, Short: true, Only: "STA-ENR-[PFM]*"}
			want := map[string]string{"another": "wrong shared secret", "": "no station has come"}[secret]
			if want != "" {
				cfg.Only = "STA-ENR-PIN-01"
			}
			s, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			passed := 0
			for _, r := range s.Run(t.Context()) {
				switch {
				case r.Case.Needs&NeedButton != 0 && r.Verdict == NotApplicable:
				case want == "" && r.Verdict != Pass, want != "" && (r.Verdict != Inconclusive || !strings.Contains(r.Reason, want)):
					t.Error(r.Text())
				default:
					passed++
				}
			}
			if want == "" && passed < 40 || passed == 0 {
				t.Errorf("%d cases have the verdict that they should have", passed)
			}
			stop()
			stations.Wait()
		})
	}
}

// closedConn counts how often it was closed.
type closedConn struct {
	net.Conn
	times int
}

func (c *closedConn) Close() error {
	if c.times++; c.times > 1 {
		return errors.New("closed twice")
	}
	return nil
}

// TestRADIUSCloseTwice closes a link twice, as a case does in which the station
// leaves in the middle: the second time nothing is waited for or closed.
func TestRADIUSCloseTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := &closedConn{}
		device := &RADIUS{Dial: func() (net.Conn, error) { return conn, nil }, Forget: time.Minute}
		link, err := device.Open(wps.MAC{2})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []time.Duration{time.Minute, 0} {
			link.(*radiusLink).heard = time.Now()
			began := time.Now()
			if err := link.Close(); err != nil {
				t.Errorf("close %d: %v", i+1, err)
			}
			if took := time.Since(began); took != want {
				t.Errorf("close %d took %v, want %v", i+1, took, want)
			}
		}
		if conn.times != 1 {
			t.Errorf("the connection was closed %d times", conn.times)
		}
	})
}

// scriptedPort is a port on which everything has arrived that will.
type scriptedPort struct {
	radiusPort
	arrived [][]byte
	sent    [][]byte
}

func (p *scriptedPort) ReadFrom(b []byte) (int, net.Addr, error) {
	first := next(&p.arrived)
	if first == nil {
		return 0, nil, os.ErrDeadlineExceeded
	}
	return copy(b, first), &net.UDPAddr{}, nil
}

func (p *scriptedPort) WriteTo(b []byte, _ net.Addr) (int, error) {
	p.sent = append(p.sent, bytes.Clone(b))
	return len(b), nil
}

// TestRADIUSStationRequests tests which requests of an access point belong to an
// exchange, and how they are answered.
func TestRADIUSStationRequests(t *testing.T) {
	secret := []byte("shared secret")
	identifier := uint8(0)
	request := func(station string, state []byte, packet string) (*radius.Packet, []byte) {
		identifier++
		p := &radius.Packet{Code: radius.AccessRequest, Identifier: identifier, Authenticator: [16]byte{identifier}}
		p.Add(radius.CallingStationID, []byte(station))
		p.Add(radius.ProxyState, []byte("proxy"))
		if state != nil {
			p.Add(radius.State, state)
		}
		p.AddEAP([]byte(packet))
		b, err := p.EncodeRequest(secret)
		if err != nil {
			t.Fatal(err)
		}
		return p, b
	}
	const identity, start, response, failure = "\x02\x07\x00\x06\x01i", "\x01\x28\x00\x05\x03", "\x02\x28\x00\x06\x03r", "\x04\x29\x00\x04"
	port := &scriptedPort{}
	device := &RADIUSStation{Conn: port, Secret: secret}
	_, old := request("02-00-00-00-00-02", nil, identity)
	port.arrived = [][]byte{old}
	first, begun := request("02-00-00-00-00-02", nil, identity)
	link, err := device.OpenTriggered(wps.MAC{}, func() error {
		if len(port.arrived) > 0 {
			t.Error("what came before the trigger is still there")
		}
		_, stale := request("02-00-00-00-00-02", []byte("earlier"), identity)
		_, later := request("02-00-00-00-00-02", nil, response)
		port.arrived = [][]byte{{1}, stale, later, begun}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	receive := func(want string) {
		t.Helper()
		if got, err := link.Receive(time.Now()); err != nil || string(got) != want {
			t.Errorf("got %x, %v, want %x", got, err, want)
		}
	}
	// answered sends a packet, which the station gets under an identifier, and
	// returns the answer to the request.
	answered := func(packet string, id byte, to *radius.Packet, code radius.Code) *radius.Packet {
		t.Helper()
		port.sent = nil
		if err := link.Send([]byte(packet)); err != nil {
			t.Fatal(err)
		}
		if len(port.sent) != 1 {
			t.Fatalf("%d datagrams", len(port.sent))
		}
		p, err := radius.Parse(port.sent[0])
		if err != nil || p.CheckResponse(secret, to) != nil || p.Code != code || string(p.EAP()) != string(shifted([]byte(packet), id-packet[1])) || string(p.Get(radius.ProxyState)) != "proxy" {
			t.Errorf("the answer is %v, %v", p, err)
		}
		return p
	}
	receive("")
	if err := link.Send([]byte("\x01\x27\x00\x05\x01")); err != nil || len(port.sent) > 0 {
		t.Errorf("the identity was asked for over RADIUS: %v", err)
	}
	receive("\x02\x27\x00\x06\x01i")
	port.arrived = [][]byte{begun} // the suite has not answered yet
	receive("")
	state := answered(start, 8, first, radius.AccessChallenge).Get(radius.State)
	answer := port.sent[0]
	port.sent = nil
	if err := link.Send([]byte(start)); err != nil || len(port.sent) > 0 {
		t.Errorf("something was sent that the access point has not asked for: %v", err)
	}
	port.arrived = [][]byte{begun} // the answer was lost
	if receive(""); len(port.sent) != 1 || !bytes.Equal(port.sent[0], answer) {
		t.Errorf("a copy of the request was answered by %x", port.sent)
	}
	// The access point may ask again under the identifier that the suite's packet
	// has: to the station, the packet would be a repetition.
	again, restarted := request("02-00-00-00-00-02", nil, "\x02\x28\x00\x06\x01i")
	_, nonsense := request("02-00-00-00-00-02", nil, response)
	port.arrived, port.sent = [][]byte{nonsense, restarted}, nil
	receive("")
	if len(port.sent) != 1 {
		t.Fatalf("an access point that begins again got %x", port.sent)
	}
	if p, err := radius.Parse(port.sent[0]); err != nil || p.CheckResponse(secret, again) != nil || string(p.EAP()) != "\x01\x29\x00\x05\x03" {
		t.Errorf("an access point that begins again got %v, %v", p, err)
	}
	port.sent = nil
	_, foreign := request("02-00-00-00-00-03", state, response)
	second, ours := request("02-00-00-00-00-02", state, "\x02\x29\x00\x06\x03r")
	port.arrived = [][]byte{foreign, ours}
	receive(response)
	_, late := request("02-00-00-00-00-02", nil, identity)
	port.arrived = [][]byte{ours, late}
	receive("")
	if len(port.sent) > 0 {
		t.Errorf("an access point that begins again in the middle got %x", port.sent)
	}
	answered(failure, 0x2A, second, radius.AccessReject)
}
