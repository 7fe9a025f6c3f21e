package sim

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps/registration"
)

func body(n int) *Frame { return &Frame{Type: Data, Body: bytes.Repeat([]byte{0xAA}, n)} }

// TestNoise applies each kind of damage always, and never.
func TestNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, tt := range map[string]struct {
		noise  Noise
		copies int
		damage Damage
	}{
		"none":     {Noise{}, 1, 0},
		"loss":     {Noise{Loss: 1, Double: 1}, 0, 0},
		"double":   {Noise{Double: 1}, 2, 0},
		"delay":    {Noise{Delay: 1, MaxDelay: time.Second}, 1, Delayed},
		"corrupt":  {Noise{Corrupt: 1}, 1, Corrupted},
		"truncate": {Noise{Truncate: 1}, 1, Truncated},
		"all":      {Noise{Delay: 1, Corrupt: 1, Truncate: 1}, 1, Delayed | Corrupted | Truncated},
	} {
		for range 100 {
			f := body(40)
			arrivals := tt.noise.Apply(nil, f, r)
			if len(arrivals) != tt.copies {
				t.Fatalf("%s: %d arrivals", name, len(arrivals))
			}
			for i, a := range arrivals {
				want := tt.damage
				if i > 0 {
					want |= Doubled
				}
				if a.Damage != want {
					t.Errorf("%s: %v, want %v", name, a.Damage, want)
				}
				if late := a.Late > 0; late != (want&Delayed != 0) || a.Late > time.Second {
					t.Errorf("%s: late by %v", name, a.Late)
				}
				if changed := !bytes.Equal(a.Frame.Body, f.Body); changed != (want&(Corrupted|Truncated) != 0) {
					t.Errorf("%s: body changed: %v", name, changed)
				}
			}
			if !bytes.Equal(f.Body, body(40).Body) {
				t.Fatalf("%s: the frame that was sent is changed", name)
			}
		}
	}
	for _, n := range []Noise{{Corrupt: 1}, {Truncate: 1}} {
		if a := n.Apply(nil, body(0), r); len(a) != 1 || a[0].Damage != 0 {
			t.Errorf("an empty body: %v", a)
		}
	}
}

// TestNoiseRate counts the frames lost by chance.
func TestNoiseRate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	lost := 0
	for range 10000 {
		if len((Noise{Loss: 0.2}).Apply(nil, body(1), r)) == 0 {
			lost++
		}
	}
	if lost < 1800 || lost > 2200 {
		t.Errorf("%d of 10000 frames are lost, where 2000 are due", lost)
	}
}

func TestScript(t *testing.T) {
	s := &Script{Octets: []byte{2, 3, 4, 5 | 10<<3, 6 | 16<<3, 7 | 8<<3, 2 | 1<<3}}
	for i, want := range []struct {
		copies int
		damage Damage
		late   time.Duration
		body   []byte
	}{
		{1, 0, 0, body(4).Body},
		{0, 0, 0, nil},
		{2, 0, 0, body(4).Body},
		{1, Delayed, 30 * time.Millisecond, body(4).Body},
		{1, Corrupted, 0, []byte{0xAA, 0xAA, 0xAB, 0xAA}},
		{1, Truncated, 0, []byte{0xAA}},
		{2, Foreign, 0, body(4).Body}, // the first found nothing that was earlier
		{1, 0, 0, body(4).Body},       // the script is over
	} {
		got := s.Apply(nil, body(4), nil)
		if len(got) != want.copies {
			t.Fatalf("%d: %d arrivals", i, len(got))
		}
		if len(got) > 0 && (got[0].Damage != want.damage || got[0].Late != want.late || !bytes.Equal(got[0].Frame.Body, want.body)) {
			t.Errorf("%d: %+v, %x", i, got[0], got[0].Frame.Body)
		}
	}
}

// TestFaults applies one fault after the other, and to some frames only.
func TestFaults(t *testing.T) {
	long := Only{func(f *Frame) bool { return len(f.Body) > 4 }, Noise{Double: 1}}
	late := Noise{Delay: 1}
	r := rand.New(rand.NewPCG(1, 1))
	if got := (Faults{long, late}).Apply(nil, body(8), r); len(got) != 2 || got[0].Damage != Delayed || got[1].Damage != Doubled|Delayed || got[1].Late == 0 {
		t.Errorf("a long frame: %+v", got)
	}
	if got := (Faults{late, long, late}).Apply(nil, body(4), r); len(got) != 1 || got[0].Damage != Delayed {
		t.Errorf("a short frame: %+v", got)
	}
	if got := (Faults{}).Apply(nil, body(4), r); len(got) != 1 || got[0].Damage != 0 {
		t.Errorf("no faults: %+v", got)
	}
	if got := (Doubled | Unheard).String(); got != "doubled, unheard" {
		t.Errorf("it prints %q", got)
	}
}

// TestOvertakenFragments lets both sides fragment their messages, over a link
// on which frames are duplicated and overtaken by many others: whatever fails,
// no message is reassembled from the wrong fragments.
func TestOvertakenFragments(t *testing.T) {
	for seed := range uint64(100) {
		// Frames of the association are excluded: a second one starts again.
		data := func(f *Frame) bool { return f.Type == Data }
		air := Faults{Only{data, Noise{Double: 0.3}}, Only{data, Noise{Delay: 0.3, MaxDelay: 500 * time.Millisecond}}}
		w := New(Config{Seed: seed, Link: Link{Fault: air}})
		r := addRouter(t, w, RouterConfig{Name: "router", Settings: Settings{Key: fuzzKeys[0]}, Customize: func(c *ap.Config) {
			c.FragmentSize = 104
			_, c.Registration.KeyPair = KnownKeyPairs()
		}})
		pc := PrinterConfig{Name: "printer", Customize: func(c *registration.EnrolleeConfig) { c.KeyPair, _ = KnownKeyPairs() }}
		pc.NewEndpoint = func(cfg registration.EnrolleeConfig) (Endpoint, error) {
			e, err := registration.NewEnrollee(cfg)
			if err != nil {
				return nil, err
			}
			return eapwsc.NewPeer(eapwsc.PeerConfig{Machine: e, FragmentSize: 104})
		}
		p := addPrinter(t, w, pc)
		shown, err := p.SetupByPIN()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.EnterPIN(ap.PINEntry{PIN: shown}); err != nil {
			t.Fatal(err)
		}
		w.Run(3 * time.Minute)
		for _, e := range r.Events() {
			if errors.Is(e.Err, registration.ErrProtocol) || errors.Is(e.Err, eap.ErrLength) {
				t.Errorf("seed %d: %v", seed, e.Err)
			}
		}
	}
}

// TestFaultsAppend applies each kind of fault to an empty list and to one with
// an arrival of another frame, which must stay as it is.
func TestFaultsAppend(t *testing.T) {
	w := New(Config{})
	earlier := Arrival{Frame: body(1), Late: time.Hour}
	for i, fault := range []func() Fault{
		func() Fault { return Noise{Loss: 1} },
		func() Fault { return Noise{Double: 1, Delay: 1} },
		func() Fault { return Late(1) },
		func() Fault { return Interference{World: w, Duty: 1, Loss: 1} },
		func() Fault { return Interference{World: w} },
		func() Fault { return Outage{World: w, Until: 1} },
		func() Fault { return Outage{World: w} },
		func() Fault { return Faults{} },
		func() Fault { return Faults{Noise{Double: 1}, Late(1), Faults{Late(2), Noise{Double: 1}}} },
		func() Fault { return Faults{Late(1), Noise{Loss: 1}, Late(1)} },
		func() Fault { return Only{func(*Frame) bool { return true }, Late(1)} },
		func() Fault { return Only{func(*Frame) bool { return false }, Late(1)} },
		func() Fault { return &Script{Octets: []byte{3}} },
		func() Fault { return &Script{Octets: []byte{4}} },
		func() Fault { return &Script{} },
	} {
		f := body(8)
		alone := fault().Apply(nil, f, rand.New(rand.NewPCG(1, 1)))
		after := fault().Apply([]Arrival{earlier}, f, rand.New(rand.NewPCG(1, 1)))
		if !slices.Equal(after, slices.Concat([]Arrival{earlier}, alone)) {
			t.Errorf("%d: %+v after another arrival, and %+v alone", i, after, alone)
		}
	}
}
