package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// networkEntry is what there is to say of a network: a line of JSON. What is not
// known is null.
type networkEntry struct {
	Schema   string    `json:"schema"`
	File     string    `json:"file"`
	BSSID    *string   `json:"bssid"`
	SSID     *string   `json:"ssid"`
	SSIDHex  *string   `json:"ssid_hex"`
	Channel  int       `json:"channel"` // 0 if not known
	Signal   int       `json:"signal"`  // dBm; 0 if not known
	Security string    `json:"security"`
	State    string    `json:"state"`
	Locked   bool      `json:"locked"`
	Device   bool      `json:"opened_by_device"` // Wi-Fi Direct and the like
	Version  *string   `json:"version"`
	Methods  *string   `json:"methods"`
	Bands    *string   `json:"bands"`
	Maker    *string   `json:"maker"`
	Model    *string   `json:"model"`
	Findings []finding `json:"findings"`
}

// networksSchema names the form of the objects: see schema.json.
const networksSchema = "wpsdoctor-networks/1"

// newNetworkEntry describes a network.
func newNetworkEntry(file string, n *doctor.Network, mode wps.Mode) *networkEntry {
	r := &networkEntry{
		Schema: networksSchema, File: file, BSSID: address(n.BSSID), SSID: text(string(n.SSID)), SSIDHex: text(fmt.Sprintf("%x", string(n.SSID))),
		Channel: n.Channel, Signal: n.Signal, Security: securityWords(n), State: n.State().String(), Device: n.OwnedByDevice(), Findings: []finding{},
	}
	if len(n.Adverts) > 0 {
		if e := n.Adverts[len(n.Adverts)-1].Element; e != nil {
			r.Locked = e.APSetupLocked
			version := "1.0"
			if v := e.WFA.Version2; v != 0 {
				version = fmt.Sprintf("%d.%d", v>>4, v&0xF)
			}
			r.Version = &version
			if e.RFBands != 0 {
				r.Bands = text(e.RFBands.String())
			}
		}
	}
	if d := n.Description; d != nil {
		r.Maker, r.Model = text(strings.TrimSpace(d.Manufacturer)), text(strings.TrimSpace(d.ModelName))
		if d.ConfigMethods != 0 {
			r.Methods = text(d.ConfigMethods.String())
		}
	}
	var e entry
	e.find(n.Findings(mode), nil)
	r.Findings = append(r.Findings, e.Findings...)
	return r
}

// securityWords name the security of a network as people do.
func securityWords(n *doctor.Network) string {
	for _, row := range []struct {
		is   bool
		name string
	}{
		{n.Open, "open"}, {n.OWE, "Enhanced Open"}, {n.WEP, "WEP"}, {n.Enterprise, "enterprise"}, {n.SAEOnly, "WPA3"},
		{n.SAE, "WPA2/WPA3"}, {n.TKIPOnly, "WPA"},
	} {
		if row.is {
			return row.name
		}
	}
	return "WPA2"
}

// networks lists the networks that were heard, those that wait first.
func (w *writer) networks(all []doctor.Network) {
	if w.json {
		lines := json.NewEncoder(w.out)
		lines.SetEscapeHTML(false)
		for _, n := range doctor.ByState(all) {
			lines.Encode(newNetworkEntry(w.file, n, w.mode)) // what cannot be written shows when the output is flushed
		}
		return
	}
	fmt.Fprintln(w.out, bold(w.wrap(fmt.Sprintf("%s: %s", shown(w.file), count(len(all), "network")), "")))
	for _, n := range doctor.ByState(all) {
		w.network(newNetworkEntry(w.file, n, w.mode))
	}
	fmt.Fprintln(w.out)
}

// network writes the lines of a network.
func (w *writer) network(r *networkEntry) {
	name := "(hidden)"
	if r.SSID != nil {
		name = doctor.Quote(*r.SSID)
	}
	parts := []string{"WPS " + r.State}
	if r.State == doctor.StateOff.String() {
		parts[0] = r.State
	}
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if r.Locked && r.State != doctor.StateLocked.String() {
		add("router's PIN locked")
	}
	if r.Device {
		add("opened by a device for itself")
	}
	add("%s", r.Security)
	if r.Channel != 0 {
		add("channel %d", r.Channel)
	}
	if r.Signal != 0 {
		add("%d dBm", r.Signal)
	}
	for _, known := range []struct {
		words string
		value *string
	}{{"version", r.Version}, {"bands", r.Bands}, {"methods", r.Methods}} {
		if known.value != nil {
			add("%s %s", known.words, *known.value)
		}
	}
	if maker := strings.TrimSpace(known(r.Maker) + " " + known(r.Model)); r.Maker != nil || r.Model != nil {
		add("%s", doctor.Quote(maker))
	}
	fmt.Fprintf(w.out, "  %s %s\n", known(r.BSSID), name)
	fmt.Fprintf(w.out, "    %s\n", w.wrap(strings.Join(parts, ", "), "    "))
	for i := range r.Findings {
		w.finding(&r.Findings[i])
	}
}

// chosen returns those of the networks that the user has chosen.
func (p *invocation) chosen(all []doctor.Network) []doctor.Network {
	e := doctor.Evidence{Networks: all}
	choice := p.choice()
	choice.narrow(&e)
	return e.Networks
}
