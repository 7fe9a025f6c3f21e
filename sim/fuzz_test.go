package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// witness checks what must hold in every world, from its events.
type witness struct {
	testing.TB
	runs  map[string]*witnessed // by the name of the station
	given map[string]bool       // every SSID and key that the router had
}

// witnessed is what a station has sent and received since it associated.
type witnessed struct {
	sent, received map[string]bool   // kinds of messages, at the station
	answers        map[string]string // by the request
	request        string            // that has just arrived
}

func newWitness(t testing.TB) *witness {
	return &witness{TB: t, runs: make(map[string]*witnessed), given: make(map[string]bool)}
}

func (w *witness) run(station string) *witnessed {
	if w.runs[station] == nil {
		w.runs[station] = &witnessed{
			sent: make(map[string]bool), received: make(map[string]bool), answers: make(map[string]string),
		}
	}
	return w.runs[station]
}

func (w *witness) observe(e Event) {
	switch {
	case e.Kind == Noted:
		if strings.HasPrefix(e.Text, "has received the network") {
			w.received(e.From)
		}
		w.run(e.From).request = ""
	case e.Kind == Sent && e.Frame.Type == AssociationRequest:
		delete(w.runs, e.From)
	case e.Frame.Type != Data:
	case e.Kind == Sent && e.From == "router":
		w.fromRouter(e)
	case e.Kind == Sent:
		w.fromStation(e)
	case e.Kind == Arrived && e.To != "router":
		r := w.run(e.To)
		r.received[e.Frame.What()], r.request = true, string(e.Frame.Body)
	case e.Kind == Arrived:
		r := w.run(e.From)
		r.sent["arrived "+e.Frame.What()] = true
	}
}

// fromRouter checks that the router reveals nothing before it was proved: its
// second half after the first of the other side, the credential after both.
func (w *witness) fromRouter(e Event) {
	r := w.run(e.To)
	for message, proof := range map[string]string{"M6": "arrived M5", "M8": "arrived M7"} {
		if e.Frame.What() == message && !r.sent[proof] {
			w.Errorf("%v: the router sends %s before %s", e.At, message, proof)
		}
	}
}

// fromStation checks the order of a station's proofs, and that it answers a
// request that comes again as it did before.
func (w *witness) fromStation(e Event) {
	r := w.run(e.From)
	what := e.Frame.What()
	r.sent[what] = true
	for message, proof := range map[string]string{"M5": "M4", "M7": "M6", "WSC_Done": "M8"} {
		if what == message && !r.received[proof] {
			w.Errorf("%v: %s sends %s before it has received %s", e.At, e.From, message, proof)
		}
	}
	f, err := eapol.ParseFrame(e.Frame.Body)
	if err != nil || f.Type != eapol.TypeEAP || r.request == "" {
		return
	}
	if before, ok := r.answers[r.request]; ok && before != string(e.Frame.Body) {
		w.Errorf("%v: %s answers a repeated request otherwise than before", e.At, e.From)
	}
	r.answers[r.request] = string(e.Frame.Body)
}

// received checks that a credential comes after both proofs.
func (w *witness) received(station string) {
	r := w.run(station)
	if !r.sent["M7"] || !r.received["M8"] {
		w.Errorf("%s has a network without both proofs", station)
	}
}

// give notes the settings of the router.
func (w *witness) give(s Settings) { w.given[string(s.SSID)+"\x00"+string(s.Key)] = true }

// judge checks a printer in the end.
func (w *witness) judge(p *Printer) {
	for _, c := range p.Networks() {
		if !w.given[string(c.SSID)+"\x00"+string(c.NetworkKey)] {
			w.Errorf("%s has a network that the router never had", p.port.Name())
		}
	}
	if s := p.Status(); s.State == SettingUp {
		w.Errorf("%s is still setting up", p.port.Name())
	}
}

// faults counts the errors that a witness reports.
type faults struct {
	testing.TB
	n int
}

func (f *faults) Errorf(string, ...any) { f.n++ }

// TestWitness has the witness see what must not happen.
func TestWitness(t *testing.T) {
	message := func(m wps.MessageType) *Frame {
		op := eapwsc.OpMSG
		if m == wps.MessageDone {
			op = eapwsc.OpDone
		}
		return &Frame{Type: Data, Body: eapFrame(t, eapwsc.NewWSC(eapwsc.CodeRequest, 1, op, []byte{0x10, 0x22, 0, 1, byte(m)}))}
	}
	fromRouter := func(kind EventKind, m wps.MessageType) Event {
		return Event{Kind: kind, From: "router", To: "printer", Frame: message(m)}
	}
	fromPrinter := func(kind EventKind, m wps.MessageType) Event {
		return Event{Kind: kind, From: "printer", To: "router", Frame: message(m)}
	}
	for name, tt := range map[string]struct {
		events []Event
		faults int
	}{
		"M6 after M5":             {[]Event{fromPrinter(Arrived, wps.MessageM5), fromRouter(Sent, wps.MessageM6)}, 0},
		"M6 before M5":            {[]Event{fromRouter(Sent, wps.MessageM6)}, 1},
		"M6, M5 was lost":         {[]Event{fromPrinter(Lost, wps.MessageM5), fromRouter(Sent, wps.MessageM6)}, 1},
		"M8 before M7":            {[]Event{fromPrinter(Arrived, wps.MessageM5), fromRouter(Sent, wps.MessageM8)}, 1},
		"M5 before M4":            {[]Event{fromPrinter(Sent, wps.MessageM5)}, 1},
		"M7 before M6":            {[]Event{fromPrinter(Sent, wps.MessageM7)}, 1},
		"Done before M8":          {[]Event{fromPrinter(Sent, wps.MessageDone)}, 1},
		"a network from nowhere":  {[]Event{{Kind: Noted, From: "printer", Text: "has received the network x"}}, 1},
		"the proof of a run past": {[]Event{fromRouter(Arrived, wps.MessageM4), {Kind: Sent, From: "printer", Frame: &Frame{Type: AssociationRequest}}, fromPrinter(Sent, wps.MessageM5)}, 1},
		"another answer":          {[]Event{fromRouter(Arrived, wps.MessageM2), fromPrinter(Sent, wps.MessageM3), fromRouter(Arrived, wps.MessageM2), fromPrinter(Sent, wps.MessageNACK)}, 1},
		"the same answer":         {[]Event{fromRouter(Arrived, wps.MessageM2), fromPrinter(Sent, wps.MessageM3), fromRouter(Arrived, wps.MessageM2), fromPrinter(Sent, wps.MessageM3)}, 0},
	} {
		f := &faults{TB: t}
		w := newWitness(f)
		for _, e := range tt.events {
			w.observe(e)
		}
		if f.n != tt.faults {
			t.Errorf("%s: %d faults reported, %d are due", name, f.n, tt.faults)
		}
	}
}

// Two pre-shared keys, which cost nothing to compute.
var fuzzKeys = [...]wps.NetworkKey{
	wps.NetworkKey(strings.Repeat("0123456789abcdef", 4)), wps.NetworkKey(strings.Repeat("fedcba9876543210", 4)),
}

// fuzzWorld plays a world by a byte-coded schedule: a number of actions, two
// octets for each (what, and after how long), and the fate of each frame.
func fuzzWorld(t testing.TB, schedule []byte) *World {
	watch := newWitness(t)
	w := New(Config{Seed: 1, Observe: watch.observe})
	r := addRouter(t, w, RouterConfig{Name: "router", Settings: Settings{Key: fuzzKeys[0]}})
	printers := []*Printer{addPrinter(t, w, PrinterConfig{Name: "printer"}), addPrinter(t, w, PrinterConfig{Name: "camera"})}
	computer, err := NewComputer(w, ComputerConfig{Name: "computer"})
	if err != nil {
		t.Fatal(err)
	}
	watch.give(r.Settings())

	var shown pin.PIN
	enter := func(p pin.PIN) { _ = r.EnterPIN(eapwsc.PINEntry{PIN: p}) } // may be refused
	apply := func(change func(*Settings)) {
		s := r.Settings()
		change(&s)
		if r.Apply(s) == nil {
			watch.give(s)
		}
	}
	byPIN := func(p *Printer) {
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
				enter(mistyped(shown, 7))
			}
		},
		func() { apply(func(s *Settings) { s.WPSOff = !s.WPSOff }) },
		func() { apply(func(s *Settings) { s.Hidden = !s.Hidden }) },
		func() { apply(func(s *Settings) { s.Key = fuzzKeys[len(watch.given)%2] }) },
		func() { apply(func(s *Settings) { s.Security = (s.Security + 1) % Security(len(securities)) }) },
		r.Restart,
		r.FactoryReset,
		func() { _ = r.Cancel() },
		printers[0].Restart,
		printers[0].NetworkReset,
		printers[0].Cancel,
		func() { byPIN(printers[1]) },
		func() { printers[1].SetupByPushButton() },
		func() { computer.ReadSettings(r.PIN()) },
		func() { computer.ReadSettings(mistyped(r.PIN(), 4)) },
		func() { w.SetLink(printers[0].Port(), r.Port(), Link{Cut: true}) },
		func() { w.SetLink(printers[0].Port(), r.Port(), Link{}) },
	}

	var program []byte
	if len(schedule) > 0 {
		n := min(2*int(schedule[0]%16), len(schedule)-1)
		program, schedule = schedule[1:1+n], schedule[1+n:]
	}
	w.cfg.Link.Fault = &Script{Octets: schedule}
	for ; len(program) >= 2; program = program[2:] {
		actions[int(program[0])%len(actions)]()
		w.Run(time.Duration(program[1]) * time.Duration(program[1]) * time.Millisecond)
	}
	// A set-up ends with its walk time, a wizard with that of its exchange.
	w.Run(eapwsc.WalkTime + eapwsc.ExchangeTimeout)
	for _, p := range printers {
		watch.judge(p)
	}
	if computer.Busy() {
		t.Error("the wizard does not end")
	}
	return w
}

// FuzzWorld has owners do anything at any time, and the air anything with the
// frames.
func FuzzWorld(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{2, 0, 50, 2, 255})                         // right PIN
	f.Add([]byte{3, 0, 50, 4, 255, 2, 255})                 // wrong, and right
	f.Add([]byte{2, 3, 10, 1, 255})                         // push button
	f.Add([]byte{3, 3, 10, 1, 10, 16, 255})                 // overlap
	f.Add([]byte{2, 17, 255, 18, 255})                      // wizard
	f.Add([]byte{4, 3, 10, 1, 40, 9, 255, 3, 255})          // restarted midway
	f.Add([]byte{2, 3, 10, 1, 255, 0, 0, 3, 4, 5, 3, 3, 4}) // with faults
	f.Add(append([]byte{2, 0, 50, 2, 255}, strings.Repeat("\x00\x04\x05\x00\x0c\x06", 40)...))
	f.Fuzz(func(t *testing.T, schedule []byte) {
		if len(schedule) > 4096 {
			return
		}
		fuzzWorld(t, schedule)
	})
}
