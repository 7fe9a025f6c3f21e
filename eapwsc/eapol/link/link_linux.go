package link

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"

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
	c, err := newConn(socket)
	if err != nil {
		socket.Close()
		return nil, explain(err)
	}
	return &Conn{c, wps.MAC(ifi.HardwareAddr)}, nil
}

// conn is a packet socket.
//
// It waits for frames in poll(2) and not with Go's network poller. The thread
// then keeps its place in the scheduler while it waits, as the next frame of an
// exchange comes within a fraction of a millisecond. That halves the cost of a
// registration.
type conn struct {
	socket *packet.Conn
	raw    syscall.RawConn

	mu       sync.Mutex
	deadline time.Time
	closed   bool
	waiting  bool // whether a reader waits, which must be woken when these change
	event    int  // an eventfd(2) that wakes the reader
}

func newConn(socket *packet.Conn) (*conn, error) {
	if err := socket.JoinGroup(eapol.PAEGroup[:]); err != nil {
		return nil, err
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, err
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	return &conn{socket: socket, raw: raw, event: event}, nil
}

func (c *conn) ReadFrame(b []byte) (n int, from wps.MAC, err error) {
	rawErr := c.raw.Read(func(fd uintptr) bool {
		n, from, err = c.receive(int(fd), b)
		return true
	})
	return n, from, c.explain(errors.Join(rawErr, err))
}

// receive waits for a frame, the deadline or the end.
func (c *conn) receive(fd int, b []byte) (int, wps.MAC, error) {
	defer c.wait(false)
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(c.event), Events: unix.POLLIN}}
	for {
		deadline, closed := c.wait(true)
		if closed {
			return 0, wps.MAC{}, net.ErrClosed
		}
		var left *unix.Timespec
		if !deadline.IsZero() {
			d := time.Until(deadline)
			if d <= 0 {
				return 0, wps.MAC{}, os.ErrDeadlineExceeded
			}
			ts := unix.NsecToTimespec(int64(d))
			left = &ts
		}
		if _, err := unix.Ppoll(fds, left, nil); err != nil && err != unix.EINTR {
			return 0, wps.MAC{}, os.NewSyscallError("ppoll", err)
		}
		if fds[1].Revents != 0 {
			var count [8]byte
			unix.Read(c.event, count[:]) // reset
		}
		if fds[0].Revents == 0 {
			continue
		}
		n, sender, err := unix.Recvfrom(fd, b, unix.MSG_DONTWAIT)
		switch err {
		case nil:
			return n, address(sender), nil
		case unix.EAGAIN, unix.EINTR:
		default:
			return 0, wps.MAC{}, os.NewSyscallError("recvfrom", err)
		}
	}
}

// address returns the address of a sender.
func address(sender unix.Sockaddr) (mac wps.MAC) {
	if a, ok := sender.(*unix.SockaddrLinklayer); ok {
		copy(mac[:], a.Addr[:])
	}
	return mac
}

func (c *conn) WriteFrame(frame []byte, to wps.MAC) error {
	_, err := c.socket.WriteTo(frame, &packet.Addr{HardwareAddr: to[:]})
	return c.explain(err)
}

// explain replaces an error caused by Close or by the deadline with the error
// that callers expect.
func (c *conn) explain(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	return explain(err)
}

// wait records whether a reader waits, and returns its deadline.
func (c *conn) wait(waiting bool) (deadline time.Time, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = waiting
	return c.deadline, c.closed
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.deadline = t
	return c.wake()
}

// wake makes a waiting reader check for changes.
func (c *conn) wake() error {
	if !c.waiting {
		return nil
	}
	_, err := unix.Write(c.event, []byte{0, 0, 0, 0, 0, 0, 0, 1}) // any number but zero
	return os.NewSyscallError("eventfd", err)
}

func (c *conn) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return net.ErrClosed
	}
	c.closed = true
	err := c.wake()
	c.mu.Unlock()
	// Close waits for the reader; nothing uses the event after that.
	return errors.Join(err, c.socket.Close(), unix.Close(c.event))
}

// explain wraps an error in its class, if it has one.
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
