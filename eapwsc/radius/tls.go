package radius

import (
	"container/list"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// TLSSecret is the shared secret of RADIUS over TLS, where certificates take
// its place: RFC 6614 §2.3. Return it from [Config.Secret] of a server for
// [ServeTLS].
const TLSSecret = "radsec"

// Limits of [ServeTLS]. The port of the protocol is 2083.
const (
	maxConnections = 1000 // at once
	maxClientConns = 64   // at once from one address
	maxUnsent      = 256  // answers to a client that does not read: it has no more Identifiers
	handshakeTime  = 10 * time.Second
	tlsWriteTime   = 10 * time.Second
	acceptAgain    = 100 * time.Millisecond // after an error that may pass
)

// ErrConnection is the class of errors that ended a connection of a client.
var ErrConnection = errors.New("radius: connection ended")

// ServeTLS answers clients that connect by TLS (RFC 6614) until the context is
// done. Otherwise it is like [Serve]. It closes the listener.
//
// The configuration needs certificates of the server, and has to verify those
// of clients: ClientCAs with RequireAndVerifyClientCert, or a function of its
// own. Without ClientCAs, any holder of a certificate of a public authority would
// be a client. Anything less is an error of class [ErrConfig], and so is
// GetConfigForClient, whose configurations are not seen here. Versions before
// TLS 1.2 are refused.
//
// A connection that sends what is no packet, or does not take its answers, is
// closed; the number of connections is limited, in all and from one address. A
// connection whose handshake is not complete makes room for a new one.
// Loop.Report receives these as errors of class [ErrConnection].
func ServeTLS(ctx context.Context, listener net.Listener, config *tls.Config, s *Server, l Loop) error {
	defer listener.Close()
	switch verified := config != nil && (config.VerifyPeerCertificate != nil || config.VerifyConnection != nil); {
	case config == nil:
		return fmt.Errorf("%w: TLS has no configuration", ErrConfig)
	case len(config.Certificates) == 0 && config.GetCertificate == nil:
		return fmt.Errorf("%w: TLS has no certificate of the server", ErrConfig)
	case config.GetConfigForClient != nil:
		return fmt.Errorf("%w: TLS has GetConfigForClient, whose configurations may not verify clients", ErrConfig)
	case config.ClientAuth == tls.RequireAndVerifyClientCert && config.ClientCAs == nil && !verified:
		return fmt.Errorf("%w: TLS has no ClientCAs: each public authority could make clients", ErrConfig)
	case config.ClientAuth != tls.RequireAndVerifyClientCert && !(config.ClientAuth == tls.RequireAnyClientCert && verified):
		return fmt.Errorf("%w: TLS does not verify the certificates of clients: ClientAuth has to be RequireAndVerifyClientCert", ErrConfig)
	}
	config = config.Clone()
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	ctx, cancel := context.WithCancel(ctx)
	c := &connections{
		config: config, packets: make(chan packet), faults: make(chan error), over: ctx.Done(),
		open: make(map[netip.AddrPort]*connection), from: make(map[netip.Addr]int),
	}
	c.running.Go(func() { c.accept(ctx, listener) })
	context.AfterFunc(ctx, func() { listener.Close() })
	defer c.running.Wait()
	defer cancel()
	return run(ctx, c.packets, c.faults, c.send, s, l)
}

// connections are those of the clients.
type connections struct {
	config  *tls.Config
	packets chan packet
	faults  chan error
	over    <-chan struct{} // closed when the loop is over
	running sync.WaitGroup

	mu         sync.Mutex
	open       map[netip.AddrPort]*connection
	from       map[netip.Addr]int // how many of each address
	handshakes list.List          // of those whose handshake is not complete, oldest first
}

// connection is one client's. A goroutine reads from it, another one writes.
type connection struct {
	*tls.Conn
	remote    netip.AddrPort
	unsent    chan []byte
	cancel    context.CancelCauseFunc
	handshake *list.Element // in handshakes; nil when it is complete
}

// errFull ends a connection that there is no room for, or no room for answers
// to.
var (
	errFull   = errors.New("there are too many connections")
	errUnread = errors.New("the client does not read its answers")
)

// accept takes connections until the context is done.
func (c *connections) accept(ctx context.Context, listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				conn.Close()
			}
			return
		}
		if errors.Is(err, net.ErrClosed) {
			c.deliver(ctx, packet{err: err})
			return
		}
		if err != nil { // such as too many open files
			c.report(fmt.Errorf("%w: %w", ErrConnection, err))
			select {
			case <-time.After(acceptAgain):
			case <-ctx.Done():
			}
			continue
		}
		c.begin(ctx, conn)
	}
}

// begin starts the goroutines of a connection, if there is room for it.
func (c *connections) begin(ctx context.Context, conn net.Conn) {
	var from netip.AddrPort
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		from = tcp.AddrPort()
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	}
	ctx, cancel := context.WithCancelCause(ctx)
	x := &connection{Conn: tls.Server(conn, c.config), remote: from, unsent: make(chan []byte, maxUnsent), cancel: cancel}
	if !c.admit(x) {
		conn.Close()
		cancel(nil)
		c.report(fmt.Errorf("%w: %v: %w", ErrConnection, from, errFull))
		return
	}
	context.AfterFunc(ctx, func() { x.Close() }) // ends both goroutines
	c.running.Go(func() {
		err := c.read(ctx, x, from)
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
			err = cause
		}
		cancel(nil)
		c.mu.Lock()
		c.remove(x)
		c.mu.Unlock()
		if !errors.Is(err, io.EOF) {
			c.report(fmt.Errorf("%w: %v: %w", ErrConnection, from, err))
		}
	})
	c.running.Go(func() { x.write(ctx) })
}

// admit adds a connection, if there is room for it. If there is none, the oldest
// connection without a complete handshake makes room, so that peers without a
// certificate do not exclude clients.
func (c *connections) admit(x *connection) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.from[x.remote.Addr()] >= maxClientConns {
		return false
	}
	if len(c.open) >= maxConnections {
		oldest := c.handshakes.Front()
		if oldest == nil {
			return false
		}
		other := oldest.Value.(*connection)
		c.remove(other)
		other.cancel(errFull)
	}
	c.open[x.remote] = x
	c.from[x.remote.Addr()]++
	x.handshake = c.handshakes.PushBack(x)
	return true
}

// complete records that the handshake of a connection is complete.
func (c *connections) complete(x *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if x.handshake != nil {
		c.handshakes.Remove(x.handshake)
		x.handshake = nil
	}
}

// remove removes a connection, unless it was removed before. The caller holds
// the lock.
func (c *connections) remove(x *connection) {
	if c.open[x.remote] != x {
		return
	}
	delete(c.open, x.remote)
	if c.from[x.remote.Addr()]--; c.from[x.remote.Addr()] == 0 {
		delete(c.from, x.remote.Addr())
	}
	if x.handshake != nil {
		c.handshakes.Remove(x.handshake)
		x.handshake = nil
	}
}

// read reads packets until the connection ends. A packet is as long as its
// Length says: RFC 6614 §2.1.
func (c *connections) read(ctx context.Context, x *connection, from netip.AddrPort) error {
	handshake, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	if err := x.HandshakeContext(handshake); err != nil {
		return err
	}
	c.complete(x)
	for {
		b := make([]byte, headerLen, 512)
		if _, err := io.ReadFull(x, b); err != nil {
			return err
		}
		size := int(binary.BigEndian.Uint16(b[2:]))
		if size >= headerLen && size <= maxPacketLen {
			b = append(b, make([]byte, size-headerLen)...)
			if _, err := io.ReadFull(x, b[headerLen:]); err != nil {
				return err
			}
		}
		// What follows a packet that is malformed cannot be found: RFC 6614
		// §2.6.
		if _, err := Parse(b); err != nil {
			return err
		}
		if !c.deliver(ctx, packet{from: from, data: b}) {
			return io.EOF
		}
	}
}

// deliver gives a packet to the loop, unless that is over.
func (c *connections) deliver(ctx context.Context, p packet) bool {
	select {
	case c.packets <- p:
		return true
	case <-ctx.Done():
		return false
	}
}

// report has an error reported, unless the loop is over.
func (c *connections) report(err error) {
	select {
	case c.faults <- err:
	case <-c.over:
	}
}

// send queues an answer for its connection. It never waits.
func (c *connections) send(d Datagram) error {
	c.mu.Lock()
	x, ok := c.open[d.To]
	c.mu.Unlock()
	if !ok {
		return fmt.Errorf("%w: %v: its answer is late", ErrConnection, d.To)
	}
	select {
	case x.unsent <- d.Data:
		return nil
	default:
		x.cancel(errUnread)
		return nil // the end of the connection is reported
	}
}

// write writes answers until the connection ends.
func (x *connection) write(ctx context.Context) {
	for {
		select {
		case b := <-x.unsent:
			_ = x.SetWriteDeadline(time.Now().Add(tlsWriteTime)) // fails if the connection has ended, as Write does
			if _, err := x.Write(b); err != nil {
				x.cancel(err)
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
