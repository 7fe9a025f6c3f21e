// Package eap reads and writes the EAP packets that carry Wi-Fi Protected
// Setup messages, and cuts and joins their fragments.
//
// WSC messages travel in EAP packets of the expanded type, which name the
// Wi-Fi Alliance as vendor. The station is the EAP peer and answers Requests
// with Responses; the access point is the EAP server. The identity that the
// station gives says which of the two is the Enrollee: [EnrolleeIdentity] or
// [RegistrarIdentity].
//
// [ParsePacket] reads an EAP packet and [Packet.AppendTo] writes one, octet
// for octet the same. A packet ends where its own Length says: what follows
// in the frame (padding of the link, a frame check sequence) does not belong
// to it and must never reach a WSC Authenticator. The layout, with offsets
// as an [Error] gives them:
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
// A [Fragmenter] cuts a message that is too long for one packet, and a
// [Reassembler] joins the fragments. Every fragment but the last is answered
// by WSC_FRAG_ACK, which a station sends with the Identifier of the Request
// and an access point with a new one. A Reassembler holds no more than was
// received, whatever the Message Length announces.
//
// Both accept what deployed devices send. [Packet.Faults] lists departures
// from the letter that do no harm; a strict Reassembler refuses them.
//
// # Origin of the rules
//
// A clause such as "RFC 3748 §4.1" or "WSC 2.0.5 §7.7.1" names the text that
// states the rule. The handling of fragments follows the two implementations
// found in the field, and is marked with their names, hostap and iwd.
package eap
