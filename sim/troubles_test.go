package sim

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// home is a router, a printer and their owner.
type home struct {
	testing.TB
	*World
	router  *Router
	printer *Printer
	shown   pin.PIN // at the printer
	events  []Event
}

// newHome returns a home. The configuration functions that are not nil change
// the devices.
func newHome(t testing.TB, router func(*RouterConfig), printer func(*PrinterConfig)) *home {
	t.Helper()
	h := &home{TB: t}
	h.World = New(Config{Seed: 1, Observe: func(e Event) { h.events = append(h.events, e) }})
	rc, pc := RouterConfig{Name: "router"}, PrinterConfig{Name: "printer"}
	if router != nil {
		router(&rc)
	}
	if printer != nil {
		printer(&pc)
	}
	h.router, h.printer = addRouter(t, h.World, rc), addPrinter(t, h.World, pc)
	return h
}

func addRouter(t testing.TB, w *World, cfg RouterConfig) *Router {
	t.Helper()
	r, err := NewRouter(w, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func addPrinter(t testing.TB, w *World, cfg PrinterConfig) *Printer {
	t.Helper()
	p, err := NewPrinter(w, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// must ends the test if an action of the owner fails.
func (h *home) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// byPIN starts a set-up by PIN at the printer.
func (h *home) byPIN() pin.PIN {
	h.Helper()
	p, err := h.printer.SetupByPIN()
	h.must(err)
	h.shown = p
	return p
}

// enter types a PIN into the router's page.
func (h *home) enter(p pin.PIN) {
	h.Helper()
	h.must(h.router.EnterPIN(ap.PINEntry{PIN: p}))
}

// byButton presses the router's button, and then the printer's.
func (h *home) byButton() {
	h.Helper()
	h.must(h.router.PressButton())
	h.printer.SetupByPushButton()
}

// apply changes the settings in the router's page.
func (h *home) apply(change func(*Settings)) {
	h.Helper()
	s := h.router.Settings()
	change(&s)
	h.must(h.router.Apply(s))
}

// mistyped returns another valid PIN that differs from the digit position on: 4
// for the first half, 7 for the second.
func mistyped(p pin.PIN, digit int) pin.PIN {
	digits := []byte(p.Digits()[:7])
	digits[digit-1] = '0' + (digits[digit-1]-'0'+1)%10
	wrong, err := pin.Complete(string(digits))
	if err != nil {
		panic(err)
	}
	return wrong
}

// sent counts the frames of a kind that a device has sent.
func (h *home) sent(from, what string) (n int) {
	for _, e := range h.events {
		if e.Kind == Sent && e.From == from && e.Frame.Name() == what {
			n++
		}
	}
	return n
}

// told reports whether the router has reported an event to its owner.
func (h *home) told(kind ap.EventKind) bool {
	return slices.ContainsFunc(h.router.Events(), func(e ap.Event) bool { return e.Kind == kind })
}

// TestTroubles plays typical mistakes of owners, and compares what the printer
// shows at the end. A nil error is success.
func TestTroubles(t *testing.T) {
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	for name, tt := range map[string]struct {
		router  func(*RouterConfig)
		printer func(*PrinterConfig)
		do      func(h *home)
		err     error
		half    int // the half of the PIN that is wrong, if one is
	}{
		"right PIN": {
			do: func(h *home) { h.enter(h.byPIN()) },
		},
		"right PIN, entered first": {
			printer: func(c *PrinterConfig) { c.PIN = pin.MustParse("24681353") },
			do: func(h *home) {
				h.enter(pin.MustParse("24681353"))
				h.Run(minutes(1))
				h.byPIN()
			},
		},
		"right PIN of four digits": {
			printer: func(c *PrinterConfig) { c.PIN = pin.MustParse("2468") },
			do:      func(h *home) { h.enter(h.byPIN()) },
		},
		"right PIN, entered late": {
			do: func(h *home) {
				p := h.byPIN()
				h.Run(minutes(1))
				h.enter(p)
			},
		},
		"push button": {
			do: (*home).byButton,
		},
		"push button, router last": {
			do: func(h *home) {
				h.printer.SetupByPushButton()
				h.Run(minutes(1))
				h.must(h.router.PressButton())
			},
		},
		"wrong first half": {
			do:   func(h *home) { h.enter(mistyped(h.byPIN(), 4)) },
			err:  registration.ErrPassword,
			half: 1,
		},
		"wrong second half": {
			do:   func(h *home) { h.enter(mistyped(h.byPIN(), 7)) },
			err:  registration.ErrPassword,
			half: 2,
		},
		"wrong first half, and EAP-Failure is lost": {
			do: func(h *home) {
				h.enter(mistyped(h.byPIN(), 4))
				noFailure := Only{func(f *Frame) bool { return f.Name() == "EAP-Failure" }, Noise{Loss: 1}}
				h.SetLink(h.printer.Port(), h.router.Port(), Link{Fault: noFailure})
			},
			err:  registration.ErrPassword,
			half: 1,
		},
		"PIN of the last time": {
			do: func(h *home) {
				old := h.byPIN()
				h.Run(minutes(3))
				h.byPIN()
				h.enter(old)
			},
			err:  registration.ErrPassword,
			half: 1,
		},
		"PIN for another device": {
			do: func(h *home) {
				other := wps.UUIDFromMAC(wps.MAC{2, 7})
				h.must(h.router.EnterPIN(ap.PINEntry{PIN: h.byPIN(), UUID: &other}))
			},
			err: registration.ErrNoRegistrar,
		},
		"PIN for another address": {
			do: func(h *home) {
				h.must(h.router.EnterPIN(ap.PINEntry{PIN: h.byPIN(), MAC: wps.MAC{2, 7}}))
			},
			err: ErrOtherDevice,
		},
		"the router's own PIN": {
			do:   func(h *home) { h.byPIN(); h.enter(h.router.PIN()) },
			err:  registration.ErrPassword,
			half: 1,
		},
		"PIN not entered": {
			do:  func(h *home) { h.byPIN() },
			err: registration.ErrNoRegistrar,
		},
		"PIN expired": {
			printer: func(c *PrinterConfig) { c.PIN = pin.MustParse("24681353") },
			do: func(h *home) {
				h.enter(pin.MustParse("24681353"))
				h.Run(2 * time.Minute)
				h.byPIN()
			},
			err: registration.ErrNoRegistrar,
		},
		"PIN used up after M6": {
			printer: func(c *PrinterConfig) { c.PIN = pin.MustParse("24681353") },
			do: func(h *home) {
				h.enter(mistyped(pin.MustParse("24681353"), 7))
				h.byPIN()
				h.Run(10 * time.Second)
				h.byPIN() // the router has no PIN any more
			},
			err: registration.ErrNoRegistrar,
		},
		"wrong PIN, then the right one": {
			printer: func(c *PrinterConfig) { c.PIN = pin.MustParse("24681353") },
			do: func(h *home) {
				h.enter(mistyped(pin.MustParse("24681353"), 7))
				h.byPIN()
				h.Run(10 * time.Second)
				h.byPIN()
				h.enter(pin.MustParse("24681353"))
			},
		},
		"button at the router, PIN at the printer": {
			do:  func(h *home) { h.byPIN(); h.must(h.router.PressButton()) },
			err: ErrOtherMethod,
		},
		"PIN at the router, button at the printer": {
			do:  func(h *home) { h.enter(pin.MustParse("24681353")); h.printer.SetupByPushButton() },
			err: ErrOtherMethod,
		},
		"button not pressed": {
			do:  func(h *home) { h.printer.SetupByPushButton() },
			err: ErrNotWaiting,
		},
		"button pressed too late": {
			do: func(h *home) {
				h.printer.SetupByPushButton()
				h.After(minutes(2)+time.Second, func() { h.must(h.router.PressButton()) })
			},
			err: ErrNotWaiting,
		},
		"overlap of two printers": {
			do: func(h *home) {
				other := addPrinter(h, h.World, PrinterConfig{Name: "camera"})
				other.SetupByPushButton()
				h.must(h.router.PressButton())
				h.printer.SetupByPushButton()
			},
			err: registration.ErrOverlap,
		},
		"overlap of two routers": {
			do: func(h *home) {
				other := addRouter(h, h.World, RouterConfig{Name: "neighbour"})
				h.must(other.PressButton())
				h.byButton()
			},
			err: registration.ErrOverlap,
		},
		"two radios with two UUIDs": {
			router:  func(c *RouterConfig) { c.Bands, c.SeparateRadios = wps.Band24GHz|wps.Band5GHz, true },
			printer: func(c *PrinterConfig) { c.Bands = wps.Band24GHz | wps.Band5GHz },
			do:      (*home).byButton,
			err:     registration.ErrOverlap,
		},
		"two radios with one UUID": {
			router:  func(c *RouterConfig) { c.Bands = wps.Band24GHz | wps.Band5GHz },
			printer: func(c *PrinterConfig) { c.Bands = wps.Band24GHz | wps.Band5GHz },
			do:      (*home).byButton,
		},
		"a router on 5 GHz alone": {
			router: func(c *RouterConfig) { c.Bands = wps.Band5GHz },
			do:     (*home).byButton,
			err:    ErrNothingHeard,
		},
		"WPS off": {
			router: func(c *RouterConfig) { c.Settings.WPSOff = true },
			do:     func(h *home) { h.byPIN() },
			err:    ErrNoWPS,
		},
		"WPS switched on meanwhile": {
			router: func(c *RouterConfig) { c.Settings.WPSOff = true },
			do: func(h *home) {
				p := h.byPIN()
				h.Run(20 * time.Second)
				h.apply(func(s *Settings) { s.WPSOff = false })
				h.enter(p)
			},
		},
		"hidden network": {
			router: func(c *RouterConfig) { c.Settings.Hidden = true },
			do:     func(h *home) { h.byPIN() },
			err:    ErrNoWPS,
		},
		"WPA3 only": {
			router: func(c *RouterConfig) { c.Settings.Security = WPA3 },
			do:     func(h *home) { h.byPIN() },
			err:    ErrNoWPS,
		},
		"WEP": {
			router: func(c *RouterConfig) { c.Settings.Security = WEP },
			do:     func(h *home) { h.byPIN() },
			err:    ErrNoWPS,
		},
		"TKIP only": {
			router: func(c *RouterConfig) { c.Settings.Security = WPA },
			do:     func(h *home) { h.byPIN() },
			err:    ErrNoWPS,
		},
		"WPA2 and WPA3": {
			router: func(c *RouterConfig) { c.Settings.Security = WPA2WPA3 },
			do:     (*home).byButton,
		},
		"WPA and WPA2": {
			router: func(c *RouterConfig) { c.Settings.Security = WPAWPA2 },
			do:     (*home).byButton,
		},
		"open network": {
			router: func(c *RouterConfig) { c.Settings.Security = Open },
			do:     (*home).byButton,
		},
		"pre-shared key": {
			router: func(c *RouterConfig) {
				c.Settings.Key = wps.NetworkKey("0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af")
			},
			do: (*home).byButton,
		},
		"unconfigured router": {
			router: func(c *RouterConfig) { c.Unconfigured, c.Settings.Security = true, Open },
			do:     (*home).byButton,
		},
		"the router's PIN is locked": {
			do: func(h *home) { h.must(h.router.SetLock(ap.Locked)); h.enter(h.byPIN()) },
		},
		"the router's PIN is locked, and no other entered": {
			do:  func(h *home) { h.must(h.router.SetLock(ap.Locked)); h.byPIN() },
			err: registration.ErrLocked,
		},
		"out of range": {
			do: func(h *home) {
				h.SetLink(h.printer.Port(), h.router.Port(), Link{Cut: true})
				h.byButton()
			},
			err: ErrNothingHeard,
		},
		"out of range midway": {
			do: func(h *home) {
				h.byButton()
				h.RunUntil(time.Minute, func() bool { return h.sent("printer", "M3") > 0 })
				h.SetLink(h.printer.Port(), h.router.Port(), Link{Cut: true})
			},
			err: registration.ErrTimeout,
		},
		"router restarted midway": {
			do: func(h *home) {
				h.byButton()
				h.RunUntil(time.Minute, func() bool { return h.sent("printer", "M3") > 0 })
				h.router.Restart()
			},
			err: registration.ErrTimeout, // the router takes longer to start than a printer waits
		},
		"router restarted, button pressed again": {
			do: func(h *home) {
				h.byButton()
				h.RunUntil(time.Minute, func() bool { return h.sent("printer", "M3") > 0 })
				h.router.Restart()
				h.Run(40 * time.Second)
				h.must(h.router.PressButton())
			},
		},
		"settings changed after the registration": {
			do: func(h *home) {
				h.byButton()
				h.RunUntil(time.Minute, func() bool { return len(h.printer.Networks()) > 0 })
				h.apply(func(s *Settings) { s.Key = wps.NetworkKey("another key") })
			},
			err: ErrWrongKey,
		},
		"key changed when connected": {
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.apply(func(s *Settings) { s.Key = wps.NetworkKey("another key") })
			},
			err: ErrWrongKey,
		},
		"network renamed": {
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.apply(func(s *Settings) { s.SSID = "another name" })
			},
			err: ErrNetworkNotFound,
		},
		"WPA3 only when connected": {
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.apply(func(s *Settings) { s.Security = WPA3 })
			},
			err: ErrSecurity,
		},
		"hidden when connected": {
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.apply(func(s *Settings) { s.Hidden = true })
			},
		},
		"router restarted when connected": {
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.router.Restart()
			},
		},
		"router reset when connected": {
			router: func(c *RouterConfig) { c.Unconfigured = true },
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.router.FactoryReset()
			},
			err: ErrWrongKey,
		},
		"printer restarted when connected": {
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.printer.Restart()
			},
		},
		"version 1.0 printer": {
			printer: func(c *PrinterConfig) { c.Version10 = true },
			do:      (*home).byButton,
		},
		"version 1.0 router": {
			router: func(c *RouterConfig) {
				c.Customize = func(c *ap.Config) { c.Registration.Version10 = true }
			},
			do: func(h *home) { h.enter(h.byPIN()) },
		},
		"a network with WEP to give": {
			router: func(c *RouterConfig) {
				c.Customize = func(c *ap.Config) {
					c.Registration.Faulty = true
					c.Credentials[0].AuthType, c.Credentials[0].EncrType = wps.AuthShared, wps.EncrWEP
				}
			},
			do:  (*home).byButton,
			err: wps.ErrUnusable,
		},
		"only another device is allowed": {
			router: func(c *RouterConfig) { c.Settings.Allowed = []wps.MAC{{2, 7}} },
			do:     (*home).byButton,
			err:    ErrNotAdmitted,
		},
		"the device is allowed": {
			router: func(c *RouterConfig) { c.Settings.Allowed = []wps.MAC{{2, 7}, {2, 0, 0, 0, 0, 2}} },
			do:     (*home).byButton,
		},
		"a set-up that is cancelled": {
			do: func(h *home) {
				h.byButton()
				h.Run(10 * time.Second)
				h.byPIN()
				h.Run(10 * time.Second)
				h.printer.Cancel() // and goes back to its network
			},
		},
		"packets of 128 octets": {
			router: func(c *RouterConfig) {
				c.Customize = func(c *ap.Config) { c.FragmentSize = 128 }
			},
			do: (*home).byButton,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, tt.router, tt.printer)
			tt.do(h)
			h.Run(minutes(4))
			status := h.printer.Status()
			var failed *registration.Error
			switch {
			case tt.err == nil:
				if status.State != Connected || status.Err != nil || status.SSID != h.router.Settings().SSID {
					t.Errorf("%v", status.Err)
				}
				if got := h.router.Stations(); !slices.Equal(got, []wps.MAC{h.printer.radio().MAC()}) {
					t.Errorf("connected to the router: %v", got)
				}
			case !errors.Is(status.Err, tt.err):
				t.Errorf("%v: %v, want %v", status.State, status.Err, tt.err)
			case status.State == Connected || status.State == SettingUp:
				t.Errorf("the printer is %v", status.State)
			case errors.As(status.Err, &failed) && failed.Half != tt.half:
				t.Errorf("half %d: %v", failed.Half, status.Err)
			}
			var panel *Failure
			if status.Err != nil && (!errors.As(status.Err, &panel) || panel.Text == "") {
				t.Error("the panel says nothing")
			}
			if t.Failed() {
				for _, e := range h.events {
					t.Log(e)
				}
			}
		})
	}
}
