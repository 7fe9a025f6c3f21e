package registration

import (
	"errors"
	"strings"
	"testing"

	"github.com/gowps/gowps/wps"
)

// TestConfigChecked creates machines with one error in the configuration each:
// the error names the field. Test equipment may be wrong on purpose.
func TestConfigChecked(t *testing.T) {
	token := make([]byte, 3)
	credential := func(change func(*wps.Credential)) func(*form) {
		return func(f *form) { change(&f.registrar.Credentials[0]) }
	}
	for _, tt := range []struct {
		field  string
		form   func() form
		change func(*form)
	}{
		{"Device.UUID", station, func(f *form) { f.enrollee.Device.UUID = wps.UUID{} }},
		{"Device.UUID", station, func(f *form) { f.registrar.Device.UUID = wps.UUID{} }},
		{"Device.MAC", station, func(f *form) { f.enrollee.Device.MAC = wps.MAC{} }},
		{"Device.DeviceName", station, func(f *form) { f.enrollee.Device.DeviceName = strings.Repeat("x", 80) }},
		{"Device.DeviceName", station, func(f *form) { f.registrar.Device.DeviceName = strings.Repeat("x", 33) }},
		{"Device.Manufacturer", station, func(f *form) { f.enrollee.Device.Manufacturer = strings.Repeat("x", 65) }},
		{"Device.ModelName", station, func(f *form) { f.enrollee.Device.ModelName = strings.Repeat("x", 33) }},
		{"Device.ModelNumber", station, func(f *form) { f.enrollee.Device.ModelNumber = strings.Repeat("x", 33) }},
		{"Device.SerialNumber", station, func(f *form) { f.enrollee.Device.SerialNumber = strings.Repeat("x", 33) }},
		{"Password", station, func(f *form) { f.enrollee.Password = Password{} }},
		{"Password", station, func(f *form) { f.registrar.Password = Password{} }},
		{"Password", station, func(f *form) { f.enrollee.Password = OutOfBand(0x1234, token) }},
		{"Password", station, func(f *form) { f.registrar.Password = OutOfBand(0x1234, token) }},
		{"Password", station, func(f *form) { f.registrar.Password = OutOfBand(0x1234, make([]byte, 33)) }},
		{"Alternative", accessPoint, func(f *form) { f.enrollee.Alternative = OutOfBand(0x1234, token) }},
		{"Alternative", station, func(f *form) { f.enrollee.Alternative = mustPIN("12345670") }},
		{"ReadOnly", station, func(f *form) { f.enrollee.ReadOnly = true }},
		{"Deferred", station, func(f *form) { f.enrollee.Deferred = true }},
		{"AP.SSID", accessPoint, func(f *form) { f.enrollee.AP.SSID = "" }},
		{"AP.AuthType", accessPoint, func(f *form) { f.enrollee.AP.AuthType = 0 }},
		{"AP.EncrType", accessPoint, func(f *form) { f.enrollee.AP.EncrType = 0 }},
		{"Credentials", station, func(f *form) { f.registrar.Credentials = nil }},
		{"Credentials[0].SSID", station, credential(func(c *wps.Credential) { c.SSID = "" })},
		{"Credentials[0].SSID", station, credential(func(c *wps.Credential) { c.SSID = wps.SSID(strings.Repeat("x", 40)) })},
		{"Credentials[0].AuthType", station, credential(func(c *wps.Credential) { c.AuthType = 0 })},
		{"Credentials[0].EncrType", station, credential(func(c *wps.Credential) { c.EncrType = 0 })},
		{"Credentials[0]", station, credential(func(c *wps.Credential) { c.NetworkKey = wps.NetworkKey("abc") })},
		{"Credentials[0]", station, credential(func(c *wps.Credential) { c.EncrType = wps.EncrWEP })},
		{"Credentials[0]", station, credential(func(c *wps.Credential) { c.EncrType = wps.EncrTKIP })},
		{"NewPassword", station, func(f *form) { f.registrar.NewPassword = OutOfBand(0x1234, token) }},
		{"NewPassword", accessPoint, func(f *form) { f.registrar.NewPassword = mustPIN("12345670") }},
		{"Credentials", accessPoint, func(f *form) { f.registrar.Credentials = []wps.Credential{network()} }},
		{"NewSettings", station, func(f *form) { f.registrar.NewSettings = settings("x") }},
		{"NewSettings", writing, func(f *form) { f.registrar.NewSettings.NetworkKey = wps.NetworkKey("abc") }},
	} {
		f := tt.form()
		tt.change(&f)
		_, err1 := NewEnrollee(f.enrollee)
		_, err2 := NewRegistrar(f.registrar)
		err := errors.Join(err1, err2)
		if !errors.Is(err, ErrConfig) || err1 != nil && err2 != nil || !strings.Contains(err.Error(), tt.field+" ") && !strings.Contains(err.Error(), tt.field+":") {
			t.Errorf("%s: %v", tt.field, err)
		}
	}
	f := station()
	f.registrar.Faulty, f.enrollee.Faulty = true, true
	f.registrar.Credentials[0].NetworkKey, f.enrollee.Device.DeviceName = wps.NetworkKey("abc"), strings.Repeat("x", 80)
	f.machines(t)
}

// TestConfigAtLimits accepts values of the smallest and the greatest length, and
// refuses those beyond, with the length in the error.
func TestConfigAtLimits(t *testing.T) {
	password := func(n int) func(*form) {
		return func(f *form) {
			f.enrollee.Password = OutOfBand(0x1234, make([]byte, n))
			f.registrar.Password = f.enrollee.Password
		}
	}
	name := func(n int) func(*form) {
		return func(f *form) { f.enrollee.AP.SSID = wps.SSID(strings.Repeat("x", n)) }
	}
	key := func(n int) func(*form) {
		return func(f *form) { f.enrollee.AP.NetworkKey = wps.NetworkKey(strings.Repeat("a", n)) }
	}
	for _, tt := range []struct {
		form   func() form
		change func(int) func(*form)
		length int
		want   string
	}{
		{station, password, 15, "has 15 octets, not 16 to 32"},
		{station, password, 16, ""},
		{station, password, 32, ""},
		{station, password, 33, "has 33 octets, not 16 to 32"},
		{accessPoint, name, 0, "has 0 octets, not 1 to 32"},
		{accessPoint, name, 1, ""},
		{accessPoint, name, 32, ""},
		{accessPoint, name, 33, "has 33 octets, not 1 to 32"},
		{accessPoint, key, 64, ""},
		{accessPoint, key, 65, "has 65 octets, not at most 64"},
	} {
		f := tt.form()
		tt.change(tt.length)(&f)
		if _, err := NewEnrollee(f.enrollee); (err == nil) != (tt.want == "") || err != nil && !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%d: %v, want %q", tt.length, err, tt.want)
		}
	}
}

// TestUnprovenKey attacks the case that needs no password: a key that was not
// announced is refused wherever the password comes from, also by test
// equipment.
func TestUnprovenKey(t *testing.T) {
	for name, change := range map[string]func(*EnrolleeConfig){
		"password":                  func(c *EnrolleeConfig) { c.Password = Handover() },
		"password, faulty":          func(c *EnrolleeConfig) { c.Password, c.Faulty = Handover(), true },
		"alternative":               func(c *EnrolleeConfig) { c.Alternative = Handover() },
		"alternative, another hash": func(c *EnrolleeConfig) { c.Alternative, c.PeerKeyHash = Handover(), new([20]byte) },
	} {
		f := accessPoint()
		change(&f.enrollee)
		if _, err := NewEnrollee(f.enrollee); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The check when M2 chooses the password is independent.
	f := writing()
	f.cheap()
	f.enrollee.Alternative, f.enrollee.Faulty = Handover(), true
	f.first = &Decision{Password: Handover(), PeerKeyHash: hashOf(cheapPairs()[0])}
	e, r := f.machines(t)
	f.talk(t, e, r, nil)
	if e.Result() != nil || !errors.Is(e.Err(), ErrKeyHash) {
		t.Errorf("a stranger wrote the settings: %v, %v", e.Result(), e.Err())
	}
}

func hashOf(k *KeyPair) *[20]byte {
	hash := PublicKeyHash(k.publicKey())
	return &hash
}

// TestAlternativeKeyHash has a registrar use the alternative password: its key
// is checked with the hash for that password, not with the other one.
func TestAlternativeKeyHash(t *testing.T) {
	for name, right := range map[string]bool{"announced": true, "another": false} {
		f := accessPoint()
		f.cheap()
		f.enrollee.Alternative = OutOfBand(0x1234, make([]byte, 16))
		f.enrollee.PeerKeyHash, f.enrollee.AlternativeKeyHash = new([20]byte), new([20]byte)
		if right {
			f.enrollee.AlternativeKeyHash = hashOf(cheapPairs()[1])
		}
		f.registrar.Password = f.enrollee.Alternative
		f.first = &Decision{Password: f.enrollee.Alternative}
		e, r := f.machines(t)
		f.talk(t, e, r, nil)
		if (e.Err() == nil) != right || !right && !errors.Is(e.Err(), ErrKeyHash) {
			t.Errorf("%s: %v", name, e.Err())
		}
	}
}

// TestHashIsCopied changes the hash of the other side's key after the run was
// created: the run keeps the one that it was given.
func TestHashIsCopied(t *testing.T) {
	f := accessPoint()
	f.cheap()
	f.enrollee.Alternative = OutOfBand(0x1234, make([]byte, 16))
	f.enrollee.PeerKeyHash, f.enrollee.AlternativeKeyHash = new([20]byte), hashOf(cheapPairs()[1])
	f.registrar.Password, f.registrar.PeerKeyHash = f.enrollee.Alternative, hashOf(cheapPairs()[0])
	f.first = &Decision{Password: f.enrollee.Alternative}
	e, r := f.machines(t)
	for _, hash := range []*[20]byte{f.enrollee.PeerKeyHash, f.enrollee.AlternativeKeyHash, f.registrar.PeerKeyHash} {
		hash[0] ^= 1
	}
	if *e.peerKeyHash != [20]byte{} || *e.alternativeKeyHash != *hashOf(cheapPairs()[1]) || *r.peerKeyHash != *hashOf(cheapPairs()[0]) {
		t.Error("a hash changes with that of the caller")
	}
	if f.talk(t, e, r, nil); e.Err() != nil {
		t.Error(e.Err())
	}
}

// TestAdopt lets the new settings of an access point wait for its owner.
func TestAdopt(t *testing.T) {
	waiting := func(t *testing.T) (*Enrollee, *Registrar, []byte) {
		f := writing()
		f.cheap()
		f.enrollee.Deferred = true
		e, r := f.machines(t)
		m8 := f.until(t, e, r, wps.KindM8)
		if out, err := e.Handle(m8); out != nil || err != nil || !e.Waiting() || e.Settled() || e.Ended() {
			t.Fatalf("%x, %v, %v", out, err, e.State())
		}
		if c := e.NewSettings(); c == nil || c.SSID != "after" {
			t.Fatalf("new settings %v", c)
		}
		if out, err := e.Handle(m8); out != nil || !errors.Is(err, ErrIgnored) {
			t.Errorf("M8 once more: %x, %v", out, err)
		}
		return e, r, m8
	}
	refused := func(t *testing.T, e *Enrollee, r *Registrar, out []byte, err error, ce wps.ConfigError) {
		t.Helper()
		var failed *Error
		if !errors.As(err, &failed) || failed.ConfigError != ce || failed.DetectedBy != RoleEnrollee || e.Result() != nil || e.NewSettings() != nil {
			t.Errorf("%v, %v", err, e.Result())
		}
		if _, err := r.Handle(out); !errors.As(err, &failed) || failed.ConfigError != ce {
			t.Errorf("the registrar hears %v", err)
		}
	}
	t.Run("adopted", func(t *testing.T) {
		e, r, m8 := waiting(t)
		done, err := e.Adopt()
		if err != nil || (said{0, done}).kind() != wps.KindDone || !e.Settled() {
			t.Fatalf("%x, %v", done, err)
		}
		if again, err := e.Handle(m8); err != nil || string(again) != string(done) {
			t.Errorf("M8 once more: %x, %v", again, err)
		}
		ack, err := r.Handle(done)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Handle(ack); err != nil || e.Result().AP.SSID != "after" {
			t.Errorf("%v, %v", e.Result(), err)
		}
		if _, err := e.Adopt(); !errors.Is(err, ErrEnded) {
			t.Errorf("adopted twice: %v", err)
		}
	})
	t.Run("rejected", func(t *testing.T) {
		e, r, _ := waiting(t)
		out, err := e.Reject(wps.NetworkAuthFailure, errWhy)
		refused(t, e, r, out, err, wps.NetworkAuthFailure)
		if !errors.Is(err, errWhy) {
			t.Error(err)
		}
		if _, err := e.Reject(0, nil); !errors.Is(err, ErrEnded) {
			t.Errorf("rejected twice: %v", err)
		}
	})
	t.Run("withdrawn", func(t *testing.T) {
		e, r, _ := waiting(t)
		e.Refuse(wps.SetupLocked, nil)
		out, err := e.Adopt()
		refused(t, e, r, out, err, wps.SetupLocked)
	})
	t.Run("read only", func(t *testing.T) {
		e, r, _ := waiting(t)
		e.SetReadOnly(true)
		out, err := e.Adopt()
		refused(t, e, r, out, err, wps.SetupLocked)
	})
}

// TestUnreadableM2 has the Enrollee refuse an M2 that it cannot read: the NACK
// has the nonce of that M2, and the registrar also accepts it without one.
func TestUnreadableM2(t *testing.T) {
	f := station()
	f.cheap()
	for _, zero := range []bool{false, true} {
		e, r := f.machines(t)
		m2 := f.until(t, e, r, wps.KindM2)
		nack, err := e.Handle(parseBody(t, m2).without(wps.AttrPublicKey).octets())
		if err == nil || e.n2 != r.n2 {
			t.Fatalf("%x, %v", nack, err)
		}
		if zero {
			nack = parseBody(t, nack).with(wps.AttrRegistrarNonce, make([]byte, 16)...).octets()
		}
		if _, err := r.Handle(nack); errors.Is(err, ErrIgnored) || !r.Ended() {
			t.Errorf("zero nonce %v: %v", zero, err)
		}
	}
}

// TestSetCredentials changes the credentials of a registrar in the middle of a
// run.
func TestSetCredentials(t *testing.T) {
	f := station()
	f.cheap()
	e, r := f.machines(t)
	m7 := f.until(t, e, r, wps.KindM7)
	changed := network()
	changed.SSID = "changed"
	if err := r.SetCredentials(nil); !errors.Is(err, ErrConfig) {
		t.Errorf("no credentials: %v", err)
	}
	if err := r.SetCredentials([]wps.Credential{changed}); err != nil {
		t.Fatal(err)
	}
	m8, err := r.Handle(m7)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Handle(m8); err != nil || e.Result().Credentials[0].SSID != "changed" {
		t.Errorf("%v, %v", e.Result(), err)
	}
}
