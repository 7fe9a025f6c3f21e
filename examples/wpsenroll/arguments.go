package main

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/outfile"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// invocation is one run of the program: its flags, and what it is connected to.
type invocation struct {
	program.IO
	live.Options
	tokens
	listen func(iface string) (eapol.Conn, wps.MAC, error)
	wifi   func(iface string) (radio, error)
	status *live.Status // on standard error

	list      bool
	upnp      bool
	bssid     wps.MAC
	join      bool
	registrar bool
	timeout   time.Duration
	profile   station.Manager
	force     bool
	update    bool
	leave     bool
	passive   bool
	random    bool // use a random UUID
	chosen    bool // the PIN was chosen by a person
	outputFile,
	ownPIN, apPIN string
	makePIN, button bool

	// Values that follow from the flags.
	ssid     wps.SSID // of the network to register at
	password registration.Password
	method   doctor.Method
	newPIN   pin.PIN         // the new PIN, to be shown
	settings *wps.Credential // to be written
	keyLog   io.Writer
	// upnpAddress is the address of the access point to reach by UPnP.
	upnpAddress netip.Addr
	uuid        *wps.UUID              // of this device, if it was needed before the registration
	output      *outfile.SecretFile    // nil if there is none, or it was written
	networks    []station.KnownNetwork // received through a Wi-Fi interface
}

// flags defines the flags.
func (p *invocation) flags(f *pflag.FlagSet) {
	f.StringVar(&p.ownPIN, "pin", "", "register with this `PIN`, which is typed at the router")
	f.BoolVar(&p.chosen, "user-specified", false, "the PIN of -pin was chosen by a person: it is announced as such, has 4 or 8 digits, and any check digit")
	f.BoolVar(&p.makePIN, "new-pin", false, "make a PIN, show it, and register with it")
	f.BoolVar(&p.button, "pbc", false, "register by push button")
	f.BoolVar(&p.registrar, "registrar", false, "read or write the settings of an access point")
	f.StringVar(&p.apPIN, "ap-pin", "", "the access point's `PIN`, from its label")
	p.tokens.flags(f)
	f.BoolVar(&p.list, "list", false, "list the access points in range")
	f.BoolVar(&p.upnp, "upnp", false, "with -registrar or -list: reach access points over the local network, by UPnP")
	f.Func("bssid", "only this access point, by its `ADDRESS` (Wi-Fi)", func(s string) (err error) {
		p.bssid, err = wps.ParseMAC(s)
		return err
	})
	p.NetworkFlags(f, "")
	f.BoolVar(&p.join, "join", false, "then connect to the network, if the driver of the interface can (Wi-Fi)")
	f.BoolVar(&p.leave, "leave", false, "first disconnect the interface from the network that it is connected to (Wi-Fi)")
	f.BoolVar(&p.passive, "passive", false, "scan by listening only, without probe requests (Wi-Fi)")
	f.BoolVar(&p.random, "random-uuid", false, "use a random UUID, not the one derived from the MAC address")
	f.DurationVar(&p.timeout, "timeout", wps.WalkTime, "try for this `TIME`")
	f.Func("profile", "print a profile for `MANAGER`: wpa_supplicant, NetworkManager or iwd", func(s string) error {
		i := slices.IndexFunc(managers, func(m station.Manager) bool { return strings.EqualFold(m.String(), s) })
		if i < 0 {
			return fmt.Errorf("there is no profile for %q, but for %v", s, managers)
		}
		p.profile = managers[i]
		return nil
	})
	f.StringVarP(&p.outputFile, "output", "o", "", "write the settings received, with the key, to a new `FILE` that only you can read")
	f.BoolVar(&p.force, "force", false, "let -o overwrite a file")
	f.BoolVar(&p.update, "update", false, "let -o replace the network in a file that holds profiles, and keep the others in it")
	p.Options.Flags(f, "wpsenroll")
}

// managers are the values of -profile.
var managers = []station.Manager{station.WPASupplicant, station.NetworkManager, station.IWD}

func managerNames() (names []string) {
	for _, m := range managers {
		names = append(names, m.String())
	}
	return names
}

// needsWiFi reports whether a flag needs a Wi-Fi interface.
func (p *invocation) needsWiFi() bool {
	return p.list || p.join || p.leave || p.passive || p.ssid != "" || p.bssid != wps.MAC{}
}

// check checks the command line, and sets the values that follow from it.
func (p *invocation) check(operands []string) error {
	if p.upnp {
		if err := p.checkUPnP(operands); err != nil {
			return err
		}
	} else if err := p.Check(operands); err != nil && (p.tag == "" || p.join || p.Interface != "" || len(operands) > 0) {
		return err
	}
	ways := 0
	for _, given := range []bool{p.ownPIN != "", p.makePIN, p.button, p.apPIN != "", p.tag != "", p.own != ""} {
		if given {
			ways++
		}
	}
	ssid := p.Options.SSID()
	switch {
	case p.list && (ways > 0 || p.registrar):
		return program.Usagef("-list only lists")
	case p.list:
		p.ssid = ssid
		return nil
	case !p.registrar && p.apPIN != "", p.registrar && p.apPIN == "" && p.tag == "":
		return program.Usagef("-registrar and -ap-pin PIN belong together, or -registrar and -nfc FILE")
	case ways != 1:
		return program.Usagef("one of -pin PIN, -new-pin, -pbc, -nfc FILE, -nfc-token FILE and -registrar is needed")
	case p.tag != "" && p.upnp:
		return program.Usagef("-nfc and -upnp exclude each other")
	case p.timeout <= 0:
		return program.Usagef("-timeout must be more than nothing")
	case p.JSON && p.profile != 0:
		return program.Usagef("-json and -profile exclude each other")
	case p.update && (p.profile == 0 || p.outputFile == ""):
		return program.Usagef("-update needs -profile MANAGER and -o FILE")
	case p.chosen && p.ownPIN == "":
		return program.Usagef("-user-specified needs -pin PIN")
	case p.profile != 0 && !p.ShowKey && p.outputFile == "":
		return program.Usagef("a profile holds the key: -o FILE writes it to a file that only you can read, -show-key prints it")
	case ssid == "" && p.HasSecurity():
		return program.Usagef("-passphrase and -open need -ssid NAME")
	case !p.registrar && p.HasSecurity():
		return program.Usagef("-passphrase and -open are for -registrar: a device gets the network's settings from the router")
	case p.join && p.registrar:
		return program.Usagef("-join is for a device that has registered, not for -registrar")
	case !p.registrar:
		p.ssid = ssid
	case ssid != "" && !p.HasSecurity():
		return program.Usagef("-passphrase TEXT or -open is needed with -ssid, to say how the network is secured")
	case ssid != "":
		c, err := p.Network()
		if err != nil {
			return err
		}
		p.settings = &c
	}
	if p.tag != "" || p.own != "" || p.request != "" {
		if err := p.checkTokens(); err != nil {
			return err
		}
		p.method = doctor.MethodOf(p.password.ID)
		if p.given == nil && p.Interface == "" {
			return program.Usagef("-i INTERFACE is missing")
		}
		return nil
	}
	if err := p.setPassword(p.ownPIN, p.makePIN, p.button, p.apPIN); err != nil {
		return program.Usagef("%w", err)
	}
	return nil
}

// setPassword sets the password of one of the methods.
func (p *invocation) setPassword(ownPIN string, newPIN, button bool, apPIN string) error {
	var digits pin.PIN
	var err error
	p.method = doctor.PIN
	switch {
	case button:
		p.method, p.password = doctor.PushButton, registration.PushButton()
		return nil
	case newPIN:
		digits, err = pin.Generate(nil)
		p.newPIN = digits
	case p.chosen:
		digits, err = pin.ParseAnyChecksum(ownPIN)
	case ownPIN != "":
		digits, err = pin.Parse(ownPIN)
	default:
		// The access point decides whether its check digit is right.
		digits, err = pin.ParseAnyChecksum(apPIN)
	}
	p.password = registration.PIN(digits)
	if p.chosen {
		p.password.ID = wps.PasswordUserSpecified
	}
	return err
}
