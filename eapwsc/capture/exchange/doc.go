// Package exchange puts the events of a capture together to exchanges: attempts
// to register a device by Wi-Fi Protected Setup.
//
// A [Collector] takes the events that package capture reads and returns an
// [Exchange] for each attempt, with its steps in order, retransmissions counted
// and fragments joined, with what the access point said of itself, and with what
// became of the settings:
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
// An exchange is a [validate.Transcript] with what its surroundings show.
// [Exchange.Findings] is what package validate finds in it, [Exchange.Attempt]
// and [Exchange.Evidence] are what package doctor needs to say why it ended as it
// did.
//
// With a [KeyLog], which the machines of package registration write on request
// and the example wpskeylog makes of the debug output of hostapd and
// wpa_supplicant, every Authenticator is verified and the settings are decrypted.
// Their keys are never returned: a verdict has their shape only.
//
// # Memory and time
//
// A capture may come from anyone. What the collector keeps is bounded, in
// numbers and in octets: conversations, exchanges that have not ended, access
// points and their elements, stations. Where there is too much of it, what was
// heard longest ago is dropped first. Each event costs about the same, however
// many devices there are.
package exchange
