// Package dot11 parses the information elements of 802.11 frames that matter to
// Wi-Fi Protected Setup: the name of the network, its channel, its security,
// and the attributes of its WPS elements.
//
// The elements are the same whether a capture holds them (package capture) or
// the driver of a radio returns them after a scan (package station). [Parse]
// parses a list of them:
//
//	e, err := dot11.Parse(elements)
//	e.SSID, e.RSN, e.WPS // what could be read, whatever the error
//
// Clauses are those of IEEE Std 802.11-2020.
package dot11
