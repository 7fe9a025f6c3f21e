package eapol_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/external"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
	"github.com/gowps/gowps/wps/upnp/lan"
)

// upnpPoint is our access point with the UPnP service, on a wire to
// wpa_supplicant as external registrar. Its stations are ours, and in memory.
type upnpPoint struct {
	*served
	far       *farEnd
	segment   eapol.Segment
	registrar *daemon
	stopUPnP  func()
}

// newUPnPPoint starts both, and waits until the registrar has found the access
// point.
func newUPnPPoint(t *testing.T) *upnpPoint {
	t.Helper()
	p := &upnpPoint{far: newFarEnd(t)}
	p.served = new(served)
	p.serve(t)
	p.registrar = startDaemonIn(t, p.far, "wpa_supplicant", p.far.name, fmt.Sprintf(supplicantConfig, device(9).UUID),
		"-K", "-dd", "-t", "-D", "wired", "-i", p.far.name, "-c", "CONF")
	p.registrar.do(t, "WPS_ER_START")
	p.registrar.await(t, fmt.Sprintf("WPS-ER-AP-ADD %v %v .*Device 1.Example..Model", device(1).UUID, mac(1)))
	return p
}

// serve serves the access point again.
func (p *upnpPoint) serve(t *testing.T) {
	t.Helper()
	link, err := lan.Open(p.far.near)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	auth := eapol.NewAuthenticator(p.segment.Join(mac(1)), newAccessPoint())
	d := device(1)
	device, err := upnp.NewDevice(upnp.DeviceConfig{
		LAN: link.LAN(), Port: link.Port(), Description: upnp.Describe(&d), AccessPoint: external.New(auth.Do),
	})
	if err != nil {
		t.Fatal(err)
	}
	*p.served = served{Authenticator: auth, events: make(chan ap.Event, 1000), cancel: cancel, ended: make(chan error, 1)}
	events := p.events
	var over sync.WaitGroup
	over.Go(func() { link.Serve(ctx, device, nil) })
	over.Go(func() {
		auth.Serve(ctx, func(e ap.Event) {
			if external.Registrars(e) {
				link.Do(func(now time.Time) { external.Pass(now, device, e) })
				return
			}
			events <- e
		})
	})
	p.stopUPnP = sync.OnceFunc(func() {
		cancel()
		over.Wait()
	})
	t.Cleanup(p.stopUPnP)
}

// learns lets the registrar read the settings, so that it can give them to
// stations.
func (p *upnpPoint) learns(t *testing.T) {
	t.Helper()
	p.registrar.do(t, "WPS_ER_LEARN %v %s", device(1).UUID, thePIN)
	p.awaitEvent(t, ap.EventSettingsRead)
	p.registrar.await(t, "WPS-ER-AP-SETTINGS .*ssid="+string(network.SSID))
}

// station registers a station of ours.
func (p *upnpPoint) station(t *testing.T, n int, password registration.Password) *attempt {
	t.Helper()
	return exchangeOver(t, p.segment.Join(mac(n)), eapol.Runner{}, newEnrollee(t, n, password))
}

// advertises waits until the access point advertises a registrar, or none if
// want is false.
func (p *upnpPoint) advertises(t *testing.T, want bool) (s ap.WaitingRegistrars) {
	t.Helper()
	for over := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		var selected bool
		p.Do(func(now time.Time, point *ap.AccessPoint) { s, selected = point.WaitingRegistrars(now) })
		if selected == want {
			return s
		}
		if time.Now().After(over) {
			t.Fatalf("advertised: %v, want %v", selected, want)
		}
	}
}

// orders repeats a command to the registrar until the access point advertises
// it: the registrar sends nothing while its previous call of the access point
// has not ended.
func (p *upnpPoint) orders(t *testing.T, command string, args ...any) ap.WaitingRegistrars {
	t.Helper()
	for range 10 {
		p.registrar.do(t, command, args...)
		for range 20 {
			var s ap.WaitingRegistrars
			var selected bool
			p.Do(func(now time.Time, point *ap.AccessPoint) { s, selected = point.WaitingRegistrars(now) })
			if selected {
				return s
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return p.advertises(t, true)
}

// registers lets the registrar register a station by a command.
func (p *upnpPoint) registers(t *testing.T, r *report, password registration.Password, command string, args ...any) {
	t.Helper()
	p.learns(t)
	if s := p.orders(t, command, args...); s.DevicePasswordID != password.ID {
		t.Errorf("advertised: %+v", s)
	}
	oneCredential(t, p.station(t, 2, password).succeeded(t, r), network)
	if e := p.awaitEvent(t, ap.EventRegistered); !e.External || e.UUID != device(2).UUID || e.Station != mac(2) {
		t.Errorf("%+v", e)
	}
	p.registrar.await(t, "WPS-SUCCESS")
	p.advertises(t, false)
}

// upnpSupplicantCases use wpa_supplicant as external registrar with our access
// point over UPnP.
var upnpSupplicantCases = []peerCase{
	{name: "discover", what: "search, description, subscription; the access point leaves", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.stopUPnP()
		p.registrar.await(t, fmt.Sprintf("WPS-ER-AP-REMOVE %v", device(1).UUID))
		r.note("", "found, and gone")
	}},
	{name: "learn", what: "reading the settings", run: func(t *testing.T, r *report) {
		newUPnPPoint(t).learns(t)
		r.note("M1 M2 M3 M4 M5 M6 M7 NACK(0)", "success")
	}},
	{name: "configure", what: "writing the settings", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.registrar.do(t, "WPS_ER_CONFIG %v %s %x WPA2PSK CCMP %x", device(1).UUID, thePIN, newSettings.SSID, []byte(newSettings.NetworkKey))
		sameCredential(t, p.awaitEvent(t, ap.EventNewSettings).Settings, newSettings)
		p.registrar.await(t, "WPS-SUCCESS")
		r.note("M1 M2 M3 M4 M5 M6 M7 M8 Done", "success")
	}},
	{name: "wrong-first-half", what: "AP PIN wrong in its first half", run: guessesOverUPnP("99995676", 1)},
	{name: "wrong-second-half", what: "AP PIN wrong in its second half", run: guessesOverUPnP("12349999", 2)},
	{name: "locked", what: "three wrong AP PINs, then the right one", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		for range 3 {
			p.registrar.forget()
			p.registrar.do(t, "WPS_ER_LEARN %v 99995676", device(1).UUID)
			p.awaitEvent(t, ap.EventFailed)
			p.registrar.await(t, "WPS-FAIL")
		}
		p.registrar.do(t, "WPS_ER_LEARN %v %s", device(1).UUID, thePIN)
		err := p.awaitEvent(t, ap.EventFailed).Err
		if !errors.Is(err, registration.ErrLocked) {
			t.Errorf("%v", err)
		}
		r.note("", "refused, as expected: %v", registration.ErrLocked)
	}},
	{name: "enroll-pin", what: "any station, by PIN", run: func(t *testing.T, r *report) {
		newUPnPPoint(t).registers(t, r, pinPassword(thePIN), "WPS_ER_PIN any %s", thePIN)
	}},
	{name: "enroll-pin-uuid", what: "a station by PIN and UUID", run: func(t *testing.T, r *report) {
		newUPnPPoint(t).registers(t, r, pinPassword(thePIN), "WPS_ER_PIN %v %s", device(2).UUID, thePIN)
	}},
	{name: "enroll-pin-address", what: "a station by PIN, UUID and address", run: func(t *testing.T, r *report) {
		newUPnPPoint(t).registers(t, r, pinPassword(thePIN), "WPS_ER_PIN %v %s %v", device(2).UUID, thePIN, mac(2))
	}},
	{name: "enroll-button", what: "a station by push button", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.probe(2)
		p.registrar.await(t, fmt.Sprintf("WPS-ER-ENROLLEE-ADD %v", device(2).UUID))
		p.registers(t, r, registration.PushButton(), "WPS_ER_PBC %v", device(2).UUID)
	}},
	{name: "enroll-overlap", what: "two stations with their button pressed", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.learns(t)
		for n := 2; n < 4; n++ {
			p.probe(n)
			p.registrar.await(t, fmt.Sprintf("WPS-ER-ENROLLEE-ADD %v", device(n).UUID))
		}
		reply, err := ask(p.registrar.commands, fmt.Sprintf("WPS_ER_PBC %v", device(2).UUID))
		if err != nil || reply != "FAIL-PBC-OVERLAP\n" {
			t.Errorf("%q, %v", reply, err)
		}
		r.note("", "refused, as expected: %v", registration.ErrOverlap)
	}},
	{name: "enroll-late", what: "M2D, then the PIN is entered", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.learns(t)
		p.station(t, 2, pinPassword(thePIN)).failed(t, r, registration.ErrNoRegistrar, 0, registration.RoleRegistrar)
		p.registrar.await(t, fmt.Sprintf("WPS-ER-ENROLLEE-ADD %v", device(2).UUID))
		p.orders(t, "WPS_ER_PIN %v %s", device(2).UUID, thePIN)
		oneCredential(t, p.station(t, 2, pinPassword(thePIN)).succeeded(t, r), network)
		if e := p.awaitEvent(t, ap.EventRegistered); !e.External {
			t.Errorf("%+v", e)
		}
		r.note("M1 M2D ACK; M1 M2D ACK M2 M3 M4 M5 M6 M7 M8 Done", "M2D, then success")
	}},
	{name: "enroll-wrong-half", what: "a PIN that is wrong in its first half", run: enrollsInVainBySupplicant("99995676", 1)},
	{name: "enroll-wrong-half2", what: "a PIN that is wrong in its second half", run: enrollsInVainBySupplicant("12349999", 2)},
	{name: "enroll-version-1.0", what: "a station of version 1.0 by PIN", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.learns(t)
		p.orders(t, "WPS_ER_PIN any %s", thePIN)
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(2), Version10: true}, Password: pinPassword(thePIN)})
		oneCredential(t, exchangeOver(t, p.segment.Join(mac(2)), eapol.Runner{}, newPeer(t, m, err)).succeeded(t, r), network)
		if e := p.awaitEvent(t, ap.EventRegistered); !e.External {
			t.Errorf("%+v", e)
		}
	}},
	{name: "enroll-own", what: "the access point has the PIN too, and goes first", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.learns(t)
		p.orders(t, "WPS_ER_PIN any %s", thePIN)
		p.anyPIN(t, thePIN)
		oneCredential(t, p.station(t, 2, pinPassword(thePIN)).succeeded(t, r), network)
		if e := p.awaitEvent(t, ap.EventRegistered); e.External {
			t.Errorf("%+v", e)
		}
	}},
	{name: "two-registrars", what: "wpa_supplicant and one of ours, which waits", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		x := startExternal(t, p.far.near, 8)
		x.finds(t)
		x.learns(t, device(1).UUID)
		x.enroll(t, upnp.Order{Password: pinPassword(thePIN)})
		p.advertises(t, true)
		oneCredential(t, p.station(t, 2, pinPassword(thePIN)).succeeded(t, r), network)
		x.await(t, upnp.EventRegistered)
		p.registrar.await(t, fmt.Sprintf("WPS-ER-ENROLLEE-ADD %v", device(2).UUID))
	}},
	{name: "vanishes", what: "the registrar is gone without a word", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.learns(t)
		p.orders(t, "WPS_ER_PIN any %s", thePIN)
		p.registrar.cmd.Process.Signal(syscall.SIGKILL)
		<-p.registrar.gone
		p.station(t, 2, pinPassword(thePIN)).failed(t, r, registration.ErrNoRegistrar, 0, registration.RoleRegistrar)
		p.awaitEvent(t, ap.EventFailed)
	}},
	{name: "restart", what: "the access point starts again, on another port", run: func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.learns(t)
		p.stopUPnP()
		p.registrar.await(t, fmt.Sprintf("WPS-ER-AP-REMOVE %v", device(1).UUID))
		p.registrar.forget()
		p.serve(t)
		p.registrar.await(t, fmt.Sprintf("WPS-ER-AP-ADD %v", device(1).UUID))
		p.registers(t, r, pinPassword(thePIN), "WPS_ER_PIN any %s", thePIN)
	}},
}

// forget discards the events so far.
func (c *control) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = nil
}

// probe makes the access point receive the probe request of a station with its
// button pressed.
func (p *upnpPoint) probe(n int) {
	b, err := wps.Append(nil, buttonProbe(n))
	var e wps.ProbeRequest
	if err == nil {
		err = wps.Decode(&e, b, wps.Tolerant)
	}
	if err != nil {
		panic(err)
	}
	p.Do(func(now time.Time, point *ap.AccessPoint) { point.Probe(now, mac(n), &e) })
}

// enrollsInVainBySupplicant lets wpa_supplicant register a station with another
// PIN than the station's.
func enrollsInVainBySupplicant(wrong string, half int) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.learns(t)
		p.orders(t, "WPS_ER_PIN any %s", wrong)
		p.station(t, 2, pinPassword(thePIN)).failed(t, r, registration.ErrPassword, half, registration.RoleEnrollee)
		if e := p.awaitEvent(t, ap.EventFailed); !e.External {
			t.Errorf("%+v", e)
		}
		p.registrar.await(t, "WPS-FAIL")
	}
}

// guessesOverUPnP lets wpa_supplicant read the settings with a wrong PIN.
func guessesOverUPnP(guess string, half int) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		p := newUPnPPoint(t)
		p.registrar.do(t, "WPS_ER_LEARN %v %s", device(1).UUID, guess)
		a := attempt{ended: ended{err: p.awaitEvent(t, ap.EventFailed).Err}}
		a.failed(t, r, registration.ErrPassword, half, registration.RoleEnrollee)
		p.registrar.await(t, "WPS-FAIL.* config_error=18")
	}
}
