package ap

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// AccessPointConfig is what an [AccessPoint] is told. The zero value of a
// field is the sensible default.
type Config struct {
	// Run is the configuration of every run: the description of the access
	// point with its UUID and its real State, the version, the randomness,
	// the key log.
	Run registration.Config
	// Credentials are the networks to give, the main one first. It is also
	// what external registrars read and write. If the access point is not
	// configured yet, its first enrollee configures it, with a random key.
	Credentials []wps.Credential
	// PIN is the access point's own, with which an external registrar reads
	// or writes its settings. The zero value disables that.
	PIN pin.PIN
	// LockoutBase is how long the first lock of the PIN lasts: see [Lockout].
	LockoutBase time.Duration
	// RFBands are all bands of the device; the one in use by default.
	RFBands wps.RFBands
	// FragmentSize and LateM2 are those of [eapwsc.ServerConfig].
	FragmentSize int
	LateM2       time.Duration
}

// AccessPoint is the WPS side of an access point: its registrar with the PIN
// list and the push button, its own PIN with the lockout, and what it
// advertises. It is the one place where these rules meet; each is a type of
// its own that serves without it.
//
// Tell it of every probe request ([AccessPoint.Probe]), advertise what
// [AccessPoint.Beacon] and [AccessPoint.ProbeResponse] return, and give each
// station that associates for WPS a [Session]. What the owner should hear of
// is collected in [AccessPoint.Events].
type AccessPoint struct {
	cfg      Config
	pins     PINList
	button   PushButton
	lockout  Lockout
	selected SelectedRegistrar
	events   []Event
}

// EventKind tells what an [Event] reports.
type EventKind uint8

// The events.
const (
	// EventRegistered: a station was given the network.
	EventRegistered EventKind = iota + 1
	// EventFailed: a run failed; Err says why.
	EventFailed
	// EventPINNeeded: a station asked with a PIN that nobody has entered.
	EventPINNeeded
	// EventOverlap: more than one device is in push-button mode.
	EventOverlap
	// EventPushButtonOver: the walk time ended, and nobody came.
	EventPushButtonOver
	// EventPINGone: a PIN was taken off the list; PIN says why.
	EventPINGone
	// EventSettingsRead: an external registrar has read the settings.
	EventSettingsRead
	// EventNewSettings: the settings have changed, by an external registrar
	// or because the first enrollee came. Apply Settings in a moment, when
	// the station has gone.
	EventNewSettings
	// EventLocked and EventUnlocked: the access point's PIN.
	EventLocked
	EventUnlocked
)

var eventNames = []string{
	EventRegistered: "registered", EventFailed: "failed", EventPINNeeded: "PIN needed", EventOverlap: "overlap",
	EventPushButtonOver: "push button over", EventPINGone: "PIN gone", EventSettingsRead: "settings read",
	EventNewSettings: "new settings", EventLocked: "locked", EventUnlocked: "unlocked",
}

// String returns the event in words.
func (k EventKind) String() string { return eventKindString(k) }

func eventKindString(k EventKind) string {
	if int(k) < len(eventNames) && eventNames[k] != "" {
		return eventNames[k]
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// Event is something that happened at an access point.
type Event struct {
	Kind     EventKind
	Time     time.Time
	Station  wps.MAC           // the station concerned, or zero
	UUID     wps.UUID          // its UUID-E or UUID-R, as far as it is known
	Device   wps.Device        // its description
	Role     registration.Role // the access point's in the run: the enrollee of an external registrar; 0 if there was none
	Settings *wps.Credential   // of EventNewSettings
	PIN      PINFate           // of EventPINGone
	Err      error             // of EventFailed
}

// NewAccessPoint returns the WPS side of an access point.
func New(cfg Config) *AccessPoint {
	if cfg.Run.Device.State == 0 {
		cfg.Run.Device.State = wps.Configured
	}
	if cfg.RFBands == 0 {
		cfg.RFBands = cfg.Run.Device.RFBands
	}
	if !cfg.Run.Version10 && cfg.Run.WFA.Version2 == 0 {
		cfg.Run.WFA.Version2 = 0x20
	}
	cfg.Credentials = slices.Clone(cfg.Credentials)
	return &AccessPoint{
		cfg:     cfg,
		lockout: Lockout{Base: cfg.LockoutBase},
		selected: SelectedRegistrar{
			UUID: cfg.Run.Device.UUID, ConfigMethods: cfg.Run.Device.ConfigMethods, RFBands: cfg.RFBands,
		},
	}
}

// EnterPIN adds the PIN of a device, as its owner types it into the router's
// page. Push-button mode ends [hostap].
func (a *AccessPoint) EnterPIN(now time.Time, e PINEntry) error {
	events, err := a.pins.Add(now, e)
	if err != nil {
		return err
	}
	a.pinsGone(now, events)
	a.button.Cancel()
	a.selected.PIN(now, a.pins.AuthorizedMACs())
	return nil
}

// PressButton begins the walk time. The error is [ErrOverlap] if more than
// one device was heard pressing.
func (a *AccessPoint) PressButton(now time.Time) error {
	if err := a.button.Press(now); err != nil {
		a.event(Event{Kind: EventOverlap, Time: now})
		return err
	}
	a.selected.PushButton(now)
	return nil
}

// Cancel ends push-button mode and takes all PINs off the list.
func (a *AccessPoint) Cancel(now time.Time) {
	a.button.Cancel()
	a.pinsGone(now, a.pins.Clear())
	a.selected.Unselect()
}

// SetPIN replaces the access point's own PIN, and unlocks it; the zero value
// disables it.
func (a *AccessPoint) SetPIN(p pin.PIN) {
	a.cfg.PIN = p
	a.lockout.NewPIN()
}

// Lockout returns the lockout of the access point's PIN, to be set, saved and
// restored.
func (a *AccessPoint) Lockout() *Lockout { return &a.lockout }

// SelectedRegistrar returns what is advertised about registrars, to be told
// of external ones.
func (a *AccessPoint) SelectedRegistrar() *SelectedRegistrar { return &a.selected }

// Settings returns the main network, and State whether it is configured.
func (a *AccessPoint) Settings() wps.Credential {
	if len(a.cfg.Credentials) == 0 {
		return wps.Credential{}
	}
	return a.cfg.Credentials[0]
}

// State returns whether the access point is configured.
func (a *AccessPoint) State() wps.State { return a.cfg.Run.Device.State }

// Probe tells of a probe request that has a WPS element.
func (a *AccessPoint) Probe(now time.Time, mac wps.MAC, e *wps.ProbeRequest) {
	if a.button.Probe(now, mac, e) {
		a.event(Event{Kind: EventOverlap, Time: now, Station: mac, UUID: e.UUIDE})
	}
}

// Beacon returns the WPS element of the beacons from now on.
func (a *AccessPoint) Beacon(now time.Time) (e wps.Beacon) {
	a.fill(now, &e)
	a.selected.Beacon(now, &e)
	return e
}

// ProbeResponse returns the WPS element of probe responses from now on.
func (a *AccessPoint) ProbeResponse(now time.Time) wps.ProbeResponse {
	d := &a.cfg.Run.Device
	e := wps.ProbeResponse{
		Manufacturer: d.Manufacturer, ModelName: d.ModelName, ModelNumber: d.ModelNumber, SerialNumber: d.SerialNumber,
	}
	e.PrimaryDeviceType, e.DeviceName = d.PrimaryDeviceType, d.DeviceName
	a.fill(now, &e.Beacon)
	a.selected.ProbeResponse(now, &e)
	return e
}

func (a *AccessPoint) fill(now time.Time, e *wps.Beacon) {
	e.State = a.State()
	e.APSetupLocked = a.lockout.Status(now) == Locked
	if !a.cfg.Run.Version10 {
		e.WFA.Version2 = a.cfg.Run.WFA.Version2
	}
}

// AssociationResponse returns the WPS element of the answer to a station that
// associates for WPS.
func (a *AccessPoint) AssociationResponse() wps.AssociationResponse {
	e := wps.AssociationResponse{ResponseType: wps.ResponseAP}
	if !a.cfg.Run.Version10 {
		e.WFA.Version2 = a.cfg.Run.WFA.Version2
	}
	return e
}

// Events returns what has happened since it was called last.
func (a *AccessPoint) Events() []Event {
	events := a.events
	a.events = nil
	return events
}

// maxEvents bounds what is kept for an owner who does not look.
const maxEvents = 1024

func (a *AccessPoint) event(e Event) {
	if len(a.events) < maxEvents {
		a.events = append(a.events, e)
	}
}

func (a *AccessPoint) pinsGone(now time.Time, events []PINEvent) {
	for _, e := range events {
		out := Event{Kind: EventPINGone, Time: now, PIN: e.Fate}
		if e.UUID != nil {
			out.UUID = *e.UUID
		}
		a.event(out)
	}
	if len(events) > 0 && a.pins.Len() == 0 && !a.button.Active(now) {
		a.selected.Unselect() // nobody is waited for any more
	}
}

// Deadline returns when [AccessPoint.Timeout] is to be called; zero is never.
func (a *AccessPoint) Deadline() time.Time {
	next := eapwsc.Earlier(a.pins.Deadline(), a.button.Deadline())
	return eapwsc.Earlier(next, eapwsc.Earlier(a.lockout.Deadline(), a.selected.Deadline()))
}

// Timeout lets time have its effect: the walk time ends, PINs expire, locks
// open.
func (a *AccessPoint) Timeout(now time.Time) {
	if a.button.Timeout(now) {
		a.event(Event{Kind: EventPushButtonOver, Time: now})
	}
	a.pinsGone(now, a.pins.Timeout(now))
	if a.lockout.Timeout(now) {
		a.event(Event{Kind: EventUnlocked, Time: now})
	}
	a.selected.Timeout(now)
}

// Session is one station's exchange with an [AccessPoint]: a [eapwsc.Server] whose
// runs follow the access point's rules. Drive it as a Server.
type Session struct {
	*eapwsc.Server
	ap      *AccessPoint
	station wps.MAC
	now     time.Time
	use     *PINUse
	button  bool // the run is one of the push button
	made    *wps.Credential
	counted bool // what the run tells of the access point's PIN
	settled bool
}

// NewSession returns the exchange with a station that associated for WPS. Id
// is the Identifier of the first EAP request.
func (a *AccessPoint) NewSession(station wps.MAC, id uint8) (*Session, error) {
	s := &Session{ap: a, station: station}
	var err error
	s.Server, err = eapwsc.NewServer(eapwsc.ServerConfig{
		Registrar: s.registrar, Enrollee: s.enrollee,
		FragmentSize: a.cfg.FragmentSize, FirstID: id, LateM2: a.cfg.LateM2,
	})
	return s, err
}

// Start asks the station for its identity.
func (s *Session) Start(now time.Time) eapwsc.Step {
	s.now = now
	return s.Server.Start(now)
}

// Handle takes an EAP packet of the station: see [eapwsc.Server.Handle].
func (s *Session) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	s.now = now
	s.recheck()
	step, err := s.Server.Handle(now, packet)
	return s.after(step, err)
}

// Timeout tells that the deadline has come: see [eapwsc.Server.Timeout].
func (s *Session) Timeout(now time.Time) (eapwsc.Step, error) {
	s.now = now
	step, err := s.Server.Timeout(now)
	return s.after(step, err)
}

// Close ends the session because the station has gone.
func (s *Session) Close(now time.Time) {
	s.now = now
	if m := s.Machine(); m != nil {
		s.after(eapwsc.Step{Done: true}, m.Closed())
	}
}

func (s *Session) after(step eapwsc.Step, err error) (eapwsc.Step, error) {
	s.count()
	if step.Done && !s.settled {
		s.settled = true
		s.settle(err)
	}
	return step, err
}

// recheck stops a push-button run in which a second device has been heard, and
// one of an external registrar that has proved nothing when the PIN is locked:
// otherwise many that have begun before could all guess.
func (s *Session) recheck() {
	switch m := s.Machine().(type) {
	case *registration.Registrar:
		if !s.button {
			return
		}
		if err := s.ap.button.Recheck(s.now); err != nil {
			m.Refuse(wps.MultiplePBCSessions, err)
		}
	case *registration.Enrollee:
		if !m.Proved() && s.ap.lockout.Status(s.now) == Locked {
			m.Refuse(wps.SetupLocked, nil)
		}
	}
}

// registrar makes the run of a station that wants to be registered.
func (s *Session) registrar() (eapwsc.Machine, error) {
	return registration.NewRegistrar(registration.RegistrarConfig{
		Config: s.ap.cfg.Run, Admit: s.admit, Credentials: s.ap.cfg.Credentials,
	})
}

// admit decides on an M1: messages.md §3.1 in one place.
func (s *Session) admit(m1 *wps.M1) (registration.Admission, error) {
	var a registration.Admission
	var err error
	switch id := m1.DevicePasswordID; {
	case id == wps.PasswordPushButton:
		err = s.ap.button.Admit(s.now, s.station, m1.UUID)
		a.Password, s.button = registration.PushButton(), err == nil
	case id == wps.PasswordNFCHandover || id.OutOfBand():
		err = ErrNoPIN
	default:
		if s.use, err = s.ap.pins.Use(s.now, m1.UUID, m1.MAC); err == nil {
			a.Password = registration.PIN(s.use.PIN())
			a.Password.ID = id
		}
	}
	if err != nil {
		return a, s.notNow(m1, err)
	}
	if s.ap.State() == wps.NotConfigured {
		s.made, err = s.ap.invent()
		if s.made != nil {
			a.Credentials = []wps.Credential{*s.made}
		}
	}
	return a, err
}

// notNow refuses an M1, and tells the owner what is missing.
func (s *Session) notNow(m1 *wps.M1, why error) error {
	n := &registration.NotNow{Err: why}
	var refusal Refusal
	if errors.As(why, &refusal) {
		n.ConfigError = refusal.ConfigError()
	}
	e := Event{Time: s.now, Station: s.station, UUID: m1.UUID, Device: m1.Device}
	switch {
	case errors.Is(why, ErrNoPIN):
		e.Kind = EventPINNeeded
		s.ap.event(e)
		if s.ap.lockout.Status(s.now) == Locked {
			n.ConfigError = wps.SetupLocked // hostap: where no PIN is known and setup is locked
		}
	case errors.Is(why, ErrOverlap):
		e.Kind = EventOverlap
		s.ap.event(e)
	}
	return n
}

// invent makes the settings of an access point that has none yet: its name,
// WPA2 and a random key.
func (a *AccessPoint) invent() (*wps.Credential, error) {
	c := a.Settings()
	random := a.cfg.Run.Rand
	if random == nil {
		random = rand.Reader
	}
	var key [10]byte
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return nil, err
	}
	c.AuthType, c.EncrType = wps.AuthWPA2Personal, wps.EncrAES
	c.NetworkKey = []byte(strings.ToLower(base32.StdEncoding.EncodeToString(key[:])))
	return &c, nil
}

// enrollee makes the run of an external registrar.
func (s *Session) enrollee() (eapwsc.Machine, error) {
	settings := s.ap.Settings()
	cfg := registration.EnrolleeConfig{Config: s.ap.cfg.Run, AP: &settings}
	if settings.MAC == (wps.MAC{}) {
		settings.MAC = cfg.Device.MAC
	}
	// External registrars are added by PIN only [hostap].
	cfg.Device.ConfigMethods &^= anyPushButton
	switch s.ap.lockout.Status(s.now) {
	case Locked:
		// Without a password M2 is answered by NACK 15.
		return registration.NewEnrollee(cfg)
	case ReadOnly:
		cfg.ReadOnly = true
	}
	if !s.ap.cfg.PIN.IsZero() {
		cfg.Password = registration.PIN(s.ap.cfg.PIN)
	}
	return registration.NewEnrollee(cfg)
}

// settle draws the consequences of an exchange that is over.
func (s *Session) settle(err error) {
	e := Event{Time: s.now, Station: s.station, Err: err}
	if m := s.Machine(); m != nil {
		e.Role = m.Role()
	}
	switch m := s.Machine().(type) {
	case *registration.Registrar:
		e.UUID, e.Device = m.Enrollee().UUID, m.Enrollee().Device
		s.settleRegistrar(m, e)
	case *registration.Enrollee:
		s.settleEnrollee(m, e)
	default:
		e.Kind = EventFailed
		s.ap.event(e)
	}
}

func (s *Session) settleRegistrar(m *registration.Registrar, e Event) {
	if s.use != nil {
		result := PINFailed
		switch {
		case m.Proved():
			result = PINProved
		case m.Exposed():
			result = PINFailedAfterM6
		}
		switch e := s.use.Finish(result); e.Fate {
		case PINSucceeded, PINRevealed, PINWornOut: // what took it off before has been told
			s.ap.pinsGone(s.now, []PINEvent{e})
		}
	}
	if m.Result() == nil {
		e.Kind = EventFailed
		s.ap.event(e)
		return
	}
	if s.button {
		s.ap.button.Done(s.now, e.UUID)
	}
	s.ap.selected.Unselect()
	e.Kind = EventRegistered
	s.ap.event(e)
	if s.made != nil {
		s.ap.configure(s.now, s.made)
	}
}

func (s *Session) settleEnrollee(m *registration.Enrollee, e Event) {
	switch result := m.Result(); {
	case result == nil:
		e.Kind = EventFailed
		s.ap.event(e)
	case result.SettingsRead:
		e.Kind, e.UUID, e.Device = EventSettingsRead, result.Peer.UUID, result.Peer
		s.ap.event(e)
	case result.AP != nil:
		s.ap.configure(s.now, result.AP)
	}
}

// count keeps the account of wrong PINs: the proofs of M4 and M6 that failed,
// and those of M6 that did not. It does so at once: a registrar that falls
// silent then does not put it off.
func (s *Session) count() {
	m, ok := s.Machine().(*registration.Enrollee)
	if !ok || s.counted {
		return
	}
	var failed *registration.Error
	lock := &s.ap.lockout
	switch {
	case errors.As(m.Err(), &failed) && failed.Half != 0 && failed.DetectedBy == registration.RoleEnrollee:
		s.counted = true
		was := lock.Status(s.now)
		lock.Failure(s.now)
		if lock.Status(s.now) == Locked && was != Locked {
			s.ap.event(Event{Kind: EventLocked, Time: s.now, Station: s.station})
		}
	case m.Proved():
		s.counted = true
		lock.Success()
	}
}

// configure changes the settings. The mandate of version 2.0 is kept: with
// TKIP goes AES, with WPA goes WPA2 [hostap].
func (a *AccessPoint) configure(now time.Time, c *wps.Credential) {
	if c.EncrType == wps.EncrTKIP {
		c.EncrType = wps.EncrMixed
	}
	if c.AuthType == wps.AuthWPAPersonal {
		c.AuthType = wps.AuthMixed
	}
	stored := wps.Credential{
		SSID: c.SSID, AuthType: c.AuthType, EncrType: c.EncrType,
		NetworkKey: slices.Clone(c.NetworkKey), NetworkKeyIndex: c.NetworkKeyIndex,
	}
	a.cfg.Run.Device.State = wps.Configured
	a.cfg.Credentials = append([]wps.Credential{stored}, a.cfg.Credentials[min(1, len(a.cfg.Credentials)):]...)
	a.event(Event{Kind: EventNewSettings, Time: now, Settings: &stored})
}
