package station

import (
	"encoding/binary"
	"io"
	"time"
)

// Tap is a live capture of an interface: reading it yields a pcap file that
// grows until the tap is closed. Pass it to [capture.NewReader] of package
// eapwsc/capture, or copy it to a file.
//
// On a monitor interface it receives the frames of every station and access
// point on the channel; on any other, the frames of the interface itself.
type Tap struct {
	source packets
	buffer []byte
	unread []byte
}

// packets is the source of a tap's frames.
type packets interface {
	// next waits for a frame, copies it into b and returns its length.
	next(b []byte) (int, error)
	io.Closer
}

// The format of the file: www.tcpdump.org/manpages/pcap-savefile.5.html, with
// microseconds.
const (
	pcapMagic      = 0xa1b2c3d4
	pcapVersion    = 2 | 4<<16
	pcapRecord     = 16    // octets before each frame
	pcapSnapLength = 65535 // the longest frame
)

// The link types of interfaces: www.tcpdump.org/linktypes.html.
const (
	linkTypeEthernet = 1
	linkTypeDot11    = 105
	linkTypeRadiotap = 127
)

// NewTap opens an interface for listening. The error is of class
// [ErrUnsupported], [ErrNoInterface], [ErrPermission] or, for an interface of
// an unknown kind, [ErrDriver].
func NewTap(name string) (*Tap, error) { return newTap(name) }

// NewMonitor adds a monitor interface to the radio of an interface and opens
// it. It receives everything on the channel of the radio: next to an access
// point the probe requests of all stations, for whatever network. Closing it
// removes the interface. The errors are those of [NewTap]; [ErrDriver] if the
// driver does not support monitor interfaces.
func NewMonitor(name string) (*Tap, error) { return newMonitor(name) }

// tapOf returns a tap of a source, which starts with the file header.
func tapOf(source packets, link uint32) *Tap {
	header := binary.LittleEndian.AppendUint32(nil, pcapMagic)
	header = binary.LittleEndian.AppendUint32(header, pcapVersion)
	header = append(header, make([]byte, 8)...) // time zone and accuracy
	header = binary.LittleEndian.AppendUint32(header, pcapSnapLength)
	header = binary.LittleEndian.AppendUint32(header, link)
	return &Tap{source: source, buffer: make([]byte, pcapRecord+pcapSnapLength), unread: header}
}

// Read returns octets of the file, once there are any. It returns [io.EOF]
// after Close.
func (t *Tap) Read(b []byte) (int, error) {
	if len(t.unread) == 0 {
		n, err := t.source.next(t.buffer[pcapRecord:])
		if err != nil {
			return 0, err
		}
		now := time.Now()
		binary.LittleEndian.PutUint32(t.buffer[0:], uint32(now.Unix()))
		binary.LittleEndian.PutUint32(t.buffer[4:], uint32(now.Nanosecond()/1000))
		binary.LittleEndian.PutUint32(t.buffer[8:], uint32(n))
		binary.LittleEndian.PutUint32(t.buffer[12:], uint32(n))
		t.unread = t.buffer[:pcapRecord+n]
	}
	n := copy(b, t.unread)
	t.unread = t.unread[n:]
	return n, nil
}

// Close ends the capture.
func (t *Tap) Close() error { return t.source.Close() }
