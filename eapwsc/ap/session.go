package ap

import (
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
	ap       *AccessPoint
	radio    *Radio // nil if the access point does not tell radios apart
	server   *eapwsc.Server
	external *externalRun // nil unless the station is an external registrar
	version  int          // of the settings in the run
	station  wps.MAC
	ended    bool // the consequences were handled

	// The machine of a station that wants to be registered, and the permission
	// with which it was admitted: at most one of the three.
	registrar *registration.Registrar
	pinUse    *PINUse
	buttonUse *ButtonUse
	tokenUse  *tokenUse

	relay     *relay        // if external registrars may register the station
	lateM2    time.Duration // how long the station is kept after M2D
	reported  error         // the last reported reason why M1 was refused
	redecide  bool          // since M2D the owner has done something for which it may be admitted
	generated bool          // the run gives the settings that the access point made for its first Enrollee
}

// externalRun is what only a session with an external registrar has: the
// machine, with which the access point is the Enrollee, and what belongs to it.
type externalRun struct {
	enrollee   *registration.Enrollee
	from       string    // for a [Run]: the address of the registrar
	pinEpoch   int       // of the access point's PIN when the run began
	ownToken   *ownToken // the access point's token, if it is accepted as well
	pinCounted bool      // the outcome for the access point's PIN was counted

	// The settings that the registrar has written, if they wait for the owner.
	askedUntil    time.Time // zero if none wait
	ownerDecision *settingsDecision
}

// asks reports whether settings wait for the owner.
func (x *externalRun) asks() bool { return x != nil && !x.askedUntil.IsZero() }

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
	if s.relay != nil {
		s.relay.received = now
	}
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
	case s.external != nil: // M8
		return s.answerM8(now)
	case s.relay != nil && s.relay.next != nil:
		return s.passOn(now)
	case s.relay != nil && s.relay.handedOver:
		s.relay.deadline = now.Add(externalAnswer)
		return waiting, nil
	case s.registrar.State() == registration.WaitDecision, s.redecide: // M1
		return s.answerM1(now)
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
	case s.external.asks() && (s.external.ownerDecision != nil || !now.Before(s.external.askedUntil)):
		s.recheck(now) // permissions may have been withdrawn since
		step, err = s.answerWaitingM8(now)
	case waiting && s.redecide:
		step, err = s.answerM1(now)
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
	return s.redecide || s.external != nil && s.external.ownerDecision != nil || s.relay != nil && s.relay.next != nil
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
	if s.external.asks() && !step.Done {
		step.Deadline = eapwsc.Earlier(step.Deadline, s.external.askedUntil)
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
	case s.external != nil:
		s.recheckEnrollee(now)
	}
}

// end handles the consequences of an exchange that has ended.
func (s *Session) end(now time.Time, err error) {
	e := Event{Time: now, Radio: s.radio.bssid(), Station: s.station, Err: err}
	switch {
	case s.registrar != nil:
		m1 := s.registrar.Enrollee()
		e.Role, e.UUID, e.Device = registration.RoleRegistrar, m1.UUID, m1.Device
		s.endRegistrar(now, e)
	case s.external != nil:
		e.Role, e.From = registration.RoleEnrollee, s.external.from
		s.endEnrollee(now, e)
	default:
		e.Kind = EventFailed
		s.ap.event(e)
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
