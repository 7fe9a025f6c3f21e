package pintest

import (
	"errors"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// accessPlay is an access point with devices and registrars in runs, and the
// models of its list and its lockout.
type accessPlay struct {
	*play
	now      time.Duration
	point    *ap.AccessPoint
	list     modelPINs
	lock     modelLock
	own      string   // the access point's PIN
	devices  []string // PINs that devices show
	runs     []*accessRun
	expected []ap.EventKind
	stations int
}

// accessRun is an exchange of packets between a station and the access point.
type accessRun struct {
	state  string // apNoPIN and so on
	device int    // -1 is an external registrar
	lent   *modelPIN
	peer   *eapwsc.Peer
	server *ap.Session
	said   []byte // sent by the access point, not delivered yet
	sent   map[wps.MessageType]bool
	began  time.Duration
}

const (
	accessDevices = 3
	accessSteps   = 150
)

var accessNetwork = wps.Credential{SSID: "network", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("correct horse")}

func (p *play) accessPoint() {
	a := &accessPlay{play: p, list: modelPINs{p: p}, lock: modelLock{p: p, base: time.Minute, state: lockNone}}
	device := accessDevice(99, wps.DeviceTypeAP)
	device.State = wps.Configured
	a.own = rightPIN(p.rand)
	a.point = ap.MustNew(ap.Config{
		Registration: registration.Config{Device: device, Rand: p.nonces, KeyPair: p.keys[0]},
		Credentials:  []wps.Credential{accessNetwork}, PIN: pin.MustParse(a.own),
	})
	for range accessDevices {
		a.devices = append(a.devices, rightPIN(p.rand))
	}
	for range accessSteps {
		actByChance(p.rand, a, []action[*accessPlay]{
			{12, (*accessPlay).wait},
			{12, (*accessPlay).enter},
			{1, (*accessPlay).cancel},
			{14, (*accessPlay).openDevice},
			{12, (*accessPlay).openRegistrar},
			{70, (*accessPlay).exchange},
			{20, (*accessPlay).complete},
			{10, (*accessPlay).vanish},
			{1, (*accessPlay).newPIN},
			{2, (*accessPlay).restart},
		})
		a.compare()
	}
	for len(a.runs) > 0 {
		a.vanish()
		a.compare()
	}
}

// accessDevice returns the description of a station or an access point.
func accessDevice(number int, t wps.DeviceType) wps.Device {
	d := wps.DefaultDevice()
	d.UUID, d.MAC, d.PrimaryDeviceType = deviceUUID(number), deviceMAC(number), t
	d.ConfigMethods |= wps.MethodLabel
	return d
}

func (a *accessPlay) time() time.Time { return sim.Epoch.Add(a.now) }

// compare compares the access point's events and advertisement with the models.
func (a *accessPlay) compare() {
	var kinds []ap.EventKind
	for _, e := range a.point.Events() {
		if !e.Kind.Routine() {
			kinds = append(kinds, e.Kind)
		}
	}
	slices.Sort(kinds)
	slices.Sort(a.expected)
	a.check(slices.Equal(kinds, a.expected), "the access point reports %v, want %v", kinds, a.expected)
	a.expected = a.expected[:0]
	locked := a.point.Beacon(a.time()).APSetupLocked
	a.check(locked == a.lock.locked(), "the beacon says locked: %t; the lockout is: %s", locked, a.lock.state)
	s := a.point.LockoutState(a.time())
	a.check(s.Failures == a.lock.total && s.Consecutive == a.lock.row, "%d wrong guesses, %d in a row; want %d, %d",
		s.Failures, s.Consecutive, a.lock.total, a.lock.row)
}

func (a *accessPlay) expect(kinds ...ap.EventKind) { a.expected = append(a.expected, kinds...) }

// gone expects events for PINs that were removed from the list.
func (a *accessPlay) gone(gone []*modelPIN) {
	for range gone {
		a.expect(ap.EventPINGone)
	}
}

// pass advances the time. A station whose run takes a minute vanishes.
func (a *accessPlay) pass(d time.Duration) {
	a.now += d
	was := a.lock.state
	a.lock.at(a.now)
	for _, r := range slices.Clone(a.runs) {
		if a.now-r.began > time.Minute {
			a.leave(r)
		}
	}
	if was == lockTimed && a.lock.state == lockOpen {
		a.expect(ap.EventUnlocked)
	}
	a.gone(a.list.expire(a.now))
	a.point.Timeout(a.time())
}

func (a *accessPlay) wait() {
	d := time.Duration(1+a.rand.IntN(3)) * time.Second
	if a.rand.IntN(4) == 0 {
		d *= 30
	}
	a.note("%v pass", d)
	a.pass(d)
}

// enter enters a PIN, usually that of a device.
func (a *accessPlay) enter() {
	device := a.rand.IntN(accessDevices)
	m := &modelPIN{digits: a.devices[device], device: device, mac: -1}
	switch half := a.rand.IntN(6); half {
	case 1, 2:
		m.digits = wrongPIN(a.rand, m.digits, half)
	}
	e := ap.PINEntry{PIN: pin.MustParse(m.digits)}
	if a.rand.IntN(2) == 0 {
		m.device = -1
	} else {
		uuid := deviceUUID(1 + device)
		e.UUID = &uuid
	}
	if a.rand.IntN(8) == 0 {
		m.mac, e.MAC = device, deviceMAC(1+device)
	}
	if a.rand.IntN(3) == 0 {
		e.Lifetime = 2 * time.Minute
		m.expires = a.now + e.Lifetime
	}
	a.note("%s is entered for device %d, address %d, %v", m.digits, m.device, m.mac, e.Lifetime)
	err := a.point.EnterPIN(a.time(), e)
	a.check(err == nil, "EnterPIN: %v", err)
	a.gone(a.list.enter(m))
}

func (a *accessPlay) cancel() {
	a.note("the owner cancels")
	a.point.Cancel(a.time())
	a.gone(a.list.takeBack(everyPIN))
	for _, r := range a.runs {
		if r.lent != nil && !r.sent[wps.MessageM8] && !r.sent[wps.MessageNACK] {
			r.state = apWithdrawn
		}
	}
}

func (a *accessPlay) newPIN() {
	a.own = rightPIN(a.rand)
	a.note("the access point's PIN is now %s", a.own)
	a.point.SetPIN(a.time(), pin.MustParse(a.own))
	a.lock.newPIN()
	for _, r := range a.runs {
		if r.device < 0 && !r.sent[wps.MessageM7] && !r.sent[wps.MessageNACK] {
			r.state = extLock // with the old PIN
		}
	}
}

// restart saves the lockout and restores it.
func (a *accessPlay) restart() {
	a.note("the lockout is saved and restored")
	s := a.point.LockoutState(a.time())
	err := a.point.RestoreLockout(a.time(), s)
	a.check(err == nil, "Restore(%+v): %v", s, err)
	a.lock.restart(a.now, a.now)
}

// openDevice associates a device, which sends M1.
func (a *accessPlay) openDevice() {
	device := a.rand.IntN(accessDevices)
	a.note("device %d runs", device)
	r := &accessRun{device: device}
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config:   registration.Config{Device: accessDevice(1+device, wps.DeviceTypePrinter), Rand: a.nonces, KeyPair: a.keys[1]},
		Password: registration.PIN(pin.MustParse(a.devices[device])),
	})
	a.check(err == nil, "NewEnrollee: %v", err)
	a.open(r, e, 1+device)

	m, lent := a.list.ask(a.now, device, device)
	switch {
	case lent:
		r.lent = m
		r.state = []string{apRight, apHalf1, apHalf2}[wrongHalf(m.digits, a.devices[device])]
	case m != nil:
		r.state = apInUse
	default:
		r.state = apNoPIN
		if a.lock.locked() {
			r.state = apLocked // hostap says so even to a device
		}
		a.expect(ap.EventPINNeeded)
	}
	for range 3 { // identity, WSC_Start, M1
		a.deliver(r)
	}
}

// openRegistrar associates an external registrar, which is sent M1.
func (a *accessPlay) openRegistrar() {
	half := []int{0, 1, 1, 2, 2}[a.rand.IntN(5)]
	guess := a.own
	if half != 0 {
		guess = wrongPIN(a.rand, a.own, half)
	}
	a.note("a registrar runs with %s", guess)
	r := &accessRun{device: -1, state: []string{extRight, extHalf1, extHalf2}[half]}
	if a.lock.locked() {
		r.state = extLock
	}
	a.stations++
	number := 100 + a.stations
	m, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: accessDevice(number, wps.DeviceTypePC), Rand: a.nonces, KeyPair: a.keys[1]},
		AP:     true, Password: registration.PIN(pin.MustParse(guess)),
	})
	a.check(err == nil, "NewRegistrar: %v", err)
	a.open(r, m, number)
	a.deliver(r) // identity
}

// open starts a run.
func (a *accessPlay) open(r *accessRun, m eapwsc.Machine, station int) {
	var err error
	r.peer, err = eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	a.check(err == nil, "NewPeer: %v", err)
	r.server, err = a.point.NewSession(deviceMAC(station), 0)
	a.check(err == nil, "NewSession: %v", err)
	r.began, r.sent = a.now, make(map[wps.MessageType]bool)
	r.peer.Start(a.time())
	r.said = r.server.Start(a.time()).Send
	a.runs = append(a.runs, r)
}

// deliver passes what the access point has sent to the station, and the answer
// back. A registrar that has proved nothing when the PIN is locked is stopped.
func (a *accessPlay) deliver(r *accessRun) {
	if r.device < 0 && a.lock.locked() && !r.sent[wps.MessageM7] && !r.sent[wps.MessageNACK] {
		r.state = extLock
	}
	answer, _ := r.peer.Handle(a.time(), r.said)
	a.check(answer.Send != nil, "the station does not answer %x", r.said)
	step, err := r.server.Handle(a.time(), answer.Send)
	r.said = step.Send
	if said, err := eap.ParsePacket(step.Send); err == nil {
		if t, err := wps.PeekMessageType(said.Data); err == nil {
			r.sent[t] = true
			a.guessed(r, t)
		}
	}
	if step.Done {
		_, peerErr := r.peer.Handle(a.time(), step.Send)
		a.settle(r, err, peerErr)
	}
}

func (a *accessPlay) any() *accessRun { return a.runs[a.rand.IntN(len(a.runs))] }

// exchange delivers a packet of one of the runs; complete delivers all.
func (a *accessPlay) exchange() {
	if len(a.runs) == 0 {
		return
	}
	r := a.any()
	a.note("a packet to the %s", r.state)
	a.deliver(r)
}

func (a *accessPlay) complete() {
	if len(a.runs) == 0 {
		return
	}
	r := a.any()
	a.note("the %s completes", r.state)
	for slices.Contains(a.runs, r) {
		a.deliver(r)
	}
}

func (a *accessPlay) vanish() {
	if len(a.runs) > 0 {
		a.leave(a.any())
	}
}

// leave ends a run because the station is gone.
func (a *accessPlay) leave(r *accessRun) {
	a.note("the %s vanishes", r.state)
	_ = r.server.Close(a.time(), nil)
	a.over(r, vanished(r))
}

// settle compares the end of a run with the model.
func (a *accessPlay) settle(r *accessRun, err, peerErr error) {
	switch r.state {
	case apLocked:
		a.check(errors.Is(peerErr, registration.ErrLocked), "the device received the error %v", peerErr)
	case apWithdrawn:
		a.check(err != nil && peerErr != nil && r.peer.Result() == nil, "%v, %v: the owner has cancelled", err, peerErr)
	case apNoPIN, apInUse:
		a.check(errors.Is(peerErr, registration.ErrNoRegistrar), "the device received the error %v", peerErr)
	case extLock:
		a.check(errors.Is(peerErr, registration.ErrLocked), "the registrar received the error %v", peerErr)
	case apRight:
		got := r.peer.Result()
		a.check(err == nil && peerErr == nil && len(got.Credentials) == 1, "%v, %v", err, peerErr)
		c := got.Credentials[0]
		a.check(c.SSID == accessNetwork.SSID && string(c.NetworkKey) == string(accessNetwork.NetworkKey), "the device got %v", c.SSID)
	case extRight:
		got := r.peer.Result()
		a.check(err == nil && peerErr == nil && got.AP != nil && got.AP.SSID == accessNetwork.SSID, "%v, %v", err, peerErr)
	default:
		half := 1
		if r.state == apHalf2 || r.state == extHalf2 {
			half = 2
		}
		var e *registration.Error
		a.check(errors.Is(err, registration.ErrPassword) && errors.As(err, &e) && e.Half == half && e.DetectedBy == registration.RoleEnrollee,
			"the access point reports %v; want half %d wrong", err, half)
		a.check(r.peer.Result() == nil, "a station has settings without the PIN")
	}
	event := apFails
	switch r.state {
	case apRight, extRight:
		event = apSucceeds
	case apNoPIN, apLocked, apInUse, extLock:
		event = apRefused
	}
	a.over(r, event)
}

// vanished says how far a run came whose station vanishes, by what the access
// point has sent: M6 with R-S2, which discloses the PIN; M8 or M7, which answer
// the last proof; or WSC_NACK, for a wrong proof.
func vanished(r *accessRun) string {
	switch {
	case r.lent == nil && r.device >= 0 || r.state == extLock:
		return apRefused
	case r.sent[wps.MessageNACK]:
		return apFails
	case r.device >= 0 && r.sent[wps.MessageM8], r.device < 0 && r.sent[wps.MessageM7]:
		return apProved
	case r.device >= 0 && r.sent[wps.MessageM6]:
		return apExposed
	}
	return apVanishes
}

// over applies the consequences of a run that has ended to the models.
func (a *accessPlay) over(r *accessRun, event string) {
	a.runs = slices.DeleteFunc(a.runs, func(o *accessRun) bool { return o == r })
	told := ap.EventFailed
	becomes := apNothing
	switch {
	case r.device < 0:
		becomes = counted(event)
		if event == apSucceeds {
			told = ap.EventSettingsRead
		}
	case r.lent != nil:
		becomes = a.used(r, event)
		if event == apSucceeds {
			told = ap.EventRegistered
		}
	}
	a.count(modelAP, r.state, event, becomes)
	a.expect(told)
}

// guessed counts a registrar's guess, once the access point has answered it.
func (a *accessPlay) guessed(r *accessRun, answer wps.MessageType) {
	switch {
	case r.device >= 0 || r.state == extLock:
	case answer == wps.MessageM7:
		a.lock.success()
	case answer == wps.MessageNACK:
		was := a.lock.locked()
		a.lock.failure(a.now)
		a.expect(ap.EventWrongPIN)
		if a.lock.locked() && !was {
			a.expect(ap.EventLocked)
		}
	}
}

// counted names the outcome of a registrar's guess.
func counted(event string) string {
	switch event {
	case apFails:
		return apWrongGuess
	case apSucceeds, apProved:
		return apRightGuess
	}
	return apNotCounted
}

// used returns a device's PIN to the list.
func (a *accessPlay) used(r *accessRun, event string) string {
	result := pinFailed
	switch {
	case r.sent[wps.MessageM8]:
		result = pinProved
		a.check(r.state == apRight, "M8 was sent to the %s", r.state)
	case r.sent[wps.MessageM6]:
		result = pinRevealed
		a.check(r.state != apHalf1, "M6 was sent to the %s", r.state)
	}
	spent, fate := a.list.finish(r.lent, result)
	if spent != nil {
		a.expect(ap.EventPINGone)
	}
	if fate == "" {
		return pinKept
	}
	return pinSpent
}
