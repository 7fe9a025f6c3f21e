package ieee1905

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// TestFragments sends messages of every size around that of a frame, and joins
// them.
func TestFragments(t *testing.T) {
	from := wps.MAC{2, 0, 0, 0, 0, 1}
	for n := 0; n < 4000; n += 13 {
		m := &Message{Type: TypeWSC, ID: 7, Relay: n%2 == 0, TLVs: []TLV{
			{TLVRadioIdentifier, from[:]}, {TLVWSC, bytes.Repeat([]byte{1}, n)}, {TLVWSC, bytes.Repeat([]byte{2}, 500)},
		}}
		frames, err := m.Frames()
		if err != nil {
			t.Fatal(err)
		}
		var a Assembler
		for i, f := range frames {
			got, err := a.Add(from, f)
			switch {
			case err != nil || len(f) > maxFragment:
				t.Fatalf("%d octets, fragment %d of %d octets: %v", n, i, len(f), err)
			case i < len(frames)-1 && got != nil:
				t.Fatalf("%d octets: complete after %d fragments", n, i+1)
			case i == len(frames)-1:
				if got == nil || got.Type != m.Type || got.ID != m.ID || got.Relay != m.Relay || !bytes.Equal(got.All(TLVWSC)[0], m.TLVs[1].Value) || len(got.All(TLVWSC)) != 2 {
					t.Fatalf("%d octets: %+v", n, got)
				}
			}
		}
		if n < 900 && len(frames) != 1 {
			t.Errorf("%d octets are %d frames", n, len(frames))
		}
	}
}

// TestCapture reads a configuration between real devices.
func TestCapture(t *testing.T) {
	f, err := os.Open("../layers/testdata/autoconfiguration.pcap")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var a Assembler
	var seen []Type
	wsc := 0
	for {
		data, _, err := r.ReadPacketData()
		if err != nil {
			break
		}
		p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.Default)
		e, ok := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
		if !ok || e.EthernetType != EtherType {
			continue
		}
		m, err := a.Add(wps.MAC(e.SrcMAC), e.Payload)
		if err != nil {
			t.Error(err)
		}
		if m != nil {
			seen = append(seen, m.Type)
			wsc += len(m.All(TLVWSC))
		}
	}
	if len(seen) == 0 || wsc < 2 {
		t.Errorf("%v, %d WSC messages", seen, wsc)
	}
	t.Log(seen, wsc)
}

func TestNetworks(t *testing.T) {
	want := []Network{{"front", wps.MultiAPFronthaulBSS}, {"back", wps.MultiAPBackhaulBSS}, {"", wps.MultiAPFronthaulBSS | wps.MultiAPBackhaulBSS}}
	m := &Message{TLVs: topology(wps.MAC{2, 0, 0, 0, 0, 1}, want)}
	got, err := m.Networks()
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
	// An agent of profile 1 does not report the role of its networks.
	m.TLVs = m.TLVs[:1]
	if got, err = m.Networks(); err != nil || len(got) != 3 || got[0] != (Network{SSID: "front"}) {
		t.Errorf("%v, %v", got, err)
	}
	full := m.TLVs[0].Value
	for n := range full {
		m.TLVs[0].Value = full[:n]
		if _, err := m.Networks(); !errors.Is(err, ErrMessage) {
			t.Errorf("cut to %d octets: %v", n, err)
		}
	}
}

// TestBounded sends beginnings of messages without the rest, and fragments out
// of order.
func TestBounded(t *testing.T) {
	var a Assembler
	for i := range 1000 {
		if _, err := a.Add(wps.MAC{2, 0, 0, 0, byte(i >> 8), byte(i)}, []byte{0, 0, 0, 9, 0, 1, 0, 0, 1}); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.partial) != maxAssembling {
		t.Errorf("%d are held", len(a.partial))
	}
	for _, frame := range [][]byte{nil, make([]byte, 7), {0, 0, 0, 9, 0, 1, 1, 0x80}, {0, 0, 0, 9, 0, 2, 0, 0x80}, {0, 0, 0, 9, 0, 2, 0, 0x80, 17, 0, 9}} {
		if _, err := a.Add(wps.MAC{}, frame); !errors.Is(err, ErrMessage) {
			t.Errorf("%x: %v", frame, err)
		}
	}
	if _, err := (&Message{TLVs: []TLV{{TLVWSC, make([]byte, maxTLV+1)}}}).Frames(); !errors.Is(err, ErrMessage) {
		t.Error(err)
	}
}

func FuzzAssembler(f *testing.F) {
	m := &Message{Type: TypeTopologyResponse, TLVs: topology(wps.MAC{2}, []Network{{"front", wps.MultiAPFronthaulBSS}})}
	frames, _ := m.Frames()
	f.Add(frames[0])
	f.Fuzz(func(t *testing.T, frame []byte) {
		var a Assembler
		if m, err := a.Add(wps.MAC{}, frame); err == nil && m != nil {
			_, _ = m.Networks()
			if again, err := m.Frames(); err != nil || len(again) == 0 {
				t.Errorf("%d frames, %v", len(again), err)
			}
		}
	})
}

var _ Machine = (*registration.Agent)(nil)
