package station

import (
	"io"
	"net"
	"sync/atomic"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"
)

// linkTypes are the link types of Linux's kinds of interface.
var linkTypes = map[int]uint32{
	unix.ARPHRD_ETHER:              linkTypeEthernet,
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
