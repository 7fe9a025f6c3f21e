package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// broken is our station with a fault that has nothing to do with the protocol.
type broken struct {
	Handler
	handle  func(now time.Time, packet []byte, n int) *eapwsc.Step // nil: as the station does
	timeout func(now time.Time) *eapwsc.Step
	n       int // of packets
}

func (b *broken) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	if b.n++; b.handle != nil {
		if s := b.handle(now, packet, b.n); s != nil {
			return *s, nil
		}
	}
	return b.Handler.Handle(now, packet)
}

func (b *broken) Timeout(now time.Time) (eapwsc.Step, error) {
	if b.timeout != nil {
		return *b.timeout(now), nil
	}
	return b.Handler.Timeout(now)
}

// TestBrokenDevices runs cases against devices within the process that hang,
// panic, or answer nonsense: each case comes to an end. The time is virtual, so
// that a busy machine is not a device that hangs.
func TestBrokenDevices(t *testing.T) {
	sends := func(packet func(n int) []byte) func(time.Time, []byte, int) *eapwsc.Step {
		return func(now time.Time, _ []byte, n int) *eapwsc.Step {
			return &eapwsc.Step{Send: packet(n), Deadline: now.Add(time.Second)}
		}
	}
	zeros := func(now time.Time) *eapwsc.Step { return &eapwsc.Step{Send: make([]byte, 100), Deadline: now} }
	hang := func() { time.Sleep(time.Hour) }
	for _, test := range []struct {
		name   string
		device broken
		change func(p *Process, hands Funcs)
		why    string
	}{
		{name: "hangs", device: broken{handle: func(time.Time, []byte, int) *eapwsc.Step { hang(); return nil }}, why: "hangs"},
		{name: "hangs later", device: broken{handle: func(_ time.Time, _ []byte, n int) *eapwsc.Step {
			if n == 4 {
				hang()
			}
			return nil
		}}, why: "hangs"},
		{name: "hangs in a timer", device: broken{
			handle:  func(now time.Time, _ []byte, _ int) *eapwsc.Step { return &eapwsc.Step{Deadline: now.Add(time.Second)} },
			timeout: func(time.Time) *eapwsc.Step { hang(); return nil },
		}, why: "hangs"},
		{name: "ends its goroutine", device: broken{handle: func(time.Time, []byte, int) *eapwsc.Step { runtime.Goexit(); return nil }}, why: "has ended its goroutine"},
		{name: "panics", device: broken{handle: func(time.Time, []byte, int) *eapwsc.Step { panic("a\x1b[31m\nfault") }}, why: `panicked at guard_test.go:`},
		{name: "answers nonsense", device: broken{handle: sends(func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, 100) }), timeout: zeros}, why: "sends without end"},
		{name: "answers a megabyte", device: broken{handle: sends(func(int) []byte { return make([]byte, 1<<20) })}, why: "sends without end"},
		{name: "answers with more than EAP has", device: broken{handle: sends(func(int) []byte { return make([]byte, 1<<16) })}, why: "a packet of 65536 octets"},
		{name: "sends without end", device: broken{timeout: zeros, handle: func(now time.Time, _ []byte, _ int) *eapwsc.Step { return &eapwsc.Step{Deadline: now} }}, why: "sends without end"},
		{name: "panics in New", change: func(p *Process, _ Funcs) {
			p.New = func(time.Time, wps.MAC) (Handler, error) { panic("new") }
		}, why: "panicked"},
		{name: "panics in Timer", change: func(p *Process, _ Funcs) { p.Timer = func(time.Time) { panic("timer") } }, why: "panicked"},
		{name: "panics in Deadline", change: func(p *Process, _ Funcs) { p.Deadline = func() time.Time { panic("deadline") } }, why: "panicked"},
		{name: "hangs in Timer", change: func(p *Process, _ Funcs) { p.Timer = func(time.Time) { hang() } }, why: "hangs"},
		{name: "has a deadline that has passed", change: func(p *Process, _ Funcs) { p.Deadline = func() time.Time { return epoch.Add(-time.Hour) } }},
		{name: "hangs in a control", change: func(_ *Process, hands Funcs) {
			hands[EnrollPIN] = func(string) (string, error) { hang(); return "", nil }
		}, why: "enroll by PIN"},
		{name: "panics in a control", change: func(_ *Process, hands Funcs) {
			hands[EnrollPIN] = func(string) (string, error) { panic("control") }
		}, why: "panicked"},
		{name: "has no control that resets it", change: func(_ *Process, hands Funcs) {
			hands[Cancel] = func(string) (string, error) { return "", errors.New("a\x1bfault") }
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				inner, controls := newStation(t)
				process, hands := inner.(*stationDevice).Process, controls.(Funcs)
				device := &Process{New: func(now time.Time, mac wps.MAC) (Handler, error) {
					h, err := process.New(now, mac)
					d := test.device
					d.Handler = h
					return &d, err
				}}
				if test.change != nil {
					test.change(device, hands)
				}
				s, err := New(Config{
					Device: device, Role: Station, OwnPIN: ownPIN, Controls: hands, Only: "STA-ENR-[PM][I2]*[02][1-4]", Short: true,
					Limit: time.Second,
				})
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				r := &Report{Role: Station, Results: s.Run(t.Context())}
				if took := time.Since(began); took > 20*time.Second {
					t.Errorf("the run ended after %v", took)
				}
				if len(r.Results) < 8 || len(r.Results) != len(s.cases) {
					t.Errorf("%d of %d cases", len(r.Results), len(s.cases))
				}
				unreset, found := 0, 0
				for _, x := range r.Results {
					if x.Verdict == Pass && test.why == "" || x.Verdict != Pass && strings.Contains(x.Reason, test.why) {
						found++
					}
					if err := x.WriteCapture(io.Discard); err != nil {
						t.Errorf("%s: capture: %v", x.Case.ID, err)
					}
					if x.Unreset != "" {
						unreset++
					}
				}
				if found == 0 || found < len(r.Results) && test.why == "" {
					t.Errorf("want %q: %s", test.why, r.Results[0].Text())
				}
				if (unreset == len(r.Results)) != (test.name == "has no control that resets it") {
					t.Errorf("%d cases began in an unknown state", unreset)
				}
				var text, js, junit, html bytes.Buffer
				for _, err := range []error{r.WriteText(&text), r.WriteJSON(&js), r.WriteJUnit(&junit), r.WriteHTML(&html)} {
					if err != nil {
						t.Error(err)
					}
				}
				for _, b := range []*bytes.Buffer{&text, &js, &junit, &html} {
					if b.Len() > 2<<20 || bytes.ContainsRune(b.Bytes(), '\x1b') {
						t.Errorf("a report of %d octets: %.300s", b.Len(), b)
					}
				}
				time.Sleep(2 * time.Hour) // what was left alone ends
			})
		})
	}
}

// behind serves our station at the other end of a connection, which is broken in
// some way. The station has a key pair unless that is nil.
func behind(t testing.TB, conn net.Conn, kind string, pair *registration.KeyPair) {
	defer conn.Close()
	p := peer(t, pair)
	step := p.Start(time.Now())
	head := make([]byte, 4)
	for n := 1; !step.Done; n++ {
		if kind == "never reads" {
			time.Sleep(time.Hour)
			return
		}
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		packet := append(bytes.Clone(head), make([]byte, binary.BigEndian.Uint16(head[2:])-4)...)
		if _, err := io.ReadFull(conn, packet[4:]); err != nil {
			return
		}
		step, _ = p.Handle(time.Now(), packet)
		switch {
		case kind == "is silent":
			continue
		case kind == "closes in the middle" && n == 3:
			return
		case kind == "closes in a packet" && n == 3:
			_, _ = conn.Write(step.Send[:len(step.Send)/2])
			return
		case kind == "sends a short Length":
			step.Send = []byte{2, 1, 0, 2}
		case kind == "sends a megabyte":
			step.Send = make([]byte, 1<<20)
		case kind == "sends an octet a second":
			for _, b := range step.Send {
				time.Sleep(time.Second)
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
			}
			continue
		case kind == "answers ten times":
			step.Send = bytes.Repeat(step.Send, 10)
		case kind == "sends without end":
			for i := 0; ; i++ {
				time.Sleep(time.Millisecond) // time does not pass otherwise
				if _, err := conn.Write([]byte{2, byte(i), 0, 6, 1, byte(i >> 8)}); err != nil {
					return
				}
			}
		}
		if step.Send != nil {
			if _, err := conn.Write(step.Send); err != nil {
				return
			}
		}
	}
}

// TestBrokenStreams runs all cases against stations behind connections without a
// buffer. One that says nothing, or does not read, costs the time of a few cases.
func TestBrokenStreams(t *testing.T) {
	for kind, limit := range map[string]time.Duration{
		"works": 0, "closes in the middle": time.Minute, "closes in a packet": time.Minute, "sends a short Length": time.Second, "sends a megabyte": time.Second,
		"is silent": 2 * time.Minute, "never reads": 2 * time.Minute, "sends an octet a second": 2 * time.Minute, "answers ten times": 0, "sends without end": 0,
		"cannot be dialled": 10 * time.Minute,
	} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				suiteKeys, stationKeys := sim.KnownKeyPairs()
				if kind == "works" {
					stationKeys = nil // some cases need new ones
				}
				device := &Stream{Dial: func(wps.MAC) (net.Conn, error) {
					if kind == "cannot be dialled" {
						time.Sleep(time.Hour)
						return nil, errors.New("too late")
					}
					near, far := net.Pipe()
					go behind(t, far, kind, stationKeys)
					return near, nil
				}}
				cfg := Config{Device: device, Role: Station, OwnPIN: ownPIN, Short: true}
				if limit == 0 && kind != "works" {
					cfg.Only = "STA-ENR-M2-0*" // each case takes its time
				}
				s, err := New(cfg)
				if err != nil {
					t.Fatal(err)
				}
				s.key = suiteKeys
				began, passed := time.Now(), 0
				results := s.Run(t.Context())
				for _, r := range results {
					switch {
					case r.Verdict == Pass:
						passed++
					case kind == "works" && r.Verdict != NotApplicable:
						t.Error(r.Text())
					}
				}
				took := time.Since(began)
				if limit != 0 && (took > limit || passed > 0) || kind == "works" && passed < 100 {
					t.Errorf("%d pass, after %v: %s", passed, took, results[len(results)-1].Text())
				}
				time.Sleep(2 * time.Hour) // what was left alone ends
				if kind == "sends without end" && passed > 0 {
					t.Errorf("%d pass", passed)
				}
			})
		})
	}
}

// TestInterrupted interrupts a run while it opens a link, waits for a packet,
// sleeps, waits for a control, or for a person: it ends at once, and the case has
// no verdict.
func TestInterrupted(t *testing.T) {
	const when = 3 * time.Second
	for _, phase := range []string{"open", "receive", "sleep", "control", "person"} {
		t.Run(phase, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(when, func() { cancel(errors.New("interrupted")) })
				var closed atomic.Int32
				device := &Stream{Dial: func(wps.MAC) (net.Conn, error) {
					if phase == "open" {
						time.Sleep(8 * time.Second)
					}
					near, far := net.Pipe()
					kind := "is silent"
					if phase == "sleep" {
						kind = "works"
					}
					go func() { behind(t, far, kind, nil); closed.Add(1) }()
					return near, nil
				}}
				cfg := Config{Device: device, Role: Station, OwnPIN: ownPIN, Only: "STA-ENR-PIN-0[12]"}
				switch phase {
				case "sleep":
					cfg.Only = "STA-ENR-M4-30" // M4 comes late
				case "control":
					cfg.Controls = Funcs{EnrollPIN: func(string) (string, error) { time.Sleep(8 * time.Second); return "", nil }}
				case "person":
					in, keyboard := io.Pipe()
					defer keyboard.Close()
					cfg.Controls = &Operator{In: bufio.NewReader(in), Out: io.Discard, Can: []Control{Cancel, EnrollPIN}}
				}
				s, err := New(cfg)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				results := s.Run(ctx)
				if took := time.Since(began); took > when+time.Second {
					t.Errorf("the run ended after %v", took)
				}
				last := results[len(results)-1]
				if last.Verdict != Inconclusive || last.Reason != "the run was interrupted" || last.Unusable || last.Unreset != "" {
					t.Error(last.Text())
				}
				r := &Report{Role: Station, Results: results, NotRun: s.Cases()[len(results):]}
				if r.Complete() || !r.Conforms() {
					t.Error("an interrupted run is complete, or does not conform")
				}
				if phase != "sleep" {
					var text, js, junit, html bytes.Buffer
					for _, err := range []error{r.WriteText(&text), r.WriteJSON(&js), r.WriteJUnit(&junit), r.WriteHTML(&html)} {
						if err != nil {
							t.Error(err)
						}
					}
					for _, b := range []*bytes.Buffer{&text, &js, &junit, &html} {
						if !strings.Contains(b.String(), "STA-ENR-PIN-02") {
							t.Errorf("a report does not say what was not run: %s", b)
						}
					}
				}
				time.Sleep(time.Minute) // what was left alone ends
				if phase != "control" && phase != "person" && closed.Load() == 0 {
					t.Error("a link stays open")
				}
			})
		})
	}
}

// TestLoadInterrupted interrupts a load: the exchange that runs has not been
// refused.
func TestLoadInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		device := &Stream{Dial: func(wps.MAC) (net.Conn, error) {
			near, far := net.Pipe()
			go behind(t, far, "is silent", nil)
			return near, nil
		}}
		s, err := New(Config{Device: device, Role: Station, OwnPIN: ownPIN})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Load(ctx, LoadConfig{N: 10})
		if !errors.Is(err, context.DeadlineExceeded) || r.N != 0 || r.Succeeded != 0 || r.Refused != 0 || len(r.Errors) > 0 || r.Took > 4*time.Second {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// endless is a device from which a packet comes whenever the suite wants one.
type endless struct {
	realTime
	received int
}

func (d *endless) Open(wps.MAC) (Link, error) { return d, nil }

func (d *endless) Send([]byte) error { return nil }

func (d *endless) Receive(time.Time) ([]byte, error) {
	d.received++
	return []byte{1, byte(d.received), 0, 6, 1, byte(d.received >> 8)}, nil // a request: the suite waits for a response
}

func (d *endless) Close() error { return nil }

// TestEndless tests that an exchange with a device that sends without end comes to
// an end.
func TestEndless(t *testing.T) {
	d := &endless{}
	s, err := New(Config{Device: d, Role: Station, OwnPIN: ownPIN, Only: "STA-ENR-PIN-01"})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Run(t.Context())[0]; r.Verdict != Fail || !strings.Contains(r.Reason, "sends without end") || d.received > 4*maxPackets {
		t.Errorf("%d packets: %s", d.received, r.Text())
	}
}
