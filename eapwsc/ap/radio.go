package ap

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// RadioConfig describes a radio of an access point that has several.
type RadioConfig struct {
	BSSID   wps.MAC
	Band    wps.RFBands // one
	Channel uint16      // in use; 0 if it is not known
}

// Radio is one radio of an access point that has several: see [Config.Radios].
// Its elements and messages are those of the access point, with the address and
// the band of the radio. Methods of Radio and of its AccessPoint are not to be
// called at the same time.
type Radio struct {
	ap *AccessPoint
	RadioConfig
}

// checkRadios checks the radios of an access point, and makes them.
func (a *AccessPoint) checkRadios() error {
	a.radios = nil
	for i, cfg := range a.cfg.Radios {
		switch {
		case cfg.BSSID == wps.MAC{}:
			return fmt.Errorf("ap: %w: Radios[%d].BSSID is zero", registration.ErrConfig, i)
		case bits.OnesCount8(uint8(cfg.Band)) != 1:
			return fmt.Errorf("ap: %w: Radios[%d].Band is %v, not one band", registration.ErrConfig, i, cfg.Band)
		case a.Radio(cfg.BSSID) != nil:
			return fmt.Errorf("ap: %w: Radios[%d].BSSID is that of another", registration.ErrConfig, i)
		}
		a.radios = append(a.radios, &Radio{a, cfg})
	}
	return nil
}

// Radio returns the radio with a BSSID, or nil.
func (a *AccessPoint) Radio(bssid wps.MAC) *Radio {
	for _, r := range a.radios {
		if r.BSSID == bssid {
			return r
		}
	}
	return nil
}

// pressedElsewhere reports whether the button was pressed for another radio
// alone. The access point as a whole, which is no radio, is never elsewhere.
func (a *AccessPoint) pressedElsewhere(r *Radio) bool {
	return a.pressedOn != nil && r != nil && a.pressedOn != r
}

// runConfig returns the configuration of a run on a radio; nil is the access
// point as it describes itself.
func (a *AccessPoint) runConfig(r *Radio) registration.Config {
	cfg := a.cfg.Registration
	if r != nil {
		cfg.Device.MAC, cfg.Device.RFBands = r.BSSID, r.Band
	}
	return cfg
}

// bssid returns the radio's address, or zero.
func (r *Radio) bssid() (mac wps.MAC) {
	if r != nil {
		mac = r.BSSID
	}
	return mac
}

// PressButton begins the walk time on this radio alone (hostap's
// wps_independent); [AccessPoint.PressButton] begins it on all. Devices that are
// heard pressing on any radio count for the overlap.
func (r *Radio) PressButton(now time.Time) error { return r.ap.press(now, r) }

// NewSession returns the exchange with a station that associated for WPS with
// the radio: see [AccessPoint.NewSession].
func (r *Radio) NewSession(station wps.MAC, id uint8) (*Session, error) {
	return r.ap.newSession(r, station, id)
}

// Probe processes a probe request that the radio has heard: see
// [AccessPoint.Probe].
func (r *Radio) Probe(now time.Time, mac wps.MAC, e *wps.ProbeRequest) { r.ap.probe(now, r, mac, e) }

// Beacon returns the WPS element of the radio's beacons from now on.
func (r *Radio) Beacon(now time.Time) wps.Beacon {
	r.ap.advertiseOn(now, r)
	defer r.ap.advertise(now)
	return r.ap.beacon(now)
}

// ProbeResponse returns the WPS element of the radio's probe responses from now
// on.
func (r *Radio) ProbeResponse(now time.Time) wps.ProbeResponse {
	r.ap.advertiseOn(now, r)
	defer r.ap.advertise(now)
	return r.ap.probeResponse(now)
}

// where returns the address, band and channel that a token names, as far as they
// are the same for all radios.
func (a *AccessPoint) where() (bssid wps.MAC, bands wps.RFBands, channel uint16) {
	switch len(a.radios) {
	case 0:
		return a.cfg.Registration.Device.MAC, a.cfg.RFBands, 0
	case 1:
		r := a.radios[0]
		return r.BSSID, r.Band, r.Channel
	}
	return wps.MAC{}, a.cfg.RFBands, 0
}
