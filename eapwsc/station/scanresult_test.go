package station

import (
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// TestRead reads the two frames of an access point, either of which may be
// missing, older or damaged.
//
// hostap: test_ap_wps_ie_invalid
func TestRead(t *testing.T) {
	encode := func(ssid string, lists ...wps.List) []byte {
		b := append([]byte{0, byte(len(ssid))}, ssid...)
		for _, l := range lists {
			var err error
			if b, err = wps.AppendElements(b, l); err != nil {
				t.Fatal(err)
			}
		}
		return b
	}
	uuid := wps.UUID{1, 2, 3}
	idle := &wps.Beacon{State: wps.Configured}
	waiting := &wps.Beacon{State: wps.Configured, SelectedRegistrar: true, DevicePasswordID: wps.PasswordPushButton, SelectedRegistrarConfigMethods: wps.MethodPhysicalPushButton}
	described := &wps.ProbeResponse{ResponseType: wps.ResponseAP, Manufacturer: "m", ModelName: "n", ModelNumber: "1", SerialNumber: "2"}
	described.State, described.UUIDE, described.DeviceName = wps.Configured, uuid, "router"
	damaged := append(encode("home"), 0xDD, 9, 0, 0x50, 0xF2, 4, 0x10, 0x4A, 0, 9, 0x10)
	for _, tt := range []struct {
		name             string
		response, beacon []byte
		lead             time.Duration
		ssid             wps.SSID
		hidden           bool
		wps, selected    bool
		uuid             bool
		fault            error
		damaged          bool
	}{
		{name: "nothing"},
		{name: "beacon", beacon: encode("home", waiting), ssid: "home", wps: true, selected: true},
		{name: "hidden beacon", beacon: encode("", idle), hidden: true, wps: true},
		{name: "response", response: encode("home", described), ssid: "home", wps: true, uuid: true},
		{name: "newer beacon", response: encode("home", described), beacon: encode("home", waiting), lead: 1, ssid: "home", wps: true, selected: true, uuid: true},
		{name: "older beacon", response: encode("home", described), beacon: encode("home", waiting), lead: -1, ssid: "home", wps: true, uuid: true},
		{name: "WPS was switched off", response: encode("home", described), beacon: encode("home"), lead: 1, ssid: "home"},
		{name: "WPS was switched on", response: encode("home"), beacon: encode("home", waiting), lead: 1, ssid: "home", wps: true, selected: true},
		{name: "the name is told to who knows it", response: encode("home", described), beacon: encode("", idle), lead: -1, ssid: "home", hidden: true, wps: true, uuid: true},
		{name: "the name was hidden long ago", response: encode("home", described), beacon: encode("", idle), lead: -staleAge, ssid: "home", wps: true, uuid: true},
		{name: "damaged beacon", beacon: damaged, ssid: "home", fault: wps.ErrTruncated, damaged: true},
		{name: "damaged beacon, older", response: encode("home", described), beacon: damaged, ssid: "home", wps: true, uuid: true},
		{name: "damaged response", response: damaged, beacon: encode("home", waiting), lead: 1, ssid: "home", wps: true, selected: true, fault: wps.ErrTruncated},
		{name: "cut elements", beacon: append(encode("home", waiting), 1), ssid: "home", wps: true, selected: true, fault: dot11.ErrMalformed},
	} {
		point := ScanResult{BSSID: wps.MAC{1}, Frequency: 2437, ResponseElements: tt.response, BeaconElements: tt.beacon}
		point.read(tt.lead)
		c, ok := point.Candidate()
		if point.SSID != tt.ssid || point.Hidden != tt.hidden || point.WPS() != tt.wps || ok != tt.wps || c.SelectedRegistrar != tt.selected || (c.UUID != nil && *c.UUID == uuid) != tt.uuid {
			t.Errorf("%s: %+v, candidate %+v", tt.name, point, c)
		}
		if !errors.Is(point.Fault, tt.fault) || (point.Fault == nil) != (tt.fault == nil) {
			t.Errorf("%s: %v", tt.name, point.Fault)
		}
		e := Evidence([]ScanResult{point}, time.Now())
		if n := e.Networks[0]; tt.damaged {
			if len(n.Adverts) != 1 || n.Adverts[0].Element != nil || !errors.Is(n.Adverts[0].Err, tt.fault) || doctor.Diagnose(e).Cause != doctor.ElementDamaged {
				t.Errorf("%s: evidence %+v", tt.name, n)
			}
		} else if len(n.Adverts) > 0 != tt.wps || tt.wps && (n.Adverts[0].Element.UUIDE == uuid) != tt.uuid {
			t.Errorf("%s: evidence %+v", tt.name, n)
		}
	}
}

func TestChannel(t *testing.T) {
	point := ScanResult{Frequency: 5180}
	point.Elements.Channel = 6
	if point.Channel() != 36 {
		t.Error(point.Channel())
	}
	if point.Frequency = 0; point.Channel() != 6 {
		t.Error(point.Channel())
	}
}

func TestNamed(t *testing.T) {
	found := make([]ScanResult, 3)
	for i := range found {
		found[i].BSSID, found[i].SSID = wps.MAC{byte(i)}, "home"
	}
	found[2].SSID = "other"
	for _, tt := range []struct {
		ssid  wps.SSID
		bssid wps.MAC
		want  int
	}{{"", wps.MAC{}, 3}, {"home", wps.MAC{}, 2}, {"", wps.MAC{1}, 1}, {"other", wps.MAC{1}, 0}} {
		if got := Named(found, tt.ssid, tt.bssid); len(got) != tt.want {
			t.Errorf("%q %v: %d", tt.ssid, tt.bssid, len(got))
		}
	}
}
