package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/registration"
)

// network is a network in JSON.
type network struct {
	SSID           string `json:"ssid"`
	SSIDHex        string `json:"ssid_hex"`
	Authentication string `json:"authentication"`
	Encryption     string `json:"encryption"`
	Key            string `json:"key,omitempty"`
	Problem        string `json:"problem,omitempty"` // why it cannot be used
}

// report prints the settings received and writes them to the output file. If
// the file cannot be written, they are printed with the key, since the PIN is
// used up.
func (p *invocation) report(result *registration.Result) error {
	networks := receivedNetworks(p, result)
	if p.given == nil {
		p.status.Printf("%s %s.", done(p), live.Describe(&result.Peer))
	}
	showKey := p.ShowKey
	var failed error
	if p.output != nil {
		text, err := render(p, result, networks, true)
		if err == nil {
			err = p.output.Write(text)
			p.output = nil
		}
		switch {
		case err != nil:
			failed = fmt.Errorf("-o %s: %w; what was received is printed instead, with the key", p.outputFile, err)
			showKey = true
		default:
			p.status.Printf("The settings, with the key, are in %s.", p.outputFile)
			if p.profile != 0 {
				return nil
			}
		}
	}
	text, err := render(p, result, networks, showKey)
	if err != nil && showKey { // they cannot be written as profiles
		p.profile = 0
		var fallback error
		if text, fallback = render(p, result, networks, showKey); fallback != nil {
			return errors.Join(failed, err, fallback)
		}
	}
	out := p.Text()
	if p.JSON {
		out = printable.NewWriter(p.Out, printable.Lossless)
	}
	_, writing := out.Write(text)
	return errors.Join(failed, err, writing)
}

// done returns what the run did.
func done(a *invocation) string {
	switch {
	case !a.registrar:
		return "Registered with"
	case a.settings != nil:
		return "Wrote the settings of"
	}
	return "Read the settings of"
}

// receivedNetworks returns the networks received: those given to an enrollee, or the
// access point's settings after any change.
func receivedNetworks(a *invocation, result *registration.Result) []wps.Credential {
	switch {
	case !a.registrar:
		return wps.MergeCredentials(result.Credentials)
	case a.settings != nil:
		return []wps.Credential{*a.settings}
	}
	return []wps.Credential{*result.AP}
}

// render writes the networks in the format of the flags.
func render(a *invocation, result *registration.Result, networks []wps.Credential, showKey bool) ([]byte, error) {
	switch {
	case a.profile != 0:
		return a.renderProfile(networks)
	case a.JSON:
		return renderJSON(result, networks, showKey)
	}
	var b bytes.Buffer
	for i := range networks {
		renderText(&b, &networks[i], showKey)
	}
	return b.Bytes(), nil
}

// renderProfile writes the usable networks as profiles: all of them for
// wpa_supplicant, which chooses among those in range, otherwise the first.
func (p *invocation) renderProfile(networks []wps.Credential) ([]byte, error) {
	usable := p.networks
	if usable == nil {
		var err error
		if usable, err = station.KnownNetworks(networks, nil); err != nil {
			return nil, fmt.Errorf("%s: %w", doctor.Quote(string(networks[0].SSID)), err)
		}
	}
	if p.profile != station.WPASupplicant {
		usable = usable[:1]
	}
	var text string
	if p.update && p.output != nil {
		content, err := p.output.Content()
		if err != nil {
			return nil, fmt.Errorf("-o %s: %w", p.outputFile, err)
		}
		text = string(content)
	}
	for i := range usable {
		profile, err := station.NewProfile(p.profile, &usable[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", doctor.Quote(string(usable[i].Credential.SSID)), err)
		}
		text = profile.Update(text)
	}
	return []byte(text), nil
}

func renderJSON(result *registration.Result, networks []wps.Credential, showKey bool) ([]byte, error) {
	out := struct {
		Schema       string    `json:"schema"`
		Manufacturer string    `json:"manufacturer"`
		Model        string    `json:"model"`
		Device       string    `json:"device_name"`
		UUID         string    `json:"uuid"`
		Networks     []network `json:"networks"`
	}{"wpsenroll/1", cleanText(result.Peer.Manufacturer), cleanText(result.Peer.ModelName), cleanText(result.Peer.DeviceName), result.Peer.UUID.String(), []network{}}
	for i := range networks {
		c := &networks[i]
		n := network{
			SSID: strings.ToValidUTF8(string(c.SSID), "\uFFFD"), SSIDHex: fmt.Sprintf("%x", string(c.SSID)),
			Authentication: c.AuthType.String(), Encryption: c.EncrType.String(),
		}
		if showKey {
			n.Key = string(c.NetworkKey)
		}
		if err := c.Usable(); err != nil {
			n.Problem = err.Error()
		}
		out.Networks = append(out.Networks, n)
	}
	b, err := json.Marshal(out)
	return append(b, '\n'), err
}

func renderText(w io.Writer, c *wps.Credential, showKey bool) {
	fmt.Fprintf(w, "network   %v\n", c.SSID)
	fmt.Fprintf(w, "security  %v, %v\n", c.AuthType, c.EncrType)
	switch {
	case len(c.NetworkKey) == 0:
	case showKey:
		fmt.Fprintf(w, "key       %s\n", printable.Text(string(c.NetworkKey)))
	default:
		fmt.Fprintf(w, "key       not shown: -show-key prints it, -o FILE writes it to a file\n")
	}
	if err := c.Usable(); err != nil {
		fmt.Fprintf(w, "problem   %v\n", err)
	}
}

// cleanText returns the text that a device sent about itself. A device without one
// sends a space.
func cleanText(text string) string { return strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD") }
