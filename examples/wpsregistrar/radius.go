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
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/radius"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
)

// secrets are those that access points share with this server: a line each of
// an address or a network, and the secret.
type secrets []struct {
	clients netip.Prefix
	secret  []byte
}

// readSecrets reads a file of secrets. Lines that begin with # are comments, as
// in hostapd's file of RADIUS clients, which has the same form.
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

// radiusSocket is where access points reach the program: by UDP, or by TLS if it
// has a configuration.
type radiusSocket struct {
	packets net.PacketConn
	streams net.Listener
	config  *tls.Config
}

// listenRADIUS opens the socket of -radius. Without a port it is 1812, or with
// TLS 2083.
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

// readCertificates reads those of the program and of the authority that has to
// have issued those of access points.
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

// serveRADIUS serves the stations of access points that pass EAP on.
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
	timer := time.NewTicker(time.Second) // for what the owner waits for
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
	where, err := socket.serve(ctx, server, radius.Loop{
		Actions: actions,
		Report: func(err error) {
			if s.Verbose || errors.Is(err, radius.ErrSecret) || errors.Is(err, radius.ErrUnsigned) || errors.Is(err, radius.ErrClient) || errors.Is(err, radius.ErrConnection) {
				s.status.Printf("discarded: %v", err)
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

// hostapd lets hostapd advertise what is waited for, by its control interface:
// it passes EAP on, but beacons are its own.
type hostapd struct {
	dir   string // of the control sockets, such as /run/hostapd; empty for none
	conns []*net.UnixConn
	own   []string // names of our own sockets
}

// start connects to every interface of hostapd, and has it advertise.
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
			// hostapd needs a PIN to advertise that one is waited for. It does
			// not need to be the device's: hostapd itself registers no device here.
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
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second)) // a datagram socket takes every deadline
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

// stop ends what is advertised: hostapd does not hear of a success.
func (h *hostapd) stop() {
	for i, conn := range h.conns {
		_ = h.command(conn, "WPS_CANCEL") // the walk time ends it otherwise
		conn.Close()
		os.Remove(h.own[i])
	}
	h.conns, h.own = nil, nil
}

// radiusMAC is the address from which the registrar's UUID is made: that of the
// first interface that has one.
func radiusMAC() (mac wps.MAC) {
	all, _ := net.Interfaces() // without one, the address below will do
	for _, i := range all {
		if len(i.HardwareAddr) == len(mac) {
			return wps.MAC(i.HardwareAddr)
		}
	}
	return wps.MAC{0x02, 'r', 'a', 'd', 'i', 'u'}
}
