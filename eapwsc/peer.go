package eapwsc

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Timeouts of a [Peer].
const (
	// PeerTimeout is how long a peer waits for the next request: long enough
	// for a server that repeats one twice, and short enough to try the next
	// access point.
	PeerTimeout = 15 * time.Second
	// PeerLateTimeout is how long a peer waits after M2D: the user may still
	// enter the PIN or press the button [hostap].
	PeerLateTimeout = 30 * time.Second
	// PeerLinger is how long a peer waits for EAP-Failure after its last
	// message. It is longer than hostap's 2 s: if WSC_Done is lost, the server
	// repeats M8 after 5 s and needs the answer to learn of the success.
	PeerLinger = 6 * time.Second
	// ExchangeTimeout is how long a whole exchange may take.
	ExchangeTimeout = 120 * time.Second
)

// PeerConfig configures a [Peer].
type PeerConfig struct {
	// Machine is the run: an Enrollee, or the Registrar that configures an
	// access point.
	Machine Machine
	// FragmentSize limits packets: see [eap.NewFragmenter]. 0 is the default.
	FragmentSize int
	// MessageLimit limits messages received: see [eap.Reassembler].
	MessageLimit int
	// Timeout, Linger and Total replace [PeerTimeout], [PeerLinger] and
	// [ExchangeTimeout] if not zero.
	Timeout, Linger, Total time.Duration
}

// Peer is the station's side of EAP-WSC: it answers requests. Feed it with the
// EAP packets of the access point, send the packet of each [Step], and call
// [Peer.Timeout] at its deadline.
//
// EAP-WSC always ends with EAP-Failure: after WSC_Done this is the normal end,
// before it a failure.
type Peer struct {
	exchange
	patience time.Duration
	linger   time.Duration
	total    time.Duration
	deadline time.Time
	answered answered
	last     uint8 // the Identifier of the latest; sent is its answer, unless it was a whole message, which the machine recognizes itself
}

// NewPeer returns a peer for one exchange. The error is of class
// [registration.ErrConfig] or that of [eap.NewFragmenter].
func NewPeer(cfg PeerConfig) (*Peer, error) {
	if cfg.Machine == nil {
		return nil, fmt.Errorf("eapwsc: %w: a peer needs a machine", registration.ErrConfig)
	}
	if _, err := eap.NewFragmenter(eap.OpMSG, nil, cfg.FragmentSize); err != nil {
		return nil, err
	}
	p := &Peer{
		patience: cmp.Or(cfg.Timeout, PeerTimeout), linger: cmp.Or(cfg.Linger, PeerLinger), total: cmp.Or(cfg.Total, ExchangeTimeout),
	}
	p.machine, p.size = cfg.Machine, uint16(cfg.FragmentSize)
	p.incoming.Limit = cfg.MessageLimit
	return p, nil
}

// Start starts the timer for the first request of the access point. There is
// nothing to send: the link sends EAPOL-Start where it is needed.
func (p *Peer) Start(now time.Time) Step {
	p.limit = now.Add(p.total)
	return Step{Deadline: p.wait(now)}
}

// wait sets and returns the deadline for the next request.
func (p *Peer) wait(now time.Time) time.Time {
	d := p.patience
	switch op, _ := p.outgoing.Message(); {
	case p.machine.Ended():
		d = p.linger
	case op == eap.OpACK: // it acknowledged M2D
		d = max(d, PeerLateTimeout)
	}
	p.deadline = Earlier(now.Add(d), p.limit)
	return p.deadline
}

// Handle processes an EAP packet of the access point and returns the next step.
//
// An error without Done, of class [ErrIgnored], says why the packet was
// ignored; the exchange continues. An error with Done says why the exchange
// failed, usually a [*registration.Error].
func (p *Peer) Handle(now time.Time, packet []byte) (Step, error) {
	if p.over {
		return Step{Done: true}, ErrOver
	}
	in, err := eap.ParsePacket(packet)
	if err != nil {
		return p.ignorePacket(p.deadline, ignore(err))
	}
	packet = packet[:in.Len()]
	switch in.Code {
	case eap.CodeRequest:
		this := digestOf(packet)
		if p.sent != nil && p.answered.last(this) {
			return Step{Send: p.sent, Deadline: p.wait(now)}, nil
		}
		if p.answered.before(this) {
			return p.ignorePacket(p.deadline, ignore(eap.FieldCode.Fault(eap.ErrCode, "request %d was answered before request %d", in.ID, p.last)))
		}
		out, whole, err := p.answer(in)
		switch {
		case out == nil && p.machine.Ended() && p.machine.Err() != nil:
			return p.end(nil, p.machine.Err())
		case out == nil:
			return p.ignorePacket(p.deadline, err)
		}
		p.answered.add(in, this)
		p.last, p.sent = in.ID, nil
		if !whole {
			p.sent = out
		}
		return Step{Send: out, Deadline: p.wait(now)}, nil
	case eap.CodeFailure, eap.CodeSuccess:
		return p.closed(in)
	}
	return p.ignorePacket(p.deadline, ignore(eap.FieldCode.Fault(eap.ErrCode, "a station receives no %v", in.Code)))
}

// answered holds digests of the answered requests, the latest at the end. The
// latest request gets the same answer again. Any earlier one is a late copy and
// is ignored: accepting a WSC_FRAG_ACK or a fragment twice would corrupt a
// message. Identifiers cannot detect late copies, because an access point need
// not number its requests in order (RFC 3748 §4.1).
type answered []uint64

// maxAnswered is how many requests are remembered. The Identifiers of an access
// point that counts repeat after 256.
const maxAnswered = 255

// digestOf returns the digest of a request.
func digestOf(packet []byte) uint64 {
	hash := sha256.Sum256(packet)
	return binary.BigEndian.Uint64(hash[:])
}

// last reports whether a request is the one that was answered last.
func (a answered) last(digest uint64) bool { return len(a) > 0 && a[len(a)-1] == digest }

// before reports whether a request was answered, but not as the latest.
func (a answered) before(digest uint64) bool {
	return len(a) > 0 && slices.Contains(a[:len(a)-1], digest)
}

// add records an answered request. A new request for the identity starts a new
// conversation and clears the record.
func (a *answered) add(in eap.Packet, digest uint64) {
	switch {
	case a.last(digest):
		return
	case in.Type == eap.TypeIdentity:
		*a = (*a)[:0]
	case len(*a) == maxAnswered:
		*a = slices.Delete(*a, 0, 1)
	}
	*a = append(*a, digest)
}

// closed ends the exchange because the access point ended EAP. The Identifier
// must be that of the last request, or the next one [iwd].
func (p *Peer) closed(in eap.Packet) (Step, error) {
	if len(p.answered) == 0 {
		return p.end(nil, p.machine.Abort(ErrEAP))
	}
	if in.ID != p.last && in.ID != p.last+1 {
		return p.ignorePacket(p.deadline, ignore(eap.FieldCode.Fault(eap.ErrCode, "%v with Identifier %d after %d", in.Code, in.ID, p.last)))
	}
	return p.end(nil, p.machine.Closed())
}

// answer returns the response to a request, or nil and the reason why there is
// none. It reports whether the request was a whole message: the machine itself
// repeats its answer to those.
func (p *Peer) answer(in eap.Packet) (out []byte, whole bool, err error) {
	switch {
	case in.Type == eap.TypeIdentity:
		return encode(eap.Packet{Code: eap.CodeResponse, ID: in.ID, Type: eap.TypeIdentity, Data: []byte(p.identity())}), false, nil
	case in.Type == eap.TypeNotification:
		return encode(eap.Packet{Code: eap.CodeResponse, ID: in.ID, Type: eap.TypeNotification}), false, nil
	case !in.IsWSC():
		return encode(eap.NewNak(in)), false, nil
	}
	switch in.OpCode {
	case eap.OpStart:
		out, err = p.begin(in.ID)
		return out, false, err
	case eap.OpFragACK:
		out, err = p.sendFragment(in.ID)
		return out, false, err
	}
	message, complete, err := p.incoming.Add(in)
	switch {
	case err != nil:
		return nil, false, ignore(err)
	case !complete:
		return encode(eap.NewWSC(eap.CodeResponse, in.ID, eap.OpFragACK, nil)), false, nil
	}
	if err := checkOpCode(in.OpCode, message); err != nil {
		return nil, false, err
	}
	answer, err := p.machine.Handle(message)
	if answer == nil {
		if err == nil {
			err = errors.New("there is no answer to it")
		}
		return nil, false, ignore(err)
	}
	out, err = p.sendMessage(in.ID, answer)
	return out, len(message) == len(in.Data), err
}

func (p *Peer) identity() string {
	if p.machine.Role() == registration.RoleRegistrar {
		return eap.RegistrarIdentity
	}
	return eap.EnrolleeIdentity
}

// begin answers WSC_Start with M1. It ignores WSC_Start later in the run.
func (p *Peer) begin(id uint8) ([]byte, error) {
	out, err := p.machine.Start()
	if err != nil {
		return nil, ignore(err)
	}
	if out == nil {
		return nil, ignore(eap.FieldOpCode.Fault(eap.ErrOpCode, "%v to a registrar", eap.OpStart))
	}
	return p.sendMessage(id, out)
}

// sendMessage sends the first packet of a message.
func (p *Peer) sendMessage(id uint8, message []byte) ([]byte, error) {
	t, err := wps.PeekMessageType(message)
	if err != nil {
		return nil, err
	}
	if p.outgoing, err = eap.NewFragmenter(opCodeOf(t), message, int(p.size)); err != nil {
		return nil, err
	}
	return p.sendFragment(id)
}

// sendFragment sends the next fragment.
func (p *Peer) sendFragment(id uint8) ([]byte, error) {
	packet, ok := p.outgoing.Next(eap.CodeResponse, id)
	if !ok {
		return nil, ignore(eap.FieldOpCode.Fault(eap.ErrFragment, "%v, and there is no fragment left", eap.OpFragACK))
	}
	return encode(packet), nil
}

// Timeout handles an expired deadline. After WSC_Done this is a success, like
// EAP-Failure, which may have been lost.
func (p *Peer) Timeout(now time.Time) (Step, error) {
	switch {
	case p.over:
		return Step{Done: true}, ErrOver
	case now.Before(p.deadline):
		return Step{Deadline: p.deadline}, nil
	case p.machine.Ended():
		return p.end(nil, p.machine.Err())
	}
	return p.end(nil, p.timeout())
}
