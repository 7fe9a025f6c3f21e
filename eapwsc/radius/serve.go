package radius

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// Serve answers datagrams on a connection until the context is done. It calls
// the server's methods from one goroutine.
//
// actions are functions to run between two datagrams, in the same goroutine:
// an owner who enters a PIN or presses a button. After each, [Server.Poll] is
// called. actions may be nil. report, if not nil, receives the error of each
// datagram that was discarded.
//
// A send that fails is reported and concerns that datagram only. The error is
// the context's, or that of a connection that cannot be read any more.
func Serve(ctx context.Context, conn net.PacketConn, s *Server, actions <-chan func(now time.Time), report func(error)) error {
	type packet struct {
		from netip.AddrPort
		data []byte
		err  error
	}
	if report == nil {
		report = func(error) {}
	}
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
	send := func(out []Datagram) {
		for _, d := range out {
			if _, err := conn.WriteTo(d.Data, net.UDPAddrFromAddrPort(d.To)); err != nil {
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
			send(s.Timeout(now))
		case act := <-actions:
			now := time.Now()
			act(now)
			send(s.Poll(now))
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
			send(out)
		}
	}
}
