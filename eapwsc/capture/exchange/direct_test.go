package exchange

import (
	"strings"
	"testing"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// TestDirect checks that devices using Wi-Fi Direct are named, and not taken
// for devices that search for the router.
func TestDirect(t *testing.T) {
	television, phone := wps.MAC{0x42, 0, 0, 0, 1, 0}, wps.MAC{0x42, 0, 0, 0, 2, 0}
	c := NewCollector(nil)
	add := func(e capture.Event) {
		if x := c.Add(&e); len(x) != 0 {
			t.Errorf("%d exchanges", len(x))
		}
	}
	named := encoded(t, &wps.ProbeRequest{RequestType: wps.RequestEnrollee8021X, DeviceName: "Television", DevicePasswordID: wps.PasswordPushButton})
	idle := encoded(t, &wps.Beacon{State: wps.Configured, SelectedRegistrar: true, DevicePasswordID: wps.PasswordPushButton})
	personal := &dot11.Security{Pairwise: []dot11.CipherSuite{dot11.CipherCCMP}, AKMs: []dot11.AKM{dot11.AKMPSK}}
	add(capture.Event{Kind: capture.KindBeacon, Src: wps.MAC{2}, BSSID: wps.MAC{2}, Management: &capture.Management{Capability: 0x11, Elements: dot11.Elements{SSID: "home", WPS: idle, RSN: personal}}})
	add(capture.Event{Kind: capture.KindProbeRequest, Src: television, Dst: wps.Broadcast, Management: &capture.Management{Elements: dot11.Elements{SSID: "DIRECT-", WPS: named}}})
	add(capture.Event{Kind: capture.KindDirect, Src: television, Dst: phone, Management: &capture.Management{Direct: 7, Elements: dot11.Elements{WPS: named}}})
	add(capture.Event{Kind: capture.KindDirect, Src: phone, Dst: television, Management: &capture.Management{Direct: 8}})
	e := c.Evidence()
	if len(e.Stations) != 0 || len(e.Direct) != 2 {
		t.Errorf("%+v", e)
	}
	d := doctor.Diagnose(e)
	if d.Cause != doctor.DeviceNotSearching {
		t.Errorf("%s: %s", d.Cause, d.Verdict)
	}
	const want = "“Television” (42:00:00:00:01:00), provision discovery request; 42:00:00:00:02:00, provision discovery response."
	if !strings.Contains(strings.Join(d.Together, "\n"), want) {
		t.Errorf("%q", d.Together)
	}
}
