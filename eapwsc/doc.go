// Package eapwsc carries one Wi-Fi Protected Setup exchange in EAP, at either
// end.
//
// [Peer] is the station's end and [Server] the access point's. Each wraps one
// run of the Registration Protocol (package registration) and handles
// everything around its messages: identities, WSC_Start, fragments,
// retransmissions and timeouts. Neither owns a goroutine, clock or socket; each
// call returns a [Step]:
//
//	step, err := peer.Handle(now, packet)  // a packet was received
//	step, err = peer.Timeout(now)          // step.Deadline was reached
//
// Send step.Send if it is not nil, and stop when step.Done is set. EAP-WSC
// always ends with EAP-Failure, so use the result and not the EAP code to find
// out whether it succeeded.
//
// The packets themselves are in package eap. Package eapol has the loop that
// runs an exchange over a network interface. The rules of an access point (who
// may register, and what is advertised) are in package ap, and a station's
// choice among access points is in package selection.
package eapwsc
