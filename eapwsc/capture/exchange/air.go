package exchange

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// air is what access points and stations broadcast.
type air struct {
	heard    map[networkKey]*network
	recently [256]*network           // recent networks by the last octet of their addresses: faster than heard
	unnamed  map[networkKey]*network // those of heard whose addresses are not known
	octets   int                     // of all WPS elements that are kept
	probing  []*searcher
	// joining maps the stations that recently asked to associate without WPS to
	// the time.
	joining map[wps.MAC]time.Time
	// direct are the devices that were heard speaking Wi-Fi Direct.
	direct []doctor.DirectDevice
}

func newAir() air {
	return air{heard: map[networkKey]*network{}, unnamed: map[networkKey]*network{}, joining: map[wps.MAC]time.Time{}}
}

// network is an access point that was received.
type network struct {
	doctor.Network
	key networkKey
	// beacon and response are its last beacon and probe response.
	beacon, response *capture.Management
	octets           int // of its WPS elements that are kept
	// taken is the last snapshot, until something is received from the access
	// point: many exchanges may end before that.
	taken *doctor.Network
	// adverts is a copy of Adverts for the snapshots; nil if they have changed.
	adverts []doctor.Advert
}

// searcher is a station that looked for a registrar.
type searcher struct {
	doctor.Station
	said *capture.Management
}

const (
	// maxNetworks and maxStations limit what is kept of the air.
	maxNetworks = 4096
	maxStations = 256
	maxDirect   = 64
	// maxAdvertOctets limits the WPS elements that are kept, in octets. Those
	// of an access point have some hundred.
	maxAdvertOctets = 4 << 20
	// candidates is how many networks are compared when one must be removed.
	candidates = 16
)

// networkKey identifies an access point: by its address, or, if that is not known, by
// the interface of its events.
type networkKey struct {
	bssid   wps.MAC
	unnamed int
}

func keyOf(bssid wps.MAC, of int) networkKey {
	if bssid != (wps.MAC{}) {
		of = 0
	}
	return networkKey{bssid, of}
}

// advertisement records an advertisement of an access point. A device that is being
// discovered by Wi-Fi Direct is not an access point.
func (a *air) advertisement(e *capture.Event) {
	if e.Management.P2P && e.Management.Capability&dot11.ESS == 0 {
		return
	}
	n, key := a.recently[e.BSSID[5]], keyOf(e.BSSID, e.Interface)
	if n == nil || n.key != key {
		if n = a.heard[key]; n == nil {
			n = a.add(key)
		}
		a.recently[e.BSSID[5]] = n
	}
	n.taken = nil
	n.Last = e.Time
	if e.Radio.Signal != 0 {
		n.Signal = int(e.Radio.Signal)
	}
	m := e.Management
	if m == n.beacon || m == n.response {
		return
	}
	response := e.Kind == capture.KindProbeResponse
	if response {
		n.response = m
	} else {
		n.beacon = m
	}
	n.adverts = nil
	n.Hear(&doctor.Announcement{
		Time: e.Time, Frame: e.Frame, Response: response, Truncated: e.Truncated, Described: e.Described,
		Elements: &m.Elements, Capability: m.Capability, Frequency: int(e.Radio.Frequency),
	})
	a.count(n)
	for a.octets > maxAdvertOctets {
		a.forget(n)
	}
}

// add adds a network. If there are too many, it replaces one that was not
// received for long.
func (a *air) add(key networkKey) *network {
	if len(a.heard) >= maxNetworks {
		a.remove(a.pickLeast(nil, func(n, than *network) bool { return n.Last.Before(than.Last) }))
	}
	n := &network{key: key, Network: doctor.Network{BSSID: key.bssid}}
	a.heard[key] = n
	if key.bssid == (wps.MAC{}) {
		a.unnamed[key] = n
	}
	return n
}

// pickLeast returns the least of a few networks, but never spare.
func (a *air) pickLeast(spare *network, less func(n, than *network) bool) (first *network) {
	looked := 0
	for _, n := range a.heard { // in any order
		if n == spare {
			continue
		}
		if first == nil || less(n, first) {
			first = n
		}
		if looked++; looked == candidates {
			break
		}
	}
	return first
}

func (a *air) remove(n *network) {
	a.octets -= n.octets
	delete(a.heard, n.key)
	delete(a.unnamed, n.key)
	if a.recently[n.BSSID[5]] == n {
		a.recently[n.BSSID[5]] = nil
	}
}

// count counts the octets that are kept of a network.
func (a *air) count(n *network) {
	a.octets -= n.octets
	n.octets = advertOctets(n.Adverts)
	a.octets += n.octets
}

func advertOctets(adverts []doctor.Advert) (octets int) {
	for i := range adverts {
		octets += len(adverts[i].Octets)
	}
	return octets
}

// forget frees memory: a network with many elements forgets the older ones. If
// that is the current network, it forgets its own.
func (a *air) forget(now *network) {
	n := a.pickLeast(nil, func(n, than *network) bool { return n.octets > than.octets })
	if n.octets < now.octets {
		n = now
	}
	if len(n.Adverts) <= 2 && len(a.heard) > 1 && n != now {
		a.remove(n)
		return
	}
	n.Adverts = slices.Clone(n.Adverts[(len(n.Adverts)+1)/2:])
	n.taken, n.adverts = nil, nil
	a.count(n)
}

// snapshot returns the present state of an access point, nil if it was not
// received, and its size in octets. It must not be changed.
func (a *air) snapshot(key networkKey) (*doctor.Network, int) {
	n := a.heard[key]
	if n == nil && key.bssid == (wps.MAC{}) {
		n = a.onlyUnnamed()
	}
	if n == nil {
		return nil, 0
	}
	if n.taken == nil {
		if n.adverts == nil {
			n.adverts = slices.Clone(n.Adverts)
		}
		now := n.Network
		now.Adverts = n.adverts
		n.taken = &now
	}
	return n.taken, n.octets + len(n.taken.Adverts)*advertSize
}

// onlyUnnamed returns the access point whose address is not known, nil if there are
// several.
func (a *air) onlyUnnamed() *network {
	if len(a.unnamed) > 1 {
		return nil
	}
	for _, n := range a.unnamed {
		return n
	}
	return nil
}

// advertSize is the memory of an element besides its octets.
const advertSize = 256

// networks returns the access points that were received, in order of their
// addresses.
func (a *air) networks() []doctor.Network {
	all := slices.SortedFunc(maps.Values(a.heard), func(a, b *network) int {
		return cmp.Or(bytes.Compare(a.BSSID[:], b.BSSID[:]), a.key.unnamed-b.key.unnamed)
	})
	out := make([]doctor.Network, len(all))
	for i, n := range all {
		out[i] = n.Network
	}
	return out
}

// probe records a station that looks for a registrar.
func (a *air) probe(e *capture.Event) {
	if e.Management.WPS == nil {
		return
	}
	if strings.HasPrefix(string(e.Management.SSID), directPrefix) {
		a.directFrame(e, "searching for others") // not for the router of a home
		return
	}
	for _, s := range a.probing {
		if s.said == e.Management && s.MAC == e.Src {
			s.Last = e.Time
			return
		}
	}
	var p wps.ProbeRequest
	if wps.Decode(&p, e.Management.WPS, wps.Tolerant) != nil {
		return
	}
	method := doctor.MethodOf(p.DevicePasswordID)
	for _, s := range a.probing {
		if s.UUID == p.UUIDE && s.MAC == e.Src && s.Method == method && e.Time.Sub(s.Last) < wps.MonitorTime {
			s.Last, s.said = e.Time, e.Management
			return
		}
	}
	if len(a.probing) == maxStations {
		a.probing = slices.Delete(a.probing, 0, 1)
	}
	a.probing = append(a.probing, &searcher{
		Station: doctor.Station{MAC: e.Src, UUID: p.UUIDE, Method: method, Bands: p.RFBands, First: e.Time, Last: e.Time},
		said:    e.Management,
	})
}

// directPrefix is how the names of all networks of Wi-Fi Direct begin.
const directPrefix = "DIRECT-"

// directFrame notes a device that directFrame Wi-Fi Direct, and what it said last.
func (a *air) directFrame(e *capture.Event, what string) {
	i := slices.IndexFunc(a.direct, func(d doctor.DirectDevice) bool { return d.MAC == e.Src })
	if i < 0 {
		if len(a.direct) == maxDirect {
			return
		}
		i = len(a.direct)
		a.direct = append(a.direct, doctor.DirectDevice{MAC: e.Src})
	}
	d := &a.direct[i]
	d.LastAction = what
	if name := wps.Find(e.Management.WPS, wps.AttrDeviceName); len(name) > 0 {
		d.Name = string(name[:min(len(name), maxName)])
	}
}

// maxName is the length of a Device Name, in octets.
const maxName = 32

// stations returns the stations that looked for a registrar.
func (a *air) stations() (all []doctor.Station) {
	for _, s := range a.probing {
		all = append(all, s.Station)
	}
	return all
}

// searchedRecently reports whether a station looked for a registrar recently.
func (a *air) searchedRecently(station wps.MAC, now time.Time) bool {
	return slices.ContainsFunc(a.probing, func(s *searcher) bool { return s.MAC == station && now.Sub(s.Last) < wps.MonitorTime })
}

// recordJoining records that a station asks to associate with an existing key.
func (a *air) recordJoining(station wps.MAC, now time.Time) {
	if len(a.joining) >= maxJoining {
		clear(a.joining)
	}
	a.joining[station] = now
}

// joinedRecently reports whether a station has done so recently.
func (a *air) joinedRecently(station wps.MAC, now time.Time) bool {
	at, ok := a.joining[station]
	return ok && now.Sub(at) < joinTime
}

const (
	// maxJoining limits the stations in joining.
	maxJoining = 1024
	// joinTime is how long after its association a station may send EAPOL-Start
	// for 802.1X.
	joinTime = 30 * time.Second
)

// pressing returns the stations that a registrar has seen in push-button mode
// when an exchange ends.
func (a *air) pressing(x *Exchange) (out []doctor.Station) {
	for _, s := range a.probing {
		if s.Method == doctor.PushButton && s.First.Before(x.Ended) && x.Began.Sub(s.Last) < wps.MonitorTime {
			out = append(out, s.Station)
		}
	}
	return out
}
