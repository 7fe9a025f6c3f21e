package station

import (
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// Evidence returns the result of a scan for package doctor: as it contains no
// attempt, doctor.Diagnose says whether WPS could work now, and why not. Leave
// out access points that the user does not mean: see [Named].
func Evidence(found []ScanResult, at time.Time) *doctor.Evidence {
	e := &doctor.Evidence{StationsUnknown: true}
	for i := range found {
		e.Networks = append(e.Networks, found[i].Evidence(at))
	}
	return e
}

// Named returns the access points that a user has selected, by network or by
// address; all if both are zero.
func Named(found []ScanResult, ssid wps.SSID, bssid wps.MAC) []ScanResult {
	var named []ScanResult
	for _, point := range found {
		if (ssid == "" || point.SSID == ssid) && (bssid == wps.MAC{} || point.BSSID == bssid) {
			named = append(named, point)
		}
	}
	return named
}

// Evidence returns what is known of an access point, for package doctor. At is
// the time of the scan.
func (point *ScanResult) Evidence(at time.Time) doctor.Network {
	heard := at.Add(-point.Age)
	n := doctor.Network{
		BSSID: point.BSSID, SSID: point.SSID, First: heard, Last: heard, Channel: point.Channel(), Signal: point.Signal,
		Traits: point.Traits(point.Capability, point.Frequency),
	}
	if point.Advert != nil {
		advert := *point.Advert
		if point.Description != nil && advert.UUIDE == (wps.UUID{}) {
			advert.UUIDE = point.Description.UUIDE // a beacon seldom has it
		}
		n.Adverts = []doctor.Advert{{Since: heard, Element: &advert}}
	} else if point.Damaged != nil {
		n.Adverts = []doctor.Advert{{Since: heard, Err: point.Damaged}}
	}
	return n
}

// observe records the access points that could be meant.
func observe(r *doctor.Recorder, found []ScanResult) {
	now := time.Now()
	for i := range found {
		r.Observe(found[i].Evidence(now))
	}
}

// passFrame records a frame of the current attempt.
func passFrame(r *doctor.Recorder, d eapol.Direction, b []byte) {
	now := time.Now()
	r.Associated()
	if d == eapol.Received {
		r.Heard(now)
	}
	if frame, err := eapol.ParseFrame(b); err == nil && frame.Type == eapol.TypeEAP {
		r.Packet(now, d == eapol.Received, frame.Body)
	}
}

// ending converts the result or error of a run to an ending. Interrupted
// reports that this side stopped the run: then its end was not seen.
func ending(result *registration.Result, err error, interrupted bool) doctor.Ending {
	var lost *LostError
	var refused *AssociationError
	switch {
	case err == nil:
		return doctor.Ending{Result: result}
	case interrupted:
		return doctor.Ending{}
	case errors.As(err, &lost) && !lost.ByAP: // its beacons were no longer received
		return doctor.Ending{End: doctor.EndTimeout}
	case errors.As(err, &lost):
		return doctor.Ending{End: doctor.EndDisconnect}
	case errors.As(err, &refused) && refused.Status == 0:
		return doctor.Ending{End: doctor.EndTimeout}
	case errors.As(err, &refused):
		return doctor.Ending{End: doctor.EndDisconnect, Status: refused.Status}
	}
	return doctor.Ending{Err: err}
}
