package ap

import (
	"cmp"
	"crypto/rand"
	"encoding/base32"
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

// Config configures an [AccessPoint]. Zero values are sensible defaults.
type Config struct {
	// Registration is the configuration of every run: the description of the access
	// point with its UUID and its real State, the version, the randomness,
	// the key log.
	Registration registration.Config
	// Credentials are the networks to give, the main one first. External
	// registrars read and write the main one. If the access point is not
	// configured yet, its first enrollee configures it, with a random key.
	Credentials []wps.Credential
	// PIN is the access point's own, with which an external registrar reads or
	// writes its settings. The zero value disables this.
	PIN pin.PIN
	// LockoutBase is how long the first lock of the PIN lasts: see [Lockout].
	LockoutBase time.Duration
	// RFBands are all bands of the device; by default those of Radios, or
	// the one in use.
	RFBands wps.RFBands
	// Radios are the radios of an access point with several: see [Radio].
	Radios []RadioConfig
	// FragmentSize and LateM2 are those of [eapwsc.ServerConfig].
	FragmentSize int
	LateM2       time.Duration
	// RequireProbe admits by push button only a device whose probe requests
	// have shown its pressed button: see [PushButton].
	RequireProbe bool
	// AskOwner makes settings that an external registrar writes wait for
	// [AccessPoint.AdoptSettings] or [AccessPoint.RefuseSettings], reported by
	// [EventSettingsReceived], for [OwnerTime]. Without it, usable settings are
	// adopted.
	AskOwner bool
	// CredentialsFor, if set, is called with M1 when a device is admitted, and
	// returns what it is given instead of Credentials: a key of its own, a
	// guest network, a backhaul. M1 is not authenticated: store the credentials
	// for a device when [EventRegistered] reports that it has them. It is
	// called again if the settings change while the device registers. An empty
	// list gives Credentials. An error ends the registration before the device
	// gets any credential; [EventFailed] reports it.
	CredentialsFor func(m1 *wps.M1) ([]wps.Credential, error)
	// APSettings, if set, are what an external registrar reads instead of the
	// main network, until [AccessPoint.Reset]. They are not in effect at an
	// access point that is restored without a network.
	APSettings *wps.Credential
	// PushButtonInM1 keeps the push button among the methods in M1 to an
	// external registrar: some releases of Windows 7 require it [hostap's
	// pbc_in_m1].
	PushButtonInM1 bool
	// MaxPINs is how many PINs the list holds, and how many tokens of
	// devices; 0 means 64. The oldest makes room for a new one.
	MaxPINs int
}

// OwnerTime is how long settings wait for the owner: see [Config.AskOwner].
const OwnerTime = 10 * time.Second

// AccessPoint is the WPS side of an access point: its registrar with the PIN
// list and the push button, its own PIN with the lockout, and what it
// advertises. It combines these rules; each is a type of its own that can be
// used separately.
//
// Call [AccessPoint.Probe] for every probe request, advertise what
// [AccessPoint.Beacon] and [AccessPoint.ProbeResponse] return, and create a
// [Session] for each station that associates for WPS. [AccessPoint.Events]
// returns the events for the owner.
//
// Several radios of one device share an AccessPoint, so that one press and one
// PIN apply to all of them; radios with an AccessPoint each are independent
// (hostap's wps_independent). The UUID-E is the same on all of them.
type AccessPoint struct {
	cfg       Config
	pins      PINList
	tokens    tokenList             // of devices
	token     *ownToken             // the access point's own; nil if there is none
	requested *registration.KeyPair // of a handover that no device has answered yet
	button    PushButton
	lockout   Lockout
	selected  SelectedRegistrar
	events    []Event
	version   int // of the settings: it grows with each change
	pinEpoch  int // of the access point's PIN, likewise
	radios    []*Radio
	pressedOn *Radio          // the radio that the button was pressed for; nil for all
	generated *wps.Credential // the settings that the first Enrollee brings into effect
	last      *Event          // how the last registration ended
	lost      int             // events that were dropped
	pinUntil  time.Time       // when the access point's PIN is disabled; zero is never
	seen      []Monitored
	known     []KnownDevice // latest first
	asked     sessionList   // sessions whose settings wait for the owner
	refused   sessionList   // sessions that were sent M2D, and that a later decision may admit
	relayed   sessionList   // sessions that external registrars may answer: those with a relay
	due       sessionList   // those of all three that may have an answer to send

	listening bool // there are external registrars
}

// New returns an access point. The error names the invalid field, and is of
// class [registration.ErrConfig]. A configured access point needs a network to
// give; one that is not configured needs its name.
func New(cfg Config) (*AccessPoint, error) {
	if cfg.Registration.Device.State == 0 {
		cfg.Registration.Device.State = wps.Configured
	}
	cfg.Radios = slices.Clone(cfg.Radios)
	if cfg.RFBands == 0 {
		for _, r := range cfg.Radios {
			cfg.RFBands |= r.Band
		}
	}
	if cfg.RFBands == 0 {
		cfg.RFBands = cfg.Registration.Device.RFBands
	}
	if !cfg.Registration.Version10 && cfg.Registration.WFA.Version2 == 0 {
		cfg.Registration.WFA.Version2 = 0x20
	}
	cfg.Credentials = slices.Clone(cfg.Credentials)
	a := &AccessPoint{
		cfg:     cfg,
		button:  PushButton{RequireProbe: cfg.RequireProbe},
		pins:    PINList{Max: cfg.MaxPINs},
		tokens:  tokenList{max: cfg.MaxPINs},
		lockout: Lockout{Base: cfg.LockoutBase},
		selected: SelectedRegistrar{
			UUID: cfg.Registration.Device.UUID, ConfigMethods: cfg.Registration.Device.ConfigMethods, RFBands: cfg.RFBands,
		},
	}
	if err := a.checkRadios(); err != nil {
		return a, err
	}
	return a, a.check()
}

// MustNew is [New] for a configuration that is known to be right. It panics if
// it is not.
func MustNew(cfg Config) *AccessPoint {
	a, err := New(cfg)
	if err != nil {
		panic(err)
	}
	return a
}

// check checks the configuration by creating both runs of an access point.
func (a *AccessPoint) check() error {
	if !a.cfg.Registration.Faulty {
		switch {
		case a.cfg.FragmentSize < 0:
			return fmt.Errorf("ap: %w: FragmentSize is negative", registration.ErrConfig)
		case a.cfg.LateM2 < 0:
			return fmt.Errorf("ap: %w: LateM2 is negative", registration.ErrConfig)
		case a.State() == wps.Configured && len(a.cfg.Credentials) == 0:
			return fmt.Errorf("ap: %w: Credentials are missing: there is no network to give", registration.ErrConfig)
		}
	}
	if a.State() == wps.Configured {
		_, err := registration.NewRegistrar(registration.RegistrarConfig{Config: a.cfg.Registration, Deferred: true, Credentials: a.cfg.Credentials})
		if err != nil {
			return fmt.Errorf("ap: %w", err)
		}
	}
	if _, err := registration.NewEnrollee(a.enrolleeConfig(Unlocked, nil)); err != nil {
		return fmt.Errorf("ap: %w", err)
	}
	return nil
}

// EnterPIN adds the PIN of a device, as its owner types it into the router's
// page. Push-button mode ends [hostap]; a registration by push button that has
// begun continues.
func (a *AccessPoint) EnterPIN(now time.Time, e PINEntry) error {
	events, err := a.pins.Add(now, e)
	if err != nil {
		return err
	}
	a.pinsGone(now, events)
	a.button.Cancel()
	entered := Event{Kind: EventPINEntered, Time: now}
	if e.UUID != nil {
		entered.UUID = *e.UUID
	}
	a.event(entered)
	a.advertise(now)
	a.decideAgain()
	return nil
}

// RemovePIN removes the PIN of a UUID-E, or those entered for any device if
// uuid is nil. A registration that uses it ends.
func (a *AccessPoint) RemovePIN(now time.Time, uuid *wps.UUID) {
	a.pinsGone(now, a.pins.Remove(uuid))
	a.advertise(now)
}

// PressButton begins the walk time. The error is [ErrOverlap] if more than
// one device was heard pressing.
func (a *AccessPoint) PressButton(now time.Time) error { return a.press(now, nil) }

func (a *AccessPoint) press(now time.Time, r *Radio) error {
	if err := a.button.Press(now); err != nil {
		a.event(Event{Kind: EventOverlap, Time: now, Radio: r.bssid()})
		return err
	}
	a.pressedOn = r
	a.event(Event{Kind: EventPressed, Time: now, Radio: r.bssid()})
	a.advertise(now)
	a.decideAgain()
	return nil
}

// PressButtonFor starts the walk time for one device: see
// [PushButton.PressFor].
func (a *AccessPoint) PressButtonFor(now time.Time, only wps.MAC) {
	a.button.PressFor(now, only)
	a.pressedOn = nil
	a.event(Event{Kind: EventPressed, Time: now, Station: only})
	a.advertise(now)
	a.decideAgain()
}

// Cancel ends push-button mode, and removes all PINs and tokens of devices.
// Registrations that have begun end before they give any credential, except
// those with the access point's own token, which stays valid.
func (a *AccessPoint) Cancel(now time.Time) {
	a.event(Event{Kind: EventCancelled, Time: now})
	a.button.Withdraw()
	a.pinsGone(now, a.pins.Clear())
	a.tokensGone(now, a.tokens.clear())
	a.forgetRequest()
	a.advertise(now)
}

// advertise derives what is advertised from what is held: the button while its walk
// time runs, else the PINs that were entered within the walk time, else the
// tokens.
func (a *AccessPoint) advertise(now time.Time) { a.advertiseOn(now, nil) }

// advertiseOn does it for a radio, which the button may not have been pressed
// for; nil is all of the access point.
func (a *AccessPoint) advertiseOn(now time.Time, r *Radio) {
	if a.button.Active(now) && !a.pressedElsewhere(r) {
		a.selected.PushButton(now)
		if a.button.restricted() {
			a.selected.own.AuthorizedMACs = []wps.MAC{a.button.only}
		}
		a.selected.own.until = a.button.Deadline()
		return
	}
	macs, until := a.pins.advertised(now)
	if len(macs) > 0 {
		a.selected.PIN(now, macs)
		a.selected.own.until = until
		return
	}
	id, until := a.tokens.advertised(now)
	if id == 0 {
		a.selected.Unselect()
		return
	}
	a.selected.Token(now, id)
	a.selected.own.until = until
}

// SetPIN replaces the access point's own PIN, and unlocks it; the zero value
// disables it. An external registrar that uses the old one is refused from then
// on.
func (a *AccessPoint) SetPIN(now time.Time, p pin.PIN) { a.SetPINFor(now, p, 0) }

// SetPINFor replaces the access point's own PIN like [AccessPoint.SetPIN], for
// a lifetime, after which it is disabled; 0 means without end.
func (a *AccessPoint) SetPINFor(now time.Time, p pin.PIN, lifetime time.Duration) {
	a.cfg.PIN = p
	a.lockout.NewPIN()
	a.pinEpoch++
	a.pinUntil = time.Time{}
	if lifetime > 0 && !p.IsZero() {
		a.pinUntil = now.Add(lifetime)
	}
	a.event(Event{Kind: EventPINChanged, Time: now})
}

// GeneratePIN sets and returns a random PIN of the access point, with a
// lifetime as in [AccessPoint.SetPINFor]. The error is that of the source of
// randomness.
func (a *AccessPoint) GeneratePIN(now time.Time, lifetime time.Duration) (pin.PIN, error) {
	p, err := pin.Generate(cmp.Or(a.cfg.Registration.Rand, rand.Reader))
	if err != nil {
		return pin.PIN{}, fmt.Errorf("ap: a PIN: %w", err)
	}
	a.SetPINFor(now, p, lifetime)
	return p, nil
}

// PIN returns the access point's own PIN, to be shown to the owner; the zero
// value if it is disabled.
func (a *AccessPoint) PIN() pin.PIN { return a.cfg.PIN }

// SetLock sets what an external registrar with the access point's PIN may do,
// irrespective of wrong guesses: see [Lockout.SetPolicy]. [Locked] ends the
// runs that have begun, even if the lock is removed before they continue.
func (a *AccessPoint) SetLock(now time.Time, l SetupLock) {
	a.lockout.SetPolicy(l)
	if l == Locked {
		a.pinEpoch++
	}
	a.event(Event{Kind: EventLockSet, Time: now})
}

// Lock returns what an external registrar with the access point's PIN may do
// now.
func (a *AccessPoint) Lock(now time.Time) SetupLock { return a.lockout.Status(now) }

// LockoutState returns the state of the access point's PIN, to be stored.
func (a *AccessPoint) LockoutState(now time.Time) LockoutState { return a.lockout.State(now) }

// RestoreLockout restores the state of the access point's PIN when the device
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

// WaitingRegistrars returns what is advertised about the registrars that wait for an
// Enrollee, and whether there is one.
func (a *AccessPoint) WaitingRegistrars(now time.Time) (WaitingRegistrars, bool) {
	return a.selected.WaitingRegistrars(now)
}

// Settings returns a copy of the main network.
func (a *AccessPoint) Settings() wps.Credential {
	if len(a.cfg.Credentials) == 0 {
		return wps.Credential{}
	}
	c := a.cfg.Credentials[0]
	c.NetworkKey = slices.Clone(c.NetworkKey)
	return c
}

// State returns whether the access point is configured.
func (a *AccessPoint) State() wps.State { return a.cfg.Registration.Device.State }

// Probe processes a probe request with a WPS element.
func (a *AccessPoint) Probe(now time.Time, mac wps.MAC, e *wps.ProbeRequest) {
	a.probe(now, nil, mac, e)
}

func (a *AccessPoint) probe(now time.Time, r *Radio, mac wps.MAC, e *wps.ProbeRequest) {
	a.noteProbe(now, r, mac, e)
	if a.button.Probe(now, mac, e) {
		a.event(Event{Kind: EventOverlap, Time: now, Radio: r.bssid(), Station: mac, UUID: e.UUIDE})
	}
	if a.listening && e.Raw != nil {
		a.event(Event{Kind: EventStationProbe, Time: now, Radio: r.bssid(), Station: mac, UUID: e.UUIDE, Message: slices.Clone(e.Raw)})
	}
}

// Beacon returns the WPS element of the beacons from now on.
func (a *AccessPoint) Beacon(now time.Time) wps.Beacon {
	a.advertise(now)
	return a.beacon(now)
}

func (a *AccessPoint) beacon(now time.Time) (e wps.Beacon) {
	a.fill(now, &e)
	a.selected.Beacon(now, &e)
	return e
}

// ProbeResponse returns the WPS element of probe responses from now on.
func (a *AccessPoint) ProbeResponse(now time.Time) wps.ProbeResponse {
	a.advertise(now)
	return a.probeResponse(now)
}

func (a *AccessPoint) probeResponse(now time.Time) wps.ProbeResponse {
	d := &a.cfg.Registration.Device
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
	if !a.cfg.Registration.Version10 {
		e.WFA.Version2 = a.cfg.Registration.WFA.Version2
	}
}

// AssociationResponse returns the WPS element of the answer to a station that
// associates for WPS.
func (a *AccessPoint) AssociationResponse() wps.AssociationResponse {
	e := wps.AssociationResponse{ResponseType: wps.ResponseAP}
	if !a.cfg.Registration.Version10 {
		e.WFA.Version2 = a.cfg.Registration.WFA.Version2
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
}

// Deadline returns when to call [AccessPoint.Timeout]; zero is never.
func (a *AccessPoint) Deadline() time.Time {
	next := eapwsc.Earlier(a.pins.Deadline(), a.button.Deadline())
	next = eapwsc.Earlier(eapwsc.Earlier(next, a.tokens.deadline()), a.pinUntil)
	return eapwsc.Earlier(next, eapwsc.Earlier(a.lockout.Deadline(), a.selected.Deadline()))
}

// Timeout handles deadlines that have passed: the walk time ends, PINs expire,
// locks end.
func (a *AccessPoint) Timeout(now time.Time) {
	if a.button.Timeout(now) {
		a.event(Event{Kind: EventPushButtonOver, Time: now})
	}
	a.pinsGone(now, a.pins.Timeout(now))
	a.tokensGone(now, a.tokens.remove(PINExpired, func(t *deviceToken) bool { return t.expired(now) }))
	a.advertise(now)
	a.expirePIN(now)
	if a.lockout.Timeout(now) {
		a.event(Event{Kind: EventUnlocked, Time: now})
	}
	a.selected.Timeout(now)
}

// expirePIN disables the access point's own PIN at the end of its lifetime. Runs
// that began in time continue.
func (a *AccessPoint) expirePIN(now time.Time) {
	if a.pinUntil.IsZero() || now.Before(a.pinUntil) {
		return
	}
	a.cfg.PIN, a.pinUntil = pin.PIN{}, time.Time{}
	a.lockout.NewPIN()
	a.event(Event{Kind: EventPINChanged, Time: now})
}

// configure changes the settings, and reports it with e. It follows the mandate
// of version 2.0: TKIP requires AES as well, and WPA requires WPA2 [hostap].
func (a *AccessPoint) configure(c *wps.Credential, e Event) {
	raised := strengthen(*c)
	stored := wps.Credential{
		SSID: c.SSID, AuthType: raised.AuthType, EncrType: raised.EncrType,
		NetworkKey: slices.Clone(c.NetworkKey), NetworkKeyIndex: c.NetworkKeyIndex,
	}
	a.setNetworks(wps.Configured, append([]wps.Credential{stored}, a.cfg.Credentials[min(1, len(a.cfg.Credentials)):]...))
	reported := stored
	reported.NetworkKey = slices.Clone(stored.NetworkKey)
	e.Kind, e.Settings = EventNewSettings, &reported
	a.event(e)
}

// setNetworks replaces the networks, also for the runs that have begun.
func (a *AccessPoint) setNetworks(state wps.State, list []wps.Credential) {
	a.cfg.Registration.Device.State, a.cfg.Credentials = state, list
	a.version++
	a.generated = nil
}

// strengthen returns the settings with AES added to TKIP, and WPA2 added to WPA.
func strengthen(c wps.Credential) wps.Credential {
	if c.EncrType == wps.EncrTKIP {
		c.EncrType = wps.EncrMixed
	}
	if c.AuthType == wps.AuthWPAPersonal {
		c.AuthType = wps.AuthMixed
	}
	return c
}

// SetSettings changes the main network while the access point runs. A
// registration that has begun gives the new settings, unless it has given the
// old ones already. The error is of class [registration.ErrConfig].
func (a *AccessPoint) SetSettings(now time.Time, c wps.Credential) error {
	if _, err := checkSettings(&c); err != nil {
		return fmt.Errorf("ap: %w: settings: %w", registration.ErrConfig, err)
	}
	a.configure(&c, Event{Time: now})
	return nil
}

// Reset restores the factory state: not configured, with a network name that is
// valid until the first enrollee or an external registrar configures it.
// Permissions are withdrawn, as by [AccessPoint.Cancel], the access point's own
// token is deleted, the devices that it knows and [Config.APSettings] are
// forgotten, and runs with external registrars end, also those of stations that
// they register; none is advertised any more. Its PIN and a lock of it stay: a
// reset allows no new guesses. The error is of class [registration.ErrConfig].
func (a *AccessPoint) Reset(now time.Time, name wps.SSID) error {
	if n := len(name); n == 0 || n > 32 {
		return fmt.Errorf("ap: %w: the name has %d octets, not 1 to 32", registration.ErrConfig, n)
	}
	a.Cancel(now)
	a.token.withdraw()
	a.token = nil
	a.pinEpoch++
	a.endRelayed(now)
	a.selected.external = nil
	a.cfg.APSettings = nil
	factory := wps.Credential{SSID: name, AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
	a.setNetworks(wps.NotConfigured, []wps.Credential{factory})
	a.event(Event{Kind: EventNewSettings, Time: now, Settings: &factory})
	a.known, a.last = nil, nil
	return nil
}

// generateSettings returns the settings for an access point that has none yet:
// its name, WPA2 and a random key.
func (a *AccessPoint) generateSettings() (*wps.Credential, error) {
	if a.generated != nil { // one key, for all enrollees that come before it takes effect
		return a.generated, nil
	}
	c := a.Settings()
	random := a.cfg.Registration.Rand
	if random == nil {
		random = rand.Reader
	}
	var key [10]byte
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return nil, err
	}
	c.AuthType, c.EncrType = wps.AuthWPA2Personal, wps.EncrAES
	c.NetworkKey = []byte(strings.ToLower(base32.StdEncoding.EncodeToString(key[:])))
	a.generated = &c
	return a.generated, nil
}
