package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// The exit statuses.
const (
	exitRegistered = iota
	exitFailed
	exitUsage
)

// program is what the program is connected to.
type program struct {
	stdout io.Writer
	stderr io.Writer
	status *live.Status // on standard error
	open   func(iface string) (eapol.Conn, wps.MAC, error)
	wifi   func(iface string) (radio, error)
}

// run is the program without its process; it returns the exit status.
func (p *program) run(ctx context.Context, args []string) int {
	a, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(p.stdout, help)
		return exitRegistered
	}
	if err != nil {
		return p.fail(fmt.Errorf("%w; \"wpsenroll -help\" tells how to use it", err))
	}
	var keyLog io.Writer
	if a.keyLog != "" {
		f, err := live.AppendSecret(a.keyLog)
		if err != nil {
			return p.fail(err)
		}
		defer f.Close()
		keyLog = f
	}
	r, err := p.wifi(a.iface)
	switch {
	case err == nil:
		defer r.Close()
		w := &wireless{program: p, arguments: a, radio: r, device: device(a.name, r.MAC()), keyLog: keyLog, record: new(station.Record)}
		return w.run(ctx)
	case a.needsWiFi(), !errors.Is(err, station.ErrNoInterface) && !errors.Is(err, station.ErrUnsupported):
		return p.fail(err)
	}
	conn, mac, err := p.open(a.iface)
	if err != nil {
		return p.fail(err)
	}
	defer conn.Close()
	s := &session{program: p, arguments: a, conn: conn, device: device(a.name, mac), keyLog: keyLog}
	result, err := s.register(ctx)
	p.status.Done()
	if err != nil {
		live.Explain(p.stderr, err, doctor.Attempt{Method: a.method, Station: mac, APEnrollee: a.registrar})
		return exitFailed
	}
	defer result.Clear()
	if err := p.report(&a, result); err != nil {
		return p.fail(err)
	}
	return exitRegistered
}

// fail tells why the program cannot do what it should.
func (p *program) fail(err error) int {
	p.status.Printf("wpsenroll: %v", err)
	return exitUsage
}

// device describes this device.
func device(name string, mac wps.MAC) wps.Device {
	d := wps.DefaultDevice()
	d.MAC, d.UUID, d.DeviceName = mac, wps.UUIDFromMAC(mac), name
	d.Manufacturer, d.ModelName, d.PrimaryDeviceType = "gowps", "wpsenroll", wps.DeviceTypePC
	return d
}

// retryPause is how long to wait before asking a router again that was not
// ready.
const retryPause = 5 * time.Second

// errNobody is why there was no registration at all.
var errNobody = errors.New("nobody answered: is there an access point at the other end that does WPS over Ethernet, such as wpsregistrar or hostapd with driver=wired?")

// session is the attempts of one call of the program.
type session struct {
	*program
	arguments
	conn   eapol.Conn
	device wps.Device
	keyLog io.Writer
	heard  bool // whether there is somebody at the other end
}

// register tries until it succeeds, the time is over, or trying again would
// not help.
func (s *session) register(ctx context.Context) (*registration.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	until, _ := ctx.Deadline()
	if !s.newPIN.IsZero() {
		s.status.Printf("The PIN of this device: %s. Type it at the router.", s.newPIN.AppendDigits(nil))
	}
	s.status.Wait("Waiting for the access point on "+s.iface, until)
	err := errNobody
	for {
		result, failed := s.attempt(ctx)
		switch {
		case failed == nil:
			return result, nil
		case errors.Is(failed, context.Canceled):
			return nil, failed
		case errors.Is(failed, registration.ErrNoRegistrar):
			if !errors.Is(err, registration.ErrNoRegistrar) {
				s.status.Wait(s.wanted(), until)
			}
			err = failed
		case !s.heard && errors.Is(failed, registration.ErrTimeout):
		case ctx.Err() == nil:
			return nil, failed
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, ctx.Err()
			}
			return nil, err
		case <-time.After(retryPause):
		}
	}
}

// wanted tells what the router waits for.
func (s *session) wanted() string {
	if s.method == doctor.PushButton {
		return "The router is there. Press its WPS button now"
	}
	return "The router is there. Type the PIN of this device at its web page now"
}

// attempt makes one attempt, with new keys.
func (s *session) attempt(ctx context.Context) (*registration.Result, error) {
	machine, err := s.machine()
	if err != nil {
		return nil, err
	}
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: machine})
	if err != nil {
		return nil, err
	}
	return eapol.Run(ctx, eapol.Watch(s.conn, s.see), peer)
}

// machine returns the part that this device has.
func (s *session) machine() (eapwsc.Machine, error) {
	cfg := registration.Config{Device: s.device, KeyLog: s.keyLog}
	if s.registrar {
		return registration.NewRegistrar(registration.RegistrarConfig{
			Config: cfg, Password: s.password, AP: true, NewSettings: s.settings,
		})
	}
	return registration.NewEnrollee(registration.EnrolleeConfig{Config: cfg, Password: s.password})
}

// see notes who is there, and tells of each frame if asked to.
func (s *session) see(d eapol.Direction, _ wps.MAC, b []byte) {
	frame, err := eapol.ParseFrame(b)
	if err != nil {
		return
	}
	if frame.Type == eapol.TypeEAP && d == eapol.Received {
		s.heard = true
	}
	if s.verbose {
		s.status.Printf("%-8v %s", d, live.Frame(frame))
	}
}
