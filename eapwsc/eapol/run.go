package eapol

import (
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

// Exchange is one side of EAP-WSC: an [*eapwsc.Peer], an [*eapwsc.Server] or an
// [*ap.Session]. Timeout may be called before the deadline, and then does
// nothing.
type Exchange interface {
	Start(now time.Time) eapwsc.Step
	Handle(now time.Time, packet []byte) (eapwsc.Step, error)
	Timeout(now time.Time) (eapwsc.Step, error)
	Close(now time.Time, cause error) error
	Identified() bool
	Result() *registration.Result
}

// The times of EAPOL-Start.
const (
	// StartDelay is how long a station on 802.11 waits for the access point
	// to begin. hostap's waits 1 s at an access point of version 1.0, which
	// wants EAPOL-Start, and 2 s at one of version 2.0, which does not.
	StartDelay = time.Second
	// StartPeriod is after how long EAPOL-Start is sent again. hostapd hears
	// none for some seconds after a run that failed.
	StartPeriod = 3 * time.Second
)

// Runner says how [Runner.Run] uses the link. The zero value is right for a
// station on Ethernet.
type Runner struct {
	// Remote is the other side: the BSSID of an access point that the
	// station has associated with, or the station of an access point.
	//
	// Zero stands for the first that answers. Until then frames go to
	// PAEGroup, as on Ethernet, where an authenticator does not know who is
	// there: a station begins with EAPOL-Start at once.
	Remote wps.MAC
	// StartDelay is how long a station waits before it sends EAPOL-Start. 0
	// means StartDelay if Remote is known, and no time if it is not.
	StartDelay time.Duration
	// Version is that of the frames sent; 0 means Version1, which everybody
	// takes.
	Version uint8
}

// Run carries an exchange over a connection with the settings of the zero
// [Runner].
func Run(ctx context.Context, conn Conn, x Exchange) (*registration.Result, error) {
	return Runner{}.Run(ctx, conn, x)
}

// Run carries an exchange over a connection until it is over, and returns what
// it yielded, or why it failed: mostly a [*registration.Error]. It is the one
// place that blocks.
//
// It ends early with the error of the context or of the connection; a station
// then takes its leave by EAPOL-Logoff. A registration that has come to
// WSC_Done by then is a success all the same.
//
// While it runs, the connection's read deadline is its own; it is none
// afterwards.
func (r Runner) Run(ctx context.Context, conn Conn, x Exchange) (*registration.Result, error) {
	l := &line{conn: conn, version: orDefault(r.Version, Version1), remote: r.Remote, known: r.Remote != wps.MAC{}}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		conn.SetReadDeadline(past)
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

// past is a deadline that has passed at any time.
var past = time.Unix(1, 0)

func (r Runner) startDelay() time.Duration {
	if r.Remote == (wps.MAC{}) {
		return r.StartDelay
	}
	return orDefault(r.StartDelay, StartDelay)
}

// orDefault returns v, or the default if it is zero.
func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// line is the link as one exchange uses it.
type line struct {
	conn    Conn
	version uint8
	remote  wps.MAC
	known   bool      // whether remote is
	station bool      // whether this is the station's side
	start   time.Time // when a station sends EAPOL-Start; zero once it has heard of the other side
	sent    []byte    // the EAP packet sent last
	alarm   alarm
}

// alarm is a connection's read deadline, set as seldom as possible: setting it
// wakes other threads, which costs more than a frame. So it may ring too early,
// but not too late.
type alarm struct {
	at   time.Time // zero is never
	rung bool      // it must be set anew
}

// set has the alarm ring at t or before; zero is never.
func (a *alarm) set(conn Conn, t time.Time) error {
	if !a.rung && (t.IsZero() || !a.at.IsZero() && !t.Before(a.at)) {
		return nil
	}
	a.at, a.rung = t, false
	return conn.SetReadDeadline(t)
}

// rang reports whether an error of ReadFrame means that the alarm has rung.
func (a *alarm) rang(err error) bool {
	a.rung = errors.Is(err, os.ErrDeadlineExceeded)
	return a.rung
}

// frames are buffers for a frame. Clearing one for each registration costs as
// much as all of its frames.
var frames = sync.Pool{New: func() any { return new([maxFrame]byte) }}

// yield is called once for each registration. Go's runtime takes a goroutine that
// has run for ten milliseconds without a pause for one that does not let others
// run, and from then on has another thread look after it all the time, although
// it mostly waits in a system call: a tenth of what a registration costs.
func yield() { runtime.Gosched() }

// carry takes steps until the last.
func (l *line) carry(ctx context.Context, x Exchange, step eapwsc.Step) error {
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
			return l.leave(x, over(ctx))
		}
		n, from, err := l.conn.ReadFrame(buf)
		now := time.Now()
		switch {
		case ctx.Err() != nil:
			return l.leave(x, over(ctx))
		case err == nil:
			step, err = l.hear(x, now, step, from, buf[:n])
		case !l.alarm.rang(err):
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

// hear gives a frame to the exchange. What is not for it changes nothing.
func (l *line) hear(x Exchange, now time.Time, step eapwsc.Step, from wps.MAC, b []byte) (eapwsc.Step, error) {
	step.Send = nil
	frame, err := ParseFrame(b)
	if err != nil || l.known && from != l.remote {
		return step, nil
	}
	switch {
	case frame.Type == TypeEAP:
		next, err := x.Handle(now, frame.Body)
		if next.Send != nil || next.Done {
			l.remote, l.known, l.start = from, true, time.Time{}
		}
		return next, err
	case l.station:
	case frame.Type == TypeStart && !x.Identified():
		// The station was not there yet when it was asked who it is.
		l.remote, l.known = from, true
		step.Send = l.sent
	case frame.Type == TypeLogoff:
		return eapwsc.Step{Done: true}, x.Close(now, ErrLogoff)
	}
	return step, nil
}

// over is the error of a context that has ended: its own, and the cause if it
// was given another.
func over(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}

// leave ends an exchange because of the context or the connection.
func (l *line) leave(x Exchange, cause error) error {
	if l.station {
		_ = l.send(TypeLogoff, nil) // as far as the link still goes
	}
	return x.Close(time.Now(), cause)
}

// send sends a frame.
func (l *line) send(t Type, body []byte) error {
	to := l.remote
	if !l.known {
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

// ErrLogoff: the station took its leave by EAPOL-Logoff.
var ErrLogoff = errors.New("the station has logged off")
