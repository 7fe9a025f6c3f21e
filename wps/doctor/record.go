package doctor

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Record makes evidence of what a station sees and does itself: of its scans and
// of its runs. The zero value is empty. It is not safe for concurrent use.
type Record struct {
	self     *Station
	networks []Network
	history  History
	attempts []*Attempt

	attempt  *Attempt  // the one that goes on
	heard    time.Time // when a packet came last
	previous []byte    // the last packet received
}

// Evidence returns the evidence so far: the access points of all scans, the
// station itself and its attempts.
func (r *Record) Evidence() *Evidence {
	e := &Evidence{Live: true, Networks: slices.Clone(r.networks), Attempts: slices.Clone(r.attempts)}
	if r.self != nil {
		e.Stations = []Station{*r.self}
	}
	return e
}

// Search notes that the station looks for a registrar, and how.
func (r *Record) Search(s Station) { r.self = &s }

// Observe notes an access point that a scan has found. Its elements are added to
// those of earlier scans if they say something else: an access point that waited
// a minute ago is remembered.
func (r *Record) Observe(n Network) {
	if r.self != nil && n.Last.After(r.self.Last) {
		r.self.Last = n.Last
	}
	at := slices.IndexFunc(r.networks, func(o Network) bool { return o.BSSID == n.BSSID })
	if at < 0 {
		n.Adverts = slices.Clone(n.Adverts)
		r.networks = append(r.networks, n)
		return
	}
	before := &r.networks[at]
	for _, a := range n.Adverts {
		if last := len(before.Adverts) - 1; last < 0 || !a.saysAs(&before.Adverts[last]) {
			before.add(a)
		}
	}
	n.First, n.Adverts = before.First, before.Adverts
	*before = n
}

// saysAs reports whether two elements say the same to a device that looks for a
// registrar.
func (a *Advert) saysAs(b *Advert) bool {
	x, y := a.Element, b.Element
	if x == nil || y == nil {
		return x == y && (a.Err == nil) == (b.Err == nil)
	}
	return x.SelectedRegistrar == y.SelectedRegistrar && x.DevicePasswordID == y.DevicePasswordID &&
		x.APSetupLocked == y.APSetupLocked && x.State == y.State && x.UUIDE == y.UUIDE &&
		slices.Equal(x.WFA.AuthorizedMACs, y.WFA.AuthorizedMACs)
}

// Begin begins an attempt of the station with an access point, which is the
// enrollee if the station is an external registrar.
func (r *Record) Begin(now time.Time, station, ap wps.MAC, apEnrollee bool) {
	r.attempt = &Attempt{Began: now, Station: station, AP: ap, APEnrollee: apEnrollee, Reached: StageAssociating}
	if r.self != nil {
		r.attempt.Method = r.self.Method
	}
	r.heard, r.previous = now, nil
}

// Associated notes that the access point has admitted the station.
func (r *Record) Associated() { r.reach(StageAssociated) }

func (r *Record) reach(s Stage) {
	if r.attempt != nil {
		r.attempt.Reached = max(r.attempt.Reached, s)
	}
}

// Packet notes how far the attempt has come, by an EAP packet that was sent or
// received. It does nothing if no attempt goes on. What a message in fragments says of its sender is not noted.
func (r *Record) Packet(now time.Time, received bool, packet []byte) {
	a := r.attempt
	if a == nil {
		return
	}
	if received {
		r.heard = now
		if bytes.Equal(packet, r.previous) {
			a.Repeats++
			a.Retransmissions++
		} else {
			a.Repeats, r.previous = 0, append(r.previous[:0], packet...)
		}
	}
	p, err := eap.ParsePacket(packet)
	if err != nil {
		return
	}
	r.reach(StageOfPacket(p))
	if p.IsWSC() {
		if t, err := wps.PeekMessageType(p.Data); err == nil {
			a.Describe(t, p.Data)
		}
	}
}

// Heard notes that something else was received, which the attempt is not over
// for.
func (r *Record) Heard(now time.Time) { r.heard = now }

// Ending is how a run ended.
type Ending struct {
	// Result is what it yielded, or Err why it failed.
	Result *registration.Result
	Err    error
	// End is how it ended, where the error is not one of package registration:
	// EndDisconnect is the access point's doing.
	End End
	// Status is the status code with which the access point refused the
	// association.
	Status uint16
}

// End ends the attempt, if one goes on.
func (r *Record) End(now time.Time, how Ending) {
	a := r.attempt
	if a == nil {
		return
	}
	r.attempt = nil
	a.Ended, a.Silence, a.Status = now, now.Sub(r.heard), how.Status
	var failed *registration.Error
	switch {
	case how.Result != nil:
		a.yields(how.Result)
	case errors.As(how.Err, &failed):
		known := FromError(failed, a.Method)
		a.Reached = max(a.Reached, known.Reached)
		a.End, a.By, a.ConfigError, a.Fault = known.End, known.By, known.ConfigError, known.Fault
	case how.End == EndDisconnect:
		a.End, a.By = how.End, a.apRole()
	default:
		a.End = how.End
	}
	r.attempts = r.history.Add(a)
}

// yields notes that the attempt has succeeded.
func (a *Attempt) yields(result *registration.Result) {
	a.Reached, a.End = StageDone, EndDone
	if result.SettingsRead { // what was wanted stands in M7
		a.Reached, a.End, a.By = StageM7, EndNACK, registration.RoleRegistrar
	}
	credentials := result.Credentials
	if result.AP != nil {
		credentials = []wps.Credential{*result.AP}
	}
	for i := range credentials {
		a.Settings = append(a.Settings, NewSettings(&credentials[i]))
	}
}

// apRole returns the part that the access point plays.
func (a *Attempt) apRole() registration.Role {
	if a.APEnrollee {
		return registration.RoleEnrollee
	}
	return registration.RoleRegistrar
}

// Joins notes what became of the settings that the last attempt has brought, if
// it has.
func (r *Record) Joins(after After) {
	if n := len(r.attempts); n > 0 && r.attempts[n-1].End == EndDone {
		r.attempts[n-1].After = after
	}
}
