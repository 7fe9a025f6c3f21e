package radius

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps/registration"
)

// tlsServer is a registrar served over TLS.
type tlsServer struct {
	*registrar
	address string
	ca      *fixture.Authority
	client  tls.Config
	actions chan func(time.Time)
	reports chan error
}

func newTLSServer(t *testing.T) *tlsServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("no TCP on the loopback interface:", err)
	}
	s := &tlsServer{
		registrar: newRegistrar(t, 0), address: listener.Addr().String(), ca: fixture.NewAuthority(t),
		actions: make(chan func(time.Time)), reports: make(chan error, 1000),
	}
	s.cfg.Secret = func(netip.Addr) []byte { return []byte(TLSSecret) }
	s.client = tls.Config{RootCAs: s.ca.Pool(), Certificates: []tls.Certificate{s.ca.Certificate(t)}}
	config := &tls.Config{
		Certificates: []tls.Certificate{s.ca.Certificate(t)}, ClientCAs: s.ca.Pool(), ClientAuth: tls.RequireAndVerifyClientCert,
		MinVersion: tls.VersionTLS10, // raised by ServeTLS
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() {
		served <- ServeTLS(ctx, listener, config, s.Server, Loop{Actions: s.actions, Report: func(err error) { s.reports <- err }})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-served; !errors.Is(err, context.Canceled) {
			t.Errorf("ServeTLS: %v", err)
		}
	})
	return s
}

// dial connects as a client.
func (s *tlsServer) dial(t *testing.T) *tls.Conn {
	t.Helper()
	conn, err := tls.Dial("tcp", s.address, &s.client)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	return conn
}

// registers registers a station over a connection.
func (s *tlsServer) registers(t *testing.T, conn net.Conn, mac byte) {
	t.Helper()
	s.actions <- func(now time.Time) { s.enter(t, now, "24681353") }
	c := newStation(t, mac, registration.PIN(fixture.PIN(t, "24681353")))
	c.secret = []byte(TLSSecret)
	for request := c.begin(t, time.Now()); request != nil; {
		if _, err := conn.Write(request); err != nil {
			t.Fatal(err)
		}
		b, err := readPacket(conn)
		if err != nil {
			t.Fatal(err)
		}
		request = c.fromServer(t, time.Now(), b)
	}
	if c.peer.Result() == nil {
		t.Errorf("station: %v", c.stepErr)
	}
}

func readPacket(r io.Reader) ([]byte, error) {
	b := make([]byte, headerLen)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	b = append(b, make([]byte, int(b[2])<<8+int(b[3])-headerLen)...)
	_, err := io.ReadFull(r, b[headerLen:])
	return b, err
}

// ended waits for the report of a connection that has ended.
func (s *tlsServer) ended(t *testing.T, want error) {
	t.Helper()
	for over := time.After(30 * time.Second); ; {
		select {
		case err := <-s.reports:
			if errors.Is(err, ErrConnection) && (want == nil || errors.Is(err, want)) {
				return
			}
			t.Log(err)
			if errors.Is(err, errFull) {
				t.Fatal("there was room")
			}
		case <-over:
			t.Fatalf("no connection ended with %v", want)
		}
	}
}

func TestServeTLS(t *testing.T) {
	s := newTLSServer(t)
	s.registers(t, s.dial(t), 2)
	s.registers(t, s.dial(t), 3) // on its own connection
}

// TestServeTLSStrangers has clients that must not be served, or that misbehave.
// Meanwhile another client is served.
func TestServeTLSStrangers(t *testing.T) {
	status := &Packet{Code: StatusServer, Identifier: 1}
	watchdog, err := status.EncodeRequest([]byte(TLSSecret))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		class error
		do    func(t *testing.T, s *tlsServer)
	}{
		{"no certificate", nil, func(t *testing.T, s *tlsServer) {
			refused(t, s, &tls.Config{RootCAs: s.ca.Pool()})
		}},
		{"certificate of another authority", nil, func(t *testing.T, s *tlsServer) {
			refused(t, s, &tls.Config{RootCAs: s.ca.Pool(), Certificates: []tls.Certificate{fixture.NewAuthority(t).Certificate(t)}})
		}},
		{"TLS 1.1", nil, func(t *testing.T, s *tlsServer) {
			config := s.client.Clone()
			config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
			refused(t, s, config)
		}},
		{"no TLS", nil, func(t *testing.T, s *tlsServer) {
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.Write(watchdog)
		}},
		{"length below a header", nil, func(t *testing.T, s *tlsServer) {
			closed(t, s, []byte{1, 2, 0, 19, 15: 0, 19: 0})
		}},
		{"length above 4096", nil, func(t *testing.T, s *tlsServer) {
			closed(t, s, append([]byte{1, 2, 0xff, 0xff}, make([]byte, 16)...))
		}},
		{"attribute that does not fit", nil, func(t *testing.T, s *tlsServer) {
			closed(t, s, append([]byte{1, 2, 0, 22}, append(make([]byte, 16), 79, 9)...))
		}},
		{"end within a packet", io.ErrUnexpectedEOF, func(t *testing.T, s *tlsServer) {
			conn := s.dial(t)
			conn.Write(watchdog[:30])
			conn.Close()
		}},
		{"too many from one address", errFull, func(t *testing.T, s *tlsServer) {
			for range maxClientConns + 5 {
				conn, err := net.Dial("tcp", s.address)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
			}
			s.ended(t, errFull)
		}},
		{"many, one after another", nil, func(t *testing.T, s *tlsServer) {
			for range maxConnections {
				conn, err := net.Dial("tcp", s.address)
				if err != nil {
					t.Fatal(err)
				}
				conn.Write(watchdog)
				s.ended(t, nil)
				conn.Close()
			}
			s.dial(t).Write(watchdog[:30])
			conn := s.dial(t)
			conn.Write(watchdog[:30])
			conn.Close()
		}},
		{"answers are not read", nil, func(t *testing.T, s *tlsServer) {
			conn := s.dial(t)
			many := slices.Repeat([][]byte{watchdog}, 100)
			for range 100_000 {
				if _, err := conn.Write(slices.Concat(many...)); err != nil {
					return
				}
			}
			t.Error("the connection was kept")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTLSServer(t)
			friend := s.dial(t)
			if err := friend.Handshake(); err != nil {
				t.Fatal(err)
			}
			tt.do(t, s)
			if tt.class != errFull {
				s.ended(t, tt.class)
			}
			s.registers(t, friend, 2)
		})
	}
}

// TestHandshakesMakeRoom fills all places with connections whose handshake is
// not complete.
func TestHandshakesMakeRoom(t *testing.T) {
	c := &connections{open: make(map[netip.AddrPort]*connection), from: make(map[netip.Addr]int)}
	begin := func(host, port int) (x *connection, cause func() error, ok bool) {
		ctx, cancel := context.WithCancelCause(t.Context())
		x = &connection{remote: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(host)}), uint16(port)), cancel: cancel}
		return x, func() error { return context.Cause(ctx) }, c.admit(x)
	}
	client, clientCause, ok := begin(200, 1)
	c.complete(client)
	var others []func() error
	for i := 1; i < maxConnections; i++ {
		_, cause, admitted := begin(i/maxClientConns, i%maxClientConns)
		ok = ok && admitted
		others = append(others, cause)
	}
	if !ok || len(c.open) != maxConnections {
		t.Fatalf("%d connections", len(c.open))
	}
	second, _, ok := begin(201, 1)
	if c.complete(second); !ok || clientCause() != nil || !errors.Is(others[0](), errFull) || others[1]() != nil {
		t.Errorf("admitted %t; the client %v, the oldest %v, the next %v", ok, clientCause(), others[0](), others[1]())
	}
	c.remove(second)
	c.remove(second)
	if len(c.open) != maxConnections-1 || c.handshakes.Len() != maxConnections-2 {
		t.Errorf("%d connections, %d handshakes", len(c.open), c.handshakes.Len())
	}
	// Clients do not make room.
	for x := c.handshakes.Front(); x != nil; x = c.handshakes.Front() {
		c.complete(x.Value.(*connection))
	}
	last, _, _ := begin(202, 1)
	c.complete(last)
	if _, _, ok := begin(203, 1); ok {
		t.Error("a client had to make room")
	}
	if _, _, ok := begin(202, 2); ok || clientCause() != nil {
		t.Error("a client had to make room")
	}
}

// refused checks that a client cannot send requests.
func refused(t *testing.T, s *tlsServer, config *tls.Config) {
	t.Helper()
	conn, err := tls.Dial("tcp", s.address, config)
	if err != nil {
		return
	}
	defer conn.Close()
	// In TLS 1.3 the client learns of the refusal after the handshake.
	conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the client was not refused: %v", err)
	}
}

// closed checks that the server closes the connection after a packet.
func closed(t *testing.T, s *tlsServer, packet []byte) {
	t.Helper()
	conn := s.dial(t)
	if _, err := conn.Write(packet); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(conn); len(b) > 0 || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("received %x, %v", b, err)
	}
}

// TestServeTLSSecret uses a client with a certificate and a wrong secret.
func TestServeTLSSecret(t *testing.T) {
	s := newTLSServer(t)
	conn := s.dial(t)
	c := newStation(t, 2, registration.PushButton())
	if _, err := conn.Write(c.begin(t, time.Now())); err != nil {
		t.Fatal(err)
	}
	if err := <-s.reports; !errors.Is(err, ErrSecret) {
		t.Error(err)
	}
	s.registers(t, conn, 3)
}

func TestServeTLSConfig(t *testing.T) {
	ca := fixture.NewAuthority(t)
	own := ca.Certificate(t)
	verify := func([][]byte, [][]*x509.Certificate) error { return nil }
	for _, tt := range []struct {
		name   string
		config *tls.Config
		ok     bool
	}{
		{"none", nil, false},
		{"no certificate", &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert}, false},
		{"clients without certificates", &tls.Config{Certificates: []tls.Certificate{own}}, false},
		{"certificates that are not verified", &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAnyClientCert}, false},
		{"certificates if there are any", &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.VerifyClientCertIfGiven}, false},
		{"certificates of public authorities", &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert}, false},
		{"a configuration for each client", &tls.Config{
			Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool(),
			GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, nil },
		}, false},
		{"certificates of an authority", &tls.Config{
			Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool(),
		}, true},
		{"certificates that are compared", &tls.Config{
			Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAnyClientCert, VerifyPeerCertificate: verify,
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal("no TCP on the loopback interface:", err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			err = ServeTLS(ctx, listener, tt.config, newRegistrar(t, 0).Server, Loop{})
			if tt.ok != errors.Is(err, context.Canceled) || !tt.ok && !errors.Is(err, ErrConfig) {
				t.Error(err)
			}
			if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("the listener is open: %v", err)
			}
		})
	}
}

// TestServeTLSClosed ends the loop by closing the listener.
func TestServeTLSClosed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("no TCP on the loopback interface:", err)
	}
	ca := fixture.NewAuthority(t)
	served := make(chan error)
	go func() {
		served <- ServeTLS(context.Background(), listener, &tls.Config{
			Certificates: []tls.Certificate{ca.Certificate(t)}, ClientCAs: ca.Pool(), ClientAuth: tls.RequireAndVerifyClientCert,
		}, newRegistrar(t, 0).Server, Loop{})
	}()
	listener.Close()
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("ServeTLS: %v", err)
	}
}
