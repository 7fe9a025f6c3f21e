//go:build linux

package station_test

import (
	"encoding/binary"
	"hash/maphash"
	"io"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
)

// thinned copies a capture with radiotap headers and leaves out redundant
// frames: acknowledgements, encrypted frames, and management frames that repeat
// what their sender sent less than repeatAfter before.
func thinned(w io.Writer, r io.Reader) error {
	var header [24]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return err
	}
	if _, err := w.Write(header[:]); err != nil {
		return err
	}
	t := thinner{seed: maphash.MakeSeed(), said: make(map[sender]uint64), at: make(map[sender]time.Duration)}
	record := make([]byte, 16)
	for {
		if _, err := io.ReadFull(r, record[:16]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		record = append(record[:16], make([]byte, binary.LittleEndian.Uint32(record[8:]))...)
		if _, err := io.ReadFull(r, record[16:]); err != nil {
			return err
		}
		at := time.Duration(binary.LittleEndian.Uint32(record))*time.Second + time.Duration(binary.LittleEndian.Uint32(record[4:]))*time.Microsecond
		if t.isNew(at, record[16:]) {
			if _, err := w.Write(record); err != nil {
				return err
			}
		}
	}
}

// repeatAfter is the time after which a repetition is kept, to show that time
// has passed.
const repeatAfter = 4 * time.Second

// sender is the sender of a kind of management frame.
type sender struct {
	kind byte
	mac  [6]byte
}

type thinner struct {
	seed maphash.Seed
	said map[sender]uint64
	at   map[sender]time.Duration
}

// fixedFields are the lengths in octets of the fields before the elements of
// the frames that repeat. The last two octets may change the content.
var fixedFields = map[byte]int{0x40: 0, 0x50: 12, 0x80: 12}

// isNew reports whether a frame is not redundant.
func (t *thinner) isNew(at time.Duration, b []byte) bool {
	const header, protected = 24, 0x40
	if len(b) < 4 || len(b) < int(b[2])+header {
		return false
	}
	b = b[b[2]:]
	kind := b[0]
	if kind&0x0c == 0x04 || b[1]&protected != 0 {
		return false
	}
	fixed, repeats := fixedFields[kind]
	if !repeats || len(b) < header+fixed {
		return true
	}
	from := sender{kind, [6]byte(b[10:16])}
	var sum uint64
	for rest := b[header+fixed:]; len(rest) > 0; {
		id, body, next := dot11.Next(rest)
		if part, ok := dot11.Relevant(id, body); ok {
			sum = sum*31 + maphash.Bytes(t.seed, part)
		}
		rest = next
	}
	if t.said[from] == sum && at-t.at[from] < repeatAfter {
		return false
	}
	t.said[from], t.at[from] = sum, at
	return true
}
