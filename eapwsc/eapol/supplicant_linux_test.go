package eapol_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// supplicantConfig is a station on an Ethernet interface.
const supplicantConfig = `ctrl_interface=DIR/control
ap_scan=0
eapol_version=2
device_name=Go WPS STA
manufacturer=ExampleSta
model_name=STA-1
model_number=321
serial_number=54321
device_type=1-0050F204-1
config_methods=virtual_display virtual_push_button keypad ext_nfc_token nfc_interface
wps_cred_processing=1
uuid=%v
`

// startSupplicant starts wpa_supplicant with the description of device n, as
// far as the protocol depends on it.
func startSupplicant(t *testing.T, ifname string, n int, config string) *daemon {
	t.Helper()
	return startDaemon(t, "wpa_supplicant", ifname, fmt.Sprintf(supplicantConfig, device(n).UUID)+config,
		"-K", "-dd", "-t", "-D", "wired", "-i", ifname, "-c", "CONF")
}

// pae is what wpa_supplicant uses as the BSSID on Ethernet.
var pae = eapol.PAEGroup

// site is an access point of ours and a wpa_supplicant, at the two ends of a
// wire.
type site struct {
	*served
	attempt
	supplicant *daemon
}

// newSite serves the access point.
func newSite(t *testing.T, point *ap.AccessPoint, config string) *site {
	t.Helper()
	one, two := veth(t)
	s := new(site)
	s.served = serveOver(t, eapol.Watch(listen(t, one), s.show), point)
	s.supplicant = startSupplicant(t, two, 2, config)
	return s
}

// listen opens an interface until the test ends.
func listen(t *testing.T, ifname string) eapol.Conn {
	t.Helper()
	conn, err := link.Listen(ifname)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// awaitEvent waits for an event of our access point.
func (s *served) awaitEvent(t *testing.T, kind ap.EventKind) ap.Event {
	t.Helper()
	return s.awaitEventFor(t, patience, kind)
}

func (s *served) awaitEventFor(t *testing.T, timeout time.Duration, kind ap.EventKind) ap.Event {
	t.Helper()
	var others []ap.Event
	for over := time.After(timeout); ; {
		select {
		case e := <-s.events:
			if e.Kind == kind {
				return e
			}
			others = append(others, e)
		case <-over:
			t.Fatalf("there is no event %v, but %v", kind, others)
		}
	}
}

// anyPIN enters a PIN for any station.
func (s *served) anyPIN(t *testing.T, p string) {
	t.Helper()
	s.Do(func(now time.Time, point *ap.AccessPoint) {
		if err := point.EnterPIN(now, ap.PINEntry{PIN: pin.MustParse(p)}); err != nil {
			t.Error(err)
		}
	})
}

// press presses the button.
func (s *served) press(t *testing.T) {
	t.Helper()
	s.Do(func(now time.Time, point *ap.AccessPoint) {
		if err := point.PressButton(now); err != nil {
			t.Error(err)
		}
	})
}

// registers waits until the supplicant has registered and both sides report it.
func (s *site) registers(t *testing.T, r *report, want ...wps.Credential) {
	t.Helper()
	e := s.awaitEvent(t, ap.EventRegistered)
	if e.Station != mac(2) || e.UUID != device(2).UUID || e.Device.DeviceName != "Go WPS STA" {
		t.Errorf("registered: %+v", e)
	}
	for _, c := range want {
		s.supplicant.await(t, credentialReceived(c))
	}
	s.supplicant.await(t, "WPS-SUCCESS")
	r.note(s.String(), "success")
}

// credentialReceived is the event of a credential at wpa_supplicant.
func credentialReceived(c wps.Credential) string { return "WPS-CRED-RECEIVED .*" + inHex(c) }

// fails waits until our access point reports that a run has failed in the
// expected way.
func (s *site) fails(t *testing.T, r *report, class error, half int, by registration.Role) {
	t.Helper()
	s.err = s.awaitEvent(t, ap.EventFailed).Err
	s.failed(t, r, class, half, by)
}

// accessPoint returns an access point of ours with some networks.
func accessPoint(state wps.State, networks ...wps.Credential) *ap.AccessPoint {
	d := device(1)
	d.State = state
	// Some of the networks are those that a device must refuse.
	return ap.MustNew(ap.Config{Registration: registration.Config{Device: d, Faulty: true}, Credentials: networks})
}

// supplicantEnrolleeCases register wpa_supplicant at our registrar.
var supplicantEnrolleeCases = slices.Concat([]peerCase{
	{name: "pin", what: "PIN of 8 digits", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.anyPIN(t, thePIN)
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.registers(t, r, network)
	}},
	{name: "pin4", what: "PIN of 4 digits", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.anyPIN(t, "1234")
		s.supplicant.do(t, "WPS_PIN any 1234")
		s.registers(t, r, network)
	}},
	{name: "pbc", what: "push button", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.press(t)
		s.supplicant.do(t, "WPS_PBC")
		s.registers(t, r, network)
	}},
	{name: "wrong-first-half", what: "PIN wrong in its first half", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.anyPIN(t, "99995676")
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.fails(t, r, registration.ErrPassword, 1, registration.RoleEnrollee)
		s.supplicant.await(t, "WPS-FAIL msg=8 config_error=18")
	}},
	{name: "wrong-second-half", what: "PIN wrong in its second half", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.anyPIN(t, "12349999")
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		s.fails(t, r, registration.ErrPassword, 2, registration.RoleEnrollee)
		s.supplicant.await(t, "WPS-FAIL msg=10 config_error=18")
	}},
	{name: "no-pin", what: "no PIN was entered; then it is", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.supplicant.do(t, "WPS_PIN any %s", thePIN)
		if e := s.awaitEvent(t, ap.EventPINNeeded); e.UUID != device(2).UUID {
			t.Errorf("%+v", e)
		}
		s.supplicant.await(t, "WPS-M2D dev_password_id=0 config_error=0")
		s.anyPIN(t, thePIN)
		s.registers(t, r, network)
	}},
	// hostap: test_ap_wps_fragmentation
	{name: "fragments", what: "fragments of 50 to 1400 octets on both sides", slow: true, run: func(t *testing.T, r *report) {
		t.Run("size", func(t *testing.T) {
			for _, size := range fragmentSizes {
				t.Run(fmt.Sprint(size), func(t *testing.T) {
					t.Parallel()
					fragments(t, r, size)
				})
			}
		})
	}},
	{name: "several-credentials", what: "two credentials in M8", run: func(t *testing.T, r *report) {
		second := wps.Credential{SSID: "extra-net", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("extra-pass")}
		s := newSite(t, accessPoint(wps.Configured, network, second), "")
		s.press(t)
		s.supplicant.do(t, "WPS_PBC")
		s.registers(t, r, network, second)
	}},
	{name: "wep-refused", what: "credential of a WEP network", run: func(t *testing.T, r *report) {
		s := newSite(t, accessPoint(wps.Configured, wepNetwork), "")
		s.press(t)
		s.supplicant.do(t, "WPS_PBC")
		s.fails(t, r, registration.ErrRefused, 0, registration.RoleEnrollee)
		s.supplicant.await(t, "WPS-FAIL msg=12 config_error=0 reason=2 .WEP Prohibited.")
	}},
	{name: "psk64", what: "pre-shared key of 64 digits in place of a passphrase", run: givesNetwork(wps.Credential{
		SSID: "psk-net", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte(strings.Repeat("0123456789abcdef", 4)),
	})},
	{name: "utf8-ssid", what: "network name outside ASCII", run: givesNetwork(wps.Credential{
		SSID: "café ☕", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse battery"),
	})},
	{name: "nfc-password-token", what: "password of wpa_supplicant's NFC tag", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.enterToken(t, s.supplicantToken(t))
		s.supplicant.do(t, "WPS_NFC")
		s.registers(t, r, network)
	}},
	{name: "nfc-wrong-key", what: "a tag with another key than the station's", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		token := s.supplicantToken(t)
		token.OOB.PublicKeyHash[0] ^= 1
		s.enterToken(t, token)
		s.supplicant.do(t, "WPS_NFC")
		s.fails(t, r, registration.ErrKeyHash, 0, registration.RoleRegistrar)
		s.supplicant.await(t, "WPS-M2D .*config_error=20")
	}},
	{name: "nfc-handover", what: "NFC connection handover: the run ends with M2", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.handover(t, 0)
		s.registers(t, r, network)
		if got := s.String(); !strings.HasPrefix(got, "M1 M2 Done") {
			t.Errorf("messages %s", got)
		}
	}},
	{name: "nfc-handover-wrong-key", what: "handover, with another key of ours than the station was given the hash of", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.handover(t, 1)
		s.fails(t, r, registration.ErrKeyHash, 0, registration.RoleEnrollee)
		s.supplicant.await(t, "WPS-FAIL") // without a reason, where a handover fails
	}},
	{name: "nfc-configuration-token", what: "tag with the network, from an access point without settings", run: func(t *testing.T, r *report) {
		s := newSite(t, accessPoint(wps.NotConfigured, wps.Credential{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}), "wps_cred_processing=0\n")
		var token *wps.ConfigurationToken
		s.Do(func(now time.Time, point *ap.AccessPoint) {
			var err error
			if token, err = point.ConfigurationToken(now); err != nil {
				t.Error(err)
			}
		})
		s.supplicant.do(t, "WPS_NFC_TAG_READ %s", encodeToken(t, token))
		made := s.awaitEvent(t, ap.EventNewSettings).Settings
		s.supplicant.await(t, "WPS-CRED-RECEIVED")
		for variable, want := range map[string]string{"ssid": `"factory"`, "key_mgmt": "WPA-PSK", "pairwise": "CCMP"} {
			if got := s.supplicant.do(t, "GET_NETWORK 0 %s", variable); !strings.Contains(got, want) {
				t.Errorf("wpa_supplicant's %s is %s; ours is %v", variable, got, made)
			}
		}
		r.note("", "success")
	}},
	{name: "two-radios", what: "one box on two wires: a press for all, a PIN, a press for one, an overlap over both", run: twoRadios},
	{name: "key-per-device", what: "each of two stations has a key of its own", run: keyPerDevice},
	{name: "pbc-two-presses", what: "a second station presses while the first registers", run: twoPresses},
	{name: "unconfigured", what: "our access point has no settings yet: it makes its own", run: func(t *testing.T, r *report) {
		s := newSite(t, accessPoint(wps.NotConfigured, wps.Credential{SSID: "factory", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}), "")
		s.press(t)
		s.supplicant.do(t, "WPS_PBC")
		s.registers(t, r)
		made := s.awaitEvent(t, ap.EventNewSettings).Settings
		if err := made.Usable(); err != nil || made.AuthType != wps.AuthWPA2Personal {
			t.Errorf("it made %v: %v", made, err)
		}
		s.supplicant.await(t, credentialReceived(*made))
	}},
	{name: "many", what: "twenty stations, four at a time", slow: true, run: many},
}, faultCases(supplicantEnrolleeFault, doneFrame))

// fragments makes both sides fragment their messages.
func fragments(t *testing.T, r *report, size int) {
	d := device(1)
	d.State = wps.Configured
	point := ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, FragmentSize: size,
	})
	s := newSite(t, point, fmt.Sprintf(`network={
	key_mgmt=IEEE8021X
	eap=WSC
	identity="WFA-SimpleConfig-Enrollee-1-0"
	phase1="pin=%s"
	eapol_flags=0
	fragment_size=%d
}
`, thePIN, size))
	s.anyPIN(t, thePIN)
	s.registers(t, r, network)
}

// givesNetwork gives a network of ours.
func givesNetwork(c wps.Credential) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		s := newSite(t, accessPoint(wps.Configured, c), "")
		s.press(t)
		s.supplicant.do(t, "WPS_PBC")
		s.registers(t, r, c)
	}
}

// bridge makes an Ethernet with several stations that do not receive each
// other's frames, as behind a switch that does 802.1X. The access point's end
// is the bridge itself, with the address mac(1); station i has mac(2+i).
func bridge(t *testing.T, stations int) (point string, names []string) {
	t.Helper()
	n := interfaces.Add(1)
	point = fmt.Sprintf("br%d", n)
	// Without the mask a bridge does not forward frames to the PAE group.
	script := fmt.Sprintf("link add %s address %v type bridge group_fwd_mask 8\nlink set %[1]s up\n", point, mac(1))
	for i := range stations {
		name := fmt.Sprintf("br%dsta%d", n, i)
		names = append(names, name)
		script += fmt.Sprintf("link add br%dport%d type veth peer name %s address %v\nlink set br%[1]dport%[2]d master %[5]s up\nlink set br%[1]dport%[2]d type bridge_slave isolated on\nlink set %[3]s up\n",
			n, i, name, mac(2+i), point)
	}
	ip(t, "%s", script)
	return point, names
}

// holdM4 delays M4 to a station.
type holdM4 struct {
	eapol.Conn
	station wps.MAC
	held    chan struct{}
}

func (h *holdM4) WriteFrame(frame []byte, to wps.MAC) error {
	var a attempt
	if a.show(eapol.Sent, to, frame); to == h.station && a.String() == "M4" {
		close(h.held)
		time.AfterFunc(3*time.Second, func() { h.Conn.WriteFrame(frame, to) })
		return nil
	}
	return h.Conn.WriteFrame(frame, to)
}

// twoPresses lets a second station come while the first is in the middle of a
// run. Neither is registered.
func twoPresses(t *testing.T, r *report) {
	ifname, names := bridge(t, 2)
	first, second := startSupplicant(t, names[0], 2, ""), startSupplicant(t, names[1], 3, "")
	conn := &holdM4{listen(t, ifname), mac(2), make(chan struct{})}
	var a attempt
	s := serveOver(t, eapol.Watch(conn, a.show), newAccessPoint())
	s.press(t)
	first.do(t, "WPS_PBC")
	<-conn.held
	second.do(t, "WPS_PBC")
	second.await(t, "WPS-M2D dev_password_id=0 config_error=12")
	first.await(t, "WPS-FAIL msg=9 config_error=12")
	for range 2 {
		if e := s.awaitEvent(t, ap.EventFailed); !errors.Is(e.Err, registration.ErrOverlap) {
			t.Errorf("%+v", e)
		}
	}
	r.note(a.String(), "both refused, as expected: %v", registration.ErrOverlap)
}

// many registers several stations at one access point.
func many(t *testing.T, r *report) {
	const stations, atATime = 20, 4
	ifname, names := bridge(t, stations)
	s := serveOver(t, listen(t, ifname), newAccessPoint())
	t.Run("lane", func(t *testing.T) {
		for lane := range atATime {
			t.Run(fmt.Sprint(lane), func(t *testing.T) {
				t.Parallel()
				for i := lane; i < stations; i += atATime {
					// Each has its own PIN: one PIN cannot be used twice at a time.
					own, err := pin.Complete(fmt.Sprintf("%07d", 1234000+i))
					if err != nil {
						t.Fatal(err)
					}
					s.enterPIN(t, 2+i, own.Digits())
					d := startSupplicant(t, names[i], 2+i, "")
					d.do(t, "WPS_PIN any %s", own.Digits())
					d.await(t, credentialReceived(network), "WPS-SUCCESS")
				}
			})
		}
	})
	for range stations {
		s.awaitEvent(t, ap.EventRegistered)
	}
	r.note("", "%d of %d registered", stations, stations)
}

// supplicantEnrolleeFault makes wpa_supplicant register with us.
func supplicantEnrolleeFault(t *testing.T, rule func(int, eapol.Direction, []byte) []delivery) (*attempt, bool) {
	return supplicantFault(t, rule, ap.EventRegistered, "WPS_PIN any "+thePIN, credentialReceived(network))
}

// supplicantFault runs a command of wpa_supplicant through a relay.
func supplicantFault(t *testing.T, rule func(int, eapol.Direction, []byte) []delivery, success ap.EventKind, command, theirs string) (*attempt, bool) {
	one, two := veth(t)
	a := new(attempt)
	s := serveOver(t, eapol.Watch(newRelay(t, listen(t, one), mac(1), mac(2), rule), a.show), newAccessPoint())
	s.anyPIN(t, thePIN)
	d := startSupplicant(t, two, 2, "")
	d.do(t, "%s", command)
	began := time.Now()
	a.err = s.conclusion(t, success)
	a.after = time.Since(began)
	return a, d.concluded(t, theirs, "WPS-FAIL|WPS-TIMEOUT|CTRL-EVENT-EAP-FAILURE")
}

// conclusion waits until our access point reports the end of an exchange, and
// returns why it failed, or nil.
func (s *served) conclusion(t *testing.T, success ap.EventKind) error {
	t.Helper()
	for over := time.After(longest); ; {
		select {
		case e := <-s.events:
			switch e.Kind {
			case success:
				return nil
			case ap.EventFailed:
				return e.Err
			case ap.EventSettingsRead:
				// NACK 0 in answer to M7 means this, even where it was meant as
				// a complaint.
				return errors.New("the settings were read and not written")
			}
		case <-over:
			t.Fatal("our access point says nothing")
		}
	}
}

// supplicantRegistrarCases let wpa_supplicant read and write the settings of
// our access point.
var supplicantRegistrarCases = slices.Concat([]peerCase{
	{name: "learn", what: "reading the settings", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.supplicant.do(t, "WPS_REG %v %s", pae, thePIN)
		if e := s.awaitEvent(t, ap.EventSettingsRead); e.Station != mac(2) || e.UUID != device(2).UUID {
			t.Errorf("%+v", e)
		}
		s.supplicant.await(t, credentialReceived(network))
		r.note(s.String(), "success")
	}},
	{name: "configure", what: "writing the settings", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.supplicant.do(t, "WPS_REG %v %s %x WPA2PSK CCMP %x", pae, thePIN, newSettings.SSID, []byte(newSettings.NetworkKey))
		sameCredential(t, s.awaitEvent(t, ap.EventNewSettings).Settings, newSettings)
		s.supplicant.await(t, "WPS-SUCCESS")
		r.note(s.String(), "success")
	}},
	{name: "wrong-first-half", what: "AP PIN wrong in its first half", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.supplicant.do(t, "WPS_REG %v 99995676", pae)
		s.fails(t, r, registration.ErrPassword, 1, registration.RoleEnrollee)
		s.supplicant.await(t, "WPS-FAIL msg=8 config_error=18")
	}},
	{name: "wrong-second-half", what: "AP PIN wrong in its second half", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.supplicant.do(t, "WPS_REG %v 12349999", pae)
		s.fails(t, r, registration.ErrPassword, 2, registration.RoleEnrollee)
		s.supplicant.await(t, "WPS-FAIL msg=10 config_error=18")
	}},
	{name: "lockdown", what: "three wrong AP PINs lock ours for a while", slow: true, run: lockdown},
	{name: "lockdown-restart", what: "the power fails while three wrong AP PINs lock ours", slow: true, run: lockdownRestart},
	{name: "refused-by-owner", what: "the owner refuses new settings, then adopts them", run: ownerDecides},
	{name: "nfc-ap-token", what: "password of our access point's NFC tag", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.supplicant.do(t, "WPS_NFC_TAG_READ %s", encodeToken(t, s.ownToken(t)))
		s.supplicant.do(t, "WPS_REG %v nfc-pw", pae)
		s.awaitEvent(t, ap.EventSettingsRead)
		s.supplicant.await(t, credentialReceived(network))
		r.note(s.String(), "success")
	}},
	{name: "nfc-ap-token-disabled", what: "the same, after it was disabled", run: func(t *testing.T, r *report) {
		s := newSite(t, newAccessPoint(), "")
		s.supplicant.do(t, "WPS_NFC_TAG_READ %s", encodeToken(t, s.ownToken(t)))
		s.Do(func(now time.Time, point *ap.AccessPoint) { point.DisableToken(now) })
		s.supplicant.do(t, "WPS_REG %v nfc-pw", pae)
		if e := s.awaitEvent(t, ap.EventFailed); e.Role != registration.RoleEnrollee {
			t.Errorf("%+v", e)
		}
		r.note(s.String(), "refused as it must be")
	}},
}, faultCases(supplicantRegistrarFault))

// lockdown makes three stations guess. A fourth with the right PIN comes too
// soon, and again when the lock has ended.
func lockdown(t *testing.T, r *report) {
	const lock = 3 * time.Second
	d := device(1)
	d.State = wps.Configured
	ifname, names := bridge(t, 5)
	s := serveOver(t, listen(t, ifname), ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, PIN: pin.MustParse(thePIN), LockoutBase: lock,
	}))
	s.locks(t, names)
	s.unlocks(t, names)
	r.note("", "locked, refused, unlocked after %v, success", lock)
}

// locks makes three registrars guess the access point's PIN, which locks it.
func (s *served) locks(t *testing.T, names []string) {
	t.Helper()
	for n := range 3 {
		guesser := startSupplicant(t, names[n], 2+n, "")
		guesser.do(t, "WPS_REG %v 99995676", pae)
		if e := s.awaitEvent(t, ap.EventFailed); !errors.Is(e.Err, registration.ErrPassword) {
			t.Errorf("%+v", e)
		}
		guesser.do(t, "WPS_CANCEL")
	}
}

// unlocks has the owner's registrar refused while the access point is locked,
// and another one accepted after that.
func (s *served) unlocks(t *testing.T, names []string) {
	t.Helper()
	owner := startSupplicant(t, names[3], 5, "")
	owner.do(t, "WPS_REG %v %s", pae, thePIN)
	if e := s.awaitEvent(t, ap.EventFailed); !errors.Is(e.Err, registration.ErrLocked) {
		t.Errorf("%+v", e)
	}
	owner.await(t, "WPS-FAIL msg=5 config_error=15")
	owner.do(t, "WPS_CANCEL")
	s.awaitEvent(t, ap.EventUnlocked)
	again := startSupplicant(t, names[4], 6, "")
	again.do(t, "WPS_REG %v %s", pae, thePIN)
	s.awaitEvent(t, ap.EventSettingsRead)
	again.await(t, credentialReceived(network))
}

// lockdownRestart restarts the access point during a lock: the rest of the lock
// continues after the restart.
func lockdownRestart(t *testing.T, r *report) {
	const lock = 8 * time.Second
	d := device(1)
	d.State = wps.Configured
	config := ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, PIN: pin.MustParse(thePIN), LockoutBase: lock,
	}
	ifname, names := bridge(t, 5)
	s := serveOver(t, listen(t, ifname), ap.MustNew(config))
	s.locks(t, names)
	var stored []byte
	s.Do(func(now time.Time, point *ap.AccessPoint) {
		var err error
		if stored, err = point.StoreSecrets(now); err != nil {
			t.Error(err)
		}
	})
	s.cancel()
	<-s.ended
	restarted := ap.MustNew(config)
	if err := restarted.RestoreSecrets(time.Now(), stored); err != nil {
		t.Fatal(err)
	}
	s = serveOver(t, listen(t, ifname), restarted)
	s.unlocks(t, names)
	r.note("", "locked, restarted, refused, unlocked, success")
}

// ownerDecides has the owner refuse the settings of one station, and accept
// those of another.
func ownerDecides(t *testing.T, r *report) {
	d := device(1)
	d.State = wps.Configured
	ifname, names := bridge(t, 2)
	s := serveOver(t, listen(t, ifname), ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, PIN: pin.MustParse(thePIN), AskOwner: true,
	}))
	for n, adopt := range []bool{false, true} {
		writer := startSupplicant(t, names[n], 2+n, "")
		writer.do(t, "WPS_REG %v %s %x WPA2PSK CCMP %x", pae, thePIN, newSettings.SSID, []byte(newSettings.NetworkKey))
		sameCredential(t, s.awaitEvent(t, ap.EventSettingsReceived).Settings, newSettings)
		s.Do(func(_ time.Time, point *ap.AccessPoint) {
			err := point.RefuseSettings(mac(2+n), wps.DeviceBusy, errors.New("not now"))
			if adopt {
				err = point.AdoptSettings(mac(2 + n))
			}
			if got := point.Settings(); err != nil || got.SSID != network.SSID {
				t.Errorf("%v; the network is %v", err, got.SSID)
			}
		})
		if adopt {
			s.awaitEvent(t, ap.EventNewSettings)
			writer.await(t, "WPS-SUCCESS")
			continue
		}
		if e := s.awaitEvent(t, ap.EventFailed); !errors.Is(e.Err, registration.ErrRefused) {
			t.Errorf("%+v", e)
		}
		writer.await(t, "WPS-FAIL .*config_error="+fmt.Sprint(uint16(wps.DeviceBusy)))
		writer.do(t, "WPS_CANCEL")
	}
	s.Do(func(_ time.Time, point *ap.AccessPoint) {
		got := point.Settings()
		sameCredential(t, &got, newSettings)
	})
	r.note("", "refused, old settings kept; adopted")
}

// twoRadios serves one access point on two wires, as its two radios.
func twoRadios(t *testing.T, r *report) {
	d := device(1)
	d.State = wps.Configured
	bssids := [2]wps.MAC{mac(1), mac(101)}
	point := ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network},
		Radios: []ap.RadioConfig{{BSSID: bssids[0], Band: wps.Band24GHz, Channel: 1}, {BSSID: bssids[1], Band: wps.Band5GHz, Channel: 36}},
	})
	var stations [2][]string
	var conns [2]eapol.Conn
	for i := range conns {
		var ifname string
		ifname, stations[i] = bridge(t, 2)
		conns[i] = listen(t, ifname)
	}
	s := &served{Authenticator: eapol.NewAuthenticator(conns[0], point), events: make(chan ap.Event, 1000)}
	s.Radio = point.Radio(bssids[0])
	other := s.ForConn(conns[1])
	other.Radio = point.Radio(bssids[1])
	for _, a := range []*eapol.Authenticator{s.Authenticator, other} {
		go a.Serve(t.Context(), func(e ap.Event) {
			if !e.Kind.Routine() {
				s.events <- e
			}
		})
	}

	s.press(t)
	station := startSupplicant(t, stations[1][0], 4, "")
	station.do(t, "WPS_PBC")
	if e := s.awaitEvent(t, ap.EventRegistered); e.Radio != bssids[1] || e.UUID != device(4).UUID {
		t.Errorf("%+v", e)
	}
	station.await(t, credentialReceived(network), "WPS-SUCCESS")

	s.enterPIN(t, 2, thePIN)
	station = startSupplicant(t, stations[0][0], 2, "")
	station.do(t, "WPS_PIN any %s", thePIN)
	if e := s.awaitEvent(t, ap.EventRegistered); e.Radio != bssids[0] {
		t.Errorf("%+v", e)
	}
	station.await(t, credentialReceived(network), "WPS-SUCCESS")

	s.Do(func(now time.Time, _ *ap.AccessPoint) {
		if err := other.Radio.PressButton(now); err != nil {
			t.Error(err)
		}
	})
	first := startSupplicant(t, stations[0][1], 3, "")
	first.do(t, "WPS_PBC")
	first.await(t, "WPS-M2D dev_password_id=4 config_error=0|WPS-M2D dev_password_id=0 config_error=0")
	if e := s.awaitEvent(t, ap.EventFailed); !errors.Is(e.Err, ap.ErrNotPressed) || e.Radio != bssids[0] {
		t.Errorf("%+v", e)
	}
	second := startSupplicant(t, stations[1][1], 5, "")
	second.do(t, "WPS_PBC")
	second.await(t, "WPS-M2D .*config_error=12")
	r.note("", "registered on either; refused where nobody pressed, then overlap")
}

// keyPerDevice gives each of two stations its own key.
func keyPerDevice(t *testing.T, r *report) {
	keyOf := func(mac wps.MAC) wps.Credential {
		c := network
		c.NetworkKey = fmt.Appendf(nil, "only for %v", mac)
		return c
	}
	d := device(1)
	d.State = wps.Configured
	ifname, names := bridge(t, 2)
	s := serveOver(t, listen(t, ifname), ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network},
		CredentialsFor: func(m1 *wps.M1) ([]wps.Credential, error) { return []wps.Credential{keyOf(m1.MAC)}, nil },
	}))
	for n, name := range names {
		s.enterPIN(t, 2+n, thePIN)
		station := startSupplicant(t, name, 2+n, "")
		station.do(t, "WPS_PIN any %s", thePIN)
		e := s.awaitEvent(t, ap.EventRegistered)
		sameCredential(t, &e.Result.Credentials[0], keyOf(mac(2+n)))
		station.await(t, credentialReceived(keyOf(mac(2+n))), "WPS-SUCCESS")
	}
	r.note("", "2 of 2 registered, each with its key")
}

// supplicantToken returns the password token that wpa_supplicant has made.
func (s *site) supplicantToken(t *testing.T) *wps.PasswordToken {
	t.Helper()
	var token wps.PasswordToken
	decodeToken(t, &token, s.supplicant.do(t, "WPS_NFC_TOKEN NDEF"))
	return &token
}

// enterToken makes our access point read a tag.
func (s *served) enterToken(t *testing.T, token *wps.PasswordToken) {
	t.Helper()
	s.Do(func(now time.Time, point *ap.AccessPoint) {
		if err := point.EnterToken(now, token, 0); err != nil {
			t.Error(err)
		}
	})
}

// ownToken makes and enables a tag of our access point.
func (s *served) ownToken(t *testing.T) (token *wps.PasswordToken) {
	t.Helper()
	s.Do(func(now time.Time, point *ap.AccessPoint) {
		var err error
		if token, err = point.MakeToken(now); err == nil {
			err = point.EnableToken(now)
		}
		if err != nil {
			t.Error(err)
		}
	})
	return token
}

// handover runs a handover between wpa_supplicant and our access point. If flip
// is not zero, the hash of our key is changed in it.
func (s *site) handover(t *testing.T, flip byte) {
	t.Helper()
	request := s.supplicant.do(t, "NFC_GET_HANDOVER_REQ NDEF WPS-CR")
	var asked wps.HandoverRequest
	decodeToken(t, &asked, request)
	var answer *wps.HandoverSelect
	s.Do(func(now time.Time, point *ap.AccessPoint) {
		var err error
		if answer, err = point.HandoverSelect(now, &asked); err != nil {
			t.Fatal(err)
		}
	})
	answer.BSSID = pae // wpa_supplicant uses it as the access point's address on Ethernet
	answer.OOB.PublicKeyHash[0] ^= flip
	s.supplicant.do(t, "NFC_REPORT_HANDOVER INIT WPS %s %s", request, encodeToken(t, answer))
}

// supplicantRegistrarFault makes wpa_supplicant configure us.
func supplicantRegistrarFault(t *testing.T, rule func(int, eapol.Direction, []byte) []delivery) (*attempt, bool) {
	command := fmt.Sprintf("WPS_REG %v %s %x WPA2PSK CCMP %x", pae, thePIN, newSettings.SSID, []byte(newSettings.NetworkKey))
	return supplicantFault(t, rule, ap.EventNewSettings, command, "WPS-SUCCESS")
}
