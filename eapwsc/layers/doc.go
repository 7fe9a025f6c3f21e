// Package layers has the layers of Wi-Fi Protected Setup for
// github.com/google/gopacket.
//
//	[EAP]       an EAP packet, for which gopacket has no next layer
//	[EAPWSC]    the expanded type that carries WSC: op-code, flags, length
//	[Message]   M1 to M8, M2D, WSC_ACK, WSC_NACK and WSC_Done
//	[Element]   the WPS element of an 802.11 management frame
//	[IEEE1905]  a message of IEEE 1905.1, with its WSC TLVs
//
// # Packets
//
// Call [Register] once, before the first packet is decoded. From then on
// gopacket.NewPacket continues after an EAP layer, in EAPOL and in RADIUS, and
// decodes EtherType 0x893A:
//
//	layers.Register()
//	packet := gopacket.NewPacket(data, linkType, gopacket.NoCopy)
//	if m, ok := packet.Layer(layers.LayerTypeMessage).(*layers.Message); ok {
//		fmt.Println(m.Type)
//	}
//
// Register changes tables of gopacket that the whole program shares, which is
// why importing the package does not do it. The EAP layer of a packet stays
// gopacket's *layers.EAP.
//
// The WPS element of a frame is one of several elements, and may be split over
// several. [ElementOf] joins it.
//
// # Parsers
//
// Every layer is a gopacket.DecodingLayer. In a gopacket.DecodingLayerParser
// use [EAP] of this package instead of gopacket's. None of the layers allocates
// memory there. Register is not needed.
//
// # Lengths
//
// Lengths come from the packets' own fields: gopacket's EAP keeps the padding
// of an Ethernet frame behind a packet, on which a WSC Authenticator would
// fail. A fragment is a payload; package capture keeps the state that joining
// fragments needs.
package layers
