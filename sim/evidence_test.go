package sim

import (
	"testing"
	"time"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/doctor"
)

// TestEvidence diagnoses the evidence of a printer.
func TestEvidence(t *testing.T) {
	h := newHome(t, nil, nil)
	h.enter(mistyped(h.byPIN(), 7))
	h.Run(2 * time.Minute)
	if d := doctor.Diagnose(h.printer.Evidence()); d.Cause != doctor.PINSecondHalf {
		t.Errorf("%s: %s", d.Cause, d.Verdict)
	}
	h.byButton()
	h.Run(time.Minute)
	if d := doctor.Diagnose(h.printer.Evidence()); d.Cause != doctor.Success {
		t.Errorf("%s: %s", d.Cause, d.Verdict)
	}
}

// TestDisconnectedLater disconnects a printer that is connected: the handshake
// was no failure, and the key is right.
func TestDisconnectedLater(t *testing.T) {
	const reason = 4 // inactivity
	h := newHome(t, nil, nil)
	h.byButton()
	h.Run(time.Minute)
	h.router.send(0, &Frame{Type: Deauthentication, To: wps.Broadcast, Code: reason})
	h.Run(time.Second)
	e := h.printer.Evidence()
	if got := e.Attempts[0].After; got != (doctor.After{Handshake: doctor.HandshakeCompleted, Reason: reason}) {
		t.Errorf("recorded as %+v", got)
	}
	if d := doctor.Diagnose(e); d.Cause != doctor.Success {
		t.Errorf("%s: %s", d.Cause, d.Verdict)
	}
	h.Run(time.Minute)
	if got := h.printer.Evidence().Attempts[0].After; got != (doctor.After{Handshake: doctor.HandshakeCompleted}) {
		t.Errorf("connected again: recorded as %+v", got)
	}
}
