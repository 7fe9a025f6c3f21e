package eap

import "math"

const (
	// DefaultFragmentSize is hostap's, and keeps packets below the MTU of
	// Ethernet and of 802.11.
	DefaultFragmentSize = 1400
	// MinFragmentSize leaves room for one octet of the message.
	MinFragmentSize = fragmentHeaderLen + messageLengthLen + 1
	// MaxFragmentSize fills the longest EAP packet.
	MaxFragmentSize = maxPacketLen - expandedLen

	// DefaultMessageLimit is the longest message that a [Reassembler] takes,
	// in octets. M1 and M2 have 400 to 700, M8 with many credentials or
	// certificates a few thousand; hostap takes up to 50000, iwd 4096.
	DefaultMessageLimit = 16 << 10

	// fragmentHeaderLen is what a fragment size counts besides the data and
	// the Message Length: op-code and flags.
	fragmentHeaderLen = wscLen - expandedLen
)

// Fragmenter cuts one WSC message into packets, as hostap cuts it: a message
// that fits goes out whole and without flags; of a longer one the first
// fragment has MF, LF and the Message Length, the last has no flags and those
// between have MF. The zero value has nothing to send.
type Fragmenter struct {
	msg  []byte
	sent uint16 // octets of msg already given out
	size uint16 // op-code, flags, Message Length and data of a packet
	op   OpCode
	more bool // there is a packet to come
}

// NewFragmenter returns a Fragmenter for message, which must not change until
// the last packet is written. size limits each packet from its op-code on; 12
// octets of EAP header come before it. 0 stands for [DefaultFragmentSize].
//
// The error is of class [ErrOpCode] if packets of op carry no message, of
// class [ErrLength] if size is not between [MinFragmentSize] and
// [MaxFragmentSize], and of class [ErrTooLong] if the message is longer than a
// Message Length can say.
func NewFragmenter(op OpCode, message []byte, size int) (Fragmenter, error) {
	if size == 0 {
		size = DefaultFragmentSize
	}
	switch {
	case !op.IsMessage():
		return Fragmenter{}, FieldOpCode.Fault(ErrOpCode, "%v carries no message", op)
	case size < MinFragmentSize || size > MaxFragmentSize:
		return Fragmenter{}, fieldFragment.Fault(ErrLength, "%d octets, from %d to %d are possible", size, MinFragmentSize, MaxFragmentSize)
	case len(message) > math.MaxUint16:
		return Fragmenter{}, fieldMessageLength.Fault(ErrTooLong, "%d octets, a message has at most %d", len(message), math.MaxUint16)
	}
	return Fragmenter{op: op, msg: message, size: uint16(size), more: true}, nil
}

// Message returns the op-code and the message that the Fragmenter cuts. The
// message must not be changed.
func (f *Fragmenter) Message() (OpCode, []byte) { return f.op, f.msg }

// Next returns the next packet of the message, with the code and Identifier
// given, or false when the last one was taken. If the packet has
// [FlagMoreFragments], the one after it is sent when WSC_FRAG_ACK arrives.
// Data shares memory with the message.
func (f *Fragmenter) Next(code Code, id uint8) (Packet, bool) {
	if !f.more {
		return Packet{}, false
	}
	rest := f.msg[f.sent:]
	p := NewWSC(code, id, f.op, rest)
	if room := int(f.size) - fragmentHeaderLen; len(rest) > room {
		p.Flags = FlagMoreFragments
		if f.sent == 0 {
			p.Flags |= FlagLengthField
			p.MessageLength = uint16(len(f.msg))
			room -= messageLengthLen
		}
		p.Data = rest[:room:room]
	}
	f.sent += uint16(len(p.Data))
	f.more = p.Flags.Has(FlagMoreFragments)
	return p, true
}

// Reassembler puts the fragments of WSC messages together, one message after
// another. The zero value is ready to use.
//
// It takes what hostap takes. So a whole message may have a Message Length, a
// later fragment may repeat that of the first, and the last fragment may end
// before as many octets have come as the Message Length says.
type Reassembler struct {
	// Limit is the longest message accepted, in octets; 0 stands for
	// DefaultMessageLimit. 4096 is iwd's limit, 50000 hostap's.
	Limit int
	// Strict refuses packets that have [Packet.Faults], a Message Length in a
	// later fragment, and messages of another length than announced.
	Strict bool

	pending   bool // a first fragment came, the last did not
	op        OpCode
	announced uint16 // the Message Length of the first fragment
	buf       []byte // the fragments so far; grows with them
}

// Reset forgets the fragments received so far.
func (r *Reassembler) Reset() { *r = Reassembler{Limit: r.Limit, Strict: r.Strict} }

// Add takes an EAP-WSC packet of op-code WSC_MSG, WSC_ACK, WSC_NACK or
// WSC_Done. With the last fragment, or a packet that is a message by itself,
// it returns the message and true; any fragment before it is to be answered
// by WSC_FRAG_ACK. A message in one packet shares memory with the packet, one
// put together from several belongs to the caller.
//
// A packet that is refused changes nothing: the right next fragment still
// completes the message. The error is a [*Error] of class [ErrNotWSC],
// [ErrOpCode], [ErrFragment] (a first fragment without Message Length, another
// op-code than the first), [ErrLength] (Message Length and data contradict
// each other), [ErrTooLong] (over the limit), or in strict use [ErrFlags].
func (r *Reassembler) Add(p Packet) (message []byte, complete bool, err error) {
	if err := r.check(p); err != nil {
		return nil, false, err
	}
	more := p.Flags.Has(FlagMoreFragments)
	switch {
	case !r.pending && !more:
		return p.Data, true, nil
	case !r.pending:
		r.pending, r.op, r.announced = true, p.OpCode, p.MessageLength
	}
	r.buf = append(r.buf, p.Data...)
	if more {
		return nil, false, nil
	}
	message = r.buf
	r.Reset()
	return message, true, nil
}

// check returns an error unless the packet can be taken next.
func (r *Reassembler) check(p Packet) error {
	switch {
	case !p.IsWSC():
		return FieldType.Fault(ErrNotWSC, "%v", p)
	case !p.OpCode.IsMessage():
		return FieldOpCode.Fault(ErrOpCode, "%v carries no message", p.OpCode)
	case r.pending && p.OpCode != r.op:
		return FieldOpCode.From("hostap").Fault(ErrFragment, "%v within a message of %v", p.OpCode, r.op)
	}

	received := len(r.buf) + len(p.Data)
	announced := received
	switch {
	case r.pending:
		announced = int(r.announced)
	case p.Flags.Has(FlagLengthField):
		announced = int(p.MessageLength)
	case p.Flags.Has(FlagMoreFragments):
		return fieldFlags.From("hostap, iwd").Fault(ErrFragment, "a first fragment without Message Length")
	}
	switch limit := r.limit(); {
	case p.Flags.Has(FlagLengthField) && int(p.MessageLength) != announced:
		return fieldMessageLength.Fault(ErrFragment, "%d octets announced, %d by the first fragment", p.MessageLength, announced)
	case announced > limit:
		return fieldMessageLength.From("limit set").Fault(ErrTooLong, "a message of %d octets, at most %d are taken", announced, limit)
	case received > announced:
		return fieldMessageLength.From("hostap, iwd").Fault(ErrLength, "%d octets announced, %d received", announced, received)
	}
	if r.Strict {
		return r.checkStrict(p, announced, received)
	}
	return nil
}

// checkStrict returns an error if the packet keeps to check's rules only.
func (r *Reassembler) checkStrict(p Packet, announced, received int) error {
	if faults := p.Faults(); faults != nil {
		return faults[0]
	}
	switch {
	case r.pending && p.Flags.Has(FlagLengthField):
		return fieldFlags.From("iwd").Fault(ErrFragment, "a Message Length after the first fragment")
	case !p.Flags.Has(FlagMoreFragments) && received < announced:
		return fieldMessageLength.From("iwd").Fault(ErrLength, "%d octets announced, %d received", announced, received)
	}
	return nil
}

// limit returns the longest message accepted.
func (r *Reassembler) limit() int {
	if r.Limit == 0 {
		return DefaultMessageLimit
	}
	return r.Limit
}
