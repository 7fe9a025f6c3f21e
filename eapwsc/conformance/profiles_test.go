package conformance

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/sim/campaign"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// profileOf is what the suite finds about a profile of the simulator: the case
// for its peculiarity and the reason it gives, or why the suite cannot detect
// it.
type profileOf struct {
	profile string
	role    Role
	found   string // ID of the case
	says    string // part of its reason
	unseen  string // why it cannot be detected
}

// foundIn is the table for the profiles of routers and printers.
var foundIn = []profileOf{
	{profile: "ordinary", role: APRegistrar, unseen: "it has no peculiarity"},
	{profile: "version-1.0", role: APRegistrar, found: "AP-REG-HABIT-01", says: "version 1.0"},
	{profile: "padded-ssid", role: APRegistrar, found: "AP-REG-HABIT-02", says: "zero octet"},
	{profile: "terminated-key", role: APRegistrar, found: "AP-REG-HABIT-03", says: "NUL"},
	{profile: "passphrase", role: APRegistrar, found: "AP-REG-HABIT-04", says: "not ASCII"},
	{profile: "several-credentials", role: APRegistrar, found: "AP-REG-HABIT-05", says: "given twice"},
	{profile: "mixed", role: APRegistrar, found: "AP-REG-HABIT-06", says: "it names"},
	{profile: "transition", role: APRegistrar, unseen: "what it gives is WPA2: WPS has no way to say that WPA3 is there as well"},
	{profile: "open", role: APRegistrar, found: "AP-REG-HABIT-07", says: "open"},
	{profile: "unconfigured", role: APRegistrar, found: "AP-REG-HABIT-08", says: "not configured"},
	{profile: "slow-dh", role: APRegistrar, found: "AP-REG-HABIT-09", says: "M2 came after 6.0 s"},
	{profile: "late-m2", role: APRegistrar, found: "AP-REG-HABIT-10", says: "came after"},
	{profile: "fragments", role: APRegistrar, found: "AP-REG-HABIT-11", says: "came in fragments"},
	{profile: "dual-band", role: APRegistrar, unseen: "a link has one radio; that the other has the same UUID cannot be seen there"},
	{profile: "two-uuids", role: APRegistrar, unseen: "a link has one radio; that the other has another UUID cannot be seen there"},
	{profile: "5ghz", role: APRegistrar, unseen: "its band is no departure from the protocol"},
	{profile: "all-ssids", role: APRegistrar, unseen: "a link has one network; that its button works for another cannot be seen there"},
	{profile: "pin-only", role: APRegistrar, found: "AP-REG-PBC-01", says: "it needs: button"},
	{profile: "button-only", role: APRegistrar, found: "AP-REG-PIN-01", says: "it needs: enter PIN"},
	{profile: "locked", role: APEnrollee, found: "AP-ENR-PIN-01", says: "error 15"},
	{profile: "always-selected", role: APRegistrar, found: "AP-REG-ADV-01", says: "no device is waited for"},
	{profile: "never-selected", role: APRegistrar, found: "AP-REG-ADV-02", says: "not set while the button is pressed"},
	{profile: "static-nonces", role: APRegistrar, found: "AP-REG-HABIT-12", says: "is that of exchange 1"},
	{profile: "wps-off", role: APRegistrar, found: "AP-REG-HABIT-13", says: "WPS is switched off"},
	{profile: "hidden", role: APRegistrar, found: "AP-REG-HABIT-13", says: "WPS is switched off"},
	{profile: "wpa3", role: APRegistrar, found: "AP-REG-HABIT-13", says: "WPS is switched off"},
	{profile: "wep", role: APRegistrar, found: "AP-REG-HABIT-13", says: "WPS is switched off"},
	{profile: "filter", role: APRegistrar, found: "AP-REG-PIN-01", says: "does not admit"},
	{profile: "gives-wep", role: APRegistrar, found: "AP-REG-NET-01", says: "WEP"},

	{profile: "ordinary", role: Station, unseen: "it has no peculiarity"},
	{profile: "version-1.0", role: Station, found: "STA-ENR-HABIT-01", says: "version 1.0"},
	{profile: "label", role: Station, unseen: "the suite is told its PIN; a PIN on a label is no departure from the protocol"},
	{profile: "four-digits", role: Station, unseen: "a PIN of four digits is right; the suite runs with it"},
	{profile: "leading-zeros", role: Station, unseen: "a PIN with leading zeros is right; the suite runs with it"},
	{profile: "dual-band", role: Station, unseen: "scanning is not seen on a link"},
	{profile: "one-per-band", role: Station, unseen: "scanning is not seen on a link"},
	{profile: "random-mac", role: Station, unseen: "a new address for each set-up is no departure from the protocol"},
	{profile: "slow-scan", role: Station, unseen: "scanning is not seen on a link"},
	{profile: "slow-dh", role: Station, found: "STA-ENR-HABIT-02", says: "M3 came after 4.0 s"},
	{profile: "repeats-m1", role: Station, found: "STA-ENR-HABIT-04", says: "M1 came twice"},
	{profile: "ignores-m2d", role: Station, found: "STA-ENR-HABIT-05", says: "did not answer M2D"},
	{profile: "fragments", role: Station, found: "STA-ENR-HABIT-03", says: "came in fragments"},
	{profile: "static-nonces", role: Station, found: "STA-ENR-KEY-02", says: "is that of exchange 1"},
	{profile: "vendor", role: Station, unseen: "extensions of a vendor are allowed in every message"},
	{profile: "long-names", role: Station, unseen: "texts may be as long as that"},
	{profile: "pin-only", role: Station, found: "STA-ENR-PBC-01", says: "it needs: button"},
	{profile: "button-only", role: Station, found: "STA-ENR-PIN-01", says: "it needs: own PIN"},
}

// delayed is an exchange in which messages of some types arrive late, or twice.
type delayed struct {
	Handler
	late  map[wps.MessageType]time.Duration
	twice wps.MessageType
	held  []byte // arrives at the deadline
	at    time.Time
	next  time.Time // the exchange's own deadline
}

func (d *delayed) Start(now time.Time) eapwsc.Step { return d.step(now, d.Handler.Start(now)) }

func (d *delayed) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	s, err := d.Handler.Handle(now, packet)
	return d.step(now, s), err
}

func (d *delayed) Timeout(now time.Time) (eapwsc.Step, error) {
	if d.held != nil && !now.Before(d.at) {
		s := eapwsc.Step{Send: d.held, Deadline: d.next}
		d.held = nil
		return s, nil
	}
	s, err := d.Handler.Timeout(now)
	return d.step(now, s), err
}

func (d *delayed) step(now time.Time, s eapwsc.Step) eapwsc.Step {
	if d.held != nil && s.Send == nil && !s.Done {
		d.next = s.Deadline
		s.Deadline = d.at
		return s
	}
	if d.held != nil && s.Send != nil { // the held message comes first
		out := d.held
		d.held, d.at, d.next = slices.Clone(s.Send), now, s.Deadline
		s.Send, s.Deadline = out, now
		return s
	}
	p, err := eap.ParsePacket(s.Send)
	if err != nil || !p.IsWSC() {
		return s
	}
	t, _ := wps.PeekMessageType(p.Data)
	switch wait := d.late[t]; {
	case wait != 0:
		d.held, d.at, d.next = slices.Clone(s.Send), now.Add(wait), s.Deadline
		s.Send, s.Deadline = nil, d.at
	case t == d.twice && t != 0:
		d.held, d.at, d.next = slices.Clone(s.Send), now.Add(time.Millisecond), s.Deadline
		s.Deadline = d.at
	}
	return s
}

// airOf imitates the effect of the air on the frames of a profile.
func airOf(role Role, profile string) func(h Handler) Handler {
	switch {
	case role == APRegistrar && profile == "slow-dh":
		return func(h Handler) Handler {
			return &delayed{Handler: h, late: map[wps.MessageType]time.Duration{wps.MessageM2: 6 * time.Second, wps.MessageM2D: 6 * time.Second}}
		}
	case role == Station && profile == "slow-dh":
		return func(h Handler) Handler {
			return &delayed{Handler: h, late: map[wps.MessageType]time.Duration{wps.MessageM3: 4 * time.Second}}
		}
	case role == Station && profile == "repeats-m1":
		return func(h Handler) Handler { return &delayed{Handler: h, twice: wps.MessageM1} }
	}
	return func(h Handler) Handler { return h }
}

// profiled is an access point with the configuration of a simulated router.
type profiled struct {
	*accessPoint
	off      bool
	announce func(*wps.Beacon)
}

func (p *profiled) Beacon() ([]byte, error) {
	if p.off {
		return nil, nil
	}
	e := p.point.Beacon(p.Now())
	p.announce(&e)
	return wps.Append(nil, &e)
}

func (p *profiled) ProbeResponse() ([]byte, error) {
	e := p.point.ProbeResponse(p.Now())
	p.announce(&e.Beacon)
	return wps.Append(nil, &e)
}

// routerDevice returns the device of a profile, with a key pair unless that is nil.
func routerDevice(t *testing.T, p *campaign.RouterProfile, pair *registration.KeyPair) (Device, Controls) {
	cfg := sim.RouterConfig{Name: "router", PIN: fixture.PIN(t, ownPIN)}
	if p.Configure != nil {
		p.Configure(&cfg)
	}
	// The WPS configuration is created at each start, as in the router.
	var base ap.Config
	custom, allowed := cfg.Customize, cfg.Settings.Allowed
	cfg.Customize = func(c *ap.Config) { base = *c }
	configure := func() ap.Config {
		c := base
		c.Registration.Rand, c.Registration.KeyPair, c.Credentials = nil, pair, slices.Clone(base.Credentials)
		if custom != nil {
			custom(&c)
		}
		return c
	}
	world := sim.New(sim.Config{Seed: 1})
	router, err := sim.NewRouter(world, cfg)
	if err != nil {
		t.Fatal(err)
	}
	d, controls := deviceOf(t, configure())
	a := d.(*accessPoint)
	if p.Start != nil {
		a.point.SetLock(a.Now(), ap.Locked)
	}
	hands := controls.(Funcs)
	if p.Start != nil { // its owner does not unlock it
		hands[Unlock] = func(string) (string, error) { return "", nil }
	}
	hands[Restart] = func(string) (string, error) { a.point = ap.MustNew(configure()); return "", nil }
	open, air := a.New, airOf(APRegistrar, p.Name)
	a.New = func(now time.Time, mac wps.MAC) (Handler, error) {
		if len(allowed) > 0 && !slices.Contains(allowed, mac) {
			return nil, errors.New("the access point does not admit the station")
		}
		h, err := open(now, mac)
		return air(h), err
	}
	a.Left = func(now time.Time, h Handler) {
		if d, ok := h.(*delayed); ok {
			h = d.Handler
		}
		_ = h.(*ap.Session).Close(now, nil)
	}
	if p.Lacks&campaign.ByButton != 0 {
		delete(hands, Press)
	}
	if p.Lacks&campaign.ByPIN != 0 {
		delete(hands, EnterPIN)
	}
	announce := cfg.Announce
	if announce == nil {
		announce = func(*wps.Beacon) {}
	}
	return &profiled{a, router.WPS() != nil, announce}, hands
}

// printerDevice returns the device of a profile, with a key pair unless that is
// nil, and its PIN.
func printerDevice(t *testing.T, p *campaign.PrinterProfile, pair *registration.KeyPair) (Device, Controls, string) {
	cfg := sim.PrinterConfig{Name: "printer", PIN: pin.MustParse(ownPIN), Device: fixture.Device(2)}
	if p.Configure != nil {
		p.Configure(&cfg)
	}
	button := false
	air := airOf(Station, p.Name)
	process := &Process{New: func(time.Time, wps.MAC) (Handler, error) {
		run := registration.EnrolleeConfig{Config: registration.Config{Device: cfg.Device, Version10: cfg.Version10, KeyPair: pair}, Password: registration.PIN(cfg.PIN)}
		if button {
			run.Password = registration.PushButton()
		}
		if cfg.Customize != nil {
			cfg.Customize(&run)
		}
		if cfg.NewEndpoint != nil {
			h, err := cfg.NewEndpoint(run)
			return air(h), err
		}
		m, err := registration.NewEnrollee(run)
		if err != nil {
			return nil, err
		}
		h, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
		return air(h), err
	}}
	hands := Funcs{
		EnrollPIN:    func(string) (string, error) { button = false; return "", nil },
		EnrollButton: func(string) (string, error) { button = true; return "", nil },
	}
	digits := string(cfg.PIN.AppendDigits(nil))
	if p.Lacks&campaign.ByButton != 0 {
		delete(hands, EnrollButton)
	}
	if p.Lacks&campaign.ByPIN != 0 {
		delete(hands, EnrollPIN)
		digits = ""
	}
	return process, hands, digits
}

// TestProfiles tests the routers and printers of the simulator. For each, the
// suite must find the peculiarity, unless the table explains why it cannot be
// detected. The ordinary ones must pass every case, as must those whose
// peculiarity conforms.
func TestProfiles(t *testing.T) {
	left := map[string]profileOf{}
	for _, p := range foundIn {
		key := p.profile + " router"
		if p.role == Station {
			key = p.profile + " printer"
		}
		left[key] = p
	}
	check := func(name string, make func(t *testing.T, pair *registration.KeyPair) Config) {
		row, ok := left[name]
		delete(left, name)
		t.Run(name, func(t *testing.T) {
			if !ok || (row.found == "") == (row.unseen == "") {
				t.Fatal("the table has no row, or one that does not say what is found or why it is not")
			}
			all := results(t, func(pair *registration.KeyPair) Config {
				cfg := make(t, pair)
				cfg.Role, cfg.Short, cfg.Seed = row.role, true, 1
				if row.found == "" {
					cfg.Level = Must // other levels include cases about habits
				} else {
					cfg.Only = row.found
				}
				return cfg
			}, func(c *Case) bool { return row.found != "" || has[freshness](c) })
			for _, r := range all {
				switch {
				case row.found == "" && r.Verdict == Fail:
					t.Error(r.Text())
				case row.found != "" && (r.Verdict == Pass || !strings.Contains(r.Reason, row.says)):
					t.Errorf("%s %q: %v: %q, want %q", r.Case.ID, r.Case.Title, r.Verdict, r.Reason, row.says)
				}
			}
			if len(all) == 0 {
				t.Error("no case")
			}
		})
	}
	for _, p := range campaign.RouterProfiles() {
		check(p.Name+" router", func(t *testing.T, pair *registration.KeyPair) Config {
			d, c := routerDevice(t, &p, pair)
			return Config{Device: d, Controls: c, OwnPIN: ownPIN}
		})
	}
	for _, p := range campaign.PrinterProfiles() {
		check(p.Name+" printer", func(t *testing.T, pair *registration.KeyPair) Config {
			d, c, digits := printerDevice(t, &p, pair)
			return Config{Device: d, Controls: c, OwnPIN: digits}
		})
	}
	for name := range left {
		t.Errorf("the simulator has no profile %q", name)
	}
}
