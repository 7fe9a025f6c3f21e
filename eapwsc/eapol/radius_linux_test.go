package eapol_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// authenticatorConfig is a hostapd that passes EAP on to a RADIUS server.
const authenticatorConfig = `driver=wired
interface=%s
logger_stdout=-1
logger_stdout_level=0
ctrl_interface=DIR/control
ieee8021x=1
eapol_version=2
eap_reauth_period=0
ssid=interop-net
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=correct horse battery
own_ip_addr=127.0.0.1
nas_identifier=gowps
auth_server_addr=127.0.0.1
auth_server_port=%d
auth_server_shared_secret=%s
`

const radiusSecret = "a secret of the two"

// radiusSite is a registrar of ours behind hostapd, and wpa_supplicant in front
// of it.
type radiusSite struct {
	supplicant *daemon
	actions    chan func(time.Time)
	events     chan ap.Event
	point      *ap.AccessPoint
	discarded  chan error
}

// newRADIUSSite starts all three with hostapd's secret.
func newRADIUSSite(t *testing.T, point *ap.AccessPoint, secret, config string) *radiusSite {
	t.Helper()
	s := &radiusSite{
		actions: make(chan func(time.Time)), events: make(chan ap.Event, 100), discarded: make(chan error, 100), point: point,
	}
	server, err := radius.NewServer(radius.Config{
		Secret: func(client netip.Addr) []byte { return []byte(radiusSecret) },
		NewSession: func(_ time.Time, a radius.Access) (radius.Session, error) {
			return point.NewSession(a.Station, a.FirstID)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error)
	go func() {
		over <- radius.Serve(ctx, conn, server, radius.Loop{
			Actions: s.actions,
			Report: func(err error) {
				select {
				case s.discarded <- err:
				default:
				}
			},
			After: func() {
				for _, e := range point.Events() {
					s.events <- e
				}
			},
		})
	}()
	t.Cleanup(func() {
		cancel()
		<-over
		conn.Close()
	})
	one, two := veth(t)
	port := conn.LocalAddr().(*net.UDPAddr).Port
	startDaemon(t, "hostapd", one, fmt.Sprintf(authenticatorConfig, one, port, secret), "-K", "-dd", "-t", "CONF")
	s.supplicant = startSupplicant(t, two, 2, config)
	return s
}

// await waits for an event of the registrar.
func (s *radiusSite) await(t *testing.T, kind ap.EventKind) ap.Event {
	t.Helper()
	for over := time.After(patience); ; {
		select {
		case e := <-s.events:
			if e.Kind == kind {
				return e
			}
		case <-over:
			t.Fatalf("there is no event %v", kind)
		}
	}
}

func (s *radiusSite) enter(t *testing.T, p string) {
	t.Helper()
	s.actions <- func(now time.Time) {
		if err := s.point.EnterPIN(now, ap.PINEntry{PIN: pin.MustParse(p)}); err != nil {
			t.Error(err)
		}
	}
}

// registers waits for success on both sides.
func (s *radiusSite) registers(t *testing.T, r *report) {
	t.Helper()
	e := s.await(t, ap.EventRegistered)
	if e.Station != mac(2) || e.UUID != device(2).UUID {
		t.Errorf("registered: %+v", e)
	}
	s.supplicant.await(t, credentialReceived(network), "WPS-SUCCESS")
	r.note("M1…M8, Done in RADIUS", "success")
}

// fails waits for a failure on both sides.
func (s *radiusSite) fails(t *testing.T, r *report, want error, event string) {
	t.Helper()
	e := s.await(t, ap.EventFailed)
	if e.Err == nil || !strings.Contains(e.Err.Error(), want.Error()) {
		t.Errorf("failed: %v, want %v", e.Err, want)
	}
	s.supplicant.await(t, event)
	r.note("in RADIUS", "%s", event)
}

// radiusCases have wpa_supplicant register with our registrar behind hostapd.
var radiusCases = []peerCase{
	{name: "pin", what: "PIN of 8 digits", run: func(t *testing.T, r *report) {
		s := newRADIUSSite(t, newAccessPoint(), radiusSecret, "")
		s.enter(t, thePIN)
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.registers(t, r)
	}},
	{name: "pin4", what: "PIN of 4 digits", run: func(t *testing.T, r *report) {
		s := newRADIUSSite(t, newAccessPoint(), radiusSecret, "")
		s.enter(t, "1234")
		s.supplicant.do(t, "WPS_PIN any 1234")
		s.registers(t, r)
	}},
	{name: "pbc", what: "push button", run: func(t *testing.T, r *report) {
		s := newRADIUSSite(t, newAccessPoint(), radiusSecret, "")
		s.actions <- func(now time.Time) {
			if err := s.point.PressButton(now); err != nil {
				t.Error(err)
			}
		}
		s.supplicant.do(t, "WPS_PBC")
		s.registers(t, r)
	}},
	{name: "wrong-first-half", what: "PIN wrong in its first half", run: func(t *testing.T, r *report) {
		s := newRADIUSSite(t, newAccessPoint(), radiusSecret, "")
		s.enter(t, "99995676")
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.fails(t, r, registration.ErrPassword, "WPS-FAIL msg=8 config_error=18")
	}},
	{name: "wrong-second-half", what: "PIN wrong in its second half", run: func(t *testing.T, r *report) {
		s := newRADIUSSite(t, newAccessPoint(), radiusSecret, "")
		s.enter(t, "12349999")
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.fails(t, r, registration.ErrPassword, "WPS-FAIL msg=10 config_error=18")
	}},
	{name: "m2d-then-pin", what: "no PIN was entered; then it is, while the station waits after M2D", run: func(t *testing.T, r *report) {
		d := device(1)
		d.State = wps.Configured
		point := newPoint(t, ap.Config{Run: registration.Config{Device: d}, Credentials: []wps.Credential{network}, LateM2: 5 * time.Second})
		s := newRADIUSSite(t, point, radiusSecret, "")
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.await(t, ap.EventPINNeeded)
		s.supplicant.await(t, "WPS-M2D dev_password_id=0 config_error=0")
		s.enter(t, thePIN)
		s.registers(t, r)
	}},
	{name: "fragments", what: "fragments of 100 octets on both sides", run: func(t *testing.T, r *report) {
		d := device(1)
		d.State = wps.Configured
		point := newPoint(t, ap.Config{Run: registration.Config{Device: d}, Credentials: []wps.Credential{network}, FragmentSize: 100})
		s := newRADIUSSite(t, point, radiusSecret, fmt.Sprintf(`network={
	key_mgmt=IEEE8021X
	eap=WSC
	identity="WFA-SimpleConfig-Enrollee-1-0"
	phase1="pin=%s"
	eapol_flags=0
	fragment_size=100
}
`, thePIN))
		s.enter(t, thePIN)
		s.registers(t, r)
	}},
	{name: "wrong-secret", what: "hostapd has another shared secret", run: func(t *testing.T, r *report) {
		s := newRADIUSSite(t, newAccessPoint(), "another", "")
		s.enter(t, thePIN)
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		select {
		case err := <-s.discarded:
			if !errors.Is(err, radius.ErrSecret) {
				t.Error(err)
			}
			r.note("Access-Request", "discarded")
		case <-time.After(patience):
			t.Error("nothing was discarded")
		}
	}},
}

// newPoint returns an access point of ours.
func newPoint(t *testing.T, cfg ap.Config) *ap.AccessPoint {
	t.Helper()
	return ap.MustNew(cfg)
}
