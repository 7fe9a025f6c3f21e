package ap

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// register runs one registration at an access point.
func register(t *testing.T, ap *AccessPoint, now time.Time, mac byte, password registration.Password) (*registration.Result, error) {
	t.Helper()
	p := newStation(t, mac, password)
	err, _ := (&air{now: now}).run(t, p, session(t, ap, mac))
	return p.Result(), err
}

// external runs an external registrar at an access point.
func external(t *testing.T, ap *AccessPoint, now time.Time, pin string, settings *wps.Credential) (*registration.Result, error) {
	t.Helper()
	r, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: fixture.Device(9), Faulty: true}, Password: registration.PIN(fixture.PIN(t, pin)), AP: true, NewSettings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	p := newPeer(t, r, 0)
	failed, _ := (&air{now: now}).run(t, p, session(t, ap, 9))
	return p.Result(), failed
}

// hostap: test_ap_wps_conf_pin
func TestAccessPointPIN(t *testing.T) {
	ap := newAccessPoint(t)
	if _, err := register(t, ap, fixture.Began, 2, registration.PIN(fixture.PIN(t, "24681353"))); !errors.Is(err, registration.ErrNoRegistrar) {
		t.Errorf("without a PIN: %v", err)
	}
	if got := kinds(ap.Events()); !slices.Equal(got, []EventKind{EventPINNeeded, EventFailed}) {
		t.Errorf("without a PIN: %v", got)
	}

	if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
		t.Fatal(err)
	}
	if b := ap.Beacon(fixture.Began); !b.SelectedRegistrar || b.DevicePasswordID != wps.PasswordDefault {
		t.Errorf("a PIN was entered; the beacon says %v, %v", b.SelectedRegistrar, b.DevicePasswordID)
	}
	result, err := register(t, ap, fixture.Began, 2, registration.PIN(fixture.PIN(t, "24681353")))
	if err != nil || len(result.Credentials) != 1 || result.Credentials[0].SSID != fixture.Network.SSID || result.Credentials[0].MAC != fixture.Device(2).MAC {
		t.Fatalf("the right PIN: %v, %v", result, err)
	}
	if got := kinds(ap.Events()); !slices.Equal(got, []EventKind{EventPINGone, EventRegistered}) {
		t.Errorf("the right PIN: %v", got)
	}
	if b := ap.Beacon(fixture.Began); b.SelectedRegistrar {
		t.Error("registered, and the beacon still selects a registrar")
	}
	if _, err := register(t, ap, fixture.Began, 2, registration.PIN(fixture.PIN(t, "24681353"))); !errors.Is(err, registration.ErrNoRegistrar) {
		t.Errorf("the PIN a second time: %v", err)
	}
}

func TestAccessPointWrongPIN(t *testing.T) {
	for name, c := range map[string]struct {
		pin   string
		half  int
		state PINState
	}{
		"first half":  {"99995676", 1, PINKept},
		"second half": {"24689991", 2, PINRevealed},
	} {
		t.Run(name, func(t *testing.T) {
			ap := newAccessPoint(t)
			if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
				t.Fatal(err)
			}
			_, err := register(t, ap, fixture.Began, 2, registration.PIN(fixture.PIN(t, c.pin)))
			var failed *registration.Error
			if !errors.As(err, &failed) || !errors.Is(err, registration.ErrPassword) || failed.Half != c.half || failed.DetectedBy != registration.RoleEnrollee {
				t.Fatalf("%v", err)
			}
			var state PINState
			for _, e := range ap.Events() {
				if e.Kind == EventPINGone {
					state = e.PIN
				}
				if e.Kind == EventFailed && (!errors.As(e.Err, &failed) || failed.Half != c.half || failed.DetectedBy != registration.RoleEnrollee || e.Role != registration.RoleRegistrar) {
					t.Errorf("the access point says: %v", e.Err)
				}
			}
			if state != c.state {
				t.Errorf("the PIN is %v, want %v", state, c.state)
			}
			if waits := ap.Beacon(fixture.Began).SelectedRegistrar; waits != (c.state == PINKept) {
				t.Errorf("the PIN is %v, and the beacon says that a registrar waits: %v", state, waits)
			}
		})
	}
}

func TestAccessPointPushButton(t *testing.T) {
	ap := newAccessPoint(t)
	if _, err := register(t, ap, fixture.Began, 2, registration.PushButton()); !errors.Is(err, registration.ErrNoRegistrar) {
		t.Errorf("not pressed: %v", err)
	}
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	if b := ap.Beacon(fixture.Began); !b.SelectedRegistrar || b.DevicePasswordID != wps.PasswordPushButton || !slices.Equal(b.WFA.AuthorizedMACs, []wps.MAC{wps.Broadcast}) {
		t.Errorf("pressed; the beacon is %+v", b)
	}
	if result, err := register(t, ap, fixture.Began, 2, registration.PushButton()); err != nil || len(result.Credentials) != 1 {
		t.Errorf("pressed: %v", err)
	}
	if _, err := register(t, ap, fixture.Began, 3, registration.PushButton()); !errors.Is(err, registration.ErrNoRegistrar) {
		t.Errorf("a second device after one press: %v", err)
	}
}

func TestAccessPointOverlap(t *testing.T) {
	ap := newAccessPoint(t)
	probe := func(mac byte) {
		ap.Probe(fixture.Began, fixture.Device(mac).MAC, &wps.ProbeRequest{DevicePasswordID: wps.PasswordPushButton, UUIDE: fixture.Device(mac).UUID})
	}
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	probe(2)
	probe(3)
	if _, err := register(t, ap, fixture.Began, 2, registration.PushButton()); !errors.Is(err, registration.ErrOverlap) {
		t.Errorf("two devices press: %v", err)
	}
	if err := ap.PressButton(fixture.Began); !errors.Is(err, ErrOverlap) {
		t.Errorf("pressed while two devices press: %v", err)
	}
	later := fixture.Began.Add(wps.MonitorTime)
	if err := ap.PressButton(later); err != nil {
		t.Errorf("pressed two minutes later: %v", err)
	}
}

// TestAccessPointOverlapMidway has a second device press its button while the
// first is at M5: the first is refused with error 12.
func TestAccessPointOverlapMidway(t *testing.T) {
	ap := newAccessPoint(t)
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	p := newStation(t, 2, registration.PushButton())
	a := &air{now: fixture.Began, lose: func(n int) bool {
		if n == 8 {
			ap.Probe(fixture.Began, fixture.Device(3).MAC, &wps.ProbeRequest{DevicePasswordID: wps.PasswordPushButton, UUIDE: fixture.Device(3).UUID})
		}
		return false
	}}
	if peerErr, serverErr := a.run(t, p, session(t, ap, 2)); !errors.Is(peerErr, registration.ErrOverlap) || !errors.Is(serverErr, registration.ErrOverlap) {
		t.Errorf("station %v, access point %v", peerErr, serverErr)
	}
}

// hostap: test_ap_wps_reg_config_tkip test_ap_wps_setup_locked_2
func TestAccessPointExternalRegistrar(t *testing.T) {
	ap := newAccessPoint(t)
	result, err := external(t, ap, fixture.Began, "12345670", nil)
	if err != nil || !result.SettingsRead || result.AP.SSID != fixture.Network.SSID || string(result.AP.NetworkKey) != string(fixture.Network.NetworkKey) {
		t.Fatalf("reading: %v, %v", result, err)
	}
	events := ap.Events()
	if got := kinds(events); !slices.Equal(got, []EventKind{EventSettingsRead}) || events[0].Role != registration.RoleEnrollee {
		t.Errorf("reading: %v", events)
	}
	settings := wps.Credential{SSID: "new", AuthType: wps.AuthWPAPersonal, EncrType: wps.EncrTKIP, NetworkKey: []byte("another key")}
	if _, err := external(t, ap, fixture.Began, "12345670", &settings); err != nil {
		t.Fatalf("writing: %v", err)
	}
	got := ap.Settings()
	if got.SSID != "new" || got.AuthType != wps.AuthMixed || got.EncrType != wps.EncrMixed {
		t.Errorf("written: %v", got)
	}
	ap.SetLock(fixture.Began, ReadOnly)
	if _, err := external(t, ap, fixture.Began, "12345670", &settings); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("writing where only reading is allowed: %v", err)
	}
	wep := wps.Credential{SSID: "old", AuthType: wps.AuthShared, EncrType: wps.EncrWEP, NetworkKey: []byte("12345")}
	ap.SetLock(fixture.Began, Unlocked)
	if _, err := external(t, ap, fixture.Began, "12345670", &wep); err == nil {
		t.Error("WEP was accepted")
	}
}

// TestAccessPointLockout tries three wrong PINs and then the right one.
//
// hostap: test_ap_wps_setup_locked
func TestAccessPointLockout(t *testing.T) {
	ap := newAccessPoint(t)
	for range 3 {
		if _, err := external(t, ap, fixture.Began, "99995676", nil); !errors.Is(err, registration.ErrPassword) {
			t.Fatalf("wrong PIN: %v", err)
		}
	}
	if !ap.Beacon(fixture.Began).APSetupLocked {
		t.Error("three wrong PINs, and the beacon does not say so")
	}
	if _, err := external(t, ap, fixture.Began, "12345670", nil); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("the right PIN while locked: %v", err)
	}
	ap.Timeout(fixture.Began.Add(time.Minute))
	if _, err := external(t, ap, fixture.Began.Add(time.Minute), "12345670", nil); err != nil {
		t.Errorf("the right PIN a minute later: %v", err)
	}
	var seen []EventKind
	for _, k := range kinds(ap.Events()) {
		if k == EventLocked || k == EventUnlocked || k == EventSettingsRead {
			seen = append(seen, k)
		}
	}
	if !slices.Equal(seen, []EventKind{EventLocked, EventUnlocked, EventSettingsRead}) {
		t.Errorf("events %v", seen)
	}
	ap.SetPIN(fixture.Began, fixture.PIN(t, "1234"))
	if _, err := external(t, ap, fixture.Began, "1234", nil); err != nil {
		t.Errorf("a new PIN of four digits: %v", err)
	}
}

// TestAccessPointParallelGuesses has many registrars begin before the first of
// them guesses, and disappear after the answer: only three learn something.
func TestAccessPointParallelGuesses(t *testing.T) {
	ap := newAccessPoint(t)
	type run struct {
		p    *eapwsc.Peer
		s    *Session
		said []byte
	}
	runs := make([]run, 10)
	exchange := func(r *run) {
		said, err := r.p.Handle(fixture.Began, r.said)
		if err != nil {
			t.Fatal(err)
		}
		step, _ := r.s.Handle(fixture.Began, said.Send)
		r.said = step.Send
	}
	for i := range runs {
		m, err := registration.NewRegistrar(registration.RegistrarConfig{
			Config: registration.Config{Device: fixture.Device(byte(10 + i))}, Password: registration.PIN(fixture.PIN(t, "99995676")), AP: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		r := run{p: newPeer(t, m, 0), s: session(t, ap, byte(10+i))}
		r.p.Start(fixture.Began)
		r.said = r.s.Start(fixture.Began).Send
		exchange(&r) // identity
		exchange(&r) // M1, M2
		runs[i] = r
	}
	guesses, refusals := 0, 0
	for i := range runs {
		for !runs[i].s.external.enrollee.Ended() {
			exchange(&runs[i])
		}
		switch err := runs[i].s.external.enrollee.Err(); {
		case errors.Is(err, registration.ErrPassword):
			guesses++
		case errors.Is(err, registration.ErrLocked):
			refusals++
		}
	}
	if guesses != 3 || refusals != 7 || !ap.Beacon(fixture.Began).APSetupLocked {
		t.Errorf("%d guesses answered, %d refused", guesses, refusals)
	}
}

// TestAccessPointPINGoneOnce replaces a PIN while a run uses it: its removal is
// reported once. If it is replaced by the same PIN, the run also uses up the
// new entry.
func TestAccessPointPINGoneOnce(t *testing.T) {
	for _, row := range []struct {
		again string
		want  []EventKind
	}{
		{"13572464", []EventKind{EventPINGone, EventRegistered}},
		{"24681353", []EventKind{EventPINGone, EventPINGone, EventRegistered}},
	} {
		ap := newAccessPoint(t)
		uuid := fixture.Device(2).UUID
		entry := PINEntry{PIN: fixture.PIN(t, "24681353"), UUID: &uuid}
		if err := ap.EnterPIN(fixture.Began, entry); err != nil {
			t.Fatal(err)
		}
		a := &air{now: fixture.Began, lose: func(n int) bool {
			if n == 8 {
				if err := ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, row.again), UUID: &uuid}); err != nil {
					t.Error(err)
				}
			}
			return false
		}}
		a.run(t, newStation(t, 2, registration.PIN(entry.PIN)), session(t, ap, 2))
		if got := kinds(ap.Events()); !slices.Equal(got, row.want) {
			t.Errorf("%s entered: events %v", row.again, got)
		}
	}
}

// TestAccessPointUnconfigured has the first enrollee configure the access
// point.
//
// hostap: test_ap_wps_init
func TestAccessPointUnconfigured(t *testing.T) {
	d := fixture.Device(1)
	d.State = wps.NotConfigured
	ap := MustNew(Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}}})
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	result, err := register(t, ap, fixture.Began, 2, registration.PushButton())
	if err != nil {
		t.Fatal(err)
	}
	got, now := result.Credentials[0], ap.Settings()
	if got.Usable() != nil || got.AuthType != wps.AuthWPA2Personal || string(got.NetworkKey) != string(now.NetworkKey) || ap.State() != wps.Configured {
		t.Errorf("given %v, is %v", got, now)
	}
}

// TestSessionCloseAfterNACK has the station disappear after it was refused: the
// run counts all the same.
func TestSessionCloseAfterNACK(t *testing.T) {
	ap := newAccessPoint(t)
	if err := ap.PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	p, s := newStation(t, 2, registration.PushButton()), session(t, ap, 2)
	p.Start(fixture.Began)
	step := s.Start(fixture.Began)
	for s.registrar == nil || !s.registrar.Ended() {
		said, err := p.Handle(fixture.Began, step.Send)
		if err != nil {
			t.Fatal(err)
		}
		if s.registrar != nil && s.registrar.State() == registration.SentM4 {
			ap.Probe(fixture.Began, fixture.Device(3).MAC, &wps.ProbeRequest{DevicePasswordID: wps.PasswordPushButton, UUIDE: fixture.Device(3).UUID})
		}
		if step, err = s.Handle(fixture.Began, said.Send); step.Send == nil {
			t.Fatal(err)
		}
	}
	ap.Events()
	s.Close(fixture.Began, nil)
	s.Close(fixture.Began, nil)
	if got := kinds(ap.Events()); !slices.Equal(got, []EventKind{EventFailed}) {
		t.Errorf("events %v", got)
	}
}

// failingRandom returns some octets, and then fails.
type failingRandom struct{ left int }

var errNoRandom = errors.New("no randomness")

func (r *failingRandom) Read(b []byte) (int, error) {
	if r.left -= len(b); r.left < 0 {
		return 0, errNoRandom
	}
	for i := range b {
		b[i] = byte(r.left + i)
	}
	return len(b), nil
}

// TestAccessPointUnconfiguredNoRandom has the random source fail at every point
// while the settings of the new network are generated: the access point gives
// no settings, and stays unconfigured.
//
// hostap: test_ap_wps_random_psk_fail
func TestAccessPointUnconfiguredNoRandom(t *testing.T) {
	failed := 0
	for octets := 0; ; octets += 8 {
		d := fixture.Device(1)
		d.State = wps.NotConfigured
		ap := MustNew(Config{
			Registration: registration.Config{Device: d, Rand: &failingRandom{octets}},
			Credentials:  []wps.Credential{{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}},
		})
		if err := ap.PressButton(fixture.Began); err != nil {
			t.Fatal(err)
		}
		result, err := register(t, ap, fixture.Began, 2, registration.PushButton())
		if err == nil {
			if failed == 0 || len(result.Credentials) != 1 || result.Credentials[0].Usable() != nil || ap.State() != wps.Configured {
				t.Errorf("after %d failures: %+v", failed, result)
			}
			return
		}
		failed++
		if ap.State() != wps.NotConfigured || ap.Settings().SSID != "factory" || octets > 4096 {
			t.Fatalf("with %d octets: %v, %+v", octets, ap.State(), ap.Settings())
		}
	}
}
