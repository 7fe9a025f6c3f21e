// Package eapol frames EAP packets for a link: EAP over LAN, IEEE 802.1X, as
// Ethernet and 802.11 carry it under [EtherType].
//
// A frame's own Length is not always right. [ParseFrame] takes it for the
// upper bound that it is, except that an EAP packet has a Length itself, and
// this one is trusted: the Buffalo WHR-G125 with firmware 1.47 announces 14
// octets of EAPOL before whole WSC messages, and hostap gets on with it in
// the same way. So [Frame.Body] of an EAP frame is the EAP packet, ready for
// [eapwsc.ParsePacket], without padding and without what follows.
//
// After a registration the same link carries the four messages of the 4-way
// handshake in EAPOL-Key frames. They are none of WSC's business, but they
// tell whether the credential received is right: [Frame.KeyMessage] says
// which of them a frame is.
package eapol
