package eapol

import (
	"fmt"
	"net"
	"time"

	"github.com/gowps/gowps/wps"
)

// maxFrame is the length of the longest frame: the header and the longest body
// that it can announce.
const maxFrame = headerLen + 1<<16 - 1

// Conn is a connection to a link that carries EAPOL frames, without the header
// of the link: package link opens one on a network interface, [OverPacketConn]
// makes one of a [net.PacketConn], and [Segment] is a link in memory.
//
// Methods other than ReadFrame may be called while ReadFrame waits.
type Conn interface {
	// ReadFrame waits for a frame, copies it into b and returns its length
	// and who sent it. What does not fit into b is lost. The error is
	// [os.ErrDeadlineExceeded] once the read deadline has passed.
	ReadFrame(b []byte) (n int, from wps.MAC, err error)
	// WriteFrame sends a frame to a station, an access point or [PAEGroup].
	WriteFrame(frame []byte, to wps.MAC) error
	// SetReadDeadline sets the time at which ReadFrame gives up, including a
	// call that waits already; the zero time means never.
	SetReadDeadline(t time.Time) error
	// Close closes the connection; a waiting ReadFrame returns.
	Close() error
}

// OverPacketConn returns a Conn over a connection whose packets are EAPOL
// frames. The function addr returns the network address for a MAC address; the
// MAC address of a sender is parsed from its address's String.
//
// With it, EAPOL runs between two processes over UDP, without privileges or
// interfaces.
func OverPacketConn(c net.PacketConn, addr func(wps.MAC) net.Addr) Conn {
	return packetConn{c, addr}
}

type packetConn struct {
	net.PacketConn
	addr func(wps.MAC) net.Addr
}

// ReadFrame reads a packet. A sender without a MAC address gets the zero
// address.
func (c packetConn) ReadFrame(b []byte) (int, wps.MAC, error) {
	n, from, err := c.ReadFrom(b)
	if err != nil {
		return n, wps.MAC{}, err
	}
	var mac wps.MAC
	if hw, err := net.ParseMAC(from.String()); err == nil && len(hw) == len(mac) {
		mac = wps.MAC(hw)
	}
	return n, mac, nil
}

// WriteFrame sends a packet.
func (c packetConn) WriteFrame(frame []byte, to wps.MAC) error {
	_, err := c.WriteTo(frame, c.addr(to))
	return err
}

// Direction is the direction of a frame.
type Direction uint8

// The directions, seen from this side.
const (
	Received Direction = iota
	Sent
)

// String returns "received" or "sent".
func (d Direction) String() string {
	switch d {
	case Received:
		return "received"
	case Sent:
		return "sent"
	}
	return fmt.Sprintf("Direction(%d)", uint8(d))
}

// Watch returns a Conn that shows each frame, and the address of the other
// side, to a function before passing it on: to show the progress of an exchange
// or to record it. The function must neither keep nor change the frame. It is
// called by the goroutine that reads or writes.
func Watch(c Conn, show func(d Direction, other wps.MAC, frame []byte)) Conn {
	return watched{c, show}
}

type watched struct {
	Conn
	show func(Direction, wps.MAC, []byte)
}

func (c watched) ReadFrame(b []byte) (int, wps.MAC, error) {
	n, from, err := c.Conn.ReadFrame(b)
	if err == nil {
		c.show(Received, from, b[:n])
	}
	return n, from, err
}

func (c watched) WriteFrame(frame []byte, to wps.MAC) error {
	c.show(Sent, to, frame)
	return c.Conn.WriteFrame(frame, to)
}
