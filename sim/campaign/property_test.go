package campaign

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"pgregory.net/rapid"
)

// TestWorldProperty lets owners, computers, the air and time act in any order,
// and checks the world with the checker and a model after each step. A failure
// is shrunk, and saved in testdata/rapid.
func TestWorldProperty(t *testing.T) { rapid.Check(t, checkWorld) }

func FuzzWorldProperty(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkWorld)) }

func checkWorld(t *rapid.T) {
	m := newModel(t)
	actions := map[string]func(*rapid.T){"": m.check}
	for name, act := range map[string]func(*rapid.T){
		"time passes": func(t *rapid.T) {
			m.Run(rapid.SampledFrom([]time.Duration{
				20 * time.Millisecond, 150 * time.Millisecond, 300 * time.Millisecond, time.Second, 5 * time.Second, 25 * time.Second, wps.WalkTime + time.Second,
			}).Draw(t, "for"))
		},
		"printer by PIN":     m.byPIN,
		"printer by button":  m.byButton,
		"printer gives up":   m.giveUp,
		"router, PIN":        m.enter,
		"router, button":     m.press,
		"router, page":       m.page,
		"router, plug":       m.plug,
		"router, its PIN":    m.ownPIN,
		"computer":           m.wizard,
		"air":                m.air,
		"both, right button": func(t *rapid.T) { m.press(t); m.byButton(t) },
		"both, right PIN":    func(t *rapid.T) { m.byPIN(t); m.enter(t) },
	} {
		actions[name] = act
	}
	t.Repeat(actions)
	m.end(t)
}

// testKeys are two pre-shared keys, which cost nothing to compute.
var testKeys = [...]wps.NetworkKey{
	wps.NetworkKey(strings.Repeat("0123456789abcdef", 4)), wps.NetworkKey(strings.Repeat("fedcba9876543210", 4)),
}

// model is a world with two printers, two routers and a computer, and its
// expected state.
type model struct {
	*sim.World
	watch    *checker
	routers  []*modelRouter
	printers []*modelPrinter
	computer *sim.Computer
	unasked  string // a network given without a button press
}

type modelRouter struct {
	*sim.Router
	entries, presses int           // accepted by the router
	pressed          time.Duration // time of the last press
	registered       int           // devices, as the router reports
	policy           ap.SetupLock
	bought           sim.Settings
	starting         bool
}

// modelPrinter is the externally visible state of a printer.
type modelPrinter struct {
	*sim.Printer
	button bool
	until  time.Duration // when the set-up must be over; negative if there is none
	byPIN  int           // networks received by PIN since the beginning
}

// notSettingUp is the end of a set-up if there is none.
const notSettingUp = time.Duration(-1)

func newModel(t *rapid.T) *model {
	m := &model{watch: newChecker()}
	m.World = sim.New(sim.Config{Seed: rapid.Uint64().Draw(t, "seed"), Observe: func(e sim.Event) {
		m.watch.observe(e)
		m.observe(e)
	}})
	for i, name := range []string{"router", "neighbour"} {
		cfg := sim.RouterConfig{Name: name, Settings: sim.Settings{Key: testKeys[i]}}
		cfg.Customize = func(c *ap.Config) { _, c.Registration.KeyPair = sim.KnownKeyPairs() }
		r, err := sim.NewRouter(m.World, cfg)
		if err != nil {
			t.Fatal(err)
		}
		m.routers = append(m.routers, &modelRouter{Router: r, policy: ap.Unlocked, bought: r.Settings()})
		m.watch.addNetwork(r.Settings().SSID, r.Settings().Key)
	}
	for i, name := range []string{"printer", "camera"} {
		cfg := sim.PrinterConfig{Name: name, Customize: func(c *registration.EnrolleeConfig) { c.KeyPair, _ = sim.KnownKeyPairs() }}
		if i == 1 {
			cfg.PIN = pin.MustParse("2468") // the camera has a label
		}
		p, err := sim.NewPrinter(m.World, cfg)
		if err != nil {
			t.Fatal(err)
		}
		m.printers = append(m.printers, &modelPrinter{Printer: p, until: notSettingUp})
	}
	var err error
	m.computer, err = sim.NewComputer(m.World, sim.ComputerConfig{Name: "computer", Customize: func(c *registration.RegistrarConfig) { c.KeyPair, _ = sim.KnownKeyPairs() }})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// observe records what printers receive, and what routers report.
func (m *model) observe(e sim.Event) {
	if e.Kind != sim.Noted {
		return
	}
	given := e.Note == sim.CredentialReceived
	pressed := slices.ContainsFunc(m.routers, func(r *modelRouter) bool {
		return r.presses > 0 && e.At <= r.pressed+wps.WalkTime+eapwsc.ExchangeTimeout
	})
	for _, p := range m.printers {
		switch {
		case p.Port().Name() != e.From || !given:
		case !p.button:
			p.byPIN++
		case !pressed:
			m.unasked = e.String()
		}
	}
	for _, r := range m.routers {
		switch {
		case r.Port().Name() != e.From:
		case e.Note == sim.Reported && e.Report.Kind == ap.EventRegistered:
			r.registered++
		case e.Note == sim.RouterRestarted || e.Note == sim.FactoryReset:
			r.starting = true
		case e.Note == sim.RouterStarted:
			r.starting = false
		}
	}
}

func (m *model) printer(t *rapid.T) *modelPrinter {
	return rapid.SampledFrom(m.printers).Draw(t, "printer")
}

// router draws a router, usually the first.
func (m *model) router(t *rapid.T) *modelRouter {
	return m.routers[max(0, rapid.IntRange(-3, 1).Draw(t, "router"))]
}

func (m *model) byPIN(t *rapid.T) {
	p := m.printer(t)
	if _, err := p.SetupByPIN(); err != nil {
		t.Fatal(err)
	}
	p.button, p.until = false, m.Elapsed()+wps.WalkTime
}

func (m *model) byButton(t *rapid.T) {
	p := m.printer(t)
	p.SetupByPushButton()
	p.button, p.until = true, m.Elapsed()+wps.WalkTime
}

// giveUp ends a set-up, in one of three ways.
func (m *model) giveUp(t *rapid.T) {
	p := m.printer(t)
	p.until = notSettingUp
	switch rapid.IntRange(0, 2).Draw(t, "how") {
	case 0:
		p.Cancel()
	case 1:
		p.Restart()
	case 2:
		p.NetworkReset()
		if s := p.Status(); s.State != sim.Idle || s.Err != nil || len(p.Networks()) > 0 {
			t.Errorf("%s was reset and is %v, with %d networks", p.Port().Name(), s, len(p.Networks()))
		}
	}
}

// enter types the PIN of a panel into a page, or another PIN.
func (m *model) enter(t *rapid.T) {
	r, p := m.router(t), m.printer(t).PIN()
	if p.IsZero() {
		p = pin.MustParse("12345670")
	}
	if half := max(0, rapid.IntRange(-2, 2).Draw(t, "wrong half")); half > 0 {
		p = mistype(p, half)
	}
	if r.EnterPIN(ap.PINEntry{PIN: p}) == nil {
		r.entries++
	}
}

func (m *model) press(t *rapid.T) {
	if r := m.router(t); r.PressButton() == nil {
		r.presses++
		r.pressed = m.Elapsed()
	}
}

// page changes the settings of a router.
func (m *model) page(t *rapid.T) {
	r := m.router(t)
	s := r.Settings()
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		s.WPSOff = !s.WPSOff
	case 1:
		s.Hidden = !s.Hidden
	case 2:
		s.Key = testKeys[rapid.IntRange(0, 1).Draw(t, "key")]
	case 3:
		s.Security = rapid.SampledFrom([]sim.Security{sim.WPA2, sim.WPAWPA2, sim.WPA2WPA3, sim.WPA3, sim.Open}).Draw(t, "security")
	case 4:
		_ = r.Cancel() // WPS may be off
		return
	}
	if r.Apply(s) == nil {
		m.watch.addNetwork(s.SSID, s.Key)
	}
}

func (m *model) plug(t *rapid.T) {
	r := m.router(t)
	if rapid.Bool().Draw(t, "reset") {
		r.FactoryReset()
		r.policy = ap.Unlocked
		if s := r.Settings(); s.SSID != r.bought.SSID || string(s.Key) != string(r.bought.Key) {
			t.Errorf("%s was reset, and its network is %v", r.Port().Name(), s.SSID)
		}
	} else {
		r.Restart()
	}
}

// ownPIN changes the settings of a router's own PIN.
func (m *model) ownPIN(t *rapid.T) {
	r := m.router(t)
	policy := rapid.SampledFrom([]ap.SetupLock{ap.Unlocked, ap.Locked}).Draw(t, "lock")
	if r.SetLock(policy) == nil {
		r.policy = policy
	}
}

// wizard reads the settings of the router with the best signal, or writes new
// ones, with the PIN of one of the routers or a wrong one.
func (m *model) wizard(t *rapid.T) {
	p := m.router(t).PIN()
	if half := max(0, rapid.IntRange(-1, 2).Draw(t, "wrong half")); half > 0 {
		p = mistype(p, half)
	}
	if rapid.Bool().Draw(t, "read") {
		m.computer.ReadSettings(p)
		return
	}
	s := wps.Credential{SSID: "written", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: testKeys[rapid.IntRange(0, 1).Draw(t, "key")]}
	m.watch.addNetwork(s.SSID, s.NetworkKey)
	m.computer.WriteSettings(p, s)
}

// air changes the link between a router and another device.
func (m *model) air(t *rapid.T) {
	to := []*sim.Port{m.printers[0].Port(), m.printers[1].Port(), m.computer.Port()}[rapid.IntRange(0, 2).Draw(t, "device")]
	m.SetLink(to, m.router(t).Port(), rapid.SampledFrom([]sim.Link{
		{}, {}, {Cut: true}, {Fault: sim.Noise{Loss: 0.2, Double: 0.2, Delay: 0.3}}, {Fault: sim.Noise{Corrupt: 0.05, Truncate: 0.05}},
	}).Draw(t, "link"))
}

// check compares the world with the model.
func (m *model) check(t *rapid.T) {
	for _, v := range m.watch.violations {
		t.Error(v)
	}
	byPIN, entries := 0, 0
	for _, p := range m.printers {
		m.checkPrinter(t, p)
		byPIN += p.byPIN
	}
	for _, r := range m.routers {
		m.checkRouter(t, r)
		entries += r.entries
		if r.registered > r.entries+r.presses {
			t.Errorf("%s has registered %d times, and its owner has done %d things for it", r.Port().Name(), r.registered, r.entries+r.presses)
		}
	}
	if byPIN > entries {
		t.Errorf("%d networks were given by PIN, and %d PINs were entered: one was good twice", byPIN, entries)
	}
	if m.unasked != "" {
		t.Errorf("nobody has pressed: %s", m.unasked)
	}
	if settings, err := m.computer.Outcome(); settings != nil && (err != nil || !m.watch.hasNetwork(settings)) {
		t.Errorf("the computer has read %v, %v", settings, err)
	}
	if t.Failed() {
		t.FailNow()
	}
}

func (m *model) checkPrinter(t *rapid.T, p *modelPrinter) {
	name, s, networks := p.Port().Name(), p.Status(), p.Networks()
	for _, n := range networks {
		if !m.watch.hasNetwork(&n) {
			t.Errorf("%s has the network %v, which no router had", name, n.SSID)
		}
	}
	known := slices.ContainsFunc(networks, func(n wps.Credential) bool { return n.SSID == s.SSID })
	legal := map[sim.PrinterState]bool{
		sim.Idle:       len(networks) == 0 && s.SSID == "",
		sim.SettingUp:  p.until >= m.Elapsed() && s.Err == nil && s.SSID == "",
		sim.Connecting: len(networks) > 0 && s.SSID == "",
		sim.Connected:  known && s.Err == nil,
	}
	if !legal[s.State] {
		t.Errorf("%s is %v [%v] with %d networks, and its set-up is to end at %v", name, s, s.Err, len(networks), p.until)
	}
	if s.State != sim.SettingUp && p.until >= m.Elapsed() {
		p.until = notSettingUp // it has ended early
	}
}

func (m *model) checkRouter(t *rapid.T, r *modelRouter) {
	if r.starting {
		return // it does not answer
	}
	g := m.watch.point(r.Port().Name(), nil) // its radios are aware of each other
	switch lock := r.Lock(); {
	case r.policy == ap.Locked && lock != ap.Locked:
		t.Errorf("%s: its owner has locked its PIN, and it is %v", r.Port().Name(), lock)
	case m.Elapsed() < g.lockedUntil && lock != ap.Locked:
		t.Errorf("%s: its PIN was guessed %d times, and it is %v", r.Port().Name(), g.guesses, lock)
	case r.policy == ap.Unlocked && g.guesses < guessesToLock && lock != ap.Unlocked:
		t.Errorf("%s: its PIN was guessed %d times only, and it is %v", r.Port().Name(), g.guesses, lock)
	}
}

// end lets everything finish.
func (m *model) end(t *rapid.T) {
	m.Run(wps.WalkTime + eapwsc.ExchangeTimeout)
	m.check(t)
	for _, p := range m.printers {
		if s := p.Status(); s.State == sim.SettingUp {
			t.Errorf("%s does not end: %v", p.Port().Name(), s)
		}
	}
	if m.computer.Busy() {
		t.Error("the computer does not end")
	}
	for _, r := range m.routers {
		for _, mac := range r.Registering() {
			t.Errorf("%s still has a session with %v", r.Port().Name(), mac)
		}
	}
}
