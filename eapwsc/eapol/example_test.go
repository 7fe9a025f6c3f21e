package eapol_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// A station begins with EAPOL-Start and gets a request for its identity, here
// in an Ethernet frame filled up with zeros.
func Example() {
	start, err := eapol.Frame{Version: eapol.Version1, Type: eapol.TypeStart}.AppendTo(nil)
	fmt.Printf("%x %v\n", start, err)

	received, _ := hex.DecodeString("02000005" + "0173000501" + "00000000")
	f, err := eapol.ParseFrame(received)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := eap.ParsePacket(f.Body)
	fmt.Println(f.Type, p, err)
	// Output:
	// 01010000 <nil>
	// EAP-Packet Request 115 Identity <nil>
}

// A printer whose button is pressed registers at an access point whose button
// is pressed too. Here the wire between them is in memory; with package link
// it is a network interface.
func ExampleRun() {
	routerMAC, printerMAC := wps.MAC{2, 0, 0, 0, 0, 1}, wps.MAC{2, 0, 0, 0, 0, 2}
	router, printer := eapol.Pair(routerMAC, printerMAC)

	// The access point.
	description := wps.DefaultDevice()
	description.MAC, description.UUID, description.State = routerMAC, wps.UUIDFromMAC(routerMAC), wps.Configured
	authenticator := eapol.NewAuthenticator(router, ap.MustNew(ap.Config{
		Registration: registration.Config{Device: description},
		Credentials: []wps.Credential{{
			SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"),
		}},
	}))
	authenticator.Do(func(now time.Time, point *ap.AccessPoint) { point.PressButton(now) })
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go authenticator.Serve(ctx, nil)

	// The printer.
	description = wps.DefaultDevice()
	description.MAC, description.UUID = printerMAC, wps.UUIDFromMAC(printerMAC)
	machine, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config: registration.Config{Device: description}, Password: registration.PushButton(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: machine})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := eapol.Run(ctx, printer, peer)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Credentials[0].SSID, result.Credentials[0].AuthType)
	// Output: home WPA2-Personal
}
