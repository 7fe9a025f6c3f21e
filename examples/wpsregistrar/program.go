package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// The exit statuses.
const (
	exitServed = iota
	exitNobody
	exitUsage
)

// program is what the program is connected to.
type program struct {
	stdout io.Writer
	status *live.Status // on standard error
	open   func(iface string) (eapol.Conn, wps.MAC, error)
}

// run is the program without its process; it returns the exit status.
func (p *program) run(ctx context.Context, args []string) int {
	a, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(p.stdout, help)
		return exitServed
	}
	if err != nil {
		return p.fail(fmt.Errorf("%w; \"wpsregistrar -help\" tells how to use it", err))
	}
	conn, mac, err := p.open(a.iface)
	if err != nil {
		return p.fail(err)
	}
	defer conn.Close()
	s := &service{program: p, arguments: a, pinsLeft: len(a.pins)}
	run := registration.Config{Device: device(&a, mac)}
	if a.keyLog != "" {
		f, err := live.AppendSecret(a.keyLog)
		if err != nil {
			return p.fail(err)
		}
		defer f.Close()
		run.KeyLog = f
	}
	point := ap.New(ap.Config{Run: run, Credentials: []wps.Credential{a.network}, PIN: a.apPIN})
	return s.serve(ctx, eapol.Watch(conn, s.see), point)
}

// fail tells why the program cannot do what it should.
func (p *program) fail(err error) int {
	p.status.Printf("wpsregistrar: %v", err)
	return exitUsage
}

// device describes the access point.
func device(a *arguments, mac wps.MAC) wps.Device {
	d := wps.DefaultDevice()
	d.MAC, d.UUID, d.DeviceName, d.State = mac, wps.UUIDFromMAC(mac), a.name, a.state
	d.Manufacturer, d.ModelName, d.PrimaryDeviceType = "gowps", "wpsregistrar", wps.DeviceTypeAP
	if !a.apPIN.IsZero() {
		d.ConfigMethods |= wps.MethodLabel
	}
	return d
}

// service is one call of the program.
type service struct {
	*program
	arguments
	pinsLeft int
	over     func() // ends the service
	served   bool
}

// errOver is why a service ends that has nothing left to wait for.
var errOver = errors.New("nothing is left to wait for")

// serve serves stations until there is nothing left to wait for.
func (s *service) serve(ctx context.Context, conn eapol.Conn, point *ap.AccessPoint) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.over = func() { cancel(errOver) }
	var until time.Time
	if s.timeout > 0 {
		until = time.Now().Add(s.timeout)
		defer time.AfterFunc(s.timeout, s.over).Stop()
	}
	authenticator := eapol.NewAuthenticator(conn, point)
	var err error
	authenticator.Do(func(now time.Time, point *ap.AccessPoint) {
		for _, e := range s.pins {
			err = errors.Join(err, point.EnterPIN(now, e))
		}
		if s.button {
			err = errors.Join(err, point.PressButton(now))
			until = now.Add(wps.WalkTime)
		}
	})
	if err != nil {
		return s.fail(err)
	}
	s.status.Wait(s.waiting(), until)
	err = authenticator.Serve(ctx, s.happened)
	s.status.Done()
	switch {
	case !errors.Is(err, errOver) && !errors.Is(err, context.Canceled):
		return s.fail(fmt.Errorf("%s: %w", s.iface, err))
	case !s.served:
		return exitNobody
	}
	return exitServed
}

// see tells of each frame if asked to.
func (s *service) see(d eapol.Direction, other wps.MAC, b []byte) {
	if !s.verbose {
		return
	}
	if frame, err := eapol.ParseFrame(b); err == nil {
		s.status.Printf("%v %-8v %s", other, d, live.Frame(frame))
	}
}
