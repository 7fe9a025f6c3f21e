package sim_test

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/sim/campaign"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// TestByHandImports checks that the second implementation uses the standard
// library only; otherwise it would prove nothing.
func TestByHandImports(t *testing.T) {
	for _, name := range []string{"byhand_test.go", "byhand_enrollee_test.go", "byhand_registrar_test.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); strings.Contains(path, ".") {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

// flat is a router with a printer in its range that uses the second enrollee.
type flat struct {
	*sim.World
	router  *sim.Router
	printer *sim.Printer
	seen    map[string]int // frames sent, by content
}

// newFlat returns a flat with a PIN on the printer's label and a network key
// that is cheap to compute.
func newFlat(t testing.TB, seed uint64, label string, air sim.Fault, change func(*enrolleeByHand), routers ...func(*sim.RouterConfig)) *flat {
	t.Helper()
	f := &flat{seen: make(map[string]int)}
	f.World = sim.New(sim.Config{Seed: seed, Link: sim.Link{Fault: air}, Observe: func(e sim.Event) {
		if e.Kind == sim.Sent {
			f.seen[e.From+" "+e.Frame.Name()]++
		}
	}})
	rc := sim.RouterConfig{Name: "router", Settings: sim.Settings{SSID: "flat", Key: wps.NetworkKey(strings.Repeat("0123456789abcdef", 4))}}
	for _, change := range routers {
		change(&rc)
	}
	pc := sim.PrinterConfig{Name: "printer", NewEndpoint: func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
		return enroll(cfg, func() string { return f.printer.PIN().Digits() }, change), nil
	}}
	if label != "" {
		pc.PIN = pin.MustParse(label)
	}
	var err error
	if f.router, err = sim.NewRouter(f.World, rc); err != nil {
		t.Fatal(err)
	}
	if f.printer, err = sim.NewPrinter(f.World, pc); err != nil {
		t.Fatal(err)
	}
	return f
}

// setUp enters a PIN at the router, or presses both buttons if it is empty.
func (f *flat) setUp(t testing.TB, entered string) {
	t.Helper()
	if entered == "" {
		if err := f.router.PressButton(); err != nil {
			t.Fatal(err)
		}
		f.printer.SetupByPushButton()
		return
	}
	shown, err := f.printer.SetupByPIN()
	if err != nil {
		t.Fatal(err)
	}
	p := shown
	if entered != "shown" {
		p = pin.MustParse(entered)
	}
	if err := f.router.EnterPIN(ap.PINEntry{PIN: p}); err != nil {
		t.Fatal(err)
	}
}

// failed returns the errors of failed runs that the router has reported.
func (f *flat) failed() (errs []error) {
	for _, e := range f.router.Events() {
		if e.Kind == ap.EventFailed {
			errs = append(errs, e.Err)
		}
	}
	return errs
}

// TestEnrolleeByHand registers the second enrollee at our router.
func TestEnrolleeByHand(t *testing.T) {
	const label = "24681353"
	careless := func(e *enrolleeByHand) { e.careless = true }
	small := func(c *sim.RouterConfig) {
		c.Customize = func(c *ap.Config) { c.FragmentSize = 100 }
	}
	for name, tt := range map[string]struct {
		label, entered string
		change         func(*enrolleeByHand)
		router         func(*sim.RouterConfig)
		half           int // of the PIN that is wrong, and who finds it
		foundBy        registration.Role
		frame          string // that must have been sent
	}{
		"PIN":                       {label: label, entered: label, frame: "printer M7"},
		"PIN that the panel shows":  {entered: "shown"},
		"PIN of four digits":        {label: "2468", entered: "2468"},
		"push button":               {frame: "printer WSC_Done"},
		"version 1.0":               {entered: "shown", router: func(c *sim.RouterConfig) { c.Customize = func(c *ap.Config) { c.Registration.Version10 = true } }},
		"open network":              {router: func(c *sim.RouterConfig) { c.Settings.Security = sim.Open }},
		"fragments of the router":   {entered: "shown", router: small, frame: "router WSC_MSG fragment"},
		"fragments of both":         {entered: "shown", router: small, change: func(e *enrolleeByHand) { e.size = 90 }, frame: "printer WSC_MSG fragment"},
		"wrong second half":         {label: label, entered: "24680004", half: 2, foundBy: registration.RoleEnrollee},
		"wrong first half":          {label: label, entered: "14681356", half: 1, foundBy: registration.RoleEnrollee},
		"wrong half of four digits": {label: "2468", entered: "2469", half: 2, foundBy: registration.RoleEnrollee},
		"wrong first half, and the enrollee does not look": {
			label: label, entered: "14681356", change: careless, half: 1, foundBy: registration.RoleRegistrar},
		"wrong second half, and the enrollee does not look": {
			label: label, entered: "24680004", change: careless, half: 2, foundBy: registration.RoleRegistrar},
	} {
		t.Run(name, func(t *testing.T) {
			var routers []func(*sim.RouterConfig)
			if tt.router != nil {
				routers = append(routers, tt.router)
			}
			f := newFlat(t, 1, tt.label, nil, tt.change, routers...)
			f.setUp(t, tt.entered)
			f.Run(3 * time.Minute)
			s := f.printer.Status()
			if tt.frame != "" && f.seen[tt.frame] == 0 {
				t.Errorf("there was no %s: %v", tt.frame, f.seen)
			}
			if tt.half == 0 {
				if s.State != sim.Connected || s.SSID != "flat" {
					t.Fatalf("%v, %v", s, s.Err)
				}
				settings := f.router.Settings()
				if n := f.printer.Networks()[0]; n.SSID != settings.SSID || string(n.NetworkKey) != string(settings.Key) {
					t.Errorf("it was given %v", n)
				}
				return
			}
			both := append(f.failed(), s.Err)
			if len(both) < 2 {
				t.Errorf("the router does not tell of it")
			}
			for _, err := range both {
				var e *registration.Error
				if !errors.As(err, &e) || !errors.Is(err, registration.ErrPassword) || e.Half != tt.half || e.DetectedBy != tt.foundBy {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// TestEnrolleeByHandTwice runs a world twice: the enrollee has a goroutine, but
// the trace stays the same.
func TestEnrolleeByHandTwice(t *testing.T) {
	play := func(seed uint64) [32]byte {
		f := newFlat(t, seed, "", sim.Noise{Loss: 0.05, Double: 0.1, Delay: 0.1, Corrupt: 0.02}, nil)
		f.setUp(t, "shown")
		f.Run(time.Minute)
		return f.TraceHash()
	}
	first, again, other := play(5), play(5), play(6)
	if first != again {
		t.Error("the same seed gives another trace")
	}
	if first == other {
		t.Error("another seed gives the same trace")
	}
}

// TestEnrolleeByHandBadAir registers the second enrollee over a link that
// loses, duplicates, delays and truncates frames. It ends with the network of
// the router, or with a reason that such a link explains.
func TestEnrolleeByHandBadAir(t *testing.T) {
	connected, refused := 0, 0
	for seed := range uint64(200) {
		f := newFlat(t, seed, "24681353", sim.Noise{Loss: 0.05, Double: 0.1, Delay: 0.1, Truncate: 0.02}, func(e *enrolleeByHand) { e.size = 200 * int(seed%2) })
		entered := []string{"", "24681353", "14681356"}[seed%3]
		f.setUp(t, entered)
		f.Run(3 * time.Minute)
		switch s := f.printer.Status(); {
		case s.State == sim.Connected && seed%3 != 2:
			connected++
		case errors.Is(s.Err, registration.ErrPassword) && seed%3 == 2:
			refused++
		case errors.Is(s.Err, registration.ErrTimeout), errors.Is(s.Err, sim.ErrNotWaiting), errors.Is(s.Err, registration.ErrNoRegistrar), errors.Is(s.Err, sim.ErrDisconnected):
		default:
			t.Errorf("seed %d, PIN %q: %v [%v]", seed, entered, s, s.Err)
		}
	}
	if connected < 120 || refused < 60 {
		t.Errorf("of 200, %d are connected and %d refused for their PIN", connected, refused)
	}
}

// TestCampaignByHand uses the second enrollee in a campaign, with the usual
// routers, people and links. There is no violation.
func TestCampaignByHand(t *testing.T) {
	const label = "24681353"
	c := &campaign.Campaign{Seed: 11, N: 300, Faults: campaign.DefaultRates(), ReuseKeys: true, Printers: []campaign.PrinterProfile{{
		Name: "by-hand", About: "an enrollee that is not ours",
		Configure: func(c *sim.PrinterConfig) {
			c.PIN = pin.MustParse(label)
			c.NewEndpoint = func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
				return enroll(cfg, func() string { return label }, nil), nil
			}
		},
	}}}
	r, err := c.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range r.Worlds {
		t.Errorf("%d: %v", w.Index, w.Violations)
	}
	if r.Succeeded < 60 || r.Outcomes[doctor.PINFirstHalf]+r.Outcomes[doctor.PINSecondHalf] == 0 {
		t.Error(fmt.Sprint(r.Outcomes))
	}
}

// attic is the second access point with our printer in its range.
type attic struct {
	*sim.World
	point   *accessPointByHand
	printer *sim.Printer
	seen    map[string]int
}

func newAttic(t testing.TB, seed uint64, label string, air sim.Fault, hand bool) *attic {
	t.Helper()
	a := &attic{seen: make(map[string]int)}
	a.World = sim.New(sim.Config{Seed: seed, Link: sim.Link{Fault: air}, Observe: func(e sim.Event) {
		if e.Kind == sim.Sent {
			a.seen[e.From+" "+e.Frame.Name()]++
		}
	}})
	var err error
	if a.point, err = newAccessPointByHand(a.World, "attic"); err != nil {
		t.Fatal(err)
	}
	pc := sim.PrinterConfig{Name: "printer", PIN: pin.MustParse(label)}
	if hand {
		pc.NewEndpoint = func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
			return enroll(cfg, func() string { return label }, nil), nil
		}
	}
	if a.printer, err = sim.NewPrinter(a.World, pc); err != nil {
		t.Fatal(err)
	}
	return a
}

// setUp starts a set-up at the printer, by push button if the access point
// waits for it.
func (a *attic) setUp(t testing.TB, button bool) {
	t.Helper()
	if button {
		a.printer.SetupByPushButton()
	} else if _, err := a.printer.SetupByPIN(); err != nil {
		t.Fatal(err)
	}
}

// TestRegistrarByHand registers our printer at the second access point, and the
// second enrollee as well, so that our own implementation does not define what
// is right.
func TestRegistrarByHand(t *testing.T) {
	const label = "24681353"
	for name, tt := range map[string]struct {
		label, waits string // empty waits for the button
		button       bool   // that the owner of the printer presses
		size         int    // of fragments
		half         int    // of the PIN that is wrong
		err          error
		frame        string
	}{
		"PIN":                        {label: label, waits: label, frame: "by hand M8"},
		"PIN of four digits":         {label: "2468", waits: "2468"},
		"push button":                {label: label, button: true},
		"fragments":                  {label: label, waits: label, size: 70, frame: "by hand WSC_MSG fragment"},
		"wrong first half":           {label: label, waits: "14681356", half: 1},
		"wrong second half":          {label: label, waits: "24680004", half: 2},
		"wrong half of four digits":  {label: "2468", waits: "2478", half: 2},
		"PIN where it is the button": {label: label, err: sim.ErrOtherMethod},
		"button where it is the PIN": {label: label, waits: label, button: true, err: sim.ErrOtherMethod},
	} {
		for _, hand := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, enrollee by hand %v", name, hand), func(t *testing.T) {
				a := newAttic(t, 1, tt.label, nil, hand)
				a.point.size = tt.size
				a.point.wait(tt.waits)
				a.setUp(t, tt.button)
				a.Run(3 * time.Minute)
				s := a.printer.Status()
				if tt.frame != "" && a.seen[tt.frame] == 0 {
					t.Errorf("there was no %s: %v", tt.frame, a.seen)
				}
				switch {
				case tt.err != nil:
					if !errors.Is(s.Err, tt.err) {
						t.Errorf("%v: %v", s, s.Err)
					}
				case tt.half == 0:
					if s.State != sim.Connected || s.SSID != "attic" || len(a.point.ended) != 1 || a.point.ended[0] != nil {
						t.Errorf("%v; registrations ended with %v", s, a.point.ended)
					}
				default:
					var e *registration.Error
					if !errors.As(s.Err, &e) || !errors.Is(s.Err, registration.ErrPassword) || e.Half != tt.half {
						t.Errorf("%v: %v", s, s.Err)
					}
					var told *stopped
					if len(a.point.ended) == 0 || !errors.As(a.point.ended[0], &told) || told.half() != tt.half || told.found {
						t.Errorf("registrations ended with %v", a.point.ended)
					}
				}
			})
		}
	}
}

// TestRegistrarByHandM2D refuses an enrollee that the registrar does not wait
// for.
func TestRegistrarByHandM2D(t *testing.T) {
	for _, hand := range []bool{false, true} {
		a := newAttic(t, 1, "24681353", nil, hand)
		a.point.wait("12345670")
		a.setUp(t, false)
		// The access point changes its mind while the printer connects.
		a.RunUntil(time.Minute, func() bool { return a.seen["printer authentication"] > 0 })
		a.point.wait("")
		a.Run(10 * time.Second)
		if a.seen["printer WSC_ACK"] != 1 || len(a.point.ended) == 0 || a.point.ended[0] != errTurnedOff {
			t.Errorf("registrations ended with %v; sent %v", a.point.ended, a.seen)
		}
	}
}

// TestRegistrarByHandBadAir registers over a link that loses, duplicates,
// delays and truncates frames.
func TestRegistrarByHandBadAir(t *testing.T) {
	connected, refused := 0, 0
	for seed := range uint64(200) {
		a := newAttic(t, seed, "24681353", sim.Noise{Loss: 0.05, Double: 0.1, Delay: 0.1, Truncate: 0.02}, false)
		a.point.size = 200 * int(seed%2)
		waits := []string{"", "24681353", "14681356"}[seed%3]
		a.point.wait(waits)
		a.setUp(t, waits == "")
		a.Run(3 * time.Minute)
		switch s := a.printer.Status(); {
		case s.State == sim.Connected && seed%3 != 2:
			connected++
		case errors.Is(s.Err, registration.ErrPassword) && seed%3 == 2:
			refused++
		case errors.Is(s.Err, registration.ErrTimeout), errors.Is(s.Err, sim.ErrNotWaiting), errors.Is(s.Err, sim.ErrDisconnected):
		default:
			t.Errorf("seed %d, waits for %q: %v [%v]", seed, waits, s, s.Err)
		}
	}
	if connected < 120 || refused < 60 {
		t.Errorf("of 200, %d are connected and %d refused for their PIN", connected, refused)
	}
}
