package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var ownMAC = wps.MAC{0x02, 0, 0, 0, 0, 1}

// world is a link in memory, with the output of the program.
type world struct {
	segment        eapol.Segment
	stdout, stderr bytes.Buffer
	ended          chan int
}

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command(new(service)) })
}

// run runs the program.
func (w *world) run(ctx context.Context, listen func(string) (eapol.Conn, wps.MAC, error), args ...string) int {
	return program.Run(ctx, command(&service{listen: listen}), program.IO{Out: &w.stdout, Err: &w.stderr}, args)
}

// start starts the program.
func start(ctx context.Context, args ...string) *world {
	w := &world{ended: make(chan int, 1)}
	listen := func(string) (eapol.Conn, wps.MAC, error) { return w.segment.Join(ownMAC), ownMAC, nil }
	go func() { w.ended <- w.run(ctx, listen, append([]string{"-i", "eth0"}, args...)...) }()
	synctest.Wait()
	return w
}

// station returns the description of device n.
func station(n byte) wps.Device {
	d := wps.DefaultDevice()
	d.MAC = wps.MAC{0x02, 0, 0, 0, 0, n}
	d.UUID, d.DeviceName = wps.UUIDFromMAC(d.MAC), "Printer"
	return d
}

// enroll registers device n.
func (w *world) enroll(t *testing.T, n byte, password registration.Password) (*registration.Result, error) {
	t.Helper()
	m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: station(n)}, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return w.talk(t, n, m)
}

// external runs external registrar n.
func (w *world) external(t *testing.T, n byte, p string, settings *wps.Credential) (*registration.Result, error) {
	t.Helper()
	m, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: station(n)}, Password: registration.PIN(pin.MustParse(p)), AP: true, NewSettings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.talk(t, n, m)
}

func (w *world) talk(t *testing.T, n byte, m eapwsc.Machine) (*registration.Result, error) {
	t.Helper()
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	if err != nil {
		t.Fatal(err)
	}
	defer synctest.Wait()
	return eapol.Run(t.Context(), w.segment.Join(station(n).MAC), peer)
}

// ends waits until the program ends, and checks its exit status and its output.
// Each line must contain the words of one of the given lines.
func (w *world) ends(t *testing.T, want int, lines ...string) {
	t.Helper()
	code := <-w.ended
	got := strings.Split(strings.TrimSuffix(w.stdout.String(), "\n"), "\n")
	if code != want {
		t.Errorf("exit status %d, want %d: %s", code, want, &w.stderr)
	}
	i := 0
	for _, line := range got {
		if i < len(lines) && strings.Contains(line, lines[i]) {
			i++
		}
	}
	if i < len(lines) {
		t.Errorf("%q is missing, or out of order, in:\n%s", lines[i], &w.stdout)
	}
}

var thePIN = registration.PIN(pin.MustParse("12345670"))

func TestPIN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := filepath.Join(t.TempDir(), "keys")
		w := start(t.Context(), "-pin", "12345670", "-ssid", "Café", "-passphrase", "correct horse", "-v", "-keylog", keys)
		result, err := w.enroll(t, 2, thePIN)
		if err != nil || result.Credentials[0].SSID != "Café" || string(result.Credentials[0].NetworkKey) != "correct horse" {
			t.Errorf("%+v, %v", result, err)
		}
		w.ends(t, program.Fine, "The PIN is spent", "Registered: 02:00:00:00:00:02, “Printer”.")
		if !strings.Contains(w.stderr.String(), "02:00:00:00:00:02 received Response 1 WSC_MSG, 368 octets: M1\n") {
			t.Errorf("%s", &w.stderr)
		}
		if log, err := os.ReadFile(keys); err != nil || !strings.HasPrefix(string(log), "WSC ") {
			t.Errorf("%s, %v", log, err)
		}
	})
}

// TestSeveralPINs admits one device by its UUID and any other. The PIN for any
// device belongs to the first one that tries it.
//
// hostap: test_ap_wps_conf_pin_2sta
func TestSeveralPINs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t.Context(), "-pin", station(2).UUID.String()+"=12345670", "-pin", "1234", "-open")
		short := registration.PIN(pin.MustParse("1234"))
		for _, tt := range []struct {
			station  byte
			password registration.Password
			want     error
		}{
			{2, thePIN, nil},
			{4, thePIN, registration.ErrPassword},
			{3, short, registration.ErrNoRegistrar},
			{4, short, nil},
		} {
			if _, err := w.enroll(t, tt.station, tt.password); !errors.Is(err, tt.want) {
				t.Errorf("station %d: %v, want %v", tt.station, err, tt.want)
			}
		}
		w.ends(t, program.Fine, "Registered: 02:00:00:00:00:02", "Not registered: 02:00:00:00:00:04.", "  1. ",
			"A PIN is needed: 02:00:00:00:00:03, “Printer”", "Registered: 02:00:00:00:00:04")
	})
}

func TestPushButton(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t.Context(), "-pbc", "-json", "-show-key")
		result, err := w.enroll(t, 2, registration.PushButton())
		if err != nil {
			t.Fatal(err)
		}
		w.ends(t, program.Fine)
		programtest.Schema(t, w.stdout.String())
		var events []event
		for dec := json.NewDecoder(&w.stdout); dec.More(); {
			var e event
			if err := dec.Decode(&e); err != nil {
				t.Fatal(err)
			}
			events = append(events, e)
		}
		if len(events) != 2 || events[0].Event != "registered" || events[0].Device != "Printer" || events[0].UUID != station(2).UUID.String() ||
			events[1].Event != "new settings" || events[1].SSID != "gowps" || events[1].Key != string(result.Credentials[0].NetworkKey) {
			t.Errorf("%+v", events)
		}
	})
}

func TestPushButtonOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w := start(t.Context(), "-pbc")
		w.ends(t, program.Problem, "Two minutes are over")
		if took := time.Since(began); took != wps.WalkTime {
			t.Errorf("it took %v", took)
		}
	})
}

// TestOverlap starts a second device with its button pressed, while the first
// one has sent only M1.
func TestOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t.Context(), "-pbc", "-json")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		conn := w.segment.Join(station(2).MAC)
		sent := 0
		silent := eapol.Watch(conn, func(d eapol.Direction, _ wps.MAC, _ []byte) {
			if d == eapol.Sent {
				if sent++; sent == 4 { // M3 never arrives
					conn.Close()
				}
			}
		})
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: station(2)}, Password: registration.PushButton()})
		if err != nil {
			t.Fatal(err)
		}
		peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := eapol.Run(ctx, silent, peer); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if _, err := w.enroll(t, 3, registration.PushButton()); !errors.Is(err, registration.ErrOverlap) {
			t.Error(err)
		}
		w.ends(t, program.Problem, `"event":"overlap"`, `"cause":"overlap"`, `"event":"push button over"`)
	})
}

func TestAccessPointPIN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := start(ctx, "-ap-pin", "12345670", "-ssid", "home", "-passphrase", "correct horse")
		for n := range byte(3) {
			if _, err := w.external(t, 2+n, "99995676", nil); !errors.Is(err, registration.ErrPassword) {
				t.Error(err)
			}
		}
		time.Sleep(time.Minute)
		if result, err := w.external(t, 5, "12345670", nil); err != nil || result.AP.SSID != "home" {
			t.Error(err)
		}
		settings := wps.Credential{SSID: "new", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("another horse")}
		if _, err := w.external(t, 5, "12345670", &settings); err != nil {
			t.Error(err)
		}
		settings = wps.Credential{SSID: "free", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
		if _, err := w.external(t, 5, "12345670", &settings); err != nil {
			t.Error(err)
		}
		cancel()
		w.ends(t, program.Fine, "Not registered: 02:00:00:00:00:02.", "The access point's PIN is locked: 02:00:00:00:00:04", "unlocked",
			"Settings read by 02:00:00:00:00:05, “Printer”.", "New settings: network new, WPA2-Personal, AES, the key is not shown.", "New settings: network free, Open, None.")
		if strings.Contains(w.stdout.String(), "another horse") {
			t.Error("the key is shown")
		}
	})
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w := start(t.Context(), "-pin", "12345670", "-timeout", "10m")
		w.ends(t, program.Problem)
		if took := time.Since(began); took != 10*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// TestLinkGone removes the interface.
func TestLinkGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		conn := w.segment.Join(ownMAC)
		time.AfterFunc(time.Second, func() { conn.Close() })
		listen := func(string) (eapol.Conn, wps.MAC, error) { return conn, ownMAC, nil }
		if code := w.run(t.Context(), listen, "-i", "eth0", "-pbc"); code != program.Unable || !strings.Contains(w.stderr.String(), "wpsregistrar: eth0: ") {
			t.Errorf("%d: %s", code, &w.stderr)
		}
	})
}

func TestArguments(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"-i eth0", "one of -pin PIN"},
		{"-pbc", "-i INTERFACE is missing"},
		{"-i eth0 -pin 123", "digits"},
		{"-i eth0 -pin 12345671", "wpsregistrar: -pin: pin: wrong check digit"},
		{"-i eth0 -pin 00000000-0000-0000-0000-000000000001=12345671", "\"wpspin check\" says what was meant"},
		{"-i eth1 -any-checksum -pin 12345671", link.ErrNoInterface.Error()},
		{"-i eth0 -pin no-uuid=12345670", "UUID"},
		{"-i eth0 -pin 12345670 -pin 1234", "only one PIN can be for any device"},
		{"-i eth0 -pin 12345670 -pbc", "exclude each other"},
		{"-i eth0 -ap-pin 12345671", "check digit"},
		{"-i eth0 -pbc more", `"more" is too much`},
		{"-i eth0 -pbc -timeout -1s", "-timeout"},
		{"-i eth0 -pbc -open -passphrase 12345678", "exclude each other"},
		{"-i eth0 -pbc -passphrase 1234567", "-passphrase: "},
		{"-i eth0 -pbc -ssid 123456789012345678901234567890123", "1 to 32"},
		{"-nonsense", "-nonsense"},
		{"-i eth1 -pbc", link.ErrNoInterface.Error()},
	} {
		w := new(world)
		listen := func(string) (eapol.Conn, wps.MAC, error) { return nil, wps.MAC{}, link.ErrNoInterface }
		if code := w.run(t.Context(), listen, strings.Fields(tt.args)...); code != program.Unable || !strings.Contains(w.stderr.String(), tt.want) {
			t.Errorf("%s: %d\n%swant: %s", tt.args, code, &w.stderr, tt.want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		w := start(t.Context(), "-pbc", "-keylog", t.TempDir())
		w.ends(t, program.Unable)
	})
}
