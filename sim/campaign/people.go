package campaign

import (
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// Person is a row of the table of people: see [People].
type Person struct {
	Name  string
	About string
	// Method is the method that the person uses, which both devices must
	// support.
	Method Methods
	// Do carries out what the person does at the start of the world; it
	// schedules the rest with [Scene.Later].
	Do func(*Scene)
	// Causes are the causes that the doctor may name because of it; none if all
	// goes well.
	Causes []doctor.Cause
	// Noisy are additional causes if the link is bad.
	Noisy []doctor.Cause
}

// Scene is a person's home in a world of a [Campaign].
type Scene struct {
	*sim.World
	Router  *sim.Router
	Printer *sim.Printer

	check    *checker
	stage    *stage // the stage of the play
	computer *sim.Computer
	pending  int // number of scheduled actions
	pins     int // number of PINs typed
}

// Later schedules an action of the person.
func (s *Scene) Later(d time.Duration, do func()) {
	s.pending++
	s.After(d, func() {
		s.pending--
		do()
	})
}

// Walk schedules an action of the person at the other device.
func (s *Scene) Walk(do func()) { s.Later(s.stage.walk, do) }

// ShowPIN starts a set-up by PIN at the printer, and returns the PIN on its
// panel.
func (s *Scene) ShowPIN() pin.PIN {
	p, err := s.Printer.SetupByPIN()
	if err != nil {
		panic(err) // the printer's randomness never ends
	}
	return p
}

// Type types a PIN into the router's page. The router may refuse it.
func (s *Scene) Type(p pin.PIN) {
	s.pins++
	for _, r := range s.routers() {
		_ = r.EnterPIN(ap.PINEntry{PIN: p})
	}
}

// Press presses the router's button. The router may refuse it.
func (s *Scene) Press() {
	for _, r := range s.routers() {
		_ = r.PressButton()
	}
}

// routers returns the router, and its guest network if it has one.
func (s *Scene) routers() []*sim.Router {
	if s.stage.guest != nil {
		return []*sim.Router{s.Router, s.stage.guest}
	}
	return []*sim.Router{s.Router}
}

// change changes the settings in the router's page.
func (s *Scene) change(change func(*sim.Settings)) {
	for _, r := range s.routers() {
		settings := r.Settings()
		change(&settings)
		_ = r.Apply(settings) // it may be starting
	}
}

// neighbour returns another router in range, of the same make and set up the
// same way.
func (s *Scene) neighbour() *sim.Router {
	cfg := s.stage.config
	cfg.Name, cfg.Settings.SSID = "neighbour", "neighbour"
	return s.stage.router(cfg)
}

// mistype returns a PIN with a wrong digit in one half and a valid check digit,
// which a careless owner would not notice.
func mistype(p pin.PIN, half int) pin.PIN {
	text := []byte(p.Digits())
	at := len(text)/2*half - 2
	text[at] = '0' + (text[at]-'0'+1)%10
	if len(text) == 4 {
		return pin.MustParse(string(text))
	}
	wrong, err := pin.Complete(string(text[:7]))
	if err != nil {
		panic(err) // seven digits are valid
	}
	return wrong
}

// People returns the people of campaigns, first the one who does everything
// right by button.
func People() []Person { return slices.Clone(people) }

var mistypings = []doctor.Cause{doctor.PINFirstHalf, doctor.PINSecondHalf}

var people = []Person{
	{Name: "button", About: "presses the router's button, and then the printer's", Method: ByButton,
		Do: func(s *Scene) { s.Press(); s.Walk(s.Printer.SetupByPushButton) }},
	{Name: "button-back", About: "presses the printer's button first", Method: ByButton,
		Do: func(s *Scene) { s.Printer.SetupByPushButton(); s.Walk(s.Press) }},
	{Name: "pin", About: "types the PIN that the printer shows", Method: ByPIN,
		Do: func(s *Scene) { p := s.ShowPIN(); s.Walk(func() { s.Type(p) }) }},
	{Name: "pin-slowly", About: "needs a minute to type the PIN", Method: ByPIN,
		Do: func(s *Scene) { p := s.ShowPIN(); s.Later(time.Minute, func() { s.Type(p) }) }},
	{Name: "wrong-first-half", About: "mistypes one of the first digits", Method: ByPIN, Causes: mistypings[:1],
		Do: func(s *Scene) { p := mistype(s.ShowPIN(), 1); s.Walk(func() { s.Type(p) }) }},
	{Name: "wrong-second-half", About: "mistypes one of the last digits", Method: ByPIN, Causes: mistypings[1:],
		Do: func(s *Scene) { p := mistype(s.ShowPIN(), 2); s.Walk(func() { s.Type(p) }) }},
	{Name: "wrong-then-right", About: "mistypes a digit, starts again and types it right", Method: ByPIN,
		// The printer may register again before the right PIN is typed, while
		// the router still has the wrong one.
		Causes: append([]doctor.Cause{doctor.Success}, mistypings...),
		Do: func(s *Scene) {
			wrong := mistype(s.ShowPIN(), 2)
			s.Walk(func() { s.Type(wrong) })
			s.Later(time.Minute, func() {
				p := s.ShowPIN()
				s.Walk(func() { s.Type(p) })
			})
		}},
	{Name: "old-pin", About: "types the PIN that the printer showed last time", Method: ByPIN,
		Causes: append([]doctor.Cause{doctor.Success}, mistypings...), // labels do not change
		Do: func(s *Scene) {
			old := s.ShowPIN()
			s.Later(3*time.Minute, func() {
				s.ShowPIN()
				s.Walk(func() { s.Type(old) })
			})
		}},
	{Name: "router-pin", About: "types the PIN on the router's label instead of the printer's", Method: ByPIN | ByWizard,
		Causes: mistypings,
		Do:     func(s *Scene) { s.ShowPIN(); s.Walk(func() { s.Type(s.Router.PIN()) }) }},
	{Name: "no-pin", About: "types no PIN at all", Method: ByPIN, Causes: []doctor.Cause{doctor.NoRegistrarSession},
		Do: func(s *Scene) { s.ShowPIN() }},
	{Name: "no-button", About: "presses the printer's button only", Method: ByButton, Causes: []doctor.Cause{doctor.NoSelectedRegistrar},
		Do: func(s *Scene) { s.Printer.SetupByPushButton() }},
	{Name: "too-late", About: "presses the router's button after the printer has given up", Method: ByButton,
		Causes: []doctor.Cause{doctor.NoSelectedRegistrar},
		Do:     func(s *Scene) { s.Printer.SetupByPushButton(); s.Later(wps.WalkTime+5*time.Second, s.Press) }},
	{Name: "button-for-pin", About: "presses the router's button, and sets the printer up by PIN", Method: ByPIN | ByButton,
		Causes: []doctor.Cause{doctor.MethodMismatch},
		Do:     func(s *Scene) { s.ShowPIN(); s.Walk(s.Press) }},
	{Name: "pin-for-button", About: "types a PIN, and presses the printer's button", Method: ByPIN | ByButton,
		Causes: []doctor.Cause{doctor.MethodMismatch},
		Do:     func(s *Scene) { s.Type(pin.MustParse("24681353")); s.Walk(s.Printer.SetupByPushButton) }},
	{Name: "two-routers", About: "presses the buttons of two routers", Method: ByButton, Causes: []doctor.Cause{doctor.Overlap},
		Do: func(s *Scene) {
			other := s.neighbour()
			s.Press()
			_ = other.PressButton()
			s.Walk(s.Printer.SetupByPushButton)
		}},
	{Name: "two-printers", About: "presses the buttons of two printers", Method: ByButton, Causes: []doctor.Cause{doctor.Overlap},
		Do: func(s *Scene) {
			camera := sim.PrinterConfig{Name: "camera", Bands: s.stage.printerBands} // it is in range of the same routers
			s.stage.printer(camera).SetupByPushButton()
			s.Later(time.Second, s.Printer.SetupByPushButton)
			s.Walk(s.Press)
		}},
	{Name: "wps-off", About: "switches WPS off before", Method: ByPIN, Causes: []doctor.Cause{doctor.WPSDisabled},
		Do: func(s *Scene) { s.change(func(o *sim.Settings) { o.WPSOff = true }); s.ShowPIN() }},
	{Name: "wps-off-and-on", About: "switches WPS off and, when nothing works, on again", Method: ByPIN,
		Do: func(s *Scene) {
			was := s.Router.Settings().WPSOff
			s.change(func(o *sim.Settings) { o.WPSOff = true })
			p := s.ShowPIN()
			s.Later(20*time.Second, func() {
				s.change(func(o *sim.Settings) { o.WPSOff = was })
				s.Walk(func() { s.Type(p) })
			})
		}},
	{Name: "cancels", About: "presses the router's button, and cancels", Method: ByButton,
		Causes: []doctor.Cause{doctor.NoSelectedRegistrar},
		Do: func(s *Scene) {
			s.Press()
			s.Later(time.Second, func() {
				for _, r := range s.routers() {
					_ = r.Cancel()
				}
			})
			s.Walk(s.Printer.SetupByPushButton)
		}},
	{Name: "restarts-router", About: "restarts the router while the printer registers", Method: ByButton,
		// If M1 is the last frame that was received, it looks as if the button
		// was not pressed. A router that was not configured may forget the
		// network that it has just generated and given.
		Causes: []doctor.Cause{doctor.Success, doctor.EndedEarly, doctor.NoSelectedRegistrar, doctor.Timeout,
			doctor.AssociationRefused, doctor.NoIdentityRequest, doctor.NoRegistrarSession, doctor.WrongKey},
		Do: func(s *Scene) {
			s.Press()
			s.Printer.SetupByPushButton()
			s.Later(s.stage.walk/16, s.Router.Restart)
		}},
	{Name: "resets-router", About: "resets the router to factory settings, and starts again", Method: ByPIN,
		Do: func(s *Scene) {
			s.Router.FactoryReset()
			s.Later(time.Minute, func() {
				p := s.ShowPIN()
				s.Walk(func() { s.Type(p) })
			})
		}},
	{Name: "new-key", About: "changes the network key after the set-up", Method: ByButton, Causes: []doctor.Cause{doctor.WrongKey},
		Do: func(s *Scene) {
			s.Press()
			s.Printer.SetupByPushButton()
			s.Later(time.Minute, func() {
				s.change(func(o *sim.Settings) {
					if o.Key = changedKey; o.Security == sim.Open {
						o.Security = sim.WPA2
					}
				})
			})
		}},
	{Name: "wizard", About: "reads the router's settings with a computer", Method: ByWizard, Causes: []doctor.Cause{doctor.SettingsRead},
		Do: func(s *Scene) { s.wizard().ReadSettings(s.Router.PIN()) }},
	{Name: "wizard-writes", About: "gives the network another key with a computer", Method: ByWizard,
		Do: func(s *Scene) {
			settings := s.Router.Settings()
			settings.Key, settings.Security = changedKey, sim.WPA2
			s.wizard().WriteSettings(s.Router.PIN(), wps.Credential{
				SSID: settings.SSID, AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: settings.Key,
			})
		}},
	{Name: "wizard-guesses", About: "guesses the router's PIN at a computer until the router locks it", Method: ByWizard,
		Causes: []doctor.Cause{doctor.SetupLocked}, Noisy: mistypings,
		Do: func(s *Scene) {
			c, wrong := s.wizard(), mistype(s.Router.PIN(), 1)
			for i := range 4 {
				s.Later(time.Duration(i)*30*time.Second, func() {
					s.pins++
					c.ReadSettings(wrong)
				})
			}
		}},
}

// changedKey is the key of a network after it was changed: a pre-shared key,
// which is cheap.
var changedKey = wps.NetworkKey("6368616e6765642062792074686520706572736f6e20696e207468652074616c")

// wizard returns a computer with a wizard.
func (s *Scene) wizard() *sim.Computer {
	s.computer = s.stage.newComputer()
	return s.computer
}
