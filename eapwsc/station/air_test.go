package station

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// air is a radio in memory with access points in its range. A scan takes
// scanTime.
type air struct {
	t        *testing.T
	aps      []*airAP
	scanErr  error
	assocErr error
	requests []*wps.ProbeRequest // of the scans
	later    []later
	passive  int // scans
	// afterScan is called when a scan is over.
	afterScan func()

	mac    wps.MAC // of the interface, if it is not ownMAC
	left   bool    // the interface was disconnected
	closed bool

	unusable error // of check
	off      error // why the interface is no longer usable
}

// later is an action for a time: it is done before the next scan ends.
type later struct {
	at time.Time
	do func()
}

// after schedules an action.
func (a *air) after(d time.Duration, do func()) {
	a.later = append(a.later, later{time.Now().Add(d), do})
}

const scanTime = 3 * time.Second

var ownMAC = wps.MAC{2, 0, 0, 0, 0, 9}

// airAP is an access point: its rules and its advertisement.
type airAP struct {
	*ap.AccessPoint
	bssid     wps.MAC
	ssid      wps.SSID
	frequency int
	signal    int
	noWPS     bool
	silent    bool // it accepts associations and sends nothing
	leaves    wps.MessageType
	sessions  int

	registered *wps.Device // the last one
}

const airPIN = "12345670"

// newAP adds an access point; its address and UUID are derived from n.
func (a *air) newAP(n byte, ssid wps.SSID) *airAP {
	device := wps.DefaultDevice()
	device.MAC = wps.MAC{2, 0, 0, 0, 1, n}
	device.State = wps.Configured
	device.UUID = wps.UUIDFromMAC(device.MAC)
	device.Manufacturer, device.ModelName, device.ModelNumber, device.SerialNumber, device.DeviceName = "Works", "Router", "1", "2", "The router"
	point := &airAP{
		AccessPoint: ap.MustNew(ap.Config{
			Registration: registration.Config{Device: device}, PIN: pin.MustParse(airPIN),
			Credentials: []wps.Credential{{SSID: ssid, AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("a passphrase")}},
		}),
		bssid: device.MAC, ssid: ssid, frequency: 2437, signal: -50,
	}
	a.aps = append(a.aps, point)
	return point
}

// elements returns the name and a list of attributes as elements.
func (point *airAP) elements(l wps.List) []byte {
	b := append([]byte{0, byte(len(point.ssid))}, point.ssid...)
	if point.noWPS {
		return b
	}
	b, err := wps.AppendElements(b, l)
	if err != nil {
		panic(err)
	}
	return b
}

func (a *air) scan(ctx context.Context, cfg *ScanConfig, elements []byte) ([]ScanResult, error) {
	select {
	case <-time.After(scanTime):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	for len(a.later) > 0 && !time.Now().Before(a.later[0].at) {
		a.later[0].do()
		a.later = a.later[1:]
	}
	if attributes, ok := wps.JoinElements(elements); ok {
		request := new(wps.ProbeRequest)
		if err := wps.Decode(request, attributes, wps.Strict); err != nil {
			a.t.Error(err)
		}
		a.requests = append(a.requests, request)
		for _, point := range a.aps {
			point.Probe(time.Now(), ownMAC, request)
		}
	}
	if cfg.Passive {
		a.passive++
	}
	found, _ := a.known()
	if a.afterScan != nil {
		a.afterScan()
	}
	return found, a.scanErr
}

func (a *air) known() (found []ScanResult, _ error) {
	now := time.Now()
	for _, point := range a.aps {
		point.Timeout(now)
		response, beacon := point.ProbeResponse(now), point.Beacon(now)
		f := ScanResult{
			BSSID: point.bssid, Frequency: point.frequency, Signal: point.signal, Capability: 0x11,
			ResponseElements: point.elements(&response), BeaconElements: point.elements(&beacon),
		}
		f.read(1)
		found = append(found, f)
	}
	return found, nil
}

// associate starts a session with an access point.
func (a *air) associate(ctx context.Context, found *ScanResult, elements []byte) (association, error) {
	if a.assocErr != nil {
		return nil, a.assocErr
	}
	for _, point := range a.aps {
		if point.bssid == found.BSSID {
			return point.accept(a, elements), nil
		}
	}
	return nil, &AssociationError{BSSID: found.BSSID}
}

// airAssociation is one end of a link in memory.
type airAssociation struct {
	eapol.Conn
	gone chan error
	stop func()
}

func (l *airAssociation) lost() <-chan error { return l.gone }

func (l *airAssociation) response() []byte { return nil }

func (l *airAssociation) Close() error {
	l.stop()
	return l.Conn.Close()
}

func (point *airAP) accept(a *air, elements []byte) association {
	t := a.t
	mac, _ := a.address()
	attributes, _ := wps.JoinElements(elements)
	if err := wps.Decode(new(wps.AssociationRequest), attributes, wps.Strict); err != nil {
		t.Error(err)
	}
	point.sessions++
	station, server := eapol.Pair(mac, point.bssid)
	l := &airAssociation{Conn: station, gone: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	l.stop = func() {
		cancel()
		wait.Wait()
	}
	if point.silent {
		return l
	}
	if point.leaves != 0 {
		server = eapol.Watch(server, func(_ eapol.Direction, _ wps.MAC, frame []byte) {
			if f, err := eapol.ParseFrame(frame); err == nil && f.Type == eapol.TypeEAP {
				p, err := eap.ParsePacket(f.Body)
				if message, peekErr := wps.PeekMessageType(p.Data); err == nil && peekErr == nil && message == point.leaves {
					point.leaves = 0
					l.gone <- &LostError{Reason: 3, ByAP: true}
					cancel()
				}
			}
		})
	}
	session, err := point.NewSession(mac, 1)
	if err != nil {
		t.Error(err)
		return l
	}
	wait.Go(func() {
		if result, err := (eapol.Runner{Remote: mac}).Run(ctx, server, session); err == nil {
			point.registered = &result.Peer
		}
	})
	return l
}

func (a *air) join(context.Context, *KnownNetwork) error { return nil }

func (a *air) check(bool) error { return a.unusable }

func (a *air) down() error { return a.off }

func (a *air) leave(context.Context) error {
	a.left = true
	return nil
}

func (a *air) address() (wps.MAC, error) {
	if a.mac != (wps.MAC{}) {
		return a.mac, nil
	}
	return ownMAC, nil
}

func (a *air) setAddress(mac wps.MAC) error {
	a.mac = mac
	return nil
}

func (a *air) close() error {
	a.closed = true
	return nil
}
