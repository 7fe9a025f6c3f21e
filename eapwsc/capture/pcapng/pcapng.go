// Package pcapng writes captures in the pcapng format, including the keys of
// the runs.
//
// A [Writer] writes one section, with one interface or several. Wireshark,
// gopacket and package capture read it. The format has blocks for the secrets
// of some protocols, but not for those of WPS, so the key log is in a comment
// of the section, a line for each run in the form of
// [registration.KeyLogLabel]: [KeyLog] extracts it.
//
// A capture with keys discloses the network key to its readers. Protect it like
// the key itself.
//
// The writer of gopacket is not used because it links the tables of all layers,
// which would be a fifth of a program that runs in a browser.
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

// LinkType is the type of an interface's packets: a LINKTYPE_ value.
type LinkType uint16

// Link types that carry WPS.
const (
	Ethernet LinkType = 1
	Radiotap LinkType = 127 // 802.11, after a header of the radio
)

// Header describes a capture.
type Header struct {
	LinkType LinkType // of the first interface
	Program  string   // the program that wrote the capture; may be empty
	Name     string   // of the first interface; may be empty
	Comment  string   // on the capture; may be empty
	// KeyLog holds the lines of a key log; at most 65,535 octets in all.
	KeyLog []byte `json:"-"`
}

// Packet is a packet of a capture.
type Packet struct {
	Interface int // 0 is the interface of the header
	Time      time.Time
	Data      []byte
	Length    int // on the wire, if the capture has only the beginning; otherwise 0
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
	ng.block = append(ng.block, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // the length is not known yet
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

// AddInterface describes another interface, and returns its number for packets.
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

// Flush writes the buffered octets.
func (w *Writer) Flush() error { return w.w.Flush() }

// begin starts a block, whose length [Writer.end] fills in.
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

// pad pads the block to a multiple of four octets.
func (w *Writer) pad() {
	for len(w.block)%4 != 0 {
		w.block = append(w.block, 0)
	}
}

// end writes the block. All blocks except those of packets end with a list of
// options.
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
// section, or nil. Each line begins with label: [registration.KeyLogLabel]. b
// is the beginning of a file; a file that is not pcapng has no key log.
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
