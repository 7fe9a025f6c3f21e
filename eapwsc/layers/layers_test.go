package layers_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket"
	gplayers "github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/layers"
	"github.com/gowps/gowps/wps"
)

func init() { layers.Register() }

// frames returns the frames of a capture.
func frames(t testing.TB, file string) (all [][]byte, link gplayers.LinkType) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, _, err := r.ReadPacketData()
		if err == io.EOF {
			return all, r.LinkType()
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
}

// captures returns the captures in the test data of package capture.
func captures(t testing.TB) (files []string) {
	t.Helper()
	for _, dir := range []string{"wired", "radio"} {
		more, err := filepath.Glob(filepath.Join("..", "capture", "testdata", dir, "*.pcap"))
		if err != nil || len(more) == 0 {
			t.Fatal(err, dir)
		}
		files = append(files, more...)
	}
	return files
}

// TestAgainstReader decodes every capture with the layers and with package
// capture, which decodes frames independently, and compares the results.
func TestAgainstReader(t *testing.T) {
	packets, elements := 0, 0
	for _, file := range captures(t) {
		if strings.Contains(file, ".er.") {
			continue // UPnP
		}
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := capture.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		var wantEAP, wantElements []string
		for {
			e, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case e.Kind == capture.KindEAPOL && len(e.Data) > 4 && e.Data[1] == 0:
				if p, err := eap.ParsePacket(e.Data[4:]); err == nil {
					b, err := p.AppendTo(nil)
					if err != nil {
						t.Fatal(err)
					}
					wantEAP = append(wantEAP, string(b))
				}
			case e.Kind == capture.KindRADIUS && len(e.Data) > 0:
				wantEAP = append(wantEAP, string(e.Data))
			case e.Management != nil && len(e.Management.WPS) > 0:
				wantElements = append(wantElements, string(e.Management.WPS))
			}
		}
		f.Close()
		var gotEAP, gotElements []string
		all, link := frames(t, file)
		for _, data := range all {
			p := gopacket.NewPacket(data, link, gopacket.NoCopy)
			if l, ok := p.Layer(gplayers.LayerTypeEAP).(*gplayers.EAP); ok {
				gotEAP = append(gotEAP, string(l.Contents)+string(l.Payload))
				checkPacket(t, file, p, append(bytes.Clone(l.Contents), l.Payload...))
			}
			if e := layers.ElementOf(p); e != nil && len(e.Contents) > 0 {
				gotElements = append(gotElements, string(e.Contents))
			}
		}
		if !slices.Equal(gotEAP, wantEAP) {
			t.Errorf("%s: %d EAP packets, the reader has %d", file, len(gotEAP), len(wantEAP))
		}
		if !slices.Equal(gotElements, wantElements) {
			t.Errorf("%s: %d elements, the reader has %d", file, len(gotElements), len(wantElements))
		}
		packets, elements = packets+len(gotEAP), elements+len(gotElements)
	}
	t.Logf("%d EAP packets, %d elements", packets, elements)
	if packets < 500 || elements < 100 {
		t.Errorf("%d EAP packets, %d elements: the captures are not what they were", packets, elements)
	}
}

// checkPacket compares the layers of a packet with package eap.
func checkPacket(t *testing.T, file string, p gopacket.Packet, octets []byte) {
	t.Helper()
	want, err := eap.ParsePacket(octets)
	if err != nil {
		return
	}
	w, _ := p.Layer(layers.LayerTypeEAPWSC).(*layers.EAPWSC)
	if (w != nil) != want.IsWSC() {
		t.Errorf("%s: %v: EAP-WSC layer %v", file, want, w)
		return
	}
	if w == nil {
		return
	}
	if w.OpCode != want.OpCode || w.Flags != want.Flags || w.MessageLength != want.MessageLength || !bytes.Equal(w.Payload, want.Data) {
		t.Errorf("%s: %v: %+v", file, want, w)
	}
	m, _ := p.Layer(layers.LayerTypeMessage).(*layers.Message)
	if m == nil {
		if want.Flags == 0 && len(want.Data) > 0 && want.OpCode != eap.OpFragACK && want.Data[0] == 0x10 {
			t.Errorf("%s: %v: no message", file, want)
		}
		return
	}
	if kind, err := wps.PeekMessageType(want.Data); err == nil && m.Type != kind || p.ApplicationLayer() == nil {
		t.Errorf("%s: %v: message %v", file, want, m.Type)
	}
	// The decoded layers are serialized to the same octets.
	b := gopacket.NewSerializeBuffer()
	e := &layers.EAP{}
	if err := e.DecodeFromBytes(octets, gopacket.NilDecodeFeedback); err != nil {
		t.Fatal(err)
	}
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, e, w, m); err != nil || !bytes.Equal(b.Bytes(), octets) {
		t.Errorf("%s: %v is written as\n%x, want\n%x, %v", file, want, b.Bytes(), octets, err)
	}
}

// TestPadding checks a case that gopacket gets wrong: padding after a packet.
func TestPadding(t *testing.T) {
	packet := []byte{2, 7, 0, 6, 1, 'x'}
	frame := slices.Concat(make([]byte, 12), []byte{0x88, 0x8E, 1, 0, 0, 6}, packet, make([]byte, 40))
	p := gopacket.NewPacket(frame, gplayers.LinkTypeEthernet, gopacket.Default)
	e, ok := p.Layer(gplayers.LayerTypeEAP).(*gplayers.EAP)
	if !ok || string(e.TypeData) != "x" || string(e.LayerPayload()) != "x" || len(e.LayerContents()) != 5 {
		t.Errorf("%+v", e)
	}
}

// TestIEEE1905 decodes M1 and two M2 of an EasyMesh agent and controller.
func TestIEEE1905(t *testing.T) {
	all, link := frames(t, "testdata/autoconfiguration.pcap")
	var types []wps.MessageType
	for _, data := range all {
		p := gopacket.NewPacket(data, link, gopacket.Default)
		if err := p.ErrorLayer(); err != nil {
			t.Error(err.Error())
		}
		c, ok := p.Layer(layers.LayerTypeIEEE1905).(*layers.IEEE1905)
		if !ok {
			t.Fatalf("no IEEE 1905.1 in %v", p)
		}
		for _, b := range c.WSC {
			kind, err := wps.PeekMessageType(b)
			if err != nil {
				t.Error(err)
			}
			types = append(types, kind)
		}
		if _, ok := p.Layer(layers.LayerTypeMessage).(*layers.Message); !ok && len(c.WSC) > 0 {
			t.Error("no message")
		}
		b := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{}, c); err != nil {
			t.Fatal(err)
		}
		again := new(layers.IEEE1905)
		if err := again.DecodeFromBytes(b.Bytes(), gopacket.NilDecodeFeedback); err != nil || again.ID != c.ID || !slices.EqualFunc(again.WSC, c.WSC, bytes.Equal) {
			t.Errorf("%+v, %v", again, err)
		}
	}
	if want := []wps.MessageType{wps.MessageM1, wps.MessageM2, wps.MessageM2}; !slices.Equal(types, want) {
		t.Errorf("messages %v, want %v", types, want)
	}
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		layer gopacket.DecodingLayer
		b     []byte
	}{
		{"EAP header cut", new(layers.EAP), []byte{1, 2, 0}},
		{"EAP Length below 4", new(layers.EAP), []byte{1, 2, 0, 3}},
		{"EAP cut", new(layers.EAP), []byte{1, 2, 0, 9, 1}},
		{"WSC header cut", new(layers.EAPWSC), []byte{0, 0x37, 0x2A, 0, 0, 0, 1, 4}},
		{"another vendor", new(layers.EAPWSC), []byte{0, 0x37, 0x2B, 0, 0, 0, 1, 4, 0}},
		{"no Message Length", new(layers.EAPWSC), []byte{0, 0x37, 0x2A, 0, 0, 0, 1, 4, 2, 1}},
		{"1905 header cut", new(layers.IEEE1905), make([]byte, 7)},
		{"1905 TLV cut", new(layers.IEEE1905), []byte{0, 0, 0, 9, 0, 1, 0, 0x80, 17, 0, 9, 1}},
	} {
		if err := tt.layer.DecodeFromBytes(tt.b, gopacket.NilDecodeFeedback); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
}

// TestWrittenLengths writes layers around payloads, with their lengths fixed. One
// that has no room in a length is an error.
func TestWrittenLengths(t *testing.T) {
	const lengthField = 0x02 // of the flags
	for name, c := range map[string]struct {
		layer   gopacket.SerializableLayer
		payload int
		header  string // the first octets, in hexadecimal; empty for an error
	}{
		"EAP request":                    {&layers.EAP{EAP: gplayers.EAP{Code: 1, Id: 7, Type: 254}}, 10, "0107000f fe"},
		"EAP failure":                    {&layers.EAP{EAP: gplayers.EAP{Code: 4, Id: 7}}, 0, "04070004"},
		"EAP request of 65535 octets":    {&layers.EAP{EAP: gplayers.EAP{Code: 1, Id: 7, Type: 254}}, 65530, "0107ffff fe"},
		"EAP request of 65536 octets":    {&layers.EAP{EAP: gplayers.EAP{Code: 1, Id: 7, Type: 254}}, 65531, ""},
		"EAP data":                       {&layers.EAP{EAP: gplayers.EAP{Code: 2, Id: 7, Type: 3, TypeData: []byte{254}}}, 0, "02070006 03fe"},
		"WSC":                            {&layers.EAPWSC{OpCode: 4}, 65536, "00372a00000001 0400"},
		"WSC, with a length":             {&layers.EAPWSC{OpCode: 4, Flags: lengthField}, 65535, "00372a00000001 0402 ffff"},
		"WSC, with a length of others":   {&layers.EAPWSC{OpCode: 4, Flags: lengthField, MessageLength: 9}, 65536, "00372a00000001 0402 0009"},
		"WSC, with a length of 17 bits":  {&layers.EAPWSC{OpCode: 4, Flags: lengthField}, 65536, ""},
		"IEEE 1905.1":                    {&layers.IEEE1905{Type: 9, ID: 1, LastFragment: true}, 65535, "00000009000100 80 11ffff"},
		"IEEE 1905.1, relayed":           {&layers.IEEE1905{Type: 9, ID: 1, Relay: true}, 0, "00000009000100 40 000000"},
		"IEEE 1905.1, a TLV too long":    {&layers.IEEE1905{Type: 9, ID: 1, LastFragment: true}, 65536, ""},
		"IEEE 1905.1, two messages":      {&layers.IEEE1905{Type: 9, ID: 1, WSC: [][]byte{{1}, {2, 3}}}, 0, "0000000900010000 11000101 1100020203 000000"},
		"IEEE 1905.1, its own, not ours": {&layers.IEEE1905{Type: 9, ID: 1, WSC: [][]byte{{1}}}, 5, "0000000900010000 11000101 000000"},
	} {
		b := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, c.layer, gopacket.Payload(make([]byte, c.payload)))
		want, _ := hex.DecodeString(strings.ReplaceAll(c.header, " ", ""))
		if (err != nil) != (c.header == "") || err == nil && !bytes.HasPrefix(b.Bytes(), want) {
			t.Errorf("%s: %v, %x, want %x", name, err, b.Bytes()[:min(len(b.Bytes()), 24)], want)
		}
	}
}

// TestReadLengths reads layers that end where something begins, and what is behind
// their end.
func TestReadLengths(t *testing.T) {
	const header = "00000009000102"
	for name, c := range map[string]struct {
		octets    string
		relay     bool
		last      bool
		wsc       []int
		contents  int
		truncated bool
	}{
		"header":                         {octets: header + "80", last: true, contents: 8},
		"header, relayed":                {octets: header + "40", relay: true, contents: 8},
		"end":                            {octets: header + "80 000000", last: true, contents: 11},
		"end and padding":                {octets: header + "80 000000 0000", last: true, contents: 11},
		"an octet left":                  {octets: header + "80 11", last: true, contents: 9},
		"two octets left":                {octets: header + "80 1100", last: true, contents: 10},
		"TLV of type 0 with a value":     {octets: header + "80 000001ff 110001aa", last: true, wsc: []int{1}, contents: 16},
		"TLV of another type, empty":     {octets: header + "80 020000 110001aa", last: true, wsc: []int{1}, contents: 15},
		"WSC that just fits":             {octets: header + "80 110002aabb", last: true, wsc: []int{2}, contents: 13},
		"WSC and its end":                {octets: header + "80 110002aabb 000000 110000", last: true, wsc: []int{2}, contents: 16},
		"WSC continued in the next one":  {octets: header + "00 110003aabb", contents: 13},
		"WSC cut in a later fragment":    {octets: header + "80 110003aabb", last: true, contents: 13},
		"WSC cut in the only fragment":   {octets: "0000000900010080 110003aabb", truncated: true},
		"WSC that just fits, in the one": {octets: "0000000900010080 110002aabb", last: true, wsc: []int{2}, contents: 13},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.octets, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var l layers.IEEE1905
		err = l.DecodeFromBytes(b, gopacket.NilDecodeFeedback)
		if c.truncated {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			continue
		}
		var wsc []int
		for _, v := range l.WSC {
			wsc = append(wsc, len(v))
		}
		if err != nil || l.Relay != c.relay || l.LastFragment != c.last || !slices.Equal(wsc, c.wsc) || len(l.Contents) != c.contents {
			t.Errorf("%s: %v, relay %v, last %v, WSC %v, %d octets", name, err, l.Relay, l.LastFragment, wsc, len(l.Contents))
		}
	}
	for octets, next := range map[string]gopacket.LayerType{
		"01070005 01":                        gopacket.LayerTypeZero,
		"01070006 0161":                      gopacket.LayerTypePayload,
		"01070004":                           gopacket.LayerTypeZero,
		"0107000c fe00372a00000001":          layers.LayerTypeEAPWSC,
		"0107000b fe00372a000000":            gopacket.LayerTypePayload,
		"0107000c fe00372b00000001":          gopacket.LayerTypePayload,
		"0407000c fe00372a00000001":          gopacket.LayerTypeZero,
		"0107000d 0d00372a00000001 ffffffff": gopacket.LayerTypePayload,
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(octets, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var e layers.EAP
		if err := e.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil || e.NextLayerType() != next {
			t.Errorf("%s: %v, then %v", octets, err, e.NextLayerType())
		}
	}
	for octets, next := range map[string]gopacket.LayerType{
		"00372a00000001 0400":          gopacket.LayerTypeZero,
		"00372a00000001 0400 104a0001": layers.LayerTypeMessage,
		"00372a00000001 0400 104a00":   gopacket.LayerTypePayload,
		"00372a00000001 0402 0000":     gopacket.LayerTypeZero,
		"00372a00000001 0401 104a0001": gopacket.LayerTypePayload,
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(octets, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var w layers.EAPWSC
		if err := w.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil || w.NextLayerType() != next {
			t.Errorf("%s: %v, then %v", octets, err, w.NextLayerType())
		}
	}
}

// message returns a frame with M1.
func message(t testing.TB) []byte {
	t.Helper()
	all, _ := frames(t, filepath.Join("..", "capture", "testdata", "wired", "s01-pin-ok.pcap"))
	for _, data := range all {
		if p := gopacket.NewPacket(data, gplayers.LinkTypeEthernet, gopacket.NoCopy); p.Layer(layers.LayerTypeMessage) != nil {
			return data
		}
	}
	t.Fatal("no message")
	return nil
}

// TestParserAllocates checks that the parser does not allocate memory.
func TestParserAllocates(t *testing.T) {
	var (
		ethernet gplayers.Ethernet
		eapol    gplayers.EAPOL
		e        layers.EAP
		w        layers.EAPWSC
		m        layers.Message
	)
	parser := gopacket.NewDecodingLayerParser(gplayers.LayerTypeEthernet, &ethernet, &eapol, &e, &w, &m)
	frame := message(t)
	decoded := make([]gopacket.LayerType, 0, 8)
	if n := testing.AllocsPerRun(100, func() {
		if err := parser.DecodeLayers(frame, &decoded); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if m.Type != wps.MessageM1 || len(decoded) != 5 {
		t.Errorf("%v, %v", m.Type, decoded)
	}
}

func BenchmarkParser(b *testing.B) {
	frame := message(b)
	decoded := make([]gopacket.LayerType, 0, 8)
	var ethernet gplayers.Ethernet
	var eapol gplayers.EAPOL
	b.Run("gopacket", func(b *testing.B) {
		var e gplayers.EAP
		parser := gopacket.NewDecodingLayerParser(gplayers.LayerTypeEthernet, &ethernet, &eapol, &e)
		for b.Loop() {
			_ = parser.DecodeLayers(frame, &decoded)
		}
	})
	b.Run("with WSC", func(b *testing.B) {
		var e layers.EAP
		var w layers.EAPWSC
		var m layers.Message
		parser := gopacket.NewDecodingLayerParser(gplayers.LayerTypeEthernet, &ethernet, &eapol, &e, &w, &m)
		for b.Loop() {
			_ = parser.DecodeLayers(frame, &decoded)
		}
	})
}

func FuzzLayers(f *testing.F) {
	f.Add(message(f))
	all, _ := frames(f, "testdata/autoconfiguration.pcap")
	for _, data := range all {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range []gopacket.DecodingLayer{new(layers.EAP), new(layers.EAPWSC), new(layers.Message), new(layers.Element), new(layers.IEEE1905)} {
			if err := l.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err == nil && len(l.LayerPayload()) > len(b) {
				t.Errorf("%T: a payload of %d octets in %d", l, len(l.LayerPayload()), len(b))
			}
		}
		p := gopacket.NewPacket(b, gplayers.LinkTypeEthernet, gopacket.DecodeOptions{NoCopy: true, SkipDecodeRecovery: false})
		_ = layers.ElementOf(p)
	})
}
