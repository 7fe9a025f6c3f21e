package capture

import (
	"bytes"
	"testing"
)

// cmduFrame returns a frame with an AP-Autoconfiguration WSC message.
func cmduFrame(fragment, flags byte, tlvs []byte) []byte {
	return ethernetFrame(apMAC, stationMAC, ether1905, append([]byte{0, 0, 0, cmduWSC, 0, 7, fragment, flags}, tlvs...))
}

// TestIEEE1905 reads WSC messages in whole and fragmented CMDUs, in any order,
// and several in one CMDU. Other messages give no events.
func TestIEEE1905(t *testing.T) {
	one, two := []byte{tlvWSC, 0, 3, 'o', 'n', 'e'}, []byte{tlvWSC, 0, 3, 't', 'w', 'o'}
	both := append(append(bytes.Clone(one), two...), tlvEnd, 0, 0)
	topology := cmduFrame(0, cmduLastFragment, one)
	topology[17] = 2
	for _, tt := range []struct {
		name   string
		frames [][]byte
		want   []string
	}{
		{"two messages", [][]byte{cmduFrame(0, cmduLastFragment, both)}, []string{"one", "two"}},
		{"fragments", [][]byte{cmduFrame(0, 0, both[:4]), cmduFrame(1, 0, both[4:9]), cmduFrame(2, cmduLastFragment, both[9:])}, []string{"one", "two"}},
		{"fragments out of order", [][]byte{cmduFrame(1, cmduLastFragment, both[4:]), cmduFrame(0, 0, both[:4]), cmduFrame(0, 0, both[:4])}, []string{"one", "two"}},
		{"a fragment missing", [][]byte{cmduFrame(0, 0, both[:4]), cmduFrame(2, cmduLastFragment, both[4:])}, nil},
		{"a TLV that is cut", [][]byte{cmduFrame(0, cmduLastFragment, []byte{tlvWSC, 0, 9, 'o'})}, []string{"o~"}},
		{"another type", [][]byte{topology}, nil},
	} {
		var got []string
		for _, e := range decodeFrames(t, linkEthernet, tt.frames...) {
			if e.Kind != KindIEEE1905 {
				continue
			}
			s := string(e.Data)
			if e.Truncated {
				s += "~"
			}
			got = append(got, s)
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
		}
	}
}
