package ieee1905

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestFrameLimits writes messages whose TLVs just fit into a frame, and that do not.
func TestFrameLimits(t *testing.T) {
	const room = maxFragment - headerLen
	sizes := func(values ...int) (tlvs []TLV) {
		for _, n := range values {
			tlvs = append(tlvs, TLV{TLVWSC, bytes.Repeat([]byte{byte(n)}, n)})
		}
		return tlvs
	}
	full := slices.Repeat([]int{room - tlvHeaderLen}, maxFragments)
	for name, c := range map[string]struct {
		tlvs   []TLV
		frames []int // the octets behind the headers; nil if the message is too long
	}{
		"nothing":                    {nil, []int{tlvHeaderLen}},
		"the end just fits":          {sizes(room - 2*tlvHeaderLen), []int{room}},
		"the end does not fit":       {sizes(room - 2*tlvHeaderLen + 1), []int{room - tlvHeaderLen + 1, tlvHeaderLen}},
		"one just fits":              {sizes(room - tlvHeaderLen), []int{room, tlvHeaderLen}},
		"one does not fit":           {sizes(room - tlvHeaderLen + 1), []int{room, 1 + tlvHeaderLen}},
		"the second just fits":       {sizes(10, room-10-2*tlvHeaderLen), []int{room, tlvHeaderLen}},
		"the second does not fit":    {sizes(10, room-10-2*tlvHeaderLen+1), []int{10 + tlvHeaderLen, room - 10 - tlvHeaderLen + 1 + tlvHeaderLen}},
		"the second needs two":       {sizes(10, room), []int{10 + tlvHeaderLen, room, tlvHeaderLen + tlvHeaderLen}},
		"as many frames as possible": {sizes(full[1:]...), append(slices.Repeat([]int{room}, maxFragments-1), tlvHeaderLen)},
		"one frame too many":         {sizes(full...), nil},
	} {
		frames, err := (&Message{Type: TypeWSC, TLVs: c.tlvs}).Frames()
		if c.frames == nil {
			if !errors.Is(err, ErrMessage) {
				t.Errorf("%s: %d frames, %v", name, len(frames), err)
			}
			continue
		}
		var got []int
		for _, f := range frames {
			got = append(got, len(f)-headerLen)
		}
		if err != nil || !slices.Equal(got, c.frames) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.frames)
		}
	}
	if frames, err := (&Message{TLVs: sizes(maxTLV)}).Frames(); err != nil || len(frames) != (maxTLV+2*tlvHeaderLen+room-1)/room {
		t.Errorf("the longest TLV: %d frames, %v", len(frames), err)
	}
}

// TestAssemblerLimits receives fragments in the wrong order, and messages of the
// greatest length.
func TestAssemblerLimits(t *testing.T) {
	from := wps.MAC{2}
	fragment := func(number, flags byte, octets int) []byte {
		return append([]byte{0, 0, 0, 9, 0, 1, number, flags}, make([]byte, octets)...)
	}
	var a Assembler
	if m, err := a.Add(from, fragment(0, 0, 0)); m != nil || err != nil {
		t.Errorf("a fragment of a header alone: %v, %v", m, err)
	}
	if _, err := a.Add(from, fragment(2, 0, 0)); !errors.Is(err, ErrMessage) || !strings.Contains(err.Error(), "fragment 2 of AP-Autoconfiguration WSC after 0") {
		t.Errorf("fragment 2 after fragment 0: %v", err)
	}
	for over, class := range []error{nil, ErrMessage} {
		held := 0
		for number := byte(0); ; number++ {
			const room = maxFragment - headerLen
			if held+room+maxFragment <= maxMessage {
				if _, err := a.Add(from, fragment(number, 0, room)); err != nil {
					t.Fatal(err)
				}
				held += room
				continue
			}
			last := fragment(number, flagLast, maxMessage-held-headerLen+over)
			if m, err := a.Add(from, last); !errors.Is(err, class) || class == nil && m == nil {
				t.Errorf("%d octets with the last frame: %v, %v", held+len(last), m, err)
			}
			break
		}
	}
}

// TestNameLimits reads networks with names of the greatest length, longer, and cut.
func TestNameLimits(t *testing.T) {
	for _, tt := range []struct {
		announced, octets int
		class             error
	}{{0, 0, nil}, {1, 1, nil}, {1, 0, ErrMessage}, {32, 32, nil}, {32, 31, ErrMessage}, {33, 33, ErrMessage}} {
		value := slices.Concat([]byte{1}, make([]byte, addressLen), []byte{1}, make([]byte, addressLen), []byte{byte(tt.announced)}, bytes.Repeat([]byte{'x'}, tt.octets))
		list, err := (&Message{TLVs: []TLV{{TLVOperationalBSS, value}}}).Networks()
		if !errors.Is(err, tt.class) || err == nil && (len(list) != 1 || len(list[0].SSID) != tt.octets) {
			t.Errorf("%d octets announced, %d there: %v, %v", tt.announced, tt.octets, list, err)
		}
	}
}
