// Package sim is a world of routers, printers and computers with Wi-Fi
// Protected Setup, and the air between them: in memory, on virtual time, and
// repeatable from a seed. Two minutes of walk time pass in less than a
// millisecond.
//
// It shows what one device, or a hundred thousand, would do, without a radio.
// It is for firmware tests, fuzzers, and people who want to find out why WPS
// with a PIN does not work.
//
// # A world
//
//	w := sim.New(sim.Config{Seed: 1})
//	router, err := sim.NewRouter(w, sim.RouterConfig{Name: "router"})
//	printer, err := sim.NewPrinter(w, sim.PrinterConfig{Name: "printer"})
//
//	shown, err := printer.SetupByPIN()                       // its panel shows a PIN
//	w.Run(20 * time.Second)                                  // the owner walks
//	err = router.EnterPIN(eapwsc.PINEntry{PIN: shown})       // and types
//	w.Run(time.Minute)
//	fmt.Println(printer.Status())                            // connected to net-router
//
// A [World] is a queue of future events, ordered by time. Nothing in it runs
// concurrently, and nothing reads a clock. A test calls the methods of a
// device, which are the actions of its owner, and advances the time with
// [World.Run]. Many worlds can run in parallel.
//
// # Devices
//
//	Router    access point and registrar: web page, button, label    eapwsc.AccessPoint
//	Printer   station and enrollee: control panel                     eapwsc.Peer, eapwsc.Selector
//	Computer  station and external registrar: wizard                  eapwsc.Peer
//
// They exchange the octets that real devices exchange: beacons, probes and
// association frames with information elements, EAPOL frames with EAP-WSC, and
// after a registration the 4-way handshake of WPA2, which shows whether the
// received key is right. Everything is encoded by the sender and parsed by the
// receiver.
//
// Other devices implement [Device], which has the two methods Handle and
// Timeout, and act through their [Port]. To test another enrollee in a printer,
// implement [Endpoint], as an EAP peer does, and set
// [PrinterConfig].NewEndpoint. For a registrar in a computer, set
// [ComputerConfig].NewEndpoint.
//
// # Blocking code
//
// An enrollee written for a socket reads, writes and waits. [Blocking] turns it
// into an exchange: the code gets a [Conn], which is a [net.Conn] of EAP
// packets on the time of the world.
//
//	cfg.NewEndpoint = func(cfg registration.EnrolleeConfig) (sim.Endpoint, error) {
//		return sim.Blocking(func(c *sim.Conn) (*registration.Result, error) {
//			return enroll(c, cfg.Password)                  // c.Read, c.Write, c.SetReadDeadline(c.Now().Add(…))
//		}), nil
//	}
//
// The code has a goroutine of its own, but nothing runs concurrently: the world
// waits while the code runs, and the world runs while the code waits in Read.
// Code that never waits blocks the world, and code that uses a clock other than
// [Conn.Now] is not in its time. Once the device has given up, Read fails with
// [net.ErrClosed] and the code has to return.
//
// # Air
//
// Devices in one [Place] are in range of each other. [World.SetLink] gives two
// of them a separate [Link]: delay, signal, a partition, and a [Fault] that
// decides about each frame. [Noise] loses, duplicates, delays, corrupts and
// truncates frames at random; a [Script] does so as programmed; [Only] and
// [Faults] compose faults.
//
// # Repeating
//
// All randomness comes from the seed, in a separate stream for each purpose of
// each device: drawing more from one does not change another. So the same seed
// and the same actions give the same trace, octet for octet, on every platform:
// [World.TraceHash]. [Config].Observe is called with each [Event], to draw a
// ladder diagram or write a file.
//
// # Many worlds
//
// Package [github.com/gowps/gowps/sim/campaign] runs thousands of worlds and
// checks invariants in each. Package [github.com/gowps/gowps/sim/pintest] tests
// the handling of PINs without radio links.
//
// # What a person sees
//
// [Printer.Status] says whether the printer is connected, and if not, why: a
// [*Failure] has the sentence that a panel would show, and a class for
// errors.Is, such as [ErrNoWPS], [registration.ErrPassword] or [ErrWrongKey].
// [Router.Events] returns the events of a router.
//
// # What is simplified
//
// A frame is a struct with its elements or its EAPOL frame as octets, not the
// octets of an 802.11 frame. There are bands, but no channels, and neither
// encryption nor WPA3's SAE: stations do not support WPA3. Radios do not
// retransmit frames to one station, so that a fault has its effect where it
// happens. A station that moves out of range of its network does not notice
// until it is disconnected.
package sim
