package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
)

// ErrHung is the class of the error of a call into the device that has not
// returned in time.
var ErrHung = errors.New("conformance: the device hangs")

// errFlood is the error of a device that sends without end.
var errFlood = errors.New("conformance: the device sends without end")

// Limits of what a device may send in an exchange. The largest message in the
// smallest fragments needs a few hundred packets.
const (
	maxPackets = 500
	maxOctets  = 1 << 20
	maxPacket  = 1<<16 - 1 // the Length of EAP has 16 bits
)

// flood counts what a device has sent.
type flood struct{ packets, octets int }

// add counts a packet, and reports whether it was one too many.
func (f *flood) add(packet []byte) bool {
	f.packets++
	f.octets += len(packet)
	return f.packets > maxPackets || f.octets > maxOctets
}

// defaultLimit is how long a call into a device may last that should return at
// once.
const defaultLimit = 10 * time.Second

// slow is how many times as long a call may last that goes over a link, or to
// an operator.
const slow = 6

// guard calls f on a goroutine of its own. If f panics, ends its goroutine or
// does not return within the limit, guard returns an error. A goroutine that
// hangs cannot be ended: it is left alone, and what f returns later is dropped.
func guard[T any](ctx context.Context, limit time.Duration, f func() (T, error)) (T, error) {
	return guardLate(ctx, limit, f, nil)
}

// guardLate is guard with a function that gets what f returns too late.
func guardLate[T any](ctx context.Context, limit time.Duration, f func() (T, error), late func(T)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var (
		mu    sync.Mutex
		alone bool // nobody waits any more
		done  = make(chan result, 1)
	)
	go func() {
		// If f ends its goroutine, this error is the result.
		r := result{err: fmt.Errorf("%w: it has ended its goroutine, as FailNow of a test does", ErrCrashed)}
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			if done <- r; alone && late != nil && r.err == nil {
				late(r.value)
			}
		}()
		defer crashed(&r.err)
		r.value, r.err = f()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var why error
	select {
	case r := <-done:
		return r.value, r.err
	case <-timer.C:
		why = fmt.Errorf("%w: a call has not returned within %v", ErrHung, limit)
	case <-ctx.Done():
		why = context.Cause(ctx)
	}
	mu.Lock()
	defer mu.Unlock()
	select {
	case r := <-done: // just in time
		return r.value, r.err
	default:
		alone = true
		return *new(T), why
	}
}

// crashed turns a panic of the device into an error.
func crashed(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w%s: %.200s", ErrCrashed, panicPlace(), fmt.Sprint(r))
	}
}

// panicPlace returns where a panic that was recovered has begun.
func panicPlace() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	panicking := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf(" at %s:%d", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		if !more {
			return ""
		}
	}
}

// inProcess is a [Device] within this process. Its time is virtual, so a limit
// for calls that wait would mean nothing: it guards the calls into the
// implementation itself, each of which may last the given time.
type inProcess interface{ guardCalls(limit time.Duration) }

// callGuard is the part of a [Device] that implements inProcess.
type callGuard struct{ perCall time.Duration }

func (c *callGuard) guardCalls(limit time.Duration) { c.perCall = limit }

func (c *callGuard) limit() time.Duration { return cmp.Or(c.perCall, defaultLimit) }

// patient is a [Device] that waits for others while a link is opened or closed,
// or [Controls] that wait for somebody.
type patient interface{ waits() time.Duration }

// waiting returns how long a device or an operator waits for others.
func waiting(x any) time.Duration {
	if p, ok := x.(patient); ok {
		return p.waits()
	}
	return 0
}

// limit is how long a call over a link may last that has nothing to wait for.
func (s *Suite) limit() time.Duration { return slow * cmp.Or(s.cfg.Limit, defaultLimit) }

// call calls the device under test, which may take some time beyond the limit.
func call[T any](t *trial, more time.Duration, f func() (T, error)) (v T, err error) {
	if _, ok := t.suite.cfg.Device.(inProcess); ok {
		v, err = f()
	} else {
		v, err = guard(t.ctx, t.suite.limit()+more, f)
	}
	return v, t.noteHang(err)
}

// noteHang records that a call has hung.
func (t *trial) noteHang(err error) error {
	t.hung = t.hung || errors.Is(err, ErrHung)
	return err
}

// now returns the time at the device.
func (t *trial) now() time.Time { return t.suite.cfg.Device.Now() }

// sleep waits in the device's time, or until the run is interrupted.
func (t *trial) sleep(d time.Duration) {
	_, _ = call(t, d, func() (struct{}, error) { // a device that hangs here does so in the next call
		t.suite.cfg.Device.Sleep(d)
		return struct{}{}, nil
	})
}

// link opens a link.
func (t *trial) link(open func() (Link, error)) (Link, error) {
	if _, ok := t.suite.cfg.Device.(inProcess); ok {
		l, err := open()
		if t.noteHang(err) != nil {
			return nil, err
		}
		return &guardedLink{link: l, trial: t}, nil
	}
	device, controls := waiting(t.suite.cfg.Device), waiting(t.suite.cfg.Controls)
	l, err := guardLate(t.ctx, t.suite.limit()+device+controls, open, func(l Link) { _ = l.Close() })
	if t.noteHang(err) != nil {
		return nil, err
	}
	return &guardedLink{link: l, trial: t, closing: device}, nil
}

// guardedLink is a link whose calls neither end nor block the suite. A link that
// has hung or panicked is not called again.
type guardedLink struct {
	link    Link
	trial   *trial
	closing time.Duration // that Close waits
	flood   flood
	err     error
}

// inner returns the link of the device.
func inner(l Link) Link {
	if g, ok := l.(*guardedLink); ok {
		return g.link
	}
	return l
}

func (g *guardedLink) failed(err error) error {
	if errors.Is(g.trial.noteHang(err), ErrHung) || errors.Is(err, ErrCrashed) {
		g.err = err
	}
	return err
}

// Send sends a packet.
func (g *guardedLink) Send(packet []byte) error {
	if g.err != nil {
		return g.err
	}
	_, err := call(g.trial, 0, func() (struct{}, error) { return struct{}{}, g.link.Send(packet) })
	return g.failed(err)
}

// Receive returns the next packet.
func (g *guardedLink) Receive(until time.Time) ([]byte, error) {
	if g.err != nil {
		return nil, g.err
	}
	b, err := call(g.trial, max(until.Sub(g.trial.now()), 0), func() ([]byte, error) { return g.link.Receive(until) })
	if b != nil {
		g.trial.heard = true
		if g.flood.add(b) {
			err = errFlood
		}
	}
	return b, g.failed(err)
}

// Close ends the exchange, also when the run was interrupted.
func (g *guardedLink) Close() error {
	if g.err != nil && errors.Is(g.err, ErrHung) {
		return nil // it was reported
	}
	if g.trial.ctx.Err() == nil {
		_, err := call(g.trial, g.closing, func() (struct{}, error) { return struct{}{}, g.link.Close() })
		return g.failed(err)
	}
	_, _ = guard(context.WithoutCancel(g.trial.ctx), time.Second, func() (struct{}, error) { return struct{}{}, g.link.Close() })
	return nil
}

// StartAgain restarts the exchange: see [Starter].
func (g *guardedLink) StartAgain() error {
	_, err := call(g.trial, 0, func() (struct{}, error) { return struct{}{}, g.link.(Starter).StartAgain() })
	return g.failed(err)
}
