package eapol_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// mac returns the address of device n in these tests. Device 1 is the access
// point.
func mac(n int) wps.MAC { return wps.MAC{0x02, 0, 0, 0, byte(n >> 8), byte(n)} }

// device returns the description of device n.
func device(n int) wps.Device {
	d := wps.DefaultDevice()
	d.MAC = mac(n)
	d.UUID = wps.UUIDFromMAC(d.MAC)
	d.Manufacturer, d.ModelName, d.ModelNumber, d.SerialNumber = "Example", "Model", "1", "2"
	d.DeviceName = fmt.Sprintf("Device %d", n)
	d.PrimaryDeviceType = wps.DeviceTypePrinter
	return d
}

// thePIN is the PIN of all devices.
const thePIN = "12345670"

func pinPassword(s string) registration.Password { return registration.PIN(pin.MustParse(s)) }

// network is the network that our access point gives to stations.
var network = wps.Credential{
	SSID: "interop-net", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse battery"),
}

// newPeer returns a station around a machine.
func newPeer(t testing.TB, m eapwsc.Machine, err error) *eapwsc.Peer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	p, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: m})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newEnrollee returns a station that registers as an enrollee.
func newEnrollee(t testing.TB, n int, password registration.Password) *eapwsc.Peer {
	t.Helper()
	m, err := registration.NewEnrollee(registration.EnrolleeConfig{Config: registration.Config{Device: device(n)}, Password: password})
	return newPeer(t, m, err)
}

// newAccessPoint returns an access point whose own PIN is thePIN too.
func newAccessPoint() *ap.AccessPoint {
	d := device(1)
	d.PrimaryDeviceType = wps.DeviceTypeAP
	d.ConfigMethods |= wps.MethodLabel
	d.State = wps.Configured
	return ap.MustNew(ap.Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{network}, PIN: pin.MustParse(thePIN),
	})
}

// newServer returns an access point's exchange with one station, whose PIN is
// thePIN.
func newServer(t testing.TB) *eapwsc.Server {
	t.Helper()
	s, err := eapwsc.NewServer(eapwsc.ServerConfig{Registrar: func(time.Time) (eapwsc.Machine, error) {
		return registration.NewRegistrar(registration.RegistrarConfig{
			Config: registration.Config{Device: device(1)}, Password: pinPassword(thePIN), Credentials: []wps.Credential{network},
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
