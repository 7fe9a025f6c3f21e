package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// radio is a Wi-Fi interface: a [*station.Station].
type radio interface {
	MAC() wps.MAC
	Scan(context.Context, station.ScanConfig) ([]station.ScanResult, error)
	Known() ([]station.ScanResult, error)
	Enroll(context.Context, station.EnrollConfig) (*station.Enrolled, error)
	Run(context.Context, *station.ScanResult, station.RunConfig) (*registration.Result, error)
	Join(context.Context, *station.KnownNetwork) error
	Close() error
}

// wireless is one run of the program with a Wi-Fi interface.
type wireless struct {
	*invocation
	radio  radio
	device wps.Device
	record *doctor.Recorder

	asked bool // the user has been shown what to do at the router
}

// run does what the flags ask for; it returns the exit status.
func (w *wireless) run(ctx context.Context) (int, error) {
	if w.list {
		return w.listAround(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, w.timeout, station.ErrWalkTime)
	defer cancel()
	do := w.enroll
	if w.registrar {
		do = w.register
	}
	result, err := do(ctx)
	w.status.Done()
	if err != nil {
		return w.explain(err)
	}
	defer result.Clear()
	if err := w.report(result); err != nil {
		return program.Unable, err
	}
	if w.join {
		return program.Fine, w.connect(ctx)
	}
	return program.Fine, nil
}

// explain explains why the registration failed.
func (w *wireless) explain(err error) (int, error) {
	if station.OfInterface(err) || errors.Is(err, station.ErrSelection) {
		return program.Unable, err
	}
	if errors.Is(err, station.ErrNoScan) {
		return program.Problem, err // there is no evidence yet
	}
	live.ExplainEvidence(w.ErrText(), err, w.record.Evidence())
	return program.Problem, nil
}

// enroll registers the device at a router.
func (w *wireless) enroll(ctx context.Context) (*registration.Result, error) {
	if !w.newPIN.IsZero() {
		w.status.Printf("The PIN of this device: %s. Type it at the router.", w.newPIN.AppendDigits(nil))
	}
	until, _ := ctx.Deadline()
	w.status.Wait("Looking around on "+w.Interface, until)
	enrolled, err := w.radio.Enroll(ctx, station.EnrollConfig{
		Enrollee: registration.EnrolleeConfig{
			Config: registration.Config{Device: w.device, KeyLog: w.keyLog, KeyPair: w.keys}, Password: w.password, PeerKeyHash: w.peer,
		},
		BSSID: cmp.Or(w.bssid, w.point), SSID: cmp.Or(w.ssid, w.network), WalkTime: w.timeout, Join: w.join, Leave: w.leave, Passive: w.passive,
		Notify: func(e station.Event) { w.notify(e, until) }, Watch: w.see, Record: w.record,
	})
	if err != nil {
		return nil, err
	}
	w.networks = enrolled.Networks
	return enrolled.Result, nil
}

// notify shows the progress of the enrollment.
func (w *wireless) notify(e station.Event, until time.Time) {
	switch e.Kind {
	case station.EventScanned:
		if w.Verbose {
			for i := range e.Found {
				w.status.Printf("%s %s", name(&e.Found[i]), e.Choice.Reasons[i].Text)
			}
		}
		if errors.Is(e.Err, selection.ErrNoAccessPoint) && !w.asked {
			w.asked = true
			w.status.Wait(w.wanted(), until)
		}
	case station.EventTrying:
		w.status.Wait("Registering at "+name(e.AP), until)
	case station.EventWaiting:
		if w.Verbose {
			w.status.Printf("%s answers: %v.", live.Describe(e.Registrar), e.Err)
		}
	case station.EventFailed:
		w.status.Printf("That failed: %v.", e.Err)
		w.asked = false
		w.status.Wait("Looking around again on "+w.Interface, until)
	}
}

// wanted returns the instruction for the user.
func (w *wireless) wanted() string {
	if w.method == doctor.PushButton {
		return "No router is in WPS mode. Press the WPS button of yours now"
	}
	return "No router waits for a PIN. Type the one of this device at the web page of yours now"
}

// name returns the name of an access point in a form that is safe for a
// terminal.
func name(point *station.ScanResult) string {
	if point.SSID == "" {
		return fmt.Sprintf("%v (name hidden)", point.BSSID)
	}
	return fmt.Sprintf("%s (%v)", doctor.Quote(string(point.SSID)), point.BSSID)
}

// register reads or writes the settings of an access point.
func (w *wireless) register(ctx context.Context) (*registration.Result, error) {
	until, _ := ctx.Deadline()
	w.status.Wait("Looking around on "+w.Interface, until)
	found, err := w.radio.Scan(ctx, station.ScanConfig{})
	if err != nil {
		return nil, err
	}
	point, err := w.only(station.Named(found, "", w.bssid))
	if err != nil {
		return nil, err
	}
	machine, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: w.device, KeyLog: w.keyLog}, Password: w.password, PeerKeyHash: w.peer, AP: true, NewSettings: w.settings,
	})
	if err != nil {
		return nil, err
	}
	w.status.Wait("Talking to "+name(point), until)
	result, err := w.radio.Run(ctx, point, station.RunConfig{Machine: machine, Watch: w.see, Record: w.record})
	if err == nil && w.settings == nil {
		// If none can be used, report prints that.
		w.networks, _ = station.KnownNetworks([]wps.Credential{*result.AP}, found)
	}
	return result, err
}

// only returns the only access point with WPS.
func (w *wireless) only(found []station.ScanResult) (*station.ScanResult, error) {
	var with []*station.ScanResult
	for i := range found {
		if found[i].WPS() {
			with = append(with, &found[i])
		}
	}
	switch {
	case len(with) == 1:
		return with[0], nil
	case len(with) == 0:
		return nil, fmt.Errorf("%w: none with WPS is in reach", station.ErrSelection)
	}
	err := fmt.Errorf("%w: choose one by -bssid", station.ErrSelection)
	for _, point := range with {
		err = fmt.Errorf("%w\n  %s", err, name(point))
	}
	return nil, err
}

// connect joins the first of the networks that accepts the device.
func (w *wireless) connect(ctx context.Context) error {
	var failed error
	for i := range w.networks {
		n := &w.networks[i]
		name := doctor.Quote(string(n.Credential.SSID))
		err := w.radio.Join(ctx, n)
		switch {
		case err == nil:
			w.status.Printf("Connected to %s.", name)
			return nil
		case errors.Is(err, station.ErrDriver):
			failed = fmt.Errorf("%w; -profile with -o writes a profile for a program that can", err)
		default:
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
		}
		if ctx.Err() != nil || station.OfInterface(err) {
			break
		}
	}
	return failed
}

// see prints each frame with -v.
func (w *wireless) see(d eapol.Direction, _ wps.MAC, b []byte) {
	if frame, err := eapol.ParseFrame(b); err == nil && w.Verbose {
		w.status.Printf("%-8v %s", d, live.Frame(frame))
	}
}
