package upnp_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
)

// withoutTime are handler options that leave the time out: its digits may be
// those of a secret.
var withoutTime = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// discovered returns a network in which an access point and a registrar have
// found each other.
func discovered(t *testing.T) (*lan, *accessPoint, *upnp.Registrar) {
	l := newLAN(t)
	a := l.accessPoint(1)
	r := l.registrar(2)
	l.pass(5 * time.Second)
	return l, a, r
}

// learned is discovered after the registrar has read the settings.
func learned(t *testing.T) (*lan, *accessPoint, *upnp.Registrar) {
	t.Helper()
	l, a, r := discovered(t)
	must(t, r.Learn(l.now, apID(1), apPIN))
	l.one(2, upnp.EventSettingsRead)
	return l, a, r
}

// hostap: test_ap_wps_er_add_enrollee.
func TestDiscover(t *testing.T) {
	l, a, r := discovered(t)
	e := l.one(2, upnp.EventAccessPoint)
	if e.AccessPoint != apID(1) || e.Description.FriendlyName != "device 160" || e.Address != host(1).Addr() || e.Device.UUID != (wps.UUID{0xA0}) {
		t.Errorf("%+v", e)
	}
	if list := r.AccessPoints(); len(list) != 1 || list[0].Address != "192.168.78.1:49152" || list[0].Settings {
		t.Errorf("%+v", list)
	}
	if !a.device.Subscribed() {
		t.Error("the registrar has not subscribed")
	}
	r.Stop(l.now)
	l.settle()
	if a.device.Subscribed() {
		t.Error("the registrar has not unsubscribed")
	}
}

// TestAnnounced starts the registrar first.
func TestAnnounced(t *testing.T) {
	l := newLAN(t)
	l.registrar(2)
	l.accessPoint(1)
	l.pass(time.Second)
	l.one(2, upnp.EventAccessPoint)
	// The access point announces itself again before the first announcement
	// expires.
	l.pass(3 * time.Hour)
	if gone := l.seen(2, upnp.EventAccessPointGone); len(gone) > 0 {
		t.Errorf("%+v", gone)
	}
}

func TestLearn(t *testing.T) {
	l, _, r := discovered(t)
	must(t, r.Learn(l.now, apID(1), apPIN))
	if err := r.Learn(l.now, apID(1), apPIN); !errors.Is(err, upnp.ErrIgnored) {
		t.Errorf("two runs at once: %v", err)
	}
	e := l.one(2, upnp.EventSettingsRead)
	if e.Settings == nil || e.Settings.SSID != network.SSID || string(e.Settings.NetworkKey) != string(network.NetworkKey) {
		t.Errorf("%+v", e)
	}
	if c := r.Settings(apID(1)); !reflect.DeepEqual(c, e.Settings) {
		t.Errorf("%v", c)
	}
	if err := r.Learn(l.now, wps.UUID{1}, apPIN); !errors.Is(err, upnp.ErrUnknown) {
		t.Errorf("unknown access point: %v", err)
	}
	if err := r.Learn(l.now, apID(1), registration.Password{}); !errors.Is(err, registration.ErrConfig) {
		t.Errorf("no password: %v", err)
	}
}

// hostap: test_ap_wps_er_config_ap.
func TestConfigure(t *testing.T) {
	l, a, r := discovered(t)
	want := wps.Credential{SSID: "new-net", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("new passphrase")}
	must(t, r.Configure(l.now, apID(1), apPIN, want))
	l.one(2, upnp.EventSettingsWritten)
	if a.written == nil || a.written.SSID != want.SSID || string(a.written.NetworkKey) != string(want.NetworkKey) {
		t.Errorf("%v", a.written)
	}
	if c := r.Settings(apID(1)); c == nil || c.SSID != want.SSID {
		t.Errorf("%v", c)
	}
}

func TestWrongAPPIN(t *testing.T) {
	for half, p := range map[int]string{1: "99995676", 2: "76549991"} {
		l, _, r := discovered(t)
		must(t, r.Learn(l.now, apID(1), registration.PIN(pin.MustParse(p))))
		e := l.one(2, upnp.EventFailed)
		var failed *registration.Error
		if !errors.Is(e.Err, registration.ErrPassword) || !errors.As(e.Err, &failed) || failed.Half != half {
			t.Errorf("half %d: %v", half, e.Err)
		}
	}
	l, a, r := discovered(t)
	a.pin = registration.Password{} // locked
	must(t, r.Learn(l.now, apID(1), apPIN))
	if e := l.one(2, upnp.EventFailed); !errors.Is(e.Err, registration.ErrLocked) {
		t.Errorf("locked: %v", e.Err)
	}
}

// registers registers a station, which must succeed.
func (l *lan) registers(r *upnp.Registrar, a *accessPoint, n byte, password registration.Password) {
	l.t.Helper()
	s := a.station(l.now, n, password)
	l.settle()
	result := s.Result()
	if result == nil || len(result.Credentials) != 1 || result.Credentials[0].SSID != network.SSID {
		l.t.Fatalf("the station has %v, error %v, state %v; events %+v", result, s.Err(), s.State(), l.events)
	}
	if e := l.one(2, upnp.EventRegistered); e.Station != deviceOf(n).MAC || e.UUID != deviceOf(n).UUID || e.AccessPoint != apID(1) {
		l.t.Errorf("%+v", e)
	}
	if len(a.selected) != 0 {
		l.t.Errorf("still selected: %v", a.selected)
	}
}

// hostap: test_ap_wps_er_add_enrollee, test_ap_wps_er_add_enrollee_uuid,
// test_ap_wps_er_enrollee_to_conf_ap, test_ap_wps_er_enrollee_to_conf_ap2.
func TestEnroll(t *testing.T) {
	uuid, mac := deviceOf(7).UUID, deviceOf(7).MAC
	for name, o := range map[string]upnp.Order{
		"anyone":           {Password: thePIN},
		"by UUID":          {UUID: &uuid, Password: thePIN},
		"by address":       {MAC: &mac, Password: thePIN},
		"at this one only": {AccessPoints: []wps.UUID{apID(1)}, Password: thePIN},
		"button":           {Password: registration.PushButton()},
		"button by UUID":   {UUID: &uuid, Password: registration.PushButton()},
	} {
		t.Run(name, func(t *testing.T) {
			l, a, r := learned(t)
			must(t, r.Enroll(l.now, o))
			l.settle()
			m, ok := a.selected[host(2).Addr()]
			if !ok || m.DevicePasswordID != o.Password.ID || len(m.WFA.AuthorizedMACs) != 1 || m.UUIDR != deviceOf(2).UUID {
				t.Errorf("selected: %+v", a.selected)
			}
			if o.MAC != nil && m.WFA.AuthorizedMACs[0] != mac {
				t.Errorf("authorized: %v", m.WFA.AuthorizedMACs)
			}
			l.registers(r, a, 7, o.Password)
		})
	}
}

// TestEnrollOther has a station for which there is no order.
func TestEnrollOther(t *testing.T) {
	l, a, r := learned(t)
	uuid := deviceOf(7).UUID
	must(t, r.Enroll(l.now, upnp.Order{UUID: &uuid, Password: thePIN}))
	s := a.station(l.now, 8, thePIN)
	l.settle()
	if s.State() != registration.SentM1 {
		t.Errorf("another station: %v", s.State())
	}
	l.registers(r, a, 7, thePIN)
}

// TestEnrollLate enters the PIN after the station has sent M1.
func TestEnrollLate(t *testing.T) {
	l, a, r := learned(t)
	s := a.station(l.now, 7, thePIN)
	l.pass(4 * time.Second)
	if e := l.one(2, upnp.EventEnrollee); e.UUID != deviceOf(7).UUID {
		t.Errorf("%+v", e)
	}
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	if s.Result() == nil {
		t.Errorf("the station is in %v: %v", s.State(), s.Err())
	}
}

// hostap: test_ap_wps_er_add_enrollee_pbc, test_ap_wps_er_pbc_overlap.
func TestOverlap(t *testing.T) {
	l, a, r := learned(t)
	a.station(l.now, 7, registration.PushButton())
	a.station(l.now, 8, registration.PushButton())
	l.settle()
	if err := r.Enroll(l.now, upnp.Order{Password: registration.PushButton()}); !errors.Is(err, registration.ErrOverlap) {
		t.Errorf("two stations pressed before: %v", err)
	}
	l.pass(wps.WalkTime)
	l.events[2] = nil
	must(t, r.Enroll(l.now, upnp.Order{Password: registration.PushButton()}))
	// The second one presses its button while the first registers.
	var second *registration.Enrollee
	a.delay = func() {
		a.delay = nil
		second = a.station(l.now, 8, registration.PushButton())
	}
	first := a.station(l.now, 7, registration.PushButton())
	l.settle()
	for name, s := range map[string]*registration.Enrollee{"first": first, "second": second} {
		if s.Result() != nil {
			t.Errorf("the %s was registered", name)
		}
	}
	if len(l.seen(2, upnp.EventOverlap)) == 0 {
		t.Error("the overlap was not told")
	}
}

// hostap: test_ap_wps_er_v10_add_enrollee_pin.
func TestEnrollVersion10(t *testing.T) {
	l, a, r := learned(t)
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	e := a.enrollee(l.now, 7, registration.EnrolleeConfig{Config: registration.Config{Version10: true}, Password: thePIN})
	l.settle()
	if e.Result() == nil {
		t.Errorf("%v", e.Err())
	}
}

// TestWrongPIN checks that a PIN that failed after M6 is deleted, and a PIN for
// any device after the second failure.
func TestWrongPIN(t *testing.T) {
	uuid := deviceOf(7).UUID
	for _, row := range []struct {
		name   string
		pin    string
		uuid   *wps.UUID
		before int // attempts after which it is still valid
	}{
		{"first half, for one", "99995676", &uuid, 5},
		{"first half, for anyone", "99995676", nil, 1},
		{"second half, for one", "12349999", &uuid, 0},
		{"second half, for anyone", "12349999", nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, a, r := learned(t)
			must(t, r.Enroll(l.now, upnp.Order{UUID: row.uuid, Password: registration.PIN(pin.MustParse(row.pin))}))
			l.settle()
			for i := range row.before + 1 {
				if len(a.selected) == 0 {
					t.Fatalf("spent after %d attempts", i)
				}
				s := a.station(l.now, 7, thePIN)
				l.settle()
				if !errors.Is(s.Err(), registration.ErrPassword) {
					t.Errorf("%v", s.Err())
				}
			}
			if over := l.seen(2, upnp.EventOrderOver); (len(over) > 0) != (row.before < 5) || (len(a.selected) == 0) != (len(over) > 0) {
				t.Errorf("over: %+v, selected: %v", over, a.selected)
			}
		})
	}
}

// TestOrders checks what an order needs, how long it is valid, and that it can
// be cancelled.
func TestOrders(t *testing.T) {
	l, a, r := discovered(t)
	if err := r.Enroll(l.now, upnp.Order{Password: thePIN}); !errors.Is(err, upnp.ErrNoSettings) {
		t.Errorf("without settings: %v", err)
	}
	r.SetSettings(apID(1), network)
	if err := r.Enroll(l.now, upnp.Order{}); !errors.Is(err, registration.ErrConfig) {
		t.Errorf("without password: %v", err)
	}
	if err := r.Enroll(l.now, upnp.Order{Password: registration.Handover()}); !errors.Is(err, registration.ErrConfig) {
		t.Errorf("handover without hash: %v", err)
	}
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN, For: 10 * time.Minute}))
	l.pass(9 * time.Minute)
	told := 0
	for _, c := range l.calls {
		if strings.Contains(c.Request.Header["SOAPACTION"], "SetSelectedRegistrar") {
			told++
		}
	}
	if len(a.selected) != 1 || told != 6 {
		t.Errorf("selected %d, told %d times in nine minutes, want 6", len(a.selected), told)
	}
	l.pass(2 * time.Minute)
	if len(a.selected) != 0 || len(l.seen(2, upnp.EventOrderOver)) != 1 {
		t.Errorf("still selected: %v", a.selected)
	}
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	r.Cancel(l.now)
	l.settle()
	if len(a.selected) != 0 {
		t.Errorf("cancelled, and selected: %v", a.selected)
	}
	if s := a.station(l.now, 7, thePIN); s.State() != registration.SentM1 {
		t.Errorf("cancelled, and it goes on: %v", s.State())
	}
}

// TestCancelReachesRuns cancels in the middle of a run.
func TestCancelReachesRuns(t *testing.T) {
	l, a, r := learned(t)
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	messages := 0
	a.delay = func() {
		if messages++; messages == 3 { // M6
			r.Cancel(l.now)
		}
	}
	s := a.station(l.now, 7, thePIN)
	l.settle()
	if s.Result() != nil {
		t.Error("the station was registered by an order that was cancelled")
	}
}

// hostap: test_ap_wps_er_multi_add_enrollee.
func TestTwoRegistrars(t *testing.T) {
	l, a, _ := learned(t)
	second := l.registrar(3)
	l.pass(5 * time.Second)
	must(t, second.Learn(l.now, apID(1), apPIN))
	l.settle()
	must(t, second.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	s := a.station(l.now, 7, thePIN)
	l.settle()
	if s.Result() == nil {
		t.Errorf("%v", s.Err())
	}
	if len(l.seen(2, upnp.EventEnrollee)) != 1 || len(l.seen(3, upnp.EventRegistered)) != 1 {
		t.Error("the first should have heard the station, and the second registered it")
	}
}

// TestBothWait has two registrars answer one station: it accepts the first.
func TestBothWait(t *testing.T) {
	l, a, first := learned(t)
	second := l.registrar(3)
	l.pass(5 * time.Second)
	second.SetSettings(apID(1), network)
	must(t, first.Enroll(l.now, upnp.Order{Password: thePIN}))
	must(t, second.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	s := a.station(l.now, 7, thePIN)
	l.settle()
	if s.Result() == nil {
		t.Errorf("%v", s.Err())
	}
	l.pass(time.Minute)
	if n := len(l.seen(2, upnp.EventRegistered)) + len(l.seen(3, upnp.EventRegistered)); n != 1 {
		t.Errorf("%d registrars have registered the station", n)
	}
}

// hostap: test_ap_wps_er_link_update.
func TestMoves(t *testing.T) {
	l, a, r := learned(t)
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN, For: time.Hour}))
	l.settle()
	l.leave(1)
	d := deviceOf(0xA0)
	d.UUID = apID(1)
	moved, err := upnp.NewDevice(upnp.DeviceConfig{LAN: host(9), Port: 49153, Description: upnp.Describe(&d), AccessPoint: a, Rand: random(9)})
	must(t, err)
	a.device = moved
	l.join(9, moved)
	l.pass(time.Second)
	if list := r.AccessPoints(); len(list) != 1 || list[0].Address != "192.168.78.9:49153" || !list[0].Settings {
		t.Errorf("%+v", list)
	}
	l.events[2] = nil
	l.registers(r, a, 7, thePIN)
}

// hostap: test_ap_wps_er_cache_ap_settings.
func TestRestart(t *testing.T) {
	l, a, r := learned(t)
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN, For: time.Hour}))
	a.device.Stop(l.now)
	l.settle()
	l.one(2, upnp.EventAccessPointGone)
	if len(r.AccessPoints()) != 0 {
		t.Errorf("%+v", r.AccessPoints())
	}
	a.device.Start(l.now)
	l.pass(time.Second)
	l.one(2, upnp.EventAccessPoint)
	l.registers(r, a, 7, thePIN)
}

// TestVanishes removes either side without a message.
func TestVanishes(t *testing.T) {
	l, a, r := learned(t)
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	l.leave(2)
	for range 40 {
		a.device.Message(l.now, deviceOf(7).MAC, []byte{1})
		l.pass(time.Second)
	}
	if a.device.Subscribed() || len(a.selected) != 0 {
		t.Error("a registrar that vanished is still subscribed, or selected")
	}
	l.join(2, r)
	l.pass(30 * time.Minute)
	l.events[2] = nil
	l.leave(1)
	l.pass(time.Hour)
	l.one(2, upnp.EventAccessPointGone)
}

// TestSubscriptionLost makes the access point lose the subscription.
func TestSubscriptionLost(t *testing.T) {
	l, a, r := learned(t)
	l.leave(2)
	for range 40 {
		a.device.Message(l.now, deviceOf(7).MAC, []byte{1})
		l.pass(time.Second)
	}
	l.join(2, r)
	l.pass(20 * time.Minute) // the registrar renews it, and notices that it is lost
	if !a.device.Subscribed() {
		t.Fatal("the registrar has not subscribed anew")
	}
	l.events[2] = nil
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	l.registers(r, a, 7, thePIN)
}

// TestSeveralAccessPoints checks that a station can register at any access
// point, and gets its network.
func TestSeveralAccessPoints(t *testing.T) {
	l, _, r := learned(t)
	other := l.accessPoint(5)
	other.settings.SSID = "other"
	l.pass(time.Second)
	must(t, r.Learn(l.now, apID(5), apPIN))
	l.settle()
	must(t, r.Enroll(l.now, upnp.Order{Password: thePIN}))
	l.settle()
	s := other.station(l.now, 7, thePIN)
	l.settle()
	if result := s.Result(); result == nil || result.Credentials[0].SSID != "other" {
		t.Errorf("%v %v", result, s.Err())
	}
}

// TestTokens registers with an NFC tag or a handover.
//
// hostap: test_nfc_wps_er_pw_token, test_nfc_wps_er_handover,
// test_nfc_wps_er_handover_pk_hash_mismatch_sta,
// test_nfc_wps_er_handover_pk_hash_mismatch_er.
func TestTokens(t *testing.T) {
	station, err := registration.NewKeyPair(nil)
	must(t, err)
	registrar, err := registration.NewKeyPair(nil)
	must(t, err)
	stationKey, registrarKey := station.PublicKey(), registrar.PublicKey()
	stationHash, registrarHash := registration.PublicKeyHash(&stationKey), registration.PublicKeyHash(&registrarKey)
	wrongHash := [20]byte{1}
	token := registration.OutOfBand(0x1234, []byte("sixteen or more octets"))
	for _, row := range []struct {
		name     string
		order    upnp.Order
		enrollee registration.EnrolleeConfig
		fails    error
	}{
		{"password token", upnp.Order{Password: token, PeerKeyHash: &stationHash},
			registration.EnrolleeConfig{Password: token}, nil},
		{"handover", upnp.Order{Password: registration.Handover(), PeerKeyHash: &stationHash, KeyPair: registrar},
			registration.EnrolleeConfig{Password: registration.Handover(), PeerKeyHash: &registrarHash}, nil},
		{"another station", upnp.Order{Password: registration.Handover(), PeerKeyHash: &wrongHash, KeyPair: registrar},
			registration.EnrolleeConfig{Password: registration.Handover(), PeerKeyHash: &registrarHash}, registration.ErrKeyHash},
		{"another registrar", upnp.Order{Password: registration.Handover(), PeerKeyHash: &stationHash},
			registration.EnrolleeConfig{Password: registration.Handover(), PeerKeyHash: &registrarHash}, registration.ErrKeyHash},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, a, r := learned(t)
			must(t, r.Enroll(l.now, row.order))
			row.enrollee.Config = registration.Config{KeyPair: station}
			e := a.enrollee(l.now, 7, row.enrollee)
			l.settle()
			if row.fails == nil {
				if e.Result() == nil {
					t.Errorf("%v, %+v", e.Err(), l.events[2])
				}
				return
			}
			failed := l.seen(2, upnp.EventFailed)
			if e.Result() != nil || len(failed) != 1 || !errors.Is(failed[0].Err, row.fails) {
				t.Errorf("result %v, station %v, registrar %+v", e.Result(), e.Err(), failed)
			}
		})
	}
}

// TestConfigurationToken makes an NFC tag from the settings that were read.
//
// hostap: test_nfc_wps_er_config_token.
func TestConfigurationToken(t *testing.T) {
	_, _, r := learned(t)
	b, err := nfc.Append(nil, &wps.ConfigurationToken{Credentials: []wps.Credential{*r.Settings(apID(1))}})
	must(t, err)
	var token wps.ConfigurationToken
	must(t, nfc.Decode(&token, b, wps.Strict))
	if c := token.Credentials; len(c) != 1 || c[0].SSID != network.SSID || string(c[0].NetworkKey) != string(network.NetworkKey) {
		t.Errorf("%v", c)
	}
}

// TestSecretsHidden prints everything that holds passwords and keys, in all
// ways.
func TestSecretsHidden(t *testing.T) {
	l, a, r := learned(t)
	o := upnp.Order{Password: thePIN, For: time.Hour}
	must(t, r.Enroll(l.now, o))
	must(t, r.Configure(l.now, apID(1), apPIN, network))
	a.station(l.now, 7, thePIN) // nothing is delivered: all of them are in the middle of a run
	secrets := []string{"12345670", "76543210", string(network.NetworkKey), hex.EncodeToString(network.NetworkKey), fmt.Sprint([]byte(network.NetworkKey))}
	for name, v := range map[string]any{
		"registrar": r, "registrar by value": *r, "device": a.device, "device by value": *a.device, "order": o, "pointer to an order": &o,
		"event": upnp.Event{Settings: r.Settings(apID(1))}, "events": r.Events(), "access points": r.AccessPoints(), "segment": &l.Segment,
		"configuration": upnp.RegistrarConfig{Registration: registration.Config{Device: deviceOf(2)}},
		"structure": struct {
			O upnp.Order
			R *upnp.Registrar
			p []upnp.Order
		}{o, r, []upnp.Order{o}},
	} {
		var logged bytes.Buffer
		slog.New(slog.NewJSONHandler(&logged, withoutTime)).Info("", "v", v)
		slog.New(slog.NewTextHandler(&logged, withoutTime)).Info("", "v", v)
		text := logged.String()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text += fmt.Sprintf(verb, v)
		}
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s shows %q", name, s)
			}
		}
	}
}

// TestProbes checks that stations that search for a registrar are listed, and
// forgotten later.
func TestProbes(t *testing.T) {
	l, a, r := discovered(t)
	d := deviceOf(7)
	b, err := wps.Append(nil, &wps.ProbeRequest{
		RequestType: wps.RequestEnrolleeInfo, UUIDE: d.UUID, PrimaryDeviceType: d.PrimaryDeviceType, RFBands: wps.Band24GHz,
		DevicePasswordID: wps.PasswordPushButton, ConfigMethods: d.ConfigMethods, DeviceName: d.DeviceName,
		Manufacturer: d.Manufacturer, ModelName: d.ModelName, ModelNumber: d.ModelNumber, Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20}},
	})
	must(t, err)
	for range 3 {
		a.device.Probe(l.now, d.MAC, b)
		l.pass(time.Second)
	}
	if e := l.one(2, upnp.EventEnrollee); e.UUID != d.UUID || e.Station != d.MAC || e.Device.DeviceName != d.DeviceName {
		t.Errorf("%+v", e)
	}
	if list := r.Enrollees(); len(list) != 1 || list[0].Password != wps.PasswordPushButton {
		t.Errorf("%+v", list)
	}
	l.pass(upnp.EnrolleeTime + time.Second)
	if e := l.one(2, upnp.EventEnrolleeGone); e.UUID != d.UUID || len(r.Enrollees()) != 0 {
		t.Errorf("%+v", e)
	}
}

func ExampleRegistrar() {
	r, err := upnp.NewRegistrar(upnp.RegistrarConfig{LAN: host(2), Port: 50000, Registration: registration.Config{Device: deviceOf(2)}})
	if err != nil {
		panic(err)
	}
	r.Start(began)
	for _, d := range r.Output().Datagrams {
		fmt.Printf("to %v: %s\n", d.To, strings.SplitN(string(d.Data), "\r\n", 2)[0])
	}
	// Output: to 239.255.255.250:1900: M-SEARCH * HTTP/1.1
}
