// Package ap decides who may register at an access point.
//
// [AccessPoint] is all of WPS in a router. It combines [PINList] and
// [PushButton] (who may register), [Lockout] (wrong guesses at the access
// point's own PIN) and [SelectedRegistrar] (what beacons and probe responses
// say). Each station that associates for WPS gets a [Session]; an external
// registrar without EAP, over UPnP, gets a [Run].
//
// # One door
//
// A station's M1 waits for a decision. The rules of the access point answer it
// at once: admitted, with M2, or refused for now, with M2D. A station that was
// refused can be kept for a while ([Config.LateM2]). What the owner does in that
// time ([AccessPoint.EnterPIN], [AccessPoint.PressButton]) is decided on by the
// same rules. The session is then in [AccessPoint.Ready]:
//
//	point.PressButton(now)
//	for _, session := range point.Ready() {
//		step, err := session.Timeout(now) // step.Send has M2
//	}
//
// A controller answers later in the same way, and so does an external registrar,
// by [AccessPoint.Deliver]. New settings wait for their owner likewise if
// [Config.AskOwner] is set.
//
// A permission that is withdrawn ends the registrations that began with it:
// [AccessPoint.Cancel], [AccessPoint.RemovePIN], [AccessPoint.RemoveToken],
// [AccessPoint.SetPIN], [AccessPoint.DisableToken] and [AccessPoint.SetLock] have
// them end with a WSC_NACK before they give or take
// anything. The end of the walk time, or of a PIN's lifetime, ends none.
//
// # NFC
//
// The access point takes the password token of a device's tag
// ([AccessPoint.EnterToken]) and hands over in both directions
// ([AccessPoint.HandoverSelect], [AccessPoint.HandoverRequest]): the device that
// has the key whose hash was read is registered, and no other. It has a tag of
// its own ([AccessPoint.MakeToken]) and gives its networks by one
// ([AccessPoint.ConfigurationToken]). Package nfc makes NDEF messages of these,
// and reads them.
//
// # Order
//
// After each call, read [AccessPoint.Events], store what [EventKind.Changes]
// asks for, and then send the packet of the step. A wrong guess of the access
// point's PIN then counts although the power fails.
//
// # Concurrency and ownership
//
// Nothing here blocks, keeps time or starts a goroutine. An AccessPoint, its
// Sessions and its Runs are one unit: no two of their methods may be called at
// the same time. [Config.CredentialsFor] is called from within them and must not
// call back. What they return is a value or a copy, but for the packets of a
// step, which belong to the session and are valid until its next call.
//
// The cost of a packet does not depend on the number of sessions. The caller
// bounds their number, and calls [Session.Close] for a station that has gone.
package ap
