package dot11

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/wps"
)

// element returns an information element.
func element(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }

func wpsElement(attributes ...byte) []byte {
	return element(elementVendor, append([]byte{0, 0x50, 0xf2, 4}, attributes...)...)
}

var (
	name = element(elementSSID, []byte("n\xffme")...)
	// RSN with CCMP and TKIP, PSK and SAE, PMF possible.
	rsn = element(elementRSN, 1, 0, 0, 0x0f, 0xac, 2, 2, 0, 0, 0x0f, 0xac, 4, 0, 0x0f, 0xac, 2, 2, 0, 0, 0x0f, 0xac, 2, 0, 0x0f, 0xac, 8, 0x80, 0)
	// WPA with TKIP and PSK.
	wpa = element(elementVendor, 0, 0x50, 0xf2, 1, 1, 0, 0, 0x50, 0xf2, 2, 1, 0, 0, 0x50, 0xf2, 2, 1, 0, 0, 0x50, 0xf2, 2)
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name     string
		elements []byte
		want     Elements
		err      error
	}{
		{"nothing", nil, Elements{}, nil},
		{"name and channel", slices.Concat(name, element(elementDSSS, 11)), Elements{SSID: "n\xffme", Channel: 11}, nil},
		{"channel of HT", slices.Concat(name, element(elementHTOperation, 44, 1, 2)), Elements{SSID: "n\xffme", Channel: 44}, nil},
		{"channel of HT alone", element(elementHTOperation, 44), Elements{Channel: 44}, nil},
		{"RSN that ends behind a count", element(elementRSN, 1, 0, 0, 0x0f, 0xac, 4, 1, 0), Elements{}, ErrSecurity},
		{"channel of both", slices.Concat(element(elementDSSS, 11), element(elementHTOperation, 44)), Elements{Channel: 11}, nil},
		{"no channel", slices.Concat(element(elementDSSS), element(elementHTOperation)), Elements{}, nil},
		{"hash-to-element only", slices.Concat(name, element(elementRates, 0x82, 0xfb)), Elements{SSID: "n\xffme", H2EOnly: true}, nil},
		{"hash-to-element only, among more rates", element(elementMoreRates, 0xfb), Elements{H2EOnly: true}, nil},
		{"rates", slices.Concat(element(elementRates, 0x82, 0x7b), element(elementMoreRates, 0x30)), Elements{}, nil},
		{"hidden", element(elementSSID), Elements{Hidden: true}, nil},
		{"hidden by zeros", element(elementSSID, 0, 0, 0), Elements{Hidden: true}, nil},
		{"WPS in parts", slices.Concat(wpsElement(0x10, 0x4a), name, element(elementVendor, 0, 0x50, 0xf2, 2, 9), wpsElement(0, 1), wpsElement(0x10)),
			Elements{SSID: "n\xffme", WPS: []byte{0x10, 0x4a, 0, 1, 0x10}}, nil},
		{"WPS empty", wpsElement(), Elements{WPS: []byte{}}, nil},
		{"vendor element cut", element(elementVendor, 0, 0x50, 0xf2), Elements{}, nil},
		{"Wi-Fi Direct", element(elementVendor, 0x50, 0x6f, 0x9a, 9, 2, 2, 0, 0x25, 0), Elements{P2P: true}, nil},
		{"Wi-Fi Direct behind another attribute", element(elementVendor, 0x50, 0x6f, 0x9a, 9, 6, 1, 0, 9, 13, 0, 0), Elements{P2P: true}, nil},
		{"Wi-Fi Direct without a device", element(elementVendor, 0x50, 0x6f, 0x9a, 9, 6, 1, 0, 9), Elements{}, nil},
		{"Wi-Fi Direct cut", element(elementVendor, 0x50, 0x6f, 0x9a, 9, 6, 9, 0, 2, 2, 0), Elements{}, nil},
		{"RSN and WPA", slices.Concat(name, rsn, wpa), Elements{SSID: "n\xffme",
			RSN: &Security{Group: CipherTKIP, Pairwise: []CipherSuite{CipherCCMP, CipherTKIP}, AKMs: []AKM{AKMPSK, AKMSAE}, PMFCapable: true},
			WPA: &Security{Group: CipherTKIP, Pairwise: []CipherSuite{CipherTKIP}, AKMs: []AKM{AKMPSK}}}, nil},
		{"RSN with PMF required", element(elementRSN, 1, 0, 0, 0x0f, 0xac, 4, 0, 0, 0, 0, 0xc0, 0),
			Elements{RSN: &Security{Group: CipherCCMP, PMFCapable: true, PMFRequired: true}}, nil},
		{"name of 32 octets", element(elementSSID, bytes.Repeat([]byte{'x'}, 32)...), Elements{SSID: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}, nil},
		{"RSN of version and group", element(elementRSN, 1, 0, 0, 0x0f, 0xac, 2), Elements{RSN: &Security{Group: CipherTKIP}}, nil},
		{"RSN without capabilities", element(elementRSN, 1, 0, 0, 0x0f, 0xac, 2, 0, 0, 0, 0), Elements{RSN: &Security{Group: CipherTKIP}}, nil},
		{"RSN of a version only", element(elementRSN, 1, 0), Elements{RSN: &Security{Group: CipherCCMP}}, nil},
		{"RSN malformed", slices.Concat(name, element(elementRSN, 1, 0, 0, 0x0f, 0xac, 4, 9, 0, 1, 2)), Elements{SSID: "n\xffme"}, ErrSecurity},
		{"RSN with AKMs malformed", element(elementRSN, 1, 0, 0, 0x0f, 0xac, 4, 0, 0, 1, 0, 1, 2), Elements{}, ErrSecurity},
		{"RSN empty", element(elementRSN), Elements{}, ErrSecurity},
		{"WPA malformed", element(elementVendor, 0, 0x50, 0xf2, 1), Elements{}, ErrSecurity},
		{"element too long", slices.Concat(name, []byte{elementVendor, 200, 0, 0x50, 0xf2, 4}), Elements{SSID: "n\xffme"}, ErrMalformed},
		{"one octet left", slices.Concat(name, []byte{elementVendor}), Elements{SSID: "n\xffme"}, ErrMalformed},
		{"name too long", element(elementSSID, bytes.Repeat([]byte{'x'}, 33)...), Elements{SSID: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}, ErrSSID},
	} {
		got, err := Parse(tt.elements)
		if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

// TestRelevant checks which part of an element has a meaning here.
func TestRelevant(t *testing.T) {
	for _, tt := range []struct {
		id   byte
		body string
		part string
		ok   bool
	}{
		{elementSSID, "name", "name", true}, {elementDSSS, "\x0b", "\x0b", true}, {elementRSN, "\x01\x00", "\x01\x00", true},
		{elementRates, "\xfb\x82", "\xfb", true}, {elementMoreRates, "\x82\xfb", "\xfb", true}, {elementRates, "\x82\x7b", "", false},
		{elementHTOperation, "\x2c\x01", "\x2c", true}, {elementHTOperation, "", "", true},
		{elementVendor, "\x00\x50\xf2\x01\x01", "\x00\x50\xf2\x01\x01", true}, {elementVendor, "\x00\x50\xf2\x04", "\x00\x50\xf2\x04", true},
		{elementVendor, "\x50\x6f\x9a\x09", "\x50\x6f\x9a\x09", true}, {elementVendor, "\x00\x50\xf2\x02", "\x00\x50\xf2\x02", false},
		{elementVendor, "\x00\x50\xf2", "\x00\x50\xf2", false}, {77, "x", "", false},
	} {
		if part, ok := Relevant(tt.id, []byte(tt.body)); string(part) != tt.part || ok != tt.ok {
			t.Errorf("%d, %q: %q, %v", tt.id, tt.body, part, ok)
		}
	}
}

func TestChannel(t *testing.T) {
	for _, tt := range []struct {
		frequency, channel int
		band               wps.RFBands
	}{
		{0, 0, 0}, {902, 0, 0},
		{2412, 1, wps.Band24GHz}, {2437, 6, wps.Band24GHz}, {2472, 13, wps.Band24GHz}, {2484, 14, wps.Band24GHz},
		{5180, 36, wps.Band5GHz}, {5825, 165, wps.Band5GHz}, {5885, 177, wps.Band5GHz},
		{5955, 1, 0}, {7115, 233, 0}, {7120, 0, 0},
		{58320, 1, wps.Band60GHz}, {64800, 4, wps.Band60GHz},
		// The limits of the bands.
		{2399, 0, 0}, {2400, 0, wps.Band24GHz}, {2411, 0, wps.Band24GHz}, {2473, 0, wps.Band24GHz}, {2499, 0, wps.Band24GHz}, {2500, 0, 0},
		{4899, 0, 0}, {4900, 0, wps.Band5GHz}, {5004, 0, wps.Band5GHz}, {5005, 1, wps.Band5GHz}, {5925, 185, wps.Band5GHz}, {5926, 0, wps.Band5GHz},
		{5934, 0, wps.Band5GHz}, {5935, 2, 0}, {5940, 0, 0}, {5950, 0, 0}, {7116, 0, 0},
		{56999, 0, 0}, {57000, 0, wps.Band60GHz}, {58319, 0, wps.Band60GHz}, {70200, 6, wps.Band60GHz}, {70201, 0, wps.Band60GHz},
		{70999, 0, wps.Band60GHz}, {71000, 0, 0},
	} {
		if c, b := Channel(tt.frequency), Band(tt.frequency); c != tt.channel || b != tt.band {
			t.Errorf("%d MHz: channel %d, band %v", tt.frequency, c, b)
		}
	}
}

func TestTraits(t *testing.T) {
	suites := func(akms ...AKM) *Security {
		return &Security{Group: CipherCCMP, Pairwise: []CipherSuite{CipherCCMP}, AKMs: akms}
	}
	tkip := &Security{Group: CipherTKIP, Pairwise: []CipherSuite{CipherTKIP}, AKMs: []AKM{AKMPSK}}
	required := suites(AKMSAE)
	required.PMFCapable, required.PMFRequired = true, true
	for _, tt := range []struct {
		name       string
		elements   Elements
		capability uint16
		frequency  int
		want       Traits
	}{
		{"open", Elements{Channel: 6}, 1, 0, Traits{Open: true, Band: wps.Band24GHz}},
		{"open, 5 GHz by its channel", Elements{Channel: 36}, 1, 0, Traits{Open: true, Band: wps.Band5GHz}},
		{"open, the last channel of 2.4 GHz", Elements{Channel: 14}, 1, 0, Traits{Open: true, Band: wps.Band24GHz}},
		{"WEP", Elements{}, 0x11, 2412, Traits{WEP: true, Band: wps.Band24GHz}},
		{"WPA2", Elements{RSN: suites(AKMPSK)}, 0x11, 5180, Traits{Band: wps.Band5GHz}},
		{"WPA", Elements{WPA: tkip}, 0x11, 0, Traits{TKIPOnly: true}},
		{"WPA without a list", Elements{WPA: &Security{Group: CipherTKIP}}, 0x11, 0, Traits{TKIPOnly: true}},
		{"RSN without a list", Elements{RSN: &Security{Group: CipherCCMP}}, 0x11, 0, Traits{}},
		{"WPA and WPA2", Elements{WPA: tkip, RSN: suites(AKMPSK)}, 0x11, 0, Traits{}},
		{"WPA2 and WPA3", Elements{RSN: suites(AKMPSK, AKMSAE)}, 0x11, 0, Traits{SAE: true}},
		{"WPA3", Elements{RSN: required}, 0x11, 5955, Traits{SAE: true, SAEOnly: true, PMFRequired: true, SixGHz: true}},
		{"channel 2 of 6 GHz", Elements{RSN: required}, 0x11, 5935, Traits{SAE: true, SAEOnly: true, PMFRequired: true, SixGHz: true}},
		{"enterprise", Elements{RSN: suites(AKM8021X, AKM8021XSHA256)}, 0x11, 0, Traits{Enterprise: true}},
		{"personal and enterprise", Elements{RSN: suites(AKM8021X, AKMPSK)}, 0x11, 0, Traits{}},
		{"Enhanced Open", Elements{RSN: suites(AKMOWE)}, 0x11, 0, Traits{OWE: true}},
		{"Wi-Fi Direct", Elements{RSN: suites(AKMPSK), P2P: true}, 0x11, 0, Traits{P2P: true}},
		{"Wi-Fi Direct in discovery", Elements{P2P: true}, 0x20, 0, Traits{Open: true, P2P: true, Discovery: true}},
		{"hidden", Elements{Hidden: true, RSN: suites(AKMPSK)}, 0x11, 0, Traits{Hidden: true}},
	} {
		if got := tt.elements.Traits(tt.capability, tt.frequency); got != tt.want {
			t.Errorf("%s: got  %+v\nwant %+v", tt.name, got, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{CipherCCMP.String(), "CCMP"}, {CipherSuite(0x000fac07).String(), "00-0F-AC:7"},
		{AKMSAE.String(), "SAE"}, {AKM(0x506f9a01).String(), "50-6F-9A:1"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// FuzzParse checks that irrelevant elements do not change the result, and that
// a truncated list gives no more than the whole.
func FuzzParse(f *testing.F) {
	f.Add(slices.Concat(name, element(elementDSSS, 6), element(5, 0, 1, 0, 0), rsn, wpa, wpsElement(0x10, 0x4a, 0, 1, 0x10)))
	f.Add([]byte{elementSSID, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, err := Parse(b)
		if len(whole.WPS) > len(b) || len(whole.SSID) > 255 {
			t.Error("more than there is")
		}
		var relevant []byte
		rest := b
		for len(rest) > 0 {
			id, body, next := Next(rest)
			if body == nil {
				break
			}
			if part, ok := Relevant(id, body); ok {
				relevant = append(relevant, element(id, part...)...)
			}
			rest = next
		}
		if len(rest) > 0 != errors.Is(err, ErrMalformed) {
			t.Errorf("%d octets left: %v", len(rest), err)
		}
		if again, _ := Parse(relevant); !cmp.Equal(whole, again) {
			t.Errorf("(-whole +relevant):\n%s", cmp.Diff(whole, again))
		}
	})
}
