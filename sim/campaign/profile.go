package campaign

import (
	"slices"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// Methods is a set of methods that a device supports, or a person uses.
type Methods uint8

// The methods.
const (
	ByPIN Methods = 1 << iota
	ByButton
	// ByWizard: with a computer, and the router's own PIN.
	ByWizard
)

// RouterProfile is a row of the table of routers: see [RouterProfiles].
type RouterProfile struct {
	Name string
	// About describes its peculiarity.
	About string
	// Lacks are the methods that it does not support.
	Lacks Methods
	// Configure changes the configuration of an ordinary router.
	Configure func(*sim.RouterConfig)
	// Air, if set, is the fault of frames from and to it.
	Air sim.Fault
	// Start, if set, is called before anything else happens.
	Start func(*sim.Router) error
	// Guest is a second network of the same device, which takes part.
	Guest bool
	// Causes are the causes that the doctor may name because of it; none if all
	// goes well, and [doctor.Success] among others if all may go well.
	Causes []doctor.Cause
}

// PrinterProfile is a row of the table of printers: see [PrinterProfiles].
type PrinterProfile struct {
	Name      string
	About     string
	Lacks     Methods
	Configure func(*sim.PrinterConfig)
	Air       sim.Fault
	Causes    []doctor.Cause
}

// onFrames applies a fault to frames of one kind.
func onFrames(fault sim.Fault, names ...string) sim.Fault {
	return sim.Only{If: func(f *sim.Frame) bool { return f.Type == sim.Data && slices.Contains(names, f.Name()) }, Fault: fault}
}

// point changes the configuration of a router's access points.
func point(change func(*ap.Config)) func(*sim.RouterConfig) {
	return func(c *sim.RouterConfig) { c.Customize = change }
}

// given changes the credentials that a router gives, where they differ from its
// own settings.
func given(change func(*wps.Credential)) func(*sim.RouterConfig) {
	return point(func(c *ap.Config) {
		change(&c.Credentials[0])
		c.Registration.Faulty = true
	})
}

// settings changes the settings of a router.
func settings(change func(*sim.Settings)) func(*sim.RouterConfig) {
	return func(c *sim.RouterConfig) { change(&c.Settings) }
}

func security(s sim.Security) func(*sim.RouterConfig) {
	return settings(func(o *sim.Settings) { o.Security = s })
}

// fixedStream returns the same randomness at each start of a device.
func fixedStream(device string) *sim.RandomSource { return sim.NewRandomSource(0, device, "weak") }

// RouterProfiles returns the routers of campaigns, the ordinary one first.
func RouterProfiles() []RouterProfile { return slices.Clone(routerProfiles) }

var routerProfiles = []RouterProfile{
	{Name: "ordinary", About: "version 2.0, one radio, WPA2"},
	{Name: "version-1.0", About: "no Version2 in its messages and elements",
		Configure: point(func(c *ap.Config) { c.Registration.Version10 = true })},
	{Name: "padded-ssid", About: "the SSID that it gives is padded with zeros to 32 octets",
		Configure: given(func(c *wps.Credential) { c.SSID += wps.SSID(strings.Repeat("\x00", 32-len(c.SSID))) })},
	{Name: "terminated-key", About: "the passphrase that it gives ends in a NUL",
		Configure: func(c *sim.RouterConfig) {
			c.Settings = sim.Settings{SSID: "terminated", Key: wps.NetworkKey("correct horse")}
			given(func(c *wps.Credential) { c.NetworkKey = append(slices.Clone(c.NetworkKey), 0) })(c)
		}},
	{Name: "passphrase", About: "a name and a passphrase with characters other than ASCII",
		Configure: settings(func(s *sim.Settings) { s.SSID, s.Key = "Café Zürich ☕", wps.NetworkKey("naïve passphrase") })},
	{Name: "several-credentials", About: "gives a second network, and the first one twice",
		Configure: point(func(c *ap.Config) {
			second := c.Credentials[0]
			second.SSID = "second"
			c.Credentials = append(c.Credentials, c.Credentials[0], second)
		})},
	{Name: "mixed", About: "WPA and WPA2, and gives both in one credential", Configure: security(sim.WPAWPA2)},
	{Name: "transition", About: "WPA2 and WPA3", Configure: security(sim.WPA2WPA3)},
	{Name: "open", About: "a network without a key", Configure: security(sim.Open)},
	{Name: "unconfigured", About: "unconfigured: the first device configures it",
		Configure: func(c *sim.RouterConfig) { c.Unconfigured, c.Settings.Security = true, sim.Open },
		Causes:    []doctor.Cause{doctor.Success, doctor.NotConfigured}},
	{Name: "slow-dh", About: "needs six seconds to compute M2, and repeats WSC_Start meanwhile",
		Air: onFrames(sim.Late(6*time.Second), "M2", "M2D"),
		// A PIN for any station is used up by two attempts, including late
		// ones.
		Causes: []doctor.Cause{doctor.Success, doctor.NoRegistrarSession}},
	{Name: "late-m2", About: "waits for its owner with M2 instead of refusing with M2D",
		Configure: point(func(c *ap.Config) { c.LateM2 = 10 * time.Second })},
	{Name: "fragments", About: "packets of 128 octets",
		Configure: point(func(c *ap.Config) { c.FragmentSize = 128 })},
	{Name: "dual-band", About: "two radios with one UUID",
		Configure: func(c *sim.RouterConfig) { c.Bands = wps.Band24GHz | wps.Band5GHz }},
	{Name: "two-uuids", About: "two radios with different UUIDs, which look like two routers with their buttons pressed",
		Configure: func(c *sim.RouterConfig) { c.Bands, c.SeparateRadios = wps.Band24GHz|wps.Band5GHz, true },
		Causes:    []doctor.Cause{doctor.Success, doctor.Overlap}},
	{Name: "5ghz", About: "a radio on 5 GHz only, which most printers do not support",
		Configure: func(c *sim.RouterConfig) { c.Bands = wps.Band5GHz },
		Causes:    []doctor.Cause{doctor.Success, doctor.Unknown}},
	{Name: "all-ssids", About: "its button and its page work for the guest network as well", Guest: true, Lacks: ByWizard,
		// Beacons do not show that the two are one device.
		Causes: []doctor.Cause{doctor.Success, doctor.Overlap}},
	{Name: "pin-only", About: "has no button", Lacks: ByButton},
	{Name: "button-only", About: "has neither a page for PINs nor a PIN of its own", Lacks: ByPIN | ByWizard,
		Configure: func(c *sim.RouterConfig) { c.NoPIN = true }},
	{Name: "locked", About: "has locked its own PIN", Start: func(r *sim.Router) error { return r.SetLock(ap.Locked) },
		Causes: []doctor.Cause{doctor.Success, doctor.SetupLocked, doctor.APPINDisabled}},
	{Name: "always-selected", About: "always says that a button is pressed",
		Configure: func(c *sim.RouterConfig) {
			c.Announce = func(e *wps.Beacon) {
				if !e.SelectedRegistrar {
					e.SelectedRegistrar, e.DevicePasswordID = true, wps.PasswordPushButton
					e.SelectedRegistrarConfigMethods = wps.MethodPushButton
				}
			}
		},
		Causes: []doctor.Cause{doctor.Success, doctor.NoRegistrarSession, doctor.MethodMismatch, doctor.SetupLocked, doctor.Overlap, doctor.Timeout, doctor.NoIdentityRequest}},
	{Name: "never-selected", About: "never says that it waits: set-up by PIN finds it all the same, by button it does not",
		Configure: func(c *sim.RouterConfig) {
			c.Announce = func(e *wps.Beacon) {
				e.SelectedRegistrar, e.DevicePasswordID, e.SelectedRegistrarConfigMethods = false, 0, 0
				e.WFA.AuthorizedMACs = nil
			}
		},
		Causes: []doctor.Cause{doctor.Success, doctor.NoSelectedRegistrar, doctor.NoRegistrarSession, doctor.MethodMismatch}},
	{Name: "static-nonces", About: "draws the same nonces and keys after every start",
		Configure: point(func(c *ap.Config) { c.Registration.Rand = fixedStream("router") })},
	{Name: "wps-off", About: "WPS is switched off", Configure: settings(func(s *sim.Settings) { s.WPSOff = true }),
		Causes: []doctor.Cause{doctor.WPSDisabled}},
	{Name: "hidden", About: "its name is hidden, which switches WPS off", Configure: settings(func(s *sim.Settings) { s.Hidden = true }),
		Causes: []doctor.Cause{doctor.WPSDisabled}},
	{Name: "wpa3", About: "WPA3 only", Configure: security(sim.WPA3), Causes: []doctor.Cause{doctor.WPA3Only}},
	{Name: "wep", About: "WEP only", Configure: security(sim.WEP), Causes: []doctor.Cause{doctor.WPSDisabled}},
	{Name: "filter", About: "admits the addresses on a list only",
		Configure: settings(func(s *sim.Settings) { s.Allowed = []wps.MAC{{2, 7}} }),
		Causes:    []doctor.Cause{doctor.AssociationRefused}},
	{Name: "gives-wep", About: "gives settings that current printers cannot use", Lacks: ByWizard,
		Configure: given(func(c *wps.Credential) { c.AuthType, c.EncrType = wps.AuthShared, wps.EncrWEP }),
		Causes:    []doctor.Cause{doctor.CredentialRefused}},
}

// PrinterProfiles returns the printers of campaigns, the ordinary one first.
func PrinterProfiles() []PrinterProfile { return slices.Clone(printerProfiles) }

var printerProfiles = []PrinterProfile{
	{Name: "ordinary", About: "version 2.0, one band, a new PIN for each set-up"},
	{Name: "version-1.0", About: "no Version2", Configure: func(c *sim.PrinterConfig) { c.Version10 = true }},
	{Name: "label", About: "always the same PIN, on a label", Configure: func(c *sim.PrinterConfig) { c.PIN = pin.MustParse("24681353") }},
	{Name: "four-digits", About: "a PIN of four digits, on a label", Configure: func(c *sim.PrinterConfig) { c.PIN = pin.MustParse("2468") }},
	{Name: "leading-zeros", About: "a PIN that begins with zeros", Configure: func(c *sim.PrinterConfig) { c.PIN = pin.MustParse("00012348") }},
	{Name: "dual-band", About: "supports 5 GHz as well", Configure: func(c *sim.PrinterConfig) { c.Bands = wps.Band24GHz | wps.Band5GHz }},
	{Name: "one-per-band", About: "supports both bands, and judges overlaps as iwd does",
		Configure: func(c *sim.PrinterConfig) { c.Bands, c.OnePerBand = wps.Band24GHz|wps.Band5GHz, true }},
	{Name: "random-mac", About: "has a new address for each set-up", Configure: func(c *sim.PrinterConfig) { c.RandomMAC = true }},
	{Name: "slow-scan", About: "scans every ten seconds only", Configure: func(c *sim.PrinterConfig) { c.ScanInterval = 10 * time.Second }},
	{Name: "slow-dh", About: "needs four seconds to compute M3", Air: onFrames(sim.Late(4*time.Second), "M3")},
	{Name: "repeats-m1", About: "sends M1 twice", Air: onFrames(sim.Noise{Double: 1}, "M1")},
	{Name: "ignores-m2d", About: "does not answer M2D, and waits",
		Configure: exchange(func(x sim.Endpoint) sim.Endpoint { return ignoresM2D{x} }, 0)},
	{Name: "fragments", About: "packets of 200 octets", Configure: exchange(func(x sim.Endpoint) sim.Endpoint { return x }, 200)},
	{Name: "static-nonces", About: "draws the same nonces and keys in every run",
		Configure: enrollee(func(c *registration.EnrolleeConfig) { c.Rand = fixedStream("printer") })},
	{Name: "vendor", About: "extensions of a vendor in every message",
		Configure: enrollee(func(c *registration.EnrolleeConfig) {
			c.Vendor = []wps.VendorExtension{{Vendor: [3]byte{0x00, 0x13, 0x7F}, Data: []byte("vendor")}}
		})},
	{Name: "long-names", About: "all texts have the maximum length",
		Configure: func(c *sim.PrinterConfig) {
			c.Device.Manufacturer, c.Device.ModelName = strings.Repeat("m", 64), strings.Repeat("n", 32)
			c.Device.DeviceName, c.Device.SerialNumber = "Drucker im ersten Stock, Büro", strings.Repeat("9", 32)
		}},
	{Name: "pin-only", About: "has no button", Lacks: ByButton},
	{Name: "button-only", About: "has no panel for a PIN", Lacks: ByPIN},
}

// enrollee changes the configuration of a printer's runs.
func enrollee(change func(*registration.EnrolleeConfig)) func(*sim.PrinterConfig) {
	return func(c *sim.PrinterConfig) { c.Customize = change }
}

// exchange changes the EAP peer of a printer.
func exchange(wrap func(sim.Endpoint) sim.Endpoint, fragmentSize int) func(*sim.PrinterConfig) {
	return func(c *sim.PrinterConfig) {
		c.NewEndpoint = func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
			e, err := registration.NewEnrollee(cfg)
			if err != nil {
				return nil, err
			}
			x, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: e, FragmentSize: fragmentSize})
			if err != nil {
				return nil, err
			}
			return wrap(x), nil
		}
	}
}

// ignoresM2D is an exchange that does not answer M2D.
type ignoresM2D struct{ sim.Endpoint }

// Handle processes an EAP packet, and does not answer M2D.
func (x ignoresM2D) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	step, err := x.Endpoint.Handle(now, packet)
	p, bad := eap.ParsePacket(packet)
	if bad != nil || !p.IsWSC() {
		return step, err
	}
	if t, bad := wps.PeekMessageType(p.Data); bad == nil && t == wps.MessageM2D {
		step.Send = nil
	}
	return step, err
}
