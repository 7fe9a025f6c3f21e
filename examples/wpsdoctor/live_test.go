package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// air is a Wi-Fi interface with prepared scan results. The last one repeats.
type air struct {
	scans  [][]station.ScanResult
	err    error
	asked  []station.ScanConfig
	closed bool
}

func (a *air) Scan(ctx context.Context, cfg station.ScanConfig) ([]station.ScanResult, error) {
	a.asked = append(a.asked, cfg)
	time.Sleep(time.Second)
	found := a.scans[0]
	if len(a.scans) > 1 {
		a.scans = a.scans[1:]
	}
	return found, a.err
}

func (a *air) Known() ([]station.ScanResult, error) { return a.scans[0], nil }

func (a *air) Close() error {
	a.closed = true
	return nil
}

// run runs the program with the interface.
func (a *air) run(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	p := invocation{wifi: func(name string) (radio, error) {
		if name != "wlan0" {
			return nil, &station.Error{Interface: name, Op: "open", Class: station.ErrNoInterface}
		}
		return a, nil
	}, untilInterrupted: context.WithCancel}
	status = program.Run(ctx, command(&p), program.IO{Out: &out, Err: &errs}, append([]string{"-i", "wlan0"}, args...))
	return status, out.String(), errs.String()
}

// heard returns an access point with WPA2, and with WPS unless the element is
// nil.
func heard(t *testing.T, n byte, ssid wps.SSID, e *wps.Beacon) station.ScanResult {
	t.Helper()
	ap := station.ScanResult{BSSID: wps.MAC{2, 0, 0, 0, 0, n}, Frequency: 2437, Signal: -40, Capability: 0x11, Advert: e}
	ap.SSID = ssid
	ap.RSN = &dot11.Security{Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMPSK}}
	if e != nil {
		var err error
		if ap.BeaconElements, err = wps.AppendElements(nil, e); err != nil {
			t.Fatal(err)
		}
	}
	return ap
}

func idle() *wps.Beacon {
	e := &wps.Beacon{State: wps.Configured}
	e.WFA.Version2 = 0x20
	return e
}

func pressed(uuid byte) *wps.Beacon {
	e := idle()
	e.SelectedRegistrar, e.DevicePasswordID, e.SelectedRegistrarConfigMethods = true, wps.PasswordPushButton, wps.MethodVirtualPushButton
	e.UUIDE, e.RFBands = wps.UUID{uuid}, wps.Band24GHz
	e.WFA.AuthorizedMACs = []wps.MAC{wps.Broadcast}
	return e
}

// TestLook checks the diagnosis of each situation.
func TestLook(t *testing.T) {
	locked := idle()
	locked.APSetupLocked = true
	old := heard(t, 1, "home", idle())
	old.RSN, old.WPA = nil, &dot11.Security{Pairwise: []dot11.CipherSuite{dot11.CipherTKIP}, AKMs: []dot11.AKM{dot11.AKMPSK}}
	three := heard(t, 1, "three", nil)
	three.RSN = &dot11.Security{AKMs: []dot11.AKM{dot11.AKMSAE}}
	three.BSSID[5] = 6
	hidden := heard(t, 7, "", nil)
	hidden.Hidden = true
	damaged := heard(t, 8, "damaged", nil)
	damaged.Damaged = wps.ErrTruncated
	pinned := heard(t, 9, "other", idle())
	pinned.Advert.SelectedRegistrar = true
	for _, tt := range []struct {
		name   string
		found  []station.ScanResult
		args   string
		status int
		cause  doctor.Cause
		stdout []string // in order
	}{
		{"ready", []station.ScanResult{heard(t, 1, "home", pressed(1))}, "", program.Fine, doctor.Ready,
			[]string{"wlan0: 1 access point\n", "network   02:00:00:00:00:01 “home”, channel 6: WPS waiting (PushButton)\n", "“home” is in WPS mode", "What to do"}},
		{"idle", []station.ScanResult{heard(t, 1, "home", idle())}, "", program.Problem, doctor.NoSelectedRegistrar,
			[]string{"WPS on, not waiting\n", "is not in WPS mode"}},
		{"off", []station.ScanResult{heard(t, 1, "home", nil)}, "", program.Problem, doctor.WPSDisabled, []string{"no WPS\n", "offers no WPS"}},
		{"locked", []station.ScanResult{heard(t, 1, "home", locked)}, "", program.Problem, doctor.SetupLocked, []string{"router's PIN locked\n", "has locked its own PIN"}},
		{"WPA3", []station.ScanResult{three}, "", program.Problem, doctor.WPA3Only, []string{"allows WPA3 only"}},
		{"two buttons", []station.ScanResult{heard(t, 1, "home", pressed(1)), heard(t, 2, "neighbour", pressed(2))}, "", program.Problem, doctor.Overlap,
			[]string{"wlan0: 2 access points\n", "“neighbour”"}},
		{"two buttons, one named", []station.ScanResult{heard(t, 1, "home", pressed(1)), heard(t, 2, "neighbour", pressed(2))}, "-ssid home", program.Fine, doctor.Ready, nil},
		{"two buttons, one named by address", []station.ScanResult{heard(t, 1, "home", pressed(1)), heard(t, 2, "neighbour", pressed(2))}, "-bssid 02:00:00:00:00:02", program.Fine, doctor.Ready,
			[]string{"wlan0: 1 access point\n"}},
		{"elements with a fault", []station.ScanResult{old}, "-strict", program.Problem, doctor.NoSelectedRegistrar, []string{"[NETWORK-TKIP-ONLY]"}},
		{"what WPS cannot find", []station.ScanResult{heard(t, 1, "home", idle()), three, hidden}, "", program.Problem, doctor.NoSelectedRegistrar,
			[]string{"WPS does not find “three” (for WPA3 only), the one of 02:00:00:00:00:07 (its name is hidden).", "If yours is"}},
		{"damaged", []station.ScanResult{damaged}, "", program.Problem, doctor.ElementDamaged, []string{"its element damaged\n"}},
		{"two wait differently", []station.ScanResult{heard(t, 1, "home", pressed(1)), pinned}, "", program.Fine, doctor.Ready, []string{"Others are waiting too: “other”"}},
		{"nothing", nil, "", program.Problem, doctor.Unknown, []string{"wlan0: 0 access points\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &air{scans: [][]station.ScanResult{tt.found}}
				status, stdout, stderr := a.run(t.Context(), strings.Fields(tt.args)...)
				if status != tt.status || stderr != "" || !a.closed {
					t.Errorf("exit status %d, closed %t, %s", status, a.closed, stderr)
				}
				rest := stdout
				for _, want := range tt.stdout {
					_, after, ok := strings.Cut(rest, want)
					if !ok {
						t.Errorf("%q is not in its place in\n%s", want, stdout)
					}
					rest = after
				}
				_, stdout, _ = a.run(t.Context(), append(strings.Fields(tt.args), "-json")...)
				var r diagnosis.Entry
				if err := json.Unmarshal([]byte(stdout), &r); err != nil || r.Cause != tt.cause || r.File != "wlan0" || r.Index != 0 || r.Verdict == "" {
					t.Errorf("%v: %s", err, stdout)
				}
			})
		})
	}
}

// TestWatch checks that each change is reported, until an interrupt.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		home := heard(t, 1, "home", idle())
		nearer := home
		nearer.Signal = -30
		ready := heard(t, 1, "home", pressed(1))
		a := &air{scans: [][]station.ScanResult{{home}, {nearer}, {ready}, {ready}, {home}, {ready}}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		status, stdout, stderr := a.run(ctx, "-watch", "-ssid", "home", "-q")
		if status != program.Fine || stderr != "" || strings.Count(stdout, "What to do") != 4 {
			t.Errorf("exit status %d, %s\n%s", status, stderr, stdout)
		}
		if len(a.asked) < 20 || a.asked[0].SSIDs[0] != "home" {
			t.Errorf("%d scans, %+v", len(a.asked), a.asked[0])
		}
	})
}

// TestLookStopped checks that an interrupt before there is a verdict is a
// failure.
func TestLookStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{scans: [][]station.ScanResult{{heard(t, 1, "home", pressed(1))}}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for _, args := range [][]string{nil, {"-watch"}, {"-json"}} {
			if status, stdout, stderr := a.run(ctx, args...); status != program.Problem || stdout != "" || !strings.Contains(stderr, "stopped by you") {
				t.Errorf("%v: exit status %d, %q, %q", args, status, stdout, stderr)
			}
		}
	})
}

func TestLookFails(t *testing.T) {
	found := [][]station.ScanResult{{heard(t, 1, "home", idle())}}
	noRights := &station.Error{Interface: "wlan0", Op: "scan", Class: station.ErrPermission}
	for _, tt := range []struct {
		name   string
		air    air
		args   string
		status int
		stderr string
	}{
		{"without rights", air{scans: found, err: noRights}, "", program.Problem, "CAP_NET_ADMIN"},
		{"without rights to watch", air{scans: found, err: noRights}, "-watch", program.Unable, "CAP_NET_ADMIN"},
		{"radio off", air{scans: found, err: &station.Error{Class: station.ErrRadioOff}}, "", program.Unable, "rfkill"},
		{"broken", air{scans: found, err: errors.New("it broke")}, "", program.Unable, "wpsdoctor: it broke\n"},
		{"not heard", air{scans: found}, "-ssid elsewhere", program.Problem, "the network that was named was not heard; these were: “home”"},
		{"no such interface", air{scans: found}, "-i wlan9", program.Unable, station.ErrNoInterface.Error()},
		{"a file as well", air{scans: found}, "example.pcap", program.Unable, "excludes FILE"},
		{"keys as well", air{scans: found}, "-keys x", program.Unable, "excludes FILE"},
		{"no address", air{scans: found}, "-bssid x", program.Unable, "-bssid"},
	} {
		synctest.Test(t, func(t *testing.T) {
			if status, stdout, stderr := tt.air.run(t.Context(), strings.Fields(tt.args)...); status != tt.status || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("%s: exit status %d, %s\n%s", tt.name, status, stderr, stdout)
			}
		})
	}
	if status, _, stderr := runProgram(t, nil, "-watch"); status != program.Unable || !strings.Contains(stderr, "is for -i") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

// TestLookNetworks checks that every access point is listed.
func TestLookNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{scans: [][]station.ScanResult{{heard(t, 1, "home", idle()), heard(t, 2, "other", nil), heard(t, 3, "pressed", pressed(1))}}}
		_, out, errs := a.run(t.Context(), "-networks", "-json")
		programtest.Schema(t, out)
		if strings.Count(out, "wpsdoctor-networks/1") != 3 || errs != "" || !strings.Contains(out, `"state":"not waiting"`) {
			t.Errorf("%s\n%s", out, errs)
		}
	})
}
