package eapol_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
	"github.com/gowps/gowps/wps/upnp/lan"
)

// outsider is our external registrar on an interface.
type outsider struct {
	*upnp.Registrar
	link *lan.Interface
	stop context.CancelFunc
	over chan error

	mu     sync.Mutex
	events []upnp.Event
	news   chan struct{}
}

// startExternal starts our external registrar with the description of device n.
func startExternal(t *testing.T, ifname string, n int) *outsider {
	t.Helper()
	x := &outsider{news: make(chan struct{}, 1), over: make(chan error, 1)}
	var err error
	if x.link, err = lan.Open(ifname); err != nil {
		t.Fatal(err)
	}
	x.Registrar, err = upnp.NewRegistrar(upnp.RegistrarConfig{
		LAN: x.link.LAN(), Port: x.link.Port(), Registration: registration.Config{Device: device(n)},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	x.stop = cancel
	go func() { x.over <- x.link.Serve(ctx, x.Registrar, x.collect) }()
	t.Cleanup(func() {
		cancel()
		<-x.over
	})
	return x
}

// collect records events.
func (x *outsider) collect(time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.events = append(x.events, x.Events()...)
	select {
	case x.news <- struct{}{}:
	default:
	}
}

// finds waits until an access point is found, however long it takes to start.
func (x *outsider) finds(t *testing.T) upnp.Event {
	t.Helper()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-again.C:
				x.link.Do(x.Search)
			case <-done:
				return
			}
		}
	}()
	return x.await(t, upnp.EventAccessPoint)
}

// await returns the next event of a kind.
func (x *outsider) await(t *testing.T, kind upnp.EventKind) upnp.Event {
	t.Helper()
	for over := time.After(patience); ; {
		x.mu.Lock()
		i := slices.IndexFunc(x.events, func(e upnp.Event) bool { return e.Kind == kind })
		if i >= 0 {
			e := x.events[i]
			x.events = slices.Delete(x.events, i, i+1)
			x.mu.Unlock()
			return e
		}
		others := fmt.Sprint(x.events)
		x.mu.Unlock()
		select {
		case <-x.news:
		case <-time.After(100 * time.Millisecond):
		case <-over:
			t.Fatalf("there is no event %v, but %s", kind, others)
		}
	}
}

// do gives an order, which must succeed.
func (x *outsider) do(t *testing.T, order func(now time.Time) error) {
	t.Helper()
	var err error
	x.link.Do(func(now time.Time) { err = order(now) })
	if err != nil {
		t.Fatal(err)
	}
}

// learns reads the settings of an access point.
func (x *outsider) learns(t *testing.T, uuid wps.UUID) *wps.Credential {
	t.Helper()
	x.do(t, func(now time.Time) error { return x.Learn(now, uuid, pinPassword(thePIN)) })
	return x.await(t, upnp.EventSettingsRead).Settings
}

// enroll waits for a station.
func (x *outsider) enroll(t *testing.T, o upnp.Order) {
	t.Helper()
	x.do(t, func(now time.Time) error { return x.Enroll(now, o) })
}

// hostapdUUID is the UUID of the access point.
var hostapdUUID = wps.UUID{0x87, 0x65, 0x43, 0x21, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc}

// upnpSite is hostapd without a radio on a network, with our external
// registrar, which knows its settings.
type upnpSite struct {
	*daemon
	*outsider
	far *farEnd
}

// newUPnPSite starts both.
func newUPnPSite(t *testing.T) *upnpSite {
	t.Helper()
	s := new(upnpSite)
	s.far = newFarEnd(t)
	s.daemon = startRadiolessHostapd(t, s.far, hostapdPIN+"upnp_iface="+s.far.name+"\nfriendly_name=R&D <access point>\n")
	s.outsider = startExternal(t, s.far.near, 9)
	e := s.outsider.finds(t)
	if e.AccessPoint != hostapdUUID || e.Description.FriendlyName != "R&D <access point>" || e.Device.DeviceName != "Go WPS test AP" {
		t.Fatalf("found %+v", e)
	}
	return s
}

// station has a station of ours register through hostapd.
func (s *upnpSite) station(t *testing.T, n int, password registration.Password) *attempt {
	t.Helper()
	return exchangeOver(t, s.associate(t, n), eapol.Runner{Remote: radiolessBSSID}, newEnrollee(t, n, password))
}

// enrolls lets the external registrar register a station of ours.
func enrolls(order upnp.Order) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		sameCredential(t, s.learns(t, hostapdUUID), network)
		s.enroll(t, order)
		oneCredential(t, s.station(t, 2, order.Password).succeeded(t, r), network)
		if e := s.outsider.await(t, upnp.EventRegistered); e.Station != mac(2) || e.UUID != device(2).UUID {
			t.Errorf("%+v", e)
		}
	}
}

// upnpHostapdCases use our external registrar with hostapd over UPnP.
var upnpHostapdCases = []peerCase{
	{name: "discover", what: "search, description, subscription; the access point leaves", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.daemon.stop(t)
		if e := s.outsider.await(t, upnp.EventAccessPointGone); e.AccessPoint != hostapdUUID {
			t.Errorf("%+v", e)
		}
		r.note("", "found, and gone")
	}},
	{name: "learn", what: "reading the settings", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		sameCredential(t, s.learns(t, hostapdUUID), network)
		s.daemon.await(t, settingsRead)
		r.note("M1 M2 M3 M4 M5 M6 M7 NACK(0)", "success")
	}},
	{name: "configure", what: "writing the settings", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.do(t, func(now time.Time) error { return s.Configure(now, hostapdUUID, pinPassword(thePIN), newSettings) })
		sameCredential(t, s.outsider.await(t, upnp.EventSettingsWritten).Settings, newSettings)
		s.daemon.await(t, settingsWritten(newSettings), "WPS-SUCCESS")
		r.note("M1 M2 M3 M4 M5 M6 M7 M8 Done", "success")
	}},
	{name: "wrong-first-half", what: "AP PIN wrong in its first half", run: wrongAPPIN(wrongFirstHalf, 1)},
	{name: "wrong-second-half", what: "AP PIN wrong in its second half", run: wrongAPPIN(wrongSecondHalf, 2)},
	{name: "locked", what: "three wrong AP PINs, then the right one", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		for range 3 {
			s.do(t, func(now time.Time) error { return s.Learn(now, hostapdUUID, wrongFirstHalf) })
			s.outsider.await(t, upnp.EventFailed)
		}
		s.daemon.await(t, "WPS-AP-SETUP-LOCKED")
		s.do(t, func(now time.Time) error { return s.Learn(now, hostapdUUID, pinPassword(thePIN)) })
		a := attempt{ended: ended{err: s.outsider.await(t, upnp.EventFailed).Err}}
		a.failed(t, r, registration.ErrLocked, 0, registration.RoleEnrollee)
	}},
	{name: "enroll-pin", what: "any station, by PIN", run: enrolls(upnp.Order{Password: pinPassword(thePIN)})},
	{name: "enroll-pin-uuid", what: "a station by PIN and UUID", run: enrolls(upnp.Order{Password: pinPassword(thePIN), UUID: &uuid2})},
	{name: "enroll-pin-address", what: "a station by PIN and address", run: enrolls(upnp.Order{Password: pinPassword(thePIN), MAC: &mac2})},
	{name: "enroll-button", what: "a station by push button", run: enrolls(upnp.Order{Password: registration.PushButton()})},
	{name: "enroll-late", what: "M2D, then the PIN is entered", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.learns(t, hostapdUUID)
		done := make(chan *attempt)
		go func() { done <- s.station(t, 2, pinPassword(thePIN)) }()
		if e := s.outsider.await(t, upnp.EventEnrollee); e.UUID != device(2).UUID {
			t.Errorf("%+v", e)
		}
		s.daemon.await(t, "WPS-PIN-NEEDED")
		s.enroll(t, upnp.Order{Password: pinPassword(thePIN)})
		oneCredential(t, (<-done).succeeded(t, r), network)
	}},
	{name: "enroll-overlap", what: "two stations with their button pressed", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.learns(t, hostapdUUID)
		s.probe(t, 2)
		s.probe(t, 3)
		s.outsider.await(t, upnp.EventEnrollee)
		s.outsider.await(t, upnp.EventEnrollee)
		var err error
		s.link.Do(func(now time.Time) { err = s.Enroll(now, upnp.Order{Password: registration.PushButton()}) })
		if !errors.Is(err, registration.ErrOverlap) {
			t.Errorf("%v", err)
		}
		r.note("", "refused, as expected: %v", registration.ErrOverlap)
	}},
	{name: "enroll-wrong-half", what: "a PIN that is wrong in its first half", run: enrollsInVain(wrongFirstHalf, 1)},
	{name: "enroll-wrong-half2", what: "a PIN that is wrong in its second half", run: enrollsInVain(wrongSecondHalf, 2)},
	{name: "enroll-version-1.0", what: "a station of version 1.0 by PIN", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.learns(t, hostapdUUID)
		s.enroll(t, upnp.Order{Password: pinPassword(thePIN)})
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(2), Version10: true}, Password: pinPassword(thePIN)})
		oneCredential(t, exchangeOver(t, s.associate(t, 2), eapol.Runner{Remote: radiolessBSSID}, newPeer(t, m, err)).succeeded(t, r), network)
	}},
	{name: "enroll-token", what: "a station by the password of its NFC tag", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.learns(t, hostapdUUID)
		tag := newTag(t)
		password := registration.OutOfBand(tag.oob.ID, tag.oob.Password)
		s.enroll(t, upnp.Order{Password: password, PeerKeyHash: &tag.oob.PublicKeyHash})
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(2), KeyPair: tag.keys}, Password: password})
		oneCredential(t, exchangeOver(t, s.associate(t, 2), eapol.Runner{Remote: radiolessBSSID}, newPeer(t, m, err)).succeeded(t, r), network)
	}},
	{name: "two-registrars", what: "two external registrars, of which the second waits", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		second := startExternal(t, s.far.near, 8)
		second.finds(t)
		second.learns(t, hostapdUUID)
		second.enroll(t, upnp.Order{Password: pinPassword(thePIN)})
		oneCredential(t, s.station(t, 2, pinPassword(thePIN)).succeeded(t, r), network)
		second.await(t, upnp.EventRegistered)
		s.outsider.await(t, upnp.EventEnrollee)
	}},
	{name: "vanishes", what: "the registrar is gone without a word", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.learns(t, hostapdUUID)
		s.enroll(t, upnp.Order{Password: pinPassword(thePIN)})
		ip(t, "link set %s down", s.far.near)
		s.station(t, 2, pinPassword(thePIN)).failed(t, r, registration.ErrNoRegistrar, 0, registration.RoleRegistrar)
	}},
	{name: "restart", what: "the access point starts again at another address", run: func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.learns(t, hostapdUUID)
		s.daemon.stop(t)
		s.far.host = 4
		s.daemon = startRadiolessHostapd(t, s.far, hostapdPIN+"upnp_iface="+s.far.name+"\n")
		if e := s.finds(t); e.Address.As4()[3] != 4 {
			t.Errorf("found at %v", e.Address)
		}
		s.enroll(t, upnp.Order{Password: pinPassword(thePIN)})
		oneCredential(t, s.station(t, 2, pinPassword(thePIN)).succeeded(t, r), network)
	}},
}

var (
	uuid2 = device(2).UUID
	mac2  = mac(2)
)

// enrollsInVain lets the external registrar register a station with another PIN
// than the station's.
func enrollsInVain(wrong registration.Password, half int) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.learns(t, hostapdUUID)
		s.enroll(t, upnp.Order{Password: wrong})
		s.station(t, 2, pinPassword(thePIN)).failed(t, r, registration.ErrPassword, half, registration.RoleEnrollee)
		if e := s.outsider.await(t, upnp.EventFailed); !errors.Is(e.Err, registration.ErrPassword) {
			t.Errorf("%v", e.Err)
		}
	}
}

// wrongAPPIN reads the settings with a wrong PIN.
func wrongAPPIN(password registration.Password, half int) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		s := newUPnPSite(t)
		s.do(t, func(now time.Time) error { return s.Learn(now, hostapdUUID, password) })
		a := attempt{ended: ended{err: s.outsider.await(t, upnp.EventFailed).Err}}
		a.failed(t, r, registration.ErrPassword, half, registration.RoleEnrollee)
	}
}
