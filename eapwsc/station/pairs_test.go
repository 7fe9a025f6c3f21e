//go:build linux

package station_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/station"
)

// pairs are the cases between stock programs, hostapd on one side and
// wpa_supplicant or iwd on the other. Their results, the logs of both sides and
// a capture, are test data of package eapwsc/capture/text: the log of a run
// must give the same cause as the capture. The files are kept by
//
//	WPS_RADIO=required go test ./eapwsc/station -run TestRadioPairs -timeout 1h -artifacts -outputdir DIR
var pairs = []radioCase{
	{"supplicant-pin", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		ap.ask("wps_pin", "any", apPIN)
		sta.ask("wps_pin", "any", apPIN)
		sta.wait("CTRL-EVENT-CONNECTED")
	}},
	{"supplicant-pbc", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		ap.ask("wps_pbc")
		sta.ask("wps_pbc")
		sta.wait("CTRL-EVENT-CONNECTED")
	}},
	{"supplicant-learn", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		sta.ask("wps_reg", address(w, ap.radio).String(), apPIN)
		sta.wait("CTRL-EVENT-CONNECTED")
	}},
	{"supplicant-wrong-half1", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		ap.ask("wps_pin", "any", apPIN)
		sta.ask("wps_pin", address(w, ap.radio).String(), "43211234")
		sta.wait("WPS-FAIL msg=8 config_error=18")
	}},
	{"supplicant-wrong-half2", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		ap.ask("wps_pin", "any", apPIN)
		sta.ask("wps_pin", address(w, ap.radio).String(), "12340002")
		sta.wait("WPS-FAIL msg=10 config_error=18")
	}},
	{"supplicant-no-pin", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		sta.ask("wps_pin", address(w, ap.radio).String(), apPIN)
		sta.wait("WPS-M2D")
		ap.wait("WPS-PIN-NEEDED")
	}},
	{"supplicant-pin-of-another", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		ap.ask("wps_pin", "11111111-2222-3333-4444-555555555555", apPIN)
		sta.ask("wps_pin", address(w, ap.radio).String(), apPIN)
		sta.wait("WPS-M2D")
	}},
	{"supplicant-pin-while-button", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		ap.ask("wps_pbc")
		sta.ask("wps_pin", address(w, ap.radio).String(), apPIN)
		sta.wait("WPS-M2D")
	}},
	{"supplicant-overlap", func(w *world) {
		ap, neighbour, sta := w.accessPoint(0, network), w.accessPoint(2, "next door"), w.stockSupplicant(1)
		ap.ask("wps_pbc")
		neighbour.ask("wps_pbc")
		sta.ask("wps_pbc")
		sta.wait("WPS-OVERLAP-DETECTED")
	}},
	{"supplicant-two-stations", func(w *world) {
		ap, one, two := w.accessPoint(0, network), w.stockSupplicant(1), w.stockSupplicant(3)
		one.ask("wps_pbc")
		two.ask("wps_pbc")
		time.Sleep(4 * time.Second)
		ap.refuse("wps_pbc")
		ap.wait("WPS-OVERLAP-DETECTED")
	}},
	{"supplicant-nobody-pressed", func(w *world) {
		w.accessPoint(0, network)
		sta := w.stockSupplicant(1)
		sta.ask("wps_pbc")
		sta.waitFor("WPS-TIMEOUT", 3*time.Minute)
	}},
	{"supplicant-wps-off", func(w *world) {
		w.accessPoint(0, network, "wps_state=0")
		sta := w.stockSupplicant(1)
		sta.ask("wps_pbc")
		sta.waitFor("WPS-TIMEOUT", 3*time.Minute)
	}},
	{"supplicant-learn-wrong-half1", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		sta.ask("wps_reg", address(w, ap.radio).String(), "43211234")
		sta.wait("WPS-FAIL msg=8 config_error=18")
	}},
	{"supplicant-learn-wrong-half2", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		sta.ask("wps_reg", address(w, ap.radio).String(), "12340002")
		sta.wait("WPS-FAIL msg=10 config_error=18")
	}},
	{"supplicant-locked", func(w *world) {
		ap, sta := w.accessPoint(0, network, "ap_setup_locked=1"), w.stockSupplicant(1)
		sta.ask("wps_reg", address(w, ap.radio).String(), apPIN)
		sta.wait("WPS-FAIL msg=5 config_error=15")
	}},
	{"supplicant-no-ap-pin", func(w *world) {
		ap, sta := w.accessPoint(0, network, "ap_pin"), w.stockSupplicant(1)
		sta.ask("wps_reg", address(w, ap.radio).String(), apPIN)
		sta.wait("WPS-FAIL msg=5 config_error=15")
	}},
	{"supplicant-refused", func(w *world) {
		ap, sta := w.accessPoint(0, network, "max_num_sta=0"), w.stockSupplicant(1)
		ap.ask("wps_pbc")
		sta.ask("wps_pbc")
		sta.wait("REJECT")
	}},
	{"supplicant-ap-vanishes", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.stockSupplicant(1)
		ap.ask("wps_pin", "any", apPIN)
		sta.ask("wps_pin", address(w, ap.radio).String(), apPIN)
		sta.wait("EAP-WSC: Received start")
		w.place(1, 2)
		sta.waitFor("CTRL-EVENT-DISCONNECTED", 2*time.Minute)
	}},
	{"iwd-pbc", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.iwd(1)
		ap.ask("wps_pbc")
		sta.call("PushButton")
		ap.wait("AP-STA-CONNECTED")
	}},
	{"iwd-pin", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.iwd(1)
		ap.ask("wps_pin", "any", apPIN)
		sta.call("StartPin", "string:"+apPIN)
		ap.wait("AP-STA-CONNECTED")
	}},
	{"iwd-wrong-half1", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.iwd(1)
		ap.ask("wps_pin", "any", apPIN)
		sta.fails("NoCredentials", "StartPin", "string:43211234")
	}},
	{"iwd-wrong-half2", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.iwd(1)
		ap.ask("wps_pin", "any", apPIN)
		sta.fails("NoCredentials", "StartPin", "string:12340002")
	}},
	{"iwd-pin-of-another", func(w *world) {
		ap, sta := w.accessPoint(0, network), w.iwd(1)
		ap.ask("wps_pin", "11111111-2222-3333-4444-555555555555", apPIN)
		sta.fails("", "StartPin", "string:"+apPIN)
	}},
	{"iwd-overlap", func(w *world) {
		ap, neighbour, sta := w.accessPoint(0, network), w.accessPoint(2, "next door"), w.iwd(1)
		ap.ask("wps_pbc")
		neighbour.ask("wps_pbc")
		sta.fails("SessionOverlap", "PushButton")
	}},
	{"iwd-nobody-pressed", func(w *world) {
		w.accessPoint(0, network)
		w.iwd(1).fails("WalkTimeExpired", "PushButton")
	}},
	{"iwd-nobody-entered-the-pin", func(w *world) {
		w.accessPoint(0, network)
		w.iwd(1).fails("TimeExpired", "StartPin", "string:"+apPIN)
	}},
}

// stockStation is a wpa_supplicant with no networks.
type stockStation struct {
	*program
	radio string
}

// stockSupplicant starts a wpa_supplicant that is controlled by commands.
func (w *world) stockSupplicant(radio int) *stockStation {
	w.Helper()
	name := radioName(radio)
	path := filepath.Join("/run", name+"-stock.conf")
	config := "ctrl_interface=/run/wpa_supplicant\nupdate_config=1\nfreq_list=2437\ndevice_name=Station\nmanufacturer=Example Works\nmodel_name=Golden Client\n" +
		"model_number=GC-1\nserial_number=0002\ndevice_type=1-0050F204-1\nconfig_methods=virtual_display virtual_push_button keypad\n"
	if err := os.WriteFile(path, []byte(config), 0o666); err != nil {
		w.Fatal(err)
	}
	p := w.start(name, "wpa_supplicant", "-dd", "-K", "-t", "-Dnl80211", "-i"+name, "-c"+path)
	p.wait("State: DISCONNECTED -> INACTIVE")
	return &stockStation{p, name}
}

// ask sends it a command, which must succeed, and returns the answer.
func (s *stockStation) ask(arguments ...string) string {
	s.w.Helper()
	b, err := exec.Command("wpa_cli", append([]string{"-p", "/run/wpa_supplicant", "-i", s.radio}, arguments...)...).CombinedOutput()
	if err != nil || strings.Contains(string(b), "FAIL") {
		s.w.Fatalf("wpa_cli %v: %s", arguments, b)
	}
	return string(b)
}

// iwd is an iwd with one station.
type iwd struct {
	*program
	path string // of the station's object
}

// iwd starts a bus, and iwd on a radio, with the given profiles stored.
func (w *world) iwd(radio int) *iwd { return w.iwdWith(radio) }

func (w *world) iwdWith(radio int, profiles ...station.Profile) *iwd {
	w.Helper()
	w.store("/var/lib/iwd", profiles...)
	config := "[General]\nUseDefaultInterface=true\n"
	if w.iwdMTU != "" {
		config += "[EAP]\nMTU=" + w.iwdMTU + "\n"
	}
	w.write("/etc/iwd/main.conf", config)
	w.startBus()
	name := radioName(radio)
	d := &iwd{program: w.start(name, "iwd", "-d", "-i", name)}
	for range 100 {
		objects, _ := d.send("/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
		path, named := "", false
		for line := range strings.Lines(objects) {
			if _, object, ok := strings.Cut(line, "object path \""); ok {
				path, _, _ = strings.Cut(object, "\"")
			}
			if named && strings.Contains(line, `"`+name+`"`) {
				d.path = path
			}
			named = strings.Contains(line, `string "Name"`)
		}
		if d.path != "" && strings.Contains(objects, "net.connman.iwd.Station") {
			time.Sleep(time.Second)
			return d
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.Fatal("iwd has no station")
	return nil
}

func (d *iwd) send(path, method string, arguments ...string) (string, error) {
	b, err := exec.Command("dbus-send", append([]string{"--system", "--print-reply", "--reply-timeout=200000", "--dest=net.connman.iwd", path, method}, arguments...)...).CombinedOutput()
	return string(b), err
}

// call calls a method of WPS, which must succeed.
func (d *iwd) call(method string, arguments ...string) {
	d.w.Helper()
	if reply, err := d.send(d.path, "net.connman.iwd.SimpleConfiguration."+method, arguments...); err != nil {
		d.w.Fatalf("%s: %s", method, reply)
	}
}

// fails calls a method of WPS, which must fail with an error.
func (d *iwd) fails(want, method string, arguments ...string) {
	d.w.Helper()
	reply, err := d.send(d.path, "net.connman.iwd.SimpleConfiguration."+method, arguments...)
	if err == nil || !strings.Contains(reply, want) {
		d.w.Errorf("%s: %s; want %s", method, reply, want)
	}
}

// radioCase is a case among the radios.
type radioCase struct {
	name string
	run  func(w *world)
}

// runPairs runs the cases between stock programs.
func runPairs(t *testing.T) { runRadio(t, pairs) }

// runRadio runs cases, each in its own world.
func runRadio(t *testing.T, all []radioCase) {
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) { c.run(newWorld(t)) })
	}
}
