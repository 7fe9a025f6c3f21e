package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"os"
	"testing"
)

// checkEvent checks properties of every event.
func checkEvent(t *testing.T, e *Event) {
	t.Helper()
	if e.Kind == 0 || int(e.Kind) >= len(kindNames) {
		t.Fatalf("kind %d", e.Kind)
	}
	isManagement := e.Kind >= KindBeacon && e.Kind <= KindDeauthentication
	if (e.Management != nil) != isManagement || (e.RADIUS != nil) != (e.Kind == KindRADIUS) || (e.UPnP != nil) != (e.Kind == KindUPnP) {
		t.Fatalf("parts that do not belong to the kind, or lack: %+v", e)
	}
	if e.Kind == KindNote && (e.Note == "" || e.Data != nil) || e.Truncated && e.Note == "" {
		t.Fatalf("a note without its sentence, or with data: %+v", e)
	}
	if e.Kind == KindEAPOL {
		if len(e.Data) < 4 {
			t.Fatalf("EAPOL of %d octets", len(e.Data))
		}
		size := 4 + int(binary.BigEndian.Uint16(e.Data[2:]))
		if e.Data[1] != 0 && !e.Truncated && size != len(e.Data) {
			t.Fatalf("EAPOL of %d octets, %d announced", len(e.Data), size)
		}
	}
	if _, err := e.Time.MarshalJSON(); err != nil {
		t.Fatal(err)
	}
}

// FuzzSkip passes over parts of files, after any of their events.
func FuzzSkip(f *testing.F) {
	for _, name := range []string{"wired/s14-m2d-nopin.pcap", "wired/r2-radius.lo.pcap", "wired/u1-upnp.er.pcap", "radio/locked.pcap"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 3000)], uint8(3), int64(100))
	}
	var records []record
	for _, c := range conversions {
		records = append(records, record{bootTime, int(c.link), c.wrap(apMAC, stationMAC, eapolStart), 0})
	}
	f.Add(buildNG(binary.LittleEndian, 9, records...), uint8(1), int64(1))
	f.Fuzz(func(t *testing.T, b []byte, every uint8, octets int64) {
		reader, err := NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		frame, offset := 0, int64(0)
		for n := 1; ; n++ {
			e, err := reader.Next()
			if err != nil {
				break
			}
			checkEvent(t, e)
			if e.Frame < frame || reader.Offset() < offset {
				t.Fatalf("frame %d at %d after frame %d at %d", e.Frame, reader.Offset(), frame, offset)
			}
			frame, offset = e.Frame, reader.Offset()
			if every > 0 && n%int(every) == 0 {
				reader.Skip(octets)
			}
		}
	})
}

// FuzzReader reads whole files.
func FuzzReader(f *testing.F) {
	for _, name := range []string{"wired/s14-m2d-nopin.pcap", "wired/r2-radius.lo.pcap", "radio/locked.pcap"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 3000)])
	}
	var records []record
	for _, c := range conversions {
		records = append(records, record{bootTime, int(c.link), c.wrap(apMAC, stationMAC, eapolStart), 0})
	}
	f.Add(buildNG(binary.LittleEndian, 9, records...))
	f.Add(buildNG(binary.BigEndian, 0xa0, records...))
	f.Add(buildPcap(binary.BigEndian, true, records[0]))
	f.Add(gzipped(f, buildPcap(binary.LittleEndian, false, records[0])))
	f.Add(join(ngSectionBlock(binary.LittleEndian), ngInterfaceBlock(binary.LittleEndian, 1, ngOption(binary.LittleEndian, ngOptionResolution, 0xff),
		ngOption(binary.LittleEndian, ngOptionOffset, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f))))
	f.Fuzz(func(t *testing.T, b []byte) {
		reader, err := NewReader(bytes.NewReader(b))
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		for range 2*len(b) + 1000 { // each octet may give an event
			e, err := reader.Next()
			if errors.Is(err, io.EOF) || errors.Is(err, ErrLinkType) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkEvent(t, e)
		}
		t.Fatal("more events than octets")
	})
}

// FuzzFrame decodes parts of a sequence of frames of one link type.
func FuzzFrame(f *testing.F) {
	for _, c := range conversions {
		f.Add(uint16(c.link), c.wrap(apMAC, stationMAC, eapolStart), byte(0))
		f.Add(uint16(c.link), c.wrap(apMAC, stationMAC, eapolStart), byte(9))
	}
	post := httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", wscMessage)))
	for _, frame := range [][]byte{
		udpFrame(registrarEnd, netip.AddrPortFrom(apEnd.Addr(), 1812), radiusPacket(RADIUSAccessRequest, 5, eapMessage([]byte{2, 9, 0, 4}))),
		tcpFrame(registrarEnd, apEnd, 1, flagACK, post),
		tcpFrame(apEnd, registrarEnd, 1, flagACK|flagFIN, chunked(soap("PutMessageResponse", argument("NewOutMessage", wscMessage)), 50)),
	} {
		f.Add(uint16(linkEthernet), frame, byte(0))
		f.Add(uint16(linkIPv4), frame[14:], byte(3))
	}
	beacon := beaconFrame(beaconBody(1, 0x411, element(elementSSID, 'a'), element(elementRSN, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4), wpsElement(1, 2)))
	f.Add(uint16(linkDot11), beacon, byte(0))
	f.Add(uint16(linkRadio), join(radiotapHeader(radiotapFCS, 2437, -50), withFCS(beacon)), byte(2))
	f.Fuzz(func(t *testing.T, link uint16, b []byte, missing byte) {
		if len(b) > maxFrame {
			return
		}
		var d decoder
		d.init()
		// Twice, because the decoder keeps state; and once more truncated.
		whole := &frame{time: timeOfFrame(bootTime), link: linkType(link), data: b, wire: len(b) + int(missing)}
		half := &frame{time: timeOfFrame(bootTime), link: linkType(link), data: b[:len(b)/2], wire: len(b)}
		for _, f := range []*frame{whole, whole, half} {
			d.events = d.events[:0]
			d.decode(f)
			for i := range d.events {
				checkEvent(t, &d.events[i])
			}
		}
	})
}
