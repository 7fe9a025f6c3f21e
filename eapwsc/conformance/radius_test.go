package conformance

import (
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/wps"
)

// serveRADIUS answers datagrams on a pipe, each write of which is one.
func serveRADIUS(conn net.Conn, s *radius.Server) {
	defer conn.Close()
	from := netip.MustParseAddrPort("192.0.2.1:1812")
	b := make([]byte, radiusMaxPacket)
	for {
		if err := conn.SetReadDeadline(s.Deadline()); err != nil {
			return
		}
		n, err := conn.Read(b)
		var out []radius.Datagram
		switch e, timeout := err.(net.Error); {
		case err == nil:
			out, _ = s.Handle(time.Now(), from, append([]byte(nil), b[:n]...))
		case timeout && e.Timeout():
			out = s.Timeout(time.Now())
		default:
			return
		}
		for _, d := range out {
			if _, err := conn.Write(d.Data); err != nil {
				return
			}
		}
	}
}

// TestRADIUS tries our registrar behind RADIUS, with the right secret and with
// another one, whose packets it may not answer.
func TestRADIUS(t *testing.T) {
	for _, secret := range []string{"shared secret", "another"} {
		synctest.Test(t, func(t *testing.T) {
			inner, _ := newAccessPoint(t)
			point := inner.(*accessPoint).point
			device := &RADIUS{Secret: []byte("shared secret"), AP: wps.MAC{2, 0, 0, 0, 0, 1}, SSID: "net", Dial: func() (net.Conn, error) {
				s, err := radius.NewServer(radius.Config{
					Secret: func(netip.Addr) []byte { return []byte(secret) },
					NewSession: func(_ time.Time, a radius.Access) (radius.Session, error) {
						return point.NewSession(a.Station, a.FirstID)
					},
				})
				if err != nil {
					return nil, err
				}
				near, far := net.Pipe()
				go serveRADIUS(far, s)
				return near, nil
			}}
			hands := Funcs{
				EnterPIN: func(digits string) (string, error) { return "", enterAt(point, time.Now(), digits) },
				Cancel:   func(string) (string, error) { point.Cancel(time.Now()); return "", nil },
			}
			cfg := Config{Device: device, Role: APRegistrar, Controls: hands, Only: "AP-REG-[PM]*[NM1]-0[1-7]"}
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
