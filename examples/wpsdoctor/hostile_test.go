package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/examples/internal/program"
)

// asProgram makes the test binary run as wpsdoctor, so that its memory can be
// measured in a separate process.
const asProgram = "WPSDOCTOR_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	boundMemory()
	streams := program.IO{In: os.Stdin, Out: io.Discard, Err: io.Discard}
	status := program.Run(context.Background(), command(new(invocation)), streams, os.Args[1:])
	self, _ := os.ReadFile("/proc/self/status") // Linux only; empty elsewhere
	_, rest, _ := strings.Cut(string(self), "VmHWM:")
	memory, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	fmt.Println(status, cmp.Or(memory, "0"))
	os.Exit(0)
}

// pcapFile writes a capture frame by frame.
type pcapFile struct {
	bytes.Buffer
	at time.Time
}

const (
	linkEthernet = 1
	linkDot11    = 105
)

func newPcap(link uint32) *pcapFile {
	f := &pcapFile{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	for _, v := range []any{uint32(0xA1B2C3D4), uint16(2), uint16(4), uint64(0), uint32(1 << 18), link} {
		binary.Write(f, binary.LittleEndian, v)
	}
	return f
}

// frame writes a frame, a millisecond after the previous one.
func (f *pcapFile) frame(parts ...[]byte) {
	f.at = f.at.Add(time.Millisecond)
	b := bytes.Join(parts, nil)
	for _, v := range []uint32{uint32(f.at.Unix()), uint32(f.at.Nanosecond() / 1000), uint32(len(b)), uint32(len(b))} {
		binary.Write(f, binary.LittleEndian, v)
	}
	f.Write(b)
}

func be16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func be32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

// host returns a different address for each number.
func host(n int) []byte { return []byte{2, 0, 0, byte(n >> 16), byte(n >> 8), byte(n)} }

// element returns an information element.
func element(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }

func wsc(id int, value ...byte) []byte {
	return append(append(be16(id), be16(len(value))...), value...)
}

// wscElement returns a WPS element that waits, with an attribute that changes.
func wscElement(n int) []byte {
	attributes := bytes.Join([][]byte{
		wsc(0x104A, 0x10), wsc(0x1044, 2), wsc(0x1041, 1), wsc(0x1012, 0, 4), wsc(0x1053, 0x22, 0x88),
		wsc(0x1047, append(make([]byte, 12), be32(n)...)...), wsc(0x1011, fmt.Appendf(nil, "name %d", n)...),
	}, nil)
	return element(221, append([]byte{0, 0x50, 0xF2, 4}, attributes...)...)
}

// management returns a broadcast 802.11 frame from the address of a number.
func management(subtype byte, to []byte, from int, body ...[]byte) []byte {
	return bytes.Join(append([][]byte{{subtype << 4, 0, 0, 0}, to, host(from), host(from), {0, 0}}, body...), nil)
}

var everyone = bytes.Repeat([]byte{0xFF}, 6)

func beacon(from int, elements ...[]byte) []byte {
	fixed := []byte{0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0x11, 4}
	return management(8, everyone, from, append([][]byte{fixed, element(0, 'n', 'e', 't')}, elements...)...)
}

// data returns an 802.11 frame with an EAPOL packet, to or from an access
// point.
func data(toAP bool, ap, station int, eapol []byte) []byte {
	snap := []byte{0xAA, 0xAA, 3, 0, 0, 0, 0x88, 0x8E}
	if toAP {
		return bytes.Join([][]byte{{8, 1, 0, 0}, host(ap), host(station), host(ap), {0, 0}, snap, eapol}, nil)
	}
	return bytes.Join([][]byte{{8, 2, 0, 0}, host(station), host(ap), host(ap), {0, 0}, snap, eapol}, nil)
}

// eapol returns an EAPOL packet with an EAP packet of type WSC.
func eapol(code, id, opcode, flags byte, body ...byte) []byte {
	b := append([]byte{254, 0, 0x37, 0x2A, 0, 0, 0, 1, opcode, flags}, body...)
	b = append(append([]byte{code, id}, be16(4+len(b))...), b...)
	return append(append([]byte{1, 0}, be16(len(b))...), b...)
}

// m1 returns a message that looks like the M1 of a station.
func m1(station int) []byte {
	return bytes.Join([][]byte{
		wsc(0x104A, 0x10), wsc(0x1022, 4), wsc(0x1047, append(make([]byte, 10), host(station)...)...), wsc(0x1020, host(station)...),
		wsc(0x101A, append(make([]byte, 12), be32(station)...)...), wsc(0x1032, make([]byte, 192)...), wsc(0x1012, 0, 0),
	}, nil)
}

// tcp returns an Ethernet frame with a TCP segment.
func tcp(port, sequence int, flags byte, payload []byte) []byte {
	segment := bytes.Join([][]byte{be16(port), be16(80), be32(sequence), be32(0), {5 << 4, flags}, be16(1000), {0, 0, 0, 0}, payload}, nil)
	return ipv4(6, segment)
}

func ipv4(protocol byte, payload []byte) []byte {
	return bytes.Join([][]byte{
		host(1), host(2), {8, 0, 0x45, 0}, be16(20 + len(payload)), {0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, payload,
	}, nil)
}

func udp(port int, payload []byte) []byte {
	return ipv4(17, bytes.Join([][]byte{be16(40000), be16(port), be16(8 + len(payload)), {0, 0}, payload}, nil))
}

// drip writes a text as a TCP stream with one octet per segment.
func drip(f *pcapFile, port int, text string) {
	f.frame(tcp(port, 0, 2, nil))
	for i := range len(text) {
		f.frame(tcp(port, 1+i, 0x10, []byte(text[i:i+1])))
	}
}

// many calls f until the capture has a size in octets.
func many(link uint32, size int, f func(f *pcapFile, n int)) []byte {
	out := newPcap(link)
	for n := 0; out.Len() < size; n++ {
		f(out, n)
	}
	return out.Bytes()
}

const post = "POST /control HTTP/1.1\r\nSOAPAction: \"urn:schemas-wifialliance-org:service:WFAWLANConfig:1#PutMessage\"\r\nContent-Type: text/xml\r\n"

// A hostileInput makes an input of about a size.
type hostileInput struct {
	name string
	make func(size int) []byte
}

// hostile lists inputs that are expensive to process, each of a given size.
var hostile = []hostileInput{
	{"networks with changing elements", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(beacon(n%512, wscElement(n))) })
	}},
	{"networks without end", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(beacon(n, wscElement(0))) })
	}},
	{"stations without end that search", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(management(4, everyone, n, element(0), wscElement(n))) })
	}},
	{"one station that is many", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(management(4, everyone, 7, element(0), wscElement(n))) })
	}},
	{"broadcast farewells to open runs", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if n%8 == 0 {
				f.frame(data(true, 1, 2+n/8, eapol(2, 1, 4, 0, m1(n)...)))
			} else {
				f.frame(management(12, everyone, 2+n%2, []byte{3, 0}))
			}
		})
	}},
	{"broadcast farewells of the open runs' router", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if f.Len() < size/2 {
				f.frame(data(true, 1+n%7, 10+n, []byte{1, 1, 0, 0}))
			} else {
				f.frame(management(12, everyone, 1+n%7, []byte{3, 0}))
			}
		})
	}},
	{"runs that begin and never end", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(data(true, 1, 2+n, eapol(2, 1, 4, 0, m1(n)...))) })
	}},
	{"one run without end", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			f.frame(data(n%2 == 1, 1, 2, eapol(byte(1+n%2), byte(n/2), 4, 0, m1(n)...)))
		})
	}},
	{"M1 that repeats", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(data(true, 1, 2, eapol(2, 1, 4, 0, m1(3)...))) })
	}},
	{"fragments without end", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if n%2 == 0 {
				f.frame(data(true, 1, 2+n%999, eapol(2, byte(n/2), 4, 3, append(be16(60000), make([]byte, 30)...)...)))
			} else {
				f.frame(data(false, 1, 2+n%999, eapol(1, byte(n/2+1), 6, 0)))
			}
		})
	}},
	{"M1 of small attributes", func(size int) []byte {
		body := bytes.Repeat(wsc(0x1011), 300)
		return many(linkDot11, size, func(f *pcapFile, n int) {
			f.frame(data(true, 1, 2+n, eapol(2, 1, 4, 0, append(bytes.Clone(m1(n)), body...)...)))
		})
	}},
	{"aggregates of nothing", func(size int) []byte {
		msdu := bytes.Join([][]byte{host(1), host(2), be16(0), {0, 0}}, nil)
		frame := bytes.Join([][]byte{{0x88, 1, 0, 0}, host(1), host(2), host(1), {0, 0, 0x80, 0}, bytes.Repeat(msdu, 120)}, nil)
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(frame) })
	}},
	{"elements in pieces", func(size int) []byte {
		piece := element(221, 0, 0x50, 0xF2, 4, 0x10)
		return many(linkDot11, size, func(f *pcapFile, n int) { f.frame(beacon(n%9, bytes.Repeat(piece, 200))) })
	}},
	{"chunks in single octets", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			drip(f, 1000+n, post+"Transfer-Encoding: chunked\r\n\r\n"+strings.Repeat("1\r\na\r\n", 8000))
		})
	}},
	{"a chunk in single octets", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			drip(f, 1000+n, post+"Transfer-Encoding: chunked\r\n\r\n"+"f000\r\n"+strings.Repeat("a", 60000))
		})
	}},
	{"a chunk whose line does not end", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			drip(f, 1000+n, post+"Transfer-Encoding: chunked\r\n\r\n"+"1;"+strings.Repeat("a", 60000))
		})
	}},
	{"a trailer of many lines", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			drip(f, 1000+n, post+"Transfer-Encoding: chunked\r\n\r\n"+"0\r\n"+strings.Repeat("a\n", 30000))
		})
	}},
	{"a header of many lines", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) { drip(f, 1000+n, "POST / HTTP/1.1\n"+strings.Repeat("a\n", 4000)) })
	}},
	{"an envelope of tags", func(size int) []byte {
		text := post + "Content-Length: 60000\r\n\r\n" + strings.Repeat("<a>", 20000)
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			f.frame(tcp(1000+n, 0, 2, nil))
			for i := 0; i < len(text); i += 1400 {
				f.frame(tcp(1000+n, 1+i, 0x10, []byte(text[i:min(i+1400, len(text))])))
			}
		})
	}},
	{"streams without end", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) { f.frame(tcp(1+n%65000, 1+n/65000, 0x10, []byte("POST /"))) })
	}},
	{"segments that wait", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			if n%33 == 0 {
				f.frame(tcp(1000+n/33, 0, 2, nil))
			}
			f.frame(tcp(1000+n/33, 3+n%33, 0x10, []byte("POST")))
		})
	}},
	{"RADIUS of many attributes", func(size int) []byte {
		attributes := bytes.Repeat([]byte{79, 3, 2}, 300)
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			f.frame(udp(1812, bytes.Join([][]byte{{1, byte(n)}, be16(20 + len(attributes)), make([]byte, 16), attributes}, nil)))
		})
	}},
	{"IEEE 1905 fragments without end", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			f.frame(host(1), host(n%5000), []byte{0x89, 0x3A, 0, 0}, be16(9), be16(n), []byte{byte(n % 60), 0, 0x11}, be16(1000), make([]byte, 100))
		})
	}},
	{"blocks of pcapng that are none", func(size int) []byte {
		section := []byte{0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 28, 0, 0, 0}
		block := []byte{6, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}
		return append(section, bytes.Repeat(block, size/len(block))...)
	}},
	{"records of pcap that are none", func(size int) []byte {
		return append(newPcap(linkDot11).Bytes(), bytes.Repeat([]byte{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0}, size/16)...)
	}},
	{"nothing, compressed", func(size int) []byte { return compressed(make([]byte, 16*size)) }},
	{"a beacon, compressed", func(size int) []byte {
		return compressed(many(linkDot11, 16*size, func(f *pcapFile, n int) { f.frame(beacon(1, wscElement(1))) }))
	}},
	{"a line without end", func(size int) []byte {
		return append([]byte("wlan0: WPS: "), bytes.Repeat([]byte{'a'}, size)...)
	}},
	{"hexadecimal without end", func(size int) []byte {
		return []byte("WPS: M1 - hexdump(len=100000000):" + strings.Repeat(" 10", size/3))
	}},
	{"dumps without end", func(size int) []byte {
		return []byte(strings.Repeat("0000  10 4a 00 01 10 10 22 00  01 04 10 47 00 10 00 00\n", size/56))
	}},
	{"interfaces without end in a log", func(size int) []byte {
		return lines(size, func(n int) string { return fmt.Sprintf("wlan%d: WPS-FAIL msg=8 config_error=18\n", n) })
	}},
	{"stations without end in a log", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("wlan0: CTRL-EVENT-EAP-STARTED 02:00:%02x:%02x:%02x:%02x\n", n>>24&255, n>>16&255, n>>8&255, n&255)
		})
	}},
	{"networks without end in a scan", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("BSS 02:00:%02x:%02x:%02x:%02x(on wlan0)\n\tSSID: n%d\n\tWPS:\t * Version: 1.0\n\t\t * Wi-Fi Protected Setup State: 2 (Configured)\n", n>>24&255, n>>16&255, n>>8&255, n&255, n)
		})
	}},
	{"attempts of one packet", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) { f.frame(host(1), host(2+n), []byte{0x88, 0x8E}, eapol(2, 1, 3, 0)) })
	}},
	{"attempts of an identity", func(size int) []byte {
		identity := "WFA-SimpleConfig-Enrollee-1-0"
		packet := append([]byte{1, 0, 0, byte(5 + len(identity)), 2, 1, 0, byte(5 + len(identity)), 1}, identity...)
		return many(linkEthernet, size, func(f *pcapFile, n int) { f.frame(host(1), host(2+n), []byte{0x88, 0x8E}, packet) })
	}},
	{"requests to associate without end", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			f.frame([]byte{0, 0, 0, 0}, host(1), host(2+n), host(1), []byte{0, 0, 0x11, 4, 1, 0}, element(221, 0, 0x50, 0xF2, 4))
		})
	}},
	{"attempts at a network of 64 elements", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if n < 64 {
				f.frame(beacon(1, wscElement(n)))
			} else {
				f.frame(data(true, 1, 2+n, eapol(2, 1, 3, 0)))
			}
		})
	}},
	{"attempts at a network whose element has many faults", func(size int) []byte {
		long := element(221, append([]byte{0, 0x50, 0xF2, 4}, bytes.Repeat(wsc(0x1011), 60)...)...)
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if n == 0 {
				f.frame(beacon(1, long, long, long, long))
			} else {
				f.frame(data(true, 1, 2+n, eapol(2, 1, 3, 0)))
			}
		})
	}},
	{"attempts while many press the button", func(size int) []byte {
		pressed := element(221, append([]byte{0, 0x50, 0xF2, 4}, append(wsc(0x104A, 0x10), wsc(0x1012, 0, 4)...)...)...)
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if n < 256 {
				f.frame(management(4, everyone, 1000+n, element(0), pressed))
			} else {
				f.frame(data(true, 1, 2000+n, eapol(2, 1, 3, 0)))
			}
		})
	}},
	{"M1 with the same nonce", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			f.frame(data(true, 1, 2+n, eapol(2, 1, 4, 0, append(wsc(0x1022, 4), wsc(0x101A, make([]byte, 16)...)...)...)))
		})
	}},
	{"long elements that change", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			part := element(221, append([]byte{0, 0x50, 0xF2, 4}, append(bytes.Repeat(wsc(0x1011), 55), wsc(0x1054, be32(n)...)...)...)...)
			f.frame(management(5, everyone, n%512, make([]byte, 12), part, part, part, part, part))
		})
	}},
	{"refusals of stations that search", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if n < 256 {
				f.frame(management(4, everyone, 1000+n, element(0), wscElement(n)))
			} else {
				f.frame(management(11, host(1000+n%256), 1+n%9, []byte{0, 0, 2, 0, 17, 0}))
			}
		})
	}},
	{"requests to nobody", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			f.frame([]byte{1, 0x80, 0xC2, 0, 0, 3}, host(n), []byte{0x88, 0x8E}, []byte{1, 0, 0, 5, 1, byte(n), 0, 5, 1})
		})
	}},
	{"frames an hour apart", func(size int) []byte {
		return many(linkDot11, size, func(f *pcapFile, n int) {
			if n%4096 > 4000 {
				f.at = f.at.Add(time.Second)
			}
			if n%7 == 0 {
				f.at = f.at.Add(-10 * time.Millisecond)
			}
			f.frame(data(true, 1, 2+n, eapol(2, 1, 3, 0)))
		})
	}},
	{"RADIUS attempts of one packet", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			packet := eapol(2, 1, 3, 0)[4:]
			attributes := bytes.Join([][]byte{{31, 19}, fmt.Appendf(nil, "02-00-00-%02x-%02x-%02x", n>>16&255, n>>8&255, n&255), {79, byte(2 + len(packet))}, packet}, nil)
			f.frame(udp(1812, bytes.Join([][]byte{{1, byte(n)}, be16(20 + len(attributes)), make([]byte, 16), attributes}, nil)))
		})
	}},
	{"IEEE 1905 attempts of one packet", func(size int) []byte {
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			message := wsc(0x1022, 4)
			f.frame(host(1), host(2+n), []byte{0x89, 0x3A, 0, 0}, be16(9), be16(n), []byte{0, 0x80, 0x11}, be16(len(message)), message, []byte{0, 0, 0})
		})
	}},
	{"UPnP attempts", func(size int) []byte {
		body := "<s:Envelope><s:Body><u:PutMessage><NewInMessage>" + base64.StdEncoding.EncodeToString(wsc(0x1022, 4)) + "</NewInMessage></u:PutMessage></s:Body></s:Envelope>"
		text := fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", post, len(body), body)
		return many(linkEthernet, size, func(f *pcapFile, n int) {
			f.frame(tcp(1000+n, 0, 2, nil))
			f.frame(tcp(1000+n, 1, 0x10, []byte(text)))
		})
	}},
	{"interfaces of pcapng without end", func(size int) []byte {
		section := []byte{0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 28, 0, 0, 0}
		return append(section, bytes.Repeat([]byte{1, 0, 0, 0, 20, 0, 0, 0, 105, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0}, size/20)...)
	}},
	{"successes without end in a log", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("wlan0: WPS-REG-SUCCESS 02:00:%02x:%02x:%02x:%02x 572cf82f-c957-5653-9b16-b5cfb298abf1\n", n>>24&255, n>>16&255, n>>8&255, n&255)
		})
	}},
	{"failures without end in a log", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("wlan0: CTRL-EVENT-EAP-STARTED 02:00:%02x:%02x:%02x:%02x\nwlan0: WPS-FAIL msg=12 config_error=18\n", n>>24&255, n>>16&255, n>>8&255, n&255)
		})
	}},
	{"attempts after a scan of many networks", func(size int) []byte {
		return lines(size, func(n int) string {
			if n < 4096 {
				return fmt.Sprintf("BSS 02:00:00:00:%02x:%02x(on wlan0)\n\tSSID: n%d\n", n>>8, n&255, n)
			}
			return fmt.Sprintf("wlan%d: WPS-FAIL msg=8 config_error=18\n", n)
		})
	}},
	{"settings without end in a log", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("wlan0: WPS-CRED-RECEIVED 100e00071045000461626364\nwlan0: WPS-SUCCESS\nwlan0: Trying to associate with 02:00:00:00:%02x:%02x (SSID='a' freq=2412 MHz)\nwlan0: WPS-PBC-ACTIVE\n", n>>8&255, n&255)
		})
	}},
	{"keys without end in a log", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("WPS: Enrollee Nonce - hexdump(len=16): %032x\nWPS: Registrar Nonce - hexdump(len=16): %032x\nWPS: AuthKey - hexdump(len=32): %064x\nWPS: KeyWrapKey - hexdump(len=16): %032x\nWPS: EMSK - hexdump(len=32): %064x\n", n, n, n, n, n)
		})
	}},
	{"anchors of one row in a line", func(size int) []byte {
		return []byte(strings.Repeat(strings.Repeat("Failed to connect to ", 3000)+"\n", 1+size/63000))
	}},
	{"events in a line", func(size int) []byte {
		return []byte(strings.Repeat(strings.Repeat("wlan0: WPS-OVERLAP-DETECTED ", 2300)+"\n", 1+size/64000))
	}},
	{"values without an end in a line", func(size int) []byte {
		return []byte(strings.Repeat(strings.Repeat("mode : sta ", 5900)+"\n", 1+size/64000))
	}},
	{"escaped line ends in a name", func(size int) []byte {
		return []byte(strings.Repeat("ssid='"+strings.Repeat(`\n`, 32000)+"\n", 1+size/64000))
	}},
	{"escaped line ends", func(size int) []byte {
		return []byte(strings.Repeat(`{"a":"`+strings.Repeat(`b\n`, 20000)+"\n", 1+size/60000))
	}},
	{"tags and entities", func(size int) []byte {
		return []byte(strings.Repeat(strings.Repeat(`<p <p>&amp;`, 5900)+"\n", 1+size/64000))
	}},
	{"lines that a terminal has wrapped", func(size int) []byte {
		return bytes.Repeat([]byte("wlan0: WPS-FAIL msg=8 config_error=18                                           \nWPS-FAIL                                   ssid\n"), 1+size/130)
	}},
	{"times without messages", func(size int) []byte {
		return lines(size, func(n int) string { return fmt.Sprintf("1700000%03d.000000: wlan0:\n", n%1000) })
	}},
	{"a dump of small attributes", func(size int) []byte {
		return lines(size, func(n int) string { return "WPS: M1 - hexdump(len=400):" + strings.Repeat(" 10 11 00 00", 100) + "\n" })
	}},
	{"dumps of small attributes", func(size int) []byte {
		return lines(size, func(n int) string { return "0000  10 11 00 00 10 11 00 00  10 11 00 00 10 11 00 00\n" })
	}},
	{"entries without end of wpa_cli bss", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("id=%d\nbssid=02:00:%02x:%02x:%02x:%02x\nfreq=2412\nie=0001%02xdd0e0050f204104a0001101044000102\nssid=n\n", n, n>>24&255, n>>16&255, n>>8&255, n&255, n&255)
		})
	}},
	{"entries without end of scan_results", func(size int) []byte {
		return append([]byte("bssid / frequency / signal level / flags / ssid\n"), lines(size, func(n int) string {
			return fmt.Sprintf("02:00:%02x:%02x:%02x:%02x\t2412\t-40\t[WPA2-PSK-CCMP][WPS-PBC]\tn\n", n>>24&255, n>>16&255, n>>8&255, n&255)
		})...)
	}},
	{"a packet list of attempts", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf(" %d 0.9 02:00:00:00:00:00 → 02:%02x:%02x:%02x:01:00 EAP 497 Request, Expanded Type, WPS, M2\n", n, n>>16&255, n>>8&255, n&255)
		})
	}},
	{"packet details of attempts", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("Frame %d: 92 bytes on wire\n    Source: a (02:00:00:00:00:00)\n    Destination: a (02:%02x:%02x:%02x:01:00)\n    Code: Request (1)\n    Id: 1\n        Opcode: WSC MSG (4)\n            Message Type: M8 (0x0c)\n", n, n>>16&255, n>>8&255, n&255)
		})
	}},
	{"attempts of iwd", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("src/wsc.c:pin_scan_results() Found AP to connect to: 02:00:%02x:%02x:00:00\nsrc/wsc.c:wsc_connect() \nsrc/eap-wsc.c:eap_wsc_handle_m2() \nsrc/eap-wsc.c:eap_wsc_handle_nack() \n", n>>8&255, n&255)
		})
	}},
	{"attempts of ESP-IDF", func(size int) []byte {
		return lines(size, func(n int) string {
			return fmt.Sprintf("I (%d) wpa: WPS: connecting to home, bssid=02:00:00:00:%02x:%02x\nD (%d) wpa: WPS: neg start\n", n, n>>8&255, n&255, n)
		})
	}},
	{"base64 without end", func(size int) []byte {
		return []byte(base64.StdEncoding.EncodeToString(bytes.Repeat(m1(1), size/400)))
	}},
}

func lines(size int, f func(n int) string) []byte {
	var b bytes.Buffer
	for n := 0; b.Len() < size; n++ {
		b.WriteString(f(n))
	}
	return b.Bytes()
}

func compressed(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// inflated returns the length of an input after decompression.
func inflated(b []byte) int {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return len(b)
	}
	n, _ := (&bytes.Buffer{}).ReadFrom(r)
	return int(n)
}

// cost runs the program on a file in a separate process. It returns the time of
// processors and the peak memory in octets, or 0 if the system does not report
// it.
func cost(t testing.TB, file string) (took time.Duration, memory int) {
	t.Helper()
	took, memory, _ = costOf(t, file, func(io.Writer) error { return nil })
	return took, memory
}

// costOf is cost with a standard input, which write writes while the program
// runs. It also returns the exit status.
func costOf(t testing.TB, file string, write func(io.Writer) error) (took time.Duration, memory, status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-json", "-q", file)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writeErr := write(in)
	in.Close()
	err = cmd.Wait()
	if _, scanErr := fmt.Sscan(out.String(), &status, &memory); err != nil || writeErr != nil || scanErr != nil {
		t.Fatalf("%v, %v, %v\n%.2000s", err, writeErr, scanErr, &out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory << 10, status
}

// A scale measures inputs in the time per octet of ordinary traffic.
type scale struct {
	dir, file       string
	size            int64
	start, ordinary time.Duration // of the program, and with the ordinary traffic
}

func newScale(t testing.TB) *scale {
	t.Helper()
	s := &scale{dir: t.TempDir(), start: time.Hour, ordinary: time.Hour}
	s.file = filepath.Join(s.dir, "ordinary.pcap")
	if out, err := exec.Command("go", "run", "../wpstraffic", "-size", "20", "-exchanges", "1000", s.file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(s.file)
	if err != nil {
		t.Fatal(err)
	}
	s.size = info.Size()
	if err := os.WriteFile(filepath.Join(s.dir, "empty"), newPcap(linkDot11).Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s.calibrate(t)
	return s
}

// calibrate measures ordinary traffic once more. The shortest time counts.
func (s *scale) calibrate(t testing.TB) {
	t.Helper()
	start, _ := cost(t, filepath.Join(s.dir, "empty"))
	ordinary, _ := cost(t, s.file)
	s.start, s.ordinary = min(s.start, start), min(s.ordinary, ordinary)
}

// times returns how many times as long an input takes as ordinary traffic of its
// size.
func (s *scale) times(took time.Duration, input []byte) float64 {
	return (took - s.start).Seconds() / float64(inflated(input)) / ((s.ordinary - s.start).Seconds() / float64(s.size))
}

// TestHostile checks that hostile inputs do not exceed a limit of memory, and
// that none takes much more than 20 times as long as ordinary traffic, the aim:
// the limit is three times that, for a machine with other work.
// [BenchmarkHostile] measures how long each takes.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	if raceDetector {
		t.Skip("the race detector has memory of its own, several times that of the program")
	}
	const (
		maxMemory = 128 << 20
		maxTimes  = 60
	)
	scale := newScale(t)
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			file, input := filepath.Join(t.TempDir(), "input"), h.make(1<<20)
			if err := os.WriteFile(file, input, 0o600); err != nil {
				t.Fatal(err)
			}
			took, memory := cost(t, file)
			if memory > maxMemory {
				t.Errorf("it takes %d MB, at most %d are allowed", memory>>20, maxMemory>>20)
			}
			if times := scale.times(took, input); times > maxTimes {
				t.Errorf("it takes %.0f times as long as ordinary traffic", times)
			}
		})
	}
}

// BenchmarkHostile compares the time of processors per octet of each input, at
// two sizes, with that of ordinary traffic. The aim is a factor of at most 20. A
// factor that grows with the size shows a cost that grows faster than the input.
func BenchmarkHostile(b *testing.B) {
	scale := newScale(b)
	for _, h := range hostile {
		for _, size := range []int{1, 4} {
			b.Run(fmt.Sprintf("%s/%dMB", h.name, size), func(b *testing.B) {
				input := h.make(size << 20)
				made := filepath.Join(scale.dir, "input")
				if err := os.WriteFile(made, input, 0o600); err != nil {
					b.Fatal(err)
				}
				hostile, memory := time.Hour, 0
				for b.Loop() {
					scale.calibrate(b)
					took, most := cost(b, made)
					hostile, memory = min(hostile, took), max(memory, most)
				}
				b.ReportMetric(scale.times(hostile, input), "x-ordinary")
				b.ReportMetric(float64(memory>>20), "MB")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
