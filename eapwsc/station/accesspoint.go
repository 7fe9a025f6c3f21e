package station

import (
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
)

// AccessPoint is an access point as a scan found it.
type AccessPoint struct {
	BSSID     wps.MAC
	Frequency int           // of the channel, in MHz
	Signal    int           // dBm
	Age       time.Duration // since it was heard last
	// Associated tells that the interface is associated with it now.
	Associated bool
	// Capability is the capability information field.
	Capability uint16

	// ResponseElements and BeaconElements are the information elements of
	// the last Probe Response and of the last beacon, as received; nil if
	// none was heard.
	ResponseElements, BeaconElements []byte
	// Elements is what they say: those of the Probe Response if there is
	// one. Hidden is the beacon's: its SSID is known all the same if the
	// access point was asked for by name.
	dot11.Elements
	// Advert is what it says of WPS at present: the WPS element of whichever
	// of the two frames is newer. It is nil without one.
	Advert *wps.Beacon
	// Description is the WPS element of the Probe Response, which describes
	// the access point; nil without one.
	Description *wps.ProbeResponse
	// Fault is what is wrong with the elements. What could be read of them
	// is there nevertheless.
	Fault error
}

// Privacy reports whether the network encrypts. Without an RSN or WPA element
// this means WEP.
func (ap *AccessPoint) Privacy() bool { return ap.Capability&dot11.Privacy != 0 }

// WPS reports whether the access point offers WPS.
func (ap *AccessPoint) WPS() bool { return ap.Advert != nil }

// Channel returns the number of the channel.
func (ap *AccessPoint) Channel() int {
	if n := dot11.Channel(ap.Frequency); n != 0 {
		return n
	}
	return ap.Elements.Channel
}

// Candidate returns the access point as [eapwsc.Selector] sees it; ok is false
// if it does not offer WPS.
func (ap *AccessPoint) Candidate() (c eapwsc.Candidate, ok bool) {
	if ap.Advert == nil {
		return c, false
	}
	c = eapwsc.NewCandidate(ap.BSSID, dot11.Band(ap.Frequency), ap.Signal, ap.Advert)
	if c.UUID == nil && ap.Description != nil && ap.Description.Has(wps.AttrUUIDE) {
		c.UUID = &ap.Description.UUIDE
	}
	return c, true
}

// stale is the age from which on a frame no longer tells what is so now.
const stale = 10 * time.Second

// read fills in what the elements mean. Lead is by how much the beacon is newer
// than the Probe Response; negative if it is older, 0 if that is not known.
func (ap *AccessPoint) read(lead time.Duration) {
	response, responseFault := dot11.Parse(ap.ResponseElements)
	beacon, beaconFault := dot11.Parse(ap.BeaconElements)
	ap.Elements, ap.Fault = response, errors.Join(responseFault, beaconFault)
	if ap.ResponseElements == nil {
		ap.Elements = beacon
	} else if ap.BeaconElements != nil && lead > -stale {
		ap.Hidden = beacon.Hidden
	}

	var description wps.ProbeResponse
	if ap.decode(&description, response.WPS) {
		ap.Description, ap.Advert = &description, &description.Beacon
	}
	if ap.BeaconElements == nil || ap.ResponseElements != nil && lead <= 0 {
		return
	}
	// An access point that has switched WPS off sends beacons without the
	// element, whatever its last Probe Response said.
	ap.Advert = nil
	var advert wps.Beacon
	if ap.decode(&advert, beacon.WPS) {
		ap.Advert = &advert
	}
}

// decode reads a WPS element, and reports whether it could be read.
func (ap *AccessPoint) decode(l wps.List, attributes []byte) bool {
	if attributes == nil {
		return false
	}
	err := wps.Decode(l, attributes, wps.Tolerant)
	ap.Fault = errors.Join(ap.Fault, err)
	return err == nil
}
