package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Air is an access point in range of a radio. The suite is the station, under a
// new address for each exchange, and reads the access point's elements. It runs
// in real time.
type Air struct {
	// Radio is the radio of the suite's station.
	Radio Radio
	// BSSID is the address of the access point.
	BSSID wps.MAC
	// Role is what the device is: [APRegistrar] or [APEnrollee].
	Role Role
	// Patience is how long the device may take to begin; 0 is 10 s.
	Patience time.Duration

	point      *station.ScanResult // as it was heard last
	associated bool
	realTime
}

// Radio is a Wi-Fi interface in station mode: a [station.Station].
type Radio interface {
	Scan(ctx context.Context, cfg station.ScanConfig) ([]station.ScanResult, error)
	SetMAC(mac wps.MAC) error
	Associate(ctx context.Context, point *station.ScanResult, role registration.Role) (*station.Association, error)
}

// airTime limits a scan and an association.
const airTime = 30 * time.Second

// airScans is how often an access point is listened for on its channel: a
// beacon may be lost. A scan of all channels takes seconds, in which an exchange
// would end.
const airScans = 5

// unmetNeeds implements limited: a radio is one station.
func (a *Air) unmetNeeds() Need { return NeedStations }

// CanStartAgain reports that the station can: see [Restartable].
func (a *Air) CanStartAgain() bool { return true }

// waits implements patient.
func (a *Air) waits() time.Duration { return cmp.Or(a.Patience, defaultPatience) + 2*airTime }

// scan finds the access point.
func (a *Air) scan(cfg station.ScanConfig) error {
	ctx, cancel := context.WithTimeout(context.Background(), airTime)
	defer cancel()
	if a.point != nil {
		cfg.Frequencies = []int{a.point.Frequency}
	}
	for i := range airScans + 1 {
		if i == airScans {
			if a.associated {
				break
			}
			cfg.Frequencies = nil // it may have moved
		}
		began := time.Now()
		found, err := a.Radio.Scan(ctx, cfg)
		if err != nil {
			return err
		}
		for i := range found {
			if found[i].BSSID == a.BSSID && found[i].Age <= time.Since(began) {
				a.point = &found[i]
				return nil
			}
		}
	}
	return fmt.Errorf("conformance: access point %v is not heard", a.BSSID)
}

// Beacon returns the attributes of the WSC element in beacons: see [Advertiser].
func (a *Air) Beacon() ([]byte, error) {
	// A scan that sends probe requests does not wait for beacons.
	if err := a.scan(station.ScanConfig{Passive: true}); err != nil {
		return nil, err
	}
	attributes, _ := wps.JoinElements(a.point.BeaconElements)
	return attributes, nil
}

// ProbeResponse returns those in probe responses.
func (a *Air) ProbeResponse() ([]byte, error) {
	if err := a.scan(station.ScanConfig{}); err != nil {
		return nil, err
	}
	attributes, _ := wps.JoinElements(a.point.ResponseElements)
	return attributes, nil
}

// AssociationResponse returns those in association responses: see [Associator].
func (a *Air) AssociationResponse() ([]byte, error) {
	association, err := a.associate(wps.MAC{0x02, 0x77, 0x70, 0xFF, 0xFF, 1})
	if err != nil {
		return nil, err
	}
	a.associated = false
	attributes, _ := wps.JoinElements(association.Response)
	return attributes, association.Close()
}

// Probe sends a probe request: see [Prober].
func (a *Air) Probe(mac wps.MAC, element *wps.ProbeRequest) error {
	if err := a.Radio.SetMAC(mac); err != nil {
		return err
	}
	return a.scan(station.ScanConfig{Request: element})
}

// associate associates under an address.
func (a *Air) associate(mac wps.MAC) (*station.Association, error) {
	if a.point == nil {
		if err := a.scan(station.ScanConfig{}); err != nil {
			return nil, err
		}
	}
	if err := a.Radio.SetMAC(mac); err != nil {
		return nil, err
	}
	role := registration.RoleEnrollee
	if a.Role == APEnrollee {
		role = registration.RoleRegistrar
	}
	ctx, cancel := context.WithTimeout(context.Background(), airTime)
	defer cancel()
	association, err := a.Radio.Associate(ctx, a.point, role)
	if err != nil {
		a.point = nil // it may have moved
	}
	a.associated = err == nil
	return association, err
}

// Open begins an exchange.
func (a *Air) Open(mac wps.MAC) (Link, error) {
	association, err := a.associate(mac)
	if err != nil {
		return nil, err
	}
	l := &airLink{wireLink{conn: association, remote: a.BSSID, station: true}, a, association.Lost, false}
	patience := cmp.Or(a.Patience, defaultPatience)
	// An access point asks a station that associates for WPS by itself.
	f, from, err := l.read(time.Now().Add(min(startInterval, patience)))
	switch {
	case err == nil && f.Type == eapol.TypeEAP && from == a.BSSID:
		l.first = append([]byte(nil), f.Body...)
		return l, nil
	case err == nil || errors.Is(err, os.ErrDeadlineExceeded):
		err = l.begin(a.Role, patience)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// airLink is an exchange over the air.
type airLink struct {
	wireLink
	air  *Air
	lost <-chan error
	gone bool // the association has ended
}

// airSlice is how often an association is looked at while the suite waits.
const airSlice = 100 * time.Millisecond

// Receive returns the next packet. If the association has ended, none comes any
// more.
func (l *airLink) Receive(until time.Time) ([]byte, error) {
	for {
		slice := time.Now().Add(airSlice)
		if slice.After(until) {
			slice = until
		}
		packet, err := l.wireLink.Receive(slice)
		if packet != nil || err != nil || l.gone || !slice.Before(until) {
			return packet, err
		}
		select {
		case <-l.lost:
			l.gone = true // what has arrived before is still read
		default:
		}
	}
}

// Send sends a packet, unless the association has ended.
func (l *airLink) Send(packet []byte) error {
	if l.gone {
		return nil
	}
	return l.wireLink.Send(packet)
}

// Close disassociates.
func (l *airLink) Close() error {
	if l.closed {
		return nil
	}
	l.closed, l.air.associated = true, false
	return l.conn.Close()
}
