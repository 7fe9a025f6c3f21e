// Package eapwsc carries Wi-Fi Protected Setup messages in EAP, and keeps the
// rules of a registrar around them: push-button sessions, PIN lists, lockout.
//
// # The two ends of an exchange
//
// [Peer] is the station's end and [Server] the access point's. Each is given
// a run of the Registration Protocol (package registration) and carries its
// messages: identities, WSC_Start, fragments, repeated packets, time-outs. They
// are values without goroutine, clock or socket; each call returns a [Step]:
//
//	step, err := peer.Handle(now, packet)  // a packet came
//	step, err = peer.Timeout(now)          // step.Deadline came
//
// Send step.Send if there is any; stop at step.Done. EAP-WSC always ends with
// EAP-Failure, success or not: ask for the result, not for the code. Package
// eapol has the loop that does this over a network interface.
//
// # An access point
//
// [AccessPoint] is all of WPS in a router: who may register ([PINList],
// [PushButton]), what an external registrar may do with the router's own PIN
// ([Lockout]), what beacons and probe responses say ([SelectedRegistrar]). Each
// station that associates for WPS gets a [Session]. [Selector] is the
// counterpart at a station: which access point to use.
//
// # Packets
//
// WSC messages travel in EAP packets of the expanded type, which name the
// Wi-Fi Alliance as vendor. The station is the EAP peer and answers Requests
// with Responses; the access point is the EAP server. Which of the two is the
// Enrollee is told by the identity that the station gives:
// [EnrolleeIdentity] or [RegistrarIdentity].
//
// [ParsePacket] reads an EAP packet and [Packet.AppendTo] writes one, octet
// for octet the same. A packet ends where its own Length says: what follows
// in the frame (padding of the link, a frame check sequence) does not belong
// to it and must never reach a WSC Authenticator. The layout, with offsets
// as a [PacketError] gives them:
//
//	 0  Code            1  Request, Response, Success, Failure
//	 1  Identifier      1  a Response repeats that of its Request
//	 2  Length          2  of the whole packet
//	 4  Type            1  Identity, Nak, …, 254 expanded (Request and Response only)
//	 5  Vendor-Id       3  00 37 2A                       (expanded only)
//	 8  Vendor-Type     4  00 00 00 01                    (expanded only)
//	12  Op-Code         1  WSC_Start, WSC_ACK, WSC_NACK, WSC_MSG, WSC_Done, WSC_FRAG_ACK
//	13  Flags           1  MF more fragments, LF length field
//	14  Message Length  2  of the whole message           (with LF only)
//	14 or 16            …  the message, or a fragment of it
//
// # Fragments
//
// A message too long for one packet is cut by a [Fragmenter] and put
// together by a [Reassembler]. Every fragment but the last is answered by
// WSC_FRAG_ACK, which a station sends with the Identifier of the Request and
// an access point with a new one. A Reassembler holds no more than what was
// really received, whatever the Message Length announces.
//
// Both take what deployed devices send. What departs from the letter without
// doing harm is told by [Packet.Faults] and refused by a strict Reassembler.
//
// Nothing here blocks, keeps time or starts a goroutine.
//
// # Origin of the rules
//
// A clause such as "RFC 3748 §4.1" or "WSC 2.0.5 §7.7.1" names the text that
// states the rule. The handling of fragments follows the two implementations
// found in the field, and is marked with their names, hostap and iwd.
package eapwsc
