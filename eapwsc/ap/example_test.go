package ap_test

import (
	"fmt"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/nfc"
	"github.com/gowps/gowps/wps/registration"
)

// router returns the access point of the examples.
func router() *ap.AccessPoint {
	device := wps.DefaultDevice()
	device.MAC, device.DeviceName = wps.MAC{2, 0, 0, 0, 0, 0xAA}, "Router"
	device.UUID, device.State = wps.UUIDFromMAC(device.MAC), wps.Configured
	return ap.MustNew(ap.Config{
		Registration: registration.Config{Device: device},
		LateM2:       ap.OwnerTime,
		Credentials: []wps.Credential{{
			SSID: "home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"),
		}},
	})
}

// station returns the EAP side of a printer with a PIN.
func station(digits string) *eapwsc.Peer {
	return enrollee(registration.EnrolleeConfig{Password: registration.PIN(pin.MustParse(digits))})
}

// enrollee returns the EAP side of a printer.
func enrollee(cfg registration.EnrolleeConfig) *eapwsc.Peer {
	cfg.Device = wps.DefaultDevice()
	cfg.Device.MAC, cfg.Device.UUID, cfg.Device.DeviceName = printer, wps.UUIDFromMAC(printer), "Printer"
	machine, err := registration.NewEnrollee(cfg)
	if err != nil {
		panic(err)
	}
	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: machine})
	if err != nil {
		panic(err)
	}
	return peer
}

// A printer connects before its owner has entered the PIN. It receives M2D and
// waits; when the PIN is entered, it is registered.
func ExampleSession() {
	point, peer := router(), station("24681353")
	session, err := point.NewSession(printer, 1)
	if err != nil {
		panic(err)
	}
	peer.Start(noon)
	exchange := func(step eapwsc.Step) {
		for step.Send != nil && !step.Done {
			answer, _ := peer.Handle(noon, step.Send)
			step, _ = session.Handle(noon, answer.Send)
		}
	}
	report := func() {
		for _, e := range point.Events() {
			fmt.Println(e.Kind)
		}
	}
	exchange(session.Start(noon))
	report()

	if err := point.EnterPIN(noon, ap.PINEntry{PIN: pin.MustParse("24681353")}); err != nil {
		panic(err)
	}
	for _, ready := range point.Ready() {
		step, _ := ready.Timeout(noon)
		exchange(step)
	}
	report()
	// Output:
	// PIN needed
	// PIN entered
	// started
	// PIN gone
	// registered
}

// The state that a router's page shows while its button is pressed.
func ExampleAccessPoint() {
	point := router()
	if err := point.PressButton(noon); err != nil {
		fmt.Println(err)
	}
	s := point.Status(noon.Add(ap.OwnerTime))
	fmt.Printf("%v: waits for %v, %v left\n", s.SSID, s.Waiting, s.Remaining)
	fmt.Println("beacon:", point.Beacon(noon).DevicePasswordID)
	// Output:
	// home: waits for push button, 1m50s left
	// beacon: PushButton
}

// The lockout of the access point's PIN survives a restart.
func ExampleAccessPoint_StoreSecrets() {
	before := router()
	before.SetPIN(noon, pin.MustParse("12345670"))
	before.SetLock(noon, ap.Locked)
	data, err := before.StoreSecrets(noon)
	if err != nil {
		panic(err)
	}

	after := router()
	if err := after.RestoreSecrets(noon, data); err != nil {
		after.SetLock(noon, ap.Locked)
	}
	fmt.Println(after.Lock(noon), after.PIN() == before.PIN())
	// Output: locked true
}

// A printer and a router touch: the printer sends a request, the router
// answers, and the registration over the air that follows has two messages, and
// is possible only between these two.
func ExampleAccessPoint_HandoverSelect() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	// The printer's side: its key, and the message that it sends over NFC.
	keys, err := registration.NewKeyPair(nil)
	check(err)
	public := keys.PublicKey()
	request, err := nfc.AppendHandoverRequest(nil, 0x1234, &wps.HandoverRequest{
		OOB:   wps.OOBPassword{PublicKeyHash: registration.PublicKeyHash(&public), ID: wps.PasswordNFCHandover},
		UUIDE: wps.UUIDFromMAC(printer),
	})
	check(err)

	// The router's side: it reads the message, and answers.
	point := router()
	token, err := nfc.Read(request, wps.Tolerant)
	check(err)
	answer, err := point.HandoverSelect(noon, token.List.(*wps.HandoverRequest))
	check(err)
	fmt.Println("touched:", answer.SSID)

	// The printer registers with its key, and accepts only the router's key.
	peer := enrollee(registration.EnrolleeConfig{
		Config: registration.Config{KeyPair: keys}, Password: registration.Handover(), PeerKeyHash: &answer.OOB.PublicKeyHash,
	})
	session, err := point.NewSession(printer, 1)
	check(err)
	peer.Start(noon)
	for step := session.Start(noon); step.Send != nil && !step.Done; {
		reply, _ := peer.Handle(noon, step.Send)
		step, _ = session.Handle(noon, reply.Send)
	}
	for _, e := range point.Events() {
		fmt.Println(e.Kind)
	}
	fmt.Println("given:", peer.Result().Credentials[0].SSID)
	// Output:
	// touched: home
	// token entered
	// started
	// token gone
	// registered
	// given: home
}
