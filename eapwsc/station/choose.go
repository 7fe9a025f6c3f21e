package station

import (
	"fmt"
	"slices"

	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
)

// Criteria says which access point a station is looking for. The Selector
// identifies the station, and the access point that its user has selected by
// address, if any.
type Criteria struct {
	selection.Selector
	// SSID is the network that the user has selected; any if empty.
	SSID wps.SSID
	// PushButton looks for an access point whose button was pressed, instead
	// of one that waits for a PIN.
	PushButton bool
	// TryUnselected also selects access points without a selected registrar,
	// for a PIN: see [selection.TryUnselected].
	TryUnselected bool
	// Skip lists access points not to be tried again.
	Skip []wps.MAC
}

// Choice is the result of [Choose].
type Choice struct {
	// Order holds the indices of those to try, best first.
	Order []int
	// Reasons says for each access point why it is to be tried or not.
	Reasons []Reason
}

// Reason is why an access point is to be tried, or not.
type Reason struct {
	// Verdict is the verdict of the rules of WPS. It is zero if they were not
	// applied; then Text has the reason.
	Verdict selection.Verdict
	// Text is the reason in words.
	Text string
}

// Choose chooses among the access points that a scan of all channels has found:
// see [selection.Selector] for the rules. The error is
// [selection.ErrNoAccessPoint] or, for a push button, [selection.ErrOverlap].
//
// Access points of other networks than the selected one, and those to be
// skipped, are left out completely: they cannot be meant, so nothing overlaps
// with them.
func Choose(found []ScanResult, w Criteria) (Choice, error) {
	s := Choice{Reasons: make([]Reason, len(found))}
	var candidates []selection.Candidate
	var index []int // index in found of each candidate
	for i := range found {
		point := &found[i]
		candidate, ok := point.Candidate()
		switch {
		case !ok && point.Fault != nil:
			s.Reasons[i].Text = fmt.Sprintf("its elements cannot be read: %v", point.Fault)
		case !ok:
			s.Reasons[i].Text = "does not offer WPS"
		case w.SSID != "" && point.SSID != w.SSID:
			s.Reasons[i].Text = "is not of the network that was selected"
		case slices.Contains(w.Skip, point.BSSID):
			s.Reasons[i].Text = "has failed before"
		default:
			candidates, index = append(candidates, candidate), append(index, i)
		}
	}
	var choice selection.Choice
	var err error
	if w.PushButton {
		choice, err = w.Selector.PushButton(candidates)
	} else {
		choice, err = w.Selector.PIN(candidates, w.TryUnselected)
	}
	for n, verdict := range choice.Verdicts {
		s.Reasons[index[n]] = Reason{verdict, verdict.String()}
	}
	for _, n := range choice.Order {
		s.Order = append(s.Order, index[n])
	}
	return s, err
}
