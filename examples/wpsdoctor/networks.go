package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gowps/gowps/examples/internal/diagnosis"
	"github.com/gowps/gowps/wps/doctor"
)

// networks lists the networks, those that wait first, and then the devices that
// use Wi-Fi Direct.
func (w *writer) networks(all []doctor.Network, direct []doctor.DirectDevice) {
	if w.json {
		lines := json.NewEncoder(w.out)
		lines.SetEscapeHTML(false)
		for _, n := range doctor.ByState(all) {
			lines.Encode(diagnosis.NewNetworkEntry(w.file, n, w.mode)) // an error shows when the output is flushed
		}
		for i := range direct {
			lines.Encode(diagnosis.NewDirectEntry(w.file, &direct[i]))
		}
		return
	}
	fmt.Fprintln(w.out, bold(w.wrap(fmt.Sprintf("%s: %s", diagnosis.Shown(w.file), count(len(all), "network")), "")))
	for _, n := range doctor.ByState(all) {
		w.network(diagnosis.NewNetworkEntry(w.file, n, w.mode))
	}
	for i := range direct {
		r := diagnosis.NewDirectEntry(w.file, &direct[i])
		name := "(no name)"
		if r.DirectName != nil {
			name = doctor.Quote(*r.DirectName)
		}
		fmt.Fprintf(w.out, "  %s %s\n    %s\n", diagnosis.Known(r.BSSID), name, w.wrap("a device that uses Wi-Fi Direct: "+*r.Direct, "    "))
	}
	fmt.Fprintln(w.out)
}

// network writes the lines of a network.
func (w *writer) network(r *diagnosis.NetworkEntry) {
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
	if maker := strings.TrimSpace(diagnosis.Known(r.Maker) + " " + diagnosis.Known(r.Model)); r.Maker != nil || r.Model != nil {
		add("%s", doctor.Quote(maker))
	}
	fmt.Fprintf(w.out, "  %s %s\n", diagnosis.Known(r.BSSID), name)
	fmt.Fprintf(w.out, "    %s\n", w.wrap(strings.Join(parts, ", "), "    "))
	for i := range r.Findings {
		w.finding(&r.Findings[i])
	}
}

// chosen returns the networks that are selected.
func (p *invocation) chosen(all []doctor.Network) []doctor.Network {
	e := doctor.Evidence{Networks: all}
	choice := p.choice()
	choice.narrow(&e)
	return e.Networks
}
