package live

import (
	"fmt"
	"net"
	"os"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/wps"
)

// Options are the flags that these programs share.
type Options struct {
	Interface string
	Name      string // of this device
	Verbose   bool
	JSON      bool
	ShowKey   bool

	keyLog           string
	ssid, passphrase string
	open             bool
}

// Flags defines the flags of the interface and of the output. The name of the
// program is the default device name.
func (o *Options) Flags(f *pflag.FlagSet, name string) {
	f.StringVarP(&o.Interface, "interface", "i", "", "use this network `INTERFACE`")
	f.StringVar(&o.Name, "name", name, "`NAME` of this device")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "show each message")
	f.BoolVar(&o.JSON, "json", false, "print JSON, one object on a line")
	f.BoolVar(&o.ShowKey, "show-key", false, "print settings with their key")
	f.StringVar(&o.keyLog, "keylog", "", "append the keys of each run to a `FILE` that only you can read; wpsdoctor -keys decrypts a capture with it")
}

// NetworkFlags defines the flags of a network's settings.
func (o *Options) NetworkFlags(f *pflag.FlagSet, ssid string) {
	f.StringVar(&o.ssid, "ssid", ssid, "`NAME` of the network")
	f.StringVar(&o.passphrase, "passphrase", "", "passphrase of the network, or 64 hexadecimal digits: `TEXT`")
	f.BoolVar(&o.open, "open", false, "the network is an open one")
}

// Values are the values of the flags, for completion.
func Values(more map[string]program.Values) map[string]program.Values {
	all := map[string]program.Values{"interface": {Words: Interfaces}, "keylog": program.Files}
	for name, v := range more {
		all[name] = v
	}
	return all
}

// Interfaces returns the names of the network interfaces.
func Interfaces() (names []string) {
	all, err := net.Interfaces()
	if err != nil {
		return nil // without a list nothing is completed
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback == 0 {
			names = append(names, i.Name)
		}
	}
	return names
}

// Check checks the flags that these programs share, and that there are no
// operands.
func (o *Options) Check(operands []string) error {
	switch {
	case len(operands) > 0:
		return program.Usagef("%q is too much", operands[0])
	case o.Interface == "":
		return program.Usagef("-i INTERFACE is missing")
	}
	return nil
}

// SSID returns the name of the network from the flags.
func (o *Options) SSID() wps.SSID { return wps.SSID(o.ssid) }

// State returns whether the access point is configured: it is if the flags say how
// its network is secured.
func (o *Options) State() wps.State {
	if o.HasSecurity() {
		return wps.Configured
	}
	return wps.NotConfigured
}

// HasSecurity reports whether the flags include the security of the network.
func (o *Options) HasSecurity() bool { return o.open || o.passphrase != "" }

// Network returns the network from the flags. It is open if neither -passphrase
// nor -open is given.
func (o *Options) Network() (wps.Credential, error) {
	c := wps.Credential{SSID: o.SSID(), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(o.passphrase)}
	switch {
	case o.open && o.passphrase != "":
		return c, program.Usagef("-passphrase and -open exclude each other")
	case o.ssid == "" || len(o.ssid) > 32:
		return c, program.Usagef("-ssid: the name of a network has 1 to 32 octets")
	case o.passphrase == "":
		c.AuthType, c.EncrType = wps.AuthOpen, wps.EncrNone
	}
	if err := c.Usable(); err != nil {
		return c, program.Usagef("-passphrase: %w", err)
	}
	return c, nil
}

// OpenKeyLog opens the key log, or returns nil if none was asked for.
func (o *Options) OpenKeyLog() (*os.File, error) {
	if o.keyLog == "" {
		return nil, nil
	}
	f, err := outfile.AppendSecret(o.keyLog)
	if err != nil {
		return nil, fmt.Errorf("-keylog: %w", err)
	}
	return f, nil
}

// Device returns the description of this program as a device.
func (o *Options) Device(mac wps.MAC, model string, kind wps.DeviceType) wps.Device {
	d := wps.DefaultDevice()
	d.MAC, d.UUID, d.DeviceName = mac, wps.UUIDFromMAC(mac), o.Name
	d.Manufacturer, d.ModelName, d.PrimaryDeviceType = "gowps", model, kind
	return d
}
