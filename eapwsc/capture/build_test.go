package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"testing"
	"time"
)

// A record is a frame for the builders below, which write captures without
// using the code of the reader.
type record struct {
	time time.Time
	link int
	data []byte
	wire int // 0: len(data)
}

func (r record) length() uint32 { return uint32(max(r.wire, len(r.data))) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// buildPcap writes the classic format. All records have the link type of the
// first.
func buildPcap(order binary.AppendByteOrder, nanoseconds bool, records ...record) []byte {
	magic, unit := uint32(magicMicroseconds), 1000
	if nanoseconds {
		magic, unit = magicNanoseconds, 1
	}
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	b = order.AppendUint32(order.AppendUint32(b, 0), 0)
	b = order.AppendUint32(b, 65535)
	link := 1
	if len(records) > 0 {
		link = records[0].link
	}
	b = order.AppendUint32(b, uint32(link))
	for _, r := range records {
		b = order.AppendUint32(b, uint32(r.time.Unix()))
		b = order.AppendUint32(b, uint32(r.time.Nanosecond()/unit))
		b = order.AppendUint32(b, uint32(len(r.data)))
		b = order.AppendUint32(b, r.length())
		b = append(b, r.data...)
	}
	return b
}

// block writes a pcapng block.
func block(order binary.AppendByteOrder, kind uint32, body ...[]byte) []byte {
	content := join(body...)
	for len(content)%4 != 0 {
		content = append(content, 0)
	}
	size := uint32(12 + len(content))
	return join(order.AppendUint32(order.AppendUint32(nil, kind), size), content, order.AppendUint32(nil, size))
}

func ngSectionBlock(order binary.AppendByteOrder) []byte {
	body := order.AppendUint32(nil, ngByteOrder)
	body = order.AppendUint16(order.AppendUint16(body, 1), 0)
	return block(order, magicNG, body, bytes.Repeat([]byte{0xff}, 8))
}

// ngOption writes an option with padding.
func ngOption(order binary.AppendByteOrder, code uint16, value ...byte) []byte {
	b := append(order.AppendUint16(order.AppendUint16(nil, code), uint16(len(value))), value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func ngInterfaceBlock(order binary.AppendByteOrder, link int, options ...[]byte) []byte {
	return block(order, ngInterface, order.AppendUint16(nil, uint16(link)), []byte{0, 0}, order.AppendUint32(nil, 0), join(options...))
}

// ngPacketBlock writes an enhanced packet block, or an obsolete one, with a
// comment after the packet.
func ngPacketBlock(order binary.AppendByteOrder, kind uint32, iface int, units uint64, r record) []byte {
	b := order.AppendUint32(nil, uint32(iface))
	if kind == ngPacket {
		b = order.AppendUint16(order.AppendUint16(nil, uint16(iface)), 7) // 7 packets were dropped
	}
	stamp := uint64(r.time.Unix())*units + uint64(r.time.Nanosecond())*units/1e9
	b = order.AppendUint32(order.AppendUint32(b, uint32(stamp>>32)), uint32(stamp))
	b = order.AppendUint32(order.AppendUint32(b, uint32(len(r.data))), r.length())
	data := bytes.Clone(r.data)
	for len(data)%4 != 0 {
		data = append(data, 0)
	}
	return block(order, kind, b, data, ngOption(order, 1, []byte("a comment")...), ngOption(order, 0))
}

// buildNG writes pcapng with an interface for each link type.
func buildNG(order binary.AppendByteOrder, resolution byte, records ...record) []byte {
	b := ngSectionBlock(order)
	interfaces := make(map[int]int)
	for _, r := range records {
		iface, ok := interfaces[r.link]
		if !ok {
			iface = len(interfaces)
			interfaces[r.link] = iface
			b = append(b, ngInterfaceBlock(order, r.link, ngOption(order, 2, []byte("wlan0")...), ngOption(order, ngOptionResolution, resolution), ngOption(order, 0))...)
		}
		b = append(b, ngPacketBlock(order, ngEnhanced, iface, ngUnits(resolution), r)...)
	}
	return b
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Addresses of the synthetic frames.
var (
	stationMAC = [6]byte{2, 0, 0, 0, 1, 0}
	apMAC      = [6]byte{2, 0, 0, 0, 0, 1}
	otherMAC   = [6]byte{2, 0, 0, 0, 9, 9}
	bootTime   = time.Date(2026, 11, 23, 1, 2, 3, 456789000, time.UTC)
)

func be16(v int) []byte    { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func le16(v int) []byte    { return binary.LittleEndian.AppendUint16(nil, uint16(v)) }
func le32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

// snap adds LLC and SNAP before a payload.
func snap(etherType int, payload []byte) []byte {
	return join([]byte{0xaa, 0xaa, 3, 0, 0, 0}, be16(etherType), payload)
}

func ethernetFrame(dst, src [6]byte, etherType int, payload []byte) []byte {
	return join(dst[:], src[:], be16(etherType), payload)
}

// dot11Frame writes a header of three addresses and the rest of the frame.
func dot11Frame(control int, a1, a2, a3 [6]byte, sequence int, rest ...[]byte) []byte {
	return join(le16(control), []byte{0x3a, 0x01}, a1[:], a2[:], a3[:], le16(sequence<<4), join(rest...))
}

// dot11Data returns a data frame from src to dst, one of which is the access
// point.
func dot11Data(dst, src [6]byte, body []byte) []byte {
	if src == apMAC {
		return dot11Frame(typeData<<2|fcFromDS, dst, apMAC, src, 77, body)
	}
	return dot11Frame(typeData<<2|fcToDS, apMAC, src, dst, 77, body)
}

func withFCS(frame []byte) []byte {
	return append(bytes.Clone(frame), le32(crc32.ChecksumIEEE(frame))...)
}

// radiotapHeader returns a header with the first six fields and the given
// flags.
func radiotapHeader(flags byte, frequency int, signal int8) []byte {
	b := join([]byte{0, 0}, le16(24), le32(radiotapTSFT|radiotapFlags|radiotapRate|radiotapChannel|radiotapSignal),
		make([]byte, 8), []byte{flags, 2}, le16(frequency), le16(0xa0), []byte{byte(signal), 0})
	return b
}

// ppiHeader returns a header with an 802.11-Common field.
func ppiHeader(flags, frequency int, signal int8) []byte {
	field := join(make([]byte, 8), le16(flags), le16(2), le16(frequency), le16(0xa0), []byte{0, 0, byte(signal), 0})
	return join([]byte{0, 0}, le16(8+4+len(field)), le32(uint32(linkDot11)), le16(2), le16(len(field)), field)
}

// The elements that the tests write.
const (
	elementSSID   = 0
	elementDSSS   = 3
	elementRSN    = 48
	elementVendor = 221
)

func element(id int, body ...byte) []byte {
	return append([]byte{byte(id), byte(len(body))}, body...)
}

func wpsElement(body ...byte) []byte {
	return element(elementVendor, append([]byte{0, 0x50, 0xf2, 4}, body...)...)
}

// beaconBody returns timestamp, interval, capabilities and elements.
func beaconBody(timestamp byte, capability int, elements ...[]byte) []byte {
	return join([]byte{timestamp, 1, 2, 3, 4, 5, 6, 7}, le16(100), le16(capability), join(elements...))
}

func beaconFrame(body []byte) []byte {
	return dot11Frame(8<<4, [6]byte{255, 255, 255, 255, 255, 255}, apMAC, apMAC, 5, body)
}

// ipPacketBytes returns an IPv4 or IPv6 packet.
func ipPacketBytes(protocol int, src, dst netip.Addr, payload []byte) []byte {
	if src.Is4() {
		return join([]byte{0x45, 0}, be16(20+len(payload)), be16(1), be16(0x4000), []byte{64, byte(protocol)}, be16(0), src.AsSlice(), dst.AsSlice(), payload)
	}
	return join(be32(0x60000000), be16(len(payload)), []byte{byte(protocol), 64}, src.AsSlice(), dst.AsSlice(), payload)
}

func ipFrame(protocol int, src, dst netip.Addr, payload []byte) []byte {
	etherType := etherIPv4
	if src.Is6() {
		etherType = etherIPv6
	}
	return ethernetFrame(stationMAC, apMAC, etherType, ipPacketBytes(protocol, src, dst, payload))
}

func udpFrame(src, dst netip.AddrPort, payload []byte) []byte {
	return ipFrame(protocolUDP, src.Addr(), dst.Addr(), join(be16(int(src.Port())), be16(int(dst.Port())), be16(8+len(payload)), be16(0), payload))
}

func tcpFrame(src, dst netip.AddrPort, seq uint32, flags byte, payload []byte) []byte {
	return ipFrame(protocolTCP, src.Addr(), dst.Addr(), join(be16(int(src.Port())), be16(int(dst.Port())), be32(seq), be32(0),
		[]byte{5 << 4, flags}, be16(1000), be32(0), payload))
}

// decodeFrames returns the events of frames of one link type, one millisecond
// apart.
func decodeFrames(t testing.TB, link linkType, frames ...[]byte) []Event {
	t.Helper()
	var records []record
	for i, frame := range frames {
		records = append(records, record{time: bootTime.Add(time.Duration(i) * time.Millisecond), link: int(link), data: frame})
	}
	return readAll(t, bytes.NewReader(buildPcap(binary.LittleEndian, false, records...)))
}
