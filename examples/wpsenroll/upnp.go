package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
	"github.com/gowps/gowps/wps/upnp"
	"github.com/gowps/gowps/wps/upnp/lan"
)

// searchTime is how long access points may take to answer a search and to
// describe themselves.
const searchTime = 5 * time.Second

// checkUPnP checks the operands of a command line with -upnp, and finds the
// interface.
func (p *invocation) checkUPnP(operands []string) (err error) {
	switch {
	case p.list == p.registrar:
		return program.Usagef("-upnp is for -registrar or -list")
	case len(operands) > 1:
		return program.Usagef("%q is too much", operands[1])
	case p.bssid != wps.MAC{}:
		return program.Usagef("-upnp and -bssid exclude each other")
	}
	if len(operands) == 1 {
		if p.upnpAddress, err = netip.ParseAddr(operands[0]); err != nil || !p.upnpAddress.Is4() {
			return program.Usagef("%q is no IPv4 address of an access point", operands[0])
		}
	}
	if p.Interface == "" && p.upnpAddress.IsValid() {
		p.Interface = interfaceTo(p.upnpAddress)
	}
	if p.Interface == "" {
		return program.Usagef("-i INTERFACE is missing, or the ADDRESS of an access point in a network of this machine")
	}
	return nil
}

// interfaceTo returns the name of the interface whose network contains an
// address, or "".
func interfaceTo(a netip.Addr) string {
	list, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, i := range list {
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, own := range addresses {
			if p, err := netip.ParsePrefix(own.String()); err == nil && p.Contains(a) {
				return i.Name
			}
		}
	}
	return ""
}

// finder is the external registrar of one run of the program.
type finder struct {
	*invocation
	iface     *lan.Interface
	registrar *upnp.Registrar
	events    chan upnp.Event
	served    chan error
}

// runUPnP lists access points, or reads or writes the settings of one.
func (p *invocation) runUPnP(ctx context.Context) (int, error) {
	iface, err := lan.Open(p.Interface)
	if err != nil {
		return program.Unable, err
	}
	f := &finder{invocation: p, iface: iface, events: make(chan upnp.Event, 1000), served: make(chan error, 1)}
	f.registrar, err = upnp.NewRegistrar(upnp.RegistrarConfig{
		LAN: iface.LAN(), Port: iface.Port(), Only: p.upnpAddress,
		Registration: registration.Config{Device: p.Device(macOf(p.Interface), "wpsenroll", wps.DeviceTypePC), KeyLog: p.keyLog},
	})
	if err != nil {
		iface.Close()
		return program.Unable, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	go func() { f.served <- iface.Serve(ctx, f.registrar, f.happened) }()
	defer func() {
		cancel()
		<-f.served
		p.status.Done()
	}()
	if p.list {
		return f.listUPnP(ctx)
	}
	result, err := f.configure(ctx)
	p.status.Done()
	if err != nil {
		live.Explain(p.ErrText(), err, doctor.Attempt{Method: p.method, APEnrollee: true})
		return program.Problem, nil
	}
	defer result.Clear()
	return program.Fine, p.report(result)
}

// macOf returns the MAC address of an interface, for the description of this
// device.
func macOf(name string) (mac wps.MAC) {
	if i, err := net.InterfaceByName(name); err == nil {
		copy(mac[:], i.HardwareAddr)
	}
	if mac == (wps.MAC{}) {
		mac = wps.MAC{2, 0, 0, 0, 0, 1} // such as the loopback interface
	}
	return mac
}

// happened handles the pending events.
func (f *finder) happened(time.Time) {
	for _, e := range f.registrar.Events() {
		select {
		case f.events <- e:
		default: // thousands are pending: someone floods the network
		}
	}
}

var (
	errNoAccessPoint = errors.New("no access point with the UPnP service answered: it is switched off on most, and answers in its own network only")
	errSeveral       = errors.New("there are several access points: say the ADDRESS of one")
)

// configure reads or writes the settings of the only access point found.
func (f *finder) configure(ctx context.Context) (*registration.Result, error) {
	f.status.Wait("Looking for the access point on "+f.Interface, time.Now().Add(searchTime))
	point, err := f.find(ctx)
	if err != nil {
		return nil, err
	}
	f.status.Wait(fmt.Sprintf("Talking to %s at %s", doctor.Quote(point.FriendlyName), point.Address), time.Time{})
	f.iface.Do(func(now time.Time) {
		if f.settings != nil {
			err = f.registrar.Configure(now, point.UUID, f.password, *f.settings)
		} else {
			err = f.registrar.Learn(now, point.UUID, f.password)
		}
	})
	if err != nil {
		return nil, err
	}
	for {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case e := <-f.events:
			switch {
			case e.AccessPoint != point.UUID:
			case e.Kind == upnp.EventFailed:
				var failed *registration.Error
				if errors.As(e.Err, &failed) || errors.Is(e.Err, upnp.ErrHTTP) {
					return nil, e.Err
				}
			case e.Kind == upnp.EventSettingsRead, e.Kind == upnp.EventSettingsWritten:
				return &registration.Result{Peer: e.Device, AP: e.Settings, SettingsRead: f.settings == nil}, nil
			}
		}
	}
}

// find waits for the access point with the given address, or for all that
// answer.
func (f *finder) find(ctx context.Context) (point upnp.AccessPointInfo, err error) {
	over := time.After(searchTime)
	var failed error
	for waiting := true; waiting; {
		select {
		case <-ctx.Done():
			return point, context.Cause(ctx)
		case <-over:
			waiting = false
		case e := <-f.events:
			if e.Kind == upnp.EventFailed {
				failed = e.Err
			}
			waiting = e.Kind != upnp.EventAccessPoint || !f.upnpAddress.IsValid()
		}
	}
	list := f.found()
	switch {
	case len(list) == 1:
		return list[0], nil
	case len(list) > 1:
		return point, errSeveral
	case failed != nil:
		return point, failed
	}
	return point, errNoAccessPoint
}

// found returns the access points found.
func (f *finder) found() (list []upnp.AccessPointInfo) {
	f.iface.Do(func(time.Time) { list = f.registrar.AccessPoints() })
	return list
}

// listUPnP lists the access points that answer.
func (f *finder) listUPnP(ctx context.Context) (int, error) {
	f.status.Wait("Looking around on "+f.Interface, time.Now().Add(searchTime))
	select {
	case <-ctx.Done():
	case <-time.After(searchTime):
	}
	f.status.Done()
	list := f.found()
	slices.SortFunc(list, func(a, b upnp.AccessPointInfo) int { return strings.Compare(a.Address, b.Address) })
	if f.JSON {
		lines := program.JSON(f.Out)
		for i := range list {
			if err := lines.Encode(newListedUPnP(&list[i])); err != nil {
				return program.Unable, err
			}
		}
		return program.Fine, nil
	}
	return program.Fine, writeListUPnP(f.Text(), list)
}

// listedUPnP is an access point in JSON. Fields that are not known are omitted.
type listedUPnP struct {
	Schema       string `json:"schema"`
	Address      string `json:"address"`
	UUID         string `json:"uuid"`
	Name         string `json:"friendly_name"`
	Manufacturer string `json:"manufacturer,omitempty"`
	Model        string `json:"model,omitempty"`
	State        string `json:"state,omitempty"`
	BSSID        string `json:"bssid,omitempty"`
}

func newListedUPnP(p *upnp.AccessPointInfo) *listedUPnP {
	l := &listedUPnP{
		Schema: "wpsenroll-upnp/1", Address: p.Address, UUID: p.UUID.String(), Name: cleanText(p.FriendlyName),
		Manufacturer: cleanText(p.Manufacturer), Model: cleanText(p.ModelName),
	}
	if p.M1 != nil {
		l.State, l.BSSID = p.M1.State.String(), p.M1.MAC.String()
	}
	return l
}

func writeListUPnP(out io.Writer, list []upnp.AccessPointInfo) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ADDRESS\tBSSID\tSTATE\tNAME\tMODEL")
	for i := range list {
		p := &list[i]
		bssid, state := "-", "-"
		if p.M1 != nil {
			bssid, state = p.M1.MAC.String(), p.M1.State.String()
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Address, bssid, state, doctor.Quote(p.FriendlyName), doctor.Quote(strings.TrimSpace(p.Manufacturer+" "+p.ModelName)))
	}
	return table.Flush()
}
