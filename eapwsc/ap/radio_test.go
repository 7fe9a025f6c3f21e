package ap

import (
	"errors"
	"slices"
	"testing"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

var bssids = [2]wps.MAC{{2, 0, 0, 0, 0, 0x24}, {2, 0, 0, 0, 0, 0x50}}

// dualBand returns an access point with two radios.
func dualBand(t *testing.T) (*AccessPoint, [2]*Radio) {
	t.Helper()
	d := fixture.Device(1)
	d.ConfigMethods |= wps.MethodLabel
	ap := MustNew(Config{
		Registration: registration.Config{Device: d}, Credentials: []wps.Credential{fixture.Network}, PIN: fixture.PIN(t, "12345670"),
		Radios: []RadioConfig{{bssids[0], wps.Band24GHz, 6}, {bssids[1], wps.Band5GHz, 36}},
	})
	return ap, [2]*Radio{ap.Radio(bssids[0]), ap.Radio(bssids[1])}
}

// comesOn registers a station on a radio.
func comesOn(t *testing.T, r *Radio, p *eapwsc.Peer, mac byte) (peerErr, serverErr error) {
	t.Helper()
	s, err := r.NewSession(fixture.Device(mac).MAC, 7)
	if err != nil {
		t.Fatal(err)
	}
	return (&air{now: fixture.Began}).run(t, p, s)
}

func probeOn(r *Radio, mac, uuid byte) {
	r.Probe(fixture.Began, fixture.Device(mac).MAC, &wps.ProbeRequest{
		RequestType: wps.RequestEnrolleeInfo, DevicePasswordID: wps.PasswordPushButton, UUIDE: fixture.Device(uuid).UUID,
	})
}

// TestTwoRadios presses the button for both radios, or for one: only its
// elements show that, and only there is a device registered. A PIN is valid on
// both.
//
// hostap: test_ap_wps_init_2ap_pbc, test_ap_wps_init_2ap_pin.
func TestTwoRadios(t *testing.T) {
	for name, c := range map[string]struct {
		press func(*AccessPoint, [2]*Radio) error
		on    [2]bool
		id    wps.DevicePasswordID
	}{
		"all":   {func(ap *AccessPoint, _ [2]*Radio) error { return ap.PressButton(fixture.Began) }, [2]bool{true, true}, wps.PasswordPushButton},
		"first": {func(_ *AccessPoint, r [2]*Radio) error { return r[0].PressButton(fixture.Began) }, [2]bool{true, false}, wps.PasswordPushButton},
		"one, then all": {func(ap *AccessPoint, r [2]*Radio) error {
			return errors.Join(r[1].PressButton(fixture.Began), ap.PressButton(fixture.Began))
		}, [2]bool{true, true}, wps.PasswordPushButton},
		"PIN": {func(ap *AccessPoint, _ [2]*Radio) error {
			return ap.EnterPIN(fixture.Began, PINEntry{PIN: fixture.PIN(t, thePIN)})
		}, [2]bool{true, true}, wps.PasswordDefault},
	} {
		for i := range c.on {
			ap, radios := dualBand(t)
			if err := c.press(ap, radios); err != nil {
				t.Fatal(err)
			}
			b, p := radios[i].Beacon(fixture.Began), radios[i].ProbeResponse(fixture.Began)
			if b.SelectedRegistrar != c.on[i] || p.SelectedRegistrar != c.on[i] || c.on[i] && b.DevicePasswordID != c.id {
				t.Errorf("%s, radio %d: %+v", name, i, b)
			}
			if b.RFBands != wps.Band24GHz|wps.Band5GHz || p.RFBands != b.RFBands || p.UUIDE != fixture.Device(1).UUID {
				t.Errorf("%s, radio %d: bands %v, UUID-E %v", name, i, b.RFBands, p.UUIDE)
			}
			if want := c.on[i] && c.id == wps.PasswordPushButton; (b.UUIDE == fixture.Device(1).UUID) != want {
				t.Errorf("%s, radio %d: UUID-E %v in the beacon", name, i, b.UUIDE)
			}
			password := registration.PushButton()
			if c.id == wps.PasswordDefault {
				password = registration.PIN(fixture.PIN(t, thePIN))
			}
			station := newStation(t, 2, password)
			_, err := comesOn(t, radios[i], station, 2)
			if c.on[i] != (err == nil) || !c.on[i] && !errors.Is(err, ErrNotPressed) {
				t.Errorf("%s, radio %d: %v", name, i, err)
			}
			if r := station.Result(); c.on[i] && (r == nil || r.Peer.RFBands != radios[i].Band) {
				t.Errorf("%s, radio %d: M2 has the bands %v", name, i, r.Peer.RFBands)
			}
			events := ap.Events()
			if e := events[len(events)-1]; e.Radio != bssids[i] {
				t.Errorf("%s, radio %d: %+v", name, i, e)
			}
		}
	}
}

// TestTwoRadiosOverlap has devices press on both radios: two are an overlap,
// whichever radio hears them and whichever the button is for; a device heard on
// both with one UUID-E counts once.
func TestTwoRadiosOverlap(t *testing.T) {
	for name, c := range map[string]struct {
		second  byte // UUID of the device heard by the other radio
		one     bool // the button is pressed for one radio
		overlap bool
	}{
		"two devices": {3, false, true}, "two devices, one radio": {3, true, true}, "one device": {2, false, false}, "one device, one radio": {2, true, false},
	} {
		ap, radios := dualBand(t)
		press := ap.PressButton
		if c.one {
			press = radios[0].PressButton
		}
		if err := press(fixture.Began); err != nil {
			t.Fatal(err)
		}
		probeOn(radios[0], 2, 2)
		probeOn(radios[1], 3, c.second)
		if seen := slices.DeleteFunc(ap.Events(), func(e Event) bool { return e.Kind != EventDeviceSeen }); (len(seen) == 1) == c.overlap {
			t.Errorf("%s: seen %v", name, seen)
		}
		_, err := comesOn(t, radios[0], newStation(t, 2, registration.PushButton()), 2)
		if errors.Is(err, registration.ErrOverlap) != c.overlap || (err != nil) != c.overlap {
			t.Errorf("%s: %v", name, err)
		}
		if err := press(fixture.Began); errors.Is(err, ErrOverlap) != c.overlap {
			t.Errorf("%s: pressed again: %v", name, err)
		}
	}

	// An M1 on the other radio also counts as a device that presses.
	ap, radios := dualBand(t)
	if err := radios[0].PressButton(fixture.Began); err != nil {
		t.Fatal(err)
	}
	s, err := radios[0].NewSession(fixture.Device(2).MAC, 7)
	if err != nil {
		t.Fatal(err)
	}
	w := &lateRun{t: t, ap: ap, now: fixture.Began, station: newStation(t, 2, registration.PushButton()), session: s}
	w.station.Start(w.now)
	w.step = s.Start(w.now)
	w.exchange(wps.MessageM6)
	if _, err := comesOn(t, radios[1], newStation(t, 3, registration.PushButton()), 3); err == nil {
		t.Error("a device on the other radio was registered")
	}
	if w.exchange(0); !errors.Is(w.err, registration.ErrOverlap) {
		t.Errorf("the device under way: %v", w.err)
	}
}

// TestRadioSettings reads the settings over the second radio: M1 and M7 have its
// address and band.
func TestRadioSettings(t *testing.T) {
	_, radios := dualBand(t)
	p := externalPeer(t, "12345670", nil)
	if _, err := comesOn(t, radios[1], p, 9); err != nil {
		t.Fatal(err)
	}
	if r := p.Result(); r.Peer.MAC != bssids[1] || r.AP.MAC != bssids[1] || r.Peer.RFBands != wps.Band5GHz {
		t.Errorf("%+v", r)
	}
}

// TestRadioChecks creates access points with invalid radios.
func TestRadioChecks(t *testing.T) {
	for name, radios := range map[string][]RadioConfig{
		"no address":   {{Band: wps.Band5GHz}},
		"no band":      {{BSSID: bssids[0]}},
		"two bands":    {{BSSID: bssids[0], Band: wps.Band24GHz | wps.Band5GHz}},
		"same address": {{BSSID: bssids[0], Band: wps.Band5GHz}, {BSSID: bssids[0], Band: wps.Band24GHz}},
	} {
		_, err := New(Config{Registration: registration.Config{Device: fixture.Device(1)}, Credentials: []wps.Credential{fixture.Network}, Radios: radios})
		if !errors.Is(err, registration.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ap, _ := dualBand(t)
	if ap.Radio(fixture.Device(7).MAC) != nil {
		t.Error("there is a radio with any address")
	}
	token, err := ap.ConfigurationToken(fixture.Began)
	if err != nil || token.BSSID != (wps.MAC{}) || token.RFBands != wps.Band24GHz|wps.Band5GHz || token.APChannel != 0 {
		t.Errorf("%+v, %v", token, err)
	}
}
