package eapol_test

import (
	"bytes"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/wps"
)

// delivery is a frame that arrives some time after it was sent.
type delivery struct {
	frame []byte
	after time.Duration
}

// fault is what may happen to a frame on its way.
type fault struct {
	name  string
	apply func(frame []byte) []delivery
}

// lateness is longer than the time after which an access point repeats a
// request.
const lateness = 6 * time.Second

// faults are all faults that can happen to one frame.
var faults = []fault{
	{"lost", func([]byte) []delivery { return nil }},
	{"doubled", func(f []byte) []delivery { return []delivery{{frame: f}, {frame: f}} }},
	{"late", func(f []byte) []delivery { return []delivery{{f, lateness}} }},
	{"cut", func(f []byte) []delivery { return []delivery{{frame: f[:len(f)/2]}} }},
	{"changed", func(f []byte) []delivery {
		f = bytes.Clone(f)
		f[len(f)*2/3] ^= 0x10
		return []delivery{{frame: f}}
	}},
}

// untouched delivers a frame as it is.
func untouched(f []byte) []delivery { return []delivery{{frame: f}} }

// relay stands between one side and the wire. It receives frames in both
// directions and delivers what its rule returns for them.
type relay struct {
	rule func(n int, d eapol.Direction, frame []byte) []delivery

	mu sync.Mutex
	n  int // frames received
}

// newRelay returns the connection of a side to the wire, through a relay. The
// other side of the wire has the address remote.
func newRelay(t *testing.T, wire eapol.Conn, local, remote wps.MAC, rule func(n int, d eapol.Direction, frame []byte) []delivery) eapol.Conn {
	near, far := eapol.Pair(local, remote)
	r := &relay{rule: rule}
	var pumps sync.WaitGroup
	pumps.Go(func() { r.pump(t, eapol.Sent, far, wire, remote) })
	pumps.Go(func() { r.pump(t, eapol.Received, wire, far, local) })
	t.Cleanup(func() {
		far.Close()
		wire.Close()
		pumps.Wait()
	})
	return near
}

// pump carries the frames of one direction until a connection is closed.
func (r *relay) pump(t *testing.T, d eapol.Direction, from, to eapol.Conn, mac wps.MAC) {
	buf := make([]byte, 1<<16)
	for {
		n, _, err := from.ReadFrame(buf)
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("relay: %v", err)
			}
			return
		}
		for _, out := range r.decide(d, bytes.Clone(buf[:n])) {
			if out.after == 0 {
				to.WriteFrame(out.frame, mac)
				continue
			}
			time.AfterFunc(out.after, func() { to.WriteFrame(out.frame, mac) })
		}
	}
}

func (r *relay) decide(d eapol.Direction, frame []byte) []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	return r.rule(r.n-1, d, frame)
}

// only applies a fault to the frame of one number.
func only(number int, f fault) func(int, eapol.Direction, []byte) []delivery {
	return func(n int, _ eapol.Direction, frame []byte) []delivery {
		if n == number {
			return f.apply(frame)
		}
		return untouched(frame)
	}
}
