package external_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/external"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

var (
	network = wps.Credential{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse battery")}
	apPIN   = pin.MustParse("76543210")
	thePIN  = registration.PIN(pin.MustParse("12345670"))
)

func device(n byte) wps.Device {
	d := wps.DefaultDevice()
	d.UUID, d.MAC = wps.UUID{n}, wps.MAC{2, 0, 0, 0, 0, n}
	d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber, d.DeviceName = "Example", "Model", "1", "2", fmt.Sprint("device ", n)
	d.PrimaryDeviceType = wps.DeviceTypePC
	return d
}

func host(n byte) netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, n}), 24) }

// world is an access point with the service, registrars, and stations that
// exchange EAP packets with it.
type world struct {
	t        *testing.T
	now      time.Time
	point    *ap.AccessPoint
	device   *upnp.Device
	lan      upnp.Segment
	stations []*station
	events   []ap.Event
	told     []byte // the last data sent to registrars
	mute     bool   // stations do not answer M2
}

// station is a station with its session.
type station struct {
	peer    *eapwsc.Peer
	session *ap.Session
	step    eapwsc.Step // the latest step of the session
	err     error
	over    bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	d := device(1)
	d.State = wps.Configured
	w := &world{t: t, now: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)}
	w.point = ap.MustNew(ap.Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, PIN: apPIN})
	var err error
	w.device, err = upnp.NewDevice(upnp.DeviceConfig{
		LAN: host(1), Port: 80, Description: upnp.Describe(&d),
		AccessPoint: external.New(func(f func(time.Time, *ap.AccessPoint)) { f(w.now, w.point) }),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.lan.Join(w.now, host(1).Addr(), w.device)
	return w
}

// registrar adds an external registrar that knows the settings.
func (w *world) registrar(n byte) *upnp.Registrar {
	w.t.Helper()
	r, err := upnp.NewRegistrar(upnp.RegistrarConfig{LAN: host(n), Port: 80, Registration: registration.Config{Device: device(n)}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.lan.Join(w.now, host(n).Addr(), r)
	w.pass(5 * time.Second)
	r.SetSettings(device(1).UUID, network)
	return r
}

// join starts the registration of a station.
func (w *world) join(n byte, password registration.Password) *station {
	w.t.Helper()
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(n)}, Password: password})
	if err != nil {
		w.t.Fatal(err)
	}
	s := new(station)
	if s.peer, err = eapwsc.NewPeer(eapwsc.PeerConfig{Machine: e}); err != nil {
		w.t.Fatal(err)
	}
	if s.session, err = w.point.NewSession(device(n).MAC, 1); err != nil {
		w.t.Fatal(err)
	}
	s.peer.Start(w.now)
	w.stations = append(w.stations, s)
	w.toStation(s, s.session.Start(w.now))
	w.settle()
	return s
}

// toStation passes a step of the access point to the station, and its answer
// back.
func (w *world) toStation(s *station, step eapwsc.Step) {
	for {
		s.step = step
		s.over = s.over || step.Done
		if step.Send == nil || w.mute && bytes.Contains(step.Send, []byte{0x10, 0x22, 0, 1, byte(wps.MessageM2)}) {
			return
		}
		answer, err := s.peer.Handle(w.now, step.Send)
		if answer.Done {
			s.err = err
		}
		if answer.Send == nil {
			return
		}
		step, _ = s.session.Handle(w.now, answer.Send)
	}
}

// settle delivers everything that is in flight on the local network.
func (w *world) settle() {
	for moved := true; moved; {
		moved = false
		w.lan.Settle(w.now)
		for _, e := range w.point.Events() {
			moved = true
			if external.Registrars(e) {
				w.told = e.Message
				external.Pass(w.now, w.device, e)
			} else {
				w.events = append(w.events, e)
			}
		}
		for _, session := range w.point.Ready() {
			i := slices.IndexFunc(w.stations, func(s *station) bool { return s.session == session })
			step, _ := session.Timeout(w.now)
			w.toStation(w.stations[i], step)
			moved = true
		}
	}
}

// pass advances the time.
func (w *world) pass(d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(100 * time.Millisecond) {
		w.lan.Timeout(w.now)
		w.point.Timeout(w.now)
		for _, s := range w.stations {
			if !s.over && !w.now.Before(s.step.Deadline) {
				step, _ := s.session.Timeout(w.now)
				w.toStation(s, step)
			}
		}
		w.settle()
	}
}

func (w *world) kinds() (kinds []ap.EventKind) {
	for _, e := range w.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRegistered lets an external registrar register a station whose PIN the
// access point does not have.
func TestRegistered(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	must(t, r.Enroll(w.now, upnp.Order{Password: thePIN}))
	w.settle()
	if s, ok := w.point.WaitingRegistrars(w.now); !ok || s.DevicePasswordID != wps.PasswordDefault {
		t.Errorf("advertised: %+v, %v", s, ok)
	}
	s := w.join(7, thePIN)
	if result := s.peer.Result(); result == nil || result.Credentials[0].SSID != network.SSID {
		t.Fatalf("%v; events %v, registrar %+v", s.peer.Err(), w.kinds(), r.Events())
	}
	last := w.events[len(w.events)-1]
	if last.Kind != ap.EventRegistered || !last.External || last.UUID != device(7).UUID || last.Station != device(7).MAC {
		t.Errorf("%+v", last)
	}
	if !s.over {
		t.Error("the session goes on")
	}
	if _, ok := w.point.WaitingRegistrars(w.now); ok {
		t.Error("still advertised")
	}
}

// TestLate enters the PIN at the registrar while the station waits.
func TestLate(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	s := w.join(7, thePIN)
	w.pass(4 * time.Second)
	must(t, r.Enroll(w.now, upnp.Order{Password: thePIN}))
	w.settle()
	if s.peer.Result() == nil {
		t.Errorf("%v; events %v", s.peer.Err(), w.kinds())
	}
	// Too late after five seconds.
	w.join(8, thePIN)
	w.pass(6 * time.Second)
	if last := w.events[len(w.events)-1]; last.Kind != ap.EventFailed || !errors.Is(last.Err, registration.ErrNoRegistrar) {
		t.Errorf("%+v", last)
	}
}

// TestTwoDecisions has the owner enter the PIN of a waiting station and an external
// registrar answer it at the same moment: one of them registers the station, and
// the other does not interfere.
func TestTwoDecisions(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	messages := 0
	w.lan.Watch = func(from netip.Addr, c *upnp.Call) {
		if from == host(2).Addr() && c.Request.Header["SOAPACTION"] == `"`+upnp.ServiceType+`#PutWLANResponse"` {
			if messages++; messages == 1 { // M2, which is delivered next
				must(t, w.point.EnterPIN(w.now, ap.PINEntry{PIN: pin.MustParse("12345670")}))
			}
		}
	}
	s := w.join(7, thePIN)
	must(t, r.Enroll(w.now, upnp.Order{Password: thePIN}))
	w.settle()
	w.pass(15 * time.Second)
	if s.peer.Result() == nil || s.session.Result() != nil || messages != 4 {
		t.Errorf("%d messages, %v; events %v", messages, s.peer.Err(), w.kinds())
	}
}

// TestAccessPointFirst gives both the PIN: the access point answers at once.
func TestAccessPointFirst(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	must(t, r.Enroll(w.now, upnp.Order{Password: thePIN}))
	must(t, w.point.EnterPIN(w.now, ap.PINEntry{PIN: pin.MustParse("12345670")}))
	s := w.join(7, thePIN)
	if s.peer.Result() == nil {
		t.Fatalf("%v", s.peer.Err())
	}
	if last := w.events[len(w.events)-1]; last.External {
		t.Errorf("%+v", last)
	}
	if slices.ContainsFunc(r.Events(), func(e upnp.Event) bool { return e.Kind == upnp.EventRegistered }) {
		t.Error("the registrar thinks it was it")
	}
}

// TestNoTakeover checks that an external registrar cannot take over a run that
// the access point has begun.
func TestNoTakeover(t *testing.T) {
	w := newWorld(t)
	w.registrar(2)
	must(t, w.point.EnterPIN(w.now, ap.PINEntry{PIN: pin.MustParse("12345670")}))
	w.mute = true
	w.join(7, thePIN)
	r, err := registration.NewRegistrar(registration.RegistrarConfig{Config: registration.Config{Device: device(2)}, Password: thePIN, Credentials: []wps.Credential{network}})
	must(t, err)
	m2, err := r.Handle(w.told)
	must(t, err)
	if err := w.point.Deliver(w.now, "a", device(7).MAC, m2); !errors.Is(err, ap.ErrNotExpected) {
		t.Errorf("%v", err)
	}
}

// TestWrongPIN checks that the station ends the run with the external
// registrar.
func TestWrongPIN(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	must(t, r.Enroll(w.now, upnp.Order{Password: registration.PIN(pin.MustParse("99995676"))}))
	s := w.join(7, thePIN)
	if !errors.Is(s.err, registration.ErrPassword) {
		t.Errorf("station: %v", s.err)
	}
	if last := w.events[len(w.events)-1]; last.Kind != ap.EventFailed || !last.External || !errors.Is(last.Err, registration.ErrRefused) {
		t.Errorf("%+v", last)
	}
}

// TestRegistrarVanishes removes the registrar in the middle of a run: the
// session of the station ends in time.
func TestRegistrarVanishes(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	must(t, r.Enroll(w.now, upnp.Order{Password: thePIN}))
	w.lan.Watch = func(from netip.Addr, c *upnp.Call) {
		if from == host(2).Addr() && c.Request.Header["SOAPACTION"] == `"`+upnp.ServiceType+`#PutWLANResponse"` {
			w.lan.Leave(host(2).Addr()) // M2 was its last message
		}
	}
	s := w.join(7, thePIN)
	w.pass(15 * time.Second)
	if last := w.events[len(w.events)-1]; !s.over || last.Kind != ap.EventFailed || !last.External || !errors.Is(last.Err, registration.ErrTimeout) {
		t.Errorf("over %v, %+v", s.over, last)
	}
}

// TestReset resets the access point while an external registrar registers a station:
// the station is given nothing, and the registrar is not advertised any more.
func TestReset(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	must(t, r.Enroll(w.now, upnp.Order{Password: thePIN}))
	w.settle()
	if _, waits := w.point.WaitingRegistrars(w.now); !waits {
		t.Fatal("the registrar does not wait")
	}
	messages := 0
	w.lan.Watch = func(from netip.Addr, c *upnp.Call) {
		if from == host(2).Addr() && c.Request.Header["SOAPACTION"] == `"`+upnp.ServiceType+`#PutWLANResponse"` {
			if messages++; messages == 2 { // M4
				must(t, w.point.Reset(w.now, "factory"))
				if _, waits := w.point.WaitingRegistrars(w.now); waits {
					t.Error("the registrar is still advertised")
				}
			}
		}
	}
	s := w.join(7, thePIN)
	w.pass(15 * time.Second)
	last := w.events[len(w.events)-1]
	if messages < 2 || !s.over || s.session.Result() != nil || last.Kind != ap.EventFailed || !last.External || !errors.Is(last.Err, ap.ErrWithdrawn) {
		t.Errorf("%d messages, over %v, %+v", messages, s.over, last)
	}
	if messages > 2 {
		t.Errorf("the registrar was asked for M%d", 2*messages)
	}
}

// TestTwoRegistrars gives both the PIN: the station is registered by one of
// them.
func TestTwoRegistrars(t *testing.T) {
	w := newWorld(t)
	first, second := w.registrar(2), w.registrar(3)
	must(t, first.Enroll(w.now, upnp.Order{Password: thePIN}))
	must(t, second.Enroll(w.now, upnp.Order{Password: thePIN}))
	s := w.join(7, thePIN)
	if s.peer.Result() == nil {
		t.Fatalf("%v", s.peer.Err())
	}
	n := 0
	for _, r := range []*upnp.Registrar{first, second} {
		for _, e := range r.Events() {
			if e.Kind == upnp.EventRegistered {
				n++
			}
		}
	}
	if n != 1 {
		t.Errorf("%d registrars have registered the station", n)
	}
}

// TestDeliver checks that messages which no station waits for are refused.
func TestDeliver(t *testing.T) {
	w := newWorld(t)
	w.registrar(2)
	if err := w.point.Deliver(w.now, "a", device(7).MAC, []byte{1}); err == nil {
		t.Error("nonsense is taken")
	}
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(7)}, Password: thePIN})
	must(t, err)
	m1, err := e.Start()
	must(t, err)
	m2 := func(m1 []byte) []byte {
		r, err := registration.NewRegistrar(registration.RegistrarConfig{Config: registration.Config{Device: device(2)}, Password: thePIN, Credentials: []wps.Credential{network}})
		must(t, err)
		out, err := r.Handle(m1)
		must(t, err)
		return out
	}
	if err := w.point.Deliver(w.now, "a", device(7).MAC, m2(m1)); !errors.Is(err, ap.ErrNotExpected) {
		t.Errorf("no such run: %v", err)
	}
	s := w.join(7, thePIN)
	answer := m2(w.told)
	nack := &wps.NACK{}
	nack.EnrolleeNonce = [16]byte(wps.Find(answer, wps.AttrEnrolleeNonce))
	nack.RegistrarNonce = [16]byte(wps.Find(answer, wps.AttrRegistrarNonce))
	stop, err := wps.Append(nil, nack)
	must(t, err)
	if err := w.point.Deliver(w.now, "a", device(7).MAC, stop); !errors.Is(err, ap.ErrNotExpected) {
		t.Errorf("NACK before M2: %v", err)
	}
	// The address may be wrong; the nonce decides.
	must(t, w.point.Deliver(w.now, "a", wps.MAC{}, answer))
	if err := w.point.Deliver(w.now, "b", device(7).MAC, answer); !errors.Is(err, ap.ErrNotExpected) {
		t.Errorf("a second M2: %v", err)
	}
	w.settle() // M3 is sent
	if err := w.point.Deliver(w.now, "b", device(7).MAC, stop); !errors.Is(err, ap.ErrNotExpected) {
		t.Errorf("NACK of another registrar: %v", err)
	}
	must(t, w.point.Deliver(w.now, "a", device(7).MAC, stop))
	w.settle()
	if !s.over {
		t.Error("the run goes on after WSC_NACK")
	}
}

// hostap: test_ap_wps_upnp, lockout: runs over UPnP count.
func TestLockout(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	learn := func(p string) error {
		r.Events()
		must(t, r.Learn(w.now, device(1).UUID, registration.PIN(pin.MustParse(p))))
		w.settle()
		for _, e := range r.Events() {
			switch e.Kind {
			case upnp.EventFailed:
				return e.Err
			case upnp.EventSettingsRead:
				return nil
			}
		}
		return errors.New("nothing has happened")
	}
	must(t, learn("76543210"))
	for range 3 {
		if err := learn("99995676"); !errors.Is(err, registration.ErrPassword) {
			t.Errorf("wrong PIN: %v", err)
		}
	}
	if err := learn("76543210"); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("after three wrong PINs: %v", err)
	}
	if w.point.Lock(w.now) != ap.Locked || !slices.Contains(w.kinds(), ap.EventLocked) || !slices.Contains(w.kinds(), ap.EventSettingsRead) {
		t.Errorf("%v", w.kinds())
	}
	w.pass(2 * time.Minute)
	must(t, learn("76543210"))
}

// TestConfigured lets a registrar write the settings.
func TestConfigured(t *testing.T) {
	w := newWorld(t)
	r := w.registrar(2)
	want := wps.Credential{SSID: "new", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("new passphrase")}
	must(t, r.Configure(w.now, device(1).UUID, registration.PIN(apPIN), want))
	w.settle()
	if got := w.point.Settings(); got.SSID != want.SSID || string(got.NetworkKey) != string(want.NetworkKey) {
		t.Errorf("%v; %+v", got, r.Events())
	}
	if !slices.Contains(w.kinds(), ap.EventNewSettings) {
		t.Errorf("%v", w.kinds())
	}
}

// TestDeliverByAddress delivers an M2 without an Enrollee Nonce: the address says
// which station it is for.
func TestDeliverByAddress(t *testing.T) {
	w := newWorld(t)
	w.registrar(2)
	var stations []*station
	for n := byte(7); n < 10; n++ {
		stations = append(stations, w.join(n, thePIN))
	}
	r, err := registration.NewRegistrar(registration.RegistrarConfig{Config: registration.Config{Device: device(2)}, Password: thePIN, Credentials: []wps.Credential{network}})
	must(t, err)
	m2, err := r.Handle(w.told)
	must(t, err)
	clear(wps.Find(m2, wps.AttrEnrolleeNonce))
	if err := w.point.Deliver(w.now, "a", device(6).MAC, m2); !errors.Is(err, ap.ErrNotExpected) {
		t.Errorf("a station that is not there: %v", err)
	}
	must(t, w.point.Deliver(w.now, "a", device(8).MAC, m2))
	if ready := w.point.Ready(); len(ready) != 1 || ready[0] != stations[1].session {
		t.Errorf("%d sessions are ready: %v", len(ready), ready)
	}
}

// TestProbes passes probe requests of stations on to registrars, as they were
// received.
func TestProbes(t *testing.T) {
	probe := &wps.ProbeRequest{RequestType: wps.RequestEnrolleeInfo, UUIDE: device(7).UUID}
	octets, err := wps.Append(nil, probe)
	must(t, err)
	received := new(wps.ProbeRequest)
	must(t, wps.Decode(received, octets, wps.Tolerant))
	for name, c := range map[string]struct {
		registrars bool
		probe      *wps.ProbeRequest
		want       []byte
	}{
		"received": {true, received, received.Raw}, "made, not received": {true, probe, nil}, "no registrars": {false, received, nil},
	} {
		w := newWorld(t)
		if c.registrars {
			w.registrar(2)
		}
		w.point.Probe(w.now, device(7).MAC, c.probe)
		w.settle()
		if !bytes.Equal(w.told, c.want) || c.registrars && c.probe == received && len(w.told) == 0 {
			t.Errorf("%s: the registrars were told %x, want %x", name, w.told, c.want)
		}
	}
}

// TestNoRegistrars checks that nothing changes without registrars.
func TestNoRegistrars(t *testing.T) {
	w := newWorld(t)
	s := w.join(7, thePIN)
	if !s.over {
		t.Error("the station is kept for nobody")
	}
	if slices.ContainsFunc(w.events, external.Registrars) {
		t.Errorf("%v", w.kinds())
	}
}
