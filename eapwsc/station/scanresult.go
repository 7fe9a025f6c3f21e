package station

import (
	"errors"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
)

// ScanResult is an access point found by a scan.
type ScanResult struct {
	BSSID     wps.MAC
	Frequency int           // of the channel, in MHz
	Signal    int           // dBm
	Age       time.Duration // time since it was last received
	// Associated reports whether the interface is associated with it now.
	Associated bool
	// Capability is the capability information field.
	Capability uint16

	// ResponseElements and BeaconElements are the information elements of the
	// last Probe Response and of the last beacon, as received; nil if none was
	// received.
	ResponseElements, BeaconElements []byte
	// Elements holds the parsed elements: those of the Probe Response if there
	// is one. Hidden comes from the beacon; the SSID is known even so if the
	// access point was asked for by name.
	dot11.Elements
	// Advert is the current WPS element: that of the newer of the two frames.
	// It is nil if there is none.
	Advert *wps.Beacon
	// Description is the WPS element of the Probe Response, which describes the
	// access point; nil if there is none.
	Description *wps.ProbeResponse
	// Damaged is why the current WPS element cannot be read; nil if it can, or
	// there is none.
	Damaged error
	// Fault is what is wrong with the elements. The parts that could be read
	// are set nevertheless.
	Fault error
}

// Privacy reports whether the network encrypts. Without an RSN or WPA element
// this means WEP.
func (point *ScanResult) Privacy() bool { return point.Capability&dot11.Privacy != 0 }

// WPS reports whether the access point offers WPS.
func (point *ScanResult) WPS() bool { return point.Advert != nil }

// Channel returns the number of the channel.
func (point *ScanResult) Channel() int {
	if n := dot11.Channel(point.Frequency); n != 0 {
		return n
	}
	return point.Elements.Channel
}

// Candidate returns the access point as a [selection.Candidate]; ok is false if
// it does not offer WPS.
func (point *ScanResult) Candidate() (c selection.Candidate, ok bool) {
	if point.Advert == nil {
		return c, false
	}
	c = selection.NewCandidate(point.BSSID, dot11.Band(point.Frequency), point.Signal, point.Advert)
	if c.UUID == nil && point.Description != nil && point.Description.Has(wps.AttrUUIDE) {
		c.UUID = &point.Description.UUIDE
	}
	return c, true
}

// staleAge is the age at which the content of a frame may no longer be current.
const staleAge = 10 * time.Second

// read parses the elements. Lead is how much newer the beacon is than the Probe
// Response; negative if it is older, 0 if unknown.
func (point *ScanResult) read(lead time.Duration) {
	response, responseFault := dot11.Parse(point.ResponseElements)
	beacon, beaconFault := dot11.Parse(point.BeaconElements)
	point.Elements, point.Fault = response, errors.Join(responseFault, beaconFault)
	if point.ResponseElements == nil {
		point.Elements = beacon
	} else if point.BeaconElements != nil && lead > -staleAge {
		point.Hidden = beacon.Hidden
	}

	var description wps.ProbeResponse
	var err error
	if err = point.decode(&description, response.WPS); err == nil && response.WPS != nil {
		point.Description, point.Advert = &description, &description.Beacon
	}
	point.Damaged = err
	if point.BeaconElements == nil || point.ResponseElements != nil && lead <= 0 {
		return
	}
	// An access point that has switched WPS off sends beacons without the
	// element, although its last Probe Response had one.
	point.Advert = nil
	var advert wps.Beacon
	if err = point.decode(&advert, beacon.WPS); err == nil && beacon.WPS != nil {
		point.Advert = &advert
	}
	point.Damaged = err
}

// decode reads a WPS element, if there is one.
func (point *ScanResult) decode(l wps.List, attributes []byte) error {
	if attributes == nil {
		return nil
	}
	err := wps.Decode(l, attributes, wps.Tolerant)
	point.Fault = errors.Join(point.Fault, err)
	return err
}
