package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
)

// secrets are the secrets shared with access points: each with an address or a
// network.
type secrets []struct {
	clients netip.Prefix
	secret  []byte
}

// readSecrets reads a file of secrets. It has the format of hostapd's file of
// RADIUS clients; lines that begin with # are comments.
func readSecrets(name string) (secrets, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all secrets
	lines := bufio.NewScanner(bytes.NewReader(content))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		client, secret, ok := strings.Cut(line, " ")
		if secret = strings.TrimSpace(secret); !ok || secret == "" {
			return nil, fmt.Errorf("%s:%d: a line holds an address or a network, a blank and the secret", name, n)
		}
		prefix, err := netip.ParsePrefix(client)
		if err != nil {
			address, addressErr := netip.ParseAddr(client)
			if addressErr != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, addressErr)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		all = append(all, struct {
			clients netip.Prefix
			secret  []byte
		}{prefix.Masked(), []byte(secret)})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no secret", name)
	}
	return all, nil
}

// of returns the secret of a client, or nil.
func (s secrets) of(client netip.Addr) []byte {
	for _, row := range s {
		if row.clients.Contains(client) {
			return row.secret
		}
	}
	return nil
}

// radiusSocket receives RADIUS from access points: by UDP, or by TLS if it has
// a configuration.
type radiusSocket struct {
	packets net.PacketConn
	streams net.Listener
	config  *tls.Config
}

// listenRADIUS opens the socket of -radius. The default port is 1812, with TLS
// 2083.
func (s *service) listenRADIUS() (*radiusSocket, error) {
	port := "1812"
	if s.tlsConfig != nil {
		port = "2083"
	}
	address := s.radius
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(strings.Trim(address, "[]"), port)
	}
	socket := &radiusSocket{config: s.tlsConfig}
	var err error
	if s.tlsConfig != nil {
		socket.streams, err = net.Listen("tcp", address)
	} else {
		socket.packets, err = net.ListenPacket("udp", address)
	}
	if err != nil {
		return nil, fmt.Errorf("-radius: %w", err)
	}
	return socket, nil
}

// serve serves until the context is done.
func (s *radiusSocket) serve(ctx context.Context, server *radius.Server, loop radius.Loop) (where string, err error) {
	if s.config != nil {
		return s.streams.Addr().String(), radius.ServeTLS(ctx, s.streams, s.config, server, loop)
	}
	defer s.packets.Close()
	return s.packets.LocalAddr().String(), radius.Serve(ctx, s.packets, server, loop)
}

// readCertificates reads the certificate of the program and that of the
// authority for access points.
func (s *service) readCertificates() (*tls.Config, error) {
	own, err := tls.LoadX509KeyPair(s.tlsCert, s.tlsKey)
	if err != nil {
		return nil, fmt.Errorf("-tls-cert: %w", err)
	}
	authority, err := os.ReadFile(s.tlsCA)
	if err != nil {
		return nil, fmt.Errorf("-tls-ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("-tls-ca: %s holds no certificate", s.tlsCA)
	}
	return &tls.Config{Certificates: []tls.Certificate{own}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}, nil
}

// serveRADIUS serves stations whose access points forward EAP.
func (s *service) serveRADIUS(ctx context.Context, socket *radiusSocket, point *ap.AccessPoint) (int, error) {
	secret := s.secrets.of
	if socket.config != nil {
		secret = func(netip.Addr) []byte { return []byte(radius.TLSSecret) }
	}
	server, err := radius.NewServer(radius.Config{
		Secret: secret,
		NewSession: func(_ time.Time, a radius.Access) (radius.Session, error) {
			if s.Verbose {
				s.status.Printf("%v at access point %v (%v), network %v", a.Station, a.AP, a.Client.Addr(), a.SSID)
			}
			return point.NewSession(a.Station, a.FirstID)
		},
	})
	if err != nil {
		return program.Unable, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.over = func() { cancel(errOver) }
	until, err := s.allow(time.Now(), point)
	if err != nil {
		return program.Unable, err
	}
	timer := time.NewTicker(time.Second) // for the status line
	defer timer.Stop()
	actions := make(chan func(time.Time))
	go func() {
		for {
			select {
			case <-timer.C:
				select {
				case actions <- func(now time.Time) { point.Timeout(now) }:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	if s.timeout > 0 {
		defer time.AfterFunc(s.timeout, s.over).Stop()
	}
	advertise := &hostapd{dir: s.control}
	if err := advertise.start(s.pins, s.button); err != nil {
		return program.Unable, err
	}
	defer advertise.stop()
	s.status.Wait(s.waiting(), until)
	discarded := discards{print: s.status.Printf}
	where, err := socket.serve(ctx, server, radius.Loop{
		Actions: actions,
		Report: func(err error) {
			if s.Verbose || errors.Is(err, radius.ErrSecret) || errors.Is(err, radius.ErrUnsigned) || errors.Is(err, radius.ErrClient) || errors.Is(err, radius.ErrConnection) {
				discarded.add(time.Now(), err)
			}
		},
		After: func() {
			for _, e := range point.Events() {
				s.happened(e)
			}
		},
	})
	return s.ended(where, err)
}

// discards prints why packets were discarded, a few each second: anyone can send
// many.
type discards struct {
	print func(format string, args ...any)

	mu    sync.Mutex
	began time.Time // the present second
	lines int       // printed in it
	more  int       // not printed in it
}

// maxDiscards is how many lines are printed in a second.
const maxDiscards = 5

func (d *discards) add(now time.Time, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Sub(d.began) >= time.Second {
		if d.more > 0 {
			d.print("discarded: %d more packets", d.more)
		}
		d.began, d.lines, d.more = now, 0, 0
	}
	if d.lines == maxDiscards {
		d.more++
		return
	}
	d.lines++
	d.print("discarded: %v", err)
}

// hostapd makes hostapd advertise WPS through its control interface: hostapd
// forwards EAP, but sends its own beacons.
type hostapd struct {
	dir   string // directory of the control sockets, such as /run/hostapd; "" for none
	conns []*net.UnixConn
	own   []string // names of our sockets
}

// start connects to every interface of hostapd, and makes it advertise.
func (h *hostapd) start(pins []ap.PINEntry, button bool) error {
	if h.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		return fmt.Errorf("-hostapd-control: %w", err)
	}
	for _, entry := range entries {
		if entry.Type()&os.ModeSocket == 0 || entry.Name() == "global" {
			continue
		}
		own, err := os.CreateTemp("", "wpsregistrar-*")
		if err != nil {
			return err
		}
		own.Close()
		os.Remove(own.Name())
		conn, err := net.DialUnix("unixgram",
			&net.UnixAddr{Name: own.Name(), Net: "unixgram"}, &net.UnixAddr{Name: h.dir + "/" + entry.Name(), Net: "unixgram"})
		if err != nil {
			return fmt.Errorf("-hostapd-control: %w", err)
		}
		h.conns, h.own = append(h.conns, conn), append(h.own, own.Name())
	}
	if len(h.conns) == 0 {
		return fmt.Errorf("-hostapd-control: %s holds no control socket of hostapd; is ctrl_interface set in its configuration?", h.dir)
	}
	for _, conn := range h.conns {
		if button {
			if err := h.command(conn, "WPS_PBC"); err != nil {
				return err
			}
		}
		for _, e := range pins {
			who := "any"
			if e.UUID != nil {
				who = e.UUID.String()
			}
			// hostapd needs a PIN to advertise that it waits for one. Any PIN
			// will do, since hostapd itself registers no device here.
			if err := h.command(conn, "WPS_PIN "+who+" 00000000"); err != nil {
				return err
			}
		}
	}
	return nil
}

// command sends a command and waits for hostapd's answer.
func (h *hostapd) command(conn *net.UnixConn, text string) error {
	answer := make([]byte, 4096)
	if _, err := conn.Write([]byte(text)); err != nil {
		return fmt.Errorf("-hostapd-control: %w", err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second)) // a datagram socket supports deadlines
	n, err := conn.Read(answer)
	if err != nil {
		return fmt.Errorf("-hostapd-control: hostapd does not answer: %w", err)
	}
	if strings.HasPrefix(string(answer[:n]), "FAIL") {
		name, _, _ := strings.Cut(text, " ")
		return fmt.Errorf("-hostapd-control: hostapd refuses %s: is wps_state set in its configuration?", name)
	}
	return nil
}

// stop ends the advertisement, since hostapd does not learn of a success.
func (h *hostapd) stop() {
	for i, conn := range h.conns {
		_ = h.command(conn, "WPS_CANCEL") // otherwise the walk time ends it
		conn.Close()
		os.Remove(h.own[i])
	}
	h.conns, h.own = nil, nil
}

// radiusMAC returns the address from which the registrar's UUID is derived:
// that of the first interface with one.
func radiusMAC() (mac wps.MAC) {
	all, _ := net.Interfaces() // without interfaces the default address is used
	for _, i := range all {
		if len(i.HardwareAddr) == len(mac) {
			return wps.MAC(i.HardwareAddr)
		}
	}
	return wps.MAC{0x02, 'r', 'a', 'd', 'i', 'u'}
}
