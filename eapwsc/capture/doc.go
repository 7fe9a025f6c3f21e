// Package capture reads packet captures of Wi-Fi Protected Setup.
//
// A [Reader] turns a capture, from a file or a pipe, into a stream of [Event] values: the management frames of access points and
// stations with their WPS elements, EAPOL frames, RADIUS packets with EAP in them, and the actions and events of the UPnP service
// WFAWLANConfig. Everything else is passed over at little cost: a million frames take about a tenth of a second.
//
//	reader, err := capture.NewReader(file)
//	if err != nil {
//		return err
//	}
//	for {
//		event, err := reader.Next()
//		if err == io.EOF {
//			break
//		}
//		...
//	}
//
// # What is read
//
// Files are pcap (microseconds and nanoseconds) or pcapng, of either byte order, plain or compressed with gzip; which of them is
// found out from the first octets. Link types:
//
//	Ethernet (1)                    also with 802.1Q and 802.1ad tags, and with LLC
//	IEEE 802.11 (105)               with or without a frame check sequence
//	radiotap (127), PPI (192),      802.11 with the channel and the signal strength, as far as told
//	Prism (119), AVS (163)
//	Linux cooked (113, 276)         SLL and SLL2
//	raw IP (12, 14, 101, 228, 229), for RADIUS and UPnP
//	loopback (0, 108)
//
// IP is version 4 or 6. RADIUS is known by its ports and, on any other, by a whole EAP packet within. UPnP is known by its HTTP
// header, on whatever port; TCP segments may come twice, out of order or cut at any octet.
//
// # From frames to a verdict
//
// A [Collector] makes [Exchange] values of the events: one attempt to register each, with its steps in order, retransmissions counted
// and fragments joined, and with what the access point said of itself and what became of the settings. [Exchange.Findings] is what
// package validate finds in it, [Exchange.Attempt] and [Exchange.Evidence] are what package doctor needs to know.
//
// With a [KeyLog], which the machines of package registration write on request and the example wpskeylog makes of the debug output
// of hostapd and wpa_supplicant, every Authenticator is verified and the settings are decrypted. Their keys are never given out: a
// verdict knows their shape only.
//
// # What is wrong with a capture
//
// A capture is evidence, often damaged: no frame in it can end the reading, and none is believed. A malformed frame makes an event of
// [KindNote] with a sentence; one that is usable in part makes an event of its kind with a Note. A damaged record is skipped, and
// reading goes on at the next one that makes sense. The same note is given at most a hundred times. What is encrypted, marked
// as badly received, or fragmented below EAP is passed over.
//
// Memory is bounded however long the capture is: unfinished HTTP messages and the management frames last seen are kept, of a limited
// number of connections and senders.
//
// # On gopacket
//
// Captures are written with github.com/google/gopacket/pcapgo, in tests and by examples/wpstraffic. To read them, neither it nor the
// decoders of github.com/google/gopacket/layers are used, but as a reference in tests. The reader copies each frame, stops at what it does
// not expect, and brings the tables of all layers, which take longer to make than a small capture to be read. The decoders of v1.1.19
// take padding into EAP.TypeData, always cut four octets off 802.11 frames, take no element shorter than four octets as the last one, and
// panic on many malformed radiotap headers and vendor elements. Users who feed WPS code from them should cut EAP packets to their own
// length.
package capture
