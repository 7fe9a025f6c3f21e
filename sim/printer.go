package sim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// PrinterConfig configures a printer as it is sold. Zero values are sensible
// defaults.
type PrinterConfig struct {
	// Name names the printer in the trace.
	Name  string
	Place Place
	// Bands are the bands of its radio; 0 is 2.4 GHz only, as with most
	// printers.
	Bands wps.RFBands
	// Version10 makes it a version 1.0 device.
	Version10 bool
	// OnePerBand judges overlaps as iwd does: see [selection.Selector].
	OnePerBand bool
	// RandomMAC gives the printer a new address for each set-up.
	RandomMAC bool
	// PIN is a PIN on a label; by default each set-up generates a new one.
	PIN pin.PIN
	// Device describes the printer; empty fields are filled in.
	Device wps.Device
	// Patience is how long a set-up lasts; 0 means [wps.WalkTime]. For the push
	// button it cannot be more.
	Patience time.Duration
	// ScanInterval is the pause between two scans; 0 means two seconds.
	ScanInterval time.Duration
	// Customize, if set, can change the configuration of each run: a key log, a
	// prepared key pair, vendor attributes.
	Customize func(*registration.EnrolleeConfig)
	// NewEndpoint, if set, creates the exchange of each attempt, in place of an
	// [eapwsc.Peer] with a [registration.Enrollee]: use it to test another
	// enrollee. An enrollee outside package registration cannot read the
	// Password, but its ID says which one it is: [Printer.PIN], or that of the
	// push button.
	NewEndpoint func(registration.EnrolleeConfig) (Endpoint, error)
}

const (
	defaultScanInterval = 2 * time.Second
	// attemptPause is how long the printer avoids an access point after a
	// failed registration, unless that starts to wait for a device.
	attemptPause = 15 * time.Second
	// reconnectDelay is how long after a registration a printer connects.
	reconnectDelay = 100 * time.Millisecond
	// reconnectInterval is the pause before it tries again.
	reconnectInterval = 10 * time.Second
	// maxNetworks is how many networks it remembers.
	maxNetworks = 16
)

// PrinterState is what a printer is doing.
type PrinterState uint8

// The states of a printer.
const (
	// Idle: it has no network and is not looking for one.
	Idle PrinterState = iota
	// SettingUp: it is looking for a router that waits for it, or registering.
	SettingUp
	// Connecting: it is looking for a network that it knows.
	Connecting
	// Connected to a network.
	Connected
)

var printerStateNames = [...]string{Idle: "idle", SettingUp: "setting up", Connecting: "connecting", Connected: "connected"}

// String returns the state in a word or two.
func (s PrinterState) String() string {
	return enumString("PrinterState", printerStateNames[:], uint8(s))
}

// Status is what the panel of a printer shows.
type Status struct {
	State PrinterState
	// SSID is the network, if Connected.
	SSID wps.SSID
	// Err is why the last set-up failed, or why the printer is not connected:
	// a [*Failure], or nil.
	Err error
}

// String returns the status in a line, as a panel would.
func (s Status) String() string {
	text := s.State.String()
	if s.State == Connected {
		text += " to " + s.SSID.String()
	}
	var f *Failure
	if errors.As(s.Err, &f) {
		text += ". " + f.Text
	}
	return text
}

// Printer is a station that is set up at its control panel. It is a [Device]
// built on [eapwsc.Peer] and [selection.Selector].
type Printer struct {
	station
	cfg    PrinterConfig
	pins   *RandomSource
	nonces *RandomSource
	macs   *RandomSource // nil until the first address is drawn

	networks []wps.Credential // survive a restart, the latest first
	setup    *setup           // nil if none is in progress
	err      error
}

// setup is a set-up started at the panel.
type setup struct {
	pin      pin.PIN // if it is not one by push button
	button   bool
	seen     sighting // the most significant sighting so far
	waiting  bool     // the access point of the present attempt advertised that it waits
	request  []byte   // the WPS element of its probe requests; nil before the first scan, and during an attempt
	began    time.Time
	patience time.Duration // until it ends
	scans    int
	scanned  time.Time // the time of the last scan
	err      error     // why the last attempt failed
	attempts []failedAttempt
}

// until returns when the set-up ends.
func (s *setup) until() time.Time { return s.began.Add(s.patience) }

// failedAttempt is an access point that is avoided for some time.
type failedAttempt struct {
	mac     wps.MAC
	device  wps.UUID // set if it has another PIN: then its other radio does too
	until   time.Time
	waiting bool // it advertised that it waits
}

// NewPrinter adds a printer to a world and switches it on. The error is
// [ErrConfig].
func NewPrinter(w *World, cfg PrinterConfig) (*Printer, error) {
	if cfg.Bands == 0 {
		cfg.Bands = wps.Band24GHz
	}
	cfg.Patience = cmp.Or(cfg.Patience, wps.WalkTime)
	cfg.ScanInterval = cmp.Or(cfg.ScanInterval, defaultScanInterval)
	if cfg.NewEndpoint == nil {
		cfg.NewEndpoint = NewEnrollee
	}
	p := &Printer{cfg: cfg}
	if err := p.station.join(w, p, cfg.Name, cfg.Place, cfg.Bands); err != nil {
		return nil, err
	}
	p.pins, p.nonces = p.port.Rand("panel"), p.port.Rand("registration")
	d := &p.cfg.Device
	if err := complete(d, p.port, wps.DeviceTypePrinter); err != nil {
		return nil, err
	}
	return p, nil
}

// probe returns the WPS element of the probe requests of a set-up.
func (p *Printer) probe(button bool) *wps.ProbeRequest {
	id := wps.PasswordDefault
	if button {
		id = wps.PasswordPushButton
	}
	e := probeRequest(&p.cfg.Device, wps.RequestEnrollee8021X, id, p.cfg.Bands)
	e.WFA.RequestToEnroll = true
	if p.cfg.Version10 {
		e.WFA = wps.WFAExtension{}
		e.Manufacturer, e.ModelName, e.ModelNumber, e.DeviceName = "", "", "", ""
	}
	return e
}

// Port returns the printer's port.
func (p *Printer) Port() *Port { return p.port }

// Status returns what the panel shows.
func (p *Printer) Status() Status {
	s := Status{Err: p.err}
	switch {
	case p.setup != nil:
		s.State = SettingUp
	case p.phase == stationConnected:
		s.State, s.SSID = Connected, p.point.ssid
	case len(p.networks) > 0:
		s.State = Connecting
	}
	return s
}

// Busy reports whether a set-up, or the first attempt to connect, is in
// progress.
func (p *Printer) Busy() bool {
	return p.setup != nil || p.exchange != nil || p.err == nil && len(p.networks) > 0 && p.phase != stationConnected
}

// Networks returns the networks that the printer knows, latest first.
func (p *Printer) Networks() []wps.Credential { return slices.Clone(p.networks) }

// PIN returns the PIN that the panel shows: that of the current set-up by PIN,
// else the one on the label, or none.
func (p *Printer) PIN() pin.PIN {
	if p.setup != nil && !p.setup.button {
		return p.setup.pin
	}
	return p.cfg.PIN
}

// SetupByPIN starts a set-up by PIN, and returns the PIN that the panel shows:
// a new one each time, unless the printer has one on a label. A set-up in
// progress is cancelled.
func (p *Printer) SetupByPIN() (pin.PIN, error) {
	shown := p.cfg.PIN
	if shown.IsZero() {
		var err error
		if shown, err = pin.Generate(p.pins); err != nil {
			return pin.PIN{}, err
		}
	}
	p.port.note(SetupByPINBegun, "")
	p.begin(&setup{pin: shown}, p.cfg.Patience)
	return shown, nil
}

// SetupByPushButton starts a set-up by push button. A set-up in progress is
// cancelled.
func (p *Printer) SetupByPushButton() {
	p.port.note(SetupByPushButtonBegun, "")
	p.begin(&setup{button: true}, min(p.cfg.Patience, wps.WalkTime))
}

func (p *Printer) begin(s *setup, patience time.Duration) {
	now := p.port.Now()
	if p.cfg.RandomMAC {
		p.changeMAC(now)
	}
	s.began, s.patience = now, patience
	p.record, p.setup, p.err = record{}, s, nil
	p.record.noteSearch(now, p.radio().MAC(), p.cfg.Device.UUID, p.method())
	p.scanForRegistrar(now)
	p.schedule()
}

// changeMAC gives the printer a new, locally administered address.
func (p *Printer) changeMAC(now time.Time) {
	p.leave(now)
	if p.macs == nil {
		p.macs = p.port.Rand("addresses")
	}
	mac := wps.MAC{0x02}
	p.macs.Read(mac[1:])
	if p.radio().SetMAC(mac) == nil { // otherwise another device has this address
		p.cfg.Device.MAC = mac
	}
}

// Cancel cancels a set-up. The printer returns to the networks that it knows.
func (p *Printer) Cancel() {
	p.port.note(SetupCancelled, "")
	if p.setup == nil {
		return
	}
	p.setup = nil
	p.reconnect(p.port.Now(), 0)
	p.schedule()
}

// NetworkReset forgets all networks, and ends everything in progress.
func (p *Printer) NetworkReset() {
	p.port.note(NetworksReset, "")
	p.leave(p.port.Now())
	p.setup, p.networks, p.err, p.alarm = nil, nil, nil, time.Time{}
	p.schedule()
}

// Restart switches the printer off and on again. It keeps the networks that it
// knows; a set-up ends.
func (p *Printer) Restart() {
	p.port.note(PrinterRestarted, "")
	p.stop() // without notifying the access point
	p.setup, p.err = nil, nil
	p.reconnect(p.port.Now(), 0)
	p.schedule()
}

// scanForRegistrar scans for routers that wait.
func (p *Printer) scanForRegistrar(now time.Time) {
	s := p.setup
	if s.request == nil {
		s.request = p.port.world.element(p.probe(s.button))
	}
	p.alarm = s.until()
	p.scan(now, s.request)
}

// reconnect looks for a network that the printer knows, after a pause.
func (p *Printer) reconnect(now time.Time, pause time.Duration) {
	p.leave(now)
	p.alarm = time.Time{}
	if len(p.networks) > 0 {
		p.alarm = now.Add(pause)
	}
}

// alarmFired carries out the action for which the alarm was set.
func (p *Printer) alarmFired(now time.Time) {
	switch {
	case p.setup != nil && !now.Before(p.setup.until()):
		if p.exchange != nil {
			p.setup.err = registration.ErrTimeout
			if len(p.record.Evidence().Attempts) == 0 { // otherwise the attempts say more
				p.record.noteEnd(now, nil, p.setup.err)
			}
		}
		p.setupFailed(now, p.setup.conclusion())
	case p.setup != nil:
		p.scanForRegistrar(now)
	default:
		p.scanForNetworks(now)
	}
}

// scanForNetworks scans for the networks that the printer knows, also by name
// because they may be hidden.
func (p *Printer) scanForNetworks(now time.Time) {
	var names []wps.SSID
	for _, c := range p.networks {
		if !slices.Contains(names, c.SSID) {
			names = append(names, c.SSID)
		}
	}
	p.scan(now, nil, names...)
}

// scanned chooses an access point.
func (p *Printer) scanned(now time.Time) {
	if p.setup == nil {
		p.chooseNetwork(now)
		return
	}
	p.setup.scans++
	p.setup.scanned = now
	p.chooseRegistrar(now)
}

// chooseRegistrar starts an attempt with the access point that most likely
// waits for the printer, or continues looking.
func (p *Printer) chooseRegistrar(now time.Time) {
	s := p.setup
	candidates := make([]selection.Candidate, 0, len(p.found))
	aps := make([]*bss, 0, len(p.found))
	for i := range p.found {
		if b := p.found[i]; b.element != nil {
			candidates = append(candidates, selection.NewCandidate(b.mac, b.band, b.signal, b.element))
			aps = append(aps, b.bss)
		}
	}
	selector := selection.Selector{MAC: p.radio().MAC(), OnePerBand: p.cfg.OnePerBand}
	choose := selector.PushButton
	if !s.button {
		choose = func(c []selection.Candidate) (selection.Choice, error) { return selector.PIN(c, false) }
	}
	choice, err := choose(candidates)
	if errors.Is(err, selection.ErrOverlap) {
		p.setupFailed(now, err)
		return
	}
	s.noteScan(len(p.found), choice.Verdicts)
	// A waiting router with another PIN is the one the owner means: trying
	// others as well would only hide the mistake.
	mismatch := errors.Is(s.err, registration.ErrPassword)
	if err != nil && !s.button && !mismatch && selection.TryUnselected(s.scans, now.Sub(s.began)) {
		choice, _ = selector.PIN(candidates, true)
	}
	for _, i := range choice.Order {
		if !s.resting(now, aps[i]) {
			p.tryRegistrar(now, aps[i])
			return
		}
	}
	if mismatch {
		p.setupFailed(now, s.err)
		return
	}
	p.alarm = eapwsc.Earlier(s.until(), now.Add(p.cfg.ScanInterval))
}

// resting reports whether an access point is avoided because an attempt with it
// has just failed. It is not avoided if it starts to wait for a device.
func (s *setup) resting(now time.Time, b *bss) bool {
	return slices.ContainsFunc(s.attempts, func(a failedAttempt) bool {
		same := a.mac == b.mac || a.device == b.element.UUIDE && a.device != wps.UUID{}
		return same && now.Before(a.until) && (a.waiting || !b.element.SelectedRegistrar)
	})
}

// noteScan records the result of a scan, if it is more significant than the
// earlier ones.
func (s *setup) noteScan(heard int, verdicts []selection.Verdict) {
	if heard > 0 {
		s.seen = max(s.seen, sawNoWPS)
	}
	for _, v := range verdicts {
		s.seen = max(s.seen, sightings[v])
	}
}

// conclusion returns why a set-up has not succeeded in time. A refusal says
// less than a router that was seen waiting for something else.
func (s *setup) conclusion() error {
	if s.err == nil || errors.Is(s.err, registration.ErrNoRegistrar) && s.seen > sawNobodyWaiting {
		return searchErrors[s.seen]
	}
	return s.err
}

// tryRegistrar starts an attempt to register.
func (p *Printer) tryRegistrar(now time.Time, point *bss) {
	s := p.setup
	s.waiting, s.request = point.element.SelectedRegistrar, nil
	cfg := registration.EnrolleeConfig{Config: registration.Config{
		Device: p.cfg.Device, Version10: p.cfg.Version10, Rand: p.nonces,
	}}
	cfg.Device.RFBands = point.band
	cfg.Password = registration.PushButton()
	if !s.button {
		cfg.Password = registration.PIN(s.pin)
	}
	if p.cfg.Customize != nil {
		p.cfg.Customize(&cfg)
	}
	x, err := p.cfg.NewEndpoint(cfg)
	if err != nil {
		p.setupFailed(now, err)
		return
	}
	element := &wps.AssociationRequest{RequestType: wps.RequestEnrollee8021X}
	if !p.cfg.Version10 {
		element.WFA.Version2 = version2
	}
	p.alarm = s.until()
	p.register(now, point, element, x)
}

// NewEnrollee returns an [eapwsc.Peer] with a [registration.Enrollee]: the default
// of [PrinterConfig].NewEndpoint, for code that wraps it.
func NewEnrollee(cfg registration.EnrolleeConfig) (Endpoint, error) {
	e, err := registration.NewEnrollee(cfg)
	if err != nil {
		return nil, err
	}
	return eapwsc.NewPeer(eapwsc.PeerConfig{Machine: e})
}

// registered ends an attempt to register.
func (p *Printer) registered(now time.Time, result *registration.Result, err error) {
	s := p.setup
	if err == nil {
		err = p.store(result)
	}
	if err == nil {
		p.setup = nil
		p.port.note(CredentialReceived, p.networks[0].SSID.String())
		p.reconnect(now, reconnectDelay)
		return
	}
	p.port.note(AttemptFailed, err.Error())
	s.err = err
	failed := failedAttempt{mac: p.point.mac, until: now.Add(attemptPause), waiting: s.waiting}
	if errors.Is(err, registration.ErrPassword) {
		failed.device = p.point.element.UUIDE
	}
	s.attempts = append(s.attempts, failed)
	switch {
	case errors.Is(err, registration.ErrOverlap), errors.Is(err, wps.ErrUnusable):
		p.setupFailed(now, err)
	case !now.Before(s.until()):
		p.setupFailed(now, s.conclusion())
	case now.Sub(s.scanned) > p.cfg.ScanInterval: // the attempt took long
		p.scanForRegistrar(now)
	default:
		p.chooseRegistrar(now)
	}
}

// store keeps the usable credentials. The error is of class [wps.ErrUnusable]
// if there is none.
func (p *Printer) store(result *registration.Result) error {
	var err error
	var usable []wps.Credential
	for _, c := range wps.MergeCredentials(result.Credentials) {
		c = c.Strongest()
		if err = c.Usable(); err == nil {
			c.NetworkKey = slices.Clone(c.NetworkKey)
			usable = append(usable, c)
		}
	}
	if len(usable) == 0 {
		return cmp.Or(err, fmt.Errorf("%w: there is none", wps.ErrUnusable))
	}
	for _, old := range p.networks {
		if !slices.ContainsFunc(usable, func(c wps.Credential) bool { return c.SSID == old.SSID }) {
			usable = append(usable, old)
		}
	}
	p.networks = usable[:min(len(usable), maxNetworks)]
	return nil
}

// method returns the method of the set-up that goes on.
func (p *Printer) method() doctor.Method {
	switch {
	case p.setup == nil:
		return doctor.MethodUnknown
	case p.setup.button:
		return doctor.PushButton
	}
	return doctor.PIN
}

// setupFailed ends the set-up. The printer returns to the networks that it
// knows.
func (p *Printer) setupFailed(now time.Time, err error) {
	p.err, p.setup = failure(err, p.method(), false), nil
	p.port.note(SetupFailed, p.err.Error())
	p.reconnect(now, 0)
}

// chooseNetwork starts connecting to a network that the printer knows.
func (p *Printer) chooseNetwork(now time.Time) {
	var err error = ErrNetworkNotFound
	for _, c := range p.networks {
		best := -1
		for i, b := range p.found {
			if b.ssid == c.SSID && (best < 0 || b.signal > p.found[best].signal) {
				best = i
			}
		}
		if best < 0 {
			continue
		}
		var key *psk
		if key, err = p.match(&c, p.found[best].bss); err == nil {
			p.connect(now, p.found[best].bss, key)
			return
		}
	}
	p.record.noteConnected(err)
	p.disconnected(now, err)
}

// match checks that a credential matches an access point, and returns the
// pre-shared key if the network has one.
func (p *Printer) match(c *wps.Credential, point *bss) (*psk, error) {
	open := c.AuthType&wps.AuthMixed == 0
	switch {
	case open && !point.privacy:
		return nil, nil
	case open || !joinable(point.rsn):
		return nil, ErrSecurity
	}
	key, err := p.port.world.keys.psk(c.SSID, c.NetworkKey)
	if err != nil {
		return nil, err
	}
	return &key, nil
}

// connected is called when the 4-way handshake is complete.
func (p *Printer) connected(time.Time) {
	p.err, p.alarm = nil, time.Time{}
	p.port.note(PrinterConnected, p.point.ssid.String())
}

// disconnected looks for the network again, after a pause.
func (p *Printer) disconnected(now time.Time, err error) {
	was := p.err
	p.err = failure(err, p.method(), false)
	if was == nil || was.Error() != p.err.Error() {
		p.port.note(NotConnected, p.err.Error())
	}
	p.reconnect(now, reconnectInterval)
}
