package sim

import (
	"errors"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// record collects evidence for package doctor: what a station has noticed since
// its owner started a set-up.
type record struct {
	doctor.Record
	external bool   // the station is a computer that reads or writes settings
	status   uint16 // the last status code of the access point
}

// Evidence returns what the station has noticed since its owner started a
// set-up or the wizard, for [doctor.Diagnose].
func (s *station) Evidence() *doctor.Evidence { return s.record.Evidence() }

// seeks records that the station looks for a registrar.
func (r *record) seeks(now time.Time, mac wps.MAC, uuid wps.UUID, method doctor.Method) {
	r.Search(doctor.Station{MAC: mac, UUID: uuid, Method: method, First: now, Last: now})
}

// sees records the result of a scan.
func (r *record) sees(now time.Time, found []bss) {
	for i := range found {
		b := &found[i]
		r.Observe(doctor.Network{
			BSSID: b.mac, SSID: b.ssid, First: now, Last: now, Signal: b.signal, Traits: b.traits,
			Adverts: []doctor.Advert{{Since: now, Element: b.element}},
		})
	}
}

// begins starts an attempt to register.
func (r *record) begins(now time.Time, s *station) {
	r.status = 0
	r.Begin(now, s.radio.MAC(), s.point.mac, r.external)
}

// heard records that the access point has answered a request to authenticate or
// to associate.
func (r *record) heard(now time.Time, status uint16) {
	r.Heard(now)
	r.status = status
}

// ends ends the attempt with its result or error.
func (r *record) ends(now time.Time, result *registration.Result, err error) {
	how := doctor.Ending{Result: result, Err: err, End: doctor.EndFailure, Status: r.status}
	switch {
	case errors.Is(err, registration.ErrTimeout):
		how.End = doctor.EndTimeout
	case errors.Is(err, ErrDisconnected):
		how.End = doctor.EndDisconnect
	}
	r.End(now, how)
}

// joins records whether the station connected to the network: a nil error is
// success.
func (r *record) joins(err error) {
	var after doctor.After
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
	r.Joins(after)
}
