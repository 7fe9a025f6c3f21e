package upnp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Segment is a local network in memory, for simulators and tests: it carries
// datagrams, calls and their responses between machines, without delay or loss.
// The zero value has no hosts.
type Segment struct {
	hosts []segmentHost
	// Watch, if set, is called with each call that is made.
	Watch func(from netip.Addr, c *Call)
}

type segmentHost struct {
	addr    netip.Addr
	machine Machine
}

// Join connects a machine to the network, and starts it. An earlier machine
// with the same address leaves.
func (s *Segment) Join(now time.Time, addr netip.Addr, m Machine) {
	s.Leave(addr)
	s.hosts = append(s.hosts, segmentHost{addr, m})
	m.Start(now)
	s.Settle(now)
}

// Leave disconnects the machine with an address without stopping it. Calls to
// it fail from then on.
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

// maxRounds limits how often machines may answer each other at one time.
const maxRounds = 10_000

// Settle delivers everything that the machines want to send, and what follows
// from it. Call it after each call of a machine.
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
	panic(fmt.Sprintf("upnp: the machines of a segment do not settle within %d rounds", maxRounds))
}

// carry delivers what a machine wants to send.
func (s *Segment) carry(now time.Time, from segmentHost, out Output) {
	source := netip.AddrPortFrom(from.addr, MulticastGroup.Port())
	for _, d := range out.Datagrams {
		for _, h := range slices.Clone(s.hosts) {
			if h.addr != from.addr && (d.To == MulticastGroup || d.To.Addr() == h.addr) {
				_ = h.machine.Datagram(now, source, d.Data) // the sender is not informed
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

// Deadline returns when to call Timeout; zero is never.
func (s *Segment) Deadline() (next time.Time) {
	for _, h := range s.hosts {
		next = earlier(next, h.machine.Deadline())
	}
	return next
}

// Timeout handles the deadlines of all machines that have passed.
func (s *Segment) Timeout(now time.Time) {
	for _, h := range slices.Clone(s.hosts) {
		h.machine.Timeout(now)
	}
	s.Settle(now)
}
