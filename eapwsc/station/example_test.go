package station_test

import (
	"context"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// A printer whose button was pressed gets the settings of the network.
func ExampleStation_Enroll() {
	s, err := station.Open("wlan0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	device := wps.DefaultDevice()
	device.DeviceName, device.PrimaryDeviceType = "Printer", wps.DeviceTypePrinter
	record := new(doctor.Recorder)
	enrolled, err := s.Enroll(context.Background(), station.EnrollConfig{
		Enrollee: registration.EnrolleeConfig{
			Config: registration.Config{Device: device}, Password: registration.PushButton(),
		},
		Countdown: func(left time.Duration) { fmt.Println("press the router's button:", left) },
		Record:    record,
	})
	if err != nil {
		fmt.Println(err)
		fmt.Println(doctor.Diagnose(record.Evidence()).Verdict)
		return
	}
	fmt.Println("the network is", enrolled.Networks[0].Credential.SSID)
}

// Of three access points, one has no WPS and one waits for a PIN.
func ExampleChoose() {
	found := make([]station.ScanResult, 3)
	for i, ssid := range []wps.SSID{"guests", "neighbour", "home"} {
		found[i].BSSID, found[i].SSID, found[i].Frequency = wps.MAC{2, 0, 0, 0, 0, byte(i)}, ssid, 2437
	}
	found[1].Advert = &wps.Beacon{SelectedRegistrar: true, DevicePasswordID: wps.PasswordDefault}
	found[2].Advert = &wps.Beacon{SelectedRegistrar: true, DevicePasswordID: wps.PasswordPushButton}

	selection, err := station.Choose(found, station.Criteria{PushButton: true})
	for i, reason := range selection.Reasons {
		fmt.Printf("%s: %s\n", found[i].SSID, reason.Text)
	}
	fmt.Println(selection.Order, err)
	// Output:
	// guests: does not offer WPS
	// neighbour: waits with another method
	// home: waits for this device
	// [2] <nil>
}

// The credential from WPS, for the program that manages the interface.
func ExampleNewProfile() {
	profile, err := station.NewProfile(station.IWD, &station.KnownNetwork{Credential: wps.Credential{
		SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("correct horse"),
	}})
	fmt.Print(profile.Path, "\n", profile.Text)
	fmt.Println(err)
	// Output:
	// /var/lib/iwd/home.psk
	// [Security]
	// Passphrase=correct horse
	// <nil>
}

// A router listens for devices whose button was pressed, so that its own button
// press is refused while there are two.
func ExampleNewMonitor() {
	tap, err := station.NewMonitor("wlan0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tap.Close()
	reader, err := capture.NewReader(tap)
	if err != nil {
		fmt.Println(err)
		return
	}
	var button ap.PushButton
	for {
		event, err := reader.Next()
		if err != nil {
			fmt.Println(err)
			return
		}
		var probe wps.ProbeRequest
		if event.Kind == capture.KindProbeRequest && wps.Decode(&probe, event.Management.WPS, wps.Tolerant) == nil {
			button.Probe(event.Time, event.Src, &probe)
		}
	}
}
