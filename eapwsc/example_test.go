package eapwsc_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// device describes a device by its address and name.
func device(last byte, name string) wps.Device {
	d := wps.DefaultDevice()
	d.MAC, d.DeviceName = wps.MAC{0x02, 0, 0, 0, 0, last}, name
	d.UUID = wps.UUIDFromMAC(d.MAC)
	return d
}

// printer is a station that shows a PIN.
func printer(digits string) *eapwsc.Peer {
	enrollee, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: device(2, "Printer")}, Password: registration.PIN(pin.MustParse(digits)),
	})
	if err != nil {
		log.Fatal(err)
	}
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: enrollee})
	if err != nil {
		log.Fatal(err)
	}
	return peer
}

// router is the other end for one station, whose PIN was typed there.
func router(digits string) *eapwsc.Server {
	server, err := eapwsc.NewServer(eapwsc.ServerConfig{
		Registrar: func(time.Time) (eapwsc.Machine, error) {
			return registration.NewRegistrar(registration.RegistrarConfig{
				Config: registration.Config{Device: device(1, "Router")}, Password: registration.PIN(pin.MustParse(digits)),
				Credentials: []wps.Credential{{
					SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"),
				}},
			})
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	return server
}

// A printer registers. On its way are a packet that is damaged, which changes
// nothing, and one that is lost, after which the router sends its request again.
func ExamplePeer() {
	peer, server := printer("12345670"), router("12345670")
	now := noon
	step, request := peer.Start(now), server.Start(now)

	packets := 0
	for err := error(nil); !step.Done; packets++ {
		switch packets {
		case 3: // lost: the router sends it again when its own time is over
			now = request.Deadline
			request, _ = server.Timeout(now)
			continue
		case 5: // damaged
			step, err = peer.Handle(now, []byte("noise"))
			fmt.Println("ignored:", errors.Is(err, eapwsc.ErrIgnored))
			continue
		}
		if step, err = peer.Handle(now, request.Send); err != nil {
			fmt.Println(err)
		}
		if step.Send != nil {
			request, _ = server.Handle(now, step.Send)
		}
	}
	fmt.Println(peer.Result().Peer.DeviceName, "gave", peer.Result().Credentials[0].SSID)
	// Output:
	// ignored: true
	// Router gave home
}

// A router registers a printer whose PIN was typed wrongly. The error says which
// half is wrong, and who found it out.
func ExampleServer() {
	server, peer := router("12340002"), printer("12345670")
	peer.Start(noon)
	step := server.Start(noon)
	for !step.Done {
		response, err := peer.Handle(noon, step.Send)
		if err != nil {
			log.Fatal(err)
		}
		step, _ = server.Handle(noon, response.Send) // Err has the error that counts
	}
	var failed *registration.Error
	if errors.As(server.Err(), &failed) && errors.Is(failed, registration.ErrPassword) {
		fmt.Println("half", failed.Half, "of the PIN is wrong, found by the", failed.DetectedBy)
	}
	// Output:
	// half 2 of the PIN is wrong, found by the enrollee
}
