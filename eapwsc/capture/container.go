package capture

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"time"
)

const (
	// maxFrame limits the captured length of a frame: libpcap's
	// MAXIMUM_SNAPLEN. A longer record is damaged.
	maxFrame = 256 << 10
	// bufferSize allows looking at the longest frame in place, together with
	// the header of the next record.
	bufferSize = 2 * maxFrame
)

// maxCandidate limits the length of records at which reading resumes after
// damage. A longer one would refill the buffer for each place that looks like
// its header.
const maxCandidate = bufferSize / 4

// A frame is one packet record of the capture. data is valid until the next call of source.next.
type frame struct {
	time frameTime
	link linkType
	data []byte
	wire int // length of the frame on the wire; larger than len(data) if it was cut
}

// A frameTime is the time of a frame: seconds since the year 1, so that the zero
// value is the zero [time.Time], and nanoseconds to add, which may be negative, or
// a second or more. Most frames have no event, and need no time.Time.
type frameTime struct{ seconds, nanoseconds int64 }

// unixEpoch is the start of 1970 as a frameTime.
const unixEpoch = 62135596800

func unixTime(seconds, nanoseconds int64) frameTime {
	return frameTime{seconds + unixEpoch, nanoseconds}
}

func (t frameTime) time() time.Time { return time.Unix(t.seconds-unixEpoch, t.nanoseconds).UTC() }

// A source yields the frames of a capture file. It fills f, or returns a
// problem, an error (io.EOF at the end), or both: after a problem without an
// error there may be more frames.
type source interface {
	next(f *frame) (problem, error)
	// offset returns the octets of the file up to the end of the last frame.
	offset() int64
}

// An input is a buffered file that counts what is read. Octets that were looked
// at in the buffer are discarded later.
type input struct {
	*bufio.Reader
	from     counter
	consumed int // octets in the buffer up to the end of the last frame, still to be discarded
}

func newInput(r io.Reader) *input {
	in := &input{from: counter{Reader: r}}
	in.Reader = bufio.NewReaderSize(&in.from, bufferSize)
	return in
}

func (in *input) offset() int64 { return in.from.n - int64(in.Buffered()) + int64(in.consumed) }

// A counter counts the octets that are read.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

// Magic numbers as they are in the file; those of pcap in either byte order.
const (
	magicMicroseconds = 0xa1b2c3d4
	magicNanoseconds  = 0xa1b23c4d
	magicModified     = 0xa1b2cd34
	magicNG           = 0x0a0d0d0a
)

// foreign lists other formats that people are likely to try, with advice.
var foreign = []struct{ magic, advice string }{
	{"\x28\xb5\x2f\xfd", "it is compressed with zstd: unpack it first"},
	{"\xfd7zXZ\x00", "it is compressed with xz: unpack it first"},
	{"\x04\x22\x4d\x18", "it is compressed with lz4: unpack it first"},
	{"BZh", "it is compressed with bzip2: unpack it first"},
	{"PK\x03\x04", "it is a zip archive: unpack it first"},
	{"\x34\xcd\xb2\xa1", "it is pcap with Kuznetzov's extension: convert it with editcap -F pcap"},
	{"\xa1\xb2\xcd\x34", "it is pcap with Kuznetzov's extension: convert it with editcap -F pcap"},
	{"snoop\x00\x00\x00", "it is a snoop capture: convert it with editcap -F pcap"},
	{"TRSNIFF data", "it is a Sniffer capture: convert it with editcap -F pcap"},
	{"XCP\x00", "it is a NetXRay capture: convert it with editcap -F pcap"},
}

// tarMagic is where a tar archive has its magic.
const tarMagic = 257

// HasMagic reports whether a file that begins with head, of which a few octets are
// enough, is a capture or an archive: one that [NewReader] reads, or whose format
// its error names.
func HasMagic(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	for _, magic := range []uint32{binary.BigEndian.Uint32(head), binary.LittleEndian.Uint32(head)} {
		if magic == magicMicroseconds || magic == magicNanoseconds || magic == magicNG {
			return true
		}
	}
	return head[0] == 0x1f && head[1] == 0x8b || slices.ContainsFunc(foreign, func(f struct{ magic, advice string }) bool {
		return bytes.HasPrefix(head, []byte(f.magic)) || len(head) < len(f.magic) && bytes.HasPrefix([]byte(f.magic), head)
	})
}

// openContainer detects the format of r by its first octets.
func openContainer(r io.Reader) (source, error) {
	br := newInput(r)
	head, err := peek(br)
	if err != nil {
		return nil, err
	}
	if head[0] == 0x1f && head[1] == 0x8b {
		unpacked, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%w: gzip: %w", ErrFormat, err)
		}
		br = newInput(unpacked)
		if head, err = peek(br); err != nil {
			return nil, err
		}
	}
	switch magic := binary.BigEndian.Uint32(head); magic {
	case magicNG:
		return newNGFile(br)
	case magicMicroseconds, magicNanoseconds:
		return newPcapFile(br, binary.BigEndian, magic == magicNanoseconds)
	}
	switch magic := binary.LittleEndian.Uint32(head); magic {
	case magicMicroseconds, magicNanoseconds:
		return newPcapFile(br, binary.LittleEndian, magic == magicNanoseconds)
	}
	head, _ = br.Peek(16)
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return nil, fmt.Errorf("%w: %s", ErrFormat, f.advice)
		}
	}
	if head, _ := br.Peek(tarMagic + 5); len(head) == tarMagic+5 && string(head[tarMagic:]) == "ustar" {
		return nil, fmt.Errorf("%w: it is a tar archive: unpack it first", ErrFormat)
	}
	return nil, fmt.Errorf("%w: it begins with % x, neither pcap nor pcapng", ErrFormat, head[:4])
}

// peek returns the first four octets of a file, or why there are fewer.
func peek(br *input) ([]byte, error) {
	head, err := br.Peek(4)
	switch {
	case err == nil:
		return head, nil
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%w: it is only %d octets long", ErrFormat, len(head))
	case gzipDamage(err):
		return nil, fmt.Errorf("%w: gzip: %w", ErrFormat, err)
	}
	return nil, fmt.Errorf("capture: %w", err)
}

// gzipDamage reports whether err concerns the content of a gzip file, not the
// reading of it.
func gzipDamage(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &corrupt)
}

// A pcapFile reads the classic pcap format. The tests use pcapgo.Reader as a
// reference only, because that
//   - copies each frame, which takes longer than all other work for most of them;
//   - needs package layers, whose tables take 26 ms when a program starts, and 6 MB;
//   - cuts link types to 8 bits, so that LINKTYPE_LINUX_SLL2 (276) is lost;
//   - allocates what the header's snaplen says, up to 4 GB, and stops at a longer record;
//   - panics on 32-bit platforms at a length of 2 GB;
//   - stops at a record that is longer than its frame was on the wire.
type pcapFile struct {
	*input
	swapped bool   // numbers are big-endian
	nano    uint32 // nanoseconds in a unit of the timestamps' fractions
	units   uint32 // of them in a second
	link    linkType
	ahead   []byte // the octets in the buffer after the last frame
}

const (
	pcapFileHeader   = 24
	pcapRecordHeader = 16
)

func newPcapFile(br *input, order binary.ByteOrder, nanoseconds bool) (*pcapFile, error) {
	head, err := br.Peek(pcapFileHeader)
	if err != nil {
		return nil, fmt.Errorf("%w: the pcap header is cut off", ErrFormat)
	}
	if major, minor := order.Uint16(head[4:]), order.Uint16(head[6:]); major != 2 || minor != 4 {
		return nil, fmt.Errorf("%w: it is pcap of the unknown version %d.%d", ErrFormat, major, minor)
	}
	// The upper half of the link type's field, which is ignored here, may have
	// the length of a frame check sequence at the end. It is not reliable:
	// payloads are bounded by their own lengths.
	p := &pcapFile{input: br, swapped: order == binary.BigEndian, nano: 1e3, units: 1e6}
	p.consumed = pcapFileHeader
	if nanoseconds {
		p.nano, p.units = 1, 1e9
	}
	p.link = linkType(p.number(head[20:]))
	return p, nil
}

func (p *pcapFile) next(f *frame) (problem, error) {
	if p.takeAhead(f) { // as almost always
		return noProblem, nil
	}
	p.Discard(p.consumed) // it is all in the buffer
	p.consumed, p.ahead = 0, nil
	head, err := p.Peek(pcapRecordHeader)
	if err != nil {
		return endOfFile(len(head), err)
	}
	h := p.header(head)
	if !h.sound {
		p.resynchronise()
		return fileDamaged, nil
	}
	if record, err := p.Peek(pcapRecordHeader + h.captured); err != nil {
		p.consumed = len(record)
		return endOfFile(len(record), err)
	}
	p.ahead, _ = p.Peek(p.Buffered())
	p.take(f, &h)
	return noProblem, nil
}

// takeAhead makes a frame of the record at the start of ahead, if all of it is
// there and nothing about its header is unusual. It is header and take in one,
// for the record after record of a long capture.
func (p *pcapFile) takeAhead(f *frame) bool {
	b := p.ahead
	if len(b) < pcapRecordHeader {
		return false
	}
	fraction, captured, wire := p.number(b[4:]), p.number(b[8:]), p.number(b[12:])
	if captured-1 >= maxFrame || wire > maxFrame || int(captured) > len(b)-pcapRecordHeader || fraction >= p.units {
		return false
	}
	size := pcapRecordHeader + int(captured)
	f.time = unixTime(int64(p.number(b)), int64(fraction*p.nano))
	f.link, f.data, f.wire = p.link, b[pcapRecordHeader:size], int(max(captured, wire))
	p.consumed, p.ahead = p.consumed+size, b[size:]
	return true
}

// take makes a frame of the record at the start of ahead.
func (p *pcapFile) take(f *frame, h *pcapHeader) {
	size := pcapRecordHeader + h.captured
	// Some writers set the length on the wire to 0.
	*f = frame{time: unixTime(h.seconds, h.nanoseconds), link: p.link, data: p.ahead[pcapRecordHeader:size], wire: max(h.captured, h.wire)}
	p.consumed, p.ahead = p.consumed+size, p.ahead[size:]
}

// endOfFile says how a file ended: in the middle of a record if octets of one
// are left.
func endOfFile(left int, err error) (problem, error) {
	switch {
	case errors.Is(err, io.EOF) && left == 0:
		return noProblem, io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fileCut, io.EOF
	case gzipDamage(err):
		return fileGzip, io.EOF
	}
	return noProblem, err
}

// number returns a number of 32 bits. It is called for every record;
// [binary.ByteOrder] would cost an indirect call each time.
func (p *pcapFile) number(b []byte) uint32 {
	n := binary.LittleEndian.Uint32(b)
	if p.swapped {
		n = bits.ReverseBytes32(n)
	}
	return n
}

// maxCarry is the largest plausible fraction of a time: more is damage.
const maxCarry = 10 * time.Second

// A pcapHeader is the header of a record.
type pcapHeader struct {
	seconds, nanoseconds int64
	captured, wire       int
	sound                bool // its lengths are possible
	exact                bool // its fraction is less than a second
}

func (p *pcapFile) header(b []byte) pcapHeader {
	seconds, fraction, captured, wire := p.number(b), p.number(b[4:]), p.number(b[8:]), p.number(b[12:])
	if captured == 0 || captured > maxFrame || wire > maxFrame {
		return pcapHeader{}
	}
	// airodump-ng writes negative fractions and fractions of a second or more:
	// frameTime.time carries them into the seconds.
	h := pcapHeader{seconds: int64(seconds), captured: int(captured), wire: int(wire), sound: true, exact: fraction < p.units}
	if h.nanoseconds = int64(fraction) * int64(p.nano); !h.exact {
		h.nanoseconds = int64(int32(fraction)) * int64(p.nano)
		h.sound = max(h.nanoseconds, -h.nanoseconds) <= int64(maxCarry) && captured <= wire
	}
	return h
}

// resynchronise skips to the next place that looks like a record and is
// followed by another one of about the same time, or by the end.
func (p *pcapFile) resynchronise() {
	const month = 30 * 24 * 60 * 60
	for {
		p.Discard(1)
		head, err := p.Peek(pcapRecordHeader)
		if err != nil {
			p.Discard(len(head)) // the next read finds the end
			return
		}
		h := p.header(head)
		if !h.sound || !h.exact || h.captured > maxCandidate {
			continue
		}
		size := pcapRecordHeader + h.captured
		record, _ := p.Peek(size + pcapRecordHeader)
		if len(record) == size {
			return
		}
		if len(record) < size+pcapRecordHeader {
			continue
		}
		if behind := p.header(record[size:]); behind.sound && behind.exact && max(h.seconds, behind.seconds)-min(h.seconds, behind.seconds) < month {
			return
		}
	}
}
