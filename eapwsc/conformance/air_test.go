package conformance

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/station"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// radio is a radio in memory, in range of our access point.
type radio struct {
	segment *eapol.Segment
	do      func(f func(now time.Time, point apPoint))
	mac     wps.MAC
	scans   int
	deaf    bool // to the access point
	lost    chan error
}

func (r *radio) Scan(_ context.Context, cfg station.ScanConfig) (found []station.ScanResult, err error) {
	time.Sleep(100 * time.Millisecond)
	if r.scans++; r.deaf || r.scans%5 == 1 { // some beacons are lost
		return nil, nil
	}
	r.do(func(now time.Time, point apPoint) {
		if cfg.Request != nil {
			point.Probe(now, r.mac, cfg.Request)
		}
		beacon, response := point.Beacon(now), point.ProbeResponse(now)
		heard := station.ScanResult{BSSID: airBSSID, Frequency: 2437}
		var first, second error
		heard.BeaconElements, first = wps.AppendElements(nil, &beacon)
		heard.ResponseElements, second = wps.AppendElements(nil, &response)
		found, err = []station.ScanResult{heard}, errors.Join(first, second)
	})
	return found, err
}

func (r *radio) SetMAC(mac wps.MAC) error {
	r.mac = mac
	return nil
}

func (r *radio) Associate(_ context.Context, _ *station.ScanResult, role registration.Role) (*station.Association, error) {
	a := &station.Association{Conn: r.segment.Join(r.mac)}
	r.lost = make(chan error, 1)
	a.Lost = r.lost
	var err error
	r.do(func(_ time.Time, point apPoint) {
		response := point.AssociationResponse()
		a.Response, err = wps.AppendElements(nil, &response)
	})
	return a, err
}

var airBSSID = wps.MAC{2, 0, 0, 0, 0, 1}

// inTheAir calls f with our access point, and a radio in range of it.
func inTheAir(t *testing.T, f func(t *testing.T, r *radio, device *Air, hands Funcs)) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		inner, _ := newAccessPoint(t)
		authenticator := eapol.NewAuthenticator(segment.Join(airBSSID), inner.(*accessPoint).point)
		go authenticator.Serve(t.Context(), nil)
		synctest.Wait()
		r := &radio{segment: &segment, do: authenticator.Do}
		do := func(f func(now time.Time, point apPoint) error) (_ string, err error) {
			r.do(func(now time.Time, point apPoint) { err = f(now, point) })
			return "", err
		}
		f(t, r, &Air{Radio: r, BSSID: airBSSID, Role: APRegistrar}, Funcs{
			EnterPIN: func(digits string) (string, error) {
				return do(func(now time.Time, point apPoint) error { return enterAt(point, now, digits) })
			},
			Press: func(string) (string, error) {
				return do(func(now time.Time, point apPoint) error { return point.PressButton(now) })
			},
			Cancel: func(string) (string, error) {
				return do(func(now time.Time, point apPoint) error { point.Cancel(now); return nil })
			},
		})
	})
}

// TestAir tests our access point over a radio in memory.
func TestAir(t *testing.T) {
	inTheAir(t, func(t *testing.T, _ *radio, device *Air, hands Funcs) {
		s, err := New(Config{Device: device, Role: APRegistrar, Controls: hands, Only: "AP-REG-[PA][IBD][NCV]-*"})
		if err != nil {
			t.Fatal(err)
		}
		passed := 0
		for _, r := range s.Run(t.Context()) {
			want := Pass
			if r.Case.Needs&NeedStations != 0 {
				want = NotApplicable
			}
			if r.Verdict != want {
				t.Errorf("want %v: %s", want, r.Text())
			} else if want == Pass {
				passed++
			}
		}
		if passed < 40 {
			t.Errorf("only %d cases pass", passed)
		}
	})
}

// TestAirGone tests an access point that is out of range, and one that ends the
// association: the suite does not wait for it.
func TestAirGone(t *testing.T) {
	inTheAir(t, func(t *testing.T, r *radio, device *Air, _ Funcs) {
		r.deaf = true
		if _, err := device.Open(wps.MAC{2, 0, 0, 0, 0, 2}); err == nil {
			t.Error("an access point that is not heard")
		}
		if _, err := device.Beacon(); err == nil {
			t.Error("beacons of an access point that is not heard")
		}
		r.deaf = false
		l, err := device.Open(wps.MAC{2, 0, 0, 0, 0, 2})
		if err != nil {
			t.Fatal(err)
		}
		r.lost <- errors.New("it has gone")
		first, err := l.Receive(time.Now().Add(time.Second))
		began := time.Now()
		if packet, again := l.Receive(began.Add(time.Minute)); first == nil || packet != nil || errors.Join(err, again) != nil || time.Since(began) > time.Second {
			t.Errorf("%x, %x, %v, %v after %v", first, packet, err, again, time.Since(began))
		}
		if err := errors.Join(l.Send([]byte{1}), l.Close(), l.Close()); err != nil {
			t.Error(err)
		}
	})
}
