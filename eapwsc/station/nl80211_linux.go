package station

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"github.com/mdlayher/wifi"
	"golang.org/x/sys/unix"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/wps"
)

// nl80211 is the radio over netlink. github.com/mdlayher/wifi finds the
// interface and joins networks; it neither returns nor accepts elements and
// cannot associate for WPS.
type nl80211 struct {
	name  string
	index int
	root  fs.FS // where to look for programs that hold the interface

	dial   func(groups ...string) (*socket, error)
	main   *socket
	raise  func(name string) (lower func(), err error) // brings the interface up
	lower  func()                                      // undoes raise; nil if raise was not called yet
	listen func(name string) (eapol.Conn, error)
}

func open(name string) (*Station, error) {
	ifi, bands, err := find(name)
	if err != nil {
		return nil, err
	}
	main, err := dial()
	if err != nil {
		return nil, &Error{name, "open", explain(err), err}
	}
	return &Station{name, wps.MAC(ifi.HardwareAddr), bands, &nl80211{
		name: name, index: ifi.Index, root: os.DirFS("/"), dial: dial, main: main, raise: raise,
		listen: func(name string) (eapol.Conn, error) { return link.Listen(name) },
	}}, nil
}

// find returns the interface with the name, and the bands of its radio.
func find(name string) (*wifi.Interface, wps.RFBands, error) {
	fail := func(class, cause error) (*wifi.Interface, wps.RFBands, error) {
		return nil, 0, &Error{name, "open", class, cause}
	}
	client, err := wifi.New()
	if err != nil {
		return fail(explain(err), err)
	}
	defer client.Close()
	interfaces, err := client.Interfaces()
	if err != nil {
		return fail(explain(err), err)
	}
	var others []string
	for _, ifi := range interfaces {
		switch {
		case ifi.Name == "":
		case ifi.Name != name:
			others = append(others, ifi.Name)
		case ifi.Type != wifi.InterfaceTypeStation:
			return fail(ErrMode, fmt.Errorf("its mode is %q", ifi.Type))
		case len(ifi.HardwareAddr) != len(wps.MAC{}):
			return fail(ErrDriver, errors.New("the interface has no address"))
		default:
			return ifi, bandsOf(client, ifi.PHY), nil
		}
	}
	if others == nil {
		return fail(ErrNoInterface, errors.New("there is no Wi-Fi interface"))
	}
	slices.Sort(others)
	return fail(ErrNoInterface, fmt.Errorf("there is %s", strings.Join(others, ", ")))
}

// bandsOf returns the bands of a radio; 0 if unknown.
func bandsOf(client *wifi.Client, phy int) (bands wps.RFBands) {
	phys, _ := client.PHYs()
	for _, p := range phys {
		if p.Index != phy {
			continue
		}
		for _, band := range p.BandAttributes {
			for _, f := range band.FrequencyAttributes {
				if !f.Disabled {
					bands |= dot11.Band(f.Frequency)
				}
			}
		}
	}
	return bands
}

// errnos maps errors of the system to error classes.
var errnos = []struct {
	number syscall.Errno
	class  error
}{
	{unix.EPERM, ErrPermission},
	{unix.EACCES, ErrPermission},
	{unix.ERFKILL, ErrRadioOff},
	{unix.ENETDOWN, ErrDown},
	{unix.ENODEV, ErrNoInterface},
	{unix.EOPNOTSUPP, ErrDriver},
}

// explain returns the class of an error of the system.
func explain(err error) error {
	for _, row := range errnos {
		if errors.Is(err, row.number) {
			return row.class
		}
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return ErrUnsupported
	case errors.Is(err, link.ErrPermission):
		return ErrPermission
	case errors.Is(err, link.ErrDown):
		return ErrDown
	}
	return errSystem
}

var errSystem = errors.New("the system refused")

// socket is a connection to nl80211.
type socket struct {
	*genetlink.Conn
	family genetlink.Family
}

// dial connects to nl80211 and subscribes to some of its multicast groups.
func dial(groups ...string) (*socket, error) {
	conn, err := genetlink.Dial(nil)
	if err != nil {
		return nil, err
	}
	family, err := conn.GetFamily(unix.NL80211_GENL_NAME)
	if err != nil {
		conn.Close()
		return nil, err
	}
	// Ask for better error messages, which recent kernels have.
	_ = conn.SetOption(netlink.ExtendedAcknowledge, true)
	for _, group := range family.Groups {
		if !slices.Contains(groups, group.Name) {
			continue
		}
		if err := conn.JoinGroup(group.ID); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return &socket{conn, family}, nil
}

// execute sends a command and returns the reply.
func (s *socket) execute(command uint8, flags netlink.HeaderFlags, attributes func(*netlink.AttributeEncoder)) ([]genetlink.Message, error) {
	encoder := netlink.NewAttributeEncoder()
	attributes(encoder)
	data, err := encoder.Encode()
	if err != nil {
		return nil, err
	}
	return s.Execute(genetlink.Message{
		Header: genetlink.Header{Command: command, Version: s.family.Version},
		Data:   data,
	}, s.family.ID, netlink.Request|flags)
}

// command sends a command about the interface, and waits for its
// acknowledgement.
func (r *nl80211) command(s *socket, command uint8, attributes func(*netlink.AttributeEncoder)) error {
	_, err := s.execute(command, netlink.Acknowledge, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(r.index))
		if attributes != nil {
			attributes(e)
		}
	})
	return err
}

// event is an event that the kernel reports for an interface.
type event struct {
	command  uint8
	index    int
	status   uint16 // of a connection
	timedOut bool
	response []byte // the elements of the Association Response
	reason   uint16 // of a disconnection
	byAP     bool
}

// parseEvent reads a multicast message.
func parseEvent(m genetlink.Message) (event, error) {
	e := event{command: m.Header.Command}
	d, err := netlink.NewAttributeDecoder(m.Data)
	if err != nil {
		return e, err
	}
	for d.Next() {
		switch d.Type() {
		case unix.NL80211_ATTR_IFINDEX:
			e.index = int(d.Uint32())
		case unix.NL80211_ATTR_STATUS_CODE:
			e.status = d.Uint16()
		case unix.NL80211_ATTR_TIMED_OUT:
			e.timedOut = true
		case unix.NL80211_ATTR_RESP_IE:
			e.response = slices.Clone(d.Bytes())
		case unix.NL80211_ATTR_REASON_CODE:
			e.reason = d.Uint16()
		case unix.NL80211_ATTR_DISCONNECTED_BY_AP:
			e.byAP = true
		}
	}
	return e, d.Err()
}

// events returns the events of the interface that arrive on a socket, until
// that is closed.
func (r *nl80211) events(s *socket) <-chan event {
	c := make(chan event, 16)
	go func() {
		defer close(c)
		for {
			messages, _, err := s.Receive()
			if errors.Is(err, unix.ENOBUFS) {
				continue // some events were lost
			}
			if err != nil {
				return
			}
			for _, m := range messages {
				if e, err := parseEvent(m); err == nil && e.index == r.index {
					c <- e
				}
			}
		}
	}()
	return c
}

// subscribe returns the events of a multicast group, until stop is called.
func (r *nl80211) subscribe(op, group string) (events <-chan event, stop func(), err error) {
	socket, err := r.dial(group)
	if err != nil {
		return nil, nil, &Error{r.name, op, explain(err), err}
	}
	events = r.events(socket)
	return events, func() {
		socket.Close()
		for range events {
		}
	}, nil
}

// await returns the first event of one of the commands.
func await(ctx context.Context, events <-chan event, commands ...uint8) (event, error) {
	for {
		select {
		case e, ok := <-events:
			if !ok { // the caller that gave up has the reason
				return e, cmp.Or(context.Cause(ctx), errEvents)
			}
			if slices.Contains(commands, e.command) {
				return e, nil
			}
		case <-ctx.Done():
			return event{}, context.Cause(ctx)
		}
	}
}

var errEvents = errors.New("the kernel reports no more events")

// up brings the interface up.
func (r *nl80211) up() error {
	if r.lower != nil {
		return nil
	}
	lower, err := r.raise(r.name)
	r.lower = lower
	return err
}

// raise brings an interface up. The function lower brings it down again if it
// was down.
func raise(name string) (lower func(), err error) {
	was, err := setFlags(name, func(flags uint16) uint16 { return flags | unix.IFF_UP })
	if err != nil {
		return nil, err
	}
	return func() {
		if was&unix.IFF_UP == 0 {
			_, _ = setFlags(name, func(flags uint16) uint16 { return flags &^ unix.IFF_UP })
		}
	}, nil
}

// setFlags changes the flags of an interface and returns what they were.
func setFlags(name string, change func(flags uint16) uint16) (was uint16, err error) {
	err = withInterface(name, func(fd int, request *unix.Ifreq) error {
		if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request); err != nil {
			return err
		}
		was = request.Uint16()
		if change(was) == was {
			return nil
		}
		request.SetUint16(change(was))
		return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
	})
	return was, err
}

// withInterface makes requests about an interface.
func withInterface(name string, do func(fd int, request *unix.Ifreq) error) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	return do(fd, request)
}

func (r *nl80211) close() error {
	if r.lower != nil {
		r.lower()
	}
	return r.main.Close()
}
