package registration_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"

	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// printer and router are two devices; only what distinguishes them is set.
func printer() wps.Device {
	d := wps.DefaultDevice()
	d.MAC, d.DeviceName = wps.MAC{2, 0, 0, 0, 0, 1}, "Printer"
	d.UUID = wps.UUIDFromMAC(d.MAC)
	return d
}

func router() wps.Device {
	d := wps.DefaultDevice()
	d.MAC, d.DeviceName = wps.MAC{2, 0, 0, 0, 0, 2}, "Router"
	d.UUID = wps.UUIDFromMAC(d.MAC)
	return d
}

func mustParse(digits string) pin.PIN {
	p, err := pin.Parse(digits)
	if err != nil {
		log.Fatal(err)
	}
	return p
}

// talk passes messages between both sides until neither has one to send, in
// place of EAP or UPnP. The machines keep the reason of a failure.
func talk(e *registration.Enrollee, r *registration.Registrar) {
	for out, _ := e.Start(); out != nil; {
		if out, _ = r.Handle(out); out != nil {
			out, _ = e.Handle(out)
		}
	}
}

// A printer registers at a router where its PIN was entered.
func Example() {
	enrollee, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config:   registration.Config{Device: printer()},
		Password: registration.PIN(mustParse("1234-5670")),
	})
	if err != nil {
		log.Fatal(err)
	}
	registrar, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config:   registration.Config{Device: router()},
		Password: registration.PIN(mustParse("12345670")),
		Credentials: []wps.Credential{{
			SSID: "Home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}

	talk(enrollee, registrar)

	result := enrollee.Result()
	if result == nil {
		log.Fatal(enrollee.Err())
	}
	fmt.Println(result.Peer.DeviceName, "gave", result.Credentials[0].SSID)
	fmt.Println("key:", result.Credentials[0].NetworkKey) // not by accident
	fmt.Println("key:", string(result.Credentials[0].NetworkKey))
	// Output:
	// Router gave Home
	// key: [network key]
	// key: correct horse
}

// Errors have classes for branching, and a type with the details.
func Example_failure() {
	enrollee, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config:   registration.Config{Device: printer()},
		Password: registration.PIN(mustParse("12345670")),
	})
	if err != nil {
		log.Fatal(err)
	}
	registrar, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config:   registration.Config{Device: router()},
		Password: registration.PIN(mustParse("12348879")), // the user misread the last digits
		Credentials: []wps.Credential{{
			SSID: "Home", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("correct horse"),
		}},
	})
	if err != nil {
		log.Fatal(err)
	}

	talk(enrollee, registrar)

	err = registrar.Err()
	switch {
	case errors.Is(err, registration.ErrPassword):
		fmt.Println("Enter the PIN again.")
	case errors.Is(err, registration.ErrNoRegistrar), errors.Is(err, registration.ErrTimeout):
		fmt.Println("Press the button of the other device.")
	case errors.Is(err, registration.ErrOverlap):
		fmt.Println("Wait two minutes.")
	}
	var failed *registration.Error
	if errors.As(err, &failed) {
		fmt.Printf("Half %d is wrong, said the %v at %v.\n", failed.Half, failed.DetectedBy, failed.Message)
	}
	if registrar.Exposed() {
		fmt.Println("The PIN is spent.")
	}
	fmt.Println(err)
	// Output:
	// Enter the PIN again.
	// Half 2 is wrong, said the enrollee at M6.
	// The PIN is spent.
	// registration: the passwords of the two sides differ in their second half (found by the enrollee at M6, configuration error 18: device password authentication failure)
}

// A registrar keeps M1 until there is a decision. A refused Enrollee can still
// be admitted while it waits.
func ExampleRegistrar_Decide() {
	enrollee, err := registration.NewEnrollee(registration.EnrolleeConfig{
		Config:   registration.Config{Device: printer()},
		Password: registration.PushButton(),
	})
	if err != nil {
		log.Fatal(err)
	}
	registrar, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config:      registration.Config{Device: router()},
		Deferred:    true,
		Credentials: []wps.Credential{{SSID: "Home", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}},
	})
	if err != nil {
		log.Fatal(err)
	}

	talk(enrollee, registrar)
	m1 := registrar.Enrollee()
	fmt.Println(m1.DeviceName, "wants to register with", m1.DevicePasswordID)
	m2d, err := registrar.Decide(registration.Refuse(wps.NoError, nil))
	if err != nil {
		log.Fatal(err)
	}
	ack, err := enrollee.Handle(m2d)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := registrar.Handle(ack); err != nil {
		log.Fatal(err)
	}
	fmt.Println("registrar:", registrar.State())

	// The button is pressed.
	m2, err := registrar.Decide(registration.Admit(registration.PushButton()))
	if err != nil {
		log.Fatal(err)
	}
	for out := m2; out != nil; {
		if out, err = enrollee.Handle(out); err != nil {
			log.Fatal(err)
		}
		if out, err = registrar.Handle(out); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("enrollee has", enrollee.Result().Credentials[0].SSID)
	// Output:
	// Printer wants to register with PushButton
	// registrar: sent M2D
	// enrollee has Home
}

// A key log lets a reader of captures decrypt a run.
func ExampleAppendKeyLog() {
	keys := &registration.Keys{AuthKey: [32]byte{0xA0}, KeyWrapKey: [16]byte{0xB0}}
	line := registration.AppendKeyLog(nil, wps.Nonce{0xE0}, wps.Nonce{0xF0}, keys)
	for _, field := range bytes.Fields(line) {
		fmt.Printf("%s\n", field)
	}
	// Output:
	// WSC
	// e0000000000000000000000000000000
	// f0000000000000000000000000000000
	// a000000000000000000000000000000000000000000000000000000000000000
	// b0000000000000000000000000000000
}
