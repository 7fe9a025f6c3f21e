package sim

import (
	"errors"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// record is what a station has noticed since its owner asked it for something,
// in the form that package doctor takes.
type record struct {
	seeker   doctor.Station
	networks []doctor.Network
	// external: the station is a computer that reads or writes settings.
	external, reads bool
	attempts        []*doctor.Attempt

	// The attempt that goes on.
	reached  doctor.Stage
	answered doctor.Method
	began    time.Time
	heard    time.Time // when a frame of the access point came last
	status   uint16
}

// Evidence returns what the station has noticed since its owner began a set-up
// or started the wizard, for [doctor.Diagnose].
func (s *station) Evidence() *doctor.Evidence {
	return &doctor.Evidence{
		Networks: slices.Clone(s.record.networks), Attempts: slices.Clone(s.record.attempts),
		Stations: []doctor.Station{s.record.seeker},
	}
}

// seeks begins a record.
func (r *record) seeks(now time.Time, mac wps.MAC, uuid wps.UUID, method doctor.Method) {
	*r = record{seeker: doctor.Station{MAC: mac, UUID: uuid, Method: method, First: now, Last: now}}
}

// sees takes what a scan has shown.
func (r *record) sees(now time.Time, found []bss) {
	r.seeker.Last = now
	for i := range found {
		b := &found[i]
		at := slices.IndexFunc(r.networks, func(n doctor.Network) bool { return n.BSSID == b.mac })
		if at < 0 {
			at = len(r.networks)
			r.networks = append(r.networks, doctor.Network{
				BSSID: b.mac, SSID: b.ssid, Signal: b.signal, Traits: b.traits,
			})
		}
		n := &r.networks[at]
		if k := len(n.Adverts); k == 0 || !alike(n.Adverts[k-1].Element, b.element) {
			n.Adverts = append(n.Adverts, doctor.Advert{Since: now, Element: b.element})
		}
	}
}

// alike reports whether two elements say the same to a device that looks for a
// registrar.
func alike(a, b *wps.Beacon) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.SelectedRegistrar == b.SelectedRegistrar && a.DevicePasswordID == b.DevicePasswordID &&
		a.APSetupLocked == b.APSetupLocked && a.State == b.State && a.UUIDE == b.UUIDE &&
		slices.Equal(a.WFA.AuthorizedMACs, b.WFA.AuthorizedMACs)
}

// begins begins an attempt to register.
func (r *record) begins(now time.Time) {
	r.reached, r.answered, r.status = doctor.StageAssociating, doctor.MethodUnknown, 0
	r.began, r.heard = now, now
}

// passes notes how far the attempt has come, by an EAP packet that was sent or
// received.
func (r *record) passes(packet []byte) {
	p, err := eap.ParsePacket(packet)
	stage := doctor.StageNone
	switch {
	case err != nil:
	case p.Type == eap.TypeIdentity && p.Code == eap.CodeRequest:
		stage = doctor.StageAsked
	case p.Type == eap.TypeIdentity:
		stage = doctor.StageIdentified
	case p.IsWSC() && p.OpCode == eap.OpStart:
		stage = doctor.StageStarted
	case p.IsWSC():
		if t, err := wps.PeekMessageType(p.Data); err == nil {
			stage = doctor.StageOf(t)
		}
	}
	r.reached = max(r.reached, stage)
}

// ends ends the attempt: with what it has yielded, or why it failed.
func (r *record) ends(now time.Time, s *station, result *registration.Result, err error) {
	a := &doctor.Attempt{Method: r.seeker.Method, Reached: r.reached, Status: r.status}
	var failed *registration.Error
	switch {
	case result != nil && r.reads: // what it wanted stands in M7
		a.Reached, a.End, a.By = doctor.StageM7, doctor.EndNACK, registration.RoleRegistrar
	case result != nil:
		a.Reached, a.End = doctor.StageDone, doctor.EndDone
		for i := range result.Credentials {
			a.Settings = append(a.Settings, doctor.NewSettings(&result.Credentials[i]))
		}
	case errors.As(err, &failed):
		reached := a.Reached
		a = doctor.FromError(failed, r.seeker.Method)
		if a.Reached == doctor.StageNone {
			a.Reached = reached
		}
	case errors.Is(err, registration.ErrTimeout):
		a.End = doctor.EndTimeout
	case errors.Is(err, ErrDisconnected):
		a.End, a.By = doctor.EndDisconnect, registration.RoleRegistrar
		if r.external {
			a.By = registration.RoleEnrollee
		}
	default:
		a.End = doctor.EndFailure
	}
	a.Began, a.Ended, a.Silence = r.began, now, now.Sub(r.heard)
	a.Station, a.AP, a.APEnrollee = s.radio.MAC(), s.point.mac, r.external
	r.attempts = append(r.attempts, a)
}

// after is what has become of the settings that the last attempt has brought;
// nil without one.
func (r *record) after() *doctor.After {
	if n := len(r.attempts); n > 0 && r.attempts[n-1].End == doctor.EndDone {
		return &r.attempts[n-1].After
	}
	return nil
}

// joins notes how the station has fared with the network: a nil error is
// success.
func (r *record) joins(err error) {
	after := r.after()
	if after == nil {
		return
	}
	*after = doctor.After{}
	switch {
	case err == nil:
		after.Handshake = doctor.HandshakeCompleted
	case errors.Is(err, ErrNetworkNotFound):
		after.NotFound = true
	case errors.Is(err, ErrNotAdmitted):
		after.Status = r.status
	default:
		after.Handshake = doctor.HandshakeFailed
	}
}
