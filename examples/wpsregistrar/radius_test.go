package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/examples/internal/program"
)

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, content, fault string }{
		{"good", "# access points\n\n192.0.2.1 first\n198.51.100.0/24 the second one\n", ""},
		{"no secret", "192.0.2.1\n", ":1: a line holds"},
		{"no address", "# x\nrouter secret\n", ":2: "},
		{"empty", "# nothing\n", "holds no secret"},
	} {
		file := filepath.Join(dir, tt.name)
		if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := readSecrets(file)
		if tt.fault != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fault) || strings.Contains(err.Error(), "secret\n") {
				t.Errorf("%s: error %v, want %q", tt.name, err, tt.fault)
			}
			continue
		}
		for client, want := range map[string]string{"192.0.2.1": "first", "198.51.100.7": "the second one", "203.0.113.1": ""} {
			if got := string(s.of(netip.MustParseAddr(client))); got != want {
				t.Errorf("%s: secret %q, want %q", client, got, want)
			}
		}
	}
}

// TestRADIUS runs the program on the loopback interface, beside a simulated
// hostapd that accepts commands, until it is stopped.
func TestRADIUS(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("hostapd's control sockets are Unix datagram sockets")
	}
	dir, err := os.MkdirTemp("", "wps") // the name of a socket has at most 107 octets
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	control, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "wlan0"), Net: "unixgram"})
	if err != nil {
		t.Fatal("no Unix datagram sockets:", err)
	}
	defer control.Close()
	commands := make(chan string, 10)
	go func() {
		b := make([]byte, 100)
		for {
			n, from, err := control.ReadFromUnix(b)
			if err != nil {
				return
			}
			commands <- string(b[:n])
			control.WriteToUnix([]byte("OK\n"), from)
		}
	}()
	secretFile := filepath.Join(dir, "clients")
	if err := os.WriteFile(secretFile, []byte("127.0.0.1 testing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("no UDP on the loopback interface:", err)
	}
	address := free.LocalAddr().String()
	free.Close()

	var stdout, stderr bytes.Buffer
	status := make(chan int)
	go func() {
		status <- program.Run(t.Context(), command(new(service)), program.IO{Out: &stdout, Err: &stderr},
			[]string{"-radius", address, "-secret-file", secretFile, "-hostapd-control", dir, "-pbc", "-ssid", "lab", "-passphrase", "correct horse", "-timeout", "2s"})
	}()
	if got := <-commands; got != "WPS_PBC" {
		t.Errorf("hostapd received %q", got)
	}
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	request := &radius.Packet{Code: radius.AccessRequest, Identifier: 1, Authenticator: [16]byte{1}}
	request.Add(radius.CallingStationID, []byte("02-00-00-00-00-02"))
	request.AddEAP(append([]byte{2, 9, 0, byte(5 + len(eap.EnrolleeIdentity)), 1}, eap.EnrolleeIdentity...))
	b, err := request.EncodeRequest([]byte("testing"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil {
		t.Fatal(err)
	}
	p, err := radius.Parse(answer[:n])
	if err != nil || p.Code != radius.AccessChallenge || p.CheckResponse([]byte("testing"), request) != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if got := <-status; got != program.Problem {
		t.Errorf("exit status %d: %s", got, &stderr)
	}
	if got := <-commands; got != "WPS_CANCEL" {
		t.Errorf("hostapd received %q at the end", got)
	}
	if !strings.Contains(stderr.String(), "waiting on RADIUS "+address) {
		t.Errorf("%s", &stderr)
	}
}

// TestRADIUSOverTLS runs the program until it is stopped, and sends it a status
// request as a client with a certificate.
func TestRADIUSOverTLS(t *testing.T) {
	// One certificate is used for both sides and for the authority.
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "own.pem"), filepath.Join(dir, "own.key")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	if err := errors.Join(os.WriteFile(certFile, certPEM, 0o600), os.WriteFile(keyFile, keyPEM, 0o600)); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: private}}}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("no TCP on the loopback interface:", err)
	}
	address := free.Addr().String()
	free.Close()

	ctx, cancel := context.WithCancel(t.Context())
	var output bytes.Buffer
	status := make(chan int)
	go func() {
		status <- program.Run(ctx, command(new(service)), program.IO{Out: &output, Err: &output},
			[]string{"-radius", address, "-tls-cert", certFile, "-tls-key", keyFile, "-tls-ca", certFile, "-pbc", "-ssid", "lab", "-passphrase", "correct horse"})
	}()
	var conn *tls.Conn
	for range 1000 {
		if conn, err = tls.Dial("tcp", address, config); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	request := &radius.Packet{Code: radius.StatusServer, Identifier: 1, Authenticator: [16]byte{1}}
	b, err := request.EncodeRequest([]byte(radius.TLSSecret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := radius.Parse(answer[:n]); err != nil || p.Code != radius.AccessAccept || p.CheckResponse([]byte(radius.TLSSecret), request) != nil {
		t.Errorf("%+v, %v", p, err)
	}
	cancel()
	if got := <-status; got != program.Problem {
		t.Errorf("exit status %d: %s", got, &output)
	}
}

func TestRADIUSUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-radius", "127.0.0.1", "-pbc"}, {"-radius", "127.0.0.1", "-i", "eth0", "-pbc", "-secret-file", "x"},
		{"-radius", "127.0.0.1", "-secret-file", "x", "-ap-pin", "12345670"}, {"-radius", "127.0.0.1", "-secret-file", "/nonexistent", "-pbc"},
		{"-radius", "127.0.0.1", "-tls-cert", "x", "-pbc"}, {"-i", "eth0", "-tls-cert", "x", "-pbc"}, {"-i", "eth0", "-secret-file", "x", "-pbc"},
		{"-radius", "127.0.0.1", "-tls-cert", "x", "-tls-key", "x", "-tls-ca", "x", "-secret-file", "x", "-pbc"},
		{"-radius", "127.0.0.1", "-tls-cert", "/nonexistent", "-tls-key", "/nonexistent", "-tls-ca", "/nonexistent", "-pbc"},
	} {
		var stderr bytes.Buffer
		if got := program.Run(t.Context(), command(new(service)), program.IO{Out: &stderr, Err: &stderr}, slices.Clone(args)); got != program.Unable {
			t.Errorf("%v: exit status %d: %s", args, got, &stderr)
		}
	}
}

// TestDiscards discards many packets: a flood of them is a few lines a second.
func TestDiscards(t *testing.T) {
	var lines []string
	d := discards{print: func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }}
	now := time.Unix(1_700_000_000, 0)
	for range 1000 {
		d.add(now, errors.New("no signature"))
	}
	if len(lines) != maxDiscards || lines[0] != "discarded: no signature" {
		t.Fatalf("%q", lines)
	}
	lines = nil
	d.add(now.Add(time.Second), errors.New("no secret"))
	if want := []string{"discarded: 995 more packets", "discarded: no secret"}; !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
}
