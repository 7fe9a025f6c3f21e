package station

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// device is a station that enrolls.
func device() wps.Device {
	d := wps.DefaultDevice()
	d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber, d.DeviceName = "Works", "Printer", "1", "2", "The printer"
	d.PrimaryDeviceType = wps.NewDeviceType(3, 1)
	return d
}

func enrollConfig(password registration.Password) EnrollConfig {
	return EnrollConfig{Enrollee: registration.EnrolleeConfig{Config: registration.Config{Device: device()}, Password: password}}
}

func devicePIN(digits string) registration.Password { return registration.PIN(pin.MustParse(digits)) }

// steps records events as text: what was found and is to be tried, what is
// being tried, what failed.
type steps struct{ strings.Builder }

func (s *steps) notify(e Event) {
	switch e.Kind {
	case EventScanned:
		fmt.Fprintf(s, "%v:", e.Kind)
		for _, i := range e.Choice.Order {
			fmt.Fprintf(s, " %d", e.Found[i].BSSID[5])
		}
		if e.Err != nil {
			s.WriteString(" nobody")
		}
		s.WriteString("; ")
	case EventTrying:
		fmt.Fprintf(s, "%v %d; ", e.Kind, e.AP.BSSID[5])
	case EventWaiting:
		var refused *registration.Error
		if errors.As(e.Err, &refused) {
			fmt.Fprintf(s, "%v %v of %v; ", e.Kind, refused.ConfigError, e.Registrar.ModelName)
		}
	case EventFailed:
		fmt.Fprintf(s, "%v; ", e.Kind)
	}
}

// enterPIN makes an access point wait for a PIN from any device, or from one.
func (point *airAP) enterPIN(t *testing.T, digits string) {
	t.Helper()
	if err := point.EnterPIN(time.Now(), ap.PINEntry{PIN: pin.MustParse(digits), Lifetime: 5 * time.Minute}); err != nil {
		t.Error(err)
	}
}

func (point *airAP) press(t *testing.T) {
	t.Helper()
	if err := point.PressButton(time.Now()); err != nil {
		t.Error(err)
	}
}

// hostap: test_ap_wps_pbc_overlap_2ap_specific_bssid test_ap_wps_iteration
func TestEnroll(t *testing.T) {
	const wrong = "00000000"
	for _, tt := range []struct {
		name   string
		around func(t *testing.T, a *air)
		cfg    func() EnrollConfig
		steps  string
		err    error
		point  byte // the access point that gave the network
		took   time.Duration
		cause  doctor.Cause
	}{
		{name: "button",
			around: func(t *testing.T, a *air) { a.newAP(1, "home").press(t) },
			cfg:    func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			steps:  "scanned: 1; trying 1; ", point: 1, took: scanTime, cause: doctor.Success},
		{name: "PIN, version 1.0",
			around: func(t *testing.T, a *air) { a.newAP(1, "home").enterPIN(t, airPIN) },
			cfg: func() EnrollConfig {
				cfg := enrollConfig(devicePIN(airPIN))
				cfg.Enrollee.Version10 = true
				return cfg
			},
			steps: "scanned: 1; trying 1; ", point: 1, took: scanTime, cause: doctor.Success},
		{name: "the button of another, named by address",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.newAP(2, "neighbour").press(t)
			},
			cfg: func() EnrollConfig {
				cfg := enrollConfig(registration.PushButton())
				cfg.BSSID = wps.MAC{2, 0, 0, 0, 1, 1}
				return cfg
			},
			steps: "scanned: 1; trying 1; ", point: 1, took: scanTime, cause: doctor.Success},
		{name: "the button of another, named by network",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.newAP(2, "neighbour").press(t)
			},
			cfg: func() EnrollConfig {
				cfg := enrollConfig(registration.PushButton())
				cfg.SSID = "neighbour"
				return cfg
			},
			steps: "scanned: 2; trying 2; ", point: 2, took: scanTime, cause: doctor.Success},
		{name: "overlap",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.newAP(2, "neighbour").press(t)
			},
			cfg:   func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			steps: "scanned: nobody; ", err: selection.ErrOverlap, took: scanTime, cause: doctor.Overlap},
		{name: "pressed late",
			around: func(t *testing.T, a *air) {
				point := a.newAP(1, "home")
				a.after(5*time.Second, func() { point.press(t) })
			},
			cfg:   func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			steps: "scanned: nobody; scanned: 1; trying 1; ", point: 1, took: 2*scanTime + rescanPause, cause: doctor.Success},
		{name: "never pressed",
			around: func(t *testing.T, a *air) { a.newAP(1, "home") },
			cfg: func() EnrollConfig {
				cfg := enrollConfig(registration.PushButton())
				cfg.WalkTime = 10 * time.Second
				return cfg
			},
			steps: "scanned: nobody; scanned: nobody; ", err: ErrWalkTime, took: 10 * time.Second, cause: doctor.NoSelectedRegistrar},
		{name: "no WPS",
			around: func(t *testing.T, a *air) { a.newAP(1, "home").noWPS = true },
			cfg: func() EnrollConfig {
				cfg := enrollConfig(devicePIN(airPIN))
				cfg.WalkTime = 5 * time.Second
				return cfg
			},
			steps: "scanned: nobody; ", err: selection.ErrNoAccessPoint, took: 5 * time.Second, cause: doctor.WPSDisabled},
		{name: "wrong PIN",
			around: func(t *testing.T, a *air) { a.newAP(1, "home").enterPIN(t, airPIN) },
			cfg:    func() EnrollConfig { return enrollConfig(devicePIN(wrong)) },
			steps:  "scanned: 1; trying 1; failed; scanned: nobody; ", err: registration.ErrPassword,
			took: 2*scanTime + rescanPause, cause: doctor.PINFirstHalf},
		{name: "wrong PIN, named by address",
			around: func(t *testing.T, a *air) { a.newAP(1, "home").enterPIN(t, airPIN) },
			cfg: func() EnrollConfig {
				cfg := enrollConfig(devicePIN(wrong))
				cfg.BSSID = wps.MAC{2, 0, 0, 0, 1, 1}
				return cfg
			},
			steps: "scanned: 1; trying 1; failed; ", err: registration.ErrPassword, took: scanTime, cause: doctor.PINFirstHalf},
		{name: "the next one has the right PIN",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "neighbour").enterPIN(t, wrong)
				a.newAP(2, "home").enterPIN(t, airPIN)
				a.aps[1].signal = -70
			},
			cfg:   func() EnrollConfig { return enrollConfig(devicePIN(airPIN)) },
			steps: "scanned: 1 2; trying 1; failed; trying 2; ", point: 2, took: scanTime, cause: doctor.Success},
		// hostap: test_ap_wps_iteration_error
		{name: "the first one is silent",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "neighbour").silent = true
				a.aps[0].enterPIN(t, airPIN)
				a.newAP(2, "home").enterPIN(t, airPIN)
				a.aps[1].signal = -70
			},
			cfg:   func() EnrollConfig { return enrollConfig(devicePIN(airPIN)) },
			steps: "scanned: 1 2; trying 1; failed; trying 2; ", point: 2, took: scanTime + eapwsc.PeerTimeout, cause: doctor.Success},
		{name: "PIN entered late",
			around: func(t *testing.T, a *air) {
				point := a.newAP(1, "home")
				a.after(14*time.Second, func() { point.enterPIN(t, airPIN) })
			},
			cfg:   func() EnrollConfig { return enrollConfig(devicePIN(airPIN)) },
			steps: "scanned: nobody; scanned: nobody; scanned: 1; trying 1; waiting no error of Router; failed; scanned: 1; trying 1; ",
			point: 1, took: 4*scanTime + 3*rescanPause, cause: doctor.Success},
		{name: "sent away in the middle, once",
			around: func(t *testing.T, a *air) {
				point := a.newAP(1, "home")
				point.enterPIN(t, airPIN)
				point.leaves = wps.MessageM3
			},
			cfg:   func() EnrollConfig { return enrollConfig(devicePIN(airPIN)) },
			steps: "scanned: 1; trying 1; failed; scanned: 1; trying 1; ",
			point: 1, took: 2*scanTime + rescanPause + lostGrace, cause: doctor.Success},
		{name: "silent until the walk time ends",
			around: func(t *testing.T, a *air) {
				point := a.newAP(1, "home")
				point.press(t)
				point.silent = true
			},
			cfg: func() EnrollConfig {
				cfg := enrollConfig(registration.PushButton())
				cfg.WalkTime = 20 * time.Second
				return cfg
			},
			steps: "scanned: 1; trying 1; failed; ", err: ErrWalkTime, took: 20 * time.Second, cause: doctor.NoIdentityRequest},
		{name: "association refused",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.assocErr = &AssociationError{BSSID: a.aps[0].bssid, Status: 1}
			},
			cfg: func() EnrollConfig {
				cfg := enrollConfig(registration.PushButton())
				cfg.WalkTime = 5 * time.Second
				return cfg
			},
			steps: "scanned: 1; trying 1; failed; ", err: ErrAssociation, took: 5 * time.Second, cause: doctor.AssociationRefused},
		{name: "held",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.assocErr = &HeldError{Interface: "wlan0", Program: "iwd", PID: 7, Release: "it"}
			},
			cfg:   func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			steps: "scanned: 1; trying 1; failed; ", err: ErrHeld, took: scanTime, cause: doctor.Unknown},
		{name: "a scan that is aborted",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.scanErr = &Error{Class: ErrScan}
				a.after(scanTime+rescanPause, func() { a.scanErr = nil })
			},
			cfg:   func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			steps: "scanned: 1; trying 1; ", point: 1, took: 2*scanTime + rescanPause, cause: doctor.Success},
		{name: "not permitted to scan",
			around: func(t *testing.T, a *air) { a.scanErr = &Error{Class: ErrPermission} },
			cfg:    func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			err:    ErrPermission, took: scanTime, cause: doctor.Unknown},
		{name: "no password",
			around: func(*testing.T, *air) {},
			cfg:    func() EnrollConfig { return EnrollConfig{} },
			err:    registration.ErrConfig, cause: doctor.Unknown},
		{name: "the interface is switched off in mid-run",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.assocErr = &LostError{Reason: 3}
				a.off = &Error{Interface: "wlan0", Op: "use", Class: ErrDown}
			},
			cfg:   func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			steps: "scanned: 1; trying 1; failed; ", err: ErrDown, took: scanTime, cause: doctor.Unknown},
		{name: "the interface is held, before anybody is asked to press",
			around: func(t *testing.T, a *air) {
				a.newAP(1, "home").press(t)
				a.unusable = &HeldError{Interface: "wlan0", Program: "iwd"}
			},
			cfg: func() EnrollConfig { return enrollConfig(registration.PushButton()) },
			err: ErrHeld, cause: doctor.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &air{t: t}
				tt.around(t, a)
				s := &Station{"wlan0", ownMAC, wps.Band24GHz | wps.Band5GHz, a}
				cfg := tt.cfg()
				var log steps
				cfg.Notify, cfg.Record = log.notify, new(doctor.Recorder)
				began := time.Now()
				e, err := s.Enroll(t.Context(), cfg)
				if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
					t.Fatalf("got %v, want %v", err, tt.err)
				}
				if log.String() != tt.steps {
					t.Errorf("got  %s\nwant %s", &log, tt.steps)
				}
				if took := time.Since(began); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if d := doctor.Diagnose(cfg.Record.Evidence()); d.Cause != tt.cause {
					t.Errorf("the doctor says %s: %s", d.Cause, d.Engineer)
				}
				if err == nil && (e.AP.BSSID[5] != tt.point || e.Networks[0].Credential.SSID != e.AP.SSID || e.Networks[0].Heard == nil || string(e.Networks[0].Credential.NetworkKey) != "a passphrase") {
					t.Errorf("%v gave %v", e.AP.BSSID, e.Networks)
				}
				for _, request := range a.requests {
					if request.UUIDE != wps.UUIDFromMAC(ownMAC) || request.DevicePasswordID != cfg.Enrollee.Password.ID || request.RFBands != wps.Band24GHz|wps.Band5GHz || request.WFA.RequestToEnroll == cfg.Enrollee.Version10 {
						t.Errorf("asked with %+v", request)
					}
				}
			})
		})
	}
}

// TestEnrollSettings enrolls with different settings.
//
// hostap: test_ap_wps_passive_scan test_ap_wps_random_uuid
// test_ap_wps_pbc_mac_addr_change
func TestEnrollSettings(t *testing.T) {
	userPIN := func(text string) registration.Password {
		p, err := pin.ParseAnyChecksum(text)
		if err != nil {
			t.Fatal(err)
		}
		password := registration.PIN(p)
		password.ID = wps.PasswordUserSpecified
		return password
	}
	accept := func(point *airAP, text string) {
		p, err := pin.ParseAnyChecksum(text)
		if err == nil {
			err = point.EnterPIN(time.Now(), ap.PINEntry{PIN: p, Lifetime: time.Minute})
		}
		if err != nil {
			t.Error(err)
		}
	}
	random, err := wps.RandomUUID(nil)
	if err != nil {
		t.Fatal(err)
	}
	other := wps.MAC{2, 0, 0, 0, 0, 0x77}
	for _, tt := range []struct {
		name     string
		password registration.Password
		around   func(a *air, point *airAP)
		set      func(cfg *EnrollConfig)
		check    func(t *testing.T, a *air, peer *wps.Device)
	}{
		{"user-specified PIN with a wrong check digit", userPIN("12345678"),
			func(_ *air, point *airAP) { accept(point, "12345678") }, nil,
			func(t *testing.T, a *air, _ *wps.Device) {
				if id := a.requests[0].DevicePasswordID; id != wps.PasswordUserSpecified {
					t.Errorf("asked with %v", id)
				}
			}},
		{"user-specified PIN of 4 digits", userPIN("1234"), func(_ *air, point *airAP) { accept(point, "1234") }, nil, nil},
		{"passive", registration.PushButton(), func(_ *air, point *airAP) { point.press(t) },
			func(cfg *EnrollConfig) { cfg.Passive = true },
			func(t *testing.T, a *air, _ *wps.Device) {
				if len(a.requests) != 0 || a.passive == 0 {
					t.Errorf("sent %d requests", len(a.requests))
				}
			}},
		{"leaves a network", registration.PushButton(), func(_ *air, point *airAP) { point.press(t) },
			func(cfg *EnrollConfig) { cfg.Leave = true },
			func(t *testing.T, a *air, _ *wps.Device) {
				if !a.left {
					t.Error("stayed")
				}
			}},
		{"leaves no network unless asked to", registration.PushButton(), func(_ *air, point *airAP) { point.press(t) }, nil,
			func(t *testing.T, a *air, peer *wps.Device) {
				if a.left || peer.UUID != wps.UUIDFromMAC(ownMAC) {
					t.Errorf("left %t, UUID %v", a.left, peer.UUID)
				}
			}},
		{"random UUID", registration.PushButton(), func(_ *air, point *airAP) { point.press(t) },
			func(cfg *EnrollConfig) { cfg.Enrollee.Device.UUID = random },
			func(t *testing.T, _ *air, peer *wps.Device) {
				if peer.UUID != random {
					t.Errorf("UUID %v", peer.UUID)
				}
			}},
		// The access point accepts the UUID that pressed, from any address.
		{"another address after the press", registration.PushButton(),
			func(a *air, point *airAP) {
				point.press(t)
				a.afterScan = func() { a.mac = other }
			}, nil,
			func(t *testing.T, _ *air, peer *wps.Device) {
				if peer.MAC != other || peer.UUID != wps.UUIDFromMAC(ownMAC) {
					t.Errorf("enrolled as %v, %v", peer.MAC, peer.UUID)
				}
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &air{t: t}
				point := a.newAP(1, "home")
				tt.around(a, point)
				cfg := enrollConfig(tt.password)
				if tt.set != nil {
					tt.set(&cfg)
				}
				if _, err := (&Station{"wlan0", ownMAC, 0, a}).Enroll(t.Context(), cfg); err != nil {
					t.Fatal(err)
				}
				if tt.check != nil {
					tt.check(t, a, point.registered)
				}
			})
		})
	}
}

// TestEnrollCancelled ends the context in a scan, in a pause and in an
// exchange.
func TestEnrollCancelled(t *testing.T) {
	for _, after := range []time.Duration{time.Second, scanTime + rescanPause/2, 2*scanTime + rescanPause + time.Second} {
		synctest.Test(t, func(t *testing.T) {
			a := &air{t: t}
			point := a.newAP(1, "home")
			point.silent = true
			a.after(scanTime+time.Millisecond, func() { point.press(t) })
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			s := &Station{"wlan0", ownMAC, wps.Band24GHz | wps.Band5GHz, a}
			if _, err := s.Enroll(ctx, enrollConfig(registration.PushButton())); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrWalkTime) {
				t.Errorf("after %v: %v", after, err)
			}
			if err := s.Close(); err != nil || !a.closed {
				t.Error(err)
			}
		})
	}
}

// TestCountdown counts the seconds of the walk time.
func TestCountdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{t: t}
		a.newAP(1, "home")
		var seconds []string
		cfg := enrollConfig(registration.PushButton())
		cfg.WalkTime = 4500 * time.Millisecond
		cfg.Countdown = func(left time.Duration) { seconds = append(seconds, left.String()) }
		if _, err := (&Station{"wlan0", ownMAC, 0, a}).Enroll(t.Context(), cfg); !errors.Is(err, ErrWalkTime) {
			t.Error(err)
		}
		if got, want := strings.Join(seconds, " "), "5s 4s 3s 2s 1s"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestNewCandidates chooses among several credentials.
//
// hostap: test_ap_wps_mixed_cred test_ap_wps_conf_stub_cred
func TestNewCandidates(t *testing.T) {
	wpa2 := wps.Credential{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("a passphrase")}
	wpa := wpa2
	wpa.AuthType, wpa.EncrType = wps.AuthWPAPersonal, wps.EncrTKIP
	guest := wpa2
	guest.SSID = "guest"
	wep := wps.Credential{SSID: "old", AuthType: wps.AuthShared, EncrType: wps.EncrWEP, NetworkKey: wps.NetworkKey("12345")}
	for _, tt := range []struct {
		name     string
		received []wps.Credential
		heard    []wps.SSID // the access points in range
		want     string
		err      error
	}{
		{"one", []wps.Credential{wpa2}, nil, "home WPA2-Personal AES, not heard; ", nil},
		{"one that is here", []wps.Credential{wpa2}, []wps.SSID{"home"}, "home WPA2-Personal AES; ", nil},
		{"of one network for WPA and WPA2", []wps.Credential{wpa, wpa2}, nil, "home WPA2-Personal AES, not heard; ", nil},
		{"the second", []wps.Credential{wep, wpa2}, nil, "home WPA2-Personal AES, not heard; ", nil},
		{"of two networks, the one that is here first", []wps.Credential{wpa2, guest}, []wps.SSID{"else", "guest"},
			"guest WPA2-Personal AES; home WPA2-Personal AES, not heard; ", nil},
		{"two networks", []wps.Credential{guest, wpa2}, []wps.SSID{"home", "guest"}, "guest WPA2-Personal AES; home WPA2-Personal AES; ", nil},
		{"none", []wps.Credential{wep, wpa}, nil, "", wps.ErrWEP},
	} {
		var found []ScanResult
		for _, ssid := range tt.heard {
			var point ScanResult
			point.SSID = ssid
			found = append(found, point)
		}
		networks, err := KnownNetworks(tt.received, found)
		var got strings.Builder
		for _, n := range networks {
			fmt.Fprintf(&got, "%v %v %v", n.Credential.SSID, n.Credential.AuthType, n.Credential.EncrType)
			if n.Heard == nil {
				got.WriteString(", not heard")
			}
			got.WriteString("; ")
		}
		if got.String() != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %s, %v", tt.name, &got, err)
		}
	}
	// Of several access points the strongest represents the network.
	weak, strong := ScanResult{Signal: -80}, ScanResult{Signal: -50}
	weak.SSID, strong.SSID, strong.H2EOnly = "home", "home", true
	for _, found := range [][]ScanResult{{weak, strong}, {strong, weak}} {
		if n, err := KnownNetworks([]wps.Credential{wpa2}, found); err != nil || !n[0].Heard.H2EOnly {
			t.Errorf("%+v, %v", n, err)
		}
	}
}

// TestRunRegistrar reads the settings of an access point with its PIN.
func TestRunRegistrar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{t: t}
		a.newAP(1, "home")
		s := &Station{"wlan0", ownMAC, wps.Band24GHz | wps.Band5GHz, a}
		found, err := s.Scan(t.Context(), ScanConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.requests) != 0 {
			t.Error("a WPS element was sent that nobody wanted")
		}
		d := device()
		d.UUID = wps.UUIDFromMAC(ownMAC)
		machine, err := registration.NewRegistrar(registration.RegistrarConfig{
			Config: registration.Config{Device: d}, Password: devicePIN(airPIN), AP: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		var record doctor.Recorder
		result, err := s.Run(t.Context(), &found[0], RunConfig{Machine: machine, Record: &record})
		if err != nil || !result.SettingsRead || result.AP.SSID != "home" {
			t.Errorf("%v, %v", result, err)
		}
		if d := doctor.Diagnose(record.Evidence()); d.Cause != doctor.SettingsRead {
			t.Errorf("the doctor says %s: %s", d.Cause, d.Engineer)
		}
	})
}

func TestEventKind(t *testing.T) {
	if got := fmt.Sprint(EventTrying, EventKind(9)); got != "trying EventKind(9)" {
		t.Error(got)
	}
}
