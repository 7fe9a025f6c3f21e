package capture

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/eapwsc/dot11"
)

var eapolStart = []byte{1, 1, 0, 0}

// TestDot11Frames lists frames that carry no EAPOL frame, or one that cannot be
// reported.
func TestDot11Frames(t *testing.T) {
	data := dot11Data(apMAC, stationMAC, snap(etherEAPOL, eapolStart))
	with := func(control int, frame []byte) []byte {
		frame = bytes.Clone(frame)
		binary.LittleEndian.PutUint16(frame, binary.LittleEndian.Uint16(frame)|uint16(control))
		return frame
	}
	radio := func(flags byte, frame []byte) []byte { return join(radiotapHeader(flags, 5180, -70), frame) }
	qos := func(control byte, body []byte) []byte {
		return with(subtypeQoS<<4, dot11Data(apMAC, stationMAC, join([]byte{control, 0}, body)))
	}
	for _, test := range []struct {
		name  string
		link  linkType
		frame []byte
		want  problem // noProblem: no event
	}{
		{"protected", linkDot11, with(fcProtected, data), noProblem},
		{"without data", linkDot11, with(subtypeNull<<4, data), noProblem},
		{"later fragment", linkDot11, join(data[:22], []byte{1, 0}, data[24:]), noProblem},
		{"first fragment", linkDot11, with(fcMoreFragment, data), noProblem},
		{"first fragment of something else", linkDot11, with(fcMoreFragment, dot11Data(apMAC, stationMAC, snap(etherIPv4, make([]byte, 30)))), noProblem},
		{"control", linkDot11, []byte{0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1}, noProblem},
		{"action", linkDot11, dot11Frame(13<<4, apMAC, stationMAC, apMAC, 1, []byte{4, 10}), noProblem},
		{"another protocol version", linkDot11, with(1, data), noProblem},
		{"other LLC", linkDot11, dot11Data(apMAC, stationMAC, []byte{0x42, 0x42, 3, 0, 0, 0, 0, 0, 0}), noProblem},
		{"other SNAP", linkDot11, dot11Data(apMAC, stationMAC, []byte{0xaa, 0xaa, 3, 0, 0, 0x0c, 0x88, 0x8e, 1, 1, 0, 0}), noProblem},
		{"one octet", linkDot11, data[:1], dot11Short},
		{"half a header", linkDot11, data[:20], dot11Short},
		{"no fourth address", linkDot11, with(fcFromDS, data[:28]), dot11Short},
		{"half an EAPOL header", linkDot11, data[:len(data)-2], eapolShort},
		{"received badly", linkRadio, radio(radiotapBadFCS, data), linkBadFCS},
		{"received badly, PPI", linkPPI, join(ppiHeader(4, 5180, -70), data), linkBadFCS},
		{"A-MSDU cut short", linkDot11, qos(qosAMSDU, join(apMAC[:], stationMAC[:], be16(500), snap(etherIPv4, nil))), dot11AMSDU},
		{"no radiotap", linkRadio, []byte{0, 0, 8}, linkShort},
		{"radiotap version 1", linkRadio, []byte{1, 0, 8, 0, 0, 0, 0, 0}, linkRadiotap},
		{"radiotap too long", linkRadio, []byte{0, 0, 9, 0, 0, 0, 0, 0}, linkRadiotap},
		{"radiotap too short", linkRadio, []byte{0, 0, 7, 0, 0, 0, 0, 0}, linkRadiotap},
		{"radiotap words without end", linkRadio, join([]byte{0, 0, 12, 0}, le32(1<<31), le32(1<<31), data), linkRadiotap},
		{"radiotap without its flags", linkRadio, join([]byte{0, 0, 8, 0}, le32(radiotapFlags), data), linkRadiotap},
		{"radiotap without its channel", linkRadio, join([]byte{0, 0, 10, 0}, le32(radiotapChannel), data), linkRadiotap},
		{"radiotap without its signal", linkRadio, join([]byte{0, 0, 8, 0}, le32(radiotapSignal), data), linkRadiotap},
		{"no PPI", linkPPI, []byte{0, 0, 8}, linkShort},
		{"PPI too long", linkPPI, []byte{0, 0, 9, 0, 105, 0, 0, 0}, linkRadiotap},
		{"PPI field too long", linkPPI, join([]byte{0, 0, 12, 0, 105, 0, 0, 0, 2, 0, 20, 0}, data), linkRadiotap},
		{"PPI of PPI", linkPPI, join([]byte{0, 0, 8, 0, 192, 0, 0, 0}, data), linkUnknown},
		{"no Prism", linkPrism, []byte{0, 0, 8}, linkShort},
		{"Prism too long", linkPrism, join(le32(0x44), le32(0x7fffff), data), linkRadiotap},
		{"no AVS", linkAVS, []byte{0, 0, 8}, linkShort},
		{"AVS too long", linkAVS, join(be32(avsMagic), be32(0xffffffff), data), linkRadiotap},
		{"no Ethernet", linkEthernet, make([]byte, 13), linkShort},
		{"no VLAN", linkEthernet, ethernetFrame(apMAC, stationMAC, etherVLAN, []byte{1, 2, 3}), linkShort},
		{"no SLL", linkSLL, make([]byte, 15), linkShort},
		{"no SLL2", linkSLL2, make([]byte, 19), linkShort},
		{"no loopback", linkNull, make([]byte, 3), linkShort},
	} {
		events := decodeFrames(t, test.link, test.frame)
		switch {
		case test.want == noProblem && len(events) == 0:
		case len(events) == 1 && events[0].Kind == KindNote && events[0].Note == problems[test.want].text:
		default:
			t.Errorf("%s: %+v, want %q", test.name, events, problems[test.want].text)
		}
	}
}

// TestRadio checks the radio information about a frame.
func TestRadio(t *testing.T) {
	frame := dot11Frame(typeData<<2|fcToDS|fcRetry, apMAC, stationMAC, otherMAC, 0xabc, snap(etherEAPOL, eapolStart))
	for _, test := range []struct {
		link    linkType
		header  []byte
		want    RadioInfo
		channel int
	}{
		{linkDot11, nil, RadioInfo{OnAir: true, Retry: true, Sequence: 0xabc}, 0},
		{linkRadio, radiotapHeader(0, 2412, -30), RadioInfo{true, true, 0xabc, 2412, -30}, 1},
		{linkRadio, radiotapHeader(0, 2484, -31), RadioInfo{true, true, 0xabc, 2484, -31}, 14},
		{linkRadio, radiotapHeader(0, 5180, -128), RadioInfo{true, true, 0xabc, 5180, -128}, 36},
		{linkRadio, radiotapHeader(0, 5955, 0), RadioInfo{true, true, 0xabc, 5955, 0}, 1},
		{linkRadio, radiotapHeader(0, 902, 0), RadioInfo{true, true, 0xabc, 902, 0}, 0},
		// Fields with padding: after two presence words, an odd rate, and a hop
		// pattern.
		{linkRadio, join([]byte{0, 0, 30, 0}, le32(radiotapMore|radiotapTSFT|radiotapRate|radiotapChannel), make([]byte, 4+4+8), []byte{2, 0}, le16(2437), le16(0)),
			RadioInfo{true, true, 0xabc, 2437, 0}, 6},
		{linkRadio, join([]byte{0, 0, 17, 0}, le32(radiotapRate|radiotapChannel|radiotapFHSS|radiotapSignal), []byte{2, 0}, le16(2437), le16(0), []byte{9, 9, 0xce}),
			RadioInfo{true, true, 0xabc, 2437, -50}, 6},
		{linkPPI, ppiHeader(0, 2472, -90), RadioInfo{true, true, 0xabc, 2472, -90}, 13},
	} {
		events := decodeFrames(t, test.link, join(test.header, frame), join(test.header, dot11Data(apMAC, stationMAC, snap(etherEAPOL, eapolStart))))
		if len(events) != 2 || events[0].Radio != test.want || events[0].Radio.Channel() != test.channel {
			t.Errorf("%+v, want %+v", events, test.want)
			continue
		}
		if e := events[0]; e.Src != stationMAC || e.Dst != otherMAC || e.BSSID != apMAC {
			t.Errorf("%x to %x in %x", e.Src, e.Dst, e.BSSID)
		}
		if r := events[1].Radio; r.Retry || r.Sequence != 77 {
			t.Errorf("the second frame: %+v", r)
		}
	}
}

// TestEAPOLLength checks that the data reported ends where the lengths of the
// frame say.
func TestEAPOLLength(t *testing.T) {
	request := []byte{1, 7, 0, 5, 1}
	for _, test := range []struct {
		name  string
		frame []byte
		wire  int
		want  []byte
		note  problem
	}{
		{"exact", join([]byte{2, 0, 0, 5}, request), 0, join([]byte{2, 0, 0, 5}, request), noProblem},
		{"padding within EAPOL", join([]byte{2, 0, 0, 9}, request, make([]byte, 4)), 0, join([]byte{2, 0, 0, 9}, request), noProblem},
		{"padding behind EAPOL", join([]byte{2, 0, 0, 5}, request, make([]byte, 40)), 0, join([]byte{2, 0, 0, 5}, request), noProblem},
		{"EAPOL length too small", join([]byte{2, 0, 0, 1}, request), 0, join([]byte{2, 0, 0, 1}, request), noProblem},
		{"EAPOL length too large", join([]byte{2, 0, 9, 9}, request), 0, join([]byte{2, 0, 9, 9}, request), noProblem},
		{"EAP length too large", []byte{2, 0, 0, 5, 1, 7, 0, 6, 1}, 0, []byte{2, 0, 0, 5, 1, 7, 0, 6, 1}, eapolLength},
		{"EAP length too small to be one", []byte{2, 0, 0, 5, 1, 7, 0, 3, 1, 0}, 0, []byte{2, 0, 0, 5, 1, 7, 0, 3, 1}, noProblem},
		{"cut", []byte{2, 0, 0, 50, 1, 7, 0, 50, 254}, 70, []byte{2, 0, 0, 50, 1, 7, 0, 50, 254}, eapolCut},
		{"Key", []byte{2, 3, 0, 3, 1, 2, 3, 4}, 0, []byte{2, 3, 0, 3, 1, 2, 3}, noProblem},
		{"Key too long", []byte{2, 3, 0, 5, 1, 2, 3, 4}, 0, []byte{2, 3, 0, 5, 1, 2, 3, 4}, eapolLength},
	} {
		r := record{bootTime, 1, ethernetFrame(apMAC, stationMAC, etherEAPOL, test.frame), test.wire}
		events := readAll(t, bytes.NewReader(buildPcap(binary.LittleEndian, false, r)))
		if len(events) != 1 {
			t.Errorf("%s: %d events", test.name, len(events))
			continue
		}
		e := events[0]
		if !bytes.Equal(e.Data, test.want) || e.Note != problems[test.note].text || e.Truncated != (test.note != noProblem) {
			t.Errorf("%s: %x, %t, %q, want %x, %q", test.name, e.Data, e.Truncated, e.Note, test.want, problems[test.note].text)
		}
	}
}

func TestManagement(t *testing.T) {
	rsn := element(elementRSN, 1, 0, 0, 0x0f, 0xac, 2, 2, 0, 0, 0x0f, 0xac, 4, 0, 0x0f, 0xac, 2, 2, 0, 0, 0x0f, 0xac, 2, 0, 0x0f, 0xac, 8, 0x80, 0)
	wpa := element(elementVendor, 0, 0x50, 0xf2, 1, 1, 0, 0, 0x50, 0xf2, 2, 1, 0, 0, 0x50, 0xf2, 2, 1, 0, 0, 0x50, 0xf2, 2)
	ssid := element(elementSSID, []byte("n\xffme")...)
	fixed := &Management{Capability: 0x411, Elements: dot11.Elements{SSID: "n\xffme"}}
	for _, test := range []struct {
		name    string
		subtype int
		body    []byte
		kind    EventKind
		want    *Management
		note    problem
	}{
		{"beacon", 8, beaconBody(0, 0x411, ssid, element(elementDSSS, 11)), KindBeacon, &Management{Capability: 0x411, Elements: dot11.Elements{SSID: "n\xffme", Channel: 11}}, noProblem},
		{"hidden", 8, beaconBody(0, 1, element(elementSSID)), KindBeacon, &Management{Capability: 1, Elements: dot11.Elements{Hidden: true}}, noProblem},
		{"hidden by zeros", 5, beaconBody(0, 1, element(elementSSID, 0, 0, 0)), KindProbeResponse, &Management{Capability: 1, Elements: dot11.Elements{Hidden: true}}, noProblem},
		{"probe to all", 4, element(elementSSID), KindProbeRequest, &Management{}, noProblem},
		{"WPS in parts", 8, beaconBody(0, 0x411, wpsElement(0x10, 0x4a), ssid, element(elementVendor, 0, 0x50, 0xf2, 2, 9), wpsElement(0, 1), wpsElement(0x10)),
			KindBeacon, &Management{Capability: 0x411, Elements: dot11.Elements{SSID: "n\xffme", WPS: []byte{0x10, 0x4a, 0, 1, 0x10}}}, noProblem},
		{"WPS empty", 4, join(ssid, wpsElement()), KindProbeRequest, &Management{Elements: dot11.Elements{SSID: "n\xffme", WPS: []byte{}}}, noProblem},
		{"RSN and WPA", 8, beaconBody(0, 0x411, ssid, rsn, wpa), KindBeacon, &Management{Capability: 0x411, Elements: dot11.Elements{SSID: "n\xffme", RSN: &dot11.Security{Group: dot11.CipherTKIP, Pairwise: []dot11.CipherSuite{dot11.CipherCCMP, dot11.CipherTKIP}, AKMs: []dot11.AKM{dot11.AKMPSK, dot11.AKMSAE}, PMFCapable: true}, WPA: &dot11.Security{Group: dot11.CipherTKIP, Pairwise: []dot11.CipherSuite{dot11.CipherTKIP}, AKMs: []dot11.AKM{dot11.AKMPSK}}}}, noProblem},
		{"RSN malformed", 8, beaconBody(0, 0x411, ssid, element(elementRSN, 1, 0, 0, 0x0f, 0xac, 4, 9, 0, 1, 2)), KindBeacon, fixed, securityMalformed},
		{"element too long", 8, beaconBody(0, 0x411, ssid, []byte{elementVendor, 200, 0, 0x50, 0xf2, 4}), KindBeacon, fixed, elementsMalformed},
		{"SSID too long", 4, element(elementSSID, bytes.Repeat([]byte{'x'}, 33)...), KindProbeRequest, &Management{Elements: dot11.Elements{SSID: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}}, ssidLong},
		{"authentication", 11, join(le16(3), le16(2), le16(77)), KindAuthentication, &Management{Algorithm: 3, Transaction: 2, Status: 77}, noProblem},
		{"association", 0, join(le16(0x31), le16(10), ssid), KindAssociationRequest, &Management{Capability: 0x31, Elements: dot11.Elements{SSID: "n\xffme"}}, noProblem},
		{"association refused", 1, join(le16(0x31), le16(12), le16(1)), KindAssociationResponse, &Management{Capability: 0x31, Status: 12}, noProblem},
		{"reassociation", 2, join(le16(0x31), le16(10), apMAC[:], ssid), KindReassociationRequest, &Management{Capability: 0x31, Elements: dot11.Elements{SSID: "n\xffme"}}, noProblem},
		{"reassociated", 3, join(le16(0x31), le16(0), le16(1)), KindReassociationResponse, &Management{Capability: 0x31}, noProblem},
		{"disassociation", 10, le16(8), KindDisassociation, &Management{Reason: 8}, noProblem},
		{"deauthentication", 12, le16(23), KindDeauthentication, &Management{Reason: 23}, noProblem},
	} {
		frame := dot11Frame(test.subtype<<4, stationMAC, apMAC, otherMAC, 5, test.body)
		withHTControl := dot11Frame(test.subtype<<4|fcOrder, stationMAC, apMAC, otherMAC, 6, []byte{1, 2, 3, 4}, test.body)
		for name, frames := range map[string][][]byte{"": {frame, frame}, " with FCS": {withFCS(frame)}, " with HT control": {withHTControl}} {
			events := decodeFrames(t, linkDot11, frames...)
			for _, e := range events {
				if e.Kind != test.kind || e.Note != problems[test.note].text || e.Truncated != (test.note == elementsMalformed) ||
					e.Dst != stationMAC || e.Src != apMAC || e.BSSID != otherMAC {
					t.Errorf("%s%s: %+v", test.name, name, e)
				}
				if diff := cmp.Diff(test.want, e.Management); diff != "" {
					t.Errorf("%s%s (-want +got):\n%s", test.name, name, diff)
				}
			}
			if len(events) != len(frames) || events[0].Management != events[len(events)-1].Management {
				t.Errorf("%s%s: repetition makes %d events", test.name, name, len(events))
			}
		}
		// A frame without its last fixed octet gives a note.
		if size := managementLayouts[test.subtype].size; size > 0 {
			events := decodeFrames(t, linkDot11, frame[:24+size-1])
			if len(events) != 1 || events[0].Note != problems[managementShort].text {
				t.Errorf("%s cut short: %+v", test.name, events)
			}
		}
	}
}

// TestRepetition checks that fields that differ between any two beacons do not
// make a new Management, and that all reported fields do.
func TestRepetition(t *testing.T) {
	ssid, wps := element(elementSSID, 'a'), wpsElement(0x10, 0x4a, 0, 1, 0x10)
	tim := func(n byte) []byte { return element(5, n, 3, 0, n) }
	beacon := func(timestamp byte, capability int, elements ...[]byte) []byte {
		return beaconFrame(beaconBody(timestamp, capability, elements...))
	}
	other := func(frame []byte, at int) []byte {
		frame = bytes.Clone(frame)
		frame[at] ^= 0x40
		return frame
	}
	first := beacon(1, 0x411, ssid, tim(0), wps)
	for _, test := range []struct {
		name  string
		frame []byte
		same  bool
	}{
		{"again", first, true},
		{"later", beacon(2, 0x411, ssid, tim(1), wps), true},
		{"with traffic and load", beacon(2, 0x411, ssid, tim(7), element(11, 1, 2, 3, 4, 5), wps), true},
		{"without privacy", beacon(1, 0x401, ssid, tim(0), wps), false},
		{"of another name", beacon(1, 0x411, element(elementSSID, 'b'), tim(0), wps), false},
		{"with another WPS element", beacon(1, 0x411, ssid, tim(0), wpsElement(0x10, 0x4a, 0, 1, 0x20)), false},
		{"with the WPS element twice", beacon(1, 0x411, ssid, tim(0), wps, wps), false},
		{"without WPS", beacon(1, 0x411, ssid, tim(0)), false},
		{"of another sender", other(first, 15), false},
		{"of another network", other(first, 21), false},
	} {
		events := decodeFrames(t, linkDot11, first, test.frame)
		if len(events) != 2 || (events[0].Management == events[1].Management) != test.same {
			t.Errorf("%s: %+v", test.name, events)
		}
	}
}

// TestBeaconBehindBeacon checks that the result for a beacon does not depend on
// the previous one, with which it is compared.
func TestBeaconBehindBeacon(t *testing.T) {
	ssid := element(elementSSID, 'a')
	long := bytes.Repeat(element(elementVendor, bytes.Repeat([]byte{1}, 253)...), 3)
	body := func(timestamp byte, elements ...[]byte) []byte {
		return beaconFrame(beaconBody(timestamp, 0x411, elements...))
	}
	htControl := dot11Frame(subtypeBeacon<<4|fcOrder, otherMAC, apMAC, apMAC, 6, []byte{1, 2, 3, 4}, beaconBody(1, 0x411, ssid))
	var records []record
	for _, frame := range [][]byte{
		body(1, ssid), body(2, ssid), body(1, ssid, element(elementDSSS, 6)), body(1), body(1, ssid, long), htControl,
		withFCS(body(1, ssid)), withFCS(body(2, ssid)), body(1, ssid)[:24+timestamp], body(1, ssid)[:24+timestamp+2],
	} {
		for _, flags := range []byte{0, radiotapFCS} {
			header := radiotapHeader(flags, 2437, 0)
			for _, missing := range []int{0, 2, 9} {
				records = append(records, record{bootTime, int(linkRadio), join(header, frame), len(header) + len(frame) + missing})
			}
		}
		records = append(records, record{bootTime, int(linkDot11), frame, len(frame)})
	}
	read := func(records ...record) Event {
		var d decoder
		d.init()
		for _, r := range records {
			d.events = d.events[:0]
			d.decode(&frame{time: timeOfFrame(r.time), link: linkType(r.link), data: r.data, wire: r.wire})
		}
		if len(d.events) != 1 {
			t.Fatalf("%d events of a frame", len(d.events))
		}
		d.events[0].Frame = 1
		return d.events[0]
	}
	for i, first := range records {
		for j, second := range records {
			alone := read(second)
			if diff := cmp.Diff(alone, read(first, second)); diff != "" {
				t.Errorf("frame %d behind frame %d (-alone +behind):\n%s", j, i, diff)
			}
			if diff := cmp.Diff(alone, read(first, second, second)); diff != "" {
				t.Errorf("frame %d twice behind frame %d (-alone +behind):\n%s", j, i, diff)
			}
		}
	}
}

// TestManagementCut truncates a beacon at each octet, with and without a frame
// check sequence.
func TestManagementCut(t *testing.T) {
	elements := join(element(elementSSID, 'a', 'b'), wpsElement(1, 2, 3), element(elementDSSS, 4))
	whole := beaconFrame(beaconBody(1, 0x411, elements))
	for cut := 36; cut <= len(whole); cut++ {
		for _, flags := range []byte{0, radiotapFCS} {
			wire := len(whole)
			if flags == radiotapFCS {
				wire += 4
			}
			header := radiotapHeader(flags, 2437, 0)
			r := record{bootTime, int(linkRadio), join(header, whole[:cut]), len(header) + wire}
			events := readAll(t, bytes.NewReader(buildPcap(binary.LittleEndian, false, r)))
			if len(events) != 1 {
				t.Errorf("cut at %d: %+v", cut, events)
				continue
			}
			if e := events[0]; e.Truncated == (cut == len(whole)) || e.Truncated && e.Note != problems[elementsCut].text {
				t.Errorf("cut at %d, flags %x: %t %q", cut, flags, e.Truncated, e.Note)
			}
		}
	}
}

func TestManagementProtected(t *testing.T) {
	frame := dot11Frame(12<<4|fcProtected, stationMAC, apMAC, apMAC, 9, bytes.Repeat([]byte{0x5a}, 18))
	events := decodeFrames(t, linkDot11, frame)
	if len(events) != 1 || events[0].Kind != KindDeauthentication || events[0].Note != problems[managementProtected].text || events[0].Management.Reason != 0 {
		t.Errorf("%+v", events)
	}
}

// TestFragments joins the fragments of an EAPOL frame, also if one is received
// twice, and reports a frame of which one is missing.
func TestFragments(t *testing.T) {
	payload := join([]byte{2, 0}, be16(300), []byte{1, 7}, be16(300), bytes.Repeat([]byte{0x5a}, 296))
	body := snap(etherEAPOL, payload)
	fragment := func(sequence, number int, more bool, part []byte) []byte {
		control := typeData<<2 | fcFromDS
		if more {
			control |= fcMoreFragment
		}
		frame := dot11Frame(control, stationMAC, apMAC, apMAC, sequence, part)
		frame[22] |= byte(number)
		return withFCS(frame)
	}
	parts := func(sequence int) [][]byte {
		return [][]byte{fragment(sequence, 0, true, body[:120]), fragment(sequence, 1, true, body[120:240]), fragment(sequence, 2, false, body[240:])}
	}
	a, b := parts(5), parts(6)
	other := fragment(7, 0, true, snap(etherIPv4, make([]byte, 60)))
	for _, tt := range []struct {
		name   string
		frames [][]byte
		want   []EventKind
	}{
		{"all", a, []EventKind{KindEAPOL}},
		{"one twice", [][]byte{a[0], a[1], a[1], a[2], a[2]}, []EventKind{KindEAPOL}},
		{"the first twice", [][]byte{a[0], a[0], a[1], a[2]}, []EventKind{KindEAPOL}},
		{"the second is missing", [][]byte{a[0], a[2]}, []EventKind{KindNote}},
		{"the first is missing", a[1:], nil},
		{"the end is missing, and another frame follows", [][]byte{a[0], a[1], b[0], b[1], b[2]}, []EventKind{KindNote, KindEAPOL}},
		{"of two frames", [][]byte{a[0], b[1], a[1], a[2]}, []EventKind{KindEAPOL}},
		{"of something else", [][]byte{other}, nil},
	} {
		var got []EventKind
		for _, e := range decodeFrames(t, linkDot11, tt.frames...) {
			got = append(got, e.Kind)
			if e.Kind == KindEAPOL && (!bytes.Equal(e.Data, payload) || e.Truncated || e.Src != apMAC || e.Dst != stationMAC) {
				t.Errorf("%s: %+v", tt.name, e)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
