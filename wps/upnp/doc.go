// Package upnp carries the Registration Protocol between an access point and
// external registrars over UPnP: the service WFAWLANConfig:1.
//
// # The two ends
//
// A [Device] is the access point's end: it answers searches, describes itself,
// lets a computer with the access point's PIN read and write the settings, and
// forwards the messages of stations. A [Registrar] is the computer's end, the
// external registrar:
//
//	Registrar                                         Device
//	M-SEARCH                            ──► multicast
//	                                    ◄──  URL of the description
//	GET description, SUBSCRIBE          ──►
//	GetDeviceInfo                       ──►
//	                                    ◄──  M1 of the access point
//	PutMessage M2, M4, …                ──►
//	                                    ◄──  M3, M5, M7 with the settings
//
// Then it can register stations, whose messages come as events:
//
//	SetSelectedRegistrar                ──►  advertised in beacons
//	                                    ◄──  WLANEvent: M1 of a station
//	PutWLANResponse M2                  ──►  to the station
//	                                    ◄──  WLANEvent: M3
//	…
//
// # How they are driven
//
// Both implement [Machine]: they are values without goroutine, clock or socket,
// which process datagrams, HTTP requests and responses, and return what to
// send. Package lan runs one on a network interface. The access point decides
// by its own rules, behind the interface [AccessPoint]; the registrar's owner
// gives orders with [Registrar.Learn], [Registrar.Configure] and
// [Registrar.Enroll].
//
// # What other hosts can do
//
// UPnP has no authentication: any host of the local network may search,
// subscribe and send messages. Only the proofs within the messages protect the
// settings. They do not protect stations: a host that subscribes can make the
// access point advertise push-button mode, and give its own settings to a
// station that responds. So use a Device only if the owner wants external
// registrars, and on the local network only.
//
// Both ends communicate with hosts of that network only: http with a numeric
// address, no redirection, no host name (CVE-2020-12695 is about callbacks to
// other networks). Queues are limited, and the host with most entries makes
// room; documents have no entities; an action from a host without a
// subscription does not change what is advertised.
//
// # Origin of the rules
//
// "UPnP Device Architecture 1.0 §4.1.2" names the text that states a rule.
// Numbers and tolerances marked [hostap] are those of hostapd and
// wpa_supplicant, the implementation in most devices.
package upnp
