package anonymise

import (
	"fmt"
	"io"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/pcapng"
)

// Note says what the capture does not show any more. The file contains it, too.
const Note = "Made anonymous: addresses, names, serial numbers, UUIDs, public keys, nonces, hashes, Authenticators and encrypted settings are replaced, " +
	"each by another of the same length. No Authenticator can be verified, nothing can be decrypted, and no key log fits. Frames that do not belong to Wi-Fi Protected Setup are left out."

// Writer writes an anonymous capture from the events of another. Its methods
// must not be called concurrently.
type Writer struct {
	a   anonymiser
	err error
}

// NewWriter starts a capture. It reads 32 octets from random: use
// crypto/rand.Reader, unless a test needs a repeatable result. The error is
// that of w or random.
func NewWriter(w io.Writer, random io.Reader) (*Writer, error) {
	out := &Writer{a: anonymiser{
		mask: mask{names: make(map[string][32]byte)}, bodies: make(map[body][]byte), streams: make(map[flow]uint32),
	}}
	a := &out.a
	a.joiner = joiner{mask: &a.mask, open: make(map[string]*joined)}
	if _, err := io.ReadFull(random, a.mask.key[:]); err != nil {
		return nil, fmt.Errorf("anonymise: random octets: %w", err)
	}
	var err error
	if a.out, err = pcapng.NewWriter(w, pcapng.Header{LinkType: pcapng.Radiotap, Program: "gowps", Name: "air", Comment: Note}); err == nil {
		_, err = a.out.AddInterface(pcapng.Ethernet, "wire")
	}
	if err != nil {
		return nil, fmt.Errorf("anonymise: %w", err)
	}
	return out, nil
}

// Write writes an event of a capture. Errors are final.
func (w *Writer) Write(e *capture.Event) error {
	if w.err == nil && !e.Described {
		w.err = w.a.event(e)
	}
	return w.err
}

// Close writes the remaining packets. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.err == nil {
		w.err = w.a.close()
	}
	return w.err
}

// Written returns the number of packets written.
func (w *Writer) Written() int { return w.a.written }

// Capture reads a capture and writes it anonymously. It returns the number of
// packets written. The error is of a class of package capture if r is not a
// capture.
func Capture(w io.Writer, r io.Reader, random io.Reader) (written int, err error) {
	in, err := capture.NewReader(r)
	if err != nil {
		return 0, err
	}
	out, err := NewWriter(w, random)
	if err != nil {
		return 0, err
	}
	for {
		e, err := in.Next()
		switch {
		case err == io.EOF:
			err = out.Close()
			return out.Written(), err
		case err != nil:
			return out.Written(), err
		}
		if err := out.Write(e); err != nil {
			return out.Written(), err
		}
	}
}

// The interfaces of the capture.
const (
	onAir = iota
	onWire
)

// An anonymiser turns events into packets.
type anonymiser struct {
	out     *pcapng.Writer
	written int
	mask    mask
	joiner  joiner
	queue   []*slot // packets that wait for earlier ones
	bodies  map[body][]byte
	streams map[flow]uint32 // the next sequence number of each direction of TCP
	cmdu    cmdu            // the message of IEEE 1905.1 being assembled
	cmdus   uint16
}

// A slot is a packet to be written. It waits while it is part of a message
// whose other parts have not arrived.
type slot struct {
	pcapng.Packet
	ready bool
}

// maxQueue limits the number of waiting packets.
const maxQueue = 1024

// begin starts a packet.
func (a *anonymiser) begin(at time.Time, iface int) *slot {
	s := &slot{Packet: pcapng.Packet{Interface: iface, Time: at}}
	a.queue = append(a.queue, s)
	return s
}

// event handles an event.
func (a *anonymiser) event(e *capture.Event) error {
	if e.Kind != capture.KindIEEE1905 || e.Frame != a.cmdu.frame {
		a.endCMDU()
	}
	switch {
	case e.Kind == capture.KindNote:
	case e.Kind == capture.KindEAPOL:
		a.frame(e)
	case e.Kind == capture.KindRADIUS && e.RADIUS != nil:
		a.radius(e)
	case e.Kind == capture.KindUPnP && e.UPnP != nil:
		a.upnp(e)
	case e.Kind == capture.KindIEEE1905:
		a.cmdu.add(e)
	case e.Management != nil:
		a.management(e)
	}
	if len(a.queue) > maxQueue {
		a.joiner.close()
	}
	return a.flush()
}

// flush writes the packets that do not wait.
func (a *anonymiser) flush() error {
	n := 0
	for ; n < len(a.queue) && a.queue[n].ready; n++ {
		if err := a.out.WritePacket(a.queue[n].Packet); err != nil {
			return fmt.Errorf("anonymise: %w", err)
		}
		a.written++
	}
	a.queue = a.queue[:copy(a.queue, a.queue[n:])]
	return nil
}

func (a *anonymiser) close() error {
	a.endCMDU()
	a.joiner.close()
	if err := a.flush(); err != nil {
		return err
	}
	if err := a.out.Flush(); err != nil {
		return fmt.Errorf("anonymise: %w", err)
	}
	return nil
}
