// Package ap decides who may register at an access point.
//
// [AccessPoint] implements WPS in a router. It combines [PINList] and
// [PushButton] (who may register), [Lockout] (wrong guesses at the access
// point's own PIN) and [SelectedRegistrar] (what beacons and probe responses
// say). Each station that associates for WPS gets a [Session]; an external
// registrar without EAP, over UPnP, gets a [Run].
//
// # Decisions
//
// A station's M1 waits for a decision. The rules of the access point answer it
// at once: admitted, with M2, or refused for now, with M2D. A station that was
// refused can be kept for a while ([Config.LateM2]). Actions of the owner in
// that time ([AccessPoint.EnterPIN], [AccessPoint.PressButton]) lead to a new
// decision by the same rules. The session is then in [AccessPoint.Ready]:
//
//	point.PressButton(now)
//	for _, session := range point.Ready() {
//		step, err := session.Timeout(now) // step.Send has M2
//	}
//
// A controller answers later in the same way, and so does an external
// registrar, by [AccessPoint.Deliver]. If [Config.AskOwner] is set, new
// settings wait for the owner in the same way.
//
// Withdrawing a permission ends the registrations that began with it:
// [AccessPoint.Cancel], [AccessPoint.RemovePIN], [AccessPoint.RemoveToken],
// [AccessPoint.SetPIN], [AccessPoint.DisableToken] and [AccessPoint.SetLock]
// end them with a WSC_NACK before any settings are sent or adopted. The end of
// the walk time, or of a PIN's lifetime, does not end a registration.
//
// # NFC
//
// The access point accepts the password token of a device's tag
// ([AccessPoint.EnterToken]) and supports handovers in both directions
// ([AccessPoint.HandoverSelect], [AccessPoint.HandoverRequest]): the device
// that has the key whose hash was read is registered, and no other. It has a
// tag of its own ([AccessPoint.MakeToken]) and can put its networks on a tag
// ([AccessPoint.ConfigurationToken]). Package nfc reads and writes the NDEF
// messages.
//
// # Order
//
// After each call, read [AccessPoint.Events], store what [EventKind.Changes]
// asks for, and then send the packet of the step. A wrong guess of the access
// point's PIN then counts even if the power fails.
//
// # Concurrency and ownership
//
// The package does not block, read a clock or start goroutines. An AccessPoint,
// its Sessions and its Runs are one unit: their methods must not be called
// concurrently. They call [Config.CredentialsFor], which must not call them.
// They return values and copies, except the packets of a step, which belong to
// the session and are valid until its next call.
//
// The cost of a packet does not depend on the number of sessions. The caller
// limits their number, and calls [Session.Close] for a station that has gone.
package ap
