package pin

import (
	"fmt"
	"testing"
)

func TestWellKnown(t *testing.T) {
	tests := []struct{ digits, want string }{
		{"00000000", "the password of the push button method, and the default of ESP-IDF"},
		{"12345670", "the example in manuals and test plans, and the default of many routers"},
		{"20172527", "a default of firmware for Broadcom chips"},
		{"12345678", "digits in order"},
		{"23456783", "digits in order"},
		{"01234565", "digits in order"},
		{"98765432", "digits in reverse order"},
		{"11111117", "one digit repeated"},
		{"11111111", "one digit repeated"},
		{"1234", "digits in order"},
		{"7890", "digits in order"},
		{"3210", "digits in reverse order"},
		{"0000", "one digit repeated"},
		{"24681353", ""},
		{"12345685", ""},
		{"1235", ""},
		{"", ""},
	}
	for _, tt := range tests {
		p, _ := ParseAnyChecksum(tt.digits)
		if name, ok := p.WellKnown(); name != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q, %t, want %q", tt.digits, name, ok, tt.want)
		}
	}
	for _, d := range defaults {
		if _, err := Parse(d.digits); err != nil {
			t.Errorf("default %s: %v", d.digits, err)
		}
	}
}

func TestDerivedFrom(t *testing.T) {
	mac := [6]byte{0x02, 0x00, 0x5e, 0xff, 0xff, 0xfe}
	tests := []struct {
		number uint32 // its last seven digits with the check digit are the PIN
		want   string
	}{
		{0xfffffe, "the last 24 bits of the MAC address"},
		{0xefffffe, "the last 28 bits of the MAC address"},
		{0x5efffffe, "the last 32 bits of the MAC address"},
		{0xfffffd, ""},
		{0x5ef, ""},
	}
	for _, tt := range tests {
		p, err := Complete(fmt.Sprintf("%07d", tt.number%10_000_000))
		if err != nil {
			t.Fatal(err)
		}
		if name, ok := p.DerivedFrom(mac); name != tt.want || ok != (tt.want != "") {
			t.Errorf("%#x: %q, %t, want %q", tt.number, name, ok, tt.want)
		}
	}
	if name, ok := MustParse("0000").DerivedFrom([6]byte{}); ok {
		t.Errorf("4 digits: %s", name)
	}
	if name, ok := (PIN{}).DerivedFrom([6]byte{}); ok {
		t.Errorf("no PIN: %s", name)
	}
}
