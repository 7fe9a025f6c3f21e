package sim

import (
	"fmt"
	"iter"
	"math"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps/registration"
)

// Blocking turns code that reads, writes and waits, such as an enrollee written
// for a socket, into an [Endpoint]. The code starts when the exchange starts,
// and ends it by returning the result or the error of the run. Panels have
// sentences for the error classes of package registration.
//
// The code and the world take turns: while the code runs, no time passes, and
// while it waits in [Conn.Read] or [Conn.Sleep] the world continues. So the
// world stays repeatable as long as the code gets the time from the Conn and
// randomness from a [RandomSource]. The code must not:
//
//   - use the Conn on a goroutine other than the one it is called on,
//   - run its own world, or call methods of the device whose exchange it is,
//   - run forever without waiting: the world waits for it.
//
// When the device gives up the exchange, because of a timeout or because the
// access point has disconnected it, the Conn is closed: Read fails, and the
// code has to return. If a world is dropped in the middle of an exchange, the
// same happens when the garbage collector finds the exchange; code that refers
// to its own world prevents that.
//
// A panic of the code becomes a panic of the caller that runs the world, with a
// [*Panic] as its value. If the code calls [runtime.Goexit], as t.Fatal does,
// the goroutine that runs the world exits as well.
func Blocking(code func(*Conn) (*registration.Result, error)) Endpoint {
	return &blocking{&Conn{code: code}}
}

// Panic is a panic of blocking code.
type Panic struct {
	// Value is the value of the panic.
	Value any
	// Stack is the stack trace, as [debug.Stack] returns it.
	Stack []byte
}

// Error returns the value and the stack trace.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Conn is the station's end of EAP for blocking code: each Read and each Write
// carries one EAP packet. It is a [net.Conn] whose deadlines are in the time of
// the world.
//
// A request that the access point repeats is read again: like an EAP peer, the
// code has to repeat its answer.
type Conn struct {
	turns  sync.Mutex // held while the code runs
	code   func(*Conn) (*registration.Result, error)
	resume func() (struct{}, bool) // runs the code until it waits or ends
	pause  func(struct{}) bool     // lets the world continue

	now      time.Time
	deadline time.Time // of Read
	until    time.Time // when the code wants to continue at the latest; zero is never
	in, out  [][]byte
	closed   bool

	over     bool // the code has ended
	result   *registration.Result
	err      error
	panicked *Panic
}

// The limits of a Conn.
const (
	maxWaiting = 16             // unread packets; further ones are lost, as with a socket
	maxPacket  = math.MaxUint16 // octets: EAP's Length has no more, nor EAPOL's
)

// Now returns the time in the world.
func (c *Conn) Now() time.Time { return c.now }

// Read waits for an EAP packet of the access point, and returns its length.
// Octets that do not fit into b are lost. The error is [os.ErrDeadlineExceeded]
// once the read deadline has passed, and [net.ErrClosed] once the exchange or
// the Conn is closed.
func (c *Conn) Read(b []byte) (int, error) {
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case due(c.deadline, c.now):
			return 0, os.ErrDeadlineExceeded
		case len(c.in) > 0:
			n := copy(b, c.in[0])
			c.in = c.in[1:]
			return n, nil
		}
		c.wait(c.deadline)
	}
}

// Write sends an EAP packet. It never waits. The error is [net.ErrClosed], or of
// class [eap.ErrTooLong] if EAP cannot carry the packet.
func (c *Conn) Write(b []byte) (int, error) {
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case len(b) > maxPacket:
		return 0, fmt.Errorf("%w: an EAP packet of %d octets", eap.ErrTooLong, len(b))
	}
	c.out = append(c.out, append([]byte{}, b...))
	return len(b), nil
}

// Sleep waits in the time of the world, for a device that is slow. Packets that
// arrive meanwhile are read later. The error is [net.ErrClosed] if the exchange
// is closed before the time is over.
func (c *Conn) Sleep(d time.Duration) error {
	for end := c.now.Add(d); c.now.Before(end); {
		if c.closed {
			return net.ErrClosed
		}
		c.wait(end)
	}
	return nil
}

// wait hands control to the world, until a packet arrives, the time has come,
// or the exchange is closed.
func (c *Conn) wait(until time.Time) {
	c.until = until
	c.pause(struct{}{})
}

// SetReadDeadline sets the time at which Read gives up, in the time of the
// world: see [Conn.Now]. The zero time means never.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if c.closed {
		return net.ErrClosed
	}
	c.deadline = t
	return nil
}

// SetWriteDeadline does nothing: Write never waits.
func (c *Conn) SetWriteDeadline(time.Time) error {
	if c.closed {
		return net.ErrClosed
	}
	return nil
}

// SetDeadline is SetReadDeadline.
func (c *Conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// Close closes this end: nothing can be read or written any more. The exchange
// ends when the code returns.
func (c *Conn) Close() error {
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	return nil
}

// LocalAddr returns an address without meaning: an exchange does not know the
// addresses.
func (c *Conn) LocalAddr() net.Addr { return end("station") }

// RemoteAddr does the same.
func (c *Conn) RemoteAddr() net.Addr { return end("access point") }

// end is one of the two ends of an exchange.
type end string

func (end) Network() string  { return "eap" }
func (e end) String() string { return string(e) }

// run is the code's side of its goroutine.
func (c *Conn) run(pause func(struct{}) bool) {
	defer func() {
		c.over = true
		if v := recover(); v != nil {
			c.panicked = &Panic{Value: v, Stack: debug.Stack()}
			c.err = c.panicked
		}
	}()
	c.pause = pause
	c.result, c.err = c.code(c)
}

// turn runs the code until it waits or ends.
func (c *Conn) turn() {
	if !c.turns.TryLock() {
		panic("sim: blocking code runs its own world, or acts at its own device")
	}
	defer c.turns.Unlock()
	c.resume()
	if p := c.panicked; p != nil {
		c.panicked = nil
		panic(p)
	}
}

// close closes the Conn, so that the code returns.
func (c *Conn) close() {
	c.closed = true
	if c.resume != nil && !c.over {
		c.turn()
	}
}

// abandon ends code whose exchange is not used any more. Its result is
// discarded.
func (c *Conn) abandon() {
	defer func() { _ = recover() }()
	c.close()
}

// blocking is the world's side of an exchange. The code's goroutine has no
// reference to it, so that it can be garbage collected.
type blocking struct{ conn *Conn }

// Start starts the code. It implements [Endpoint].
func (x *blocking) Start(now time.Time) eapwsc.Step {
	c := x.conn
	if c.resume != nil {
		return eapwsc.Step{Done: true}
	}
	c.now = now
	c.resume, _ = iter.Pull(c.run)
	runtime.AddCleanup(x, func(c *Conn) { go c.abandon() }, c)
	x.turn()
	step, _ := x.step()
	if step.Done { // Start returns no error: it follows at once
		step.Done, step.Deadline = false, now
	}
	return step
}

// turn runs the code.
func (x *blocking) turn() {
	x.conn.turn()
	runtime.KeepAlive(x)
}

// step returns what the code has written, and what it waits for. Each of
// several packets gets a step of its own, at the same time.
func (x *blocking) step() (eapwsc.Step, error) {
	c := x.conn
	step := eapwsc.Step{Deadline: c.until}
	if len(c.out) > 0 {
		step.Send, c.out = c.out[0], c.out[1:]
	}
	switch {
	case len(c.out) > 0:
		step.Deadline = c.now
	case c.over:
		return eapwsc.Step{Send: step.Send, Done: true}, c.err
	}
	return step, nil
}

// Handle lets the code read a packet. It implements [Endpoint].
func (x *blocking) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	c := x.conn
	c.now = now
	if !c.over && c.resume != nil {
		if len(c.in) < maxWaiting {
			c.in = append(c.in, append([]byte{}, packet...))
		}
		x.turn()
	}
	return x.step()
}

// Timeout continues code that has waited for a time. It implements [Endpoint].
func (x *blocking) Timeout(now time.Time) (eapwsc.Step, error) {
	c := x.conn
	c.now = now
	if !c.over && due(c.until, now) {
		x.turn()
	}
	return x.step()
}

// Close makes the code return, and returns its error. It implements [Endpoint].
func (x *blocking) Close(time.Time, error) error {
	x.conn.close()
	runtime.KeepAlive(x)
	return x.conn.err
}

// Result returns what the code has returned. It implements [Endpoint].
func (x *blocking) Result() *registration.Result {
	if x.conn.err != nil {
		return nil
	}
	return x.conn.result
}
