package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/examples/internal/program/programtest"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var (
	routerMAC = wps.MAC{0x02, 0, 0, 0, 0, 1}
	ownMAC    = wps.MAC{0x02, 0, 0, 0, 0, 2}
	home      = wps.Credential{SSID: "Café", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse")}
	old       = wps.Credential{SSID: "old", AuthType: wps.AuthWPAPersonal, EncrType: wps.EncrTKIP, NetworkKey: []byte("correct horse")}
)

// world is a router in memory, with the output of the program.
type world struct {
	segment        eapol.Segment
	router         *eapol.Authenticator
	stdout, stderr bytes.Buffer
}

// newWorld returns a world whose router has the given networks.
func newWorld(t *testing.T, networks ...wps.Credential) *world {
	d := wps.DefaultDevice()
	d.MAC, d.UUID, d.DeviceName, d.State = routerMAC, wps.UUIDFromMAC(routerMAC), "Router", wps.Configured
	d.Manufacturer, d.ModelName = "Example", "R1"
	point := ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d, Faulty: true}, Credentials: networks, PIN: pin.MustParse("12345670"),
	})
	w := new(world)
	w.router = eapol.NewAuthenticator(w.segment.Join(routerMAC), point)
	go w.router.Serve(t.Context(), nil)
	return w
}

// enter enters a PIN at the router.
func (w *world) enter(t *testing.T, p string) {
	w.router.Do(func(now time.Time, point *ap.AccessPoint) {
		if err := point.EnterPIN(now, ap.PINEntry{PIN: pin.MustParse(p)}); err != nil {
			t.Error(err)
		}
	})
}

// press presses the router's button.
func (w *world) press(t *testing.T) {
	w.router.Do(func(now time.Time, point *ap.AccessPoint) {
		if err := point.PressButton(now); err != nil {
			t.Error(err)
		}
	})
}

// run runs the program.
func (w *world) run(ctx context.Context, args ...string) int {
	p := invocation{
		listen: func(iface string) (eapol.Conn, wps.MAC, error) {
			if iface != "eth0" {
				return nil, wps.MAC{}, link.ErrNoInterface
			}
			return w.segment.Join(ownMAC), ownMAC, nil
		},
		wifi: noWiFi,
	}
	return program.Run(ctx, command(&p), program.IO{Out: &w.stdout, Err: &w.stderr}, append([]string{"-i", "eth0"}, args...))
}

// noWiFi is openRadio on a machine without Wi-Fi.
func noWiFi(name string) (radio, error) {
	return nil, &station.Error{Interface: name, Class: station.ErrNoInterface}
}

// said checks the exit status, and that standard output and standard error
// contain texts.
func (w *world) said(t *testing.T, code, want int, stdout, stderr string) {
	t.Helper()
	if code != want || w.stdout.String() != stdout || !strings.Contains(w.stderr.String(), stderr) {
		t.Errorf("exit status %d, want %d\nstandard output:\n%swant:\n%sstandard error:\n%swant: %s", code, want, &w.stdout, stdout, &w.stderr, stderr)
	}
}

func TestFamily(t *testing.T) {
	programtest.Family(t, func() *program.Command { return command(new(invocation)) })
}

func TestEnroll(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   []string
		stdout string
	}{
		{"text", []string{"-pbc"}, "network   Café\nsecurity  WPA2-Personal, AES\nkey       not shown: -show-key prints it, -o FILE writes it to a file\n"},
		{"text with key", []string{"-pbc", "-show-key"}, "network   Café\nsecurity  WPA2-Personal, AES\nkey       correct horse\n"},
		{"JSON", []string{"-pbc", "-json"}, `{"schema":"wpsenroll/1","manufacturer":"Example","model":"R1","device_name":"Router","uuid":"` + wps.UUIDFromMAC(routerMAC).String() +
			`","networks":[{"ssid":"Café","ssid_hex":"436166c3a9","authentication":"WPA2-Personal","encryption":"AES"}]}` + "\n"},
		{"profile", []string{"-pbc", "-profile", "WPA_supplicant", "-show-key"}, "network={\n\tssid=436166c3a9\n\tpsk=\"correct horse\"\n\tkey_mgmt=WPA-PSK\n}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, home)
				w.press(t)
				w.said(t, w.run(t.Context(), tt.args...), program.Fine, tt.stdout, "Registered with “Router” (“Example R1”).\n")
			})
		})
	}
}

func TestEnrollSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, old, home)
		w.press(t)
		w.said(t, w.run(t.Context(), "-pbc", "-show-key"), program.Fine, "network   old\nsecurity  WPA-Personal, TKIP\nkey       correct horse\n"+
			"problem   credential cannot be used: the network allows TKIP only\nnetwork   Café\nsecurity  WPA2-Personal, AES\nkey       correct horse\n", "")
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, old, home)
		w.press(t)
		if code := w.run(t.Context(), "-pbc", "-profile", "iwd", "-show-key"); code != program.Fine || !strings.Contains(w.stdout.String(), "[Security]\nPassphrase=correct horse\n") {
			t.Errorf("%d: %s%s", code, &w.stdout, &w.stderr)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, old)
		w.press(t)
		w.said(t, w.run(t.Context(), "-pbc", "-profile", "iwd", "-show-key"), program.Unable, w.stdout.String(), "“old”: credential cannot be used")
		if !strings.Contains(w.stdout.String(), "key       correct horse\n") {
			t.Errorf("what the press was spent for is lost:\n%s", &w.stdout)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, old)
		w.press(t)
		if code := w.run(t.Context(), "-pbc", "-json"); code != program.Fine || !strings.Contains(w.stdout.String(), `"problem":"credential cannot be used`) {
			t.Errorf("%d: %s%s", code, &w.stdout, &w.stderr)
		}
	})
}

// TestEnrollFiles checks the permissions of the files.
func TestEnrollFiles(t *testing.T) {
	dir := t.TempDir()
	out, keys := filepath.Join(dir, "out"), filepath.Join(dir, "keys")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, home)
		w.press(t)
		w.said(t, w.run(t.Context(), "-pbc", "-json", "-o", out, "-keylog", keys), program.Fine, w.stdout.String(), "The settings, with the key, are in "+out)
		if strings.Contains(w.stdout.String(), "correct horse") {
			t.Error("the key was printed")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, home)
		w.press(t)
		w.said(t, w.run(t.Context(), "-pbc", "-profile", "iwd", "-o", filepath.Join(dir, "profile"), "-keylog", keys), program.Fine, "", "are in")
		w.press(t)
		w.said(t, w.run(t.Context(), "-pbc", "-o", dir), program.Unable, "", "wpsenroll: ")
		w.said(t, w.run(t.Context(), "-pbc", "-keylog", dir), program.Unable, "", "wpsenroll: ")
	})
	for name, want := range map[string]string{out: `"key":"correct horse"`, keys: "WSC ", filepath.Join(dir, "profile"): "Passphrase=correct horse"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		info, _ := os.Stat(name)
		if !strings.Contains(string(content), want) || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s, mode %v: %s", name, info.Mode(), content)
		}
	}
	if lines, _ := os.ReadFile(keys); bytes.Count(lines, []byte("\n")) != 2 {
		t.Errorf("the key log of two runs:\n%s", lines)
	}
}

// TestEnrollUnsafe uses a key that could control a terminal, and one that could
// forge a line.
func TestEnrollUnsafe(t *testing.T) {
	odd := home
	odd.SSID, odd.NetworkKey = "a\u202eb\u009b", []byte("\x1b[2Jkey\npassphrase\u009b31m\u2066")
	result := &registration.Result{Credentials: []wps.Credential{odd}}
	result.Peer.DeviceName = "R\x1b[31m\u202e\u009b"
	for _, form := range []string{"text", "json"} {
		var out, errs bytes.Buffer
		p := invocation{IO: program.IO{Out: &out, Err: &errs}}
		p.ShowKey, p.JSON, p.status = true, form == "json", live.NewStatus(&program.IO{Err: &errs})
		if err := p.report(result); err != nil {
			t.Fatal(err)
		}
		for _, r := range out.String() + errs.String() {
			if r != '\n' && !strconv.IsPrint(r) {
				t.Errorf("%s: %q in %q", form, r, out.String()+errs.String())
			}
		}
		if form == "text" && strings.Count(out.String(), "\n") > 4 {
			t.Errorf("a line was forged:\n%s", &out)
		}
		var got struct{ Networks []network }
		if form == "json" {
			programtest.Schema(t, out.String())
			if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Networks[0].Key != string(odd.NetworkKey) || got.Networks[0].SSID != string(odd.SSID) {
				t.Errorf("something is lost: %v %+v", err, got)
			}
		}
	}
}

// TestEnrollOutputFails checks that an invalid -o is noticed before the PIN is
// used, and that a full disk at the end is reported.
func TestEnrollOutputFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, home)
		w.enter(t, "12345670")
		w.said(t, w.run(t.Context(), "-pin", "12345670", "-o", filepath.Join(t.TempDir(), "no", "file")), program.Unable, "", "wpsenroll: -o: ")
		exists := filepath.Join(t.TempDir(), "exists")
		if err := os.WriteFile(exists, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		w.said(t, w.run(t.Context(), "-pin", "12345670", "-o", exists), program.Unable, "", "-force overwrites it")
		w.said(t, w.run(t.Context(), "-pin", "12345670", "-o", exists, "-force"), program.Fine, w.stdout.String(), "are in "+exists) // the PIN was not used
	})
	result := &registration.Result{Credentials: []wps.Credential{home}}
	output, err := outfile.CreateSecret(filepath.Join(t.TempDir(), "out"), false)
	if err != nil {
		t.Fatal(err)
	}
	output.Discard() // writing to a closed file fails, as on a full disk
	var out, errs bytes.Buffer
	p := invocation{IO: program.IO{Out: &out, Err: &errs}, output: output, outputFile: "out", status: live.NewStatus(&program.IO{Err: &errs})}
	if err := p.report(result); err == nil || !strings.Contains(err.Error(), "printed instead") || !strings.Contains(out.String(), "key       correct horse\n") {
		t.Errorf("%v\n%s", err, &out)
	}
}

// TestEnrollWaits enters the PIN while the program waits.
func TestEnrollWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, home)
		time.AfterFunc(7*time.Second, func() { w.enter(t, "12345670") })
		began := time.Now()
		code := w.run(t.Context(), "-pin", "1234-5670", "-v")
		if took := time.Since(began); took != 2*retryPause {
			t.Errorf("it took %v", took)
		}
		w.said(t, code, program.Fine, w.stdout.String(), "received Request 2 WSC_MSG, 177 octets: M2D\n")
		if n := strings.Count(w.stderr.String(), "Type the PIN of this device at its web page now ...\n"); n != 1 {
			t.Errorf("it said %d times what to do:\n%s", n, &w.stderr)
		}
	})
}

func TestEnrollFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		set    func(t *testing.T, w *world)
		args   []string
		stderr string
		took   time.Duration
	}{
		{"wrong PIN", func(t *testing.T, w *world) { w.enter(t, "12345670") }, []string{"-pin", "12349999"}, "in their second half", 0},
		{"button not pressed", func(*testing.T, *world) {}, []string{"-pbc"}, "Press its WPS button now", wps.WalkTime},
		{"new PIN not entered", func(*testing.T, *world) {}, []string{"-new-pin", "-timeout", "30s"}, "The PIN of this device: ", 30 * time.Second},
		{"wrong AP PIN", func(*testing.T, *world) {}, []string{"-registrar", "-ap-pin", "99995676"}, "in their first half", 0},
		{"nobody", func(_ *testing.T, w *world) { w.segment.Join(routerMAC) }, []string{"-pbc"}, "no answer: ", wps.WalkTime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, home)
				tt.set(t, w)
				began := time.Now()
				w.said(t, w.run(t.Context(), tt.args...), program.Problem, "", tt.stderr)
				if took := time.Since(began); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

// TestEnrollInterrupted interrupts the program as Ctrl-C does.
func TestEnrollInterrupted(t *testing.T) {
	for name, set := range map[string]func(w *world){"in a pause": func(*world) {}, "while nobody answers": func(w *world) { w.segment.Join(routerMAC) }} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, home)
				set(w)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(2*time.Second, func() { cancel(errors.New("interrupted")) })
				w.said(t, w.run(ctx, "-pbc"), program.Problem, "", "Stopped by you")
			})
		})
	}
}

// TestRegistrar reads and writes the router's settings.
func TestRegistrar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, home)
		w.said(t, w.run(t.Context(), "-registrar", "-ap-pin", "12345670", "-show-key"), program.Fine,
			"network   Café\nsecurity  WPA2-Personal, AES\nkey       correct horse\n", "Read the settings of “Router” (“Example R1”).\n")
		w.stdout.Reset()
		w.said(t, w.run(t.Context(), "-registrar", "-ap-pin", "12345670", "-ssid", "new", "-passphrase", "another horse", "-show-key"), program.Fine,
			"network   new\nsecurity  WPA2-Personal, AES\nkey       another horse\n", "Wrote the settings of “Router” (“Example R1”).\n")
		w.stdout.Reset()
		w.said(t, w.run(t.Context(), "-registrar", "-ap-pin", "12345670", "-ssid", "free", "-open"), program.Fine,
			"network   free\nsecurity  Open, None\n", "")
		w.router.Do(func(_ time.Time, point *ap.AccessPoint) {
			if got := point.Settings(); got.SSID != "free" || got.AuthType != wps.AuthOpen {
				t.Errorf("the router has %v", got)
			}
		})
	})
}

func TestArguments(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"-i eth0", "one of -pin PIN"},
		{"-i eth0 -pbc -new-pin", "one of -pin PIN"},
		{"-i eth0 -registrar", "belong together"},
		{"-i eth0 -ap-pin 12345670", "belong together"},
		{"-i eth0 -registrar -ap-pin 12345670 -pbc", "one of"},
		{"-pbc", "-i INTERFACE is missing"},
		{"-i eth0 -pin 12345671", "check digit"},
		{"-i eth0 -registrar -ap-pin 123", "digits"},
		{"-i eth0 -pbc more", `"more" is too much`},
		{"-i eth0 -pbc -timeout 0s", "-timeout"},
		{"-i eth0 -pbc -json -profile iwd -show-key", "exclude each other"},
		{"-i eth0 -pbc -profile iwd", "-o FILE"},
		{"-i eth0 -pbc -profile windows", "there is no profile"},
		{"-i eth0 -pbc -ssid n", station.ErrNoInterface.Error()},
		{"-i eth0 -pbc -bssid 02:00:00:00:00:01", station.ErrNoInterface.Error()},
		{"-i eth0 -pbc -bssid 02:00", "-bssid"},
		{"-i eth0 -pbc -join", station.ErrNoInterface.Error()},
		{"-i eth0 -registrar -ap-pin 12345670 -join", "-join is for a device"},
		{"-i eth0 -pbc -ssid n -passphrase 12345678", "are for -registrar"},
		{"-i eth0 -list", station.ErrNoInterface.Error()},
		{"-i eth0 -list -pbc", "-list only lists"},
		{"-i eth0 -upnp -pbc", "-upnp is for -registrar or -list"},
		{"-i eth0 -upnp -list -registrar -ap-pin 12345670", "-upnp is for -registrar or -list"},
		{"-i eth0 -upnp -list 10.0.0.1 more", `"more" is too much`},
		{"-i eth0 -upnp -list router.example", "is no IPv4 address"},
		{"-i eth0 -upnp -list -bssid 02:00:00:00:00:01", "-upnp and -bssid exclude each other"},
		{"-upnp -list", "-i INTERFACE is missing"},
		{"-i nosuchinterface -upnp -list", "interface cannot be used"},
		{"-i eth0 -registrar -ap-pin 12345670 -open", "need -ssid"},
		{"-i eth0 -registrar -ap-pin 12345670 -ssid n", "-passphrase TEXT or -open is needed"},
		{"-i eth0 -registrar -ap-pin 12345670 -ssid n -passphrase 1234567", "-passphrase: "},
		{"-i eth0 -registrar -ap-pin 12345670 -ssid n -passphrase 12345678 -open", "exclude each other"},
		{"-i eth0 -registrar -ap-pin 12345670 -passphrase 12345678 -ssid 123456789012345678901234567890123", "1 to 32"},
		{"-nonsense", "-nonsense"},
		{"-i eth1 -pbc", link.ErrNoInterface.Error()},
	} {
		w := new(world)
		p := invocation{listen: func(string) (eapol.Conn, wps.MAC, error) { return nil, wps.MAC{}, link.ErrNoInterface }, wifi: noWiFi}
		w.said(t, program.Run(t.Context(), command(&p), program.IO{Out: &w.stdout, Err: &w.stderr}, strings.Fields(tt.args)), program.Unable, "", tt.want)
	}
}

// TestJSON checks the JSON output.
func TestJSON(t *testing.T) {
	result := &registration.Result{Credentials: []wps.Credential{{SSID: "a\xff\"b"}}}
	b, err := renderJSON(result, result.Credentials, true)
	programtest.Schema(t, string(b))
	var got struct {
		Networks []network `json:"networks"`
	}
	if err := errors.Join(err, json.Unmarshal(b, &got)); err != nil || got.Networks[0].SSID != "a\uFFFD\"b" || got.Networks[0].SSIDHex != "61ff2262" {
		t.Errorf("%s, %v", b, err)
	}
}
