package sim

import (
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

// newWiredOffice returns a router with UPnP and a computer on its cable that
// have found each other.
func newWiredOffice(t *testing.T, seed uint64) (*World, *Router, *WiredComputer) {
	t.Helper()
	w := New(Config{Seed: seed})
	r := addRouter(t, w, RouterConfig{Name: "router", UPnP: true})
	c, err := NewWiredComputer(w, WiredComputerConfig{Name: "computer", Router: r})
	if err != nil {
		t.Fatal(err)
	}
	w.Run(5 * time.Second)
	wired(t, c, upnp.EventAccessPoint)
	return w, r, c
}

// wired expects an event at a computer.
func wired(t *testing.T, c *WiredComputer, kind upnp.EventKind) upnp.Event {
	t.Helper()
	events := c.Events()
	for _, e := range events {
		if e.Kind == kind {
			return e
		}
	}
	t.Fatalf("no event %v, but %+v", kind, events)
	return upnp.Event{}
}

// TestWiredComputer reads the settings over the cable, registers a printer, and
// writes other settings.
func TestWiredComputer(t *testing.T) {
	w, r, c := newWiredOffice(t, 1)
	if err := c.ReadSettings(r.PIN()); err != nil {
		t.Fatal(err)
	}
	w.Run(time.Second)
	if e := wired(t, c, upnp.EventSettingsRead); e.Settings.SSID != r.Settings().SSID || string(e.Settings.NetworkKey) != string(r.Settings().Key) {
		t.Errorf("%+v", e)
	}
	p := addPrinter(t, w, PrinterConfig{Name: "printer"})
	digits, err := p.SetupByPIN()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Enroll(upnp.Order{Password: registration.PIN(digits)}); err != nil {
		t.Fatal(err)
	}
	w.Run(30 * time.Second)
	if p.Status().State != Connected {
		t.Fatalf("the printer is not online; %+v", c.Events())
	}
	wired(t, c, upnp.EventRegistered)
	external := false
	for _, e := range r.Events() {
		external = external || e.Kind == ap.EventRegistered && e.External
	}
	if !external {
		t.Error("the router does not say that an external registrar did it")
	}
	write := wps.Credential{SSID: "written", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("a written key")}
	if err := c.WriteSettings(r.PIN(), write); err != nil {
		t.Fatal(err)
	}
	w.Run(time.Minute) // the router restarts
	wired(t, c, upnp.EventSettingsWritten)
	if s := r.Settings(); s.SSID != "written" || string(s.Key) != "a written key" {
		t.Errorf("the router has %v", s.SSID)
	}
	if err := c.ReadSettings(r.PIN()); err != nil {
		t.Fatalf("after the router has started anew: %v", err)
	}
}

// TestWiredGuesses checks that attempts over the cable count towards the
// lockout.
func TestWiredGuesses(t *testing.T) {
	w, r, c := newWiredOffice(t, 2)
	for range 3 {
		if err := c.ReadSettings(pin.MustParse("99995676")); err != nil {
			t.Fatal(err)
		}
		w.Run(time.Second)
		if e := wired(t, c, upnp.EventFailed); !errors.Is(e.Err, registration.ErrPassword) {
			t.Errorf("%v", e.Err)
		}
	}
	if err := c.ReadSettings(r.PIN()); err != nil {
		t.Fatal(err)
	}
	if e := wired(t, c, upnp.EventFailed); !errors.Is(e.Err, registration.ErrLocked) {
		t.Errorf("%v", e.Err)
	}
}

// TestWiredRepeats checks that a world with a cable is repeatable.
func TestWiredRepeats(t *testing.T) {
	hash := func() [32]byte {
		w, r, c := newWiredOffice(t, 3)
		c.ReadSettings(r.PIN())
		p := addPrinter(t, w, PrinterConfig{Name: "printer"})
		c.Enroll(upnp.Order{Password: registration.PushButton()})
		p.SetupByPushButton()
		w.Run(30 * time.Second)
		if p.Status().State != Connected {
			t.Fatalf("the printer is not online; %+v", c.Events())
		}
		return w.TraceHash()
	}
	if first, second := hash(), hash(); first != second {
		t.Error("two runs with one seed differ")
	}
}

// TestWiredNeedsUPnP checks that a router without UPnP has no cable for a
// computer.
func TestWiredNeedsUPnP(t *testing.T) {
	w := New(Config{Seed: 1})
	r := addRouter(t, w, RouterConfig{Name: "router"})
	if _, err := NewWiredComputer(w, WiredComputerConfig{Name: "computer", Router: r}); !errors.Is(err, ErrConfig) {
		t.Errorf("%v", err)
	}
}
