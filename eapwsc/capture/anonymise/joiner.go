package anonymise

import (
	"bytes"

	"github.com/gowps/gowps/eapwsc/eap"
)

// A joiner joins the fragments of messages: an attribute that is split is
// replaced as a whole, and split again.
type joiner struct {
	mask *mask
	open map[string]*joined
	size int // octets in all of them
}

// A joined is a message with missing fragments.
type joined struct {
	message []byte
	id      uint8
	op      eap.OpCode
	parts   []part
}

// part is a fragment: its place in the message, and a function for its
// replacement.
type part struct {
	from, to int
	write    func([]byte)
}

// Limits of messages that wait for fragments.
const (
	maxOpen    = 64
	maxMessage = 64 << 10
	maxHeld    = 1 << 20
)

// add adds a packet with a message or a part of one. Its octets are written
// when the message is complete.
func (j *joiner) add(direction string, p *eap.Packet, cut bool, write func([]byte)) {
	o := j.open[direction]
	more, first := p.Flags.Has(eap.FlagMoreFragments), p.Flags.Has(eap.FlagLengthField)
	if o != nil && len(o.parts) > 0 && o.id == p.ID {
		last := o.parts[len(o.parts)-1]
		if bytes.Equal(o.message[last.from:last.to], p.Data) { // sent again
			o.parts = append(o.parts, part{last.from, last.to, write})
			if len(o.parts) >= maxOpen {
				j.finish(direction)
			}
			return
		}
	}
	if o != nil && (first || p.OpCode != o.op) {
		j.finish(direction)
		o = nil
	}
	if o == nil {
		if !more {
			write(j.mask.attributes(p.Data))
			return
		}
		if len(j.open) >= maxOpen || j.size >= maxHeld {
			j.close()
		}
		o = &joined{op: p.OpCode}
		j.open[direction] = o
	}
	from := len(o.message)
	o.message, o.id = append(o.message, p.Data...), p.ID
	o.parts = append(o.parts, part{from, len(o.message), write})
	j.size += len(p.Data)
	if !more || cut || len(o.message) > maxMessage || len(o.parts) >= maxOpen {
		j.finish(direction)
	}
}

// finish replaces the parts of a message that have arrived.
func (j *joiner) finish(direction string) {
	o := j.open[direction]
	delete(j.open, direction)
	j.size -= len(o.message)
	whole := j.mask.attributes(o.message)
	for _, p := range o.parts {
		p.write(whole[p.from:p.to])
	}
}

// close finishes all messages.
func (j *joiner) close() {
	for direction := range j.open {
		j.finish(direction)
	}
}
