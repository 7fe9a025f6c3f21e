package wps_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestParseMAC(t *testing.T) {
	want := wps.MAC{0x02, 0x00, 0x5E, 0xAB, 0xCD, 0xEF}
	for _, s := range []string{"02:00:5e:ab:cd:ef", "02-00-5E-AB-CD-EF", "0200.5eab.cdef", "02.00.5e.ab.cd.ef", "02005eABCDEF"} {
		if m, err := wps.ParseMAC(s); err != nil || m != want {
			t.Errorf("%s: %v, %v", s, m, err)
		}
	}
	if s := want.String(); s != "02:00:5e:ab:cd:ef" {
		t.Errorf("prints as %s", s)
	}
	for s, class := range map[string]error{
		"": wps.ErrLength, "02:00:5e:ab:cd": wps.ErrLength, "02:00:5e:ab:cd:ef:00": wps.ErrLength,
		"02:00:5e:ab:cd:eg": wps.ErrValue, "02 00 5e ab cd ef": wps.ErrLength, "02:00:5e:ab:cd:é": wps.ErrValue,
	} {
		if m, err := wps.ParseMAC(s); !errors.Is(err, class) || m != (wps.MAC{}) {
			t.Errorf("%q: %v, %v; want %v", s, m, err, class)
		}
	}
}

func TestCutMAC(t *testing.T) {
	want := wps.MAC{0x00, 0x10, 0xA4, 0x23, 0x19, 0xC0}
	for s, rest := range map[string]string{
		"00-10-A4-23-19-C0": "", "00-10-A4-23-19-C0:home": ":home", "00:10:a4:23:19:c0": "", "0010.a423.19c0": "",
		"0010A42319C0abc": "abc", "-0010A42319C0": "", "00-10-A4-23-19-C0é": "é",
	} {
		if m, got, ok := wps.CutMAC(s); !ok || m != want || got != rest {
			t.Errorf("%q: %v, %q, %v; want %q", s, m, got, ok, rest)
		}
	}
	for _, s := range []string{"0a:0f:0A:0F:00:09", "0A-0F-0a-0f-00-09"} {
		if m, _, ok := wps.CutMAC(s); !ok || m != (wps.MAC{0x0A, 0x0F, 0x0A, 0x0F, 0, 9}) {
			t.Errorf("%q: %v, %v", s, m, ok)
		}
	}
	for _, s := range []string{"", "home", "00-10-A4-23-19-C`", "00-10-A4-23-19-C@", "00-10-A4-23-19-C/", "00-10-A4-23-19", "00-10-A4-23-19-C", "00-10-A4-23-19-Cg", "00 10 A4 23 19 C0", "é"} {
		if m, rest, ok := wps.CutMAC(s); ok || m != (wps.MAC{}) || rest != "" {
			t.Errorf("%q: %v, %q, %v", s, m, rest, ok)
		}
	}
}

func TestMACBits(t *testing.T) {
	for s, want := range map[string][2]bool{
		"00:00:5e:00:53:01": {false, false}, "02:00:00:00:00:01": {false, true}, "01:00:5e:00:00:01": {true, false}, wps.Broadcast.String(): {true, true},
	} {
		m, err := wps.ParseMAC(s)
		if err != nil || m.Group() != want[0] || m.Private() != want[1] {
			t.Errorf("%s: group %v, private %v, %v", s, m.Group(), m.Private(), err)
		}
	}
}

func TestParseUUID(t *testing.T) {
	const text = "12345678-9abc-def0-1234-56789abcdef0"
	u, err := wps.ParseUUID(text)
	if err != nil || u.String() != text || u[0] != 0x12 || u[15] != 0xF0 {
		t.Errorf("%v, %v", u, err)
	}
	if bare, err := wps.ParseUUID("123456789ABCDEF0123456789ABCDEF0"); err != nil || bare != u {
		t.Errorf("without dashes: %v, %v", bare, err)
	}
	for s, class := range map[string]error{"": wps.ErrLength, text + "0": wps.ErrLength, "x" + text[1:]: wps.ErrValue} {
		if u, err := wps.ParseUUID(s); !errors.Is(err, class) || u != (wps.UUID{}) {
			t.Errorf("%q: %v, %v; want %v", s, u, err, class)
		}
	}
}

// TestUUIDFromMAC compares with values computed by Python's hashlib and uuid in
// hostap's name space.
func TestUUIDFromMAC(t *testing.T) {
	for mac, want := range map[wps.MAC]string{
		{0x02, 0, 0, 0, 0, 0x01}:             "d4c48495-1b46-5f88-9df0-25af35ca35f7",
		{0x00, 0x03, 0x7F, 0x12, 0xAB, 0x34}: "e32d2eb8-0d5b-575b-b69f-8353e1a07da1",
		wps.Broadcast:                        "328ca657-e0fa-546e-bae7-d39005da9013",
	} {
		if got := wps.UUIDFromMAC(mac).String(); got != want {
			t.Errorf("%v: %s, want %s", mac, got, want)
		}
	}
}

func TestRandomUUID(t *testing.T) {
	u, err := wps.RandomUUID(strings.NewReader(strings.Repeat("\xFF", 16)))
	if want := "ffffffff-ffff-4fff-bfff-ffffffffffff"; err != nil || u.String() != want {
		t.Errorf("%v, %v; want %s", u, err, want)
	}
	if u, err := wps.RandomUUID(strings.NewReader("short")); err == nil || u != (wps.UUID{}) {
		t.Errorf("of five octets: %v, %v", u, err)
	}
	one, err1 := wps.RandomUUID(nil)
	two, err2 := wps.RandomUUID(nil)
	if err1 != nil || err2 != nil || one == two || one == (wps.UUID{}) {
		t.Errorf("%v, %v, %v, %v", one, two, err1, err2)
	}
}

func TestNonceString(t *testing.T) {
	if s := (wps.Nonce{0x01, 15: 0xFF}).String(); s != "010000000000000000000000000000ff" {
		t.Errorf("prints as %s", s)
	}
}
