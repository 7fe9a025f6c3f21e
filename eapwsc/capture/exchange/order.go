package exchange

import (
	"slices"

	"github.com/gowps/gowps/wps"
	"github.com/gowps/gowps/wps/validate"
)

// sort sorts the steps by time, unless the protocol shows that the clock of the
// capture is wrong and not the order of its frames.
func (x *Exchange) sort() {
	if inOrder(x.Entries) {
		return
	}
	sorted := slices.Clone(x.Entries)
	slices.SortStableFunc(sorted, func(a, b validate.Entry) int { return a.Time.Compare(b.Time) })
	if disorder(sorted) <= disorder(x.Entries) {
		x.Entries = sorted
	}
}

// inOrder reports whether the steps are in the order of time, as they nearly
// always are.
func inOrder(steps []validate.Entry) bool {
	for i := 1; i < len(steps); i++ {
		if steps[i].Time.Before(steps[i-1].Time) {
			return false
		}
	}
	return true
}

// disorder counts the steps that come before one that they follow in every
// exchange. WSC_ACK may come anywhere.
func disorder(steps []validate.Entry) (n int) {
	last := 0
	for i := range steps {
		if place := place(&steps[i]); place != 0 {
			if place < last {
				n++
			}
			last = place
		}
	}
	return n
}

// place returns the place of a step in an exchange, 0 if it is not certain.
func place(s *validate.Entry) int {
	switch {
	case s.Type == wps.MessageACK, s.Signal == validate.NoSignal && s.Type == 0:
		return 0
	case s.Type == wps.MessageM2D:
		return int(wps.MessageM2)
	case s.Type != 0:
		return int(s.Type)
	}
	switch s.Signal {
	case validate.SignalAssociationRequest, validate.SignalAssociationResponse,
		validate.SignalIdentityRequest, validate.SignalIdentity, validate.SignalStart:
		return 1
	case validate.SignalEAPFailure:
		return int(wps.MessageDone) + 1
	}
	return 0
}
