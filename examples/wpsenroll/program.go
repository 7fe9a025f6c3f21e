package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// run runs the program and returns its exit status.
func (p *invocation) run(ctx context.Context, streams program.IO, operands []string) (int, error) {
	p.IO, p.status = streams, live.NewStatus(&streams)
	if err := p.check(operands); err != nil {
		return program.Unable, err
	}
	keyLog, err := p.OpenKeyLog()
	if err != nil {
		return program.Unable, err
	}
	if keyLog != nil {
		defer keyLog.Close()
		p.keyLog = keyLog
	}
	if p.outputFile != "" {
		if p.output, err = outfile.CreateSecret(p.outputFile, p.force || p.update); err != nil {
			return program.Unable, fmt.Errorf("-o: %w", err)
		}
		defer func() {
			if p.output != nil {
				p.output.Discard()
			}
		}()
	}
	switch {
	case p.given != nil:
		return p.useNetworks(ctx)
	case p.upnp:
		return p.runUPnP(ctx)
	}
	r, err := p.wifi(p.Interface)
	switch {
	case err == nil:
		defer r.Close()
		device, err := p.describe(r.MAC())
		if err != nil {
			return program.Unable, err
		}
		w := &wireless{invocation: p, radio: r, device: device, record: new(doctor.Recorder)}
		return w.run(ctx)
	case p.needsWiFi(), !errors.Is(err, station.ErrNoInterface) && !errors.Is(err, station.ErrUnsupported):
		return program.Unable, err
	}
	conn, mac, err := p.listen(p.Interface)
	if err != nil {
		return program.Unable, err
	}
	defer conn.Close()
	device, err := p.describe(mac)
	if err != nil {
		return program.Unable, err
	}
	s := &session{invocation: p, conn: conn, device: device}
	result, err := s.register(ctx)
	p.status.Done()
	if err != nil {
		live.Explain(p.ErrText(), err, doctor.Attempt{Method: p.method, Station: mac, APEnrollee: p.registrar})
		return program.Problem, nil
	}
	defer result.Clear()
	return program.Fine, p.report(result)
}

// describe returns the description of this program as a device.
func (p *invocation) describe(mac wps.MAC) (device wps.Device, err error) {
	device = p.Device(mac, "wpsenroll", wps.DeviceTypePC)
	switch {
	case p.uuid != nil:
		device.UUID = *p.uuid
	case p.random:
		device.UUID, err = wps.RandomUUID(nil)
	}
	return device, err
}

// retryPause is the time before another attempt at a router that was not ready.
const retryPause = 5 * time.Second

// errNobody is the error if the other end never answered.
var errNobody = errors.New("no answer: is there an access point at the other end that does WPS over Ethernet, such as wpsregistrar or hostapd with driver=wired?")

// session is the attempts of one run of the program.
type session struct {
	*invocation
	conn   eapol.Conn
	device wps.Device
	heard  bool // whether the other end has answered
}

// register tries until it succeeds, the time is over, or another attempt would
// not help.
func (s *session) register(ctx context.Context) (*registration.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	until, _ := ctx.Deadline()
	if !s.newPIN.IsZero() {
		s.status.Printf("The PIN of this device: %s. Type it at the router.", s.newPIN.AppendDigits(nil))
	}
	s.status.Wait("Waiting for the access point on "+s.Interface, until)
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

// wanted returns the instruction for the user.
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

// machine returns the machine for the role of this device.
func (s *session) machine() (eapwsc.Machine, error) {
	cfg := registration.Config{Device: s.device, KeyLog: s.keyLog, KeyPair: s.keys}
	if s.registrar {
		return registration.NewRegistrar(registration.RegistrarConfig{
			Config: cfg, Password: s.password, PeerKeyHash: s.peer, AP: true, NewSettings: s.settings,
		})
	}
	return registration.NewEnrollee(registration.EnrolleeConfig{Config: cfg, Password: s.password, PeerKeyHash: s.peer})
}

// see records that the other end answers, and with -v prints each frame.
func (s *session) see(d eapol.Direction, _ wps.MAC, b []byte) {
	frame, err := eapol.ParseFrame(b)
	if err != nil {
		return
	}
	if frame.Type == eapol.TypeEAP && d == eapol.Received {
		s.heard = true
	}
	if s.Verbose {
		s.status.Printf("%-8v %s", d, live.Frame(frame))
	}
}
