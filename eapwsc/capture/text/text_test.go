package text

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// source is a source of events.
type source interface {
	Next() (*capture.Event, error)
}

// verdict is the doctor's result for an attempt, or without one.
type verdict struct {
	doctor.Diagnosis
	attempt  *doctor.Attempt // nil if there was none
	exchange *exchange.Exchange
	evidence *doctor.Evidence
}

// judge returns the verdict on each attempt, or the one without an attempt.
func judge(t testing.TB, r source, keys *exchange.KeyLog) (all []verdict) {
	t.Helper()
	c := exchange.NewCollector(keys)
	var history doctor.History
	give := func(exchanges []*exchange.Exchange) {
		for _, x := range exchanges {
			a := x.Attempt(x.Findings(wps.Tolerant))
			e := x.Evidence(history.Add(a))
			all = append(all, verdict{doctor.Diagnose(e), a, x, e})
		}
	}
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		give(c.Add(e))
	}
	give(c.Close())
	if len(all) == 0 {
		e := c.Evidence()
		if r, ok := r.(*Reader); ok {
			e.Notices, e.StationsUnknown = r.Notices(), r.Source().StationsUnknown
		}
		all = append(all, verdict{Diagnosis: doctor.Diagnose(e), evidence: e})
	}
	return all
}

// causes returns the causes for a text, with the methods and ends of attempts.
func causes(t testing.TB, text string) string {
	t.Helper()
	r := NewReader(strings.NewReader(text))
	var all []string
	for _, v := range judge(t, r, r.Keys()) {
		all = append(all, string(v.Cause))
	}
	return strings.Join(all, " ")
}

// TestPatterns checks that each row matches its example, and no other row does.
func TestPatterns(t *testing.T) {
	if len(Patterns()) < 100 {
		t.Errorf("%d patterns", len(Patterns()))
	}
	seen := map[string]bool{}
	for _, row := range Patterns() {
		if row.Origin == "" || row.Example == "" || row.Program == 0 || row.Program.String() == "unknown" {
			t.Errorf("%q lacks something", row.Text)
		}
		if seen[row.Text] {
			t.Errorf("%q stands twice", row.Text)
		}
		seen[row.Text] = true
		for _, wrapped := range []string{row.Example, "Oct 26 12:30:48 router hostapd[123]: " + row.Example} {
			if row.begins && wrapped != row.Example {
				continue
			}
			r := NewReader(strings.NewReader(""))
			line := trimmed(clean([]byte(wrapped)))
			found := ""
			for _, h := range r.find.hits(nil, line) {
				var m match
				if m.try(r.find.rows[h.row], line, h.at) == wholeFit {
					found = r.find.rows[h.row].Text
					break
				}
			}
			if found != row.Text {
				t.Errorf("%q is taken for %q, not for %q", wrapped, found, row.Text)
			}
			// The example alone must be harmless.
			all := NewReader(strings.NewReader(wrapped + "\n"))
			judge(t, all, all.Keys())
			if all.Source().Understood != 1 {
				t.Errorf("%q: %d lines understood", wrapped, all.Source().Understood)
			}
		}
	}
}

// wrongHalf is the log of a wpa_supplicant whose PIN is wrong.
const wrongHalf = `wlan1: WPS-PIN-ACTIVE 
wlan1: SME: Trying to authenticate with 02:00:00:00:00:00 (SSID='lab' freq=2437 MHz)
wlan1: Trying to associate with 02:00:00:00:00:00 (SSID='lab' freq=2437 MHz)
wlan1: Associated with 02:00:00:00:00:00
wlan1: CTRL-EVENT-EAP-STARTED EAP authentication started
wlan1: CTRL-EVENT-EAP-STATUS status='started' parameter=''
wlan1: CTRL-EVENT-EAP-PROPOSED-METHOD vendor=14122 method=1
wlan1: CTRL-EVENT-EAP-METHOD EAP vendor 14122 method 1 (WSC) selected
wlan1: WPS-FAIL msg=8 config_error=18
wlan1: CTRL-EVENT-EAP-FAILURE EAP authentication failed
wlan1: CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:00 reason=3 locally_generated=1
`

// TestWrappings reads the same log in all the forms in which people paste it.
func TestWrappings(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSuffix(wrongHalf, "\n"), "\n")
	each := func(format string) string {
		var b strings.Builder
		for i, line := range lines {
			fmt.Fprintf(&b, strings.ReplaceAll(format, "SS", fmt.Sprintf("%02d", i)), strings.TrimRight(line, "\n"))
			b.WriteByte('\n')
		}
		return b.String()
	}
	for _, tt := range []struct {
		name, text, began string
	}{
		{"as printed", wrongHalf, "0001-01-01 00:00:00 UTC"},
		{"hostapd -t", each("17000000SS.123456: %s"), "2023-11-14 22:13:22.123456 UTC"},
		{"syslog", each("Oct 26 12:30:SS router wpa_supplicant[774]: %s"), "0000-10-26 12:30:02 UTC"},
		{"syslog, day of one digit", each("Oct  6 12:30:SS router wpa_supplicant[774]: %s"), "0000-10-06 12:30:02 UTC"},
		{"logread", each("Thu Oct 26 12:30:SS 2023 daemon.notice wpa_supplicant[774]: %s"), "2023-10-26 12:30:02 UTC"},
		{"journalctl -o short-precise", each("Oct 26 12:30:SS.000250 router wpa_supplicant[774]: %s"), "0000-10-26 12:30:02.00025 UTC"},
		{"journalctl -o short-iso", each("2023-10-26T12:30:SS+0200 router wpa_supplicant[774]: %s"), "2023-10-26 10:30:02 UTC"},
		{"journalctl -o short-monotonic", each("[  123.4567SS] router wpa_supplicant[774]: %s"), "0000-01-01 00:02:03.456702 UTC"},
		{"logcat -v threadtime", each("10-26 12:30:SS.123   774   774 I wpa_supplicant: %s"), "0000-10-26 12:30:02.123 UTC"},
		{"logcat -v brief", each("I/wpa_supplicant(  774): %s"), "0001-01-01 00:00:00 UTC"},
		{"a date in front", each("2023-10-26 12:30:SS,500 | %s"), "2023-10-26 12:30:02.5 UTC"},
		{"a clock in front", each("[12:30:SS] %s"), "0000-01-01 12:30:02 UTC"},
		{"wpa_cli", each("<3>%s"), "0001-01-01 00:00:00 UTC"},
		{"wpa_cli of several interfaces", strings.ReplaceAll(wrongHalf, "wlan1: ", "IFNAME=wlan1 <3>"), "0001-01-01 00:00:00 UTC"},
		{"colours", each("\x1b[32mwpa\x1b[0m: \x1b[1;31m%s\x1b[0m"), "0001-01-01 00:00:00 UTC"},
		{"quoted", each("> %s"), "0001-01-01 00:00:00 UTC"},
		{"Windows", strings.ReplaceAll(wrongHalf, "\n", "\r\n"), "0001-01-01 00:00:00 UTC"},
		{"indented", each("    %s"), "0001-01-01 00:00:00 UTC"},
		{"broken by mail", wrapped(each("Oct 26 12:30:SS router wpa_supplicant[774]: %s"), 60, true), "0000-10-26 12:30:02 UTC"},
		{"broken by a terminal", wrapped(each("17000000SS.123456: %s"), 64, false), "2023-11-14 22:13:22.123456 UTC"},
		{"addresses kept back", strings.ReplaceAll(wrongHalf, "02:00:00:00:00:00", "02:00:00:xx:xx:xx"), "0001-01-01 00:00:00 UTC"},
	} {
		for _, form := range []struct {
			name string
			text []byte
		}{{"UTF-8", []byte(tt.text)}, {"UTF-16", utf16Of(tt.text)}} {
			r := NewReader(bytes.NewReader(form.text))
			all := judge(t, r, nil)
			if len(all) != 1 || all[0].Cause != doctor.PINFirstHalf || all[0].attempt == nil {
				t.Errorf("%s, %s: %d attempts, %s", tt.name, form.name, len(all), all[0].Cause)
				continue
			}
			a := all[0].attempt
			if a.Method != doctor.PIN || a.Reached != doctor.StageM4 {
				t.Errorf("%s: %v, %v", tt.name, a.Method, a.Reached)
			}
			if got := a.Began.UTC().Format("2006-01-02 15:04:05.999999 MST"); got != tt.began {
				t.Errorf("%s: began %s, want %s", tt.name, got, tt.began)
			}
			if want := "02:00:00:00:00:00"; a.AP.String() != want && !strings.Contains(tt.text, "xx") {
				t.Errorf("%s: at %v", tt.name, a.AP)
			}
		}
	}
}

func utf16Of(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}

// wrapped breaks lines that are longer than width, between words or anywhere.
func wrapped(s string, width int, words bool) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		for len(line) > width+1 {
			at := width
			if words {
				at = strings.LastIndexByte(line[:width], ' ')
			}
			b.WriteString(line[:at] + "\n")
			if line = line[at:]; words {
				line = line[1:]
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestLogs diagnoses logs of a few lines.
func TestLogs(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
	}{
		{"nothing", "", "unknown"},
		{"no log", "Dear all,\nmy printer does not connect, the PIN is 12345670.\n", "unknown"},
		{"ordinary join", "wlan0: Trying to associate with 02:00:00:00:00:00 (SSID='home' freq=2412 MHz)\nwlan0: Associated with 02:00:00:00:00:00\nwlan0: WPA: Key negotiation completed with 02:00:00:00:00:00 [PTK=CCMP GTK=CCMP]\nwlan0: CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:00 completed [id=0 id_str=]\nwlan0: CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:00 reason=3\n", "unknown"},
		{"ordinary join of another EAP", "wlan0: Trying to associate with 02:00:00:00:00:00 (SSID='work' freq=2412 MHz)\nwlan0: Associated with 02:00:00:00:00:00\nwlan0: CTRL-EVENT-EAP-STARTED EAP authentication started\nwlan0: CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=25\nwlan0: CTRL-EVENT-EAP-FAILURE EAP authentication failed\n", "unknown"},
		{"old event of failure", "<2>WPS-FAIL msg=8\n", "unknown"},
		{"failure alone", "WPS-FAIL msg=10 config_error=18", "pin-second-half"},
		{"failure broken in two", "wlan0: WPS-FAIL msg=8\nconfig_error=18\n", "pin-first-half"},
		{"WEP", "wlan0: WPS-PBC-ACTIVE\nwlan0: WPS-FAIL msg=12 config_error=0 reason=2 (WEP Prohibited)\n", "credential-refused"},
		{"locked", "wlan0: WPS-FAIL msg=5 config_error=15\n", "setup-locked"},
		{"decryption", "wlan0: WPS-FAIL msg=12 config_error=2\n", "decryption-failure"},
		{"overlap in mid-run", "wlan0: WPS-FAIL msg=9 config_error=12\n", "overlap"},
		{"M2D", "wlan0: WPS-PIN-ACTIVE\n<3>WPS-M2D dev_password_id=0 config_error=0\nwlan0: CTRL-EVENT-EAP-FAILURE EAP authentication failed\n", "no-registrar-session"},
		{"M2D, overlap", "<3>WPS-M2D dev_password_id=4 config_error=12\n", "overlap"},
		{"PIN needed", "wlan0: CTRL-EVENT-EAP-STARTED 02:00:00:00:01:00\nwlan0: CTRL-EVENT-EAP-PROPOSED-METHOD vendor=14122 method=254\nwlan0: WPS-PIN-NEEDED ed0bfab2-2afe-50f2-9fcb-5dc0a86a824e 02:00:00:00:01:00 [Printer|Example|Model|1|2|3-0050F204-1]\nwlan0: CTRL-EVENT-EAP-FAILURE 02:00:00:00:01:00\n", "no-registrar-session"},
		{"overlap at a station", "wlan0: WPS-PBC-ACTIVE \nwlan0: WPS-OVERLAP-DETECTED PBC session overlap\n", "overlap"},
		{"nobody pressed", "wlan0: WPS-PBC-ACTIVE \nwlan0: WPS-TIMEOUT Requested operation timed out\n", "no-selected-registrar"},
		{"nobody came", "wlan0: AP-ENABLED \nwlan0: WPS-PBC-ACTIVE \nwlan0: WPS-TIMEOUT\nwlan0: WPS-PBC-DISABLE\n", "device-not-searching"},
		{"success of a station", "wlan0: WPS-PBC-ACTIVE\nwlan0: WPS-CRED-RECEIVED \nwlan0: WPS-SUCCESS \nwlan0: CTRL-EVENT-EAP-FAILURE EAP authentication failed\n", "success"},
		{"success at an access point", "wlan0: CTRL-EVENT-EAP-STARTED 02:00:00:00:01:00\nwlan0: WPS-REG-SUCCESS 02:00:00:00:01:00 572cf82f-c957-5653-9b16-b5cfb298abf1\nwlan0: WPS-SUCCESS\nwlan0: CTRL-EVENT-EAP-FAILURE 02:00:00:00:01:00\n", "success"},
		{"settings read", "wlan0: WPS-CRED-RECEIVED 100e000a10450001611003000200\nwlan0: WPS-FAIL msg=11 config_error=0\nwlan0: CTRL-EVENT-EAP-FAILURE EAP authentication failed\n", "settings-read"},
		{"two stations", "wlan0: CTRL-EVENT-EAP-STARTED 02:00:00:00:01:00\nwlan0: CTRL-EVENT-EAP-PROPOSED-METHOD vendor=14122 method=254\nwlan0: WPS-FAIL msg=8 config_error=18\nwlan0: CTRL-EVENT-EAP-FAILURE 02:00:00:00:01:00\nwlan0: CTRL-EVENT-EAP-STARTED 02:00:00:00:02:00\nwlan0: CTRL-EVENT-EAP-PROPOSED-METHOD vendor=14122 method=254\nwlan0: WPS-REG-SUCCESS 02:00:00:00:02:00 572cf82f-c957-5653-9b16-b5cfb298abf1\n", "pin-first-half success"},
		{"full access point", "wlan0: WPS-PBC-ACTIVE\nwlan0: Trying to associate with 02:00:00:00:00:00 (SSID='home' freq=2412 MHz)\nwlan0: CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:00:00 status_code=17\n", "association-refused"},
		{"messages in debug output without octets", "WPS: Building Message M1\nWPS: Received M2\nWPS: Building Message M3\nWPS: Received M4\nWPS: Building Message WSC_NACK\nWPS:  * Configuration Error (18)\n", "pin-first-half"},
		{"messages at a registrar", "WPS: Received M1\nWPS: Device Password ID 0\nWPS: Building Message M2\nWPS: Received M3\nWPS: Building Message M4\nWPS: Received M5\nWPS: Building Message M6\nWPS: Received WSC_NACK\nWPS: Enrollee terminated negotiation with Configuration Error 18\n", "pin-second-half"},

		{"ESP-IDF, PIN", "I (5230) wpa: WPS: connecting to home, bssid=02:00:00:00:00:00\nD (6700) wpa: =========identity===========\nD (6710) wpa: EAP-WSC: Received start\nD (6720) wpa: WPS: Building Message M1\nD (6800) wpa: sm->wps->state = 1\nD (6900) wpa: WPS: Received M2\nD (7000) wpa: WPS: Building Message M3\nD (7001) wpa: sm->wps->state = 3\nD (7100) wpa: WPS: Received M4\nD (7110) wpa: WPS: Building Message WSC_NACK\nD (7111) wpa: WPS:  * Configuration Error (18)\nD (7200) wpa: receive eap code failure!\nE (7201) wpa: wps failed-----> ignore_sel_reg=0\nI (7300) example_wps: WIFI_EVENT_STA_WPS_ER_FAILED\n", "pin-first-half"},
		{"ESP-IDF, states", "D (6231) wpa: WPS: neg start\nD (6700) wpa: =========identity===========\nD (6800) wpa: sm->wps->state = 1\nD (7001) wpa: sm->wps->state = 3\nD (7200) wpa: receive eap code failure!\n", "ended-early"},
		{"ESP-IDF, failed", "I (7300) example_wps: WIFI_EVENT_STA_WPS_ER_FAILED\n", "unknown"},
		{"ESP-IDF, M2D", "D (6700) wpa: =========identity===========\nE (7902) app: wps fail reason: 1\n", "no-registrar-session"},
		{"ESP-IDF, overlap", "I (5301) wpa: PBC session overlap!\nI (5301) example_wps: WIFI_EVENT_STA_WPS_ER_PBC_OVERLAP\n", "overlap"},
		{"Arduino, nobody pressed", "Starting WPS\nStation Mode Started\nWPS Timedout, retrying\n", "no-selected-registrar"},
		{"Arduino, success", "Station Mode Started\nWPS Successfull, stopping WPS and connecting to: home\n", "success"},
		{"ESP8266", "wifi_wps_enable\nwps scan\nwps discover [home]\nscandone\nWPS: neg start\nstate: 3 -> 5 (10)\nstate: 5 -> 2 (17c0)\nDisconn from home;23\n", "ended-early"},

		{"iwd, wrong PIN", iwdWrong, "ended-early"},
		{"iwd, overlap", "src/wsc.c:wsc_push_button() \nsrc/wsc.c:push_button_scan_results() bss '02:00:00:00:00:00' with SSID: a, freq: 2437\nsrc/wsc.c:push_button_scan_results() bss->wsc: 0x55, 148\nsrc/wsc.c:push_button_scan_results() SelectedRegistar: true\nsrc/wsc.c:push_button_scan_results() 2G Session overlap error\n", "overlap"},
		{"iwd, nobody pressed", "src/wsc.c:wsc_push_button() \nsrc/wsc.c:push_button_scan_results() No PBC APs found, running the scan again\n", "no-selected-registrar"},
		{"iwd, WPS off", "src/wsc.c:wsc_push_button() \nsrc/wsc.c:push_button_scan_results() bss '02:00:00:00:00:00' with SSID: a, freq: 2437\nsrc/wsc.c:push_button_scan_results() bss->wsc: (nil), 0\nsrc/wsc.c:push_button_scan_results() No PBC APs found, running the scan again\n", "wps-disabled"},
	} {
		if got := causes(t, tt.text); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

const iwdWrong = `src/wsc.c:wsc_start_pin() 
src/wsc.c:pin_scan_results() bss '02:00:00:00:00:00' with SSID: lab, freq: 2437
src/wsc.c:pin_scan_results() bss->wsc: 0x561f3470eba0, 148
src/wsc.c:pin_scan_results() SelectedRegistar: true
src/wsc.c:pin_scan_results() AuthorizedMacs: ff:ff:ff:ff:ff:ff
src/wsc.c:pin_scan_results() Found AP to connect to: 02:00:00:00:00:00
src/netdev.c:netdev_connect_event() 
src/netdev.c:netdev_unicast_notify() Unicast notification Control Port Frame(129)
src/netdev.c:netdev_unicast_notify() Unicast notification Control Port Frame(129)
src/netdev.c:netdev_unicast_notify() Unicast notification Control Port Frame(129)
src/netdev.c:netdev_unicast_notify() Unicast notification Control Port Frame(129)
src/netdev.c:netdev_unicast_notify() Unicast notification Control Port Frame(129)
EAP completed with eapFail
4-Way handshake failed for ifindex: 3, reason: 23
src/wsc.c:wsc_enrollee_connect_cb() 3, result: 3
`

// TestIsText distinguishes text in any character set from captures and archives.
func TestIsText(t *testing.T) {
	for _, tt := range []struct {
		name string
		head string
		want bool
	}{
		{"ASCII", "wlan0: WPS-SUCCESS\n", true},
		{"Latin-1", "K\xfcche\r\n", true},
		{"UTF-16", "\xff\xfew\x00", true},
		{"UTF-16 without a mark", strings.Repeat("w\x00", 20), true},
		{"noise, then text", "\x00\xc6\x9e|\xe4\x02l\n" + strings.Repeat("wifi_wps_enable\n", 4), true},
		{"nothing", "", false},
		{"pcap", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00", false},
		{"pcapng", "\n\r\r\n\x1c\x00\x00\x00", false},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00", false},
		{"zip", "PK\x03\x04\x14\x00text text text text text text text text text text", false},
		{"a tar archive", "log.txt" + strings.Repeat("\x00", 93) + "0000644\x00", false},
		{"frames without a header", "\x80\x00\x00\x00\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x01", false},
	} {
		if got := IsText([]byte(tt.head)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestSkip checks that after lines that were passed over the events have the
// numbers of their lines, and nothing of what was under way before.
func TestSkip(t *testing.T) {
	const line = "wlan0: WPS-FAIL msg=8 config_error=18\n"
	r := NewReader(strings.NewReader("wlan0: CTRL-EVENT-EAP-STARTED 02:00:00:00:00:01\n" + strings.Repeat("nothing\n", 10) + line + line))
	e, err := r.Next()
	if err != nil || e.Frame != 1 {
		t.Fatalf("%v, %v", e, err)
	}
	r.Skip(int64(9 * len("nothing\n")))
	e, err = r.Next()
	if err != nil || e.Frame != 12 || e.Src == (wps.MAC{2, 5: 1}) || e.Dst == (wps.MAC{2, 5: 1}) {
		t.Fatalf("%+v, %v", e, err)
	}
	r.Skip(1 << 20)
	if e, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v, %v", e, err)
	}
}

// TestSkipState checks that what a log says before lines that were passed over does not
// hold after them, where it may have ended.
func TestSkipState(t *testing.T) {
	const gap = "this line is passed over\n"
	const connect = "wlan0: Trying to associate with 02:00:00:00:00:00 (SSID='home' freq=2437 MHz)\n"
	for _, test := range []struct {
		name, before, after string
	}{
		{"WPS was started", "wlan0: WPS-PBC-ACTIVE\nwlan0: Associated with 02:00:00:00:00:00\n", "wlan0: CTRL-EVENT-EAP-STARTED EAP authentication started\n"},
		{"settings were received", connect + "wlan0: WPS-SUCCESS\n", connect},
	} {
		r := NewReader(strings.NewReader(test.before + gap + test.after))
		for e, err := r.Next(); err != nil || e.Frame < strings.Count(test.before, "\n"); e, err = r.Next() {
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
		}
		r.Skip(int64(len(gap)))
		if e, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %+v, %v", test.name, e, err)
		}
	}
}

// TestLateBeginning checks that a log that begins after the button of the access point
// was pressed has one attempt: an association after the request for the identity would
// begin another.
func TestLateBeginning(t *testing.T) {
	f, err := os.Open("testdata/pairs/radio-iwd-pbc.hostapd-wlan0.log.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	log, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	const first = "1795996791.498648:" // the frame of the association
	r := NewReader(bytes.NewReader(log[bytes.Index(log, []byte(first)):]))
	c := exchange.NewCollector(nil)
	var all []*exchange.Exchange
	for e, err := r.Next(); err == nil; e, err = r.Next() {
		all = append(all, c.Add(e)...)
	}
	if all = append(all, c.Close()...); len(all) != 1 {
		t.Errorf("%d attempts", len(all))
	}
}

// TestFilteredLog checks that each end in a log of nothing else is an attempt, unless
// it follows another one at once.
func TestFilteredLog(t *testing.T) {
	const failed, done = "WPS-FAIL msg=8 config_error=18", "WPS-REG-SUCCESS 02:00:00:00:01:00 572cf82f-c957-5653-9b16-b5cfb298abf1"
	for _, test := range []struct {
		lines []string
		step  int // seconds between two lines
		want  string
	}{
		{[]string{failed, failed, failed}, 7, "pin-first-half pin-first-half pin-first-half"},
		{[]string{failed, failed, failed}, 0, "pin-first-half"},
		{[]string{done, done}, 20, "success success"},
		{[]string{failed, done, failed}, 20, "pin-first-half success pin-first-half"},
	} {
		var log strings.Builder
		for i, line := range test.lines {
			fmt.Fprintf(&log, "Nov 30 10:%02d:%02d router hostapd: wlan0: %s\n", i*test.step/60, i*test.step%60, line)
		}
		if got := causes(t, log.String()); got != test.want {
			t.Errorf("%q: %s, want %s", test.lines, got, test.want)
		}
	}
}
