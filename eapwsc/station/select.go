package station

import (
	"fmt"
	"slices"

	"github.com/gowps/gowps/eapwsc/selection"
	"github.com/gowps/gowps/wps"
)

// Wish is what a station is looking for. Its Selector says who it is, and which
// access point its user has named by address, if any.
type Wish struct {
	selection.Selector
	// SSID is the network that the user has named; any if empty.
	SSID wps.SSID
	// PushButton looks for an access point whose button was pressed, instead
	// of one that waits for a PIN.
	PushButton bool
	// TryUnselected takes those that wait for nobody as well, with a PIN:
	// see [selection.TryUnselected].
	TryUnselected bool
	// Skip are access points not to be tried again.
	Skip []wps.MAC
}

// Selection is what a station makes of the access points around.
type Selection struct {
	// Order are the indices of those to try, best first.
	Order []int
	// Reasons say of each access point why it is to be tried or not.
	Reasons []Reason
}

// Reason is why an access point is to be tried, or not.
type Reason struct {
	// Verdict is the one of the rules of WPS. It is zero where these were
	// not asked: Text says why.
	Verdict selection.Verdict
	// Text is the reason in words.
	Text string
}

// Select says which of the access points that a scan of all channels has found
// a station should use: see [selection.Selector] for the rules. The error is
// [selection.ErrSelNone] or, for a push button, [selection.ErrSelOverlap].
//
// Access points of other networks than the one named, and those to be skipped,
// do not count at all: they cannot be meant, so nothing overlaps with them.
func Select(found []AccessPoint, w Wish) (Selection, error) {
	s := Selection{Reasons: make([]Reason, len(found))}
	var candidates []selection.Candidate
	var index []int // of each candidate in found
	for i := range found {
		point := &found[i]
		candidate, ok := point.Candidate()
		switch {
		case !ok && point.Fault != nil:
			s.Reasons[i].Text = fmt.Sprintf("its elements cannot be read: %v", point.Fault)
		case !ok:
			s.Reasons[i].Text = "does not offer WPS"
		case w.SSID != "" && point.SSID != w.SSID:
			s.Reasons[i].Text = "is of another network than the one that was named"
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
