package eapol_test

import (
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

func TestSegment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		a, b, c := segment.Join(mac(1)), segment.Join(mac(2)), segment.Join(mac(3))
		buf := make([]byte, 3)
		for _, tt := range []struct {
			to   wps.MAC
			want []bool // whether a, b and c receive it
		}{
			{mac(2), []bool{false, true, false}},
			{eapol.PAEGroup, []bool{false, true, true}},
			{mac(1), []bool{false, false, false}},
			{mac(9), []bool{false, false, false}},
		} {
			if err := a.WriteFrame([]byte("frame"), tt.to); err != nil {
				t.Fatal(err)
			}
			for i, conn := range []eapol.Conn{a, b, c} {
				conn.SetReadDeadline(time.Now().Add(time.Second))
				n, from, err := conn.ReadFrame(buf)
				switch {
				case tt.want[i] && (err != nil || string(buf[:n]) != "fra" || from != mac(1)):
					t.Errorf("to %v: %d receives %q from %v, %v", tt.to, i, buf[:n], from, err)
				case !tt.want[i] && !errors.Is(err, os.ErrDeadlineExceeded):
					t.Errorf("to %v: %d receives %q, %v", tt.to, i, buf[:n], err)
				}
			}
		}

		// A new deadline ends a call that waits already.
		b.SetReadDeadline(time.Time{})
		time.AfterFunc(time.Hour, func() { b.SetReadDeadline(time.Now()) })
		if _, _, err := b.ReadFrame(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}

		// So does closing. The address is then free, and the other connections
		// continue.
		b.SetReadDeadline(time.Time{})
		time.AfterFunc(time.Hour, func() { b.Close() })
		if _, _, err := b.ReadFrame(buf); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if err := b.WriteFrame(nil, mac(1)); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		again := segment.Join(mac(2))
		b.Close()
		a.WriteFrame([]byte("on"), mac(2))
		if n, _, err := again.ReadFrame(buf); err != nil || string(buf[:n]) != "on" {
			t.Errorf("%q, %v", buf[:n], err)
		}
	})
}

// TestSegmentFull writes more frames than are read: frames get lost, and no
// call blocks.
func TestSegmentFull(t *testing.T) {
	a, b := eapol.Pair(mac(1), mac(2))
	for range 1000 {
		if err := a.WriteFrame([]byte{1}, mac(2)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := b.ReadFrame(make([]byte, 1)); err != nil {
		t.Error(err)
	}
}

// udpConn makes a Conn of a UDP socket whose peer is other.
func udpConn(t *testing.T, other func() net.Addr) (eapol.Conn, net.Addr) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Skip("there is no UDP on loopback: ", err)
	}
	t.Cleanup(func() { c.Close() })
	return eapol.OverPacketConn(c, func(wps.MAC) net.Addr { return other() }), c.LocalAddr()
}

// TestOverPacketConn registers over UDP.
func TestOverPacketConn(t *testing.T) {
	var addrA, addrB net.Addr
	a, addrA := udpConn(t, func() net.Addr { return addrB })
	b, addrB := udpConn(t, func() net.Addr { return addrA })
	point := run(t.Context(), eapol.Runner{}, a, newServer(t))
	station, err := eapol.Run(t.Context(), b, newEnrollee(t, 2, pinPassword(thePIN)))
	if point := <-point; err != nil || station == nil || point.err != nil {
		t.Errorf("station %v, access point %v", err, point.err)
	}
}

// hwAddr is the address of a link whose addresses are MAC addresses.
type hwAddr string

func (hwAddr) Network() string  { return "link" }
func (a hwAddr) String() string { return string(a) }

// fixed is a connection that always receives the same packet from the same
// sender.
type fixed struct {
	net.PacketConn
	from hwAddr
}

func (f fixed) ReadFrom(b []byte) (int, net.Addr, error) { return copy(b, "x"), f.from, nil }

func TestOverPacketConnAddress(t *testing.T) {
	for from, want := range map[hwAddr]wps.MAC{"02:00:00:00:00:01": mac(1), "127.0.0.1:80": {}, "02:00:00:00:00:00:00:01": {}} {
		c := eapol.OverPacketConn(fixed{from: from}, nil)
		if n, got, err := c.ReadFrame(make([]byte, 9)); n != 1 || got != want || err != nil {
			t.Errorf("%s: %d octets from %v, %v", from, n, got, err)
		}
	}
}

func TestWatch(t *testing.T) {
	a, b := eapol.Pair(mac(1), mac(2))
	var seen []string
	b = eapol.Watch(b, func(d eapol.Direction, other wps.MAC, frame []byte) {
		seen = append(seen, d.String()+" "+other.String()+" "+string(frame))
	})
	b.WriteFrame([]byte("ping"), mac(1))
	a.WriteFrame([]byte("pong"), mac(2))
	b.ReadFrame(make([]byte, 9))
	b.SetReadDeadline(time.Unix(1, 0))
	b.ReadFrame(nil)
	want := []string{"sent 02:00:00:00:00:01 ping", "received 02:00:00:00:00:01 pong"}
	if !slices.Equal(seen, want) || eapol.Direction(9).String() != "Direction(9)" {
		t.Errorf("got %q, want %q", seen, want)
	}
}
