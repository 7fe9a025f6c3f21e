package link

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/mdlayher/packet"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

func open(name string) (*Conn, error) {
	ifi, err := usable(name)
	if err != nil {
		return nil, err
	}
	socket, err := packet.Listen(ifi, packet.Datagram, eapol.EtherType, nil)
	if err != nil {
		return nil, explain(err)
	}
	if err := socket.JoinGroup(eapol.PAEGroup[:]); err != nil {
		socket.Close()
		return nil, explain(err)
	}
	addr := func(mac wps.MAC) net.Addr { return &packet.Addr{HardwareAddr: mac[:]} }
	return &Conn{&conn{Conn: eapol.OverPacketConn(socket, addr)}, wps.MAC(ifi.HardwareAddr)}, nil
}

// conn puts the errors of a packet socket into the package's classes.
type conn struct {
	eapol.Conn
	closed atomic.Bool // no error of the socket tells this
}

func (c *conn) ReadFrame(b []byte) (int, wps.MAC, error) {
	n, from, err := c.Conn.ReadFrame(b)
	return n, from, c.explain(err)
}

func (c *conn) WriteFrame(frame []byte, to wps.MAC) error {
	return c.explain(c.Conn.WriteFrame(frame, to))
}

func (c *conn) Close() error {
	c.closed.Store(true)
	return c.Conn.Close()
}

func (c *conn) explain(err error) error {
	if err != nil && c.closed.Load() {
		return net.ErrClosed
	}
	return explain(err)
}

// explain returns the class of an error, if it has one.
func explain(err error) error {
	switch {
	case errors.Is(err, os.ErrPermission):
		return ErrPermission
	case errors.Is(err, syscall.ENETDOWN):
		return ErrDown
	case errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENXIO):
		return ErrNoInterface
	}
	return err
}
