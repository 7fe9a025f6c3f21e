package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/examples/internal/live"
	"github.com/gowps/gowps/examples/internal/program"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/printable"
	"github.com/gowps/gowps/wps/registration"
)

// waiting describes what the program waits for.
func (s *service) waiting() string {
	var what []string
	if len(s.pins) > 0 {
		what = append(what, "devices with their PIN")
	}
	if s.button {
		what = append(what, "a device whose button is pressed")
	}
	if s.left > 0 {
		what = append(what, "the device of the NFC tag")
	}
	if s.own != "" {
		what = append(what, "those who read the NFC tag")
	}
	switch {
	case s.apPIN != (pin.PIN{}) && s.upnp != "":
		what = append(what, "external registrars, also in the network of "+s.upnp)
	case s.apPIN != (pin.PIN{}):
		what = append(what, "external registrars")
	case s.upnp != "":
		what = append(what, "external registrars in the network of "+s.upnp)
	}
	where := s.Interface
	if s.radius != "" {
		where = "RADIUS " + s.radius
	}
	return fmt.Sprintf("%s: waiting on %s for %s", s.Name, where, list(what))
}

// list joins words as a sentence does: a, b and c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// happened prints an event, and ends the service if nothing is left to wait
// for.
func (s *service) happened(e ap.Event) {
	if e.Kind.Routine() {
		return
	}
	if s.JSON {
		s.printJSON(&e)
	} else {
		s.print(&e)
	}
	switch e.Kind {
	case ap.EventRegistered:
		s.served = true
		s.button = false
	case ap.EventPushButtonOver:
		s.button = false
	case ap.EventPINGone:
		s.pinsLeft--
	case ap.EventTokenGone:
		s.left--
	case ap.EventSettingsRead, ap.EventNewSettings:
		s.served = true
	}
	if !s.waits() {
		s.over()
	}
}

// print prints an event as text.
func (s *service) print(e *ap.Event) {
	address := e.Station.String()
	if e.From != "" {
		address = e.From
	}
	who := fmt.Sprintf("%s, %s", address, live.Describe(&e.Device))
	switch e.Kind {
	case ap.EventRegistered:
		by := ""
		if e.External {
			by = " by an external registrar"
		}
		s.line("Registered%s: %s.", by, who)
	case ap.EventFailed:
		s.line("Not registered: %s.", address)
		live.Explain(s.status.Above(s.Text()), e.Err, s.attempt(e))
	case ap.EventPINNeeded:
		s.line("A PIN is needed: %s. If this is your device, let it in with -pin %v=PIN.", who, e.UUID)
	case ap.EventOverlap:
		s.line("More than one device has its button pressed: no device is admitted. Wait two minutes, and press one button only.")
	case ap.EventPushButtonOver:
		s.line("Two minutes are over, and no device with its button pressed has come.")
	case ap.EventPINGone:
		s.line("The PIN is %v.", e.PIN)
	case ap.EventSettingsRead:
		s.line("Settings read by %s.", who)
	case ap.EventNewSettings:
		s.line("New settings: network %v, %v, %v%s.", e.Settings.SSID, e.Settings.AuthType, e.Settings.EncrType, s.key(e.Settings))
	case ap.EventWrongPIN:
		s.line("%s has tried a wrong PIN of the access point.", address)
	case ap.EventsLost:
		s.line("%d events were lost.", e.Lost)
	case ap.EventLocked:
		s.line("The access point's PIN is locked: %s has tried wrong ones.", address)
	case ap.EventUnlocked:
		s.line("The access point's PIN is unlocked.")
	}
}

// line prints a line to standard output.
func (s *service) line(format string, args ...any) {
	fmt.Fprintf(s.status.Above(s.Text()), format+"\n", args...)
}

// event is an event in JSON.
type event struct {
	Schema   string    `json:"schema"`
	Event    string    `json:"event"`
	Time     time.Time `json:"time"`
	Station  string    `json:"station,omitempty"`
	From     string    `json:"from,omitempty"` // address of an external registrar
	UUID     string    `json:"uuid,omitempty"`
	Device   string    `json:"device_name,omitempty"`
	External bool      `json:"external,omitempty"` // an external registrar ran the registration
	Error    string    `json:"error,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	PIN      string    `json:"pin,omitempty"` // the new state of the PIN
	SSID     string    `json:"ssid,omitempty"`
	SSIDHex  string    `json:"ssid_hex,omitempty"`
	Auth     string    `json:"authentication,omitempty"`
	Encr     string    `json:"encryption,omitempty"`
	Key      string    `json:"key,omitempty"`
}

// printJSON writes an event as JSON.
func (s *service) printJSON(e *ap.Event) {
	out := event{Schema: "wpsregistrar/1", Event: e.Kind.String(), Time: e.Time.UTC(), Device: e.Device.DeviceName, External: e.External, From: e.From}
	if e.Station != (wps.MAC{}) {
		out.Station = e.Station.String()
	}
	if e.UUID != (wps.UUID{}) {
		out.UUID = e.UUID.String()
	}
	if e.Err != nil {
		out.Error, out.Cause = e.Err.Error(), string(live.Cause(e.Err, s.attempt(e)))
	}
	if e.Kind == ap.EventPINGone {
		out.PIN = e.PIN.String()
	}
	if c := e.Settings; c != nil {
		out.SSID, out.SSIDHex = strings.ToValidUTF8(string(c.SSID), "\uFFFD"), fmt.Sprintf("%x", string(c.SSID))
		out.Auth, out.Encr = c.AuthType.String(), c.EncrType.String()
		if s.ShowKey {
			out.Key = string(c.NetworkKey)
		}
	}
	if err := program.JSON(s.status.Above(s.Out)).Encode(out); err != nil {
		s.status.Printf("wpsregistrar: %v", err)
	}
}

// attempt returns what an event shows about an attempt, besides its error.
func (s *service) attempt(e *ap.Event) doctor.Attempt {
	a := doctor.Attempt{Method: doctor.PIN, Station: e.Station, Enrollee: e.Device, APEnrollee: e.Role == registration.RoleEnrollee}
	if s.button && !a.APEnrollee {
		a.Method = doctor.PushButton
	}
	return a
}

// key returns the key of new settings if -show-key is set.
func (s *service) key(c *wps.Credential) string {
	switch {
	case len(c.NetworkKey) == 0:
		return ""
	case s.ShowKey:
		return ", key " + printable.Text(string(c.NetworkKey))
	}
	return ", the key is not shown"
}
