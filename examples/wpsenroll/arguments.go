package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// help is what -help prints.
const help = `Usage:
  wpsenroll -i INTERFACE -list
        List the access points around, and what they offer of WPS.
  wpsenroll -i INTERFACE -pin PIN | -new-pin | -pbc
        Get the settings of a network, as a printer does: with a PIN of this
        device, that is typed at the router, or by push button.
  wpsenroll -i INTERFACE -registrar -ap-pin PIN [-ssid NAME -passphrase TEXT | -open]
        Read the settings of an access point with the PIN on its label, as an
        external registrar; with -ssid, write new ones.

  -new-pin           make a PIN, and show it
  -name NAME         what this device calls itself (wpsenroll)
  -timeout DURATION  how long to try (2m0s)
  -v                 tell of each message, and of access points that are passed
                     over
  -bssid ADDRESS     only this access point (Wi-Fi)
  -ssid NAME         only this network (Wi-Fi, without -registrar)
  -join              connect to the network then, where the driver of the
                     interface can (Wi-Fi)

What was got is printed without its key, unless asked for:
  -show-key          print the key too
  -json              print one JSON object
  -profile MANAGER   print a profile for wpa_supplicant, NetworkManager or iwd
  -o FILE            write it, with the key, to a file that only you can read
  -keylog FILE       append the keys of the run to a file that only you can
                     read; wpsdoctor -keys decrypts a capture of the run with it

INTERFACE is a Wi-Fi interface that no other program manages; or an Ethernet
interface at whose other end is an access point that speaks EAPOL, such as
wpsregistrar or hostapd with driver=wired. It takes root, or for Wi-Fi the
capabilities CAP_NET_ADMIN and CAP_NET_RAW, for Ethernet CAP_NET_RAW.

Exit status: 0 registered; 1 not registered; 2 wrong use, or an interface or
file that cannot be opened or used.
`

// arguments are the command line after parsing.
type arguments struct {
	iface      string
	list       bool
	bssid      wps.MAC
	ssid       wps.SSID // of the network to register at
	join       bool
	password   registration.Password
	method     doctor.Method
	newPIN     pin.PIN // the one made, to be shown
	registrar  bool
	settings   *wps.Credential // to be written
	name       string
	timeout    time.Duration
	verbose    bool
	json       bool
	profile    station.Manager
	showKey    bool
	outputFile string
	keyLog     string
}

// needsWiFi reports whether something was asked for that Ethernet lacks.
func (a *arguments) needsWiFi() bool {
	return a.list || a.join || a.ssid != "" || a.bssid != wps.MAC{}
}

// managers are the values of -profile.
var managers = []station.Manager{station.WPASupplicant, station.NetworkManager, station.IWD}

// parse reads the command line. The error is flag.ErrHelp if help was asked for.
func parse(args []string) (a arguments, err error) {
	flags := flag.NewFlagSet("wpsenroll", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&a.iface, "i", "", "")
	flags.BoolVar(&a.list, "list", false, "")
	flags.BoolVar(&a.join, "join", false, "")
	flags.Func("bssid", "", func(s string) (err error) {
		a.bssid, err = wps.ParseMAC(s)
		return err
	})
	ownPIN := flags.String("pin", "", "")
	newPIN := flags.Bool("new-pin", false, "")
	button := flags.Bool("pbc", false, "")
	flags.BoolVar(&a.registrar, "registrar", false, "")
	apPIN := flags.String("ap-pin", "", "")
	ssid := flags.String("ssid", "", "")
	passphrase := flags.String("passphrase", "", "")
	open := flags.Bool("open", false, "")
	flags.StringVar(&a.name, "name", "wpsenroll", "")
	flags.DurationVar(&a.timeout, "timeout", wps.WalkTime, "")
	flags.BoolVar(&a.verbose, "v", false, "")
	flags.BoolVar(&a.json, "json", false, "")
	flags.Func("profile", "", func(s string) error {
		i := slices.IndexFunc(managers, func(m station.Manager) bool { return strings.EqualFold(m.String(), s) })
		if i < 0 {
			return fmt.Errorf("there is no profile for %q, but for %v", s, managers)
		}
		a.profile = managers[i]
		return nil
	})
	flags.BoolVar(&a.showKey, "show-key", false, "")
	flags.StringVar(&a.outputFile, "o", "", "")
	flags.StringVar(&a.keyLog, "keylog", "", "")
	if err := flags.Parse(args); err != nil {
		return a, err
	}

	ways := 0
	for _, given := range []bool{*ownPIN != "", *newPIN, *button, *apPIN != ""} {
		if given {
			ways++
		}
	}
	switch {
	case flags.NArg() > 0:
		return a, fmt.Errorf("%q is too much", flags.Arg(0))
	case a.iface == "":
		return a, errors.New("-i INTERFACE is missing")
	case a.list && (ways > 0 || a.registrar):
		return a, errors.New("-list only lists")
	case a.list:
		a.ssid = wps.SSID(*ssid)
		return a, nil
	case a.registrar != (*apPIN != ""):
		return a, errors.New("-registrar and -ap-pin PIN belong together")
	case ways != 1:
		return a, errors.New("one of -pin PIN, -new-pin, -pbc and -registrar is needed")
	case a.timeout <= 0:
		return a, errors.New("-timeout must be more than nothing")
	case a.json && a.profile != 0:
		return a, errors.New("-json and -profile exclude each other")
	case a.profile != 0 && !a.showKey && a.outputFile == "":
		return a, errors.New("a profile holds the key: -o FILE writes it to a file that only you can read, -show-key prints it")
	case *ssid == "" && (*passphrase != "" || *open):
		return a, errors.New("-passphrase and -open need -ssid NAME")
	case !a.registrar && (*passphrase != "" || *open):
		return a, errors.New("-passphrase and -open are for -registrar: a device gets the network's settings from the router")
	case a.join && a.registrar:
		return a, errors.New("-join is for a device that has registered, not for -registrar")
	}
	switch {
	case !a.registrar:
		a.ssid = wps.SSID(*ssid)
	case *ssid != "":
		if a.settings, err = settings(*ssid, *passphrase, *open); err != nil {
			return a, err
		}
	}
	return a, a.setPassword(*ownPIN, *newPIN, *button, *apPIN)
}

// settings returns those that are to be written.
func settings(ssid, passphrase string, open bool) (*wps.Credential, error) {
	c := &wps.Credential{SSID: wps.SSID(ssid), AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(passphrase)}
	if open {
		if passphrase != "" {
			return nil, errors.New("-passphrase and -open exclude each other")
		}
		c.AuthType, c.EncrType = wps.AuthOpen, wps.EncrNone
	}
	if len(ssid) > 32 {
		return nil, errors.New("-ssid: the name of a network has at most 32 octets")
	}
	if err := c.Usable(); err != nil {
		return nil, fmt.Errorf("-passphrase: %w", err)
	}
	return c, nil
}

// setPassword sets the password that was given in one of the ways.
func (a *arguments) setPassword(ownPIN string, newPIN, button bool, apPIN string) error {
	var p pin.PIN
	var err error
	a.method = doctor.PIN
	switch {
	case button:
		a.method, a.password = doctor.PushButton, registration.PushButton()
		return nil
	case newPIN:
		p, err = pin.Generate(nil)
		a.newPIN = p
	case ownPIN != "":
		p, err = pin.Parse(ownPIN)
	default:
		// It is the access point's to say whether its check digit is right.
		p, err = pin.ParseAnyChecksum(apPIN)
	}
	a.password = registration.PIN(p)
	return err
}
