// Package link opens network interfaces for EAPOL. It works on Linux, with
// packet sockets; elsewhere [Listen] returns [ErrUnsupported].
//
// A packet socket needs the capability CAP_NET_RAW. Root has it; grant it to a
// program with
//
//	setcap cap_net_raw+ep PROGRAM
//
// Any user has it in a network namespace of their own, which is useful for
// tests: unshare -Urn.
package link

import (
	"errors"
	"fmt"
	"net"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// Reasons why an interface cannot be used; compare with [errors.Is]. The error
// itself names the interface.
var (
	// ErrNoInterface: there is no interface with the name.
	ErrNoInterface = errors.New("there is no such network interface")
	// ErrDown: the interface is down.
	ErrDown = errors.New("the interface is down")
	// ErrNotEthernet: the interface has no MAC address, so EAPOL cannot be sent
	// on it.
	ErrNotEthernet = errors.New("the interface has no Ethernet address")
	// ErrPermission: the process may not open packet sockets.
	ErrPermission = errors.New("opening an interface needs root, or the capability CAP_NET_RAW")
	// ErrUnsupported: the operating system has no packet sockets.
	ErrUnsupported = errors.New("network interfaces can be opened on Linux only")
)

// Conn is a connection to a network interface.
type Conn struct {
	eapol.Conn
	mac wps.MAC
}

// MAC returns the address of the interface. An enrollee's [wps.Device] must
// have the same address, because the keys depend on it.
func (c *Conn) MAC() wps.MAC { return c.mac }

// Listen opens the interface with the name. The connection receives frames to
// the interface's address and to [eapol.PAEGroup].
func Listen(name string) (*Conn, error) {
	c, err := open(name)
	if err != nil {
		return nil, fmt.Errorf("link: interface %q: %w", name, err)
	}
	return c, nil
}

// ListenAs opens the interface with the name under another address: frames are
// sent with mac as their source, and the connection receives frames to mac and
// to [eapol.PAEGroup]. It puts the interface in promiscuous mode. One interface
// can thus serve several stations, each with its own connection.
func ListenAs(name string, mac wps.MAC) (*Conn, error) {
	return ListenFor(name, mac, eapol.EtherType, eapol.PAEGroup)
}

// ListenFor is [ListenAs] for another protocol than EAPOL, such as IEEE 1905.1:
// the frames have its EtherType, and the connection receives those to mac and to
// the protocol's group.
func ListenFor(name string, mac wps.MAC, etherType uint16, group wps.MAC) (*Conn, error) {
	c, err := openAs(name, mac, etherType, group)
	if err != nil {
		return nil, fmt.Errorf("link: interface %q: %w", name, err)
	}
	return c, nil
}

// usable finds an interface and checks that EAPOL can be sent on it.
func usable(name string) (*net.Interface, error) {
	ifi, err := net.InterfaceByName(name)
	switch {
	case err != nil:
		return nil, ErrNoInterface
	case len(ifi.HardwareAddr) != len(wps.MAC{}) || ifi.Flags&net.FlagLoopback != 0:
		return nil, ErrNotEthernet
	case ifi.Flags&net.FlagUp == 0:
		return nil, ErrDown
	}
	return ifi, nil
}
