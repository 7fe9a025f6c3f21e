package conformance

import (
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/internal/fixture"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// accessPoint is our own access point as a device under test.
type accessPoint struct {
	*Process
	point *ap.AccessPoint
}

const ownPIN = "98765430"

func newAccessPoint(t testing.TB) (*accessPoint, Controls) {
	t.Helper()
	keys, err := registration.NewKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = keys
	d := fixture.Device(1)
	d.State = wps.Configured
	d.ConfigMethods |= wps.MethodLabel
	a := &accessPoint{point: ap.New(ap.Config{
		Run: registration.Config{Device: d}, Credentials: []wps.Credential{fixture.Network}, PIN: fixture.PIN(t, ownPIN),
	})}
	a.Process = &Process{
		New: func(now time.Time, mac wps.MAC) (Handler, error) { return a.point.NewSession(mac, 7) },
		Left: func(now time.Time, h Handler) {
			h.(*ap.Session).Close(now)
		},
		Timer:    func(now time.Time) { a.point.Timeout(now) },
		Deadline: func() time.Time { return a.point.Deadline() },
	}
	return a, Funcs{
		Press: func(string) (string, error) { return "", a.point.PressButton(a.Now()) },
		EnterPIN: func(digits string) (string, error) {
			p, err := pin.Parse(digits)
			if err != nil {
				return "", err
			}
			return "", a.point.EnterPIN(a.Now(), ap.PINEntry{PIN: p})
		},
		Cancel: func(string) (string, error) { a.point.Cancel(a.Now()); return "", nil },
		Unlock: func(string) (string, error) { a.point.SetPIN(fixture.PIN(t, ownPIN)); return "", nil },
	}
}

func (a *accessPoint) Beacon() ([]byte, error) {
	e := a.point.Beacon(a.Now())
	return wps.Append(nil, &e)
}

func (a *accessPoint) ProbeResponse() ([]byte, error) {
	e := a.point.ProbeResponse(a.Now())
	return wps.Append(nil, &e)
}

func (a *accessPoint) Probe(mac wps.MAC, e *wps.ProbeRequest) error {
	a.point.Probe(a.Now(), mac, e)
	return nil
}

var _ Handler = (*eapwsc.Server)(nil)

func TestOwnAccessPoint(t *testing.T) {
	for _, role := range []Role{APRegistrar, APEnrollee} {
		device, controls := newAccessPoint(t)
		s, err := New(Config{Device: device, Role: role, Controls: controls, OwnPIN: ownPIN})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, r := range s.Run(t.Context()) {
			n++
			if r.Verdict != Pass {
				t.Errorf("%s %s: %v: %s: %s", r.Case.ID, r.Case.Title, r.Verdict, r.Input, r.Reason)
			}
		}
		t.Logf("%v: %d cases", role, n)
	}
}
