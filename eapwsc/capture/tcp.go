package capture

import (
	"bytes"
	"encoding/binary"
)

const (
	// maxMessage limits the buffer for one direction of a connection. UPnP
	// actions have a few KB; hostapd refuses more than 8000 octets.
	maxMessage = 64 << 10
	// maxWaiting limits the number of segments that wait for an earlier one.
	maxWaiting = 32
)

// A flowKey identifies one direction of a connection.
type flowKey struct {
	src, dst         [16]byte
	srcPort, dstPort uint16
}

func (k flowKey) reverse() flowKey {
	return flowKey{k.dst, k.src, k.dstPort, k.srcPort}
}

// A stream reassembles one direction of a connection. It starts with the SYN,
// or with the first segment that begins like an HTTP message, and is dropped
// when it turns out not to be UPnP.
type stream struct {
	next    uint32 // sequence number of the octet after buf
	buf     []byte // in order, not yet parsed
	waiting []segment
	held    int // octets in waiting
	closed  bool

	line, seen int // in buf: the line that nextLine searches, and how far it has

	head   *httpMessage // a parsed header whose body is incomplete
	action string       // the action of the last request
}

type segment struct {
	seq  uint32
	data []byte
	fin  bool
}

// httpStarts are the beginnings of the HTTP messages of UPnP's actions and
// events.
var httpStarts = [...]string{"POST ", "NOTIFY ", "HTTP/1."}

// beginsHTTP reports whether b, as far as it goes, begins like such a message.
func beginsHTTP(b []byte) bool {
	for _, start := range httpStarts {
		if n := min(len(b), len(start)); string(b[:n]) == start[:n] {
			return true
		}
	}
	return false
}

func (d *decoder) tcp(p ipPacket) {
	const flagFIN, flagSYN, flagRST = 1, 2, 4
	b := p.payload
	if len(b) < 20 {
		return
	}
	header, flags := int(b[12]>>4)*4, b[13]
	if header < 20 || header > len(b) {
		return
	}
	seg := segment{binary.BigEndian.Uint32(b[4:]), b[header:], flags&flagFIN != 0}
	if len(seg.data) == 0 && flags&(flagFIN|flagSYN|flagRST) == 0 {
		return // an acknowledgement only
	}
	begins := len(seg.data) >= 4 && beginsHTTP(seg.data)
	if !begins && flags&flagSYN == 0 && d.streams.empty() {
		return
	}
	key := flowKey{srcPort: binary.BigEndian.Uint16(b), dstPort: binary.BigEndian.Uint16(b[2:])}
	copy(key.src[:], p.src)
	copy(key.dst[:], p.dst)
	s, ok := d.streams.get(key)
	if flags&(flagSYN|flagRST) != 0 {
		if ok {
			d.abandon(key, s)
		}
		if flags&flagSYN != 0 {
			d.streams.put(key, &stream{next: seg.seq + 1})
		}
		return
	}
	if ok && p.missing == 0 && s.add(seg) {
		d.messages(key, s, p)
		return
	}
	if ok {
		d.abandon(key, s)
	}
	if begins && p.missing == 0 {
		s = &stream{next: seg.seq}
		s.add(seg)
		d.streams.put(key, s)
		d.messages(key, s, p)
	}
}

// abandon drops a stream, and reports it if a message is incomplete.
func (d *decoder) abandon(key flowKey, s *stream) {
	if s.busy() {
		d.note(tcpLost)
	}
	d.streams.delete(key)
}

// add adds a segment. It reports false if the stream cannot be continued: too
// much is missing before the segment, or it belongs to another connection with
// the same ports.
func (s *stream) add(seg segment) bool {
	switch ahead := int32(seg.seq - s.next); {
	case ahead > maxMessage || ahead < -maxMessage:
		return false
	case ahead > 0:
		if len(s.waiting) == maxWaiting || s.held+len(seg.data) > maxMessage {
			return false
		}
		seg.data = bytes.Clone(seg.data)
		s.waiting = append(s.waiting, seg)
		s.held += len(seg.data)
		return true
	}
	s.take(seg)
	for i := 0; i < len(s.waiting); i++ {
		if seg := s.waiting[i]; int32(seg.seq-s.next) <= 0 {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			s.held -= len(seg.data)
			s.take(seg)
			i = -1 // it may be the one that others waited for
		}
	}
	return true
}

// take appends the new octets of a segment that is not ahead.
func (s *stream) take(seg segment) {
	old := int(s.next - seg.seq)
	if old > len(seg.data) {
		return
	}
	s.buf = append(s.buf, seg.data[old:]...)
	s.next += uint32(len(seg.data) - old)
	s.closed = s.closed || seg.fin
}

// busy reports whether the stream is in the middle of a message.
func (s *stream) busy() bool { return s.head != nil || len(s.buf) > 0 }

// messages handles the HTTP messages that are complete.
func (d *decoder) messages(key flowKey, s *stream, p ipPacket) {
	for {
		m, prob := s.message()
		switch {
		case prob != noProblem:
			d.note(prob)
			d.streams.delete(key)
			return
		case m != nil:
			d.upnp(key, s, m, p)
		case s.closed && s.busy():
			d.note(httpCut)
			s.head, s.buf, s.line, s.seen = nil, nil, 0, 0
			return
		default:
			return
		}
	}
}
