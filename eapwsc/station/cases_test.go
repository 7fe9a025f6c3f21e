//go:build linux

package station_test

import (
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// cases are the cases among the radios, by name.
var cases = []struct {
	name string
	run  func(w *world)
}{
	{"pin", func(w *world) {
		ap := w.accessPoint(0, "golden-wps")
		ap.ask("wps_pin", "any", apPIN)
		w.enrolled(w.station(1).Enroll(w.Context(), printer(registration.PIN(pin.MustParse(apPIN)))))
		ap.wait("WPS-REG-SUCCESS " + address(w.T, "wlan1").String())
	}},
	{"pbc", func(w *world) {
		ap := w.accessPoint(0, "golden-wps")
		ap.ask("wps_pbc")
		w.enrolled(w.station(1).Enroll(w.Context(), printer(registration.PushButton())))
		ap.wait("WPS-REG-SUCCESS " + address(w.T, "wlan1").String())
	}},
}

// inside runs the cases in the machine.
func inside(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			began := time.Now()
			c.run(w)
			t.Logf("%.1f s", time.Since(began).Seconds())
		})
	}
}

// printer is the configuration of a printer-like station with a password.
func printer(password registration.Password) station.EnrollConfig {
	device := wps.DefaultDevice()
	device.Manufacturer, device.ModelName, device.ModelNumber, device.SerialNumber = "Example Works", "Golden Printer", "GP-1", "0003"
	device.DeviceName = "Printer"
	device.PrimaryDeviceType = wps.NewDeviceType(3, 1)
	return station.EnrollConfig{Enrollee: registration.EnrolleeConfig{Config: registration.Config{Device: device}, Password: password}}
}

// enrolled checks that a station has got the credential of the access point.
func (w *world) enrolled(e *station.Enrolled, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	if c := e.Credential; c.SSID != "golden-wps" || string(c.NetworkKey) != passphrase || c.AuthType != wps.AuthWPA2Personal || c.EncrType != wps.EncrAES {
		w.Errorf("received %+v, key right: %t", c, string(c.NetworkKey) == passphrase)
	}
}
