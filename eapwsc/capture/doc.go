// Package capture turns the frames of a capture into events of Wi-Fi Protected
// Setup.
//
// A [Reader] reads a capture, from a file or a pipe, and returns a stream of
// [Event] values: the management frames of access points and stations with
// their WPS elements, EAPOL frames, RADIUS packets with EAP in them, the
// actions and events of the UPnP service WFAWLANConfig, and the WSC messages of
// IEEE 1905.1 (EasyMesh). Everything else is skipped at little cost: a million
// frames take about a tenth of a second.
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
// Package exchange groups the events into attempts to register, and provides
// the evidence from which package doctor finds out why one failed.
//
// # What is read
//
// Files are pcap (microseconds and nanoseconds) or pcapng, of either byte
// order, plain or compressed with gzip. The format is detected by the first
// octets. Link types:
//
//	Ethernet (1)                    also with 802.1Q and 802.1ad tags, and with LLC
//	IEEE 802.11 (105)               with or without a frame check sequence
//	radiotap (127), PPI (192),      802.11 with the channel and the signal strength,
//	Prism (119), AVS (163)          if the header has them
//	Linux cooked (113, 276)         SLL and SLL2
//	raw IP (12, 14, 101, 228, 229), for RADIUS and UPnP
//	loopback (0, 108)
//
// IP is version 4 or 6. RADIUS is recognised by its ports and, on any other, by
// a whole EAP packet in it. UPnP is recognised by its HTTP header, on any port;
// TCP segments may come twice, out of order or cut at any octet.
//
// # Damaged captures
//
// Captures are often damaged: no frame ends the reading, and none is trusted. A
// malformed frame results in an event of [KindNote] with a sentence; one that
// is partly usable results in an event of its kind with a Note. A damaged
// record is skipped, and reading resumes at the next plausible one. The same
// note is returned at most a hundred times. Frames that are encrypted, marked
// as received with errors, or in fragments of IP are skipped; fragments of 802.11
// are joined.
//
// Memory is bounded however long the capture is: unfinished HTTP messages and
// the last management frames are kept, of a limited number of connections and
// senders.
//
// # On gopacket
//
// Tests and examples/wpstraffic write captures with
// github.com/google/gopacket/pcapgo. For reading, neither it nor the decoders
// of github.com/google/gopacket/layers are used, except as a reference in
// tests. Its reader copies each frame, stops at anything unexpected, and loads
// the tables of all layers, which takes longer than reading a small capture.
// The decoders of v1.1.19 include padding in EAP.TypeData, always cut four
// octets off 802.11 frames, accept no element shorter than four octets as the
// last one, and panic on many malformed radiotap headers and vendor elements.
// Users who pass packets from them to WPS code should cut EAP packets to their
// own length.
package capture
