// Package eapol frames EAP packets for a link: EAP over LAN (IEEE 802.1X),
// which Ethernet and 802.11 carry under [EtherType]. It also runs whole
// registrations over such a link.
//
// # Frames
//
// A frame's own Length is not always right. [ParseFrame] treats it as an upper
// bound. An EAP packet has a Length of its own, which is trusted instead: the
// Buffalo WHR-G125 with firmware 1.47 announces 14 octets of EAPOL before whole
// WSC messages, and hostap handles it in the same way. So [Frame.Body] of an
// EAP frame is the EAP packet, ready for [eap.ParsePacket], without padding and
// without what follows.
//
// After a registration the same link carries the four messages of the 4-way
// handshake in EAPOL-Key frames. They are not part of WSC, but they show
// whether the received credential is right: [Frame.KeyMessage] returns which of
// them a frame is.
//
// # Running
//
// Packages registration and eapwsc have no clock and no socket; this package
// adds both. [Run] runs one exchange over a [Conn] until it ends, and an
// [Authenticator] serves all stations of an access point.
//
//	conn, err := link.Listen("eth0")
//	…
//	machine, err := registration.NewEnrollee(registration.EnrolleeConfig{…})
//	…
//	peer, err := eapwsc.NewPeer(eapwsc.PeerConfig{Machine: machine})
//	…
//	result, err := eapol.Run(ctx, conn, peer)
//
// Package eapwsc/eapol/link opens a network interface. It is a package of its
// own so that programs which need frames only, such as a reader of captures, do
// not depend on sockets.
package eapol
