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

// EnrollConfig says how to enroll.
type EnrollConfig struct {
	// Enrollee is the station itself and its password: a PIN, or
	// [registration.PushButton]. Device.MAC is set to the interface's
	// address, Device.RFBands to the bands of its radio while it looks
	// around and to that of the access point then, and Device.UUID, if zero,
	// to the one derived from the address.
	Enrollee registration.EnrolleeConfig
	// BSSID and SSID name the access point or the network; any if zero.
	BSSID wps.MAC
	SSID  wps.SSID
	// Frequencies are the channels to look on, in MHz; all if empty, as they
	// should be: who does not look everywhere does not see every overlap.
	Frequencies []int
	// OnePerBand is that of [selection.Selector].
	OnePerBand bool
	// WalkTime is how long to go on; 0 means [wps.WalkTime].
	WalkTime time.Duration
	// Notify, if set, is told what happens.
	Notify func(Event)
	// Countdown, if set, is called at once and then every second, from
	// another goroutine, with what is left of the walk time.
	Countdown func(left time.Duration)
	// Watch, if set, is shown each EAPOL frame.
	Watch func(d eapol.Direction, other wps.MAC, frame []byte)
	// Record, if set, keeps what happens for package doctor.
	Record *doctor.Record
}

// EventKind says what an [Event] reports.
type EventKind uint8

// The events.
const (
	// EventScanned: a scan is complete. Found and Selection are set, and Err
	// if nobody is to be tried.
	EventScanned EventKind = iota + 1
	// EventTrying: a registration begins. AP is set.
	EventTrying
	// EventFailed: a registration failed. AP and Err are set.
	EventFailed
)

var eventNames = [...]string{EventScanned: "scanned", EventTrying: "trying", EventFailed: "failed"}

// String returns the event in a word.
func (k EventKind) String() string {
	if k == 0 || int(k) >= len(eventNames) {
		return fmt.Sprintf("EventKind(%d)", uint8(k))
	}
	return eventNames[k]
}

// Event is something that happens while a station enrolls.
type Event struct {
	Kind      EventKind
	Found     []AccessPoint
	Selection Selection
	AP        *AccessPoint
	Err       error
}

// Enrolled is what a station has got.
type Enrolled struct {
	*registration.Result
	// AP is the access point that gave it.
	AP AccessPoint
	// Credential is the one to use: the first that can be used, for the
	// stronger type of security.
	Credential wps.Credential
}

// Enroll registers the station at an access point that waits for it: it scans,
// chooses ([Select]), registers ([Station.Run]) and begins anew, until it has
// a credential, the walk time ends or nothing more can be hoped for.
//
// The error is of class [ErrWalkTime] if the time ended, with what was missing
// at last: [selection.ErrNoAccessPoint], [registration.ErrNoRegistrar] and so on.
// It is that of the run where trying again would not help: a wrong PIN, a
// session overlap.
func (s *Station) Enroll(ctx context.Context, cfg EnrollConfig) (*Enrolled, error) {
	e := &enrollment{station: s, cfg: cfg, began: time.Now()}
	e.cfg.Enrollee.Device.MAC = s.mac
	if e.cfg.Enrollee.Device.UUID == (wps.UUID{}) {
		e.cfg.Enrollee.Device.UUID = wps.UUIDFromMAC(s.mac)
	}
	if s.bands != 0 {
		e.cfg.Enrollee.Device.RFBands = s.bands
	}
	// What no run could be made with is told before the air is troubled.
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

// countdown calls f at once and every second, until it is stopped.
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
	last    error     // why the last attempt failed, or nobody was to be tried
	scans   int
}

func (e *enrollment) run(ctx context.Context) (*Enrolled, error) {
	for {
		found, choice, err := e.look(ctx)
		if err != nil {
			return nil, err
		}
		for _, i := range choice.Order {
			enrolled, err := e.try(ctx, &found[i])
			if err == nil || e.hopeless(err, &found[i]) {
				return enrolled, err
			}
			if ctx.Err() != nil {
				return nil, e.over(ctx)
			}
		}
		select {
		case <-time.After(rescanPause):
		case <-ctx.Done():
			return nil, e.over(ctx)
		}
	}
}

// look scans and selects. That nobody waits is no error: it may come.
func (e *enrollment) look(ctx context.Context) ([]AccessPoint, Selection, error) {
	password := &e.cfg.Enrollee.Password
	scan := ScanConfig{
		Frequencies: e.cfg.Frequencies,
		Request:     NewProbeRequest(&e.cfg.Enrollee.Device, password.ID, e.cfg.Enrollee.Version10),
	}
	if e.cfg.SSID != "" {
		scan.SSIDs = []wps.SSID{e.cfg.SSID}
	}
	found, err := e.station.Scan(ctx, scan)
	switch {
	case ctx.Err() != nil:
		return nil, Selection{}, e.over(ctx)
	case errors.Is(err, ErrScan):
		e.last = err
		return nil, Selection{}, nil // there will be another
	case err != nil:
		return nil, Selection{}, err
	}
	e.scans++
	choice, err := Select(found, Wish{
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
	e.notify(Event{Kind: EventScanned, Found: found, Selection: choice, Err: err})
	switch {
	case errors.Is(err, selection.ErrOverlap):
		return nil, Selection{}, err
	case err != nil && len(e.skip) > 0:
		return nil, Selection{}, e.last
	case err != nil && e.last == nil:
		e.last = err
	}
	return found, choice, nil
}

// try registers at one access point.
func (e *enrollment) try(ctx context.Context, point *AccessPoint) (*Enrolled, error) {
	e.notify(Event{Kind: EventTrying, AP: point})
	cfg := e.cfg.Enrollee
	if band := dot11.Band(point.Frequency); band != 0 {
		cfg.Device.RFBands = band
	}
	machine, err := registration.NewEnrollee(cfg)
	if err != nil {
		return nil, err
	}
	result, err := e.station.Run(ctx, point, RunConfig{Machine: machine, Version10: cfg.Version10, Watch: e.cfg.Watch, Record: e.cfg.Record})
	if err == nil {
		var credential wps.Credential
		if credential, err = usable(result.Credentials); err == nil {
			return &Enrolled{Result: result, AP: *point, Credential: credential}, nil
		}
	}
	e.last = err
	e.notify(Event{Kind: EventFailed, AP: point, Err: err})
	return nil, err
}

// usable returns the credential to use among those received. The error is the
// first one's.
func usable(received []wps.Credential) (wps.Credential, error) {
	var fault error
	for _, c := range wps.MergeCredentials(received) {
		err := c.Usable()
		if err == nil {
			return c.Strongest(), nil
		}
		if fault == nil {
			fault = err
		}
	}
	return wps.Credential{}, fault
}

// interfaceFaults are errors with which no access point has to do.
var interfaceFaults = []error{ErrHeld, ErrPermission, ErrRadioOff, ErrNoInterface, ErrMode, ErrDriver, registration.ErrConfig}

// finalFaults are errors upon which another attempt at the same access point
// would fail like this one: it has another PIN, say.
var finalFaults = []error{
	registration.ErrPassword, registration.ErrLocked, registration.ErrKeyHash, registration.ErrProtocol, wps.ErrUnusable,
}

// hopeless reports whether to give up after an error.
func (e *enrollment) hopeless(err error, point *AccessPoint) bool {
	is := func(class error) bool { return errors.Is(err, class) }
	if is(registration.ErrOverlap) || slices.ContainsFunc(interfaceFaults, is) {
		return true
	}
	if slices.ContainsFunc(finalFaults, is) {
		e.skip = append(e.skip, point.BSSID)
		return e.cfg.BSSID == point.BSSID
	}
	return false
}

// over is the error of an enrollment that has run out of time.
func (e *enrollment) over(ctx context.Context) error {
	cause := context.Cause(ctx)
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
