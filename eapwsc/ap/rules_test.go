package ap

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// midway is a run that stops before the station receives a certain message of
// the access point.
type midway struct {
	*lateRun
}

// begin runs a station until the access point has sent the message.
func begin(t *testing.T, ap *AccessPoint, p *eapwsc.Peer, mac byte, until wps.MessageType) *midway {
	t.Helper()
	w := &lateRun{t: t, ap: ap, now: fixture.Began, station: p, session: session(t, ap, mac)}
	p.Start(w.now)
	w.step = w.session.Start(w.now)
	w.exchange(until)
	return &midway{w}
}

// finish runs the exchange to its end, and returns the result at the access
// point.
func (m *midway) finish() error {
	m.exchange(0)
	return m.err
}

// stationWith returns a station whose UUID is that of another address.
func stationWith(t *testing.T, mac, uuid byte, password registration.Password) *eapwsc.Peer {
	t.Helper()
	d := fixture.Device(mac)
	d.UUID = fixture.Device(uuid).UUID
	e, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: d}, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, e, 0)
}

// externalPeer returns an external registrar that reads, or writes settings.
func externalPeer(t *testing.T, digits string, settings *wps.Credential) *eapwsc.Peer {
	t.Helper()
	r, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: fixture.Device(9), Faulty: true}, Password: registration.PIN(fixture.PIN(t, digits)),
		AP: true, NewSettings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, r, 0)
}

func pressed(t *testing.T) *AccessPoint {
	t.Helper()
	ap := newAccessPoint(t)
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	return ap
}

func hear(ap *AccessPoint, mac byte) {
	d := fixture.Device(mac)
	ap.Probe(fixture.Began, d.MAC, &wps.ProbeRequest{DevicePasswordID: wps.PasswordPushButton, UUIDE: d.UUID})
}

var thePIN = "24681353"

// TestOverlapStays has the owner act after an overlap was detected: the
// affected run is refused all the same.
func TestOverlapStays(t *testing.T) {
	for name, act := range map[string]func(*AccessPoint){
		"nothing":    func(*AccessPoint) {},
		"cancel":     func(ap *AccessPoint) { ap.Cancel(fixture.Began) },
		"PIN":        func(ap *AccessPoint) { _ = ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN)}) },
		"walk time":  func(ap *AccessPoint) { ap.Timeout(fixture.Began.Add(wps.WalkTime)) },
		"for one":    func(ap *AccessPoint) { ap.PressButtonFor(fixture.Began, fixture.Device(2).MAC) },
		"next press": func(ap *AccessPoint) { _ = ap.PressButton(fixture.Began.Add(wps.MonitorTime)) },
	} {
		t.Run(name, func(t *testing.T) {
			ap := pressed(t)
			m := begin(t, ap, newStation(t, 2, registration.PushButton()), 2, wps.MessageM6)
			hear(ap, 3)
			act(ap)
			if err := m.finish(); !errors.Is(err, registration.ErrOverlap) || m.station.Result() != nil {
				t.Errorf("error %v, given %v", err, m.station.Result())
			}
		})
	}
}

// TestOnePressOneDevice has two stations with one UUID-E and different
// addresses register after one press: only one is given the network. When its
// run fails, the other may.
func TestOnePressOneDevice(t *testing.T) {
	ap := pressed(t)
	first := begin(t, ap, newStation(t, 2, registration.PushButton()), 2, wps.MessageM4)
	second := begin(t, ap, stationWith(t, 3, 2, registration.PushButton()), 3, wps.MessageM8)
	if !errors.Is(second.err, ErrOtherDevice) || second.station.Result() != nil {
		t.Fatalf("the second: %v", second.err)
	}
	if got := ap.Events(); !slices.ContainsFunc(got, func(e Event) bool {
		return e.Kind == EventFailed && errors.Is(e.Err, ErrOtherDevice) && e.Station == fixture.Device(3).MAC
	}) {
		t.Errorf("not reported: %v", kinds(got))
	}
	_ = first.session.Close(fixture.Began, nil)
	third := begin(t, ap, stationWith(t, 3, 2, registration.PushButton()), 3, wps.MessageM2)
	if err := third.finish(); err != nil || third.station.Result() == nil {
		t.Errorf("after the first has failed: %v", err)
	}
}

// TestRequireProbe admits only a device that has announced its button.
func TestRequireProbe(t *testing.T) {
	d := fixture.Device(1)
	d.State = wps.Configured
	ap := MustNew(Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{fixture.Network}, RequireProbe: true})
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	if _, err := register(t, ap, fixture.Began, 2, registration.PushButton()); err == nil {
		t.Error("not heard, and registered")
	}
	hear(ap, 2)
	if _, err := register(t, ap, fixture.Began, 2, registration.PushButton()); err != nil {
		t.Errorf("heard: %v", err)
	}
}

// TestWithdrawn has the owner withdraw the permission of a run. The run ends
// before any settings are given or adopted.
func TestWithdrawn(t *testing.T) {
	uuid := fixture.Device(2).UUID
	button := func(t *testing.T) (*AccessPoint, *midway) {
		ap := pressed(t)
		return ap, begin(t, ap, newStation(t, 2, registration.PushButton()), 2, wps.MessageM6)
	}
	enrolleePIN := func(t *testing.T) (*AccessPoint, *midway) {
		ap := newAccessPoint(t)
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, thePIN), UUID: &uuid}); err != nil {
			t.Fatal(err)
		}
		return ap, begin(t, ap, newStation(t, 2, registration.PIN(fixture.PIN(t, thePIN))), 2, wps.MessageM6)
	}
	changed := wps.Credential{SSID: "changed", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse")}
	reader := func(until wps.MessageType) func(*testing.T) (*AccessPoint, *midway) {
		return func(t *testing.T) (*AccessPoint, *midway) {
			ap := newAccessPoint(t)
			return ap, begin(t, ap, externalPeer(t, "12345670", &changed), 9, until)
		}
	}
	for _, tt := range []struct {
		name  string
		begin func(*testing.T) (*AccessPoint, *midway)
		act   func(*AccessPoint)
		want  error
	}{
		{"button, cancel", button, func(ap *AccessPoint) { ap.Cancel(fixture.Began) }, ErrWithdrawn},
		{"PIN, cancel", enrolleePIN, func(ap *AccessPoint) { ap.Cancel(fixture.Began) }, ErrWithdrawn},
		{"PIN, removed", enrolleePIN, func(ap *AccessPoint) { ap.RemovePIN(fixture.Began, &uuid) }, ErrWithdrawn},
		{"another AP PIN before M7", reader(wps.MessageM5), func(ap *AccessPoint) { ap.SetPIN(fixture.Began, pin.MustParse(thePIN)) }, ErrWithdrawn},
		{"another AP PIN before M8", reader(wps.MessageM7), func(ap *AccessPoint) { ap.SetPIN(fixture.Began, pin.MustParse(thePIN)) }, ErrWithdrawn},
		{"AP PIN disabled", reader(wps.MessageM7), func(ap *AccessPoint) { ap.SetPIN(fixture.Began, pin.PIN{}) }, ErrWithdrawn},
		{"read only", reader(wps.MessageM7), func(ap *AccessPoint) { ap.SetLock(fixture.Began, ReadOnly) }, registration.ErrLocked},
		{"read only, and locked by the guesses of others", reader(wps.MessageM7), func(ap *AccessPoint) {
			ap.SetLock(fixture.Began, ReadOnly)
			for range 3 {
				ap.lockout.Failure(fixture.Began)
			}
		}, registration.ErrLocked},
		{"locked", reader(wps.MessageM7), func(ap *AccessPoint) { ap.SetLock(fixture.Began, Locked) }, registration.ErrLocked},
		{"AP PIN, end of its lifetime", func(t *testing.T) (*AccessPoint, *midway) {
			ap := newAccessPoint(t)
			ap.SetPINFor(fixture.Began, pin.MustParse("12345670"), time.Second)
			return ap, begin(t, ap, externalPeer(t, "12345670", nil), 9, wps.MessageM5)
		}, func(ap *AccessPoint) { ap.Timeout(fixture.Began.Add(time.Minute)) }, nil},
		{"button, walk time", button, func(ap *AccessPoint) { ap.Timeout(fixture.Began.Add(wps.WalkTime)) }, nil},
		{"button, PIN entered", button, func(ap *AccessPoint) { _ = ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN)}) }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ap, m := tt.begin(t)
			if m.step.Send == nil {
				t.Fatal("the run does not come so far")
			}
			tt.act(ap)
			err := m.finish()
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if (m.station.Result() == nil) != (tt.want != nil) || ap.Settings().SSID != fixture.Network.SSID {
				t.Errorf("given %v, settings %v", m.station.Result(), ap.Settings())
			}
		})
	}
}

// TestOwnerReported checks that each action of the owner that changes the
// stored state is reported, so that a program that stores the state after such
// events misses none.
func TestOwnerReported(t *testing.T) {
	settings := fixture.Network
	settings.SSID = "another"
	for name, c := range map[string]struct {
		act  func(*AccessPoint) error
		want EventKind
	}{
		"PIN set":      {func(ap *AccessPoint) error { ap.SetPIN(fixture.Began, pin.MustParse(thePIN)); return nil }, EventPINChanged},
		"PIN disabled": {func(ap *AccessPoint) error { ap.SetPIN(fixture.Began, pin.PIN{}); return nil }, EventPINChanged},
		"PIN for a while": {func(ap *AccessPoint) error {
			ap.SetPINFor(fixture.Began, pin.MustParse(thePIN), time.Minute)
			return nil
		}, EventPINChanged},
		"locked":     {func(ap *AccessPoint) error { ap.SetLock(fixture.Began, Locked); return nil }, EventLockSet},
		"read-only":  {func(ap *AccessPoint) error { ap.SetLock(fixture.Began, ReadOnly); return nil }, EventLockSet},
		"settings":   {func(ap *AccessPoint) error { return ap.SetSettings(fixture.Began, settings) }, EventNewSettings},
		"reset":      {func(ap *AccessPoint) error { return ap.Reset(fixture.Began, "factory") }, EventNewSettings},
		"token made": {func(ap *AccessPoint) error { _, err := ap.MakeToken(fixture.Began); return err }, EventTokenChanged},
	} {
		ap := newAccessPoint(t)
		before, err := ap.StoreSecrets(fixture.Began)
		if err != nil {
			t.Fatal(err)
		}
		ap.Events()
		if err := c.act(ap); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		after, err := ap.StoreSecrets(fixture.Began)
		if err != nil || bytes.Equal(before, after) {
			t.Errorf("%s: what is stored is the same: %v", name, err)
		}
		events := ap.Events()
		if !slices.ContainsFunc(events, func(e Event) bool { return e.Kind == c.want && e.Kind.Changes() && e.Time.Equal(fixture.Began) }) {
			t.Errorf("%s: reported %v", name, events)
		}
	}
}

// TestResetForgetsAPSettings checks that after a reset external registrars do not
// read the old settings, even after a restart with the old configuration.
func TestResetForgetsAPSettings(t *testing.T) {
	before := wps.Credential{SSID: "before", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("the key of before")}
	reads := func(ap *AccessPoint) wps.SSID {
		m := begin(t, ap, externalPeer(t, "12345670", nil), 9, 0)
		if err := m.finish(); err != nil || m.station.Result() == nil || m.station.Result().AP == nil {
			t.Fatalf("%v", err)
		}
		return m.station.Result().AP.SSID
	}
	ap := newAccessPoint(t)
	ap.cfg.APSettings = &before
	cfg := ap.cfg
	if got := reads(ap); got != "before" {
		t.Errorf("it reads %v", got)
	}
	if err := ap.Reset(fixture.Began, "factory"); err != nil {
		t.Fatal(err)
	}
	if got := reads(ap); got != "factory" {
		t.Errorf("after a reset it reads %v", got)
	}
	stored, err := ap.StoreSecrets(fixture.Began)
	if err != nil {
		t.Fatal(err)
	}
	again := MustNew(cfg)
	if err := again.RestoreSecrets(fixture.Began, stored); err != nil {
		t.Fatal(err)
	}
	if got := reads(again); got != "factory" {
		t.Errorf("after a restart it reads %v", got)
	}
}

// TestRefusedDevicePresses has the M1 of a second station with the UUID-E of
// the first refused. It counts as pressing all the same, and a press two
// minutes after the first station's is still one with two devices.
// TestAccessPointModel found that it was not counted.
func TestRefusedDevicePresses(t *testing.T) {
	var b PushButton
	now := fixture.Began
	if err := b.Press(now); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Use(now, fixture.MAC("a1"), fixture.UUID("A")); err != nil {
		t.Fatal(err)
	}
	now = now.Add(10 * time.Second)
	if _, err := b.Use(now, fixture.MAC("a2"), fixture.UUID("A")); !errors.Is(err, ErrOtherDevice) {
		t.Fatal(err)
	}
	now = now.Add(wps.MonitorTime - time.Second)
	b.Heard(now, fixture.MAC("b"), fixture.UUID("B"))
	if err := b.Press(now); !errors.Is(err, ErrOverlap) {
		t.Errorf("%v", err)
	}
}

// TestCancelReachesReplaced cancels after another PIN, or tag, has replaced the
// one in use: the run ends. TestAccessPointModel found that it did not.
func TestCancelReachesReplaced(t *testing.T) {
	tag := newTag(t, 0x1234)
	uuid := fixture.Device(2).UUID
	for name, c := range map[string]struct {
		enter   func(*AccessPoint) error
		station func() *eapwsc.Peer
	}{
		"PIN": {func(ap *AccessPoint) error {
			return ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN), UUID: &uuid})
		}, func() *eapwsc.Peer { return newStation(t, 2, registration.PIN(pin.MustParse(thePIN))) }},
		"tag": {func(ap *AccessPoint) error { return ap.EnterToken(fixture.Began, tag.token(), 0) },
			func() *eapwsc.Peer { return tag.station(t, 2, nil) }},
	} {
		ap := newAccessPoint(t)
		if err := c.enter(ap); err != nil {
			t.Fatal(err)
		}
		m := begin(t, ap, c.station(), 2, wps.MessageM6)
		if err := c.enter(ap); err != nil {
			t.Fatal(err)
		}
		ap.Cancel(fixture.Began)
		if err := m.finish(); !errors.Is(err, ErrWithdrawn) || m.station.Result() != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAdoptedTooLate has the owner approve settings whose permission was
// withdrawn since the question: they are refused. TestAccessPointModel found
// that they were not.
func TestAdoptedTooLate(t *testing.T) {
	for name, act := range map[string]func(*AccessPoint){
		"another PIN": func(ap *AccessPoint) { ap.SetPIN(fixture.Began, pin.MustParse(thePIN)) },
		"locked":      func(ap *AccessPoint) { ap.SetLock(fixture.Began, Locked) },
		"read-only":   func(ap *AccessPoint) { ap.SetLock(fixture.Began, ReadOnly) },
		"reset": func(ap *AccessPoint) {
			if err := ap.Reset(fixture.Began, "factory"); err != nil {
				t.Error(err)
			}
		},
	} {
		ap := newAccessPoint(t)
		ap.cfg.AskOwner = true
		settings := fixture.Network
		settings.SSID = "new"
		m := begin(t, ap, externalPeer(t, "12345670", &settings), 9, 0)
		if err := ap.AdoptSettings(fixture.Device(9).MAC); err != nil {
			t.Fatal(err)
		}
		act(ap)
		m.ready()
		if err := m.finish(); err == nil || ap.Settings().SSID == "new" {
			t.Errorf("%s: %v, the network is %v", name, err, ap.Settings().SSID)
		}
	}
}

// TestOneKey has two devices register at the same time at an access point that
// has no settings yet: both are given the key that is in effect afterwards.
func TestOneKey(t *testing.T) {
	d := fixture.Device(1)
	d.State = wps.NotConfigured
	ap := MustNew(Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}}})
	var runs []*midway
	for _, mac := range []byte{2, 3} {
		uuid, number := fixture.Device(mac).UUID, pin.MustParse(fmt.Sprintf("%04d", mac))
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: number, UUID: &uuid}); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, begin(t, ap, newStation(t, mac, registration.PIN(number)), mac, wps.MessageM6))
	}
	for i, m := range runs {
		if err := m.finish(); err != nil {
			t.Fatal(err)
		}
		if got := m.station.Result().Credentials[0]; !bytes.Equal(got.NetworkKey, ap.Settings().NetworkKey) {
			t.Errorf("device %d was given another key", i)
		}
	}
	events := slices.DeleteFunc(ap.Events(), func(e Event) bool { return e.Kind != EventNewSettings })
	if len(events) != 1 || events[0].Station != fixture.Device(2).MAC || events[0].UUID != fixture.Device(2).UUID || events[0].Role != registration.RoleRegistrar {
		t.Errorf("new settings: %+v", events)
	}
}

// TestNewSettingsReachRuns changes the settings during a run: it gives the new
// ones.
//
// hostap: test_ap_wps_init_through_wps_config_2 test_ap_change_ssid_wps
func TestNewSettingsReachRuns(t *testing.T) {
	changed := wps.Credential{SSID: "changed", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("battery staple")}
	for name, act := range map[string]func(*testing.T, *AccessPoint){
		"owner": func(t *testing.T, ap *AccessPoint) {
			if err := ap.SetSettings(fixture.Began, changed); err != nil {
				t.Fatal(err)
			}
		},
		"external registrar": func(t *testing.T, ap *AccessPoint) {
			if _, err := external(t, ap, fixture.Began, "12345670", &changed); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			ap := pressed(t)
			m := begin(t, ap, newStation(t, 2, registration.PushButton()), 2, wps.MessageM6)
			reader := begin(t, ap, externalPeer(t, "12345670", nil), 9, wps.MessageM5)
			act(t, ap)
			if err := m.finish(); err != nil || m.station.Result().Credentials[0].SSID != "changed" {
				t.Errorf("%v, %v", m.station.Result(), err)
			}
			if err := reader.finish(); err != nil || reader.station.Result().AP.SSID != "changed" {
				t.Errorf("read %v, %v", reader.station.Result(), err)
			}
		})
	}
	ap := newAccessPoint(t)
	changed.NetworkKey = []byte("abc")
	if err := ap.SetSettings(fixture.Began, changed); !errors.Is(err, registration.ErrConfig) || !errors.Is(err, wps.ErrNetworkKey) {
		t.Errorf("a key of three octets: %v", err)
	}
}

// TestAdvertisedIsHeld compares the beacon with the devices that are admitted.
func TestAdvertisedIsHeld(t *testing.T) {
	uuid2, uuid3 := fixture.Device(2).UUID, fixture.Device(3).UUID
	enter := func(ap *AccessPoint, uuid *wps.UUID, lifetime time.Duration) {
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN), UUID: uuid, Lifetime: lifetime}); err != nil {
			t.Fatal(err)
		}
	}
	selected := func(ap *AccessPoint, now time.Time) (wps.DevicePasswordID, bool) {
		_, is := ap.WaitingRegistrars(now) // as after the last event
		b := ap.Beacon(now)
		if is != b.SelectedRegistrar {
			t.Error("the beacon and the selection differ")
		}
		return b.DevicePasswordID, b.SelectedRegistrar
	}
	t.Run("a PIN succeeds while the button is open", func(t *testing.T) {
		ap := newAccessPoint(t)
		enter(ap, &uuid2, 0)
		if err := ap.PressButton(fixture.Began); err != nil {
			t.Fatal(err)
		}
		if _, err := register(t, ap, fixture.Began, 2, registration.PIN(fixture.PIN(t, thePIN))); err != nil {
			t.Fatal(err)
		}
		if id, is := selected(ap, fixture.Began); !is || id != wps.PasswordPushButton {
			t.Errorf("the button is open; advertised %v, %v", id, is)
		}
		if id, is := selected(ap, fixture.Began.Add(wps.WalkTime)); is {
			t.Errorf("the walk time is over; advertised %v", id)
		}
	})
	t.Run("one PIN of two succeeds", func(t *testing.T) {
		ap := newAccessPoint(t)
		enter(ap, &uuid2, 0)
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse("1234"), UUID: &uuid3}); err != nil {
			t.Fatal(err)
		}
		if _, err := register(t, ap, fixture.Began, 2, registration.PIN(fixture.PIN(t, thePIN))); err != nil {
			t.Fatal(err)
		}
		if id, is := selected(ap, fixture.Began); !is || id != wps.PasswordDefault {
			t.Errorf("the other waits; advertised %v, %v", id, is)
		}
		if _, is := selected(ap, fixture.Began.Add(wps.WalkTime)); is {
			t.Error("advertised beyond the walk time")
		}
		if ap.pins.Len() != 1 {
			t.Error("the stored PIN is gone")
		}
	})
	t.Run("a PIN expires", func(t *testing.T) {
		ap := newAccessPoint(t)
		enter(ap, &uuid2, time.Minute)
		if _, is := selected(ap, fixture.Began.Add(59*time.Second)); !is {
			t.Error("not advertised")
		}
		if _, is := selected(ap, fixture.Began.Add(time.Minute)); is {
			t.Error("an expired PIN is advertised")
		}
	})
}

// TestUnusableSettings has a registrar with the access point's PIN write
// unusable settings.
//
// hostap: test_ap_wps_invalid_wps_config_passphrase
func TestUnusableSettings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*wps.Credential)
		want   wps.ConfigError
		ok     bool
	}{
		{"key of 3 octets", func(c *wps.Credential) { c.NetworkKey = []byte("abc") }, wps.NetworkAuthFailure, false},
		{"newline in the key", func(c *wps.Credential) { c.NetworkKey = []byte("correct\nhorse") }, wps.NetworkAuthFailure, false},
		{"64 digits with a NUL", func(c *wps.Credential) { c.NetworkKey = []byte(strings.Repeat("a", 63) + "\x00") }, wps.NetworkAuthFailure, false},
		{"Enterprise", func(c *wps.Credential) { c.AuthType = wps.AuthWPA2Enterprise }, wps.NetworkAuthFailure, false},
		{"no name", func(c *wps.Credential) { c.SSID = "" }, wps.NetworkAssocFailure, false},
		{"WEP", func(c *wps.Credential) { c.AuthType, c.EncrType = wps.AuthShared, wps.EncrWEP }, wps.NoError, false},
		{"TKIP, which is raised", func(c *wps.Credential) { c.AuthType, c.EncrType = wps.AuthWPAPersonal, wps.EncrTKIP }, 0, true},
		{"open", func(c *wps.Credential) { c.AuthType, c.EncrType, c.NetworkKey = wps.AuthOpen, wps.EncrNone, nil }, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ap := newAccessPoint(t)
			c := wps.Credential{SSID: "new", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse")}
			tt.change(&c)
			_, err := external(t, ap, fixture.Began, "12345670", &c)
			var failed *registration.Error
			switch {
			case tt.ok && (err != nil || ap.Settings().SSID != "new"):
				t.Errorf("%v", err)
			case !tt.ok && (!errors.As(err, &failed) || failed.ConfigError != tt.want || failed.DetectedBy != registration.RoleEnrollee):
				t.Errorf("the registrar hears %v", err)
			case !tt.ok && ap.Settings().SSID != fixture.Network.SSID:
				t.Error("the old settings are gone")
			}
		})
	}
}

// TestInjectedNACK injects a NACK 18 in the name of the registrar: this side
// has found nothing wrong, and does not count it.
func TestInjectedNACK(t *testing.T) {
	for _, until := range []wps.MessageType{wps.MessageM3, wps.MessageM5} {
		ap := newAccessPoint(t)
		for range 5 {
			m := begin(t, ap, externalPeer(t, "12345670", nil), 9, wps.MessageM1)
			m1, err := eap.ParsePacket(m.step.Send)
			if err != nil {
				t.Fatal(err)
			}
			m.exchange(until)
			asked, err := eap.ParsePacket(m.step.Send)
			if err != nil {
				t.Fatal(err)
			}
			nack := &wps.NACK{ConfigError: wps.DevicePasswordAuthFailed}
			copy(nack.EnrolleeNonce[:], wps.Find(m1.Data, wps.AttrEnrolleeNonce))
			copy(nack.RegistrarNonce[:], wps.Find(asked.Data, wps.AttrRegistrarNonce))
			b, err := wps.Append(nil, nack)
			if err != nil {
				t.Fatal(err)
			}
			packet, err := eap.NewWSC(eap.CodeResponse, asked.ID, eap.OpNACK, b).AppendTo(nil)
			if err != nil {
				t.Fatal(err)
			}
			m.step, m.err = m.session.Handle(m.now, packet)
			if !m.session.external.enrollee.Ended() {
				t.Fatal("the NACK was not heard")
			}
		}
		if s := ap.LockoutState(fixture.Began); s.Failures != 0 || s.Locked {
			t.Errorf("after %v: counted %+v", until, s)
		}
	}
}

// TestLockDuringRun locks the access point by the wrong guesses of another
// registrar: one that has proved the PIN continues, one that has proved a half
// does not.
func TestLockDuringRun(t *testing.T) {
	ap := newAccessPoint(t)
	changed := wps.Credential{SSID: "changed", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse")}
	proved := begin(t, ap, externalPeer(t, "12345670", &changed), 9, wps.MessageM7)
	half := begin(t, ap, externalPeer(t, "12345670", &changed), 8, wps.MessageM5)
	for range 3 {
		if begin(t, ap, externalPeer(t, "99995676", nil), 7, 0).err == nil {
			t.Fatal("a wrong PIN was accepted")
		}
	}
	if ap.Lock(fixture.Began) != Locked {
		t.Fatal("three wrong guesses do not lock")
	}
	if err := proved.finish(); err != nil || ap.Settings().SSID != changed.SSID {
		t.Errorf("the registrar that has proved the PIN: %v, network %q", err, ap.Settings().SSID)
	}
	if err := half.finish(); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("the registrar that has proved a half: %v", err)
	}
}

// TestWrongPINReportedAtOnce stores the lockout as soon as a guess was wrong,
// before the answer is sent.
func TestWrongPINReportedAtOnce(t *testing.T) {
	ap := newAccessPoint(t)
	m := begin(t, ap, externalPeer(t, "99995676", nil), 9, wps.MessageNACK)
	if m.step.Send == nil || m.session.ended {
		t.Fatal("no NACK is about to be sent")
	}
	events := ap.Events()
	i := slices.IndexFunc(events, func(e Event) bool { return e.Kind == EventWrongPIN })
	if i < 0 || events[i].Lockout == nil || events[i].Lockout.Failures != 1 || events[i].Station != fixture.Device(9).MAC {
		t.Fatalf("events %v", events)
	}
	restarted := newAccessPoint(t)
	if err := restarted.RestoreLockout(fixture.Began, *events[i].Lockout); err != nil || restarted.LockoutState(fixture.Began).Failures != 1 {
		t.Error("the guess is lost by a restart", err)
	}
}

// TestEventsLost fills the list of an owner who does not read it: important
// events stay, and the others are counted.
func TestEventsLost(t *testing.T) {
	ap := newAccessPoint(t)
	ap.event(Event{Kind: EventNewSettings})
	for range maxEvents + 10 {
		ap.event(Event{Kind: EventPINNeeded})
	}
	ap.event(Event{Kind: EventPINGone})
	events := ap.Events()
	if events[0].Kind != EventsLost || events[0].Lost != 12 || events[1].Kind != EventNewSettings || events[len(events)-1].Kind != EventPINGone || len(events) != maxEvents+1 {
		t.Errorf("%d events, first %v", len(events), events[0])
	}
	if len(ap.Events()) != 0 {
		t.Error("reported twice")
	}
	for i := range 3 * maxEvents {
		ap.event(Event{Kind: EventWrongPIN, Lockout: &LockoutState{Failures: i}})
	}
	if events := ap.Events(); len(events) > maxEvents || events[len(events)-1].Lockout.Failures != 3*maxEvents-1 {
		t.Errorf("%d events, last %v", len(events), events[len(events)-1])
	}
}

// TestAskOwner lets the owner decide about settings.
//
// hostap: test_ap_wps_reg_config_ext_processing
func TestAskOwner(t *testing.T) {
	changed := wps.Credential{SSID: "changed", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("battery staple")}
	waiting := func(t *testing.T) (*AccessPoint, *midway) {
		ap := newAccessPoint(t)
		ap.cfg.AskOwner = true
		m := begin(t, ap, externalPeer(t, "12345670", &changed), 9, 0)
		if !m.step.Waiting || m.step.Deadline != m.now.Add(OwnerTime) || len(ap.Ready()) != 0 || ap.Settings().SSID != fixture.Network.SSID {
			t.Fatalf("%+v", m.step)
		}
		if n := ap.Status(m.now).Undecided; n != 1 {
			t.Errorf("%d stations wait for the owner", n)
		}
		events := ap.Events()
		if i := slices.IndexFunc(events, func(e Event) bool { return e.Kind == EventSettingsReceived }); i < 0 || events[i].Settings.SSID != "changed" {
			t.Fatalf("events %v", kinds(events))
		}
		return ap, m
	}
	t.Run("adopted", func(t *testing.T) {
		ap, m := waiting(t)
		if err := ap.AdoptSettings(m.session.Station()); err != nil {
			t.Fatal(err)
		}
		m.ready()
		if err := m.finish(); err != nil || ap.Settings().SSID != "changed" {
			t.Errorf("%v, %v", ap.Settings(), err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		ap, m := waiting(t)
		why := errors.New("not today")
		if err := ap.RefuseSettings(m.session.Station(), wps.NetworkAuthFailure, why); err != nil {
			t.Fatal(err)
		}
		m.ready()
		if err := m.finish(); !errors.Is(err, why) || ap.Settings().SSID != fixture.Network.SSID || m.station.Result() != nil {
			t.Errorf("%v, %v", ap.Settings(), err)
		}
	})
	t.Run("too late", func(t *testing.T) {
		ap, m := waiting(t)
		m.now = m.step.Deadline
		m.step, m.err = m.session.Timeout(m.now)
		if err := m.finish(); !errors.Is(err, registration.ErrTimeout) || ap.Settings().SSID != fixture.Network.SSID {
			t.Errorf("%v, %v", ap.Settings(), err)
		}
		if err := ap.AdoptSettings(m.session.Station()); !errors.Is(err, ErrNoSettingsPending) {
			t.Error(err)
		}
	})
}

// TestCredentialPerDevice gives each device its own key, and an external
// registrar settings other than the network's. The credential is reported, so
// that it can be stored.
//
// hostap: test_ap_wps_per_station_psk, test_ap_wps_per_station_psk_preset,
// test_ap_wps_reg_override_ap_settings.
func TestCredentialPerDevice(t *testing.T) {
	ap := pressed(t)
	ap.cfg.CredentialsFor = func(m1 *wps.M1) ([]wps.Credential, error) {
		c, guests := fixture.Network, fixture.Network
		c.NetworkKey, guests.SSID = wps.NetworkKey("key of "+m1.MAC.String()), "guests"
		return []wps.Credential{c, guests}, nil
	}
	ap.cfg.APSettings = &wps.Credential{SSID: "for registrars", AuthType: wps.AuthOpen, EncrType: wps.EncrNone, MAC: fixture.Device(7).MAC}
	result, err := register(t, ap, fixture.Began, 2, registration.PushButton())
	if err != nil || string(result.Credentials[0].NetworkKey) != "key of "+fixture.Device(2).MAC.String() {
		t.Errorf("%v, %v", result, err)
	}
	events := ap.Events()
	if e := events[len(events)-1]; e.Kind != EventRegistered || len(e.Result.Credentials) != 2 || string(e.Result.Credentials[0].NetworkKey) != string(result.Credentials[0].NetworkKey) {
		t.Errorf("%+v", e)
	}
	if read, err := external(t, ap, fixture.Began, "12345670", nil); err != nil || read.AP.SSID != "for registrars" || read.AP.MAC != fixture.Device(7).MAC {
		t.Errorf("%v, %v", read, err)
	}
}

// TestNoCredentialForDevice has no key available for a device: it is given
// nothing, its PIN is not used up, and the owner is informed of the reason.
//
// hostap: test_ap_wps_per_station_psk_failure.
func TestNoCredentialForDevice(t *testing.T) {
	ap := newAccessPoint(t)
	full := errors.New("the file of keys is full")
	failing := true
	ap.cfg.CredentialsFor = func(*wps.M1) ([]wps.Credential, error) {
		if failing {
			return nil, full
		}
		return nil, nil
	}
	if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN)}); err != nil {
		t.Fatal(err)
	}
	ap.Events()
	p := newStation(t, 2, registration.PIN(pin.MustParse(thePIN)))
	if _, err := comes(t, ap, p, 2); !errors.Is(err, full) || p.Result() != nil {
		t.Errorf("%v, given %v", err, p.Result())
	}
	if events := ap.Events(); !slices.Equal(kinds(events), []EventKind{EventFailed}) || !errors.Is(events[len(events)-1].Err, full) {
		t.Errorf("%v", events)
	}
	failing = false
	m := begin(t, ap, newStation(t, 2, registration.PIN(pin.MustParse(thePIN))), 2, wps.MessageM6)
	failing = true
	if err := ap.SetSettings(fixture.Began, fixture.Network); err != nil { // the hook is called again
		t.Fatal(err)
	}
	if err := m.finish(); !errors.Is(err, full) || m.station.Result() != nil {
		t.Errorf("in mid-run: %v", err)
	}
}

// TestSharedCredentials admits two devices before either has the network. The
// end of one, which clears what it was given, does not change what the other is
// given; nor does a change by the owner of the list, after the access point has
// read it.
func TestSharedCredentials(t *testing.T) {
	for name, own := range map[string]bool{"of the access point": false, "of the hook": true} {
		t.Run(name, func(t *testing.T) {
			ap := newAccessPoint(t)
			list := []wps.Credential{fixture.Network}
			list[0].NetworkKey = slices.Clone(list[0].NetworkKey)
			if own {
				ap.cfg.CredentialsFor = func(*wps.M1) ([]wps.Credential, error) { return list, nil }
			}
			var runs []*midway
			for i, digits := range []string{"12345670", thePIN} {
				d, p := fixture.Device(byte(2+i)), pin.MustParse(digits)
				if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: p, UUID: &d.UUID}); err != nil {
					t.Fatal(err)
				}
				runs = append(runs, begin(t, ap, newStation(t, d.MAC[5], registration.PIN(p)), d.MAC[5], wps.MessageM6))
			}
			clear(list[0].NetworkKey)
			for _, m := range runs {
				if err := m.finish(); err != nil {
					t.Fatal(err)
				}
				given := m.station.Result().Credentials
				if len(given) != 1 || !bytes.Equal(given[0].NetworkKey, fixture.Network.NetworkKey) {
					t.Errorf("given %v", given)
				}
				m.session.server.Result().Clear()
				m.station.Result().Clear()
			}
			if !bytes.Equal(ap.Settings().NetworkKey, fixture.Network.NetworkKey) {
				t.Error("the access point's own key was changed")
			}
		})
	}
}

// TestNewChecks creates access points with one error in the configuration each.
func TestNewChecks(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"Credentials are missing": func(c *Config) { c.Credentials = nil },
		"Credentials[0].SSID":     func(c *Config) { c.Credentials[0].SSID = wps.SSID(strings.Repeat("x", 40)) },
		"Credentials[0]: ":        func(c *Config) { c.Credentials[0].NetworkKey = []byte("abc") },
		"Credentials[1].AuthType": func(c *Config) { c.Credentials = append(c.Credentials, wps.Credential{SSID: "x"}) },
		"Device.UUID":             func(c *Config) { c.Registration.Device.UUID = wps.UUID{} },
		"Device.MAC":              func(c *Config) { c.Registration.Device.MAC = wps.MAC{} },
		"Device.DeviceName":       func(c *Config) { c.Registration.Device.DeviceName = strings.Repeat("x", 80) },
		"LateM2":                  func(c *Config) { c.LateM2 = -1 },
		"FragmentSize":            func(c *Config) { c.FragmentSize = -1 },
	} {
		d := fixture.Device(1)
		d.State = wps.Configured
		cfg := Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{fixture.Network}}
		change(&cfg)
		if _, err := New(cfg); !errors.Is(err, registration.ErrConfig) || !strings.Contains(fmt.Sprint(err), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestPushButtonInM1 omits the push button in the M1 for an external registrar,
// unless it is configured.
//
// hostap: test_ap_wps_pbc_in_m1
func TestPushButtonInM1(t *testing.T) {
	for _, in := range []bool{false, true} {
		ap := newAccessPoint(t)
		ap.cfg.PushButtonInM1 = in
		m := begin(t, ap, externalPeer(t, "12345670", nil), 9, wps.MessageM1)
		packet, err := eap.ParsePacket(m.step.Send)
		if err != nil {
			t.Fatal(err)
		}
		var m1 wps.M1
		if err := wps.Decode(&m1, packet.Data, wps.Strict); err != nil {
			t.Fatal(err)
		}
		if got := m1.ConfigMethods&anyPushButton != 0; got != in {
			t.Errorf("asked for %v, is %v", in, got)
		}
	}
}
