package sim

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
)

// ear is a device that records what it receives.
type ear struct {
	port  *Port
	heard []string
	fired []time.Duration
}

func (e *ear) Handle(now time.Time, f *Frame, signal int) {
	e.heard = append(e.heard, fmt.Sprintf("%v %v %s %d", now.Sub(Epoch), f.Name(), f.Body, signal))
}

func (e *ear) Timeout(now time.Time) { e.fired = append(e.fired, now.Sub(Epoch)) }

func newEar(t testing.TB, w *World, name string, at Place) *ear {
	t.Helper()
	e := new(ear)
	var err error
	if e.port, err = w.Join(e, name, at, w.NewAddress()); err != nil {
		t.Fatal(err)
	}
	e.port.Radio(0).Tune(wps.Band24GHz)
	return e
}

// say sends a frame without EAPOL, to a device or to all.
func (e *ear) say(to *ear, text string) {
	f := &Frame{Type: Deauthentication, From: e.port.Radio(0).MAC(), To: wps.Broadcast, Band: wps.Band24GHz, Body: []byte(text)}
	if to != nil {
		f.To = to.port.Radio(0).MAC()
	}
	e.port.Send(f)
}

func (e *ear) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(e.heard, want) {
		t.Errorf("%s heard\n%q, want\n%q", e.port.Name(), e.heard, want)
	}
	e.heard = nil
}

// TestQueue checks that entries queued in random order are removed in order.
func TestQueue(t *testing.T) {
	var q queue
	type put struct {
		at    time.Duration
		order int
	}
	var inside []put
	var popped put
	pop := func() {
		at, o := q.pop()
		o.act()
		if first := slices.MinFunc(inside, func(a, b put) int { return cmp.Or(cmp.Compare(a.at, b.at), a.order-b.order) }); popped != first || at != first.at {
			t.Fatalf("%v came, and %v was due", popped, first)
		}
		inside = slices.DeleteFunc(inside, func(p put) bool { return p == popped })
	}
	r := rand.New(rand.NewPCG(1, 2))
	for order := range 2000 {
		p := put{time.Duration(r.IntN(50)), order}
		inside = append(inside, p)
		q.push(p.at, queuedEvent{act: func() { popped = p }})
		if r.IntN(3) == 0 {
			pop()
		}
	}
	for len(inside) > 0 {
		pop()
	}
	if _, ok := q.next(); ok {
		t.Error("there is something left")
	}
}

func TestTimer(t *testing.T) {
	w := New(Config{})
	e := newEar(t, w, "ear", 0)
	in := func(d time.Duration) { e.port.Wake(w.Now().Add(d)) }
	in(5 * time.Second)
	in(2 * time.Second) // moved forward
	w.Run(time.Second)
	in(3 * time.Second) // moved back: at 4 s
	w.Run(9 * time.Second)
	in(time.Second)
	e.port.Wake(time.Time{}) // never
	w.Run(10 * time.Second)
	in(-time.Second) // at once
	w.Run(time.Second)
	if want := []time.Duration{4 * time.Second, 20 * time.Second}; !slices.Equal(e.fired, want) {
		t.Errorf("the timer fired at %v, want %v", e.fired, want)
	}
	if w.Elapsed() != 21*time.Second || !w.Now().Equal(Epoch.Add(21*time.Second)) {
		t.Errorf("it is %v, %v", w.Elapsed(), w.Now())
	}
}

func TestRunUntil(t *testing.T) {
	w := New(Config{})
	done := false
	w.After(3*time.Second, func() { done = true })
	if w.RunUntil(2*time.Second, func() bool { return done }) {
		t.Error("done before its time")
	}
	if !w.RunUntil(2*time.Second, func() bool { return done }) || w.Elapsed() != 3*time.Second {
		t.Errorf("not done at %v", w.Elapsed())
	}
}

func TestJoin(t *testing.T) {
	w := New(Config{})
	e := newEar(t, w, "ear", 0)
	other := w.NewAddress()
	for name, join := range map[string]func() error{
		"no name":       func() error { _, err := w.Join(e, "", 0, other); return err },
		"same name":     func() error { _, err := w.Join(e, "ear", 0, other); return err },
		"same address":  func() error { _, err := w.Join(e, "a", 0, e.port.Radio(0).MAC()); return err },
		"address twice": func() error { _, err := w.Join(e, "b", 0, other, other); return err },
		"group address": func() error { _, err := w.Join(e, "c", 0, wps.Broadcast); return err },
	} {
		if err := join(); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Join(e, "d", 0, other); err != nil {
		t.Error(err)
	}
}

// TestAir checks that frames arrive only at devices that can receive them.
func TestAir(t *testing.T) {
	w := New(Config{Link: Link{Delay: 2 * time.Millisecond}})
	a, b, c := newEar(t, w, "a", 0), newEar(t, w, "b", 0), newEar(t, w, "c", 0)
	far := newEar(t, w, "far", 1)
	all := []*ear{a, b, c, far}
	silence := func() {
		t.Helper()
		w.Run(time.Second)
		for _, e := range all {
			e.expect(t)
		}
	}

	a.say(b, "to b")
	w.Run(time.Second)
	b.expect(t, "2ms deauthentication to b -50")
	silence()

	a.say(nil, "to all")
	w.Run(time.Second)
	b.expect(t, "2.002s deauthentication to all -50")
	c.expect(t, "2.002s deauthentication to all -50")
	silence()

	a.say(far, "through the walls")
	silence()
	w.SetLink(a.port, far.port, Link{Signal: -80})
	a.say(far, "to the neighbour")
	a.say(nil, "to all")
	w.Run(time.Second)
	far.expect(t, "5.001s deauthentication to the neighbour -80", "5.001s deauthentication to all -80")
	b.heard, c.heard = nil, nil
	far.say(nil, "back")
	w.Run(time.Second)
	a.expect(t, "6.001s deauthentication back -80")
	silence()

	w.SetLink(a.port, b.port, Link{Cut: true})
	a.say(b, "out of range")
	a.say(nil, "out of range of b")
	w.Run(time.Second)
	c.expect(t, "8.002s deauthentication out of range of b -50")
	far.heard = nil

	c.port.Radio(0).Tune(wps.Band5GHz)
	a.say(c, "on another band")
	c.port.Radio(0).Tune(0)
	a.say(c, "switched off")
	a.port.Send(&Frame{Type: Data, To: wps.MAC{2, 9}, Band: wps.Band24GHz})
	silence()
}

// TestBeacons checks that beacons are sent as long as a device listens.
func TestBeacons(t *testing.T) {
	w := New(Config{})
	point, near, far := newEar(t, w, "ap", 0), newEar(t, w, "near", 0), newEar(t, w, "far", 1)
	w.SetLink(point.port, far.port, Link{})
	sent := 0
	w.Run(10 * time.Millisecond)
	point.port.Radio(0).Beacon(func(time.Time) *Frame {
		sent++
		return &Frame{Type: Beacon, To: wps.Broadcast, Band: wps.Band24GHz}
	})
	w.Run(time.Second)
	if sent != 0 {
		t.Errorf("%d beacons that nobody listens to", sent)
	}
	for _, listener := range []*ear{near, far} {
		sent = 0
		listener.port.Radio(0).Scan(wps.Band24GHz)
		w.Run(time.Second)
		listener.port.Radio(0).Tune(wps.Band24GHz)
		w.Run(time.Second)
		if sent != 10 && sent != 9 || len(listener.heard) != sent {
			t.Errorf("%s: %d beacons sent, %d heard", listener.port.Name(), sent, len(listener.heard))
		}
		if at := listener.heard[0]; at != "1.035s beacon  -50" && at != "3.083s beacon  -50" {
			t.Errorf("the first beacon was heard at %s", at)
		}
	}
	near.port.Radio(0).Scan(wps.Band5GHz)
	point.port.Radio(0).Beacon(nil)
	sent = 0
	far.port.Radio(0).Scan(wps.Band24GHz)
	w.Run(time.Second)
	if sent != 0 {
		t.Error("beacons of an access point that sends none")
	}
}

// TestStreams checks that the random streams differ by seed, device and
// purpose.
func TestStreams(t *testing.T) {
	seen := make(map[uint64]string)
	for _, seed := range []uint64{0, 1} {
		for _, who := range []string{"a", "ab", "b"} {
			for _, purpose := range []string{"", "b", "c"} {
				name := fmt.Sprint(seed, who, purpose)
				first := NewRandomSource(seed, who, purpose).Uint64()
				if NewRandomSource(seed, who, purpose).Uint64() != first {
					t.Errorf("%s is not repeatable", name)
				}
				if other, ok := seen[first]; ok {
					t.Errorf("%s and %s are the same", name, other)
				}
				seen[first] = name
			}
		}
	}
}
