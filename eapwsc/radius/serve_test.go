package radius

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps/registration"
)

// TestServe registers a station over UDP on the loopback interface, while a
// stranger sends garbage.
func TestServe(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("no UDP on the loopback interface:", err)
	}
	defer conn.Close()
	r := newRegistrar(t, 0)
	r.cfg.Secret = func(a netip.Addr) []byte {
		if a.IsLoopback() {
			return secret
		}
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	actions := make(chan func(time.Time))
	reports := make(chan error, 100)
	served := make(chan error)
	go func() {
		served <- Serve(ctx, conn, r.Server, Loop{Actions: actions, Report: func(err error) { reports <- err }})
	}()

	actions <- func(now time.Time) { r.enter(t, now, "24681353") }
	access, err := net.Dial("udp", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer access.Close()
	c := newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
	b := make([]byte, maxPacketLen)
	for request := c.begin(t, time.Now()); request != nil; {
		for _, out := range [][]byte{{1, 2, 3}, request} {
			if _, err := access.Write(out); err != nil {
				t.Fatal(err)
			}
		}
		access.SetReadDeadline(time.Now().Add(30 * time.Second))
		n, err := access.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		request = c.fromServer(t, time.Now(), b[:n])
	}
	if c.peer.Result() == nil {
		t.Errorf("station: %v", c.stepErr)
	}
	if len(reports) == 0 {
		t.Error("the garbage was not reported")
	}
	cancel()
	if err := <-served; !errors.Is(err, context.Canceled) {
		t.Errorf("Serve: %v", err)
	}
}

// TestServeClosed ends the loop by closing the connection.
func TestServeClosed(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("no UDP on the loopback interface:", err)
	}
	r := newRegistrar(t, 0)
	served := make(chan error)
	go func() { served <- Serve(context.Background(), conn, r.Server, Loop{}) }()
	conn.Close()
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve: %v", err)
	}
}
