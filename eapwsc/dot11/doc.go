// Package dot11 reads what the information elements of 802.11 frames say, as
// far as it bears on Wi-Fi Protected Setup: the name of the network, its
// channel, its security, and the attributes of its WPS elements.
//
// The elements are the same whether a capture holds them (package capture) or
// the driver of a radio hands them out after a scan (package station).
// [Parse] reads a list of them:
//
//	e, err := dot11.Parse(elements)
//	e.SSID, e.RSN, e.WPS // what could be read, whatever the error
//
// Clauses are those of IEEE Std 802.11-2020.
package dot11
