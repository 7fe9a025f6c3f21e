package upnp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Segment is a local network in memory: it carries datagrams, calls and their
// answers between machines, for simulators and tests. Nothing on it takes time
// or is lost. The zero value has no hosts.
type Segment struct {
	hosts []segmentHost
	// Watch, if set, is called with each call that is made.
	Watch func(from netip.Addr, c *Call)
}

type segmentHost struct {
	addr    netip.Addr
	machine Machine
}

// Join puts a machine on the network, and starts it. One that was at the
// address leaves.
func (s *Segment) Join(now time.Time, addr netip.Addr, m Machine) {
	s.Leave(addr)
	s.hosts = append(s.hosts, segmentHost{addr, m})
	m.Start(now)
	s.Settle(now)
}

// Leave takes the machine at an address off the network, without a word. Calls
// to it fail from now on.
func (s *Segment) Leave(addr netip.Addr) {
	s.hosts = slices.DeleteFunc(s.hosts, func(h segmentHost) bool { return h.addr == addr })
}

// at returns the machine at an address, or nil.
func (s *Segment) at(addr netip.Addr) Machine {
	for _, h := range s.hosts {
		if h.addr == addr {
			return h.machine
		}
	}
	return nil
}

// maxRounds bounds how often machines may answer each other at one time.
const maxRounds = 10_000

// Settle carries all that the machines want to be sent, and what follows from
// it. Call it after each call of a machine.
func (s *Segment) Settle(now time.Time) {
	for range maxRounds {
		moved := false
		for _, h := range slices.Clone(s.hosts) {
			out := h.machine.Output()
			moved = moved || len(out.Datagrams)+len(out.Calls) > 0
			s.carry(now, h, out)
		}
		if !moved {
			return
		}
	}
	panic(fmt.Sprintf("upnp: the machines of a segment do not come to rest in %d rounds", maxRounds))
}

// carry carries what a machine wants to be sent.
func (s *Segment) carry(now time.Time, from segmentHost, out Output) {
	source := netip.AddrPortFrom(from.addr, MulticastGroup.Port())
	for _, d := range out.Datagrams {
		for _, h := range slices.Clone(s.hosts) {
			if h.addr != from.addr && (d.To == MulticastGroup || d.To.Addr() == h.addr) {
				_ = h.machine.Datagram(now, source, d.Data) // nobody is told what was not heard
			}
		}
	}
	for _, c := range out.Calls {
		if s.Watch != nil {
			s.Watch(from.addr, &c)
		}
		to := s.at(c.To.Addr())
		if to == nil {
			from.machine.Answer(now, c.ID, nil, fmt.Errorf("upnp: %v: %w: there is no such host", c.To, ErrHTTP))
			continue
		}
		q := c.Request
		q.From = source
		from.machine.Answer(now, c.ID, to.Handle(now, &q), nil)
	}
}

// Deadline returns when Timeout is to be called; zero is never.
func (s *Segment) Deadline() (next time.Time) {
	for _, h := range s.hosts {
		next = earlier(next, h.machine.Deadline())
	}
	return next
}

// Timeout lets time have its effect on all machines.
func (s *Segment) Timeout(now time.Time) {
	for _, h := range slices.Clone(s.hosts) {
		h.machine.Timeout(now)
	}
	s.Settle(now)
}
