package exchange

import (
	"slices"

	"github.com/gowps/gowps/wps/validate"
)

const (
	// maxBegun bounds the exchanges that wait for one that began before them.
	maxBegun = 1024
	// maxUnanswered bounds the calls without an answer that are kept.
	maxUnanswered = 16
	// maxOctets bounds what the exchanges that are not given out yet keep, in
	// octets. An exchange of the usual kind keeps 5000.
	maxOctets = 16 << 20
)

// queue holds the exchanges that have begun and are not given out yet. It gives
// them out in the order in which they began, unless too many wait.
type queue struct {
	begun      []*entry
	crowd      int // how many may have begun before some are given out of order
	octets     int // what they keep
	ended      []*entry
	done       []*Exchange
	given      bool        // an exchange was given out
	unanswered []*Exchange // EAPOL-Start and no more, the first few of them
}

// entry is an exchange in the queue.
type entry struct {
	*Exchange
	octets int  // what it keeps
	over   bool // it can be given out
	void   bool // it is none of WPS
	// ordinary reports that the station joined a network with its key: an
	// EAPOL-Start of it did not ask for WPS.
	ordinary bool
}

// begin adds an exchange.
func (q *queue) begin(x *Exchange) *entry {
	e := &entry{Exchange: x}
	q.begun = append(q.begun, e)
	q.keep(e, typicalOctets)
	return e
}

// typicalOctets is what an exchange keeps beside its messages.
const typicalOctets = 4 << 10

// end ends an exchange; void is one that is none of WPS. The collector completes
// it before it can be given out.
func (q *queue) end(e *entry, void bool) {
	e.void = void
	q.ended = append(q.ended, e)
}

// keep notes that an exchange keeps some octets more.
func (q *queue) keep(e *entry, octets int) {
	e.octets += octets
	q.octets += octets
}

// full reports whether too much is kept.
func (q *queue) full() bool { return q.octets > maxOctets }

// take returns the exchanges that are over and wait for no other.
func (q *queue) take() []*Exchange {
	for len(q.begun) > 0 && q.begun[0].over {
		q.give(q.begun[0])
		q.begun[0] = nil
		q.begun = q.begun[1:]
	}
	if len(q.begun) > q.crowd || q.full() {
		q.begun = slices.DeleteFunc(q.begun, func(e *entry) bool {
			if e.over {
				q.give(e)
			}
			return e.over
		})
		q.crowd = max(maxBegun, 2*len(q.begun)) // not at every event
	}
	out := q.done
	q.done = nil
	return out
}

func (q *queue) give(e *entry) {
	q.octets -= e.octets
	switch {
	case !e.void:
		q.done, q.given = append(q.done, e.Exchange), true
	case e.isUnanswered() && !e.ordinary && len(q.unanswered) < maxUnanswered:
		q.unanswered = append(q.unanswered, e.Exchange)
	}
}

// isUnanswered reports whether a station has sent EAPOL-Start, and nothing else
// was seen of the two.
func (x *Exchange) isUnanswered() bool {
	return len(x.Steps) == 1 && x.Steps[0].Signal == validate.SignalEAPOLStart
}
