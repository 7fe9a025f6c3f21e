package capture

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Blocks and options of pcapng (draft-ietf-opsawg-pcapng).
const (
	ngInterface = 1
	ngPacket    = 2 // obsolete, but still in use
	ngSimple    = 3
	ngEnhanced  = 6

	ngOptionResolution = 9
	ngOptionOffset     = 14

	ngByteOrder = 0x1a2b3c4d
	// ngMaxOther limits the blocks that are skipped unread, as in Wireshark: a
	// larger one is damaged.
	ngMaxOther = 16 << 20
	// ngMaxInterfaces limits the memory for descriptions of interfaces.
	ngMaxInterfaces = 1 << 12
)

// An ngFile reads pcapng. The tests use pcapgo.NgReader as a reference only,
// because that
//   - cuts link types to 8 bits, so that LINKTYPE_LINUX_SLL2 (276) is lost;
//   - panics on short options and on resolutions that overflow, and skips up to 4 GB for a block of less than 8 octets;
//   - allocates what an interface's snaplen says, up to 4 GB;
//   - converts binary time resolutions wrongly (up to 7 % of a second off);
//   - stops at the first packet of an unknown interface.
type ngFile struct {
	*input     // consumed is the length of the block with the last frame
	order      binary.ByteOrder
	interfaces []ngIface
	skip       bool // in a section of an unknown version
	last       frameTime
}

type ngIface struct {
	link    linkType
	snaplen uint32
	units   uint64 // the unit of timestamps, in fractions of a second
	offset  int64  // seconds to add
}

func newNGFile(br *input) (*ngFile, error) {
	n := &ngFile{input: br}
	head, err := br.Peek(12)
	if err != nil || !n.section(head) {
		return nil, fmt.Errorf("%w: the pcapng section header is damaged", ErrFormat)
	}
	return n, nil
}

// section reads the byte order from the start of a section header block.
func (n *ngFile) section(head []byte) bool {
	switch uint32(ngByteOrder) {
	case binary.LittleEndian.Uint32(head[8:]):
		n.order = binary.LittleEndian
	case binary.BigEndian.Uint32(head[8:]):
		n.order = binary.BigEndian
	default:
		return false
	}
	return true
}

func (n *ngFile) next(f *frame) (problem, error) {
	for {
		n.Discard(n.consumed) // it is all in the buffer
		n.consumed = 0
		head, err := n.Peek(12)
		if err != nil {
			return endOfFile(len(head), err)
		}
		if binary.BigEndian.Uint32(head) == magicNG && !n.section(head) {
			return n.damaged()
		}
		kind, size := n.order.Uint32(head), int(min(n.order.Uint32(head[4:]), math.MaxInt32))
		if size < 12 || size%4 != 0 || size > ngMaxOther {
			return n.damaged()
		}
		if size > bufferSize {
			if !ngLarge(kind) {
				return n.damaged()
			}
			if skipped, err := n.Discard(size); err != nil {
				return endOfFile(skipped, err)
			}
			continue
		}
		block, err := n.Peek(size)
		if err != nil {
			if n.resynchronise() { // it is not the last block, so its length is wrong
				return fileDamaged, nil
			}
			return endOfFile(size, err)
		}
		if int(n.order.Uint32(block[size-4:])) != size {
			return n.damaged()
		}
		n.consumed = size
		if n.skip && kind != magicNG || !ngWanted(kind) {
			continue
		}
		body := block[8 : size-4]
		prob := noProblem
		switch kind {
		case magicNG:
			prob = n.startSection(body)
		case ngInterface:
			prob = n.addInterface(body)
		default:
			return n.packet(kind, body, f), nil
		}
		if prob != noProblem {
			return prob, nil
		}
	}
}

// ngWanted reports whether blocks of this kind are parsed.
func ngWanted(kind uint32) bool {
	switch kind {
	case magicNG, ngInterface, ngPacket, ngSimple, ngEnhanced:
		return true
	}
	return false
}

func (n *ngFile) startSection(body []byte) problem {
	n.interfaces = n.interfaces[:0]
	n.skip = len(body) < 16 || n.order.Uint16(body[4:]) != 1
	if n.skip {
		return fileVersion
	}
	return noProblem
}

func (n *ngFile) addInterface(body []byte) problem {
	if len(body) < 8 || len(n.interfaces) == ngMaxInterfaces {
		return fileDamaged
	}
	iface := ngIface{link: linkType(n.order.Uint16(body)), snaplen: n.order.Uint32(body[4:]), units: 1e6}
	prob := noProblem
	for options := body[8:]; len(options) >= 4; {
		code, size := n.order.Uint16(options), int(n.order.Uint16(options[2:]))
		options = options[4:]
		if code == 0 || size > len(options) {
			break
		}
		switch value := options[:size]; {
		case code == ngOptionResolution && size >= 1:
			if iface.units = ngUnits(value[0]); iface.units == 0 {
				iface.units, prob = 1e6, fileResolution
			}
		case code == ngOptionOffset && size >= 8:
			iface.offset = int64(n.order.Uint64(value))
		}
		options = options[min(len(options), (size+3)&^3):]
	}
	n.interfaces = append(n.interfaces, iface)
	return prob
}

// ngUnits returns how many units of an if_tsresol octet make a second, 0 if they are too small to count.
func ngUnits(resolution byte) uint64 {
	exponent := int(resolution & 0x7f)
	if resolution&0x80 != 0 {
		if exponent > 63 {
			return 0
		}
		return 1 << exponent
	}
	if exponent > 19 {
		return 0
	}
	units := uint64(1)
	for range exponent {
		units *= 10
	}
	return units
}

// ngLarge reports whether a block may be too large for the buffer. Such blocks
// are skipped, and a wrong length would skip what follows as well.
func ngLarge(kind uint32) bool {
	const nameResolution, journal, secrets, custom, customNoCopy = 4, 9, 10, 0xbad, 0x40000bad
	switch kind {
	case nameResolution, journal, secrets, custom, customNoCopy:
		return true
	}
	return false
}

// packet fills f from the body of a packet block.
func (n *ngFile) packet(kind uint32, body []byte, f *frame) problem {
	const fixed = 20 // of an enhanced packet block, and of the obsolete one
	id, captured, wire := 0, uint32(0), uint32(0)
	switch {
	case kind == ngSimple && len(body) >= 4:
		wire = n.order.Uint32(body)
		body = body[4:]
		captured = min(wire, uint32(len(body)))
		if len(n.interfaces) > 0 && n.interfaces[0].snaplen != 0 {
			captured = min(captured, n.interfaces[0].snaplen)
		}
	case kind != ngSimple && len(body) >= fixed:
		if id = int(n.order.Uint16(body)); kind == ngEnhanced {
			id = int(n.order.Uint32(body) & 0x7fffffff)
		}
		captured, wire = n.order.Uint32(body[12:]), n.order.Uint32(body[16:])
		if id < len(n.interfaces) {
			n.last = n.interfaces[id].time(uint64(n.order.Uint32(body[4:]))<<32|uint64(n.order.Uint32(body[8:])), n.last)
		}
		body = body[fixed:]
	default:
		return fileDamaged
	}
	switch {
	case id >= len(n.interfaces):
		return fileInterface
	case captured > maxFrame || int(captured) > len(body):
		return fileDamaged
	}
	// A simple packet has no time: that of the previous frame is the best
	// guess.
	*f = frame{time: n.last, link: n.interfaces[id].link, data: body[:captured], wire: int(max(captured, min(wire, maxFrame)))}
	return noProblem
}

// time converts a timestamp. One outside the calendar is damage: then it
// returns the time of the previous frame.
func (i ngIface) time(stamp uint64, last frameTime) frameTime {
	const year10000 = 253402300800
	seconds := stamp / i.units
	high, low := bits.Mul64(stamp%i.units, 1e9)
	nanoseconds, _ := bits.Div64(high, low, i.units)
	unix := int64(seconds) + i.offset // an overflow replaces one absurd time with another
	if unix < 0 || unix >= year10000 {
		return last
	}
	return unixTime(unix, int64(nanoseconds))
}

// damaged skips an invalid block.
func (n *ngFile) damaged() (problem, error) {
	n.resynchronise()
	return fileDamaged, nil
}

// resynchronise skips to the next place that looks like a block, or to the end
// if there is none.
func (n *ngFile) resynchronise() bool {
	for {
		n.Discard(4)
		head, err := n.Peek(12)
		if err != nil {
			n.Discard(len(head))
			return false
		}
		if binary.BigEndian.Uint32(head) == magicNG {
			if order := binary.BigEndian.Uint32(head[8:]); order == ngByteOrder || bits.ReverseBytes32(order) == ngByteOrder {
				return true
			}
		}
		size := int(min(n.order.Uint32(head[4:]), math.MaxInt32))
		if !ngWanted(n.order.Uint32(head)) || size < 16 || size%4 != 0 || size > maxCandidate {
			continue
		}
		if block, err := n.Peek(size); err == nil && int(n.order.Uint32(block[size-4:])) == size {
			return true
		}
	}
}
