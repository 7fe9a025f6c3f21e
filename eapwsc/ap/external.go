package ap

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Times of a station that an external registrar registers.
const (
	// externalM2 is how long a station is kept for an external registrar
	// after M2D [hostap].
	externalM2 = 5 * time.Second
	// externalAnswer is how long a registrar has to answer a station.
	externalAnswer = 10 * time.Second
)

// ErrNotExpected is the class of errors about a message of an external
// registrar that no station waits for.
var ErrNotExpected = errors.New("ap: no station waits for the message")

// relay is the machine for a station that wants to be registered while there
// are external registrars. It begins as the access point's own registrar, which
// answers M1. If that refuses the station, and an external registrar has an M2
// for it ([AccessPoint.Deliver]), the station is handed over: from then on the
// messages in both directions are forwarded without being checked.
type relay struct {
	*registration.Registrar // our own
	session                 *Session

	received time.Time // when the packet that is processed arrived

	from string // the external registrar that has delivered a message
	next []byte // its message that the station has not got yet, or nil

	// Once the station is handed over.
	handedOver bool
	waiting    bool      // the station waits for the registrar's next message
	deadline   time.Time // of that message
	ended      bool
	err        error
}

// Handle processes a message of the station.
func (r *relay) Handle(message []byte) ([]byte, error) {
	kind, err := wps.PeekMessageType(message)
	if !r.handedOver {
		if err == nil && kind == wps.MessageM1 {
			r.report(message)
		}
		return r.Registrar.Handle(message)
	}
	switch {
	case r.ended:
		return nil, registration.ErrEnded
	case err != nil:
		return nil, fmt.Errorf("ap: %w: %w", registration.ErrIgnored, err)
	case kind == wps.MessageM1:
		return nil, fmt.Errorf("ap: %w: an external registrar has answered M1", registration.ErrIgnored)
	}
	r.report(message)
	switch kind {
	case wps.MessageDone:
		r.ended = true
	case wps.MessageNACK:
		r.ended, r.err = true, fmt.Errorf("ap: %w: the station ended the run with an external registrar", registration.ErrRefused)
		return nil, r.err
	default:
		r.waiting = true
	}
	return nil, nil
}

// Waiting reports whether the station waits for an answer that comes later.
func (r *relay) Waiting() bool {
	if r.handedOver {
		return r.waiting
	}
	return r.Registrar.Waiting()
}

// Settled reports whether nothing that follows makes the run fail.
func (r *relay) Settled() bool { return !r.handedOver && r.Registrar.Settled() }

// Closed ends the run because the exchange has ended.
func (r *relay) Closed() error { return r.Abort(registration.ErrTimeout) }

// Abort ends the run.
func (r *relay) Abort(cause error) error {
	if !r.handedOver {
		if errors.Is(cause, registration.ErrTimeout) && r.Registrar.State() == registration.SentM2D {
			return r.Registrar.Closed() // the reason of M2D
		}
		return r.Registrar.Abort(cause)
	}
	if !r.ended {
		r.ended, r.err = true, fmt.Errorf("ap: %w: in the run with an external registrar", cause)
	}
	return r.err
}

// Ended reports whether the run is over, and Err why it failed.
func (r *relay) Ended() bool {
	if r.handedOver {
		return r.ended
	}
	return r.Registrar.Ended()
}

// Err returns why the run failed, or nil.
func (r *relay) Err() error {
	if r.handedOver {
		return r.err
	}
	return r.Registrar.Err()
}

// Result returns what our own registrar has given.
func (r *relay) Result() *registration.Result {
	if r.handedOver {
		return nil
	}
	return r.Registrar.Result()
}

// report reports a message of the station to external registrars.
func (r *relay) report(octets []byte) {
	s := r.session
	s.ap.event(Event{Kind: EventStationMessage, Time: r.received, Radio: s.radio.bssid(), Station: s.station, Message: bytes.Clone(octets)})
}

// SetListening sets whether there are external registrars that receive the
// messages of stations: [EventStationMessage] and [EventStationProbe] are for
// them. [AccessPoint.Deliver] accepts their answers.
func (a *AccessPoint) SetListening(listening bool) { a.listening = listening }

// Deliver accepts the message of an external registrar for a station. From
// distinguishes registrars: once the station is handed over to one, the others
// are refused. The session is then in [AccessPoint.Ready], and its Timeout
// returns the message as a packet.
//
// The Enrollee Nonce of a message identifies its run; the address of the
// station, which some registrars send wrong, is used if there is none. A
// message that belongs to no run, or comes too late, is refused with
// [ErrNotExpected].
func (a *AccessPoint) Deliver(now time.Time, from string, station wps.MAC, octets []byte) error {
	kind, err := wps.PeekMessageType(octets)
	if err != nil {
		return fmt.Errorf("ap: message of an external registrar: %w", err)
	}
	nonce := wps.Find(octets, wps.AttrEnrolleeNonce)
	var s *Session
	for one := range a.relayed.all {
		m1 := one.registrar.Enrollee()
		if len(nonce) == 0 || bytes.Equal(nonce, make([]byte, len(nonce))) {
			if one.station != station {
				continue
			}
		} else if !bytes.Equal(nonce, m1.EnrolleeNonce[:]) {
			continue
		}
		s = one
		break
	}
	notExpected := func(why string) error {
		return fmt.Errorf("%w: %v of an external registrar: %s", ErrNotExpected, kind, why)
	}
	if s == nil {
		return notExpected("no such run")
	}
	switch {
	case s.relay.next != nil:
		return notExpected("the station has one already")
	case kind == wps.MessageM2D:
		return nil // our own registrar has sent this
	case kind == wps.MessageM2 && s.relay.handedOver:
		return notExpected("the station has answered another registrar")
	case kind == wps.MessageM2 && s.registrar.State() != registration.SentM2D:
		return notExpected("the access point registers the station itself")
	case kind == wps.MessageM2: // the station is handed over when it is sent
	case !s.relay.handedOver || !s.relay.waiting || s.relay.ended:
		return notExpected("the station waits for none")
	case s.relay.from != from:
		return notExpected("the station has answered another registrar")
	}
	s.relay.from, s.relay.next = from, bytes.Clone(octets)
	a.due.add(s)
	return nil
}

// endRelayed ends the runs of stations with external registrars. The station is
// told when it sends its next message, or when the deadline of the registrar's
// message passes.
func (a *AccessPoint) endRelayed(now time.Time) {
	for s := range a.relayed.all {
		s.relay.next = nil
		if s.relay.handedOver {
			s.relay.Abort(ErrWithdrawn)
			s.relay.deadline = now
		}
	}
}

// passOn sends the external registrar's message to the station, which is then
// handed over to that registrar.
func (s *Session) passOn(now time.Time) (eapwsc.Step, error) {
	r := s.relay
	message := r.next
	r.next = nil
	if !r.handedOver {
		r.handedOver = true
		s.ap.refused.remove(s) // too late for a decision of the owner
		s.redecide = false     // also for one that was due at the same time
	}
	r.waiting = false
	r.deadline = now.Add(externalAnswer)
	return s.server.Answer(now, message, nil)
}
