package registration

import (
	"fmt"
	"io"
	"slices"

	"github.com/gowps/gowps/wps"
)

// Result is the result of a successful run. Printing it shows no secret.
type Result struct {
	// Peer is the other side's description, from M1 or M2.
	Peer wps.Device
	// PeerVersion2 is the peer's Version2, 0 for version 1.0.
	PeerVersion2 uint8
	// PeerWFA is the peer's whole Wi-Fi Alliance extension in M1 or M2: with
	// IEEE 1905.1 it has the Multi-AP role of the network in M2.
	PeerWFA wps.WFAExtension
	// Credentials are the credentials of M8, received or sent.
	Credentials []wps.Credential
	// AP is the settings of an access point: at the enrollee the new ones from
	// M8, at the registrar those from M7.
	AP *wps.Credential
	// SettingsRead reports whether the registrar only read the access point's
	// settings and wrote none: the run ended after M7.
	SettingsRead bool
	// NewPassword is a device password for a later run, or the zero value.
	NewPassword Password
	// Quirks are the peer's departures from the protocol that were tolerated.
	Quirks wps.Quirks
	// EMSK is key material for other protocols. WPS itself does not use it.
	EMSK EMSK
}

// Format prints the fields, and of secrets only whether they are set, whatever
// the verb. Without it package fmt calls no method of a pointer to a Result
// within another structure if the verb is not one for pointers, as in
// Printf("%s").
func (r Result) Format(f fmt.State, _ rune) {
	type fields Result
	fmt.Fprintf(f, "%+v", fields(r))
}

// Clone returns a copy that shares no memory with the result; nil for nil.
func (r *Result) Clone() *Result {
	if r == nil {
		return nil
	}
	c := *r
	c.Credentials = slices.Clone(r.Credentials)
	for i := range c.Credentials {
		c.Credentials[i] = cloneCredential(&c.Credentials[i])
	}
	if r.AP != nil {
		ap := cloneCredential(r.AP)
		c.AP = &ap
	}
	if !r.NewPassword.IsZero() {
		c.NewPassword = r.NewPassword.clone()
	}
	return &c
}

func cloneCredential(c *wps.Credential) wps.Credential {
	clone := *c
	clone.NetworkKey = slices.Clone(c.NetworkKey)
	return clone
}

// EMSK is the exported session key of a run, 32 octets, for other protocols.
// It is never printed.
type EMSK [32]byte

// Format prints a placeholder.
func (EMSK) Format(f fmt.State, _ rune) { io.WriteString(f, redaction) }

// MarshalText returns a placeholder.
func (EMSK) MarshalText() ([]byte, error) { return []byte(redaction), nil }

// Clear overwrites the secrets of the result.
func (r *Result) Clear() {
	for i := range r.Credentials {
		r.Credentials[i].Clear()
	}
	if r.AP != nil {
		r.AP.Clear()
	}
	r.NewPassword.Clear()
	clear(r.EMSK[:])
}
