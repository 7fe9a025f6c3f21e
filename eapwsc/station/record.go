package station

import (
	"bytes"
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// Evidence returns what a scan tells package doctor: with no attempt in it,
// doctor.Diagnose says whether WPS could work now, and why not. Access points
// that are not meant should be left out: see [Named].
func Evidence(found []AccessPoint, at time.Time) *doctor.Evidence {
	e := &doctor.Evidence{Deaf: true}
	for i := range found {
		e.Networks = append(e.Networks, found[i].evidence(at))
	}
	return e
}

// Named returns those of the access points that a user has named, by network or
// by address; all if both are zero.
func Named(found []AccessPoint, ssid wps.SSID, bssid wps.MAC) []AccessPoint {
	var named []AccessPoint
	for _, point := range found {
		if (ssid == "" || point.SSID == ssid) && (bssid == wps.MAC{} || point.BSSID == bssid) {
			named = append(named, point)
		}
	}
	return named
}

func (point *AccessPoint) evidence(at time.Time) doctor.Network {
	n := doctor.Network{
		BSSID: point.BSSID, SSID: point.SSID, Channel: point.Channel(), Signal: point.Signal,
		Traits: point.Traits(point.Capability, point.Frequency),
	}
	if point.Advert != nil {
		advert := *point.Advert
		if point.Description != nil && advert.UUIDE == (wps.UUID{}) {
			advert.UUIDE = point.Description.UUIDE // a beacon seldom tells it
		}
		n.Adverts = []doctor.Advert{{Since: at.Add(-point.Age), Element: &advert}}
	}
	return n
}

// Record keeps what a station sees and does, as evidence for package doctor.
// Give one to [Station.Enroll] or [Station.Run], and ask it afterwards why that
// failed. The zero value is empty.
type Record struct {
	networks []doctor.Network
	seeker   *doctor.Station
	history  doctor.History
	attempts []*doctor.Attempt

	attempt  *doctor.Attempt // the one that goes on
	heard    time.Time       // when a frame came last
	previous []byte          // the last frame received
}

// Evidence returns the evidence: the access points of the last scan, the
// station itself and its attempts.
func (r *Record) Evidence() *doctor.Evidence {
	e := &doctor.Evidence{Networks: r.networks, Attempts: r.attempts}
	if r.seeker != nil {
		e.Stations = []doctor.Station{*r.seeker}
	}
	return e
}

// scanned notes the access points that could be meant, and who looks for them.
func (r *Record) scanned(found []AccessPoint, seeker doctor.Station) {
	r.networks = Evidence(found, seeker.Last).Networks
	r.seeker = &seeker
}

// begin begins an attempt.
func (r *Record) begin(station wps.MAC, point *AccessPoint, role registration.Role) {
	now := time.Now()
	r.attempt = &doctor.Attempt{
		Began: now, Station: station, AP: point.BSSID, APEnrollee: role == registration.RoleRegistrar,
		Reached: doctor.StageAssociating,
	}
	r.heard, r.previous = now, nil
	known := func(n doctor.Network) bool { return n.BSSID == point.BSSID }
	for i := range r.networks {
		if known(r.networks[i]) {
			return
		}
	}
	r.networks = append(r.networks, point.evidence(now))
}

// frame notes how far the attempt has come.
func (r *Record) frame(d eapol.Direction, b []byte) {
	a := r.attempt
	a.Reached = max(a.Reached, doctor.StageAssociated)
	if d == eapol.Received {
		if r.heard = time.Now(); bytes.Equal(b, r.previous) {
			a.Repeats++
			a.Retransmissions++
		} else {
			a.Repeats, r.previous = 0, bytes.Clone(b)
		}
	}
	frame, err := eapol.ParseFrame(b)
	if err != nil || frame.Type != eapol.TypeEAP {
		return
	}
	p, err := eap.ParsePacket(frame.Body)
	switch {
	case err != nil:
	case p.Type == eap.TypeIdentity && p.Code == eap.CodeRequest:
		a.Reached = max(a.Reached, doctor.StageAsked)
	case p.Type == eap.TypeIdentity:
		a.Reached = max(a.Reached, doctor.StageIdentified)
	case p.IsWSC() && p.OpCode == eap.OpStart:
		a.Reached = max(a.Reached, doctor.StageStarted)
	case p.IsWSC():
		if t, err := wps.PeekMessageType(p.Data); err == nil {
			a.Reached = max(a.Reached, doctor.StageOf(t))
			r.describe(p.Data)
		}
	}
}

// describe notes who the two sides are. A message in fragments is passed over.
func (r *Record) describe(message []byte) {
	list, err := wps.ParseMessage(message, wps.Tolerant)
	if err != nil {
		return
	}
	switch m := list.(type) {
	case *wps.M1:
		r.attempt.Enrollee, r.attempt.Method = m.Device, doctor.MethodOf(m.DevicePasswordID)
	case *wps.M2:
		r.attempt.Registrar, r.attempt.Answered = m.Device, doctor.MethodOf(m.DevicePasswordID)
	case *wps.M2D:
		r.attempt.Registrar = m.Device
	}
}

// end ends the attempt, with what it yielded or why it failed. Interrupted
// tells that this side had no more time for it.
func (r *Record) end(result *registration.Result, err error, interrupted bool) {
	a := r.attempt
	a.Ended = time.Now()
	a.Silence = a.Ended.Sub(r.heard)
	var run *registration.Error
	var lost *LostError
	var refused *AssociationError
	switch {
	case err == nil:
		r.succeeded(result)
	case interrupted: // its end was not seen
	case errors.As(err, &lost) && !lost.ByAP:
		a.End = doctor.EndTimeout // its beacons were not heard any more
	case errors.As(err, &lost):
		a.End, a.By = doctor.EndDisconnect, registration.RoleRegistrar
		if a.APEnrollee {
			a.By = registration.RoleEnrollee
		}
	case errors.As(err, &refused):
		a.End, a.Status = doctor.EndDisconnect, refused.Status
		if refused.Status == 0 {
			a.End = doctor.EndTimeout
		}
	case errors.As(err, &run):
		known := doctor.FromError(run, a.Method)
		a.End, a.By, a.ConfigError, a.Fault = known.End, known.By, known.ConfigError, known.Fault
	}
	r.attempts = r.history.Add(a)
}

func (r *Record) succeeded(result *registration.Result) {
	a := r.attempt
	a.End = doctor.EndDone
	if result.SettingsRead {
		a.End, a.By = doctor.EndNACK, registration.RoleRegistrar
	}
	credentials := result.Credentials
	if result.AP != nil {
		credentials = []wps.Credential{*result.AP}
	}
	for i := range credentials {
		a.Settings = append(a.Settings, doctor.NewSettings(&credentials[i]))
	}
}
