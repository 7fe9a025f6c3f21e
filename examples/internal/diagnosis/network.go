package diagnosis

import (
	"fmt"
	"strings"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// NetworkEntry describes a network in one line of JSON. A field that is not
// known is null.
type NetworkEntry struct {
	Schema   string  `json:"schema"`
	File     string  `json:"file"`
	BSSID    *string `json:"bssid"`
	SSID     *string `json:"ssid"`
	SSIDHex  *string `json:"ssid_hex"`
	Channel  int     `json:"channel"` // 0 if not known
	Signal   int     `json:"signal"`  // dBm; 0 if not known
	Security string  `json:"security"`
	State    string  `json:"state"`
	Locked   bool    `json:"locked"`
	Device   bool    `json:"opened_by_device"` // Wi-Fi Direct and similar
	// Direct is what a device of Wi-Fi Direct sent last, and DirectName its name.
	Direct     *string   `json:"direct"`
	DirectName *string   `json:"direct_name"`
	Version    *string   `json:"version"`
	Methods    *string   `json:"methods"`
	Bands      *string   `json:"bands"`
	Maker      *string   `json:"maker"`
	Model      *string   `json:"model"`
	Findings   []Finding `json:"findings"`
}

// networksSchema is the version of the schema: see schema.json.
const networksSchema = "wpsdoctor-networks/1"

// NewNetworkEntry describes a network.
func NewNetworkEntry(file string, n *doctor.Network, mode wps.Mode) *NetworkEntry {
	r := &NetworkEntry{
		Schema: networksSchema, File: file, BSSID: Address(n.BSSID), SSID: text(string(n.SSID)), SSIDHex: text(fmt.Sprintf("%x", string(n.SSID))),
		Channel: n.Channel, Signal: n.Signal, Security: securityWords(n), State: n.State().String(), Device: n.OwnedByDevice(), Findings: []Finding{},
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
	var e Entry
	e.Find(n.Findings(mode), nil)
	r.Findings = append(r.Findings, e.Findings...)
	return r
}

// NewDirectEntry describes a device that was heard using Wi-Fi Direct.
func NewDirectEntry(file string, d *doctor.DirectDevice) *NetworkEntry {
	return &NetworkEntry{
		Schema: networksSchema, File: file, BSSID: Address(d.MAC), Security: "Wi-Fi Direct", State: doctor.StateUnknown.String(), Device: true,
		Direct: &d.LastAction, DirectName: text(d.Name), Findings: []Finding{},
	}
}

// securityWords returns the usual name of a network's security.
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
