package sim_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// must ends an example in which something went wrong that cannot.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The owner of a printer for which "WPS PIN is not working" finds out why: the
// PIN was typed wrong.
func Example() {
	w := sim.New(sim.Config{Seed: 1})
	router := must(sim.NewRouter(w, sim.RouterConfig{Name: "router", Settings: sim.Settings{SSID: "home"}}))
	printer := must(sim.NewPrinter(w, sim.PrinterConfig{Name: "printer"}))

	fmt.Println("By PIN, and one digit is mistyped:")
	shown := must(printer.SetupByPIN())
	typed := []byte(shown.Digits()[:7])
	typed[2] = '0' + (typed[2]-'0'+1)%10
	router.EnterPIN(ap.PINEntry{PIN: must(pin.Complete(string(typed)))})
	w.Run(2 * time.Minute)
	fmt.Println(" ", printer.Status())

	fmt.Println("Is WPS off? If it were:")
	settings := router.Settings()
	settings.WPSOff = true
	router.Apply(settings)
	must(printer.SetupByPIN())
	w.Run(2 * time.Minute)
	fmt.Println(" ", printer.Status())
	fmt.Println("  router:", router.PressButton())

	fmt.Println("WPS on again, by push button:")
	settings.WPSOff = false
	router.Apply(settings)
	router.PressButton()
	printer.SetupByPushButton()
	w.Run(2 * time.Minute)
	fmt.Println(" ", printer.Status())

	fmt.Println("So it was the PIN. The printer's network settings are reset:")
	printer.NetworkReset()
	fmt.Println(" ", printer.Status())

	fmt.Println("By PIN, the one that the panel shows now:")
	router.EnterPIN(ap.PINEntry{PIN: must(printer.SetupByPIN())})
	w.Run(2 * time.Minute)
	fmt.Println(" ", printer.Status())
	// Output:
	// By PIN, and one digit is mistyped:
	//   idle. The PIN was wrong: the one entered at the router is not the PIN of the device. Even the first half of its digits differs. Read the PIN that the device shows now. Many devices make a new one each time their menu is opened.
	// Is WPS off? If it were:
	//   idle. The router offers no WPS: it is switched off, or the router has switched it off by itself because of its Wi-Fi settings. Switch WPS on, on the web page or in the app of the router.
	//   router: WPS is switched off in the web page
	// WPS on again, by push button:
	//   connected to home
	// So it was the PIN. The printer's network settings are reset:
	//   idle
	// By PIN, the one that the panel shows now:
	//   connected to home
}

// The error of a status has a class to branch on, and the details of the run.
func ExamplePrinter_Status() {
	w := sim.New(sim.Config{Seed: 1})
	router := must(sim.NewRouter(w, sim.RouterConfig{Name: "router"}))
	printer := must(sim.NewPrinter(w, sim.PrinterConfig{Name: "printer", PIN: pin.MustParse("24681353")}))
	router.EnterPIN(ap.PINEntry{PIN: pin.MustParse("24680004")})
	must(printer.SetupByPIN())
	w.Run(time.Minute)

	err := printer.Status().Err
	fmt.Println(errors.Is(err, registration.ErrPassword))
	var run *registration.Error
	if errors.As(err, &run) {
		fmt.Printf("half %d, found by the %v at %v\n", run.Half, run.DetectedBy, run.Message)
	}
	// Output:
	// true
	// half 2, found by the enrollee at M6
}

// A link that loses every tenth frame: the registration takes longer.
func ExampleNoise() {
	for _, loss := range []float64{0, 0.1} {
		w := sim.New(sim.Config{Seed: 3, Link: sim.Link{Fault: sim.Noise{Loss: loss}}})
		router := must(sim.NewRouter(w, sim.RouterConfig{Name: "router"}))
		printer := must(sim.NewPrinter(w, sim.PrinterConfig{Name: "printer"}))
		router.PressButton()
		printer.SetupByPushButton()
		w.RunUntil(2*time.Minute, func() bool { return printer.Status().State == sim.Connected })
		fmt.Println(printer.Status(), "after", w.Elapsed().Round(time.Millisecond))
	}
	// Output:
	// connected to net-router after 352ms
	// connected to net-router after 10.952s
}

// Two neighbours press the buttons of their routers. The device that is out of
// the other's range is not disturbed.
func ExampleWorld_SetLink() {
	w := sim.New(sim.Config{Seed: 1})
	router := must(sim.NewRouter(w, sim.RouterConfig{Name: "router", Settings: sim.Settings{SSID: "home"}}))
	neighbour := must(sim.NewRouter(w, sim.RouterConfig{Name: "neighbour", Place: 1}))
	printer := must(sim.NewPrinter(w, sim.PrinterConfig{Name: "printer"}))
	try := func() {
		router.PressButton()
		neighbour.PressButton()
		printer.SetupByPushButton()
		w.Run(5 * time.Minute)
		fmt.Println(printer.Status())
	}
	w.SetLink(printer.Port(), neighbour.Port(), sim.Link{Signal: -80})
	try()
	w.SetLink(printer.Port(), neighbour.Port(), sim.Link{Cut: true})
	try()
	// Output:
	// idle. More than one device or router is in WPS button mode at the same time, so it is not clear which two belong together, and both stop. Wait 2 minutes without pressing anything.
	// connected to home
}

// sniffer is a device of a test.
type sniffer struct{}

func (s *sniffer) Handle(_ time.Time, f *sim.Frame, signal int) {
	if attributes, ok := wps.JoinElements(f.Body); ok && f.Type == sim.Beacon {
		var e wps.Beacon
		err := wps.Decode(&e, attributes, wps.Strict)
		fmt.Println("beacon at", signal, "dBm: waiting:", e.SelectedRegistrar, err)
	}
}

func (s *sniffer) Timeout(time.Time) {}

// Other devices receive the frames they are tuned to.
func ExampleDevice() {
	w := sim.New(sim.Config{Seed: 1})
	router := must(sim.NewRouter(w, sim.RouterConfig{Name: "router"}))
	port := must(w.Join(new(sniffer), "sniffer", 0, w.NewAddress()))
	port.Radio(0).Scan(wps.Band24GHz)
	w.Run(110 * time.Millisecond)
	router.PressButton()
	w.Run(100 * time.Millisecond)
	// Output:
	// beacon at -50 dBm: waiting: false <nil>
	// beacon at -50 dBm: waiting: true <nil>
}

// stubborn is an enrollee to be tested: an EAP peer that never answers M4.
type stubborn struct{ *eapwsc.Peer }

func (s stubborn) Handle(now time.Time, packet []byte) (eapwsc.Step, error) {
	if p, err := eap.ParsePacket(packet); err == nil {
		if t, err := wps.PeekMessageType(p.Data); err == nil && t == wps.MessageM4 {
			return eapwsc.Step{Deadline: now.Add(time.Minute)}, nil
		}
	}
	return s.Peer.Handle(now, packet)
}

// Another enrollee takes the place of ours in a printer, and is tested against
// a router.
func ExamplePrinterConfig() {
	w := sim.New(sim.Config{Seed: 1})
	router := must(sim.NewRouter(w, sim.RouterConfig{Name: "router"}))
	printer := must(sim.NewPrinter(w, sim.PrinterConfig{
		Name: "printer",
		NewEndpoint: func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
			e, err := registration.NewEnrollee(cfg)
			if err != nil {
				return nil, err
			}
			p, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: e})
			return stubborn{p}, err
		},
	}))
	router.EnterPIN(ap.PINEntry{PIN: must(printer.SetupByPIN())})
	w.Run(20 * time.Second)
	for _, e := range router.Events() {
		fmt.Println(e.Kind, e.Err)
	}
	// Output:
	// failed registration: time-out (found by the registrar at M4)
}
