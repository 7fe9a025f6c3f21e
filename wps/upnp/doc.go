// Package upnp carries the Registration Protocol between an access point and
// external registrars over UPnP: the service WFAWLANConfig:1.
//
// # The two ends
//
// A [Device] is the access point's end: it is found by search, describes
// itself, lets a computer that knows the access point's PIN read and write the
// settings, and passes the messages of stations on. A [Registrar] is the
// computer's end, the external registrar:
//
//	Registrar                                         Device
//	M-SEARCH                            ──► multicast
//	                                    ◄──  where the description is
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
// Both are a [Machine]: values without goroutine, clock or socket, that are fed
// with datagrams, HTTP requests and answers, and say what to send. Package lan
// drives one over a network interface. What the access point decides, it
// decides by its own rules, behind the interface [AccessPoint]; what the
// registrar's owner wants is said by [Registrar.Learn], [Registrar.Configure]
// and [Registrar.Enroll].
//
// # What strangers can do
//
// UPnP authenticates nobody: any host of the local network may search, subscribe
// and send messages. Only the proofs within the messages protect the settings.
// What they do not protect is a station: a host that subscribes can have the
// access point advertise a push button, and give a station that comes then
// settings of its own. So make a Device only where the owner wants external
// registrars, and on the local network only.
//
// Both ends hear only hosts of that network and call nobody else: http with a
// numeric address, no redirection, no name (CVE-2020-12695 is about callbacks
// that go elsewhere). What waits is counted and limited, and the host that has
// most makes room; documents have no entities; an action from a host without a
// subscription changes nothing that is advertised.
//
// # Origin of the rules
//
// "UPnP Device Architecture 1.0 §4.1.2" names the text that states a rule.
// Numbers and tolerances marked [hostap] are those of hostapd and
// wpa_supplicant, the implementation most devices of the field contain.
package upnp
