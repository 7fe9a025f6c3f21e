package conformance

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// accessPoint is our own access point as a device under test.
type accessPoint struct {
	*Process
	point *ap.AccessPoint
	cfg   ap.Config
}

// restart discards all state of the access point except what it stores.
func (a *accessPoint) restart() error {
	lock := a.point.LockoutState(a.Now())
	a.point = ap.MustNew(a.cfg)
	return a.point.RestoreLockout(a.Now(), lock)
}

const ownPIN = "98765430"

func newAccessPoint(t testing.TB) (Device, Controls) { return loggedAccessPoint(t, nil, nil) }

// loggedAccessPoint returns our access point with a key log and a changed
// configuration.
func loggedAccessPoint(t testing.TB, log *bytes.Buffer, configure func(*ap.Config)) (Device, Controls) {
	t.Helper()
	d := fixture.Device(1)
	d.State = wps.Configured
	d.ConfigMethods |= wps.MethodLabel
	cfg := ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{fixture.Network}, PIN: fixture.PIN(t, ownPIN),
	}
	if log != nil {
		cfg.Registration.KeyLog = log
	}
	if configure != nil {
		configure(&cfg)
	}
	return deviceOf(t, cfg)
}

// deviceOf returns the device for an access point.
func deviceOf(t testing.TB, cfg ap.Config) (Device, Controls) {
	t.Helper()
	a := &accessPoint{point: ap.MustNew(cfg), cfg: cfg}
	a.Process = &Process{
		New: func(now time.Time, mac wps.MAC) (Handler, error) { return a.point.NewSession(mac, 7) },
		Left: func(now time.Time, h Handler) {
			_ = h.(*ap.Session).Close(now, nil)
		},
		Timer:    func(now time.Time) { a.point.Timeout(now) },
		Deadline: func() time.Time { return a.point.Deadline() },
	}
	return a, Funcs{
		Press: func(string) (string, error) { return "", a.point.PressButton(a.Now()) },
		EnterPIN: func(digits string) (string, error) {
			p, err := pin.Parse(digits)
			if err != nil {
				return "", err
			}
			return "", a.point.EnterPIN(a.Now(), ap.PINEntry{PIN: p})
		},
		Cancel:  func(string) (string, error) { a.point.Cancel(a.Now()); return "", nil },
		Restart: func(string) (string, error) { return "", a.restart() },
		Unlock:  func(string) (string, error) { a.point.SetPIN(a.Now(), fixture.PIN(t, ownPIN)); return "", nil },
	}
}

func (a *accessPoint) Beacon() ([]byte, error) {
	e := a.point.Beacon(a.Now())
	return wps.Append(nil, &e)
}

func (a *accessPoint) ProbeResponse() ([]byte, error) {
	e := a.point.ProbeResponse(a.Now())
	return wps.Append(nil, &e)
}

func (a *accessPoint) AssociationResponse() ([]byte, error) {
	e := a.point.AssociationResponse()
	return wps.Append(nil, &e)
}

func (a *accessPoint) Probe(mac wps.MAC, e *wps.ProbeRequest) error {
	a.point.Probe(a.Now(), mac, e)
	return nil
}

// newStation returns our own station as a device under test.
func newStation(t testing.TB) (Device, Controls) { return loggedStation(t, nil, nil) }

func loggedStation(t testing.TB, log *bytes.Buffer, configure func(*ap.Config)) (Device, Controls) {
	t.Helper()
	run := runOf(fixture.Device(2), log, configure)
	button := false
	p := &Process{New: func(_ time.Time, mac wps.MAC) (Handler, error) {
		password := registration.PIN(fixture.PIN(t, ownPIN))
		if button {
			password = registration.PushButton()
		}
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{
			Config: run, Password: password,
		})
		if err != nil {
			return nil, err
		}
		return eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	}}
	return &stationDevice{p, &run, &button}, Funcs{
		EnrollPIN:    func(string) (string, error) { button = false; return "", nil },
		EnrollButton: func(string) (string, error) { button = true; return "", nil },
	}
}

// stationDevice is our own station with the elements of its requests.
type stationDevice struct {
	*Process
	run    *registration.Config
	button *bool
}

func (d *stationDevice) probeRequest() *wps.ProbeRequest {
	id := wps.PasswordDefault
	if *d.button {
		id = wps.PasswordPushButton
	}
	return station.NewProbeRequest(&d.run.Device, id, d.run.Version10)
}

func (d *stationDevice) ProbeRequest() ([]byte, error) { return wps.Append(nil, d.probeRequest()) }

func (d *stationDevice) AssociationRequest() ([]byte, error) {
	r := &wps.AssociationRequest{RequestType: wps.RequestEnrollee8021X}
	r.WFA.Version2 = 0x20
	return wps.Append(nil, r)
}

// newRegistrar returns our own external registrar as a device under test.
func newRegistrar(t testing.TB) (Device, Controls) { return loggedRegistrar(t, nil, nil) }

func loggedRegistrar(t testing.TB, log *bytes.Buffer, configure func(*ap.Config)) (Device, Controls) {
	t.Helper()
	cfg := registration.RegistrarConfig{Config: runOf(fixture.Device(3), log, configure), AP: true}
	p := &Process{New: func(time.Time, wps.MAC) (Handler, error) {
		m, err := registration.NewRegistrar(cfg)
		if err != nil {
			return nil, err
		}
		return eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	}}
	begin := func(settings *wps.Credential) func(string) (string, error) {
		return func(digits string) (string, error) {
			p, err := pin.Parse(digits)
			cfg.Password, cfg.NewSettings = registration.PIN(p), settings
			return "", err
		}
	}
	return p, Funcs{ReadAP: begin(nil), WriteAP: begin(&fixture.Network)}
}

// runOf returns the configuration of a run: the part of what configure sets.
func runOf(d wps.Device, log *bytes.Buffer, configure func(*ap.Config)) registration.Config {
	cfg := ap.Config{Registration: registration.Config{Device: d}}
	if log != nil {
		cfg.Registration.KeyLog = log
	}
	if configure != nil {
		configure(&cfg)
	}
	return cfg.Registration
}

// processOf returns the process of one of our devices.
func processOf(d Device) *Process {
	switch d := d.(type) {
	case *accessPoint:
		return d.Process
	case *stationDevice:
		return d.Process
	}
	return d.(*Process)
}

// known are cases that our own devices do not pass yet.
var known = map[string]bool{}

// results runs the cases of a suite. The key pairs of the suite and of a device
// made with one have computed their shared secret, so that a run costs no
// exponentiation: most of a run otherwise. The cases for which newKeys returns true
// have a suite with a device that makes its keys itself.
func results(t *testing.T, config func(*registration.KeyPair) Config, newKeys func(*Case) bool) []*Result {
	t.Helper()
	suite := func(pair *registration.KeyPair) *Suite {
		s, err := New(config(pair))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	suiteKeys, deviceKeys := sim.KnownKeyPairs()
	usual, fresh := suite(deviceKeys), suite(nil)
	usual.key = suiteKeys
	var all []*Result
	for _, c := range fresh.cases {
		s := usual
		if newKeys(c) {
			s = fresh
		}
		all = append(all, s.RunCase(t.Context(), c))
	}
	return all
}

// withKeys returns a function that gives a device a key pair.
func withKeys(pair *registration.KeyPair) func(*ap.Config) {
	return func(cfg *ap.Config) { cfg.Registration.KeyPair = pair }
}

func TestOwnDevices(t *testing.T) {
	devices := map[Role]func(testing.TB, *bytes.Buffer, func(*ap.Config)) (Device, Controls){
		APRegistrar: loggedAccessPoint, APEnrollee: loggedAccessPoint, Station: loggedStation, Registrar: loggedRegistrar,
	}
	wrongMessage := regexp.MustCompile(`-M\d-`) // thousands of inputs
	for _, role := range []Role{APRegistrar, APEnrollee, Station, Registrar} {
		t.Run(role.String(), func(t *testing.T) {
			t.Parallel()
			all := results(t, func(pair *registration.KeyPair) Config {
				device, controls := devices[role](t, nil, withKeys(pair))
				return Config{Device: device, Role: role, Controls: controls, OwnPIN: ownPIN}
			}, func(c *Case) bool { return !wrongMessage.MatchString(c.ID) && !costly(c) })
			for _, r := range all {
				if r.Case.Needs&NeedStart != 0 {
					continue // TestWire
				}
				if d, err := r.Diagnose(); err != nil || slices.ContainsFunc(d.Findings, func(f string) bool { return strings.Contains(f, "02:d0:07") }) {
					t.Errorf("%s: the address of the device is invented: %v, %v", r.Case.ID, d, err)
				}
				if r.Verdict != Pass && !known[r.Case.ID] {
					t.Errorf("%s %s: %v: %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Input, r.Reason)
				}
			}
			t.Logf("%d cases", len(all))
		})
	}
}

// TestCases checks the table: IDs are unique and have the right form, and every
// case is documented.
func TestCases(t *testing.T) {
	seen := map[string]bool{}
	form := regexp.MustCompile(`^(AP-REG|AP-ENR|STA-ENR|ER|AGENT|CTRL)-[A-Z0-9]+-[0-9][0-9]$`)
	inputs := 0
	ofRole := map[Role]int{}
	for _, c := range Cases() {
		ofRole[c.Role]++
		if seen[c.ID] || !form.MatchString(c.ID) {
			t.Errorf("id %q", c.ID)
		}
		seen[c.ID] = true
		if c.Title == "" || c.Proves == "" || c.Origin == "" || c.Level == 0 || c.Role == 0 || len(c.rows) == 0 {
			t.Errorf("%s lacks something", c.ID)
		}
		if strings.HasSuffix(c.Proves, ".") || strings.Contains(c.Title, "%!") {
			t.Errorf("%s: %q, %q", c.ID, c.Title, c.Proves)
		}
		inputs += len(c.rows)
	}
	for role := APRegistrar; role <= Controller; role++ {
		if n := len(casesOf(role)); n == 0 || n != ofRole[role] {
			t.Errorf("%v: %d cases, and %d in the table of all", role, n, ofRole[role])
		}
	}
	t.Logf("%d cases, %d inputs", len(seen), inputs)
}

// apPoint is the access point that an authenticator passes to its owner.
type apPoint = *ap.AccessPoint

// enterAt enters a PIN.
func enterAt(point apPoint, now time.Time, digits string) error {
	p, err := pin.Parse(digits)
	if err != nil {
		return err
	}
	return point.EnterPIN(now, ap.PINEntry{PIN: p})
}

// repeating is our station with a habit of iwd: it answers the repetition of a
// request that it has ignored by its own previous message.
type repeating struct {
	Handler
	ignored, last []byte
}

func (r *repeating) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	if r.last != nil && bytes.Equal(packet, r.ignored) {
		again := bytes.Clone(r.last)
		again[1] = packet[1]
		return eapwsc.Step{Send: again, Deadline: now.Add(time.Minute)}, nil
	}
	step, err := r.Handler.Handle(now, packet)
	if step.Send == nil {
		r.ignored = bytes.Clone(packet)
	} else {
		r.last = bytes.Clone(step.Send)
	}
	return step, err
}

// TestRepeatedMessage tests that a device that sends its previous message again
// has not gone on.
func TestRepeatedMessage(t *testing.T) {
	inner, controls := newStation(t)
	process := inner.(*stationDevice).Process
	device := &Process{New: func(now time.Time, mac wps.MAC) (Handler, error) {
		h, err := process.New(now, mac)
		return &repeating{Handler: h}, err
	}}
	runSome(t, Config{Device: device, Role: Station, Controls: controls, OwnPIN: ownPIN, Only: "STA-ENR-M4-0[146-9]"}, 6)
}

// TestDeviceThatCannotBegin tests that a case that repeats exchanges has no
// verdict if the device cannot begin the first one.
func TestDeviceThatCannotBegin(t *testing.T) {
	device, _ := newStation(t)
	refuses := Funcs{EnrollPIN: func(string) (string, error) { return "", ErrRefused }}
	for _, id := range []string{"STA-ENR-PIN-01", "STA-ENR-LOAD-01", "STA-ENR-FUZZ-01"} {
		s, err := New(Config{Device: device, Role: Station, Controls: refuses, OwnPIN: ownPIN, Only: id})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Run(t.Context()) {
			if r.Verdict != Inconclusive || !strings.HasSuffix(r.Reason, ErrRefused.Error()) || strings.ContainsRune(r.Reason, 0) {
				t.Errorf("%q: %s", r.Reason, r.Text())
			}
		}
	}
}
