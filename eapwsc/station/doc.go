// Package station is Wi-Fi Protected Setup over a Wi-Fi interface: it finds the
// access points around, says what they offer, and enrolls at one of them. It
// works on Linux, over nl80211; elsewhere [Open] returns [ErrUnsupported], and
// what needs no radio works all the same.
//
// # Enrolling
//
//	s, err := station.Open("wlan0")
//	…
//	defer s.Close()
//	enrolled, err := s.Enroll(ctx, station.EnrollConfig{
//		Enrollee: registration.EnrolleeConfig{
//			Config:   registration.Config{Device: device},
//			Password: registration.PushButton(),
//		},
//	})
//	…
//	profile, err := station.NewProfile(station.WPASupplicant, &enrolled.Credential)
//
// [Station.Enroll] scans until an access point waits for this station, runs
// the registration there, and goes on to the next one if that fails, until the
// walk time of two minutes ends. Whatever happens, also when the context ends,
// it leaves the interface as it was: up or down, and connected to nothing.
//
// # In steps
//
// Enroll is made of parts that serve by themselves. [Station.Scan] returns
// every [AccessPoint] with its elements as received and what they mean.
// [Select] says which of them to use, and of each why or why not; it needs no
// radio. [Station.Run] carries one exchange at one access point, in either
// role: with a [registration.Registrar] the station is the external registrar
// that reads or sets the access point's own settings.
//
// # Afterwards
//
// [Station.Join] connects with a credential where the driver does the 4-way
// handshake. Few do; for the others [NewProfile] writes the credential in the
// words of the program that manages the interface.
//
// # Others at the interface
//
// NetworkManager, iwd and wpa_supplicant hold the interfaces that they manage.
// A second program that associates is fought with, so [Station.Run] does not:
// it returns a [*HeldError], which names the program and says how to have it
// let go. Scanning takes nothing from anyone and is always done.
//
// # Rights
//
// Scanning and associating need the capability CAP_NET_ADMIN, speaking EAPOL
// and [Tap] need CAP_NET_RAW. Root has both; a program can be given them by
//
//	setcap cap_net_admin,cap_net_raw+ep PROGRAM
//
// What others have scanned ([Station.Known]) everybody may read.
//
// # Listening
//
// [Tap] turns a monitor interface into a capture that goes on, for package
// capture to read: the probes of stations whose button was pressed, which a
// registrar has to know of ([ap.AccessPoint.Probe]), or an exchange
// between others.
package station
