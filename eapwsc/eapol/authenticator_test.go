package eapol_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
	"github.com/gowps/gowps/eapwsc/eap"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/pin"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/registration"
)

// served is an access point that an Authenticator serves.
type served struct {
	*eapol.Authenticator
	events chan ap.Event
	cancel context.CancelFunc
	ended  chan error
}

// serve serves an access point on the segment under mac(1) until the test
// ends.
func serve(t *testing.T, segment *eapol.Segment) *served {
	return serveOver(t, segment.Join(mac(1)), newAccessPoint())
}

// serveOver serves an access point on a connection.
func serveOver(t *testing.T, conn eapol.Conn, point *ap.AccessPoint) *served {
	ctx, cancel := context.WithCancel(t.Context())
	s := &served{
		Authenticator: eapol.NewAuthenticator(conn, point),
		events:        make(chan ap.Event, 1000), cancel: cancel, ended: make(chan error, 1),
	}
	go func() {
		s.ended <- s.Serve(ctx, func(e ap.Event) {
			if !e.Kind.Routine() {
				s.events <- e
			}
		})
	}()
	return s
}

// enterPIN adds the PIN of a device.
func (s *served) enterPIN(t *testing.T, n int, p string) {
	s.Do(func(now time.Time, point *ap.AccessPoint) {
		uuid := device(n).UUID
		if err := point.EnterPIN(now, ap.PINEntry{UUID: &uuid, PIN: pin.MustParse(p)}); err != nil {
			t.Error(err)
		}
	})
}

// seen returns the kinds of the events so far.
func (s *served) seen() (kinds []ap.EventKind) {
	synctest.Wait()
	for {
		select {
		case e := <-s.events:
			kinds = append(kinds, e.Kind)
		default:
			return kinds
		}
	}
}

// TestServeMany registers forty stations at the same time.
func TestServeMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		point := serve(t, &segment)
		var stations []<-chan ended
		for n := 2; n < 42; n++ {
			digits := fmt.Sprintf("%04d", n)
			if n%2 == 0 {
				point.enterPIN(t, n, digits)
			}
			stations = append(stations, run(t.Context(), eapol.Runner{}, segment.Join(mac(n)), newEnrollee(t, n, pinPassword(digits))))
		}
		for i, station := range stations {
			if got := <-station; (got.err == nil) != (i%2 == 0) || i%2 == 1 && !errors.Is(got.err, registration.ErrNoRegistrar) {
				t.Errorf("station %d: %v", i+2, got.err)
			}
		}
		seen := point.seen()
		for kind, want := range map[ap.EventKind]int{ap.EventRegistered: 20, ap.EventPINGone: 20, ap.EventPINNeeded: 20, ap.EventFailed: 20} {
			if got := len(slices.DeleteFunc(slices.Clone(seen), func(k ap.EventKind) bool { return k != kind })); got != want {
				t.Errorf("%d events %v, want %d", got, kind, want)
			}
		}
		point.cancel()
		if err := <-point.ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestServeBegin starts sessions with stations that have associated and send
// nothing, and presses the button while one waits.
func TestServeBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		point := serve(t, &segment)
		point.Do(func(now time.Time, point *ap.AccessPoint) {
			if err := point.PressButton(now); err != nil {
				t.Error(err)
			}
		})
		station := run(t.Context(), eapol.Runner{Remote: mac(1), StartDelay: time.Hour}, segment.Join(mac(2)), newEnrollee(t, 2, registration.PushButton()))
		time.Sleep(time.Second)
		if err := point.Begin(mac(2)); err != nil {
			t.Error(err)
		}
		if station := <-station; station.err != nil || station.after != time.Second {
			t.Errorf("%v, after %v", station.err, station.after)
		}
		if got := point.seen(); !slices.Equal(got, []ap.EventKind{ap.EventRegistered}) {
			t.Errorf("events %v", got)
		}
	})
}

// TestServeDeadlines waits for timeouts: the walk time ends, and a station that
// has gone is given up.
func TestServeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		point := serve(t, &segment)
		point.Do(func(now time.Time, point *ap.AccessPoint) { point.PressButton(now) })
		start := []byte{1, 1, 0, 0}
		segment.Join(mac(2)).WriteFrame(start, eapol.PAEGroup)
		began := time.Now()
		if e := <-point.events; e.Kind != ap.EventFailed || !errors.Is(e.Err, registration.ErrTimeout) || e.Station != mac(2) || time.Since(began) != 61*time.Second {
			t.Errorf("after %v: %+v", time.Since(began), e)
		}
		if e := <-point.events; e.Kind != ap.EventPushButtonOver || time.Since(began) != wps.WalkTime {
			t.Errorf("after %v: %+v", time.Since(began), e)
		}
	})
}

// TestServeRestart restarts or stops stations in the middle of a run: their PIN
// is free again.
func TestServeRestart(t *testing.T) {
	for _, tt := range []struct {
		name  string
		leave bool
		cause error
	}{
		{"start", false, eapol.ErrRestarted},
		{"logoff", true, eapol.ErrLogoff},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var segment eapol.Segment
				point := serve(t, &segment)
				point.enterPIN(t, 2, thePIN)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				stuck := newRelay(t, segment.Join(mac(2)), mac(2), mac(1), hold(m4))
				run(ctx, eapol.Runner{}, stuck, newEnrollee(t, 2, pinPassword(thePIN)))
				synctest.Wait()
				if tt.leave {
					cancel()
					synctest.Wait()
				}
				if _, err := eapol.Run(t.Context(), segment.Join(mac(2)), newEnrollee(t, 2, pinPassword(thePIN))); err != nil {
					t.Error(err)
				}
				if e := <-point.events; e.Kind != ap.EventFailed || !errors.Is(e.Err, tt.cause) {
					t.Errorf("%+v", e)
				}
				if got := point.seen(); !slices.Equal(got, []ap.EventKind{ap.EventPINGone, ap.EventRegistered}) {
					t.Errorf("events %v", got)
				}
			})
		})
	}
}

// m4 is the number of M4 if the station begins with EAPOL-Start.
const m4 = 7

// TestServeStopped cancels the context in the middle of a run: the station is
// notified.
func TestServeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		point := serve(t, &segment)
		point.enterPIN(t, 2, thePIN)
		station := run(t.Context(), eapol.Runner{}, newRelay(t, segment.Join(mac(2)), mac(2), mac(1), hold(m4)), newEnrollee(t, 2, pinPassword(thePIN)))
		synctest.Wait()
		point.cancel()
		if err := <-point.ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if station := <-station; !errors.Is(station.err, registration.ErrRefused) || station.after != 0 {
			t.Errorf("%v, after %v", station.err, station.after)
		}
		if got := point.seen(); !slices.Equal(got, []ap.EventKind{ap.EventFailed}) {
			t.Errorf("events %v", got)
		}
	})
}

// TestServeClosed closes the connection.
func TestServeClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := eapol.Pair(mac(1), mac(2))
		time.AfterFunc(time.Second, func() { a.Close() })
		if err := eapol.NewAuthenticator(a, newAccessPoint()).Serve(t.Context(), nil); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}

// TestServeCrowd starts more sessions than are served at a time: each station
// replaces the oldest new one. A station that is further in its run, and the
// last one to come, still register.
func TestServeCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		s := serve(t, &segment)
		s.enterPIN(t, 2, "24681353")
		s.enterPIN(t, 400, "12345670")
		slow := segment.Join(mac(2))
		enrollee := newEnrollee(t, 2, registration.PIN(pin.MustParse("24681353")))
		enrollee.Start(time.Now())
		slow.WriteFrame([]byte{1, 1, 0, 0}, eapol.PAEGroup)
		buf := make([]byte, 2000)
		// answer lets the slow station answer one request.
		answer := func() (done bool) {
			slow.SetReadDeadline(time.Now().Add(time.Second))
			n, _, err := slow.ReadFrame(buf)
			if err != nil {
				t.Fatal(err)
			}
			frame, err := eapol.ParseFrame(buf[:n])
			if err != nil {
				t.Fatal(err)
			}
			if frame.Type != eapol.TypeEAP {
				return false // another station's
			}
			step, err := enrollee.Handle(time.Now(), frame.Body)
			if err != nil {
				t.Fatal(err)
			}
			if step.Send != nil {
				slow.WriteFrame(append([]byte{1, 0, byte(len(step.Send) >> 8), byte(len(step.Send))}, step.Send...), mac(1))
			}
			return step.Done
		}
		for range 4 { // identity, WSC_Start, M2, M4
			answer()
		}
		heard := 0
		for n := 3; n < 303; n++ {
			station := segment.Join(mac(n))
			station.WriteFrame([]byte{1, 1, 0, 0}, eapol.PAEGroup)
			station.SetReadDeadline(time.Now().Add(time.Microsecond))
			if _, _, err := station.ReadFrame(make([]byte, 100)); err == nil {
				heard++
			}
		}
		if heard != 300 {
			t.Errorf("%d of 300 stations are heard", heard)
		}
		if _, err := eapol.Run(t.Context(), segment.Join(mac(400)), newEnrollee(t, 400, pinPassword(thePIN))); err != nil {
			t.Errorf("the last one: %v", err)
		}
		for !answer() {
		}
		if enrollee.Result() == nil {
			t.Errorf("the slow one: %v", enrollee.Err())
		}
	})
}

// unreachable is a connection over which a station can be sent a few frames,
// and then no more.
type unreachable struct {
	eapol.Conn
	station wps.MAC
	frames  int
}

func (d *unreachable) WriteFrame(frame []byte, to wps.MAC) error {
	if to == d.station {
		if d.frames--; d.frames < 0 {
			return net.ErrWriteToConnected
		}
	}
	return d.Conn.WriteFrame(frame, to)
}

// TestServeUnreachable makes sending M4 to a station fail. Its session ends
// with the reason, and another station registers.
func TestServeUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		s := serveOver(t, &unreachable{segment.Join(mac(1)), mac(2), 3}, newAccessPoint())
		s.enterPIN(t, 2, "24681353")
		s.enterPIN(t, 3, thePIN)
		eapol.Run(t.Context(), segment.Join(mac(2)), newEnrollee(t, 2, registration.PIN(pin.MustParse("24681353"))))
		failed := <-s.events
		if failed.Kind != ap.EventFailed || failed.Station != mac(2) || !errors.Is(failed.Err, net.ErrWriteToConnected) {
			t.Errorf("event %v of %v: %v", failed.Kind, failed.Station, failed.Err)
		}
		if _, err := eapol.Run(t.Context(), segment.Join(mac(3)), newEnrollee(t, 3, pinPassword(thePIN))); err != nil {
			t.Errorf("another station: %v", err)
		}
		s.cancel()
		if err := <-s.ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Serve ended with %v", err)
		}
	})
}

// FuzzServe lets a station send arbitrary frames, each after its length in one
// octet. The access point continues to serve others.
func FuzzServe(f *testing.F) {
	start := []byte{4, 1, 1, 0, 0}
	f.Add(start)
	f.Add([]byte{4, 1, 2, 0, 0})
	identity := append([]byte{38, 2, 0, 0, 34, 2, 0, 0, 34, 1}, eap.EnrolleeIdentity...)
	f.Add(append(slices.Clone(start), identity...))
	external := append([]byte{39, 2, 0, 0, 35, 2, 0, 0, 35, 1}, eap.RegistrarIdentity...)
	f.Add(slices.Concat(start, external, []byte{18, 2, 0, 0, 14, 2, 1, 0, 14, 254, 0, 0x37, 0x2A, 0, 0, 0, 1, 4, 0}))
	f.Fuzz(func(t *testing.T, b []byte) {
		synctest.Test(t, func(t *testing.T) {
			var segment eapol.Segment
			point := serve(t, &segment)
			station := segment.Join(mac(2))
			for len(b) > 0 {
				n := min(int(b[0]), len(b)-1)
				station.WriteFrame(b[1:1+n], mac(1))
				b = b[1+n:]
				synctest.Wait()
			}
			point.enterPIN(t, 3, thePIN)
			if _, err := eapol.Run(t.Context(), segment.Join(mac(3)), newEnrollee(t, 3, pinPassword(thePIN))); err != nil {
				t.Error(err)
			}
		})
	})
}
