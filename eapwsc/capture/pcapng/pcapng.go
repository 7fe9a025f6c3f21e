// Package pcapng writes captures, with the keys of the runs in them.
//
// A [Writer] writes one section with one interface, on gopacket's writer.
// Wireshark and package capture read it. The format has blocks for the secrets
// of some protocols, of which WPS is none, so the key log stands in the comment
// of the section, a line for each run in the form of
// [registration.KeyLogLabel]: [KeyLog] finds it there.
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
	"runtime"
	"strings"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// The parts of a section that [KeyLog] reads.
const (
	blockSection  = 0x0A0D0D0A
	byteOrder     = 0x1A2B3C4D
	optionEnd     = 0
	optionComment = 1
)

// ErrTooLong is the class of the error of a key log that does not fit in a
// comment.
var ErrTooLong = errors.New("pcapng: too long")

// Header is what stands at the beginning of a capture.
type Header struct {
	LinkType layers.LinkType
	Program  string // that wrote the capture; may be empty
	Name     string // of the interface; may be empty
	// KeyLog holds lines of a key log; at most 65,535 octets together.
	KeyLog []byte `json:"-"`
}

// Writer writes packets. Call [Writer.Flush] after the last one.
type Writer struct{ w *pcapgo.NgWriter }

// NewWriter writes the header. The error is that of w, or of class
// [ErrTooLong].
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	comment := bytes.TrimSpace(h.KeyLog)
	if len(comment) > math.MaxUint16 {
		return nil, fmt.Errorf("%w: a comment has at most %d octets", ErrTooLong, math.MaxUint16)
	}
	ng, err := pcapgo.NewNgWriterInterface(w,
		pcapgo.NgInterface{Name: h.Name, LinkType: h.LinkType, OS: runtime.GOOS},
		pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: h.Program, Comment: string(comment)}})
	if err != nil {
		return nil, err
	}
	return &Writer{ng}, nil
}

// WritePacket writes a packet.
func (w *Writer) WritePacket(at time.Time, packet []byte) error {
	return w.w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(packet), Length: len(packet)}, packet)
}

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.w.Flush() }

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
