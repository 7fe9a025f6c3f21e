package ap

import (
	"crypto/rand"
	"encoding/base32"
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
	refused  []*Session // that M2D was sent to, and that a later decision may admit
	relayed  []*Session // that external registrars hear of, and may answer

	listening bool // there are external registrars
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
	a.decideAgain(now)
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
	a.decideAgain(now)
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

// SetLock sets what an external registrar that knows the access point's PIN
// may do, irrespective of wrong guesses: see [Lockout.SetPolicy].
func (a *AccessPoint) SetLock(l SetupLock) { a.lockout.SetPolicy(l) }

// Lock returns what an external registrar that knows the access point's PIN
// may do now.
func (a *AccessPoint) Lock(now time.Time) SetupLock { return a.lockout.Status(now) }

// LockoutState returns the state of the access point's PIN, to be stored.
func (a *AccessPoint) LockoutState(now time.Time) LockoutState { return a.lockout.State(now) }

// RestoreLockout puts back the state of the access point's PIN when the device
// starts: see [Lockout.Restore].
func (a *AccessPoint) RestoreLockout(now time.Time, s LockoutState) error {
	return a.lockout.Restore(now, s)
}

// SetSelectedRegistrar processes the message of an external registrar: see
// [SelectedRegistrar.SetSelectedRegistrar].
func (a *AccessPoint) SetSelectedRegistrar(now time.Time, from string, m *wps.SetSelectedRegistrar) {
	a.selected.SetSelectedRegistrar(now, from, m)
}

// ForgetRegistrar removes an external registrar that has gone.
func (a *AccessPoint) ForgetRegistrar(from string) { a.selected.Forget(from) }

// Selection returns what is advertised about the registrars that wait for an
// Enrollee, and whether there is one.
func (a *AccessPoint) Selection(now time.Time) (Selection, bool) { return a.selected.Selection(now) }

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
	if a.listening && e.Raw != nil {
		a.event(Event{Kind: EventStationProbe, Time: now, Station: mac, UUID: e.UUIDE, Message: slices.Clone(e.Raw)})
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

func (a *AccessPoint) pinsGone(now time.Time, events []PINEvent) {
	for _, e := range events {
		out := Event{Kind: EventPINGone, Time: now, PIN: e.State}
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

// generateSettings returns the settings for an access point that has none yet:
// its name, WPA2 and a random key.
func (a *AccessPoint) generateSettings() (*wps.Credential, error) {
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
