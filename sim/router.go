package sim

import (
	"bytes"
	"cmp"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/external"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Settings are the settings in the web page of a [Router].
type Settings struct {
	SSID     wps.SSID
	Key      wps.NetworkKey // none if the network is open
	Security Security
	// Hidden leaves the SSID out of beacons. WPS is then off.
	Hidden bool
	// WPSOff switches WPS off.
	WPSOff bool
	// Allowed lists the only stations that may associate; if empty, all may.
	Allowed []wps.MAC
}

// RouterConfig configures a router as it is sold, or as its owner has set it
// up. Zero values are sensible defaults.
type RouterConfig struct {
	// Name names the router in the trace.
	Name  string
	Place Place
	// Settings of the network. By default the SSID is derived from the name,
	// and the key is random, as on a label.
	Settings Settings
	// Unconfigured is a router in State "not configured", as in the box: the
	// first device that registers gives it a new key.
	Unconfigured bool
	// PIN is the router's own PIN, on its label; by default a random one.
	PIN pin.PIN
	// NoPIN is a router without a PIN of its own.
	NoPIN bool
	// Bands has a bit for each radio; 0 is a single one on 2.4 GHz.
	Bands wps.RFBands
	// SeparateRadios gives each radio a UUID-E of its own, as badly made
	// routers do: devices take it for two routers.
	SeparateRadios bool
	// UPnP admits external registrars on its cable: see [WiredComputer].
	UPnP bool
	// Device describes the router; empty fields are filled in.
	Device wps.Device
	// PINLifetime is how long the PIN of a device is valid if its entry has no
	// lifetime; 0 means [wps.WalkTime].
	PINLifetime time.Duration
	// BootTime is how long it takes to start; 0 means 20 seconds.
	BootTime time.Duration
	// Customize, if set, can change the WPS configuration of each radio:
	// version 1.0, several credentials, late M2, a key log.
	Customize func(*ap.Config)
	// Announce, if set, can change the WPS element of beacons and probe
	// responses: wrong Selected Registrar bits, for example. It must not keep
	// the element.
	Announce func(*wps.Beacon)
}

const (
	defaultBootTime = 20 * time.Second
	// afterRegistration is the delay before new settings take effect, so that
	// the station that wrote them receives the end of its exchange [hostap].
	afterRegistration = 100 * time.Millisecond
	// maxRouterEvents limits the events kept for an owner who does not read
	// them.
	maxRouterEvents = 256
)

// Errors of the web page of a [Router].
var (
	// ErrWPSOff: WPS is switched off, by the owner or because of the other
	// settings.
	ErrWPSOff = errors.New("WPS is switched off")
	// ErrStarting: the router has been restarted and does not answer yet.
	ErrStarting = errors.New("the router is starting")
)

// The errors of [Router.WPS], besides those of the security. A router looks at
// them for each beacon.
var (
	errSwitchedOff = fmt.Errorf("%w in the web page", ErrWPSOff)
	errHidden      = fmt.Errorf("%w: the network is hidden", ErrWPSOff)
)

// Router is an access point with a registrar: its radios, its web page, its
// button and its label. It is a [Device] built on [ap.AccessPoint].
type Router struct {
	cfg   RouterConfig
	bands []wps.RFBands // of the radios
	port  *Port
	nonces,
	keys *RandomSource

	// State that survives a restart.
	settings   Settings
	configured bool
	pin        pin.PIN
	lockouts   []ap.LockoutState // one for each access point

	// State that does not.
	points   []*ap.AccessPoint // one for all radios, or one for each
	clients  []*client         // in the order of arrival
	answered answered          // valid until something else happens
	said     [2][]byte         // the elements of the last beacon and probe response
	probe    lastProbe
	reload   time.Time // when new settings take effect
	boot     time.Time // when the router will have started; zero if it has
	events   []ap.Event
	cable    cable
}

// NewRouter adds a router to a world and switches it on. The error is
// [ErrConfig].
func NewRouter(w *World, cfg RouterConfig) (*Router, error) {
	if cfg.Bands == 0 {
		cfg.Bands = wps.Band24GHz
	}
	cfg.PINLifetime = cmp.Or(cfg.PINLifetime, wps.WalkTime)
	cfg.BootTime = cmp.Or(cfg.BootTime, defaultBootTime)
	r := &Router{cfg: cfg, bands: bandsOf(cfg.Bands)}
	var addresses []wps.MAC
	first := w.NewAddress()
	for i := range r.bands {
		mac := first
		mac[5] += byte(i)
		addresses = append(addresses, mac)
	}
	var err error
	if r.port, err = w.Join(r, cfg.Name, cfg.Place, addresses...); err != nil {
		return nil, err
	}
	r.nonces, r.keys = r.port.Rand("registration"), r.port.Rand("4-way handshake")
	if err := complete(&r.cfg.Device, r.port, wps.DeviceTypeRouter); err != nil {
		return nil, err
	}
	r.cfg.Device.ConfigMethods |= wps.MethodLabel
	if err := r.label(); err != nil {
		return nil, err
	}
	r.restoreFactory()
	r.start(r.port.Now())
	return r, nil
}

// bandsOf returns the bands of a mask, one by one.
func bandsOf(mask wps.RFBands) (bands []wps.RFBands) {
	for _, b := range [...]wps.RFBands{wps.Band24GHz, wps.Band5GHz, wps.Band60GHz} {
		if mask&b != 0 {
			bands = append(bands, b)
		}
	}
	return bands
}

// label generates the SSID, key and PIN of the label, where the configuration
// has none.
func (r *Router) label() error {
	label := r.port.Rand("label")
	s := &r.cfg.Settings
	fill(&s.SSID, wps.SSID("net-"+r.cfg.Name))
	if len(s.Key) == 0 && s.Security != Open {
		var random [10]byte
		label.Read(random[:])
		s.Key = wps.NetworkKey(strings.ToLower(base32.StdEncoding.EncodeToString(random[:])))
	}
	if r.cfg.PIN.IsZero() && !r.cfg.NoPIN {
		p, err := pin.Generate(label)
		if err != nil {
			return configError("a PIN for the label: %w", err)
		}
		r.cfg.PIN = p
	}
	return r.check(*s)
}

// check returns why settings cannot be used, or nil.
func (r *Router) check(s Settings) error {
	switch {
	case len(s.SSID) == 0 || len(s.SSID) > 32:
		return configError("the SSID has %d octets, not 1 to 32", len(s.SSID))
	case !s.Security.known():
		return configError("there is no %v", s.Security)
	}
	row := s.Security.row()
	if row.rsn == nil && row.wpa == nil {
		return nil
	}
	if _, err := r.port.world.keys.psk(s.SSID, s.Key); err != nil {
		return configError("%w", err)
	}
	return nil
}

// restoreFactory restores the factory settings.
func (r *Router) restoreFactory() {
	r.settings, r.configured = r.cfg.Settings.clone(), !r.cfg.Unconfigured
	r.pin, r.lockouts = r.cfg.PIN, nil
}

// start switches the radios on.
func (r *Router) start(now time.Time) {
	r.points, r.answered = r.points[:0], answered{}
	n := 1
	if r.cfg.SeparateRadios {
		n = len(r.port.radios)
	}
	for i := range n {
		point := r.newPoint(i)
		if i < len(r.lockouts) && point.RestoreLockout(now, r.lockouts[i]) != nil {
			point.SetLock(now, ap.Locked)
		}
		r.points = append(r.points, point)
	}
	r.plug(now)
	for i, band := range r.bands {
		radio := r.port.Radio(i)
		radio.Tune(band)
		radio.Beacon(func(now time.Time) *Frame { return r.beacon(now, i) })
		// A station that believes it is connected has to learn otherwise.
		r.send(i, &Frame{Type: Deauthentication, To: wps.Broadcast, Code: ReasonNotAuthenticated})
	}
	r.schedule(now)
}

// newPoint creates the access point of a radio, or of all radios.
func (r *Router) newPoint(radio int) *ap.AccessPoint {
	d := r.cfg.Device
	bands := r.cfg.Bands
	if r.cfg.SeparateRadios {
		d.MAC = r.port.Radio(radio).MAC()
		d.UUID = wps.UUIDFromMAC(d.MAC)
		bands = bandsOf(bands)[radio]
	}
	d.RFBands = bandsOf(bands)[0]
	d.State = wps.NotConfigured
	if r.configured {
		d.State = wps.Configured
	}
	row := r.settings.Security.row()
	cfg := ap.Config{
		// The web page has its own checks, and WPS is off where its settings
		// would be unusable.
		Registration: registration.Config{Device: d, Rand: r.nonces, Faulty: true},
		Credentials: []wps.Credential{{
			SSID: r.settings.SSID, AuthType: row.auth, EncrType: row.encr, NetworkKey: r.settings.Key,
		}},
		PIN: r.pin, RFBands: bands,
	}
	if r.cfg.Customize != nil {
		r.cfg.Customize(&cfg)
	}
	return ap.MustNew(cfg)
}

// stop ends everything in progress.
func (r *Router) stop(now time.Time) {
	r.unplug()
	for _, c := range r.clients {
		c.close(now)
	}
	r.collect(now)
	r.clients, r.reload = nil, time.Time{}
	r.lockouts = nil
	for _, point := range r.points {
		r.lockouts = append(r.lockouts, point.LockoutState(now))
	}
}

// restart stops the network and starts it again, with settings that may have
// changed.
func (r *Router) restart(now time.Time) {
	r.stop(now)
	r.start(now)
}

// Port returns the router's port.
func (r *Router) Port() *Port { return r.port }

// Device returns the description of the router in its messages. Radios with a
// UUID-E of their own replace the one in it.
func (r *Router) Device() wps.Device { return r.cfg.Device }

// PIN returns the router's own PIN, or none.
func (r *Router) PIN() pin.PIN { return r.pin }

// Settings returns what the web page shows.
func (r *Router) Settings() Settings {
	return r.settings.clone()
}

// clone returns settings that share no memory with these.
func (s Settings) clone() Settings {
	s.Key, s.Allowed = slices.Clone(s.Key), slices.Clone(s.Allowed)
	return s
}

// Configured reports whether the router has been set up.
func (r *Router) Configured() bool { return r.configured }

// Apply stores new settings in the web page. The network restarts, and all
// stations have to connect again. The error is [ErrConfig] or [ErrStarting].
func (r *Router) Apply(s Settings) error {
	if err := r.check(s); err != nil {
		return err
	}
	return r.act(SettingsApplied, "", func(now time.Time) error {
		r.settings, r.configured = s.clone(), true
		r.restart(now)
		return nil
	})
}

// WPS says why WPS is off, an error of class [ErrWPSOff], or nil.
func (r *Router) WPS() error {
	switch s := &r.settings; {
	case s.WPSOff:
		return errSwitchedOff
	case s.Hidden:
		return errHidden
	}
	return r.settings.Security.row().noWPS
}

// act carries out an action of a person at the router.
func (r *Router) act(a Note, detail string, do func(now time.Time) error) error {
	r.port.note(a, detail)
	r.answered = answered{}
	if !r.boot.IsZero() {
		return ErrStarting
	}
	now := r.port.Now()
	err := do(now)
	r.answerWaiting(now)
	r.collect(now)
	r.schedule(now)
	return err
}

// answerWaiting answers the stations that were waiting for what the owner has
// just done.
func (r *Router) answerWaiting(now time.Time) {
	for _, point := range r.points {
		for _, s := range point.Ready() {
			if c := r.client(s.Station()); c != nil && c.session == s {
				r.clientTimeout(now, c)
			}
		}
	}
}

// actWPS carries out an action that concerns WPS.
func (r *Router) actWPS(a Note, do func(now time.Time, point *ap.AccessPoint) error) error {
	return r.act(a, "", func(now time.Time) error {
		if err := r.WPS(); err != nil {
			return err
		}
		for _, point := range r.points {
			if err := do(now, point); err != nil {
				return err
			}
		}
		return nil
	})
}

// PressButton presses the WPS button, for all radios. The error is [ErrWPSOff],
// [ErrStarting] or [ap.ErrOverlap].
func (r *Router) PressButton() error {
	return r.actWPS(ButtonPressed, func(now time.Time, point *ap.AccessPoint) error {
		return point.PressButton(now)
	})
}

// EnterPIN enters the PIN of a device in the web page. It is valid for the
// router's PINLifetime if the entry has no Lifetime. The error is [ErrWPSOff],
// [ErrStarting] or [ap.ErrEmptyPIN].
func (r *Router) EnterPIN(e ap.PINEntry) error {
	e.Lifetime = cmp.Or(e.Lifetime, r.cfg.PINLifetime)
	return r.actWPS(PINEntered, func(now time.Time, point *ap.AccessPoint) error {
		return point.EnterPIN(now, e)
	})
}

// Cancel ends push-button mode and removes the PINs that were entered.
func (r *Router) Cancel() error {
	return r.actWPS(WPSCancelled, func(now time.Time, point *ap.AccessPoint) error {
		point.Cancel(now)
		return nil
	})
}

// SetPIN changes the router's own PIN, which unlocks it; the zero value
// disables it.
func (r *Router) SetPIN(p pin.PIN) error {
	return r.act(APPINChanged, "", func(now time.Time) error {
		r.pin = p
		for _, point := range r.points {
			point.SetPIN(now, p)
		}
		return nil
	})
}

// SetLock locks the router's own PIN, or unlocks it. It does not undo a lockout
// after wrong PINs.
func (r *Router) SetLock(l ap.SetupLock) error {
	return r.act(APPINPolicySet, l.String(), func(now time.Time) error {
		for _, point := range r.points {
			point.SetLock(now, l)
		}
		return nil
	})
}

// Lock returns the lock of the router's own PIN.
func (r *Router) Lock() ap.SetupLock { return r.points[0].Lock(r.port.Now()) }

// Restart switches the router off and on. Settings and the lockout of the
// router's PIN are kept; registrations, the button, and the PINs that were
// entered are not.
func (r *Router) Restart() {
	r.port.note(RouterRestarted, "")
	r.powerOff()
}

// FactoryReset restores the factory settings and restarts the router.
func (r *Router) FactoryReset() {
	r.port.note(FactoryReset, "")
	r.powerOff()
	r.restoreFactory()
}

// powerOff switches the router off until it has started again.
func (r *Router) powerOff() {
	now := r.port.Now()
	if r.boot.IsZero() {
		r.stop(now)
	}
	for i := range r.port.radios {
		r.port.Radio(i).Beacon(nil)
		r.port.Radio(i).Tune(0)
	}
	r.boot = now.Add(r.cfg.BootTime)
	r.port.Wake(r.boot)
}

// Events returns the events of the router since the last call.
func (r *Router) Events() []ap.Event {
	events := r.events
	r.events = nil
	return events
}

// Stations returns the addresses of the stations that are connected.
func (r *Router) Stations() (connected []wps.MAC) {
	for _, c := range r.clients {
		if c.phase == clientConnected {
			connected = append(connected, c.mac)
		}
	}
	return connected
}

// Registering returns the addresses of the stations in an EAP-WSC exchange.
func (r *Router) Registering() (stations []wps.MAC) {
	for _, c := range r.clients {
		if c.phase == clientRegisters {
			stations = append(stations, c.mac)
		}
	}
	return stations
}

// collect records new events.
func (r *Router) collect(now time.Time) {
	for again := true; again; {
		again = false
		for _, point := range r.points {
			for _, e := range point.Events() {
				if external.Registrars(e) {
					external.Pass(now, r.cable.device, e)
					again = true
					continue
				}
				r.report(now, e)
			}
		}
		if again {
			r.settleCable(now)
			r.answerWaiting(now)
		}
	}
}

// report reports an event of the access point, and adopts new settings.
func (r *Router) report(now time.Time, e ap.Event) {
	if e.Kind.Routine() {
		return // the world records the actions of people itself
	}
	if len(r.events) < maxRouterEvents {
		r.events = append(r.events, e)
	}
	r.port.world.emit(Event{Kind: Noted, From: r.port.name, Note: Reported, Report: &e})
	if e.Kind == ap.EventNewSettings {
		r.adopt(e.Settings)
		r.reload = now.Add(afterRegistration)
	}
}

// adopt stores settings that were generated or changed by WPS.
func (r *Router) adopt(c *wps.Credential) {
	r.configured = true
	r.settings.SSID, r.settings.Key = c.SSID, slices.Clone(c.NetworkKey)
	if row := r.settings.Security.row(); row.auth != c.AuthType || row.encr != c.EncrType {
		r.settings.Security = securityOf(c)
	}
}

// Timeout handles deadlines that have passed. It implements [Device].
func (r *Router) Timeout(now time.Time) {
	r.answered = answered{}
	if !r.boot.IsZero() {
		r.boot = time.Time{}
		r.port.note(RouterStarted, "")
		r.start(now)
		return
	}
	for _, point := range r.points {
		point.Timeout(now)
	}
	if r.cable.device != nil {
		r.cable.Timeout(now)
		r.settleCable(now)
		r.answerWaiting(now)
	}
	for _, c := range slices.Clone(r.clients) {
		if due(c.deadline, now) {
			r.clientTimeout(now, c)
		}
	}
	r.collect(now)
	if due(r.reload, now) {
		r.restart(now)
	}
	r.schedule(now)
}

// due reports whether a deadline has passed; a zero deadline never passes.
func due(deadline, now time.Time) bool { return !deadline.IsZero() && !now.Before(deadline) }

// schedule sets the timer.
func (r *Router) schedule(now time.Time) {
	next := r.reload
	for _, point := range r.points {
		next = eapwsc.Earlier(next, point.Deadline())
	}
	for _, c := range r.clients {
		next = eapwsc.Earlier(next, c.deadline)
	}
	if r.cable.device != nil {
		next = eapwsc.Earlier(next, r.cable.Deadline())
	}
	r.port.Wake(next)
}

// Handle processes a frame. It implements [Device].
func (r *Router) Handle(now time.Time, f *Frame, _ int) {
	radio := slices.IndexFunc(r.port.radios, func(o Radio) bool { return o.bands&f.Band != 0 })
	if f.Type != ProbeRequest {
		r.answered = answered{}
	}
	switch f.Type {
	case ProbeRequest:
		r.probed(now, radio, f)
	case Authentication:
		r.send(radio, &Frame{Type: Authentication, To: f.From, Code: r.admit(f.From)})
	case AssociationRequest:
		r.associate(now, radio, f)
	case Deauthentication:
		r.forget(now, f.From)
	case Data:
		if c := r.client(f.From); c != nil {
			r.eapol(now, c, f.Body)
		}
	}
	r.collect(now)
	r.schedule(now)
}

// send sends a frame from one of the radios.
func (r *Router) send(radio int, f *Frame) {
	f.From, f.BSSID = r.port.Radio(radio).MAC(), r.port.Radio(radio).MAC()
	f.Band = r.bands[radio]
	r.port.Send(f)
}

// point returns the access point of a radio.
func (r *Router) point(radio int) *ap.AccessPoint { return r.points[min(radio, len(r.points)-1)] }

func (r *Router) beacon(now time.Time, radio int) *Frame {
	ssid := r.settings.SSID
	if r.settings.Hidden {
		ssid = ""
	}
	w := r.port.world
	var element wps.List
	if r.WPS() == nil {
		w.probeResponse.Beacon = r.point(radio).Beacon(now)
		r.announce(&w.probeResponse.Beacon)
		element = &w.probeResponse.Beacon
	}
	f := r.announcement(Beacon, ssid, element)
	mac := r.port.Radio(radio).MAC()
	f.From, f.To, f.BSSID, f.Band = mac, wps.Broadcast, mac, r.bands[radio]
	return f
}

// announce applies the Announce function of the configuration.
func (r *Router) announce(e *wps.Beacon) {
	if r.cfg.Announce != nil {
		r.cfg.Announce(e)
	}
}

// announcement builds the common part of beacons and probe responses. The WPS
// element is nil if WPS is switched off.
func (r *Router) announcement(t FrameType, ssid wps.SSID, element wps.List) *Frame {
	row, w := r.settings.Security.row(), r.port.world
	list := row.append(appendSSID(w.elements(), ssid))
	if element != nil {
		list = appendWPS(list, element)
	}
	last := &r.said[0]
	if t == ProbeResponse {
		last = &r.said[1]
	}
	if !bytes.Equal(*last, list) { // most say the same again, and share the octets
		*last = w.keep(list)
	}
	return &Frame{Type: t, Privacy: row.encrypts(), Body: *last}
}

// probed answers a probe request for any network or for this one; a hidden
// network answers only to its name.
func (r *Router) probed(now time.Time, radio int, f *Frame) {
	e, _ := dot11.Parse(f.Body) // parts that can be read are used
	if e.SSID != r.settings.SSID && (e.SSID != "" || r.settings.Hidden) {
		return
	}
	if a := &r.answered; e.WPS == nil && a.body != nil && a.radio == radio && a.at.Equal(now) {
		r.send(radio, &Frame{Type: ProbeResponse, To: f.From, Privacy: a.privacy, Body: a.body})
		return
	}
	var element wps.List
	if r.WPS() == nil {
		w := r.port.world
		if e.WPS != nil && r.probe.read(e.WPS) {
			r.point(radio).Probe(now, f.From, &r.probe.request)
		}
		w.probeResponse = r.point(radio).ProbeResponse(now)
		r.announce(&w.probeResponse.Beacon)
		element = &w.probeResponse
	}
	answer := r.announcement(ProbeResponse, r.settings.SSID, element)
	answer.To = f.From
	if r.cfg.Announce == nil {
		r.answered = answered{at: now, radio: radio, privacy: answer.Privacy, body: answer.Body}
	}
	r.send(radio, answer)
}

// lastProbe is the last probe request with a WPS element: a device that scans sends
// the same again and again.
type lastProbe struct {
	request wps.ProbeRequest
	octets  []byte // of the request; nil if there was none that can be read
}

// read reads the WPS element of a probe request, and reports whether it can be
// read.
func (p *lastProbe) read(octets []byte) bool {
	if p.octets != nil && bytes.Equal(p.octets, octets) {
		return true
	}
	*p = lastProbe{}
	if wps.Decode(&p.request, octets, wps.Tolerant) != nil {
		return false
	}
	p.octets = octets
	return true
}

// answered is an answer to a probe request that also serves others at the same
// time: a device that looks for a network asks for all networks and for its
// name.
type answered struct {
	at      time.Time
	radio   int
	privacy bool
	body    []byte
}
