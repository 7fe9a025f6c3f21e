package capture

import (
	"slices"
	"time"

	"github.com/gowps/gowps/wps"
)

// Network is an access point as its beacons and probe responses show it.
type Network struct {
	BSSID       wps.MAC
	First, Last time.Time
	// Beacon and Response are what its last beacon and probe response said;
	// nil if there was none. The latter says more of WPS.
	Beacon, Response *Management
	Channel          int    // 0 if not known
	Frequency        uint16 // MHz; 0 if not known
	Signal           int8   // dBm of the last frame; 0 if not known
	// Changes are the WPS elements that it sent, each from when it was sent
	// first: a button pressed and a lock show here. At most maxChanges.
	Changes []Change
}

// Change is a WPS element that an access point began to send.
type Change struct {
	Time  time.Time
	Frame int
	// Element is nil if the access point has no WPS element any more.
	Element *wps.Beacon
	// Octets is the element's list of attributes.
	Octets []byte
	// Response tells that it was in a probe response.
	Response bool
	// Err is why the element cannot be read.
	Err error
	// Described tells that a program told of the element: its form is not
	// known.
	Described bool
}

const (
	// maxNetworks, maxChanges and maxSeekers bound what is kept of the air.
	maxNetworks = 4096
	maxChanges  = 64
	maxSeekers  = 256
)

// snapshot returns the network as it is now.
func (n *Network) snapshot() *Network {
	now := *n
	now.Changes = slices.Clone(n.Changes)
	return &now
}

// Management returns what the access point says of itself: a beacon, or a
// probe response if none was heard.
func (n *Network) Management() *Management {
	if n.Beacon != nil {
		return n.Beacon
	}
	return n.Response
}

// Seeker is a station that was heard looking for a registrar: its probe
// requests have a WPS element.
type Seeker struct {
	MAC  wps.MAC
	UUID wps.UUID
	// Password is PasswordPushButton for two minutes from the press on. Some
	// stations have a WPS element with PasswordDefault in all their probes.
	Password    wps.DevicePasswordID
	Bands       wps.RFBands // those that it has; 0 if it does not tell
	First, Last time.Time
	Frame       int

	said *Management
}
