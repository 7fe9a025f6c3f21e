package main

import (
	"bufio"
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/conformance"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/eapwsc/ieee1905"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// opener returns the device on an interface.
type opener func(iface string, role conformance.Role) conformance.Device

// open returns a device on Ethernet.
func open(iface string, role conformance.Role) conformance.Device {
	if role == conformance.Agent || role == conformance.Controller {
		return &conformance.MeshWire{
			Role: role,
			Listen: func(mac wps.MAC) (eapol.Conn, error) {
				return link.ListenFor(iface, mac, ieee1905.EtherType, ieee1905.Multicast)
			},
		}
	}
	return &conformance.Wire{
		Role:   role,
		Listen: func(mac wps.MAC) (eapol.Conn, error) { return link.ListenAs(iface, mac) },
	}
}

// roles are the values of -dut.
var roles = []struct {
	name string
	role conformance.Role
}{
	{"ap", conformance.APRegistrar}, {"ap-enrollee", conformance.APEnrollee},
	{"station", conformance.Station}, {"registrar", conformance.Registrar},
	{"agent", conformance.Agent}, {"controller", conformance.Controller},
}

func roleNames() (names []string) {
	for _, r := range roles {
		names = append(names, r.name)
	}
	return names
}

// roleOf returns the role for a value of -dut.
func roleOf(name string) (conformance.Role, error) {
	for _, r := range roles {
		if r.name == name {
			return r.role, nil
		}
	}
	return 0, program.Usagef("-dut is one of %s", strings.Join(roleNames(), ", "))
}

// controlFlags are the flags with commands.
var controlFlags = []struct {
	name, usage string
	control     conformance.Control
}{
	{"press", "`COMMAND` that presses the button", conformance.Press},
	{"enter-pin", "`COMMAND` that enters the PIN of a device, {pin}", conformance.EnterPIN},
	{"cancel", "`COMMAND` that cancels the button, and takes entered PINs back", conformance.Cancel},
	{"show-pin", "`COMMAND` that prints the device's own PIN", conformance.ShowPIN},
	{"unlock", "`COMMAND` that unlocks the device's own PIN", conformance.Unlock},
	{"restart", "`COMMAND` that restarts the device", conformance.Restart},
	{"enroll-pin", "`COMMAND` with which a station begins to enroll by its PIN", conformance.EnrollPIN},
	{"enroll-button", "`COMMAND` with which a station begins to enroll by button", conformance.EnrollButton},
	{"read-ap", "`COMMAND` with which a registrar begins to read an access point with the PIN {pin}", conformance.ReadAP},
	{"write-ap", "`COMMAND` with which a registrar begins to configure an access point with the PIN {pin}", conformance.WriteAP},
}

// device has the flags of the device under test.
type device struct {
	open     opener
	dut      string
	iface    string
	name     string
	pin      string
	radius   string // of a RADIUS server: the device, or the suite for a station's access point
	secret   string // file with the shared secret
	forget   time.Duration
	upnp     string // address of an access point
	bssid    string // of an access point on the air
	ask      bool
	commands conformance.Commands
	patience time.Duration
}

// flags defines the flags of the device and its operator.
func (d *device) flags(f *pflag.FlagSet) {
	f.StringVar(&d.dut, "dut", "", "`ROLE` of the device: "+strings.Join(roleNames(), ", "))
	f.StringVarP(&d.iface, "interface", "i", "", "`INTERFACE` with the device at its other end: an Ethernet, or a radio with -bssid")
	f.StringVar(&d.radius, "radius", "", "`ADDRESS` of a RADIUS server, instead of -i, with -secret-file: of the registrar with -dut ap; with -dut station or registrar, of this program, to which the access point of the device passes EAP on")
	f.StringVar(&d.secret, "secret-file", "", "`FILE` with the secret that is shared over -radius")
	f.StringVar(&d.bssid, "bssid", "", "`ADDRESS` of an access point on the air; -i is then a Wi-Fi interface, which is the suite's station")
	f.StringVar(&d.upnp, "upnp", "", "`ADDRESS` of an access point on the network of -i that external registrars reach over UPnP, with -dut ap-enrollee")
	f.DurationVar(&d.forget, "forget", 0, "`TIME` for which the server of -radius keeps the session of a station that disappeared")
	f.StringVar(&d.name, "name", "device under test", "`NAME` of the device in reports")
	f.StringVar(&d.pin, "pin", "", "the device's own `PIN`")
	f.BoolVar(&d.ask, "ask", false, "ask you to operate the device where there is no command")
	f.DurationVar(&d.patience, "patience", 0, "`TIME` that the device may take to begin an exchange (0: 10s)")
	d.commands = conformance.Commands{}
	for _, c := range controlFlags {
		f.Func(c.name, c.usage, func(line string) error {
			d.commands[c.control] = line
			return nil
		})
	}
}

// config returns the configuration of the suite.
func (d *device) config(ctx context.Context, streams program.IO) (conformance.Config, error) {
	role, err := roleOf(d.dut)
	switch {
	case err != nil:
		return conformance.Config{}, err
	case d.radius != "" && (d.iface != "" || d.secret == "" || role != conformance.APRegistrar && role != conformance.Station && role != conformance.Registrar):
		return conformance.Config{}, program.Usagef("-radius goes with -dut ap, station or registrar, and with -secret-file, without -i")
	case d.bssid != "" && (d.upnp != "" || role != conformance.APRegistrar && role != conformance.APEnrollee):
		return conformance.Config{}, program.Usagef("-bssid goes with -dut ap or ap-enrollee, without -upnp")
	case d.upnp != "" && role != conformance.APEnrollee:
		return conformance.Config{}, program.Usagef("-upnp goes with -dut ap-enrollee")
	case d.iface == "" && d.radius == "":
		return conformance.Config{}, program.Usagef("-i INTERFACE is missing")
	}
	if d.pin != "" {
		p, err := pin.ParseAnyChecksum(d.pin)
		if err != nil {
			return conformance.Config{}, program.Usagef("-pin: %w", err)
		}
		d.pin = string(p.AppendDigits(nil))
	}
	dut, err := d.link(ctx, role)
	if err != nil {
		return conformance.Config{}, err
	}
	switch dut := dut.(type) {
	case *conformance.Wire:
		dut.Patience = d.patience
	case *conformance.MeshWire:
		dut.Patience = d.patience
	case *conformance.RADIUSStation:
		dut.Patience = d.patience
	}
	cfg := conformance.Config{Device: dut, Role: role, Controls: d.commands, OwnPIN: d.pin, Station: uint16(rand.Uint32())}
	if d.ask {
		person := &conformance.Operator{In: bufio.NewReader(streams.In), Out: streams.Err, Count: streams.Terminal}
		for _, c := range controlFlags {
			if !d.commands.Has(c.control) {
				person.Can = append(person.Can, c.control)
			}
		}
		cfg.Controls = conformance.Combine(d.commands, person)
	}
	return cfg, nil
}

// link returns the device on the link of the flags.
func (d *device) link(ctx context.Context, role conformance.Role) (conformance.Device, error) {
	switch {
	case d.radius != "":
		return d.overRADIUS(role)
	case d.upnp != "":
		address, err := netip.ParseAddr(d.upnp)
		if err != nil {
			return nil, program.Usagef("-upnp: %q is not an address such as 192.168.1.1", d.upnp)
		}
		return findUPnP(ctx, d.iface, address, d.patience)
	case d.bssid != "":
		bssid, err := wps.ParseMAC(d.bssid)
		if err != nil {
			return nil, program.Usagef("-bssid: %w", err)
		}
		radio, err := station.Open(d.iface)
		if err != nil {
			return nil, err
		}
		return &conformance.Air{Radio: radio, BSSID: bssid, Role: role, Patience: d.patience}, nil
	}
	return d.open(d.iface, role), nil
}

// overRADIUS returns a device whose exchanges RADIUS carries.
func (d *device) overRADIUS(role conformance.Role) (conformance.Device, error) {
	secret, err := os.ReadFile(d.secret)
	if err != nil {
		return nil, err
	}
	if secret = bytes.TrimSpace(secret); len(secret) == 0 {
		return nil, program.Usagef("-secret-file: %s has no secret", d.secret)
	}
	if role != conformance.APRegistrar {
		conn, err := net.ListenPacket("udp", d.radius)
		if err != nil {
			return nil, err
		}
		return &conformance.RADIUSStation{Conn: conn, Secret: secret}, nil
	}
	return &conformance.RADIUS{
		Secret: secret, Forget: d.forget, AP: wps.MAC{0x02, 0x77, 0x70, 0, 0, 1}, SSID: "conformance",
		Dial: func() (net.Conn, error) { return net.Dial("udp", d.radius) },
	}, nil
}

// ids returns the IDs of all cases.
func ids() (all []string) {
	for _, c := range conformance.Cases() {
		all = append(all, c.ID)
	}
	slices.Sort(all)
	return all
}
