package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"testing"
	"time"
)

// traffic builds a capture of about the given number of frames: exchanges among
// other traffic.
func traffic(tb testing.TB, link linkType, frames int) []byte {
	tb.Helper()
	client, server := netip.MustParseAddr("192.168.1.20"), netip.MustParseAddr("192.168.1.1")
	data := make([]byte, 200)
	var exchange []record
	add := func(b []byte) { exchange = append(exchange, record{link: int(link), data: b}) }
	switch link {
	case linkEthernet:
		for _, e := range readFile(tb, "testdata/wired/s01-pin-ok.pcap") {
			add(ethernetFrame(e.Dst, e.Src, etherEAPOL, e.Data))
		}
		for i := range 100 {
			add(tcpFrame(netip.AddrPortFrom(client, 40000), netip.AddrPortFrom(server, 443), uint32(i*200), 0x10, data))
			add(udpFrame(netip.AddrPortFrom(server, 443), netip.AddrPortFrom(client, 50000), data))
		}
	default:
		header := radiotapHeader(0, 2437, -50)
		for _, e := range readFile(tb, "testdata/wired/s01-pin-ok.pcap") {
			add(join(header, dot11Data(e.Dst, e.Src, snap(etherEAPOL, e.Data))))
		}
		elements := join(element(elementSSID, []byte("a network")...), element(1, 2, 4, 11, 22), element(elementDSSS, 6), element(5, 0, 1, 0, 0), element(42, 0), element(50, 1, 2, 3, 4),
			element(elementRSN, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0), wpsElement(data[:60]...))
		protected := dot11Frame(typeData<<2|fcToDS|fcProtected, apMAC, stationMAC, otherMAC, 7, data)
		ack := []byte{0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1}
		for i := range 70 {
			add(join(header, beaconFrame(beaconBody(byte(i), 0x411, elements))))
			add(join(header, protected))
			add(join(header, ack))
		}
	}
	var all []record
	for i := range frames {
		r := exchange[i%len(exchange)]
		r.time = bootTime.Add(time.Duration(i) * 100 * time.Microsecond)
		all = append(all, r)
	}
	return buildPcap(binary.LittleEndian, false, all...)
}

// BenchmarkReader reads 1.1 million frames, about 250 MB: exchanges among other
// traffic.
func BenchmarkReader(b *testing.B) {
	const frames = 1_100_000
	for _, link := range []struct {
		name string
		link linkType
	}{{"wired", linkEthernet}, {"radio", linkRadio}} {
		b.Run(link.name, func(b *testing.B) {
			file := traffic(b, link.link, frames)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				reader, err := NewReader(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = reader.Next()
				}
				if !errors.Is(err, io.EOF) || reader.decoder.number != frames {
					b.Fatal(reader.decoder.number, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/frames, "ns/frame")
		})
	}
}
