package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A conversion adds the headers of a link type to an EAPOL frame.
type conversion struct {
	name string
	link linkType
	wrap func(dst, src [6]byte, eapol []byte) []byte
}

var conversions = []conversion{
	{"ethernet", linkEthernet, func(dst, src [6]byte, b []byte) []byte { return ethernetFrame(dst, src, etherEAPOL, b) }},
	{"ethernet padded", linkEthernet, func(dst, src [6]byte, b []byte) []byte {
		return append(ethernetFrame(dst, src, etherEAPOL, b), make([]byte, 46)...)
	}},
	{"802.1Q in 802.1ad", linkEthernet, func(dst, src [6]byte, b []byte) []byte {
		return ethernetFrame(dst, src, etherQinQ, join(be16(5), be16(etherVLAN), be16(6), be16(etherEAPOL), b))
	}},
	{"802.3 with LLC", linkEthernet, func(dst, src [6]byte, b []byte) []byte {
		return ethernetFrame(dst, src, 8+len(b), snap(etherEAPOL, b))
	}},
	{"802.3 with 802.1H", linkEthernet, func(dst, src [6]byte, b []byte) []byte {
		return ethernetFrame(dst, src, 8+len(b), join([]byte{0xaa, 0xaa, 3, 0, 0, 0xf8}, be16(etherEAPOL), b))
	}},
	{"802.11", linkDot11, func(dst, src [6]byte, b []byte) []byte { return dot11Data(dst, src, snap(etherEAPOL, b)) }},
	{"802.11 with FCS", linkDot11, func(dst, src [6]byte, b []byte) []byte { return withFCS(dot11Data(dst, src, snap(etherEAPOL, b))) }},
	{"radiotap", linkRadio, func(dst, src [6]byte, b []byte) []byte {
		return join(radiotapHeader(0, 2437, -50), dot11Data(dst, src, snap(etherEAPOL, b)))
	}},
	{"radiotap with FCS", linkRadio, func(dst, src [6]byte, b []byte) []byte {
		return join(radiotapHeader(radiotapFCS, 2437, -50), withFCS(dot11Data(dst, src, snap(etherEAPOL, b))))
	}},
	{"radiotap without fields", linkRadio, func(dst, src [6]byte, b []byte) []byte {
		return join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, withFCS(dot11Data(dst, src, snap(etherEAPOL, b))))
	}},
	{"radiotap of three antennas", linkRadio, func(dst, src [6]byte, b []byte) []byte {
		return join([]byte{0, 0, 20, 0}, le32(radiotapFlags|1<<29|1<<31), le32(1<<29|radiotapSignal|1<<31), le32(radiotapSignal),
			[]byte{0, 0xd0, 0xd1, 0}, dot11Data(dst, src, snap(etherEAPOL, b)))
	}},
	{"QoS, padded header", linkRadio, func(dst, src [6]byte, b []byte) []byte {
		f := dot11Data(dst, src, join([]byte{6, 0, 0, 0}, snap(etherEAPOL, b)))
		f[0] |= subtypeQoS << 4
		return join(radiotapHeader(radiotapDataPad, 2437, -50), f)
	}},
	{"QoS, HT control", linkRadio, func(dst, src [6]byte, b []byte) []byte {
		f := dot11Data(dst, src, join([]byte{6, 0, 1, 2, 3, 4}, snap(etherEAPOL, b)))
		f[0] |= subtypeQoS << 4
		f[1] |= fcOrder >> 8
		return join(radiotapHeader(0, 2437, -50), f)
	}},
	{"four addresses", linkDot11, func(dst, src [6]byte, b []byte) []byte {
		return dot11Frame(typeData<<2|fcToDS|fcFromDS, otherMAC, otherMAC, dst, 77, src[:], snap(etherEAPOL, b))
	}},
	{"ad hoc", linkDot11, func(dst, src [6]byte, b []byte) []byte {
		return dot11Frame(typeData<<2, dst, src, otherMAC, 77, snap(etherEAPOL, b))
	}},
	{"A-MSDU", linkDot11, func(dst, src [6]byte, b []byte) []byte {
		other := join(otherMAC[:], otherMAC[:], be16(9), snap(etherIPv4, []byte{1}), []byte{0}) // 23 octets, padded to 24
		f := dot11Data(dst, src, join([]byte{qosAMSDU, 0}, other, dst[:], src[:], be16(8+len(b)), snap(etherEAPOL, b)))
		f[0] |= subtypeQoS << 4
		return withFCS(f)
	}},
	{"PPI with FCS", linkPPI, func(dst, src [6]byte, b []byte) []byte {
		return join(ppiHeader(1, 2437, -50), withFCS(dot11Data(dst, src, snap(etherEAPOL, b))))
	}},
	{"Prism", linkPrism, func(dst, src [6]byte, b []byte) []byte {
		return join(le32(0x44), le32(144), make([]byte, 136), dot11Data(dst, src, snap(etherEAPOL, b)))
	}},
	{"AVS under Prism", linkPrism, func(dst, src [6]byte, b []byte) []byte {
		return join(be32(avsMagic|1), be32(64), make([]byte, 56), dot11Data(dst, src, snap(etherEAPOL, b)))
	}},
	{"AVS", linkAVS, func(dst, src [6]byte, b []byte) []byte {
		return join(be32(avsMagic|2), be32(64), make([]byte, 56), dot11Data(dst, src, snap(etherEAPOL, b)))
	}},
	{"SLL", linkSLL, func(_, src [6]byte, b []byte) []byte {
		return join(be16(0), be16(1), be16(6), src[:], []byte{0, 0}, be16(etherEAPOL), b)
	}},
	{"SLL with LLC", linkSLL, func(_, src [6]byte, b []byte) []byte {
		return join(be16(0), be16(1), be16(6), src[:], []byte{0, 0}, be16(etherLLC), snap(etherEAPOL, b))
	}},
	{"SLL2", linkSLL2, func(_, src [6]byte, b []byte) []byte {
		return join(be16(etherEAPOL), be16(0), be32(3), be16(1), []byte{4, 6}, src[:], []byte{0, 0}, b)
	}},
	{"SLL2 with VLAN", linkSLL2, func(_, src [6]byte, b []byte) []byte {
		return join(be16(etherVLAN), be16(0), be32(3), be16(1), []byte{4, 6}, src[:], []byte{0, 0}, be16(7), be16(etherEAPOL), b)
	}},
}

// containers write records in every supported format.
var containers = []struct {
	name  string
	write func(testing.TB, []record) []byte
	exact time.Duration // resolution of the times
}{
	{"pcap", func(_ testing.TB, r []record) []byte { return buildPcap(binary.LittleEndian, false, r...) }, time.Microsecond},
	{"pcap big-endian", func(_ testing.TB, r []record) []byte { return buildPcap(binary.BigEndian, false, r...) }, time.Microsecond},
	{"pcap without lengths on the wire", func(_ testing.TB, r []record) []byte {
		b := buildPcap(binary.LittleEndian, false, r...)
		for at := 24; at < len(b); at += 16 + int(binary.LittleEndian.Uint32(b[at+8:])) {
			copy(b[at+12:], le32(0))
		}
		return b
	}, time.Microsecond},
	{"pcap ns", func(_ testing.TB, r []record) []byte { return buildPcap(binary.LittleEndian, true, r...) }, time.Nanosecond},
	{"pcap ns big-endian", func(_ testing.TB, r []record) []byte { return buildPcap(binary.BigEndian, true, r...) }, time.Nanosecond},
	{"pcap gzip", func(t testing.TB, r []record) []byte { return gzipped(t, buildPcap(binary.LittleEndian, false, r...)) }, time.Microsecond},
	{"pcapng µs", func(_ testing.TB, r []record) []byte { return buildNG(binary.LittleEndian, 6, r...) }, time.Microsecond},
	{"pcapng ns big-endian", func(_ testing.TB, r []record) []byte { return buildNG(binary.BigEndian, 9, r...) }, time.Nanosecond},
	{"pcapng 2^-32", func(_ testing.TB, r []record) []byte { return buildNG(binary.LittleEndian, 0x80|32, r...) }, time.Nanosecond},
	{"pcapng 2^-10", func(_ testing.TB, r []record) []byte { return buildNG(binary.LittleEndian, 0x80|10, r...) }, time.Millisecond},
	{"pcapng gzip", func(t testing.TB, r []record) []byte { return gzipped(t, buildNG(binary.BigEndian, 6, r...)) }, time.Microsecond},
}

// TestConversions reads the EAPOL frames of one exchange for each link type in
// each container.
func TestConversions(t *testing.T) {
	want := readFile(t, "testdata/wired/s01-pin-ok.pcap")
	pae := [6]byte{1, 0x80, 0xc2, 0, 0, 3}
	for i := range want {
		// On a wire the station sends to the group address; on the air there is
		// none.
		if want[i].Dst == pae {
			want[i].Src, want[i].Dst = stationMAC, apMAC
		} else {
			want[i].Src, want[i].Dst = apMAC, stationMAC
		}
		want[i].Time = bootTime.Add(time.Duration(i) * 1234567 * time.Nanosecond)
	}
	for _, c := range conversions {
		for _, container := range containers {
			var records []record
			for _, e := range want {
				records = append(records, record{time: e.Time, link: int(c.link), data: c.wrap(e.Dst, e.Src, e.Data)})
			}
			got := readAll(t, bytes.NewReader(container.write(t, records)))
			if len(got) != len(want) {
				t.Errorf("%s, %s: %d events, want %d", container.name, c.name, len(got), len(want))
				continue
			}
			for i, e := range got {
				w := want[i]
				if c.link == linkSLL || c.link == linkSLL2 {
					w.Dst = [6]byte{}
				}
				if e.Kind != KindEAPOL || e.Note != "" || e.Src != w.Src || e.Dst != w.Dst || !bytes.Equal(e.Data, w.Data) {
					t.Errorf("%s, %s: event %d is\n%+v, want\n%+v", container.name, c.name, i, e, w)
				}
				if difference := w.Time.Sub(e.Time); difference < 0 || difference > container.exact {
					t.Errorf("%s, %s: event %d at %v, want %v", container.name, c.name, i, e.Time, w.Time)
				}
			}
		}
	}
}

// TestMixed reads a pcapng file of two sections with all link types, among
// blocks of other kinds, one octet at a time.
func TestMixed(t *testing.T) {
	frames := readFile(t, "testdata/wired/s01-pin-ok.pcap")
	var file []byte
	var want []string
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		file = append(file, ngSectionBlock(order)...)
		for _, c := range conversions {
			file = append(file, ngInterfaceBlock(order, int(c.link))...)
		}
		for i, c := range conversions {
			e := frames[i%len(frames)]
			r := record{time: bootTime, data: c.wrap(stationMAC, apMAC, e.Data)}
			kind := []uint32{ngEnhanced, ngPacket}[i%2]
			file = append(file, block(order, 5, make([]byte, 12))...)          // interface statistics
			file = append(file, block(order, 0x40000bad, []byte("custom"))...) // custom
			file = append(file, ngPacketBlock(order, kind, i, 1e6, r)...)
			want = append(want, hex.EncodeToString(e.Data))
		}
		first := ethernetFrame(stationMAC, apMAC, etherEAPOL, frames[0].Data)
		file = append(file, block(order, ngSimple, order.AppendUint32(nil, uint32(len(first))), first)...)
		want = append(want, hex.EncodeToString(frames[0].Data))
	}
	var got []string
	for _, e := range readAll(t, iotest.OneByteReader(bytes.NewReader(file))) {
		if e.Note != "" || !e.Time.Equal(bootTime) {
			t.Errorf("frame %d at %v: %s", e.Frame, e.Time, e.Note)
		}
		got = append(got, hex.EncodeToString(e.Data))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("EAPOL frames (-want +got):\n%s", diff)
	}
}

func TestNotACapture(t *testing.T) {
	pcap := buildPcap(binary.LittleEndian, false)
	for _, test := range []struct {
		name  string
		input []byte
		want  string
	}{
		{"empty", nil, "capture: not a readable capture: it is only 0 octets long"},
		{"text", []byte("hello, world"), "capture: not a readable capture: it begins with 68 65 6c 6c, neither pcap nor pcapng"},
		{"half a header", pcap[:20], "capture: not a readable capture: the pcap header is cut off"},
		{"version 3", join(pcap[:4], le16(3), pcap[6:]), "capture: not a readable capture: it is pcap of the unknown version 3.4"},
		{"modified", []byte("\x34\xcd\xb2\xa1 and so on"), "capture: not a readable capture: it is pcap with Kuznetzov's extension: convert it with editcap -F pcap"},
		{"tar", append(make([]byte, 257), "ustar\x0000"...), "capture: not a readable capture: it is a tar archive: unpack it first"},
		{"zstd", []byte("\x28\xb5\x2f\xfd and so on"), "capture: not a readable capture: it is compressed with zstd: unpack it first"},
		{"gzip of text", gzipped(t, []byte("hello, world")), "capture: not a readable capture: it begins with 68 65 6c 6c, neither pcap nor pcapng"},
		{"gzip, cut", gzipped(t, pcap)[:8], "capture: not a readable capture: gzip: unexpected EOF"},
		{"pcapng, bad byte order", join(ngSectionBlock(binary.LittleEndian)[:8], make([]byte, 20)), "capture: not a readable capture: the pcapng section header is damaged"},
	} {
		_, err := NewReader(bytes.NewReader(test.input))
		if !errors.Is(err, ErrFormat) || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	broken := errors.New("the disk is gone")
	if _, err := NewReader(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.Is(err, ErrFormat) {
		t.Errorf("at the beginning: %v", err)
	}
	frame := ethernetFrame(stationMAC, apMAC, etherEAPOL, []byte{2, 1, 0, 0})
	for _, file := range [][]byte{
		buildPcap(binary.LittleEndian, false, record{bootTime, 1, frame, 0}),
		buildNG(binary.LittleEndian, 6, record{bootTime, 1, frame, 0}),
	} {
		reader, err := NewReader(io.MultiReader(bytes.NewReader(file), iotest.ErrReader(broken)))
		if err != nil {
			t.Fatal(err)
		}
		if e, err := reader.Next(); err != nil || e.Kind != KindEAPOL {
			t.Errorf("first event %+v, %v", e, err)
		}
		for range 2 {
			if _, err := reader.Next(); !errors.Is(err, broken) || err.Error() != "capture: after frame 1: the disk is gone" {
				t.Errorf("then: %v", err)
			}
		}
	}
}

func TestUnknownLinkType(t *testing.T) {
	bluetooth := record{bootTime, 187, []byte{1, 2, 3}, 0}
	ethernet := record{bootTime, 1, ethernetFrame(stationMAC, apMAC, etherEAPOL, []byte{2, 1, 0, 0}), 0}
	reader, err := NewReader(bytes.NewReader(buildPcap(binary.LittleEndian, false, bluetooth, bluetooth)))
	if err != nil {
		t.Fatal(err)
	}
	if e, err := reader.Next(); err != nil || e.Note != problems[linkUnknown].text {
		t.Errorf("first event %+v, %v", e, err)
	}
	if _, err := reader.Next(); !errors.Is(err, ErrLinkType) || err.Error() != "capture: no frame of a known link type: all have link type 187" {
		t.Errorf("at the end: %v", err)
	}
	events := readAll(t, bytes.NewReader(buildNG(binary.LittleEndian, 6, bluetooth, ethernet, bluetooth)))
	if len(events) != 2 || events[0].Kind != KindNote || events[1].Kind != KindEAPOL || events[1].Frame != 2 {
		t.Errorf("beside Ethernet: %+v", events)
	}
}

// TestDamage damages a file in one place. All other frames must be read, and
// there must be a note.
func TestDamage(t *testing.T) {
	var records []record
	for i := range 40 {
		frame := ethernetFrame(stationMAC, apMAC, etherEAPOL, join([]byte{2, 3}, be16(60+i), be16(i), bytes.Repeat([]byte{0xa5}, 58+i)))
		records = append(records, record{bootTime.Add(time.Duration(i) * time.Second), 1, frame, 0})
	}
	ng := func(order binary.AppendByteOrder) func(...record) []byte {
		return func(r ...record) []byte {
			if len(r) == 0 {
				whole, packet := buildNG(order, 6, records[0]), ngPacketBlock(order, ngEnhanced, 0, 1e6, records[0])
				return whole[:len(whole)-len(packet)]
			}
			return buildNG(order, 6, r...)
		}
	}
	pcap := func(order binary.AppendByteOrder) func(...record) []byte {
		return func(r ...record) []byte { return buildPcap(order, false, r...) }
	}
	at1970 := func(r ...record) []byte { // as from a router without a clock
		var old []record
		for _, r := range r {
			r.time = time.Unix(r.time.Unix()-bootTime.Unix(), 0)
			old = append(old, r)
		}
		return buildPcap(binary.LittleEndian, false, old...)
	}
	for _, file := range []struct {
		name    string
		build   func(...record) []byte
		order   binary.ByteOrder
		lengths []int // offsets of the lengths in a record
		lost    int   // maximum number of frames lost to a length that is plausible
	}{
		{"pcap", pcap(binary.LittleEndian), binary.LittleEndian, []int{8}, 31},
		{"pcap big-endian", pcap(binary.BigEndian), binary.BigEndian, []int{8}, 31},
		{"pcap of 1970", at1970, binary.LittleEndian, []int{8}, 31},
		{"pcapng", ng(binary.LittleEndian), binary.LittleEndian, []int{4, 20}, 1},
		{"pcapng big-endian", ng(binary.BigEndian), binary.BigEndian, []int{4, 20}, 1},
	} {
		whole, tenth := file.build(records...), len(file.build(records[:9]...))
		for _, length := range file.lengths {
			for _, value := range []uint32{0xffffffff, 0x80000000, 0x7fffffff, 0x00100000, 0x00001000, 0x00000ffd, 0} {
				damaged := bytes.Clone(whole)
				file.order.PutUint32(damaged[tenth+length:], value)
				notes, frames := 0, map[byte]bool{}
				for _, e := range readAll(t, bytes.NewReader(damaged)) {
					if e.Note != "" {
						notes++
					} else {
						frames[e.Data[5]] = true
					}
				}
				lost := 1
				if value < maxFrame {
					lost = file.lost
				}
				if notes == 0 || len(frames) < len(records)-lost {
					t.Errorf("%s: length %#x at %d: %d notes, %d of %d frames", file.name, value, length, notes, len(frames), len(records))
				}
			}
		}
		// A truncated file gives the frames before the end, and a note unless
		// the end is between records.
		between := map[int]int{}
		for i := range records {
			between[len(file.build(records[:i]...))] = i
		}
		whole = whole[:len(file.build(records[:3]...))]
		for cut := len(file.build()); cut < len(whole); cut += 2 {
			complete, clean := between[cut]
			for i := cut; !clean; i-- {
				if n, ok := between[i]; ok {
					complete = n
					break
				}
			}
			inputs := [][]byte{whole[:cut]}
			if cut%64 == 0 {
				inputs = append(inputs, gzipped(t, whole[:cut]))
			}
			for _, input := range inputs {
				var frames, notes int
				for _, e := range readAll(t, bytes.NewReader(input)) {
					if e.Kind == KindEAPOL {
						frames++
					} else if e.Note == problems[fileCut].text {
						notes++
					}
				}
				if frames != complete || clean != (notes == 0) {
					t.Errorf("%s cut at %d: %d frames, %d notes, want %d frames", file.name, cut, frames, notes, complete)
				}
			}
		}
	}
}

// TestNGBlocks reads pcapng blocks that are rare, or wrong in an otherwise
// valid file.
func TestNGBlocks(t *testing.T) {
	order := binary.LittleEndian
	frame := func(n byte) []byte { return ethernetFrame(apMAC, stationMAC, etherEAPOL, []byte{2, 1, 0, 1, n}) }
	packet := func(iface int, n byte) []byte {
		return ngPacketBlock(order, ngEnhanced, iface, 1e6, record{time: bootTime, data: frame(n)})
	}
	section, ethernet := ngSectionBlock(order), ngInterfaceBlock(order, int(linkEthernet))
	version2 := bytes.Clone(section)
	version2[12] = 2
	simple := func(wire int, data []byte) []byte { return block(order, ngSimple, le32(uint32(wire)), data) }
	snaplen := bytes.Clone(ethernet)
	snaplen[12] = 18
	offset := ngInterfaceBlock(order, int(linkEthernet), ngOption(order, ngOptionOffset, 60, 0, 0, 0, 0, 0, 0, 0))
	negative := ngInterfaceBlock(order, int(linkEthernet), ngOption(order, ngOptionOffset, bytes.Repeat([]byte{0xff}, 8)...))
	absurd := ngInterfaceBlock(order, int(linkEthernet), ngOption(order, ngOptionOffset, 0, 0, 0, 0, 0, 0, 0, 0x70))
	early := ngInterfaceBlock(order, int(linkEthernet), ngOption(order, ngOptionOffset, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff))
	fine := ngInterfaceBlock(order, int(linkEthernet), ngOption(order, ngOptionResolution, 20))
	for _, test := range []struct {
		name   string
		blocks [][]byte
		want   string
	}{
		{"plain", [][]byte{ethernet, packet(0, 1), packet(0, 2)}, "1 2"},
		{"interface that is not there", [][]byte{ethernet, packet(1, 1), packet(0, 2)}, problems[fileInterface].text + " 2"},
		{"interface of an earlier section", [][]byte{ethernet, packet(0, 1), section, packet(0, 2), ethernet, packet(0, 3)}, "1 " + problems[fileInterface].text + " 3"},
		{"no interface for a simple packet", [][]byte{simple(19, frame(1))}, problems[fileInterface].text},
		{"interfaces numbered anew", [][]byte{ethernet, ngInterfaceBlock(order, int(linkSLL)), section, ngInterfaceBlock(order, int(linkSLL)), ethernet, packet(1, 1)}, "1"},
		{"section of another version", [][]byte{ethernet, packet(0, 1), version2, ethernet, packet(0, 2), section, ethernet, packet(0, 3)}, "1 " + problems[fileVersion].text + " 3"},
		{"simple packet cut by the snaplen", [][]byte{snaplen, simple(19, frame(1))}, "truncated"},
		{"time offset", [][]byte{offset, packet(0, 1)}, "1+1m0s"},
		{"negative time offset", [][]byte{negative, packet(0, 1)}, "1+-1s"},
		{"absurd time offset", [][]byte{ethernet, packet(0, 1), absurd, packet(1, 2)}, "1 2"},
		{"time offset before 1970", [][]byte{ethernet, packet(0, 1), early, packet(1, 2)}, "1 2"},
		{"absurd time resolution", [][]byte{fine, packet(0, 1)}, problems[fileResolution].text + " 1"},
		{"packet block cut short", [][]byte{ethernet, block(order, ngEnhanced, make([]byte, 16)), packet(0, 1)}, problems[fileDamaged].text + " 1"},
		{"packet longer than its block", [][]byte{ethernet, block(order, ngEnhanced, make([]byte, 12), le32(100), le32(100)), packet(0, 1)}, problems[fileDamaged].text + " 1"},
		{"interface block cut short", [][]byte{block(order, ngInterface, make([]byte, 4)), ethernet, packet(0, 1)}, problems[fileDamaged].text + " 1"},
		{"option longer than its block", [][]byte{ngInterfaceBlock(order, int(linkEthernet), []byte{9, 0, 200, 0}), packet(0, 1)}, "1"},
		{"large block of another kind", [][]byte{ethernet, block(order, 0x40000bad, make([]byte, 2*bufferSize)), packet(0, 1)}, "1"},
		{"large block of an unknown kind", [][]byte{ethernet, block(order, 0x01000006, make([]byte, 2*bufferSize)), packet(0, 1)}, problems[fileDamaged].text + " 1"},
		{"false length of a block of an unknown kind", [][]byte{ethernet, le32(0x01000006), le32(200), packet(0, 1), packet(0, 2)}, problems[fileDamaged].text + " 1 2"},
		{"block of another kind, too large", [][]byte{ethernet, append(le32(4), le32(0x7ffffffc)...), packet(0, 1)}, problems[fileDamaged].text + " 1"},
		{"more interfaces than can be", [][]byte{bytes.Repeat(ethernet, ngMaxInterfaces+1), packet(ngMaxInterfaces, 1), packet(0, 2)},
			problems[fileDamaged].text + " " + problems[fileInterface].text + " 2"},
	} {
		var got []string
		for _, e := range readAll(t, bytes.NewReader(join(section, join(test.blocks...)))) {
			switch {
			case e.Truncated:
				got = append(got, "truncated")
			case e.Note != "":
				got = append(got, e.Note)
			case e.Time.Equal(bootTime):
				got = append(got, fmt.Sprint(e.Data[4]))
			default:
				got = append(got, fmt.Sprintf("%d+%v", e.Data[4], e.Time.Sub(bootTime)))
			}
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestSnaplen checks that the header's snaplen, right or wrong, neither hides
// frames nor costs memory.
func TestSnaplen(t *testing.T) {
	file := buildPcap(binary.LittleEndian, false, record{bootTime, 1, ethernetFrame(apMAC, stationMAC, etherEAPOL, eapolStart), 0})
	for _, snaplen := range []uint32{0, 1, 65535, 0xffffffff} {
		copy(file[16:], le32(snaplen))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if events := readAll(t, bytes.NewReader(file)); len(events) != 1 || events[0].Kind != KindEAPOL {
			t.Errorf("snaplen %d: %+v", snaplen, events)
		}
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc
		if allocated > 2<<20 {
			t.Errorf("snaplen %d: %d octets allocated", snaplen, allocated)
		}
	}
}

// TestGzipDamage flips bits of compressed captures: the beginning must be read,
// and the end give a note.
func TestGzipDamage(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var records []record
	for i := range 400 {
		body := make([]byte, 200)
		for j := range body {
			body[j] = byte(random.Uint32())
		}
		frame := ethernetFrame(stationMAC, apMAC, etherEAPOL, join([]byte{2, 3}, be16(200), body))
		records = append(records, record{bootTime.Add(time.Duration(i) * time.Second), 1, frame, 0})
	}
	for _, file := range [][]byte{buildPcap(binary.LittleEndian, false, records...), buildNG(binary.LittleEndian, 6, records...)} {
		packed := gzipped(t, file)
		packed[len(packed)-6] ^= 1 // of the checksum
		events := readAll(t, bytes.NewReader(packed))
		if last := events[len(events)-1]; last.Note != problems[fileGzip].text || len(events) != len(records)+1 {
			t.Errorf("%d events, the last is %+v", len(events), last)
		}
		events = readAll(t, bytes.NewReader(packed[:len(packed)/2]))
		if last := events[len(events)-1]; last.Note != problems[fileCut].text || len(events) < len(records)/3 {
			t.Errorf("cut: %d events, the last is %+v", len(events), last)
		}
	}
}

// TestNotesAreBounded checks that a fault in each frame of a long capture is
// not noted each time.
func TestNotesAreBounded(t *testing.T) {
	frames := make([][]byte, 5000)
	for i := range frames {
		frames[i] = []byte{1, 2, 3}
	}
	if n := len(decodeFrames(t, linkEthernet, frames...)); n != problemLimit {
		t.Errorf("%d notes, want %d", n, problemLimit)
	}
}

func TestFrameNumbers(t *testing.T) {
	b, err := os.ReadFile("testdata/radio/pin.pcap")
	if err != nil {
		t.Fatal(err)
	}
	events := readAll(t, bytes.NewReader(b))
	last := 0
	for _, e := range events {
		if e.Frame < last {
			t.Fatalf("frame %d after %d", e.Frame, last)
		}
		last = e.Frame
	}
	if last < 90 {
		t.Errorf("the last event is of frame %d", last)
	}
}

func TestStrings(t *testing.T) {
	for _, test := range []struct {
		value fmt.Stringer
		want  string
	}{
		{KindNote, "Note"}, {KindUPnP, "UPnP"}, {KindIEEE1905 + 1, "EventKind(17)"}, {EventKind(0), "EventKind(0)"},
	} {
		if got := test.value.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestSkip checks that after a part that was passed over the events are those of a
// Reader that reads everything, with the same numbers.
func TestSkip(t *testing.T) {
	const name = "testdata/wired/m01-clean-none-driver.pcap"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all := readFile(t, name)
	for _, octets := range []int64{0, 1, 500, 2000, 1 << 20} {
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		before := r.Offset()
		r.Skip(octets)
		after := r.Offset()
		if after < min(before+octets, int64(len(b))) || octets == 0 && after != before {
			t.Errorf("skipping %d octets from %d leads to %d", octets, before, after)
		}
		e, err := r.Next()
		if octets == 1<<20 {
			if !errors.Is(err, io.EOF) {
				t.Errorf("after the end: %v, %v", e, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(a Event) bool { return a.Frame == e.Frame })
		if i < 3 || octets > 1 && i < 4 || !bytes.Equal(all[i].Data, e.Data) || r.Offset() <= after {
			t.Errorf("after %d octets: frame %d, event %d", octets, e.Frame, i)
		}
	}
}

// TestSkipState checks that frames after a part that was passed over are not taken for
// the rest of messages before it, or for answers to these.
func TestSkipState(t *testing.T) {
	client, server := netip.MustParseAddrPort("10.0.0.1:50000"), netip.MustParseAddrPort("10.0.0.2:1812")
	request := func(identifier byte, station string) []byte {
		return udpFrame(client, server, radiusPacket(RADIUSAccessRequest, identifier, attribute(radiusCallingStationID, []byte(station)), eapMessage([]byte{2, 9, 0, 4})))
	}
	post := segments(registrarEnd, apEnd, 1001, httpPost("PutMessage", soap("PutMessage", argument("NewInMessage", wscMessage))), 200)
	var records []record
	for _, frame := range slices.Concat([][]byte{
		request(5, "02-00-00-00-00-01"), post[0], request(6, "02-00-00-00-00-02"),
		request(5, "02-00-00-00-00-03"), // passed over
		udpFrame(server, client, radiusPacket(RADIUSAccessChallenge, 5, eapMessage([]byte{1, 9, 0, 4}))),
	}, post[2:]) {
		records = append(records, record{link: int(linkEthernet), data: frame})
	}
	r, err := NewReader(bytes.NewReader(buildPcap(binary.LittleEndian, false, records...)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if e, err := r.Next(); err != nil || e.RADIUS.Station == [6]byte{} {
			t.Fatal(e, err)
		}
	}
	r.Skip(1)
	e, err := r.Next()
	if err != nil || e.RADIUS == nil || e.RADIUS.Code != RADIUSAccessChallenge || e.Frame != 5 {
		t.Fatal(e, err)
	}
	if e.RADIUS.Station != [6]byte{} {
		t.Errorf("the answer is said to be for %x", e.RADIUS.Station)
	}
	if e, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestSkipOctets passes over all kinds of numbers of octets.
func TestSkipOctets(t *testing.T) {
	b, err := os.ReadFile("testdata/wired/m01-clean-none-driver.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for octets, end := range map[int64]bool{math.MinInt64: false, -1: false, 0: false, math.MaxInt64: true} {
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		r.Skip(octets)
		if _, err := r.Next(); errors.Is(err, io.EOF) != end {
			t.Errorf("%d octets: %v", octets, err)
		}
	}
}
