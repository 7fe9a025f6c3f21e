package eapol_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
	"github.com/gowps/gowps/wps/registration"
)

// hostapdConfig is an access point on an Ethernet interface.
const hostapdConfig = `driver=wired
interface=%s
logger_stdout=-1
logger_stdout_level=0
ctrl_interface=DIR/control
ieee8021x=1
eap_server=1
eapol_version=2
eap_reauth_period=0
ssid=interop-net
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wps_state=2
wps_independent=1
wps_cred_processing=1
uuid=87654321-9abc-def0-1234-56789abc0000
device_name=Go WPS test AP
manufacturer=Example
model_name=WAP-1
model_number=123
serial_number=12345
device_type=6-0050F204-1
os_version=01020300
config_methods=label virtual_display virtual_push_button keypad ext_nfc_token nfc_interface
`

// hostapdPassphrase and hostapdPIN are what most cases add to it.
const (
	hostapdPassphrase = "wpa_passphrase=correct horse battery\n"
	hostapdPIN        = "ap_pin=" + thePIN + "\n"
)

// startHostapd starts hostapd on one end of a wire.
func startHostapd(t *testing.T, config string) *daemon {
	t.Helper()
	one, two := veth(t)
	d := startDaemon(t, "hostapd", one, fmt.Sprintf(hostapdConfig, one)+config, "-K", "-dd", "-t", "CONF")
	d.other = two
	return d
}

// talk runs an exchange of ours with hostapd from a new address: hostapd
// ignores a station for some seconds after it has served it.
func (d *daemon) talk(t *testing.T, n int, p *eapwsc.Peer) *attempt {
	t.Helper()
	ip(t, "link set %s address %v\n", d.other, mac(n))
	return exchange(t, d.other, eapol.Runner{}, p)
}

// register registers an enrollee of ours.
func (d *daemon) register(t *testing.T, n int, password registration.Password) *attempt {
	t.Helper()
	return d.talk(t, n, newEnrollee(t, n, password))
}

// registered is the event of a station's registration at hostapd.
func registered(n int) string {
	return fmt.Sprintf("WPS-REG-SUCCESS %v %v", mac(n), device(n).UUID)
}

// hostapdRegistrarCases register our enrollee at hostapd.
var hostapdRegistrarCases = slices.Concat([]peerCase{
	{name: "pin", what: "PIN of 8 digits", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.do(t, "WPS_PIN any %s", thePIN)
		oneCredential(t, d.register(t, 2, pinPassword(thePIN)).succeeded(t, r), network)
		d.await(t, registered(2), "WPS-SUCCESS")
	}},
	{name: "pin4", what: "PIN of 4 digits", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.do(t, "WPS_PIN any 1234")
		oneCredential(t, d.register(t, 2, pinPassword("1234")).succeeded(t, r), network)
		d.await(t, registered(2), "WPS-SUCCESS")
	}},
	// hostap: test_ap_wps_conf
	{name: "pbc", what: "push button", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.do(t, "WPS_PBC")
		oneCredential(t, d.register(t, 2, registration.PushButton()).succeeded(t, r), network)
		d.await(t, registered(2), "WPS-SUCCESS")
	}},
	{name: "wrong-first-half", what: "PIN wrong in its first half", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.do(t, "WPS_PIN any %s", thePIN)
		d.register(t, 2, wrongFirstHalf).failed(t, r, registration.ErrPassword, 1, registration.RoleEnrollee)
		d.await(t, "WPS-FAIL msg=8 config_error=18")
	}},
	{name: "wrong-second-half", what: "PIN wrong in its second half", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.do(t, "WPS_PIN any %s", thePIN)
		d.register(t, 2, wrongSecondHalf).failed(t, r, registration.ErrPassword, 2, registration.RoleEnrollee)
		d.await(t, "WPS-FAIL msg=10 config_error=18")
	}},
	{name: "no-pin", what: "no PIN was entered; then it is", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		first := d.register(t, 2, pinPassword(thePIN))
		first.failed(t, new(report), registration.ErrNoRegistrar, 0, registration.RoleRegistrar)
		d.await(t, "WPS-PIN-NEEDED "+device(2).UUID.String())
		d.do(t, "WPS_PIN %v %s", device(2).UUID, thePIN)
		ip(t, "link set %s address %v\n", d.other, mac(3))
		e := device(2)
		e.MAC = mac(3)
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: e}, Password: pinPassword(thePIN)})
		second := exchange(t, d.other, eapol.Runner{}, newPeer(t, m, err))
		oneCredential(t, second.succeeded(t, new(report)), network)
		d.await(t, fmt.Sprintf("WPS-REG-SUCCESS %v %v", mac(3), device(2).UUID))
		r.note(fmt.Sprintf("%v; %v", first, second), "M2D, then success")
	}},
	{name: "pbc-not-active", what: "hostapd's button was not pressed", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.register(t, 2, registration.PushButton()).failed(t, r, registration.ErrNoRegistrar, 0, registration.RoleRegistrar)
		d.await(t, "CTRL-EVENT-EAP-FAILURE "+mac(2).String())
	}},
	// hostap: test_ap_wps_pbc_overlap_2sta
	{name: "pbc-overlap", what: "two enrollees probe with their button pressed", run: func(t *testing.T, r *report) {
		d := startRadiolessHostapd(t, nil, "")
		d.do(t, "WPS_PBC")
		d.probe(t, 2)
		d.probe(t, 3)
		d.await(t, "WPS-OVERLAP-DETECTED")
		a := exchangeOver(t, d.associate(t, 2), eapol.Runner{Remote: radiolessBSSID}, newEnrollee(t, 2, registration.PushButton()))
		a.failed(t, r, registration.ErrOverlap, 0, registration.RoleRegistrar)
	}},
	// hostap: test_ap_wps_fragmentation
	{name: "fragments", what: "fragments of 50 to 1400 octets on both sides", run: func(t *testing.T, r *report) {
		for _, size := range fragmentSizes {
			d := startHostapd(t, hostapdPassphrase+fmt.Sprintf("fragment_size=%d\n", size))
			d.do(t, "WPS_PIN any %s", thePIN)
			m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(2)}, Password: pinPassword(thePIN)})
			oneCredential(t, d.talk(t, 2, newFragmentingPeer(t, size, m, err)).succeeded(t, r), network)
			d.await(t, registered(2))
		}
	}},
	{name: "open", what: "credential of an open network", run: givesCredential(
		wps.Credential{SSID: "open-net", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}, nil)},
	{name: "tkip", what: "credential of WPA with TKIP: delivered, and called unusable", run: givesCredential(
		wps.Credential{SSID: "tkip-net", AuthType: wps.AuthWPAPersonal, EncrType: wps.EncrTKIP, NetworkKey: []byte("tkip-pass!")}, wps.ErrTKIP)},
	{name: "mixed", what: "credential of WPA and WPA2 mixed", run: givesCredential(
		wps.Credential{SSID: "mixed-net", AuthType: wps.AuthMixed, EncrType: wps.EncrMixed, NetworkKey: []byte("mixed-pass")}, nil)},
	// hostap: test_ap_wps_wep_enroll
	{name: "wep-refused", what: "credential of a WEP network", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+"skip_cred_build=1\n"+extraCredential(t, wepNetwork))
		d.do(t, "WPS_PIN any %s", thePIN)
		d.register(t, 2, pinPassword(thePIN)).failed(t, r, wps.ErrWEP, 0, registration.RoleEnrollee)
		d.await(t, "WPS-FAIL msg=12 config_error=0")
	}},
	{name: "psk64", what: "pre-shared key of 64 digits in place of a passphrase", run: func(t *testing.T, r *report) {
		psk := strings.Repeat("0123456789abcdef", 4)
		d := startHostapd(t, "wpa_psk="+psk+"\n")
		d.do(t, "WPS_PIN any %s", thePIN)
		want := network
		want.NetworkKey = []byte(psk)
		oneCredential(t, d.register(t, 2, pinPassword(thePIN)).succeeded(t, r), want)
		d.await(t, registered(2))
	}},
	{name: "utf8-ssid", what: "network name outside ASCII", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+`ssid2=P"caf\xc3\xa9 \xe2\x98\x95"`+"\n")
		d.do(t, "WPS_PIN any %s", thePIN)
		want := network
		want.SSID = "café ☕"
		oneCredential(t, d.register(t, 2, pinPassword(thePIN)).succeeded(t, r), want)
		d.await(t, registered(2))
	}},
	{name: "several-credentials", what: "two credentials in M8", run: func(t *testing.T, r *report) {
		second := wps.Credential{SSID: "extra-net", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("extra-pass")}
		d := startHostapd(t, hostapdPassphrase+extraCredential(t, second))
		d.do(t, "WPS_PIN any %s", thePIN)
		result := d.register(t, 2, pinPassword(thePIN)).succeeded(t, r)
		if len(result.Credentials) != 2 {
			t.Fatalf("%d credentials", len(result.Credentials))
		}
		sameCredential(t, &result.Credentials[0], network)
		sameCredential(t, &result.Credentials[1], second)
		d.await(t, registered(2))
	}},
	{name: "malformed-credential", what: "credential longer than what holds it", run: func(t *testing.T, r *report) {
		octets := credentialAttribute(network)
		binary.BigEndian.PutUint16(octets[2:], uint16(len(octets)-4+1))
		d := startHostapd(t, hostapdPassphrase+"skip_cred_build=1\n"+extraCredentialFile(t, octets))
		d.do(t, "WPS_PIN any %s", thePIN)
		d.register(t, 2, pinPassword(thePIN)).failed(t, r, registration.ErrDecrypt, 0, registration.RoleEnrollee)
		d.await(t, "WPS-FAIL msg=12")
	}},
	{name: "version-1.0", what: "hostapd speaks version 1.0", run: speaksVersion("0x10")},
	// hostap: test_ap_wps_new_version_ap
	{name: "version-5.7", what: "hostapd speaks a version of the future, with an unknown attribute", run: speaksVersion("0x57")},
	{name: "nfc-password-token", what: "password of our NFC tag", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		tag := newTag(t)
		d.do(t, "WPS_NFC_TAG_READ %s", encodeToken(t, &wps.PasswordToken{OOB: tag.oob}))
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{
			Config: registration.Config{Device: device(2), KeyPair: tag.keys}, Password: registration.OutOfBand(tag.oob.ID, tag.oob.Password),
		})
		oneCredential(t, d.talk(t, 2, newPeer(t, m, err)).succeeded(t, r), network)
		d.await(t, registered(2))
	}},
	{name: "nfc-handover", what: "NFC connection handover: the run ends with M2", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		selected := d.do(t, "NFC_GET_HANDOVER_SEL NDEF WPS-CR")
		var sel wps.HandoverSelect
		decodeToken(t, &sel, selected)
		tag := newTag(t)
		request := encodeToken(t, &wps.HandoverRequest{
			OOB: wps.OOBPassword{PublicKeyHash: tag.oob.PublicKeyHash, ID: wps.PasswordNFCHandover}, UUIDE: device(2).UUID,
		})
		d.do(t, "NFC_REPORT_HANDOVER RESP WPS %s %s", request, selected)
		m, err := registration.NewEnrollee(registration.EnrolleeConfig{
			Config: registration.Config{Device: device(2), KeyPair: tag.keys}, Password: registration.Handover(), PeerKeyHash: &sel.OOB.PublicKeyHash,
		})
		oneCredential(t, d.talk(t, 2, newPeer(t, m, err)).succeeded(t, r), network)
		d.await(t, registered(2))
	}},
	{name: "authorized-mac", what: "PIN entered for one address; another device, then the right one", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.do(t, "WPS_PIN %v %s 60 %v", device(3).UUID, thePIN, mac(3))
		other := d.register(t, 2, pinPassword(thePIN))
		other.failed(t, new(report), registration.ErrNoRegistrar, 0, registration.RoleRegistrar)
		right := d.register(t, 3, pinPassword(thePIN))
		oneCredential(t, right.succeeded(t, new(report)), network)
		d.await(t, registered(3))
		r.note(fmt.Sprintf("%v; %v", other, right), "refused; success")
	}},
}, faultCases(hostapdRegistrarFault))

// wrongFirstHalf and wrongSecondHalf are PINs that are partly thePIN.
var (
	wrongFirstHalf  = pinPassword("99995676")
	wrongSecondHalf = pinPassword("12349999")
)

// fragmentSizes are the sizes of fragments that are tried.
var fragmentSizes = []int{50, 100, 128, 200, 256, 400, 500, 1000, 1400}

// wepNetwork is a network that devices must no longer give or accept.
var wepNetwork = wps.Credential{SSID: "wep-net", AuthType: wps.AuthOpen, EncrType: wps.EncrWEP, NetworkKey: []byte("12345")}

// newFragmentingPeer returns a peer with a fragment size.
func newFragmentingPeer(t testing.TB, size int, m eapwsc.Machine, err error) *eapwsc.Peer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	p, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m, FragmentSize: size})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// givesCredential makes hostapd give a credential that is not its own.
func givesCredential(c wps.Credential, usable error) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+"skip_cred_build=1\n"+extraCredential(t, c))
		d.do(t, "WPS_PIN any %s", thePIN)
		result := d.register(t, 2, pinPassword(thePIN)).succeeded(t, r)
		oneCredential(t, result, c)
		if err := result.Credentials[0].Usable(); !errors.Is(err, usable) {
			t.Errorf("the credential is usable: %v, want %v", err, usable)
		}
		d.await(t, registered(2))
	}
}

// speaksVersion makes hostapd use a version.
func speaksVersion(version string) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.do(t, "SET wps_version_number %s", version)
		d.do(t, "WPS_PIN any %s", thePIN)
		oneCredential(t, d.register(t, 2, pinPassword(thePIN)).succeeded(t, r), network)
		d.await(t, registered(2))
	}
}

// attribute encodes an attribute.
func attribute(id wps.AttributeID, value []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(id))
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// credentialAttribute encodes a credential, even if it is not valid.
func credentialAttribute(c wps.Credential) []byte {
	return attribute(wps.AttrCredential, slices.Concat(
		attribute(wps.AttrNetworkIndex, []byte{1}),
		attribute(wps.AttrSSID, []byte(c.SSID)),
		attribute(wps.AttrAuthType, binary.BigEndian.AppendUint16(nil, uint16(c.AuthType))),
		attribute(wps.AttrEncrType, binary.BigEndian.AppendUint16(nil, uint16(c.EncrType))),
		attribute(wps.AttrNetworkKey, c.NetworkKey),
		attribute(wps.AttrMACAddress, make([]byte, 6)),
	))
}

// extraCredential returns the configuration line with which hostapd gives a
// credential.
func extraCredential(t *testing.T, c wps.Credential) string {
	return extraCredentialFile(t, credentialAttribute(c))
}

func extraCredentialFile(t *testing.T, octets []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "credential")
	if err := os.WriteFile(file, octets, 0o600); err != nil {
		t.Fatal(err)
	}
	return "extra_cred=" + file + "\n"
}

// tag is an NFC tag with the key pair that belongs to it.
type tag struct {
	keys *registration.KeyPair
	oob  wps.OOBPassword
}

func newTag(t *testing.T) tag {
	t.Helper()
	keys, err := registration.NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	pk := keys.PublicKey()
	return tag{keys, wps.OOBPassword{PublicKeyHash: registration.PublicKeyHash(&pk), ID: 0x1234, Password: []byte("sixteen or more octets")}}
}

// encodeToken returns the NDEF record of a token in hexadecimal.
func encodeToken(t *testing.T, l wps.List) string {
	t.Helper()
	b, err := nfc.Append(nil, l)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}

// decodeToken decodes such a record.
func decodeToken(t *testing.T, l wps.List, text string) {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err == nil {
		err = nfc.Decode(l, b, wps.Strict)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// newExternal returns an external registrar of ours. Settings are the new ones
// of the access point; nil only reads.
func newExternal(t testing.TB, n int, password registration.Password, settings *wps.Credential) *eapwsc.Peer {
	t.Helper()
	m, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: device(n)}, Password: password, AP: true, NewSettings: settings,
	})
	return newPeer(t, m, err)
}

// newSettings are what external registrars write.
var newSettings = wps.Credential{
	SSID: "new-net", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("new passphrase!"),
}

// settingsWritten is hostapd's event for new settings.
func settingsWritten(c wps.Credential) string { return "WPS-NEW-AP-SETTINGS .*" + inHex(c) }

// inHex is a pattern for a credential in the hexadecimal digits of an event.
func inHex(c wps.Credential) string {
	return fmt.Sprintf("%x.*%x.*%x.*%x", attribute(wps.AttrSSID, []byte(c.SSID)),
		attribute(wps.AttrAuthType, []byte{0, byte(c.AuthType)}), attribute(wps.AttrEncrType, []byte{0, byte(c.EncrType)}),
		attribute(wps.AttrNetworkKey, c.NetworkKey))
}

// settingsRead is hostapd's event when its settings were read and not changed.
const settingsRead = "WPS-FAIL msg=11 config_error=0"

// hostapdEnrolleeCases have our external registrar read and write the settings
// of hostapd.
var hostapdEnrolleeCases = slices.Concat([]peerCase{
	// hostap: test_ap_wps_reg_connect
	{name: "learn", what: "reading the settings", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+hostapdPIN)
		result := d.talk(t, 2, newExternal(t, 2, pinPassword(thePIN), nil)).succeeded(t, r)
		if !result.SettingsRead {
			t.Error("the settings were not read")
		}
		sameCredential(t, result.AP, network)
		d.await(t, settingsRead)
	}},
	// hostap: test_ap_wps_reg_config
	{name: "configure", what: "writing the settings", run: configures(newSettings)},
	{name: "configure-open", what: "writing the settings of an open network", run: configures(
		wps.Credential{SSID: "new-open-net", AuthType: wps.AuthOpen, EncrType: wps.EncrNone})},
	{name: "wrong-first-half", what: "AP PIN wrong in its first half", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+hostapdPIN)
		d.talk(t, 2, newExternal(t, 2, wrongFirstHalf, nil)).failed(t, r, registration.ErrPassword, 1, registration.RoleEnrollee)
		d.await(t, "WPS-FAIL msg=8 config_error=18")
	}},
	{name: "wrong-second-half", what: "AP PIN wrong in its second half", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+hostapdPIN)
		d.talk(t, 2, newExternal(t, 2, wrongSecondHalf, nil)).failed(t, r, registration.ErrPassword, 2, registration.RoleEnrollee)
		d.await(t, "WPS-FAIL msg=10 config_error=18")
	}},
	{name: "locked", what: "three wrong AP PINs, then the right one", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+hostapdPIN)
		for n := 2; n < 5; n++ {
			d.talk(t, n, newExternal(t, n, wrongFirstHalf, nil)).failed(t, new(report), registration.ErrPassword, 1, registration.RoleEnrollee)
		}
		d.await(t, "WPS-AP-SETUP-LOCKED")
		d.talk(t, 5, newExternal(t, 5, pinPassword(thePIN), nil)).failed(t, r, registration.ErrLocked, 0, registration.RoleEnrollee)
		d.await(t, "CTRL-EVENT-EAP-FAILURE "+mac(5).String())
	}},
	// hostap: test_ap_wps_reg_connect_zero_len_ap_pin
	{name: "no-ap-pin", what: "hostapd has no AP PIN", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase)
		d.talk(t, 2, newExternal(t, 2, pinPassword(thePIN), nil)).failed(t, r, registration.ErrLocked, 0, registration.RoleEnrollee)
		d.await(t, "CTRL-EVENT-EAP-FAILURE "+mac(2).String())
	}},
	{name: "pin4", what: "AP PIN of 4 digits", run: func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+"ap_pin=1234\n")
		sameCredential(t, d.talk(t, 2, newExternal(t, 2, pinPassword("1234"), nil)).succeeded(t, r).AP, network)
		d.await(t, settingsRead)
	}},
	{name: "fragments", what: "fragments of 50 to 1400 octets on both sides", run: func(t *testing.T, r *report) {
		for _, size := range fragmentSizes {
			d := startHostapd(t, hostapdPassphrase+hostapdPIN+fmt.Sprintf("fragment_size=%d\n", size))
			m, err := registration.NewRegistrar(registration.RegistrarConfig{
				Config: registration.Config{Device: device(2)}, Password: pinPassword(thePIN), AP: true, NewSettings: &newSettings,
			})
			d.talk(t, 2, newFragmentingPeer(t, size, m, err)).succeeded(t, r)
			d.await(t, settingsWritten(newSettings))
		}
	}},
}, faultCases(hostapdEnrolleeFault))

// configures writes settings.
func configures(c wps.Credential) func(*testing.T, *report) {
	return func(t *testing.T, r *report) {
		d := startHostapd(t, hostapdPassphrase+hostapdPIN)
		result := d.talk(t, 2, newExternal(t, 2, pinPassword(thePIN), &c)).succeeded(t, r)
		sameCredential(t, result.AP, network)
		d.await(t, settingsWritten(c), "WPS-SUCCESS")
	}
}
