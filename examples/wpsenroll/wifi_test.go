package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// air is a Wi-Fi interface with prepared results.
type air struct {
	found    []station.ScanResult
	scanErr  error
	result   *registration.Result
	err      error
	events   []station.Event // reported by the enrollment
	joinErr  error
	enrolled *station.EnrollConfig
	ran      *station.ScanResult
	joined   wps.SSID
	tried    []wps.SSID
	refuses  wps.SSID // SSID of the network that refuses the device
	closed   bool
}

func (*air) MAC() wps.MAC { return ownMAC }

func (a *air) Scan(context.Context, station.ScanConfig) ([]station.ScanResult, error) {
	return a.found, a.scanErr
}

func (a *air) Known() ([]station.ScanResult, error) { return a.found, nil }

func (a *air) Enroll(ctx context.Context, cfg station.EnrollConfig) (*station.Enrolled, error) {
	a.enrolled = &cfg
	for _, e := range a.events {
		cfg.Notify(e)
		time.Sleep(time.Second)
	}
	cfg.Watch(eapol.Received, routerMAC, []byte{1, 0, 0, 5, 1, 1, 0, 5, 1})
	if a.err != nil {
		return nil, a.err
	}
	networks, err := station.KnownNetworks(a.result.Credentials, a.found)
	return &station.Enrolled{Result: a.result, Networks: networks}, err
}

func (a *air) Run(_ context.Context, point *station.ScanResult, _ station.RunConfig) (*registration.Result, error) {
	a.ran = point
	return a.result, a.err
}

func (a *air) Join(_ context.Context, n *station.KnownNetwork) error {
	a.joined = n.Credential.SSID
	a.tried = append(a.tried, a.joined)
	if a.joined == a.refuses {
		return station.ErrAssociation
	}
	return a.joinErr
}

func (a *air) Close() error {
	a.closed = true
	return nil
}

// run runs the program with the interface.
func (a *air) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	p := invocation{wifi: func(string) (radio, error) { return a, nil }}
	code = program.Run(t.Context(), command(&p), program.IO{Out: &out, Err: &err}, append([]string{"-i", "wlan0"}, args...))
	if !a.closed {
		t.Error("the interface was left open")
	}
	return code, out.String(), err.String()
}

// around returns access points of each kind.
func around() []station.ScanResult {
	psk := &dot11.Security{Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMPSK}}
	tkip := &dot11.Security{Pairwise: []dot11.CipherSuite{dot11.CipherTKIP}, AKMs: []dot11.AKM{dot11.AKMPSK}}
	both := &dot11.Security{Pairwise: psk.Pairwise, AKMs: []dot11.AKM{dot11.AKMPSK, dot11.AKMSAE}}
	sae := &dot11.Security{Pairwise: psk.Pairwise, AKMs: []dot11.AKM{dot11.AKMSAE}}
	enterprise := &dot11.Security{Pairwise: psk.Pairwise, AKMs: []dot11.AKM{dot11.AKM8021X}}
	point := func(n byte, signal int, capability uint16, e dot11.Elements, advert *wps.Beacon) station.ScanResult {
		return station.ScanResult{
			BSSID: wps.MAC{2, 0, 0, 0, 0, n}, Frequency: 2407 + 5*int(n), Signal: signal, Capability: capability, Elements: e, Advert: advert,
		}
	}
	all := []station.ScanResult{
		point(1, -40, 0x11, dot11.Elements{SSID: "home", RSN: psk}, &wps.Beacon{
			Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20, AuthorizedMACs: []wps.MAC{wps.Broadcast}}},
			State:  wps.Configured, SelectedRegistrar: true, DevicePasswordID: wps.PasswordPushButton}),
		point(2, -50, 0x11, dot11.Elements{SSID: "a\x1b[2Jb", RSN: both}, &wps.Beacon{State: wps.NotConfigured, SelectedRegistrar: true, APSetupLocked: true}),
		point(3, -60, 0x11, dot11.Elements{Hidden: true, RSN: psk, WPA: tkip}, nil),
		point(4, -70, 0x11, dot11.Elements{SSID: "three", RSN: sae}, &wps.Beacon{State: wps.Configured}),
		point(5, -71, 0x01, dot11.Elements{SSID: "free"}, nil),
		point(6, -72, 0x11, dot11.Elements{SSID: "old"}, nil),
		point(7, -73, 0x11, dot11.Elements{SSID: "older", WPA: tkip}, nil),
		point(8, -74, 0x11, dot11.Elements{SSID: "work", RSN: enterprise}, nil),
	}
	description := &wps.ProbeResponse{Manufacturer: "Example", ModelName: "R1"}
	description.DeviceName = "Router"
	all[0].Description = description
	all[0], all[7] = all[7], all[0] // the order does not matter
	return all
}

func TestList(t *testing.T) {
	a := &air{found: around()}
	code, stdout, stderr := a.run(t, "-list")
	const want = `BSSID              CHANNEL  SIGNAL   SECURITY    WPS                                         NETWORK
02:00:00:00:00:01  1        -40 dBm  WPA2        waits: button                               “home”
02:00:00:00:00:02  2        -50 dBm  WPA2/WPA3   waits: PIN, not configured, its PIN locked  “a\x1b[2Jb”
02:00:00:00:00:03  3        -60 dBm  WPA/WPA2    no                                          (hidden)
02:00:00:00:00:04  4        -70 dBm  WPA3        yes                                         “three”
02:00:00:00:00:05  5        -71 dBm  open        no                                          “free”
02:00:00:00:00:06  6        -72 dBm  WEP         no                                          “old”
02:00:00:00:00:07  7        -73 dBm  WPA         no                                          “older”
02:00:00:00:00:08  8        -74 dBm  enterprise  no                                          “work”
`
	if code != program.Fine || stdout != want || stderr != "Looking around on wlan0 ...\n" {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	a = &air{found: around()}
	_, stdout, _ = a.run(t, "-list", "-json", "-ssid", "home")
	const wantJSON = `{"schema":"wpsenroll-list/1","bssid":"02:00:00:00:00:01","ssid":"home","ssid_hex":"686f6d65","channel":1,"frequency":2412,"signal":-40,"security":"WPA2","wps":true,` +
		`"version":"2.0","state":"configured","waits":"pbc","authorized_macs":["ff:ff:ff:ff:ff:ff"],"uuid":"00000000-0000-0000-0000-000000000000",` +
		`"device_name":"Router","manufacturer":"Example","model":"R1"}` + "\n"
	programtest.Schema(t, stdout)
	if stdout != wantJSON {
		t.Errorf("got  %swant %s", stdout, wantJSON)
	}
	a = &air{found: around()[:1], scanErr: &station.Error{Interface: "wlan0", Op: "scan", Class: station.ErrPermission}}
	if code, stdout, stderr := a.run(t, "-list"); code != program.Fine || !strings.Contains(stdout, "“work”") || !strings.Contains(stderr, "CAP_NET_ADMIN") || !strings.Contains(stderr, "found by another program") {
		t.Errorf("without rights: %d\n%s%s", code, stdout, stderr)
	}
	a = &air{scanErr: &station.Error{Interface: "wlan0", Op: "scan", Class: station.ErrRadioOff}}
	if code, _, stderr := a.run(t, "-list"); code != program.Unable || !strings.Contains(stderr, "rfkill") {
		t.Errorf("radio off: %d\n%s", code, stderr)
	}
}

func TestWiFiEnroll(t *testing.T) {
	result := func() *registration.Result {
		c := home
		c.NetworkKey = bytes.Clone(home.NetworkKey) // the original is cleared
		return &registration.Result{Credentials: []wps.Credential{c}}
	}
	point := around()[7]
	failed := []station.Event{
		{Kind: station.EventScanned, Found: around()[:1], Choice: station.Choice{Reasons: []station.Reason{{Text: "does not offer WPS"}}}, Err: selection.ErrNoAccessPoint},
		{Kind: station.EventScanned, Err: selection.ErrNoAccessPoint},
		{Kind: station.EventTrying, AP: &point},
		{Kind: station.EventFailed, AP: &point, Err: errors.New("it broke")},
	}
	for _, tt := range []struct {
		name   string
		args   string
		air    air
		code   int
		stdout string
		stderr []string // in order
	}{
		{"button", "-pbc -show-key", air{result: result(), events: failed}, program.Fine,
			"network   Café\nsecurity  WPA2-Personal, AES\nkey       correct horse\n",
			[]string{"Looking around on wlan0 ...\n", "Press the WPS button of yours now ...\n", "Registering at “home” (02:00:00:00:00:01) ...\n", "That failed: it broke.\n", "Looking around again", "Registered with"}},
		{"PIN, with all details", "-pin 12345670 -v -ssid home -bssid 02:00:00:00:00:01", air{result: result(), events: failed}, program.Fine,
			"network   Café\nsecurity  WPA2-Personal, AES\nkey       not shown: -show-key prints it, -o FILE writes it to a file\n",
			[]string{"“work” (02:00:00:00:00:08) does not offer WPS\n", "Type the one of this device", "received Request 1 Identity\n"}},
		{"new PIN", "-new-pin", air{result: result()}, program.Fine,
			"network   Café\nsecurity  WPA2-Personal, AES\nkey       not shown: -show-key prints it, -o FILE writes it to a file\n", []string{"The PIN of this device: "}},
		{"and join", "-pbc -json -join", air{result: result()}, program.Fine,
			`{"schema":"wpsenroll/1","manufacturer":"","model":"","device_name":"","uuid":"00000000-0000-0000-0000-000000000000","networks":[{"ssid":"Café","ssid_hex":"436166c3a9","authentication":"WPA2-Personal","encryption":"AES"}]}` + "\n",
			[]string{"Connected to “Café”.\n"}},
		{"and join with another program", "-pbc -json -join", air{result: result(), joinErr: &station.Error{Interface: "wlan0", Op: "join", Class: station.ErrDriver}}, program.Unable,
			`{"schema":"wpsenroll/1","manufacturer":"","model":"","device_name":"","uuid":"00000000-0000-0000-0000-000000000000","networks":[{"ssid":"Café","ssid_hex":"436166c3a9","authentication":"WPA2-Personal","encryption":"AES"}]}` + "\n",
			[]string{"the driver of the interface does not support this; -profile with -o"}},
		{"time over", "-pbc", air{err: fmt.Errorf("%w: %w", station.ErrWalkTime, selection.ErrNoAccessPoint)}, program.Problem, "",
			[]string{"No router was found", "(station: the time to register is over: no access point"}},
		{"time over before the first scan", "-pbc", air{err: station.ErrNoScan}, program.Problem, "",
			[]string{"wpsenroll: station: the time to register is over before the first scan was complete"}},
		{"interrupted", "-pbc", air{err: context.Canceled}, program.Problem, "", []string{"Stopped by you"}},
		{"switched off in mid-run", "-pbc", air{err: &station.Error{Interface: "wlan0", Op: "use", Class: station.ErrDown}}, program.Unable, "",
			[]string{"wpsenroll: wlan0: use: the interface was switched off while it was in use"}},
		{"held", "-pbc", air{err: &station.HeldError{Interface: "wlan0", Program: "iwd", PID: 7, Release: "systemctl stop iwd"}}, program.Unable, "",
			[]string{"wpsenroll: wlan0: another program holds the interface: iwd (process 7): try systemctl stop iwd\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				code, stdout, stderr := tt.air.run(t, strings.Fields(tt.args)...)
				if strings.Contains(tt.args, "-json") {
					programtest.Schema(t, stdout)
				}
				if code != tt.code || stdout != tt.stdout {
					t.Errorf("%d\n%s", code, stdout)
				}
				rest := stderr
				for _, want := range tt.stderr {
					_, after, ok := strings.Cut(rest, want)
					if !ok {
						t.Errorf("%q is not in its place in\n%s", want, stderr)
					}
					rest = after
				}
				if cfg := tt.air.enrolled; cfg.WalkTime != wps.WalkTime || cfg.Enrollee.Device.UUID != wps.UUIDFromMAC(ownMAC) {
					t.Errorf("enrolled with %+v", cfg)
				}
				if named := strings.Contains(tt.args, "-ssid"); named != (tt.air.enrolled.SSID == "home") || named != (tt.air.enrolled.BSSID == point.BSSID) {
					t.Errorf("the network was named: %t, %q %v", named, tt.air.enrolled.SSID, tt.air.enrolled.BSSID)
				}
				if want := wps.SSID("Café"); strings.Contains(tt.args, "-join") != (tt.air.joined == want) {
					t.Errorf("joined %q", tt.air.joined)
				}
			})
		})
	}
}

// TestWiFiSettings checks how flags configure the enrollment.
//
// hostap: test_ap_wps_passive_scan test_ap_wps_random_uuid test_ap_wps_twice
func TestWiFiSettings(t *testing.T) {
	result := func() *registration.Result {
		guest, own := home, home
		guest.SSID, guest.NetworkKey, own.NetworkKey = "guest", []byte("another key"), bytes.Clone(home.NetworkKey)
		return &registration.Result{Credentials: []wps.Credential{guest, own}}
	}
	for _, tt := range []struct {
		args  string
		check func(cfg *station.EnrollConfig) bool
	}{
		{"-pbc", func(cfg *station.EnrollConfig) bool {
			return !cfg.Leave && !cfg.Passive && cfg.Enrollee.Device.UUID == wps.UUIDFromMAC(ownMAC)
		}},
		{"-pbc -leave", func(cfg *station.EnrollConfig) bool { return cfg.Leave }},
		{"-pbc -passive", func(cfg *station.EnrollConfig) bool { return cfg.Passive }},
		{"-pbc -random-uuid", func(cfg *station.EnrollConfig) bool {
			id := cfg.Enrollee.Device.UUID
			return id != wps.UUID{} && id != wps.UUIDFromMAC(ownMAC)
		}},
		{"-pin 12345678 -user-specified", func(cfg *station.EnrollConfig) bool {
			return cfg.Enrollee.Password.ID == wps.PasswordUserSpecified
		}},
		{"-pin 1234 -user-specified", func(cfg *station.EnrollConfig) bool {
			return cfg.Enrollee.Password.ID == wps.PasswordUserSpecified
		}},
	} {
		a := &air{result: result()}
		if code, _, stderr := a.run(t, strings.Fields(tt.args)...); code != program.Fine || !tt.check(a.enrolled) {
			t.Errorf("%s: %d %s %+v", tt.args, code, stderr, a.enrolled)
		}
	}

	// Of two networks, the one in range is tried first, then the other.
	here := around()[:1]
	here[0].SSID = home.SSID
	a := &air{result: result(), found: here, refuses: home.SSID}
	if code, _, stderr := a.run(t, "-pbc", "-join"); code != program.Fine || fmt.Sprint(a.tried) != "[Café guest]" || !strings.Contains(stderr, "Connected to “guest”") {
		t.Errorf("%d: tried %v\n%s", code, a.tried, stderr)
	}
	a = &air{result: result(), joinErr: station.ErrAssociation}
	if code, _, stderr := a.run(t, "-pbc", "-join"); code != program.Unable || !strings.Contains(stderr, "“guest”: "+station.ErrAssociation.Error()) || !strings.Contains(stderr, "“Café”: ") {
		t.Errorf("%d: tried %v\n%s", code, a.tried, stderr)
	}

	// A second registration replaces the stored network.
	file := filepath.Join(t.TempDir(), "wpa_supplicant.conf")
	const others = "ctrl_interface=/run/wpa_supplicant\nnetwork={\n\tssid=\"work\"\n\tkey_mgmt=NONE\n}\n"
	if err := os.WriteFile(file, []byte(others), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"the first key", "the second key"} {
		a := &air{result: &registration.Result{Credentials: []wps.Credential{{SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(key)}}}}
		if code, _, stderr := a.run(t, "-pbc", "-profile", "wpa_supplicant", "-o", file, "-update"); code != program.Fine {
			t.Errorf("%d: %s", code, stderr)
		}
		got, err := os.ReadFile(file)
		if want := others + "network={\n\tssid=\"home\"\n\tpsk=\"" + key + "\"\n\tkey_mgmt=WPA-PSK\n}\n"; err != nil || string(got) != want {
			t.Errorf("stored\n%s%v", got, err)
		}
	}
	for _, args := range []string{"-pbc -update", "-pbc -update -profile iwd -show-key", "-pbc -user-specified"} {
		p := invocation{wifi: func(string) (radio, error) { return &air{}, nil }}
		var out, err bytes.Buffer
		if code := program.Run(t.Context(), command(&p), program.IO{Out: &out, Err: &err}, append([]string{"-i", "wlan0"}, strings.Fields(args)...)); code != program.Unable || !strings.Contains(err.String(), "needs") {
			t.Errorf("%s: %d %s", args, code, &err)
		}
	}
}

func TestWiFiRegistrar(t *testing.T) {
	settings := func() *registration.Result {
		c := home
		c.NetworkKey = bytes.Clone(home.NetworkKey)
		return &registration.Result{AP: &c, SettingsRead: true}
	}
	for _, tt := range []struct {
		name   string
		args   string
		air    air
		code   int
		ran    byte
		stderr string
	}{
		{"the only one", "", air{found: around()[4:], result: settings()}, program.Fine, 1, "Read the settings of"},
		{"one of several", "-bssid 02:00:00:00:00:04", air{found: around(), result: settings()}, program.Fine, 4, "Read the settings of"},
		{"which?", "", air{found: around()}, program.Unable, 0, "choose one by -bssid\n  “a\\x1b[2Jb” (02:00:00:00:00:02)\n  “three” (02:00:00:00:00:04)\n  “home” (02:00:00:00:00:01)\n"},
		{"none", "-bssid 02:00:00:00:00:06", air{found: around()}, program.Unable, 0, "none with WPS is in reach"},
		{"no scan", "", air{scanErr: &station.Error{Class: station.ErrPermission}}, program.Unable, 0, "CAP_NET_ADMIN"},
		{"failed", "-bssid 02:00:00:00:00:04", air{found: around(), err: registration.ErrLocked}, program.Problem, 4, registration.ErrLocked.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := tt.air.run(t, append([]string{"-registrar", "-ap-pin", apPIN}, strings.Fields(tt.args)...)...)
			if code != tt.code || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("%d\n%s", code, stderr)
			}
			if (tt.air.ran != nil) != (tt.ran != 0) || tt.ran != 0 && tt.air.ran.BSSID[5] != tt.ran {
				t.Errorf("ran at %+v", tt.air.ran)
			}
		})
	}
}

const apPIN = "12345670"
