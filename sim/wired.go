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
// are plugged in. It takes no time, and loses nothing.
type cable struct {
	upnp.Segment
	device    *upnp.Device
	computers []*WiredComputer
}

// plug puts the UPnP service of a router that has started on the cable.
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

// unplug has the service vanish with the router.
func (r *Router) unplug() {
	r.cable.device = nil
	r.cable.Leave(lanAddr(routerHost))
}

// settleCable carries what there is to carry over the cable, and on to
// stations.
func (r *Router) settleCable(now time.Time) {
	if r.cable.device == nil {
		return
	}
	r.cable.Settle(now)
	for _, c := range r.cable.computers {
		c.collect(now)
	}
}

// WiredComputerConfig is a computer with the software of an external registrar,
// on the cable of a router.
type WiredComputerConfig struct {
	// Name names the computer in the trace.
	Name string
	// Router is the one that it is plugged into. Its UPnP has to be on.
	Router *Router
	// Device describes the computer; what is empty is filled in.
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

// maxWiredEvents bounds what is kept for an owner who does not look.
const maxWiredEvents = 256

// NewWiredComputer puts a computer into a world. The error is [ErrConfig].
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
	// It has no radio, but an address of a radio names it.
	if c.port, err = w.Join(c, cfg.Name, r.cfg.Place, w.NewAddress()); err != nil {
		return nil, err
	}
	if err := complete(&cfg.Device, c.port, wps.DeviceTypePC); err != nil {
		return nil, err
	}
	c.registrar, err = upnp.NewRegistrar(upnp.RegistrarConfig{
		LAN: netip.PrefixFrom(lanAddr(host), lanBits), Port: upnpPort,
		Run:  registration.Config{Device: cfg.Device, Rand: c.port.Rand("registration")},
		Rand: c.port.Rand("UPnP"),
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

// act does something at the computer, and lets it have its effect.
func (c *WiredComputer) act(do func(now time.Time) error) error {
	now := c.port.Now()
	err := do(now)
	c.router.settleCable(now)
	c.router.answerWaiting(now)
	c.router.collect(now)
	c.router.schedule(now)
	return err
}

// ReadSettings begins to read the settings of the router with its PIN. The
// outcome is among [WiredComputer.Events].
func (c *WiredComputer) ReadSettings(routerPIN pin.PIN) error {
	c.port.Note("owner: reads the settings of the router over the cable")
	return c.act(func(now time.Time) error {
		return c.registrar.Learn(now, c.router.cfg.Device.UUID, registration.PIN(routerPIN))
	})
}

// WriteSettings begins to write the settings of the router with its PIN.
func (c *WiredComputer) WriteSettings(routerPIN pin.PIN, settings wps.Credential) error {
	c.port.Note("owner: writes the settings of the router over the cable")
	return c.act(func(now time.Time) error {
		return c.registrar.Configure(now, c.router.cfg.Device.UUID, registration.PIN(routerPIN), settings)
	})
}

// Enroll waits for a device: see [upnp.Registrar.Enroll]. The settings have to
// be read or written before.
func (c *WiredComputer) Enroll(o upnp.Order) error {
	c.port.Note("owner: registers a device over the cable")
	return c.act(func(now time.Time) error { return c.registrar.Enroll(now, o) })
}

// Events returns what has happened at the computer since it was called last.
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

// Handle takes a frame, of which it hears none. It implements [Device].
func (c *WiredComputer) Handle(time.Time, *Frame, int) {}

// Timeout does nothing: the router's timer drives its cable. It implements
// [Device].
func (c *WiredComputer) Timeout(time.Time) {}
