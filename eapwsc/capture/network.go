package capture

import (
	"time"

	"github.com/gowps/gowps/wps"
)

// Network is an access point as its beacons and probe responses show it.
type Network struct {
	BSSID       wps.MAC
	First, Last time.Time
	// Management is what it said last; Response is its last probe response,
	// which says more of WPS than a beacon.
	Management, Response *Management
	Channel              int
	Signal               int8 // dBm of the last frame; 0 if not known
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
}

const (
	// maxNetworks and maxChanges bound what is kept of the air.
	maxNetworks = 4096
	maxChanges  = 64
)

// Selected returns the last state in which a registrar was selected, and
// whether that is so now.
func (n *Network) Selected() (last *wps.Beacon, now bool) {
	for i := len(n.Changes) - 1; i >= 0; i-- {
		if e := n.Changes[i].Element; e != nil && e.SelectedRegistrar {
			return e, i == len(n.Changes)-1
		}
	}
	return nil, false
}

// Element returns the WPS element that the access point sent last, or nil.
func (n *Network) Element() *wps.Beacon {
	if len(n.Changes) == 0 {
		return nil
	}
	return n.Changes[len(n.Changes)-1].Element
}

// Press is a station that was heard in push-button mode.
type Press struct {
	MAC         wps.MAC
	UUID        wps.UUID
	First, Last time.Time
	Frame       int
}
