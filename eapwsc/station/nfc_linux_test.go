package station_test

import (
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
)

// nfcCases have our programs exchange tags and handovers with stock hostapd and
// wpa_supplicant, as their users would: through files and control commands.
var nfcCases = []radioCase{
	// hostap: test_nfc_wps_config_token
	{"nfc-configuration-token", func(w *world) {
		point := w.accessPoint(0, network)
		tag := w.tag("config", point.ask("wps_nfc_config_token", "NDEF"))
		const profile = "/run/profile.conf"
		if status, stdout, stderr := w.call("wpsenroll", "-i", "wlan1", "-nfc", tag, "-profile", "wpa_supplicant", "-o", profile, "-update"); status != 0 {
			w.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
		}
		text, err := os.ReadFile(profile)
		if err != nil {
			w.Fatal(err)
		}
		w.supplicant(1, string(text))
		point.wait("AP-STA-CONNECTED")
	}},
	// hostap: test_nfc_wps_password_token_sta
	{"nfc-station-token", func(w *world) {
		point := w.accessPoint(0, network)
		tag := w.fresh("token")
		enroll := w.start("token", "wpsenroll", "-i", "wlan1", "-nfc-token", tag, "-show-key")
		point.ask("wps_nfc_tag_read", w.reads(tag))
		w.ends(enroll, passphrase)
		point.wait("WPS-REG-SUCCESS")
	}},
	// hostap: test_nfc_wps_password_token_ap
	{"nfc-access-point-token", func(w *world) {
		point := w.accessPoint(0, network)
		tag := w.tag("ap", point.ask("wps_nfc_token", "NDEF"))
		point.ask("wps_nfc_token", "enable")
		w.ends(w.start("token", "wpsenroll", "-i", "wlan1", "-registrar", "-nfc", tag, "-show-key"), passphrase)
	}},
	// hostap: test_nfc_wps_handover
	{"nfc-handover", func(w *world) {
		point := w.accessPoint(0, network)
		request, answer := w.fresh("request"), w.fresh("answer")
		if err := syscall.Mkfifo(answer, 0o600); err != nil {
			w.Fatal(err)
		}
		enroll := w.start("handover", "wpsenroll", "-i", "wlan1", "-nfc-request", request, "-nfc", answer, "-show-key")
		selected := strings.TrimSpace(point.ask("nfc_get_handover_sel", "NDEF", "WPS-CR"))
		point.ask("raw", "NFC_REPORT_HANDOVER RESP WPS "+w.carrier(w.reads(request))+" "+selected)
		octets, err := hex.DecodeString(selected)
		if err == nil {
			err = os.WriteFile(answer, octets, 0o600)
		}
		if err != nil {
			w.Fatal(err)
		}
		w.ends(enroll, passphrase)
		point.wait("WPS-REG-SUCCESS")
	}},
	// hostap: test_nfc_wps_password_token_sta
	{"nfc-registrar-token", func(w *world) {
		point, sta := w.accessPoint(0, network, behindRADIUS...), w.stockSupplicant(1)
		registrar := w.radiusRegistrar("-nfc", w.tag("station", sta.ask("wps_nfc_token", "NDEF")))
		sta.ask("wps_nfc", address(w, point.radio).String())
		point.wait("AP-STA-CONNECTED")
		w.ends(registrar, "")
	}},
	// hostap: test_nfc_wps_handover
	{"nfc-registrar-handover", func(w *world) {
		point, sta := w.accessPoint(0, network, behindRADIUS...), w.stockSupplicant(1)
		request, answer := strings.TrimSpace(sta.ask("nfc_get_handover_req", "NDEF", "WPS-CR")), w.fresh("answer")
		registrar := w.radiusRegistrar("-nfc", w.tag("request", request), "-nfc-answer", answer)
		sta.ask("nfc_report_handover", "INIT", "WPS", request, w.carrier(w.reads(answer)))
		point.wait("AP-STA-CONNECTED")
		w.ends(registrar, "")
	}},
	// hostap: test_nfc_wps_config_token
	{"nfc-registrar-configuration", func(w *world) {
		point, sta := w.accessPoint(0, network, behindRADIUS...), w.stockSupplicant(1)
		tag := w.fresh("networks")
		w.radiusRegistrar("-nfc-config", tag, "-pbc")
		sta.ask("wps_nfc_tag_read", w.reads(tag))
		point.wait("AP-STA-CONNECTED")
	}},
}

// radiusRegistrar starts our registrar behind hostapd.
func (w *world) radiusRegistrar(arguments ...string) *program {
	w.Helper()
	w.write("/run/clients", "127.0.0.1 "+radiusSecret+"\n")
	p := w.start("radius", "wpsregistrar", append([]string{"-radius", "127.0.0.1", "-secret-file", "/run/clients",
		"-hostapd-control", "/run/hostapd", "-ssid", network, "-passphrase", passphrase}, arguments...)...)
	p.wait("(?i)waiting")
	return p
}

// fresh returns the path of a file that does not exist.
func (w *world) fresh(name string) string {
	path := "/run/nfc-" + name
	os.Remove(path)
	return path
}

// tag writes the octets that a program has printed in hexadecimal.
func (w *world) tag(name, digits string) (path string) {
	w.Helper()
	octets, err := hex.DecodeString(regexp.MustCompile(`(?m)^[0-9a-fA-F]{20,}$`).FindString(digits))
	if err != nil || len(octets) == 0 {
		w.Fatalf("no tag: %q", digits)
	}
	path = w.fresh(name)
	w.write(path, string(octets))
	return path
}

// reads returns what one of our programs writes into a file, in hexadecimal.
func (w *world) reads(path string) string {
	w.Helper()
	for range 300 {
		if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
			return hex.EncodeToString(b)
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.Fatalf("there is no %s", path)
	return ""
}

// carrier returns the carrier record of a handover message, both in hexadecimal.
func (w *world) carrier(message string) string {
	w.Helper()
	octets, err := hex.DecodeString(message)
	if err != nil {
		w.Fatal(err)
	}
	token, err := nfc.Read(octets, wps.Strict)
	if err != nil {
		w.Fatal(err)
	}
	record, err := nfc.Append(nil, token.List)
	if err != nil {
		w.Fatal(err)
	}
	return hex.EncodeToString(record)
}

// ends waits until a program ends well and has printed a text.
func (w *world) ends(p *program, says string) {
	w.Helper()
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil || !strings.Contains(p.output(), says) {
			w.Errorf("%s: %v\n%s", p.name, err, p.output())
		}
	case <-time.After(2 * time.Minute):
		w.Fatalf("%s does not end\n%s", p.name, p.output())
	}
}
