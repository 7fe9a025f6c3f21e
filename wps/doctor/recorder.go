package doctor

import (
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Recorder collects evidence at a station: its scans and its runs. The zero value
// is empty. A Recorder is not safe for concurrent use.
type Recorder struct {
	self     *Station
	networks []Network
	history  History

	attempt  *Attempt  // the current one
	heard    time.Time // when a packet was last received
	previous [16]byte  // a hash of the last packet received, which takes less memory than a copy
}

// Evidence returns the evidence so far: the access points of all scans, the
// station itself and its attempts.
func (r *Recorder) Evidence() *Evidence {
	e := &Evidence{Live: true, Networks: slices.Clone(r.networks), Attempts: slices.Clone(r.history.latest())}
	if r.self != nil {
		e.Stations = []Station{*r.self}
	}
	return e
}

// Search records that the station searches for a registrar, and by which
// method.
func (r *Recorder) Search(s Station) { r.self = &s }

// Observe records an access point found by a scan. Its elements are added to
// those of earlier scans if they differ, so that an access point that waited a
// minute ago is remembered.
func (r *Recorder) Observe(n Network) {
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
		if last := len(before.Adverts) - 1; last < 0 || !a.sameState(&before.Adverts[last]) {
			before.add(a)
		}
	}
	n.First, n.Adverts = before.First, before.Adverts
	*before = n
}

// sameState reports whether two elements mean the same to a device that searches
// for a registrar.
func (a *Advert) sameState(b *Advert) bool {
	x, y := a.Element, b.Element
	if x == nil || y == nil {
		return x == y && (a.Err == nil) == (b.Err == nil)
	}
	return x.SelectedRegistrar == y.SelectedRegistrar && x.DevicePasswordID == y.DevicePasswordID &&
		x.APSetupLocked == y.APSetupLocked && x.State == y.State && x.UUIDE == y.UUIDE &&
		slices.Equal(x.WFA.AuthorizedMACs, y.WFA.AuthorizedMACs)
}

// Begin begins an attempt of the station with an access point. The access point
// is the enrollee if the station is an external registrar.
func (r *Recorder) Begin(now time.Time, station, ap wps.MAC, apEnrollee bool) {
	r.attempt = &Attempt{Began: now, Station: station, AP: ap, APEnrollee: apEnrollee, Reached: StageAssociating}
	if r.self != nil {
		r.attempt.Method = r.self.Method
	}
	r.heard, r.previous = now, [16]byte{}
}

// Associated records that the access point accepted the association.
func (r *Recorder) Associated() { r.reach(StageAssociated) }

func (r *Recorder) reach(s Stage) {
	if r.attempt != nil {
		r.attempt.Reached = max(r.attempt.Reached, s)
	}
}

// Packet records the progress of the attempt from an EAP packet that was sent
// or received. It does nothing if there is no current attempt. It does not read
// the sender's description from a fragmented message.
func (r *Recorder) Packet(now time.Time, received bool, packet []byte) {
	a := r.attempt
	if a == nil {
		return
	}
	if received {
		r.heard = now
		hash := sha256.Sum256(packet)
		if [16]byte(hash[:16]) == r.previous {
			a.Repeats++
			a.Retransmissions++
		} else {
			a.Repeats, r.previous = 0, [16]byte(hash[:16])
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

// Heard records that a packet was received that is not part of WPS, but shows
// that the other side is still there.
func (r *Recorder) Heard(now time.Time) { r.heard = now }

// Ending is how a run ended.
type Ending struct {
	// Result is the result of a run that succeeded, or Err why it failed.
	Result *registration.Result
	Err    error
	// End is how the run ended if the error is not one of package registration:
	// EndDisconnect means that the access point disconnected.
	End End
	// Status is the status code with which the access point refused the
	// association.
	Status uint16
}

// End ends the current attempt, if there is one.
func (r *Recorder) End(now time.Time, how Ending) {
	a := r.attempt
	if a == nil {
		return
	}
	r.attempt = nil
	a.Ended, a.Silence, a.Status = now, now.Sub(r.heard), how.Status
	var failed *registration.Error
	switch {
	case how.Result != nil:
		a.succeed(how.Result)
	case errors.As(how.Err, &failed):
		known := FromError(failed, a.Method)
		a.Reached = max(a.Reached, known.Reached)
		a.End, a.DetectedBy, a.ConfigError, a.Fault = known.End, known.DetectedBy, known.ConfigError, known.Fault
	case how.End == EndDisconnect:
		a.End, a.DetectedBy = how.End, a.apRole()
	default:
		a.End = how.End
	}
	r.history.Add(a)
}

// succeed records the success of the attempt.
func (a *Attempt) succeed(result *registration.Result) {
	a.Reached, a.End = StageDone, EndDone
	if result.SettingsRead { // the settings were in M7
		a.Reached, a.End, a.DetectedBy = StageM7, EndNACK, registration.RoleRegistrar
	}
	credentials := result.Credentials
	if result.AP != nil {
		credentials = []wps.Credential{*result.AP}
	}
	for i := range credentials {
		a.Settings = append(a.Settings, NewSettings(&credentials[i]))
	}
}

// apRole returns the role of the access point.
func (a *Attempt) apRole() registration.Role {
	if a.APEnrollee {
		return registration.RoleEnrollee
	}
	return registration.RoleRegistrar
}

// Joined records what happened after the last attempt, if it succeeded.
func (r *Recorder) Joined(after After) {
	attempts := r.history.latest()
	if n := len(attempts); n > 0 && attempts[n-1].End == EndDone {
		attempts[n-1].After = after
	}
}
