package campaign

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// rogue is a device that sends scripted messages.
type rogue struct{ port *sim.Port }

func (*rogue) Handle(time.Time, *sim.Frame, int) {}
func (*rogue) Timeout(time.Time)                 {}

// newRogue adds a rogue access point to a scene. It answers probe requests.
func newRogue(s *Scene) *rogue {
	r := new(rogue)
	r.port = ordinary(s.Join(r, "rogue", 0, s.NewAddress()))
	r.port.Radio(0).Tune(wps.Band24GHz)
	r.port.Radio(0).Beacon(func(time.Time) *sim.Frame {
		mac := r.port.Radio(0).MAC()
		return &sim.Frame{Type: sim.Beacon, From: mac, To: wps.Broadcast, BSSID: mac, Band: wps.Band24GHz}
	})
	return r
}

// say sends a message to the printer, with further attributes.
func (r *rogue) say(s *Scene, kind byte, attributes ...byte) {
	mac := r.port.Radio(0).MAC()
	r.port.Send(&sim.Frame{
		Type: sim.Data, From: mac, To: s.Printer.Port().Radio(0).MAC(), BSSID: mac, Band: wps.Band24GHz,
		Body: said(1, kind, attributes...),
	})
}

// wrapped is an exchange of our enrollee with modified behaviour.
type wrapped struct {
	sim.Endpoint
	start  func(eapwsc.Step) eapwsc.Step
	handle func(request []byte, answer eapwsc.Step) eapwsc.Step
	result func(*registration.Result) *registration.Result
}

func (w *wrapped) Start(now time.Time) eapwsc.Step {
	step := w.Endpoint.Start(now)
	if w.start != nil {
		step = w.start(step)
	}
	return step
}

func (w *wrapped) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	step, err := w.Endpoint.Handle(now, packet)
	if w.handle != nil {
		step = w.handle(packet, step)
	}
	return step, err
}

func (w *wrapped) Result() *registration.Result {
	if w.result != nil {
		return w.result(w.Endpoint.Result())
	}
	return w.Endpoint.Result()
}

// printerThat returns a printer whose exchanges are wrapped.
func printerThat(wrap func() wrapped) PrinterProfile {
	return PrinterProfile{Name: "printer", Configure: func(c *sim.PrinterConfig) {
		c.NewEndpoint = func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
			x, err := sim.NewEnrollee(cfg)
			w := wrap()
			w.Endpoint = x
			return &w, err
		}
	}}
}

// personWho returns a person with the given behaviour.
func personWho(do func(*Scene)) Person { return Person{Name: "person", Method: ByButton, Do: do} }

// TestRulesCanFail plays for each rule a world that breaks it.
func TestRulesCanFail(t *testing.T) {
	elsewhere := []*registration.Result{{Credentials: []wps.Credential{{
		SSID: "elsewhere", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: testKeys[0],
	}}}}
	button := *ordinary(row(people, "button", personName))
	badAir := func(c *Campaign) { c.Faults.Double = Range{1, 1} }
	tests := map[string]struct {
		rule   Rule
		change func(*Campaign)
	}{
		"the access point sends M6 before M5": {RuleProofFirst, func(c *Campaign) {
			c.People = []Person{personWho(func(s *Scene) { newRogue(s).say(s, typeM6); button.Do(s) })}
		}},
		"the station sends M7 in the place of M3": {RuleProofFirst, func(c *Campaign) {
			c.Printers = []PrinterProfile{printerThat(func() wrapped {
				return wrapped{handle: func(_ []byte, step eapwsc.Step) eapwsc.Step {
					if m, ok := readMessage(append(make([]byte, 4), step.Send...)); ok && m.kind == typeM3 {
						step.Send = said(2, typeM7)[4:]
					}
					return step
				}}
			})}
		}},
		"a network without any message": {RuleBothProofs, func(c *Campaign) {
			c.Printers = []PrinterProfile{printerThat(func() wrapped {
				return wrapped{
					start:  func(step eapwsc.Step) eapwsc.Step { step.Done = true; return step },
					result: func(*registration.Result) *registration.Result { return elsewhere[0] },
				}
			})}
		}},
		"another answer to a repeated request": {RuleSameAnswer, func(c *Campaign) {
			badAir(c)
			c.Printers = []PrinterProfile{printerThat(func() wrapped {
				var heard [][]byte
				return wrapped{handle: func(request []byte, step eapwsc.Step) eapwsc.Step {
					again := slices.ContainsFunc(heard, func(b []byte) bool { return bytes.Equal(b, request) })
					heard = append(heard, bytes.Clone(request))
					if again && len(step.Send) > 0 {
						step.Send = append(bytes.Clone(step.Send), 0)
					}
					return step
				}}
			})}
		}},
		"M6 by a PIN that nobody has entered": {RulePINOnce, func(c *Campaign) {
			c.People = []Person{personWho(func(s *Scene) {
				r := newRogue(s)
				r.say(s, typeM2, passwordID(0)...)
				r.say(s, typeM6)
				button.Do(s)
			})}
		}},
		"M2 by button while two devices press": {RuleOverlap, func(c *Campaign) {
			c.People = []Person{personWho(func(s *Scene) {
				r := newRogue(s)
				s.stage.printer(sim.PrinterConfig{Name: "camera"}).SetupByPushButton()
				s.Printer.SetupByPushButton()
				s.Later(time.Second, func() { r.say(s, typeM2, passwordID(4)...) })
			})}
		}},
		"M3 after three wrong PINs": {RuleLock, func(c *Campaign) {
			c.People = []Person{personWho(func(s *Scene) {
				r := newRogue(s)
				for i := range byte(3) {
					r.say(s, typeM1)
					r.say(s, typeNACK, 0x10, 0x09, 0, 2, 0, 18, 0xFF, 0, 0, i)
				}
				r.say(s, typeM3)
				button.Do(s)
			})}
		}},
		"a person who comes back after the end": {RuleEnd, func(c *Campaign) {
			c.People = []Person{personWho(func(s *Scene) { s.Later(2*sceneLimit, func() {}); button.Do(s) })}
		}},
		"a network that no router gave": {RuleKnownNetwork, func(c *Campaign) {
			c.Printers = []PrinterProfile{printerThat(func() wrapped {
				return wrapped{result: func(r *registration.Result) *registration.Result {
					if r != nil {
						r = elsewhere[0]
					}
					return r
				}}
			})}
		}},
		"an idle printer that shows nothing": {RuleReason, func(c *Campaign) {
			c.People = []Person{personWho(func(*Scene) {})}
		}},
		"a cause that the scenario has not": {RuleCause, func(c *Campaign) {
			c.People = []Person{{Name: "person", Method: ByButton, Do: button.Do, Causes: []doctor.Cause{doctor.WrongKey}}}
		}},
		"no cause in bad air": {RuleCause, func(c *Campaign) {
			badAir(c)
			c.People = []Person{personWho(func(*Scene) {})}
		}},
		"a cause that bad air cannot have": {RuleCause, func(c *Campaign) {
			badAir(c)
			c.People = []Person{personWho(ordinary(row(people, "wrong-first-half", personName)).Do)}
		}},
		"a person who panics": {RulePanic, func(c *Campaign) {
			c.People = []Person{personWho(func(*Scene) { panic("nonsense") })}
		}},
	}
	broken := make(map[Rule]bool)
	for name, tt := range tests {
		c := &Campaign{Seed: 1, N: 1, ReuseKeys: true, Routers: routerProfiles[:1], Printers: printerProfiles[:1], People: []Person{button}}
		tt.change(c)
		r := play(t, c)
		if r.Broken[tt.rule] != 1 {
			t.Errorf("%s: %v is not broken, but %v", name, tt.rule, r.Broken)
		}
		broken[tt.rule] = true
	}
	for rule := Rule(1); rule <= lastRule; rule++ {
		if !broken[rule] {
			t.Errorf("no world breaks %v", rule)
		}
	}
	c := &Campaign{Seed: 1, N: 1, ReuseKeys: true, Routers: routerProfiles[:1], Printers: printerProfiles[:1], People: []Person{button}}
	if r := play(t, c); r.Failed != 0 {
		t.Errorf("the world that they change: %v", r.Worlds)
	}
}

// TestRuleNames formats and parses each rule.
func TestRuleNames(t *testing.T) {
	for rule := Rule(1); rule <= lastRule; rule++ {
		name, err := rule.MarshalText()
		var again Rule
		if err == nil {
			err = again.UnmarshalText(name)
		}
		if err != nil || again != rule || len(name) == 0 || string(name) != rule.String() {
			t.Errorf("rule %d: %q, %v, %v", uint8(rule), name, again, err)
		}
	}
	if _, err := Rule(99).MarshalText(); err == nil || Rule(99).String() != "Rule(99)" {
		t.Error("there is a rule 99")
	}
	if new(Rule).UnmarshalText([]byte("nonsense")) == nil {
		t.Error("there is a rule of nonsense")
	}
}
