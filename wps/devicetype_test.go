package wps_test

import (
	"errors"
	"testing"

	"github.com/gowps/gowps/wps"
)

func TestDeviceType(t *testing.T) {
	tests := []struct {
		typ                         wps.DeviceType
		octets, text, category, sub string
	}{
		{wps.DeviceTypePrinter, "00030050F2040001", "3-0050F204-1", "Printers, scanners, faxes, copiers", "Printer"},
		{wps.DeviceTypePC, "00010050F2040001", "1-0050F204-1", "Computer", "PC"},
		{wps.DeviceTypeAP, "00060050F2040001", "6-0050F204-1", "Network infrastructure", "AP"},
		{wps.DeviceTypeRouter, "00060050F2040002", "6-0050F204-2", "Network infrastructure", "Router"},
		{wps.NewDeviceType(1, 10), "00010050F204000A", "1-0050F204-10", "Computer", "Ultrabook"},
		{wps.NewDeviceType(12, 2), "000C0050F2040002", "12-0050F204-2", "Docking", "Media kiosk"},
		{wps.NewDeviceType(255, 1), "00FF0050F2040001", "255-0050F204-1", "Others", ""},
		{wps.NewDeviceType(3, 6), "00030050F2040006", "3-0050F204-6", "Printers, scanners, faxes, copiers", ""},
		{wps.NewDeviceType(3, 0), "00030050F2040000", "3-0050F204-0", "Printers, scanners, faxes, copiers", ""},
		{wps.NewDeviceType(13, 1), "000D0050F2040001", "13-0050F204-1", "", ""},
		{wps.DeviceType{}, "0000000000000000", "0-00000000-0", "", ""},
		{wps.DeviceType{0, 3, 0x00, 0x37, 0x2A, 0x04, 0, 1}, "000300372A040001", "3-00372A04-1", "", ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			if test.typ != wps.DeviceType(unhex(t, test.octets)) || test.typ.String() != test.text {
				t.Errorf("%x prints as %v", test.typ[:], test.typ)
			}
			if category, sub := test.typ.Names(); category != test.category || sub != test.sub {
				t.Errorf("is called %q, %q", category, sub)
			}
			if parsed, err := wps.ParseDeviceType(test.text); err != nil || parsed != test.typ {
				t.Errorf("parsed %v, %v", parsed, err)
			}
		})
	}
}

func TestParseDeviceTypeFaults(t *testing.T) {
	for _, s := range []string{"", "3", "3-1", "3-0050F204", "3-50F204-1", "3-0050F204-1-1", "x-0050F204-1", "3-0050G204-1", "3-0050F204-65536", "-1-0050F204-1"} {
		if typ, err := wps.ParseDeviceType(s); !errors.Is(err, wps.ErrValue) || typ != (wps.DeviceType{}) {
			t.Errorf("%q: %v, %v", s, typ, err)
		}
	}
}
