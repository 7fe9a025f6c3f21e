package ap

import (
	"bytes"
	"errors"
	"fmt"
	"time"

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
var ErrNotExpected = errors.New("no station waits for the message")

// relay is the run of a station that wants to be registered while there are
// external registrars. The access point's own registrar answers M1. If it
// refuses the station, and an external registrar has an M2 for it, the run
// continues with that registrar: the messages in both directions are forwarded
// without being checked.
type relay struct {
	*registration.Registrar // our own
	session                 *Session
	external                bool // the run is with an external registrar
	waiting                 bool // the station waits for it
	ended                   bool
	err                     error
}

// Handle processes a message of the station.
func (r *relay) Handle(message []byte) ([]byte, error) {
	kind, err := wps.PeekMessageType(message)
	if !r.external {
		if err == nil && kind == wps.MessageM1 {
			r.session.tell(message)
		}
		return r.Registrar.Handle(message)
	}
	switch {
	case r.ended:
		return nil, registration.ErrEnded
	case err != nil:
		return nil, fmt.Errorf("%w: %w", registration.ErrIgnored, err)
	case kind == wps.MessageM1:
		return nil, fmt.Errorf("%w: an external registrar has answered M1", registration.ErrIgnored)
	}
	r.session.tell(message)
	switch kind {
	case wps.MessageDone:
		r.ended = true
	case wps.MessageNACK:
		r.ended, r.err = true, fmt.Errorf("%w: the station ended the run with an external registrar", registration.ErrRefused)
		return nil, r.err
	default:
		r.waiting = true
	}
	return nil, nil
}

// Waiting reports whether the station waits for an answer that comes later.
func (r *relay) Waiting() bool {
	if r.external {
		return r.waiting
	}
	return r.Registrar.Waiting()
}

// Settled reports whether nothing that follows makes the run fail.
func (r *relay) Settled() bool { return !r.external && r.Registrar.Settled() }

// Closed ends the run because the exchange has ended.
func (r *relay) Closed() error { return r.Abort(registration.ErrTimeout) }

// Abort ends the run.
func (r *relay) Abort(cause error) error {
	if !r.external {
		if errors.Is(cause, registration.ErrTimeout) && r.Registrar.State() == registration.SentM2D {
			return r.Registrar.Closed() // the reason of M2D
		}
		return r.Registrar.Abort(cause)
	}
	if !r.ended {
		r.ended, r.err = true, fmt.Errorf("%w: in the run with an external registrar", cause)
	}
	return r.err
}

// Ended reports whether the run is over, and Err why it failed.
func (r *relay) Ended() bool {
	if r.external {
		return r.ended
	}
	return r.Registrar.Ended()
}

// Err returns why the run failed, or nil.
func (r *relay) Err() error {
	if r.external {
		return r.err
	}
	return r.Registrar.Err()
}

// Result returns what our own registrar has given.
func (r *relay) Result() *registration.Result {
	if r.external {
		return nil
	}
	return r.Registrar.Result()
}

// message is a message of an external registrar for a station.
type message struct {
	from   string
	octets []byte
}

// tell reports a message of the station to external registrars.
func (s *Session) tell(octets []byte) {
	s.ap.event(Event{Kind: EventStationMessage, Time: s.heard, Radio: s.radio.bssid(), Station: s.station, Message: bytes.Clone(octets)})
}

// SetListening sets whether external registrars receive the messages of
// stations: [EventStationMessage] and [EventStationProbe] are for them.
// [AccessPoint.Deliver] takes their answers.
func (a *AccessPoint) SetListening(listening bool) { a.listening = listening }

// Deliver takes the message of an external registrar for a station. From
// distinguishes registrars: once the station has answered one, the others are
// ignored. The session is then in [AccessPoint.Ready].
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
		return fmt.Errorf("ap: %v of an external registrar: %w: %s", kind, ErrNotExpected, why)
	}
	if s == nil {
		return notExpected("no such run")
	}
	switch {
	case s.external != nil:
		return notExpected("the station has one already")
	case kind == wps.MessageM2D:
		return nil // our own registrar has sent this
	case kind == wps.MessageM2 && s.relay.external:
		return notExpected("the station has answered another registrar")
	case kind == wps.MessageM2 && s.registrar.State() != registration.SentM2D:
		return notExpected("the access point registers the station itself")
	case kind == wps.MessageM2:
	case !s.relay.external || !s.relay.waiting || s.relay.ended:
		return notExpected("the station waits for none")
	case s.relayFrom != from:
		return notExpected("the station has answered another registrar")
	}
	s.external = &message{from, bytes.Clone(octets)}
	a.due.add(s)
	return nil
}

// passOn returns the external registrar's message for the station, whose run is
// then with that registrar only.
func (s *Session) passOn(now time.Time) *message {
	m := s.external
	s.external = nil
	if !s.relay.external {
		s.relay.external, s.relayFrom = true, m.from
		s.ap.refused.remove(s) // too late for a decision of the owner
	}
	s.relay.waiting = false
	s.relayUntil = now.Add(externalAnswer)
	return m
}

// Run is a run of the access point with an external registrar over UPnP,
// without EAP. The rules are those of a [Session].
type Run struct{ session *Session }

// NewRun returns a run of the access point as the Enrollee, with the registrar
// at an address.
func (a *AccessPoint) NewRun(now time.Time, from string) (*Run, error) {
	s := &Session{ap: a, from: from}
	if _, err := s.newEnrollee(now); err != nil {
		return nil, err
	}
	return &Run{s}, nil
}

// Start returns M1.
func (r *Run) Start(time.Time) ([]byte, error) { return r.session.enrollee.Start() }

// Handle processes a message of the registrar and returns the answer: see
// [registration.Enrollee.Handle].
func (r *Run) Handle(now time.Time, octets []byte) ([]byte, error) {
	s := r.session
	s.recheck(now)
	out, err := s.enrollee.Handle(octets)
	if s.enrollee.Waiting() {
		// Over UPnP the answer cannot wait for the owner.
		if s.judgeSettings(); s.decided == nil && s.ap.cfg.AskOwner {
			s.decided = &settingsDecision{true, wps.DeviceBusy, errNoOwner}
		}
		out, err = s.applyDecision()
	}
	s.count(now)
	if s.enrollee.Settled() {
		// WSC_Done was sent. wpa_supplicant's registrar does not acknowledge
		// it, and no EAP-Failure follows.
		_ = s.enrollee.Closed()
	}
	r.settle(now)
	return out, err
}

// Ended reports whether the run is over.
func (r *Run) Ended() bool { return r.session.enrollee.Ended() }

// Close ends the run because the registrar has gone. After WSC_Done the access
// point has its new settings.
func (r *Run) Close(now time.Time) {
	s := r.session
	if s.enrollee.State() == registration.SentM1 || s.enrollee.State() == registration.EnrolleeIdle {
		s.settled = true // the registrar only wanted the description
	}
	s.enrollee.Closed()
	r.settle(now)
}

// settle handles the consequences of a run that has ended.
func (r *Run) settle(now time.Time) {
	if s := r.session; s.enrollee.Ended() && !s.settled {
		s.settled = true
		s.settle(now, s.enrollee.Err())
	}
}
