package ap

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
)

// selectedRegistrarScript runs lines of "seconds action arguments = outcome".
// Addresses are named as by testMAC, "*" is any. The actions are
//
//	press, pin MAC…, unselect
//	er NAME VERSION ID METHODS MAC…   SetSelectedRegistrar of 1; VERSION 1.0 or 2.0, METHODS hexadecimal
//	er NAME off                       SetSelectedRegistrar of 0
//	forget NAME
//	timeout                           changed or nothing
//	deadline                          seconds or none
//	shows                             "ID METHODS MAC…", or nothing
func selectedRegistrarScript(t *testing.T, s *SelectedRegistrar, script string) {
	t.Helper()
	macs := func(names []string) (out []wps.MAC) {
		for _, name := range names {
			if name == "*" {
				out = append(out, wps.Broadcast)
			} else {
				out = append(out, fixture.MAC(name))
			}
		}
		return out
	}
	for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
		action, want, _ := strings.Cut(line, "=")
		f, want := strings.Fields(action), strings.TrimSpace(want)
		seconds, err := strconv.ParseFloat(f[0], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		now, got := fixture.At(seconds), ""
		switch f[1] {
		case "press":
			s.PushButton(now)
		case "pin":
			s.PIN(now, macs(f[2:]))
		case "unselect":
			s.Unselect()
		case "er":
			var m wps.SetSelectedRegistrar
			if f[3] != "off" {
				m.SelectedRegistrar = true
				if f[3] == "2.0" {
					m.WFA.Version2 = 0x20
				}
				if _, err := fmt.Sscanf(f[4]+" "+f[5], "%d %x", &m.DevicePasswordID, &m.SelectedRegistrarConfigMethods); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				m.WFA.AuthorizedMACs = macs(f[6:])
			}
			s.SetSelectedRegistrar(now, f[2], &m)
		case "forget":
			s.Forget(f[2])
		case "timeout":
			got = "nothing"
			if s.Timeout(now) {
				got = "changed"
			}
		case "deadline":
			got = "none"
			if d := s.Deadline(); !d.IsZero() {
				got = fmt.Sprint(d.Sub(fixture.Began).Seconds())
			}
		case "shows":
			if selection, ok := s.WaitingRegistrars(now); ok {
				got = fmt.Sprintf("%d %04x", selection.DevicePasswordID, uint16(selection.ConfigMethods))
				for _, m := range selection.AuthorizedMACs {
					got += " " + fixture.MACName(m)
				}
			}
		default:
			t.Fatalf("%q: unknown action", line)
		}
		if got != want {
			t.Errorf("%q: got %q", strings.TrimSpace(line), got)
		}
	}
}

// hostap: test_ap_wps_pbc_timeout test_ap_wps_pbc_ap_timeout test_ap_wps_pin_ap_timeout
func TestSelectedRegistrar(t *testing.T) {
	for _, tt := range []struct {
		name    string
		methods wps.ConfigMethods
		script  string
	}{
		{"idle", 0x238C, `
			0 shows =
			0 deadline = none
			0 timeout = nothing`},
		{"push button", 0x238C, `
			0 press
			0 shows = 4 238c *
			0 deadline = 120
			119 timeout = nothing
			119 shows = 4 238c *
			120 shows =
			120 timeout = changed
			120 timeout = nothing
			120 deadline = none`},
		{"push button, physical", 0x0584, `
			0 press
			0 shows = 4 0584 *`},
		{"push button, virtual and physical", 0x0780, `
			0 press
			0 shows = 4 0780 *`},
		{"push button that is not configured", 0x2108, `
			0 press
			0 shows = 4 2588 *`},
		{"push button as version 1.0 has it", 0x0080, `
			0 press
			0 shows = 4 0480 *`},
		{"PIN for anyone", 0x238C, `
			0 pin *
			0 shows = 0 210c *
			120 shows =`},
		{"PIN for some", 0x238C, `
			0 pin b a
			0 shows = 0 210c b a`},
		{"PIN after a press: the press is no longer shown", 0x238C, `
			0 press
			60 pin a
			60 shows = 0 210c a
			60 deadline = 180`},
		{"press during a PIN session: the PIN is no longer shown", 0x238C, `
			0 pin a
			60 press
			60 shows = 4 238c *
			60 deadline = 180`},
		{"press twice", 0x238C, `
			0 press
			60 press
			60 deadline = 180
			179 shows = 4 238c *`},
		{"registration succeeded", 0x238C, `
			0 press
			1 unselect
			1 shows =
			1 deadline = none`},
		{"external registrar with a PIN", 0x238C, `
			0 er one 2.0 0 210c a
			0 shows = 0 210c a
			0 deadline = 120
			120 shows =
			120 timeout = changed`},
		{"external registrar ends it", 0x238C, `
			0 er one 2.0 0 210c a
			10 er one off
			10 shows =
			10 timeout = nothing`},
		{"another external registrar does not end it", 0x238C, `
			0 er one 2.0 0 210c a
			10 er two off
			10 shows = 0 210c a`},
		{"external registrar has gone", 0x238C, `
			0 er one 2.0 0 210c a
			10 forget two
			10 shows = 0 210c a
			10 forget one
			10 shows =`},
		{"external registrar anew", 0x238C, `
			0 er one 2.0 0 210c a
			60 er one 2.0 5 0100 b
			60 shows = 5 0100 b
			60 deadline = 180`},
		{"external registrar of version 1.0", 0x238C, `
			0 er one 1.0 0 0084
			0 shows = 0 0084 *`},
		{"external registrar of 2.0 that names nobody", 0x238C, `
			0 er one 2.0 0 210c
			0 shows = 0 210c`},
		{"external registrar's push button", 0x238C, `
			0 er one 2.0 4 0280 *
			0 shows = 4 0280 *`},
		{"union of own PIN and external PIN", 0x238C, `
			0 pin a
			10 er one 2.0 1 0100 b a
			10 shows = 1 210c a b`},
		{"own push button goes before an external PIN", 0x238C, `
			0 press
			10 er one 2.0 0 0100 b
			10 shows = 4 238c * b
			120 shows = 0 0100 b
			120 timeout = changed
			120 deadline = 130`},
		{"external push button goes before own PIN and a later external PIN", 0x238C, `
			0 pin a
			1 er one 2.0 4 0280 *
			2 er two 2.0 1 0100 b
			2 shows = 4 238c a * b`},
		{"of external PINs the latest decides", 0x238C, `
			0 er one 2.0 1 0100 a
			1 er two 2.0 5 0008 b
			1 shows = 5 0108 a b
			2 er one 2.0 1 0100 a
			2 shows = 1 0108 b a`},
		{"own registration done, the external one goes on waiting", 0x238C, `
			0 press
			1 er one 2.0 0 0100 b
			2 unselect
			2 shows = 0 0100 b`},
		{"five addresses at most", 0x238C, `
			0 pin a b c
			1 er one 2.0 0 0100 c d e f
			1 shows = 0 210c a b c d e`},
		{"four external registrars at most", 0x238C, `
			0 er one 2.0 0 0001 a
			1 er two 2.0 0 0002 b
			2 er three 2.0 0 0004 c
			3 er four 2.0 0 0008 d
			4 er five 2.0 0 0010 e
			4 shows = 0 001e b c d e`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			selectedRegistrarScript(t, &SelectedRegistrar{ConfigMethods: tt.methods}, tt.script)
		})
	}
}

// TestSelectedRegistrarKeepsNoArgument checks that the advertisement does not
// change with a slice or message that was passed in.
func TestSelectedRegistrarKeepsNoArgument(t *testing.T) {
	var s SelectedRegistrar
	own, external := []wps.MAC{fixture.MAC("a")}, []wps.MAC{fixture.MAC("b")}
	s.PIN(fixture.At(0), own)
	m := wps.SetSelectedRegistrar{SelectedRegistrar: true}
	m.WFA = wps.WFAExtension{Version2: 0x20, AuthorizedMACs: external}
	s.SetSelectedRegistrar(fixture.At(0), "one", &m)
	own[0], external[0] = fixture.MAC("x"), fixture.MAC("x")
	selection, _ := s.WaitingRegistrars(fixture.At(0))
	selection.AuthorizedMACs[0] = fixture.MAC("x")
	selectedRegistrarScript(t, &s, "0 shows = 0 0000 a b")
}

// TestSelectedRegistrarCaptured rebuilds the elements of a real access point,
// octet for octet: idle, with its button pressed, with a PIN entered, and after
// each.
func TestSelectedRegistrarCaptured(t *testing.T) {
	deviceType := wps.NewDeviceType(6, 1)
	description := wps.ProbeResponse{
		Beacon: wps.Beacon{
			Header: wps.Header{WFA: wps.WFAExtension{Version2: 0x20}}, State: wps.Configured,
			PrimaryDeviceType: deviceType, DeviceName: "RadioLab AP wlan0",
		},
		Manufacturer: "Example Works", ModelName: "Golden Router", ModelNumber: "GR-1", SerialNumber: "0001",
	}
	uuid, err := wps.ParseUUID("12345678-9abc-def0-1234-000000000000")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		capture string
		action  func(*SelectedRegistrar)
		frames  int
	}{
		{"pbc", func(s *SelectedRegistrar) { s.PushButton(fixture.At(0.5)) }, 4},
		{"pin", func(s *SelectedRegistrar) { s.PIN(fixture.At(0.5), []wps.MAC{wps.Broadcast}) }, 5},
	} {
		s := SelectedRegistrar{UUID: uuid, ConfigMethods: 0x238C, RFBands: wps.Band24GHz}
		checked := 0
		for _, frame := range fixture.Air(t, tt.capture) {
			switch {
			case frame.At.Before(fixture.At(0.5)):
			case frame.At.Before(fixture.At(0.9)):
				tt.action(&s)
			case frame.At.Before(fixture.At(1.35)):
				s.PIN(fixture.At(0.5), nil) // the PIN is removed since M7, WSC_Done has not been received yet
			default:
				s.Unselect()
			}
			var l wps.List
			switch frame.Kind {
			case "beacon":
				e := description.Beacon
				e.PrimaryDeviceType, e.DeviceName = wps.DeviceType{}, ""
				s.Beacon(frame.At, &e)
				l = &e
			case "probe-response":
				e := description
				s.ProbeResponse(frame.At, &e)
				l = &e
			default:
				continue
			}
			got, err := wps.Append(nil, l)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, frame.Attributes) {
				t.Errorf("%s, %s at %v:\ngot  %x\nwant %x", tt.capture, frame.Kind, frame.At.Sub(fixture.Began), got, frame.Attributes)
			}
			checked++
		}
		if checked != tt.frames {
			t.Errorf("%s: %d frames compared, want %d", tt.capture, checked, tt.frames)
		}
	}
}

// hostap: test_ap_wps_rf_bands
func TestSelectedRegistrarElements(t *testing.T) {
	uuid := fixture.UUID("access point")
	dualBand := SelectedRegistrar{UUID: uuid, ConfigMethods: 0x238C, RFBands: wps.Band24GHz | wps.Band5GHz}
	oneBand := dualBand
	oneBand.RFBands = wps.Band5GHz
	const (
		head     = "104a000110" + "1044000102"
		pressed  = "1041000101" + "101200020004" + "10530002238c"
		waiting  = "1041000101" + "101200020000" + "10530002210c"
		name     = "10470010" + "0000000061636365737320706f696e74"
		bands    = "103c000103"
		version2 = "1049000600372a000120"
		anyone   = "1049000e00372a0001200106ffffffffffff"
	)
	for _, tt := range []struct {
		name     string
		s        SelectedRegistrar
		version2 uint8
		action   func(*SelectedRegistrar)
		want     string
	}{
		{"idle", oneBand, 0x20, nil, head + version2},
		{"pressed", oneBand, 0x20, func(s *SelectedRegistrar) { s.PushButton(fixture.Began) }, head + pressed + anyone},
		{"PIN", oneBand, 0x20, func(s *SelectedRegistrar) { s.PIN(fixture.Began, []wps.MAC{wps.Broadcast}) }, head + waiting + anyone},
		{"two bands, idle", dualBand, 0x20, nil, head + bands + version2},
		{"two bands, pressed", dualBand, 0x20, func(s *SelectedRegistrar) { s.PushButton(fixture.Began) }, head + pressed + name + bands + anyone},
		{"two bands, PIN", dualBand, 0x20, func(s *SelectedRegistrar) { s.PIN(fixture.Began, []wps.MAC{wps.Broadcast}) }, head + waiting + bands + anyone},
		{"two bands, external push button", dualBand, 0x20, func(s *SelectedRegistrar) {
			m := wps.SetSelectedRegistrar{SelectedRegistrar: true, DevicePasswordID: 4, SelectedRegistrarConfigMethods: 0x238C}
			s.SetSelectedRegistrar(fixture.Began, "one", &m)
		}, head + pressed + name + bands + anyone},
		{"version 1.0, pressed", oneBand, 0, func(s *SelectedRegistrar) { s.PushButton(fixture.Began) }, head + pressed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.action != nil {
				tt.action(&tt.s)
			}
			// Earlier contents of the element are overwritten.
			e := wps.Beacon{
				Header: wps.Header{WFA: wps.WFAExtension{Version2: tt.version2, AuthorizedMACs: []wps.MAC{fixture.MAC("old")}}},
				State:  wps.Configured, SelectedRegistrar: true, DevicePasswordID: 9, SelectedRegistrarConfigMethods: 1,
				UUIDE: fixture.UUID("old"), RFBands: 7,
			}
			tt.s.Beacon(fixture.Began.Add(time.Second), &e)
			got, err := wps.Append(nil, &e)
			if err != nil {
				t.Fatal(err)
			}
			if hex.EncodeToString(got) != tt.want {
				t.Errorf("got  %x\nwant %s", got, tt.want)
			}
			p := wps.ProbeResponse{Beacon: e}
			tt.s.ProbeResponse(fixture.Began.Add(time.Second), &p)
			if p.UUIDE != uuid || p.ResponseType != wps.ResponseAP || p.ConfigMethods != 0x210C ||
				p.SelectedRegistrar != e.SelectedRegistrar || p.DevicePasswordID != e.DevicePasswordID ||
				p.SelectedRegistrarConfigMethods != e.SelectedRegistrarConfigMethods || p.RFBands != e.RFBands {
				t.Errorf("probe response %+v, beacon %+v", p, e)
			}
		})
	}
}
