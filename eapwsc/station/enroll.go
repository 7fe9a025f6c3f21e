package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// rescanPause is how long a station waits before it scans again.
const rescanPause = time.Second

// EnrollConfig configures [Station.Enroll].
type EnrollConfig struct {
	// Enrollee is the station itself and its password: a PIN, or
	// [registration.PushButton]. Device.MAC is set to the interface's address,
	// which is read again for each attempt, Device.RFBands to the bands of its
	// radio while it scans and then to the band of the access point, and
	// Device.UUID, if zero, to the one derived from the first address.
	// [wps.RandomUUID] makes one from which the address cannot be derived.
	Enrollee registration.EnrolleeConfig
	// BSSID and SSID select the access point or the network; any if zero.
	BSSID wps.MAC
	SSID  wps.SSID
	// Frequencies are the channels to scan, in MHz. Empty means all, which is
	// recommended: a station that does not scan all channels may miss an
	// overlap.
	Frequencies []int
	// Passive scans without sending anything. Access points then notice the
	// station only when it associates, and do not describe themselves.
	Passive bool
	// Join says that [Station.Join] is to follow: if the driver cannot, that is
	// an error of class [ErrDriver] before anything is done.
	Join bool
	// Leave disconnects the interface first: see [Station.Leave]. Without it
	// an interface that is connected is a [*HeldError].
	Leave bool
	// OnePerBand is passed to [selection.Selector].
	OnePerBand bool
	// WalkTime is how long to try; 0 means [wps.WalkTime].
	WalkTime time.Duration
	// Notify, if set, is called with each event.
	Notify func(Event)
	// Countdown, if set, is called at once and then every second, from another
	// goroutine, with the rest of the walk time.
	Countdown func(left time.Duration)
	// Watch, if set, is called with each EAPOL frame.
	Watch func(d eapol.Direction, other wps.MAC, frame []byte)
	// Record, if set, records the events for package doctor.
	Record *doctor.Recorder
}

// EventKind is the kind of an [Event].
type EventKind uint8

// The events.
const (
	// EventScanned: a scan is complete. Found and Selection are set, and Err if
	// there is no access point to try.
	EventScanned EventKind = iota + 1
	// EventTrying: a registration begins. AP is set.
	EventTrying
	// EventFailed: a registration failed. AP and Err are set.
	EventFailed
	// EventWaiting: the access point's registrar answered that it does not
	// register the station now, and the station waits there a little. AP is
	// set, Err to the reason, which is not authentic, and Registrar.
	EventWaiting
)

var eventNames = [...]string{EventScanned: "scanned", EventTrying: "trying", EventFailed: "failed", EventWaiting: "waiting"}

// String returns the event in a word.
func (k EventKind) String() string {
	if k == 0 || int(k) >= len(eventNames) {
		return fmt.Sprintf("EventKind(%d)", uint8(k))
	}
	return eventNames[k]
}

// Event is an event of an enrollment.
type Event struct {
	Kind   EventKind
	Found  []ScanResult
	Choice Choice
	AP     *ScanResult
	// Registrar is the one that answered [EventWaiting].
	Registrar *wps.Device
	Err       error
}

// Enrolled is the result of an enrollment.
type Enrolled struct {
	*registration.Result
	// AP is the access point that registered the station.
	AP ScanResult
	// Networks are the usable networks, in the order in which to try them;
	// there is at least one. See [KnownNetworks].
	Networks []KnownNetwork
}

// Enroll registers the station at an access point that waits for it: it scans,
// chooses ([Choose]), registers ([Station.Run]) and starts again, until it has
// a credential, the walk time ends or further attempts are pointless.
//
// If the time ended, the error is of class [ErrWalkTime] and also of that of
// the last failure: [selection.ErrNoAccessPoint], [registration.ErrNoRegistrar]
// and so on. If trying again would not help (a wrong PIN, a session overlap),
// it is the error of the run.
func (s *Station) Enroll(ctx context.Context, cfg EnrollConfig) (*Enrolled, error) {
	if cfg.Leave {
		if err := s.Leave(ctx); err != nil {
			return nil, err
		}
	}
	// What would fail after a button was pressed and a PIN typed fails now.
	if err := s.radio.check(cfg.Join); err != nil {
		return nil, err
	}
	mac, err := s.radio.address()
	if err != nil {
		return nil, err
	}
	s.mac = mac
	e := &enrollment{station: s, cfg: cfg, began: time.Now()}
	e.cfg.Enrollee.Device.MAC = s.mac
	if e.cfg.Enrollee.Device.UUID == (wps.UUID{}) {
		e.cfg.Enrollee.Device.UUID = wps.UUIDFromMAC(s.mac)
	}
	if s.bands != 0 {
		e.cfg.Enrollee.Device.RFBands = s.bands
	}
	// A configuration that no run can use is reported before the first scan.
	if _, err := registration.NewEnrollee(e.cfg.Enrollee); err != nil {
		return nil, err
	}
	walkTime := cfg.WalkTime
	if walkTime == 0 {
		walkTime = wps.WalkTime
	}
	ctx, cancel := context.WithTimeoutCause(ctx, walkTime, ErrWalkTime)
	defer cancel()
	if cfg.Countdown != nil {
		stop := countdown(walkTime, cfg.Countdown)
		defer stop()
	}
	return e.run(ctx)
}

// countdown calls f at once and then every second, until it is stopped.
func countdown(total time.Duration, f func(time.Duration)) (stop func()) {
	end := time.Now().Add(total)
	ticker := time.NewTicker(time.Second)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		defer ticker.Stop()
		for {
			f(max(0, time.Until(end).Round(time.Second)))
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

// enrollment is one call of [Station.Enroll].
type enrollment struct {
	station *Station
	cfg     EnrollConfig
	began   time.Time
	skip    []wps.MAC // access points where trying again would not help
	last    error     // why the last attempt failed, or why no access point was tried
	scans   int
}

func (e *enrollment) run(ctx context.Context) (*Enrolled, error) {
	for {
		found, choice, err := e.scanAndSelect(ctx)
		if err != nil {
			return nil, err
		}
		for _, i := range choice.Order {
			enrolled, err := e.try(ctx, found, &found[i])
			switch {
			case err == nil:
				return enrolled, nil
			case e.givesUp(err, &found[i]):
				return nil, err
			case ctx.Err() != nil:
				return nil, e.expired(ctx)
			case isFinal(err):
				e.skip = append(e.skip, found[i].BSSID)
			}
		}
		select {
		case <-time.After(rescanPause):
		case <-ctx.Done():
			return nil, e.expired(ctx)
		}
	}
}

// scanAndSelect scans, and selects the access points to try. It is no error if
// none waits: one may appear. If the only ones that wait have failed for good,
// the error is that of the last failure.
func (e *enrollment) scanAndSelect(ctx context.Context) ([]ScanResult, Choice, error) {
	password := &e.cfg.Enrollee.Password
	mac, err := e.station.radio.address()
	if err != nil {
		return nil, Choice{}, err
	}
	e.station.mac = mac
	scan := ScanConfig{
		Frequencies: e.cfg.Frequencies, Passive: e.cfg.Passive,
		Request: NewProbeRequest(&e.cfg.Enrollee.Device, password.ID, e.cfg.Enrollee.Version10),
	}
	if e.cfg.SSID != "" {
		scan.SSIDs = []wps.SSID{e.cfg.SSID}
	}
	found, err := e.station.Scan(ctx, scan)
	switch {
	case ctx.Err() != nil:
		return nil, Choice{}, e.expired(ctx)
	case errors.Is(err, ErrScan):
		e.last = err
		return nil, Choice{}, nil // the next scan may succeed
	case err != nil:
		return nil, Choice{}, err
	}
	e.scans++
	choice, err := Choose(found, Criteria{
		Selector:      selection.Selector{MAC: e.station.mac, BSSID: e.cfg.BSSID, OnePerBand: e.cfg.OnePerBand},
		SSID:          e.cfg.SSID,
		PushButton:    password.ID == wps.PasswordPushButton,
		TryUnselected: selection.TryUnselected(e.scans, time.Since(e.began)),
		Skip:          e.skip,
	})
	if e.cfg.Record != nil {
		e.cfg.Record.Search(doctor.Station{
			MAC: e.station.mac, UUID: e.cfg.Enrollee.Device.UUID, Method: doctor.MethodOf(password.ID), First: e.began, Last: time.Now(),
		})
		observe(e.cfg.Record, Named(found, e.cfg.SSID, e.cfg.BSSID))
	}
	e.notify(Event{Kind: EventScanned, Found: found, Choice: choice, Err: err})
	switch {
	case errors.Is(err, selection.ErrOverlap):
		return nil, Choice{}, err
	case err != nil && len(e.skip) > 0: // those to skip are left
		return nil, Choice{}, e.last
	case err != nil && e.last == nil:
		e.last = err
	}
	return found, choice, nil
}

// try registers at one access point.
func (e *enrollment) try(ctx context.Context, found []ScanResult, point *ScanResult) (*Enrolled, error) {
	e.notify(Event{Kind: EventTrying, AP: point})
	mac, err := e.station.radio.address()
	if err != nil {
		return nil, err
	}
	cfg := e.cfg.Enrollee
	cfg.Device.MAC = mac
	if band := dot11.Band(point.Frequency); band != 0 {
		cfg.Device.RFBands = band
	}
	machine, err := registration.NewEnrollee(cfg)
	if err != nil {
		return nil, err
	}
	waiting := refusal{e, point, machine, nil}
	result, err := e.station.Run(ctx, point, RunConfig{Machine: machine, Version10: cfg.Version10, Watch: waiting.watch, Record: e.cfg.Record})
	if err == nil {
		var networks []KnownNetwork
		if networks, err = KnownNetworks(result.Credentials, found); err == nil {
			return &Enrolled{Result: result, AP: *point, Networks: networks}, nil
		}
	}
	e.last = err
	e.notify(Event{Kind: EventFailed, AP: point, Err: err})
	return nil, err
}

// refusal reports M2D while the machine waits after it.
type refusal struct {
	*enrollment
	point   *ScanResult
	machine *registration.Enrollee
	last    *wps.M2D // that was reported
}

// watch is called with each frame. The answer to M2D is sent after the machine
// has processed it.
func (r *refusal) watch(d eapol.Direction, other wps.MAC, frame []byte) {
	if m := r.machine.M2D(); m != nil && m != r.last && d == eapol.Sent {
		r.last = m
		device := m.Device
		r.notify(Event{Kind: EventWaiting, AP: r.point, Registrar: &device, Err: r.machine.Refused()})
	}
	if r.cfg.Watch != nil {
		r.cfg.Watch(d, other, frame)
	}
}

// finalFaults are errors after which another attempt at the same access point
// would fail in the same way: it has another PIN, for example.
var finalFaults = []error{
	registration.ErrPassword, registration.ErrLocked, registration.ErrKeyHash, registration.ErrProtocol, wps.ErrUnusable,
}

// isFinal reports whether an error is one of finalFaults.
func isFinal(err error) bool {
	return slices.ContainsFunc(finalFaults, func(class error) bool { return errors.Is(err, class) })
}

// givesUp reports whether to give up after an error at an access point.
func (e *enrollment) givesUp(err error, point *ScanResult) bool {
	return errors.Is(err, registration.ErrOverlap) || errors.Is(err, registration.ErrConfig) || OfInterface(err) ||
		isFinal(err) && e.cfg.BSSID == point.BSSID
}

// expired returns the error of an enrollment that has run out of time.
func (e *enrollment) expired(ctx context.Context) error {
	cause := context.Cause(ctx)
	if e.scans == 0 && e.last == nil && errors.Is(cause, ErrWalkTime) {
		return ErrNoScan
	}
	if e.last == nil || errors.Is(e.last, cause) {
		return cause
	}
	return fmt.Errorf("%w: %w", cause, e.last)
}

func (e *enrollment) notify(event Event) {
	if e.cfg.Notify != nil {
		e.cfg.Notify(event)
	}
}
