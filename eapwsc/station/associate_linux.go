package station

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/gowps/gowps/eapwsc/dot11"
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
	answer    []byte // the elements of the Association Response
	once      sync.Once
	err       error
}

// associate sends an Association Request with the WPS element and without an
// RSN element, which shows the access point that the station wants WPS only.
func (r *nl80211) associate(ctx context.Context, point *ScanResult, elements []byte) (association, error) {
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
func (c *connection) open(ctx context.Context, point *ScanResult, elements []byte) error {
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
	c.answer = e.response
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

func (c *connection) response() []byte { return c.answer }

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

// address asks for the address of the interface: programs change it.
func (r *nl80211) address() (mac wps.MAC, err error) {
	messages, err := r.main.execute(unix.NL80211_CMD_GET_INTERFACE, 0, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(r.index))
	})
	if err != nil {
		return mac, &Error{r.name, "read the address", explain(err), err}
	}
	for _, m := range messages {
		attributes, err := netlink.UnmarshalAttributes(m.Data)
		if err != nil {
			return mac, &Error{r.name, "read the address", errSystem, err}
		}
		for _, a := range attributes {
			if a.Type == unix.NL80211_ATTR_MAC && len(a.Data) == len(mac) {
				return wps.MAC(a.Data), nil
			}
		}
	}
	return mac, &Error{Interface: r.name, Op: "read the address", Class: ErrDriver}
}

// setAddress changes the address of the interface, which drivers allow while it
// is down only.
func (r *nl80211) setAddress(mac wps.MAC) error {
	lower := func(flags uint16) uint16 { return flags &^ unix.IFF_UP }
	was, err := setFlags(r.name, lower)
	if err == nil {
		err = setHardwareAddress(r.index, mac)
	}
	if was&unix.IFF_UP != 0 {
		_, up := setFlags(r.name, func(flags uint16) uint16 { return flags | unix.IFF_UP })
		err = errors.Join(err, up)
	}
	if err != nil {
		return &Error{r.name, "change the address", explain(err), err}
	}
	return nil
}

// setHardwareAddress asks the kernel to change an address.
func setHardwareAddress(index int, mac wps.MAC) error {
	conn, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	encoder := netlink.NewAttributeEncoder()
	encoder.Bytes(unix.IFLA_ADDRESS, mac[:])
	attributes, err := encoder.Encode()
	if err != nil {
		return err
	}
	header := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(header[4:], uint32(index))
	_, err = conn.Execute(netlink.Message{
		Header: netlink.Header{Type: unix.RTM_NEWLINK, Flags: netlink.Request | netlink.Acknowledge},
		Data:   append(header, attributes...),
	})
	return err
}

// leave disconnects the interface and waits until that is done.
func (r *nl80211) leave(ctx context.Context) error {
	if err := r.free(); err != nil {
		return err // the program would connect it again
	}
	events, stop, err := r.subscribe("leave", unix.NL80211_MULTICAST_GROUP_MLME)
	if err != nil {
		return err
	}
	defer stop()
	err = r.command(r.main, unix.NL80211_CMD_DISCONNECT, nil)
	switch {
	case errors.Is(err, unix.ENOTCONN), errors.Is(err, unix.ENETDOWN):
		return nil
	case err != nil:
		return &Error{r.name, "leave", explain(err), err}
	}
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	if _, err := await(ctx, events, unix.NL80211_CMD_DISCONNECT); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// leaveTimeout is how long to wait for the event of a disconnection. There is
// none if nothing was connected, which some kernels do not say.
const leaveTimeout = time.Second

// joining is what a driver is asked for to join a network.
type joining struct {
	feature    int // of the driver, which it takes; -1 for none
	version    uint32
	akm        dot11.AKM
	authType   uint32
	attributes func(e *netlink.AttributeEncoder)
}

// joinings returns the ways to join a network, best first.
func joinings(n *KnownNetwork, s *security) (ways []joining) {
	if s.open {
		return []joining{{feature: -1, authType: unix.NL80211_AUTHTYPE_OPEN_SYSTEM}}
	}
	for _, akm := range s.akms {
		if akm.SAE() {
			ways = append(ways, joining{
				unix.NL80211_EXT_FEATURE_SAE_OFFLOAD, unix.NL80211_WPA_VERSION_3, akm, unix.NL80211_AUTHTYPE_SAE,
				func(e *netlink.AttributeEncoder) { e.Bytes(unix.NL80211_ATTR_SAE_PASSWORD, []byte(s.key)) },
			})
		}
	}
	for _, akm := range s.akms {
		if akm.PSK() {
			ways = append(ways, joining{
				unix.NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_PSK, unix.NL80211_WPA_VERSION_2, akm, unix.NL80211_AUTHTYPE_OPEN_SYSTEM,
				func(e *netlink.AttributeEncoder) { e.Bytes(unix.NL80211_ATTR_PMK, pairwiseMasterKey(n)) },
			})
		}
	}
	return ways
}

// pairwiseMasterKey is the key of WPA2-Personal: IEEE Std 802.11-2020 J.4.1.
func pairwiseMasterKey(n *KnownNetwork) []byte {
	if psk, ok := n.Credential.NetworkKey.PSK(); ok {
		return psk[:]
	}
	pmk, err := pbkdf2.Key(sha1.New, string(n.Credential.NetworkKey), []byte(n.Credential.SSID), 4096, 32)
	if err != nil { // in FIPS mode, of a passphrase that it finds too short
		return nil
	}
	return pmk
}

// features returns the bits of what the driver can do besides.
func (r *nl80211) features() ([]byte, error) {
	messages, err := r.main.execute(unix.NL80211_CMD_GET_WIPHY, netlink.Dump, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(r.index))
		e.Flag(unix.NL80211_ATTR_SPLIT_WIPHY_DUMP, true)
	})
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		attributes, err := netlink.UnmarshalAttributes(m.Data)
		if err != nil {
			return nil, err
		}
		for _, a := range attributes {
			if a.Type == unix.NL80211_ATTR_EXT_FEATURES {
				return a.Data, nil
			}
		}
	}
	return nil, nil
}

// check implements radio.
func (r *nl80211) check(join bool) error {
	if err := r.free(); err != nil || !join {
		return err
	}
	features, err := r.features()
	if err != nil {
		return &Error{r.name, "join", explain(err), err}
	}
	for _, feature := range []int{unix.NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_PSK, unix.NL80211_EXT_FEATURE_SAE_OFFLOAD} {
		if has(features, feature) {
			return nil
		}
	}
	return &Error{Interface: r.name, Op: "join", Class: ErrDriver}
}

// has reports whether a bit is among those of [nl80211.features].
func has(features []byte, bit int) bool {
	return bit/8 < len(features) && features[bit/8]>>(bit%8)&1 != 0
}

// down implements radio.
func (r *nl80211) down() error {
	device := "sys/class/net/" + r.name
	soft, _ := fs.Glob(r.root, device+"/phy80211/rfkill*/soft")
	hard, _ := fs.Glob(r.root, device+"/phy80211/rfkill*/hard")
	for _, name := range append(soft, hard...) {
		if b, err := fs.ReadFile(r.root, name); err == nil && strings.TrimSpace(string(b)) == "1" {
			return &Error{Interface: r.name, Op: "use", Class: ErrRadioOff}
		}
	}
	if b, err := fs.ReadFile(r.root, device+"/flags"); err == nil {
		if flags, err := strconv.ParseUint(strings.TrimSpace(string(b)), 0, 32); err == nil && flags&unix.IFF_UP == 0 {
			return &Error{Interface: r.name, Op: "use", Class: ErrDown}
		}
	}
	return nil
}

// join makes the driver connect. github.com/mdlayher/wifi does so too, but with
// passphrases of WPA2-Personal and CCMP only.
func (r *nl80211) join(ctx context.Context, n *KnownNetwork) error {
	s, err := newSecurity(n)
	if err != nil {
		return err
	}
	if err := r.free(); err != nil {
		return err
	}
	if err := r.up(); err != nil {
		return &Error{r.name, "join", explain(err), err}
	}
	features, err := r.features()
	if err != nil {
		return &Error{r.name, "join", explain(err), err}
	}
	ways := slices.DeleteFunc(joinings(n, s), func(w joining) bool {
		return w.feature >= 0 && !has(features, w.feature)
	})
	if len(ways) == 0 {
		return &Error{Interface: r.name, Op: "join", Class: ErrDriver}
	}
	events, stop, err := r.subscribe("join", unix.NL80211_MULTICAST_GROUP_MLME)
	if err != nil {
		return err
	}
	defer stop()
	err = r.command(r.main, unix.NL80211_CMD_CONNECT, func(e *netlink.AttributeEncoder) { ways[0].encode(e, n, s) })
	switch {
	case errors.Is(err, unix.EALREADY), errors.Is(err, unix.EINPROGRESS):
		return r.connectedAlready()
	case err != nil:
		return &Error{r.name, "join", explain(err), err}
	}
	if err := joined(ctx, events, s.open); err != nil {
		_ = r.command(r.main, unix.NL80211_CMD_DISCONNECT, nil)
		return err
	}
	r.lower = nil // the interface stays up
	return nil
}

// encode writes what the driver is asked for.
func (w *joining) encode(e *netlink.AttributeEncoder, n *KnownNetwork, s *security) {
	e.Bytes(unix.NL80211_ATTR_SSID, []byte(n.Credential.SSID))
	e.Uint32(unix.NL80211_ATTR_AUTH_TYPE, w.authType)
	if s.open {
		return
	}
	pairwise, group := dot11.CipherCCMP, dot11.CipherCCMP
	if len(s.pairwise) > 0 {
		pairwise, group = s.pairwise[0], s.group[0]
	} else if n.Heard != nil && n.Heard.RSN != nil {
		group = n.Heard.RSN.Group // it is TKIP where the network is a mixed one
	}
	e.Flag(unix.NL80211_ATTR_PRIVACY, true)
	e.Uint32(unix.NL80211_ATTR_WPA_VERSIONS, w.version)
	e.Uint32(unix.NL80211_ATTR_CIPHER_SUITES_PAIRWISE, uint32(pairwise))
	e.Uint32(unix.NL80211_ATTR_CIPHER_SUITE_GROUP, uint32(group))
	e.Uint32(unix.NL80211_ATTR_AKM_SUITES, uint32(w.akm))
	switch {
	case w.akm.SAE() || s.pmf == pmfRequired:
		e.Uint32(unix.NL80211_ATTR_USE_MFP, unix.NL80211_MFP_REQUIRED)
	case s.pmf == pmfOptional:
		e.Uint32(unix.NL80211_ATTR_USE_MFP, unix.NL80211_MFP_OPTIONAL)
	}
	w.attributes(e)
}

// joined waits until the network may be used.
func joined(ctx context.Context, events <-chan event, open bool) error {
	e, err := await(ctx, events, unix.NL80211_CMD_CONNECT)
	switch {
	case err != nil:
		return err
	case e.timedOut:
		return &AssociationError{}
	case e.status != 0:
		return &AssociationError{Status: e.status}
	case open:
		return nil
	}
	e, err = await(ctx, events, unix.NL80211_CMD_PORT_AUTHORIZED, unix.NL80211_CMD_DISCONNECT)
	if err == nil && e.command == unix.NL80211_CMD_DISCONNECT {
		err = &LostError{e.reason, e.byAP}
	}
	return err
}
