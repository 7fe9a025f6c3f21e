package conformance

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
)

// TestUPnP tests our access point over UPnP, and one that starts no run.
// Package upnp tests the service itself.
func TestUPnP(t *testing.T) {
	for _, closed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			inner, controls := newAccessPoint(t)
			point := inner.(*accessPoint).point
			var run *ap.Run
			device := &UPnP{
				Info: func() (m1 []byte, err error) {
					if closed {
						return nil, errors.New("no PIN")
					}
					if run != nil {
						run.Close(time.Now())
					}
					if run, err = point.NewRun(time.Now(), "192.0.2.9"); err != nil {
						return nil, err
					}
					return run.Start(time.Now())
				},
				Put: func(message []byte) ([]byte, error) { return run.Handle(time.Now(), message) },
			}
			controls = Funcs{Unlock: controls.(Funcs)[Unlock]} // the others use the clock of the process
			cfg := Config{Device: device, Role: APEnrollee, Controls: controls, OwnPIN: ownPIN, Short: true}
			if closed {
				cfg.Only = "AP-ENR-PIN-0[12]"
			}
			s, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			passed := 0
			for _, r := range s.Run(t.Context()) {
				want := Pass
				switch {
				case r.Case.Needs&(NeedEAP|NeedStations|NeedStart|NeedBeacon|NeedRestart) != 0:
					want = NotApplicable
				case closed:
					want = Fail
				}
				if r.Verdict != want {
					t.Errorf("want %v: %s", want, r.Text())
				} else if want == Pass {
					passed++
				}
			}
			if !closed && passed < 100 {
				t.Errorf("only %d cases pass", passed)
			}
		})
	}
}
