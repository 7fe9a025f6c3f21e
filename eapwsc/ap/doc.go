// Package ap has the rules of an access point: who may register, what is
// advertised, and what an external registrar may do with the access point's
// own PIN.
//
// [AccessPoint] is all of WPS in a router. It combines [PINList] and
// [PushButton] (who may register), [Lockout] (wrong guesses at the access
// point's own PIN) and [SelectedRegistrar] (what beacons and probe responses
// say). Each station that associates for WPS gets a [Session].
//
// Nothing here blocks, keeps time or starts a goroutine. The methods of an
// AccessPoint and of its Sessions must not be called concurrently.
package ap
