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

// Station is a Wi-Fi interface. Its methods must not be called concurrently.
type Station struct {
	name  string
	mac   wps.MAC
	bands wps.RFBands // bands of its radio; 0 if unknown
	radio radio
}

// radio holds the operations of the operating system.
type radio interface {
	scan(ctx context.Context, cfg *ScanConfig, elements []byte) ([]ScanResult, error)
	known() ([]ScanResult, error)
	associate(ctx context.Context, point *ScanResult, elements []byte) (association, error)
	join(ctx context.Context, n *KnownNetwork) error
	// check returns why the interface cannot be used, or cannot join a network if
	// it is to; nil if it can.
	check(join bool) error
	// down returns why the interface is off by now, nil if it is not.
	down() error
	// leave ends the connection of the interface, if it has one.
	leave(ctx context.Context) error
	// address is that of the interface now.
	address() (wps.MAC, error)
	setAddress(mac wps.MAC) error
	close() error
}

// association is a connection to an access point, open for EAPOL.
type association interface {
	eapol.Conn // Close disassociates
	// lost delivers, once, the reason why the association has ended by itself.
	lost() <-chan error
	// response returns the elements of the Association Response.
	response() []byte
}

// Open opens a Wi-Fi interface by its name, such as "wlan0". The error is of
// class [ErrUnsupported], [ErrNoInterface] or [ErrMode].
func Open(name string) (*Station, error) { return open(name) }

// Name returns the name of the interface.
func (s *Station) Name() string { return s.name }

// MAC returns the address of the interface, with which the station enrolls. It
// is read again before each scan of [Station.Enroll] and each [Station.Run]:
// programs change it, to give a device away less.
func (s *Station) MAC() wps.MAC { return s.mac }

// SetMAC changes the address of the interface, which must not be connected. It
// stays so after Close.
func (s *Station) SetMAC(mac wps.MAC) error {
	if err := s.radio.setAddress(mac); err != nil {
		return err
	}
	s.mac = mac
	return nil
}

// Leave disconnects the interface. It is no error if it is connected to nothing.
// An interface that another program manages stays connected: the error is then
// of class [ErrHeld].
func (s *Station) Leave(ctx context.Context) error { return s.radio.leave(ctx) }

// Close leaves the interface as it was when it was opened: down, if it was.
func (s *Station) Close() error { return s.radio.close() }

// ScanConfig configures a scan. The zero value scans actively on all channels,
// without a WPS element.
type ScanConfig struct {
	// Frequencies are the channels to scan, in MHz; all if empty.
	Frequencies []int
	// Passive only listens for beacons. Access points then do not describe
	// themselves: see [ScanResult.Description].
	Passive bool
	// SSIDs are networks to ask for by name, besides asking for all: a hidden
	// network responds to its name only.
	SSIDs []wps.SSID
	// Request is the WPS element of the probe requests, or nil:
	// [NewProbeRequest] creates one. It informs registrars of the station.
	Request *wps.ProbeRequest
}

// Scan returns the access points in range. It takes some seconds on all
// channels. If another program is scanning, Scan waits for the end of that
// scan.
func (s *Station) Scan(ctx context.Context, cfg ScanConfig) ([]ScanResult, error) {
	var elements []byte
	if cfg.Request != nil && !cfg.Passive {
		var err error
		if elements, err = wps.AppendElements(nil, cfg.Request); err != nil {
			return nil, err
		}
	}
	return s.radio.scan(ctx, &cfg, elements)
}

// Known returns the access points found by earlier scans of any program. It
// needs no privileges.
func (s *Station) Known() ([]ScanResult, error) { return s.radio.known() }

// Join connects the interface to a network and waits until it may be used: for
// the 4-way handshake, and SAE before it where the network and the driver do
// that. Few drivers can by themselves; the error is of class [ErrDriver] with the
// others, and it takes wpa_supplicant, NetworkManager or iwd: see [NewProfile].
// The connection lasts after [Station.Close].
func (s *Station) Join(ctx context.Context, n *KnownNetwork) error {
	if _, err := newSecurity(n); err != nil {
		return err
	}
	return s.radio.join(ctx, n)
}

// Association is an association with an access point for WPS, open for EAPOL.
// Closing it disassociates.
type Association struct {
	eapol.Conn
	// Response is the elements of the Association Response.
	Response []byte
	// Lost delivers, once, the reason why the association has ended by itself.
	Lost <-chan error
}

// Associate associates with an access point for WPS: with
// [registration.RoleEnrollee] to be registered, with
// [registration.RoleRegistrar] to configure it. It is for programs that do
// without the machines of package registration; others use [Station.Run].
func (s *Station) Associate(ctx context.Context, point *ScanResult, role registration.Role) (*Association, error) {
	elements, err := wps.AppendElements(nil, newAssociationRequest(role, false))
	if err != nil {
		return nil, err
	}
	a, err := s.radio.associate(ctx, point, elements)
	if err != nil {
		return nil, err
	}
	return &Association{a, a.response(), a.lost()}, nil
}

// RunConfig configures [Station.Run].
type RunConfig struct {
	// Machine is the run: an Enrollee, or the Registrar that configures the
	// access point.
	Machine eapwsc.Machine
	// Version10 associates as a version 1.0 device. The access point then
	// waits for EAPOL-Start.
	Version10 bool
	// Watch, if set, is called with each EAPOL frame.
	Watch func(d eapol.Direction, other wps.MAC, frame []byte)
	// Record, if set, records the events for package doctor.
	Record *doctor.Recorder
}

// lostGrace is how long to read frames that arrived before the association
// ended: an access point sends the reason and disconnects the station at once.
const lostGrace = 200 * time.Millisecond

// Run associates with an access point for WPS, runs one exchange, and
// disassociates. The error is that of the exchange, usually a
// [*registration.Error], or of class [ErrAssociation], [ErrLost], [ErrHeld],
// [ErrPermission] or [ErrRadioOff].
func (s *Station) Run(ctx context.Context, point *ScanResult, cfg RunConfig) (*registration.Result, error) {
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: cfg.Machine})
	if err != nil {
		return nil, err
	}
	elements, err := wps.AppendElements(nil, newAssociationRequest(cfg.Machine.Role(), cfg.Version10))
	if err != nil {
		return nil, err
	}
	if cfg.Record == nil {
		cfg.Record = new(doctor.Recorder)
	}
	if s.mac, err = s.radio.address(); err != nil {
		return nil, err
	}
	cfg.Record.Begin(time.Now(), s.mac, point.BSSID, cfg.Machine.Role() == registration.RoleRegistrar)
	cfg.Record.Observe(point.Evidence(time.Now()))
	result, err := s.run(ctx, point, peer, elements, &cfg)
	if err != nil && ctx.Err() == nil {
		if off := s.radio.down(); off != nil {
			err = off // and not the access point's fault
		}
	}
	cfg.Record.End(time.Now(), ending(result, err, ctx.Err() != nil || OfInterface(err)))
	return result, err
}

func (s *Station) run(ctx context.Context, point *ScanResult, peer *eapwsc.Peer, elements []byte, cfg *RunConfig) (*registration.Result, error) {
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
