//go:build linux

package station_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// cases are the cases among simulated radios. Each checks both sides; in those
// that fail, the doctor must name the cause.
var cases = []radioCase{
	{"pin", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", apPIN)
		e := w.enroll(1, byPIN(apPIN))
		e.succeeded(network, passphrase)
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
		// This driver leaves the 4-way handshake to other programs.
		s := w.station(1)
		if err := errors.Join(s.Join(w.Context(), &e.network), s.Close()); !errors.Is(err, station.ErrDriver) {
			w.Error(err)
		}
		w.joins(1, point, &e.network)
	}},
	// hostap: test_ap_wps_conf
	{"pbc", func(w *world) {
		point := w.accessPoint(0, network)
		w.diagnosedNow(1, network, doctor.NoSelectedRegistrar)
		point.ask("wps_pbc")
		w.diagnosedNow(1, network, doctor.Ready)
		e := w.enroll(1, byButton())
		e.succeeded(network, passphrase)
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
		point.wait("WPS-SUCCESS")
		w.joins(1, point, &e.network)
	}},
	// hostap: test_ap_wps_incorrect_pin
	{"pin-wrong-half1", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", apPIN)
		e := w.enroll(1, byPIN("43211234"))
		e.failed(registration.ErrPassword, doctor.PINFirstHalf)
		e.wrongHalf(1)
		point.wait("WPS-FAIL msg=8 config_error=18")
	}},
	// hostap: test_ap_wps_incorrect_pin
	{"pin-wrong-half2", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", apPIN)
		e := w.enroll(1, byPIN("12340002"))
		e.failed(registration.ErrPassword, doctor.PINSecondHalf)
		e.wrongHalf(2)
		point.wait("WPS-FAIL msg=10 config_error=18")
	}},
	{"no-pin-then-pin", func(w *world) {
		point := w.accessPoint(0, network)
		refused := 0
		cfg := byPIN(apPIN)
		cfg.Notify = func(event station.Event) {
			if event.Kind != station.EventFailed {
				return
			}
			if refused++; !errors.Is(event.Err, registration.ErrNoRegistrar) {
				w.Error(event.Err)
			}
			w.diagnosed(cfg.Record, doctor.NoRegistrarSession)
			point.wait("WPS-PIN-NEEDED .* Printer")
			point.ask("wps_pin", "any", apPIN)
		}
		e := w.enroll(1, cfg)
		e.succeeded(network, passphrase)
		if refused != 1 {
			w.Errorf("refused %d times", refused)
		}
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
	}},
	// hostap: test_ap_wps_pbc_overlap_2ap
	{"pbc-overlap", func(w *world) {
		point, neighbour := w.accessPoint(0, network), w.accessPoint(2, network)
		point.ask("wps_pbc")
		neighbour.ask("wps_pbc")
		w.diagnosedNow(1, network, doctor.Overlap)
		e := w.enroll(1, byButton())
		e.failed(selection.ErrOverlap, doctor.Overlap)
		point.never("IEEE 802.11: associated")
		neighbour.never("IEEE 802.11: associated")
	}},
	// hostap: test_ap_wps_init_2ap_pbc
	{"pbc-same-uuid-dual-band", func(w *world) {
		const uuid = "uuid=12345678-9abc-def0-1234-000000000999"
		aps := w.accessPoints(
			w.configure(0, network, uuid),
			w.configure(2, network, uuid, "hw_mode=a", "channel=36", "country_code=US"))
		aps[0].ask("wps_pbc")
		e := w.enroll(1, byButton())
		e.succeeded(network, passphrase)
		aps[0].wait("WPS-REG-SUCCESS " + e.mac.String())
		if n := e.waiting; n != 2 {
			w.Errorf("%d radios were waiting", n)
		}
	}},
	// hostap: test_ap_wps_init_2ap_pbc test_ap_wps_init_2ap_pin test_ap_wps_pbc_2ap
	{"two-radios", twoRadios},
	{"wps-off", func(w *world) {
		point := w.accessPoint(0, network, "wps_state=0")
		e := w.enroll(1, briefly(byButton()))
		e.failed(selection.ErrNoAccessPoint, doctor.WPSDisabled)
		e.failed(station.ErrWalkTime, doctor.WPSDisabled)
		w.diagnosedNow(1, network, doctor.WPSDisabled)
		point.never("IEEE 802.11: associated")
	}},
	{"wps-off-on-one-band", func(w *world) {
		aps := w.accessPoints(
			w.configure(0, network, "wps_state=0"),
			w.configure(2, network, "hw_mode=a", "channel=36", "country_code=US"))
		w.diagnosedNow(1, network, doctor.OtherBand)
		aps[1].never("IEEE 802.11: associated")
	}},
	{"locked", func(w *world) {
		point := w.accessPoint(0, network, "ap_setup_locked=1")
		w.diagnosedNow(1, network, doctor.SetupLocked)
		e := w.register(1, apPIN, nil)
		e.failed(registration.ErrLocked, doctor.SetupLocked)
		point.wait("CTRL-EVENT-EAP-FAILURE " + e.mac.String())
		point.never("WPS-REG-SUCCESS")
		// The lock concerns the router's own PIN, not the button.
		point.ask("wps_pbc")
		w.enroll(1, byButton()).succeeded(network, passphrase)
	}},
	{"unconfigured", func(w *world) {
		point := w.accessPoint(0, network, "wps_state=1")
		w.diagnosedNow(1, network, doctor.NotConfigured)
		point.ask("wps_pin", "any", apPIN)
		e := w.enroll(1, byPIN(apPIN))
		if e.err != nil {
			w.Fatal(e.err)
		}
		point.wait("WPS-NEW-AP-SETTINGS")
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
		// hostapd has generated a key, and written it into its configuration.
		made, err := os.ReadFile(point.paths[0])
		if err != nil || !strings.Contains(string(made), "="+string(e.network.Credential.NetworkKey)+"\n") || string(e.network.Credential.NetworkKey) == passphrase {
			w.Errorf("%s does not hold the key that the station was given: %v", point.paths[0], err)
		}
		w.joins(1, point, &e.network)
	}},
	{"hidden", func(w *world) {
		const ssid = "a name that nobody tells"
		point := w.accessPoint(0, ssid, "ignore_broadcast_ssid=1")
		cfg := briefly(byButton())
		cfg.SSID = ssid
		e := w.enroll(1, cfg)
		e.failed(selection.ErrNoAccessPoint, doctor.WPSDisabled)
		// Only a beacon shows that the network is hidden, and the scan may have
		// missed it.
		if len(e.found) != 1 || !e.found[0].Hidden && e.found[0].BeaconElements != nil || e.found[0].SSID != ssid {
			w.Errorf("found %+v", e.found)
		}
		w.diagnosedNow(1, ssid, doctor.WPSDisabled)
		point.never("IEEE 802.11: associated")
	}},
	{"utf8-ssid", func(w *world) {
		const ssid, key = "Müllers Netz 🏠", `quote " and \ slash`
		point := w.accessPoint(0, ssid, "wpa_passphrase="+key)
		point.ask("wps_pbc")
		e := w.enroll(1, byButton())
		e.succeeded(ssid, key)
		w.joins(1, point, &e.network)
	}},
	{"open", func(w *world) {
		point := w.accessPoint(0, network, "wpa=0", "wpa_passphrase")
		point.ask("wps_pbc")
		e := w.enroll(1, byButton())
		if c := e.network.Credential; e.err != nil || c.SSID != network || c.AuthType != wps.AuthOpen || c.EncrType != wps.EncrNone || len(c.NetworkKey) != 0 {
			w.Fatalf("%+v, %v", c, e.err)
		}
		// An open network is joined without another program.
		ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
		defer cancel()
		s := w.station(1)
		if err := s.Join(ctx, &e.network); err != nil {
			w.Error(err)
		}
		point.wait("AP-STA-CONNECTED " + e.mac.String())
	}},
	// hostap: test_ap_wps_conf_and_sae test_ap_wps_and_sae
	{"sae-transition", func(w *world) {
		point := w.accessPoint(0, network, "wpa_key_mgmt=WPA-PSK SAE", "ieee80211w=1", "sae_require_mfp=1")
		point.ask("wps_pbc")
		e := w.enroll(1, byButton())
		e.succeeded(network, passphrase)
		w.joinsBySAE(1, point, &e.network)
		w.iwdJoins(1, point, &e.network)
	}},
	// hostap: test_ap_wps_conf_and_sae_h2e
	{"sae-only-h2e", func(w *world) {
		point := w.accessPoint(0, network, "wpa_key_mgmt=SAE", "ieee80211w=2", "sae_pwe=1")
		point.ask("wps_pin", "any", apPIN)
		e := w.enroll(1, byPIN(apPIN))
		if e.err != nil || string(e.network.Credential.NetworkKey) != passphrase || !e.network.Heard.H2EOnly {
			w.Fatalf("%+v, %v", e.network, e.err)
		}
		w.joinsBySAE(1, point, &e.network)
		w.iwdJoins(1, point, &e.network)
	}},
	// hostap: test_ap_wps_conf_and_sae_mbo
	{"sae-transition-mbo", func(w *world) {
		point := w.accessPoint(0, network, "wpa_key_mgmt=WPA-PSK SAE", "ieee80211w=1", "mbo=1")
		point.ask("wps_pbc")
		e := w.enroll(1, byButton())
		e.succeeded(network, passphrase)
		w.joinsBySAE(1, point, &e.network)
	}},
	// hostap: test_ap_wps_reg_config_and_sae
	{"sae-learn", func(w *world) {
		point := w.accessPoint(0, network, "wpa_key_mgmt=WPA-PSK SAE", "ieee80211w=1")
		e := w.register(1, apPIN, nil)
		if e.err != nil {
			w.Fatal(e.err)
		}
		networks, err := station.KnownNetworks([]wps.Credential{*e.result.AP}, e.found)
		if err != nil {
			w.Fatal(err)
		}
		w.joinsBySAE(1, point, &networks[0])
	}},
	// hostap: test_ap_wps_conf_pin_gcmp_256
	{"gcmp-256", func(w *world) { w.withCipher("GCMP-256") }},
	// hostap: test_ap_wps_conf_pin_gcmp_128
	{"gcmp-128", func(w *world) { w.withCipher("GCMP") }},
	// hostap: test_ap_wps_conf_pin_ccmp_256
	{"ccmp-256", func(w *world) { w.withCipher("CCMP-256") }},
	{"user-specified-pin", func(w *world) {
		const made = "12345678" // its check digit is wrong
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", made)
		p, err := pin.ParseAnyChecksum(made)
		if err != nil {
			w.Fatal(err)
		}
		password := registration.PIN(p)
		password.ID = wps.PasswordUserSpecified
		e := w.enroll(1, printer(password))
		e.succeeded(network, passphrase)
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
	}},
	// hostap: test_ap_wps_conf_5ghz
	{"5ghz", func(w *world) {
		point := w.accessPoint(0, network, "hw_mode=a", "channel=36", "country_code=US")
		point.ask("wps_pbc")
		e := w.enroll(1, byButton())
		e.succeeded(network, passphrase)
		if e.result.Peer.RFBands != wps.Band5GHz {
			w.Errorf("its M2 names %v", e.result.Peer.RFBands)
		}
		w.joins(1, point, &e.network)
	}},
	// hostap: test_ap_wps_conf_chan14
	{"channel-14", func(w *world) {
		point := w.accessPoint(0, network, "hw_mode=b", "channel=14", "country_code=JP")
		point.ask("wps_pbc")
		e := w.enroll(1, byButton())
		e.succeeded(network, passphrase)
		if n := e.found[0].Channel(); n != 14 {
			w.Errorf("found on channel %d", n)
		}
		w.joins(1, point, &e.network)
	}},
	// hostap: test_ap_wps_passive_scan
	{"passive", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pbc")
		cfg := byButton()
		cfg.Passive = true
		e := w.enroll(1, cfg)
		e.succeeded(network, passphrase)
		point.never("Probe Request.*" + e.mac.String())
	}},
	{"leave", func(w *world) {
		open := w.accessPoint(2, "another", "wps_state=0", "wpa=0", "wpa_passphrase")
		point := w.accessPoint(0, network)
		point.ask("wps_pbc")
		s := w.station(1)
		ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
		defer cancel()
		if err := s.Join(ctx, &station.KnownNetwork{Credential: wps.Credential{SSID: "another", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}}); err != nil {
			w.Fatal(err)
		}
		open.wait("AP-STA-CONNECTED")
		w.enroll(1, briefly(byButton())).failed(station.ErrHeld, doctor.Unknown)
		cfg := byButton()
		cfg.Leave = true
		e := w.enroll(1, cfg)
		e.succeeded(network, passphrase)
		open.loses(e.mac)
	}},
	// hostap: test_ap_wps_pbc_mac_addr_change
	{"mac-changes", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pbc")
		other := wps.MAC{0x02, 0, 0, 0, 0x77, 1}
		cfg := byButton()
		before := address(w.T, "wlan1")
		cfg.Notify = func(event station.Event) {
			if event.Kind == station.EventScanned {
				w.setAddress(1, other)
			}
		}
		e := w.enroll(1, cfg)
		w.setAddress(1, before)
		e.succeeded(network, passphrase)
		point.wait("WPS-REG-SUCCESS " + other.String() + " " + wps.UUIDFromMAC(before).String())
	}},
	{"m2d-event", func(w *world) {
		point := w.accessPoint(0, network)
		cfg := byPIN(apPIN)
		var reasons []string
		cfg.Notify = func(event station.Event) {
			if event.Kind == station.EventWaiting {
				reasons = append(reasons, event.Err.Error())
				if event.Registrar.ModelName != "Golden Router" || !errors.Is(event.Err, registration.ErrNoRegistrar) {
					w.Errorf("%+v, %v", event.Registrar, event.Err)
				}
				point.ask("wps_pin", "any", apPIN)
			}
		}
		w.enroll(1, cfg).succeeded(network, passphrase)
		if len(reasons) == 0 {
			w.Error("the station did not report that it waits")
		}
	}},
	// hostap: test_ap_wps_twice
	{"twice", registersTwice},
	{"wpa3-only", func(w *world) {
		point := w.accessPoint(0, network, "wpa_key_mgmt=SAE", "ieee80211w=2")
		e := w.enroll(1, briefly(byButton()))
		e.failed(selection.ErrNoAccessPoint, doctor.WPA3Only)
		w.diagnosedNow(1, network, doctor.WPA3Only)
		point.never("IEEE 802.11: associated")
	}},
	// hostap: test_ap_wps_reg_connect
	{"learn", func(w *world) {
		point := w.accessPoint(0, network)
		e := w.register(1, apPIN, nil)
		if e.err != nil || !e.result.SettingsRead {
			w.Fatal(e.err)
		}
		if c := e.result.AP; c.SSID != network || string(c.NetworkKey) != passphrase {
			w.Errorf("learnt %+v", c)
		}
		w.diagnosed(e.record, doctor.SettingsRead)
		point.wait("CTRL-EVENT-EAP-FAILURE " + e.mac.String())
		w.joins(1, point, &station.KnownNetwork{Credential: *e.result.AP})
	}},
	// hostap: test_ap_wps_reg_config
	{"configure", func(w *world) {
		point := w.accessPoint(0, network, "wps_state=1")
		settings := &wps.Credential{
			SSID: "new name", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("new passphrase"),
		}
		e := w.register(1, apPIN, settings)
		if e.err != nil {
			w.Fatal(e.err)
		}
		point.wait("WPS-NEW-AP-SETTINGS")
		point.wait("AP-ENABLED|AP-DISABLED|interface state|WPS-SUCCESS")
		w.joins(1, point, &station.KnownNetwork{Credential: *settings})
	}},
	{"authorized-mac-of-another", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", apPIN, "120", "02:00:00:00:09:09")
		e := w.enroll(1, briefly(byPIN(apPIN)))
		e.failed(selection.ErrNoAccessPoint, doctor.NotAuthorized)
		point.never("IEEE 802.11: associated")
	}},
	{"walk-time-over", func(w *world) {
		point := w.accessPoint(0, network)
		var countdown []time.Duration
		cfg := byButton()
		cfg.Countdown = func(left time.Duration) { countdown = append(countdown, left) }
		began := time.Now()
		e := w.enroll(1, cfg)
		e.failed(station.ErrWalkTime, doctor.NoSelectedRegistrar)
		if took := time.Since(began).Round(time.Second); took != wps.WalkTime {
			w.Errorf("after %v", took)
		}
		if n := len(countdown); n < 120 || countdown[0] != wps.WalkTime || countdown[n-1] > time.Second {
			w.Errorf("countdown %v", countdown)
		}
		point.never("IEEE 802.11: associated")
	}},
	{"ap-restarts-midway", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", apPIN)
		cfg := byPIN(apPIN)
		killed := false
		cfg.Watch = func(d eapol.Direction, _ wps.MAC, frame []byte) {
			if !killed && isMessage(frame, wps.MessageM4) {
				killed = true
				point.kill()
			}
		}
		cfg.Notify = func(event station.Event) {
			if event.Kind == station.EventFailed {
				w.diagnosed(cfg.Record, doctor.Timeout)
				point.again()
				point.ask("wps_pin", "any", apPIN)
			}
		}
		e := w.enroll(1, cfg)
		e.succeeded(network, passphrase)
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
	}},
	{"out-of-range-midway", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", apPIN)
		cfg := byPIN(apPIN)
		away := false
		cfg.Watch = func(d eapol.Direction, _ wps.MAC, frame []byte) {
			if !away && isMessage(frame, wps.MessageM4) {
				away = true
				w.place(1, 2)
			}
		}
		cfg.Notify = func(event station.Event) {
			if event.Kind == station.EventFailed {
				w.diagnosed(cfg.Record, doctor.Timeout)
				w.place(1, 1)
			}
		}
		e := w.enroll(1, cfg)
		e.succeeded(network, passphrase)
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
	}},
	// hostap: test_ap_wps_pbc_overlap_2sta
	{"two-stations-at-once", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pbc")
		first, second := w.enrollment(1, byButton()), w.enrollment(3, byButton())
		done := make(chan struct{})
		go func() {
			defer close(done)
			second.run()
		}()
		first.run()
		<-done
		first.failed(registration.ErrOverlap, doctor.Overlap)
		second.failed(registration.ErrOverlap, doctor.Overlap)
		point.wait("WPS-OVERLAP-DETECTED")
		point.never("WPS-REG-SUCCESS")
	}},
	{"monitor-two-buttons", monitorOverlap},
	{"new-user", newUser},
	{"external-registrar", externalRegistrar},
	{"no-rights", noRights},
	{"held", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pbc")
		w.supplicant(1, "")
		e := w.enroll(1, byButton())
		var held *station.HeldError
		if !errors.As(e.err, &held) || held.Program != "wpa_supplicant" {
			w.Fatal(e.err)
		}
		point.never("IEEE 802.11: associated")
	}},
	{"cancelled-midway", func(w *world) {
		point := w.accessPoint(0, network)
		point.ask("wps_pin", "any", apPIN)
		ctx, cancel := context.WithCancel(w.Context())
		w.down(1)
		cfg := byPIN(apPIN)
		cfg.Watch = func(d eapol.Direction, _ wps.MAC, frame []byte) {
			if isMessage(frame, wps.MessageM4) {
				cancel()
			}
		}
		s := w.station(1)
		if _, err := s.Enroll(ctx, cfg); !errors.Is(err, context.Canceled) {
			w.Error(err)
		}
		point.loses(s.MAC())
		if err := s.Close(); err != nil {
			w.Error(err)
		}
		if w.isUp(1) {
			w.Error("the interface was left up")
		}
	}},
}

// twoRadios has one box with two radios: a press and a PIN are for both, and in
// a box whose radios are independent a press is for one. TestTwoRadios compares
// the capture with our access point.
func twoRadios(w *world) {
	lines := []string{"uuid=12345678-9abc-def0-1234-000000000999", "device_name=Router", "wps_rf_bands=ag"}
	start := func(more ...string) []*accessPoint {
		return w.accessPoints(
			w.configure(0, network, slices.Concat(lines, more)...),
			w.configure(2, network, slices.Concat(lines, more, []string{"hw_mode=a", "channel=36", "country_code=US"})...))
	}
	enroll := func(point *accessPoint, cfg station.EnrollConfig) {
		w.Helper()
		cfg.BSSID = address(w, point.radio)
		e := w.enroll(1, cfg)
		e.succeeded(network, passphrase)
		point.wait("WPS-REG-SUCCESS " + e.mac.String())
		point.loses(e.mac)
	}
	aps := start()
	w.enroll(1, briefly(byButton())).failed(selection.ErrNoAccessPoint, doctor.NoSelectedRegistrar)
	aps[0].ask("wps_pbc")
	enroll(aps[1], byButton())
	aps[1].ask("wps_pin", "any", apPIN)
	enroll(aps[0], byPIN(apPIN))
	aps[0].stop()
	aps = start("wps_independent=1")
	aps[1].ask("wps_pbc")
	enroll(aps[1], byButton())
}

// monitorOverlap listens next to an access point, as a router's registrar does,
// while two devices press their buttons: then both registrars refuse.
func monitorOverlap(w *world) {
	point := w.accessPoint(0, network)
	tap, err := station.NewMonitor("wlan0")
	if err != nil {
		w.Fatal(err)
	}
	reader, err := capture.NewReader(tap)
	if err != nil {
		w.Fatal(err)
	}
	var button ap.PushButton
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			e, err := reader.Next()
			if err != nil {
				return
			}
			var request wps.ProbeRequest
			if e.Kind == capture.KindProbeRequest && wps.Decode(&request, e.Management.WPS, wps.Tolerant) == nil {
				button.Probe(e.Time, e.Src, &request)
			}
		}
	}()
	for _, radio := range []int{1, 3} {
		cfg := byButton()
		cfg.WalkTime = 2 * time.Second
		cfg.Frequencies = []int{2437}
		w.enroll(radio, cfg).failed(selection.ErrNoAccessPoint, doctor.NoSelectedRegistrar)
	}
	if err := tap.Close(); err != nil {
		w.Error(err)
	}
	<-done
	heard := button.Monitored(time.Now())
	if len(heard) != 2 || heard[1].MAC != address(w.T, "wlan1") || heard[0].MAC != address(w.T, "wlan3") {
		w.Errorf("heard %+v", heard)
	}
	if err := button.Press(time.Now()); !errors.Is(err, ap.ErrOverlap) {
		w.Error(err)
	}
	point.refuse("wps_pbc")
	point.wait("WPS-OVERLAP-DETECTED")
	if _, err := net.InterfaceByName("wps-mon0"); err == nil {
		w.Error("the monitor interface was left behind")
	}
}

// withCipher registers at a network with a cipher other than CCMP, which WPS
// also calls AES, and joins it.
func (w *world) withCipher(name string) {
	w.Helper()
	point := w.accessPoint(0, network, "rsn_pairwise="+name)
	w.diagnosedNow(1, network, doctor.NoSelectedRegistrar)
	point.ask("wps_pin", "any", apPIN)
	e := w.enroll(1, byPIN(apPIN))
	e.succeeded(network, passphrase)
	w.joins(1, point, &e.network)
	if status := point.ask("sta", e.mac.String()); !strings.Contains(status, "AKMSuiteSelector=00-0f-ac-2") {
		w.Errorf("joined with\n%s", status)
	}
}

// joinsBySAE has stock wpa_supplicant join with the profile of a network, which
// has to do so by SAE.
func (w *world) joinsBySAE(radio int, point *accessPoint, n *station.KnownNetwork) {
	w.Helper()
	supplicant := w.joins(radio, point, n)
	mac := address(w.T, radioName(radio))
	if status := point.ask("sta", mac.String()); !strings.Contains(status, "AKMSuiteSelector=00-0f-ac-8") {
		w.Errorf("wpa_supplicant did not join by SAE, but with\n%s", status)
	}
	supplicant.stop()
	point.loses(mac)
}

// iwdJoins has stock iwd join with the profile of a network, by SAE.
func (w *world) iwdJoins(radio int, point *accessPoint, n *station.KnownNetwork) {
	w.Helper()
	profile, err := station.NewProfile(station.IWD, n)
	if err != nil {
		w.Fatal(err)
	}
	iwd := w.iwdWith(radio, profile)
	point.wait("AP-STA-CONNECTED")
	mac := address(w.T, radioName(radio))
	if status := point.ask("sta", mac.String()); !strings.Contains(status, "AKMSuiteSelector=00-0f-ac-8") {
		w.Errorf("iwd did not join by SAE, but with\n%s", status)
	}
	iwd.stop()
}

// setAddress changes the address of an interface, as programs do for privacy.
func (w *world) setAddress(radio int, mac wps.MAC) {
	w.Helper()
	name := radioName(radio)
	for _, arguments := range [][]string{{"down"}, {"address", mac.String()}, {"up"}} {
		if output, err := exec.Command("ip", append([]string{"link", "set", name}, arguments...)...).CombinedOutput(); err != nil {
			w.Fatalf("ip link set %s %v: %v\n%s", name, arguments, err, output)
		}
	}
}

// registersTwice registers, changes the passphrase of the access point,
// registers again, and joins with what the program has stored.
func registersTwice(w *world) {
	const profile = "/run/stored.conf"
	os.Remove(profile)
	enroll := func() {
		w.Helper()
		if status, stdout, stderr := w.call("wpsenroll", "-i", "wlan1", "-pbc", "-profile", "wpa_supplicant", "-o", profile, "-update"); status != 0 {
			w.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
		}
	}
	point := w.accessPoint(0, network)
	point.ask("wps_pbc")
	enroll()
	point.stop()
	const another = "another passphrase"
	point = w.accessPoint(0, network, "wpa_passphrase="+another)
	point.ask("wps_pbc")
	enroll()
	text, err := os.ReadFile(profile)
	if err != nil {
		w.Fatal(err)
	}
	if strings.Count(string(text), "network={") != 1 || !strings.Contains(string(text), another) {
		w.Errorf("stored\n%s", text)
	}
	w.supplicant(1, string(text)).wait("CTRL-EVENT-CONNECTED")
	point.wait("AP-STA-CONNECTED")
}

// newUser follows README with the programs: it scans, registers by button, and
// makes wpa_supplicant join with the profile.
func newUser(w *world) {
	point, other := w.accessPoint(0, network), w.accessPoint(2, "without WPS", "wps_state=0", "channel=11")
	// No locale is set in the machine, so that the quotes are ASCII.
	_, stdout, stderr := w.call("wpsenroll", "-i", "wlan1", "-list")
	for _, want := range []string{
		`02:00:00:00:00:00  6        -\d+ dBm  WPA2      yes  "golden-wps"\n`, `02:00:00:00:02:00  11       -\d+ dBm  WPA2      no   "without WPS"\n`,
	} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			w.Errorf("no %q in\n%s%s", want, stdout, stderr)
		}
	}
	point.ask("wps_pbc")
	const profile = "/run/profile.conf"
	status, stdout, stderr := w.call("wpsenroll", "-i", "wlan1", "-pbc", "-profile", "wpa_supplicant", "-o", profile)
	if status != 0 || strings.Contains(stdout+stderr, passphrase) {
		w.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
	}
	point.wait("WPS-REG-SUCCESS")
	text, err := os.ReadFile(profile)
	if err != nil {
		w.Fatal(err)
	}
	w.supplicant(1, string(text)).wait("CTRL-EVENT-CONNECTED")
	point.wait("AP-STA-CONNECTED")
	other.never("IEEE 802.11: associated")
}

// externalRegistrar reads and writes an access point's settings with the
// program.
func externalRegistrar(w *world) {
	point := w.accessPoint(0, network)
	registrar := func(arguments ...string) string {
		status, stdout, stderr := w.call("wpsenroll", append([]string{"-i", "wlan1", "-registrar", "-ap-pin", apPIN, "-show-key"}, arguments...)...)
		if status != 0 {
			w.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
		}
		return stdout
	}
	if got, want := registrar(), "network   golden-wps\nsecurity  WPA2-Personal, AES\nkey       correct horse battery\n"; got != want {
		w.Errorf("got\n%swant\n%s", got, want)
	}
	registrar("-ssid", "new name", "-passphrase", "new passphrase")
	point.wait("WPS-NEW-AP-SETTINGS")
	if got, want := registrar(), "network   new name\nsecurity  WPA2-Personal, AES\nkey       new passphrase\n"; got != want {
		w.Errorf("got\n%swant\n%s", got, want)
	}
}

// noRights runs the programs without privileges.
func noRights(w *world) {
	const nobody = 65534
	w.accessPoint(0, network)
	w.enroll(1, briefly(byButton())).failed(selection.ErrNoAccessPoint, doctor.NoSelectedRegistrar)
	for _, arguments := range [][]string{{"wpsenroll", "-pbc"}, {"wpsdoctor", "-watch"}} {
		status, stdout, stderr := w.callAs(nobody, arguments[0], append([]string{"-i", "wlan1"}, arguments[1:]...)...)
		if status != 2 || !strings.Contains(stderr, "CAP_NET_ADMIN") || !strings.Contains(stderr, "setcap") {
			w.Errorf("%s: exit status %d\n%s%s", arguments[0], status, stdout, stderr)
		}
	}
	// Results of earlier scans may be read.
	status, stdout, stderr := w.callAs(nobody, "wpsenroll", "-i", "wlan1", "-list")
	if status != 0 || !strings.Contains(stdout, `"golden-wps"`) || !strings.Contains(stderr, "CAP_NET_ADMIN") {
		w.Errorf("exit status %d\n%s%s", status, stdout, stderr)
	}
}

// runCases runs the cases of our station and programs.
func runCases(t *testing.T) {
	runRadio(t, slices.Concat(cases, nfcCases, behindCases(), managerCases(usualManagers)))
}

// byPIN is the configuration of a station with a PIN.
func byPIN(digits string) station.EnrollConfig {
	return printer(registration.PIN(pin.MustParse(digits)))
}

// byButton is the configuration of a station whose button was pressed.
func byButton() station.EnrollConfig { return printer(registration.PushButton()) }

func printer(password registration.Password) station.EnrollConfig {
	return station.EnrollConfig{
		Enrollee: registration.EnrolleeConfig{Config: registration.Config{Device: printerDevice()}, Password: password},
		Record:   new(doctor.Recorder),
	}
}

func printerDevice() wps.Device {
	device := wps.DefaultDevice()
	device.Manufacturer, device.ModelName, device.ModelNumber, device.SerialNumber = "Example Works", "Golden Printer", "GP-1", "0003"
	device.DeviceName = "Printer"
	device.PrimaryDeviceType = wps.NewDeviceType(3, 1)
	return device
}

// briefly shortens the walk time of a station.
func briefly(cfg station.EnrollConfig) station.EnrollConfig {
	cfg.WalkTime = 15 * time.Second
	return cfg
}

// isMessage reports whether an EAPOL frame has the start of a message of the
// type.
func isMessage(frame []byte, want wps.MessageType) bool {
	f, err := eapol.ParseFrame(frame)
	if err != nil || f.Type != eapol.TypeEAP {
		return false
	}
	p, err := eap.ParsePacket(f.Body)
	if err != nil || !p.IsWSC() {
		return false
	}
	got, err := wps.PeekMessageType(p.Data)
	return err == nil && got == want
}

// enrollment is an enrollment, or a registration of the access point, and its
// outcome.
type enrollment struct {
	w       *world
	station *station.Station
	mac     wps.MAC
	cfg     station.EnrollConfig
	found   []station.ScanResult // by the last scan
	waiting int                  // how many of them are to be tried
	record  *doctor.Recorder
	result  *registration.Result
	network station.KnownNetwork
	err     error
}

// enroll enrolls a radio.
func (w *world) enroll(radio int, cfg station.EnrollConfig) *enrollment {
	w.Helper()
	e := w.enrollment(radio, cfg)
	e.run()
	return e
}

// enrollment prepares the enrollment of a radio.
func (w *world) enrollment(radio int, cfg station.EnrollConfig) *enrollment {
	w.Helper()
	s := w.station(radio)
	e := &enrollment{w: w, station: s, mac: s.MAC(), cfg: cfg, record: cfg.Record}
	e.cfg.Notify = func(event station.Event) {
		if event.Kind == station.EventScanned {
			e.found, e.waiting = event.Found, len(event.Choice.Order)
			w.netlink.scan(s.Name())
		}
		if cfg.Notify != nil {
			cfg.Notify(event)
		}
	}
	return e
}

func (e *enrollment) run() {
	enrolled, err := e.station.Enroll(e.w.Context(), e.cfg)
	if e.err = errors.Join(err, e.station.Close()); e.err == nil {
		e.result, e.network = enrolled.Result, enrolled.Networks[0]
	}
}

// register reads or sets the settings of the only access point with a radio.
func (w *world) register(radio int, digits string, settings *wps.Credential) *enrollment {
	w.Helper()
	s := w.station(radio)
	defer s.Close()
	e := &enrollment{w: w, mac: s.MAC(), record: new(doctor.Recorder)}
	found, err := s.Scan(w.Context(), station.ScanConfig{})
	if err != nil || len(found) != 1 {
		w.Fatalf("found %d access points, %v", len(found), err)
	}
	device := printerDevice()
	device.UUID = wps.UUIDFromMAC(s.MAC())
	machine, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config:   registration.Config{Device: device},
		Password: registration.PIN(pin.MustParse(digits)), AP: true, NewSettings: settings,
	})
	if err != nil {
		w.Fatal(err)
	}
	e.found = found
	e.result, e.err = s.Run(w.Context(), &found[0], station.RunConfig{Machine: machine, Record: e.record})
	return e
}

// succeeded checks the credential of a network with WPA2.
func (e *enrollment) succeeded(ssid, key string) {
	e.w.Helper()
	if e.err != nil {
		e.w.Fatal(e.err)
	}
	if c := e.network.Credential; c.SSID != wps.SSID(ssid) || string(c.NetworkKey) != key || c.AuthType != wps.AuthWPA2Personal || c.EncrType != wps.EncrAES {
		e.w.Errorf("received %+v, key right: %t", c, string(c.NetworkKey) == key)
	}
	e.w.diagnosed(e.record, doctor.Success)
}

// failed checks the class of the error and the doctor's cause.
func (e *enrollment) failed(class error, cause doctor.Cause) {
	e.w.Helper()
	if !errors.Is(e.err, class) {
		e.w.Errorf("got %v, want %v", e.err, class)
	}
	e.w.diagnosed(e.record, cause)
}

// wrongHalf checks which half of the password was wrong.
func (e *enrollment) wrongHalf(want int) {
	e.w.Helper()
	var failed *registration.Error
	if !errors.As(e.err, &failed) || failed.Half != want || failed.DetectedBy != registration.RoleEnrollee {
		e.w.Errorf("got %v, want half %d", e.err, want)
	}
}

// diagnosed checks the doctor's cause.
func (w *world) diagnosed(r *doctor.Recorder, want doctor.Cause) {
	w.Helper()
	if d := doctor.Diagnose(r.Evidence()); d.Cause != want {
		w.Errorf("the doctor says %s (%s): %s\n%s; want %s", d.Cause, d.Code, d.Verdict, d.Engineer, want)
	}
}

// diagnosedNow checks the cause that wpsdoctor reports for a network at
// present.
func (w *world) diagnosedNow(radio int, ssid string, want doctor.Cause) {
	w.Helper()
	status, stdout, stderr := w.call("wpsdoctor", "-i", radioName(radio), "-ssid", ssid, "-json")
	var said struct {
		Cause   doctor.Cause
		Verdict string
	}
	if err := json.Unmarshal([]byte(stdout), &said); err != nil || said.Cause != want || (status == 0) != (want == doctor.Ready) {
		w.Errorf("wpsdoctor says, with exit status %d: %s%s; want %s", status, stdout, stderr, want)
	}
}

// joins makes stock wpa_supplicant join with the profile of a network.
func (w *world) joins(radio int, point *accessPoint, n *station.KnownNetwork) *program {
	w.Helper()
	profile, err := station.NewProfile(station.WPASupplicant, n)
	if err != nil {
		w.Fatal(err)
	}
	supplicant := w.supplicant(radio, profile.Text)
	supplicant.wait("CTRL-EVENT-CONNECTED")
	point.wait("AP-STA-CONNECTED")
	return supplicant
}
