package sim

import "time"

// queuedEvent is a future event: an action; or, if to is set, the arrival of a
// frame or, without a frame, the timer of that port.
type queuedEvent struct {
	act      func()
	from, to *Port
	frame    *Frame
	damage   Damage
}

// queue is a heap of future events, earliest first. The heap holds the times
// only: they are moved often, and the events are large.
type queue struct {
	heap   []queueEntry
	events []queuedEvent
	free   []int // free places in events
	order  uint64
}

// queueEntry is the time of a future event.
type queueEntry struct {
	at    time.Duration // since the start of the world
	order uint64        // of two events at the same time, the one scheduled first comes first
	event int
}

func (a *queueEntry) before(b *queueEntry) bool {
	return a.at < b.at || a.at == b.at && a.order < b.order
}

// clear empties the queue.
func (q *queue) clear() {
	clear(q.events)
	*q = queue{heap: q.heap[:0], events: q.events[:0], free: q.free[:0]}
}

// next returns the time of the earliest event, and whether there is one.
func (q *queue) next() (at time.Duration, ok bool) {
	if len(q.heap) == 0 {
		return 0, false
	}
	return q.heap[0].at, true
}

func (q *queue) push(at time.Duration, e queuedEvent) {
	q.order++
	a := queueEntry{at: at, order: q.order, event: len(q.events)}
	if last := len(q.free) - 1; last >= 0 {
		a.event, q.free = q.free[last], q.free[:last]
		q.events[a.event] = e
	} else {
		q.events = append(q.events, e)
	}
	q.heap = append(q.heap, a)
	i := len(q.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !a.before(&q.heap[parent]) {
			break
		}
		q.heap[i] = q.heap[parent]
		i = parent
	}
	q.heap[i] = a
}

// pop removes the earliest event from a queue that is not empty.
func (q *queue) pop() (time.Duration, queuedEvent) {
	first, last := q.heap[0], len(q.heap)-1
	moved := q.heap[last]
	q.heap = q.heap[:last]
	for i := 0; last > 0; {
		child := 2*i + 1
		if child+1 < last && q.heap[child+1].before(&q.heap[child]) {
			child++
		}
		if child >= last || !q.heap[child].before(&moved) {
			q.heap[i] = moved
			break
		}
		q.heap[i] = q.heap[child]
		i = child
	}
	e := q.events[first.event]
	q.events[first.event] = queuedEvent{} // so that its frame can be garbage collected
	q.free = append(q.free, first.event)
	return first.at, e
}
