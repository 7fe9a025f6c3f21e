package eapol_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps/registration"
)

// ended is how one side's Run ended.
type ended struct {
	result *registration.Result
	err    error
	after  time.Duration
}

// run runs an exchange on a goroutine.
func run(ctx context.Context, r eapol.Runner, conn eapol.Conn, x eapol.Endpoint) <-chan ended {
	c := make(chan ended, 1)
	began := time.Now()
	go func() {
		result, err := r.Run(ctx, conn, x)
		c <- ended{result, err, time.Since(began)}
	}()
	return c
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := eapol.Pair(mac(1), mac(2))
		point := run(t.Context(), eapol.Runner{}, a, newServer(t))
		station, err := eapol.Run(t.Context(), b, newEnrollee(t, 2, pinPassword(thePIN)))
		if err != nil || len(station.Credentials) != 1 || station.Credentials[0].SSID != network.SSID {
			t.Errorf("station: %v, %v", station, err)
		}
		if point := <-point; point.err != nil || point.result.Peer.UUID != device(2).UUID || point.after != 0 {
			t.Errorf("access point: %+v", point)
		}
	})
}

// serveAfterStart serves the station with an access point that joins the
// segment after a time, and then sends nothing before EAPOL-Start.
func serveAfterStart(t *testing.T, segment *eapol.Segment, after time.Duration) {
	time.Sleep(after)
	conn := segment.Join(mac(1))
	buf := make([]byte, 100)
	for {
		n, _, err := conn.ReadFrame(buf)
		if err != nil {
			t.Error(err)
			return
		}
		if f, err := eapol.ParseFrame(buf[:n]); err == nil && f.Type == eapol.TypeStart {
			break
		}
	}
	if _, err := (eapol.Runner{Remote: mac(2)}).Run(t.Context(), conn, newServer(t)); err != nil {
		t.Error(err)
	}
}

// TestRunStart checks when a station sends EAPOL-Start.
func TestRunStart(t *testing.T) {
	for _, tt := range []struct {
		name        string
		runner      eapol.Runner
		serverAfter time.Duration
		want        time.Duration
	}{
		{"Ethernet, at once", eapol.Runner{}, 0, 0},
		{"Ethernet, nobody there at first", eapol.Runner{}, 10 * time.Second, 12 * time.Second},
		{"802.11, after a second", eapol.Runner{Remote: mac(1)}, 0, time.Second},
		{"802.11, after a delay of its own", eapol.Runner{Remote: mac(1), StartDelay: 2 * time.Second}, 0, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var segment eapol.Segment
				go serveAfterStart(t, &segment, tt.serverAfter)
				synctest.Wait()
				station := <-run(t.Context(), tt.runner, segment.Join(mac(2)), newEnrollee(t, 2, pinPassword(thePIN)))
				if station.err != nil || station.after != tt.want {
					t.Errorf("after %v: %v", station.after, station.err)
				}
			})
		})
	}
}

// TestRunStationLate lets an access point send its request before the station
// is there. It repeats the request when EAPOL-Start arrives.
func TestRunStationLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		point := run(t.Context(), eapol.Runner{Remote: mac(2)}, segment.Join(mac(1)), newServer(t))
		time.Sleep(time.Second)
		station := <-run(t.Context(), eapol.Runner{}, segment.Join(mac(2)), newEnrollee(t, 2, pinPassword(thePIN)))
		if point := <-point; point.err != nil || station.err != nil || station.after != 0 {
			t.Errorf("access point %v; station %v, after %v", point.err, station.err, station.after)
		}
	})
}

// TestRunAlone runs one side without the other.
func TestRunAlone(t *testing.T) {
	for _, tt := range []struct {
		name string
		x    func() eapol.Endpoint
		want time.Duration
	}{
		{"station", func() eapol.Endpoint { return newEnrollee(t, 2, pinPassword(thePIN)) }, eapwsc.PeerTimeout},
		{"access point", func() eapol.Endpoint { return newServer(t) }, 61 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, _ := eapol.Pair(mac(2), mac(1))
				got := <-run(t.Context(), eapol.Runner{}, a, tt.x())
				if !errors.Is(got.err, registration.ErrTimeout) || got.result != nil || got.after != tt.want {
					t.Errorf("after %v: %v, %v", got.after, got.result, got.err)
				}
			})
		})
	}
}

// TestRunStrangers has other devices on the link, whose frames do not belong to
// the run.
func TestRunStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var segment eapol.Segment
		stranger := segment.Join(mac(3))
		point := run(t.Context(), eapol.Runner{Remote: mac(2)}, segment.Join(mac(1)), newServer(t))
		conn := segment.Join(mac(2))
		for _, frame := range [][]byte{
			{1, 1, 0, 0},                   // EAPOL-Start
			{1, 2, 0, 0},                   // EAPOL-Logoff
			{2, 0, 0, 4, 4, 0, 0, 4},       // EAP-Failure
			{2, 0, 0, 6, 2, 0, 0, 6, 1, 0}, // an identity
			{2, 3, 0, 1, 2},                // a key
			{2, 0},                         // cut
		} {
			stranger.WriteFrame(frame, mac(1))
			synctest.Wait()
		}
		stranger.WriteFrame([]byte{2}, mac(2))
		stranger.WriteFrame([]byte{2, 2, 0, 0}, mac(2))
		stranger.WriteFrame([]byte{2, 0, 0, 6, 2, 0, 0, 6, 1, 0}, mac(2))
		station := <-run(t.Context(), eapol.Runner{}, conn, newEnrollee(t, 2, pinPassword(thePIN)))
		if point := <-point; point.err != nil || station.err != nil {
			t.Errorf("access point %v; station %v", point.err, station.err)
		}
	})
}

// knowing is a station that knows the access point, and so waits for it to
// begin.
var knowing = eapol.Runner{Remote: mac(1)}

// The frames of a registration by PIN: the request for the identity, the
// identity, WSC_Start, M1 to M8, WSC_Done and EAP-Failure.
const (
	failure = 12
	frames  = failure + 1
)

// hold keeps back the frame of one number, forever.
func hold(number int) func(int, eapol.Direction, []byte) []delivery {
	return only(number, faults[0])
}

// TestRunCancelled cancels the context in the middle of a run.
func TestRunCancelled(t *testing.T) {
	because := errors.New("the owner has changed his mind")
	synctest.Test(t, func(t *testing.T) {
		a, b := eapol.Pair(mac(1), mac(2))
		point := run(t.Context(), eapol.Runner{}, a, newServer(t))
		ctx, cancel := context.WithCancelCause(t.Context())
		station := run(ctx, knowing, newRelay(t, b, mac(2), mac(1), hold(5)), newEnrollee(t, 2, pinPassword(thePIN)))
		time.Sleep(time.Second)
		cancel(because)
		if station := <-station; !errors.Is(station.err, because) || !errors.Is(station.err, context.Canceled) || station.result != nil || station.after != time.Second {
			t.Errorf("station: %v, after %v", station.err, station.after)
		}
		if point := <-point; !errors.Is(point.err, eapol.ErrLogoff) || point.after != time.Second {
			t.Errorf("access point: %v, after %v", point.err, point.after)
		}
	})
}

// TestRunCancelledBefore uses a context that is cancelled already.
func TestRunCancelledBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := eapol.Pair(mac(1), mac(2))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := eapol.Run(ctx, b, newEnrollee(t, 2, pinPassword(thePIN))); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if _, err := eapol.Run(ctx, a, newServer(t)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestRunFailureLost loses the last packet, or cancels the context while the
// station waits for it: the station has its credentials all the same.
func TestRunFailureLost(t *testing.T) {
	for _, wait := range []time.Duration{time.Hour, time.Second} {
		t.Run(wait.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := eapol.Pair(mac(1), mac(2))
				point := run(t.Context(), eapol.Runner{}, a, newServer(t))
				ctx, cancel := context.WithTimeout(t.Context(), wait)
				defer cancel()
				station := <-run(ctx, knowing, newRelay(t, b, mac(2), mac(1), hold(failure)), newEnrollee(t, 2, pinPassword(thePIN)))
				if point := <-point; point.err != nil || station.err != nil || station.result == nil || station.after != min(wait, eapwsc.PeerLinger) {
					t.Errorf("access point %v; station %v, after %v", point.err, station.err, station.after)
				}
			})
		})
	}
}

// TestRunClosed closes the connection.
func TestRunClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, b := eapol.Pair(mac(1), mac(2))
		station := run(t.Context(), eapol.Runner{}, b, newEnrollee(t, 2, pinPassword(thePIN)))
		time.Sleep(time.Second)
		b.Close()
		if station := <-station; !errors.Is(station.err, net.ErrClosed) || station.after != time.Second {
			t.Errorf("%v, after %v", station.err, station.after)
		}
		if _, err := eapol.Run(t.Context(), b, newEnrollee(t, 2, pinPassword(thePIN))); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}

// recoverable reports whether a registration recovers from a fault of a frame.
// A changed identity, EAP type of WSC_Start or M1 is accepted as it is: the
// first two end EAP at once, and after the third the two sides cannot
// understand each other.
func recoverable(f fault, n int) bool { return f.name != "changed" || n == 0 || n > 3 }

// TestRunFaults applies each fault to each frame. The registration succeeds or
// both sides report why not, no later than two retransmissions allow.
func TestRunFaults(t *testing.T) {
	for _, f := range faults {
		for n := range frames {
			t.Run(fmt.Sprint(f.name, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a, b := eapol.Pair(mac(1), mac(2))
					point := run(t.Context(), eapol.Runner{}, a, newServer(t))
					station := <-run(t.Context(), knowing, newRelay(t, b, mac(2), mac(1), only(n, f)), newEnrollee(t, 2, pinPassword(thePIN)))
					limit := (eapwsc.MaxRetransmits + 1) * eapwsc.RetransmitTimeout
					if point := <-point; (point.err == nil) != recoverable(f, n) || (station.err == nil) != recoverable(f, n) || max(point.after, station.after) > limit {
						t.Errorf("access point %v after %v; station %v after %v", point.err, point.after, station.err, station.after)
					}
				})
			})
		}
	}
}
