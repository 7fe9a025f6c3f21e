package sim

import (
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc/ap"
)

// TestLateDecision enters the PIN after the printer was sent M2D: the router
// answers in the same exchange, and the PIN is spent.
func TestLateDecision(t *testing.T) {
	h := newHome(t, func(c *RouterConfig) {
		c.Customize = func(c *ap.Config) { c.LateM2 = 10 * time.Second }
	}, nil)
	p := h.byPIN()
	if !h.RunUntil(time.Minute, func() bool { return h.sent("router", "M2D") > 0 }) {
		t.Fatal("the router sends no M2D")
	}
	h.Run(2 * time.Second)
	began := h.sent("printer", "M1")
	h.enter(p)
	h.Run(30 * time.Second)
	if s := h.printer.Status(); s.State != Connected {
		t.Errorf("the printer: %v, %v", s.State, s.Err)
	}
	if n := h.sent("printer", "M1"); n != began {
		t.Errorf("%d M1, want %d: it was not registered in the exchange that waited", n, began)
	}
	if !h.told(ap.EventPINGone) {
		t.Error("the PIN is not spent")
	}
}
