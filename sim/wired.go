package sim

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/external"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

// The local network of a router, 192.168.0.0/24: the router is .1, computers
// follow.
const (
	lanBits    = 24
	routerHost = 1
	upnpPort   = 49152
)

func lanAddr(host int) netip.Addr { return netip.AddrFrom4([4]byte{192, 168, 0, byte(host)}) }

// cable is the wired side of a router: its UPnP service, and the computers that
// are connected. It has no delay and loses nothing.
type cable struct {
	upnp.Segment
	device    *upnp.Device
	computers []*WiredComputer
}

// plug connects the UPnP service of a router that has started to the cable.
func (r *Router) plug(now time.Time) {
	if !r.cfg.UPnP || r.WPS() != nil {
		return
	}
	point := r.points[0]
	description := r.cfg.Device
	device, err := upnp.NewDevice(upnp.DeviceConfig{
		LAN: netip.PrefixFrom(lanAddr(routerHost), lanBits), Port: upnpPort, Description: upnp.Describe(&description),
		AccessPoint: external.New(func(f func(time.Time, *ap.AccessPoint)) { f(r.port.Now(), point) }),
		Rand:        r.port.Rand("UPnP"),
	})
	if err != nil {
		r.port.Note("no UPnP: %v", err)
		return
	}
	r.cable.device = device
	r.cable.Join(now, lanAddr(routerHost), device)
}

// unplug removes the service from the cable.
func (r *Router) unplug() {
	r.cable.device = nil
	r.cable.Leave(lanAddr(routerHost))
}

// settleCable delivers everything in flight on the cable, and the resulting
// packets to stations.
func (r *Router) settleCable(now time.Time) {
	if r.cable.device == nil {
		return
	}
	r.cable.Settle(now)
	for _, c := range r.cable.computers {
		c.collect(now)
	}
}

// WiredComputerConfig configures a computer with the software of an external
// registrar, on the cable of a router.
type WiredComputerConfig struct {
	// Name names the computer in the trace.
	Name string
	// Router is the router it is connected to. Its UPnP must be on.
	Router *Router
	// Device describes the computer; empty fields are filled in.
	Device wps.Device
}

// WiredComputer is an external registrar over UPnP: it reads and writes the
// settings of its router, and registers devices at it. It is a [Device] built on
// [upnp.Registrar].
type WiredComputer struct {
	port      *Port
	router    *Router
	registrar *upnp.Registrar
	events    []upnp.Event
}

// maxWiredEvents limits the events kept for an owner who does not read them.
const maxWiredEvents = 256

// NewWiredComputer adds a computer to a world. The error is [ErrConfig].
func NewWiredComputer(w *World, cfg WiredComputerConfig) (*WiredComputer, error) {
	if cfg.Router == nil || !cfg.Router.cfg.UPnP {
		return nil, configError("the computer %q needs a router with UPnP", cfg.Name)
	}
	r := cfg.Router
	host := routerHost + 1 + len(r.cable.computers)
	if host > 250 {
		return nil, configError("no more computers fit on the cable of %q", r.port.name)
	}
	c := &WiredComputer{router: r}
	var err error
	// It has no radio, but its port needs an address.
	if c.port, err = w.Join(c, cfg.Name, r.cfg.Place, w.NewAddress()); err != nil {
		return nil, err
	}
	if err := complete(&cfg.Device, c.port, wps.DeviceTypePC); err != nil {
		return nil, err
	}
	c.registrar, err = upnp.NewRegistrar(upnp.RegistrarConfig{
		LAN: netip.PrefixFrom(lanAddr(host), lanBits), Port: upnpPort,
		Registration: registration.Config{Device: cfg.Device, Rand: c.port.Rand("registration")},
		Rand:         c.port.Rand("UPnP"),
	})
	if err != nil {
		return nil, errors.Join(ErrConfig, err)
	}
	r.cable.computers = append(r.cable.computers, c)
	c.act(func(now time.Time) error {
		r.cable.Join(now, lanAddr(host), c.registrar)
		return nil
	})
	return c, nil
}

// act carries out an action at the computer and its consequences.
func (c *WiredComputer) act(do func(now time.Time) error) error {
	now := c.port.Now()
	err := do(now)
	c.router.settleCable(now)
	c.router.answerWaiting(now)
	c.router.collect(now)
	c.router.schedule(now)
	return err
}

// ReadSettings starts reading the settings of the router with its PIN.
// [WiredComputer.Events] reports the outcome.
func (c *WiredComputer) ReadSettings(routerPIN pin.PIN) error {
	c.port.Note("owner: reads the settings of the router over the cable")
	return c.act(func(now time.Time) error {
		return c.registrar.Learn(now, c.router.cfg.Device.UUID, registration.PIN(routerPIN))
	})
}

// WriteSettings starts writing the settings of the router with its PIN.
func (c *WiredComputer) WriteSettings(routerPIN pin.PIN, settings wps.Credential) error {
	c.port.Note("owner: writes the settings of the router over the cable")
	return c.act(func(now time.Time) error {
		return c.registrar.Configure(now, c.router.cfg.Device.UUID, registration.PIN(routerPIN), settings)
	})
}

// Enroll waits for a device: see [upnp.Registrar.Enroll]. The settings must
// have been read or written before.
func (c *WiredComputer) Enroll(o upnp.Order) error {
	c.port.Note("owner: registers a device over the cable")
	return c.act(func(now time.Time) error { return c.registrar.Enroll(now, o) })
}

// Events returns the events of the computer since the last call.
func (c *WiredComputer) Events() []upnp.Event {
	events := c.events
	c.events = nil
	return events
}

func (c *WiredComputer) collect(time.Time) {
	for _, e := range c.registrar.Events() {
		c.port.Note("the computer on the cable: %v", e.Kind)
		if len(c.events) == maxWiredEvents {
			c.events = slices.Delete(c.events, 0, 1)
		}
		c.events = append(c.events, e)
	}
}

// Handle ignores frames: the computer has no radio. It implements [Device].
func (c *WiredComputer) Handle(time.Time, *Frame, int) {}

// Timeout does nothing: the router's timer drives its cable. It implements
// [Device].
func (c *WiredComputer) Timeout(time.Time) {}
