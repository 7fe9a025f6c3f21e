package anonymise_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/capture/anonymise"
	"github.com/gowps/gowps/eapwsc/capture/pcapng"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/wps"
)

// secret is planted in every field. Six octets of it are used as an address.
const secret = "\x12sEcReT-\xc3\xa9:Kq/+9"

// codings returns the encodings in which a secret is searched for.
func codings(s string) map[string][]byte {
	upper := strings.ToUpper(hex.EncodeToString([]byte(s)))
	reversed := []byte(s)
	slices.Reverse(reversed)
	all := map[string][]byte{"plain": []byte(s), "hexadecimal": []byte(hex.EncodeToString([]byte(s))), "HEXADECIMAL": []byte(upper), "reversed": reversed}
	colons := fmt.Sprintf("% x", s)
	all["colons"], all["dashes"] = []byte(strings.ReplaceAll(colons, " ", ":")), []byte(strings.ToUpper(strings.ReplaceAll(colons, " ", "-")))
	for shift := range 3 { // base64 depends on the octets before
		b := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + s))
		all[fmt.Sprint("base64, ", shift)] = []byte(strings.TrimRight(b, "=")[(shift*8+5)/6 : len(strings.TrimRight(b, "="))-1])
	}
	return all
}

// look searches a capture for any part of six octets of a secret, also inside
// base64.
func look(t *testing.T, what, s string, step int, out []byte) {
	t.Helper()
	for i := 0; i+6 <= len(s); i += step {
		window := []byte(s[i : i+6])
		slices.Sort(window)
		if len(slices.Compact(window)) < 4 {
			continue // could occur by chance
		}
		for coding, b := range codings(s[i : i+6]) {
			if bytes.Contains(out, b) {
				at := bytes.Index(out, b)
				t.Errorf("%s: octets %d to %d are in the output, %s: …%x…", what, i, i+5, coding, out[max(0, at-60):min(len(out), at+20)])
				return
			}
		}
	}
}

// bare returns a capture without the note that the anonymiser adds.
func bare(out []byte) []byte { return bytes.ReplaceAll(out, []byte(anonymise.Note), nil) }

func attribute(id wps.AttributeID, value string) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(id))
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// fill repeats the secret to a length.
func fill(n int) string { return strings.Repeat(secret, n/len(secret)+1)[:n] }

// lists returns lists of attributes with the secret in each place.
func lists() map[string][]byte {
	all := make(map[string][]byte)
	head := append(attribute(wps.AttrVersion, "\x10"), attribute(wps.AttrMessageType, "\x04")...)
	for info := range wps.Attributes() {
		for _, n := range []int{info.Min, min(info.Max, 200), len(secret), 7} {
			if n >= 6 {
				all[fmt.Sprintf("%s of %d octets", info.Name, n)] = append(slices.Clone(head), attribute(info.ID, fill(n))...)
			}
		}
		all[info.Name+", cut"] = append(slices.Clone(head), attribute(info.ID, fill(info.Max))[:min(info.Max, 20)]...)
	}
	credential := string(slices.Concat(attribute(wps.AttrSSID, fill(32)), attribute(wps.AttrNetworkKey, fill(63)), attribute(wps.AttrMACAddress, secret[:6])))
	all["credential"] = append(slices.Clone(head), attribute(wps.AttrCredential, credential)...)
	deep := credential
	for range 8 {
		deep = string(attribute(wps.AttrCredential, deep))
	}
	all["deep"] = append(slices.Clone(head), deep...)
	all["unknown attribute"] = append(slices.Clone(head), attribute(0x10fa, secret)...)
	all["trailing octets"] = append(slices.Clone(head), secret...)
	all["WFA extension"] = append(slices.Clone(head), attribute(wps.AttrVendorExtension, "\x00\x37\x2a\x00\x01\x20\x01\x06"+secret[:6]+"\x0b"+string(rune(len(secret)))+secret+"\x00"+string(rune(len(secret)))+secret)...)
	all["WFA extension, cut"] = append(slices.Clone(head), attribute(wps.AttrVendorExtension, "\x00\x37\x2a\x00\x7f"+secret)...)
	all["Wi-Fi Direct network"] = append(slices.Clone(head), attribute(wps.AttrSSID, "DIRECT-"+secret)...)
	return all
}

func eapol(kind byte, body string) []byte {
	return append([]byte{2, kind, byte(len(body) >> 8), byte(len(body))}, body...)
}

// wired returns an Ethernet frame.
func wired(etherType uint16, payload []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte(secret[:6]+secret[6:12]), etherType), payload...)
}

// aired returns a frame with radiotap that contains the secret.
func aired(control uint16, body []byte) []byte {
	b := []byte{0, 0, byte(8 + len(secret)), 0, 0, 0, 0, 0}
	b = append(b, secret...)
	b = binary.LittleEndian.AppendUint16(b, control)
	b = append(append(append(append(b, 0, 0), secret[:6]...), secret[6:12]...), secret[:6]...)
	return append(append(b, 0, 0), body...)
}

func wscPacket(t *testing.T, op eap.OpCode, flags eap.Flags, list []byte) string {
	p := eap.NewWSC(eap.CodeRequest, 7, op, list)
	p.Flags, p.MessageLength = flags, uint16(len(list))
	b, err := p.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// inIP returns an Ethernet frame with a packet of UDP or TCP.
func inIP(t *testing.T, transport gopacket.SerializableLayer, payload []byte) []byte {
	ip := &layers.IPv4{Version: 4, TTL: 64, SrcIP: net.IP(secret[0:4]), DstIP: net.IP(secret[4:8]), Protocol: layers.IPProtocolUDP}
	switch l := transport.(type) {
	case *layers.TCP:
		ip.Protocol = layers.IPProtocolTCP
		_ = l.SetNetworkLayerForChecksum(ip)
	case *layers.UDP:
		_ = l.SetNetworkLayerForChecksum(ip)
	}
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, transport, gopacket.Payload(payload))
	if err != nil {
		t.Fatal(err)
	}
	return wired(0x0800, b.Bytes())
}

// planted returns a capture with the secret in every field of every kind of
// frame.
func planted(t *testing.T) []byte {
	var out bytes.Buffer
	w, err := pcapng.NewWriter(&out, pcapng.Header{LinkType: pcapng.Radiotap, Name: secret, Program: secret, Comment: secret, KeyLog: []byte("WPS " + secret)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AddInterface(pcapng.Ethernet, secret); err != nil {
		t.Fatal(err)
	}
	air := func(b []byte) { write(t, w, 0, b) }
	wire := func(b []byte) { write(t, w, 1, b) }
	snap := []byte{0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e}
	all := lists()
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range all {
			if !yield(name) {
				return
			}
		}
	}) {
		list := all[name]
		packet := wscPacket(t, eap.OpMSG, 0, list)
		wire(wired(0x888e, append(eapol(0, packet), secret...)))
		air(aired(0x0108, append(slices.Clone(snap), eapol(0, packet)...)))
		half := len(list) / 2
		wire(wired(0x888e, eapol(0, wscPacket(t, eap.OpMSG, eap.FlagLengthField|eap.FlagMoreFragments, list[:half]))))
		wire(wired(0x888e, eapol(0, wscPacket(t, eap.OpMSG, 0, list[half:]))))
		wire(wired(0x888e, eapol(0, wscPacket(t, eap.OpMSG, eap.FlagMoreFragments, list)))) // never completed
		elements := slices.Concat([]byte{0, byte(len(secret))}, []byte(secret), wps.SplitElements(list), []byte{221, byte(len(secret))}, []byte(secret), []byte{48, byte(2 + len(secret)), 1, 0}, []byte(secret))
		air(aired(0x0080, append([]byte(secret[:12]), elements...)))
		air(aired(0x0040, elements))
		air(aired(0x0000, append([]byte(secret[:4]), elements...)))
		tlv := append([]byte{0, 0, 0, 9, 0, 1, 0, 0x80, 0x11, byte(len(list) >> 8), byte(len(list))}, list...)
		wire(wired(0x893a, append(append(tlv, 7, 0, byte(len(secret))), secret...)))
		radius := []byte{11, 1, 0, 0}
		radius = append(radius, fill(16)...)
		radius = append(append(radius, 24, byte(2+len(secret))), secret...)
		radius = append(append(radius, 18, byte(2+len(secret))), secret...)
		for part := range slices.Chunk([]byte(packet), 200) {
			radius = append(append(radius, 79, byte(2+len(part))), part...)
		}
		binary.BigEndian.PutUint16(radius[2:], uint16(len(radius)))
		wire(inIP(t, &layers.UDP{SrcPort: 1812, DstPort: 40000}, radius))
		body := "<u:PutMessage xmlns:u=\"WFAWLANConfig\"><NewInMessage>" + base64.StdEncoding.EncodeToString(list) + "</NewInMessage><Other>" + secret + "</Other></u:PutMessage>"
		wire(inIP(t, &layers.TCP{SrcPort: 40000, DstPort: 80, PSH: true}, fmt.Appendf(nil, "POST /%s HTTP/1.1\r\nSOAPACTION: \"urn:x:service:WFAWLANConfig:1#%s\"\r\nCOOKIE: %s\r\nCONTENT-LENGTH: %d\r\n\r\n%s", secret, secret, secret, len(body), body)))
	}
	for kind := range byte(5) {
		wire(wired(0x888e, eapol(kind, fill(120))))
		air(aired(0x0208, append(slices.Clone(snap), eapol(kind, "\x02\x01\x0a\x00"+fill(116))...)))
	}
	for _, method := range []string{"\x01", "\x02", "\x03", "\x19", "\xfe", "\xfe\x00\x37\x2a\x00\x00\x00\x01\x01\x00", "\xfe\x00\x37\x2a\x00\x00\x00\x01\x09\x00"} {
		for code := byte(1); code <= 4; code++ {
			data := method + secret
			wire(wired(0x888e, eapol(0, string([]byte{code, 3, 0, byte(4 + len(data))})+data)))
		}
	}
	for subtype := range uint16(16) {
		air(aired(subtype<<4, []byte(fill(60))))
		air(aired(subtype<<4|0x4000, []byte(fill(60))))
	}
	wire(wired(0x0806, []byte(fill(60))))
	air(aired(0x4108, []byte(fill(60))))
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func write(t *testing.T, w *pcapng.Writer, iface int, b []byte) {
	if err := w.WritePacket(pcapng.Packet{Interface: iface, Time: time.Unix(1e9, 0), Data: b}); err != nil {
		t.Fatal(err)
	}
}

// TestPlanted plants a secret in every field, and searches the copy for it.
func TestPlanted(t *testing.T) {
	in := planted(t)
	kinds := make(map[capture.EventKind]int)
	for _, e := range events(t, in) {
		kinds[e.Kind]++
	}
	for _, k := range []capture.EventKind{capture.KindBeacon, capture.KindProbeRequest, capture.KindAssociationRequest, capture.KindEAPOL, capture.KindRADIUS, capture.KindUPnP, capture.KindIEEE1905} {
		if kinds[k] < 100 && k != capture.KindUPnP || kinds[k] == 0 {
			t.Errorf("%d events of %v", kinds[k], k)
		}
	}
	look(t, "planted", secret, 1, bare(hide(t, in)))
}

// TestSecrets searches the anonymous copies of the captures in the repository
// for their secrets.
func TestSecrets(t *testing.T) {
	for name, b := range captures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := bare(hide(t, b))
			seen := make(map[string]bool)
			look := func(what, s string) {
				if !seen[s] {
					look(t, what, s, 4, out)
				}
				seen[s] = true
			}
			for _, e := range events(t, b) {
				for _, a := range [][6]byte{e.Src, e.Dst, e.BSSID} {
					if a[0]&1 == 0 && a != [6]byte{} {
						look("address", string(a[:]))
						look("address as text", wps.MAC(a).String())
					}
				}
				list := e.Data
				if e.Management != nil {
					if s := string(e.Management.SSID); len(s) >= 6 && !strings.HasPrefix(s, "DIRECT-") {
						look("SSID", s)
					}
					list = e.Management.WPS
				} else if e.Kind == capture.KindEAPOL {
					list = nil
					if p, err := eap.ParsePacket(e.Data[min(len(e.Data), 4):]); err == nil && e.Data[1] == 0 {
						list = p.Data
					}
				}
				values(list, look)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// values calls look for the values of attributes that are not numbers.
func values(list []byte, look func(what, s string)) {
	for len(list) >= 4 {
		id, n := wps.AttributeID(binary.BigEndian.Uint16(list)), int(binary.BigEndian.Uint16(list[2:]))
		if n > len(list)-4 {
			return
		}
		value := string(list[4 : 4+n])
		list = list[4+n:]
		switch id {
		case wps.AttrPrimaryDeviceType, wps.AttrSecondaryDeviceTypeList, wps.AttrRequestedDeviceType, wps.AttrVendorExtension:
			continue
		}
		if len(strings.Trim(value, "\x00 ")) >= 6 {
			look(id.String(), value)
		}
	}
}

// TestTshark checks that tshark finds no malformed packets in the anonymous
// captures that the originals do not have, and no wrong checksums.
func TestTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("WPS_PEERS") == "required" {
			t.Fatal("tshark is not installed")
		}
		t.Skip("tshark is not installed")
	}
	all := captures(t)
	names := []string{
		"eapwsc/capture/testdata/radio/pin.pcap", "eapwsc/capture/testdata/radio/reg-config.pcap", "eapwsc/capture/testdata/wired/s11-frag.pcap",
		"eapwsc/capture/testdata/wired/r2-radius.lo.pcap", "wps/upnp/testdata/u3-er-pin.er.pcap", "eapwsc/layers/testdata/autoconfiguration.pcap",
	}
	// tshark takes long to start. So all captures are in one file, each in a
	// section of its own.
	var original, anonymous []byte
	for _, name := range names {
		original = append(original, section(t, all[name])...)
		anonymous = append(anonymous, hide(t, all[name])...)
	}
	// tshark does not join the fragments of EAP-WSC, and calls them malformed.
	wasMalformed, isMalformed := frames(t, tshark, original, "_ws.malformed"), frames(t, tshark, anonymous, "_ws.malformed")
	wasWPS, isWPS := frames(t, tshark, original, "wps.version"), frames(t, tshark, anonymous, "wps.version")
	wrong := frames(t, tshark, anonymous, "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0")
	for i, name := range names {
		number := fmt.Sprint(i + 1)
		if was, is := len(wasMalformed[number]), len(isMalformed[number]); is > was {
			t.Errorf("%s: tshark complains of %d packets, of the original of %d: %q", name, is, was, isMalformed[number])
		}
		if len(wrong[number]) > 0 {
			t.Errorf("%s: wrong checksums: %q", name, wrong[number])
		}
		if was, is := len(wasWPS[number]), len(isWPS[number]); was != is {
			t.Errorf("%s: tshark finds WPS in %d packets, was %d", name, is, was)
		} else if was == 0 && !strings.Contains(name, "upnp") { // tshark does not decode its messages
			t.Errorf("%s: tshark finds no WPS", name)
		}
	}
}

// section returns a pcap file as a section of a pcapng file.
func section(t *testing.T, file []byte) []byte {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := pcapng.NewWriter(&b, pcapng.Header{LinkType: pcapng.LinkType(r.LinkType())})
	for err == nil {
		var p pcapng.Packet
		var info gopacket.CaptureInfo
		if p.Data, info, err = r.ReadPacketData(); err == nil {
			p.Time, p.Length = info.Timestamp, info.Length
			err = w.WritePacket(p)
		}
	}
	if err == io.EOF {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// frames returns the frames of a pcapng file that match a filter of tshark, by the
// number of their section.
func frames(t *testing.T, tshark string, b []byte, filter string) map[string][]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tshark, "-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", filter,
		"-T", "fields", "-e", "frame.section_number", "-e", "frame.number", "-e", "_ws.col.Info")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]string)
	for line := range strings.Lines(string(out)) {
		number, frame, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		all[number] = append(all[number], frame)
	}
	return all
}
