package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// help is what -help prints.
const help = `Usage: wpsregistrar -i INTERFACE [-ssid NAME [-passphrase TEXT | -open]]
                    [-pin PIN]... [-pbc] [-ap-pin PIN]

Registers devices by WPS and gives them the settings of a network.

  -pin PIN           let in a device with this PIN, which it shows
  -pin UUID=PIN      let in the device with this UUID; repeat it for more devices
  -pbc               press the button: let in one device whose button is pressed
                     too, within two minutes
  -ap-pin PIN        the access point's own PIN: lets external registrars read
                     and write the settings
  -ssid NAME         the network (gowps)
  -passphrase TEXT   its passphrase, or 64 hexadecimal digits
  -open              it is an open one
                     Without the last two the access point is not configured
                     yet: the first device makes it choose a passphrase.
  -name NAME         what this access point calls itself (wpsregistrar)
  -timeout DURATION  stop after this time (0: no limit)
  -v                 tell of each message
  -json              print each event as a JSON object on a line
  -show-key          print new settings with their key
  -keylog FILE       append the keys of each run to a file that only you can
                     read; wpsdoctor -keys decrypts a capture with it

INTERFACE is an Ethernet interface, or a bridge. The devices are at its other
end and speak EAPOL, such as wpsenroll or wpa_supplicant -D wired. A bridge has
to pass EAPOL on: "ip link set BRIDGE type bridge group_fwd_mask 8".

It ends when each PIN and the button have been used, or with Ctrl-C.

Exit status: 0 a device was registered, or the settings read or written; 1 none;
2 wrong use, or an interface or file that cannot be opened.
`

// arguments are the command line after parsing.
type arguments struct {
	iface   string
	network wps.Credential
	state   wps.State
	pins    []ap.PINEntry
	button  bool
	apPIN   pin.PIN
	name    string
	timeout time.Duration
	verbose bool
	json    bool
	showKey bool
	keyLog  string
}

// parse reads the command line. The error is flag.ErrHelp if help was asked for.
func parse(args []string) (a arguments, err error) {
	flags := flag.NewFlagSet("wpsregistrar", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&a.iface, "i", "", "")
	flags.Func("pin", "", func(s string) error {
		e, err := entry(s)
		a.pins = append(a.pins, e)
		return err
	})
	flags.BoolVar(&a.button, "pbc", false, "")
	flags.Func("ap-pin", "", func(s string) (err error) {
		a.apPIN, err = pin.Parse(s)
		return err
	})
	ssid := flags.String("ssid", "gowps", "")
	passphrase := flags.String("passphrase", "", "")
	open := flags.Bool("open", false, "")
	flags.StringVar(&a.name, "name", "wpsregistrar", "")
	flags.DurationVar(&a.timeout, "timeout", 0, "")
	flags.BoolVar(&a.verbose, "v", false, "")
	flags.BoolVar(&a.json, "json", false, "")
	flags.BoolVar(&a.showKey, "show-key", false, "")
	flags.StringVar(&a.keyLog, "keylog", "", "")
	if err := flags.Parse(args); err != nil {
		return a, err
	}
	switch {
	case flags.NArg() > 0:
		return a, fmt.Errorf("%q is too much", flags.Arg(0))
	case a.iface == "":
		return a, errors.New("-i INTERFACE is missing")
	case len(a.pins) == 0 && !a.button && a.apPIN.IsZero():
		return a, errors.New("one of -pin PIN, -pbc and -ap-pin PIN is needed")
	case anyone(a.pins) > 1:
		return a, errors.New("only one PIN can be for any device; name the others by their UUID: -pin UUID=PIN")
	case len(a.pins) > 0 && a.button:
		return a, errors.New("-pin and -pbc exclude each other: a router that has been told a PIN leaves the push-button mode")
	case *open && *passphrase != "":
		return a, errors.New("-passphrase and -open exclude each other")
	case *ssid == "" || len(*ssid) > 32:
		return a, errors.New("-ssid: the name of a network has 1 to 32 octets")
	case a.timeout < 0:
		return a, errors.New("-timeout must not be negative")
	}
	return a, a.setNetwork(*ssid, *passphrase, *open)
}

// anyone counts the PINs that are for any device.
func anyone(pins []ap.PINEntry) (n int) {
	for _, e := range pins {
		if e.UUID == nil {
			n++
		}
	}
	return n
}

// entry reads a PIN, or that of a device: UUID=PIN.
func entry(s string) (e ap.PINEntry, err error) {
	if uuid, rest, ok := strings.Cut(s, "="); ok {
		u, err := wps.ParseUUID(uuid)
		if err != nil {
			return e, err
		}
		e.UUID, s = &u, rest
	}
	// It is the device's to say whether its check digit is right.
	e.PIN, err = pin.ParseAnyChecksum(s)
	return e, err
}

// setNetwork sets what devices are given.
func (a *arguments) setNetwork(ssid, passphrase string, open bool) error {
	a.state = wps.Configured
	a.network = wps.Credential{SSID: wps.SSID(ssid), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(passphrase)}
	switch {
	case open:
		a.network.AuthType, a.network.EncrType = wps.AuthOpen, wps.EncrNone
	case passphrase == "":
		a.state = wps.NotConfigured
		a.network.AuthType, a.network.EncrType = wps.AuthOpen, wps.EncrNone
	}
	if err := a.network.Usable(); err != nil {
		return fmt.Errorf("-passphrase: %w", err)
	}
	return nil
}
