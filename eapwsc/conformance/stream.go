package conformance

import (
	"encoding/binary"
	"errors"
	"fmt"
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
	l := &streamLink{conn: conn, arrived: make(chan []byte, streamQueue)}
	go l.read()
	return l, nil
}

const (
	// streamQueue is how many packets of the device wait for the suite.
	streamQueue = 64
	// streamWrite is how long the device may take to read a packet.
	streamWrite = 5 * time.Second
)

// errGone is the error of a link on which no packet will come any more: the
// device has left.
var errGone = errors.New("conformance: the device has left")

// streamLink is an exchange on a Stream. It reads all the time: the suite may
// send while the device does, and neither has to wait for the other.
type streamLink struct {
	conn    net.Conn
	arrived chan []byte // packets; closed when err is set
	err     error       // why no more packets come
}

// read reads packets until the connection ends.
func (l *streamLink) read() {
	defer close(l.arrived)
	for {
		packet := make([]byte, 4)
		if _, err := io.ReadFull(l.conn, packet); err != nil {
			l.err = errGone
			return
		}
		n := int(binary.BigEndian.Uint16(packet[2:]))
		if n < len(packet) {
			l.err = fmt.Errorf("conformance: the device sent an EAP packet with the Length %d, which is below 4", n)
			return
		}
		packet = append(packet, make([]byte, n-len(packet))...)
		if _, err := io.ReadFull(l.conn, packet[4:]); err != nil {
			l.err = errGone
			return
		}
		select {
		case l.arrived <- packet:
		default:
			l.err = errFlood
			// Otherwise the device would wait, and not read what the suite sends.
			_, _ = io.Copy(io.Discard, l.conn)
			return
		}
	}
}

// Send sends a packet. If the device has closed the connection, the packet is
// dropped without an error.
func (l *streamLink) Send(packet []byte) error {
	if len(packet) == 0 {
		return nil
	}
	if err := l.conn.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		return nil // it is closed
	}
	if _, err := l.conn.Write(packet); errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("conformance: the device has not read a packet within %v", streamWrite)
	}
	return nil
}

// Receive returns the next packet.
func (l *streamLink) Receive(until time.Time) ([]byte, error) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case packet, ok := <-l.arrived:
		if !ok {
			return nil, l.err
		}
		return packet, nil
	case <-timer.C:
		return nil, nil
	}
}

// Close closes the connection.
func (l *streamLink) Close() error { return l.conn.Close() }
