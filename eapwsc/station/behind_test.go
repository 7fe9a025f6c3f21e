//go:build linux

package station_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// behind are the cases with our registrar behind stock hostapd, which forwards
// EAP in RADIUS, and a stock station in front of it. The doctor must find the
// same cause in the capture of the air, in that of RADIUS, and in the logs.
var behind = []struct {
	name  string
	cause doctor.Cause
	cfg   ap.Config // without the device and the network
	mtu   string    // of iwd's EAP, in octets
	owner func(r *registrar)
	// The PIN of the station, or empty for its button.
	pin string
	// What the station reports at the end: wpa_supplicant in its log, iwd as an
	// error.
	supplicant, iwd string
	event           ap.EventKind // of our registrar
	// What iwd's log shows instead of the cause: it has no messages.
	iwdLog doctor.Cause
}{
	{name: "pbc", cause: doctor.Success, owner: (*registrar).press,
		supplicant: "CTRL-EVENT-CONNECTED", event: ap.EventRegistered},
	{name: "pin", cause: doctor.Success, owner: enters(apPIN), pin: apPIN,
		supplicant: "CTRL-EVENT-CONNECTED", event: ap.EventRegistered},
	{name: "pin4", cause: doctor.Success, owner: enters("1234"), pin: "1234",
		supplicant: "CTRL-EVENT-CONNECTED", event: ap.EventRegistered},
	{name: "wrong-half1", cause: doctor.PINFirstHalf, owner: enters(apPIN), pin: "43211234",
		supplicant: "WPS-FAIL msg=8 config_error=18", iwd: "NoCredentials", event: ap.EventFailed, iwdLog: doctor.EndedEarly},
	{name: "wrong-half2", cause: doctor.PINSecondHalf, owner: enters(apPIN), pin: "12340002",
		supplicant: "WPS-FAIL msg=10 config_error=18", iwd: "NoCredentials", event: ap.EventFailed, iwdLog: doctor.EndedEarly},
	{name: "m2d", cause: doctor.NoRegistrarSession, owner: func(*registrar) {}, pin: apPIN,
		supplicant: "WPS-M2D", iwd: "NoCredentials", event: ap.EventPINNeeded, iwdLog: doctor.EndedEarly},
	{name: "fragments", cause: doctor.Success, cfg: ap.Config{FragmentSize: 150}, mtu: "150", owner: enters(apPIN), pin: apPIN,
		supplicant: "CTRL-EVENT-CONNECTED", event: ap.EventRegistered},
}

// behindCases returns the cases for each of the stock stations.
func behindCases() (all []radioCase) {
	for _, c := range behind {
		site := func(w *world) *registrar {
			r := w.registrar(c.cfg)
			r.accessPoint = w.accessPoint(0, network, behindRADIUS...)
			// hostapd sends its own beacons: a command makes it advertise.
			if c.pin == "" {
				r.accessPoint.ask("wps_pbc")
			} else {
				r.accessPoint.ask("wps_pin", "any", apPIN)
			}
			c.owner(r)
			return r
		}
		all = append(all, radioCase{"supplicant-radius-" + c.name, func(w *world) {
			r, sta := site(w), w.stockSupplicant(1)
			if c.pin == "" {
				sta.ask("wps_pbc")
			} else {
				sta.ask("wps_pin", address(w, "wlan0").String(), c.pin)
			}
			r.await(c.event)
			sta.wait(c.supplicant)
		}}, radioCase{"iwd-radius-" + c.name, func(w *world) {
			w.iwdMTU = c.mtu
			r, sta := site(w), w.iwd(1)
			method, arguments := "PushButton", []string(nil)
			if c.pin != "" {
				method, arguments = "StartPin", []string{"string:" + c.pin}
			}
			if c.cause != doctor.Success {
				sta.fails(c.iwd, method, arguments...)
			} else {
				sta.call(method, arguments...)
				r.accessPoint.wait("AP-STA-CONNECTED")
			}
			r.await(c.event)
		}})
	}
	return append(all, radioCase{"radius-program", radiusProgram}, radioCase{"iwd-profile", iwdProfile})
}

// radiusProgram runs wpsregistrar for hostapd and lets it advertise, as README
// describes.
func radiusProgram(w *world) {
	const clients = "/run/clients"
	if err := os.WriteFile(clients, []byte("# hostapd\n127.0.0.1 "+radiusSecret+"\n"), 0o600); err != nil {
		w.Fatal(err)
	}
	point := w.accessPoint(0, network, behindRADIUS...)
	registrar := w.start("radius", "wpsregistrar", "-radius", "127.0.0.1", "-secret-file", clients, "-hostapd-control", "/run/hostapd",
		"-pin", apPIN, "-ssid", network, "-passphrase", passphrase)
	registrar.wait("(?i)waiting")
	e := w.enroll(1, byPIN(apPIN))
	e.succeeded(network, passphrase)
	if err := registrar.cmd.Wait(); err != nil {
		w.Errorf("wpsregistrar: %v", err)
	}
	if status := point.ask("wps_get_status"); !strings.Contains(status, "PBC Status: Disabled") {
		w.Error(status)
	}
	w.diagnosedNow(1, network, doctor.NoSelectedRegistrar)
	w.joins(1, point, &e.network)
}

// iwdProfile makes iwd join with the profile that wpsenroll wrote.
func iwdProfile(w *world) {
	point := w.accessPoint(0, network)
	point.ask("wps_pbc")
	const file = "/run/profile.psk"
	status, stdout, stderr := w.call("wpsenroll", "-i", "wlan1", "-pbc", "-profile", "iwd", "-o", file)
	if status != 0 || strings.Contains(stdout+stderr, passphrase) {
		w.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		w.Fatal(err)
	}
	w.iwdWith(1, station.Profile{Path: "/var/lib/iwd/" + network + ".psk", Text: string(text)})
	point.wait("AP-STA-CONNECTED")
}

// behindRADIUS is the configuration of a hostapd that forwards EAP.
var behindRADIUS = []string{
	"eap_server=0", "ap_pin", "own_ip_addr=127.0.0.1", "auth_server_addr=127.0.0.1", "auth_server_port=1812",
	"auth_server_shared_secret=" + radiusSecret,
}

const radiusSecret = "a secret of the two"

// registrar is our registrar behind RADIUS.
type registrar struct {
	w           *world
	accessPoint *accessPoint
	point       *ap.AccessPoint
	actions     chan func(time.Time)
	events      chan ap.Event
}

// registrar starts our registrar, and a capture of the traffic between hostapd
// and it.
func (w *world) registrar(cfg ap.Config) *registrar {
	w.Helper()
	tap, err := station.NewTap("lo")
	if err != nil {
		w.Fatal(err)
	}
	w.record(tap, "radius.pcap", func(file io.Writer, r io.Reader) error {
		_, err := io.Copy(file, r)
		return err
	})
	device := wps.DefaultDevice()
	device.MAC, device.UUID = wps.MAC{2, 0, 0, 0, 9, 9}, wps.UUIDFromMAC(wps.MAC{2, 0, 0, 0, 9, 9})
	device.Manufacturer, device.ModelName, device.DeviceName = "Example Works", "Golden Registrar", "Registrar"
	device.PrimaryDeviceType, device.State = wps.DeviceTypeAP, wps.Configured
	keys, err := os.Create(w.file("keys"))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { keys.Close() })
	cfg.Registration = registration.Config{Device: device, KeyLog: keys}
	cfg.Credentials = []wps.Credential{{
		SSID: network, AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey(passphrase),
	}}
	r := &registrar{w: w, actions: make(chan func(time.Time)), events: make(chan ap.Event, 100)}
	if r.point, err = ap.New(cfg); err != nil {
		w.Fatal(err)
	}
	server, err := radius.NewServer(radius.Config{
		Secret: func(netip.Addr) []byte { return []byte(radiusSecret) },
		NewSession: func(_ time.Time, a radius.Access) (radius.Session, error) {
			if a.AP != address(w, "wlan0") || a.SSID != network {
				w.Errorf("hostapd says %+v", a)
			}
			return r.point.NewSession(a.Station, a.FirstID)
		},
	})
	if err != nil {
		w.Fatal(err)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:1812")
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error)
	go func() {
		over <- radius.Serve(ctx, conn, server, radius.Loop{
			Actions: r.actions,
			Report:  func(err error) { w.Log(err) },
			After: func() {
				for _, e := range r.point.Events() {
					select {
					case r.events <- e:
					default:
					}
				}
			},
		})
	}()
	w.Cleanup(func() {
		cancel()
		if err := <-over; !errors.Is(err, context.Canceled) {
			w.Error(err)
		}
		conn.Close()
	})
	return r
}

// do runs a function of the owner.
func (r *registrar) do(act func(now time.Time) error) {
	done := make(chan error)
	r.actions <- func(now time.Time) { done <- act(now) }
	if err := <-done; err != nil {
		r.w.Fatal(err)
	}
}

func (r *registrar) press() { r.do(r.point.PressButton) }

func enters(digits string) func(*registrar) {
	return func(r *registrar) {
		r.do(func(now time.Time) error { return r.point.EnterPIN(now, ap.PINEntry{PIN: pin.MustParse(digits)}) })
	}
}

// await waits for an event of the registrar.
func (r *registrar) await(kind ap.EventKind) {
	r.w.Helper()
	for over := time.After(time.Minute); ; {
		select {
		case e := <-r.events:
			if e.Kind == kind {
				return
			}
		case <-over:
			r.w.Fatalf("there is no event %v", kind)
		}
	}
}

// judged checks the doctor's verdict on the files that the cases behind hostapd
// left in a folder: every capture and log must give the cause of the case.
func judged(t *testing.T, program, folder string) {
	for _, c := range behind {
		for _, station := range []string{"supplicant", "iwd"} {
			name := station + "-radius-" + c.name
			files, err := filepath.Glob(filepath.Join(folder, name+".*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				what := strings.TrimPrefix(filepath.Base(file), name+".")
				if what == "keys" || what == "netlink" || strings.HasPrefix(what, "dbus-daemon") {
					continue // not for the doctor
				}
				want := c.cause
				if strings.HasPrefix(what, "iwd-") {
					want = cmp.Or(c.iwdLog, want)
				}
				t.Run(name+"/"+what, func(t *testing.T) {
					output, err := exec.Command(program, "-json", file).Output()
					var causes []doctor.Cause
					for line := range strings.Lines(string(output)) {
						var said struct{ Cause doctor.Cause }
						if err := json.Unmarshal([]byte(line), &said); err != nil {
							t.Fatal(err)
						}
						causes = append(causes, said.Cause)
					}
					causes = slices.Compact(causes)
					if len(causes) != 1 || causes[0] != want {
						t.Errorf("the doctor says %v; want %v\n%s%v", causes, want, output, cmp.Or(err, errors.New("")))
					}
				})
			}
		}
	}
}
