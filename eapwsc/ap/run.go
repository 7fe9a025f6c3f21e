package ap

import (
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Run is a run of the access point with an external registrar over UPnP,
// without EAP. The rules are those of a [Session].
type Run struct{ session *Session }

// NewRun returns a run of the access point as the Enrollee, with the registrar
// at an address.
func (a *AccessPoint) NewRun(now time.Time, from string) (*Run, error) {
	s := &Session{ap: a}
	if _, err := s.newExternalRun(now, from); err != nil {
		return nil, err
	}
	return &Run{s}, nil
}

// Start returns M1.
func (r *Run) Start(time.Time) ([]byte, error) { return r.session.external.enrollee.Start() }

// Handle processes a message of the registrar and returns the answer: see
// [registration.Enrollee.Handle].
func (r *Run) Handle(now time.Time, octets []byte) ([]byte, error) {
	s := r.session
	s.recheck(now)
	out, err := s.external.enrollee.Handle(octets)
	if s.external.enrollee.Waiting() {
		// Over UPnP the answer cannot wait for the owner.
		if s.refuseUnusable(); s.external.ownerDecision == nil && s.ap.cfg.AskOwner {
			s.external.ownerDecision = &settingsDecision{true, wps.DeviceBusy, errNoOwner}
		}
		out, err = s.adoptOrReject()
	}
	s.count(now)
	if s.external.enrollee.Settled() {
		// WSC_Done was sent. wpa_supplicant's registrar does not acknowledge
		// it, and no EAP-Failure follows.
		_ = s.external.enrollee.Closed()
	}
	r.end(now)
	return out, err
}

// Ended reports whether the run is over.
func (r *Run) Ended() bool { return r.session.external.enrollee.Ended() }

// Close ends the run because the registrar has gone. After WSC_Done the access
// point has its new settings.
func (r *Run) Close(now time.Time) {
	s := r.session
	if s.external.enrollee.State() == registration.SentM1 || s.external.enrollee.State() == registration.EnrolleeIdle {
		s.ended = true // the registrar only wanted the description
	}
	s.external.enrollee.Closed()
	r.end(now)
}

// end handles the consequences of a run that has ended.
func (r *Run) end(now time.Time) {
	if s := r.session; s.external.enrollee.Ended() && !s.ended {
		s.ended = true
		s.end(now, s.external.enrollee.Err())
	}
}
