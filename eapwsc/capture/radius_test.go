package capture

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func radiusPacket(code, identifier byte, attributes ...[]byte) []byte {
	a := join(attributes...)
	return join([]byte{code, identifier}, be16(20+len(a)), make([]byte, 16), a)
}

func attribute(kind byte, value []byte) []byte {
	return append([]byte{kind, byte(2 + len(value))}, value...)
}

// eapMessage splits an EAP packet into attributes.
func eapMessage(packet []byte) (attributes []byte) {
	for len(packet) > 253 {
		attributes = append(attributes, attribute(radiusEAPMessage, packet[:253])...)
		packet = packet[253:]
	}
	return append(attributes, attribute(radiusEAPMessage, packet)...)
}

func TestRADIUS(t *testing.T) {
	long := join([]byte{2, 9}, be16(600), []byte{254}, bytes.Repeat([]byte{7}, 595))
	failure := []byte{4, 9, 0, 4}
	identity := join(attribute(radiusCallingStationID, []byte("02-00-00-00-01-00")), attribute(radiusCalledStationID, []byte("02-00-00-00-00-01:a:b")))
	for _, addresses := range [][2]string{{"10.0.0.1", "10.0.0.2"}, {"fd00::1", "fd00::2"}} {
		for _, port := range []uint16{1812, 1645, 40000} {
			client := netip.AddrPortFrom(netip.MustParseAddr(addresses[0]), 50000)
			server := netip.AddrPortFrom(netip.MustParseAddr(addresses[1]), port)
			otherClient := netip.AddrPortFrom(client.Addr(), 50001)
			events := decodeFrames(t, linkEthernet,
				udpFrame(client, server, radiusPacket(RADIUSAccessRequest, 5, identity, eapMessage(long))),
				udpFrame(server, otherClient, radiusPacket(RADIUSAccessChallenge, 5, eapMessage(long))),
				udpFrame(server, client, append(radiusPacket(RADIUSAccessChallenge, 5, attribute(radiusState, []byte{1, 2}), eapMessage(long)), 0, 0)),
				udpFrame(server, client, radiusPacket(RADIUSAccessReject, 5, eapMessage(failure))),
			)
			calling, called := "02-00-00-00-01-00", "02-00-00-00-00-01:a:b"
			want := []RADIUSPacket{
				{RADIUSAccessRequest, 5, client, server, nil, calling, called, stationMAC, apMAC},
				{RADIUSAccessChallenge, 5, otherClient, server, nil, "", "", [6]byte{}, [6]byte{}},
				{RADIUSAccessChallenge, 5, client, server, []byte{1, 2}, "", "", stationMAC, apMAC},
				{RADIUSAccessReject, 5, client, server, nil, "", "", stationMAC, apMAC},
			}
			var got []RADIUSPacket
			for i, e := range events {
				if data := [][]byte{long, long, long, failure}[i]; e.Kind != KindRADIUS || e.Note != "" || !bytes.Equal(e.Data, data) {
					t.Fatalf("%v: %+v", server, e)
				}
				got = append(got, *e.RADIUS)
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
				t.Errorf("%v (-want +got):\n%s", server, diff)
			}
		}
	}
}

// TestRADIUSMalformed checks that a malformed packet gives a note on the ports
// of RADIUS, and is ignored on others.
func TestRADIUSMalformed(t *testing.T) {
	client, elsewhere := netip.MustParseAddrPort("10.0.0.1:50000"), netip.MustParseAddrPort("10.0.0.2:50000")
	server := netip.MustParseAddrPort("10.0.0.2:1812")
	good := radiusPacket(RADIUSAccessRequest, 5, eapMessage([]byte{2, 9, 0, 4}))
	longer := bytes.Clone(good)
	longer[3]++
	for _, test := range []struct {
		name   string
		packet []byte
		kind   EventKind // 0: no event
		note   problem
	}{
		{"short", good[:19], KindNote, radiusMalformed},
		{"longer than the datagram", longer, KindNote, radiusMalformed},
		{"attribute of one octet", radiusPacket(RADIUSAccessRequest, 5, []byte{79}), KindNote, radiusMalformed},
		{"attribute of length 1", radiusPacket(RADIUSAccessRequest, 5, []byte{79, 1, 0}), KindNote, radiusMalformed},
		{"attribute of length 1, and two octets that look like another", radiusPacket(RADIUSAccessRequest, 5, []byte{79, 1, 2}), KindNote, radiusMalformed},
		{"attribute too long", radiusPacket(RADIUSAccessRequest, 5, []byte{79, 9, 0}), KindNote, radiusMalformed},
		{"longer than RADIUS allows", radiusPacket(RADIUSAccessRequest, 5, bytes.Repeat(attribute(1, make([]byte, 253)), 16)), KindNote, radiusMalformed},
		{"part of an EAP packet", radiusPacket(RADIUSAccessRequest, 5, eapMessage([]byte{2, 9, 0, 5})), KindRADIUS, radiusEAP},
		{"no EAP code", radiusPacket(RADIUSAccessRequest, 5, eapMessage([]byte{5, 9, 0, 4})), KindRADIUS, radiusEAP},
		{"without EAP", radiusPacket(RADIUSAccessReject, 5), KindRADIUS, noProblem},
		{"accounting", radiusPacket(4, 5), 0, noProblem},
		{"empty", nil, 0, noProblem},
	} {
		events := decodeFrames(t, linkEthernet, udpFrame(client, server, test.packet))
		if test.kind == 0 && len(events) == 0 {
			continue
		}
		if len(events) != 1 || events[0].Kind != test.kind || events[0].Note != problems[test.note].text {
			t.Errorf("%s: %+v", test.name, events)
		}
		if events := decodeFrames(t, linkEthernet, udpFrame(client, elsewhere, test.packet)); len(events) != 0 {
			t.Errorf("%s, on another port: %+v", test.name, events)
		}
	}
}

func TestIPHeaders(t *testing.T) {
	client, server := netip.MustParseAddrPort("10.0.0.1:50000"), netip.MustParseAddrPort("10.0.0.2:1812")
	client6, server6 := netip.MustParseAddrPort("[fd00::1]:50000"), netip.MustParseAddrPort("[fd00::2]:1812")
	packet := radiusPacket(RADIUSAccessRequest, 5, eapMessage([]byte{2, 9, 0, 4}))
	four, six := udpFrame(client, server, packet)[14:], udpFrame(client6, server6, packet)[14:]
	change := func(b []byte, at int, values ...byte) []byte {
		b = bytes.Clone(b)
		copy(b[at:], values)
		return b
	}
	extended := func(next byte, headers ...byte) []byte {
		b := join(six[:40], headers, six[40:])
		return change(change(b, 4, be16(len(b)-40)...), 6, next)
	}
	for _, test := range []struct {
		name  string
		link  linkType
		frame []byte
		kind  EventKind // 0: no event
	}{
		{"IPv4", linkIPv4, four, KindRADIUS},
		{"IPv6", linkIPv6, six, KindRADIUS},
		{"raw IPv4", linkRaw, four, KindRADIUS},
		{"raw IPv6", linkRaw12, six, KindRADIUS},
		{"loopback", linkNull, join([]byte{2, 0, 0, 0}, four), KindRADIUS},
		{"loopback IPv6", linkLoop, join([]byte{0, 0, 0, 28}, six), KindRADIUS},
		{"802.11", linkDot11, dot11Data(apMAC, stationMAC, snap(etherIPv4, four)), KindRADIUS},
		{"padding", linkEthernet, ethernetFrame(apMAC, stationMAC, etherIPv4, append(bytes.Clone(four), 1, 2, 3)), KindRADIUS},
		{"IPv4 options", linkRaw, join(change(change(four, 0, 0x46), 2, be16(len(four)+4)...)[:20], []byte{1, 1, 1, 1}, four[20:]), KindRADIUS},
		{"length left to the card", linkRaw, change(four, 2, 0, 0), KindRADIUS},
		{"IPv6 length left to the card", linkRaw, change(six, 4, 0, 0), KindRADIUS},
		{"hop by hop", linkRaw, extended(protocolHopByHop, protocolDestination, 0, 1, 4, 0, 0, 0, 0, protocolUDP, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), KindRADIUS},
		{"AH", linkRaw, extended(protocolAH, protocolUDP, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1), KindRADIUS},
		{"IPv4 fragment", linkRaw, change(four, 6, 0x20, 0), KindNote},
		{"later IPv4 fragment", linkRaw, change(four, 6, 0, 9), KindNote},
		{"IPv6 fragment", linkRaw, extended(protocolFragment, protocolUDP, 0, 0, 1, 0, 0, 0, 1), KindNote},
		{"cut in the datagram", linkRaw, four[:len(four)-1], KindNote},
		{"nothing", linkRaw, nil, 0},
		{"version 5", linkRaw, change(four, 0, 0x55), 0},
		{"IPv4 header too short", linkRaw, change(four, 0, 0x44), 0},
		{"IPv4 header longer than the packet", linkRaw, change(four, 0, 0x4f)[:40], 0},
		{"IPv6 options longer than the packet", linkRaw, change(six, 6, protocolRouting), 0},
		{"no UDP header", linkRaw, four[:27], 0},
		{"ICMP", linkRaw, change(four, 9, 1), 0},
	} {
		frames := [][]byte{test.frame}
		if len(test.frame) == 0 {
			frames[0] = []byte{0}
		}
		events := decodeFrames(t, test.link, frames...)
		if test.kind == 0 && len(events) == 0 {
			continue
		}
		if len(events) != 1 || events[0].Kind != test.kind {
			t.Errorf("%s: %+v", test.name, events)
		}
	}
}
