package main

import (
	"fmt"

	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/sim"
	"github.com/gowps/gowps/wps"
)

// meanings describe what a frame means or proves, by [sim.Frame.Name].
var meanings = map[string]string{
	"authentication":        "open: it proves nothing",
	"EAP-Request/Identity":  "who are you?",
	"EAP-Response/Identity": "a device that asks to be registered",
	"WSC_Start":             "then begin",
	"M1":                    "the printer describes itself; its nonce and public key",
	"M2":                    "the router describes itself; now both have keys that nobody else has",
	"M3":                    "E-Hash1, E-Hash2: the printer commits itself to both halves of the password",
	"M4":                    "R-Hash1, R-Hash2: so does the router; R-S1 proves that it has the first half",
	"M5":                    "E-S1: the printer proves that it has the first half",
	"M6":                    "R-S2: the router proves that it has the second half",
	"M7":                    "E-S2: the printer proves that it has the second half",
	"M8":                    "both have the password: here is the network, encrypted",
	"WSC_ACK":               "understood",
	"WSC_Done":              "the printer has it",
	"EAP-Failure":           "EAP-WSC always ends in this way, even after a success",
	"EAPOL-Start":           "is an access point there?",
	"message 1 of 4":        "the router's nonce",
	"message 2 of 4":        "the printer's nonce; its MIC proves that it has the network key",
	"message 3 of 4":        "its MIC proves that the router has the network key",
	"message 4 of 4":        "both have it",
}

// reasons describe the reason codes of a deauthentication in the simulator.
var reasons = map[uint16]string{
	sim.ReasonNotAuthenticated: "the router has restarted and forgotten the device",
	sim.ReasonLeaving:          "the printer leaves",
	sim.ReasonHandshakeTimeout: "the 4-way handshake did not end: the network key is wrong",
	sim.Reason8021XFailed:      "this association was for the registration only",
}

// meaning returns what a frame means or proves.
func meaning(f *sim.Frame) string {
	switch f.Type {
	case sim.Beacon:
		var e wps.Beacon
		return announced(f, &e, &e)
	case sim.ProbeResponse:
		var e wps.ProbeResponse
		return announced(f, &e, &e.Beacon)
	case sim.ProbeRequest:
		return probeTarget(f)
	case sim.AssociationResponse:
		if f.Code != sim.StatusSuccess {
			return fmt.Sprintf("refused, status code %d", f.Code)
		}
		return "welcome"
	case sim.AssociationRequest:
		if _, ok := wps.JoinElements(f.Body); ok {
			return "with a WPS element: to register only"
		}
		return "with an RSN element: to join the network"
	case sim.Deauthentication:
		return fmt.Sprintf("reason code %d: %s", f.Code, reasons[f.Code])
	case sim.Data:
		if text := stopped(f); text != "" {
			return text
		}
	}
	return meanings[f.Name()]
}

// announced returns what an access point announces about WPS. element is the
// decoded list, and beacon the part of it that a beacon has.
func announced(f *sim.Frame, element wps.List, beacon *wps.Beacon) string {
	attributes, ok := wps.JoinElements(f.Body)
	switch {
	case !ok:
		return "a network without WPS"
	case wps.Decode(element, attributes, wps.Tolerant) != nil:
		return "a network with a WPS element that cannot be read"
	case !beacon.SelectedRegistrar:
		return "a network with WPS, which waits for no device"
	case beacon.DevicePasswordID == wps.PasswordPushButton:
		return "waits for a device whose button was pressed"
	}
	return "waits for a device with a PIN"
}

// probeTarget returns what a probe request asks for.
func probeTarget(f *sim.Frame) string {
	var e wps.ProbeRequest
	attributes, ok := wps.JoinElements(f.Body)
	switch {
	case !ok:
		return "which networks are there? Is mine?"
	case wps.Decode(&e, attributes, wps.Tolerant) == nil && e.DevicePasswordID == wps.PasswordPushButton:
		return "my button was pressed: who waits for me?"
	}
	return "I have a PIN: who waits for me?"
}

// stopped returns why a registration was stopped or refused.
func stopped(f *sim.Frame) string {
	frame, err := eapol.ParseFrame(f.Body)
	if err != nil {
		return ""
	}
	packet, err := eap.ParsePacket(frame.Body)
	if err != nil {
		return ""
	}
	message, err := wps.ParseMessage(packet.Data, wps.Tolerant)
	if err != nil {
		return ""
	}
	switch m := message.(type) {
	case *wps.NACK:
		return fmt.Sprintf("stop: configuration error %d, %v", m.ConfigError, m.ConfigError)
	case *wps.M2D:
		return fmt.Sprintf("not now: configuration error %d, %v", m.ConfigError, m.ConfigError)
	}
	return ""
}
