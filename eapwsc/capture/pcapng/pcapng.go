// Package pcapng writes captures, with the keys of the runs in them.
//
// A [Writer] writes one section, with one interface or several. Wireshark,
// gopacket and package capture read it. The format has blocks for the secrets of
// some protocols, of which WPS is none, so the key log stands in a comment of
// the section, a line for each run in the form of
// [registration.KeyLogLabel]: [KeyLog] finds it there.
//
// A capture with keys lets its readers see the network key. Treat it as one.
//
// The writer is our own: that of gopacket brings the tables of all its layers
// with it, a fifth of the page that runs in a browser.
package pcapng

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"time"
)

// The blocks and options that are read or written: draft-ietf-opsawg-pcapng.
const (
	blockSection   = 0x0A0D0D0A
	blockInterface = 1
	blockPacket    = 6
	byteOrder      = 0x1A2B3C4D

	optionEnd         = 0
	optionComment     = 1
	optionOS          = 3 // of a section
	optionApplication = 4 // of a section
	optionName        = 2 // of an interface
	optionResolution  = 9 // of an interface
	nanoseconds       = 9 // a resolution of 10^-9 s
)

// ErrTooLong is the class of the error of a key log, a comment or a packet that
// does not fit in its block.
var ErrTooLong = errors.New("pcapng: too long")

// LinkType says what the packets of an interface begin with: a number of the
// list of LINKTYPE_ values.
type LinkType uint16

// Link types that WPS travels on.
const (
	Ethernet LinkType = 1
	Radiotap LinkType = 127 // 802.11, behind what the radio says
)

// Header is what stands at the beginning of a capture.
type Header struct {
	LinkType LinkType // of the first interface
	Program  string   // that wrote the capture; may be empty
	Name     string   // of the first interface; may be empty
	Comment  string   // on the capture; may be empty
	// KeyLog holds lines of a key log; at most 65,535 octets together.
	KeyLog []byte `json:"-"`
}

// Packet is a packet of a capture.
type Packet struct {
	Interface int // 0 is that of the header
	Time      time.Time
	Data      []byte
	Length    int // on the wire, if the capture has only the beginning; else 0
}

// Writer writes packets. Call [Writer.Flush] after the last one.
type Writer struct {
	w          *bufio.Writer
	interfaces int
	block      []byte // the block that is being written
}

// NewWriter writes the header. The error is that of w, or of class
// [ErrTooLong].
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	ng := &Writer{w: bufio.NewWriter(w)}
	ng.begin(blockSection)
	ng.block = binary.LittleEndian.AppendUint32(ng.block, byteOrder)
	ng.block = append(ng.block, 1, 0, 0, 0)                                     // version 1.0
	ng.block = append(ng.block, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // of a length that is not known yet
	for _, o := range []struct {
		code  uint16
		value string
	}{{optionComment, h.Comment}, {optionComment, string(bytes.TrimSpace(h.KeyLog))}, {optionOS, runtime.GOOS}, {optionApplication, h.Program}} {
		if len(o.value) > math.MaxUint16 {
			return nil, fmt.Errorf("%w: a comment has at most %d octets", ErrTooLong, math.MaxUint16)
		}
		ng.option(o.code, o.value)
	}
	if err := ng.end(); err != nil {
		return nil, err
	}
	if _, err := ng.AddInterface(h.LinkType, h.Name); err != nil {
		return nil, err
	}
	return ng, nil
}

// AddInterface describes another interface, and returns the number that its
// packets bear.
func (w *Writer) AddInterface(link LinkType, name string) (int, error) {
	w.begin(blockInterface)
	w.block = binary.LittleEndian.AppendUint16(w.block, uint16(link))
	w.block = append(w.block, 0, 0, 0, 0, 0, 0) // packets of any length
	if len(name) > math.MaxUint16 {
		return 0, fmt.Errorf("%w: a name has at most %d octets", ErrTooLong, math.MaxUint16)
	}
	w.option(optionName, name)
	w.option(optionResolution, string([]byte{nanoseconds}))
	w.interfaces++
	return w.interfaces - 1, w.end()
}

// WritePacket writes a packet. Its interface must be one of the capture's.
func (w *Writer) WritePacket(p Packet) error {
	if p.Interface < 0 || p.Interface >= w.interfaces {
		return fmt.Errorf("pcapng: there is no interface %d", p.Interface)
	}
	if len(p.Data) > math.MaxInt32 {
		return fmt.Errorf("%w: a packet has at most %d octets", ErrTooLong, math.MaxInt32)
	}
	w.begin(blockPacket)
	stamp := uint64(p.Time.UnixNano())
	for _, v := range [...]uint32{uint32(p.Interface), uint32(stamp >> 32), uint32(stamp), uint32(len(p.Data)), uint32(max(p.Length, len(p.Data)))} {
		w.block = binary.LittleEndian.AppendUint32(w.block, v)
	}
	w.block = append(w.block, p.Data...)
	w.pad()
	return w.end()
}

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.w.Flush() }

// begin begins a block, whose length [Writer.end] fills in.
func (w *Writer) begin(kind uint32) {
	w.block = binary.LittleEndian.AppendUint32(w.block[:0], kind)
	w.block = append(w.block, 0, 0, 0, 0)
}

// option writes an option, unless it is empty.
func (w *Writer) option(code uint16, value string) {
	if value == "" {
		return
	}
	w.block = binary.LittleEndian.AppendUint16(w.block, code)
	w.block = binary.LittleEndian.AppendUint16(w.block, uint16(len(value)))
	w.block = append(w.block, value...)
	w.pad()
}

// pad fills the block up to a multiple of four octets.
func (w *Writer) pad() {
	for len(w.block)%4 != 0 {
		w.block = append(w.block, 0)
	}
}

// end writes the block. Blocks other than of packets end with a list of options.
func (w *Writer) end() error {
	if binary.LittleEndian.Uint32(w.block) != blockPacket {
		w.block = append(w.block, optionEnd, 0, 0, 0)
	}
	size := uint32(len(w.block) + 4)
	binary.LittleEndian.PutUint32(w.block[4:], size)
	w.block = binary.LittleEndian.AppendUint32(w.block, size)
	_, err := w.w.Write(w.block)
	return err
}

// KeyLog returns the lines of the key log in the comments of a capture's first
// section, or nil. label begins each line: [registration.KeyLogLabel]. b is the
// beginning of a file; what is no pcapng has no key log.
func KeyLog(b []byte, label string) []byte {
	if len(b) < 28 || binary.LittleEndian.Uint32(b) != blockSection {
		return nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	if order.Uint32(b[8:]) != byteOrder {
		order = binary.BigEndian
	}
	size := uint64(order.Uint32(b[4:]))
	if order.Uint32(b[8:]) != byteOrder || size < 28 || size > uint64(len(b)) {
		return nil
	}
	var log []byte
	for options := b[24 : size-4]; len(options) >= 4; {
		code, n := order.Uint16(options), int(order.Uint16(options[2:]))
		options = options[4:]
		if code == optionEnd || n > len(options) {
			break
		}
		if code == optionComment {
			for line := range strings.Lines(string(options[:n])) {
				if strings.HasPrefix(line, label+" ") {
					log = append(append(log, strings.TrimRight(line, "\r\n")...), '\n')
				}
			}
		}
		options = options[min(len(options), (n+3)&^3):]
	}
	return log
}
