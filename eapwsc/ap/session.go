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

// Session is one station's exchange with an [AccessPoint]. Pass it the
// station's EAP packets, send the packets of its [eapwsc.Step], and call
// [Session.Timeout] at its deadline. Call [Session.Close] if the station goes
// before the exchange is over.
//
// The rules of the access point decide about the station's M1. If they refuse
// it, and [Config.LateM2] is set, the station is kept for a while: an action of
// the owner (a PIN, the button) then leads to a new decision at once. The
// session is then in [AccessPoint.Ready], and its Timeout returns the packet to
// send.
type Session struct {
	ap      *AccessPoint
	radio   *Radio // nil if the access point does not tell radios apart
	station wps.MAC
	server  *eapwsc.Server
	from    string // for a [Run]: the address of the registrar
	version int    // of the settings in the run
	ended   bool   // the consequences were handled

	// The machine of a station that wants to be registered, and the permission
	// with which it was admitted: at most one of the three.
	registrar *registration.Registrar
	pinUse    *PINUse
	buttonUse *ButtonUse
	tokenUse  *tokenUse

	lateM2    time.Duration // how long the station is kept after M2D
	redecide  bool          // since M2D the owner has done something for which it may be admitted
	reported  error         // the last reported reason why M1 was refused
	generated bool          // the run gives the settings that the access point made for its first Enrollee

	// If external registrars may register the station.
	relay    *relay
	received time.Time // when the packet that is processed arrived

	// The machine of a station that is an external registrar.
	enrollee   *registration.Enrollee
	pinEpoch   int       // of the access point's PIN when the run began
	ownToken   *ownToken // the access point's token, if it is accepted as well
	pinCounted bool      // the outcome for the access point's PIN was counted

	// The settings that it has written, if they wait for the owner.
	askedUntil    time.Time // zero if none wait
	ownerDecision *settingsDecision
}

// NewSession returns the exchange with a station that associated for WPS. Id
// is the Identifier of the first EAP request.
func (a *AccessPoint) NewSession(station wps.MAC, id uint8) (*Session, error) {
	return a.newSession(nil, station, id)
}

func (a *AccessPoint) newSession(radio *Radio, station wps.MAC, id uint8) (*Session, error) {
	s := &Session{ap: a, radio: radio, station: station}
	s.lateM2 = a.cfg.LateM2
	if a.listening {
		s.lateM2 = max(s.lateM2, externalM2)
	}
	var err error
	s.server, err = eapwsc.NewServer(eapwsc.ServerConfig{
		Registrar: s.newRegistrar, Enrollee: s.newEnrollee,
		FragmentSize: a.cfg.FragmentSize, FirstID: id, LateM2: s.lateM2,
	})
	return s, err
}

// Station returns the address of the station.
func (s *Session) Station() wps.MAC { return s.station }

// Identified reports whether the station has sent its identity.
func (s *Session) Identified() bool { return s.server.Identified() }

// Result returns a copy of the result of the session, or nil if it failed or
// has not ended.
func (s *Session) Result() *registration.Result { return s.server.Result().Clone() }

// Err returns why the session failed, or nil.
func (s *Session) Err() error { return s.server.Err() }

// Start asks the station for its identity.
func (s *Session) Start(now time.Time) eapwsc.Step { return s.server.Start(now) }

// Handle processes an EAP packet of the station: see [eapwsc.Server.Handle].
func (s *Session) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	s.recheck(now)
	s.received = now
	step, err := s.server.Handle(now, packet)
	if step.Waiting {
		step, err = s.answer(now, step)
	}
	return s.after(now, step, err)
}

// answer answers a station whose message the server has left to the access
// point. It returns the step of the server if the answer comes later.
func (s *Session) answer(now time.Time, waiting eapwsc.Step) (eapwsc.Step, error) {
	switch {
	case s.enrollee != nil: // M8
		return s.decideSettings(now)
	case s.relay != nil && s.relay.next != nil:
		return s.passOn(now)
	case s.relay != nil && s.relay.handedOver:
		s.relay.deadline = now.Add(externalAnswer)
		return waiting, nil
	case s.registrar.State() == registration.WaitDecision, s.redecide: // M1
		return s.decide(now)
	}
	return waiting, nil // it has acknowledged M2D, and waits for a later decision
}

// Timeout must be called at the deadline, or when the session is in
// [AccessPoint.Ready]: see [eapwsc.Server.Timeout].
func (s *Session) Timeout(now time.Time) (eapwsc.Step, error) {
	var step eapwsc.Step
	var err error
	switch waiting := s.server.Waiting(); {
	case waiting && s.relay != nil && s.relay.next != nil:
		step, err = s.passOn(now)
	case s.relay != nil && s.relay.waiting && !now.Before(s.relay.deadline):
		step, err = s.server.Answer(now, nil, s.relay.Abort(registration.ErrTimeout))
	case !s.askedUntil.IsZero() && (s.ownerDecision != nil || !now.Before(s.askedUntil)):
		s.recheck(now) // permissions may have been withdrawn since
		step, err = s.answerSettings(now)
	case waiting && s.redecide:
		step, err = s.decide(now)
	default:
		step, err = s.server.Timeout(now)
	}
	return s.after(now, step, err)
}

// Due reports whether the session has something to send to the waiting station:
// the owner has done something for which it may be admitted after M2D, or has
// decided about its settings, or an external registrar has answered it. Call
// [Session.Timeout].
func (s *Session) Due() bool { return s.hasAnswer() && s.server.Waiting() }

// hasAnswer reports whether there may be an answer to what the station waits
// for.
func (s *Session) hasAnswer() bool {
	return s.redecide || s.ownerDecision != nil || s.relay != nil && s.relay.next != nil
}

// Close ends the session because the station has gone, or the link has failed.
// Cause, if not nil, becomes the class of the error. It returns why the session
// failed, or nil.
func (s *Session) Close(now time.Time, cause error) error {
	identified := s.Identified()
	err := s.server.Close(now, cause)
	if !identified { // nothing has begun that matters to the owner
		return err
	}
	_, err = s.after(now, eapwsc.Step{Done: true}, err)
	return err
}

// after handles the consequences of a step, and adds the session's deadlines to
// it.
func (s *Session) after(now time.Time, step eapwsc.Step, err error) (eapwsc.Step, error) {
	s.count(now)
	if s.relay != nil && s.relay.waiting && !step.Done {
		step.Deadline = eapwsc.Earlier(step.Deadline, s.relay.deadline)
	}
	if !s.askedUntil.IsZero() && !step.Done {
		step.Deadline = eapwsc.Earlier(step.Deadline, s.askedUntil)
	}
	if step.Done && !s.ended {
		s.ended = true
		for _, l := range []*sessionList{&s.ap.refused, &s.ap.relayed, &s.ap.asked, &s.ap.due} {
			l.remove(s)
		}
		s.end(now, err)
	}
	return step, err
}

// recheck stops a run whose permission was withdrawn, before any settings are
// sent or adopted: an overlap, a PIN that was removed or replaced, a lock.
// Wrong guesses of others stop only a registrar that has proved nothing:
// otherwise many registrars that began earlier could all guess. It also carries
// a change of the settings into the run.
func (s *Session) recheck(now time.Time) {
	switch {
	case s.buttonUse != nil, s.pinUse != nil, s.tokenUse != nil:
		s.recheckRegistrar()
	case s.enrollee != nil:
		s.recheckEnrollee(now)
	}
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

func (s *Session) recheckEnrollee(now time.Time) {
	a := s.ap
	lock := a.lockout.Status(now)
	switch {
	case s.pinEpoch != a.pinEpoch, s.ownToken != nil && !s.ownToken.enabled && s.enrollee.DevicePasswordID() == s.ownToken.oob.ID:
		s.enrollee.Refuse(wps.SetupLocked, ErrWithdrawn)
	case a.lockout.policy == Locked, lock == Locked && !s.enrollee.Proved():
		s.enrollee.Refuse(wps.SetupLocked, nil)
	}
	// Not the status: a lock by wrong guesses hides that only reading is allowed.
	s.enrollee.SetReadOnly(a.lockout.policy == ReadOnly)
	if s.version != a.version {
		s.version = a.version
		s.enrollee.SetAP(a.apSettings(s.radio))
	}
}

// configErrorOf returns the configuration error of a refusal.
func configErrorOf(err error) wps.ConfigError {
	var refusal Refusal
	if errors.As(err, &refusal) {
		return refusal.ConfigError()
	}
	return wps.NoError
}

// credentials returns copies of the credentials for the Enrollee.
func (s *Session) credentials() (list []wps.Credential, err error) {
	if f := s.ap.cfg.CredentialsFor; f != nil {
		if list, err = f(s.registrar.Enrollee()); err != nil {
			return nil, fmt.Errorf("ap: credentials for the device: %w", err)
		}
	}
	if len(list) == 0 {
		list = s.ap.cfg.Credentials
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].NetworkKey = slices.Clone(list[i].NetworkKey)
	}
	return list, nil
}

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

// decide answers the waiting M1, for the first time or again.
func (s *Session) decide(now time.Time) (eapwsc.Step, error) {
	s.redecide = false
	decision, err := s.decision(now, s.registrar.Enrollee())
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

// decision applies the rules of the access point to an M1. The error is that of
// the source of randomness, or of [Config.CredentialsFor].
func (s *Session) decision(now time.Time, m1 *wps.M1) (d registration.Decision, err error) {
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

// newEnrollee creates the machine for an external registrar.
func (s *Session) newEnrollee(now time.Time) (eapwsc.Machine, error) {
	e, err := registration.NewEnrollee(s.ap.enrolleeConfig(s.ap.lockout.Status(now), s.radio))
	if err != nil {
		return nil, err
	}
	s.enrollee, s.version, s.pinEpoch = e, s.ap.version, s.ap.pinEpoch
	if s.ap.token != nil && s.ap.token.enabled {
		s.ownToken = s.ap.token
	}
	s.ap.event(Event{Kind: EventStarted, Time: now, Radio: s.radio.bssid(), Station: s.station, From: s.from, Role: registration.RoleEnrollee})
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
func (a *AccessPoint) enrolleeConfig(lock SetupLock, r *Radio) registration.EnrolleeConfig {
	cfg := registration.EnrolleeConfig{Config: a.runConfig(r), AP: a.apSettings(r), Deferred: true, ReadOnly: lock == ReadOnly}
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

// decideSettings answers M8 at once: unusable settings are refused, the others
// adopted. If the owner is to be asked about these, the answer comes later.
func (s *Session) decideSettings(now time.Time) (eapwsc.Step, error) {
	s.refuseUnusable()
	if s.ownerDecision == nil && s.ap.cfg.AskOwner {
		s.askedUntil = now.Add(OwnerTime)
		s.ap.asked.add(s)
		s.ap.event(Event{
			Kind: EventSettingsReceived, Time: now, Radio: s.radio.bssid(), Station: s.station, From: s.from,
			Role: registration.RoleEnrollee, Settings: s.enrollee.NewSettings(),
		})
		return s.server.Answer(now, nil, nil)
	}
	message, err := s.applyDecision()
	return s.server.Answer(now, message, err)
}

// refuseUnusable decides about settings that the access point cannot use.
func (s *Session) refuseUnusable() {
	received := s.enrollee.NewSettings()
	if ce, err := checkSettings(received); err != nil {
		s.ownerDecision = &settingsDecision{true, ce, err}
	}
	received.Clear()
}

// applyDecision answers M8 according to the decision; without one it adopts the
// settings.
func (s *Session) applyDecision() ([]byte, error) {
	d := s.ownerDecision
	s.ownerDecision, s.askedUntil = nil, time.Time{}
	if d == nil || !d.refused {
		return s.enrollee.Adopt()
	}
	return s.enrollee.Reject(d.configError, d.reason)
}

// answerSettings answers M8 after the owner's decision, or without one in time.
func (s *Session) answerSettings(now time.Time) (eapwsc.Step, error) {
	if s.ownerDecision == nil {
		s.ownerDecision = &settingsDecision{true, wps.DeviceBusy, errNoOwner}
	}
	s.ap.asked.remove(s)
	message, err := s.applyDecision()
	return s.server.Answer(now, message, err)
}

// ErrNoSettingsPending is the error of a decision about settings that do not wait
// for one.
var ErrNoSettingsPending = errors.New("ap: no settings of the station wait for the owner")

// AdoptSettings adopts the waiting settings that a station has written: see
// [Config.AskOwner]. The session is then in [AccessPoint.Ready]. The error is
// [ErrNoSettingsPending].
func (a *AccessPoint) AdoptSettings(station wps.MAC) error {
	return a.decideAsked(station, &settingsDecision{})
}

// RefuseSettings refuses such settings. The station is sent a WSC_NACK with the
// configuration error; the reason is reported. The error is [ErrNoSettingsPending].
func (a *AccessPoint) RefuseSettings(station wps.MAC, ce wps.ConfigError, reason error) error {
	return a.decideAsked(station, &settingsDecision{true, ce, reason})
}

func (a *AccessPoint) decideAsked(station wps.MAC, d *settingsDecision) error {
	for s := range a.asked.all {
		if s.station == station {
			s.ownerDecision = d
			a.due.add(s)
			return nil
		}
	}
	return ErrNoSettingsPending
}

// end handles the consequences of an exchange that has ended.
func (s *Session) end(now time.Time, err error) {
	e := Event{Time: now, Radio: s.radio.bssid(), Station: s.station, From: s.from, Err: err}
	switch {
	case s.registrar != nil:
		m1 := s.registrar.Enrollee()
		e.Role, e.UUID, e.Device = registration.RoleRegistrar, m1.UUID, m1.Device
		s.endRegistrar(now, e)
	case s.enrollee != nil:
		e.Role = registration.RoleEnrollee
		s.endEnrollee(now, e)
	default:
		e.Kind = EventFailed
		s.ap.event(e)
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
	if success && s.generated && s.ap.made != nil && s.ap.State() == wps.NotConfigured {
		s.ap.configure(s.ap.made, e)
	}
}

func (s *Session) endEnrollee(now time.Time, e Event) {
	switch result := s.enrollee.Result(); {
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

// count counts the registrar's proofs: wrong ones in M4 and M6, and right ones
// in M6. It does so at once, so that a registrar that falls silent cannot avoid
// it.
func (s *Session) count(now time.Time) {
	if s.enrollee == nil || s.pinCounted {
		return
	}
	var failed *registration.Error
	lock := &s.ap.lockout
	switch {
	case errors.As(s.enrollee.Err(), &failed) && failed.Half != 0 && failed.DetectedBy == registration.RoleEnrollee:
		s.pinCounted = true
		was := lock.Status(now)
		lock.Failure(now)
		state := lock.State(now)
		s.ap.event(Event{
			Kind: EventWrongPIN, Time: now, Radio: s.radio.bssid(), Station: s.station, From: s.from,
			Role: registration.RoleEnrollee, Err: failed, Lockout: &state,
		})
		if lock.Status(now) == Locked && was != Locked {
			s.ap.event(Event{Kind: EventLocked, Time: now, Station: s.station, From: s.from})
		}
	case s.enrollee.Proved():
		s.pinCounted = true
		lock.Success()
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

// Ready returns the sessions that are due: see [Session.Due]. Call
// [Session.Timeout] of each, and send what it returns. Call Ready after each
// method that changes permissions, such as [AccessPoint.EnterPIN] and
// [AccessPoint.PressButton] do, and after [AccessPoint.Deliver].
func (a *AccessPoint) Ready() []*Session {
	var ready []*Session
	for s := range a.due.all {
		switch {
		case s.Due():
			ready = append(ready, s)
		case !s.hasAnswer():
			a.due.remove(s) // it was sent
		}
	}
	return ready
}
