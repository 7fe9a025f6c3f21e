// Package sim is a world of routers, printers and computers with Wi-Fi
// Protected Setup, and the air between them: in memory, on virtual time, and
// repeatable from a seed. Two minutes of walk time pass in less than a
// millisecond.
//
// It is for anyone who wants to see what a device does, without a radio, or a
// hundred thousand of them: firmware tests, fuzzers, and people who want to
// find out why WPS with a PIN does not work.
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
// A [World] is a queue of what will dispatch, ordered by time. Nothing in it
// runs at the same time as anything else, and nothing looks at a clock. So a
// test calls the methods of a device, which are what its owner does, and lets
// time pass with [World.Run]. Many worlds can be played at once.
//
// # Devices
//
//	Router    access point and registrar: web page, button, label    eapwsc.AccessPoint
//	Printer   station and enrollee: control panel                     eapwsc.Peer, eapwsc.Selector
//	Computer  station and external registrar: wizard                  eapwsc.Peer
//
// They exchange octets as real ones do: beacons, probes and association
// frames with information elements, EAPOL frames with EAP-WSC, and after a
// registration the 4-way handshake of WPA2, which shows whether the key that
// was given is right. Everything that is received has been encoded by the
// sender and is read by the receiver.
//
// Any other machine takes part as a [Device], which has the two methods Handle
// and Timeout and acts through its [Port]. To test an enrollee in the place of
// ours it is enough to make it an [Exchange], as an EAP peer is:
// [PrinterConfig].NewExchange. A registrar takes the place of a computer's by
// [ComputerConfig].NewExchange.
//
// # Blocking code
//
// An enrollee that was written for a socket reads, writes and waits. [Blocking]
// makes an exchange of it: the code is given a [Conn], which is a [net.Conn] of
// EAP packets on the time of the world.
//
//	cfg.NewExchange = func(cfg registration.EnrolleeConfig) (sim.Exchange, error) {
//		return sim.Blocking(func(c *sim.Conn) (*registration.Result, error) {
//			return enroll(c, cfg.Password)                  // c.Read, c.Write, c.SetReadDeadline(c.Now().Add(…))
//		}), nil
//	}
//
// The code has a goroutine of its own, and yet nothing runs at the same time: it
// has its order while the world waits, and the world has its order while the code
// waits in Read. Code that never does, or that asks a clock other than [Conn.Now],
// is not simulated but stuck, or out of time. Once the device has given up, Read
// fails with [net.ErrClosed] and the code has to return.
//
// # Air
//
// Devices in one [Place] hear each other. [World.SetLink] gives two of them a
// [Link] of their own: delay, signal, a partition, and a [Fault] that decides
// on each frame. [Noise] loses, doubles, delays, corrupts and cuts frames by
// chance; a [Script] does it as it was laid down; [Only] and [Faults] compose
// them.
//
// # Repeating
//
// All chance comes from the seed, in streams of their own for each purpose of
// each device: drawing more for one does not shift another. So the same seed
// and the same actions give the same trace, octet for octet, on every
// platform: [World.TraceHash]. [Config].Observe is told each [Event], for a
// ladder or a file.
//
// # Many worlds
//
// Package [github.com/gowps/gowps/sim/campaign] plays thousands of worlds and
// checks in each what must hold in all of them. Package
// [github.com/gowps/gowps/sim/pintest] tests the handling of PINs without air.
//
// # What a person is told
//
// [Printer.Status] is connected or not, and why: a [*Failure] has the sentence
// that a panel would show, and a class for errors.Is, such as [ErrNoWPS],
// [registration.ErrPassword] or [ErrWrongKey]. [Router.Events] are what a
// router has to tell.
//
// # What is simplified
//
// A frame is a struct with its elements or its EAPOL frame as octets, not the
// octets of 802.11. There are bands, but no channels, and neither encryption
// nor WPA3's SAE: a station without WPA3 is what is simulated. Frames to one
// station are not sent again by the radio, so that a fault is felt where it
// happens. A station that is out of range of its network does not notice
// until it is told.
package sim
