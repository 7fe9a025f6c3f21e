package conformance

import (
	"bytes"
	"net"
	"net/netip"
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
