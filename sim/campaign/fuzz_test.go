package campaign

import (
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// fuzzWorld plays a world from a byte-coded schedule: a number of actions, two
// octets for each (the action and the delay), and the fault of each frame. Keys
// are reused, since fresh ones would take ten times as long as everything else.
func fuzzWorld(t testing.TB, schedule []byte) *sim.World {
	watch := newChecker()
	w := sim.New(sim.Config{Seed: 1, Observe: watch.observe})
	enrollee, registrar := sim.KnownKeyPairs()
	r := ordinary(sim.NewRouter(w, sim.RouterConfig{
		Name: "router", Settings: sim.Settings{Key: testKeys[0]},
		Customize: func(c *ap.Config) { c.Registration.KeyPair = registrar },
	}))
	var printers []*sim.Printer
	for _, name := range []string{"printer", "camera"} {
		printers = append(printers, ordinary(sim.NewPrinter(w, sim.PrinterConfig{
			Name: name, Customize: func(c *registration.EnrolleeConfig) { c.KeyPair = enrollee },
		})))
	}
	computer, err := sim.NewComputer(w, sim.ComputerConfig{
		Name: "computer", Customize: func(c *registration.RegistrarConfig) { c.KeyPair = enrollee },
	})
	if err != nil {
		t.Fatal(err)
	}
	watch.addNetwork(r.Settings().SSID, r.Settings().Key)

	var shown pin.PIN
	enter := func(p pin.PIN) { _ = r.EnterPIN(ap.PINEntry{PIN: p}) } // may be refused
	apply := func(change func(*sim.Settings)) {
		s := r.Settings()
		change(&s)
		if r.Apply(s) == nil {
			watch.addNetwork(s.SSID, s.Key)
		}
	}
	byPIN := func(p *sim.Printer) {
		if shown, err = p.SetupByPIN(); err != nil {
			t.Fatal(err)
		}
	}
	actions := []func(){
		func() { byPIN(printers[0]) },
		func() { printers[0].SetupByPushButton() },
		func() { enter(shown) },
		func() { _ = r.PressButton() },
		func() {
			if !shown.IsZero() {
				enter(mistype(shown, 2))
			}
		},
		func() { apply(func(s *sim.Settings) { s.WPSOff = !s.WPSOff }) },
		func() { apply(func(s *sim.Settings) { s.Hidden = !s.Hidden }) },
		func() { apply(func(s *sim.Settings) { s.Key = testKeys[len(watch.networks)%2] }) },
		func() { apply(func(s *sim.Settings) { s.Security = (s.Security + 1) % (sim.Open + 1) }) },
		r.Restart,
		r.FactoryReset,
		func() { _ = r.Cancel() },
		printers[0].Restart,
		printers[0].NetworkReset,
		printers[0].Cancel,
		func() { byPIN(printers[1]) },
		func() { printers[1].SetupByPushButton() },
		func() { computer.ReadSettings(r.PIN()) },
		func() { computer.ReadSettings(mistype(r.PIN(), 1)) },
		func() { w.SetLink(printers[0].Port(), r.Port(), sim.Link{Cut: true}) },
		func() { w.SetLink(printers[0].Port(), r.Port(), sim.Link{}) },
	}

	var program []byte
	if len(schedule) > 0 {
		n := min(2*int(schedule[0]%16), len(schedule)-1)
		program, schedule = schedule[1:1+n], schedule[1+n:]
	}
	w.SetAir(sim.Link{Fault: &sim.Script{Octets: schedule}})
	for ; len(program) >= 2; program = program[2:] {
		actions[int(program[0])%len(actions)]()
		w.Run(time.Duration(program[1]) * time.Duration(program[1]) * time.Millisecond)
	}
	// A set-up ends with its walk time, a wizard with that of its exchange.
	w.Run(wps.WalkTime + eapwsc.ExchangeTimeout)
	for _, p := range printers {
		for _, n := range p.Networks() {
			if !watch.hasNetwork(&n) {
				t.Errorf("%s has the network %v, which the router never had", p.Port().Name(), n.SSID)
			}
		}
		if s := p.Status(); s.State == sim.SettingUp {
			t.Errorf("%s is still setting up", p.Port().Name())
		}
	}
	if computer.Busy() {
		t.Error("the wizard does not end")
	}
	for _, v := range watch.violations {
		t.Error(v)
	}
	return w
}

// FuzzWorld lets owners do anything at any time, and the air do anything to
// frames.
func FuzzWorld(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{2, 0, 50, 2, 255})                                       // right PIN
	f.Add([]byte{3, 0, 50, 4, 255, 2, 255})                               // wrong, and right
	f.Add([]byte{2, 3, 10, 1, 255})                                       // push button
	f.Add([]byte{3, 3, 10, 1, 10, 16, 255})                               // overlap
	f.Add([]byte{2, 17, 255, 18, 255})                                    // wizard
	f.Add([]byte{4, 3, 10, 1, 40, 9, 255, 3, 255})                        // restarted in the middle
	f.Add([]byte{2, 3, 10, 1, 255, 0, 0, 3, 4, 5, 3, 3, 4})               // with faults
	f.Add([]byte("\xe6\xe6\xe6\xcf\xcf\xcf\xcf\xc7\xcf\xcf\xcf\xcf\xcf")) // guesses before and after a factory reset
	f.Add([]byte("\xd8\xd5\xff\xe8?\xff\x10\x10\x00\x01!"))               // registered by button, and pressed again at once
	f.Add(append([]byte{2, 0, 50, 2, 255}, strings.Repeat("\x00\x04\x05\x00\x0c\x06", 40)...))
	f.Fuzz(func(t *testing.T, schedule []byte) {
		if len(schedule) > 4096 {
			return
		}
		fuzzWorld(t, schedule)
	})
}
