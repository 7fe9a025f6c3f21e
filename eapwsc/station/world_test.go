//go:build linux

package station_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/wps"
)

// world is the environment of one case in the machine: a capture of everything
// on the air, and the programs that it has started.
type world struct {
	*testing.T
	name    string
	netlink *recorder
	iwdMTU  string // of iwd's EAP, in octets, if not the default
	bus     *program
}

// newWorld starts a case. Its files are in /out.
func newWorld(t *testing.T) *world {
	w := &world{T: t, name: path.Base(t.Name())}
	w.netlink = newRecorder(w)
	tap, err := station.NewTap("hwsim0")
	if err != nil {
		t.Fatal(err)
	}
	w.record(tap, "pcap", thinned)
	return w
}

// record copies a capture into a file until the case is over.
func (w *world) record(tap *station.Tap, suffix string, copied func(io.Writer, io.Reader) error) {
	w.Helper()
	file, err := os.Create(w.file(suffix))
	if err != nil {
		w.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		done <- copied(file, tap)
	}()
	w.Cleanup(func() {
		tap.Close()
		if err := errors.Join(<-done, file.Close()); err != nil {
			w.Error(err)
		}
	})
}

// file returns the path of a file of the case.
func (w *world) file(suffix string) string { return filepath.Join("/out", w.name+"."+suffix) }

// program is a program that runs during the case.
type program struct {
	w    *world
	name string
	cmd  *exec.Cmd
	log  string
	at   int // how far wait has read the log
}

// start starts a program and keeps its output.
func (w *world) start(label, name string, arguments ...string) *program {
	w.Helper()
	p := &program{w: w, name: name, cmd: exec.Command(name, arguments...), log: w.file(name + "-" + label + ".log")}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		w.Fatal(err)
	}
	defer log.Close()
	p.at = len(p.output())
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(p.stop)
	return p
}

// stop ends a program.
func (p *program) stop() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait()
	}
	if p.w.Failed() {
		p.w.Logf("%s:\n%s", p.log, p.output())
	}
}

func (p *program) output() string {
	b, _ := os.ReadFile(p.log)
	return string(b)
}

// wait waits until the program prints a text that it has not printed before the
// last wait.
func (p *program) wait(what string) string {
	p.w.Helper()
	return p.waitFor(what, time.Minute)
}

// waitFor is wait with another limit than a minute. It reads the output again
// only when it has grown, because the machine is slow.
func (p *program) waitFor(what string, most time.Duration) string {
	p.w.Helper()
	pattern := regexp.MustCompile(what)
	size := int64(-1)
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if info, err := os.Stat(p.log); err != nil || info.Size() == size {
			continue
		} else {
			size = info.Size()
		}
		output := p.output()
		if at := pattern.FindStringIndex(output[p.at:]); at != nil {
			line := output[p.at+at[0] : p.at+at[1]]
			p.at += at[1]
			return line
		}
	}
	p.w.Fatalf("%s did not say %q", p.name, what)
	return ""
}

// never checks that the program has not printed a text.
func (p *program) never(what string) {
	p.w.Helper()
	if said := regexp.MustCompile(what).FindString(p.output()); said != "" {
		p.w.Errorf("%s said %q", p.name, said)
	}
}

// kill kills a program.
func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// call runs one of our programs to its end.
func (w *world) call(name string, arguments ...string) (status int, stdout, stderr string) {
	return w.callAs(0, name, arguments...)
}

// callAs runs one of our programs as a user.
func (w *world) callAs(user uint32, name string, arguments ...string) (status int, stdout, stderr string) {
	w.Helper()
	var out, errs strings.Builder
	cmd := exec.CommandContext(w.Context(), name, arguments...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		w.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// accessPoint is an interface of a hostapd.
type accessPoint struct {
	*program
	radio string
	paths []string // paths of all configurations of the program
}

const (
	network    = "golden-wps"
	apPIN      = "12345670"
	passphrase = "correct horse battery"
)

// configure writes the configuration of an access point with WPA2 and WPS on
// 2.4 GHz, channel 6, and returns its path. Lines replace those with the same
// key, or remove them if they have no value.
func (w *world) configure(radio int, ssid string, lines ...string) (path string) {
	w.Helper()
	name := radioName(radio)
	config := fmt.Sprintf(`interface=%[1]s
driver=nl80211
ctrl_interface=/run/hostapd
ssid2="%[3]s"
hw_mode=g
channel=6
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=%[4]s
eap_server=1
wps_state=2
ap_pin=%[5]s
config_methods=label virtual_display virtual_push_button keypad
uuid=12345678-9abc-def0-1234-0000000000%[2]d0
device_name=Router %[1]s
manufacturer=Example Works
model_name=Golden Router
model_number=GR-1
serial_number=0001
device_type=6-0050F204-1
os_version=01020300
`, name, radio, ssid, passphrase, apPIN)
	for _, line := range lines {
		key, _, set := strings.Cut(line, "=")
		config = regexp.MustCompile(`(?m)^`+key+`=.*\n`).ReplaceAllString(config, "")
		if set {
			config += line + "\n"
		}
	}
	path = filepath.Join("/run", name+".conf")
	if err := os.WriteFile(path, []byte(config), 0o666); err != nil {
		w.Fatal(err)
	}
	return path
}

// accessPoint starts an access point.
func (w *world) accessPoint(radio int, ssid string, lines ...string) *accessPoint {
	w.Helper()
	return w.accessPoints(w.configure(radio, ssid, lines...))[0]
}

// accessPoints starts one device with several radios.
func (w *world) accessPoints(paths ...string) (all []*accessPoint) {
	w.Helper()
	name := strings.TrimSuffix(filepath.Base(paths[0]), ".conf")
	p := w.start(name, "hostapd", append([]string{"-dd", "-K", "-t"}, paths...)...)
	for _, path := range paths {
		p.wait("AP-ENABLED")
		all = append(all, &accessPoint{p, strings.TrimSuffix(filepath.Base(path), ".conf"), paths})
	}
	return all
}

// again restarts an access point that was killed.
func (a *accessPoint) again() { *a = *a.w.accessPoints(a.paths...)[0] }

// ask sends the access point a command, which must succeed.
func (a *accessPoint) ask(arguments ...string) string {
	a.w.Helper()
	output, ok := a.command(arguments...)
	if !ok {
		a.w.Fatalf("hostapd_cli %v: %s", arguments, output)
	}
	return output
}

// refuse sends the access point a command, which must fail.
func (a *accessPoint) refuse(arguments ...string) {
	a.w.Helper()
	if output, ok := a.command(arguments...); ok {
		a.w.Errorf("hostapd_cli %v: %s", arguments, output)
	}
}

func (a *accessPoint) command(arguments ...string) (output string, ok bool) {
	b, err := exec.Command("hostapd_cli", append([]string{"-p", "/run/hostapd", "-i", a.radio}, arguments...)...).CombinedOutput()
	return string(b), err == nil && !strings.Contains(string(b), "FAIL")
}

// loses waits until a station has disconnected.
func (a *accessPoint) loses(mac wps.MAC) {
	a.w.Helper()
	for range 100 {
		if !strings.Contains(a.ask("list_sta"), mac.String()) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	a.w.Errorf("%v is still there", mac)
}

// address returns the address of an interface.
func address(t testing.TB, name string) wps.MAC {
	t.Helper()
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return wps.MAC(ifi.HardwareAddr)
}

func radioName(radio int) string { return fmt.Sprintf("wlan%d", radio) }

// station opens a radio as a station.
func (w *world) station(radio int) *station.Station {
	w.Helper()
	s, err := station.Open(radioName(radio))
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// supplicant starts a wpa_supplicant with the networks of its configuration.
func (w *world) supplicant(radio int, networks string) *program {
	w.Helper()
	path := filepath.Join("/run", radioName(radio)+"-supplicant.conf")
	if err := os.WriteFile(path, []byte("ctrl_interface=/run/wpa_supplicant\n"+networks), 0o666); err != nil {
		w.Fatal(err)
	}
	p := w.start(radioName(radio), "wpa_supplicant", "-Dnl80211", "-i"+radioName(radio), "-c"+path)
	p.wait("Successfully initialized wpa_supplicant")
	return p
}

// write writes a file, and creates its folder.
func (w *world) write(path, text string) {
	w.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		w.Fatal(err)
	}
}

// store replaces the profiles that a program has stored in a folder.
func (w *world) store(folder string, profiles ...station.Profile) {
	w.Helper()
	if err := os.RemoveAll(folder); err != nil {
		w.Fatal(err)
	}
	for _, p := range profiles {
		w.write(p.Path, p.Text)
	}
}

// startBus starts a D-Bus without access control, once in a case.
func (w *world) startBus() {
	w.Helper()
	if w.bus != nil {
		return
	}
	const config, socket = "/run/dbus.conf", "/run/dbus/system_bus_socket"
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		w.Fatal(err)
	}
	os.Remove(socket)
	w.write(config, `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=`+socket+`</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow receive_sender="*" eavesdrop="true"/></policy></busconfig>
`)
	w.bus = w.start("bus", "dbus-daemon", "--config-file="+config, "--nofork", "--nopidfile")
	for range 100 {
		if _, err := os.Stat(socket); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.Fatal("there is no bus")
}

// place moves a radio to one of two places out of range of each other. All
// start at the first one.
func (w *world) place(radio, place int) {
	w.Helper()
	err := os.WriteFile(fmt.Sprintf("/sys/kernel/debug/ieee80211/phy%d/hwsim/group", radio), []byte(fmt.Sprint(place)), 0)
	if err != nil {
		w.Fatal(err)
	}
}

// down brings an interface down.
func (w *world) down(radio int) {
	w.Helper()
	if output, err := exec.Command("ip", "link", "set", radioName(radio), "down").CombinedOutput(); err != nil {
		w.Fatalf("%v\n%s", err, output)
	}
}

// isUp reports whether an interface is up.
func (w *world) isUp(radio int) bool {
	w.Helper()
	ifi, err := net.InterfaceByName(radioName(radio))
	if err != nil {
		w.Fatal(err)
	}
	return ifi.Flags&net.FlagUp != 0
}
