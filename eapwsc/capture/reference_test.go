package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// TestAgainstGopacket also decodes each frame of the captures with the layers
// of gopacket, and compares the results.
func TestAgainstGopacket(t *testing.T) {
	kinds := map[layers.Dot11Type]EventKind{
		layers.Dot11TypeMgmtBeacon:            KindBeacon,
		layers.Dot11TypeMgmtProbeReq:          KindProbeRequest,
		layers.Dot11TypeMgmtProbeResp:         KindProbeResponse,
		layers.Dot11TypeMgmtAuthentication:    KindAuthentication,
		layers.Dot11TypeMgmtAssociationReq:    KindAssociationRequest,
		layers.Dot11TypeMgmtAssociationResp:   KindAssociationResponse,
		layers.Dot11TypeMgmtReassociationReq:  KindReassociationRequest,
		layers.Dot11TypeMgmtReassociationResp: KindReassociationResponse,
		layers.Dot11TypeMgmtDisassociation:    KindDisassociation,
		layers.Dot11TypeMgmtDeauthentication:  KindDeauthentication,
	}
	compared := map[EventKind]int{}
	for _, name := range captures(t) {
		events := map[int]Event{}
		for _, e := range readFile(t, name) {
			events[e.Frame] = e
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := pcapgo.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for number := 1; ; number++ {
			data, info, err := file.ReadPacketData()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			e := events[number]
			packet := gopacket.NewPacket(data, file.LinkType(), gopacket.Default)
			want := Event{Frame: number, Time: info.Timestamp}
			if ethernet, ok := packet.Layer(layers.LayerTypeEthernet).(*layers.Ethernet); ok {
				copy(want.Src[:], ethernet.SrcMAC)
				copy(want.Dst[:], ethernet.DstMAC)
			}
			if dot11, ok := packet.Layer(layers.LayerTypeDot11).(*layers.Dot11); ok {
				want.Kind = kinds[dot11.Type]
				want.Radio = RadioInfo{OnAir: true, Retry: dot11.Flags.Retry(), Sequence: dot11.SequenceNumber,
					Frequency: uint16(packet.Layer(layers.LayerTypeRadioTap).(*layers.RadioTap).ChannelFrequency)}
				src, dst, bssid := dot11.Address2, dot11.Address1, dot11.Address3
				switch {
				case dot11.Flags.ToDS():
					dst, bssid = dot11.Address3, dot11.Address1
				case dot11.Flags.FromDS():
					src, bssid = dot11.Address3, dot11.Address2
				}
				copy(want.Src[:], src)
				copy(want.Dst[:], dst)
				copy(want.BSSID[:], bssid)
			}
			if eapol, ok := packet.Layer(layers.LayerTypeEAPOL).(*layers.EAPOL); ok {
				want.Kind = KindEAPOL
				want.Data = append(bytes.Clone(eapol.Contents), eapol.Payload[:eapol.Length]...)
			}
			if want.Kind == 0 {
				if e.Kind != 0 && e.Kind != KindRADIUS && e.Kind != KindUPnP {
					t.Errorf("%s: frame %d makes %+v", name, number, e)
				}
				continue
			}
			compared[want.Kind]++
			if e.Kind != want.Kind || !e.Time.Equal(want.Time) || e.Src != want.Src || e.Dst != want.Dst || e.BSSID != want.BSSID ||
				e.Radio != want.Radio || !bytes.Equal(e.Data, want.Data) || e.Note != "" {
				t.Errorf("%s: frame %d:\n%+v, want\n%+v", name, number, e, want)
			}
			if e.Management != nil && e.Kind != KindProbeRequest { // gopacket does not decode their elements
				compareElements(t, name, e, packet)
			}
		}
	}
	for kind, least := range map[EventKind]int{KindEAPOL: 800, KindBeacon: 390, KindAssociationResponse: 20, KindDeauthentication: 39} {
		if compared[kind] < least {
			t.Errorf("only %d frames compared of kind %v", compared[kind], kind)
		}
	}
}

// compareElements compares the SSID and the WPS element with those of
// gopacket's element layers.
func compareElements(t *testing.T, name string, e Event, packet gopacket.Packet) {
	t.Helper()
	var ssid string
	var wps []byte
	for _, layer := range packet.Layers() {
		element, ok := layer.(*layers.Dot11InformationElement)
		switch {
		case !ok:
		case element.ID == layers.Dot11InformationElementIDSSID:
			ssid = string(element.Info)
		case element.ID == layers.Dot11InformationElementIDVendor && bytes.Equal(element.OUI, []byte{0, 0x50, 0xf2, 4}):
			wps = append(wps, element.Info...)
		}
	}
	if string(e.Management.SSID) != ssid || !bytes.Equal(e.Management.WPS, wps) {
		t.Errorf("%s: frame %d: %q, %x, want %q, %x", name, e.Frame, e.Management.SSID, e.Management.WPS, ssid, wps)
	}
}

// TestAgainstPcapgo also reads undamaged files with pcapgo.
func TestAgainstPcapgo(t *testing.T) {
	var records []record
	for _, e := range readFile(t, "testdata/wired/s11-frag.pcap") {
		records = append(records, record{e.Time, 1, ethernetFrame(e.Dst, e.Src, etherEAPOL, e.Data), 0})
	}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, resolution := range []byte{3, 6, 9, 12} { // pcapgo treats 0 as the default, and binary resolutions wrongly
			file := buildNG(order, resolution, records...)
			reader, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range readAll(t, bytes.NewReader(file)) {
				data, info, err := reader.ReadPacketData()
				if err != nil || !info.Timestamp.Equal(e.Time) || !bytes.Equal(data[14:], e.Data) {
					t.Fatalf("resolution %d, frame %d: %v %x %v, want %v %x", resolution, i+1, e.Time, e.Data, err, info.Timestamp, data)
				}
			}
			if _, _, err := reader.ReadPacketData(); !errors.Is(err, io.EOF) {
				t.Errorf("resolution %d: %v", resolution, err)
			}
		}
	}
	// And files written by pcapgo.
	var file bytes.Buffer
	writer, err := pcapgo.NewNgWriter(&file, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := writer.WritePacket(gopacket.CaptureInfo{Timestamp: r.time, CaptureLength: len(r.data), Length: len(r.data)}, r.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Flush(); err != nil {
		t.Fatal(err)
	}
	events := readAll(t, &file)
	if len(events) != len(records) {
		t.Fatalf("%d events of %d frames", len(events), len(records))
	}
	for i, e := range events {
		if !e.Time.Equal(records[i].time) || !bytes.Equal(e.Data, records[i].data[14:]) {
			t.Errorf("frame %d: %+v", i+1, e)
		}
	}
}
