// Package practice is a game with an owner, a router and a printer, in which
// WPS may not work. It runs on the simulator, so the devices behave like real
// machines.
//
// [New] begins a [Game] with a seed and a scenario. The owner's actions
// ([Game.Do]) and time ([Game.Run]) advance it. The same seed, scenario and
// deeds at the same times give the same game.
package practice

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/sim/campaign"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// Scenario is a situation for the player to find out about.
type Scenario struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Story   string `json:"story"`
	Router  string `json:"-"` // a profile of package campaign
	Printer string `json:"-"`
	start   func(*Game) error
}

// Scenarios returns all scenarios; the first is the one without faults.
func Scenarios() []Scenario { return slices.Clone(scenarios) }

var scenarios = []Scenario{
	{ID: "plain", Title: "Everything works", Story: "A router and a printer that do what they should. Set the printer up by PIN: let its panel show one, and type it at the router. Then try a wrong one."},
	{ID: "mistyped", Title: "The PIN does not work: somebody typed it already", Story: "Your neighbour has begun: the printer shows a PIN, and one was typed at the router. It does not work. Find out why.",
		start: func(g *Game) error {
			shown, err := g.printer.SetupByPIN()
			if err != nil {
				return err
			}
			return g.router.EnterPIN(ap.PINEntry{PIN: swapped(shown)})
		}},
	{ID: "wps-off", Title: "The printer finds nothing", Story: "The network is there, and telephones use it. The printer says that there is nothing to connect to.",
		start: func(g *Game) error { return g.settings(func(s *sim.Settings) { s.WPSOff = true }) }},
	{ID: "hidden", Title: "The printer finds nothing, again", Story: "Somebody has made this network safer than it was.",
		start: func(g *Game) error { return g.settings(func(s *sim.Settings) { s.Hidden = true }) }},
	{ID: "button-only", Title: "Where does the PIN go?", Story: "This router has a button, and nothing else.", Router: "button-only"},
	{ID: "two-uuids", Title: "The button does not work", Story: "A router with two radios. By PIN it goes well; by button it does not.", Router: "two-uuids"},
	{ID: "slow-dh", Title: "A slow router", Story: "This router takes its time.", Router: "slow-dh"},
	{ID: "5ghz", Title: "A router for fast devices", Story: "Everything is fine, says the telephone beside the printer.", Router: "5ghz"},
	{ID: "locked", Title: "The router's own PIN", Story: "The router has locked its own PIN. Does that matter to the printer?", Router: "locked"},
}

// swapped returns a PIN with two digits swapped, a typical typing error. Its
// check digit is corrected.
func swapped(p pin.PIN) pin.PIN {
	d := []byte(p.Digits())
	for i := range 6 {
		if d[i] != d[i+1] {
			d[i], d[i+1] = d[i+1], d[i]
			break
		}
	}
	other, err := pin.Complete(string(d[:7]))
	if err != nil || other == p {
		return p
	}
	return other
}

// Game is a router, a printer, and time. It is not safe for concurrent use.
type Game struct {
	world    *sim.World
	router   *sim.Router
	printer  *sim.Printer
	scenario Scenario
	seed     uint64
	deeds    []Deed
	lines    []Line
	seen     map[string]string
}

// Deed is an action of the owner.
type Deed struct {
	At   int64  `json:"at"` // milliseconds
	Do   string `json:"do"`
	With string `json:"with,omitempty"`
}

// Line is an event in the game's log.
type Line struct {
	At   float64 `json:"at"`   // seconds
	Kind string  `json:"kind"` // "frame", "lost", "owner" or "note"
	From string  `json:"from"`
	Text string  `json:"text"`
}

// State is what the owner can see.
type State struct {
	Seconds  float64  `json:"seconds"`
	Seed     uint64   `json:"seed"`
	Scenario Scenario `json:"scenario"`
	Deeds    []Deed   `json:"deeds"`
	Router   Router   `json:"router"`
	Printer  Printer  `json:"printer"`
	Lines    []Line   `json:"lines"` // the new lines
}

// Router is the state of the router's page and lamp.
type Router struct {
	Network string   `json:"network"`
	WPS     string   `json:"wps"` // "on", or why it is off
	On      bool     `json:"on"`
	PIN     string   `json:"pin"` // the router's own PIN
	Locked  bool     `json:"locked"`
	Lamp    string   `json:"lamp"`
	Devices []string `json:"devices"`
}

// Printer is the state of the printer's panel.
type Printer struct {
	Panel string `json:"panel"`
	PIN   string `json:"pin"`
	Busy  bool   `json:"busy"`
	Done  bool   `json:"done"`
}

// Verdict is the doctor's diagnosis from the printer's evidence.
type Verdict struct {
	Cause  doctor.Cause `json:"cause"`
	Text   string       `json:"text"`
	Remedy []string     `json:"remedy"`
}

// ErrScenario is the class of errors for an unknown scenario or deed.
var ErrScenario = errors.New("practice: there is no such thing to do")

// New begins a game.
func New(seed uint64, scenario string) (*Game, error) {
	i := slices.IndexFunc(scenarios, func(s Scenario) bool { return s.ID == scenario })
	if i < 0 {
		return nil, fmt.Errorf("%w: scenario %q", ErrScenario, scenario)
	}
	g := &Game{scenario: scenarios[i], seed: seed, seen: make(map[string]string)}
	g.world = sim.New(sim.Config{Seed: seed, Observe: g.observe})
	router := sim.RouterConfig{Name: "router", Settings: sim.Settings{SSID: "home", Key: wps.NetworkKey("practice makes perfect")}}
	printer := sim.PrinterConfig{Name: "printer"}
	var begin func(*sim.Router) error
	for _, p := range campaign.RouterProfiles() {
		if p.Name == g.scenario.Router {
			if p.Configure != nil {
				p.Configure(&router)
			}
			if p.Air != nil {
				g.world.SetAir(sim.Link{Fault: p.Air})
			}
			begin = p.Start
		}
	}
	for _, p := range campaign.PrinterProfiles() {
		if p.Name == g.scenario.Printer && p.Configure != nil {
			p.Configure(&printer)
		}
	}
	var err error
	if g.router, err = sim.NewRouter(g.world, router); err != nil {
		return nil, err
	}
	if g.printer, err = sim.NewPrinter(g.world, printer); err != nil {
		return nil, err
	}
	if begin != nil {
		if err := begin(g.router); err != nil {
			return nil, err
		}
	}
	if g.scenario.start != nil {
		if err := g.scenario.start(g); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// settings changes the settings of the router.
func (g *Game) settings(change func(*sim.Settings)) error {
	s := g.router.Settings()
	change(&s)
	return g.router.Apply(s)
}

// deeds are the possible actions of the owner. They return the answer of the
// device, or "".
var deeds = map[string]func(g *Game, with string) (string, error){
	"printer-pin": func(g *Game, _ string) (string, error) {
		_, err := g.printer.SetupByPIN()
		return "", err
	},
	"printer-button":  func(g *Game, _ string) (string, error) { g.printer.SetupByPushButton(); return "", nil },
	"printer-cancel":  func(g *Game, _ string) (string, error) { g.printer.Cancel(); return "", nil },
	"printer-reset":   func(g *Game, _ string) (string, error) { g.printer.NetworkReset(); return "", nil },
	"printer-restart": func(g *Game, _ string) (string, error) { g.printer.Restart(); return "", nil },
	"router-pin": func(g *Game, with string) (string, error) {
		p, err := pin.Parse(with)
		if err != nil {
			return "", err
		}
		return "The router takes the PIN. It waits two minutes for the device.", g.router.EnterPIN(ap.PINEntry{PIN: p})
	},
	"router-button": func(g *Game, _ string) (string, error) { return "", g.router.PressButton() },
	"router-cancel": func(g *Game, _ string) (string, error) { return "", g.router.Cancel() },
	"router-on": func(g *Game, _ string) (string, error) {
		return "", g.settings(func(s *sim.Settings) { s.WPSOff = false })
	},
	"router-off": func(g *Game, _ string) (string, error) {
		return "", g.settings(func(s *sim.Settings) { s.WPSOff = true })
	},
	"router-show": func(g *Game, _ string) (string, error) {
		return "", g.settings(func(s *sim.Settings) { s.Hidden = false })
	},
	"router-hide": func(g *Game, _ string) (string, error) {
		return "", g.settings(func(s *sim.Settings) { s.Hidden = true })
	},
	"router-lock":    func(g *Game, _ string) (string, error) { return "", g.router.SetLock(ap.Locked) },
	"router-unlock":  func(g *Game, _ string) (string, error) { return "", g.router.SetLock(ap.Unlocked) },
	"router-restart": func(g *Game, _ string) (string, error) { g.router.Restart(); return "", nil },
}

// Do does an action of the owner. It returns the answer of the device, or an
// error if the device refuses.
func (g *Game) Do(what, with string) (string, error) {
	deed := deeds[what]
	if deed == nil {
		return "", fmt.Errorf("%w: %q", ErrScenario, what)
	}
	g.deeds = append(g.deeds, Deed{At: g.world.Elapsed().Milliseconds(), Do: what, With: with})
	return deed(g, with)
}

// maxRun bounds how much time one call can advance.
const maxRun = 10 * time.Minute

// Run lets time pass.
func (g *Game) Run(d time.Duration) { g.world.Run(min(max(d, 0), maxRun)) }

// Replay repeats the deeds of another game.
func (g *Game) Replay(done []Deed) {
	for _, d := range done {
		g.Run(time.Duration(d.At)*time.Millisecond - g.world.Elapsed())
		_, _ = g.Do(d.Do, d.With) // what was refused before is refused again
	}
}

// observe records an event.
func (g *Game) observe(e sim.Event) {
	l := Line{At: e.At.Seconds(), From: e.From}
	switch {
	case e.Kind == sim.Noted && e.Note.ByOwner():
		l.Kind, l.Text = "owner", e.Text()
	case e.Kind == sim.Noted:
		l.Kind, l.Text = "note", e.Text()
	case e.Kind == sim.Sent && !g.repeats(e):
		l.Kind, l.Text = "frame", e.Frame.Name()
	case e.Kind == sim.Lost && e.Frame.Type != sim.Beacon && e.Frame.Type != sim.ProbeRequest && e.Frame.Type != sim.ProbeResponse:
		l.Kind, l.Text = "lost", e.Frame.Name()
	default:
		return
	}
	g.lines = append(g.lines, l)
}

// repeats reports whether a beacon or probe has the same contents as the last
// one of its kind.
func (g *Game) repeats(e sim.Event) bool {
	switch e.Frame.Type {
	case sim.Beacon, sim.ProbeRequest, sim.ProbeResponse:
	default:
		return false
	}
	key := e.From + e.Frame.Type.String()
	again := g.seen[key] == string(e.Frame.Body)
	g.seen[key] = string(e.Frame.Body)
	return again
}

// State returns the current state, with the lines added since the last call.
func (g *Game) State() *State {
	s := &State{Seconds: g.world.Elapsed().Seconds(), Seed: g.seed, Scenario: g.scenario, Deeds: g.deeds, Lines: g.lines}
	g.lines = nil
	if s.Lines == nil {
		s.Lines = []Line{}
	}
	own := g.router.Settings()
	s.Router = Router{Network: string(own.SSID), WPS: "on", On: !own.WPSOff, PIN: g.router.PIN().Digits(), Locked: g.router.Lock() == ap.Locked, Lamp: "off", Devices: []string{}}
	if err := g.router.WPS(); err != nil {
		s.Router.WPS = err.Error()
	} else {
		s.Router.Lamp = "steady"
	}
	if len(g.router.Registering()) > 0 {
		s.Router.Lamp = "blinking: a device registers"
	}
	for _, m := range g.router.Stations() {
		s.Router.Devices = append(s.Router.Devices, m.String())
	}
	status := g.printer.Status()
	s.Printer = Printer{Panel: status.String(), PIN: g.printer.PIN().Digits(), Busy: g.printer.Busy(), Done: status.State == sim.Connected}
	return s
}

// Verdict returns the doctor's diagnosis.
func (g *Game) Verdict() Verdict {
	d := doctor.Diagnose(g.printer.Evidence())
	return Verdict{d.Cause, d.Verdict, append([]string{}, d.Remedy...)}
}
