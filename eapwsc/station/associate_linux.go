package station

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"github.com/mdlayher/wifi"
	"golang.org/x/sys/unix"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// associateTimeout is how long an association may take. The kernel gives up
// earlier; it first scans all channels if it does not know the access point.
const associateTimeout = 20 * time.Second

// connection is an association over nl80211.
type connection struct {
	eapol.Conn
	radio     *nl80211
	owner     *socket // only it may disconnect, and the kernel disconnects when it is closed
	mlme      *socket
	events    <-chan event
	connected bool // there is something to undo
	ended     chan error
	once      sync.Once
	err       error
}

// associate sends an Association Request with the WPS element and without an
// RSN element, which shows the access point that the station wants WPS only.
func (r *nl80211) associate(ctx context.Context, point *AccessPoint, elements []byte) (association, error) {
	if err := r.free(); err != nil {
		return nil, err
	}
	if err := r.up(); err != nil {
		return nil, &Error{r.name, "associate", explain(err), err}
	}
	owner, err := r.dial()
	if err != nil {
		return nil, &Error{r.name, "associate", explain(err), err}
	}
	c := &connection{radio: r, owner: owner, ended: make(chan error, 1)}
	if err := c.open(ctx, point, elements); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// free checks that nothing else uses the interface.
func (r *nl80211) free() error { return holder(r.root, r.name, r.index) }

// open makes the association. On an error, Close undoes what was done.
func (c *connection) open(ctx context.Context, point *AccessPoint, elements []byte) error {
	r := c.radio
	conn, err := r.listen(r.name)
	if err != nil {
		return &Error{r.name, "associate", explain(err), err}
	}
	c.Conn = conn
	if c.mlme, err = r.dial(unix.NL80211_MULTICAST_GROUP_MLME); err != nil {
		return &Error{r.name, "associate", explain(err), err}
	}
	c.events = r.events(c.mlme)
	err = r.command(c.owner, unix.NL80211_CMD_CONNECT, func(e *netlink.AttributeEncoder) {
		e.Bytes(unix.NL80211_ATTR_MAC, point.BSSID[:])
		e.Uint32(unix.NL80211_ATTR_WIPHY_FREQ, uint32(point.Frequency))
		e.Bytes(unix.NL80211_ATTR_SSID, []byte(point.SSID))
		e.Uint32(unix.NL80211_ATTR_AUTH_TYPE, unix.NL80211_AUTHTYPE_OPEN_SYSTEM)
		e.Bytes(unix.NL80211_ATTR_IE, elements)
		// Without this attribute only networks without encryption match.
		e.Flag(unix.NL80211_ATTR_PRIVACY, point.Privacy())
		// Only EAPOL passes: other programs cannot use this connection.
		e.Flag(unix.NL80211_ATTR_CONTROL_PORT, true)
		e.Flag(unix.NL80211_ATTR_SOCKET_OWNER, true)
	})
	switch {
	case errors.Is(err, unix.EALREADY), errors.Is(err, unix.EINPROGRESS):
		return r.connectedAlready()
	case err != nil:
		return &Error{r.name, "associate", explain(err), err}
	}
	c.connected = true
	timeout, cancel := context.WithTimeoutCause(ctx, associateTimeout, &AssociationError{BSSID: point.BSSID})
	defer cancel()
	e, err := await(timeout, c.events, unix.NL80211_CMD_CONNECT)
	if err != nil {
		return err
	}
	if e.status != 0 || e.timedOut {
		if e.timedOut {
			e.status = 0
		}
		return &AssociationError{point.BSSID, e.status}
	}
	go c.watch()
	return nil
}

// connectedAlready returns the error for an interface that another program has
// connected.
func (r *nl80211) connectedAlready() error {
	e := &HeldError{Interface: r.name, Program: "an unknown program, which has connected it", Release: "iw dev " + r.name + " disconnect"}
	found, _ := r.known()
	for _, point := range found {
		if point.Associated {
			e.Program += fmt.Sprintf(" to %q", point.SSID)
		}
	}
	return e
}

// watch waits for the association to end.
func (c *connection) watch() {
	defer close(c.ended)
	if e, err := await(context.Background(), c.events, unix.NL80211_CMD_DISCONNECT); err == nil {
		c.ended <- &LostError{e.reason, e.byAP}
	}
}

func (c *connection) lost() <-chan error { return c.ended }

// Close disassociates and releases all resources.
func (c *connection) Close() error {
	c.once.Do(func() {
		if c.connected {
			err := c.radio.command(c.owner, unix.NL80211_CMD_DISCONNECT, nil)
			if err != nil && !errors.Is(err, unix.ENOTCONN) {
				c.err = &Error{c.radio.name, "disassociate", explain(err), err}
			}
		}
		c.owner.Close()
		if c.mlme != nil {
			c.mlme.Close()
			for range c.events {
			}
		}
		if c.Conn != nil {
			c.Conn.Close()
		}
	})
	return c.err
}

// join makes the driver connect, as github.com/mdlayher/wifi does.
func (r *nl80211) join(ctx context.Context, credential *wps.Credential) error {
	if err := r.free(); err != nil {
		return err
	}
	if err := r.up(); err != nil {
		return &Error{r.name, "join", explain(err), err}
	}
	ifi, _, err := find(r.name)
	if err != nil {
		return err
	}
	mlme, err := r.dial(unix.NL80211_MULTICAST_GROUP_MLME)
	if err != nil {
		return &Error{r.name, "join", explain(err), err}
	}
	events := r.events(mlme)
	defer func() {
		mlme.Close()
		for range events {
		}
	}()
	client, err := wifi.New()
	if err != nil {
		return &Error{r.name, "join", explain(err), err}
	}
	defer client.Close()
	passphrase, ok := credential.NetworkKey.Passphrase()
	switch {
	case credential.AuthType == wps.AuthOpen:
		err = client.Connect(ifi, string(credential.SSID))
	case !ok:
		err = wifi.ErrNotSupported // it accepts passphrases only
	default:
		err = client.ConnectWPAPSK(ifi, string(credential.SSID), passphrase)
	}
	switch {
	case errors.Is(err, wifi.ErrNotSupported):
		return &Error{Interface: r.name, Op: "join", Class: ErrDriver}
	case err != nil:
		return &Error{r.name, "join", explain(err), err}
	}
	e, err := await(ctx, events, unix.NL80211_CMD_CONNECT)
	if err == nil && (e.status != 0 || e.timedOut) {
		err = &AssociationError{Status: e.status}
	}
	if err == nil && credential.AuthType != wps.AuthOpen {
		e, err = await(ctx, events, unix.NL80211_CMD_PORT_AUTHORIZED, unix.NL80211_CMD_DISCONNECT)
		if err == nil && e.command == unix.NL80211_CMD_DISCONNECT {
			err = &LostError{e.reason, e.byAP}
		}
	}
	if err != nil {
		_ = client.Disconnect(ifi)
		return err
	}
	r.lower = nil // the interface stays up
	return nil
}
