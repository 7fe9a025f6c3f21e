package station

import (
	"context"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// Station is a Wi-Fi interface. Its methods must not be called at the same
// time.
type Station struct {
	name  string
	mac   wps.MAC
	bands wps.RFBands // of its radio; 0 if they are not known
	radio radio
}

// radio is what the operating system does.
type radio interface {
	scan(ctx context.Context, cfg *ScanConfig, elements []byte) ([]AccessPoint, error)
	known() ([]AccessPoint, error)
	associate(ctx context.Context, point *AccessPoint, elements []byte) (association, error)
	join(ctx context.Context, c *wps.Credential) error
	close() error
}

// association is a connection to an access point, open for EAPOL.
type association interface {
	eapol.Conn // Close disassociates
	// lost says once how the association has ended by itself.
	lost() <-chan error
}

// Open opens a Wi-Fi interface by its name, such as "wlan0". The error is of
// class [ErrUnsupported], [ErrNoInterface] or [ErrMode].
func Open(name string) (*Station, error) { return open(name) }

// Name returns the name of the interface.
func (s *Station) Name() string { return s.name }

// MAC returns the address of the interface, with which the station enrolls.
func (s *Station) MAC() wps.MAC { return s.mac }

// Close leaves the interface as it was when it was opened: down, if it was.
func (s *Station) Close() error { return s.radio.close() }

// ScanConfig says how to scan. The zero value listens and asks on all
// channels, without a WPS element.
type ScanConfig struct {
	// Frequencies are the channels to scan, in MHz; all if empty.
	Frequencies []int
	// Passive only listens for beacons. Then access points do not describe
	// themselves: see [AccessPoint.Description].
	Passive bool
	// SSIDs are asked for by name, besides all networks: a hidden one
	// answers to its name only.
	SSIDs []wps.SSID
	// Request is the WPS element of the probe requests, or nil:
	// [NewProbeRequest] makes one. Registrars learn from it who is looking
	// for them.
	Request *wps.ProbeRequest
}

// Scan returns the access points around. It takes some seconds on all
// channels. A scan of another program is waited for.
func (s *Station) Scan(ctx context.Context, cfg ScanConfig) ([]AccessPoint, error) {
	var elements []byte
	if cfg.Request != nil && !cfg.Passive {
		var err error
		if elements, err = wps.AppendElements(nil, cfg.Request); err != nil {
			return nil, err
		}
	}
	return s.radio.scan(ctx, &cfg, elements)
}

// Known returns the access points that the system knows of by scans of others.
// It takes no rights.
func (s *Station) Known() ([]AccessPoint, error) { return s.radio.known() }

// Join connects the interface with a credential and waits for the 4-way
// handshake. Few drivers can do that by themselves; the error is of class
// [ErrDriver] with the others, and it takes wpa_supplicant, NetworkManager or
// iwd: see [NewProfile]. The connection lasts after [Station.Close].
func (s *Station) Join(ctx context.Context, c *wps.Credential) error {
	if err := c.Usable(); err != nil {
		return err
	}
	return s.radio.join(ctx, c)
}

// RunConfig says what to do at an access point.
type RunConfig struct {
	// Machine is the run: an Enrollee, or the Registrar of the access point.
	Machine eapwsc.Machine
	// Version10 associates as a version 1.0 device. The access point then
	// waits for EAPOL-Start.
	Version10 bool
	// Watch, if set, is shown each EAPOL frame.
	Watch func(d eapol.Direction, other wps.MAC, frame []byte)
	// Record, if set, keeps what happens for package doctor.
	Record *doctor.Record
}

// lostGrace is for how long frames are still read that came before the
// association ended: an access point says why and sends the station away at
// once.
const lostGrace = 200 * time.Millisecond

// Run associates with an access point for WPS, carries one exchange, and
// disassociates. The error is that of the exchange, mostly a
// [*registration.Error]; or of class [ErrAssociation], [ErrLost], [ErrHeld],
// [ErrPermission] or [ErrRadioOff].
func (s *Station) Run(ctx context.Context, point *AccessPoint, cfg RunConfig) (*registration.Result, error) {
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: cfg.Machine})
	if err != nil {
		return nil, err
	}
	elements, err := wps.AppendElements(nil, newAssociationRequest(cfg.Machine.Role(), cfg.Version10))
	if err != nil {
		return nil, err
	}
	if cfg.Record == nil {
		cfg.Record = new(doctor.Record)
	}
	cfg.Record.Begin(time.Now(), s.mac, point.BSSID, cfg.Machine.Role() == registration.RoleRegistrar)
	cfg.Record.Observe(point.Evidence(time.Now()))
	result, err := s.run(ctx, point, peer, elements, &cfg)
	cfg.Record.End(time.Now(), ending(result, err, ctx.Err() != nil))
	return result, err
}

func (s *Station) run(ctx context.Context, point *AccessPoint, peer *eapwsc.Peer, elements []byte, cfg *RunConfig) (*registration.Result, error) {
	a, err := s.radio.associate(ctx, point, elements)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		select {
		case err := <-a.lost():
			time.AfterFunc(lostGrace, func() { cancel(err) })
		case <-ctx.Done():
		}
	}()
	conn := eapol.Watch(a, func(d eapol.Direction, other wps.MAC, frame []byte) {
		passFrame(cfg.Record, d, frame)
		if cfg.Watch != nil {
			cfg.Watch(d, other, frame)
		}
	})
	result, err := eapol.Runner{Remote: point.BSSID}.Run(ctx, conn, peer)
	cancel(nil)
	<-watching
	if closed := a.Close(); err == nil {
		err = closed
	}
	return result, err
}
