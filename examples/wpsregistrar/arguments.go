package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
)

// flags defines the flags.
func (s *service) flags(f *pflag.FlagSet) {
	f.Func("pin", "register a device that shows this `PIN`; with UUID=PIN the device with this UUID; repeat it for more devices", func(text string) error {
		s.texts = append(s.texts, text)
		return nil
	})
	f.BoolVar(&s.anyChecksum, "any-checksum", false, "also accept a PIN of 8 digits with a wrong check digit, as some devices show")
	f.BoolVar(&s.button, "pbc", false, "press the button: register one device whose button is pressed too, within two minutes")
	f.Func("ap-pin", "the access point's own `PIN`: let external registrars read and write the settings", func(text string) (err error) {
		s.apPIN, err = pin.Parse(text)
		return err
	})
	s.tokens.flags(f)
	s.NetworkFlags(f, "gowps")
	f.DurationVar(&s.timeout, "timeout", 0, "stop after this `TIME` (0: no limit)")
	f.StringVar(&s.upnp, "upnp", "", "let external registrars in the network of this `INTERFACE` reach the access point by UPnP, and register devices")
	f.StringVar(&s.radius, "radius", "", "serve access points by RADIUS on this `ADDRESS`, port 1812 if it has none, instead of an interface")
	f.StringVar(&s.secretFile, "secret-file", "", "with -radius: `FILE` with the access points' addresses and the secrets shared with them")
	f.StringVar(&s.tlsCert, "tls-cert", "", "with -radius: use RADIUS over TLS, port 2083, with the certificate in `FILE`")
	f.StringVar(&s.tlsKey, "tls-key", "", "with -tls-cert: `FILE` with its private key")
	f.StringVar(&s.tlsCA, "tls-ca", "", "with -tls-cert: `FILE` with the authority that has issued the access points' certificates")
	f.StringVar(&s.control, "hostapd-control", "", "with -radius: `DIRECTORY` of hostapd's control sockets; hostapd then advertises what this program waits for")
	s.Options.Flags(f, "wpsregistrar")
}

// check checks the command line, and sets the values that follow from it.
func (s *service) check(operands []string) error {
	if s.radius == "" {
		if s.secretFile+s.control+s.tlsCert+s.tlsKey+s.tlsCA != "" {
			return program.Usagef("-secret-file, -tls-cert, -tls-key, -tls-ca and -hostapd-control are for -radius ADDRESS")
		}
		if err := s.Check(operands); err != nil {
			return err
		}
	} else if err := s.checkRADIUS(operands); err != nil {
		return err
	}
	s.pins = nil
	for _, text := range s.texts {
		e, err := s.entry(text)
		if err != nil {
			return program.Usagef("-pin: %w", err)
		}
		s.pins = append(s.pins, e)
	}
	s.pinsLeft = len(s.pins)
	switch {
	case len(s.pins) == 0 && !s.button && s.apPIN.IsZero() && s.upnp == "" && !s.tokens.any() && s.tokens.networks == "":
		return program.Usagef("one of -pin PIN, -pbc, -nfc FILE, -nfc-token FILE, -nfc-config FILE, -ap-pin PIN and -upnp INTERFACE is needed")
	case (len(s.pins) > 0 || s.button) && s.tag != "":
		return program.Usagef("-nfc is instead of -pin and -pbc: a router waits for one thing at a time")
	case s.radius != "" && s.own != "":
		return program.Usagef("-radius and -nfc-token exclude each other: settings written here would not reach the access points")
	case anyone(s.pins) > 1:
		return program.Usagef("only one PIN can be for any device; name the others by their UUID: -pin UUID=PIN")
	case len(s.pins) > 0 && s.button:
		return program.Usagef("-pin and -pbc exclude each other: a router that is given a PIN leaves the push-button mode")
	case s.timeout < 0:
		return program.Usagef("-timeout must not be negative")
	}
	var err error
	if s.network, err = s.Network(); err != nil {
		return err
	}
	return s.tokens.check(&s.IO)
}

// anyone counts the PINs that are valid for any device.
func anyone(pins []ap.PINEntry) (n int) {
	for _, e := range pins {
		if e.UUID == nil {
			n++
		}
	}
	return n
}

// entry parses a PIN, or UUID=PIN for one device.
func (s *service) entry(text string) (e ap.PINEntry, err error) {
	if uuid, rest, ok := strings.Cut(text, "="); ok {
		u, err := wps.ParseUUID(uuid)
		if err != nil {
			return e, err
		}
		e.UUID, text = &u, rest
	}
	if s.anyChecksum {
		e.PIN, err = pin.ParseAnyChecksum(text)
		return e, err
	}
	// A typing error is more likely than a device with such a PIN, and no
	// device would ever come with a mistyped one.
	if e.PIN, err = pin.Parse(text); err != nil {
		err = fmt.Errorf("%w; \"wpspin check\" says what was meant, -any-checksum takes a wrong check digit", err)
	}
	return e, err
}

// checkRADIUS checks a command line with -radius, and reads the secrets.
func (s *service) checkRADIUS(operands []string) (err error) {
	switch {
	case len(operands) > 0:
		return program.Usagef("%q is too much", operands[0])
	case s.Interface != "":
		return program.Usagef("-radius and -i exclude each other")
	case s.tlsCert == "" && s.tlsKey == "" && s.tlsCA == "" && s.secretFile == "":
		return program.Usagef("-radius needs -secret-file FILE, or -tls-cert, -tls-key and -tls-ca")
	case s.secretFile == "" && (s.tlsCert == "" || s.tlsKey == "" || s.tlsCA == ""):
		return program.Usagef("-tls-cert, -tls-key and -tls-ca are needed together")
	case s.secretFile != "" && (s.tlsCert != "" || s.tlsKey != "" || s.tlsCA != ""):
		return program.Usagef("-secret-file and -tls-cert exclude each other: certificates take the place of secrets")
	case s.upnp != "":
		return program.Usagef("-radius and -upnp exclude each other")
	case !s.apPIN.IsZero():
		return program.Usagef("-radius and -ap-pin exclude each other: settings written here would not reach the access points")
	}
	if s.secretFile == "" {
		s.tlsConfig, err = s.readCertificates()
		return err
	}
	s.secrets, err = readSecrets(s.secretFile)
	return err
}
