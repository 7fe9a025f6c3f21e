// Package station is Wi-Fi Protected Setup over a Wi-Fi interface: it finds
// access points, reports what they offer, and enrolls at one of them. It works
// on Linux, over nl80211; elsewhere [Open] returns [ErrUnsupported], and only
// the functions that need no radio work.
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
//	profile, err := station.NewProfile(station.WPASupplicant, &enrolled.Networks[0])
//
// [Station.Enroll] scans until an access point waits for this station, runs the
// registration there, and tries the next one if that fails, until the walk time
// of two minutes ends. In every case, even if the context is cancelled, it
// leaves the interface up or down as it was, and connected to nothing.
//
// # In steps
//
// The parts of Enroll can be used separately. [Station.Scan] returns every
// [ScanResult] with its elements, raw and parsed. [Choose] chooses among them
// and gives a reason for each; it needs no radio. [Station.Run] carries one
// exchange at one access point, in either role: with a [registration.Registrar]
// the station is the external registrar that reads or sets the access point's
// own settings.
//
// # Afterwards
//
// [Station.Join] connects with a credential where the driver does the 4-way
// handshake. Few do; for the others [NewProfile] writes the network in the
// configuration format of the program that manages the interface. Both use
// WPA3-Personal where the network offers it, although the credential may name
// WPA2 alone.
//
// # Other programs
//
// NetworkManager, iwd and wpa_supplicant control the interfaces that they
// manage, and would undo the association of another program. So [Station.Run]
// does not associate on such an interface: it returns a [*HeldError], which
// names the program and the command that makes it release the interface.
// Scanning disturbs no other program and is always possible.
//
// # Privileges
//
// Scanning and associating need the capability CAP_NET_ADMIN; EAPOL and [Tap]
// need CAP_NET_RAW. Root has both; grant them to a program with
//
//	setcap cap_net_admin,cap_net_raw+ep PROGRAM
//
// Reading the results of earlier scans ([Station.Known]) needs no privileges.
//
// # Listening
//
// [Tap] turns a monitor interface into a live capture that package capture can
// read: the probe requests of stations whose button was pressed, which a
// registrar needs ([ap.AccessPoint.Probe]), or an exchange between other
// devices.
package station
