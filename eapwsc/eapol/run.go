package eapol

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Endpoint is one side of EAP-WSC: an [*eapwsc.Peer], an [*eapwsc.Server] or an
// [*ap.Session]. Timeout does nothing if it is called before the deadline.
type Endpoint interface {
	Start(now time.Time) eapwsc.Step
	Handle(now time.Time, packet []byte) (eapwsc.Step, error)
	Timeout(now time.Time) (eapwsc.Step, error)
	Close(now time.Time, cause error) error
	Identified() bool
	Result() *registration.Result
}

// Times of EAPOL-Start.
const (
	// StartDelay is how long a station on 802.11 waits for the access point to
	// begin. hostap waits 1 s at an access point of version 1.0, which wants
	// EAPOL-Start, and 2 s at one of version 2.0, which does not.
	StartDelay = time.Second
	// StartPeriod is the time after which EAPOL-Start is sent again. hostapd
	// ignores it for some seconds after a failed run.
	StartPeriod = 3 * time.Second
)

// Runner configures [Runner.Run]. The zero value is right for a station on
// Ethernet.
type Runner struct {
	// Remote is the other side: for a station the BSSID that it has associated
	// with, for an access point the address of the station.
	//
	// Zero means the first device that answers. Until then frames are sent to
	// PAEGroup, as on Ethernet, where an authenticator does not know its
	// stations: a station sends EAPOL-Start at once.
	Remote wps.MAC
	// StartDelay is how long a station waits before it sends EAPOL-Start. 0
	// means the constant StartDelay if Remote is set, and no delay otherwise.
	StartDelay time.Duration
	// Version is the protocol version of the frames sent; 0 means Version1,
	// which all devices accept.
	Version uint8
}

// Run runs an exchange over a connection with the settings of the zero
// [Runner].
func Run(ctx context.Context, conn Conn, x Endpoint) (*registration.Result, error) {
	return Runner{}.Run(ctx, conn, x)
}

// Run runs an exchange over a connection until it ends, and returns what it
// yielded, or why it failed: usually a [*registration.Error]. It blocks.
//
// Run ends early with the error of the context or of the connection; a station
// then sends EAPOL-Logoff. A registration that has reached WSC_Done by then is
// still a success.
//
// Run sets the connection's read deadline while it runs, and clears it when it
// returns.
func (r Runner) Run(ctx context.Context, conn Conn, x Endpoint) (*registration.Result, error) {
	l := &line{conn: conn, version: cmp.Or(r.Version, Version1), remote: r.Remote, remoteKnown: r.Remote != wps.MAC{}}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		conn.SetReadDeadline(longAgo)
	})
	defer func() {
		if !stop() {
			<-interrupted
		}
		conn.SetReadDeadline(time.Time{})
	}()

	step := x.Start(time.Now())
	l.station = step.Send == nil
	if l.station {
		l.start = time.Now().Add(r.startDelay())
	}
	err := l.carry(ctx, x, step)
	if err == nil {
		return x.Result(), nil
	}
	return nil, err
}

// longAgo is a deadline that has always passed.
var longAgo = time.Unix(1, 0)

func (r Runner) startDelay() time.Duration {
	if r.Remote == (wps.MAC{}) {
		return r.StartDelay
	}
	return cmp.Or(r.StartDelay, StartDelay)
}

// line is the link as used by one exchange.
type line struct {
	conn        Conn
	version     uint8
	remote      wps.MAC
	remoteKnown bool      // whether remote is known
	station     bool      // whether this is the station's side
	start       time.Time // when a station sends EAPOL-Start; zero once the other side has answered
	sent        []byte    // the EAP packet sent last
	alarm       alarm
}

// alarm is a connection's read deadline. It is set as seldom as possible:
// setting it wakes other threads, which costs more than a frame. So the alarm
// may ring too early, but not too late.
type alarm struct {
	at      time.Time // zero is never
	expired bool      // it must be set again
}

// set makes the alarm ring at t or before; zero is never.
func (a *alarm) set(conn Conn, t time.Time) error {
	if !a.expired && (t.IsZero() || !a.at.IsZero() && !t.Before(a.at)) {
		return nil
	}
	a.at, a.expired = t, false
	return conn.SetReadDeadline(t)
}

// isExpiry reports whether an error of ReadFrame means that the alarm has rung.
func (a *alarm) isExpiry(err error) bool {
	a.expired = errors.Is(err, os.ErrDeadlineExceeded)
	return a.expired
}

// frames are buffers for a frame. Clearing a new one for each registration
// would cost as much as all of its frames.
var frames = sync.Pool{New: func() any { return new([maxFrame]byte) }}

// yield is called once for each registration. Go's runtime considers a
// goroutine that has run for ten milliseconds without a pause as one that
// blocks others, and from then on has another thread watch it all the time,
// although it mostly waits in a system call. That would be a tenth of the cost
// of a registration.
func yield() { runtime.Gosched() }

// carry carries out steps until the last.
func (l *line) carry(ctx context.Context, x Endpoint, step eapwsc.Step) error {
	frame := frames.Get().(*[maxFrame]byte)
	defer frames.Put(frame)
	buf := frame[:]
	yield()
	for {
		if step.Send != nil {
			l.sent = step.Send
			if err := l.send(TypeEAP, step.Send); err != nil {
				return l.leave(x, err)
			}
		}
		if err := l.alarm.set(l.conn, eapwsc.Earlier(step.Deadline, l.start)); err != nil {
			return l.leave(x, err)
		}
		if ctx.Err() != nil {
			return l.leave(x, contextError(ctx))
		}
		n, from, err := l.conn.ReadFrame(buf)
		now := time.Now()
		switch {
		case ctx.Err() != nil:
			return l.leave(x, contextError(ctx))
		case err == nil:
			step, err = l.receive(x, now, step, from, buf[:n])
		case !l.alarm.isExpiry(err):
			return l.leave(x, err)
		case !l.start.IsZero() && !now.Before(l.start):
			l.start = now.Add(StartPeriod)
			step.Send, err = nil, l.send(TypeStart, nil)
			if err != nil {
				return l.leave(x, err)
			}
		default:
			step, err = x.Timeout(now)
		}
		if step.Done {
			if step.Send != nil {
				// The result stands whether or not the last packet arrives.
				_ = l.send(TypeEAP, step.Send)
			}
			return err
		}
	}
}

// receive passes a frame to the exchange. Frames that are not for it have no
// effect.
func (l *line) receive(x Endpoint, now time.Time, step eapwsc.Step, from wps.MAC, b []byte) (eapwsc.Step, error) {
	step.Send = nil
	frame, err := ParseFrame(b)
	if err != nil || l.remoteKnown && from != l.remote {
		return step, nil
	}
	switch {
	case frame.Type == TypeEAP:
		next, err := x.Handle(now, frame.Body)
		if next.Send != nil || next.Done {
			l.remote, l.remoteKnown, l.start = from, true, time.Time{}
		}
		return next, err
	case l.station:
	case frame.Type == TypeStart && !x.Identified():
		// The station may not have been there when its identity was first
		// requested.
		l.remote, l.remoteKnown = from, true
		step.Send = l.sent
	case frame.Type == TypeLogoff:
		return eapwsc.Step{Done: true}, x.Close(now, ErrLogoff)
	}
	return step, nil
}

// contextError returns the error of a context that has ended, joined with its cause if
// that is another error.
func contextError(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}

// leave ends an exchange because of the context or the connection.
func (l *line) leave(x Endpoint, cause error) error {
	if l.station {
		_ = l.send(TypeLogoff, nil) // as far as the link still works
	}
	return x.Close(time.Now(), cause)
}

// send sends a frame.
func (l *line) send(t Type, body []byte) error {
	to := l.remote
	if !l.remoteKnown {
		to = PAEGroup
	}
	return writeFrame(l.conn, l.version, t, body, to)
}

// writeFrame sends a frame of a type.
func writeFrame(conn Conn, version uint8, t Type, body []byte, to wps.MAC) error {
	frame, err := Frame{Version: version, Type: t, Body: body}.AppendTo(nil)
	if err != nil {
		return err
	}
	return conn.WriteFrame(frame, to)
}

// ErrLogoff: the station ended the exchange with EAPOL-Logoff.
var ErrLogoff = errors.New("eapol: the station has logged off")
