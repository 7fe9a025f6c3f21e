package station_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// TestTwoRadios compares what hostapd's two radios said in the case two-radios
// with what the radios of our access point say, with the same configuration and
// the same owner: the same elements, in the same order, octet for octet.
func TestTwoRadios(t *testing.T) {
	bssids := [2]wps.MAC{{2}, {2, 0, 0, 0, 2, 0}}
	uuid, err := wps.ParseUUID("12345678-9abc-def0-1234-000000000999")
	if err != nil {
		t.Fatal(err)
	}
	device := wps.Device{
		UUID: uuid, ConfigMethods: 0x238C, State: wps.Configured,
		Manufacturer: "Example Works", ModelName: "Golden Router", ModelNumber: "GR-1", SerialNumber: "0001",
		PrimaryDeviceType: wps.DeviceTypeAP, DeviceName: "Router",
	}
	defaults := wps.DefaultDevice()
	device.AuthTypes, device.EncrTypes, device.ConnTypes, device.OSVersion, device.MAC = defaults.AuthTypes, defaults.EncrTypes, defaults.ConnTypes, 0x01020300, bssids[0]
	point := ap.MustNew(ap.Config{
		Registration: registration.Config{Device: device},
		Credentials: []wps.Credential{{
			SSID: "golden-wps", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: wps.NetworkKey("correct horse battery"),
		}},
		Radios: []ap.RadioConfig{{BSSID: bssids[0], Band: wps.Band24GHz, Channel: 6}, {BSSID: bssids[1], Band: wps.Band5GHz, Channel: 36}},
	})
	type sender struct {
		bssid wps.MAC
		kind  capture.EventKind
	}
	ours := make(map[sender][][]byte)
	now := time.Now()
	say := func() {
		for _, bssid := range bssids {
			beacon, response := point.Radio(bssid).Beacon(now), point.Radio(bssid).ProbeResponse(now)
			for kind, list := range map[capture.EventKind]wps.List{capture.KindBeacon: &beacon, capture.KindProbeResponse: &response} {
				octets, err := wps.Append(nil, list)
				if err != nil {
					t.Fatal(err)
				}
				ours[sender{bssid, kind}] = append(ours[sender{bssid, kind}], octets)
			}
		}
	}
	act := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
		say()
		point.Cancel(now) // the enrollee has registered
		say()
	}
	say()
	act(point.PressButton(now))
	act(point.EnterPIN(now, ap.PINEntry{PIN: pin.MustParse("12345670")}))
	act(point.Radio(bssids[1]).PressButton(now))

	theirs := make(map[sender][][]byte)
	f, err := os.Open("testdata/two-radios.pcap.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader, err := capture.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if (e.Kind == capture.KindBeacon || e.Kind == capture.KindProbeResponse) && e.Management.WPS != nil {
			s := sender{e.BSSID, e.Kind}
			theirs[s] = append(theirs[s], slices.Clone(e.Management.WPS))
		}
	}
	for s, all := range ours {
		want, got := waiting(theirs[s]), waiting(all)
		if !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("%v of %v: we say\n%x\nand hostapd\n%x", s.kind, s.bssid, got, want)
		}
	}
}

// waiting returns the first element, of a radio that waits for nothing, and the
// different ones of one that does. Between two of them there was not always a
// frame.
func waiting(all [][]byte) [][]byte {
	idle := all[0]
	rest := slices.DeleteFunc(slices.Clone(all[1:]), func(b []byte) bool { return bytes.Equal(b, idle) })
	return append([][]byte{idle}, slices.CompactFunc(rest, bytes.Equal)...)
}
