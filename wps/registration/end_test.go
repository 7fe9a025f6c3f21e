package registration

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestWrongPassword checks the errors of both sides if one half of the password
// is wrong, and how far the run comes: the enrollee detects it, since the
// registrar has to prove first.
func TestWrongPassword(t *testing.T) {
	forms := []struct {
		name string
		form func() form
	}{{"station", station}, {"access point", writing}}
	tests := []struct {
		name      string
		enrollee  string
		registrar string
		half      int
		message   wps.MessageType
		ladder    string
		exposed   bool
	}{
		{"8 digits, first half", "12345670", "99995670", 1, wps.MessageM4, "M1 M2 M3 M4 WSC_NACK WSC_NACK", false},
		{"8 digits, second half", "12345670", "12349999", 2, wps.MessageM6, "M1 M2 M3 M4 M5 M6 WSC_NACK WSC_NACK", true},
		{"8 digits, both halves", "12345670", "99999999", 1, wps.MessageM4, "M1 M2 M3 M4 WSC_NACK WSC_NACK", false},
		{"4 digits, first half", "1234", "9934", 1, wps.MessageM4, "M1 M2 M3 M4 WSC_NACK WSC_NACK", false},
		{"4 digits, second half", "1234", "1299", 2, wps.MessageM6, "M1 M2 M3 M4 M5 M6 WSC_NACK WSC_NACK", true},
		{"4 digits where 8 are due", "12345670", "1234", 1, wps.MessageM4, "M1 M2 M3 M4 WSC_NACK WSC_NACK", false},
		{"8 digits where 4 are due", "1234", "12345670", 1, wps.MessageM4, "M1 M2 M3 M4 WSC_NACK WSC_NACK", false},
		{"PIN where the button is due", "00000000", "12345670", 1, wps.MessageM4, "M1 M2 M3 M4 WSC_NACK WSC_NACK", false},
	}
	for _, f := range forms {
		for _, test := range tests {
			t.Run(f.name+"/"+test.name, func(t *testing.T) {
				f := f.form()
				f.cheap()
				f.enrollee.Password = newPassword(wps.PasswordDefault, []byte(test.enrollee))
				f.registrar.Password = newPassword(wps.PasswordDefault, []byte(test.registrar))
				e, r := f.machines(t)
				if got := ladder(f.talk(t, e, r, nil)); got != test.ladder {
					t.Errorf("said %v, want %v", got, test.ladder)
				}
				for role, err := range map[Role]error{RoleEnrollee: e.Err(), RoleRegistrar: r.Err()} {
					var failed *Error
					if !errors.As(err, &failed) || !errors.Is(err, ErrPassword) {
						t.Fatalf("%v: %v", role, err)
					}
					got := *failed
					got.Err, got.class = nil, nil
					want := Error{Message: test.message, ConfigError: wps.DevicePasswordAuthFailed, DetectedBy: RoleEnrollee, Half: test.half}
					if got != want {
						t.Errorf("%v: %+v, want %+v", role, got, want)
					}
					text := fmt.Sprintf("registration: the passwords of the two sides differ in their %s half (found by the enrollee at %v, configuration error 18: device password authentication failure)",
						[]string{1: "first", 2: "second"}[test.half], test.message)
					if err.Error() != text {
						t.Errorf("%v: %q\nwant %q", role, err, text)
					}
				}
				if r.Exposed() != test.exposed || e.Proved() || r.Proved() {
					t.Errorf("exposed: %v, proved: %v and %v", r.Exposed(), e.Proved(), r.Proved())
				}
				if e.Result() != nil || r.Result() != nil {
					t.Error("there is a result")
				}
			})
		}
	}
}

// TestM2D checks the results of both sides after a registrar refuses.
//
// hostap: test_wps_ext_ap_settings_m2d
func TestM2D(t *testing.T) {
	for ce, class := range map[wps.ConfigError]error{
		wps.NoError:               ErrNoRegistrar,
		wps.MultiplePBCSessions:   ErrOverlap,
		wps.SetupLocked:           ErrLocked,
		wps.PublicKeyHashMismatch: ErrKeyHash,
		wps.DeviceBusy:            ErrNoRegistrar,
	} {
		for _, test := range []struct {
			name   string
			form   func() form
			ladder string
		}{
			{"station", station, "M1 M2D WSC_ACK"},
			{"access point", accessPoint, "M1 M2D WSC_NACK"},
		} {
			t.Run(fmt.Sprintf("%s/%d", test.name, ce), func(t *testing.T) {
				f := test.form()
				f.cheap()
				f.first = &Decision{Refused: true, ConfigError: ce, Reason: errWhy}
				e, r := f.machines(t)
				all := f.talk(t, e, r, nil)
				if ladder(all) != test.ladder {
					t.Errorf("said %v, want %v", ladder(all), test.ladder)
				}
				answer := parseBody(t, all[2].octets)
				same(t, "E-Nonce of the answer", answer.get(wps.AttrEnrolleeNonce), e.n1[:])
				same(t, "R-Nonce of the answer", answer.get(wps.AttrRegistrarNonce), r.n2[:])
				if ce := answer.get(wps.AttrConfigError); ce != nil {
					same(t, "Configuration Error of the answer", ce, []byte{0, 0})
				}
				if e.M2D() == nil || e.M2D().ConfigError != ce {
					t.Errorf("M2D: %+v", e.M2D())
				}
				// EAP-Failure follows.
				for role, err := range map[Role]error{RoleEnrollee: e.Closed(), RoleRegistrar: r.Closed()} {
					var failed *Error
					if !errors.As(err, &failed) || !errors.Is(err, class) || failed.ConfigError != ce || failed.DetectedBy != RoleRegistrar || failed.Half != 0 {
						t.Errorf("%v: %#v", role, failed)
					}
					if errors.Is(err, errWhy) != (role == RoleRegistrar) {
						t.Errorf("%v: %v", role, err)
					}
				}
				if again, err := r.Decide(Decision{Password: PushButton()}); again != nil || !errors.Is(err, ErrEnded) {
					t.Errorf("Decide after the end: %x, %v", again, err)
				}
			})
		}
	}
}

// TestM2DFaults checks that an M2D of another run is ignored, and that an
// invalid one ends the run.
func TestM2DFaults(t *testing.T) {
	foreign := faulty{name: "M2D of another run", at: wps.KindM2, want: ignoring, send: func(x *scene) []byte {
		return parseBody(t, x.m2d()).with(wps.AttrEnrolleeNonce, make([]byte, 16)...).octets()
	}}
	rows := []faulty{foreign, {name: "M2D", at: wps.KindM2, want: "WSC_ACK", send: (*scene).m2d}}
	foreign.form = accessPoint
	rows = append(rows, foreign)
	for _, rule := range wps.KindM2D.Layout() {
		if rule.Presence == wps.Mandatory {
			row := faulty{name: fmt.Sprintf("M2D without %v", rule.Attribute), at: wps.KindM2, want: nack0, is: []error{ErrProtocol, wps.ErrMissing}, send: func(x *scene) []byte {
				return parseBody(t, x.m2d()).without(rule.Attribute).octets()
			}}
			switch {
			case rule.Attribute == wps.AttrEnrolleeNonce:
				row.want = ignoring
			case rule.Missing != 0:
				row.want, row.is = "WSC_ACK", nil // some devices leave it out
			}
			rows = append(rows, row)
		}
	}
	runFaulty(t, rows)
}

// TestAnswerToM2DWithoutNonce has the enrollee answer M2D as wpa_supplicant
// 2.10 does: with a Registrar Nonce of zeros.
func TestAnswerToM2DWithoutNonce(t *testing.T) {
	for _, tt := range []struct {
		name     string
		enrollee func(wps.Nonce) wps.Nonce
		ignored  bool
	}{
		{"of this run", func(n wps.Nonce) wps.Nonce { return n }, false},
		{"of another run", func(n wps.Nonce) wps.Nonce { n[0] ^= 1; return n }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, message := range []func(wps.Nonce) wps.List{
				func(n wps.Nonce) wps.List { m := new(wps.ACK); m.EnrolleeNonce = n; return m },
				func(n wps.Nonce) wps.List { m := new(wps.NACK); m.EnrolleeNonce = n; return m },
			} {
				e, err := NewEnrollee(EnrolleeConfig{Config: Config{Device: enrolleeDevice}, Password: PushButton()})
				if err != nil {
					t.Fatal(err)
				}
				r, err := NewRegistrar(RegistrarConfig{Config: Config{Device: registrarDevice}, Password: mustPIN("12345670"), Credentials: []wps.Credential{network()}})
				if err != nil {
					t.Fatal(err)
				}
				m1, err := e.Start()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.Handle(m1); err != nil || r.State() != SentM2D {
					t.Fatalf("%v, %v", r.State(), err)
				}
				nonce := wps.Nonce(wps.Find(m1, wps.AttrEnrolleeNonce))
				answer := encoded(t, message(tt.enrollee(nonce)))
				if out, err := r.Handle(answer); out != nil || errors.Is(err, ErrIgnored) != tt.ignored {
					t.Errorf("%x is answered by %x, %v", answer, out, err)
				}
			}
		})
	}
}

// TestRefuseBeforeM1 checks that a registrar that has refused before M1 answers
// M1 by M2D.
func TestRefuseBeforeM1(t *testing.T) {
	for name, why := range map[string]error{"with a reason": errWhy, "without": nil} {
		t.Run(name, func(t *testing.T) {
			f := station()
			f.cheap()
			e, r := f.machines(t)
			r.Refuse(wps.MultiplePBCSessions, why)
			if got := ladder(f.talk(t, e, r, nil)); got != "M1 M2D WSC_ACK" {
				t.Errorf("said %v", got)
			}
			if err := e.Closed(); !errors.Is(err, ErrOverlap) {
				t.Errorf("enrollee: %v", err)
			}
			if err := r.Closed(); !errors.Is(err, ErrOverlap) || why != nil && !errors.Is(err, why) {
				t.Errorf("registrar: %v", err)
			}
		})
	}
}

// TestM2DThenClosed checks that an enrollee that received M2D and then
// registered does not use the reason in M2D for a later end.
func TestM2DThenClosed(t *testing.T) {
	f := station()
	f.cheap()
	f.first = &Decision{Refused: true}
	e, r := f.machines(t)
	said := must(t)
	said(e.Handle(said(f.handle(r, said(e.Start())))))
	said(e.Handle(said(r.Decide(Decision{Password: mustPIN("12345670")}))))
	if err := e.Closed(); !errors.Is(err, ErrRefused) || errors.Is(err, ErrNoRegistrar) {
		t.Errorf("error %v", err)
	}
}

// TestForgedM2 checks that a forged M2 changes no state: the enrollee still has
// no registrar nonce, and accepts any registrar.
func TestForgedM2(t *testing.T) {
	f := station()
	f.cheap()
	e, r := f.machines(t)
	forged := parseBody(t, f.until(t, e, r, wps.KindM2)).with(wps.AttrRegistrarNonce, bytes.Repeat([]byte{0xF0}, 16)...)
	if out, err := e.Handle(forged.octets()); out != nil || !errors.Is(err, ErrIgnored) {
		t.Fatalf("%x, %v", out, err)
	}
	if _, err := e.Handle(encoded(t, r.nack(wps.DeviceBusy))); !errors.Is(err, ErrRefused) {
		t.Errorf("NACK of the true registrar: %v", err)
	}
}

// TestClosed ends the exchange at each message, by the transport and by a
// time-out: before that message is received, and after it for its sender.
func TestClosed(t *testing.T) {
	for _, test := range []struct {
		name string
		form func() form
		at   wps.Kind
		// whether the side has succeeded nevertheless
		enrollee, registrar bool
	}{
		{"station", station, wps.KindM1, false, false},
		{"station", station, wps.KindM2, false, false},
		{"station", station, wps.KindM3, false, false},
		{"station", station, wps.KindM8, false, false},
		{"station", station, wps.KindDone, true, false},
		{"access point", writing, wps.KindM8, false, false},
		{"access point", writing, wps.KindDone, true, false},
		{"access point", writing, wps.KindACK, true, true},
		{"access point that is read", accessPoint, wps.KindM7, false, false},
		{"access point that is read", accessPoint, wps.KindNACK, false, true},
	} {
		ends := map[string]struct {
			enrollee, registrar func(*Enrollee, *Registrar) error
			class               error
		}{
			"closed":   {func(e *Enrollee, _ *Registrar) error { return e.Closed() }, func(_ *Enrollee, r *Registrar) error { return r.Closed() }, ErrRefused},
			"time-out": {func(e *Enrollee, _ *Registrar) error { return e.Abort(ErrTimeout) }, func(_ *Enrollee, r *Registrar) error { return r.Abort(ErrTimeout) }, ErrTimeout},
			"no cause": {func(e *Enrollee, _ *Registrar) error { return e.Abort(nil) }, func(_ *Enrollee, r *Registrar) error { return r.Abort(nil) }, ErrEnded},
		}
		for how, end := range ends {
			t.Run(fmt.Sprintf("%s/%v/%s", test.name, test.at, how), func(t *testing.T) {
				f := test.form()
				f.cheap()
				e, r := f.machines(t)
				f.until(t, e, r, test.at)
				check := func(m machine, err error, success bool) {
					t.Helper()
					var failed *Error
					switch {
					case !m.Ended() || m.Err() != err:
						t.Errorf("ended: %v, %v; want %v", m.Ended(), m.Err(), err)
					case success != (m.Result() != nil) || success != (err == nil):
						t.Errorf("result %v, error %v", m.Result(), err)
					case err != nil && (!errors.Is(err, end.class) || !errors.As(err, &failed) || failed.Error() == ""):
						t.Errorf("error %v", err)
					}
				}
				check(e, end.enrollee(e, r), test.enrollee)
				check(r, end.registrar(e, r), test.registrar)
			})
		}
	}
}

// TestErrors checks the texts of errors.
func TestErrors(t *testing.T) {
	for _, test := range []struct {
		err  *Error
		want string
		is   []error
	}{
		{&Error{}, "registration: the peer broke the protocol (found by the Role(0))", []error{ErrProtocol}},
		{
			&Error{Message: wps.MessageM4, DetectedBy: RoleEnrollee, Err: errNotDue},
			"registration: the peer broke the protocol: the message is not expected now (found by the enrollee at M4)", []error{ErrProtocol, errNotDue},
		},
		{
			&Error{Message: wps.MessageM8, DetectedBy: RoleEnrollee, Err: wps.ErrWEP, class: wps.ErrUnusable},
			"registration: credential cannot be used: the network uses WEP (found by the enrollee at M8)", []error{wps.ErrUnusable, wps.ErrWEP},
		},
		{
			&Error{Message: wps.MessageM8, ConfigError: wps.DecryptionCRCFailure, DetectedBy: RoleEnrollee, Err: &settingsError{errWhy}},
			"registration: settings are invalid: this is why (found by the enrollee at M8, configuration error 2: decryption CRC failure)", []error{ErrDecrypt, errWhy},
		},
		{
			&Error{Message: wps.MessageM3, ConfigError: wps.MultiplePBCSessions, DetectedBy: RoleRegistrar, Err: errWhy},
			"registration: session overlap: more than one device is in push-button mode: this is why (found by the registrar at M3, configuration error 12: multiple PBC sessions detected)",
			[]error{ErrOverlap, errWhy},
		},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got  %q\nwant %q", got, test.want)
		}
		for _, class := range test.is {
			if !errors.Is(test.err, class) {
				t.Errorf("%q is not %q", test.err, class)
			}
		}
	}
	f := station()
	f.cheap()
	f.registrar.Password = PushButton()
	e, r := f.machines(t)
	f.talk(t, e, r, nil)
	if got, want := r.Closed().Error(), "registration: the registrar is not waiting for this enrollee (found by the registrar at M1)"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestStrings checks the names of roles and states, known and not.
func TestStrings(t *testing.T) {
	for _, test := range []struct {
		value fmt.Stringer
		want  string
	}{
		{RoleEnrollee, "enrollee"}, {RoleRegistrar, "registrar"}, {Role(7), "Role(7)"},
		{EnrolleeIdle, "idle"}, {SentM7, "sent M7"}, {SentDone, "sent WSC_Done"}, {EnrolleeEnded, "ended"}, {EnrolleeEnded + 1, "EnrolleeState(8)"}, {EnrolleeState(99), "EnrolleeState(99)"},
		{WaitM1, "waits for M1"}, {WaitDecision, "waits for a decision"}, {SentM2D, "sent M2D"}, {SentM8, "sent M8"}, {RegistrarEnded, "ended"}, {RegistrarEnded + 1, fmt.Sprintf("RegistrarState(%d)", RegistrarEnded+1)}, {RegistrarState(99), "RegistrarState(99)"},
	} {
		if got := test.value.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
