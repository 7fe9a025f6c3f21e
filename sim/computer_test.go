package sim

import (
	"errors"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// wizard lets a computer read or write and waits for the outcome.
func wizard(t *testing.T, w *World, c *Computer, p pin.PIN, write *wps.Credential) (*wps.Credential, error) {
	t.Helper()
	if write == nil {
		c.ReadSettings(p)
	} else {
		c.WriteSettings(p, *write)
	}
	if !w.RunUntil(time.Minute, func() bool { return !c.Busy() }) {
		t.Fatal("the wizard does not end")
	}
	w.Run(time.Second) // for the router to apply what it was given
	return c.Outcome()
}

func newOffice(t *testing.T, cfg RouterConfig) (*World, *Router, *Computer) {
	t.Helper()
	w := New(Config{Seed: 1})
	cfg.Name = "router"
	r := addRouter(t, w, cfg)
	c, err := NewComputer(w, ComputerConfig{Name: "computer"})
	if err != nil {
		t.Fatal(err)
	}
	return w, r, c
}

func TestWizard(t *testing.T) {
	w, r, c := newOffice(t, RouterConfig{})
	p := addPrinter(t, w, PrinterConfig{Name: "printer"})
	if err := r.PressButton(); err != nil {
		t.Fatal(err)
	}
	p.SetupByPushButton()
	w.Run(10 * time.Second)

	read, err := wizard(t, w, c, r.PIN(), nil)
	if s := r.Settings(); err != nil || read.SSID != s.SSID || string(read.NetworkKey) != string(s.Key) {
		t.Fatalf("read %v, %v", read, err)
	}
	write := wps.Credential{SSID: "written", AuthType: wps.AuthWPA2Personal, EncrType: wps.EncrAES, NetworkKey: []byte("a written key")}
	if _, err := wizard(t, w, c, r.PIN(), &write); err != nil {
		t.Fatal(err)
	}
	if s := r.Settings(); s.SSID != "written" || string(s.Key) != "a written key" || s.Security != WPA2 {
		t.Errorf("the router has %v, %v", s.SSID, s.Security)
	}
	w.Run(30 * time.Second)
	if err := p.Status().Err; !errors.Is(err, ErrNetworkNotFound) {
		t.Errorf("the printer: %v", err)
	}
	if read, err := wizard(t, w, c, r.PIN(), nil); err != nil || read.SSID != "written" {
		t.Errorf("read %v, %v", read, err)
	}
}

// TestWrittenSecurity writes networks of all kinds, and compares the router's
// settings.
func TestWrittenSecurity(t *testing.T) {
	w, r, c := newOffice(t, RouterConfig{Settings: Settings{Security: WPA2WPA3}})
	for _, tt := range []struct {
		auth wps.AuthType
		encr wps.EncrType
		want Security
	}{
		{wps.AuthWPA2Personal, wps.EncrAES, WPA2WPA3}, // WPS has no value for WPA3: it stays
		{wps.AuthWPAPersonal, wps.EncrTKIP, WPAWPA2},
		{wps.AuthMixed, wps.EncrMixed, WPAWPA2},
		{wps.AuthOpen, wps.EncrNone, Open},
		{wps.AuthWPA2Personal, wps.EncrAES, WPA2},
	} {
		write := wps.Credential{SSID: "written", AuthType: tt.auth, EncrType: tt.encr}
		if tt.want != Open {
			write.NetworkKey = []byte("a written key")
		}
		if _, err := wizard(t, w, c, r.PIN(), &write); err != nil || r.Settings().Security != tt.want {
			t.Errorf("%v, %v: %v, %v", tt.auth, tt.encr, r.Settings().Security, err)
		}
	}
}

// TestWizardTroubles checks the wizard's message for each failure.
func TestWizardTroubles(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg RouterConfig
		do  func(r *Router) error
		err error
	}{
		"no PIN":      {cfg: RouterConfig{NoPIN: true}, err: registration.ErrLocked},
		"PIN removed": {do: func(r *Router) error { return r.SetPIN(pin.PIN{}) }, err: registration.ErrLocked},
		"locked":      {do: func(r *Router) error { return r.SetLock(ap.Locked) }, err: registration.ErrLocked},
		"read only":   {do: func(r *Router) error { return r.SetLock(ap.ReadOnly) }},
		"WPS off":     {cfg: RouterConfig{Settings: Settings{WPSOff: true}}, err: ErrNoWPS},
		"other band":  {cfg: RouterConfig{Bands: wps.Band5GHz}, err: ErrNothingHeard},
	} {
		w, r, c := newOffice(t, tt.cfg)
		right := r.PIN()
		if right.IsZero() {
			right = pin.MustParse("24681353")
		}
		if tt.do != nil {
			if err := tt.do(r); err != nil {
				t.Fatal(err)
			}
		}
		_, err := wizard(t, w, c, right, nil)
		var said *Failure
		if !errors.Is(err, tt.err) || err != nil && (!errors.As(err, &said) || said.Text == "") {
			t.Errorf("%s: %v, want %v", name, err, tt.err)
		}
		if tt.err == nil {
			write := wps.Credential{SSID: "written", AuthType: wps.AuthOpen, EncrType: wps.EncrNone}
			if _, err := wizard(t, w, c, right, &write); !errors.Is(err, registration.ErrLocked) || r.Settings().SSID == "written" {
				t.Errorf("%s: writing: %v", name, err)
			}
		}
	}
}

// TestLockout guesses the router's PIN until it is locked. Neither too short a
// wait nor a restart unlocks it; a longer wait and a new PIN do.
func TestLockout(t *testing.T) {
	w, r, c := newOffice(t, RouterConfig{})
	right := r.PIN()
	for digit := range 3 {
		if _, err := wizard(t, w, c, mistyped(right, 1+digit), nil); !errors.Is(err, registration.ErrPassword) {
			t.Fatalf("wrong PIN: %v", err)
		}
	}
	if r.Lock() != ap.Locked {
		t.Fatalf("the router is %v", r.Lock())
	}
	if _, err := wizard(t, w, c, right, nil); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("the right PIN while locked: %v", err)
	}
	r.Restart()
	w.Run(25 * time.Second)
	if _, err := wizard(t, w, c, right, nil); !errors.Is(err, registration.ErrLocked) {
		t.Errorf("the right PIN after a restart: %v", err)
	}
	w.Run(time.Minute)
	if read, err := wizard(t, w, c, right, nil); err != nil || read.SSID != r.Settings().SSID {
		t.Errorf("the right PIN later: %v, %v", read, err)
	}
	if _, err := wizard(t, w, c, mistyped(right, 1), nil); !errors.Is(err, registration.ErrPassword) || r.Lock() != ap.Locked {
		t.Errorf("another wrong PIN: %v, %v", err, r.Lock())
	}
	other := pin.MustParse("24681353")
	if err := r.SetPIN(other); err != nil {
		t.Fatal(err)
	}
	if _, err := wizard(t, w, c, other, nil); err != nil {
		t.Errorf("a new PIN: %v", err)
	}
	r.FactoryReset()
	w.Run(25 * time.Second)
	if _, err := wizard(t, w, c, right, nil); err != nil {
		t.Errorf("the PIN of the label after a reset: %v", err)
	}
}

// empty is an exchange that ends at once and yields a result without settings.
type empty struct{ mute }

func (empty) Result() *registration.Result { return new(registration.Result) }

// TestForeignRegistrar uses a registrar that does not work in a computer.
func TestForeignRegistrar(t *testing.T) {
	broken := errors.New("broken")
	for want, newExchange := range map[error]func(registration.RegistrarConfig) (Endpoint, error){
		registration.ErrRefused: func(registration.RegistrarConfig) (Endpoint, error) { return empty{}, nil },
		broken:                  func(registration.RegistrarConfig) (Endpoint, error) { return nil, broken },
	} {
		w, r, c := newOffice(t, RouterConfig{})
		c.cfg.NewEndpoint = newExchange
		if read, err := wizard(t, w, c, r.PIN(), nil); read != nil || !errors.Is(err, want) {
			t.Errorf("read %v, %v, want %v", read, err, want)
		}
	}
}

// TestWizardAgain starts the wizard while an earlier one is still looking. Only
// the second continues, and ends once.
func TestWizardAgain(t *testing.T) {
	w, r, c := newOffice(t, RouterConfig{})
	w.SetLink(c.port, r.port, Link{Cut: true})
	c.ReadSettings(r.PIN())
	w.Run(time.Second) // it has found nothing, and waits to look again
	w.SetLink(c.port, r.port, Link{})
	scans := 0
	w.cfg.Observe = func(e Event) {
		if e.Kind == Sent && e.From == "computer" && e.Frame.Type == ProbeRequest {
			scans++
		}
	}
	_, err := wizard(t, w, c, r.PIN(), nil)
	w.Run(time.Minute)
	if err != nil || scans != 1 {
		t.Errorf("%d scans, %v", scans, err)
	}
}
