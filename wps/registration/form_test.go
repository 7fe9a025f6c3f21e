package registration

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gowps/gowps/wps"
)

const (
	full      = "M1 M2 M3 M4 M5 M6 M7 M8 WSC_Done"
	fullAP    = full + " WSC_ACK"
	readOnly  = "M1 M2 M3 M4 M5 M6 M7 WSC_NACK"
	twoMsgs   = "M1 M2 WSC_Done"
	lateStart = "M1 M2D WSC_ACK M2 M3 M4 M5 M6 M7 M8 WSC_Done"
)

// summary is a credential without the encoding it was read from.
type summary struct {
	SSID wps.SSID
	Auth wps.AuthType
	Encr wps.EncrType
	Key  string
	MAC  wps.MAC
}

func summarize(list ...wps.Credential) (out []summary) {
	for i := range list {
		c := &list[i]
		out = append(out, summary{c.SSID, c.AuthType, c.EncrType, string(c.NetworkKey), c.MAC})
	}
	return out
}

// tokenPair returns the key pair of an NFC token, and the hash that is on it.
func tokenPair(t *testing.T) (*KeyPair, *[20]byte) {
	t.Helper()
	pair, err := NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	public := pair.PublicKey()
	hash := PublicKeyHash(&public)
	return pair, &hash
}

// TestForms registers our two machines with each other in every form of the
// protocol.
//
// hostap: test_wps_ext_m1_workaround
func TestForms(t *testing.T) {
	tests := []struct {
		name   string
		form   func(t *testing.T) form
		ladder string
		// the results of both sides; the rest follows from ladder
		credentials []summary // given to a station; by default that of the network
		more        func(t *testing.T, e *Enrollee, r *Registrar)
	}{
		{name: "PIN of 8 digits", ladder: full, form: func(*testing.T) form { return station() }},
		{name: "PIN of 4 digits", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.Password, f.registrar.Password = mustPIN("0042"), mustPIN("0042")
			return f
		}},
		{name: "PIN that the user made", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.Password.ID = wps.PasswordUserSpecified
			return f
		}},
		{name: "PIN of the registrar", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.Password.ID, f.registrar.Password.ID = wps.PasswordRegistrarSpecified, wps.PasswordRegistrarSpecified
			return f
		}},
		{name: "push button", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.Password, f.registrar.Password = PushButton(), PushButton()
			return f
		}},
		{name: "station's NFC token", ladder: full, form: func(t *testing.T) form {
			f := station()
			f.enrollee.KeyPair, f.registrar.PeerKeyHash = tokenPair(t)
			f.enrollee.Password = OutOfBand(0x1234, []byte("sixteen octets.."))
			f.registrar.Password = OutOfBand(0x1234, []byte("sixteen octets.."))
			return f
		}},
		{name: "access point's NFC token", ladder: readOnly, form: func(t *testing.T) form {
			f := accessPoint()
			f.enrollee.KeyPair, f.registrar.PeerKeyHash = tokenPair(t)
			f.enrollee.Password = OutOfBand(0x1234, []byte("sixteen octets.."))
			f.registrar.Password = OutOfBand(0x1234, []byte("sixteen octets.."))
			return f
		}},
		{name: "access point's NFC token beside its PIN", ladder: readOnly, form: func(*testing.T) form {
			f := accessPoint()
			f.enrollee.Alternative = OutOfBand(0x1234, []byte("sixteen octets.."))
			f.first = &Decision{Password: OutOfBand(0x1234, []byte("sixteen octets.."))}
			return f
		}},
		{name: "access point's PIN beside an NFC token", ladder: readOnly, form: func(*testing.T) form {
			f := accessPoint()
			f.enrollee.Alternative = OutOfBand(0x1234, []byte("sixteen octets.."))
			return f
		}},
		{name: "registrar's key known beforehand", ladder: full, form: func(t *testing.T) form {
			f := station()
			f.registrar.KeyPair, f.enrollee.PeerKeyHash = tokenPair(t)
			return f
		}},
		{name: "connection handover", ladder: twoMsgs, form: func(t *testing.T) form {
			f := station()
			f.enrollee.Password, f.registrar.Password = Handover(), Handover()
			f.enrollee.KeyPair, f.registrar.PeerKeyHash = tokenPair(t)
			f.registrar.KeyPair, f.enrollee.PeerKeyHash = tokenPair(t)
			return f
		}},
		{name: "connection handover of an access point", ladder: twoMsgs + " WSC_ACK", form: func(t *testing.T) form {
			f := writing()
			f.enrollee.Password, f.registrar.Password = Handover(), Handover()
			f.enrollee.KeyPair, f.registrar.PeerKeyHash = tokenPair(t)
			f.registrar.KeyPair, f.enrollee.PeerKeyHash = tokenPair(t)
			return f
		}},
		{name: "access point read", ladder: readOnly, form: func(*testing.T) form { return accessPoint() }},
		{name: "access point read that refuses writing", ladder: readOnly, form: func(*testing.T) form {
			f := accessPoint()
			f.enrollee.ReadOnly = true
			return f
		}},
		{name: "access point written", ladder: fullAP, form: func(*testing.T) form { return writing() }},
		{
			name: "addresses that follow from M1", ladder: fullAP, form: func(*testing.T) form {
				f := writing()
				f.enrollee.AP.MAC, f.registrar.NewSettings.MAC = wps.MAC{}, wps.MAC{}
				return f
			},
			more: func(t *testing.T, e *Enrollee, r *Registrar) {
				if e.Result().AP.MAC != enrolleeDevice.MAC || r.Result().AP.MAC != enrolleeDevice.MAC {
					t.Errorf("addresses %v and %v", e.Result().AP.MAC, r.Result().AP.MAC)
				}
			},
		},
		{name: "PIN entered after M2D", ladder: lateStart, form: func(*testing.T) form {
			f := station()
			f.late = &Decision{Password: f.registrar.Password}
			f.first = &Decision{Refused: true}
			return f
		}},
		{name: "button pressed after M2D", ladder: lateStart, form: func(*testing.T) form {
			f := station()
			f.enrollee.Password, f.late = PushButton(), &Decision{Password: PushButton()}
			return f // its registrar waits for a PIN
		}},
		{
			name: "several credentials", ladder: full, form: func(*testing.T) form {
				f := station()
				guest := network()
				guest.SSID, guest.AuthType, guest.EncrType, guest.NetworkKey = "Gäste ☕", wps.AuthOpen, wps.EncrNone, nil
				f.registrar.Credentials = append(f.registrar.Credentials, guest)
				return f
			},
			credentials: []summary{
				{"Zuhause", wps.AuthWPA2Personal, wps.EncrAES, "correct horse", enrolleeDevice.MAC},
				{"Gäste ☕", wps.AuthOpen, wps.EncrNone, "", enrolleeDevice.MAC},
			},
		},
		{
			name: "WEP among others is dropped", ladder: full, form: func(*testing.T) form {
				f := station()
				wep := network()
				wep.SSID, wep.AuthType, wep.EncrType, wep.NetworkKey = "alt", wps.AuthOpen, wps.EncrWEP, wps.NetworkKey("12345")
				f.registrar.Faulty = true
				f.registrar.Credentials = []wps.Credential{wep, network()}
				return f
			},
			more: func(t *testing.T, e *Enrollee, _ *Registrar) {
				if got := summarize(e.Result().Credentials...); len(got) != 1 || got[0].SSID != "Zuhause" {
					t.Errorf("the station has %v", got)
				}
			},
		},
		{
			name: "credentials for this enrollee only", ladder: full, form: func(*testing.T) form {
				f := station()
				own := network()
				own.SSID, own.MAC = "für den Drucker", wps.MAC{4}
				f.first = &Decision{Password: mustPIN("12345670"), Credentials: []wps.Credential{own}}
				return f
			},
			credentials: []summary{{"für den Drucker", wps.AuthWPA2Personal, wps.EncrAES, "correct horse", wps.MAC{4}}},
		},
		{
			name: "Mac that takes no passphrase", ladder: full, form: func(*testing.T) form {
				f := station()
				f.enrollee.Device.Manufacturer, f.enrollee.Device.ModelName = "Apple TBD", "AirPort"
				f.registrar.Credentials[0].SSID, f.registrar.Credentials[0].NetworkKey = "IEEE", wps.NetworkKey("password") // IEEE 802.11, J.4.2
				return f
			},
			credentials: []summary{{"IEEE", wps.AuthWPA2Personal, wps.EncrAES, "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e", enrolleeDevice.MAC}},
		},
		{
			name: "Mac in an open network", ladder: full, form: func(*testing.T) form {
				f := station()
				f.enrollee.Device.Manufacturer, f.enrollee.Device.ModelName = "Apple TBD", "AirPort"
				c := &f.registrar.Credentials[0]
				c.AuthType, c.EncrType, c.NetworkKey = wps.AuthOpen, wps.EncrNone, wps.NetworkKey("left over")
				return f
			},
			credentials: []summary{{"Zuhause", wps.AuthOpen, wps.EncrNone, "left over", enrolleeDevice.MAC}},
		},
		{
			name: "new password", ladder: full, form: func(*testing.T) form {
				f := station()
				f.registrar.NewPassword = mustPIN("24681353")
				f.registrar.NewPassword.ID = wps.PasswordMachineSpecified
				return f
			},
			more: func(t *testing.T, e *Enrollee, _ *Registrar) {
				got := e.Result().NewPassword
				if string(got.octets()) != "24681353" || got.ID != wps.PasswordMachineSpecified {
					t.Errorf("new password %q, %v", got.octets(), got.ID)
				}
			},
		},
		{name: "version 1.0 enrollee", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.Version10 = true
			return f
		}},
		{name: "version 1.0 registrar", ladder: full, form: func(*testing.T) form {
			f := station()
			f.registrar.Version10 = true
			return f
		}},
		{name: "version 1.0", ladder: fullAP, form: func(*testing.T) form {
			f := writing()
			f.enrollee.Version10, f.registrar.Version10 = true, true
			f.enrollee.WFA = wps.WFAExtension{SettingsDelayTime: 3, RequestToEnroll: true} // not allowed there
			return f
		}},
		{name: "strict", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.Mode, f.registrar.Mode = wps.Strict, wps.Strict
			return f
		}},
		{name: "strict access point", ladder: fullAP, form: func(*testing.T) form {
			f := writing()
			f.enrollee.Mode, f.registrar.Mode = wps.Strict, wps.Strict
			return f
		}},
		{name: "subgroup checked", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.CheckSubgroup, f.registrar.CheckSubgroup = true, true
			return f
		}},
		{name: "attributes that nobody knows", ladder: full, form: func(*testing.T) form {
			f := station()
			f.enrollee.Extra = []wps.Attribute{{ID: 0x10FA, Value: []byte{1, 2, 3}}}
			f.registrar.Vendor = []wps.VendorExtension{{Vendor: [3]byte{0, 0xE0, 0xFC}, Data: []byte("x")}}
			return f
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := test.form(t)
			e, r := f.machines(t)
			if all := f.talk(t, e, r, nil); ladder(all) != test.ladder {
				t.Errorf("said %v\nwant %v", ladder(all), test.ladder)
			}
			if e.Err() != nil || r.Err() != nil {
				t.Fatalf("enrollee: %v\nregistrar: %v", e.Err(), r.Err())
			}
			got, given := e.Result(), r.Result()
			if got == nil || given == nil {
				t.Fatal("no result")
			}
			if e.State() != EnrolleeEnded || r.State() != RegistrarEnded {
				t.Errorf("states: %v, %v", e.State(), r.State())
			}
			if got.EMSK != given.EMSK || got.EMSK == (EMSK{}) {
				t.Error("the EMSK is not the same on both sides")
			}
			if proved := len(test.ladder) >= len(readOnly); e.Proved() != proved || r.Proved() != proved || r.Exposed() != proved {
				t.Errorf("proved: %v and %v, exposed: %v", e.Proved(), r.Proved(), r.Exposed())
			}
			if got.Peer.DeviceName != "Router" || given.Peer.DeviceName != "Printer" {
				t.Errorf("peers: %q and %q", got.Peer.DeviceName, given.Peer.DeviceName)
			}
			if v := version(&f.registrar.Config); got.PeerVersion2 != v {
				t.Errorf("the registrar has version %#x, want %#x", got.PeerVersion2, v)
			}
			if v := version(&f.enrollee.Config); given.PeerVersion2 != v {
				t.Errorf("the enrollee has version %#x, want %#x", given.PeerVersion2, v)
			}
			switch read := test.ladder == readOnly; {
			case f.enrollee.AP == nil:
				want := test.credentials
				if want == nil {
					want = summarize(f.registrar.Credentials...)
					for i := range want {
						want[i].MAC = enrolleeDevice.MAC
					}
				}
				if diff := cmp.Diff(want, summarize(given.Credentials...)); diff != "" {
					t.Errorf("given: %s", diff)
				}
				if test.more == nil {
					if diff := cmp.Diff(want, summarize(got.Credentials...)); diff != "" {
						t.Errorf("got: %s", diff)
					}
				}
			case got.SettingsRead != read || given.SettingsRead != read:
				t.Errorf("settings read: %v and %v, want %v", got.SettingsRead, given.SettingsRead, read)
			default:
				if wrote := got.AP; read != (wrote == nil) || !read && (wrote.SSID != "after" || string(wrote.NetworkKey) != "correct horse") {
					t.Errorf("the access point has %v", wrote)
				}
				if told := given.AP; test.ladder != twoMsgs+" WSC_ACK" && test.ladder != "M1 M2" && (told == nil || told.SSID != "before") {
					t.Errorf("the registrar was told %v", told)
				}
			}
			if test.more != nil {
				test.more(t, e, r)
			}
		})
	}
}

// version returns the Version2 of a side.
func version(c *Config) uint8 {
	if c.Version10 {
		return 0
	}
	return 0x20
}

// TestVersions checks which messages carry the extension of the Wi-Fi Alliance,
// and its contents. All carry the extensions of other vendors.
//
// hostap: test_ap_wps_conf_pin_v1 test_ap_wps_new_version_sta
func TestVersions(t *testing.T) {
	all := wps.WFAExtension{Version2: 0x57, RequestToEnroll: true, SettingsDelayTime: 9}
	for _, test := range []struct {
		name  string
		form  form
		wants map[wps.Kind]wps.WFAExtension // without Version2, which all have
	}{
		{"access point", writing(), map[wps.Kind]wps.WFAExtension{wps.KindM1: {RequestToEnroll: true}, wps.KindM7: {SettingsDelayTime: 9}}},
		{"station", station(), map[wps.Kind]wps.WFAExtension{wps.KindM1: {RequestToEnroll: true}}},
		{"version 1.0", writing(), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := test.form
			f.cheap()
			f.enrollee.WFA, f.enrollee.Version10 = all, test.wants == nil
			f.registrar.WFA, f.registrar.Version10 = all, true // as if it had none
			vendor := []wps.VendorExtension{{Vendor: [3]byte{0, 1, 2}, Data: []byte("extension")}}
			f.enrollee.Vendor, f.registrar.Vendor = vendor, vendor
			e, r := f.machines(t)
			for _, s := range f.talk(t, e, r, nil) {
				m, err := wps.ParseMessage(s.octets, wps.Strict)
				if err != nil {
					t.Fatal(err)
				}
				var want wps.WFAExtension
				if s.by == RoleEnrollee && test.wants != nil {
					want = test.wants[s.kind()]
					want.Version2 = 0x57
				}
				if diff := cmp.Diff(want, m.Attributes().WFA); diff != "" {
					t.Errorf("%v: %s", s.kind(), diff)
				}
				if diff := cmp.Diff(vendor, m.Attributes().Vendor); diff != "" {
					t.Errorf("%v: %s", s.kind(), diff)
				}
			}
		})
	}
}

// TestOSVersion checks that the reserved bit is always sent as 1.
func TestOSVersion(t *testing.T) {
	f := station()
	f.cheap()
	f.enrollee.Device.OSVersion, f.registrar.Device.OSVersion = 0x0A000001, 0
	f.first = &Decision{Refused: true}
	f.late = &Decision{Password: mustPIN("12345670")}
	e, r := f.machines(t)
	want := map[wps.Kind]string{wps.KindM1: "8a000001", wps.KindM2: "80000000", wps.KindM2D: "80000000"}
	for _, s := range f.talk(t, e, r, nil) {
		if got := hex.EncodeToString(wps.Find(s.octets, wps.AttrOSVersion)); got != want[s.kind()] {
			t.Errorf("OS Version of %v is %q, want %q", s.kind(), got, want[s.kind()])
		}
	}
}

// TestQuirksNoted checks that a result names the peer's quirks, in any message
// and in any settings.
func TestQuirksNoted(t *testing.T) {
	for name, test := range map[string]struct {
		at   wps.Kind
		send func(*scene) []byte
		want wps.Quirks
	}{
		"M2": {wps.KindM2, with(wps.AttrVersion, 0x11), wps.QuirkVersion},
		"M4": {wps.KindM4, with(wps.AttrVersion, 0x11), wps.QuirkVersion},
		"settings of M8": {wps.KindM8, func(x *scene) []byte {
			return x.credential(func(c body) body { return c.with(wps.AttrSSID, 'x', 0) })
		}, wps.QuirkPaddedSSID},
	} {
		t.Run(name, func(t *testing.T) {
			f := station()
			f.cheap()
			e, r := f.machines(t)
			var before []said
			f.talk(t, e, r, func(s said) []byte {
				if s.kind() == test.at {
					x := &scene{t: t, e: e, r: r, genuine: s.octets, sender: &r.run, before: before}
					r.chain = test.send(x) // so that the registrar's chain contains the message
					return r.chain
				}
				before = append(before, s)
				return s.octets
			})
			if e.Result() == nil || e.Result().Quirks != test.want {
				t.Errorf("%+v, %v; want %v", e.Result(), e.Err(), test.want)
			}
		})
	}
}

// TestQuirksOfEnrollees checks that the known faults in M1 are noted.
//
// hostap: test_ap_wps_conf_pin_mixed_mode
func TestQuirksOfEnrollees(t *testing.T) {
	for name, test := range map[string]struct {
		auth wps.AuthType
		encr wps.EncrType
		want wps.Quirks
	}{
		"in order":    {0x0022, 0x000C, 0},
		"0x001b":      {0x001B, 0x000C, wps.QuirkAuthFlags},
		"swapped":     {0x2200, 0x0C00, wps.QuirkSwappedFlags},
		"one swapped": {0x0022, 0x0C00, wps.QuirkSwappedFlags},
	} {
		f := station()
		f.cheap()
		f.enrollee.Device.AuthTypes, f.enrollee.Device.EncrTypes = test.auth, test.encr
		e, r := f.machines(t)
		f.talk(t, e, r, nil)
		if got := r.Result().Quirks; got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// TestConfigRefused checks configurations with which no run is possible.
func TestConfigRefused(t *testing.T) {
	for name, change := range map[string]func(*form){
		"station without password":             func(f *form) { f.enrollee.Password = Password{} },
		"station with an empty password":       func(f *form) { f.enrollee.Password = OutOfBand(0x10, nil) },
		"station that is read-only":            func(f *form) { f.enrollee.ReadOnly = true },
		"station with two passwords":           func(f *form) { f.enrollee.Alternative = PushButton() },
		"handover without the registrar's key": func(f *form) { f.enrollee.Password = Handover() },
		"registrar without password":           func(f *form) { f.registrar.Password = Password{} },
		"handover without the enrollee's key":  func(f *form) { f.registrar.Password = Handover() },
		"new settings for a station":           func(f *form) { f.registrar.NewSettings = settings("x") },
		"credentials for an access point":      func(f *form) { f.registrar.AP = true },
		"new password for an access point": func(f *form) {
			f.registrar.AP, f.registrar.Credentials, f.registrar.NewPassword = true, nil, PushButton()
		},
	} {
		f := station()
		change(&f)
		_, enrolleeErr := NewEnrollee(f.enrollee)
		_, registrarErr := NewRegistrar(f.registrar)
		err := errors.Join(enrolleeErr, registrarErr)
		if !errors.Is(err, ErrConfig) || enrolleeErr != nil && registrarErr != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConfigUntouched checks that a run does not modify the caller's passwords,
// keys and settings, whether it succeeds or fails, even when its result is
// cleared.
func TestConfigUntouched(t *testing.T) {
	for name, test := range map[string]struct {
		form func() form
		wait bool // never send the last message
	}{
		"success": {form: station}, "failure after M8": {form: station, wait: true},
		"written": {form: writing}, "failure after writing": {form: writing, wait: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := test.form()
			f.cheap()
			f.enrollee.Alternative, f.registrar.NewPassword = Password{}, Password{}
			e, r := f.machines(t)
			if test.wait {
				f.until(t, e, r, wps.KindDone)
				if err := r.Abort(ErrTimeout); !errors.Is(err, ErrTimeout) {
					t.Fatal(err)
				}
			} else {
				f.talk(t, e, r, nil)
				r.Result().Clear()
			}
			e.Abort(ErrTimeout)
			if e.Result() != nil {
				e.Result().Clear()
			}
			for _, c := range f.registrar.Credentials {
				if string(c.NetworkKey) != "correct horse" {
					t.Errorf("the registrar's network key is now %q", string(c.NetworkKey))
				}
			}
			for _, c := range []*wps.Credential{f.enrollee.AP, f.registrar.NewSettings} {
				if c != nil && string(c.NetworkKey) != "correct horse" {
					t.Errorf("the key of %v is now %q", c.SSID, string(c.NetworkKey))
				}
			}
			for _, p := range []Password{f.enrollee.Password, f.registrar.Password} {
				if string(p.octets()) != "12345670" {
					t.Errorf("the password is now %q", p.octets())
				}
			}
			for _, pair := range cheapPairs() {
				if len(pair.pair.Exponent) == 0 || !slices.ContainsFunc(pair.pair.Exponent, func(b byte) bool { return b != 0 }) {
					t.Error("the key pair was cleared")
				}
			}
		})
	}
}

// TestStart checks that Start returns M1 again, but not when it is too late.
func TestStart(t *testing.T) {
	f := station()
	f.cheap()
	f.first = &Decision{Refused: true}
	e, r := f.machines(t)
	if _, err := e.Handle([]byte("anything")); !errors.Is(err, ErrIgnored) || e.State() != EnrolleeIdle {
		t.Errorf("before Start: %v, %v", err, e.State())
	}
	m1, err := e.Start()
	if err != nil {
		t.Fatal(err)
	}
	m2d, _ := f.handle(r, m1)
	if ack, err := e.Handle(m2d); err != nil || (said{0, ack}).kind() != wps.KindACK {
		t.Fatalf("%x, %v", ack, err)
	}
	if again, err := e.Start(); err != nil || !bytes.Equal(again, m1) {
		t.Errorf("after M2D: %x, %v", again, err)
	}
	m2, err := r.Decide(Decision{Password: mustPIN("12345670")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Decide(Decision{}); !errors.Is(err, ErrEnded) {
		t.Errorf("Decide after M2: %v", err)
	}
	if _, err := e.Handle(m2); err != nil {
		t.Fatal(err)
	}
	if late, err := e.Start(); late != nil || !errors.Is(err, ErrEnded) {
		t.Errorf("after M2: %x, %v", late, err)
	}

	e, _ = f.machines(t)
	e.Abort(ErrTimeout)
	if late, err := e.Start(); late != nil || !errors.Is(err, ErrEnded) {
		t.Errorf("after Abort: %x, %v", late, err)
	}
}

// TestRandomFails checks that a run ends if the random source fails, at any
// point.
//
// hostap: test_ap_wps_encr_no_random_ap test_ap_wps_e_hash_no_random_sta
// test_ap_wps_m1_no_random test_ap_wps_m5_no_random test_ap_wps_m7_no_random
func TestRandomFails(t *testing.T) {
	ends := errors.New("no more")
	const enough = 16 + 2*16 + 2*16 // an enrollee's nonces and initialization vectors
	for left := range enough + 1 {
		f := station()
		f.cheap()
		f.enrollee.Rand, f.registrar.Rand = &limited{left, ends}, &limited{left + 16, ends} // which makes one message more
		e, r := f.machines(t)
		out, err := e.Start()
		for out != nil && err == nil {
			if out, err = r.Handle(out); err == nil && out != nil {
				out, err = e.Handle(out)
			}
		}
		if out != nil || errors.Is(err, ends) != (left < enough) {
			t.Fatalf("with %d octets: %x, %v", left, out, err)
		}
	}
}

// TestKeyPairFails checks that a side without a key pair sends nothing.
func TestKeyPairFails(t *testing.T) {
	ends := errors.New("no more")
	f := station()
	f.enrollee.Rand = &limited{16, ends}
	e, _ := f.machines(t)
	if m1, err := e.Start(); m1 != nil || !errors.Is(err, ends) || !e.Ended() {
		t.Errorf("%x, %v", m1, err)
	}

	f = station()
	f.cheap()
	e, _ = f.machines(t)
	m1 := must(t)(e.Start())
	for left := range 17 { // too little for the nonce or for the key pair
		f.registrar.KeyPair, f.registrar.Rand = nil, &limited{left, ends}
		_, r := f.machines(t)
		if m2, err := r.Handle(m1); m2 != nil || !errors.Is(err, ends) || !r.Ended() {
			t.Errorf("%x, %v", m2, err)
		}
	}
}

// TestTooLong checks that a message that cannot be encoded ends the run.
func TestTooLong(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 65))
	for name, change := range map[string]func(*form){
		"device of the enrollee":       func(f *form) { f.enrollee.Device.Manufacturer = long },
		"device of the registrar":      func(f *form) { f.registrar.Device.Manufacturer = long },
		"settings of the access point": func(f *form) { f.enrollee.AP.SSID = wps.SSID(long) },
		"new settings":                 func(f *form) { f.registrar.NewSettings.SSID = wps.SSID(long) },
	} {
		f := writing()
		f.cheap()
		change(&f)
		f.enrollee.Faulty, f.registrar.Faulty = true, true
		e, r := f.machines(t)
		out, err := e.Start()
		for out != nil && err == nil {
			if out, err = r.Handle(out); out != nil && err == nil {
				out, err = e.Handle(out)
			}
		}
		var what *wps.Error
		if out != nil || !errors.Is(err, wps.ErrLength) || !errors.As(err, &what) || !e.Ended() && !r.Ended() {
			t.Errorf("%s: %x, %v", name, out, err)
		}
	}
}

// TestRoles checks the descriptions of machines and of their peers.
func TestRoles(t *testing.T) {
	f := station()
	f.cheap()
	e, r := f.machines(t)
	if e.Role() != RoleEnrollee || r.Role() != RoleRegistrar {
		t.Errorf("%v, %v", e.Role(), r.Role())
	}
	if out, err := r.Start(); out != nil || err != nil {
		t.Errorf("the registrar begins: %x, %v", out, err)
	}
	if m1 := r.Enrollee(); m1 == nil || m1.DeviceName != "" {
		t.Errorf("before M1: %v", m1)
	}
	f.until(t, e, r, wps.KindM3)
	if m1 := r.Enrollee(); m1.DeviceName != "Printer" || m1.EnrolleeNonce != e.n1 {
		t.Errorf("after M1: %v", m1)
	}
}

// limited is a random source that ends.
type limited struct {
	left int
	err  error
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < len(p) {
		return 0, l.err
	}
	l.left -= len(p)
	return len(p), nil
}
