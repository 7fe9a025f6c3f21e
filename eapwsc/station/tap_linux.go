package station

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"

	"github.com/mdlayher/netlink"
	"github.com/mdlayher/packet"
	"github.com/mdlayher/wifi"
	"golang.org/x/sys/unix"
)

// linkTypes are the link types of Linux's kinds of interface.
var linkTypes = map[int]uint32{
	unix.ARPHRD_ETHER:              linkTypeEthernet,
	unix.ARPHRD_LOOPBACK:           linkTypeEthernet, // its addresses are zero
	unix.ARPHRD_IEEE80211:          linkTypeDot11,
	unix.ARPHRD_IEEE80211_RADIOTAP: linkTypeRadiotap,
}

func newTap(name string) (*Tap, error) {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return nil, &Error{name, "listen", ErrNoInterface, err}
	}
	kind, err := kindOf(name)
	if err != nil {
		return nil, &Error{name, "listen", explain(err), err}
	}
	link, ok := linkTypes[kind]
	if !ok {
		return nil, &Error{Interface: name, Op: "listen", Class: ErrDriver}
	}
	conn, err := packet.Listen(ifi, packet.Raw, unix.ETH_P_ALL, nil)
	if err != nil {
		return nil, &Error{name, "listen", explain(err), err}
	}
	return tapOf(&rawPackets{Conn: conn}, link), nil
}

func newMonitor(name string) (*Tap, error) {
	fail := func(err error) (*Tap, error) { return nil, &Error{name, "monitor", explain(err), err} }
	client, err := wifi.New()
	if err != nil {
		return fail(err)
	}
	defer client.Close()
	interfaces, err := client.Interfaces()
	if err != nil {
		return fail(err)
	}
	i := slices.IndexFunc(interfaces, func(ifi *wifi.Interface) bool { return ifi.Name == name })
	if i < 0 {
		return nil, &Error{Interface: name, Op: "monitor", Class: ErrNoInterface}
	}
	socket, err := dial()
	if err != nil {
		return fail(err)
	}
	monitor := fmt.Sprintf("wps-mon%d", interfaces[i].PHY)
	_, err = socket.execute(unix.NL80211_CMD_NEW_INTERFACE, netlink.Acknowledge, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_WIPHY, uint32(interfaces[i].PHY))
		e.String(unix.NL80211_ATTR_IFNAME, monitor)
		e.Uint32(unix.NL80211_ATTR_IFTYPE, unix.NL80211_IFTYPE_MONITOR)
		e.Flag(unix.NL80211_ATTR_SOCKET_OWNER, true) // the interface is removed with the socket
	})
	if err == nil {
		_, err = raise(monitor)
	}
	if err != nil {
		socket.Close()
		return fail(err)
	}
	tap, err := newTap(monitor)
	if err != nil {
		socket.Close()
		return nil, err
	}
	tap.source = &ownedPackets{tap.source, socket}
	return tap, nil
}

// ownedPackets are the frames of an interface that exists as long as a socket.
type ownedPackets struct {
	packets
	owner *socket
}

func (p *ownedPackets) Close() error { return errors.Join(p.packets.Close(), p.owner.Close()) }

// kindOf returns the ARPHRD_ value of an interface.
func kindOf(name string) (kind int, err error) {
	err = withInterface(name, func(fd int, request *unix.Ifreq) error {
		err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, request)
		kind = int(request.Uint16())
		return err
	})
	return kind, err
}

// rawPackets are the frames of a packet socket.
type rawPackets struct {
	*packet.Conn
	closed atomic.Bool
}

func (p *rawPackets) next(b []byte) (int, error) {
	n, _, err := p.ReadFrom(b)
	if p.closed.Load() {
		return 0, io.EOF
	}
	return n, err
}

// Close also ends a call of next.
func (p *rawPackets) Close() error {
	p.closed.Store(true)
	return p.Conn.Close()
}
