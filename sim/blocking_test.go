package sim

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps/registration"
)

// carry runs an EAP peer like a program with a socket: it reads, answers and
// waits.
func carry(c net.Conn, now func() time.Time, x Endpoint) (*registration.Result, error) {
	b := make([]byte, 2048)
	step, err := x.Start(now()), error(nil)
	for {
		if step.Send != nil {
			if _, err := c.Write(step.Send); err != nil {
				return nil, err
			}
		}
		if step.Done {
			return x.Result(), err
		}
		if err := c.SetReadDeadline(step.Deadline); err != nil {
			return nil, err
		}
		n, failed := c.Read(b)
		switch {
		case errors.Is(failed, os.ErrDeadlineExceeded):
			step, err = x.Timeout(now())
		case failed != nil:
			err = x.Close(now(), nil)
			return x.Result(), err
		default:
			step, err = x.Handle(now(), b[:n])
		}
	}
}

// inBlockingCode runs a printer's own enrollee in blocking code.
func inBlockingCode(c *PrinterConfig) {
	c.NewEndpoint = func(cfg registration.EnrolleeConfig) (Endpoint, error) {
		x, err := NewEnrollee(cfg)
		return Blocking(func(c *Conn) (*registration.Result, error) { return carry(c, c.Now, x) }), err
	}
}

// blockingPrinter is a home whose printer has code as its enrollee.
func blockingPrinter(t *testing.T, code func(*Conn) (*registration.Result, error)) *home {
	return newHome(t, nil, func(c *PrinterConfig) {
		c.NewEndpoint = func(registration.EnrolleeConfig) (Endpoint, error) { return Blocking(code), nil }
	})
}

// noneLeft checks that there are as many goroutines as before.
func noneLeft(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(end) {
			t.Errorf("%d goroutines, and there were %d", runtime.NumGoroutine(), before)
			return
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

// TestBlocking runs worlds with and without a peer in blocking code. They do
// not differ by a single octet, whatever the air does and whichever side ends a
// registration early.
func TestBlocking(t *testing.T) {
	before := runtime.NumGoroutine()
	psks := new(PSKs)
	play := func(seed uint64, change func(*PrinterConfig)) (hash [32]byte, s Status) {
		w := New(Config{Seed: seed, PSKs: psks, Link: Link{Fault: Noise{Loss: 0.05, Double: 0.1, Delay: 0.1, Corrupt: 0.02, Truncate: 0.02}}})
		r := addRouter(t, w, RouterConfig{Name: "router", Settings: Settings{Key: fuzzKeys[0]}})
		pc := PrinterConfig{Name: "printer", Customize: func(c *registration.EnrolleeConfig) { c.KeyPair, _ = KnownKeyPairs() }}
		if change != nil {
			change(&pc)
		}
		p := addPrinter(t, w, pc)
		shown, err := p.SetupByPIN()
		if err != nil {
			t.Fatal(err)
		}
		if seed%4 == 1 {
			shown = mistyped(shown, 7)
		}
		if err := r.EnterPIN(ap.PINEntry{PIN: shown}); err != nil {
			t.Fatal(err)
		}
		if seed%4 == 2 {
			w.After(400*time.Millisecond, r.Restart)
		}
		if seed%4 == 3 {
			w.After(350*time.Millisecond, p.Restart)
		}
		w.Run(3 * time.Minute)
		return w.TraceHash(), p.Status()
	}
	connected := 0
	for seed := range uint64(40) {
		want, status := play(seed, nil)
		if got, s := play(seed, inBlockingCode); got != want || s.String() != status.String() {
			t.Errorf("seed %d: %v with blocking code, %v without", seed, s, status)
		}
		if status.State == Connected {
			connected++
		}
	}
	if connected < 10 {
		t.Errorf("%d printers are connected", connected)
	}
	noneLeft(t, before)
}

// TestBlockingDeadline lets code wait in the time of the world.
func TestBlockingDeadline(t *testing.T) {
	var log []string
	h := blockingPrinter(t, func(c *Conn) (*registration.Result, error) {
		began := c.Now()
		note := func(format string, args ...any) {
			log = append(log, fmt.Sprintf("%v: %s", c.Now().Sub(began), fmt.Sprintf(format, args...)))
		}
		b := make([]byte, 4)
		n, err := c.Read(b) // the request for the identity, cut
		note("%d octets, %v", n, err)
		c.SetReadDeadline(c.Now().Add(time.Second))
		_, err = c.Read(b)
		note("%v", err)
		_, err = c.Read(b)
		note("%v", err)
		c.SetDeadline(time.Time{})
		note("%v", c.Sleep(3500*time.Millisecond)) // it is sent again after 3 s
		n, err = c.Read(b)
		note("%d octets, %v", n, err)
		_, err = c.Write(make([]byte, maxPacket+1))
		note("too long: %v", errors.Is(err, eap.ErrTooLong))
		return nil, registration.ErrTimeout
	})
	h.byButton()
	h.Run(20 * time.Second)
	want := []string{
		"0s: 4 octets, <nil>", "1s: i/o timeout", "1s: i/o timeout", "4.5s: <nil>", "4.5s: 4 octets, <nil>", "4.5s: too long: true",
	}
	if len(log) < len(want) || !slices.Equal(log[:len(want)], want) {
		t.Errorf("%q, want\n%q", log, want)
	}
	h.Run(3 * time.Minute)
	if s := h.printer.Status(); !errors.Is(s.Err, registration.ErrTimeout) {
		t.Errorf("%v: %v", s, s.Err)
	}
}

// TestBlockingWrites lets code write several packets for one request: each
// packet is a frame, in order, and none is lost when the code returns.
func TestBlockingWrites(t *testing.T) {
	h := blockingPrinter(t, func(c *Conn) (*registration.Result, error) {
		for _, text := range []string{"one", "two", "three"} {
			c.Write([]byte(text))
		}
		return nil, registration.ErrRefused
	})
	h.byButton()
	h.RunUntil(10*time.Second, func() bool { return h.told(ap.EventFailed) || h.printer.setup.err != nil })
	var sent []string
	at := time.Duration(-1)
	for _, e := range h.events {
		if e.Kind == Sent && e.From == "printer" && e.Frame.Type == Data {
			sent = append(sent, string(e.Frame.Body[4:]))
			if at < 0 {
				at = e.At
			}
			if e.At != at {
				t.Errorf("sent %q at %v, and the first at %v", e.Frame.Body[4:], e.At, at)
			}
		}
	}
	if !slices.Equal(sent, []string{"one", "two", "three"}) || !errors.Is(h.printer.setup.err, registration.ErrRefused) {
		t.Errorf("sent %q, %v", sent, h.printer.setup.err)
	}
}

// TestBlockingClose closes exchanges early, in each possible way. The code
// finds its Conn closed and returns.
func TestBlockingClose(t *testing.T) {
	before := runtime.NumGoroutine()
	for name, end := range map[string]func(h *home){
		"the printer is cancelled":     func(h *home) { h.printer.Cancel() },
		"the printer restarts":         func(h *home) { h.printer.Restart() },
		"its network is reset":         func(h *home) { h.printer.NetworkReset() },
		"another set-up begins":        func(h *home) { h.printer.SetupByPushButton() },
		"its patience is at an end":    func(h *home) { h.Run(3 * time.Minute) },
		"the router sends it away":     func(h *home) { h.router.Restart(); h.Run(30 * time.Second) },
		"nobody cares for it any more": nil,
	} {
		ended := make(chan error, 10)
		h := blockingPrinter(t, func(c *Conn) (*registration.Result, error) {
			for {
				_, err := c.Read(nil)
				switch _, err2 := c.Write(nil); {
				case err == nil:
					continue
				case !errors.Is(err2, net.ErrClosed), !errors.Is(c.Sleep(time.Second), net.ErrClosed), c.SetDeadline(time.Time{}) == nil,
					c.SetWriteDeadline(time.Time{}) == nil, c.Close() == nil:
					err = errors.New("half closed")
				}
				ended <- err
				return nil, err
			}
		})
		h.byButton()
		h.Run(3 * time.Second)
		if h.printer.exchange == nil {
			t.Fatalf("%s: there is no exchange to end", name)
		}
		if end != nil {
			end(h)
		}
		h = nil
		for waiting := true; waiting; {
			select {
			case err := <-ended:
				waiting = false
				if err != net.ErrClosed {
					t.Errorf("%s: the code ended with %v", name, err)
				}
			case <-time.After(time.Millisecond):
				runtime.GC()
			}
		}
	}
	noneLeft(t, before)
	// An exchange that was never started has nothing to end.
	if x := Blocking(nil); x.Close(Epoch, nil) != nil || x.Result() != nil {
		t.Error("an exchange that was not begun has an end")
	}
}

// TestBlockingCloses lets code close its end: the exchange ends when the code
// returns.
func TestBlockingCloses(t *testing.T) {
	h := blockingPrinter(t, func(c *Conn) (*registration.Result, error) {
		var all net.Conn = c
		if err := all.Close(); err != nil {
			return nil, err
		}
		_, err := all.Read(nil)
		return nil, fmt.Errorf("%w: %v at the %v, %v away", err, all.LocalAddr().Network(), all.LocalAddr(), all.RemoteAddr())
	})
	h.byButton()
	h.Run(3 * time.Minute)
	if err := h.printer.Status().Err; !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), "eap at the station, access point away") {
		t.Error(err)
	}
}

// stopWith runs a function and returns what it panicked with.
func stopWith(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// TestBlockingPanic lets code panic: the caller that runs the world gets the
// panic with its stack, and so does a campaign.
func TestBlockingPanic(t *testing.T) {
	before := runtime.NumGoroutine()
	broken := errors.New("broken")
	breakDown := func(c *Conn) (*registration.Result, error) {
		c.Read(nil)
		panic(broken)
	}
	h := blockingPrinter(t, breakDown)
	h.byButton()
	p, ok := stopWith(func() { h.Run(time.Minute) }).(*Panic)
	if !ok || p.Value != broken || !errors.Is(p, broken) || !strings.Contains(p.Error(), "TestBlockingPanic") {
		t.Errorf("panicked with %v", p)
	}
	// After recovering, the world can continue: the exchange has failed.
	h.Run(5 * time.Second)
	if err := h.printer.setup.err; !errors.Is(err, broken) {
		t.Errorf("the attempt has failed: %v", err)
	}

	for name, act := range map[string]func(h *home){
		"runs its world": func(h *home) { h.Run(time.Minute) },
		"ends itself":    func(h *home) { h.printer.Cancel() },
	} {
		h := blockingPrinter(t, nil)
		h.printer.cfg.NewEndpoint = func(registration.EnrolleeConfig) (Endpoint, error) {
			return Blocking(func(c *Conn) (*registration.Result, error) {
				c.Read(nil)
				act(h)
				return nil, nil
			}), nil
		}
		h.byButton()
		if p, ok := stopWith(func() { h.Run(time.Minute) }).(*Panic); !ok || !strings.HasPrefix(p.Error(), "sim: blocking code") {
			t.Errorf("code that %s: %v", name, p)
		}
	}
	noneLeft(t, before)
}

// TestBlockingGoexit lets code end its goroutine, as t.Fatal does: the
// goroutine that runs the world ends as well, instead of waiting forever.
func TestBlockingGoexit(t *testing.T) {
	first := true
	h := blockingPrinter(t, func(c *Conn) (*registration.Result, error) {
		if first {
			first = false
			runtime.Goexit()
		}
		return nil, registration.ErrRefused
	})
	h.byButton()
	returned, ended := false, make(chan struct{})
	go func() {
		defer close(ended)
		h.Run(time.Minute)
		returned = true
	}()
	<-ended
	if returned {
		t.Error("the world went on")
	}
	h.Run(3 * time.Minute)
	if s := h.printer.Status(); s.State != Idle || s.Err == nil {
		t.Errorf("the printer is %v", s)
	}
}

// TestBlockingRegistrar runs a computer's registrar in blocking code.
func TestBlockingRegistrar(t *testing.T) {
	w := New(Config{Seed: 1})
	r := addRouter(t, w, RouterConfig{Name: "router"})
	c, err := NewComputer(w, ComputerConfig{Name: "computer", NewEndpoint: func(cfg registration.RegistrarConfig) (Endpoint, error) {
		x, err := newRegistrar(cfg)
		return Blocking(func(c *Conn) (*registration.Result, error) { return carry(c, c.Now, x) }), err
	}})
	if err != nil {
		t.Fatal(err)
	}
	read, err := wizard(t, w, c, r.PIN(), nil)
	if s := r.Settings(); err != nil || read.SSID != s.SSID || string(read.NetworkKey) != string(s.Key) {
		t.Errorf("read %v, %v", read, err)
	}
}
