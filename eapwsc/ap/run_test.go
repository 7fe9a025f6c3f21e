package ap

import (
	"errors"
	"testing"

	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// overUPnP passes messages between an access point and a registrar that writes
// settings over UPnP, until the registrar has sent a message. It returns the
// run, and the access point's answer to that message.
func overUPnP(t *testing.T, ap *AccessPoint, settings *wps.Credential, until wps.MessageType) (r *Run, answer []byte) {
	t.Helper()
	run, err := ap.NewRun(fixture.Began, "192.0.2.9")
	if err != nil {
		t.Fatal(err)
	}
	if until == 0 {
		return run, nil
	}
	registrar, err := registration.NewRegistrar(registration.RegistrarConfig{
		Config: registration.Config{Device: fixture.Device(9), Faulty: true}, Password: registration.PIN(ap.PIN()), AP: true, NewSettings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, err = run.Start(fixture.Began)
	for kind := wps.MessageM1; kind != until; {
		if err != nil {
			t.Fatal(err)
		}
		message, err := registrar.Handle(answer)
		if err != nil {
			t.Fatal(err)
		}
		if kind, err = wps.PeekMessageType(message); err != nil {
			t.Fatal(err)
		}
		answer, _ = run.Handle(fixture.Began, message)
	}
	return run, answer
}

// TestRunClosed has a registrar leave a run over UPnP. Only one that has answered
// M1 has begun a registration, which fails.
func TestRunClosed(t *testing.T) {
	for until, failed := range map[wps.MessageType]bool{0: false, wps.MessageM1: false, wps.MessageM2: true, wps.MessageM6: true} {
		ap := newAccessPoint(t)
		run, _ := overUPnP(t, ap, nil, until)
		ap.Events()
		run.Close(fixture.Began)
		events := ap.Events()
		if !run.Ended() || (len(events) == 1 && events[0].Kind == EventFailed && events[0].From == "192.0.2.9") != failed || !failed && len(events) != 0 {
			t.Errorf("after %v: ended %v, events %v", until, run.Ended(), events)
		}
		run.Close(fixture.Began)
		if again := ap.Events(); len(again) != 0 {
			t.Errorf("after %v: closed again: %v", until, again)
		}
	}
}

// TestRunDecision writes settings over UPnP, where an answer cannot wait for the
// owner.
func TestRunDecision(t *testing.T) {
	usable, unusable := fixture.Network, fixture.Network
	usable.SSID, unusable.NetworkKey = "usable", wps.NetworkKey("short")
	for name, c := range map[string]struct {
		settings wps.Credential
		ask      bool
		want     wps.ConfigError
		class    error
	}{
		"usable":            {settings: usable},
		"unusable":          {settings: unusable, want: wps.NetworkAuthFailure, class: wps.ErrNetworkKey},
		"usable, asking":    {settings: usable, ask: true, want: wps.DeviceBusy, class: registration.ErrTimeout},
		"unusable, asking.": {settings: unusable, ask: true, want: wps.NetworkAuthFailure, class: wps.ErrNetworkKey},
	} {
		ap := newAccessPoint(t)
		ap.cfg.AskOwner = c.ask
		_, answer := overUPnP(t, ap, &c.settings, wps.MessageM8)
		if c.class == nil {
			if kind, err := wps.PeekMessageType(answer); err != nil || kind != wps.MessageDone || ap.Settings().SSID != "usable" {
				t.Errorf("%s: %v, %v, settings %v", name, kind, err, ap.Settings())
			}
			continue
		}
		var nack wps.NACK
		if err := wps.Decode(&nack, answer, wps.Strict); err != nil || nack.ConfigError != c.want {
			t.Errorf("%s: %v, %v", name, nack.ConfigError, err)
		}
		events := ap.Events()
		if e := events[len(events)-1]; e.Kind != EventFailed || !errors.Is(e.Err, c.class) || ap.Settings().SSID != fixture.Network.SSID {
			t.Errorf("%s: %v, settings %v", name, e, ap.Settings())
		}
	}
}
