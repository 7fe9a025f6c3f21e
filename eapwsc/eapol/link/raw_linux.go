package link

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/mdlayher/packet"

	"github.com/gowps/gowps/wps"
)

// etherLen is the length of an Ethernet header.
const etherLen = 14

func openAs(name string, mac wps.MAC, etherType uint16, group wps.MAC) (*Conn, error) {
	ifi, err := usable(name)
	if err != nil {
		return nil, err
	}
	socket, err := packet.Listen(ifi, packet.Raw, int(etherType), nil)
	if err != nil {
		return nil, explain(err)
	}
	if err := socket.SetPromiscuous(true); err != nil {
		socket.Close()
		return nil, explain(err)
	}
	return &Conn{&rawConn{socket: socket, mac: mac, etherType: etherType, group: group}, mac}, nil
}

// rawConn is a packet socket with its own source address.
type rawConn struct {
	socket    *packet.Conn
	mac       wps.MAC
	etherType uint16
	group     wps.MAC
	buffer    [1 << 16]byte // of ReadFrame
}

// ReadFrame waits for a frame that is for this station: see eapol.Conn.
func (c *rawConn) ReadFrame(b []byte) (int, wps.MAC, error) {
	for {
		n, _, err := c.socket.ReadFrom(c.buffer[:])
		if err != nil {
			return 0, wps.MAC{}, explain(err)
		}
		frame := c.buffer[:n]
		if n < etherLen || binary.BigEndian.Uint16(frame[12:]) != c.etherType {
			continue
		}
		to, from := frame[:6], frame[6:12]
		if bytes.Equal(from, c.mac[:]) || !bytes.Equal(to, c.mac[:]) && !bytes.Equal(to, c.group[:]) {
			continue
		}
		return copy(b, frame[etherLen:]), wps.MAC(from), nil
	}
}

// WriteFrame sends a frame.
func (c *rawConn) WriteFrame(frame []byte, to wps.MAC) error {
	b := make([]byte, 0, etherLen+len(frame))
	b = append(append(b, to[:]...), c.mac[:]...)
	b = binary.BigEndian.AppendUint16(b, c.etherType)
	_, err := c.socket.WriteTo(append(b, frame...), &packet.Addr{HardwareAddr: to[:]})
	return explain(err)
}

// SetReadDeadline sets the time at which ReadFrame gives up.
func (c *rawConn) SetReadDeadline(t time.Time) error { return c.socket.SetReadDeadline(t) }

// Close closes the socket.
func (c *rawConn) Close() error { return c.socket.Close() }
