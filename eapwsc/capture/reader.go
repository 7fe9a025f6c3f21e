package capture

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
)

// A Reader reads the events of one capture. Its memory is limited to about 2
// MB, and some tens of MB for the worst input, however long the capture is.
type Reader struct {
	source  source
	decoder decoder
	frame   frame
	given   int // events of decoder.events that Next has returned
	err     error
}

// NewReader returns a Reader of the capture in r. It reads only enough of r to
// detect the format. The error is of class [ErrFormat] if r is not a capture,
// or the error of r.
func NewReader(r io.Reader) (*Reader, error) {
	source, err := openContainer(r)
	if err != nil {
		return nil, err
	}
	reader := &Reader{source: source}
	reader.decoder.init()
	return reader, nil
}

// Next returns the next event. It is valid until the following call. At the end
// the error is [io.EOF], or of class [ErrLinkType] if no frame had a known link
// type; any other error comes from the io.Reader. Errors are final.
func (r *Reader) Next() (*Event, error) {
	d := &r.decoder
	for {
		if r.given < len(d.events) {
			r.given++
			return &d.events[r.given-1], nil
		}
		if r.err != nil {
			return nil, r.err
		}
		r.given, d.events = 0, d.events[:0]
		if r.advance() {
			d.decode(&r.frame)
		}
	}
}

// advance reads the next frame. It reports whether there is one, and otherwise
// notes the problem or ends the capture.
func (r *Reader) advance() bool {
	d := &r.decoder
	prob, err := r.source.next(&r.frame)
	if prob == noProblem && err == nil {
		d.number++
		return true
	}
	d.reset()
	d.note(prob)
	if errors.Is(err, io.EOF) {
		r.err = d.end()
	} else if err != nil {
		r.err = fmt.Errorf("capture: after frame %d: %w", d.number, err)
	}
	return false
}

// Skip passes over the frames in the next octets of the capture, and over the
// rest of the last one. What it passes over has no events other than notes about
// the file, and messages that have begun before are dropped.
func (r *Reader) Skip(octets int64) {
	r.given = len(r.decoder.events)
	r.decoder.forget()
	for start := r.Offset(); r.err == nil && r.Offset()-start < octets; {
		r.advance()
	}
}

// Offset returns how many octets of the capture were read: up to the end of the
// frame of the last event, and after decompression.
func (r *Reader) Offset() int64 { return r.source.offset() }

// A decoder turns frames into events. Between frames it keeps only its tables
// of recent values.
type decoder struct {
	events []Event
	number int // of the frame, from 1
	frame  *frame

	// Of the current frame, as found while decoding it.
	src, dst, bssid [6]byte
	radio           RadioInfo

	managements *recent[managementKey, *managementSeen]
	beacons     [256]*managementSeen // the latest, by the last octet of their senders' addresses: faster than managements
	seed        maphash.Seed
	requests    *recent[radiusKey, radiusPeers]
	streams     *recent[flowKey, *stream]
	cmdus       *recent[cmduKey, *cmdu]
	fragments   *recent[fragmentKey, *fragmented]

	noted      [len(problems)]int
	understood bool // a frame was of a known link type
	unknown    linkType
}

func (d *decoder) init() {
	d.frame = new(frame)
	d.seed = maphash.MakeSeed()
	d.managements = newRecent[managementKey, *managementSeen](1024)
	d.forget()
}

// forget drops what is kept of earlier frames to understand later ones.
func (d *decoder) forget() {
	d.requests = newRecent[radiusKey, radiusPeers](1024)
	d.streams = newRecent[flowKey, *stream](256)
	d.cmdus = newRecent[cmduKey, *cmdu](64)
	d.fragments = newRecent[fragmentKey, *fragmented](16)
}

// decode appends the events of f.
func (d *decoder) decode(f *frame) {
	d.reset()
	d.frame = f
	if int(f.link) >= len(linkDecoders) || linkDecoders[f.link] == nil {
		d.unknown = f.link
		d.note(linkUnknown)
		return
	}
	d.understood = true
	linkDecoders[f.link](d, f.data)
}

func (d *decoder) reset() {
	d.src, d.dst, d.bssid, d.radio = [6]byte{}, [6]byte{}, [6]byte{}, RadioInfo{}
}

// emit appends an event of the current frame, for the caller to complete.
func (d *decoder) emit(kind EventKind) *Event {
	d.events = append(d.events, Event{
		Kind: kind, Frame: d.number, Time: d.frame.time.time(),
		Src: d.src, Dst: d.dst, BSSID: d.bssid, Radio: d.radio,
	})
	return &d.events[len(d.events)-1]
}

// end reports unfinished messages, and returns the error for the end of the
// capture.
func (d *decoder) end() error {
	for key, s := range d.streams.all() {
		d.abandon(key, s)
	}
	if d.number > 0 && !d.understood {
		return fmt.Errorf("%w: all have link type %d", ErrLinkType, d.unknown)
	}
	return io.EOF
}
