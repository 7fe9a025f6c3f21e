package ap

import (
	"errors"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// What an external registrar reads and writes: the decision about its M8, and
// what follows from the proofs of the PIN before it.

// newEnrollee creates the machine for a station that is an external registrar.
func (s *Session) newEnrollee(now time.Time) (eapwsc.Machine, error) {
	return s.newExternalRun(now, "")
}

// newExternalRun creates the machine for an external registrar with an address,
// if it is that of a [Run].
func (s *Session) newExternalRun(now time.Time, from string) (eapwsc.Machine, error) {
	s.ap.expirePIN(now) // Timeout may not have been called yet
	e, err := registration.NewEnrollee(s.ap.enrolleeConfig(s.ap.lockout.Status(now), s.radio))
	if err != nil {
		return nil, err
	}
	s.external, s.version = &externalRun{enrollee: e, from: from, pinEpoch: s.ap.pinEpoch}, s.ap.version
	if s.ap.token != nil && s.ap.token.enabled {
		s.external.ownToken = s.ap.token
	}
	s.ap.event(Event{Kind: EventStarted, Time: now, Radio: s.radio.bssid(), Station: s.station, From: from, Role: registration.RoleEnrollee})
	return e, nil
}

// apSettings returns what an external registrar reads.
func (a *AccessPoint) apSettings(r *Radio) *wps.Credential {
	settings := a.Settings()
	if a.cfg.APSettings != nil {
		settings = *a.cfg.APSettings
	}
	if settings.MAC == (wps.MAC{}) {
		settings.MAC = a.runConfig(r).Device.MAC
	}
	return &settings
}

// enrolleeConfig returns the configuration of a run with an external registrar.
// Whether the run may write is decided before each of its messages.
func (a *AccessPoint) enrolleeConfig(lock SetupLock, r *Radio) registration.EnrolleeConfig {
	cfg := registration.EnrolleeConfig{Config: a.runConfig(r), AP: a.apSettings(r), Deferred: true}
	if !a.cfg.PushButtonInM1 { // external registrars are added by PIN only [hostap]
		cfg.Device.ConfigMethods &^= anyPushButton
	}
	// Without a password M2 is answered with NACK 15.
	if lock == Locked {
		return cfg
	}
	if !a.cfg.PIN.IsZero() {
		cfg.Password = registration.PIN(a.cfg.PIN)
	}
	if a.token != nil && a.token.enabled { // M1 names it, and the PIN is accepted as well [hostap]
		cfg.Password, cfg.Alternative = a.token.password(), cfg.Password
		cfg.KeyPair = a.token.keys
	}
	return cfg
}

func (s *Session) recheckEnrollee(now time.Time) {
	a, x := s.ap, s.external
	lock := a.lockout.Status(now)
	switch {
	case x.pinEpoch != a.pinEpoch, x.ownToken != nil && !x.ownToken.enabled && x.enrollee.DevicePasswordID() == x.ownToken.oob.ID:
		x.enrollee.Refuse(wps.SetupLocked, ErrWithdrawn)
	case a.lockout.policy == Locked, lock == Locked && !x.enrollee.Proved():
		x.enrollee.Refuse(wps.SetupLocked, nil)
	}
	// Not the status: a lock by wrong guesses hides that only reading is allowed.
	x.enrollee.SetReadOnly(a.lockout.policy == ReadOnly)
	if s.version != a.version {
		s.version = a.version
		x.enrollee.SetAP(a.apSettings(s.radio))
	}
}

// count counts the registrar's proofs: wrong ones in M4 and M6, and right ones
// in M6. It does so at once, so that a registrar that falls silent cannot avoid
// it.
func (s *Session) count(now time.Time) {
	x := s.external
	if x == nil || x.pinCounted {
		return
	}
	var failed *registration.Error
	lock := &s.ap.lockout
	switch {
	case errors.As(x.enrollee.Err(), &failed) && failed.Half != 0 && failed.DetectedBy == registration.RoleEnrollee:
		x.pinCounted = true
		was := lock.Status(now)
		lock.Failure(now)
		state := lock.State(now)
		s.ap.event(Event{
			Kind: EventWrongPIN, Time: now, Radio: s.radio.bssid(), Station: s.station, From: x.from,
			Role: registration.RoleEnrollee, Err: failed, Lockout: &state,
		})
		if lock.Status(now) == Locked && was != Locked {
			s.ap.event(Event{Kind: EventLocked, Time: now, Station: s.station, From: x.from})
		}
	case x.enrollee.Proved():
		x.pinCounted = true
		lock.Success()
	}
}

// settingsDecision is the decision about received settings: that of the owner,
// or that of the access point if they are unusable or the owner is silent.
type settingsDecision struct {
	refused     bool
	configError wps.ConfigError
	reason      error
}

// errNoOwner is the reason for refusing settings that the owner has not adopted
// in time.
var errNoOwner = fmt.Errorf("%w: the owner has not adopted the settings in time", registration.ErrTimeout)

// answerM8 answers M8 at once: unusable settings are refused, the others
// adopted. If the owner is to be asked about these, the answer comes later.
func (s *Session) answerM8(now time.Time) (eapwsc.Step, error) {
	s.refuseUnusable()
	if x := s.external; x.ownerDecision == nil && s.ap.cfg.AskOwner {
		x.askedUntil = now.Add(OwnerTime)
		s.ap.asked.add(s)
		s.ap.event(Event{
			Kind: EventSettingsReceived, Time: now, Radio: s.radio.bssid(), Station: s.station, From: x.from,
			Role: registration.RoleEnrollee, Settings: x.enrollee.NewSettings(),
		})
		return s.server.Answer(now, nil, nil)
	}
	message, err := s.adoptOrReject()
	return s.server.Answer(now, message, err)
}

// refuseUnusable decides about settings that the access point cannot use.
func (s *Session) refuseUnusable() {
	received := s.external.enrollee.NewSettings()
	if ce, err := checkSettings(received); err != nil {
		s.external.ownerDecision = &settingsDecision{true, ce, err}
	}
	received.Clear()
}

// answerWaitingM8 answers M8 after the owner's decision, or without one in time.
func (s *Session) answerWaitingM8(now time.Time) (eapwsc.Step, error) {
	if s.external.ownerDecision == nil {
		s.external.ownerDecision = &settingsDecision{true, wps.DeviceBusy, errNoOwner}
	}
	s.ap.asked.remove(s)
	message, err := s.adoptOrReject()
	return s.server.Answer(now, message, err)
}

// settingsFaults are the reasons to refuse settings, with the configuration
// error for the registrar. TKIP only is raised instead.
var settingsFaults = []struct {
	err         error
	configError wps.ConfigError
	clause      string
}{
	{wps.ErrNoSSID, wps.NetworkAssocFailure, "no station finds the network"},
	{wps.ErrNetworkKey, wps.NetworkAuthFailure, "no station can prove the key"},
	{wps.ErrAuthType, wps.NetworkAuthFailure, "no station can authenticate"},
	{wps.ErrWEP, wps.NoError, "hostap: an error indication of its own, and no configuration error"},
}

// checkSettings returns why the access point cannot use settings, and the
// configuration error for it; nil if it can.
func checkSettings(c *wps.Credential) (wps.ConfigError, error) {
	raised := strengthen(*c)
	err := raised.Usable()
	if err == nil && len(c.SSID) > 32 {
		err = wps.ErrNoSSID
	}
	for _, row := range settingsFaults {
		if errors.Is(err, row.err) {
			return row.configError, err
		}
	}
	return wps.NoError, err
}

// adoptOrReject answers M8 according to the decision; without one it adopts the
// settings.
func (s *Session) adoptOrReject() ([]byte, error) {
	x := s.external
	d := x.ownerDecision
	x.ownerDecision, x.askedUntil = nil, time.Time{}
	if d == nil || !d.refused {
		return x.enrollee.Adopt()
	}
	return x.enrollee.Reject(d.configError, d.reason)
}

// ErrNoSettingsPending is the error of a decision about settings that do not wait
// for one.
var ErrNoSettingsPending = errors.New("ap: no settings of the station wait for the owner")

// AdoptSettings adopts the waiting settings that a station has written: see
// [Config.AskOwner]. The session is then in [AccessPoint.Ready]. The error is
// [ErrNoSettingsPending].
func (a *AccessPoint) AdoptSettings(station wps.MAC) error {
	return a.decideSettings(station, &settingsDecision{})
}

// RefuseSettings refuses such settings. The station is sent a WSC_NACK with the
// configuration error; the reason is reported. The error is [ErrNoSettingsPending].
func (a *AccessPoint) RefuseSettings(station wps.MAC, ce wps.ConfigError, reason error) error {
	return a.decideSettings(station, &settingsDecision{true, ce, reason})
}

func (a *AccessPoint) decideSettings(station wps.MAC, d *settingsDecision) error {
	for s := range a.asked.all {
		if s.station == station {
			s.external.ownerDecision = d
			a.due.add(s)
			return nil
		}
	}
	return ErrNoSettingsPending
}

func (s *Session) endEnrollee(now time.Time, e Event) {
	switch result := s.external.enrollee.Result(); {
	case result == nil:
		e.Kind = EventFailed
		s.ap.event(e)
	case result.SettingsRead:
		e.Kind, e.UUID, e.Device = EventSettingsRead, result.Peer.UUID, result.Peer
		s.ap.event(e)
	case result.AP != nil:
		e.UUID, e.Device = result.Peer.UUID, result.Peer
		s.ap.configure(result.AP, e)
	}
}
