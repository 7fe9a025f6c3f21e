package sim

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
	"github.com/gowps/gowps/wps/registration"
)

// mute is an exchange that ends at the first packet without sending one.
type mute struct{}

func (mute) Start(now time.Time) eapwsc.Step               { return eapwsc.Step{Deadline: now.Add(time.Minute)} }
func (mute) Handle(time.Time, []byte) (eapwsc.Step, error) { return eapwsc.Step{Done: true}, nil }
func (mute) Timeout(time.Time) (eapwsc.Step, error)        { return eapwsc.Step{Done: true}, nil }
func (mute) Close(time.Time, error) error                  { return nil }
func (mute) Result() *registration.Result                  { return nil }

// TestForeignExchange uses an enrollee that does not work in a printer.
func TestForeignExchange(t *testing.T) {
	broken := errors.New("broken")
	for want, newExchange := range map[error]func(registration.EnrolleeConfig) (Endpoint, error){
		registration.ErrRefused: func(registration.EnrolleeConfig) (Endpoint, error) { return mute{}, nil },
		broken:                  func(registration.EnrolleeConfig) (Endpoint, error) { return nil, broken },
	} {
		h := newHome(t, nil, func(c *PrinterConfig) { c.NewEndpoint = newExchange })
		h.byButton()
		h.Run(3 * time.Minute)
		if s := h.printer.Status(); s.State != Idle || !errors.Is(s.Err, want) {
			t.Errorf("%v: %v, want %v", s, s.Err, want)
		}
	}
}

// TestSharedAnnouncements has two printers at one router. Both share what it
// says, until it says something else. What is kept does not grow with invented
// addresses, nor from world to world.
func TestSharedAnnouncements(t *testing.T) {
	w := New(Config{})
	r := addRouter(t, w, RouterConfig{Name: "router"})
	printers := []*Printer{addPrinter(t, w, PrinterConfig{Name: "a"}), addPrinter(t, w, PrinterConfig{Name: "b"})}
	var last *wps.Beacon
	for _, locked := range []bool{false, true, true} {
		if locked {
			if err := r.SetLock(ap.Locked); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range printers {
			if _, err := p.SetupByPIN(); err != nil {
				t.Fatal(err)
			}
		}
		w.Run(time.Second)
		a, b := printers[0].found, printers[1].found
		if len(a) != 1 || len(b) != 1 || a[0].bss != b[0].bss || a[0].element == nil {
			t.Fatalf("found %+v and %+v", a, b)
		}
		if again := last != nil && last.APSetupLocked == locked; a[0].element.APSetupLocked != locked || again != (a[0].element == last) {
			t.Errorf("after a lock %v: %v, before %v", locked, a[0].element, last)
		}
		last = a[0].element
	}
	kept := len(w.announced)
	w.readBSS(&Frame{Type: Beacon, BSSID: wps.MAC{2, 0xFF}})
	if len(w.announced) != kept {
		t.Error("a beacon with an address that no device has is kept")
	}
	if w.Reset(Config{}); len(w.announced) > 0 {
		t.Error("the announcements of the old world are kept")
	}
}

// watchful is an exchange that waits forever, and counts how often it is
// started and closed.
type watchful struct {
	mute
	begun, closed *int
}

func (c watchful) Start(time.Time) eapwsc.Step                 { *c.begun++; return eapwsc.Step{} }
func (watchful) Handle(time.Time, []byte) (eapwsc.Step, error) { return eapwsc.Step{}, nil }
func (c watchful) Close(time.Time, error) error                { *c.closed++; return nil }

// TestGiveUp checks that each started exchange that does not end by itself is
// closed, once, whichever side gives up.
func TestGiveUp(t *testing.T) {
	for name, end := range map[string]func(h *home){
		"cancelled":        func(h *home) { h.printer.Cancel() },
		"restarted":        func(h *home) { h.printer.Restart() },
		"network reset":    func(h *home) { h.printer.NetworkReset() },
		"set up again":     func(h *home) { h.printer.SetupByPushButton(); h.Run(time.Second); h.printer.Cancel() },
		"patience":         func(h *home) { h.Run(3 * time.Minute) },
		"router restarted": func(h *home) { h.router.Restart(); h.Run(3 * time.Minute) },
	} {
		var begun, closed int
		h := newHome(t, nil, func(c *PrinterConfig) {
			c.NewEndpoint = func(registration.EnrolleeConfig) (Endpoint, error) {
				return watchful{begun: &begun, closed: &closed}, nil
			}
		})
		h.byButton()
		h.Run(3 * time.Second)
		if begun != 1 || closed != 0 {
			t.Fatalf("%s: %d exchanges were begun, %d closed", name, begun, closed)
		}
		end(h)
		if closed != begun {
			t.Errorf("%s: %d exchanges were begun, %d closed", name, begun, closed)
		}
	}
}

// TestSeveralNetworks checks that a printer keeps its earlier networks, and
// returns to them when a set-up fails or the newer network is gone.
func TestSeveralNetworks(t *testing.T) {
	h := newHome(t, nil, nil)
	other := addRouter(t, h.World, RouterConfig{Name: "other"})
	h.byButton()
	h.Run(10 * time.Second)
	h.must(other.PressButton())
	h.printer.SetupByPushButton()
	h.Run(10 * time.Second)
	names := func() (names []wps.SSID) {
		for _, c := range h.printer.Networks() {
			names = append(names, c.SSID)
		}
		return names
	}
	if got := names(); !slices.Equal(got, []wps.SSID{"net-other", "net-router"}) {
		t.Errorf("it knows %q", got)
	}
	if s := h.printer.Status(); s.SSID != "net-other" || s.State != Connected {
		t.Errorf("it is %v", s)
	}
	other.FactoryReset()
	h.SetLink(h.printer.Port(), other.Port(), Link{Cut: true})
	h.printer.SetupByPushButton()
	h.Run(3 * time.Minute)
	if s := h.printer.Status(); s.SSID != "net-router" || s.State != Connected {
		t.Errorf("it is %v", s)
	}
	h.byButton()
	h.Run(10 * time.Second)
	if got := names(); !slices.Equal(got, []wps.SSID{"net-router", "net-other"}) {
		t.Errorf("it knows %q", got)
	}
	h.printer.Cancel() // there is nothing to cancel
	if s := h.printer.Status(); s.State != Connected {
		t.Errorf("it is %v", s)
	}
	h.printer.NetworkReset()
	if s := h.printer.Status(); s.State != Idle || s.Err != nil || len(names()) > 0 {
		t.Errorf("it is %v", s)
	}
}

// TestTexts compares the panel's text for each class of error with the cause
// that package doctor finds. There must also be a text for an error without a
// class.
func TestTexts(t *testing.T) {
	nack := func(e wps.ConfigError, after wps.MessageType, by registration.Role) error {
		return &registration.Error{ConfigError: e, Message: after, DetectedBy: by}
	}
	const enrollee, registrar = registration.RoleEnrollee, registration.RoleRegistrar
	for _, row := range []struct {
		err      error
		method   doctor.Method
		external bool
		cause    doctor.Cause
	}{
		{ErrNothingHeard, doctor.PIN, false, doctor.Unknown},
		{ErrNoWPS, doctor.PIN, false, doctor.WPSDisabled},
		{ErrNotWaiting, doctor.PIN, false, doctor.NoSelectedRegistrar},
		{ErrOtherDevice, doctor.PIN, false, doctor.NotAuthorized},
		{ErrOtherMethod, doctor.PIN, false, doctor.MethodMismatch},
		{ErrOtherMethod, doctor.PushButton, false, doctor.MethodMismatch},
		{ErrNotAdmitted, doctor.PIN, false, doctor.AssociationRefused},
		{ErrNetworkNotFound, doctor.MethodUnknown, false, doctor.NetworkNotFound},
		{ErrSecurity, doctor.MethodUnknown, false, doctor.WPA3Only},
		{ErrWrongKey, doctor.MethodUnknown, false, doctor.WrongKey},
		{wps.ErrUnusable, doctor.PIN, false, doctor.CredentialUnusable},
		{ErrDisconnected, doctor.PIN, false, doctor.EndedEarly},
		{eapwsc.ErrEAP, doctor.PIN, false, doctor.EndedEarly},
		{registration.ErrTimeout, doctor.PIN, false, doctor.Timeout},
		{registration.ErrOverlap, doctor.PushButton, false, doctor.Overlap},
		{registration.ErrNoRegistrar, doctor.PushButton, false, doctor.NoSelectedRegistrar},
		{registration.ErrDecrypt, doctor.PIN, false, doctor.DecryptionFailure},
		{registration.ErrProtocol, doctor.PIN, false, doctor.InternalRefusal},
		{registration.ErrRefused, doctor.PIN, false, doctor.EndedEarly},
		{nack(wps.DevicePasswordAuthFailed, wps.MessageM4, enrollee), doctor.PIN, false, doctor.PINFirstHalf},
		{nack(wps.DevicePasswordAuthFailed, wps.MessageM4, enrollee), doctor.PIN, true, doctor.PINFirstHalf},
		{nack(wps.SetupLocked, wps.MessageM2, enrollee), doctor.PIN, true, doctor.SetupLocked},
		{nack(wps.MultiplePBCSessions, wps.MessageM2D, registrar), doctor.PushButton, false, doctor.Overlap},
		{nack(wps.NoError, wps.MessageM2D, registrar), doctor.PushButton, false, doctor.NoRegistrarSession},
		{errors.New("unknown"), doctor.PIN, false, doctor.Unknown},
	} {
		f := failure(row.err, row.method, row.external)
		if !errors.Is(f, row.err) || f.Text == "" || strings.ContainsAny(f.Text, "{}") {
			t.Errorf("%v: %+v", row.err, f)
		}
		if d := diagnosis(row.err, row.method, row.external); d.Cause != row.cause {
			t.Errorf("%v: %v, want %v: %q", row.err, d.Cause, row.cause, f.Text)
		}
	}
}

// TestPanel compares the PIN that the panel shows with the one of the set-up.
func TestPanel(t *testing.T) {
	for _, label := range []pin.PIN{{}, pin.MustParse("24681353")} {
		h := newHome(t, nil, func(c *PrinterConfig) { c.PIN = label })
		if p := h.printer.PIN(); p != label {
			t.Errorf("idle, it shows %v", p)
		}
		if shown := h.byPIN(); h.printer.PIN() != shown || shown.IsZero() {
			t.Errorf("it shows %v, and was set up by %v", h.printer.PIN(), shown)
		}
		if h.byButton(); h.printer.PIN() != label {
			t.Errorf("set up by push button, it shows %v", h.printer.PIN())
		}
	}
}
