package ap

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// TestStored cuts the power in the middle of a lockout: settings, PIN, its
// lifetime and the lock are restored.
//
// hostap: test_ap_wps_init_through_wps_config
func TestStored(t *testing.T) {
	ap := newAccessPoint(t)
	changed := wps.Credential{SSID: "Café \x01", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("battery staple")}
	if err := ap.SetSettings(fixture.Began, changed); err != nil {
		t.Fatal(err)
	}
	ap.SetPINFor(fixture.Began, fixture.PIN(t, "24681353"), time.Hour)
	for range 3 {
		if _, err := external(t, ap, fixture.Began, "99995676", nil); !errors.Is(err, registration.ErrPassword) {
			t.Fatal(err)
		}
	}
	later := fixture.Began.Add(20 * time.Second)
	data, err := ap.StoreSecrets(later)
	if err != nil {
		t.Fatal(err)
	}
	again := newAccessPoint(t)
	start := fixture.Began.Add(-time.Hour) // the time of day is not known yet
	if err := again.RestoreSecrets(start, data); err != nil {
		t.Fatal(err)
	}
	if _, err := external(t, again, start, "24681353", nil); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("while locked: %v", err)
	}
	s := again.Status(start)
	if s.Lock != Locked || s.LockLeft != 40*time.Second || s.PINLeft != time.Hour-20*time.Second || s.Failures != 3 || s.SSID != changed.SSID {
		t.Errorf("%+v", s)
	}
	start = start.Add(40 * time.Second)
	again.Timeout(start)
	if read, err := external(t, again, start, "24681353", nil); err != nil || read.AP.SSID != changed.SSID || string(read.AP.NetworkKey) != "battery staple" {
		t.Errorf("after the lock: %v, %v", read, err)
	}
	// A newer version may add fields, and an older one has fewer.
	if err := again.RestoreSecrets(start, []byte(strings.Replace(string(data), "{", `{"future": [1],`, 1))); err != nil {
		t.Error(err)
	}
	before, _ := again.StoreSecrets(start)
	for name, bad := range map[string]string{
		"no JSON": "{", "version": strings.Replace(string(data), `"version": 1`, `"version": 2`, 1), "none": "{}",
		"PIN": strings.Replace(string(data), "24681353", "x", 1), "lockout": strings.Replace(string(data), `"failures": 3`, `"failures": -3`, 1),
		"lifetime": strings.Replace(string(data), `"pin_seconds": `, `"pin_seconds": -`, 1),
		"endless":  strings.Replace(string(data), `"pin_seconds": `, `"pin_seconds": 999999999999`, 1),
		"network":  strings.Replace(string(data), `"auth": 32`, `"auth": 0`, 1),
	} {
		if err := again.RestoreSecrets(start, []byte(bad)); !errors.Is(err, ErrStored) {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := again.StoreSecrets(start); string(after) != string(before) {
			t.Errorf("%s: the state has changed", name)
		}
	}
}

// TestStoredPIN restarts access points whose PIN has another form than eight digits
// with the right check digit.
func TestStoredPIN(t *testing.T) {
	for _, digits := range []string{"1234", "0000", "12345678", "00000001"} {
		p, err := pin.ParseAnyChecksum(digits)
		if err != nil {
			t.Fatal(err)
		}
		ap := newAccessPoint(t)
		ap.SetPIN(fixture.Began, p)
		data, err := ap.StoreSecrets(fixture.Began)
		if err != nil {
			t.Fatal(err)
		}
		again := newAccessPoint(t)
		if err := again.RestoreSecrets(fixture.Began, data); err != nil || again.PIN() != p {
			t.Errorf("PIN %s: %v, restored as %s", digits, err, again.PIN().Digits())
		}
	}
}

// TestRestoredMeanwhile restores stored state while registrations run: none goes
// on with what was set before.
func TestRestoredMeanwhile(t *testing.T) {
	other := newAccessPoint(t)
	restored, changed := fixture.Network, fixture.Network
	restored.SSID, changed.SSID = "restored", "changed"
	if err := other.SetSettings(fixture.Began, restored); err != nil {
		t.Fatal(err)
	}
	data, err := other.StoreSecrets(fixture.Began)
	if err != nil {
		t.Fatal(err)
	}
	ap := pressed(t)
	joins := begin(t, ap, newStation(t, 2, registration.PushButton()), 2, wps.MessageM6)
	reads := begin(t, ap, externalPeer(t, "12345670", nil), 9, wps.MessageM5)
	if err := ap.SetSettings(fixture.Began, changed); err != nil {
		t.Fatal(err)
	}
	ap.SetPIN(fixture.Began, pin.MustParse(thePIN))
	if err := ap.RestoreSecrets(fixture.Began, data); err != nil {
		t.Fatal(err)
	}
	if err := joins.finish(); err != nil || joins.station.Result().Credentials[0].SSID != "restored" {
		t.Errorf("%v, given %v", err, joins.station.Result())
	}
	// Its PIN is restored, but was another in between.
	if err := reads.finish(); !errors.Is(err, ErrWithdrawn) || reads.station.Result() != nil {
		t.Errorf("the external registrar: %v", err)
	}

	// The key made for a first device belongs to the name before.
	d := fixture.Device(1)
	d.State = wps.NotConfigured
	factory := []wps.Credential{{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}}
	ap = MustNew(Config{Registration: registration.Config{Device: d}, Credentials: factory})
	if data, err = ap.StoreSecrets(fixture.Began); err != nil {
		t.Fatal(err)
	}
	if err := ap.Reset(fixture.Began, "another"); err != nil {
		t.Fatal(err)
	}
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	begin(t, ap, newStation(t, 2, registration.PushButton()), 2, wps.MessageM4)
	if err := ap.RestoreSecrets(fixture.Began, data); err != nil {
		t.Fatal(err)
	}
	if result, err := register(t, ap, fixture.Began, 2, registration.PushButton()); err != nil || result.Credentials[0].SSID != "factory" {
		t.Errorf("%v, given %v", err, result)
	}
}

// TestKnownDevices restarts an access point that has registered two devices, one of
// them twice.
func TestKnownDevices(t *testing.T) {
	ap := newAccessPoint(t)
	for _, mac := range []byte{2, 3, 2} {
		if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN)}); err != nil {
			t.Fatal(err)
		}
		if _, err := register(t, ap, fixture.Began, mac, registration.PIN(pin.MustParse(thePIN))); err != nil {
			t.Fatal(err)
		}
	}
	data, err := ap.StoreSecrets(fixture.Began)
	if err != nil {
		t.Fatal(err)
	}
	again := newAccessPoint(t)
	if err := again.RestoreSecrets(fixture.Began, data); err != nil {
		t.Fatal(err)
	}
	d := again.Devices()
	if len(d) != 2 || d[0].UUID != fixture.Device(2).UUID || d[0].Name != "Device 2" || d[1].MAC != fixture.Device(3).MAC || !slices.Equal(d, ap.Devices()) {
		t.Errorf("%+v", d)
	}
	again.ForgetDevice(d[0].UUID)
	if rest := again.Devices(); len(rest) != 1 || rest[0] != d[1] {
		t.Errorf("%+v", rest)
	}
	if err := again.RestoreSecrets(fixture.Began, []byte(strings.Replace(string(data), `"mac": "`, `"mac": "AAAA`, 1))); !errors.Is(err, ErrStored) {
		t.Errorf("an address of nine octets: %v", err)
	}
	if err := ap.Reset(fixture.Began, "factory"); err != nil {
		t.Fatal(err)
	}
	if left := ap.Devices(); len(left) != 0 || ap.Status(fixture.Began).Last != nil {
		t.Errorf("after a reset: %+v", left)
	}
	for i := range 100 {
		d := fixture.Device(byte(i))
		again.remember(&d)
	}
	if n := len(again.Devices()); n != maxKnown {
		t.Errorf("%d devices", n)
	}
}

// TestPINLifetime lets the access point's own PIN expire.
//
// hostap: test_ap_wps_random_ap_pin
func TestPINLifetime(t *testing.T) {
	ap := newAccessPoint(t)
	p, err := ap.GeneratePIN(fixture.Began, time.Minute)
	if err != nil || ap.PIN() != p || p.IsZero() {
		t.Fatal(p, err)
	}
	end := fixture.Began.Add(time.Minute)
	if got := ap.Deadline(); got != end {
		t.Errorf("deadline %v", got)
	}
	if _, err := external(t, ap, end.Add(-time.Second), p.Digits(), nil); err != nil {
		t.Errorf("in time: %v", err)
	}
	for _, at := range []time.Time{end, end.Add(time.Hour)} { // and Timeout was not called
		data, err := ap.StoreSecrets(at)
		if err != nil {
			t.Fatal(err)
		}
		again := newAccessPoint(t)
		if err := again.RestoreSecrets(at, data); err != nil || !again.PIN().IsZero() {
			t.Errorf("stored when its time was over: %v, it is there: %v", err, !again.PIN().IsZero())
		}
	}
	if _, err := external(t, ap, end, p.Digits(), nil); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("too late, before Timeout is called: %v", err)
	}
	ap.Timeout(end)
	if _, err := external(t, ap, end, p.Digits(), nil); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("too late: %v", err)
	}
	n := 0
	for _, e := range ap.Events() {
		if e.Kind == EventPINChanged {
			n++
		}
	}
	if n != 2 || !ap.PIN().IsZero() {
		t.Errorf("%d changes reported", n)
	}
}

// TestStatus reads the status like the owner's page.
func TestStatus(t *testing.T) {
	ap := newAccessPoint(t)
	now := fixture.Began
	if s := ap.Status(now); s.Waiting != WaitsForNobody || s.Last != nil || !s.HasPIN || s.State != wps.Configured {
		t.Errorf("at first: %+v", s)
	}
	if err := ap.EnterPIN(now, PINEntry{PIN: pin.MustParse(thePIN), Lifetime: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if s := ap.Status(now.Add(time.Second)); s.Waiting != WaitsForPIN || s.Remaining != 59*time.Second || s.PINs != 1 {
		t.Errorf("PIN: %+v", s)
	}
	if err := ap.PressButton(now); err != nil {
		t.Fatal(err)
	}
	if s := ap.Status(now.Add(time.Second)); s.Waiting != WaitsForButton || s.Remaining != wps.WalkTime-time.Second || s.Overlap {
		t.Errorf("button: %+v", s)
	}
	hear(ap, 2)
	hear(ap, 3)
	if s := ap.Status(now); !s.Overlap {
		t.Errorf("overlap: %+v", s)
	}
	if _, err := register(t, ap, now, 4, registration.PIN(fixture.PIN(t, thePIN))); err != nil {
		t.Fatal(err)
	}
	if s := ap.Status(now); s.Last == nil || s.Last.Kind != EventRegistered || s.Last.Station != fixture.Device(4).MAC || s.PINs != 0 {
		t.Errorf("registered: %+v", s)
	}
}

// TestRoutineEvents checks the events of an ordinary registration.
//
// hostap: test_ap_wps_from_event
func TestRoutineEvents(t *testing.T) {
	ap := newAccessPoint(t)
	d := fixture.Device(2)
	probe := &wps.ProbeRequest{RequestType: wps.RequestEnrolleeInfo, DevicePasswordID: wps.PasswordPushButton, UUIDE: d.UUID, DeviceName: "Printer"}
	ap.Probe(fixture.Began, d.MAC, probe)
	ap.Probe(fixture.Began.Add(time.Second), d.MAC, probe)
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	if _, err := register(t, ap, fixture.Began, 2, registration.PushButton()); err != nil {
		t.Fatal(err)
	}
	if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: pin.MustParse(thePIN)}); err != nil {
		t.Fatal(err)
	}
	ap.Cancel(fixture.Began)
	var got []EventKind
	events := ap.Events()
	for _, e := range events {
		got = append(got, e.Kind)
	}
	want := []EventKind{EventDeviceSeen, EventPressed, EventStarted, EventRegistered, EventPINEntered, EventCancelled, EventPINGone}
	if !slices.Equal(got, want) || events[0].Device.DeviceName != "Printer" || events[2].Station != d.MAC {
		t.Errorf("events %v, want %v", got, want)
	}
}

// TestPolicy checks for which networks WPS must be off.
//
// hostap: test_ap_wps_ignore_broadcast_ssid test_ap_wps_wep test_ap_wps_tkip
func TestPolicy(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*BSS)
		off    bool
	}{
		"ordinary": {func(*BSS) {}, false},
		"hidden":   {func(n *BSS) { n.Hidden = true }, true},
		"WEP":      {func(n *BSS) { n.Credential.AuthType, n.Credential.EncrType = wps.AuthOpen, wps.EncrWEP }, true},
		"TKIP":     {func(n *BSS) { n.Credential.AuthType, n.Credential.EncrType = wps.AuthWPAPersonal, wps.EncrTKIP }, true},
		"mixed":    {func(n *BSS) { n.Credential.AuthType, n.Credential.EncrType = wps.AuthMixed, wps.EncrMixed }, false},
		"WPA3":     {func(n *BSS) { n.WPA3Only = true }, true},
		"6 GHz":    {func(n *BSS) { n.Band6GHz = true }, true},
		"802.1X":   {func(n *BSS) { n.Credential.AuthType = wps.AuthWPA2Enterprise }, true},
		"open": {func(n *BSS) {
			n.Credential = wps.Credential{SSID: "x", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
		}, false},
	} {
		n := BSS{Credential: fixture.Network}
		tt.change(&n)
		if err := CheckPolicy(n); errors.Is(err, ErrPolicy) != tt.off || (err == nil) == tt.off {
			t.Errorf("%s: %v", name, err)
		}
	}
}
