package capture

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// TestFramesOfEveryLength truncates 802.11 frames at every octet. A frame
// shorter than its headers must give a note. Each frame lies at the end of its
// memory, so that reading beyond its end panics.
func TestFramesOfEveryLength(t *testing.T) {
	start := snap(etherEAPOL, eapolStart)
	with := func(control int, frame []byte) []byte {
		frame = bytes.Clone(frame)
		binary.LittleEndian.PutUint16(frame, binary.LittleEndian.Uint16(frame)|uint16(control))
		return frame
	}
	data := dot11Data(apMAC, stationMAC, start)
	for _, test := range []struct {
		name   string
		frame  []byte
		header int // a shorter frame gives a note
	}{
		{"data", data, 24},
		{"data between access points", join(with(fcFromDS, data)[:24], stationMAC[:], start), 30},
		{"data with QoS", with(subtypeQoS<<4, dot11Data(apMAC, stationMAC, join([]byte{0, 0}, start))), 26},
		{"data with QoS and HT Control", with(subtypeQoS<<4|fcOrder, dot11Data(apMAC, stationMAC, join([]byte{0, 0, 0, 0, 0, 0}, start))), 30},
		{"beacon", beaconFrame(beaconBody(1, 1, element(0, 'a'))), 24},
		{"beacon with HT Control", with(fcOrder, beaconFrame(join([]byte{0, 0, 0, 0}, beaconBody(1, 1, element(0, 'a'))))), 28},
	} {
		for n := range test.frame {
			frame := make([]byte, n)
			copy(frame, test.frame)
			events := decodeFrames(t, linkDot11, frame)
			if n == 0 {
				continue
			}
			short := len(events) == 1 && events[0].Kind == KindNote && events[0].Note == problems[dot11Short].text
			if short != (n < test.header) {
				t.Errorf("%s, %d octets: %+v", test.name, n, events)
			}
		}
	}
}

// TestAggregatesOfEveryLength does the same with an A-MSDU: its first MSDU must
// be read, and the available part of the second.
func TestAggregatesOfEveryLength(t *testing.T) {
	start := snap(etherEAPOL, eapolStart)
	msdu := func(size int, body []byte) []byte { return join(apMAC[:], stationMAC[:], be16(size), body) }
	first := msdu(len(start), start)
	first = append(first, make([]byte, -len(first)&3)...)
	whole := join(first, msdu(len(start), start))
	frame := dot11Data(apMAC, stationMAC, join([]byte{qosAMSDU, 0}, whole))
	binary.LittleEndian.PutUint16(frame, binary.LittleEndian.Uint16(frame)|subtypeQoS<<4)
	const header = 26
	for n := header; n <= len(frame); n++ {
		cut := make([]byte, n)
		copy(cut, frame)
		eapol, notes := 0, 0
		for _, e := range decodeFrames(t, linkDot11, cut) {
			switch {
			case e.Kind == KindNote && e.Note == problems[dot11AMSDU].text:
				notes++
			case e.Kind != KindNote:
				eapol++
			}
		}
		read := n - header
		wantEAPOL, wantNotes := 0, 0
		switch end := len(first); {
		case read < 14:
		case read < 14+len(start):
			wantNotes = 1
		case read < end+14:
			wantEAPOL = 1
		case read < len(whole):
			wantEAPOL, wantNotes = 1, 1
		default:
			wantEAPOL = 2
		}
		if eapol != wantEAPOL || notes != wantNotes {
			t.Errorf("%d of %d octets: %d EAPOL frames and %d notes, want %d and %d", read, len(whole), eapol, notes, wantEAPOL, wantNotes)
		}
	}
}
