package eapol

import (
	"bytes"
	"net"
	"os"
	"sync"
	"time"

	"github.com/gowps/gowps/wps"
)

// segmentQueue is how many frames wait for a reader before further ones are
// lost, as on a real interface.
const segmentQueue = 64

// Segment is an Ethernet in memory, for tests and simulations: a frame to an
// address reaches the connection that has joined with it, a frame to a group,
// such as [PAEGroup], all others. The zero value is ready to use, and may be used concurrently. Its
// deadlines follow the clock of a testing/synctest bubble.
type Segment struct {
	mu    sync.Mutex
	ports map[wps.MAC]*port
}

// Pair returns the two ends of a link in memory.
func Pair(a, b wps.MAC) (Conn, Conn) {
	var s Segment
	return s.Join(a), s.Join(b)
}

// Join connects to the segment with an address. An earlier connection with the
// same address is closed.
func (s *Segment) Join(mac wps.MAC) Conn {
	p := &port{
		segment: s, mac: mac,
		queue: make(chan packet, segmentQueue), closed: make(chan struct{}), renewed: make(chan struct{}),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ports == nil {
		s.ports = make(map[wps.MAC]*port)
	}
	s.ports[mac] = p
	return p
}

// packet is a frame in flight.
type packet struct {
	from  wps.MAC
	frame []byte
}

// port is one end of a Segment.
type port struct {
	segment *Segment
	mac     wps.MAC
	queue   chan packet
	closed  chan struct{}
	closing sync.Once

	mu       sync.Mutex
	deadline time.Time
	renewed  chan struct{} // closed when the deadline changes
}

func (p *port) ReadFrame(b []byte) (int, wps.MAC, error) {
	for {
		deadline, renewed := p.readDeadline()
		var over <-chan time.Time
		if !deadline.IsZero() {
			left := time.Until(deadline)
			if left <= 0 {
				return 0, wps.MAC{}, os.ErrDeadlineExceeded
			}
			over = time.After(left)
		}
		select {
		case in := <-p.queue:
			return copy(b, in.frame), in.from, nil
		case <-p.closed:
			return 0, wps.MAC{}, net.ErrClosed
		case <-over:
		case <-renewed:
		}
	}
}

func (p *port) readDeadline() (time.Time, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.deadline, p.renewed
}

func (p *port) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deadline = t
	close(p.renewed)
	p.renewed = make(chan struct{})
	return nil
}

func (p *port) WriteFrame(frame []byte, to wps.MAC) error {
	select {
	case <-p.closed:
		return net.ErrClosed
	default:
	}
	out := packet{p.mac, bytes.Clone(frame)}
	p.segment.mu.Lock()
	defer p.segment.mu.Unlock()
	for mac, other := range p.segment.ports {
		if other == p || mac != to && to[0]&1 == 0 {
			continue
		}
		select {
		case other.queue <- out:
		default:
		}
	}
	return nil
}

func (p *port) Close() error {
	p.closing.Do(func() {
		close(p.closed)
		p.segment.mu.Lock()
		defer p.segment.mu.Unlock()
		if p.segment.ports[p.mac] == p {
			delete(p.segment.ports, p.mac)
		}
	})
	return nil
}
