package sim

import (
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// ComputerConfig configures a computer with a wizard that reads and sets up
// routers. Zero values are sensible defaults.
type ComputerConfig struct {
	// Name names the computer in the trace.
	Name  string
	Place Place
	// Bands are the bands of its radio; 0 is 2.4 GHz.
	Bands wps.RFBands
	// Device describes the computer; empty fields are filled in.
	Device wps.Device
	// Customize, if set, can change the configuration of each run.
	Customize func(*registration.RegistrarConfig)
	// NewEndpoint, if set, creates the exchange of each run, in place of an
	// [eapwsc.Peer] with a [registration.Registrar]: use it to test another
	// registrar.
	NewEndpoint func(registration.RegistrarConfig) (Endpoint, error)
}

// Computer is an external registrar: with a router's own PIN it reads the
// router's settings, or writes others. It is a [Device] built on [eapwsc.Peer].
type Computer struct {
	station
	cfg    ComputerConfig
	nonces *RandomSource

	pin      pin.PIN
	write    *wps.Credential
	scans    int
	busy     bool
	settings *wps.Credential
	err      error
}

// wizardScans is how often a computer looks for the router.
const wizardScans = 3

// NewComputer puts a computer into a world. The error is [ErrConfig].
func NewComputer(w *World, cfg ComputerConfig) (*Computer, error) {
	if cfg.Bands == 0 {
		cfg.Bands = wps.Band24GHz
	}
	if cfg.NewEndpoint == nil {
		cfg.NewEndpoint = newRegistrar
	}
	c := &Computer{cfg: cfg}
	if err := c.station.join(w, c, cfg.Name, cfg.Place, cfg.Bands); err != nil {
		return nil, err
	}
	c.nonces = c.port.Rand("registration")
	d := &c.cfg.Device
	if err := complete(d, c.port, wps.DeviceTypePC); err != nil {
		return nil, err
	}
	return c, nil
}

// Port returns the computer's port.
func (c *Computer) Port() *Port { return c.port }

// ReadSettings starts reading the settings of the router with the best signal.
func (c *Computer) ReadSettings(routerPIN pin.PIN) { c.run(routerPIN, nil) }

// WriteSettings starts writing settings into the router with the best signal.
func (c *Computer) WriteSettings(routerPIN pin.PIN, settings wps.Credential) {
	c.run(routerPIN, &settings)
}

func (c *Computer) run(routerPIN pin.PIN, write *wps.Credential) {
	c.port.note(WizardStarted, "")
	c.pin, c.write, c.settings, c.err, c.busy, c.scans = routerPIN, write, nil, nil, true, 0
	c.record.noteSearch(c.port.Now(), c.radio().MAC(), c.cfg.Device.UUID, doctor.PIN)
	c.record.external = true
	c.alarm = time.Time{} // of an earlier wizard that was still looking
	c.alarmFired(c.port.Now())
	c.schedule()
}

// Outcome returns the settings that the router had when they were read or
// written, or the error, a [*Failure], or neither while it is in progress.
func (c *Computer) Outcome() (*wps.Credential, error) { return c.settings, c.err }

// Busy reports whether reading or writing is in progress.
func (c *Computer) Busy() bool { return c.busy }

// alarmFired starts a scan.
func (c *Computer) alarmFired(now time.Time) {
	c.scans++
	e := probeRequest(&c.cfg.Device, wps.RequestRegistrar, wps.PasswordDefault, c.cfg.Bands)
	c.scan(now, c.port.world.element(e))
}

// scanned starts an attempt with the router.
func (c *Computer) scanned(now time.Time) {
	best, seen := -1, sawNothing
	for i, b := range c.found {
		seen = max(seen, sawNoWPS)
		if b.element != nil && (best < 0 || b.signal > c.found[best].signal) {
			best = i
		}
	}
	switch {
	case best >= 0:
		c.try(now, c.found[best].bss)
	case c.scans < wizardScans:
		c.alarm = now.Add(defaultScanInterval)
	default:
		c.end(nil, searchErrors[seen])
	}
}

func (c *Computer) try(now time.Time, point *bss) {
	cfg := registration.RegistrarConfig{
		Config:   registration.Config{Device: c.cfg.Device, Rand: c.nonces, Faulty: true}, // the owner may type anything
		Password: registration.PIN(c.pin), AP: true, NewSettings: c.write,
	}
	cfg.Device.RFBands = point.band
	if c.cfg.Customize != nil {
		c.cfg.Customize(&cfg)
	}
	x, err := c.cfg.NewEndpoint(cfg)
	if err != nil {
		c.end(nil, err)
		return
	}
	element := &wps.AssociationRequest{RequestType: wps.RequestRegistrar}
	element.WFA.Version2 = version2
	c.register(now, point, element, x)
}

// newRegistrar creates the exchange of our own registrar.
func newRegistrar(cfg registration.RegistrarConfig) (Endpoint, error) {
	r, err := registration.NewRegistrar(cfg)
	if err != nil {
		return nil, err
	}
	return eapwsc.NewPeer(eapwsc.PeerConfig{Machine: r})
}

// registered ends the attempt.
func (c *Computer) registered(_ time.Time, result *registration.Result, err error) {
	if err == nil && result.AP == nil {
		err = fmt.Errorf("sim: %w: the exchange has yielded no settings", registration.ErrRefused)
	}
	if err != nil {
		c.end(nil, err)
		return
	}
	c.end(result.AP, nil)
}

// end ends the wizard.
func (c *Computer) end(settings *wps.Credential, err error) {
	c.busy, c.settings = false, settings
	if err != nil {
		c.err = failure(err, doctor.PIN, true)
		c.port.note(WizardFailed, c.err.Error())
		return
	}
	c.port.note(WizardDone, "")
}

// connected is never called: the computer only registers.
func (c *Computer) connected(time.Time) {}

// disconnected is never called either.
func (c *Computer) disconnected(time.Time, error) {}
