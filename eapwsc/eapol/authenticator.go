package eapol

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/indexed"
	"github.com/gowps/gowps/wps"
)

// maxStations is how many stations are served at a time: see
// [Authenticator.MaxStations].
const maxStations = 256

// begun is how many packets of a station its session must have answered before
// the station no longer counts as new. Anyone can send EAPOL-Start, an identity
// and M1 from any address; M3 requires the keys of a run.
const begun = 3

// Authenticator is the access point's side of a link: it runs one [ap.Session]
// for each station. A station starts its session with EAPOL-Start, which also
// restarts it; on 802.11 call [Authenticator.Begin] when a station has
// associated. The methods may be called concurrently.
type Authenticator struct {
	// MaxStations is how many stations are served at a time; 0 means 256. One
	// more replaces the oldest new station, and is ignored if there is none.
	// Set it before Serve is called.
	MaxStations int
	// Radio is the radio of the connection, if the access point has several.
	// Set it before Serve is called.
	Radio *ap.Radio

	conn Conn

	*shared
	stations map[wps.MAC]*station
	due      indexed.Heap[*station, byDeadline]
	new      list.List // the new stations, oldest first
	id       uint8     // Identifier of the next session's first request
	alarm    alarm
	outgoing []outgoing // packets that wait until the events before them are reported
}

// shared is what the authenticators of one access point share.
type shared struct {
	mu    sync.Mutex
	point *ap.AccessPoint
	all   []*Authenticator

	// reporting is held while events are reported, until what they belong to
	// was sent.
	reporting sync.Mutex
}

// station is a session and its state on the link.
type station struct {
	mac      wps.MAC
	session  *ap.Session
	step     eapwsc.Step
	place    int           // index in due
	answered int           // how many of its packets were answered
	new      *list.Element // in the list of new stations, or nil
}

// byDeadline orders stations by their next deadline, so that a frame does not
// cost more the more stations there are. One without a deadline comes last.
type byDeadline struct{}

// Less compares deadlines.
func (byDeadline) Less(a, b *station) bool {
	x, y := a.step.Deadline, b.step.Deadline
	return !x.IsZero() && (y.IsZero() || x.Before(y))
}

// Index returns the index in due.
func (byDeadline) Index(s *station) *int { return &s.place }

// NewAuthenticator returns the authenticator of an access point on a
// connection. It takes ownership of both: use [Authenticator.Do] to reach the
// access point.
func NewAuthenticator(conn Conn, point *ap.AccessPoint) *Authenticator {
	return (&shared{point: point}).authenticator(conn)
}

// ForConn returns an authenticator of the same access point for another of its
// connections, such as that of another radio. Each is served by a Serve of its
// own. An event is reported by the Serve that comes first, one event at a time.
func (a *Authenticator) ForConn(conn Conn) *Authenticator {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.authenticator(conn)
}

func (u *shared) authenticator(conn Conn) *Authenticator {
	a := &Authenticator{conn: conn, shared: u, stations: make(map[wps.MAC]*station)}
	u.all = append(u.all, a)
	return a
}

// Do calls f with the access point while nothing else uses it: to enter a PIN,
// press the button or read the settings. The function must not call the
// Authenticator.
func (a *Authenticator) Do(f func(now time.Time, point *ap.AccessPoint)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(time.Now(), a.point)
	for _, b := range a.all {
		b.wake()
	}
}

// Begin starts a session with a station that has associated. It ends the
// station's previous session, if there is one.
func (a *Authenticator) Begin(mac wps.MAC) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.wake()
	return a.begin(time.Now(), mac)
}

// wake makes Serve check its deadlines and events. The connection's deadlines
// are set under the lock, so that an older deadline cannot overwrite this one.
func (a *Authenticator) wake() { _ = a.alarm.set(a.conn, longAgo) }

// Serve serves stations until the context or the connection ends, and returns
// the error of either. It calls events, if not nil, with each event, one call
// at a time and before the packet that belongs to the event is sent. The
// function may call [Authenticator.Do].
func (a *Authenticator) Serve(ctx context.Context, events func(ap.Event)) (err error) {
	stop := context.AfterFunc(ctx, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.wake()
	})
	defer stop()
	defer func() { a.dismiss(err, events) }()
	buf := make([]byte, maxFrame)
	for {
		if err := a.settle(ctx, events); err != nil {
			return err
		}
		n, from, err := a.conn.ReadFrame(buf)
		switch {
		case err == nil:
			err = a.receive(from, buf[:n])
		default:
			err = a.timeout(err)
		}
		if err != nil {
			return err
		}
	}
}

// settle reports the events and sets the next deadline.
func (a *Authenticator) settle(ctx context.Context, events func(ap.Event)) error {
	a.reporting.Lock()
	defer a.reporting.Unlock()
	for {
		a.mu.Lock()
		a.answerWaiting(time.Now())
		happened := a.point.Events()
		if len(happened) == 0 && len(a.outgoing) == 0 {
			break
		}
		if len(happened) == 0 {
			a.flush(time.Now())
		}
		a.mu.Unlock()
		report(happened, events)
	}
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return contextError(ctx)
	}
	deadline := a.point.Deadline()
	if a.due.Len() > 0 {
		deadline = eapwsc.Earlier(deadline, a.due.First().step.Deadline)
	}
	return a.alarm.set(a.conn, deadline)
}

// answerWaiting answers the stations whose decision was waiting for an action
// of the owner.
func (a *Authenticator) answerWaiting(now time.Time) {
	for _, session := range a.point.Ready() {
		s := a.stations[session.Station()]
		if s == nil || s.session != session {
			continue
		}
		step, _ := session.Timeout(now) // the event has the error
		a.step(now, s, step)
	}
}

func report(happened []ap.Event, events func(ap.Event)) {
	if events == nil {
		return
	}
	for _, e := range happened {
		events(e)
	}
}

// receive passes a frame to the session of its station.
func (a *Authenticator) receive(from wps.MAC, b []byte) error {
	frame, err := ParseFrame(b)
	if err != nil {
		return nil
	}
	if frame.Type == TypeStart {
		yield()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	s := a.stations[from]
	switch {
	case frame.Type == TypeStart && s != nil && !s.session.Identified():
		// The station may not have been there when its identity was first
		// requested.
		a.send(s, s.step.Send)
	case frame.Type == TypeStart:
		return a.begin(now, from)
	case s == nil:
	case frame.Type == TypeEAP:
		step, _ := s.session.Handle(now, frame.Body) // an error is in the event, or concerns an ignored packet
		if step.Send != nil {
			a.progress(s)
		}
		a.step(now, s, step)
	case frame.Type == TypeLogoff:
		a.end(now, from, ErrLogoff)
	}
	return nil
}

// begin starts a session.
func (a *Authenticator) begin(now time.Time, mac wps.MAC) error {
	a.end(now, mac, ErrRestarted)
	if len(a.stations) >= cmp.Or(a.MaxStations, maxStations) {
		oldest := a.new.Front()
		if oldest == nil {
			return nil
		}
		a.end(now, oldest.Value.(*station).mac, ErrNoRoom)
	}
	newSession := a.point.NewSession
	if a.Radio != nil {
		newSession = a.Radio.NewSession
	}
	session, err := newSession(mac, a.id)
	if err != nil {
		return err
	}
	a.id++
	s := &station{mac: mac, session: session, step: session.Start(now)}
	a.stations[mac] = s
	s.new = a.new.PushBack(s)
	a.due.Push(s)
	a.send(s, s.step.Send)
	return nil
}

// progress counts an answered packet of a station.
func (a *Authenticator) progress(s *station) {
	if s.answered++; s.answered == begun && s.new != nil {
		a.new.Remove(s.new)
		s.new = nil
	}
}

// ErrNoRoom: too many stations had new sessions, and this one was closed to
// make room.
var ErrNoRoom = errors.New("eapol: too many stations have begun")

// ErrRestarted: the station restarted with EAPOL-Start.
var ErrRestarted = errors.New("eapol: the station has restarted")

// end closes the session of a station, if there is one.
func (a *Authenticator) end(now time.Time, mac wps.MAC, cause error) {
	if s := a.stations[mac]; s != nil {
		a.forget(s)
		_ = s.session.Close(now, cause) // the event has it
	}
}

// forget removes a station from all lists.
func (a *Authenticator) forget(s *station) {
	delete(a.stations, s.mac)
	a.due.Remove(s)
	if s.new != nil {
		a.new.Remove(s.new)
		s.new = nil
	}
}

// step carries out a step of a session.
func (a *Authenticator) step(now time.Time, s *station, step eapwsc.Step) {
	packet := step.Send
	if packet == nil && !step.Done {
		step.Send = s.step.Send // kept for a station that was not there yet
	}
	s.step = step
	if step.Done {
		a.forget(s)
	} else {
		a.due.Fix(s)
	}
	a.send(s, packet)
}

// send queues a packet for a station until the events are reported: the owner
// must store a wrong guess of the access point's PIN before the answer is sent.
func (a *Authenticator) send(s *station, packet []byte) {
	if packet != nil {
		a.outgoing = append(a.outgoing, outgoing{s, packet})
	}
}

// flush sends the queued packets. If sending fails, the station or the link to
// it has gone: its session ends, and the others continue. A failure of the link
// itself shows when it is read.
func (a *Authenticator) flush(now time.Time) {
	for _, o := range a.outgoing {
		if err := writeFrame(a.conn, Version2, TypeEAP, o.packet, o.station.mac); err != nil && a.stations[o.station.mac] == o.station {
			a.end(now, o.station.mac, err)
		}
	}
	clear(a.outgoing)
	a.outgoing = a.outgoing[:0]
}

// outgoing is a queued packet.
type outgoing struct {
	station *station
	packet  []byte
}

// timeout calls Timeout of the sessions whose deadline has passed, if err is
// the end of the read deadline. It returns any other error.
func (a *Authenticator) timeout(err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.alarm.isExpiry(err) {
		return err
	}
	now := time.Now()
	a.point.Timeout(now)
	for range a.due.Len() {
		s := a.due.First()
		if s.step.Deadline.IsZero() || now.Before(s.step.Deadline) {
			break
		}
		step, _ := s.session.Timeout(now) // the event has the error
		a.step(now, s, step)
	}
	return nil
}

// dismiss ends all sessions, and notifies the stations as far as the link still
// works.
func (a *Authenticator) dismiss(cause error, events func(ap.Event)) {
	a.reporting.Lock()
	defer a.reporting.Unlock()
	a.mu.Lock()
	a.all = slices.DeleteFunc(a.all, func(b *Authenticator) bool { return b == a })
	now := time.Now()
	for mac, s := range a.stations {
		a.end(now, mac, cause)
		failure := eap.Packet{Code: eap.CodeFailure, ID: s.step.Send[1]}
		if b, err := failure.AppendTo(nil); err == nil {
			a.send(s, b)
		}
	}
	happened := a.point.Events()
	a.mu.Unlock()
	report(happened, events)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.flush(now)
}
