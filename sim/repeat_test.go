package sim

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
)

// noisyWorld runs a world with faults of every kind.
func noisyWorld(t testing.TB, seed uint64, observe func(Event)) *World {
	t.Helper()
	w := New(Config{Seed: seed, Observe: observe, Link: Link{
		Fault: Noise{Loss: 0.05, Double: 0.05, Delay: 0.1, Corrupt: 0.02, Truncate: 0.02},
	}})
	r := addRouter(t, w, RouterConfig{Name: "router"})
	a, b := addPrinter(t, w, PrinterConfig{Name: "a"}), addPrinter(t, w, PrinterConfig{Name: "b"})
	shown, err := a.SetupByPIN()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.EnterPIN(ap.PINEntry{PIN: shown, Lifetime: time.Minute}); err != nil {
		t.Fatal(err)
	}
	w.Run(3 * time.Minute)
	b.SetupByPushButton()
	if err := r.PressButton(); err != nil {
		t.Fatal(err)
	}
	w.Run(3 * time.Minute)
	return w
}

// TestRepeat runs a world twice, and another one. The expected hash is the same
// on every platform; it changes with every change of the devices' behaviour.
func TestRepeat(t *testing.T) {
	const want = "0f8b1561a811606f56f40ae750ec3207b37b31d14621ca7ab820dc8767cd3215"
	first, again, other := noisyWorld(t, 7, nil), noisyWorld(t, 7, nil), noisyWorld(t, 8, nil)
	if first.TraceHash() != again.TraceHash() {
		t.Error("the same seed gives another trace")
	}
	if first.TraceHash() == other.TraceHash() {
		t.Error("another seed gives the same trace")
	}
	if hash := first.TraceHash(); hex.EncodeToString(hash[:]) != want {
		t.Errorf("the trace is\n%x, and was\n%s", hash, want)
	}
}
