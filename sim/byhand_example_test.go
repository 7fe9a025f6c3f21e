package sim_test

import (
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// This tests an enrollee that is not ours and was written for a socket: in
// place of a printer's at a router, with the right PIN, with wrong ones, and on
// a link that loses every tenth frame.
func ExampleBlocking() {
	const label = "24681353"
	foreign := func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
		e := &enrolleeByHand{byHand: newByHand(cfg.Rand), address: cfg.Device.MAC[:], uuid: cfg.Device.UUID[:], password: label}
		return sim.Blocking(func(c *sim.Conn) (*registration.Result, error) {
			networks, err := e.register(c) // c.Read, c.Write, c.SetReadDeadline(c.Now().Add(…))
			if err != nil {
				return nil, explain(err) // as an error of package registration
			}
			return &registration.Result{Credentials: []wps.Credential{{
				SSID: wps.SSID(networks[0].ssid), NetworkKey: wps.NetworkKey(networks[0].key),
				AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES,
			}}}, nil
		}), nil
	}
	try := func(seed uint64, typed string, air sim.Fault) (*sim.World, *sim.Router, *sim.Printer) {
		w := sim.New(sim.Config{Seed: seed, Link: sim.Link{Fault: air}})
		router := must(sim.NewRouter(w, sim.RouterConfig{Name: "router", Settings: sim.Settings{SSID: "home"}}))
		printer := must(sim.NewPrinter(w, sim.PrinterConfig{Name: "printer", PIN: pin.MustParse(label), NewEndpoint: foreign}))
		router.EnterPIN(ap.PINEntry{PIN: pin.MustParse(typed)})
		must(printer.SetupByPIN())
		w.RunUntil(2*time.Minute, func() bool { return printer.Status().State == sim.Connected })
		return w, router, printer
	}

	for _, typed := range []string{label, "14681356", "24680004"} {
		_, router, printer := try(1, typed, nil)
		fmt.Printf("The PIN %s is typed:\n  printer: %v\n", typed, printer.Status())
		for _, event := range router.Events() {
			if event.Kind == ap.EventFailed {
				fmt.Println("  router:", event.Err)
			}
		}
	}
	connected, longest := 0, time.Duration(0)
	for seed := range uint64(20) {
		if w, _, printer := try(seed, label, sim.Noise{Loss: 0.1}); printer.Status().State == sim.Connected {
			connected++
			longest = max(longest, w.Elapsed())
		}
	}
	fmt.Printf("In bad air: %d of 20 are connected, after %v at most\n", connected, longest.Round(time.Second))
	// Output:
	// The PIN 24681353 is typed:
	//   printer: connected to home
	// The PIN 14681356 is typed:
	//   printer: idle. The PIN was wrong: the one entered at the router is not the PIN of the device. Even the first half of its digits differs. Read the PIN that the device shows now. Many devices make a new one each time their menu is opened.
	//   router: registration: the passwords of the two sides differ in their first half (found by the enrollee at M4, configuration error 18: device password authentication failure)
	// The PIN 24680004 is typed:
	//   printer: idle. The PIN was nearly right: the first half of the digits entered at the router is right, but one of the last digits is wrong. Read the PIN that the device shows now. Many devices make a new one each time their menu is opened.
	//   router: registration: the passwords of the two sides differ in their second half (found by the enrollee at M6, configuration error 18: device password authentication failure)
	// In bad air: 20 of 20 are connected, after 23s at most
}
