// Package exchange groups the events of a capture into exchanges: attempts to
// register a device by Wi-Fi Protected Setup.
//
// A [Collector] processes the events of package capture and returns an
// [Exchange] for each attempt, with its steps in order, retransmissions counted
// and fragments joined, what the access point advertised, and whether the
// settings were used:
//
//	c := exchange.NewCollector(keys)
//	for event, err := reader.Next(); err == nil; event, err = reader.Next() {
//		for _, x := range c.Add(event) {
//			findings := x.Findings(wps.Tolerant)
//			attempt := x.Attempt(findings)
//			diagnosis := doctor.Diagnose(x.Evidence(history.Add(attempt)))
//			...
//		}
//	}
//
// An exchange is a [validate.Transcript] with its surroundings.
// [Exchange.Findings] returns the findings of package validate;
// [Exchange.Attempt] and [Exchange.Evidence] return what package doctor needs
// to explain how it ended.
//
// With a [KeyLog], which the machines of package registration write on request
// and the example wpskeylog extracts from the debug output of hostapd and
// wpa_supplicant, every Authenticator is verified and the settings are
// decrypted. Network keys are never returned, only the form of the settings.
//
// # Memory and time
//
// A capture may come from anyone. The collector limits the number and the
// octets of everything it keeps: conversations, exchanges that have not ended,
// access points and their elements, stations. Beyond the limits, the oldest is
// dropped first. Each event costs about the same, however many devices there
// are.
package exchange
