package upnp_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

var (
	began   = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	network = wps.Credential{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse battery")}
	thePIN  = registration.PIN(pin.MustParse("12345670"))
	apPIN   = registration.PIN(pin.MustParse("76543210"))
)

// deviceOf returns a description with its number in the UUID and address.
func deviceOf(n byte) wps.Device {
	d := wps.DefaultDevice()
	d.UUID, d.MAC = wps.UUID{n}, wps.MAC{2, 0, 0, 0, 0, n}
	d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber, d.DeviceName = "Example", "Model", "1", "2", fmt.Sprintf("device %d", n)
	d.PrimaryDeviceType = wps.DeviceTypePC
	return d
}

// random returns a deterministic random source.
func random(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// host returns the local address of a number, with the network.
func host(n byte) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, 78, n}), 24)
}

// accessPoint is the access point behind a device: its run with a registrar,
// and stations that register.
type accessPoint struct {
	t         *testing.T
	device    *upnp.Device
	settings  wps.Credential
	pin       registration.Password
	stations  map[wps.MAC]*registration.Enrollee
	selected  map[netip.Addr]wps.SetSelectedRegistrar
	runs      []*run
	written   *wps.Credential
	listening bool
	delay     func()                // called before a message is delivered
	keyPair   *registration.KeyPair // of its runs; new ones if it is nil
}

// run is an enrollee as a Run.
type run struct {
	*registration.Enrollee
	ap     *accessPoint
	closed bool
}

func (r *run) Start(time.Time) ([]byte, error) { return r.Enrollee.Start() }
func (r *run) Handle(_ time.Time, m []byte) ([]byte, error) {
	out, err := r.Enrollee.Handle(m)
	if r.Settled() {
		_ = r.Closed() // WSC_Done was sent; the registrar need not acknowledge it
	}
	if result := r.Result(); result != nil && !result.SettingsRead {
		r.ap.written = result.AP
	}
	return out, err
}
func (r *run) Close(time.Time) { r.closed = true }

func (a *accessPoint) Configure(time.Time, netip.Addr) (upnp.Run, error) {
	d := deviceOf(0xA0)
	d.State = wps.Configured
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: d, KeyPair: a.keyPair}, Password: a.pin, AP: &a.settings})
	if err != nil {
		a.t.Fatal(err)
	}
	r := &run{Enrollee: e, ap: a}
	a.runs = append(a.runs, r)
	return r, nil
}

func (a *accessPoint) Deliver(now time.Time, _ netip.Addr, station wps.MAC, m []byte) error {
	s := a.stations[station]
	if s == nil {
		return errors.New("no such station")
	}
	if a.delay != nil {
		a.delay()
	}
	out, err := s.Handle(m)
	if errors.Is(err, registration.ErrIgnored) {
		return err
	}
	if out != nil {
		a.device.Message(now, station, out)
	}
	return nil
}

func (a *accessPoint) Select(_ time.Time, from netip.Addr, m *wps.SetSelectedRegistrar) {
	if a.selected == nil {
		a.selected = make(map[netip.Addr]wps.SetSelectedRegistrar)
	}
	if a.selected[from] = *m; !m.SelectedRegistrar {
		delete(a.selected, from)
	}
}

func (a *accessPoint) SetListening(_ time.Time, listening bool) { a.listening = listening }

// station starts a station, which sends M1.
func (a *accessPoint) station(now time.Time, n byte, password registration.Password) *registration.Enrollee {
	a.t.Helper()
	return a.enrollee(now, n, registration.EnrolleeConfig{Password: password})
}

// enrollee is station with other settings.
func (a *accessPoint) enrollee(now time.Time, n byte, cfg registration.EnrolleeConfig) *registration.Enrollee {
	a.t.Helper()
	cfg.Device = deviceOf(n)
	e, err := registration.NewEnrollee(cfg)
	must(a.t, err)
	m1, err := e.Start()
	must(a.t, err)
	if a.stations == nil {
		a.stations = make(map[wps.MAC]*registration.Enrollee)
	}
	a.stations[deviceOf(n).MAC] = e
	a.device.Message(now, deviceOf(n).MAC, m1)
	return e
}

// lan is a network of machines, by the last octet of their address. Time passes
// only where a test says so.
type lan struct {
	t *testing.T
	upnp.Segment
	now        time.Time
	registrars map[byte]*upnp.Registrar
	events     map[byte][]upnp.Event
	calls      []upnp.Call // all calls so far
}

func newLAN(t *testing.T) *lan {
	l := &lan{t: t, now: began, registrars: make(map[byte]*upnp.Registrar), events: make(map[byte][]upnp.Event)}
	l.Watch = func(_ netip.Addr, c *upnp.Call) { l.calls = append(l.calls, *c) }
	return l
}

// join starts a machine.
func (l *lan) join(n byte, m upnp.Machine) { l.Join(l.now, host(n).Addr(), m) }

// leave removes a machine.
func (l *lan) leave(n byte) { l.Leave(host(n).Addr()) }

// accessPoint adds an access point.
func (l *lan) accessPoint(n byte) *accessPoint {
	l.t.Helper()
	a := &accessPoint{t: l.t, settings: network, pin: apPIN}
	d := deviceOf(0xA0)
	d.UUID[1] = n
	device, err := upnp.NewDevice(upnp.DeviceConfig{LAN: host(n), Port: 49152, Description: upnp.Describe(&d), AccessPoint: a, Rand: random(n)})
	if err != nil {
		l.t.Fatal(err)
	}
	a.device = device
	l.join(n, device)
	return a
}

// apID is the UUID of the access point at an address.
func apID(n byte) wps.UUID { return wps.UUID{0xA0, n} }

// registrar adds an external registrar.
func (l *lan) registrar(n byte) *upnp.Registrar {
	l.t.Helper()
	r, err := upnp.NewRegistrar(upnp.RegistrarConfig{LAN: host(n), Port: 50000, Registration: registrarRun(n), Rand: random(n)})
	if err != nil {
		l.t.Fatal(err)
	}
	l.registrars[n] = r
	l.join(n, r)
	return r
}

// settle delivers everything that is pending.
func (l *lan) settle() {
	l.Settle(l.now)
	for n, r := range l.registrars {
		l.events[n] = append(l.events[n], r.Events()...)
	}
}

// pass advances the time.
func (l *lan) pass(d time.Duration) {
	for end := l.now.Add(d); ; {
		next := l.Deadline()
		if next.IsZero() || next.After(end) {
			next = end
		}
		if l.now.Before(next) {
			l.now = next
		}
		l.Timeout(l.now)
		l.settle()
		if !l.now.Before(end) {
			return
		}
	}
}

// seen returns the events of a kind at a registrar, and discards all events.
func (l *lan) seen(n byte, kind upnp.EventKind) (list []upnp.Event) {
	l.settle()
	list = slices.DeleteFunc(slices.Clone(l.events[n]), func(e upnp.Event) bool { return e.Kind != kind })
	l.events[n] = nil
	return list
}

// one expects one event of a kind.
func (l *lan) one(n byte, kind upnp.EventKind) upnp.Event {
	l.t.Helper()
	l.settle()
	all := l.events[n]
	list := l.seen(n, kind)
	if len(list) != 1 {
		l.t.Fatalf("%d events %v, want one, in %+v", len(list), kind, all)
	}
	return list[0]
}

// registrarRun is the configuration of the runs of registrar n.
func registrarRun(n byte) registration.Config { return registration.Config{Device: deviceOf(n)} }
