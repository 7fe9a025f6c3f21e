package radius

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// Loop configures [Serve]. The zero value is ready to use.
type Loop struct {
	// Actions are functions to run between two datagrams, such as entering a
	// PIN or pressing a button. After each, [Server.Poll] is called.
	Actions <-chan func(now time.Time)
	// Report receives the error of each datagram that was discarded, and of
	// each that could not be sent.
	Report func(error)
	// After is called after everything that may have changed a session.
	After func()
}

// Serve answers datagrams on a connection until the context is done. All calls
// of the server and of the Loop's functions are made from one goroutine.
//
// A send that fails is reported and concerns that datagram only. The error is
// the context's, or that of a connection that cannot be read any more.
func Serve(ctx context.Context, conn net.PacketConn, s *Server, l Loop) error {
	packets := make(chan packet)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer close(packets)
		for {
			b := make([]byte, maxPacketLen)
			n, from, err := conn.ReadFrom(b)
			p := packet{data: b[:n], err: err}
			if udp, ok := from.(*net.UDPAddr); ok {
				p.from = udp.AddrPort()
			}
			select {
			case packets <- p:
			case <-ctx.Done():
				return
			}
			if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
		}
	}()
	defer conn.SetReadDeadline(time.Now()) // ends the goroutine
	send := func(d Datagram) error {
		_, err := conn.WriteTo(d.Data, net.UDPAddrFromAddrPort(d.To))
		return err
	}
	return run(ctx, packets, nil, send, s, l)
}

// packet is one that came, or the error that ended the packets.
type packet struct {
	from netip.AddrPort
	data []byte
	err  error
}

// run gives packets to a server until the context is done or the packets end.
// Faults are to be reported.
func run(ctx context.Context, packets <-chan packet, faults <-chan error, send func(Datagram) error, s *Server, l Loop) error {
	report, after := l.Report, l.After
	if report == nil {
		report = func(error) {}
	}
	if after == nil {
		after = func() {}
	}
	sendAll := func(out []Datagram) {
		after()
		for _, d := range out {
			if err := send(d); err != nil {
				report(err)
			}
		}
	}
	for {
		var timeout <-chan time.Time
		if d := s.Deadline(); !d.IsZero() {
			timeout = time.After(time.Until(d))
		}
		select {
		case <-ctx.Done():
			s.Close(time.Now())
			return context.Cause(ctx)
		case now := <-timeout:
			sendAll(s.Timeout(now))
		case act := <-l.Actions:
			now := time.Now()
			act(now)
			sendAll(s.Poll(now))
		case err := <-faults:
			report(err)
		case p, ok := <-packets:
			if !ok {
				return net.ErrClosed
			}
			if p.err != nil {
				s.Close(time.Now())
				return p.err
			}
			out, err := s.Handle(time.Now(), p.from, p.data)
			if err != nil {
				report(err)
			}
			sendAll(out)
		}
	}
}
