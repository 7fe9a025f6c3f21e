package eapol_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// authenticatorConfig is a hostapd that forwards EAP to a RADIUS server.
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
	return newRADIUSSiteBehind(t, false, point, secret, config)
}

// newRADIUSSiteBehind is newRADIUSSite; with a proxy between hostapd and our
// registrar that uses TLS.
func newRADIUSSiteBehind(t *testing.T, proxy bool, point *ap.AccessPoint, secret, config string) *radiusSite {
	t.Helper()
	s := &radiusSite{
		actions: make(chan func(time.Time)), events: make(chan ap.Event, 100), discarded: make(chan error, 100), point: point,
	}
	shared := radiusSecret
	if proxy {
		shared = radius.TLSSecret
	}
	server, err := radius.NewServer(radius.Config{
		Secret: func(client netip.Addr) []byte { return []byte(shared) },
		NewSession: func(_ time.Time, a radius.Access) (radius.Session, error) {
			return point.NewSession(a.Station, a.FirstID)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	loop := radius.Loop{
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
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error)
	var port int
	if proxy {
		port = s.serveProxy(ctx, t, server, loop, over)
	} else {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		port = conn.LocalAddr().(*net.UDPAddr).Port
		go func() { over <- radius.Serve(ctx, conn, server, loop) }()
	}
	t.Cleanup(func() {
		cancel()
		<-over
	})
	one, two := veth(t)
	startDaemon(t, "hostapd", one, fmt.Sprintf(authenticatorConfig, one, port, secret), "-K", "-dd", "-t", "CONF")
	s.supplicant = startSupplicant(t, two, 2, config)
	return s
}

// proxyConfig is a radsecproxy between a client that uses plain RADIUS and a
// server that uses TLS.
const proxyConfig = `ListenUDP 127.0.0.1:%[1]d
LogLevel 3
tls default {
	CACertificateFile %[2]s/ca.pem
	CertificateFile %[2]s/own.pem
	CertificateKeyFile %[2]s/own.key
}
client 127.0.0.1 {
	type udp
	secret "%[3]s"
}
server registrar {
	host 127.0.0.1
	port %[4]d
	type tls
	secret %[5]s
	certificateNameCheck off
}
realm * {
	server registrar
}
`

// serveProxy serves by TLS, and starts a radsecproxy in front. It returns the
// proxy's port.
func (s *radiusSite) serveProxy(ctx context.Context, t *testing.T, server *radius.Server, loop radius.Loop, over chan<- error) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ca := fixture.NewAuthority(t)
	config := &tls.Config{
		Certificates: []tls.Certificate{ca.Certificate(t)}, ClientCAs: ca.Pool(), ClientAuth: tls.RequireAndVerifyClientCert,
	}
	go func() { over <- radius.ServeTLS(ctx, listener, config, server, loop) }()

	dir := t.TempDir()
	own := ca.Certificate(t)
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.LocalAddr().(*net.UDPAddr).Port
	free.Close()
	for name, text := range map[string][]byte{
		"ca.pem":  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw()}),
		"own.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}),
		"own.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"conf":    fmt.Appendf(nil, proxyConfig, port, dir, radiusSecret, listener.Addr().(*net.TCPAddr).Port, radius.TLSSecret),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	cmd := exec.Command("radsecproxy", "-f", "-c", filepath.Join(dir, "conf"))
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("radsecproxy:\n%s", &log)
		}
	})
	return port
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

// radiusCases make wpa_supplicant register with our registrar behind hostapd.
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
		point := newPoint(t, ap.Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, LateM2: 5 * time.Second})
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
		point := newPoint(t, ap.Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, FragmentSize: 100})
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
	{name: "tls", what: "PIN of 8 digits; radsecproxy passes RADIUS on by TLS", run: func(t *testing.T, r *report) {
		needPeers(t, "radsecproxy")
		s := newRADIUSSiteBehind(t, true, newAccessPoint(), radiusSecret, "")
		s.enter(t, thePIN)
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.registers(t, r)
	}},
	{name: "tls-fragments", what: "fragments of 100 octets on our side; radsecproxy passes RADIUS on by TLS", run: func(t *testing.T, r *report) {
		needPeers(t, "radsecproxy")
		d := device(1)
		d.State = wps.Configured
		point := newPoint(t, ap.Config{Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, FragmentSize: 100})
		s := newRADIUSSiteBehind(t, true, point, radiusSecret, "")
		s.enter(t, thePIN)
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
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
