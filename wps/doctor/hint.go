package doctor

import (
	"slices"

	"github.com/gowps/gowps/wps"
)

// Circumstances that are reported as hints; some are also causes.
const (
	WeakSignal       Cause = "weak-signal"           // the two are too far apart
	LossyLink        Cause = "lossy-link"            // messages had to be sent again
	SeveralAPs       Cause = "several-access-points" // the device tries several access points in turn
	AddressMismatch  Cause = "address-mismatch"      // the device changes its address, or there is a repeater in between
	MethodNotOffered Cause = "method-not-offered"    // the router does not advertise the method
	OldVersion       Cause = "old-version"           // the access point supports version 1.0 only
	SettingsChanged  Cause = "settings-changed"      // WPS has changed the router's settings
)

// hintRows are for circumstances that make an attempt worse, or that its owner
// should know about, but that do not end it: some of A, B and C of the table.
// All that match are reported beside the cause.
var hintRows = []Row{
	{Code: "C7", Cause: SettingsChanged, Hint: true,
		Evidence: "WSC_Done from an access point, or its State went from not configured to configured",
		Owner:    "This has changed the Wi-Fi name and password of {router}. Devices that were connected before must be connected again.",
		Steps:    []string{"Read the new password on the web page of {router}, and connect your other devices again."},
		Engineer: "The access point was unconfigured and configured itself, or an external registrar wrote its settings by M8.",
		when: func(v *view) bool {
			return v.ended(EndDone) && (v.apIsEnrollee() || v.state != nil && v.state.State == wps.NotConfigured)
		}},
	{Code: "A10", Cause: MethodNotOffered, Hint: true,
		Evidence: "Config Methods of the registrar without the method that the enrollee uses",
		Owner:    "{Router} announces that it does not offer this WPS method. Many routers are wrong about this: try it all the same, then try the other method (button or PIN).",
		Engineer: "The Config Methods of M2 or M2D lack the method of M1. Weak evidence: many registrars set these bits wrongly.",
		when: func(v *view) bool {
			return v.failed() && (v.usesMethod(PushButton) && v.attempt.Registrar.ConfigMethods != 0 && v.attempt.Registrar.ConfigMethods&wps.MethodPushButton == 0 ||
				v.usesMethod(PIN) && v.attempt.Registrar.ConfigMethods != 0 && v.attempt.Registrar.ConfigMethods&(wps.MethodKeypad|wps.MethodDisplay|wps.MethodLabel) == 0)
		}},
	{Code: "A11", Cause: OldVersion, Hint: true,
		Evidence: "a WPS element without Version2",
		Owner:    "{Router} has an old version of WPS. New firmware may help. Set the security to WPA2 with AES.",
		Engineer: "The access point speaks WSC 1.0: it may wait for EAPOL-Start, and give WEP or TKIP credentials.",
		when:     func(v *view) bool { return v.failed() && v.state != nil && v.state.WFA.Version2 == 0 }},
	{Code: "A15", Cause: WeakSignal, Hint: true,
		Evidence: "a signal below -75 dBm",
		Owner:    "The signal is weak. Put {device} 1 to 3 metres from {router} while you set it up.",
		Engineer: "The access point was received at {signal} dBm.",
		when: func(v *view) bool {
			return v.failed() && v.net != nil && v.net.Signal != 0 && v.net.Signal < weak && !v.attempt.Wired
		}},
	{Code: "B20", Cause: SeveralAPs, Hint: true,
		Evidence: "earlier attempts of the station with other access points",
		Owner:    "{Device} tries several routers or mesh nodes, one after the other. Press the button, or enter the PIN, at the one that is nearest to it.",
		Engineer: "The station ran with other BSSIDs before.",
		when: func(v *view) bool {
			return v.failed() && v.attempt.Station != wps.MAC{} && slices.ContainsFunc(v.before(), func(b *Attempt) bool {
				return b.Station == v.attempt.Station && b.AP != v.attempt.AP && b.End != EndDone
			})
		}},
	{Code: "B23", Cause: AddressMismatch, Hint: true,
		Evidence: "the MAC address in M1 is not the sender's",
		Owner:    "{Device} reports a different Wi-Fi address from the one it uses: switch off its random or private address, and connect to the main router, not through a repeater.",
		Engineer: "The MAC Address in M1 is not the station's.",
		when:     func(v *view) bool { return v.failed() && v.otherAddress() }},
	{Code: "B24", Cause: LossyLink, Hint: true,
		Evidence: "messages that were sent again",
		Owner:    "Messages had to be sent again: the connection is poor, or one of the two is slow. Bring them nearer to each other.",
		Engineer: "{repeats} retransmitted.{m2lost}",
		when:     func(v *view) bool { return v.failed() && v.attempt.Retransmissions > 0 && !v.attempt.Wired }},
	{Code: "B24", Cause: LossyLink, Hint: true,
		Evidence: "messages that were sent again, on a wire",
		Owner:    "Messages had to be sent again: one of the two is slow, or frames were lost.",
		Engineer: "{repeats} retransmitted.{m2lost}",
		when:     func(v *view) bool { return v.failed() && v.attempt.Retransmissions > 0 && v.attempt.Wired }},
}
