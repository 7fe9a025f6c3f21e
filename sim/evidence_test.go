package sim

import (
	"testing"
	"time"

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
