package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// service is one run of the program.
type service struct {
	program.IO
	live.Options
	tokens
	listen func(iface string) (eapol.Conn, wps.MAC, error)
	status *live.Status // on standard error

	pins        []ap.PINEntry
	texts       []string // of -pin
	anyChecksum bool
	button      bool
	apPIN       pin.PIN
	timeout     time.Duration
	upnp        string // interface of the UPnP service
	radius      string // address to listen on
	secretFile  string
	control     string // directory of hostapd's control sockets
	secrets     secrets
	tlsCert     string // files of RADIUS over TLS
	tlsKey      string
	tlsCA       string
	tlsConfig   *tls.Config

	network   wps.Credential
	pinsLeft  int
	over      func() // ends the service
	described wps.Device
	upnpOver  func() // waits for the end of the UPnP service
	served    bool
}

// run runs the program and returns its exit status.
func (s *service) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	s.IO, s.status = streams, live.NewStatus(&streams)
	if err := s.check(operands); err != nil {
		return program.Unable, err
	}
	var conn eapol.Conn
	var socket *radiusSocket
	var err error
	mac := radiusMAC()
	if s.radius != "" {
		socket, err = s.listenRADIUS()
	} else if conn, mac, err = s.listen(s.Interface); err == nil {
		defer conn.Close()
	}
	if err != nil {
		return program.Unable, err
	}
	s.described = s.device(mac)
	run := registration.Config{Device: s.described}
	keyLog, err := s.OpenKeyLog()
	if err != nil {
		return program.Unable, err
	}
	if keyLog != nil {
		defer keyLog.Close()
		run.KeyLog = keyLog
	}
	point, err := ap.New(ap.Config{Registration: run, Credentials: []wps.Credential{s.network}, PIN: s.apPIN})
	if err != nil {
		return program.Unable, err
	}
	if socket != nil {
		return s.serveRADIUS(ctx, socket, point)
	}
	return s.serve(ctx, eapol.Watch(conn, s.see), point)
}

// device describes the access point.
func (s *service) device(mac wps.MAC) wps.Device {
	d := s.Device(mac, "wpsregistrar", wps.DeviceTypeAP)
	d.State = s.State()
	if !s.apPIN.IsZero() {
		d.ConfigMethods |= wps.MethodLabel
	}
	return d
}

// errOver ends a service that has nothing left to wait for.
var errOver = errors.New("nothing is left to wait for")

// serve serves stations until there is nothing left to wait for.
func (s *service) serve(ctx context.Context, conn eapol.Conn, point *ap.AccessPoint) (int, error) {
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
		var end time.Time
		if end, err = s.allow(now, point); !end.IsZero() {
			until = end
		}
	})
	if err != nil {
		return program.Unable, err
	}
	happened := s.happened
	if s.upnp != "" {
		if happened, err = s.serveUPnP(ctx, authenticator, cancel); err != nil {
			return program.Unable, err
		}
		defer s.upnpOver()
	}
	s.status.Wait(s.waiting(), until)
	err = authenticator.Serve(ctx, happened)
	cancel(nil)
	return s.ended(s.Interface, err)
}

// allow enters the PINs and presses the button. It returns the end of the walk
// time.
func (s *service) allow(now time.Time, point *ap.AccessPoint) (until time.Time, err error) {
	for _, e := range s.pins {
		err = errors.Join(err, point.EnterPIN(now, e))
	}
	if s.button {
		err = errors.Join(err, point.PressButton(now))
		until = now.Add(wps.WalkTime)
	}
	err = errors.Join(err, s.tokens.allow(now, point, &s.IO))
	s.served = s.networks != ""
	if s.over != nil && !s.waits() {
		s.over()
	}
	return until, err
}

// waits reports whether the program waits for a device.
func (s *service) waits() bool {
	return s.pinsLeft > 0 || s.left > 0 || s.button || s.own != "" || !s.apPIN.IsZero() || s.upnp != ""
}

// ended returns the exit status after the service has ended.
func (s *service) ended(where string, err error) (int, error) {
	s.status.Done()
	switch {
	case !errors.Is(err, errOver) && !errors.Is(err, context.Canceled):
		return program.Unable, fmt.Errorf("%s: %w", where, err)
	case errors.Is(err, context.Canceled):
		s.status.Printf("Stopped by you.")
	}
	if !s.served {
		return program.Problem, nil
	}
	return program.Fine, nil
}

// see prints each frame with -v.
func (s *service) see(d eapol.Direction, other wps.MAC, b []byte) {
	if !s.Verbose {
		return
	}
	if frame, err := eapol.ParseFrame(b); err == nil {
		s.status.Printf("%v %-8v %s", other, d, live.Frame(frame))
	}
}
