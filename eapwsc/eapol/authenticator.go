package eapol

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// maxStations is how many stations are served at a time. Further ones are not
// heard until one has finished.
const maxStations = 256

// Authenticator is the access point's side of a link: it gives each station
// an [ap.Session] of its own. A station begins by EAPOL-Start, which also
// restarts its session; on 802.11 [Authenticator.Begin] begins when it has
// associated. Its methods may be called at the same time.
type Authenticator struct {
	conn Conn

	mu       sync.Mutex
	point    *ap.AccessPoint
	stations map[wps.MAC]*station
	id       uint8 // Identifier of the next session's first request
	alarm    alarm
}

// station is a session with what the link needs to know of it.
type station struct {
	session *ap.Session
	step    eapwsc.Step
}

// NewAuthenticator returns the authenticator of an access point on a
// connection. Both are then its own: see [Authenticator.Do].
func NewAuthenticator(conn Conn, point *ap.AccessPoint) *Authenticator {
	return &Authenticator{conn: conn, point: point, stations: make(map[wps.MAC]*station)}
}

// Do calls a function with the access point, while nothing else uses it: to
// enter a PIN, press the button or look at the settings. The function must not
// call the Authenticator.
func (a *Authenticator) Do(f func(now time.Time, point *ap.AccessPoint)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(time.Now(), a.point)
	a.wake()
}

// Begin begins a session with a station that has associated. A session that it
// has already ends.
func (a *Authenticator) Begin(mac wps.MAC) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.wake()
	return a.begin(time.Now(), mac)
}

// wake has Serve look at its deadlines and at the events. Those of the
// connection are set under the lock, so that this one cannot be overwritten by
// one computed before.
func (a *Authenticator) wake() { _ = a.alarm.set(a.conn, past) }

// Serve serves stations until the context or the connection ends, and returns
// the error of either. What happens is told to events, one call after the
// other, which may call [Authenticator.Do]; nil is nobody.
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
			err = a.hear(from, buf[:n])
		default:
			err = a.timeout(err)
		}
		if err != nil {
			return err
		}
	}
}

// settle tells what has happened and sets the next deadline.
func (a *Authenticator) settle(ctx context.Context, events func(ap.Event)) error {
	for {
		a.mu.Lock()
		if err := a.answerWaiting(time.Now()); err != nil {
			a.mu.Unlock()
			return err
		}
		happened := a.point.Events()
		if len(happened) == 0 {
			break
		}
		a.mu.Unlock()
		report(happened, events)
	}
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return over(ctx)
	}
	deadline := a.point.Deadline()
	for _, s := range a.stations {
		deadline = sooner(deadline, s.step.Deadline)
	}
	return a.alarm.set(a.conn, deadline)
}

// answerWaiting answers the stations that wait for what the owner has done
// since.
func (a *Authenticator) answerWaiting(now time.Time) error {
	for _, session := range a.point.Ready() {
		mac := session.Station()
		s := a.stations[mac]
		if s == nil || s.session != session {
			continue
		}
		step, _ := session.Timeout(now) // the error is in the event
		if err := a.step(mac, s, step); err != nil {
			return err
		}
	}
	return nil
}

func report(happened []ap.Event, events func(ap.Event)) {
	if events == nil {
		return
	}
	for _, e := range happened {
		events(e)
	}
}

// hear gives a frame to the session that it belongs to.
func (a *Authenticator) hear(from wps.MAC, b []byte) error {
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
		// It was not there yet when it was asked who it is.
		return a.send(from, s.step.Send)
	case frame.Type == TypeStart:
		return a.begin(now, from)
	case s == nil:
	case frame.Type == TypeEAP:
		step, _ := s.session.Handle(now, frame.Body) // the error is in the event, or of a packet that was ignored
		return a.step(from, s, step)
	case frame.Type == TypeLogoff:
		a.end(now, from, ErrLogoff)
	}
	return nil
}

// begin begins a session.
func (a *Authenticator) begin(now time.Time, mac wps.MAC) error {
	a.end(now, mac, ErrRestarted)
	if len(a.stations) == maxStations {
		return nil
	}
	session, err := a.point.NewSession(mac, a.id)
	if err != nil {
		return err
	}
	a.id++
	s := &station{session: session}
	a.stations[mac] = s
	return a.step(mac, s, session.Start(now))
}

// ErrRestarted: the station began anew by EAPOL-Start.
var ErrRestarted = errors.New("the station has begun anew")

// end ends a session that is not over, if there is one.
func (a *Authenticator) end(now time.Time, mac wps.MAC, cause error) {
	if s := a.stations[mac]; s != nil {
		delete(a.stations, mac)
		_ = s.session.Close(now, cause) // it is in the event
	}
}

// step takes a step of a session.
func (a *Authenticator) step(mac wps.MAC, s *station, step eapwsc.Step) error {
	if step.Send == nil && !step.Done {
		step.Send = s.step.Send // kept for a station that was not there yet
		s.step = step
		return nil
	}
	s.step = step
	if step.Done {
		delete(a.stations, mac)
	}
	return a.send(mac, step.Send)
}

func (a *Authenticator) send(to wps.MAC, packet []byte) error {
	if packet == nil {
		return nil
	}
	return writeFrame(a.conn, Version2, TypeEAP, packet, to)
}

// timeout lets time have its effect on whoever is due, if that is what an error
// of ReadFrame means.
func (a *Authenticator) timeout(err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.alarm.rang(err) {
		return err
	}
	now := time.Now()
	a.point.Timeout(now)
	for mac, s := range a.stations {
		if now.Before(s.step.Deadline) {
			continue
		}
		step, _ := s.session.Timeout(now) // the error is in the event
		if err := a.step(mac, s, step); err != nil {
			return err
		}
	}
	return nil
}

// dismiss ends all sessions, and tells the stations as far as the link still
// goes.
func (a *Authenticator) dismiss(cause error, events func(ap.Event)) {
	a.mu.Lock()
	now := time.Now()
	for mac, s := range a.stations {
		a.end(now, mac, cause)
		failure := eap.Packet{Code: eap.CodeFailure, ID: s.step.Send[1]}
		if b, err := failure.AppendTo(nil); err == nil {
			_ = a.send(mac, b)
		}
	}
	happened := a.point.Events()
	a.mu.Unlock()
	report(happened, events)
}
