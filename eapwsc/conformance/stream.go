package conformance

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/gowps/gowps/wps"
)

// Stream is a device behind connections that carry EAP packets one after the
// other: a packet ends where its own Length says. An implementation in another
// language, or in another process, is tried so. It runs in real time.
type Stream struct {
	// Dial connects to the device, for one exchange of the suite's station or
	// access point with the address mac.
	Dial func(mac wps.MAC) (net.Conn, error)

	realTime
}

// Open begins an exchange.
func (s *Stream) Open(mac wps.MAC) (Link, error) {
	conn, err := s.Dial(mac)
	if err != nil {
		return nil, err
	}
	return &streamLink{conn: conn}, nil
}

// streamLink is an exchange on a Stream.
type streamLink struct {
	conn   net.Conn
	buffer []byte // of an incomplete packet
	ended  bool
}

// Send sends a packet. If the device has closed the connection, the packet is
// dropped without an error.
func (l *streamLink) Send(packet []byte) error {
	if len(packet) == 0 {
		return nil
	}
	if _, err := l.conn.Write(packet); err != nil {
		l.ended = true
	}
	return nil
}

// Receive returns the next packet.
func (l *streamLink) Receive(until time.Time) ([]byte, error) {
	if err := l.conn.SetReadDeadline(until); err != nil {
		l.ended = true
	}
	for !l.ended {
		if len(l.buffer) >= 4 {
			n := int(binary.BigEndian.Uint16(l.buffer[2:]))
			if n < 4 {
				return nil, errors.New("conformance: the device sent an EAP packet with a Length below 4")
			}
			if len(l.buffer) >= n {
				packet := append([]byte(nil), l.buffer[:n]...)
				l.buffer = l.buffer[n:]
				return packet, nil
			}
		}
		b := make([]byte, 4096)
		n, err := l.conn.Read(b)
		l.buffer = append(l.buffer, b[:n]...)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, nil
		case err != nil && (errors.Is(err, io.EOF) || n == 0):
			l.ended = true
		}
	}
	if wait := time.Until(until); wait > 0 && wait < time.Second {
		time.Sleep(wait)
	}
	return nil, nil // the other side has gone: silence
}

// Close closes the connection.
func (l *streamLink) Close() error { return l.conn.Close() }
