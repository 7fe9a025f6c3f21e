// Package pcapng writes captures, with the keys of the runs in them.
//
// A [Writer] writes one section with one interface and time stamps of a
// nanosecond (draft-ietf-opsawg-pcapng). Wireshark and package capture read it.
// The format has blocks for the secrets of some protocols, of which WPS is
// none, so the key log stands in the comment of the section, a line for each
// run in the form of [registration.KeyLogLabel]: [KeyLog] finds it there.
//
// A capture with keys lets its readers see the network key. Treat it as one.
package pcapng

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Link types: the LINKTYPE values of the Tcpdump Group.
const (
	Ethernet   = 1
	IEEE80211  = 105 // without radiotap
	Radiotap   = 127
	maxComment = math.MaxUint16
)

// Blocks and options of the format.
const (
	blockSection   = 0x0A0D0D0A
	blockInterface = 1
	blockPacket    = 6
	byteOrder      = 0x1A2B3C4D

	optionEnd        = 0
	optionComment    = 1
	optionProgram    = 4 // shb_userappl
	optionName       = 2 // if_name
	optionResolution = 9
	nanoseconds      = 9 // 10^-9 s
)

// ErrTooLong is the class of the error of a comment or a packet that does not
// fit in its block.
var ErrTooLong = errors.New("pcapng: too long")

// Header is what stands at the beginning of a capture.
type Header struct {
	LinkType uint16
	Program  string // that wrote the capture; may be empty
	Name     string // of the interface; may be empty
	// KeyLog holds lines of a key log; at most 65,535 octets together.
	KeyLog []byte
}

// Writer writes packets.
type Writer struct {
	w io.Writer
	b []byte
}

// NewWriter writes the header. The error is that of w, or of class
// [ErrTooLong].
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	comment := bytes.Trim(h.KeyLog, " \r\n\x00")
	if len(comment) > maxComment || len(h.Program) > maxComment || len(h.Name) > maxComment {
		return nil, fmt.Errorf("%w: a comment has at most %d octets", ErrTooLong, maxComment)
	}
	out := &Writer{w: w}
	section := binary.LittleEndian.AppendUint32(nil, byteOrder)
	section = append(section, 1, 0, 0, 0)                               // version 1.0
	section = binary.LittleEndian.AppendUint64(section, math.MaxUint64) // of a length that is not known
	section = option(section, optionComment, comment)
	section = option(section, optionProgram, []byte(h.Program))
	section = end(section)
	out.block(blockSection, section)
	iface := binary.LittleEndian.AppendUint16(nil, h.LinkType)
	iface = append(iface, 0, 0)
	iface = binary.LittleEndian.AppendUint32(iface, 0) // no limit
	iface = option(iface, optionName, []byte(h.Name))
	iface = option(iface, optionResolution, []byte{nanoseconds})
	iface = end(iface)
	out.block(blockInterface, iface)
	return out, out.flush()
}

// WritePacket writes a packet. The error is that of the writer, or of class
// [ErrTooLong].
func (w *Writer) WritePacket(at time.Time, packet []byte) error {
	if len(packet) > math.MaxUint32-64 {
		return fmt.Errorf("%w: a packet of %d octets", ErrTooLong, len(packet))
	}
	stamp := uint64(at.UnixNano())
	body := binary.LittleEndian.AppendUint32(nil, 0)
	body = binary.LittleEndian.AppendUint32(body, uint32(stamp>>32))
	body = binary.LittleEndian.AppendUint32(body, uint32(stamp))
	body = binary.LittleEndian.AppendUint32(body, uint32(len(packet)))
	body = binary.LittleEndian.AppendUint32(body, uint32(len(packet)))
	body = pad(append(body, packet...))
	w.block(blockPacket, body)
	return w.flush()
}

// block appends a block to what is to be written.
func (w *Writer) block(kind uint32, body []byte) {
	size := uint32(len(body) + 12)
	w.b = binary.LittleEndian.AppendUint32(w.b, kind)
	w.b = binary.LittleEndian.AppendUint32(w.b, size)
	w.b = append(w.b, body...)
	w.b = binary.LittleEndian.AppendUint32(w.b, size)
}

func (w *Writer) flush() error {
	_, err := w.w.Write(w.b)
	w.b = w.b[:0]
	return err
}

// option appends an option, unless it has no value.
func option(b []byte, code uint16, value []byte) []byte {
	if len(value) == 0 {
		return b
	}
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

func end(b []byte) []byte { return append(b, optionEnd, 0, 0, 0) }

// pad fills b up to a whole number of 32-bit words.
func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
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
