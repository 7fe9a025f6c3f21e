// Package eapol frames EAP packets for a link: EAP over LAN, IEEE 802.1X, as
// Ethernet and 802.11 carry it under [EtherType]; and it carries whole
// registrations over such a link.
//
// # Frames
//
// A frame's own Length is not always right. [ParseFrame] takes it for the
// upper bound that it is, except that an EAP packet has a Length itself, and
// this one is trusted: the Buffalo WHR-G125 with firmware 1.47 announces 14
// octets of EAPOL before whole WSC messages, and hostap gets on with it in
// the same way. So [Frame.Body] of an EAP frame is the EAP packet, ready for
// [eap.ParsePacket], without padding and without what follows.
//
// After a registration the same link carries the four messages of the 4-way
// handshake in EAPOL-Key frames. They are none of WSC's business, but they
// tell whether the credential received is right: [Frame.KeyMessage] says
// which of them a frame is.
//
// # Running
//
// Packages registration and eapwsc have no clock and no socket. Here is both:
// [Run] carries one exchange over a [Conn] until it is over, and an
// [Authenticator] serves all the stations of an access point. Nothing else in
// the module blocks.
//
//	conn, err := link.Listen("eth0")
//	…
//	machine, err := registration.NewEnrollee(registration.EnrolleeConfig{…})
//	…
//	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: machine})
//	…
//	result, err := eapol.Run(ctx, conn, peer)
//
// Package eapwsc/eapol/link opens a network interface. It is apart so that who
// needs frames only, such as a reader of captures, does not carry sockets.
package eapol
