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
	doctor.Recorder
	external bool   // the station is a computer that reads or writes settings
	status   uint16 // the last status code of the access point

	handshake doctor.Handshake // of the connection
	reason    uint16           // the reason code with which the access point ended the connection
}

// Evidence returns what the station has noticed since its owner started a
// set-up or the wizard, for [doctor.Diagnose].
func (s *station) Evidence() *doctor.Evidence { return s.record.Evidence() }

// noteSearch records that the station looks for a registrar.
func (r *record) noteSearch(now time.Time, mac wps.MAC, uuid wps.UUID, method doctor.Method) {
	r.Search(doctor.Station{MAC: mac, UUID: uuid, Method: method, First: now, Last: now})
}

// noteScan records the result of a scan.
func (r *record) noteScan(now time.Time, found []foundBSS) {
	for _, b := range found {
		r.Observe(doctor.Network{
			BSSID: b.mac, SSID: b.ssid, First: now, Last: now, Signal: b.signal, Traits: b.traits,
			Adverts: []doctor.Advert{{Since: now, Element: b.element}},
		})
	}
}

// noteAttempt starts an attempt to register.
func (r *record) noteAttempt(now time.Time, s *station) {
	r.status = 0
	r.Begin(now, s.radio().MAC(), s.point.mac, r.external)
}

// noteAnswer records that the access point has answered a request to authenticate or
// to associate.
func (r *record) noteAnswer(now time.Time, status uint16) {
	r.Heard(now)
	r.status = status
}

// noteEnd ends the attempt with its result or error.
func (r *record) noteEnd(now time.Time, result *registration.Result, err error) {
	how := doctor.Ending{Result: result, Err: err, End: doctor.EndFailure, Status: r.status}
	switch {
	case errors.Is(err, registration.ErrTimeout):
		how.End = doctor.EndTimeout
	case errors.Is(err, ErrDisconnected):
		how.End = doctor.EndDisconnect
	}
	r.End(now, how)
}

// noteConnecting records that the station starts to connect to a network.
func (r *record) noteConnecting() { r.handshake, r.reason = doctor.HandshakeNotSeen, 0 }

// noteConnected records whether the station is connected to the network that the
// attempt has brought: a nil error is success. An error after a success ends
// the connection.
func (r *record) noteConnected(err error) {
	if err == nil {
		r.handshake = doctor.HandshakeCompleted
	}
	after := doctor.After{Handshake: r.handshake, Reason: r.reason}
	switch {
	case errors.Is(err, ErrWrongKey), errors.Is(err, ErrSecurity): // the settings no longer fit the network
		after.Handshake = doctor.HandshakeFailed
	case errors.Is(err, ErrNetworkNotFound):
		after.NotFound = true
	case errors.Is(err, ErrNotAdmitted):
		after.Status = r.status
	}
	r.Joined(after)
}
