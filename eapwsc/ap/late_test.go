package ap

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// lateRun is a station that received M2D and waits at an access point.
type lateRun struct {
	t       *testing.T
	ap      *AccessPoint
	now     time.Time
	station *eapwsc.Peer
	session *Session
	step    eapwsc.Step // the access point's latest
	err     error       // of the session, once it is over
}

// waitAfterM2D brings a station to M2D at an access point without its PIN.
func waitAfterM2D(t *testing.T, password registration.Password) *lateRun {
	t.Helper()
	ap := newAccessPoint(t)
	ap.cfg.LateM2 = 5 * time.Second
	w := &lateRun{t: t, ap: ap, now: fixture.Began, station: newStation(t, 2, password), session: session(t, ap, 2)}
	w.station.Start(w.now)
	w.step = w.session.Start(w.now)
	w.exchange(0)
	if !w.step.Waiting || w.step.Send != nil || w.step.Deadline != w.now.Add(5*time.Second) {
		t.Fatalf("after M2D: %+v", w.step)
	}
	if len(ap.Ready()) != 0 {
		t.Fatal("ready before anything has happened")
	}
	ap.Events()
	return w
}

// exchange delivers packets until neither side has one to send, or the access
// point is about to send the given message.
func (w *lateRun) exchange(until wps.MessageType) {
	w.t.Helper()
	for w.step.Send != nil {
		if m, err := messageIn(w.step.Send); err == nil && m == until {
			return
		}
		said, _ := w.station.Handle(w.now, w.step.Send)
		w.step.Send = nil
		if said.Send != nil {
			w.step, w.err = w.session.Handle(w.now, said.Send)
		}
	}
}

// ready lets the session act on the owner's decision.
func (w *lateRun) ready() {
	w.t.Helper()
	if got := w.ap.Ready(); len(got) != 1 || got[0] != w.session || !w.session.Due() {
		w.t.Fatalf("ready: %v", got)
	}
	w.step, w.err = w.session.Timeout(w.now)
}

// TestLatePIN enters the PIN while the Enrollee waits after M2D: it is
// registered, and the PIN is removed.
func TestLatePIN(t *testing.T) {
	w := waitAfterM2D(t, registration.PIN(fixture.PIN(t, "24681353")))
	if err := w.ap.EnterPIN(w.now, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
		t.Fatal(err)
	}
	w.ready()
	w.exchange(0)
	if w.err != nil || w.station.Result() == nil {
		t.Fatalf("access point %v, station %v", w.err, w.station.Err())
	}
	if got := kinds(w.ap.Events()); !slices.Equal(got, []EventKind{EventPINGone, EventRegistered}) {
		t.Errorf("events %v", got)
	}
	if w.ap.pins.Len() != 0 || w.ap.Beacon(w.now).SelectedRegistrar || w.ap.refused.len() != 0 {
		t.Error("the PIN is still there")
	}
}

// TestLatePINWrongSecondHalf fails after M6: the PIN is removed.
func TestLatePINWrongSecondHalf(t *testing.T) {
	w := waitAfterM2D(t, registration.PIN(fixture.PIN(t, "24689991")))
	if err := w.ap.EnterPIN(w.now, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
		t.Fatal(err)
	}
	w.ready()
	w.exchange(0)
	if !errors.Is(w.err, registration.ErrPassword) {
		t.Errorf("error %v", w.err)
	}
	events := slices.DeleteFunc(w.ap.Events(), func(e Event) bool { return e.Kind.Routine() })
	if got := kinds(events); !slices.Equal(got, []EventKind{EventPINGone, EventFailed}) || events[0].PIN != PINRevealed {
		t.Errorf("events %v", got)
	}
	if w.ap.pins.Len() != 0 {
		t.Error("the PIN is still there")
	}
}

// TestLatePINOfAnother enters the PIN of another device: the one that waits is
// not admitted, there are no duplicate events, and it leaves in time.
func TestLatePINOfAnother(t *testing.T) {
	w := waitAfterM2D(t, registration.PIN(fixture.PIN(t, "24681353")))
	other := fixture.Device(3).UUID
	if err := w.ap.EnterPIN(w.now, PINEntry{PIN: fixture.PIN(t, "24681353"), UUID: &other}); err != nil {
		t.Fatal(err)
	}
	w.ready()
	if w.err != nil || w.step.Send != nil || !w.step.Waiting || w.session.Due() {
		t.Fatalf("%+v, %v", w.step, w.err)
	}
	w.now = w.step.Deadline
	w.step, w.err = w.session.Timeout(w.now)
	if !w.step.Done || !errors.Is(w.err, registration.ErrNoRegistrar) || w.ap.refused.len() != 0 {
		t.Errorf("%+v, %v", w.step, w.err)
	}
	if got := kinds(w.ap.Events()); !slices.Equal(got, []EventKind{EventFailed}) {
		t.Errorf("events %v", got)
	}
}

// TestLateButton presses the button while the Enrollee waits.
func TestLateButton(t *testing.T) {
	w := waitAfterM2D(t, registration.PushButton())
	if err := w.ap.PressButton(w.now); err != nil {
		t.Fatal(err)
	}
	w.ready()
	w.exchange(0)
	if w.err != nil || w.station.Result() == nil {
		t.Fatalf("access point %v, station %v", w.err, w.station.Err())
	}
	if got := kinds(w.ap.Events()); !slices.Equal(got, []EventKind{EventRegistered}) {
		t.Errorf("events %v", got)
	}
}

// TestLateButtonOverlap presses the button, and another device presses before
// or after M2 is sent: the Enrollee is refused.
func TestLateButtonOverlap(t *testing.T) {
	overlap := func(w *lateRun) {
		d := fixture.Device(3)
		w.ap.Probe(w.now, d.MAC, &wps.ProbeRequest{DevicePasswordID: wps.PasswordPushButton, UUIDE: d.UUID})
	}
	t.Run("before M2", func(t *testing.T) {
		w := waitAfterM2D(t, registration.PushButton())
		w.ap.Probe(w.now, fixture.Device(2).MAC, &wps.ProbeRequest{DevicePasswordID: wps.PasswordPushButton, UUIDE: fixture.Device(2).UUID})
		if err := w.ap.PressButton(w.now); err != nil {
			t.Fatal(err)
		}
		overlap(w)
		w.ready()
		if w.step.Send != nil || !w.step.Waiting {
			t.Fatalf("%+v, %v", w.step, w.err)
		}
		w.now = w.step.Deadline
		if w.step, w.err = w.session.Timeout(w.now); !errors.Is(w.err, registration.ErrOverlap) {
			t.Errorf("error %v", w.err)
		}
	})
	t.Run("after M2", func(t *testing.T) {
		w := waitAfterM2D(t, registration.PushButton())
		if err := w.ap.PressButton(w.now); err != nil {
			t.Fatal(err)
		}
		w.ready()
		w.exchange(wps.MessageM6)
		overlap(w)
		w.exchange(0)
		if !errors.Is(w.err, registration.ErrOverlap) || w.station.Result() != nil {
			t.Errorf("error %v", w.err)
		}
	})
}

// TestNotLate refuses a station at an access point that keeps none for a later
// decision.
func TestNotLate(t *testing.T) {
	ap := newAccessPoint(t)
	m := begin(t, ap, newStation(t, 2, registration.PIN(fixture.PIN(t, thePIN))), 2, wps.MessageM2D)
	if n := ap.Status(m.now).Undecided; n != 0 {
		t.Errorf("%d stations wait for the owner", n)
	}
	if err := m.finish(); !errors.Is(err, registration.ErrNoRegistrar) {
		t.Error(err)
	}
}

// TestLateBeforeACK enters the PIN after M2D was sent and before it is
// acknowledged: the acknowledgement is answered by M2.
func TestLateBeforeACK(t *testing.T) {
	ap := newAccessPoint(t)
	ap.cfg.LateM2 = 5 * time.Second
	w := &lateRun{t: t, ap: ap, now: fixture.Began, session: session(t, ap, 2)}
	w.station = newStation(t, 2, registration.PIN(fixture.PIN(t, "24681353")))
	w.station.Start(w.now)
	w.step = w.session.Start(w.now)
	w.exchange(wps.MessageM2D)
	if err := ap.EnterPIN(w.now, PINEntry{PIN: fixture.PIN(t, "24681353")}); err != nil {
		t.Fatal(err)
	}
	if len(ap.Ready()) != 0 {
		t.Error("nothing can be sent to a station that has not answered")
	}
	w.exchange(0)
	if w.err != nil || w.station.Result() == nil {
		t.Errorf("access point %v, station %v", w.err, w.station.Err())
	}
}
