package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"
)

// TestDirect checks that the public action frames of Wi-Fi Direct are read, and
// no other action frames.
func TestDirect(t *testing.T) {
	src, dst := []byte{0x42, 0, 0, 0, 1, 0}, []byte{0x42, 0, 0, 0, 2, 0}
	action := func(body ...byte) record {
		frame := join([]byte{0xd0, 0, 0, 0}, dst, src, dst, []byte{0, 0}, body)
		return record{time: time.Unix(1700000000, 0), link: 105, data: frame}
	}
	direct := func(subtype byte) []byte { return []byte{4, 9, 0x50, 0x6f, 0x9a, 9, subtype, 1} }
	element := []byte{0xdd, 14, 0, 0x50, 0xf2, 4, 0x10, 0x4a, 0, 1, 0x10, 0x10, 0x12, 0, 2, 0} // truncated: see below
	element = append(element[:16], 5)
	element[1] = byte(len(element) - 2)
	names := []string{}
	file := buildPcap(binary.LittleEndian, false,
		action(append(direct(7), element...)...),
		action(append(direct(8), element...)...),
		action(append(direct(0), element...)...),
		action(direct(2)...),
		action(direct(9)...),                       // not a known subtype
		action(4, 9, 0x50, 0x6f, 0x9a, 0x1c, 0, 1), // another protocol of the Wi-Fi Alliance
		action(5, 0, 1, 1, 1, 1, 1, 1),             // radio measurement
		action(4, 9, 0x50, 0x6f),                   // short
	)
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != KindDirect || e.Src != [6]byte(src) || (e.Management.WPS == nil) != (len(names) == 3) {
			t.Errorf("%v %+v %s", e.Kind, e.Management, e.Note)
			continue
		}
		names = append(names, e.Management.Direct.String())
	}
	want := []string{"provision discovery request", "provision discovery response", "GO negotiation request", "GO negotiation confirmation"}
	if len(names) != len(want) {
		t.Fatalf("%q", names)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Errorf("%q, want %q", names[i], want[i])
		}
	}
}
