package eapol_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gowps/gowps/eapwsc"
	"github.com/gowps/gowps/eapwsc/eapol"
	"github.com/gowps/gowps/eapwsc/eapol/link"
)

// faultRun runs an exchange whose frames a rule delivers. It returns our
// attempt, and whether the peer reports success; it must report success or
// failure.
type faultRun func(t *testing.T, rule func(int, eapol.Direction, []byte) []delivery) (ours *attempt, theirs bool)

// liveFrames is how many frames an exchange with a peer has: those of
// [frames], and EAPOL-Start.
const liveFrames = frames + 1

// supplicantStartPeriod is how long after the first EAPOL-Start wpa_supplicant
// sends the next: if the first is lost, nothing happens until then.
const supplicantStartPeriod = 30 * time.Second

// longest is how long a failing run may take: a lost EAPOL-Start, the timeout
// of a station that receives nothing more, and that of the access point after
// it.
const longest = supplicantStartPeriod + eapwsc.PeerTimeout + (eapwsc.MaxRetransmits+1)*eapwsc.RetransmitTimeout

// doneFrame is the number of WSC_Done.
const doneFrame = 12

// faultCases are the rows of the matrix that apply each fault to each frame.
// The peer does not repeat the final frames: a side that waits for a lost one
// cannot know that the peer has succeeded.
func faultCases(run faultRun, final ...int) []peerCase {
	var cases []peerCase
	for _, f := range faults {
		cases = append(cases, peerCase{
			name: "after-" + f.name + "-frames", what: "each frame " + f.name + " by a relay, one in a run",
			slow: true, run: func(t *testing.T, r *report) { everyFrame(t, r, f, run, final) },
		})
	}
	return cases
}

// everyFrame applies a fault to each frame, one at a time. Whatever is lost,
// duplicated, late or truncated, both sides succeed. A changed frame may make
// them fail, or one of them if it is the last.
func everyFrame(t *testing.T, r *report, f fault, run faultRun, final []int) {
	var mu sync.Mutex
	var succeeded, failed int
	var slowest time.Duration
	t.Run("frame", func(t *testing.T) {
		for n := range liveFrames {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				ours, theirs := run(t, only(n, f))
				success := ours.err == nil && theirs
				excused := f.name == "changed" || slices.Contains(final, n) && theirs
				if ours.after > longest || !success && !excused {
					t.Errorf("%v after %v: %v, the peer's success is %v", ours, ours.after, ours.err, theirs)
				}
				t.Logf("%v after %v: %v, the peer's success is %v", ours, ours.after, ours.err, theirs)
				mu.Lock()
				defer mu.Unlock()
				slowest = max(slowest, ours.after)
				if success {
					succeeded++
				} else {
					failed++
				}
			})
		}
	})
	text := fmt.Sprintf("%d of %d registrations succeed", succeeded, liveFrames)
	if failed > 0 {
		text += fmt.Sprintf(", %d more end with a reason", failed)
	}
	r.note("", "%s; the slowest takes %v", text, slowest.Round(100*time.Millisecond))
}

// through runs an exchange of ours with a peer through a relay.
func (d *daemon) through(t *testing.T, rule func(int, eapol.Direction, []byte) []delivery, x eapol.Endpoint) *attempt {
	t.Helper()
	wire, err := link.Listen(d.other)
	if err != nil {
		t.Fatal(err)
	}
	return exchangeOver(t, newRelay(t, wire, mac(2), mac(1), rule), eapol.Runner{}, x)
}

// concluded waits until the peer reports success or failure.
func (d *daemon) concluded(t *testing.T, success, failure string) bool {
	t.Helper()
	d.awaitFor(t, longest, success+"|"+failure)
	return d.seen(success) != ""
}

// hostapdFailed matches hostapd's events for a failed exchange.
const hostapdFailed = "WPS-FAIL|CTRL-EVENT-EAP-(TIMEOUT-)?FAILURE"

// hostapdRegistrarFault registers our enrollee at hostapd.
func hostapdRegistrarFault(t *testing.T, rule func(int, eapol.Direction, []byte) []delivery) (*attempt, bool) {
	d := startHostapd(t, hostapdPassphrase)
	d.do(t, "WPS_PIN any %s", thePIN)
	a := d.through(t, rule, newEnrollee(t, 2, pinPassword(thePIN)))
	return a, d.concluded(t, registered(2), hostapdFailed)
}

// hostapdEnrolleeFault configures hostapd with our external registrar.
func hostapdEnrolleeFault(t *testing.T, rule func(int, eapol.Direction, []byte) []delivery) (*attempt, bool) {
	d := startHostapd(t, hostapdPassphrase+hostapdPIN)
	a := d.through(t, rule, newExternal(t, 2, pinPassword(thePIN), &newSettings))
	return a, d.concluded(t, settingsWritten(newSettings), hostapdFailed)
}
