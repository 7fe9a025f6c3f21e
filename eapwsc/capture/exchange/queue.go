package exchange

import (
	"slices"

	"github.com/gowps/gowps/wps/validate"
)

const (
	// maxBegun limits the exchanges that wait for an earlier one.
	maxBegun = 1024
	// maxUnanswered limits the unanswered EAPOL-Starts that are kept.
	maxUnanswered = 16
	// maxOctets limits the memory of the exchanges that are not returned yet,
	// in octets. A usual exchange takes 5000.
	maxOctets = 16 << 20
)

// queue holds the exchanges that have begun and are not returned yet. It
// returns them in the order in which they began, unless too many wait.
type queue struct {
	begun      []*queued   // in this order they are returned
	maxOpen    int         // how many may have begun before some are returned out of order
	octets     int         // the memory of all
	ended      []*queued   // to be completed
	ready      []*Exchange // to be returned
	hadAny     bool        // there was an exchange
	unanswered []*Exchange // EAPOL-Start only, the first few of them

	exchanges, steps int // so far
	// beginnings is the number of exchanges that show how they began, minus the
	// number of the others. In some logs, each line is an exchange.
	beginnings int
}

// queued is an exchange in the queue.
type queued struct {
	*Exchange
	octets   int  // its memory
	complete bool // it can be returned
	notWPS   bool // it is not WPS
	// ordinary reports that the station joined a network with its key: its
	// EAPOL-Start was not for WPS.
	ordinary bool
	// resumes reports that the exchange is the first one of its party after an
	// interruption, and partial that its beginning or end was left out.
	resumes, partial bool
}

// begin adds an exchange.
func (q *queue) begin(x *Exchange) *queued {
	e := &queued{Exchange: x}
	q.begun = append(q.begun, e)
	q.exchanges++
	q.addMemory(e, typicalOctets)
	return e
}

// typicalOctets is the memory of an exchange besides its messages.
const typicalOctets = 4 << 10

// end ends an exchange, which may have turned out not to be WPS. The collector
// completes it before it can be returned.
func (q *queue) end(e *queued, notWPS bool) {
	e.notWPS = notWPS
	q.ended = append(q.ended, e)
}

// addMemory counts memory of an exchange, in octets.
func (q *queue) addMemory(e *queued, octets int) {
	e.octets += octets
	q.octets += octets
}

// full reports whether the exchanges take too much memory.
func (q *queue) full() bool { return q.octets > maxOctets }

// take returns the exchanges that have ended and wait for no other.
func (q *queue) take() []*Exchange {
	for len(q.begun) > 0 && q.begun[0].complete {
		q.deliver(q.begun[0])
		q.begun[0] = nil
		q.begun = q.begun[1:]
	}
	if len(q.begun) > q.maxOpen || q.full() {
		q.begun = slices.DeleteFunc(q.begun, func(e *queued) bool {
			if e.complete {
				q.deliver(e)
			}
			return e.complete
		})
		q.maxOpen = max(maxBegun, 2*len(q.begun)) // not at every event
	}
	out := q.ready
	q.ready = nil
	return out
}

func (q *queue) deliver(e *queued) {
	q.octets -= e.octets
	switch {
	case e.partial:
		q.hadAny = q.hadAny || !e.notWPS
	case !e.notWPS:
		q.ready, q.hadAny = append(q.ready, e.Exchange), true
	case e.isUnanswered() && !e.ordinary && len(q.unanswered) < maxUnanswered:
		q.unanswered = append(q.unanswered, e.Exchange)
	}
}

// isUnanswered reports whether a station has sent EAPOL-Start, and nothing else
// was captured of the two.
func (x *Exchange) isUnanswered() bool {
	return len(x.Entries) == 1 && x.Entries[0].Signal == validate.SignalEAPOLStart
}
