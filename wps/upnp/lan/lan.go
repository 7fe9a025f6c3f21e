// Package lan runs a machine of package upnp on a network interface: it has the
// sockets, the HTTP server and client, and the clock.
//
//	iface, err := lan.Open("br-lan")
//	…
//	device, err := upnp.NewDevice(upnp.DeviceConfig{LAN: iface.LAN(), Port: iface.Port(), …})
//	…
//	err = iface.Serve(ctx, device, nil)
//
// It uses IPv4 on one interface, with hosts of that interface's network. The
// resources that others can use are limited: the connections in all and for
// each host, the length of headers and bodies, and the time for each. It
// follows no redirection, resolves no name and uses no proxy.
package lan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/ipv4"

	"github.com/gowps/gowps/wps/upnp"
)

// ErrInterface is the class of errors about an interface that cannot be used.
var ErrInterface = errors.New("interface cannot be used")

// farewell is how long Serve waits for responses after Stop.
const farewell = 3 * time.Second

// Interface is an interface with a machine on it. Its methods may be called
// concurrently.
type Interface struct {
	iface     *net.Interface
	lan       netip.Prefix
	web       *listener
	multicast *ipv4.PacketConn
	group     *net.UDPConn // under multicast
	unicast   *net.UDPConn
	byIndex   bool // the system reports the interface on which a datagram arrived

	mu      sync.Mutex
	machine upnp.Machine
	changed func(now time.Time)
	alarm   *time.Timer
	calls   sync.WaitGroup
	pending int           // calls in flight
	idle    chan struct{} // closed when there are none, after Stop
	ctx     context.Context
}

// Open opens an interface that has an IPv4 address. The error is of class
// [ErrInterface], or that of the system.
func Open(name string) (*Interface, error) {
	iface, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("lan: interface %q: %w: %w", name, ErrInterface, err)
	}
	own, err := address(iface)
	if err != nil {
		return nil, err
	}
	l := &Interface{iface: iface, lan: own}
	if err := l.listen(); err != nil {
		l.Close()
		return nil, fmt.Errorf("lan: interface %q: %w", name, err)
	}
	return l, nil
}

// address returns the IPv4 address of an interface and its network.
func address(iface *net.Interface) (netip.Prefix, error) {
	list, err := iface.Addrs()
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("lan: interface %q: %w: %w", iface.Name, ErrInterface, err)
	}
	for _, a := range list {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && p.Addr().Is4() {
			return p, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("lan: interface %q: %w: it has no IPv4 address", iface.Name, ErrInterface)
}

// listen opens the sockets.
func (l *Interface) listen() error {
	own := l.lan.Addr().AsSlice()
	tcp, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: own})
	if err != nil {
		return err
	}
	l.web = &listener{Listener: tcp, lan: l.lan}
	if l.unicast, err = net.ListenUDP("udp4", &net.UDPAddr{IP: own}); err != nil {
		return err
	}
	out := ipv4.NewPacketConn(l.unicast)
	err = errors.Join(out.SetMulticastInterface(l.iface), out.SetMulticastTTL(upnp.MulticastTTL), out.SetMulticastLoopback(true))
	if err != nil {
		return err
	}
	if l.group, err = net.ListenMulticastUDP("udp4", l.iface, net.UDPAddrFromAddrPort(upnp.MulticastGroup)); err != nil {
		return err
	}
	l.multicast = ipv4.NewPacketConn(l.group)
	// Another program may have joined the group on another interface, and this
	// socket receives those datagrams too. Windows does not report the
	// interface.
	l.byIndex = l.multicast.SetControlMessage(ipv4.FlagInterface, true) == nil
	return nil
}

// LAN returns the address of the interface and its network.
func (l *Interface) LAN() netip.Prefix { return l.lan }

// Format prints the address only, because the machine has secrets.
func (l *Interface) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "[interface %v]", l.lan) }

// Port returns the port of the HTTP server.
func (l *Interface) Port() uint16 { return uint16(l.web.Addr().(*net.TCPAddr).Port) }

// Close closes the sockets. Serve does it too.
func (l *Interface) Close() {
	if l.web != nil {
		l.web.Close()
	}
	for _, c := range []*net.UDPConn{l.unicast, l.group} {
		if c != nil {
			c.Close()
		}
	}
}

// Serve starts the machine and runs it until the context ends or a socket
// fails; then it stops the machine. It returns the error of either.
//
// Changed, if it is not nil, is called after each call of the machine, to
// collect its events. Neither it nor the machine may call the Link.
func (l *Interface) Serve(ctx context.Context, m upnp.Machine, changed func(now time.Time)) error {
	defer l.Close()
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer l.calls.Wait()
	defer cancel()
	l.mu.Lock()
	l.machine, l.changed, l.ctx = m, changed, calls
	l.alarm = time.AfterFunc(time.Hour, l.ring)
	now := time.Now()
	m.Start(now)
	l.settle(now)
	l.mu.Unlock()
	defer l.alarm.Stop()

	failed := make(chan error, 3)
	go func() { failed <- l.readGroup() }()
	go func() { failed <- l.readUnicast() }()
	stopWeb := l.serveWeb(failed)
	defer stopWeb()

	var err error
	select {
	case <-ctx.Done():
		err = context.Cause(ctx)
	case err = <-failed:
	}
	l.mu.Lock()
	now = time.Now()
	m.Stop(now)
	l.idle = make(chan struct{})
	idle := l.idle
	l.settle(now)
	l.mu.Unlock()
	select {
	case <-idle:
	case <-time.After(farewell):
	}
	l.mu.Lock()
	l.machine = nil
	l.mu.Unlock()
	return err
}

// Do calls a function, which may give orders to the machine, while nothing else
// uses that. The function must not call the Link.
func (l *Interface) Do(f func(now time.Time)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	f(now)
	l.settle(now)
}

// with calls a function with the machine, unless that has stopped.
func (l *Interface) with(f func(now time.Time, m upnp.Machine)) {
	l.Do(func(now time.Time) {
		if l.machine != nil {
			f(now, l.machine)
		}
	})
}

// ring calls the machine's Timeout at its deadline.
func (l *Interface) ring() { l.with(func(now time.Time, m upnp.Machine) { m.Timeout(now) }) }

// settle sends the machine's output, and sets the alarm.
func (l *Interface) settle(now time.Time) {
	if l.machine == nil {
		return
	}
	if l.changed != nil {
		l.changed(now)
	}
	out := l.machine.Output()
	for _, d := range out.Datagrams {
		l.unicast.WriteToUDPAddrPort(d.Data, d.To) // a failure is like a lost datagram
	}
	for _, c := range out.Calls {
		l.pending++
		l.calls.Go(func() { l.carry(c) })
	}
	if l.pending == 0 && l.idle != nil {
		close(l.idle)
		l.idle = nil
	}
	if next := l.machine.Deadline(); !next.IsZero() {
		l.alarm.Reset(max(next.Sub(now), time.Millisecond))
	}
}

// carry makes a call.
func (l *Interface) carry(c upnp.Call) {
	l.web.waitAnswered(l.ctx, c.To.Addr())
	r, err := call(l.ctx, l.lan, c)
	l.with(func(now time.Time, m upnp.Machine) {
		l.pending--
		m.Answer(now, c.ID, r, err)
	})
}

// maxDatagram is one octet more than a machine reads.
const maxDatagram = 2<<10 + 1

// readGroup receives multicast datagrams.
func (l *Interface) readGroup() error {
	b := make([]byte, maxDatagram)
	for {
		n, about, from, err := l.multicast.ReadFrom(b)
		if err != nil {
			return err
		}
		if l.byIndex && about != nil && about.IfIndex != l.iface.Index {
			continue
		}
		if udp, ok := from.(*net.UDPAddr); ok {
			l.datagram(udp.AddrPort(), b[:n])
		}
	}
}

// readUnicast receives datagrams to this host.
func (l *Interface) readUnicast() error {
	b := make([]byte, maxDatagram)
	for {
		n, from, err := l.unicast.ReadFromUDPAddrPort(b)
		switch {
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // for example, a host refused a datagram
			time.Sleep(time.Millisecond)
			continue
		}
		l.datagram(from, b[:n])
	}
}

func (l *Interface) datagram(from netip.AddrPort, b []byte) {
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	l.with(func(now time.Time, m upnp.Machine) { m.Datagram(now, from, b) })
}
