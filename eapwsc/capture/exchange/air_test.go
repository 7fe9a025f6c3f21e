package exchange

import (
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/capture"
	"github.com/gowps/gowps/eapwsc/dot11"
	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// TestSnapshot checks that snapshots of an access point share its elements while
// these stay the same, that each has the latest ones, and that an earlier snapshot
// does not change.
func TestSnapshot(t *testing.T) {
	a, ap, now := newAir(), wps.MAC{2, 1}, time.Unix(1e9, 0)
	take := func(e *capture.Event) *doctor.Network {
		now = now.Add(time.Second)
		e.Time = now
		a.advertisement(e)
		n, _ := a.snapshot(keyOf(ap, 0))
		if n == nil || !n.Last.Equal(now) {
			t.Fatalf("the snapshot is %+v, want one of %v", n, now)
		}
		return n
	}
	unlocked := beaconOf(t, ap, true, false)
	first := take(unlocked)
	again := take(unlocked)
	if first.Last.Equal(again.Last) || &first.Adverts[0] != &again.Adverts[0] {
		t.Error("after the same beacon, the snapshot is the same one, or has a copy of the elements")
	}
	locked := take(beaconOf(t, ap, true, true))
	captured := take(beaconOf(t, ap, false, true))
	for _, want := range []struct {
		name            string
		n               *doctor.Network
		adverts         int
		lastIsDescribed bool
	}{
		{"first", first, 1, true}, {"again", again, 1, true}, {"locked", locked, 2, true}, {"captured", captured, 2, false},
	} {
		if n := len(want.n.Adverts); n != want.adverts || want.n.Adverts[n-1].Described != want.lastIsDescribed {
			t.Errorf("%s: the elements are %+v", want.name, want.n.Adverts)
		}
	}
}

// TestSnapshotAfterForgetting checks that a snapshot has no elements that were
// forgotten.
func TestSnapshotAfterForgetting(t *testing.T) {
	a, ap, other := newAir(), wps.MAC{2, 1}, wps.MAC{2, 2}
	for i := range 4 {
		a.advertisement(beaconOf(t, ap, false, i%2 == 1))
	}
	a.advertisement(beaconOf(t, other, false, false))
	if n, _ := a.snapshot(keyOf(ap, 0)); len(n.Adverts) != 4 {
		t.Fatalf("there are %d elements, want 4", len(n.Adverts))
	}
	a.forget(a.heard[keyOf(other, 0)])
	if n, _ := a.snapshot(keyOf(ap, 0)); len(n.Adverts) != 2 {
		t.Errorf("after half of the elements were forgotten there are %d, want 2", len(n.Adverts))
	}
}

// beaconOf returns the event of a beacon.
func beaconOf(t *testing.T, ap wps.MAC, described, locked bool) *capture.Event {
	t.Helper()
	octets := encoded(t, &wps.Beacon{State: wps.Configured, APSetupLocked: locked})
	return &capture.Event{
		Kind: capture.KindBeacon, Src: ap, BSSID: ap, Described: described,
		Management: &capture.Management{Capability: 0x11, Elements: dot11.Elements{SSID: "home", WPS: octets}},
	}
}
