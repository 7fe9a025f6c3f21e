package doctor

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// Network is an access point as its beacons and probe responses show it.
type Network struct {
	BSSID wps.MAC
	SSID  wps.SSID
	// First and Last are when it was first and last heard.
	First, Last time.Time
	// Channel is the channel number, Signal the power in dBm; 0 if not known.
	Channel, Signal int
	// Traits are its security and band, from its beacon if one was heard.
	dot11.Traits
	// Silent reports that it is not known whether the access point has WPS:
	// Adverts is then empty and means nothing.
	Silent bool
	beacon bool // a beacon was heard
	cut    bool // the end of the last one was not captured, where an element may be
	// Adverts are its WPS elements in the order of time, at most 64. They show
	// when a button was pressed or the PIN locked.
	Adverts []Advert
	// Description is the WPS element of its last probe response, which has the
	// maker and the model; nil if none was heard or could be read.
	Description *wps.ProbeResponse
}

// Advert is the WPS advertisement of an access point from a time on.
type Advert struct {
	Since time.Time
	Frame int // frame number in the capture; 0 if there is none
	// Element is the WPS element, or the fields of a probe response that a
	// beacon has too; nil if there is no element or it cannot be read.
	Element *wps.Beacon
	// Octets is its list of attributes; nil if there is no element or only its
	// contents are known.
	Octets []byte
	// Response reports that it was in a probe response.
	Response bool
	// Described reports that the contents come from a program's description of
	// the element. Its encoding is not known and not validated.
	Described bool
	// Err is why the element cannot be read.
	Err error
}

// maxAdverts is how many elements are kept per network.
const maxAdverts = 64

// Announcement is a beacon or a probe response.
type Announcement struct {
	Time      time.Time
	Frame     int  // frame number in the capture; 0 if there is none
	Response  bool // a probe response
	Truncated bool // its end is missing
	Described bool // a program's description, not a frame
	Elements  *dot11.Elements
	// Capability is the Capability Information field. Frequency is that of the
	// channel on which the frame was received in MHz, or 0 if not known.
	Capability uint16
	Frequency  int
}

// Hear records an announcement of the access point.
func (n *Network) Hear(a *Announcement) {
	if n.First.IsZero() {
		n.First = a.Time
	}
	n.Last = a.Time
	if n.Channel = a.Elements.Channel; n.Channel == 0 {
		n.Channel = dot11.Channel(a.Frequency)
	}
	if !a.Response || !n.beacon {
		n.Traits = a.Elements.Traits(a.Capability, a.Frequency)
		n.beacon = !a.Response
	}
	if a.Elements.SSID != "" { // a hidden network sends its name to devices that ask for it
		n.SSID = a.Elements.SSID
	}
	if n.cut = a.Truncated && !a.Described; !a.Truncated {
		n.advertise(a)
	}
	n.Silent = len(n.Adverts) == 0
}

// advertise records a WPS element if it differs from the last one of its kind.
func (n *Network) advertise(a *Announcement) {
	octets := a.Elements.WPS
	if last := n.lastAdvert(a.Response); last != nil && bytes.Equal(last.Octets, octets) && (last.Octets == nil) == (octets == nil) {
		last.Described = last.Described && a.Described
		return
	}
	advert := Advert{Since: a.Time, Frame: a.Frame, Octets: octets, Response: a.Response, Described: a.Described}
	if octets != nil {
		var e *wps.ProbeResponse
		if e, advert.Err = readElement(octets, a.Response); e != nil {
			advert.Element = &e.Beacon
			if a.Response {
				n.Description = e
			}
		}
	}
	n.add(advert)
}

// add adds an element, in place of the oldest one if there are too many.
func (n *Network) add(a Advert) {
	if len(n.Adverts) == maxAdverts {
		n.Adverts = slices.Delete(n.Adverts, 0, 1)
	}
	n.Adverts = append(n.Adverts, a)
}

// lastAdvert returns the last element of beacons or of probe responses, or nil.
func (n *Network) lastAdvert(response bool) *Advert {
	for i := len(n.Adverts) - 1; i >= 0; i-- {
		if n.Adverts[i].Response == response {
			return &n.Adverts[i]
		}
	}
	return nil
}

// heard reports whether a WPS element of the access point itself was seen. The
// descriptions of programs do not count: they leave out some attributes.
func (n *Network) heard() bool {
	return slices.ContainsFunc(n.Adverts, func(a Advert) bool { return a.Element != nil && !a.Described })
}

// readElement reads the WPS element of a beacon or probe response.
func readElement(octets []byte, response bool) (*wps.ProbeResponse, error) {
	e := new(wps.ProbeResponse)
	var list wps.List = &e.Beacon
	if response {
		list = e
	}
	if err := wps.Decode(list, octets, wps.Tolerant); err != nil {
		return nil, err
	}
	return e, nil
}

// devices are the categories of devices that open a network for themselves, not
// for a home, such as printers and cameras. Routers, computers and storage are
// not among them.
var devices = map[uint16]bool{2: true, 3: true, 4: true, 7: true, 8: true, 9: true, 10: true, 11: true, 12: true}

// OwnedByDevice reports whether a printer or another device opened the network
// for itself, as in Wi-Fi Direct, or whether this is not a network but such a
// device during discovery. Either way it is not the router of a home.
func (n *Network) OwnedByDevice() bool {
	if n.Discovery || strings.HasPrefix(string(n.SSID), "DIRECT-") {
		return true
	}
	e := n.Description
	if e != nil && e.Has(wps.AttrResponseType) && e.ResponseType == 0 {
		return true
	}
	// A router whose category was damaged on its way has its own in other elements.
	device, other := false, false
	see := func(e *wps.Beacon) {
		category := e.PrimaryDeviceType.Category()
		device = device || devices[category]
		other = other || category != 0 && !devices[category]
	}
	if e != nil {
		see(&e.Beacon)
	}
	for i := range n.Adverts {
		if e := n.Adverts[i].Element; e != nil {
			see(e)
		}
	}
	return device && !other
}

// damage returns why the current element of the network cannot be read, or nil.
func (n *Network) damage() error {
	if len(n.Adverts) == 0 {
		return nil
	}
	return n.Adverts[len(n.Adverts)-1].Err
}

// Findings validates the WPS elements of the access point: that of the last
// beacon that has one, and that of the last probe response. In the findings,
// Message is [validate.Whole]. A device in Wi-Fi Direct discovery is not an
// access point and is not validated.
func (n *Network) Findings(mode wps.Mode) (all validate.Findings) {
	if n.Discovery {
		return nil
	}
	for _, kind := range []wps.Kind{wps.KindBeacon, wps.KindProbeResponse} {
		for _, advert := range slices.Backward(n.Adverts) {
			if advert.Response != (kind == wps.KindProbeResponse) || advert.Octets == nil || advert.Described {
				continue
			}
			for _, f := range validate.Element(kind, advert.Octets, n.Traits, mode) {
				f.Message = validate.Whole
				all = append(all, f)
			}
			break
		}
	}
	return all
}
