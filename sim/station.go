package sim

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// Times of a station.
const (
	dwell        = 110 * time.Millisecond // on each band of a scan: a little more than a beacon interval
	linkTimeout  = 200 * time.Millisecond // for the response to authentication and association [Linux]
	linkTries    = 3
	startDelay10 = time.Second           // until EAPOL-Start, with a version 1.0 access point [hostap]
	startDelay20 = 2 * time.Second       // with one of 2.0
	leaveDelay   = 50 * time.Millisecond // after EAP-Failure, for the access point to disconnect first
	keyPatience  = 10 * time.Second      // for each message of the 4-way handshake
)

// version2 is the Version2 of all devices of version 2.0.
const version2 = 0x20

// Endpoint is the station's side of EAP-WSC: an [*eapwsc.Peer], or an
// implementation under test.
type Endpoint interface {
	// Start starts waiting for the access point's first request.
	Start(now time.Time) eapwsc.Step
	// Handle processes an EAP packet.
	Handle(now time.Time, packet []byte) (eapwsc.Step, error)
	// Timeout is called at the deadline of the last step.
	Timeout(now time.Time) (eapwsc.Step, error)
	// Close ends an exchange that is in progress: the access point has
	// disconnected the station, or the station has given up. It returns why the
	// exchange failed, or nil if it has not.
	Close(now time.Time, cause error) error
	// Result returns what the run yielded, or nil if it failed or is in
	// progress.
	Result() *registration.Result
}

// frequencies are one of each band, in MHz.
var frequencies = map[wps.RFBands]int{wps.Band24GHz: 2412, wps.Band5GHz: 5180, wps.Band60GHz: 58320}

// bss is an access point as a beacon or a probe response describes it. It must
// not be changed: all stations that have received the same share it.
type bss struct {
	ssid    wps.SSID
	rsn     *dot11.Security
	element *wps.Beacon // nil without a readable WPS element
	frame   *Frame      // that it was read from
	mac     wps.MAC
	band    wps.RFBands
	privacy bool
	probed  bool // from a probe response, which says more
	traits  dot11.Traits
}

// foundBSS is an access point that a scan has found.
type foundBSS struct {
	*bss
	signal int
}

// version2 reports whether the access point uses version 2.0 of WPS.
func (b *bss) version2() bool { return b.element != nil && b.element.WFA.Version2 != 0 }

type stationPhase uint8

const (
	stationIdle stationPhase = iota
	stationScans
	stationAuthenticates
	stationAssociates
	stationRegisters  // EAP-WSC
	stationHandshakes // 4-way handshake
	stationConnected
)

// station is the radio of a device that joins networks: it scans, associates,
// and carries the frames of an exchange, as its owner requests.
type station struct {
	port   *Port
	rand   *RandomSource // of the 4-way handshake; nil before the first
	owner  stationOwner
	record record // for package doctor

	phase    stationPhase
	ended    bool        // the exchange is over
	bands    wps.RFBands // of the radio
	left     wps.RFBands // bands that a scan has not reached yet
	tries    int16       // requests sent in an attempt
	deadline time.Time
	alarm    time.Time // the owner's
	request  []byte    // elements: in a scan of the probe requests, without the name; in an attempt of the association request

	// A scan.
	names []wps.SSID // networks that are also asked for by name
	found []foundBSS

	// An attempt at an access point.
	point    *bss
	exchange Endpoint  // if it is an attempt to register
	start    time.Time // when EAPOL-Start is due
	over     error     // why the attempt failed
	keys     *pairwise // if it is an attempt to connect
}

// stationOwner is the device that a station belongs to.
type stationOwner interface {
	// scanned is called when a scan of all bands is complete.
	scanned(now time.Time)
	// registered is called when an attempt to register has ended.
	registered(now time.Time, result *registration.Result, err error)
	// connected is called when the station is connected to a network.
	connected(now time.Time)
	// disconnected is called when connecting failed, or the station was
	// disconnected.
	disconnected(now time.Time, err error)
	// alarmFired is called at the time of the owner's alarm.
	alarmFired(now time.Time)
}

// join adds the station of a device to a world.
func (s *station) join(w *World, owner interface {
	Device
	stationOwner
}, name string, at Place, bands wps.RFBands) error {
	port, err := w.Join(owner, name, at, w.NewAddress())
	if err != nil {
		return err
	}
	s.port, s.owner = port, owner
	s.bands = bands & (wps.Band24GHz | wps.Band5GHz | wps.Band60GHz)
	return nil
}

// radio returns the only radio.
func (s *station) radio() *Radio { return s.port.Radio(0) }

// probeRequest returns the WPS element of a probing device.
func probeRequest(d *wps.Device, t wps.RequestType, id wps.DevicePasswordID, bands wps.RFBands) *wps.ProbeRequest {
	e := &wps.ProbeRequest{
		RequestType: t, ConfigMethods: d.ConfigMethods, UUIDE: d.UUID, PrimaryDeviceType: d.PrimaryDeviceType,
		RFBands: bands, AssociationState: d.AssociationState, DevicePasswordID: id,
		Manufacturer: d.Manufacturer, ModelName: d.ModelName, ModelNumber: d.ModelNumber, DeviceName: d.DeviceName,
	}
	e.WFA.Version2 = version2
	return e
}

// disconnectedBy returns the error of a station that was disconnected.
func disconnectedBy(reason uint16) error {
	return fmt.Errorf("%w (reason code %d)", ErrDisconnected, reason)
}

// scan scans all bands. It interrupts what the station is doing.
func (s *station) scan(now time.Time, request []byte, names ...wps.SSID) {
	s.leave(now)
	s.phase, s.request, s.names, s.left = stationScans, request, names, s.bands
	s.found = s.found[:0]
	s.nextBand(now)
}

// nextBand continues a scan.
func (s *station) nextBand(now time.Time) {
	if s.left == 0 {
		s.request = nil
		s.stop()
		s.record.noteScan(now, s.found)
		s.owner.scanned(now)
		return
	}
	band := s.left & -s.left // the lowest
	s.left &^= band
	s.radio().Scan(band)
	s.deadline = now.Add(dwell)
	s.probeFor("", band)
	for _, ssid := range s.names {
		s.probeFor(ssid, band)
	}
}

// probeFor sends a probe request for a network, or for all.
func (s *station) probeFor(ssid wps.SSID, band wps.RFBands) {
	w := s.port.world
	s.port.Send(&Frame{
		Type: ProbeRequest, From: s.radio().MAC(), To: wps.Broadcast, BSSID: wps.Broadcast, Band: band,
		Body: w.keep(append(appendSSID(w.elements(), ssid), s.request...)),
	})
}

// stop stops what the station is doing. An exchange in progress is closed.
func (s *station) stop() {
	if s.phase == stationRegisters && !s.ended {
		defer func(x Endpoint) { _ = x.Close(s.port.Now(), nil) }(s.exchange)
	}
	s.phase, s.deadline = stationIdle, time.Time{}
	s.start, s.exchange, s.ended, s.over, s.keys = time.Time{}, nil, false, nil, nil
	s.radio().Tune(0)
}

// leave stops what the station is doing, and notifies the access point.
func (s *station) leave(now time.Time) {
	if s.phase > stationAuthenticates {
		s.send(&Frame{Type: Deauthentication, Code: ReasonLeaving})
	}
	s.stop()
}

// send sends a frame to the access point.
func (s *station) send(f *Frame) {
	f.From, f.To, f.BSSID, f.Band = s.radio().MAC(), s.point.mac, s.point.mac, s.point.band
	s.port.Send(f)
}

func (s *station) sendEAPOL(frame []byte) { s.send(&Frame{Type: Data, Body: frame}) }

// register starts an attempt to register: the WPS element goes into the
// association request, and EAP-WSC follows.
func (s *station) register(now time.Time, point *bss, element *wps.AssociationRequest, x Endpoint) {
	s.exchange = x
	s.attempt(now, point, s.port.world.element(element))
	s.record.noteAttempt(now, s)
}

// connect starts an attempt to connect to a network, with its pre-shared key if
// it has one.
func (s *station) connect(now time.Time, point *bss, key *psk) {
	var rsn []byte
	if key != nil {
		rsn = stationRSN(point.rsn.Group)
		s.keys = &pairwise{psk: *key, point: point.mac, station: s.radio().MAC(), rsn: rsn}
		if s.rand == nil {
			s.rand = s.port.Rand("4-way handshake")
		}
		s.rand.Read(s.keys.snonce[:])
	}
	s.record.noteConnecting()
	s.attempt(now, point, rsn)
}

func (s *station) attempt(now time.Time, point *bss, elements []byte) {
	s.point = point
	w := s.port.world
	s.request = w.keep(append(appendSSID(w.elements(), point.ssid), elements...))
	s.radio().Tune(point.band)
	s.phase, s.tries = stationAuthenticates, 0
	s.sendRequest(now)
}

// sendRequest sends or repeats the request for authentication or association.
func (s *station) sendRequest(now time.Time) {
	s.tries++
	s.deadline = now.Add(linkTimeout)
	if s.phase == stationAuthenticates {
		s.send(&Frame{Type: Authentication})
	} else {
		s.send(&Frame{Type: AssociationRequest, Body: s.request})
	}
}

// Handle processes a frame. It implements [Device].
func (s *station) Handle(now time.Time, f *Frame, signal int) {
	switch {
	case f.Type == Beacon || f.Type == ProbeResponse:
		if s.phase == stationScans {
			s.find(f, signal)
		}
	case s.phase <= stationScans || f.BSSID != s.point.mac:
	case f.Type == Authentication && s.phase == stationAuthenticates:
		s.authenticated(now, f.Code)
	case f.Type == AssociationResponse && s.phase == stationAssociates:
		s.associated(now, f.Code)
	case f.Type == Deauthentication:
		s.deauthenticated(now, f.Code)
	case f.Type == Data:
		s.eapol(now, f.Body)
	}
	s.schedule()
}

// Timeout handles deadlines that have passed. It implements [Device].
func (s *station) Timeout(now time.Time) {
	if due(s.alarm, now) {
		s.alarm = time.Time{}
		s.owner.alarmFired(now)
	}
	if due(s.start, now) {
		s.start = time.Time{}
		s.sendEAPOL(newEAPOLFrame(eapol.Version1, eapol.TypeStart, nil))
	}
	if due(s.deadline, now) {
		s.expired(now)
	}
	s.schedule()
}

// schedule sets the timer.
func (s *station) schedule() {
	s.port.Wake(eapwsc.Earlier(s.alarm, eapwsc.Earlier(s.deadline, s.start)))
}

// find records a beacon or probe response. A beacon adds nothing to a probe
// response.
func (s *station) find(f *Frame, signal int) {
	i := slices.IndexFunc(s.found, func(o foundBSS) bool { return o.mac == f.BSSID })
	if i >= 0 && (s.found[i].probed && f.Type == Beacon || s.found[i].signal == signal && s.found[i].frame.repeats(f)) {
		return
	}
	b := foundBSS{s.port.world.readBSS(f), signal}
	if i < 0 {
		s.found = append(s.found, b)
	} else {
		s.found[i] = b
	}
}

// announcer is the sender of beacons, or of probe responses.
type announcer struct {
	bssid wps.MAC
	frame FrameType
}

// readBSS returns what a beacon or a probe response describes. Most repeat what
// the same access point said before.
func (w *World) readBSS(f *Frame) *bss {
	by := announcer{f.BSSID, f.Type}
	if b := w.announced[by]; b != nil && b.frame.repeats(f) {
		return b
	}
	e, _ := dot11.Parse(f.Body) // parts that can be read are used
	var capability uint16
	if f.Privacy {
		capability = dot11.Privacy
	}
	b := &bss{
		mac: f.BSSID, band: f.Band, ssid: e.SSID, privacy: f.Privacy, rsn: e.RSN, traits: e.Traits(capability, frequencies[f.Band]),
		probed: f.Type == ProbeResponse, frame: f,
	}
	if e.WPS != nil {
		b.element = w.readElement(e.WPS, b.probed)
	}
	if w.byMAC[f.BSSID] != nil { // a device of a test can invent addresses without end
		w.announced[by] = b
	}
	return b
}

// repeats reports whether two frames of an access point say the same.
func (f *Frame) repeats(g *Frame) bool {
	return f.Type == g.Type && f.BSSID == g.BSSID && f.Band == g.Band && f.Privacy == g.Privacy && bytes.Equal(f.Body, g.Body)
}

// readElement reads the WPS element of a beacon, or the same part of a probe
// response. It does not keep the frame.
func (w *World) readElement(attributes []byte, probed bool) *wps.Beacon {
	w.probeResponse = wps.ProbeResponse{}
	var list wps.List = &w.probeResponse.Beacon
	if probed {
		list = &w.probeResponse
	}
	if wps.Decode(list, attributes, wps.Tolerant) != nil {
		return nil
	}
	beacon := w.probeResponse.Beacon
	beacon.Raw = nil
	return &beacon
}

func (s *station) authenticated(now time.Time, status uint16) {
	s.record.noteAnswer(now, status)
	if status != StatusSuccess {
		s.fail(now, refusedBy("authentication", status))
		return
	}
	s.phase, s.tries = stationAssociates, 0
	s.sendRequest(now)
}

func refusedBy(what string, status uint16) error {
	return fmt.Errorf("%w (%s, status code %d)", ErrNotAdmitted, what, status)
}

func (s *station) associated(now time.Time, status uint16) {
	s.request = nil
	s.record.noteAnswer(now, status)
	s.record.Associated()
	switch {
	case status != StatusSuccess:
		s.fail(now, refusedBy("association", status))
	case s.exchange != nil:
		s.phase = stationRegisters
		s.start = now.Add(startDelay10)
		if s.point.version2() {
			s.start = now.Add(startDelay20)
		}
		s.step(now, s.exchange.Start(now), nil)
	case s.keys != nil:
		s.phase, s.deadline = stationHandshakes, now.Add(keyPatience)
	default:
		s.online(now)
	}
}

func (s *station) online(now time.Time) {
	s.phase, s.deadline = stationConnected, time.Time{}
	s.record.noteConnected(nil)
	s.owner.connected(now)
}

// step carries out a step of the exchange.
func (s *station) step(now time.Time, step eapwsc.Step, err error) {
	if step.Send != nil {
		s.record.Packet(now, false, step.Send)
		s.sendEAPOL(newEAPOLFrame(eapol.Version1, eapol.TypeEAP, step.Send))
	}
	s.deadline = step.Deadline
	if step.Done {
		s.ended, s.over, s.deadline = true, err, now.Add(leaveDelay)
	}
}

// expired handles the station's deadline.
func (s *station) expired(now time.Time) {
	switch {
	case s.phase == stationScans:
		s.nextBand(now)
	case s.phase == stationRegisters && s.ended:
		s.finish(now)
	case s.phase == stationRegisters:
		step, err := s.exchange.Timeout(now)
		s.step(now, step, err)
	case s.phase == stationHandshakes:
		s.fail(now, s.handshakeFailed(registration.ErrTimeout))
	case s.tries < linkTries:
		s.sendRequest(now)
	default:
		s.fail(now, fmt.Errorf("%w: the access point does not answer", registration.ErrTimeout))
	}
}

// handshakeFailed returns the error of a failed 4-way handshake. If the
// station's proof was sent and the access point did not continue, the key is
// wrong, or the proof was lost each time.
func (s *station) handshakeFailed(cause error) error {
	if s.keys.integrity != nil {
		return fmt.Errorf("%w: %w", ErrWrongKey, cause)
	}
	return cause
}

// deauthenticated ends what the access point does not continue.
func (s *station) deauthenticated(now time.Time, reason uint16) {
	switch s.phase {
	case stationRegisters:
		if !s.ended {
			s.over = disconnectedBy(reason)
			if why := s.exchange.Close(now, nil); why != nil {
				s.over = fmt.Errorf("%w: %w", s.over, why)
			}
		}
		s.phase = stationIdle // the access point need not be notified
		s.finish(now)
	case stationHandshakes:
		s.phase, s.record.reason = stationIdle, reason
		s.fail(now, s.handshakeFailed(disconnectedBy(reason)))
	default:
		s.phase, s.record.reason = stationIdle, reason
		s.fail(now, disconnectedBy(reason))
	}
}

// finish ends an attempt to register. Only the result matters: EAP ends with a
// failure in any case.
func (s *station) finish(now time.Time) {
	result, err := s.exchange.Result(), s.over
	switch {
	case result != nil:
		err = nil
	case err == nil:
		err = fmt.Errorf("%w: the exchange has yielded nothing", registration.ErrRefused)
	}
	s.record.noteEnd(now, result, err)
	s.leave(now)
	s.owner.registered(now, result, err)
}

// fail ends an attempt, or a connection.
func (s *station) fail(now time.Time, err error) {
	registering := s.exchange != nil
	if registering {
		s.record.noteEnd(now, nil, err)
	} else {
		s.record.noteConnected(err)
	}
	s.leave(now)
	if registering {
		s.owner.registered(now, nil, err)
	} else {
		s.owner.disconnected(now, err)
	}
}

// eapol handles an EAPOL frame.
func (s *station) eapol(now time.Time, b []byte) {
	s.record.Heard(now)
	f, err := eapol.ParseFrame(b)
	if err == nil && f.Type == eapol.TypeEAP {
		s.record.Packet(now, true, f.Body)
	}
	switch {
	case err != nil:
	case f.Type == eapol.TypeEAP && s.phase == stationRegisters && !s.ended:
		s.start = time.Time{}
		step, err := s.exchange.Handle(now, f.Body)
		s.step(now, step, err)
	case f.Type == eapol.TypeKey && s.keys != nil:
		s.key(now, b)
	}
}

// key handles a message of the 4-way handshake. Message 3 may arrive again when
// the station is connected already, if message 4 was lost.
func (s *station) key(now time.Time, b []byte) {
	switch message, b := readKey(b); {
	case message == eapol.Pairwise1 && s.phase == stationHandshakes:
		s.deadline = now.Add(keyPatience)
		s.sendEAPOL(s.keys.message2(b))
	case message == eapol.Pairwise3:
		answer, ok := s.keys.message4(b)
		if !ok {
			return
		}
		s.sendEAPOL(answer)
		if s.phase == stationHandshakes {
			s.online(now)
		}
	}
}
