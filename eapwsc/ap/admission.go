package ap

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Whether an Enrollee is admitted: the decision about its M1, and what follows
// from it during the run and at its end.

// newRegistrar creates the machine for a station that wants to be registered:
// our own registrar, in a relay if external registrars may answer instead.
func (s *Session) newRegistrar(time.Time) (eapwsc.Machine, error) {
	r, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: s.ap.runConfig(s.radio), Deferred: true,
	})
	if err != nil {
		return nil, err
	}
	s.registrar = r
	if !s.ap.listening {
		return r, nil
	}
	s.relay = &relay{Registrar: r, session: s}
	s.ap.relayed.add(s)
	return s.relay, nil
}

// answerM1 answers the waiting M1, for the first time or again.
func (s *Session) answerM1(now time.Time) (eapwsc.Step, error) {
	s.redecide = false
	decision, err := s.decideM1(now, s.registrar.Enrollee())
	if err != nil {
		return s.server.Answer(now, nil, s.registrar.Abort(err))
	}
	message, err := s.registrar.Decide(decision)
	if s.registrar.State() != registration.SentM2D {
		s.ap.refused.remove(s)
	} else if s.lateM2 > 0 {
		s.ap.refused.add(s)
	}
	return s.server.Answer(now, message, err)
}

// decideM1 applies the rules of the access point to an M1. The error is that of
// the source of randomness, or of [Config.CredentialsFor].
func (s *Session) decideM1(now time.Time, m1 *wps.M1) (d registration.Decision, err error) {
	d, refused := s.admit(now, m1)
	if refused != nil {
		return s.refuse(now, m1, refused), nil
	}
	s.ap.event(Event{
		Kind: EventStarted, Time: now, Radio: s.radio.bssid(), Station: s.station, UUID: m1.UUID, Device: m1.Device, Role: registration.RoleRegistrar,
	})
	s.version = s.ap.version
	if s.ap.State() == wps.NotConfigured {
		made, err := s.ap.generateSettings()
		if err != nil {
			return d, err
		}
		s.generated, d.Credentials = true, []wps.Credential{*made}
		return d, nil
	}
	d.Credentials, err = s.credentials()
	return d, err
}

// admit returns the password that an Enrollee has to prove with the keys for
// it, or why it is not admitted.
func (s *Session) admit(now time.Time, m1 *wps.M1) (registration.Decision, error) {
	switch id := m1.DevicePasswordID; {
	case id == wps.PasswordPushButton && s.ap.pressedElsewhere(s.radio):
		if s.ap.button.Active(now) && s.ap.button.presses(now, s.station, m1.UUID) { // it presses all the same
			s.ap.event(Event{Kind: EventOverlap, Time: now, Radio: s.radio.bssid(), Station: s.station, UUID: m1.UUID})
		}
		return registration.Decision{}, ErrNotPressed
	case id == wps.PasswordPushButton:
		use, err := s.ap.button.Use(now, s.station, m1.UUID)
		s.buttonUse = use
		return registration.Admit(registration.PushButton()), err
	case id == wps.PasswordNFCHandover || id.OutOfBand():
		return s.admitToken(now, m1)
	default:
		use, err := s.ap.pins.Use(now, m1.UUID, m1.MAC)
		if err != nil {
			return registration.Decision{}, err
		}
		s.pinUse = use
		password := registration.PIN(use.PIN())
		password.ID = id
		return registration.Admit(password), nil
	}
}

// refuse returns the decision that refuses an M1, and reports it to the owner
// unless that was reported before.
func (s *Session) refuse(now time.Time, m1 *wps.M1, why error) registration.Decision {
	d := registration.Refuse(configErrorOf(why), why)
	e := Event{Time: now, Radio: s.radio.bssid(), Station: s.station, UUID: m1.UUID, Device: m1.Device}
	switch {
	case errors.Is(why, ErrNoPIN):
		e.Kind = EventPINNeeded
		if s.ap.lockout.Status(now) == Locked {
			d.ConfigError = wps.SetupLocked // hostap, if no PIN was entered and setup is locked
		}
	case errors.Is(why, ErrOverlap):
		e.Kind = EventOverlap
	}
	if e.Kind != 0 && !errors.Is(s.reported, why) {
		s.ap.event(e)
	}
	s.reported = why
	return d
}

// admitToken decides on an M1 that asks for an out-of-band password, or for the
// end of a handover.
func (s *Session) admitToken(now time.Time, m1 *wps.M1) (d registration.Decision, err error) {
	a := s.ap
	t, otherKey := a.tokens.find(now, m1)
	switch {
	case t != nil && a.tokens.lent[t.hash] != nil:
		return d, ErrPINInUse
	case t != nil:
		s.tokenUse = a.tokens.lend(t)
		d = registration.Admit(t.password)
		if t.id == wps.PasswordNFCHandover {
			d = registration.Admit(registration.Handover())
		}
		d.PeerKeyHash, d.KeyPair = &t.hash, t.keys
		return d, nil
	case a.token != nil && a.token.enabled && a.token.oob.ID == m1.DevicePasswordID:
		// The device has read our tag: it knows our key, and proves the password.
		s.tokenUse = &tokenUse{own: a.token}
		d = registration.Admit(a.token.password())
		d.KeyPair = a.token.keys
		return d, nil
	case otherKey:
		return d, ErrTokenKey
	}
	return d, ErrNoToken
}

// configErrorOf returns the configuration error of a refusal.
func configErrorOf(err error) wps.ConfigError {
	var refusal Refusal
	if errors.As(err, &refusal) {
		return refusal.ConfigError()
	}
	return wps.NoError
}

// credentials returns the credentials for the Enrollee. They must not be
// changed: those of the access point are shared by all sessions. The registrar
// copies what it gives.
func (s *Session) credentials() ([]wps.Credential, error) {
	f := s.ap.cfg.CredentialsFor
	if f == nil {
		return s.ap.cfg.Credentials, nil
	}
	list, err := f(s.registrar.Enrollee())
	switch {
	case err != nil:
		return nil, fmt.Errorf("ap: credentials for the device: %w", err)
	case len(list) == 0:
		return s.ap.cfg.Credentials, nil
	}
	list = slices.Clone(list) // the caller may change its own
	for i := range list {
		list[i].NetworkKey = slices.Clone(list[i].NetworkKey)
	}
	return list, nil
}

func (s *Session) recheckRegistrar() {
	var refused error
	switch {
	case s.buttonUse != nil:
		refused = s.buttonUse.Err()
	case s.pinUse != nil:
		refused = s.pinUse.Err()
	default:
		refused = s.tokenUse.err()
	}
	if refused == nil && s.version != s.ap.version {
		s.version, s.generated = s.ap.version, false
		var list []wps.Credential
		if list, refused = s.credentials(); refused == nil {
			refused = s.registrar.SetCredentials(list)
		}
	}
	if refused != nil {
		s.registrar.Refuse(configErrorOf(refused), refused)
	}
}

// decideAgain makes the access point decide again about each refused M1,
// because of an action of the owner.
func (a *AccessPoint) decideAgain() {
	for s := range a.refused.all {
		s.redecide = true
		a.due.add(s)
	}
}

func (s *Session) endRegistrar(now time.Time, e Event) {
	if s.pinUse != nil {
		result := PINFailed
		switch {
		case s.registrar.Proved():
			result = PINProved
		case s.registrar.Exposed():
			result = PINFailedAfterM6
		}
		switch e := s.pinUse.Finish(result); e.State {
		case PINSucceeded, PINRevealed, PINWornOut: // an earlier removal was reported already
			s.ap.pinsGone(now, []PINEvent{e})
		}
	}
	if s.relay != nil && s.relay.handedOver {
		e.External = true
		e.Kind = EventRegistered
		if e.Err = s.relay.Err(); e.Err != nil {
			e.Kind = EventFailed
		}
		s.ap.event(e)
		return
	}
	success := s.registrar.Result() != nil
	if s.buttonUse != nil {
		s.buttonUse.Finish(now, success)
	}
	if s.tokenUse != nil {
		s.ap.tokensGone(now, s.tokenUse.finish(success))
	}
	s.ap.advertise(now)
	e.Kind = EventFailed
	if success {
		e.Kind, e.Result = EventRegistered, s.registrar.Result().Clone()
		s.ap.remember(&e.Device)
	}
	s.ap.event(e)
	if success && s.generated && s.ap.generated != nil && s.ap.State() == wps.NotConfigured {
		s.ap.configure(s.ap.generated, e)
	}
}
