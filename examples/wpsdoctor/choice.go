package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gowps/gowps/eapwsc/capture/exchange"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// choice selects the networks and devices to report on; the zero value selects
// all.
type choice struct {
	ssid   wps.SSID
	bssid  wps.MAC
	device wps.MAC
}

// choice returns the selection of the flags.
func (p *invocation) choice() choice { return choice{p.look.ssid, p.look.bssid, p.device} }

// includes reports whether a network is selected.
func (c *choice) includes(n *doctor.Network) bool {
	return (c.ssid == "" || n.SSID == c.ssid) && (c.bssid == wps.MAC{} || n.BSSID == c.bssid)
}

// includesExchange reports whether an exchange is selected.
func (c *choice) includesExchange(x *exchange.Exchange, a *doctor.Attempt) bool {
	if c.device != (wps.MAC{}) && c.device != x.Client && c.device != a.Enrollee.MAC {
		return false
	}
	if c.bssid != (wps.MAC{}) && c.bssid != a.AP && c.bssid != x.AP {
		return false
	}
	return c.ssid == "" || x.Network != nil && x.Network.SSID == c.ssid
}

// narrow removes from the evidence what is not selected.
func (c *choice) narrow(e *doctor.Evidence) {
	e.Networks = slices.DeleteFunc(e.Networks, func(n doctor.Network) bool { return !c.includes(&n) })
	e.Stations = slices.DeleteFunc(e.Stations, func(s doctor.Station) bool { return c.device != wps.MAC{} && s.MAC != c.device })
}

// absent reports that a selected network was not heard, and lists the others.
func (c *choice) absent(networks []doctor.Network) error {
	const most = 5
	var others []string
	for _, n := range doctor.ByState(networks) {
		if len(others) == most {
			others = append(others, "…")
			break
		}
		others = append(others, doctor.Quote(string(n.SSID))+" "+n.BSSID.String())
	}
	if len(others) == 0 {
		return fmt.Errorf("the network that was named was not heard, nor any other")
	}
	return fmt.Errorf("the network that was named was not heard; these were: %s", strings.Join(others, ", "))
}
